//! Posting: from a request to rows, inside one unit of work.

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Balance, Overdraft, Posting, Status, TransactionRow, transaction};
use store::Unit;
use store::journal::Expected;
use store::kept::RecordKind;
use store::ledger::{BalanceRecord, BalanceRef, LegOf, NewBalance, NewTransaction, StoredTransaction, Timers};
use store::system::Event;

use crate::balances::{created, one_exponent, sealed};
use crate::clock::new_id;
use crate::group::Command;
use crate::idempotency::{Asked, refuse_waiting, taken};
use crate::kept::Sealing;
use crate::{EngineError, EngineResult, Stamp, history, lineage, monitors, periods, refunds, signed, words};

/// The ledger that indicator balances live in.
pub(crate) const GENERAL_LEDGER: &str = "General ledger";
/// Its fixed id.
pub(crate) const GENERAL_LEDGER_ID: &str = "ldg_general";

/// What to post, parsed and complete.
#[derive(Debug, Clone)]
pub(crate) struct PostCommand {
    /// Empty: the id of the new row is used.
    pub reference: String,
    pub amount: Amount,
    /// Currency code that the asker means; must be the one of both balances.
    pub currency: String,
    /// Balance id or `@name`.
    pub source: String,
    pub destination: String,
    pub description: String,
    pub effective_date: Option<Date>,
    pub hold: bool,
    pub timers: Timers,
    pub overdraft: Overdraft,
    pub metadata: Option<serde_json::Value>,
    pub create_indicators: bool,
    /// Why it may settle in a signed period.
    pub signed_reason: Option<String>,
    /// Id of the row that it gives back, whole or in part.
    pub refunds: Option<String>,
    /// Its place in a journal entry of several postings.
    pub leg: Option<LegOf>,
    /// It was accepted before, and what waits under its reference is itself: the id it waits under, empty where it is
    /// only tried.
    pub reserved: Option<String>,
}

#[async_trait::async_trait]
impl Command for PostCommand {
    type Answer = Posted;

    fn expected(&self) -> Expected {
        let sides = [&self.source, &self.destination];
        let references = Some(&self.reference).filter(|reference| !reference.is_empty());
        // What is asked about an indicator is asked once its balance is known.
        let below_zero = (self.overdraft == Overdraft::Refused && !self.source.starts_with('@'))
            .then(|| below_zero_key(&self.source));
        let of_lineage = sides.into_iter().filter(|side| !side.starts_with('@')).map(|side| lineage::lineage_key(side));
        Expected {
            balances: sides.map(|name| balance_ref(name, &self.currency)).to_vec(),
            references: references.into_iter().cloned().collect(),
            rows: self.refunds.clone().into_iter().collect(),
            settings: below_zero
                .into_iter()
                .chain(of_lineage)
                .chain([periods::CLOSED_THROUGH, monitors::MONITORS, lineage::LINEAGE].map(str::to_owned))
                .collect(),
            day: self.effective_date,
        }
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Posted> {
        post_in(unit, stamp, self).await
    }
}

impl PostCommand {
    /// Why it cannot be placed as a hold any more, with the field that says so.
    pub(crate) fn past(&self, now: Timestamp) -> Option<(&'static str, &'static str)> {
        let is_past = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if is_past(self.timers.commits_at) {
            let message = "The time at which it commits itself lies in the past. Post it without a hold.";
            return Some(("commits_at", message));
        }
        is_past(self.timers.expires_at).then_some(("expires_at", "The expiry lies in the past."))
    }
}

/// A posting that is in the journal.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub id: String,
    pub key: i64,
    /// It was there before: same reference, same content.
    pub existing: bool,
    /// The row as it was booked just now.
    pub fresh: Option<Box<StoredTransaction>>,
}

/// `@name` or an id.
pub(crate) fn balance_ref(text: &str, currency: &str) -> BalanceRef {
    if text.starts_with('@') {
        BalanceRef::Indicator { name: text.to_owned(), currency: currency.to_owned() }
    } else {
        BalanceRef::Id(text.to_owned())
    }
}

