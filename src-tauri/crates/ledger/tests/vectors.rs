//! The tables that the arithmetic was written from: overdraft, and a hold that is committed in parts and let go.

use ledger::balance::Side;
use ledger::{
    Amount, Balance, Commit, Currency, Figures, HoldState, LedgerError, Lifecycle, Open, Overdraft, Posting, hold,
    transaction,
};

fn amount(minor: i64) -> Amount {
    Amount::from(minor)
}

fn balance(name: &str) -> Balance {
    Balance {
        id: format!("bln_{name}"),
        name: name.to_owned(),
        currency: Currency::iso("EUR").unwrap(),
        figures: Figures::default(),
        version: 1,
    }
}

/// A balance that stands at `settled`, with `held` going out.
fn standing(name: &str, settled: i64, held: i64) -> Balance {
    let mut found = balance(name);
    let side = if settled < 0 { Side::Debit } else { Side::Credit };
    found.apply(side, &amount(settled.abs()));
    found.hold(Side::Debit, &amount(held));
    found
}

fn posting(minor: i64, overdraft: Overdraft) -> Posting {
    Posting {
        reference: "R".into(),
        amount: amount(minor),
        currency: Currency::iso("EUR").unwrap(),
        description: String::new(),
        effective_date: jiff::civil::date(2026, 11, 19),
        hold: false,
        expires_at: None,
        overdraft,
    }
}

/// C D B / IC ID IB.
fn six(balance: &Balance) -> [String; 6] {
    let figures = &balance.figures;
    [
        figures.credit.clone(),
        figures.debit.clone(),
        figures.balance(),
        figures.inflight_credit.clone(),
        figures.inflight_debit.clone(),
        figures.inflight_balance(),
    ]
    .map(|figure| figure.to_string())
}

fn is(balance: &Balance, expected: [i64; 6]) {
    assert_eq!(six(balance), expected.map(|figure| figure.to_string()), "{}", balance.name);
}

enum Answer {
    Left(i64),
    Insufficient { available: i64 },
    OverLimit { available: i64 },
}

use Answer::{Insufficient, Left, OverLimit};

#[test]
fn overdraft_follows_the_table() {
    // Balance, held out, amount, allow, limit.
    for (settled, held, needed, allow, limit, expected) in [
        (10_000, 0, 10_000, false, 0, Left(0)),
        (10_000, 4_000, 6_001, false, 0, Insufficient { available: 6_000 }),
        (10_000, 4_000, 6_000, false, 0, Left(4_000)),
        (0, 0, 5_000, true, 0, Left(-5_000)),
        (0, 0, 5_000, true, 5_000, Left(-5_000)),
        (0, 0, 5_001, true, 5_000, OverLimit { available: 0 }),
        (0, 0, 5_000, false, 5_000, Left(-5_000)),
        (-3_000, 0, 2_001, true, 5_000, OverLimit { available: -3_000 }),
        (-3_000, 0, 2_000, true, 5_000, Left(-5_000)),
    ] {
        let source = standing("Source", settled, held);
        let overdraft = Overdraft::from_request(allow, Some(amount(limit)));
        let answer = transaction::post(&source, &balance("Target"), &posting(needed, overdraft));
        let currency = source.currency.clone();
        let refusal = match expected {
            Left(left) => {
                let (from, to) = answer.unwrap();
                assert_eq!(from.figures.balance(), amount(left), "{settled} {held} {needed}");
                is(&to, [needed, 0, needed, 0, 0, 0]);
                continue;
            }
            Insufficient { available } => LedgerError::InsufficientFunds {
                balance: "Source".into(),
                available: amount(available),
                needed: amount(needed),
                currency,
            },
            OverLimit { available } => LedgerError::OverdraftLimit {
                balance: "Source".into(),
                available: amount(available),
                needed: amount(needed),
                limit: amount(limit),
                currency,
            },
        };
        assert_eq!(answer, Err(refusal), "{settled} {held} {needed}");
    }
}

#[test]
fn what_is_held_for_somebody_is_not_theirs_to_spend() {
    let mut source = standing("Source", 1_000, 0);
    source.hold(Side::Credit, &amount(9_000));
    assert_eq!(source.figures.available(), amount(1_000));
    assert!(source.check_funds(&amount(1_001), &Overdraft::Refused).is_err());
    assert!(source.check_funds(&amount(1_000), &Overdraft::Refused).is_ok());
}

