//! Files, mapping profiles, statements and their lines.

use jiff::civil::Date;
use serde_json::{Value, json};
use sqlx::{PgConnection, QueryBuilder};
use store::StoreResult;
use store::recon::{
    ImportSeen, KnownLine, NewLine, NewStatement, ProfileRecord, SignedRecord, StatementRecord, StatementState,
};
use store::rows::{self, Fields, state_word, value::micros};

use crate::error::from_sqlx;
use crate::row::{all, first};

const STATEMENT: &str = "SELECT s.key, s.id, s.balance_key, b.id AS balance_id, b.name AS balance_name, b.currency, b.exponent, s.file_sha256, \
     f.name AS file_name, s.name, s.account, s.period_from::text, s.period_to::text, s.opening::text, s.closing::text, s.opening_from, s.closing_from, \
     s.proof::text, s.left_out::text, s.state, s.version, s.imported_at, s.imported_by \
     FROM statement s JOIN balance b ON b.key = s.balance_key JOIN source_file f ON f.sha256 = s.file_sha256 ";

const SEEN: &str = "s.id AS statement_id, s.name AS statement_name, f.name AS file_name, b.id AS balance_id, b.name AS balance_name, s.imported_at";

pub(super) async fn file_imports(connection: &mut PgConnection, sha256: &str) -> StoreResult<Vec<ImportSeen>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(SEEN).push(
        " FROM statement s JOIN balance b ON b.key = s.balance_key JOIN source_file f ON f.sha256 = s.file_sha256
         WHERE s.state <> 'undone' AND s.file_sha256 = ",
    );
    query.push_bind(sha256.to_owned()).push(" ORDER BY s.key");
    all(connection, query, rows::seen).await
}

/// Columns of a [`KnownLine`] of `statement_line l` before those of [`SEEN`].
const KNOWN: &str = "SELECT l.fingerprint, l.occurrence, l.booking_date::text, l.amount::text, l.counterparty, \
     l.running_balance::text, ";
const KNOWN_FROM: &str = " FROM statement_line l JOIN statement s ON s.key = l.statement_key
     JOIN balance b ON b.key = s.balance_key JOIN source_file f ON f.sha256 = s.file_sha256
     WHERE l.active AND l.balance_key = ";

pub(super) async fn known_lines(
    connection: &mut PgConnection,
    balance_key: i64,
    fingerprints: &[String],
) -> StoreResult<Vec<KnownLine>> {
    let mut query = QueryBuilder::new(KNOWN);
    query.push(SEEN).push(KNOWN_FROM).push_bind(balance_key);
    query.push(" AND l.fingerprint = ANY(").push_bind(fingerprints.to_vec()).push(") ORDER BY l.key");
    all(connection, query, rows::known_line).await
}

pub(super) async fn lines_of_days(
    connection: &mut PgConnection,
    balance_key: i64,
    days: &[Date],
) -> StoreResult<Vec<KnownLine>> {
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return Ok(Vec::new()) };
    // Statements are few: only the lines of those that reach one of the days are looked at.
    let mut query = QueryBuilder::new(KNOWN);
    query.push(SEEN).push(KNOWN_FROM).push_bind(balance_key);
    query.push(" AND s.period_from <= ").push_bind(last.to_string()).push("::date");
    query.push(" AND s.period_to >= ").push_bind(first.to_string()).push("::date");
    query.push(" AND l.booking_date = ANY(").push_bind(days.iter().map(ToString::to_string).collect::<Vec<_>>());
    query.push("::text[]::date[]) ORDER BY l.key");
    all(connection, query, rows::known_line).await
}

pub(super) async fn profiles(
    connection: &mut PgConnection,
    fingerprint: Option<&str>,
) -> StoreResult<Vec<ProfileRecord>> {
    let mut query = QueryBuilder::new(
        "SELECT p.id, p.name, p.fingerprint, p.mapping::text, p.balance_key, b.id AS balance_id, p.updated_at
         FROM mapping_profile p LEFT JOIN balance b ON b.key = p.balance_key ",
    );
    if let Some(fingerprint) = fingerprint {
        query.push("WHERE p.fingerprint = ").push_bind(fingerprint.to_owned());
    }
    query.push(" ORDER BY p.name, p.id");
    all(connection, query, rows::profile).await
}

