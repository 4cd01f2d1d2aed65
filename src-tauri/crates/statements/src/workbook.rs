//! Workbooks: XLSX, XLSB, XLS and ODS, from bytes.

use std::collections::HashMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Ods, OdsError, Reader, Xls, XlsError, Xlsb, Xlsx, XlsxError, open_workbook_from_rs};

use crate::formats::{self, Printed};
use crate::model::Format;
use crate::parts::{self, MAX_SHEET_COLUMNS, MAX_SHEET_ROWS, MAX_TEXT_BYTES};
use crate::problem::{Problem, Reason, Severity};
use crate::sniff::protected_problem;
use crate::table::{CellsBuilder, Kind, MAX_COLUMNS, MAX_ROWS, Row, Table};

/// Largest file of a format that is not packed and is held whole.
const MAX_XLS_BYTES: usize = 64 << 20;
/// Sheets beyond this are not looked at.
const MAX_SHEETS: usize = 64;

/// The sheets of a workbook in their order.
pub(crate) struct Sheets {
    pub(crate) tables: Vec<(String, Table)>,
}

impl Sheets {
    /// With what the formats of the cells print.
    fn with(mut self, mut printed: HashMap<String, Printed>) -> Self {
        for (name, table) in &mut self.tables {
            table.printed = printed.remove(name).unwrap_or_default();
        }
        self
    }
}

/// Reads every sheet, or only the chosen one.
///
/// # Errors
/// The problem to show when the workbook cannot be opened.
pub(crate) fn open(bytes: &[u8], format: Format) -> Result<Sheets, Box<Problem>> {
    if format == Format::Xls {
        if bytes.len() > MAX_XLS_BYTES {
            return Err(too_large("The XLS workbook is larger than 64 MB".to_owned()));
        }
    } else {
        parts::check(bytes)?;
    }
    // The readers of these formats index into hostile bytes; a fault there must not take the caller down.
    catch_unwind(AssertUnwindSafe(|| match format {
        Format::Xlsx => xlsx(bytes).map(|sheets| sheets.with(formats::of_xlsx(bytes))),
        Format::Xlsb => xlsb(bytes),
        Format::Ods => ranges(open_workbook_from_rs::<Ods<_>, _>(Cursor::new(bytes)).map_err(|error| match error {
            OdsError::Password => Box::new(protected_problem()),
            other => damaged(&other),
        })?)
        .map(|sheets| sheets.with(formats::of_ods(bytes))),
        _ => ranges(open_workbook_from_rs::<Xls<_>, _>(Cursor::new(bytes)).map_err(|error| match error {
            XlsError::Password => Box::new(protected_problem()),
            other => damaged(&other),
        })?),
    }))
    .unwrap_or_else(|_| Err(damaged(&"its parts contradict each other")))
}

fn too_large(what: String) -> Box<Problem> {
    let message = format!("{what}. Split the workbook, or export it as CSV.");
    Box::new(Problem::file(Reason::TooLarge, Severity::Error, message))
}

/// The problem of a workbook that cannot be followed.
pub(crate) fn damaged(error: &dyn std::fmt::Display) -> Box<Problem> {
    Box::new(Problem::file(
        Reason::DamagedWorkbook,
        Severity::Error,
        format!(
            "The workbook is damaged or cut off: {error}. Download it again, or save it as XLSX in a spreadsheet program."
        ),
    ))
}

fn xlsx(bytes: &[u8]) -> Result<Sheets, Box<Problem>> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => Box::new(protected_problem()),
        other => damaged(&other),
    })?;
    let (mut tables, mut budget) = (Vec::new(), MAX_TEXT_BYTES);
    for name in book.sheet_names().into_iter().take(MAX_SHEETS) {
        // Charts and macros sheets have no cells; they are not statements.
        let Ok(mut reader) = book.worksheet_cells_reader(&name) else {
            continue;
        };
        let mut filler = Filler::new(&name, &mut budget);
        // Cells are streamed: a dense grid from A1 to the last corner can be made larger than memory by two cells.
        while let Some(cell) = reader.next_cell().map_err(|e| damaged(&e))? {
            let (row, column) = cell.get_position();
            filler.put(row, column, &Data::from(cell.get_value().clone()))?;
        }
        tables.push((name.clone(), filler.finish()));
    }
    Ok(Sheets { tables })
}

