//! Random commands against a small model of a ledger in memory, with a database that fails in the middle of a write,
//! callers that go away, clocks that jump, and a book that is closed and opened again: every answer and every row must
//! agree, and the five invariants (`observer`) must hold after each command.

mod asks;
mod both;
mod commands;
mod model;
mod observer;
mod plan;
mod play;
mod settle;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use proptest::test_runner::TestRunner;

use self::commands::histories;
use self::play::{Play, Tally};
use crate::support::TestBook;
use crate::{seeds, server};

/// Commands of the longest history.
const LONGEST: usize = 1_000;
/// Histories that are tried in a file and on a server, unless the tests are told otherwise.
const IN_A_FILE: u32 = 20;
const ON_A_SERVER: u32 = 2;

#[test]
fn random_commands_agree_with_the_model() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (started, tally) = (Instant::now(), Mutex::new(Tally::default()));
    let cases = if server::is_there() { ON_A_SERVER } else { IN_A_FILE };
    let mut runner = TestRunner::new(seeds::kept("ledger_property", cases));
    let outcome = runner.run(&histories(LONGEST), |history| {
        let played = runtime.block_on(async {
            let mut play = Play::on(TestBook::new().await).await;
            for (command, trouble) in &history {
                play = play.command(command, *trouble).await?;
            }
            play.end().await
        })?;
        *tally.lock().unwrap_or_else(PoisonError::into_inner) += played;
        Ok(())
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{tally:?} in {:.1?}", started.elapsed());
    outcome.unwrap();
    // Each of them is there often enough to mean something.
    for part in [tally.booked, tally.refused, tally.again, tally.failed, tally.unheard] {
        assert!(part * 100 > tally.commands, "{tally:?}");
    }
}
