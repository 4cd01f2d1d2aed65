//! Filters: every test on every list, all and any of several, what is noted and what is not there, and what is refused.

use std::collections::BTreeMap;

use engine::EngineError;
use engine::api::ledgers::{BalanceUpdate, NewBalanceRequest};
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::people::{AccountRequest, IdentityRequest};
use engine::api::transactions::PostRequest;
use serde_json::{Value, json};

use crate::support::{TestBook, transfer};

fn one(field: &str, test: &str, values: &[&str]) -> FilterCondition {
    let test = FilterTest::of_word(test).unwrap_or_else(|| panic!("no test {test}"));
    FilterCondition { field: field.into(), test, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn all(conditions: Vec<FilterCondition>) -> ListQuery {
    ListQuery { limit: 100, conditions, ..ListQuery::default() }
}

fn any(any_of: Vec<FilterCondition>) -> ListQuery {
    ListQuery { limit: 100, any_of, ..ListQuery::default() }
}

async fn references(book: &TestBook, query: ListQuery) -> String {
    let page = book.engine.transactions_page(query.clone()).await.unwrap();
    let mut found: Vec<_> = page.rows.into_iter().map(|row| row.reference).collect();
    assert_eq!(page.total, found.len() as u64);
    // The sums are of the same rows.
    let counted: u64 = book.engine.transactions_totals(query).await.unwrap().iter().map(|sum| sum.count).sum();
    assert_eq!(counted, page.total);
    found.sort();
    found.join(" ")
}

/// A bank and a shop with five entries.
async fn book_with_entries() -> TestBook {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Operating", "EUR").await, book.balance("Shop", "EUR").await);
    let fund = transfer("fund", "@opening", &bank, "100000");
    let fund = PostRequest { currency: "EUR".into(), allow_overdraft: true, create_indicators: true, ..fund };
    book.engine.post(fund).await.unwrap();
    for (reference, amount, day, description, metadata) in [
        ("A-1", "50", "2026-03-01", "Paper 100% recycled", json!({ "cost centre": "north", "items": 5 })),
        ("A-2", "500", "2026-03-02", "Ink", json!({ "cost centre": "south", "items": 40 })),
        ("B-1", "7", "2026-03-03", "paper clips", json!({ "items": -3, "checked": true })),
        ("B_2", "12000", "2026-03-04", "", Value::Null),
    ] {
        let metadata = (!metadata.is_null()).then_some(metadata);
        let request = PostRequest {
            effective_date: Some(day.into()),
            description: description.into(),
            metadata,
            ..transfer(reference, &bank, &shop, amount)
        };
        book.engine.post(request).await.unwrap();
    }
    book
}

#[tokio::test]
async fn transactions_are_filtered_by_every_test() {
    let book = book_with_entries().await;
    for (field, test, values, expected) in [
        ("reference", "eq", vec!["A-1"], "A-1"),
        ("reference", "in", vec!["A-1", "B_2", "none"], "A-1 B_2"),
        ("reference", "ne", vec!["A-1", "fund"], "A-2 B-1 B_2"),
        ("reference", "like", vec!["B_%"], "B-1 B_2"),
        ("reference", "like", vec![r"B\_%"], "B_2"),
        ("reference", "like", vec!["b%"], ""),
        ("reference", "ilike", vec!["b-_"], "B-1"),
        ("description", "contains", vec!["100%"], "A-1"),
        ("description", "contains", vec!["PAPER"], "A-1 B-1"),
        ("description", "ilike", vec!["paper%"], "A-1 B-1"),
        ("description", "isnull", vec![], "B_2 fund"),
        ("amount", "gt", vec!["50"], "A-2 B_2 fund"),
        ("amount", "gte", vec!["50"], "A-1 A-2 B_2 fund"),
        ("amount", "lt", vec!["50"], "B-1"),
        ("amount", "lte", vec!["050"], "A-1 B-1"),
        ("amount", "in", vec!["7", "12000"], "B-1 B_2"),
        ("amount", "gt", vec!["-1"], "A-1 A-2 B-1 B_2 fund"),
        ("amount", "lt", vec!["-1"], ""),
        ("date", "gt", vec!["2026-03-02"], "B-1 B_2 fund"),
        ("date", "lt", vec!["2026-03-02"], "A-1"),
        ("date", "between", vec!["2026-03-02", "2026-03-03"], "A-2 B-1"),
        ("source", "ilike", vec!["oper%"], "A-1 A-2 B-1 B_2"),
        ("state", "isnotnull", vec![], "A-1 A-2 B-1 B_2 fund"),
        ("state", "isnull", vec![], ""),
        ("balance", "isnull", vec![], ""),
        ("date", "isnull", vec![], ""),
        ("date", "isnotnull", vec![], "A-1 A-2 B-1 B_2 fund"),
        ("amount", "isnull", vec![], ""),
        ("reference", "isnull", vec![], ""),
        ("source", "isnull", vec![], ""),
        ("expires", "isnull", vec![], "A-1 A-2 B-1 B_2 fund"),
        ("created", "isnull", vec![], ""),
        ("created", "gt", vec!["2026-11-19T10:24:00Z"], ""),
        ("created", "lte", vec!["2026-11-19T11:24:00+01:00"], "A-1 A-2 B-1 B_2 fund"),
        ("metadata.cost centre", "eq", vec!["north"], "A-1"),
        ("metadata.cost centre", "ne", vec!["north"], "A-2 B-1 B_2 fund"),
        ("metadata.cost centre", "isnull", vec![], "B-1 B_2 fund"),
        ("metadata.cost centre", "isnotnull", vec![], "A-1 A-2"),
        ("metadata.cost centre", "ilike", vec!["%OUT%"], "A-2"),
        ("metadata.items", "gt", vec!["5"], "A-2"),
        ("metadata.items", "between", vec!["-10", "5"], "A-1 B-1"),
        ("metadata.checked", "eq", vec!["true"], "B-1"),
    ] {
        assert_eq!(
            references(&book, all(vec![one(field, test, &values)])).await,
            expected,
            "{field} {test} {values:?}"
        );
    }
}

#[tokio::test]
async fn one_of_several_conditions_is_enough() {
    let book = book_with_entries().await;
    let few = || vec![one("amount", "lt", &["50"]), one("metadata.cost centre", "eq", &["south"])];
    assert_eq!(references(&book, any(few())).await, "A-2 B-1");
    assert_eq!(references(&book, all(few())).await, "");
    // Words and what must hold narrow what is one of several.
    let paper = ListQuery { text: Some("paper".into()), ..any(few()) };
    assert_eq!(references(&book, paper).await, "B-1");
    let early = ListQuery { conditions: vec![one("date", "lt", &["2026-03-03"])], ..any(few()) };
    assert_eq!(references(&book, early).await, "A-2");
    let named = ListQuery { text: Some("Shop".into()), ..any(few()) };
    assert_eq!(references(&book, named).await, "A-2 B-1");
    let sides = vec![one("date", "eq", &["2026-03-01"]), one("state", "ne", &["applied"])];
    assert_eq!(references(&book, any(sides)).await, "A-1");
}

#[tokio::test]
async fn what_is_noted_later_covers_what_came_along() {
    let book = book_with_entries().await;
    let page = book.engine.transactions_page(all(vec![one("reference", "eq", &["A-1"])])).await.unwrap();
    let id = page.rows[0].id.clone();
    let north = || all(vec![one("metadata.cost centre", "eq", &["north"])]);
    book.engine.metadata_merge(&id, json!({ "cost centre": null, "items": 6.5 })).await.unwrap();
    assert_eq!(references(&book, north()).await, "");
    assert_eq!(references(&book, all(vec![one("metadata.items", "eq", &["6.5"])])).await, "A-1");
    book.engine.metadata_merge(&id, json!({ "cost centre": "north" })).await.unwrap();
    assert_eq!(references(&book, north()).await, "A-1");
}

#[tokio::test]
async fn balances_are_filtered_by_figures_and_notes() {
    let book = TestBook::new().await;
    let names = async |query: ListQuery| {
        let page = book.engine.balances_page(query.clone()).await.unwrap();
        let counted: u64 = book.engine.balances_totals(query).await.unwrap().iter().map(|sum| sum.balances).sum();
        assert_eq!((page.total, counted), (page.rows.len() as u64, page.total));
        let mut names: Vec<_> = page.rows.into_iter().map(|row| row.name).collect();
        names.sort();
        names.join(" ")
    };
    let request = |name: &str, account: Option<&str>| NewBalanceRequest {
        ledger_id: book.ledger.clone(),
        name: name.into(),
        currency: "EUR".into(),
        exponent: None,
        account_number: account.map(str::to_owned),
        reconcilable: account.is_some(),
        below_zero: true,
    };
    let mut ids = BTreeMap::new();
    for (name, account) in [("Debt", None), ("Equity", None), ("Till", Some("TILL-1")), ("Bank", Some("BANK-1"))] {
        ids.insert(name, book.engine.balance_create(request(name, account)).await.unwrap().id);
    }
    for (reference, from, to, amount) in [("1", "Equity", "Bank", "5000"), ("2", "Debt", "Till", "40")] {
        book.engine.post(transfer(reference, &ids[from], &ids[to], amount)).await.unwrap();
    }
    book.engine.metadata_merge(&ids["Till"], json!({ "branch": "Cork" })).await.unwrap();
    for (field, test, values, expected) in [
        ("balance", "gt", vec!["40"], "Bank"),
        ("balance", "gte", vec!["40"], "Bank Till"),
        ("balance", "gt", vec!["-41"], "Bank Debt Till"),
        ("balance", "lt", vec!["-40"], "Equity"),
        ("balance", "lte", vec!["-40"], "Debt Equity"),
        ("balance", "lte", vec!["40"], "Debt Equity Till"),
        ("balance", "between", vec!["-100", "100"], "Debt Till"),
        ("balance", "in", vec!["-40", "40"], "Debt Till"),
        ("balance", "ne", vec!["-40", "40"], "Bank Equity"),
        ("total_out", "gte", vec!["5000"], "Equity"),
        ("held_out", "eq", vec!["0"], "Bank Debt Equity Till"),
        ("account_number", "isnull", vec![], "Debt Equity"),
        ("account_number", "isnotnull", vec![], "Bank Till"),
        ("account_number", "ne", vec!["BANK-1"], "Debt Equity Till"),
        ("reconcilable", "is", vec!["yes"], "Bank Till"),
        ("last_entry_on", "lte", vec!["2026-11-19"], "Bank Debt Equity Till"),
        ("metadata.branch", "ilike", vec!["cork"], "Till"),
        ("metadata.branch", "isnull", vec![], "Bank Debt Equity"),
    ] {
        assert_eq!(names(all(vec![one(field, test, &values)])).await, expected, "{field} {test} {values:?}");
    }
    let either = any(vec![one("metadata.branch", "eq", &["Cork"]), one("balance", "lt", &["-40"])]);
    assert_eq!(names(either).await, "Equity Till");
    let sorted = ListQuery {
        sort: vec![engine::api::page::SortKey { field: "balance".into(), descending: false }],
        ..all(Vec::new())
    };
    let rows = book.engine.balances_page(sorted).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| &*row.name).collect::<Vec<_>>(), ["Equity", "Debt", "Till", "Bank"]);
    // A balance that is changed is found as it is now.
    let update = BalanceUpdate {
        id: ids["Till"].clone(),
        name: "Till".into(),
        account_number: None,
        reconcilable: false,
        pinned: true,
        below_zero: None,
    };
    book.engine.balance_update(update).await.unwrap();
    assert_eq!(names(all(vec![one("pinned", "is", &["1"]), one("account_number", "isnull", &[])])).await, "Till");
}

