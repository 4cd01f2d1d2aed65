//! Matching rules, runs and their proposals.

use serde_json::json;
use sqlx::{QueryBuilder, SqliteConnection};
use store::recon::{ProposalRecord, RuleRecord, RuleVersionRecord, RunRecord};
use store::rows::{self, Fields, value::micros};
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;
use crate::row::all;
use crate::sql::list;

pub(crate) const RULE: &str =
    "SELECT id, position, name, enabled, version, body, deleted, updated_at, updated_by FROM matching_rule ";

pub(super) async fn rules(connection: &mut SqliteConnection) -> StoreResult<Vec<RuleRecord>> {
    let query = QueryBuilder::new(format!("{RULE}WHERE deleted = 0 ORDER BY position, id"));
    all(connection, query, rows::rule).await
}

pub(super) async fn rule_by_id(connection: &mut SqliteConnection, id: &str) -> StoreResult<Option<RuleRecord>> {
    let mut query = QueryBuilder::new(format!("{RULE}WHERE id = "));
    query.push_bind(id.to_owned());
    Ok(all(connection, query, rows::rule).await?.pop())
}

pub(super) async fn rule_versions(connection: &mut SqliteConnection, id: &str) -> StoreResult<Vec<RuleVersionRecord>> {
    let mut query = QueryBuilder::new("SELECT * FROM matching_rule_version WHERE rule_id = ");
    query.push_bind(id.to_owned()).push(" ORDER BY version DESC");
    all(connection, query, rows::rule_version).await
}

pub(super) async fn rule_use(connection: &mut SqliteConnection) -> StoreResult<Vec<(String, u32, u32)>> {
    let query = QueryBuilder::new(
        "SELECT r.id,
             (SELECT count(*) FROM match m WHERE m.rule_id = r.id AND m.undone_at IS NULL) AS confirmed,
             (SELECT count(*) FROM proposal p WHERE p.rule_id = r.id
                AND p.run_key IN (SELECT max(u.key) FROM run u JOIN statement s ON s.key = u.statement_key AND s.state = 'open'
                                  WHERE u.dry_run = 0 AND u.finished_at IS NOT NULL AND u.result_hash IS NOT NULL GROUP BY u.statement_key)
                AND NOT EXISTS (SELECT 1 FROM match_line ml WHERE ml.line_key = p.line_key)) AS waiting
         FROM matching_rule r WHERE r.deleted = 0",
    );
    all(connection, query, |row| Ok((row.word("id")?, row.small("confirmed")?, row.small("waiting")?))).await
}

pub(super) async fn put_rule(connection: &mut SqliteConnection, rule: &RuleRecord) -> StoreResult<()> {
    let body = rule.body.to_string();
    sqlx::query(
        "INSERT INTO matching_rule (id, position, name, enabled, version, body, deleted, updated_at, updated_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET position = excluded.position, name = excluded.name, enabled = excluded.enabled,
             version = excluded.version, body = excluded.body, deleted = excluded.deleted, updated_at = excluded.updated_at,
             updated_by = excluded.updated_by",
    )
    .bind(&rule.id)
    .bind(rule.position)
    .bind(&rule.name)
    .bind(rule.enabled)
    .bind(rule.version)
    .bind(&body)
    .bind(rule.deleted)
    .bind(micros(rule.updated_at))
    .bind(&rule.updated_by)
    .execute(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    sqlx::query("INSERT INTO matching_rule_version (rule_id, version, name, body, at, actor) SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM matching_rule_version WHERE rule_id = ?1 AND version = ?2)")
        .bind(&rule.id)
        .bind(rule.version)
        .bind(&rule.name)
        .bind(&body)
        .bind(micros(rule.updated_at))
        .bind(&rule.updated_by)
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn latest(connection: &mut SqliteConnection, statement_key: i64) -> StoreResult<Option<RunRecord>> {
    let mut query =
        QueryBuilder::new("SELECT * FROM run WHERE dry_run = 0 AND result_hash IS NOT NULL AND statement_key = ");
    query.push_bind(statement_key).push(" ORDER BY key DESC LIMIT 1");
    Ok(all(connection, query, rows::run).await?.pop())
}

pub(super) async fn of_job(connection: &mut SqliteConnection, job_id: &str) -> StoreResult<Option<RunRecord>> {
    let mut query = QueryBuilder::new("SELECT * FROM run WHERE job_id = ");
    query.push_bind(job_id.to_owned());
    Ok(all(connection, query, rows::run).await?.pop())
}

pub(super) async fn insert(connection: &mut SqliteConnection, run: &RunRecord) -> StoreResult<i64> {
    sqlx::query_scalar(
        "INSERT INTO run (id, job_id, statement_key, dry_run, inputs, newest_txn_key, lines, started_at, actor)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
    )
    .bind(&run.id)
    .bind(&run.job_id)
    .bind(run.statement_key)
    .bind(run.dry_run)
    .bind(run.inputs.to_string())
    .bind(run.newest_txn_key)
    .bind(run.lines)
    .bind(micros(run.started_at))
    .bind(&run.actor)
    .fetch_one(connection)
    .await
    .map_err(from_sqlx)
}

pub(super) async fn save(connection: &mut SqliteConnection, run: &RunRecord) -> StoreResult<()> {
    let done = sqlx::query(
        "UPDATE run SET result_hash = ?, lines = ?, matched = ?, confirmed = ?, finished_at = ? WHERE key = ?",
    )
    .bind(&run.result_hash)
    .bind(run.lines)
    .bind(run.matched)
    .bind(run.confirmed)
    .bind(run.finished_at.map(micros))
    .bind(run.key)
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("the run")) }
}

pub(super) async fn insert_proposals(
    connection: &mut SqliteConnection,
    proposals: &[ProposalRecord],
) -> StoreResult<()> {
    for group in proposals.chunks(2_000) {
        let rows: Vec<_> = group
            .iter()
            .map(|one| {
                json!([
                    one.run_key,
                    one.line_key,
                    one.txn_key,
                    one.score,
                    one.margin,
                    one.tier,
                    one.rule_id,
                    one.difference.to_string(),
                    one.detail.to_string()
                ])
            })
            .collect();
        sqlx::query(
            "INSERT INTO proposal (run_key, line_key, txn_key, score, margin, tier, rule_id, difference, detail)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
             FROM json_each(?)",
        )
        .bind(list(&rows))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}
