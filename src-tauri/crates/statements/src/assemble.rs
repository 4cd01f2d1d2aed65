//! Rows into lines, problems and ignored rows; lines into statements. Every row that is not blank goes to one of the three.

mod ignored;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use ledger::{Amount, Currency};

use crate::calendar;
use crate::chain::Link;
use crate::columns;
use crate::currency_marks;
use crate::dates::{self, DateFormat};
use crate::detect::Detected;
use crate::faults;
use crate::formats::Printed;
use crate::layout::Stated;
use crate::mapping::ReadOptions;
use crate::model::{
    IgnoreReason, IgnoredRow, MAX_SET_ASIDE, ReadPhase, ReadStep, RowCounts, SetAside, StatementLine, exponent_of,
};
use crate::number;
use crate::plan::{Cause, Fault, Plan, Repairs, RowReader};
use crate::problem::{Field, Problem, Reason, Severity};
use crate::table::{Flaw, Row, Table};
use crate::words;
use ignored::{Announced, Ends};

/// A row of the body that is a line or should have been one.
pub(crate) struct Entry {
    pub(crate) line: u32,
    pub(crate) group: u32,
    pub(crate) date: Option<Date>,
    pub(crate) good: bool,
}

/// Rows of one section, account and currency.
pub(crate) struct Group {
    pub(crate) section: usize,
    pub(crate) account: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) exponent: u8,
    pub(crate) lines: Vec<StatementLine>,
}

/// A bad row with what is wrong, before neighbours have been asked for repairs.
pub(crate) struct Bad {
    pub(crate) entry: usize,
    pub(crate) fault: Fault,
    pub(crate) problem: usize,
}

/// All rows, sorted out.
#[derive(Default)]
pub(crate) struct Sorted {
    pub(crate) groups: Vec<Group>,
    /// What labels say, one entry per section of the file.
    pub(crate) sections: Vec<Stated>,
    pub(crate) entries: Vec<Entry>,
    /// Parallel to `entries`; empty without a balance column.
    pub(crate) links: Vec<Link>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) bad: Vec<Bad>,
    pub(crate) ignored: Vec<IgnoredRow>,
    pub(crate) counts: RowCounts,
    pub(crate) set_aside: Vec<SetAside>,
}

/// Rows read between two steps told.
const STEP: usize = 1_000;

pub(crate) fn sort<E>(
    table: Table,
    detected: &Detected,
    options: &ReadOptions,
    watch: &mut dyn FnMut(ReadStep) -> Result<(), E>,
) -> Result<Sorted, E> {
    let repairs: Repairs =
        options.repairs.iter().map(|repair| ((repair.line, repair.column), repair.value.as_str())).collect();
    let reader = RowReader { plan: &detected.plan, repairs: &repairs };
    let format = detected.plan.date.map_or(DateFormat::Dmy, |column| detected.plan.format(column));
    let mut sorter = Sorter {
        detected,
        plan: &detected.plan,
        reader,
        today: options.today,
        skipped: options.skip_lines.iter().copied().collect(),
        known: Currencies { hint: options.currency_hint.clone(), cache: HashMap::new() },
        format,
        last_data: detected.layout.data.last().copied().unwrap_or(0),
        cut_off: cut_off(&table, detected),
        ends: Ends::of(&table, detected),
        announced: Announced::of(&table, detected),
        second_table: false,
        title: None,
        printed: Printed::default(),
        section: 0,
        not_booked: 0,
        groups: HashMap::new(),
        out: Sorted { sections: vec![detected.stated.clone()], ..Sorted::default() },
        default_exponent: exponent_of(detected.currency.as_ref(), detected.decimals),
        shift_is_dangerous: shift_is_dangerous(&detected.plan),
    };
    sorter.out.counts.blank = table.blank_rows;
    sorter.out.counts.rows = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    sorter.printed = table.printed;
    let total = table.rows.len() as u64;
    for (index, mut row) in table.rows.into_iter().enumerate() {
        if index % STEP == 0 {
            watch(ReadStep { phase: ReadPhase::Lines, done: index as u64, total })?;
        }
        match sorter.ignore(index, &row) {
            Some(reason) => {
                if reason == IgnoreReason::LeftOut {
                    sorter.set_aside(&row, sorter.default_exponent);
                }
                sorter.push_ignored(&row, reason);
            }
            None => sorter.data(&mut row),
        }
    }
    sorter.tell_not_booked();
    Ok(sorter.out)
}

/// Rows beside the last that have to be whole before that is called cut off.
const WHOLE_ROWS: usize = 3;

