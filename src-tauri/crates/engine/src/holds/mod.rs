//! Holds: commit whole or in part, void with a reason, expire by the clock.

mod decide;
mod effect;
mod preview;
mod repeat;

use jiff::Timestamp;
use jiff::civil::Date;
use ledger::Amount;
use store::ledger::{BalanceRecord, FamilyRecord, HoldRecord, StoredTransaction};

use crate::api::transactions::{BatchOutcome, BatchRow, CommitItem, VoidRequest};
use crate::webhooks::{HOOK_SILENT, Patience};
use crate::{Engine, EngineError, EngineResult, SYSTEM_ACTOR, Topic, words};

/// Largest number of holds one command decides on; the window sends more in parts.
pub const MAX_BATCH: usize = 100;
/// Kinds of the history entries of a hold that was let go, and of one that ran out.
const VOIDED: &str = "hold.voided";
const EXPIRED: &str = "hold.expired";
const PLACED: &str = "hold.placed";
/// Holds that are read at once to be expired.
const EXPIRE_AT_ONCE: u32 = 200;

/// A hold with both its balances, as the unit of work sees it.
struct Loaded {
    transaction: StoredTransaction,
    hold: HoldRecord,
    source: BalanceRecord,
    destination: BalanceRecord,
}

impl Loaded {
    fn sides(&self) -> [&BalanceRecord; 2] {
        [&self.source, &self.destination]
    }
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

/// Whether what time does to a hold is a commit.
fn commits_itself(record: &FamilyRecord, now: Timestamp) -> bool {
    record.hold.as_ref().and_then(|hold| hold.timers.commits_at).is_some_and(|at| at <= now)
}

impl Engine {
    /// Commits holds, each by itself: one that is refused does not spoil the others.
    ///
    /// # Errors
    /// Only when nothing could be tried at all; each hold's own failure is in its row.
    pub async fn holds_commit(&self, items: Vec<CommitItem>) -> EngineResult<BatchOutcome> {
        check_batch(items.len())?;
        self.ask_before("commit", &items).await?;
        let today = self.clock.today();
        let commands = items.iter().map(|item| decide::Committing::read(item, today));
        let outcomes = self.writer.submit_all(&self.actor(), commands).await;
        let mut rows = Vec::with_capacity(items.len());
        for (item, outcome) in items.iter().zip(outcomes) {
            rows.push(self.batch_row(&item.id, outcome).await);
        }
        self.changed(&[Topic::Holds, Topic::Transactions, Topic::Balances]);
        if items.iter().any(|item| item.signed_reason.is_some()) {
            self.changed(&[Topic::Statements]);
        }
        Ok(outcome(rows))
    }

    /// Lets holds go, each by itself. The reason is stored with each.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason; each hold's own failure is in its row.
    pub async fn holds_void(&self, request: VoidRequest) -> EngineResult<BatchOutcome> {
        check_batch(request.items.len())?;
        let reason = reason_of(&request.reason, request.note.as_deref())?;
        self.ask_before("void", &request.items).await?;
        let commands = request.items.iter().map(|item| decide::Voiding::read(item, &reason));
        let outcomes = self.writer.submit_all(&self.actor(), commands).await;
        let mut rows = Vec::with_capacity(request.items.len());
        for (item, outcome) in request.items.iter().zip(outcomes) {
            rows.push(self.batch_row(&item.id, outcome).await);
        }
        self.changed(&[Topic::Holds, Topic::Transactions, Topic::Balances]);
        Ok(outcome(rows))
    }

