//! The busy part of a unit of work: balances, journal rows, holds, settings and history.
//!
//! What a unit books is kept in memory ([`Pending`]) and written when it commits, or when something else asks the
//! database: one statement for each table, however many postings there are. Each balance is then written once, and the
//! links of the history follow one another in memory. A store gives the SQL ([`Database`]); how a unit sees its own
//! writes and takes back one command stands here, once for every store.

mod batch;
mod pending;

use std::any::Any;
use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Balance, Head, Open};
use serde_json::Value;

use crate::ledger::{BalanceRecord, BalanceRef, DayTurnover, HoldRecord, NewTransaction, StoredTransaction, Timers};
use crate::recon::SignedRecord;
use crate::system::Event;
use crate::{StoreError, StoreResult};

pub use batch::{Batch, NewEntry, NewEvent, NewHold, NewRow, SavedBalance, SavedHold, SavedTurnover};
pub use pending::Pending;

/// Where the journal and the history of a book end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Key of the newest journal row, 0 without one.
    pub row: i64,
    /// Key of the newest event, 0 without one.
    pub event: i64,
    pub head: Head,
}

/// What is read before commands run.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// Balances by id, and by indicator and currency.
    pub ids: Vec<String>,
    pub indicators: Vec<(String, String)>,
    pub references: Vec<String>,
    pub settings: Vec<String>,
    /// First day on which the balances may be booked.
    pub day: Option<Date>,
}

impl Ahead {
    fn is_empty(&self) -> bool {
        !self.has_balances() && self.references.is_empty() && self.settings.is_empty()
    }

    pub fn has_balances(&self) -> bool {
        !self.ids.is_empty() || !self.indicators.is_empty()
    }
}

/// What was found for [`Ahead`].
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub balances: Vec<BalanceRecord>,
    pub rows: Vec<FoundRow>,
    /// References under which a posting waits to be booked, each with the id of what waits.
    pub waiting: Vec<(String, String)>,
    pub settings: Vec<(String, Value)>,
    /// Signed statements of the balances that end on the day or later, with the key of the balance, the last first.
    pub signed: Vec<(i64, SignedRecord)>,
    /// Turnover of the balances on the day, where there is some; nothing if it was not looked for.
    pub turnover: Option<Vec<(i64, DayTurnover)>>,
    /// Nothing if it was not looked for.
    pub ends: Option<Ends>,
}

/// What a unit asks of its database, each as one statement. Only [`JournalWrites`] calls it.
#[async_trait::async_trait]
pub trait Database: Send {
    fn pending(&mut self) -> &mut Pending;
    /// Everything of [`Ahead`]. A database that answers several questions at once may do so, and look for more than it
    /// was asked for.
    async fn read_ahead(&mut self, ahead: &Ahead) -> StoreResult<Found> {
        one_by_one(self, ahead).await
    }
    /// Balances by id or by indicator and currency, in any order; who is not there is left out.
    async fn read_balances(
        &mut self,
        ids: &[String],
        indicators: &[(String, String)],
    ) -> StoreResult<Vec<BalanceRecord>>;
    /// The oldest balance of a name within a ledger and currency.
    async fn read_named(&mut self, ledger_id: &str, name: &str, currency: &str) -> StoreResult<Option<BalanceRecord>>;
    /// Journal rows, and of holds how they stand.
    async fn read_by_reference(&mut self, references: &[String]) -> StoreResult<Vec<FoundRow>>;
    /// References under which a posting waits to be booked, each with the id of what waits.
    async fn read_waiting(&mut self, references: &[String]) -> StoreResult<Vec<(String, String)>>;
    async fn read_by_id(&mut self, ids: &[String]) -> StoreResult<Vec<FoundRow>>;
    async fn read_hold(&mut self, row_key: i64) -> StoreResult<Option<HoldRecord>>;
    async fn read_settings(&mut self, keys: &[String]) -> StoreResult<Vec<(String, Value)>>;
    /// Signed statements of balances that end on `day` or later, with the key of the balance, the last first.
    async fn read_signed_from(&mut self, balance_keys: &[i64], day: Date) -> StoreResult<Vec<(i64, SignedRecord)>>;
    /// Turnover of balances on days, where there is some.
    async fn read_turnover(&mut self, days: &[(i64, Date)]) -> StoreResult<Vec<(i64, DayTurnover)>>;
    async fn read_ends(&mut self) -> StoreResult<Ends>;
    /// Writes everything of the batch, or fails.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when a balance or hold is not as it was read.
    async fn write(&mut self, batch: &Batch) -> StoreResult<()>;
}

