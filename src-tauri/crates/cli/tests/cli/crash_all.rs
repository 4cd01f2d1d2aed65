//! Everything in flight at once and killed at random moments, five hundred times: postings, queued ones, holds and what is
//! decided on them, timers of holds and of scheduled postings, and webhooks.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::came::Came;
use crate::crash::{Rng, references};
use crate::support::{Book, SECRET, TIEOUT, ok};

const KILLS: u32 = 500;
/// Rows that are sent to one process.
const ROWS: u32 = 8;
/// Kills between two looks at the whole book.
const LOOK: u32 = 50;

/// How long a process may live before it is killed: any time up to a reach that finds out by itself how fast the machine
/// is, so that kills fall before, into and after the work on a fast one as well as on a busy one.
struct Reach {
    micros: u64,
}

impl Reach {
    const fn new() -> Self {
        Self { micros: 60_000 }
    }

    fn delay(&self, rng: &mut Rng) -> Duration {
        Duration::from_micros(rng.below(self.micros))
    }

    /// Killed before anything was done.
    fn longer(&mut self) {
        self.micros = (self.micros * 21 / 20).min(5_000_000);
    }

    /// Done before it was killed.
    fn shorter(&mut self) {
        self.micros = (self.micros * 20 / 21).max(5_000);
    }
}

fn spawn(args: &[&str]) -> Child {
    Command::new(TIEOUT)
        .args(args)
        .env("TIEOUT_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What is sent in a round: postings, holds that stay, and holds that run out at once.
fn row(round: u32, number: u32) -> Value {
    let reference = format!("E{round}-{number}");
    let plain = json!({ "from": "Main", "to": "Steel", "amount": "0.01", "currency": "EUR", "reference": reference });
    let mut row = plain;
    if number % 4 == 2 {
        row["hold"] = true.into();
    }
    if number % 4 == 3 {
        row["hold"] = true.into();
        let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(150);
        row["expires"] = soon.to_string().into();
    }
    row
}

/// Sends rows to a process that is killed; the references that it acknowledged.
fn post_and_kill(path: &str, round: u32, delay: Duration) -> HashSet<String> {
    // Every other stream is only accepted, and booked by whoever opens the book next.
    let queue =
        if round.is_multiple_of(4) { &["post", path, "--stream", "--queue"][..] } else { &["post", path, "--stream"] };
    let mut child = spawn(queue);
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut acknowledged = HashSet::new();
        for line in output.lines().map_while(Result::ok) {
            // The last line may be cut off: that is no acknowledgement.
            let Ok(answer) = serde_json::from_str::<Value>(&line) else { break };
            if answer["ok"] == true {
                acknowledged.insert(answer["reference"].as_str().unwrap().to_owned());
            }
        }
        acknowledged
    });
    for number in 0..ROWS {
        if writeln!(input, "{}", row(round, number)).is_err() {
            break;
        }
    }
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(input);
    reader.join().unwrap()
}

/// The place of a row in its stream.
fn number_of(reference: &str) -> u32 {
    reference.rsplit('-').next().unwrap().parse().unwrap()
}

