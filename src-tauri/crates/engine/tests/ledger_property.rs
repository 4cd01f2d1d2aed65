//! Random commands against a small model of a ledger in memory: every answer and every figure must agree, and the five
//! invariants must hold after each command.

use std::collections::BTreeMap;

use engine::api::page::ListQuery;
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{TestBook, transfer};

const BALANCES: usize = 4;

#[derive(Debug, Clone)]
enum Command {
    Post { from: usize, to: usize, amount: i128, hold: bool, allow: bool, limit: Option<i128>, day: u8 },
    Commit { hold: usize, part: Option<i128> },
    Void { hold: usize },
    Repeat { posting: usize },
}

#[derive(Debug, Clone, Default)]
struct Figures {
    credit: i128,
    debit: i128,
    held_in: i128,
    held_out: i128,
}

#[derive(Debug)]
struct Hold {
    id: String,
    from: usize,
    to: usize,
    amount: i128,
    committed: i128,
    voided: bool,
}

/// The ledger in thirty lines: what the real one must agree with.
#[derive(Debug, Default)]
struct Model {
    balances: [Figures; BALANCES],
    holds: Vec<Hold>,
    /// Settled rows as source, destination, amount.
    applied: Vec<(usize, usize, i128)>,
}

impl Model {
    fn post(&mut self, from: usize, to: usize, amount: i128, hold: bool, allow: bool, limit: Option<i128>) -> bool {
        if from == to {
            return false;
        }
        let source = &self.balances[from];
        let available = source.credit - source.debit - source.held_out;
        let limit = limit.filter(|limit| *limit > 0);
        let enough = (allow && limit.is_none())
            || available >= amount
            || limit.is_some_and(|limit| available - amount >= -limit);
        if !enough {
            return false;
        }
        if hold {
            self.balances[from].held_out += amount;
            self.balances[to].held_in += amount;
        } else {
            self.settle(from, to, amount);
        }
        true
    }

    fn settle(&mut self, from: usize, to: usize, amount: i128) {
        self.balances[from].debit += amount;
        self.balances[to].credit += amount;
        self.applied.push((from, to, amount));
    }

    /// Returns the amount that moved, or `None` for a refusal.
    fn decide(&mut self, index: usize, part: Option<i128>, void: bool) -> Option<i128> {
        let hold = self.holds.get_mut(index)?;
        let remaining = if hold.voided { 0 } else { hold.amount - hold.committed };
        let amount = if void { remaining } else { part.unwrap_or(remaining) };
        if remaining == 0 || amount <= 0 || amount > remaining {
            return None;
        }
        let (from, to) = (hold.from, hold.to);
        if void {
            hold.voided = true;
        } else {
            hold.committed += amount;
        }
        self.balances[from].held_out -= amount;
        self.balances[to].held_in -= amount;
        if !void {
            self.settle(from, to, amount);
        }
        Some(amount)
    }
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let amount = prop_oneof![1_i128..2_000, Just(1), 10_i128.pow(29)..10_i128.pow(30)];
    let post = (
        0..BALANCES,
        0..BALANCES,
        amount.clone(),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(0_i128..3_000),
        1_u8..28,
    )
        .prop_map(|(from, to, amount, hold, allow, limit, day)| Command::Post {
            from,
            to,
            amount,
            hold,
            allow,
            limit,
            day,
        });
    let commit = (0_usize..12, prop::option::of(amount)).prop_map(|(hold, part)| Command::Commit { hold, part });
    let command = prop_oneof![
        5 => post,
        3 => commit,
        1 => (0_usize..12).prop_map(|hold| Command::Void { hold }),
        1 => (0_usize..20).prop_map(|posting| Command::Repeat { posting }),
    ];
    prop::collection::vec(command, 1..40)
}

