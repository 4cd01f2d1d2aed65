//! Delimited text: which delimiter, and the cut into cells.

use crate::dates;
use crate::model::{Alternative, Confidence, Decision, Dialect, Topic};
use crate::number;
use crate::quotes::{Grid, Stray};
use crate::table::{CellsBuilder, Flaw, MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROWS, Row, Table};

/// Delimiters that are tried, in the order that wins ties.
const CANDIDATES: [char; 6] = [';', ',', '\t', '|', '^', '~'];
/// A quoted cell may run over this many lines; an unclosed quote must not swallow the file.
const MAX_QUOTED_LINES: usize = 64;
/// The dialect is chosen on the head of the file; every row is then cut with it and checked.
const SAMPLE_BYTES: usize = 256 * 1024;
const SAMPLE_ROWS: usize = 600;

/// The name of a delimiter for people.
pub(crate) fn delimiter_label(delimiter: char) -> String {
    match delimiter {
        ';' => "Semicolon".into(),
        ',' => "Comma".into(),
        '\t' => "Tab".into(),
        '|' => "Bar".into(),
        ' ' => "Space".into(),
        other => format!("“{other}”"),
    }
}

/// Where a cell's text ends and what follows.
enum End {
    Cell(usize),
    Row(usize),
}

/// Cuts a text into rows; blank rows are counted and left out.
pub(crate) fn split(text: &str, delimiter: char) -> Table {
    split_limited(text, delimiter, MAX_ROWS)
}

fn split_limited(text: &str, delimiter: char, max_rows: usize) -> Table {
    let mut table = Table::default();
    let mut builder = CellsBuilder::default();
    let mut mark = [0; 4];
    let mark = delimiter.encode_utf8(&mut mark).as_bytes();
    let grid = Grid::of(text, mark);
    let cutter = Cutter { text, mark, grid: Some(&grid) };
    let (mut at, mut line) = (0usize, 1u32);
    let mut stray: Option<Stray> = None;
    while at < text.len() {
        if table.rows.len() == max_rows {
            table.cut = true;
            break;
        }
        let (start, start_line) = (at, line);
        stray = stray.filter(|run| run.until >= start_line);
        let mut quotes = Quotes { line, open: false, stray: None };
        loop {
            let end = cutter.cell(at, builder.columns(), &mut builder.text, &mut quotes);
            builder.end_cell();
            match end {
                End::Cell(next) => at = next,
                End::Row(next) => {
                    at = next;
                    break;
                }
            }
        }
        line = quotes.line;
        if line == start_line && builder.columns() > 0 && recut(&mut builder, &text[start..at], delimiter, &grid) {
            quotes.stray = Some(Stray { from: line, until: line, whole: true });
        }
        stray = match (stray, quotes.stray) {
            (Some(run), Some(other)) => Some(run.and(other)),
            (run, other) => run.or(other),
        };
        line += 1;
        if builder.is_blank() {
            builder.clear();
            table.blank_rows += 1;
            continue;
        }
        let flaw = builder.take_flaw().or(stray.map(Flaw::StrayQuote)).or(quotes.open.then_some(Flaw::OpenQuote));
        table.rows.push(Row { line: start_line, cells: builder.finish(), kinds: None, flaw });
    }
    table
}

/// Cuts a row of one line again, quotes as plain characters, when they join cells of a complete row.
fn recut(builder: &mut CellsBuilder, row: &str, delimiter: char, grid: &Grid) -> bool {
    if !row.contains('"') {
        return false;
    }
    let plain: Vec<String> = row.trim_end_matches(['\n', '\r']).split(delimiter).map(str::to_owned).collect();
    if !grid.joins(&builder.cells(), &plain, delimiter) {
        return false;
    }
    builder.clear();
    for cell in plain {
        builder.text.push_str(&cell);
        builder.end_cell();
    }
    true
}

/// The cells of one physical line, as if nothing stood before and after it.
pub(crate) fn cut_line(line: &str, mark: &[u8]) -> Vec<String> {
    let cutter = Cutter { text: line, mark, grid: None };
    let mut quotes = Quotes { line: 1, open: false, stray: None };
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let mut cell = String::new();
        let end = cutter.cell(at, cells.len(), &mut cell, &mut quotes);
        cells.push(cell);
        match end {
            End::Cell(next) if cells.len() <= MAX_COLUMNS => at = next,
            _ => return cells,
        }
    }
}

