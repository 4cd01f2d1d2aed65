//! Holds that commit themselves: on their day, after the book was closed, and where the books say no.

use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::{FamilyRow, FamilyState, PostRequest};
use engine::drafts::{Draft, Drafts};

use crate::support::{TestBook, transfer};

const SOON: &str = "2026-11-20T09:00:00Z";
const LATER: &str = "2026-11-21T09:00:00Z";

struct Desk {
    book: TestBook,
    till: String,
    rent: String,
}

impl Desk {
    async fn new() -> Self {
        let book = TestBook::new().await;
        let (till, rent) = (book.balance("Till", "EUR").await, book.claim("Rent").await);
        book.fund(&till, "EUR", "1000").await;
        Self { book, till, rent }
    }

    fn hold(&self, reference: &str, commits_at: Option<&str>) -> PostRequest {
        let commits_at = commits_at.map(str::to_owned);
        PostRequest { hold: true, commits_at, ..transfer(reference, &self.till, &self.rent, "300") }
    }

    async fn family(&self, id: &str) -> FamilyRow {
        self.book.engine.transaction_get(id).await.unwrap().family
    }

    fn at(&self, time: &str) {
        self.book.clock.set(time.parse().unwrap());
    }

    async fn sound(&self) {
        assert_eq!(self.book.engine.book_check().await.unwrap().problems, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_still_held_is_booked_when_its_time_comes() {
    let desk = Desk::new().await;
    let made = desk.book.engine.post(desk.hold("RENT", Some(SOON))).await.unwrap().family;
    assert_eq!(made.commits_at.as_deref(), Some(SOON));
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 0, "not before");
    let part =
        engine::api::transactions::CommitItem { id: made.id.clone(), amount: Some("100".into()), ..Default::default() };
    assert!(desk.book.engine.holds_commit(vec![part]).await.unwrap().rows[0].ok);
    desk.at(SOON);
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 1);
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 0, "once");
    let detail = desk.book.engine.transaction_get(&made.id).await.unwrap();
    assert_eq!((detail.family.state, detail.family.committed.as_deref()), (FamilyState::Committed, Some("300")));
    let last = detail.rows.last().unwrap();
    assert_eq!((last.amount.as_str(), last.actor.as_str()), ("200", engine::SYSTEM_ACTOR));
    desk.sound().await;
}

#[tokio::test]
async fn after_a_week_closed_a_hold_commits_before_it_expires_and_others_run_out() {
    let desk = Desk::new().await;
    let both = PostRequest { expires_at: Some(LATER.into()), ..desk.hold("BOTH", Some(SOON)) };
    let both = desk.book.engine.post(both).await.unwrap().family.id;
    let expiring = PostRequest { expires_at: Some(SOON.into()), ..desk.hold("RUNS-OUT", None) };
    let expiring = desk.book.engine.post(expiring).await.unwrap().family.id;
    desk.at("2026-11-27T09:00:00Z");
    let desk = Desk { book: desk.book.reopen().await, ..desk };
    assert_eq!(desk.family(&both).await.state, FamilyState::Committed, "opening the book catches up");
    assert_eq!(desk.family(&expiring).await.state, FamilyState::Expired);
    // A clock that goes back changes nothing that was decided.
    desk.at(SOON);
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 0);
    desk.sound().await;
}

