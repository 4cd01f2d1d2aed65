//! Holds: commit whole or in part, void with a reason, expire by the clock.

mod effect;
mod repeat;

use jiff::civil::Date;
use ledger::{Amount, Commit, HoldState, LedgerError, Status, TransactionRow, hold};
use store::Unit;
use store::ledger::{BalanceRecord, BalanceRef, FamilyRecord, HoldRecord, NewTransaction, StoredTransaction};

use crate::api::transactions::{BatchOutcome, BatchRow, CommitItem, VoidItem, VoidRequest};
use crate::clock::new_id;
use crate::days::{check_day, entry_day};
use crate::idempotency::{CommitContent, reference_of, release_hash};
use crate::post::event;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, signed, words};

/// Largest number of holds one command decides on; the window sends more in parts.
pub const MAX_BATCH: usize = 100;
/// Kinds of the history entries of a hold that was let go, and of one that ran out.
const VOIDED: &str = "hold.voided";
const EXPIRED: &str = "hold.expired";
/// Holds that are read at once to be expired.
const EXPIRE_AT_ONCE: u32 = 200;

/// A hold with both its balances, as the unit of work sees it.
struct Loaded {
    transaction: StoredTransaction,
    hold: HoldRecord,
    source: BalanceRecord,
    destination: BalanceRecord,
}

/// What was done with a hold.
struct Decided {
    amount: Amount,
    /// Day a commit counts for.
    date: Option<Date>,
    /// Reference of the row.
    reference: String,
    /// It was there before.
    existing: bool,
}

/// Money that was promised for a day settles for that day, whenever the approval is given. A day that is still to come
/// is another matter: money that is approved moves now, and nothing is booked ahead unless somebody says so.
fn settles_on(promised: Date, today: Date) -> Date {
    promised.min(today)
}

impl Engine {
    /// Commits holds, each in its own database transaction: one bad hold does not spoil the others.
    ///
    /// # Errors
    /// Only when nothing could be tried at all; each hold's own failure is in its row.
    pub async fn holds_commit(&self, items: Vec<CommitItem>) -> EngineResult<BatchOutcome> {
        check_batch(items.len())?;
        let mut rows = Vec::with_capacity(items.len());
        for item in &items {
            let outcome = self.commit_one(item).await;
            rows.push(self.batch_row(&item.id, outcome).await);
        }
        self.changed(&[Topic::Holds, Topic::Transactions, Topic::Balances]);
        if items.iter().any(|item| item.signed_reason.is_some()) {
            self.changed(&[Topic::Statements]);
        }
        Ok(outcome(rows))
    }

    /// Lets holds go, each in its own database transaction. The reason is stored with each.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason; each hold's own failure is in its row.
    pub async fn holds_void(&self, request: VoidRequest) -> EngineResult<BatchOutcome> {
        check_batch(request.items.len())?;
        let reason = request.reason.trim();
        if reason.is_empty() {
            return Err(EngineError::invalid("reason", "Give a reason. It is stored and printed."));
        }
        let reason = match request.note.as_deref().map(str::trim).filter(|note| !note.is_empty()) {
            Some(note) => words::plain(&format!("{reason}: {note}")),
            None => words::plain(reason),
        };
        let mut rows = Vec::with_capacity(request.items.len());
        for item in &request.items {
            let outcome = self.void_one(item, &reason).await;
            rows.push(self.batch_row(&item.id, outcome).await);
        }
        self.changed(&[Topic::Holds, Topic::Transactions, Topic::Balances]);
        Ok(outcome(rows))
    }

