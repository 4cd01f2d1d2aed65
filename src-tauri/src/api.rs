//! What only the shell knows, as plain data for the window.

use engine::api::book::{BookInfo, JobProgress};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub(crate) struct AppState {
    pub book: Option<OpenBook>,
    pub recents: Vec<RecentBook>,
    /// Why the book named on the command line did not open.
    pub startup_problem: Option<String>,
    /// The book named on the command line, if it asks for a passphrase.
    pub startup_locked: Option<String>,
    pub sample_exists: bool,
}

/// The open book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub(crate) struct OpenBook {
    pub path: String,
    pub file_name: String,
    pub info: BookInfo,
    /// A passphrase protects it.
    pub protected: bool,
    /// Its key is in the keyring of this computer.
    pub remembered: bool,
    /// Something to say once after opening: a copy made before an upgrade, why it is read-only.
    pub notice: Option<String>,
}

/// A book that was open before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub(crate) struct RecentBook {
    pub path: String,
    pub file_name: String,
    pub name: String,
    pub opened_at: String,
    #[serde(default)]
    pub missing: bool,
    /// What waited in it when it was last opened or closed here.
    #[serde(default)]
    #[ts(type = "number")]
    pub open_holds: u64,
    #[serde(default)]
    #[ts(type = "number")]
    pub open_statements: u64,
    /// The copy that was made of it last, while that is still there.
    #[serde(default)]
    pub backup: Option<LastBackup>,
}

/// A copy of a book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub(crate) struct LastBackup {
    pub path: String,
    pub at: String,
}

/// A step of reading, comparing or storing a file in the import wizard.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct ImportStep {
    pub session: String,
    pub step: JobProgress,
}

/// What a native file dialog is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub(crate) enum PickKind {
    OpenBook,
    NewBook,
    Statement,
    /// Any file, to attach it.
    Attachment,
    Export,
}

/// What helps whoever helps.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct Diagnostics {
    pub log_folder: String,
    /// Versions, sizes and the last lines of the log; no names, amounts or texts of the book.
    pub report: String,
}

/// Something went wrong that nobody was waiting for.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct Alert {
    pub code: String,
    pub sentence: String,
}
