//! One table, written row by row.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::{Cell, Line, PDF_ROWS, Paper, PdfError, Sheet, cell_text, guarded, pdf, plain, put, sheet_name};

/// Rows that fit a sheet below its head.
pub const SHEET_ROWS: u64 = 1_048_575;

/// Why a row could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A table that grows row by row; what it takes in memory does not grow with it. On paper it does, and ends at
/// [`PDF_ROWS`]: the first page says how many there are.
pub struct Rows<W: Write + Send>(Kind<W>);

enum Kind<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Xlsx { book: Box<Workbook>, out: W, next: u32 },
    Pdf { paper: Box<Paper>, sheet: Sheet, out: W },
}

impl<W: Write + Send> Rows<W> {
    /// RFC 4180, UTF-8, the head in the first line.
    ///
    /// # Errors
    /// [`RowError`] when `out` fails.
    pub fn csv(out: W, head: &[&str]) -> Result<Self, RowError> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        writer.write_record(head.iter().map(|text| guarded(text)))?;
        Ok(Self(Kind::Csv(Box::new(writer))))
    }

    /// One sheet, the head in bold and always in sight. Rows wait in a file of the system's temporary folder.
    ///
    /// # Errors
    /// [`RowError`] when that file cannot be made.
    pub fn xlsx(out: W, name: &str, head: &[&str]) -> Result<Self, RowError> {
        let mut book = Box::new(Workbook::new());
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(name))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, text) in (0u16..).zip(head) {
            sheet.set_column_width(column, 18)?;
            sheet.write_string_with_format(0, column, cell_text(text), &bold)?;
        }
        Ok(Self(Kind::Xlsx { book, out, next: 1 }))
    }

    /// One table on paper.
    pub fn pdf(out: W, paper: Paper, head: &[&str]) -> Self {
        let head = head.iter().map(|text| (*text).to_owned()).collect();
        let sheet = Sheet { name: String::new(), head, rows: Vec::new(), note: String::new() };
        Self(Kind::Pdf { paper: Box::new(paper), sheet, out })
    }

    /// The sums of the rows, at their end: on paper alone. Programs that read a table add up themselves.
    pub fn total(&mut self, cells: Vec<Cell>) {
        if let Kind::Pdf { sheet, .. } = &mut self.0 {
            sheet.rows.push((Line::Total, cells));
        }
    }

    /// The next row.
    ///
    /// # Errors
    /// [`RowError`] when it cannot be written, or a sheet is full.
    pub fn push(&mut self, cells: &[Cell]) -> Result<(), RowError> {
        match &mut self.0 {
            Kind::Csv(writer) => writer.write_record(cells.iter().map(plain))?,
            Kind::Xlsx { book, next, .. } => {
                let sheet = book.worksheet_from_index(0)?;
                for (column, cell) in (0u16..).zip(cells) {
                    put(sheet, *next, column, cell)?;
                }
                *next += 1;
            }
            Kind::Pdf { sheet, .. } if sheet.rows.len() == PDF_ROWS => {
                return Err(PdfError::TooLong(PDF_ROWS + 1).into());
            }
            Kind::Pdf { sheet, .. } => sheet.rows.push((Line::Plain, cells.to_vec())),
        }
        Ok(())
    }

    /// Writes out whatever waits.
    ///
    /// # Errors
    /// [`RowError`] when `out` fails.
    pub fn finish(self) -> Result<(), RowError> {
        match self.0 {
            Kind::Csv(mut writer) => writer.flush()?,
            Kind::Xlsx { mut book, mut out, .. } => {
                book.save_to_writer(&mut out)?;
                out.flush()?;
            }
            Kind::Pdf { paper, sheet, mut out } => {
                out.write_all(&pdf(&paper, &[sheet])?)?;
                out.flush()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::Amount;

    fn row() -> Vec<Cell> {
        vec![Cell::Text("=1+1".into()), Cell::Amount { amount: Amount::from(-105_i64), exponent: 2 }]
    }

    #[test]
    fn csv_is_guarded_and_amounts_are_not() {
        let mut out = Vec::new();
        let mut rows = Rows::csv(&mut out, &["Text", "Amount"]).unwrap();
        rows.push(&row()).unwrap();
        rows.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Text,Amount\r\n'=1+1,-1.05\r\n");
    }
}
