//! What every format is read into.

use jiff::civil::Date;
use ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::dates::DateFormat;
use crate::mapping::{Mapping, SignModel};
use crate::number::DecimalMark;
use crate::problem::{Problem, Severity};
use crate::table::Cells;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Delimited text: commas, semicolons, tabs, bars.
    Delimited,
    Xlsx,
    /// Binary workbook of XLSX's kind.
    Xlsb,
    Xls,
    Ods,
    /// Recognised or not, it is not read; the problems say why.
    Unreadable,
}

impl Format {
    /// The name people know.
    pub fn label(self) -> &'static str {
        match self {
            Self::Delimited => "Delimited text",
            Self::Xlsx => "XLSX",
            Self::Xlsb => "XLSB",
            Self::Xls => "XLS",
            Self::Ods => "ODS",
            Self::Unreadable => "Not readable",
        }
    }
}

/// How text was cut into cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    pub delimiter: char,
    /// Double quotes protect delimiters and line breaks.
    pub quoted: bool,
}

/// A whole file, read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub format: Format,
    /// WHATWG name of the text encoding; none for workbooks.
    pub encoding: Option<String>,
    /// None for workbooks.
    pub dialect: Option<Dialect>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    pub statements: Vec<Statement>,
    pub problems: Vec<Problem>,
    /// Rows that are no lines, each with its reason: what stands before the table, totals, disclaimers, left out rows.
    pub ignored: Vec<IgnoredRow>,
    pub counts: RowCounts,
    pub detection: Detection,
    /// Rows that should have become lines and did not, and rows left out by choice: the first [`MAX_SET_ASIDE`] of them.
    #[serde(skip)]
    pub set_aside: Vec<SetAside>,
}

/// Rows of [`Reading::set_aside`] that are kept.
pub const MAX_SET_ASIDE: usize = 2_000;

/// A row that became no line, cell by cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    pub line: u32,
    pub cells: Cells,
    /// By column, what could be read all the same: an ISO day or minor units.
    pub read: Vec<Option<String>>,
}

/// What reading is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadPhase {
    /// Bytes into rows.
    Rows,
    /// Whole columns as evidence.
    Columns,
    /// Rows into lines.
    Lines,
    /// Lines against their balances.
    Balances,
}

/// How far reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadStep {
    pub phase: ReadPhase,
    /// Rows; zero where they are not counted.
    pub done: u64,
    pub total: u64,
}

impl Reading {
    /// Number of lines over all statements.
    pub fn line_count(&self) -> usize {
        self.statements.iter().map(|statement| statement.lines.len()).sum()
    }

    /// True if some row or the whole file was not read, or must not be used as it was read.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Where every row went: `lines + ignored + problem_rows` is the number of rows that are not blank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    pub rows: u32,
    pub blank: u32,
    pub lines: u32,
    pub ignored: u32,
    /// Rows with at least one problem of severity error.
    pub problem_rows: u32,
}

/// One account in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// IBAN or number as printed, without blanks when it is an IBAN.
    pub account: Option<String>,
    pub currency: Option<String>,
    /// Decimals of the minor unit all amounts of this statement are counted in. The currency's own when it is known;
    /// otherwise 2, or as many as the file needs.
    pub exponent: u8,
    pub opening: Option<DatedBalance>,
    pub closing: Option<DatedBalance>,
    /// As stated by the file, else first and last booking date.
    pub period: Option<Period>,
    /// In file order.
    pub lines: Vec<StatementLine>,
    pub proof: Proof,
    /// Opening plus movements against closing, when both balances are known.
    pub check: Option<BalanceCheck>,
    /// Lines and problem rows whose balance does not follow from the row before, by line number.
    pub breaks: Vec<u32>,
}

/// A balance and the day it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedBalance {
    /// Signed minor units.
    pub amount: Amount,
    pub date: Option<Date>,
    pub source: BalanceSource,
}

/// Where a balance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceSource {
    /// Printed with a label before or after the table.
    Stated,
    /// Follows from the balance column.
    Column,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// One booked line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Line of the file or row of the sheet, from 1.
    pub position: u32,
    pub booking_date: Date,
    pub value_date: Option<Date>,
    /// Signed minor units; money out is negative.
    pub amount: Amount,
    pub currency: Option<String>,
    pub counterparty: Option<String>,
    pub counterparty_account: Option<String>,
    pub description: String,
    pub reference: Option<String>,
    pub bank_code: Option<String>,
    /// The balance printed with this line, before or after it as the bank does.
    pub running_balance: Option<Amount>,
    /// The cells as they stand in the file.
    pub raw: Cells,
}

/// How far a reading is proved by the file itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Proof {
    /// One reading survives: `agree` of `of` rows follow from the row before.
    Proved { agree: u32, of: u32, by: ProofBasis },
    /// Several readings fit; a person must pick one. The first is the one the lines are read under.
    Ambiguous { readings: Vec<AlternativeReading> },
    /// Nothing in the file proves or contradicts the reading.
    NotProvable { why: String },
}

