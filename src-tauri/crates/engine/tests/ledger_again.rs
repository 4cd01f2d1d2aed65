//! The same thing asked for twice is booked once, and what happens by itself names no person.

use engine::api::page::ListQuery;
use engine::api::transactions::{BatchRow, CommitItem, PostRequest, VoidItem, VoidRequest};
use engine::{EngineError, SYSTEM_ACTOR};
use serde_json::json;

use crate::raw::Raw;
use crate::support::{TestBook, transfer};

async fn commit(book: &TestBook, item: &CommitItem) -> BatchRow {
    book.engine.holds_commit(vec![item.clone()]).await.unwrap().rows.remove(0)
}

async fn void(book: &TestBook, id: &str, reference: &str, reason: &str) -> BatchRow {
    let items = vec![VoidItem { id: id.into(), reference: Some(reference.into()) }];
    let request = VoidRequest { items, reason: reason.into(), note: None };
    book.engine.holds_void(request).await.unwrap().rows.remove(0)
}

/// A book with a hold of 80.00 EUR for 2026-11-16, and its id.
async fn held() -> (TestBook, String, String) {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let day = Some("2026-11-16".into());
    let request = PostRequest { hold: true, effective_date: day, ..transfer("H", &source, &target, "8000") };
    let id = book.engine.post(request).await.unwrap().family.id;
    (book, id, target)
}

async fn booked(book: &TestBook, balance: &str) -> String {
    book.engine.balance_get(balance, None).await.unwrap().row.figures.balance
}

#[tokio::test]
async fn a_commit_under_a_reference_is_booked_once() {
    let (book, id, target) = held().await;
    let part = |amount: &str, reference: &str| CommitItem {
        id: id.clone(),
        amount: Some(amount.into()),
        reference: Some(reference.into()),
        ..CommitItem::default()
    };
    let first = commit(&book, &part("3000", "APP-1")).await;
    assert_eq!((first.ok, first.existing, first.booked.as_deref()), (true, false, Some("APP-1")));
    let dated = CommitItem { date: Some("2026-11-16".into()), ..part("3000", " APP-1 ") };
    for again in [part("3000", "APP-1"), dated] {
        let again = commit(&book, &again).await;
        assert_eq!((again.ok, again.existing, again.amount.as_str()), (true, true, "3000"), "{again:?}");
        assert_eq!(again.date.as_deref(), Some("2026-11-16"));
        assert_eq!(booked(&book, &target).await, "3000");
    }
    let whole = CommitItem { amount: None, ..part("", "APP-1") };
    let rest = CommitItem { void_rest: true, ..part("3000", "APP-1") };
    let other_day = CommitItem { date: Some("2026-11-17".into()), ..part("3000", "APP-1") };
    for other in [part("3001", "APP-1"), whole, rest, other_day, part("3000", "H")] {
        let refused = commit(&book, &other).await;
        assert_eq!(refused.code.as_deref(), Some("TXN_DUPLICATE_REFERENCE"), "{other:?}");
    }
    assert_eq!(booked(&book, &target).await, "3000");

    // The rest, by its amount or as the rest: it closes the hold, and is still known when nothing is held any more.
    let rest = CommitItem { amount: None, ..part("", "APP-2") };
    assert!(!commit(&book, &rest).await.existing);
    for again in [rest.clone(), part("5000", "APP-2"), CommitItem { void_rest: true, ..part("5000", "APP-2") }] {
        let again = commit(&book, &again).await;
        assert_eq!((again.ok, again.existing, again.amount.as_str()), (true, true, "5000"), "{again:?}");
    }
    let late = CommitItem { reference: Some("APP-3".into()), ..rest };
    assert_eq!(commit(&book, &late).await.code.as_deref(), Some("TXN_ALREADY_COMMITTED"));
    assert_eq!(booked(&book, &target).await, "8000");
    assert_eq!(book.engine.transaction_get(&id).await.unwrap().rows.len(), 3);
    let long = CommitItem { reference: Some("R".repeat(256)), ..late };
    assert_eq!(commit(&book, &long).await.code.as_deref(), Some("INVALID_INPUT"));
}

#[tokio::test]
async fn the_reference_of_another_hold_is_taken() {
    let (book, id, _) = held().await;
    let row = book.engine.transaction_get(&id).await.unwrap().family;
    let other = transfer("H2", &row.source_id, &row.destination_id, "1000");
    let other = book.engine.post(PostRequest { hold: true, ..other }).await.unwrap().family.id;
    let item = |id: &str| CommitItem {
        id: id.into(),
        amount: Some("500".into()),
        reference: Some("APP".into()),
        ..CommitItem::default()
    };
    assert!(commit(&book, &item(&id)).await.ok);
    assert_eq!(commit(&book, &item(&other)).await.code.as_deref(), Some("TXN_DUPLICATE_REFERENCE"));
    assert_eq!(void(&book, &id, "APP", "Duplicate").await.code.as_deref(), Some("TXN_DUPLICATE_REFERENCE"));
}

