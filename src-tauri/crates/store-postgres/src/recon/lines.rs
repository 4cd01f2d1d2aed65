//! Statement lines as the desk sees them.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use store::recon::{DeskLineRecord, LineFigures, LineFilter, LineQuery, LineRecord, LineSort};
use store::rows::{self, Fields, value};
use store::{Page, StoreResult};

use crate::row::{all, number};
use crate::sql::push_words;

/// A table `l` joined with `ml` (match_line) and `m` (match).
pub(crate) const LINE: &str = "l.key, l.id, l.statement_key, l.position, l.booking_date::text, l.value_date::text, l.amount::text, l.description, \
     l.reference, l.counterparty, ml.match_key, m.id AS match_id";
pub(crate) const LINE_FROM: &str =
    " FROM statement_line l LEFT JOIN match_line ml ON ml.line_key = l.key LEFT JOIN match m ON m.key = ml.match_key ";
const PROPOSAL: &str =
    "p.run_key, p.line_key, p.txn_key, p.score, p.margin, p.tier, p.rule_id, p.difference::text, p.detail::text";
const IN_ORDER: &str = " ORDER BY l.position, l.key";

fn select() -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(LINE_FROM);
    query
}

pub(super) async fn by_id(connection: &mut PgConnection, ids: &[String]) -> StoreResult<Vec<LineRecord>> {
    let mut query = select();
    query.push("WHERE l.id = ANY(").push_bind(ids.to_vec()).push(")").push(IN_ORDER);
    all(connection, query, rows::line).await
}

pub(super) async fn by_key(connection: &mut PgConnection, keys: &[i64]) -> StoreResult<Vec<LineRecord>> {
    let mut query = select();
    query.push("WHERE l.key = ANY(").push_bind(keys.to_vec()).push(")").push(IN_ORDER);
    all(connection, query, rows::line).await
}

pub(super) async fn of_match(connection: &mut PgConnection, match_key: i64) -> StoreResult<Vec<LineRecord>> {
    let mut query = select();
    query.push("WHERE ml.match_key = ").push_bind(match_key).push(IN_ORDER);
    all(connection, query, rows::line).await
}

pub(super) async fn of_statement(
    connection: &mut PgConnection,
    statement_key: i64,
    open_only: bool,
) -> StoreResult<Vec<LineRecord>> {
    let mut query = select();
    query.push("WHERE l.active AND l.statement_key = ").push_bind(statement_key);
    if open_only {
        query.push(" AND ml.line_key IS NULL");
    }
    query.push(IN_ORDER);
    all(connection, query, rows::line).await
}

