//! Postings that are accepted and wait for their time.

use jiff::Timestamp;
use serde_json::Value;

use crate::{Page, Query, StoreResult};

/// What became of a scheduled posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduledState {
    Waiting,
    /// Id of the journal row.
    Posted(String),
    /// Why the ledger refused it.
    Rejected(String),
    /// Why somebody cancelled it.
    Cancelled(String),
}

/// A posting that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledRecord {
    pub id: String,
    pub state: ScheduledState,
    pub due_at: Timestamp,
    /// Empty: one is made when it is posted. Among those that wait a reference stands once.
    pub reference: String,
    /// What is to be posted, as the front end asked for it.
    pub request: Value,
    pub accepted_at: Timestamp,
    pub accepted_by: String,
    /// Absent while it waits.
    pub finished_at: Option<Timestamp>,
}

/// Reads of scheduled postings.
#[async_trait::async_trait]
pub trait ScheduledReads {
    /// A page of them under a filter ([`crate::filters::SCHEDULED`]), the next due first unless asked otherwise.
    async fn scheduled(&self, query: &Query) -> StoreResult<Page<ScheduledRecord>>;
    /// All that wait, the next due first; with `sides` those that name one of them, a balance's id or its `@name`.
    async fn scheduled_that_wait(&self, sides: &[&str]) -> StoreResult<Vec<ScheduledRecord>>;
    /// How many wait.
    async fn scheduled_waiting(&self) -> StoreResult<u64>;
    async fn scheduled_by_id(&self, id: &str) -> StoreResult<Option<ScheduledRecord>>;
    /// The one that waits under a reference, or that was posted under it.
    async fn scheduled_under(&self, reference: &str) -> StoreResult<Option<ScheduledRecord>>;
    /// Ids of those whose time has come, in the order in which they are to be posted.
    async fn scheduled_due(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<String>>;
}

/// Writes of scheduled postings, inside one unit of work.
#[async_trait::async_trait]
pub trait ScheduledWrites {
    /// Fails with `Duplicate("scheduled posting")` when one that waits has the reference.
    async fn insert_scheduled(&mut self, record: &ScheduledRecord) -> StoreResult<()>;
    async fn load_scheduled(&mut self, id: &str) -> StoreResult<Option<ScheduledRecord>>;
    /// As [`ScheduledReads::scheduled_under`].
    async fn load_scheduled_under(&mut self, reference: &str) -> StoreResult<Option<ScheduledRecord>>;
    /// Writes state, time, reference and request of one that still waits; of one that does not it fails.
    async fn save_scheduled(&mut self, record: &ScheduledRecord) -> StoreResult<()>;
}

/// The text of a state in storage.
pub fn scheduled_state_text(state: &ScheduledState) -> &'static str {
    match state {
        ScheduledState::Waiting => "waiting",
        ScheduledState::Posted(_) => "posted",
        ScheduledState::Rejected(_) => "rejected",
        ScheduledState::Cancelled(_) => "cancelled",
    }
}

impl ScheduledState {
    /// Why it ended without a posting.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Rejected(reason) | Self::Cancelled(reason) => Some(reason),
            Self::Waiting | Self::Posted(_) => None,
        }
    }

    /// Id of the journal row that it became.
    pub fn posted(&self) -> Option<&str> {
        match self {
            Self::Posted(id) => Some(id),
            _ => None,
        }
    }
}
