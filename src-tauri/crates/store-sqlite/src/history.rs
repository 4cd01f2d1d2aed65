//! The history: events, the links that seal them, and the head.

use ledger::{Head, Sealed};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::history::{HistoryState, SealedEvent, span};
use store::ledger::StoredTransaction;
use store::page::{window, words};
use store::rows::{self, value};
use store::{HistoryReads, Page, Query, StoreResult};

use crate::conditions::{Column, push_filter};
use crate::error::from_sqlx;
use crate::open::SqliteStore;
use crate::row::{all, first};
use crate::sql::{list, order_by, whatever_case};

const FIELDS: &[(&str, Column)] = &[
    ("number", Column::Whole("h.sequence")),
    ("at", Column::Whole("e.at")),
    ("actor", Column::Plain("e.actor")),
    ("kind", Column::Plain("e.kind")),
    ("object", Column::Plain("e.object_id")),
];
const NEWEST_FIRST: &[(&str, bool)] = &[("number", true)];
const SEALED: &str = "SELECT h.sequence, h.link, e.at, e.actor, e.kind, e.object_id, e.payload \
    FROM history_link h JOIN event e ON e.key = h.event_key ";
/// Events that are sealed at once when a book is brought up to date.
const AT_ONCE: u32 = 1_000;

async fn head(connection: &mut SqliteConnection) -> StoreResult<Head> {
    let query = QueryBuilder::new("SELECT sequence, link FROM history_head");
    Ok(first(connection, query, rows::head).await?.unwrap_or(Head::START))
}

/// Seals the events of a book that was written before there were links. Whole or not at all: the caller commits.
pub(crate) async fn seal_all(connection: &mut SqliteConnection) -> StoreResult<()> {
    let mut last = head(&mut *connection).await?;
    loop {
        let mut query = QueryBuilder::new(
            "SELECT e.key, e.at, e.actor, e.kind, e.object_id, e.payload FROM event e
             WHERE e.key > coalesce((SELECT event_key FROM history_link WHERE sequence = ",
        );
        query.push_bind(i64::try_from(last.sequence).unwrap_or(i64::MAX));
        query.push("), 0) ORDER BY e.key LIMIT ").push_bind(AT_ONCE);
        let events = all(&mut *connection, query, rows::unsealed).await?;
        if events.is_empty() {
            return Ok(());
        }
        let mut links = Vec::with_capacity(events.len());
        for (key, event) in events {
            last = last.then(&Sealed { sequence: last.sequence + 1, ..event.sealed() });
            links.push((last.sequence, key, last.link.to_string()));
        }
        sqlx::query(
            "INSERT INTO history_link (sequence, event_key, link)
             SELECT value ->> 0, value ->> 1, unhex(value ->> 2) FROM json_each(?) ORDER BY value ->> 0",
        )
        .bind(list(&links))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    }
}

fn filter(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push("WHERE 1");
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        builder.push(" AND (e.actor || ' ' || e.kind || ' ' || e.object_id || ' ' || e.payload) REGEXP ");
        builder.push_bind(whatever_case(text));
    }
    Ok(())
}

#[async_trait::async_trait]
impl HistoryReads for SqliteStore {
    async fn history_state(&self) -> StoreResult<HistoryState> {
        let query = QueryBuilder::new(
            "SELECT sequence, link, (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM txn) AS journal_rows
             FROM history_head",
        );
        let state = first(&self.readers, query, rows::history_state).await?;
        Ok(state.unwrap_or(HistoryState { head: Head::START, events: 0, journal_rows: 0 }))
    }

    async fn history_after(&self, sequence: u64, limit: u32) -> StoreResult<Vec<SealedEvent>> {
        let mut query = QueryBuilder::new(SEALED);
        query.push("WHERE h.sequence > ").push_bind(i64::try_from(sequence).unwrap_or(i64::MAX));
        query.push(" ORDER BY h.sequence LIMIT ").push_bind(limit);
        all(&self.readers, query, rows::sealed).await
    }

    async fn history(&self, query: &Query) -> StoreResult<Page<SealedEvent>> {
        let mut moment = self.readers.begin().await.map_err(from_sqlx)?;
        let last = head(&mut moment).await?.sequence;
        if let Some((lowest, highest, newest_first)) = span(query, last) {
            let mut builder = QueryBuilder::new(SEALED);
            builder.push(format!("WHERE h.sequence BETWEEN {lowest} AND {highest} ORDER BY h.sequence"));
            builder.push(if newest_first { " DESC" } else { "" });
            return Ok(Page { rows: all(&mut *moment, builder, rows::sealed).await?, total: last });
        }
        let mut counting =
            QueryBuilder::new("SELECT count(*) FROM history_link h JOIN event e ON e.key = h.event_key ");
        filter(&mut counting, query)?;
        let total: i64 = counting.build_query_scalar().fetch_one(&mut *moment).await.map_err(from_sqlx)?;
        let mut builder = QueryBuilder::new(SEALED);
        filter(&mut builder, query)?;
        let (limit, offset) = window(query);
        let order = order_by(FIELDS, &query.sort, NEWEST_FIRST, "h.sequence", false)?;
        builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
        Ok(Page { rows: all(&mut *moment, builder, rows::sealed).await?, total: value::count(total) })
    }

    async fn journal_by_id(&self, ids: &[String]) -> StoreResult<Vec<StoredTransaction>> {
        let mut query = QueryBuilder::new(crate::ledger::TRANSACTION);
        query.push("WHERE t.id IN (SELECT value FROM json_each(").push_bind(list(ids)).push("))");
        all(&self.readers, query, rows::transaction).await
    }
}
