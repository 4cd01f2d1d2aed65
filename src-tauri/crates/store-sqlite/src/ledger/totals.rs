//! Sums: of the grid, of the trial balance, and of what is not matched.

use std::collections::{BTreeMap, HashMap};

use jiff::{ToSpan, civil::Date};
use ledger::Amount;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use store::ledger::{AgeBucket, BalanceAt, CurrencyTotal, TrialRow};
use store::rows::value::{amount, count, currency};
use store::{Query, StoreError, StoreResult};

use super::families::{filter, is_everything, prepared};
use super::grid::date_index_hint;
use crate::error::from_sqlx;
use crate::sql::{SUM_COLUMNS, exact_sum, read_sum};

/// Group of money that has moved.
const APPLIED: &str = "applied";
/// Group of money that waits.
const HELD: &str = "held";

/// Amounts of at most so many digits add up in one 64-bit sum, up to nine million of them.
const SHORT_DIGITS: i64 = 12;

pub(super) async fn of_families(readers: &SqlitePool, query: &Query) -> StoreResult<Vec<CurrencyTotal>> {
    if is_everything(query) {
        return of_everything(readers).await;
    }
    let mut connection = readers.acquire().await.map_err(from_sqlx)?;
    let query = &prepared(&mut connection, query).await?;
    drop(connection);
    let mut totals = Totals::new(readers).await?;
    totals.add_applied(readers, query).await?;
    for (group, figure) in [(APPLIED, "committed"), (HELD, "remaining")] {
        let mut builder = QueryBuilder::new("SELECT x.currency, count(*), ");
        builder.push(exact_sum("x.figure"));
        builder.push(format!(
            " FROM (SELECT t.currency, (SELECT h.{figure} FROM hold h WHERE h.txn_key = t.key) AS figure"
        ));
        // Holds are few beside postings: they are looked up one by one and the other rows never read.
        filter(&mut builder, query, " NOT INDEXED")?;
        builder.push(" AND t.key IN (SELECT h.txn_key FROM hold h)) x WHERE x.figure <> '0' GROUP BY x.currency");
        for row in builder.build().fetch_all(readers).await.map_err(from_sqlx)? {
            totals.add(&row, group, read_sum(&row, 2)?)?;
        }
    }
    Ok(totals.found.into_values().collect())
}

/// Sums by currency and group, as they come together.
struct Totals {
    exponents: HashMap<String, u8>,
    found: BTreeMap<(String, &'static str), CurrencyTotal>,
}

impl Totals {
    /// Every row of the journal is in the currency of its balances, so they know the decimals of every sum.
    async fn new(readers: &SqlitePool) -> StoreResult<Self> {
        let rows = sqlx::query("SELECT DISTINCT currency, exponent FROM balance")
            .fetch_all(readers)
            .await
            .map_err(from_sqlx)?;
        let exponents = rows
            .iter()
            .map(|row| Ok((row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?)))
            .collect::<StoreResult<_>>()?;
        Ok(Self { exponents, found: BTreeMap::new() })
    }

    /// What was applied at once. Nearly all amounts are short; long ones are summed in slices, when there are any.
    async fn add_applied(&mut self, readers: &SqlitePool, query: &Query) -> StoreResult<()> {
        let short = format!("t.amount_length <= {SHORT_DIGITS}");
        let mut builder = QueryBuilder::new(format!(
            "SELECT t.currency, count(*), coalesce(sum(CAST(t.amount AS INTEGER)) FILTER (WHERE {short}), 0), max(t.amount_length)"
        ));
        filter(&mut builder, query, date_index_hint(query))?;
        builder.push(" AND t.status = 'APPLIED' GROUP BY t.currency");
        let mut longest = 0;
        for row in builder.build().fetch_all(readers).await.map_err(from_sqlx)? {
            longest = row.try_get::<i64, _>(3).map_err(from_sqlx)?.max(longest);
            self.add(&row, APPLIED, Amount::from(row.try_get::<i64, _>(2).map_err(from_sqlx)?))?;
        }
        if longest <= SHORT_DIGITS {
            return Ok(());
        }
        // They are in the count already.
        let mut builder = QueryBuilder::new(format!("SELECT t.currency, 0, {}", exact_sum("t.amount")));
        filter(&mut builder, query, date_index_hint(query))?;
        builder.push(format!(" AND t.status = 'APPLIED' AND NOT ({short}) GROUP BY t.currency"));
        for row in builder.build().fetch_all(readers).await.map_err(from_sqlx)? {
            self.add(&row, APPLIED, read_sum(&row, 2)?)?;
        }
        Ok(())
    }

