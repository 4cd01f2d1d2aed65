//! How long a person waits in the real window with a book of 1,000,000 transactions: every view, by the keyboard and with the
//! mouse.
//!
//! `cargo xtask bench million` takes the book that `cargo xtask bench ledger -- --growth 1000000 --keep
//! target/tmp/million.tieout` makes, or the one that is named, and works on a copy of it. Prints a table of what was done
//! and after how many milliseconds its result was on the screen, and leaves a picture of each view in the artifacts. Ends
//! with an error when something that is waited for at once takes too long, or when the page had errors.

mod million;
#[path = "../tests/steps.rs"]
#[expect(dead_code, reason = "the tests take steps that are not measured")]
mod steps;

use std::path::PathBuf;
use std::time::Instant;

use e2e::{Desk, kept_book, scenario};
use million::{Bench, balances, forms, holds, lists, reports};
use steps::no_page_errors;

fn main() {
    let named = std::env::args().nth(1).map(PathBuf::from);
    let book = named
        .or_else(|| kept_book("million"))
        .expect("a book; `cargo xtask bench ledger -- --growth 1000000 --keep target/tmp/million.tieout` makes one");
    scenario("bench_million", async |desk: &mut Desk| {
        // Postings and decisions are part of it, and the next run begins with the same book.
        let copy = desk.home().join("million.tieout");
        std::fs::copy(&book, &copy)?;
        let started = Instant::now();
        let app = desk.open(&copy).await?;
        let there = milliseconds(started);
        app.get("trial-ties").await?;
        let mut bench = Bench::new(&app, desk.artifacts().to_path_buf());
        bench.view("Start");
        // The program, its page and the driver all start here, which is more than a view that opens.
        bench.tell("started", "`--book`", "the window", there, false);
        bench.tell("started", "`--book`", "the overview with its trial balance", milliseconds(started), false);

        lists::overview(&mut bench).await?;
        lists::transactions(&mut bench).await?;
        holds::approvals(&mut bench).await?;
        balances::ledgers(&mut bench).await?;
        balances::register(&mut bench).await?;
        balances::many_holds(&mut bench).await?;
        forms::posting(&mut bench).await?;
        forms::entry(&mut bench).await?;
        forms::scheduled(&mut bench).await?;
        forms::palette(&mut bench).await?;
        reports::people_and_watches(&mut bench).await?;
        reports::statements(&mut bench).await?;
        reports::audit(&mut bench).await?;
        reports::trial(&mut bench).await?;
        reports::financial(&mut bench).await?;
        reports::settings(&mut bench).await?;
        no_page_errors(&app).await?;
        assert!(bench.over().is_empty(), "longer than a person waits:\n{}", bench.over());
        Ok(())
    });
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
