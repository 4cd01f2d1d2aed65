//! The first statement of a balance that the book knew nothing about.

use engine::api::desk::DeskEntriesQuery;

use crate::recon_support::{Bank, csv};

const LINES: &[(&str, &str, &str)] = &[
    ("2026-10-04", "SEPA CR ALPHA INV-1", "120.00"),
    ("2026-10-09", "DD ENERGY 77", "-20.00"),
    ("2026-10-20", "SEPA CR BETA INV-2", "35.50"),
];

async fn matched(bank: &Bank) -> String {
    let statement = bank.import("October", csv(50_000, LINES), false).await.unwrap().statement_id.unwrap();
    bank.match_each(&statement, "E", LINES).await;
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

    let done = engine.opening_post(&statement, &bank.other, false, None).await.unwrap();
    assert!(done.posted.is_some());
    assert_eq!(engine.balance_get(&bank.bank, Some("2026-10-03")).await.unwrap().row.figures.balance, "50000");
    assert_eq!(engine.balance_get(&bank.bank, Some("2026-10-02")).await.unwrap().row.figures.balance, "0");
    let again = engine.opening_post(&statement, &bank.other, false, None).await.unwrap_err();
    assert_eq!(again.code(), "NO_OPENING_DIFFERENCE");
    // A posting is not taken back by the desk; undo reaches the match before it.
    engine.desk_undo(&statement, None).await.unwrap();
    assert_eq!(engine.desk(&statement).await.unwrap().to_review, 1);
    engine.desk_redo(&statement, None).await.unwrap();
    assert!(engine.sign_off(&statement, "Orla Keane").await.unwrap().sides_agree);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_balance_is_not_offered_while_a_line_may_explain_it() {
    let bank = Bank::empty().await;
    let engine = bank.book.engine.clone();
    // A cheque of September that the bank paid in October: the book is lower by it before the statement begins.
    bank.post("OPEN", "2026-09-01", "500.00", "Opening").await;
    let cheque = bank.post("CHQ-100501", "2026-09-28", "-80.00", "Cheque for the crane").await;
    let rows = [("2026-10-04", "SEPA CR ALPHA INV-1", "120.00"), ("2026-10-09", "CHQ 100501", "-80.00")];
    let statement = bank.import("October", csv(50_000, &rows), false).await.unwrap().statement_id.unwrap();
    let alpha = bank.post("INV-1", "2026-10-04", "120.00", "Alpha").await;
    let line = bank.line(&statement, "ALPHA").await;
    engine.match_accept(&statement, vec![line.id], vec![alpha], None).await.unwrap();

    let check = engine.signoff_check(&statement).await.unwrap();
    assert_eq!(check.opening_missing, None);
    let item = check.items.iter().find(|item| item.key == "ledger_agrees").unwrap();
    assert_eq!(
        item.text,
        "The book has 420.00 EUR before 2026-10-04, the statement opens with 500.00 EUR. 1 line is open, and an entry \
         dated before 2026-10-04 may belong to it. What the book lacks is posted when no line is open."
    );
    assert_eq!(engine.desk(&statement).await.unwrap().opening_missing, None);
    let refused = engine.opening_post(&statement, &bank.other, false, None).await.unwrap_err();
    assert_eq!(refused.code(), "LINES_OPEN");
    assert!(refused.to_string().ends_with("Nothing was posted."), "{refused}");

    let line = bank.line(&statement, "CHQ").await;
    engine.match_accept(&statement, vec![line.id], vec![cheque], None).await.unwrap();
    assert!(engine.signoff_check(&statement).await.unwrap().ready);
    assert_eq!(
        engine.opening_post(&statement, &bank.other, false, None).await.unwrap_err().code(),
        "NO_OPENING_DIFFERENCE"
    );
}

/// A book that knew the account before its first statement: its opening, and a cheque that the bank pays in November.
async fn with_a_cheque_on_its_way() -> (Bank, String, String) {
    let bank = Bank::empty().await;
    bank.post("OPEN", "2026-08-01", "500.00", "Opening").await;
    let cheque = bank.post("CHQ-100501", "2026-08-28", "-80.00", "Cheque for the crane").await;
    let lines = &LINES[..2];
    let statement = bank.import("October", csv(50_000, lines), false).await.unwrap().statement_id.unwrap();
    bank.match_each(&statement, "E", lines).await;
    (bank, statement, cheque)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cheque_that_the_bank_has_not_paid_is_no_missing_opening_balance() {
    let (bank, statement, cheque) = with_a_cheque_on_its_way().await;
    let engine = bank.book.engine.clone();
    let check = engine.signoff_check(&statement).await.unwrap();
    let item = check.items.iter().find(|item| item.key == "ledger_agrees").unwrap();
    assert_eq!(
        item.text,
        "The book has 420.00 EUR before 2026-10-04, the statement opens with 500.00 EUR. Mark each entry dated before \
         2026-10-04 that the bank had not booked by then as outstanding. CHQ-100501 of −80.00 EUR dated 2026-08-28 is \
         that amount. Post only what is still apart then, now 80.00 EUR."
    );
    assert_eq!(
        check.opening_early.as_deref(),
        Some("The bank had booked every entry that the book has before 2026-10-04")
    );
    let refused = engine.opening_post(&statement, &bank.other, false, None).await.unwrap_err();
    assert_eq!(refused.code(), "EARLIER_ENTRIES");
    assert!(refused.to_string().ends_with("is that amount. Nothing was posted."), "{refused}");

    // The desk shows them, however old they are.
    assert!(engine.desk(&statement).await.unwrap().opening_early);
    let asked = |earlier| DeskEntriesQuery {
        statement_id: statement.clone(),
        earlier,
        any_age: true,
        ..DeskEntriesQuery::default()
    };
    assert_eq!(engine.desk_entries(asked(false)).await.unwrap().earlier_total, 2);
    let shown = engine.desk_entries(asked(true)).await.unwrap().unmatched;
    assert!(shown.iter().any(|entry| entry.id == cheque), "{shown:?}");

    engine.entry_outstanding(&statement, &cheque, true).await.unwrap();
    let head = engine.desk(&statement).await.unwrap();
    assert_eq!((head.opening_missing.as_deref(), head.opening_early, head.ledger_agrees), (None, false, true));
    assert!(engine.sign_off(&statement, "Orla Keane").await.unwrap().sides_agree);
    assert_eq!(engine.balance_get(&bank.bank, None).await.unwrap().row.figures.balance, "52000");

    // When the bank pays it, it is found and nothing is in the way.
    let rows = [("2026-11-09", "CHQ 100501", "-80.00"), ("2026-11-10", "SEPA CR GAMMA INV-3", "10.00")];
    let november = bank.import("November", csv(60_000, &rows), false).await.unwrap().statement_id.unwrap();
    let gamma = bank.post("INV-3", "2026-11-10", "10.00", "Gamma").await;
    for (text, entry) in [("CHQ", cheque), ("GAMMA", gamma)] {
        let line = bank.line(&november, text).await;
        engine.match_accept(&november, vec![line.id], vec![entry], None).await.unwrap();
    }
    assert!(engine.sign_off(&november, "Orla Keane").await.unwrap().sides_agree);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_book_lacks_beside_entries_the_bank_had_booked_is_posted_when_somebody_says_so() {
    let (bank, statement, _) = with_a_cheque_on_its_way().await;
    let engine = bank.book.engine.clone();
    engine.opening_post(&statement, &bank.other, true, None).await.unwrap();
    assert_eq!(engine.balance_get(&bank.bank, Some("2026-10-03")).await.unwrap().row.figures.balance, "50000");
    assert!(engine.signoff_check(&statement).await.unwrap().ready);
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
async fn a_person_signs_with_their_own_name() {
    let bank = Bank::empty().await;
    let engine = bank.book.engine.clone();
    let statement = matched(&bank).await;
    engine.opening_post(&statement, &bank.other, false, None).await.unwrap();
    engine.person_set("Orla Keane").await.unwrap();
    let refused = engine.sign_off(&statement, "Tadhg Molloy").await.unwrap_err();
    assert_eq!(refused.code(), "OTHER_PERSON");
    assert_eq!(
        refused.to_string(),
        "Orla Keane works here, and signs with that name. Nothing was signed. If you are somebody else, say so under \
         Settings first."
    );
    assert_eq!(engine.sign_off(&statement, " orla keane ").await.unwrap().signed_by.as_deref(), Some("Orla Keane"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_first_is_the_person_where_nobody_said_who_works_here() {
    let bank = Bank::empty().await;
    let statement = matched(&bank).await;
    bank.post("OPEN", "2026-10-03", "500.00", "Opening").await;
    let engine = bank.book.engine.clone();
    let signed = engine.sign_off(&statement, "Niamh Corcoran").await.unwrap();
    assert_eq!((signed.signed_by.as_deref(), signed.prepared_by.as_str()), (Some("Niamh Corcoran"), "Niamh Corcoran"));
    assert_eq!(engine.book_info().await.unwrap().person, "Niamh Corcoran");
    engine.reopen(&statement, "One more look").await.unwrap();
    assert_eq!(engine.sign_off(&statement, "Orla Keane").await.unwrap_err().code(), "OTHER_PERSON");
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
