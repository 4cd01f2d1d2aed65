//! What the parts of reconciliation share: what lives in memory, statements by id, their proof.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use ledger::Amount;
use store::Unit;
use store::recon::{
    LedgerSide, LineFigures, ProofSpan, RuleRecord, RunRecord, StatementRecord, StatementState as Stored,
};

use crate::api::statements::{StatementRow, StatementState};
use crate::imports::Session;
use crate::jobs::Jobs;
use crate::{Engine, EngineError, EngineResult};

/// Days before a baseline or a period that entries may be dated and still belong to its lines, and days after it.
pub(crate) const WINDOW_DAYS: i64 = 30;

/// What lives only as long as the program.
#[derive(Default)]
pub(crate) struct ReconState {
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    jobs: Jobs,
}

impl ReconState {
    pub(crate) fn sessions(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.jobs
    }
}

/// The day `days` after `day`, at the end of the calendar when there is none.
pub(crate) fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// Refuses what cannot be changed any more.
pub(crate) fn must_be_open(statement: &StatementRecord) -> EngineResult<()> {
    match statement.state {
        Stored::Open => Ok(()),
        Stored::Signed => Err(EngineError::Store(store::StoreError::Signed)),
        Stored::Undone => Err(EngineError::Conflict {
            code: "STATEMENT_UNDONE",
            message: format!("The import of {} was taken back. Nothing was changed.", statement.name),
        }),
    }
}

/// Opening + confirmed lines.
pub(crate) fn statement_cleared(statement: &StatementRecord, figures: &LineFigures) -> Amount {
    &(&statement.opening + &figures.confirmed_in) + &figures.confirmed_out
}

/// Closing less cleared: zero when every line is confirmed and the statement ties.
pub(crate) fn left_to_clear(statement: &StatementRecord, figures: &LineFigures) -> Amount {
    &statement.closing - &statement_cleared(statement, figures)
}

/// What the file's closing balance has beyond its opening and all lines. Only a file that does not tie has it: a row was
/// left out, or a balance was typed otherwise. No match can make it zero.
pub(crate) fn missing(statement: &StatementRecord, figures: &LineFigures) -> Amount {
    &(&left_to_clear(statement, figures) - &figures.open_in) - &figures.open_out
}

/// Where a closing balance comes from that nobody stated: it ties whatever is missing.
pub(crate) const COMPUTED: &str = "computed";

/// Nobody stated the closing balance: it is the opening with all lines, and proves nothing about them.
pub(crate) fn closing_is_computed(statement: &StatementRecord) -> bool {
    statement.closing_from == COMPUTED
}

/// Rows of the file that were left out at import.
pub(crate) fn left_out_rows(statement: &StatementRecord) -> u32 {
    count(statement.left_out.as_array().map_or(0, Vec::len) as u64)
}

/// “1 row of the file was left out at import.”
pub(crate) fn left_out_words(rows: u32) -> String {
    let were = if rows == 1 { "was" } else { "were" };
    format!("{} of the file {were} left out at import.", crate::words::plural(u64::from(rows), "row", "rows"))
}

/// Says why a statement cannot come to zero.
pub(crate) fn missing_words(statement: &StatementRecord, missing: &Amount) -> String {
    let rows = match left_out_rows(statement) {
        0 => String::new(),
        rows => format!(" {}", left_out_words(rows)),
    };
    format!(
        "The lines do not add up to the closing balance: {} is missing.{rows}",
        crate::words::money(missing, &statement.currency)
    )
}

/// What the ledger says is cleared; equals [`statement_cleared`] when both sides agree.
pub(crate) fn ledger_cleared(side: &LedgerSide) -> Amount {
    &(&(&(&side.balance - &side.unmatched) - &side.outstanding) + &side.matched_later_dated) - &side.matched_on_later
}

/// What the ledger clears to less what the statement does; zero when both sides agree.
pub(crate) fn apart(side: &LedgerSide, statement: &StatementRecord, figures: &LineFigures) -> Amount {
    &ledger_cleared(side) - &statement_cleared(statement, figures)
}

/// The signed statement of a balance that begins first. Its signature says what lies before it.
pub(crate) fn earliest_signed(all: &[StatementRecord]) -> Option<&StatementRecord> {
    all.iter().filter(|other| other.state == Stored::Signed).min_by_key(|other| (other.period_from, other.key))
}

/// The span of a statement's proof among all statements of its balance. The first signature settles where it begins:
/// no later import moves the ground under what is signed.
pub(crate) fn span(statement: &StatementRecord, all: &[StatementRecord]) -> ProofSpan {
    let baseline = earliest_signed(all)
        .map(|signed| signed.period_from)
        .or_else(|| all.iter().map(|other| other.period_from).min())
        .unwrap_or(statement.period_from);
    ProofSpan {
        balance_key: statement.balance_key,
        statement_key: statement.key,
        baseline,
        period_to: statement.period_to,
        open: Vec::new(),
    }
}

