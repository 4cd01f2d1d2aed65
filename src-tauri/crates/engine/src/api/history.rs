//! The history of the book and its proof.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::overview::ActivityRow;

/// One entry of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryRow {
    /// 1 for the first entry of the book, without gaps.
    #[ts(type = "number")]
    pub number: u64,
    pub what: ActivityRow,
    /// Everything that was written down, each part by its name.
    pub fields: Vec<HistoryField>,
    /// The link that seals it: 64 hexadecimal digits.
    pub link: String,
}

/// A part of what was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryField {
    pub name: String,
    pub value: String,
}

/// What a look at the whole history found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryCheck {
    /// Entries whose link was computed again and is the stored one.
    #[ts(type = "number")]
    pub verified: u64,
    /// Journal rows that say what the history says of them.
    #[ts(type = "number")]
    pub journal_rows: u64,
    /// The head that was found, `number:link`.
    pub head: String,
    /// The first entry whose link is wrong, or that is missing.
    #[ts(type = "number | null")]
    pub broken_at: Option<u64>,
    /// What does not fit, in sentences; empty when everything does.
    pub problems: Vec<String>,
    /// The same in words that stay the same while the book grows, so that a decision on them can be remembered.
    #[serde(skip)]
    #[ts(skip)]
    pub findings: Vec<String>,
    /// Earlier heads that stand in the chain as they were.
    pub heads_found: u32,
    /// Why the head that was given is none of this history; absent when it was found or none was given.
    pub head_differs: Option<String>,
    pub took_ms: u32,
}

/// A head that was written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HeadExport {
    pub head: String,
    pub path: String,
}
