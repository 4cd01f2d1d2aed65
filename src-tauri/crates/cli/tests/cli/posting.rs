//! Posting, holds, batches and streams.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Book, TIEOUT, ok, text, tieout};

#[test]
fn a_refund_goes_back_in_parts() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let paid = [
        "post",
        &book.path,
        "--from",
        "Main",
        "--to",
        "Acme",
        "--amount",
        "40.00",
        "--currency",
        "EUR",
        "--reference",
        "P-1",
    ];
    ok(&paid);
    let dry = tieout(&["refund", &book.path, "P-1", "--dry-run"]);
    assert!(dry.out.contains("P-1 is given back whole"), "{} {}", dry.out, dry.err);
    let part = ok(&["refund", &book.path, "P-1", "--amount", "15.00", "--reference", "P-1-R1"]);
    assert_eq!(
        (part["family"]["amount"].as_str(), part["family"]["description"].as_str()),
        (Some("1500"), Some("Refund of P-1"))
    );
    assert_eq!(tieout(&["refund", &book.path, "P-1", "--amount", "25.01"]).refused(1), "TXN_REFUND_TOO_MUCH");
    for existing in [false, true] {
        let rest = ok(&["refund", &book.path, "P-1", "--reference", "P-1-R2"]);
        assert_eq!((rest["family"]["amount"].as_str(), rest["existing"].as_bool()), (Some("2500"), Some(existing)));
    }
    assert_eq!(tieout(&["refund", &book.path, "P-1"]).refused(1), "TXN_NOTHING_TO_REFUND");
    assert_eq!(tieout(&["refund", &book.path, "P-1-R1"]).refused(1), "TXN_REFUND_OF_REFUND");
    book.check();
}

#[test]
fn an_acknowledged_posting_is_in_the_reopened_book() {
    let book = Book::new();
    book.fund("Main", "EUR", "1000.00");
    let posted = book.post("PAY-1", "12.50", &["--description", "Bolts", "--date", "2026-03-04", "--as", "Ada"]).json();
    assert_eq!(posted["family"]["amount"], "1250");
    assert_eq!(posted["existing"], false);
    let shown = ok(&["show", &book.path, "PAY-1"]);
    assert_eq!(shown["family"]["id"], posted["family"]["id"]);
    assert_eq!(
        (shown["family"]["date"].as_str(), shown["family"]["actor"].as_str()),
        (Some("2026-03-04"), Some("Ada"))
    );
    assert_eq!(ok(&["show", &book.path, posted["family"]["id"].as_str().unwrap()])["family"]["reference"], "PAY-1");
    let register = ok(&["register", &book.path, "Steel"]);
    assert_eq!((register["total"].as_u64(), register["rows"][0]["money_in"].as_str()), (Some(1), Some("1250")));
    assert_eq!(book.figure("Main", "balance"), "98750");
    book.check();
}

#[test]
fn the_same_posting_twice_is_one_posting() {
    let book = Book::new();
    book.fund("Main", "EUR", "1000.00");
    assert_eq!(book.post("PAY-1", "12.50", &[]).json()["existing"], false);
    assert_eq!(book.post("PAY-1", "12.5", &[]).json()["existing"], true, "12.5 and 12.50 are one amount");
    assert_eq!(book.post("PAY-1", "12.51", &[]).refused(1), "TXN_DUPLICATE_REFERENCE");
    assert_eq!(book.figure("Steel", "balance"), "1250");
}

