//! What a run promises, and the defects it must not have.

use std::collections::HashSet;

use ledger::Amount;
use matching::criteria::satisfies;
use matching::{
    Checkpoint, Control, Field, Found, Inputs, LedgerItem, LimitKind, LineDate, Matcher, Operator, Outcome, Params,
    Phase, ResumeError, Rule, Stage, StatementItem, Tier, Tolerance, preset, run,
};
use proptest::prelude::*;

use crate::support::*;

fn reference_rule() -> Rule {
    rule("Reference", vec![equals(Field::Reference)])
}

fn amount_rule() -> Rule {
    rule("Amount and date", vec![equals(Field::Amount), days(3)])
}

#[test]
fn one_line_against_50_equal_entries_gives_one_match() {
    let entries = (0..50).map(|id| entry(id, 100, "2026-01-01", "Fee", "")).collect();
    let result =
        outcome(inputs(vec![line(1, 100, "2026-01-01", "Fee", "")], entries), vec![amount_rule()], Params::default());
    assert_eq!(pairs(&result), [(1, 0)]);
    let class = result.matches[0].interchangeable.as_ref().unwrap();
    assert_eq!((class.lines, class.entries), (1, 50));
    assert_ne!(result.matches[0].tier, Tier::Ambiguous, "rows that look the same are no other solution");
}

#[test]
fn two_lines_never_share_an_entry() {
    let lines = vec![line(1, 100, "2026-01-01", "A", ""), line(2, 100, "2026-01-02", "B", "")];
    let result =
        outcome(inputs(lines, vec![entry(1, 100, "2026-01-01", "", "")]), vec![amount_rule()], Params::default());
    assert_eq!(pairs(&result), [(1, 1)]);
    assert_eq!(result.unmatched_lines, [2]);
}

#[test]
fn the_best_assignment_beats_the_first_hit() {
    // Line 1 would take entry 1 (same day), but only entry 1 fits line 2.
    let lines = vec![line(1, 100, "2026-01-05", "", ""), line(2, 100, "2026-01-02", "", "")];
    let entries = vec![entry(1, 100, "2026-01-05", "", ""), entry(2, 100, "2026-01-08", "", "")];
    let result = outcome(inputs(lines, entries), vec![amount_rule()], Params::rules_only());
    assert_eq!(pairs(&result), [(2, 1), (1, 2)]);
}

#[test]
fn a_rule_is_not_narrowed_by_the_bounds_of_another() {
    let lines = vec![line(1, 100, "2026-01-01", "", "INV-1")];
    let entries = vec![entry(1, 99_999, "2025-03-01", "", "inv-1")];
    let result = outcome(inputs(lines, entries), vec![amount_rule(), reference_rule()], Params::rules_only());
    assert_eq!(pairs(&result), [(1, 1)]);
    assert_eq!(result.matches[0].found, Found::Rule { index: 1, name: "Reference".into() });
    assert_eq!(result.rule_counts, [0, 1]);
    assert_eq!(result.matches[0].difference, Amount::from(-99_899_i64));
}

#[test]
fn more_rows_than_any_page_are_seen_whole() {
    let lines = (0..2_500).map(|id| line(id, 1_000 + id as i64, "2026-01-01", "", "")).collect();
    let entries = (0..2_500).map(|id| entry(id, 3_499 - id as i64, "2026-01-02", "", "")).collect();
    let result = outcome(inputs(lines, entries), vec![amount_rule()], Params::rules_only());
    assert_eq!(result.matches.len(), 2_500);
    assert!(pairs(&result).iter().all(|(line, entry)| 1_000 + line == 3_499 - entry));
    assert_eq!(result.match_percent_hundredths, 10_000);
}

#[test]
fn many_interchangeable_rows_all_find_a_partner_in_order() {
    let lines = (0..300).map(|id| line(id, -25, "2026-01-01", "CARD FEE", "")).collect();
    let entries = (0..299).map(|id| entry(id, -25, "2026-01-01", &format!("Fee {id}"), "")).collect();
    let params = Params { max_edges_per_line: 8, ..Params::rules_only() };
    let result = outcome(inputs(lines, entries), vec![amount_rule()], params);
    assert_eq!(result.matches.len(), 299, "keeping few pairs per line must not starve the others");
    assert_eq!(result.limits[0].kind, LimitKind::Edges);
    assert_eq!(result.limits[0].lines, 300);
}

