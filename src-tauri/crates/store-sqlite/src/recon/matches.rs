//! Matches, rejections, outstanding entries, the log of the desk and signatures.

use jiff::Timestamp;
use serde_json::json;
use sqlx::{QueryBuilder, SqliteConnection};
use store::recon::{ActionRecord, MatchRecord, NewMatch, SignOffRecord};
use store::rows::{self, Fields, value::micros};
use store::{StoreError, StoreResult};

use super::rows::MATCH;
use crate::error::{from_sqlx, taken};
use crate::row::all;
use crate::sql::list;

pub(super) async fn by_id(connection: &mut SqliteConnection, id: &str) -> StoreResult<Option<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query.push("WHERE m.id = ").push_bind(id.to_owned());
    Ok(all(connection, query, rows::matched).await?.pop())
}

pub(super) async fn by_key(connection: &mut SqliteConnection, key: i64) -> StoreResult<Option<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query.push("WHERE m.key = ").push_bind(key);
    Ok(all(connection, query, rows::matched).await?.pop())
}

pub(super) async fn standing(connection: &mut SqliteConnection, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query.push("WHERE m.undone_at IS NULL AND m.statement_key = ").push_bind(statement_key).push(" ORDER BY m.key");
    all(connection, query, rows::matched).await
}

pub(super) async fn postings(connection: &mut SqliteConnection, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
    let mut query = QueryBuilder::new(MATCH);
    query
        .push("WHERE m.posted_key IS NOT NULL AND m.statement_key = ")
        .push_bind(statement_key)
        .push(" ORDER BY m.key");
    all(connection, query, rows::matched).await
}

