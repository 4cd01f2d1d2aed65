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
use crate::webhooks::{HOOK_SILENT, Patience};
use crate::{Engine, EngineError, EngineResult, SYSTEM_ACTOR, Stamp, Topic, words};

/// Scheduled postings that a list shows.
const MOST_ROWS: u32 = 500;
/// Postings that may wait to be booked, unless a front end says another number: beyond it none are accepted.
pub(crate) const MOST_WAITING: u64 = 100_000;
/// Kinds of the history entries that say what is to be booked, and when.
const ASKED: [&str; 3] = ["posting.queued", "posting.scheduled", "posting.rescheduled"];
/// When what is queued is due: whatever the clock says, also after it was set back, and in the order of acceptance.
const AT_ONCE_DUE: Timestamp = Timestamp::UNIX_EPOCH;
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
struct Accepting {
    record: ScheduledRecord,
    kind: &'static str,
}

#[async_trait::async_trait]
impl Command for Accepting {
    type Answer = ScheduledRecord;

    fn expected(&self) -> Expected {
        Expected::default()
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<ScheduledRecord> {
        let record = &self.record;
        if !record.reference.is_empty()
            && let Some(existing) = unit.load_by_reference(&record.reference).await?
        {
            return Err(crate::idempotency::taken(&existing, stamp));
        }
        unit.insert_scheduled(record).await.map_err(|error| waiting_already(error, &record.reference))?;
        unit.record_event(&told(stamp, self.kind, record)).await?;
        Ok(record.clone())
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
            "reference": record.reference, "description": request["description"], "due_at": due_text(record),
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
        if self.room_in_queue().await? == 0 {
            return Err(self.queue_full());
        }
        let request = self.dated(request, due_at).await?;
        let record = self.accepted(&request, due_at);
        let id = record.id.clone();
        self.writer.submit(&self.actor(), Accepting { record, kind: "posting.scheduled" }).await?;
        self.changed(&[Topic::Scheduled]);
        self.post_if_due(due_at).await;
        self.scheduled_get(&id).await
    }

    /// Accepts postings and holds in their order without waiting until they are booked: durable when it returns, one
    /// answer for each. They are booked by whoever calls [`Self::post_due`] next, which listeners of
    /// [`Topic::Scheduled`] are told to do, in the order in which they were accepted. What the ledger refuses then ends
    /// as refused, with its reason.
    ///
    /// A book that checks at intake ([`crate::api::book::BookSettings::intake_check`]) refuses at once what could not be
    /// booked as it stands now. It does not reserve the money: what is booked in between still counts.
    pub async fn queue(&self, requests: Vec<PostRequest>) -> Vec<EngineResult<ScheduledRow>> {
        let (checked, mut room) = match self.intake().await {
            Ok(intake) => intake,
            // Nothing can be read: that is the answer to each.
            Err(error) => return requests.iter().map(|_| Err(error.again().into())).collect(),
        };
        let mut commands = Vec::with_capacity(requests.len());
        for request in requests {
            let acceptable = match room {
                0 => Err(self.queue_full()),
                _ => self.acceptable(&request, checked).await,
            };
            room -= u64::from(acceptable.is_ok());
            commands.push(acceptable.map(|()| {
                // It counts for the day on which it was accepted, whenever it is booked.
                let day = request.effective_date.clone().or_else(|| Some(self.clock.today().to_string()));
                let record = self.accepted(&PostRequest { effective_date: day, ..request }, AT_ONCE_DUE);
                Accepting { record, kind: "posting.queued" }
            }));
        }
        let outcomes = self.writer.submit_all(&self.actor(), commands).await;
        self.changed(&[Topic::Scheduled]);
        let mut rows = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            rows.push(match outcome {
                Ok(record) => self.scheduled_row(record).await,
                Err(error) => Err(error),
            });
        }
        rows
    }

    /// Whether the book checks what is queued, and how many more may wait.
    async fn intake(&self) -> Result<(bool, u64), StoreError> {
        let settings = self.stored_settings().await?;
        Ok((settings.intake_check, self.room_in_queue().await?))
    }

    async fn room_in_queue(&self) -> Result<u64, StoreError> {
        Ok(self.queue_limit.saturating_sub(self.store.scheduled_waiting().await?))
    }

    fn queue_full(&self) -> EngineError {
        let message = format!(
            "{} postings wait to be booked, and no more are accepted until some are. Nothing was accepted.",
            self.queue_limit
        );
        EngineError::Conflict { code: "QUEUE_FULL", message }
    }

    /// Whether a posting can be taken into the queue.
    async fn acceptable(&self, request: &PostRequest, checked: bool) -> EngineResult<()> {
        let command = self.command(request)?;
        if checked && let Err(error) = self.try_out(&command).await {
            return Err(self.with_closest(error).await?);
        }
        Ok(())
    }

