//! One meaning per exit code, errors that name the options, and what lists take.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Book, TIEOUT, ok, text, tieout};

/// Every command that can fail for a reason, with the exit code and error code it must give.
#[test]
fn every_exit_code_has_one_meaning() {
    let book = Book::new();
    let path = book.path.as_str();
    let (copy, nowhere) = (text(&book.file("copy.tieout")), text(&book.file("none/at/all")));
    let no_book = text(&book.file("other.tieout"));
    std::fs::write(&no_book, "not a book").unwrap();
    let list = text(&book.file("list.csv"));
    std::fs::write(&list, "a,b\n1,2\n").unwrap();
    let post = |amount: &'static str, to: &'static str| {
        vec!["post", path, "--from", "Main", "--to", to, "--amount", amount, "--currency", "EUR"]
    };
    let cases: Vec<(Vec<&str>, i32, &str)> = vec![
        // 1: refused.
        (vec!["book", "create", path, "--name", "Again", "--currency", "EUR"], 1, "BOOK_EXISTS"),
        (vec!["book", "backup", path, path], 1, "INVALID_INPUT"),
        (vec!["show", path, "nothing"], 1, "NOT_FOUND"),
        (vec!["register", path, "Nobody"], 1, "NOT_FOUND"),
        (post("1.00", "Steel"), 1, "TXN_INSUFFICIENT_FUNDS"),
        (post("1.00", "Main"), 1, "SELF_TRANSFER"),
        (post("-5", "Steel"), 1, "INVALID_INPUT"),
        (vec!["commit", path, "nothing", "--amount", "-5"], 1, "NOT_FOUND"),
        // 2: not understood.
        (vec!["transactions", path, "--state", "ajar"], 2, "USAGE"),
        (vec!["transactions", path, "--from", "soon"], 2, "USAGE"),
        (vec!["reconcile", "accept", path, "S", "--tier", "sure"], 2, "USAGE"),
        (vec!["statement", "read", &list, "--decimal-mark", "dot"], 2, "USAGE"),
        (vec!["statement", "read", &list, "--columns", "amount,nothing"], 2, "USAGE"),
        // 3: files and folders.
        (vec!["book", "create", &nowhere, "--name", "N", "--currency", "EUR"], 3, "FILE"),
        (vec!["book", "backup", path, &nowhere], 3, "FILE"),
        (vec!["import", path, &nowhere], 3, "FILE"),
        (vec!["statement", "read", &nowhere], 3, "FILE"),
        (vec!["match", "--ledger", &list, "--statement", &list, "--out", &nowhere], 3, "FILE"),
        (vec!["match", "--ledger", &list, "--statement", &list, "--out", &copy], 3, "MATCH_INPUT"),
        // 4: the book.
        (vec!["balances", &nowhere], 4, "BOOK_MISSING"),
        (vec!["book", "check", &no_book], 4, "NOT_A_BOOK"),
    ];
    for (args, exit, code) in cases {
        for json in [&[][..], &["--json"]] {
            let ran = tieout(&[&args[..], json].concat());
            assert_eq!(ran.refused(exit), code, "{args:?}");
            assert_eq!(ran.err.trim().lines().count(), 1, "one line per error: {args:?}");
        }
    }
}

#[test]
fn a_missing_folder_is_named() {
    let book = Book::new();
    let folder = text(&book.file("none"));
    let ran = tieout(&["book", "create", &format!("{folder}/b.tieout"), "--name", "N", "--currency", "EUR"]);
    assert!(ran.error()["message"].as_str().unwrap().contains(&folder), "{}", ran.err);
}

#[test]
fn errors_name_the_options() {
    let book = Book::new();
    let path = book.path.as_str();
    let post = |more: &[&str]| {
        tieout(&[&["post", path, "--from", "Main", "--to", "Steel", "--currency", "EUR"], more].concat())
    };
    let field = |ran: &crate::support::Ran| ran.error()["fields"][0]["field"].as_str().unwrap_or_default().to_owned();
    assert_eq!(field(&post(&["--amount", "-5"])), "amount");
    assert_eq!(field(&post(&["--amount", "1", "--overdraft-limit", "x"])), "overdraft-limit");
    assert_eq!(field(&post(&["--amount", "1", "--date", "2026-13-01"])), "date");
    assert_eq!(field(&post(&["--amount", "1", "--hold", "--expires", "soon"])), "expires");
    assert_eq!(field(&tieout(&["transactions", path, "--state", "ajar"])), "state");
}

