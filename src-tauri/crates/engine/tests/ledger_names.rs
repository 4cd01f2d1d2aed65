//! Names of ledgers and of balances that postings ask for.

use engine::EngineResult;
use engine::api::ledgers::NewBalanceRequest;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::PostRequest;

use crate::support::{TestBook, transfer};

/// The fields that a refusal is about.
fn fields<T: std::fmt::Debug>(outcome: EngineResult<T>) -> Vec<String> {
    let body = outcome.unwrap_err().body();
    assert_eq!(body.code, "INVALID_INPUT");
    body.fields.into_iter().map(|field| field.field).collect()
}

#[tokio::test]
async fn a_ledger_is_renamed_and_its_balances_go_with_it() {
    let book = TestBook::new().await;
    let bank = book.balance("Main", "EUR").await;
    book.engine.ledger_rename(&book.ledger, "Assets/Cash").await.unwrap();
    let names: Vec<String> = book.engine.ledgers_list().await.unwrap().into_iter().map(|row| row.name).collect();
    assert!(names.contains(&"Assets/Cash".to_owned()) && !names.contains(&"Assets/Bank".to_owned()), "{names:?}");
    let row = book.engine.balance_get(&bank, None).await.unwrap().row;
    assert_eq!((row.ledger.as_str(), row.ledger_id.as_str()), ("Assets/Cash", book.ledger.as_str()));
    let kind = FilterCondition { field: "kind".into(), test: FilterTest::Is, values: vec!["ledger.renamed".into()] };
    let query = ListQuery { limit: 10, conditions: vec![kind], ..ListQuery::default() };
    let told = book.engine.history_page(query.clone()).await.unwrap().rows;
    assert_eq!((told[0].what.object_id.as_str(), told[0].what.object.as_str()), (book.ledger.as_str(), "Assets/Cash"));
    for name in ["", "  ", &"x".repeat(201)] {
        assert_eq!(fields(book.engine.ledger_rename(&book.ledger, name).await), ["name"]);
    }
    assert_eq!(book.engine.ledger_rename("ldg_of_nobody", "X").await.unwrap_err().code(), "NOT_FOUND");
    assert_eq!(book.engine.history_page(query).await.unwrap().total, 1, "what was refused is not in the history");
    assert_eq!(book.engine.book_check().await.unwrap().problems, [""; 0]);
}

#[tokio::test]
async fn a_name_with_an_at_has_no_blanks_and_lives_in_the_general_ledger() {
    let book = TestBook::new().await;
    let bank = book.claim("Bank").await;
    let make = async |ledger: &str, name: &str| {
        let request = NewBalanceRequest {
            ledger_id: ledger.to_owned(),
            name: name.into(),
            currency: "EUR".into(),
            exponent: None,
            account_number: None,
            reconcilable: false,
            below_zero: false,
        };
        book.engine.balance_create(request).await
    };
    let long = format!("@{}", "x".repeat(101));
    for name in ["@two words", "@", "@tab\there", &long] {
        assert!(fields(make("ldg_general", name).await).contains(&"name".to_owned()), "{name}");
        let asked = PostRequest { create_indicators: true, ..transfer("R", &bank, name, "100") };
        assert_eq!(fields(book.engine.post(asked).await), ["name"], "{name}");
    }
    assert_eq!(fields(make(&book.ledger, "@vat").await), ["ledger_id"]);
    let made = make("ldg_general", "@vat").await.unwrap();
    assert_eq!((made.indicator.as_deref(), made.ledger.as_str()), (Some("@vat"), "General ledger"));
    let asked = PostRequest { create_indicators: true, ..transfer("R", &bank, "@fees", "100") };
    book.engine.post(asked).await.unwrap();
    let fees = book.engine.balance_called("to", "@fees", Some("EUR")).await.unwrap();
    assert_eq!(fees.ledger_id, "ldg_general");
}
