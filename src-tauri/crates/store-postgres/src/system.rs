//! Settings, history and jobs.

use serde_json::Value;
use sqlx::{PgConnection, QueryBuilder};
use store::rows::{self, Fields, job_kind_word, job_state_word, value::json, value::micros};
use store::system::{Counts, Event, JobRecord};
use store::{StoreResult, SystemReads, SystemWrites};

use crate::error::from_sqlx;
use crate::open::PostgresStore;
use crate::row::{all, first};
use crate::unit::PostgresUnit;

const EVENT: &str = "SELECT at, actor, kind, object_id, payload::text FROM event ";
const JOB: &str = "SELECT id, kind, title, state, params::text, phase, done, total, result::text, error, actor, started_at, finished_at FROM job ";

async fn setting(connection: &mut PgConnection, key: &str) -> StoreResult<Option<Value>> {
    let text: Option<String> = sqlx::query_scalar("SELECT value::text FROM setting WHERE key = $1")
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(from_sqlx)?;
    text.map(|text| json("setting", &text)).transpose()
}

fn large(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[async_trait::async_trait]
impl SystemReads for PostgresStore {
    async fn setting(&self, key: &str) -> StoreResult<Option<Value>> {
        setting(&mut *self.reader().await?, key).await
    }

    async fn events(&self, object_id: Option<&str>, limit: u32) -> StoreResult<Vec<Event>> {
        let mut query = QueryBuilder::new(EVENT);
        if let Some(id) = object_id {
            query.push("WHERE object_id = ").push_bind(id.to_owned());
        }
        query.push(" ORDER BY key DESC LIMIT ").push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, rows::event).await
    }

    async fn events_of(&self, object_id: &str, kind: &str) -> StoreResult<Vec<Event>> {
        let mut query = QueryBuilder::new(EVENT);
        query.push("WHERE object_id = ").push_bind(object_id.to_owned());
        query.push(" AND kind = ").push_bind(kind.to_owned()).push(" ORDER BY key");
        all(&mut *self.reader().await?, query, rows::event).await
    }

    async fn monitor_events(&self, limit: u32) -> StoreResult<Vec<Event>> {
        let mut query = QueryBuilder::new(EVENT);
        query.push("WHERE kind = 'monitor.fired' ORDER BY key DESC LIMIT ").push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, rows::event).await
    }

    async fn jobs(&self, limit: u32) -> StoreResult<Vec<JobRecord>> {
        let mut query = QueryBuilder::new(JOB);
        query.push("ORDER BY started_at DESC, id LIMIT ").push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, rows::job).await
    }

    async fn job(&self, id: &str) -> StoreResult<Option<JobRecord>> {
        let mut query = QueryBuilder::new(JOB);
        query.push("WHERE id = ").push_bind(id.to_owned());
        first(&mut *self.reader().await?, query, rows::job).await
    }

    async fn counts(&self) -> StoreResult<Counts> {
        let query = QueryBuilder::new(
            "SELECT (SELECT count(*) FROM balance) AS balances,
                    (SELECT count(*) FROM txn WHERE parent_key IS NULL) AS families,
                    (SELECT coalesce(sum(entries), 0)::bigint FROM balance_day) AS entries,
                    (SELECT count(*) FROM hold WHERE state = 'open') AS open_holds,
                    (SELECT count(*) FROM statement WHERE state = 'open') AS open_statements",
        );
        let read = |row: &crate::row::Got| {
            Ok(Counts {
                balances: row.count("balances")?,
                families: row.count("families")?,
                entries: row.count("entries")?,
                open_holds: row.count("open_holds")?,
                open_statements: row.count("open_statements")?,
            })
        };
        Ok(first(&mut *self.reader().await?, query, read).await?.unwrap_or_default())
    }
}

#[async_trait::async_trait]
impl SystemWrites for PostgresUnit {
    async fn insert_job(&mut self, job: &JobRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO job (id, kind, title, state, params, phase, done, total, actor, started_at)
             VALUES ($1, $2, $3, $4, $5::json, $6, $7, $8, $9, $10)",
        )
        .bind(&job.id)
        .bind(job_kind_word(job.kind))
        .bind(&job.title)
        .bind(job_state_word(job.state))
        .bind(job.params.to_string())
        .bind(&job.phase)
        .bind(large(job.done))
        .bind(large(job.total))
        .bind(&job.actor)
        .bind(micros(job.started_at))
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn save_job(&mut self, job: &JobRecord) -> StoreResult<()> {
        sqlx::query(
            "UPDATE job SET state = $1, phase = $2, done = $3, total = $4, result = $5::json, error = $6, finished_at = $7 WHERE id = $8",
        )
        .bind(job_state_word(job.state))
        .bind(&job.phase)
        .bind(large(job.done))
        .bind(large(job.total))
        .bind(job.result.as_ref().map(ToString::to_string))
        .bind(&job.error)
        .bind(job.finished_at.map(micros))
        .bind(&job.id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn interrupt_running_jobs(&mut self) -> StoreResult<u64> {
        let mut ended = 0;
        // A run goes on from what it stored; other work kept nothing.
        for sql in [
            "UPDATE job SET state = 'interrupted' WHERE state = 'running' AND kind = 'reconcile'",
            "UPDATE job SET state = 'failed', error = 'Cut off: the program ended while it ran. Nothing of it was kept.'
             WHERE state = 'running'",
        ] {
            ended += sqlx::query(sql).execute(self.connection().await?).await.map_err(from_sqlx)?.rows_affected();
        }
        Ok(ended)
    }
}
