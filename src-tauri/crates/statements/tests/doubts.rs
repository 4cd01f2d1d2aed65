//! What looks certain and is not: figures a thousand times too large, days of another month, rows that would go unseen.

use statements::{Proof, ReadOptions, Reading, Reason, Severity};

use crate::support::{amounts, assert_nothing_lost, errors};

fn read(text: &str) -> Reading {
    let options = ReadOptions { currency_hint: ledger::Currency::iso("EUR"), ..ReadOptions::default() };
    statements::read(text.as_bytes(), "statement.csv", &options)
}

fn warned(reading: &Reading, reason: Reason) -> Vec<Option<u32>> {
    let warnings = reading.problems.iter().filter(|p| p.severity == Severity::Warning && p.reason == reason);
    warnings.map(|problem| problem.line).collect()
}

#[test]
fn a_quarter_is_not_two_hundred_and_fifty() {
    // Three decimals are more than a euro has; none of them is a thousand.
    let mills = read("Date,Text,Amount\n2026-10-01,A,-0.505\n2026-10-02,B,0.250\n2026-10-03,C,0.250\n");
    assert!(amounts(&mills).iter().all(|amount| amount.len() < 6), "{:?}", amounts(&mills));
    assert!(errors(&mills).contains(&(Some(2), Reason::TooManyDecimals)), "{:?}", errors(&mills));
    // Among commas it is a typing error, and nothing is grouped behind a zero.
    let comma = read(
        "Date;Text;Amount\n2026-10-01;A;-10,50\n2026-10-02;B;0.250\n2026-10-03;C;000.260\n2026-10-04;D;9,26\n2026-10-05;E;7,00\n",
    );
    assert_eq!(errors(&comma), [3, 4].map(|line| (Some(line), Reason::BadGrouping)));
    assert_eq!(amounts(&comma), ["-10.50", "9.26", "7.00"]);
}

#[test]
fn postings_of_each_month_are_not_days_of_one() {
    let monthly: String =
        (1..=6).map(|month| format!("0{month}/05/2026,INTEREST PAYMENT,1.0{month},10{month}.00\n")).collect();
    let reading = read(&format!("Date,Text,Amount,Balance\n{monthly}"));
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else { panic!("nothing is asked") };
    assert!(readings.iter().all(|one| one.choice.date_format.is_some()));
    let fees = read("Date,Text,Amount\n01/10/2026,FEE,-5.00\n02/10/2026,FEE,-5.00\n03/10/2026,FEE,-5.00\n");
    assert!(matches!(fees.statements[0].proof, Proof::Ambiguous { .. }));
    // Many rows of a month tell, and two digits of a year do not run over decades.
    let busy: String = (1..=24).map(|n| format!("0{}/05/2026,SHOP {n},-{n}.50\n", 1 + n / 3)).collect();
    assert!(!matches!(read(&format!("Date,Text,Amount\n{busy}")).statements[0].proof, Proof::Ambiguous { .. }));
}

#[test]
fn a_row_that_is_wrong_in_every_cell_is_told() {
    for (spoilt, what) in [("Nov 5, 2026,d,9.00", "commas"), ("05 Nvo 2026,d,nine", "words")] {
        let text = format!("Date,Text,Amount\n2026-11-02,A,-9.99\n2026-11-03,B,120.00\n{spoilt}\n2026-11-06,C,-1.00\n");
        let reading = read(&text);
        assert_nothing_lost(&reading, what);
        assert!(errors(&reading).iter().any(|(line, _)| *line == Some(4)), "{what}: {:?}", reading.ignored);
    }
    // A second line of a text, a title and a sum are none.
    let text = "Date,Text,Amount\n2026-11-02,A,-9.99\n,more of A,\nCards,,\n2026-11-03,B,120.00\nTotal,,110.01\n";
    assert_eq!(errors(&read(text)), []);
}

#[test]
fn the_same_header_below_a_title_is_told() {
    let table = "Date,Text,Amount\n2026-11-02,A,-9.99\n2026-11-03,B,120.00\n";
    let cards = read(&format!("{table}\nCards,,\n{table}"));
    assert_eq!(warned(&cards, Reason::SecondTable), [Some(6)]);
    assert_eq!(amounts(&cards).len(), 4);
    // A head that is printed again on each page is nothing.
    assert_eq!(warned(&read(&format!("{table}{table}")), Reason::SecondTable), []);
}
