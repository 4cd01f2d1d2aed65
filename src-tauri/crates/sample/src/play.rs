//! The plan, played through the engine: one clock, one book, several people.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use engine::api::book::{Chart, ColumnNames, NewBook};
use engine::api::ledgers::{BalanceUpdate, NewBalanceRequest};
use engine::api::transactions::{BatchOutcome, CommitItem, PostRequest, VoidItem, VoidRequest};
use engine::{Clock, Engine, FixedClock};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use store::Store;
use store_sqlite::SqliteStore;

use crate::SampleError;
use crate::company::{CHART, NAME, Who};
use crate::model::{Act, Plan, Posting, Timed};
use crate::reconcile;

/// The book under way.
pub(crate) struct Stage {
    clock: Arc<FixedClock>,
    /// Nothing is entered after this.
    latest: Timestamp,
    engines: Vec<(Who, Engine)>,
    /// Balance name to id.
    balances: HashMap<&'static str, String>,
    /// Reference of a hold to its id.
    holds: HashMap<String, String>,
}

/// Makes the book and plays the whole plan. On its last day nothing is entered after `now`, however early that is.
pub(crate) async fn play(book: &Path, plan: &Plan, now: Timestamp) -> Result<(), SampleError> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::create(book).await?);
    let clock = Arc::new(FixedClock::at(instant(crate::calendar::plus(plan.start, -1).at(8, 0, 0, 0))));
    let engines = Who::ALL
        .map(|who| (who, Engine::new(Arc::clone(&store), Arc::clone(&clock) as Arc<dyn Clock>, who.name())))
        .into();
    let last_day = now.to_zoned(TimeZone::system()).date() == plan.today;
    let latest = if last_day { now } else { Timestamp::MAX };
    let mut stage = Stage { clock, latest, engines, balances: HashMap::new(), holds: HashMap::new() };
    let mut played = stage.perform(plan).await;
    if played.is_ok() {
        played = crate::fresh::note(&store, plan.today).await;
    }
    store.close().await;
    played
}

