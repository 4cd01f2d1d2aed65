//! What a whole column looks like, counted over the rows of the body.

use std::collections::HashMap;

use crate::dates::{self, DateFormat};
use crate::number::{self, Shape, Side};
use crate::table::{Kind, Row, Table};
use crate::words::{self, Hint};

/// What one cell can be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Class {
    /// Bits of [`DateFormat`].
    pub(crate) dates: u8,
    pub(crate) shape: Shape,
}

/// Bits of the date formats that a cell shows by itself; a serial number needs a header to say so.
pub(crate) const PLAIN_DATES: u8 = 7;

/// Tests a cell for being a date or a number.
pub(crate) fn classify(row: &Row, column: usize) -> Class {
    let text = row.cell(column);
    if text.is_empty() {
        return Class::default();
    }
    match row.kind(column) {
        Kind::Date => Class { dates: PLAIN_DATES, shape: Shape::default() },
        Kind::Error => Class::default(),
        Kind::Number => {
            let mut shape = number::shape(text);
            let decimals = shape.decimals[0];
            // A stored number has no mark, so it says nothing about the column's.
            shape.marks = 3;
            shape.separated = false;
            shape.decimals = [decimals; 2];
            let serial = if dates::serial_like(text) { DateFormat::Serial.bit() } else { 0 };
            Class { dates: dates::feasible(text) | serial, shape }
        }
        Kind::Text => {
            let serial = if text.len() == 5 && dates::serial_like(text) { DateFormat::Serial.bit() } else { 0 };
            Class { dates: dates::feasible(text) | serial, shape: number::shape(text) }
        }
    }
}

/// The classes of all cells, row by row.
pub(crate) struct Classes {
    cells: Vec<Class>,
    starts: Vec<usize>,
}

impl Classes {
    pub(crate) fn of(table: &Table) -> Self {
        let mut cells = Vec::new();
        let mut starts = Vec::with_capacity(table.rows.len() + 1);
        for row in &table.rows {
            starts.push(cells.len());
            cells.extend((0..row.cells.len()).map(|column| classify(row, column)));
        }
        starts.push(cells.len());
        Self { cells, starts }
    }

    pub(crate) fn row(&self, index: usize) -> &[Class] {
        &self.cells[self.starts[index]..self.starts[index + 1]]
    }

    /// A date in one cell and a number in another.
    pub(crate) fn is_data(&self, index: usize) -> bool {
        let row = self.row(index);
        let date = row.iter().position(|class| class.dates & PLAIN_DATES != 0);
        date.is_some_and(|date| row.iter().enumerate().any(|(column, class)| column != date && class.shape.marks != 0))
    }
}

/// Most distinct values that are counted; beyond it a column just has many.
const MAX_DISTINCT: usize = 64;

/// Counts over a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    pub(crate) header: String,
    pub(crate) hint: Option<(Hint, u8)>,
    pub(crate) filled: usize,
    /// By bit position of [`DateFormat`].
    pub(crate) dates: [usize; 4],
    pub(crate) any_date: usize,
    pub(crate) numbers: usize,
    /// Cells that are a number under point, under comma.
    pub(crate) marks: [usize; 2],
    /// Cells that are a number under this mark only.
    pub(crate) only: [usize; 2],
    /// Cells with a separator that both marks can read.
    pub(crate) open: usize,
    pub(crate) negative: usize,
    pub(crate) marked: usize,
    /// Numbers with a side beside them: debits, credits.
    pub(crate) sides: [usize; 2],
    /// Most decimals under point, under comma.
    pub(crate) decimals: [u8; 2],
    /// Most decimals without zeros at the end, under either mark.
    pub(crate) significant: u8,
    pub(crate) separated: usize,
    pub(crate) stored: usize,
    pub(crate) zeros: usize,
    pub(crate) lettered: usize,
    pub(crate) length: usize,
    pub(crate) longest_number: usize,
    pub(crate) isos: usize,
    pub(crate) ibans: usize,
    pub(crate) debit_words: usize,
    pub(crate) credit_words: usize,
    pub(crate) distinct: HashMap<String, usize>,
    pub(crate) many: bool,
}