fn xlsb(bytes: &[u8]) -> Result<Sheets, Box<Problem>> {
    let mut book: Xlsb<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let (mut tables, mut budget) = (Vec::new(), MAX_TEXT_BYTES);
    for name in book.sheet_names().into_iter().take(MAX_SHEETS) {
        let mut reader = book.worksheet_cells_reader(&name).map_err(|e| damaged(&e))?;
        let mut filler = Filler::new(&name, &mut budget);
        while let Some(cell) = reader.next_cell().map_err(|e| damaged(&e))? {
            let (row, column) = cell.get_position();
            filler.put(row, column, &Data::from(cell.get_value().clone()))?;
        }
        tables.push((name.clone(), filler.finish()));
    }
    Ok(Sheets { tables })
}

fn ranges<'a, R>(mut book: R) -> Result<Sheets, Box<Problem>>
where
    R: Reader<Cursor<&'a [u8]>>,
    R::Error: std::fmt::Display,
{
    let (mut tables, mut budget) = (Vec::new(), MAX_TEXT_BYTES);
    for name in book.sheet_names().into_iter().take(MAX_SHEETS) {
        let range = book.worksheet_range(&name).map_err(|e| damaged(&e))?;
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        let mut filler = Filler::new(&name, &mut budget);
        for (row, column, value) in range.used_cells() {
            let position = |offset: usize, base: u32| base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
            filler.put(position(row, first_row), position(column, first_column), value)?;
        }
        tables.push((name.clone(), filler.finish()));
    }
    Ok(Sheets { tables })
}

/// Collects cells into rows.
struct Filler<'a> {
    sheet: &'a str,
    /// Bytes of text that the workbook may still fill: a few cells can name one long text over and over.
    budget: &'a mut u64,
    table: Table,
    builder: CellsBuilder,
    row: u32,
    cells: Vec<(usize, Kind, String)>,
    last_row: Option<u32>,
}

impl<'a> Filler<'a> {
    fn new(sheet: &'a str, budget: &'a mut u64) -> Self {
        Self {
            sheet,
            budget,
            table: Table::default(),
            builder: CellsBuilder::default(),
            row: 0,
            cells: Vec::new(),
            last_row: None,
        }
    }

    fn put(&mut self, row: u32, column: u32, value: &Data) -> Result<(), Box<Problem>> {
        let Some((kind, text)) = cell_of(value) else {
            return Ok(());
        };
        let said = |what: String| Err(too_large(format!("The sheet “{}” {what}", self.sheet)));
        if u64::from(row) >= MAX_SHEET_ROWS {
            return said(format!("has more than {MAX_SHEET_ROWS} rows"));
        }
        if u64::from(column) >= MAX_SHEET_COLUMNS || self.cells.len() as u64 >= MAX_SHEET_COLUMNS {
            return said(format!("has more than {MAX_SHEET_COLUMNS} columns"));
        }
        match self.budget.checked_sub(text.len() as u64) {
            Some(left) => *self.budget = left,
            None => return said(format!("fills more than {} MB with text", MAX_TEXT_BYTES >> 20)),
        }
        if row != self.row {
            self.flush();
            self.row = row;
        }
        self.cells.push((column as usize, kind, text));
        Ok(())
    }

    fn flush(&mut self) {
        if self.cells.is_empty() {
            return;
        }
        if self.table.rows.len() == MAX_ROWS {
            self.table.cut = true;
            self.cells.clear();
            return;
        }
        self.cells.sort_by_key(|(column, ..)| *column);
        let mut kinds = Vec::with_capacity(self.cells.len());
        for (column, kind, text) in self.cells.drain(..) {
            while self.builder.columns() < column.min(MAX_COLUMNS) {
                self.builder.end_cell();
                kinds.push(Kind::Text);
            }
            self.builder.text.push_str(&text);
            self.builder.end_cell();
            kinds.push(kind);
        }
        let line = self.row.saturating_add(1);
        self.table.blank_rows += line.saturating_sub(self.last_row.unwrap_or(0)).saturating_sub(1);
        self.last_row = Some(line);
        if self.builder.is_blank() {
            self.builder.clear();
            self.table.blank_rows += 1;
            return;
        }
        let flaw = self.builder.take_flaw();
        self.table.rows.push(Row { line, cells: self.builder.finish(), kinds: Some(kinds.into()), flaw });
    }

