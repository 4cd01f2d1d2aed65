//! Workbooks, read back by another program than the one that wrote them.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use ledger::Amount;

use crate::{CELL_UNITS, Cell, Rows, Table, xlsx};

type Sheet = (String, Vec<Vec<Data>>);

fn read(bytes: Vec<u8>) -> Vec<Sheet> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheets = book.worksheets();
    sheets.into_iter().map(|(name, range)| (name, range.rows().map(<[Data]>::to_vec).collect())).collect()
}

fn text(text: &str) -> Data {
    Data::String(text.into())
}

fn amount(minor: &str, exponent: u8) -> Cell {
    Cell::Amount { amount: minor.parse().unwrap(), exponent }
}

fn streamed(head: &[&str], rows: &[Vec<Cell>]) -> Vec<Sheet> {
    let mut out = Vec::new();
    let mut table = Rows::xlsx(&mut out, "Transactions", head).unwrap();
    rows.iter().for_each(|row| table.push(row).unwrap());
    table.finish().unwrap();
    read(out)
}

/// The same sheet by both ways of writing one.
fn both(head: &[&str], rows: &[Vec<Cell>]) -> Vec<Vec<Data>> {
    let table = Table {
        name: "Transactions".into(),
        head: head.iter().map(|text| (*text).to_owned()).collect(),
        rows: rows.to_vec(),
    };
    let whole = read(xlsx(&[table]).unwrap());
    assert_eq!(whole, streamed(head, rows));
    assert_eq!((whole.len(), whole[0].0.as_str()), (1, "Transactions"));
    whole[0].1.clone()
}

#[test]
fn heads_texts_numbers_and_amounts_are_what_was_given() {
    let rows = vec![
        vec![Cell::Text("Müller & Söhne <GmbH>".into()), Cell::Number(3), amount("-105", 2)],
        vec![Cell::Text("=1+1".into()), Cell::Number(0), amount("5", 0)],
        vec![Cell::Text("  two\nlines  ".into()), Cell::Number(1_048_576), amount("1234567", 3)],
    ];
    assert_eq!(
        both(&["Text", "=Count", "Amount"], &rows),
        [
            [text("Text"), text("'=Count"), text("Amount")],
            [text("Müller & Söhne <GmbH>"), Data::Float(3.0), Data::Float(-1.05)],
            [text("'=1+1"), Data::Float(0.0), Data::Float(5.0)],
            [text("  two\nlines  "), Data::Float(1_048_576.0), Data::Float(1_234.567)],
        ]
    );
}

#[test]
fn an_amount_is_a_number_while_a_spreadsheet_holds_it_exactly_and_else_its_digits() {
    let digits = ["999999999999999", "-999999999999999", "1000000000000000", "1000000000000000000000000000001"];
    let rows: Vec<_> = digits.iter().map(|digits| vec![amount(digits, 2)]).collect();
    let cells = both(&["Amount"], &rows);
    assert_eq!(
        cells[1..],
        [
            [Data::Float(9_999_999_999_999.99)],
            [Data::Float(-9_999_999_999_999.99)],
            [text("10000000000000.00")],
            [text("10000000000000000000000000000.01")],
        ]
    );
    // A number cell shows every digit of the amount.
    for (cell, digits) in cells[1..3].iter().zip(digits) {
        let Data::Float(value) = cell[0] else { panic!("{cell:?}") };
        assert_eq!(Amount::parse_decimal(&format!("{value:.2}"), 2).unwrap(), digits.parse().unwrap());
    }
}

#[test]
fn a_text_that_is_too_long_for_a_cell_is_cut_and_says_so() {
    let fits = "x".repeat(CELL_UNITS);
    let rows: Vec<_> = [fits.clone(), format!("{fits}y"), "€😀".repeat(20_000), format!("={fits}")]
        .into_iter()
        .map(|text| vec![Cell::Text(text), Cell::Number(1)])
        .collect();
    let cells = both(&["Text", "More"], &rows);
    assert_eq!(cells[1][0], text(&fits), "what fits is whole");
    for (row, begins, length) in [(2, "xxx", 32_768), (3, "€😀€😀", 40_000), (4, "'=xxx", 32_768)] {
        let Data::String(found) = &cells[row][0] else { panic!("{row}") };
        assert!(found.encode_utf16().count() <= CELL_UNITS);
        assert!(found.encode_utf16().count() >= CELL_UNITS - 1, "no more is cut than must be");
        assert!(found.starts_with(begins), "{row}");
        assert!(found.ends_with(&format!(" … [cut here: {length} characters do not fit a cell]")), "{row}");
        assert_eq!(cells[row][1], Data::Float(1.0));
    }
}

#[test]
fn every_table_has_its_sheet_and_every_row_is_there() {
    let table = |name: &str, rows: u64| Table {
        name: name.into(),
        head: vec!["Number".into()],
        rows: (0..rows).map(|number| vec![Cell::Number(number)]).collect(),
    };
    let sheets = read(xlsx(&[table("Summary", 2), table("Lines: of [May]", 1_000)]).unwrap());
    let shapes: Vec<_> = sheets.iter().map(|(name, rows)| (name.as_str(), rows.len())).collect();
    assert_eq!(shapes, [("Summary", 3), ("Lines of May", 1_001)]);
    assert_eq!(sheets[1].1[1_000], [Data::Float(999.0)]);
    let rows: Vec<_> = (0..1_000).map(|number| vec![Cell::Number(number)]).collect();
    assert_eq!(streamed(&["Number"], &rows)[0].1.len(), 1_001);
}
