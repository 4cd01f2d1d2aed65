//! The parts of a zipped workbook, measured before any of it is held in memory: half a megabyte can unpack to gigabytes.

use std::io::{BufRead, BufReader, Cursor, Error, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::problem::{Problem, Reason, Severity};
use crate::workbook::damaged;

/// Most bytes that sheets and lists of strings may unpack to, each.
pub(crate) const MAX_SHEET_BYTES: u64 = 512 << 20;
/// Most bytes that any other part may unpack to: styles, directories, pictures.
const MAX_OTHER_BYTES: u64 = 32 << 20;
/// Most bytes that all parts may unpack to together.
const MAX_ALL_BYTES: u64 = 1 << 30;
const MAX_PARTS: usize = 10_000;
/// Longest text of a cell, as spreadsheet programs have it.
pub(crate) const MAX_CELL_CHARS: usize = 32_767;
/// Longest tag or text that a reader of markup has to hold at once.
const MAX_PIECE: usize = 1 << 20;
/// Most rows and columns of a sheet, as spreadsheet programs have them.
pub(crate) const MAX_SHEET_ROWS: u64 = 1_048_576;
pub(crate) const MAX_SHEET_COLUMNS: u64 = 16_384;
/// Most cells of a grid that is held with its gaps.
const MAX_GRID: u64 = 10_000_000;
/// Most bytes of text that the cells of a workbook may repeat to.
pub(crate) const MAX_TEXT_BYTES: u64 = 256 << 20;
/// Most strings and formats that a list may hold.
const MAX_STRINGS: u64 = 4_000_000;
const MAX_FORMATS: u64 = 100_000;

/// A bound that a part breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Bytes(u64),
    /// It holds more than the directory declares.
    Declared(u64),
    Cell,
    Piece,
    Rows,
    Columns,
    Grid,
    Text,
    Strings,
    Formats,
}

impl Bound {
    fn problem(self, part: &str) -> Box<Problem> {
        let megabytes = |bytes: u64| format!("{} MB", bytes >> 20);
        let (reason, what) = match self {
            Self::Bytes(bound) => (Reason::TooLarge, format!("unpacks to more than {}", megabytes(bound))),
            Self::Declared(bytes) => {
                (Reason::DamagedWorkbook, format!("unpacks to more than the {bytes} bytes it declares"))
            }
            Self::Cell => (Reason::CellTooLong, format!("holds a cell of more than {MAX_CELL_CHARS} characters")),
            Self::Piece => {
                (Reason::TooLarge, format!("holds a piece of text longer than {}", megabytes(MAX_PIECE as u64)))
            }
            Self::Rows => (Reason::TooLarge, format!("holds more than {MAX_SHEET_ROWS} rows")),
            Self::Columns => (Reason::TooManyColumns, format!("holds more than {MAX_SHEET_COLUMNS} columns")),
            Self::Grid => (Reason::TooLarge, format!("spans more than {MAX_GRID} cells")),
            Self::Text => {
                (Reason::TooLarge, format!("repeats its cells to more than {} of text", megabytes(MAX_TEXT_BYTES)))
            }
            Self::Strings => (Reason::TooLarge, format!("lists more than {MAX_STRINGS} texts")),
            Self::Formats => (Reason::TooLarge, format!("lists more than {MAX_FORMATS} formats")),
        };
        let message = format!("The part {part} of the workbook {what}. Split the workbook, or export it as CSV.");
        Box::new(Problem::file(reason, Severity::Error, message))
    }
}

