//! How fast money is booked, proved and summed, each beside bare SQLite doing the same durable work in the same run.
//!
//! The bare side writes the same rows into a copy of the same book, with its triggers, one commit for each posting or for
//! each group, and computes nothing. `--postings N` books another number, `--balances N` makes another number of
//! balances for the trial balance. Ratios are bare time by ours: 1.00 is as fast as bare SQLite, 0.50 takes twice as long.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::api::book::{Chart, ColumnNames, NewBook};
use engine::api::ledgers::NewBalanceRequest;
use engine::api::transactions::PostRequest;
use engine::{Engine, SystemClock};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection};
use store_sqlite::SqliteStore;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Callers that post at the same time.
const CALLERS: usize = 64;
/// Balances that money moves between.
const PLACES: usize = 100;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let postings: usize = argument("--postings")?.unwrap_or(3_000);
    let balances: usize = argument("--balances")?.unwrap_or(10_000);
    let folder = tempfile::tempdir()?;
    println!("| what | ours | bare SQLite | ratio |\n| --- | ---: | ---: | ---: |");
    posting(folder.path(), postings).await?;
    reading(folder.path(), balances).await
}

fn argument(name: &str) -> Result<Option<usize>, Failure> {
    let mut arguments = std::env::args();
    match arguments.by_ref().find(|argument| argument == name) {
        None => Ok(None),
        Some(_) => Ok(Some(arguments.next().ok_or("a number is missing")?.parse()?)),
    }
}

fn line(what: &str, count: usize, ours: Duration, bare: Duration) {
    let rate = |taken: Duration| count as u128 * 1_000_000 / taken.as_micros().max(1);
    println!("| {what} | {} a second | {} a second | {} |", rate(ours), rate(bare), ratio(ours, bare));
}

/// Bare time by ours, in hundredths.
fn ratio(ours: Duration, bare: Duration) -> String {
    let hundredths = bare.as_micros() * 100 / ours.as_micros().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}

/// A founded book with some balances that may go below zero.
async fn book(path: &Path, balances: usize) -> Result<(Arc<Engine>, Vec<String>), Failure> {
    let store = SqliteStore::create(path).await?;
    let engine = Arc::new(Engine::new(Arc::new(store), Arc::new(SystemClock), "Bench"));
    let new = NewBook {
        name: "Bench".into(),
        currency: "EUR".into(),
        fiscal_year_start: "01-01".into(),
        chart: Chart::Empty,
        column_names: ColumnNames::InOut,
        person: None,
    };
    engine.book_found(new).await?;
    let ledger_id = engine.ledger_create("Assets").await?.id;
    let mut ids = Vec::with_capacity(balances);
    for number in 0..balances {
        let request = NewBalanceRequest {
            ledger_id: ledger_id.clone(),
            name: format!("Balance {number}"),
            currency: "EUR".into(),
            exponent: None,
            account_number: None,
            reconcilable: false,
            below_zero: true,
        };
        ids.push(engine.balance_create(request).await?.id);
    }
    Ok((engine, ids))
}

fn request(ids: &[String], number: usize) -> PostRequest {
    PostRequest {
        reference: format!("BENCH-{number}"),
        amount: (100 + number % 9_000).to_string(),
        currency: "EUR".into(),
        source: ids[number % ids.len()].clone(),
        destination: ids[(number * 7 + 1) % ids.len()].clone(),
        description: format!("Invoice {number} of a customer"),
        ..PostRequest::default()
    }
}

