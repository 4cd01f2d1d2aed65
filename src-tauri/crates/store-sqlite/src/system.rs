//! Settings, history and jobs.

use serde_json::Value;
use sqlx::Row;
use store::rows::{self, value, value::micros};
use store::system::{Counts, Event, JobRecord};
use store::{StoreResult, SystemReads, SystemWrites};

use crate::error::from_sqlx;
use crate::open::SqliteStore;
use crate::row::Got;
use crate::unit::SqliteUnit;

#[async_trait::async_trait]
impl SystemReads for SqliteStore {
    async fn setting(&self, key: &str) -> StoreResult<Option<Value>> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.readers)
            .await
            .map_err(from_sqlx)?;
        text.map(|text| value::json("setting", &text)).transpose()
    }

    async fn events(&self, object_id: Option<&str>, limit: u32) -> StoreResult<Vec<Event>> {
        let rows = match object_id {
            Some(id) => {
                sqlx::query("SELECT * FROM event WHERE object_id = ? ORDER BY key DESC LIMIT ?").bind(id).bind(limit)
            }
            None => sqlx::query("SELECT * FROM event ORDER BY key DESC LIMIT ?").bind(limit),
        }
        .fetch_all(&self.readers)
        .await
        .map_err(from_sqlx)?;
        rows.into_iter().map(|row| rows::event(&Got(row))).collect()
    }

    async fn events_of(&self, object_id: &str, kind: &str) -> StoreResult<Vec<Event>> {
        let rows = sqlx::query("SELECT * FROM event WHERE object_id = ? AND kind = ? ORDER BY key")
            .bind(object_id)
            .bind(kind)
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)?;
        rows.into_iter().map(|row| rows::event(&Got(row))).collect()
    }

    async fn monitor_events(&self, limit: u32) -> StoreResult<Vec<Event>> {
        let rows = sqlx::query("SELECT * FROM event WHERE kind = 'monitor.fired' ORDER BY key DESC LIMIT ?")
            .bind(limit)
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)?;
        rows.into_iter().map(|row| rows::event(&Got(row))).collect()
    }

    async fn jobs(&self, limit: u32) -> StoreResult<Vec<JobRecord>> {
        let rows = sqlx::query("SELECT * FROM job ORDER BY started_at DESC, id LIMIT ?")
            .bind(limit)
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)?;
        rows.into_iter().map(|row| rows::job(&Got(row))).collect()
    }

    async fn job(&self, id: &str) -> StoreResult<Option<JobRecord>> {
        let row = sqlx::query("SELECT * FROM job WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.readers)
            .await
            .map_err(from_sqlx)?;
        row.map(|row| rows::job(&Got(row))).transpose()
    }

    async fn counts(&self) -> StoreResult<Counts> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM balance),
                    (SELECT count(*) FROM txn WHERE parent_key IS NULL),
                    (SELECT coalesce(sum(entries), 0) FROM balance_day),
                    (SELECT count(*) FROM hold WHERE state = 'open'),
                    (SELECT count(*) FROM statement WHERE state = 'open')",
        )
        .fetch_one(&self.readers)
        .await
        .map_err(from_sqlx)?;
        let at = |index: usize| row.try_get::<i64, _>(index).map(value::count).map_err(from_sqlx);
        Ok(Counts { balances: at(0)?, families: at(1)?, entries: at(2)?, open_holds: at(3)?, open_statements: at(4)? })
    }
}

#[async_trait::async_trait]
impl SystemWrites for SqliteUnit {
    async fn insert_job(&mut self, job: &JobRecord) -> StoreResult<()> {
        sqlx::query("INSERT INTO job (id, kind, title, state, params, phase, done, total, actor, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(&job.id)
            .bind(rows::job_kind_word(job.kind))
            .bind(&job.title)
            .bind(rows::job_state_word(job.state))
            .bind(job.params.to_string())
            .bind(&job.phase)
            .bind(i64::try_from(job.done).unwrap_or(i64::MAX))
            .bind(i64::try_from(job.total).unwrap_or(i64::MAX))
            .bind(&job.actor)
            .bind(micros(job.started_at))
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn save_job(&mut self, job: &JobRecord) -> StoreResult<()> {
        sqlx::query("UPDATE job SET state = ?, phase = ?, done = ?, total = ?, result = ?, error = ?, finished_at = ? WHERE id = ?")
            .bind(rows::job_state_word(job.state))
            .bind(&job.phase)
            .bind(i64::try_from(job.done).unwrap_or(i64::MAX))
            .bind(i64::try_from(job.total).unwrap_or(i64::MAX))
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
