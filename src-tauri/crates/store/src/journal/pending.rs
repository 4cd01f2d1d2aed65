//! What a unit of work knows and has yet to write.

mod settings;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Balance, Figures, HoldState, Open, Status, balance::Side};
use serde_json::Value;

use super::batch::{Batch, NewEntry, NewEvent, NewHold, NewRow, SavedBalance, SavedHold, SavedTurnover};
use super::{Ahead, Ends, Found, FoundRow, Made};
use crate::history::sealed;
use crate::ledger::{BalanceRecord, BalanceRef, DayTurnover, HoldRecord, NewTransaction, StoredTransaction, Timers};
use crate::recon::SignedRecord;
use crate::system::Event;
use crate::{StoreError, StoreResult};

/// A balance that the unit has read. Its version counts every save of the unit, so that a save over figures that
/// somebody else saved meanwhile is seen; the database counts one for all of them.
#[derive(Debug, Clone)]
struct Known {
    record: BalanceRecord,
    /// Its figures before the unit.
    before: Figures,
    /// Version in the database.
    stored: i64,
    changed: bool,
}

/// A hold that the unit has read or made.
#[derive(Debug, Clone)]
struct Held {
    record: HoldRecord,
    made: bool,
    changed: bool,
}

/// One thing of the running command that can be undone.
#[derive(Debug)]
enum Done {
    Row,
    Event,
    /// Key, figures before, and whether they were changed by then.
    Figures(i64, Box<Figures>, bool),
    Hold(i64, Option<Held>),
    Setting(String, Option<Option<Value>>, bool),
}

