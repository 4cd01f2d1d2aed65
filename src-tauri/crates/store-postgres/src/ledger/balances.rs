//! Ledgers, balances and their turnover.

use jiff::Timestamp;
use jiff::civil::Date;
use ledger::{Amount, Figures};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use store::ledger::{BalanceRecord, BalanceRef, BalanceTotal, DayTurnover, HeldMove, LedgerRecord};
use store::page::{window, words};
use store::rows::{self, Fields, value, value::micros};
use store::{Page, Query, Sort, StoreResult};

use super::rows::BALANCE;
use crate::conditions::{Column, push_filter};
use crate::row::{Got, all, first, number};
use crate::sql::{order_by, push_found};

const FIELDS: &[(&str, Column)] = &[
    ("id", Column::Text("b.id")),
    ("name", Column::Text("b.name")),
    ("ledger", Column::Text("l.name")),
    ("ledger_id", Column::Text("l.id")),
    ("currency", Column::Text("b.currency")),
    ("last_entry_on", Column::Maybe("b.last_entry_on::text COLLATE \"C\"")),
    ("reconcilable", Column::Text("(b.reconcilable::int)::text")),
    ("pinned", Column::Text("(b.pinned::int)::text")),
    ("account_number", Column::Maybe("b.account_number")),
    ("indicator", Column::Maybe("b.indicator")),
    ("balance", Column::Whole("b.balance")),
    ("total_in", Column::Whole("b.credit")),
    ("total_out", Column::Whole("b.debit")),
    ("held_in", Column::Whole("b.inflight_credit")),
    ("held_out", Column::Whole("b.inflight_debit")),
    ("created", Column::Instant { at: "b.created_at", order: "b.created_at" }),
];

const DEFAULT_ORDER: &[(&str, bool)] = &[("ledger", false), ("name", false), ("currency", false)];

const LEDGER: &str =
    "SELECT l.key, l.id, l.name, (SELECT count(*) FROM balance b WHERE b.ledger_key = l.key) AS balances FROM ledger l";

const LEDGER_FIELDS: &[(&str, Column)] = &[
    ("id", Column::Text("l.id")),
    ("name", Column::Text("l.name")),
    ("balances", Column::Whole("(SELECT count(*) FROM balance b WHERE b.ledger_key = l.key)")),
    ("created", Column::Instant { at: "l.created_at", order: "l.created_at" }),
];

pub(super) async fn ledgers(connection: &mut PgConnection) -> StoreResult<Vec<LedgerRecord>> {
    let mut query = QueryBuilder::new(LEDGER);
    query.push(" ORDER BY l.name, l.key");
    all(connection, query, rows::ledger).await
}

fn filter_ledgers(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push(" WHERE true");
    push_filter(builder, LEDGER_FIELDS, Some("l.id"), query)?;
    if let Some(text) = words(query) {
        builder.push(" AND ");
        push_found(builder, "l.name || ' ' || l.id", text);
    }
    Ok(())
}

pub(super) async fn ledger_page(connection: &mut PgConnection, query: &Query) -> StoreResult<Page<LedgerRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*) FROM ledger l");
    filter_ledgers(&mut counting, query)?;
    let total = number(connection, counting).await?;
    let mut builder = QueryBuilder::new(LEDGER);
    filter_ledgers(&mut builder, query)?;
    let (limit, offset) = window(query);
    let order = order_by(LEDGER_FIELDS, &query.sort, &[("name", false)], "l.key", false)?;
    builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(connection, builder, rows::ledger).await?, total: value::count(total) })
}

pub(crate) async fn one(connection: &mut PgConnection, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>> {
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

fn filter(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE true");
    push_filter(builder, FIELDS, Some("b.id"), query)?;
    if let Some(text) = words(query) {
        let texts =
            "b.name || ' ' || l.name || ' ' || b.currency || ' ' || coalesce(b.account_number, '') || ' ' || b.id";
        builder.push(" AND ");
        push_found(builder, texts, text);
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

pub(super) async fn page(connection: &mut PgConnection, query: &Query) -> StoreResult<Page<BalanceRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*)");
    filter(&mut counting, query)?;
    let total = number(connection, counting).await?;
    let mut builder = QueryBuilder::new(BALANCE);
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    let order = order_by(FIELDS, &with_currency(&query.sort), DEFAULT_ORDER, "b.key", false)?;
    builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(connection, builder, rows::balance).await?, total: value::count(total) })
}