    /// Voids every hold whose time has come, each in its own database transaction. Called at open and by the clock;
    /// correct after any time closed. A hold that cannot be voided is named under "Needs attention" and stops no other.
    ///
    /// # Errors
    /// [`EngineError::Store`] if the list of due holds cannot be read.
    pub async fn expire_holds(&self) -> EngineResult<u32> {
        let mut expired = 0;
        let mut failed: Vec<String> = Vec::new();
        loop {
            let room = u32::try_from(failed.len()).unwrap_or(u32::MAX).saturating_add(EXPIRE_AT_ONCE);
            let due = self.store.expired_holds(self.clock.now(), room).await?;
            let due: Vec<&FamilyRecord> = due.iter().filter(|record| !failed.contains(&record.first.row.id)).collect();
            if due.is_empty() {
                break;
            }
            for record in due {
                match self.expire_one(&record.first.row.id).await {
                    Ok(done) => expired += u32::from(done),
                    Err(error) => {
                        tracing::error!(code = error.code(), "a hold that ran out could not be voided");
                        failed.push(record.first.row.id.clone());
                        self.remember_problem(format!("{} ran out but cannot be voided", record.first.row.reference));
                    }
                }
            }
        }
        if expired > 0 {
            self.changed(&[Topic::Holds, Topic::Transactions, Topic::Balances]);
        }
        Ok(expired)
    }

    async fn expire_one(&self, id: &str) -> EngineResult<bool> {
        let stamp = self.system_stamp();
        let mut unit = self.store.begin().await?;
        let loaded = load(unit.as_mut(), id).await?;
        // Another writer may have decided since the list was read.
        if loaded.hold.open.state != HoldState::Open {
            return Ok(false);
        }
        release(unit.as_mut(), &stamp, &loaded, HoldState::Expired, "Expired", "").await?;
        unit.commit().await?;
        Ok(true)
    }

    async fn commit_one(&self, item: &CommitItem) -> EngineResult<Decided> {
        let commit = match &item.amount {
            None => Commit::Rest,
            Some(text) => Commit::Part(
                text.parse().map_err(|_| EngineError::invalid("amount", format!("“{text}” is not an amount.")))?,
            ),
        };
        let stamp = self.stamp();
        let day = entry_day(item.date.as_deref(), stamp.today, "date")?;
        let reason = signed::reason_of(item.signed_reason.as_deref())?;
        let reference = reference_of(item.reference.as_deref().unwrap_or_default())?;
        let mut unit = self.store.begin().await?;
        let loaded = load(unit.as_mut(), &item.id).await?;
        let again = repeat::Commit { commit: &commit, void_rest: item.void_rest, day };
        if let Some(done) = again.find(unit.as_mut(), &stamp, &loaded, &reference).await? {
            return Ok(done);
        }
        refuse_expired(&loaded, &stamp)?;
        let amount = loaded.hold.open.to_commit(&commit).map_err(|error| in_words(error, &loaded))?;
        let (source, destination) = hold::commit(&loaded.source.balance, &loaded.destination.balance, &amount)?;
        let open = loaded.hold.open.after_commit(&amount);
        let whole = open.state != HoldState::Open;
        let reference = given_or_next(unit.as_mut(), &loaded, &reference, 'C').await?;
        let mut row = child(&loaded, &stamp, Status::Applied, &amount, None, reference.clone());
        row.effective_date = day.unwrap_or_else(|| settles_on(row.effective_date, stamp.today));
        check_day(row.effective_date, stamp.today, "date")?;
        let date = Some(row.effective_date);
        let sides = [&loaded.source, &loaded.destination];
        let period = signed::admit(unit.as_mut(), sides, row.effective_date, reason.as_deref()).await?;
        if let (Some(period), Some(reason)) = (&period, &reason) {
            signed::record(unit.as_mut(), &stamp, period, &row, reason).await?;
        }
        let content =
            CommitContent { hold: &item.id, amount: &amount, whole, void_rest: item.void_rest && !whole, day };
        insert_child(unit.as_mut(), &stamp, "hold.committed", &loaded, row, content.hash()).await?;
        unit.save_hold(loaded.transaction.key, &open, whole.then_some(stamp.at)).await?;
        unit.save_figures(loaded.source.key, &source).await?;
        unit.save_figures(loaded.destination.key, &destination).await?;
        if content.void_rest {
            let again = load(unit.as_mut(), &item.id).await?;
            release(unit.as_mut(), &stamp, &again, HoldState::Voided, "Rest not needed", "").await?;
        }
        unit.commit().await?;
        Ok(Decided { amount, date, reference, existing: false })
    }

