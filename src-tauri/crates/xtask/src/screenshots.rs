//! `cargo xtask screenshots`: the pictures of the user guide, taken from the real window.

use crate::binaries::{self, Profile, Scope};
use crate::error::Result;
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
    process::run(command.args([
        "test",
        "--locked",
        "-p",
        "e2e",
        "--test",
        "app",
        "screenshots",
        "--",
        "--nocapture",
    ]))
}
