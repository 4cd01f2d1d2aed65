//! Bank files as bytes to statement lines and problems, without I/O.
//!
//! [`read`] takes the bytes of a file and gives back a [`Reading`]: statements with their lines, every cell that could
//! not be read with line, column and reason, every row that is no line with its reason, and how each decision was
//! reached. [`inspect`] only looks: it detects and hands out the first raw rows.
//!
//! * [`model`]: what every format is read into. [`mapping`]: how a table is read, storable, and what can be overruled.
//! * `sniff`: content before name. One module per format: `delimited`, `workbook`.
//! * `columns`, `layout`, `labels`, `detect`: whole columns as evidence. `chain`: the running balance as witness.
//! * `assemble`, `prove`: rows into lines, problems and ignored rows; lines into proved statements.
//!
//! Nothing is invented: what cannot be read is a [`Problem`], never a zero, and repairs are only offered with evidence.

#![forbid(unsafe_code)]

mod assemble;
mod calendar;
mod chain;
mod columns;
mod currency_marks;
mod dates;
mod delimited;
mod detect;
mod faults;
mod fingerprint;
mod formats;
mod labels;
mod layout;
pub mod mapping;
pub mod model;
mod number;
mod parts;
mod plan;
pub mod problem;
mod prove;
mod quotes;
mod sniff;
mod state;
mod table;
mod text;
mod words;
mod workbook;

pub use dates::DateFormat;
pub use fingerprint::{LineFingerprint, line_fingerprint, line_fingerprints};
pub use mapping::{CellRepair, ColumnMapping, DirectionWords, Mapping, ReadOptions, Role, SignModel};
pub use model::*;
pub use number::DecimalMark;
pub use problem::{Field, Problem, Reason, Severity, Suggestion};
pub use table::{Cells, MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROWS};

use std::convert::Infallible;

use detect::Detected;
use layout::Stated;
use sniff::Sniffed;
use table::Table;

/// Rows that [`inspect`] hands out.
pub const WINDOW_ROWS: usize = 200;

/// A file cut into rows.
struct Opened {
    format: Format,
    encoding: Option<String>,
    dialect: Option<Dialect>,
    sheet: Option<String>,
    sheets: Vec<String>,
    table: Table,
    decisions: Vec<Decision>,
    problems: Vec<Problem>,
}

impl Opened {
    fn refused(problem: Problem) -> Self {
        Self {
            format: Format::Unreadable,
            encoding: None,
            dialect: None,
            sheet: None,
            sheets: Vec::new(),
            table: Table::default(),
            decisions: Vec::new(),
            problems: vec![problem],
        }
    }
}

/// A file cut into rows, before anything is decided about its columns. Made once, it is told what bank it is from and
/// then read, and a long file need not be cut twice.
pub struct Cut {
    opened: Opened,
    /// Choices that it was cut under.
    encoding: Option<String>,
    delimiter: Option<char>,
    sheet: Option<String>,
}

/// What tells whose file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    pub format: Format,
    /// Key of the table's outside, under which a mapping is remembered. See [`Mapping::fingerprint`].
    pub fingerprint: String,
    /// Number of the account that the rows before the table name.
    pub account: Option<String>,
}

