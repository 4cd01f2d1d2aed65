//! Where money came from: origins of the funds of a balance, spent by its strategy, held and given back.

use engine::EngineResult;
use engine::api::lineage::{BalanceLineage, LineageMovesQuery, LineageRequest};
use engine::api::transactions::{CommitItem, PostRequest, TransactionDetail, VoidItem, VoidRequest};
use serde_json::json;

use crate::support::{TestBook, transfer};

struct Wallet {
    book: TestBook,
    /// Where money comes from and goes to; it keeps no lineage.
    world: String,
    wallet: String,
}

impl Wallet {
    async fn new(strategy: &str) -> Self {
        let book = TestBook::new().await;
        let (world, wallet) = (book.claim("World").await, book.balance("Wallet", "EUR").await);
        let wallet = Self { book, world, wallet };
        wallet.keep(&wallet.wallet, Some(strategy)).await.unwrap();
        wallet
    }

    async fn keep(&self, balance: &str, strategy: Option<&str>) -> EngineResult<BalanceLineage> {
        let request = LineageRequest { balance_id: balance.into(), strategy: strategy.map(str::to_owned) };
        self.book.engine.lineage_set(&request).await
    }

    /// Money of an origin comes in.
    async fn comes(&self, reference: &str, origin: &str, amount: &str) {
        self.book.engine.post(self.from(reference, origin, amount)).await.unwrap();
    }

    fn from(&self, reference: &str, origin: &str, amount: &str) -> PostRequest {
        let metadata = Some(json!({ "lineage_provider": origin }));
        PostRequest { metadata, ..transfer(reference, &self.world, &self.wallet, amount) }
    }

    async fn goes(&self, reference: &str, to: &str, amount: &str) -> TransactionDetail {
        self.book.transfer(reference, &self.wallet, to, amount).await.unwrap()
    }

    /// Origin, received, spent, held in, held out.
    async fn sources(&self, balance: &str) -> Vec<(String, [String; 4])> {
        let lineage = self.book.engine.lineage_of(balance).await.unwrap();
        let sources = lineage.sources.into_iter();
        sources.map(|one| (one.origin, [one.received, one.spent, one.held_in, one.held_out])).collect()
    }

    /// What is available of each origin, and what has none.
    async fn stands(&self) -> (Vec<(String, String)>, String) {
        let lineage = self.book.engine.lineage_of(&self.wallet).await.unwrap();
        (lineage.sources.into_iter().map(|one| (one.origin, one.available)).collect(), lineage.unknown)
    }

    /// Balance, origin, kind and amount of what a transaction did.
    async fn did(&self, id: &str) -> Vec<String> {
        let moves = self.book.engine.lineage_of_transaction(id).await.unwrap();
        moves.iter().map(|one| format!("{} {} {} {}", one.balance_name, one.origin, one.kind, one.amount)).collect()
    }

    async fn commit(&self, id: &str, amount: Option<&str>) {
        let item = CommitItem { id: id.into(), amount: amount.map(str::to_owned), ..CommitItem::default() };
        let done = self.book.engine.holds_commit(vec![item]).await.unwrap();
        assert!(done.rows[0].ok, "{:?}", done.rows[0]);
    }

    async fn void(&self, id: &str) {
        let items = vec![VoidItem { id: id.into(), reference: None }];
        let void = VoidRequest { items, reason: "Not needed".into(), note: None };
        assert!(self.book.engine.holds_void(void).await.unwrap().rows[0].ok);
    }

    async fn sound(&self) {
        assert_eq!(self.book.engine.book_check().await.unwrap().problems, [""; 0]);
    }
}

fn figures(origin: &str, figures: [&str; 4]) -> (String, [String; 4]) {
    (origin.to_owned(), figures.map(str::to_owned))
}

fn pairs<const N: usize>(parts: [(&str, &str); N]) -> Vec<(String, String)> {
    parts.map(|(origin, amount)| (origin.to_owned(), amount.to_owned())).to_vec()
}

