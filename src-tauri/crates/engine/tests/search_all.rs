//! One search over everything in a book, and building anew what it looks in.

use std::sync::Mutex;

use engine::EngineError;
use engine::api::people::{AccountRequest, IdentityRequest};
use engine::api::search::{SearchGroup, SearchKind};

use crate::recon_support::Bank;
use crate::support::{TestBook, execute};

fn kinds(groups: &[SearchGroup]) -> Vec<SearchKind> {
    groups.iter().map(|group| group.kind).collect()
}

/// Titles and where each was found, of one kind.
async fn found(book: &TestBook, words: &str, kind: SearchKind) -> Vec<(String, String)> {
    let groups = book.engine.search_all(words, &[kind], 10).await.unwrap();
    let hits = groups.into_iter().flat_map(|group| group.hits);
    hits.map(|hit| (hit.title, hit.found_in)).collect()
}

fn pair(title: &str, found_in: &str) -> (String, String) {
    (title.into(), found_in.into())
}

async fn identity(book: &TestBook, fields: &[(&str, &str)], protect: &[&str]) -> String {
    let request = IdentityRequest {
        kind: "individual".into(),
        fields: fields.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect(),
        protect: protect.iter().map(|field| (*field).to_owned()).collect(),
    };
    book.engine.identity_create(request).await.unwrap().row.id
}

#[tokio::test]
async fn words_are_found_in_everything_that_a_book_holds() {
    let bank = Bank::with_entries().await;
    let statement = bank.october().await;
    let book = &bank.book;
    let ledger = book.engine.ledger_create("Marina/Tolka").await.unwrap().id;
    let harbour = identity(book, &[("last_name", "Tolka"), ("city", "Howth")], &[]).await;
    let account = AccountRequest {
        identity_id: harbour.clone(),
        number: "IE29 AIBK 9311 5212 3456 78".into(),
        bank: "Tolka Bank".into(),
        currency: "EUR".into(),
        ..AccountRequest::default()
    };
    book.engine.account_create(account).await.unwrap();

    let groups = book.engine.search_all("tolka", &[], 10).await.unwrap();
    use SearchKind::{Account, Balance, Identity, Ledger, Line, Statement, Transaction};
    assert_eq!(kinds(&groups), [Ledger, Identity, Account, Transaction, Line]);
    assert!(groups.iter().all(|group| group.total == Some(1)), "{groups:?}");
    let line = &groups[4].hits[0];
    assert_eq!((line.open_id.as_str(), line.amount.as_deref()), (statement.as_str(), Some("37214")));
    assert_eq!(groups[0].hits[0].id, ledger);
    // Of the number of an account its end is shown, and it opens whose it is.
    let account = &groups[2].hits[0];
    assert_eq!((account.title.as_str(), account.open_id.as_str()), ("••••5678", harbour.as_str()));

    assert_eq!(found(book, "merrion", Balance).await, [pair("Merrion Operating", "name")]);
    assert_eq!(found(book, "merrion", Statement).await.len(), 1);
    assert_eq!(found(book, "INV-20014", Transaction).await, [pair("INV-20014", "reference")]);
    assert_eq!(found(book, "412277", Line).await, [pair("DD LIFFEY ENERGY 00412277", "description")]);
    assert_eq!(found(book, "AIBK93115212", Account).await, [pair("••••5678", "number")]);
    assert_eq!(found(book, "howth", Identity).await, [pair("Tolka", "city")]);
    // An amount is found as it is shown, with groups and without, whatever its sign.
    for amount in ["138.62", "-138.62"] {
        assert_eq!(found(book, amount, Line).await, [pair("DD LIFFEY ENERGY 00412277", "amount")], "{amount}");
        assert_eq!(found(book, amount, Transaction).await, [pair("LE-412277", "amount")], "{amount}");
    }
    assert_eq!(found(book, "1,000.00", Transaction).await, [pair("OPEN-1", "amount")]);
    assert!(book.engine.search_all("nothing of the kind", &[], 10).await.unwrap().is_empty());
    assert!(matches!(book.engine.search_all(" ", &[], 10).await, Err(EngineError::Invalid { .. })));
}

