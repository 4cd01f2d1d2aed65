//! Postings that are accepted without waiting until they are booked, and the settings of a book that say what is checked
//! when.

use engine::api::book::BookSettings;
use engine::api::bulk::BulkRequest;
use engine::api::monitors::MonitorRequest;
use engine::api::scheduled::{ScheduledRow, ScheduledStateWord};
use engine::api::transactions::{CommitItem, PostRequest};

use crate::support::{TestBook, transfer};

struct Shop {
    book: TestBook,
    bank: String,
    shop: String,
}

async fn shop(intake_check: bool) -> Shop {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let settings = BookSettings { intake_check, ..BookSettings::default() };
    book.engine.book_settings_set(settings).await.unwrap();
    Shop { book, bank, shop }
}

impl Shop {
    fn order(&self, reference: &str, amount: &str) -> PostRequest {
        transfer(reference, &self.bank, &self.shop, amount)
    }

    async fn queue(&self, reference: &str, amount: &str) -> Result<ScheduledRow, &'static str> {
        let answer = self.book.engine.queue(vec![self.order(reference, amount)]).await.pop().unwrap();
        answer.map_err(|error| error.code())
    }

    async fn row(&self, id: &str) -> ScheduledRow {
        self.book.engine.scheduled_get(id).await.unwrap()
    }

    async fn balance(&self) -> String {
        self.book.engine.balance_get(&self.bank, None).await.unwrap().row.figures.balance
    }
}

#[tokio::test]
async fn what_is_queued_is_accepted_first_and_booked_once() {
    let shop = shop(true).await;
    let row = shop.queue("Q1", "40").await.unwrap();
    assert_eq!((row.state, row.queued, row.transaction_id), (ScheduledStateWord::Waiting, true, None));
    assert_eq!(shop.balance().await, "100", "it counts for nothing until it is booked");
    let waits = shop.book.engine.balance_get(&shop.bank, None).await.unwrap();
    assert_eq!((waits.scheduled_in.as_str(), waits.scheduled_out.as_str()), ("0", "40"), "and is told as what waits");
    let again = shop.queue("Q1", "40").await.unwrap();
    assert_eq!((again.id, again.existing), (row.id.clone(), true), "sent again it is one id with one outcome");

    // The book is closed and opened: it is found and booked.
    let shop = Shop { book: shop.book.reopen().await, ..shop };
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0, "opening did it already");
    let done = shop.row(&row.id).await;
    assert_eq!((done.state, done.reason), (ScheduledStateWord::Posted, None));
    assert_eq!(shop.balance().await, "60");
    let booked = shop.book.engine.transaction_get(&done.transaction_id.unwrap()).await.unwrap().family;
    assert_eq!((booked.reference.as_str(), booked.actor.as_str()), ("Q1", "Orla Keane"), "whoever asked posted it");
    // Also on a later day, and also when it is booked; other content is another matter.
    shop.book.clock.set("2026-11-25T10:24:00Z".parse().unwrap());
    let again = shop.queue("Q1", "40").await.unwrap();
    assert_eq!((again.id, again.existing, again.state), (row.id, true, ScheduledStateWord::Posted));
    assert_eq!(shop.queue("Q1", "41").await, Err("TXN_DUPLICATE_REFERENCE"));
    assert_eq!(shop.balance().await, "60");
    assert_eq!(shop.book.engine.book_check().await.unwrap().problems, [""; 0]);
}

#[tokio::test]
async fn a_reference_is_reserved_for_what_waits_under_it() {
    let shop = shop(true).await;
    let first = shop.queue("R1", "40").await.unwrap();
    let codes = async |reference: &str| {
        let posting = shop.book.engine.post(shop.order(reference, "10")).await.err().map(|error| error.code());
        let items = vec![shop.order(reference, "10")];
        let bulk = shop.book.engine.bulk_post(BulkRequest { items, atomic: false }).await.unwrap();
        let hold = PostRequest { hold: true, ..shop.order("", "10") };
        let hold = shop.book.engine.post(hold).await.unwrap().family.id;
        let commit = CommitItem { id: hold, reference: Some(reference.to_owned()), ..CommitItem::default() };
        let decided = shop.book.engine.holds_commit(vec![commit]).await.unwrap();
        [posting.map(str::to_owned), bulk.rows[0].code.clone(), decided.rows[0].code.clone()]
    };
    let taken = || Some("TXN_DUPLICATE_REFERENCE".to_owned());
    assert_eq!(codes("R1").await, [taken(), taken(), taken()]);
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 1, "nothing took its place");
    assert_eq!(shop.row(&first.id).await.state, ScheduledStateWord::Posted);
    // One that is changed keeps to the rule as well, and one that is cancelled frees its reference.
    let later = shop.book.engine.schedule(shop.order("R2", "1"), "2026-12-01T00:00:00Z").await.unwrap();
    let edit = shop.book.engine.scheduled_edit(&later.id, shop.order("R1", "1"), "2026-12-01T00:00:00Z").await;
    assert_eq!(edit.unwrap_err().code(), "TXN_DUPLICATE_REFERENCE");
    assert_eq!(codes("R2").await[0], taken());
    // What it is changed into may keep its own reference.
    for (waiting, ok) in [(None, false), (Some(&*later.id), true)] {
        let preview = shop.book.engine.post_preview_of(shop.order("R2", "1"), waiting).await.unwrap();
        let check = preview.checks.iter().find(|check| check.kind == "reference").unwrap();
        assert_eq!(check.ok, ok, "{}", check.text);
    }
    let again = shop.book.engine.schedule(shop.order("R2", "1"), "2026-12-01T00:00:00Z").await.unwrap();
    assert_eq!((&again.id, again.existing), (&later.id, true));
    shop.book.engine.scheduled_cancel(&later.id, "Not needed").await.unwrap();
    assert_eq!(codes("R2").await[0], None);
}

