//! Postings that are accepted now and booked later: durable before they are answered, booked once, whatever happens to
//! the program in between. A posting that is queued is one whose time has come.
//!
//! Times are compared with the clock, not waited for: a book that was closed for a week, or a clock that jumped, makes
//! no difference but the moment of booking.

mod accept;
mod due;

use std::collections::HashMap;

use jiff::Timestamp;
use ledger::Amount;
use serde_json::json;
use store::filters::SCHEDULED;
use store::kept::{self, RecordKind};
use store::ledger::BalanceRecord;
use store::scheduled::{ScheduledRecord, ScheduledState};
use store::system::Event;
use store::{StoreError, Unit};

pub(crate) use accept::MOST_WAITING;

use crate::api::page::{ListPage, ListQuery};
use crate::api::scheduled::{ScheduledRow, ScheduledStateWord};
use crate::api::transactions::PostRequest;
use crate::filters::checked;
use crate::kept::Sealing;
use crate::post::balance_ref;
use crate::{Engine, EngineError, EngineResult, Stamp};

/// When what is queued is due: whatever the clock says, also after it was set back, and in the order of acceptance.
const AT_ONCE_DUE: Timestamp = Timestamp::UNIX_EPOCH;

/// The history entry of what happens to a scheduled posting.
fn told(stamp: &Stamp, kind: &str, record: &ScheduledRecord) -> Event {
    let request = &record.request;
    let event = Event {
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: kind.into(),
        object_id: record.id.clone(),
        payload: json!({
            "reference": record.reference, "description": request["description"], "due_at": due_text(record),
            "reason": record.state.reason(), "request": request,
        }),
    };
    Sealing::of(RecordKind::Scheduled, &record.id, kept::scheduled(record).as_ref()).on(event)
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
    /// A page of scheduled postings, the next due first unless asked otherwise: what waits, and what became of the rest.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the list does not take.
    pub async fn scheduled_page(&self, query: ListQuery) -> EngineResult<ListPage<ScheduledRow>> {
        let page = self.store.scheduled(&checked(&SCHEDULED, query)?).await?;
        let (mut names, mut rows) = (Names::default(), Vec::with_capacity(page.rows.len()));
        for record in page.rows {
            rows.push(self.scheduled_row(record, &mut names).await?);
        }
        Ok(ListPage { rows, total: page.total })
    }

    /// What waits for a balance: credits and debits that scheduled postings will book. They count for nothing until then.
    pub(crate) async fn scheduled_of(&self, balance: &BalanceRecord) -> EngineResult<(Amount, Amount)> {
        let (mut credit, mut debit) = (Amount::ZERO, Amount::ZERO);
        let sides: Vec<&str> = std::iter::once(&*balance.balance.id).chain(balance.indicator.as_deref()).collect();
        let names = |side: &str| sides.contains(&side);
        for record in self.store.scheduled_that_wait(&sides).await? {
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
        self.scheduled_row(record, &mut Names::default()).await
    }

    async fn scheduled_row(&self, record: ScheduledRecord, known: &mut Names) -> EngineResult<ScheduledRow> {
        let request = read_request(&record)?;
        let mut names = Vec::with_capacity(2);
        let mut exponent = ledger::Currency::iso(&request.currency).map(|currency| currency.exponent());
        for side in [&request.source, &request.destination] {
            let (name, decimals) = known.of(self, side, &request.currency).await?;
            exponent = decimals.or(exponent);
            names.push(name);
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

/// Names and decimals of the balances that scheduled postings name, each read once for a page.
#[derive(Default)]
struct Names(HashMap<(String, String), (String, Option<u8>)>);

impl Names {
    /// What is not there goes by the name that it was asked for under.
    async fn of(&mut self, engine: &Engine, side: &str, currency: &str) -> EngineResult<(String, Option<u8>)> {
        let key = (side.to_owned(), currency.to_owned());
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let found = engine.store.balance(&balance_ref(side, currency)).await?.map(|record| record.balance);
        let decimals = found.as_ref().map(|balance| balance.currency.exponent());
        let named = (found.map_or_else(|| side.to_owned(), |balance| balance.name), decimals);
        self.0.insert(key, named.clone());
        Ok(named)
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
