//! Which rows stand on which page, and how far down.

use super::cells::{MOST_LINES, is_figure, lines, said};
use super::columns::{Column, Format, MARGIN, Plan, head_size};
use super::face::{Faces, plain};
use super::{Line, Sheet};
use crate::Cell;

/// Where rows begin: below the title on the first page, below one line on those behind it.
const FIRST_TOP: i32 = 138_000;
const TOP: i32 = 66_000;
/// What the foot of a page takes.
const FOOT: i32 = 54_000;
/// Before a table that is not the first on its page.
const APART: i32 = 20_000;
/// Most lines of the head of a column.
const HEAD_LINES: usize = 2;

/// Something on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The name of a table.
    Name,
    /// The heads of its columns.
    Head,
    /// One row, by its number.
    Row(usize),
    /// The sentence below it.
    Note,
    /// There is no row.
    Nothing,
}

/// Where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) sheet: usize,
    pub(super) item: Item,
    pub(super) top: i32,
    pub(super) height: i32,
}

/// A text that is laid out in a column, or over several.
pub(super) struct Laid {
    pub(super) at: usize,
    pub(super) column: Column,
    pub(super) lines: Vec<String>,
}

/// From one line of text to the next.
pub(super) fn leading(size: i32) -> i32 {
    size * 27 / 20
}

/// Above and below the text of a row.
pub(super) fn padding(size: i32) -> i32 {
    size * 22 / 100
}

/// The texts of a row in their columns. What names a group or a sum runs on over the empty cells behind it.
pub(super) fn laid(faces: &Faces, size: i32, plan: &Plan, line: Line, cells: &[Cell]) -> Vec<Laid> {
    let face = faces.of(line != Line::Plain);
    let mut out = Vec::with_capacity(cells.len());
    for ((at, cell), column) in cells.iter().enumerate().zip(plan) {
        let text = said(cell);
        if text.is_empty() {
            continue;
        }
        let mut column = *column;
        let most = if is_figure(cell) { usize::MAX } else { MOST_LINES };
        if line != Line::Plain && !is_figure(cell) {
            let empty = |next: usize| cells.get(next).is_none_or(|cell| said(cell).is_empty());
            let last = (at + 1..plan.len()).take_while(|&next| empty(next)).last();
            if let Some(last) = last.and_then(|last| plan.get(last)) {
                column.width = last.left + last.width - column.left;
            }
        }
        let room = column.width;
        out.push(Laid { at, column, lines: lines(face, &text, size, room, most) });
    }
    out
}

/// The heads of columns, broken where they must.
pub(super) fn heads(faces: &Faces, size: i32, sheet: &Sheet, plan: &Plan) -> Vec<Laid> {
    let laid = |((at, head), column): ((usize, &String), &Column)| Laid {
        at,
        column: *column,
        lines: lines(&faces.strong, &plain(head), head_size(size), column.width, HEAD_LINES),
    };
    sheet.head.iter().enumerate().zip(plan).map(laid).collect()
}

struct Placing<'a> {
    faces: &'a Faces,
    format: Format,
    sheets: &'a [Sheet],
    plans: &'a [Plan],
    pages: Vec<Vec<Placed>>,
    next: i32,
}

/// The pages of a report.
pub(super) fn of(faces: &Faces, format: Format, sheets: &[Sheet], plans: &[Plan]) -> Vec<Vec<Placed>> {
    let mut placing = Placing { faces, format, sheets, plans, pages: vec![Vec::new()], next: FIRST_TOP };
    for sheet in 0..sheets.len() {
        placing.sheet(sheet);
    }
    placing.pages
}

impl Placing<'_> {
    fn tallest(laid: &[Laid]) -> i32 {
        laid.iter().map(|one| i32::try_from(one.lines.len()).unwrap_or(i32::MAX)).max().unwrap_or(1).max(1)
    }

    fn height(&self, sheet: usize, item: Item) -> i32 {
        let size = self.format.size;
        let of = &self.sheets[sheet];
        match item {
            Item::Name => size * 2,
            Item::Head if of.head.iter().all(String::is_empty) => 0,
            Item::Head => {
                let laid = heads(self.faces, size, of, &self.plans[sheet]);
                Self::tallest(&laid) * leading(head_size(size)) + 2 * padding(size)
            }
            Item::Row(row) => {
                let (line, cells) = &of.rows[row];
                let text = Self::tallest(&laid(self.faces, size, &self.plans[sheet], *line, cells)) * leading(size);
                let more = match line {
                    Line::Plain => 0,
                    Line::Group => size * 2 / 3,
                    Line::Subtotal => size / 3,
                    Line::Total => size,
                };
                text + 2 * padding(size) + more
            }
            Item::Note | Item::Nothing => leading(size) + 2 * padding(size),
        }
    }

    /// The height of a row with what must not stand on another page: what a group names, and a sum under its last row.
    fn together(&self, sheet: usize, row: usize, height: i32) -> i32 {
        let rows = &self.sheets[sheet].rows;
        let Some((next, _)) = rows.get(row + 1) else { return height };
        if rows[row].0 == Line::Group || matches!(next, Line::Subtotal | Line::Total) {
            return height + self.together(sheet, row + 1, self.height(sheet, Item::Row(row + 1)));
        }
        height
    }

    fn bottom(&self) -> i32 {
        self.format.height - FOOT
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.next = TOP;
    }

    fn put(&mut self, sheet: usize, item: Item, height: i32) {
        let placed = Placed { sheet, item, top: self.next, height };
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
        self.next += height;
    }

    fn sheet(&mut self, sheet: usize) {
        let of = &self.sheets[sheet];
        let head = self.height(sheet, Item::Head);
        let name = if of.name.is_empty() { 0 } else { self.height(sheet, Item::Name) };
        let first = match of.rows.first() {
            Some(_) => self.together(sheet, 0, self.height(sheet, Item::Row(0))),
            None => self.height(sheet, Item::Nothing),
        };
        let begun = self.pages.last().is_some_and(|page| !page.is_empty());
        if begun && self.next + APART + name + head + first > self.bottom() {
            self.turn();
        } else if begun {
            self.next += APART;
        }
        if name > 0 {
            self.put(sheet, Item::Name, name);
        }
        if of.rows.is_empty() {
            let height = self.height(sheet, Item::Nothing);
            self.put(sheet, Item::Nothing, height);
        } else {
            self.put(sheet, Item::Head, head);
            self.rows(sheet, head);
        }
        if !of.note.is_empty() {
            let height = self.height(sheet, Item::Note);
            if self.next + height > self.bottom() {
                self.turn();
            }
            self.put(sheet, Item::Note, height);
        }
    }

    fn rows(&mut self, sheet: usize, head: i32) {
        for row in 0..self.sheets[sheet].rows.len() {
            let height = self.height(sheet, Item::Row(row));
            let begun = self.pages.last().is_some_and(|page| page.iter().any(|one| matches!(one.item, Item::Row(_))));
            // What is taller than a page begins where it is.
            if begun && self.next + self.together(sheet, row, height) > self.bottom() {
                self.turn();
                self.put(sheet, Item::Head, head);
            }
            self.put(sheet, Item::Row(row), height);
        }
    }
}

/// The edge of the paper on the right, where figures end.
pub(super) fn right(format: Format) -> i32 {
    format.width - MARGIN
}