pub(super) async fn put_profile(connection: &mut PgConnection, profile: &ProfileRecord) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO mapping_profile (id, name, fingerprint, mapping, balance_key, updated_at) VALUES ($1, $2, $3, $4::json, $5, $6)
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

pub(super) async fn delete_profile(connection: &mut PgConnection, id: &str) -> StoreResult<bool> {
    let done = sqlx::query("DELETE FROM mapping_profile WHERE id = $1")
        .bind(id)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn put_file(
    connection: &mut PgConnection,
    sha256: &str,
    name: &str,
    bytes: &[u8],
    at: i64,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO source_file (sha256, name, size, bytes, added_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (sha256) DO NOTHING",
    )
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
    connection: &mut PgConnection,
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
    connection: &mut PgConnection,
    balance_keys: &[i64],
    day: Date,
) -> StoreResult<Vec<(i64, SignedRecord)>> {
    let mut query = QueryBuilder::new(
        "SELECT s.balance_key, s.id, s.name, s.period_to::text, s.version FROM statement s WHERE s.state = 'signed' AND s.balance_key = ANY(",
    );
    query.push_bind(balance_keys.to_vec()).push(") AND s.period_to >= ").push_bind(day.to_string());
    query.push("::date ORDER BY s.period_to DESC, s.key DESC");
    all(connection, query, |row| Ok((row.key("balance_key")?, rows::signed(row)?))).await
}

pub(super) async fn statement_by_id(connection: &mut PgConnection, id: &str) -> StoreResult<Option<StatementRecord>> {
    let mut query = QueryBuilder::new(STATEMENT);
    query.push("WHERE s.id = ").push_bind(id.to_owned());
    first(connection, query, rows::statement).await
}

pub(super) async fn insert_statement(connection: &mut PgConnection, new: &NewStatement) -> StoreResult<i64> {
    sqlx::query_scalar(
        "INSERT INTO statement (id, balance_key, file_sha256, name, account, period_from, period_to, opening, closing, opening_from,
             closing_from, proof, left_out, state, imported_at, imported_by)
         VALUES ($1, $2, $3, $4, $5, $6::date, $7::date, $8::numeric, $9::numeric, $10, $11, $12::json, $13::json, 'open', $14, $15) RETURNING key",
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

/// A list of rows as one bound value.
pub(super) fn list(rows: Vec<Value>) -> String {
    Value::Array(rows).to_string()
}

pub(super) async fn insert_lines(
    connection: &mut PgConnection,
    statement_key: i64,
    balance_key: i64,
    lines: &[NewLine],
) -> StoreResult<()> {
    for group in lines.chunks(GROUP) {
        let rows = group.iter().map(|line| {
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
        });
        sqlx::query(
            "INSERT INTO statement_line (id, statement_key, balance_key, position, booking_date, value_date, amount, description, reference,
                 counterparty, counterparty_account, running_balance, raw, fingerprint, occurrence)
             SELECT v ->> 0, $1, $2, (v ->> 1)::bigint, (v ->> 2)::date, (v ->> 3)::date, (v ->> 4)::numeric, v ->> 5, v ->> 6, v ->> 7,
                 v ->> 8, (v ->> 9)::numeric, (v ->> 10)::json, v ->> 11, (v ->> 12)::bigint
             FROM json_array_elements($3::json) WITH ORDINALITY AS j (v, place) ORDER BY j.place",
        )
        .bind(statement_key)
        .bind(balance_key)
        .bind(list(rows.collect()))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}

pub(super) async fn set_statement_state(
    connection: &mut PgConnection,
    key: i64,
    state: StatementState,
    version: u32,
) -> StoreResult<()> {
    sqlx::query("UPDATE statement SET state = $1, version = $2 WHERE key = $3")
        .bind(state_word(state))
        .bind(i64::from(version))
        .bind(key)
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    if state == StatementState::Undone {
        for sql in [
            "UPDATE statement_line SET active = false WHERE statement_key = $1",
            // A statement that is not there any more carries nothing to a later one.
            "DELETE FROM outstanding WHERE statement_key = $1",
        ] {
            sqlx::query(sql).bind(key).execute(&mut *connection).await.map_err(from_sqlx)?;
        }
    }
    Ok(())
}
