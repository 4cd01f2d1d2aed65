//! A book of a million transactions: how long a page takes, beside the bare SQL that finds the same rows.
//!
//! Every page is compared with what the bare SQL finds. Ends with an error when the rows differ, or when a first page
//! or a jump takes longer than [`LIMIT`] in 95 of 100 cases. `--families N` measures a smaller book.

mod book;
mod cases;

use std::time::{Duration, Instant};

use cases::{Ask, Case, Place};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use store::{LedgerReads, Query, Store};
use store_sqlite::SqliteStore;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a person does not feel.
const LIMIT: Duration = Duration::from_millis(100);
const REPETITIONS: u64 = 20;
/// The bare SQL looks at every row for some questions; it is asked, and its rows are compared, this often.
const BARE_REPETITIONS: u64 = 3;
/// The balance that most money passes through.
const BUSIEST: i64 = 1;

/// One line of the table.
struct Line {
    name: &'static str,
    /// Asked for the first time since the book was opened.
    first: Duration,
    times: Vec<Duration>,
    bare: Vec<Duration>,
    gated: bool,
}

/// What a page holds: the ids of its rows and the length of the list.
type Seen = (Vec<String>, u64);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let families = families_wanted()?;
    let path = book::prepare(families).await?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .read_only(true)
        .pragma("cache_size", "-24000")
        .pragma("temp_store", "MEMORY");
    let mut bare = SqliteConnection::connect_with(&options).await?;
    let mut lines = vec![open(&path, &options).await?];
    for case in cases::all() {
        let line = measure(&path, &mut bare, &case).await?;
        // A book of a million takes minutes: what is known is said at once.
        eprintln!("{}: p95 {} ms", line.name, milliseconds(at(&line.times, 95)));
        lines.push(line);
    }
    print(families, &lines);
    let slow: Vec<_> =
        lines.iter().filter(|line| line.gated && at(&line.times, 95) > LIMIT).map(|line| line.name).collect();
    if slow.is_empty() { Ok(()) } else { Err(format!("over {} ms: {}", LIMIT.as_millis(), slow.join("; ")).into()) }
}

fn families_wanted() -> Result<u64, Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == "--families") {
        None => Ok(1_000_000),
        Some(at) => Ok(arguments.get(at + 1).ok_or("--families needs a number")?.parse()?),
    }
}

async fn open(path: &std::path::Path, options: &SqliteConnectOptions) -> Result<Line, Failure> {
    let (mut times, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        let store = SqliteStore::open(path).await?;
        times.push(start.elapsed());
        store.close().await;
        let start = Instant::now();
        let mut connection = SqliteConnection::connect_with(options).await?;
        sqlx::query("SELECT count(*) FROM setting").fetch_one(&mut connection).await?;
        bare.push(start.elapsed());
        connection.close().await?;
    }
    Ok(Line { name: "open the book", first: times[0], times, bare, gated: false })
}

async fn measure(path: &std::path::Path, bare: &mut SqliteConnection, case: &Case) -> Result<Line, Failure> {
    // Opened anew, so that the first answer owes nothing to the lines above.
    let store = SqliteStore::open(path).await?;
    let mut line =
        Line { name: case.name, first: Duration::ZERO, times: Vec::new(), bare: Vec::new(), gated: case.gated };
    let total = if case.place == Place::First { 0 } else { bare_total(bare, case).await? };
    for turn in 0..REPETITIONS {
        let offset = offset(case.place, total, turn);
        let start = Instant::now();
        let seen = ask(&store, &case.ask, offset).await?;
        let taken = start.elapsed();
        if turn == 0 {
            line.first = taken;
        }
        line.times.push(taken);
        if turn >= BARE_REPETITIONS {
            continue;
        }
        let start = Instant::now();
        let wanted = ask_bare(bare, case, offset).await?;
        line.bare.push(start.elapsed());
        if seen != wanted {
            return Err(format!("{}: other rows than the bare SQL from {offset} on", case.name).into());
        }
    }
    store.close().await;
    Ok(line)
}

