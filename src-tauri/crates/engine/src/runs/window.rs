//! How far from the period of a statement a run looks for entries.

use std::collections::BTreeSet;

use ledger::Amount;
use matching::{Criterion, Field, Operator, Rule, Tolerance};
use store::recon::{EntryQuery, LineRecord, StatementRecord};

use crate::recon::{WINDOW_DAYS, plus_days};

/// More days than this are every day there is.
const ALL_DAYS: u64 = 40_000;

/// Entries that a run has to see: those around the period, those that an earlier statement left outstanding, however
/// old, and as far away as a rule looks. A rule that looks far away as a rule wants the very amount, and then only
/// entries of the amounts that are open are read: a large book is not taken into memory for a few cheques.
pub(super) fn queries(statement: &StatementRecord, lines: &[LineRecord], rules: &[Rule]) -> Vec<EntryQuery> {
    let far: Vec<(i64, bool)> = rules.iter().filter_map(reach).filter(|(days, _)| *days > WINDOW_DAYS).collect();
    let days = far.iter().map(|(days, _)| *days).max().unwrap_or(WINDOW_DAYS);
    let (from, to) = (statement.period_from, statement.period_to);
    let near = EntryQuery {
        from: Some(plus_days(from, -WINDOW_DAYS)),
        ..EntryQuery::new(statement.balance_key, plus_days(to, WINDOW_DAYS))
    };
    let outstanding = EntryQuery { from: None, outstanding: true, to: plus_days(to, days), ..near.clone() };
    let mut queries = vec![near.clone(), outstanding];
    if days > WINDOW_DAYS {
        let amounts = far.iter().all(|(_, exact)| *exact).then(|| open_amounts(lines));
        let beyond = EntryQuery { amounts, ..near };
        let (before, after) = (plus_days(from, -WINDOW_DAYS - 1), plus_days(to, WINDOW_DAYS + 1));
        queries.push(EntryQuery { from: Some(plus_days(from, -days)), to: before, ..beyond.clone() });
        queries.push(EntryQuery { from: Some(after), to: plus_days(to, days), ..beyond });
    }
    queries
}

fn open_amounts(lines: &[LineRecord]) -> Vec<Amount> {
    let amounts: BTreeSet<Amount> = lines.iter().map(|line| line.amount.abs()).collect();
    amounts.into_iter().collect()
}

/// Days that a rule lets a line and its entry be apart, and whether it wants the very amount. `None` for a rule that
/// does not say how far: it looks where the others look.
fn reach(rule: &Rule) -> Option<(i64, bool)> {
    let days = rule.criteria.iter().filter_map(days).min()?;
    let exact = rule
        .criteria
        .iter()
        .any(|one| one.field == Field::Amount && one.operator == Operator::Equals && one.tolerance == Tolerance::Exact);
    Some((days, exact))
}

fn days(criterion: &Criterion) -> Option<i64> {
    if criterion.field != Field::Date || criterion.operator != Operator::Equals {
        return None;
    }
    let days = match criterion.tolerance {
        Tolerance::Exact => 0,
        Tolerance::Days(days) => u64::from(days),
        Tolerance::Hours(hours) => u64::from(hours).div_ceil(24),
        Tolerance::Seconds(seconds) => seconds.div_ceil(86_400),
        _ => return None,
    };
    i64::try_from(days.min(ALL_DAYS)).ok()
}
