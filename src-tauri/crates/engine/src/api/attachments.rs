//! Files beside transactions.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file that is or was attached to a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AttachmentRow {
    pub id: String,
    /// The first row of its family.
    pub transaction_id: String,
    /// Fit to be the name of a file.
    pub name: String,
    /// By what is in it, not by what it is called: `application/pdf`.
    pub media_type: String,
    #[ts(type = "number")]
    pub size: u64,
    pub sha256: String,
    pub attached_at: String,
    pub attached_by: String,
    /// How it came off; absent while it is attached.
    pub detached: Option<DetachedView>,
}

/// How a file came off its transaction. Its content stays: the history names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DetachedView {
    pub at: String,
    pub by: String,
    pub reason: String,
}
