//! Statements, mapping profiles, rules, runs, the review desk and sign-off.
//!
//! Amounts of lines and entries are signed as the bank balance moves: money in is positive. A ledger entry is seen
//! from the statement's balance: its credit side is money in, its debit side money out. Holds are never entries.

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Currency};

use crate::{StoreResult, Word};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementState {
    Open,
    Signed,
    /// The import was taken back; nothing of it counts.
    Undone,
}

/// A statement of one balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRecord {
    pub key: i64,
    pub id: String,
    pub balance_key: i64,
    pub balance_id: String,
    pub balance_name: String,
    pub currency: Currency,
    pub file_sha256: String,
    pub file_name: String,
    pub name: String,
    /// Account number as the file gives it.
    pub account: Option<String>,
    pub period_from: Date,
    pub period_to: Date,
    pub opening: Amount,
    pub closing: Amount,
    pub opening_from: String,
    pub closing_from: String,
    /// JSON, as recorded at import.
    pub proof: serde_json::Value,
    /// JSON list of the rows that were left out.
    pub left_out: serde_json::Value,
    pub state: StatementState,
    pub version: u32,
    pub imported_at: Timestamp,
    pub imported_by: String,
}

/// A signed statement, as far as a posting on its balance has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRecord {
    pub id: String,
    pub name: String,
    pub period_to: Date,
    pub version: u32,
}

/// A statement to store.
#[derive(Debug, Clone)]
pub struct NewStatement {
    pub id: String,
    pub balance_key: i64,
    pub file_sha256: String,
    pub name: String,
    pub account: Option<String>,
    pub period_from: Date,
    pub period_to: Date,
    pub opening: Amount,
    pub closing: Amount,
    pub opening_from: String,
    pub closing_from: String,
    pub proof: serde_json::Value,
    pub left_out: serde_json::Value,
    pub imported_at: Timestamp,
    pub imported_by: String,
}

/// A statement line to store.
#[derive(Debug, Clone)]
pub struct NewLine {
    pub id: String,
    /// Line of the file it was read from.
    pub position: u32,
    pub booking_date: Date,
    pub value_date: Option<Date>,
    pub amount: Amount,
    pub description: String,
    pub reference: Option<String>,
    pub counterparty: Option<String>,
    pub counterparty_account: Option<String>,
    pub running_balance: Option<Amount>,
    pub raw: serde_json::Value,
    pub fingerprint: String,
    /// From 1: which of the equal lines.
    pub occurrence: u32,
}

/// A stored statement line and the match it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRecord {
    pub key: i64,
    pub id: String,
    pub statement_key: i64,
    pub position: u32,
    pub booking_date: Date,
    pub value_date: Option<Date>,
    pub amount: Amount,
    pub description: String,
    pub reference: Option<String>,
    pub counterparty: Option<String>,
    pub match_key: Option<i64>,
    pub match_id: Option<String>,
}

/// A line on the desk with the live proposal for it. A proposal whose entry was matched elsewhere or rejected is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskLineRecord {
    pub line: LineRecord,
    pub proposal: Option<ProposalRecord>,
}

/// A stored proposal of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRecord {
    pub run_key: i64,
    pub line_key: i64,
    pub txn_key: i64,
    /// Points; see the matching crate.
    pub score: i64,
    pub margin: i64,
    pub tier: String,
    pub rule_id: Option<String>,
    /// Line less entry, minor units.
    pub difference: Amount,
    /// JSON of what the matching said about it: reasons, alternatives, margin.
    pub detail: serde_json::Value,
}

/// A settled ledger entry as its balance sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRecord {
    pub txn_key: i64,
    pub txn_id: String,
    pub date: Date,
    pub created_at: Timestamp,
    pub reference: String,
    pub description: String,
    pub other_id: String,
    pub other_name: String,
    pub amount: Amount,
    pub match_key: Option<i64>,
    /// The statement that carries it as outstanding.
    pub outstanding_on: Option<i64>,
}

/// An earlier import of a file or line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSeen {
    pub statement_id: String,
    pub statement_name: String,
    pub file_name: String,
    pub balance_id: String,
    pub balance_name: String,
    pub at: Timestamp,
}