fn offset(place: Place, total: u64, turn: u64) -> u64 {
    let last = total.saturating_sub(u64::from(cases::PAGE));
    match place {
        Place::First => 0,
        Place::At(tenths) => total / 10 * tenths,
        Place::End => last,
        // Spread over the list in an order that no cache foresees.
        Place::Anywhere => (turn + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) % last.max(1),
    }
}

async fn ask(store: &SqliteStore, ask: &Ask, offset: u64) -> Result<Seen, Failure> {
    let from = |query: &Query| Query { offset, ..query.clone() };
    Ok(match ask {
        Ask::Families(query) => {
            let page = store.families(&from(query)).await?;
            (page.rows.into_iter().map(|row| row.first.row.id).collect(), page.total)
        }
        Ask::Register(query) => {
            let page = store.register(BUSIEST, &from(query)).await?;
            (page.rows.into_iter().map(|row| row.transaction.row.id).collect(), page.total)
        }
        Ask::Balances(query) => (Vec::new(), store.balances(query).await?.total),
        Ask::Totals(query) => {
            (Vec::new(), store.family_totals(query).await?.iter().map(|total| total.count).sum::<u64>().min(1))
        }
        Ask::TrialBalance => (Vec::new(), store.trial_balance(None).await?.len() as u64),
    })
}

async fn bare_total(bare: &mut SqliteConnection, case: &Case) -> Result<u64, Failure> {
    let count: i64 =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) {}", case.from))).fetch_one(bare).await?;
    Ok(u64::try_from(count)?)
}

/// What somebody would write by hand who wants the same answer.
async fn ask_bare(bare: &mut SqliteConnection, case: &Case, offset: u64) -> Result<Seen, Failure> {
    match &case.ask {
        Ask::Families(_) | Ask::Register(_) => {
            let sql = format!(
                "SELECT x.id, x.reference, x.amount, x.description, x.effective_date, x.created_at, x.actor, s.name, d.name \
                 FROM (SELECT t.* {} ORDER BY {} LIMIT {} OFFSET {offset}) x JOIN balance s ON s.key = x.source_key JOIN balance d ON d.key = x.destination_key",
                case.from,
                case.order,
                cases::PAGE
            );
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *bare).await?;
            let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
            Ok((ids, bare_total(bare, case).await?))
        }
        Ask::Balances(_) => {
            let rows = sqlx::query("SELECT b.*, l.name FROM balance b JOIN ledger l ON l.key = b.ledger_key ORDER BY l.name, b.name, b.key LIMIT 200").fetch_all(bare).await?;
            Ok((Vec::new(), rows.len() as u64))
        }
        Ask::Totals(_) => {
            let sql = format!(
                "SELECT t.currency, count(*), sum(CAST(t.amount AS INTEGER)) {} GROUP BY t.currency",
                case.from
            );
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(bare).await?;
            Ok((Vec::new(), (rows.len() as u64).min(1)))
        }
        Ask::TrialBalance => {
            let sql = "SELECT currency, sum(CAST(debit AS INTEGER)), sum(CAST(credit AS INTEGER)) FROM balance GROUP BY currency";
            Ok((Vec::new(), sqlx::query(sql).fetch_all(bare).await?.len() as u64))
        }
    }
}

/// The time that `percent` of all stay under.
fn at(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() * percent).div_ceil(100).saturating_sub(1)]
}

fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{}", micros / 1000, micros % 1000 / 100)
}

fn print(families: u64, lines: &[Line]) {
    println!("\n{families} transactions, {REPETITIONS} repetitions, times in ms\n");
    println!(
        "| what | ratio to bare SQL | p50 | p95 | first time | bare SQL p50 |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    );
    for line in lines {
        let (ours, bare) = (at(&line.times, 50), at(&line.bare, 50));
        let hundredths = ours.as_micros() * 100 / bare.as_micros().max(1);
        println!(
            "| {} | {}.{:02} | {} | {} | {} | {} |",
            line.name,
            hundredths / 100,
            hundredths % 100,
            milliseconds(ours),
            milliseconds(at(&line.times, 95)),
            milliseconds(line.first),
            milliseconds(bare)
        );
    }
}
