//! Ledgers, balances and their turnover.

use jiff::Timestamp;
use jiff::civil::Date;
use ledger::{Amount, Figures};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};
use store::ledger::{BalanceRecord, BalanceRef, BalanceTotal, DayTurnover, HeldMove, LedgerRecord};
use store::page::{window, words};
use store::rows::{self, value, value::micros};
use store::{Page, Query, Sort, StoreResult};

use super::rows::BALANCE;
use crate::conditions::{Column, push_filter};
use crate::error::from_sqlx;
use crate::row::{all, first};
use crate::sql::{SUM_COLUMNS, exact_sum, order_by, read_sum, whatever_case};

const FIELDS: &[(&str, Column)] = &[
    ("id", Column::Plain("b.id")),
    ("name", Column::Plain("b.name")),
    ("ledger", Column::Plain("l.name")),
    ("ledger_id", Column::Plain("l.id")),
    ("currency", Column::Plain("b.currency")),
    ("last_entry_on", Column::Maybe("b.last_entry_on")),
    ("reconcilable", Column::Plain("CAST(b.reconcilable AS TEXT)")),
    ("pinned", Column::Plain("CAST(b.pinned AS TEXT)")),
    ("account_number", Column::Maybe("b.account_number")),
    ("indicator", Column::Maybe("b.indicator")),
    ("balance", Column::Signed("b.balance")),
    ("total_in", Column::Signed("b.credit")),
    ("total_out", Column::Signed("b.debit")),
    ("held_in", Column::Signed("b.inflight_credit")),
    ("held_out", Column::Signed("b.inflight_debit")),
    ("created", Column::Instant { at: "b.created_at", order: "b.created_at" }),
];

const DEFAULT_ORDER: &[(&str, bool)] = &[("ledger", false), ("name", false), ("currency", false)];

const LEDGER: &str =
    "SELECT l.key, l.id, l.name, (SELECT count(*) FROM balance b WHERE b.ledger_key = l.key) AS balances FROM ledger l";

const LEDGER_FIELDS: &[(&str, Column)] = &[
    ("id", Column::Plain("l.id")),
    ("name", Column::Plain("l.name")),
    ("balances", Column::Whole("(SELECT count(*) FROM balance b WHERE b.ledger_key = l.key)")),
    ("created", Column::Instant { at: "l.created_at", order: "l.created_at" }),
];

pub(super) async fn ledgers(readers: &SqlitePool) -> StoreResult<Vec<LedgerRecord>> {
    let mut query = QueryBuilder::new(LEDGER);
    query.push(" ORDER BY l.name, l.key");
    all(readers, query, rows::ledger).await
}

fn filter_ledgers(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push(" WHERE 1");
    push_filter(builder, LEDGER_FIELDS, Some("l.id"), query)?;
    if let Some(text) = words(query) {
        builder.push(" AND (l.name || ' ' || l.id) REGEXP ").push_bind(whatever_case(text));
    }
    Ok(())
}

pub(super) async fn ledger_page(readers: &SqlitePool, query: &Query) -> StoreResult<Page<LedgerRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*) FROM ledger l");
    filter_ledgers(&mut counting, query)?;
    let total: i64 = counting.build_query_scalar().fetch_one(readers).await.map_err(from_sqlx)?;
    let mut builder = QueryBuilder::new(LEDGER);
    filter_ledgers(&mut builder, query)?;
    let (limit, offset) = window(query);
    let order = order_by(LEDGER_FIELDS, &query.sort, &[("name", false)], "l.key", false)?;
    builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(readers, builder, rows::ledger).await?, total: value::count(total) })
}

pub(crate) async fn one(
    connection: &mut SqliteConnection,
    reference: &BalanceRef,
) -> StoreResult<Option<BalanceRecord>> {
    let mut query = QueryBuilder::new(BALANCE);
    query.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE ");
    match reference {
        BalanceRef::Id(id) => {
            query.push("b.id = ").push_bind(id.clone());
        }
        BalanceRef::Indicator { name, currency } => {
            query.push("b.indicator = ").push_bind(name.clone());
            query.push(" AND b.currency = ").push_bind(currency.clone());
        }
        BalanceRef::Named { ledger_id, name, currency } => {
            query.push("l.id = ").push_bind(ledger_id.clone()).push(" AND b.name = ").push_bind(name.clone());
            query.push(" AND b.currency = ").push_bind(currency.clone()).push(" ORDER BY b.key LIMIT 1");
        }
    }
    first(connection, query, rows::balance).await
}

fn filter(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE 1");
    push_filter(builder, FIELDS, Some("b.id"), query)?;
    if let Some(text) = words(query) {
        builder.push(" AND (b.name || ' ' || l.name || ' ' || b.currency || ' ' || coalesce(b.account_number, '') || ' ' || b.id) REGEXP ");
        builder.push_bind(whatever_case(text));
    }
    Ok(())
}

/// Balances of one name in several currencies stand in the order of the currencies, however the list is sorted.
fn with_currency(sort: &[Sort]) -> Vec<Sort> {
    let mut sort = sort.to_vec();
    if !sort.is_empty() && sort.iter().all(|key| key.field != "currency") {
        sort.push(Sort { field: "currency".into(), descending: false });
    }
    sort
}

