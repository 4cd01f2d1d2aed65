//! A book of a million transactions: how long a page takes, beside the bare SQL that finds the same rows.
//!
//! Three times are measured apart, for they are three different waits: the first question after the book was opened,
//! the first after something was posted, and the same question again. The list is asked as the window asks it: its first
//! rows; then its length, which some filters take longer to find; then a jump, which needs the length. Pages are compared
//! with what the bare SQL finds. Ends with an error when the rows differ, or when first rows or a jump take longer than
//! [`LIMIT`]. `--families N` measures a smaller book, `--only TEXT` the lines whose name holds a text.

mod book;
mod cases;
mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use cases::{Ask, Case, Place};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use store::{LedgerReads, Query, Store};
use store_sqlite::SqliteStore;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a person does not feel.
const LIMIT: Duration = Duration::from_millis(100);
/// The same question again.
const REPETITIONS: u64 = 20;
/// The book is opened anew this often, and something is posted this often.
const OPENINGS: u64 = 5;
const POSTINGS: u64 = 10;
/// The bare SQL looks at every row for some questions; it is asked, and its rows are compared, this often.
const BARE_REPETITIONS: u64 = 3;
/// The balance that most money passes through.
const BUSIEST: i64 = 1;

/// One line of the table.
struct Line {
    name: &'static str,
    /// The first rows, or the first jump, after the book was opened.
    opened: Vec<Duration>,
    /// Until the length of the list was known as well.
    counted: Vec<Duration>,
    /// The first question after a posting.
    posted: Vec<Duration>,
    again: Vec<Duration>,
    bare: Vec<Duration>,
    gated: bool,
}

impl Line {
    fn new(name: &'static str, gated: bool) -> Self {
        let [opened, counted, posted, again, bare] = [const { Vec::new() }; 5];
        Self { name, opened, counted, posted, again, bare, gated }
    }

    /// The waits that are longer than they may be.
    fn too_slow(&self) -> Vec<String> {
        if !self.gated {
            return Vec::new();
        }
        [("first", at(&self.opened, 50)), ("posted", at(&self.posted, 90)), ("again", at(&self.again, 95))]
            .into_iter()
            .filter(|(_, taken)| *taken > LIMIT)
            .map(|(which, taken)| format!("{} ({which}): {} ms", self.name, table::milliseconds(taken)))
            .collect()
    }
}

/// What a page holds: the ids of its rows and the length of the list.
type Seen = (Vec<String>, u64);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let families = argument("--families")?.map_or(Ok(1_000_000), |number| number.parse())?;
    let only = argument("--only")?.unwrap_or_default();
    let path = book::working_copy(&book::prepare(families).await?)?;
    let mut bare = SqliteConnection::connect_with(&bare_options(&path)).await?;
    let mut lines = vec![open(&path).await?];
    for case in cases::all().iter().filter(|case| case.name.contains(&only)) {
        let line = measure(&path, &mut bare, case).await?;
        // A book of a million takes minutes: what is known is said at once.
        eprintln!("{}", table::row(&line));
        lines.push(line);
    }
    bare.close().await?;
    book::remove(&path);
    table::print(families, &lines);
    let slow: Vec<_> = lines.iter().flat_map(Line::too_slow).collect();
    if slow.is_empty() { Ok(()) } else { Err(slow.join("; ").into()) }
}

fn argument(name: &str) -> Result<Option<String>, Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == name) {
        None => Ok(None),
        Some(at) => Ok(Some(arguments.get(at + 1).ok_or_else(|| format!("{name} needs a value"))?.clone())),
    }
}

fn bare_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .pragma("cache_size", "-24000")
        .pragma("temp_store", "MEMORY")
}

async fn open(path: &Path) -> Result<Line, Failure> {
    let mut line = Line::new("open the book", false);
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        let store = SqliteStore::open(path).await?;
        line.again.push(start.elapsed());
        store.close().await;
        let start = Instant::now();
        let mut connection = SqliteConnection::connect_with(&bare_options(path)).await?;
        sqlx::query("SELECT count(*) FROM setting").fetch_one(&mut connection).await?;
        line.bare.push(start.elapsed());
        connection.close().await?;
    }
    Ok(line)
}

async fn measure(path: &Path, bare: &mut SqliteConnection, case: &Case) -> Result<Line, Failure> {
    let mut line = Line::new(case.name, case.gated);
    let total = if case.place == Place::First { 0 } else { bare_total(bare, case).await? };
    let offset = |turn| offset(case.place, total, turn);
    for turn in (0..OPENINGS).rev() {
        // Opened anew, so that the first answer owes nothing to the lines above.
        let store = SqliteStore::open(path).await?;
        first(&store, case, offset(turn), &mut line).await?;
        if turn == 0 {
            repeated(&store, bare, case, offset, &mut line).await?;
        }
        store.close().await;
    }
    Ok(line)
}

/// The first question, as the window comes to it.
async fn first(store: &SqliteStore, case: &Case, offset: u64, line: &mut Line) -> Result<(), Failure> {
    let start = Instant::now();
    if let Ask::Families(query) = &case.ask {
        let begun = store.families_start(query).await?;
        let shown = start.elapsed();
        let page = store.families(query).await?;
        line.counted.push(start.elapsed());
        if let Some(rows) = &begun
            && !page.rows.starts_with(rows)
        {
            return Err(format!("{}: it begins with other rows than its first page", case.name).into());
        }
        if case.place == Place::First {
            line.opened.push(if begun.is_some() { shown } else { start.elapsed() });
            return Ok(());
        }
    }
    line.opened.push(timed(store, case, offset).await?.0);
    Ok(())
}

async fn repeated(
    store: &SqliteStore,
    bare: &mut SqliteConnection,
    case: &Case,
    offset: impl Fn(u64) -> u64,
    line: &mut Line,
) -> Result<(), Failure> {
    for turn in 0..REPETITIONS {
        let (taken, seen) = timed(store, case, offset(turn)).await?;
        line.again.push(taken);
        if turn < BARE_REPETITIONS {
            line.bare.push(compared(bare, case, offset(turn), &seen).await?);
        }
    }
    for turn in 0..POSTINGS {
        book::post(store).await?;
        let (taken, seen) = timed(store, case, offset(turn)).await?;
        line.posted.push(taken);
        if turn + 1 == POSTINGS {
            compared(bare, case, offset(turn), &seen).await?;
        }
    }
    Ok(())
}

async fn timed(store: &SqliteStore, case: &Case, offset: u64) -> Result<(Duration, Seen), Failure> {
    let start = Instant::now();
    let seen = ask(store, &case.ask, offset).await?;
    Ok((start.elapsed(), seen))
}

/// How long the bare SQL takes to find the same rows.
async fn compared(bare: &mut SqliteConnection, case: &Case, offset: u64, seen: &Seen) -> Result<Duration, Failure> {
    let start = Instant::now();
    let wanted = ask_bare(bare, case, offset).await?;
    let taken = start.elapsed();
    if *seen == wanted {
        Ok(taken)
    } else {
        Err(format!("{}: other rows than the bare SQL from {offset} on", case.name).into())
    }
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
