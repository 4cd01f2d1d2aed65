//! Faults as sentences.

use crate::assemble::Sorted;
use crate::dates::{self, DateError, DateFormat};
use crate::model::IgnoreReason;
use crate::number::{self, DecimalMark, NumberError};
use crate::plan::{Cause, Fault, Plan};
use crate::problem::{Field, Problem, Reason, Severity};
use crate::quotes::Stray;
use crate::table::{Row, Table};

/// Where a fault stands.
pub(crate) struct Place<'a> {
    pub(crate) line: u32,
    pub(crate) raw: &'a str,
    pub(crate) column_name: Option<&'a str>,
}

/// The problem to show for a fault.
pub(crate) fn problem(fault: &Fault, place: &Place, plan: &Plan, currency: Option<&str>) -> Problem {
    let mark = fault.column.map_or(DecimalMark::Point, |column| plan.mark(column));
    let format = fault.column.map_or(DateFormat::Ymd, |column| plan.format(column));
    let (reason, message) = sentence(fault, place.raw, mark, format, currency);
    Problem {
        line: Some(place.line),
        column: fault.column.and_then(|column| u32::try_from(column + 1).ok()),
        column_name: place.column_name.filter(|name| !name.is_empty()).map(str::to_owned),
        field: fault.field,
        raw: place.raw.chars().take(200).collect(),
        expected: match &fault.cause {
            Cause::OtherCurrency { row, .. } => format!("An amount in {row}"),
            _ => expected(fault.field, mark, format),
        },
        reason,
        message,
        severity: if fault.field == Field::Balance { Severity::Warning } else { Severity::Error },
        suggestion: None,
    }
}

/// Rows that are whole in spite of a stray quote are read; where a text may hold what looks like rows, none is believed.
pub(crate) fn stray_quote(stray: &Stray) -> (Severity, String) {
    let Stray { from, until, whole } = stray;
    if from == until {
        return (
            Severity::Warning,
            "A quote in this row would join several cells. It was read as a plain character.".into(),
        );
    }
    let what = format!("A quote opens on line {from} and closes on line {until} only.");
    if *whole {
        (Severity::Warning, format!("{what} Each line from {from} to {until} is a row and was read as one."))
    } else {
        (Severity::Error, format!("{what} What stands between may be a text or rows. Correct the quote in the file."))
    }
}

fn expected(field: Field, mark: DecimalMark, format: DateFormat) -> String {
    match field {
        Field::BookingDate | Field::ValueDate => format!("A date as {}", format.label()),
        Field::Amount | Field::Debit | Field::Credit | Field::Balance => {
            format!("A number as {}", mark.label())
        }
        Field::Direction => "A word for money in or money out".into(),
        Field::Currency => "A currency code such as EUR".into(),
        Field::File | Field::Row | Field::Text => String::new(),
    }
}

fn sentence(
    fault: &Fault,
    raw: &str,
    mark: DecimalMark,
    format: DateFormat,
    currency: Option<&str>,
) -> (Reason, String) {
    let shown: String = raw.chars().take(60).collect();
    match &fault.cause {
        Cause::Missing if matches!(fault.field, Field::BookingDate | Field::ValueDate) => {
            (Reason::MissingDate, "The date is missing.".into())
        }
        Cause::Missing => (Reason::MissingAmount, "The amount is missing.".into()),
        Cause::Number(error) => number(error, &shown, mark),
        Cause::Decimals { given, allowed } => {
            let currency = currency.unwrap_or("the currency");
            let decimals = |number: usize| match number {
                0 => "no decimals".to_owned(),
                1 => "1 decimal".to_owned(),
                more => format!("{more} decimals"),
            };
            let (given, has) = (decimals(*given), decimals(usize::from(*allowed)));
            (Reason::TooManyDecimals, format!("{shown} has {given}, {currency} has {has}. Amounts are never rounded."))
        }
        Cause::Date(error) => date(*error, &shown, format),
        Cause::Ahead(day) => {
            (Reason::ImplausibleYear, format!("{day} is more than a year ahead. No bank has booked on that day yet."))
        }
        Cause::DebitAndCredit => (Reason::DebitAndCredit, "Both money out and money in are filled.".into()),
        Cause::Direction if shown.is_empty() => {
            (Reason::UnknownDirection, "Nothing says whether this went out or came in.".into())
        }
        Cause::Direction => {
            (Reason::UnknownDirection, format!("“{shown}” does not say whether this went out or came in."))
        }
        Cause::UnknownCurrency => (Reason::UnknownCurrency, format!("“{shown}” is not a known currency code.")),
        Cause::OtherCurrency { printed, row } => (
            Reason::OtherCurrency,
            format!("“{printed}” is not {row}, and the line would be booked in {row}. Nothing is converted."),
        ),
        Cause::Inexact => (
            Reason::Inexact,
            format!(
                "{shown} has more than 15 digits, and a workbook stores no more than that exactly. Type what the bank states."
            ),
        ),
        Cause::Cell => (Reason::CellError, format!("The cell holds the spreadsheet error {shown}.")),
        Cause::Repair => {
            (Reason::BadRepair, "The correction is not a plain number with a point, or a date as YYYY-MM-DD.".into())
        }
    }
}

