//! What could not be read, where, why, and what would repair it.

use serde::{Deserialize, Serialize};

/// How far a problem reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is missing and nothing is in doubt.
    Note,
    /// The line was read, but something about it or the file needs a look.
    Warning,
    /// The row or the whole file was not read, or must not be used as it was read.
    Error,
}

/// What a cell or a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    File,
    Row,
    BookingDate,
    ValueDate,
    Amount,
    Debit,
    Credit,
    Direction,
    Balance,
    Currency,
    Text,
}

/// Stable codes: programs test these, people read [`Problem::message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    // The file as a whole.
    Empty,
    Pdf,
    Html,
    /// A known bank or office format that this version does not read.
    UnsupportedFormat,
    ProtectedWorkbook,
    DamagedWorkbook,
    NotAWorkbook,
    Binary,
    NotAStatement,
    UnknownEncoding,
    UnknownSheet,
    TooLarge,
    HeaderNotFound,
    MissingCurrency,
    OtherSheet,
    SecondTable,
    /// Rows that the bank says are not booked.
    NotBooked,
    /// A column of states holds words that say neither booked nor not booked.
    UnknownState,
    /// Fees stand beside the amounts, and nothing proves whether they are part of them.
    FeesBeside,
    /// Credits are printed with a minus and were read as money in.
    CreditsWithMinus,
    /// Debits are printed with a minus in some rows and without one in others.
    DebitsOfBothSigns,
    ClosingDiffers,
    OpeningDiffers,
    /// Lines are dated outside the period that the file states.
    OutsidePeriod,
    /// Lines are dated after the day the file is read on.
    AfterToday,
    // One cell.
    NotANumber,
    /// A minus beside a credit, or a plus beside a debit.
    SignAgainstSide,
    MixedMarks,
    BadGrouping,
    TooManyDecimals,
    Rounded,
    NotADate,
    ImpossibleDate,
    ImplausibleYear,
    NoYear,
    MissingDate,
    MissingAmount,
    DebitAndCredit,
    UnknownDirection,
    UnknownCurrency,
    /// The amount is printed in another currency than the row or the balance is in.
    OtherCurrency,
    CellError,
    /// A workbook holds more digits than it stores exactly.
    Inexact,
    CellTooLong,
    UndecodableText,
    BadRepair,
    // One row.
    TooManyColumns,
    ExtraCells,
    OpenQuote,
    /// The file ends in the middle of this row.
    CutOff,
    /// A quote would have swallowed rows or cells, which were read on their own instead.
    StrayQuote,
    /// A balance does not follow from its neighbour. As an error it concerns the whole file: amounts are missing.
    BalanceBreak,
}

/// A repair that the file itself gives evidence for. It is offered, never applied by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What to put into the cell: a plain decimal with a point, or a date as `YYYY-MM-DD`.
    pub value: String,
    /// The same for people: `2,204.18`.
    pub label: String,
    /// One sentence: why this value.
    pub evidence: String,
}

/// Something that was not read or needs a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line of the file or row of the sheet, from 1; none when it concerns the whole file.
    pub line: Option<u32>,
    /// Column from 1.
    pub column: Option<u32>,
    /// Header text of the column, if there is one.
    pub column_name: Option<String>,
    pub field: Field,
    /// The cell as it stands in the file.
    pub raw: String,
    /// What the place should hold, in words.
    pub expected: String,
    pub reason: Reason,
    /// One or two sentences for people.
    pub message: String,
    pub severity: Severity,
    pub suggestion: Option<Suggestion>,
}

impl Problem {
    /// A problem of the whole file.
    pub(crate) fn file(reason: Reason, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            line: None,
            column: None,
            column_name: None,
            field: Field::File,
            raw: String::new(),
            expected: String::new(),
            reason,
            message: message.into(),
            severity,
            suggestion: None,
        }
    }

    /// A problem of one row.
    pub(crate) fn row(line: u32, reason: Reason, severity: Severity, message: impl Into<String>) -> Self {
        Self { line: Some(line), field: Field::Row, ..Self::file(reason, severity, message) }
    }
}