    fn accepted(&self, request: &PostRequest, due_at: Timestamp) -> ScheduledRecord {
        ScheduledRecord {
            id: new_id("sch"),
            state: ScheduledState::Waiting,
            due_at,
            reference: request.reference.trim().to_owned(),
            request: json!(request),
            accepted_at: self.clock.now(),
            accepted_by: self.actor(),
            finished_at: None,
        }
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

    /// What waits and is not what its history says, in sentences: it was changed past the program.
    pub(crate) async fn waiting_problems(&self) -> EngineResult<Vec<String>> {
        let mut problems = Vec::new();
        for record in self.store.scheduled(true, u32::MAX).await? {
            let asked = self.newest_event(&record.id, &ASKED).await?;
            let due = due_text(&record);
            let same =
                asked.is_some_and(|event| event.payload["request"] == record.request && event.payload["due_at"] == due);
            if !same {
                let name = if record.reference.is_empty() { &record.id } else { &record.reference };
                problems.push(format!("{name} waits to be booked otherwise than its history says."));
            }
        }
        Ok(problems)
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
        let mut patience = Patience::default();
        // What a hook that is down left over comes with the next round.
        while !patience.is_over() {
            let room = AT_ONCE.saturating_add(u32::try_from(failed.len()).unwrap_or(u32::MAX));
            let due = self.store.scheduled_due(self.clock.now(), room).await?;
            let due: Vec<String> = due.into_iter().filter(|id| !failed.contains(id)).collect();
            if due.is_empty() {
                break;
            }
            for (id, became) in self.post_these(due, &mut patience).await {
                match became {
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

    /// Books those that are due, in their order and in as few groups as the writer makes of them; what is refused ends as
    /// refused.
    async fn post_these(&self, due: Vec<String>, patience: &mut Patience) -> Vec<(String, EngineResult<Became>)> {
        let (mut ids, mut records, mut bookings, mut done) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for id in due {
            if patience.is_over() {
                break;
            }
            let record = match self.store.scheduled_by_id(&id).await {
                Ok(Some(record)) => record,
                Ok(None) => {
                    done.push((id, Ok(Became::Changed)));
                    continue;
                }
                Err(error) => {
                    done.push((id, Err(error.into())));
                    continue;
                }
            };
            bookings.push(self.booking(&record, patience).await);
            ids.push(id);
            records.push(record);
        }
        let outcomes = self.writer.submit_all(SYSTEM_ACTOR, bookings).await;
        for ((id, record), outcome) in ids.into_iter().zip(records).zip(outcomes) {
            let became = self.became(&record, outcome).await;
            done.push((id, became));
        }
        done
    }

    /// What books one that is due, once the hook before it agreed.
    async fn booking(&self, record: &ScheduledRecord, patience: &mut Patience) -> EngineResult<Booking> {
        let request = read_request(record)?;
        let command = self.command(&request)?;
        patience.ask(self, "scheduled", &[request]).await?;
        Ok(Booking { id: record.id.clone(), request: record.request.clone(), command })
    }

    /// What became of one that was due; a refusal is written down.
    async fn became(&self, record: &ScheduledRecord, outcome: EngineResult<bool>) -> EngineResult<Became> {
        let error = match outcome {
            Ok(true) => return Ok(Became::Posted),
            Ok(false) => return Ok(Became::Changed),
            // The disk or the database failed, or the hook said nothing: that is no refusal of the posting, which is tried
            // again.
            Err(error @ (EngineError::Store(_) | EngineError::Conflict { code: HOOK_SILENT, .. })) => {
                return Err(error);
            }
            Err(error) => error,
        };
        tracing::warn!(code = error.code(), "a scheduled posting was refused");
        let sentence = format!("The scheduled posting {} was refused: {}", record.reference, error.sentence());
        self.alert("SCHEDULED_REFUSED", &sentence).await;
        let change = Changing {
            id: record.id.clone(),
            kind: "posting.rejected",
            edit: None,
            state: ScheduledState::Rejected(error.sentence()),
            only_if: Some(record.request.clone()),
        };
        match self.writer.submit(SYSTEM_ACTOR, change).await {
            Ok(()) => Ok(Became::Refused),
            Err(EngineError::Conflict { .. }) => Ok(Became::Changed),
            Err(error) => Err(error),
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
        let due_at = due_text(&record);
        Ok(ScheduledRow {
            id: record.id,
            state: match &record.state {
                ScheduledState::Waiting => ScheduledStateWord::Waiting,
                ScheduledState::Posted(_) => ScheduledStateWord::Posted,
                ScheduledState::Rejected(_) => ScheduledStateWord::Rejected,
                ScheduledState::Cancelled(_) => ScheduledStateWord::Cancelled,
            },
            queued: record.due_at <= record.accepted_at,
            due_at,
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

/// When it is due, as people are told: what is queued is due when it is accepted.
fn due_text(record: &ScheduledRecord) -> String {
    (if record.due_at == AT_ONCE_DUE { record.accepted_at } else { record.due_at }).to_string()
}

fn read_request(record: &ScheduledRecord) -> EngineResult<PostRequest> {
    serde_json::from_value(record.request.clone())
        .map_err(|error| StoreError::damaged("scheduled posting", error).into())
}

fn due_time(text: &str) -> EngineResult<Timestamp> {
    let at: Timestamp = text.parse().map_err(|_| EngineError::invalid("due_at", format!("“{text}” is not a time.")))?;
    Ok(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}
