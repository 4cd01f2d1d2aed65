//! A rule read aloud: one sentence whose parts know which criterion they stand for.

use serde::{Deserialize, Serialize};

use crate::check::percent;
use crate::rule::{Criterion, Field, Operator, Rule, Tolerance};

/// What a part of the sentence is, and which criterion a choice in it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum PartRole {
    /// Fixed words.
    Plain,
    /// "one statement line" or "one ledger entry".
    Subject,
    /// The field of a criterion.
    Field { criterion: usize },
    /// The test of a criterion.
    Test { criterion: usize },
    /// The tolerance of a criterion.
    Tolerance { criterion: usize },
}

/// A piece of the sentence. Joined without anything between, the pieces are the whole sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentencePart {
    pub text: String,
    #[serde(flatten)]
    pub role: PartRole,
}

fn part(text: impl Into<String>, role: PartRole) -> SentencePart {
    SentencePart { text: text.into(), role }
}

fn plain(text: impl Into<String>) -> SentencePart {
    part(text, PartRole::Plain)
}

/// The rule as a sentence: "When one statement line and one ledger entry agree in amount to 1 % and date within
/// 4 days, and the ledger reference appears in the line text, they match."
pub fn sentence(rule: &Rule) -> Vec<SentencePart> {
    let mut parts = vec![
        plain("When "),
        part("one statement line", PartRole::Subject),
        plain(" and "),
        part("one ledger entry", PartRole::Subject),
    ];
    let indexed = || rule.criteria.iter().enumerate();
    let agreeing: Vec<_> = indexed().filter(|(_, c)| c.operator == Operator::Equals).collect();
    let others: Vec<_> = indexed().filter(|(_, c)| c.operator != Operator::Equals).collect();
    if rule.criteria.is_empty() {
        parts.push(plain(" agree in nothing yet, they never match."));
        return parts;
    }
    if !agreeing.is_empty() {
        parts.push(plain(" agree in "));
        for (position, (index, criterion)) in agreeing.iter().enumerate() {
            if position > 0 {
                parts.push(plain(if position + 1 == agreeing.len() { " and " } else { ", " }));
            }
            agreement(criterion, *index, &mut parts);
        }
    }
    for (position, (index, criterion)) in others.iter().enumerate() {
        let joint = match (agreeing.is_empty(), position) {
            (true, 0) => " are such that ",
            _ => ", and ",
        };
        parts.push(plain(joint));
        clause(criterion, *index, &mut parts);
    }
    parts.push(plain(", they match."));
    parts
}

fn agreement(criterion: &Criterion, index: usize, parts: &mut Vec<SentencePart>) {
    parts.push(part(field_name(criterion.field), PartRole::Field { criterion: index }));
    let words = match (criterion.field, &criterion.tolerance) {
        (Field::Amount, Tolerance::Fraction(fraction)) => format!("to {}", percent(*fraction)),
        (Field::Amount, Tolerance::Absolute { .. }) => {
            format!("to {}", criterion.tolerance.words())
        }
        (Field::Date, tolerance) if tolerance.seconds() == Some(0) => "on the same day".to_owned(),
        (Field::Date, tolerance) => format!("within {}", tolerance.words()),
        (Field::Amount | Field::Currency, _) => "exactly".to_owned(),
        _ => "in every letter, case ignored".to_owned(),
    };
    parts.push(plain(" "));
    parts.push(part(words, PartRole::Tolerance { criterion: index }));
}

fn clause(criterion: &Criterion, index: usize, parts: &mut Vec<SentencePart>) {
    let (field, test, tolerance) = (
        PartRole::Field { criterion: index },
        PartRole::Test { criterion: index },
        PartRole::Tolerance { criterion: index },
    );
    let name = field_name(criterion.field);
    let date = criterion.field == Field::Date;
    match criterion.operator {
        Operator::Equals => agreement(criterion, index, parts),
        Operator::GreaterThan | Operator::LessThan => {
            let words = match (date, criterion.operator == Operator::GreaterThan) {
                (true, true) => "is after",
                (true, false) => "is before",
                (false, true) => "is above",
                (false, false) => "is below",
            };
            parts.extend([plain("the line "), part(name, field), plain(" "), part(words, test)]);
            parts.push(plain(format!(" the entry {name}")));
        }
        Operator::Contains => {
            parts.extend([plain("one "), part(name, field), plain(" "), part("contains the other", test)]);
            if !matches!(&criterion.tolerance, Tolerance::PercentOfText(percent) if percent.floor() == 0) {
                parts.push(plain(" or differs in at most "));
                parts.push(part(criterion.tolerance.words(), tolerance));
            }
        }
        Operator::Levenshtein => {
            parts.extend([plain("the "), part(name, field), plain(" "), part("is similar", test), plain(" within ")]);
            parts.push(part(criterion.tolerance.words(), tolerance));
        }
        Operator::FoundInText => {
            parts.push(plain("the "));
            parts.push(part(format!("ledger {name}"), field));
            parts.push(plain(" "));
            parts.push(part("appears in the line text", test));
        }
    }
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::Counterparty => "payer",
        other => other.code(),
    }
}
