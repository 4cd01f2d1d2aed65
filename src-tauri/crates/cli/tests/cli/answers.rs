//! One meaning per exit code, errors that name the options, and what lists take.

use std::io::Write;
use std::process::{Command, Stdio};

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
