//! Webhooks and deliveries.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};
use store::page::{window, words};
use store::rows::{self, Fields, value, value::micros};
use store::system::Event;
use store::webhooks::{
    AttemptOutcome, AttemptRecord, DeliveryRecord, DeliveryState, NewDelivery, WebhookFigures, WebhookReads,
    WebhookRecord, WebhookWrites,
};
use store::{Page, Query, StoreError, StoreResult};

use crate::conditions::{Column, push_filter};
use crate::error::{from_sqlx, taken};
use crate::open::SqliteStore;
use crate::row::{all, first};
use crate::sql::{list, whatever_case};
use crate::unit::SqliteUnit;

pub(crate) const WEBHOOK: &str = "SELECT id, name, url, role, events, blocking, timeout_ms, attempts, state, secret, seen_key, created_at FROM webhook ";

const DELIVERY: &str = "SELECT d.id, w.id AS webhook_id, w.name AS webhook_name, d.event, d.object_id, d.event_key, d.body AS body, d.state, \
    d.attempts, d.most, d.next_at, d.created_at, d.finished_at, d.status, d.error, d.duration_ms, h.sequence, e.at AS event_at, \
    e.actor AS event_actor, e.kind AS event_kind, e.object_id AS event_object, e.payload AS event_payload ";
const FROM: &str = "FROM delivery d JOIN webhook w ON w.key = d.webhook_key LEFT JOIN event e ON e.key = d.event_key \
    LEFT JOIN history_link h ON h.event_key = d.event_key WHERE ";

/// What finished lately is looked at through the last hundred of each webhook.
const FIGURES: &str = "SELECT w.id, (SELECT count(*) FROM delivery d WHERE d.webhook_key = w.key AND d.state = 'waiting') AS waiting, \
    (SELECT count(*) FROM delivery d WHERE d.webhook_key = w.key AND d.state = 'dead') AS dead, \
    (SELECT count(*) FROM (SELECT 1 FROM delivery d WHERE d.webhook_key = w.key AND d.state <> 'waiting' ORDER BY d.key DESC LIMIT 100) x) AS lately, \
    (SELECT count(*) FROM (SELECT d.state FROM delivery d WHERE d.webhook_key = w.key AND d.state <> 'waiting' ORDER BY d.key DESC LIMIT 100) x \
        WHERE x.state = 'delivered') AS lately_delivered, \
    (SELECT max(d.finished_at) FROM delivery d WHERE d.webhook_key = w.key AND d.state = 'delivered') AS last_success_at, \
    (SELECT a.error FROM delivery_attempt a JOIN delivery d ON d.key = a.delivery_key WHERE d.webhook_key = w.key \
        ORDER BY a.at DESC, d.key DESC, a.number DESC LIMIT 1) AS last_error FROM webhook w ORDER BY w.key";

const FIELDS: &[(&str, Column)] = &[
    ("webhook", Column::Plain("w.id")),
    ("event", Column::Plain("d.event")),
    ("state", Column::Plain("d.state")),
    ("object", Column::Plain("d.object_id")),
];

fn filter(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push(FROM).push("1");
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        builder.push(" AND ");
        builder.push("(d.event || ' ' || d.object_id || ' ' || w.name || ' ' || coalesce(d.error, '')) REGEXP ");
        builder.push_bind(whatever_case(text));
    }
    Ok(())
}

async fn page(connection: &sqlx::SqlitePool, query: &Query) -> StoreResult<Page<DeliveryRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*) ");
    filter(&mut counting, query)?;
    let total: i64 = counting.build_query_scalar().fetch_one(connection).await.map_err(from_sqlx)?;
    let mut builder = QueryBuilder::new(DELIVERY);
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    builder.push(format!(" ORDER BY d.key DESC LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(connection, builder, rows::delivery).await?, total: value::count(total) })
}

fn webhook_by_id(id: &str) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(WEBHOOK);
    query.push("WHERE id = ").push_bind(id.to_owned());
    query
}

