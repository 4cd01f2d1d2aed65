//! Postings, holds and families.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::attachments::AttachmentRow;
use super::ledgers::FiguresView;
use super::page::ListQuery;
use super::statements::ReportFormat;

/// What a person calls the state of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FamilyState {
    Applied,
    Held,
    PartCommitted,
    Committed,
    Voided,
    PartVoided,
    Expired,
}

/// A line of the transactions grid and of the approval queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FamilyRow {
    pub id: String,
    pub date: String,
    pub reference: String,
    pub description: String,
    pub source_id: String,
    pub source_name: String,
    pub destination_id: String,
    pub destination_name: String,
    pub amount: String,
    pub currency: String,
    pub exponent: u8,
    pub state: FamilyState,
    /// Of a hold: what was committed so far.
    pub committed: Option<String>,
    /// Of a hold: what is still held.
    pub remaining: Option<String>,
    pub expires_at: Option<String>,
    /// When what is still held is booked by itself.
    pub commits_at: Option<String>,
    pub closed_at: Option<String>,
    pub created_at: String,
    pub actor: String,
    #[ts(type = "number")]
    pub children: u64,
    /// Files that are attached.
    #[ts(type = "number")]
    pub attachments: u64,
    /// The days on which money moved, of a hold those of its commits, as registers and statements have them. Not told
    /// of the hold that expires first.
    pub booked_on: Option<String>,
}

/// One immutable row of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JournalRow {
    pub id: String,
    pub parent_id: Option<String>,
    /// `APPLIED`, `INFLIGHT`, `VOID`
    pub status: String,
    pub reference: String,
    pub amount: String,
    pub description: String,
    pub date: String,
    pub created_at: String,
    pub actor: String,
    pub reason: Option<String>,
    /// What is left of it to give back, of a hold what is left of all its commits. Absent for what cannot be given back:
    /// a void, and what gives back something itself.
    pub refundable: Option<String>,
}

/// A posting that gives back a row of a family, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RefundRow {
    pub id: String,
    pub reference: String,
    /// The row that it gives back.
    pub of_id: String,
    pub amount: String,
    pub date: String,
    pub actor: String,
}

/// A transaction with its whole family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TransactionDetail {
    pub family: FamilyRow,
    /// First row and everything below it, in booking order.
    pub rows: Vec<JournalRow>,
    #[ts(type = "any")]
    pub metadata: Option<serde_json::Value>,
    /// What committing the rest would do, while something is held.
    pub if_committed: Vec<Effect>,
    /// What was given back of it, oldest first.
    pub refunds: Vec<RefundRow>,
    /// What it gives back itself.
    pub refund_of: Option<TransactionLink>,
    /// Its place in a journal entry of several postings.
    pub entry: Option<EntryPlace>,
    /// Files that are attached, and those that were.
    pub attachments: Vec<AttachmentRow>,
    /// The posting was already there: the same reference with the same content.
    pub existing: bool,
}

/// Which posting of a journal entry a transaction is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryPlace {
    /// Counts from 1.
    pub position: u32,
    pub legs: u32,
}

/// Another transaction, to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TransactionLink {
    pub id: String,
    pub reference: String,
}

/// A posting or hold to book.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct PostRequest {
    /// Empty: one is made.
    pub reference: String,
    /// Minor units, above zero.
    pub amount: String,
    pub currency: String,
    /// Balance id, or `@name`.
    pub source: String,
    pub destination: String,
    pub description: String,
    /// Absent: today.
    pub effective_date: Option<String>,
    pub hold: bool,
    /// Instant at which an open hold voids itself.
    pub expires_at: Option<String>,
    /// Instant at which what is still held is booked by itself; before it expires.
    #[serde(default)]
    #[ts(optional)]
    pub commits_at: Option<String>,
    pub allow_overdraft: bool,
    /// Minor units.
    pub overdraft_limit: Option<String>,
    #[ts(type = "any")]
    pub metadata: Option<serde_json::Value>,
    /// Make `@name` balances that do not exist yet. Never in silence: without it they are an error.
    pub create_indicators: bool,
    /// Why it may settle in a signed period of a balance: at most 500 characters. Logged, and flags the statements.
    pub signed_reason: Option<String>,
    /// Id of a settled row, or of a hold, of which this gives back a part or all that is left.
    pub refunds: Option<String>,
}

/// A column of an exported list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExportColumn {
    Date,
    /// The days on which money moved: of a hold, those of its commits. As registers and statements have it.
    Booked,
    Reference,
    Description,
    /// From and to.
    Way,
    /// The amount and, beside it, its currency.
    Amount,
    State,
    /// Of a hold: what was committed so far.
    Committed,
    /// Of a hold: what is still held.
    Remaining,
    Created,
    Actor,
    Expires,
    Id,
}

