//! How fast money is booked, proved and summed, each beside bare SQLite doing the same durable work in the same run.
//!
//! The bare side writes the same rows into a copy of the same book, with its triggers, one commit for each posting or for
//! each group and one statement for each table, and computes nothing. `--postings N` books another number, `--balances N` makes another number of
//! balances for the trial balance. `--growth N` measures nothing else but what postings, pages and days of the past cost as a book
//! grows to N transactions. Ratios are bare time by ours: 1.00 is as fast as bare SQLite, 0.50 takes twice as long.

mod book;
mod growth;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::Engine;
use engine::api::bulk::BulkRequest;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, QueryBuilder, Row, SqliteConnection};

use book::{Failure, PLACES, argument, book, milliseconds, ratio, request};

/// Rounds in which ours and bare SQLite take turns.
const ROUNDS: usize = 15;
/// Callers that post at the same time.
const CALLERS: usize = 64;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    if let Some(rows) = argument("--growth")? {
        return growth::run(rows).await;
    }
    let postings: usize = argument("--postings")?.unwrap_or(9_600);
    let balances: usize = argument("--balances")?.unwrap_or(10_000);
    let folder = tempfile::tempdir()?;
    println!("| what | ours | bare SQLite | ratio |\n| --- | ---: | ---: | ---: |");
    posting(folder.path(), postings).await?;
    reading(folder.path(), balances).await
}

fn line(what: &str, count: usize, ours: Duration, bare: Duration) {
    let rate = |taken: Duration| count as u128 * 1_000_000 / taken.as_micros().max(1);
    println!("| {what} | {} a second | {} a second | {} |", rate(ours), rate(bare), ratio(ours, bare));
}

/// The middle of what ours and bare SQLite took, in rounds that take turns: what else the machine does meets both.
struct Rounds(Vec<(Duration, Duration)>);

