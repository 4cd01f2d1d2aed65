//! `cargo xtask bench`: the measurements a change may be judged by.

use crate::binaries;
use crate::error::{Error, Result};
use crate::process;
use serde_json::Value;

#[derive(clap::Args)]
pub struct Options {
    /// What to measure, such as `grid` (pages, filters and totals), `ledger` (posting and proving) or `window` (memory with a large book);
    /// everything when left out
    area: Option<String>,
    /// Passed on to the bench
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// The package that drives the real window.
const WINDOW: &str = "e2e";

/// A measurement some crate of ours brings along.
#[derive(Debug, PartialEq, Eq)]
struct Bench {
    package: String,
    target: String,
    kind: Kind,
}

/// A bench target, or an example whose name starts with `bench-`: for what needs its own `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bench,
    Example,
}

impl Bench {
    fn area(&self) -> &str {
        self.target.strip_prefix("bench-").unwrap_or(&self.target)
    }
}

/// Runs one area, or all, with optimisation.
pub fn run(options: &Options) -> Result {
    let all = find(&binaries::metadata()?);
    let known = all.iter().map(Bench::area).collect::<Vec<_>>().join(", ");
    let wanted: Vec<_> =
        all.iter().filter(|bench| options.area.as_deref().is_none_or(|area| area == bench.area())).collect();
    if wanted.is_empty() {
        return Err(Error::Refused(format!("nothing is measured under that name; there is: {known}")));
    }
    if wanted.iter().any(|bench| bench.package == WINDOW) {
        // It starts the app as a process: cargo does not know that it needs it.
        crate::npm::install()?;
        crate::npm::build()?;
        binaries::build(binaries::Profile::Release, binaries::Scope::Product)?;
    }
    for bench in wanted {
        let mut command = process::cargo();
        match bench.kind {
            Kind::Bench => command.args(["bench", "--locked", "-p", &bench.package, "--bench", &bench.target]),
            Kind::Example => {
                command.args(["run", "--locked", "--release", "-p", &bench.package, "--example", &bench.target])
            }
        };
        process::run(command.arg("--").args(&options.arguments))?;
    }
    Ok(())
}

/// Every measurement `cargo metadata` knows of in the workspace.
fn find(metadata: &Value) -> Vec<Bench> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        for target in list(&package["targets"]) {
            let name = text(&target["name"]);
            let kind = match target["kind"][0].as_str() {
                Some("bench") => Kind::Bench,
                Some("example") if name.starts_with("bench-") => Kind::Example,
                _ => continue,
            };
            found.push(Bench { package: text(&package["name"]), target: name, kind });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_benches_and_bench_examples_only() {
        let metadata = serde_json::json!({ "packages": [{ "name": "store-sqlite", "targets": [
            { "name": "store_sqlite", "kind": ["lib"] },
            { "name": "grid", "kind": ["bench"] },
            { "name": "bench-ledger", "kind": ["example"] },
            { "name": "demo", "kind": ["example"] },
        ] }] });
        let areas: Vec<_> = find(&metadata).iter().map(|bench| bench.area().to_owned()).collect();
        assert_eq!(areas, ["grid", "ledger"]);
    }
}
