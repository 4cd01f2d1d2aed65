//! Settings, history and jobs.

use jiff::Timestamp;

use crate::StoreResult;

/// Something that happened, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: Timestamp,
    pub actor: String,
    /// Dotted name, `transaction.posted`.
    pub kind: String,
    pub object_id: String,
    /// JSON object with what a reader needs to know.
    pub payload: serde_json::Value,
}

/// What kind of long work a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    Import,
    Reconcile,
    Export,
    Check,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Running,
    /// The program ended while it ran; it can be resumed.
    Interrupted,
    Cancelled,
    Failed,
    Done,
}

/// A piece of long work.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    pub id: String,
    pub kind: JobKind,
    pub title: String,
    pub state: JobState,
    pub params: serde_json::Value,
    pub phase: String,
    pub done: u64,
    pub total: u64,
    pub result: Option<serde_json::Value>,
    pub error: Option<String>,
    pub actor: String,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// Size and state of the book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub balances: u64,
    pub families: u64,
    pub entries: u64,
    pub open_holds: u64,
    pub open_statements: u64,
}

/// Reads of settings, history and jobs.
#[async_trait::async_trait]
pub trait SystemReads {
    async fn setting(&self, key: &str) -> StoreResult<Option<serde_json::Value>>;
    async fn events(&self, object_id: Option<&str>, limit: u32) -> StoreResult<Vec<Event>>;
    /// Everything of one kind that happened to an object, oldest first.
    async fn events_of(&self, object_id: &str, kind: &str) -> StoreResult<Vec<Event>>;
    /// What monitors told, `monitor.fired`, the newest first.
    async fn monitor_events(&self, limit: u32) -> StoreResult<Vec<Event>>;
    async fn jobs(&self, limit: u32) -> StoreResult<Vec<JobRecord>>;
    async fn job(&self, id: &str) -> StoreResult<Option<JobRecord>>;
    async fn counts(&self) -> StoreResult<Counts>;
}

/// Writes of jobs.
#[async_trait::async_trait]
pub trait SystemWrites {
    async fn insert_job(&mut self, job: &JobRecord) -> StoreResult<()>;
    /// Writes state, phase, counts, result, error and finish time.
    async fn save_job(&mut self, job: &JobRecord) -> StoreResult<()>;
    /// Marks jobs that were running when the program ended, runs as interrupted and others as failed; returns how many.
    async fn interrupt_running_jobs(&mut self) -> StoreResult<u64>;
}
