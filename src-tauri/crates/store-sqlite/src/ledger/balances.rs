//! Ledgers, balances and their turnover.

use jiff::civil::Date;
use ledger::{Amount, Figures};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};
use store::ledger::{BalanceRecord, BalanceRef, BalanceTotal, DayTurnover, LedgerRecord};
use store::{Page, Query, Sort, StoreResult};

use super::rows::{BALANCE_COLUMNS, balance};
use crate::code::{amount, count, currency, date};
use crate::error::from_sqlx;
use crate::sql::{Column, SUM_COLUMNS, column, exact_sum, order_by, push_condition, read_sum, whatever_case, window};

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

const DEFAULT_ORDER: &[(&str, bool)] = &[("ledger", false), ("name", false), ("currency", false)];

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
        BalanceRef::Named { ledger_id, name, currency } => {
            sqlx::query(AssertSqlSafe(select + "l.id = ? AND b.name = ? AND b.currency = ? ORDER BY b.key LIMIT 1"))
                .bind(ledger_id)
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
    let mut builder = QueryBuilder::new(format!("SELECT {BALANCE_COLUMNS}"));
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    builder.push(format!(
        " ORDER BY {} LIMIT {limit} OFFSET {offset}",
        order_by(FIELDS, &with_currency(&query.sort), DEFAULT_ORDER, "b.key", false)?
    ));
    let rows = builder.build().fetch_all(readers).await.map_err(from_sqlx)?;
    Ok(Page { rows: rows.iter().map(balance).collect::<StoreResult<_>>()?, total: count(total) })
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
            currency: currency("total", row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?)?,
            balances: count(row.try_get(2).map_err(from_sqlx)?),
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
