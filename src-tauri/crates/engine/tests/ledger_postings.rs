//! Postings and holds by the reference vectors.

use engine::api::page::ListQuery;
use engine::api::transactions::{CommitItem, FamilyState, PostRequest, VoidItem, VoidRequest};

use crate::support::{TestBook, transfer};

/// The six figures of a balance: C D B / IC ID, with B as `balance`.
async fn figures(book: &TestBook, id: &str) -> [String; 5] {
    let figures = book.engine.balance_get(id, None).await.unwrap().row.figures;
    [figures.total_in, figures.total_out, figures.balance, figures.held_in, figures.held_out]
}

fn commit(id: &str, amount: Option<&str>) -> Vec<CommitItem> {
    vec![CommitItem { id: id.into(), amount: amount.map(Into::into), ..CommitItem::default() }]
}

#[tokio::test]
async fn a_transfer_from_an_indicator_is_booked_once_per_reference() {
    let book = TestBook::new().await;
    let bank = book.balance("Operating", "EUR").await;
    let request =
        PostRequest { allow_overdraft: true, create_indicators: true, ..transfer("R-1", "@world", &bank, "10000") };
    let first = book.engine.post(request.clone()).await.unwrap();
    assert!(!first.existing);
    assert_eq!(figures(&book, &bank).await, ["10000", "0", "10000", "0", "0"]);

    let again = book.engine.post(request.clone()).await.unwrap();
    assert!(again.existing, "the same content is the same posting");
    assert_eq!(again.family.id, first.family.id);

    let other = book.engine.post(PostRequest { amount: "10001".into(), ..request }).await.unwrap_err();
    assert_eq!(other.code(), "TXN_DUPLICATE_REFERENCE");
    assert!(other.sentence().contains("R-1 is already used by a posting of 100.00 EUR"), "{}", other.sentence());
    assert_eq!(figures(&book, &bank).await[2], "10000");
}

/// Balance, held out, amount, allow, limit, result.
type Case = (i64, i64, &'static str, bool, Option<&'static str>, Result<&'static str, &'static str>);

/// The sufficiency table of the ledger's arithmetic.
#[tokio::test]
async fn overdraft_follows_the_table() {
    let cases: [Case; 7] = [
        (10_000, 0, "10000", false, None, Ok("0")),
        (10_000, 4_000, "6001", false, None, Err("TXN_INSUFFICIENT_FUNDS")),
        (0, 0, "5000", true, None, Ok("-5000")),
        (0, 0, "5000", true, Some("5000"), Ok("-5000")),
        (0, 0, "5001", true, Some("5000"), Err("TXN_OVERDRAFT_LIMIT")),
        (0, 0, "5000", false, Some("5000"), Ok("-5000")),
        (-3_000, 0, "2001", true, Some("5000"), Err("TXN_OVERDRAFT_LIMIT")),
    ];
    for (start, held, amount, allow, limit, expected) in cases {
        let book = TestBook::new().await;
        let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
        if start > 0 {
            book.fund(&source, "EUR", &start.to_string()).await;
        } else if start < 0 {
            let request =
                PostRequest { allow_overdraft: true, ..transfer("down", &source, &target, &(-start).to_string()) };
            book.engine.post(request).await.unwrap();
        }
        if held > 0 {
            book.engine
                .post(PostRequest { hold: true, ..transfer("held", &source, &target, &held.to_string()) })
                .await
                .unwrap();
        }
        let request = PostRequest {
            allow_overdraft: allow,
            overdraft_limit: limit.map(Into::into),
            ..transfer("R", &source, &target, amount)
        };
        let before = figures(&book, &source).await;
        match (book.engine.post(request).await, expected) {
            (Ok(_), Ok(balance)) => assert_eq!(figures(&book, &source).await[2], balance),
            (Err(error), Err(code)) => {
                assert_eq!(error.code(), code);
                assert_eq!(figures(&book, &source).await, before, "a refusal books nothing");
            }
            (outcome, expected) => {
                panic!("{start} {held} {amount} {allow} {limit:?}: {outcome:?} instead of {expected:?}")
            }
        }
    }
}

