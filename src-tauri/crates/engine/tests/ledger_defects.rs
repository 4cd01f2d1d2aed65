//! What ledgers of this kind got wrong elsewhere, held against this one.

use engine::api::bulk::BulkRequest;
use engine::api::transactions::{CommitItem, FamilyState, PostRequest, VoidItem, VoidRequest};
use serde_json::json;

use crate::support::{TestBook, transfer};

struct Shop {
    book: TestBook,
    bank: String,
    shop: String,
}

async fn shop(money: &str) -> Shop {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    if money != "0" {
        book.fund(&bank, "EUR", money).await;
    }
    Shop { book, bank, shop }
}

impl Shop {
    async fn figures(&self) -> (String, String) {
        let figures = self.book.engine.balance_get(&self.bank, None).await.unwrap().row.figures;
        (figures.balance, figures.held_out)
    }

    async fn hold(&self, reference: &str, amount: &str, expires: Option<&str>) -> String {
        let request = PostRequest {
            hold: true,
            expires_at: expires.map(str::to_owned),
            ..transfer(reference, &self.bank, &self.shop, amount)
        };
        self.book.engine.post(request).await.unwrap().family.id
    }

    async fn sound(&self) {
        assert_eq!(self.book.engine.book_check().await.unwrap().problems, [""; 0]);
    }
}

/// D04: a burst that is booked together never passes the floor of its limit.
#[tokio::test]
async fn a_burst_with_an_overdraft_limit_stops_at_its_floor() {
    let shop = shop("0").await;
    let limited = |reference: String| PostRequest {
        allow_overdraft: true,
        overdraft_limit: Some("50".into()),
        ..transfer(&reference, &shop.bank, &shop.shop, "20")
    };
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (engine, request) = (shop.book.engine.clone(), limited(format!("R-{number}")));
        callers.spawn(async move { engine.post(request).await.map(|_| ()).map_err(|error| error.code()) });
    }
    let outcomes = callers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err("TXN_OVERDRAFT_LIMIT"))));
    assert_eq!(shop.figures().await.0, "-40");
    shop.sound().await;
}

/// D05: a burst of backdated postings keeps its days.
#[tokio::test]
async fn a_backdated_burst_keeps_its_days() {
    let shop = shop("1000").await;
    let items = (1..=28).map(|day| PostRequest {
        effective_date: Some(format!("2026-02-{day:02}")),
        ..transfer(&format!("R-{day}"), &shop.bank, &shop.shop, "1")
    });
    let outcome = shop.book.engine.bulk_post(BulkRequest { items: items.collect(), atomic: false }).await.unwrap();
    assert_eq!(outcome.posted, 28);
    for (row, day) in outcome.rows.iter().zip(1..) {
        let family = shop.book.engine.transaction_get(row.id.as_ref().unwrap()).await.unwrap().family;
        assert_eq!(family.date, format!("2026-02-{day:02}"));
    }
    let at = shop.book.engine.balance_get(&shop.shop, Some("2026-02-10")).await.unwrap();
    assert_eq!(at.row.figures.balance, "10");
}

/// D11: a hold that was committed in full and then passes its expiry changes nothing, and takes nothing from other holds.
#[tokio::test]
async fn an_expiry_after_the_commit_takes_nothing_from_other_holds() {
    let shop = shop("1000").await;
    let committed = shop.hold("H-1", "300", Some("2026-11-20T00:00:00Z")).await;
    let other = shop.hold("H-2", "300", None).await;
    let item = CommitItem { id: committed.clone(), ..CommitItem::default() };
    assert!(shop.book.engine.holds_commit(vec![item.clone()]).await.unwrap().rows[0].ok);
    shop.book.clock.set("2026-11-21T00:00:00Z".parse().unwrap());
    assert_eq!(shop.book.engine.expire_holds().await.unwrap(), 0);
    assert_eq!(shop.figures().await, ("700".into(), "300".into()));
    let state = |detail: engine::api::transactions::TransactionDetail| detail.family.state;
    assert_eq!(state(shop.book.engine.transaction_get(&committed).await.unwrap()), FamilyState::Committed);
    assert_eq!(state(shop.book.engine.transaction_get(&other).await.unwrap()), FamilyState::Held);
    let again = shop.book.engine.holds_commit(vec![item]).await.unwrap();
    assert_eq!(again.rows[0].code.as_deref(), Some("TXN_ALREADY_COMMITTED"));
    shop.sound().await;
}

