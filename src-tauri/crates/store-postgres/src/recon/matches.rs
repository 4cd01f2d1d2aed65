//! Matches, rejections, outstanding entries, the log of the desk and signatures.

use jiff::Timestamp;
use serde_json::json;
use sqlx::{PgConnection, QueryBuilder};
use store::recon::{ActionRecord, MatchRecord, NewMatch, SignOffRecord};
use store::rows::{self, Fields, value::micros};
use store::{StoreError, StoreResult};

use super::imports::list;
use crate::error::from_sqlx;
use crate::row::{all, first};

const MATCH: &str = "SELECT m.key, m.id, m.statement_key, m.kind, m.tier, m.rule_id, m.reasons::text, m.posted_key, m.posted_kind, m.confirmed_at, \
     m.confirmed_by, m.undone_at, (SELECT count(*) FROM match_line ml WHERE ml.match_key = m.key) AS lines FROM match m ";
const ACTION: &str =
    "SELECT key, statement_key, at, actor, kind, summary, undo::text, undone_at, undone_by FROM desk_action ";

pub(super) async fn by_id(connection: &mut PgConnection, id: &str) -> StoreResult<Option<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query.push("WHERE m.id = ").push_bind(id.to_owned());
    first(connection, query, rows::matched).await
}

pub(super) async fn by_key(connection: &mut PgConnection, key: i64) -> StoreResult<Option<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query.push("WHERE m.key = ").push_bind(key);
    first(connection, query, rows::matched).await
}

pub(super) async fn standing(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query.push("WHERE m.undone_at IS NULL AND m.statement_key = ").push_bind(statement_key).push(" ORDER BY m.key");
    all(connection, query, rows::matched).await
}

pub(super) async fn postings(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query
        .push("WHERE m.posted_key IS NOT NULL AND m.statement_key = ")
        .push_bind(statement_key)
        .push(" ORDER BY m.key");
    all(connection, query, rows::matched).await
}