/// The local moment as an instant.
fn instant(at: DateTime) -> Timestamp {
    at.to_zoned(TimeZone::system()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

impl Stage {
    fn engine(&self, who: Who) -> &Engine {
        let found = self.engines.iter().find(|(person, _)| *person == who);
        &found.unwrap_or(&self.engines[0]).1
    }

    fn turn_to(&self, at: DateTime) {
        self.clock.set(instant(at).min(self.latest));
    }

    async fn perform(&mut self, plan: &Plan) -> Result<(), SampleError> {
        self.found().await?;
        let mut due = reconcile::due(plan).into_iter().peekable();
        let mut day = plan.start;
        for timed in &plan.acts {
            if timed.at.date() != day {
                day = timed.at.date();
                self.begin_day(day).await?;
            }
            while let Some(statement) = due.next_if(|statement| statement.day < day) {
                self.turn_to(statement.day.at(17, 40, 0, 0));
                let balance = self.balances.get(statement.account).map(String::as_str).unwrap_or_default();
                reconcile::sign(self.engine(Who::Controller), plan, &statement, balance).await?;
            }
            self.turn_to(timed.at);
            self.act(timed).await?;
        }
        self.begin_day(plan.today).await
    }

    /// Holds that ran out overnight void themselves.
    async fn begin_day(&mut self, day: Date) -> Result<(), SampleError> {
        self.turn_to(day.at(5, 30, 0, 0));
        self.engine(Who::Controller)
            .expire_holds()
            .await
            .map_err(|error| SampleError::engine("Expiring holds", error))?;
        Ok(())
    }

    async fn found(&mut self) -> Result<(), SampleError> {
        let step = |error| SampleError::engine("Founding the book", error);
        let engine = &self.engines[0].1;
        let book = NewBook {
            name: NAME.into(),
            currency: "EUR".into(),
            fiscal_year_start: "01-01".into(),
            chart: Chart::Empty,
            column_names: ColumnNames::InOut,
            person: Some(Who::Controller.name().into()),
        };
        engine.book_found(book).await.map_err(step)?;
        let mut ids = HashMap::new();
        for (ledger, balances) in CHART {
            let ledger = engine.ledger_create(ledger).await.map_err(step)?;
            for planned in *balances {
                let request = NewBalanceRequest {
                    ledger_id: ledger.id.clone(),
                    name: planned.name.into(),
                    currency: planned.currency.into(),
                    exponent: None,
                    account_number: planned.account.map(str::to_owned),
                    reconcilable: planned.account.is_some(),
                    // Only banks have money of their own to run out of; the other side of a claim goes below zero.
                    below_zero: planned.account.is_none(),
                };
                let made = engine.balance_create(request).await.map_err(step)?;
                if planned.pinned {
                    let update = BalanceUpdate {
                        id: made.id.clone(),
                        name: made.name,
                        account_number: made.account_number,
                        reconcilable: made.reconcilable,
                        pinned: true,
                        below_zero: None,
                    };
                    engine.balance_update(update).await.map_err(step)?;
                }
                ids.insert(planned.name, made.id);
            }
        }
        self.balances = ids;
        Ok(())
    }

    async fn act(&mut self, timed: &Timed) -> Result<(), SampleError> {
        let engine = self.engine(timed.who);
        match &timed.act {
            Act::Post(posting) => {
                engine
                    .post(self.request(posting, None))
                    .await
                    .map_err(|error| SampleError::engine(&posting.reference, error))?;
            }
            Act::Hold(posting, expires) => {
                let request = self.request(posting, Some(instant(*expires)));
                let held =
                    engine.post(request).await.map_err(|error| SampleError::engine(&posting.reference, error))?;
                self.holds.insert(posting.reference.clone(), held.family.id);
            }
            Act::Commit { reference, amount, void_rest } => {
                let item = CommitItem {
                    id: self.hold(reference),
                    amount: amount.map(|amount| amount.to_string()),
                    void_rest: *void_rest,
                    ..CommitItem::default()
                };
                let outcome =
                    engine.holds_commit(vec![item]).await.map_err(|error| SampleError::engine(reference, error))?;
                decided(reference, outcome)?;
            }
            Act::Void { reference, reason } => {
                let request = VoidRequest {
                    items: vec![VoidItem { id: self.hold(reference), ..VoidItem::default() }],
                    reason: (*reason).into(),
                    note: None,
                };
                let outcome =
                    engine.holds_void(request).await.map_err(|error| SampleError::engine(reference, error))?;
                decided(reference, outcome)?;
            }
        }
        Ok(())
    }

    fn hold(&self, reference: &str) -> String {
        self.holds.get(reference).cloned().unwrap_or_else(|| reference.to_owned())
    }

    fn request(&self, posting: &Posting, expires: Option<Timestamp>) -> PostRequest {
        let balance = |name: &str| self.balances.get(name).cloned().unwrap_or_else(|| name.to_owned());
        PostRequest {
            reference: posting.reference.clone(),
            amount: posting.amount.to_string(),
            currency: posting.currency.into(),
            source: balance(posting.from),
            destination: balance(posting.to),
            description: posting.description.clone(),
            effective_date: Some(posting.date.to_string()),
            hold: expires.is_some(),
            expires_at: expires.map(|at| at.to_string()),
            // An indicator is made on the way: nobody has said yet that it may go below zero.
            allow_overdraft: posting.from.starts_with('@'),
            create_indicators: true,
            ..PostRequest::default()
        }
    }
}

fn decided(reference: &str, outcome: BatchOutcome) -> Result<(), SampleError> {
    match outcome.rows.into_iter().find(|row| !row.ok) {
        None => Ok(()),
        Some(row) => {
            let message = row.message.unwrap_or_default();
            Err(SampleError::engine(reference, engine::EngineError::Conflict { code: "SAMPLE", message }))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::civil::date;
    use store::query::Query;
    use tempfile::TempDir;

    use super::*;

    /// Made just after midnight, when the work of the last day would still be to come.
    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_entered_after_the_present() {
        let today = date(2026, 11, 19);
        let now = instant(today.at(0, 4, 0, 0));
        let folder = TempDir::new().unwrap();
        let book = folder.path().join(crate::BOOK_FILE);
        play(&book, &crate::story::plan(today).unwrap(), now).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&book).await.unwrap());
        let newest = store.events(None, 1).await.unwrap().pop().unwrap();
        assert_eq!(newest.at, now, "the last day has its entries");
        let query = Query { limit: 500, ..Query::default() };
        let families = store.families(&query).await.unwrap().rows;
        assert!(families.iter().all(|family| family.first.row.created_at <= now));
        store.close().await;
    }
}
