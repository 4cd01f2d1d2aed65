//! What a machine does to a book: a disk that takes no more, places that nobody may write to, and a history that somebody
//! wrote into. Each ends in a sentence, and the book is as it was.
#![cfg(target_os = "linux")]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::support::{Book, Ran, SECRET, TIEOUT, check, ok, text, tieout};

/// Nobody's user and group.
const NOBODY: u32 = 65_534;

fn ran(command: &mut Command) -> Ran {
    let output = command.env("TIEOUT_SECRET", SECRET).stdin(Stdio::null()).output().expect("it runs");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs `tieout` where no file may grow beyond `blocks` of 512 bytes: the operating system refuses the write itself.
fn within(blocks: u32, args: &[&str]) -> Ran {
    let shell = format!("ulimit -f {blocks} && trap '' XFSZ && exec \"$0\" \"$@\"");
    ran(Command::new("sh").arg("-c").arg(shell).arg(TIEOUT).args(args))
}

#[test]
fn a_disk_that_takes_no_more_refuses_a_batch_whole_and_the_same_batch_is_booked_later() {
    let book = Book::new();
    book.fund("Main", "EUR", "10000.00");
    let file = book.file("batch.csv");
    let rows: String = (0..400).map(|at| format!("Main;Acme;1.00;EUR;ROW-{at}\n")).collect();
    std::fs::write(&file, format!("from;to;amount;currency;reference\n{rows}")).unwrap();
    let batch = text(&file);
    for atomic in [true, false] {
        let mut args = vec!["post", &book.path, "--batch", &batch, "--json"];
        args.extend(atomic.then_some("--atomic"));
        // Enough to open the book and its log, too little for what is posted.
        let refused = within(160, &args);
        let error = refused.error();
        if atomic {
            assert_eq!(refused.refused(5), "DISK_FAILED");
            assert!(error["message"].as_str().unwrap().contains("Nothing was changed"), "{error}");
            assert!(error["detail"].as_str().unwrap().contains("disk"), "{error}");
            assert_eq!(book.figure("Acme", "balance"), "0");
        } else {
            // What was answered as posted is there, and nothing else.
            assert_ne!(refused.code, 0, "{} {}", refused.out, refused.err);
            let posted = ok(&["book", "info", &book.path])["transactions"].as_u64().unwrap() - 1;
            assert!(posted < 400, "the disk took all of it");
            assert_eq!(book.figure("Acme", "balance"), (posted * 100).to_string());
        }
        book.check();
    }
    let before = ok(&["post", &book.path, "--batch", &batch, "--atomic"]);
    assert_eq!(before["posted"].as_u64().unwrap() + before["before"].as_u64().unwrap(), 400);
    assert_eq!(book.figure("Acme", "balance"), "40000");
    book.check();
}

/// Runs `tieout` as somebody who is bound by permissions: the superuser is not.
fn bound(args: &[&str]) -> Ran {
    let mut command = Command::new(TIEOUT);
    command.args(args).env("USER", "nobody");
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    ran(&mut command)
}

#[test]
fn a_book_in_a_protected_place_is_read_and_not_written() {
    let mode = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    for (file_mode, folder_mode, why) in
        [(0o444, 0o777, "This file is write-protected"), (0o666, 0o555, "The folder of this book is write-protected")]
    {
        let book = Book::new();
        book.fund("Main", "EUR", "50.00");
        let path = std::path::Path::new(&book.path).to_owned();
        let _ = std::fs::remove_file(format!("{}-lock", book.path));
        mode(&path, file_mode);
        mode(book.folder.path(), folder_mode);
        let before = std::fs::read(&path).unwrap();
        let looked = bound(&["balances", &book.path, "--json"]);
        assert_eq!(looked.code, 0, "{why}: {}", looked.err);
        assert!(looked.out.contains("Main"), "{}", looked.out);
        let refused = bound(&[
            "post",
            &book.path,
            "--from",
            "Main",
            "--to",
            "Steel",
            "--amount",
            "1.00",
            "--currency",
            "EUR",
            "--json",
        ]);
        assert_eq!(refused.refused(4), "BOOK_READ_ONLY");
        let message = refused.error()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(why) && message.contains("Copy it to another folder"), "{message}");
        assert!(std::fs::read(&path).unwrap() == before, "{why}: the book was written");
        mode(book.folder.path(), 0o755);
        mode(&path, 0o644);
        assert_eq!(book.post("LATER", "1.00", &[]).code, 0, "where it may be written it is");
        book.check();
    }
}

#[test]
fn a_book_whose_history_was_found_broken_is_read_only_until_somebody_decides() {
    let book = Book::new();
    book.fund("Main", "EUR", "50.00");
    // A name in the history, letter for letter as long: SQLite sees nothing wrong with the page.
    let bytes = std::fs::read(&book.path).unwrap();
    let (from, to) = (b"\"name\":\"Suppliers\"", b"\"name\":\"Suppliars\"");
    let at: Vec<usize> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!at.is_empty(), "the history tells of the ledger");
    let mut forged = bytes;
    for at in at {
        forged[at..at + to.len()].copy_from_slice(to);
    }
    std::fs::write(&book.path, forged).unwrap();
    assert_eq!(book.post("BEFORE", "1.00", &[]).code, 0, "nobody has looked yet");

    let found = tieout(&["verify", &book.path, "--json"]);
    assert_eq!(found.refused(1), "HISTORY_PROBLEMS");
    assert!(found.error()["message"].as_str().unwrap().contains("read-only until somebody decides"), "{}", found.err);
    let refused = book.post("AFTER", "1.00", &[]);
    assert_eq!(refused.refused(4), "BOOK_READ_ONLY");
    assert!(refused.error()["message"].as_str().unwrap().contains("--accept REASON"), "{}", refused.err);
    assert!(ok(&["book", "info", &book.path])["read_only"].as_str().unwrap().contains("does not hold"));
    assert_eq!(book.figure("Steel", "balance"), "100", "reading goes on");

    let without = tieout(&["verify", &book.path, "--accept", " ", "--json"]);
    assert_eq!(without.refused(1), "INVALID_INPUT");
    ok(&["verify", &book.path, "--accept", "A test wrote it"]);
    assert_eq!(book.post("AFTER", "1.00", &[]).code, 0);
    let decided = ok(&["history", &book.path, "--kind", "history.accepted"]);
    assert_eq!(decided["total"], 1);
    assert_eq!(tieout(&["verify", &book.path, "--json"]).refused(1), "HISTORY_PROBLEMS");
    assert_eq!(book.post("AGAIN", "1.00", &[]).code, 0, "the same finding stops nobody twice");
    let nothing = Book::new();
    assert_eq!(tieout(&["verify", &nothing.path, "--accept", "Why", "--json"]).refused(1), "HISTORY_HOLDS");
    check(&nothing.path);
}
