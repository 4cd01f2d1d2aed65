//! What the import wizard sends and shows. Nothing here is stored before [`ImportRequest`] is committed.
//!
//! Amounts are canonical decimal text in minor units of the statement's currency, dates ISO days, times ISO instants.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the bytes come from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum ImportSource {
    /// A file on this machine.
    Path { path: String },
    /// Bytes the window already holds (drag and drop), with the name they came under.
    Bytes { name: String, bytes: Vec<u8> },
}

/// A file that is open in the wizard. The engine keeps the bytes until it is closed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportSession {
    pub id: String,
    pub file_name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    pub sha256: String,
    /// What the content is: `csv`, `xlsx`, …
    pub format: String,
    /// Name of the saved mapping this file's header is known by.
    pub profile: Option<String>,
    /// When and as what this very file was imported before.
    pub imported_before: Vec<EarlierImport>,
    /// The balance it went into last time, or whose account number the file names.
    pub suggested_balance: Option<String>,
}

/// An import that already happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EarlierImport {
    pub statement_id: String,
    pub statement_name: String,
    pub file_name: String,
    pub balance_id: String,
    pub balance_name: String,
    pub at: String,
}

/// What the person changed; everything absent is detected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct ImportOptions {
    /// Text encoding by its label, `windows-1252`.
    pub encoding: Option<String>,
    /// One character.
    pub delimiter: Option<String>,
    pub sheet: Option<String>,
    /// File line of the header, from 1; 0 says that there is none.
    pub header_line: Option<u32>,
    /// Notation of dates: `ymd`, `dmy`, `mdy`, `serial`.
    pub date_format: Option<String>,
    /// `point` or `comma`.
    pub decimal_mark: Option<String>,
    /// How signs are written: `signed`, `inverse`, `debit_credit`, `debit_credit_signed`,
    /// `debit_credit_minus`, `directed`.
    pub sign_model: Option<String>,
    /// Role of each column in file order; see [`PreviewColumn::choices`].
    pub columns: Option<Vec<String>>,
    /// The currency of a file that names none.
    pub currency: Option<String>,
    /// Cells typed or accepted in place of what the file says.
    pub repairs: Vec<CellRepair>,
    /// Rows left out one by one, by file line.
    pub leave_out: Vec<u32>,
    /// Which of the accounts in the file.
    pub statement: u32,
    /// Typed opening balance, minor units.
    pub opening: Option<String>,
    /// Typed closing balance, minor units.
    pub closing: Option<String>,
    /// Lines, by file line, that look like a stored one and are new all the same.
    pub keep_known: Vec<u32>,
    /// Every line is new, however like a stored one it looks.
    pub keep_all_known: bool,
    /// Lines, by file line, that [`ImportPlan::late`] asks about and that are stored already: not stored again.
    #[serde(default)]
    pub same: Vec<u32>,
    /// Every line that is asked about is stored already, but those of `keep_known`.
    #[serde(default)]
    pub all_same: bool,
}

/// One cell with another text than the file has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CellRepair {
    pub line: u32,
    /// Column index from 0.
    pub column: u32,
    /// Without notation: a plain decimal with a point, a date as `YYYY-MM-DD`, any text elsewhere.
    pub value: String,
}

/// One of a list to pick from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// Something that was detected about the file and can be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DialectChip {
    /// Name of the field in [`ImportOptions`].
    pub key: String,
    pub label: String,
    pub value: String,
    pub value_label: String,
    /// Why, in words.
    pub evidence: String,
    /// The person's choice, not a detection.
    pub chosen: bool,
    pub choices: Vec<Choice>,
}

/// What became of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ColumnMark {
    Read,
    Problems,
    Ignored,
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewColumn {
    pub index: u32,
    /// Header cell, or `Column 3`.
    pub name: String,
    pub role: String,
    pub mark: ColumnMark,
    pub problems: u32,
    pub evidence: String,
    pub choices: Vec<Choice>,
}

