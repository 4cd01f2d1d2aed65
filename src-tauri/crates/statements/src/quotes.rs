//! Quotes that would swallow rows: a quoted cell that runs over several lines is only believed when those lines are no
//! rows of the table themselves.

use crate::dates;
use crate::delimited::{cells_after, cut_line};
use crate::number;

/// Rows with a date and a number that the grid is learned from, and the lines that are looked at for them.
const TELLING_ROWS: usize = 400;
const TELLING_LINES: usize = 4_000;

/// A run of lines that a stray quote would have joined; they were read one by one instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stray {
    /// The line on which the quote opens.
    pub(crate) from: u32,
    /// The line on which it would close; the same one when the quote only joins cells.
    pub(crate) until: u32,
    /// Every one of the lines has the width of the table and a date or an amount in its place.
    pub(crate) whole: bool,
}

impl Stray {
    /// One run out of two that overlap.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), until: self.until.max(other.until), whole: self.whole && other.whole }
    }
}

/// Where dates and numbers stand in the rows of a text, each physical line cut by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    width: usize,
    dates: Vec<bool>,
    numbers: Vec<bool>,
}

/// What one physical line has of a row.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    exact: bool,
    date: bool,
    number: bool,
}

impl Look {
    fn is_row(self) -> bool {
        (self.date && self.number) || (self.exact && (self.date || self.number))
    }
}

/// A cell without its quotes, which may stand anywhere in a damaged row.
fn bare(cell: &str) -> String {
    cell.replace('"', "").trim().to_owned()
}

fn is_date(cell: &str) -> bool {
    dates::feasible(cell) != 0 || dates::has_shape(cell)
}

fn is_number(cell: &str) -> bool {
    number::shape(cell).marks != 0
}

fn physical(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).filter(|line| !line.trim().is_empty())
}

impl Grid {
    /// Learns the grid from the lines that hold a date and a number; nothing is learned where there are none.
    pub(crate) fn of(text: &str, mark: &[u8]) -> Self {
        if !text.contains('"') {
            return Self::default();
        }
        // A line on which a quote stays open is a part of a row; it tells only where there are no others.
        let whole = |line: &&str| line.bytes().filter(|&b| b == b'"').count().is_multiple_of(2);
        let lines = |all: bool| physical(text).take(TELLING_LINES).filter(move |line| all || whole(line));
        let rows = Self::telling(lines(false), mark);
        let rows = if rows.is_empty() { Self::telling(lines(true), mark) } else { rows };
        let most = rows.iter().map(Vec::len).max().unwrap_or(0);
        let count = |width: usize| rows.iter().filter(|row| row.len() == width).count();
        let width = (2..=most).max_by_key(|&width| (count(width), width)).unwrap_or(0);
        let steady = count(width);
        let column = |at: usize, tenths: usize, pick: fn(&(bool, bool)) -> bool| {
            rows.iter().filter(|row| row.len() == width && pick(&row[at])).count() * 10 >= steady * tenths
        };
        let dates: Vec<bool> = (0..width).map(|at| column(at, 5, |kind| kind.0)).collect();
        // Debit and credit share the rows between them, so a money column need not be filled often.
        let numbers = (0..width).map(|at| !dates[at] && column(at, 1, |kind| kind.1)).collect();
        Self { width, dates, numbers }
    }

