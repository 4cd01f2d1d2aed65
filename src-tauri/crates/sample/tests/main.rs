//! The sample book: sound, the same every time, and its open statements can be brought to difference zero.

use std::path::Path;
use std::sync::Arc;

use engine::api::desk::{DeskEntriesQuery, DeskFilter, DeskLine, DeskLinesQuery, DifferencePosting, EntrySign};
use engine::api::imports::{ImportOptions, ImportRequest, ImportSource};
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::statements::{RunFallback, RunRequest, RunResult};
use engine::{Engine, FixedClock};
use jiff::civil::{Date, date};
use sample::{BOOK_FILE, SampleFiles, keep_fresh, write_sample};
use statements::{Proof, ReadOptions};
use store_sqlite::SqliteStore;
use tempfile::TempDir;

const TODAY: Date = date(2026, 11, 19);

async fn make(folder: &Path, today: Date) -> SampleFiles {
    write_sample(&folder.join(BOOK_FILE), folder, today).await.unwrap()
}

/// The book on the morning of its last day.
async fn open(files: &SampleFiles, today: Date) -> Engine {
    let store = SqliteStore::open(&files.book).await.unwrap();
    let morning = today.at(8, 0, 0, 0).to_zoned(jiff::tz::TimeZone::system()).unwrap().timestamp();
    let engine = Engine::new(Arc::new(store), Arc::new(FixedClock::at(morning)), "Test");
    engine.book_take_up().await.unwrap();
    engine
}