/// D13: what is only accepted cannot be committed or let go, and takes nothing from other holds.
#[tokio::test]
async fn a_hold_is_not_committed_before_it_exists() {
    let shop = shop("1000").await;
    shop.hold("H", "100", None).await;
    let request = PostRequest { hold: true, ..transfer("LATER", &shop.bank, &shop.shop, "50") };
    let waiting = shop.book.engine.schedule(request, "2026-12-01T00:00:00Z").await.unwrap().id;
    let commit = CommitItem { id: waiting.clone(), ..CommitItem::default() };
    let refused = shop.book.engine.holds_commit(vec![commit]).await.unwrap();
    assert_eq!(refused.rows[0].code.as_deref(), Some("NOT_FOUND"));
    let items = vec![VoidItem { id: waiting, ..VoidItem::default() }];
    let refused = shop.book.engine.holds_void(VoidRequest { items, reason: "x".into(), note: None }).await.unwrap();
    assert_eq!(refused.rows[0].code.as_deref(), Some("NOT_FOUND"));
    assert_eq!(shop.figures().await, ("1000".into(), "100".into()));
    shop.sound().await;
}

/// D24: metadata of 64 KB is taken and given back whole.
#[tokio::test]
async fn large_metadata_is_kept_whole() {
    let shop = shop("1000").await;
    let metadata = json!({ "note": "ä:|\"\u{1f9fe}".repeat(9_000), "list": [1, 2, { "deep": null }] });
    assert!(metadata.to_string().len() > 64 * 1024);
    let request = PostRequest { metadata: Some(metadata.clone()), ..transfer("R", &shop.bank, &shop.shop, "1") };
    let posted = shop.book.engine.post(request.clone()).await.unwrap();
    assert_eq!(posted.metadata.as_ref(), Some(&metadata));
    let read = shop.book.engine.transaction_get(&posted.family.id).await.unwrap();
    assert_eq!(read.metadata, Some(metadata));
    assert!(shop.book.engine.post(request).await.unwrap().existing);
    shop.sound().await;
}

/// F33: many voids at once, each with its own outcome.
#[tokio::test]
async fn many_holds_are_let_go_at_once_each_by_itself() {
    let shop = shop("1000").await;
    let mut items = Vec::new();
    for number in 0..30 {
        let id = shop.hold(&format!("H-{number}"), "10", None).await;
        items.push(VoidItem { id, ..VoidItem::default() });
    }
    items.push(items[0].clone());
    items.push(VoidItem { id: "txn_none".into(), ..VoidItem::default() });
    let request = VoidRequest { items, reason: "Order cancelled".into(), note: None };
    let outcome = shop.book.engine.holds_void(request).await.unwrap();
    assert_eq!((outcome.done, outcome.failed), (30, 2));
    assert_eq!(outcome.rows[30].code.as_deref(), Some("TXN_ALREADY_VOIDED"));
    assert_eq!(outcome.rows[31].code.as_deref(), Some("NOT_FOUND"));
    assert_eq!(shop.figures().await, ("1000".into(), "0".into()));
    shop.sound().await;
}

/// What a posting is answered with is what is read of it afterwards, for every kind of posting.
#[tokio::test]
async fn the_answer_to_a_posting_is_what_is_stored() {
    let shop = shop("1000").await;
    let plain = transfer("P", &shop.bank, &shop.shop, "10");
    let dated = PostRequest {
        effective_date: Some("2026-01-31".into()),
        description: "Rent, “January”".into(),
        metadata: Some(json!({ "b": 1, "a": [true, null] })),
        ..transfer("D", &shop.bank, &shop.shop, "10")
    };
    let hold = PostRequest {
        hold: true,
        expires_at: Some("2026-12-01T00:00:00.123456789Z".into()),
        ..transfer("H", &shop.bank, &shop.shop, "10")
    };
    for request in [plain, dated, hold] {
        let answered = shop.book.engine.post(request).await.unwrap();
        assert_eq!(shop.book.engine.transaction_get(&answered.family.id).await.unwrap(), answered);
    }
    let refund = shop
        .book
        .engine
        .refund_request(&shop.book.engine.post(transfer("X", &shop.bank, &shop.shop, "5")).await.unwrap().family.id)
        .await
        .unwrap();
    let answered = shop.book.engine.post(refund).await.unwrap();
    assert_eq!(shop.book.engine.transaction_get(&answered.family.id).await.unwrap(), answered);
}

