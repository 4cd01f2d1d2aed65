//! Journal entries: several postings that are booked together under one reference, as lines or as a split.
//!
//! The first posting carries the reference of the entry, the others carry it with their number behind it. That keeps
//! references unique without a second list of them, and an entry that is asked for again is found by its first posting.

use jiff::Timestamp;
use ledger::split::{self, EntryError, Leg, Line, Share, SplitError};
use ledger::{Amount, Currency, HoldState, Lifecycle, Open, Status, TransactionRow};
use store::Unit;
use store::journal::Expected;
use store::ledger::{FamilyRecord, HoldRecord, LegOf, StoredTransaction};

use crate::api::bulk::{EntryForm, EntryLeg, EntryPreview, EntryRequest, EntryView, PlannedLeg};
use crate::api::transactions::{EntryPlace, FamilyRow, PostRequest};
use crate::bulk::MOST_ITEMS;
use crate::clock::new_id;
use crate::group::Command;
use crate::idempotency::{reference_of, taken};
use crate::post::{PostCommand, Posted, post_in};
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, view, words};

/// Most lines or shares of one entry.
const MOST_LINES: usize = 1_000;

/// The postings of an entry, read and complete.
#[derive(Debug)]
pub(crate) struct EntryCommand {
    legs: Vec<PostCommand>,
}

#[async_trait::async_trait]
impl Command for EntryCommand {
    type Answer = Vec<Posted>;

    fn expected(&self) -> Expected {
        let mut expected = Expected::default();
        self.legs.iter().for_each(|leg| expected.and(leg.expected()));
        expected
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Vec<Posted>> {
        let mut expected = self.expected();
        expected.and(Expected { day: Some(stamp.today), ..Expected::default() });
        unit.expect(&expected).await?;
        let mut posted: Vec<Posted> = Vec::with_capacity(self.legs.len());
        for (index, leg) in self.legs.iter().enumerate() {
            let first = posted.first().map(|first| (first.key, first.id.clone()));
            let of = LegOf::new(first, index, self.legs.len());
            let done = post_in(unit, stamp, &PostCommand { leg: Some(of), ..leg.clone() }).await?;
            // Whole or not at all: an entry of which a part is there is another entry.
            if posted.first().is_some_and(|first| first.existing != done.existing) {
                return Err(self.taken(unit, stamp, &leg.reference).await?);
            }
            posted.push(done);
        }
        Ok(posted)
    }
}

impl EntryCommand {
    async fn taken(&self, unit: &mut dyn Unit, stamp: &Stamp, reference: &str) -> EngineResult<EngineError> {
        let existing = unit.load_by_reference(reference).await?;
        Ok(existing.map_or_else(|| EngineError::not_found("transaction", reference), |found| taken(&found, stamp)))
    }
}

/// What an entry books, and of a split what each share gets.
struct Plan {
    parts: Vec<Amount>,
    legs: Vec<Leg>,
}

impl Engine {
    /// Books a journal entry, all of its postings or none. Durable when it returns.
    ///
    /// # Errors
    /// Lines that do not balance, shares that do not add up, or any refusal of one of the postings.
    pub async fn entry_post(&self, request: EntryRequest) -> EngineResult<EntryView> {
        let command = self.entry_command(&request, plan(&request)?)?;
        self.ask_before("entry", std::slice::from_ref(&request)).await?;
        let commits_at = command.legs.first().and_then(|leg| leg.timers.commits_at);
        let posted = match self.writer.submit(&self.actor(), command).await {
            Ok(posted) => posted,
            Err(error) => return Err(self.with_closest(error).await?),
        };
        let existing = posted.iter().all(|leg| leg.existing);
        if !existing {
            self.changed(&[Topic::Transactions, Topic::Balances, Topic::Holds]);
            if request.signed_reason.is_some() {
                self.changed(&[Topic::Statements]);
            }
        }
        if let Some(legs) = posted.iter().map(|leg| leg.fresh.as_deref()).collect::<Option<Vec<_>>>() {
            // What was booked is all there is to tell: nothing has to be read that could fail after it is booked.
            return Ok(view_of(
                legs.iter().map(|stored| told(&family_of(stored, commits_at))),
                legs.first().map(|first| &first.row),
            ));
        }
        let first = posted.first().ok_or_else(|| EngineError::invalid("form", "An entry has at least one posting."))?;
        Ok(EntryView { existing, ..self.entry_get(&first.id).await? })
    }

    /// What an entry would do: its postings, and before and after of every balance. Nothing is booked.
    ///
    /// # Errors
    /// [`EngineError::Store`]; an entry that would be refused is not an error here.
    pub async fn entry_preview(&self, request: EntryRequest) -> EngineResult<EntryPreview> {
        let mut preview = EntryPreview {
            parts: Vec::new(),
            legs: Vec::new(),
            effects: Vec::new(),
            refusal: None,
            field: None,
            ready: false,
        };
        let command = plan(&request).and_then(|plan| {
            preview.parts = plan.parts.iter().map(ToString::to_string).collect();
            self.entry_command(&request, plan)
        });
        let tried = match command {
            Ok(command) => {
                preview.legs = command.legs.iter().map(planned).collect();
                self.try_out(command).await
            }
            Err(error) => Err(error),
        };
        match tried {
            Ok((_, effects)) => (preview.effects, preview.ready) = (effects, true),
            Err(EngineError::Store(error)) => return Err(error.into()),
            Err(error) => {
                preview.field = error.body().fields.first().map(|field| field.field.clone());
                preview.refusal = Some(error.sentence().replace(" Nothing was posted.", ""));
            }
        }
        Ok(preview)
    }

