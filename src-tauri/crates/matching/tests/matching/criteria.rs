//! Every cell of the criteria table.

use ledger::Amount;
use matching::criteria::satisfies;
use matching::{Criterion, Field, Operator, Tolerance, check_pair};

use crate::support::*;

fn holds(one: Criterion, line: &matching::StatementItem, entry: &matching::LedgerItem) -> bool {
    satisfies(&rule("r", vec![one]), line, entry)
}

fn amounts(one: &Criterion, x: &str, y: &str) -> bool {
    let mut line = line(1, 0, "2026-01-01", "", "");
    let mut entry = entry(1, 0, "2026-01-01", "", "");
    line.amount = x.parse().unwrap();
    entry.amount = y.parse().unwrap();
    holds(one.clone(), &line, &entry)
}

#[test]
fn amount_equals_within_a_fraction_of_the_entry() {
    let one_percent = fraction("0.01");
    for (x, y, expected) in [
        ("10100", "10000", true),
        ("10101", "10000", false),
        ("9900", "10000", true),
        ("9899", "10000", false),
        // The share is taken of the entry: 100 off is within 1 % of 10100 but not of 9999.
        ("10000", "10100", true),
        ("10000", "9900", false),
        ("-10100", "-10000", true),
        ("-10101", "-10000", false),
        ("-50", "50", false),
        ("0", "0", true),
        ("1", "0", false),
        ("1010000000000000000000000000000", "1000000000000000000000000000000", true),
        ("1010000000000000000000000000001", "1000000000000000000000000000000", false),
        ("101000000000000000000000000000000000000000000", "100000000000000000000000000000000000000000000", true),
    ] {
        assert_eq!(amounts(&one_percent, x, y), expected, "{x} and {y}");
    }
}

#[test]
fn tolerances_are_exact_where_binary_fractions_are_not() {
    // 0.07 × 100 is above 7 in binary floating point and 0.29 × 100 below 29.
    assert!(amounts(&fraction("0.29"), "129", "100"));
    assert!(!amounts(&fraction("0.07"), "108", "100"));
    assert!(amounts(&fraction("0.1"), "9007199254740993", "8188362958855449"));
    assert!(!amounts(&fraction("0.1"), "9007199254740995", "8188362958855449"));
}

#[test]
fn amount_exact_and_absolute() {
    let exact = equals(Field::Amount);
    assert!(amounts(&exact, "9007199254740993", "9007199254740993"));
    assert!(!amounts(&exact, "9007199254740993", "9007199254740992"));
    let half = |code: &str| {
        let tolerance = Tolerance::Absolute { minor: Amount::from(50_i64), currency: currency(code) };
        criterion(Field::Amount, Operator::Equals, tolerance)
    };
    assert!(amounts(&half("EUR"), "1050", "1000"));
    assert!(!amounts(&half("EUR"), "1051", "1000"));
    assert!(!amounts(&half("JPY"), "1050", "1000"), "50 minor units of another currency are another amount");
    assert!(amounts(&half("JPY"), "1000", "1000"));
}

#[test]
fn amount_above_below_and_never_contains() {
    let above = criterion(Field::Amount, Operator::GreaterThan, Tolerance::Exact);
    let below = criterion(Field::Amount, Operator::LessThan, Tolerance::Exact);
    assert!(amounts(&above, "2", "1") && !amounts(&above, "1", "1") && !amounts(&above, "-2", "1"));
    assert!(amounts(&below, "-2", "1") && !amounts(&below, "1", "1"));
    assert!(!amounts(&criterion(Field::Amount, Operator::Contains, Tolerance::Exact), "1", "1"));
}

fn dates(one: Criterion, x: &str, y: &str) -> bool {
    holds(one, &line(1, 0, x, "", ""), &entry(1, 0, y, "", ""))
}

#[test]
fn date_equals_within_seconds() {
    let seconds = |n| criterion(Field::Date, Operator::Equals, Tolerance::Seconds(n));
    assert!(dates(seconds(60), "2026-01-01T10:01:00", "2026-01-01T10:00:00"));
    assert!(!dates(seconds(59), "2026-01-01T10:01:00", "2026-01-01T10:00:00"));
    assert!(dates(seconds(60), "2026-01-01T23:59:30", "2026-01-02T00:00:30"));
    assert!(dates(days(2), "2026-03-01", "2026-02-27"));
    assert!(!dates(days(1), "2026-03-01", "2026-02-27"));
    assert!(dates(days(1), "2026-03-02", "2026-03-01T00:00:01"), "a whole date has no time of day");
    assert!(dates(equals(Field::Date), "2026-03-01", "2026-03-01T18:00:00"));
    assert!(!dates(equals(Field::Date), "2026-03-01T18:00:01", "2026-03-01T18:00:00"));
}

#[test]
fn date_after_before_and_never_contains() {
    let after = criterion(Field::Date, Operator::GreaterThan, Tolerance::Exact);
    let before = criterion(Field::Date, Operator::LessThan, Tolerance::Exact);
    assert!(dates(after.clone(), "2026-01-02", "2026-01-01") && !dates(after, "2026-01-01", "2026-01-01"));
    assert!(dates(before.clone(), "2026-01-01", "2026-01-02") && !dates(before, "2026-01-02", "2026-01-01"));
    assert!(!dates(criterion(Field::Date, Operator::Contains, Tolerance::Exact), "2026-01-01", "2026-01-01"));
}

