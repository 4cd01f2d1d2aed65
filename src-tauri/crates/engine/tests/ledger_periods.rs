//! Closed periods.

use engine::api::transactions::{CommitItem, PostRequest};

use crate::raw::Raw;
use crate::support::{TestBook, transfer};

struct Shop {
    book: TestBook,
    bank: String,
    shop: String,
}

async fn shop() -> Shop {
    let book = TestBook::new().await;
    let (bank, shop) = (book.claim("Bank").await, book.balance("Shop", "EUR").await);
    Shop { book, bank, shop }
}

impl Shop {
    fn on(&self, reference: &str, day: &str) -> PostRequest {
        PostRequest { effective_date: Some(day.into()), ..transfer(reference, &self.bank, &self.shop, "10") }
    }

    async fn post(&self, reference: &str, day: &str) -> Result<(), &'static str> {
        self.book.engine.post(self.on(reference, day)).await.map(|_| ()).map_err(|error| error.code())
    }
}

#[tokio::test]
async fn a_closed_period_takes_no_settled_entry_until_it_is_reopened_with_a_reason() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    assert_eq!(shop.post("A", "2026-09-30").await, Ok(()));
    assert_eq!(engine.period_state().await.unwrap().closed_through, None);
    let state = engine.period_close("2026-09-30").await.unwrap();
    assert_eq!((state.closed_through.as_deref(), state.open_from.as_deref()), (Some("2026-09-30"), Some("2026-10-01")));
    for day in ["2026-09-30", "2026-09-01", "1999-12-31"] {
        assert_eq!(shop.post("B", day).await, Err("PERIOD_CLOSED"), "{day}");
    }
    let refused = engine.post(shop.on("B", "2026-09-12")).await.unwrap_err();
    assert_eq!(
        refused.sentence(),
        "The books are closed through 2026-09-30, so 2026-09-12 takes no postings. The first open day is 2026-10-01. Nothing was posted."
    );
    // A reason that lets through a signed statement does not open a closed period.
    let reasoned = PostRequest { signed_reason: Some("Late".into()), ..shop.on("B", "2026-09-12") };
    assert_eq!(engine.post(reasoned).await.unwrap_err().code(), "PERIOD_CLOSED");
    let preview = engine.post_preview(shop.on("B", "2026-09-12")).await.unwrap();
    let check = preview.checks.iter().find(|check| check.kind == "closed_period").expect("the preview says it");
    assert!(!check.ok && !preview.ready && check.suggestions == ["2026-10-01"]);
    assert_eq!(shop.post("B", "2026-10-01").await, Ok(()));
    // What is asked for again is what was booked before it was closed.
    assert!(engine.post(shop.on("A", "2026-09-30")).await.unwrap().existing);

    for (through, reason, code) in [
        (None, " ", "INVALID_INPUT"),
        (Some("2026-10-01"), "x", "INVALID_INPUT"),
        (Some("2026-09-30"), "x", "INVALID_INPUT"),
    ] {
        assert_eq!(engine.period_reopen(through, reason).await.unwrap_err().code(), code);
    }
    let state = engine.period_reopen(Some("2026-08-31"), "A bill of September came late").await.unwrap();
    assert_eq!(state.closed_through.as_deref(), Some("2026-08-31"));
    assert_eq!(
        (shop.post("C", "2026-09-12").await, shop.post("D", "2026-08-31").await),
        (Ok(()), Err("PERIOD_CLOSED"))
    );
    let state = engine.period_reopen(None, "Start again").await.unwrap();
    assert_eq!((state.closed_through, shop.post("D", "2026-08-31").await), (None, Ok(())));
    let steps: Vec<_> = state
        .steps
        .iter()
        .map(|step| (step.reopened, step.before.as_deref(), step.after.as_deref(), step.reason.as_deref()))
        .collect();
    assert_eq!(
        steps,
        [
            (true, Some("2026-08-31"), None, Some("Start again")),
            (true, Some("2026-09-30"), Some("2026-08-31"), Some("A bill of September came late")),
            (false, None, Some("2026-09-30"), None),
        ]
    );
    assert_eq!(engine.book_check().await.unwrap().problems, [""; 0]);
}

#[tokio::test]
async fn closing_goes_forward_only_and_never_over_today() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    for day in ["2026-11-19", "2027-01-01", "soon"] {
        assert_eq!(engine.period_close(day).await.unwrap_err().code(), "INVALID_INPUT", "{day}");
    }
    assert_eq!(engine.period_reopen(None, "Nothing").await.unwrap_err().code(), "PERIOD_OPEN");
    engine.period_close("2026-10-31").await.unwrap();
    for day in ["2026-10-31", "2026-10-30"] {
        assert_eq!(engine.period_close(day).await.unwrap_err().code(), "PERIOD_CLOSED", "{day}");
    }
    engine.period_close("2026-11-18").await.unwrap();
    assert_eq!(shop.post("A", "2026-11-18").await, Err("PERIOD_CLOSED"));
    let book = shop.book.reopen().await;
    assert_eq!(book.engine.period_state().await.unwrap().closed_through.as_deref(), Some("2026-11-18"));
}

#[tokio::test]
async fn a_hold_is_placed_and_let_go_in_a_closed_period_but_its_commit_moves_money() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    let hold = PostRequest { hold: true, ..shop.on("H", "2026-09-12") };
    let id = engine.post(hold).await.unwrap().family.id;
    engine.period_close("2026-09-30").await.unwrap();
    let commit = |date: Option<&str>| CommitItem {
        id: id.clone(),
        amount: Some("4".into()),
        date: date.map(str::to_owned),
        ..CommitItem::default()
    };
    let refused = engine.holds_commit(vec![commit(None)]).await.unwrap();
    assert_eq!(refused.rows[0].code.as_deref(), Some("PERIOD_CLOSED"), "it would count for the day of the hold");
    assert!(engine.holds_commit(vec![commit(Some("2026-10-01"))]).await.unwrap().rows[0].ok);
    let void = engine::api::transactions::VoidItem { id, ..Default::default() };
    let request = engine::api::transactions::VoidRequest { items: vec![void], reason: "Not needed".into(), note: None };
    assert!(engine.holds_void(request).await.unwrap().rows[0].ok, "letting go moves nothing");
    assert_eq!(engine.book_check().await.unwrap().problems, [""; 0]);
}

/// Whatever books it: the database refuses it too.
#[tokio::test]
async fn the_database_refuses_an_entry_in_a_closed_period() {
    let shop = shop().await;
    shop.post("A", "2026-10-01").await.unwrap();
    shop.book.engine.period_close("2026-09-30").await.unwrap();
    let mut raw = Raw::of(&shop.book).await;
    let sql = "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash)
        SELECT 'txn_x', status, 'X', source_key, destination_key, amount, currency, exponent, description, '2026-09-30', created_at, actor, input_hash FROM txn WHERE reference = 'A'";
    let server = sql.replace("input_hash)", "input_hash, words)").replace("input_hash FROM", "input_hash, words FROM");
    let rows = raw.either(sql, &server);
    let refused = raw.execute(rows).await.unwrap_err().to_string();
    assert!(refused.contains("closed period"), "{refused}");
}
