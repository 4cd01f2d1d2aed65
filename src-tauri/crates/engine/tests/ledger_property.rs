//! Random commands against a small model of a ledger in memory: every answer and every figure must agree, and the five
//! invariants must hold after each command.

use std::collections::BTreeMap;

use engine::api::page::ListQuery;
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};
use num_bigint::BigInt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{TestBook, transfer};

const BALANCES: usize = 4;

#[derive(Debug, Clone)]
enum Command {
    Post {
        from: usize,
        to: usize,
        amount: BigInt,
        hold: bool,
        allow: bool,
        limit: Option<BigInt>,
        day: u8,
    },
    Commit {
        hold: usize,
        part: Option<BigInt>,
    },
    Void {
        hold: usize,
    },
    Repeat {
        posting: usize,
    },
    /// The same reference for something else.
    Reuse {
        posting: usize,
        other: Other,
    },
}

#[derive(Debug, Clone, Copy)]
enum Other {
    Amount,
    Direction,
    Hold,
    Description,
    Day,
}

#[derive(Debug, Clone, Default)]
struct Figures {
    credit: BigInt,
    debit: BigInt,
    held_in: BigInt,
    held_out: BigInt,
}

#[derive(Debug)]
struct Hold {
    id: String,
    from: usize,
    to: usize,
    amount: BigInt,
    committed: BigInt,
    voided: bool,
}

/// The ledger in thirty lines: what the real one must agree with.
#[derive(Debug, Default)]
struct Model {
    balances: [Figures; BALANCES],
    holds: Vec<Hold>,
    /// Settled rows as source, destination, amount.
    applied: Vec<(usize, usize, BigInt)>,
}

impl Model {
    fn post(
        &mut self,
        from: usize,
        to: usize,
        amount: &BigInt,
        hold: bool,
        allow: bool,
        limit: Option<&BigInt>,
    ) -> bool {
        if from == to {
            return false;
        }
        let source = &self.balances[from];
        let available = &source.credit - &source.debit - &source.held_out;
        let limit = limit.filter(|limit| **limit > BigInt::ZERO);
        let enough = (allow && limit.is_none())
            || available >= *amount
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

    fn settle(&mut self, from: usize, to: usize, amount: &BigInt) {
        self.balances[from].debit += amount;
        self.balances[to].credit += amount;
        self.applied.push((from, to, amount.clone()));
    }

    /// Returns the amount that moved, or `None` for a refusal.
    fn decide(&mut self, index: usize, part: Option<&BigInt>, void: bool) -> Option<BigInt> {
        let hold = self.holds.get_mut(index)?;
        let remaining = if hold.voided { BigInt::ZERO } else { &hold.amount - &hold.committed };
        let amount = if void { remaining.clone() } else { part.cloned().unwrap_or_else(|| remaining.clone()) };
        if remaining == BigInt::ZERO || amount <= BigInt::ZERO || amount > remaining {
            return None;
        }
        let (from, to) = (hold.from, hold.to);
        if void {
            hold.voided = true;
        } else {
            hold.committed += &amount;
        }
        self.balances[from].held_out -= &amount;
        self.balances[to].held_in -= &amount;
        if !void {
            self.settle(from, to, &amount);
        }
        Some(amount)
    }
}

/// Small amounts, large ones, and those around and beyond what a machine can hold in one word.
fn amounts() -> BoxedStrategy<BigInt> {
    let whole = |amount: i128| BigInt::from(amount);
    let edge = || BigInt::from(2).pow(127);
    prop_oneof![
        4 => (1_i128..2_000).prop_map(whole),
        2 => Just(whole(1)),
        2 => (10_i128.pow(29)..10_i128.pow(30)).prop_map(whole),
        2 => (-3_i128..3_000).prop_map(move |near| edge() + near),
        1 => (1_u32..200).prop_map(|factor| BigInt::from(10).pow(57) * factor + 7),
    ]
    .boxed()
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let amount = amounts();
    let other =
        prop::sample::select(vec![Other::Amount, Other::Direction, Other::Hold, Other::Description, Other::Day]);
    let post = (
        0..BALANCES,
        0..BALANCES,
        amount.clone(),
        any::<bool>(),
        any::<bool>(),
        prop::option::of((0_i128..3_000).prop_map(BigInt::from)),
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
        1 => ((0_usize..20), other).prop_map(|(posting, other)| Command::Reuse { posting, other }),
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
                    overdraft_limit: limit.as_ref().map(ToString::to_string),
                    effective_date: Some(format!("2026-10-{day:02}")),
                    ..transfer(&format!("R{number}"), &ids[*from], &ids[*to], &amount.to_string())
                };
                let expected = model.post(*from, *to, amount, *hold, *allow, limit.as_ref());
                let outcome = book.engine.post(request.clone()).await;
                prop_assert_eq!(outcome.is_ok(), expected, "{:?} gave {:?}", command, outcome);
                if let Ok(detail) = outcome {
                    accepted.push(request);
                    if *hold {
                        model.holds.push(Hold {
                            id: detail.family.id,
                            from: *from,
                            to: *to,
                            amount: amount.clone(),
                            committed: BigInt::ZERO,
                            voided: false,
                        });
                    }
                }
            }
            Command::Commit { hold, part } => {
                let Some(id) = model.holds.get(*hold).map(|hold| hold.id.clone()) else { continue };
                let item = CommitItem { id, amount: part.as_ref().map(ToString::to_string), ..CommitItem::default() };
                let outcome = book.engine.holds_commit(vec![item]).await.unwrap();
                check_decision(&outcome.rows[0], model.decide(*hold, part.as_ref(), false), command)?;
                check_hold(&book, &model.holds[*hold]).await?;
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
                check_hold(&book, &model.holds[*hold]).await?;
            }
            Command::Repeat { posting } => {
                let Some(request) = accepted.get(*posting) else { continue };
                prop_assert!(book.engine.post(request.clone()).await.unwrap().existing);
            }
            Command::Reuse { posting, other } => {
                let Some(request) = accepted.get(*posting) else { continue };
                let refused = book.engine.post(changed(request, *other)).await;
                prop_assert_eq!(refused.map_err(|error| error.code()).err(), Some("TXN_DUPLICATE_REFERENCE"));
            }
        }
        check_figures(&book, &ids, &model).await?;
    }
    check_journal(&book, &ids, &model).await
}

