//! The complete, storable description of how a table is read, and the choices a person can make.

use jiff::civil::Date;
use ledger::Currency;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dates::DateFormat;
use crate::model::Format;
use crate::number::DecimalMark;
use crate::words::fold;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    BookingDate,
    ValueDate,
    /// One amount per line, signed or with a [`Role::Direction`] beside it.
    Amount,
    /// Money out.
    Debit,
    /// Money in.
    Credit,
    /// The word or sign that says whether an unsigned amount went out or came in.
    Direction,
    /// Running balance; only used to check.
    Balance,
    Currency,
    /// Several columns are joined from left to right.
    Description,
    Reference,
    Counterparty,
    CounterpartyAccount,
    /// The account the line belongs to.
    Account,
    /// The bank's code or word for the kind of transaction.
    BankCode,
    /// A fee that left the account besides the amount.
    Fee,
    /// The word that says whether the bank has booked the row. What it only announced or refused is not read.
    State,
    Ignore,
}

/// How the sign of an amount is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignModel {
    /// Minus is money out.
    Signed,
    /// Plus is money out, as on many card statements.
    Inverse,
    /// Two columns of magnitudes: credit minus debit.
    DebitCredit,
    /// Two columns, and the debit column carries its own minus: credit plus debit.
    DebitCreditSigned,
    /// Two columns of magnitudes, and a minus in the credit column says nothing, as on some cards: credit minus debit.
    DebitCreditMinus,
    /// A magnitude and a word for the direction.
    Directed,
}

impl SignModel {
    /// The model in a few words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Signed => "Signed amounts",
            Self::Inverse => "Signed amounts, plus is money out",
            Self::DebitCredit => "Money out and money in columns",
            Self::DebitCreditSigned => "Money out (negative) and money in columns",
            Self::DebitCreditMinus => "Money out and money in (printed with a minus) columns",
            Self::Directed => "Amount and direction word",
        }
    }
}

/// The words of a direction column, as they stand in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionWords {
    pub debit: Vec<String>,
    pub credit: Vec<String>,
}

/// One column of a [`Mapping`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnMapping {
    pub role: Role,
    /// Of number columns; none: detect it again.
    #[serde(default)]
    pub decimal_mark: Option<DecimalMark>,
    /// Of date columns; none: detect it again.
    #[serde(default)]
    pub date_format: Option<DateFormat>,
}

/// How to read a table: enough to read the next file of the same bank without detecting anything.
///
/// What is `None` is detected again, so a screen may change one thing and leave the rest to the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    pub format: Format,
    /// Texts of the header cells; empty when the table has none. The row itself is looked up by these, because the
    /// number of rows before it varies from file to file.
    pub header: Vec<String>,
    /// One entry per column, from the left.
    pub columns: Vec<ColumnMapping>,
    #[serde(default)]
    pub sign_model: Option<SignModel>,
    #[serde(default)]
    pub direction_words: DirectionWords,
    /// Currency of the lines when no column and no text of the file names it.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// The roles also say which columns hold fees and states. Without it, as in mappings saved before there were such
    /// roles, both are looked for in the file.
    #[serde(default)]
    pub fees_and_states: bool,
}

impl Mapping {
    /// Key of a table's outside: header texts without case and accents, width and file type.
    ///
    /// Two files of one bank agree on it, whatever account and period they are for.
    pub fn fingerprint(header: &[String], width: usize, format: Format) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{format:?}\n{width}\n").as_bytes());
        for cell in header {
            hash.update(fold(cell).as_bytes());
            hash.update(b"\n");
        }
        hex(&hash.finalize()[..16])
    }

    /// The fingerprint of the files this mapping was made for.
    pub fn own_fingerprint(&self) -> String {
        Self::fingerprint(&self.header, self.columns.len(), self.format)
    }

    /// Columns with a role, from the left.
    pub fn columns_with(&self, role: Role) -> impl Iterator<Item = usize> {
        self.columns.iter().enumerate().filter(move |(_, column)| column.role == role).map(|(index, _)| index)
    }
}

/// A cell that a person has corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellRepair {
    /// Line of the file or row of the sheet, from 1.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
    /// Notation-free: a plain decimal with a point (`2204.18`), a date as `YYYY-MM-DD`, any text elsewhere.
    pub value: String,
}

/// Choices that overrule detection. What is left out is detected under those that are given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// WHATWG label such as `windows-1252` or `utf-8`.
    pub encoding: Option<String>,
    pub delimiter: Option<char>,
    /// Name of the sheet of a workbook.
    pub sheet: Option<String>,
    /// Row of the header, from 1; 0: there is no header.
    pub header_row: Option<u32>,
    pub mapping: Option<Mapping>,
    /// Currency of the account the file is for. Used where the file names none.
    pub currency_hint: Option<Currency>,
    /// Today, for telling which of two date orders would lie in the future. Never read from a clock here.
    pub today: Option<Date>,
    /// For all date columns.
    pub date_format: Option<DateFormat>,
    /// For all number columns.
    pub decimal_mark: Option<DecimalMark>,
    pub sign_model: Option<SignModel>,
    pub repairs: Vec<CellRepair>,
    /// Rows a person leaves out, by line.
    pub skip_lines: Vec<u32>,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
