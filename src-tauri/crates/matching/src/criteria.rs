//! Whether a pair satisfies a criterion.
//!
//! `x` is the statement line, `y` the ledger entry:
//!
//! | field | equals | greater_than, less_than | contains |
//! |---|---|---|---|
//! | amount | abs(x−y) ≤ abs(y) × drift, exactly | x > y, x < y | never |
//! | date | abs(x−y) ≤ drift seconds | x after y, x before y | never |
//! | text | equal to any part of y split on `" \| "`, case ignored | never | either contains the other, or few letters differ |
//!
//! Three differences from the compatible semantics, all on the side of care: amounts keep their sign; a text that is
//! empty agrees with nothing; a whole date has no time of day, so whole dates differ by whole days.

use ledger::Amount;
use serde::{Deserialize, Serialize};

use crate::explain::{days_words, money, off_words};
use crate::model::{LedgerItem, StatementItem, When};
use crate::rule::{Criterion, Field, Operator, Rule, Tolerance};
use crate::text;

/// The separator between the references or descriptions of a group.
pub const PART_SEPARATOR: &str = " | ";

/// Whether one criterion holds for a pair, and what was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionCheck {
    pub criterion: usize,
    pub passed: bool,
    /// "6.00 off, 0.033 %", "2 days later", "Reference INV20014 found in the line text".
    pub words: String,
}

/// Texts of one item in lower case and squeezed to letters and digits, made once per item instead of once per pair.
#[derive(Debug, Clone, Default)]
pub struct Lower {
    reference: String,
    description: String,
    counterparty: String,
    currency: String,
    squeezed: Squeezed,
}

/// What searches in the line's text need.
#[derive(Debug, Clone)]
enum Squeezed {
    /// All texts of a line, one after another.
    Line(String),
    Entry {
        reference: String,
        core: Option<String>,
        description: String,
        counterparty: String,
    },
}

impl Default for Squeezed {
    fn default() -> Self {
        Self::Line(String::new())
    }
}

impl Lower {
    /// Of a statement line.
    pub fn of_line(line: &StatementItem) -> Self {
        let all = [&line.description, &line.reference, &line.counterparty].map(|text| text::squeeze(text)).concat();
        Self::of(&line.reference, &line.description, &line.counterparty, line.currency.code(), Squeezed::Line(all))
    }

    /// Of a ledger entry.
    pub fn of_entry(entry: &LedgerItem) -> Self {
        let squeezed = Squeezed::Entry {
            reference: text::squeeze(&entry.reference),
            core: text::core_of_text(&entry.reference),
            description: text::squeeze(&entry.description),
            counterparty: text::squeeze(&entry.counterparty),
        };
        Self::of(&entry.reference, &entry.description, &entry.counterparty, entry.currency.code(), squeezed)
    }

    fn of(reference: &str, description: &str, counterparty: &str, currency: &str, squeezed: Squeezed) -> Self {
        Self {
            reference: reference.to_lowercase(),
            description: description.to_lowercase(),
            counterparty: counterparty.to_lowercase(),
            currency: currency.to_owned(),
            squeezed,
        }
    }

    /// False if the entry's field certainly is not in the line's text: spares the exact search for most pairs.
    fn may_be_in(&self, field: Field, line: &Self) -> bool {
        let (Squeezed::Line(text), Squeezed::Entry { reference, core, description, counterparty }) =
            (&line.squeezed, &self.squeezed)
        else {
            return true;
        };
        match field {
            Field::Reference => text.contains(reference) || core.as_ref().is_some_and(|core| text.contains(core)),
            Field::Description => text.contains(description),
            _ => text.contains(counterparty),
        }
    }

    /// The text of a field; empty for amount and date.
    pub fn field(&self, field: Field) -> &str {
        match field {
            Field::Reference => &self.reference,
            Field::Description => &self.description,
            Field::Counterparty => &self.counterparty,
            Field::Currency => &self.currency,
            Field::Amount | Field::Date => "",
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Copy)]
pub struct LineView<'a> {
    pub item: &'a StatementItem,
    /// The date rules look at.
    pub date: When,
    pub lower: &'a Lower,
}

/// The other side.
#[derive(Clone, Copy)]
pub struct EntryView<'a> {
    pub item: &'a LedgerItem,
    pub lower: &'a Lower,
}

/// True if the pair satisfies every criterion of the rule. A rule without criteria fits nothing.
pub fn satisfies(rule: &Rule, line: &StatementItem, entry: &LedgerItem) -> bool {
    let (lower_line, lower_entry) = (Lower::of_line(line), Lower::of_entry(entry));
    let view = LineView { item: line, date: line.booking, lower: &lower_line };
    all_hold(rule, view, EntryView { item: entry, lower: &lower_entry })
}

/// As [`satisfies`], on prepared texts. Amounts and dates first: they are cheap and rarely hold.
pub fn all_hold(rule: &Rule, line: LineView<'_>, entry: EntryView<'_>) -> bool {
    let all = |text: bool| {
        let mut criteria = rule.criteria.iter().filter(move |criterion| criterion.field.is_text() == text);
        criteria.all(|criterion| holds(criterion, line, entry))
    };
    !rule.criteria.is_empty() && all(false) && all(true)
}

