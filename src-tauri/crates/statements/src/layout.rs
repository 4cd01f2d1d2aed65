//! Where the table stands in a file: preamble, header, body. And what the labels around it say.

use jiff::civil::Date;

use crate::columns::{Class, Classes, PLAIN_DATES, iban_in};
use crate::dates::{self, DateFormat};
use crate::faults;
use crate::labels::{self, Label};
use crate::model::Period;
use crate::number;
use crate::table::{Kind, Row, Table};
use crate::words::{self, Hint};

/// The parts of a table, as indexes into its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    pub(crate) header: Option<usize>,
    /// First row of the body.
    pub(crate) body: usize,
    /// Rows of the body with a date and a number: what columns are judged by.
    pub(crate) data: Vec<usize>,
    pub(crate) width: usize,
    pub(crate) evidence: String,
    /// A header was asked for and is not there.
    pub(crate) header_missing: bool,
}

/// Rows that may stand before a header; banks print two dozen at most.
const MAX_PREAMBLE: usize = 120;

/// What the caller knows about the header.
pub(crate) enum HeaderWish<'a> {
    Detect,
    /// By line, from 1; 0: there is none.
    Line(u32),
    Texts(&'a [String]),
}

pub(crate) fn find(table: &Table, classes: &Classes, wish: &HeaderWish) -> Layout {
    let mut layout = Layout::default();
    match wish {
        HeaderWish::Line(0) => {
            layout.body = first_data(table, classes, 0).unwrap_or(0);
            layout.evidence = "You said there is no header.".into();
        }
        HeaderWish::Line(line) => match table.rows.iter().position(|row| row.line >= *line) {
            Some(index) => {
                layout.header = Some(index);
                layout.evidence = "Chosen by you.".into();
            }
            None => layout.header_missing = true,
        },
        HeaderWish::Texts([]) => {
            layout.body = first_data(table, classes, 0).unwrap_or(0);
            layout.evidence = "The saved mapping has no header.".into();
        }
        HeaderWish::Texts(texts) => match table.rows.iter().take(5_000).position(|row| same_header(row, texts)) {
            Some(index) => {
                layout.header = Some(index);
                layout.evidence = "The header of the saved mapping.".into();
            }
            None => {
                layout = detect(table, classes);
                layout.header_missing = true;
            }
        },
        HeaderWish::Detect => layout = detect(table, classes),
    }
    if let Some(header) = layout.header {
        layout.body = header + 1;
    }
    layout.data = data_rows(table, classes, layout.header, layout.body);
    layout.width = width_of(table, &layout);
    layout
}

/// True when the row's texts are those of a header, case, accents and trailing blanks aside.
pub(crate) fn same_header<S: AsRef<str>>(row: &Row, texts: &[S]) -> bool {
    let width = row.cells.len().max(texts.len());
    !texts.is_empty()
        && (0..width).all(|column| {
            let own = row.cell(column);
            let other = texts.get(column).map_or("", AsRef::as_ref).trim();
            own == other || words::fold(own) == words::fold(other)
        })
}

fn detect(table: &Table, classes: &Classes) -> Layout {
    let mut layout = Layout::default();
    if let Some((header, words)) = named_header(table, classes) {
        layout.header = Some(header);
        layout.evidence = format!(
            "Row {} holds {}.",
            table.rows[header].line,
            faults::counted(words as usize, "known column name", "known column names")
        );
        return layout;
    }
    let Some(first) = first_data(table, classes, 0) else {
        layout.evidence = "No row holds a date and a number.".into();
        return layout;
    };
    layout.body = first;
    if first > 0 && text_header(&table.rows[first - 1], classes.row(first - 1), table.rows[first].filled().count()) {
        layout.header = Some(first - 1);
        layout.evidence =
            format!("Row {} holds only texts, and dates and numbers begin below it.", table.rows[first - 1].line);
    } else {
        layout.evidence = "The first row with a date and a number has no names above it.".into();
    }
    layout
}

/// A row of names: at least a date and an amount among them, and no data.
pub(crate) fn header_words(row: &Row, classes: &[Class]) -> Option<u32> {
    let data =
        classes.iter().any(|class| class.dates & PLAIN_DATES != 0 || (class.shape.marks != 0 && class.shape.separated));
    if data
        || row.kinds.as_ref().is_some_and(|kinds| kinds.contains(&Kind::Number))
            && classes.iter().filter(|c| c.shape.marks != 0).count() > 1
    {
        return None;
    }
    let hints: Vec<Hint> =
        row.filled().filter_map(|column| words::hint(row.cell(column))).map(|(hint, _)| hint).collect();
    let date = hints.iter().any(|h| matches!(h, Hint::BookingDate | Hint::ValueDate | Hint::Date));
    let money = hints.iter().any(|h| matches!(h, Hint::Amount | Hint::Debit | Hint::Credit | Hint::Balance));
    (date && money && hints.len() >= 2).then(|| u32::try_from(hints.len()).unwrap_or(u32::MAX))
}

