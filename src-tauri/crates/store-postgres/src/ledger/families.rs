//! The transactions grid: the first row of each family, filtered and sorted.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use store::filters::METADATA;
use store::ledger::{FamilyRecord, StoredTransaction};
use store::page::{field, from_nearer_end, window, words};
use store::rows::{self, value};
use store::{Condition, Page, Query, StoreError, StoreResult, Test};

use super::rows::TRANSACTION;
use crate::conditions::{Column, push_condition, push_conditions, push_noted};
use crate::error::from_sqlx;
use crate::row::{all, number};
use crate::sql::{anywhere, order_by, push_found};

const FIELDS: &[(&str, Column)] = &[
    ("date", Column::Day("t.effective_date")),
    ("reference", Column::Text("t.reference")),
    ("description", Column::Maybe("t.description")),
    ("amount", Column::Whole("t.amount")),
    ("currency", Column::Text("t.currency")),
    ("actor", Column::Text("t.actor")),
    ("created", Column::Instant { at: "t.created_at", order: "t.key" }),
    // Rows that are no hold come first, holds that never run out last, as in the other store.
    (
        "expires",
        Column::Whole(
            "coalesce((SELECT coalesce(h.expires_at, 9000000000000000000) FROM hold h WHERE h.txn_key = t.key), -9000000000000000000)",
        ),
    ),
    ("closed", Column::Whole("coalesce((SELECT coalesce(h.closed_at, 0) FROM hold h WHERE h.txn_key = t.key), -1)")),
    ("source", Column::Text("(SELECT s.name FROM balance s WHERE s.key = t.source_key)")),
    ("destination", Column::Text("(SELECT d.name FROM balance d WHERE d.key = t.destination_key)")),
    ("source_id", Column::Special),
    ("destination_id", Column::Special),
    ("balance", Column::Special),
    ("ledger", Column::Special),
    ("state", Column::Special),
    ("id", Column::Text("t.id")),
];

/// Newest first, as an accountant reads a journal.
const DEFAULT_ORDER: &[(&str, bool)] = &[("date", true)];

/// Appends ` FROM txn t … WHERE …` for a query.
pub(super) fn filter(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push(" FROM txn t WHERE t.parent_key IS NULL");
    push_conditions(builder, query, |builder, condition| {
        if let Some(key) = condition.field.strip_prefix(METADATA) {
            return push_noted(builder, "t.id", Some("t.metadata"), key, condition);
        }
        match field(FIELDS, &condition.field)? {
            Column::Special => push_special(builder, condition),
            _ if condition.field == "source" || condition.field == "destination" => push_name(builder, condition),
            _ if condition.field == "expires" => push_expiry(builder, condition),
            stored => push_condition(builder, stored, condition),
        }
    })?;
    if let Some(text) = words(query) {
        push_text(builder, text);
    }
    Ok(())
}

/// A test of a balance's name, made once per balance and not once per row.
fn push_name(builder: &mut QueryBuilder<Postgres>, condition: &Condition) -> StoreResult<()> {
    builder.push(format!("t.{}_key IN (SELECT n.key FROM balance n WHERE ", condition.field));
    push_condition(builder, Column::Text("n.name"), condition)?;
    builder.push(")");
    Ok(())
}

/// A test of when a hold runs out. What never does fits only [`Test::Empty`].
fn push_expiry(builder: &mut QueryBuilder<Postgres>, condition: &Condition) -> StoreResult<()> {
    let negated = if condition.test == Test::Empty { "NOT " } else { "" };
    builder.push(format!("t.key {negated}IN (SELECT h.txn_key FROM hold h WHERE h.expires_at IS NOT NULL"));
    if condition.test != Test::Empty {
        builder.push(" AND ");
        push_condition(builder, Column::Instant { at: "h.expires_at", order: "h.expires_at" }, condition)?;
    }
    builder.push(")");
    Ok(())
}

/// Shortest text of Latin letters that is looked for anywhere in a row; fewer are looked for at the start of the reference.
const ANYWHERE: usize = 3;

/// The words stand in the row, or in the name of one of its balances.
fn push_text(builder: &mut QueryBuilder<Postgres>, text: &str) {
    let length = text.chars().count();
    if length < ANYWHERE && text.is_ascii() {
        builder.push(" AND folded(left(t.reference, ").push_bind(i32::try_from(length).unwrap_or(0));
        builder.push(")) = ").push_bind(text.to_lowercase());
        return;
    }
    builder.push(" AND (t.words LIKE ").push_bind(anywhere(text));
    for column in ["t.source_key", "t.destination_key"] {
        builder.push(format!(" OR {column} IN (SELECT n.key FROM balance n WHERE "));
        push_found(builder, "n.name", text);
        builder.push(")");
    }
    builder.push(")");
}

