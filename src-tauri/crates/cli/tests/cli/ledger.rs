//! Batches booked whole, journal entries, what waits for its time, closed periods, monitors and the two reports.

use serde_json::{Value, json};

use crate::support::{Book, ok, text, tieout};

#[test]
fn a_batch_is_booked_whole_or_not_at_all_and_can_be_tried_out() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let file = book.file("batch.csv");
    let write = |last: &str| {
        let rows = format!(
            "from;to;amount;currency;reference\nMain;Acme;60.00;EUR;A\nAcme;Main;10.00;EUR;B\nMain;Acme;{last};EUR;C\n"
        );
        std::fs::write(&file, rows).unwrap();
    };
    write("50.01");
    let refused = tieout(&["post", &book.path, "--batch", &text(&file), "--atomic", "--json"]);
    assert_eq!(refused.refused(1), "ALL_REFUSED");
    let rows = refused.json();
    let codes: Vec<_> = rows["rows"].as_array().unwrap().iter().map(|row| row["error"]["code"].clone()).collect();
    assert_eq!(codes, ["NOT_TRIED", "NOT_TRIED", "TXN_INSUFFICIENT_FUNDS"]);

    // A row that cannot be read does not hide what is wrong with the others.
    std::fs::write(&file, "from,to,amount,currency\nMain,Acme,1.234,EUR\nMain,Acme,200.00,EUR\nMain,Acme,2.00,EUR\n")
        .unwrap();
    let refused = tieout(&["post", &book.path, "--batch", &text(&file), "--atomic", "--json"]);
    assert_eq!(refused.refused(1), "ALL_REFUSED");
    let rows = refused.json();
    let codes: Vec<_> = rows["rows"].as_array().unwrap().iter().map(|row| row["error"]["code"].clone()).collect();
    assert_eq!(codes, ["INVALID_INPUT", "TXN_INSUFFICIENT_FUNDS", "NOT_TRIED"]);
    assert_eq!(book.figure("Main", "balance"), "10000");

    write("50.00");
    let tried = ok(&["post", &book.path, "--batch", &text(&file), "--atomic", "--dry-run"]);
    assert_eq!((tried["posted"].as_u64(), book.figure("Main", "balance").as_str()), (Some(3), "10000"));
    let main = tried["effects"].as_array().unwrap().iter().find(|one| one["name"] == "Main").unwrap();
    assert_eq!((main["before"]["balance"].as_str(), main["after"]["balance"].as_str()), (Some("10000"), Some("0")));
    assert_eq!(ok(&["post", &book.path, "--batch", &text(&file), "--atomic"])["posted"], 3);
    assert_eq!(ok(&["post", &book.path, "--batch", &text(&file), "--atomic"])["before"], 3);
    assert_eq!(book.figure("Main", "balance"), "0");
    book.check();
}

#[test]
fn an_entry_and_a_split_are_booked_under_one_reference() {
    let book = Book::new();
    book.fund("Main", "EUR", "1000.00");
    let entry = [
        "entry",
        &book.path,
        "--currency",
        "EUR",
        "--reference",
        "JE-1",
        "--credit",
        "Main=119.00",
        "--debit",
        "Acme=100.00",
        "--debit",
        "@vat=19.00",
        "--create-indicators",
    ];
    let mut dry = entry.to_vec();
    dry.push("--dry-run");
    assert_eq!(ok(&dry)["ready"], true);
    let posted = ok(&entry);
    let legs: Vec<_> = posted["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| (leg["reference"].clone(), leg["amount"].clone()))
        .collect();
    assert_eq!(legs, [("JE-1".into(), "10000".into()), ("JE-1-2".into(), "1900".into())] as [(Value, Value); 2]);
    assert_eq!(ok(&entry)["existing"], true);
    // What is credited is what the money leaves, as in any journal.
    assert_eq!((&*book.figure("Main", "balance"), &*book.figure("Acme", "balance")), ("88100", "10000"));
    let unbalanced = ["entry", &book.path, "--currency", "EUR", "--credit", "Main=1.00", "--debit", "Acme=0.99"];
    assert_eq!(tieout(&unbalanced).refused(1), "INVALID_INPUT");

    let split = [
        "split",
        &book.path,
        "--currency",
        "EUR",
        "--reference",
        "S",
        "--from",
        "Main",
        "--amount",
        "2.50",
        "--to",
        "Acme=50%",
        "--to",
        "Steel=45%",
        "--to",
        "@vat=left",
    ];
    let parts: Vec<_> = ok(&split)["legs"].as_array().unwrap().iter().map(|leg| leg["amount"].clone()).collect();
    assert_eq!(parts, ["125", "113", "12"]);
    let short = [
        "split",
        &book.path,
        "--currency",
        "EUR",
        "--from",
        "Main",
        "--amount",
        "1.00",
        "--to",
        "Acme=50%",
        "--to",
        "Steel=30%",
    ];
    let refused = tieout(&short);
    assert_eq!(refused.refused(1), "INVALID_INPUT");
    assert!(refused.err.contains("leave 0.20 EUR over"), "{}", refused.err);
    book.check();
}

#[test]
fn what_is_scheduled_waits_is_cancelled_or_posted() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let later = book.post("LATER", "4.00", &["--at", "2035-01-01T09:00:00Z"]).json();
    assert_eq!(later["state"], "waiting");
    let now = book.post("NOW", "3.00", &["--at", "2020-01-01T09:00:00Z"]).json();
    assert_eq!(now["state"], "posted", "what is due already is posted at once");
    assert_eq!(book.figure("Main", "balance"), "700");
    let listed = ok(&["scheduled", "list", &book.path]);
    assert_eq!((&listed["total"], &listed["rows"][0]["reference"]), (&json!(1), &json!("LATER")));
    let id = later["id"].as_str().unwrap();
    let gone = ok(&["scheduled", "cancel", &book.path, id, "--reason", "Paid by card"]);
    assert_eq!((gone["state"].as_str(), gone["reason"].as_str()), (Some("cancelled"), Some("Paid by card")));
    assert_eq!(tieout(&["scheduled", "cancel", &book.path, id, "--reason", "x"]).refused(1), "SCHEDULED_ENDED");
    assert_eq!(ok(&["scheduled", "run", &book.path])["total"], 0);
    assert_eq!(ok(&["scheduled", "list", &book.path, "--all"])["total"], 2);
    let found = ok(&["scheduled", "list", &book.path, "--all", "--search", "by card", "--limit", "1"]);
    assert_eq!((&found["total"], &found["rows"][0]["reference"]), (&json!(1), &json!("LATER")));
    book.check();
}