/// Setting that lets a balance go below zero without asking each time.
pub(crate) fn below_zero_key(balance_id: &str) -> String {
    format!("below_zero/{balance_id}")
}

/// Reads the setting of [`below_zero_key`].
pub(crate) fn is_allowed(setting: Option<serde_json::Value>) -> bool {
    setting.and_then(|value| value.as_bool()).unwrap_or(false)
}

/// Books `command`. The caller commits the unit.
///
/// # Errors
/// Any refusal of the ledger; nothing of the unit may then be committed.
pub(crate) async fn post_in(unit: &mut dyn Unit, stamp: &Stamp, command: &PostCommand) -> EngineResult<Posted> {
    let day = command.effective_date.or(Some(stamp.today));
    unit.expect(&Expected { day, ..command.expected() }).await?;
    if !command.reference.is_empty()
        && let Some(existing) = unit.load_by_reference(&command.reference).await?
    {
        return repeat(unit, &existing, command, stamp).await;
    }
    if command.reserved.is_none() {
        refuse_waiting(unit, &command.reference).await?;
    }
    // A hold that was placed in time was found by its reference above.
    if let Some((field, message)) = command.past(stamp.at) {
        return Err(EngineError::invalid(field, message));
    }
    if !command.amount.fits_one_row() {
        return Err(EngineError::invalid("amount", format!("An amount has at most {} digits.", Amount::MOST_DIGITS)));
    }
    let Sides { mut source, mut destination, made } = both_balances(unit, stamp, command).await?;
    let asked = Asked { command, source: &source.balance.id, destination: &destination.balance.id };
    let input_hash = asked.hash();
    // What the posting itself says counts first; the property of the balance only takes the place of a refusal.
    let overdraft = match &command.overdraft {
        Overdraft::Refused if is_allowed(unit.load_setting(&below_zero_key(&source.balance.id)).await?) => {
            Overdraft::Unlimited
        }
        asked => asked.clone(),
    };
    let refund_of = match &command.refunds {
        Some(of) => {
            let sides = [&*source.balance.id, &*destination.balance.id];
            Some(refunds::admit(unit, of, &command.amount, sides).await?)
        }
        None => None,
    };
    let id = new_id("txn");
    let posting = Posting {
        reference: if command.reference.is_empty() { id.clone() } else { command.reference.clone() },
        amount: command.amount.clone(),
        currency: source.balance.currency.clone(),
        description: words::plain(&command.description),
        effective_date: command.effective_date.unwrap_or(stamp.today),
        hold: command.hold,
        expires_at: command.timers.expires_at,
        overdraft,
    };
    let (source_after, destination_after) = transaction::post(&source.balance, &destination.balance, &posting)?;
    let signed = if posting.hold {
        // Placing a hold moves no money; its commit asks.
        None
    } else {
        periods::admit(unit, posting.effective_date).await?;
        signed::admit(unit, [&source, &destination], posting.effective_date, command.signed_reason.as_deref()).await?
    };
    let flow = lineage::of_posting(
        unit,
        &lineage::Row {
            source: &source,
            destination: &destination,
            amount: &posting.amount,
            hold: posting.hold,
            metadata: command.metadata.as_ref(),
            refund_of: refund_of.as_ref(),
        },
    )
    .await?;
    // Nothing is refused from here on: what was to be made is made now, and a refused posting leaves nothing behind.
    for new in &made {
        let key = unit.insert_balance(new).await?;
        unit.record_event(&sealed(new).on(created(stamp, new, false))).await?;
        for side in [&mut source, &mut destination] {
            if side.balance.id == new.id {
                side.key = key;
            }
        }
    }
    let row = TransactionRow {
        id: id.clone(),
        parent: None,
        status: if posting.hold { Status::Inflight } else { Status::Applied },
        reference: posting.reference,
        source: source.balance.id.clone(),
        destination: destination.balance.id.clone(),
        amount: posting.amount.clone(),
        currency: posting.currency,
        description: posting.description,
        effective_date: posting.effective_date,
        created_at: stamp.at,
        expires_at: posting.expires_at,
        reason: None,
        actor: stamp.actor.clone(),
    };
    let kind = if posting.hold { "hold.placed" } else { "transaction.posted" };
    let mut event = event(stamp, kind, &row, command.metadata.as_ref(), (&source, &destination));
    if let Some(of) = &command.refunds {
        event.payload["refunds"] = of.clone().into();
    }
    if let Some(leg) = &command.leg {
        event.payload["leg"] = history::leg_of(leg, &row.id);
    }
    if let Some(at) = command.timers.commits_at {
        event.payload["commits_at"] = at.as_microsecond().into();
    }
    flow.tell(&mut event.payload);
    if let Some(accepted) = command.reserved.as_deref().filter(|id| !id.is_empty()) {
        event = Sealing::of(RecordKind::Scheduled, accepted, None).on(event);
    }
    if let (Some(period), Some(reason)) = (&signed, &command.signed_reason) {
        signed::record(unit, stamp, period, &row, reason).await?;
    }
    let new = NewTransaction {
        row,
        parent_key: None,
        source_key: source.key,
        destination_key: destination.key,
        metadata: command.metadata.as_ref().map(ToString::to_string),
        input_hash,
        refund_of,
        leg: command.leg.clone(),
    };
    let key = unit.insert_transaction(&new).await?;
    if posting.hold {
        unit.insert_hold(key, &posting.amount, command.timers).await?;
    }
    unit.record_event(&event).await?;
    flow.write(unit, stamp, key, key).await?;
    monitors::save(unit, stamp, &source, &source_after, &id).await?;
    monitors::save(unit, stamp, &destination, &destination_after, &id).await?;
    let mut fresh = unit.load_transaction(&id).await?.map(Box::new);
    if let Some(stored) = &mut fresh {
        // The unit does not know the names of balances that it has just made.
        stored.source_name.clone_from(&source.balance.name);
        stored.destination_name.clone_from(&destination.balance.name);
    }
    Ok(Posted { id, key, existing: false, fresh })
}

