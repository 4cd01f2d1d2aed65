//! What a run looks at, what it says about its bounds, and how it ends with the book.

use std::time::Duration;

use engine::Engine;
use engine::api::transactions::{CommitItem, PostRequest};

use crate::recon_support::{Bank, csv, run_request};
use crate::support::transfer;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_looks_as_far_back_as_its_rules_do() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    // A cheque of October, presented in December; nobody left it outstanding.
    bank.post("CHQ-100482", "2026-10-10", "-61.18", "Cheque for the boat").await;
    let rows = [("2026-12-03", "CREDIT INTEREST", "0.37"), ("2026-12-14", "CHQ 100482", "-61.18")];
    let december = bank.import("December", csv(93_882, &rows), false).await.unwrap().statement_id.unwrap();
    let result = engine.run_now(run_request(&december)).await.unwrap();
    assert_eq!((result.proposed, result.none), (1, 1), "{result:?}");
    assert!(bank.line(&december, "CHQ").await.found.starts_with("CHQ-100482"));

    // Switched off, the rule looks nowhere.
    let late = engine.rules().await.unwrap().into_iter().find(|rule| rule.name == "Reference, presented late").unwrap();
    engine.rule_toggle(&late.id, false).await.unwrap();
    assert_eq!(engine.run_now(run_request(&december)).await.unwrap().proposed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_of_the_search_are_said() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    for at in 0..70 {
        bank.post(&format!("FARE-{at}"), "2026-10-05", "-2.00", &format!("Fare {at}")).await;
    }
    let rows = [("2026-10-05", "METRO", "-2.00"), ("2026-10-06", "CREDIT INTEREST", "0.37")];
    let statement = bank.import("October", csv(100_000, &rows), false).await.unwrap().statement_id.unwrap();
    let result = engine.run_now(run_request(&statement)).await.unwrap();
    let said = "1 line had more than 64 entries that fit, only the best 64 were kept.";
    assert!(result.limits.iter().any(|limit| limit.ends_with(said)), "{result:?}");
    let job = engine.jobs_list().await.unwrap().into_iter().find(|job| job.id == result.job_id).unwrap();
    assert_eq!(job.result.unwrap()["limits"], serde_json::json!(result.limits));
    assert_eq!(engine.report(&statement, None).await.unwrap().limits, result.limits);
    let bytes = engine.report_bytes(&statement, None, engine::api::statements::ReportFormat::Csv).await.unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains(said));
}

/// A statement that takes a while to match: equal lines and entries by the hundred, on days close together.
async fn crowd(bank: &Bank) -> String {
    let days: Vec<String> = (0..600).map(|at| format!("2026-10-{:02}", 1 + at / 20)).collect();
    for (at, day) in days.iter().enumerate() {
        bank.post(&format!("FARE-{at}"), day, "-2.00", &format!("Fare {at}")).await;
    }
    let rows: Vec<_> = days.iter().map(|day| (day.as_str(), "METRO FARE", "-2.00")).collect();
    bank.import("October", csv(1_000_000, &rows), false).await.unwrap().statement_id.unwrap()
}

async fn job_state(engine: &Engine, id: &str) -> (String, String) {
    let job = engine.jobs_list().await.unwrap().into_iter().find(|job| job.id == id).unwrap();
    (job.state, job.phase)
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_book_ends_a_run_that_can_be_resumed() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let statement = crowd(&bank).await;
    let whole = engine.run_now(run_request(&statement)).await.unwrap();

    let job = engine.run_start(run_request(&statement)).await.unwrap();
    // The progress of the run is in the book while it runs.
    let stored = async {
        while job_state(&engine, &job).await.1 == "read" {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(Duration::from_secs(20), stored).await.expect("a phase is stored");
    assert_eq!(job_state(&engine, &job).await.0, "running");
    tokio::time::timeout(Duration::from_secs(5), engine.close()).await.expect("the run is ended, not waited for");

    drop(engine);
    let bank = Bank { book: bank.book.reopen().await, ..bank };
    let engine = bank.book.engine.clone();
    assert_eq!(job_state(&engine, &job).await.0, "interrupted");
    assert_eq!(engine.run_resume_now(&job).await.unwrap().result_hash, whole.result_hash);
}

/// Money that is only held has moved nowhere: no line of a bank can be its line.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_stays_out_until_it_is_committed() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let hold = PostRequest {
        hold: true,
        description: "LIFFEY ENERGY 00412277".into(),
        effective_date: Some("2026-10-15".into()),
        ..transfer("DD-412277", &bank.bank, &bank.other, "13862")
    };
    let id = engine.post(hold).await.unwrap().family.id;
    let rows = [("2026-10-15", "DD LIFFEY ENERGY 00412277", "-138.62"), ("2026-10-31", "CREDIT INTEREST", "0.37")];
    let statement = bank.import("October", csv(100_000, &rows), false).await.unwrap().statement_id.unwrap();
    assert_eq!(engine.run_now(run_request(&statement)).await.unwrap().proposed, 0);
    let offered = bank.entries(&statement).await;
    assert!(offered.iter().all(|entry| !entry.reference.starts_with("DD-412277")), "{offered:?}");
    let commit = CommitItem { id, ..CommitItem::default() };
    assert!(engine.holds_commit(vec![commit]).await.unwrap().rows[0].ok);
    assert_eq!(engine.run_now(run_request(&statement)).await.unwrap().proposed, 1);
}
