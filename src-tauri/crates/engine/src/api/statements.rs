//! Statements, runs, sign-off and the report.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// State of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StatementState {
    /// Nothing confirmed yet.
    Imported,
    InReview,
    Signed,
}

/// A row of the list of statements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatementRow {
    pub id: String,
    pub name: String,
    pub balance_id: String,
    pub balance_name: String,
    pub account: Option<String>,
    pub currency: String,
    pub exponent: u8,
    pub period_from: String,
    pub period_to: String,
    pub opening: String,
    pub closing: String,
    pub lines: u32,
    pub confirmed: u32,
    pub to_review: u32,
    pub left_to_clear: String,
    pub state: StatementState,
    pub version: u32,
    pub imported_at: String,
    pub imported_by: String,
    pub signed_at: Option<String>,
    pub signed_by: Option<String>,
    pub file_name: String,
    pub last_run_at: Option<String>,
    /// Rules changed since the last run.
    pub rules_changed: bool,
    /// Rows of the file that were left out at import.
    pub left_out: u32,
    /// Entries that were booked into its period since it was signed, each for a stated reason.
    pub booked_since: u32,
}

/// The fallback of a run for lines no rule speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RunFallback {
    /// ±1 day, ±1 %, at most 5 letters between the texts.
    ClosestText,
    None,
}

/// What a run is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunRequest {
    pub statement_id: String,
    /// Absent: every enabled rule.
    pub rule_ids: Option<Vec<String>>,
    /// Absent: as the settings of the book say.
    #[serde(default)]
    pub fallback: Option<RunFallback>,
    pub dry_run: bool,
    /// Confirm certain matches without a difference.
    pub auto_confirm: bool,
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunResult {
    pub run_id: String,
    pub job_id: String,
    pub statement_id: String,
    pub dry_run: bool,
    /// Open lines looked at: the five counts below add up to it.
    pub lines: u32,
    pub certain: u32,
    pub likely: u32,
    pub possible: u32,
    /// Several entries fit equally well.
    pub ambiguous: u32,
    /// No entry fits.
    pub none: u32,
    /// Lines with one entry proposed: certain, likely and possible.
    pub proposed: u32,
    /// Confirmed by the run itself; they count in their tier as well.
    pub confirmed: u32,
    /// The same inputs give the same hash.
    pub result_hash: String,
    /// Bounds that the search reached, in words: what it did not search.
    #[serde(default)]
    pub limits: Vec<String>,
    pub milliseconds: u32,
}

/// A run that was cut off and can go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InterruptedRun {
    pub job_id: String,
    pub statement_id: String,
    pub statement_name: String,
    pub started_at: String,
    pub phase: String,
}

/// A row of the sign-off checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignoffItem {
    /// Stable name: `left_to_clear`, `ledger_agrees`, `opening_continues`, `closing_continues`, `closing_stated`,
    /// `outstanding`, `differences`, `left_out`.
    pub key: String,
    pub ok: bool,
    /// False: only to be read, does not stand in the way.
    pub required: bool,
    pub text: String,
}

/// Whether a statement may be signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignoffCheck {
    pub ready: bool,
    pub items: Vec<SignoffItem>,
    /// Entries that would become outstanding.
    pub becoming_outstanding: Vec<ReportEntry>,
    pub becoming_outstanding_total: String,
    /// Version the signature would make.
    pub version: u32,
    /// What the book lacks before a first statement, minor units as the bank balance moves. Absent: nothing, or lines
    /// are open that may explain it.
    pub opening_missing: Option<String>,
    /// What has to be said before it is posted: the book has earlier entries that may be the reason.
    pub opening_early: Option<String>,
    /// One of those earlier entries has the very amount: left outstanding, nothing is apart any more.
    pub opening_like: Option<ReportEntry>,
}

/// A line on a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportLine {
    pub position: u32,
    pub date: String,
    pub text: String,
    pub amount: String,
    /// A proposal nobody has confirmed yet: “CHQ-000317, certain”.
    pub proposed: Option<String>,
}

