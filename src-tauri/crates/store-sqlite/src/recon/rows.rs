//! Rows of reconciliation tables as storage types.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use store::recon::{
    ActionRecord, EntryRecord, ImportSeen, LineRecord, MatchRecord, ProfileRecord, ProposalRecord, RuleRecord,
    RuleVersionRecord, RunRecord, SignOffRecord, SignedRecord, StatementRecord, StatementState,
};
use store::{StoreError, StoreResult};

use crate::code::{amount, currency, date, json, opt_date, opt_time, time};
use crate::error::from_sqlx;

/// A column by name.
pub(super) fn get<'r, T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>>(
    row: &'r SqliteRow,
    name: &str,
) -> StoreResult<T> {
    row.try_get(name).map_err(from_sqlx)
}

fn small(row: &SqliteRow, name: &str) -> StoreResult<u32> {
    u32::try_from(get::<i64>(row, name)?).map_err(|error| StoreError::damaged("count", error))
}

pub(super) async fn all<T>(
    connection: &mut SqliteConnection,
    mut query: sqlx::QueryBuilder<sqlx::Sqlite>,
    read: impl Fn(&SqliteRow) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    let rows = query.build().fetch_all(connection).await.map_err(from_sqlx)?;
    rows.iter().map(read).collect()
}

pub(super) fn state_word(state: StatementState) -> &'static str {
    match state {
        StatementState::Open => "open",
        StatementState::Signed => "signed",
        StatementState::Undone => "undone",
    }
}

fn state(text: &str) -> StoreResult<StatementState> {
    match text {
        "open" => Ok(StatementState::Open),
        "signed" => Ok(StatementState::Signed),
        "undone" => Ok(StatementState::Undone),
        other => Err(StoreError::damaged("statement", other)),
    }
}

/// What [`statement`] reads.
pub(super) const STATEMENT: &str = "SELECT s.key, s.id, s.balance_key, b.id AS balance_id, b.name AS balance_name, b.currency, b.exponent, s.file_sha256, \
     f.name AS file_name, s.name, s.account, s.period_from, s.period_to, s.opening, s.closing, s.opening_from, s.closing_from, s.proof, s.left_out, s.state, \
     s.version, s.imported_at, s.imported_by \
     FROM statement s JOIN balance b ON b.key = s.balance_key JOIN source_file f ON f.sha256 = s.file_sha256 ";

pub(super) fn signed(row: &SqliteRow) -> StoreResult<SignedRecord> {
    Ok(SignedRecord {
        id: get(row, "id")?,
        name: get(row, "name")?,
        period_to: date("statement", get(row, "period_to")?)?,
        version: small(row, "version")?,
    })
}

pub(super) fn statement(row: &SqliteRow) -> StoreResult<StatementRecord> {
    Ok(StatementRecord {
        key: get(row, "key")?,
        id: get(row, "id")?,
        balance_key: get(row, "balance_key")?,
        balance_id: get(row, "balance_id")?,
        balance_name: get(row, "balance_name")?,
        currency: currency("statement", get(row, "currency")?, get(row, "exponent")?)?,
        file_sha256: get(row, "file_sha256")?,
        file_name: get(row, "file_name")?,
        name: get(row, "name")?,
        account: get(row, "account")?,
        period_from: date("statement", get(row, "period_from")?)?,
        period_to: date("statement", get(row, "period_to")?)?,
        opening: amount("statement", get(row, "opening")?)?,
        closing: amount("statement", get(row, "closing")?)?,
        opening_from: get(row, "opening_from")?,
        closing_from: get(row, "closing_from")?,
        proof: json("statement", get(row, "proof")?)?,
        left_out: json("statement", get(row, "left_out")?)?,
        state: state(get(row, "state")?)?,
        version: small(row, "version")?,
        imported_at: time("statement", get(row, "imported_at")?)?,
        imported_by: get(row, "imported_by")?,
    })
}

/// What [`seen`] reads, after the table that has the statement key as `statement_key`.
pub(super) const SEEN: &str = "s.id AS statement_id, s.name AS statement_name, f.name AS file_name, b.id AS balance_id, b.name AS balance_name, s.imported_at";