/// How many cells follow in the row of a cell that ends at `at`, counted up to `most`.
pub(crate) fn cells_after(text: &str, at: usize, most: usize, mark: &[u8]) -> usize {
    let cutter = Cutter { text, mark, grid: None };
    let mut quotes = Quotes { line: 1, open: false, stray: None };
    let mut end = end_at(text.as_bytes(), at, mark);
    let mut count = 0;
    while let (End::Cell(next), true) = (end, count < most) {
        end = cutter.cell(next, count, &mut String::new(), &mut quotes);
        count += 1;
    }
    count
}

/// What quotes did to the row that is being cut.
struct Quotes {
    /// The physical line that the next cell begins on.
    line: u32,
    /// A quote that is never closed was taken as a plain character.
    open: bool,
    /// A quote that would have swallowed rows was taken as a plain character.
    stray: Option<Stray>,
}

struct Cutter<'a> {
    text: &'a str,
    mark: &'a [u8],
    /// Without one, quoted cells are believed however far they run.
    grid: Option<&'a Grid>,
}

impl Cutter<'_> {
    /// Reads one cell from `at`, appends its text and says where the next begins.
    fn cell(&self, at: usize, column: usize, out: &mut String, quotes: &mut Quotes) -> End {
        let (text, mark) = (self.text, self.mark);
        let bytes = text.as_bytes();
        let at = self.quote_behind_blanks(at).unwrap_or(at);
        if bytes.get(at) == Some(&b'"') {
            match self.quoted(at, column, quotes) {
                Some(close) => {
                    push_unescaped(&text[at + 1..close], out);
                    let mut after = close + 1;
                    while matches!(bytes.get(after), Some(b' ' | b'\t')) && !bytes[after..].starts_with(mark) {
                        after += 1;
                    }
                    return end_at(bytes, after, mark);
                }
                None => quotes.open = true,
            }
        }
        let end = bytes[at..]
            .iter()
            .enumerate()
            .find(|&(offset, &byte)| {
                byte == b'\n' || byte == b'\r' || (byte == mark[0] && bytes[at + offset..].starts_with(mark))
            })
            .map_or(bytes.len(), |(offset, _)| at + offset);
        out.push_str(&text[at..end]);
        end_at(bytes, end, mark)
    }

    /// A quote that opens a cell although blanks stand before it, as in `a, "b, c"`. Only a cell that closes in its own
    /// line is believed.
    fn quote_behind_blanks(&self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let blanks = bytes[at..].iter().take_while(|&&byte| byte == b' ').count();
        let open = at + blanks;
        let quoted = blanks > 0 && self.mark != b" " && bytes.get(open) == Some(&b'"');
        (quoted && quoted_end(bytes, open, self.mark).is_some_and(|(_, lines)| lines == 0)).then_some(open)
    }

    /// The closing quote of the cell that opens at `at`, unless the cell would swallow rows.
    fn quoted(&self, at: usize, column: usize, quotes: &mut Quotes) -> Option<usize> {
        let (close, lines) = quoted_end(self.text.as_bytes(), at, self.mark)?;
        let swallowed = match self.grid {
            Some(grid) if lines > 0 => grid.swallows(self.text, at, close, column, self.mark),
            _ => None,
        };
        if let Some(whole) = swallowed {
            let run = Stray { from: quotes.line, until: quotes.line + lines, whole };
            quotes.stray = Some(quotes.stray.map_or(run, |other| other.and(run)));
            return None;
        }
        quotes.line += lines;
        Some(close)
    }
}

fn end_at(bytes: &[u8], at: usize, mark: &[u8]) -> End {
    match bytes.get(at) {
        None => End::Row(at),
        Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => End::Row(at + 2),
        Some(b'\r' | b'\n') => End::Row(at + 1),
        Some(_) => End::Cell(at + mark.len()),
    }
}

fn push_unescaped(quoted: &str, out: &mut String) {
    let mut pieces = quoted.split("\"\"");
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push('"');
        out.push_str(piece);
    }
}