#[test]
fn a_backdated_booking_matches_by_its_real_date_and_the_value_date_can_be_chosen() {
    let mut late = line(1, 100, "2026-01-09", "", "");
    late.value = Some(when("2026-01-02"));
    let entries = vec![entry(1, 100, "2026-01-01", "", "")];
    let by_booking = outcome(inputs(vec![late.clone()], entries.clone()), vec![amount_rule()], Params::rules_only());
    assert!(by_booking.matches.is_empty());
    let params = Params { line_date: LineDate::Value, ..Params::rules_only() };
    assert_eq!(pairs(&outcome(inputs(vec![late], entries), vec![amount_rule()], params)), [(1, 1)]);
}

#[test]
fn sign_currency_and_decimals_keep_items_apart() {
    let lines = vec![line(1, -100, "2026-01-01", "", "R"), line(2, 200, "2026-01-01", "", "S")];
    let mut other = entry(2, 200, "2026-01-01", "", "S");
    other.currency = ledger::Currency::new("EUR", 3).unwrap();
    let result = outcome(
        inputs(lines, vec![entry(1, 100, "2026-01-01", "", "X"), other]),
        vec![amount_rule(), reference_rule()],
        Params::default(),
    );
    assert!(result.matches.is_empty());
}

#[test]
fn amounts_of_any_size_are_matched_to_the_unit() {
    let huge = |text: &str, id| {
        let mut line = line(id, 0, "2026-01-01", "", "");
        line.amount = text.parse().unwrap();
        line
    };
    let (a, b) =
        ("100000000000000000000000000000000000000000000000001", "100000000000000000000000000000000000000000000000002");
    let mut one = entry(1, 0, "2026-01-01", "", "");
    one.amount = b.parse().unwrap();
    let result =
        outcome(inputs(vec![huge(a, 1), huge(b, 2)], vec![one.clone()]), vec![amount_rule()], Params::rules_only());
    assert_eq!(pairs(&result), [(2, 1)]);
    let near =
        outcome(inputs(vec![huge(a, 1)], vec![one]), vec![rule("near", vec![fraction("0.01")])], Params::rules_only());
    assert_eq!(near.matches[0].difference, Amount::from(-1_i64));
}

#[test]
fn rejected_pairs_are_not_proposed_again() {
    let mut given = inputs(
        vec![line(1, 100, "2026-01-01", "", "")],
        vec![entry(1, 100, "2026-01-01", "", ""), entry(2, 100, "2026-01-03", "", "")],
    );
    given.excluded = vec![(1, 1)];
    assert_eq!(pairs(&outcome(given.clone(), vec![amount_rule()], Params::rules_only())), [(1, 2)]);
    given.excluded.push((1, 2));
    assert!(outcome(given, vec![amount_rule()], Params::default()).matches.is_empty());
}

#[test]
fn a_line_with_two_equal_partners_is_ambiguous_and_names_the_other() {
    let entries = vec![
        entry(1, 500_000, "2026-10-27", "Payment", "INV-20053-P"),
        entry(2, 500_000, "2026-10-27", "Payment", "INV-20037-P"),
    ];
    let result = outcome(
        inputs(vec![line(1, 500_000, "2026-10-27", "SEPA CR NO REFERENCE 00017", "")], entries),
        vec![amount_rule()],
        Params::rules_only(),
    );
    let found = &result.matches[0];
    assert_eq!((found.tier, found.margin, found.margin_exact), (Tier::Ambiguous, 0, true));
    assert_eq!(found.alternatives.len(), 1);
    assert_eq!((found.alternatives[0].entry, found.alternatives[0].taken_by), (2, None));
    assert!(!found.alternatives[0].reasons.is_empty());
}

#[test]
fn a_named_document_with_the_same_amount_is_certain() {
    let entries = vec![
        entry(1, 372_142, "2026-10-15", "Tolka Marina", "INV-20014-P"),
        entry(2, 372_142, "2026-10-15", "Tolka Marina", "INV-20015-P"),
    ];
    let result = outcome(
        inputs(vec![line(1, 372_142, "2026-10-19", "SEPA CR TOLKA MARINA INV20014", "")], entries),
        vec![amount_rule(), rule("wide", vec![equals(Field::Amount), days(9)])],
        Params::rules_only(),
    );
    assert_eq!((result.matches[0].entry, result.matches[0].tier), (1, Tier::Certain));
}

