//! Matching rules: the typed form, the stored JSON form and tolerances with one unit each.
//!
//! The stored form is the compatible one: `allowable_drift` is a fraction for amounts, seconds for dates and percent
//! for text. On top of it stand the operators `levenshtein` (a number of letters in `value`) and `found_in_text`,
//! the field `counterparty`, and `tolerance` with `tolerance_unit` for what a drift cannot say.

use ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::check::RuleProblem;
use crate::decimal::{Decimal, Loose};

/// What a criterion looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Amount,
    Date,
    Reference,
    Description,
    Currency,
    Counterparty,
}

impl Field {
    /// The field as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Date => "date",
            Self::Reference => "reference",
            Self::Description => "description",
            Self::Currency => "currency",
            Self::Counterparty => "counterparty",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "amount" => Self::Amount,
            "date" => Self::Date,
            "reference" => Self::Reference,
            "description" => Self::Description,
            "currency" => Self::Currency,
            "counterparty" => Self::Counterparty,
            _ => return None,
        })
    }

    /// True for fields compared as text.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Amount | Self::Date)
    }
}

/// How a criterion compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Equals,
    GreaterThan,
    LessThan,
    Contains,
    /// At most so many letters differ.
    Levenshtein,
    /// The entry's field appears in the line's description, reference or counterparty.
    FoundInText,
}

impl Operator {
    /// The operator as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::GreaterThan => "greater_than",
            Self::LessThan => "less_than",
            Self::Contains => "contains",
            Self::Levenshtein => "levenshtein",
            Self::FoundInText => "found_in_text",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "equals" => Self::Equals,
            "greater_than" => Self::GreaterThan,
            "less_than" => Self::LessThan,
            "contains" => Self::Contains,
            "levenshtein" => Self::Levenshtein,
            "found_in_text" => Self::FoundInText,
            _ => return None,
        })
    }

    /// Whether the operator can ever hold for the field.
    pub fn suits(self, field: Field) -> bool {
        match self {
            Self::Equals => true,
            Self::GreaterThan | Self::LessThan => !field.is_text(),
            Self::Contains | Self::Levenshtein => field.is_text(),
            Self::FoundInText => matches!(field, Field::Reference | Field::Description | Field::Counterparty),
        }
    }
}

/// How much two values may differ, in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "unit", content = "amount", rename_all = "snake_case")]
pub enum Tolerance {
    /// Not at all.
    Exact,
    /// Amounts: a fraction of the entry's amount; 0.01 is 1 %.
    Fraction(Decimal),
    /// Amounts: minor units of one currency. Items in another currency must agree exactly, because 50 minor units are
    /// 0.50 EUR but 50 JPY.
    Absolute {
        minor: Amount,
        currency: Currency,
    },
    Days(u32),
    Hours(u32),
    Seconds(u64),
    /// Text: this many letters (code points) may differ.
    Letters(u32),
    /// Text: so many percent of the longer text, counted in bytes, rounded down to letters.
    PercentOfText(Decimal),
}

/// One condition; all of a rule's must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Criterion {
    pub field: Field,
    pub operator: Operator,
    pub tolerance: Tolerance,
}

/// A matching rule. Rules are alternatives: a pair needs to satisfy one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredRule", into = "StoredRule")]
pub struct Rule {
    pub name: String,
    pub description: String,
    pub criteria: Vec<Criterion>,
}

/// A rule as stored and exchanged. Unknown keys are ignored, unknown words are kept and reported by [`crate::check()`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoredRule {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub criteria: Vec<StoredCriterion>,
}

/// A criterion as stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoredCriterion {
    #[serde(default)]
    pub field: String,
    #[serde(default)]
    pub operator: String,
    /// The number of letters for `levenshtein`; otherwise without meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Loose>,
    /// Fraction for amounts, seconds for dates, percent for text.
    #[serde(default)]
    pub allowable_drift: Loose,
    /// `minor_units`, `days`, `hours` or `seconds`; absent when the drift says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_unit: Option<String>,
    /// Whole number of `tolerance_unit`s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<String>,
    /// The currency that `minor_units` belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_currency: Option<Currency>,
}

impl TryFrom<StoredRule> for Rule {
    type Error = RuleProblem;

    fn try_from(stored: StoredRule) -> Result<Self, RuleProblem> {
        Self::parse(&stored).map_err(|problems| problems.into_iter().next().unwrap_or(RuleProblem::NoCriteria))
    }
}