fn push_special(builder: &mut QueryBuilder<Postgres>, condition: &Condition) -> StoreResult<()> {
    let negated = match condition.test {
        Test::Is => "",
        Test::IsNot => "NOT ",
        // Every row has a state and two balances.
        Test::Empty | Test::NotEmpty => {
            builder.push(if condition.test == Test::NotEmpty { "true" } else { "false" });
            return Ok(());
        }
        _ => return Err(StoreError::UnknownField(format!("{} with this test", condition.field))),
    };
    builder.push(format!("{negated}("));
    if condition.field == "state" {
        push_states(builder, &condition.values)?;
    } else {
        let columns: &[&str] = match condition.field.as_str() {
            "source_id" => &["t.source_key"],
            "destination_id" => &["t.destination_key"],
            _ => &["t.source_key", "t.destination_key"],
        };
        let keys = if condition.field == "ledger" {
            "SELECT b.key FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE l.id = ANY("
        } else {
            "SELECT b.key FROM balance b WHERE b.id = ANY("
        };
        for (index, column) in columns.iter().enumerate() {
            builder.push(format!("{}{column} IN ({keys}", if index > 0 { " OR " } else { "" }));
            builder.push_bind(condition.values.clone()).push("))");
        }
    }
    builder.push(")");
    Ok(())
}

/// A state is derived from the hold beside the row; this is the same derivation as SQL.
fn push_states(builder: &mut QueryBuilder<Postgres>, states: &[String]) -> StoreResult<()> {
    builder.push("false");
    for state in states {
        let test = match state.as_str() {
            // Every first row that is not a hold was applied at once.
            "applied" => {
                builder.push(" OR t.status = 'APPLIED'");
                continue;
            }
            "held" => "h.state = 'open' AND h.committed = 0",
            "part_committed" => "h.state = 'open' AND h.committed <> 0",
            "committed" => "h.state = 'committed'",
            "voided" => "h.state = 'voided' AND h.committed = 0",
            "expired" => "h.state = 'expired' AND h.committed = 0",
            "part_voided" => "h.state IN ('voided', 'expired') AND h.committed <> 0",
            other => return Err(StoreError::UnknownField(format!("state {other}"))),
        };
        builder.push(format!(" OR t.key IN (SELECT h.txn_key FROM hold h WHERE {test})"));
    }
    Ok(())
}

pub(super) async fn page(connection: &mut PgConnection, query: &Query) -> StoreResult<Page<FamilyRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*)");
    filter(&mut counting, query)?;
    let total = number(connection, counting).await?;
    let (limit, offset) = window(query);
    let (limit, offset, reverse) = from_nearer_end(limit, offset, total);
    let mut keys = select(connection, query, Some((limit, offset)), reverse).await?;
    if reverse {
        keys.reverse();
    }
    Ok(Page { rows: by_keys(connection, &keys).await?, total: value::count(total) })
}

/// The whole list as it stands now: whatever is booked later does not move a reader of it.
pub(super) async fn keys(connection: &mut PgConnection, query: &Query) -> StoreResult<Vec<i64>> {
    select(connection, query, None, false).await
}

async fn select(
    connection: &mut PgConnection,
    query: &Query,
    part: Option<(i64, i64)>,
    reverse: bool,
) -> StoreResult<Vec<i64>> {
    let mut builder = QueryBuilder::new("SELECT t.key");
    filter(&mut builder, query)?;
    builder.push(format!(" ORDER BY {}", order_by(FIELDS, &query.sort, DEFAULT_ORDER, "t.key", reverse)?));
    if let Some((limit, offset)) = part {
        builder.push(format!(" LIMIT {limit} OFFSET {offset}"));
    }
    builder.build_query_scalar().fetch_all(connection).await.map_err(from_sqlx)
}

pub(super) async fn by_keys(connection: &mut PgConnection, keys: &[i64]) -> StoreResult<Vec<FamilyRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key = ANY(").push_bind(keys.to_vec()).push(")");
    let found = all(connection, query, rows::family).await?;
    let mut found: HashMap<i64, FamilyRecord> = found.into_iter().map(|record| (record.first.key, record)).collect();
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

pub(super) async fn one(
    connection: &mut PgConnection,
    id: &str,
) -> StoreResult<Option<(FamilyRecord, Vec<StoredTransaction>)>> {
    let root: Option<i64> = sqlx::query_scalar("SELECT coalesce(parent_key, key) FROM txn WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    let Some(root) = root else { return Ok(None) };
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key = ").push_bind(root).push(" OR t.parent_key = ").push_bind(root).push(" ORDER BY t.key");
    // One question, one moment: the hold and what stands below it.
    let mut records = all(connection, query, rows::family).await?.into_iter();
    let Some(first) = records.next() else { return Ok(None) };
    Ok(Some((first, records.map(|record| record.first).collect())))
}

pub(super) async fn open_holds_of(connection: &mut PgConnection, balance_key: i64) -> StoreResult<Vec<FamilyRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE h.state = 'open' AND t.key IN (SELECT key FROM txn WHERE status = 'INFLIGHT' AND source_key = ");
    query
        .push_bind(balance_key)
        .push(" UNION ALL SELECT key FROM txn WHERE status = 'INFLIGHT' AND destination_key = ");
    query.push_bind(balance_key).push(") ORDER BY h.expires_at NULLS LAST, t.key");
    all(connection, query, rows::family).await
}

pub(super) async fn due(connection: &mut PgConnection, now: Timestamp, limit: u32) -> StoreResult<Vec<FamilyRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE h.state = 'open' AND (h.expires_at <= ").push_bind(value::micros(now));
    query.push(" OR h.commits_at <= ").push_bind(value::micros(now));
    query.push(") ORDER BY coalesce(h.commits_at, h.expires_at), t.key LIMIT ").push_bind(i64::from(limit));
    all(connection, query, rows::family).await
}
