//! Many postings at once, and journal entries of several postings.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::page::FieldError;
use super::transactions::{Effect, FamilyState, PostRequest};

/// Many postings to book.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct BulkRequest {
    /// At most 10,000, booked in this order.
    pub items: Vec<PostRequest>,
    /// All of them or none. Otherwise each by itself: one that is refused does not spoil the others.
    pub atomic: bool,
}

/// What became of many postings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BulkOutcome {
    pub posted: u32,
    /// Were there before: the same reference with the same content.
    pub existing: u32,
    pub failed: u32,
    /// One for each item, in their order.
    pub rows: Vec<BulkRow>,
    /// Before and after of every balance that changes. Of a dry run only.
    pub effects: Vec<Effect>,
}

/// What became of one posting of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BulkRow {
    /// Counts from 1.
    pub position: u32,
    /// As it was asked for; of what was posted as it is stored.
    pub reference: String,
    /// Of the row in the journal; absent for what was refused, and in a dry run.
    pub id: Option<String>,
    pub existing: bool,
    pub code: Option<String>,
    pub message: Option<String>,
    /// The way out of a refusal.
    pub detail: Option<String>,
    /// The fields that a refusal is about.
    pub fields: Vec<FieldError>,
}

/// A file of postings as it reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PostingsFile {
    pub name: String,
    pub rows: Vec<PostingsFileRow>,
}

/// One row of a file of postings, as it is written there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PostingsFileRow {
    /// Line of the file, or row of the sheet.
    pub line: u32,
    pub from: String,
    pub to: String,
    pub amount: String,
    pub currency: String,
    pub reference: String,
    pub description: String,
    pub date: Option<String>,
    pub hold: bool,
    /// What it asks for; absent where there is a problem.
    pub request: Option<PostRequest>,
    pub exponent: u8,
    /// What is wrong with it, the column first.
    pub problem: Option<String>,
}

/// A journal entry: postings that are booked together, under one reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryRequest {
    /// Of the first posting; the others get `-2`, `-3` … behind it. Empty: one is made.
    #[serde(default)]
    pub reference: String,
    pub currency: String,
    #[serde(default)]
    pub description: String,
    /// Absent: today.
    #[serde(default)]
    pub effective_date: Option<String>,
    #[serde(default)]
    pub hold: bool,
    /// Instant at which open holds void themselves.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// Instant at which open holds commit themselves.
    #[serde(default)]
    pub commits_at: Option<String>,
    #[serde(default)]
    pub allow_overdraft: bool,
    #[serde(default)]
    #[ts(type = "any")]
    pub metadata: Option<serde_json::Value>,
    /// Make `@name` balances that do not exist yet.
    #[serde(default)]
    pub create_indicators: bool,
    /// Why it may settle in a signed period.
    #[serde(default)]
    pub signed_reason: Option<String>,
    pub form: EntryForm,
}

/// How an entry says who gets what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum EntryForm {
    /// Lines on both sides with equal sums.
    Lines { debits: Vec<EntryLine>, credits: Vec<EntryLine> },
    /// One amount from one balance to several, or from several to one.
    Split {
        /// The balance with the whole amount.
        whole: String,
        /// Whether `whole` is debited, as a source is; otherwise it is credited.
        whole_is_source: bool,
        /// Minor units.
        amount: String,
        shares: Vec<EntryShare>,
    },
}

/// One line of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryLine {
    /// Balance id, or `@name`.
    pub balance: String,
    /// Minor units, above zero.
    pub amount: String,
}

/// One share of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryShare {
    /// Balance id, or `@name`.
    pub balance: String,
    /// Minor units, a percentage of the whole such as `12.5%`, or `left`.
    pub share: String,
}

/// One posting of an entry as it would be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlannedLeg {
    pub reference: String,
    /// As the entry names them.
    pub source: String,
    pub destination: String,
    pub amount: String,
}

/// What an entry would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryPreview {
    /// Of a split what each share gets, in their order, once they add up.
    pub parts: Vec<String>,
    pub legs: Vec<PlannedLeg>,
    /// Before and after of every balance that changes.
    pub effects: Vec<Effect>,
    /// Why it cannot be booked, in a sentence.
    pub refusal: Option<String>,
    /// The field that the refusal is about.
    pub field: Option<String>,
    pub ready: bool,
}

/// One posting of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryLeg {
    pub id: String,
    pub reference: String,
    /// Counts from 1.
    pub position: u32,
    pub source_id: String,
    pub source_name: String,
    pub destination_id: String,
    pub destination_name: String,
    pub amount: String,
    pub state: FamilyState,
}

/// An entry with its postings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryView {
    pub reference: String,
    pub currency: String,
    pub exponent: u8,
    pub legs: Vec<EntryLeg>,
    /// It was there before: the same reference with the same content.
    pub existing: bool,
}