impl Rounds {
    fn line(&self, what: &str, count: usize) {
        let middle = |of: fn(&(Duration, Duration)) -> Duration| {
            let mut times: Vec<Duration> = self.0.iter().map(of).collect();
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        line(what, count, middle(|round| round.0), middle(|round| round.1));
    }
}

async fn posting(folder: &Path, postings: usize) -> Result<(), Failure> {
    let (ours, copy) = (folder.join("ours.tieout"), folder.join("bare.tieout"));
    let (engine, ids) = book(&ours, PLACES).await?;
    engine.book_backup(&copy).await?;
    let mut bare = bare(&copy).await?;
    let each = (postings / ROUNDS).max(CALLERS);
    let mut next = 0..;
    let mut numbers = |count: usize| -> Vec<usize> { next.by_ref().take(count).collect() };

    let mut rounds = Rounds(Vec::new());
    for _ in 0..ROUNDS {
        let numbers = numbers(each);
        let started = Instant::now();
        for number in &numbers {
            engine.post(request(&ids, *number)).await?;
        }
        let ours = started.elapsed();
        let started = Instant::now();
        for number in &numbers {
            write(&mut bare, &[*number]).await?;
        }
        rounds.0.push((ours, started.elapsed()));
    }
    rounds.line("post one at a time", each);

    let mut rounds = Rounds(Vec::new());
    for _ in 0..ROUNDS {
        let numbers = numbers(each);
        let started = Instant::now();
        together(&engine, &ids, &numbers).await?;
        let ours = started.elapsed();
        let started = Instant::now();
        for group in numbers.chunks(CALLERS) {
            write(&mut bare, group).await?;
        }
        rounds.0.push((ours, started.elapsed()));
    }
    rounds.line("post, 64 callers (bare: 64 in one commit)", each);

    for (size, count) in [(1_000, ROUNDS), (10_000, ROUNDS / 3)] {
        let mut rounds = Rounds(Vec::new());
        for _ in 0..count {
            let numbers = numbers(size);
            let items = numbers.iter().map(|number| request(&ids, *number)).collect();
            let started = Instant::now();
            let outcome = engine.bulk_post(BulkRequest { items, atomic: true }).await?;
            let ours = started.elapsed();
            if outcome.posted as usize != size {
                return Err("the batch was not posted whole".into());
            }
            let started = Instant::now();
            write(&mut bare, &numbers).await?;
            rounds.0.push((ours, started.elapsed()));
        }
        rounds.line(&format!("bulk of {size}, all or none"), size);
    }
    bare.close().await?;
    verifying(&engine, &ours).await?;
    engine.close().await;
    Ok(())
}

/// [`CALLERS`] that post at the same time, one after another each.
async fn together(engine: &Arc<Engine>, ids: &[String], numbers: &[usize]) -> Result<(), Failure> {
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let (engine, ids) = (Arc::clone(engine), ids.to_vec());
        let mine: Vec<usize> = numbers.iter().skip(caller).step_by(CALLERS).copied().collect();
        callers.spawn(async move {
            for number in mine {
                engine.post(request(&ids, number)).await.map_err(|error| error.sentence())?;
            }
            Ok::<(), String>(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(())
}

async fn verifying(engine: &Engine, ours: &Path) -> Result<(), Failure> {
    let started = Instant::now();
    let check = engine.history_verify("bench", None, None).await?;
    let verified = started.elapsed();
    if !check.problems.is_empty() {
        return Err(format!("the history does not hold: {:?}", check.problems).into());
    }
    let mut reader = bare(ours).await?;
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

/// The rows of some postings in one commit, each table with one statement: the fastest that this schema lets SQLite be.
async fn write(connection: &mut SqliteConnection, numbers: &[usize]) -> Result<(), Failure> {
    const DAY: &str = "2026-11-29";
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let newest = "SELECT (SELECT coalesce(max(key), 0) FROM txn), (SELECT coalesce(max(key), 0) FROM event), sequence FROM history_head";
    let (row_key, event_key, sequence): (i64, i64, i64) = sqlx::query_as(newest).fetch_one(&mut *transaction).await?;
    let rows: Vec<Bare> = (1..).zip(numbers).map(|(at, number)| Bare::new(at, *number)).collect();
    for part in parts(&rows) {
        let mut query = QueryBuilder::new(
            "INSERT INTO txn (key, id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash) ",
        );
        query.push_values(part, |mut values, row| {
            values
                .push_bind(row_key + row.at)
                .push_bind(row.id.clone())
                .push_bind("APPLIED")
                .push_bind(row.reference.clone());
            values.push_bind(row.source).push_bind(row.destination).push_bind(row.amount.clone()).push_bind("EUR");
            values.push_bind(2).push_bind(row.description.clone()).push_bind(DAY).push_bind(1_764_400_000_000_000_i64);
            values.push_bind("Bench").push_bind(vec![0_u8; 32]);
        });
        query.build().execute(&mut *transaction).await?;
        let mut query = QueryBuilder::new("INSERT INTO txn_text (rowid, words) ");
        query.push_values(part, |mut values, row| {
            values
                .push_bind(row_key + row.at)
                .push_bind(format!("{} {} {}", row.reference, row.description, row.amount));
        });
        query.build().execute(&mut *transaction).await?;
        let mut query = QueryBuilder::new("INSERT INTO entry (balance_key, effective_date, txn_key, side, amount) ");
        let sides = part.iter().flat_map(|row| [(row, row.source, "debit"), (row, row.destination, "credit")]);
        query.push_values(sides, |mut values, (row, balance, side)| {
            values
                .push_bind(balance)
                .push_bind(DAY)
                .push_bind(row_key + row.at)
                .push_bind(side)
                .push_bind(row.amount.clone());
        });
        query.build().execute(&mut *transaction).await?;
        let mut query = QueryBuilder::new("INSERT INTO event (key, at, actor, kind, object_id, payload) ");
        query.push_values(part, |mut values, row| {
            values.push_bind(event_key + row.at).push_bind(1_764_400_000_000_000_i64).push_bind("Bench");
            values.push_bind("transaction.posted").push_bind(row.id.clone()).push_bind(row.payload.clone());
        });
        query.build().execute(&mut *transaction).await?;
        let mut query = QueryBuilder::new("INSERT INTO history_link (sequence, event_key, link) ");
        query.push_values(part, |mut values, row| {
            values.push_bind(sequence + row.at).push_bind(event_key + row.at).push_bind(vec![7_u8; 32]);
        });
        query.build().execute(&mut *transaction).await?;
    }
    // Each balance once for the whole group.
    let touched: BTreeMap<i64, &str> =
        rows.iter().flat_map(|row| [(row.source, &*row.amount), (row.destination, &*row.amount)]).collect();
    let touched: Vec<(i64, &str)> = touched.into_iter().collect();
    for part in parts(&touched) {
        let mut query = QueryBuilder::new("INSERT INTO balance_day (balance_key, day, credit, debit, entries) ");
        query.push_values(part, |mut values, (balance, amount)| {
            values
                .push_bind(*balance)
                .push_bind(DAY)
                .push_bind((*amount).to_owned())
                .push_bind((*amount).to_owned())
                .push_bind(1);
        });
        query.push(" ON CONFLICT (balance_key, day) DO UPDATE SET credit = excluded.credit, debit = excluded.debit, entries = entries + 1");
        query.build().execute(&mut *transaction).await?;
        let mut query = QueryBuilder::new(
            "UPDATE balance SET credit = v.column2, debit = v.column2, version = version + 1, last_entry_on = '2026-11-29' FROM (",
        );
        query.push_values(part, |mut values, (balance, amount)| {
            values.push_bind(*balance).push_bind((*amount).to_owned());
        });
        query.push(") v WHERE balance.key = v.column1");
        query.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Statements of a few sizes, so that few texts are prepared.
fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = [256, 64, 16, 4, 1].into_iter().find(|size| *size <= rows.len())?;
        let (part, rest) = rows.split_at(size);
        rows = rest;
        Some(part)
    })
}

/// A posting as the bare side writes it.
struct Bare {
    at: i64,
    id: String,
    reference: String,
    source: i64,
    destination: i64,
    amount: String,
    description: String,
    payload: String,
}

impl Bare {
    fn new(at: i64, number: usize) -> Self {
        let (amount, reference) = ((100 + number % 9_000).to_string(), format!("BENCH-{number}"));
        let payload = serde_json::json!({ "reference": reference, "amount": amount, "description": "Invoice of a customer",
            "source": "bln_00000000-0000-0000-0000-000000000000", "destination": "bln_00000000-0000-0000-0000-000000000001",
            "currency": "EUR", "exponent": 2, "effective_date": "2026-11-29", "status": "APPLIED" });
        Self {
            at,
            id: format!("txn_{number:032}"),
            reference,
            source: (number % PLACES) as i64 + 1,
            destination: ((number * 7 + 1) % PLACES) as i64 + 1,
            amount,
            description: format!("Invoice {number} of a customer"),
            payload: payload.to_string(),
        }
    }
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