impl From<Rule> for StoredRule {
    fn from(rule: Rule) -> Self {
        let criteria = rule.criteria.iter().map(StoredCriterion::from).collect();
        Self { name: rule.name, description: rule.description, criteria }
    }
}

impl Rule {
    /// Reads the stored form.
    ///
    /// A rule that reads may still be useless; [`crate::check()`] tells.
    ///
    /// # Errors
    /// Every word that is not known and every tolerance that is no number or out of range.
    pub fn parse(stored: &StoredRule) -> Result<Self, Vec<RuleProblem>> {
        let mut criteria = Vec::with_capacity(stored.criteria.len());
        let mut problems = Vec::new();
        for (index, one) in stored.criteria.iter().enumerate() {
            match Criterion::parse(one, index) {
                Ok(criterion) => criteria.push(criterion),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { name: stored.name.clone(), description: stored.description.clone(), criteria })
    }
}

impl Criterion {
    /// A criterion of its parts.
    pub fn new(field: Field, operator: Operator, tolerance: Tolerance) -> Self {
        Self { field, operator, tolerance }
    }

    fn parse(stored: &StoredCriterion, index: usize) -> Result<Self, RuleProblem> {
        let field = Field::from_code(&stored.field)
            .ok_or_else(|| RuleProblem::UnknownField { criterion: index, field: stored.field.clone() })?;
        let operator = Operator::from_code(&stored.operator)
            .ok_or_else(|| RuleProblem::UnknownOperator { criterion: index, operator: stored.operator.clone() })?;
        let tolerance = Tolerance::parse_stored(stored, field, operator, index)?;
        Ok(Self { field, operator, tolerance })
    }
}

impl Tolerance {
    fn parse_stored(
        stored: &StoredCriterion,
        field: Field,
        operator: Operator,
        index: usize,
    ) -> Result<Self, RuleProblem> {
        let bad = |given: &str, expected: &str| RuleProblem::DriftOutOfRange {
            criterion: index,
            given: given.to_owned(),
            expected: expected.to_owned(),
        };
        if operator == Operator::Levenshtein {
            let text = stored.value.as_ref().map_or("", |value| value.0.as_str());
            let letters = text.trim().parse::<u32>().map_err(|_| bad(text, "a whole number of letters in “value”"))?;
            return Ok(Self::Letters(letters));
        }
        let text = stored.allowable_drift.0.trim();
        let drift: Decimal =
            if text.is_empty() { Decimal::ZERO } else { text.parse().map_err(|_| bad(text, expected(field)))? };
        let unit = (stored.tolerance_unit.as_deref(), stored.tolerance.as_deref());
        match (field, operator) {
            (Field::Amount, _) if drift > Decimal::ONE => Err(bad(text, expected(field))),
            (Field::Amount, Operator::Equals) => match unit {
                (Some("minor_units"), Some(minor)) => {
                    let amount = minor.parse::<Amount>().ok().filter(|amount| !amount.is_negative());
                    let amount = amount.ok_or_else(|| bad(minor, "a whole number of minor units, 0 or more"))?;
                    let currency = stored.tolerance_currency.clone();
                    let currency = currency.ok_or_else(|| bad(minor, "a currency for the minor units"))?;
                    Ok(Self::Absolute { minor: amount, currency })
                }
                (Some(other), _) => Err(bad(other, "the unit minor_units, or none")),
                _ if drift == Decimal::ZERO => Ok(Self::Exact),
                _ => Ok(Self::Fraction(drift)),
            },
            (Field::Date, Operator::Equals) => {
                // A part of a second cannot be seen in any date we read.
                Self::of_seconds(drift.floor(), unit.0).ok_or_else(|| bad(text, expected(field)))
            }
            (_, Operator::Contains) if field.is_text() => match Decimal::whole(100) {
                Some(whole) if drift > whole => Err(bad(text, expected(field))),
                _ => Ok(Self::PercentOfText(drift)),
            },
            _ => Ok(Self::Exact),
        }
    }

    fn of_seconds(seconds: u64, unit: Option<&str>) -> Option<Self> {
        let days = (seconds.is_multiple_of(86_400)).then_some(seconds / 86_400);
        let hours = (seconds.is_multiple_of(3600)).then_some(seconds / 3600);
        match (unit, days, hours) {
            (Some("seconds"), _, _) => Some(Self::Seconds(seconds)),
            (Some("hours"), _, Some(hours)) => u32::try_from(hours).ok().map(Self::Hours),
            (Some("days"), None, _) | (Some("hours"), _, None) => None,
            (None, _, _) if seconds == 0 => Some(Self::Exact),
            (_, Some(days), _) => u32::try_from(days).ok().map(Self::Days),
            (_, None, Some(hours)) => u32::try_from(hours).ok().map(Self::Hours),
            _ => Some(Self::Seconds(seconds)),
        }
    }

