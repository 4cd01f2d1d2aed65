//! Postings that are accepted now and booked later: durable before they are answered, booked once, whatever happens to
//! the program in between. A posting that is queued is one whose time has come.
//!
//! Times are compared with the clock, not waited for: a book that was closed for a week, or a clock that jumped, makes
//! no difference but the moment of booking.

use std::collections::HashSet;

use jiff::Timestamp;
use ledger::{Amount, LedgerError, Overdraft};
use serde_json::{Value, json};
use store::journal::Expected;
use store::ledger::BalanceRecord;
use store::scheduled::{ScheduledRecord, ScheduledState};
use store::system::Event;
use store::{StoreError, Unit};

use crate::api::scheduled::{ScheduledRow, ScheduledStateWord};
use crate::api::transactions::PostRequest;
use crate::clock::new_id;
use crate::group::Command;
use crate::post::{PostCommand, balance_ref, post_in};
use crate::webhooks::HOOK_SILENT;
use crate::{Engine, EngineError, EngineResult, SYSTEM_ACTOR, Stamp, Topic, words};

/// Scheduled postings that a list shows.
const MOST_ROWS: u32 = 500;
/// Due postings that are read at once.
const AT_ONCE: u32 = 200;

/// What became of a posting that was due.
enum Became {
    Posted,
    Refused,
    /// Somebody changed, cancelled or posted it meanwhile.
    Changed,
}

/// Accepts a posting for later.
struct Accepting(ScheduledRecord);

#[async_trait::async_trait]
impl Command for Accepting {
    type Answer = ();

    fn expected(&self) -> Expected {
        Expected::default()
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<()> {
        if !self.0.reference.is_empty()
            && let Some(existing) = unit.load_by_reference(&self.0.reference).await?
        {
            return Err(crate::idempotency::taken(&existing, stamp));
        }
        unit.insert_scheduled(&self.0).await.map_err(|error| waiting_already(error, &self.0.reference))?;
        unit.record_event(&told(stamp, "posting.scheduled", &self.0)).await?;
        Ok(())
    }
}

/// Changes one that still waits: its time and content, or its end.
struct Changing {
    id: String,
    kind: &'static str,
    /// Time and content, where they change.
    edit: Option<(PostRequest, Timestamp)>,
    /// What becomes of it.
    state: ScheduledState,
    /// Only while it is due and this is what it asks for: somebody may have changed it meanwhile.
    only_if: Option<Value>,
}

#[async_trait::async_trait]
impl Command for Changing {
    type Answer = ();

    fn expected(&self) -> Expected {
        Expected::default()
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<()> {
        let mut record = waiting(unit, &self.id).await?;
        if self.only_if.as_ref().is_some_and(|asked| *asked != record.request || record.due_at > stamp.at) {
            return Err(ended("changed"));
        }
        if let Some((request, due_at)) = &self.edit {
            record.reference = request.reference.trim().to_owned();
            record.request = json!(request);
            record.due_at = *due_at;
        }
        record.state = self.state.clone();
        record.finished_at = (record.state != ScheduledState::Waiting).then_some(stamp.at);
        unit.save_scheduled(&record).await.map_err(|error| waiting_already(error, &record.reference))?;
        unit.record_event(&told(stamp, self.kind, &record)).await?;
        Ok(())
    }
}

/// Books one whose time has come.
struct Booking {
    id: String,
    /// What it asked for when `command` was made of it.
    request: Value,
    command: PostCommand,
}

#[async_trait::async_trait]
impl Command for Booking {
    type Answer = bool;

    fn expected(&self) -> Expected {
        self.command.expected()
    }

