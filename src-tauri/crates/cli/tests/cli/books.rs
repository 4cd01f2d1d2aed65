//! Books, ledgers, balances, usage and locks.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::support::{Book, TIEOUT, ok, text, tieout};

#[test]
fn usage_errors_are_json_with_exit_2() {
    for args in
        [&["nothing"][..], &[], &["post"], &["book", "create", "x.tieout"], &["commit", "b", "r", "--void-rest"]]
    {
        let ran = tieout(args);
        assert_eq!(ran.refused(2), "USAGE");
        assert_eq!(ran.out, "");
    }
}

#[test]
fn help_tells_the_exit_codes() {
    let ran = tieout(&["--help"]);
    assert_eq!(ran.code, 0);
    for line in ["1  refused: a rule", "4  the book cannot be opened"] {
        assert!(ran.out.contains(line), "{}", ran.out);
    }
    assert!(tieout(&["--version"]).out.starts_with("tieout "));
}

#[test]
fn a_new_book_is_described_checked_and_copied() {
    let book = Book::new();
    let info = ok(&["book", "info", &book.path]);
    assert_eq!((info["name"].as_str(), info["currency"].as_str()), (Some("Small"), Some("EUR")));
    assert_eq!(info["balances"], 5);
    book.fund("Main", "EUR", "100.00");
    let copy = text(&book.file("copy.tieout"));
    ok(&["book", "backup", &book.path, &copy]);
    assert_eq!(ok(&["book", "info", &copy])["transactions"], 1);
    assert_eq!(tieout(&["book", "backup", &book.path, &copy]).refused(1), "INVALID_INPUT");
    book.check();
    let human = tieout(&["balances", &book.path]);
    assert!(human.out.contains("100.00"), "{}", human.out);
}

#[test]
fn a_trial_balance_ties_and_is_written_once() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let report = ok(&["trial-balance", &book.path]);
    assert_eq!(
        (report["rows"][0]["debit"].as_str(), report["totals"][0]["ties"].as_bool()),
        (Some("10000"), Some(true))
    );
    assert!(ok(&["trial-balance", &book.path, "--as-of", "2020-01-01"])["rows"].as_array().unwrap().is_empty());
    let human = tieout(&["trial-balance", &book.path]);
    assert!(human.out.contains("ties") && human.out.contains("100.00"), "{}", human.out);
    let file = text(&book.file("trial.csv"));
    assert_eq!(ok(&["trial-balance", &book.path, "--out", &file])["rows"], 2);
    assert!(std::fs::read_to_string(&file).unwrap().contains("Total,ties,EUR"));
    assert_eq!(tieout(&["trial-balance", &book.path, "--out", &file]).refused(1), "INVALID_INPUT");
    assert_eq!(tieout(&["trial-balance", &book.path, "--out", &book.path]).refused(1), "INVALID_INPUT");
}

#[test]
fn reports_are_what_the_ending_of_their_file_says() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    book.post("P", "12.50", &[]).json();
    let pdf = |name: &str| text(&book.file(name));
    let (trial, sheet, result, register) = (pdf("t.pdf"), pdf("b.PDF"), pdf("p.pdf"), pdf("r.pdf"));
    ok(&["trial-balance", &book.path, "--out", &trial]);
    ok(&["balance-sheet", &book.path, "--out", &sheet]);
    ok(&["profit-and-loss", &book.path, "--out", &result]);
    assert_eq!(ok(&["register", &book.path, "Main", "--out", &register])["rows"], 2);
    for file in [&trial, &sheet, &result, &register] {
        assert!(std::fs::read(file).unwrap().starts_with(b"%PDF-"), "{file}");
    }
    let csv = pdf("r.csv");
    ok(&["register", &book.path, "Main", "--out", &csv, "--from", "2020-01-01"]);
    assert!(std::fs::read_to_string(&csv).unwrap().contains(",12.50,87.50"));
    assert_eq!(tieout(&["register", &book.path, "Main", "--out", &csv]).refused(1), "INVALID_INPUT");
    assert_eq!(tieout(&["register", &book.path, "Main", "--from", "2020-01-01"]).refused(2), "USAGE");
    let other = tieout(&["trial-balance", &book.path, "--out", &pdf("t.html")]);
    assert_eq!(other.refused(1), "INVALID_INPUT");
    assert!(other.err.contains("ends neither in .csv nor in .xlsx nor in .pdf"), "{}", other.err);
}