fn check_decision(
    row: &engine::api::transactions::BatchRow,
    expected: Option<BigInt>,
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
    let (mut credit, mut debit) = (BigInt::ZERO, BigInt::ZERO);
    for (id, expected) in ids.iter().zip(&model.balances) {
        let figures = book.engine.balance_get(id, None).await.unwrap().row.figures;
        prop_assert_eq!(&figures.total_in, &expected.credit.to_string());
        prop_assert_eq!(&figures.total_out, &expected.debit.to_string());
        prop_assert_eq!(&figures.held_in, &expected.held_in.to_string());
        prop_assert_eq!(&figures.held_out, &expected.held_out.to_string());
        prop_assert_eq!(&figures.balance, &(&expected.credit - &expected.debit).to_string());
        for figure in [&figures.total_in, &figures.total_out, &figures.held_in, &figures.held_out] {
            prop_assert!(minor(figure) >= BigInt::ZERO, "invariant 3: {}", figure);
        }
        credit += minor(&figures.total_in);
        debit += minor(&figures.total_out);
    }
    prop_assert_eq!(credit, debit);
    Ok(())
}

fn minor(text: &str) -> BigInt {
    text.parse().unwrap()
}

/// Something else under the same reference.
fn changed(request: &PostRequest, other: Other) -> PostRequest {
    let request = request.clone();
    match other {
        Other::Amount => PostRequest { amount: (minor(&request.amount) + BigInt::from(1)).to_string(), ..request },
        Other::Direction => {
            PostRequest { source: request.destination.clone(), destination: request.source.clone(), ..request }
        }
        Other::Hold => PostRequest { hold: !request.hold, ..request },
        Other::Description => PostRequest { description: "Something else".into(), ..request },
        Other::Day => PostRequest { effective_date: Some("2026-09-30".into()), ..request },
    }
}

/// Invariant 4 for one hold, from what the engine says of it and of its rows. Gives back what is still held.
async fn check_hold(book: &TestBook, hold: &Hold) -> Result<BigInt, TestCaseError> {
    let detail = book.engine.transaction_get(&hold.id).await.unwrap();
    let sum_of = |status: &str| -> BigInt {
        let rows = detail.rows.iter().filter(|row| row.status == status);
        rows.map(|row| minor(&row.amount)).sum()
    };
    let (held, committed, voided) = (sum_of("INFLIGHT"), sum_of("APPLIED"), sum_of("VOID"));
    prop_assert_eq!(&held, &hold.amount);
    prop_assert!(&committed + &voided <= held, "{} and {} of {}", committed, voided, held);
    prop_assert_eq!(&committed, &hold.committed);
    prop_assert_eq!(detail.family.committed.as_deref().map(minor), Some(committed.clone()));
    let remaining = held - committed - voided;
    prop_assert_eq!(detail.family.remaining.as_deref().map(minor), Some(remaining.clone()));
    Ok(remaining)
}

/// Invariants 4 and 5 from the rows themselves: the stored figures are what the journal adds up to, running balances
/// and turnover included.
async fn check_journal(book: &TestBook, ids: &[String], model: &Model) -> Result<(), TestCaseError> {
    let mut open = vec![(BigInt::ZERO, BigInt::ZERO); ids.len()];
    for hold in &model.holds {
        let remaining = check_hold(book, hold).await?;
        open[hold.from].1 += &remaining;
        open[hold.to].0 += &remaining;
    }
    let check = book.engine.book_check().await.unwrap();
    prop_assert!(check.problems.is_empty(), "{:?}", check.problems);
    let mut sums: BTreeMap<usize, (BigInt, BigInt)> = BTreeMap::new();
    for (from, to, amount) in &model.applied {
        sums.entry(*from).or_default().1 += amount;
        sums.entry(*to).or_default().0 += amount;
    }
    for (index, id) in ids.iter().enumerate() {
        let register = book.engine.register_page(id, ListQuery { limit: 500, ..ListQuery::default() }).await.unwrap();
        let figures = book.engine.balance_get(id, None).await.unwrap().row.figures;
        prop_assert_eq!((minor(&figures.held_in), minor(&figures.held_out)), open[index].clone());
        let (credit, debit) = sums.get(&index).cloned().unwrap_or_default();
        let newest = register.rows.first().map_or("0", |row| row.running.as_str()).to_owned();
        prop_assert_eq!(newest, (credit - debit).to_string());
        let mut running = BigInt::ZERO;
        for row in register.rows.iter().rev() {
            let signed = |text: &Option<String>| text.as_deref().map_or(BigInt::ZERO, minor);
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
