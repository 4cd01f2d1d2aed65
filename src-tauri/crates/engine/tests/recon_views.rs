//! What the desk and the draft report say before and after a run, about cheques, and about rows that were left out.

use engine::api::desk::{DeskEntriesQuery, DeskLinesQuery};
use engine::api::imports::{ImportOptions, ImportSource};

use crate::recon_support::{Bank, ROWS, Row, csv, plain, run_request};
use crate::support::TestBook;

fn query(statement: &str) -> DeskEntriesQuery {
    DeskEntriesQuery { statement_id: statement.into(), ..DeskEntriesQuery::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_not_matched_yet_until_a_run_has_looked() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    let line = bank.line(&statement, "INTEREST").await;
    assert_eq!((line.state.as_str(), line.found.as_str()), ("open", "Not matched yet"));
    let tiers = engine.desk(&statement).await.unwrap().tiers;
    assert_eq!(tiers.iter().map(|one| (one.tier.as_str(), one.lines)).collect::<Vec<_>>(), [("open", 6)]);
    let result = engine.run_now(run_request(&statement)).await.unwrap();
    assert_eq!(result.proposed, result.certain + result.likely + result.possible);
    assert_eq!(result.proposed + result.ambiguous + result.none, result.lines);
    let line = bank.line(&statement, "INTEREST").await;
    assert_eq!((line.state.as_str(), line.found.as_str()), ("none", "No entry found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_matched_during_the_run_is_not_said_to_have_no_entry_when_it_leaves_its_match() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    let accept = async |text: &str, entry: &str| {
        let (line, entry) = (bank.line(&statement, text).await, bank.entry(&statement, entry).await);
        engine.match_accept(&statement, vec![line.id], vec![entry.id], None).await.unwrap();
    };
    let said = async |text: &str| {
        let line = bank.line(&statement, text).await;
        let focused = engine.desk_focus(&line.id).await.unwrap().line;
        assert_eq!((&focused.state, &focused.found), (&line.state, &line.found));
        format!("{}: {}", line.state, line.found)
    };
    let later = |minute: u8| bank.book.clock.set(format!("2026-11-19T11:{minute:02}:00Z").parse().unwrap());

    // Taken out of its match by hand.
    accept("DUNMORE", "INV-20062").await;
    later(1);
    engine.run_now(run_request(&statement)).await.unwrap();
    assert_eq!(said("INTEREST").await, "none: No entry found");
    later(2);
    let line = bank.line(&statement, "DUNMORE").await;
    engine.match_undo(&line.match_id.unwrap(), false, None).await.unwrap();
    assert_eq!(said("DUNMORE").await, "open: Not matched yet");
    assert_eq!(said("INTEREST").await, "none: No entry found");

    // Its accept undone.
    accept("DUNMORE", "INV-20062").await;
    later(3);
    engine.run_now(run_request(&statement)).await.unwrap();
    later(4);
    engine.desk_undo(&statement, None).await.unwrap();
    assert_eq!(said("DUNMORE").await, "open: Not matched yet");

    // The next run looks at it.
    later(5);
    engine.run_now(run_request(&statement)).await.unwrap();
    assert!(said("DUNMORE").await.contains("INV-20062"), "{}", said("DUNMORE").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_an_entry_names_what_almost_fits() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    bank.post("INV-20296-P", "2026-10-03", "318.40", "Payment, Skellig").await;
    bank.post("INV-20411", "2026-10-09", "98.00", "Payment, Tolka").await;
    bank.post("CHQ-000317", "2026-08-24", "-12.00", "Cheque to Tyne Fixings").await;
    let rows: &[Row<'_>] = &[
        ("2026-10-02", "CHEQUE 317", "-12.00"),
        ("2026-10-06", "SEPA CR SKELLIG INV 20296", "312.40"),
        ("2026-10-09", "COUNTER CREDIT", "97.50"),
        ("2026-10-12", "SEPA CR INV 20411", "45.00"),
        ("2026-10-13", "UNKNOWN", "96.00"),
    ];
    let statement = bank.import("October", csv(100_000, rows), false).await.unwrap().statement_id.unwrap();
    let request = engine::api::statements::RunRequest {
        fallback: Some(engine::api::statements::RunFallback::None),
        ..run_request(&statement)
    };
    engine.run_now(request).await.unwrap();
    let said: Vec<_> =
        bank.lines(&statement).await.into_iter().map(|line| format!("{}: {}", line.state, line.found)).collect();
    assert_eq!(
        said,
        [
            "none: Nearest is CHQ-000317, the same amount, 24 Aug",
            "none: Nearest is INV-20296-P, 6.00 apart",
            "none: Nearest is INV-20411, 0.50 apart",
            // Named, but far from the amount; near the amount, but neither named nor of the day.
            "none: No entry found",
            "none: No entry found",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_stands_in_one_place_and_the_period_is_what_the_proof_counts() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    bank.post("BEFORE-1", "2026-09-20", "5.00", "Paid before the period").await;
    bank.post("AFTER-1", "2026-11-03", "6.00", "Paid after the period").await;
    let statement = bank.october().await;
    engine.run_now(run_request(&statement)).await.unwrap();
    let header = engine.desk(&statement).await.unwrap();
    let page = engine.desk_entries(query(&statement)).await.unwrap();
    assert_eq!(page.unmatched_total, header.unmatched_entries);
    assert_eq!((page.earlier_total, page.later_total), (1, 1));

    let line = bank.line(&statement, "DUNMORE").await;
    let page =
        engine.desk_entries(DeskEntriesQuery { line_id: Some(line.id.clone()), ..query(&statement) }).await.unwrap();
    assert_eq!(page.suggested.iter().map(|entry| entry.reference.as_str()).collect::<Vec<_>>(), ["INV-20062"]);
    assert!(page.unmatched.iter().all(|entry| entry.reference != "INV-20062"));
    assert_eq!(page.unmatched_total + 1, header.unmatched_entries);

    let page = engine.desk_entries(DeskEntriesQuery { earlier: true, later: true, ..query(&statement) }).await.unwrap();
    assert_eq!((page.earlier_total, page.later_total), (0, 0));
    let shown: Vec<_> = page.unmatched.iter().map(|entry| entry.reference.as_str()).collect();
    assert!(shown.contains(&"BEFORE-1") && shown.contains(&"AFTER-1"), "{shown:?}");

    // The focus card speaks in words.
    let focus = engine.desk_focus(&line.id).await.unwrap();
    let suggestion = focus.suggestion.unwrap();
    assert!(suggestion.reasons.iter().any(|reason| reason.strength == "strong"), "{suggestion:?}");
    assert!(!suggestion.verdict.is_empty());
    assert!(!focus.margin.unwrap().contains("point"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cheque_presented_weeks_later_is_found_by_its_number_and_is_not_outstanding_in_the_draft() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    bank.post("CHQ-100482", "2026-10-10", "-61.18", "Cheque for the boat").await;
    bank.post("CHQ-100483", "2026-10-10", "-61.18", "Cheque for the crane").await;
    let rows: &[Row<'_>] = &[("2026-11-05", "CREDIT INTEREST", "0.37"), ("2026-11-20", "CHQ 100482", "-61.18")];
    let november = bank.import("November", csv(100_000, rows), false).await.unwrap().statement_id.unwrap();
    for reference in ["CHQ-100482", "CHQ-100483"] {
        let entry = bank.entry(&november, reference).await;
        engine.entry_outstanding(&november, &entry.id, true).await.unwrap();
    }
    let result = engine.run_now(run_request(&november)).await.unwrap();
    assert_eq!((result.proposed, result.none), (1, 1), "{result:?}");
    let line = bank.line(&november, "CHQ").await;
    let focus = engine.desk_focus(&line.id).await.unwrap();
    let suggestion = focus.suggestion.expect("the number is named");
    assert_eq!(suggestion.entries[0].reference, "CHQ-100482");
    assert_ne!(suggestion.tier, "certain", "41 days are for a person to look at");

    let draft = engine.report(&november, None).await.unwrap();
    assert_eq!(draft.unmatched_lines[1].proposed.as_deref(), Some(format!("CHQ-100482, {}", suggestion.tier).as_str()));
    let proposed: Vec<_> = draft
        .unmatched_entries
        .iter()
        .filter_map(|entry| entry.proposed_for.map(|line| (entry.reference.as_str(), line)))
        .collect();
    assert_eq!(proposed, [("CHQ-100482", line.position)]);
    assert_eq!(draft.outstanding.iter().map(|entry| entry.reference.as_str()).collect::<Vec<_>>(), ["CHQ-100483"]);
    assert_eq!(draft.state, "Draft, 2 lines left to clear, 1 of them only proposed");
    assert!(draft.sides_agree, "{draft:?}");

    // The desk of the same moment says the same: the proposed cheque is open like its line.
    let header = engine.desk(&november).await.unwrap();
    assert_eq!((header.unmatched_entries, header.outstanding_entries), (1, 1));
    assert_eq!((header.less_unmatched.as_str(), header.less_outstanding.as_str()), ("6118", "6118"));
    assert_eq!(draft.book_side[1].amount, header.less_unmatched);
    let page = engine.desk_entries(query(&november)).await.unwrap();
    let shown =
        |rows: &[engine::api::desk::DeskEntry]| rows.iter().map(|row| row.reference.clone()).collect::<Vec<_>>();
    assert_eq!((shown(&page.unmatched), page.unmatched_total), (vec!["CHQ-100482".to_owned()], 1));
    assert_eq!((shown(&page.outstanding), page.outstanding_total), (vec!["CHQ-100483".to_owned()], 1));
    assert_eq!(page.outstanding_sum, "-6118");
    assert_eq!(header.ledger_cleared, "100000");

    // Once the pair is rejected it is outstanding again, in both.
    engine.match_reject(&november, &line.id, &suggestion.entries[0].id).await.unwrap();
    let header = engine.desk(&november).await.unwrap();
    assert_eq!((header.unmatched_entries, header.outstanding_entries), (0, 2));
    assert_eq!(engine.report(&november, None).await.unwrap().outstanding.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_left_out_is_said_with_its_sum_and_cannot_be_signed_over() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let mut bytes = String::from_utf8(csv(100_000, ROWS)).unwrap();
    bytes = bytes.replace(";+0.37;", ";+O.37;");
    let statement = bank.import("October", bytes.into_bytes(), true).await.unwrap().statement_id.unwrap();
    assert_eq!(engine.statement(&statement).await.unwrap().left_out, 1);
    let header = engine.desk(&statement).await.unwrap();
    assert_eq!(header.missing.as_deref(), Some("37"));
    let left = engine.signoff_check(&statement).await.unwrap();
    let text = &left.items.iter().find(|item| item.key == "left_to_clear").unwrap().text;
    assert!(text.contains("0.37 EUR is missing. 1 row of the file was left out"), "{text}");
    let draft = engine.report(&statement, None).await.unwrap();
    assert_eq!((draft.statement_ties, draft.missing.as_deref()), (false, Some("37")));
    assert!(draft.statement_proof.iter().any(|row| row.note.as_deref() == Some("1 row left out at import")));
    assert_eq!(engine.sign_off(&statement, "Orla Keane").await.unwrap_err().code(), "NOT_READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_tells_what_was_done_on_a_desk() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    engine.run_now(run_request(&statement)).await.unwrap();
    let (line, entry) = (bank.line(&statement, "DUNMORE").await, bank.entry(&statement, "INV-20062").await);
    engine.match_accept(&statement, vec![line.id], vec![entry.id], None).await.unwrap();
    engine.desk_undo(&statement, None).await.unwrap();
    let said: Vec<_> = engine
        .overview_activity(4)
        .await
        .unwrap()
        .into_iter()
        .map(|row| format!("{} {} {}", row.actor, row.verb, row.object))
        .collect();
    let name = "Merrion Operating, October 2026";
    for (at, sentence) in [
        format!("undid “Matched line 2 to INV-20062” on {name}"),
        format!("matched line 2 to INV-20062 on {name}"),
        format!("ran the rules on {name}"),
        format!("imported {name}"),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(said[at].ends_with(&sentence), "{said:?}");
    }
}

/// A second program has the book for reading only: what it may look at before a signature needs no writer.
#[tokio::test(flavor = "multi_thread")]
async fn the_checklist_of_a_signature_is_read_while_another_program_writes_in_the_file() {
    let bank = Bank::with_entries_in(TestBook::in_file().await).await;
    let statement = bank.october().await;
    let store = store_sqlite::SqliteStore::open(&bank.book.path).await.unwrap();
    let reader = engine::Engine::new(std::sync::Arc::new(store), bank.book.clock.clone(), "Reader");
    assert!(reader.book_info().await.unwrap().read_only.is_some());
    let check = reader.signoff_check(&statement).await.unwrap();
    assert_eq!(check, bank.book.engine.signoff_check(&statement).await.unwrap());
    assert!(!check.ready && check.items.len() >= 4);
    assert_eq!(reader.sign_off(&statement, "Reader").await.unwrap_err().code(), "BOOK_READ_ONLY");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_and_entries_are_found_by_the_amount_as_shown_and_in_either_case() {
    let bank = Bank::empty().await;
    let engine = bank.book.engine.clone();
    let rows: &[Row] = &[
        ("2026-10-04", "SEPA CR MÜLLER GMBH", "1234.56"),
        ("2026-10-05", "CARD ŁÓDŹ KAWA", "-154.80"),
        ("2026-10-06", "FEE", "-0.50"),
    ];
    let statement = bank.import("October", csv(0, rows), false).await.unwrap().statement_id.unwrap();
    for (reference, text, amount) in [("E-1", "Müller GmbH", "1234.56"), ("E-2", "ŁÓDŹ kawa", "-154.80")] {
        bank.post(reference, "2026-10-05", amount, text).await;
    }
    let found = async |words: &str| {
        let lines =
            DeskLinesQuery { statement_id: statement.clone(), text: Some(words.into()), ..DeskLinesQuery::default() };
        let lines = engine.desk_lines(lines).await.unwrap().lines.iter().map(|line| line.position).collect::<Vec<_>>();
        let entries = engine.desk_entries(DeskEntriesQuery { text: Some(words.into()), ..query(&statement) }).await;
        let entries = entries.unwrap().unmatched.iter().map(|entry| entry.reference.clone()).collect::<Vec<_>>();
        (lines, entries)
    };
    let one = |line: u32, entry: &str| (vec![line], vec![entry.to_owned()]);
    for words in ["1234.56", "1,234.56", "1.234,56", "1,234", "234.5", "müller", "MÜLLER", "Müller 1,234.56"] {
        assert_eq!(found(words).await, one(2, "E-1"), "{words}");
    }
    for words in ["154.80", "\u{2212}154.80", "-154,80", "154.8", "15480", "łódź", "KAWA"] {
        assert_eq!(found(words).await, one(3, "E-2"), "{words}");
    }
    assert_eq!(found("0.50").await, (vec![4], vec![]));
    assert_eq!(found("155.80").await, (vec![], vec![]));
    assert_eq!(found("müller 154.80").await, (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_longer_than_a_book_holds_is_a_problem_of_its_row() {
    let bank = Bank::empty().await;
    let long = "9".repeat(59);
    let engine = bank.book.engine.clone();
    let file = plain(&[("2026-10-04", "FITS", "1.00"), ("2026-10-05", "TOO LONG", &long)]);
    let typed = |opening: &str| ImportOptions { opening: Some(opening.into()), ..ImportOptions::default() };
    let refused = bank.import_with("October", file.clone(), false, typed("0")).await.unwrap_err();
    assert_eq!(refused.code(), "BAD_ROWS");
    let source = ImportSource::Bytes { name: "long.csv".into(), bytes: file };
    let session = engine.import_open(source).await.unwrap().id;
    let preview = engine.import_preview(&session, typed("0"), Some(bank.bank.clone())).await.unwrap();
    let problem = preview.problems.first().expect("a problem of the row");
    assert_eq!((problem.line, problem.column_name.as_str()), (3, "Amount"));
    assert!(problem.reason.contains("An amount has at most 60 digits"), "{}", problem.reason);

    let fits = plain(&[("2026-10-04", "FITS", "1.00")]);
    let refused = bank.import_with("October", fits, false, typed(&"9".repeat(61))).await.unwrap_err();
    assert_eq!(refused.code(), "INVALID_INPUT");
    assert!(engine.statements().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_book_says_whether_a_run_tries_the_closest_text() {
    use engine::api::book::BookSettings;
    use engine::api::statements::{RunFallback, RunRequest};
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    bank.post("INV-20411", "2026-10-09", "98.00", "Payment, Tolka").await;
    let rows: &[Row<'_>] = &[("2026-10-09", "INV 2041", "97.50")];
    let statement = bank.import("October", csv(100_000, rows), false).await.unwrap().statement_id.unwrap();
    let no_rules = RunRequest { rule_ids: Some(Vec::new()), dry_run: true, ..run_request(&statement) };
    let proposed = async |fallback| {
        let found = engine.run_now(RunRequest { fallback, ..no_rules.clone() }).await.unwrap();
        found.proposed + found.ambiguous
    };
    assert_eq!(proposed(None).await, 1, "as a new book does");
    engine.book_settings_set(BookSettings { closest_text: false, ..BookSettings::default() }).await.unwrap();
    assert_eq!(proposed(None).await, 0);
    assert_eq!(proposed(Some(RunFallback::ClosestText)).await, 1, "what a run says counts more");
    engine.book_settings_set(BookSettings::default()).await.unwrap();
    assert_eq!(proposed(Some(RunFallback::None)).await, 0);
}
