//! Keys that recognise a line when it is imported again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::mapping::hex;
use crate::model::StatementLine;
use crate::words::fold;

/// Recognises a line: equal lines of one file are told apart by their occurrence, so real duplicates stay real.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineFingerprint {
    /// 32 hexadecimal digits over what the line says.
    pub key: String,
    /// 1 for the first line with this key in file order of the statement, 2 for the next.
    pub occurrence: u32,
}

/// The content key of a line: booking date, amount, currency, description and reference.
///
/// Case, accents, punctuation and spacing of texts do not count, nor does the running balance: a bank prints the same
/// line differently in CSV and XLSX, and balances move when late bookings arrive.
pub fn line_fingerprint(line: &StatementLine) -> String {
    let mut hash = Sha256::new();
    // Each part carries its length, so that no two different lines run together into one text.
    let reference = line.reference.as_deref().map(fold).unwrap_or_default();
    for part in [
        line.booking_date.to_string(),
        line.amount.to_string(),
        line.currency.clone().unwrap_or_default(),
        fold(&line.description),
        reference,
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..16])
}

/// Keys of all lines of a statement with their occurrence.
pub fn line_fingerprints(lines: &[StatementLine]) -> Vec<LineFingerprint> {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(lines.len());
    lines
        .iter()
        .map(|line| {
            let key = line_fingerprint(line);
            let occurrence = seen.entry(key.clone()).or_insert(0);
            *occurrence += 1;
            LineFingerprint { occurrence: *occurrence, key }
        })
        .collect()
}
