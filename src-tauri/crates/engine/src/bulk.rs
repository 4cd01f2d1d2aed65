//! Many postings at once: all of them or none, or each by itself; and what they would do, without booking them.

use std::collections::HashSet;
use std::sync::Arc;

use store::journal::Expected;
use store::{Store, StoreError, Unit};
use tracing::Instrument;

use crate::api::bulk::{BulkOutcome, BulkRequest, BulkRow};
use crate::api::transactions::Effect;
use crate::error::Refused;
use crate::group::Command;
use crate::post::{PostCommand, Posted, post_in};
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, view};

/// Most postings of one request.
pub const MOST_ITEMS: usize = 10_000;
/// Refusals that are told of one batch that was refused as a whole.
const MOST_REFUSALS: usize = 200;

/// Postings that are booked together or not at all. Answers with one outcome for each.
pub(crate) struct AllOrNothing {
    pub items: Vec<PostCommand>,
}

#[async_trait::async_trait]
impl Command for AllOrNothing {
    type Answer = Vec<Posted>;

    fn expected(&self) -> Expected {
        let mut expected = Expected::default();
        self.items.iter().for_each(|item| expected.and(item.expected()));
        expected
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Vec<Posted>> {
        let mut expected = self.expected();
        expected.and(Expected { day: Some(stamp.today), ..Expected::default() });
        unit.expect(&expected).await?;
        let (mut posted, mut refused, mut count) = (Vec::with_capacity(self.items.len()), Vec::new(), 0);
        for (index, item) in self.items.iter().enumerate() {
            match post_in(unit, stamp, item).await {
                Ok(done) => posted.push(done),
                // The storage failed, which is no refusal of this item.
                Err(error @ EngineError::Store(_)) => return Err(error),
                // The rest is tried as well, so that everything that is wrong is told at once.
                Err(error) => {
                    count += 1;
                    if refused.len() < MOST_REFUSALS {
                        refused.push(Refused::new(index, item, error));
                    }
                }
            }
        }
        if count == 0 { Ok(posted) } else { Err(EngineError::Batch { items: self.items.len(), count, refused }) }
    }
}

/// Books commands in their order in a unit of work that is dropped again: the outcome of each, and before and after of
/// every balance.
async fn try_each(
    store: Arc<dyn Store>,
    stamp: Stamp,
    commands: Vec<EngineResult<PostCommand>>,
    atomic: bool,
) -> EngineResult<(Vec<EngineResult<Posted>>, Vec<Effect>)> {
    let mut seen = HashSet::new();
    let mut unit = store.begin().await?;
    let mut expected = Expected { day: Some(stamp.today), ..Expected::default() };
    commands.iter().flatten().for_each(|command| expected.and(command.expected()));
    unit.expect(&expected).await?;
    let mut outcomes = Vec::with_capacity(commands.len());
    for command in commands {
        unit.mark();
        let outcome = match command {
            Ok(command) if atomic && !command.reference.is_empty() && !seen.insert(command.reference.clone()) => {
                Err(twice(&command.reference))
            }
            Ok(command) => post_in(unit.as_mut(), &stamp, &command).await,
            Err(error) => Err(error),
        };
        match outcome {
            Err(EngineError::Store(error)) => return Err(error.into()),
            // What it left in the unit goes; a refused posting never writes past it.
            Err(_) if !unit.take_back() => return Err(EngineError::Store(StoreError::Stale("preview"))),
            outcome => outcomes.push(outcome),
        }
    }
    // What the database itself would refuse.
    unit.flush().await?;
    let effects = view::effects_of(unit.as_mut());
    Ok((outcomes, effects))
}

impl Engine {
    /// Books many postings in their order, all or none of them or each by itself. Durable when it returns.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for none or too many. [`EngineError::Batch`] names what is refused of a batch that is
    /// booked whole; nothing is then booked. Otherwise each item's own refusal is in its row.
    pub async fn bulk_post(&self, request: BulkRequest) -> EngineResult<BulkOutcome> {
        check_count(request.items.len())?;
        if request.items.len() >= crate::backups::MANY {
            self.backup_before().await?;
        }
        self.ask_before("bulk", &request.items).await?;
        let commands: Vec<EngineResult<PostCommand>> = request.items.iter().map(|item| self.command(item)).collect();
        let outcomes = if request.atomic {
            let items = self.whole(commands)?;
            let posted = self.writer.submit(&self.actor(), AllOrNothing { items }).await?;
            posted.into_iter().map(Ok).collect()
        } else {
            self.writer.submit_all(&self.actor(), commands).await
        };
        self.changed(&[Topic::Transactions, Topic::Balances, Topic::Holds]);
        if request.items.iter().any(|item| item.signed_reason.is_some()) {
            self.changed(&[Topic::Statements]);
        }
        Ok(outcome(&request, outcomes))
    }