/// A stored line that one of a file may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLine {
    pub fingerprint: String,
    pub occurrence: u32,
    pub booking_date: Date,
    pub amount: Amount,
    pub counterparty: Option<String>,
    /// What the bank printed after it, minor units.
    pub running_balance: Option<Amount>,
    pub seen: ImportSeen,
}

/// A saved mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRecord {
    pub id: String,
    pub name: String,
    /// What the header of a file it fits looks like.
    pub fingerprint: String,
    pub mapping: serde_json::Value,
    pub balance_key: Option<i64>,
    pub balance_id: Option<String>,
    pub updated_at: Timestamp,
}

/// Counts and sums over the lines of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineFigures {
    pub lines: u64,
    pub confirmed_in: Amount,
    pub confirmed_in_lines: u64,
    /// At or below zero.
    pub confirmed_out: Amount,
    pub confirmed_out_lines: u64,
    pub open_in: Amount,
    pub open_in_lines: u64,
    pub open_out: Amount,
    pub open_out_lines: u64,
}

/// The ledger's half of the proof of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSide {
    /// Ledger balance at the end of the period.
    pub balance: Amount,
    /// Unmatched entries from the baseline to the end of the period, outstanding ones left out.
    pub unmatched: Amount,
    pub unmatched_entries: u64,
    /// Unmatched entries to the end of the period that are carried as outstanding.
    pub outstanding: Amount,
    pub outstanding_entries: u64,
    /// Matched to this or an earlier statement, dated after the period.
    pub matched_later_dated: Amount,
    /// Dated within the period, matched to a later statement.
    pub matched_on_later: Amount,
}

/// The span of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofSpan {
    pub balance_key: i64,
    pub statement_key: i64,
    /// Entries before it are covered by the opening balance of the first statement.
    pub baseline: Date,
    pub period_to: Date,
    /// Journal keys of outstanding entries that count as unmatched ones.
    pub open: Vec<i64>,
}

/// Which lines the desk wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFilter {
    Open,
    Confirmed,
    All,
}

/// Their order; the position breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSort {
    Position,
    Date,
    Amount,
    Tier,
}

/// A page of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineQuery {
    pub statement_key: i64,
    pub balance_key: i64,
    pub run_key: Option<i64>,
    pub filter: LineFilter,
    /// All must be found in the line.
    pub words: Vec<Word>,
    /// Only lines after this position.
    pub after: Option<u32>,
    /// `none` for lines without a live proposal.
    pub tier: Option<String>,
    pub sort: LineSort,
    pub descending: bool,
    pub offset: u64,
    pub limit: u32,
}

/// Which entries the desk wants; matched ones never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryQuery {
    pub balance_key: i64,
    pub from: Option<Date>,
    pub to: Date,
    /// Only outstanding ones, or only others.
    pub outstanding: bool,
    /// Journal keys of outstanding entries that count among the others, however early their day.
    pub open: Vec<i64>,
    /// Only entries of one of these amounts, their sign left aside. `None`: of any.
    pub amounts: Option<Vec<Amount>>,
    /// All must be found in the entry.
    pub words: Vec<Word>,
    /// 1 money in, −1 money out, 0 both.
    pub sign: i8,
    /// Journal rows after this key are not seen. `None`: all.
    pub newest_txn_key: Option<i64>,
    /// Journal keys of entries that are not wanted.
    pub except: Vec<i64>,
    pub offset: u64,
    /// 0 for all.
    pub limit: u32,
}

impl EntryQuery {
    /// Every entry to a day that is not outstanding.
    pub fn new(balance_key: i64, to: Date) -> Self {
        Self {
            balance_key,
            from: None,
            to,
            outstanding: false,
            open: Vec::new(),
            amounts: None,
            words: Vec::new(),
            sign: 0,
            newest_txn_key: None,
            except: Vec::new(),
            offset: 0,
            limit: 0,
        }
    }
}

/// A rule as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRecord {
    pub id: String,
    pub position: u32,
    pub name: String,
    pub enabled: bool,
    pub version: u32,
    pub body: serde_json::Value,
    pub deleted: bool,
    pub updated_at: Timestamp,
    pub updated_by: String,
}