/// What a proof rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofBasis {
    RunningBalance,
    /// Opening plus all movements equals closing, both stated by the file.
    Totals,
}

/// One of several readings that fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlternativeReading {
    pub label: String,
    pub evidence: Vec<String>,
    /// The options that choose it.
    pub choice: Choice,
    /// The first rows under it.
    pub sample: Vec<SampleLine>,
}

/// The part of [`crate::ReadOptions`] that tells two readings apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    pub date_format: Option<DateFormat>,
    pub decimal_mark: Option<DecimalMark>,
    pub sign_model: Option<SignModel>,
    /// Set when roles differ.
    pub mapping: Option<Mapping>,
}

/// A row as one reading sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleLine {
    pub position: u32,
    pub booking_date: Option<Date>,
    /// Decimal text with a point.
    pub amount: Option<String>,
}

/// Opening + movements = closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceCheck {
    pub opening: Amount,
    pub money_in: Amount,
    pub money_in_lines: u32,
    /// Zero or negative.
    pub money_out: Amount,
    pub money_out_lines: u32,
    pub computed: Amount,
    pub closing: Amount,
    /// Closing minus computed; zero when the statement ties.
    pub difference: Amount,
    /// Lines left out for problems whose amounts, as the balance column implies them, add up to the difference.
    pub explained_by: Vec<u32>,
}

/// A row that is not a line, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredRow {
    pub line: u32,
    pub reason: IgnoreReason,
    /// The row's texts, shortened.
    pub text: String,
}

/// Why a row is not a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreReason {
    /// Stands before the table.
    Preamble,
    Header,
    /// The header again.
    RepeatedHeader,
    /// Heads another account within the table.
    Section,
    OpeningBalance,
    ClosingBalance,
    Total,
    /// Text without date and amount.
    Text,
    /// Belongs to another table below the first.
    SecondTable,
    /// The bank says that it is not booked: announced, held back or refused.
    NotBooked,
    /// Left out by the reader.
    LeftOut,
}

/// How everything was found out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    pub decisions: Vec<Decision>,
    /// None when nothing could be read.
    pub mapping: Option<Mapping>,
    /// Key under which a saved mapping is found again.
    pub fingerprint: Option<String>,
    /// Row of the header, from 1.
    pub header_row: Option<u32>,
    /// First and last row of the table's body.
    pub first_row: Option<u32>,
    pub last_row: Option<u32>,
    /// Sheets of a workbook.
    pub sheets: Vec<String>,
    pub order: Option<RowOrder>,
    pub balance_place: Option<BalancePlace>,
    /// What labels beside the table say.
    pub stated: Vec<StatedValue>,
}

impl Detection {
    /// The decision on a topic.
    pub fn decision(&self, topic: Topic) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.topic == topic)
    }
}

/// A value printed with a label outside the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedValue {
    pub line: u32,
    /// `account`, `currency`, `opening`, `closing` or `period`.
    pub what: String,
    pub value: String,
}

/// Which way time runs in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    OldestFirst,
    NewestFirst,
    /// All on one day, or mixed.
    Unknown,
}

/// Whether a printed balance includes its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalancePlace {
    AfterRow,
    BeforeRow,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Format,
    Encoding,
    Delimiter,
    Sheet,
    Header,
    Columns,
    DateFormat,
    DecimalMark,
    SignModel,
    Order,
    Currency,
    Account,
}

/// How sure a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Nothing else fits.
    Certain,
    /// The evidence points here.
    Likely,
    /// Something else fits as well.
    Open,
    /// Given by the caller.
    Chosen,
}

/// One thing that was found out, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub topic: Topic,
    /// For programs: `windows-1252`, `;`, `dmy`.
    pub value: String,
    /// For people: `Windows-1252`, `Semicolon`, `DD/MM/YYYY`.
    pub label: String,
    pub evidence: Vec<String>,
    pub confidence: Confidence,
    /// Other values that can be chosen.
    pub alternatives: Vec<Alternative>,
}

/// Another value of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    pub value: String,
    pub label: String,
}

/// A first look at a file: everything detected, and the first raw rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    pub format: Format,
    pub encoding: Option<String>,
    pub dialect: Option<Dialect>,
    pub sheet: Option<String>,
    pub detection: Detection,
    /// The first rows as cells, preamble and header included.
    pub window: Vec<RawRow>,
    /// Rows that are not blank.
    pub rows: u32,
    /// Largest number of columns.
    pub width: u32,
    /// Of the file as a whole.
    pub problems: Vec<Problem>,
}

/// One row before any interpretation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub line: u32,
    pub cells: Cells,
}

/// Decides how many decimals amounts are counted in.
pub(crate) fn exponent_of(currency: Option<&Currency>, decimals_seen: u8) -> u8 {
    currency.map_or_else(|| decimals_seen.clamp(2, ledger::currency::MAX_EXPONENT), Currency::exponent)
}