/// A journal row; of a hold also how it stands.
pub type FoundRow = (StoredTransaction, Option<HoldRecord>);

/// What a command will ask for, so that one question is asked for many commands.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    pub balances: Vec<BalanceRef>,
    pub references: Vec<String>,
    /// Ids of journal rows, which come with their balances.
    pub rows: Vec<String>,
    pub settings: Vec<String>,
    /// First day on which the balances may be booked.
    pub day: Option<Date>,
}

impl Expected {
    /// Adds what another command will ask for.
    pub fn and(&mut self, other: Self) {
        self.balances.extend(other.balances);
        self.references.extend(other.references);
        self.rows.extend(other.rows);
        self.settings.extend(other.settings);
        self.day = self.day.into_iter().chain(other.day).min();
    }
}

/// Asks for everything of [`Ahead`], question by question.
///
/// # Errors
/// Those of the database.
pub async fn one_by_one<D: Database + ?Sized>(database: &mut D, ahead: &Ahead) -> StoreResult<Found> {
    let mut found = Found::default();
    if ahead.has_balances() {
        found.balances = database.read_balances(&ahead.ids, &ahead.indicators).await?;
    }
    if !ahead.references.is_empty() {
        found.rows = database.read_by_reference(&ahead.references).await?;
        found.waiting = database.read_waiting(&ahead.references).await?;
    }
    if !ahead.settings.is_empty() {
        found.settings = database.read_settings(&ahead.settings).await?;
    }
    let keys: Vec<i64> = found.balances.iter().map(|record| record.key).collect();
    if let (Some(day), false) = (ahead.day, keys.is_empty()) {
        found.signed = database.read_signed_from(&keys, day).await?;
    }
    Ok(found)
}

/// What was made of a setting.
pub type Made = Arc<dyn Any + Send + Sync>;
/// How it is made; of a setting that is not there too.
pub type Read = fn(Option<&Value>) -> StoreResult<Made>;

/// Reads and writes of the journal inside one unit. Reads see what the unit has booked.
#[async_trait::async_trait]
pub trait JournalWrites {
    /// Reads ahead what commands will ask for. Asking without it gives the same answers.
    async fn expect(&mut self, expected: &Expected) -> StoreResult<()>;
    /// From here on is one command, which [`Self::take_back`] undoes.
    fn mark(&mut self);
    /// Undoes everything since [`Self::mark`], and says whether it could: what was written past the journal stays until
    /// the whole unit is dropped.
    #[must_use]
    fn take_back(&mut self) -> bool;
    /// Hands everything to the database; it is durable with the commit.
    async fn flush(&mut self) -> StoreResult<()>;