pub(super) async fn page(readers: &SqlitePool, query: &Query) -> StoreResult<Page<BalanceRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*)");
    filter(&mut counting, query)?;
    let total: i64 = counting.build_query_scalar().fetch_one(readers).await.map_err(from_sqlx)?;
    let mut builder = QueryBuilder::new(BALANCE);
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    builder.push(format!(
        " ORDER BY {} LIMIT {limit} OFFSET {offset}",
        order_by(FIELDS, &with_currency(&query.sort), DEFAULT_ORDER, "b.key", false)?
    ));
    Ok(Page { rows: all(readers, builder, rows::balance).await?, total: value::count(total) })
}

/// Sums of a filtered list by currency: of the figures, and of the turnover that the entries made.
pub(super) async fn totals(readers: &SqlitePool, query: &Query) -> StoreResult<Vec<BalanceTotal>> {
    const FIGURES: [&str; 4] = ["b.credit", "b.debit", "b.inflight_credit", "b.inflight_debit"];
    let mut builder = QueryBuilder::new("SELECT b.currency, b.exponent, count(*)");
    for figure in FIGURES {
        builder.push(format!(", {}", exact_sum(figure)));
    }
    filter(&mut builder, query)?;
    builder.push(" GROUP BY b.currency, b.exponent ORDER BY b.currency");
    let mut totals = Vec::new();
    // One reader for both, so that nothing is booked between the two sums.
    let mut snapshot = readers.begin().await.map_err(from_sqlx)?;
    for row in builder.build().fetch_all(&mut *snapshot).await.map_err(from_sqlx)? {
        let sum = |index: usize| read_sum(&row, 3 + index * SUM_COLUMNS);
        totals.push(BalanceTotal {
            currency: value::currency("total", row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?)?,
            balances: value::count(row.try_get(2).map_err(from_sqlx)?),
            figures: Figures { credit: sum(0)?, debit: sum(1)?, inflight_credit: sum(2)?, inflight_debit: sum(3)? },
            entries: (Amount::ZERO, Amount::ZERO),
        });
    }
    let mut builder = QueryBuilder::new(format!(
        "SELECT x.currency, {}, {} FROM balance_day d JOIN (SELECT b.key, b.currency",
        exact_sum("d.credit"),
        exact_sum("d.debit")
    ));
    filter(&mut builder, query)?;
    builder.push(") x ON x.key = d.balance_key GROUP BY x.currency");
    for row in builder.build().fetch_all(&mut *snapshot).await.map_err(from_sqlx)? {
        let code: String = row.try_get(0).map_err(from_sqlx)?;
        let entries = (read_sum(&row, 1)?, read_sum(&row, 1 + SUM_COLUMNS)?);
        for total in totals.iter_mut().filter(|total| total.currency.code() == code) {
            total.entries = entries.clone();
        }
    }
    snapshot.rollback().await.map_err(from_sqlx)?;
    Ok(totals)
}

pub(super) async fn turnover(
    readers: &SqlitePool,
    balance_key: i64,
    from: Option<Date>,
    to: Option<Date>,
) -> StoreResult<Vec<DayTurnover>> {
    let mut query = QueryBuilder::new("SELECT day, credit, debit, entries FROM balance_day WHERE balance_key = ");
    query.push_bind(balance_key);
    for (test, day) in [(" AND day >= ", from), (" AND day <= ", to)] {
        if let Some(day) = day {
            query.push(test).push_bind(day.to_string());
        }
    }
    query.push(" ORDER BY day");
    all(readers, query, rows::turnover).await
}

pub(super) async fn settled_at(readers: &SqlitePool, balance_key: i64, day: Date) -> StoreResult<(Amount, Amount)> {
    let sql = format!(
        "SELECT {}, {} FROM balance_day WHERE balance_key = ? AND day <= ?",
        exact_sum("credit"),
        exact_sum("debit")
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(balance_key)
        .bind(day.to_string())
        .fetch_one(readers)
        .await
        .map_err(from_sqlx)?;
    Ok((read_sum(&row, 0)?, read_sum(&row, SUM_COLUMNS)?))
}

/// What was done to the held money of a balance before an instant: its holds, and what became of them.
pub(super) async fn held_moves(readers: &SqlitePool, balance_key: i64, until: Timestamp) -> StoreResult<Vec<HeldMove>> {
    let mut query = QueryBuilder::new("");
    for (out, side) in [(1, "source_key"), (0, "destination_key")] {
        for (placed, row, join) in [(1, "t", ""), (0, "c", " CROSS JOIN txn c ON c.parent_key = t.key")] {
            query.push(if (out, placed) == (1, 1) { "" } else { " UNION ALL " });
            query.push(format!("SELECT {out} AS out, {placed} AS placed, {row}.amount FROM txn t{join} "));
            query.push(format!("WHERE t.status = 'INFLIGHT' AND t.{side} = ")).push_bind(balance_key);
            query.push(format!(" AND {row}.created_at < ")).push_bind(micros(until));
        }
    }
    all(readers, query, rows::held_move).await
}
