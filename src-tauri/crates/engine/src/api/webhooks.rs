//! Webhooks, hooks and what became of telling them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A webhook to make or to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WebhookRequest {
    pub name: String,
    /// Of a Slack channel it is kept like a secret: empty when it stays as it is.
    pub url: String,
    /// `webhook`, `before`, `after` (a posting) or `slack`
    pub role: String,
    /// Names of events; empty: everything. Hooks and Slack have none.
    #[serde(default)]
    pub events: Vec<String>,
    /// Before a posting: it waits for the answer and takes a no.
    #[serde(default)]
    pub blocking: bool,
    /// Milliseconds that an answer may take, 100 to 60,000; 0: 30,000.
    #[serde(default)]
    pub timeout_ms: u32,
    /// Attempts until a delivery is given up, 1 to 25; 0: 12.
    #[serde(default)]
    pub attempts: u32,
    /// `on`, `paused` (what happens meanwhile is told later) or `off` (it is not told); empty: on.
    #[serde(default)]
    pub state: String,
}

/// A webhook and how its deliveries went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WebhookRow {
    pub id: String,
    pub name: String,
    /// Of a Slack channel without its path.
    pub url: String,
    pub role: String,
    pub events: Vec<String>,
    pub blocking: bool,
    pub timeout_ms: u32,
    pub attempts: u32,
    pub state: String,
    /// What is sent is signed.
    pub signed: bool,
    pub created_at: String,
    #[ts(type = "number")]
    pub waiting: u64,
    /// Given up.
    #[ts(type = "number")]
    pub dead: u64,
    /// Percent delivered of the last hundred that are finished; absent before the first.
    pub success: Option<u32>,
    pub last_success_at: Option<String>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
}

/// A webhook that was made, with its secret: it is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WebhookMade {
    pub row: WebhookRow,
    pub secret: Option<String>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeliveryRow {
    pub id: String,
    pub webhook_id: String,
    pub webhook_name: String,
    /// Name of the event.
    pub event: String,
    /// The same in every attempt and to every receiver: its number in the history, or the delivery's own id.
    pub event_id: String,
    pub object_id: String,
    /// `waiting`, `delivered` or `dead`
    pub state: String,
    pub attempts: u32,
    /// The attempt after which it is given up.
    pub most: u32,
    /// When it is tried next, if it waits.
    pub next_at: Option<String>,
    pub created_at: String,
    pub finished_at: Option<String>,
    /// Of the last attempt: status of the answer, why it failed, milliseconds.
    pub status: Option<u16>,
    pub error: Option<String>,
    pub duration_ms: Option<u32>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AttemptRow {
    pub number: u32,
    pub at: String,
    pub duration_ms: u32,
    pub status: Option<u16>,
    pub error: Option<String>,
    /// The beginning of what was answered.
    pub response: String,
}

/// A delivery with what is sent and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeliveryDetail {
    pub row: DeliveryRow,
    /// JSON as it is sent.
    pub body: String,
    /// Without the signature, which is made for each attempt.
    pub headers: Vec<(String, String)>,
    pub tries: Vec<AttemptRow>,
}

/// What a round of deliveries did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeliveryRound {
    pub attempted: u32,
    pub delivered: u32,
    /// Given up in this round.
    pub dead: u32,
}
