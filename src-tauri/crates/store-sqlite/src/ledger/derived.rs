//! What is kept beside the journal, held against the journal: entries, daily turnover, holds.

use std::collections::BTreeMap;

use ledger::Amount;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use store::StoreResult;
use store::rows::value::amount;

use crate::error::from_sqlx;
use crate::sql::{exact_sum, read_sum};

/// Differences named one by one; more are counted.
const NAMED: usize = 5;

pub(super) async fn check(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let mut found = entries(connection).await?;
    found.extend(turnover(connection).await?);
    found.extend(days(connection).await?);
    found.extend(holds(&mut *connection).await?);
    found.extend(crate::search::check(connection).await?);
    Ok(found)
}

/// Every settled row has its two entries, and there is no other entry.
async fn entries(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let mut found = Vec::new();
    for (side, key) in [("debit", "source_key"), ("credit", "destination_key")] {
        let sql = format!(
            "SELECT t.reference FROM txn t WHERE t.status = 'APPLIED' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.balance_key = t.{key} \
             AND e.effective_date = t.effective_date AND e.txn_key = t.key AND e.side = '{side}' AND e.amount = t.amount) LIMIT {NAMED}"
        );
        let missing: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *connection).await.map_err(from_sqlx)?;
        found.extend(missing.iter().map(|reference| format!("The {side} entry of {reference} is missing or differs.")));
    }
    let surplus: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM entry) - 2 * (SELECT count(*) FROM txn WHERE status = 'APPLIED')",
    )
    .fetch_one(connection)
    .await
    .map_err(from_sqlx)?;
    if surplus > 0 {
        found.push(match surplus {
            1 => "1 entry belongs to no settled transaction.".to_owned(),
            more => format!("{more} entries belong to no settled transaction."),
        });
    }
    Ok(found)
}

/// The turnover of each day is the sum of its entries.
async fn turnover(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let sql = format!(
        "SELECT e.balance_key, e.effective_date, e.side, {} FROM entry e GROUP BY e.balance_key, e.effective_date, e.side",
        exact_sum("e.amount")
    );
    let mut sums: BTreeMap<(i64, String), (Amount, Amount)> = BTreeMap::new();
    for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *connection).await.map_err(from_sqlx)? {
        let place = (row.try_get(0).map_err(from_sqlx)?, row.try_get(1).map_err(from_sqlx)?);
        let (credit, debit) = sums.entry(place).or_default();
        let side: String = row.try_get(2).map_err(from_sqlx)?;
        *(if side == "credit" { credit } else { debit }) = read_sum(&row, 3)?;
    }
    let stored = sqlx::query(
        "SELECT d.balance_key, d.day, d.credit, d.debit, b.name FROM balance_day d JOIN balance b ON b.key = d.balance_key",
    )
    .fetch_all(connection)
    .await
    .map_err(from_sqlx)?;
    let mut found = Vec::new();
    for row in &stored {
        let day: String = row.try_get(1).map_err(from_sqlx)?;
        let kept = (
            amount("turnover", row.try_get(2).map_err(from_sqlx)?)?,
            amount("turnover", row.try_get(3).map_err(from_sqlx)?)?,
        );
        let expected = sums.remove(&(row.try_get(0).map_err(from_sqlx)?, day.clone())).unwrap_or_default();
        if kept != expected {
            let name: String = row.try_get(4).map_err(from_sqlx)?;
            found.push(format!("The turnover of {name} on {day} is not the sum of its entries."));
        }
    }
    if !sums.is_empty() {
        let days = if sums.len() == 1 { "1 day".to_owned() } else { format!("{} days", sums.len()) };
        found.push(format!("The turnover of {days} is missing."));
    }
    Ok(shortened(found, "days"))
}

/// The transactions of each day are counted as they stand in the journal.
async fn days(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    const COUNTED: &str = "SELECT effective_date, currency, status, families FROM family_day";
    const FOUND: &str = "SELECT effective_date, currency, status, count(*) AS families FROM txn INDEXED BY txn_by_date
        WHERE parent_key IS NULL GROUP BY effective_date, currency, status";
    let sql = format!(
        "SELECT DISTINCT effective_date FROM (SELECT * FROM ({COUNTED} EXCEPT {FOUND}) UNION ALL SELECT * FROM ({FOUND} EXCEPT {COUNTED})) ORDER BY 1"
    );
    let days: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.map_err(from_sqlx)?;
    let found =
        days.iter().map(|day| format!("The transactions of {day} are not counted as they stand in the journal."));
    Ok(shortened(found.collect(), "days"))
}

/// What is left of each hold follows from its commits and its void.
async fn holds(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let sql = format!(
        "SELECT parent_key, max(status = 'VOID'), {} FROM txn WHERE parent_key IS NOT NULL GROUP BY parent_key, status = 'VOID'",
        exact_sum("amount")
    );
    let mut children: BTreeMap<i64, (Amount, Amount)> = BTreeMap::new();
    for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *connection).await.map_err(from_sqlx)? {
        let (committed, voided) = children.entry(row.try_get(0).map_err(from_sqlx)?).or_default();
        let is_void: bool = row.try_get(1).map_err(from_sqlx)?;
        *(if is_void { voided } else { committed }) = read_sum(&row, 2)?;
    }
    let rows = sqlx::query(
        "SELECT t.key, t.reference, t.amount, h.state, h.committed, h.remaining FROM txn t LEFT JOIN hold h ON h.txn_key = t.key \
         WHERE t.status = 'INFLIGHT'",
    )
    .fetch_all(connection)
    .await
    .map_err(from_sqlx)?;
    let mut found = Vec::new();
    for row in &rows {
        let (committed, voided) = children.remove(&row.try_get(0).map_err(from_sqlx)?).unwrap_or_default();
        let whole = amount("transaction", row.try_get(2).map_err(from_sqlx)?)?;
        let left = &(&whole - &committed) - &voided;
        let state: Option<String> = row.try_get(3).map_err(from_sqlx)?;
        let expected = match (voided.is_zero(), left.is_zero()) {
            (true, false) => &["open"][..],
            (true, true) => &["committed"][..],
            (false, _) => &["voided", "expired"][..],
        };
        let fits = state.as_deref().is_some_and(|state| expected.contains(&state))
            && row.try_get::<Option<String>, _>(4).map_err(from_sqlx)? == Some(committed.to_string())
            && row.try_get::<Option<String>, _>(5).map_err(from_sqlx)? == Some(left.to_string());
        if !fits {
            let reference: String = row.try_get(1).map_err(from_sqlx)?;
            found.push(format!("The hold {reference} does not follow from its commits and voids."));
        }
    }
    Ok(shortened(found, "holds"))
}

fn shortened(mut found: Vec<String>, what: &str) -> Vec<String> {
    if found.len() > NAMED {
        let more = found.len() - NAMED;
        found.truncate(NAMED);
        found.push(format!("{more} more {what} differ."));
    }
    found
}
