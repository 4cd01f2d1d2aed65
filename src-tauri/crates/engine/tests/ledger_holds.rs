//! Deciding on holds: the day it counts for, what it does to many balances, and balances that may go below zero.

use engine::api::book::Chart;
use engine::api::ledgers::BalanceUpdate;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};
use engine::{Engine, EngineError};

use crate::support::{TestBook, transfer};

const TODAY: &str = "2026-11-19";

async fn held_on(book: &TestBook, reference: &str, from: &str, to: &str, amount: &str, day: &str) -> String {
    let request = PostRequest { hold: true, effective_date: Some(day.into()), ..transfer(reference, from, to, amount) };
    book.engine.post(request).await.unwrap().family.id
}

#[tokio::test]
async fn a_commit_counts_for_the_day_of_its_hold_and_never_ahead_unless_asked() {
    let book = TestBook::new().await;
    let (source, target) = (book.balance("Source", "EUR").await, book.balance("Target", "EUR").await);
    book.fund(&source, "EUR", "10000").await;
    for (reference, held, asked, booked) in [
        ("past", "2026-11-16", None, "2026-11-16"),
        ("ahead", "2026-11-25", None, TODAY),
        ("chosen", "2026-11-25", Some("2026-11-25"), "2026-11-25"),
        ("earlier", "2026-11-16", Some("2026-11-18"), "2026-11-18"),
    ] {
        let id = held_on(&book, reference, &source, &target, "100", held).await;
        let item = CommitItem { id: id.clone(), date: asked.map(Into::into), ..CommitItem::default() };
        let outcome = book.engine.holds_commit(vec![item]).await.unwrap();
        assert_eq!(outcome.rows[0].date.as_deref(), Some(booked), "{reference}");
        let detail = book.engine.transaction_get(&id).await.unwrap();
        assert_eq!(detail.rows[1].date, booked, "{reference}");
        assert_eq!(detail.family.date, held, "the hold itself keeps its day");
    }
    let id = held_on(&book, "wrong", &source, &target, "100", TODAY).await;
    let item = CommitItem { id, date: Some("2026-02-30".into()), ..CommitItem::default() };
    let outcome = book.engine.holds_commit(vec![item]).await.unwrap();
    assert_eq!(outcome.rows[0].code.as_deref(), Some("INVALID_INPUT"));
    assert!(book.engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn the_effect_of_many_holds_is_exact_and_begins_with_what_is_paid_from() {
    let book = TestBook::new().await;
    let bank = book.balance("Zürich bank", "EUR").await;
    let payee = book.claim("Alpha supplier").await;
    let customer = book.claim("Customer").await;
    book.fund(&bank, "EUR", "1000000").await;
    let mut ids = Vec::new();
    for number in 0..620_u32 {
        ids.push(held_on(&book, &format!("PAY-{number}"), &bank, &payee, "150", TODAY).await);
    }
    ids.push(held_on(&book, "DEP-1", &customer, &bank, "7000", "2026-11-25").await);
    ids.push(held_on(&book, "MOVE-1", &customer, &payee, "30", TODAY).await);
    let effect = book.engine.holds_effect(ids.clone(), false).await.unwrap();
    let names: Vec<&str> = effect.effects.iter().map(|effect| effect.name.as_str()).collect();
    assert_eq!(names, ["Zürich bank", "Customer", "Alpha supplier"]);
    let total = &effect.sums[0];
    assert_eq!((total.holds, total.money_out.as_str()), (622, "93000"));
    assert_eq!((total.money_in.as_str(), total.elsewhere.as_str()), ("7000", "30"));
    assert_eq!((total.holds_out, total.holds_in, total.holds_elsewhere), (620, 1, 1));
    assert_eq!(effect.dated_later, 1);
    assert_eq!(book.engine.holds_totals(awaiting()).await.unwrap(), effect.sums, "the list adds up to the same");

    let items = ids.iter().map(|id| CommitItem { id: id.clone(), ..CommitItem::default() }).collect::<Vec<_>>();
    for part in items.chunks(100) {
        assert_eq!(book.engine.holds_commit(part.to_vec()).await.unwrap().failed, 0);
    }
    for effect in effect.effects {
        assert_eq!(book.engine.balance_get(&effect.balance_id, None).await.unwrap().row.figures, effect.after);
    }
    let after = book.engine.holds_effect(ids, false).await.unwrap();
    assert_eq!((after.gone.len(), after.effects.len()), (622, 0));
}

fn awaiting() -> ListQuery {
    let condition = FilterCondition {
        field: "state".into(),
        test: FilterTest::Is,
        values: vec!["held".into(), "part_committed".into()],
    };
    ListQuery { limit: 1, conditions: vec![condition], ..ListQuery::default() }
}

#[tokio::test]
async fn what_became_of_each_hold_is_written_as_a_table() {
    let book = TestBook::new().await;
    let bank = book.balance("Bank", "EUR").await;
    let payee = book.claim("Supplier").await;
    book.fund(&bank, "EUR", "2000000").await;
    let open = held_on(&book, "=PAY-1", &bank, &payee, "1284050", TODAY).await;
    let gone = held_on(&book, "PAY-2", &bank, &payee, "150", TODAY).await;
    let void = |id: &str| CommitItem { id: id.into(), ..CommitItem::default() };
    book.engine.holds_commit(vec![void(&gone)]).await.unwrap();
    let outcome = book.engine.holds_commit(vec![void(&open), void(&gone)]).await.unwrap();
    let table = String::from_utf8(Engine::holds_report(&outcome.rows).unwrap()).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "Reference,Done,Amount,Currency,Posted as,Date,Reason,Code");
    // A cell that a spreadsheet would run as a formula is kept as text.
    assert!(lines[1].starts_with("'=PAY-1,yes,12840.50,EUR,"), "{table}");
    assert!(lines[2].starts_with("PAY-2,no,") && lines[2].ends_with(",TXN_ALREADY_COMMITTED"), "{table}");
}

#[tokio::test]
async fn a_balance_goes_below_zero_only_where_the_book_says_so() {
    let book = TestBook::new().await;
    let (equity, bank) = (book.balance("Capital", "EUR").await, book.balance("Bank", "EUR").await);
    let refused = book.transfer("OPEN", &equity, &bank, "5000").await.unwrap_err();
    assert_eq!(refused.sentence(), "Capital has 0.00 EUR available. This needs 50.00. Nothing was posted.");
    let hint = refused.body().detail.unwrap();
    assert!(hint.contains("“May go below zero” of Capital") && hint.contains("--allow-overdraft"), "{hint}");
    let short = book.engine.post_preview(transfer("OPEN", &equity, &bank, "5000")).await.unwrap();
    assert!(!short.ready);
    // What it would come to is shown with the refusal, which says that nothing was posted.
    assert_eq!(short.effects.iter().map(|effect| effect.after.balance.as_str()).collect::<Vec<_>>(), ["-5000", "5000"]);
    assert!(short.checks.iter().any(|check| !check.ok && check.text == refused.sentence()), "{:?}", short.checks);

    let change = |id: &str, name: &str, below_zero| BalanceUpdate {
        id: id.into(),
        name: name.into(),
        account_number: None,
        reconcilable: false,
        pinned: false,
        below_zero,
    };
    book.engine.balance_update(change(&equity, "Capital", Some(true))).await.unwrap();
    let preview = book.engine.post_preview(transfer("OPEN", &equity, &bank, "5000")).await.unwrap();
    assert!(
        preview.ready && preview.checks.iter().any(|check| check.text == "Capital may go below zero, to −50.00 EUR")
    );
    book.transfer("OPEN", &equity, &bank, "5000").await.unwrap();
    book.engine.balance_update(change(&equity, "Share capital", None)).await.unwrap();
    assert!(book.engine.balance_get(&equity, None).await.unwrap().below_zero, "another change leaves it alone");

    // A limit that is named counts, also where the balance might go lower.
    let limited = PostRequest { overdraft_limit: Some("5000".into()), ..transfer("MORE", &equity, &bank, "1") };
    assert!(matches!(book.engine.post(limited).await.unwrap_err(), EngineError::Ledger(_)));
    book.engine.balance_update(change(&equity, "Share capital", Some(false))).await.unwrap();
    let history = book.engine.balance_history(&equity).await.unwrap();
    let told: Vec<String> = history.iter().map(|row| format!("{} {}", row.verb, row.object)).collect();
    let expected = [
        "changed balance Share capital: may not go below zero",
        "changed balance Share capital: renamed from Capital",
        "changed balance Capital: no bank account, may go below zero",
        "created balance Capital",
    ];
    assert_eq!(told, expected, "each change says what it changed");
    assert_eq!(book.transfer("MORE", &equity, &bank, "1").await.unwrap_err().code(), "TXN_INSUFFICIENT_FUNDS");

    let totals = book.engine.balances_totals(ListQuery::default()).await.unwrap();
    assert_eq!((totals[0].balances, totals[0].figures.balance.as_str(), totals[0].agrees), (2, "0", true));
}

#[tokio::test]
async fn a_book_from_a_chart_takes_its_opening_balance_at_once() {
    let book = TestBook::with_chart(Chart::SmallCompany).await;
    let find = async |name: &str| book.engine.balance_search(name, None, 1).await.unwrap().remove(0).id;
    let (capital, bank, sales) = (find("Capital").await, find("Operating account").await, find("Sales").await);
    book.transfer("OPEN", &capital, &bank, "5000").await.unwrap();
    book.transfer("INV-1", &sales, &find("Trade debtors").await, "700").await.unwrap();
    let overdrawn = book.transfer("PAY-1", &bank, &find("Rent").await, "5001").await.unwrap_err();
    assert_eq!(overdrawn.code(), "TXN_INSUFFICIENT_FUNDS", "a bank account has only what it has");
}

#[tokio::test]
async fn held_money_of_a_past_day_is_what_was_held_when_it_ended() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "1000").await;
    let day = |day: u8| book.clock.set(format!("2026-11-{day:02}T10:00:00Z").parse().unwrap());
    let hold = |reference: &str, amount: &str| PostRequest { hold: true, ..transfer(reference, &bank, &shop, amount) };
    day(19);
    let first = book.engine.post(hold("H1", "300")).await.unwrap().family.id;
    day(21);
    let second = book.engine.post(hold("H2", "50")).await.unwrap().family.id;
    let part = CommitItem { id: first.clone(), amount: Some("120".into()), ..CommitItem::default() };
    book.engine.holds_commit(vec![part]).await.unwrap();
    day(23);
    let items = vec![VoidItem { id: first, ..VoidItem::default() }];
    book.engine.holds_void(VoidRequest { items, reason: "Cancelled".into(), note: None }).await.unwrap();
    day(25);
    book.engine.holds_commit(vec![CommitItem { id: second, ..CommitItem::default() }]).await.unwrap();

    let held = async |id: &str, day: &str| {
        let figures = book.engine.balance_get(id, Some(day)).await.unwrap().row.figures;
        (figures.held_out, figures.held_in)
    };
    for (day, amount) in
        [("18", "0"), ("19", "300"), ("20", "300"), ("21", "230"), ("22", "230"), ("23", "50"), ("25", "0")]
    {
        let (day, none) = (format!("2026-11-{day}"), "0".to_owned());
        assert_eq!(held(&bank, &day).await, (amount.to_owned(), none.clone()), "{day}");
        assert_eq!(held(&shop, &day).await, (none, amount.to_owned()), "{day}");
    }
    // Today it is what stands on the balance.
    let now = book.engine.balance_get(&bank, None).await.unwrap().row.figures;
    assert_eq!((now.held_out, now.held_in), held(&bank, "2026-11-25").await);
}
