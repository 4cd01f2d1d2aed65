//! The same random commands in a file, on a server and in the model: both books agree with the model after each command
//! (`play`), and what their tables hold is the same row for row.
//!
//! Nothing goes wrong here and nobody asks at the same time as others: where a database fails, and who comes first, is
//! not the same in two databases.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::commands::{Command, Trouble, histories};
use super::play::Play;
use crate::raw::Raw;
use crate::seeds;
use crate::server::{self, Database};
use crate::support::{Place, TestBook};

const LONGEST: usize = 250;
const CASES: u32 = 4;
/// Commands after which the tables are compared.
const COMPARED: usize = 25;

/// What is kept of a book, with names where the keys of balances stand: they may have gaps.
const TABLES: &[&str] = &[
    "SELECT id, name, indicator, currency, CAST(exponent AS TEXT), CAST(credit AS TEXT), CAST(debit AS TEXT), CAST(balance AS TEXT), \
     CAST(inflight_credit AS TEXT), CAST(inflight_debit AS TEXT), CAST(inflight_balance AS TEXT), CAST(version AS TEXT), \
     CAST(last_entry_on AS TEXT), CAST(created_at AS TEXT) FROM balance ORDER BY balance.key",
    "SELECT CAST(t.key AS TEXT), t.id, CAST(t.parent_key AS TEXT), t.status, t.reference, s.name, d.name, CAST(t.amount AS TEXT), \
     t.currency, CAST(t.exponent AS TEXT), t.description, CAST(t.effective_date AS TEXT), CAST(t.created_at AS TEXT), \
     CAST(t.expires_at AS TEXT), t.reason, t.actor, CAST(t.metadata AS TEXT) \
     FROM txn t JOIN balance s ON s.key = t.source_key JOIN balance d ON d.key = t.destination_key ORDER BY t.key",
    "SELECT CAST(e.txn_key AS TEXT), b.name, CAST(e.effective_date AS TEXT), e.side, CAST(e.amount AS TEXT) \
     FROM entry e JOIN balance b ON b.key = e.balance_key ORDER BY e.txn_key, e.side",
    "SELECT CAST(txn_key AS TEXT), state, CAST(committed AS TEXT), CAST(remaining AS TEXT), CAST(expires_at AS TEXT), \
     CAST(commits_at AS TEXT), CAST(closed_at AS TEXT) FROM hold ORDER BY hold.txn_key",
    "SELECT b.name, CAST(d.day AS TEXT), CAST(d.credit AS TEXT), CAST(d.debit AS TEXT), CAST(d.entries AS TEXT) \
     FROM balance_day d JOIN balance b ON b.key = d.balance_key ORDER BY b.key, d.day",
    "SELECT CAST(txn_key AS TEXT), CAST(of_key AS TEXT) FROM refund ORDER BY refund.txn_key",
    "SELECT CAST(txn_key AS TEXT), CAST(first_key AS TEXT), CAST(position AS TEXT), CAST(legs AS TEXT) FROM leg ORDER BY leg.txn_key",
    "SELECT b.name, s.origin, CAST(s.received AS TEXT), CAST(s.spent AS TEXT), CAST(s.held_in AS TEXT), CAST(s.held_out AS TEXT) \
     FROM lineage_source s JOIN balance b ON b.key = s.balance_key ORDER BY s.key",
    "SELECT id, state, CAST(due_at AS TEXT), reference, CAST(request AS TEXT), CAST(accepted_at AS TEXT), accepted_by, reason, \
     CAST(txn_key AS TEXT), CAST(finished_at AS TEXT) FROM scheduled ORDER BY scheduled.key",
    "SELECT CAST(at AS TEXT), actor, kind, object_id, CAST(payload AS TEXT) FROM event ORDER BY event.key",
];
/// Of these the order is that of random ids.
const UNORDERED: &[&str] =
    &["SELECT key, CAST(value AS TEXT) FROM setting WHERE key LIKE 'below_zero/%' OR key LIKE 'lineage%' \
     OR key LIKE 'monitor%' OR key LIKE '%closed_through'"];

