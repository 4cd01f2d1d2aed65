//! Killing the process at random moments: what was acknowledged is there, once, and nothing is there in part.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Book, TIEOUT, check, ok, text};

const POST_KILLS: u32 = 60;
const IMPORT_KILLS: u32 = 40;
/// Lines of the imported statement: enough that reading and saving take a while.
const LINES: i64 = 2_500;

/// SplitMix64; the seed is printed, and `TIEOUT_SEED` repeats a run.
struct Rng(u64);

impl Rng {
    fn new(what: &str) -> Self {
        let fresh = || {
            u64::from(std::process::id())
                ^ u64::from(std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.subsec_nanos())) << 20
        };
        let seed = std::env::var("TIEOUT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(fresh);
        println!("{what}: TIEOUT_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

fn wait(delay: Duration) {
    std::thread::sleep(delay);
}

/// Sends postings until the process is gone; gives back the references sent and those acknowledged. The delay counts
/// from the start of the process, or from its first answer, so that both opening and posting are cut off.
fn post_until_killed(path: &str, round: u32, from_answer: bool, delay: Duration) -> (HashSet<String>, HashSet<String>) {
    let mut child: Child = Command::new(TIEOUT)
        .args(["post", path, "--stream"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let sender = std::thread::spawn(move || {
        let mut sent = HashSet::new();
        for number in 0..100_000 {
            let reference = format!("K{round}-{number}");
            let hold = number % 5 == 4;
            let posting = json!({ "from": "Main", "to": "Steel", "amount": "0.01", "currency": "EUR", "reference": reference, "hold": hold });
            // A line that was cut off when the pipe broke was not sent.
            if writeln!(input, "{posting}").is_err() {
                break;
            }
            sent.insert(reference);
        }
        sent
    });
    let (answered, first_answer) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut acknowledged = HashSet::new();
        for line in output.lines() {
            // The last line may be cut off: that is no acknowledgement.
            let Ok(answer) = line.map_err(|_| ()).and_then(|line| serde_json::from_str::<Value>(&line).map_err(|_| ()))
            else {
                break;
            };
            assert_eq!(answer["ok"], true, "{answer}");
            acknowledged.insert(answer["reference"].as_str().unwrap().to_owned());
            // Nobody listens after the first.
            let _ = answered.send(());
        }
        acknowledged
    });
    if from_answer {
        first_answer.recv_timeout(Duration::from_secs(30)).expect("the process answers");
    }
    wait(delay);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    (sender.join().unwrap(), reader.join().unwrap())
}

/// References of all transactions of the book.
fn references(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let page = ok(&["transactions", path, "--limit", "500", "--offset", &found.len().to_string()]);
        let rows = page["rows"].as_array().unwrap();
        if rows.is_empty() {
            return found;
        }
        found.extend(rows.iter().map(|row| row["reference"].as_str().unwrap().to_owned()));
    }
}

#[test]
fn no_acknowledged_posting_is_lost_or_doubled() {
    let mut rng = Rng::new("posting");
    let book = Book::new();
    book.fund("Main", "EUR", "1000000.00");
    let mut all = HashSet::new();
    for round in 0..POST_KILLS {
        let (sent, acknowledged) =
            post_until_killed(&book.path, round, round % 4 != 0, Duration::from_millis(rng.below(90)));
        book.check();
        let present = references(&book.path);
        let once: HashSet<_> = present.iter().cloned().collect();
        assert_eq!(once.len(), present.len(), "round {round}: a posting is there twice");
        assert!(
            acknowledged.is_subset(&once),
            "round {round}: lost {:?}",
            acknowledged.difference(&once).collect::<Vec<_>>()
        );
        assert!(once.is_superset(&all), "round {round}: something older is gone");
        let new: HashSet<_> =
            once.iter().filter(|reference| reference.starts_with(&format!("K{round}-"))).cloned().collect();
        assert!(new.is_subset(&sent), "round {round}: something nobody sent");
        assert!(
            new.len() <= acknowledged.len() + 1,
            "round {round}: {} are there, {} were acknowledged",
            new.len(),
            acknowledged.len()
        );
        all = once;
    }
    println!("{POST_KILLS} kills, {} postings", all.len());
    assert!(all.len() > 200, "the postings must have been under way: {}", all.len());
    // Both figures add up to what is there: 0.01 each, every fifth held.
    let figure = |name: &str| book.figure("Steel", name).parse::<usize>().unwrap();
    assert_eq!(figure("balance") + figure("held_in"), all.len() - 1);
}

fn statement(path: &Path) {
    let mut text = String::from("Date;Details;Amount;Balance\nOpening balance;;;1000.00\n");
    let mut balance = 100_000_i64;
    let first = jiff::civil::date(2026, 1, 1);
    for number in 0..LINES {
        let amount = if number % 3 == 0 { -(100 + number % 977) } else { 60 + number % 1_013 };
        balance += amount;
        let day = first.saturating_add(jiff::Span::new().days(number / 40));
        let money =
            |minor: i64| format!("{}{}.{:02}", if minor < 0 { "-" } else { "" }, minor.abs() / 100, minor.abs() % 100);
        text.push_str(&format!("{day};Line {number} of the bank;{};{}\n", money(amount), money(balance)));
    }
    std::fs::write(path, text).unwrap();
}

fn import(path: &str, file: &str) -> Child {
    Command::new(TIEOUT)
        .args(["import", path, file, "--balance", "Main", "--file-currency", "EUR", "--opening", "1000.00", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn an_import_is_whole_or_absent() {
    let mut rng = Rng::new("import");
    let base = Book::new();
    let file = base.file("statement.csv");
    statement(&file);
    let (file, target) = (text(&file), text(&base.file("round.tieout")));
    let fresh = || {
        for ending in ["-wal", "-shm", "-lock"] {
            let _ = std::fs::remove_file(format!("{target}{ending}"));
        }
        std::fs::copy(&base.path, &target).unwrap();
    };
    fresh();
    let started = Instant::now();
    assert!(import(&target, &file).wait().unwrap().success());
    let mut whole = u64::try_from(started.elapsed().as_millis()).unwrap();
    assert_eq!(ok(&["statements", &target])[0]["lines"], LINES);
    let (mut kills, mut absent) = (0, 0);
    while kills < IMPORT_KILLS {
        fresh();
        let mut child = import(&target, &file);
        // Half of them in the last part, where the file is stored.
        let early = if kills % 2 == 0 { 0 } else { whole * 7 / 10 };
        wait(Duration::from_millis(early + rng.below((whole + whole / 10 + 1).saturating_sub(early))));
        if child.try_wait().unwrap().is_some() {
            // It was done before: nothing was killed. The machine has less to do than when the time was taken.
            whole -= whole / 20;
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        check(&target);
        let statements = ok(&["statements", &target]);
        match statements.as_array().unwrap().as_slice() {
            [] => {
                absent += 1;
                if absent % 8 == 0 {
                    assert!(
                        import(&target, &file).wait().unwrap().success(),
                        "an import that was cut off can be made again"
                    );
                    assert_eq!(ok(&["statements", &target])[0]["lines"], LINES);
                }
            }
            [one] => assert_eq!(
                (one["lines"].as_i64(), one["to_review"].as_i64()),
                (Some(LINES), Some(LINES)),
                "half an import"
            ),
            more => panic!("{} statements from one file", more.len()),
        }
    }
    println!("{kills} kills within {whole} ms, {absent} times absent, {} times whole", kills - absent);
}
