//! Webhooks from the command line, to a real server, and killed while they are told.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::came::Came;
use crate::crash::Rng;
use crate::support::{Book, SECRET, TIEOUT, ok, tieout};

const KILLS: u32 = 40;
/// Postings of a round.
const POSTINGS: u32 = 6;

#[test]
fn a_webhook_is_made_told_listed_and_told_again() {
    let book = Book::new();
    let (url, came) = Came::listen(Duration::ZERO);
    let create = ["webhook", "create", &book.path, &url, "--name", "ERP", "--event", "transaction.applied"];
    assert_eq!(tieout(&create).refused(1), "INVALID_INPUT", "a private host is not allowed by itself");
    ok(&["webhook", "hosts", &book.path, "--set", "localhost"]);
    let made = ok(&create);
    let id = made["row"]["id"].as_str().unwrap().to_owned();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    book.fund("Main", "EUR", "10.00");
    assert_eq!(ok(&["webhook", "deliver", &book.path])["delivered"], 1);
    assert_eq!(came.references(), HashMap::from([("OPEN-Main".to_owned(), 1)]));
    let listed = ok(&["webhook", "deliveries", &book.path, "--state", "delivered"]);
    assert_eq!(listed["total"], 1);
    let delivery = listed["rows"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(ok(&["webhook", "replay", &book.path, &delivery])["replayed"], 1);
    assert_eq!(tieout(&["webhook", "replay", &book.path, "dlv_none"]).refused(1), "NOT_FOUND");
    ok(&["webhook", "deliver", &book.path]);
    let shown = ok(&["webhook", "delivery", &book.path, &delivery]);
    assert_eq!(shown["tries"].as_array().unwrap().len(), 2);
    assert_eq!(ok(&["webhook", "test", &book.path, &id])["row"]["state"], "delivered");
    ok(&["webhook", "change", &book.path, &id, "--state", "off", "--timeout", "5"]);
    assert_eq!(ok(&["webhook", "list", &book.path])[0]["timeout_ms"], 5_000);
    book.fund("Acme", "EUR", "1.00");
    assert_eq!(ok(&["webhook", "deliver", &book.path])["attempted"], 0);
    ok(&["webhook", "delete", &book.path, &id]);
    assert!(tieout(&["webhook", "events"]).out.contains("transaction.applied"));
    book.check();
}

#[test]
fn webhooks_that_are_cut_off_tell_every_event_at_least_once_under_its_id() {
    let mut rng = Rng::new("webhooks");
    let book = Book::new();
    let (url, came) = Came::listen(Duration::from_millis(2));
    ok(&["webhook", "hosts", &book.path, "--set", "localhost"]);
    ok(&["webhook", "create", &book.path, &url, "--name", "ERP", "--event", "transaction.applied"]);
    book.fund("Main", "EUR", "1000.00");
    let deliver = ["webhook", "deliver", &book.path];
    let begun = Instant::now();
    ok(&deliver);
    let mut whole = u64::try_from(begun.elapsed().as_micros()).unwrap() * 2;
    let mut kills = 0;
    for round in 0..KILLS * 2 {
        if kills == KILLS {
            break;
        }
        for number in 0..POSTINGS {
            book.post(&format!("W{round}-{number}"), "0.01", &[]).json();
        }
        let mut child = Command::new(TIEOUT)
            .args(deliver)
            .env("TIEOUT_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(rng.below(whole)));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            // It was through before: the next is cut off earlier.
            whole = (whole * 3 / 4).max(2_000);
        } else {
            kills += 1;
        }
    }
    ok(&deliver);
    assert_eq!(ok(&["webhook", "deliveries", &book.path, "--state", "waiting"])["total"], 0);
    let told = came.references();
    let posted = crate::crash::references(&book.path);
    println!("{kills} kills, {} events told, {} times", told.len(), came.times());
    assert!(kills >= KILLS / 2, "{kills}");
    for reference in &posted {
        assert_eq!(told.get(reference), Some(&1), "{reference} is told under one id");
    }
    assert_eq!(told.len(), posted.len());
    book.check();
}
