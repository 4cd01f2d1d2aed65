//! What undo on the desk may not do to the journal, and to other statements.

use crate::recon_support::{Bank, csv, posting};

/// A statement with a charge of 6.00 that the book does not have, and that line.
async fn charged(bank: &Bank) -> (String, String) {
    let rows = [("2026-10-05", "BANK CHARGE", "-6.00"), ("2026-10-06", "ALPHA", "10.00")];
    let statement = bank.import("October", csv(100_000, &rows), false).await.unwrap().statement_id.unwrap();
    let line = bank.line(&statement, "CHARGE").await.id;
    (statement, line)
}

/// A reversal that was undone still stands in the journal: it is used again, not posted a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_that_was_undone_is_not_booked_twice() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let (statement, line) = charged(&bank).await;
    let done = engine.line_new_entry(&statement, &line, posting(&bank.fees, "-600")).await.unwrap();
    let fees = async || engine.balance_get(&bank.fees, None).await.unwrap().row.figures.balance;
    assert_eq!(fees().await, "600");

    let first = engine.match_undo(&done.match_ids[0], true, None).await.unwrap();
    assert!(first.posted.is_some());
    assert_eq!(fees().await, "0");
    // The report has both, which come to nothing, and no match of a line.
    let report = engine.report(&statement, None).await.unwrap();
    let posted: Vec<_> = report.differences.iter().map(|one| (one.line_position, one.amount.as_str())).collect();
    assert_eq!(posted, [(0, "-600"), (0, "600")]);
    assert_eq!(report.by_tier, []);
    engine.desk_undo(&statement, None).await.unwrap();
    // Undo leaves the journal alone: both entries stand, and the line has its match again.
    assert_eq!(fees().await, "0");
    assert!(bank.line(&statement, "CHARGE").await.match_id.is_some());

    let second = engine.match_undo(&done.match_ids[0], true, None).await.unwrap();
    assert_eq!((second.posted, fees().await.as_str()), (None, "0"));
    assert_eq!(bank.entries(&statement).await.len(), 0, "the entry and its reverse are matched with each other");
    assert!(bank.line(&statement, "CHARGE").await.match_id.is_none());

    // In use elsewhere it is not taken, and no other one is posted.
    engine.desk_undo(&statement, None).await.unwrap();
    let reversal = bank.entries(&statement).await.remove(0);
    engine.entry_outstanding(&statement, &reversal.id, true).await.unwrap();
    let refused = engine.match_undo(&done.match_ids[0], true, None).await.unwrap_err();
    assert_eq!(refused.code(), "REVERSED_ALREADY");
    assert!(refused.to_string().ends_with("Nothing was changed."), "{refused}");
    assert_eq!(fees().await, "0");
    engine.match_undo(&done.match_ids[0], false, None).await.unwrap();
}

/// An entry taken back here and left outstanding on the next statement stays on its list.
#[tokio::test(flavor = "multi_thread")]
async fn undo_takes_no_entry_from_the_list_of_another_statement() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    bank.post("CHQ-7", "2026-10-02", "-80.00", "Cheque for the crane").await;
    let october = [("2026-10-05", "ALPHA", "10.00"), ("2026-10-06", "GAMMA", "1.00")];
    let november = [("2026-11-05", "BETA", "10.00"), ("2026-11-06", "DELTA", "1.00")];
    let first = bank.import("October", csv(100_000, &october), false).await.unwrap();
    let second = bank.import("November", csv(101_100, &november), false).await.unwrap();
    let (first, second) = (first.statement_id.unwrap(), second.statement_id.unwrap());
    let cheque = bank.entry(&first, "CHQ-7").await.id;
    let left = engine.entry_outstanding(&first, &cheque, true).await.unwrap();
    let back = engine.entry_outstanding(&first, &cheque, false).await.unwrap();
    engine.entry_outstanding(&second, &cheque, true).await.unwrap();

    // Taking the later action back first is of no help: the entry is elsewhere by now.
    for action in [&back.action_id, &left.action_id] {
        let refused = engine.desk_undo(&first, Some(action.clone())).await.unwrap_err();
        assert_eq!(refused.code(), "DESK_CHANGED_SINCE");
    }
    let refused = engine.entry_outstanding(&first, &cheque, false).await.unwrap_err();
    assert_eq!(refused.code(), "OUTSTANDING_ELSEWHERE");
    engine.entry_outstanding(&second, &cheque, false).await.unwrap();
}

/// Undo leaves the entry of a line in the journal: asked for again, it is pointed at, and not posted a second time.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_stands_after_undo_is_not_posted_twice() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let (statement, line) = charged(&bank).await;
    engine.line_new_entry(&statement, &line, posting(&bank.fees, "-600")).await.unwrap();
    let undone = engine.desk_undo(&statement, None).await.unwrap();
    let standing = bank.entries(&statement).await.remove(0);
    assert!(undone.text.ends_with(&format!("{} stays posted, in no match", standing.reference)), "{}", undone.text);
    let refused = engine.line_new_entry(&statement, &line, posting(&bank.fees, "-600")).await.unwrap_err();
    assert_eq!(refused.code(), "POSTED_ALREADY");
    assert!(refused.to_string().contains(&standing.reference), "{refused}");
    assert_eq!(engine.balance_get(&bank.fees, None).await.unwrap().row.figures.balance, "600");
    // The report has what was posted from here, whether it is in no match or was matched again by hand.
    let posted = async || {
        let report = engine.report(&statement, None).await.unwrap();
        report.differences.into_iter().map(|one| (one.line_position, one.reference)).collect::<Vec<_>>()
    };
    assert_eq!(posted().await, [(0, standing.reference.clone())]);
    engine.match_accept(&statement, vec![line], vec![standing.id], None).await.unwrap();
    assert_eq!(posted().await, [(2, standing.reference)]);
}
