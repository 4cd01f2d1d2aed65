//! Postings that are accepted now and booked later.

use engine::api::scheduled::{ScheduledRow, ScheduledStateWord};
use engine::api::transactions::{FamilyState, PostRequest};

use crate::support::{TestBook, transfer};

// The tests begin on 2026-11-19 at 10:24.
const TOMORROW: &str = "2026-11-20T09:00:00Z";

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
    fn order(&self, reference: &str, amount: &str) -> PostRequest {
        transfer(reference, &self.bank, &self.shop, amount)
    }

    async fn schedule(&self, reference: &str, amount: &str, at: &str) -> ScheduledRow {
        self.book.engine.schedule(self.order(reference, amount), at).await.unwrap()
    }

    fn clock(&self, at: &str) {
        self.book.clock.set(at.parse().unwrap());
    }

    async fn state(&self, id: &str) -> ScheduledStateWord {
        self.book.engine.scheduled_get(id).await.unwrap().state
    }

    async fn balance(&self) -> String {
        self.book.engine.balance_get(&self.bank, None).await.unwrap().row.figures.balance
    }

    async fn sound(&self) {
        assert_eq!(self.book.engine.book_check().await.unwrap().problems, [""; 0]);
    }
}

#[tokio::test]
async fn a_scheduled_posting_is_booked_once_when_its_time_comes() {
    let shop = shop("100").await;
    let row = shop.schedule("R", "40", TOMORROW).await;
    assert_eq!((row.state, row.due_at.as_str(), row.transaction_id), (ScheduledStateWord::Waiting, TOMORROW, None));
    assert_eq!((row.source_name.as_str(), row.destination_name.as_str()), ("Bank", "Shop"));
    assert_eq!(row.request.effective_date.as_deref(), Some("2026-11-20"), "it counts for the day it is due");
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0, "its time has not come");
    assert_eq!(shop.balance().await, "100");

    shop.clock("2026-11-20T08:59:59Z");
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0);
    shop.clock(TOMORROW);
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 1);
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0, "and only once");
    let done = shop.book.engine.scheduled_get(&row.id).await.unwrap();
    assert_eq!(done.state, ScheduledStateWord::Posted);
    let posted = shop.book.engine.transaction_get(&done.transaction_id.unwrap()).await.unwrap().family;
    assert_eq!(
        (posted.reference.as_str(), posted.date.as_str(), posted.actor.as_str()),
        ("R", "2026-11-20", "Orla Keane")
    );
    assert_eq!(shop.balance().await, "60");
    shop.sound().await;
}

#[tokio::test]
async fn a_book_that_was_closed_for_a_week_catches_up_and_keeps_the_days() {
    let shop = shop("100").await;
    let (second, first) =
        (shop.schedule("B", "70", "2026-11-22T09:00:00Z").await, shop.schedule("A", "60", TOMORROW).await);
    shop.clock("2026-11-27T12:00:00Z");
    let Shop { book, bank, shop: other } = shop;
    let shop = Shop { book: book.reopen().await, bank, shop: other };
    // In the order in which they were due: the first takes the money, the second is refused and says why.
    assert_eq!(shop.state(&first.id).await, ScheduledStateWord::Posted);
    let refused = shop.book.engine.scheduled_get(&second.id).await.unwrap();
    assert_eq!(refused.state, ScheduledStateWord::Rejected);
    assert!(refused.reason.unwrap().contains("available"));
    assert!(refused.transaction_id.is_none(), "nothing is both posted and refused");
    let posted = shop.book.engine.scheduled_get(&first.id).await.unwrap().transaction_id.unwrap();
    assert_eq!(shop.book.engine.transaction_get(&posted).await.unwrap().family.date, "2026-11-20");
    // Money that comes later changes nothing about what was refused.
    shop.book.fund(&shop.bank, "EUR", "1000").await;
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0);
    assert_eq!(shop.state(&second.id).await, ScheduledStateWord::Rejected);
    shop.sound().await;
}

#[tokio::test]
async fn a_clock_that_jumps_books_nothing_early_and_nothing_twice() {
    let shop = shop("100").await;
    let row = shop.schedule("R", "10", TOMORROW).await;
    shop.clock("2026-11-18T00:00:00Z");
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0);
    shop.clock("2026-12-24T00:00:00Z");
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 1);
    shop.clock("2026-11-19T00:00:00Z");
    shop.clock(TOMORROW);
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0);
    assert_eq!((shop.balance().await.as_str(), shop.state(&row.id).await), ("90", ScheduledStateWord::Posted));
    shop.sound().await;
}