#[tokio::test(flavor = "multi_thread")]
async fn the_book_ties_and_is_lively() {
    let folder = TempDir::new().unwrap();
    let files = make(folder.path(), TODAY).await;
    let engine = open(&files, TODAY).await;
    assert_eq!(engine.book_check().await.unwrap().problems, Vec::<String>::new());
    let info = engine.book_info().await.unwrap();
    assert!((1_200..=2_000).contains(&info.transactions), "{}", info.transactions);
    assert_eq!(info.open_holds, 14);
    let states = |state: &str| ListQuery {
        limit: 500,
        conditions: vec![FilterCondition { field: "state".into(), test: FilterTest::Is, values: vec![state.into()] }],
        ..ListQuery::default()
    };
    for (state, least) in
        [("held", 13), ("part_committed", 1), ("committed", 5), ("voided", 4), ("expired", 2), ("part_voided", 2)]
    {
        let found = engine.transactions_page(states(state)).await.unwrap().total;
        assert!(found >= least, "{found} {state}");
    }
    let held = engine.transactions_page(states("held")).await.unwrap().rows;
    let days = |row: &engine::api::transactions::FamilyRow| {
        let at: jiff::Timestamp = row.expires_at.as_ref().unwrap().parse().unwrap();
        (at.to_zoned(jiff::tz::TimeZone::system()).date() - TODAY).get_days()
    };
    assert!(held.iter().filter(|row| days(row) == 0).count() >= 3, "some expire today");
    assert!(held.iter().any(|row| days(row) == 1) && held.iter().any(|row| days(row) > 7));
    let currencies: std::collections::BTreeSet<_> = held.iter().map(|row| row.currency.clone()).collect();
    assert_eq!(currencies.len(), 5, "{currencies:?}");
    engine.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_day_gives_the_same_files() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let one = make(first.path(), TODAY).await;
    let other = make(second.path(), TODAY).await;
    for (a, b) in one.statements.iter().zip(&other.statements) {
        assert_eq!(a.file_name(), b.file_name());
        assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap(), "{}", a.display());
        // The files kept for the tests of the window are these very files.
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures/sample").join(a.file_name().unwrap());
        assert_eq!(std::fs::read(a).unwrap(), std::fs::read(&kept).unwrap(), "{}", kept.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sort_of_day_makes_a_sound_sample() {
    // First and last days of months, a weekend, a leap day, the turn of the year.
    for today in
        [date(2026, 11, 1), date(2026, 8, 31), date(2028, 2, 29), date(2027, 1, 2), date(2027, 3, 1), date(2026, 5, 5)]
    {
        let folder = TempDir::new().unwrap();
        let files = make(folder.path(), today).await;
        let engine = open(&files, today).await;
        assert_eq!(engine.book_check().await.unwrap().problems, Vec::<String>::new(), "{today}");
        assert_eq!(engine.book_info().await.unwrap().open_holds, 14, "{today}");
        assert!(engine.statements().await.unwrap().iter().all(|row| row.left_to_clear == "0"), "{today}");
        engine.close().await;
        for path in &files.statements {
            proved(path);
        }
    }
}

/// The reader proves the file: one reading, every row agrees, opening and movements make closing.
fn proved(path: &Path) -> usize {
    let name = path.file_name().unwrap().to_str().unwrap();
    let reading = statements::read(&std::fs::read(path).unwrap(), name, &ReadOptions::default());
    assert!(reading.problems.is_empty(), "{name}: {:?}", reading.problems);
    let statement = &reading.statements[0];
    assert!(matches!(statement.proof, Proof::Proved { agree, of, .. } if agree == of), "{name}: {:?}", statement.proof);
    assert!(statement.check.as_ref().unwrap().difference.is_zero(), "{name}");
    statement.lines.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_exists_is_not_touched() {
    let folder = TempDir::new().unwrap();
    let book = folder.path().join(BOOK_FILE);
    std::fs::write(&book, "mine").unwrap();
    assert!(write_sample(&book, folder.path(), TODAY).await.is_err());
    assert_eq!(std::fs::read(&book).unwrap(), b"mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_past_days_is_made_anew_unless_somebody_worked_in_it() {
    let folder = TempDir::new().unwrap();
    let book = folder.path().join(BOOK_FILE);
    // The lock is held until the engine is gone.
    let id = async |work: bool| {
        let engine = open(&SampleFiles { book: book.clone(), statements: Vec::new() }, TODAY).await;
        if work {
            engine.ledger_create("Mine").await.unwrap();
        }
        let id = engine.book_info().await.unwrap().id;
        engine.close().await;
        id
    };
    keep_fresh(&book, folder.path(), TODAY).await.unwrap();
    let first = id(false).await;
    // The same day: kept. Two days on: made anew, with nothing left beside it.
    keep_fresh(&book, folder.path(), TODAY).await.unwrap();
    assert_eq!(id(false).await, first);
    keep_fresh(&book, folder.path(), date(2026, 11, 21)).await.unwrap();
    let second = id(true).await;
    assert_ne!(second, first);
    assert!(std::fs::read_dir(folder.path()).unwrap().all(|entry| entry.unwrap().file_name() != ".renewed"));
    // Somebody worked in it: kept.
    keep_fresh(&book, folder.path(), date(2026, 11, 25)).await.unwrap();
    assert_eq!(id(false).await, second);
}

/// One open statement under review.
struct Desk {
    engine: Engine,
    id: String,
}

impl Desk {
    async fn import(files: &SampleFiles, which: usize) -> (Self, RunResult) {
        let engine = open(files, TODAY).await;
        let path = files.statements[which].to_str().unwrap().to_owned();
        let session = engine.import_open(ImportSource::Path { path }).await.unwrap();
        let balance = session.suggested_balance.clone().expect("the account number is known");
        let plan = engine.import_plan(&session.id, ImportOptions::default(), &balance).await.unwrap();
        assert_eq!(plan.proof.continues_previous, Some(true), "opening is the last signed closing");
        let request = ImportRequest {
            session: session.id,
            options: ImportOptions::default(),
            balance_id: balance,
            name: plan.suggested_name,
            leave_out_bad_rows: false,
            save_profile: None,
            accept_other_account: false,
            accept_other_balance: false,
            accept_same_file: false,
            accept_late_lines: false,
        };
        let id = engine.import_commit(request, None).await.unwrap().statement_id.unwrap();
        let run = RunRequest {
            statement_id: id.clone(),
            rule_ids: None,
            fallback: Some(RunFallback::ClosestText),
            dry_run: false,
            auto_confirm: false,
        };
        let result = engine.run_now(run).await.unwrap();
        (Self { engine, id }, result)
    }

    async fn review(&self) -> Vec<DeskLine> {
        let query = DeskLinesQuery {
            statement_id: self.id.clone(),
            filter: DeskFilter::Review,
            limit: 200,
            ..DeskLinesQuery::default()
        };
        self.engine.desk_lines(query).await.unwrap().lines
    }

    async fn line(&self, text: &str) -> DeskLine {
        let found: Vec<_> = self.review().await.into_iter().filter(|line| line.description.contains(text)).collect();
        found.into_iter().next().unwrap_or_else(|| panic!("no open line says {text}"))
    }

    /// Open entries whose reference or description holds the text.
    async fn entries(&self, text: &str) -> Vec<String> {
        let query = DeskEntriesQuery {
            statement_id: self.id.clone(),
            sign: EntrySign::Any,
            limit: 200,
            ..DeskEntriesQuery::default()
        };
        let page = self.engine.desk_entries(query).await.unwrap();
        let rows = page.unmatched.into_iter().chain(page.outstanding);
        rows.filter(|row| {
            row.reference.contains(text) || row.description.contains(text) || row.counterpart.contains(text)
        })
        .map(|row| row.id)
        .collect()
    }

    async fn balance(&self, name: &str, currency: &str) -> String {
        self.engine
            .balance_search(name, Some(currency), 20)
            .await
            .unwrap()
            .into_iter()
            .find(|row| row.name == name)
            .unwrap()
            .id
    }

    /// Accepts entries for a line; what is between them goes to `against`.
    async fn settle(&self, line: &DeskLine, entries: Vec<String>, against: &str) {
        assert!(!entries.is_empty(), "no entry for {}", line.description);
        let effect = self.engine.desk_effect(&self.id, vec![line.id.clone()], entries.clone()).await.unwrap();
        let difference = (!effect.ties).then(|| DifferencePosting {
            against: against.into(),
            description: format!("Difference, {}", line.description),
            amount: effect.difference,
            effective_date: None,
            signed_reason: None,
        });
        self.engine.match_accept(&self.id, vec![line.id.clone()], entries, difference).await.unwrap();
    }

    async fn enter(&self, text: &str, against: &str) {
        let line = self.line(text).await;
        let posting = DifferencePosting {
            against: against.into(),
            description: line.description.clone(),
            amount: line.amount.clone(),
            effective_date: None,
            signed_reason: None,
        };
        self.engine.line_new_entry(&self.id, &line.id, posting).await.unwrap();
    }

    async fn accept_tiers(&self) {
        for tier in ["certain", "likely"] {
            let preview = self.engine.match_tier_preview(&self.id, tier).await.unwrap();
            if preview.lines > 0 {
                self.engine.match_accept_tier(&self.id, tier, preview.lines).await.unwrap();
            }
        }
    }

    /// Everything is confirmed, the ledger agrees, and the statement can be signed.
    async fn sign(&self) {
        let open: Vec<_> = self.review().await.into_iter().map(|line| line.description).collect();
        assert_eq!(open, Vec::<String>::new());
        let desk = self.engine.desk(&self.id).await.unwrap();
        assert_eq!((desk.left_to_clear.as_str(), desk.ledger_difference.as_str()), ("0", "0"));
        assert!(self.engine.signoff_check(&self.id).await.unwrap().ready);
        assert!(
            !self.engine.sign_off(&self.id, "Niamh Corcoran").await.unwrap().outstanding.is_empty(),
            "a cheque is outstanding"
        );
        assert_eq!(self.engine.book_check().await.unwrap().problems, Vec::<String>::new());
        self.engine.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_statement_comes_to_zero() {
    let folder = TempDir::new().unwrap();
    let files = make(folder.path(), TODAY).await;
    assert!((80..=130).contains(&proved(&files.statements[0])));
    let (desk, run) = Desk::import(&files, 0).await;
    assert!(run.certain * 100 >= run.lines * 60, "{run:?}");
    assert!(run.ambiguous >= 1, "{run:?}");
    // What needs a person first, so that a proposal for the wrong line cannot take an entry away.
    let (fees, card_fees) = (desk.balance("Bank fees", "EUR").await, desk.balance("Card fees", "EUR").await);
    let exchange = desk.balance("Exchange differences", "EUR").await;
    let line = desk.line("SHANNON POWER").await;
    desk.settle(&line, desk.entries("Shannon Power, meter 2").await, &desk.balance("Power and telecoms", "EUR").await)
        .await;
    let line = desk.line("LESS CHG").await;
    let document = line.description.split("INV").nth(1).unwrap()[..5].to_owned();
    desk.settle(&line, desk.entries(&format!("INV-{document}-P")).await, &fees).await;
    let line = desk.line("FX3384").await;
    desk.settle(&line, desk.entries("FX-3384-A").await, &exchange).await;
    let takings = desk.entries("Card takings of").await;
    assert!(takings.len() >= 3, "{}", takings.len());
    let payouts: Vec<_> = desk
        .review()
        .await
        .into_iter()
        .filter(|line| line.description.contains("SUMPAY") && line.state == "none")
        .collect();
    assert_eq!(payouts.len(), 1, "one payout has no entry of its own");
    desk.settle(&payouts[0], takings, &card_fees).await;
    let line = desk.line("2 FACTUREN").await;
    let sums = desk.engine.find_sum(&line.id).await.unwrap();
    let pair = sums
        .combinations
        .iter()
        .find(|entries| entries.iter().all(|entry| entry.counterpart == "Zeeland Waterbouw"))
        .expect("two invoices add up");
    desk.settle(&line, pair.iter().map(|entry| entry.id.clone()).collect(), &fees).await;
    let line = desk.line("NO REFERENCE").await;
    assert_eq!(line.state, "ambiguous");
    let focus = desk.engine.desk_focus(&line.id).await.unwrap();
    assert!(focus.choose, "nothing tells the entries apart");
    desk.settle(&line, vec![focus.suggestion.unwrap().entries[0].id.clone()], &fees).await;
    for (text, against) in [
        ("QUARTERLY MAINTENANCE", &fees),
        ("ACCOUNT FEES", &fees),
        ("CREDIT INTEREST", &desk.balance("Interest received", "EUR").await),
    ] {
        desk.enter(text, against).await;
    }
    desk.enter("CARD REFUND", &desk.balance("Instrument sales", "EUR").await).await;
    let line = desk.line("CF-88120").await;
    let paid =
        desk.engine.desk_focus(&line.id).await.unwrap().suggestion.expect("the direct debit has its entry").entries[0]
            .id
            .clone();
    desk.settle(&line, vec![paid], &fees).await;
    desk.enter("CF-88120", &desk.balance("Clew Freight", "EUR").await).await;
    // Presented weeks after it was written, from among the outstanding: the rule for the number finds it.
    let line = desk.line("CHQ 100482").await;
    assert!(line.found.starts_with("CHQ-100482"), "{}: {}", line.state, line.found);
    desk.settle(&line, desk.entries("CHQ-100482").await, &fees).await;
    desk.accept_tiers().await;
    finish(&desk).await;
    desk.sign().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pound_statement_comes_to_zero() {
    let folder = TempDir::new().unwrap();
    let files = make(folder.path(), TODAY).await;
    let (desk, run) = Desk::import(&files, 1).await;
    assert!(run.certain * 2 >= run.lines, "{run:?}");
    let (fees, travel) = (desk.balance("@bank-fees", "GBP").await, desk.balance("@travel", "GBP").await);
    let line = desk.line("LESS FEES").await;
    let fits: Vec<_> = desk.engine.desk_focus(&line.id).await.unwrap().line.amount.parse::<i64>().into_iter().collect();
    assert_eq!(fits, [358_500]);
    let query = DeskEntriesQuery { statement_id: desk.id.clone(), limit: 200, ..DeskEntriesQuery::default() };
    let open = desk.engine.desk_entries(query).await.unwrap().unmatched;
    let gross = open
        .iter()
        .find(|entry| entry.amount == "360000" && entry.counterpart == "Solway Offshore")
        .expect("the receipt before charges");
    desk.settle(&line, vec![gross.id.clone()], &fees).await;
    let line = desk.line("WHITEHAVEN").await;
    desk.settle(&line, desk.entries("Hotel, harbour survey").await, &travel).await;
    let line = desk.line("NO REFERENCE").await;
    assert_eq!(line.state, "ambiguous");
    let focus = desk.engine.desk_focus(&line.id).await.unwrap();
    assert!(focus.choose, "nothing tells the entries apart");
    desk.settle(&line, vec![focus.suggestion.unwrap().entries[0].id.clone()], &fees).await;
    desk.enter("MONTHLY ACCOUNT CHARGE", &fees).await;
    let line = desk.line("CHEQUE 000317").await;
    desk.settle(&line, desk.entries("CHQ-000317").await, &fees).await;
    desk.accept_tiers().await;
    finish(&desk).await;
    desk.sign().await;
}

/// What is left has a proposal that a person looks at and takes.
async fn finish(desk: &Desk) {
    let left = desk.review().await;
    assert!(left.len() <= 6, "{:?}", left.iter().map(|line| &line.description).collect::<Vec<_>>());
    for line in left {
        let focus = desk.engine.desk_focus(&line.id).await.unwrap();
        let suggestion = focus
            .suggestion
            .or_else(|| focus.alternatives.into_iter().next())
            .unwrap_or_else(|| panic!("nothing fits {}", line.description));
        assert_eq!(suggestion.difference, "0", "{}", line.description);
        desk.engine.match_accept(&desk.id, vec![line.id], vec![suggestion.entries[0].id.clone()], None).await.unwrap();
    }
}
