//! Formatting, lints and the tests of every crate except the window's own.

use super::bindings;
use super::tally::{Counts, Tally};
use crate::process;
use crate::servers::{self, Servers};
use std::path::{Path, PathBuf};
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
    let table = corpus_table();
    // An old table must not speak for this run; there may be none.
    let _ = std::fs::remove_file(&table);
    count(tally, "rust: tests", &mut command);
    tell_corpus(&table, tally);
    on_servers(tally);
    tally.step("rust: generated files", || bindings::check(&before));
}

/// Tests of the engine that look into the file of a book, and so have no meaning on a server.
const OF_FILES: &[&str] = &["book_care::", "book_file::", "book_protected::", "book_rows::", "in_the_file"];

/// The tests of the engine once more, on books of a PostgreSQL server, with those that hold both stores side by side.
fn on_servers(tally: &mut Tally) {
    let name = "rust: engine on PostgreSQL";
    let servers = match Servers::for_tests() {
        Ok(servers) => servers,
        Err(error) => {
            println!("{name}: {error}");
            return tally.tests(name, Counts::default(), false);
        }
    };
    let mut command = process::cargo();
    command.env(servers::POSTGRES, &servers.url);
    // By the name of the test program alone: naming the package would choose other features and compile them again.
    command.args(["test", "--locked", "--no-fail-fast", "--test", "books", "--"]);
    command.args(OF_FILES.iter().flat_map(|name| ["--skip", name]));
    count(tally, name, &mut command);
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

/// Where the comparison with real bank files leaves its table.
fn corpus_table() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| process::root().join("target"), PathBuf::from);
    target.join("tmp/corpus.tsv")
}

/// Says how the comparison with real bank files ended. They are too large for the repository and lie beside it, if
/// anywhere; the test itself knows where.
fn tell_corpus(table: &Path, tally: &mut Tally) {
    let text = std::fs::read_to_string(table).unwrap_or_default();
    match text.lines().next() {
        Some(summary) => tally.note(format!("{} ({})", summary.trim_start_matches("# "), table.display())),
        None => tally.note("corpus not present: real bank files were not compared"),
    }
}
