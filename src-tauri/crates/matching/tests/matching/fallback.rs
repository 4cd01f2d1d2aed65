//! The closest-text search.

use matching::{Fallback, Found, InputError, Inputs, Matcher, Params, Stage, Tier};

use crate::support::*;

fn only(fallback: Fallback) -> Params {
    Params { stages: vec![Stage::Fallback(fallback)], ..Params::default() }
}

fn accepts(x: i64, y: i64, line_date: &str, entry_date: &str, description: &str, reference: &str) -> Option<u32> {
    let line = line(1, x, line_date, description, "");
    Fallback::default().accepts(&line, line.booking, &entry(1, y, entry_date, "", reference))
}

#[test]
fn the_window_is_24_hours_both_ends_included() {
    let at = |line: &str, entry: &str| accepts(100, 100, line, entry, "INV-1", "INV-1").is_some();
    assert!(at("2026-01-02T12:00:00", "2026-01-01T12:00:00"));
    assert!(!at("2026-01-02T12:00:01", "2026-01-01T12:00:00"));
    assert!(at("2026-01-01T12:00:00", "2026-01-02T12:00:00"));
    assert!(!at("2026-01-01T11:59:59", "2026-01-02T12:00:00"));
    assert!(at("2026-01-02", "2026-01-01T00:00:00"), "whole dates: the same day and one on either side");
    assert!(!at("2026-01-03", "2026-01-01T23:59:59"));
}

#[test]
fn the_amount_is_within_1_percent_of_the_line_on_either_side_of_zero() {
    let at = |x, y| accepts(x, y, "2026-01-01", "2026-01-01", "INV-1", "INV-1").is_some();
    assert!(at(10_000, 10_100) && at(10_000, 9_900) && at(10_000, 10_000));
    assert!(!at(10_000, 10_101) && !at(10_000, 9_899));
    assert!(at(-10_000, -10_100) && at(-10_000, -9_900));
    assert!(!at(-10_000, -10_101) && !at(-10_000, -9_899) && !at(-10_000, 10_000));
    assert!(at(50, 50) && !at(50, 51), "1 % of 0.50 is half a cent");
    assert!(at(0, 0) && !at(0, 1));
}

#[test]
fn at_most_5_letters_over_code_points_with_case() {
    let at = |description: &str, reference: &str| accepts(1, 1, "2026-01-01", "2026-01-01", description, reference);
    assert_eq!(at("INV-1001", "INV-1001"), Some(0));
    assert_eq!(at("ÄÖÜß€", "AOUse"), Some(5));
    assert_eq!(at("abcdef", "uvwxyz"), None);
    assert_eq!(at("inv-1", "INV-1"), Some(3));
    let folded = Fallback { ignore_case: true, ..Fallback::default() };
    let line = line(1, 1, "2026-01-01", "inv-1", "");
    assert_eq!(folded.accepts(&line, line.booking, &entry(1, 1, "2026-01-01", "", "INV-1")), Some(0));
}

#[test]
fn the_minimum_wins_then_amount_then_date_then_order() {
    let lines = vec![line(1, 10_000, "2026-01-02", "INV-1001", "")];
    let best = |entries| pairs(&outcome(inputs(lines.clone(), entries), vec![], only(Fallback::default())))[0].1;
    let near = entry(1, 10_000, "2026-01-02", "", "INV-1002");
    assert_eq!(best(vec![near.clone(), entry(2, 10_090, "2026-01-01", "", "INV-1001")]), 2, "distance first");
    assert_eq!(best(vec![near.clone(), entry(2, 10_001, "2026-01-02", "", "INV-1003")]), 1, "then amount");
    assert_eq!(best(vec![entry(2, 10_000, "2026-01-01", "", "INV-1003"), near.clone()]), 1, "then date");
    assert_eq!(best(vec![near, entry(0, 10_000, "2026-01-02", "", "INV-1003")]), 0, "then the stable order");
}

#[test]
fn the_minimum_wins_even_if_two_worse_pairs_would_fit() {
    let lines = vec![line(1, 100, "2026-01-01", "AAAAAA", ""), line(2, 100, "2026-01-01", "AAAAAB", "")];
    let entries = vec![entry(1, 100, "2026-01-01", "", "AAAAAA"), entry(2, 100, "2026-01-01", "", "AAAZZZ")];
    let result = outcome(inputs(lines, entries), vec![], only(Fallback::default()));
    assert_eq!(pairs(&result), [(1, 1), (2, 2)]);
    assert_eq!(result.matches[0].found, Found::Fallback { distance: 0 });
}

#[test]
fn rules_come_first_and_it_can_be_switched_off() {
    let lines = vec![line(1, 100, "2026-01-01", "A-1", ""), line(2, 200, "2026-01-01", "A-2", "")];
    let entries = vec![entry(1, 100, "2026-01-01", "", "A-1"), entry(2, 200, "2026-01-01", "", "A-2")];
    let rules = vec![rule("Exactly 1.00", vec![fraction("0.2"), criterion_above()])];
    let both = outcome(inputs(lines.clone(), entries.clone()), rules.clone(), Params::default());
    assert_eq!(both.matches.len(), 2);
    assert!(both.matches.iter().all(|found| matches!(found.found, Found::Fallback { .. })), "no rule fits");
    let strict = outcome(inputs(lines, entries), rules, Params::rules_only());
    assert!(strict.matches.is_empty());
    assert_eq!((strict.unmatched_lines, strict.unmatched_entries), (vec![1, 2], vec![1, 2]));
}

fn criterion_above() -> matching::Criterion {
    criterion(matching::Field::Amount, matching::Operator::GreaterThan, matching::Tolerance::Exact)
}

#[test]
fn equally_close_texts_are_ambiguous_and_texts_without_a_common_letter_only_possible() {
    let lines = vec![line(1, 100, "2026-01-01", "A-1", "")];
    let two = vec![entry(1, 100, "2026-01-01", "", "A-2"), entry(2, 100, "2026-01-01", "", "A-3")];
    let result = outcome(inputs(lines.clone(), two), vec![], only(Fallback::default()));
    assert_eq!(result.matches[0].tier, Tier::Ambiguous);
    assert_eq!(result.matches[0].alternatives[0].entry, 2);
    let nothing = vec![entry(1, 100, "2026-01-01", "", "XYZ")];
    let result = outcome(inputs(lines, nothing), vec![], only(Fallback::default()));
    assert_eq!(result.matches[0].tier, Tier::Possible);
    assert!(
        result.matches[0].reasons.iter().any(|reason| !reason.supports && reason.words.contains("no letter in common"))
    );
}

#[test]
fn parameters_out_of_range_are_refused() {
    let wide = Fallback { threshold: 13, ..Fallback::default() };
    assert!(matches!(Matcher::new(Inputs::default(), vec![], only(wide)), Err(InputError::Parameter(_))));
    let wide = Fallback { tolerance: "1.01".parse().unwrap(), ..Fallback::default() };
    assert!(matches!(Matcher::new(Inputs::default(), vec![], only(wide)), Err(InputError::Parameter(_))));
}