    async fn void_one(&self, item: &VoidItem, reason: &str) -> EngineResult<Decided> {
        let reference = reference_of(item.reference.as_deref().unwrap_or_default())?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let loaded = load(unit.as_mut(), &item.id).await?;
        if let Some(done) = repeat::of_void(unit.as_mut(), &stamp, &loaded, &reference, reason).await? {
            return Ok(done);
        }
        refuse_expired(&loaded, &stamp)?;
        let done = release(unit.as_mut(), &stamp, &loaded, HoldState::Voided, reason, &reference).await?;
        unit.commit().await?;
        Ok(done)
    }

    async fn batch_row(&self, id: &str, outcome: EngineResult<Decided>) -> BatchRow {
        let family = self.store.family(id).await.ok().flatten().map(|(family, _)| family);
        let (reference, currency, exponent, held) = match &family {
            Some(family) => {
                let row = &family.first.row;
                let held = family.hold.as_ref().map(|hold| hold.remaining.clone()).unwrap_or_default();
                (row.reference.clone(), row.currency.code().to_owned(), row.currency.exponent(), held)
            }
            None => (id.to_owned(), String::new(), 0, Amount::ZERO),
        };
        let detail = outcome.as_ref().err().and_then(EngineError::detail);
        let (code, message) = match &outcome {
            Ok(_) => (None, None),
            Err(error) => (Some(error.code().to_owned()), Some(error.sentence())),
        };
        let done = outcome.ok();
        BatchRow {
            id: id.to_owned(),
            reference,
            ok: done.is_some(),
            code,
            message,
            detail,
            amount: done.as_ref().map_or(held, |done| done.amount.clone()).to_string(),
            currency,
            exponent,
            date: done.as_ref().and_then(|done| done.date).map(|day| day.to_string()),
            existing: done.as_ref().is_some_and(|done| done.existing),
            booked: done.map(|done| done.reference),
        }
    }
}

fn check_batch(count: usize) -> EngineResult<()> {
    match count {
        0 => Err(EngineError::invalid("ids", "Select a hold first.")),
        1..=MAX_BATCH => Ok(()),
        _ => Err(EngineError::invalid("ids", format!("At most {MAX_BATCH} holds can be decided at once."))),
    }
}

fn outcome(rows: Vec<BatchRow>) -> BatchOutcome {
    let done = rows.iter().filter(|row| row.ok).count();
    BatchOutcome {
        done: u32::try_from(done).unwrap_or(u32::MAX),
        failed: u32::try_from(rows.len() - done).unwrap_or(u32::MAX),
        rows,
    }
}

async fn load(unit: &mut dyn Unit, id: &str) -> EngineResult<Loaded> {
    let transaction = unit.load_transaction(id).await?.ok_or_else(|| EngineError::not_found("hold", id))?;
    if transaction.row.status != Status::Inflight {
        return Err(LedgerError::NotInflight.into());
    }
    let hold = unit.load_hold(transaction.key).await?.ok_or(LedgerError::NotInflight)?;
    let source = unit.load_balance(&BalanceRef::Id(transaction.row.source.clone())).await?;
    let destination = unit.load_balance(&BalanceRef::Id(transaction.row.destination.clone())).await?;
    match (source, destination) {
        (Some(source), Some(destination)) => Ok(Loaded { transaction, hold, source, destination }),
        _ => Err(EngineError::not_found("balance", &transaction.row.source)),
    }
}

/// A hold whose time has come is over, also in the moment before the clock has voided it.
fn refuse_expired(loaded: &Loaded, stamp: &Stamp) -> EngineResult<()> {
    match loaded.hold.expires_at {
        Some(at) if at <= stamp.at && loaded.hold.open.state == HoldState::Open => Err(EngineError::Conflict {
            code: "HOLD_EXPIRED",
            message: format!(
                "{} expired {}. Nothing was posted.",
                loaded.transaction.row.reference,
                words::day(words::day_of(at), stamp.today)
            ),
        }),
        _ => Ok(()),
    }
}

