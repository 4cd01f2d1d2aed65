//! What is kept beside the journal, held against the journal: entries, daily turnover, holds.

use sqlx::{PgConnection, QueryBuilder};
use store::StoreResult;
use store::rows::Fields;

use crate::row::{all, number};

/// Differences named one by one; more are counted.
const NAMED: usize = 5;

pub(super) async fn check(connection: &mut PgConnection) -> StoreResult<Vec<String>> {
    let mut found = entries(connection).await?;
    found.extend(turnover(connection).await?);
    found.extend(holds(connection).await?);
    Ok(found)
}

/// Every settled row has its two entries, and there is no other entry.
async fn entries(connection: &mut PgConnection) -> StoreResult<Vec<String>> {
    let mut found = Vec::new();
    for (side, key) in [("debit", "source_key"), ("credit", "destination_key")] {
        let query = QueryBuilder::new(format!(
            "SELECT t.reference FROM txn t WHERE t.status = 'APPLIED' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.balance_key = t.{key} \
             AND e.effective_date = t.effective_date AND e.txn_key = t.key AND e.side = '{side}' AND e.amount = t.amount) ORDER BY t.key LIMIT {NAMED}"
        ));
        found.extend(
            all(connection, query, |row| {
                Ok(format!("The {side} entry of {} is missing or differs.", row.word("reference")?))
            })
            .await?,
        );
    }
    let query = QueryBuilder::new(
        "SELECT (SELECT count(*) FROM entry) - 2 * (SELECT count(*) FROM txn WHERE status = 'APPLIED')",
    );
    match number(connection, query).await? {
        ..=0 => {}
        1 => found.push("1 entry belongs to no settled transaction.".to_owned()),
        more => found.push(format!("{more} entries belong to no settled transaction.")),
    }
    Ok(found)
}

/// The turnover of each day is the sum of its entries.
async fn turnover(connection: &mut PgConnection) -> StoreResult<Vec<String>> {
    let query = QueryBuilder::new(
        "WITH summed AS (
             SELECT balance_key, effective_date AS day, coalesce(sum(amount) FILTER (WHERE side = 'credit'), 0) AS credit,
                 coalesce(sum(amount) FILTER (WHERE side = 'debit'), 0) AS debit FROM entry GROUP BY 1, 2)
         SELECT b.name, d.day::text AS day, s.day IS NOT NULL AS summed FROM balance_day d JOIN balance b ON b.key = d.balance_key
         LEFT JOIN summed s ON s.balance_key = d.balance_key AND s.day = d.day
         WHERE d.credit <> coalesce(s.credit, 0) OR d.debit <> coalesce(s.debit, 0)
         UNION ALL SELECT b.name, s.day::text, false FROM summed s JOIN balance b ON b.key = s.balance_key
         WHERE NOT EXISTS (SELECT 1 FROM balance_day d WHERE d.balance_key = s.balance_key AND d.day = s.day)
         ORDER BY 1, 2",
    );
    let found = all(connection, query, |row| {
        Ok(format!("The turnover of {} on {} is not the sum of its entries.", row.word("name")?, row.word("day")?))
    })
    .await?;
    Ok(shortened(found, "days"))
}

/// What is left of each hold follows from its commits and its void.
async fn holds(connection: &mut PgConnection) -> StoreResult<Vec<String>> {
    let query = QueryBuilder::new(
        "SELECT x.reference FROM (
             SELECT t.key, t.reference, t.amount, h.state, h.committed, h.remaining,
                 coalesce((SELECT sum(c.amount) FROM txn c WHERE c.parent_key = t.key AND c.status <> 'VOID'), 0) AS done,
                 coalesce((SELECT sum(c.amount) FROM txn c WHERE c.parent_key = t.key AND c.status = 'VOID'), 0) AS voided
             FROM txn t LEFT JOIN hold h ON h.txn_key = t.key WHERE t.status = 'INFLIGHT') x
         WHERE x.state IS NULL OR x.committed <> x.done OR x.remaining <> x.amount - x.done - x.voided
            OR x.state <> ALL(CASE WHEN x.voided > 0 THEN ARRAY['voided', 'expired']
                                   WHEN x.amount = x.done THEN ARRAY['committed'] ELSE ARRAY['open'] END)
         ORDER BY x.key",
    );
    let found = all(connection, query, |row| {
        Ok(format!("The hold {} does not follow from its commits and voids.", row.word("reference")?))
    })
    .await?;
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
