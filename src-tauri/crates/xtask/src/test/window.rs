//! The real window, driven under a virtual display.

use super::rust;
use super::tally::{Counts, Tally};
use crate::binaries::{self, Profile, Scope};
use crate::{host, process};

/// Builds the app and runs every scenario against it.
pub fn check(tally: &mut Tally, scope: Scope) {
    let missing = host::missing_window_programs();
    if !missing.is_empty() {
        tally.note(format!("the window tests were not run: {} not found", missing.join(", ")));
        if process::in_ci() {
            tally.tests("window: tests", Counts::default(), false);
        }
        return;
    }
    if !tally.step("window: build", || binaries::build(Profile::Dev, scope)) {
        return;
    }
    let mut command = process::cargo();
    command.args(["test", "--locked", "--no-fail-fast", "-p", "e2e"]);
    // One window at a time: on a small machine, two at once only time each other out.
    command.args(["--", "--test-threads=1"]);
    rust::count(tally, "window: tests", &mut command);
}