/// A stored version of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersionRecord {
    pub version: u32,
    pub name: String,
    pub body: serde_json::Value,
    pub at: Timestamp,
    pub actor: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    pub key: i64,
    pub id: String,
    pub job_id: String,
    pub statement_key: i64,
    pub dry_run: bool,
    pub inputs: serde_json::Value,
    pub newest_txn_key: i64,
    pub result_hash: Option<String>,
    pub lines: u32,
    pub matched: u32,
    pub confirmed: u32,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub actor: String,
}

/// A match to store.
#[derive(Debug, Clone)]
pub struct NewMatch {
    pub id: String,
    pub statement_key: i64,
    /// `proposal` or `manual`.
    pub kind: &'static str,
    pub tier: Option<String>,
    pub rule_id: Option<String>,
    pub run_key: Option<i64>,
    pub reasons: serde_json::Value,
    /// Entry posted for it, and why: `difference`, `new_entry`, `reversal`.
    pub posted: Option<(i64, &'static str)>,
    pub at: Timestamp,
    pub actor: String,
}

/// A confirmed match with both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchRecord {
    pub key: i64,
    pub id: String,
    pub statement_key: i64,
    pub kind: String,
    pub tier: Option<String>,
    pub rule_id: Option<String>,
    pub reasons: serde_json::Value,
    pub posted_key: Option<i64>,
    pub posted_kind: Option<String>,
    pub confirmed_at: Timestamp,
    pub confirmed_by: String,
    pub undone_at: Option<Timestamp>,
    pub lines: u32,
}

/// One thing that was done on the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRecord {
    pub key: i64,
    pub statement_key: i64,
    pub at: Timestamp,
    pub actor: String,
    pub kind: String,
    pub summary: String,
    /// What it changed: enough to take it back and to do it again.
    pub undo: serde_json::Value,
    pub undone_at: Option<Timestamp>,
    pub undone_by: Option<String>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq)]
pub struct SignOffRecord {
    pub version: u32,
    pub signed_at: Timestamp,
    pub signed_by: String,
    pub report: serde_json::Value,
    pub reopened_at: Option<Timestamp>,
    pub reopened_by: Option<String>,
    pub reopen_reason: Option<String>,
}

/// Reads of reconciliation.
#[async_trait::async_trait]
pub trait ReconReads {
    /// Statements, not undone, that came from this file.
    async fn file_imports(&self, sha256: &str) -> StoreResult<Vec<ImportSeen>>;
    /// Active lines of the balance with one of these fingerprints.
    async fn known_lines(&self, balance_key: i64, fingerprints: &[String]) -> StoreResult<Vec<KnownLine>>;
    /// Active lines of the balance that were booked on one of these days.
    async fn lines_of_days(&self, balance_key: i64, days: &[Date]) -> StoreResult<Vec<KnownLine>>;
    async fn profiles(&self) -> StoreResult<Vec<ProfileRecord>>;
    async fn profile_by_fingerprint(&self, fingerprint: &str) -> StoreResult<Option<ProfileRecord>>;

    /// Statements that are not undone, oldest period first.
    async fn statements(&self, balance_key: Option<i64>) -> StoreResult<Vec<StatementRecord>>;
    async fn statement(&self, id: &str) -> StoreResult<Option<StatementRecord>>;
    /// Signed statements of a balance that end on `day` or later, the last first.
    async fn signed_from(&self, balance_key: i64, day: Date) -> StoreResult<Vec<SignedRecord>>;
    async fn line_figures(&self, statement_key: i64) -> StoreResult<LineFigures>;
    async fn ledger_side(&self, span: &ProofSpan) -> StoreResult<LedgerSide>;

    /// Rules that are not deleted, in order.
    async fn rules(&self) -> StoreResult<Vec<RuleRecord>>;
    async fn rule(&self, id: &str) -> StoreResult<Option<RuleRecord>>;
    async fn rule_versions(&self, id: &str) -> StoreResult<Vec<RuleVersionRecord>>;
    /// Per rule: confirmed matches, and live proposals of the newest runs of open statements.
    async fn rule_use(&self) -> StoreResult<Vec<(String, u32, u32)>>;

    /// Newest finished run of a statement that was not a dry run.
    async fn latest_run(&self, statement_key: i64) -> StoreResult<Option<RunRecord>>;
    async fn run_of_job(&self, job_id: &str) -> StoreResult<Option<RunRecord>>;
    async fn newest_txn_key(&self) -> StoreResult<i64>;