#[tokio::test]
async fn a_group_says_how_many_there_are_or_that_there_are_more() {
    let bank = Bank::with_entries().await;
    bank.october().await;
    let groups = bank.book.engine.search_all("SEPA", &[SearchKind::Line], 2).await.unwrap();
    assert_eq!((groups[0].hits.len(), groups[0].total), (2, None));
    // The newest line first.
    assert!(groups[0].hits[0].title.contains("VESTMAR"), "{groups:?}");
    let groups = bank.book.engine.search_all("payment", &[SearchKind::Transaction], 2).await.unwrap();
    assert_eq!((groups[0].hits.len(), groups[0].total), (2, Some(4)));
}

#[tokio::test]
async fn lines_of_an_import_that_was_taken_back_are_not_found() {
    let bank = Bank::with_entries().await;
    let statement = bank.october().await;
    assert_eq!(found(&bank.book, "dunmore", SearchKind::Line).await.len(), 1);
    bank.book.engine.import_undo(&statement).await.unwrap();
    assert!(found(&bank.book, "dunmore", SearchKind::Line).await.is_empty());
}

#[tokio::test]
async fn what_is_protected_is_neither_searched_nor_shown() {
    let book = TestBook::new().await;
    let id = identity(&book, &[("last_name", "Braganza"), ("city", "Cork")], &["last_name"]).await;
    assert!(found(&book, "braganza", SearchKind::Identity).await.is_empty());
    assert_eq!(found(&book, "cork", SearchKind::Identity).await, [pair("", "city")]);
    let whole = serde_json::to_string(&book.engine.search_all("cork", &[], 10).await.unwrap()).unwrap();
    assert!(whole.contains(&id) && !whole.contains("Braganza"), "{whole}");
    book.engine.search_rebuild("job", None).await.unwrap();
    assert!(found(&book, "braganza", SearchKind::Identity).await.is_empty());
    assert_eq!(found(&book, "cork", SearchKind::Identity).await, [pair("", "city")]);
}