#[tokio::test]
async fn a_queue_is_booked_in_its_order_and_what_is_refused_keeps_its_reason() {
    let shop = shop(false).await;
    // The third needs what the second brings back, and the fourth has nothing left: order decides.
    let back = PostRequest { source: shop.shop.clone(), destination: shop.bank.clone(), ..shop.order("B", "30") };
    let orders = vec![shop.order("A", "80"), back, shop.order("C", "50"), shop.order("D", "1")];
    let rows: Vec<_> = shop.book.engine.queue(orders).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 3);
    let mut states = Vec::new();
    for row in &rows {
        let row = shop.row(&row.id).await;
        states.push((row.reference, row.state, row.reason));
    }
    let posted = |reference: &str| (reference.to_owned(), ScheduledStateWord::Posted, None);
    assert_eq!(states[..3], [posted("A"), posted("B"), posted("C")]);
    assert_eq!(states[3].1, ScheduledStateWord::Rejected);
    assert!(states[3].2.as_ref().is_some_and(|reason| reason.contains("0.00")), "{:?}", states[3]);
    assert_eq!(shop.balance().await, "0");
    // A clock that is set back changes neither the order nor what is due.
    let back = PostRequest { source: shop.shop.clone(), destination: shop.bank.clone(), ..shop.order("E", "5") };
    let first = shop.book.engine.queue(vec![back]).await.pop().unwrap().unwrap();
    shop.book.clock.set("2026-11-18T10:24:00Z".parse().unwrap());
    let second = shop.queue("F", "5").await.unwrap();
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 2);
    for id in [first.id, second.id] {
        assert_eq!(shop.row(&id).await.state, ScheduledStateWord::Posted);
    }
    // It ended: nothing books it any more, also when there is money.
    shop.book.fund(&shop.bank, "EUR", "10").await;
    assert_eq!(shop.book.engine.post_due().await.unwrap(), 0);
    assert_eq!(shop.balance().await, "10");
}

#[tokio::test]
async fn funds_are_checked_at_intake_where_the_book_says_so() {
    let checked = shop(true).await;
    assert_eq!(checked.queue("R", "101").await, Err("TXN_INSUFFICIENT_FUNDS"));
    assert_eq!(checked.book.engine.scheduled_page(Default::default()).await.unwrap().total, 0, "nothing was accepted");
    // Just all of it goes through: what is looked at does not count against itself.
    let all = checked.queue("S", "100").await.unwrap();
    assert_eq!(checked.book.engine.post_due().await.unwrap(), 1);
    assert_eq!(checked.row(&all.id).await.state, ScheduledStateWord::Posted);

    let unchecked = shop(false).await;
    let row = unchecked.queue("R", "101").await.unwrap();
    assert_eq!(unchecked.book.engine.post_due().await.unwrap(), 0);
    let row = unchecked.row(&row.id).await;
    assert_eq!(row.state, ScheduledStateWord::Rejected);
    assert!(row.reason.is_some() && row.transaction_id.is_none());
    // What is no posting at all is refused either way.
    assert_eq!(unchecked.queue("T", "-1").await, Err("INVALID_INPUT"));
}

#[tokio::test]
async fn the_settings_of_a_book_decide_where_nobody_says_otherwise() {
    let shop = shop(true).await;
    let watch = |repeat| MonitorRequest {
        balance_id: shop.bank.clone(),
        field: "balance".into(),
        operator: "<".into(),
        value: "90".into(),
        repeat,
        ..MonitorRequest::default()
    };
    let set = |monitors_repeat| {
        let settings = BookSettings { monitors_repeat, ..BookSettings::default() };
        shop.book.engine.book_settings_set(settings)
    };
    let once = shop.book.engine.monitor_create(watch(None)).await.unwrap();
    assert_eq!(set(true).await.unwrap().settings, BookSettings { monitors_repeat: true, ..BookSettings::default() });
    let each = shop.book.engine.monitor_create(watch(None)).await.unwrap();
    let said = shop.book.engine.monitor_create(watch(Some(false))).await.unwrap();
    assert_eq!((once.repeat, each.repeat, said.repeat), (false, true, false));
    for number in 0..3 {
        shop.book.transfer(&format!("P{number}"), &shop.bank, &shop.shop, "20").await.unwrap();
    }
    let told = shop.book.engine.monitor_alerts().await.unwrap();
    let times = |id: &str| told.iter().filter(|alert| alert.monitor_id == id).count();
    assert_eq!((times(&once.id), times(&each.id), times(&said.id)), (1, 3, 1));

    let history = shop.book.engine.history_page(Default::default()).await.unwrap();
    let changed: Vec<_> = history.rows.iter().filter(|row| row.what.kind == "book.settings_changed").collect();
    assert_eq!(changed.len(), 1, "a choice that changes nothing is no event");
}