    async fn desk_lines(&self, query: &LineQuery) -> StoreResult<crate::Page<DeskLineRecord>>;
    /// Open lines per tier of the live proposal, `none` included.
    async fn desk_tiers(
        &self,
        statement_key: i64,
        balance_key: i64,
        run_key: Option<i64>,
    ) -> StoreResult<Vec<(String, u32)>>;
    async fn lines(&self, ids: &[String]) -> StoreResult<Vec<LineRecord>>;
    /// All lines of a statement in position order; only the open ones on wish.
    async fn statement_lines(&self, statement_key: i64, open_only: bool) -> StoreResult<Vec<LineRecord>>;
    async fn match_lines(&self, match_key: i64) -> StoreResult<Vec<LineRecord>>;
    async fn entries(&self, query: &EntryQuery) -> StoreResult<crate::Page<EntryRecord>>;
    /// Journal keys of outstanding entries that a run proposes, alone, for an open line.
    async fn outstanding_proposed(&self, balance_key: i64, run_key: i64) -> StoreResult<Vec<i64>>;
    /// Sum of the entries of a query, its page left aside.
    async fn entries_sum(&self, query: &EntryQuery) -> StoreResult<Amount>;
    async fn entries_by_id(&self, balance_key: i64, txn_ids: &[String]) -> StoreResult<Vec<EntryRecord>>;
    async fn entries_by_key(&self, balance_key: i64, txn_keys: &[i64]) -> StoreResult<Vec<EntryRecord>>;
    async fn match_entries(&self, match_key: i64) -> StoreResult<Vec<EntryRecord>>;
    /// Entries in any standing match of a statement.
    async fn statement_entries(&self, statement_key: i64) -> StoreResult<Vec<EntryRecord>>;
    /// Pairs of a line of the statement and a journal row that somebody rejected.
    async fn rejected_pairs(&self, statement_key: i64) -> StoreResult<Vec<(i64, i64)>>;
    async fn match_by_id(&self, id: &str) -> StoreResult<Option<MatchRecord>>;
    /// Matches of a statement that stand.
    async fn matches(&self, statement_key: i64) -> StoreResult<Vec<MatchRecord>>;
    /// Matches of a statement that an entry was posted for, oldest first: those that were taken apart since too, for
    /// the entry stays in the journal.
    async fn postings(&self, statement_key: i64) -> StoreResult<Vec<MatchRecord>>;
    /// Newest first.
    async fn actions(&self, statement_key: i64) -> StoreResult<Vec<ActionRecord>>;
    /// Oldest first.
    async fn sign_offs(&self, statement_key: i64) -> StoreResult<Vec<SignOffRecord>>;
}

/// Writes of reconciliation, inside one unit of work, with the reads a decision in it needs.
///
/// Methods named `load_…` see the unit's own writes. Nobody else can write while the unit is open, so what they
/// return still holds when the unit commits.
#[async_trait::async_trait]
pub trait ReconWrites {
    /// Keeps the bytes of a file; the same bytes are kept once.
    async fn put_file(&mut self, sha256: &str, name: &str, bytes: &[u8], at: Timestamp) -> StoreResult<()>;
    /// Saves a mapping; one per fingerprint.
    async fn put_profile(&mut self, profile: &ProfileRecord) -> StoreResult<()>;
    async fn delete_profile(&mut self, id: &str) -> StoreResult<bool>;

    async fn insert_statement(&mut self, statement: &NewStatement) -> StoreResult<i64>;
    /// Fails with `Duplicate("statement line")` when an active line of the balance has the same content.
    async fn insert_lines(&mut self, statement_key: i64, balance_key: i64, lines: &[NewLine]) -> StoreResult<()>;
    async fn load_statement(&mut self, id: &str) -> StoreResult<Option<StatementRecord>>;
    async fn load_statements(&mut self, balance_key: i64) -> StoreResult<Vec<StatementRecord>>;
    async fn load_known_lines(&mut self, balance_key: i64, fingerprints: &[String]) -> StoreResult<Vec<KnownLine>>;
    async fn load_lines_of_days(&mut self, balance_key: i64, days: &[Date]) -> StoreResult<Vec<KnownLine>>;
    /// Sets state and version. Undoing also sets the lines inactive.
    async fn set_statement_state(&mut self, key: i64, state: StatementState, version: u32) -> StoreResult<()>;