    /// Books every hold that is to commit itself by now and voids every other whose time has come, each by itself. Called
    /// at open and by the clock; correct after any time closed. A hold that cannot be decided on, such as one that would
    /// be booked into a closed period, is named under "Needs attention", stays held and stops no other.
    ///
    /// # Errors
    /// [`EngineError::Store`] if the list of due holds cannot be read.
    pub async fn expire_holds(&self) -> EngineResult<u32> {
        let mut decided = 0;
        let mut failed: Vec<String> = Vec::new();
        let mut patience = Patience::default();
        let mut waits = Vec::new();
        loop {
            let room = u32::try_from(failed.len()).unwrap_or(u32::MAX).saturating_add(EXPIRE_AT_ONCE);
            let due = self.store.due_holds(self.clock.now(), room).await?;
            let due: Vec<&FamilyRecord> = due.iter().filter(|record| !failed.contains(&record.first.row.id)).collect();
            if due.is_empty() {
                break;
            }
            let mut commands = Vec::with_capacity(due.len());
            for record in &due {
                let id = record.first.row.id.clone();
                // A hold that only runs out asks nobody.
                let agreed = match commits_itself(record, self.clock.now()) {
                    true => {
                        let item = CommitItem { id: id.clone(), ..CommitItem::default() };
                        patience.ask(self, "commit", &[item]).await
                    }
                    false => Ok(()),
                };
                commands.push(agreed.map(|()| decide::Due { id, refused: false }));
            }
            let outcomes = self.writer.submit_all(SYSTEM_ACTOR, commands).await;
            for (record, outcome) in due.into_iter().zip(outcomes) {
                let row = &record.first.row;
                match outcome {
                    Ok(done) => decided += u32::from(done),
                    // The disk, the database or a silent hook failed, not the hold: it is decided on another time, and does
                    // not expire over that.
                    Err(error @ (EngineError::Store(_) | EngineError::Conflict { code: HOOK_SILENT, .. })) => {
                        tracing::error!(code = error.code(), "a hold whose time has come waits");
                        waits.push(format!(
                            "{} could not be decided on when its time came, and is tried again: {}",
                            row.reference,
                            error.sentence()
                        ));
                        failed.push(row.id.clone());
                    }
                    Err(error) => {
                        failed.push(row.id.clone());
                        match self.expires_instead(record, &error).await {
                            None => decided += 1,
                            Some(sentence) => waits.push(sentence),
                        }
                    }
                }
            }
        }
        self.held_up(PLACED, waits);
        if decided > 0 {
            self.changed(&[Topic::Holds, Topic::Transactions, Topic::Balances]);
        }
        Ok(decided)
    }

    /// Open holds that would decide on themselves at another time than their history says, in sentences.
    pub(crate) async fn timer_problems(&self) -> EngineResult<Vec<String>> {
        let mut problems = Vec::new();
        for record in self.store.due_holds(Timestamp::MAX, u32::MAX).await? {
            let row = &record.first.row;
            let timers = record.hold.as_ref().map(|hold| hold.timers).unwrap_or_default();
            let placed = self.newest_event(&row.id, &[PLACED]).await?;
            let told = |name: &str| placed.as_ref().and_then(|event| event.payload[name].as_i64());
            let kept = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
            if (told("expires_at"), told("commits_at")) != (kept(timers.expires_at), kept(timers.commits_at)) {
                problems
                    .push(format!("{} is to decide on itself at another time than its history says.", row.reference));
            }
        }
        Ok(problems)
    }

    /// What becomes of a hold that could not be decided on as it was to be: it expires if its time has come for that too.
    /// Otherwise why it waits.
    async fn expires_instead(&self, record: &FamilyRecord, error: &EngineError) -> Option<String> {
        let row = &record.first.row;
        let was_to_commit = record.hold.as_ref().is_some_and(|hold| hold.timers.commits_at.is_some());
        if !was_to_commit {
            tracing::error!(code = error.code(), "a hold that ran out could not be voided");
            return Some(format!("{} ran out but cannot be voided: {}", row.reference, error.sentence()));
        }
        tracing::warn!(code = error.code(), "a hold could not commit itself");
        let void = decide::Due { id: row.id.clone(), refused: true };
        let expired = self.writer.submit(SYSTEM_ACTOR, void).await.unwrap_or_default();
        (!expired).then(|| format!("{} could not commit itself: {}", row.reference, error.sentence()))
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

/// A reason as it is stored, with what was noted beside it.
fn reason_of(reason: &str, note: Option<&str>) -> EngineResult<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(EngineError::invalid("reason", "Give a reason. It is stored and printed."));
    }
    Ok(match note.map(str::trim).filter(|note| !note.is_empty()) {
        Some(note) => words::plain(&format!("{reason}: {note}")),
        None => words::plain(reason),
    })
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
