//! The scored search over two plain lists.

use ledger::Amount;
use matching::{EdgeOut, LedgerRecord, StatementRecord, Tier, match_records};

use crate::support::*;

fn ledger(id: &str, account: &str, minor: i64, date: &str, reference: &str, counterparty: &str) -> LedgerRecord {
    LedgerRecord {
        id: id.into(),
        account: account.into(),
        date: when(date),
        amount: Amount::from(minor),
        currency: currency("EUR"),
        reference: reference.into(),
        counterparty: counterparty.into(),
        description: String::new(),
    }
}

fn statement(id: &str, account: &str, minor: i64, date: &str, description: &str) -> StatementRecord {
    StatementRecord {
        id: id.into(),
        account: account.into(),
        booking_date: when(date),
        value_date: None,
        amount: Amount::from(minor),
        currency: currency("EUR"),
        reference: String::new(),
        description: description.into(),
    }
}

fn found(edges: &[EdgeOut]) -> Vec<(&str, &str, Tier)> {
    edges.iter().map(|edge| (edge.statement_id.as_str(), edge.ledger_id.as_str(), edge.tier)).collect()
}

#[test]
fn equal_amounts_first_then_small_differences_that_the_text_supports() {
    let entries = vec![
        ledger("L1", "A1", 372_142, "2026-10-15", "INV20014", "Tolka Marina Ltd"),
        ledger("L2", "A1", 1_825_000, "2026-10-07", "INV19988", "Vestmar Survey AS"),
        ledger("L3", "A1", 5_000, "2026-10-07", "INV19990", "Kilronan Offshore"),
        ledger("L4", "A2", 9_900, "2026-10-07", "INV19991", "Dunmore Aquaculture"),
    ];
    let lines = vec![
        statement("S1", "A1", 372_142, "2026-10-17", "SEPA CR TOLKA MARINA INV20014"),
        statement("S2", "A1", 1_824_400, "2026-10-08", "SEPA CR VESTMAR SURVEY INV19988 LESS CHG"),
        statement("S3", "A1", 4_900, "2026-10-08", "BRANCH DEPOSIT"),
        statement("S4", "A1", 9_900, "2026-10-08", "SEPA CR DUNMORE AQUACULTURE INV19991"),
    ];
    let edges = match_records(entries.clone(), lines.clone()).unwrap();
    assert_eq!(
        found(&edges),
        [("S2", "L2", Tier::Likely), ("S1", "L1", Tier::Certain)],
        "S3 differs and names nothing, S4 belongs to another account"
    );
    assert_ne!(edges[0].group_id, edges[1].group_id);
    let (mut backwards, mut lines_backwards) = (entries, lines);
    backwards.reverse();
    lines_backwards.reverse();
    assert_eq!(match_records(backwards, lines_backwards).unwrap(), edges);
}

#[test]
fn where_another_solution_is_as_good_nothing_is_returned() {
    let two = vec![
        ledger("L1", "A1", 5_000, "2026-10-07", "INV19990", "Kilronan Offshore"),
        ledger("L2", "A1", 5_000, "2026-10-07", "INV19991", "Kilronan Offshore"),
    ];
    let line = vec![statement("S1", "A1", 5_000, "2026-10-08", "SEPA CR KILRONAN OFFSHORE")];
    assert!(match_records(two.clone(), line.clone()).unwrap().is_empty());
    assert_eq!(match_records(two[..1].to_vec(), line).unwrap().len(), 1);
}