    /// The entry that a posting belongs to.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a posting that stands alone.
    pub async fn entry_get(&self, transaction_id: &str) -> EngineResult<EntryView> {
        let keys = self.store.leg_keys(transaction_id).await?;
        let legs = self.store.families_by_key(&keys).await?;
        let first = legs.first().ok_or_else(|| EngineError::not_found("entry", transaction_id))?;
        Ok(view_of(legs.iter().map(told), Some(&first.first.row)))
    }

    fn entry_command(&self, request: &EntryRequest, plan: Plan) -> EngineResult<EntryCommand> {
        let reference = reference_of(&request.reference)?;
        let reference = if reference.is_empty() { new_id("ent") } else { reference };
        let mut legs = Vec::with_capacity(plan.legs.len());
        for (index, leg) in plan.legs.into_iter().enumerate() {
            let numbered = if index == 0 { reference.clone() } else { format!("{reference}-{}", index + 1) };
            legs.push(self.command(&PostRequest {
                reference: numbered,
                amount: leg.amount.to_string(),
                currency: request.currency.clone(),
                source: leg.source,
                destination: leg.destination,
                description: request.description.clone(),
                effective_date: request.effective_date.clone(),
                hold: request.hold,
                expires_at: request.expires_at.clone(),
                commits_at: request.commits_at.clone(),
                allow_overdraft: request.allow_overdraft,
                metadata: request.metadata.clone(),
                create_indicators: request.create_indicators,
                signed_reason: request.signed_reason.clone(),
                ..PostRequest::default()
            })?);
        }
        Ok(EntryCommand { legs })
    }
}

/// A posting that was booked just now, as a family of its own.
fn family_of(stored: &StoredTransaction, commits_at: Option<Timestamp>) -> FamilyRecord {
    let open = Open { amount: stored.row.amount.clone(), committed: Amount::ZERO, state: HoldState::Open };
    let hold = (stored.row.status == Status::Inflight).then(|| HoldRecord {
        remaining: open.remaining(),
        open,
        timers: store::ledger::Timers { expires_at: stored.row.expires_at, commits_at },
        closed_at: None,
    });
    let lifecycle = hold.as_ref().map_or(Lifecycle::Applied, |hold| Lifecycle::of_hold(&hold.open));
    FamilyRecord { first: stored.clone(), hold, lifecycle, children: 0, attachments: 0 }
}

fn told(family: &FamilyRecord) -> FamilyRow {
    view::family(family)
}

/// An entry of postings in their order.
fn view_of(legs: impl Iterator<Item = FamilyRow>, first: Option<&TransactionRow>) -> EntryView {
    let leg = |(index, seen): (usize, FamilyRow)| EntryLeg {
        id: seen.id,
        reference: seen.reference,
        position: u32::try_from(index + 1).unwrap_or(u32::MAX),
        source_id: seen.source_id,
        source_name: seen.source_name,
        destination_id: seen.destination_id,
        destination_name: seen.destination_name,
        amount: seen.amount,
        state: seen.state,
    };
    EntryView {
        reference: first.map(|row| row.reference.clone()).unwrap_or_default(),
        currency: first.map(|row| row.currency.code().to_owned()).unwrap_or_default(),
        exponent: first.map_or(0, |row| row.currency.exponent()),
        legs: legs.enumerate().map(leg).collect(),
        existing: false,
    }
}

fn planned(leg: &PostCommand) -> PlannedLeg {
    PlannedLeg {
        reference: leg.reference.clone(),
        source: leg.source.clone(),
        destination: leg.destination.clone(),
        amount: leg.amount.to_string(),
    }
}

/// The postings that an entry comes to.
fn plan(request: &EntryRequest) -> EngineResult<Plan> {
    let plan = match &request.form {
        EntryForm::Lines { debits, credits } => {
            check_lines("lines", debits.len() + credits.len())?;
            let read = |lines: &[crate::api::bulk::EntryLine], side: &str| -> EngineResult<Vec<Line>> {
                lines
                    .iter()
                    .enumerate()
                    .map(|(index, line)| {
                        Ok(Line {
                            balance: named(&line.balance, side, index)?,
                            amount: amount(&line.amount, side, index)?,
                        })
                    })
                    .collect()
            };
            let legs = split::legs(&read(debits, "debits")?, &read(credits, "credits")?)
                .map_err(|error| unbalanced(error, &request.currency))?;
            Plan { parts: Vec::new(), legs }
        }
        EntryForm::Split { whole, whole_is_source, amount: total, shares } => {
            check_lines("shares", shares.len())?;
            let whole = named(whole, "whole", 0)?;
            let total = amount(total, "amount", 0)?;
            let read: Vec<Share> = shares
                .iter()
                .enumerate()
                .map(|(index, share)| self::share(&share.share, index))
                .collect::<EngineResult<_>>()?;
            let parts = split::allocate(&total, &read).map_err(|error| uneven(error, &request.currency))?;
            let mut legs = Vec::with_capacity(parts.len());
            for (index, (part, share)) in parts.iter().zip(shares).enumerate() {
                let other = named(&share.balance, "shares", index)?;
                let (source, destination) =
                    if *whole_is_source { (whole.clone(), other) } else { (other, whole.clone()) };
                legs.push(Leg { source, destination, amount: part.clone() });
            }
            Plan { parts, legs }
        }
    };
    if plan.legs.len() > MOST_ITEMS {
        return Err(EngineError::invalid("form", format!("An entry has at most {MOST_ITEMS} postings.")));
    }
    Ok(plan)
}

fn check_lines(field: &str, count: usize) -> EngineResult<()> {
    match count {
        0 => Err(EngineError::invalid(field, "An entry needs at least one line on each side.")),
        1..=MOST_LINES => Ok(()),
        _ => Err(EngineError::invalid(field, format!("An entry has at most {MOST_LINES} lines."))),
    }
}

fn field_at(field: &str, index: usize) -> String {
    format!("{field}.{index}")
}

fn named(balance: &str, field: &str, index: usize) -> EngineResult<String> {
    let balance = balance.trim();
    if balance.is_empty() {
        return Err(EngineError::invalid(
            &field_at(field, index),
            format!("Choose the balance of line {}.", index + 1),
        ));
    }
    Ok(balance.to_owned())
}

fn amount(text: &str, field: &str, index: usize) -> EngineResult<Amount> {
    match text.trim().parse::<Amount>() {
        Ok(amount) if amount.is_positive() => Ok(amount),
        Ok(_) => Err(EngineError::invalid(
            &field_at(field, index),
            format!("The amount of line {} must be above zero.", index + 1),
        )),
        Err(_) if text.trim().is_empty() => {
            Err(EngineError::invalid(&field_at(field, index), format!("Enter the amount of line {}.", index + 1)))
        }
        Err(_) => {
            Err(EngineError::invalid(&field_at(field, index), format!("“{text}” is not an amount in minor units.")))
        }
    }
}

fn share(text: &str, index: usize) -> EngineResult<Share> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("left") {
        return Ok(Share::Left);
    }
    match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse().map(Share::Percent).map_err(|_| {
            let message =
                format!("Share {}: a percentage lies above 0 and up to 100 and has at most 8 decimals.", index + 1);
            EngineError::invalid(&field_at("shares", index), message)
        }),
        None => amount(text, "shares", index).map(Share::Fixed),
    }
}