/// The line of the last row of a text if the file ends in it: it ends before the money or the balance that every other
/// row has, and has fewer cells than any of them. What stands at its end may be the beginning of an amount.
fn cut_off(table: &Table, detected: &Detected) -> Option<u32> {
    let (&last, others) = detected.layout.data.split_last()?;
    let row = table.rows.get(last).filter(|_| last + 1 == table.rows.len())?;
    // Sheets leave out what is empty at the end of a row.
    if row.kinds.is_some() || others.len() < WHOLE_ROWS {
        return None;
    }
    let others = || others.iter().map(|&at| &table.rows[at]);
    let shorter = others().all(|other| other.cells.len() > row.cells.len());
    let plan = &detected.plan;
    let missing = |column: usize| column >= row.cells.len() && others().all(|other| !other.cell(column).is_empty());
    (shorter && plan.money_columns().chain(plan.balance).any(missing)).then_some(row.line)
}

/// A stray delimiter in a text moves every cell to its right: harmless only when no money stands there.
fn shift_is_dangerous(plan: &Plan) -> bool {
    let first_text = plan.description.iter().copied().chain(plan.counterparty).chain(plan.reference).min();
    let right = |column: usize| first_text.is_some_and(|text| column > text);
    plan.money_columns().chain(plan.direction).chain(plan.currency).chain(plan.date).any(right)
}

struct Currencies {
    hint: Option<Currency>,
    cache: HashMap<String, Option<Currency>>,
}

impl Currencies {
    fn get(&mut self, text: &str) -> Option<Currency> {
        if let Some(known) = self.cache.get(text) {
            return known.clone();
        }
        let hinted = self.hint.clone().filter(|hint| hint.code().eq_ignore_ascii_case(text));
        let found = hinted
            .or_else(|| words::iso(text))
            .or_else(|| currency_marks::code(text).and_then(|code| Currency::iso(&code)));
        // Hostile files may name a new one on every row.
        if self.cache.len() < 1_000 {
            self.cache.insert(text.to_owned(), found.clone());
        }
        found
    }
}

struct Sorter<'a> {
    detected: &'a Detected,
    plan: &'a Plan,
    reader: RowReader<'a>,
    today: Option<Date>,
    skipped: HashSet<u32>,
    known: Currencies,
    format: DateFormat,
    last_data: usize,
    /// The line of a row that the file ends in.
    cut_off: Option<u32>,
    ends: Ends,
    announced: Announced,
    second_table: bool,
    /// First text since the last line that is no line itself.
    title: Option<String>,
    printed: Printed,
    section: usize,
    not_booked: u32,
    groups: HashMap<(usize, Option<String>, Option<String>), u32>,
    out: Sorted,
    default_exponent: u8,
    shift_is_dangerous: bool,
}

