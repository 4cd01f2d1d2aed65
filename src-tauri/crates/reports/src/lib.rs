//! Tables as CSV, XLSX and PDF bytes.
//!
//! Texts come from banks and from people. A text that a spreadsheet would take for a formula is kept a text: in CSV it
//! gets an apostrophe in front, in XLSX it is written as a string cell and gets the same, so that saving the workbook
//! as CSV cannot bring the formula back. Amounts and numbers are never touched by it.

mod pdf;
#[cfg(test)]
mod read_back;
mod rows;

use ledger::Amount;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

pub use pdf::{Line, PDF_ROWS, Paper, PdfError, Sheet, pdf};
pub use rows::{RowError, Rows, SHEET_ROWS};

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Number(u64),
    /// Minor units of a currency with `exponent` decimals.
    Amount {
        amount: Amount,
        exponent: u8,
    },
}

/// A named table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// A text that no spreadsheet takes for a formula.
pub fn guarded(text: &str) -> String {
    const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// Longest text of a workbook's cell, in the units of UTF-16 that Excel counts.
const CELL_UNITS: usize = 32_767;

/// A text as a cell of a workbook holds it: guarded, and cut where it is too long, with a mark that says so.
fn cell_text(text: &str) -> String {
    let whole = guarded(text);
    if whole.encode_utf16().count() <= CELL_UNITS {
        return whole;
    }
    let mark = format!(" … [cut here: {} characters do not fit a cell]", text.chars().count());
    let room = CELL_UNITS - mark.encode_utf16().count();
    let mut used = 0;
    let fits = |letter: &char| {
        used += letter.len_utf16();
        used <= room
    };
    whole.chars().take_while(fits).chain(mark.chars()).collect()
}

/// Digits that a spreadsheet's double holds exactly.
const EXACT_DIGITS: usize = 15;

/// All tables below each other, each with its name above and an empty line after it. RFC 4180, UTF-8.
pub fn csv(tables: &[Table]) -> Vec<u8> {
    let mut rows = Vec::new();
    for table in tables {
        rows.push(vec![guarded(&table.name)]);
        rows.push(table.head.iter().map(|text| guarded(text)).collect());
        for row in &table.rows {
            rows.push(row.iter().map(plain).collect());
        }
        rows.push(vec![String::new()]);
    }
    write_csv(&rows)
}

/// One table of texts, guarded.
pub fn csv_table(rows: &[Vec<String>]) -> Vec<u8> {
    let guarded: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|text| guarded(text)).collect()).collect();
    write_csv(&guarded)
}

fn write_csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing to memory cannot fail.
        let written = writer.write_record(row);
        debug_assert!(written.is_ok());
    }
    writer.into_inner().unwrap_or_default()
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => number.to_string(),
        Cell::Amount { amount, exponent } => amount.to_decimal(*exponent),
    }
}

/// One sheet per table.
///
/// # Errors
/// [`XlsxError`] if a limit of the format is reached, such as a million rows.
pub fn xlsx(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(&table.name))?;
        for (column, text) in (0u16..).zip(&table.head) {
            sheet.write_string_with_format(0, column, cell_text(text), &bold)?;
        }
        for (row, cells) in (1u32..).zip(&table.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                put(sheet, row, column, cell)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
    }
    workbook.save_to_buffer()
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, cell_text(text))?,
        Cell::Number(number) => sheet.write_number(row, column, *number as f64)?,
        Cell::Amount { amount, exponent } => write_amount(sheet, row, column, amount, *exponent)?,
    };
    Ok(())
}

/// A number where a spreadsheet can hold it exactly, else the digits as text: never a rounded amount.
fn write_amount<'a>(
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    amount: &Amount,
    exponent: u8,
) -> Result<&'a mut Worksheet, XlsxError> {
    let text = amount.to_decimal(exponent);
    if amount.abs().to_string().len() > EXACT_DIGITS {
        return sheet.write_string(row, column, text);
    }
    let places = usize::from(exponent);
    let pattern = if places == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(places)) };
    let value = text.parse::<f64>().map_err(|error| XlsxError::ParameterError(error.to_string()))?;
    sheet.write_number_with_format(row, column, value, &Format::new().set_num_format(pattern))
}

/// At most 31 characters, without those that the format forbids.
fn sheet_name(name: &str) -> String {
    name.chars().filter(|letter| !"[]:*?/\\".contains(*letter)).take(31).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: Vec<Cell>) -> Vec<Table> {
        vec![Table { name: "T".into(), head: vec!["H".into()], rows: vec![cells] }]
    }

    #[test]
    fn formulas_stay_texts_and_amounts_stay_amounts() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+44 20", "'+44 20"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), expected);
        }
        let out = csv(&table(vec![
            Cell::Text("=HYPERLINK(\"x\")".into()),
            Cell::Amount { amount: Amount::from(-105_i64), exponent: 2 },
        ]));
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("\"'=HYPERLINK(\"\"x\"\")\",-1.05\r\n"), "{out}");
    }
}