    /// Inserts or replaces a rule, and keeps the version when it is a new one.
    async fn put_rule(&mut self, rule: &RuleRecord) -> StoreResult<()>;
    async fn load_rules(&mut self) -> StoreResult<Vec<RuleRecord>>;

    async fn insert_run(&mut self, run: &RunRecord) -> StoreResult<i64>;
    /// Writes hash, counts and finish time.
    async fn save_run(&mut self, run: &RunRecord) -> StoreResult<()>;
    async fn insert_proposals(&mut self, proposals: &[ProposalRecord]) -> StoreResult<()>;
    /// Open lines with a live proposal of this tier, in position order.
    async fn load_live_proposals(
        &mut self,
        run_key: i64,
        balance_key: i64,
        tier: &str,
    ) -> StoreResult<Vec<DeskLineRecord>>;

    async fn load_lines(&mut self, ids: &[String]) -> StoreResult<Vec<LineRecord>>;
    async fn load_lines_by_key(&mut self, keys: &[i64]) -> StoreResult<Vec<LineRecord>>;
    async fn load_entries(&mut self, balance_key: i64, txn_ids: &[String]) -> StoreResult<Vec<EntryRecord>>;
    async fn load_entries_by_key(&mut self, balance_key: i64, txn_keys: &[i64]) -> StoreResult<Vec<EntryRecord>>;
    async fn load_match(&mut self, key: i64) -> StoreResult<Option<MatchRecord>>;
    /// Matches of a statement that stand.
    async fn load_matches(&mut self, statement_key: i64) -> StoreResult<Vec<MatchRecord>>;
    async fn load_match_sides(&mut self, key: i64) -> StoreResult<(Vec<i64>, Vec<i64>)>;
    /// Fails with `Duplicate("match")` when a line or an entry is in a match already, with `Signed` when the statement is.
    async fn insert_match(
        &mut self,
        new: &NewMatch,
        balance_key: i64,
        lines: &[i64],
        entries: &[i64],
    ) -> StoreResult<i64>;
    /// Many one-to-one matches of one statement: (match, line key, journal key).
    async fn insert_pair_matches(
        &mut self,
        balance_key: i64,
        matches: &[(NewMatch, i64, i64)],
    ) -> StoreResult<Vec<i64>>;
    /// Opens both sides of matches.
    async fn undo_matches(&mut self, keys: &[i64], at: Timestamp) -> StoreResult<()>;
    /// Closes a match that was opened: same sides as before.
    async fn restore_match(&mut self, key: i64, balance_key: i64, lines: &[i64], entries: &[i64]) -> StoreResult<()>;
    /// True if the pair was not rejected before.
    async fn put_rejected(&mut self, line_key: i64, txn_key: i64, at: Timestamp, actor: &str) -> StoreResult<bool>;
    async fn delete_rejected(&mut self, line_key: i64, txn_key: i64) -> StoreResult<bool>;
    async fn put_outstanding(
        &mut self,
        statement_key: i64,
        balance_key: i64,
        txn_keys: &[i64],
        at: Timestamp,
        actor: &str,
    ) -> StoreResult<()>;
    async fn delete_outstanding(&mut self, balance_key: i64, txn_keys: &[i64]) -> StoreResult<()>;
    async fn insert_action(&mut self, action: &ActionRecord) -> StoreResult<i64>;
    async fn load_action(&mut self, key: i64) -> StoreResult<Option<ActionRecord>>;
    /// Marks an action as taken back, or as standing again.
    async fn mark_action(&mut self, key: i64, undone: Option<(Timestamp, &str)>) -> StoreResult<()>;
    async fn load_line_figures(&mut self, statement_key: i64) -> StoreResult<LineFigures>;
    async fn load_ledger_side(&mut self, span: &ProofSpan) -> StoreResult<LedgerSide>;
    /// All entries of a query; its page is left aside.
    async fn load_entry_list(&mut self, query: &EntryQuery) -> StoreResult<Vec<EntryRecord>>;

    async fn insert_sign_off(&mut self, statement_key: i64, sign_off: &SignOffRecord) -> StoreResult<()>;
    async fn reopen_sign_off(
        &mut self,
        statement_key: i64,
        version: u32,
        at: Timestamp,
        actor: &str,
        reason: &str,
    ) -> StoreResult<()>;
}
