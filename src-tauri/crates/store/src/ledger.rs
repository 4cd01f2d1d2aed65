//! Ledgers, balances, the journal and holds.

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Balance, Figures, HoldState, Lifecycle, Open, Status, TransactionRow, balance::Side};

use crate::{Page, Query, StoreResult};

/// A ledger: a named folder of balances. `/` in a name groups ledgers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRecord {
    pub key: i64,
    pub id: String,
    pub name: String,
    pub balances: u64,
}

/// A balance with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRecord {
    pub key: i64,
    pub ledger_id: String,
    pub ledger_name: String,
    pub indicator: Option<String>,
    pub account_number: Option<String>,
    /// Statements are expected for it.
    pub reconcilable: bool,
    pub pinned: bool,
    /// Latest effective day of a settled entry.
    pub last_entry_on: Option<Date>,
    pub balance: Balance,
}

/// A balance to create.
#[derive(Debug, Clone)]
pub struct NewBalance {
    pub id: String,
    pub ledger_id: String,
    pub name: String,
    pub indicator: Option<String>,
    pub currency: ledger::Currency,
    pub account_number: Option<String>,
    pub reconcilable: bool,
    pub created_at: Timestamp,
}

/// What of a balance may change; its money unit never does.
#[derive(Debug, Clone)]
pub struct BalanceEdit {
    pub name: String,
    pub account_number: Option<String>,
    pub reconcilable: bool,
    pub pinned: bool,
}

/// How a balance is named in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BalanceRef {
    /// Public id.
    Id(String),
    /// `@name` together with a currency code.
    Indicator { name: String, currency: String },
    /// A name within one ledger and currency; the oldest where a book has several.
    Named { ledger_id: String, name: String, currency: String },
}

/// A journal row with the hash of what was asked for.
#[derive(Debug, Clone)]
pub struct NewTransaction {
    pub row: TransactionRow,
    pub parent_key: Option<i64>,
    pub source_key: i64,
    pub destination_key: i64,
    /// JSON text, if any.
    pub metadata: Option<String>,
    pub input_hash: [u8; 32],
    /// The row that it gives back, whole or in part.
    pub refund_of: Option<RefundOf>,
    /// Its place in a journal entry of several postings.
    pub leg: Option<LegOf>,
}

/// A journal row that is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOf {
    pub key: i64,
    pub id: String,
}

/// Which posting of a journal entry a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegOf {
    /// The first posting of the entry, key and id; nothing for the first itself.
    pub first: Option<(i64, String)>,
    /// Counts from 1.
    pub position: u32,
    /// Postings of the entry.
    pub legs: u32,
}

impl LegOf {
    /// The posting after `index` others, of `legs`.
    pub fn new(first: Option<(i64, String)>, index: usize, legs: usize) -> Self {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { first, position: number(index).saturating_add(1), legs: number(legs) }
    }
}

/// A stored journal row with the keys that other tables use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTransaction {
    pub key: i64,
    pub parent_key: Option<i64>,
    pub source_key: i64,
    pub source_name: String,
    pub destination_key: i64,
    pub destination_name: String,
    pub metadata: Option<String>,
    pub input_hash: Vec<u8>,
    /// Id of the row that it gives back, whole or in part.
    pub refund_of: Option<String>,
    /// Its place in a journal entry of several postings.
    pub leg: Option<LegOf>,
    pub row: TransactionRow,
}

/// When a hold is decided on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timers {
    /// Then what is still held is let go.
    pub expires_at: Option<Timestamp>,
    /// Then what is still held is booked; before the hold expires.
    pub commits_at: Option<Timestamp>,
}

/// A hold as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRecord {
    pub open: Open,
    pub remaining: Amount,
    pub timers: Timers,
    pub closed_at: Option<Timestamp>,
}

/// One line of the transactions grid: the first row of a family and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRecord {
    pub first: StoredTransaction,
    pub hold: Option<HoldRecord>,
    pub lifecycle: Lifecycle,
    /// Rows below the first.
    pub children: u64,
    /// Files that are attached.
    pub attachments: u64,
}

/// One settled entry in the register of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRecord {
    pub transaction: StoredTransaction,
    pub side: Side,
    pub other_id: String,
    pub other_name: String,
    /// Balance after this entry, in the order of effective day and booking.
    pub running: Amount,
    /// Id and tick of the match it belongs to.
    pub matched: Option<String>,
}

