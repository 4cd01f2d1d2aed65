//! Rules: versions, order, and the preview on real data.

use engine::api::rules::{RuleBody, RuleCriterion, RuleDraft, RuleField, RuleTest, Tolerance, ToleranceUnit};

use crate::recon_support::{Bank, run_request};

fn amount_within(percent: &str) -> RuleDraft {
    let amount = RuleCriterion {
        field: RuleField::Amount,
        test: RuleTest::Equals,
        tolerance: Some(Tolerance { value: percent.into(), unit: ToleranceUnit::Percent, currency: None }),
    };
    let reference = RuleCriterion { field: RuleField::Reference, test: RuleTest::FoundInText, tolerance: None };
    RuleDraft {
        id: None,
        name: "Reference, near amount".into(),
        enabled: true,
        body: RuleBody { criteria: vec![amount, reference], confirm: false },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_counts_gains_and_near_misses_and_changes_nothing() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    let wide = engine.rule_preview(amount_within("0.05"), Some(statement.clone())).await.unwrap();
    let gained: Vec<_> = wide.matches.iter().filter(|one| one.gained).map(|one| one.entry_reference.as_str()).collect();
    assert_eq!(gained, ["INV-19988"], "{wide:?}");
    let exact = engine.rule_preview(amount_within("0"), Some(statement.clone())).await.unwrap();
    // The energy line names 00412277, which is LE-412277 without its letters.
    assert_eq!((exact.gained, exact.would_match), (0, 3));
    let miss = exact.misses.iter().find(|one| one.entry_reference == "INV-19988").expect("6 cents are nearly it");
    assert_eq!(miss.marks.iter().map(|mark| mark.holds).collect::<Vec<_>>(), [false, true]);
    assert!(miss.marks[0].text.contains("0.06 off"), "{:?}", miss.marks);
    let allow = miss.marks[0].allow.clone().expect("6 cents can be let through");
    let allowed = engine.rule_preview(amount_within(&allow.value), Some(statement.clone())).await.unwrap();
    assert!(allowed.matches.iter().any(|one| one.entry_reference == "INV-19988"), "{} % lets it through", allow.value);
    assert_eq!(engine.rules().await.unwrap().len(), 5);
    assert!(bank.lines(&statement).await.iter().all(|line| line.state == "open"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_was_rejected_is_not_promised() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    let before = engine.rule_preview(amount_within("0"), Some(statement.clone())).await.unwrap();
    let first = &before.matches[0].entry_reference;
    let entry = bank.entry(&statement, first).await;
    let line = bank.lines(&statement).await.into_iter().find(|line| line.position == before.matches[0].line_position);
    engine.match_reject(&statement, &line.unwrap().id, &entry.id).await.unwrap();
    let after = engine.rule_preview(amount_within("0"), Some(statement)).await.unwrap();
    assert_eq!(after.would_match, before.would_match - 1);
    assert!(after.matches.iter().all(|one| one.entry_reference != *first));
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_kept_and_a_change_shows_on_the_statement() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    engine.run_now(run_request(&statement)).await.unwrap();
    assert!(!engine.statement(&statement).await.unwrap().rules_changed);
    let saved = engine.rule_save(amount_within("0.05")).await.unwrap();
    assert!(engine.statement(&statement).await.unwrap().rules_changed);
    let edited = RuleDraft { id: Some(saved.id.clone()), ..amount_within("1") };
    assert_eq!(engine.rule_save(edited.clone()).await.unwrap().version, 2);
    // Nothing changed: no new version.
    assert_eq!(engine.rule_save(edited).await.unwrap().version, 2);
    assert_eq!(engine.rule_versions(&saved.id).await.unwrap().len(), 2);
    engine.rule_delete(&saved.id).await.unwrap();
    assert_eq!(engine.rules().await.unwrap().len(), 5);
    engine.rule_restore(&saved.id).await.unwrap();
    let mut order: Vec<String> = engine.rules().await.unwrap().into_iter().map(|rule| rule.id).collect();
    order.reverse();
    engine.rule_reorder(order.clone()).await.unwrap();
    assert_eq!(engine.rules().await.unwrap().into_iter().map(|rule| rule.id).collect::<Vec<_>>(), order);
    let unreadable = amount_within("much");
    assert!(!engine.rule_check(&unreadable).errors.is_empty());
    assert!(engine.rule_save(unreadable).await.is_err());
}
