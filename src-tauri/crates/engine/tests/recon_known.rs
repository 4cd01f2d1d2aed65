//! What counts as the same line, and what a person can say about it.

use engine::api::imports::{ImportOptions, ImportSource};

use crate::recon_support::{Bank, ROWS, Row, csv};

const FARE: Row<'static> = ("2026-10-05", "METRO FARE", "-2.00");

/// A file without running balances.
fn plain(rows: &[Row<'_>]) -> Vec<u8> {
    let lines = rows.iter().map(|(date, text, amount)| format!("{date};{text};{amount}\n"));
    format!("Date;Description;Amount\n{}", lines.collect::<String>()).into_bytes()
}

fn typed(opening: &str) -> ImportOptions {
    ImportOptions { opening: Some(opening.into()), ..ImportOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_since_the_last_download_has_nothing_known() {
    let bank = Bank::new().await;
    let first = [("2026-10-04", "ALPHA", "10.00"), FARE];
    bank.import("First", csv(100_000, &first), false).await.unwrap();
    // The same fare once more on the same day, in a file that goes on where the first ended.
    let since = [FARE, ("2026-10-06", "BETA", "5.00")];
    let result = bank.import("Since", csv(100_800, &since), false).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));
    let rows = bank.book.engine.statements().await.unwrap();
    assert_eq!((rows[1].opening.as_str(), rows[1].closing.as_str()), ("100800", "101100"));
    // A file of all days knows each of the two fares once.
    let whole = [first[0], FARE, FARE, since[1]];
    assert_eq!(bank.import("Whole", csv(100_000, &whole), false).await.unwrap().added, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_running_balance_is_another_line() {
    let bank = Bank::new().await;
    bank.import("First", csv(100_000, &[("2026-10-04", "ALPHA", "10.00"), FARE]), false).await.unwrap();
    // Bookings between the two files are missing: it does not go on, and its fare is not the stored one.
    let result = bank.import("Gap", csv(200_000, &[FARE, ("2026-10-06", "BETA", "5.00")]), false).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));
    let statement = result.statement_id.unwrap();
    assert_eq!(bank.lines(&statement).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_line_can_be_kept_as_new() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    bank.import_with("First", plain(&[("2026-10-04", "ALPHA", "10.00"), FARE]), false, typed("100000")).await.unwrap();
    let bytes = plain(&[FARE, ("2026-10-06", "BETA", "5.00")]);
    let source = ImportSource::Bytes { name: "second.csv".into(), bytes: bytes.clone() };
    let session = engine.import_open(source).await.unwrap();
    let plan = engine.import_plan(&session.id, typed("100800"), &bank.bank).await.unwrap();
    assert_eq!((plan.new_count, plan.known_count, plan.known_lines[0].line), (1, 1, 2));
    let keep = ImportOptions { keep_known: vec![2], ..typed("100800") };
    let plan = engine.import_plan(&session.id, keep.clone(), &bank.bank).await.unwrap();
    assert_eq!((plan.new_count, plan.known_count), (2, 0));
    let result = bank.import_with("Second", bytes.clone(), false, keep).await.unwrap();
    assert_eq!(result.added, 2);
    let rows = engine.statements().await.unwrap();
    assert_eq!((rows[1].opening.as_str(), rows[1].closing.as_str()), ("100800", "101100"));
    // The file without the choice is known by now.
    assert_eq!(bank.import_with("Again", bytes, false, typed("100800")).await.unwrap().added, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_into_another_balance_needs_a_word() {
    let bank = Bank::new().await;
    bank.october().await;
    let into = async |accept: bool| {
        bank.import_into(&bank.other, "Copy", csv(100_000, ROWS), false, ImportOptions::default(), accept).await
    };
    let refused = into(false).await.unwrap_err();
    assert_eq!(refused.code(), "OTHER_BALANCE");
    assert!(refused.to_string().contains("imported into Merrion Operating on 2026-11-19"), "{refused}");
    assert_eq!(into(true).await.unwrap().added, 6);
}
