//! What is wrong with a rule, in words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::criteria;
use crate::decimal::Decimal;
use crate::model::{LedgerItem, StatementItem};
use crate::rule::{Field, Operator, Rule, StoredRule, Tolerance};

/// Whether a rule can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; the rule works.
    Warning,
    /// The rule cannot be saved.
    Error,
}

/// Something wrong with a rule. `criterion` counts from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RuleProblem {
    #[error("The rule has no name.")]
    NoName,
    #[error("The rule has no criteria, so it would never match.")]
    NoCriteria,
    #[error("“{field}” is not a field. Use amount, date, reference, description, currency or counterparty.")]
    UnknownField { criterion: usize, field: String },
    #[error("“{operator}” is not a test. Use equals, greater_than, less_than, contains, levenshtein or found_in_text.")]
    UnknownOperator { criterion: usize, operator: String },
    #[error("“{}” never holds for {}.", operator.code(), field.code())]
    OperatorNotValid { criterion: usize, field: Field, operator: Operator },
    #[error("“{given}” is not a valid tolerance: expected {expected}.")]
    DriftOutOfRange { criterion: usize, given: String, expected: String },
    #[error("The rule can never match: {because}.")]
    NeverMatches { because: String },
    #[error("Neither amount nor reference is compared, so many entries may fit and matching takes longer.")]
    NoAmountOrReference,
    #[error("{}", Broad(.fits, .tested, .because))]
    TooBroad { fits: u64, tested: u64, because: String },
}

struct Broad<'a>(&'a u64, &'a u64, &'a String);

impl fmt::Display for Broad<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self.1 == 0 {
            write!(f, "This is too broad: {}.", self.2)
        } else {
            write!(f, "This fits {} % of all pairs. Add amount or reference.", self.0.saturating_mul(100) / self.1)
        }
    }
}

impl RuleProblem {
    /// Whether the problem prevents saving.
    pub fn severity(&self) -> Severity {
        match self {
            Self::NoAmountOrReference | Self::TooBroad { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// The criterion it is about, if it is about one.
    pub fn criterion(&self) -> Option<usize> {
        match self {
            Self::UnknownField { criterion, .. }
            | Self::UnknownOperator { criterion, .. }
            | Self::OperatorNotValid { criterion, .. }
            | Self::DriftOutOfRange { criterion, .. } => Some(*criterion),
            _ => None,
        }
    }
}

/// Everything wrong with a stored rule that can be told without data; empty if nothing is.
pub fn check(stored: &StoredRule) -> Vec<RuleProblem> {
    let mut problems = Vec::new();
    if stored.name.trim().is_empty() {
        problems.push(RuleProblem::NoName);
    }
    if stored.criteria.is_empty() {
        problems.push(RuleProblem::NoCriteria);
    }
    match Rule::parse(stored) {
        Err(found) => problems.extend(found),
        Ok(rule) if !rule.criteria.is_empty() => check_parsed(&rule, &mut problems),
        Ok(_) => {}
    }
    problems
}

fn check_parsed(rule: &Rule, problems: &mut Vec<RuleProblem>) {
    for (index, criterion) in rule.criteria.iter().enumerate() {
        let (field, operator) = (criterion.field, criterion.operator);
        if !operator.suits(field) {
            problems.push(RuleProblem::OperatorNotValid { criterion: index, field, operator });
        }
    }
    if let Some(because) = contradiction(rule) {
        problems.push(RuleProblem::NeverMatches { because });
    }
    let narrows = |field: Field, operator: Operator| match field {
        Field::Amount => operator == Operator::Equals,
        Field::Reference => operator.suits(field),
        _ => false,
    };
    if !rule.criteria.iter().any(|c| narrows(c.field, c.operator)) {
        problems.push(RuleProblem::NoAmountOrReference);
    }
    let whole = rule.criteria.iter().all(|c| c.field == Field::Currency);
    let wide = rule.criteria.iter().all(|c| c.field == Field::Currency || is_wide(&c.tolerance));
    if whole || wide {
        let because = if whole { "it compares the currency only" } else { "every tolerance lets almost anything pass" };
        problems.push(RuleProblem::TooBroad { fits: 0, tested: 0, because: because.to_owned() });
    }
}

/// Tolerances beyond which a criterion says next to nothing: half the amount, half the text, a year.
fn is_wide(tolerance: &Tolerance) -> bool {
    match tolerance {
        Tolerance::Fraction(fraction) => fraction.times_100().is_none_or(|percent| percent.floor() >= 50),
        Tolerance::PercentOfText(percent) => percent.floor() >= 50,
        Tolerance::Days(_) | Tolerance::Hours(_) | Tolerance::Seconds(_) => {
            tolerance.seconds().unwrap_or_default() >= 365 * 86_400
        }
        _ => false,
    }
}

fn contradiction(rule: &Rule) -> Option<String> {
    for field in [Field::Amount, Field::Date] {
        let has = |operator| rule.criteria.iter().any(|c| c.field == field && c.operator == operator);
        let exact = rule.criteria.iter().any(|c| {
            c.field == field
                && c.operator == Operator::Equals
                && matches!(
                    c.tolerance,
                    Tolerance::Exact | Tolerance::Days(0) | Tolerance::Hours(0) | Tolerance::Seconds(0)
                )
        });
        let name = field.code();
        if has(Operator::GreaterThan) && has(Operator::LessThan) {
            return Some(format!("the {name} cannot be both above and below"));
        }
        if exact && (has(Operator::GreaterThan) || has(Operator::LessThan)) {
            return Some(format!("the {name} cannot be equal and above or below"));
        }
    }
    None
}

/// How many pairs a rule fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breadth {
    pub fits: u64,
    pub tested: u64,
}

impl Breadth {
    /// The warning for a rule that fits more than a twentieth of at least 100 pairs.
    pub fn problem(&self) -> Option<RuleProblem> {
        let broad = self.tested >= 100 && self.fits.saturating_mul(20) > self.tested;
        broad.then(|| RuleProblem::TooBroad { fits: self.fits, tested: self.tested, because: String::new() })
    }
}

/// Tries the rule on an evenly spread sample of at most about `max_pairs` pairs of the same currency.
pub fn breadth(rule: &Rule, lines: &[StatementItem], entries: &[LedgerItem], max_pairs: u64) -> Breadth {
    let pairs = lines.len() as u64 * entries.len() as u64;
    // A stride that shares no factor with the row length visits different columns in different rows.
    let mut stride = pairs.div_ceil(max_pairs.max(1)).max(1);
    while stride > 1 && shares_factor(stride, entries.len() as u64) {
        stride += 1;
    }
    let mut result = Breadth { fits: 0, tested: 0 };
    let mut at = 0;
    while at < pairs {
        let line = &lines[(at / entries.len() as u64) as usize];
        let entry = &entries[(at % entries.len() as u64) as usize];
        if line.currency == entry.currency {
            result.tested += 1;
            result.fits += u64::from(criteria::satisfies(rule, line, entry));
        }
        at += stride;
    }
    result
}

fn shares_factor(mut a: u64, mut b: u64) -> bool {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a > 1
}

/// The percentage as a whole number, for [`Tolerance::Fraction`] in sentences.
pub(crate) fn percent(fraction: Decimal) -> String {
    fraction.times_100().map_or_else(|| format!("{fraction} of the amount"), |percent| format!("{percent} %"))
}
