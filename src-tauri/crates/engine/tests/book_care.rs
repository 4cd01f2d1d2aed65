//! Making, closing, upgrading, reading and checking a book while others work beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use engine::api::book::{Chart, ColumnNames, NewBook};
use engine::api::ledgers::NewBalanceRequest;
use engine::api::transactions::PostRequest;
use engine::{CreateError, Engine, EngineError, SystemClock};
use sqlx::Connection;
use store::Store;
use store::error::OpenError;
use store_sqlite::SqliteStore;

use crate::support::{TestBook, execute, older_book, raw, transfer};

/// Postings that are made while the book is checked.
const MEANWHILE: u32 = 200;

fn engine_on(store: SqliteStore) -> Engine {
    Engine::new(Arc::new(store), Arc::new(SystemClock), "Me")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn make(path: &Path, currency: &str) -> Result<String, CreateError> {
    let book = NewBook {
        name: "New".into(),
        currency: currency.into(),
        fiscal_year_start: "01-01".into(),
        chart: Chart::SmallCompany,
        column_names: ColumnNames::InOut,
        person: None,
    };
    let file = |part: PathBuf| async move { SqliteStore::create(&part).await };
    engine::create_book(path, book, "Me", file).await.map(|info| info.name)
}

#[tokio::test]
async fn a_new_book_is_whole_and_stands_alone_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("New.tieout");
    assert_eq!(make(&path, "EUR").await.unwrap(), "New");
    assert_eq!(names(folder.path()), ["New.tieout"]);
    let bytes = std::fs::read(&path).unwrap();
    let again = make(&path, "EUR").await.unwrap_err();
    assert!(matches!(again, CreateError::Open(OpenError::Exists(_))), "{again:?}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "what is there is never touched");
    let opened = engine_on(SqliteStore::open(&path).await.unwrap());
    assert_eq!(opened.book_info().await.unwrap().currency, "EUR");
    opened.close().await;
}

#[tokio::test]
async fn a_refused_book_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let refused = make(&folder.path().join("New.tieout"), "QQQ").await.unwrap_err();
    assert!(matches!(refused, CreateError::Engine(EngineError::Invalid { .. })), "{refused:?}");
    let lost = make(&folder.path().join("gone").join("New.tieout"), "EUR").await.unwrap_err();
    assert!(matches!(lost, CreateError::Open(OpenError::Io { .. })), "{lost:?}");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn what_a_stopped_program_left_is_swept_away_in_time() {
    let folder = tempfile::tempdir().unwrap();
    for (name, hours) in [(".book_1.tieout-new", 2), (".book_1.tieout-new-wal", 2), (".book_2.tieout-new", 0)] {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        let hours = std::time::Duration::from_secs(hours * 3_600);
        file.set_modified(std::time::SystemTime::now() - hours).unwrap();
    }
    make(&folder.path().join("New.tieout"), "EUR").await.unwrap();
    assert_eq!(names(folder.path()), [".book_2.tieout-new", "New.tieout"], "somebody may still be making the other");
}

#[tokio::test]
async fn a_closed_book_is_free_for_others_whoever_still_holds_on_to_it() {
    let book = TestBook::in_file().await;
    let held_on = Arc::clone(&book.engine);
    book.engine.close().await;
    let again = SqliteStore::open(&book.path).await.unwrap();
    assert_eq!(again.read_only(), None);
    again.close().await;
    assert!(held_on.book_info().await.is_err(), "it is closed");
}

#[tokio::test]
async fn an_older_book_that_cannot_be_written_says_how_to_bring_it_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    let lock = store_sqlite::BookLock::take(&path).unwrap().unwrap();
    let refused = SqliteStore::open(&path).await.err().unwrap();
    let sentence = refused.to_string();
    assert!(matches!(refused, OpenError::Older(..)), "{refused:?}");
    for words in ["Old.tieout was made by an older Tieout", "another program has this book open", "copy it"] {
        assert!(sentence.contains(words), "{sentence}");
    }
    drop(lock);
    assert!(matches!(SqliteStore::open_to_read(&path).await, Err(OpenError::Older(..))));
}

