//! Webhooks, hooks and their deliveries, to a real server.

use std::time::{Duration, Instant};

use engine::api::bulk::BulkRequest;
use engine::api::monitors::MonitorRequest;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::{CommitItem, FamilyState, PostRequest};
use engine::api::webhooks::{DeliveryRow, WebhookMade, WebhookRequest};
use engine::{EngineError, Notice};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::receiver::{Answer, Receiver, Request};
use crate::support::{TestBook, transfer};

struct Told {
    book: TestBook,
    receiver: Receiver,
    bank: String,
    shop: String,
}

/// A book with money, and somebody who listens on this machine, whom the book may reach.
async fn told() -> Told {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100000").await;
    book.engine.webhook_hosts_set(&["localhost".into()]).await.unwrap();
    Told { book, receiver: Receiver::listen().await, bank, shop }
}

impl Told {
    fn request(&self, role: &str, events: &[&str]) -> WebhookRequest {
        WebhookRequest {
            name: "ERP".into(),
            url: self.receiver.url.clone(),
            role: role.into(),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            timeout_ms: 1_000,
            ..WebhookRequest::default()
        }
    }

    async fn hook(&self, role: &str, events: &[&str]) -> WebhookMade {
        self.book.engine.webhook_create(self.request(role, events)).await.unwrap()
    }

    async fn pay(&self, reference: &str) -> Result<(), EngineError> {
        self.book.transfer(reference, &self.bank, &self.shop, "100").await.map(|_| ())
    }

    async fn round(&self) -> (u32, u32, u32) {
        let round = self.book.engine.deliver_due().await.unwrap();
        (round.attempted, round.delivered, round.dead)
    }

    async fn deliveries(&self) -> Vec<DeliveryRow> {
        self.book.engine.deliveries_page(ListQuery::default()).await.unwrap().rows
    }

    fn later(&self, seconds: i64) {
        use engine::Clock;
        let now = self.book.clock.now();
        self.book.clock.set(now + jiff::SignedDuration::from_secs(seconds));
    }
}

fn references(requests: &[Request]) -> Vec<String> {
    let of = |request: &Request| request.json()["data"]["reference"].as_str().unwrap_or_default().to_owned();
    requests.iter().map(of).collect()
}

fn signed(secret: &str, request: &Request) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.{}", request.header("X-Tieout-Timestamp"), request.text).as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    hex == request.header("X-Tieout-Signature")
}

fn wrong(error: &EngineError) -> Vec<String> {
    error.body().fields.into_iter().map(|field| field.field).collect()
}

#[tokio::test]
async fn what_happens_is_told_once_signed_and_under_its_number() {
    let told = told().await;
    told.pay("BEFORE").await.unwrap();
    let made = told.hook("webhook", &["transaction.applied"]).await;
    let secret = made.secret.unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 70 && made.row.signed);
    told.pay("ONE").await.unwrap();
    told.book.balance("Other", "EUR").await;
    told.pay("TWO").await.unwrap();
    assert_eq!(told.round().await, (2, 2, 0));
    let mut requests = told.receiver.taken();
    requests.sort_by_key(|request| request.text.clone());
    let mut seen = references(&requests);
    seen.sort();
    // What happened before it was made is not told, nor what it does not want.
    assert_eq!(seen, ["ONE", "TWO"]);
    for request in &requests {
        assert!(signed(&secret, request), "{request:?}");
        let body = request.json();
        assert_eq!(
            (body["event"].as_str(), body["kind"].as_str()),
            (Some("transaction.applied"), Some("transaction.posted"))
        );
        assert_eq!((body["data"]["amount"].as_str(), body["actor"].as_str()), (Some("100"), Some("Orla Keane")));
        assert_eq!(body["id"].as_str(), Some(request.header("X-Tieout-Event-Id")));
        assert_eq!(request.header("X-Tieout-Attempt"), "1");
    }
    assert_eq!(told.round().await, (0, 0, 0));
    assert!(told.receiver.taken().is_empty());
    let listed = &told.book.engine.webhooks_list().await.unwrap()[0];
    assert_eq!((listed.success, listed.waiting, listed.dead), (Some(100), 0, 0));
    assert!(listed.last_success_at.is_some());
}

