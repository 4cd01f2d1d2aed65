//! Webhooks and hooks, and what became of telling them.
//!
//! The history is the outbox: an event is written in the transaction of what happened. A webhook remembers the newest
//! event that was looked at for it; taking in what is newer makes deliveries, in one transaction with moving that mark.

use jiff::Timestamp;
use serde_json::Value;

use crate::system::Event;
use crate::{Page, Query, StoreResult};

/// What a webhook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Is told what happened.
    Webhook,
    /// Is asked or told before a posting.
    Before,
    /// Is told after a posting.
    After,
    /// A channel of Slack that is told of errors.
    Slack,
}

/// Whether a webhook is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    On,
    /// What happens meanwhile is told later.
    Paused,
    /// What happens meanwhile is not told.
    Off,
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    pub id: String,
    pub name: String,
    pub url: String,
    pub role: Role,
    /// Names of events; empty: everything.
    pub events: Vec<String>,
    /// Before a posting: it waits for the answer and takes a no.
    pub blocking: bool,
    /// Milliseconds that an answer may take.
    pub timeout_ms: u32,
    /// Attempts until a delivery is given up.
    pub attempts: u32,
    pub state: WebhookState,
    /// A token of the secret that signs.
    pub secret: Option<String>,
    /// Key of the newest event that was looked at for it.
    pub seen_key: i64,
    pub created_at: Timestamp,
}

/// How the deliveries of a webhook went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookFigures {
    pub id: String,
    pub waiting: u64,
    pub dead: u64,
    /// Of the last hundred that are finished: all, and those delivered.
    pub lately: (u64, u64),
    pub last_success_at: Option<Timestamp>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    Waiting,
    Delivered,
    /// Given up.
    Dead,
}

/// What is told, and by what it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// An event of the history: its key, its number in the chain, and itself.
    Event { key: i64, sequence: u64, event: Box<Event> },
    /// Content of its own, as JSON.
    Own(Value),
}

/// Something that is told to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    pub id: String,
    pub webhook_id: String,
    pub webhook_name: String,
    /// Name of the event.
    pub event: String,
    pub object_id: String,
    pub told: Told,
    pub state: DeliveryState,
    pub attempts: u32,
    /// The attempt after which it is given up.
    pub most: u32,
    pub next_at: Timestamp,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// Of the last attempt: status of the answer, why it failed, milliseconds.
    pub status: Option<u16>,
    pub error: Option<String>,
    pub duration_ms: Option<u32>,
}

/// A delivery to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: String,
    pub webhook_id: String,
    pub event: String,
    pub object_id: String,
    /// Key of the event, or content of its own.
    pub told: Result<i64, Value>,
    pub most: u32,
    pub at: Timestamp,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Counts from 1.
    pub number: u32,
    pub at: Timestamp,
    pub duration_ms: u32,
    pub status: Option<u16>,
    pub error: Option<String>,
    /// The beginning of what was answered.
    pub response: String,
}

/// What an attempt makes of its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptOutcome {
    pub delivery_id: String,
    pub attempt: AttemptRecord,
    pub state: DeliveryState,
    /// When it is tried again, if it waits.
    pub next_at: Timestamp,
}

/// Reads of webhooks and deliveries.
#[async_trait::async_trait]
pub trait WebhookReads {
    /// All, the oldest first.
    async fn webhooks(&self) -> StoreResult<Vec<WebhookRecord>>;
    async fn webhook(&self, id: &str) -> StoreResult<Option<WebhookRecord>>;
    async fn webhook_figures(&self) -> StoreResult<Vec<WebhookFigures>>;
    /// Events after a key, in their order, with their keys.
    async fn events_after(&self, key: i64, limit: u32) -> StoreResult<Vec<(i64, Event)>>;
    /// Fields: `webhook`, `event`, `state`, `object`. Newest first, whatever is asked for.
    async fn deliveries(&self, query: &Query) -> StoreResult<Page<DeliveryRecord>>;
    async fn delivery(&self, id: &str) -> StoreResult<Option<DeliveryRecord>>;
    /// Attempts of a delivery, the first in front.
    async fn delivery_attempts(&self, id: &str) -> StoreResult<Vec<AttemptRecord>>;
    /// Deliveries to webhooks that are on, whose time has come, the longest due first: at most `each` of every webhook,
    /// and none of those in `without`.
    async fn deliveries_due(&self, now: Timestamp, each: u32, without: &[String]) -> StoreResult<Vec<DeliveryRecord>>;
}

/// Writes of webhooks and deliveries, inside one unit of work.
#[async_trait::async_trait]
pub trait WebhookWrites {
    /// Marks every event until now as seen.
    async fn insert_webhook(&mut self, record: &WebhookRecord) -> StoreResult<()>;
    async fn load_webhook(&mut self, id: &str) -> StoreResult<Option<WebhookRecord>>;
    /// Writes everything but id, mark and time. Fails with `Stale("webhook")` if it is not there.
    async fn save_webhook(&mut self, record: &WebhookRecord) -> StoreResult<()>;
    /// Its deliveries go with it. Fails with `Stale("webhook")` if it is not there.
    async fn delete_webhook(&mut self, id: &str) -> StoreResult<()>;
    /// Marks events as seen, up to a key or, without one, all until now; never fewer than were.
    async fn mark_seen(&mut self, webhook_id: &str, key: Option<i64>) -> StoreResult<()>;
    /// One that is there already, by webhook and event, stays as it is.
    async fn insert_deliveries(&mut self, deliveries: &[NewDelivery]) -> StoreResult<()>;
    /// Writes an attempt and what it makes of its delivery. One that was deleted meanwhile is left out.
    async fn save_attempt(&mut self, outcome: &AttemptOutcome) -> StoreResult<()>;
    /// Lets finished deliveries be tried again, `more` times, beginning at `at`; says how many.
    async fn replay(&mut self, ids: &[String], more: u32, at: Timestamp) -> StoreResult<u64>;
    /// Deletes deliveries that were finished before `at`; says how many.
    async fn sweep_deliveries(&mut self, at: Timestamp) -> StoreResult<u64>;
}