#[cfg(unix)]
#[tokio::test]
async fn an_older_book_that_is_write_protected_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o444)).unwrap();
    if std::fs::OpenOptions::new().append(true).open(&path).is_ok() {
        // The superuser may write whatever is protected: such a book is brought up to date like any other.
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.read_only(), None);
        assert!(store.backup_made().is_some(), "no copy was made");
        store.close().await;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut raw(&path).await).await.unwrap();
        assert_eq!(version, store_sqlite::SCHEMA_VERSION);
        return;
    }
    let refused = SqliteStore::open(&path).await.err().unwrap();
    assert!(refused.to_string().contains("this file is write-protected"), "{refused}");
}

#[tokio::test]
async fn the_copy_made_before_an_upgrade_opens_like_any_book() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    let before = std::fs::read(&path).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let copy = store.backup_made().expect("a copy was made").to_owned();
    store.close().await;
    let name = copy.file_name().unwrap().to_str().unwrap();
    let day = jiff::Zoned::now().date();
    assert_eq!(name, format!("Old before upgrade {day}.tieout"));
    // The same day, the same book again: restored from somewhere, say.
    std::fs::write(&path, before).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let second = store.backup_made().unwrap().to_owned();
    assert_eq!(second.file_name().unwrap().to_str().unwrap(), format!("Old before upgrade {day} (2).tieout"));
    store.close().await;
    let opened = SqliteStore::open(&copy).await.unwrap();
    assert_eq!(opened.read_only(), None);
    opened.close().await;
}

#[tokio::test]
async fn reading_takes_no_lock_and_writes_nothing() {
    let book = TestBook::in_file().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "10000").await;
    let hold =
        PostRequest { hold: true, expires_at: Some("2026-11-20T00:00:00Z".into()), ..transfer("H", &a, &b, "100") };
    book.engine.post(hold).await.unwrap();
    book.engine.close().await;
    let bytes = std::fs::read(&book.path).unwrap();
    let reader = SqliteStore::open_to_read(&book.path).await.unwrap();
    assert_eq!(reader.read_only(), None, "nothing keeps others from writing");
    let reader = engine_on(reader);
    let figures = reader.balance_get(&a, None).await.unwrap().row.figures;
    assert_eq!((figures.balance.as_str(), figures.held_out.as_str()), ("10000", "100"));
    assert!(reader.book_check().await.unwrap().problems.is_empty());
    let refused = reader.ledger_create("More").await.unwrap_err();
    assert_eq!(refused.code(), "BOOK_READ_ONLY");
    let writer = SqliteStore::open(&book.path).await.unwrap();
    assert_eq!(writer.read_only(), None, "a reader is in nobody's way");
    writer.close().await;
    reader.close().await;
    assert!(std::fs::read(&book.path).unwrap() == bytes, "the book is as it was");
}

#[tokio::test]
async fn a_copy_is_read_before_anybody_opened_it_to_work_in_it() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    book.fund(&a, "EUR", "10000").await;
    let copy = book.folder.path().join("copy.tieout");
    book.engine.book_backup(&copy).await.unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    let lock = store_sqlite::BookLock::take(&copy).unwrap().unwrap();
    for store in [SqliteStore::open_to_read(&copy).await.unwrap(), SqliteStore::open(&copy).await.unwrap()] {
        let reader = engine_on(store);
        assert_eq!(reader.balance_get(&a, None).await.unwrap().row.figures.balance, "10000");
        reader.close().await;
    }
    drop(lock);
    assert!(std::fs::read(&copy).unwrap() == bytes);
}