    /// Answers whether it was booked; not when somebody changed it since it was read.
    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<bool> {
        let record = match waiting(unit, &self.id).await {
            Ok(record) if record.due_at <= stamp.at && record.request == self.request => record,
            Ok(_) | Err(EngineError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        // Whoever accepted it posts it; the hour only came.
        let stamp = Stamp { actor: record.accepted_by.clone(), ..stamp.clone() };
        let posted = post_in(unit, &stamp, &self.command).await?;
        let state = ScheduledState::Posted(posted.id);
        unit.save_scheduled(&ScheduledRecord { state, finished_at: Some(stamp.at), ..record }).await?;
        Ok(true)
    }
}

async fn waiting(unit: &mut dyn Unit, id: &str) -> EngineResult<ScheduledRecord> {
    let record = unit.load_scheduled(id).await?;
    let record = record.ok_or_else(|| EngineError::not_found("scheduled posting", id))?;
    let became = match &record.state {
        ScheduledState::Waiting => return Ok(record),
        ScheduledState::Posted(_) => "posted",
        ScheduledState::Rejected(_) => "refused",
        ScheduledState::Cancelled(_) => "cancelled",
    };
    Err(ended(became))
}

fn ended(became: &str) -> EngineError {
    let message = format!("This posting was {became} meanwhile. Nothing was changed.");
    EngineError::Conflict { code: "SCHEDULED_ENDED", message }
}

fn waiting_already(error: StoreError, reference: &str) -> EngineError {
    match error {
        StoreError::Duplicate(_) => EngineError::Conflict {
            code: "TXN_DUPLICATE_REFERENCE",
            message: format!("{reference} is scheduled already. Nothing was changed."),
        },
        other => other.into(),
    }
}

/// The history entry of what happens to a scheduled posting.
fn told(stamp: &Stamp, kind: &str, record: &ScheduledRecord) -> Event {
    let request = &record.request;
    Event {
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: kind.into(),
        object_id: record.id.clone(),
        payload: json!({
            "reference": record.reference, "description": request["description"], "due_at": record.due_at.to_string(),
            "reason": record.state.reason(), "request": request,
        }),
    }
}

impl Engine {
    /// Accepts a posting or hold that is booked at `due_at`, an instant; one in the past is booked at once. Durable when
    /// it returns.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] and whatever could never be booked; too little money is for its time to say.
    pub async fn schedule(&self, request: PostRequest, due_at: &str) -> EngineResult<ScheduledRow> {
        let due_at = due_time(due_at)?;
        let request = self.dated(request, due_at).await?;
        let record = ScheduledRecord {
            id: new_id("sch"),
            state: ScheduledState::Waiting,
            due_at,
            reference: request.reference.trim().to_owned(),
            request: json!(request),
            accepted_at: self.clock.now(),
            accepted_by: self.actor(),
            finished_at: None,
        };
        let id = record.id.clone();
        self.writer.submit(&self.actor(), Accepting(record)).await?;
        self.changed(&[Topic::Scheduled]);
        self.post_if_due(due_at).await;
        self.scheduled_get(&id).await
    }

    /// Changes what is booked, and when, while it still waits.
    ///
    /// # Errors
    /// As [`Self::schedule`]; [`EngineError::Conflict`] if it was booked, refused or cancelled meanwhile.
    pub async fn scheduled_edit(&self, id: &str, request: PostRequest, due_at: &str) -> EngineResult<ScheduledRow> {
        let due_at = due_time(due_at)?;
        let request = self.dated(request, due_at).await?;
        let edit = Some((request, due_at));
        let change = Changing {
            id: id.to_owned(),
            kind: "posting.rescheduled",
            edit,
            state: ScheduledState::Waiting,
            only_if: None,
        };
        self.writer.submit(&self.actor(), change).await?;
        self.changed(&[Topic::Scheduled]);
        self.post_if_due(due_at).await;
        self.scheduled_get(id).await
    }

    /// Cancels one that still waits.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason, [`EngineError::Conflict`] if it was booked, refused or cancelled
    /// meanwhile.
    pub async fn scheduled_cancel(&self, id: &str, reason: &str) -> EngineResult<ScheduledRow> {
        let state = ScheduledState::Cancelled(words::given_reason(reason)?);
        let change = Changing { id: id.to_owned(), kind: "posting.cancelled", edit: None, state, only_if: None };
        self.writer.submit(&self.actor(), change).await?;
        self.changed(&[Topic::Scheduled]);
        self.scheduled_get(id).await
    }

    /// Scheduled postings: those that wait, the next due first, or all of them, the newest accepted first.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn scheduled_list(&self, open_only: bool) -> EngineResult<Vec<ScheduledRow>> {
        let mut rows = Vec::new();
        for record in self.store.scheduled(open_only, MOST_ROWS).await? {
            rows.push(self.scheduled_row(record).await?);
        }
        Ok(rows)
    }

    /// What waits for a balance: credits and debits that scheduled postings will book. They count for nothing until then.
    pub(crate) async fn scheduled_of(&self, balance: &BalanceRecord) -> EngineResult<(Amount, Amount)> {
        let (mut credit, mut debit) = (Amount::ZERO, Amount::ZERO);
        let names = |side: &str| side == balance.balance.id || Some(side) == balance.indicator.as_deref();
        for record in self.store.scheduled(true, u32::MAX).await? {
            let request: PostRequest =
                serde_json::from_value(record.request).map_err(|error| StoreError::damaged("scheduled", error))?;
            if !request.currency.trim().eq_ignore_ascii_case(balance.balance.currency.code()) {
                continue;
            }
            let amount: Amount = request.amount.parse().map_err(|error| StoreError::damaged("scheduled", error))?;
            if names(&request.destination) {
                credit += &amount;
            }
            if names(&request.source) {
                debit += &amount;
            }
        }
        Ok((credit, debit))
    }

    /// One scheduled posting.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn scheduled_get(&self, id: &str) -> EngineResult<ScheduledRow> {
        let record = self.store.scheduled_by_id(id).await?;
        let record = record.ok_or_else(|| EngineError::not_found("scheduled posting", id))?;
        self.scheduled_row(record).await
    }