    /// Adds the row of a group: currency, count, and its sum.
    fn add(&mut self, row: &SqliteRow, group: &'static str, sum: Amount) -> StoreResult<()> {
        let code: String = row.try_get(0).map_err(from_sqlx)?;
        let Some(&exponent) = self.exponents.get(&code) else {
            return Err(StoreError::damaged("total", format!("no balance is kept in {code}")));
        };
        let total = self.found.entry((code.clone(), group)).or_insert_with(|| CurrencyTotal {
            currency: code,
            exponent,
            group: group.to_owned(),
            count: 0,
            amount: Amount::ZERO,
        });
        total.count += count(row.try_get(1).map_err(from_sqlx)?);
        total.amount += &sum;
        Ok(())
    }
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

/// Families with applied money and families with held money, by currency, without reading the journal: every settled
/// row has two entries, which the turnover counts, and what commits a hold is the only settled row below another one.
async fn counts_by_currency(readers: &SqlitePool) -> StoreResult<BTreeMap<String, (u64, u64)>> {
    let settled = "SELECT b.currency, sum(d.entries) / 2, 0 FROM balance_day d JOIN balance b ON b.key = d.balance_key GROUP BY b.currency";
    let commits = "SELECT currency, -count(*), 0 FROM txn INDEXED BY txn_by_parent WHERE parent_key IS NOT NULL AND status = 'APPLIED' GROUP BY currency";
    let holds = "SELECT t.currency, sum(h.committed <> '0'), sum(h.state = 'open') FROM hold h CROSS JOIN txn t ON t.key = h.txn_key GROUP BY t.currency";
    let mut counts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for sql in [settled, commits, holds] {
        for row in sqlx::query(sql).fetch_all(readers).await.map_err(from_sqlx)? {
            let (applied, held) = counts.entry(row.try_get(0).map_err(from_sqlx)?).or_default();
            *applied += row.try_get::<i64, _>(1).map_err(from_sqlx)?;
            *held += row.try_get::<i64, _>(2).map_err(from_sqlx)?;
        }
    }
    Ok(counts.into_iter().map(|(currency, (applied, held))| (currency, (count(applied), count(held)))).collect())
}

pub(super) async fn trial_balance(
    connection: &mut SqliteConnection,
    as_of: Option<Date>,
) -> StoreResult<Vec<TrialRow>> {
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
    let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
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

pub(super) async fn balances_at(readers: &SqlitePool, day: Option<Date>) -> StoreResult<Vec<BalanceAt>> {
    // Now is what is stored with the balance; another day is the sum of its turnover.
    let (figures, from) = match day {
        None => ("b.credit, b.debit".to_owned(), ""),
        Some(_) => (
            format!("{}, {}", exact_sum("d.credit"), exact_sum("d.debit")),
            " LEFT JOIN balance_day d ON d.balance_key = b.key AND d.day <= ",
        ),
    };
    let mut query = QueryBuilder::new(format!(
        "SELECT b.id, b.name, l.name, b.currency, b.exponent, l.id, {figures} FROM balance b JOIN ledger l ON l.key = b.ledger_key{from}"
    ));
    if let Some(day) = day {
        query.push_bind(day.to_string()).push(" GROUP BY b.key");
    }
    query.push(" ORDER BY l.name, b.name, b.currency, b.key");
    let rows = query.build().fetch_all(readers).await.map_err(from_sqlx)?;
    rows.iter()
        .map(|row| {
            let text = |index: usize| row.try_get::<String, _>(index).map_err(from_sqlx);
            let stored = |index: usize| amount("balance", &text(index)?);
            let (credit, debit) = match day {
                None => (stored(6)?, stored(7)?),
                Some(_) => (read_sum(row, 6)?, read_sum(row, 6 + SUM_COLUMNS)?),
            };
            Ok(BalanceAt {
                id: text(0)?,
                name: text(1)?,
                ledger_id: text(5)?,
                ledger_name: text(2)?,
                currency: currency("balance", &text(3)?, row.try_get(4).map_err(from_sqlx)?)?,
                credit,
                debit,
            })
        })
        .collect()
}

/// Days that the buckets of ages reach back; the last bucket has no end.
const AGES: [i64; 4] = [7, 30, 60, 90];

pub(super) async fn unmatched_ages(
    readers: &SqlitePool,
    balance_key: i64,
    from: Option<Date>,
    today: Date,
) -> StoreResult<Vec<AgeBucket>> {
    // Newest first: the first bound that a day is not before names its bucket.
    let bounds = AGES.map(|days| today.checked_sub(days.days()).unwrap_or(Date::MIN).to_string());
    let bucket = |day: &str| {
        let cases = (0..bounds.len()).map(|index| format!("WHEN {day} >= ?{} THEN {index} ", index + 3));
        format!("CASE {}ELSE {} END", cases.collect::<String>(), bounds.len())
    };
    // The turnover of the days less what is matched: an account has few days beside its entries.
    let all = format!(
        "SELECT {}, sum(entries), {}, {} FROM balance_day WHERE balance_key = ?1 AND day >= ?2 GROUP BY 1",
        bucket("day"),
        exact_sum("credit"),
        exact_sum("debit")
    );
    let matched = format!(
        "SELECT {}, count(*), {}, {} FROM (SELECT t.effective_date AS day, iif(t.destination_key = ?1, t.amount, '0') AS credit,
             iif(t.source_key = ?1, t.amount, '0') AS debit
         FROM match_entry m CROSS JOIN txn t ON t.key = m.txn_key WHERE m.balance_key = ?1 AND t.effective_date >= ?2) GROUP BY 1",
        bucket("day"),
        exact_sum("credit"),
        exact_sum("debit")
    );
    let from = from.map_or_else(|| "0000".to_owned(), |day| day.to_string());
    let mut buckets: BTreeMap<usize, AgeBucket> = BTreeMap::new();
    for (sql, subtract) in [(all, false), (matched, true)] {
        let mut asked = sqlx::query(AssertSqlSafe(sql)).bind(balance_key).bind(&from);
        for bound in &bounds {
            asked = asked.bind(bound);
        }
        for row in asked.fetch_all(readers).await.map_err(from_sqlx)? {
            let bucket = usize::try_from(row.try_get::<i64, _>(0).map_err(from_sqlx)?).unwrap_or_default();
            let entries = count(row.try_get(1).map_err(from_sqlx)?);
            let net = &read_sum(&row, 2)? - &read_sum(&row, 2 + SUM_COLUMNS)?;
            let entry = buckets.entry(bucket).or_insert(AgeBucket { bucket, entries: 0, net: Amount::ZERO });
            if subtract {
                entry.entries = entry.entries.saturating_sub(entries);
                entry.net -= &net;
            } else {
                entry.entries += entries;
                entry.net += &net;
            }
        }
    }
    Ok(buckets.into_values().filter(|bucket| bucket.entries > 0).collect())
}