/// The closing quote of a cell that opens at `at`, and the line breaks before it.
///
/// Banks print quotes inside quoted cells without doubling them, so a quote only closes before a delimiter or the end
/// of the row. After a line break such a stray quote means that the first one was never closed.
fn quoted_end(bytes: &[u8], at: usize, mark: &[u8]) -> Option<(usize, u32)> {
    let mut lines = 0u32;
    // A quote that was not doubled has opened within the text: `"UAB "Halden""` closes with the second of the pair.
    let mut inner = false;
    let mut position = at + 1;
    let limit = bytes.len().min(at + MAX_CELL_BYTES);
    while position < limit {
        match bytes[position] {
            b'"' if bytes.get(position + 1) == Some(&b'"') => {
                // `;"";` is an empty cell, not an escaped quote, when the cell has just begun.
                if position == at + 1 && closes(bytes, position + 1, mark) && !closes(bytes, position + 2, mark) {
                    return Some((position, lines));
                }
                if inner && closes(bytes, position + 2, mark) {
                    return Some((position + 1, lines));
                }
                position += 2;
                continue;
            }
            b'"' if closes(bytes, position + 1, mark) => return Some((position, lines)),
            b'"' if lines > 0 => return None,
            b'"' => inner = !inner,
            b'\n' => lines += 1,
            b'\r' if bytes.get(position + 1) != Some(&b'\n') => lines += 1,
            _ => {}
        }
        if lines as usize > MAX_QUOTED_LINES {
            return None;
        }
        position += 1;
    }
    None
}

/// True where a cell may end: at a delimiter, a line break or the end, blanks before it allowed.
fn closes(bytes: &[u8], mut at: usize, mark: &[u8]) -> bool {
    loop {
        match bytes.get(at) {
            None | Some(b'\n' | b'\r') => return true,
            Some(_) if bytes[at..].starts_with(mark) => return true,
            Some(b' ' | b'\t') => at += 1,
            Some(_) => return false,
        }
    }
}

/// How well a delimiter explains the sample. All figures are counts, so that the choice is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Score {
    /// Rows with a date and a number in cells of their own.
    typed_rows: usize,
    /// Rows of the commonest width above one.
    steady_rows: usize,
    width: usize,
}

struct Tried {
    delimiter: char,
    score: Score,
    rows: usize,
    quoted: bool,
}

fn try_delimiter(sample: &str, delimiter: char) -> Tried {
    let table = split_limited(sample, delimiter, SAMPLE_ROWS);
    let mut widths = vec![0usize; MAX_COLUMNS + 1];
    let mut typed_rows = 0;
    for row in &table.rows {
        widths[row.cells.len()] += 1;
        let date = (0..row.cells.len()).find(|&column| dates::feasible(row.cell(column)) != 0);
        let has_number = |date: usize| {
            (0..row.cells.len()).any(|column| column != date && number::shape(row.cell(column)).marks != 0)
        };
        typed_rows += usize::from(date.is_some_and(has_number));
    }
    let (width, steady_rows) = widths
        .iter()
        .enumerate()
        .skip(2)
        .max_by_key(|&(width, &count)| (count, width))
        .map_or((1, 0), |(width, &count)| (width, count));
    let score = Score { typed_rows, steady_rows, width: if steady_rows == 0 { 1 } else { width } };
    Tried { delimiter, score, rows: table.rows.len(), quoted: has_quoted_cells(sample, delimiter) }
}

fn has_quoted_cells(sample: &str, delimiter: char) -> bool {
    let mut previous = '\n';
    sample.chars().any(|c| {
        let opens = c == '"' && (previous == '\n' || previous == '\r' || previous == delimiter);
        previous = c;
        opens
    })
}

/// The rows a spreadsheet program writes to announce its delimiter: `sep=;`.
fn announced(text: &str) -> Option<char> {
    let first = text.lines().next()?.trim().trim_matches('"');
    let value = first.strip_prefix("sep=").or_else(|| first.strip_prefix("SEP="))?;
    let mut chars = value.chars();
    let delimiter = if value.is_empty() { '\t' } else { chars.next()? };
    chars.next().is_none().then_some(delimiter)
}

