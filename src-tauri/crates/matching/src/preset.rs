//! A scored search for two plain lists, without any rules.
//!
//! First equal amounts, dated up to 3 days before or 20 days after the entry; then, for what is left, amounts up to 4 %
//! apart within a shorter window, if the text names the entry. Numbers follow common bank practice (booking days,
//! cheques, card fees), not any particular file.

use std::collections::BTreeMap;

use ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::model::{InputError, Inputs, LedgerItem, StatementItem, Tier, When};
use crate::run::{Control, Params, Progress, ScoredPass, Stage, run};

/// One row of a ledger list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRecord {
    pub id: String,
    /// Rows are only matched within one account.
    pub account: String,
    pub date: When,
    /// Minor units of `currency`.
    pub amount: Amount,
    pub currency: Currency,
    pub reference: String,
    pub counterparty: String,
    pub description: String,
}

/// One row of a statement list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRecord {
    pub id: String,
    pub account: String,
    pub booking_date: When,
    pub value_date: Option<When>,
    /// Minor units of `currency`.
    pub amount: Amount,
    pub currency: Currency,
    pub reference: String,
    pub description: String,
}

/// One proposed pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeOut {
    pub statement_id: String,
    pub ledger_id: String,
    /// Equal for the rows of one match; numbered in statement order.
    pub group_id: String,
    pub tier: Tier,
    /// Points, larger is surer.
    pub score: i64,
}

/// The parameters of the search.
pub fn params() -> Params {
    let exact =
        ScoredPass { days_before: 3, days_after: 20, tolerance: Decimal::ZERO, minimum: 450, needs_text: false };
    let tolerance = Decimal::new(4, 2).unwrap_or(Decimal::ZERO);
    let near = ScoredPass { days_before: 3, days_after: 10, tolerance, minimum: 400, needs_text: true };
    // A bank's flat fee is a large part of a small payment: it needs the document named to count.
    let tolerance = Decimal::new(15, 2).unwrap_or(Decimal::ZERO);
    let fee = ScoredPass { days_before: 3, days_after: 10, tolerance, minimum: 450, needs_text: true };
    Params {
        stages: vec![Stage::Scored(exact), Stage::Scored(near), Stage::Scored(fee)],
        max_edges_per_line: 24,
        ..Params::default()
    }
}

/// Matches two lists, account by account. Ids must be unique per list.
///
/// Only certain, likely and possible pairs are returned: where another solution is as good, no pair is a result.
///
/// # Errors
/// [`InputError`] if a list has more rows than a run can take.
pub fn match_records(ledger: Vec<LedgerRecord>, statement: Vec<StatementRecord>) -> Result<Vec<EdgeOut>, InputError> {
    Ok(match_records_with(ledger, statement, params(), &mut |_| Control::Continue)?.edges)
}

/// What matching two lists found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matched {
    pub edges: Vec<EdgeOut>,
    /// Bounds that were reached, as sentences.
    pub limits: Vec<String>,
}

/// As [`match_records`], with other parameters and a progress callback for each account's run. Cancelling leaves out
/// the accounts that are not finished.
///
/// # Errors
/// As [`match_records`], and for parameters out of range.
pub fn match_records_with(
    mut ledger: Vec<LedgerRecord>,
    mut statement: Vec<StatementRecord>,
    params: Params,
    progress: &mut dyn FnMut(Progress) -> Control,
) -> Result<Matched, InputError> {
    // Numbers stand for ids, given in the order of the ids: the order of the lists does not matter.
    ledger.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    statement.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let mut accounts: BTreeMap<&str, Inputs> = BTreeMap::new();
    for (at, record) in ledger.iter().enumerate() {
        accounts.entry(&record.account).or_default().entries.push(entry(at as u64, record));
    }
    for (at, record) in statement.iter().enumerate() {
        accounts.entry(&record.account).or_default().lines.push(line(at as u64, record));
    }
    let mut matched = Matched::default();
    let several = accounts.len() > 1;
    for (account, inputs) in accounts {
        let Some(outcome) = run(inputs, Vec::new(), params.clone(), progress)? else {
            break;
        };
        for found in outcome.matches.into_iter().filter(|found| found.tier != Tier::Ambiguous) {
            matched.edges.push(EdgeOut {
                statement_id: statement[found.line as usize].id.clone(),
                ledger_id: ledger[found.entry as usize].id.clone(),
                group_id: format!("G{:07}", matched.edges.len() + 1),
                tier: found.tier,
                score: found.score,
            });
        }
        let whose = if several { format!("Account {account}: ") } else { String::new() };
        matched.limits.extend(outcome.limits.into_iter().map(|note| format!("{whose}{}.", note.words)));
    }
    Ok(matched)
}

fn entry(id: u64, record: &LedgerRecord) -> LedgerItem {
    LedgerItem {
        id,
        order: id,
        amount: record.amount.clone(),
        currency: record.currency.clone(),
        date: record.date,
        description: record.description.clone(),
        reference: record.reference.clone(),
        counterparty: record.counterparty.clone(),
    }
}

fn line(id: u64, record: &StatementRecord) -> StatementItem {
    StatementItem {
        id,
        order: id,
        amount: record.amount.clone(),
        currency: record.currency.clone(),
        booking: record.booking_date,
        value: record.value_date,
        description: record.description.clone(),
        reference: record.reference.clone(),
        counterparty: String::new(),
    }
}
