//! The file: identity, version, integrity, one writer, immutable rows.

use std::path::Path;
use std::sync::Arc;

use engine::{Engine, SystemClock};
use sqlx::{Connection, Row};
use store::error::OpenError;
use store_sqlite::{SCHEMA_VERSION, SqliteStore};

use crate::support::{TestBook, execute, older_book, raw};

async fn refusal(path: &Path) -> OpenError {
    match SqliteStore::open(path).await {
        Ok(_) => panic!("{} opened", path.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_book_is_durable_and_strict() {
    let book = TestBook::in_file().await;
    let mut connection = raw(&book.path).await;
    for (pragma, expected) in [("application_id", 0x5449_454F_i64), ("user_version", SCHEMA_VERSION)] {
        let row =
            sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"))).fetch_one(&mut connection).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), expected, "{pragma}");
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap();
    assert_eq!(mode, "wal");
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%' AND name NOT LIKE 'txn_text%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(loose.is_empty(), "not strict: {loose:?}");
}

#[tokio::test]
async fn history_cannot_be_changed_even_by_hand() {
    let book = TestBook::in_file().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "10000").await;
    book.transfer("R", &a, &b, "100").await.unwrap();
    let mut connection = raw(&book.path).await;
    for sql in [
        "UPDATE txn SET amount = '1' WHERE reference = 'R'",
        "UPDATE txn SET description = 'x'",
        "DELETE FROM txn",
        "INSERT OR REPLACE INTO txn (key, id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash) \
         SELECT key, id, status, reference, source_key, destination_key, '1', currency, exponent, description, effective_date, created_at, actor, input_hash FROM txn WHERE reference = 'R'",
        "UPDATE entry SET amount = '1'",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT balance_key, effective_date, txn_key, side, '1' FROM entry",
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT key, at, 'x', kind, object_id, payload FROM event",
        "DELETE FROM balance",
        "UPDATE balance SET currency = 'USD'",
        "UPDATE balance SET exponent = 3",
        "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash) \
         SELECT 'n', status, 'n', source_key, source_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash FROM txn LIMIT 1",
        "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash) \
         SELECT 'n', status, 'n', source_key, destination_key, '-5', currency, exponent, description, effective_date, created_at, actor, input_hash FROM txn LIMIT 1",
    ] {
        assert!(sqlx::query(sql).execute(&mut connection).await.is_err(), "accepted: {sql}");
    }
    assert!(book.engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn a_tampered_figure_is_found() {
    let book = TestBook::in_file().await;
    let a = book.balance("Merrion", "EUR").await;
    book.fund(&a, "EUR", "10000").await;
    sqlx::query("UPDATE balance SET credit = '10001' WHERE name = 'Merrion'")
        .execute(&mut raw(&book.path).await)
        .await
        .unwrap();
    let problems = book.engine.book_check().await.unwrap().problems;
    assert!(
        problems.iter().any(|text| text == "Merrion is stored with 100.01 EUR but its entries give 100.00 EUR."),
        "{problems:?}"
    );
    assert!(problems.iter().any(|text| text.starts_with("EUR does not tie")), "{problems:?}");
}

#[tokio::test]
async fn a_guard_that_was_taken_out_is_found() {
    let book = TestBook::in_file().await;
    assert_eq!(book.engine.book_check().await.unwrap().problems, [""; 0]);
    let mut connection = raw(&book.path).await;
    let guard: String =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'txn' LIMIT 1")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}"))).execute(&mut connection).await.unwrap();
    let problems = book.engine.book_check().await.unwrap().problems;
    assert_eq!(problems, [format!("The trigger {guard} is missing: another program took it out of the book.")]);
}

#[tokio::test]
async fn what_is_not_a_book_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("notes.txt"), "not a database").unwrap();
    std::fs::write(at("empty.tieout"), "").unwrap();
    std::fs::write(at("other.db"), "").unwrap();
    execute(&at("other.db"), &["CREATE TABLE t (a)"]).await;
    for name in ["notes.txt", "empty.tieout", "other.db"] {
        assert!(matches!(refusal(&at(name)).await, OpenError::NotABook(_)), "{name}");
    }
    assert!(matches!(refusal(&at("gone.tieout")).await, OpenError::Missing(_)));
    assert!(matches!(SqliteStore::create(&at("notes.txt")).await, Err(OpenError::Exists(_))));
    assert_eq!(
        std::fs::read_to_string(at("notes.txt")).unwrap(),
        "not a database",
        "an existing file is never touched"
    );
}

