//! What several tests need.

use std::path::PathBuf;

use statements::{Proof, Reading, Reason, Severity};

/// The folder of fixtures at the top of the repository.
pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures")
}

pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join("statements").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn read(name: &str) -> Reading {
    statements::read(&fixture(name), name, &statements::ReadOptions::default())
}

/// The stable code of an enum value, as it stands in JSON.
pub fn code<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}

pub fn outcome(proof: &Proof) -> &'static str {
    match proof {
        Proof::Proved { .. } => "proved",
        Proof::Ambiguous { .. } => "ambiguous",
        Proof::NotProvable { .. } => "not_provable",
    }
}

pub fn errors(reading: &Reading) -> Vec<(Option<u32>, Reason)> {
    reading.problems.iter().filter(|p| p.severity == Severity::Error).map(|p| (p.line, p.reason)).collect()
}

/// The amounts of all lines, as decimal text.
pub fn amounts(reading: &Reading) -> Vec<String> {
    reading.statements.iter().flat_map(|s| s.lines.iter().map(|l| l.amount.to_decimal(s.exponent))).collect()
}

/// Every row that is not blank is a line, an ignored row or a problem row, and none is two of them.
pub fn assert_nothing_lost(reading: &Reading, what: &str) {
    let lines: Vec<u32> = reading.statements.iter().flat_map(|s| s.lines.iter().map(|l| l.position)).collect();
    let ignored: Vec<u32> = reading.ignored.iter().map(|row| row.line).collect();
    let mut bad: Vec<u32> = errors(reading).iter().filter_map(|(line, _)| *line).collect();
    bad.sort_unstable();
    bad.dedup();
    let counts = &reading.counts;
    assert_eq!(lines.len() as u32, counts.lines, "{what}: lines");
    assert_eq!(ignored.len() as u32, counts.ignored, "{what}: ignored");
    assert_eq!(bad.len() as u32, counts.problem_rows, "{what}: problem rows {bad:?}");
    assert_eq!(counts.lines + counts.ignored + counts.problem_rows, counts.rows, "{what}: rows");
    let mut all: Vec<u32> = lines.into_iter().chain(ignored).chain(bad).collect();
    all.sort_unstable();
    let total = all.len();
    all.dedup();
    assert_eq!(all.len(), total, "{what}: a row is counted twice");
}

/// The same for files that may not be readable at all.
pub fn assert_nothing_lost_unless_refused(reading: &Reading, what: &str) {
    if reading.format == statements::Format::Unreadable {
        assert!(reading.problems.iter().any(|p| p.severity == Severity::Error), "{what}: refused without a reason");
    } else {
        assert_nothing_lost(reading, what);
    }
}
