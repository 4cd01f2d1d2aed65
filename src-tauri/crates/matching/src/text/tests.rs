use super::*;
use crate::model::When;
use ledger::{Amount, Currency};

fn line(description: &str, reference: &str) -> StatementItem {
    StatementItem {
        id: 1,
        order: 0,
        amount: Amount::from(100_i64),
        currency: Currency::iso("EUR").unwrap(),
        booking: "2026-10-01".parse::<When>().unwrap(),
        value: None,
        description: description.into(),
        reference: reference.into(),
        counterparty: String::new(),
    }
}

fn entry(counterparty: &str, reference: &str) -> LedgerItem {
    LedgerItem {
        id: 1,
        order: 0,
        amount: Amount::from(100_i64),
        currency: Currency::iso("EUR").unwrap(),
        date: "2026-10-01".parse::<When>().unwrap(),
        description: String::new(),
        reference: reference.into(),
        counterparty: counterparty.into(),
    }
}

fn document(description: &str, reference: &str, entry_reference: &str) -> DocumentEvidence {
    document_evidence(&LineText::of(&line(description, reference)), &EntryText::of(&entry("", entry_reference)))
}

#[test]
fn document_numbers_are_recognised_in_what_banks_make_of_them() {
    assert_eq!(document("x", "inv-20014", "INV20014"), DocumentEvidence::Same);
    assert_eq!(document("SEPA CR TOLKA MARINA INV20014", "", "INV20014"), DocumentEvidence::InText);
    assert_eq!(document("SEPA CR TOLKA MARINA INV20014", "", "INV-20014-P"), DocumentEvidence::Digits(5));
    assert_eq!(document("DD LIFFEY ENERGY 00412277", "", "LE-412277"), DocumentEvidence::Digits(6));
    assert_eq!(document("SEPA CR INV2OO14", "", "INV20014"), DocumentEvidence::InText);
    assert_eq!(document("x", "INV 2001", "INV20014"), DocumentEvidence::Near);
    assert_eq!(document("x", "INV30099", "INV20014"), DocumentEvidence::Conflict);
    assert_eq!(document("SEPA CR INV200145", "", "INV20014"), DocumentEvidence::Conflict);
    assert_eq!(document("RENT INV-1001", "", "INV-2001"), DocumentEvidence::Conflict);
    assert_eq!(document("INV 1001 AND INV 2001", "", "INV-2001"), DocumentEvidence::InText);
    // Cut off at the end of the text, of another kind, or the day and year: no other document.
    assert_eq!(document("TOLKA MARINA INV2001", "", "INV20014"), DocumentEvidence::None);
    assert_eq!(document("ORDER 88120 OF 30102026", "", "INV-2001"), DocumentEvidence::None);
    assert_eq!(document("SEPA CR", "", ""), DocumentEvidence::None);
}

#[test]
fn names_survive_cutting_joining_and_dropping_of_vowels() {
    let percent = |text: &str, name: &str| {
        name_percent(&LineText::of(&line(text, "")), &EntryText::of(&entry(name, ""))).unwrap()
    };
    assert_eq!(percent("SEPA CR MUELLER BAKERY", "Mueller Bakery GmbH"), 100);
    assert!(percent("POS PURCHASE SCHRODER LGSTCS", "Schröder Logistics AB") >= 85);
    assert!(percent("CARD PAYMENT ACMEFARMS", "Acme Farms AS") >= 95);
    assert!(percent("DD BIANCHI PACKAGIN", "Bianchi Packaging Oy") >= 85);
    assert_eq!(percent("ACCOUNT FEE", "Bianchi Packaging Oy"), 0);
}

#[test]
fn the_place_in_the_text_is_counted_in_characters() {
    let found = find_document(&line("Überweisung für INV20014 Dank", ""), "INV-20014-P").unwrap();
    assert_eq!((found.shown.as_str(), found.span.start, found.span.end), ("INV20014", 16, 24));
    let found = find_document(&line("DD LIFFEY ENERGY 00412277", ""), "LE-412277").unwrap();
    assert_eq!(found.shown, "412277");
    assert!(find_document(&line("pay 1204122779", ""), "LE-412277").is_none());
    assert!(find_document(&line("anything", ""), "").is_none());
}