    /// What was accepted is accepted, whatever becomes of posting it now: it is tried again.
    async fn post_if_due(&self, due_at: Timestamp) {
        if due_at <= self.clock.now()
            && let Err(error) = self.post_due().await
        {
            tracing::warn!(code = error.code(), "what is due could not be posted");
        }
    }

    /// Books everything whose time has come, and says how many were booked. What the ledger refuses is refused for good and
    /// keeps the reason; what could not be written waits, is named under "Needs attention" and stops no other. Called at open
    /// and by the clock.
    ///
    /// # Errors
    /// [`EngineError::Store`] if the list cannot be read or nothing can be written.
    pub async fn post_due(&self) -> EngineResult<u32> {
        let (mut posted, mut refused) = (0, 0);
        let mut failed = HashSet::new();
        loop {
            let room = AT_ONCE.saturating_add(u32::try_from(failed.len()).unwrap_or(u32::MAX));
            let due = self.store.scheduled_due(self.clock.now(), room).await?;
            let due: Vec<String> = due.into_iter().filter(|id| !failed.contains(id)).collect();
            if due.is_empty() {
                break;
            }
            for id in due {
                match self.post_one_due(&id).await {
                    Ok(Became::Posted) => posted += 1,
                    Ok(Became::Refused) => refused += 1,
                    // Somebody changed it since the list was read; it comes again if it is due.
                    Ok(Became::Changed) => drop(failed.insert(id)),
                    Err(EngineError::Store(
                        error @ (StoreError::ReadOnly(_) | StoreError::DiskFull | StoreError::DiskFailed(_)),
                    )) => {
                        return Err(error.into());
                    }
                    Err(error) => {
                        tracing::error!(code = error.code(), "a scheduled posting could not be posted");
                        self.remember_problem(format!(
                            "A scheduled posting is due but cannot be posted: {}",
                            error.sentence()
                        ));
                        failed.insert(id);
                    }
                }
            }
        }
        if posted + refused > 0 {
            self.changed(&[Topic::Scheduled, Topic::Transactions, Topic::Balances, Topic::Holds]);
        }
        Ok(posted)
    }

