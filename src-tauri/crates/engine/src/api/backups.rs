//! Copies of a book by themselves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// When copies are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct BackupPlan {
    /// Hours between two copies, if anything was done; 0: none by the clock.
    pub every_hours: u32,
    /// Copies that are kept.
    pub keep: u32,
    /// A copy before each import of statements or of a thousand postings.
    pub before_import: bool,
    /// Where they are; absent where the program makes none. Ignored when it is set.
    pub folder: Option<String>,
}

impl Default for BackupPlan {
    fn default() -> Self {
        Self { every_hours: 24, keep: 10, before_import: true, folder: None }
    }
}

/// A copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BackupRow {
    pub path: String,
    pub name: String,
    pub at: String,
    #[ts(type = "number")]
    pub bytes: u64,
}
