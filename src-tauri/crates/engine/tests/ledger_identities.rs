//! Identities, protected fields and accounts.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use engine::EngineError;
use engine::api::page::ListQuery;
use engine::api::people::{AccountRequest, IdentityDetail, IdentityEdit, IdentityRequest};

use crate::support::TestBook;

fn request(kind: &str, fields: &[(&str, &str)], protect: &[&str]) -> IdentityRequest {
    IdentityRequest {
        kind: kind.into(),
        fields: fields.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect(),
        protect: words(protect),
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn edit(of: &IdentityDetail, fields: &[(&str, Option<&str>)]) -> IdentityEdit {
    let fields = fields.iter().map(|(field, text)| ((*field).to_owned(), text.map(str::to_owned)));
    IdentityEdit { id: of.row.id.clone(), version: of.version, kind: None, fields: fields.collect() }
}

fn value(of: &IdentityDetail, field: &str) -> (Option<String>, bool) {
    let found = of.fields.iter().find(|known| known.field == field).unwrap();
    (found.value.clone(), found.protected)
}

fn code(error: &EngineError) -> &'static str {
    error.code()
}

fn wrong(error: &EngineError) -> Vec<String> {
    error.body().fields.into_iter().map(|field| field.field).collect()
}

async fn niamh(book: &TestBook, protect: &[&str]) -> IdentityDetail {
    let fields = [
        ("first_name", "Niamh"),
        ("last_name", "Ó Briain"),
        ("phone_number", "+353 1 555 0101"),
        ("street", "Block A: 12 – 山 🏔"),
        ("country", "IE"),
        ("category", "Customer"),
    ];
    book.engine.identity_create(request("individual", &fields, protect)).await.unwrap()
}

/// Everything that the history holds, as text.
async fn history(book: &TestBook, id: &str) -> String {
    format!("{:?}", book.engine.identity_history(id).await.unwrap())
}

#[tokio::test]
async fn an_identity_is_made_changed_and_cleared_field_by_field() {
    let book = TestBook::new().await;
    let made = niamh(&book, &[]).await;
    assert_eq!((made.row.name.as_str(), made.row.country.as_str(), made.version), ("Niamh Ó Briain", "IE", 1));
    assert_eq!(value(&made, "street"), (Some("Block A: 12 – 山 🏔".into()), false));
    let changes = [("phone_number", None), ("street", Some(" ")), ("city", Some("Cork"))];
    let changed = book.engine.identity_update(edit(&made, &changes)).await.unwrap();
    assert_eq!(value(&changed, "phone_number"), (None, false));
    assert_eq!((value(&changed, "street").0, value(&changed, "city").0), (None, Some("Cork".into())));
    // Nothing changes: nothing is written.
    let same = book.engine.identity_update(edit(&changed, &[("city", Some("Cork"))])).await.unwrap();
    assert_eq!(same.version, changed.version);
    // What somebody else changed meanwhile is not overwritten.
    let stale = book.engine.identity_update(edit(&made, &[("city", Some("Galway"))])).await.unwrap_err();
    assert_eq!(code(&stale), "CHANGED_ELSEWHERE");
    let nameless = edit(&changed, &[("first_name", None), ("last_name", None)]);
    assert_eq!(wrong(&book.engine.identity_update(nameless).await.unwrap_err()), ["last_name"]);
    let told = history(&book, &made.row.id).await;
    assert!(told.contains("phone number") && !told.contains("555") && !told.contains("Cork"), "{told}");
}

#[tokio::test]
async fn wrong_fields_are_named_all_at_once_and_nothing_is_made() {
    let book = TestBook::new().await;
    let fields = [("email", "nobody"), ("date_of_birth", "1.2.80"), ("shoe_size", "44"), ("last_name", "X")];
    let error = book.engine.identity_create(request("individual", &fields, &[])).await.unwrap_err();
    assert_eq!(wrong(&error), ["date_of_birth", "email_address", "shoe_size"]);
    let nameless = book.engine.identity_create(request("organisation", &[("city", "Cork")], &[])).await.unwrap_err();
    assert_eq!(wrong(&nameless), ["organisation_name"]);
    let kind = book.engine.identity_create(request("robot", &[("last_name", "X")], &[])).await.unwrap_err();
    assert_eq!(wrong(&kind), ["kind"]);
    let open =
        book.engine.identity_create(request("individual", &[("last_name", "X")], &["country"])).await.unwrap_err();
    assert_eq!(wrong(&open), ["country"]);
    assert_eq!(book.engine.identities_page(ListQuery::default()).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_protected_field_is_shown_only_with_a_reason_that_is_kept() {
    let book = TestBook::new().await;
    let made = niamh(&book, &["phoneNumber", "street"]).await;
    let id = made.row.id.clone();
    assert_eq!((value(&made, "street"), value(&made, "phone_number")), ((None, true), (None, true)));
    assert_eq!(made.row.protected, ["phone_number", "street"]);
    let none = book.engine.identity_reveal(&id, &[], " ").await.unwrap_err();
    assert_eq!(wrong(&none), ["reason"]);
    let open = book.engine.identity_reveal(&id, &words(&["first_name"]), "Call back").await.unwrap_err();
    assert_eq!(wrong(&open), ["fields"]);
    let seen = book.engine.identity_reveal(&id, &[], "Call back").await.unwrap();
    let expected = [("phone_number", "+353 1 555 0101"), ("street", "Block A: 12 – 山 🏔")];
    assert_eq!(seen, BTreeMap::from(expected.map(|(field, text)| (field.to_owned(), text.to_owned()))));
    let looked = &book.engine.identity_history(&id).await.unwrap()[0];
    assert_eq!(
        (looked.kind.as_str(), looked.object.as_str(), looked.actor.as_str()),
        ("identity.revealed", "phone number, street", "Orla Keane")
    );
    // A new text of a protected field is protected too, and clearing one needs no key.
    let changed = book.engine.identity_update(edit(&made, &[("street", Some("Dock Road"))])).await.unwrap();
    assert_eq!(value(&changed, "street"), (None, true));
    assert_eq!(book.engine.identity_reveal(&id, &words(&["street"]), "Post").await.unwrap()["street"], "Dock Road");
    let cleared = book.engine.identity_update(edit(&changed, &[("street", None)])).await.unwrap();
    assert_eq!(value(&cleared, "street"), (None, false));
    let ended = book.engine.identity_unprotect(&id, &words(&["phone_number"]), "She agreed").await.unwrap();
    assert_eq!(value(&ended, "phone_number"), (Some("+353 1 555 0101".into()), false));
    let told = history(&book, &id).await;
    assert!(!told.contains("Dock Road") && !told.contains("555"), "{told}");
}

#[tokio::test]
async fn what_is_protected_cannot_be_found_and_not_read_from_the_file() {
    let book = TestBook::new().await;
    let made = niamh(&book, &[]).await;
    let find = async |text: &str| {
        let query = ListQuery { text: Some(text.into()), ..ListQuery::default() };
        book.engine.identities_page(query).await.unwrap().total
    };
    assert_eq!((find("ó briain").await, find("555").await, find("01").await, find("nobody").await), (1, 1, 1, 0));
    let all = words(&["first_name", "last_name", "phone_number", "street"]);
    let kept = book.engine.identity_protect(&made.row.id, &all).await.unwrap();
    assert_eq!((kept.row.name.as_str(), kept.row.protected.len()), ("", 4));
    assert_eq!((find("briain").await, find("555").await, find("customer").await), (0, 0, 1));
    // Again changes nothing.
    assert_eq!(book.engine.identity_protect(&made.row.id, &all).await.unwrap().version, kept.version);
}

#[tokio::test]
async fn without_the_key_nothing_is_shown_and_no_other_key_is_made() {
    let book = TestBook::new().await;
    book.keys.locked.store(true, Ordering::SeqCst);
    let locked = book.engine.identity_create(request("individual", &[("last_name", "X")], &["last_name"])).await;
    assert_eq!(code(&locked.unwrap_err()), "KEYRING_UNAVAILABLE");
    assert!(book.engine.key_state().await.unwrap().problem.unwrap().contains("locked"));
    book.keys.locked.store(false, Ordering::SeqCst);
    let made = niamh(&book, &["street"]).await;
    let kept = book.engine.key_show().await.unwrap();
    let state = book.engine.key_state().await.unwrap();
    assert_eq!((state.sealed, state.older, state.problem), (1, 0, None));
    book.keys.lose();
    let id = &made.row.id;
    assert_eq!(code(&book.engine.identity_reveal(id, &[], "Look").await.unwrap_err()), "KEY_MISSING");
    assert_eq!(code(&book.engine.identity_protect(id, &words(&["phone_number"])).await.unwrap_err()), "KEY_MISSING");
    assert!(book.engine.key_state().await.unwrap().problem.unwrap().contains(&state.key_id.unwrap()));
    assert_eq!(wrong(&book.engine.key_add("no key").await.unwrap_err()), ["key"]);
    assert_eq!(book.engine.key_add(&kept).await.unwrap().problem, None);
    assert_eq!(book.engine.identity_reveal(id, &[], "Look").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_replaced_key_seals_everything_anew_and_opens_what_was_copied_before() {
    let book = TestBook::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let fields = [("last_name", format!("Name {number}"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(field, text)| (*field, text.as_str())).collect();
        ids.push(book.engine.identity_create(request("individual", &fields, &["last_name"])).await.unwrap().row.id);
    }
    let before = book.engine.key_state().await.unwrap();
    let after = book.engine.key_replace(true).await.unwrap();
    assert_ne!(before.key_id, after.key_id);
    assert_eq!((after.sealed, after.older), (5, 0));
    let book = book.reopen().await;
    for (number, id) in ids.iter().enumerate() {
        let seen = book.engine.identity_reveal(id, &[], "Check").await.unwrap();
        assert_eq!(seen["last_name"], format!("Name {number}"));
    }
    assert!(book.engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn an_identity_that_something_refers_to_is_not_deleted() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "USD").await);
    let made = niamh(&book, &[]).await;
    let id = made.row.id.as_str();
    for balance in [&bank, &shop] {
        book.engine.balance_identity_set(balance, Some(id)).await.unwrap();
    }
    book.fund(&bank, "EUR", "1250").await;
    let account = AccountRequest {
        identity_id: id.into(),
        balance_id: Some(bank.clone()),
        bank: "AIB".into(),
        number: "IE29 AIBK 9311 5212 3456 78".into(),
        ..AccountRequest::default()
    };
    let account = book.engine.account_create(account).await.unwrap();
    let found = book.engine.identity_get(id).await.unwrap();
    let totals: Vec<_> = found.totals.iter().map(|total| (total.currency.as_str(), total.amount.as_str())).collect();
    assert_eq!(totals, [("EUR", "1250"), ("USD", "0")]);
    assert_eq!((found.row.balances, found.row.accounts, found.balances.len()), (2, 1, 2));
    assert_eq!(book.engine.balance_get(&bank, None).await.unwrap().identity.unwrap().id, id);
    let refused = book.engine.identity_delete(id).await.unwrap_err();
    assert_eq!(code(&refused), "IDENTITY_IN_USE");
    assert!(refused.sentence().contains("2 balances (Bank, Shop) and 1 account"), "{}", refused.sentence());
    book.engine.account_delete(&account.id).await.unwrap();
    for balance in [&bank, &shop] {
        book.engine.balance_identity_set(balance, None).await.unwrap();
    }
    book.engine.identity_delete(id).await.unwrap();
    assert_eq!(code(&book.engine.identity_get(id).await.unwrap_err()), "NOT_FOUND");
    assert_eq!(code(&book.engine.balance_identity_set(&bank, Some(id)).await.unwrap_err()), "NOT_FOUND");
    assert!(book.engine.balance_get(&bank, None).await.unwrap().identity.is_none());
}

#[tokio::test]
async fn a_number_belongs_to_one_account_however_it_is_written() {
    let book = TestBook::new().await;
    let bank = book.balance("Bank", "EUR").await;
    let owner = niamh(&book, &[]).await.row.id;
    let asked = |number: &str, balance: Option<&str>, currency: &str| AccountRequest {
        identity_id: owner.clone(),
        balance_id: balance.map(str::to_owned),
        number: number.into(),
        currency: currency.into(),
        ..AccountRequest::default()
    };
    let first = book.engine.account_create(asked("ie29aibk93115212345678", None, "EUR")).await.unwrap();
    assert_eq!(first.masked, "••••5678");
    let twice = book.engine.account_create(asked("IE29 AIBK 9311 5212 3456 78", None, "EUR")).await.unwrap_err();
    assert!(twice.sentence().contains("Niamh Ó Briain has an account with this number"), "{}", twice.sentence());
    for (request, field) in [
        (asked("IE28 AIBK 9311 5212 3456 78", None, "EUR"), "number"),
        (asked("--", None, "EUR"), "number"),
        (asked("77", None, ""), "currency"),
        (asked("77", Some(&bank), "USD"), "currency"),
    ] {
        assert_eq!(wrong(&book.engine.account_create(request).await.unwrap_err()), [field]);
    }
    let second = book.engine.account_create(asked("77", Some(&bank), "")).await.unwrap();
    assert_eq!((second.currency.as_str(), second.balance_name.as_deref()), ("EUR", Some("Bank")));
    let moved = book.engine.account_update(&second.id, asked("78", None, "USD")).await.unwrap();
    assert_eq!((moved.number.as_str(), moved.balance_id, moved.currency.as_str()), ("78", None, "USD"));
    let taken = asked("IE29AIBK93115212345678", None, "EUR");
    assert_eq!(wrong(&book.engine.account_update(&second.id, taken).await.unwrap_err()), ["number"]);
    assert_eq!(code(&book.engine.account_delete("acc_none").await.unwrap_err()), "NOT_FOUND");
}

#[tokio::test]
async fn lists_are_sorted_filtered_and_paged() {
    let book = TestBook::new().await;
    for (name, category, country) in
        [("Zeta", "Supplier", "DE"), ("alpha", "Customer", "IE"), ("Beta", "Customer", "DE")]
    {
        let fields = [("organisation_name", name), ("category", category), ("country", country)];
        book.engine.identity_create(request("organisation", &fields, &[])).await.unwrap();
    }
    let names = async |query: ListQuery| -> Vec<String> {
        book.engine.identities_page(query).await.unwrap().rows.into_iter().map(|row| row.name).collect()
    };
    assert_eq!(names(ListQuery::default()).await, ["Beta", "Zeta", "alpha"]);
    let by: ListQuery = serde_json::from_value(serde_json::json!({
        "offset": 0, "limit": 2, "sort": [{ "field": "created", "descending": true }],
        "conditions": [{ "field": "country", "test": "is", "values": ["DE"] }], "text": null,
    }))
    .unwrap();
    assert_eq!(names(by).await, ["Beta", "Zeta"]);
    let unknown: ListQuery = serde_json::from_value(serde_json::json!({
        "sort": [{ "field": "street" }], "conditions": [],
    }))
    .unwrap();
    assert_eq!(code(&book.engine.identities_page(unknown).await.unwrap_err()), "UNKNOWN_FIELD");
}

#[tokio::test]
async fn metadata_stands_beside_an_identity() {
    let book = TestBook::new().await;
    let made = niamh(&book, &[]).await;
    book.engine.metadata_merge(&made.row.id, serde_json::json!({ "segment": "retail" })).await.unwrap();
    assert_eq!(book.engine.identity_get(&made.row.id).await.unwrap().metadata["segment"], "retail");
}