#[test]
fn the_history_is_listed_and_proved() {
    let book = Book::new();
    book.fund("Main", "EUR", "100.00");
    let all = ok(&["history", &book.path]);
    assert_eq!(all["rows"][0]["what"]["kind"], "transaction.posted");
    assert_eq!(ok(&["history", &book.path, "--kind", "book.created"])["total"], 1);
    let human = tieout(&["history", &book.path, "--limit", "1"]);
    assert!(human.out.contains("posted") && human.out.contains("100.00"), "{}", human.out);

    let paper = text(&book.file("head.txt"));
    let head = ok(&["head", &book.path, "--out", &paper])["head"].as_str().unwrap().to_owned();
    assert_eq!(tieout(&["head", &book.path]).out.trim(), head);
    for kept in [&paper, &book.path] {
        assert_eq!(tieout(&["head", &book.path, "--out", kept]).refused(1), "INVALID_INPUT", "{kept}");
    }
    book.fund("Acme", "EUR", "1.00");
    let check = ok(&["verify", &book.path]);
    assert_eq!((check["heads_found"].as_u64(), check["problems"].as_array().unwrap().len()), (Some(1), 0));
    assert_eq!(ok(&["verify", &book.path, "--head-file", &paper])["heads_found"], 2);
    let told = tieout(&["verify", &book.path, "--head", &head]);
    assert!(told.out.contains("entries verified"), "{}", told.out);
    assert_eq!(tieout(&["verify", &book.path, "--head", "soon"]).refused(1), "INVALID_INPUT");
    let forged = format!("2:{}", "ab".repeat(32));
    assert_eq!(tieout(&["verify", &book.path, "--head", &forged]).refused(1), "HEAD_DIFFERS");
}

#[test]
fn charts_come_with_their_balances() {
    let book = Book::new();
    let path = text(&book.file("chart.tieout"));
    ok(&["book", "create", &path, "--name", "Chart", "--currency", "GBP", "--chart", "small-company"]);
    let ledgers = ok(&["ledgers", &path]);
    assert!(ledgers.as_array().unwrap().iter().any(|row| row["name"] == "Assets/Bank"));
    let found = ok(&["balances", &path, "--search", "Operating"]);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["currency"], "GBP");
}

#[test]
fn files_that_are_no_books_exit_4() {
    let book = Book::new();
    let other = book.file("other.tieout");
    std::fs::write(&other, "not a book").unwrap();
    assert_eq!(tieout(&["book", "check", &text(&other)]).refused(4), "NOT_A_BOOK");
    assert_eq!(tieout(&["balances", "/nowhere/at.all"]).refused(4), "BOOK_MISSING");
    assert_eq!(
        tieout(&["book", "create", &book.path, "--name", "Again", "--currency", "EUR"]).refused(1),
        "BOOK_EXISTS"
    );
    let wrong = text(&book.file("wrong.tieout"));
    assert_eq!(tieout(&["book", "create", &wrong, "--name", "Wrong", "--currency", "QQQ"]).refused(1), "INVALID_INPUT");
    assert!(!book.file("wrong.tieout").exists(), "a refused book leaves no file");
}

