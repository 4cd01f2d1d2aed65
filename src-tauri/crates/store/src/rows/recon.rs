//! Statements, rules, runs, matches and signatures.

use super::Fields;
use super::value::{At, currency};
use crate::recon::{
    ActionRecord, DeskLineRecord, EntryRecord, ImportSeen, KnownLine, LineRecord, MatchRecord, ProfileRecord,
    ProposalRecord, RuleRecord, RuleVersionRecord, RunRecord, SignOffRecord, SignedRecord, StatementRecord,
    StatementState,
};
use crate::search::FoundLine;
use crate::{StoreError, StoreResult};

/// The stored word of a state.
pub fn state_word(state: StatementState) -> &'static str {
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

/// A signed statement as a posting sees it.
pub fn signed(row: &impl Fields) -> StoreResult<SignedRecord> {
    let at = At { place: "statement", row };
    Ok(SignedRecord {
        id: row.word("id")?,
        name: row.word("name")?,
        period_to: at.date("period_to")?,
        version: row.small("version")?,
    })
}

/// A statement with `balance_id`, `balance_name`, `currency`, `exponent` and `file_name`.
pub fn statement(row: &impl Fields) -> StoreResult<StatementRecord> {
    let at = At { place: "statement", row };
    Ok(StatementRecord {
        key: row.key("key")?,
        id: row.word("id")?,
        balance_key: row.key("balance_key")?,
        balance_id: row.word("balance_id")?,
        balance_name: row.word("balance_name")?,
        currency: at.currency()?,
        file_sha256: row.word("file_sha256")?,
        file_name: row.word("file_name")?,
        name: row.word("name")?,
        account: row.text("account")?,
        period_from: at.date("period_from")?,
        period_to: at.date("period_to")?,
        opening: at.amount("opening")?,
        closing: at.amount("closing")?,
        opening_from: row.word("opening_from")?,
        closing_from: row.word("closing_from")?,
        proof: at.json("proof")?,
        left_out: at.json("left_out")?,
        state: state(&row.word("state")?)?,
        version: row.small("version")?,
        imported_at: at.time("imported_at")?,
        imported_by: row.word("imported_by")?,
    })
}

/// `statement_id`, `statement_name`, `file_name`, `balance_id`, `balance_name`, `imported_at`.
pub fn seen(row: &impl Fields) -> StoreResult<ImportSeen> {
    Ok(ImportSeen {
        statement_id: row.word("statement_id")?,
        statement_name: row.word("statement_name")?,
        file_name: row.word("file_name")?,
        balance_id: row.word("balance_id")?,
        balance_name: row.word("balance_name")?,
        at: At { place: "statement", row }.time("imported_at")?,
    })
}

/// `fingerprint`, `occurrence`, `booking_date`, `amount`, `counterparty`, `running_balance` and the columns of [`seen`].
pub fn known_line(row: &impl Fields) -> StoreResult<KnownLine> {
    let balance = row.text("running_balance")?;
    Ok(KnownLine {
        fingerprint: row.word("fingerprint")?,
        occurrence: row.small("occurrence")?,
        booking_date: super::value::date("statement line", &row.word("booking_date")?)?,
        amount: super::value::amount("statement line", &row.word("amount")?)?,
        counterparty: row.text("counterparty")?,
        running_balance: balance.map(|text| super::value::amount("statement line", &text)).transpose()?,
        seen: seen(row)?,
    })
}

/// A statement line with `match_key` and `match_id`.
pub fn line(row: &impl Fields) -> StoreResult<LineRecord> {
    let at = At { place: "statement line", row };
    Ok(LineRecord {
        key: row.key("key")?,
        id: row.word("id")?,
        statement_key: row.key("statement_key")?,
        position: row.small("position")?,
        booking_date: at.date("booking_date")?,
        value_date: at.opt_date("value_date")?,
        amount: at.amount("amount")?,
        description: row.word("description")?,
        reference: row.text("reference")?,
        counterparty: row.text("counterparty")?,
        match_key: row.int("match_key")?,
        match_id: row.text("match_id")?,
    })
}

/// A line with its statement and its balance beside it.
pub fn found_line(row: &impl Fields) -> StoreResult<FoundLine> {
    Ok(FoundLine {
        line: line(row)?,
        statement_id: row.word("statement_id")?,
        statement_name: row.word("statement_name")?,
        balance_name: row.word("balance_name")?,
        currency: currency("statement line", &row.word("currency")?, row.key("exponent")?)?,
    })
}

/// A line with the columns of [`proposal`] beside it.
pub fn desk_line(row: &impl Fields) -> StoreResult<DeskLineRecord> {
    Ok(DeskLineRecord { line: line(row)?, proposal: proposal(row)? })
}

/// `None` when the outer join found none.
pub fn proposal(row: &impl Fields) -> StoreResult<Option<ProposalRecord>> {
    let Some(run_key) = row.int("run_key")? else { return Ok(None) };
    let at = At { place: "proposal", row };
    Ok(Some(ProposalRecord {
        run_key,
        line_key: row.key("line_key")?,
        txn_key: row.key("txn_key")?,
        score: row.key("score")?,
        margin: row.key("margin")?,
        tier: row.word("tier")?,
        rule_id: row.text("rule_id")?,
        difference: at.amount("difference")?,
        detail: at.json("detail")?,
    }))
}

