//! Postings that wait for their time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::transactions::PostRequest;

/// Where a scheduled posting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ScheduledStateWord {
    Waiting,
    Posted,
    Rejected,
    Cancelled,
}

/// A scheduled posting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ScheduledRow {
    pub id: String,
    pub state: ScheduledStateWord,
    /// It was due when it was accepted: booked as soon as its turn comes.
    pub queued: bool,
    /// Answered to whoever sends the same again: it was accepted before.
    pub existing: bool,
    /// When it is posted, by the clock of the machine that has the book open then.
    pub due_at: String,
    pub accepted_at: String,
    pub accepted_by: String,
    pub finished_at: Option<String>,
    pub reference: String,
    pub description: String,
    pub source_name: String,
    pub destination_name: String,
    pub amount: String,
    pub currency: String,
    pub exponent: u8,
    pub hold: bool,
    /// Why it was rejected or cancelled.
    pub reason: Option<String>,
    /// What it became.
    pub transaction_id: Option<String>,
    pub request: PostRequest,
}
