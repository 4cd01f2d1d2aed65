//! Bank files, imports, reconciliation, the sample and matching of plain lists.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Book, check, ok, text, tieout};

const BOOK: &str = "Brackwater Instruments.tieout";
const MAIN: &str = "Corrib Operating 2026-10.csv";
const POUND: &str = "Avonmouth Current 2026-10.xlsx";

/// The sample of one day, made once by the executable.
fn sample() -> &'static PathBuf {
    static SAMPLE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = SAMPLE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("sample");
        let made = ok(&["sample", "--out", &text(&path), "--today", "2026-11-19"]);
        assert_eq!(made["statements"].as_array().unwrap().len(), 2);
        (folder, path)
    });
    path
}

/// A copy of the sample book that a test may change.
fn own_copy(folder: &TempDir) -> String {
    let target = folder.path().join("copy.tieout");
    std::fs::copy(sample().join(BOOK), &target).unwrap();
    text(&target)
}

fn file(name: &str) -> String {
    text(&sample().join(name))
}

#[test]
fn the_sample_is_a_lively_book() {
    let folder = TempDir::new().unwrap();
    let book = own_copy(&folder);
    check(&book);
    let info = ok(&["book", "info", &book]);
    assert!((1_200..=2_000).contains(&info["transactions"].as_u64().unwrap()), "{info}");
    assert_eq!(tieout(&["sample", "--out", &text(sample()), "--today", "2026-11-19"]).refused(1), "BOOK_EXISTS");
    assert_eq!(tieout(&["sample", "--out", &text(folder.path()), "--today", "tomorrow"]).refused(2), "USAGE");
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_not_read() {
    let folder = TempDir::new().unwrap();
    let pipe = text(&folder.path().join("pipe.csv"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let book = Book::new();
    for path in ["/dev/zero", &pipe] {
        let refused = tieout(&["statement", "read", path]);
        assert_eq!(refused.refused(3), "FILE");
        assert!(refused.error()["message"].as_str().unwrap().contains("this is not a file"), "{}", refused.err);
        let refused = tieout(&["import", &book.path, path, "--balance", "Main", "--file-currency", "EUR"]);
        assert_eq!(refused.refused(3), "FILE");
    }
    let large = folder.path().join("large.csv");
    std::fs::File::create(&large).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    let refused = tieout(&["statement", "read", &text(&large)]);
    assert_eq!(refused.refused(3), "FILE");
    assert!(refused.error()["message"].as_str().unwrap().contains("larger than 64 MB"), "{}", refused.err);
}

#[test]
fn statements_are_read_and_proved_without_a_book() {
    for (name, format) in [(MAIN, "delimited"), (POUND, "xlsx")] {
        let reading = ok(&["statement", "read", &file(name)]);
        assert_eq!(reading["format"], format);
        assert_eq!(reading["problems"], serde_json::json!([]));
        let statement = &reading["statements"][0];
        assert_eq!(statement["proof"]["outcome"], "proved", "{name}");
        assert_eq!(statement["check"]["difference"], "0");
        assert_eq!(
            (statement["period"]["from"].as_str(), statement["period"]["to"].as_str()),
            (Some("2026-10-01"), Some("2026-10-31"))
        );
    }
    let human = tieout(&["statement", "read", &file(MAIN)]);
    assert!(human.out.contains("windows-1252") && human.out.contains("proved"), "{}", human.out);
}

#[test]
fn mapping_can_be_overruled_and_bad_files_exit_3() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("plain.csv");
    std::fs::write(&path, "01/02/2026;Fee;-3,00\n05/02/2026;Bolts;-7,25\n").unwrap();
    let first = |args: &[&str]| {
        let file = text(&path);
        let all = [&["statement", "read", &file, "--file-currency", "EUR"], args].concat();
        ok(&all)["statements"][0]["lines"][1]["booking_date"].as_str().unwrap().to_owned()
    };
    assert_eq!(first(&["--date-format", "dmy"]), "2026-02-05");
    assert_eq!(first(&["--date-format", "mdy"]), "2026-05-02");
    assert_eq!(tieout(&["statement", "read", &text(&path), "--date-format", "never"]).refused(2), "USAGE");
    std::fs::write(&path, "%PDF-1.7 not a table").unwrap();
    assert_eq!(tieout(&["statement", "read", &text(&path)]).refused(3), "STATEMENT_PROBLEMS");
    assert_eq!(tieout(&["statement", "read", "/nowhere.csv"]).refused(3), "FILE");
}

fn tiers(run: &Value) -> (u64, u64) {
    (run["certain"].as_u64().unwrap(), run["lines"].as_u64().unwrap())
}

#[test]
fn a_statement_goes_from_file_to_report() {
    let folder = TempDir::new().unwrap();
    let book = own_copy(&folder);
    let plan = ok(&["import", &book, &file(MAIN), "--dry-run"]);
    assert_eq!(plan["balance_name"], "Corrib Operating", "the account number names the balance");
    assert_eq!(plan["proof"]["continues_previous"], true, "{}", plan["proof"]);
    let imported = ok(&["import", &book, &file(MAIN), "--name", "October"]);
    assert!((80..=130).contains(&imported["added"].as_u64().unwrap()), "{imported}");
    let again = ok(&["import", &book, &file(MAIN)]);
    assert_eq!((again["added"].as_u64(), again["statement_id"].is_null()), (Some(0), true));

    let dry = ok(&["reconcile", "run", &book, "October", "--dry-run"]);
    let run = ok(&["reconcile", "run", &book, "October"]);
    assert_eq!(dry["result_hash"].as_str().map(str::len), run["result_hash"].as_str().map(str::len));
    assert_eq!(tiers(&dry), tiers(&run));
    let (certain, lines) = tiers(&run);
    assert!(certain * 10 >= lines * 5, "{run}");
    assert_eq!(
        ok(&["reconcile", "accept", &book, "October", "--tier", "certain"])["match_ids"].as_array().unwrap().len()
            as u64,
        certain
    );
    assert_eq!(tieout(&["reconcile", "accept", &book, "October", "--tier", "certain"]).refused(1), "NOTHING_TO_ACCEPT");
    assert_eq!(tieout(&["reconcile", "accept", &book, "October", "--tier", "ambiguous"]).refused(1), "AMBIGUOUS");

    let report = ok(&["reconcile", "report", &book, "October"]);
    assert_eq!(report["draft"], true);
    let workbook = text(&folder.path().join("report.xlsx"));
    ok(&["reconcile", "report", &book, "October", "--format", "xlsx", "--out", &workbook]);
    assert_eq!(&std::fs::read(&workbook).unwrap()[..2], b"PK");
    // The ending says what is meant where nothing else does.
    let printed = folder.path().join("report.pdf");
    ok(&["reconcile", "report", &book, "October", "--out", &text(&printed)]);
    assert!(std::fs::read(&printed).unwrap().starts_with(b"%PDF-"));
    let nameless = text(&folder.path().join("report.what"));
    assert_eq!(tieout(&["reconcile", "report", &book, "October", "--out", &nameless]).refused(1), "INVALID_INPUT");
    assert!(tieout(&["reconcile", "report", &book, "October", "--format", "csv"]).out.contains("October"));
    assert_eq!(tieout(&["reconcile", "report", &book, "October", "--format", "xlsx"]).refused(1), "INVALID_INPUT");
    assert_eq!(tieout(&["reconcile", "signoff", &book, "October"]).refused(1), "NOT_READY");
    assert_eq!(tieout(&["reconcile", "signoff", &book, "October", "--name", "Ada"]).refused(1), "NOT_READY");
    assert_eq!(tieout(&["reconcile", "run", &book, "September"]).refused(1), "NOT_FOUND");
    assert_eq!(tieout(&["reconcile", "run", &book, "Corrib Operating, September 2026"]).refused(1), "STATEMENT_SIGNED");
    assert_eq!(tieout(&["reconcile", "resume", &book]).refused(1), "NOT_FOUND");
    let list = ok(&["statements", &book]);
    assert!(list.as_array().unwrap().iter().any(|row| row["name"] == "October" && row["state"] == "in_review"));
    let signed = "Corrib Operating, September 2026";
    let reopened = ok(&["reconcile", "reopen", &book, signed, "--reason", "A late entry"]);
    assert_eq!(reopened["state"], "in_review", "{reopened}");
    assert_eq!(tieout(&["reconcile", "undo-import", &book, signed]).refused(1), "HAS_MATCHES");
    check(&book);
}

#[test]
fn a_signed_period_takes_postings_only_for_a_reason() {
    let folder = TempDir::new().unwrap();
    let book = own_copy(&folder);
    let september = "Corrib Operating, September 2026";
    let post = |reference: &str, day: &str, more: &[&str]| {
        let args = ["post", &book, "--from", "Corrib Operating", "--to", "@audit", "--create-indicators", "--json"];
        let what = ["--amount", "1.00", "--currency", "EUR", "--reference", reference, "--date", day];
        tieout(&[&args[..], &what, more].concat())
    };
    let since = || {
        let rows = ok(&["statements", &book]);
        rows.as_array().unwrap().iter().find(|row| row["name"] == september).unwrap()["booked_since"].clone()
    };
    let refused = post("AUDIT-1", "2026-09-30", &[]);
    assert_eq!(refused.refused(1), "SIGNED_PERIOD");
    let error = refused.error();
    assert_eq!(error["fields"][0]["field"], "date");
    assert!(error["message"].as_str().unwrap().contains("The first open day is 2026-10-01"), "{error}");
    assert!(error["detail"].as_str().unwrap().contains("--signed-reason"), "{error}");
    assert_eq!(post("AUDIT-1", "2026-09-30", &["--dry-run"]).refused(1), "WOULD_BE_REFUSED");
    assert_eq!(post("AUDIT-1", "2026-10-01", &[]).code, 0);
    assert_eq!(post("AUDIT-2", "2026-09-30", &["--signed-reason", " "]).refused(1), "INVALID_INPUT");
    assert_eq!(since(), 0);
    assert_eq!(post("AUDIT-2", "2026-09-30", &["--signed-reason", "Found by the auditor"]).code, 0);
    assert_eq!(since(), 1);
    let report = tieout(&["reconcile", "report", &book, september]);
    assert!(
        report.out.contains("Booked since signing") && report.out.contains("Found by the auditor"),
        "{}",
        report.out
    );

    assert_eq!(post("HOLD-1", "2026-09-30", &["--hold"]).code, 0, "a hold moves no money");
    let refused = tieout(&["commit", &book, "HOLD-1", "--json"]);
    assert_eq!(refused.refused(1), "SIGNED_PERIOD");
    assert!(refused.error()["detail"].as_str().unwrap().contains("--signed-reason"), "{}", refused.err);
    ok(&["commit", &book, "HOLD-1", "--amount", "0.40", "--date", "2026-10-01"]);
    ok(&["commit", &book, "HOLD-1", "--signed-reason", "Found by the auditor"]);
    assert_eq!(since(), 2);

    let rows = text(&folder.path().join("rows.csv"));
    std::fs::write(
        &rows,
        "from,to,amount,currency,reference,date,signed_reason\n\
         Corrib Operating,@audit,1.00,EUR,B-1,2026-09-30,\n\
         Corrib Operating,@audit,1.00,EUR,B-2,2026-09-30,Found by the auditor\n\
         Corrib Operating,@audit,1.00,EUR,B-3,2026-10-01,\n",
    )
    .unwrap();
    let batch = tieout(&["post", &book, "--batch", &rows, "--json"]);
    assert_eq!(batch.refused(1), "PARTLY_REFUSED");
    let answer = batch.json();
    assert_eq!(
        (answer["posted"].as_u64(), answer["rows"][0]["error"]["code"].as_str()),
        (Some(2), Some("SIGNED_PERIOD"))
    );
    assert_eq!(since(), 3);
    check(&book);
}

#[test]
fn certain_lines_may_confirm_themselves() {
    let folder = TempDir::new().unwrap();
    let book = own_copy(&folder);
    ok(&["import", &book, &file(POUND), "--name", "Pounds"]);
    let run = ok(&["reconcile", "run", &book, "Pounds", "--accept-certain", "--no-fallback"]);
    assert!(run["confirmed"].as_u64().unwrap() > 0, "{run}");
    check(&book);
}

#[test]
fn imports_refuse_what_does_not_fit() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    let import = |args: &[&str]| tieout(&[&["import", &book.path], args].concat());
    assert_eq!(import(&[&file(MAIN), "--balance", "Yen"]).refused(1), "CURRENCY_MISMATCH");
    assert_eq!(import(&["/nowhere.csv", "--balance", "Main"]).refused(3), "FILE");
    assert_eq!(import(&[&file(MAIN), "--balance", "Main", "--profile", "None such"]).refused(1), "NOT_FOUND");
    let bad = book.file("bad.csv");
    std::fs::write(
        &bad,
        "Date,Text,Amount\n2026-01-02,Fee,-1.00\n2026-01-03,Typing error,1..0\n2026-01-04,Sale,5.00\n",
    )
    .unwrap();
    let args = [&text(&bad), "--balance", "Main", "--file-currency", "EUR", "--opening", "10.00"];
    assert_eq!(import(&args).refused(3), "BAD_ROWS");
    assert_eq!(ok(&["statements", &book.path]), serde_json::json!([]));
    // What is missing must show: the bank's closing balance is needed where rows are left out.
    assert_eq!(import(&[&args[..], &["--leave-out-bad-rows"]].concat()).refused(1), "IMPORT_INCOMPLETE");
    let good = import(&[&args[..], &["--leave-out-bad-rows", "--closing", "15.00", "--json"]].concat());
    assert_eq!(good.code, 0, "{}", good.err);
    assert_eq!((good.json()["added"].as_u64(), good.json()["left_out"].as_u64()), (Some(2), Some(1)));
}

#[test]
fn two_lists_are_matched_without_a_book() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| text(&folder.path().join(name));
    std::fs::write(
        path("ledger.csv"),
        "ledger_id,account,date,amount,currency,reference,counterparty,channel,description\n\
         L1,A1,2026-01-05,-120.00,EUR,INV2041,Orion Timber GmbH,bank,\"Invoice INV2041, timber\"\n\
         L2,A1,2026-01-06,75.50,EUR,SO1180,Vega Coffee Ltd,bank,Vega Coffee Ltd\n\
         L3,A2,2026-01-06,75.50,EUR,SO9999,Other account,bank,Other account\n",
    )
    .unwrap();
    std::fs::write(
        path("statement.csv"),
        "statement_id,account,booking_date,value_date,amount,currency,reference,description\n\
         S1,A1,2026-01-06,2026-01-06,-120.00,EUR,,SEPA CT ORION TIMBER INV2041\n\
         S2,A1,2026-01-07,,75.50,EUR,SO1180,SEPA CR VEGA COFFEE\n\
         S3,A1,2026-01-07,2026-01-07,-4.00,EUR,,ACCOUNT FEE\n",
    )
    .unwrap();
    let (ledger, statement, out) = (path("ledger.csv"), path("statement.csv"), path("edges.csv"));
    let run = |ledger: &str| tieout(&["match", "--ledger", ledger, "--statement", &statement, "--out", &out, "--json"]);
    let answer = run(&ledger);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert_eq!((answer.json()["lines"].as_u64(), answer.json()["matched"].as_u64()), (Some(3), Some(2)));
    let edges = std::fs::read_to_string(&out).unwrap();
    let rows: Vec<_> = edges.lines().collect();
    assert_eq!(rows[0], "statement_id,ledger_id,group_id,tier,score");
    assert!(rows[1].starts_with("S1,L1,G") && rows[2].starts_with("S2,L2,G"), "{edges}");
    std::fs::write(&ledger, "ledger_id,account,date,amount,currency\nL1,A1,2026-01-05,1.005,EUR\n").unwrap();
    assert_eq!(run(&ledger).refused(3), "MATCH_INPUT");
    std::fs::write(&ledger, "id,amount\n").unwrap();
    assert_eq!(run(&ledger).refused(3), "MATCH_INPUT");
}