/// An entry on a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportEntry {
    pub id: String,
    pub date: String,
    pub reference: String,
    pub text: String,
    pub amount: String,
    /// Whole days at the end of the period.
    pub age_days: i32,
    /// More than 60 days.
    pub old: bool,
    /// Position of the line it is proposed for; nobody has confirmed that yet.
    pub proposed_for: Option<u32>,
}

/// A labelled amount of a proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportAmount {
    pub label: String,
    /// “87 lines”, “3 entries, schedule C”.
    pub note: Option<String>,
    pub amount: String,
    /// A sum, drawn with a rule above.
    pub total: bool,
}

/// How many matches came from where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportCount {
    pub label: String,
    pub matches: u32,
    pub lines: u32,
}

/// A posting made to settle a difference or a line without an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportPosting {
    pub line_position: u32,
    pub reference: String,
    pub against: String,
    pub text: String,
    pub amount: String,
    pub by: String,
    pub at: String,
}

/// Who did what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportAct {
    pub at: String,
    pub actor: String,
    pub text: String,
}

/// The reconciliation statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Report {
    pub book: String,
    pub balance_name: String,
    pub currency: String,
    pub exponent: u8,
    pub account: Option<String>,
    pub statement_id: String,
    pub statement_name: String,
    pub period_from: String,
    pub period_to: String,
    pub lines: u32,
    pub version: u32,
    /// Not signed.
    pub draft: bool,
    /// “Signed 2026-11-19 by Orla Keane” or “Draft, 9 lines left to clear”.
    pub state: String,
    pub prepared_by: String,
    pub prepared_at: String,
    pub signed_by: Option<String>,
    pub signed_at: Option<String>,
    pub file_name: String,
    pub file_sha256: String,
    pub engine: String,
    /// Names and versions of the rules of the newest run.
    pub rules: Vec<String>,
    pub result_hash: Option<String>,
    /// Bounds that the newest run reached, in words: what it did not search.
    #[serde(default)]
    pub limits: Vec<String>,
    pub statement_proof: Vec<ReportAmount>,
    pub statement_ties: bool,
    /// Closing less opening less all lines, when it is not zero.
    pub missing: Option<String>,
    pub bank_side: Vec<ReportAmount>,
    pub book_side: Vec<ReportAmount>,
    pub sides_agree: bool,
    /// Why the two sides are apart, where it is known: the book differs from before its first statement.
    #[serde(default)]
    pub apart: Option<String>,
    pub unmatched_lines: Vec<ReportLine>,
    pub unmatched_entries: Vec<ReportEntry>,
    pub outstanding: Vec<ReportEntry>,
    /// Every match: which lines, which entries. Reports that were signed before it was kept have none.
    #[serde(default)]
    pub matched: Vec<ReportMatch>,
    pub by_tier: Vec<ReportCount>,
    pub by_rule: Vec<ReportCount>,
    pub differences: Vec<ReportPosting>,
    pub acts: Vec<ReportAct>,
    pub left_out: Vec<LeftOutRow>,
    /// Earlier versions with the reason why each was reopened.
    pub history: Vec<ReportAct>,
    /// Booked into the period after this version was signed. Never part of what was signed: read anew each time.
    #[serde(default)]
    pub booked_since: Vec<BookedSince>,
}

/// Lines and the entries that clear them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportMatch {
    /// “Certain, Payment reference” or “By hand”.
    pub how: String,
    pub by: String,
    pub at: String,
    pub lines: Vec<ReportLine>,
    pub entries: Vec<ReportEntry>,
}

/// An entry that was booked into a signed period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BookedSince {
    pub transaction_id: String,
    /// Day it counts for.
    pub date: String,
    pub reference: String,
    /// Minor units, signed as the balance moved.
    pub amount: String,
    pub reason: String,
    pub actor: String,
    pub at: String,
}

/// A row of the file that was not imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LeftOutRow {
    pub line: u32,
    pub raw: String,
    pub reason: String,
    /// It could be read, and somebody left it out.
    #[serde(default)]
    pub by_choice: bool,
}

/// File format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReportFormat {
    Csv,
    Xlsx,
    Pdf,
}