/// The money unit of a code, for a sentence. A currency of the user's own is told in minor units.
fn money(amount: &Amount, code: &str) -> String {
    match Currency::iso(code.trim()) {
        Some(currency) => words::money(amount, &currency),
        None => format!("{amount} minor units of {code}"),
    }
}

fn unbalanced(error: EntryError, currency: &str) -> EngineError {
    match error {
        EntryError::OneSided => EngineError::invalid("lines", "An entry needs at least one line on each side."),
        EntryError::NotPositive(_) => EngineError::invalid("lines", "The amount of every line must be above zero."),
        EntryError::BothSides(balance) => {
            EngineError::invalid("lines", format!("{balance} stands on both sides. Put one line for it, on one side."))
        }
        EntryError::Unbalanced(difference) => {
            let side = if difference.is_positive() { "goes out than comes in" } else { "comes in than goes out" };
            EngineError::invalid("lines", format!("{} more {side}.", money(&difference.abs(), currency)))
        }
    }
}

fn uneven(error: SplitError, currency: &str) -> EngineError {
    match error {
        SplitError::Over(by) => {
            EngineError::invalid("shares", format!("The shares come to {} more than the whole.", money(&by, currency)))
        }
        SplitError::Under(by) => EngineError::invalid(
            "shares",
            format!(
                "The shares leave {} over. Give it to one of them, or let one take what is left.",
                money(&by, currency)
            ),
        ),
        SplitError::TwoLeft(position) => {
            EngineError::invalid(&field_at("shares", position - 1), "Only one share can take what is left.")
        }
        SplitError::Nothing(position) => {
            EngineError::invalid(&field_at("shares", position - 1), format!("Share {position} gets nothing."))
        }
        SplitError::NotPositive => EngineError::invalid("amount", "The amount must be above zero."),
        SplitError::Percent => EngineError::invalid("shares", error.to_string()),
    }
}

/// Which of how many postings of its entry a row is.
pub(crate) fn place(leg: &LegOf) -> EntryPlace {
    EntryPlace { position: leg.position, legs: leg.legs }
}
