//! Importing as the wizard does it: what is told, what is cancelled, what is shown of rows that could not be read.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use engine::EngineError;
use engine::api::book::JobProgress;
use engine::api::imports::{ImportOptions, ImportRequest, ImportSource, PreviewItem};

use crate::recon_support::{Bank, ROWS, csv};

fn conflict(error: &EngineError) -> &'static str {
    error.code()
}

/// More lines than one look at the cancel switch covers.
fn many(lines: usize) -> Vec<u8> {
    let mut balance = 100_000_i64;
    let mut text = String::from("Date;Description;Amount;Balance\n");
    for line in 0..lines {
        balance += 125;
        text.push_str(&format!(
            "2026-10-{:02};LINE {line};1.25;{}.{:02}\n",
            1 + line * 30 / lines,
            balance / 100,
            balance % 100
        ));
    }
    text.into_bytes()
}

fn request(bank: &Bank, session: &str) -> ImportRequest {
    ImportRequest {
        session: session.into(),
        options: ImportOptions::default(),
        balance_id: bank.bank.clone(),
        name: "October".into(),
        leave_out_bad_rows: false,
        save_profile: None,
        accept_other_account: false,
        accept_other_balance: false,
        accept_same_file: false,
        accept_late_lines: false,
    }
}

async fn opened(bank: &Bank, bytes: Vec<u8>) -> String {
    bank.book.engine.import_open(ImportSource::Bytes { name: "october.csv".into(), bytes }).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_tells_its_phases_and_leaves_nothing_when_it_is_cancelled() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let session = opened(&bank, many(4_000)).await;
    let told = Mutex::new(Vec::new());
    let stop = |step: JobProgress| {
        if step.phase == "save" {
            // The first step of a phase is told at once, the next ones by time.
            std::thread::sleep(Duration::from_millis(110));
        }
        let goes_on = step.phase != "save" || step.done == 0;
        told.lock().unwrap().push(step);
        goes_on
    };
    let refused = engine.import_commit(request(&bank, &session), Some(&stop)).await.unwrap_err();
    assert!(matches!(refused, EngineError::Cancelled), "{refused}");
    let phases: Vec<String> = told.lock().unwrap().iter().map(|step| step.phase.clone()).collect();
    assert!(phases.iter().any(|phase| phase == "compare") && phases.last().unwrap() == "save", "{phases:?}");
    assert!(engine.statements().await.unwrap().is_empty());
    // That it was tried is kept.
    let jobs = engine.jobs_list().await.unwrap();
    let kept: Vec<_> = jobs.iter().map(|job| (job.title.as_str(), job.state.as_str(), job.error.as_deref())).collect();
    assert_eq!(kept, [("Import October", "cancelled", Some("Cancelled. Nothing was imported."))]);

    // The same session again, to the end: the switch of the cancelled one is not its own.
    let done = engine.import_commit(request(&bank, &session), None).await.unwrap();
    assert_eq!(done.added, 4_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_refused_or_cut_off_keeps_its_job_and_nothing_else() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let session = opened(&bank, b"Date;Description;Amount\n2026-10-05;A;1.00\n".to_vec()).await;
    let refused = engine.import_commit(request(&bank, &session), None).await.unwrap_err();
    assert_eq!(conflict(&refused), "IMPORT_INCOMPLETE");
    let jobs = engine.jobs_list().await.unwrap();
    assert_eq!((jobs[0].state.as_str(), jobs[0].error.clone()), ("failed", Some(refused.sentence())));
    assert!(jobs[0].finished_at.is_some());

    // The program is gone in the middle of the next one: nothing of it can be taken up again.
    let session = opened(&bank, many(4_000)).await;
    let gone = tokio::spawn({
        let (engine, request) = (engine.clone(), request(&bank, &session));
        async move {
            let stop = |step: JobProgress| {
                assert_ne!(step.phase, "save", "the program ends here");
                true
            };
            engine.import_commit(request, Some(&stop)).await.map(|_| ())
        }
    });
    assert!(gone.await.unwrap_err().is_panic());
    assert_eq!(engine.jobs_list().await.unwrap().iter().filter(|job| job.state == "running").count(), 1);
    drop(engine);
    let bank = Bank { book: bank.book.reopen().await, ..bank };
    let jobs = bank.book.engine.jobs_list().await.unwrap();
    assert!(jobs.iter().all(|job| job.state == "failed"), "{jobs:?}");
    assert!(jobs.iter().any(|job| job.error.as_deref().is_some_and(|error| error.starts_with("Cut off"))));
    assert!(bank.book.engine.statements().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_is_cancelled_at_once() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let session = opened(&bank, many(60_000)).await;
    let mut notices = engine.listen();
    let reader = {
        let (engine, session, balance) = (engine.clone(), session.clone(), bank.bank.clone());
        tokio::spawn(async move { engine.import_preview(&session, ImportOptions::default(), Some(balance)).await })
    };
    let step = loop {
        if let engine::Notice::Import { session: of, step } = notices.recv().await.unwrap() {
            assert_eq!(of, session);
            break step;
        }
    };
    assert_eq!(step.state, "running");
    let since = Instant::now();
    engine.import_cancel(&session);
    let answer = reader.await.unwrap();
    assert!(matches!(answer, Err(EngineError::Cancelled)));
    assert!(since.elapsed() < Duration::from_millis(200), "{:?}", since.elapsed());
    // Nothing of it stands in the way of the next reading.
    let preview = engine.import_preview(&session, ImportOptions::default(), Some(bank.bank.clone())).await.unwrap();
    assert_eq!(preview.rows_read, 60_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn good_cells_of_a_bad_row_are_shown_as_they_were_read() {
    let bank = Bank::new().await;
    let text = String::from_utf8(csv(100_000, ROWS)).unwrap().replace("2026-10-14", "14.10.26x");
    let session = opened(&bank, text.into_bytes()).await;
    let engine = &bank.book.engine;
    let preview = engine.import_preview(&session, ImportOptions::default(), Some(bank.bank.clone())).await.unwrap();
    let bad = preview.items.iter().find_map(|item| match item {
        PreviewItem::Row { cells, bad: true, .. } => Some(cells),
        _ => None,
    });
    let cells = bad.unwrap();
    assert_eq!((cells[0].value.as_deref(), cells[0].shape.as_str()), (None, "date"));
    assert!(cells[0].problem.is_some());
    let amount = cells.iter().find(|cell| cell.shape == "amount").unwrap();
    assert!(amount.value.as_deref().unwrap().parse::<i64>().is_ok(), "{amount:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_not_waited_for() {
    let bank = Bank::new().await;
    // Neither has a size or an end: reading one would go on for ever.
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.to_str().unwrap(), "/dev/zero"] {
        let source = ImportSource::Path { path: path.into() };
        let answer = tokio::time::timeout(Duration::from_secs(5), bank.book.engine.import_open(source)).await;
        assert_eq!(answer.expect("answers").unwrap_err().code(), "FILE", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_readings_are_asked_for_and_not_guessed() {
    let bank = Bank::new().await;
    let days =
        "Date,Description,Amount\n03/04/2026,A,120.50\n05/06/2026,B,-45.50\n07/02/2026,C,300.50\n01/09/2026,D,-12.50\n";
    let engine = bank.book.engine.clone();
    let session = opened(&bank, days.as_bytes().to_vec()).await;
    let typed = ImportOptions { opening: Some("0".into()), ..ImportOptions::default() };
    let preview = engine.import_preview(&session, typed.clone(), Some(bank.bank.clone())).await.unwrap();
    assert_eq!(preview.readings.len(), 2);
    assert_ne!(preview.readings[0].examples[0][1], preview.readings[1].examples[0][1]);
    let asked = ImportRequest { options: typed, ..request(&bank, &session) };
    assert_eq!(conflict(&engine.import_commit(asked, None).await.unwrap_err()), "IMPORT_INCOMPLETE");
    let picked = ImportOptions { opening: Some("0".into()), ..preview.readings[1].options.clone() };
    let request = ImportRequest { options: picked, ..request(&bank, &session) };
    assert_eq!(engine.import_commit(request, None).await.unwrap().added, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_groups_or_divides_is_shown_both_ways() {
    let bank = Bank::new().await;
    let numbers = "Date;Description;Amount\n10.10.2026;A;1.234\n13.10.2026;B;2.500\n14.10.2026;C;-3.125\n";
    let session = opened(&bank, numbers.as_bytes().to_vec()).await;
    let preview = bank.book.engine.import_preview(&session, ImportOptions::default(), None).await.unwrap();
    let amounts: Vec<Vec<&str>> =
        preview.readings.iter().map(|one| one.examples.iter().map(|row| row[2].as_str()).collect()).collect();
    assert_eq!(amounts, [["1234.00", "2500.00", "-3125.00"], ["1.234", "2.500", "-3.125"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_of_balances_that_contradicts_the_amounts_is_no_ground_for_a_computed_closing() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let text = b"Date,Text,Amount,Balance\n2026-10-05,A,-10.00,900.00\n2026-10-06,B,-20.00,880.00\n2026-10-07,C,-20.00,850.00\n";
    let session = opened(&bank, text.to_vec()).await;
    let with = |options: ImportOptions| ImportRequest { options, ..request(&bank, &session) };
    let typed = ImportOptions { opening: Some("91000".into()), ..ImportOptions::default() };
    let refused = engine.import_commit(with(typed.clone()), None).await.unwrap_err();
    assert_eq!(conflict(&refused), "IMPORT_INCOMPLETE");
    assert!(refused.to_string().contains("contradicts"), "{refused}");
    // What the bank states settles it, one way or the other.
    let wrong = ImportOptions { closing: Some("85000".into()), ..typed.clone() };
    assert_eq!(conflict(&engine.import_commit(with(wrong), None).await.unwrap_err()), "IMPORT_INCOMPLETE");
    let right = ImportOptions { closing: Some("86000".into()), ..typed };
    assert_eq!(engine.import_commit(with(right), None).await.unwrap().added, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_a_file_holds_is_told() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let text = b"Date;Text;Amount;Currency\n2026-10-05;A;-10.00;EUR\n2026-10-06;B;-20.00;CHF\n2026-10-07;C;30.00;CHF\n";
    let session = opened(&bank, text.to_vec()).await;
    let options = ImportOptions { opening: Some("0".into()), ..ImportOptions::default() };
    let plan = engine.import_plan(&session, options.clone(), &bank.bank).await.unwrap();
    let told = "The file holds other statements too: no. 2 (CHF, 2 lines). Each is imported by itself.";
    assert!(plan.warnings.iter().any(|said| said == told), "{:?}", plan.warnings);
    let done = engine.import_commit(ImportRequest { options, ..request(&bank, &session) }, None).await.unwrap();
    assert_eq!(done.notes[0], told);
    assert!(done.notes[1].starts_with("The file does not state its closing balance."), "{:?}", done.notes);
    // Whoever signs is told, and so is whoever reads the report.
    let statement = done.statement_id.unwrap();
    let check = engine.signoff_check(&statement).await.unwrap();
    assert!(check.items.iter().any(|item| item.key == "closing_stated" && !item.required), "{:?}", check.items);
    let proof = engine.report(&statement, None).await.unwrap().statement_proof;
    assert_eq!(proof.last().unwrap().note.as_deref(), Some("computed from the lines, not stated by the bank"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_account_than_the_statements_before_is_asked_about() {
    let bank = Bank::new().await;
    let engine = bank.book.engine.clone();
    let file = |account: &str, month: u8| {
        format!("Account: {account}\n\nDate;Text;Amount\n2026-{month}-05;A;-10.00\n2026-{month}-06;B;-20.00\n")
            .into_bytes()
    };
    let options = ImportOptions { opening: Some("0".into()), ..ImportOptions::default() };
    let into = |session: &str, name: &str| ImportRequest {
        options: options.clone(),
        name: name.into(),
        ..request(&bank, session)
    };
    let (ours, other) = ("IE29AIBK93115212345678", "DE89370400440532013000");
    let session = opened(&bank, file(ours, 10)).await;
    engine.import_commit(into(&session, "October"), None).await.unwrap();
    let session = opened(&bank, file(other, 11)).await;
    let refused = engine.import_commit(into(&session, "November"), None).await.unwrap_err();
    assert_eq!(conflict(&refused), "OTHER_ACCOUNT");
    assert!(refused.to_string().contains("October"), "{refused}");
    let session = opened(&bank, file(ours, 12)).await;
    engine.import_commit(into(&session, "December"), None).await.unwrap();
}