#[tokio::test]
async fn a_hold_is_committed_in_parts_and_voided_as_in_the_table() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let hold = book
        .engine
        .post(PostRequest { hold: true, ..transfer("H", &source, &target, "8000") })
        .await
        .unwrap()
        .family
        .id;
    assert_eq!(figures(&book, &source).await, ["10000", "0", "10000", "0", "8000"]);
    assert_eq!(figures(&book, &target).await, ["0", "0", "0", "8000", "0"]);

    for (part, source_after, target_after) in [
        ("3000", ["10000", "3000", "7000", "0", "5000"], ["3000", "0", "3000", "5000", "0"]),
        ("2500", ["10000", "5500", "4500", "0", "2500"], ["5500", "0", "5500", "2500", "0"]),
    ] {
        let outcome = book.engine.holds_commit(commit(&hold, Some(part))).await.unwrap();
        assert_eq!((outcome.done, outcome.failed), (1, 0), "{outcome:?}");
        assert_eq!(figures(&book, &source).await, source_after);
        assert_eq!(figures(&book, &target).await, target_after);
    }
    let refused = book.engine.holds_commit(commit(&hold, Some("2501"))).await.unwrap();
    assert_eq!(refused.rows[0].code.as_deref(), Some("INVALID_AMOUNT"));
    assert_eq!(
        refused.rows[0].message.as_deref(),
        Some("Only 25.00 EUR is still held. You entered 25.01. Nothing was posted.")
    );
    assert_eq!(book.engine.transaction_get(&hold).await.unwrap().family.state, FamilyState::PartCommitted);

    let void = VoidRequest {
        items: vec![VoidItem { id: hold.clone(), ..VoidItem::default() }],
        reason: "Cancelled order".into(),
        note: Some("PO 3302".into()),
    };
    assert_eq!(book.engine.holds_void(void.clone()).await.unwrap().done, 1);
    assert_eq!(figures(&book, &source).await, ["10000", "5500", "4500", "0", "0"]);
    assert_eq!(figures(&book, &target).await, ["5500", "0", "5500", "0", "0"]);

    assert_eq!(book.engine.holds_void(void).await.unwrap().rows[0].code.as_deref(), Some("TXN_ALREADY_VOIDED"));
    assert_eq!(
        book.engine.holds_commit(commit(&hold, None)).await.unwrap().rows[0].code.as_deref(),
        Some("TXN_ALREADY_VOIDED")
    );

    let detail = book.engine.transaction_get(&hold).await.unwrap();
    assert_eq!(detail.family.state, FamilyState::PartVoided);
    let family: Vec<(&str, &str)> = detail.rows.iter().map(|row| (row.status.as_str(), row.amount.as_str())).collect();
    assert_eq!(family, [("INFLIGHT", "8000"), ("APPLIED", "3000"), ("APPLIED", "2500"), ("VOID", "2500")]);
    assert_eq!(detail.rows[3].reason.as_deref(), Some("Cancelled order: PO 3302"));
    let by_child = book.engine.transaction_get(&detail.rows[2].id).await.unwrap();
    assert_eq!(by_child.family.id, hold, "any row leads to its whole family");
}

#[tokio::test]
async fn a_hold_is_committed_once() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let hold = book
        .engine
        .post(PostRequest { hold: true, ..transfer("H", &source, &target, "8000") })
        .await
        .unwrap()
        .family
        .id;
    assert_eq!(book.engine.holds_commit(commit(&hold, None)).await.unwrap().done, 1);
    let again = book.engine.holds_commit(commit(&hold, None)).await.unwrap();
    assert_eq!(again.rows[0].code.as_deref(), Some("TXN_ALREADY_COMMITTED"));
    let void = VoidRequest {
        items: vec![VoidItem { id: hold.clone(), ..VoidItem::default() }],
        reason: "Duplicate".into(),
        note: None,
    };
    assert_eq!(book.engine.holds_void(void).await.unwrap().rows[0].code.as_deref(), Some("TXN_ALREADY_COMMITTED"));
    let posting = book.transfer("P", &source, &target, "1").await.unwrap().family.id;
    assert_eq!(
        book.engine.holds_commit(commit(&posting, None)).await.unwrap().rows[0].code.as_deref(),
        Some("NOT_INFLIGHT")
    );
}

#[tokio::test]
async fn one_bad_hold_does_not_spoil_the_others() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let mut ids = Vec::new();
    for reference in ["H1", "H2", "H3"] {
        ids.push(
            book.engine
                .post(PostRequest { hold: true, ..transfer(reference, &source, &target, "1000") })
                .await
                .unwrap()
                .family
                .id,
        );
    }
    book.engine
        .holds_void(VoidRequest {
            items: vec![VoidItem { id: ids[1].clone(), ..VoidItem::default() }],
            reason: "Wrong payee".into(),
            note: None,
        })
        .await
        .unwrap();
    let items = ids.iter().flat_map(|id| commit(id, None)).collect();
    let outcome = book.engine.holds_commit(items).await.unwrap();
    assert_eq!((outcome.done, outcome.failed), (2, 1));
    assert_eq!(outcome.rows[1].reference, "H2");
    assert_eq!(figures(&book, &target).await[2], "2000");
}