pub(super) fn seen(row: &SqliteRow) -> StoreResult<ImportSeen> {
    Ok(ImportSeen {
        statement_id: get(row, "statement_id")?,
        statement_name: get(row, "statement_name")?,
        file_name: get(row, "file_name")?,
        balance_id: get(row, "balance_id")?,
        balance_name: get(row, "balance_name")?,
        at: time("statement", get(row, "imported_at")?)?,
    })
}

/// Columns of [`line`] for a table `l` joined with `ml` (match_line) and `m` (match).
pub(super) const LINE: &str = "l.key, l.id, l.statement_key, l.position, l.booking_date, l.value_date, l.amount, l.description, l.reference, l.counterparty, \
     ml.match_key, m.id AS match_id";
/// Its tables.
pub(super) const LINE_FROM: &str =
    " FROM statement_line l LEFT JOIN match_line ml ON ml.line_key = l.key LEFT JOIN match m ON m.key = ml.match_key ";

pub(super) fn line(row: &SqliteRow) -> StoreResult<LineRecord> {
    Ok(LineRecord {
        key: get(row, "key")?,
        id: get(row, "id")?,
        statement_key: get(row, "statement_key")?,
        position: small(row, "position")?,
        booking_date: date("statement line", get(row, "booking_date")?)?,
        value_date: opt_date("statement line", get(row, "value_date")?)?,
        amount: amount("statement line", get(row, "amount")?)?,
        description: get(row, "description")?,
        reference: get(row, "reference")?,
        counterparty: get(row, "counterparty")?,
        match_key: get(row, "match_key")?,
        match_id: get(row, "match_id")?,
    })
}

/// Columns of [`proposal`] for a table `p`.
pub(super) const PROPOSAL: &str =
    "p.run_key, p.line_key, p.txn_key, p.score, p.margin, p.tier, p.rule_id, p.difference, p.detail";

/// `None` when the outer join found none.
pub(super) fn proposal(row: &SqliteRow) -> StoreResult<Option<ProposalRecord>> {
    let Some(run_key) = get::<Option<i64>>(row, "run_key")? else { return Ok(None) };
    Ok(Some(ProposalRecord {
        run_key,
        line_key: get(row, "line_key")?,
        txn_key: get(row, "txn_key")?,
        score: get(row, "score")?,
        margin: get(row, "margin")?,
        tier: get(row, "tier")?,
        rule_id: get(row, "rule_id")?,
        difference: amount("proposal", get(row, "difference")?)?,
        detail: json("proposal", get(row, "detail")?)?,
    }))
}

/// What [`entry`] reads; `e` is the entry, `t` its journal row.
pub(super) const ENTRY: &str = "SELECT e.txn_key, t.id AS txn_id, e.effective_date, t.created_at, t.reference, t.description, o.id AS other_id, o.name AS other_name, \
     e.side, e.amount, me.match_key, ou.statement_key AS outstanding_on ";
/// Its tables; conditions follow.
pub(super) const ENTRY_FROM: &str = " FROM entry e JOIN txn t ON t.key = e.txn_key \
     JOIN balance o ON o.key = CASE e.side WHEN 'credit' THEN t.source_key ELSE t.destination_key END \
     LEFT JOIN match_entry me ON me.balance_key = e.balance_key AND me.txn_key = e.txn_key \
     LEFT JOIN outstanding ou ON ou.balance_key = e.balance_key AND ou.txn_key = e.txn_key ";

pub(super) fn entry(row: &SqliteRow) -> StoreResult<EntryRecord> {
    let unsigned = amount("entry", get(row, "amount")?)?;
    Ok(EntryRecord {
        txn_key: get(row, "txn_key")?,
        txn_id: get(row, "txn_id")?,
        date: date("entry", get(row, "effective_date")?)?,
        created_at: time("entry", get(row, "created_at")?)?,
        reference: get(row, "reference")?,
        description: get(row, "description")?,
        other_id: get(row, "other_id")?,
        other_name: get(row, "other_name")?,
        amount: if get::<&str>(row, "side")? == "debit" { -unsigned } else { unsigned },
        match_key: get(row, "match_key")?,
        outstanding_on: get(row, "outstanding_on")?,
    })
}