/// The same reference again: the same content is the same posting, other content is an error.
async fn repeat(
    unit: &mut dyn Unit,
    existing: &StoredTransaction,
    command: &PostCommand,
    stamp: &Stamp,
) -> EngineResult<Posted> {
    let source = unit.load_balance(&balance_ref(&command.source, &command.currency)).await?;
    let destination = unit.load_balance(&balance_ref(&command.destination, &command.currency)).await?;
    // A balance that does not exist is in no posting.
    let mut differs = Vec::new();
    let same = source.zip(destination).is_some_and(|(source, destination)| {
        let asked = Asked { command, source: &source.balance.id, destination: &destination.balance.id };
        differs = asked.differs(existing, stamp.today);
        asked.is(existing, stamp.today)
    });
    // When it commits itself is no part of its row.
    let held = match existing.row.status {
        Status::Inflight => unit.load_hold(existing.key).await?,
        Status::Applied | Status::Void => None,
    };
    let same = same && held.and_then(|hold| hold.timers.commits_at) == command.timers.commits_at;
    if !same {
        return Err(taken(existing, stamp).telling(&differs));
    }
    Ok(Posted { id: existing.row.id.clone(), key: existing.key, existing: true, fresh: None })
}

/// Both balances of a posting. Those in `made` do not exist yet, and have no key.
struct Sides {
    source: BalanceRecord,
    destination: BalanceRecord,
    made: Vec<NewBalance>,
}

