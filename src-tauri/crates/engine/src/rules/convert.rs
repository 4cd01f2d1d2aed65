//! Rules as people edit them, as they are stored, and as the matching reads them.

use ledger::{Amount, Currency};
use matching::{Criterion, Decimal, Field, Operator, PartRole, StoredCriterion, StoredRule, Tolerance as Drift};
use serde_json::{Value, json};

use crate::api::rules::{
    RuleBody, RuleCriterion, RuleField, RuleIssue, RuleTest, SentencePart, Tolerance, ToleranceUnit,
};
use crate::{EngineError, EngineResult};

const FIELDS: &[(RuleField, Field)] = &[
    (RuleField::Amount, Field::Amount),
    (RuleField::Date, Field::Date),
    (RuleField::Reference, Field::Reference),
    (RuleField::Description, Field::Description),
    (RuleField::Currency, Field::Currency),
    (RuleField::Counterparty, Field::Counterparty),
];
const TESTS: &[(RuleTest, Operator)] = &[
    (RuleTest::Equals, Operator::Equals),
    (RuleTest::GreaterThan, Operator::GreaterThan),
    (RuleTest::LessThan, Operator::LessThan),
    (RuleTest::Contains, Operator::Contains),
    (RuleTest::Similar, Operator::Levenshtein),
    (RuleTest::FoundInText, Operator::FoundInText),
];

fn there<A: PartialEq + Copy, B: Copy>(pairs: &[(A, B)], value: A, fallback: B) -> B {
    pairs.iter().find(|(known, _)| *known == value).map_or(fallback, |(_, other)| *other)
}

fn back<A: Copy, B: PartialEq + Copy>(pairs: &[(A, B)], value: B, fallback: A) -> A {
    pairs.iter().find(|(_, known)| *known == value).map_or(fallback, |(other, _)| *other)
}

/// A tolerance of the form as the matching understands it, or what is wrong with it in words.
fn drift(criterion: &RuleCriterion) -> Result<Drift, String> {
    let Some(tolerance) = &criterion.tolerance else {
        return Ok(match criterion.test {
            RuleTest::Similar => return Err("“Is similar” needs a number of letters.".into()),
            RuleTest::Contains => Drift::PercentOfText(Decimal::ZERO),
            _ => Drift::Exact,
        });
    };
    let text = tolerance.value.trim();
    let wrong = |what: &str| format!("“{text}” is not {what}.");
    let whole = || text.parse::<u32>().map_err(|_| not_a_count(text));
    let percent = || text.parse::<Decimal>().map_err(|_| wrong("a percentage, such as 0.5"));
    match (tolerance.unit, criterion.field, criterion.test) {
        (ToleranceUnit::Percent, RuleField::Amount, RuleTest::Equals) => {
            let fraction = percent()?.hundredth().ok_or_else(|| wrong("a percentage, such as 0.5"))?;
            Ok(if fraction == Decimal::ZERO { Drift::Exact } else { Drift::Fraction(fraction) })
        }
        (ToleranceUnit::Money, RuleField::Amount, RuleTest::Equals) => {
            let code = tolerance.currency.as_deref().ok_or("An amount needs its currency.")?;
            let currency = Currency::iso(code).ok_or_else(|| format!("“{code}” is not a currency."))?;
            let minor = Amount::parse_decimal(text, currency.exponent())
                .map_err(|error| format!("“{text}” is not an amount: {error}."))?;
            if minor.is_negative() { Err(below_zero(text)) } else { Ok(Drift::Absolute { minor, currency }) }
        }
        (ToleranceUnit::Days, RuleField::Date, RuleTest::Equals) => whole().map(Drift::Days),
        (ToleranceUnit::Hours, RuleField::Date, RuleTest::Equals) => whole().map(Drift::Hours),
        (ToleranceUnit::Seconds, RuleField::Date, RuleTest::Equals) => {
            text.parse().map(Drift::Seconds).map_err(|_| not_a_count(text))
        }
        (ToleranceUnit::Letters, _, RuleTest::Similar) => whole().map(Drift::Letters),
        (ToleranceUnit::Percent, _, RuleTest::Contains) => percent().map(Drift::PercentOfText),
        _ => Err("This unit does not fit the field and the test.".into()),
    }
}

fn below_zero(text: &str) -> String {
    format!("“{text}” must be 0 or more.")
}

/// What is wrong with a text that is no number of days, hours, seconds or letters.
fn not_a_count(text: &str) -> String {
    if text.parse::<i64>().is_ok_and(i64::is_negative) {
        below_zero(text)
    } else {
        format!("“{text}” is not a whole number.")
    }
}

fn tolerance(drift: &Drift) -> Option<Tolerance> {
    let of = |value: String, unit| Some(Tolerance { value, unit, currency: None });
    match drift {
        Drift::Exact => None,
        Drift::Fraction(fraction) => of(
            fraction.times_100().map_or_else(|| fraction.to_string(), |percent| percent.to_string()),
            ToleranceUnit::Percent,
        ),
        Drift::Absolute { minor, currency } => Some(Tolerance {
            value: minor.to_decimal(currency.exponent()),
            unit: ToleranceUnit::Money,
            currency: Some(currency.code().to_owned()),
        }),
        Drift::Days(days) => of(days.to_string(), ToleranceUnit::Days),
        Drift::Hours(hours) => of(hours.to_string(), ToleranceUnit::Hours),
        Drift::Seconds(seconds) => of(seconds.to_string(), ToleranceUnit::Seconds),
        Drift::Letters(letters) => of(letters.to_string(), ToleranceUnit::Letters),
        Drift::PercentOfText(percent) if *percent == Decimal::ZERO => None,
        Drift::PercentOfText(percent) => of(percent.to_string(), ToleranceUnit::Percent),
    }
}

