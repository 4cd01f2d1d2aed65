//! `cargo xtask bench`: the measurements a change may be judged by.

use crate::error::{Error, Result};
use crate::process;

/// Area, package, bench target.
const BENCHES: &[(&str, &str, &str)] = &[
    ("ledger", "store-sqlite", "ledger"),
    ("grid", "store-sqlite", "grid"),
];

#[derive(clap::Args)]
pub struct Options {
    /// ledger: postings and holds; grid: pages, filters and totals over 1,000,000 transactions. All when left out
    area: Option<String>,
    /// Passed on to the bench
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs one area, or all, with optimisation.
pub fn run(options: &Options) -> Result {
    let wanted: Vec<_> = BENCHES
        .iter()
        .filter(|(area, ..)| options.area.as_deref().is_none_or(|name| name == *area))
        .collect();
    if wanted.is_empty() {
        let known: Vec<_> = BENCHES.iter().map(|(area, ..)| *area).collect();
        return Err(Error::Refused(format!(
            "no bench is called that; there are: {}",
            known.join(", ")
        )));
    }
    for (_, package, bench) in wanted {
        let mut command = process::cargo();
        command
            .args(["bench", "--locked", "-p", package, "--bench", bench, "--"])
            .args(&options.arguments);
        process::run(&mut command)?;
    }
    Ok(())
}