/// Joins the live proposal as `p`: the entry is free, and nobody rejected the pair.
fn push_live(query: &mut QueryBuilder<Postgres>, run_key: Option<i64>, balance_key: i64) {
    query.push(" LEFT JOIN proposal p ON p.run_key = ").push_bind(run_key);
    query.push(
        " AND p.line_key = l.key AND ml.line_key IS NULL
          AND NOT EXISTS (SELECT 1 FROM match_entry x WHERE x.txn_key = p.txn_key AND x.balance_key = ",
    );
    query.push_bind(balance_key);
    query.push(") AND NOT EXISTS (SELECT 1 FROM rejected_pair r WHERE r.line_key = l.key AND r.txn_key = p.txn_key) ");
}

fn push_filter(query: &mut QueryBuilder<Postgres>, wanted: &LineQuery) {
    query.push(" WHERE l.active AND l.statement_key = ").push_bind(wanted.statement_key);
    match wanted.filter {
        LineFilter::Open => query.push(" AND ml.line_key IS NULL"),
        LineFilter::Confirmed => query.push(" AND ml.line_key IS NOT NULL"),
        LineFilter::All => query,
    };
    if let Some(after) = wanted.after {
        query.push(" AND l.position > ").push_bind(i64::from(after));
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
    let key = match wanted.sort {
        LineSort::Position => String::new(),
        LineSort::Date => format!("l.booking_date {direction}, "),
        LineSort::Amount => format!("l.amount {direction}, "),
        LineSort::Tier => format!(
            "CASE WHEN ml.line_key IS NOT NULL THEN 5 WHEN p.tier = 'certain' THEN 0 WHEN p.tier = 'likely' THEN 1
             WHEN p.tier = 'possible' THEN 2 WHEN p.tier = 'ambiguous' THEN 3 ELSE 4 END {direction}, "
        ),
    };
    let last = if wanted.sort == LineSort::Position { direction } else { "ASC" };
    format!(" ORDER BY {key}l.position {last}, l.key {last}")
}

pub(super) async fn page(connection: &mut PgConnection, wanted: &LineQuery) -> StoreResult<Page<DeskLineRecord>> {
    let mut query = QueryBuilder::new("SELECT count(*)");
    query.push(LINE_FROM);
    push_live(&mut query, wanted.run_key, wanted.balance_key);
    push_filter(&mut query, wanted);
    let total = number(connection, query).await?;

    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(", ").push(PROPOSAL).push(LINE_FROM);
    push_live(&mut query, wanted.run_key, wanted.balance_key);
    push_filter(&mut query, wanted);
    query.push(order(wanted)).push(" LIMIT ").push_bind(i64::from(wanted.limit));
    query.push(" OFFSET ").push_bind(i64::try_from(wanted.offset).unwrap_or(i64::MAX));
    Ok(Page { rows: all(connection, query, rows::desk_line).await?, total: value::count(total) })
}

pub(super) async fn live_proposals(
    connection: &mut PgConnection,
    run_key: i64,
    balance_key: i64,
    tier: &str,
) -> StoreResult<Vec<DeskLineRecord>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(LINE).push(", ").push(PROPOSAL).push(LINE_FROM);
    push_live(&mut query, Some(run_key), balance_key);
    query.push(" WHERE l.active AND l.statement_key = (SELECT statement_key FROM run WHERE key = ").push_bind(run_key);
    query.push(") AND ml.line_key IS NULL AND p.tier = ").push_bind(tier.to_owned()).push(IN_ORDER);
    all(connection, query, rows::desk_line).await
}

pub(super) async fn tiers(
    connection: &mut PgConnection,
    statement_key: i64,
    balance_key: i64,
    run_key: Option<i64>,
) -> StoreResult<Vec<(String, u32)>> {
    let mut query = QueryBuilder::new("SELECT coalesce(p.tier, 'none') AS tier, count(*) AS lines");
    query.push(LINE_FROM);
    push_live(&mut query, run_key, balance_key);
    query.push(" WHERE l.active AND ml.line_key IS NULL AND l.statement_key = ").push_bind(statement_key);
    query.push(" GROUP BY 1 ORDER BY 1");
    all(connection, query, |row| Ok((row.word("tier")?, row.small("lines")?))).await
}

/// Counts and exact sums, by whether a line is confirmed and by its sign.
pub(super) async fn figures(connection: &mut PgConnection, statement_key: i64) -> StoreResult<LineFigures> {
    let mut query = QueryBuilder::new(
        "SELECT ml.line_key IS NOT NULL AS confirmed, l.amount < 0 AS negative, count(*) AS lines, sum(l.amount)::text AS sum
         FROM statement_line l LEFT JOIN match_line ml ON ml.line_key = l.key WHERE l.active AND l.statement_key = ",
    );
    query.push_bind(statement_key).push(" GROUP BY 1, 2");
    let parts = all(connection, query, |row| {
        let sum = value::amount("statement line", &row.word("sum")?)?;
        Ok((row.flag("confirmed")?, row.flag("negative")?, row.count("lines")?, sum))
    })
    .await?;
    let mut figures = LineFigures::default();
    for (confirmed, negative, lines, sum) in parts {
        figures.lines += lines;
        let (target, counter) = match (confirmed, negative) {
            (true, false) => (&mut figures.confirmed_in, &mut figures.confirmed_in_lines),
            (true, true) => (&mut figures.confirmed_out, &mut figures.confirmed_out_lines),
            (false, false) => (&mut figures.open_in, &mut figures.open_in_lines),
            (false, true) => (&mut figures.open_out, &mut figures.open_out_lines),
        };
        *target = sum;
        *counter = lines;
    }
    Ok(figures)
}
