//! `cargo xtask test`: every check and every test, and one plain number at the end.

mod bindings;
mod deny;
mod rust;
mod tally;
mod ui;
mod window;

use crate::binaries::Scope;
use crate::error::Result;
use crate::{host, npm, process};
use tally::Tally;

pub use tally::Counts;

#[derive(clap::Args)]
pub struct Options {
    /// Run one part only
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Licences, banned crates, sources and advisories
    Deny,
    /// Types, tests and bundle of the interface
    Ui,
    /// Formatting, lints, tests of every crate and the generated types
    Rust,
    /// The real window under a virtual display
    E2e,
}

/// Runs the parts in order of speed, each to its end, and tells whether all of them passed.
pub fn run(options: &Options) -> Result<bool> {
    host::prepare(host::Purpose::Test)?;
    let wanted = |part| options.only.is_none_or(|only| only == part);
    let mut tally = Tally::default();
    if wanted(Part::Deny) {
        deny::check(&mut tally);
    }
    // The window embeds the bundle, so the interface comes before anything that builds the app.
    if wanted(Part::Ui) {
        ui::check(&mut tally);
    } else if wanted(Part::E2e) {
        tally.step("ui: bundle", || npm::install().and_then(|()| npm::build()));
    }
    if wanted(Part::Rust) {
        rust::check(&mut tally);
    }
    if wanted(Part::E2e) {
        let scope = if wanted(Part::Rust) { Scope::WithTests } else { Scope::Product };
        window::check(&mut tally, scope);
    }
    tally.note_if(process::in_ci(), "CI is set: missing programs count as failures.");
    Ok(tally.close())
}