#[test]
fn balances_are_made_with_the_right_precision() {
    let book = Book::new();
    let create = |more: &[&str]| tieout(&[&["balance", "create", &book.path], more].concat());
    assert_eq!(create(&["--ledger", "Bank", "--name", "Points", "--currency", "POINTS"]).refused(1), "INVALID_INPUT");
    assert_eq!(create(&["--ledger", "Bank", "--name", "Points", "--currency", "POINTS", "--exponent", "0"]).code, 0);
    let wrong = create(&["--ledger", "Bank", "--name", "Yen 2", "--currency", "JPY", "--exponent", "2"]);
    assert_eq!(wrong.refused(1), "INVALID_INPUT");
    assert_eq!(wrong.error()["fields"][0]["field"], "exponent");
    assert_eq!(create(&["--ledger", "Nowhere", "--name", "X", "--currency", "EUR"]).refused(1), "NOT_FOUND");
    assert_eq!(create(&["--name", "@float", "--currency", "EUR"]).code, 0);
}

#[test]
fn a_locked_book_can_be_read_and_not_written() {
    let book = Book::new();
    book.fund("Main", "EUR", "50.00");
    let mut holder = Command::new(TIEOUT)
        .args(["post", &book.path, "--stream"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = holder.stdin.take().unwrap();
    let mut output = BufReader::new(holder.stdout.take().unwrap());
    writeln!(input, r#"{{"from":"Main","to":"Steel","amount":"1.00","currency":"EUR","reference":"LOCK-1"}}"#).unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.contains("\"ok\":true"), "{line}");

    let refused = book.post("LOCK-2", "1.00", &["--wait", "0"]);
    assert_eq!(refused.refused(4), "BOOK_READ_ONLY");
    assert!(refused.error()["message"].as_str().unwrap().contains("Another program has this book open"));
    assert_eq!(book.figure("Main", "balance"), "4900", "reading goes on");

    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| book.post("LOCK-2", "1.00", &["--wait", "60"]));
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(!waiting.is_finished(), "it waits");
        drop(input);
        assert!(holder.wait().unwrap().success());
        assert_eq!(waiting.join().unwrap().code, 0);
    });
}

/// Everything that only looks, with what it needs besides the book.
const LOOKS: [&[&str]; 7] = [
    &["balances"],
    &["ledgers"],
    &["transactions"],
    &["statements"],
    &["book", "check"],
    &["book", "info"],
    &["register", "Main"],
];

#[test]
fn looking_into_a_book_writes_nothing() {
    let book = Book::new();
    book.fund("Main", "EUR", "50.00");
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(1_500);
    assert_eq!(book.post("HELD", "1.00", &["--hold", "--expires", &soon.to_string()]).code, 0);
    while jiff::Timestamp::now() <= soon {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let before = std::fs::read(&book.path).unwrap();
    for look in LOOKS {
        let (command, rest) = look.split_at(if look[0] == "book" { 2 } else { 1 });
        let args = [command, &[book.path.as_str()], rest].concat();
        let found = ok(&args);
        if look == ["book", "info"] {
            assert_eq!((found["read_only"].is_null(), found["open_holds"].as_u64()), (true, Some(1)), "{found}");
        }
    }
    assert_eq!(ok(&["show", &book.path, "HELD"])["family"]["state"], "held", "time acts when somebody works in it");
    assert!(std::fs::read(&book.path).unwrap() == before, "the book was written");
    assert_eq!(book.post("NEXT", "1.00", &[]).code, 0);
    assert_eq!(ok(&["show", &book.path, "HELD"])["family"]["state"], "expired");
}

#[test]
fn an_older_book_is_brought_up_to_date_by_looking_into_it() {
    let book = Book::new();
    let path = &book.path;
    let lock = std::fs::File::options().write(true).open(format!("{path}-lock")).unwrap();
    lock.lock().unwrap();
    // The newest books only lack an older number.
    let mut bytes = std::fs::read(path).unwrap();
    bytes[60..64].copy_from_slice(&2_u32.to_be_bytes());
    std::fs::write(path, bytes).unwrap();
    let refused = tieout(&["balances", path]);
    assert_eq!(refused.refused(4), "BOOK_OLDER");
    assert!(refused.error()["message"].as_str().unwrap().contains("another program has this book open"));
    drop(lock);
    assert_eq!(ok(&["balances", path]).as_array().unwrap().len(), 5);
}
