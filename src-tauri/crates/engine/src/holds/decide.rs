//! One decision on a hold, as the writer books it: a commit, a void, an expiry.

use jiff::civil::Date;
use ledger::{Amount, Commit, HoldState, LedgerError, Status, TransactionRow, hold};
use store::Unit;
use store::journal::Expected;
use store::ledger::{BalanceRecord, BalanceRef, NewTransaction};

use super::{Decided, EXPIRED, Loaded, VOIDED, repeat, settles_on};
use crate::api::transactions::{CommitItem, VoidItem};
use crate::clock::new_id;
use crate::days::{check_day, entry_day};
use crate::group::Command;
use crate::idempotency::{CommitContent, reference_of, release_hash};
use crate::post::event;
use crate::{EngineError, EngineResult, Stamp, lineage, monitors, periods, signed, words};

/// A commit, read and complete.
pub(super) struct Committing {
    id: String,
    commit: Commit,
    void_rest: bool,
    day: Option<Date>,
    reason: Option<String>,
    reference: String,
}

impl Committing {
    /// # Errors
    /// [`EngineError::Invalid`] naming the wrong field.
    pub(super) fn read(item: &CommitItem, today: Date) -> EngineResult<Self> {
        let commit = match &item.amount {
            None => Commit::Rest,
            Some(text) => Commit::Part(
                text.parse().map_err(|_| EngineError::invalid("amount", format!("“{text}” is not an amount.")))?,
            ),
        };
        Ok(Self {
            id: item.id.clone(),
            commit,
            void_rest: item.void_rest,
            day: entry_day(item.date.as_deref(), today, "date")?,
            reason: signed::reason_of(item.signed_reason.as_deref())?,
            reference: reference_of(item.reference.as_deref().unwrap_or_default())?,
        })
    }
}

fn expected(id: &str, reference: &str) -> Expected {
    let references = Some(reference).filter(|reference| !reference.is_empty());
    Expected {
        rows: vec![id.to_owned()],
        references: references.into_iter().map(str::to_owned).collect(),
        settings: [periods::CLOSED_THROUGH, monitors::MONITORS, lineage::LINEAGE].map(str::to_owned).to_vec(),
        ..Expected::default()
    }
}

#[async_trait::async_trait]
impl Command for Committing {
    type Answer = Decided;

    fn expected(&self) -> Expected {
        expected(&self.id, &self.reference)
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Decided> {
        let loaded = load(unit, &self.id).await?;
        let again = repeat::Commit { commit: &self.commit, void_rest: self.void_rest, day: self.day };
        if let Some(done) = again.find(unit, stamp, &loaded, &self.reference).await? {
            return Ok(done);
        }
        refuse_expired(&loaded, stamp)?;
        self.book(unit, stamp, loaded).await
    }
}

impl Committing {
    /// All that is left, booked by itself.
    fn rest(id: &str) -> Self {
        let (id, reference) = (id.to_owned(), String::new());
        Self { id, commit: Commit::Rest, void_rest: false, day: None, reason: None, reference }
    }

    async fn book(&self, unit: &mut dyn Unit, stamp: &Stamp, loaded: Loaded) -> EngineResult<Decided> {
        let amount = loaded.hold.open.to_commit(&self.commit).map_err(|error| in_words(error, &loaded))?;
        let (source, destination) = hold::commit(&loaded.source.balance, &loaded.destination.balance, &amount)?;
        let open = loaded.hold.open.after_commit(&amount);
        let whole = open.state != HoldState::Open;
        let reference = given_or_next(unit, &loaded, &self.reference, 'C').await?;
        let mut row = child(&loaded, stamp, Status::Applied, &amount, None, reference.clone());
        row.effective_date = self.day.unwrap_or_else(|| settles_on(row.effective_date, stamp.today));
        check_day(row.effective_date, stamp.today, "date")?;
        let date = Some(row.effective_date);
        periods::admit(unit, row.effective_date).await?;
        let sides = [&loaded.source, &loaded.destination];
        let period = signed::admit(unit, sides, row.effective_date, self.reason.as_deref()).await?;
        if let (Some(period), Some(reason)) = (&period, &self.reason) {
            signed::record(unit, stamp, period, &row, reason).await?;
        }
        let void_rest = self.void_rest && !whole;
        let content = CommitContent { hold: &self.id, amount: &amount, whole, void_rest, day: self.day };
        let id = row.id.clone();
        insert_child(unit, stamp, "hold.committed", &loaded, row, content.hash()).await?;
        unit.save_hold(loaded.transaction.key, &open, whole.then_some(stamp.at)).await?;
        if void_rest {
            // One decision: what is watched is held against what it was before and what it is after both.
            unit.save_figures(loaded.source.key, &source).await?;
            unit.save_figures(loaded.destination.key, &destination).await?;
            let again = load(unit, &self.id).await?;
            let before = [&loaded.source, &loaded.destination];
            release(unit, stamp, &again, before, HoldState::Voided, "Rest not needed", "").await?;
        } else {
            monitors::save(unit, stamp, &loaded.source, &source, &id).await?;
            monitors::save(unit, stamp, &loaded.destination, &destination, &id).await?;
        }
        Ok(Decided { amount, date, reference, existing: false })
    }
}

/// A void, read and complete.
pub(super) struct Voiding {
    id: String,
    reference: String,
    reason: String,
}

impl Voiding {
    /// # Errors
    /// [`EngineError::Invalid`] for a reference that is none.
    pub(super) fn read(item: &VoidItem, reason: &str) -> EngineResult<Self> {
        let reference = reference_of(item.reference.as_deref().unwrap_or_default())?;
        Ok(Self { id: item.id.clone(), reference, reason: reason.to_owned() })
    }
}

#[async_trait::async_trait]
impl Command for Voiding {
    type Answer = Decided;