#[test]
fn a_hold_is_committed_in_parts_and_the_rest_let_go_by_the_table() {
    let (source, target) = (standing("Source", 10_000, 0), balance("Target"));
    let asked = Posting { hold: true, ..posting(8_000, Overdraft::Refused) };
    let (mut source, mut target) = transaction::post(&source, &target, &asked).unwrap();
    is(&source, [10_000, 0, 10_000, 0, 8_000, -8_000]);
    is(&target, [0, 0, 0, 8_000, 0, 8_000]);
    let mut open = Open { amount: amount(8_000), committed: Amount::ZERO, state: HoldState::Open };
    assert_eq!(Lifecycle::of_hold(&open), Lifecycle::Held);

    for (part, expected) in [
        (3_000, ([10_000, 3_000, 7_000, 0, 5_000, -5_000], [3_000, 0, 3_000, 5_000, 0, 5_000])),
        (2_500, ([10_000, 5_500, 4_500, 0, 2_500, -2_500], [5_500, 0, 5_500, 2_500, 0, 2_500])),
    ] {
        let taken = open.to_commit(&Commit::Part(amount(part))).unwrap();
        (source, target) = hold::commit(&source, &target, &taken).unwrap();
        open = open.after_commit(&taken);
        is(&source, expected.0);
        is(&target, expected.1);
        assert_eq!(Lifecycle::of_hold(&open), Lifecycle::PartCommitted);
    }
    for wrong in [2_501, 0, -1] {
        let refused = open.to_commit(&Commit::Part(amount(wrong)));
        assert_eq!(refused, Err(LedgerError::InvalidAmount { remaining: amount(2_500), given: amount(wrong) }));
    }

    let rest = open.to_void().unwrap();
    assert_eq!(rest, amount(2_500));
    (source, target) = hold::release(&source, &target, &rest).unwrap();
    open.state = HoldState::Voided;
    is(&source, [10_000, 5_500, 4_500, 0, 0, 0]);
    is(&target, [5_500, 0, 5_500, 0, 0, 0]);
    assert_eq!(Lifecycle::of_hold(&open), Lifecycle::PartVoided);
    assert_eq!(open.to_void(), Err(LedgerError::AlreadyVoided));
    assert_eq!(open.to_commit(&Commit::Rest), Err(LedgerError::AlreadyVoided));
    assert_eq!(open.to_commit(&Commit::Part(amount(1))), Err(LedgerError::AlreadyVoided));
}

#[test]
fn a_hold_that_is_committed_to_the_last_unit_is_closed() {
    let open = Open { amount: amount(80), committed: amount(30), state: HoldState::Open };
    let rest = open.to_commit(&Commit::Rest).unwrap();
    assert_eq!(rest, amount(50));
    let closed = open.after_commit(&rest);
    assert_eq!((closed.state, closed.remaining()), (HoldState::Committed, Amount::ZERO));
    assert_eq!(Lifecycle::of_hold(&closed), Lifecycle::Committed);
    assert_eq!(closed.to_commit(&Commit::Rest), Err(LedgerError::AlreadyCommitted));
    assert_eq!(closed.to_void(), Err(LedgerError::AlreadyCommitted));
}

#[test]
fn a_hold_is_a_guarantee_and_cannot_take_more_than_is_held() {
    // Below zero by now: what is held still settles.
    let (source, target) = (standing("Source", -700, 500), standing("Target", 0, 0));
    let mut waiting = target.clone();
    waiting.hold(Side::Credit, &amount(500));
    let (from, to) = hold::commit(&source, &waiting, &amount(500)).unwrap();
    is(&from, [0, 1_200, -1_200, 0, 0, 0]);
    is(&to, [500, 0, 500, 0, 0, 0]);
    for act in [hold::commit, hold::release] {
        let missing = act(&source, &target, &amount(500));
        assert_eq!(missing, Err(LedgerError::HeldMissing { balance: "Target".into() }));
        let missing = act(&source, &waiting, &amount(501));
        assert_eq!(missing, Err(LedgerError::HeldMissing { balance: "Source".into() }));
    }
}

#[test]
fn what_is_no_posting_is_refused_before_funds_are_looked_at() {
    let (source, target) = (balance("Source"), balance("Target"));
    for wrong in [0, -1] {
        let refused = transaction::post(&source, &target, &posting(wrong, Overdraft::Unlimited));
        assert_eq!(refused, Err(LedgerError::AmountNotPositive));
    }
    let refused = transaction::post(&source, &source, &posting(1, Overdraft::Refused));
    assert_eq!(refused, Err(LedgerError::SelfTransfer));
    let yen = Balance { currency: Currency::iso("JPY").unwrap(), ..balance("Yen") };
    let refused = transaction::post(&source, &yen, &posting(1, Overdraft::Refused));
    assert!(matches!(refused, Err(LedgerError::CurrencyMismatch { balance, .. }) if balance == "Yen"));
    let mills = Balance { currency: Currency::new("EUR", 3).unwrap(), ..balance("Mills") };
    let refused = transaction::post(&mills, &target, &posting(1, Overdraft::Unlimited));
    assert!(matches!(refused, Err(LedgerError::CurrencyMismatch { balance, .. }) if balance == "Mills"));
}

#[test]
fn figures_above_every_machine_word_stay_exact() {
    let edge: Amount = i128::MAX.to_string().parse().unwrap();
    let (mut source, mut target) = (balance("Source"), balance("Target"));
    let asked = |hold| Posting { hold, amount: edge.clone(), ..posting(1, Overdraft::Unlimited) };
    for _ in 0..3 {
        (source, target) = transaction::post(&source, &target, &asked(false)).unwrap();
    }
    assert_eq!(target.figures.balance(), edge.times(3));
    assert_eq!(source.figures.balance(), -&edge.times(3));
    (source, target) = transaction::post(&source, &target, &asked(true)).unwrap();
    assert_eq!(source.figures.available(), -&edge.times(4));
    (source, target) = hold::commit(&source, &target, &edge).unwrap();
    assert_eq!(target.figures.credit, edge.times(4));
    assert_eq!(&source.figures.balance() + &target.figures.balance(), Amount::ZERO);
    let enough =
        transaction::post(&target, &source, &Posting { amount: edge.times(4), ..posting(1, Overdraft::Refused) });
    assert!(enough.unwrap().0.figures.balance().is_zero());
}
