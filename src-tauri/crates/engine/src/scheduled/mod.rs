//! Postings that are accepted now and booked later: durable before they are answered, booked once, whatever happens to
//! the program in between. A posting that is queued is one whose time has come.
//!
//! Times are compared with the clock, not waited for: a book that was closed for a week, or a clock that jumped, makes
//! no difference but the moment of booking.

mod accept;
mod due;

use jiff::Timestamp;
use ledger::Amount;
use serde_json::json;
use store::ledger::BalanceRecord;
use store::scheduled::{ScheduledRecord, ScheduledState};
use store::system::Event;
use store::{StoreError, Unit};

pub(crate) use accept::MOST_WAITING;

use crate::api::scheduled::{ScheduledRow, ScheduledStateWord};
use crate::api::transactions::PostRequest;
use crate::post::balance_ref;
use crate::{Engine, EngineError, EngineResult, Stamp};

/// Scheduled postings that a list shows.
const MOST_ROWS: u32 = 500;
/// Kinds of the history entries that say what is to be booked, and when.
const ASKED: [&str; 3] = ["posting.queued", "posting.scheduled", "posting.rescheduled"];
/// When what is queued is due: whatever the clock says, also after it was set back, and in the order of acceptance.
const AT_ONCE_DUE: Timestamp = Timestamp::UNIX_EPOCH;

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

impl Engine {
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
            existing: false,
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