/// True if one criterion holds.
pub fn holds(criterion: &Criterion, line: LineView<'_>, entry: EntryView<'_>) -> bool {
    match criterion.field {
        Field::Amount => amount_holds(criterion, line.item, entry.item),
        Field::Date => {
            let seconds = line.date.seconds_after(&entry.item.date);
            match criterion.operator {
                Operator::Equals => {
                    criterion.tolerance.seconds().is_some_and(|allowed| seconds.unsigned_abs() <= allowed)
                }
                Operator::GreaterThan => seconds > 0,
                Operator::LessThan => seconds < 0,
                _ => false,
            }
        }
        field => text_holds(criterion, field, line, entry),
    }
}

fn amount_holds(criterion: &Criterion, line: &StatementItem, entry: &LedgerItem) -> bool {
    let (x, y) = (&line.amount, &entry.amount);
    match (criterion.operator, &criterion.tolerance) {
        (Operator::GreaterThan, _) => x > y,
        (Operator::LessThan, _) => x < y,
        (Operator::Equals, Tolerance::Fraction(drift)) => {
            let (num, den) = drift.ratio();
            (x - y).abs().times(den) <= y.abs().times(num)
        }
        (Operator::Equals, Tolerance::Absolute { minor, currency }) if *currency == line.currency => {
            (x - y).abs() <= *minor
        }
        (Operator::Equals, _) => x == y,
        _ => false,
    }
}

fn text_holds(criterion: &Criterion, field: Field, line: LineView<'_>, entry: EntryView<'_>) -> bool {
    let (x, y) = (line.lower.field(field), entry.lower.field(field));
    match criterion.operator {
        Operator::FoundInText => {
            entry.lower.may_be_in(field, line.lower) && found_in_text(field, line.item, entry.item).is_some()
        }
        _ if x.is_empty() || y.is_empty() => false,
        Operator::Equals => y.split(PART_SEPARATOR).any(|one| one == x),
        Operator::Contains => {
            let Tolerance::PercentOfText(percent) = &criterion.tolerance else {
                return false;
            };
            x.contains(y) || y.contains(x) || {
                let allowed = percent.percent_of(x.len().max(y.len()));
                allowed > 0 && text::distance_within(x, y, allowed).is_some()
            }
        }
        Operator::Levenshtein => {
            let Tolerance::Letters(letters) = criterion.tolerance else {
                return false;
            };
            text::distance_within(x, y, letters as usize).is_some()
        }
        Operator::GreaterThan | Operator::LessThan => false,
    }
}

/// Where the entry's field appears in the line's text: separators and case ignored, references without their prefix.
fn found_in_text(field: Field, line: &StatementItem, entry: &LedgerItem) -> Option<text::Found> {
    match field {
        Field::Reference => text::find_document(line, &entry.reference),
        Field::Description => text::find_phrase(line, &entry.description),
        Field::Counterparty => text::find_phrase(line, &entry.counterparty),
        _ => None,
    }
}

/// Every criterion of a rule on one pair, with what was measured: for "would match" and near misses.
pub fn check_pair(rule: &Rule, line: &StatementItem, entry: &LedgerItem) -> Vec<CriterionCheck> {
    let (lower_line, lower_entry) = (Lower::of_line(line), Lower::of_entry(entry));
    let line_view = LineView { item: line, date: line.booking, lower: &lower_line };
    let entry_view = EntryView { item: entry, lower: &lower_entry };
    let one = |(criterion, condition): (usize, &Criterion)| {
        let passed = holds(condition, line_view, entry_view);
        CriterionCheck { criterion, passed, words: measured(condition, passed, line_view, entry_view) }
    };
    rule.criteria.iter().enumerate().map(one).collect()
}

fn measured(criterion: &Criterion, passed: bool, line: LineView<'_>, entry: EntryView<'_>) -> String {
    match criterion.field {
        Field::Amount => amount_words(&line.item.amount, entry.item),
        Field::Date => days_words(line.date.seconds_after(&entry.item.date)),
        Field::Currency if passed => format!("Both in {}", line.item.currency.code()),
        Field::Currency => format!("{} and {}", line.item.currency.code(), entry.item.currency.code()),
        field => text_words(criterion, field, passed, line, entry),
    }
}

fn amount_words(x: &Amount, entry: &LedgerItem) -> String {
    if *x == entry.amount {
        format!("Same amount, {}", money(x, &entry.currency))
    } else {
        off_words(&(x - &entry.amount), &entry.amount, &entry.currency)
    }
}

fn text_words(criterion: &Criterion, field: Field, passed: bool, line: LineView<'_>, entry: EntryView<'_>) -> String {
    let name = match field {
        Field::Counterparty => "Payer",
        Field::Reference => "Reference",
        _ => "Description",
    };
    let (x, y) = (line.lower.field(field), entry.lower.field(field));
    match criterion.operator {
        Operator::FoundInText => match found_in_text(field, line.item, entry.item) {
            Some(found) => format!("{name} {} found in the line text", found.shown),
            None => format!("No {} in the line text", name.to_lowercase()),
        },
        _ if y.is_empty() => format!("The entry has no {}", name.to_lowercase()),
        _ if x.is_empty() => format!("The line has no {}", name.to_lowercase()),
        Operator::Equals if passed => format!("Same {}", name.to_lowercase()),
        Operator::Contains if passed && (x.contains(y) || y.contains(x)) => {
            format!("One {} contains the other", name.to_lowercase())
        }
        _ => match strsim::levenshtein(x, y) {
            0 => format!("Same {}", name.to_lowercase()),
            1 => format!("{name} differs by 1 letter"),
            letters => format!("{name} differs by {letters} letters"),
        },
    }
}