#[test]
fn a_bound_that_was_reached_is_reported_in_words() {
    let entries: Vec<LedgerItem> = (0..40).map(|id| entry(id, 1, "2026-01-01", "abc", "")).collect();
    let loose = rule(
        "Text",
        vec![criterion(Field::Description, Operator::Contains, Tolerance::PercentOfText("0".parse().unwrap()))],
    );
    let params = Params { max_candidates_per_line: 10, ..Params::rules_only() };
    let result = outcome(inputs(vec![line(7, 1, "2026-01-01", "abc", "")], entries), vec![loose], params);
    assert_eq!(result.matches.len(), 1);
    let note = &result.limits[0];
    assert_eq!(
        (note.kind, note.rule, note.lines, note.first_line, note.limit),
        (LimitKind::Candidates, Some(0), 1, 7, 10)
    );
    assert_eq!(
        note.words,
        "Rule 1, Text: 1 line had more than 10 entries to compare, only the 10 nearest by date were"
    );
}

#[test]
fn nothing_in_nothing_out() {
    let result = outcome(Inputs::default(), vec![amount_rule()], Params::default());
    assert_eq!((result.lines, result.match_percent_hundredths, result.matches.len()), (0, 0, 0));
}

#[test]
fn ids_must_be_unique() {
    let twice = inputs(vec![line(1, 1, "2026-01-01", "", ""), line(1, 2, "2026-01-01", "", "")], vec![]);
    assert!(matches!(Matcher::new(twice, vec![], Params::default()), Err(matching::InputError::DuplicateLine(1))));
    let twice = inputs(vec![], vec![entry(4, 1, "2026-01-01", "", ""), entry(4, 2, "2026-01-01", "", "")]);
    assert!(matches!(Matcher::new(twice, vec![], Params::default()), Err(matching::InputError::DuplicateEntry(4))));
}

#[test]
fn a_run_can_be_cancelled_and_tells_how_far_it_is() {
    let lines: Vec<StatementItem> = (0..2_000).map(|id| line(id, 100 + id as i64 % 7, "2026-01-01", "", "")).collect();
    let entries: Vec<LedgerItem> = (0..2_000).map(|id| entry(id, 100 + id as i64 % 5, "2026-01-01", "", "")).collect();
    let mut seen = Vec::new();
    let cancelled = run(inputs(lines.clone(), entries.clone()), vec![amount_rule()], Params::default(), &mut |now| {
        seen.push(now);
        if now.phase == Phase::Candidates && now.done > 0 { Control::Cancel } else { Control::Continue }
    });
    assert_eq!(cancelled.unwrap(), None);
    assert!(seen.iter().all(|now| now.done <= now.total));
    let mut phases = HashSet::new();
    run(inputs(lines, entries), vec![amount_rule()], Params::default(), &mut |now| {
        phases.insert(now.phase);
        Control::Continue
    })
    .unwrap();
    assert!(phases.contains(&Phase::Candidates) && phases.contains(&Phase::Done));
}

fn small_world() -> impl Strategy<Value = Inputs> {
    let text = prop::sample::select(vec!["", "ACME INV1001", "Acme", "INV1002 Beta", "Beta", "CARD FEE"]);
    let reference = prop::sample::select(vec!["", "INV1001", "inv1002", "INV1001 | INV1003"]);
    let row = (prop::sample::select(vec![100_i64, 101, 200, -100]), 1..6_u32, text, reference);
    let rows = || prop::collection::vec(row.clone(), 0..9);
    let excluded = prop::collection::vec((0..9_u64, 0..9_u64), 0..4);
    (rows(), rows(), excluded).prop_map(|(lines, entries, excluded)| {
        let date = |day: u32| format!("2026-01-{day:02}");
        let lines = lines.iter().zip(0..).map(|(r, id)| line(id, r.0, &date(r.1), r.2, r.3)).collect();
        let entries = entries.iter().zip(0..).map(|(r, id)| entry(id, r.0, &date(r.1), r.2, r.3)).collect();
        Inputs { lines, entries, excluded }
    })
}

fn all_rules() -> Vec<Rule> {
    vec![
        rule("Reference", vec![equals(Field::Reference), fraction("0.01")]),
        amount_rule(),
        rule("Text", vec![criterion(Field::Description, Operator::Levenshtein, Tolerance::Letters(2)), days(2)]),
    ]
}

fn all_stages() -> Params {
    let mut params = Params::default();
    params.stages.extend(preset::params().stages);
    params
}

