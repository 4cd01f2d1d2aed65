//! The history: events, the links that seal them, and the head.

use ledger::Head;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use store::history::{HistoryState, SealedEvent, span};
use store::ledger::StoredTransaction;
use store::page::{window, words};
use store::rows::{self, value};
use store::{HistoryReads, Page, Query, StoreResult};

use crate::conditions::{Column, push_filter};
use crate::open::PostgresStore;
use crate::row::{all, first, number};
use crate::sql::{order_by, push_found};

const FIELDS: &[(&str, Column)] = &[
    ("number", Column::Whole("h.sequence")),
    ("at", Column::Whole("e.at")),
    ("actor", Column::Text("e.actor")),
    ("kind", Column::Text("e.kind")),
    ("object", Column::Text("e.object_id")),
];
const NEWEST_FIRST: &[(&str, bool)] = &[("number", true)];
const SEALED: &str = "SELECT h.sequence, h.link, e.at, e.actor, e.kind, e.object_id, e.payload::text \
    FROM history_link h JOIN event e ON e.key = h.event_key ";

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

async fn head(connection: &mut PgConnection) -> StoreResult<Head> {
    let query = QueryBuilder::new("SELECT sequence, link FROM history_head");
    Ok(first(connection, query, rows::head).await?.unwrap_or(Head::START))
}

fn filter(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push("WHERE true");
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        builder.push(" AND ");
        push_found(builder, "e.actor || ' ' || e.kind || ' ' || e.object_id || ' ' || e.payload::text", text);
    }
    Ok(())
}

#[async_trait::async_trait]
impl HistoryReads for PostgresStore {
    async fn history_state(&self) -> StoreResult<HistoryState> {
        let query = QueryBuilder::new(
            "SELECT sequence, link, (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM txn) AS journal_rows
             FROM history_head",
        );
        let state = first(&mut *self.reader().await?, query, rows::history_state).await?;
        Ok(state.unwrap_or(HistoryState { head: Head::START, events: 0, journal_rows: 0 }))
    }

    async fn history_after(&self, sequence: u64, limit: u32) -> StoreResult<Vec<SealedEvent>> {
        let mut query = QueryBuilder::new(SEALED);
        query.push("WHERE h.sequence > ").push_bind(signed(sequence));
        query.push(" ORDER BY h.sequence LIMIT ").push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, rows::sealed).await
    }

    async fn history(&self, query: &Query) -> StoreResult<Page<SealedEvent>> {
        let mut moment = self.snapshot().await?;
        let last = head(&mut moment).await?.sequence;
        if let Some((lowest, highest, newest_first)) = span(query, last) {
            let mut builder = QueryBuilder::new(SEALED);
            builder.push(format!("WHERE h.sequence BETWEEN {lowest} AND {highest} ORDER BY h.sequence"));
            builder.push(if newest_first { " DESC" } else { "" });
            return Ok(Page { rows: all(&mut moment, builder, rows::sealed).await?, total: last });
        }
        let mut counting =
            QueryBuilder::new("SELECT count(*) FROM history_link h JOIN event e ON e.key = h.event_key ");
        filter(&mut counting, query)?;
        let total = number(&mut moment, counting).await?;
        let mut builder = QueryBuilder::new(SEALED);
        filter(&mut builder, query)?;
        let (limit, offset) = window(query);
        let order = order_by(FIELDS, &query.sort, NEWEST_FIRST, "h.sequence", false)?;
        builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
        Ok(Page { rows: all(&mut moment, builder, rows::sealed).await?, total: value::count(total) })
    }

    async fn journal_by_id(&self, ids: &[String]) -> StoreResult<Vec<StoredTransaction>> {
        let mut query = QueryBuilder::new(crate::ledger::TRANSACTION);
        query.push("WHERE t.id = ANY(").push_bind(ids.to_vec()).push(")");
        all(&mut *self.reader().await?, query, rows::transaction).await
    }
}