#[tokio::test]
async fn a_wrong_index_is_found_and_mended() {
    let bank = Bank::with_entries_in(TestBook::in_file().await).await;
    let statement = bank.october().await;
    let book = &bank.book;
    identity(book, &[("last_name", "Walsh"), ("city", "Cork")], &[]).await;
    let problems = async || book.engine.book_check().await.unwrap().problems;
    assert_eq!(problems().await, Vec::<String>::new());
    // A search before, so that what was kept of it is seen to be forgotten.
    assert_eq!(found(book, "castings", SearchKind::Transaction).await.len(), 1);
    execute(
        &book.path,
        &[
            "INSERT INTO txn_text (txn_text, rowid, words) SELECT 'delete', key, words FROM txn_words WHERE words LIKE '%Castings%'",
            "INSERT INTO txn_text (rowid, words) VALUES (4711, 'of nobody'), (4712, 'of nobody')",
            "INSERT INTO line_text (line_text, rowid, words) SELECT 'delete', key, words FROM line_words WHERE words LIKE '%LIFFEY%'",
            "UPDATE identity SET words = 'wrong'",
            "INSERT INTO identity_text (identity_text) VALUES ('delete-all')",
        ],
    )
    .await;
    let mut found_wrong = problems().await;
    found_wrong.sort();
    let again = "Build the search anew.";
    assert_eq!(
        found_wrong,
        [
            format!("1 identity is not found by its words. {again}"),
            format!("1 line of a statement is not found by its words. {again}"),
            format!("1 transaction is not found by its words. {again}"),
            format!("2 transactions of no row are found by words. {again}"),
        ]
    );
    assert!(found(book, "liffey", SearchKind::Line).await.is_empty());

    let told = Mutex::new(Vec::new());
    let tell = |step: engine::api::book::JobProgress| {
        told.lock().unwrap().push((step.done, step.total));
        true
    };
    let built = book.engine.search_rebuild("job", Some(&tell)).await.unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!((told.first(), told.last()), (Some(&(0, built.rows)), Some(&(built.rows, built.rows))));
    assert_eq!(problems().await, Vec::<String>::new());
    for (words, kind) in [
        ("castings", SearchKind::Transaction),
        ("124.80", SearchKind::Transaction),
        ("liffey", SearchKind::Line),
        ("138.62", SearchKind::Line),
        ("walsh", SearchKind::Identity),
    ] {
        assert_eq!(found(book, words, kind).await.len(), 1, "{words}");
    }
    assert!(found(book, "of nobody", SearchKind::Transaction).await.is_empty());
    assert!(found(book, "wrong", SearchKind::Identity).await.is_empty());
    // What is written afterwards is found as before.
    bank.post("NEW-1", "2026-11-02", "5.00", "Castings again").await;
    assert_eq!(found(book, "castings", SearchKind::Transaction).await.len(), 2);
    bank.book.engine.import_undo(&statement).await.unwrap();
    assert_eq!(problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn building_the_search_is_done_once_at_a_time_and_can_be_stopped() {
    let bank = Bank::with_entries_in(TestBook::in_file().await).await;
    let book = &bank.book;
    execute(&book.path, &["INSERT INTO txn_text (txn_text) VALUES ('delete-all')"]).await;
    let engine = book.engine.clone();
    let seen = Mutex::new(None);
    let busy = |_| {
        let second = at_once(engine.search_rebuild("second", None));
        *seen.lock().unwrap() = Some(second.unwrap_err().code());
        false
    };
    let stopped = book.engine.search_rebuild("first", Some(&busy)).await;
    assert!(matches!(stopped, Err(EngineError::Cancelled)), "{stopped:?}");
    assert_eq!(seen.into_inner().unwrap(), Some("SEARCH_BUSY"));
    // Nothing has changed, and nothing is in the way of another try.
    assert!(!book.engine.book_check().await.unwrap().problems.is_empty());
    book.engine.search_rebuild("third", None).await.unwrap();
    assert_eq!(book.engine.book_check().await.unwrap().problems, Vec::<String>::new());
}

/// What a future answers at once.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(answer) => answer,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

/// The words that the database makes of a row are those that the program writes with it.
#[tokio::test]
async fn the_words_of_a_row_are_the_same_whoever_makes_them() {
    let book = TestBook::in_file().await;
    for (currency, exponent) in [("JPY", 0), ("EUR", 2), ("KWD", 3), ("XLG", 18)] {
        let request = engine::api::ledgers::NewBalanceRequest {
            ledger_id: book.ledger.clone(),
            name: format!("From {currency}"),
            currency: currency.into(),
            exponent: Some(exponent),
            account_number: None,
            reconcilable: false,
            below_zero: true,
        };
        let from = book.engine.balance_create(request.clone()).await.unwrap().id;
        let request = engine::api::ledgers::NewBalanceRequest { name: format!("To {currency}"), ..request };
        let to = book.engine.balance_create(request).await.unwrap().id;
        for amount in ["1", "12", "123", "1234", "99999999999999999999"] {
            let post = engine::api::transactions::PostRequest {
                currency: currency.into(),
                ..crate::support::transfer(&format!("{currency}-{amount}"), &from, &to, amount)
            };
            book.engine.post(post).await.unwrap();
        }
    }
    let mut connection = crate::support::raw(&book.path).await;
    let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
        "SELECT t.reference, t.amount, t.exponent, w.words FROM txn t JOIN txn_words w ON w.key = t.key",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(rows.len(), 20);
    for (reference, amount, exponent, words) in rows {
        let amount: ledger::Amount = amount.parse().unwrap();
        let decimal = amount.to_decimal(u8::try_from(exponent).unwrap());
        assert_eq!(words, format!("{reference}  {decimal}"));
    }
}