#[tokio::test]
async fn what_waits_can_be_changed_or_cancelled_and_what_ended_cannot() {
    let shop = shop("100").await;
    let (edited, cancelled) = (shop.schedule("E", "10", TOMORROW).await, shop.schedule("C", "20", TOMORROW).await);
    let later = "2026-11-21T09:00:00Z";
    let changed = shop.book.engine.scheduled_edit(&edited.id, shop.order("E", "11"), later).await.unwrap();
    assert_eq!((changed.amount.as_str(), changed.due_at.as_str()), ("11", later));
    assert_eq!(shop.book.engine.scheduled_cancel(&cancelled.id, "  ").await.unwrap_err().code(), "INVALID_INPUT");
    let gone = shop.book.engine.scheduled_cancel(&cancelled.id, "Paid by card").await.unwrap();
    assert_eq!((gone.state, gone.reason.as_deref()), (ScheduledStateWord::Cancelled, Some("Paid by card")));
    let waiting = shop.book.engine.scheduled_list(true).await.unwrap();
    assert_eq!(waiting.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>(), ["E"]);
    assert_eq!(shop.book.engine.scheduled_list(false).await.unwrap().len(), 2);

    shop.clock(later);
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 1);
    assert_eq!(shop.balance().await, "89");
    for id in [&edited.id, &cancelled.id] {
        let edit = shop.book.engine.scheduled_edit(id, shop.order("X", "1"), later).await.unwrap_err();
        assert_eq!(edit.code(), "SCHEDULED_ENDED");
        assert_eq!(shop.book.engine.scheduled_cancel(id, "Late").await.unwrap_err().code(), "SCHEDULED_ENDED");
    }
    assert_eq!(shop.book.engine.scheduled_cancel("sch_none", "x").await.unwrap_err().code(), "NOT_FOUND");
    shop.sound().await;
}

#[tokio::test]
async fn what_could_never_be_booked_is_not_accepted() {
    let shop = shop("0").await;
    let cases = [
        (PostRequest { amount: "0".into(), ..shop.order("R", "1") }, "INVALID_INPUT"),
        (PostRequest { currency: "USD".into(), ..shop.order("R", "1") }, "CURRENCY_MISMATCH"),
        (PostRequest { destination: shop.bank.clone(), ..shop.order("R", "1") }, "SELF_TRANSFER"),
        (PostRequest { source: "bln_none".into(), ..shop.order("R", "1") }, "NOT_FOUND"),
        (PostRequest { destination: "@nobody".into(), ..shop.order("R", "1") }, "UNKNOWN_INDICATOR"),
        (
            PostRequest { hold: true, expires_at: Some("2026-11-20T08:00:00Z".into()), ..shop.order("R", "1") },
            "INVALID_INPUT",
        ),
    ];
    for (request, code) in cases {
        let refused = shop.book.engine.schedule(request.clone(), TOMORROW).await.unwrap_err();
        assert_eq!(refused.code(), code, "{request:?}");
    }
    assert_eq!(shop.book.engine.schedule(shop.order("R", "1"), "soon").await.unwrap_err().code(), "INVALID_INPUT");
    // Money may come until then.
    let first = shop.schedule("R", "5", TOMORROW).await;
    let twice = shop.book.engine.schedule(shop.order("R", "5"), TOMORROW).await.unwrap();
    assert_eq!((twice.id, twice.existing), (first.id, true), "asked again it is the same");
    for (amount, at) in [("6", TOMORROW), ("5", "2026-11-21T09:00:00Z")] {
        let other = shop.book.engine.schedule(shop.order("R", amount), at).await.unwrap_err();
        assert_eq!(other.code(), "TXN_DUPLICATE_REFERENCE");
    }
    shop.book.fund(&shop.bank, "EUR", "5").await;
    shop.clock(TOMORROW);
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 1);
    assert_eq!(shop.balance().await, "0");
    let taken = shop.book.engine.schedule(shop.order("R", "1"), "2026-11-21T09:00:00Z").await.unwrap_err();
    assert_eq!(taken.code(), "TXN_DUPLICATE_REFERENCE");
    shop.sound().await;
}

#[tokio::test]
async fn what_is_due_already_is_booked_at_once_and_a_hold_is_placed() {
    let shop = shop("100").await;
    let row = shop.schedule("NOW", "10", "2026-11-19T10:00:00Z").await;
    assert_eq!(row.state, ScheduledStateWord::Posted);
    let hold = PostRequest { hold: true, expires_at: Some("2026-11-22T00:00:00Z".into()), ..shop.order("H", "20") };
    let row = shop.book.engine.schedule(hold, TOMORROW).await.unwrap();
    shop.clock(TOMORROW);
    shop.book.engine.time_passed().await.unwrap();
    let id = shop.book.engine.scheduled_get(&row.id).await.unwrap().transaction_id.unwrap();
    assert_eq!(shop.book.engine.transaction_get(&id).await.unwrap().family.state, FamilyState::Held);
    shop.clock("2026-11-22T00:00:00Z");
    shop.book.engine.time_passed().await.unwrap();
    assert_eq!(shop.book.engine.transaction_get(&id).await.unwrap().family.state, FamilyState::Expired);
    shop.sound().await;
}
