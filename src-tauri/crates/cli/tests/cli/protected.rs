//! Protected books, queued postings and the settings of a book.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Book, TIEOUT, ok, text, tieout, tieout_without_key};

const PASSPHRASE: (&str, &str) = ("TIEOUT_PASSPHRASE", "correct horse battery staple");

#[test]
fn a_book_is_protected_opened_and_unprotected_in_new_files() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let (protected, plain) = (text(&book.file("Protected.tieout")), text(&book.file("Plain.tieout")));
    let with = |args: &[&str], variables: &[(&str, &str)]| {
        tieout_without_key(
            &[args, &["--json"]].concat(),
            &[&[("TIEOUT_SECRET", crate::support::SECRET)], variables].concat(),
        )
    };
    assert_eq!(with(&["book", "protect", &book.path, "--to", &protected], &[]).refused(1), "INVALID_INPUT");
    let short = with(&["book", "protect", &book.path, "--to", &protected], &[("TIEOUT_NEW_PASSPHRASE", "short")]);
    assert_eq!(short.refused(1), "PASSPHRASE_SHORT");
    assert!(!std::path::Path::new(&protected).exists());
    let made = with(&["book", "protect", &book.path, "--to", &protected], &[("TIEOUT_NEW_PASSPHRASE", PASSPHRASE.1)]);
    assert_eq!((made.code, made.json()["protected"].as_bool()), (0, Some(true)), "{}", made.err);

    assert_eq!(with(&["book", "info", &protected], &[]).refused(4), "BOOK_PROTECTED");
    let wrong = with(&["book", "info", &protected], &[("TIEOUT_PASSPHRASE", "not the passphrase")]);
    assert_eq!(wrong.refused(4), "BOOK_PASSPHRASE");
    assert!(!wrong.err.contains("not the passphrase"), "a passphrase is never told: {}", wrong.err);
    let post = ["post", &protected, "--from", "Main", "--to", "Steel", "--amount", "4.00", "--currency", "EUR"];
    assert_eq!(with(&post, &[PASSPHRASE]).code, 0);
    assert_eq!(with(&["book", "check", &protected], &[PASSPHRASE]).code, 0);
    assert_eq!(with(&["verify", &protected], &[PASSPHRASE]).code, 0);

    // The passphrase it has is not the new one.
    let same = with(&["book", "protect", &protected, "--to", &plain], &[PASSPHRASE]);
    assert_eq!((same.refused(1), std::path::Path::new(&plain).exists()), ("INVALID_INPUT".to_owned(), false));
    assert_eq!(with(&["book", "unprotect", &protected, "--to", &plain], &[]).refused(4), "BOOK_PROTECTED");
    assert_eq!(with(&["book", "unprotect", &protected, "--to", &plain], &[PASSPHRASE]).code, 0);
    let rows = ok(&["balances", &plain]);
    let steel = rows.as_array().unwrap().iter().find(|row| row["name"] == "Steel").unwrap();
    assert_eq!(steel["figures"]["balance"], "400");
    assert_eq!(book.figure("Steel", "balance"), "0", "where it came from is as it was");
    assert_eq!(with(&["book", "unprotect", &protected, "--to", &plain], &[PASSPHRASE]).refused(1), "BOOK_EXISTS");
    // A protected book looks like no database, and is not written over all the same.
    let list = book.file("list.csv");
    std::fs::write(&list, "id,date,amount\n1,2026-11-01,5.00\n").unwrap();
    let over = tieout(&["match", &text(&list), &text(&list), "--out", &protected]);
    assert_ne!(over.code, 0, "{}", over.out);
    assert_eq!(with(&["book", "info", &protected], &[PASSPHRASE]).code, 0, "the book is still there");
    assert_eq!(tieout(&["book", "remember", &plain]).refused(1), "INVALID_INPUT");
}

#[test]
fn a_book_is_made_protected() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = text(&folder.path().join("New.tieout"));
    let create = ["book", "create", &path, "--name", "New", "--currency", "EUR", "--protect", "--json"];
    assert_eq!(tieout_without_key(&create, &[]).refused(1), "INVALID_INPUT");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of it");
    assert_eq!(tieout_without_key(&create, &[PASSPHRASE]).code, 0);
    let info = tieout_without_key(&["book", "info", &path, "--json"], &[PASSPHRASE]);
    assert_eq!(info.json()["name"], "New");
    assert!(!std::fs::read(&path).unwrap().starts_with(b"SQLite"));
}

#[test]
fn what_is_queued_is_answered_first_and_booked_after() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    // One of its own: accepted now, booked when somebody opens the book to work in it.
    let accepted = book.post("Q-1", "4.00", &["--queue"]).json();
    assert_eq!((accepted["state"].as_str(), accepted["queued"].as_bool()), (Some("waiting"), Some(true)));
    assert_eq!(book.figure("Steel", "balance"), "0");
    let again = book.post("Q-1", "4.00", &["--queue"]).json();
    assert_eq!((&again["id"], &again["existing"]), (&accepted["id"], &json!(true)), "one id, one outcome");
    assert_eq!(book.post("Q-1", "5.00", &["--queue"]).refused(1), "TXN_DUPLICATE_REFERENCE");
    assert_eq!(book.post("Q-2", "11.00", &["--queue"]).refused(1), "TXN_INSUFFICIENT_FUNDS");
    ok(&["scheduled", "run", &book.path]);
    assert_eq!(book.figure("Steel", "balance"), "400");

    let settings = ok(&["book", "settings", &book.path, "--intake-check", "off"]);
    assert_eq!(
        settings,
        json!({ "intake_check": false, "closest_text": true, "monitors_repeat": false, "together": true })
    );
    assert_eq!(ok(&["book", "settings", &book.path]), settings);

    // A stream is answered line by line, and booked in its order after that.
    let mut child = Command::new(TIEOUT)
        .args(["post", &book.path, "--stream", "--queue"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = |reference: &str, from: &str, to: &str, amount: &str| {
        json!({ "from": from, "to": to, "amount": amount, "currency": "EUR", "reference": reference }).to_string()
    };
    let mut input = child.stdin.take().unwrap();
    for line in [
        line("S-1", "Main", "Steel", "6.00"),
        line("S-2", "Steel", "Acme", "10.00"),
        line("S-3", "Main", "Acme", "1.00"),
    ] {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(answers.iter().all(|answer| answer["ok"] == true && answer["id"].as_str().unwrap().starts_with("sch_")));
    let all = ok(&["scheduled", "list", &book.path, "--all"]);
    let state = |reference: &str| {
        let row = all["rows"].as_array().unwrap().iter().find(|row| row["reference"] == reference).unwrap();
        (row["state"].as_str().unwrap().to_owned(), row["reason"].is_string())
    };
    assert_eq!((state("S-1"), state("S-2")), (("posted".into(), false), ("posted".into(), false)));
    assert_eq!(state("S-3"), ("rejected".into(), true));
    assert_eq!(book.figure("Acme", "balance"), "1000");
    book.check();
}