#[test]
fn nothing_that_must_not_be_lost_is_written_over() {
    let book = Book::new();
    let path = |name: &str| text(&book.file(name));
    let head = "account,amount,currency,reference,description";
    std::fs::write(path("ledger.csv"), format!("ledger_id,date,counterparty,{head}\n")).unwrap();
    std::fs::write(path("statement.csv"), format!("statement_id,booking_date,value_date,{head}\n")).unwrap();
    let matched = |out: &str| {
        tieout(&["match", "--ledger", &path("ledger.csv"), "--statement", &path("statement.csv"), "--out", out])
    };
    let before = |name: &str| std::fs::read(book.file(name)).unwrap();
    let kept = [before("Small.tieout"), before("ledger.csv"), before("statement.csv")];
    assert_eq!(matched(&book.path).refused(1), "FILE_IS_BOOK");
    std::fs::copy(&book.path, path("book.csv")).unwrap();
    assert_eq!(matched(&path("book.csv")).refused(1), "FILE_IS_BOOK");
    for input in ["ledger.csv", "statement.csv", "./statement.csv"] {
        assert_eq!(matched(&path(input)).refused(1), "FILE_IS_INPUT");
    }
    for _ in 0..2 {
        assert_eq!(matched(&path("edges.csv")).code, 0, "a script runs again");
    }

    std::fs::write(path("one.csv"), "Date,Text,Amount\n2026-01-02,Fee,-1.00\n").unwrap();
    let import = ["import", &book.path, &path("one.csv"), "--balance", "Main", "--file-currency", "EUR"];
    ok(&[&import[..], &["--opening", "10.00", "--name", "January"]].concat());
    let kept_book = before("Small.tieout");
    let report = |out: &str, more: &[&str]| {
        tieout(&[&["reconcile", "report", &book.path, "January", "--format", "csv", "--out", out], more].concat())
    };
    assert_eq!(report(&book.path, &["--force"]).refused(1), "FILE_IS_INPUT");
    assert_eq!(report(&path("book.csv"), &["--force"]).refused(1), "FILE_IS_BOOK");
    assert_eq!(before("Small.tieout"), kept_book);
    assert_eq!(report(&path("report.csv"), &[]).code, 0);
    let refused = report(&path("report.csv"), &[]);
    assert_eq!(refused.refused(1), "FILE_EXISTS");
    assert_eq!(refused.error()["fields"][0]["field"], "out");
    assert_eq!(report(&path("report.csv"), &["--force"]).code, 0);
    assert_eq!([before("book.csv"), before("ledger.csv"), before("statement.csv")], kept);
    book.check();
}