    /// What [`Self::bulk_post`] would do: the outcome of every item, and before and after of every balance. Nothing is
    /// booked.
    ///
    /// # Errors
    /// As [`Self::bulk_post`]; what is refused is no error here, also of a batch that would be booked whole.
    pub async fn bulk_preview(&self, request: BulkRequest) -> EngineResult<BulkOutcome> {
        check_count(request.items.len())?;
        let commands: Vec<EngineResult<PostCommand>> = request.items.iter().map(|item| self.command(item)).collect();
        let tried = try_each(Arc::clone(&self.store), self.stamp(), commands, request.atomic);
        // In a task of its own: whoever asked and goes away must not leave the writer in the middle of something.
        let tried =
            tokio::spawn(tried.in_current_span()).await.map_err(|error| StoreError::Database(Box::new(error)))?;
        let (outcomes, effects) = tried?;
        let mut outcome = BulkOutcome { effects, ..outcome(&request, outcomes) };
        outcome.rows.iter_mut().filter(|row| !row.existing).for_each(|row| row.id = None);
        Ok(outcome)
    }

    /// The commands of a batch that is booked whole.
    fn whole(&self, commands: Vec<EngineResult<PostCommand>>) -> EngineResult<Vec<PostCommand>> {
        let items = commands.len();
        let (mut whole, mut refused) = (Vec::with_capacity(items), Vec::new());
        let mut references = HashSet::new();
        for (index, command) in commands.into_iter().enumerate() {
            match command {
                Ok(command) => {
                    if !command.reference.is_empty() && !references.insert(command.reference.clone()) {
                        refused.push(Refused::new(index, &command, twice(&command.reference)));
                    }
                    whole.push(command);
                }
                Err(error) => refused.push(Refused { index, reference: String::new(), error }),
            }
        }
        let count = refused.len();
        refused.truncate(MOST_REFUSALS);
        if count == 0 { Ok(whole) } else { Err(EngineError::Batch { items, count, refused }) }
    }
}

/// The refusal of a reference that two items of a batch have.
fn twice(reference: &str) -> EngineError {
    EngineError::invalid("reference", format!("{reference} stands twice in this batch."))
}

fn check_count(count: usize) -> EngineResult<()> {
    match count {
        0 => Err(EngineError::invalid("items", "There is nothing to post.")),
        1..=MOST_ITEMS => Ok(()),
        _ => Err(EngineError::invalid(
            "items",
            format!("At most {MOST_ITEMS} postings can be booked at once, not {count}."),
        )),
    }
}

fn outcome(request: &BulkRequest, outcomes: Vec<EngineResult<Posted>>) -> BulkOutcome {
    let mut counted = BulkOutcome { posted: 0, existing: 0, failed: 0, rows: Vec::new(), effects: Vec::new() };
    for (index, (item, outcome)) in request.items.iter().zip(outcomes).enumerate() {
        let position = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let reference = item.reference.trim().to_owned();
        let row = BulkRow {
            position,
            reference,
            id: None,
            existing: false,
            code: None,
            message: None,
            detail: None,
            fields: Vec::new(),
        };
        counted.rows.push(match outcome {
            Ok(posted) => {
                *(if posted.existing { &mut counted.existing } else { &mut counted.posted }) += 1;
                let reference = if row.reference.is_empty() { posted.id.clone() } else { row.reference };
                BulkRow { reference, id: Some(posted.id), existing: posted.existing, ..row }
            }
            Err(error) => {
                counted.failed += 1;
                let body = error.body();
                let (code, message) = (Some(body.code), Some(body.message));
                BulkRow { code, message, detail: body.detail, fields: body.fields, ..row }
            }
        });
    }
    counted
}
