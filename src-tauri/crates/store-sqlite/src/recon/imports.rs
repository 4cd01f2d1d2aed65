//! Files, mapping profiles, statements and their lines.

use jiff::civil::Date;
use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::StoreResult;
use store::recon::{
    ImportSeen, KnownLine, NewLine, NewStatement, ProfileRecord, SignedRecord, StatementRecord, StatementState,
};
use store::rows::{self, Fields, value::micros};

use super::rows::{SEEN, STATEMENT};
use crate::error::{from_sqlx, taken};
use crate::row::{Got, all};
use crate::sql::list;

pub(super) async fn file_imports(connection: &mut SqliteConnection, sha256: &str) -> StoreResult<Vec<ImportSeen>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(SEEN).push(" FROM statement s").push(WITH_FILE);
    query.push(" WHERE s.state <> 'undone' AND s.file_sha256 = ");
    query.push_bind(sha256.to_owned()).push(" ORDER BY s.key");
    all(connection, query, rows::seen).await
}

/// Columns of a [`KnownLine`] of `statement_line l` before those of [`SEEN`].
const KNOWN: &str = "SELECT l.fingerprint, l.occurrence, l.booking_date, l.amount, l.counterparty, l.running_balance, ";
/// What [`SEEN`] needs beside `statement s`.
const WITH_FILE: &str = " JOIN balance b ON b.key = s.balance_key JOIN source_file f ON f.sha256 = s.file_sha256";

pub(super) async fn known_lines(
    connection: &mut SqliteConnection,
    balance_key: i64,
    fingerprints: &[String],
) -> StoreResult<Vec<KnownLine>> {
    // One look into the index per fingerprint: joined the other way round, every stored line of the account is held
    // against every fingerprint.
    let mut query = QueryBuilder::new(KNOWN);
    query.push(SEEN).push(
        " FROM statement_line l INDEXED BY statement_line_once CROSS JOIN statement s ON s.key = l.statement_key",
    );
    query.push(WITH_FILE).push(" WHERE l.active = 1 AND l.balance_key = ");
    query.push_bind(balance_key).push(" AND l.fingerprint IN (SELECT value FROM json_each(");
    query.push_bind(list(fingerprints)).push(")) ORDER BY l.key");
    all(connection, query, rows::known_line).await
}

pub(super) async fn lines_of_days(
    connection: &mut SqliteConnection,
    balance_key: i64,
    days: &[Date],
) -> StoreResult<Vec<KnownLine>> {
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return Ok(Vec::new()) };
    // Statements are few: only the lines of those that reach one of the days are looked at.
    let mut query = QueryBuilder::new(KNOWN);
    query.push(SEEN).push(" FROM statement s CROSS JOIN statement_line l ON l.statement_key = s.key");
    query.push(WITH_FILE).push(" WHERE l.active = 1 AND s.balance_key = ").push_bind(balance_key);
    query.push(" AND s.period_from <= ").push_bind(last.to_string());
    query.push(" AND s.period_to >= ").push_bind(first.to_string());
    query.push(" AND l.booking_date IN (SELECT value FROM json_each(").push_bind(list(days)).push(")) ORDER BY l.key");
    all(connection, query, rows::known_line).await
}

const PROFILE: &str = "SELECT p.id, p.name, p.fingerprint, p.mapping, p.balance_key, b.id AS balance_id, p.updated_at
     FROM mapping_profile p LEFT JOIN balance b ON b.key = p.balance_key ";

pub(super) async fn profiles(
    connection: &mut SqliteConnection,
    fingerprint: Option<&str>,
) -> StoreResult<Vec<ProfileRecord>> {
    let mut query = QueryBuilder::new(PROFILE);
    if let Some(fingerprint) = fingerprint {
        query.push("WHERE p.fingerprint = ").push_bind(fingerprint.to_owned());
    }
    query.push(" ORDER BY p.name, p.id");
    all(connection, query, rows::profile).await
}