pub(super) async fn sides(connection: &mut PgConnection, key: i64) -> StoreResult<(Vec<i64>, Vec<i64>)> {
    let lines = sqlx::query_scalar("SELECT line_key FROM match_line WHERE match_key = $1 ORDER BY line_key")
        .bind(key)
        .fetch_all(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    let entries = sqlx::query_scalar("SELECT txn_key FROM match_entry WHERE match_key = $1 ORDER BY txn_key")
        .bind(key)
        .fetch_all(connection)
        .await
        .map_err(from_sqlx)?;
    Ok((lines, entries))
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    new: &NewMatch,
    balance_key: i64,
    lines: &[i64],
    entries: &[i64],
) -> StoreResult<i64> {
    let key: i64 = sqlx::query_scalar(
        "INSERT INTO match (id, statement_key, kind, tier, rule_id, run_key, reasons, posted_key, posted_kind, confirmed_at, confirmed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8, $9, $10, $11) RETURNING key",
    )
    .bind(&new.id)
    .bind(new.statement_key)
    .bind(new.kind)
    .bind(&new.tier)
    .bind(&new.rule_id)
    .bind(new.run_key)
    .bind(new.reasons.to_string())
    .bind(new.posted.map(|(key, _)| key))
    .bind(new.posted.map(|(_, kind)| kind))
    .bind(micros(new.at))
    .bind(&new.actor)
    .fetch_one(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    close(connection, key, balance_key, lines, entries).await?;
    Ok(key)
}

/// Puts both sides into the match; the primary keys refuse what is in another one.
async fn close(
    connection: &mut PgConnection,
    key: i64,
    balance_key: i64,
    lines: &[i64],
    entries: &[i64],
) -> StoreResult<()> {
    sqlx::query("INSERT INTO match_line (line_key, match_key) SELECT unnest($2::bigint[]), $1")
        .bind(key)
        .bind(lines)
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    sqlx::query("INSERT INTO match_entry (balance_key, txn_key, match_key) SELECT $1, unnest($3::bigint[]), $2")
        .bind(balance_key)
        .bind(key)
        .bind(entries)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn insert_pairs(
    connection: &mut PgConnection,
    balance_key: i64,
    matches: &[(NewMatch, i64, i64)],
) -> StoreResult<Vec<i64>> {
    let given = matches.iter().map(|(new, line, entry)| {
        json!([
            new.id,
            new.statement_key,
            new.kind,
            new.tier,
            new.rule_id,
            new.run_key,
            new.reasons.to_string(),
            micros(new.at),
            new.actor,
            line,
            entry
        ])
    });
    let given = list(given.collect());
    sqlx::query(
        "INSERT INTO match (id, statement_key, kind, tier, rule_id, run_key, reasons, confirmed_at, confirmed_by)
         SELECT v ->> 0, (v ->> 1)::bigint, v ->> 2, v ->> 3, v ->> 4, (v ->> 5)::bigint, (v ->> 6)::json, (v ->> 7)::bigint, v ->> 8
         FROM json_array_elements($1::json) WITH ORDINALITY AS j (v, place) ORDER BY j.place",
    )
    .bind(&given)
    .execute(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    let mut query = QueryBuilder::new(
        "WITH made AS (SELECT m.key, (j.v ->> 9)::bigint AS line_key, (j.v ->> 10)::bigint AS txn_key, j.place FROM json_array_elements(",
    );
    query.push_bind(given);
    query.push(
        "::json) WITH ORDINALITY AS j (v, place) JOIN match m ON m.id = j.v ->> 0),
         lines AS (INSERT INTO match_line (line_key, match_key) SELECT line_key, key FROM made),
         entries AS (INSERT INTO match_entry (balance_key, txn_key, match_key) SELECT ",
    );
    query.push_bind(balance_key).push("::bigint, txn_key, key FROM made) SELECT key FROM made ORDER BY place");
    all(connection, query, |row| row.key("key")).await
}

pub(super) async fn undo(connection: &mut PgConnection, keys: &[i64], at: Timestamp) -> StoreResult<()> {
    for sql in ["DELETE FROM match_line WHERE match_key = ANY($1)", "DELETE FROM match_entry WHERE match_key = ANY($1)"]
    {
        sqlx::query(sql).bind(keys).execute(&mut *connection).await.map_err(from_sqlx)?;
    }
    sqlx::query("UPDATE match SET undone_at = $2 WHERE key = ANY($1)")
        .bind(keys)
        .bind(micros(at))
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn restore(
    connection: &mut PgConnection,
    key: i64,
    balance_key: i64,
    lines: &[i64],
    entries: &[i64],
) -> StoreResult<()> {
    sqlx::query("UPDATE match SET undone_at = NULL WHERE key = $1")
        .bind(key)
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    close(connection, key, balance_key, lines, entries).await
}

pub(super) async fn rejected(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Vec<(i64, i64)>> {
    let mut query = QueryBuilder::new(
        "SELECT r.line_key, r.txn_key FROM statement_line l JOIN rejected_pair r ON r.line_key = l.key WHERE l.statement_key = ",
    );
    query.push_bind(statement_key).push(" ORDER BY r.line_key, r.txn_key");
    all(connection, query, |row| Ok((row.key("line_key")?, row.key("txn_key")?))).await
}

pub(super) async fn put_rejected(
    connection: &mut PgConnection,
    line_key: i64,
    txn_key: i64,
    at: Timestamp,
    actor: &str,
) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO rejected_pair (line_key, txn_key, at, actor) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(line_key)
    .bind(txn_key)
    .bind(micros(at))
    .bind(actor)
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete_rejected(connection: &mut PgConnection, line_key: i64, txn_key: i64) -> StoreResult<bool> {
    let done = sqlx::query("DELETE FROM rejected_pair WHERE line_key = $1 AND txn_key = $2")
        .bind(line_key)
        .bind(txn_key)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn put_outstanding(
    connection: &mut PgConnection,
    statement_key: i64,
    balance_key: i64,
    keys: &[i64],
    at: Timestamp,
    actor: &str,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO outstanding (balance_key, txn_key, statement_key, at, actor) SELECT $1, unnest($5::bigint[]), $2, $3, $4",
    )
    .bind(balance_key)
    .bind(statement_key)
    .bind(micros(at))
    .bind(actor)
    .bind(keys)
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn delete_outstanding(
    connection: &mut PgConnection,
    balance_key: i64,
    keys: &[i64],
) -> StoreResult<()> {
    sqlx::query("DELETE FROM outstanding WHERE balance_key = $1 AND txn_key = ANY($2)")
        .bind(balance_key)
        .bind(keys)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn actions(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Vec<ActionRecord>> {
    let mut query = QueryBuilder::new(ACTION);
    query.push("WHERE statement_key = ").push_bind(statement_key).push(" ORDER BY key DESC");
    all(connection, query, rows::action).await
}

pub(super) async fn action_by_key(connection: &mut PgConnection, key: i64) -> StoreResult<Option<ActionRecord>> {
    let mut query = QueryBuilder::new(ACTION);
    query.push("WHERE key = ").push_bind(key);
    first(connection, query, rows::action).await
}

pub(super) async fn insert_action(connection: &mut PgConnection, action: &ActionRecord) -> StoreResult<i64> {
    sqlx::query_scalar(
        "INSERT INTO desk_action (statement_key, at, actor, kind, summary, undo) VALUES ($1, $2, $3, $4, $5, $6::json) RETURNING key",
    )
    .bind(action.statement_key)
    .bind(micros(action.at))
    .bind(&action.actor)
    .bind(&action.kind)
    .bind(&action.summary)
    .bind(action.undo.to_string())
    .fetch_one(connection)
    .await
    .map_err(from_sqlx)
}

pub(super) async fn mark_action(
    connection: &mut PgConnection,
    key: i64,
    undone: Option<(Timestamp, &str)>,
) -> StoreResult<()> {
    let done = sqlx::query("UPDATE desk_action SET undone_at = $1, undone_by = $2 WHERE key = $3")
        .bind(undone.map(|(at, _)| micros(at)))
        .bind(undone.map(|(_, by)| by))
        .bind(key)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("the action")) }
}

pub(super) async fn sign_offs(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Vec<SignOffRecord>> {
    let mut query = QueryBuilder::new(
        "SELECT version, signed_at, signed_by, report::text, reopened_at, reopened_by, reopen_reason FROM sign_off WHERE statement_key = ",
    );
    query.push_bind(statement_key).push(" ORDER BY version");
    all(connection, query, rows::sign_off).await
}

pub(super) async fn insert_sign_off(
    connection: &mut PgConnection,
    statement_key: i64,
    new: &SignOffRecord,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO sign_off (statement_key, version, signed_at, signed_by, report) VALUES ($1, $2, $3, $4, $5::json)",
    )
    .bind(statement_key)
    .bind(i64::from(new.version))
    .bind(micros(new.signed_at))
    .bind(&new.signed_by)
    .bind(new.report.to_string())
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn reopen(
    connection: &mut PgConnection,
    statement_key: i64,
    version: u32,
    at: Timestamp,
    actor: &str,
    reason: &str,
) -> StoreResult<()> {
    let done = sqlx::query(
        "UPDATE sign_off SET reopened_at = $1, reopened_by = $2, reopen_reason = $3 WHERE statement_key = $4 AND version = $5 AND reopened_at IS NULL",
    )
    .bind(micros(at))
    .bind(actor)
    .bind(reason)
    .bind(statement_key)
    .bind(i64::from(version))
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("the signature")) }
}