/// An entry with its journal row, its other side (`other_*`), `match_key` and `outstanding_on`.
pub fn entry(row: &impl Fields) -> StoreResult<EntryRecord> {
    let at = At { place: "entry", row };
    let unsigned = at.amount("amount")?;
    Ok(EntryRecord {
        txn_key: row.key("txn_key")?,
        txn_id: row.word("txn_id")?,
        date: at.date("effective_date")?,
        created_at: at.time("created_at")?,
        reference: row.word("reference")?,
        description: row.word("description")?,
        other_id: row.word("other_id")?,
        other_name: row.word("other_name")?,
        amount: if row.word("side")? == "debit" { -unsigned } else { unsigned },
        match_key: row.int("match_key")?,
        outstanding_on: row.int("outstanding_on")?,
    })
}

/// A saved mapping with `balance_id`.
pub fn profile(row: &impl Fields) -> StoreResult<ProfileRecord> {
    let at = At { place: "mapping profile", row };
    Ok(ProfileRecord {
        id: row.word("id")?,
        name: row.word("name")?,
        fingerprint: row.word("fingerprint")?,
        mapping: at.json("mapping")?,
        balance_key: row.int("balance_key")?,
        balance_id: row.text("balance_id")?,
        updated_at: at.time("updated_at")?,
    })
}

/// A rule as it stands.
pub fn rule(row: &impl Fields) -> StoreResult<RuleRecord> {
    let at = At { place: "matching rule", row };
    Ok(RuleRecord {
        id: row.word("id")?,
        position: row.small("position")?,
        name: row.word("name")?,
        enabled: row.flag("enabled")?,
        version: row.small("version")?,
        body: at.json("body")?,
        deleted: row.flag("deleted")?,
        updated_at: at.time("updated_at")?,
        updated_by: row.word("updated_by")?,
    })
}

/// A version of a rule.
pub fn rule_version(row: &impl Fields) -> StoreResult<RuleVersionRecord> {
    let at = At { place: "matching rule", row };
    Ok(RuleVersionRecord {
        version: row.small("version")?,
        name: row.word("name")?,
        body: at.json("body")?,
        at: at.time("at")?,
        actor: row.word("actor")?,
    })
}

/// A run.
pub fn run(row: &impl Fields) -> StoreResult<RunRecord> {
    let at = At { place: "run", row };
    Ok(RunRecord {
        key: row.key("key")?,
        id: row.word("id")?,
        job_id: row.word("job_id")?,
        statement_key: row.key("statement_key")?,
        dry_run: row.flag("dry_run")?,
        inputs: at.json("inputs")?,
        newest_txn_key: row.key("newest_txn_key")?,
        result_hash: row.text("result_hash")?,
        lines: row.small("lines")?,
        matched: row.small("matched")?,
        confirmed: row.small("confirmed")?,
        started_at: at.time("started_at")?,
        finished_at: at.opt_time("finished_at")?,
        actor: row.word("actor")?,
    })
}

/// A match with the number of its `lines`.
pub fn matched(row: &impl Fields) -> StoreResult<MatchRecord> {
    let at = At { place: "match", row };
    Ok(MatchRecord {
        key: row.key("key")?,
        id: row.word("id")?,
        statement_key: row.key("statement_key")?,
        kind: row.word("kind")?,
        tier: row.text("tier")?,
        rule_id: row.text("rule_id")?,
        reasons: at.json("reasons")?,
        posted_key: row.int("posted_key")?,
        posted_kind: row.text("posted_kind")?,
        confirmed_at: at.time("confirmed_at")?,
        confirmed_by: row.word("confirmed_by")?,
        undone_at: at.opt_time("undone_at")?,
        lines: row.small("lines")?,
    })
}

/// One thing that was done on the desk.
pub fn action(row: &impl Fields) -> StoreResult<ActionRecord> {
    let at = At { place: "desk action", row };
    Ok(ActionRecord {
        key: row.key("key")?,
        statement_key: row.key("statement_key")?,
        at: at.time("at")?,
        actor: row.word("actor")?,
        kind: row.word("kind")?,
        summary: row.word("summary")?,
        undo: at.json("undo")?,
        undone_at: at.opt_time("undone_at")?,
        undone_by: row.text("undone_by")?,
    })
}

/// A signature.
pub fn sign_off(row: &impl Fields) -> StoreResult<SignOffRecord> {
    let at = At { place: "sign-off", row };
    Ok(SignOffRecord {
        version: row.small("version")?,
        signed_at: at.time("signed_at")?,
        signed_by: row.word("signed_by")?,
        report: at.json("report")?,
        reopened_at: at.opt_time("reopened_at")?,
        reopened_by: row.text("reopened_by")?,
        reopen_reason: row.text("reopen_reason")?,
    })
}
