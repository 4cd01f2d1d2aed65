//! From a file to a signed statement, and everything that is refused on the way.

use engine::EngineError;
use engine::api::imports::{ImportOptions, ImportSource, ProofVerdict};
use engine::api::statements::{ReportFormat, StatementState};
use store::StoreError;

use crate::raw::Raw;
use crate::recon_support::{Bank, ROWS, csv, posting, run_request};

fn conflict(error: &EngineError) -> &'static str {
    error.code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_goes_from_file_to_signature_and_back() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;

    // The same file again adds nothing and says so.
    let again = bank.import("October again", csv(100_000, ROWS), false).await.unwrap();
    assert_eq!((again.statement_id, again.added, again.known), (None, 0, 6));
    assert!(again.message.contains("2026-11-19"), "{}", again.message);
    assert_eq!(engine.statements().await.unwrap().len(), 1);

    let result = engine.run_now(run_request(&statement)).await.unwrap();
    assert!(result.proposed + result.ambiguous >= 3, "{result:?}");
    let header = engine.desk(&statement).await.unwrap();
    assert_eq!(header.opening, "100000");
    assert_eq!(header.left_to_clear, "115817");
    assert_eq!(header.ledger_difference, "0");

    // Accept a proposal, reject another.
    let (line, entry) = (bank.line(&statement, "DUNMORE").await, bank.entry(&statement, "INV-20062").await);
    let focus = engine.desk_focus(&line.id).await.unwrap();
    let suggestion = focus.suggestion.expect("the reference is named in the line");
    assert_eq!(suggestion.entries[0].id, entry.id);
    assert!(!suggestion.reasons.is_empty());
    let done = engine.match_accept(&statement, vec![line.id.clone()], vec![entry.id.clone()], None).await.unwrap();
    assert_eq!(done.left_to_clear, "51017");
    let taken = engine.match_accept(&statement, vec![line.id.clone()], vec![entry.id.clone()], None).await.unwrap_err();
    assert_eq!(conflict(&taken), "ALREADY_MATCHED");
    let marina = bank.line(&statement, "TOLKA").await;
    let wrong = bank.entry(&statement, "INV-20014").await;
    engine.match_reject(&statement, &marina.id, &wrong.id).await.unwrap();
    assert_eq!(bank.line(&statement, "TOLKA").await.state, "none");
    engine.desk_undo(&statement, None).await.unwrap();
    assert_ne!(bank.line(&statement, "TOLKA").await.state, "none");
    engine.match_accept(&statement, vec![marina.id], vec![wrong.id], None).await.unwrap();

    // Two entries to one line by hand; the search finds them.
    let payout = bank.line(&statement, "CARDLINE").await;
    let sums = engine.find_sum(&payout.id).await.unwrap();
    assert_eq!((sums.found, sums.stopped), (1, false), "{}", sums.verdict);
    let pair: Vec<String> = sums.combinations[0].iter().map(|entry| entry.id.clone()).collect();
    engine.match_accept(&statement, vec![payout.id], pair, None).await.unwrap();

    // A difference has to be posted, with the amount that was shown.
    let (survey, invoice) = (bank.line(&statement, "VESTMAR").await, bank.entry(&statement, "INV-19988").await);
    let ids = || (vec![survey.id.clone()], vec![invoice.id.clone()]);
    let refused = engine.match_accept(&statement, ids().0, ids().1, None).await.unwrap_err();
    assert_eq!(conflict(&refused), "DOES_NOT_TIE");
    let refused = engine.match_accept(&statement, ids().0, ids().1, Some(posting(&bank.fees, "-7"))).await.unwrap_err();
    assert_eq!(conflict(&refused), "DIFFERENCE_CHANGED");
    let before = engine.balance_get(&bank.fees, None).await.unwrap();
    let done = engine.match_accept(&statement, ids().0, ids().1, Some(posting(&bank.fees, "-6"))).await.unwrap();
    assert!(done.posted.is_some());
    let after = engine.balance_get(&bank.fees, None).await.unwrap();
    assert_eq!(before.row.figures.balance, "0");
    assert_eq!(after.row.figures.balance, "6");
    let header = engine.desk(&statement).await.unwrap();
    assert_eq!(header.ledger_difference, "0");

    // Unmatch and reverse: the posting and its reverse cancel out, both sides are open again.
    engine.match_undo(&done.match_ids[0], true, None).await.unwrap();
    assert_eq!(engine.balance_get(&bank.fees, None).await.unwrap().row.figures.balance, "0");
    assert_eq!(engine.desk(&statement).await.unwrap().ledger_difference, "0");
    engine.match_accept(&statement, ids().0, ids().1, Some(posting(&bank.fees, "-6"))).await.unwrap();

    let energy = (bank.line(&statement, "LIFFEY").await, bank.entry(&statement, "LE-412277").await);
    engine.match_accept(&statement, vec![energy.0.id], vec![energy.1.id], None).await.unwrap();
    let check = engine.signoff_check(&statement).await.unwrap();
    assert!(!check.ready);
    assert_eq!(conflict(&engine.sign_off(&statement, "Orla Keane").await.unwrap_err()), "NOT_READY");
    let interest = bank.line(&statement, "INTEREST").await;
    let reference = engine.desk_focus(&interest.id).await.unwrap().entry_reference;
    let done = engine.line_new_entry(&statement, &interest.id, posting(&bank.other, "37")).await.unwrap();
    assert_eq!(done.left_to_clear, "0");
    let posted = engine.transaction_get(&done.posted.unwrap()).await.unwrap();
    assert_eq!(posted.rows[0].reference, reference, "the reference that was shown is the one it got");
    assert_ne!(engine.desk_focus(&interest.id).await.unwrap().entry_reference, reference);

    let check = engine.signoff_check(&statement).await.unwrap();
    assert!(check.ready, "{:?}", check.items);
    assert_eq!(check.becoming_outstanding.len(), 1);
    let signed = engine.sign_off(&statement, "Orla Keane").await.unwrap();
    assert!(signed.sides_agree && signed.statement_ties && !signed.draft);
    assert_eq!(signed.outstanding[0].reference, "PAY-7557");
    // Every line stands in the schedule of matches, beside what clears it.
    let lines: Vec<u32> = signed.matched.iter().flat_map(|one| &one.lines).map(|line| line.position).collect();
    assert_eq!(lines.len(), signed.lines as usize);
    let by_hand = signed.matched.iter().find(|one| one.lines[0].text.contains("INTEREST")).unwrap();
    assert_eq!((&*by_hand.how, &*by_hand.by, &*by_hand.entries[0].reference), ("By hand", "Orla Keane", &*reference));
    assert_eq!(by_hand.lines[0].amount, by_hand.entries[0].amount);
    assert!(signed.matched.iter().any(|one| one.how.starts_with("Certain, ")), "{:?}", signed.matched);
    frozen(&bank, &statement).await;

    // Found again after a restart.
    drop(engine);
    let bank = Bank { book: bank.book.reopen().await, ..bank };
    let engine = bank.book.engine.clone();
    let row = engine.statement(&statement).await.unwrap();
    assert_eq!((row.state, row.signed_by.as_deref()), (StatementState::Signed, Some("Orla Keane")));
    assert_eq!(engine.report(&statement, None).await.unwrap(), signed);
    let book = engine.report_bytes(&statement, None, ReportFormat::Csv).await.unwrap();
    let book = String::from_utf8(book).unwrap();
    assert!(book.contains("PAY-7557") && book.contains("Lines matched\r\nMatch,Line,Date,Text,Amount,"), "{book}");
    assert_eq!(&engine.report_bytes(&statement, None, ReportFormat::Xlsx).await.unwrap()[..2], b"PK");

    // Reopening makes version 2 and keeps version 1.
    assert_eq!(conflict(&engine.reopen(&statement, " ").await.unwrap_err()), "INVALID_INPUT");
    engine.reopen(&statement, "Wrong invoice").await.unwrap();
    assert_eq!(engine.statement(&statement).await.unwrap().version, 2);
    assert_eq!(engine.report(&statement, Some(1)).await.unwrap(), signed);
    assert!(
        engine.report(&statement, None).await.unwrap().history.iter().any(|act| act.text.contains("Wrong invoice"))
    );
    assert_eq!(engine.sign_off(&statement, "Orla Keane").await.unwrap().version, 2);
}