#[test]
fn bad_cells_are_listed_where_they_stand() {
    let book = Book::new();
    let path = text(&book.file("bad.csv"));
    std::fs::write(
        &path,
        "Date,Text,Amount\n2026-01-02,Fee,-1.00\n2026-01-03,Typing error,1..0\n2026-01-04,Sale,5.00\n",
    )
    .unwrap();
    let import = |more: &[&str]| {
        let args = ["import", &book.path, &path, "--balance", "Main", "--opening", "10.00", "--json"];
        tieout(&[&args[..], more].concat())
    };
    for ran in [import(&["--file-currency", "EUR"]), import(&["--file-currency", "EUR", "--dry-run"])] {
        assert_eq!(ran.refused(3), "BAD_ROWS");
        let error = ran.error();
        assert!(error["message"].as_str().unwrap().starts_with("bad.csv, row 3, column Amount: "), "{error}");
        let detail = &error["detail"];
        assert_eq!((detail["problem_count"].as_u64(), detail["problems"].as_array().unwrap().len()), (Some(1), 1));
        let problem = &detail["problems"][0];
        assert_eq!(
            (problem["file"].as_str(), problem["row"].as_u64(), problem["column"].as_u64(), problem["raw"].as_str()),
            (Some("bad.csv"), Some(3), Some(3), Some("1..0"))
        );
        assert!(!problem["reason"].as_str().unwrap().is_empty());
    }
    let dry = import(&["--file-currency", "EUR", "--dry-run"]).json();
    assert_eq!(dry["detail"]["problems"][0]["row"], 3);
    let good = import(&["--file-currency", "EUR", "--dry-run", "--leave-out-bad-rows"]);
    assert_eq!(good.refused(1), "IMPORT_INCOMPLETE");
    let good = import(&["--file-currency", "EUR", "--dry-run", "--leave-out-bad-rows", "--closing", "99.00"]);
    assert_eq!(good.code, 0, "{}", good.err);

    let read = tieout(&["statement", "read", &path]);
    assert_eq!(read.refused(3), "STATEMENT_PROBLEMS");
    assert_eq!(read.error()["detail"]["problems"][0]["column_name"], "Amount");

    std::fs::write(&path, "Date,Text,Amount\n2026-01-02,Fee,-1.50\n2026-01-04,Sale,5.25\n").unwrap();
    let yen = tieout(&["import", &book.path, &path, "--balance", "Yen", "--opening", "10"]);
    assert_eq!(yen.refused(3), "BAD_ROWS");
    assert!(yen.error()["message"].as_str().unwrap().contains("JPY has no decimals"), "{}", yen.err);
}