#[test]
fn nothing_is_lost_doubled_or_untold_when_everything_is_killed_five_hundred_times() {
    let mut rng = Rng::new("everything");
    let book = Book::new();
    let (url, came) = Came::listen(Duration::from_millis(1));
    ok(&["webhook", "hosts", &book.path, "--set", "localhost"]);
    ok(&["webhook", "create", &book.path, &url, "--name", "ERP"]);
    book.fund("Main", "EUR", "1000000.00");
    let mut acknowledged: HashSet<String> = HashSet::new();
    let mut scheduled = 0;
    let mut kills = 0;
    let (mut posting, mut delivering) = (Reach::new(), Reach::new());
    // A round of deliveries may be done before it is killed: that is no kill.
    for round in 0..KILLS * 3 {
        if kills == KILLS {
            break;
        }
        if round % 2 == 0 {
            let came = post_and_kill(&book.path, round, posting.delay(&mut rng));
            match came.len() {
                0 => posting.longer(),
                all if all == ROWS as usize => posting.shorter(),
                _ => {}
            }
            // A hold that is accepted into the queue and has run out before its turn is refused, with that reason.
            acknowledged.extend(came.into_iter().filter(|one| round % 4 != 0 || number_of(one) % 4 != 3));
            kills += 1;
        } else {
            let mut child = spawn(&["webhook", "deliver", &book.path]);
            std::thread::sleep(delivering.delay(&mut rng));
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                delivering.shorter();
            } else {
                delivering.longer();
                kills += 1;
            }
        }
        // Somebody decides on a hold and is cut off: it is decided on once, or stands as it was.
        if round % 10 == 5 {
            let held = ok(&["transactions", &book.path, "--state", "held", "--limit", "1"]);
            if let Some(id) = held["rows"][0]["id"].as_str() {
                let mut child = match round % 20 {
                    5 => spawn(&["commit", &book.path, id]),
                    _ => spawn(&["void", &book.path, id, "--reason", "Cut off"]),
                };
                std::thread::sleep(delivering.delay(&mut rng));
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
        if round % 10 == 0 {
            let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(100);
            book.post(&format!("S{round}"), "0.01", &["--at", &soon.to_string()]).json();
            scheduled += 1;
        }
        if (round + 1) % LOOK == 0 {
            // What is in the queue is booked now at the latest.
            ok(&["scheduled", "run", &book.path]);
            let present = references(&book.path);
            let once: HashSet<String> = present.iter().cloned().collect();
            assert_eq!(once.len(), present.len(), "round {round}: something is there twice");
            let lost: Vec<_> = acknowledged.difference(&once).collect();
            assert!(lost.is_empty(), "round {round}: lost {lost:?}");
            book.check();
        }
    }
    std::thread::sleep(Duration::from_millis(200));
    // Opening the book does what is due by the clock.
    ok(&["scheduled", "run", &book.path]);
    ok(&["webhook", "deliver", &book.path]);
    let present = references(&book.path);
    assert_eq!(present.iter().filter(|one| one.starts_with('S')).count(), scheduled);
    // Holds whose time came are voided, once, and hold nothing any more; the others stand or were decided on, once.
    let count =
        |state: &str| ok(&["transactions", &book.path, "--state", state, "--limit", "1"])["total"].as_u64().unwrap();
    let (expired, held) = (count("expired"), count("held"));
    let (committed, voided) = (count("committed"), count("voided"));
    assert_eq!(book.figure("Main", "held_out"), held.to_string());
    let holds = present.iter().filter(|one| one.starts_with('E') && number_of(one) % 4 >= 2).count() as u64;
    assert_eq!(holds, expired + held + committed + voided);
    assert!(committed + voided > 5, "decisions must have been under way: {committed} and {voided}");
    // What was accepted into the queue is booked or refused, and each is there once.
    let waiting = ok(&["scheduled", "list", &book.path]);
    assert_eq!(waiting["total"], 0);
    // Every first row was told at least once, each under one id, and every row that ran out as well.
    let applied = came.references_of(Some("transaction.applied"));
    let inflight = came.references_of(Some("transaction.inflight"));
    for reference in &present {
        let told = applied.get(reference).copied().unwrap_or(0) + inflight.get(reference).copied().unwrap_or(0);
        assert_eq!(told, 1, "{reference} is told under one id");
    }
    assert_eq!(
        came.references_of(Some("transaction.void")).values().map(|times| u64::from(*times)).sum::<u64>(),
        expired + voided
    );
    ok(&["verify", &book.path]);
    book.check();
    println!(
        "{kills} kills, {} rows, {} acknowledged, {expired} ran out, {scheduled} scheduled, {} deliveries",
        present.len(),
        acknowledged.len(),
        came.times()
    );
    assert_eq!(kills, KILLS);
    assert!(acknowledged.len() > 300 && expired > 20, "work must have been under way");
}
