//! The figures of balances, held against the journal. Everything of one check is read in one transaction: what is posted
//! meanwhile is in all of it or in none.

use std::collections::BTreeMap;

use ledger::{Amount, Figures};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, SqliteConnection, SqlitePool};
use store::StoreResult;
use store::ledger::{Audit, BalanceRecord, BalanceRef, Recomputed};
use store::rows;

use super::rows::BALANCE;
use super::{balances, derived, totals};
use crate::error::from_sqlx;
use crate::row::all;
use crate::sql::{exact_sum, read_sum};

pub(super) async fn whole(readers: &SqlitePool) -> StoreResult<Audit> {
    let mut snapshot = readers.begin().await.map_err(from_sqlx)?;
    let stored = every_balance(&mut snapshot).await?;
    let audit = Audit {
        balances: recomputed(&mut snapshot, stored, None).await?,
        derived: derived::check(&mut snapshot).await?,
        trial: totals::trial_balance(&mut snapshot, None).await?,
    };
    snapshot.rollback().await.map_err(from_sqlx)?;
    Ok(audit)
}

pub(super) async fn one(readers: &SqlitePool, balance_id: &str) -> StoreResult<Option<Recomputed>> {
    let mut snapshot = readers.begin().await.map_err(from_sqlx)?;
    let Some(stored) = balances::one(&mut snapshot, &BalanceRef::Id(balance_id.to_owned())).await? else {
        return Ok(None);
    };
    let key = stored.key;
    let found = recomputed(&mut snapshot, vec![stored], Some(key)).await?.pop();
    snapshot.rollback().await.map_err(from_sqlx)?;
    Ok(found)
}

async fn every_balance(connection: &mut SqliteConnection) -> StoreResult<Vec<BalanceRecord>> {
    let mut query = QueryBuilder::new(BALANCE);
    query.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key ORDER BY b.key");
    all(connection, query, rows::balance).await
}

/// A sum over journal rows that goes into a figure.
struct Part {
    side: &'static str,
    condition: &'static str,
    figure: fn(&mut Figures) -> &mut Amount,
    subtract: bool,
}

/// Settled rows count in full; of what was held goes what its commits and voids took.
const PARTS: [Part; 6] = {
    const fn part(
        side: &'static str,
        condition: &'static str,
        figure: fn(&mut Figures) -> &mut Amount,
        subtract: bool,
    ) -> Part {
        Part { side, condition, figure, subtract }
    }
    const SETTLED: &str = "status = 'APPLIED'";
    const HELD: &str = "status = 'INFLIGHT'";
    const DECIDED: &str = "parent_key IS NOT NULL";
    [
        part("destination_key", SETTLED, |figures| &mut figures.credit, false),
        part("source_key", SETTLED, |figures| &mut figures.debit, false),
        part("destination_key", HELD, |figures| &mut figures.inflight_credit, false),
        part("destination_key", DECIDED, |figures| &mut figures.inflight_credit, true),
        part("source_key", HELD, |figures| &mut figures.inflight_debit, false),
        part("source_key", DECIDED, |figures| &mut figures.inflight_debit, true),
    ]
};

/// The sum by balance; of one balance only what the indexes of its side lead to.
fn sum_of(part: &Part, one: bool) -> String {
    let Part { side, condition, .. } = part;
    let from = if one {
        format!(
            "(SELECT {side}, status, parent_key, amount FROM txn WHERE {side} = ?1 AND parent_key IS NULL
              UNION ALL SELECT c.{side}, c.status, c.parent_key, c.amount FROM txn p CROSS JOIN txn c ON c.parent_key = p.key
              WHERE p.{side} = ?1 AND p.parent_key IS NULL AND c.parent_key IS NOT NULL AND c.{side} = ?1)"
        )
    } else {
        "txn".to_owned()
    };
    format!("SELECT {side}, {} FROM {from} WHERE {condition} GROUP BY {side}", exact_sum("amount"))
}

async fn recomputed(
    connection: &mut SqliteConnection,
    stored: Vec<BalanceRecord>,
    only: Option<i64>,
) -> StoreResult<Vec<Recomputed>> {
    let mut found: BTreeMap<i64, Recomputed> = stored
        .into_iter()
        .map(|record| (record.key, Recomputed { stored: record.balance, figures: Figures::default() }))
        .collect();
    for part in &PARTS {
        let mut query = sqlx::query(AssertSqlSafe(sum_of(part, only.is_some())));
        if let Some(key) = only {
            query = query.bind(key);
        }
        for row in query.fetch_all(&mut *connection).await.map_err(from_sqlx)? {
            let Some(balance) = found.get_mut(&row.try_get(0).map_err(from_sqlx)?) else { continue };
            let (figure, sum) = ((part.figure)(&mut balance.figures), read_sum(&row, 1)?);
            if part.subtract { *figure -= &sum } else { *figure += &sum }
        }
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

    use super::{PARTS, sum_of};

    #[tokio::test]
    async fn one_balance_is_checked_without_reading_the_whole_journal() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        crate::open::MIGRATIONS.run_direct(None, &mut connection, false).await.unwrap();
        for part in &PARTS {
            let sql = format!("EXPLAIN QUERY PLAN {}", sum_of(part, true));
            let plan = sqlx::query(AssertSqlSafe(sql)).bind(1).fetch_all(&mut connection).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
            let table = |step: &&String| ["SCAN txn", "SCAN p", "SCAN c"].iter().any(|scan| step.starts_with(scan));
            assert_eq!(steps.iter().find(table), None, "{steps:?}");
        }
    }
}
