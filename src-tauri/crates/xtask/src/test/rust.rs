//! Formatting, lints and the tests of every crate except the window's own.

use super::bindings;
use super::tally::{Counts, Tally};
use crate::process;
use std::path::PathBuf;
use std::process::Command;

/// Checks all Rust code.
pub fn check(tally: &mut Tally) {
    tally.step("rust: format", || process::run(process::cargo().args(["fmt", "--all", "--check"])));
    tally.step("rust: lints", || {
        let lint = |packages: &[&str]| {
            let mut command = process::cargo();
            command.args(["clippy", "--locked", "--all-targets"]).args(packages).args(["--", "-D", "warnings"]);
            process::run(&mut command)
        };
        lint(&[])?;
        // Apart: its HTTP client would switch on features the product is not built with.
        lint(&["-p", "e2e"])
    });
    let before = bindings::snapshot();
    let mut command = process::cargo();
    command.args(["test", "--locked", "--no-fail-fast"]);
    point_at_corpus(&mut command, tally);
    count(tally, "rust: tests", &mut command);
    tally.step("rust: generated files", || bindings::check(&before));
}

/// Runs a test command and adds what it counted.
pub fn count(tally: &mut Tally, name: &str, command: &mut Command) {
    println!("\n== {name}");
    let mut counts = Counts::default();
    match process::run_reading(command, |line| counts.add_line(line)) {
        Ok(status) => tally.tests(name, counts, status.success()),
        Err(error) => {
            println!("{name}: {error}");
            tally.tests(name, counts, false);
        }
    }
}

/// The corpus of real bank files is too large for the repository and lies beside it, if anywhere.
fn point_at_corpus(command: &mut Command, tally: &mut Tally) {
    let folder = match std::env::var_os("TIEOUT_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => process::root().join("../shared/corpus"),
    };
    if folder.is_dir() {
        command.env("TIEOUT_CORPUS", folder);
    } else {
        command.env_remove("TIEOUT_CORPUS");
        tally.note("corpus not present: corpus comparison not run");
    }
}