impl Column {
    fn add(&mut self, text: &str, kind: Kind, class: Class) {
        self.filled += 1;
        for (bit, count) in self.dates.iter_mut().enumerate() {
            *count += usize::from(class.dates & (1 << bit) != 0);
        }
        self.any_date += usize::from(class.dates & PLAIN_DATES != 0);
        let shape = class.shape;
        self.numbers += usize::from(shape.marks != 0);
        for mark in 0..2 {
            self.marks[mark] += usize::from(shape.marks & (1 << mark) != 0);
            self.only[mark] += usize::from(shape.marks == 1 << mark);
            if shape.marks & (1 << mark) != 0 {
                self.decimals[mark] = self.decimals[mark].max(shape.decimals[mark]);
            }
        }
        self.significant = self.significant.max(shape.significant);
        self.open += usize::from(shape.marks == 3 && shape.separated);
        self.negative += usize::from(shape.negative);
        self.marked += usize::from(shape.marked);
        if shape.marks != 0 {
            self.sides[0] += usize::from(shape.side == Some(Side::Debit));
            self.sides[1] += usize::from(shape.side == Some(Side::Credit));
        }
        self.separated += usize::from(shape.separated || (kind == Kind::Number && shape.decimals[0] > 0));
        self.stored += usize::from(kind == Kind::Number);
        if shape.marks != 0 {
            self.zeros += usize::from(text.bytes().all(|b| !(b'1'..=b'9').contains(&b)));
            self.longest_number = self.longest_number.max(text.len());
        }
        self.lettered += usize::from(text.bytes().filter(u8::is_ascii_alphabetic).count() >= 2 || !text.is_ascii());
        self.length += text.len();
        self.isos += usize::from(text.len() == 3 && words::is_iso(text));
        self.ibans += usize::from(text.len() >= 15 && iban_in(text).is_some());
        if text.len() <= 16 {
            match words::side(text) {
                Some(true) => self.debit_words += 1,
                Some(false) => self.credit_words += 1,
                None => {}
            }
        }
        if !self.many && text.len() <= 64 {
            if let Some(count) = self.distinct.get_mut(text) {
                *count += 1;
            } else if self.distinct.len() < MAX_DISTINCT {
                self.distinct.insert(text.to_owned(), 1);
            } else {
                self.many = true;
            }
        }
    }

    pub(crate) fn hinted(&self, hint: Hint) -> bool {
        self.hint.is_some_and(|(own, _)| own == hint)
    }

    pub(crate) fn hinted_date(&self) -> bool {
        matches!(self.hint, Some((Hint::BookingDate | Hint::ValueDate | Hint::Date, _)))
    }

    pub(crate) fn hinted_money(&self) -> bool {
        matches!(self.hint, Some((Hint::Amount | Hint::Debit | Hint::Credit | Hint::Balance, _)))
    }

    /// Dates of their own shape, in at least four of five cells.
    pub(crate) fn is_date(&self) -> bool {
        let needed = if self.hinted_date() { 1 } else { 4 };
        self.filled > 0
            && self.any_date * 5 >= self.filled * needed
            && self.any_date > 0
            && !(self.hinted_money() && self.numbers >= self.any_date)
    }

    /// A header says date, and the cells are serial numbers.
    pub(crate) fn is_serial_date(&self) -> bool {
        self.hinted_date() && self.filled > 0 && self.dates[3] * 5 >= self.filled * 4
    }

    /// Numbers in at least four of five cells.
    pub(crate) fn is_number(&self) -> bool {
        let needed = if self.hinted_money() { 2 } else { 4 };
        self.filled > 0 && self.numbers > 0 && self.numbers * 5 >= self.filled * needed && !self.is_date()
    }

    /// Numbers that look like money: decimals, signs or groups, and no identifiers.
    pub(crate) fn looks_like_money(&self) -> bool {
        self.is_number() && self.isos == 0 && (self.separated > 0 || self.negative > 0 || self.marked > 0)
    }

    /// Numbers that are not zero.
    pub(crate) fn amounts(&self) -> usize {
        self.numbers - self.zeros
    }

    /// Money in is marked in some rows, money out in none, and some rows have no mark.
    pub(crate) fn marks_credits_only(&self) -> bool {
        self.negative == 0 && self.marked > 0 && self.marked < self.numbers
    }

    /// Both sides are printed beside its numbers, so that a number without one is of neither.
    pub(crate) fn names_both_sides(&self) -> bool {
        self.sides.iter().all(|&numbers| numbers > 0)
    }

    /// More than half of the amounts have a minus; zeros say nothing.
    pub(crate) fn is_mostly_negative(&self) -> bool {
        self.negative * 2 > self.amounts()
    }

    /// Some amounts have a minus and some have none; zeros say nothing.
    pub(crate) fn has_both_signs(&self) -> bool {
        self.negative > 0 && self.negative < self.amounts()
    }

    /// Every filled cell is a word for a direction.
    pub(crate) fn is_direction(&self) -> bool {
        self.filled > 0 && (self.debit_words + self.credit_words) * 10 >= self.filled * 9 && !self.many
    }