/// The stored form, and what of the form could not be read. An unreadable tolerance is stored as exactly, which the
/// caller must not save.
pub(super) fn to_stored(name: &str, body: &RuleBody) -> (StoredRule, Vec<RuleIssue>) {
    let mut issues = Vec::new();
    let criteria = body
        .criteria
        .iter()
        .enumerate()
        .map(|(index, criterion)| {
            let drift = drift(criterion).unwrap_or_else(|text| {
                issues.push(RuleIssue { criterion: Some(index as u32), text });
                Drift::Exact
            });
            let (field, test) =
                (there(FIELDS, criterion.field, Field::Amount), there(TESTS, criterion.test, Operator::Equals));
            StoredCriterion::from(&Criterion::new(field, test, drift))
        })
        .collect();
    (StoredRule { name: name.trim().to_owned(), description: String::new(), criteria }, issues)
}

/// What is kept in the book: the stored form, and whether certain matches may confirm themselves.
pub(super) fn stored_of(name: &str, body: &RuleBody) -> EngineResult<Value> {
    let (stored, issues) = to_stored(name, body);
    if let Some(issue) = issues.first() {
        return Err(EngineError::invalid("criteria", &issue.text));
    }
    Ok(json!({ "name": stored.name, "criteria": stored.criteria, "confirm": body.confirm }))
}

/// The rule of a stored body, for matching.
pub(crate) fn matching_rule(body: &Value) -> EngineResult<matching::Rule> {
    let stored: StoredRule = serde_json::from_value(body.clone())
        .map_err(|error| EngineError::invalid("stored", format!("This is not a rule: {error}.")))?;
    matching::Rule::parse(&stored).map_err(|problems| {
        let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
        EngineError::invalid("criteria", text.join(" "))
    })
}

/// The body of a stored rule, for editing.
pub(super) fn body_of(body: &Value) -> EngineResult<RuleBody> {
    let rule = matching_rule(body)?;
    let criteria = rule
        .criteria
        .iter()
        .map(|criterion| RuleCriterion {
            field: back(FIELDS, criterion.field, RuleField::Amount),
            test: back(TESTS, criterion.operator, RuleTest::Equals),
            tolerance: tolerance(&criterion.tolerance),
        })
        .collect();
    Ok(RuleBody { criteria, confirm: body["confirm"].as_bool().unwrap_or(false) })
}

/// The sentence a rule reads as.
pub(crate) fn sentence_of(rule: &matching::Rule) -> Vec<SentencePart> {
    matching::sentence(rule)
        .into_iter()
        .map(|part| {
            let (slot, criterion) = match part.role {
                PartRole::Plain => (None, None),
                PartRole::Subject => (Some("subject"), None),
                PartRole::Field { criterion } => (Some("field"), Some(criterion)),
                PartRole::Test { criterion } => (Some("test"), Some(criterion)),
                PartRole::Tolerance { criterion } => (Some("tolerance"), Some(criterion)),
            };
            SentencePart {
                text: part.text,
                slot: slot.map(str::to_owned),
                criterion: criterion.map(|index| index as u32),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_survives_storing_and_reading() {
        let criterion = |field, test, tolerance| RuleCriterion { field, test, tolerance };
        let within = |value: &str, unit| Some(Tolerance { value: value.into(), unit, currency: None });
        let body = RuleBody {
            criteria: vec![
                criterion(RuleField::Amount, RuleTest::Equals, within("0.05", ToleranceUnit::Percent)),
                criterion(RuleField::Date, RuleTest::Equals, within("4", ToleranceUnit::Days)),
                criterion(RuleField::Reference, RuleTest::FoundInText, None),
                criterion(RuleField::Description, RuleTest::Similar, within("2", ToleranceUnit::Letters)),
                criterion(
                    RuleField::Amount,
                    RuleTest::Equals,
                    Some(Tolerance { value: "0.500".into(), unit: ToleranceUnit::Money, currency: Some("KWD".into()) }),
                ),
            ],
            confirm: true,
        };
        let stored = stored_of("All of it", &body).unwrap();
        assert_eq!(body_of(&stored).unwrap(), body);
        // Numbers, as the compatible form writes them.
        assert_eq!(stored["criteria"][0]["allowable_drift"].to_string(), "0.0005");
        assert_eq!(stored["criteria"][1]["allowable_drift"].to_string(), "345600");
    }

    #[test]
    fn a_tolerance_that_does_not_fit_is_named() {
        let body = |value: &str, unit, field| RuleBody {
            criteria: vec![RuleCriterion {
                field,
                test: RuleTest::Equals,
                tolerance: Some(Tolerance { value: value.into(), unit, currency: None }),
            }],
            confirm: false,
        };
        assert!(stored_of("a", &body("4", ToleranceUnit::Days, RuleField::Amount)).is_err());
        let told = |value| stored_of("a", &body(value, ToleranceUnit::Days, RuleField::Date)).unwrap_err().sentence();
        assert!(told("four").contains("“four” is not a whole number."), "{}", told("four"));
        assert!(told("-3").contains("“-3” must be 0 or more."), "{}", told("-3"));
        assert!(stored_of("a", &body("0.50", ToleranceUnit::Money, RuleField::Amount)).is_err());
    }
}
