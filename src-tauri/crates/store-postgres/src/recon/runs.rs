//! Matching rules, runs and their proposals.

use serde_json::json;
use sqlx::{PgConnection, QueryBuilder};
use store::recon::{ProposalRecord, RuleRecord, RuleVersionRecord, RunRecord};
use store::rows::{self, Fields, value::micros};
use store::{StoreError, StoreResult};

use super::imports::list;
use crate::error::from_sqlx;
use crate::row::{all, first};

pub(crate) const RULE: &str =
    "SELECT id, position, name, enabled, version, body::text, deleted, updated_at, updated_by FROM matching_rule ";
const RUN: &str = "SELECT key, id, job_id, statement_key, dry_run, inputs::text, newest_txn_key, result_hash, lines, matched, confirmed, \
     started_at, finished_at, actor FROM run ";

pub(super) async fn rules(connection: &mut PgConnection) -> StoreResult<Vec<RuleRecord>> {
    let mut query = QueryBuilder::new(RULE);
    query.push("WHERE NOT deleted ORDER BY position, id");
    all(connection, query, rows::rule).await
}

pub(super) async fn rule_by_id(connection: &mut PgConnection, id: &str) -> StoreResult<Option<RuleRecord>> {
    let mut query = QueryBuilder::new(RULE);
    query.push("WHERE id = ").push_bind(id.to_owned());
    first(connection, query, rows::rule).await
}

pub(super) async fn rule_versions(connection: &mut PgConnection, id: &str) -> StoreResult<Vec<RuleVersionRecord>> {
    let mut query =
        QueryBuilder::new("SELECT version, name, body::text, at, actor FROM matching_rule_version WHERE rule_id = ");
    query.push_bind(id.to_owned()).push(" ORDER BY version DESC");
    all(connection, query, rows::rule_version).await
}

pub(super) async fn rule_use(connection: &mut PgConnection) -> StoreResult<Vec<(String, u32, u32)>> {
    let query = QueryBuilder::new(
        "SELECT r.id,
             (SELECT count(*) FROM match m WHERE m.rule_id = r.id AND m.undone_at IS NULL) AS confirmed,
             (SELECT count(*) FROM proposal p WHERE p.rule_id = r.id
                AND p.run_key IN (SELECT max(u.key) FROM run u JOIN statement s ON s.key = u.statement_key AND s.state = 'open'
                                  WHERE NOT u.dry_run AND u.finished_at IS NOT NULL AND u.result_hash IS NOT NULL GROUP BY u.statement_key)
                AND NOT EXISTS (SELECT 1 FROM match_line ml WHERE ml.line_key = p.line_key)) AS waiting
         FROM matching_rule r WHERE NOT r.deleted",
    );
    all(connection, query, |row| Ok((row.word("id")?, row.small("confirmed")?, row.small("waiting")?))).await
}

pub(super) async fn put_rule(connection: &mut PgConnection, rule: &RuleRecord) -> StoreResult<()> {
    let body = rule.body.to_string();
    sqlx::query(
        "INSERT INTO matching_rule (id, position, name, enabled, version, body, deleted, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6::json, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET position = excluded.position, name = excluded.name, enabled = excluded.enabled,
             version = excluded.version, body = excluded.body, deleted = excluded.deleted, updated_at = excluded.updated_at,
             updated_by = excluded.updated_by",
    )
    .bind(&rule.id)
    .bind(i64::from(rule.position))
    .bind(&rule.name)
    .bind(rule.enabled)
    .bind(i64::from(rule.version))
    .bind(&body)
    .bind(rule.deleted)
    .bind(micros(rule.updated_at))
    .bind(&rule.updated_by)
    .execute(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    sqlx::query(
        "INSERT INTO matching_rule_version (rule_id, version, name, body, at, actor) VALUES ($1, $2, $3, $4::json, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&rule.id)
    .bind(i64::from(rule.version))
    .bind(&rule.name)
    .bind(&body)
    .bind(micros(rule.updated_at))
    .bind(&rule.updated_by)
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

pub(super) async fn latest(connection: &mut PgConnection, statement_key: i64) -> StoreResult<Option<RunRecord>> {
    let mut query = QueryBuilder::new(RUN);
    query.push("WHERE NOT dry_run AND result_hash IS NOT NULL AND statement_key = ").push_bind(statement_key);
    query.push(" ORDER BY key DESC LIMIT 1");
    first(connection, query, rows::run).await
}

pub(super) async fn of_job(connection: &mut PgConnection, job_id: &str) -> StoreResult<Option<RunRecord>> {
    let mut query = QueryBuilder::new(RUN);
    query.push("WHERE job_id = ").push_bind(job_id.to_owned());
    first(connection, query, rows::run).await
}

pub(super) async fn insert(connection: &mut PgConnection, run: &RunRecord) -> StoreResult<i64> {
    sqlx::query_scalar(
        "INSERT INTO run (id, job_id, statement_key, dry_run, inputs, newest_txn_key, lines, started_at, actor)
         VALUES ($1, $2, $3, $4, $5::json, $6, $7, $8, $9) RETURNING key",
    )
    .bind(&run.id)
    .bind(&run.job_id)
    .bind(run.statement_key)
    .bind(run.dry_run)
    .bind(run.inputs.to_string())
    .bind(run.newest_txn_key)
    .bind(i64::from(run.lines))
    .bind(micros(run.started_at))
    .bind(&run.actor)
    .fetch_one(connection)
    .await
    .map_err(from_sqlx)
}

pub(super) async fn save(connection: &mut PgConnection, run: &RunRecord) -> StoreResult<()> {
    let done = sqlx::query(
        "UPDATE run SET result_hash = $1, lines = $2, matched = $3, confirmed = $4, finished_at = $5 WHERE key = $6",
    )
    .bind(&run.result_hash)
    .bind(i64::from(run.lines))
    .bind(i64::from(run.matched))
    .bind(i64::from(run.confirmed))
    .bind(run.finished_at.map(micros))
    .bind(run.key)
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("the run")) }
}

/// Proposals sent at once.
const GROUP: usize = 2_000;

pub(super) async fn insert_proposals(connection: &mut PgConnection, proposals: &[ProposalRecord]) -> StoreResult<()> {
    for group in proposals.chunks(GROUP) {
        let given = group.iter().map(|one| {
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
        });
        sqlx::query(
            "INSERT INTO proposal (run_key, line_key, txn_key, score, margin, tier, rule_id, difference, detail)
             SELECT (v ->> 0)::bigint, (v ->> 1)::bigint, (v ->> 2)::bigint, (v ->> 3)::bigint, (v ->> 4)::bigint, v ->> 5, v ->> 6,
                 (v ->> 7)::numeric, (v ->> 8)::json
             FROM json_array_elements($1::json) AS j (v)",
        )
        .bind(list(given.collect()))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}