#[tokio::test]
async fn reading_sees_what_a_killed_program_left_in_the_log() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    book.fund(&a, "EUR", "10000").await;
    // As after a crash: the book and its log, taken while the writer was at work.
    let copy = book.folder.path().join("crashed.tieout");
    for ending in ["", "-wal"] {
        let at = |path: &Path| format!("{}{ending}", path.display());
        std::fs::copy(at(&book.path), at(&copy)).unwrap();
    }
    let reader = engine_on(SqliteStore::open_to_read(&copy).await.unwrap());
    assert_eq!(reader.balance_get(&a, None).await.unwrap().row.figures.balance, "10000");
    reader.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_while_people_post_finds_nothing() {
    let book = TestBook::in_file().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "100000000").await;
    let (posted, engine) = (Arc::new(AtomicU32::new(0)), Arc::clone(&book.engine));
    let posting = tokio::spawn({
        let (posted, from, to) = (Arc::clone(&posted), a.clone(), b.clone());
        async move {
            for number in 0..MEANWHILE {
                let hold = number % 3 == 0;
                let request = PostRequest { hold, ..transfer(&format!("R{number}"), &from, &to, "1") };
                engine.post(request).await.unwrap();
                posted.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let mut checks = 0;
    while posted.load(Ordering::Relaxed) < MEANWHILE {
        checks += 1;
        let problems = book.engine.book_check().await.unwrap().problems;
        assert!(problems.is_empty(), "{problems:?}");
        for id in [&a, &b] {
            let check = book.engine.balance_check(id).await.unwrap();
            assert!(check.agrees, "{check:?}");
        }
    }
    posting.await.unwrap();
    assert!(checks > 2, "they went on side by side");
}

#[tokio::test]
async fn one_balance_is_recomputed_as_the_whole_book_is() {
    let book = TestBook::in_file().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "10000").await;
    for (reference, amount) in [("H1", "500"), ("H2", "300")] {
        let hold = PostRequest { hold: true, ..transfer(reference, &a, &b, amount) };
        let id = book.engine.post(hold).await.unwrap().family.id;
        let part = engine::api::transactions::CommitItem { id, amount: Some("200".into()), ..Default::default() };
        book.engine.holds_commit(vec![part]).await.unwrap();
    }
    for id in [&a, &b] {
        let check = book.engine.balance_check(id).await.unwrap();
        assert!(check.agrees, "{check:?}");
    }
    let check = book.engine.balance_check(&b).await.unwrap().recomputed;
    assert_eq!((check.balance.as_str(), check.held_in.as_str()), ("400", "400"));
    execute(&book.path, &["UPDATE balance SET inflight_credit = '401' WHERE name = 'B'"]).await;
    assert!(!book.engine.balance_check(&b).await.unwrap().agrees);
}

#[tokio::test]
async fn a_check_reads_what_the_indexes_say() {
    let book = TestBook::in_file().await;
    book.balance("A", "EUR").await;
    book.engine.close().await;
    // A row is changed behind the back of its index.
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = 'balance_name'")
        .fetch_one(&mut raw(&book.path).await)
        .await
        .unwrap();
    execute(&book.path, &["PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE name = 'balance_name'"])
        .await;
    execute(&book.path, &["UPDATE balance SET name = 'Z' WHERE name = 'A'"]).await;
    let mut connection = raw(&book.path).await;
    sqlx::query("PRAGMA writable_schema = ON").execute(&mut connection).await.unwrap();
    sqlx::query("INSERT INTO sqlite_master VALUES ('index', 'balance_name', 'balance', ?, 'CREATE INDEX balance_name ON balance (name)')")
        .bind(root)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let opened = engine_on(SqliteStore::open(&book.path).await.unwrap());
    let problems = opened.book_check().await.unwrap().problems;
    assert!(problems.iter().any(|text| text.contains("balance_name")), "{problems:?}");
    assert_eq!(opened.ledger_create("More").await.unwrap_err().code(), "BOOK_READ_ONLY");
    opened.close().await;
}

#[tokio::test]
async fn a_currency_code_has_one_number_of_decimals_in_a_book() {
    let book = TestBook::in_file().await;
    let points = |name: &str, exponent: u8| NewBalanceRequest {
        ledger_id: book.ledger.clone(),
        name: name.into(),
        currency: "POINTS".into(),
        exponent: Some(exponent),
        account_number: None,
        reconcilable: false,
        below_zero: false,
    };
    book.engine.balance_create(points("Given", 0)).await.unwrap();
    let refused = book.engine.balance_create(points("Taken", 2)).await.unwrap_err();
    assert_eq!(
        refused.sentence(),
        "This book keeps POINTS with 0 decimals, not 2. Nothing was changed. Use 0, or another code."
    );
    assert_eq!(refused.body().fields[0].field, "exponent");
    book.engine.balance_create(points("Taken", 0)).await.unwrap();
    let by_hand = "INSERT INTO balance (id, ledger_key, name, currency, exponent, created_at) SELECT 'x', ledger_key, 'X', currency, 2, 0 FROM balance WHERE currency = 'POINTS' LIMIT 1";
    let refused = sqlx::query(by_hand).execute(&mut raw(&book.path).await).await.unwrap_err();
    assert!(refused.to_string().contains("other decimals"), "{refused}");
}