/// Where a statement stands among those of its balance: by its last day, then by its import.
pub(crate) type Place = (Date, i64);

pub(crate) fn place(statement: &StatementRecord) -> Place {
    (statement.period_to, statement.key)
}

/// The statement just before a place.
pub(crate) fn previous(at: Place, all: &[StatementRecord]) -> Option<&StatementRecord> {
    all.iter().filter(|other| place(other) < at).max_by_key(|other| place(other))
}

/// The statement just after a place.
pub(crate) fn next(at: Place, all: &[StatementRecord]) -> Option<&StatementRecord> {
    all.iter().filter(|other| place(other) > at).min_by_key(|other| place(other))
}

/// Whether the rules in force differ from those a run used.
pub(crate) fn rules_changed(run: Option<&RunRecord>, rules: &[RuleRecord]) -> bool {
    run.is_some_and(|run| {
        let used: Vec<_> = run.inputs["rules"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|rule| (rule["id"].as_str(), rule["version"].as_u64()))
            .collect();
        let now: Vec<_> = rules
            .iter()
            .filter(|rule| rule.enabled)
            .map(|rule| (Some(rule.id.as_str()), Some(u64::from(rule.version))))
            .collect();
        run.inputs["all_rules"].as_bool() == Some(true) && used != now
    })
}

pub(crate) fn count(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Loads a statement inside a unit of work.
pub(crate) async fn load_statement(unit: &mut dyn Unit, id: &str) -> EngineResult<StatementRecord> {
    unit.load_statement(id).await?.ok_or_else(|| EngineError::not_found("statement", id))
}

impl Engine {
    pub(crate) async fn statement_record(&self, id: &str) -> EngineResult<StatementRecord> {
        self.store.statement(id).await?.ok_or_else(|| EngineError::not_found("statement", id))
    }

    /// Outstanding entries that are open like the line they are proposed for: the bank seems to have paid them by now,
    /// so they count among the unmatched ones, and on neither side of the bank.
    pub(crate) async fn open_outstanding(
        &self,
        statement: &StatementRecord,
        run: Option<&RunRecord>,
    ) -> EngineResult<Vec<i64>> {
        match run {
            Some(run) => Ok(self.store.outstanding_proposed(statement.balance_key, run.key).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Statements of every balance, oldest period first.
    pub async fn statements(&self) -> EngineResult<Vec<StatementRow>> {
        let rules = self.store.rules().await?;
        let mut rows = Vec::new();
        for record in self.store.statements(None).await? {
            rows.push(self.statement_row(&record, &rules).await?);
        }
        Ok(rows)
    }

    /// One statement as the list shows it.
    pub async fn statement(&self, statement_id: &str) -> EngineResult<StatementRow> {
        let rules = self.store.rules().await?;
        self.statement_row(&self.statement_record(statement_id).await?, &rules).await
    }

    pub(crate) async fn statement_row(
        &self,
        record: &StatementRecord,
        rules: &[RuleRecord],
    ) -> EngineResult<StatementRow> {
        let figures = self.store.line_figures(record.key).await?;
        let run = self.store.latest_run(record.key).await?;
        let signed = match record.state {
            Stored::Signed => self.store.sign_offs(record.key).await?.pop(),
            _ => None,
        };
        let booked_since = match record.state {
            Stored::Signed => self.booked_since(record, record.version).await?.len(),
            _ => 0,
        };
        let confirmed = figures.confirmed_in_lines + figures.confirmed_out_lines;
        Ok(StatementRow {
            id: record.id.clone(),
            name: record.name.clone(),
            balance_id: record.balance_id.clone(),
            balance_name: record.balance_name.clone(),
            account: record.account.clone(),
            currency: record.currency.code().to_owned(),
            exponent: record.currency.exponent(),
            period_from: record.period_from.to_string(),
            period_to: record.period_to.to_string(),
            opening: record.opening.to_string(),
            closing: record.closing.to_string(),
            lines: count(figures.lines),
            confirmed: count(confirmed),
            to_review: count(figures.lines - confirmed),
            left_to_clear: left_to_clear(record, &figures).to_string(),
            state: match record.state {
                Stored::Signed => StatementState::Signed,
                _ if confirmed == 0 && run.is_none() => StatementState::Imported,
                _ => StatementState::InReview,
            },
            version: record.version,
            imported_at: record.imported_at.to_string(),
            imported_by: record.imported_by.clone(),
            signed_at: signed.as_ref().map(|signed| signed.signed_at.to_string()),
            signed_by: signed.map(|signed| signed.signed_by),
            file_name: record.file_name.clone(),
            last_run_at: run.as_ref().and_then(|run| run.finished_at).map(|at| at.to_string()),
            rules_changed: record.state == Stored::Open && rules_changed(run.as_ref(), rules),
            left_out: left_out_rows(record),
            booked_since: count(booked_since as u64),
        })
    }
}
