//! Sums: of the grid, of the trial balance, and of the journal when figures are checked against it.

use jiff::civil::Date;
use ledger::{Amount, Figures};
use sqlx::{PgConnection, QueryBuilder};
use store::ledger::{AgeBucket, BalanceAt, CurrencyTotal, Recomputed, TrialRow};
use store::rows::{self, Fields, value};
use store::{Query, StoreResult};

use super::families::filter;
use super::rows::BALANCE;
use crate::row::{Got, all};

fn amount(row: &Got, name: &str) -> StoreResult<Amount> {
    value::amount("sum", &row.word(name)?)
}

fn currency(row: &Got) -> StoreResult<ledger::Currency> {
    value::currency("sum", &row.word("currency")?, row.key("exponent")?)
}

/// Money that has moved (`applied`: at once, or out of holds) and money that waits (`held`), by currency.
pub(super) async fn of_families(connection: &mut PgConnection, query: &Query) -> StoreResult<Vec<CurrencyTotal>> {
    let mut builder = QueryBuilder::new("WITH listed AS (SELECT t.key, t.currency, t.exponent, t.status, t.amount");
    filter(&mut builder, query)?;
    builder.push(
        "), parts AS (
             SELECT l.currency, l.exponent, 'applied' AS part, l.amount AS figure FROM listed l WHERE l.status = 'APPLIED'
             UNION ALL SELECT l.currency, l.exponent, 'applied', h.committed FROM listed l JOIN hold h ON h.txn_key = l.key WHERE h.committed <> 0
             UNION ALL SELECT l.currency, l.exponent, 'held', h.remaining FROM listed l JOIN hold h ON h.txn_key = l.key WHERE h.remaining <> 0)
         SELECT currency, exponent, part, count(*) AS families, sum(figure)::text AS figure FROM parts
         GROUP BY currency, exponent, part ORDER BY currency, part",
    );
    all(connection, builder, |row| {
        let currency = currency(row)?;
        Ok(CurrencyTotal {
            currency: currency.code().to_owned(),
            exponent: currency.exponent(),
            group: row.word("part")?,
            count: row.count("families")?,
            amount: amount(row, "figure")?,
        })
    })
    .await
}