/// The row of names with most data below it, before the next such row.
fn named_header(table: &Table, classes: &Classes) -> Option<(usize, u32)> {
    let candidates: Vec<(usize, u32)> = (0..table.rows.len().min(MAX_PREAMBLE))
        .filter_map(|index| header_words(&table.rows[index], classes.row(index)).map(|words| (index, words)))
        .collect();
    let below = |position: usize| {
        let from = candidates[position].0 + 1;
        let to = candidates.get(position + 1).map_or(table.rows.len(), |next| next.0);
        (from..to).filter(|&index| classes.is_data(index)).count()
    };
    let best = (0..candidates.len()).max_by_key(|&position| (below(position), std::cmp::Reverse(position)))?;
    // Names under which nothing stands, while dates and numbers stand above them, belong to something else.
    let header = candidates[best].0;
    if below(best) == 0 && (0..header).any(|index| classes.is_data(index)) {
        return None;
    }
    Some(candidates[best])
}

fn text_header(row: &Row, classes: &[Class], data_width: usize) -> bool {
    let filled = row.filled().count();
    filled >= 2
        && filled * 2 >= data_width
        && classes.iter().all(|class| class.dates & PLAIN_DATES == 0 && class.shape.marks == 0)
}

/// The first row that looks like the rows of the table: the date stands in the column where most dates stand.
fn first_data(table: &Table, classes: &Classes, from: usize) -> Option<usize> {
    let mut counts: Vec<usize> = Vec::new();
    for index in from..table.rows.len() {
        if classes.is_data(index) {
            for (column, class) in classes.row(index).iter().enumerate() {
                if class.dates & PLAIN_DATES != 0 {
                    if counts.len() <= column {
                        counts.resize(column + 1, 0);
                    }
                    counts[column] += 1;
                }
            }
        }
    }
    let (column, _) = counts.iter().enumerate().max_by_key(|&(column, &count)| (count, std::cmp::Reverse(column)))?;
    (from..table.rows.len()).find(|&index| {
        classes.is_data(index) && classes.row(index).get(column).is_some_and(|class| class.dates & PLAIN_DATES != 0)
    })
}

fn data_rows(table: &Table, classes: &Classes, header: Option<usize>, body: usize) -> Vec<usize> {
    let mut rows: Vec<usize> = (body..table.rows.len()).filter(|&index| classes.is_data(index)).collect();
    if rows.is_empty() {
        // Dates as serial numbers: only a header can say so.
        let dates: Vec<usize> = header.map_or_else(Vec::new, |header| {
            let row = &table.rows[header];
            row.filled()
                .filter(|&column| {
                    matches!(words::hint(row.cell(column)), Some((Hint::BookingDate | Hint::ValueDate | Hint::Date, _)))
                })
                .collect()
        });
        let serial = |class: &Class| class.dates & DateFormat::Serial.bit() != 0;
        rows = (body..table.rows.len())
            .filter(|&index| dates.iter().any(|&column| classes.row(index).get(column).is_some_and(serial)))
            .collect();
    }
    rows
}

/// Columns of the table: those named, and those that at least one row in twenty fills.
fn width_of(table: &Table, layout: &Layout) -> usize {
    let named = layout.header.map_or(0, |header| table.rows[header].filled().last().map_or(0, |last| last + 1));
    let mut counts = Vec::new();
    for &index in &layout.data {
        let last = table.rows[index].filled().last().map_or(0, |last| last + 1);
        if counts.len() <= last {
            counts.resize(last + 1, 0usize);
        }
        counts[last] += 1;
    }
    let mut seen = 0;
    let needed = if layout.header.is_some() { layout.data.len().div_ceil(2) } else { layout.data.len().div_ceil(20) };
    let filled = (0..counts.len())
        .rev()
        .find(|&width| {
            seen += counts[width];
            seen >= needed.max(1)
        })
        .unwrap_or(0);
    if layout.data.is_empty() && named == 0 {
        return table.width();
    }
    let width = named.max(filled);
    if marks_behind(table, layout, width) { width + 1 } else { width }
}

/// The heading has an empty cell behind the last name, and what stands there is a side: a CR beside money that came in.
fn marks_behind(table: &Table, layout: &Layout, width: usize) -> bool {
    let room = layout.header.is_some_and(|header| table.rows[header].cells.len() == width + 1);
    let mut marks = layout.data.iter().map(|&index| table.rows[index].cell(width)).filter(|text| !text.is_empty());
    room && marks.next().is_some_and(|first| words::side(first).is_some() && marks.all(|text| text == first))
}

