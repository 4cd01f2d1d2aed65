//! Random work on the desk: whatever is done and undone, nothing is matched twice and both halves of the proof agree.

use proptest::prelude::*;

use crate::raw::Raw;
use crate::recon_support::{Bank, csv, run_request};

#[derive(Debug, Clone)]
enum Act {
    Accept(usize, usize),
    Manual(Vec<usize>, Vec<usize>),
    Reject(usize, usize),
    Unmatch(usize, bool),
    NewEntry(usize),
    Outstanding(usize, bool),
    Undo,
    UndoOne(usize),
    Redo,
    Run,
}

fn act() -> impl Strategy<Value = Act> {
    let n = 0..12_usize;
    let some = || proptest::collection::vec(0..12_usize, 1..4);
    prop_oneof![
        4 => (n.clone(), n.clone()).prop_map(|(line, entry)| Act::Accept(line, entry)),
        2 => (some(), some()).prop_map(|(lines, entries)| Act::Manual(lines, entries)),
        1 => (n.clone(), n.clone()).prop_map(|(line, entry)| Act::Reject(line, entry)),
        2 => (n.clone(), any::<bool>()).prop_map(|(line, reverse)| Act::Unmatch(line, reverse)),
        1 => n.clone().prop_map(Act::NewEntry),
        1 => (n.clone(), any::<bool>()).prop_map(|(entry, on)| Act::Outstanding(entry, on)),
        2 => Just(Act::Undo),
        1 => n.prop_map(Act::UndoOne),
        2 => Just(Act::Redo),
        1 => Just(Act::Run),
    ]
}

async fn perform(bank: &Bank, statement: &str, act: &Act) {
    let engine = &bank.book.engine;
    let (lines, entries) = (bank.lines(statement).await, bank.entries(statement).await);
    let line = |at: usize| lines[at % lines.len()].clone();
    let entry = |at: usize| (!entries.is_empty()).then(|| entries[at % entries.len()].id.clone());
    let posting = |amount: String| engine::api::desk::DifferencePosting {
        against: bank.fees.clone(),
        description: "Difference".into(),
        amount,
        effective_date: None,
        signed_reason: None,
    };
    // Refusals are part of the play: what counts is what is left behind.
    match act {
        Act::Accept(at, other) => {
            let entries = entry(*other).into_iter().collect::<Vec<_>>();
            let ids = vec![line(*at).id];
            let effect = engine.desk_effect(statement, ids.clone(), entries.clone()).await.unwrap();
            let difference = (effect.difference != "0").then(|| posting(effect.difference));
            let _ = engine.match_accept(statement, ids, entries, difference).await;
        }
        Act::Manual(some_lines, some_entries) => {
            let mut ids: Vec<_> = some_lines.iter().map(|at| line(*at).id).collect();
            let mut others: Vec<_> = some_entries.iter().filter_map(|at| entry(*at)).collect();
            ids.sort();
            ids.dedup();
            others.sort();
            others.dedup();
            let effect = engine.desk_effect(statement, ids.clone(), others.clone()).await.unwrap();
            let difference = (effect.difference != "0").then(|| posting(effect.difference));
            let _ = engine.match_accept(statement, ids, others, difference).await;
        }
        Act::Reject(at, other) => {
            if let Some(entry) = entry(*other) {
                let _ = engine.match_reject(statement, &line(*at).id, &entry).await;
            }
        }
        Act::Unmatch(at, reverse) => {
            if let Some(id) = line(*at).match_id {
                let _ = engine.match_undo(&id, *reverse, None).await;
            }
        }
        Act::NewEntry(at) => {
            let line = line(*at);
            let _ = engine.line_new_entry(statement, &line.id, posting(line.amount)).await;
        }
        Act::Outstanding(at, on) => {
            if let Some(entry) = entry(*at) {
                let _ = engine.entry_outstanding(statement, &entry, *on).await;
            }
        }
        Act::Undo => {
            let _ = engine.desk_undo(statement, None).await;
        }
        Act::UndoOne(at) => {
            let log = engine.desk_log(statement).await.unwrap();
            if let Some(action) = log.get(*at) {
                let _ = engine.desk_undo(statement, Some(action.id.clone())).await;
            }
        }
        Act::Redo => {
            let _ = engine.desk_redo(statement, None).await;
        }
        Act::Run => {
            engine.run_now(run_request(statement)).await.unwrap();
        }
    }
}

async fn proof_holds(bank: &Bank, statement: &str, after: &Act) {
    let header = bank.book.engine.desk(statement).await.unwrap();
    assert_eq!(header.ledger_difference, "0", "the ledger side moved away after {after:?}: {header:?}");
    let number = |text: &str| text.parse::<i128>().unwrap();
    assert_eq!(number(&header.cleared) + number(&header.left_to_clear), number(&header.closing));
    assert_eq!(number(&header.review_in) + number(&header.review_out), number(&header.left_to_clear));
    let mut raw = Raw::of(&bank.book).await;
    let int = raw.either("INTEGER", "bigint").to_owned();
    // Every standing match balances, and no undone match keeps a side.
    let sql = format!(
        "SELECT m.undone_at,
                (SELECT CAST(coalesce(sum(CAST(l.amount AS {int})), 0) AS {int}) FROM match_line ml JOIN statement_line l ON l.key = ml.line_key WHERE ml.match_key = m.key),
                (SELECT CAST(coalesce(sum(CASE e.side WHEN 'credit' THEN 1 ELSE -1 END * CAST(e.amount AS {int})), 0) AS {int})
                 FROM match_entry me JOIN entry e ON e.txn_key = me.txn_key AND e.balance_key = me.balance_key WHERE me.match_key = m.key),
                (SELECT count(*) FROM match_entry me WHERE me.match_key = m.key)
         FROM match m"
    );
    for row in raw.numbers(&sql).await {
        assert_eq!(row[1], row[2], "a match does not balance after {after:?}");
        assert_eq!(row[0].is_none(), row[3] > Some(0), "an undone match keeps entries after {after:?}");
    }
    let twice = raw
        .numbers(
            "SELECT (SELECT count(*) - count(DISTINCT line_key) FROM match_line) + (SELECT count(*) - count(DISTINCT balance_key || ' ' || txn_key) FROM match_entry)",
        )
        .await;
    assert_eq!(twice, [[Some(0)]]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_matched_twice_and_the_proof_holds(acts in proptest::collection::vec(act(), 1..20)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let bank = Bank::with_entries().await;
            let statement = bank.october().await;
            bank.book.engine.run_now(run_request(&statement)).await.unwrap();
            for act in &acts {
                perform(&bank, &statement, act).await;
                proof_holds(&bank, &statement, act).await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_booking_does_not_change_what_is_found() {
    let rows = [
        ("2026-10-02", "INV-31001 ALPHA", "10.00"),
        ("2026-10-02", "INV-31002 BETA", "10.00"),
        ("2026-10-03", "INV-31003 GAMMA", "10.00"),
    ];
    let mut found = Vec::new();
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let bank = Bank::new().await;
        for at in order {
            let (date, text, amount) = rows[at];
            bank.post(&text[..9], date, amount, "Payment").await;
        }
        let statement = bank.import("October", csv(100_000, &rows), false).await.unwrap().statement_id.unwrap();
        bank.book.engine.run_now(run_request(&statement)).await.unwrap();
        let lines = bank.lines(&statement).await;
        found.push(
            lines.into_iter().map(|line| (line.position, line.state, line.found, line.score)).collect::<Vec<_>>(),
        );
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
    assert!(found[0].iter().all(|(_, state, ..)| state != "none"));
}