#[tokio::test]
async fn each_strategy_spends_its_origins_and_takes_them_along() {
    for (strategy, left, arrived) in [
        ("fifo", [("Grant", "0"), ("Sales", "30")], vec![("Grant", "100"), ("Sales", "20")]),
        ("LIFO", [("Grant", "30"), ("Sales", "0")], vec![("Grant", "70"), ("Sales", "50")]),
        ("proportional", [("Grant", "20"), ("Sales", "10")], vec![("Grant", "80"), ("Sales", "40")]),
    ] {
        let wallet = Wallet::new(strategy).await;
        let other = wallet.book.balance("Other wallet", "EUR").await;
        wallet.keep(&other, Some("fifo")).await.unwrap();
        wallet.comes("IN-1", "Grant", "100").await;
        wallet.comes("IN-2", "Sales", "50").await;
        let out = wallet.goes("OUT", &other, "120").await;
        assert_eq!(wallet.stands().await, (pairs(left), "0".into()), "{strategy}");
        let there = wallet.sources(&other).await;
        let there: Vec<(&str, &str)> = there.iter().map(|(origin, one)| (origin.as_str(), one[0].as_str())).collect();
        assert_eq!(there, arrived, "{strategy}");
        let mut did = wallet.did(&out.family.id).await;
        did.sort();
        let expected = |name: &str, kind: &str| {
            arrived.iter().map(move |(origin, amount)| format!("{name} {origin} {kind} {amount}")).collect::<Vec<_>>()
        };
        assert_eq!(did, [expected("Other wallet", "received"), expected("Wallet", "spent")].concat(), "{strategy}");
        wallet.sound().await;
    }
}

#[tokio::test]
async fn money_without_an_origin_is_left_alone_and_more_than_there_is_is_no_error() {
    let wallet = Wallet::new("fifo").await;
    wallet.book.transfer("PLAIN", &wallet.world, &wallet.wallet, "70").await.unwrap();
    wallet.comes("IN", "Grant", "30").await;
    assert_eq!(wallet.stands().await, (pairs([("Grant", "30")]), "70".into()));
    wallet.goes("OUT", &wallet.world, "45").await;
    assert_eq!(wallet.stands().await, (pairs([("Grant", "0")]), "55".into()));
    wallet.sound().await;
}

#[tokio::test]
async fn an_origin_that_a_payment_names_is_spent_first() {
    let wallet = Wallet::new("fifo").await;
    wallet.comes("IN-1", "Grant", "100").await;
    wallet.comes("IN-2", "Sales", "50").await;
    let named = |reference: &str, origin: &str| PostRequest {
        metadata: Some(json!({ "BLNK_LINEAGE_PROVIDER": origin })),
        ..transfer(reference, &wallet.wallet, &wallet.world, "60")
    };
    wallet.book.engine.post(named("OUT-1", "Sales")).await.unwrap();
    assert_eq!(wallet.stands().await.0, pairs([("Grant", "90"), ("Sales", "0")]));
    wallet.book.engine.post(named("OUT-2", "Nobody")).await.unwrap();
    assert_eq!(wallet.stands().await.0, pairs([("Grant", "30"), ("Sales", "0")]), "an unknown one is passed over");
    let wrong = PostRequest {
        metadata: Some(json!({ "lineage_provider": 7 })),
        ..transfer("OUT-3", &wallet.wallet, &wallet.world, "10")
    };
    let refused = wallet.book.engine.post(wrong).await.unwrap_err();
    assert_eq!(refused.code(), "INVALID_INPUT");
    // Where no lineage is kept the same metadata means nothing.
    let elsewhere = wallet.book.claim("Elsewhere").await;
    let metadata = Some(json!({ "lineage_provider": 7 }));
    wallet.book.engine.post(PostRequest { metadata, ..transfer("FAR", &elsewhere, &wallet.world, "1") }).await.unwrap();
    wallet.sound().await;
}

