//! Licences, banned crates, sources and known weaknesses of everything we build on.

use super::tally::Tally;
use crate::error::{Error, Result};
use crate::{binaries, process};
use std::path::PathBuf;
use std::process::Command;

/// Version of cargo-deny that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// Checks every dependency against `deny.toml`.
pub fn check(tally: &mut Tally) {
    let mut program = None;
    tally.step("deny: licences and sources", || {
        let found = find_or_install()?;
        let outcome = process::run(deny(&found).args(["check", "licenses", "bans", "sources"]));
        program = Some(found);
        outcome
    });
    let Some(program) = program else { return };
    println!("\n== deny: advisories");
    if fetch_advisories(&program) {
        tally
            .step("deny: advisories", || process::run(deny(&program).args(["check", "--disable-fetch", "advisories"])));
    } else {
        tally.not_run(
            "deny: advisories",
            "the advisory database cannot be reached, so known weaknesses of dependencies are not checked",
        );
    }
}

fn deny(program: &PathBuf) -> Command {
    let mut command = Command::new(program);
    command.current_dir(process::root());
    command
}

fn fetch_advisories(program: &PathBuf) -> bool {
    process::run_status(deny(program).args(["fetch", "db"])).is_ok_and(|status| status.success())
}

/// cargo-deny of the right version: from the path, from the target folder, or freshly installed there.
fn find_or_install() -> Result<PathBuf> {
    let own = binaries::target_folder()?.join("tools");
    let installed = own.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    for candidate in [PathBuf::from("cargo-deny"), installed.clone()] {
        let version = process::capture(Command::new(&candidate).arg("--version"));
        if version.is_some_and(|text| text.split_whitespace().any(|word| word == VERSION)) {
            return Ok(candidate);
        }
    }
    let mut command = process::cargo();
    // Unoptimised: it builds in under a minute and checks a few hundred crates in seconds either way.
    command.args(["install", "cargo-deny", "--version", VERSION, "--locked", "--debug", "--root"]).arg(&own);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    process::run(&mut command)?;
    if installed.is_file() { Ok(installed) } else { Err(Error::Missing("cargo-deny could not be installed".into())) }
}