#[test]
fn a_wrong_word_tells_the_right_ones() {
    let book = Book::new();
    let message = |args: &[&str]| tieout(args).error()["message"].as_str().unwrap().to_owned();
    let state = message(&["transactions", &book.path, "--state", "ajar"]);
    for word in ["open", "held", "part_committed", "expired"] {
        assert!(state.contains(word), "{state}");
    }
    assert!(message(&["reconcile", "accept", &book.path, "S", "--tier", "sure"]).contains("likely"));
    assert!(!state.contains("Usage"), "{state}");
}

#[test]
fn open_lists_every_hold_that_still_holds_money() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    for reference in ["H-1", "H-2", "H-3"] {
        assert_eq!(book.post(reference, "10.00", &["--hold"]).code, 0);
    }
    ok(&["commit", &book.path, "H-2", "--amount", "4.00"]);
    ok(&["void", &book.path, "H-3", "--reason", "Not needed"]);
    let references = |states: &[&str]| {
        let page = ok(&[&["transactions", &book.path][..], states].concat());
        let mut found: Vec<_> =
            page["rows"].as_array().unwrap().iter().map(|row| row["reference"].as_str().unwrap().to_owned()).collect();
        found.sort();
        found
    };
    assert_eq!(references(&["--state", "open"]), ["H-1", "H-2"]);
    assert_eq!(references(&["--state", "held"]), ["H-1"]);
    assert_eq!(references(&["--state", "open", "--state", "voided"]), ["H-1", "H-2", "H-3"]);
}

#[test]
fn what_was_refused_of_many_is_counted() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let send = |lines: &[&str]| {
        let mut child = Command::new(TIEOUT)
            .args(["post", &book.path, "--stream"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        (error["error"]["code"].as_str().unwrap().to_owned(), error["error"]["message"].as_str().unwrap().to_owned())
    };
    let good = r#"{"from":"Main","to":"Steel","amount":"1.00","currency":"EUR","reference":"M-1"}"#;
    assert_eq!(
        send(&[good, "", "nonsense"]),
        ("PARTLY_REFUSED".into(), "1 posting was refused; 1 posting was made.".into())
    );
    assert_eq!(
        send(&["nonsense", "more"]),
        ("ALL_REFUSED".into(), "All 2 postings were refused. Nothing was posted.".into())
    );
}

#[test]
fn what_a_text_holds_does_not_reach_the_terminal() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let posted = book.post("T-1", "1.00", &["--description", "Bolts \u{1b}[2J\u{202e}and nuts"]).json();
    let kept = posted["family"]["description"].as_str().unwrap();
    assert_eq!(kept, "Bolts  [2J and nuts", "kept without what moves a cursor");
    let file = book.file("bank.csv");
    std::fs::write(&file, "Date,Text,Amount\n2026-03-01,Fee \u{1b}[31m,-1.00\n2026-03-02,Rent,-2.00\n").unwrap();
    let shown = tieout(&["statement", "read", &text(&file)]);
    assert!(shown.out.contains("Fee \u{fffd}[31m") && !shown.out.contains('\u{1b}'), "{}", shown.out);
}

#[test]
fn who_acts_has_a_name_that_a_person_can_have() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let long = "x".repeat(101);
    for name in ["Tieout", "evil\nroot", &long] {
        let refused = book.post("W-1", "1.00", &["--as", name]);
        assert_eq!(refused.refused(1), "INVALID_INPUT", "{name}");
    }
    assert_eq!(book.post("W-1", "1.00", &["--as", " Ada "]).json()["family"]["actor"], "Ada");
}

#[test]
fn odd_files_are_refused_in_one_sentence() {
    let book = Book::new();
    let file = book.file("odd.csv");
    let message = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let ran = tieout(&["statement", "read", &text(&file), "--json"]);
        assert_eq!(ran.refused(3), "STATEMENT_PROBLEMS");
        assert!(ran.json()["problems"].as_array().is_some_and(|problems| !problems.is_empty()));
        ran.error()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message(b""), "odd.csv: The file is empty.");
    assert_eq!(message(b"\n\n\n"), "odd.csv: The file is empty.");
    assert!(message(b"%PDF-1.7\nx").contains("PDF"));
    assert!(message(&[0, 159, 146, 150, 0, 1, 2, 3]).contains("not text"));
    assert!(message(&[b'a'; 1_000_000]).contains("No table"));
    let folder = text(book.folder.path());
    assert_eq!(tieout(&["statement", "read", &folder]).refused(3), "FILE");
}