/// A filtered list to write to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TransactionsExport {
    /// Offset and limit do not count: the whole list is written.
    pub query: ListQuery,
    pub columns: Vec<ExportColumn>,
    pub format: ReportFormat,
    pub path: String,
    /// Id under which progress is told and the work can be cancelled.
    pub job: String,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportDone {
    #[ts(type = "number")]
    pub rows: u64,
    pub path: String,
}

/// Before and after of one balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Effect {
    pub balance_id: String,
    pub name: String,
    pub currency: String,
    pub exponent: u8,
    pub before: FiguresView,
    pub after: FiguresView,
}

/// One condition of a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Check {
    /// `amount`, `balances`, `currency`, `funds`, `reference`, `date`, `expiry`, `refund`, `closed_period`, `signed_period`
    pub kind: String,
    pub ok: bool,
    pub text: String,
    /// The field of the form it is about.
    pub field: Option<String>,
    /// Closest names when an indicator does not exist; the first open day when a period is signed.
    pub suggestions: Vec<String>,
}

/// What a posting would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PostPreview {
    pub effects: Vec<Effect>,
    pub checks: Vec<Check>,
    /// Every check holds.
    pub ready: bool,
    /// The reference it would get.
    pub reference: String,
    /// It is booked already: the same reference with the same content. Booking it again changes nothing.
    pub existing: bool,
}

/// What a decision on a hold would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionPreview {
    /// That of the hold.
    pub reference: String,
    /// Minor units that are committed or let go.
    pub amount: String,
    pub currency: String,
    pub exponent: u8,
    /// Day a commit counts for.
    pub date: Option<String>,
    /// Reference of the row that it is booked as.
    pub booked: String,
    /// It is there already: deciding again changes nothing.
    pub existing: bool,
    pub effects: Vec<Effect>,
}

/// A hold to commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CommitItem {
    pub id: String,
    /// Minor units; absent: all that is still held.
    pub amount: Option<String>,
    /// After a part: let the rest go at once.
    #[serde(default)]
    pub void_rest: bool,
    /// Day the commit counts for; absent: the day of the hold, or today while that is still to come.
    #[serde(default)]
    pub date: Option<String>,
    /// Why it may settle in a signed period of a balance; as of a posting.
    #[serde(default)]
    pub signed_reason: Option<String>,
    /// Of the row that is booked; absent: one is made. The same reference with the same content is booked once.
    #[serde(default)]
    pub reference: Option<String>,
}

/// A hold to let go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VoidItem {
    pub id: String,
    /// Of the row that is booked; absent: one is made. The same reference with the same content is booked once.
    #[serde(default)]
    pub reference: Option<String>,
}

/// Holds to let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VoidRequest {
    pub items: Vec<VoidItem>,
    /// Required: one of the book's reasons, or words.
    pub reason: String,
    pub note: Option<String>,
}

/// What became of each item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BatchOutcome {
    pub rows: Vec<BatchRow>,
    pub done: u32,
    pub failed: u32,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BatchRow {
    pub id: String,
    pub reference: String,
    pub ok: bool,
    pub code: Option<String>,
    pub message: Option<String>,
    /// The way out of a refusal, when there is one to tell.
    pub detail: Option<String>,
    /// Minor units that were committed or let go; of a failed item what is held.
    pub amount: String,
    pub currency: String,
    pub exponent: u8,
    /// Day a commit counts for.
    pub date: Option<String>,
    /// Reference of the row that was booked.
    pub booked: Option<String>,
    /// It was booked before: the same reference with the same content.
    pub existing: bool,
}

/// What is held in one currency. Out leaves a bank account, in comes to one; a transfer between two of them is both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HeldTotal {
    pub currency: String,
    pub exponent: u8,
    #[ts(type = "number")]
    pub holds: u64,
    pub money_out: String,
    pub money_in: String,
    /// Held between balances that are no bank accounts.
    pub elsewhere: String,
    /// Holds behind each of these sums; one between two bank accounts counts as out and as in.
    #[ts(type = "number")]
    pub holds_out: u64,
    #[ts(type = "number")]
    pub holds_in: u64,
    #[ts(type = "number")]
    pub holds_elsewhere: u64,
}

/// What deciding on holds would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HoldsEffect {
    pub sums: Vec<HeldTotal>,
    /// Balances in the order of the holds: all that money comes from, then those it only goes to.
    pub effects: Vec<Effect>,
    /// Holds that are no longer open.
    pub gone: Vec<String>,
    /// Holds that expire within a day.
    pub expiring: u32,
    /// Holds whose own day is still to come: unless told otherwise, committing them counts for today.
    pub dated_later: u32,
    /// Holds whose own day lies in a signed period: committing them is refused unless another day or a reason is given.
    pub in_signed_period: u32,
    /// First day open to every one of them; absent while none of their balances has signed for a period.
    pub open_from: Option<String>,
}