impl Cut {
    /// Cuts a file into rows.
    pub fn new(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Self {
        Self {
            opened: open(bytes, file_name, options),
            encoding: options.encoding.clone(),
            delimiter: options.delimiter,
            sheet: options.sheet.clone(),
        }
    }

    /// Whether the choices that decide on the rows are the ones it was cut under.
    pub fn is_under(&self, options: &ReadOptions) -> bool {
        (&self.encoding, self.delimiter, &self.sheet) == (&options.encoding, options.delimiter, &options.sheet)
    }

    /// What tells whose file it is, without a look into the columns.
    ///
    /// # Errors
    /// Why it is no file that could be read.
    pub fn recognise(&self) -> Result<Recognised, Problem> {
        if self.opened.format == Format::Unreadable {
            let unknown = || Problem::file(Reason::NotAStatement, Severity::Error, "This file is not a statement.");
            return Err(self.opened.problems.first().cloned().unwrap_or_else(unknown));
        }
        let (header, width, stated) = detect::outside_of(&self.opened.table);
        Ok(Recognised {
            format: self.opened.format,
            fingerprint: Mapping::fingerprint(&header, width, self.opened.format),
            account: stated.account.map(|(_, account)| account),
        })
    }

    /// Reads the rows; see [`read`]. `watch` is told how far it is, and ends it with an error.
    ///
    /// # Errors
    /// Whatever `watch` answers.
    pub fn read_watched<E>(
        self,
        file_name: &str,
        options: &ReadOptions,
        watch: &mut dyn FnMut(ReadStep) -> Result<(), E>,
    ) -> Result<Reading, E> {
        read_opened(self.opened, file_name, options, watch)
    }
}

fn open(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Opened {
    let mut opened = match sniff::sniff(bytes, file_name) {
        Sniffed::Refused(problem) => return Opened::refused(problem),
        Sniffed::Text => match open_text(bytes, options) {
            Ok(opened) => opened,
            Err(problem) => return Opened::refused(*problem),
        },
        Sniffed::Workbook(format) => match open_workbook(bytes, format, options) {
            Ok(opened) => opened,
            Err(problem) => return Opened::refused(*problem),
        },
    };
    if opened.table.cut {
        opened.problems.push(Problem::file(
            Reason::TooLarge,
            Severity::Error,
            format!("The file has more than {MAX_ROWS} rows. The rest was not read. Split the file."),
        ));
    }
    let by_name = file_name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    let disguised = opened.format == Format::Delimited && matches!(by_name.as_str(), "xls" | "xlsx" | "ods");
    let mut evidence =
        vec![format!("The content is {}.", if opened.format == Format::Delimited { "text" } else { "a workbook" })];
    if disguised {
        evidence.push(format!("The name ends in .{by_name}, but this is no workbook."));
    }
    opened.decisions.insert(
        0,
        Decision {
            topic: Topic::Format,
            value: format!("{:?}", opened.format).to_ascii_lowercase(),
            label: opened.format.label().into(),
            evidence,
            confidence: Confidence::Certain,
            alternatives: Vec::new(),
        },
    );
    opened
}

fn open_text(bytes: &[u8], options: &ReadOptions) -> Result<Opened, Box<Problem>> {
    let decoded = text::decode(bytes, options.encoding.as_deref())?;
    let (dialect, delimiter) = delimited::detect(&decoded.text, options.delimiter);
    let table = delimited::split(&decoded.text, dialect.delimiter);
    Ok(Opened {
        format: Format::Delimited,
        encoding: Some(decoded.encoding.name().to_owned()),
        dialect: Some(dialect),
        sheet: None,
        sheets: Vec::new(),
        table,
        decisions: vec![decoded.decision, delimiter],
        problems: Vec::new(),
    })
}

fn open_workbook(bytes: &[u8], format: Format, options: &ReadOptions) -> Result<Opened, Box<Problem>> {
    let mut sheets = workbook::open(bytes, format)?;
    let names: Vec<String> = sheets.tables.iter().map(|(name, _)| name.clone()).collect();
    let data_rows = |table: &Table| {
        let classes = columns::Classes::of(table);
        (0..table.rows.len()).filter(|&index| classes.is_data(index)).count()
    };
    let counts: Vec<usize> = sheets.tables.iter().map(|(_, table)| data_rows(table)).collect();
    let chosen = match &options.sheet {
        Some(name) => names.iter().position(|own| own == name).ok_or_else(|| {
            Box::new(Problem::file(
                Reason::UnknownSheet,
                Severity::Error,
                format!("The workbook has no sheet named “{name}”."),
            ))
        })?,
        // The sheet with most rows of dates and numbers; among equals the first with any rows.
        None => (0..names.len())
            .max_by_key(|&at| (counts[at], !sheets.tables[at].1.rows.is_empty(), std::cmp::Reverse(at)))
            .unwrap_or(0),
    };
    if sheets.tables.is_empty() {
        return Err(Box::new(Problem::file(Reason::Empty, Severity::Error, "The workbook has no sheets.")));
    }
    let (name, table) = sheets.tables.swap_remove(chosen);
    let mut problems = Vec::new();
    if options.sheet.is_none() {
        for (at, other) in names.iter().enumerate().filter(|(at, _)| *at != chosen && counts[*at] > 0) {
            problems.push(Problem::file(
                Reason::OtherSheet,
                Severity::Warning,
                format!(
                    "The sheet “{other}” holds {} with dates and numbers. It was not read.",
                    faults::counted(counts[at], "more row", "more rows")
                ),
            ));
        }
    }
    let decision = Decision {
        topic: Topic::Sheet,
        value: name.clone(),
        label: name.clone(),
        evidence: vec![format!("{} a date and a number.", faults::counted(counts[chosen], "row holds", "rows hold"))],
        confidence: if options.sheet.is_some() { Confidence::Chosen } else { Confidence::Likely },
        alternatives: names
            .iter()
            .filter(|other| **other != name)
            .map(|other| Alternative { value: other.clone(), label: other.clone() })
            .collect(),
    };
    Ok(Opened {
        format,
        encoding: None,
        dialect: None,
        sheet: Some(name),
        sheets: names,
        table,
        decisions: vec![decision],
        problems,
    })
}

fn detection(opened: &Opened, detected: &Detected, sections: &[Stated]) -> Detection {
    let mut decisions = opened.decisions.clone();
    decisions.extend(detected.decisions.iter().cloned());
    let row_line = |index: usize| opened.table.rows.get(index).map(|row| row.line);
    let relation = detected.relation;
    Detection {
        decisions,
        fingerprint: Some(detected.mapping.own_fingerprint()),
        mapping: Some(detected.mapping.clone()),
        header_row: detected.layout.header.and_then(row_line),
        first_row: row_line(detected.layout.body),
        last_row: opened.table.rows.last().map(|row| row.line),
        sheets: opened.sheets.clone(),
        order: Some(relation.map_or(detected.order, |relation| relation.order)),
        balance_place: relation.map(|relation| relation.place),
        stated: stated_values(sections),
    }
}

fn stated_values(sections: &[Stated]) -> Vec<StatedValue> {
    let mut values = Vec::new();
    for stated in sections {
        let mut push =
            |line: u32, what: &str, value: String| values.push(StatedValue { line, what: what.into(), value });
        if let Some((line, account)) = &stated.account {
            push(*line, "account", account.clone());
        }
        if let Some((line, currency)) = &stated.currency {
            push(*line, "currency", currency.clone());
        }
        for (what, balance) in [("opening", &stated.opening), ("closing", &stated.closing)] {
            if let Some(balance) = balance {
                push(balance.line, what, balance.text.clone());
            }
        }
        if let (Some(period), Some((line, _))) = (stated.period(), stated.dates.first()) {
            push(*line, "period", format!("{} to {}", period.from, period.to));
        }
    }
    values
}

/// The rows of a table that is no statement, its head among them; blank rows are left out.
///
/// # Errors
/// Why it is no table that could be read whole.
pub fn rows(bytes: &[u8], file_name: &str) -> Result<Vec<RawRow>, Problem> {
    let opened = open(bytes, file_name, &ReadOptions::default());
    if let Some(problem) = opened.problems.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(problem.clone());
    }
    let refuse = |message: String| Err(Problem::file(Reason::OtherSheet, Severity::Error, message));
    let table = if opened.sheets.len() > 1 {
        // Which sheet is meant is not for us to guess, and none of them is left out in silence.
        let sheets = workbook::open(bytes, opened.format).map_err(|problem| *problem)?;
        let mut filled = sheets.tables.into_iter().filter(|(_, table)| !table.rows.is_empty());
        match (filled.next(), filled.next()) {
            (Some((_, only)), None) => only,
            (None, _) => Table::default(),
            (Some((first, _)), Some((second, _))) => {
                return refuse(format!(
                    "The sheets “{first}” and “{second}” both hold rows. Keep one of them, or save it as a file of its own."
                ));
            }
        }
    } else {
        opened.table
    };
    if let Some(row) = table.rows.iter().find(|row| row.flaw.is_some()) {
        return refuse(format!("Line {} cannot be read: a quote is never closed, or it is too long.", row.line));
    }
    if table.cut {
        return refuse(format!("There are more than {MAX_ROWS} rows. Split the file."));
    }
    Ok(table.rows.into_iter().map(|row| RawRow { line: row.line, cells: row.cells }).collect())
}

/// Looks at a file without reading it whole into lines: what it is, how its table is read, and its first rows.
///
/// `file_name` is only used as evidence; the content decides.
pub fn inspect(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Inspection {
    let opened = open(bytes, file_name, options);
    let mut problems = opened.problems.clone();
    let mut detection_of = Detection { decisions: opened.decisions.clone(), ..Detection::default() };
    if opened.format != Format::Unreadable {
        let detected = detect::detect(&opened.table, opened.format, file_name, options);
        detection_of = detection(&opened, &detected, std::slice::from_ref(&detected.stated));
        problems.extend(file_problems(&opened.table, &detected, options));
    }
    let window = opened
        .table
        .rows
        .iter()
        .take(WINDOW_ROWS)
        .map(|row| RawRow { line: row.line, cells: row.cells.clone() })
        .collect();
    Inspection {
        format: opened.format,
        encoding: opened.encoding,
        dialect: opened.dialect,
        sheet: opened.sheet,
        detection: detection_of,
        window,
        rows: u32::try_from(opened.table.rows.len()).unwrap_or(u32::MAX),
        width: u32::try_from(opened.table.width()).unwrap_or(u32::MAX),
        problems,
    }
}

fn file_problems(table: &Table, detected: &Detected, options: &ReadOptions) -> Vec<Problem> {
    let warning = |(reason, text): &(Reason, String)| Problem::file(*reason, Severity::Warning, text.as_str());
    let mut problems: Vec<Problem> = detected.warnings.iter().map(warning).collect();
    if detected.layout.header_missing {
        let message = if options.header_row.is_some() {
            "The file has no row at the chosen header line."
        } else {
            "The header of the saved mapping is not in this file."
        };
        problems.push(Problem::file(Reason::HeaderNotFound, Severity::Warning, message));
    }
    if !detected.is_statement() {
        problems.push(Problem::file(Reason::NotAStatement, Severity::Error, faults::no_statement(table)));
    } else if detected.currency.is_none() && detected.plan.currency.is_none() {
        problems.push(Problem::file(
            Reason::MissingCurrency,
            Severity::Warning,
            format!(
                "The file does not name its currency. Amounts are read with {} decimals.",
                model::exponent_of(None, detected.decimals)
            ),
        ));
    }
    problems
}

/// Reads a whole file.
///
/// Never fails and never panics: what stands in the way is a [`Problem`] of severity error without a line.
/// `lines + ignored + problem rows` of [`Reading::counts`] is the number of rows that are not blank, whenever the file
/// could be opened.
pub fn read(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Reading {
    let Ok(reading) = read_watched::<Infallible>(bytes, file_name, options, &mut |_| Ok(()));
    reading
}

/// As [`read`]; `watch` is told how far it is, and ends it with an error.
///
/// # Errors
/// Whatever `watch` answers.
pub fn read_watched<E>(
    bytes: &[u8],
    file_name: &str,
    options: &ReadOptions,
    watch: &mut dyn FnMut(ReadStep) -> Result<(), E>,
) -> Result<Reading, E> {
    watch(ReadStep { phase: ReadPhase::Rows, done: 0, total: 0 })?;
    read_opened(open(bytes, file_name, options), file_name, options, watch)
}

fn read_opened<E>(
    mut opened: Opened,
    file_name: &str,
    options: &ReadOptions,
    watch: &mut dyn FnMut(ReadStep) -> Result<(), E>,
) -> Result<Reading, E> {
    if opened.format == Format::Unreadable {
        return Ok(Reading {
            format: opened.format,
            encoding: opened.encoding,
            dialect: None,
            sheet: None,
            statements: Vec::new(),
            problems: opened.problems,
            ignored: Vec::new(),
            counts: RowCounts::default(),
            detection: Detection { decisions: opened.decisions, ..Detection::default() },
            set_aside: Vec::new(),
        });
    }
    let rows = opened.table.rows.len() as u64;
    watch(ReadStep { phase: ReadPhase::Columns, done: 0, total: rows })?;
    let detected = detect::detect(&opened.table, opened.format, file_name, options);
    let readings = prove::samples(&opened.table, &detected);
    let mut detection_of = detection(&opened, &detected, &[]);
    let mut problems = std::mem::take(&mut opened.problems);
    problems.extend(file_problems(&opened.table, &detected, options));
    let sorted = assemble::sort(std::mem::take(&mut opened.table), &detected, options, watch)?;
    watch(ReadStep { phase: ReadPhase::Balances, done: 0, total: rows })?;
    let (statements, found, sorted) = prove::statements(sorted, &detected, &readings);
    problems.extend(found);
    problems.extend(faults::nothing_read(&sorted, &problems));
    problems.extend(calendar::odd_days(&statements, options.today));
    detection_of.stated = stated_values(&sorted.sections);
    Ok(Reading {
        format: opened.format,
        encoding: opened.encoding,
        dialect: opened.dialect,
        sheet: opened.sheet,
        statements,
        problems,
        ignored: sorted.ignored,
        counts: sorted.counts,
        detection: detection_of,
        set_aside: sorted.set_aside,
    })
}
