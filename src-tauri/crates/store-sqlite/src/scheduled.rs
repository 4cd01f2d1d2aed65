//! Postings that wait for their time.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};
use store::page::{window, words};
use store::rows::{self, value, value::micros};
use store::scheduled::{ScheduledReads, ScheduledRecord, ScheduledWrites, scheduled_state_text};
use store::{Page, Query, StoreError, StoreResult, Word};

use crate::conditions::{Column, push_filter};
use crate::error::{from_sqlx, taken};
use crate::open::SqliteStore;
use crate::row::{all, first};
use crate::sql::{list, order_by, push_words};
use crate::unit::SqliteUnit;

pub(crate) const COLUMNS: &str = "SELECT s.id, s.state, s.due_at, s.reference, s.request, s.accepted_at, s.accepted_by, s.reason, s.finished_at, \
    t.id AS txn_id ";
pub(crate) const SCHEDULED: &str = "FROM scheduled s LEFT JOIN txn t ON t.key = s.txn_key ";

/// With the names of both its balances, where it names them by id.
const FROM: &str = "FROM scheduled s LEFT JOIN txn t ON t.key = s.txn_key LEFT JOIN balance a ON a.id = (s.request ->> 'source') \
    LEFT JOIN balance b ON b.id = (s.request ->> 'destination') WHERE ";
/// What somebody who looks for words looks in.
const TEXTS: &str = "s.reference || ' ' || (s.request ->> 'description') || ' ' || coalesce(a.name, (s.request ->> 'source')) || ' ' || \
    coalesce(b.name, (s.request ->> 'destination')) || ' ' || (s.request ->> 'currency') || ' ' || coalesce(s.reason, '')";
/// What is queued is due when it is accepted.
const DUE: &str = "CASE WHEN s.due_at = 0 THEN s.accepted_at ELSE s.due_at END";
/// Decimals of an amount that somebody looks for; with more or fewer it is found by its digits.
const DECIMALS: u8 = 2;

const FIELDS: &[(&str, Column)] = &[
    ("id", Column::Plain("s.id")),
    ("reference", Column::Maybe("s.reference")),
    ("description", Column::Maybe("(s.request ->> 'description')")),
    ("state", Column::Plain("s.state")),
    ("amount", Column::Digits("length(ltrim(s.request ->> 'amount', '0'))", "ltrim(s.request ->> 'amount', '0')")),
    ("currency", Column::Plain("(s.request ->> 'currency')")),
    ("due", Column::Instant { at: DUE, order: DUE }),
    ("accepted", Column::Instant { at: "s.accepted_at", order: "s.accepted_at" }),
    ("accepted_by", Column::Plain("s.accepted_by")),
];

fn filter(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push(FROM).push("1");
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        push_words(builder, &Word::all(text, DECIMALS), TEXTS, "(s.request ->> 'amount')");
    }
    Ok(())
}

fn scheduled() -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(SCHEDULED);
    query
}

/// What waits under a reference or became a row of the journal under it, each by its own index.
fn under(reference: &str) -> QueryBuilder<Sqlite> {
    let mut query = scheduled();
    query
        .push("WHERE s.key IN (SELECT key FROM scheduled WHERE state = 'waiting' AND reference <> '' AND reference = ");
    query.push_bind(reference.to_owned());
    query.push(" UNION ALL SELECT p.key FROM txn t JOIN scheduled p ON p.txn_key = t.key WHERE t.reference = ");
    query.push_bind(reference.to_owned()).push(")");
    query
}

#[async_trait::async_trait]
impl ScheduledReads for SqliteStore {
    async fn scheduled(&self, query: &Query) -> StoreResult<Page<ScheduledRecord>> {
        let mut counting = QueryBuilder::new("SELECT count(*) ");
        filter(&mut counting, query)?;
        let total: i64 = counting.build_query_scalar().fetch_one(&self.readers).await.map_err(from_sqlx)?;
        let mut builder = QueryBuilder::new(COLUMNS);
        filter(&mut builder, query)?;
        let (limit, offset) = window(query);
        let order = order_by(FIELDS, &query.sort, &[("due", false)], "s.key", false)?;
        builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
        Ok(Page { rows: all(&self.readers, builder, rows::scheduled).await?, total: value::count(total) })
    }

    async fn scheduled_that_wait(&self, sides: &[&str]) -> StoreResult<Vec<ScheduledRecord>> {
        let mut query = scheduled();
        query.push("WHERE s.state = 'waiting'");
        for (before, side) in [(" AND (", "source"), (" OR ", "destination")].into_iter().filter(|_| !sides.is_empty())
        {
            query.push(format!("{before}(s.request ->> '{side}') IN (SELECT value FROM json_each("));
            query.push_bind(list(sides)).push("))");
        }
        query.push(if sides.is_empty() { "" } else { ")" }).push(" ORDER BY s.due_at, s.key");
        all(&self.readers, query, rows::scheduled).await
    }

    async fn scheduled_waiting(&self) -> StoreResult<u64> {
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM scheduled WHERE state = 'waiting'")
            .fetch_one(&self.readers)
            .await
            .map_err(from_sqlx)?;
        Ok(u64::try_from(waiting).unwrap_or_default())
    }

    async fn scheduled_by_id(&self, id: &str) -> StoreResult<Option<ScheduledRecord>> {
        let mut query = scheduled();
        query.push("WHERE s.id = ").push_bind(id.to_owned());
        first(&self.readers, query, rows::scheduled).await
    }

    async fn scheduled_under(&self, reference: &str) -> StoreResult<Option<ScheduledRecord>> {
        first(&self.readers, under(reference), rows::scheduled).await
    }

    async fn scheduled_due(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<String>> {
        sqlx::query_scalar(
            "SELECT id FROM scheduled WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, key LIMIT ?",
        )
        .bind(micros(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .map_err(from_sqlx)
    }
}

#[async_trait::async_trait]
impl ScheduledWrites for SqliteUnit {
    async fn insert_scheduled(&mut self, record: &ScheduledRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO scheduled (id, state, due_at, reference, request, accepted_at, accepted_by) VALUES (?, 'waiting', ?, ?, ?, ?, ?)",
        )
        .bind(&record.id)
        .bind(micros(record.due_at))
        .bind(&record.reference)
        .bind(record.request.to_string())
        .bind(micros(record.accepted_at))
        .bind(&record.accepted_by)
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "scheduled posting"))?;
        Ok(())
    }

    async fn load_scheduled(&mut self, id: &str) -> StoreResult<Option<ScheduledRecord>> {
        let mut query = scheduled();
        query.push("WHERE s.id = ").push_bind(id.to_owned());
        first(self.reading().await?, query, rows::scheduled).await
    }

    async fn load_scheduled_under(&mut self, reference: &str) -> StoreResult<Option<ScheduledRecord>> {
        first(self.reading().await?, under(reference), rows::scheduled).await
    }

    async fn save_scheduled(&mut self, record: &ScheduledRecord) -> StoreResult<()> {
        let done = sqlx::query(
            "UPDATE scheduled SET state = ?, due_at = ?, reference = ?, request = ?, reason = ?,
                 txn_key = (SELECT key FROM txn WHERE id = ?), finished_at = ? WHERE id = ? AND state = 'waiting'",
        )
        .bind(scheduled_state_text(&record.state))
        .bind(micros(record.due_at))
        .bind(&record.reference)
        .bind(record.request.to_string())
        .bind(record.state.reason())
        .bind(record.state.posted())
        .bind(record.finished_at.map(micros))
        .bind(&record.id)
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "scheduled posting"))?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("scheduled posting")) }
    }
}
