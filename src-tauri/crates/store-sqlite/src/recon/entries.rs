//! Ledger entries of a balance as candidates for a statement, and the ledger's half of the proof.

use ledger::Amount;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::recon::{EntryQuery, EntryRecord, LedgerSide, ProofSpan};
use store::rows::{self, Fields, value};
use store::{Page, StoreResult};

use super::rows::{ENTRY, ENTRY_FROM};
use crate::error::from_sqlx;
use crate::row::{Got, all};
use crate::sql::{exact_sum, list, push_words, read_sum};

pub(super) async fn by_id(
    connection: &mut SqliteConnection,
    balance_key: i64,
    ids: &[String],
) -> StoreResult<Vec<EntryRecord>> {
    // The join order must begin with the few ids, not with the register of the balance.
    let mut query = QueryBuilder::new(ENTRY);
    query.push(" FROM json_each(").push_bind(list(ids)).push(") j CROSS JOIN txn t ON t.id = j.value");
    push_rest(&mut query, balance_key);
    all(connection, query, rows::entry).await
}

pub(super) async fn by_key(
    connection: &mut SqliteConnection,
    balance_key: i64,
    keys: &[i64],
) -> StoreResult<Vec<EntryRecord>> {
    let mut query = QueryBuilder::new(ENTRY);
    query.push(" FROM json_each(").push_bind(list(keys)).push(") j CROSS JOIN txn t ON t.key = j.value");
    push_rest(&mut query, balance_key);
    all(connection, query, rows::entry).await
}

pub(super) async fn of_match(connection: &mut SqliteConnection, match_key: i64) -> StoreResult<Vec<EntryRecord>> {
    let mut query = QueryBuilder::new(ENTRY);
    query.push(" FROM match_entry j CROSS JOIN txn t ON t.key = j.txn_key AND j.match_key = ").push_bind(match_key);
    query.push(
        " CROSS JOIN entry e ON e.balance_key = j.balance_key AND e.effective_date = t.effective_date AND e.txn_key = t.key",
    );
    push_sides(&mut query);
    query.push(" ORDER BY e.effective_date, e.txn_key");
    all(connection, query, rows::entry).await
}

pub(super) async fn of_statement(
    connection: &mut SqliteConnection,
    statement_key: i64,
) -> StoreResult<Vec<EntryRecord>> {
    let mut query = QueryBuilder::new(ENTRY);
    query
        .push(" FROM match x CROSS JOIN match_entry j ON j.match_key = x.key AND x.statement_key = ")
        .push_bind(statement_key);
    query.push(
        " CROSS JOIN txn t ON t.key = j.txn_key
          CROSS JOIN entry e ON e.balance_key = j.balance_key AND e.effective_date = t.effective_date AND e.txn_key = t.key",
    );
    push_sides(&mut query);
    query.push(" ORDER BY e.effective_date, e.txn_key");
    all(connection, query, rows::entry).await
}

fn push_rest(query: &mut QueryBuilder<Sqlite>, balance_key: i64) {
    query
        .push(" CROSS JOIN entry e ON e.effective_date = t.effective_date AND e.txn_key = t.key AND e.balance_key = ")
        .push_bind(balance_key);
    push_sides(query);
    query.push(" ORDER BY e.effective_date, e.txn_key");
}

fn push_sides(query: &mut QueryBuilder<Sqlite>) {
    query.push(
        " JOIN balance o ON o.key = CASE e.side WHEN 'credit' THEN t.source_key ELSE t.destination_key END
          LEFT JOIN match_entry me ON me.balance_key = e.balance_key AND me.txn_key = e.txn_key
          LEFT JOIN outstanding ou ON ou.balance_key = e.balance_key AND ou.txn_key = e.txn_key",
    );
}