#[tokio::test]
async fn newer_foreign_cut_and_damaged_books_are_refused() {
    for case in ["newer", "foreign", "cut", "damaged"] {
        let book = TestBook::in_file().await;
        let a = book.balance("A", "EUR").await;
        for _ in 0..20 {
            book.fund(&a, "EUR", "10000").await;
        }
        let TestBook { engine, path, folder, .. } = book;
        engine.close().await;
        drop(engine);
        match case {
            "newer" => {
                sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {}", SCHEMA_VERSION + 1)))
                    .execute(&mut raw(&path).await)
                    .await
                    .unwrap();
            }
            "foreign" => {
                sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
                    .execute(&mut raw(&path).await)
                    .await
                    .unwrap();
            }
            "cut" => {
                let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_len(file.metadata().unwrap().len() / 2).unwrap();
            }
            _ => {
                let mut bytes = std::fs::read(&path).unwrap();
                let middle = bytes.len() / 2 / 4096 * 4096;
                bytes[middle..middle + 4096].fill(0xA5);
                std::fs::write(&path, bytes).unwrap();
            }
        }
        let error = refusal(&path).await;
        let expected = match case {
            "newer" => matches!(error, OpenError::Newer { .. }),
            "foreign" => matches!(error, OpenError::ForeignMigration(1)),
            _ => matches!(error, OpenError::Damaged(_)),
        };
        assert!(expected, "{case}: {error:?}");
        // Who only looks is told the same.
        let looked = SqliteStore::open_to_read(&path).await.err().expect("refused");
        assert_eq!(std::mem::discriminant(&looked), std::mem::discriminant(&error), "{case}: {looked:?}");
        drop(folder);
    }
}

#[tokio::test]
async fn a_second_opening_reads_only_and_says_why() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    book.fund(&a, "EUR", "10000").await;
    let second = SqliteStore::open(&book.path).await.unwrap();
    let second = Engine::new(Arc::new(second), Arc::new(SystemClock), "Second");
    let info = second.book_take_up().await.unwrap();
    assert!(info.read_only.unwrap().contains("Another program has this book open"));
    let refused = second.ledger_create("X").await.unwrap_err();
    assert_eq!(refused.code(), "BOOK_READ_ONLY");
    book.fund(&a, "EUR", "500").await;
    assert_eq!(
        second.balance_get(&a, None).await.unwrap().row.figures.balance,
        "10500",
        "a reader sees what the writer commits"
    );
    second.close().await;
}

#[tokio::test]
async fn an_older_book_is_copied_before_it_is_upgraded() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    execute(&path, &["INSERT INTO ledger (id, name, created_at) VALUES ('ldg_1', 'Kept', 0)"]).await;
    let store = SqliteStore::open(&path).await.unwrap();
    let copy = store.backup_made().expect("a copy was made").to_owned();
    let kept: String = sqlx::query_scalar("SELECT name FROM ledger").fetch_one(&mut raw(&copy).await).await.unwrap();
    assert_eq!(kept, "Kept");
    let engine = Engine::new(Arc::new(store), Arc::new(SystemClock), "Me");
    assert_eq!(engine.ledgers_list().await.unwrap()[0].name, "Kept");
    engine.close().await;
}