#[test]
fn decimals_are_those_of_the_currency_and_nothing_is_rounded() {
    let book = Book::new();
    book.fund("Yen", "JPY", "5000");
    book.fund("Dinar", "KWD", "7.125");
    assert_eq!(book.figure("Yen", "balance"), "5000");
    assert_eq!(book.figure("Dinar", "balance"), "7125");
    let post = |amount: &str, currency: &str, from: &str| {
        let args = [
            "post",
            &book.path,
            "--from",
            from,
            "--to",
            "@out",
            "--amount",
            amount,
            "--currency",
            currency,
            "--create-indicators",
        ];
        tieout(&args)
    };
    for (amount, currency, from) in [
        ("1.5", "JPY", "Yen"),
        ("1.2345", "KWD", "Dinar"),
        ("1,00", "KWD", "Dinar"),
        ("abc", "JPY", "Yen"),
        ("0", "JPY", "Yen"),
    ] {
        assert_eq!(post(amount, currency, from).refused(1), "INVALID_INPUT", "{amount} {currency}");
    }
    let huge = "1000000000000000000000000000000";
    let args = [
        "post",
        &book.path,
        "--from",
        "@mint",
        "--to",
        "Yen",
        "--amount",
        huge,
        "--currency",
        "JPY",
        "--create-indicators",
        "--allow-overdraft",
    ];
    assert_eq!(ok(&args)["family"]["amount"], huge);
    book.check();
}

#[test]
fn rules_refuse_and_nothing_is_written() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let post = |from: &str, to: &str, currency: &str, more: &[&str]| {
        tieout(
            &[&["post", &book.path, "--from", from, "--to", to, "--amount", "11.00", "--currency", currency], more]
                .concat(),
        )
    };
    assert_eq!(post("Main", "Steel", "EUR", &[]).refused(1), "TXN_INSUFFICIENT_FUNDS");
    assert_eq!(post("Main", "Steel", "EUR", &["--overdraft-limit", "0.99"]).refused(1), "TXN_OVERDRAFT_LIMIT");
    assert_eq!(post("Main", "Main", "EUR", &[]).refused(1), "SELF_TRANSFER");
    assert_eq!(post("Main", "Dinar", "EUR", &[]).refused(1), "CURRENCY_MISMATCH");
    assert_eq!(post("Main", "@nowhere", "EUR", &[]).refused(1), "UNKNOWN_INDICATOR");
    assert_eq!(post("Main", "Nobody", "EUR", &[]).refused(1), "NOT_FOUND");
    let date = post("Main", "Steel", "EUR", &["--date", "2026-02-30"]);
    assert_eq!(date.refused(2), "USAGE");
    assert_eq!(date.error()["fields"][0]["field"], "date");
    let dry = post("Main", "Steel", "EUR", &["--dry-run", "--json"]);
    assert_eq!(dry.refused(1), "WOULD_BE_REFUSED");
    assert_eq!(dry.json()["ready"], false);
    let message = dry.error()["message"].as_str().unwrap().to_owned();
    assert_eq!(message.matches("Nothing was posted.").count(), 1, "{message}");
    assert_eq!(ok(&["transactions", &book.path])["total"], 1);
    assert_eq!(post("Main", "Steel", "EUR", &["--overdraft-limit", "1.00"]).code, 0);
    assert_eq!(book.figure("Main", "balance"), "-100");
}

#[test]
fn a_dry_run_shows_the_effect_and_writes_nothing() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let preview = book.post("DRY-1", "4.00", &["--dry-run"]).json();
    assert_eq!(preview["ready"], true);
    assert_eq!(preview["effects"][0]["after"]["balance"], "600");
    assert_eq!(book.figure("Main", "balance"), "1000");
}