/// The ledger's refusal with amounts in the hold's currency.
fn in_words(error: LedgerError, loaded: &Loaded) -> EngineError {
    match error {
        LedgerError::InvalidAmount { remaining, given } if given.is_positive() => {
            let currency = &loaded.transaction.row.currency;
            EngineError::Conflict {
                code: "INVALID_AMOUNT",
                message: format!(
                    "Only {} is still held. You entered {}. Nothing was posted.",
                    words::money(&remaining, currency),
                    words::amount(&given, currency.exponent())
                ),
            }
        }
        other => other.into(),
    }
}

/// Lets go of what is left of a loaded hold. Without a reference one is made.
async fn release(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    loaded: &Loaded,
    state: HoldState,
    reason: &str,
    reference: &str,
) -> EngineResult<Decided> {
    let amount = loaded.hold.open.to_void()?;
    let (source, destination) = hold::release(&loaded.source.balance, &loaded.destination.balance, &amount)?;
    let mut open = loaded.hold.open.clone();
    open.state = state;
    let reference = given_or_next(unit, loaded, reference, 'V').await?;
    let row = child(loaded, stamp, Status::Void, &amount, Some(reason.to_owned()), reference.clone());
    let kind = if state == HoldState::Expired { EXPIRED } else { VOIDED };
    let hash = release_hash(kind, &loaded.transaction.row.id, reason);
    insert_child(unit, stamp, kind, loaded, row, hash).await?;
    unit.save_hold(loaded.transaction.key, &open, Some(stamp.at)).await?;
    unit.save_figures(loaded.source.key, &source).await?;
    unit.save_figures(loaded.destination.key, &destination).await?;
    Ok(Decided { amount, date: None, reference, existing: false })
}

fn child(
    loaded: &Loaded,
    stamp: &Stamp,
    status: Status,
    amount: &Amount,
    reason: Option<String>,
    reference: String,
) -> TransactionRow {
    let hold = &loaded.transaction.row;
    TransactionRow {
        id: new_id("txn"),
        parent: Some(hold.id.clone()),
        status,
        reference,
        source: hold.source.clone(),
        destination: hold.destination.clone(),
        amount: amount.clone(),
        currency: hold.currency.clone(),
        description: hold.description.clone(),
        effective_date: hold.effective_date,
        created_at: stamp.at,
        expires_at: None,
        reason,
        actor: stamp.actor.clone(),
    }
}

async fn insert_child(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    kind: &str,
    loaded: &Loaded,
    row: TransactionRow,
    input_hash: [u8; 32],
) -> EngineResult<()> {
    let event = event(stamp, kind, &row, None, (&loaded.source, &loaded.destination));
    let new = NewTransaction {
        row,
        parent_key: Some(loaded.transaction.key),
        source_key: loaded.source.key,
        destination_key: loaded.destination.key,
        metadata: None,
        input_hash,
        refund_of_key: None,
    };
    unit.insert_transaction(&new).await?;
    unit.record_event(&event).await?;
    Ok(())
}

async fn given_or_next(unit: &mut dyn Unit, loaded: &Loaded, given: &str, letter: char) -> EngineResult<String> {
    if given.is_empty() { next_reference(unit, loaded, letter).await } else { Ok(given.to_owned()) }
}

/// `PAY-7745-C1`: the hold's reference, a letter for what was done, and the first free number.
async fn next_reference(unit: &mut dyn Unit, loaded: &Loaded, letter: char) -> EngineResult<String> {
    // A reference may be 255 characters; the suffix takes its room from the end of a longer one.
    let stem: String = loaded.transaction.row.reference.chars().take(240).collect();
    for number in 1_u32.. {
        let candidate = format!("{stem}-{letter}{number}");
        if unit.load_by_reference(&candidate).await?.is_none() {
            return Ok(candidate);
        }
    }
    Err(EngineError::not_found("free reference", &stem))
}
