//! Sums: of the grid, of the trial balance, and of the journal when figures are checked against it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledger::{Amount, Figures};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, SqlitePool, sqlite::SqliteRow};
use store::ledger::{AgeBucket, CurrencyTotal, Recomputed, TrialRow};
use store::{Query, StoreResult};

use super::families::{filter, is_everything};
use crate::code::{count, currency};
use crate::error::from_sqlx;
use crate::sql::{SUM_COLUMNS, exact_sum, read_sum};

/// Group of money that has moved.
const APPLIED: &str = "applied";
/// Group of money that waits.
const HELD: &str = "held";

pub(super) async fn of_families(readers: &SqlitePool, query: &Query) -> StoreResult<Vec<CurrencyTotal>> {
    if is_everything(query) {
        return of_everything(readers).await;
    }
    let mut totals: BTreeMap<(String, &'static str), CurrencyTotal> = BTreeMap::new();
    let mut builder = QueryBuilder::new(format!("SELECT t.currency, t.exponent, count(*), {}", exact_sum("t.amount")));
    filter(&mut builder, query, "")?;
    builder.push(" AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.txn_key = t.key) GROUP BY t.currency, t.exponent");
    for row in builder.build().fetch_all(readers).await.map_err(from_sqlx)? {
        add(&mut totals, &row, APPLIED, 3)?;
    }
    for (group, figure) in [(APPLIED, "committed"), (HELD, "remaining")] {
        let mut builder = QueryBuilder::new("SELECT x.currency, x.exponent, count(*), ");
        builder.push(exact_sum("x.figure"));
        builder.push(format!(
            " FROM (SELECT t.currency, t.exponent, (SELECT h.{figure} FROM hold h WHERE h.txn_key = t.key) AS figure"
        ));
        filter(&mut builder, query, "")?;
        builder.push(" AND EXISTS (SELECT 1 FROM hold h WHERE h.txn_key = t.key)) x WHERE x.figure <> '0' GROUP BY x.currency, x.exponent");
        for row in builder.build().fetch_all(readers).await.map_err(from_sqlx)? {
            add(&mut totals, &row, group, 3)?;
        }
    }
    Ok(totals.into_values().collect())
}

fn add(
    totals: &mut BTreeMap<(String, &'static str), CurrencyTotal>,
    row: &SqliteRow,
    group: &'static str,
    first: usize,
) -> StoreResult<()> {
    let money = currency("total", row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?)?;
    let counted = count(row.try_get(2).map_err(from_sqlx)?);
    let sum = read_sum(row, first)?;
    let total = totals.entry((money.code().to_owned(), group)).or_insert_with(|| CurrencyTotal {
        currency: money.code().to_owned(),
        exponent: money.exponent(),
        group: group.to_owned(),
        count: 0,
        amount: Amount::ZERO,
    });
    total.count += counted;
    total.amount += &sum;
    Ok(())
}

/// Without a filter the balances already hold the sums: what left them is what was applied.
async fn of_everything(readers: &SqlitePool) -> StoreResult<Vec<CurrencyTotal>> {
    let mut counts = counts_by_currency(readers).await?;
    let sql = format!(
        "SELECT currency, exponent, {}, {} FROM balance GROUP BY currency, exponent ORDER BY currency",
        exact_sum("debit"),
        exact_sum("inflight_debit")
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(readers).await.map_err(from_sqlx)?;
    let mut totals = Vec::new();
    for row in &rows {
        let money = currency("total", row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?)?;
        let (applied, held) = counts.remove(money.code()).unwrap_or_default();
        for (group, first, count) in [(APPLIED, 2, applied), (HELD, 2 + SUM_COLUMNS, held)] {
            let amount = read_sum(row, first)?;
            if !amount.is_zero() {
                totals.push(CurrencyTotal {
                    currency: money.code().to_owned(),
                    exponent: money.exponent(),
                    group: group.to_owned(),
                    count,
                    amount,
                });
            }
        }
    }
    Ok(totals)
}

/// Families with applied money and families with held money, by currency: one walk over the index of days, which
/// carries the currency, and one over the holds.
async fn counts_by_currency(readers: &SqlitePool) -> StoreResult<BTreeMap<String, (u64, u64)>> {
    let families = sqlx::query(
        "SELECT currency, count(*) FROM txn INDEXED BY txn_by_date WHERE parent_key IS NULL GROUP BY currency",
    )
    .fetch_all(readers)
    .await
    .map_err(from_sqlx)?;
    let holds = sqlx::query(
        "SELECT t.currency, sum(h.committed = '0'), sum(h.state = 'open') FROM hold h JOIN txn t ON t.key = h.txn_key GROUP BY t.currency",
    )
    .fetch_all(readers)
    .await
    .map_err(from_sqlx)?;
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in &families {
        counts.entry(row.try_get(0).map_err(from_sqlx)?).or_default().0 = count(row.try_get(1).map_err(from_sqlx)?);
    }
    for row in &holds {
        let (applied, held) = counts.entry(row.try_get(0).map_err(from_sqlx)?).or_default();
        *applied = applied.saturating_sub(count(row.try_get(1).map_err(from_sqlx)?));
        *held = count(row.try_get(2).map_err(from_sqlx)?);
    }
    Ok(counts)
}

pub(super) async fn trial_balance(readers: &SqlitePool, as_of: Option<Date>) -> StoreResult<Vec<TrialRow>> {
    let (from, bound) = match as_of {
        None => (
            "SELECT currency, exponent, credit, debit, (SELECT coalesce(sum(d.entries), 0) FROM balance_day d WHERE d.balance_key = b.key) AS entries, b.key FROM balance b",
            None,
        ),
        Some(day) => (
            "SELECT b.currency, b.exponent, d.credit, d.debit, d.entries, b.key FROM balance b JOIN balance_day d ON d.balance_key = b.key WHERE d.day <= ?",
            Some(day.to_string()),
        ),
    };
    let sql = format!(
        "SELECT currency, exponent, count(DISTINCT key), coalesce(sum(entries), 0), {}, {} FROM ({from}) GROUP BY currency, exponent ORDER BY currency",
        exact_sum("debit"),
        exact_sum("credit")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    if let Some(day) = bound {
        query = query.bind(day);
    }
    let rows = query.fetch_all(readers).await.map_err(from_sqlx)?;
    rows.iter()
        .map(|row| {
            Ok(TrialRow {
                currency: currency(
                    "trial balance",
                    row.try_get(0).map_err(from_sqlx)?,
                    row.try_get(1).map_err(from_sqlx)?,
                )?,
                balances: count(row.try_get(2).map_err(from_sqlx)?),
                entries: count(row.try_get(3).map_err(from_sqlx)?),
                debit: read_sum(row, 4)?,
                credit: read_sum(row, 4 + SUM_COLUMNS)?,
            })
        })
        .collect()
}

pub(super) async fn unmatched_ages(
    readers: &SqlitePool,
    balance_key: i64,
    from: Option<Date>,
    today: Date,
) -> StoreResult<Vec<AgeBucket>> {
    let sql = format!(
        "SELECT bucket, side, count(*), {} FROM (
             SELECT e.side, e.amount, CASE WHEN age <= 7 THEN 0 WHEN age <= 30 THEN 1 WHEN age <= 60 THEN 2 WHEN age <= 90 THEN 3 ELSE 4 END AS bucket
             FROM (SELECT side, amount, txn_key, julianday(?1) - julianday(effective_date) AS age
                   FROM entry WHERE balance_key = ?2 AND effective_date >= ?3) e
             WHERE NOT EXISTS (SELECT 1 FROM match_entry m WHERE m.balance_key = ?2 AND m.txn_key = e.txn_key))
         GROUP BY bucket, side",
        exact_sum("amount")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(today.to_string())
        .bind(balance_key)
        .bind(from.map_or_else(|| "0000".to_owned(), |day| day.to_string()))
        .fetch_all(readers)
        .await
        .map_err(from_sqlx)?;
    let mut buckets: BTreeMap<usize, AgeBucket> = BTreeMap::new();
    for row in &rows {
        let bucket = usize::try_from(row.try_get::<i64, _>(0).map_err(from_sqlx)?).unwrap_or_default();
        let entry = buckets.entry(bucket).or_insert(AgeBucket { bucket, entries: 0, net: Amount::ZERO });
        entry.entries += count(row.try_get(2).map_err(from_sqlx)?);
        let sum = read_sum(row, 3)?;
        if row.try_get::<&str, _>(1).map_err(from_sqlx)? == "credit" {
            entry.net += &sum;
        } else {
            entry.net -= &sum;
        }
    }
    Ok(buckets.into_values().collect())
}

/// What to add and what to take away for each figure, from the journal alone.
const FIGURES: [(&str, &str, &str, bool); 4] = [
    ("credit", "destination_key", "status = 'APPLIED'", false),
    ("debit", "source_key", "status = 'APPLIED'", false),
    ("inflight_credit", "destination_key", "status = 'INFLIGHT'", true),
    ("inflight_debit", "source_key", "status = 'INFLIGHT'", true),
];

pub(super) async fn recompute(readers: &SqlitePool, balance_id: Option<&str>) -> StoreResult<Vec<Recomputed>> {
    let mut connection = readers.acquire().await.map_err(from_sqlx)?;
    let balances = match balance_id {
        Some(id) => sqlx::query("SELECT key, id FROM balance WHERE id = ? ORDER BY key").bind(id),
        None => sqlx::query("SELECT key, id FROM balance ORDER BY key"),
    }
    .fetch_all(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    let mut found: BTreeMap<i64, Recomputed> = BTreeMap::new();
    for row in &balances {
        let id = row.try_get(1).map_err(from_sqlx)?;
        found.insert(row.try_get(0).map_err(from_sqlx)?, Recomputed { balance_id: id, figures: Figures::default() });
    }
    for (index, (_, side, condition, less_children)) in FIGURES.iter().enumerate() {
        let children = "parent_key IS NOT NULL";
        for (condition, subtract) in [(*condition, false), (children, true)] {
            if subtract && !less_children {
                continue;
            }
            let sql = format!("SELECT {side}, {} FROM txn WHERE {condition} GROUP BY {side}", exact_sum("amount"));
            for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *connection).await.map_err(from_sqlx)? {
                let Some(recomputed) = found.get_mut(&row.try_get(0).map_err(from_sqlx)?) else { continue };
                let sum = read_sum(&row, 1)?;
                let figures = &mut recomputed.figures;
                let figure = [
                    &mut figures.credit,
                    &mut figures.debit,
                    &mut figures.inflight_credit,
                    &mut figures.inflight_debit,
                ];
                let figure: &mut Amount = figure.into_iter().nth(index).unwrap_or_else(|| unreachable!("four figures"));
                if subtract { *figure -= &sum } else { *figure += &sum }
            }
        }
    }
    Ok(found.into_values().collect())
}