#[tokio::test]
async fn a_void_under_a_reference_is_booked_once() {
    let (book, id, _) = held().await;
    assert!(!void(&book, &id, "LET-1", "Duplicate").await.existing);
    let again = void(&book, &id, "LET-1", "Duplicate").await;
    assert_eq!((again.ok, again.existing, again.amount.as_str()), (true, true, "8000"));
    assert_eq!(void(&book, &id, "LET-1", "Wrong payee").await.code.as_deref(), Some("TXN_DUPLICATE_REFERENCE"));
    assert_eq!(void(&book, &id, "LET-2", "Duplicate").await.code.as_deref(), Some("TXN_ALREADY_VOIDED"));
    assert_eq!(book.engine.transaction_get(&id).await.unwrap().rows.len(), 2);
    assert!(book.engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn a_posting_in_other_words_is_the_same_posting() {
    let book = TestBook::new().await;
    let bank = book.balance("Operating", "EUR").await;
    book.fund(&bank, "EUR", "100").await;
    let opening = book.engine.balance_search("@opening", None, 1).await.unwrap().remove(0).id;
    let named = PostRequest { allow_overdraft: true, ..transfer("R-1", "@opening", &bank, "10000") };
    let first = book.engine.post(named.clone()).await.unwrap();
    let today = Some("2026-11-19".to_owned());
    for spelling in [
        PostRequest { source: opening.clone(), ..named.clone() },
        PostRequest { allow_overdraft: false, overdraft_limit: Some("900000".into()), ..named.clone() },
        PostRequest { effective_date: today.clone(), create_indicators: true, ..named.clone() },
    ] {
        assert!(!book.engine.post_preview(spelling.clone()).await.unwrap().ready);
        let again = book.engine.post(spelling).await.unwrap();
        assert_eq!((again.existing, again.family.id.as_str()), (true, first.family.id.as_str()));
    }
    for other in [
        PostRequest { effective_date: Some("2026-11-18".into()), ..named.clone() },
        PostRequest { description: "Other".into(), ..named.clone() },
        PostRequest { hold: true, ..named.clone() },
        PostRequest { metadata: Some(json!({ "invoice": 7 })), ..named.clone() },
        PostRequest { source: "@none".into(), create_indicators: true, ..named.clone() },
        PostRequest { source: bank.clone(), destination: opening.clone(), ..named.clone() },
    ] {
        let refused = book.engine.post(other.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "TXN_DUPLICATE_REFERENCE", "{other:?}");
    }
    assert_eq!(booked(&book, &bank).await, "10100");

    // Tomorrow an open day is still the one it was booked on; another day that is named is not.
    book.clock.set("2026-11-20T09:00:00Z".parse().unwrap());
    assert!(book.engine.post(PostRequest { source: opening.clone(), ..named.clone() }).await.unwrap().existing);
    assert!(book.engine.post(PostRequest { effective_date: today, ..named.clone() }).await.unwrap().existing);
    let tomorrow = PostRequest { effective_date: Some("2026-11-20".into()), ..named };
    assert!(matches!(book.engine.post(tomorrow).await, Err(EngineError::DuplicateReference { .. })));
    let names = book.engine.balances_page(ListQuery { limit: 9, ..ListQuery::default() }).await.unwrap();
    assert_eq!(names.total, 2, "a repeated request makes no balance");
}

/// What was booked before requests were hashed by what they book has another hash: the row itself is compared.
#[tokio::test]
async fn a_row_of_an_older_book_is_known_by_its_content() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let metadata = Some(json!({ "b": 1, "a": [2] }));
    let expires_at = Some("2026-12-01T10:00:00.000000Z".to_owned());
    let asked = PostRequest { metadata, expires_at, hold: true, ..transfer("OLD", &source, &target, "700") };
    book.engine.post(asked.clone()).await.unwrap();
    let id = book.engine.post(transfer("OLD-2", &source, &target, "5")).await.unwrap().family.id;
    let mut raw = Raw::of(&book).await;
    let guard = raw.either("DROP TRIGGER txn_no_update", "DROP TRIGGER txn_keeps ON txn");
    raw.execute(guard).await.unwrap();
    let forget = raw.either(
        "UPDATE txn SET input_hash = zeroblob(32)",
        "UPDATE txn SET input_hash = decode(repeat('00', 32), 'hex')",
    );
    assert_eq!(raw.execute(forget).await.unwrap(), 3);
    let again = book.engine.post(asked.clone()).await.unwrap();
    assert!(again.existing);
    let again = book.engine.post(transfer("OLD-2", &source, &target, "5")).await.unwrap();
    assert_eq!((again.existing, again.family.id), (true, id));
    for other in [
        PostRequest { metadata: None, ..asked.clone() },
        PostRequest { expires_at: None, ..asked.clone() },
        PostRequest { amount: "701".into(), ..asked.clone() },
        PostRequest { effective_date: Some("2026-11-18".into()), ..asked },
    ] {
        assert_eq!(book.engine.post(other).await.unwrap_err().code(), "TXN_DUPLICATE_REFERENCE");
    }
}

#[tokio::test]
async fn what_the_clock_does_names_no_person() {
    let (book, id, _) = held().await;
    let row = book.engine.transaction_get(&id).await.unwrap().family;
    let request = PostRequest {
        hold: true,
        expires_at: Some("2026-11-20T12:00:00Z".into()),
        ..transfer("RUNS-OUT", &row.source_id, &row.destination_id, "100")
    };
    let out = book.engine.post(request).await.unwrap().family.id;
    book.engine.person_set("Tomás Reilly").await.unwrap();
    book.clock.set("2026-11-21T08:00:00Z".parse().unwrap());
    let book = book.reopen().await;
    let detail = book.engine.transaction_get(&out).await.unwrap();
    assert_eq!((detail.rows[0].actor.as_str(), detail.rows[1].actor.as_str()), ("Orla Keane", SYSTEM_ACTOR));
    let sql = format!(
        "SELECT count(*), sum(CASE WHEN actor = '{SYSTEM_ACTOR}' THEN 1 ELSE 0 END) FROM event WHERE kind = 'hold.expired'"
    );
    assert_eq!(Raw::of(&book).await.numbers(&sql).await, [[Some(1), Some(1)]]);
    assert_eq!(book.engine.book_info().await.unwrap().person, "Tomás Reilly");
    assert_eq!(book.engine.person_set("tieout").await.unwrap_err().code(), "INVALID_INPUT");
}

#[tokio::test]
async fn a_day_that_no_entry_can_mean_is_refused() {
    let (book, id, target) = held().await;
    let row = book.engine.transaction_get(&id).await.unwrap().family;
    for (number, (day, taken)) in [
        ("0000-01-01", false),
        ("1899-12-31", false),
        ("1900-01-01", true),
        ("2036-11-19", true),
        ("2036-11-20", false),
    ]
    .into_iter()
    .enumerate()
    {
        let request = PostRequest {
            effective_date: Some(day.into()),
            ..transfer(&format!("D-{number}"), &row.source_id, &target, "1")
        };
        let preview = book.engine.post_preview(request.clone()).await.unwrap();
        let named = preview.checks.iter().any(|check| !check.ok && check.field.as_deref() == Some("effective_date"));
        assert_eq!(named, !taken, "{day}");
        assert_eq!(book.engine.post(request).await.map_err(|error| error.code()).is_ok(), taken, "{day}");
        let item =
            CommitItem { id: id.clone(), amount: Some("1".into()), date: Some(day.into()), ..CommitItem::default() };
        let outcome = commit(&book, &item).await;
        assert_eq!(outcome.code.as_deref(), (!taken).then_some("INVALID_INPUT"), "{day}");
    }
    assert_eq!(booked(&book, &target).await, "4");
}

#[tokio::test]
async fn a_hold_sent_again_after_it_ran_out_is_the_same_hold() {
    let (book, ..) = held().await;
    let (source, target) = (book.balance("From", "EUR").await, book.balance("To", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let expires_at = Some("2026-11-19T10:24:10Z".into());
    let request = PostRequest { hold: true, expires_at, ..transfer("SHORT", &source, &target, "100") };
    let first = book.engine.post(request.clone()).await.unwrap();
    book.clock.set("2026-11-19T10:24:11Z".parse().unwrap());
    let again = book.engine.post(request.clone()).await.unwrap();
    assert_eq!((again.existing, again.family.id), (true, first.family.id));
    let late = PostRequest { reference: "LATE".into(), ..request };
    let preview = book.engine.post_preview(late.clone()).await.unwrap();
    assert!(!preview.ready && preview.checks.iter().any(|check| check.text == "The expiry lies in the past."));
    let refused = book.engine.post(late).await.unwrap_err();
    assert_eq!((refused.code(), refused.sentence().as_str()), ("INVALID_INPUT", "The expiry lies in the past."));
}

#[tokio::test]
async fn an_indicator_that_is_not_there_yet_pays_nothing_to_itself() {
    let book = TestBook::new().await;
    for create_indicators in [true, false] {
        let request =
            PostRequest { create_indicators, allow_overdraft: true, ..transfer("SELF", "@float", "@float", "100") };
        assert_eq!(book.engine.post(request).await.unwrap_err().code(), "SELF_TRANSFER");
    }
    let found = book.engine.balance_search("@float", None, 10).await.unwrap();
    assert!(found.is_empty(), "nothing was made: {found:?}");
}