/// What waits decides on money later: whoever changes it past the program is found before that.
#[tokio::test]
async fn what_waits_is_held_against_its_history() {
    let shop = shop(true).await;
    let queued = shop.queue("Q1", "40").await.unwrap();
    let hold = PostRequest {
        hold: true,
        expires_at: Some("2026-12-24T09:00:00Z".into()),
        commits_at: Some("2026-12-20T09:00:00Z".into()),
        ..shop.order("H1", "10")
    };
    shop.book.engine.post(hold).await.unwrap();
    assert_eq!(shop.book.engine.book_check().await.unwrap().problems, [""; 0]);
    let mut raw = crate::raw::Raw::of(&shop.book).await;
    let sql = raw.either(
        "UPDATE scheduled SET request = json_set(request, '$.amount', '4000')",
        "UPDATE scheduled SET request = jsonb_set(request::jsonb, '{amount}', '\"4000\"')::text::json",
    );
    let sql = sql.to_owned();
    raw.execute(&sql).await.unwrap();
    raw.execute("UPDATE hold SET commits_at = 1").await.unwrap();
    let problems = shop.book.engine.book_check().await.unwrap().problems;
    let waiting =
        "The posting Q1, which waits, is not what the history says: it was changed by other means.".to_owned();
    assert!(problems.contains(&waiting), "{problems:?}");
    let hold = "H1 is to decide on itself at another time than its history says.".to_owned();
    assert!(problems.contains(&hold), "{problems:?}");
    drop(queued);
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_not_lost() {
    let shop = shop(false).await;
    shop.book.engine.close().await;
    let engine =
        engine::Engine::new(shop.book.place.open(&shop.book.path).await, shop.book.clock.clone(), "Orla Keane");
    let engine = engine.with_queue_limit(2);
    let orders = ["A", "B", "C"].map(|reference| shop.order(reference, "1"));
    let answers = engine.queue(orders.to_vec()).await;
    let codes: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().map(|error| error.code())).collect();
    assert_eq!(codes, [None, None, Some("QUEUE_FULL")]);
    let later = engine.schedule(shop.order("D", "1"), "2026-12-24T09:00:00Z").await;
    assert_eq!(later.unwrap_err().code(), "QUEUE_FULL");
    assert_eq!(engine.post_due().await.unwrap(), 2);
    // There is room again.
    assert!(engine.queue(vec![shop.order("C", "1")]).await.pop().unwrap().is_ok());
    engine.close().await;
}

/// The id that a posting was accepted under finds what it became.
#[tokio::test]
async fn an_accepted_id_stands_for_what_was_booked() {
    let shop = shop(false).await;
    let accepted = shop.queue("Q-1", "40").await.unwrap();
    let waits = shop.book.engine.transaction_called(&accepted.id).await.unwrap_err();
    assert_eq!(waits.code(), "NOT_POSTED");
    assert!(waits.sentence().starts_with("Q-1 was accepted and still waits"), "{}", waits.sentence());
    let refused = shop.queue("Q-2", "90000").await.unwrap();
    shop.book.engine.post_due().await.unwrap();
    let booked = shop.book.engine.transaction_called(&accepted.id).await.unwrap();
    assert_eq!(booked.family.reference, "Q-1");
    assert_eq!(shop.book.engine.transaction_called(&refused.id).await.unwrap_err().code(), "NOT_POSTED");
    assert_eq!(shop.book.engine.transaction_called("sch_none").await.unwrap_err().code(), "NOT_FOUND");
}

/// Not every database keeps the character NUL: it is refused before anything is accepted.
#[tokio::test]
async fn what_no_database_keeps_is_not_accepted() {
    let shop = shop(true).await;
    let plain = || transfer("N", &shop.bank, &shop.shop, "1");
    for request in [
        PostRequest { description: "a\0b".into(), ..plain() },
        PostRequest { metadata: Some(serde_json::json!({ "a": ["b\0"] })), ..plain() },
        PostRequest { metadata: Some(serde_json::json!({ "a\0": 1 })), ..plain() },
        PostRequest { destination: "@a\0".into(), create_indicators: true, ..plain() },
    ] {
        let [queued] = &shop.book.engine.queue(vec![request.clone()]).await[..] else { panic!("one answer") };
        assert_eq!(queued.as_ref().unwrap_err().code(), "INVALID_INPUT", "{request:?}");
        assert_eq!(shop.book.engine.post(request).await.unwrap_err().code(), "INVALID_INPUT");
    }
    assert_eq!(shop.book.engine.scheduled_page(Default::default()).await.unwrap().total, 0);
}
