//! The book that is measured, made once and kept beside what is built.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::Store;
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
    let recipe = [CHART, FAMILIES, FINISH, WORDS, SCHEMA].concat();
    let mark = recipe
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("grid-{families}-{mark:016x}.tieout"));
    if path.exists() {
        return Ok(path);
    }
    eprintln!("making a book of {families} transactions, once");
    let part = path.with_extension("part");
    for ending in ["part", "part-wal", "part-shm"] {
        let _ = std::fs::remove_file(path.with_extension(ending));
    }
    SqliteStore::create(&part).await?.close().await;
    fill(&part, families).await?;
    std::fs::rename(&part, &path)?;
    Ok(path)
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
