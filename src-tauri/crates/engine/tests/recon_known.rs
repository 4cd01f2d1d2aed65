//! What counts as the same line, and what a person can say about it.

use engine::api::imports::{CellRepair, ImportOptions, ImportResult, ImportSource};

use crate::recon_support::{Bank, ROWS, Row, csv, plain};

const FARE: Row<'static> = ("2026-10-05", "METRO FARE", "-2.00");

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
    // Bookings between the two files are missing: it does not go on, and nothing tells whether its fare is the stored
    // one. That is asked, and nothing is dropped.
    let gap = csv(200_000, &[FARE, ("2026-10-06", "BETA", "5.00")]);
    let plan = bank.plan(gap.clone(), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 0, 1));
    let twin = plan.late_lines[0].known.as_ref().unwrap();
    assert_eq!((plan.late_lines[0].line, twin.statement_name.as_str()), (2, "First"));
    assert_eq!(
        plan.late.unwrap(),
        "1 line of 2026-10-05 looks like one that is there already, under another running balance. Say which it is: new, or \
         stored already."
    );
    assert_eq!(bank.import("Gap", gap.clone(), false).await.unwrap_err().code(), "LATE_LINES");
    let result = bank.import_as("Gap", gap, |request| request.accept_late_lines = true).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));
    let statement = result.statement_id.unwrap();
    assert_eq!(bank.lines(&statement).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_day_that_was_imported_in_part_is_new_or_known_as_somebody_says() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    bank.import_with("First", plain(&[("2026-10-04", "ALPHA", "10.00"), FARE]), false, typed("100000")).await.unwrap();
    let bytes = plain(&[FARE, ("2026-10-06", "BETA", "5.00")]);
    let source = ImportSource::Bytes { name: "second.csv".into(), bytes: bytes.clone() };
    let session = engine.import_open(source).await.unwrap();
    let plan = engine.import_plan(&session.id, typed("100800"), &bank.bank).await.unwrap();
    // Nothing tells whether the file begins before the fare that is stored or after it.
    assert_eq!((plan.new_count, plan.known_count, plan.late_lines[0].line), (2, 0, 2));
    assert_eq!(bank.import_with("No", bytes.clone(), false, typed("100800")).await.unwrap_err().code(), "LATE_LINES");
    let same = ImportOptions { same: vec![2], ..typed("101000") };
    let plan = engine.import_plan(&session.id, same, &bank.bank).await.unwrap();
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (1, 1, 0));
    let keep = ImportOptions { keep_known: vec![2], ..typed("100800") };
    let plan = engine.import_plan(&session.id, keep.clone(), &bank.bank).await.unwrap();
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 0, 0));
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