/// Turnover of a balance on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTurnover {
    pub day: Date,
    pub credit: Amount,
    pub debit: Amount,
    pub entries: u64,
}

/// Sum of a filtered list in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyTotal {
    pub currency: String,
    pub exponent: u8,
    pub group: String,
    pub count: u64,
    pub amount: Amount,
}

/// Figures of a filtered list of balances in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceTotal {
    pub currency: ledger::Currency,
    pub balances: u64,
    /// Sums of what is stored with the balances.
    pub figures: Figures,
    /// Credits and debits of their entries: the same sums by another way.
    pub entries: (Amount, Amount),
}

/// Debits and credits of every balance of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialRow {
    pub currency: ledger::Currency,
    pub balances: u64,
    pub entries: u64,
    pub debit: Amount,
    pub credit: Amount,
}

/// What a balance took in and gave out up to the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceAt {
    pub id: String,
    pub name: String,
    pub ledger_id: String,
    pub ledger_name: String,
    pub currency: ledger::Currency,
    pub credit: Amount,
    pub debit: Amount,
}

/// Settled entries without a confirmed match, by age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeBucket {
    /// Days from the effective day to today fall into `0..=7`, `8..=30`, `31..=60`, `61..=90` and the rest: 0 to 4.
    pub bucket: usize,
    pub entries: u64,
    /// Money in less money out.
    pub net: Amount,
}

/// A balance as it is stored, and the same four figures as the journal gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recomputed {
    pub stored: Balance,
    pub figures: Figures,
}

/// The whole book at one moment, held against its journal.
#[derive(Debug, Clone)]
pub struct Audit {
    pub balances: Vec<Recomputed>,
    /// Where holds, entries and daily turnover do not follow from the journal: each difference is a sentence.
    pub derived: Vec<String>,
    pub trial: Vec<TrialRow>,
}

/// What one row did to the held money of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldMove {
    /// It leaves the balance once it is committed.
    pub out: bool,
    /// It is placed; otherwise it is committed or let go.
    pub placed: bool,
    pub amount: Amount,
}

/// What is held in and out after all of `moves`.
pub fn held_after(moves: impl IntoIterator<Item = HeldMove>) -> (Amount, Amount) {
    let mut held = (Amount::ZERO, Amount::ZERO);
    for one in moves {
        let sum = if one.out { &mut held.1 } else { &mut held.0 };
        *sum = if one.placed { &*sum + &one.amount } else { &*sum - &one.amount };
    }
    held
}