/// Neither the engine nor plain SQL changes what is signed.
async fn frozen(bank: &Bank, statement: &str) {
    let engine = &bank.book.engine;
    let line = bank.line(statement, "DUNMORE").await;
    let refused = engine.match_undo(line.match_id.as_deref().unwrap(), false, None).await.unwrap_err();
    assert!(matches!(refused, EngineError::Store(StoreError::Signed)), "{refused:?}");
    assert_eq!(conflict(&engine.import_undo(statement).await.unwrap_err()), "STATEMENT_SIGNED");
    assert_eq!(conflict(&engine.run_now(run_request(statement)).await.unwrap_err()), "STATEMENT_SIGNED");
    let mut raw = Raw::of(&bank.book).await;
    for sql in [
        "DELETE FROM match_line",
        "DELETE FROM match_entry",
        "UPDATE match SET undone_at = 1",
        "UPDATE statement SET state = 'open'",
        raw.either("UPDATE statement_line SET active = 0", "UPDATE statement_line SET active = false"),
        "DELETE FROM outstanding",
        "UPDATE sign_off SET report = '{}'",
        raw.either(
            "INSERT OR REPLACE INTO match_line (line_key, match_key) SELECT line_key, match_key FROM match_line",
            "TRUNCATE match_line",
        ),
        raw.either("INSERT OR REPLACE INTO sign_off SELECT * FROM sign_off", "TRUNCATE sign_off CASCADE"),
    ] {
        assert!(raw.execute(sql).await.is_err(), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_refuse_the_import_unless_they_are_left_out() {
    let bank = Bank::new().await;
    let good = String::from_utf8(csv(100_000, ROWS)).unwrap();
    let bad = good.replace(";+182.44;", ";+18Z.44;").into_bytes();
    let refused = bank.import("October", bad.clone(), false).await.unwrap_err();
    assert_eq!(conflict(&refused), "BAD_ROWS", "{refused}");
    assert!(bank.book.engine.statements().await.unwrap().is_empty());

    let session = bank
        .book
        .engine
        .import_open(ImportSource::Bytes { name: "october.csv".into(), bytes: bad.clone() })
        .await
        .unwrap();
    let preview =
        bank.book.engine.import_preview(&session.id, ImportOptions::default(), Some(bank.bank.clone())).await.unwrap();
    assert_eq!((preview.rows_bad, preview.problems[0].line), (1, 4));
    assert_eq!(preview.proof.verdict, ProofVerdict::DoesNotTie);
    assert_eq!(preview.proof.difference.as_deref(), Some("18244"));
    // The sentence about the balances counts what the preview marks: a row that is not read has no mark.
    let marked = preview
        .items
        .iter()
        .filter(|item| matches!(item, engine::api::imports::PreviewItem::Row { balance_agrees: Some(true), .. }));
    assert_eq!((marked.count(), preview.proof.balance_agreeing, preview.proof.balance_rows), (5, 5, 5));
    let table = bank.book.engine.import_problems_csv(&session.id, ImportOptions::default(), None).await.unwrap();
    assert!(String::from_utf8(table).unwrap().contains("18Z.44"));

    let result = bank.import("October", bad.clone(), true).await.unwrap();
    assert_eq!((result.added, result.left_out), (5, 1));
    let report = bank.book.engine.report(&result.statement_id.clone().unwrap(), None).await.unwrap();
    assert_eq!(report.left_out[0].line, 4);
    assert!(!report.statement_ties);

    // Taken back, repaired by hand and imported whole.
    bank.book.engine.import_undo(&result.statement_id.unwrap()).await.unwrap();
    let repair = engine::api::imports::CellRepair { line: 4, column: 2, value: "182.44".into() };
    let options = ImportOptions { repairs: vec![repair], ..ImportOptions::default() };
    let result = bank.import_with("October", bad, false, options).await.unwrap();
    assert_eq!((result.added, result.left_out), (6, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_says_how_many_entries_are_of_other_periods() {
    let bank = Bank::with_entries().await;
    let statement = bank.october().await;
    let payout = bank.line(&statement, "CARDLINE").await;
    let before = bank.book.engine.find_sum(&payout.id).await.unwrap();
    assert_eq!(before.outside, 0);
    bank.post("CLB-0111", "2026-11-01", "10.00", "Cardline batch, 1 Nov").await;
    let after = bank.book.engine.find_sum(&payout.id).await.unwrap();
    assert_eq!((after.searched, after.outside), (before.searched + 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_files_store_each_line_once() {
    let bank = Bank::new().await;
    bank.import("First half", csv(100_000, &ROWS[..3]), false).await.unwrap();
    let second = bank.import("Whole month", csv(100_000, ROWS), false).await.unwrap();
    assert_eq!((second.added, second.known), (3, 3));
    let rows = bank.book.engine.statements().await.unwrap();
    assert_eq!(rows[1].opening, rows[0].closing);
    assert_eq!(rows[1].period_from, "2026-10-14");
    // Two equal rows are two lines, once each.
    let twice = [("2026-11-02", "PARKING", "-2.00"), ("2026-11-02", "PARKING", "-2.00")];
    let closing: i64 = rows[1].closing.parse().unwrap();
    let result = bank.import("Parking", csv(closing, &twice), false).await.unwrap();
    assert_eq!(result.added, 2);
    assert_eq!(bank.import("Parking again", csv(closing, &twice), false).await.unwrap().added, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_off_by_a_crash_gives_the_same_result() {
    let bank = Bank::with_entries().await;
    let statement = bank.october().await;
    let whole = bank.book.engine.run_now(run_request(&statement)).await.unwrap();
    // The job is stored, then the program is gone.
    let job = bank.book.engine.run_begin(run_request(&statement)).await.unwrap();
    let bank = Bank { book: bank.book.reopen().await, ..bank };
    let engine = bank.book.engine.clone();
    let waiting = engine.interrupted_runs().await.unwrap();
    assert_eq!(waiting.iter().map(|run| run.job_id.as_str()).collect::<Vec<_>>(), [job.as_str()]);
    // An entry booked meanwhile does not take part.
    bank.post("LATE-1", "2026-10-31", "0.37", "CREDIT INTEREST").await;
    // Two windows ask at once: one run starts.
    let (first, second) = tokio::join!(engine.run_resume_now(&job), engine.run_resume_now(&job));
    let (resumed, refused) = match (first, second) {
        (Ok(resumed), Err(refused)) | (Err(refused), Ok(resumed)) => (resumed, refused),
        both => panic!("one of two resumes starts: {both:?}"),
    };
    assert_eq!(conflict(&refused), "JOB_NOT_INTERRUPTED");
    assert_eq!(resumed.result_hash, whole.result_hash);
    assert!(engine.interrupted_runs().await.unwrap().is_empty());
    assert_ne!(engine.run_now(run_request(&statement)).await.unwrap().result_hash, whole.result_hash);
    // What was matched meanwhile makes a stored run useless, and it says so.
    let job = engine.run_begin(run_request(&statement)).await.unwrap();
    let (line, entry) = (bank.line(&statement, "DUNMORE").await, bank.entry(&statement, "INV-20062").await);
    engine.match_accept(&statement, vec![line.id], vec![entry.id], None).await.unwrap();
    assert_eq!(conflict(&engine.run_work(&job).await.unwrap_err()), "RUN_OUTDATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_and_a_confirming_run() {
    let bank = Bank::with_entries().await;
    let engine = bank.book.engine.clone();
    let statement = bank.october().await;
    let dry =
        engine.run_now(engine::api::statements::RunRequest { dry_run: true, ..run_request(&statement) }).await.unwrap();
    assert!(dry.proposed > 0);
    assert!(
        bank.lines(&statement)
            .await
            .iter()
            .all(|line| (line.state.as_str(), line.found.as_str()) == ("open", "Not matched yet"))
    );
    let result = engine
        .run_now(engine::api::statements::RunRequest { auto_confirm: true, ..run_request(&statement) })
        .await
        .unwrap();
    let confirmed = bank.lines(&statement).await.iter().filter(|line| line.state == "confirmed").count() as u32;
    assert_eq!(result.confirmed, confirmed);
    assert_eq!(result.confirmed, result.certain);
    if confirmed > 0 {
        // One bulk action, one step to take it back.
        engine.desk_undo(&statement, None).await.unwrap();
        assert!(bank.lines(&statement).await.iter().all(|line| line.state != "confirmed"));
        engine.desk_redo(&statement, None).await.unwrap();
        assert_eq!(
            bank.lines(&statement).await.iter().filter(|line| line.state == "confirmed").count() as u32,
            confirmed
        );
    }
    let preview = engine.match_tier_preview(&statement, "likely").await.unwrap();
    if preview.lines > 0 {
        assert_eq!(
            engine.match_accept_tier(&statement, "likely", preview.lines + 1).await.unwrap_err().code(),
            "CHANGED_ELSEWHERE"
        );
        let done = engine.match_accept_tier(&statement, "likely", preview.lines).await.unwrap();
        assert_eq!(done.left_to_clear, preview.left_to_clear_after);
    }
}