pub(super) fn profile(row: &SqliteRow) -> StoreResult<ProfileRecord> {
    Ok(ProfileRecord {
        id: get(row, "id")?,
        name: get(row, "name")?,
        fingerprint: get(row, "fingerprint")?,
        mapping: json("mapping profile", get(row, "mapping")?)?,
        balance_key: get(row, "balance_key")?,
        balance_id: get(row, "balance_id")?,
        updated_at: time("mapping profile", get(row, "updated_at")?)?,
    })
}

pub(super) fn rule(row: &SqliteRow) -> StoreResult<RuleRecord> {
    Ok(RuleRecord {
        id: get(row, "id")?,
        position: small(row, "position")?,
        name: get(row, "name")?,
        enabled: get(row, "enabled")?,
        version: small(row, "version")?,
        body: json("matching rule", get(row, "body")?)?,
        deleted: get(row, "deleted")?,
        updated_at: time("matching rule", get(row, "updated_at")?)?,
        updated_by: get(row, "updated_by")?,
    })
}

pub(super) fn rule_version(row: &SqliteRow) -> StoreResult<RuleVersionRecord> {
    Ok(RuleVersionRecord {
        version: small(row, "version")?,
        name: get(row, "name")?,
        body: json("matching rule", get(row, "body")?)?,
        at: time("matching rule", get(row, "at")?)?,
        actor: get(row, "actor")?,
    })
}

pub(super) fn run(row: &SqliteRow) -> StoreResult<RunRecord> {
    Ok(RunRecord {
        key: get(row, "key")?,
        id: get(row, "id")?,
        job_id: get(row, "job_id")?,
        statement_key: get(row, "statement_key")?,
        dry_run: get(row, "dry_run")?,
        inputs: json("run", get(row, "inputs")?)?,
        newest_txn_key: get(row, "newest_txn_key")?,
        result_hash: get(row, "result_hash")?,
        lines: small(row, "lines")?,
        matched: small(row, "matched")?,
        confirmed: small(row, "confirmed")?,
        started_at: time("run", get(row, "started_at")?)?,
        finished_at: opt_time("run", get(row, "finished_at")?)?,
        actor: get(row, "actor")?,
    })
}

/// What [`matched`] reads.
pub(super) const MATCH: &str =
    "SELECT m.*, (SELECT count(*) FROM match_line ml WHERE ml.match_key = m.key) AS lines FROM match m ";

pub(super) fn matched(row: &SqliteRow) -> StoreResult<MatchRecord> {
    Ok(MatchRecord {
        key: get(row, "key")?,
        id: get(row, "id")?,
        statement_key: get(row, "statement_key")?,
        kind: get(row, "kind")?,
        tier: get(row, "tier")?,
        rule_id: get(row, "rule_id")?,
        reasons: json("match", get(row, "reasons")?)?,
        posted_key: get(row, "posted_key")?,
        posted_kind: get(row, "posted_kind")?,
        confirmed_at: time("match", get(row, "confirmed_at")?)?,
        confirmed_by: get(row, "confirmed_by")?,
        undone_at: opt_time("match", get(row, "undone_at")?)?,
        lines: small(row, "lines")?,
    })
}

pub(super) fn action(row: &SqliteRow) -> StoreResult<ActionRecord> {
    Ok(ActionRecord {
        key: get(row, "key")?,
        statement_key: get(row, "statement_key")?,
        at: time("desk action", get(row, "at")?)?,
        actor: get(row, "actor")?,
        kind: get(row, "kind")?,
        summary: get(row, "summary")?,
        undo: json("desk action", get(row, "undo")?)?,
        undone_at: opt_time("desk action", get(row, "undone_at")?)?,
        undone_by: get(row, "undone_by")?,
    })
}

pub(super) fn sign_off(row: &SqliteRow) -> StoreResult<SignOffRecord> {
    Ok(SignOffRecord {
        version: small(row, "version")?,
        signed_at: time("sign-off", get(row, "signed_at")?)?,
        signed_by: get(row, "signed_by")?,
        report: json("sign-off", get(row, "report")?)?,
        reopened_at: opt_time("sign-off", get(row, "reopened_at")?)?,
        reopened_by: get(row, "reopened_by")?,
        reopen_reason: get(row, "reopen_reason")?,
    })
}
