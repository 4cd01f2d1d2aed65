//! Ledgers, balances and their turnover.

use jiff::civil::Date;
use ledger::Amount;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};
use store::ledger::{BalanceRecord, BalanceRef, DayTurnover, LedgerRecord};
use store::{Page, Query, StoreResult};

use super::rows::{BALANCE_COLUMNS, balance};
use crate::code::{amount, count, date};
use crate::error::from_sqlx;
use crate::sql::{Column, SUM_COLUMNS, column, exact_sum, order_by, push_condition, read_sum, window};

const FIELDS: &[(&str, Column)] = &[
    ("id", Column::Plain("b.id")),
    ("name", Column::Plain("b.name")),
    ("ledger", Column::Plain("l.name")),
    ("ledger_id", Column::Plain("l.id")),
    ("currency", Column::Plain("b.currency")),
    ("last_entry_on", Column::Plain("b.last_entry_on")),
    ("reconcilable", Column::Plain("CAST(b.reconcilable AS TEXT)")),
    ("pinned", Column::Plain("CAST(b.pinned AS TEXT)")),
    ("account_number", Column::Plain("b.account_number")),
];

pub(super) async fn ledgers(readers: &SqlitePool) -> StoreResult<Vec<LedgerRecord>> {
    let rows = sqlx::query("SELECT l.key, l.id, l.name, (SELECT count(*) FROM balance b WHERE b.ledger_key = l.key) FROM ledger l ORDER BY l.name, l.key")
        .fetch_all(readers)
        .await
        .map_err(from_sqlx)?;
    rows.iter()
        .map(|row| {
            Ok(LedgerRecord {
                key: row.try_get(0).map_err(from_sqlx)?,
                id: row.try_get(1).map_err(from_sqlx)?,
                name: row.try_get(2).map_err(from_sqlx)?,
                balances: count(row.try_get(3).map_err(from_sqlx)?),
            })
        })
        .collect()
}

pub(super) async fn one(
    connection: &mut SqliteConnection,
    reference: &BalanceRef,
) -> StoreResult<Option<BalanceRecord>> {
    let select = format!("SELECT {BALANCE_COLUMNS} FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE ");
    let row = match reference {
        BalanceRef::Id(id) => sqlx::query(AssertSqlSafe(select + "b.id = ?")).bind(id).fetch_optional(connection).await,
        BalanceRef::Indicator { name, currency } => {
            sqlx::query(AssertSqlSafe(select + "b.indicator = ? AND b.currency = ?"))
                .bind(name)
                .bind(currency)
                .fetch_optional(connection)
                .await
        }
    };
    row.map_err(from_sqlx)?.as_ref().map(balance).transpose()
}

fn filter(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE 1");
    for condition in &query.conditions {
        push_condition(builder, column(FIELDS, &condition.field)?, condition)?;
    }
    if let Some(text) = query.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        builder.push(" AND (instr(lower(b.name || ' ' || l.name || ' ' || b.currency || ' ' || coalesce(b.account_number, '') || ' ' || b.id), lower(");
        builder.push_bind(text.to_owned());
        builder.push(")) > 0)");
    }
    Ok(())
}

pub(super) async fn page(readers: &SqlitePool, query: &Query) -> StoreResult<Page<BalanceRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*)");
    filter(&mut counting, query)?;
    let total: i64 = counting.build_query_scalar().fetch_one(readers).await.map_err(from_sqlx)?;
    let mut builder = QueryBuilder::new(format!("SELECT {BALANCE_COLUMNS}"));
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    builder.push(format!(
        " ORDER BY {} LIMIT {limit} OFFSET {offset}",
        order_by(FIELDS, &query.sort, &[("ledger", false), ("name", false)], "b.key", false)?
    ));
    let rows = builder.build().fetch_all(readers).await.map_err(from_sqlx)?;
    Ok(Page { rows: rows.iter().map(balance).collect::<StoreResult<_>>()?, total: count(total) })
}

pub(super) async fn turnover(
    readers: &SqlitePool,
    balance_key: i64,
    from: Option<Date>,
    to: Option<Date>,
) -> StoreResult<Vec<DayTurnover>> {
    let rows = sqlx::query("SELECT day, credit, debit, entries FROM balance_day WHERE balance_key = ? AND day >= ? AND day <= ? ORDER BY day")
        .bind(balance_key)
        .bind(from.map_or_else(|| "0000".to_owned(), |day| day.to_string()))
        .bind(to.map_or_else(|| "9999-99-99".to_owned(), |day| day.to_string()))
        .fetch_all(readers)
        .await
        .map_err(from_sqlx)?;
    rows.iter()
        .map(|row| {
            Ok(DayTurnover {
                day: date("turnover", row.try_get(0).map_err(from_sqlx)?)?,
                credit: amount("turnover", row.try_get(1).map_err(from_sqlx)?)?,
                debit: amount("turnover", row.try_get(2).map_err(from_sqlx)?)?,
                entries: count(row.try_get(3).map_err(from_sqlx)?),
            })
        })
        .collect()
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
