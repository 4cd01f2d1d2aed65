//! Postings that are accepted now and booked later.

use engine::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
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

    /// How many there are under a filter, and the references of the first page.
    async fn listed(
        &self,
        conditions: &[(&str, FilterTest, &str)],
        text: Option<&str>,
        (field, descending): (&str, bool),
    ) -> (u64, Vec<String>) {
        let condition = |(field, test, value): &(&str, FilterTest, &str)| FilterCondition {
            field: (*field).into(),
            test: *test,
            values: vec![(*value).into()],
        };
        let query = ListQuery {
            conditions: conditions.iter().map(condition).collect(),
            text: text.map(Into::into),
            sort: vec![SortKey { field: field.into(), descending }],
            limit: 500,
            ..ListQuery::default()
        };
        let page = self.book.engine.scheduled_page(query).await.unwrap();
        (page.total, page.rows.into_iter().map(|row| row.reference).collect())
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
    assert_eq!(shop.listed(&[("state", FilterTest::Is, "waiting")], None, ("due", false)).await, (1, vec!["E".into()]));
    assert_eq!(shop.book.engine.scheduled_page(ListQuery::default()).await.unwrap().total, 2);

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

#[tokio::test]
async fn all_of_a_long_queue_is_listed_by_pages() {
    let shop = shop("100").await;
    let queued = (0..600).map(|number| shop.order(&format!("Q-{number:03}"), "1")).collect();
    for row in shop.book.engine.queue(queued).await {
        row.unwrap();
    }
    let page = async |offset| {
        let query = ListQuery { offset, limit: 250, ..ListQuery::default() };
        shop.book.engine.scheduled_page(query).await.unwrap()
    };
    let mut seen = Vec::new();
    for offset in [0, 250, 500, 750] {
        let page = page(offset).await;
        assert_eq!(page.total, 600);
        seen.extend(page.rows.into_iter().map(|row| row.reference));
    }
    assert_eq!(seen, (0..600).map(|number| format!("Q-{number:03}")).collect::<Vec<_>>(), "in the order of their turn");
    // What was refused is found however long ago it was.
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 100, "for the others there is no money");
    let (rejected, names) = shop.listed(&[("state", FilterTest::Is, "rejected")], None, ("due", true)).await;
    assert_eq!((rejected, names.last().map(String::as_str)), (500, Some("Q-100")));
    shop.sound().await;
}

#[tokio::test]
async fn what_waits_is_filtered_searched_and_sorted() {
    let shop = shop("100").await;
    let order = |reference: &str, amount: &str, description: &str| PostRequest {
        description: description.into(),
        ..shop.order(reference, amount)
    };
    for (request, at) in [
        (order("B", "123450", "Rent of December"), TOMORROW),
        (order("A", "90", "Fees 100%"), "2026-12-24T09:00:00Z"),
        (order("C", "10000", ""), "2026-11-21T09:00:00Z"),
    ] {
        shop.book.engine.schedule(request, at).await.unwrap();
    }
    let unnamed = PostRequest {
        reference: String::new(),
        source: "@unknown".into(),
        create_indicators: true,
        ..order("", "7", "")
    };
    let [queued] = &shop.book.engine.queue(vec![PostRequest { allow_overdraft: true, ..unnamed }]).await[..] else {
        panic!()
    };
    let queued = queued.as_ref().unwrap().reference.clone();
    let by = async |field, descending| shop.listed(&[], None, (field, descending)).await.1;
    // What is queued is due when it is accepted.
    assert_eq!(by("due", false).await, [&*queued, "B", "C", "A"]);
    assert_eq!(by("amount", false).await, [&*queued, "A", "C", "B"], "by what they are worth, not by their digits");
    assert_eq!(by("reference", true).await[..3], ["C", "B", "A"]);
    let found = async |field, test, value| shop.listed(&[(field, test, value)], None, ("due", false)).await.1;
    assert_eq!(found("description", FilterTest::Contains, "rent").await, ["B"]);
    assert_eq!(found("description", FilterTest::Contains, "100%").await, ["A"]);
    assert_eq!(found("description", FilterTest::LikeAnyCase, "%rent%").await, ["B"]);
    assert_eq!(found("amount", FilterTest::AtLeast, "10000").await, ["B", "C"]);
    assert_eq!(found("due", FilterTest::AtLeast, "2026-11-21T00:00:00Z").await, ["C", "A"]);
    assert_eq!(found("due", FilterTest::AtMost, "2026-11-19T12:00:00Z").await, [&*queued]);
    assert_eq!(found("currency", FilterTest::IsNot, "EUR").await, [""; 0]);
    let said = async |text| shop.listed(&[], Some(text), ("due", false)).await.1;
    assert_eq!(said("december rent").await, ["B"]);
    assert_eq!(said("1,234.50").await, ["B"]);
    assert_eq!(said("100%").await, ["A"]);
    assert_eq!(said("shop").await.len(), 4, "by the names of the balances");
    assert_eq!(said("@unknown").await, [&*queued]);
    let wrong = ListQuery { sort: vec![SortKey { field: "mood".into(), descending: false }], ..ListQuery::default() };
    assert!(shop.book.engine.scheduled_page(wrong).await.is_err());
}