/// A balance printed with a label.
#[derive(Debug, Clone)]
pub(crate) struct StatedBalance {
    pub(crate) line: u32,
    /// The number as printed.
    pub(crate) text: String,
    /// It is a stored number, so that it has no mark.
    pub(crate) stored: bool,
    pub(crate) date: Option<Date>,
}

/// What the labels around a table say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stated {
    pub(crate) account: Option<(u32, String)>,
    pub(crate) currency: Option<(u32, String)>,
    pub(crate) opening: Option<StatedBalance>,
    pub(crate) closing: Option<StatedBalance>,
    pub(crate) dates: Vec<(u32, Date)>,
}

impl Stated {
    pub(crate) fn period(&self) -> Option<Period> {
        let from = self.dates.iter().map(|(_, date)| *date).min()?;
        let to = self.dates.iter().map(|(_, date)| *date).max()?;
        (self.dates.len() >= 2).then_some(Period { from, to })
    }

    /// Takes what a row outside the table says. What is known already stays.
    pub(crate) fn harvest(&mut self, row: &Row, format: DateFormat) {
        let filled: Vec<usize> = row.filled().take(40).collect();
        for (place, &column) in filled.iter().enumerate() {
            let text = row.cell(column);
            let Some(label) = labels::label(text) else {
                continue;
            };
            let own = text.split_once(':').map_or("", |(_, value)| value.trim());
            let next = filled.get(place + 1).map_or("", |&next| row.cell(next));
            let value = if own.is_empty() { next } else { own };
            self.take(label, text, value, row, &filled[place..], format);
        }
        if self.account.is_none() {
            self.account = filled.iter().find_map(|&column| iban_in(row.cell(column))).map(|iban| (row.line, iban));
        }
    }

    /// Labels in one row, their values in the row below.
    pub(crate) fn harvest_pair(&mut self, labels: &Row, values: &Row, format: DateFormat) {
        let found: Vec<(usize, Label)> = labels
            .filled()
            .filter_map(|column| labels::label(labels.cell(column)).map(|label| (column, label)))
            .collect();
        if found.len() < 2 || values.filled().any(|column| labels::label(values.cell(column)).is_some()) {
            return;
        }
        for (column, label) in found {
            self.take(label, labels.cell(column), values.cell(column), values, &[column], format);
        }
    }

    fn take(&mut self, label: Label, text: &str, value: &str, row: &Row, cells: &[usize], format: DateFormat) {
        match label {
            Label::Account if self.account.is_none() => {
                let number = iban_in(value).or_else(|| {
                    let digits = value.bytes().filter(u8::is_ascii_digit).count();
                    (digits >= 4 && value.len() <= 40).then(|| value.trim_matches(['"', '\'', '=']).to_owned())
                });
                self.account = number.map(|number| (row.line, number)).or(self.account.take());
            }
            Label::Currency if self.currency.is_none() => {
                let code = if words::is_iso(value) {
                    Some(value.to_ascii_uppercase())
                } else {
                    crate::currency_marks::code(value)
                };
                self.currency = code.map(|code| (row.line, code));
            }
            Label::Opening if self.opening.is_none() => self.opening = self.balance(text, value, row, cells, format),
            Label::Closing if self.closing.is_none() => self.closing = self.balance(text, value, row, cells, format),
            Label::Period => {
                let dates = cells.iter().take(4).flat_map(|&column| dates::all_in(row.cell(column), format));
                self.dates.extend(dates.map(|date| (row.line, date)).take(2));
            }
            _ => {}
        }
    }

    fn balance(
        &mut self,
        text: &str,
        value: &str,
        row: &Row,
        cells: &[usize],
        format: DateFormat,
    ) -> Option<StatedBalance> {
        let is_amount = |text: &str| number::shape(text).marks != 0 && dates::feasible(text) == 0;
        let (number, stored) = if is_amount(value) {
            let column = cells.iter().copied().find(|&column| row.cell(column) == value);
            (value.to_owned(), column.is_some_and(|column| row.kind(column) == Kind::Number))
        } else {
            // The last number of the row: a date or a currency may stand between.
            let column = cells
                .iter()
                .skip(1)
                .copied()
                .rfind(|&column| is_amount(row.cell(column)) && row.kind(column) != Kind::Date)?;
            (row.cell(column).to_owned(), row.kind(column) == Kind::Number)
        };
        if self.currency.is_none() {
            let tagged = number::tag(&number).or_else(|| {
                cells.iter().map(|&column| row.cell(column)).find(|cell| words::is_iso(cell)).map(str::to_owned)
            });
            self.currency = tagged.map(|code| (row.line, code));
        }
        let date = dates::find_in(text, format)
            .or_else(|| cells.iter().find_map(|&column| dates::find_in(row.cell(column), format)));
        Some(StatedBalance { line: row.line, text: number, stored, date })
    }
}
