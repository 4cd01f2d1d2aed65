//! The review desk: the proof strip, both panes, the focus card, the basket, and what was done.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::statements::StatementRow;

/// The proof strip. Every amount in minor units of the statement's currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskHeader {
    pub statement: StatementRow,
    pub opening: String,
    /// Closing of the last signed statement, if there is one.
    pub previous_closing: Option<String>,
    /// Absent when there is no earlier signed statement.
    pub opening_continues: Option<bool>,
    pub cleared_in: String,
    pub cleared_in_lines: u32,
    /// At or below zero.
    pub cleared_out: String,
    pub cleared_out_lines: u32,
    /// Opening + cleared in + cleared out.
    pub cleared: String,
    pub closing: String,
    pub left_to_clear: String,
    pub lines: u32,
    pub to_review: u32,
    pub ledger_balance: String,
    /// As subtracted: the negated sum of the unmatched entries.
    pub less_unmatched: String,
    pub unmatched_entries: u32,
    pub less_outstanding: String,
    pub outstanding_entries: u32,
    /// Entries matched here that are dated after the period, less earlier ones matched on later statements.
    pub timing: String,
    pub ledger_cleared: String,
    /// Ledger cleared less statement cleared.
    pub ledger_difference: String,
    pub ledger_agrees: bool,
    /// What the book lacks before a first statement; posted from the sign-off dialog. Absent: nothing, or lines are open
    /// that may explain it.
    pub opening_missing: Option<String>,
    /// The book has entries from before a first statement that may be the reason, unless they are marked outstanding.
    pub opening_early: bool,
    /// Closing less opening less all lines, when it is not zero: the statement cannot come to zero then.
    pub missing: Option<String>,
    /// Sums of the lines to review.
    pub review_in: String,
    pub review_out: String,
    /// Newest run, if any.
    pub last_run_at: Option<String>,
    pub rules_changed: bool,
    pub can_undo: Option<String>,
    pub can_redo: Option<String>,
    /// Lines per tier among those to review.
    pub tiers: Vec<TierCount>,
}

/// Lines of one tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TierCount {
    pub tier: String,
    pub lines: u32,
}

/// Which lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeskFilter {
    #[default]
    Review,
    Confirmed,
    All,
}

/// Order of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeskSort {
    #[default]
    Position,
    Amount,
    Date,
    /// Certain first.
    Tier,
}

/// A page of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct DeskLinesQuery {
    pub statement_id: String,
    pub filter: DeskFilter,
    /// Found in description, reference or counterparty.
    pub text: Option<String>,
    /// `certain`, `likely`, `possible`, `ambiguous`, `none`.
    pub tier: Option<String>,
    pub sort: DeskSort,
    pub descending: bool,
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

/// A page of lines with the number of all that fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskLines {
    pub total: u32,
    pub offset: u32,
    pub lines: Vec<DeskLine>,
}

/// A statement line on the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskLine {
    pub id: String,
    pub position: u32,
    pub date: String,
    pub value_date: Option<String>,
    pub description: String,
    pub reference: Option<String>,
    pub counterparty: Option<String>,
    pub amount: String,
    /// `confirmed`, the tier of the proposal, `none` when a run found nothing, or `open` before the first run.
    pub state: String,
    /// Points of the proposal; they order proposals and are no probability.
    #[ts(type = "number | null")]
    pub score: Option<i64>,
    /// “1 entry, only one of this amount”, “Matched to INV-19988-P”.
    pub found: String,
    pub match_id: Option<String>,
}

/// A ledger entry on the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskEntry {
    pub id: String,
    pub date: String,
    pub reference: String,
    pub description: String,
    /// The balance on the other side.
    pub counterpart: String,
    /// Signed as the bank moves.
    pub amount: String,
    pub outstanding: bool,
}

/// One reason with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Reason {
    pub text: String,
    /// Points; below zero speaks against. They order reasons and draw their bars; no probability.
    #[ts(type = "number")]
    pub weight: i64,
    /// The weight in words: “strong”, “weak”, “against”.
    pub strength: String,
    /// Text of the line to mark: field name, first character, character after the last.
    pub mark: Option<TextMark>,
}

/// A stretch of text that counts, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TextMark {
    /// `line` or `entry`.
    pub side: String,
    pub field: String,
    pub start: u32,
    pub end: u32,
}

/// A pairing that was considered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Suggestion {
    pub entries: Vec<DeskEntry>,
    pub total: String,
    /// Line less entries.
    pub difference: String,
    pub tier: String,
    /// What the tier means, or how an alternative compares with the suggestion.
    pub verdict: String,
    pub reasons: Vec<Reason>,
    pub against: Vec<Reason>,
    pub rule: Option<String>,
    /// Position of the line this entry is proposed for instead.
    pub taken_by: Option<u32>,
}