#[tokio::test]
async fn a_hold_takes_its_origins_and_each_part_of_it_its_part() {
    let wallet = Wallet::new("proportional").await;
    let shop = wallet.book.balance("Shop", "EUR").await;
    wallet.keep(&shop, Some("fifo")).await.unwrap();
    wallet.comes("IN-1", "Grant", "100").await;
    wallet.comes("IN-2", "Sales", "50").await;
    let hold = PostRequest { hold: true, ..transfer("HOLD", &wallet.wallet, &shop, "90") };
    let id = wallet.book.engine.post(hold).await.unwrap().family.id;
    assert_eq!(
        wallet.sources(&wallet.wallet).await,
        [figures("Grant", ["100", "0", "0", "60"]), figures("Sales", ["50", "0", "0", "30"])]
    );
    assert_eq!(
        wallet.sources(&shop).await,
        [figures("Grant", ["0", "0", "60", "0"]), figures("Sales", ["0", "0", "30", "0"])]
    );
    // What is held cannot be spent, and is not spent twice.
    let refused = wallet.keep(&wallet.wallet, None).await.unwrap_err();
    assert_eq!(refused.code(), "LINEAGE_HELD");
    wallet.commit(&id, Some("10")).await;
    assert_eq!(
        wallet.sources(&wallet.wallet).await,
        [figures("Grant", ["100", "7", "0", "53"]), figures("Sales", ["50", "3", "0", "27"])],
        "10 of 60 and 30: 6.67 and 3.33"
    );
    wallet.commit(&id, Some("40")).await;
    wallet.void(&id).await;
    let (at_home, there) = (wallet.sources(&wallet.wallet).await, wallet.sources(&shop).await);
    assert_eq!(at_home, [figures("Grant", ["100", "34", "0", "0"]), figures("Sales", ["50", "16", "0", "0"])]);
    assert_eq!(there, [figures("Grant", ["34", "0", "0", "0"]), figures("Sales", ["16", "0", "0", "0"])]);
    wallet.sound().await;
    let wallet = Wallet { book: wallet.book.reopen().await, ..wallet };
    assert_eq!(wallet.sources(&shop).await, there, "the same after a restart");
}

#[tokio::test]
async fn the_rest_of_a_hold_is_let_go_with_its_last_commit_and_by_the_clock() {
    let wallet = Wallet::new("fifo").await;
    wallet.comes("IN", "Grant", "100").await;
    let expires_at = Some("2026-11-19T12:00:00Z".to_owned());
    let hold = PostRequest { hold: true, expires_at, ..transfer("HOLD-1", &wallet.wallet, &wallet.world, "40") };
    wallet.book.engine.post(hold.clone()).await.unwrap();
    let hold = PostRequest { expires_at: None, reference: "HOLD-2".into(), ..hold };
    let second = wallet.book.engine.post(hold).await.unwrap().family.id;
    assert_eq!(wallet.sources(&wallet.wallet).await, [figures("Grant", ["100", "0", "0", "80"])]);
    let item = CommitItem { id: second.clone(), amount: Some("25".into()), void_rest: true, ..CommitItem::default() };
    assert!(wallet.book.engine.holds_commit(vec![item]).await.unwrap().rows[0].ok);
    assert_eq!(wallet.sources(&wallet.wallet).await, [figures("Grant", ["100", "25", "0", "40"])]);
    wallet.book.clock.set("2026-11-20T12:00:00Z".parse().unwrap());
    wallet.book.engine.expire_holds().await.unwrap();
    assert_eq!(wallet.sources(&wallet.wallet).await, [figures("Grant", ["100", "25", "0", "0"])]);
    wallet.sound().await;
}

#[tokio::test]
async fn what_is_given_back_goes_to_the_origins_it_came_from() {
    let wallet = Wallet::new("fifo").await;
    wallet.comes("IN-1", "Grant", "30").await;
    wallet.comes("IN-2", "Sales", "60").await;
    let sale = wallet.goes("OUT", &wallet.world, "90").await.family.id;
    let refund = |reference: &str, amount: &str| PostRequest {
        refunds: Some(sale.clone()),
        ..transfer(reference, &wallet.world, &wallet.wallet, amount)
    };
    wallet.book.engine.post(refund("BACK-1", "30")).await.unwrap();
    assert_eq!(wallet.stands().await, (pairs([("Grant", "10"), ("Sales", "20")]), "0".into()));
    wallet.book.engine.post(refund("BACK-2", "60")).await.unwrap();
    assert_eq!(wallet.stands().await, (pairs([("Grant", "30"), ("Sales", "60")]), "0".into()));
    // And what came goes back to where it is from, whatever else would be spent first.
    let came = wallet.book.engine.post(wallet.from("IN-3", "Loan", "40")).await.unwrap().family.id;
    let back = PostRequest { refunds: Some(came), ..transfer("BACK-3", &wallet.wallet, &wallet.world, "40") };
    wallet.book.engine.post(back).await.unwrap();
    assert_eq!(wallet.stands().await, (pairs([("Grant", "30"), ("Sales", "60"), ("Loan", "0")]), "0".into()));
    wallet.sound().await;
}

