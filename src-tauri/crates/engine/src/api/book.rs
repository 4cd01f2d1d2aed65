//! The book itself, its jobs and its state.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a register names its two sides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ColumnNames {
    #[default]
    InOut,
    /// In is called debit, as in the books of the account's owner.
    DebitCredit,
    /// In is called credit, as it is stored.
    Stored,
}

/// What a new book starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Chart {
    #[default]
    Empty,
    SmallCompany,
    PaymentProvider,
}

/// A book to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NewBook {
    pub name: String,
    pub currency: String,
    /// `MM-DD`.
    pub fiscal_year_start: String,
    pub chart: Chart,
    pub column_names: ColumnNames,
    /// Who works in it. The name the program goes by where nobody said.
    #[serde(default)]
    pub person: Option<String>,
}

/// What a book does where nobody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct BookSettings {
    /// A posting that is queued is refused at once if it could not be booked as things stand; otherwise it is accepted
    /// and refused when its turn comes.
    pub intake_check: bool,
    /// Runs try the closest text for lines that no rule speaks for.
    pub closest_text: bool,
    /// Monitors tell at every change while they are true, not only when they come true.
    pub monitors_repeat: bool,
    /// Postings that come at the same time are made durable by one commit; otherwise each has a commit of its own.
    pub together: bool,
}

impl Default for BookSettings {
    fn default() -> Self {
        Self { intake_check: true, closest_text: true, monitors_repeat: false, together: true }
    }
}

/// What the window shows about an open book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BookInfo {
    pub id: String,
    pub name: String,
    pub currency: String,
    pub exponent: u8,
    pub fiscal_year_start: String,
    pub column_names: ColumnNames,
    pub settings: BookSettings,
    /// Why nothing can be written, if that is so.
    pub read_only: Option<String>,
    #[ts(type = "number")]
    pub balances: u64,
    #[ts(type = "number")]
    pub transactions: u64,
    #[ts(type = "number")]
    pub entries: u64,
    #[ts(type = "number")]
    pub open_holds: u64,
    #[ts(type = "number")]
    pub open_statements: u64,
    /// Who works in this book.
    pub person: String,
    /// Somebody said so; otherwise it is the name of this computer's user.
    pub person_said: bool,
    pub last_backup_at: Option<String>,
    pub saved_at: Option<String>,
    /// Today, where this program runs.
    pub today: String,
}

/// A piece of long work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobRow {
    pub id: String,
    pub kind: String,
    pub title: String,
    /// `running`, `interrupted`, `cancelled`, `failed`, `done`
    pub state: String,
    pub phase: String,
    #[ts(type = "number")]
    pub done: u64,
    #[ts(type = "number")]
    pub total: u64,
    #[ts(type = "any")]
    pub result: Option<serde_json::Value>,
    pub error: Option<String>,
    pub started_at: String,
    pub finished_at: Option<String>,
}

/// A step of a running job, sent at most ten times a second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobProgress {
    pub job_id: String,
    pub title: String,
    pub phase: String,
    #[ts(type = "number")]
    pub done: u64,
    #[ts(type = "number")]
    pub total: u64,
    /// Rows a second since the phase began.
    #[ts(type = "number")]
    pub rate: u64,
    pub seconds_left: Option<u32>,
    #[ts(type = "number")]
    pub matches: u64,
    /// `running`, `cancelled`, `failed`, `done`
    pub state: String,
}

impl JobProgress {
    /// A job at work: how fast it has been since `began`, and how long it will take at that rate.
    pub(crate) fn running(
        job_id: &str,
        title: impl Into<String>,
        phase: &str,
        (done, total): (u64, u64),
        began: std::time::Instant,
    ) -> Self {
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = done.saturating_mul(1_000) / millis;
        Self {
            job_id: job_id.to_owned(),
            title: title.into(),
            phase: phase.to_owned(),
            done,
            total,
            rate,
            seconds_left: total.saturating_sub(done).checked_div(rate).and_then(|seconds| u32::try_from(seconds).ok()),
            matches: 0,
            state: "running".into(),
        }
    }
}

/// Something changed; views that show it read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Changed {
    pub topics: Vec<Topic>,
}

/// What can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Topic {
    Book,
    Balances,
    Transactions,
    Holds,
    Statements,
    Rules,
    Jobs,
    Scheduled,
    Monitors,
    Identities,
    Webhooks,
}

/// Result of checking a whole book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BookCheck {
    #[ts(type = "number")]
    pub balances: u64,
    #[ts(type = "number")]
    pub entries: u64,
    /// What is wrong, in sentences. Empty: everything ties.
    pub problems: Vec<String>,
}
