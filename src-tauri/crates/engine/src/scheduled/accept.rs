//! Postings are taken in: for later, or for as soon as their turn comes.

use jiff::Timestamp;
use ledger::{LedgerError, Overdraft};
use serde_json::{Value, json};
use store::journal::Expected;
use store::scheduled::{ScheduledRecord, ScheduledState};
use store::{StoreError, Unit};

use super::{AT_ONCE_DUE, Names, ended, told, waiting};
use crate::api::scheduled::ScheduledRow;
use crate::api::transactions::PostRequest;
use crate::clock::new_id;
use crate::group::Command;
use crate::post::PostCommand;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, words};

/// Postings that may wait to be booked, unless a front end says another number: beyond it none are accepted.
pub(crate) const MOST_WAITING: u64 = 100_000;
/// Key of the day in a request.
const DAY: &str = "effective_date";

/// Accepts a posting for later.
struct Accepting {
    record: ScheduledRecord,
    kind: &'static str,
    /// Nobody named the day that it counts for: it is the one on which it is accepted.
    open_day: bool,
}

impl Accepting {
    /// Whether `existing` was accepted for this very posting: sent again it is answered with what is there, also on a
    /// later day.
    fn is_again(&self, existing: &ScheduledRecord) -> bool {
        let asked = |record: &ScheduledRecord, of_day: bool| {
            let mut request = record.request.clone();
            if of_day && request[DAY] == json!(words::day_of(record.accepted_at).to_string()) {
                request[DAY] = Value::Null;
            }
            request
        };
        existing.due_at == self.record.due_at && asked(existing, self.open_day) == asked(&self.record, self.open_day)
    }
}

/// A posting that was accepted.
struct Accepted {
    record: ScheduledRecord,
    /// It was there before: same reference, same content.
    existing: bool,
}

#[async_trait::async_trait]
impl Command for Accepting {
    type Answer = Accepted;