/// Outstanding or not, and since when. The open ones are in one of the two lists however early their day.
fn push_standing(query: &mut QueryBuilder<Sqlite>, wanted: &EntryQuery) {
    let from = wanted.from.map(|from| from.to_string());
    if wanted.open.is_empty() {
        query.push(if wanted.outstanding { " AND ou.txn_key IS NOT NULL" } else { " AND ou.txn_key IS NULL" });
        if let Some(from) = from {
            query.push(" AND e.effective_date >= ").push_bind(from);
        }
        return;
    }
    let open = list(&wanted.open);
    if let (Some(from), false) = (&from, wanted.outstanding) {
        // Said outside of the OR below as well, or the register would be read from its first day.
        query.push(" AND e.effective_date >= min(").push_bind(from.clone());
        query.push(", coalesce((SELECT min(k.effective_date) FROM json_each(").push_bind(open.clone());
        query.push(") j CROSS JOIN txn k ON k.key = j.value), '9999-12-31'))");
    }
    query.push(if wanted.outstanding { " AND (ou.txn_key IS NOT NULL" } else { " AND ((ou.txn_key IS NULL" });
    if let Some(from) = from {
        query.push(" AND e.effective_date >= ").push_bind(from);
    }
    query.push(if wanted.outstanding { " AND e.txn_key NOT IN " } else { ") OR e.txn_key IN " });
    query.push("(SELECT value FROM json_each(").push_bind(open).push(")))");
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, wanted: &EntryQuery) {
    query.push(" WHERE me.txn_key IS NULL AND e.balance_key = ").push_bind(wanted.balance_key);
    query.push(" AND e.effective_date <= ").push_bind(wanted.to.to_string());
    push_standing(query, wanted);
    if let Some(amounts) = &wanted.amounts {
        let amounts: Vec<String> = amounts.iter().map(|amount| amount.abs().to_string()).collect();
        query.push(" AND e.amount IN (SELECT value FROM json_each(").push_bind(list(&amounts)).push("))");
    }
    match wanted.sign {
        1.. => query.push(" AND e.side = 'credit'"),
        0 => query,
        _ => query.push(" AND e.side = 'debit'"),
    };
    if let Some(newest) = wanted.newest_txn_key {
        query.push(" AND e.txn_key <= ").push_bind(newest);
    }
    if !wanted.except.is_empty() {
        query.push(" AND e.txn_key NOT IN (SELECT value FROM json_each(").push_bind(list(&wanted.except)).push("))");
    }
    push_words(query, &wanted.words, "t.reference || ' ' || t.description || ' ' || o.name", "e.amount");
}

pub(super) async fn page(connection: &mut SqliteConnection, wanted: &EntryQuery) -> StoreResult<Page<EntryRecord>> {
    let mut query = QueryBuilder::new("SELECT count(*)");
    query.push(ENTRY_FROM);
    push_filter(&mut query, wanted);
    let total: i64 = query.build_query_scalar().fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    let mut query = QueryBuilder::new(ENTRY);
    query.push(ENTRY_FROM);
    push_filter(&mut query, wanted);
    query.push(" ORDER BY e.effective_date, e.txn_key");
    if wanted.limit > 0 {
        query
            .push(" LIMIT ")
            .push_bind(wanted.limit)
            .push(" OFFSET ")
            .push_bind(i64::try_from(wanted.offset).unwrap_or(i64::MAX));
    }
    Ok(Page { rows: all(connection, query, rows::entry).await?, total: value::count(total) })
}

/// A proposal is alive while its line is open, its entry free, and nobody rejected the pair. Where several entries fit
/// equally well, none of them is proposed. Outstanding entries are few beside proposals: they are looked up one by one.
pub(super) async fn outstanding_proposed(
    connection: &mut SqliteConnection,
    balance_key: i64,
    run_key: i64,
) -> StoreResult<Vec<i64>> {
    sqlx::query_scalar(
        "SELECT p.txn_key FROM outstanding ou
         CROSS JOIN proposal p ON p.run_key = ?2 AND p.txn_key = ou.txn_key
         WHERE ou.balance_key = ?1 AND p.tier <> 'ambiguous'
           AND NOT EXISTS (SELECT 1 FROM match_line ml WHERE ml.line_key = p.line_key)
           AND NOT EXISTS (SELECT 1 FROM match_entry me WHERE me.balance_key = ?1 AND me.txn_key = p.txn_key)
           AND NOT EXISTS (SELECT 1 FROM rejected_pair r WHERE r.line_key = p.line_key AND r.txn_key = p.txn_key)
         ORDER BY 1",
    )
    .bind(balance_key)
    .bind(run_key)
    .fetch_all(connection)
    .await
    .map_err(from_sqlx)
}

