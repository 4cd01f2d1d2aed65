//! Property tests keep the seeds of what failed once in `seeds` beside this file, and begin with them ever after.

use proptest::test_runner::{Config, FileFailurePersistence};

/// How many random histories are tried.
const CASES: &str = "TIEOUT_PROPERTY_CASES";

/// For the test of this name, which tries `cases` histories unless it is told otherwise.
pub fn kept(test: &str, cases: u32) -> Config {
    let cases = std::env::var(CASES).ok().and_then(|text| text.parse().ok()).unwrap_or(cases);
    // The runner asks for a name that outlives it.
    let path = format!("{}/tests/seeds/{test}.txt", env!("CARGO_MANIFEST_DIR")).leak();
    Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(path))),
        // A long history takes a while: it is made shorter for as long as somebody would wait.
        max_shrink_time: 60_000,
        ..Config::default()
    }
}
