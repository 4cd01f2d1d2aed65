//! The interface: its types, its unit tests and its bundle.

use super::tally::{Counts, Tally};
use crate::error::{Error, Result, at};
use crate::{binaries, npm, process};
use std::path::Path;

/// Checks the interface, ending with a fresh bundle for the window.
pub fn check(tally: &mut Tally) {
    if !tally.step("ui: packages", npm::install) {
        return;
    }
    tally.step("ui: types", || process::run(npm::npm().args(["run", "check"])));
    println!("\n== ui: tests");
    match unit_tests() {
        Ok((counts, clean)) => tally.tests("ui: tests", counts, clean),
        Err(error) => {
            println!("ui: tests: {error}");
            tally.tests("ui: tests", Counts::default(), false);
        }
    }
    tally.step("ui: bundle", || process::run(npm::npm().args(["run", "build"])));
}

fn unit_tests() -> Result<(Counts, bool)> {
    let report = binaries::target_folder()?.join("ui-tests.json");
    // A report left by an earlier run must never be counted as this one's.
    if report.exists() {
        at(&report, std::fs::remove_file(&report))?;
    }
    let status = process::run_status(
        npm::npm()
            .args(["test", "--", "--reporter=default", "--reporter=json"])
            .arg(format!("--outputFile.json={}", report.display())),
    )?;
    Ok((read_report(&report)?, status.success()))
}

fn read_report(file: &Path) -> Result<Counts> {
    let text = at(file, std::fs::read_to_string(file))?;
    let report: serde_json::Value =
        serde_json::from_str(&text).map_err(|source| Error::Json { what: "the unit test report", source })?;
    let number = |name: &str| {
        report[name].as_u64().ok_or_else(|| Error::Refused(format!("the unit test report has no number {name}")))
    };
    Ok(Counts {
        passed: number("numPassedTests")?,
        failed: number("numFailedTests")?,
        ignored: number("numPendingTests")? + number("numTodoTests")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_report_and_refuses_half_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        std::fs::write(&file, r#"{"numPassedTests":7,"numFailedTests":1,"numPendingTests":2,"numTodoTests":0}"#)
            .unwrap();
        assert_eq!(read_report(&file).unwrap(), Counts { passed: 7, failed: 1, ignored: 2 });
        std::fs::write(&file, r#"{"numPassedTests":7}"#).unwrap();
        assert!(read_report(&file).is_err());
    }
}