#[tokio::test]
async fn a_hold_that_cannot_be_booked_stays_held_and_is_told_until_it_expires() {
    let desk = Desk::new().await;
    let day = Some("2026-11-19".to_owned());
    let held = PostRequest { effective_date: day.clone(), ..desk.hold("STAYS", Some(SOON)) };
    let stays = desk.book.engine.post(held).await.unwrap().family.id;
    let expires_at = Some(LATER.to_owned());
    let held = PostRequest { effective_date: day, expires_at, ..desk.hold("EXPIRES", Some(SOON)) };
    let expires = desk.book.engine.post(held).await.unwrap().family.id;
    let fine =
        desk.book.engine.post(PostRequest { amount: "1".into(), ..desk.hold("FINE", Some(LATER)) }).await.unwrap();
    desk.at(SOON);
    desk.book.engine.period_close("2026-11-19").await.unwrap();
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 0);
    assert_eq!(desk.family(&stays).await.state, FamilyState::Held);
    let told = desk.book.engine.overview_attention().await.unwrap();
    let told: Vec<String> = told.iter().map(|row| format!("{} {}", row.title, row.text)).collect();
    assert!(told.iter().any(|text| text.contains("STAYS could not commit itself")), "{told:?}");
    desk.at(LATER);
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 1, "the one that expires now");
    assert_eq!(
        (desk.family(&expires).await.state, desk.family(&stays).await.state),
        (FamilyState::Expired, FamilyState::Held)
    );
    assert_eq!(desk.family(&fine.family.id).await.state, FamilyState::Held, "its day lies in the closed period too");
    desk.book.engine.period_reopen(None, "Late rent").await.unwrap();
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 2);
    assert_eq!(desk.family(&stays).await.state, FamilyState::Committed);
    let told = desk.book.engine.overview_attention().await.unwrap();
    assert!(told.iter().all(|row| !row.text.contains("STAYS")), "what was done is not called out any more: {told:?}");
    desk.sound().await;
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_refused_with_its_field() {
    let desk = Desk::new().await;
    let past = "2026-11-19T10:00:00Z";
    let early = PostRequest { expires_at: Some(SOON.into()), ..desk.hold("A", Some(LATER)) };
    let plain = PostRequest { hold: false, ..desk.hold("B", Some(SOON)) };
    for request in [early, plain, desk.hold("C", Some(past)), desk.hold("D", Some("tomorrow"))] {
        let body = desk.book.engine.post(request.clone()).await.unwrap_err().body();
        let fields: Vec<&str> = body.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!((body.code.as_str(), fields), ("INVALID_INPUT", vec!["commits_at"]), "{request:?}");
        let preview = desk.book.engine.post_preview(request.clone()).await.unwrap();
        let field = preview.checks.iter().find(|check| !check.ok).and_then(|check| check.field.clone());
        assert_eq!(field.as_deref(), Some("commits_at"), "{request:?}");
    }
    // Asked for again later it is the same hold; with another time it is another one.
    desk.book.engine.post(desk.hold("AGAIN", Some(SOON))).await.unwrap();
    desk.at(LATER);
    assert!(desk.book.engine.post(desk.hold("AGAIN", Some(SOON))).await.unwrap().existing);
    for other in [None, Some("2026-11-22T09:00:00Z")] {
        let refused = desk.book.engine.post(desk.hold("AGAIN", other)).await.unwrap_err();
        assert_eq!(refused.code(), "TXN_DUPLICATE_REFERENCE");
    }
    desk.sound().await;
}

#[tokio::test]
async fn a_scheduled_hold_and_one_from_a_file_commit_themselves_too() {
    let desk = Desk::new().await;
    let late = PostRequest { commits_at: Some(LATER.into()), ..desk.hold("LATE", None) };
    let wrong = desk.book.engine.schedule(PostRequest { commits_at: Some(SOON.into()), ..late.clone() }, SOON).await;
    assert_eq!(wrong.unwrap_err().body().fields[0].field, "commits_at");
    desk.book.engine.schedule(late, SOON).await.unwrap();
    let draft = Draft {
        from: "Till".into(),
        to: "Rent".into(),
        amount: "2.00".into(),
        currency: "EUR".into(),
        reference: "FILE".into(),
        hold: true,
        commits: Some(LATER.into()),
        origin: Some("Grant".into()),
        ..Draft::default()
    };
    let request = Drafts::default().request(&desk.book.engine, &draft).await.unwrap();
    desk.book.engine.post(request).await.unwrap();
    desk.at(SOON);
    desk.book.engine.post_due().await.unwrap();
    desk.at(LATER);
    assert_eq!(desk.book.engine.expire_holds().await.unwrap(), 2);
    let state = FilterCondition { field: "state".into(), test: FilterTest::Is, values: vec!["committed".into()] };
    let query = ListQuery { limit: 10, conditions: vec![state], ..ListQuery::default() };
    assert_eq!(desk.book.engine.transactions_page(query).await.unwrap().total, 2);
    desk.sound().await;
}

#[tokio::test]
async fn what_waits_is_told_beside_a_balance_and_counts_for_nothing() {
    let desk = Desk::new().await;
    let waiting = |reference: &str, from: &str, to: &str, amount: &str| PostRequest {
        allow_overdraft: from.starts_with('@'),
        ..transfer(reference, from, to, amount)
    };
    let engine = &desk.book.engine;
    let first = engine.schedule(waiting("W-1", &desk.till, &desk.rent, "700"), SOON).await.unwrap();
    engine.schedule(waiting("W-2", &desk.till, &desk.rent, "50"), LATER).await.unwrap();
    engine.schedule(waiting("W-3", "@opening", &desk.till, "8"), LATER).await.unwrap();
    let stands = async |id: &str| {
        let detail = engine.balance_get(id, None).await.unwrap();
        (detail.scheduled_in, detail.scheduled_out, detail.row.figures.available)
    };
    let told = |into: &str, out: &str, available: &str| (into.to_owned(), out.to_owned(), available.to_owned());
    assert_eq!(stands(&desk.till).await, told("8", "750", "1000"));
    assert_eq!(stands(&desk.rent).await, told("750", "0", "0"));
    let of_then = engine.balance_get(&desk.till, Some("2026-11-19")).await.unwrap();
    assert_eq!((of_then.scheduled_in.as_str(), of_then.scheduled_out.as_str()), ("0", "0"));
    engine.scheduled_cancel(&first.id, "Moved out").await.unwrap();
    desk.at(LATER);
    engine.post_due().await.unwrap();
    assert_eq!(stands(&desk.till).await, told("0", "0", "958"));
}