#[async_trait::async_trait]
impl WebhookReads for SqliteStore {
    async fn webhooks(&self) -> StoreResult<Vec<WebhookRecord>> {
        let mut query = QueryBuilder::new(WEBHOOK);
        query.push("ORDER BY key");
        all(&self.readers, query, rows::webhook).await
    }

    async fn webhook(&self, id: &str) -> StoreResult<Option<WebhookRecord>> {
        first(&self.readers, webhook_by_id(id), rows::webhook).await
    }

    async fn webhook_figures(&self) -> StoreResult<Vec<WebhookFigures>> {
        all(&self.readers, QueryBuilder::new(FIGURES), rows::webhook_figures).await
    }

    async fn events_after(&self, key: i64, limit: u32) -> StoreResult<Vec<(i64, Event)>> {
        let mut query = QueryBuilder::new("SELECT key, at, actor, kind, object_id, payload FROM event WHERE key > ");
        query.push_bind(key).push(" ORDER BY event.key LIMIT ").push_bind(limit);
        all(&self.readers, query, |row| Ok((row.key("key")?, rows::event(row)?))).await
    }

    async fn deliveries(&self, query: &Query) -> StoreResult<Page<DeliveryRecord>> {
        page(&self.readers, query).await
    }

    async fn delivery(&self, id: &str) -> StoreResult<Option<DeliveryRecord>> {
        let mut query = QueryBuilder::new(DELIVERY);
        query.push(FROM).push("d.id = ").push_bind(id.to_owned());
        first(&self.readers, query, rows::delivery).await
    }

    async fn delivery_attempts(&self, id: &str) -> StoreResult<Vec<AttemptRecord>> {
        let mut query = QueryBuilder::new(
            "SELECT a.number, a.at, a.duration_ms, a.status, a.error, a.response FROM delivery_attempt a \
             JOIN delivery d ON d.key = a.delivery_key WHERE d.id = ",
        );
        query.push_bind(id.to_owned()).push(" ORDER BY a.number");
        all(&self.readers, query, rows::attempt).await
    }

    async fn deliveries_due(&self, now: Timestamp, each: u32, without: &[String]) -> StoreResult<Vec<DeliveryRecord>> {
        let mut query = QueryBuilder::new(DELIVERY);
        query
            .push(FROM)
            .push("d.key IN (SELECT key FROM (SELECT n.key, row_number() OVER (PARTITION BY n.webhook_key ");
        query.push("ORDER BY n.next_at, n.key) AS place FROM delivery n JOIN webhook v ON v.key = n.webhook_key WHERE v.state = 'on' ");
        query.push("AND v.id NOT IN (SELECT value FROM json_each(").push_bind(list(without)).push(")) ");
        query.push("AND n.state = 'waiting' AND n.next_at <= ").push_bind(micros(now));
        query.push(") WHERE place <= ").push_bind(each).push(") ORDER BY d.next_at, d.key");
        all(&self.readers, query, rows::delivery).await
    }
}

/// One row was written, or what was to be written over is not there any more.
fn one(rows: u64) -> StoreResult<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale("webhook")) }
}

fn events(record: &WebhookRecord) -> String {
    serde_json::json!(record.events).to_string()
}