pub(super) async fn trial_balance(connection: &mut PgConnection, as_of: Option<Date>) -> StoreResult<Vec<TrialRow>> {
    let mut builder = QueryBuilder::new(
        "SELECT x.currency, x.exponent, count(DISTINCT x.key) AS balances, coalesce(sum(x.entries), 0)::bigint AS entries,
             coalesce(sum(x.debit), 0)::text AS debit, coalesce(sum(x.credit), 0)::text AS credit FROM (",
    );
    match as_of {
        None => builder.push(
            "SELECT b.key, b.currency, b.exponent, b.credit, b.debit,
                 (SELECT sum(d.entries) FROM balance_day d WHERE d.balance_key = b.key) AS entries FROM balance b",
        ),
        Some(day) => builder
            .push(
                "SELECT b.key, b.currency, b.exponent, d.credit, d.debit, d.entries
                 FROM balance b JOIN balance_day d ON d.balance_key = b.key WHERE d.day <= ",
            )
            .push_bind(day.to_string())
            .push("::date"),
    };
    builder.push(") x GROUP BY x.currency, x.exponent ORDER BY x.currency");
    all(connection, builder, |row| {
        Ok(TrialRow {
            currency: currency(row)?,
            balances: row.count("balances")?,
            entries: row.count("entries")?,
            debit: amount(row, "debit")?,
            credit: amount(row, "credit")?,
        })
    })
    .await
}

pub(super) async fn balances_at(connection: &mut PgConnection, day: Option<Date>) -> StoreResult<Vec<BalanceAt>> {
    let mut builder = QueryBuilder::new(
        "SELECT b.id, b.name, l.id AS ledger_id, l.name AS ledger_name, b.currency, b.exponent, x.credit::text, x.debit::text
         FROM balance b JOIN ledger l ON l.key = b.ledger_key JOIN LATERAL (",
    );
    // Now is what is stored with the balance; another day is the sum of its turnover.
    match day {
        None => builder.push("SELECT b.credit, b.debit"),
        Some(day) => builder
            .push(
                "SELECT coalesce(sum(d.credit), 0) AS credit, coalesce(sum(d.debit), 0) AS debit
                 FROM balance_day d WHERE d.balance_key = b.key AND d.day <= ",
            )
            .push_bind(day.to_string())
            .push("::date"),
    };
    builder.push(") x ON true ORDER BY l.name, b.name, b.currency, b.key");
    all(connection, builder, |row| {
        Ok(BalanceAt {
            id: row.word("id")?,
            name: row.word("name")?,
            ledger_id: row.word("ledger_id")?,
            ledger_name: row.word("ledger_name")?,
            currency: currency(row)?,
            credit: amount(row, "credit")?,
            debit: amount(row, "debit")?,
        })
    })
    .await
}

pub(super) async fn unmatched_ages(
    connection: &mut PgConnection,
    balance_key: i64,
    from: Option<Date>,
    today: Date,
) -> StoreResult<Vec<AgeBucket>> {
    let mut builder = QueryBuilder::new(
        "SELECT CASE WHEN age <= 7 THEN 0 WHEN age <= 30 THEN 1 WHEN age <= 60 THEN 2 WHEN age <= 90 THEN 3 ELSE 4 END::bigint AS bucket, count(*) AS entries, sum(net)::text AS net FROM (SELECT ",
    );
    builder.push_bind(today.to_string());
    builder.push(
        "::date - e.effective_date AS age, CASE e.side WHEN 'credit' THEN e.amount ELSE -e.amount END AS net FROM entry e
          WHERE NOT EXISTS (SELECT 1 FROM match_entry m WHERE m.balance_key = e.balance_key AND m.txn_key = e.txn_key) AND e.balance_key = ",
    );
    builder.push_bind(balance_key);
    if let Some(from) = from {
        builder.push(" AND e.effective_date >= ").push_bind(from.to_string()).push("::date");
    }
    builder.push(") x GROUP BY 1 ORDER BY 1");
    all(connection, builder, |row| {
        Ok(AgeBucket {
            bucket: usize::try_from(row.key("bucket")?).unwrap_or_default(),
            entries: row.count("entries")?,
            net: amount(row, "net")?,
        })
    })
    .await
}

/// What the journal gives for a balance: what was applied on either side, and what of its holds no commit and no void
/// has taken away again.
pub(super) async fn recompute(connection: &mut PgConnection, balance_id: Option<&str>) -> StoreResult<Vec<Recomputed>> {
    let side = |column: &str, test: &str| {
        format!("coalesce((SELECT sum(t.amount) FROM txn t WHERE t.{column} = b.key AND {test}), 0)")
    };
    let held = |column: &str| {
        format!("{} - {}", side(column, "t.status = 'INFLIGHT'"), side(column, "t.parent_key IS NOT NULL"))
    };
    let mut builder = QueryBuilder::new(format!(
        "{BALANCE}, ({})::text AS journal_credit, ({})::text AS journal_debit, ({})::text AS journal_inflight_credit,
         ({})::text AS journal_inflight_debit FROM balance b JOIN ledger l ON l.key = b.ledger_key",
        side("destination_key", "t.status = 'APPLIED'"),
        side("source_key", "t.status = 'APPLIED'"),
        held("destination_key"),
        held("source_key"),
    ));
    if let Some(id) = balance_id {
        builder.push(" WHERE b.id = ").push_bind(id.to_owned());
    }
    builder.push(" ORDER BY b.key");
    all(connection, builder, |row| {
        Ok(Recomputed {
            stored: rows::balance(row)?.balance,
            figures: Figures {
                credit: amount(row, "journal_credit")?,
                debit: amount(row, "journal_debit")?,
                inflight_credit: amount(row, "journal_inflight_credit")?,
                inflight_debit: amount(row, "journal_inflight_debit")?,
            },
        })
    })
    .await
}