/// Refuses an archive that breaks a bound.
///
/// What the directory declares is looked at first, as it costs nothing. It may lie, so every part is then unpacked
/// and counted piece by piece.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Box<Problem>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MAX_PARTS {
        let message = format!("The workbook has more than {MAX_PARTS} parts.");
        return Err(Box::new(Problem::file(Reason::TooLarge, Severity::Error, message)));
    }
    let mut declared = 0u64;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else {
            continue;
        };
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let most = most_bytes(&name);
        if part.size() > most {
            return Err(Bound::Bytes(most).problem(&name));
        }
        declared = declared.saturating_add(part.size());
    }
    if declared > MAX_ALL_BYTES {
        let message = "The parts of the workbook unpack to more than 1024 MB. Split it, or export it as CSV.";
        return Err(Box::new(Problem::file(Reason::TooLarge, Severity::Error, message)));
    }
    for index in 0..archive.len() {
        // What cannot be unpacked here cannot be unpacked by the reader either, which then says so.
        let Ok(part) = archive.by_index(index) else {
            continue;
        };
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let size = part.size();
        look_into(Counted::new(part, size), !is_picture(&name)).map_err(|bound| bound.problem(&name))?;
    }
    Ok(())
}

fn most_bytes(name: &str) -> u64 {
    let name = name.to_ascii_lowercase();
    let long = name.starts_with("xl/worksheets/") || name.starts_with("xl/sharedstrings.") || name == "content.xml";
    if long { MAX_SHEET_BYTES } else { MAX_OTHER_BYTES }
}

/// Parts in which one text may be as long as a picture.
fn is_picture(name: &str) -> bool {
    ["xl/media/", "xl/drawings/", "xl/embeddings/", "customXml/", "docProps/", "Pictures/", "Thumbnails/"]
        .iter()
        .any(|folder| name.starts_with(folder))
}

/// Counts what is read, over the whole part and since the last piece of markup.
struct Counted<R> {
    inner: BufReader<R>,
    declared: u64,
    left: u64,
    piece: usize,
    broken: Option<Bound>,
}

impl<R: Read> Counted<R> {
    fn new(part: R, declared: u64) -> Self {
        Self { inner: BufReader::new(part), declared, left: declared, piece: MAX_PIECE, broken: None }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut held = self.fill_buf()?;
        let count = held.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let held = self.inner.fill_buf()?;
        if held.is_empty() {
            return Ok(held);
        }
        let broken = if self.left == 0 {
            Bound::Declared(self.declared)
        } else if self.piece == 0 {
            Bound::Piece
        } else {
            let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.piece).min(held.len());
            return Ok(&held[..most]);
        };
        self.broken = Some(broken);
        Err(Error::other("a bound is broken"))
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.left = self.left.saturating_sub(count as u64);
        self.piece = self.piece.saturating_sub(count);
    }
}

/// Reads a part to its end, as markup if it is.
fn look_into<R: Read>(mut part: Counted<R>, may_be_markup: bool) -> Result<(), Bound> {
    let begins = part.fill_buf().map(|held| held.trim_ascii_start().strip_prefix(b"\xef\xbb\xbf").unwrap_or(held));
    let markup = may_be_markup && begins.is_ok_and(|held| held.trim_ascii_start().starts_with(b"<"));
    if !markup {
        part.piece = usize::MAX;
        // A part that breaks off is told by the reader of the workbook.
        let _ = std::io::copy(&mut part, &mut std::io::sink());
        return part.broken.map_or(Ok(()), Err);
    }
    let mut reader = Reader::from_reader(part);
    let config = reader.config_mut();
    // As the reader of the workbook has it, so that both see the same.
    config.check_end_names = false;
    config.check_comments = false;
    config.expand_empty_elements = true;
    let mut buffer = Vec::new();
    let mut look = Look::default();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => look.at(&event)?,
            Err(_) => {
                let bound = reader.get_ref().broken;
                return match bound {
                    Some(Bound::Piece) if look.in_cell => Err(Bound::Cell),
                    Some(bound) => Err(bound),
                    // Markup that is broken is told by the reader of the workbook, which stops at the same place.
                    None => Ok(()),
                };
            }
        }
        reader.get_mut().piece = MAX_PIECE;
    }
}

/// What the markup of a part has shown so far.
#[derive(Default)]
struct Look {
    in_cell: bool,
    in_formula: bool,
    chars: usize,
    strings: u64,
    formats: u64,
    grid: Grid,
}