/// Texts in which every id is the number of its first appearance.
#[derive(Default)]
struct Numbered(HashMap<String, usize>);

impl Numbered {
    /// An id is a short word, `_` and a UUID.
    fn plain(&mut self, text: &str) -> String {
        const UUID: usize = 36;
        let is_uuid = |text: &str| {
            text.char_indices()
                .all(|(at, c)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { c.is_ascii_hexdigit() })
        };
        let (mut rest, mut plain) = (text, String::with_capacity(text.len()));
        while let Some(at) = rest.find('_') {
            let (before, from) = rest.split_at(at + 1);
            plain.push_str(before);
            rest = from;
            if let Some(id) = rest.get(..UUID).filter(|id| is_uuid(id)) {
                let next = self.0.len();
                plain.push_str(&format!("#{}", self.0.entry(id.to_owned()).or_insert(next)));
                rest = &rest[UUID..];
            }
        }
        plain + rest
    }
}

/// An event without the digests of what it leaves: they cover ids as well.
fn unsealed(text: &str) -> String {
    match text.split_once("\"kept\":{").and_then(|(before, seals)| Some((before, seals.split_once('}')?.1))) {
        Some((before, after)) => format!("{before}{after}"),
        None => text.to_owned(),
    }
}

/// A row as one text.
fn row(texts: &[Option<String>]) -> String {
    format!("{:?}", texts.iter().map(|text| text.as_deref().map(unsealed)).collect::<Vec<_>>())
}

/// Every row of every table, ids aside.
async fn rows(raw: &mut Raw) -> Vec<String> {
    let mut numbered = Numbered::default();
    let mut all = Vec::new();
    for sql in TABLES {
        all.extend(raw.texts(sql).await.iter().map(|texts| numbered.plain(&row(texts))));
    }
    for sql in UNORDERED {
        let mut rows: Vec<String> = raw.texts(sql).await.iter().map(|texts| numbered.plain(&row(texts))).collect();
        rows.sort();
        all.extend(rows);
    }
    all
}

async fn same(file: &mut Play, server: &mut Play) -> Result<(), TestCaseError> {
    let (one, other) = (rows(&mut file.raw).await, rows(&mut server.raw).await);
    for (one, other) in one.iter().zip(&other) {
        prop_assert_eq!(one, other);
    }
    prop_assert_eq!(one.len(), other.len());
    prop_assert!(one.len() as u64 > file.tally.rows, "every row of the journal is among them");
    Ok(())
}

async fn play(history: &[Command]) -> Result<(), TestCaseError> {
    let database = Database::create().await.expect("a server");
    let mut file = Play::on(TestBook::at(Place::File).await).await;
    let mut server = Play::on(TestBook::at(Place::Server(database)).await).await;
    for (number, command) in history.iter().enumerate() {
        file = file.command(command, Trouble::Nothing).await?;
        server = server.command(command, Trouble::Nothing).await?;
        if number % COMPARED == 0 {
            same(&mut file, &mut server).await?;
        }
    }
    same(&mut file, &mut server).await?;
    file.end().await?;
    server.end().await?;
    Ok(())
}

/// One after another, without what goes wrong.
fn in_turn(history: Vec<(Command, Trouble)>) -> Vec<Command> {
    let each = |command| match command {
        Command::Together(singles) => singles.into_iter().map(Command::One).collect(),
        one => vec![one],
    };
    history.into_iter().flat_map(|(command, _)| each(command)).collect()
}

#[test]
fn a_file_a_server_and_the_model_hold_the_same_rows() {
    if !server::is_there() {
        println!("no server to compare with: the other store was not tried");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(seeds::kept("ledger_property_both", CASES));
    runner.run(&histories(LONGEST).prop_map(in_turn), |history| runtime.block_on(play(&history))).unwrap();
}