fn number(error: &NumberError, shown: &str, mark: DecimalMark) -> (Reason, String) {
    match error {
        NumberError::Blank => (Reason::MissingAmount, "The amount is missing.".into()),
        NumberError::Character(c) if c.is_alphabetic() => {
            (Reason::NotANumber, format!("{shown} is not a number. “{c}” is a letter."))
        }
        NumberError::Character(c) => {
            (Reason::NotANumber, format!("{shown} is not a number. “{c}” does not belong in one."))
        }
        NumberError::Marks => {
            (Reason::MixedMarks, format!("{shown} does not fit this column, which writes numbers as {}.", mark.label()))
        }
        NumberError::Grouping => (
            Reason::BadGrouping,
            format!("{shown} has groups that are not 3 digits in a column that writes numbers as {}.", mark.label()),
        ),
        NumberError::Signs => (Reason::NotANumber, format!("{shown} is not a number. It has 2 signs or 2 currencies.")),
        NumberError::Contradiction => (
            Reason::SignAgainstSide,
            format!(
                "{shown} has a sign that says one thing and a side that says the other. Write it with one of the two."
            ),
        ),
        NumberError::Sideless => (
            Reason::UnknownDirection,
            format!("{shown} does not say whether it went out or came in, as the other amounts of its column do."),
        ),
        NumberError::Long => (
            Reason::NotANumber,
            format!("{shown} is too long. An amount has at most {} digits.", ledger::Amount::MOST_DIGITS),
        ),
        NumberError::NoDigits => (Reason::NotANumber, format!("{shown} is not a number. It has no digits.")),
    }
}

fn date(error: DateError, shown: &str, format: DateFormat) -> (Reason, String) {
    match error {
        DateError::Blank => (Reason::MissingDate, "The date is missing.".into()),
        DateError::Shape => (Reason::NotADate, format!("{shown} is not a date as {}.", format.label())),
        DateError::NoYear => (Reason::NoYear, format!("{shown} has no year.")),
        DateError::Month(month) => {
            (Reason::ImpossibleDate, format!("{shown} is not a date as {}. There is no month {month}.", format.label()))
        }
        DateError::Day { year, month, has, .. } => {
            let year = if month == 2 { format!(" {year}") } else { String::new() };
            (
                Reason::ImpossibleDate,
                format!("{shown} is not a date. {}{year} has {has} days.", dates::month_name(month)),
            )
        }
        DateError::Year(year) => {
            (Reason::ImplausibleYear, format!("{shown} is not a date of a statement. The year would be {year}."))
        }
    }
}

/// Why no table of lines was found.
pub(crate) fn no_statement(table: &Table) -> &'static str {
    const ROWS: usize = 500;
    let yearless = |text: &str| dates::parse(text, DateFormat::Dmy) == Err(DateError::NoYear);
    let is_line = |row: &Row| {
        let date = row.filled().find(|&column| yearless(row.cell(column)));
        date.is_some_and(|date| row.filled().any(|at| at != date && number::shape(row.cell(at)).marks != 0))
    };
    if table.rows.iter().take(ROWS).filter(|row| is_line(row)).count() >= 2 {
        "The dates of this table have no year, and a line needs one. Write the year into the file, or ask the bank for another."
    } else {
        "No table with a date and an amount in each row was found. Choose the columns, or ask the bank for CSV or XLSX."
    }
}

/// Rows with several cells stand below the header, and not one of them could be read as a line.
pub(crate) fn nothing_read(sorted: &Sorted, problems: &[Problem]) -> Option<Problem> {
    let rows =
        sorted.ignored.iter().filter(|row| row.reason == IgnoreReason::Text && row.text.matches(" | ").count() >= 2);
    let silent = sorted.counts.lines == 0 && problems.iter().all(|problem| problem.severity != Severity::Error);
    let rows = if silent { rows.count() } else { 0 };
    (rows > 0).then(|| {
        let rows = counted(rows, "row below the header has", "rows below the header have");
        let message = format!("{rows} no date that could be read, and no other row is a line. Choose the columns.");
        Problem::file(Reason::NotAStatement, Severity::Error, message)
    })
}

/// The first five of a list, and whether there are more.
pub(crate) fn first_few<S: AsRef<str>>(words: Vec<S>) -> String {
    let list = words.iter().take(5).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if words.len() > 5 { list + " and more" } else { list }
}

/// `1 row`, `3 rows`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