/// The table of an ODS, whose rows and cells may each stand for many.
#[derive(Default)]
struct Grid {
    rows: u64,
    filled_rows: u64,
    width: u64,
    text: u64,
    row: Row,
    cell: Cell,
}

#[derive(Default)]
struct Row {
    repeat: u64,
    columns: u64,
    filled: u64,
    text: u64,
}

#[derive(Default)]
struct Cell {
    repeat: u64,
    filled: bool,
    tag: u64,
}

impl Look {
    fn at(&mut self, event: &Event) -> Result<(), Bound> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag.local_name().as_ref()),
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            // One character each, whatever its name.
            Event::GeneralRef(_) => self.text("x"),
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Bound> {
        if self.in_cell && !self.in_formula {
            self.chars += text.chars().count();
            if self.chars > MAX_CELL_CHARS {
                return Err(Bound::Cell);
            }
        }
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart) -> Result<(), Bound> {
        match tag.local_name().as_ref() {
            "c" => (self.in_cell, self.chars) = (true, 0),
            "si" => {
                (self.in_cell, self.chars) = (true, 0);
                self.strings += 1;
                if self.strings > MAX_STRINGS {
                    return Err(Bound::Strings);
                }
            }
            "f" => self.in_formula = true,
            "xf" => {
                self.formats += 1;
                if self.formats > MAX_FORMATS {
                    return Err(Bound::Formats);
                }
            }
            "table" => self.grid = Grid { text: self.grid.text, ..Grid::default() },
            "table-row" => {
                self.grid.row = Row { repeat: repeated(tag, "table:number-rows-repeated"), ..Row::default() };
            }
            "table-cell" | "covered-table-cell" => {
                (self.in_cell, self.chars) = (true, 0);
                let attributes = tag.attributes_raw();
                self.grid.cell = Cell {
                    repeat: repeated(tag, "table:number-columns-repeated"),
                    filled: attributes.contains("office:") || attributes.contains("formula"),
                    tag: attributes.len() as u64,
                };
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Bound> {
        match name {
            "c" | "si" => self.in_cell = false,
            "f" => self.in_formula = false,
            "table-cell" | "covered-table-cell" => {
                self.in_cell = false;
                self.grid.end_cell(self.chars as u64)?;
            }
            "table-row" => self.grid.end_row()?,
            _ => {}
        }
        Ok(())
    }
}

/// How often a row or cell stands; what is no number is told by the reader of the workbook.
pub(crate) fn repeated(tag: &BytesStart, name: &str) -> u64 {
    let attribute = tag.try_get_attribute(name).ok().flatten();
    attribute.and_then(|attribute| attribute.value.parse().ok()).unwrap_or(1)
}

impl Grid {
    fn end_cell(&mut self, chars: u64) -> Result<(), Bound> {
        let (row, cell) = (&mut self.row, &self.cell);
        row.columns = row.columns.saturating_add(cell.repeat);
        if cell.filled || chars > 0 {
            row.filled = row.columns;
            row.text = row.text.saturating_add((cell.tag + chars).saturating_mul(cell.repeat));
        }
        if row.filled > MAX_SHEET_COLUMNS { Err(Bound::Columns) } else { Ok(()) }
    }

    fn end_row(&mut self) -> Result<(), Bound> {
        self.rows = self.rows.saturating_add(self.row.repeat);
        if self.row.filled > 0 {
            self.filled_rows = self.rows;
            self.width = self.width.max(self.row.filled);
            self.text = self.text.saturating_add(self.row.text.saturating_mul(self.row.repeat));
        }
        if self.filled_rows > MAX_SHEET_ROWS {
            Err(Bound::Rows)
        } else if self.filled_rows.saturating_mul(self.width) > MAX_GRID {
            Err(Bound::Grid)
        } else if self.text > MAX_TEXT_BYTES {
            Err(Bound::Text)
        } else {
            Ok(())
        }
    }
}