#[async_trait::async_trait]
impl WebhookWrites for SqliteUnit {
    async fn insert_webhook(&mut self, record: &WebhookRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO webhook (id, name, url, role, events, blocking, timeout_ms, attempts, state, secret, seen_key, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT max(key) FROM event), 0), ?)",
        )
        .bind(&record.id)
        .bind(&record.name)
        .bind(&record.url)
        .bind(rows::role_word(record.role))
        .bind(events(record))
        .bind(record.blocking)
        .bind(i64::from(record.timeout_ms))
        .bind(i64::from(record.attempts))
        .bind(rows::webhook_state_word(record.state))
        .bind(&record.secret)
        .bind(micros(record.created_at))
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "webhook"))?;
        Ok(())
    }

    async fn load_webhook(&mut self, id: &str) -> StoreResult<Option<WebhookRecord>> {
        first(self.reading().await?, webhook_by_id(id), rows::webhook).await
    }

    async fn save_webhook(&mut self, record: &WebhookRecord) -> StoreResult<()> {
        let done = sqlx::query(
            "UPDATE webhook SET name = ?, url = ?, role = ?, events = ?, blocking = ?, timeout_ms = ?,
                 attempts = ?, state = ?, secret = ? WHERE id = ?",
        )
        .bind(&record.name)
        .bind(&record.url)
        .bind(rows::role_word(record.role))
        .bind(events(record))
        .bind(record.blocking)
        .bind(i64::from(record.timeout_ms))
        .bind(i64::from(record.attempts))
        .bind(rows::webhook_state_word(record.state))
        .bind(&record.secret)
        .bind(&record.id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        one(done.rows_affected())
    }

    async fn delete_webhook(&mut self, id: &str) -> StoreResult<()> {
        let delete = sqlx::query("DELETE FROM webhook WHERE id = ?").bind(id);
        one(delete.execute(self.connection().await?).await.map_err(from_sqlx)?.rows_affected())
    }

    async fn mark_seen(&mut self, webhook_id: &str, key: Option<i64>) -> StoreResult<()> {
        sqlx::query(
            "UPDATE webhook SET seen_key = max(seen_key, coalesce(?, (SELECT max(key) FROM event), 0)) WHERE id = ?",
        )
        .bind(key)
        .bind(webhook_id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn insert_deliveries(&mut self, deliveries: &[NewDelivery]) -> StoreResult<()> {
        for new in deliveries {
            sqlx::query(
                "INSERT INTO delivery (id, webhook_key, event_key, event, object_id, body, state, attempts, most, next_at, created_at)
                 SELECT ?, w.key, ?, ?, ?, ?, 'waiting', 0, ?, ?, ? FROM webhook w WHERE w.id = ?
                 ON CONFLICT (webhook_key, event_key) DO NOTHING",
            )
            .bind(&new.id)
            .bind(new.told.as_ref().ok())
            .bind(&new.event)
            .bind(&new.object_id)
            .bind(new.told.as_ref().err().map(ToString::to_string))
            .bind(i64::from(new.most))
            .bind(micros(new.at))
            .bind(micros(new.at))
            .bind(&new.webhook_id)
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        }
        Ok(())
    }

    async fn save_attempt(&mut self, outcome: &AttemptOutcome) -> StoreResult<()> {
        let attempt = &outcome.attempt;
        let written = sqlx::query(
            "INSERT INTO delivery_attempt (delivery_key, number, at, duration_ms, status, error, response)
             SELECT key, ?, ?, ?, ?, ?, ? FROM delivery WHERE id = ?",
        )
        .bind(i64::from(attempt.number))
        .bind(micros(attempt.at))
        .bind(i64::from(attempt.duration_ms))
        .bind(attempt.status.map(i64::from))
        .bind(&attempt.error)
        .bind(&attempt.response)
        .bind(&outcome.delivery_id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        if written.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(
            "UPDATE delivery SET state = ?, attempts = ?, next_at = ?, finished_at = ?, status = ?, error = ?,
                 duration_ms = ? WHERE id = ?",
        )
        .bind(rows::delivery_state_word(outcome.state))
        .bind(i64::from(attempt.number))
        .bind(micros(outcome.next_at))
        .bind((outcome.state != DeliveryState::Waiting).then(|| micros(attempt.at)))
        .bind(attempt.status.map(i64::from))
        .bind(&attempt.error)
        .bind(i64::from(attempt.duration_ms))
        .bind(&outcome.delivery_id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn replay(&mut self, ids: &[String], more: u32, at: Timestamp) -> StoreResult<u64> {
        let done = sqlx::query(
            "UPDATE delivery SET state = 'waiting', finished_at = NULL, most = attempts + ?, next_at = ?
             WHERE state <> ? AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(i64::from(more))
        .bind(micros(at))
        .bind("waiting")
        .bind(list(ids))
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(done.rows_affected())
    }

    async fn sweep_deliveries(&mut self, at: Timestamp) -> StoreResult<u64> {
        let done = sqlx::query("DELETE FROM delivery WHERE finished_at < ?")
            .bind(micros(at))
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        Ok(done.rows_affected())
    }
}