/// Reads of the ledger. They never wait for a writer.
#[async_trait::async_trait]
pub trait LedgerReads {
    async fn ledgers(&self) -> StoreResult<Vec<LedgerRecord>>;
    /// A page of ledgers. Fields: those of [`crate::filters::LEDGERS`]. Default order: name.
    async fn ledger_page(&self, query: &Query) -> StoreResult<Page<LedgerRecord>>;
    /// Fields: those of [`crate::filters::BALANCES`]. Default order: ledger, name, currency; any other order ends in the
    /// currency too.
    async fn balances(&self, query: &Query) -> StoreResult<Page<BalanceRecord>>;
    /// Sums of the same list, by currency.
    async fn balance_totals(&self, query: &Query) -> StoreResult<Vec<BalanceTotal>>;
    async fn balance(&self, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>>;
    /// Turnover by day, oldest first, days `from..=to` (open ends when `None`).
    async fn turnover(&self, balance_key: i64, from: Option<Date>, to: Option<Date>) -> StoreResult<Vec<DayTurnover>>;
    /// Credit and debit up to and including `day`.
    async fn settled_at(&self, balance_key: i64, day: Date) -> StoreResult<(Amount, Amount)>;
    /// What was held in and out of a balance before an instant, by when holds were placed and decided on.
    async fn held_before(&self, balance_key: i64, until: Timestamp) -> StoreResult<(Amount, Amount)>;
    /// The register, newest first unless sorted by `date` ascending. Condition fields: `date`.
    async fn register(&self, balance_key: i64, query: &Query) -> StoreResult<Page<RegisterRecord>>;
    /// First rows of families. Fields: those of [`crate::filters::TRANSACTIONS`]; `balance` is either side. Default order:
    /// date, newest first.
    async fn families(&self, query: &Query) -> StoreResult<Page<FamilyRecord>>;
    /// The first rows of the same list without its length, when they are found before it is known how long the list is;
    /// nothing when [`Self::families`] answers as fast. There may be more rows even when fewer than `limit` come.
    async fn families_start(&self, query: &Query) -> StoreResult<Option<Vec<FamilyRecord>>>;
    /// The key of every row of the same list, in its order.
    async fn family_keys(&self, query: &Query) -> StoreResult<Vec<i64>>;
    /// Families by the keys of their first rows, in the order of the keys.
    async fn families_by_key(&self, keys: &[i64]) -> StoreResult<Vec<FamilyRecord>>;
    /// Sums of the same list, by currency and by whether the money is applied, held or neither.
    async fn family_totals(&self, query: &Query) -> StoreResult<Vec<CurrencyTotal>>;
    /// The family that a row belongs to: its first row and everything below it in booking order.
    async fn family(&self, transaction_id: &str) -> StoreResult<Option<(FamilyRecord, Vec<StoredTransaction>)>>;
    /// What gives back a family, or a row of it, oldest first. The family is named by the key of its first row.
    async fn refunds(&self, family_key: i64) -> StoreResult<Vec<StoredTransaction>>;
    /// Keys of the postings of the entry that a row belongs to, in their order; none for a row that stands alone.
    async fn leg_keys(&self, transaction_id: &str) -> StoreResult<Vec<i64>>;
    async fn transaction_by_reference(&self, reference: &str) -> StoreResult<Option<StoredTransaction>>;
    /// Open holds that touch a balance.
    async fn holds_of(&self, balance_key: i64) -> StoreResult<Vec<FamilyRecord>>;
    /// Open holds whose timers ran out at or before `now`, whoever came first in front.
    async fn due_holds(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<FamilyRecord>>;
    async fn trial_balance(&self, as_of: Option<Date>) -> StoreResult<Vec<TrialRow>>;
    /// Every balance at the end of a day, or now; by ledger, name and currency.
    async fn balances_at(&self, day: Option<Date>) -> StoreResult<Vec<BalanceAt>>;
    /// Entries of a balance from `from` on that no confirmed match explains.
    async fn unmatched_ages(&self, balance_key: i64, from: Option<Date>, today: Date) -> StoreResult<Vec<AgeBucket>>;
    /// Recomputes everything that follows from the journal, all of it as of one moment.
    async fn audit(&self) -> StoreResult<Audit>;
    /// Recomputes the figures of one balance from its journal rows, as of one moment.
    async fn recompute(&self, balance_id: &str) -> StoreResult<Option<Recomputed>>;
}

/// Writes of the ledger beside the journal, inside one unit of work. What the journal needs often is in
/// [`crate::JournalWrites`].
#[async_trait::async_trait]
pub trait LedgerWrites {
    async fn insert_ledger(&mut self, id: &str, name: &str, at: Timestamp) -> StoreResult<()>;
    async fn rename_ledger(&mut self, id: &str, name: &str) -> StoreResult<bool>;
    /// Fails with `Duplicate("balance")` when the indicator is taken in that currency.
    async fn insert_balance(&mut self, balance: &NewBalance) -> StoreResult<i64>;
    /// The decimals that this book keeps a currency code with, if any balance has it.
    async fn load_exponent(&mut self, currency: &str) -> StoreResult<Option<u8>>;
    async fn edit_balance(&mut self, id: &str, edit: &BalanceEdit) -> StoreResult<bool>;
    /// The rows of a family, its first row in front, by the key of that.
    async fn load_family(&mut self, family_key: i64) -> StoreResult<Vec<StoredTransaction>>;
    /// As [`LedgerReads::refunds`].
    async fn load_refunds(&mut self, family_key: i64) -> StoreResult<Vec<StoredTransaction>>;
}

/// The text of a status in storage.
pub fn status_text(status: Status) -> &'static str {
    match status {
        Status::Applied => "APPLIED",
        Status::Inflight => "INFLIGHT",
        Status::Void => "VOID",
    }
}

/// The text of a hold's state in storage.
pub fn hold_state_text(state: HoldState) -> &'static str {
    match state {
        HoldState::Open => "open",
        HoldState::Committed => "committed",
        HoldState::Voided => "voided",
        HoldState::Expired => "expired",
    }
}
