//! Ledger entries of a balance as candidates for a statement, and the ledger's half of the proof.

use ledger::Amount;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use store::recon::{EntryQuery, EntryRecord, LedgerSide, ProofSpan};
use store::rows::{self, Fields, value};
use store::{Page, StoreResult};

use crate::row::{all, first, number};
use crate::sql::push_words;

/// `e` is the entry, `t` its journal row, `o` the balance on the other side.
const ENTRY: &str = "SELECT e.txn_key, t.id AS txn_id, e.effective_date::text, t.created_at, t.reference, t.description, o.id AS other_id, \
     o.name AS other_name, e.side, e.amount::text, me.match_key, ou.statement_key AS outstanding_on ";
const ENTRY_FROM: &str = " FROM entry e JOIN txn t ON t.key = e.txn_key \
     JOIN balance o ON o.key = CASE e.side WHEN 'credit' THEN t.source_key ELSE t.destination_key END \
     LEFT JOIN match_entry me ON me.balance_key = e.balance_key AND me.txn_key = e.txn_key \
     LEFT JOIN outstanding ou ON ou.balance_key = e.balance_key AND ou.txn_key = e.txn_key ";
const IN_ORDER: &str = " ORDER BY e.effective_date, e.txn_key";
/// Signed sum and count of entries.
const SUM: &str = "SELECT coalesce(sum(CASE e.side WHEN 'credit' THEN e.amount ELSE -e.amount END), 0)::text AS sum, count(*) AS entries";

fn select() -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(ENTRY);
    query.push(ENTRY_FROM);
    query
}

pub(super) async fn by_id(
    connection: &mut PgConnection,
    balance_key: i64,
    ids: &[String],
) -> StoreResult<Vec<EntryRecord>> {
    let mut query = select();
    query.push("WHERE e.balance_key = ").push_bind(balance_key);
    query.push(" AND t.id = ANY(").push_bind(ids.to_vec()).push(")").push(IN_ORDER);
    all(connection, query, rows::entry).await
}

pub(super) async fn by_key(
    connection: &mut PgConnection,
    balance_key: i64,
    keys: &[i64],
) -> StoreResult<Vec<EntryRecord>> {
    let mut query = select();
    query.push("WHERE e.balance_key = ").push_bind(balance_key);
    query.push(" AND e.txn_key = ANY(").push_bind(keys.to_vec()).push(")").push(IN_ORDER);
    all(connection, query, rows::entry).await
}

pub(super) async fn of_match(connection: &mut PgConnection, match_key: i64) -> StoreResult<Vec<EntryRecord>> {
    let mut query = select();
    query.push("WHERE me.match_key = ").push_bind(match_key).push(IN_ORDER);
    all(connection, query, rows::entry).await
}

