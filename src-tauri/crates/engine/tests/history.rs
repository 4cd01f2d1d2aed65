//! The chain of the history: what is tampered with is found, whatever guards were taken out before.

use engine::EngineError;
use engine::api::history::HistoryCheck;
use engine::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};

use crate::raw::{Raw, without_guards};
use crate::support::{TestBook, execute, older_book, transfer};

/// A book with a posting, a hold that was committed in part and let go, and the history that goes with them.
async fn worked_in() -> TestBook {
    let book = TestBook::new().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "10000").await;
    book.transfer("R-1", &a, &b, "100").await.unwrap();
    let hold = PostRequest {
        hold: true,
        expires_at: Some("2026-12-01T10:00:00.123456789Z".into()),
        metadata: Some(serde_json::json!({ "invoice": "INV-1|2", "lines": [1, 2] })),
        ..transfer("H-1", &a, &b, "300")
    };
    let id = book.engine.post(hold).await.unwrap().family.id;
    let part = CommitItem { id: id.clone(), amount: Some("100".into()), ..CommitItem::default() };
    assert!(book.engine.holds_commit(vec![part]).await.unwrap().rows[0].ok);
    let items = vec![VoidItem { id, reference: None }];
    let void = VoidRequest { items, reason: "Not delivered".into(), note: None };
    assert!(book.engine.holds_void(void).await.unwrap().rows[0].ok);
    book
}

/// What holds the history and the journal.
const GUARDED: &[&str] =
    &["event", "txn", "refund", "leg", "history_link", "history_head", "attachment", "attachment_content"];

async fn verify(book: &TestBook) -> HistoryCheck {
    book.engine.history_verify("test", None, None).await.unwrap()
}

#[tokio::test]
async fn a_book_that_nobody_touched_holds() {
    let book = worked_in().await;
    let check = verify(&book).await;
    assert_eq!(check.problems, [""; 0]);
    assert_eq!(check.broken_at, None);
    assert_eq!(check.journal_rows, 5, "two postings, a hold, its commit and its void");
    assert!(check.verified > check.journal_rows);
    assert_eq!(check.head, book.engine.history_head().await.unwrap());
    assert!(check.head.starts_with(&format!("{}:", check.verified)));
    let book = book.reopen().await;
    assert_eq!(verify(&book).await.head, check.head, "the same after a restart");
}

