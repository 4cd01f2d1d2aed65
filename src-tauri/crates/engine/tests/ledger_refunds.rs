//! What goes back, and only once.

use engine::EngineResult;
use engine::api::transactions::{CommitItem, PostRequest, TransactionDetail, VoidItem, VoidRequest};

use crate::support::{TestBook, transfer};

struct Shop {
    book: TestBook,
    till: String,
    customer: String,
}

async fn shop() -> Shop {
    let book = TestBook::new().await;
    let (till, customer) = (book.balance("Till", "EUR").await, book.claim("Customer").await);
    book.transfer("SALE", &customer, &till, "500").await.unwrap();
    Shop { book, till, customer }
}

impl Shop {
    async fn id(&self, reference: &str) -> String {
        let query = engine::api::page::ListQuery {
            limit: 1,
            conditions: vec![engine::api::page::FilterCondition {
                field: "reference".into(),
                test: engine::api::page::FilterTest::Is,
                values: vec![reference.into()],
            }],
            ..Default::default()
        };
        self.book.engine.transactions_page(query).await.unwrap().rows[0].id.clone()
    }

    async fn refund(&self, id: &str, reference: &str, amount: &str) -> EngineResult<TransactionDetail> {
        let whole = self.book.engine.refund_request(id).await.unwrap();
        self.book.engine.post(PostRequest { reference: reference.into(), amount: amount.into(), ..whole }).await
    }

    async fn left(&self, id: &str) -> Vec<Option<String>> {
        let detail = self.book.engine.transaction_get(id).await.unwrap();
        detail.rows.into_iter().map(|row| row.refundable).collect()
    }

    async fn sound(&self) {
        assert_eq!(self.book.engine.book_check().await.unwrap().problems, [""; 0]);
        assert_eq!(self.book.engine.history_verify("test", None, None).await.unwrap().problems, [""; 0]);
    }
}

#[tokio::test]
async fn a_posting_goes_back_in_parts_until_nothing_is_left() {
    let shop = shop().await;
    let sale = shop.id("SALE").await;
    assert_eq!(shop.left(&sale).await, [Some("500".to_owned())]);
    let part = shop.refund(&sale, "BACK-1", "200").await.unwrap();
    assert_eq!((part.family.source_id.as_str(), part.family.destination_id.as_str()), (&*shop.till, &*shop.customer));
    let of = part.refund_of.expect("it says what it gives back");
    assert_eq!((of.id, of.reference.as_str()), (sale.clone(), "SALE"));
    assert_eq!(part.rows[0].refundable, None, "a refund is not given back itself");
    assert_eq!(shop.left(&sale).await, [Some("300".to_owned())]);

    let refused = shop.refund(&sale, "BACK-2", "301").await.unwrap_err();
    assert_eq!(refused.code(), "TXN_REFUND_TOO_MUCH");
    assert_eq!(refused.sentence(), "Only 3.00 EUR of SALE is left to give back. Nothing was posted.");
    let again = shop.refund(&sale, "BACK-1", "200").await.unwrap();
    assert!(again.existing, "the same refund asked for twice is booked once");
    assert_eq!(shop.refund(&sale, "BACK-1", "100").await.unwrap_err().code(), "TXN_DUPLICATE_REFERENCE");

    shop.refund(&sale, "BACK-3", "300").await.unwrap();
    let empty = shop.refund(&sale, "BACK-4", "1").await.unwrap_err();
    assert_eq!(empty.code(), "TXN_NOTHING_TO_REFUND");
    assert_eq!(empty.sentence(), "SALE: it was given back already. Nothing was posted.");
    let detail = shop.book.engine.transaction_get(&sale).await.unwrap();
    let told: Vec<_> = detail.refunds.iter().map(|row| (row.reference.as_str(), row.amount.as_str())).collect();
    assert_eq!(told, [("BACK-1", "200"), ("BACK-3", "300")]);
    let till = shop.book.engine.balance_get(&shop.till, None).await.unwrap().row.figures;
    assert_eq!(till.balance, "0");
    shop.sound().await;
}

