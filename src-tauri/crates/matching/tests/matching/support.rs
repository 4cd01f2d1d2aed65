//! Short ways to write lines, entries and rules.

use ledger::{Amount, Currency};
use matching::{
    Control, Criterion, Field, Inputs, LedgerItem, Operator, Outcome, Params, Rule, StatementItem, Tolerance, When, run,
};

pub fn currency(code: &str) -> Currency {
    Currency::iso(code).unwrap()
}

pub fn when(text: &str) -> When {
    text.parse().unwrap()
}

pub fn line(id: u64, minor: i64, date: &str, description: &str, reference: &str) -> StatementItem {
    StatementItem {
        id,
        order: id,
        amount: Amount::from(minor),
        currency: currency("EUR"),
        booking: when(date),
        value: None,
        description: description.into(),
        reference: reference.into(),
        counterparty: String::new(),
    }
}

pub fn entry(id: u64, minor: i64, date: &str, description: &str, reference: &str) -> LedgerItem {
    LedgerItem {
        id,
        order: id,
        amount: Amount::from(minor),
        currency: currency("EUR"),
        date: when(date),
        description: description.into(),
        reference: reference.into(),
        counterparty: String::new(),
    }
}

pub fn criterion(field: Field, operator: Operator, tolerance: Tolerance) -> Criterion {
    Criterion::new(field, operator, tolerance)
}

pub fn equals(field: Field) -> Criterion {
    criterion(field, Operator::Equals, Tolerance::Exact)
}

pub fn fraction(text: &str) -> Criterion {
    criterion(Field::Amount, Operator::Equals, Tolerance::Fraction(text.parse().unwrap()))
}

pub fn days(count: u32) -> Criterion {
    criterion(Field::Date, Operator::Equals, Tolerance::Days(count))
}

pub fn rule(name: &str, criteria: Vec<Criterion>) -> Rule {
    Rule { name: name.into(), description: String::new(), criteria }
}

pub fn inputs(lines: Vec<StatementItem>, entries: Vec<LedgerItem>) -> Inputs {
    Inputs { lines, entries, excluded: Vec::new() }
}

pub fn outcome(inputs: Inputs, rules: Vec<Rule>, params: Params) -> Outcome {
    run(inputs, rules, params, &mut |_| Control::Continue).unwrap().unwrap()
}

pub fn pairs(outcome: &Outcome) -> Vec<(u64, u64)> {
    outcome.matches.iter().map(|found| (found.line, found.entry)).collect()
}