/// The focus card of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskFocus {
    pub line: DeskLine,
    pub suggestion: Option<Suggestion>,
    /// Nothing tells the suggestion from an alternative: none of them is in the match until a person picks one.
    pub choose: bool,
    pub alternatives: Vec<Suggestion>,
    /// “Only entry that fits.”, “The next best solution is clearly weaker.”
    pub margin: Option<String>,
    /// “Repeats line 128, one day later”.
    pub hints: Vec<String>,
    /// The confirmed match, when there is one.
    pub confirmed: Option<ConfirmedMatch>,
    /// The reference that a new entry from this line gets.
    pub entry_reference: String,
}

/// A confirmed match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConfirmedMatch {
    pub id: String,
    pub lines: Vec<DeskLine>,
    pub entries: Vec<DeskEntry>,
    pub kind: String,
    pub tier: Option<String>,
    pub rule: Option<String>,
    /// Entry posted for this match.
    pub posted: Option<DeskEntry>,
    pub reasons: Vec<Reason>,
    pub at: String,
    pub by: String,
}

/// Sign of the entries wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum EntrySign {
    #[default]
    Any,
    In,
    Out,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct DeskEntriesQuery {
    pub statement_id: String,
    pub line_id: Option<String>,
    pub text: Option<String>,
    pub sign: EntrySign,
    /// Last day; absent: the end of the period.
    pub to_date: Option<String>,
    /// Also the 30 days before the first day of the proof.
    pub earlier: bool,
    /// `earlier` reaches back as far as there are entries: nothing was signed before a first statement, and what the
    /// bank still owes it may be of any age.
    pub any_age: bool,
    /// Also the 30 days after the period.
    pub later: bool,
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

/// Entries that may be matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskEntries {
    /// For the line asked about; not listed again below.
    pub suggested: Vec<DeskEntry>,
    pub unmatched: Vec<DeskEntry>,
    pub unmatched_total: u32,
    /// Fitting entries from before, as far as `earlier` reaches, when they were not asked for.
    pub earlier_total: u32,
    /// Fitting entries from the last day asked for to 30 days after the period.
    pub later_total: u32,
    pub offset: u32,
    /// The first 200.
    pub outstanding: Vec<DeskEntry>,
    pub outstanding_total: u32,
    pub outstanding_sum: String,
}

/// What the basket comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskEffect {
    pub line_count: u32,
    pub entry_count: u32,
    pub line_total: String,
    pub entry_total: String,
    /// Lines less entries.
    pub difference: String,
    /// Can be accepted as it is.
    pub ties: bool,
    /// Left to clear when these lines are confirmed.
    pub left_to_clear_after: String,
    pub hints: Vec<String>,
    /// Why it cannot be accepted, in words.
    pub problem: Option<String>,
}

/// The posting that settles a difference, or stands for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DifferencePosting {
    /// Balance on the other side.
    pub against: String,
    pub description: String,
    /// Lines less entries as it was shown, minor units: refused when it is another by now.
    pub amount: String,
    /// Absent: the day of the first line.
    pub effective_date: Option<String>,
    /// Why it may settle in a signed period of either balance; as of a posting.
    #[serde(default)]
    pub signed_reason: Option<String>,
}

/// What accepting did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskDone {
    pub action_id: String,
    pub text: String,
    pub match_ids: Vec<String>,
    /// Entry that was posted.
    pub posted: Option<String>,
    /// The next line to review.
    pub next_line_id: Option<String>,
    pub left_to_clear: String,
}

/// What a bulk accept would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TierPreview {
    pub tier: String,
    pub lines: u32,
    pub total_in: String,
    pub total_out: String,
    pub left_to_clear_after: String,
    /// Proposals of the tier that have a difference and are left for review.
    pub with_difference: u32,
}

/// A row of the desk's log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeskAction {
    pub id: String,
    pub at: String,
    pub actor: String,
    pub kind: String,
    pub text: String,
    pub undone_at: Option<String>,
    pub undone_by: Option<String>,
    /// Can be taken back now.
    pub can_undo: bool,
    pub can_redo: bool,
}

/// Entries that add up to a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SumSearch {
    pub target: String,
    /// At most 20, fewest entries first.
    pub combinations: Vec<Vec<DeskEntry>>,
    pub found: u32,
    pub searched: u32,
    /// Of those, the ones of other periods: neither of the period nor left outstanding.
    pub outside: u32,
    /// Not everything was looked at.
    pub stopped: bool,
    /// “Only one combination”, “3 combinations”, “Search stopped at 34 entries”.
    pub verdict: String,
}
