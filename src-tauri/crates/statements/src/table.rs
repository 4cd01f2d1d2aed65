//! Rows of cells, whatever they were read from.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::formats::Printed;
use crate::quotes::Stray;

/// More columns than any bank prints; cells beyond it are dropped and their row is reported.
pub const MAX_COLUMNS: usize = 256;
/// Longest cell kept, in bytes; a longer one is cut and its row is reported.
pub const MAX_CELL_BYTES: usize = 32 * 1024;
/// Most rows read from one table; what lies beyond is reported, never dropped in silence.
pub const MAX_ROWS: usize = 5_000_000;

/// The texts of one row in one allocation: a million lines of ten cells are kept for as long as a reading lives.
///
/// Its JSON form is a list of strings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Cells {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without any cell.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a cell, blank if the row is shorter.
    pub fn get(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else {
            return "";
        };
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..end as usize]
    }

    /// All texts from left to right.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Cells {
    fn from_iter<I: IntoIterator<Item = S>>(cells: I) -> Self {
        let mut builder = CellsBuilder::default();
        for cell in cells {
            builder.text.push_str(cell.as_ref());
            builder.end_cell();
        }
        builder.finish()
    }
}

impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for cell in self.iter() {
            list.serialize_element(cell)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<String>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Fills a [`Cells`] and keeps its buffers between rows.
#[derive(Default)]
pub(crate) struct CellsBuilder {
    pub(crate) text: String,
    ends: Vec<u32>,
    flaw: Option<Flaw>,
}

impl CellsBuilder {
    /// Closes the cell whose text was just pushed, keeping the bounds on length and number.
    pub(crate) fn end_cell(&mut self) {
        let start = self.ends.last().map_or(0, |&end| end as usize);
        if self.ends.len() == MAX_COLUMNS {
            if self.text.len() > start {
                self.flaw.get_or_insert(Flaw::TooManyColumns);
            }
            self.text.truncate(start);
            return;
        }
        if self.text.len() - start > MAX_CELL_BYTES {
            let mut cut = start + MAX_CELL_BYTES;
            while !self.text.is_char_boundary(cut) {
                cut -= 1;
            }
            self.text.truncate(cut);
            self.flaw.get_or_insert(Flaw::CellTooLong(self.ends.len()));
        }
        // A row is at most MAX_COLUMNS * MAX_CELL_BYTES = 8 MiB long, so the position fits.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(crate) fn columns(&self) -> usize {
        self.ends.len()
    }

    /// The cells so far.
    pub(crate) fn cells(&self) -> Vec<&str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start as usize..end as usize]).collect()
    }

    pub(crate) fn take_flaw(&mut self) -> Option<Flaw> {
        self.flaw.take()
    }

    pub(crate) fn finish(&mut self) -> Cells {
        let cells = Cells { text: self.text.as_str().into(), ends: self.ends.as_slice().into() };
        self.text.clear();
        self.ends.clear();
        cells
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.flaw = None;
    }
}

/// What kind of value a cell holds by itself. Delimited text only has [`Kind::Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A stored number; the text is its shortest plain decimal form with a point.
    Number,
    /// A stored date; the text is `YYYY-MM-DD`, a time may follow.
    Date,
    /// A spreadsheet error such as `#REF!`.
    Error,
}

/// A bound that a row broke while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    TooManyColumns,
    CellTooLong(usize),
    /// A quote that is never closed was taken as a plain character.
    OpenQuote,
    /// A quote that would have swallowed rows or cells was taken as a plain character.
    StrayQuote(Stray),
}

/// One non-blank row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Line of the file on which the row begins, or row of the sheet; from 1.
    pub(crate) line: u32,
    pub(crate) cells: Cells,
    /// Absent when every cell is text.
    pub(crate) kinds: Option<Box<[Kind]>>,
    pub(crate) flaw: Option<Flaw>,
}

impl Row {
    pub(crate) fn kind(&self, column: usize) -> Kind {
        self.kinds.as_ref().and_then(|kinds| kinds.get(column)).copied().unwrap_or(Kind::Text)
    }

    /// The trimmed text of a cell.
    pub(crate) fn cell(&self, column: usize) -> &str {
        trim(self.cells.get(column))
    }

    /// Indexes of the cells that are not blank.
    pub(crate) fn filled(&self) -> impl Iterator<Item = usize> {
        (0..self.cells.len()).filter(|&column| !self.cell(column).is_empty())
    }
}

/// The non-blank rows of a file or sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
    pub(crate) blank_rows: u32,
    /// True when rows beyond [`MAX_ROWS`] were left unread.
    pub(crate) cut: bool,
    /// Currencies that the formats of the cells print.
    pub(crate) printed: Printed,
}

impl Table {
    /// The largest number of columns of any row.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }
}

/// Trims white space, the non-breaking kinds and stray byte order marks included.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200e}' | '\u{200f}'))
}
