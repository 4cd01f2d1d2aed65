//! Killing the process at random moments: what was acknowledged is there, once, and nothing is there in part.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Book, TIEOUT, check, ok, text, tieout};

const CREATE_KILLS: u32 = 40;
const POST_KILLS: u32 = 60;
const IMPORT_KILLS: u32 = 40;
const RUN_KILLS: u32 = 24;
/// Holds that are decided on, each by two commits and a void.
const HOLDS: u32 = 8;
/// Kills of one decision before it may run to its end.
const KILLS_OF_ONE: u32 = 3;
/// Lines of the imported statement: enough that reading and saving take a while.
const LINES: i64 = 2_500;

/// SplitMix64; the seed is printed, and `TIEOUT_SEED` repeats a run.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(what: &str) -> Self {
        let fresh = || {
            u64::from(std::process::id())
                ^ u64::from(std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.subsec_nanos())) << 20
        };
        let seed = std::env::var("TIEOUT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(fresh);
        println!("{what}: TIEOUT_SEED={seed}");
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
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

/// When to kill a command, and what the kills found. Every second kill comes at any moment of a run; the others follow
/// where the last one landed, so that both sides of the commit are hit.
pub(crate) struct Aim {
    /// Microseconds that a whole run takes.
    whole: u64,
    /// Microseconds after which the commit is expected.
    at: u64,
    tries: u32,
    /// Kills before the commit, and after it.
    pub(crate) before: u32,
    pub(crate) after: u32,
}

impl Aim {
    pub(crate) fn new(run: Duration) -> Self {
        let whole = u64::try_from(run.as_micros()).unwrap();
        Self { whole, at: whole, tries: 0, before: 0, after: 0 }
    }

    /// Whether the child was killed: it may be done before.
    pub(crate) fn kill(&mut self, rng: &mut Rng, mut child: Child) -> bool {
        self.tries += 1;
        let around = self.at - self.at / 20 + rng.below(self.at / 10 + 1);
        wait(Duration::from_micros(if self.tries.is_multiple_of(2) { rng.below(self.whole + 1) } else { around }));
        child.kill().unwrap();
        let done = child.wait().unwrap().success();
        if done {
            // Nothing was killed. The machine has less to do than when the time was taken.
            self.at -= self.at / 20;
            self.whole -= self.whole / 40;
        }
        !done
    }

    /// On which side of the commit the last kill landed.
    pub(crate) fn landed(&mut self, before: bool) {
        if before {
            self.before += 1;
            self.at += self.at / 30;
        } else {
            self.after += 1;
            self.at -= self.at / 30;
        }
    }

    pub(crate) fn kills(&self) -> u32 {
        self.before + self.after
    }

    pub(crate) fn print(&self) {
        let Self { whole, before, after, .. } = self;
        println!("{} kills within {whole} µs, {before} times absent, {after} times whole", self.kills());
    }
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
pub(crate) fn references(path: &str) -> Vec<String> {
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

/// A book that was made can be worked in.
fn use_new(path: &str) {
    let info = ok(&["book", "info", path]);
    assert_eq!((info["name"].as_str(), info["currency"].as_str()), (Some("New"), Some("EUR")), "{info}");
    assert_eq!(
        ok(&["ledgers", path]).as_array().unwrap().iter().filter(|row| row["name"] == "General ledger").count(),
        1
    );
    let post = ["post", path, "--from", "@opening", "--to", "@float", "--amount", "1.00", "--currency", "EUR"];
    ok(&[&post[..], &["--allow-overdraft", "--create-indicators"]].concat());
    check(path);
}

#[test]
fn a_book_is_made_whole_or_not_at_all() {
    let mut rng = Rng::new("create");
    let folder = tempfile::TempDir::new().unwrap();
    let path = text(&folder.path().join("New.tieout"));
    let create = ["book", "create", &path, "--name", "New", "--currency", "EUR"];
    let remove = || {
        for ending in ["", "-wal", "-shm", "-lock"] {
            let _ = std::fs::remove_file(format!("{path}{ending}"));
        }
    };
    let began = Instant::now();
    assert!(started(&create).wait().unwrap().success());
    let mut aim = Aim::new(began.elapsed());
    while aim.kills() < CREATE_KILLS || aim.before < 3 && aim.tries < 10 * CREATE_KILLS {
        remove();
        if !aim.kill(&mut rng, started(&create)) {
            continue;
        }
        let absent = !std::fs::exists(&path).unwrap();
        aim.landed(absent);
        if absent {
            ok(&create);
        }
        use_new(&path);
    }
    aim.print();
    assert!(aim.before >= 3, "kills before the book had its name: {}", aim.before);
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

/// The closed book at `base` as it is, at another place.
fn copy(base: &str, target: &str) {
    for ending in ["-wal", "-shm", "-lock"] {
        let _ = std::fs::remove_file(format!("{target}{ending}"));
    }
    std::fs::copy(base, target).unwrap();
}

/// Starts a command that nobody listens to.
fn started(args: &[&str]) -> Child {
    Command::new(TIEOUT).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn import(path: &str, file: &str) -> Child {
    started(&["import", path, file, "--balance", "Main", "--file-currency", "EUR", "--opening", "1000.00", "--json"])
}

#[test]
fn an_import_is_whole_or_absent() {
    let mut rng = Rng::new("import");
    let base = Book::new();
    let file = base.file("statement.csv");
    statement(&file);
    let (file, target) = (text(&file), text(&base.file("round.tieout")));
    let fresh = || copy(&base.path, &target);
    fresh();
    let began = Instant::now();
    assert!(import(&target, &file).wait().unwrap().success());
    let mut aim = Aim::new(began.elapsed());
    assert_eq!(ok(&["statements", &target])[0]["lines"], LINES);
    while aim.kills() < IMPORT_KILLS || (aim.before < 3 || aim.after < 3) && aim.tries < 10 * IMPORT_KILLS {
        fresh();
        if !aim.kill(&mut rng, import(&target, &file)) {
            continue;
        }
        check(&target);
        let statements = ok(&["statements", &target]);
        match statements.as_array().unwrap().as_slice() {
            [] => {
                aim.landed(true);
                if aim.before.is_multiple_of(8) {
                    assert!(
                        import(&target, &file).wait().unwrap().success(),
                        "an import that was cut off can be made again"
                    );
                    assert_eq!(ok(&["statements", &target])[0]["lines"], LINES);
                }
            }
            [one] => {
                aim.landed(false);
                assert_eq!(
                    (one["lines"].as_i64(), one["to_review"].as_i64()),
                    (Some(LINES), Some(LINES)),
                    "half an import"
                );
                // Whoever did not hear that it was stored sends the file again.
                if aim.after <= 3 {
                    assert!(import(&target, &file).wait().unwrap().success(), "the file is known");
                    let again = ok(&["statements", &target]);
                    assert_eq!((again.as_array().unwrap().len(), again[0]["lines"].as_i64()), (1, Some(LINES)));
                }
            }
            more => panic!("{} statements from one file", more.len()),
        }
    }
    aim.print();
    assert!(aim.before >= 3, "kills before the commit: {}", aim.before);
    assert!(aim.after >= 3, "kills after the commit: {}", aim.after);
}

/// Where the kills of decisions landed.
#[derive(Default)]
struct Landed {
    before: u32,
    after: u32,
    /// Milliseconds that a decision takes.
    usual: u64,
}

impl Landed {
    /// Sends the same decision again after each kill, until it answers.
    fn decide(&mut self, rng: &mut Rng, args: &[&str]) -> Value {
        for _ in 0..KILLS_OF_ONE {
            let mut child = started(args);
            wait(Duration::from_millis(self.usual / 4 + rng.below(self.usual + 1)));
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                // Its answer was not read: to whoever asked it is as good as killed.
                self.usual -= self.usual / 20;
            } else {
                self.usual += self.usual / 40;
                self.note(args);
            }
        }
        ok(args)
    }

    /// The journal says where the last kill landed.
    fn note(&mut self, args: &[&str]) {
        let reference = args[args.len() - 1];
        let there = references_below(args[1], args[2]).iter().filter(|one| *one == reference).count();
        assert!(there < 2, "{reference} is booked twice");
        *(if there == 0 { &mut self.before } else { &mut self.after }) += 1;
    }
}

/// References of the rows of a hold, the hold itself first.
fn references_below(path: &str, hold: &str) -> Vec<String> {
    let shown = ok(&["show", path, hold]);
    shown["rows"].as_array().unwrap().iter().map(|row| row["reference"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_commit_or_void_that_was_killed_is_sent_again_and_booked_once() {
    let mut rng = Rng::new("decisions");
    let book = Book::new();
    book.fund("Main", "EUR", "10000.00");
    book.post("FIRST", "1.00", &["--hold"]);
    let began = Instant::now();
    ok(&["commit", &book.path, "FIRST", "--reference", "FIRST-C"]);
    let mut landed = Landed { usual: u64::try_from(began.elapsed().as_millis()).unwrap(), ..Landed::default() };
    let mut holds = 0;
    while holds < HOLDS || (landed.before == 0 || landed.after == 0) && holds < 8 * HOLDS {
        let hold = format!("HOLD-{holds}");
        assert_eq!(book.post(&hold, "80.00", &["--hold"]).code, 0);
        let [one, two, rest] = ["A", "B", "V"].map(|end| format!("{hold}-{end}"));
        for (amount, reference) in [("30.00", &one), ("20.00", &two)] {
            let args = ["commit", &book.path, &hold, "--amount", amount, "--reference", reference];
            assert_eq!(landed.decide(&mut rng, &args)["booked"], **reference);
        }
        let args = ["void", &book.path, &hold, "--reason", "Goods returned", "--reference", &rest];
        assert_eq!(landed.decide(&mut rng, &args)["amount"], "3000");
        assert_eq!(ok(&args)["existing"], true);
        assert_eq!(references_below(&book.path, &hold), [hold, one, two, rest]);
        holds += 1;
    }
    println!("{holds} holds, {} kills before the commit, {} after it", landed.before, landed.after);
    assert!(landed.before > 0 && landed.after > 0, "both sides of the commit must be hit");
    book.check();
    assert_eq!(book.figure("Steel", "balance"), (5_000 * holds + 100).to_string());
    assert_eq!((book.figure("Steel", "held_in"), book.figure("Main", "held_out")), ("0".into(), "0".into()));
}

/// A book with a statement and an entry for most of its lines, some of them alike.
fn book_to_match() -> Book {
    let book = Book::new();
    book.fund("Main", "EUR", "1000000.00");
    book.fund("Acme", "EUR", "1000000.00");
    let file = book.file("statement.csv");
    statement(&file);
    let lines = std::fs::read_to_string(&file).unwrap();
    let mut batch = String::from("from,to,amount,currency,reference,description,date\n");
    for (number, line) in lines.lines().skip(2).enumerate().filter(|(number, _)| number % 7 != 0) {
        let [day, _, amount, _] = line.split(';').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let ways = if amount.starts_with('-') { "Main,Steel" } else { "Acme,Main" };
        let about = if number % 5 == 0 { "Payment".to_owned() } else { format!("Line {number} of the bank") };
        batch.push_str(&format!("{ways},{},EUR,E-{number},{about},{day}\n", amount.trim_start_matches('-')));
    }
    let entries = book.file("entries.csv");
    std::fs::write(&entries, batch).unwrap();
    assert_eq!(ok(&["post", &book.path, "--batch", &text(&entries)])["refused"], 0);
    assert!(import(&book.path, &text(&file)).wait().unwrap().success());
    book
}

#[test]
fn a_run_that_was_killed_is_resumed_to_the_same_result() {
    let mut rng = Rng::new("run");
    let base = book_to_match();
    let target = text(&base.file("round.tieout"));
    let statement = ok(&["statements", &base.path])[0]["id"].as_str().unwrap().to_owned();
    let run = ["reconcile", "run", &target, &statement];
    let found = |result: &Value| {
        ["result_hash", "lines", "certain", "likely", "possible", "ambiguous", "none"].map(|key| result[key].clone())
    };
    copy(&base.path, &target);
    let began = Instant::now();
    let expected = found(&ok(&run));
    let mut whole = u64::try_from(began.elapsed().as_millis()).unwrap();
    assert_eq!(expected[0].as_str().map(str::len), Some(64));
    let (mut kills, mut resumed) = (0, 0);
    while kills < RUN_KILLS || resumed < RUN_KILLS / 3 && kills < 8 * RUN_KILLS {
        copy(&base.path, &target);
        let mut child = started(&run);
        wait(Duration::from_millis(whole / 5 + rng.below(whole * 4 / 5 + 1)));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            whole -= whole / 20;
            continue;
        }
        kills += 1;
        check(&target);
        let again = tieout(&["reconcile", "resume", &target, "--json"]);
        let result = if again.code == 0 {
            resumed += 1;
            again.json()
        } else {
            // Killed before it was begun, or when only the answer was missing.
            assert_eq!(again.refused(1), "NOT_FOUND");
            ok(&run)
        };
        assert_eq!(found(&result), expected, "kill {kills}");
        assert_eq!(tieout(&["reconcile", "resume", &target]).refused(1), "NOT_FOUND", "it is done");
    }
    println!("{kills} kills within {whole} ms, {resumed} of them while the run was under way");
    assert!(resumed >= RUN_KILLS / 3, "kills while the run was under way: {resumed}");
}
