//! Rules as stored, checked and read aloud.

use ledger::Amount;
use matching::{
    Field, Operator, PartRole, Rule, RuleProblem, Severity, StoredCriterion, StoredRule, Tolerance, breadth, check,
    sentence,
};

use crate::support::*;

fn stored(json: &str) -> StoredRule {
    serde_json::from_str(json).unwrap()
}

const COMPATIBLE: &str = r#"{
    "rule_id": "ignored", "name": "Amount and day", "description": "d",
    "criteria": [
        {"field": "amount", "operator": "equals", "allowable_drift": 0.01},
        {"field": "date", "operator": "equals", "allowable_drift": 86400},
        {"field": "reference", "operator": "contains", "value": "", "allowable_drift": 20},
        {"field": "currency", "operator": "equals"}
    ]
}"#;

#[test]
fn the_compatible_form_is_read_with_one_unit_per_tolerance() {
    let rule = Rule::parse(&stored(COMPATIBLE)).unwrap();
    let words: Vec<String> = rule.criteria.iter().map(|criterion| criterion.tolerance.words()).collect();
    assert_eq!(words, ["1 %", "1 day", "20 % of the text", "exactly"]);
    assert_eq!(rule.criteria[0].tolerance, Tolerance::Fraction("0.01".parse().unwrap()));
}

#[test]
fn drift_is_written_back_as_numbers_in_the_compatible_units() {
    let rule: Rule = serde_json::from_str(COMPATIBLE).unwrap();
    let json = serde_json::to_value(&rule).unwrap();
    let drifts: Vec<String> =
        json["criteria"].as_array().unwrap().iter().map(|one| one["allowable_drift"].to_string()).collect();
    assert_eq!(drifts, ["0.01", "86400", "20", "0"]);
    assert!(json["criteria"][0].get("tolerance_unit").is_none());
}

#[test]
fn every_tolerance_survives_storing() {
    let euro = currency("EUR");
    let all = [
        (Field::Amount, Operator::Equals, Tolerance::Exact),
        (Field::Amount, Operator::Equals, Tolerance::Fraction("0.0005".parse().unwrap())),
        (Field::Amount, Operator::Equals, Tolerance::Absolute { minor: Amount::from(50_i64), currency: euro.clone() }),
        (Field::Date, Operator::Equals, Tolerance::Exact),
        (Field::Date, Operator::Equals, Tolerance::Days(4)),
        (Field::Date, Operator::Equals, Tolerance::Hours(24)),
        (Field::Date, Operator::Equals, Tolerance::Hours(5)),
        (Field::Date, Operator::Equals, Tolerance::Seconds(3_600)),
        (Field::Date, Operator::Equals, Tolerance::Seconds(61)),
        (Field::Description, Operator::Levenshtein, Tolerance::Letters(2)),
        (Field::Description, Operator::Contains, Tolerance::PercentOfText("12.5".parse().unwrap())),
        (Field::Counterparty, Operator::FoundInText, Tolerance::Exact),
    ];
    let one =
        rule("r", all.into_iter().map(|(field, operator, tolerance)| criterion(field, operator, tolerance)).collect());
    let json = serde_json::to_string(&one).unwrap();
    let back: Rule = serde_json::from_str(&json).unwrap();
    assert_eq!(back, one, "{json}");
    let words: Vec<String> = one.criteria.iter().map(|criterion| criterion.tolerance.words()).collect();
    assert_eq!(words[1..6], ["0.05 %", "0.50 EUR", "exactly", "4 days", "24 hours"]);
    assert_eq!(words[9], "2 letters");
    for text in words {
        let read = Tolerance::parse_words(&text, &euro).unwrap_or_else(|| panic!("“{text}” is not read back"));
        assert_eq!(read.words(), text);
    }
    assert_eq!(Tolerance::parse_words("some days", &euro), None);
}

fn problems(json: &str) -> Vec<RuleProblem> {
    check(&stored(json))
}