    /// The balance as this unit sees it, its own writes included.
    async fn load_balance(&mut self, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>>;
    /// Keeps the figures if nothing was saved since `balance` was loaded.
    async fn save_figures(&mut self, key: i64, balance: &Balance) -> StoreResult<()>;
    /// The balances whose figures this unit changed, before and after, by name.
    fn changed_balances(&mut self) -> Vec<(Balance, Balance)>;
    async fn load_by_reference(&mut self, reference: &str) -> StoreResult<Option<StoredTransaction>>;
    /// Id of the accepted posting that waits to be booked under a reference.
    async fn waits_under(&mut self, reference: &str) -> StoreResult<Option<String>>;
    async fn load_transaction(&mut self, id: &str) -> StoreResult<Option<StoredTransaction>>;
    /// Adds a journal row and answers with its key; a settled one also adds its two entries and their day's turnover.
    async fn insert_transaction(&mut self, transaction: &NewTransaction) -> StoreResult<i64>;
    async fn load_hold(&mut self, row_key: i64) -> StoreResult<Option<HoldRecord>>;
    async fn insert_hold(&mut self, row_key: i64, amount: &Amount, timers: Timers) -> StoreResult<()>;
    /// Only an open hold changes: a second decision on the same hold is [`StoreError::Stale`].
    async fn save_hold(&mut self, row_key: i64, open: &Open, closed_at: Option<Timestamp>) -> StoreResult<()>;
    /// Signed statements of a balance that end on `day` or later, the last first.
    async fn load_signed_from(&mut self, balance_key: i64, day: Date) -> StoreResult<Vec<SignedRecord>>;
    /// A setting as this unit sees it.
    async fn load_setting(&mut self, key: &str) -> StoreResult<Option<Value>>;
    /// What `read` makes of a setting, made once for the unit and again only after the setting was put.
    async fn load_made(&mut self, key: &str, read: Read) -> StoreResult<Made>;
    async fn put_setting(&mut self, key: &str, value: &Value) -> StoreResult<()>;
    /// Adds an event to the history; it is sealed with the others of the unit, in their order.
    async fn record_event(&mut self, event: &Event) -> StoreResult<()>;
}

#[async_trait::async_trait]
impl<D: Database> JournalWrites for D {
    async fn expect(&mut self, expected: &Expected) -> StoreResult<()> {
        let ids = self.pending().unknown_rows(&expected.rows);
        if !ids.is_empty() {
            let found = self.read_by_id(&ids).await?;
            self.pending().know_rows(found);
        }
        let wanted = self.pending().with_balances_of(&expected.rows, &expected.balances);
        let pending = self.pending();
        let (ids, indicators) = pending.unknown_balances(&wanted);
        let references = pending.unknown_references(&expected.references);
        let settings = pending.unknown_settings(&expected.settings);
        let ahead = Ahead { ids, indicators, references, settings, day: expected.day };
        if !ahead.is_empty() {
            let found = self.read_ahead(&ahead).await?;
            self.pending().know(&wanted, ahead, found);
        }
        // Of balances that were known before.
        if let Some(day) = expected.day {
            let keys = self.pending().unknown_signed(&wanted, day);
            if !keys.is_empty() {
                let found = self.read_signed_from(&keys, day).await?;
                self.pending().know_signed(keys, day, found);
            }
        }
        Ok(())
    }

    fn mark(&mut self) {
        self.pending().mark();
    }

    fn take_back(&mut self) -> bool {
        self.pending().take_back()
    }

    async fn flush(&mut self) -> StoreResult<()> {
        if self.pending().is_broken() {
            return Err(StoreError::Stale("unit of work"));
        }
        if self.pending().is_empty() {
            return Ok(());
        }
        let days = self.pending().unknown_days();
        if !days.is_empty() {
            let found = self.read_turnover(&days).await?;
            self.pending().know_turnover(days, found);
        }
        if self.pending().ends().is_none() {
            let ends = self.read_ends().await?;
            self.pending().know_ends(ends);
        }
        let batch = self.pending().batch()?;
        if let Err(error) = self.write(&batch).await {
            self.pending().broke();
            return Err(error);
        }
        self.pending().written(&batch);
        Ok(())
    }

