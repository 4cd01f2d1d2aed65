//! The book that is measured, made once and kept beside what is built.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use ledger::{Amount, Currency, Status, TransactionRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::Store;
use store::ledger::NewTransaction;
use store_sqlite::SqliteStore;

use crate::Failure;

const CHART: &str = include_str!("chart.sql");
const FAMILIES: &str = include_str!("families.sql");
const FINISH: &str = include_str!("finish.sql");
const WORDS: &str = include_str!("words.sql");
const SCHEMA: &str = include_str!("../../../../../migrations/sqlite/0001_book.sql");

/// Rows per statement while the book is made.
const STEP: u64 = 50_000;

/// The path of a book with `families` families, made if it is not there yet.
pub async fn prepare(families: u64) -> Result<PathBuf, Failure> {
    // A book made by another schema or another recipe has another name.
    let schema = store_sqlite::SCHEMA_VERSION.to_string();
    let recipe = [CHART, FAMILIES, FINISH, WORDS, SCHEMA, &schema].concat();
    let mark = recipe
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("grid-{families}-{mark:016x}.tieout"));
    if path.exists() {
        return Ok(path);
    }
    eprintln!("making a book of {families} transactions, once");
    let part = path.with_extension("part");
    remove(&part);
    SqliteStore::create(&part).await?.close().await;
    fill(&part, families).await?;
    std::fs::rename(&part, &path)?;
    Ok(path)
}

/// A copy to post into: the book itself stays as it was made.
pub fn working_copy(book: &Path) -> Result<PathBuf, Failure> {
    let copy = book.with_extension("copy");
    remove(&copy);
    std::fs::copy(book, &copy)?;
    Ok(copy)
}

/// Removes a book with what stands beside it. What is not there is removed already.
pub fn remove(book: &Path) {
    for ending in ["", "-wal", "-shm", "-lock"] {
        let mut name = book.as_os_str().to_owned();
        name.push(ending);
        let _ = std::fs::remove_file(name);
    }
}

/// Posts what most of the lists hold: the hardest posting to follow. Figures of balances are the engine's; no list
/// looks at them.
pub async fn post(store: &SqliteStore) -> Result<(), Failure> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let row = TransactionRow {
        id: format!("txn_posted_{number}"),
        parent: None,
        status: Status::Applied,
        reference: format!("PAY-posted-{number}"),
        source: "bln_0001".into(),
        destination: "bln_0002".into(),
        amount: Amount::from(i64::from(55_000 + number % 1000)),
        currency: Currency::iso("EUR").ok_or("no euro")?,
        description: "Invoice Consulting Novalicht GmbH".into(),
        effective_date: jiff::civil::date(2024, 4, 1) + jiff::Span::new().days(i64::from(number % 60)),
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: None,
        reason: None,
        actor: "Ada".into(),
    };
    let new = NewTransaction {
        row,
        parent_key: None,
        source_key: 1,
        destination_key: 2,
        metadata: None,
        input_hash: [0; 32],
        refund_of: None,
        leg: None,
    };
    let mut unit = store.begin().await?;
    unit.insert_transaction(&new).await?;
    Ok(unit.commit().await?)
}

async fn fill(path: &Path, families: u64) -> Result<(), Failure> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(true)
        .pragma("cache_size", "-200000")
        .pragma("temp_store", "MEMORY");
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(CHART).execute(&mut connection).await?;
    for (statement, name) in [(FAMILIES, "first rows"), (FINISH, "holds, entries and figures"), (WORDS, "words")] {
        eprintln!("  {name}");
        sqlx::query("BEGIN").execute(&mut connection).await?;
        if statement == FINISH {
            sqlx::raw_sql(FINISH).execute(&mut connection).await?;
        } else {
            for first in (1..=families).step_by(usize::try_from(STEP)?) {
                let last = families.min(first + STEP - 1);
                let sql = [("?1", first), ("?2", last), ("?3", families)]
                    .iter()
                    .fold(statement.to_owned(), |sql, (place, value)| sql.replace(place, &value.to_string()));
                sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
            }
        }
        sqlx::query("COMMIT").execute(&mut connection).await?;
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
