//! Settings, history and jobs.

use serde_json::Value;
use sqlx::{Row, sqlite::SqliteRow};
use store::system::{Counts, Event, JobKind, JobRecord, JobState};
use store::{StoreError, StoreResult, SystemReads, SystemWrites};

use crate::code::{count, json, micros, opt_time, time};
use crate::error::from_sqlx;
use crate::open::SqliteStore;
use crate::unit::SqliteUnit;

const KINDS: &[(JobKind, &str)] = &[
    (JobKind::Import, "import"),
    (JobKind::Reconcile, "reconcile"),
    (JobKind::Export, "export"),
    (JobKind::Check, "check"),
];
const STATES: &[(JobState, &str)] = &[
    (JobState::Running, "running"),
    (JobState::Interrupted, "interrupted"),
    (JobState::Cancelled, "cancelled"),
    (JobState::Failed, "failed"),
    (JobState::Done, "done"),
];

fn word<T: PartialEq + Copy>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

fn meaning<T: Copy>(words: &[(T, &'static str)], text: &str) -> StoreResult<T> {
    words
        .iter()
        .find(|(_, word)| *word == text)
        .map(|(value, _)| *value)
        .ok_or_else(|| StoreError::damaged("job", text))
}

fn job(row: &SqliteRow) -> StoreResult<JobRecord> {
    let result: Option<String> = row.try_get("result").map_err(from_sqlx)?;
    Ok(JobRecord {
        id: row.try_get("id").map_err(from_sqlx)?,
        kind: meaning(KINDS, row.try_get("kind").map_err(from_sqlx)?)?,
        title: row.try_get("title").map_err(from_sqlx)?,
        state: meaning(STATES, row.try_get("state").map_err(from_sqlx)?)?,
        params: json("job", row.try_get("params").map_err(from_sqlx)?)?,
        phase: row.try_get("phase").map_err(from_sqlx)?,
        done: count(row.try_get("done").map_err(from_sqlx)?),
        total: count(row.try_get("total").map_err(from_sqlx)?),
        result: result.map(|text| json("job", &text)).transpose()?,
        error: row.try_get("error").map_err(from_sqlx)?,
        actor: row.try_get("actor").map_err(from_sqlx)?,
        started_at: time("job", row.try_get("started_at").map_err(from_sqlx)?)?,
        finished_at: opt_time("job", row.try_get("finished_at").map_err(from_sqlx)?)?,
    })
}

fn event(row: &SqliteRow) -> StoreResult<Event> {
    Ok(Event {
        at: time("event", row.try_get("at").map_err(from_sqlx)?)?,
        actor: row.try_get("actor").map_err(from_sqlx)?,
        kind: row.try_get("kind").map_err(from_sqlx)?,
        object_id: row.try_get("object_id").map_err(from_sqlx)?,
        payload: json("event", row.try_get("payload").map_err(from_sqlx)?)?,
    })
}

#[async_trait::async_trait]
impl SystemReads for SqliteStore {
    async fn setting(&self, key: &str) -> StoreResult<Option<Value>> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.readers)
            .await
            .map_err(from_sqlx)?;
        text.map(|text| json("setting", &text)).transpose()
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
        rows.iter().map(event).collect()
    }

    async fn events_of(&self, object_id: &str, kind: &str) -> StoreResult<Vec<Event>> {
        let rows = sqlx::query("SELECT * FROM event WHERE object_id = ? AND kind = ? ORDER BY key")
            .bind(object_id)
            .bind(kind)
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)?;
        rows.iter().map(event).collect()
    }

    async fn jobs(&self, limit: u32) -> StoreResult<Vec<JobRecord>> {
        let rows = sqlx::query("SELECT * FROM job ORDER BY started_at DESC, id LIMIT ?")
            .bind(limit)
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)?;
        rows.iter().map(job).collect()
    }

    async fn job(&self, id: &str) -> StoreResult<Option<JobRecord>> {
        let row = sqlx::query("SELECT * FROM job WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.readers)
            .await
            .map_err(from_sqlx)?;
        row.as_ref().map(job).transpose()
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
        let at = |index: usize| row.try_get::<i64, _>(index).map(count).map_err(from_sqlx);
        Ok(Counts { balances: at(0)?, families: at(1)?, entries: at(2)?, open_holds: at(3)?, open_statements: at(4)? })
    }
}

#[async_trait::async_trait]
impl SystemWrites for SqliteUnit {
    async fn load_setting(&mut self, key: &str) -> StoreResult<Option<Value>> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?")
            .bind(key)
            .fetch_optional(self.connection())
            .await
            .map_err(from_sqlx)?;
        text.map(|text| json("setting", &text)).transpose()
    }

    async fn put_setting(&mut self, key: &str, value: &Value) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value.to_string())
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn record_event(&mut self, event: &Event) -> StoreResult<()> {
        sqlx::query("INSERT INTO event (at, actor, kind, object_id, payload) VALUES (?, ?, ?, ?, ?)")
            .bind(micros(event.at))
            .bind(&event.actor)
            .bind(&event.kind)
            .bind(&event.object_id)
            .bind(event.payload.to_string())
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn insert_job(&mut self, job: &JobRecord) -> StoreResult<()> {
        sqlx::query("INSERT INTO job (id, kind, title, state, params, phase, done, total, actor, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(&job.id)
            .bind(word(KINDS, job.kind))
            .bind(&job.title)
            .bind(word(STATES, job.state))
            .bind(job.params.to_string())
            .bind(&job.phase)
            .bind(i64::try_from(job.done).unwrap_or(i64::MAX))
            .bind(i64::try_from(job.total).unwrap_or(i64::MAX))
            .bind(&job.actor)
            .bind(micros(job.started_at))
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn save_job(&mut self, job: &JobRecord) -> StoreResult<()> {
        sqlx::query("UPDATE job SET state = ?, phase = ?, done = ?, total = ?, result = ?, error = ?, finished_at = ? WHERE id = ?")
            .bind(word(STATES, job.state))
            .bind(&job.phase)
            .bind(i64::try_from(job.done).unwrap_or(i64::MAX))
            .bind(i64::try_from(job.total).unwrap_or(i64::MAX))
            .bind(job.result.as_ref().map(ToString::to_string))
            .bind(&job.error)
            .bind(job.finished_at.map(micros))
            .bind(&job.id)
            .execute(self.connection())
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
            ended += sqlx::query(sql).execute(self.connection()).await.map_err(from_sqlx)?.rows_affected();
        }
        Ok(ended)
    }
}