async fn run(commands: Vec<Command>) -> Result<(), TestCaseError> {
    let book = TestBook::new().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C", "D"] {
        ids.push(book.balance(name, "EUR").await);
    }
    let mut model = Model::default();
    let mut accepted: Vec<PostRequest> = Vec::new();
    for (number, command) in commands.iter().enumerate() {
        match command {
            Command::Post { from, to, amount, hold, allow, limit, day } => {
                let request = PostRequest {
                    hold: *hold,
                    allow_overdraft: *allow,
                    overdraft_limit: limit.map(|limit| limit.to_string()),
                    effective_date: Some(format!("2026-10-{day:02}")),
                    ..transfer(&format!("R{number}"), &ids[*from], &ids[*to], &amount.to_string())
                };
                let expected = model.post(*from, *to, *amount, *hold, *allow, *limit);
                let outcome = book.engine.post(request.clone()).await;
                prop_assert_eq!(outcome.is_ok(), expected, "{:?} gave {:?}", command, outcome);
                if let Ok(detail) = outcome {
                    accepted.push(request);
                    if *hold {
                        model.holds.push(Hold {
                            id: detail.family.id,
                            from: *from,
                            to: *to,
                            amount: *amount,
                            committed: 0,
                            voided: false,
                        });
                    }
                }
            }
            Command::Commit { hold, part } => {
                let Some(id) = model.holds.get(*hold).map(|hold| hold.id.clone()) else { continue };
                let item = CommitItem { id, amount: part.map(|part| part.to_string()), ..CommitItem::default() };
                let outcome = book.engine.holds_commit(vec![item]).await.unwrap();
                check_decision(&outcome.rows[0], model.decide(*hold, *part, false), command)?;
            }
            Command::Void { hold } => {
                let Some(id) = model.holds.get(*hold).map(|hold| hold.id.clone()) else { continue };
                let request = VoidRequest {
                    items: vec![VoidItem { id, ..VoidItem::default() }],
                    reason: "Duplicate".into(),
                    note: None,
                };
                let outcome = book.engine.holds_void(request).await.unwrap();
                check_decision(&outcome.rows[0], model.decide(*hold, None, true), command)?;
            }
            Command::Repeat { posting } => {
                let Some(request) = accepted.get(*posting) else { continue };
                prop_assert!(book.engine.post(request.clone()).await.unwrap().existing);
            }
        }
        check_figures(&book, &ids, &model).await?;
    }
    check_journal(&book, &ids, &model).await
}

fn check_decision(
    row: &engine::api::transactions::BatchRow,
    expected: Option<i128>,
    command: &Command,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(
        row.ok.then(|| row.amount.clone()),
        expected.map(|amount| amount.to_string()),
        "{:?} gave {:?}",
        command,
        row
    );
    Ok(())
}

/// Figures agree with the model; with it invariants 1 (derived columns), 2 (credits equal debits), 3 (nothing below zero).
async fn check_figures(book: &TestBook, ids: &[String], model: &Model) -> Result<(), TestCaseError> {
    let (mut credit, mut debit) = (0, 0);
    for (id, expected) in ids.iter().zip(&model.balances) {
        let figures = book.engine.balance_get(id, None).await.unwrap().row.figures;
        prop_assert_eq!(&figures.total_in, &expected.credit.to_string());
        prop_assert_eq!(&figures.total_out, &expected.debit.to_string());
        prop_assert_eq!(&figures.held_in, &expected.held_in.to_string());
        prop_assert_eq!(&figures.held_out, &expected.held_out.to_string());
        prop_assert_eq!(&figures.balance, &(expected.credit - expected.debit).to_string());
        prop_assert!(
            [expected.credit, expected.debit, expected.held_in, expected.held_out].iter().all(|figure| *figure >= 0)
        );
        credit += expected.credit;
        debit += expected.debit;
    }
    prop_assert_eq!(credit, debit);
    for hold in &model.holds {
        prop_assert!(hold.committed <= hold.amount, "invariant 4: never more than was held");
    }
    Ok(())
}

/// Invariants 4 and 5 from the rows themselves: the stored figures are what the journal adds up to, running balances
/// and turnover included.
async fn check_journal(book: &TestBook, ids: &[String], model: &Model) -> Result<(), TestCaseError> {
    let check = book.engine.book_check().await.unwrap();
    prop_assert!(check.problems.is_empty(), "{:?}", check.problems);
    let mut sums: BTreeMap<usize, (i128, i128)> = BTreeMap::new();
    for (from, to, amount) in &model.applied {
        sums.entry(*from).or_default().1 += amount;
        sums.entry(*to).or_default().0 += amount;
    }
    for (index, id) in ids.iter().enumerate() {
        let register = book.engine.register_page(id, ListQuery { limit: 500, ..ListQuery::default() }).await.unwrap();
        let (credit, debit) = sums.get(&index).copied().unwrap_or_default();
        let newest = register.rows.first().map_or("0", |row| row.running.as_str()).to_owned();
        prop_assert_eq!(newest, (credit - debit).to_string());
        let mut running = 0_i128;
        for row in register.rows.iter().rev() {
            let signed = |text: &Option<String>| text.as_deref().map_or(0, |text| text.parse::<i128>().unwrap());
            running += signed(&row.money_in) - signed(&row.money_out);
            prop_assert_eq!(&row.running, &running.to_string());
        }
    }
    Ok(())
}

#[test]
fn random_commands_agree_with_the_model() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cases = std::env::var("TIEOUT_PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(48);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner.run(&commands(), |commands| runtime.block_on(run(commands))).unwrap();
}
