//! Reports as PDF: on A4, made to be printed, filed and kept.
//!
//! The files are PDF/A-2b, with the typeface inside, and the same report made at the same time is the same file, byte for
//! byte. Every place on paper is a whole number of thousandths of a point; only what is handed to the writer is a float.

mod cells;
mod columns;
mod draw;
mod face;
mod pages;
#[cfg(test)]
mod read_back;

use jiff::Timestamp;

use self::face::Faces;
use crate::{Cell, Table};

/// Most rows that a PDF is made of: beyond it nobody turns pages any more, and each takes memory.
pub const PDF_ROWS: usize = 100_000;

/// What stands at the head and the foot of every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Whose books.
    pub book: String,
    pub title: String,
    /// The day or the days it is about, as words.
    pub period: String,
    /// What its amounts are in, as words.
    pub currency: String,
    pub made: Timestamp,
    /// The program, with its version.
    pub by: String,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Plain,
    /// Names what stands below it.
    Group,
    /// A sum of what stands above it: a line over its amounts.
    Subtotal,
    /// The end of it all: a line over its amounts and two below.
    Total,
}

/// One table on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Empty where the title says it.
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<(Line, Vec<Cell>)>,
    /// A sentence below it.
    pub note: String,
}

impl From<Table> for Sheet {
    fn from(table: Table) -> Self {
        let rows = table.rows.into_iter().map(|cells| (Line::Plain, cells)).collect();
        Self { name: table.name, head: table.head, rows, note: String::new() }
    }
}

/// Why no PDF was made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("a PDF holds {PDF_ROWS} rows and this has {0}")]
    TooLong(usize),
    #[error("{0}")]
    Written(String),
}

/// All tables below each other, on as many pages as they take.
///
/// # Errors
/// [`PdfError::TooLong`] beyond [`PDF_ROWS`] rows.
pub fn pdf(paper: &Paper, sheets: &[Sheet]) -> Result<Vec<u8>, PdfError> {
    let rows = sheets.iter().map(|sheet| sheet.rows.len()).sum();
    if rows > PDF_ROWS {
        return Err(PdfError::TooLong(rows));
    }
    let faces = Faces::new()?;
    let (format, plans) = columns::plan(&faces, sheets);
    let pages = pages::of(&faces, format, sheets, &plans);
    draw::document(&faces, paper, format, sheets, &plans, &pages)
}
