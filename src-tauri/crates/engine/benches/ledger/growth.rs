//! What a book costs as it grows: the same postings into it while it is small and when it is large, and what people look
//! at in between.
//!
//! Everything is booked by the engine itself, with history and search. At each size 1,000 postings are made one after
//! another, and each look is taken 31 times with other arguments; the middle is told, in milliseconds. One in 100 is held.
//! `--keep FILE` leaves the book there, for `cargo xtask bench million`.

use std::time::{Duration, Instant};

use engine::Engine;
use engine::api::bulk::BulkRequest;
use engine::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
use engine::api::transactions::PostRequest;
use jiff::civil::{Date, date};

use crate::book::{Failure, PLACES, book, milliseconds, request, text_argument};

/// Postings of one batch while the book grows.
const BATCH: usize = 10_000;
/// Postings that are timed at each size.
const TIMED: usize = 1_000;
/// Looks of each kind at each size.
const LOOKS: usize = 31;
/// Sizes at which it is measured, as far as the book grows.
const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 5_000_000];
/// The first day on which something is booked, and how many follow it.
const FIRST: Date = date(2024, 12, 1);
const DAYS: usize = 700;

/// Grows a book to `rows` transactions and measures it at the sizes on the way.
pub async fn run(rows: usize) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (path, kept) = (folder.path().join("grows.tieout"), text_argument("--keep"));
    let (engine, ids) = book(&path, PLACES).await?;
    println!(
        "| transactions | one posting | by the first | register, first page | register, anywhere | filter | search | balance of a day |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let (mut booked, mut first) = (0, None);
    for size in SIZES.into_iter().filter(|size| *size <= rows) {
        while booked < size {
            let count = BATCH.min(size - booked);
            let items = (booked..booked + count).map(|number| dated(&ids, number)).collect();
            engine.bulk_post(BulkRequest { items, atomic: true }).await?;
            booked += count;
            if booked % 250_000 == 0 {
                eprintln!("{booked} transactions");
            }
        }
        let one = postings(&engine, &ids, booked).await?;
        booked += TIMED;
        let by_first = one.as_nanos() * 100 / first.get_or_insert(one).as_nanos().max(1);
        let looks = looks(&engine, &ids).await?.map(milliseconds).join(" | ");
        println!("| {size} | {} | {}.{:02} | {looks} |", milliseconds(one), by_first / 100, by_first % 100);
    }
    engine.close().await;
    if let Some(kept) = kept {
        std::fs::rename(&path, &kept)?;
        eprintln!("kept as {kept}");
    }
    Ok(())
}

fn day(number: usize) -> Date {
    FIRST.saturating_add(jiff::Span::new().days(i64::try_from(number * 13 % DAYS).unwrap_or_default()))
}

fn dated(ids: &[String], number: usize) -> PostRequest {
    let hold = number % 100 == 99;
    PostRequest { effective_date: Some(day(number).to_string()), hold, ..request(ids, number) }
}

/// The middle of single postings, each durable before the next.
async fn postings(engine: &Engine, ids: &[String], from: usize) -> Result<Duration, Failure> {
    let mut times = Vec::with_capacity(TIMED);
    for number in from..from + TIMED {
        let started = Instant::now();
        engine.post(dated(ids, number)).await?;
        times.push(started.elapsed());
    }
    Ok(middle(times))
}

/// The middle of each kind of look.
async fn looks(engine: &Engine, ids: &[String]) -> Result<[Duration; 5], Failure> {
    let mut times: [Vec<Duration>; 5] = Default::default();
    for number in 0..LOOKS {
        let id = &ids[number * 7 % ids.len()];
        let page = |offset| ListQuery { offset, limit: 100, ..ListQuery::default() };
        let started = Instant::now();
        let total = engine.register_page(id, page(0)).await?.total;
        times[0].push(started.elapsed());

        let anywhere = total * number as u64 / LOOKS as u64;
        let started = Instant::now();
        engine.register_page(id, page(anywhere)).await?;
        times[1].push(started.elapsed());

        let amount = (100 + number * 211 % 9_000).to_string();
        let conditions = vec![FilterCondition { field: "amount".into(), test: FilterTest::Is, values: vec![amount] }];
        let by_date = vec![SortKey { field: "date".into(), descending: true }];
        let started = Instant::now();
        first_rows(engine, ListQuery { conditions, sort: by_date, ..page(0) }).await?;
        times[2].push(started.elapsed());

        let text = Some(format!("Invoice {}", number * 311 % 9_000));
        let started = Instant::now();
        first_rows(engine, ListQuery { text, ..page(0) }).await?;
        times[3].push(started.elapsed());

        let of_day = day(number).to_string();
        let started = Instant::now();
        engine.balance_get(id, Some(&of_day)).await?;
        times[4].push(started.elapsed());
    }
    Ok(times.map(middle))
}

/// The first rows of a list, as the window asks for them.
async fn first_rows(engine: &Engine, query: ListQuery) -> Result<(), Failure> {
    if engine.transactions_start(query.clone()).await?.is_none() {
        engine.transactions_page(query).await?;
    }
    Ok(())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