pub(super) async fn of_statement(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Vec<EntryRecord>> {
    let mut query = select();
    query.push("WHERE me.match_key IN (SELECT x.key FROM match x WHERE x.statement_key = ").push_bind(statement_key);
    query.push(")").push(IN_ORDER);
    all(connection, query, rows::entry).await
}

/// Outstanding or not, and since when. The open ones are in one of the two lists whatever their day.
fn push_standing(query: &mut QueryBuilder<Postgres>, wanted: &EntryQuery) {
    query.push(if wanted.outstanding { " AND (ou.txn_key IS NOT NULL" } else { " AND ((ou.txn_key IS NULL" });
    if let Some(from) = wanted.from {
        query.push(" AND e.effective_date >= ").push_bind(from.to_string()).push("::date");
    }
    query.push(if wanted.outstanding { " AND e.txn_key <> ALL(" } else { ") OR e.txn_key = ANY(" });
    query.push_bind(wanted.open.clone()).push("))");
}

fn push_filter(query: &mut QueryBuilder<Postgres>, wanted: &EntryQuery) {
    query.push(" WHERE me.txn_key IS NULL AND e.balance_key = ").push_bind(wanted.balance_key);
    query.push(" AND e.effective_date <= ").push_bind(wanted.to.to_string()).push("::date");
    push_standing(query, wanted);
    if let Some(amounts) = &wanted.amounts {
        let amounts: Vec<String> = amounts.iter().map(|amount| amount.abs().to_string()).collect();
        query.push(" AND e.amount = ANY(").push_bind(amounts).push("::text[]::numeric[])");
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
        query.push(" AND e.txn_key <> ALL(").push_bind(wanted.except.clone()).push(")");
    }
    push_words(query, &wanted.words, "t.reference || ' ' || t.description || ' ' || o.name", "e.amount");
}

pub(super) async fn page(connection: &mut PgConnection, wanted: &EntryQuery) -> StoreResult<Page<EntryRecord>> {
    let mut query = QueryBuilder::new("SELECT count(*)");
    query.push(ENTRY_FROM);
    push_filter(&mut query, wanted);
    let total = number(connection, query).await?;
    let mut query = select();
    push_filter(&mut query, wanted);
    query.push(IN_ORDER);
    if wanted.limit > 0 {
        query.push(" LIMIT ").push_bind(i64::from(wanted.limit));
        query.push(" OFFSET ").push_bind(i64::try_from(wanted.offset).unwrap_or(i64::MAX));
    }
    Ok(Page { rows: all(connection, query, rows::entry).await?, total: value::count(total) })
}

/// A proposal is alive while its line is open, its entry free, and nobody rejected the pair. Where several entries fit
/// equally well, none of them is proposed.
pub(super) async fn outstanding_proposed(
    connection: &mut PgConnection,
    balance_key: i64,
    run_key: i64,
) -> StoreResult<Vec<i64>> {
    let mut query = QueryBuilder::new(
        "SELECT DISTINCT p.txn_key FROM proposal p JOIN outstanding ou ON ou.txn_key = p.txn_key AND ou.balance_key = ",
    );
    query.push_bind(balance_key).push(" WHERE p.run_key = ").push_bind(run_key);
    query.push(
        " AND p.tier <> 'ambiguous'
          AND NOT EXISTS (SELECT 1 FROM match_line ml WHERE ml.line_key = p.line_key)
          AND NOT EXISTS (SELECT 1 FROM match_entry me WHERE me.balance_key = ou.balance_key AND me.txn_key = p.txn_key)
          AND NOT EXISTS (SELECT 1 FROM rejected_pair r WHERE r.line_key = p.line_key AND r.txn_key = p.txn_key)
          ORDER BY 1",
    );
    all(connection, query, |row| row.key("txn_key")).await
}

/// Signed sum and count of what a query finds.
pub(super) async fn sum(connection: &mut PgConnection, wanted: &EntryQuery) -> StoreResult<(Amount, u64)> {
    let mut query = QueryBuilder::new(SUM);
    query.push(ENTRY_FROM);
    push_filter(&mut query, wanted);
    summed(connection, query).await
}

async fn summed(connection: &mut PgConnection, query: QueryBuilder<Postgres>) -> StoreResult<(Amount, u64)> {
    let read = |row: &crate::row::Got| Ok((value::amount("sum", &row.word("sum")?)?, row.count("entries")?));
    Ok(first(connection, query, read).await?.unwrap_or_default())
}

pub(super) async fn ledger_side(connection: &mut PgConnection, span: &ProofSpan) -> StoreResult<LedgerSide> {
    let to = span.period_to.to_string();
    let mut query = QueryBuilder::new(
        "SELECT coalesce(sum(d.credit - d.debit), 0)::text AS sum, 0::bigint AS entries FROM balance_day d WHERE d.balance_key = ",
    );
    query.push_bind(span.balance_key).push(" AND d.day <= ").push_bind(to.clone()).push("::date");
    let (balance, _) = summed(connection, query).await?;

    let open = EntryQuery {
        from: Some(span.baseline),
        open: span.open.clone(),
        ..EntryQuery::new(span.balance_key, span.period_to)
    };
    let (unmatched, unmatched_entries) = sum(connection, &open).await?;
    let (outstanding, outstanding_entries) =
        sum(connection, &EntryQuery { from: None, outstanding: true, ..open }).await?;
    let (matched_later_dated, _) = summed(connection, on_statements(span, ">", "<=")).await?;
    let (matched_on_later, _) = summed(connection, on_statements(span, "<=", ">")).await?;
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

/// Matched entries dated on one side of the end of the period, on statements of one side of this one. Statements stand in
/// the order of their last day, then of their import.
fn on_statements(span: &ProofSpan, dated: &str, statements: &str) -> QueryBuilder<Postgres> {
    let to = span.period_to.to_string();
    let mut query = QueryBuilder::new(SUM);
    query.push(
        " FROM entry e JOIN match_entry me ON me.balance_key = e.balance_key AND me.txn_key = e.txn_key
          JOIN match m ON m.key = me.match_key JOIN statement s ON s.key = m.statement_key WHERE e.balance_key = ",
    );
    query.push_bind(span.balance_key);
    query.push(format!(" AND e.effective_date {dated} ")).push_bind(to.clone());
    query.push(format!("::date AND (s.period_to, s.key) {statements} (")).push_bind(to);
    query.push("::date, ").push_bind(span.statement_key).push(")");
    query
}