fn texts(field: Field, operator: Operator, tolerance: Tolerance, x: &str, y: &str) -> bool {
    let (mut line, mut entry) = (line(1, 0, "2026-01-01", "", ""), entry(1, 0, "2026-01-01", "", ""));
    match field {
        Field::Reference => (line.reference, entry.reference) = (x.into(), y.into()),
        Field::Description => (line.description, entry.description) = (x.into(), y.into()),
        _ => (line.counterparty, entry.counterparty) = (x.into(), y.into()),
    }
    holds(criterion(field, operator, tolerance), &line, &entry)
}

const TEXTS: [Field; 3] = [Field::Reference, Field::Description, Field::Counterparty];

#[test]
fn text_equals_any_part_without_regard_to_case() {
    for field in TEXTS {
        let equal = |x, y| texts(field, Operator::Equals, Tolerance::Exact, x, y);
        assert!(equal("Inv-1", "INV-1"));
        assert!(equal("inv-2", "INV-1 | INV-2 | INV-3"));
        assert!(equal("Überweisung", "ÜBERWEISUNG"));
        assert!(!equal("INV-1 | INV-2", "INV-1"), "only the entry's text has parts");
        assert!(!equal("INV-1", "INV-1|INV-2"), "the separator has spaces");
        assert!(!equal("INV", "INV-1"));
        assert!(!equal("", ""), "two missing texts do not agree");
    }
}

#[test]
fn text_contains_either_way_or_differs_little() {
    let percent = |text: &str| Tolerance::PercentOfText(text.parse().unwrap());
    for field in TEXTS {
        let near = |x, y, p| texts(field, Operator::Contains, percent(p), x, y);
        assert!(near("payment inv-1 thanks", "INV-1", "0"));
        assert!(near("INV-1", "payment inv-1 thanks", "0"));
        assert!(!near("", "INV-1", "100"), "nothing is contained in everything else");
        assert!(!near("INV-1", "", "100"));
        assert!(near("kitten", "sitting", "43"), "floor(7 × 0.43) = 3 letters");
        assert!(!near("kitten", "sitting", "42"), "floor(7 × 0.42) = 2 letters");
        // Two letters of 4 and 2 bytes: the allowance counts bytes, the distance letters.
        assert!(near("äöü", "aou", "50"), "floor(6 × 0.50) = 3 letters");
        assert!(!near("abc", "aou", "50"), "floor(3 × 0.50) = 1 letter");
    }
}

#[test]
fn text_similar_to_a_number_of_letters() {
    for field in TEXTS {
        let near = |x, y, n| texts(field, Operator::Levenshtein, Tolerance::Letters(n), x, y);
        assert!(near("INV-1001", "inv-1O01", 1));
        assert!(near("kitten", "sitting", 3) && !near("kitten", "sitting", 2));
        assert!(!near("", "abc", 5));
    }
}

#[test]
fn text_is_never_above_or_below() {
    for field in TEXTS {
        for operator in [Operator::GreaterThan, Operator::LessThan] {
            assert!(!texts(field, operator, Tolerance::Exact, "b", "a"));
            assert!(!texts(field, operator, Tolerance::Exact, "a", "b"));
        }
    }
}

#[test]
fn currency_is_compared_as_text() {
    let (mut line, entry) = (line(1, 0, "2026-01-01", "", ""), entry(1, 0, "2026-01-01", "", ""));
    assert!(holds(equals(Field::Currency), &line, &entry));
    line.currency = currency("USD");
    assert!(!holds(equals(Field::Currency), &line, &entry));
    let above = criterion(Field::Currency, Operator::GreaterThan, Tolerance::Exact);
    assert!(!holds(above, &line, &entry));
}

#[test]
fn a_reference_is_found_in_the_line_text() {
    let found = |description: &str, reference: &str| {
        let one = criterion(Field::Reference, Operator::FoundInText, Tolerance::Exact);
        holds(one, &line(1, 0, "2026-01-01", description, ""), &entry(1, 0, "2026-01-01", "", reference))
    };
    assert!(found("SEPA CR VESTMAR SURVEY INV19988 LESS CHG", "INV-19988-P"));
    assert!(!found("SEPA CR VESTMAR SURVEY INV199881", "INV-19988-P"));
    assert!(!found("SEPA CR VESTMAR SURVEY", ""));
}

#[test]
fn all_criteria_of_a_rule_must_hold_and_none_is_no_rule() {
    let both = rule("r", vec![equals(Field::Amount), days(1)]);
    assert!(satisfies(&both, &line(1, 5, "2026-01-02", "", ""), &entry(1, 5, "2026-01-01", "", "")));
    assert!(!satisfies(&both, &line(1, 5, "2026-01-03", "", ""), &entry(1, 5, "2026-01-01", "", "")));
    assert!(!satisfies(&rule("r", vec![]), &line(1, 5, "2026-01-02", "", ""), &entry(1, 5, "2026-01-02", "", "")));
}

#[test]
fn near_misses_say_what_was_measured() {
    let all = rule(
        "r",
        vec![
            fraction("0.0001"),
            days(2),
            criterion(Field::Reference, Operator::FoundInText, Tolerance::Exact),
            equals(Field::Currency),
        ],
    );
    let checks = check_pair(
        &all,
        &line(1, 1_824_400, "2026-10-08", "SEPA CR VESTMAR SURVEY INV19988 LESS CHG", ""),
        &entry(1, 1_825_000, "2026-10-07", "", "INV-19988-P"),
    );
    let told: Vec<(bool, &str)> = checks.iter().map(|check| (check.passed, check.words.as_str())).collect();
    assert_eq!(
        told,
        [
            (false, "6.00 off, 0.033 %"),
            (true, "1 day later"),
            (true, "Reference INV19988 found in the line text"),
            (true, "Both in EUR"),
        ]
    );
}