#[tokio::test]
async fn what_was_not_taken_is_tried_again_later_and_given_up_in_the_end() {
    let told = told().await;
    let request = WebhookRequest { attempts: 3, ..told.request("webhook", &["transaction.applied"]) };
    told.book.engine.webhook_create(request).await.unwrap();
    told.pay("ONE").await.unwrap();
    told.receiver.answer(&[
        Answer::Reply(500, "busy"),
        Answer::Silence(Duration::from_secs(3)),
        Answer::Reply(302, ""),
    ]);
    let mut notices = told.book.engine.listen();
    assert_eq!(told.round().await, (1, 0, 0));
    assert_eq!(told.round().await, (0, 0, 0), "it waits before it tries again");
    let waiting = &told.deliveries().await[0];
    assert_eq!((waiting.state.as_str(), waiting.status, waiting.attempts), ("waiting", Some(500), 1));
    told.later(13);
    assert_eq!(told.round().await, (1, 0, 0));
    assert_eq!(told.deliveries().await[0].error.as_deref(), Some("No answer came in time."));
    told.later(37);
    assert_eq!(told.round().await, (1, 0, 1));
    let dead = &told.deliveries().await[0];
    assert_eq!((dead.state.as_str(), dead.attempts, dead.next_at.as_deref()), ("dead", 3, None));
    let mut alerts = Vec::new();
    while let Ok(notice) = notices.try_recv() {
        if let Notice::Alert { code, sentence } = notice {
            alerts.push((code, sentence));
        }
    }
    assert_eq!(alerts.len(), 1);
    assert!(
        alerts[0].0 == "DELIVERY_DEAD" && alerts[0].1.contains("ERP was not told of transaction.applied"),
        "{alerts:?}"
    );
    // Told again: the same ids, the next attempt.
    let requests = told.receiver.taken();
    assert_eq!(told.book.engine.deliveries_replay(std::slice::from_ref(&dead.id)).await.unwrap(), 1);
    assert_eq!(told.round().await, (1, 1, 0));
    let again = told.receiver.taken();
    assert_eq!(again[0].header("X-Tieout-Event-Id"), requests[0].header("X-Tieout-Event-Id"));
    assert_eq!((again[0].header("X-Tieout-Attempt"), again[0].text.as_str()), ("4", requests[0].text.as_str()));
    let detail = told.book.engine.delivery_get(&dead.id).await.unwrap();
    let statuses: Vec<_> = detail.tries.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), None, Some(302), Some(200)]);
    assert_eq!((detail.tries[0].response.as_str(), detail.body.as_str()), ("busy", requests[0].text.as_str()));
}