    fn expected(&self) -> Expected {
        Expected::default()
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Accepted> {
        let record = &self.record;
        if !record.reference.is_empty() {
            let accepted = unit.load_scheduled_under(&record.reference).await?;
            if let Some(record) = accepted.filter(|existing| self.is_again(existing)) {
                return Ok(Accepted { record, existing: true });
            }
            refuse_taken(unit, stamp, &record.reference).await?;
        }
        unit.insert_scheduled(record).await.map_err(|error| waiting_already(error, &record.reference))?;
        unit.record_event(&told(stamp, self.kind, record)).await?;
        Ok(Accepted { record: record.clone(), existing: false })
    }
}

/// Changes one that still waits: its time and content, or its end.
pub(super) struct Changing {
    pub(super) id: String,
    pub(super) kind: &'static str,
    /// Time and content, where they change.
    pub(super) edit: Option<(PostRequest, Timestamp)>,
    /// What becomes of it.
    pub(super) state: ScheduledState,
    /// Only while it is due and this is what it asks for: somebody may have changed it meanwhile.
    pub(super) only_if: Option<Value>,
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
            refuse_taken(unit, stamp, request.reference.trim()).await?;
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

/// Refuses to accept anything under the reference of a row of the journal.
async fn refuse_taken(unit: &mut dyn Unit, stamp: &Stamp, reference: &str) -> EngineResult<()> {
    if reference.is_empty() {
        return Ok(());
    }
    match unit.load_by_reference(reference).await? {
        Some(existing) => Err(crate::idempotency::taken(&existing, stamp)),
        None => Ok(()),
    }
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

impl Engine {
    /// Accepts a posting or hold that is booked at `due_at`, an instant; one in the past is booked at once. Durable when
    /// it returns.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] and whatever could never be booked; too little money is for its time to say.
    pub async fn schedule(&self, request: PostRequest, due_at: &str) -> EngineResult<ScheduledRow> {
        let due_at = due_time(due_at)?;
        // Its day follows from when it is due: asked again it is the same.
        let request = self.dated(request, due_at);
        let record = self.accepted(&request, due_at);
        let accepting = Accepting { record, kind: "posting.scheduled", open_day: false };
        if !self.was_accepted(&accepting).await? {
            if self.room_in_queue().await? == 0 {
                return Err(self.queue_full());
            }
            self.bookable_later(&request, due_at).await?;
        }
        let accepted = self.writer.submit(&self.actor(), accepting).await?;
        self.changed(&[Topic::Scheduled]);
        self.post_if_due(due_at).await;
        let row = self.scheduled_get(&accepted.record.id).await?;
        Ok(ScheduledRow { existing: accepted.existing, ..row })
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
            // It counts for the day on which it was accepted, whenever it is booked.
            let open_day = request.effective_date.is_none();
            let day = request.effective_date.clone().or_else(|| Some(self.clock.today().to_string()));
            let record = self.accepted(&PostRequest { effective_date: day, ..request.clone() }, AT_ONCE_DUE);
            let accepting = Accepting { record, kind: "posting.queued", open_day };
            let acceptable = match self.was_accepted(&accepting).await {
                Ok(true) => Ok(()),
                Ok(false) if room == 0 => Err(self.queue_full()),
                Ok(false) => self.acceptable(&request, checked).await.inspect(|_| room -= 1),
                Err(error) => Err(error),
            };
            commands.push(acceptable.map(|()| accepting));
        }
        let outcomes = self.writer.submit_all(&self.actor(), commands).await;
        self.changed(&[Topic::Scheduled]);
        let mut rows = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            rows.push(match outcome {
                Ok(accepted) => {
                    let row = self.scheduled_row(accepted.record, &mut Names::default()).await;
                    row.map(|row| ScheduledRow { existing: accepted.existing, ..row })
                }
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

    /// What was accepted before is not looked at again: it may be booked, and its money gone.
    async fn was_accepted(&self, accepting: &Accepting) -> EngineResult<bool> {
        let reference = &accepting.record.reference;
        if reference.is_empty() {
            return Ok(false);
        }
        Ok(self.store.scheduled_under(reference).await?.is_some_and(|existing| accepting.is_again(&existing)))
    }

    /// Whether a posting can be taken into the queue.
    async fn acceptable(&self, request: &PostRequest, checked: bool) -> EngineResult<()> {
        let command = self.command(request)?;
        if checked && let Err(error) = self.try_out(command).await {
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
        let request = self.dated(request, due_at);
        self.bookable_later(&request, due_at).await?;
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

    /// The request with the day it counts for.
    fn dated(&self, request: PostRequest, due_at: Timestamp) -> PostRequest {
        let day = self.clock.day_of(due_at).max(self.clock.today());
        PostRequest { effective_date: request.effective_date.or_else(|| Some(day.to_string())), ..request }
    }

    /// Tries out what is to be booked later, as far as that can be done before its time.
    async fn bookable_later(&self, request: &PostRequest, due_at: Timestamp) -> EngineResult<()> {
        let command = PostCommand { reserved: Some(String::new()), ..self.command(request)? };
        if command.timers.expires_at.is_some_and(|at| at <= due_at) {
            return Err(EngineError::invalid("expires_at", "The hold would have run out before it is placed."));
        }
        if command.timers.commits_at.is_some_and(|at| at <= due_at) {
            return Err(EngineError::invalid("commits_at", "The hold would commit itself before it is placed."));
        }
        // There may be money by then; a balance that is not there, or keeps another currency, will not come right.
        let rich = PostCommand { overdraft: Overdraft::Unlimited, ..command };
        match self.try_out(rich).await {
            Ok(_)
            | Err(EngineError::Ledger(LedgerError::InsufficientFunds { .. } | LedgerError::OverdraftLimit { .. })) => {
                Ok(())
            }
            Err(error) => Err(self.with_closest(error).await?),
        }
    }
}

fn due_time(text: &str) -> EngineResult<Timestamp> {
    let at: Timestamp = text.parse().map_err(|_| EngineError::invalid("due_at", format!("“{text}” is not a time.")))?;
    Ok(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}