    /// Books one that is due, or refuses it.
    async fn post_one_due(&self, id: &str) -> EngineResult<Became> {
        let Some(record) = self.store.scheduled_by_id(id).await? else { return Ok(Became::Changed) };
        let asked = record.request.clone();
        let read = read_request(&record).and_then(|request| Ok((self.command(&request)?, request)));
        let outcome = match read {
            Ok((command, request)) => {
                let booking = Booking { id: id.to_owned(), request: asked.clone(), command };
                match self.ask_before("scheduled", &[request]).await {
                    Ok(()) => self.writer.submit(SYSTEM_ACTOR, booking).await,
                    // It said nothing: that is no refusal of the posting, which is tried again.
                    Err(error @ EngineError::Conflict { code: HOOK_SILENT, .. }) => return Err(error),
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(true) => Ok(Became::Posted),
            Ok(false) => Ok(Became::Changed),
            // The disk or the database failed, not the posting: it is tried again.
            Err(EngineError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(code = error.code(), "a scheduled posting was refused");
                let sentence = format!("The scheduled posting {} was refused: {}", record.reference, error.sentence());
                self.alert("SCHEDULED_REFUSED", &sentence).await;
                let state = ScheduledState::Rejected(error.sentence());
                let only_if = Some(asked);
                let change = Changing { id: id.to_owned(), kind: "posting.rejected", edit: None, state, only_if };
                match self.writer.submit(SYSTEM_ACTOR, change).await {
                    Ok(()) => Ok(Became::Refused),
                    Err(EngineError::Conflict { .. }) => Ok(Became::Changed),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// The request with the day it counts for, tried out as far as it can be before its time.
    async fn dated(&self, request: PostRequest, due_at: Timestamp) -> EngineResult<PostRequest> {
        let day = self.clock.day_of(due_at).max(self.clock.today());
        let request =
            PostRequest { effective_date: request.effective_date.or_else(|| Some(day.to_string())), ..request };
        let command = self.command(&request)?;
        if command.timers.expires_at.is_some_and(|at| at <= due_at) {
            return Err(EngineError::invalid("expires_at", "The hold would have run out before it is placed."));
        }
        if command.timers.commits_at.is_some_and(|at| at <= due_at) {
            return Err(EngineError::invalid("commits_at", "The hold would commit itself before it is placed."));
        }
        // There may be money by then; a balance that is not there, or keeps another currency, will not come right.
        let rich = PostCommand { overdraft: Overdraft::Unlimited, ..command };
        match self.try_out(&rich).await {
            Ok(_)
            | Err(EngineError::Ledger(LedgerError::InsufficientFunds { .. } | LedgerError::OverdraftLimit { .. })) => {
                Ok(request)
            }
            Err(error) => Err(self.with_closest(error).await?),
        }
    }

    async fn scheduled_row(&self, record: ScheduledRecord) -> EngineResult<ScheduledRow> {
        let request = read_request(&record)?;
        let mut names = Vec::with_capacity(2);
        let mut exponent = ledger::Currency::iso(&request.currency).map(|currency| currency.exponent());
        for side in [&request.source, &request.destination] {
            let found = self.store.balance(&balance_ref(side, &request.currency)).await?;
            exponent = found.as_ref().map(|record| record.balance.currency.exponent()).or(exponent);
            names.push(found.map_or_else(|| side.clone(), |record| record.balance.name));
        }
        let destination_name = names.pop().unwrap_or_default();
        let source_name = names.pop().unwrap_or_default();
        Ok(ScheduledRow {
            id: record.id,
            state: match &record.state {
                ScheduledState::Waiting => ScheduledStateWord::Waiting,
                ScheduledState::Posted(_) => ScheduledStateWord::Posted,
                ScheduledState::Rejected(_) => ScheduledStateWord::Rejected,
                ScheduledState::Cancelled(_) => ScheduledStateWord::Cancelled,
            },
            due_at: record.due_at.to_string(),
            accepted_at: record.accepted_at.to_string(),
            accepted_by: record.accepted_by,
            finished_at: record.finished_at.map(|at| at.to_string()),
            reference: record.reference,
            description: request.description.clone(),
            source_name,
            destination_name,
            amount: request.amount.clone(),
            currency: request.currency.clone(),
            exponent: exponent.unwrap_or(2),
            hold: request.hold,
            reason: record.state.reason().map(str::to_owned),
            transaction_id: record.state.posted().map(str::to_owned),
            request,
        })
    }
}

fn read_request(record: &ScheduledRecord) -> EngineResult<PostRequest> {
    serde_json::from_value(record.request.clone())
        .map_err(|error| StoreError::damaged("scheduled posting", error).into())
}

fn due_time(text: &str) -> EngineResult<Timestamp> {
    let at: Timestamp = text.parse().map_err(|_| EngineError::invalid("due_at", format!("“{text}” is not a time.")))?;
    Ok(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}