#[test]
fn holds_are_committed_in_parts_and_voided_with_a_reason() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let held = book.post("HOLD-1", "80.00", &["--hold", "--expires", "2126-01-01T17:00"]).json();
    assert_eq!(held["family"]["state"], "held");
    assert_eq!(book.figure("Main", "available"), "2000");
    let tried = ok(&["commit", &book.path, "HOLD-1", "--amount", "30.00", "--dry-run"]);
    assert_eq!((&tried["amount"], &tried["existing"]), (&json!("3000"), &json!(false)));
    let main = &tried["effects"][0];
    assert_eq!((&main["before"]["held_out"], &main["after"]["held_out"]), (&json!("8000"), &json!("5000")), "{tried}");
    assert_eq!((&main["before"]["balance"], &main["after"]["balance"]), (&json!("10000"), &json!("7000")), "{tried}");
    assert_eq!(book.figure("Main", "held_out"), "8000", "nothing was committed");
    let too_much = ["commit", &book.path, "HOLD-1", "--amount", "80.01", "--dry-run"];
    assert_eq!(tieout(&too_much).refused(1), "INVALID_AMOUNT");
    assert_eq!(ok(&["commit", &book.path, "HOLD-1", "--amount", "30.00"])["amount"], "3000");
    let tried = ok(&["void", &book.path, "HOLD-1", "--reason", "Goods returned", "--dry-run"]);
    assert_eq!((&tried["amount"], &tried["effects"][0]["after"]["available"]), (&json!("5000"), &json!("7000")));
    assert_eq!(book.figure("Main", "held_out"), "5000", "nothing was voided");
    assert_eq!(tieout(&["commit", &book.path, "HOLD-1", "--amount", "50.01"]).refused(1), "INVALID_AMOUNT");
    assert_eq!(tieout(&["void", &book.path, "HOLD-1", "--reason", " "]).refused(1), "INVALID_INPUT");
    assert_eq!(
        ok(&["void", &book.path, held["family"]["id"].as_str().unwrap(), "--reason", "Goods returned"])["amount"],
        "5000"
    );
    assert_eq!(tieout(&["void", &book.path, "HOLD-1", "--reason", "Again"]).refused(1), "TXN_ALREADY_VOIDED");
    assert_eq!(tieout(&["commit", &book.path, "OPEN-Main"]).refused(1), "NOT_INFLIGHT");
    assert_eq!(tieout(&["commit", &book.path, "NONE"]).refused(1), "NOT_FOUND");
    let shown = ok(&["show", &book.path, "HOLD-1"]);
    assert_eq!(shown["family"]["state"], "part_voided");
    assert_eq!(shown["rows"].as_array().unwrap().len(), 3);
    assert_eq!(shown["rows"][2]["reason"], "Goods returned");
    assert_eq!(ok(&["transactions", &book.path, "--state", "part_voided"])["total"], 1);
    assert_eq!(
        book.post("HOLD-2", "1.00", &["--hold", "--expires", "2020-01-01T00:00:00Z"]).refused(1),
        "INVALID_INPUT"
    );
    assert_eq!(book.figure("Main", "balance"), "7000");
    book.check();
}

#[test]
fn a_batch_tells_what_became_of_every_row() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let file = book.file("batch.csv");
    std::fs::write(
        &file,
        "from,to,amount,currency,reference,description,date\n\
         Main,Steel,10.00,EUR,B-1,First,2026-01-05\n\
         Main,Steel,1000.00,EUR,B-2,Too much,\n\
         Main,Steel,0.011,EUR,B-3,Too fine,\n\
         Main,Steel,5.00,EUR,B-4,\"Last, quoted\",\n",
    )
    .unwrap();
    let ran = tieout(&["post", &book.path, "--batch", &text(&file), "--json"]);
    assert_eq!(ran.refused(1), "PARTLY_REFUSED");
    let answer = ran.json();
    let counts = |answer: &serde_json::Value| ["posted", "before", "refused"].map(|key| answer[key].as_u64());
    assert_eq!(counts(&answer), [Some(2), Some(0), Some(2)]);
    assert_eq!(answer["rows"][1]["line"], 3);
    assert_eq!(answer["rows"][1]["error"]["code"], "TXN_INSUFFICIENT_FUNDS");
    assert_eq!(answer["rows"][2]["error"]["code"], "INVALID_INPUT");
    let again = tieout(&["post", &book.path, "--batch", &text(&file), "--json"]);
    assert_eq!(again.error()["message"], "2 postings were refused; nothing was posted; 2 postings were there before.");
    let again = again.json();
    assert_eq!(counts(&again), [Some(0), Some(2), Some(2)]);
    assert_eq!(again["rows"][0]["existing"], true, "a batch can be sent again");
    assert_eq!(book.figure("Steel", "balance"), "1500");
    std::fs::write(&file, "from,to,amount,amount,currency\nMain,Steel,1.00,100.00,EUR\n").unwrap();
    let twice = tieout(&["post", &book.path, "--batch", &text(&file)]);
    assert_eq!(twice.refused(3), "BATCH_HEAD");
    assert!(twice.error()["message"].as_str().unwrap().contains("“amount” twice"));
    // A thousand to whoever groups by points.
    std::fs::write(&file, "from,to,amount,currency\nMain,Steel,1.000,EUR\n").unwrap();
    assert_eq!(tieout(&["post", &book.path, "--batch", &text(&file)]).refused(1), "ALL_REFUSED");
    assert_eq!(book.figure("Steel", "balance"), "1500");
    std::fs::write(&file, "from,to,sum\n").unwrap();
    assert_eq!(tieout(&["post", &book.path, "--batch", &text(&file)]).refused(3), "BATCH_HEAD");
    assert_eq!(tieout(&["post", &book.path, "--batch", "/nowhere.csv"]).refused(3), "FILE");
}

