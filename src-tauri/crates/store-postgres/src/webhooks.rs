//! Webhooks and deliveries.

use jiff::Timestamp;
use sqlx::{Postgres, QueryBuilder};
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
use crate::open::PostgresStore;
use crate::row::{all, first};
use crate::sql::push_found;
use crate::unit::PostgresUnit;

pub(crate) const WEBHOOK: &str = "SELECT id, name, url, role, events::text, blocking, timeout_ms, attempts, state, secret, seen_key, created_at FROM webhook ";

const DELIVERY: &str = "SELECT d.id, w.id AS webhook_id, w.name AS webhook_name, d.event, d.object_id, d.event_key, d.body::text AS body, d.state, \
    d.attempts, d.most, d.next_at, d.created_at, d.finished_at, d.status, d.error, d.duration_ms, h.sequence, e.at AS event_at, \
    e.actor AS event_actor, e.kind AS event_kind, e.object_id AS event_object, e.payload::text AS event_payload ";
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
    ("webhook", Column::Text("w.id")),
    ("event", Column::Text("d.event")),
    ("state", Column::Text("d.state")),
    ("object", Column::Text("d.object_id")),
];

fn filter(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push(FROM).push("true");
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        builder.push(" AND ");
        push_found(builder, "d.event || ' ' || d.object_id || ' ' || w.name || ' ' || coalesce(d.error, '')", text);
    }
    Ok(())
}

async fn page(connection: &mut sqlx::PgConnection, query: &Query) -> StoreResult<Page<DeliveryRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*) ");
    filter(&mut counting, query)?;
    let total: i64 = crate::row::number(&mut *connection, counting).await?;
    let mut builder = QueryBuilder::new(DELIVERY);
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    builder.push(format!(" ORDER BY d.key DESC LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(connection, builder, rows::delivery).await?, total: value::count(total) })
}

fn webhook_by_id(id: &str) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(WEBHOOK);
    query.push("WHERE id = ").push_bind(id.to_owned());
    query
}

#[async_trait::async_trait]
impl WebhookReads for PostgresStore {
    async fn webhooks(&self) -> StoreResult<Vec<WebhookRecord>> {
        let mut query = QueryBuilder::new(WEBHOOK);
        query.push("ORDER BY key");
        all(&mut *self.reader().await?, query, rows::webhook).await
    }

    async fn webhook(&self, id: &str) -> StoreResult<Option<WebhookRecord>> {
        first(&mut *self.reader().await?, webhook_by_id(id), rows::webhook).await
    }

    async fn webhook_figures(&self) -> StoreResult<Vec<WebhookFigures>> {
        all(&mut *self.reader().await?, QueryBuilder::new(FIGURES), rows::webhook_figures).await
    }

    async fn events_after(&self, key: i64, limit: u32) -> StoreResult<Vec<(i64, Event)>> {
        let mut query =
            QueryBuilder::new("SELECT key, at, actor, kind, object_id, payload::text FROM event WHERE key > ");
        query.push_bind(key).push(" ORDER BY event.key LIMIT ").push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, |row| Ok((row.key("key")?, rows::event(row)?))).await
    }

    async fn deliveries(&self, query: &Query) -> StoreResult<Page<DeliveryRecord>> {
        page(&mut *self.reader().await?, query).await
    }

    async fn delivery(&self, id: &str) -> StoreResult<Option<DeliveryRecord>> {
        let mut query = QueryBuilder::new(DELIVERY);
        query.push(FROM).push("d.id = ").push_bind(id.to_owned());
        first(&mut *self.reader().await?, query, rows::delivery).await
    }

    async fn delivery_attempts(&self, id: &str) -> StoreResult<Vec<AttemptRecord>> {
        let mut query = QueryBuilder::new(
            "SELECT a.number, a.at, a.duration_ms, a.status, a.error, a.response FROM delivery_attempt a \
             JOIN delivery d ON d.key = a.delivery_key WHERE d.id = ",
        );
        query.push_bind(id.to_owned()).push(" ORDER BY a.number");
        all(&mut *self.reader().await?, query, rows::attempt).await
    }

    async fn deliveries_due(&self, now: Timestamp, each: u32, without: &[String]) -> StoreResult<Vec<DeliveryRecord>> {
        let mut query = QueryBuilder::new(DELIVERY);
        query
            .push(FROM)
            .push("d.key IN (SELECT n.key FROM webhook v CROSS JOIN LATERAL (SELECT key, next_at FROM delivery ");
        query.push("WHERE webhook_key = v.key AND state = 'waiting' AND next_at <= ").push_bind(micros(now));
        query
            .push(" ORDER BY next_at, key LIMIT ")
            .push_bind(i64::from(each))
            .push(") n WHERE v.state = 'on' AND NOT v.id = ANY(");
        query.push_bind(without.to_vec()).push(")) ORDER BY d.next_at, d.key");
        all(&mut *self.reader().await?, query, rows::delivery).await
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
impl WebhookWrites for PostgresUnit {
    async fn insert_webhook(&mut self, record: &WebhookRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO webhook (id, name, url, role, events, blocking, timeout_ms, attempts, state, secret, seen_key, created_at)
             VALUES ($1, $2, $3, $4, $5::json, $6, $7, $8, $9, $10, coalesce((SELECT max(key) FROM event), 0), $11)",
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
            "UPDATE webhook SET name = $1, url = $2, role = $3, events = $4::json, blocking = $5, timeout_ms = $6,
                 attempts = $7, state = $8, secret = $9 WHERE id = $10",
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
        let delete = sqlx::query("DELETE FROM webhook WHERE id = $1").bind(id);
        one(delete.execute(self.connection().await?).await.map_err(from_sqlx)?.rows_affected())
    }

    async fn mark_seen(&mut self, webhook_id: &str, key: Option<i64>) -> StoreResult<()> {
        sqlx::query(
            "UPDATE webhook SET seen_key = greatest(seen_key, coalesce($1, (SELECT max(key) FROM event), 0)) WHERE id = $2",
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
                 SELECT $1, w.key, $2, $3, $4, $5::json, 'waiting', 0, $6, $7, $8 FROM webhook w WHERE w.id = $9
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
             SELECT key, $1, $2, $3, $4, $5, $6 FROM delivery WHERE id = $7",
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
            "UPDATE delivery SET state = $1, attempts = $2, next_at = $3, finished_at = $4, status = $5, error = $6,
                 duration_ms = $7 WHERE id = $8",
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
            "UPDATE delivery SET state = 'waiting', finished_at = NULL, most = attempts + $1, next_at = $2
             WHERE state <> $3 AND id = ANY($4::text[])",
        )
        .bind(i64::from(more))
        .bind(micros(at))
        .bind("waiting")
        .bind(ids)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(done.rows_affected())
    }

    async fn sweep_deliveries(&mut self, at: Timestamp) -> StoreResult<u64> {
        let done = sqlx::query("DELETE FROM delivery WHERE finished_at < $1")
            .bind(micros(at))
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        Ok(done.rows_affected())
    }
}