    /// The tolerance of a date in seconds; `None` for other tolerances.
    pub fn seconds(&self) -> Option<u64> {
        match self {
            Self::Exact => Some(0),
            Self::Days(days) => Some(u64::from(*days) * 86_400),
            Self::Hours(hours) => Some(u64::from(*hours) * 3600),
            Self::Seconds(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// The tolerance as a person writes it: `exactly`, `1 %`, `0.50 EUR`, `4 days`, `2 letters`.
    pub fn words(&self) -> String {
        let count = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        match self {
            Self::Exact => "exactly".to_owned(),
            Self::Fraction(fraction) => match fraction.times_100() {
                Some(percent) => format!("{percent} %"),
                None => format!("{fraction} of the amount"),
            },
            Self::Absolute { minor, currency } => crate::explain::money(minor, currency),
            Self::Days(days) => count(u64::from(*days), "day"),
            Self::Hours(hours) => count(u64::from(*hours), "hour"),
            Self::Seconds(seconds) => count(*seconds, "second"),
            Self::Letters(letters) => count(u64::from(*letters), "letter"),
            Self::PercentOfText(percent) if *percent == Decimal::ZERO => "exactly".to_owned(),
            Self::PercentOfText(percent) => format!("{percent} % of the text"),
        }
    }

    /// Reads what [`Tolerance::words`] writes; amounts are plain decimals with or without grouping commas.
    /// `currency` tells the decimals of an amount.
    pub fn parse_words(text: &str, currency: &Currency) -> Option<Self> {
        let text = text.trim();
        if text == "exactly" {
            return Some(Self::Exact);
        }
        let (number, unit) = text.split_once(' ')?;
        let whole = || number.parse::<u32>().ok();
        match unit.trim() {
            "%" => number.parse::<Decimal>().ok()?.hundredth().map(Self::Fraction),
            "% of the text" => number.parse().ok().map(Self::PercentOfText),
            "day" | "days" => whole().map(Self::Days),
            "hour" | "hours" => whole().map(Self::Hours),
            "second" | "seconds" => number.parse().ok().map(Self::Seconds),
            "letter" | "letters" => whole().map(Self::Letters),
            code if code == currency.code() => {
                let minor = Amount::parse_decimal(&number.replace(',', ""), currency.exponent()).ok()?;
                (!minor.is_negative()).then(|| Self::Absolute { minor, currency: currency.clone() })
            }
            _ => None,
        }
    }
}

fn expected(field: Field) -> &'static str {
    match field {
        Field::Amount => "a fraction from 0 to 1 for an amount: 0.01 is 1 %",
        Field::Date => "whole seconds, 0 or more, for a date: 86400 is 1 day",
        _ => "a percentage from 0 to 100 for a text",
    }
}

impl From<&Criterion> for StoredCriterion {
    fn from(criterion: &Criterion) -> Self {
        let mut stored = Self {
            field: criterion.field.code().to_owned(),
            operator: criterion.operator.code().to_owned(),
            allowable_drift: Loose("0".to_owned()),
            ..Self::default()
        };
        match &criterion.tolerance {
            Tolerance::Exact => {}
            Tolerance::Fraction(drift) | Tolerance::PercentOfText(drift) => {
                stored.allowable_drift = Loose(drift.to_string())
            }
            Tolerance::Absolute { minor, currency } => {
                stored.tolerance_unit = Some("minor_units".to_owned());
                stored.tolerance = Some(minor.to_string());
                stored.tolerance_currency = Some(currency.clone());
            }
            Tolerance::Letters(letters) => stored.value = Some(Loose(letters.to_string())),
            Tolerance::Days(_) | Tolerance::Hours(_) | Tolerance::Seconds(_) => {
                let seconds = criterion.tolerance.seconds().unwrap_or_default();
                stored.allowable_drift = Loose(seconds.to_string());
                // The unit is only written when reading the seconds back would choose another one.
                if Tolerance::of_seconds(seconds, None).as_ref() != Some(&criterion.tolerance) {
                    let unit = match criterion.tolerance {
                        Tolerance::Days(_) => "days",
                        Tolerance::Hours(_) => "hours",
                        _ => "seconds",
                    };
                    stored.tolerance_unit = Some(unit.to_owned());
                }
            }
        }
        stored
    }
}