#[tokio::test]
async fn a_refund_is_not_refunded_and_goes_the_way_it_came() {
    let shop = shop().await;
    let sale = shop.id("SALE").await;
    let back = shop.refund(&sale, "BACK", "500").await.unwrap().family.id;
    let refused = shop.refund(&back, "FORTH", "500").await.unwrap_err();
    assert_eq!(refused.code(), "TXN_REFUND_OF_REFUND");
    let other = shop.book.claim("Somebody else").await;
    let sideways = PostRequest { refunds: Some(sale.clone()), ..transfer("SIDE", &shop.till, &other, "1") };
    assert_eq!(shop.book.engine.post(sideways).await.unwrap_err().code(), "INVALID_INPUT");
    let unknown = PostRequest { refunds: Some("txn_gone".into()), ..transfer("GONE", &shop.till, &other, "1") };
    assert_eq!(shop.book.engine.post(unknown).await.unwrap_err().code(), "NOT_FOUND");
    let held = PostRequest { hold: true, ..shop.book.engine.refund_request(&sale).await.unwrap() };
    assert_eq!(shop.book.engine.post(held).await.unwrap_err().code(), "INVALID_INPUT");
    shop.sound().await;
}

#[tokio::test]
async fn of_a_hold_only_what_was_committed_goes_back() {
    let shop = shop().await;
    let hold = PostRequest { hold: true, ..transfer("HOLD", &shop.customer, &shop.till, "900") };
    let id = shop.book.engine.post(hold).await.unwrap().family.id;
    let nothing = shop.refund(&id, "EARLY", "1").await.unwrap_err();
    assert_eq!(nothing.sentence(), "HOLD: nothing of it was booked. Nothing was posted.");
    for amount in ["300", "200"] {
        let part = CommitItem { id: id.clone(), amount: Some(amount.into()), ..CommitItem::default() };
        assert!(shop.book.engine.holds_commit(vec![part]).await.unwrap().rows[0].ok);
    }
    let void = VoidRequest {
        items: vec![VoidItem { id: id.clone(), reference: None }],
        reason: "Rest not needed".into(),
        note: None,
    };
    assert!(shop.book.engine.holds_void(void).await.unwrap().rows[0].ok);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(shop.left(&id).await, [some("500"), some("300"), some("200"), None]);
    let rows = shop.book.engine.transaction_get(&id).await.unwrap().rows;
    shop.refund(&rows[1].id, "OF-COMMIT", "100").await.unwrap();
    assert_eq!(shop.left(&id).await, [some("400"), some("200"), some("200"), None]);
    shop.refund(&id, "OF-HOLD", "350").await.unwrap();
    assert_eq!(shop.left(&id).await, [some("50"), some("50"), some("50"), None]);
    assert_eq!(shop.refund(&rows[2].id, "MORE", "51").await.unwrap_err().code(), "TXN_REFUND_TOO_MUCH");
    assert_eq!(shop.refund(&rows[3].id, "VOID", "1").await.unwrap_err().code(), "TXN_NOTHING_TO_REFUND");
    shop.refund(&rows[2].id, "LAST", "50").await.unwrap();
    shop.sound().await;
}

#[tokio::test]
async fn a_refund_goes_back_although_the_money_was_spent() {
    let shop = shop().await;
    let sale = shop.id("SALE").await;
    let supplier = shop.book.claim("Supplier").await;
    shop.book.transfer("SPENT", &shop.till, &supplier, "450").await.unwrap();
    let request = shop.book.engine.refund_request(&sale).await.unwrap();
    let preview = shop.book.engine.post_preview(request.clone()).await.unwrap();
    assert!(preview.ready, "{:?}", preview.checks);
    assert!(preview.checks.iter().any(|check| check.kind == "refund" && check.text == "SALE is given back whole"));
    shop.book.engine.post(request.clone()).await.unwrap();
    let again = shop.book.engine.post_preview(request).await.unwrap();
    let told = again.checks.iter().find(|check| check.kind == "refund").unwrap();
    assert_eq!((told.ok, told.text.as_str()), (false, "SALE: it was given back already."));
    let till = shop.book.engine.balance_get(&shop.till, None).await.unwrap().row.figures;
    assert_eq!(till.balance, "-450");
    shop.sound().await;
}