#[test]
fn a_known_line_is_kept_on_demand() {
    let book = Book::new();
    let path = |name: &str| text(&book.file(name));
    std::fs::write(path("n1.csv"), "Date,Text,Amount\n2026-01-05,Fee,-3.50\n").unwrap();
    std::fs::write(path("n2.csv"), "Date,Text,Amount\n2026-01-05,Fee,-3.50\n2026-01-05,X,-1.00\n").unwrap();
    std::fs::write(path("n3.csv"), "Date,Text,Amount\n2026-01-05,X,-1.00\n2026-01-06,Y,-1.00\n").unwrap();
    let import = |name: &str, more: &[&str]| {
        let args = ["import", &book.path, &path(name), "--balance", "Main", "--file-currency", "EUR"];
        ok(&[&args[..], more].concat())
    };
    import("n1.csv", &["--opening", "88.50"]);
    let second = import("n2.csv", &["--opening", "85.00", "--closing", "80.50"]);
    assert_eq!((second["added"].as_u64(), second["known"].as_u64()), (Some(2), Some(0)));
    // Nothing tells whether the third file begins before X or after it: that has to be said.
    let args = ["import", &book.path, &path("n3.csv"), "--balance", "Main", "--file-currency", "EUR"];
    let opening = ["--opening", "80.50"];
    assert_eq!(tieout(&[&args[..], &opening].concat()).refused(1), "LATE_LINES");
    assert_eq!(tieout(&[&args[..], &opening, &["--dry-run"]].concat()).refused(1), "LATE_LINES");
    for same in [&["--all-same"][..], &["--same", "2"]] {
        let plan = import("n3.csv", &[&["--opening", "81.50", "--dry-run"], same].concat());
        assert_eq!((plan["known_count"].as_u64(), plan["known_lines"][0]["line"].as_u64()), (Some(1), Some(2)));
    }
    let all = import("n3.csv", &["--opening", "80.50", "--dry-run", "--keep-all-known"]);
    assert_eq!(all["new_count"], 2);
    let third = import("n3.csv", &["--opening", "80.50", "--keep-known", "2"]);
    assert_eq!((third["added"].as_u64(), third["known"].as_u64()), (Some(2), Some(0)));

    let inverse = ["--opening", "80.50", "--sign-model", "inverse"];
    let refused = tieout(&[&args[..], &inverse].concat());
    assert_eq!(refused.refused(1), "SAME_FILE");
    assert_eq!(tieout(&[&args[..], &inverse, &["--dry-run"]].concat()).refused(1), "SAME_FILE");
    assert_eq!(import("n3.csv", &[&inverse[..], &["--again"]].concat())["added"], 2);
}

#[test]
fn a_cell_of_a_list_that_is_not_utf8_is_named() {
    let book = Book::new();
    let path = |name: &str| text(&book.file(name));
    std::fs::write(
        path("ledger.csv"),
        b"ledger_id,account,date,amount,currency,description\nL1,A,2026-01-05,1.00,EUR,Caf\xe9\n",
    )
    .unwrap();
    std::fs::write(path("statement.csv"), "statement_id,account,booking_date,amount,currency\n").unwrap();
    let ran = tieout(&[
        "match",
        "--ledger",
        &path("ledger.csv"),
        "--statement",
        &path("statement.csv"),
        "--out",
        &path("out.csv"),
    ]);
    assert_eq!(ran.refused(3), "MATCH_INPUT");
    let message = ran.error()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("line 2, column description: the text is not UTF-8"), "{message}");
}