async fn posting(folder: &Path, postings: usize) -> Result<(), Failure> {
    let (ours, copy) = (folder.join("ours.tieout"), folder.join("bare.tieout"));
    let (engine, ids) = book(&ours, PLACES).await?;
    engine.book_backup(&copy).await?;

    let started = Instant::now();
    for number in 0..postings {
        engine.post(request(&ids, number)).await?;
    }
    let alone = started.elapsed();

    let started = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let (engine, ids) = (Arc::clone(&engine), ids.clone());
        callers.spawn(async move {
            for number in (postings + caller..2 * postings).step_by(CALLERS) {
                engine.post(request(&ids, number)).await.map_err(|error| error.sentence())?;
            }
            Ok::<(), String>(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    let together = started.elapsed();

    let mut bare = bare(&copy).await?;
    let started = Instant::now();
    for number in 0..postings {
        write(&mut bare, &[number]).await?;
    }
    let bare_alone = started.elapsed();
    let started = Instant::now();
    let numbers: Vec<usize> = (postings..2 * postings).collect();
    for group in numbers.chunks(CALLERS) {
        write(&mut bare, group).await?;
    }
    let bare_together = started.elapsed();
    bare.close().await?;

    line("post one at a time", postings, alone, bare_alone);
    line("post, 64 callers (bare: 64 in one commit)", postings, together, bare_together);

    let started = Instant::now();
    let check = engine.history_verify("bench", None, None).await?;
    let verified = started.elapsed();
    if !check.problems.is_empty() {
        return Err(format!("the history does not hold: {:?}", check.problems).into());
    }
    let mut reader = self::bare(&ours).await?;
    let started = Instant::now();
    let events = sqlx::query("SELECT at, actor, kind, object_id, payload FROM event ORDER BY key")
        .fetch_all(&mut reader)
        .await?;
    let rows = sqlx::query("SELECT * FROM txn").fetch_all(&mut reader).await?;
    let read = started.elapsed();
    if events.len() as u64 != check.verified || rows.len() as u64 != check.journal_rows {
        return Err("the bare side read another history".into());
    }
    reader.close().await?;
    line("verify the history (bare: read it and the journal)", events.len(), verified, read);
    engine.close().await;
    Ok(())
}

async fn bare(path: &Path) -> Result<SqliteConnection, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-8000");
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// The rows of some postings, in one commit.
async fn write(connection: &mut SqliteConnection, numbers: &[usize]) -> Result<(), Failure> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for number in numbers {
        let (source, destination) = ((number % PLACES) as i64 + 1, ((number * 7 + 1) % PLACES) as i64 + 1);
        let amount = (100 + number % 9_000).to_string();
        let reference = format!("BENCH-{number}");
        let key = sqlx::query(
            "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash)
             VALUES (?, 'APPLIED', ?, ?, ?, ?, 'EUR', 2, ?, '2026-11-29', 1764400000000000, 'Bench', zeroblob(32))",
        )
        .bind(format!("txn_{number:032}"))
        .bind(&reference)
        .bind(source)
        .bind(destination)
        .bind(&amount)
        .bind(format!("Invoice {number} of a customer"))
        .execute(&mut *transaction)
        .await?
        .last_insert_rowid();
        sqlx::query("INSERT INTO txn_text (rowid, words) VALUES (?, ?)")
            .bind(key)
            .bind(format!("{reference} Invoice {number} of a customer {amount}"))
            .execute(&mut *transaction)
            .await?;
        for (balance, side) in [(source, "debit"), (destination, "credit")] {
            sqlx::query("INSERT INTO entry (balance_key, effective_date, txn_key, side, amount) VALUES (?, '2026-11-29', ?, ?, ?)")
                .bind(balance)
                .bind(key)
                .bind(side)
                .bind(&amount)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "INSERT INTO balance_day (balance_key, day, credit, debit, entries) VALUES (?1, '2026-11-29', ?2, ?2, 1)
                 ON CONFLICT (balance_key, day) DO UPDATE SET credit = ?2, debit = ?2, entries = entries + 1",
            )
            .bind(balance)
            .bind(&amount)
            .execute(&mut *transaction)
            .await?;
            sqlx::query("UPDATE balance SET credit = ?1, debit = ?1, version = version + 1, last_entry_on = '2026-11-29' WHERE key = ?2")
                .bind(&amount)
                .bind(balance)
                .execute(&mut *transaction)
                .await?;
        }
        let payload = serde_json::json!({ "reference": reference, "amount": amount, "description": "Invoice of a customer",
            "source": "bln_00000000-0000-0000-0000-000000000000", "destination": "bln_00000000-0000-0000-0000-000000000001",
            "currency": "EUR", "exponent": 2, "effective_date": "2026-11-29", "status": "APPLIED" });
        let event = sqlx::query("INSERT INTO event (at, actor, kind, object_id, payload) VALUES (1764400000000000, 'Bench', 'transaction.posted', ?, ?)")
            .bind(format!("txn_{number:032}"))
            .bind(payload.to_string())
            .execute(&mut *transaction)
            .await?
            .last_insert_rowid();
        sqlx::query("INSERT INTO history_link (sequence, event_key, link) SELECT sequence + 1, ?, randomblob(32) FROM history_head")
            .bind(event)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn reading(folder: &Path, balances: usize) -> Result<(), Failure> {
    let path = folder.join("wide.tieout");
    let (engine, ids) = book(&path, balances).await?;
    for number in 0..balances.min(2_000) {
        engine.post(request(&ids, number)).await?;
    }
    let mut reader = bare(&path).await?;
    for (name, day, sql) in [
        (
            "trial balance, now",
            None,
            "SELECT b.id, b.name, l.name, b.currency, b.exponent, b.credit, b.debit FROM balance b JOIN ledger l ON l.key = b.ledger_key",
        ),
        (
            "trial balance, as of a day",
            Some("2030-01-01"),
            "SELECT b.id, b.name, b.currency, sum(CAST(d.credit AS INTEGER)), sum(CAST(d.debit AS INTEGER)) FROM balance b LEFT JOIN balance_day d ON d.balance_key = b.key AND d.day <= '2030-01-01' GROUP BY b.key",
        ),
    ] {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..9 {
            let started = Instant::now();
            let report = engine.trial_report(day).await?;
            ours.push(started.elapsed());
            if !report.totals.iter().all(|total| total.ties) {
                return Err("the trial balance does not tie".into());
            }
            let started = Instant::now();
            let rows = sqlx::query(sql).fetch_all(&mut reader).await?;
            bare.push(started.elapsed());
            let _: String = rows.first().ok_or("no balance")?.try_get(0)?;
        }
        ours.sort();
        bare.sort();
        let (ours, bare) = (ours[4], bare[4]);
        let (mine, its) = (milliseconds(ours), milliseconds(bare));
        println!("| {name}, {balances} balances | {mine} | {its} | {} |", ratio(ours, bare));
    }
    reader.close().await?;
    engine.close().await;
    Ok(())
}