    fn finish(mut self) -> Table {
        self.flush();
        // Well-formed sheets are in order; a stable sort costs nothing then.
        self.table.rows.sort_by_key(|row| row.line);
        self.table
    }
}

/// Kind and text of a value; nothing for an empty cell.
fn cell_of(value: &Data) -> Option<(Kind, String)> {
    Some(match value {
        Data::Empty => return None,
        Data::Int(number) => (Kind::Number, number.to_string()),
        // The shortest decimal that reads back as the stored double: what the person who typed it saw.
        Data::Float(number) => (Kind::Number, shortest(*number)),
        Data::String(text) if text.is_empty() => return None,
        Data::String(text) => (Kind::Text, text.clone()),
        Data::Bool(value) => (Kind::Text, if *value { "TRUE" } else { "FALSE" }.to_owned()),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let time = (hour, minute, second) != (0, 0, 0);
            if !moment.is_datetime()
                || year < 1900
                || (year, month) == (1900, 1) && moment.as_f64() < 1.0
                || (year == 1899)
            {
                (Kind::Text, format!("{hour:02}:{minute:02}:{second:02}"))
            } else if time {
                (Kind::Date, format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
            } else {
                (Kind::Date, format!("{year:04}-{month:02}-{day:02}"))
            }
        }
        Data::DateTimeIso(text) if text.as_bytes().get(4) == Some(&b'-') => (Kind::Date, text.replace('T', " ")),
        Data::DateTimeIso(text) | Data::DurationIso(text) => (Kind::Text, text.clone()),
        Data::Error(error) => (Kind::Error, error.to_string()),
    })
}

fn shortest(number: f64) -> String {
    let text = number.to_string();
    if text == "-0" { "0".to_owned() } else { text }
}

/// Significant digits that every decimal keeps in a double (IEEE 754 binary64), and that spreadsheets keep of what is typed.
pub(crate) const EXACT_DIGITS: usize = 15;

/// Significant digits of a plain decimal.
pub(crate) fn digits(plain: &str) -> usize {
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len()
}

/// The decimal of at most 15 significant digits nearest to a stored number: what a spreadsheet shows for a double that
/// carries the dust of an addition, such as `1234.5600000000001`.
pub(crate) fn fifteen_digits(shortest: &str) -> Option<String> {
    let value: f64 = shortest.parse().ok()?;
    let scientific = format!("{value:.14e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = exponent.checked_add(1)?;
    let plain = if point <= 0 {
        format!("0.{}{digits}", "0".repeat(usize::try_from(-point).ok()?.min(400)))
    } else {
        let point = usize::try_from(point).ok()?;
        if point >= digits.len() {
            format!("{digits}{}", "0".repeat((point - digits.len()).min(400)))
        } else {
            format!("{}.{}", &digits[..point], &digits[point..])
        }
    };
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain };
    Some(format!("{sign}{plain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_keep_the_decimal_people_typed() {
        assert_eq!(shortest(1234.56), "1234.56");
        assert_eq!(shortest(1e30), "1000000000000000000000000000000");
        assert_eq!(shortest(-0.0), "0");
        assert_eq!(fifteen_digits("1234.5600000000001").as_deref(), Some("1234.56"));
        assert_eq!(fifteen_digits("-0.30000000000000004").as_deref(), Some("-0.3"));
        assert_eq!(fifteen_digits("12345.678").as_deref(), Some("12345.678"));
        assert_eq!(fifteen_digits("0.001").as_deref(), Some("0.001"));
        assert_eq!(fifteen_digits("250000").as_deref(), Some("250000"));
    }
}