#[tokio::test]
async fn lineage_begins_and_ends_when_somebody_says_so() {
    let wallet = Wallet::new("fifo").await;
    wallet.comes("IN-1", "Grant", "100").await;
    let since = wallet.book.engine.lineage_of(&wallet.wallet).await.unwrap().since;
    assert_eq!(since.as_deref(), Some("2026-11-19T10:24:00Z"));
    let changed = wallet.keep(&wallet.wallet, Some("lifo")).await.unwrap();
    assert_eq!((changed.strategy.as_deref(), changed.since), (Some("lifo"), since));
    let ended = wallet.keep(&wallet.wallet, Some("off")).await.unwrap();
    assert_eq!((ended.strategy, ended.since, ended.unknown.as_str()), (None, None, "100"));
    wallet.comes("IN-2", "Grant", "11").await;
    assert_eq!(wallet.stands().await, (pairs([("Grant", "0")]), "111".into()));
    wallet.keep(&wallet.wallet, Some("fifo")).await.unwrap();
    wallet.comes("IN-3", "Grant", "5").await;
    assert_eq!(wallet.stands().await, (pairs([("Grant", "5")]), "111".into()));
    let query = LineageMovesQuery { balance_id: wallet.wallet.clone(), limit: 2, ..LineageMovesQuery::default() };
    let moves = wallet.book.engine.lineage_moves(&query).await.unwrap();
    let kinds: Vec<&str> = moves.rows.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!((moves.total, kinds), (3, vec!["received", "ended"]), "the newest first");
    assert_eq!(wallet.keep(&wallet.wallet, Some("hifo")).await.unwrap_err().code(), "INVALID_INPUT");
    wallet.sound().await;
}

/// Everything that a batch or a group of callers does to the same origins, one after the other.
#[tokio::test]
async fn callers_at_the_same_time_spend_no_origin_twice() {
    let wallet = Wallet::new("proportional").await;
    wallet.comes("IN-1", "Grant", "1000").await;
    wallet.comes("IN-2", "Sales", "500").await;
    let posts: Vec<_> = (0..40)
        .map(|number| {
            let engine = wallet.book.engine.clone();
            let request = transfer(&format!("OUT-{number}"), &wallet.wallet, &wallet.world, "30");
            tokio::spawn(async move { engine.post(request).await })
        })
        .collect();
    for post in posts {
        post.await.unwrap().unwrap();
    }
    let (sources, unknown) = wallet.stands().await;
    let left: i64 = sources.iter().map(|(_, amount)| amount.parse::<i64>().unwrap()).sum();
    assert_eq!((left, unknown.as_str()), (300, "0"), "{sources:?}");
    let empty = wallet.book.transfer("TOO-MUCH", &wallet.wallet, &wallet.world, "301").await.unwrap_err();
    assert_eq!(empty.code(), "TXN_INSUFFICIENT_FUNDS");
    wallet.sound().await;
}

#[tokio::test]
async fn the_history_tells_it_and_a_figure_that_was_changed_by_hand_is_found() {
    let wallet = Wallet::new("fifo").await;
    let id = wallet.book.engine.post(wallet.from("IN", "Grant", "100")).await.unwrap().family.id;
    let page = wallet.book.engine.history_page(engine::api::page::ListQuery { limit: 50, ..Default::default() }).await;
    let told = page.unwrap().rows.into_iter().find(|row| row.what.object_id == id).expect("the posting is told");
    let fields = serde_json::to_string(&told.fields).unwrap();
    assert!(fields.contains("Grant"), "{fields}");
    let mut raw = crate::raw::Raw::of(&wallet.book).await;
    raw.execute("UPDATE lineage_source SET received = '99'").await.unwrap();
    let problems = wallet.book.engine.book_check().await.unwrap().problems;
    assert_eq!(problems, ["Money from Grant in Wallet is not what its moves add up to."]);
}