fn criteria(json: &str) -> String {
    format!(r#"{{"name": "n", "criteria": [{json}]}}"#)
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    assert_eq!(problems("{}"), [RuleProblem::NoName, RuleProblem::NoCriteria]);
    let found =
        problems(&criteria(r#"{"field": "amount", "operator": "equals"}, {"field": "colour", "operator": "equals"}"#));
    assert_eq!(found, [RuleProblem::UnknownField { criterion: 1, field: "colour".into() }]);
    assert!(found[0].to_string().starts_with("“colour” is not a field."));
    let found = problems(&criteria(r#"{"field": "date", "operator": "after"}"#));
    assert_eq!(found, [RuleProblem::UnknownOperator { criterion: 0, operator: "after".into() }]);
    let found =
        problems(&criteria(r#"{"field": "amount", "operator": "equals"}, {"field": "date", "operator": "contains"}"#));
    assert_eq!(
        found,
        [RuleProblem::OperatorNotValid { criterion: 1, field: Field::Date, operator: Operator::Contains }]
    );
    assert_eq!((found[0].severity(), found[0].criterion()), (Severity::Error, Some(1)));
}

#[test]
fn drift_has_a_range_per_field() {
    for (field, operator, drift, good) in [
        ("amount", "equals", "1", true),
        ("amount", "equals", "1.01", false),
        ("amount", "equals", "-0.1", false),
        ("amount", "equals", r#""much""#, false),
        ("date", "equals", "31536000", true),
        ("date", "equals", "-1", false),
        ("description", "contains", "100", true),
        ("description", "contains", "101", false),
    ] {
        let json =
            criteria(&format!(r#"{{"field": "{field}", "operator": "{operator}", "allowable_drift": {drift}}}"#));
        let refused =
            problems(&json).iter().any(|problem| matches!(problem, RuleProblem::DriftOutOfRange { criterion: 0, .. }));
        assert_eq!(refused, !good, "{field} {drift}");
    }
    let found = problems(&criteria(r#"{"field": "description", "operator": "levenshtein", "value": "few"}"#));
    assert!(matches!(&found[0], RuleProblem::DriftOutOfRange { given, .. } if given == "few"));
    let absolute = r#"{"field": "amount", "operator": "equals", "tolerance_unit": "minor_units", "tolerance": "50"}"#;
    assert!(
        matches!(problems(&criteria(absolute))[0], RuleProblem::DriftOutOfRange { .. }),
        "minor units of which currency?"
    );
}

#[test]
fn rules_that_never_match_and_rules_that_match_everything_are_told() {
    let found = problems(&criteria(
        r#"{"field": "amount", "operator": "greater_than"}, {"field": "amount", "operator": "less_than"}"#,
    ));
    assert!(found.iter().any(|problem| matches!(problem, RuleProblem::NeverMatches { .. })));
    let found = problems(&criteria(r#"{"field": "date", "operator": "equals", "allowable_drift": 86400}"#));
    assert_eq!(found, [RuleProblem::NoAmountOrReference]);
    assert_eq!(found[0].severity(), Severity::Warning);
    let found = problems(&criteria(r#"{"field": "amount", "operator": "equals", "allowable_drift": 0.9}"#));
    assert!(matches!(found[0], RuleProblem::TooBroad { .. }));
    assert!(problems(COMPATIBLE).is_empty());
}

#[test]
fn breadth_is_measured_on_real_pairs() {
    let lines: Vec<_> = (0..40).map(|id| line(id, 100 + id as i64, "2026-01-01", "", "")).collect();
    let entries: Vec<_> = (0..50).map(|id| entry(id, 100 + id as i64, "2026-01-01", "", "")).collect();
    let wide = breadth(&rule("r", vec![fraction("0.9")]), &lines, &entries, u64::MAX);
    assert_eq!((wide.fits, wide.tested), (2_000, 2_000));
    assert_eq!(wide.problem().unwrap().to_string(), "This fits 100 % of all pairs. Add amount or reference.");
    let narrow = breadth(&rule("r", vec![equals(Field::Amount)]), &lines, &entries, u64::MAX);
    assert_eq!((narrow.fits, narrow.problem()), (40, None));
    let sampled = breadth(&rule("r", vec![fraction("0.9")]), &lines, &entries, 300);
    assert!((150..=300).contains(&sampled.tested) && sampled.fits == sampled.tested, "{sampled:?}");
    assert_eq!(breadth(&rule("r", vec![fraction("0.9")]), &[], &entries, 300).tested, 0);
}

#[test]
fn a_rule_reads_as_one_sentence() {
    let read = |one: &Rule| sentence(one).into_iter().map(|part| part.text).collect::<String>();
    let found = criterion(Field::Reference, Operator::FoundInText, Tolerance::Exact);
    let one = rule("r", vec![fraction("0.01"), days(4), found]);
    assert_eq!(
        read(&one),
        "When one statement line and one ledger entry agree in amount to 1 % and date within 4 days, and the ledger reference appears in the line text, they match."
    );
    let parts = sentence(&one);
    let at = parts.iter().position(|part| part.role == PartRole::Tolerance { criterion: 1 }).unwrap();
    assert_eq!(parts[at].text, "within 4 days");
    let similar = rule("r", vec![criterion(Field::Description, Operator::Levenshtein, Tolerance::Letters(2))]);
    assert_eq!(
        read(&similar),
        "When one statement line and one ledger entry are such that the description is similar within 2 letters, they match."
    );
    assert_eq!(
        read(&rule("r", vec![])),
        "When one statement line and one ledger entry agree in nothing yet, they never match."
    );
}

#[test]
fn a_stored_criterion_keeps_its_words() {
    let one = StoredCriterion::from(&days(3));
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        r#"{"field":"date","operator":"equals","allowable_drift":259200}"#
    );
}