#[tokio::test]
async fn what_is_changed_by_hand_is_found() {
    let cases = [
        ("UPDATE event SET actor = 'Eve' WHERE key = 4", "is not what was sealed there"),
        ("UPDATE event SET at = at + 1 WHERE key = 4", "is not what was sealed there"),
        ("UPDATE event SET kind = 'hold.placed' WHERE key = 4", "is not what was sealed there"),
        ("UPDATE event SET object_id = 'txn_other' WHERE key = 4", "is not what was sealed there"),
        ("UPDATE event SET payload = '{\"amount\":\"1\"}' WHERE key = 4", "is not what was sealed there"),
        ("UPDATE history_link SET sequence = sequence + 1000 WHERE sequence = 4", "is missing"),
        ("UPDATE history_head SET sequence = sequence + 1", "its end was cut off"),
        ("INSERT INTO event (at, actor, kind, object_id, payload) SELECT at, actor, kind, object_id, payload FROM event WHERE key = 4", "were sealed"),
        ("UPDATE txn SET amount = '777' WHERE reference = 'R-1'", "R-1 in the journal has another amount than"),
        ("UPDATE txn SET description = 'x' WHERE reference = 'R-1'", "R-1 in the journal has another description than"),
        ("UPDATE txn SET effective_date = '2020-01-01' WHERE reference = 'R-1'", "has another effective date than"),
        ("UPDATE txn SET actor = 'Eve' WHERE reference = 'R-1'", "has another actor than"),
        ("UPDATE txn SET created_at = created_at - 1 WHERE reference = 'R-1'", "has another created at than"),
        ("UPDATE txn SET expires_at = expires_at + 1 WHERE reference = 'H-1'", "has another expires at than"),
        ("UPDATE txn SET metadata = '{}' WHERE reference = 'H-1'", "has another metadata than"),
        ("UPDATE txn SET reason = 'Delivered' WHERE status = 'VOID'", "has another reason than"),
        ("UPDATE txn SET source_key = destination_key, destination_key = source_key WHERE reference = 'R-1'", "has another destination, source than"),
        ("UPDATE txn SET status = 'INFLIGHT' WHERE reference = 'R-1'", "has another status than"),
        ("UPDATE event SET at = 9000000000000000000 WHERE key = 4", "is not what was sealed there"),
        ("INSERT INTO refund (txn_key, of_key) SELECT max(key), min(key) FROM txn WHERE status = 'APPLIED'", "has another refund than"),
        ("INSERT INTO leg (txn_key, first_key, position, legs) SELECT min(key), min(key), 1, 2 FROM txn WHERE status = 'APPLIED'", "has another place in an entry than"),
        ("UPDATE txn SET id = 'txn_other' WHERE reference = 'R-1'", "R-1 is in the history, but not in the journal"),
        ("INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash)
          SELECT 'txn_new', status, 'new', source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash
          FROM txn WHERE reference = 'R-1'", "in the journal, but the history tells of 5"),
    ];
    for (sql, sentence) in cases {
        let book = worked_in().await;
        let mut raw = without_guards(&book, GUARDED).await;
        // The search words of a row are kept beside it on a server.
        let sql = match (&raw, sql.starts_with("INSERT INTO txn")) {
            (Raw::Server(_), true) => {
                sql.replace("input_hash)", "input_hash, words)").replace("input_hash\n", "input_hash, words\n")
            }
            _ => sql.to_owned(),
        };
        assert_eq!(raw.execute(&sql).await.unwrap_or_else(|error| panic!("{error}: {sql}")), 1, "{sql}");
        let problems = verify(&book).await.problems;
        assert!(problems.iter().any(|found| found.contains(sentence)), "{sql}: {problems:?}");
        // Opening the book again heals nothing.
        let book = book.reopen().await;
        let problems = verify(&book).await.problems;
        assert!(problems.iter().any(|found| found.contains(sentence)), "reopened, {sql}: {problems:?}");
        book.engine.history_page(ListQuery { limit: 500, ..ListQuery::default() }).await.expect("the list is shown");
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found() {
    let book = worked_in().await;
    let before = verify(&book).await;
    let mut raw = without_guards(&book, GUARDED).await;
    let last = before.verified;
    raw.execute(&format!("DELETE FROM history_link WHERE sequence = {last}")).await.unwrap();
    raw.execute("DELETE FROM event WHERE key = (SELECT max(key) FROM event)").await.unwrap();
    let found = verify(&book).await;
    assert_eq!(found.broken_at, Some(last));
    assert!(found.problems[0].contains("its end was cut off"), "{:?}", found.problems);
}

#[tokio::test]
async fn a_forger_who_knows_the_chain_does_not_get_past_a_head_that_was_given_out() {
    let book = worked_in().await;
    let folder = tempfile::tempdir().unwrap();
    let given = book.engine.history_head_export(&folder.path().join("head.txt")).await.unwrap();
    let paper = std::fs::read_to_string(&given.path).unwrap();
    assert!(paper.contains(&given.head) && paper.contains("Test"), "{paper}");
    assert_eq!(verify(&book).await.heads_found, 1, "the book remembers it");
    // The end goes, and the head with it: link by link everything fits again.
    let mut raw = without_guards(&book, GUARDED).await;
    let last: u64 = given.head.split(':').next().unwrap().parse().unwrap();
    for sql in [
        format!("DELETE FROM history_link WHERE sequence = {last}"),
        "DELETE FROM event WHERE key = (SELECT max(key) FROM event)".into(),
        format!(
            "UPDATE history_head SET sequence = {0}, link = (SELECT link FROM history_link WHERE sequence = {0})",
            last - 1
        ),
        "DELETE FROM setting WHERE key = 'history_heads'".into(),
    ] {
        raw.execute(&sql).await.unwrap();
    }
    let alone = verify(&book).await;
    assert_eq!(alone.broken_at, None);
    let with_head = book.engine.history_verify("test", Some(&paper), None).await.unwrap();
    let differs = with_head.head_differs.expect("the head is gone");
    assert!(differs.contains("its end was cut off"), "{differs}");
}

#[tokio::test]
async fn a_history_that_was_written_anew_is_not_the_one_of_the_head() {
    let (one, other) = (worked_in().await, worked_in().await);
    let head = one.engine.history_head().await.unwrap();
    let attention = other.engine.overview_attention().await.unwrap();
    let check = other.engine.history_verify("test", Some(&head), None).await.unwrap();
    assert!(check.head_differs.is_some_and(|text| text.contains("was written anew")));
    assert_eq!(check.problems, [""; 0], "the book itself holds");
    assert_eq!(other.engine.overview_attention().await.unwrap(), attention, "a head of another book is no damage");
    let nothing = format!("0:{}", "ab".repeat(32));
    assert!(other.engine.history_verify("test", Some(&nothing), None).await.unwrap().head_differs.is_some());
    let refused = other.engine.history_verify("test", Some("12:abc"), None).await;
    assert!(matches!(refused, Err(EngineError::Invalid { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_links_refuse_to_be_changed() {
    let book = worked_in().await;
    let mut raw = Raw::of(&book).await;
    for sql in [
        "UPDATE history_link SET sequence = sequence + 1000 WHERE sequence = 2",
        "DELETE FROM history_link",
        "DELETE FROM history_head",
        "UPDATE history_head SET sequence = 1",
        "UPDATE history_head SET sequence = sequence + 1",
        "INSERT INTO history_link SELECT sequence + 1000, event_key, link FROM history_link WHERE sequence = 2",
    ] {
        assert!(raw.execute(sql).await.is_err(), "accepted: {sql}");
    }
    assert_eq!(verify(&book).await.problems, [""; 0]);
}

#[tokio::test]
async fn the_history_is_read_by_pages_and_under_filters() {
    let book = worked_in().await;
    let all = book.engine.history_page(ListQuery { limit: 500, ..ListQuery::default() }).await.unwrap();
    assert_eq!(all.total, all.rows.len() as u64);
    let numbers: Vec<u64> = all.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=all.total).rev().collect::<Vec<_>>(), "newest first, without gaps");
    let sort = vec![SortKey { field: "number".into(), descending: false }];
    let page = book.engine.history_page(ListQuery { offset: 2, limit: 3, sort, ..ListQuery::default() }).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(page.total, all.total);
    let voided = &all.rows[0];
    assert_eq!((voided.what.verb.as_str(), voided.what.actor.as_str()), ("voided", "Orla Keane"));
    assert!(voided.fields.iter().any(|field| field.name == "reason" && field.value == "Not delivered"));

    let with = |field: &str, test, values: &[&str]| ListQuery {
        limit: 500,
        conditions: vec![FilterCondition {
            field: field.into(),
            test,
            values: values.iter().map(|text| (*text).to_owned()).collect(),
        }],
        ..ListQuery::default()
    };
    for (query, rows) in [
        (with("kind", FilterTest::Is, &["hold.placed"]), 1),
        (with("kind", FilterTest::Is, &["hold.placed", "hold.voided"]), 2),
        (with("object", FilterTest::Is, &[&voided.what.object_id]), 1),
        (with("actor", FilterTest::Contains, &["orla"]), all.total),
        (with("actor", FilterTest::Contains, &["nobody"]), 0),
        (with("date", FilterTest::Between, &["2026-11-18", "2026-11-20"]), all.total),
        (with("date", FilterTest::AtMost, &["2026-11-17"]), 0),
        (with("date", FilterTest::AtLeast, &["2026-11-21"]), 0),
        (ListQuery { text: Some("inv-1|2".into()), limit: 500, ..ListQuery::default() }, 1),
    ] {
        let page = book.engine.history_page(query.clone()).await.unwrap();
        assert_eq!(page.total, rows, "{query:?}");
        assert_eq!(page.rows.len() as u64, rows, "{query:?}");
    }
    assert!(book.engine.history_page(with("date", FilterTest::Is, &["soon"])).await.is_err());
    assert!(book.engine.history_page(with("1; DROP TABLE event", FilterTest::Is, &["x"])).await.is_err());
}

#[tokio::test]
async fn a_check_can_be_cancelled() {
    let book = worked_in().await;
    for _ in 0..3 {
        let check = book.engine.history_verify("test", None, Some(&|_| true)).await.unwrap();
        assert_eq!(check.problems, [""; 0]);
    }
    let stopped = book.engine.history_verify("test", None, Some(&|_| false)).await;
    assert!(matches!(stopped, Err(EngineError::Cancelled)), "{stopped:?}");
}

/// Events of before were written without links; the upgrade seals them, more than one group of them.
#[tokio::test]
async fn an_older_book_is_sealed_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    execute(
        &path,
        &["WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2500)
           INSERT INTO event (at, actor, kind, object_id, payload) SELECT 1700000000000000 + n, 'Ada', 'ledger.created', 'ldg_' || n, '{\"name\":\"Ä ' || n || '\"}' FROM n"],
    )
    .await;
    let open = async || {
        let store = std::sync::Arc::new(store_sqlite::SqliteStore::open(&path).await.unwrap());
        engine::Engine::new(store, std::sync::Arc::new(engine::SystemClock), "Orla Keane")
    };
    let engine = open().await;
    let check = engine.history_verify("test", None, None).await.unwrap();
    assert_eq!((check.verified, check.problems.len()), (2500, 0), "{:?}", check.problems);
    engine.ledger_create("New").await.unwrap();
    assert_eq!(engine.history_verify("test", None, None).await.unwrap().verified, 2501);
    engine.close().await;
    let again = open().await;
    assert_eq!(again.history_verify("test", None, None).await.unwrap().problems, [""; 0]);
    again.close().await;
}

/// What is found stops all writing, here and after a restart, until somebody says why it goes on. The same finding stops
/// nobody a second time, another one does.
#[tokio::test]
async fn a_broken_history_keeps_the_book_from_being_written_until_somebody_decides() {
    let book = worked_in().await;
    // The head goes on moving with each link.
    let mut raw = without_guards(&book, &["event", "txn"]).await;
    let nothing = book.engine.history_accept("All is well").await.unwrap_err();
    assert_eq!(nothing.code(), "HISTORY_HOLDS");
    raw.execute("UPDATE event SET actor = 'Eve' WHERE key = 4").await.unwrap();
    let ledgers = book.engine.ledgers_list().await.unwrap().len();
    assert_eq!(verify(&book).await.broken_at, Some(4));
    let stopped = async |book: &TestBook| {
        let refused = book.engine.ledger_create("More").await.unwrap_err();
        assert_eq!(refused.code(), "BOOK_READ_ONLY");
        let told = book.engine.book_info().await.unwrap().read_only.expect("the book is read-only");
        assert!(told.contains("Entry 4 of the history") && told.contains("until somebody decides"), "{told}");
        assert_eq!(refused.to_string(), told);
    };
    stopped(&book).await;
    // A hold that runs out and a posting that is due stay as they are, too.
    book.clock.set("2027-01-01T00:00:00Z".parse().unwrap());
    let book = book.reopen().await;
    stopped(&book).await;
    assert_eq!(book.engine.ledgers_list().await.unwrap().len(), ledgers, "reading goes on");

    assert_eq!(book.engine.history_accept("  ").await.unwrap_err().code(), "INVALID_INPUT");
    stopped(&book).await;
    let info = book.engine.history_accept("Compared with the paper").await.unwrap();
    assert_eq!(info.read_only, None);
    book.engine.ledger_create("More").await.unwrap();
    let newest = book.engine.history_page(ListQuery { limit: 2, ..ListQuery::default() }).await.unwrap();
    let decided = &newest.rows[1];
    assert_eq!(decided.what.kind, "history.accepted");
    assert!(decided.fields.iter().any(|field| field.name == "reason" && field.value == "Compared with the paper"));

    // It is still told, and what stands behind it is proved from there on.
    let check = verify(&book).await;
    assert_eq!((check.broken_at, check.problems.len()), (Some(4), 1), "{:?}", check.problems);
    assert_eq!(check.head, book.engine.history_head().await.unwrap());
    let book = book.reopen().await;
    book.engine.ledger_create("Even more").await.unwrap();
    raw.execute("UPDATE txn SET amount = '777' WHERE reference = 'R-1'").await.unwrap();
    assert_eq!(verify(&book).await.problems.len(), 2);
    assert_eq!(book.engine.ledger_create("Last").await.unwrap_err().code(), "BOOK_READ_ONLY");
}

/// What counts stays the same finding while the book grows.
#[tokio::test]
async fn a_finding_that_was_decided_on_is_known_again_in_a_book_that_grew() {
    for sql in [
        "INSERT INTO event (at, actor, kind, object_id, payload) SELECT at, actor, kind, object_id, payload FROM event WHERE key = 4",
        "UPDATE txn SET amount = '777' WHERE reference = 'R-1'",
    ] {
        let book = worked_in().await;
        without_guards(&book, &["event", "txn"]).await.execute(sql).await.unwrap();
        assert_eq!(verify(&book).await.problems.len(), 1, "{sql}");
        assert!(book.engine.history_stopped().await.unwrap(), "{sql}");
        book.engine.history_accept("Known").await.unwrap();
        for name in ["One", "Two"] {
            book.engine.ledger_create(name).await.unwrap();
            assert_eq!(verify(&book).await.problems.len(), 1, "{sql}");
            assert!(!book.engine.history_stopped().await.unwrap(), "{sql}");
        }
    }
}

/// However much somebody has decided on, what is new is found behind it.
#[tokio::test]
async fn what_is_new_is_found_behind_many_findings_that_were_decided_on() {
    let book = worked_in().await;
    let (bank, shop) = (book.balance("Till", "EUR").await, book.claim("Buyer").await);
    for number in 0..50 {
        book.transfer(&format!("M-{number}"), &shop, &bank, "10").await.unwrap();
    }
    let mut raw = without_guards(&book, &["txn"]).await;
    raw.execute("UPDATE txn SET description = 'x' WHERE reference LIKE 'M-1%' OR reference LIKE 'M-2%'").await.unwrap();
    let found = verify(&book).await;
    // 22 rows: 20 of them are told, and how many more there are.
    assert_eq!((found.findings.len(), found.problems.len()), (20, 21), "{:?}", found.problems);
    assert_eq!(found.problems[20], "2 more places do not hold either.");
    for known in ["the first twenty", "the rest"] {
        book.engine.history_accept(known).await.unwrap();
        verify(&book).await;
    }
    assert!(!book.engine.history_stopped().await.unwrap());

    raw.execute("UPDATE txn SET amount = '999999' WHERE reference = 'M-40'").await.unwrap();
    let found = verify(&book).await;
    assert!(found.problems.iter().any(|problem| problem.starts_with("M-40 in the journal has another amount")));
    assert!(book.engine.history_stopped().await.unwrap());
    assert!(book.transfer("AFTER", &shop, &bank, "1").await.is_err());
}

/// Bytes that are no text any more do not end the walk: the entry is named, and nothing more is written.
#[tokio::test]
async fn an_entry_that_is_no_text_any_more_is_named_in_the_file() {
    let book = TestBook::in_file().await;
    let (bank, shop) = (book.balance("Till", "EUR").await, book.claim("Buyer").await);
    for number in 0..5 {
        book.transfer(&format!("M-{number}"), &shop, &bank, "10").await.unwrap();
    }
    let mut raw = without_guards(&book, &["event"]).await;
    let spoil = "UPDATE event SET payload = CAST(substr(CAST(payload AS BLOB), 1, 20) || x'FF' || substr(CAST(payload AS BLOB), 22) AS TEXT) \
                 WHERE object_id = (SELECT id FROM txn WHERE reference = 'M-3')";
    raw.execute("PRAGMA ignore_check_constraints = ON").await.unwrap();
    assert_eq!(raw.execute(spoil).await.unwrap(), 1);
    let found = verify(&book).await;
    assert!(
        found.problems.iter().any(|problem| problem.contains("is not what was sealed there")),
        "{:?}",
        found.problems
    );
    assert!(book.engine.history_stopped().await.unwrap());
    book.engine.history_accept("The disk was replaced").await.unwrap();
    assert!(!book.engine.history_stopped().await.unwrap());
}
