//! What is due is booked, or refused with its reason.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;
use store::journal::Expected;
use store::scheduled::{ScheduledRecord, ScheduledState};
use store::{StoreError, Unit};

use super::accept::Changing;
use super::{read_request, told, waiting};
use crate::group::Command;
use crate::post::{PostCommand, post_in};
use crate::webhooks::{HOOK_SILENT, Patience};
use crate::{Engine, EngineError, EngineResult, SYSTEM_ACTOR, Stamp, Topic};

/// Due postings that are read at once.
const AT_ONCE: u32 = 200;

/// What became of a posting that was due.
enum Became {
    Posted,
    Refused,
    /// Somebody changed, cancelled or posted it meanwhile.
    Changed,
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
        let record =
            ScheduledRecord { state: ScheduledState::Posted(posted.id), finished_at: Some(stamp.at), ..record };
        unit.save_scheduled(&record).await?;
        if posted.existing {
            // The entry of the posting is an older one, and says nothing of this.
            unit.record_event(&told(&stamp, "posting.known", &record)).await?;
        }
        Ok(true)
    }
}

impl Engine {
    /// What was accepted is accepted, whatever becomes of posting it now: it is tried again.
    pub(super) async fn post_if_due(&self, due_at: Timestamp) {
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
        let mut waits = Vec::new();
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
                        error @ (StoreError::ReadOnly(_)
                        | StoreError::DiskFull
                        | StoreError::DiskFailed(_)
                        | StoreError::Unknown(_)),
                    )) => {
                        return Err(error.into());
                    }
                    Err(error) => {
                        tracing::error!(code = error.code(), "a scheduled posting could not be posted");
                        let sentence = format!("A scheduled posting is due but cannot be posted: {}", error.sentence());
                        if !waits.contains(&sentence) {
                            waits.push(sentence);
                        }
                        failed.insert(id);
                    }
                }
            }
        }
        self.held_up("scheduled", waits);
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
        // The reference is reserved for it.
        let command = PostCommand { reserved: Some(record.id.clone()), ..self.command(&request)? };
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
}
