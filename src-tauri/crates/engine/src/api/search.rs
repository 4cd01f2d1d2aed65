//! One search over everything that a book holds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SearchKind {
    Transaction,
    Balance,
    Ledger,
    Identity,
    Account,
    Statement,
    Line,
}

/// What of one kind was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchGroup {
    pub kind: SearchKind,
    pub hits: Vec<SearchHit>,
    /// How many there are in all; absent when there are more than these, and nobody counted them.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchHit {
    pub id: String,
    /// What it is called. Empty where the name is protected.
    pub title: String,
    /// What else tells it from others.
    pub detail: String,
    /// What to open to see it: itself, or what it stands in.
    pub open_id: String,
    /// Which of its texts holds the words.
    pub found_in: String,
    /// In minor units.
    pub amount: Option<String>,
    pub currency: Option<String>,
    pub exponent: Option<u8>,
}

/// What building the search anew did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchRebuilt {
    /// Rows that words are looked for in.
    #[ts(type = "number")]
    pub rows: u64,
}