fn finish(mut matcher: Matcher, budget: u64) -> Outcome {
    while matcher.step(budget).phase != Phase::Done {}
    matcher.into_outcome().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_item_is_matched_at_most_once_and_nothing_is_lost(given in small_world()) {
        let result = outcome(given.clone(), all_rules(), all_stages());
        let lines: HashSet<u64> = result.matches.iter().map(|found| found.line).collect();
        let entries: HashSet<u64> = result.matches.iter().map(|found| found.entry).collect();
        prop_assert_eq!((lines.len(), entries.len()), (result.matches.len(), result.matches.len()));
        prop_assert_eq!(result.unmatched_lines.len() + lines.len(), given.lines.len());
        prop_assert_eq!(result.unmatched_entries.len() + entries.len(), given.entries.len());
        for found in &result.matches {
            let line = given.lines.iter().find(|line| line.id == found.line).unwrap();
            let entry = given.entries.iter().find(|entry| entry.id == found.entry).unwrap();
            prop_assert!(!given.excluded.contains(&(line.id, entry.id)));
            prop_assert_eq!(&found.difference, &(&line.amount - &entry.amount));
            prop_assert_eq!(found.reasons.iter().map(|reason| reason.weight).sum::<i64>().max(1), found.score);
            if let Found::Rule { index, .. } = found.found {
                let first = all_rules().iter().position(|rule| satisfies(rule, line, entry));
                prop_assert_eq!(first, Some(index as usize));
            }
        }
    }

    #[test]
    fn no_pair_that_a_rule_allows_is_left_with_both_sides_open(given in small_world()) {
        let result = outcome(given.clone(), all_rules(), all_stages());
        for line in given.lines.iter().filter(|line| result.unmatched_lines.contains(&line.id)) {
            for entry in given.entries.iter().filter(|entry| result.unmatched_entries.contains(&entry.id)) {
                let rejected = given.excluded.contains(&(line.id, entry.id));
                prop_assert!(rejected || !all_rules().iter().any(|rule| satisfies(rule, line, entry)), "{} {}", line.id, entry.id);
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(given in small_world(), seed in any::<u64>()) {
        let mut shuffled = given.clone();
        let key = |id: u64| (id + 1).wrapping_mul(seed | 1).rotate_left(17);
        shuffled.lines.sort_by_key(|line| key(line.id));
        shuffled.entries.sort_by_key(|entry| key(entry.id));
        shuffled.excluded.reverse();
        let bytes = |given: Inputs| serde_json::to_string(&outcome(given, all_rules(), all_stages())).unwrap();
        prop_assert_eq!(bytes(given), bytes(shuffled));
    }

    #[test]
    fn interruptions_change_nothing(given in small_world(), steps in 0..60_usize, budget in 1..40_u64) {
        let whole = outcome(given.clone(), all_rules(), all_stages());
        let mut matcher = Matcher::new(given.clone(), all_rules(), all_stages()).unwrap();
        for _ in 0..steps {
            matcher.step(budget);
        }
        let stored = serde_json::to_string(&matcher.checkpoint()).unwrap();
        let checkpoint: Checkpoint = serde_json::from_str(&stored).unwrap();
        let resumed = Matcher::resume(given, all_rules(), all_stages(), checkpoint).unwrap();
        prop_assert_eq!(&finish(resumed, budget), &whole);
        prop_assert_eq!(&finish(matcher, 1), &whole);
    }
}

#[test]
fn a_stored_run_only_fits_its_own_inputs() {
    let given = inputs(vec![line(1, 100, "2026-01-01", "", "")], vec![entry(1, 100, "2026-01-01", "", "")]);
    let mut matcher = Matcher::new(given.clone(), vec![amount_rule()], Params::default()).unwrap();
    matcher.step(1);
    let mut other = given.clone();
    other.lines[0].amount = Amount::from(101_i64);
    let error = Matcher::resume(other, vec![amount_rule()], Params::default(), matcher.checkpoint()).unwrap_err();
    assert_eq!(error, ResumeError::OtherInputs);
    let error = Matcher::resume(given, vec![reference_rule()], Params::default(), matcher.checkpoint()).unwrap_err();
    assert_eq!(error, ResumeError::OtherInputs);
}

#[test]
fn stages_are_stored_by_name() {
    let json = serde_json::to_value(Params::default()).unwrap();
    assert_eq!(json["stages"][0]["stage"], "rules");
    assert_eq!(json["stages"][1]["tolerance"], serde_json::json!(0.01));
    let back: Params = serde_json::from_value(json).unwrap();
    assert_eq!(back, Params::default());
    assert!(matches!(back.stages[1], Stage::Fallback(_)));
}
