//! Statement lines as the desk sees them.

use ledger::Amount;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use store::recon::{DeskLineRecord, LineFigures, LineFilter, LineQuery, LineRecord, LineSort};
use store::rows::{self, Fields, value};
use store::{Page, StoreResult};

use super::rows::{LINE, LINE_FROM, PROPOSAL};
use crate::error::from_sqlx;
use crate::row::{Got, all};
use crate::sql::{SUM_COLUMNS, exact_sum, list, push_words, read_sum};

pub(super) async fn by_id(connection: &mut SqliteConnection, ids: &[String]) -> StoreResult<Vec<LineRecord>> {
    select(connection, "WHERE l.id IN (SELECT value FROM json_each(", list(ids)).await
}

pub(super) async fn by_key(connection: &mut SqliteConnection, keys: &[i64]) -> StoreResult<Vec<LineRecord>> {
    select(connection, "WHERE l.key IN (SELECT value FROM json_each(", list(keys)).await
}

async fn select(
    connection: &mut SqliteConnection,
    condition: &'static str,
    values: String,
) -> StoreResult<Vec<LineRecord>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(LINE_FROM).push(condition).push_bind(values).push(")) ORDER BY l.position, l.key");
    all(connection, query, rows::line).await
}

pub(super) async fn of_match(connection: &mut SqliteConnection, match_key: i64) -> StoreResult<Vec<LineRecord>> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(LINE)
        .push(LINE_FROM)
        .push("WHERE ml.match_key = ")
        .push_bind(match_key)
        .push(" ORDER BY l.position, l.key");
    all(connection, query, rows::line).await
}

pub(super) async fn of_statement(
    connection: &mut SqliteConnection,
    statement_key: i64,
    open_only: bool,
) -> StoreResult<Vec<LineRecord>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(LINE_FROM).push("WHERE l.active = 1 AND l.statement_key = ").push_bind(statement_key);
    if open_only {
        query.push(" AND ml.line_key IS NULL");
    }
    query.push(" ORDER BY l.position, l.key");
    all(connection, query, rows::line).await
}

/// Joins the live proposal as `p`: the entry is free, and nobody rejected the pair.
fn push_live(query: &mut QueryBuilder<Sqlite>, run_key: Option<i64>, balance_key: i64) {
    query.push(" LEFT JOIN proposal p ON p.run_key = ").push_bind(run_key);
    query.push(
        " AND p.line_key = l.key AND ml.line_key IS NULL
          AND NOT EXISTS (SELECT 1 FROM match_entry x WHERE x.txn_key = p.txn_key AND x.balance_key = ",
    );
    query.push_bind(balance_key);
    query.push(") AND NOT EXISTS (SELECT 1 FROM rejected_pair r WHERE r.line_key = l.key AND r.txn_key = p.txn_key) ");
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, wanted: &LineQuery) {
    query.push(" WHERE l.active = 1 AND l.statement_key = ").push_bind(wanted.statement_key);
    match wanted.filter {
        LineFilter::Open => query.push(" AND ml.line_key IS NULL"),
        LineFilter::Confirmed => query.push(" AND ml.line_key IS NOT NULL"),
        LineFilter::All => query,
    };
    if let Some(after) = wanted.after {
        query.push(" AND l.position > ").push_bind(after);
    }
    match wanted.tier.as_deref() {
        None => {}
        Some("none") => {
            query.push(" AND p.tier IS NULL AND ml.line_key IS NULL");
        }
        Some(tier) => {
            query.push(" AND p.tier = ").push_bind(tier.to_owned());
        }
    }
    let texts = "l.description || ' ' || coalesce(l.reference, '') || ' ' || coalesce(l.counterparty, '')";
    push_words(query, &wanted.words, texts, "l.amount");
}

fn order(wanted: &LineQuery) -> String {
    let direction = if wanted.descending { "DESC" } else { "ASC" };
    let negative = "(substr(l.amount, 1, 1) = '-')";
    let key = match wanted.sort {
        LineSort::Position => String::new(),
        LineSort::Date => format!("l.booking_date {direction}, "),
        // Canonical digits: longer is larger, below zero the other way round.
        LineSort::Amount => {
            let other = if wanted.descending { "ASC" } else { "DESC" };
            format!(
                "{negative} {other}, CASE WHEN {negative} THEN -length(l.amount) ELSE length(l.amount) END {direction},
                 CASE WHEN {negative} THEN l.amount END {other}, l.amount {direction}, "
            )
        }
        LineSort::Tier => format!(
            "CASE WHEN ml.line_key IS NOT NULL THEN 5 WHEN p.tier = 'certain' THEN 0 WHEN p.tier = 'likely' THEN 1
             WHEN p.tier = 'possible' THEN 2 WHEN p.tier = 'ambiguous' THEN 3 ELSE 4 END {direction}, "
        ),
    };
    let last = if wanted.sort == LineSort::Position { direction } else { "ASC" };
    format!(" ORDER BY {key}l.position {last}, l.key {last}")
}

pub(super) async fn page(connection: &mut SqliteConnection, wanted: &LineQuery) -> StoreResult<Page<DeskLineRecord>> {
    let mut query = QueryBuilder::new("SELECT count(*)");
    query.push(LINE_FROM);
    push_live(&mut query, wanted.run_key, wanted.balance_key);
    push_filter(&mut query, wanted);
    let total: i64 = query.build_query_scalar().fetch_one(&mut *connection).await.map_err(from_sqlx)?;

    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(", ").push(PROPOSAL).push(LINE_FROM);
    push_live(&mut query, wanted.run_key, wanted.balance_key);
    push_filter(&mut query, wanted);
    query.push(order(wanted)).push(" LIMIT ").push_bind(wanted.limit);
    query.push(" OFFSET ").push_bind(i64::try_from(wanted.offset).unwrap_or(i64::MAX));
    let rows = all(connection, query, rows::desk_line).await?;
    Ok(Page { rows, total: value::count(total) })
}

pub(super) async fn live_proposals(
    connection: &mut SqliteConnection,
    run_key: i64,
    balance_key: i64,
    tier: &str,
) -> StoreResult<Vec<DeskLineRecord>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(", ").push(PROPOSAL).push(LINE_FROM);
    push_live(&mut query, Some(run_key), balance_key);
    query
        .push(" WHERE l.active = 1 AND l.statement_key = (SELECT statement_key FROM run WHERE key = ")
        .push_bind(run_key);
    query
        .push(") AND ml.line_key IS NULL AND p.tier = ")
        .push_bind(tier.to_owned())
        .push(" ORDER BY l.position, l.key");
    all(connection, query, rows::desk_line).await
}

