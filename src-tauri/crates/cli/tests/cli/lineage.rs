//! Lineage of funds, and holds that commit themselves.

use crate::support::{Book, ok, tieout};

#[test]
fn origins_are_kept_spent_and_told() {
    let book = Book::new();
    ok(&["lineage", "set", &book.path, "Main", "fifo"]);
    let post = |extra: &[&str]| {
        let base = ["post", &book.path, "--currency", "EUR", "--create-indicators", "--allow-overdraft"];
        ok(&[&base[..], extra].concat())
    };
    post(&["--from", "@grants", "--to", "Main", "--amount", "100.00", "--origin", "Grant 7"]);
    post(&["--from", "@sales", "--to", "Main", "--amount", "50.00", "--origin", "Sales"]);
    post(&["--from", "Main", "--to", "@rent", "--amount", "120.00", "--reference", "RENT"]);
    let shown = ok(&["lineage", "show", &book.path, "Main"]);
    let sources: Vec<(&str, &str)> = shown["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["origin"].as_str().unwrap(), one["available"].as_str().unwrap()))
        .collect();
    assert_eq!(sources, [("Grant 7", "0"), ("Sales", "3000")]);
    let text = tieout(&["lineage", "of", &book.path, "RENT"]).out;
    assert!(text.contains("Grant 7") && text.contains("spent") && text.contains("100.00"), "{text}");
    let moves = ok(&["lineage", "moves", &book.path, "Main", "--origin", "Sales", "--limit", "1"]);
    assert_eq!((moves["total"].as_u64(), moves["rows"][0]["kind"].as_str()), (Some(2), Some("spent")));
    let text = tieout(&["lineage", "set", &book.path, "Main", "off"]).out;
    assert!(text.contains("keeps no lineage") && text.contains("Without a known origin: 30.00 EUR"), "{text}");
    assert_eq!(tieout(&["lineage", "set", &book.path, "Main", "hifo"]).refused(2), "USAGE");
    book.check();
}

#[test]
fn a_hold_says_when_it_commits_itself() {
    let book = Book::new();
    let base = ["post", &book.path, "--currency", "EUR", "--create-indicators", "--allow-overdraft"];
    let sides = ["--from", "@opening", "--to", "Main", "--amount", "5.00"];
    let held = ok(&[&base[..], &sides, &["--hold", "--commits", "2999-01-01T09:00:00Z"]].concat());
    assert_eq!(held["family"]["commits_at"], "2999-01-01T09:00:00Z");
    let plain = tieout(&[&base[..], &sides, &["--commits", "2999-01-01T09:00:00Z"]].concat());
    assert_eq!(plain.refused(2), "USAGE");
}