    async fn load_balance(&mut self, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>> {
        if let BalanceRef::Named { ledger_id, name, currency } = reference {
            let found = self.read_named(ledger_id, name, currency).await?;
            return Ok(found.map(|record| self.pending().know_balance(record)));
        }
        if !self.pending().knows_of(reference) {
            self.expect(&Expected { balances: vec![reference.clone()], ..Expected::default() }).await?;
        }
        Ok(self.pending().balance(reference))
    }

    async fn save_figures(&mut self, key: i64, balance: &Balance) -> StoreResult<()> {
        if !self.pending().knows_balance(key) {
            let found = self.read_balances(std::slice::from_ref(&balance.id), &[]).await?;
            found.into_iter().for_each(|record| {
                self.pending().know_balance(record);
            });
        }
        self.pending().save_figures(key, balance)
    }

    fn changed_balances(&mut self) -> Vec<(Balance, Balance)> {
        self.pending().changed_balances()
    }

    async fn load_by_reference(&mut self, reference: &str) -> StoreResult<Option<StoredTransaction>> {
        if !self.pending().knows_reference(reference) {
            self.expect(&Expected { references: vec![reference.to_owned()], ..Expected::default() }).await?;
        }
        Ok(self.pending().by_reference(reference))
    }

    async fn waits_under(&mut self, reference: &str) -> StoreResult<Option<String>> {
        if let Some(known) = self.pending().waits_under(reference) {
            return Ok(known);
        }
        let asked = vec![reference.to_owned()];
        let found = self.read_waiting(&asked).await?;
        self.pending().know_waiting(&asked, found);
        Ok(self.pending().waits_under(reference).flatten())
    }

    async fn load_transaction(&mut self, id: &str) -> StoreResult<Option<StoredTransaction>> {
        if let Some(known) = self.pending().row(id) {
            return Ok(Some(known));
        }
        self.expect(&Expected { rows: vec![id.to_owned()], ..Expected::default() }).await?;
        Ok(self.pending().row(id))
    }

    async fn insert_transaction(&mut self, transaction: &NewTransaction) -> StoreResult<i64> {
        if self.load_by_reference(&transaction.row.reference).await?.is_some() {
            return Err(StoreError::DuplicateReference);
        }
        if self.pending().ends().is_none() {
            let ends = self.read_ends().await?;
            self.pending().know_ends(ends);
        }
        self.pending().insert_row(transaction)
    }

    async fn load_hold(&mut self, row_key: i64) -> StoreResult<Option<HoldRecord>> {
        if let Some(known) = self.pending().hold(row_key) {
            return Ok(Some(known));
        }
        let found = self.read_hold(row_key).await?;
        if let Some(hold) = &found {
            self.pending().know_hold(row_key, hold.clone());
        }
        Ok(found)
    }

    async fn insert_hold(&mut self, row_key: i64, amount: &Amount, timers: Timers) -> StoreResult<()> {
        self.pending().insert_hold(row_key, amount, timers);
        Ok(())
    }

    async fn save_hold(&mut self, row_key: i64, open: &Open, closed_at: Option<Timestamp>) -> StoreResult<()> {
        self.load_hold(row_key).await?;
        self.pending().save_hold(row_key, open, closed_at)
    }

    async fn load_signed_from(&mut self, balance_key: i64, day: Date) -> StoreResult<Vec<SignedRecord>> {
        if let Some(known) = self.pending().signed_from(balance_key, day) {
            return Ok(known);
        }
        let found = self.read_signed_from(&[balance_key], day).await?;
        self.pending().know_signed(vec![balance_key], day, found);
        Ok(self.pending().signed_from(balance_key, day).unwrap_or_default())
    }

    async fn load_setting(&mut self, key: &str) -> StoreResult<Option<Value>> {
        if let Some(known) = self.pending().setting(key) {
            return Ok(known);
        }
        let found = self.read_settings(&[key.to_owned()]).await?;
        self.pending().know_settings(vec![key.to_owned()], found);
        Ok(self.pending().setting(key).flatten())
    }

    async fn load_made(&mut self, key: &str, read: Read) -> StoreResult<Made> {
        if let Some(made) = self.pending().made(key) {
            return Ok(made);
        }
        if self.pending().setting(key).is_none() {
            let found = self.read_settings(&[key.to_owned()]).await?;
            self.pending().know_settings(vec![key.to_owned()], found);
        }
        self.pending().make(key, read)
    }

    async fn put_setting(&mut self, key: &str, value: &Value) -> StoreResult<()> {
        self.pending().put_setting(key, value);
        Ok(())
    }

    async fn record_event(&mut self, event: &Event) -> StoreResult<()> {
        self.pending().record_event(event);
        Ok(())
    }
}