/// What a unit of work knows and has yet to write.
#[derive(Debug, Default)]
pub struct Pending {
    balances: HashMap<i64, Known>,
    /// Keys by id, and by indicator and currency; nothing for who is not there.
    by_id: HashMap<String, Option<i64>>,
    by_indicator: HashMap<(String, String), Option<i64>>,
    rows: Vec<NewRow>,
    /// Rows of the journal by id, those of this unit among them.
    stored: HashMap<String, StoredTransaction>,
    /// Ids by reference; nothing for a reference that is free.
    references: HashMap<String, Option<String>>,
    /// Ids of what waits to be booked by reference; nothing for a reference under which nothing does.
    waiting: HashMap<String, Option<String>>,
    holds: HashMap<i64, Held>,
    /// Signed statements of a balance from a day on.
    signed: HashMap<i64, (Date, Vec<SignedRecord>)>,
    /// Turnover as it is stored; nothing for a day without any.
    turnover: HashMap<(i64, Date), Option<DayTurnover>>,
    settings: HashMap<String, Option<Value>>,
    /// What was made of settings.
    made: HashMap<String, Made>,
    put: BTreeSet<String>,
    events: Vec<Event>,
    ends: Option<Ends>,
    done: Vec<Done>,
    /// Something of the running command is in the database already.
    past: bool,
    /// A batch was not written whole: nothing of the unit may be committed.
    broken: bool,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.events.is_empty()
            && self.put.is_empty()
            && self.balances.values().all(|known| !known.changed)
            && self.holds.values().all(|held| !held.changed)
    }

    /// Says that something is written past the journal: it is there until the unit is dropped.
    pub fn wrote_past(&mut self) {
        self.past = true;
        self.done.clear();
        // What was written may have signed or reopened a statement, made a balance, or accepted a posting for later.
        self.signed.clear();
        self.turnover.clear();
        self.waiting.clear();
        self.by_id.retain(|_, key| key.is_some());
        self.by_indicator.retain(|_, key| key.is_some());
    }

    /// Says that a balance was edited: it is read again, and goes on counting its saves. What it has yet to write must
    /// have been written.
    pub fn edited(&mut self, id: &str) {
        if let Some(key) = self.by_id.remove(id).flatten() {
            self.balances.remove(&key);
            self.by_indicator.retain(|_, known| *known != Some(key));
        }
    }

    /// Says that a ledger has another name now.
    pub fn renamed(&mut self, ledger_id: &str, name: &str) {
        for known in self.balances.values_mut().filter(|known| known.record.ledger_id == ledger_id) {
            known.record.ledger_name = name.to_owned();
        }
    }

    pub(super) fn mark(&mut self) {
        self.done.clear();
        self.past = false;
    }

    pub(super) fn take_back(&mut self) -> bool {
        if self.past {
            return false;
        }
        while let Some(done) = self.done.pop() {
            match done {
                Done::Row => {
                    if let Some(row) = self.rows.pop() {
                        self.stored.remove(&row.new.row.id);
                        self.references.insert(row.new.row.reference, None);
                    }
                }
                Done::Event => drop(self.events.pop()),
                Done::Figures(key, before, changed) => {
                    if let Some(known) = self.balances.get_mut(&key) {
                        known.record.balance.figures = *before;
                        known.record.balance.version -= 1;
                        known.changed = changed;
                    }
                }
                Done::Hold(key, Some(before)) => drop(self.holds.insert(key, before)),
                Done::Hold(key, None) => drop(self.holds.remove(&key)),
                Done::Setting(key, before, was_put) => {
                    self.made.remove(&key);
                    if !was_put {
                        self.put.remove(&key);
                    }
                    match before {
                        Some(value) => drop(self.settings.insert(key, value)),
                        None => drop(self.settings.remove(&key)),
                    }
                }
            }
        }
        true
    }

    /// Takes in what was read ahead.
    pub(super) fn know(&mut self, wanted: &[BalanceRef], asked: Ahead, found: Found) {
        let keys: Vec<i64> = found.balances.iter().map(|record| record.key).collect();
        if asked.has_balances() {
            self.know_balances(wanted, found.balances);
        }
        if !asked.references.is_empty() {
            self.know_waiting(&asked.references, found.waiting);
            self.know_references(asked.references, found.rows);
        }
        if !asked.settings.is_empty() {
            self.know_settings(asked.settings, found.settings);
        }
        if let Some(day) = asked.day {
            if let Some(turnover) = found.turnover {
                self.know_turnover(keys.iter().map(|key| (*key, day)), turnover);
            }
            self.know_signed(keys, day, found.signed);
        }
        // The unit may have booked something since it read them first.
        self.ends = self.ends.or(found.ends);
    }

    // Balances.

    pub(super) fn unknown_balances(&self, wanted: &[BalanceRef]) -> (Vec<String>, Vec<(String, String)>) {
        let (mut ids, mut indicators) = (BTreeSet::new(), BTreeSet::new());
        for reference in wanted {
            match reference {
                BalanceRef::Id(id) if !self.by_id.contains_key(id) => drop(ids.insert(id.clone())),
                BalanceRef::Indicator { name, currency } => {
                    let pair = (name.clone(), currency.clone());
                    if !self.by_indicator.contains_key(&pair) {
                        indicators.insert(pair);
                    }
                }
                BalanceRef::Id(_) | BalanceRef::Named { .. } => {}
            }
        }
        (ids.into_iter().collect(), indicators.into_iter().collect())
    }

    pub(super) fn know_balances(&mut self, wanted: &[BalanceRef], found: Vec<BalanceRecord>) {
        for record in found {
            self.know_balance(record);
        }
        for reference in wanted {
            match reference {
                BalanceRef::Id(id) => drop(self.by_id.entry(id.clone()).or_insert(None)),
                BalanceRef::Indicator { name, currency } => {
                    self.by_indicator.entry((name.clone(), currency.clone())).or_insert(None);
                }
                BalanceRef::Named { .. } => {}
            }
        }
    }

    /// Takes in what was read, unless the unit knows it better, and answers with what it knows.
    pub(super) fn know_balance(&mut self, record: BalanceRecord) -> BalanceRecord {
        let key = record.key;
        self.by_id.insert(record.balance.id.clone(), Some(key));
        if let Some(indicator) = &record.indicator {
            let pair = (indicator.clone(), record.balance.currency.code().to_owned());
            self.by_indicator.insert(pair, Some(key));
        }
        let (before, stored) = (record.balance.figures.clone(), record.balance.version);
        self.balances.entry(key).or_insert(Known { record, before, stored, changed: false }).record.clone()
    }

    pub(super) fn knows_balance(&self, key: i64) -> bool {
        self.balances.contains_key(&key)
    }

    fn key_of(&self, reference: &BalanceRef) -> Option<i64> {
        let key = match reference {
            BalanceRef::Id(id) => self.by_id.get(id),
            BalanceRef::Indicator { name, currency } => self.by_indicator.get(&(name.clone(), currency.clone())),
            BalanceRef::Named { .. } => None,
        };
        key.copied().flatten()
    }

    /// Whether it is known if there is such a balance.
    pub(super) fn knows_of(&self, reference: &BalanceRef) -> bool {
        match reference {
            BalanceRef::Id(id) => self.by_id.contains_key(id),
            BalanceRef::Indicator { name, currency } => {
                self.by_indicator.contains_key(&(name.clone(), currency.clone()))
            }
            BalanceRef::Named { .. } => false,
        }
    }

    pub(super) fn balance(&self, reference: &BalanceRef) -> Option<BalanceRecord> {
        self.balances.get(&self.key_of(reference)?).map(|known| known.record.clone())
    }

    pub(super) fn save_figures(&mut self, key: i64, balance: &Balance) -> StoreResult<()> {
        let known = self.balances.get_mut(&key).ok_or(StoreError::Stale("balance"))?;
        if known.record.balance.version != balance.version {
            return Err(StoreError::Stale("balance"));
        }
        let before = std::mem::replace(&mut known.record.balance.figures, balance.figures.clone());
        self.done.push(Done::Figures(key, Box::new(before), known.changed));
        known.record.balance.version += 1;
        known.changed = true;
        Ok(())
    }

    pub(super) fn changed_balances(&self) -> Vec<(Balance, Balance)> {
        let changed = self.balances.values().filter(|known| known.before != known.record.balance.figures);
        let mut pairs: Vec<(Balance, Balance)> = changed
            .map(|known| {
                let after = known.record.balance.clone();
                (Balance { figures: known.before.clone(), ..after.clone() }, after)
            })
            .collect();
        pairs.sort_by(|(a, _), (b, _)| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        pairs
    }

    // Journal rows.

    pub(super) fn unknown_references(&self, wanted: &[String]) -> Vec<String> {
        let unknown: BTreeSet<&String> =
            wanted.iter().filter(|reference| !self.references.contains_key(*reference)).collect();
        unknown.into_iter().cloned().collect()
    }

    /// `wanted`, and both balances of rows that are known.
    pub(super) fn with_balances_of(&self, rows: &[String], wanted: &[BalanceRef]) -> Vec<BalanceRef> {
        let of_rows = rows
            .iter()
            .filter_map(|id| self.stored.get(id))
            .flat_map(|stored| [&stored.row.source, &stored.row.destination].map(|id| BalanceRef::Id(id.clone())));
        wanted.iter().cloned().chain(of_rows).collect()
    }

    pub(super) fn know_references(&mut self, asked: Vec<String>, found: Vec<FoundRow>) {
        self.references.extend(asked.into_iter().map(|reference| (reference, None)));
        self.know_rows(found);
    }

    pub(super) fn know_waiting(&mut self, asked: &[String], found: Vec<(String, String)>) {
        self.waiting.extend(asked.iter().map(|reference| (reference.clone(), None)));
        self.waiting.extend(found.into_iter().map(|(reference, id)| (reference, Some(id))));
    }

    pub(super) fn waits_under(&self, reference: &str) -> Option<Option<String>> {
        self.waiting.get(reference).cloned()
    }

    pub(super) fn unknown_rows(&self, wanted: &[String]) -> Vec<String> {
        let unknown: BTreeSet<&String> = wanted.iter().filter(|id| !self.stored.contains_key(*id)).collect();
        unknown.into_iter().cloned().collect()
    }

    pub(super) fn know_rows(&mut self, found: Vec<FoundRow>) {
        for (stored, hold) in found {
            if let Some(hold) = hold {
                self.know_hold(stored.key, hold);
            }
            self.know_row(stored);
        }
    }

    fn know_row(&mut self, stored: StoredTransaction) {
        self.references.insert(stored.row.reference.clone(), Some(stored.row.id.clone()));
        self.stored.insert(stored.row.id.clone(), stored);
    }

    /// Whether it is known if the reference is taken.
    pub(super) fn knows_reference(&self, reference: &str) -> bool {
        self.references.contains_key(reference)
    }

    pub(super) fn by_reference(&self, reference: &str) -> Option<StoredTransaction> {
        self.row(self.references.get(reference)?.as_deref()?)
    }

    pub(super) fn row(&self, id: &str) -> Option<StoredTransaction> {
        self.stored.get(id).cloned()
    }

    pub(super) fn ends(&self) -> Option<Ends> {
        self.ends
    }

    pub(super) fn know_ends(&mut self, ends: Ends) {
        self.ends = Some(ends);
    }

    pub(super) fn insert_row(&mut self, new: &NewTransaction) -> StoreResult<i64> {
        let newest = self.rows.last().map(|row| row.key).or(self.ends.map(|ends| ends.row));
        let key = newest.ok_or(StoreError::Stale("journal"))? + 1;
        let name = |key: i64| self.balances.get(&key).map(|known| known.record.balance.name.clone());
        let stored = StoredTransaction {
            key,
            parent_key: new.parent_key,
            source_key: new.source_key,
            source_name: name(new.source_key).unwrap_or_default(),
            destination_key: new.destination_key,
            destination_name: name(new.destination_key).unwrap_or_default(),
            metadata: new.metadata.clone(),
            input_hash: new.input_hash.to_vec(),
            refund_of: new.refund_of.as_ref().map(|of| of.id.clone()),
            leg: new.leg.clone(),
            row: new.row.clone(),
        };
        self.know_row(stored);
        self.rows.push(NewRow { key, new: new.clone() });
        self.done.push(Done::Row);
        Ok(key)
    }

    // Holds.

    pub(super) fn hold(&self, row_key: i64) -> Option<HoldRecord> {
        self.holds.get(&row_key).map(|held| held.record.clone())
    }

    pub(super) fn know_hold(&mut self, row_key: i64, record: HoldRecord) {
        self.holds.entry(row_key).or_insert(Held { record, made: false, changed: false });
    }

    pub(super) fn insert_hold(&mut self, row_key: i64, amount: &Amount, timers: Timers) {
        let open = Open { amount: amount.clone(), committed: Amount::ZERO, state: HoldState::Open };
        let record = HoldRecord { open, remaining: amount.clone(), timers, closed_at: None };
        let before = self.holds.insert(row_key, Held { record, made: true, changed: true });
        self.done.push(Done::Hold(row_key, before));
    }

    pub(super) fn save_hold(&mut self, row_key: i64, open: &Open, closed_at: Option<Timestamp>) -> StoreResult<()> {
        let held = self.holds.get_mut(&row_key).ok_or(StoreError::Stale("hold"))?;
        if held.record.open.state != HoldState::Open {
            return Err(StoreError::Stale("hold"));
        }
        self.done.push(Done::Hold(row_key, Some(held.clone())));
        held.record =
            HoldRecord { open: open.clone(), remaining: open.remaining(), timers: held.record.timers, closed_at };
        held.changed = true;
        Ok(())
    }

    // Signed statements, events.

    pub(super) fn signed_from(&self, balance_key: i64, day: Date) -> Option<Vec<SignedRecord>> {
        let (from, signed) = self.signed.get(&balance_key)?;
        (*from <= day).then(|| signed.iter().filter(|statement| statement.period_to >= day).cloned().collect())
    }

    /// Keys of known balances whose signed statements from `day` on are not known.
    pub(super) fn unknown_signed(&self, wanted: &[BalanceRef], day: Date) -> Vec<i64> {
        let keys: BTreeSet<i64> = wanted.iter().filter_map(|reference| self.key_of(reference)).collect();
        keys.into_iter().filter(|key| self.signed.get(key).is_none_or(|(from, _)| *from > day)).collect()
    }

    pub(super) fn know_signed(&mut self, asked: Vec<i64>, day: Date, found: Vec<(i64, SignedRecord)>) {
        self.signed.extend(asked.into_iter().map(|key| (key, (day, Vec::new()))));
        for (key, statement) in found {
            if let Some((_, signed)) = self.signed.get_mut(&key) {
                signed.push(statement);
            }
        }
    }

    pub(super) fn record_event(&mut self, event: &Event) {
        self.events.push(event.clone());
        self.done.push(Done::Event);
    }

    // Writing.

    /// The settled sides of the rows, in booking order.
    fn entries(&self) -> impl Iterator<Item = NewEntry> {
        self.rows.iter().filter(|row| row.new.row.status == Status::Applied).flat_map(|row| {
            let side = |balance_key: i64, side: Side| NewEntry {
                balance_key,
                row_key: row.key,
                side,
                day: row.new.row.effective_date,
                amount: row.new.row.amount.clone(),
            };
            [side(row.new.source_key, Side::Debit), side(row.new.destination_key, Side::Credit)]
        })
    }

    /// Balances and days whose turnover changes and is not known.
    pub(super) fn unknown_days(&self) -> Vec<(i64, Date)> {
        let days: BTreeSet<(i64, Date)> = self.entries().map(|entry| (entry.balance_key, entry.day)).collect();
        days.into_iter().filter(|day| !self.turnover.contains_key(day)).collect()
    }

    /// Takes in the turnover that is stored for the days that were asked for, unless the unit knows it better.
    pub(super) fn know_turnover(
        &mut self,
        asked: impl IntoIterator<Item = (i64, Date)>,
        found: Vec<(i64, DayTurnover)>,
    ) {
        let mut found: HashMap<(i64, Date), DayTurnover> =
            found.into_iter().map(|(key, turnover)| ((key, turnover.day), turnover)).collect();
        for day in asked {
            self.turnover.entry(day).or_insert_with(|| found.remove(&day));
        }
    }

    /// Everything that is to be written; the turnover of its days must be known.
    pub(super) fn batch(&mut self) -> StoreResult<Batch> {
        let ends = self.ends.ok_or(StoreError::Stale("history"))?;
        let events = self.seal(ends);
        let put = std::mem::take(&mut self.put);
        let entries: Vec<NewEntry> = self.entries().collect();
        let mut turnover: BTreeMap<(i64, Date), DayTurnover> = BTreeMap::new();
        let mut newest: HashMap<i64, Date> = HashMap::new();
        for entry in &entries {
            let empty = || DayTurnover { day: entry.day, credit: Amount::ZERO, debit: Amount::ZERO, entries: 0 };
            let day = (entry.balance_key, entry.day);
            let stored = || self.turnover.get(&day).cloned().flatten().unwrap_or_else(empty);
            let of_day = turnover.entry(day).or_insert_with(stored);
            *(if entry.side == Side::Debit { &mut of_day.debit } else { &mut of_day.credit }) += &entry.amount;
            of_day.entries += 1;
            let last = newest.entry(entry.balance_key).or_insert(entry.day);
            *last = (*last).max(entry.day);
        }
        let mut changed: Vec<i64> =
            self.balances.iter().filter(|(_, known)| known.changed).map(|(key, _)| *key).collect();
        // In the order of their keys: two programs that write the same balances never wait for each other in a ring.
        changed.sort_unstable();
        let balance = |key: i64| {
            let known = &self.balances[&key];
            let balance = Balance { version: known.stored, ..known.record.balance.clone() };
            SavedBalance { key, balance, last_entry_on: newest.get(&key).copied() }
        };
        let mut holds: Vec<(i64, &Held)> =
            self.holds.iter().filter(|(_, held)| held.changed).map(|(key, held)| (*key, held)).collect();
        holds.sort_unstable_by_key(|(key, _)| *key);
        let made = holds.iter().filter(|(_, held)| held.made).map(|(row_key, held)| NewHold {
            row_key: *row_key,
            amount: held.record.open.amount.clone(),
            timers: held.record.timers,
        });
        // A hold that was made and decided on in one unit is written open first, and then as it stands.
        let decided = holds.iter().filter(|(_, held)| {
            !held.made || held.record.open.state != HoldState::Open || !held.record.open.committed.is_zero()
        });
        let saved = decided.map(|(row_key, held)| SavedHold {
            row_key: *row_key,
            open: held.record.open.clone(),
            closed_at: held.record.closed_at,
        });
        let batch = Batch {
            settings: put
                .into_iter()
                .filter_map(|key| Some((key.clone(), self.settings.get(&key)?.clone()?)))
                .collect(),
            rows: Vec::new(),
            entries,
            new_holds: made.collect(),
            saved_holds: saved.collect(),
            turnover: turnover
                .into_iter()
                .map(|((balance_key, _), turnover)| SavedTurnover { balance_key, turnover })
                .collect(),
            balances: changed.into_iter().map(balance).collect(),
            events,
        };
        Ok(Batch { rows: std::mem::take(&mut self.rows), ..batch })
    }

    fn seal(&mut self, ends: Ends) -> Vec<NewEvent> {
        let (mut key, mut head) = (ends.event, ends.head);
        let sealed = std::mem::take(&mut self.events).into_iter().map(|event| {
            let payload = event.payload.to_string();
            key += 1;
            head = sealed(&head, &event, &payload);
            NewEvent { key, event, payload, head }
        });
        sealed.collect()
    }

    /// Whether a batch could not be written whole.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) fn broke(&mut self) {
        self.broken = true;
    }

    /// Everything of the batch is in the database.
    pub(super) fn written(&mut self, batch: &Batch) {
        if let Some(ends) = &mut self.ends {
            ends.row = batch.rows.last().map_or(ends.row, |row| row.key);
            if let Some(last) = batch.events.last() {
                (ends.event, ends.head) = (last.key, last.head);
            }
        }
        for saved in &batch.balances {
            if let Some(known) = self.balances.get_mut(&saved.key) {
                known.changed = false;
                known.stored += 1;
                known.record.last_entry_on = known.record.last_entry_on.max(saved.last_entry_on);
            }
        }
        for saved in &batch.turnover {
            self.turnover.insert((saved.balance_key, saved.turnover.day), Some(saved.turnover.clone()));
        }
        for held in self.holds.values_mut() {
            (held.made, held.changed) = (false, false);
        }
        if !self.done.is_empty() {
            self.past = true;
            self.done.clear();
        }
    }
}
