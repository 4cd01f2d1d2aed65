//! Rows that look the same: what may be certain about them.

use matching::{LedgerItem, Outcome, Params, StatementItem, Tier, preset};

use crate::support::*;

fn scored() -> Params {
    Params { stages: preset::params().stages, ..Params::default() }
}

fn twin_lines(count: u64) -> Vec<StatementItem> {
    (1..=count).map(|id| line(id, 372_142, "2026-10-17", "SEPA CR TOLKA MARINA INV20014", "")).collect()
}

fn twin_entries(count: u64) -> Vec<LedgerItem> {
    (1..=count).map(|id| entry(id, 372_142, "2026-10-15", "Tolka Marina", "INV20014")).collect()
}

fn scored_tiers(lines: Vec<StatementItem>, entries: Vec<LedgerItem>) -> Vec<Tier> {
    tiers(&outcome(inputs(lines, entries), Vec::new(), scored()))
}

fn tiers(outcome: &Outcome) -> Vec<Tier> {
    outcome.matches.iter().map(|found| found.tier).collect()
}

#[test]
fn classes_of_equal_size_are_certain_however_they_are_paired() {
    for count in 1..=3 {
        assert_eq!(scored_tiers(twin_lines(count), twin_entries(count)), vec![Tier::Certain; count as usize]);
    }
}

#[test]
fn nothing_is_certain_when_a_row_that_looks_the_same_is_left_over() {
    for (lines, entries) in [(1, 2), (2, 1), (3, 2), (2, 3), (1, 5)] {
        let found = scored_tiers(twin_lines(lines), twin_entries(entries));
        assert_eq!(found, vec![Tier::Likely; lines.min(entries) as usize], "{lines} lines, {entries} entries");
    }
}

#[test]
fn a_rule_makes_a_left_over_twin_no_surer() {
    let by_amount = || vec![rule("Amount", vec![equals(matching::Field::Amount), days(9)])];
    let run = |lines, entries| {
        tiers(&outcome(inputs(twin_lines(lines), twin_entries(entries)), by_amount(), Params::rules_only()))
    };
    assert_eq!(run(2, 2), [Tier::Certain, Tier::Certain]);
    assert_eq!(run(1, 2), [Tier::Likely]);
}

#[test]
fn twins_matched_with_rows_that_differ_are_not_certain() {
    // Both lines are matched, but which of them pays which entry cannot be seen.
    let mut entries = twin_entries(2);
    entries[1].description = "Tolka Marina, second mooring".into();
    let found = scored_tiers(twin_lines(2), entries);
    assert_eq!(found.len(), 2);
    assert!(!found.contains(&Tier::Certain), "{found:?}");
}

#[test]
fn a_near_twin_that_could_stand_in_is_ambiguous_or_at_most_likely() {
    for (days_apart, expected) in [("2026-10-14", Tier::Ambiguous), ("2026-10-03", Tier::Likely)] {
        let mut entries = twin_entries(2);
        entries[1].date = when(days_apart);
        assert_eq!(scored_tiers(twin_lines(1), entries), [expected], "other entry of {days_apart}");
    }
}

#[test]
fn a_rejected_pair_makes_a_row_differ_from_its_twin() {
    let mut all = inputs(twin_lines(1), twin_entries(2));
    all.excluded = vec![(1, 1)];
    let found = outcome(all, Vec::new(), scored());
    assert_eq!(pairs(&found), [(1, 2)]);
    assert_eq!(tiers(&found), [Tier::Certain], "the other one was ruled out by a person");
}

#[test]
fn a_flat_fee_is_found_only_where_the_document_is_named() {
    let entries = vec![entry(1, 12_000, "2026-10-15", "Tolka Marina", "INV20014")];
    let run = |text: &str| scored_tiers(vec![line(1, 11_250, "2026-10-16", text, "")], entries.clone());
    assert_eq!(run("SEPA CR TOLKA MARINA INV20014").len(), 1);
    assert!(!run("SEPA CR TOLKA MARINA INV20014").contains(&Tier::Certain));
    assert!(run("SEPA CR TOLKA MARINA").is_empty());
}
