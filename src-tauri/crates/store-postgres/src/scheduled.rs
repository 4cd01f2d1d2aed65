//! Postings that wait for their time.

use jiff::Timestamp;
use sqlx::{Postgres, QueryBuilder};
use store::rows::{self, value::micros};
use store::scheduled::{ScheduledReads, ScheduledRecord, ScheduledWrites, scheduled_state_text};
use store::{StoreError, StoreResult};

use crate::error::{from_sqlx, taken};
use crate::open::PostgresStore;
use crate::row::{all, first};
use crate::unit::PostgresUnit;

const SCHEDULED: &str = "SELECT s.id, s.state, s.due_at, s.reference, s.request::text, s.accepted_at, s.accepted_by, s.reason, s.finished_at, \
    t.id AS txn_id FROM scheduled s LEFT JOIN txn t ON t.key = s.txn_key ";

/// What waits under a reference or became a row of the journal under it, each by its own index.
fn under(reference: &str) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(SCHEDULED);
    query
        .push("WHERE s.key IN (SELECT key FROM scheduled WHERE state = 'waiting' AND reference <> '' AND reference = ");
    query.push_bind(reference.to_owned());
    query.push(" UNION ALL SELECT p.key FROM txn t JOIN scheduled p ON p.txn_key = t.key WHERE t.reference = ");
    query.push_bind(reference.to_owned()).push(")");
    query
}

#[async_trait::async_trait]
impl ScheduledReads for PostgresStore {
    async fn scheduled(&self, waiting_only: bool, limit: u32) -> StoreResult<Vec<ScheduledRecord>> {
        let mut query = QueryBuilder::new(SCHEDULED);
        query.push(match waiting_only {
            true => "WHERE s.state = 'waiting' ORDER BY s.due_at, s.key LIMIT ",
            false => "ORDER BY s.key DESC LIMIT ",
        });
        query.push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, rows::scheduled).await
    }

    async fn scheduled_waiting(&self) -> StoreResult<u64> {
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM scheduled WHERE state = 'waiting'")
            .fetch_one(&mut *self.reader().await?)
            .await
            .map_err(from_sqlx)?;
        Ok(u64::try_from(waiting).unwrap_or_default())
    }

    async fn scheduled_by_id(&self, id: &str) -> StoreResult<Option<ScheduledRecord>> {
        let mut query = QueryBuilder::new(SCHEDULED);
        query.push("WHERE s.id = ").push_bind(id.to_owned());
        first(&mut *self.reader().await?, query, rows::scheduled).await
    }

    async fn scheduled_under(&self, reference: &str) -> StoreResult<Option<ScheduledRecord>> {
        first(&mut *self.reader().await?, under(reference), rows::scheduled).await
    }

    async fn scheduled_due(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<String>> {
        sqlx::query_scalar(
            "SELECT id FROM scheduled WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, key LIMIT $2",
        )
        .bind(micros(now))
        .bind(i64::from(limit))
        .fetch_all(&mut *self.reader().await?)
        .await
        .map_err(from_sqlx)
    }
}

#[async_trait::async_trait]
impl ScheduledWrites for PostgresUnit {
    async fn insert_scheduled(&mut self, record: &ScheduledRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO scheduled (id, state, due_at, reference, request, accepted_at, accepted_by) VALUES ($1, 'waiting', $2, $3, $4::json, $5, $6)",
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
        let mut query = QueryBuilder::new(SCHEDULED);
        query.push("WHERE s.id = ").push_bind(id.to_owned());
        first(self.reading().await?, query, rows::scheduled).await
    }

    async fn load_scheduled_under(&mut self, reference: &str) -> StoreResult<Option<ScheduledRecord>> {
        first(self.reading().await?, under(reference), rows::scheduled).await
    }

    async fn save_scheduled(&mut self, record: &ScheduledRecord) -> StoreResult<()> {
        let done = sqlx::query(
            "UPDATE scheduled SET state = $1, due_at = $2, reference = $3, request = $4::json, reason = $5,
                 txn_key = (SELECT key FROM txn WHERE id = $6), finished_at = $7 WHERE id = $8 AND state = 'waiting'",
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