#[tokio::test]
async fn the_transactions_of_an_older_book_are_counted_when_it_is_upgraded() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    execute(
        &path,
        &[
            "INSERT INTO ledger (key, id, name, created_at) VALUES (1, 'ldg_1', 'Bank', 0)",
            "INSERT INTO balance (key, id, ledger_key, name, currency, exponent, created_at)
             VALUES (1, 'bln_1', 1, 'Main', 'EUR', 2, 0), (2, 'bln_2', 1, 'Other', 'EUR', 2, 0)",
            "INSERT INTO txn (id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description,
                              effective_date, created_at, actor, input_hash)
             VALUES ('txn_1', NULL, 'APPLIED', 'A', 1, 2, '5', 'EUR', 2, '', '2026-03-01', 0, 'Me', x'00'),
                    ('txn_2', NULL, 'INFLIGHT', 'B', 1, 2, '6', 'EUR', 2, '', '2026-03-01', 0, 'Me', x'00'),
                    ('txn_3', 2, 'VOID', 'C', 1, 2, '6', 'EUR', 2, '', '2026-03-02', 0, 'Me', x'00')",
        ],
    )
    .await;
    let engine = Engine::new(Arc::new(SqliteStore::open(&path).await.unwrap()), Arc::new(SystemClock), "Me");
    let query = engine::api::page::ListQuery { limit: 10, ..Default::default() };
    let page = engine.transactions_page(query).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (2, 2));
    let problems = engine.book_check().await.unwrap().problems;
    assert!(problems.iter().all(|text| !text.contains("not counted")), "{problems:?}");
    engine.close().await;
}

#[tokio::test]
async fn a_backup_of_the_open_book_opens_with_the_same_figures() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    book.fund(&a, "EUR", "10000").await;
    let copy = book.folder.path().join("copy.tieout");
    book.engine.book_backup(&copy).await.unwrap();
    assert!(book.engine.book_backup(&copy).await.is_err(), "an existing file is never overwritten");
    let opened = Engine::new(Arc::new(SqliteStore::open(&copy).await.unwrap()), Arc::new(SystemClock), "Me");
    assert_eq!(opened.balance_get(&a, None).await.unwrap().row.figures.balance, "10000");
    assert!(opened.book_check().await.unwrap().problems.is_empty());
    opened.close().await;
}

#[tokio::test]
async fn derived_tables_are_held_against_the_journal() {
    for (sql, expected) in [
        ("UPDATE hold SET committed = '999'", "The hold H does not follow from its commits and voids."),
        ("UPDATE balance_day SET credit = '1' WHERE credit <> '0'", "is not the sum of its entries."),
        ("UPDATE family_day SET families = 7", "are not counted as they stand in the journal."),
        ("DELETE FROM family_day", "are not counted as they stand in the journal."),
    ] {
        let book = TestBook::in_file().await;
        let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
        book.fund(&a, "EUR", "10000").await;
        let hold =
            engine::api::transactions::PostRequest { hold: true, ..crate::support::transfer("H", &a, &b, "100") };
        book.engine.post(hold).await.unwrap();
        assert!(book.engine.book_check().await.unwrap().problems.is_empty());
        sqlx::query(sql).execute(&mut raw(&book.path).await).await.unwrap();
        let problems = book.engine.book_check().await.unwrap().problems;
        assert!(problems.iter().any(|text| text.contains(expected)), "{sql}: {problems:?}");
    }
}

#[tokio::test]
async fn a_damaged_hold_does_not_keep_the_book_shut() {
    let book = TestBook::in_file().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "10000").await;
    for reference in ["H1", "H2"] {
        let hold = engine::api::transactions::PostRequest {
            hold: true,
            expires_at: Some("2026-11-20T00:00:00Z".into()),
            ..crate::support::transfer(reference, &a, &b, if reference == "H1" { "100" } else { "30" })
        };
        book.engine.post(hold).await.unwrap();
    }
    sqlx::query("UPDATE balance SET inflight_debit = '50' WHERE name = 'A'")
        .execute(&mut raw(&book.path).await)
        .await
        .unwrap();
    book.clock.set("2026-11-21T00:00:00Z".parse().unwrap());
    let book = book.reopen().await;
    let attention = book.engine.overview_attention().await.unwrap();
    assert!(attention.iter().any(|row| row.text.contains("H1 ran out but cannot be voided")), "{attention:?}");
    assert!(!book.engine.book_check().await.unwrap().problems.is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_book_is_locked_under_whatever_name_it_is_opened() {
    let book = TestBook::in_file().await;
    let soft = book.folder.path().join("soft.tieout");
    std::os::unix::fs::symlink(&book.path, &soft).unwrap();
    let second = Engine::new(Arc::new(SqliteStore::open(&soft).await.unwrap()), Arc::new(SystemClock), "Second");
    assert!(second.book_take_up().await.unwrap().read_only.is_some());
    second.close().await;
    std::fs::hard_link(&book.path, book.folder.path().join("hard.tieout")).unwrap();
    assert!(matches!(refusal(&book.folder.path().join("hard.tieout")).await, OpenError::SecondName(_)));
}

#[tokio::test]
async fn figures_longer_than_any_amount_are_still_summed() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    for _ in 0..11 {
        book.fund(&a, "EUR", &"9".repeat(60)).await;
    }
    assert!(book.engine.book_check().await.unwrap().problems.is_empty());
    assert!(book.engine.overview_trial(None).await.unwrap().ties);
}

