//! The register of one balance, with the balance after each entry.

use jiff::civil::Date;
use ledger::Amount;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqlitePool};
use store::ledger::RegisterRecord;
use store::page::{from_nearer_end, window, words};
use store::register::{Entry, complete};
use store::rows::{self, value};
use store::{Page, Query, StoreError, StoreResult};

use super::families::{is_everything, named};
use super::rows::TRANSACTION;
use crate::conditions::{Column, push_filter};
use crate::error::from_sqlx;
use crate::row::all;
use crate::search::phrase;
use crate::sql::{SUM_COLUMNS, exact_sum, list, read_sum};

const FIELDS: &[(&str, Column)] = &[("date", Column::Plain("e.effective_date"))];

/// What is asked of one balance, with the keys of the balances that the words name, as a JSON list.
struct Asked<'a> {
    balance_key: i64,
    query: &'a Query,
    named: String,
}

impl<'a> Asked<'a> {
    async fn of(readers: &SqlitePool, balance_key: i64, query: &'a Query) -> StoreResult<Self> {
        let named = match words(query) {
            None => "[]".to_owned(),
            Some(words) => named(&mut *readers.acquire().await.map_err(from_sqlx)?, words).await?,
        };
        Ok(Self { balance_key, query, named })
    }
}

fn filter(builder: &mut QueryBuilder<Sqlite>, asked: &Asked) -> StoreResult<()> {
    let (balance_key, query) = (asked.balance_key, asked.query);
    builder.push(" WHERE e.balance_key = ");
    builder.push_bind(balance_key);
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        builder.push(" AND (e.txn_key IN (SELECT coalesce(c.key, f.rowid) FROM txn_text f LEFT JOIN txn c ON c.parent_key = f.rowid WHERE f.words MATCH ");
        builder.push_bind(phrase(text));
        // Its own name would fit every row of a register: only the other side counts.
        builder.push(") OR EXISTS (SELECT 1 FROM json_each(").push_bind(asked.named.clone());
        builder.push(") n JOIN entry o ON o.balance_key = n.value WHERE o.balance_key <> e.balance_key AND o.effective_date = e.effective_date AND o.txn_key = e.txn_key))");
    }
    Ok(())
}

async fn total(readers: &SqlitePool, asked: &Asked<'_>) -> StoreResult<i64> {
    if is_everything(asked.query) {
        let counted = sqlx::query_scalar("SELECT coalesce(sum(entries), 0) FROM balance_day WHERE balance_key = ?");
        return counted.bind(asked.balance_key).fetch_one(readers).await.map_err(from_sqlx);
    }
    let mut counting = QueryBuilder::new("SELECT count(*) FROM entry e");
    filter(&mut counting, asked)?;
    counting.build_query_scalar().fetch_one(readers).await.map_err(from_sqlx)
}

pub(super) async fn page(readers: &SqlitePool, balance_key: i64, query: &Query) -> StoreResult<Page<RegisterRecord>> {
    let ascending = match query.sort.first() {
        Some(sort) if sort.field == "date" => !sort.descending,
        Some(sort) => return Err(StoreError::UnknownField(sort.field.clone())),
        None => false,
    };
    let asked = Asked::of(readers, balance_key, query).await?;
    let total = total(readers, &asked).await?;
    let (limit, offset) = window(query);
    let (limit, offset, reverse) = from_nearer_end(limit, offset, total);
    let mut builder = QueryBuilder::new(
        "SELECT e.txn_key, e.effective_date, e.side, e.amount, (SELECT m.id FROM match_entry me JOIN match m ON m.key = me.match_key \
         WHERE me.balance_key = e.balance_key AND me.txn_key = e.txn_key) AS matched FROM entry e",
    );
    filter(&mut builder, &asked)?;
    let direction = if ascending != reverse { "ASC" } else { "DESC" };
    builder
        .push(format!(" ORDER BY e.effective_date {direction}, e.txn_key {direction} LIMIT {limit} OFFSET {offset}"));
    let mut entries = all(readers, builder, rows::register_entry).await?;
    if reverse {
        entries.reverse();
    }
    let running = running_balances(readers, balance_key, &entries, is_everything(query)).await?;
    let keys: Vec<i64> = entries.iter().map(|entry| entry.txn_key).collect();
    let mut builder = QueryBuilder::new(TRANSACTION);
    builder.push("WHERE t.key IN (SELECT value FROM json_each(").push_bind(list(&keys)).push("))");
    let journal = all(readers, builder, rows::transaction).await?;
    Ok(Page { rows: complete(entries, running, journal)?, total: value::count(total) })
}

/// The balance after each entry: the days before the oldest, then entry by entry. On an unfiltered page neighbours
/// follow each other; under a filter the entries between two rows are summed by the database.
async fn running_balances(
    readers: &SqlitePool,
    balance_key: i64,
    entries: &[Entry],
    contiguous: bool,
) -> StoreResult<Vec<Amount>> {
    let mut ordered: Vec<usize> = (0..entries.len()).collect();
    ordered.sort_by_key(|&index| entries[index].place());
    let Some(&first) = ordered.first() else { return Ok(Vec::new()) };
    let oldest = &entries[first];
    let sql = format!(
        "SELECT {}, {} FROM balance_day WHERE balance_key = ? AND day < ?",
        exact_sum("credit"),
        exact_sum("debit")
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(balance_key)
        .bind(oldest.day.to_string())
        .fetch_one(readers)
        .await
        .map_err(from_sqlx)?;
    let mut reached = read_sum(&row, 0)? - read_sum(&row, SUM_COLUMNS)?;
    let mut from = (oldest.day, i64::MIN);
    let mut result = vec![Amount::ZERO; entries.len()];
    for index in ordered {
        let entry = &entries[index];
        if contiguous && from.1 != i64::MIN {
            reached += &entry.net();
        } else {
            reached += &net_between(readers, balance_key, from, entry.place()).await?;
        }
        result[index] = reached.clone();
        from = entry.place();
    }
    Ok(result)
}

/// Net of the entries after `from` up to and including `to`.
async fn net_between(
    readers: &SqlitePool,
    balance_key: i64,
    from: (Date, i64),
    to: (Date, i64),
) -> StoreResult<Amount> {
    let sql = format!(
        "SELECT side, {} FROM entry WHERE balance_key = ? AND (effective_date, txn_key) > (?, ?) AND (effective_date, txn_key) <= (?, ?) GROUP BY side",
        exact_sum("amount")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(balance_key)
        .bind(from.0.to_string())
        .bind(from.1)
        .bind(to.0.to_string())
        .bind(to.1)
        .fetch_all(readers)
        .await
        .map_err(from_sqlx)?;
    let mut net = Amount::ZERO;
    for row in &rows {
        let sum = read_sum(row, 1)?;
        if row.try_get::<&str, _>(0).map_err(from_sqlx)? == "credit" {
            net += &sum;
        } else {
            net -= &sum;
        }
    }
    Ok(net)
}