pub(super) async fn put_profile(connection: &mut SqliteConnection, profile: &ProfileRecord) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO mapping_profile (id, name, fingerprint, mapping, balance_key, updated_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name, mapping = excluded.mapping,
             balance_key = excluded.balance_key, updated_at = excluded.updated_at",
    )
    .bind(&profile.id)
    .bind(&profile.name)
    .bind(&profile.fingerprint)
    .bind(profile.mapping.to_string())
    .bind(profile.balance_key)
    .bind(micros(profile.updated_at))
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn delete_profile(connection: &mut SqliteConnection, id: &str) -> StoreResult<bool> {
    let done = sqlx::query("DELETE FROM mapping_profile WHERE id = ?")
        .bind(id)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn put_file(
    connection: &mut SqliteConnection,
    sha256: &str,
    name: &str,
    bytes: &[u8],
    at: i64,
) -> StoreResult<()> {
    // Not `ON CONFLICT DO NOTHING`: the guard against replacing refuses before a conflict is looked for.
    sqlx::query("INSERT INTO source_file (sha256, name, size, bytes, added_at) SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM source_file WHERE sha256 = ?1)")
        .bind(sha256)
        .bind(name)
        .bind(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
        .bind(bytes)
        .bind(at)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn statements(
    connection: &mut SqliteConnection,
    balance_key: Option<i64>,
) -> StoreResult<Vec<StatementRecord>> {
    let mut query = QueryBuilder::new(STATEMENT);
    query.push("WHERE s.state <> 'undone'");
    if let Some(key) = balance_key {
        query.push(" AND s.balance_key = ").push_bind(key);
    }
    query.push(" ORDER BY s.period_to, s.key");
    all(connection, query, rows::statement).await
}

pub(crate) async fn signed_from(
    connection: &mut SqliteConnection,
    balance_keys: &[i64],
    day: Date,
) -> StoreResult<Vec<(i64, SignedRecord)>> {
    let mut query = QueryBuilder::new(SIGNED_OF);
    query.push("SELECT value FROM json_each(").push_bind(list(balance_keys)).push(")");
    push_signed_from(&mut query, day);
    all(connection, query, signed).await
}

/// Signed statements of the balances whose keys follow, as a statement that selects them.
pub(crate) const SIGNED_OF: &str = "SELECT balance_key, id, name, period_to, version FROM statement \
    WHERE state = 'signed' AND balance_key IN (";

/// The end of [`SIGNED_OF`]: those that end on `day` or later, the last first.
pub(crate) fn push_signed_from(query: &mut QueryBuilder<Sqlite>, day: Date) {
    query.push(") AND period_to >= ").push_bind(day.to_string());
    query.push(" ORDER BY period_to DESC, key DESC");
}

/// A row of [`SIGNED_OF`].
pub(crate) fn signed(row: &Got) -> StoreResult<(i64, SignedRecord)> {
    Ok((row.key("balance_key")?, rows::signed(row)?))
}

pub(super) async fn statement_by_id(
    connection: &mut SqliteConnection,
    id: &str,
) -> StoreResult<Option<StatementRecord>> {
    let mut query = QueryBuilder::new(STATEMENT);
    query.push("WHERE s.id = ").push_bind(id.to_owned());
    Ok(all(connection, query, rows::statement).await?.pop())
}

pub(super) async fn insert_statement(connection: &mut SqliteConnection, new: &NewStatement) -> StoreResult<i64> {
    sqlx::query_scalar(
        "INSERT INTO statement (id, balance_key, file_sha256, name, account, period_from, period_to, opening, closing, opening_from,
             closing_from, proof, left_out, state, imported_at, imported_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?) RETURNING key",
    )
    .bind(&new.id)
    .bind(new.balance_key)
    .bind(&new.file_sha256)
    .bind(&new.name)
    .bind(&new.account)
    .bind(new.period_from.to_string())
    .bind(new.period_to.to_string())
    .bind(new.opening.to_string())
    .bind(new.closing.to_string())
    .bind(&new.opening_from)
    .bind(&new.closing_from)
    .bind(new.proof.to_string())
    .bind(new.left_out.to_string())
    .bind(micros(new.imported_at))
    .bind(&new.imported_by)
    .fetch_one(connection)
    .await
    .map_err(from_sqlx)
}

/// Lines sent at once: the database is crossed once per group, not once per line.
const GROUP: usize = 2_000;

pub(super) async fn insert_lines(
    connection: &mut SqliteConnection,
    statement_key: i64,
    balance_key: i64,
    lines: &[NewLine],
) -> StoreResult<()> {
    for group in lines.chunks(GROUP) {
        let rows: Vec<_> = group
            .iter()
            .map(|line| {
                json!([
                    line.id,
                    line.position,
                    line.booking_date.to_string(),
                    line.value_date.map(|day| day.to_string()),
                    line.amount.to_string(),
                    line.description,
                    line.reference,
                    line.counterparty,
                    line.counterparty_account,
                    line.running_balance.as_ref().map(ToString::to_string),
                    line.raw.to_string(),
                    line.fingerprint,
                    line.occurrence
                ])
            })
            .collect();
        sqlx::query(
            "INSERT INTO statement_line (id, statement_key, balance_key, position, booking_date, value_date, amount, description, reference,
                 counterparty, counterparty_account, running_balance, raw, fingerprint, occurrence)
             SELECT value ->> 0, ?, ?, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                 value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12
             FROM json_each(?) ORDER BY json_each.key",
        )
        .bind(statement_key)
        .bind(balance_key)
        .bind(list(&rows))
        .execute(&mut *connection)
        .await
        .map_err(|error| taken(error, "statement line"))?;
    }
    Ok(())
}

pub(super) async fn set_statement_state(
    connection: &mut SqliteConnection,
    key: i64,
    state: StatementState,
    version: u32,
) -> StoreResult<()> {
    sqlx::query("UPDATE statement SET state = ?, version = ? WHERE key = ?")
        .bind(rows::state_word(state))
        .bind(version)
        .bind(key)
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    if state == StatementState::Undone {
        sqlx::query("UPDATE statement_line SET active = 0 WHERE statement_key = ?")
            .bind(key)
            .execute(&mut *connection)
            .await
            .map_err(from_sqlx)?;
        // A statement that is not there any more carries nothing to a later one.
        sqlx::query("DELETE FROM outstanding WHERE statement_key = ?")
            .bind(key)
            .execute(connection)
            .await
            .map_err(from_sqlx)?;
    }
    Ok(())
}