impl Sorter<'_> {
    fn tell_not_booked(&mut self) {
        let rows = match self.not_booked {
            0 => return,
            1 => "1 row is".to_owned(),
            more => format!("{more} rows are"),
        };
        let column = self.plan.state.and_then(|column| self.detected.mapping.header.get(column));
        let named =
            column.filter(|name| !name.is_empty()).map_or_else(String::new, |name| format!(" by the column {name}"));
        self.out.problems.push(Problem::file(
            Reason::NotBooked,
            Severity::Warning,
            format!("{rows} not booked{named}: announced, held back or refused. What is not booked is not read."),
        ));
    }

    fn push_ignored(&mut self, row: &Row, reason: IgnoreReason) {
        self.out.counts.ignored += 1;
        let text = row.filled().take(12).map(|column| row.cell(column)).collect::<Vec<_>>().join(" | ");
        self.out.ignored.push(IgnoredRow { line: row.line, reason, text: text.chars().take(160).collect() });
    }

    fn data(&mut self, row: &mut Row) {
        let mut faults = Vec::new();
        let currency = self.currency(row, &mut faults);
        let exponent = currency.as_ref().map_or(self.default_exponent, Currency::exponent);
        let date = self.booking_date(row, &mut faults);
        let value_date = self.value_date(row, &mut faults);
        let amount = match self.reader.amount(row, exponent) {
            Ok(money) => {
                if money.dusted {
                    self.note_dust(row.line);
                }
                Some(money.amount)
            }
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let balance = match self.reader.balance(row, exponent) {
            Ok(money) => money.map(|money| money.amount),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let code = currency.map(|currency| currency.code().to_owned());
        let mut good = self.row_flaws(row);
        good &= faults.iter().all(|fault| fault.field == Field::Balance);
        let group = self.group(row, code.clone(), exponent);
        let entry = self.out.entries.len();
        self.out.entries.push(Entry { line: row.line, group, date, good });
        if self.plan.balance.is_some() {
            self.out.links.push(Link { group, amount: amount.clone(), balance: balance.clone() });
        }
        self.push_faults(row, entry, faults, code.as_deref());
        match (date, amount) {
            (Some(date), Some(amount)) if good => {
                self.out.counts.lines += 1;
                self.title = None;
                let line = self.line(row, date, value_date, amount, code, balance);
                self.out.groups[group as usize].lines.push(line);
            }
            _ => {
                self.out.counts.problem_rows += 1;
                self.set_aside(row, exponent);
            }
        }
    }

    fn set_aside(&mut self, row: &Row, exponent: u8) {
        if self.out.set_aside.len() < MAX_SET_ASIDE {
            let columns = 0..self.detected.mapping.columns.len();
            let read = columns.map(|column| self.reader.alone(row, column, exponent)).collect();
            self.out.set_aside.push(SetAside { line: row.line, cells: row.cells.clone(), read });
        }
    }

    fn booking_date(&self, row: &Row, faults: &mut Vec<Fault>) -> Option<Date> {
        let Some(column) = self.plan.date else {
            // A row with money where no column has days: it is a problem like one whose day is missing.
            faults.push(Fault { column: None, field: Field::BookingDate, cause: Cause::Missing });
            return None;
        };
        let date = self.reader.date(row, column, Field::BookingDate).map_err(|fault| faults.push(fault)).ok()?;
        if calendar::is_ahead(date, self.today) {
            faults.push(Fault { column: Some(column), field: Field::BookingDate, cause: Cause::Ahead(date) });
            return None;
        }
        Some(date)
    }

    fn value_date(&self, row: &Row, faults: &mut Vec<Fault>) -> Option<Date> {
        let column = self.plan.value_date?;
        match self.reader.date(row, column, Field::ValueDate) {
            Ok(date) => Some(date),
            Err(Fault { cause: Cause::Date(dates::DateError::Blank), .. }) => None,
            Err(fault) => {
                faults.push(fault);
                None
            }
        }
    }

    fn currency(&mut self, row: &Row, faults: &mut Vec<Fault>) -> Option<Currency> {
        let named = [self.plan.currency, self.plan.other_currency].into_iter().flatten();
        let mut named =
            named.map(|column| (column, self.reader.text(row, column))).filter(|(_, text)| !text.is_empty());
        let found = if let Some((column, text)) = named.next() {
            let found = self.known.get(text);
            let mut fault = |column, cause| faults.push(Fault { column: Some(column), field: Field::Currency, cause });
            if found.is_none() {
                fault(column, Cause::UnknownCurrency);
            } else if let Some((column, other)) = named.find(|(_, other)| !other.eq_ignore_ascii_case(text)) {
                fault(column, Cause::OtherCurrency { printed: other.to_owned(), row: text.to_owned() });
            }
            found
        } else {
            let tag = |column| {
                let printed = || self.printed.at(row.line, column).and_then(currency_marks::code);
                number::tag(self.reader.text(row, column)).or_else(printed)
            };
            match self.plan.money_columns().find_map(tag) {
                Some(code) => self.known.get(&code),
                None => self.detected.currency.clone(),
            }
        };
        if let Some(currency) = &found {
            self.foreign_marks(row, currency.code(), faults);
        }
        found
    }

    /// A sign or code beside an amount, or in the name of its column, that the currency of the row does not have.
    fn foreign_marks(&self, row: &Row, currency: &str, faults: &mut Vec<Fault>) {
        for column in self.plan.money_columns().chain(self.plan.balance) {
            let cell = self.reader.text(row, column);
            let named = || {
                let filled = cell.bytes().any(|b| b.is_ascii_digit());
                let header = self.detected.mapping.header.get(column).filter(|_| filled);
                header.and_then(|header| currency_marks::in_header(header))
            };
            let printed = number::printed(cell).or_else(|| self.printed.at(row.line, column)).or_else(named);
            if let Some(mark) = printed.filter(|mark| !currency_marks::fits(mark, currency)) {
                let cause = Cause::OtherCurrency { printed: mark.to_owned(), row: currency.to_owned() };
                faults.push(Fault { column: Some(column), field: Field::Currency, cause });
                return;
            }
        }
    }

    /// Problems of the row itself; false when it must not become a line.
    fn row_flaws(&mut self, row: &Row) -> bool {
        let mut good = true;
        let mut push = |reason, severity, message: &str| {
            self.out.problems.push(Problem::row(row.line, reason, severity, message));
            good &= severity != Severity::Error;
        };
        match row.flaw {
            Some(Flaw::TooManyColumns) => {
                push(Reason::TooManyColumns, Severity::Error, "The row has more than 256 columns.")
            }
            Some(Flaw::CellTooLong(_)) => {
                push(Reason::CellTooLong, Severity::Error, "A cell of this row is longer than 32 KB.")
            }
            Some(Flaw::OpenQuote) => push(
                Reason::OpenQuote,
                Severity::Warning,
                "A quote in this row is never closed. It was read as a plain character.",
            ),
            Some(Flaw::StrayQuote(stray)) => {
                let (severity, message) = faults::stray_quote(&stray);
                push(Reason::StrayQuote, severity, &message);
            }
            None => {}
        }
        if self.cut_off == Some(row.line) {
            push(
                Reason::CutOff,
                Severity::Error,
                "The file ends in the middle of this row: it has fewer cells than every other. Download the file again.",
            );
        }
        let width = self.detected.mapping.columns.len();
        if row.filled().any(|column| column >= width) {
            let severity = if self.shift_is_dangerous { Severity::Error } else { Severity::Warning };
            push(
                Reason::ExtraCells,
                severity,
                &format!(
                    "The row has more cells than the table's {width} columns. A delimiter inside a text may have moved them."
                ),
            );
        }
        if row.cells.iter().any(|cell| cell.contains('\u{fffd}')) {
            push(
                Reason::UndecodableText,
                Severity::Warning,
                "Some bytes of this row are no text in the chosen encoding.",
            );
        }
        good
    }

    fn note_dust(&mut self, line: u32) {
        self.out.problems.push(Problem::row(
            line,
            Reason::Rounded,
            Severity::Note,
            "The workbook stores this number with digits beyond the 15th. They were dropped, as a spreadsheet shows it.",
        ));
    }

    fn group(&mut self, row: &Row, currency: Option<String>, exponent: u8) -> u32 {
        let own = self.plan.account.map(|column| self.reader.text(row, column)).filter(|text| !text.is_empty());
        let account = match own {
            Some(text) => Some(columns::iban_in(text).unwrap_or_else(|| text.to_owned())),
            None => self.out.sections[self.section].account.as_ref().map(|(_, account)| account.clone()),
        };
        let key = (self.section, account, currency);
        if let Some(&group) = self.groups.get(&key) {
            return group;
        }
        let group = u32::try_from(self.out.groups.len()).unwrap_or(u32::MAX);
        self.out.groups.push(Group {
            section: key.0,
            account: key.1.clone(),
            currency: key.2.clone(),
            exponent,
            lines: Vec::new(),
        });
        self.groups.insert(key, group);
        group
    }

    fn push_faults(&mut self, row: &Row, entry: usize, faults: Vec<Fault>, currency: Option<&str>) {
        for fault in faults {
            let name = fault.column.and_then(|column| self.detected.mapping.header.get(column)).map(String::as_str);
            let raw = fault.column.map_or("", |column| self.reader.text(row, column));
            let place = faults::Place { line: row.line, raw, column_name: name };
            let problem = faults::problem(&fault, &place, self.plan, currency);
            self.out.bad.push(Bad { entry, fault, problem: self.out.problems.len() });
            self.out.problems.push(problem);
        }
    }

    fn line(
        &self,
        row: &mut Row,
        booking_date: Date,
        value_date: Option<Date>,
        amount: Amount,
        currency: Option<String>,
        running_balance: Option<Amount>,
    ) -> StatementLine {
        let text =
            |column: Option<usize>| column.map(|c| self.reader.text(row, c)).filter(|text| !text.is_empty()).map(tidy);
        let description = self
            .plan
            .description
            .iter()
            .map(|&column| self.reader.text(row, column))
            .filter(|text| !text.is_empty())
            .map(tidy)
            .collect::<Vec<_>>()
            .join(" ");
        StatementLine {
            position: row.line,
            booking_date,
            value_date,
            amount,
            currency,
            counterparty: text(self.plan.counterparty),
            counterparty_account: text(self.plan.counterparty_account),
            description,
            reference: text(self.plan.reference),
            bank_code: text(self.plan.bank_code),
            running_balance,
            raw: std::mem::take(&mut row.cells),
        }
    }
}

/// One line of text: runs of white space become a blank, and the protection ="…" of spreadsheets falls away.
fn tidy(text: &str) -> String {
    let text = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
