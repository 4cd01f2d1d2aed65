//! A file that goes over days again that were imported before: its lines are not stored twice because balances moved,
//! and what it has more of is asked about.

use engine::api::imports::{ImportOptions, ImportResult};

use crate::recon_support::{Bank, ROWS, Row, csv, plain};

const FEE: Row<'static> = ("2026-10-03", "ACCOUNT FEE", "-5.00");

/// [`ROWS`] with the fee that the bank booked back to 3 October.
fn with_fee() -> Vec<Row<'static>> {
    let mut rows = ROWS.to_vec();
    rows.insert(1, FEE);
    rows
}

fn typed(opening: &str) -> ImportOptions {
    // Most of its amounts have no sign, as on a card: which way they run is said.
    ImportOptions { opening: Some(opening.into()), sign_model: Some("signed".into()), ..ImportOptions::default() }
}

/// Imports what was asked about.
async fn accepted(bank: &Bank, name: &str, bytes: Vec<u8>) -> ImportResult {
    bank.import_as(name, bytes, |request| request.accept_late_lines = true).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_booked_back_is_asked_about_and_stored_alone() {
    let bank = Bank::new().await;
    bank.october().await;
    let again = csv(100_000, &with_fee());
    let plan = bank.plan(again.clone(), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (1, 6, 1));
    assert_eq!((plan.late_lines[0].description.as_str(), &plan.late_lines[0].known), ("ACCOUNT FEE", &None));
    assert_eq!(
        plan.late.unwrap(),
        "1 new line of 2026-10-03 stands among days that were imported before without it: the bank booked late, or it is \
         the same money in other words. Say which it is: new, or stored already."
    );
    let refused = bank.import("Again", again.clone(), false).await.unwrap_err();
    assert_eq!(refused.code(), "LATE_LINES");
    assert!(refused.to_string().ends_with("Nothing was imported."), "{refused}");
    assert!(refused.body().detail.unwrap().contains("--late"));

    let result = accepted(&bank, "Again", again.clone()).await;
    assert_eq!((result.added, result.known), (1, 6));
    // It closes with the file, after October: the chain of balances holds.
    let rows = bank.book.engine.statements().await.unwrap();
    assert_eq!((rows[0].closing.as_str(), rows[1].opening.as_str()), ("215817", "215817"));
    assert_eq!((rows[1].closing.as_str(), rows[1].period_to.as_str()), ("215317", "2026-10-31"));
    assert_eq!(accepted(&bank, "Third", again).await.added, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_kept_as_new_needs_no_second_word() {
    let bank = Bank::new().await;
    bank.october().await;
    let options = ImportOptions { keep_known: vec![3], ..ImportOptions::default() };
    let result = bank.import_with("Again", csv(100_000, &with_fee()), false, options).await.unwrap();
    assert_eq!((result.added, result.known), (1, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_another_order_is_known() {
    let bank = Bank::new().await;
    let rows = [
        ("2026-10-04", "ALPHA", "10.00"),
        ("2026-10-05", "BETA", "-2.00"),
        ("2026-10-05", "GAMMA", "7.00"),
        ("2026-10-06", "DELTA", "1.00"),
    ];
    bank.import("First", csv(100_000, &rows), false).await.unwrap();
    let other = [rows[0], rows[2], rows[1], rows[3]];
    assert_eq!(bank.import("Second", csv(100_000, &other), false).await.unwrap().added, 0);
    // Also the first day of the file, which begins with the balance that the stored one began with.
    let days = [("2026-11-02", "BETA", "-2.00"), ("2026-11-02", "GAMMA", "7.00")];
    bank.import("November", csv(101_600, &days), false).await.unwrap();
    assert_eq!(bank.import("Turned", csv(101_600, &[days[1], days[0]]), false).await.unwrap().added, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_line_later_on_the_last_day_is_new() {
    let bank = Bank::new().await;
    let fare = ("2026-10-05", "METRO FARE", "-2.00");
    let first = [("2026-10-04", "ALPHA", "10.00"), fare];
    bank.import("First", csv(100_000, &first), false).await.unwrap();
    // The download of the next morning has the evening too. A last day is never complete, so nothing is asked.
    let evening = [first[0], fare, fare, ("2026-10-06", "BETA", "5.00")];
    let result = bank.import("Second", csv(100_000, &evening), false).await.unwrap();
    assert_eq!((result.added, result.known), (2, 2));
    // Booked back before both: each stored fare answers for one, and only the third is new. It comes late, since the two
    // statements have all of its day between them.
    let moved = [("2026-10-03", "FEE", "-1.00"), first[0], fare, fare, fare, evening[3]];
    let plan = bank.plan(csv(100_000, &moved), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_equal_line_in_the_middle_is_asked_about() {
    let bank = Bank::new().await;
    let fare = ("2026-10-05", "METRO FARE", "-2.00");
    let rows = [("2026-10-04", "ALPHA", "10.00"), fare, fare, ("2026-10-06", "BETA", "5.00")];
    bank.import("First", csv(100_000, &rows), false).await.unwrap();
    let more = [rows[0], fare, fare, fare, rows[3]];
    let plan = bank.plan(csv(100_000, &more), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (1, 4, 1));
    assert_eq!(accepted(&bank, "Second", csv(100_000, &more)).await.added, 1);
    assert_eq!(bank.import("Third", csv(100_000, &more), false).await.unwrap().added, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_without_balances_are_asked_about_as_well() {
    let bank = Bank::new().await;
    bank.import_with("October", plain(ROWS), false, typed("100000")).await.unwrap();
    // Without balances the stored lines are known by what they say; one with balances knows them too.
    assert_eq!(bank.import("Same", csv(100_000, ROWS), false).await.unwrap().added, 0);
    let plan = bank.plan(plain(&with_fee()), typed("100000")).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (1, 6, 1));
    let plan = bank.plan(csv(100_000, &with_fee()), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (1, 6, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_a_period_is_not_asked_about() {
    let bank = Bank::new().await;
    bank.october().await;
    let mut rows = with_fee();
    rows.push(("2026-11-02", "NOVEMBER", "3.00"));
    let plan = bank.plan(csv(100_000, &rows), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 6, 1));
    let november = [("2026-11-02", "NOVEMBER", "3.00"), ("2026-11-03", "MORE", "4.00")];
    assert_eq!(bank.import("November", csv(215_817, &november), false).await.unwrap().added, 2);
}

/// October whose last day nets to zero.
const PAIR: [Row<'static>; 3] =
    [("2026-10-05", "ALPHA", "10.00"), ("2026-10-31", "LOAN IN", "50.00"), ("2026-10-31", "LOAN OUT", "-50.00")];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_continues_does_not_repeat_a_day_that_nets_to_zero() {
    let november = [PAIR[1], PAIR[2], ("2026-11-03", "BETA", "5.00")];
    let bank = Bank::new().await;
    bank.import("October", csv(99_000, &PAIR), false).await.unwrap();
    let result = bank.import("November", csv(100_000, &november), false).await.unwrap();
    assert_eq!((result.added, result.known), (1, 2));

    let bank = Bank::new().await;
    bank.import_with("October", plain(&PAIR), false, typed("99000")).await.unwrap();
    let same = ImportOptions { all_same: true, ..typed("100000") };
    let result = bank.import_with("November", plain(&november), false, same).await.unwrap();
    assert_eq!((result.added, result.known), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_line_of_a_file_that_continues_is_new() {
    let bank = Bank::new().await;
    bank.import("October", csv(99_000, &PAIR), false).await.unwrap();
    // Only one of the two comes again, so the file cannot have gone back to the day.
    let result =
        bank.import("November", csv(100_000, &[PAIR[2], ("2026-11-03", "BETA", "5.00")]), false).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_to_be_stored_already_is_not_asked_about_again_in_the_same_file() {
    let bank = Bank::new().await;
    let rows = [("2026-10-05", "CARD 4711 CAFE", "-3.00"), ("2026-10-06", "CARD 4471 MOORING", "-80.00")];
    bank.import_with("First", plain(&rows), false, typed("100000")).await.unwrap();
    let second = plain(&[("2026-10-06", "MOORING REF 4471", "-80.00"), ("2026-10-07", "CHARTS", "-12.00")]);
    let options = ImportOptions { all_same: true, ..typed("100000") };
    let result = bank.import_with("Second", second.clone(), false, options).await.unwrap();
    assert_eq!((result.added, result.known), (1, 1));
    let plan = bank.plan(second.clone(), typed("100000")).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count, plan.same_file), (0, 2, 0, None));
    assert_eq!(bank.import_with("Third", second, false, typed("100000")).await.unwrap().added, 0);

    // A row that was left out of the file then is asked about: it may be new.
    let left = ImportOptions { leave_out: vec![3], all_same: true, ..typed("100000") };
    let third = plain(&[
        ("2026-10-07", "CHARTS", "-12.00"),
        ("2026-10-06", "PIER 4471", "-80.00"),
        ("2026-10-08", "X", "-1.00"),
    ]);
    assert_eq!(bank.import_with("Fourth", third.clone(), false, left).await.unwrap().added, 1);
    let plan = bank.plan(third, typed("100000")).await;
    assert_eq!((plan.new_count, plan.known_count), (1, 2));
    assert!(plan.same_file.unwrap().contains("1 line that is not stored yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_money_in_other_words_on_a_first_or_last_day_is_asked_about() {
    let bank = Bank::new().await;
    let rows = [("2026-10-05", "CARD 4711 CAFE", "-3.00"), ("2026-10-06", "ALPHA", "10.00")];
    bank.import_with("First", plain(&rows), false, typed("100000")).await.unwrap();
    let reworded = [("2026-10-05", "Cafe, card payment", "-3.00"), ("2026-10-06", "Alpha Ltd", "10.00")];
    let plan = bank.plan(plain(&reworded), typed("100000")).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 0, 2));
    assert_eq!(plan.late_lines[0].known.as_ref().unwrap().statement_name, "First");
    assert_eq!(
        plan.late.unwrap(),
        "2 lines of 2026-10-05 to 2026-10-06 look like lines that are there already, with the same amount in other \
         words. Say which it is: new, or stored already."
    );
    let refused = bank.import_with("Again", plain(&reworded), false, typed("100000")).await.unwrap_err();
    assert_eq!(refused.code(), "LATE_LINES");
    // A stored line that the file has in its own words answers for no other.
    let evening = [rows[0], rows[1], ("2026-10-06", "BETA", "10.00")];
    let result = bank.import_with("Evening", plain(&evening), false, typed("100000")).await.unwrap();
    assert_eq!((result.added, result.known), (1, 2));
    // Where the file goes on from the last closing balance, it cannot have gone back to the day.
    let since = [("2026-10-06", "GAMMA", "10.00"), ("2026-10-07", "DELTA", "1.00")];
    let result = bank.import("Since", csv(101_700, &since), false).await.unwrap();
    assert_eq!((result.added, result.known), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_booked_back_to_the_first_day_keeps_the_chain() {
    let bank = Bank::new().await;
    bank.october().await;
    let mut rows = ROWS.to_vec();
    rows.insert(1, ("2026-10-01", "ACCOUNT FEE", "-5.00"));
    let plan = bank.plan(csv(100_000, &rows), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (1, 6, 1));
    accepted(&bank, "Again", csv(100_000, &rows)).await;
    let all = bank.book.engine.statements().await.unwrap();
    assert_eq!((all[1].opening.as_str(), all[1].closing.as_str()), ("215817", "215317"));
    assert_eq!(all[1].period_to, "2026-10-31");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_before_what_is_stored_end_where_that_begins() {
    let bank = Bank::new().await;
    bank.october().await;
    let mut rows = vec![("2026-09-15", "SEPTEMBER", "40.00"), ("2026-09-28", "RENT", "-10.00")];
    rows.extend(ROWS);
    for (name, rows) in [("Oldest first", rows.clone()), ("Newest first", rows.into_iter().rev().collect())] {
        let file = if name == "Oldest first" { csv(97_000, &rows) } else { newest_first(97_000, &rows) };
        let result = bank.import(name, file, false).await.unwrap();
        assert_eq!((result.added, result.known), (2, 6), "{name}");
        let id = result.statement_id.unwrap();
        let statement = bank.book.engine.statement(&id).await.unwrap();
        assert_eq!((statement.opening.as_str(), statement.closing.as_str()), ("97000", "100000"), "{name}");
        assert_eq!((statement.period_from.as_str(), statement.period_to.as_str()), ("2026-09-15", "2026-09-28"));
        bank.book.engine.import_undo(&id).await.unwrap();
    }
}

/// Rows that come newest first, with the balance after each.
fn newest_first(opening: i64, rows: &[Row<'_>]) -> Vec<u8> {
    let oldest: Vec<Row<'_>> = rows.iter().rev().copied().collect();
    let text = String::from_utf8(csv(opening, &oldest)).unwrap();
    let (head, body) = text.split_once('\n').unwrap();
    let turned: Vec<&str> = body.lines().rev().collect();
    format!("{head}\n{}\n", turned.join("\n")).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_balance_of_the_statement_before_counts_its_lines_once() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let october = [("2026-10-05", "ALPHA", "10.00"), ("2026-10-31", "BETA", "-3.00")];
    sign_all(&bank, "October", &october, typed("100000")).await;
    // No balance in the file and none typed: it starts from the signed 1,007.00, whose last line it has again.
    let signed = || ImportOptions { sign_model: Some("signed".into()), ..ImportOptions::default() };
    let signed = || ImportOptions { all_same: true, ..signed() };
    let overlap = plain(&[october[1], ("2026-11-03", "GAMMA", "5.00")]);
    let plan = bank.plan(overlap.clone(), signed()).await;
    assert_eq!((plan.new_count, plan.known_count), (1, 1));
    assert_eq!((plan.proof.opening.as_deref(), plan.proof.closing.as_deref()), (Some("101000"), Some("101200")));
    assert_eq!(plan.proof.continues_previous, Some(true));
    let source = engine::api::imports::ImportSource::Bytes { name: "n.csv".into(), bytes: overlap.clone() };
    let session = engine.import_open(source).await.unwrap();
    let preview = engine.import_preview(&session.id, signed(), Some(bank.bank.clone())).await.unwrap();
    assert_eq!(preview.proof.closing.as_deref(), Some("101200"));
    let result = bank.import_with("November", overlap, false, signed()).await.unwrap();
    let row = engine.statement(&result.statement_id.unwrap()).await.unwrap();
    assert_eq!((row.opening.as_str(), row.closing.as_str()), ("100700", "101200"));
}

/// One file with the days of another in other words and with days of its own: each line is said to be what it is.
#[tokio::test(flavor = "multi_thread")]
async fn lines_asked_about_can_be_said_to_be_stored_already() {
    let bank = Bank::new().await;
    bank.october().await;
    let mut rows: Vec<Row<'_>> = ROWS.to_vec();
    rows[1].1 = "Tolka Marina, transfer";
    rows.insert(2, FEE_LATER);
    rows.push(("2026-11-02", "NOVEMBER", "3.00"));
    let file = csv(100_000, &rows);
    let plan = bank.plan(file.clone(), ImportOptions::default()).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (3, 5, 2));
    // The reworded one is stored, the fee is new.
    let said = ImportOptions { same: vec![3], ..ImportOptions::default() };
    let plan = bank.plan(file.clone(), said).await;
    assert_eq!((plan.new_count, plan.known_count, plan.late_count), (2, 6, 1));
    let said = ImportOptions { all_same: true, keep_known: vec![4], ..ImportOptions::default() };
    let result = bank.import_with("Both", file, false, said).await.unwrap();
    assert_eq!((result.added, result.known), (2, 6));
    let all = bank.book.engine.statements().await.unwrap();
    let both = all.iter().find(|one| one.name == "Both").unwrap();
    assert_eq!((both.opening.as_str(), both.closing.as_str()), ("215817", "215617"));
}

const FEE_LATER: Row<'static> = ("2026-10-06", "ACCOUNT FEE", "-5.00");

#[tokio::test(flavor = "multi_thread")]
async fn a_new_line_before_a_known_one_on_the_last_day_keeps_the_chain() {
    let (alpha, known) = (("2026-10-04", "ALPHA", "10.00"), ("2026-10-05", "KAPPA", "-2.00"));
    let new = ("2026-10-05", "NU", "7.00");
    for newest in [false, true] {
        let bank = Bank::new().await;
        bank.import("First", csv(100_000, &[alpha, known]), false).await.unwrap();
        let rows = [alpha, new, known];
        let file = if newest { newest_first(100_000, &[known, new, alpha]) } else { csv(100_000, &rows) };
        let id = bank.import("Second", file, false).await.unwrap().statement_id.unwrap();
        let second = bank.book.engine.statement(&id).await.unwrap();
        assert_eq!((second.opening.as_str(), second.closing.as_str()), ("100800", "101500"));
    }
    // A day downloaded twice, newest first.
    let bank = Bank::new().await;
    let day = [("2026-10-05", "B", "2.00"), ("2026-10-05", "A", "1.00")];
    bank.import("Noon", newest_first(100_000, &day), false).await.unwrap();
    let more = [("2026-10-05", "C", "4.00"), day[0], day[1]];
    let id = bank.import("Evening", newest_first(100_000, &more), false).await.unwrap().statement_id.unwrap();
    let evening = bank.book.engine.statement(&id).await.unwrap();
    assert_eq!((evening.opening.as_str(), evening.closing.as_str()), ("100300", "100700"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_balances_goes_on_from_the_statement_before_signed_or_not() {
    let bank = Bank::new().await;
    let signed = || ImportOptions { sign_model: Some("signed".into()), ..ImportOptions::default() };
    bank.import_with("October", plain(&[("2026-10-05", "A", "1.00")]), false, typed("100000")).await.unwrap();
    let id = bank.import_with("November", plain(&[("2026-11-05", "B", "2.00")]), false, signed()).await.unwrap();
    let row = bank.book.engine.statement(&id.statement_id.unwrap()).await.unwrap();
    assert_eq!((row.opening.as_str(), row.closing.as_str()), ("100100", "100300"));
}

/// Imports rows, matches each with an entry of its own and signs.
async fn sign_all(bank: &Bank, name: &str, rows: &[Row<'_>], options: ImportOptions) -> String {
    let engine = &bank.book.engine;
    let id = bank.import_with(name, plain(rows), false, options).await.unwrap().statement_id.unwrap();
    bank.match_each(&id, name, rows).await;
    engine.sign_off(&id, "Orla Keane").await.unwrap();
    id
}

/// What the next statement opened with was signed: lines that would change it are not slipped in before it.
#[tokio::test(flavor = "multi_thread")]
async fn lines_before_a_signed_statement_are_refused_when_it_would_open_with_another_balance() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    sign_all(&bank, "September", &[("2026-09-02", "ALPHA", "10.00"), ("2026-09-26", "BETA", "1.00")], typed("100000"))
        .await;
    let october = [("2026-10-02", "GAMMA", "5.00"), ("2026-10-20", "DELTA", "1.00")];
    let october = sign_all(&bank, "October", &october, typed("101100")).await;
    let forgotten = plain(&[("2026-09-28", "FORGOTTEN", "-40.00"), ("2026-09-29", "MORE", "1.00")]);
    let plan = bank.plan(forgotten.clone(), typed("101100")).await;
    assert!(plan.missing.iter().any(|said| said.starts_with("October follows and is signed")), "{:?}", plan.missing);
    let refused = bank.import_with("Forgotten", forgotten.clone(), false, typed("101100")).await.unwrap_err();
    assert_eq!(refused.code(), "SIGNED_PERIOD");
    // Nothing that changes no balance is kept out.
    let pair = plain(&[("2026-09-28", "IN", "40.00"), ("2026-09-29", "OUT", "-40.00")]);
    assert_eq!(bank.import_with("Pair", pair, false, typed("101100")).await.unwrap().added, 2);

    engine.reopen(&october, "A line of September was forgotten").await.unwrap();
    let added = bank.import_with("Forgotten", forgotten, false, typed("101100")).await.unwrap();
    assert_eq!(added.added, 2);
}

/// A month that comes after its successor, or fills a gap from both sides, says what it does to the chain.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_would_break_is_told_before_anything_is_stored() {
    let bank = Bank::new().await;
    let signed = || ImportOptions { sign_model: Some("signed".into()), ..ImportOptions::default() };
    bank.import_with("September", plain(&[("2026-09-05", "A", "1.00")]), false, typed("100000")).await.unwrap();
    bank.import_with("November", plain(&[("2026-11-05", "B", "2.00")]), false, signed()).await.unwrap();
    let october = plain(&[("2026-10-05", "C", "4.00")]);
    let plan = bank.plan(october, signed()).await;
    assert!(
        plan.warnings.iter().any(|said| said.starts_with("November follows and opens with 1,001.00 EUR")),
        "{:?}",
        plan.warnings
    );
    let even = plain(&[("2026-10-05", "C", "4.00"), ("2026-10-06", "D", "-4.00")]);
    assert!(bank.plan(even, signed()).await.warnings.iter().all(|said| !said.contains("follows")));
    // New lines on both sides of November.
    let both = plain(&[("2026-10-05", "C", "4.00"), ("2026-11-05", "B", "2.00"), ("2026-12-01", "E", "8.00")]);
    let plan = bank.plan(both, typed("100100")).await;
    assert!(!plan.missing.is_empty() || plan.warnings.iter().any(|said| said.contains("cannot be signed")), "{plan:?}");
}