#[tokio::test]
async fn holds_expire_by_the_clock_also_after_a_week_closed() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    let expiring = PostRequest {
        hold: true,
        expires_at: Some("2026-11-20T12:00:00Z".into()),
        ..transfer("H", &source, &target, "8000")
    };
    let hold = book.engine.post(expiring).await.unwrap().family.id;
    book.engine.holds_commit(commit(&hold, Some("1000"))).await.unwrap();
    book.clock.set("2026-11-20T12:00:00Z".parse().unwrap());
    let late = book.engine.holds_commit(commit(&hold, None)).await.unwrap();
    assert_eq!(late.rows[0].code.as_deref(), Some("HOLD_EXPIRED"), "its time has come, whether or not the timer ran");
    book.clock.set("2026-11-27T09:00:00Z".parse().unwrap());
    let book = book.reopen().await;
    assert_eq!(figures(&book, &source).await, ["10000", "1000", "9000", "0", "0"]);
    let detail = book.engine.transaction_get(&hold).await.unwrap();
    assert_eq!(detail.family.state, FamilyState::PartVoided);
    assert_eq!(detail.rows.last().unwrap().reason.as_deref(), Some("Expired"));
    assert_eq!(book.engine.expire_holds().await.unwrap(), 0, "nothing expires twice");
}

#[tokio::test]
async fn what_the_rules_forbid_is_refused_in_words() {
    let book = TestBook::new().await;
    let (euro, yen) = (book.balance("Merrion", "EUR").await, book.balance("Aoyama", "JPY").await);
    book.fund(&euro, "EUR", "10000").await;
    let cases = [
        (
            transfer("A", &euro, &yen, "1"),
            "CURRENCY_MISMATCH",
            "Aoyama is kept in JPY. EUR cannot be booked there. Nothing was posted.",
        ),
        (transfer("B", &euro, &euro, "1"), "SELF_TRANSFER", "From and to are the same balance. Nothing was posted."),
        (
            transfer("C", &euro, "bln_none", "1"),
            "NOT_FOUND",
            "There is no balance bln_none in this book. Nothing was changed.",
        ),
        (transfer("D", &euro, &yen, "0"), "INVALID_INPUT", "The amount must be above zero."),
        (transfer("E", &euro, &yen, "1.5"), "INVALID_INPUT", "“1.5” is not an amount in minor units."),
        (transfer("F", "", &yen, "1"), "INVALID_INPUT", "Choose where the money comes from."),
        (
            transfer("G", &euro, "@openning", "1"),
            "UNKNOWN_INDICATOR",
            "No balance is called @openning in EUR. Nothing was posted.",
        ),
    ];
    let before = book.engine.book_info().await.unwrap();
    for (request, code, sentence) in cases {
        let error = book.engine.post(request).await.unwrap_err();
        assert_eq!((error.code(), error.sentence().as_str()), (code, sentence));
    }
    assert_eq!(book.engine.book_info().await.unwrap().transactions, before.transactions);
    let preview = book.engine.post_preview(transfer("H", &euro, "@openning", "1")).await.unwrap();
    let check = preview.checks.iter().find(|check| !check.ok).unwrap();
    assert_eq!(check.suggestions, ["@opening"], "a slip of the pen is answered with the nearest name");
}

#[tokio::test]
async fn amounts_of_ten_to_the_thirty_go_everywhere() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    let huge = "1000000000000000000000000000000";
    book.fund(&source, "EUR", huge).await;
    book.transfer("big", &source, &target, "999999999999999999999999999999").await.unwrap();
    assert_eq!(figures(&book, &source).await[2], "1");
    let register = book.engine.register_page(&source, ListQuery { limit: 10, ..ListQuery::default() }).await.unwrap();
    assert_eq!(register.rows.iter().map(|row| row.running.as_str()).collect::<Vec<_>>(), ["1", huge]);
    let totals =
        book.engine.transactions_totals(ListQuery { text: Some("big".into()), ..ListQuery::default() }).await.unwrap();
    assert_eq!(totals[0].amount, "999999999999999999999999999999");
    assert!(book.engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn a_preview_shows_what_posting_then_does() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    for hold in [false, true] {
        let request = PostRequest { hold, ..transfer(if hold { "H" } else { "P" }, &source, &target, "2500") };
        let preview = book.engine.post_preview(request.clone()).await.unwrap();
        assert!(preview.ready, "{preview:?}");
        book.engine.post(request).await.unwrap();
        for effect in preview.effects {
            assert_eq!(book.engine.balance_get(&effect.balance_id, None).await.unwrap().row.figures, effect.after);
        }
    }
}