#[tokio::test]
async fn ledgers_are_filtered_by_name_and_paged() {
    let book = TestBook::new().await;
    let mut ids = Vec::new();
    for name in ["Cash/Petty", "Cash/Bank", "Sales"] {
        ids.push(book.engine.ledger_create(name).await.unwrap().id);
    }
    book.engine.metadata_merge(&ids[2], json!({ "kind": "income" })).await.unwrap();
    let names = async |query| {
        let page = book.engine.ledgers_page(query).await.unwrap();
        (page.rows.into_iter().map(|row| row.name).collect::<Vec<_>>().join(" "), page.total)
    };
    assert_eq!(names(all(vec![one("name", "like", &["Cash/%"])])).await, ("Cash/Bank Cash/Petty".into(), 2));
    let text = |text: &str| ListQuery { text: Some(text.into()), ..all(Vec::new()) };
    assert_eq!(names(text("petty")).await, ("Cash/Petty".into(), 1));
    // It is found under the name it has now, and keeps what is noted beside it.
    book.engine.ledger_rename(&ids[2], "Income/Sales").await.unwrap();
    assert_eq!(names(text("income")).await, ("Income/Sales".into(), 1));
    assert!(book.engine.ledger_rename("ldg_gone", "Other").await.is_err());
    let second = ListQuery { offset: 1, limit: 1, ..all(vec![one("name", "like", &["Cash/%"])]) };
    assert_eq!(names(second).await, ("Cash/Petty".into(), 2));
    assert_eq!(names(all(vec![one("metadata.kind", "eq", &["income"])])).await, ("Income/Sales".into(), 1));
    book.balance("Operating", "EUR").await;
    let used = all(vec![one("balances", "gt", &["0"])]);
    assert_eq!(names(used).await.1, 1);
}