/// Signed sum and count of what a query finds.
pub(super) async fn sum(connection: &mut SqliteConnection, wanted: &EntryQuery) -> StoreResult<(Amount, u64)> {
    let mut query = sums();
    query.push(ENTRY_FROM);
    push_filter(&mut query, wanted);
    query.push(" GROUP BY e.side");
    signed_sum(connection, query).await
}

fn sums() -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT e.side AS side, count(*) AS entries, ");
    query.push(exact_sum("e.amount"));
    query
}

async fn signed_sum(connection: &mut SqliteConnection, mut query: QueryBuilder<Sqlite>) -> StoreResult<(Amount, u64)> {
    let rows = query.build().fetch_all(connection).await.map_err(from_sqlx)?;
    let (mut total, mut entries) = (Amount::ZERO, 0);
    for row in rows.into_iter().map(Got) {
        let part = read_sum(&row.0, 2)?;
        if row.word("side")? == "debit" {
            total -= &part;
        } else {
            total += &part;
        }
        entries += row.count("entries")?;
    }
    Ok((total, entries))
}

pub(super) async fn ledger_side(connection: &mut SqliteConnection, span: &ProofSpan) -> StoreResult<LedgerSide> {
    let to = span.period_to.to_string();
    let mut query = QueryBuilder::new("SELECT ");
    query.push(exact_sum("d.credit")).push(", ").push(exact_sum("d.debit"));
    query
        .push(" FROM balance_day d WHERE d.balance_key = ")
        .push_bind(span.balance_key)
        .push(" AND d.day <= ")
        .push_bind(to.clone());
    let row = query.build().fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    let balance = read_sum(&row, 0)? - read_sum(&row, crate::sql::SUM_COLUMNS)?;

    let open = EntryQuery {
        from: Some(span.baseline),
        open: span.open.clone(),
        ..EntryQuery::new(span.balance_key, span.period_to)
    };
    let (unmatched, unmatched_entries) = sum(connection, &open).await?;
    let (outstanding, outstanding_entries) =
        sum(connection, &EntryQuery { from: None, outstanding: true, ..open }).await?;

    // Statements stand in the order of their last day, then of their import.
    let mut later_dated = sums();
    later_dated.push(
        " FROM entry e CROSS JOIN match_entry me ON me.balance_key = e.balance_key AND me.txn_key = e.txn_key
          CROSS JOIN match m ON m.key = me.match_key CROSS JOIN statement s ON s.key = m.statement_key WHERE e.balance_key = ",
    );
    later_dated.push_bind(span.balance_key).push(" AND e.effective_date > ").push_bind(to.clone());
    later_dated
        .push(" AND (s.period_to, s.key) <= (")
        .push_bind(to.clone())
        .push(", ")
        .push_bind(span.statement_key)
        .push(") GROUP BY e.side");
    let (matched_later_dated, _) = signed_sum(connection, later_dated).await?;

    let mut on_later = sums();
    on_later.push(
        " FROM statement s CROSS JOIN match m ON m.statement_key = s.key CROSS JOIN match_entry me ON me.match_key = m.key
          CROSS JOIN txn t ON t.key = me.txn_key
          CROSS JOIN entry e ON e.balance_key = me.balance_key AND e.effective_date = t.effective_date AND e.txn_key = t.key
          WHERE s.balance_key = ",
    );
    on_later
        .push_bind(span.balance_key)
        .push(" AND (s.period_to, s.key) > (")
        .push_bind(to.clone())
        .push(", ")
        .push_bind(span.statement_key);
    on_later.push(") AND t.effective_date <= ").push_bind(to).push(" GROUP BY e.side");
    let (matched_on_later, _) = signed_sum(connection, on_later).await?;

    Ok(LedgerSide {
        balance,
        unmatched,
        unmatched_entries,
        outstanding,
        outstanding_entries,
        matched_later_dated,
        matched_on_later,
    })
}