/// Imports a file of signed amounts, under `options` and a name of its own.
async fn into_book(bank: &Bank, bytes: &[u8], options: ImportOptions) -> engine::EngineResult<ImportResult> {
    bank.import_with("Typed", bytes.to_vec(), false, options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_under_another_reading_needs_a_word() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let file = b"Date,Value,Description,Amount\n03/04/2026,05/04/2026,A,120.50\n05/04/2026,07/04/2026,B,-45.50\n";
    let choices = |columns: [&str; 4], dates: &str, signs: &str| ImportOptions {
        columns: Some(columns.map(str::to_owned).to_vec()),
        date_format: Some(dates.into()),
        sign_model: Some(signs.into()),
        ..typed("0")
    };
    let plain = ["booking_date", "value_date", "description", "amount"];
    let first = into_book(&bank, file, choices(plain, "dmy", "signed")).await.unwrap();
    let again = into_book(&bank, file, choices(plain, "dmy", "signed")).await.unwrap();
    assert_eq!((again.added, again.statement_id), (0, None));
    let others = [
        choices(plain, "mdy", "signed"),
        choices(plain, "dmy", "inverse"),
        choices(["value_date", "booking_date", "description", "amount"], "dmy", "signed"),
    ];
    for other in &others {
        let refused = into_book(&bank, file, other.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "SAME_FILE");
        let text = refused.to_string();
        assert!(text.contains("imported into Merrion Operating on 2026-11-19 as Typed"), "{text}");
        assert!(refused.body().detail.unwrap().contains("--again"));
        assert_eq!(engine.statements().await.unwrap().len(), 1);
    }
    // Once the earlier import is undone, the file may be read in another way.
    engine.import_undo(&first.statement_id.unwrap()).await.unwrap();
    assert_eq!(into_book(&bank, file, others[0].clone()).await.unwrap().added, 2);

    let plan = bank.plan(file.to_vec(), others[1].clone()).await;
    assert!(plan.same_file.unwrap().contains("2 lines that are not stored yet"));
    let twice = bank.import_as("Twice", file.to_vec(), |request| {
        request.options = others[1].clone();
        request.accept_same_file = true;
    });
    assert_eq!(twice.await.unwrap().added, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_left_out_before_may_follow_from_the_same_file() {
    let bank = Bank::new().await;
    let file = b"Date,Description,Amount\n2026-10-05,A,+120.50\n2026-10-06,B,1..0\n";
    // A closing balance that nobody stated would tie whatever is missing: with rows left out the bank's own is needed.
    let refused = bank.import_with("Good", file.to_vec(), true, typed("0")).await.unwrap_err();
    assert_eq!(refused.code(), "IMPORT_INCOMPLETE");
    assert!(refused.to_string().contains("Type what the bank states"), "{refused}");
    let stated = ImportOptions { closing: Some("13050".into()), ..typed("0") };
    assert_eq!(bank.import_with("Good", file.to_vec(), true, stated).await.unwrap().added, 1);
    let repairs = vec![CellRepair { line: 3, column: 2, value: "10.00".into() }];
    let rest = into_book(&bank, file, ImportOptions { repairs, ..typed("0") }).await.unwrap();
    assert_eq!((rest.added, rest.known), (1, 1));
}

const FEE: Row<'static> = ("2026-10-05", "FEE", "-3.50");

#[tokio::test(flavor = "multi_thread")]
async fn typed_balances_that_go_on_and_tie_have_nothing_known() {
    let bank = Bank::new().await;
    into_book(&bank, &plain(&[FEE]), typed("8850")).await.unwrap();
    let second = plain(&[FEE, ("2026-10-05", "X", "-1.00")]);
    let ties = ImportOptions { closing: Some("8050".into()), ..typed("8500") };
    let result = into_book(&bank, &second, ties).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));
    let rows = bank.book.engine.statements().await.unwrap();
    assert_eq!((rows[1].opening.as_str(), rows[1].closing.as_str()), ("8500", "8050"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_opening_is_not_changed_for_known_lines_that_come_later() {
    let bank = Bank::new().await;
    into_book(&bank, &plain(&[FEE]), typed("8850")).await.unwrap();
    // Known lines at the start belong to what the new ones start from.
    let overlap = plain(&[FEE, ("2026-10-06", "X", "-1.00")]);
    let known = ImportOptions { all_same: true, ..typed("8850") };
    assert_eq!(into_book(&bank, &overlap, known).await.unwrap().added, 1);
    let rows = bank.book.engine.statements().await.unwrap();
    assert_eq!((rows[1].opening.as_str(), rows[1].closing.as_str()), ("8500", "8400"));

    let later = plain(&[("2026-10-04", "EARLY", "-2.00"), FEE]);
    let said = |opening: &str| ImportOptions { all_same: true, ..typed(opening) };
    let refused = into_book(&bank, &later, said("9000")).await.unwrap_err();
    assert_eq!(refused.code(), "IMPORT_INCOMPLETE");
    assert!(refused.to_string().contains("does not tie: 3.50 EUR apart"), "{refused}");
    // Without the known line it closes with what the stored statement opens with.
    let early = into_book(&bank, &later, said("9050")).await.unwrap();
    assert_eq!((early.added, early.known), (1, 1));
    let row = bank.book.engine.statement(early.statement_id.as_ref().unwrap()).await.unwrap();
    assert_eq!((row.opening.as_str(), row.closing.as_str()), ("9050", "8850"));
    bank.book.engine.import_undo(&early.statement_id.unwrap()).await.unwrap();
    let all = ImportOptions { keep_all_known: true, ..typed("9050") };
    assert_eq!(into_book(&bank, &later, all).await.unwrap().added, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggested_name_is_free() {
    let bank = Bank::new().await;
    let name = async |day: &str| {
        let bytes = plain(&[(day, "A", "1.00")]);
        let source = ImportSource::Bytes { name: "a.csv".into(), bytes: bytes.clone() };
        let session = bank.book.engine.import_open(source).await.unwrap();
        let plan = bank.book.engine.import_plan(&session.id, typed("0"), &bank.bank).await.unwrap();
        bank.import_with(&plan.suggested_name, bytes, false, typed("0")).await.unwrap();
        plan.suggested_name
    };
    assert_eq!(name("2026-10-05").await, "Merrion Operating, October 2026");
    assert_eq!(name("2026-10-06").await, "Merrion Operating, October 2026 (2)");
    assert_eq!(name("2026-10-07").await, "Merrion Operating, October 2026 (3)");
}

fn paid(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let lines = rows.iter().map(|(date, name, amount)| format!("{date};{name};Salary;{amount}\n"));
    format!("Date;Name;Text;Amount\n{}", lines.collect::<String>()).into_bytes()
}

/// Two salaries of one amount on one day, told apart by who received them alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_to_somebody_else_are_another_line() {
    let bank = Bank::new().await;
    let first = paid(&[("2026-10-04", "Ormond Castings", "-12.50"), ("2026-10-05", "Aoife Byrne", "-700.00")]);
    bank.import_with("First", first, false, typed("100000")).await.unwrap();
    let since = paid(&[("2026-10-05", "Nora Quinn", "-700.00"), ("2026-10-06", "Ormond Castings", "-12.50")]);
    // The day was imported in part: that the two are not one payment under two names is asked.
    let plan = bank.plan(since.clone(), typed("28750")).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 0, 1));
    let result = bank
        .import_as("Since", since, |request| {
            request.options = typed("28750");
            request.accept_late_lines = true;
        })
        .await
        .unwrap();
    assert_eq!((result.added, result.known), (2, 0));
    // A name that was cut off is the same one.
    let cut = paid(&[("2026-10-05", "AOIFE BYR", "-700.00"), ("2026-10-05", "Nora Quinn", "-700.00")]);
    let plan = bank.plan(cut, typed("98750")).await;
    assert_eq!((plan.new_count, plan.known_count), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_left_out_by_choice_is_asked_about_when_it_comes_again() {
    let bank = Bank::new().await;
    let file = plain(&[("2026-10-05", "A", "120.50"), ("2026-10-06", "B", "10.00")]);
    let without = ImportOptions { leave_out: vec![3], ..typed("0") };
    assert_eq!(into_book(&bank, &file, without).await.unwrap().added, 1);
    assert_eq!(into_book(&bank, &file, typed("0")).await.unwrap_err().code(), "SAME_FILE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_not_taken_as_stored_where_nothing_looks_like_it() {
    let bank = Bank::new().await;
    let said = ImportOptions { same: vec![2], ..typed("0") };
    let refused = into_book(&bank, &plain(&[("2026-10-05", "A", "1.00")]), said).await.unwrap_err();
    assert_eq!(refused.code(), "IMPORT_INCOMPLETE");
    assert!(refused.to_string().starts_with("Row 2 is said to be stored already"), "{refused}");
}

/// The newer of two files comes first, and both have a fare of the day between them.
#[tokio::test(flavor = "multi_thread")]
async fn a_fare_of_the_day_between_two_files_is_new_or_asked_about_in_either_order() {
    let (alpha, beta) = (("2026-10-04", "ALPHA", "10.00"), ("2026-10-06", "BETA", "5.00"));
    let bank = Bank::new().await;
    bank.import("Newer", csv(100_800, &[FARE, beta]), false).await.unwrap();
    // It closes with what the newer one opens with: it does not reach into it.
    let result = bank.import("Older", csv(100_000, &[alpha, FARE]), false).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));

    let bank = Bank::new().await;
    bank.import_with("Newer", plain(&[FARE, beta]), false, typed("100800")).await.unwrap();
    let refused = bank.import_with("Older", plain(&[alpha, FARE]), false, typed("100000")).await.unwrap_err();
    assert_eq!(refused.code(), "LATE_LINES");
}

/// One line says more than another of its amount: what is known stays known.
#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_nets_to_zero_is_known_beside_a_line_of_an_equal_amount() {
    let bank = Bank::new().await;
    let day = [("2026-10-05", "X", "-3.00"), ("2026-10-05", "P", "50.00"), ("2026-10-05", "Q", "-50.00")];
    bank.import_with("Day", plain(&day), false, typed("100300")).await.unwrap();
    let file = csv(100_000, &[day[1], day[2], ("2026-10-05", "R", "-3.00")]);
    let plan = bank.plan(file, ImportOptions::default()).await;
    assert_eq!((plan.new_count - plan.late_count, plan.known_count), (0, 0));
}