pub(super) async fn sides(connection: &mut SqliteConnection, key: i64) -> StoreResult<(Vec<i64>, Vec<i64>)> {
    let lines = sqlx::query_scalar("SELECT line_key FROM match_line WHERE match_key = ? ORDER BY line_key")
        .bind(key)
        .fetch_all(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    let entries = sqlx::query_scalar("SELECT txn_key FROM match_entry WHERE match_key = ? ORDER BY txn_key")
        .bind(key)
        .fetch_all(connection)
        .await
        .map_err(from_sqlx)?;
    Ok((lines, entries))
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    new: &NewMatch,
    balance_key: i64,
    lines: &[i64],
    entries: &[i64],
) -> StoreResult<i64> {
    let key: i64 = sqlx::query_scalar(
        "INSERT INTO match (id, statement_key, kind, tier, rule_id, run_key, reasons, posted_key, posted_kind, confirmed_at, confirmed_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
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
    connection: &mut SqliteConnection,
    key: i64,
    balance_key: i64,
    lines: &[i64],
    entries: &[i64],
) -> StoreResult<()> {
    sqlx::query("INSERT INTO match_line (line_key, match_key) SELECT value, ? FROM json_each(?)")
        .bind(key)
        .bind(list(lines))
        .execute(&mut *connection)
        .await
        .map_err(|error| taken(error, "match"))?;
    sqlx::query("INSERT INTO match_entry (balance_key, txn_key, match_key) SELECT ?, value, ? FROM json_each(?)")
        .bind(balance_key)
        .bind(key)
        .bind(list(entries))
        .execute(connection)
        .await
        .map_err(|error| taken(error, "match"))?;
    Ok(())
}

pub(super) async fn insert_pairs(
    connection: &mut SqliteConnection,
    balance_key: i64,
    matches: &[(NewMatch, i64, i64)],
) -> StoreResult<Vec<i64>> {
    let rows: Vec<_> = matches
        .iter()
        .map(|(new, line, entry)| {
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
        })
        .collect();
    let rows = list(&rows);
    sqlx::query(
        "INSERT INTO match (id, statement_key, kind, tier, rule_id, run_key, reasons, confirmed_at, confirmed_by)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
         FROM json_each(?) ORDER BY json_each.key",
    )
    .bind(&rows)
    .execute(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    for sql in [
        "INSERT INTO match_line (line_key, match_key) SELECT j.value ->> 9, m.key FROM json_each(?1) j CROSS JOIN match m ON m.id = j.value ->> 0 WHERE ?2 = ?2",
        "INSERT INTO match_entry (txn_key, match_key, balance_key) SELECT j.value ->> 10, m.key, ?2 FROM json_each(?1) j CROSS JOIN match m ON m.id = j.value ->> 0",
    ] {
        sqlx::query(sql)
            .bind(&rows)
            .bind(balance_key)
            .execute(&mut *connection)
            .await
            .map_err(|error| taken(error, "match"))?;
    }
    let keys = sqlx::query_scalar(
        "SELECT m.key FROM json_each(?) j CROSS JOIN match m ON m.id = j.value ->> 0 ORDER BY j.key",
    )
    .bind(&rows)
    .fetch_all(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(keys)
}

pub(super) async fn undo(connection: &mut SqliteConnection, keys: &[i64], at: Timestamp) -> StoreResult<()> {
    let keys = list(keys);
    for sql in [
        "DELETE FROM match_line WHERE match_key IN (SELECT value FROM json_each(?1)) AND ?2 = ?2",
        "DELETE FROM match_entry WHERE match_key IN (SELECT value FROM json_each(?1)) AND ?2 = ?2",
        "UPDATE match SET undone_at = ?2 WHERE key IN (SELECT value FROM json_each(?1))",
    ] {
        sqlx::query(sql).bind(&keys).bind(micros(at)).execute(&mut *connection).await.map_err(from_sqlx)?;
    }
    Ok(())
}

pub(super) async fn restore(
    connection: &mut SqliteConnection,
    key: i64,
    balance_key: i64,
    lines: &[i64],
    entries: &[i64],
) -> StoreResult<()> {
    sqlx::query("UPDATE match SET undone_at = NULL WHERE key = ?")
        .bind(key)
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    close(connection, key, balance_key, lines, entries).await
}

pub(super) async fn rejected(connection: &mut SqliteConnection, statement_key: i64) -> StoreResult<Vec<(i64, i64)>> {
    let mut query = QueryBuilder::new(
        "SELECT r.line_key, r.txn_key FROM statement_line l JOIN rejected_pair r ON r.line_key = l.key WHERE l.statement_key = ",
    );
    query.push_bind(statement_key).push(" ORDER BY r.line_key, r.txn_key");
    all(connection, query, |row| Ok((row.key("line_key")?, row.key("txn_key")?))).await
}

pub(super) async fn put_rejected(
    connection: &mut SqliteConnection,
    line_key: i64,
    txn_key: i64,
    at: Timestamp,
    actor: &str,
) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO rejected_pair (line_key, txn_key, at, actor) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
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

pub(super) async fn delete_rejected(
    connection: &mut SqliteConnection,
    line_key: i64,
    txn_key: i64,
) -> StoreResult<bool> {
    let done = sqlx::query("DELETE FROM rejected_pair WHERE line_key = ? AND txn_key = ?")
        .bind(line_key)
        .bind(txn_key)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn put_outstanding(
    connection: &mut SqliteConnection,
    statement_key: i64,
    balance_key: i64,
    keys: &[i64],
    at: Timestamp,
    actor: &str,
) -> StoreResult<()> {
    sqlx::query("INSERT INTO outstanding (balance_key, txn_key, statement_key, at, actor) SELECT ?, value, ?, ?, ? FROM json_each(?)")
        .bind(balance_key)
        .bind(statement_key)
        .bind(micros(at))
        .bind(actor)
        .bind(list(keys))
        .execute(connection)
        .await
        .map_err(|error| taken(error, "outstanding entry"))?;
    Ok(())
}

pub(super) async fn delete_outstanding(
    connection: &mut SqliteConnection,
    balance_key: i64,
    keys: &[i64],
) -> StoreResult<()> {
    sqlx::query("DELETE FROM outstanding WHERE balance_key = ? AND txn_key IN (SELECT value FROM json_each(?))")
        .bind(balance_key)
        .bind(list(keys))
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn actions(connection: &mut SqliteConnection, statement_key: i64) -> StoreResult<Vec<ActionRecord>> {
    let mut query = QueryBuilder::new("SELECT * FROM desk_action WHERE statement_key = ");
    query.push_bind(statement_key).push(" ORDER BY key DESC");
    all(connection, query, rows::action).await
}

pub(super) async fn action_by_key(connection: &mut SqliteConnection, key: i64) -> StoreResult<Option<ActionRecord>> {
    let mut query = QueryBuilder::new("SELECT * FROM desk_action WHERE key = ");
    query.push_bind(key);
    Ok(all(connection, query, rows::action).await?.pop())
}

pub(super) async fn insert_action(connection: &mut SqliteConnection, action: &ActionRecord) -> StoreResult<i64> {
    sqlx::query_scalar("INSERT INTO desk_action (statement_key, at, actor, kind, summary, undo) VALUES (?, ?, ?, ?, ?, ?) RETURNING key")
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
    connection: &mut SqliteConnection,
    key: i64,
    undone: Option<(Timestamp, &str)>,
) -> StoreResult<()> {
    let done = sqlx::query("UPDATE desk_action SET undone_at = ?, undone_by = ? WHERE key = ?")
        .bind(undone.map(|(at, _)| micros(at)))
        .bind(undone.map(|(_, by)| by))
        .bind(key)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("the action")) }
}

pub(super) async fn sign_offs(
    connection: &mut SqliteConnection,
    statement_key: i64,
) -> StoreResult<Vec<SignOffRecord>> {
    let mut query = QueryBuilder::new("SELECT * FROM sign_off WHERE statement_key = ");
    query.push_bind(statement_key).push(" ORDER BY version");
    all(connection, query, rows::sign_off).await
}

pub(super) async fn insert_sign_off(
    connection: &mut SqliteConnection,
    statement_key: i64,
    new: &SignOffRecord,
) -> StoreResult<()> {
    sqlx::query("INSERT INTO sign_off (statement_key, version, signed_at, signed_by, report) VALUES (?, ?, ?, ?, ?)")
        .bind(statement_key)
        .bind(new.version)
        .bind(micros(new.signed_at))
        .bind(&new.signed_by)
        .bind(new.report.to_string())
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn reopen(
    connection: &mut SqliteConnection,
    statement_key: i64,
    version: u32,
    at: Timestamp,
    actor: &str,
    reason: &str,
) -> StoreResult<()> {
    let done = sqlx::query(
        "UPDATE sign_off SET reopened_at = ?, reopened_by = ?, reopen_reason = ? WHERE statement_key = ? AND version = ? AND reopened_at IS NULL",
    )
    .bind(micros(at))
    .bind(actor)
    .bind(reason)
    .bind(statement_key)
    .bind(version)
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("the signature")) }
}