#[test]
fn line_ends_and_encodings_make_no_difference() {
    let book = Book::new();
    let file = book.file("ends.csv");
    let rows = "Date;Text;Amount\r\n2026-10-01;a;1.00\n2026-10-02;b;-2.50\r2026-10-05;c;3.00";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(rows.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [rows.as_bytes().to_vec(), wide] {
        std::fs::write(&file, bytes).unwrap();
        let reading = ok(&["statement", "read", &text(&file)]);
        let lines = reading["statements"][0]["lines"].as_array().unwrap();
        let amounts: Vec<_> = lines.iter().map(|line| line["amount"].as_str().unwrap()).collect();
        assert_eq!(amounts, ["100", "-250", "300"]);
    }
    std::fs::write(&file, "Date;Text;Amount\n").unwrap();
    let empty = ok(&["statement", "read", &text(&file)]);
    assert_eq!(
        empty["statements"][0]["lines"],
        serde_json::json!([]),
        "a head without rows is a month without movements"
    );
}

#[test]
fn what_waits_is_changed_and_sent_again_without_waiting_twice() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let post = |amount: &str, more: &[&str]| {
        let args = ["post", &book.path, "--from", "Main", "--to", "Steel", "--amount", amount, "--currency", "EUR"];
        tieout(&[args.as_slice(), &["--reference", "S-1", "--at", "2031-01-01T09:00:00Z", "--json"], more].concat())
    };
    let row = post("10.00", &[]).json();
    let again = post("10.00", &[]).json();
    assert_eq!((&again["id"], &again["existing"]), (&row["id"], &json!(true)));
    let args = ["post", &book.path, "--from", "Main", "--to", "Steel", "--amount", "1.00", "--currency", "EUR"];
    let taken = tieout(&[args.as_slice(), &["--reference", "S-1"]].concat());
    assert_eq!(taken.refused(1), "TXN_DUPLICATE_REFERENCE");
    let dry = tieout(&[args.as_slice(), &["--reference", "S-1", "--dry-run"]].concat());
    assert_eq!(dry.refused(1), "WOULD_BE_REFUSED");

    let id = row["id"].as_str().unwrap();
    let edit = ["scheduled", "edit", &book.path, id, "--amount", "12.50", "--at", "2031-02-01T09:00:00Z"];
    let changed = ok(&[edit.as_slice(), &["--to", "Acme", "--description", "Bolts"]].concat());
    assert_eq!(
        [&changed["amount"], &changed["due_at"], &changed["destination_name"], &changed["description"]],
        [&json!("1250"), &json!("2031-02-01T09:00:00Z"), &json!("Acme"), &json!("Bolts")]
    );
    assert_eq!((&changed["reference"], &changed["source_name"]), (&json!("S-1"), &json!("Main")), "the rest stays");
    assert_eq!(tieout(&["scheduled", "edit", &book.path, id, "--amount", "x"]).refused(1), "INVALID_INPUT");
    book.check();
}

#[test]
fn a_posting_that_is_there_is_said_to_be_and_one_that_differs_says_in_what() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    book.post("P-1", "40.00", &[]).json();
    let dry = book.post("P-1", "40.00", &["--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(dry.json()["existing"].as_bool().unwrap() && dry.json()["effects"].as_array().unwrap().is_empty());
    let other = book.post("P-1", "41.00", &["--description", "Bolts"]);
    assert_eq!(other.refused(1), "TXN_DUPLICATE_REFERENCE");
    let message = other.error()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("differs in its amount and its description"), "{message}");
}