    /// More than half of the filled cells are.
    pub(crate) fn is_mostly_direction(&self) -> bool {
        (self.debit_words + self.credit_words) * 2 > self.filled && !self.many
    }

    pub(crate) fn is_currency(&self) -> bool {
        self.filled > 0 && self.isos * 10 >= self.filled * 9
    }

    pub(crate) fn mean_length(&self) -> usize {
        self.length / self.filled.max(1)
    }
}

/// Counts over the rows that hold data.
pub(crate) fn profile(
    table: &Table,
    classes: &Classes,
    rows: &[usize],
    header: Option<&Row>,
    width: usize,
) -> Vec<Column> {
    let mut columns: Vec<Column> = (0..width)
        .map(|column| {
            let text = header.map_or("", |row| row.cell(column));
            Column { header: text.to_owned(), hint: words::hint(text), ..Column::default() }
        })
        .collect();
    for &index in rows {
        let row = &table.rows[index];
        for (column, class) in classes.row(index).iter().enumerate().take(width) {
            let text = row.cell(column);
            // In a column of money a dash says "nothing".
            let nothing = text.is_empty() || columns[column].hinted_money() && crate::plan::is_dash(text);
            if !nothing {
                columns[column].add(text, row.kind(column), *class);
            }
        }
    }
    columns
}

/// The IBAN that a text holds, without blanks, if its check digits are right.
pub(crate) fn iban_in(text: &str) -> Option<String> {
    if text.len() > 400 || !text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let bytes = text.as_bytes();
    let starts = (0..bytes.len().saturating_sub(14)).filter(|&at| {
        bytes[at].is_ascii_uppercase()
            && bytes[at + 1].is_ascii_uppercase()
            && bytes[at + 2].is_ascii_digit()
            && bytes[at + 3].is_ascii_digit()
            && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
    });
    starts.take(8).find_map(|at| iban_at(&text[at..]))
}

fn iban_at(text: &str) -> Option<String> {
    let mut iban = String::new();
    let mut valid = None;
    for c in text.chars().take(48) {
        match c {
            'A'..='Z' | '0'..='9' => iban.push(c),
            ' ' | '\u{a0}' => {}
            _ => break,
        }
        if iban.len() > 34 {
            break;
        }
        if iban.len() >= 15 && mod97(&iban) == 1 && Some(iban.len()) == iban_length(&iban[..2]).or(Some(iban.len())) {
            valid = Some(iban.clone());
            if iban_length(&iban[..2]).is_some() {
                break;
            }
        }
    }
    valid
}

/// Lengths of the IBANs of the countries that use them most, so that a digit behind one is not swallowed.
fn iban_length(country: &str) -> Option<usize> {
    const LENGTHS: &[(&str, usize)] = &[
        ("NO", 15),
        ("BE", 16),
        ("DK", 18),
        ("FI", 18),
        ("NL", 18),
        ("SI", 19),
        ("AT", 20),
        ("EE", 20),
        ("LT", 20),
        ("LU", 20),
        ("CH", 21),
        ("HR", 21),
        ("LV", 21),
        ("LI", 21),
        ("BG", 22),
        ("DE", 22),
        ("GB", 22),
        ("IE", 22),
        ("ME", 22),
        ("RS", 22),
        ("AE", 23),
        ("IL", 23),
        ("CZ", 24),
        ("ES", 24),
        ("RO", 24),
        ("SE", 24),
        ("SK", 24),
        ("PT", 25),
        ("IS", 26),
        ("TR", 26),
        ("FR", 27),
        ("GR", 27),
        ("IT", 27),
        ("MC", 27),
        ("SM", 27),
        ("CY", 28),
        ("HU", 28),
        ("PL", 28),
        ("MT", 31),
    ];
    LENGTHS.iter().find(|(code, _)| *code == country).map(|(_, length)| *length)
}

fn mod97(iban: &str) -> u32 {
    iban[4..].chars().chain(iban[..4].chars()).fold(0, |rest, c| match c.to_digit(36) {
        Some(value) if value >= 10 => (rest * 100 + value) % 97,
        Some(value) => (rest * 10 + value) % 97,
        None => rest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_are_found_and_checked() {
        assert_eq!(iban_in("IBAN: DE89 3704 0044 0532 0130 00 EUR").as_deref(), Some("DE89370400440532013000"));
        assert_eq!(iban_in("Account NL91ABNA0417164300, Jan").as_deref(), Some("NL91ABNA0417164300"));
        assert_eq!(iban_in("DE88370400440532013000"), None);
        assert_eq!(iban_in("REF20261103ABC"), None);
    }
}