#[tokio::test]
async fn two_at_once_do_not_give_back_more_than_there_is() {
    let shop = shop().await;
    let sale = shop.id("SALE").await;
    let (one, two) = tokio::join!(shop.refund(&sale, "A", "400"), shop.refund(&sale, "B", "400"));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    assert_eq!(shop.left(&sale).await, [Some("100".to_owned())]);
    shop.sound().await;
}

#[tokio::test]
async fn what_is_no_settled_row_cannot_be_given_back_by_hand_either() {
    use crate::raw::Raw;
    let shop = shop().await;
    let sale = shop.id("SALE").await;
    shop.refund(&sale, "BACK", "100").await.unwrap();
    shop.book.transfer("OTHER", &shop.customer, &shop.till, "5").await.unwrap();
    let mut raw = Raw::of(&shop.book).await;
    let key = |reference: &str| format!("(SELECT key FROM txn WHERE reference = '{reference}')");
    for sql in [
        format!("INSERT INTO refund (txn_key, of_key) VALUES ({}, {})", key("OTHER"), key("BACK")),
        "UPDATE refund SET of_key = of_key".into(),
        "DELETE FROM refund".into(),
    ] {
        assert!(raw.execute(&sql).await.is_err(), "accepted: {sql}");
    }
}

/// The review desk reversed entries before there were refunds, and said so in the metadata.
#[tokio::test]
async fn an_older_reversal_counts_as_given_back_in_the_file() {
    use crate::support::{execute, older_book};
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    execute(
        &path,
        &[
            "INSERT INTO ledger (id, name, created_at) VALUES ('ldg_1', 'Bank', 0)",
            "INSERT INTO balance (id, ledger_key, name, currency, exponent, created_at) VALUES ('bln_a', 1, 'A', 'EUR', 2, 0), ('bln_b', 1, 'B', 'EUR', 2, 0)",
            "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, metadata, input_hash) VALUES
             ('txn_1', 'APPLIED', 'FEE', 1, 2, '500', 'EUR', 2, '', '2026-01-01', 0, 'Ada', NULL, x'00'),
             ('txn_2', 'APPLIED', 'FEE-reversal', 2, 1, '500', 'EUR', 2, '', '2026-01-01', 0, 'Ada', '{\"reverses\":\"txn_1\"}', x'00'),
             ('txn_3', 'APPLIED', 'OTHER', 1, 2, '500', 'EUR', 2, '', '2026-01-01', 0, 'Ada', '{\"reverses\":\"txn_1\"}', x'00'),
             ('txn_4', 'APPLIED', 'PLAIN', 1, 2, '500', 'EUR', 2, '', '2026-01-01', 0, 'Ada', '{\"line\":1}', x'00')",
        ],
    )
    .await;
    let store = std::sync::Arc::new(store_sqlite::SqliteStore::open(&path).await.unwrap());
    let engine = engine::Engine::new(store, std::sync::Arc::new(engine::SystemClock), "Orla Keane");
    let left = async |id: &str| engine.transaction_get(id).await.unwrap().rows[0].refundable.clone();
    assert_eq!(left("txn_1").await.as_deref(), Some("0"), "it went back before");
    assert_eq!(left("txn_2").await, None, "the reversal is a refund");
    assert_eq!(left("txn_3").await.as_deref(), Some("500"), "it goes the same way and gives nothing back");
    assert_eq!(left("txn_4").await.as_deref(), Some("500"));
    engine.close().await;
}