#[test]
fn a_stream_answers_every_line() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let mut child = Command::new(TIEOUT)
        .args(["post", &book.path, "--stream"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let line = |reference: &str, amount: &str| {
        json!({ "from": "Main", "to": "Steel", "amount": amount, "currency": "EUR", "reference": reference })
            .to_string()
    };
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}\nnonsense\n\n{}\n{}", line("S-1", "4.00"), line("S-2", "7.00"), line("S-1", "4.00")).unwrap();
    // Neither letters of another encoding nor a line without end keep the next one from its answer.
    input.write_all(b"{\"from\":\"M\xe4in\"}\n").unwrap();
    writeln!(input, "{{\"from\":\"{}\"}}\n{}", "x".repeat(3 << 20), line("S-3", "1.00")).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<_> = answers
        .iter()
        .map(|answer| {
            (answer["line"].as_u64().unwrap(), answer["ok"].as_bool().unwrap(), answer["existing"].as_bool().unwrap())
        })
        .collect();
    let before = [(1, true, false), (2, false, false), (4, false, false), (5, true, true)];
    assert_eq!(seen, [&before[..], &[(6, false, false), (7, false, false), (8, true, false)]].concat());
    assert_eq!(book.figure("Steel", "balance"), "500");
}

#[test]
fn a_stream_says_which_field_is_wrong() {
    use std::io::Write;
    let book = Book::new();
    let mut child = std::process::Command::new(crate::support::TIEOUT)
        .args(["post", &book.path, "--stream"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let lines = [
        (
            r#"{"from":"Main","to":"Steel","amount":4.00,"reference":"S-1"}"#,
            "amount",
            "Line 1, amount: must be text in quotes, not 4.0.",
        ),
        (r#"{"from":"Main","to":"Steel","hold":"yes"}"#, "hold", "Line 2, hold: must be true or false, not \"yes\"."),
        (r#"{"from":"Main","sum":"1"}"#, "sum", "Line 3, sum: there is no such field."),
        (r#"["Main"]"#, "line", "Line 4 is no JSON object"),
        (r#"{"from":"Main","#, "line", "Line 5 is not JSON, from character "),
        (r#"{"from":"Main","from":"Steel"}"#, "line", "Line 6 names a field twice."),
        (r#"{"from":"Main","origin":5}"#, "origin", "Line 7, origin: must be text in quotes, not 5."),
    ];
    let mut input = child.stdin.take().unwrap();
    for (line, ..) in &lines {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), lines.len());
    for (answer, (_, field, message)) in answers.lines().zip(&lines) {
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        assert!(answer["error"]["message"].as_str().unwrap().starts_with(message), "{answer}");
        assert_eq!(answer["error"]["fields"][0]["field"], *field);
    }
    assert!(answers.starts_with(r#"{"line":1,"ok":false,"id":null,"reference":"S-1""#), "{answers}");
}

#[test]
fn a_balance_that_a_posting_makes_is_told_by_its_name() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let args = ["--from", "Main", "--to", "@float", "--amount", "1.00", "--currency", "EUR", "--create-indicators"];
    let posted = ok(&[&["post", &*book.path], &args[..]].concat());
    assert_eq!(
        (&posted["family"]["source_name"], &posted["family"]["destination_name"]),
        (&json!("Main"), &json!("@float"))
    );
}