#[tokio::test]
async fn damage_found_while_the_book_is_open_stops_all_writing() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    for _ in 0..20 {
        book.fund(&a, "EUR", "10000").await;
    }
    // A page of the journal: others may be empty.
    let mut connection = raw(&book.path).await;
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'txn'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let book = book.reopen().await;
    let mut bytes = std::fs::read(&book.path).unwrap();
    let page = usize::try_from(root - 1).unwrap() * 4096;
    bytes[page..page + 4096].fill(0xA5);
    std::fs::write(&book.path, bytes).unwrap();
    assert!(!book.engine.book_check().await.is_ok_and(|check| check.problems.is_empty()));
    let refused = book.engine.ledger_create("More").await.unwrap_err();
    assert_eq!(refused.code(), "BOOK_READ_ONLY");
    assert!(refused.to_string().contains("damaged") && refused.to_string().contains("backup"), "{refused}");
}

#[tokio::test]
async fn a_damaged_page_of_a_table_or_an_index_is_said_and_left_alone() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    for _ in 0..20 {
        book.fund(&a, "EUR", "10000").await;
    }
    let roots: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT type, name, rootpage FROM sqlite_schema WHERE tbl_name IN ('txn', 'entry', 'event', 'balance') AND rootpage > 1",
    )
    .fetch_all(&mut raw(&book.path).await)
    .await
    .unwrap();
    assert!(roots.iter().filter(|(kind, ..)| kind == "index").count() > 3, "{roots:?}");
    let TestBook { engine, path, folder, .. } = book;
    engine.close().await;
    let whole = std::fs::read(&path).unwrap();
    for (kind, name, root) in roots {
        let damaged = folder.path().join("damaged.tieout");
        let mut bytes = whole.clone();
        let page = usize::try_from(root - 1).unwrap() * 4096;
        bytes[page..page + 4096].fill(0xA5);
        std::fs::write(&damaged, &bytes).unwrap();
        for refused in [refusal(&damaged).await, SqliteStore::open_to_read(&damaged).await.err().expect("refused")] {
            assert!(matches!(refused, OpenError::Damaged(_)), "{kind} {name}: {refused:?}");
            let sentence = refused.to_string();
            assert!(sentence.contains("was not changed") && sentence.contains("last backup"), "{sentence}");
        }
        assert!(std::fs::read(&damaged).unwrap() == bytes, "{kind} {name}: the file was written");
    }
}

/// What stands in the log alone is gone with it. The book is what it was before, whole, and a head that was given out shows
/// what is missing.
#[tokio::test]
async fn a_book_that_lost_its_log_is_as_old_as_its_file_and_a_head_shows_it() {
    let book = TestBook::in_file().await;
    let a = book.balance("A", "EUR").await;
    book.fund(&a, "EUR", "10000").await;
    let book = book.reopen().await;
    book.fund(&a, "EUR", "500").await;
    let head = book.engine.history_head().await.unwrap();
    let lost = book.folder.path().join("lost.tieout");
    std::fs::copy(&book.path, &lost).unwrap();
    let opened = Engine::new(Arc::new(SqliteStore::open(&lost).await.unwrap()), Arc::new(SystemClock), "Me");
    assert_eq!(opened.balance_get(&a, None).await.unwrap().row.figures.balance, "10000");
    assert_eq!(opened.book_check().await.unwrap().problems, [""; 0], "what is there is whole");
    let check = opened.history_verify("test", Some(&head), None).await.unwrap();
    assert!(check.head_differs.is_some_and(|text| text.contains("its end was cut off")));
    opened.close().await;
    assert_eq!(book.engine.balance_get(&a, None).await.unwrap().row.figures.balance, "10500");
}