pub(super) async fn tiers(
    connection: &mut SqliteConnection,
    statement_key: i64,
    balance_key: i64,
    run_key: Option<i64>,
) -> StoreResult<Vec<(String, u32)>> {
    let mut query = QueryBuilder::new("SELECT coalesce(p.tier, 'none') AS tier, count(*) AS lines");
    query.push(LINE_FROM);
    push_live(&mut query, run_key, balance_key);
    query
        .push(" WHERE l.active = 1 AND ml.line_key IS NULL AND l.statement_key = ")
        .push_bind(statement_key)
        .push(" GROUP BY 1 ORDER BY 1");
    all(connection, query, |row| Ok((row.word("tier")?, row.small("lines")?))).await
}

/// Counts and exact sums, by whether a line is confirmed and by its sign.
pub(super) async fn figures(connection: &mut SqliteConnection, statement_key: i64) -> StoreResult<LineFigures> {
    let mut query = QueryBuilder::new(
        "SELECT ml.line_key IS NOT NULL AS confirmed, substr(l.amount, 1, 1) = '-' AS negative, count(*) AS lines, ",
    );
    query.push(exact_sum("ltrim(l.amount, '-')"));
    query.push(" FROM statement_line l LEFT JOIN match_line ml ON ml.line_key = l.key WHERE l.active = 1 AND l.statement_key = ");
    query.push_bind(statement_key).push(" GROUP BY 1, 2");
    let rows = query.build().fetch_all(connection).await.map_err(from_sqlx)?;
    let mut figures = LineFigures::default();
    for row in rows.into_iter().map(Got) {
        debug_assert_eq!(row.0.len(), 3 + SUM_COLUMNS);
        let (lines, sum) = (row.count("lines")?, read_sum(&row.0, 3)?);
        let negative = row.flag("negative")?;
        figures.lines += lines;
        let (target, counter): (&mut Amount, &mut u64) = match (row.flag("confirmed")?, negative) {
            (true, false) => (&mut figures.confirmed_in, &mut figures.confirmed_in_lines),
            (true, true) => (&mut figures.confirmed_out, &mut figures.confirmed_out_lines),
            (false, false) => (&mut figures.open_in, &mut figures.open_in_lines),
            (false, true) => (&mut figures.open_out, &mut figures.open_out_lines),
        };
        *target = if negative { -sum } else { sum };
        *counter = lines;
    }
    Ok(figures)
}