#[tokio::test]
async fn identities_and_accounts_are_filtered_and_paged() {
    let book = TestBook::new().await;
    let mut ids = Vec::new();
    for (name, country) in [("Arcadia", Some("IE")), ("Borealis", Some("DE")), ("Corvid", None)] {
        let fields = [("organisation_name", Some(name)), ("country", country)];
        let fields =
            fields.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text?.to_owned()))).collect();
        let request = IdentityRequest { kind: "organisation".into(), fields, protect: Vec::new() };
        ids.push(book.engine.identity_create(request).await.unwrap().row.id);
    }
    book.engine.metadata_merge(&ids[1], json!({ "rating": 12 })).await.unwrap();
    let names = async |query| {
        let rows = book.engine.identities_page(query).await.unwrap().rows;
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(all(vec![one("country", "isnull", &[])])).await, "Corvid");
    assert_eq!(names(all(vec![one("country", "ne", &["IE"])])).await, "Borealis Corvid");
    assert_eq!(names(all(vec![one("metadata.rating", "gt", &["9"])])).await, "Borealis");
    let either = any(vec![one("country", "eq", &["IE"]), one("metadata.rating", "isnotnull", &[])]);
    assert_eq!(names(either).await, "Arcadia Borealis");

    for (index, (bank, number)) in [("AIB", "IE29 AIBK 9311 5212 3456 78"), ("", "4711 000")].into_iter().enumerate() {
        let request = AccountRequest {
            identity_id: ids[index].clone(),
            name: format!("Account {index}"),
            bank: bank.into(),
            number: number.into(),
            currency: "EUR".into(),
            balance_id: None,
        };
        book.engine.account_create(request).await.unwrap();
    }
    let banks = async |query| {
        let page = book.engine.accounts_page(query).await.unwrap();
        (page.rows.into_iter().map(|row| row.name).collect::<Vec<_>>().join(" "), page.total)
    };
    assert_eq!(banks(all(vec![one("bank", "isnull", &[])])).await, ("Account 1".into(), 1));
    assert_eq!(banks(all(vec![one("identity_id", "is", &[&ids[0]])])).await, ("Account 0".into(), 1));
    assert_eq!(banks(all(vec![one("balance_id", "isnull", &[])])).await, ("Account 0 Account 1".into(), 2));
    let text = |text: &str| ListQuery { text: Some(text.into()), ..all(Vec::new()) };
    assert_eq!(banks(text("aibk93115212")).await, ("Account 0".into(), 1));
}