/// One cell of a shown row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewCell {
    pub raw: String,
    /// How it was read: ISO day, minor units, or the text.
    pub value: Option<String>,
    /// `date`, `amount` or `text`: how to show `value`.
    pub shape: String,
    /// Why it could not be read.
    pub problem: Option<String>,
    /// The text was replaced by the person.
    pub repaired: bool,
}

/// A part of the preview, in file order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum PreviewItem {
    /// A row that is shown.
    Row {
        line: u32,
        cells: Vec<PreviewCell>,
        bad: bool,
        left_out: bool,
        /// Whether the running balance in the file agrees here; absent when it cannot be said.
        balance_agrees: Option<bool>,
    },
    /// Rows read without problems, folded.
    Folded { from_line: u32, to_line: u32, rows: u32 },
}

/// A cell that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportProblem {
    pub line: u32,
    /// Column index from 0, absent for a whole row.
    pub column: Option<u32>,
    pub column_name: String,
    pub raw: String,
    /// What is wrong, in words.
    pub reason: String,
    /// Value that would repair it, to be used in a [`CellRepair`].
    pub suggestion: Option<String>,
    /// The same for people: `2,204.18`.
    pub suggestion_label: Option<String>,
    /// What speaks for the suggestion.
    pub suggestion_evidence: Option<String>,
}

/// A row that is not a statement line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IgnoredRow {
    pub line: u32,
    pub text: String,
    pub reason: String,
}

/// One account found in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundStatement {
    pub index: u32,
    pub account: Option<String>,
    pub currency: Option<String>,
    pub period_from: Option<String>,
    pub period_to: Option<String>,
    pub lines: u32,
}

/// Whether opening and movements make the closing balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProofVerdict {
    /// Opening, movements and closing agree.
    Ties,
    DoesNotTie,
    /// Opening or closing is not known.
    CannotBeProved,
}

/// Opening + in + out = computed, against closing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportProof {
    pub verdict: ProofVerdict,
    pub currency: String,
    pub exponent: u8,
    pub opening: Option<String>,
    /// `file`, `balance_column`, `typed`, `previous`.
    pub opening_from: Option<String>,
    pub money_in: String,
    pub rows_in: u32,
    /// At or below zero.
    pub money_out: String,
    pub rows_out: u32,
    pub computed: Option<String>,
    pub closing: Option<String>,
    /// `file`, `balance_column`, `typed`, `computed`.
    pub closing_from: Option<String>,
    /// Closing less computed.
    pub difference: Option<String>,
    /// Rows whose running balance agrees, of those that have one.
    pub balance_agreeing: u32,
    pub balance_rows: u32,
    /// Says so when the bad rows account for the difference.
    pub explanation: Option<String>,
    /// Closing of the last statement of the balance before the file.
    pub previous_closing: Option<String>,
    pub previous_name: Option<String>,
    /// Whether the file goes on from it; lines that both have are counted once.
    pub continues_previous: Option<bool>,
    /// How far the opening is from it where it does not.
    pub previous_apart: Option<String>,
    pub verdict_words: String,
}

/// One of several readings that fit equally well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Reading {
    pub index: u32,
    pub label: String,
    pub evidence: Vec<String>,
    /// Options that select it.
    pub options: ImportOptions,
    /// The first rows under it: line, date, amount.
    pub examples: Vec<[String; 3]>,
}