#[tokio::test]
async fn a_delivery_that_was_not_noted_is_made_again_after_a_restart() {
    let told = told().await;
    told.hook("webhook", &[]).await;
    told.pay("ONE").await.unwrap();
    let Told { book, receiver, bank, shop } = told;
    let told = Told { book: book.reopen().await, receiver, bank, shop };
    let (attempted, delivered, _) = told.round().await;
    assert!(attempted >= 1 && attempted == delivered);
    let applied = told.receiver.taken().into_iter().filter(|one| one.json()["event"] == "transaction.applied").count();
    assert_eq!(applied, 1);
    assert!(told.book.engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn paused_is_told_later_and_off_is_not_told() {
    let told = told().await;
    let made = told.hook("webhook", &["transaction.applied"]).await;
    let state = async |word: &str| {
        let request = WebhookRequest { state: word.into(), ..told.request("webhook", &["transaction.applied"]) };
        told.book.engine.webhook_update(&made.row.id, request).await.unwrap()
    };
    state("paused").await;
    told.pay("PAUSED").await.unwrap();
    assert_eq!(told.round().await, (0, 0, 0));
    state("on").await;
    assert_eq!(told.round().await, (1, 1, 0));
    state("off").await;
    told.pay("OFF").await.unwrap();
    state("on").await;
    told.pay("ON").await.unwrap();
    assert_eq!(told.round().await, (1, 1, 0));
    assert_eq!(references(&told.receiver.taken()), ["PAUSED", "ON"]);
    told.book.engine.webhook_delete(&made.row.id).await.unwrap();
    told.pay("GONE").await.unwrap();
    assert_eq!(told.round().await, (0, 0, 0));
    assert!(told.deliveries().await.is_empty());
}

#[tokio::test]
async fn what_is_not_public_is_refused_until_it_is_allowed_by_name() {
    let told = told().await;
    told.book.engine.webhook_hosts_set(&[]).await.unwrap();
    let refused = told.book.engine.webhook_create(told.request("webhook", &[])).await.unwrap_err();
    assert_eq!(wrong(&refused), ["url"]);
    let request = WebhookRequest { url: "https://127.0.0.1:9/x".into(), ..told.request("webhook", &[]) };
    let made = told.book.engine.webhook_create(request).await.unwrap();
    let test = told.book.engine.webhook_test(&made.row.id).await.unwrap();
    assert!(test.row.error.as_deref().unwrap().contains("127.0.0.1, which is not a public address"), "{test:?}");
    let hosts = told.book.engine.webhook_hosts_set(&["a b".into()]).await.unwrap_err();
    assert_eq!(wrong(&hosts), ["hosts"]);
}

#[tokio::test]
async fn wrong_fields_are_named_all_at_once() {
    let told = told().await;
    let request = WebhookRequest {
        name: " ".into(),
        url: "nowhere".into(),
        role: "webhook".into(),
        events: vec!["moon.landing".into()],
        timeout_ms: 5,
        attempts: 99,
        state: "asleep".into(),
        blocking: false,
    };
    let mut fields = wrong(&told.book.engine.webhook_create(request).await.unwrap_err());
    fields.sort();
    assert_eq!(fields, ["attempts", "events", "name", "state", "timeout_ms", "url"]);
    assert!(told.book.engine.webhooks_list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_blocking_hook_takes_its_time_and_a_no() {
    let told = told().await;
    let request = WebhookRequest { blocking: true, timeout_ms: 300, ..told.request("before", &[]) };
    told.book.engine.webhook_create(request.clone()).await.unwrap();
    told.pay("YES").await.unwrap();
    let asked = told.receiver.taken();
    assert_eq!(
        (asked[0].json()["event"].as_str(), asked[0].json()["items"][0]["reference"].as_str()),
        (Some("transaction.before"), Some("YES"))
    );
    told.receiver.answer(&[Answer::Reply(200, r#"{"success":false,"message":"over the limit of the day"}"#)]);
    let no = told.pay("NO").await.unwrap_err();
    assert_eq!(no.code(), "HOOK_REFUSED");
    assert!(no.sentence().contains("over the limit of the day. Nothing was posted."), "{}", no.sentence());
    told.receiver.answer(&[Answer::Silence(Duration::from_secs(2))]);
    assert_eq!(told.pay("SILENT").await.unwrap_err().code(), "HOOK_SILENT");
    // Two are asked at the same time: the slower decides.
    told.book.engine.webhook_create(WebhookRequest { timeout_ms: 2_000, ..request }).await.unwrap();
    told.pay("BOTH").await.unwrap();
    let states: Vec<_> = told.deliveries().await.into_iter().map(|row| row.state).collect();
    assert_eq!(states, ["delivered", "delivered", "dead", "dead", "delivered"]);
    let applied = told.book.engine.transactions_page(ListQuery::default()).await.unwrap().rows;
    let mut references: Vec<_> = applied.into_iter().map(|row| row.reference).filter(|one| one.len() < 7).collect();
    references.sort();
    assert_eq!(references, ["BOTH", "YES"]);
    // A dry run asks nobody.
    told.receiver.taken();
    told.book.engine.post_preview(transfer("DRY", &told.bank, &told.shop, "1")).await.unwrap();
    assert!(told.receiver.taken().is_empty());
}

#[tokio::test]
async fn a_hook_that_does_not_block_is_told_and_holds_nobody_up() {
    let told = told().await;
    told.hook("before", &[]).await;
    told.hook("after", &[]).await;
    told.receiver.answer(&[Answer::Silence(Duration::from_secs(2))]);
    let begun = Instant::now();
    told.pay("ONE").await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    told.round().await;
    let events: Vec<_> = told.receiver.taken().into_iter().map(|one| one.header("X-Tieout-Event").to_owned()).collect();
    assert_eq!(events.len(), 2);
    assert!(events.contains(&"transaction.before".to_owned()) && events.contains(&"transaction.applied".to_owned()));
}

#[tokio::test]
async fn a_scheduled_posting_waits_for_a_silent_hook_and_is_refused_by_a_no() {
    let told = told().await;
    let request = WebhookRequest { blocking: true, timeout_ms: 200, ..told.request("before", &[]) };
    told.book.engine.webhook_create(request).await.unwrap();
    let due = "2026-11-19T11:00:00Z";
    for reference in ["SILENT", "NO"] {
        told.book.engine.schedule(transfer(reference, &told.bank, &told.shop, "5"), due).await.unwrap();
    }
    told.later(3_600);
    let no = Answer::Reply(200, r#"{"success":false}"#);
    told.receiver.answer(&[Answer::Silence(Duration::from_secs(1)), no]);
    assert_eq!(told.book.engine.post_due().await.unwrap(), 0);
    let state = async |reference: &str| {
        let all = told.book.engine.scheduled_page(Default::default()).await.unwrap().rows;
        format!("{:?}", all.into_iter().find(|row| row.reference == reference).unwrap().state)
    };
    assert_eq!((state("SILENT").await, state("NO").await), ("Waiting".to_owned(), "Rejected".to_owned()));
    assert_eq!(told.book.engine.post_due().await.unwrap(), 1);
    assert_eq!(state("SILENT").await, "Posted");
}

/// However many wait: whoever is down is asked a few times, and the rest comes with the next round.
#[tokio::test]
async fn a_hook_that_is_down_is_not_asked_for_each_of_many() {
    let told = told().await;
    let orders = (0..450).map(|number| transfer(&format!("Q{number}"), &told.bank, &told.shop, "1")).collect();
    assert!(told.book.engine.queue(orders).await.iter().all(Result::is_ok));
    let request = WebhookRequest { blocking: true, timeout_ms: 200, ..told.request("before", &[]) };
    told.book.engine.webhook_create(request).await.unwrap();
    told.receiver.answer(&[const { Answer::Silence(Duration::from_secs(1)) }; 9]);
    assert_eq!(told.book.engine.post_due().await.unwrap(), 0);
    assert_eq!(told.receiver.taken().len(), 3);
    let waits = FilterCondition { field: "state".into(), test: FilterTest::Is, values: vec!["waiting".into()] };
    let query = ListQuery { conditions: vec![waits], ..ListQuery::default() };
    assert_eq!(told.book.engine.scheduled_page(query).await.unwrap().total, 450, "nothing was refused over that");
}

#[tokio::test]
async fn a_monitor_tells_its_own_webhook_alone() {
    let told = told().await;
    let own = told.hook("webhook", &["balance.created"]).await;
    let other = Receiver::listen().await;
    let request = WebhookRequest { url: other.url.clone(), ..told.request("webhook", &["balance.monitor"]) };
    told.book.engine.webhook_create(request).await.unwrap();
    let monitor = |webhook: Option<String>| MonitorRequest {
        balance_id: told.bank.clone(),
        field: "balance".into(),
        operator: "<".into(),
        value: "100000".into(),
        repeat: Some(true),
        description: "Low".into(),
        webhook,
    };
    let unknown = told.book.engine.monitor_create(monitor(Some("whk_none".into()))).await.unwrap_err();
    assert_eq!(wrong(&unknown), ["webhook"]);
    told.book.engine.monitor_create(monitor(Some(own.row.id.clone()))).await.unwrap();
    told.pay("ONE").await.unwrap();
    told.round().await;
    assert!(other.taken().is_empty());
    let body = told.receiver.taken()[0].json();
    assert_eq!((body["event"].as_str(), body["data"]["figure"].as_str()), (Some("balance.monitor"), Some("99900")));
    assert!(body["data"]["triggered_at"].is_string());
    told.book.engine.monitor_create(monitor(None)).await.unwrap();
    told.pay("TWO").await.unwrap();
    told.round().await;
    assert_eq!((other.taken().len(), told.receiver.taken().len()), (1, 1));
    // Once its own is gone, those that want such events are told instead: nobody misses it.
    told.book.engine.webhook_delete(&own.row.id).await.unwrap();
    told.pay("THREE").await.unwrap();
    told.round().await;
    assert_eq!((other.taken().len(), told.receiver.taken().len()), (2, 0));
}

/// What commits by the clock is a commit: whoever may say no to one is asked.
#[tokio::test]
async fn a_hold_that_commits_itself_asks_before() {
    let told = told().await;
    let hold = PostRequest {
        hold: true,
        commits_at: Some("2026-11-19T11:00:00Z".into()),
        expires_at: Some("2026-11-19T12:00:00Z".into()),
        ..transfer("HELD", &told.bank, &told.shop, "5")
    };
    let id = told.book.engine.post(hold).await.unwrap().family.id;
    let request = WebhookRequest { blocking: true, timeout_ms: 200, ..told.request("before", &[]) };
    told.book.engine.webhook_create(request).await.unwrap();
    told.later(3_600);
    told.receiver.answer(&[Answer::Silence(Duration::from_secs(1))]);
    assert_eq!(told.book.engine.expire_holds().await.unwrap(), 0, "silence is no yes, and no reason to let go");
    // Also not when it could expire by now.
    told.later(3_600);
    told.receiver.answer(&[Answer::Silence(Duration::from_secs(1))]);
    assert_eq!(told.book.engine.expire_holds().await.unwrap(), 0);
    let state = async || told.book.engine.transaction_get(&id).await.unwrap().family.state;
    assert_eq!(state().await, FamilyState::Held);
    told.receiver.taken();
    assert_eq!(told.book.engine.expire_holds().await.unwrap(), 1);
    let asked = told.receiver.taken();
    assert_eq!((asked.len(), asked[0].json()["kind"].as_str()), (1, Some("commit")));
    assert_eq!(state().await, FamilyState::Committed);
}

#[tokio::test]
async fn errors_are_told_to_slack_whose_address_is_kept_secret() {
    let told = told().await;
    let request = WebhookRequest { url: format!("{}/secret-path", told.receiver.url), ..told.request("slack", &[]) };
    let made = told.book.engine.webhook_create(request).await.unwrap();
    assert!(made.secret.is_none() && !made.row.url.contains("secret-path"), "{:?}", made.row);
    let dead = WebhookRequest { attempts: 1, ..told.request("webhook", &["transaction.applied"]) };
    let dead =
        told.book.engine.webhook_create(WebhookRequest { url: "http://localhost:1/".into(), ..dead }).await.unwrap();
    told.pay("ONE").await.unwrap();
    told.round().await;
    told.round().await;
    let text = told.receiver.taken()[0].json()["text"].as_str().unwrap().to_owned();
    assert!(text.contains("ERP was not told of transaction.applied"), "{text}");
    // Changed without an address, it keeps the one it has.
    let kept = WebhookRequest { url: String::new(), name: "Errors".into(), ..told.request("slack", &[]) };
    assert_eq!(told.book.engine.webhook_update(&made.row.id, kept).await.unwrap().name, "Errors");
    told.book.engine.webhook_delete(&dead.row.id).await.unwrap();
    let test = told.book.engine.webhook_test(&made.row.id).await.unwrap();
    assert_eq!((test.row.state.as_str(), told.receiver.taken().len()), ("delivered", 1));
    let history = format!("{:?}", told.book.engine.history_page(ListQuery::default()).await.unwrap());
    assert!(!history.contains("secret-path"), "{history}");
}

#[tokio::test]
async fn a_renewed_secret_signs_and_a_replaced_key_still_opens_it() {
    let told = told().await;
    let made = told.hook("webhook", &["transaction.applied"]).await;
    let renewed = told.book.engine.webhook_secret_renew(&made.row.id).await.unwrap();
    assert_ne!(Some(&renewed), made.secret.as_ref());
    told.book.engine.key_replace(true).await.unwrap();
    told.pay("ONE").await.unwrap();
    told.round().await;
    assert!(signed(&renewed, &told.receiver.taken()[0]));
}

#[tokio::test]
async fn finished_deliveries_go_after_ninety_days() {
    let told = told().await;
    told.hook("webhook", &["transaction.applied"]).await;
    told.pay("ONE").await.unwrap();
    told.round().await;
    told.later(89 * 86_400);
    assert_eq!(told.book.engine.deliveries_sweep().await.unwrap(), 0);
    told.later(2 * 86_400);
    assert_eq!(told.book.engine.deliveries_sweep().await.unwrap(), 1);
    // What was told stays told.
    assert_eq!(told.round().await, (0, 0, 0));
}

#[tokio::test]
async fn deliveries_are_filtered_by_target_event_and_state() {
    let told = told().await;
    let made = told.hook("webhook", &[]).await;
    let hold = PostRequest { hold: true, ..transfer("HELD", &told.bank, &told.shop, "5") };
    told.book.engine.post(hold).await.unwrap();
    told.pay("ONE").await.unwrap();
    told.round().await;
    let total = async |field: &str, value: &str| {
        let query: ListQuery = serde_json::from_value(serde_json::json!({
            "conditions": [{ "field": field, "test": "is", "values": [value] }],
        }))
        .unwrap();
        told.book.engine.deliveries_page(query).await.unwrap().total
    };
    assert_eq!(total("event", "transaction.inflight").await, 1);
    assert_eq!(total("event", "transaction.applied").await, 1);
    assert_eq!((total("state", "dead").await, total("webhook", "whk_none").await), (0, 0));
    assert_eq!(total("webhook", &made.row.id).await, total("state", "delivered").await);
    let found = ListQuery { text: Some("INFLIGHT".into()), ..ListQuery::default() };
    assert_eq!(told.book.engine.deliveries_page(found).await.unwrap().total, 1);
}

/// One that does not answer holds up its own letters and nobody else's.
#[tokio::test]
async fn who_is_slow_holds_up_nobody_else() {
    const LETTERS: usize = 24;
    let (told, quick) = (told().await, Receiver::listen().await);
    told.hook("webhook", &["transaction.applied"]).await;
    let other = WebhookRequest { url: quick.url.clone(), name: "Quick".into(), ..told.request("webhook", &[]) };
    let other = WebhookRequest { events: vec!["transaction.applied".into()], ..other };
    told.book.engine.webhook_create(other).await.unwrap();
    for number in 0..LETTERS {
        told.pay(&format!("P{number}")).await.unwrap();
    }
    // Four at a time, and after three silences no more of them in this round.
    told.receiver.answer(&vec![Answer::Silence(Duration::from_millis(500)); LETTERS]);
    let engine = std::sync::Arc::clone(&told.book.engine);
    let round = tokio::spawn(async move { engine.deliver_due().await });
    let mut came = 0;
    while came < LETTERS {
        assert!(!round.is_finished(), "the quick one has {came} when the slow one is done");
        came += quick.taken().len();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(told.receiver.taken().len() < LETTERS, "the slow one is still being told");
    let round = round.await.unwrap().unwrap();
    assert_eq!(round.delivered as usize, LETTERS);
}

/// Whoever sends again what is booked is told so, whatever the hooks are about.
#[tokio::test]
async fn what_is_booked_already_is_asked_of_nobody() {
    let told = told().await;
    told.pay("ONE").await.unwrap();
    let hold = PostRequest { hold: true, ..transfer("HELD", &told.bank, &told.shop, "10") };
    let held = told.book.engine.post(hold.clone()).await.unwrap().family.id;
    let commit = CommitItem { id: held, reference: Some("DONE".into()), ..CommitItem::default() };
    assert!(told.book.engine.holds_commit(vec![commit.clone()]).await.unwrap().rows[0].ok);
    let request = WebhookRequest { blocking: true, timeout_ms: 200, ..told.request("before", &[]) };
    told.book.engine.webhook_create(request).await.unwrap();
    told.receiver.answer(&[const { Answer::Silence(Duration::from_secs(1)) }; 9]);
    let again = told.book.engine.post(transfer("ONE", &told.bank, &told.shop, "100")).await.unwrap();
    assert!(again.existing);
    let other = told.book.engine.post(transfer("ONE", &told.bank, &told.shop, "99")).await.unwrap_err();
    assert_eq!(other.code(), "TXN_DUPLICATE_REFERENCE");
    assert!(told.book.engine.holds_commit(vec![commit]).await.unwrap().rows[0].existing);
    let items = vec![transfer("ONE", &told.bank, &told.shop, "100"), hold];
    let batch = told.book.engine.bulk_post(BulkRequest { items, atomic: true }).await.unwrap();
    assert_eq!((batch.posted, batch.existing), (0, 2));
    assert!(told.receiver.taken().is_empty(), "nobody was asked");
    assert_eq!(told.pay("TWO").await.unwrap_err().code(), "HOOK_SILENT");
}

#[tokio::test]
async fn a_hook_is_asked_about_every_posting_of_a_batch() {
    let told = told().await;
    told.book.engine.webhook_create(WebhookRequest { blocking: true, ..told.request("before", &[]) }).await.unwrap();
    let items = (0..150).map(|number| transfer(&format!("B{number}"), &told.bank, &told.shop, "1")).collect();
    told.book.engine.bulk_post(BulkRequest { items, atomic: true }).await.unwrap();
    let asked = told.receiver.taken();
    let question = asked[0].json();
    assert_eq!(question["data"]["count"].as_u64().or(question["count"].as_u64()), Some(150));
    assert!(asked[0].text.contains("B149"));
}

/// One that never answers is left alone for the round after a few letters, and others hear what happens meanwhile.
#[tokio::test]
async fn who_never_answers_is_left_for_the_next_round() {
    let (told, quick) = (told().await, Receiver::listen().await);
    told.hook("webhook", &["transaction.applied"]).await;
    for number in 0..40 {
        told.pay(&format!("P{number}")).await.unwrap();
    }
    let other = WebhookRequest { url: quick.url.clone(), name: "Quick".into(), ..told.request("webhook", &[]) };
    told.book
        .engine
        .webhook_create(WebhookRequest { events: vec!["transaction.applied".into()], ..other })
        .await
        .unwrap();
    told.pay("LATER").await.unwrap();
    told.receiver.answer(&vec![Answer::Silence(Duration::from_secs(1)); 60]);
    let (attempted, delivered, _) = told.round().await;
    assert_eq!((delivered, references(&quick.taken())), (1, vec!["LATER".to_owned()]));
    assert!((3..=10).contains(&(attempted - delivered)), "{attempted} letters for one that does not answer");
}