/// What a query is refused with: the code, and the fields that are named.
async fn refused(book: &TestBook, query: ListQuery) -> (String, String, String) {
    let error = book.engine.transactions_page(query).await.unwrap_err();
    assert!(matches!(error, EngineError::Filter(_)));
    let body = error.body();
    (body.code, body.fields[0].field.clone(), body.message)
}

#[tokio::test]
async fn a_wrong_filter_names_its_field_and_what_it_takes() {
    let book = TestBook::new().await;
    for (field, test, values, code, says) in [
        ("colour", "is", vec!["red"], "UNKNOWN_FIELD", "Their fields are id, reference"),
        ("amount", "contains", vec!["1"], "INVALID_INPUT", "is, is_not, at_least, at_most, above, below, between"),
        ("amount", "is", vec!["1.50"], "INVALID_INPUT", "an amount in minor units"),
        ("date", "gt", vec!["yesterday"], "INVALID_INPUT", "YYYY-MM-DD"),
        ("expires", "gt", vec!["2026-12-01"], "INVALID_INPUT", "a time with its zone"),
        ("state", "is", vec!["gone"], "INVALID_INPUT", "one of applied, held"),
        ("date", "between", vec!["2026-01-01"], "INVALID_INPUT", "needs 2 values"),
        ("reference", "isnull", vec!["x"], "INVALID_INPUT", "needs no value"),
        ("reference", "in", vec!["x"; 101], "INVALID_INPUT", "at most 100 values"),
        ("reference", "is", vec![&*"x".repeat(1_001)], "INVALID_INPUT", "at most 1000 characters"),
        ("reference", "is", vec!["a\0b"], "INVALID_INPUT", "character"),
    ] {
        for query in
            [all(vec![one(field, test, &values)]), any(vec![one("id", "is", &["x"]), one(field, test, &values)])]
        {
            let (found, named, message) = refused(&book, query).await;
            assert_eq!((found.as_str(), named.as_str()), (code, field), "{message}");
            assert!(message.contains(says), "{message}");
        }
    }
    let many = all(vec![one("reference", "ne", &["x"]); 21]);
    assert!(refused(&book, many).await.2.contains("At most 20 conditions"));
    assert!(book.engine.transactions_page(all(vec![one("reference", "ne", &["x"]); 20])).await.is_ok());
}

#[tokio::test]
async fn what_somebody_types_is_only_text() {
    let book = book_with_entries().await;
    for text in ["'; DROP TABLE txn; --", "\" OR 1=1 --", "%", "_", "\\", "$1", "?", "') OR ('1'='1", "metadata.x'"] {
        for test in ["is", "contains", "ilike"] {
            for field in ["reference", "description", "source", "metadata.cost centre"] {
                // A lone wildcard of a pattern means what it says.
                let wild = test == "ilike" && text == "%";
                let found = references(&book, all(vec![one(field, test, &[text])])).await;
                let literal = (text == "%" && field == "description" || text == "_" && field == "reference")
                    && test == "contains";
                assert!(wild || literal || found.is_empty(), "{field} {test} {text}: {found}");
            }
        }
        let key = format!("metadata.{text}");
        assert_eq!(references(&book, all(vec![one(&key, "isnotnull", &[])])).await, "", "{key}");
    }
    assert_eq!(book.engine.transactions_page(all(Vec::new())).await.unwrap().total, 5);
}
