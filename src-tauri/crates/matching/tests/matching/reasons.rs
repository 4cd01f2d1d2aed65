//! Reasons in words.

use matching::{Field, Measured, Operator, Params, ReasonKind, Rule, Side, TextField, Tolerance};

use crate::support::*;

fn wide(days_apart: u32) -> Rule {
    rule("Payee and amount", vec![fraction("0.01"), days(days_apart)])
}

#[test]
fn every_reason_has_a_kind_words_points_and_the_marked_text() {
    let other = rule("Nothing", vec![equals(Field::Reference)]);
    let mut paid = entry(1, 138_620, "2026-10-13", "", "INV-20014-P");
    paid.counterparty = "Tolka Marina Ltd".into();
    let lines = vec![line(1, 138_620, "2026-10-15", "SEPA CR TOLKA MARINA INV20014", "")];
    let result = outcome(inputs(lines, vec![paid]), vec![other, wide(4)], Params::rules_only());
    let told: Vec<(ReasonKind, &str, bool)> =
        result.matches[0].reasons.iter().map(|reason| (reason.kind, reason.words.as_str(), reason.supports)).collect();
    assert_eq!(
        told,
        [
            (ReasonKind::Rule, "Rule 2, Payee and amount", true),
            (ReasonKind::SameAmount, "Same amount, 1,386.20 EUR", true),
            (ReasonKind::AmountRarity, "Only 1 open entry has this amount", true),
            (ReasonKind::DaysLater, "2 days later", true),
            (ReasonKind::ReferenceFound, "Reference INV20014 found in the line text", true),
            (ReasonKind::NameFound, "Tolka Marina Ltd named in the line text", true),
        ]
    );
    let reference = &result.matches[0].reasons[4];
    assert_eq!(reference.measured, Measured::Text("INV20014".into()));
    let span = reference.spans[0];
    assert_eq!((span.side, span.field, span.start, span.end), (Side::Line, TextField::Description, 21, 29));
    let name: Vec<(usize, usize)> =
        result.matches[0].reasons[5].spans.iter().map(|span| (span.start, span.end)).collect();
    assert_eq!(name, [(8, 13), (14, 20)]);
}

#[test]
fn what_speaks_against_is_flagged() {
    let mut paid = entry(1, 1_825_000, "2026-10-12", "", "INV-20014");
    paid.counterparty = "Tolka Marina Ltd".into();
    let lines = vec![line(1, 1_824_400, "2026-10-07", "GIRO ELSEWHERE", "RE77001")];
    let result = outcome(inputs(lines, vec![paid]), vec![wide(9)], Params::rules_only());
    let found = &result.matches[0];
    let against: Vec<&str> =
        found.reasons.iter().filter(|reason| !reason.supports).map(|reason| reason.words.as_str()).collect();
    assert_eq!(
        against,
        [
            "5 days earlier",
            "The line names another reference, RE77001",
            "Tolka Marina Ltd is not named in the line text"
        ]
    );
    let off = found.reasons.iter().find(|reason| reason.kind == ReasonKind::AmountOff).unwrap();
    assert_eq!(off.words, "6.00 off, 0.033 %");
    assert_eq!(off.measured, Measured::Amount((-600_i64).into()));
}

#[test]
fn a_rule_that_finds_the_reference_in_the_text_marks_it() {
    let found =
        rule("Payment reference", vec![criterion(Field::Reference, Operator::FoundInText, Tolerance::Exact), days(4)]);
    let lines = vec![line(89, -138_620, "2026-10-15", "DD LIFFEY ENERGY 00412277", "")];
    let result = outcome(
        inputs(lines, vec![entry(1, -136_820, "2026-10-15", "Liffey Energy", "LE-412277")]),
        vec![found],
        Params::rules_only(),
    );
    assert!(result.matches[0].reasons.iter().any(|reason| reason.words == "Reference 412277 found in the line text"));
}