#[test]
fn a_closed_period_refuses_until_it_is_reopened() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let closed = ok(&["period", "close", &book.path, "2026-01-31"]);
    assert_eq!(closed["open_from"], "2026-02-01");
    let late = [
        "post",
        &book.path,
        "--from",
        "Main",
        "--to",
        "Acme",
        "--amount",
        "1.00",
        "--currency",
        "EUR",
        "--date",
        "2026-01-31",
    ];
    assert_eq!(tieout(&late).refused(1), "PERIOD_CLOSED");
    assert_eq!(tieout(&["period", "reopen", &book.path, "--reason", "x"]).refused(2), "USAGE");
    let open = ok(&["period", "reopen", &book.path, "--all", "--reason", "A late bill"]);
    assert_eq!(
        (open["closed_through"].clone(), open["steps"][0]["reason"].as_str()),
        (Value::Null, Some("A late bill"))
    );
    ok(&late);
    assert!(tieout(&["period", "show", &book.path]).out.contains("No period is closed."));
    book.check();
}

#[test]
fn monitors_tell_and_the_reports_tie() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let made = ok(&["monitor", "create", &book.path, "Main", "balance", "<", "50.00", "--description", "Low"]);
    book.post("BIG", "60.00", &[]).json();
    let alerts = ok(&["monitor", "alerts", &book.path]);
    assert_eq!((alerts[0]["figure"].as_str(), alerts[0]["description"].as_str()), (Some("4000"), Some("Low")));
    assert!(tieout(&["monitor", "list", &book.path]).out.contains("balance < 50.00"));
    ok(&["monitor", "delete", &book.path, made["id"].as_str().unwrap()]);

    let sheet = ok(&["balance-sheet", &book.path]);
    assert_eq!(sheet["currencies"][0]["ties"], true);
    let out = book.file("pl.xlsx");
    ok(&["profit-and-loss", &book.path, "--from", "2020-01-01", "--out", &text(&out)]);
    assert!(out.exists());
    let ledgers = ok(&["ledgers", &book.path]);
    let general = ledgers.as_array().unwrap().iter().find(|row| row["name"] == "General ledger").unwrap();
    let typed = ok(&["ledger", "type", &book.path, general["id"].as_str().unwrap(), "equity"]);
    assert_eq!(typed["account_type"], "equity");
    assert_eq!(ok(&["ledger", "type", &book.path, "General ledger", "by-name"])["account_type"], Value::Null);
    assert_eq!(tieout(&["ledger", "type", &book.path, "Nowhere", "asset"]).refused(1), "NOT_FOUND");
    book.check();
}

#[test]
fn what_is_noted_beside_a_posting_is_merged() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let posted = book.post("P", "1.00", &[]).json();
    let id = posted["family"]["id"].as_str().unwrap();
    let noted = ok(&["metadata", &book.path, id, "--set", "invoice=INV-7", "--set", "pages=3"]);
    assert_eq!(noted, serde_json::json!({ "invoice": "INV-7", "pages": 3 }));
    assert_eq!(ok(&["metadata", &book.path, id, "--unset", "pages"]), serde_json::json!({ "invoice": "INV-7" }));
    assert_eq!(ok(&["show", &book.path, "P"])["metadata"], serde_json::json!({ "invoice": "INV-7" }));
    assert_eq!(ok(&["metadata", &book.path, "P"]), serde_json::json!({ "invoice": "INV-7" }), "by its reference");
    assert_eq!(tieout(&["metadata", &book.path, "txn_none"]).refused(1), "NOT_FOUND");
    book.check();
}

#[test]
fn what_a_ledger_and_a_balance_are_called_is_changed() {
    let book = Book::new();
    let change = |args: &[&str]| ok(&[&["balance", "change", &*book.path], args].concat());
    let changed =
        change(&["Steel", "--name", "Steel works", "--account-number", "IE29AIBK93115212345678", "--pinned", "yes"]);
    assert_eq!((&changed["name"], &changed["pinned"]), (&json!("Steel works"), &json!(true)));
    let changed = change(&["Steel works", "--reconcilable", "yes", "--account-number", ""]);
    assert_eq!((&changed["reconcilable"], &changed["account_number"]), (&json!(true), &Value::Null), "the rest stays");
    assert_eq!(tieout(&["balance", "change", &book.path, "Steel works"]).refused(2), "USAGE");
    let names = || -> Vec<String> {
        let rows = ok(&["ledgers", &book.path]);
        rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let ledger = names().into_iter().find(|name| name != "General ledger").unwrap();
    ok(&["ledger", "rename", &book.path, &ledger, "Renamed"]);
    assert!(names().contains(&"Renamed".to_owned()) && !names().contains(&ledger));
    assert_eq!(tieout(&["ledger", "rename", &book.path, "None", "X"]).refused(1), "NOT_FOUND");
}