/// Everything the format and columns steps show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportPreview {
    pub session: String,
    pub file_name: String,
    pub dialect: Vec<DialectChip>,
    pub columns: Vec<PreviewColumn>,
    pub items: Vec<PreviewItem>,
    /// Capped at 1,000; the export has all.
    pub problems: Vec<ImportProblem>,
    pub problem_count: u32,
    /// What was read and needs a look all the same, in words with their line; the first 200.
    pub warnings: Vec<String>,
    pub ignored: Vec<IgnoredRow>,
    pub ignored_count: u32,
    pub statements: Vec<FoundStatement>,
    pub statement: u32,
    pub proof: ImportProof,
    pub profile: Option<String>,
    pub readings: Vec<Reading>,
    pub rows: u32,
    pub rows_read: u32,
    pub rows_bad: u32,
    /// What is still missing before the next step, in words. Empty: go on.
    pub missing: Vec<String>,
}

/// A line as it would be, or is, stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlanLine {
    /// File line.
    pub line: u32,
    pub date: String,
    pub amount: String,
    pub description: String,
    pub reference: Option<String>,
    pub counterparty: Option<String>,
    /// From 1: which of the equal rows of this file it is.
    pub occurrence: u32,
    pub occurrences: u32,
    pub known: Option<EarlierImport>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportPlan {
    pub session: String,
    pub balance_id: String,
    pub balance_name: String,
    pub currency: String,
    pub exponent: u8,
    pub new_count: u32,
    pub known_count: u32,
    /// Rows that are equal to another row of the file.
    pub equal_count: u32,
    /// The first 200 of each.
    pub new_lines: Vec<PlanLine>,
    pub known_lines: Vec<PlanLine>,
    pub equal_lines: Vec<PlanLine>,
    /// New lines that may be there already all the same; `known` is the stored line that says the same, if one does.
    pub late_count: u32,
    pub late_lines: Vec<PlanLine>,
    /// What to ask about them, in words: stored when somebody says that they are new, known when they are the same.
    pub late: Option<String>,
    pub imported_before: Vec<EarlierImport>,
    /// “The file is for …”, when the account number differs from the balance's.
    pub account_warning: Option<String>,
    /// “This very file was imported into …”, when another balance has the lines of this file.
    pub balance_warning: Option<String>,
    /// “This very file was imported …”, when rows of it that this balance has would be added again by another reading.
    pub same_file: Option<String>,
    /// The file's currency is not the balance's: cannot be imported.
    pub currency_problem: Option<String>,
    pub period_from: Option<String>,
    pub period_to: Option<String>,
    pub suggested_name: String,
    pub proof: ImportProof,
    pub bad_rows: u32,
    pub left_out_rows: u32,
    /// As of the preview, and where the chain of statements would break.
    pub warnings: Vec<String>,
    /// What stands in the way, in words. Empty: may be imported.
    pub missing: Vec<String>,
    /// Nothing new: importing would add nothing.
    pub nothing_new: bool,
}

/// The last step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportRequest {
    pub session: String,
    pub options: ImportOptions,
    pub balance_id: String,
    pub name: String,
    /// Store the good rows and print the others on the report. False: any bad row refuses the import.
    pub leave_out_bad_rows: bool,
    /// Remember the mapping under this name.
    pub save_profile: Option<String>,
    /// The account number of the file differs and that is right.
    pub accept_other_account: bool,
    /// Another balance has the lines of this very file, and that is right.
    #[serde(default)]
    pub accept_other_balance: bool,
    /// This balance has the rows of this very file under another reading, and they are to be added again.
    #[serde(default)]
    pub accept_same_file: bool,
    /// The lines that [`ImportPlan::late`] asks about are new.
    #[serde(default)]
    pub accept_late_lines: bool,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportResult {
    /// Absent when nothing was new.
    pub statement_id: Option<String>,
    pub added: u32,
    pub known: u32,
    pub left_out: u32,
    /// “Every line of this file was imported on …”.
    pub message: String,
    /// What is worth knowing besides: other statements of the file, a gap to the statement before.
    pub notes: Vec<String>,
    pub earlier: Vec<EarlierImport>,
}

/// A saved mapping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MappingProfile {
    pub id: String,
    pub name: String,
    pub balance_id: Option<String>,
    pub options: ImportOptions,
    pub updated_at: String,
}