/// A balance that stands twice in a split gets both parts.
#[tokio::test]
async fn a_balance_that_stands_twice_in_a_split_gets_both_parts() {
    use engine::api::bulk::{EntryForm, EntryRequest, EntryShare};
    let shop = shop("1000").await;
    let share = |share: &str| EntryShare { balance: shop.shop.clone(), share: share.into() };
    let request = EntryRequest {
        reference: "S".into(),
        currency: "EUR".into(),
        description: String::new(),
        effective_date: None,
        hold: false,
        expires_at: None,
        commits_at: None,
        allow_overdraft: false,
        metadata: None,
        create_indicators: false,
        signed_reason: None,
        form: EntryForm::Split {
            whole: shop.bank.clone(),
            whole_is_source: true,
            amount: "101".into(),
            shares: vec![share("50%"), share("50%")],
        },
    };
    let legs = shop.book.engine.entry_post(request).await.unwrap().legs;
    assert_eq!(legs.iter().map(|leg| leg.amount.as_str()).collect::<Vec<_>>(), ["51", "50"]);
    assert_eq!(shop.book.engine.balance_get(&shop.shop, None).await.unwrap().row.figures.balance, "101");
    shop.sound().await;
}

/// D18: the balance of any day equals what the postings up to it add up to, whenever they were entered.
#[tokio::test]
async fn balances_of_past_days_equal_a_replay_of_everything() {
    let shop = shop("0").await;
    // A fixed sequence without pattern: days jump back and forth, holds are committed late and for other days.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |end: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % end
    };
    let mut moved: Vec<(String, i64)> = Vec::new();
    for number in 0..120 {
        let day = format!("2026-{:02}-{:02}", 1 + next(10), 1 + next(28));
        let amount = 1 + next(500);
        let out = next(2) == 0;
        let (from, to) = if out { (&shop.bank, &shop.shop) } else { (&shop.shop, &shop.bank) };
        let hold = next(3) == 0;
        let request = PostRequest {
            hold,
            allow_overdraft: true,
            effective_date: Some(day.clone()),
            ..transfer(&format!("R-{number}"), from, to, &amount.to_string())
        };
        let id = shop.book.engine.post(request).await.unwrap().family.id;
        let sign = if out { -1 } else { 1 };
        if !hold {
            moved.push((day, sign * amount as i64));
        } else if next(2) == 0 {
            let part = 1 + next(amount);
            let on = format!("2026-{:02}-{:02}", 1 + next(10), 1 + next(28));
            let item =
                CommitItem { id, amount: Some(part.to_string()), date: Some(on.clone()), ..CommitItem::default() };
            assert!(shop.book.engine.holds_commit(vec![item]).await.unwrap().rows[0].ok);
            moved.push((on, sign * part as i64));
        }
    }
    for day in ["2025-12-31", "2026-01-01", "2026-03-15", "2026-06-30", "2026-09-09", "2026-10-28", "2026-11-19"] {
        let expected: i64 = moved.iter().filter(|(on, _)| on.as_str() <= day).map(|(_, amount)| amount).sum();
        let stored = shop.book.engine.balance_get(&shop.bank, Some(day)).await.unwrap().row.figures.balance;
        assert_eq!(stored, expected.to_string(), "{day}");
    }
    shop.sound().await;
}

/// F53: metadata is merged key by key beside a journal that never changes.
#[tokio::test]
async fn metadata_is_merged_key_by_key_and_the_journal_stays() {
    let shop = shop("1000").await;
    let engine = &shop.book.engine;
    let request =
        PostRequest { metadata: Some(json!({ "a": 1, "b": "x" })), ..transfer("R", &shop.bank, &shop.shop, "1") };
    let id = engine.post(request.clone()).await.unwrap().family.id;
    let merged = engine.metadata_merge(&id, json!({ "b": { "c": [1] }, "d": true, "a": null })).await.unwrap();
    assert_eq!(merged, json!({ "b": { "c": [1] }, "d": true }));
    assert_eq!(engine.transaction_get(&id).await.unwrap().metadata, Some(merged));
    assert!(engine.post(request).await.unwrap().existing, "it is still the same posting");
    let merged = engine.metadata_merge(&id, json!({ "a": 2 })).await.unwrap();
    assert_eq!(merged, json!({ "a": 2, "b": { "c": [1] }, "d": true }));
    for object in [&shop.bank, &shop.book.ledger] {
        assert_eq!(engine.metadata_merge(object, json!({ "k": "v" })).await.unwrap(), json!({ "k": "v" }));
        assert_eq!(engine.metadata_merge(object, json!({ "k": null })).await.unwrap(), json!({}));
    }
    assert_eq!(engine.metadata_merge("txn_none", json!({})).await.unwrap_err().code(), "NOT_FOUND");
    assert_eq!(engine.metadata_merge(&id, json!([1])).await.unwrap_err().code(), "INVALID_INPUT");
    let much = json!({ "k": "x".repeat(300 * 1024) });
    assert_eq!(engine.metadata_merge(&id, much).await.unwrap_err().code(), "INVALID_INPUT");
    shop.sound().await;
}