    fn expected(&self) -> Expected {
        expected(&self.id, &self.reference)
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Decided> {
        let loaded = load(unit, &self.id).await?;
        if let Some(done) = repeat::of_void(unit, stamp, &loaded, &self.reference, &self.reason).await? {
            return Ok(done);
        }
        refuse_expired(&loaded, stamp)?;
        release(unit, stamp, &loaded, loaded.sides(), HoldState::Voided, &self.reason, &self.reference).await
    }
}

/// What becomes of a hold whose time has come: what is left is booked if it was to commit itself, and let go otherwise.
pub(super) struct Due {
    pub(super) id: String,
    /// It cannot be booked: it expires if its time for that has come too.
    pub(super) refused: bool,
}

#[async_trait::async_trait]
impl Command for Due {
    type Answer = bool;

    fn expected(&self) -> Expected {
        expected(&self.id, "")
    }

    /// Answers whether there was something to do.
    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<bool> {
        let loaded = load(unit, &self.id).await?;
        // Another writer may have decided since the list was read.
        if loaded.hold.open.state != HoldState::Open {
            return Ok(false);
        }
        let has_come = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at <= stamp.at);
        // It commits itself before it expires, also where both times passed while the book was closed.
        if has_come(loaded.hold.timers.commits_at) && !self.refused {
            Committing::rest(&self.id).book(unit, stamp, loaded).await?;
            return Ok(true);
        }
        if !has_come(loaded.hold.timers.expires_at) {
            return Ok(false);
        }
        release(unit, stamp, &loaded, loaded.sides(), HoldState::Expired, "Expired", "").await?;
        Ok(true)
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
    match loaded.hold.timers.expires_at {
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

/// Lets go of what is left of a loaded hold, whose balances were `before` when the command began. Without a reference one is
/// made.
async fn release(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    loaded: &Loaded,
    before: [&BalanceRecord; 2],
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
    let id = row.id.clone();
    insert_child(unit, stamp, kind, loaded, row, hash).await?;
    unit.save_hold(loaded.transaction.key, &open, Some(stamp.at)).await?;
    monitors::save(unit, stamp, before[0], &source, &id).await?;
    monitors::save(unit, stamp, before[1], &destination, &id).await?;
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
    let mut event = event(stamp, kind, &row, None, (&loaded.source, &loaded.destination));
    let decision = lineage::Decision {
        family_key: loaded.transaction.key,
        source: &loaded.source,
        destination: &loaded.destination,
        remaining: &loaded.hold.remaining,
        amount: &row.amount,
        commits: row.status == Status::Applied,
    };
    let flow = lineage::of_decision(unit, &decision).await?;
    flow.tell(&mut event.payload);
    let new = NewTransaction {
        row,
        parent_key: Some(loaded.transaction.key),
        source_key: loaded.source.key,
        destination_key: loaded.destination.key,
        metadata: None,
        input_hash,
        refund_of: None,
        leg: None,
    };
    let key = unit.insert_transaction(&new).await?;
    unit.record_event(&event).await?;
    flow.write(unit, stamp, key, loaded.transaction.key).await
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