#[test]
fn a_transaction_shows_what_belongs_to_it() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    book.post("H-1", "40.00", &["--hold"]).json();
    ok(&["commit", &book.path, "H-1", "--reference", "H-1-PAID"]);
    assert_eq!(ok(&["show", &book.path, "H-1-PAID"])["family"]["reference"], "H-1", "a commit finds its hold");
    ok(&["refund", &book.path, "H-1", "--amount", "5.00", "--reference", "H-1-BACK"]);
    let shown = tieout(&["show", &book.path, "H-1"]).out;
    assert!(shown.contains("H-1-BACK"), "{shown}");
    assert!(tieout(&["show", &book.path, "H-1-BACK"]).out.contains("Gives back H-1"));

    let lines = ["--credit", "Main=5.00", "--debit", "Steel=3.00", "--debit", "Acme=2.00"];
    let entry = [&["entry", &*book.path, "--currency", "EUR", "--reference", "E-1"], lines.as_slice()].concat();
    ok(&entry);
    let shown = tieout(&["show", &book.path, "E-1"]).out;
    assert!(shown.contains("E-1-2") && shown.contains("2 of 2"), "{shown}");
    let back = tieout(&["refund", &book.path, "E-1-2"]).out;
    assert!(back.contains("posting 2 of 2 of an entry"), "{back}");
    assert_eq!(tieout(&["transactions", &book.path, "--limit", "501"]).code, 2);
    book.check();
}

#[test]
fn a_monitor_is_changed_and_a_ledger_is_named_once() {
    let book = Book::new();
    let made = ok(&["monitor", "create", &book.path, "Main", "balance", "<", "90.00", "--description", "Low"]);
    let id = made["id"].as_str().unwrap();
    let changed = ok(&["monitor", "update", &book.path, id, "--value", "50.00", "--repeat"]);
    assert_eq!(
        [&changed["value"], &changed["repeat"], &changed["operator"], &changed["description"]],
        [&json!("5000"), &json!(true), &json!("<"), &json!("Low")]
    );
    assert_eq!(ok(&["monitor", "update", &book.path, id, "--once"])["repeat"], false);
    assert_eq!(tieout(&["monitor", "update", &book.path, "mon_none"]).refused(1), "NOT_FOUND");

    assert_eq!(tieout(&["ledger", "create", &book.path, "suppliers"]).refused(1), "INVALID_INPUT");
}

#[test]
fn a_copy_becomes_a_book_of_its_own() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| text(&folder.path().join(name));
    ok(&["book", "backup", &book.path, &file("copy.tieout")]);
    ok(&["book", "restore", &file("copy.tieout"), &file("again.tieout")]);
    let posted = ["--from", "Main", "--to", "Steel", "--amount", "1.00", "--currency", "EUR"];
    ok(&[&["post", &*file("again.tieout")], posted.as_slice()].concat());
    let total = |path: &str| ok(&["transactions", path])["total"].as_u64().unwrap();
    assert_eq!(total(&file("again.tieout")), total(&book.path) + 1, "the book and its copy stay as they were");
    assert_eq!(total(&file("copy.tieout")), total(&book.path));
    // Nothing is overwritten, and what is no book leaves nothing behind.
    assert_eq!(tieout(&["book", "restore", &file("copy.tieout"), &file("again.tieout")]).refused(1), "FILE_EXISTS");
    std::fs::write(file("letter.txt"), "no book").unwrap();
    assert_ne!(tieout(&["book", "restore", &file("letter.txt"), &file("new.tieout")]).code, 0);
    assert!(!std::path::Path::new(&file("new.tieout")).exists());
}

/// Options that are not known are not passed over, no time is counted round its end, and no book is taken down a version.
#[test]
fn what_is_not_known_or_too_large_is_refused_and_the_book_stays_as_it_is() {
    let book = Book::new();
    let path = book.path.as_str();
    let before = std::fs::read(path).unwrap();
    let hook = ["webhook", "create", path, "https://example.com/told", "--name", "ERP", "--timeout"];
    for args in [
        vec!["--config", "other.toml", "balances", path],
        vec!["balances", path, "--config", "other.toml"],
        vec!["book", "migrate", path, "down"],
        vec!["migrate", "down", path],
        [&hook[..], &["99999999999999999999"]].concat(),
    ] {
        assert_eq!(tieout(&args).refused(2), "USAGE", "{args:?}");
    }
    assert_eq!(std::fs::read(path).unwrap(), before);
    // In milliseconds, counted in 32 bits, that would be 704.
    assert_eq!(tieout(&[&hook[..], &["4294968"]].concat()).refused(2), "USAGE");
    assert_eq!(ok(&["webhook", "list", path]), json!([]));
}
