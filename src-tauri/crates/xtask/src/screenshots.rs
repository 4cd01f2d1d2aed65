//! `cargo xtask screenshots`: the pictures of the user guide, taken from the real window.

use crate::binaries::{self, Profile, Scope};
use crate::error::{Error, Result};
use crate::test::Counts;
use crate::{host, npm, process};

/// Builds everything and runs the tour of all views, which writes to `docs/screenshots/`.
pub fn run() -> Result {
    host::prepare(host::Purpose::Test)?;
    npm::install()?;
    npm::build()?;
    binaries::build(Profile::Dev, Scope::Product)?;
    let mut command = process::cargo();
    // The tour is an ordinary scenario; only this variable makes it write over the pictures in docs/.
    command.env("TIEOUT_SCREENSHOTS", "write");
    command.args(["test", "--locked", "-p", "e2e", "--test", "app", "screenshots", "--", "--test-threads=1"]);
    let mut counts = Counts::default();
    let status = process::run_reading(&mut command, |line| counts.add_line(line))?;
    // Cargo is content when a name fits no test; then no picture was taken.
    if !status.success() || counts.passed == 0 {
        return Err(Error::Refused("the pictures were not taken".into()));
    }
    println!("The pictures are in docs/screenshots/.");
    Ok(())
}