    /// Lines that hold a date and a number.
    fn telling<'t>(lines: impl Iterator<Item = &'t str>, mark: &[u8]) -> Vec<Vec<(bool, bool)>> {
        lines
            .map(|line| kinds(&cut_line(line, mark)))
            .filter(|cells| {
                let date = cells.iter().position(|&(date, _)| date);
                date.is_some_and(|date| cells.iter().enumerate().any(|(at, &(_, number))| at != date && number))
            })
            .take(TELLING_ROWS)
            .collect()
    }

    fn look(&self, cells: &[String]) -> Look {
        let kinds = kinds(cells);
        let any = |places: &[bool], pick: fn(&(bool, bool)) -> bool| {
            kinds.iter().zip(places).any(|(kind, &place)| place && pick(kind))
        };
        Look {
            exact: cells.len() == self.width,
            date: any(&self.dates, |kind| kind.0),
            number: any(&self.numbers, |kind| kind.1),
        }
    }

    /// True when a money column at or after `from` holds a number.
    fn money_from(&self, cells: &[String], from: usize) -> bool {
        let kinds = kinds(cells);
        (from..cells.len()).any(|at| self.numbers.get(at) == Some(&true) && kinds[at].1)
    }

    /// Whether the cell that opens at byte `open` in column `column` and closes at byte `close`, lines below, would
    /// swallow rows; and if so, whether each of its lines is a whole row.
    pub(crate) fn swallows(&self, text: &str, open: usize, close: usize, column: usize, mark: &[u8]) -> Option<bool> {
        if self.width < 2 {
            return None;
        }
        let breaks = ['\n', '\r'];
        let start = text[..open].rfind(breaks).map_or(0, |at| at + 1);
        let end = text[close..].find(breaks).map_or(text.len(), |at| close + at);
        let last_start = text[..close].rfind(breaks).map_or(0, |at| at + 1);
        let head = &text.as_bytes()[last_start..close];
        let head_is_cut = head.windows(mark.len()).any(|window| window == mark);
        let lines: Vec<Vec<String>> = physical(&text[start..end]).map(|line| cut_line(line, mark)).collect();
        let looks: Vec<Look> = lines.iter().map(|cells| self.look(cells)).collect();
        let (first, last) = (looks.first()?, looks.last()?);
        // The row of the quote is complete on its own line: its amount would become part of a text.
        let own = first.exact && self.money_from(&lines[0], column + 1);
        let inner = looks[1..looks.len() - 1].iter().any(|look| look.is_row());
        // A text that ends here is followed by the rest of its row, which looks like a row when the text comes first.
        let closing = last.is_row() && (head_is_cut || (column > 0 && last.exact));
        if !own && !inner && closing && self.is_one_row(text, (start, end), close, column, mark) {
            return None;
        }
        (own || inner || closing).then(|| looks.iter().all(|look| look.exact && look.is_row()))
    }

    /// True when the row with the quoted cell has the width of the table, and none of its lines is a whole row: each
    /// lacks a date or an amount, so that nothing but a text can have been broken there. Quotes may hide cells, so the
    /// lines are also cut as if there were none.
    fn is_one_row(&self, text: &str, lines: (usize, usize), close: usize, column: usize, mark: &[u8]) -> bool {
        let after = &text[close + 1..];
        // A program that quotes leaves no blank behind the quote.
        let tight = after.is_empty() || after.starts_with(['\n', '\r']) || after.as_bytes().starts_with(mark);
        let delimiter = String::from_utf8_lossy(mark);
        let is_whole = |cells: &[String]| {
            let look = self.look(cells);
            look.date && look.number
        };
        tight
            && column + 1 + cells_after(text, close + 1, self.width, mark) == self.width
            && physical(&text[lines.0..lines.1]).all(|line| {
                let plain: Vec<String> = line.split(&*delimiter).map(str::to_owned).collect();
                !is_whole(&cut_line(line, mark)) && !is_whole(&plain)
            })
    }

    /// True when quotes on one line join cells of a row that is complete without them: `01.02.;"Shop;-6.00";89.00`.
    pub(crate) fn joins(&self, cells: &[&str], plain: &[String], delimiter: char) -> bool {
        if self.width < 2 || cells.len() >= self.width || plain.len() != self.width {
            return false;
        }
        let look = self.look(plain);
        // A number with a decimal mark that is also the delimiter, and a text, are joined rightly.
        let joined = cells.iter().enumerate().find(|(_, cell)| cell.contains(delimiter) && !is_number(cell.trim()));
        look.date
            && look.number
            && joined.is_some_and(|(at, cell)| {
                cell.split(delimiter).enumerate().any(|(offset, piece)| {
                    let (piece, place) = (bare(piece), at + offset);
                    (self.numbers.get(place) == Some(&true) && is_number(&piece))
                        || (self.dates.get(place) == Some(&true) && is_date(&piece))
                })
            })
    }
}

/// For every cell: is it a date, is it a number.
fn kinds(cells: &[String]) -> Vec<(bool, bool)> {
    cells
        .iter()
        .map(|cell| {
            let cell = bare(cell);
            (is_date(&cell), is_number(&cell))
        })
        .collect()
}
