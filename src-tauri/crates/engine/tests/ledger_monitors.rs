//! Balance monitors.

use engine::api::monitors::MonitorRequest;
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};

use crate::support::{TestBook, transfer};

struct Shop {
    book: TestBook,
    bank: String,
    shop: String,
}

async fn shop() -> Shop {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    Shop { book, bank, shop }
}

impl Shop {
    fn watch(&self, field: &str, operator: &str, value: &str, repeat: bool) -> MonitorRequest {
        let description = format!("{field} {operator} {value}");
        MonitorRequest {
            balance_id: self.bank.clone(),
            field: field.into(),
            operator: operator.into(),
            value: value.into(),
            repeat: Some(repeat),
            description,
            webhook: None,
        }
    }

    async fn pay(&self, reference: &str, amount: &str) {
        self.book.transfer(reference, &self.bank, &self.shop, amount).await.unwrap();
    }

    async fn back(&self, reference: &str, amount: &str) {
        self.book.transfer(reference, &self.shop, &self.bank, amount).await.unwrap();
    }

    /// What was told, oldest first: the description and the figure.
    async fn told(&self) -> Vec<(String, String)> {
        let alerts = self.book.engine.monitor_alerts().await.unwrap();
        alerts.into_iter().rev().map(|alert| (alert.description, alert.figure)).collect()
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(what, figure)| ((*what).to_owned(), (*figure).to_owned())).collect()
}

#[tokio::test]
async fn a_monitor_is_told_when_it_comes_true_and_again_only_after_it_was_not() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    let made = engine.monitor_create(shop.watch("balance", "<", "50", false)).await.unwrap();
    assert_eq!((made.holds, made.figure.as_str(), made.balance_name.as_str()), (false, "100", "Bank"));
    engine.monitor_create(shop.watch("balance", "less_than", "50", true)).await.unwrap();
    engine.monitor_create(shop.watch("balance", "==", "0", false)).await.unwrap();
    shop.pay("A", "51").await;
    shop.pay("B", "9").await;
    shop.back("C", "60").await;
    shop.pay("D", "100").await;
    assert_eq!(
        shop.told().await,
        pairs(&[
            ("balance < 50", "49"),
            ("balance less_than 50", "49"),
            ("balance less_than 50", "40"),
            ("balance < 50", "0"),
            ("balance less_than 50", "0"),
            ("balance == 0", "0"),
        ])
    );
    let alerts = engine.monitor_alerts().await.unwrap();
    let posted = engine.transaction_get(&alerts[0].transaction_id).await.unwrap().family.reference;
    assert_eq!((posted.as_str(), alerts[0].balance_name.as_str(), alerts[0].exponent), ("D", "Bank", 2));
    let rows = engine.monitors_list().await.unwrap();
    assert!(rows.iter().all(|row| row.holds && row.fired_at.is_some()));
    assert_eq!(engine.book_check().await.unwrap().problems, [""; 0], "what was told is part of the history");
}

#[tokio::test]
async fn all_six_figures_are_watched_with_holds_commits_and_voids() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    for (field, value) in [
        ("credit", "100"),
        ("debit", "30"),
        ("inflight_debit", "50"),
        ("inflight_debit_balance", "20"),
        ("inflight", "0"),
        ("balance", "70"),
        ("inflight_credit_balance", "5"),
    ] {
        engine.monitor_create(shop.watch(field, "=", value, false)).await.unwrap();
    }
    let hold = PostRequest { hold: true, ..transfer("H", &shop.bank, &shop.shop, "50") };
    let id = engine.post(hold).await.unwrap().family.id;
    engine
        .holds_commit(vec![CommitItem { id: id.clone(), amount: Some("30".into()), ..CommitItem::default() }])
        .await
        .unwrap();
    let items = vec![VoidItem { id, ..VoidItem::default() }];
    engine.holds_void(VoidRequest { items, reason: "Rest".into(), note: None }).await.unwrap();
    let back = PostRequest { hold: true, ..transfer("I", &shop.shop, &shop.bank, "5") };
    engine.post(back).await.unwrap();
    assert_eq!(
        shop.told().await,
        pairs(&[
            ("inflight_debit = 50", "50"),
            ("debit = 30", "30"),
            ("inflight_debit_balance = 20", "20"),
            ("balance = 70", "70"),
            ("inflight = 0", "0"),
            ("inflight_credit_balance = 5", "5"),
        ])
    );
}

#[tokio::test]
async fn a_refused_posting_tells_nothing_and_a_changed_monitor_watches_anew() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    let made = engine.monitor_create(shop.watch("balance", "<=", "50", false)).await.unwrap();
    assert!(shop.book.transfer("A", &shop.bank, &shop.shop, "101").await.is_err());
    let items = vec![transfer("B", &shop.bank, &shop.shop, "60"), transfer("C", &shop.bank, &shop.shop, "60")];
    let batch = engine::api::bulk::BulkRequest { items, atomic: true };
    engine.bulk_preview(batch.clone()).await.unwrap();
    assert!(engine.bulk_post(batch).await.is_err());
    assert_eq!(shop.told().await, pairs(&[]));
    let changed =
        engine.monitor_update(&made.id, shop.watch("balance", "greater_than_or_equal", "120", false)).await.unwrap();
    assert_eq!(
        (changed.operator.as_str(), changed.value.as_str(), &changed.created_at),
        ("greater_than_or_equal", "120", &made.created_at)
    );
    shop.book.fund(&shop.bank, "EUR", "20").await;
    assert_eq!(shop.told().await, pairs(&[("balance greater_than_or_equal 120", "120")]));
    engine.monitor_delete(&made.id).await.unwrap();
    assert_eq!(engine.monitors_list().await.unwrap(), []);
    assert_eq!(engine.monitor_delete(&made.id).await.unwrap_err().code(), "NOT_FOUND");
    for (request, field) in [
        (shop.watch("fee", "<", "1", false), "field"),
        (shop.watch("balance", "~", "1", false), "operator"),
        (shop.watch("balance", "<", "1.5", false), "value"),
    ] {
        assert_eq!(engine.monitor_create(request).await.unwrap_err().body().fields[0].field, field);
    }
    let nowhere = MonitorRequest { balance_id: "bln_none".into(), ..shop.watch("balance", "<", "1", false) };
    assert_eq!(engine.monitor_create(nowhere).await.unwrap_err().code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_commit_that_lets_the_rest_go_is_watched_as_one_decision() {
    let shop = shop().await;
    let engine = &shop.book.engine;
    engine.monitor_create(shop.watch("inflight_debit", "=", "40", true)).await.unwrap();
    engine.monitor_create(shop.watch("inflight_debit", "=", "0", false)).await.unwrap();
    let hold = PostRequest { hold: true, ..transfer("H", &shop.bank, &shop.shop, "100") };
    let id = engine.post(hold).await.unwrap().family.id;
    let item = CommitItem { id, amount: Some("60".into()), void_rest: true, ..CommitItem::default() };
    assert!(engine.holds_commit(vec![item]).await.unwrap().rows[0].ok);
    assert_eq!(shop.told().await, pairs(&[("inflight_debit = 0", "0")]), "40 were never held on their own");
}