/// Chooses the delimiter, by the caller's word, the file's own announcement, or the widths and types it yields.
pub(crate) fn detect(text: &str, chosen: Option<char>) -> (Dialect, Decision) {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample =
        if end < text.len() { text[..end].rfind(['\n', '\r']).map_or(&text[..end], |at| &text[..at]) } else { text };
    let given = chosen
        .map(|c| (c, "Chosen by you.", Confidence::Chosen))
        .or_else(|| announced(text).map(|c| (c, "The first line announces it.", Confidence::Certain)));
    let tried: Vec<Tried> = CANDIDATES.iter().map(|&candidate| try_delimiter(sample, candidate)).collect();
    let best = tried
        .iter()
        .enumerate()
        .max_by_key(|(index, tried)| (tried.score, std::cmp::Reverse(*index)))
        .map(|(_, tried)| tried);
    let (delimiter, evidence, confidence) = match (given, best) {
        (Some((delimiter, why, confidence)), _) => (delimiter, vec![why.to_owned()], confidence),
        (None, Some(best)) => (best.delimiter, evidence_of(best), Confidence::Likely),
        (None, None) => (',', Vec::new(), Confidence::Open),
    };
    let confidence = match confidence {
        Confidence::Likely if best.is_some_and(|best| best.score.steady_rows == best.rows && best.score.width > 1) => {
            Confidence::Certain
        }
        other => other,
    };
    let quoted = tried
        .iter()
        .find(|t| t.delimiter == delimiter)
        .map_or_else(|| has_quoted_cells(sample, delimiter), |t| t.quoted);
    let decision = Decision {
        topic: Topic::Delimiter,
        value: delimiter.to_string(),
        label: delimiter_label(delimiter),
        evidence,
        confidence,
        alternatives: CANDIDATES
            .iter()
            .filter(|&&other| other != delimiter)
            .map(|&other| Alternative { value: other.to_string(), label: delimiter_label(other) })
            .collect(),
    };
    (Dialect { delimiter, quoted }, decision)
}

fn evidence_of(best: &Tried) -> Vec<String> {
    let Score { typed_rows, steady_rows, width } = best.score;
    let mut evidence = vec![format!("{steady_rows} of the first {} rows have {width} columns.", best.rows)];
    if typed_rows > 0 {
        evidence.push(format!("{typed_rows} of them hold a date and a number in cells of their own."));
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, delimiter: char) -> Vec<(u32, Vec<String>)> {
        split(text, delimiter)
            .rows
            .iter()
            .map(|row| (row.line, row.cells.iter().map(str::to_owned).collect()))
            .collect()
    }

    #[test]
    fn quotes_line_breaks_and_blank_rows() {
        let text = "a;\"b;\"\"c\"\"\";d\r\n\r\n1;\"two\nlines\";3\n;\"\";x\n";
        assert_eq!(
            rows(text, ';'),
            [
                (1, vec!["a".into(), "b;\"c\"".into(), "d".into()]),
                (3, vec!["1".into(), "two\nlines".into(), "3".into()]),
                (5, vec![String::new(), String::new(), "x".into()]),
            ]
        );
    }

    #[test]
    fn stray_quotes_swallow_nothing() {
        let text = "1;\"abc;2\n3;\"def\";4\n5;\"in \"the\" middle\";6\n";
        assert_eq!(
            rows(text, ';'),
            [
                (1, vec!["1".into(), "\"abc".into(), "2".into()]),
                (2, vec!["3".into(), "def".into(), "4".into()]),
                (3, vec!["5".into(), "in \"the\" middle".into(), "6".into()]),
            ]
        );
    }

    #[test]
    fn decimal_commas_do_not_look_like_delimiters() {
        let text = "Datum;Text;Betrag;Saldo\n01.11.2026;A, B;1,50;2,00\n02.11.2026;C;-1,50;0,50\n";
        assert_eq!(detect(text, None).0.delimiter, ';');
        assert_eq!(detect("sep=|\n1|2\n", None).0.delimiter, '|');
    }

    #[test]
    fn wide_rows_are_cut_and_marked() {
        let table = split(&format!("{}z\n", "x,".repeat(400)), ',');
        assert_eq!(table.rows[0].cells.len(), MAX_COLUMNS);
        assert_eq!(table.rows[0].flaw, Some(Flaw::TooManyColumns));
    }
}
