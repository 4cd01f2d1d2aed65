//! Statements that do not arrive in their order.

use engine::api::desk::DifferencePosting;

use crate::recon_support::{Bank, csv};

/// Posts every line as a new entry.
async fn settle(bank: &Bank, statement: &str) {
    for line in bank.lines(statement).await {
        let posting = DifferencePosting {
            against: bank.other.clone(),
            description: "Movement".into(),
            amount: line.amount.clone(),
            effective_date: None,
            signed_reason: None,
        };
        bank.book.engine.line_new_entry(statement, &line.id, posting).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_imported_before_the_first_signature() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    // Covered by the opening balance of October; never matched.
    bank.post("SEP-1", "2026-09-10", "40.00", "September").await;
    let import = async |name: &str, opening: i64, rows: &[(&str, &str, &str)]| {
        bank.import(name, csv(opening, rows), false).await
    };
    let october = import("October", 104_000, &[("2026-10-05", "ALPHA", "4.00"), ("2026-10-06", "ALPHA TWO", "6.00")])
        .await
        .unwrap()
        .statement_id
        .unwrap();
    settle(&bank, &october).await;
    engine.sign_off(&october, "Orla Keane").await.unwrap();

    let refused = import("September", 100_000, &[("2026-09-11", "OLD", "15.00"), ("2026-09-12", "OLD TWO", "25.00")])
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "SIGNED_PERIOD");
    assert!(refused.to_string().contains("October is signed and begins on 2026-10-05"), "{refused}");
    assert_eq!(engine.statements().await.unwrap().len(), 1);

    let november = import("November", 105_000, &[("2026-11-05", "BETA", "7.00"), ("2026-11-06", "BETA TWO", "13.00")])
        .await
        .unwrap()
        .statement_id
        .unwrap();
    settle(&bank, &november).await;
    assert_eq!(engine.desk(&november).await.unwrap().ledger_difference, "0");
    engine.sign_off(&november, "Orla Keane").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_is_added_between_the_days_of_a_signature() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let rows = [("2026-10-05", "ALPHA", "4.00"), ("2026-10-31", "ALPHA TWO", "6.00")];
    let october = bank.import("October", csv(100_000, &rows), false).await.unwrap().statement_id.unwrap();
    settle(&bank, &october).await;
    engine.sign_off(&october, "Orla Keane").await.unwrap();

    // The same bank in other words, and a line of the last day that came after the file.
    let other = [("2026-10-20", "IN OTHER WORDS", "6.00"), ("2026-11-02", "BETA", "7.00")];
    let refused = bank.import("Overlap", csv(101_000, &other), false).await.unwrap_err();
    assert_eq!(refused.code(), "SIGNED_PERIOD");
    assert!(
        refused.to_string().contains("1 new line from 2026-10-20 to 2026-10-20 that October does not have"),
        "{refused}"
    );
    assert_eq!(engine.statements().await.unwrap().len(), 1);
    let last_day = [("2026-10-31", "LATE ON THE LAST DAY", "6.00"), ("2026-11-02", "BETA", "7.00")];
    bank.import("November", csv(101_000, &last_day), false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_signature_an_older_statement_comes_first() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let october = bank
        .import("October", csv(104_000, &[("2026-10-05", "ALPHA", "4.00"), ("2026-10-06", "ALPHA TWO", "6.00")]), false)
        .await
        .unwrap()
        .statement_id
        .unwrap();
    settle(&bank, &october).await;
    let september = bank
        .import("September", csv(100_000, &[("2026-09-11", "OLD", "15.00"), ("2026-09-12", "OLD TWO", "25.00")]), false)
        .await
        .unwrap()
        .statement_id
        .unwrap();
    assert_eq!(engine.sign_off(&october, "Orla Keane").await.unwrap_err().code(), "NOT_READY");
    settle(&bank, &september).await;
    engine.sign_off(&september, "Orla Keane").await.unwrap();
    engine.sign_off(&october, "Orla Keane").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_taken_back_leaves_nothing_outstanding() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let october = bank.october().await;
    let entry = bank.entry(&october, "PAY-7557").await;
    engine.entry_outstanding(&october, &entry.id, true).await.unwrap();
    engine.import_undo(&october).await.unwrap();
    let again = bank.october().await;
    let header = engine.desk(&again).await.unwrap();
    assert_eq!(header.outstanding_entries, 0);
    // It can be left outstanding again, and taken back.
    engine.entry_outstanding(&again, &entry.id, true).await.unwrap();
    engine.entry_outstanding(&again, &entry.id, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_not_taken_back_from_under_entries_that_clear_each_other() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let wrong = bank.post("WRONG-1", "2026-10-07", "75.00", "Booked by mistake").await;
    let right = bank.post("WRONG-1-R", "2026-10-07", "-75.00", "Reverses WRONG-1").await;
    let statement = bank.october().await;
    engine.match_accept(&statement, vec![], vec![wrong, right], None).await.unwrap();
    let refused = engine.import_undo(&statement).await.unwrap_err();
    assert_eq!(refused.code(), "HAS_MATCHES");
    assert!(refused.to_string().starts_with("1 match of Merrion Operating, October 2026 stands."), "{refused}");

    engine.desk_undo(&statement, None).await.unwrap();
    engine.import_undo(&statement).await.unwrap();
    // Both are free for the next statement.
    let again = bank.october().await;
    assert!(bank.entries(&again).await.iter().any(|entry| entry.reference == "WRONG-1"));
}
