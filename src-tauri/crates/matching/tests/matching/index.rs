//! The indexes find what a full scan finds.

use matching::candidates::{EntryIndex, Query};
use matching::criteria::{EntryView, LineView, Lower, all_hold};
use matching::{Criterion, Field, LedgerItem, Operator, Rule, Tolerance};
use proptest::prelude::*;

use crate::support::*;

fn any_criterion() -> impl Strategy<Value = Criterion> {
    let drift = prop::sample::select(vec!["0.01", "0.1", "0.5", "1", "0.333"]);
    prop_oneof![
        drift.prop_map(fraction),
        Just(equals(Field::Amount)),
        (0..30_i64).prop_map(|minor| {
            let tolerance = Tolerance::Absolute { minor: minor.into(), currency: currency("EUR") };
            criterion(Field::Amount, Operator::Equals, tolerance)
        }),
        Just(criterion(Field::Amount, Operator::GreaterThan, Tolerance::Exact)),
        Just(criterion(Field::Amount, Operator::LessThan, Tolerance::Exact)),
        (0..3_u32).prop_map(days),
        (0..200_000_u64).prop_map(|n| criterion(Field::Date, Operator::Equals, Tolerance::Seconds(n))),
        Just(criterion(Field::Date, Operator::GreaterThan, Tolerance::Exact)),
        Just(criterion(Field::Date, Operator::LessThan, Tolerance::Exact)),
        Just(equals(Field::Reference)),
        Just(equals(Field::Description)),
        Just(criterion(Field::Description, Operator::Contains, Tolerance::PercentOfText("20".parse().unwrap()))),
    ]
}

fn any_row() -> impl Strategy<Value = (i64, String, &'static str)> {
    let date = (1..9_u32, prop::option::of(0..24_u32)).prop_map(|(day, hour)| match hour {
        Some(hour) => format!("2026-01-{day:02}T{hour:02}:30:00"),
        None => format!("2026-01-{day:02}"),
    });
    (-120..120_i64, date, prop::sample::select(vec!["", "a", "A | b", "b"]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_pair_that_satisfies_a_rule_is_a_candidate(
        criteria in prop::collection::vec(any_criterion(), 1..4),
        rows in prop::collection::vec(any_row(), 0..60),
        one in any_row(),
    ) {
        let rules: Vec<Rule> = vec![rule("r", criteria)];
        let mut entries: Vec<LedgerItem> = rows.iter().zip(0..).map(|(r, id)| entry(id, r.0, &r.1, r.2, r.2)).collect();
        entries.sort_by_key(|entry| (entry.date, entry.id));
        let lower: Vec<Lower> = entries.iter().map(Lower::of_entry).collect();
        let index = EntryIndex::new(&entries, &lower, &rules);
        let line = line(0, one.0, &one.1, one.2, one.2);
        let line_lower = Lower::of_line(&line);
        let view = LineView { item: &line, date: line.booking, lower: &line_lower };
        let mut found = Vec::new();
        let whole = index.collect(&entries, (&line.currency, line.booking, 0), &Query::of_rule(&rules[0], view), 1_000, &mut found);
        prop_assert!(whole);
        let mut once = found.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), found.len(), "an entry is collected twice");
        for (at, entry) in entries.iter().enumerate() {
            if all_hold(&rules[0], view, EntryView { item: entry, lower: &lower[at] }) {
                prop_assert!(found.contains(&(at as u32)), "entry {:?} is missing for {:?}", entry, line);
            }
        }
    }
}

#[test]
fn an_equal_amount_in_a_crowd_only_looks_at_its_own_days() {
    let rules = vec![rule("r", vec![equals(Field::Amount), days(1)])];
    let entries: Vec<LedgerItem> =
        (0..3_000).map(|id| entry(id, 999, &format!("2026-{:02}-{:02}", 1 + id / 300, 1 + id % 28), "", "")).collect();
    let mut entries = entries;
    entries.sort_by_key(|entry| (entry.date, entry.id));
    let lower: Vec<Lower> = entries.iter().map(Lower::of_entry).collect();
    let index = EntryIndex::new(&entries, &lower, &rules);
    let line = line(0, 999, "2026-05-10", "", "");
    let line_lower = Lower::of_line(&line);
    let view = LineView { item: &line, date: line.booking, lower: &line_lower };
    let mut found = Vec::new();
    index.collect(&entries, (&line.currency, line.booking, 0), &Query::of_rule(&rules[0], view), 5_000, &mut found);
    assert!((20..=60).contains(&found.len()), "{} entries of 3,000", found.len());
}

#[test]
fn past_the_limit_the_nearest_by_date_are_taken() {
    let rules: Vec<Rule> = vec![rule("r", vec![criterion(Field::Description, Operator::Contains, Tolerance::Exact)])];
    let entries: Vec<LedgerItem> = (1..29).map(|id| entry(id, 1, &format!("2026-01-{id:02}"), "", "")).collect();
    let lower: Vec<Lower> = entries.iter().map(Lower::of_entry).collect();
    let index = EntryIndex::new(&entries, &lower, &rules);
    let line = line(0, 1, "2026-01-10", "", "");
    let line_lower = Lower::of_line(&line);
    let view = LineView { item: &line, date: line.booking, lower: &line_lower };
    let mut found = Vec::new();
    assert!(!index.collect(
        &entries,
        (&line.currency, line.booking, 0),
        &Query::of_rule(&rules[0], view),
        5,
        &mut found
    ));
    let mut ids: Vec<u64> = found.iter().map(|at| entries[*at as usize].id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [8, 9, 10, 11, 12]);
}
