//! Many rows of one amount, as subscriptions and fees are: the number that a line carries decides, whatever stands beside.

// The time that a run takes is what these tests are about.
#![allow(clippy::disallowed_methods)]

use std::time::Duration;

use matching::{Decimal, Field, LimitKind, Operator, Params, ScoredPass, Stage, Tier, Tolerance};

use crate::support::*;

/// A second or two are usual; what grows with the square of the rows takes more than a minute.
const FAR_TOO_LONG: Duration = Duration::from_secs(20);

/// `count` lines and entries of one day and amount; each line names its entry in the column that is asked for.
fn crowd(count: u64, in_text: bool) -> matching::Inputs {
    let number = |id: u64| format!("INV-{:06}", id + 10_001);
    let lines = (0..count).rev().map(|id| match in_text {
        true => line(id, 999, "2026-10-02", &format!("SUBSCRIPTION {}", number(id)), ""),
        false => line(id, 999, "2026-10-02", "SUBSCRIPTION", &number(id)),
    });
    let entries = (0..count).map(|id| entry(id, 999, "2026-10-01", "Subscription", &number(id)));
    inputs(lines.collect(), entries.collect())
}

#[test]
fn ten_thousand_equal_amounts_are_told_apart_by_their_references() {
    let found_in_text = rule(
        "Number in the text",
        vec![equals(Field::Amount), criterion(Field::Reference, Operator::FoundInText, Tolerance::Exact), days(5)],
    );
    let by_reference = rule("Reference", vec![equals(Field::Amount), equals(Field::Reference)]);
    let only_amount = rule("Amount", vec![equals(Field::Amount), days(5)]);
    for (in_text, rules) in [
        (false, vec![by_reference]),
        (true, vec![found_in_text, only_amount.clone()]),
        (true, vec![only_amount]),
        (true, vec![]),
    ] {
        let params = if rules.is_empty() { matching::preset::params() } else { Params::rules_only() };
        let clock = std::time::Instant::now();
        let result = outcome(crowd(10_000, in_text), rules, params);
        assert!(clock.elapsed() < FAR_TOO_LONG, "{:?}", clock.elapsed());
        assert_eq!(result.matches.len(), 10_000);
        assert!(result.matches.iter().all(|one| one.line == one.entry && one.tier == Tier::Certain));
        // Nobody was compared with the whole crowd.
        assert!(result.limits.iter().all(|note| note.kind != LimitKind::Candidates), "{:?}", result.limits);
    }
}

#[test]
fn rows_that_look_the_same_are_paired_off_however_many() {
    for count in [100, 300, 4_000, 10_000] {
        let lines = || (0..count).map(|id| line(id, -25, "2026-10-02", "CARD FEE", "")).collect();
        let entries = || (0..count).map(|id| entry(id, -25, "2026-10-02", "Card fee", "")).collect();
        let only_amount = rule("Amount", vec![equals(Field::Amount), days(5)]);
        for (rules, params) in [(vec![only_amount], Params::rules_only()), (vec![], matching::preset::params())] {
            let clock = std::time::Instant::now();
            let result = outcome(inputs(lines(), entries()), rules, params);
            assert!(clock.elapsed() < FAR_TOO_LONG, "{count}: {:?}", clock.elapsed());
            assert_eq!(result.matches.len() as u64, count, "{:?}", result.limits);
        }
    }
}

#[test]
fn what_is_matched_makes_room_for_what_is_left() {
    // Sixty of a hundred are named; the others find each other by the amount alone, within a bound of fifty.
    let lines = (0..100).map(|id| line(id, 999, "2026-10-02", "FEE", if id < 60 { "" } else { "x" }));
    let lines = lines.map(|mut line| {
        if line.id < 60 {
            line.reference = format!("INV-{:06}", line.id + 10_001);
        }
        line
    });
    let entries = (0..100).map(|id| entry(id, 999, "2026-10-02", "Fee", &format!("INV-{:06}", id + 10_001)));
    let scored = |minimum| {
        Stage::Scored(ScoredPass {
            days_before: 3,
            days_after: 3,
            tolerance: Decimal::ZERO,
            minimum,
            needs_text: false,
        })
    };
    let params = Params { stages: vec![scored(900), scored(1)], max_candidates_per_line: 50, ..Params::default() };
    let result = outcome(inputs(lines.collect(), entries.collect()), vec![], params);
    assert_eq!(result.matches.len(), 100);
    assert!(result.matches.iter().all(|one| (one.line < 60) == (one.entry < 60)));
    assert!(result.limits.iter().all(|note| note.lines <= 100), "a line counts once: {:?}", result.limits);
}
