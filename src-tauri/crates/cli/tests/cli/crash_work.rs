//! Killing the process while it books a whole batch and while it books what was scheduled: all or nothing, and once.

use std::collections::HashSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::crash::{Aim, Rng, references};
use crate::support::{Book, TIEOUT, ok, text};

const BATCH_KILLS: u32 = 40;
const DUE_KILLS: u32 = 40;
/// Rows of a batch: enough that writing them takes a while.
const ROWS: usize = 300;
/// Postings that come due together.
const DUE: usize = 4;
/// Time from accepting the first of them until they are due.
const WAIT: jiff::SignedDuration = jiff::SignedDuration::from_millis(900);

fn spawn(args: &[&str]) -> std::process::Child {
    Command::new(TIEOUT).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

#[test]
fn a_batch_that_was_cut_off_is_whole_or_absent() {
    let mut rng = Rng::new("batch");
    let book = Book::new();
    book.fund("Main", "EUR", "1000000.00");
    ok(&["monitor", "create", &book.path, "Main", "balance", "<", "1000000.00", "--repeat"]);
    let file = text(&book.file("batch.csv"));
    let write = |round: u32| {
        let mut rows = String::from("from,to,amount,currency,reference,hold\n");
        for row in 0..ROWS {
            rows.push_str(&format!("Main,Steel,0.01,EUR,B{round}-{row},{}\n", if row % 5 == 4 { "yes" } else { "no" }));
        }
        std::fs::write(&file, rows).unwrap();
    };
    write(0);
    let post = ["post", &book.path, "--batch", &file, "--atomic"];
    let mut aim = Aim::new(timed(|| drop(ok(&post))));
    let mut batches: usize = 1;
    for round in 1..=BATCH_KILLS * 3 {
        if aim.kills() >= BATCH_KILLS {
            break;
        }
        write(round);
        let killed = aim.kill(&mut rng, spawn(&post));
        let found = references(&book.path);
        let distinct: HashSet<&String> = found.iter().collect();
        assert_eq!(distinct.len(), found.len(), "nothing is booked twice");
        let of_round = found.iter().filter(|reference| reference.starts_with(&format!("B{round}-"))).count();
        assert!(of_round == 0 || of_round == ROWS, "{of_round} of {ROWS} rows are booked");
        if killed {
            aim.landed(of_round == 0);
        }
        // Sent again it is whole, and what was there is not booked again.
        let again = ok(&post);
        let there = if of_round == 0 { "posted" } else { "before" };
        assert_eq!(again[there].as_u64(), Some(ROWS as u64));
        batches += 1;
    }
    aim.print();
    assert!(aim.before > 0 && aim.after > 0, "both sides of the commit were hit");
    assert_eq!(references(&book.path).len(), 1 + batches * ROWS);
    // Each posting that was not a hold was told once, in the same database transaction.
    let settled = ROWS - ROWS / 5;
    let history = ok(&["history", &book.path, "--kind", "monitor.fired", "--limit", "1"]);
    assert_eq!(history["total"].as_u64(), Some((batches * settled) as u64));
    book.check();
}

#[test]
fn what_was_scheduled_is_posted_once_whenever_it_is_cut_off() {
    let mut rng = Rng::new("scheduled");
    let book = Book::new();
    book.fund("Main", "EUR", "1000000.00");
    let run = ["scheduled", "run", &book.path];
    let mut aim: Option<Aim> = None;
    let mut accepted = 0;
    for round in 0..=DUE_KILLS * 3 {
        if aim.as_ref().is_some_and(|aim| aim.kills() >= DUE_KILLS) {
            break;
        }
        // In a while, so that accepting the next does not post the one before.
        let due = jiff::Timestamp::now() + WAIT;
        for number in 0..DUE {
            book.post(&format!("S{round}-{number}"), "0.01", &["--at", &due.to_string()]).json();
        }
        accepted += DUE;
        std::thread::sleep(Duration::try_from(jiff::Timestamp::now().duration_until(due)).unwrap_or_default());
        match &mut aim {
            None => aim = Some(Aim::new(timed(|| drop(ok(&run))))),
            Some(aim) => {
                if aim.kill(&mut rng, spawn(&run)) {
                    let done =
                        references(&book.path).iter().filter(|one| one.starts_with(&format!("S{round}-"))).count();
                    aim.landed(done == 0);
                }
            }
        }
        ok(&run);
        let found = references(&book.path);
        let distinct: HashSet<&String> = found.iter().collect();
        assert_eq!((distinct.len(), found.len()), (found.len(), 1 + accepted), "each is posted once");
    }
    let all = ok(&["scheduled", "list", &book.path, "--all", "--limit", "500"]);
    assert_eq!(all["total"].as_u64(), Some(all["rows"].as_array().unwrap().len() as u64));
    for row in all["rows"].as_array().unwrap() {
        assert_eq!(row["state"], "posted");
        assert!(row["transaction_id"].is_string() && row["reason"].is_null(), "nothing is both posted and refused");
    }
    if let Some(aim) = &aim {
        aim.print();
    }
    book.check();
}