async fn both_balances(unit: &mut dyn Unit, stamp: &Stamp, command: &PostCommand) -> EngineResult<Sides> {
    let source = unit.load_balance(&balance_ref(&command.source, &command.currency)).await?;
    let destination = unit.load_balance(&balance_ref(&command.destination, &command.currency)).await?;
    if source.is_none() && command.source == command.destination {
        // Before it is made, and made again.
        return Err(ledger::LedgerError::SelfTransfer.into());
    }
    // The exponent of a new indicator is that of the balance it is booked against.
    let known = source.as_ref().or(destination.as_ref()).map(|record| record.balance.currency.clone());
    let mut made = Vec::new();
    let mut sides = Vec::with_capacity(2);
    for (found, name) in [(source, &command.source), (destination, &command.destination)] {
        sides.push(match found {
            Some(record) => record,
            None => {
                let new = new_indicator(unit, stamp, name, command, known.as_ref()).await?;
                let record = to_be(&new);
                made.push(new);
                record
            }
        });
    }
    let (Some(destination), Some(source)) = (sides.pop(), sides.pop()) else {
        return Err(EngineError::not_found("balance", &command.source));
    };
    for record in [&source, &destination] {
        if record.balance.currency.code() != command.currency {
            let given = ledger::Currency::iso(&command.currency)
                .or_else(|| ledger::Currency::new(&command.currency, record.balance.currency.exponent()).ok())
                .ok_or_else(|| {
                    EngineError::invalid("currency", format!("“{}” is not a currency code.", command.currency))
                })?;
            return Err(ledger::LedgerError::CurrencyMismatch {
                balance: record.balance.name.clone(),
                kept: record.balance.currency.clone(),
                given,
            }
            .into());
        }
    }
    Ok(Sides { source, destination, made })
}

/// A balance as it will be once it is made.
fn to_be(new: &NewBalance) -> BalanceRecord {
    BalanceRecord {
        key: 0,
        ledger_id: new.ledger_id.clone(),
        ledger_name: GENERAL_LEDGER.to_owned(),
        indicator: new.indicator.clone(),
        account_number: None,
        reconcilable: false,
        pinned: false,
        last_entry_on: None,
        balance: Balance {
            id: new.id.clone(),
            name: new.name.clone(),
            currency: new.currency.clone(),
            figures: ledger::Figures::default(),
            version: 1,
        },
    }
}

/// The `@name` that a posting asks for, if it may be made.
async fn new_indicator(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    name: &str,
    command: &PostCommand,
    known: Option<&ledger::Currency>,
) -> EngineResult<NewBalance> {
    if !name.starts_with('@') {
        return Err(EngineError::not_found("balance", name));
    }
    if !command.create_indicators {
        return Err(EngineError::UnknownIndicator {
            name: name.to_owned(),
            currency: command.currency.clone(),
            closest: Vec::new(),
        });
    }
    let currency = match known {
        Some(currency) if currency.code() == command.currency => currency.clone(),
        _ => ledger::Currency::iso(&command.currency).ok_or_else(|| {
            EngineError::invalid(
                "currency",
                format!("{} is not an ISO 4217 currency. Create the balance first.", command.currency),
            )
        })?,
    };
    check_indicator(name)?;
    one_exponent(unit, &currency).await?;
    Ok(NewBalance {
        id: new_id("bln"),
        ledger_id: GENERAL_LEDGER_ID.to_owned(),
        name: name.to_owned(),
        indicator: Some(name.to_owned()),
        currency,
        account_number: None,
        reconcilable: false,
        created_at: stamp.at,
    })
}

/// An indicator is `@` and then 1 to 100 characters without blanks.
pub(crate) fn check_indicator(name: &str) -> EngineResult<()> {
    let rest = name.strip_prefix('@').unwrap_or_default();
    if rest.is_empty() || rest.chars().count() > 100 || rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(EngineError::invalid(
            "name",
            format!("“{name}” is not an indicator: use @ and then letters, digits or signs without blanks."),
        ));
    }
    Ok(())
}

/// The history entry of a journal row.
pub(crate) fn event(
    stamp: &Stamp,
    kind: &str,
    row: &TransactionRow,
    metadata: Option<&serde_json::Value>,
    (source, destination): (&BalanceRecord, &BalanceRecord),
) -> Event {
    let mut payload = history::told_of(row, metadata);
    payload["source_name"] = source.balance.name.clone().into();
    payload["destination_name"] = destination.balance.name.clone().into();
    Event { at: stamp.at, actor: stamp.actor.clone(), kind: kind.to_owned(), object_id: row.id.clone(), payload }
}

/// Copies of both balances with a posting applied, for a preview. Missing indicators count as empty.
pub(crate) fn empty_indicator(name: &str, currency: &ledger::Currency) -> Balance {
    Balance {
        id: name.to_owned(),
        name: name.to_owned(),
        currency: currency.clone(),
        figures: ledger::Figures::default(),
        version: 1,
    }
}
