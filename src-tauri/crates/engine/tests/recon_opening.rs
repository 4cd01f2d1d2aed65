//! The first statement of a balance that the book knew nothing about.

use crate::recon_support::{Bank, csv};

const LINES: &[(&str, &str, &str)] = &[
    ("2026-10-04", "SEPA CR ALPHA INV-1", "120.00"),
    ("2026-10-09", "DD ENERGY 77", "-20.00"),
    ("2026-10-20", "SEPA CR BETA INV-2", "35.50"),
];

async fn matched(bank: &Bank) -> String {
    let statement = bank.import("October", csv(50_000, LINES), false).await.unwrap().statement_id.unwrap();
    for (at, (date, text, amount)) in LINES.iter().enumerate() {
        let entry = bank.post(&format!("E-{at}"), date, amount, text).await;
        let line = bank.line(&statement, text).await;
        bank.book.engine.match_accept(&statement, vec![line.id], vec![entry], None).await.unwrap();
    }
    statement
}

#[tokio::test(flavor = "multi_thread")]
async fn the_opening_balance_of_a_new_book_is_said_and_posted() {
    let bank = Bank::empty().await;
    let engine = bank.book.engine.clone();
    let statement = matched(&bank).await;
    let check = engine.signoff_check(&statement).await.unwrap();
    let item = check.items.iter().find(|item| item.key == "ledger_agrees").unwrap();
    assert_eq!(
        item.text,
        "The book has 0.00 EUR before 2026-10-04, the statement opens with 500.00 EUR. \
         Post the difference of 500.00 EUR dated 2026-10-03 or earlier."
    );
    assert!(!check.ready);
    assert_eq!(check.opening_missing.as_deref(), Some("50000"));

    let done = engine.opening_post(&statement, &bank.other, None).await.unwrap();
    assert!(done.posted.is_some());
    assert_eq!(engine.balance_get(&bank.bank, Some("2026-10-03")).await.unwrap().row.figures.balance, "50000");
    assert_eq!(engine.balance_get(&bank.bank, Some("2026-10-02")).await.unwrap().row.figures.balance, "0");
    let again = engine.opening_post(&statement, &bank.other, None).await.unwrap_err();
    assert_eq!(again.code(), "NO_OPENING_DIFFERENCE");
    // A posting is not taken back by the desk; undo reaches the match before it.
    engine.desk_undo(&statement, None).await.unwrap();
    assert_eq!(engine.desk(&statement).await.unwrap().to_review, 1);
    engine.desk_redo(&statement, None).await.unwrap();
    assert!(engine.sign_off(&statement, "Orla Keane").await.unwrap().sides_agree);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_balance_posted_by_hand_lets_sign() {
    let bank = Bank::empty().await;
    let statement = matched(&bank).await;
    bank.post("OPEN", "2026-10-03", "500.00", "Opening").await;
    let check = bank.book.engine.signoff_check(&statement).await.unwrap();
    assert!(check.ready && check.becoming_outstanding.is_empty(), "{check:?}");
    bank.book.engine.sign_off(&statement, "Orla Keane").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_zero_is_confirmed_without_an_entry() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let rows =
        [("2026-10-05", "CHARGE WAIVED", "0.00"), ("2026-10-06", "FEE", "-2.00"), ("2026-10-07", "FEE BACK", "2.00")];
    let statement = bank.import("October", csv(100_000, &rows), false).await.unwrap().statement_id.unwrap();
    let (zero, fee, back) = (
        bank.line(&statement, "WAIVED").await,
        bank.lines(&statement).await[1].clone(),
        bank.line(&statement, "BACK").await,
    );
    let refused = engine.match_accept(&statement, vec![fee.id.clone()], vec![], None).await.unwrap_err();
    assert_eq!(refused.code(), "NOTHING_TO_MATCH");
    assert_eq!(engine.match_accept(&statement, vec![], vec![], None).await.unwrap_err().code(), "NOTHING_TO_MATCH");
    let done = engine.match_accept(&statement, vec![zero.id.clone()], vec![], None).await.unwrap();
    assert_eq!(done.text, "Confirmed line 2: no money moved");
    engine.match_undo(&done.match_ids[0], false, None).await.unwrap();
    engine.desk_undo(&statement, None).await.unwrap();
    engine.match_accept(&statement, vec![fee.id, back.id], vec![], None).await.unwrap();
    assert!(engine.signoff_check(&statement).await.unwrap().ready);
    engine.sign_off(&statement, "Orla Keane").await.unwrap();
}
