//! The register of one balance, with the balance after each entry.

use ledger::Amount;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use store::ledger::RegisterRecord;
use store::page::{from_nearer_end, window, words};
use store::rows::{self, Fields, value};
use store::{Page, Query, StoreError, StoreResult, register};

use super::rows::TRANSACTION;
use crate::conditions::{Column, push_filter};
use crate::row::{all, number};
use crate::sql::{anywhere, push_found};

const FIELDS: &[(&str, Column)] = &[("date", Column::Day("e.effective_date"))];

fn filter(builder: &mut QueryBuilder<Postgres>, balance_key: i64, query: &Query) -> StoreResult<()> {
    builder.push(" WHERE e.balance_key = ").push_bind(balance_key);
    push_filter(builder, FIELDS, None, query)?;
    if let Some(text) = words(query) {
        // A commit is found by the words of its hold.
        builder.push(
            " AND EXISTS (SELECT 1 FROM txn t JOIN txn f ON f.key = coalesce(t.parent_key, t.key) WHERE t.key = e.txn_key AND (f.words LIKE ",
        );
        builder.push_bind(anywhere(text));
        // Its own name would fit every row of a register: only the other side counts.
        builder.push(
            " OR EXISTS (SELECT 1 FROM balance n WHERE n.key = CASE e.side WHEN 'credit' THEN t.source_key ELSE t.destination_key END
              AND ",
        );
        push_found(builder, "n.name", text);
        builder.push(")))");
    }
    Ok(())
}

pub(super) async fn page(
    connection: &mut PgConnection,
    balance_key: i64,
    query: &Query,
) -> StoreResult<Page<RegisterRecord>> {
    let ascending = match query.sort.first() {
        Some(sort) if sort.field == "date" => !sort.descending,
        Some(sort) => return Err(StoreError::UnknownField(sort.field.clone())),
        None => false,
    };
    let mut counting = QueryBuilder::new("SELECT count(*) FROM entry e");
    filter(&mut counting, balance_key, query)?;
    let total = number(connection, counting).await?;
    let (limit, offset) = window(query);
    let (limit, offset, reverse) = from_nearer_end(limit, offset, total);
    let mut builder = QueryBuilder::new(
        "SELECT e.txn_key, e.effective_date::text, e.side, e.amount::text, (SELECT m.id FROM match_entry me JOIN match m ON m.key = me.match_key \
         WHERE me.balance_key = e.balance_key AND me.txn_key = e.txn_key) AS matched FROM entry e",
    );
    filter(&mut builder, balance_key, query)?;
    let direction = if ascending != reverse { "ASC" } else { "DESC" };
    builder
        .push(format!(" ORDER BY e.effective_date {direction}, e.txn_key {direction} LIMIT {limit} OFFSET {offset}"));
    let mut entries = all(connection, builder, rows::register_entry).await?;
    if reverse {
        entries.reverse();
    }
    let running = running_balances(connection, balance_key, &entries).await?;
    let mut builder = QueryBuilder::new(TRANSACTION);
    builder.push("WHERE t.key = ANY(");
    builder.push_bind(entries.iter().map(|entry| entry.txn_key).collect::<Vec<i64>>()).push(")");
    let journal = all(connection, builder, rows::transaction).await?;
    Ok(Page { rows: register::complete(entries, running, journal)?, total: value::count(total) })
}

/// The balance after each entry: the days before it, and the entries of its day up to it. Running balances follow day
/// and booking, whatever is filtered.
async fn running_balances(
    connection: &mut PgConnection,
    balance_key: i64,
    entries: &[register::Entry],
) -> StoreResult<Vec<Amount>> {
    let mut query =
        QueryBuilder::new("SELECT (coalesce((SELECT sum(d.credit - d.debit) FROM balance_day d WHERE d.balance_key = ");
    query.push_bind(balance_key).push(" AND d.day < x.day), 0) + (SELECT sum(CASE e.side WHEN 'credit' THEN e.amount ELSE -e.amount END) FROM entry e WHERE e.balance_key = ");
    query.push_bind(balance_key);
    query.push(" AND e.effective_date = x.day AND e.txn_key <= x.key))::text AS running FROM unnest(");
    query.push_bind(entries.iter().map(|entry| entry.txn_key).collect::<Vec<i64>>()).push("::bigint[], ");
    query.push_bind(entries.iter().map(|entry| entry.day.to_string()).collect::<Vec<String>>());
    query.push("::text[]::date[]) WITH ORDINALITY AS x (key, day, place) ORDER BY x.place");
    all(connection, query, |row| value::amount("register", &row.word("running")?)).await
}
