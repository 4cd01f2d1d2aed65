//! Conditions over lists, the search of everything, and building it anew.

use serde_json::Value;

use crate::support::{Book, ok, tieout};

fn references(args: &[&str]) -> String {
    let found = ok(args);
    let rows = found["rows"].as_array().unwrap();
    let mut names: Vec<&str> = rows.iter().map(|row| row["reference"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.join(" ")
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// Three payments, one of them with a note.
fn book_with_payments() -> Book {
    let book = Book::new();
    book.fund("Main", "EUR", "1000.00");
    book.post("P-1", "12.50", &["--description", "Bolts and nuts"]);
    let second = book.post("P-2", "99.00", &[]).json();
    book.post("Q-3", "250.00", &["--description", "Sheet 100%"]);
    let id = second["family"]["id"].as_str().unwrap_or_else(|| panic!("{second}"));
    ok(&["metadata", &book.path, id, "--set", "cost centre=north", "--set", "items=12"]);
    book
}

#[test]
fn lists_are_narrowed_by_conditions_all_of_them_or_any() {
    let book = book_with_payments();
    let list = ["transactions", &book.path];
    for (more, expected) in [
        (vec!["--where", "amount:above:9900"], "OPEN-Main Q-3"),
        (vec!["--where", "amount:gte:9900", "--where", "reference:like:P-%"], "P-2"),
        (vec!["--any", "--where", "amount:lt:2000", "--where", "metadata.cost centre:eq:north"], "P-1 P-2"),
        (vec!["--where", "metadata.items:between:10,20"], "P-2"),
        (vec!["--where", "description:isnull"], "OPEN-Main P-2"),
        (vec!["--where", "description:contains:100%"], "Q-3"),
        (vec!["--where", "reference:in:P-1,Q-3", "--search", "bolts"], "P-1"),
        (vec!["--state", "applied", "--any", "--where", "reference:ilike:q%", "--where", "amount:is:1250"], "P-1 Q-3"),
    ] {
        assert_eq!(references(&[&list[..], &more].concat()), expected, "{more:?}");
    }
    let rows = ok(&["balances", &book.path, "--where", "balance:gt:0", "--where", "account_number:isnotnull"]);
    assert_eq!(names(&rows), ["Main"]);
    let rows = ok(&["ledgers", &book.path, "--where", "name:like:S%", "--where", "balances:gt:0"]);
    assert_eq!(names(&rows), ["Suppliers"]);
    assert_eq!(names(&ok(&["ledgers", &book.path, "--search", "cust"])), ["Customers"]);
    book.check();
}

#[test]
fn a_wrong_condition_is_refused_with_what_the_field_takes() {
    let book = Book::new();
    let refused = |condition: &str| tieout(&["transactions", &book.path, "--where", condition, "--json"]);
    for (condition, code, says) in [
        ("colour:is:red", "UNKNOWN_FIELD", "Their fields are id, reference"),
        ("amount:is:12.50", "INVALID_INPUT", "an amount in minor units"),
        ("amount:like:1%", "INVALID_INPUT", "It is compared with is, is_not"),
        ("date:between:2026-01-01", "INVALID_INPUT", "needs 2 values"),
    ] {
        let ran = refused(condition);
        assert_eq!(ran.refused(1), code, "{condition}");
        let error = ran.error();
        assert_eq!(error["fields"][0]["field"], "where");
        assert!(error["message"].as_str().unwrap().contains(says), "{error}");
    }
    assert_eq!(refused("amount:more:1").refused(2), "USAGE");
    let many: Vec<String> = (0..21).map(|number| format!("reference:ne:{number}")).collect();
    let args = many.iter().flat_map(|one| ["--where", one.as_str()]).collect::<Vec<_>>();
    let ran = tieout(&[&["transactions", &book.path, "--json"][..], &args].concat());
    assert_eq!(ran.refused(1), "INVALID_INPUT");
}

#[test]
fn words_are_looked_for_in_everything_and_the_search_is_built_anew() {
    let book = book_with_payments();
    let owner = ["identity", "create", &book.path, "organisation", "--set", "organisation_name=Boltmaker"];
    let id = ok(&owner)["row"]["id"].as_str().unwrap().to_owned();
    let number = ["--number", "IE29 AIBK 9311 5212 3456 78", "--bank", "Bolt Bank", "--currency", "EUR"];
    ok(&[&["identity", "account", "add", &book.path, &id][..], &number].concat());
    let groups = ok(&["search", &book.path, "bolt"]);
    let kinds: Vec<_> = groups["groups"].as_array().unwrap().iter().map(|group| group["kind"].clone()).collect();
    assert_eq!(kinds, ["identity", "account", "transaction"]);
    let shown = tieout(&["search", &book.path, "bolt"]);
    assert!(shown.out.contains("••••5678") && !shown.out.contains("9311"), "{}", shown.out);
    assert!(shown.out.contains("Transactions, 1 of 1") && shown.out.contains("description"), "{}", shown.out);
    assert_eq!(
        tieout(&["search", &book.path, "nothing like it"]).out.trim(),
        "Nothing in this book holds “nothing like it”."
    );
    assert_eq!(ok(&["accounts", &book.path, "--where", "bank:ilike:bolt%"])["total"], 1);

    assert_eq!(ok(&["book", "reindex", &book.path])["rows"], 5);
    assert_eq!(ok(&["search", &book.path, "12.50"])["groups"][0]["hits"][0]["title"], "P-1");
    book.check();
}