/// Sums of a filtered list by currency: of the figures, and of the turnover that the entries made. One statement sees
/// one state of the book.
pub(super) async fn totals(connection: &mut PgConnection, query: &Query) -> StoreResult<Vec<BalanceTotal>> {
    let mut builder = QueryBuilder::new(
        "SELECT x.currency, x.exponent, count(*) AS balances, sum(x.credit)::text AS credit, sum(x.debit)::text AS debit,
             sum(x.inflight_credit)::text AS inflight_credit, sum(x.inflight_debit)::text AS inflight_debit,
             coalesce(sum(d.credit), 0)::text AS entered_credit, coalesce(sum(d.debit), 0)::text AS entered_debit
         FROM (SELECT b.key, b.currency, b.exponent, b.credit, b.debit, b.inflight_credit, b.inflight_debit",
    );
    filter(&mut builder, query)?;
    builder.push(
        ") x LEFT JOIN LATERAL (SELECT sum(y.credit) AS credit, sum(y.debit) AS debit FROM balance_day y WHERE y.balance_key = x.key) d ON true
         GROUP BY x.currency, x.exponent ORDER BY x.currency",
    );
    all(connection, builder, |row| {
        let amount = |name: &str| value::amount("total", &row.word(name)?);
        Ok(BalanceTotal {
            currency: value::currency("total", &row.word("currency")?, row.key("exponent")?)?,
            balances: row.count("balances")?,
            figures: Figures {
                credit: amount("credit")?,
                debit: amount("debit")?,
                inflight_credit: amount("inflight_credit")?,
                inflight_debit: amount("inflight_debit")?,
            },
            entries: (amount("entered_credit")?, amount("entered_debit")?),
        })
    })
    .await
}

pub(super) async fn turnover(
    connection: &mut PgConnection,
    balance_key: i64,
    from: Option<Date>,
    to: Option<Date>,
) -> StoreResult<Vec<DayTurnover>> {
    let mut query =
        QueryBuilder::new("SELECT day::text, credit::text, debit::text, entries FROM balance_day WHERE balance_key = ");
    query.push_bind(balance_key);
    for (test, day) in [(" AND day >= ", from), (" AND day <= ", to)] {
        if let Some(day) = day {
            query.push(test).push_bind(day.to_string()).push("::date");
        }
    }
    query.push(" ORDER BY balance_day.day");
    all(connection, query, rows::turnover).await
}

/// Credit and debit of the row that a sum gives.
pub(super) fn sides(row: &Got) -> StoreResult<(Amount, Amount)> {
    Ok((value::amount("sum", &row.word("credit")?)?, value::amount("sum", &row.word("debit")?)?))
}

pub(super) async fn settled_at(
    connection: &mut PgConnection,
    balance_key: i64,
    day: Date,
) -> StoreResult<(Amount, Amount)> {
    let mut query = QueryBuilder::new(
        "SELECT coalesce(sum(credit), 0)::text AS credit, coalesce(sum(debit), 0)::text AS debit FROM balance_day WHERE balance_key = ",
    );
    query.push_bind(balance_key).push(" AND day <= ").push_bind(day.to_string()).push("::date");
    Ok(first(connection, query, sides).await?.unwrap_or_default())
}

/// What was done to the held money of a balance before an instant: its holds, and what became of them.
pub(super) async fn held_moves(
    connection: &mut PgConnection,
    balance_key: i64,
    until: Timestamp,
) -> StoreResult<Vec<HeldMove>> {
    let mut query = QueryBuilder::new("");
    for (out, side) in [(1, "source_key"), (0, "destination_key")] {
        for (placed, row, join) in [(1, "t", ""), (0, "c", " JOIN txn c ON c.parent_key = t.key")] {
            query.push(if (out, placed) == (1, 1) { "" } else { " UNION ALL " });
            query
                .push(format!("SELECT {out}::bigint AS out, {placed}::bigint AS placed, {row}.amount::text AS amount"));
            query.push(format!(" FROM txn t{join} WHERE t.status = 'INFLIGHT' AND t.{side} = ")).push_bind(balance_key);
            query.push(format!(" AND {row}.created_at < ")).push_bind(micros(until));
        }
    }
    all(connection, query, rows::held_move).await
}
