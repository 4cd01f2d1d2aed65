//! Options of reading and importing bank files.

use std::path::PathBuf;

use clap::Args;

/// What overrules detection.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct MappingArgs {
    /// Text encoding, such as windows-1252
    #[arg(long)]
    pub(crate) encoding: Option<String>,
    /// One character
    #[arg(long)]
    pub(crate) delimiter: Option<char>,
    /// Sheet of a workbook
    #[arg(long)]
    pub(crate) sheet: Option<String>,
    /// Line of the header, from 1; 0 when there is none
    #[arg(long)]
    pub(crate) header_line: Option<u32>,
    /// Order of day, month and year; serial: days since 1899-12-30
    #[arg(long, value_parser = ["ymd", "dmy", "mdy", "serial"])]
    pub(crate) date_format: Option<String>,
    /// Mark between whole units and decimals
    #[arg(long, value_parser = ["point", "comma"])]
    pub(crate) decimal_mark: Option<String>,
    /// How the file says whether money went out
    #[arg(long, value_parser = SIGN_MODELS)]
    pub(crate) sign_model: Option<String>,
    /// Role of each column from the left, such as booking_date,description,debit,credit,balance,ignore
    #[arg(long, value_delimiter = ',', value_parser = ROLES)]
    pub(crate) columns: Option<Vec<String>>,
    /// Currency of a file that names none
    #[arg(long = "file-currency", value_name = "CODE")]
    pub(crate) currency: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    pub(crate) book: PathBuf,
    pub(crate) file: PathBuf,
    /// Balance the statement is for; the one whose account number the file names if left out
    #[arg(long)]
    pub(crate) balance: Option<String>,
    /// Name of the statement
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Read with this saved mapping
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Save the mapping under this name
    #[arg(long)]
    pub(crate) save_profile: Option<String>,
    /// Import the good rows and list the others on the report
    #[arg(long)]
    pub(crate) leave_out_bad_rows: bool,
    /// The account number of the file differs, and that is right
    #[arg(long)]
    pub(crate) accept_other_account: bool,
    /// Another balance has the lines of this very file, and that is right
    #[arg(long)]
    pub(crate) accept_other_balance: bool,
    /// This balance has the rows of this very file under another reading, and they are to be added again
    #[arg(long)]
    pub(crate) again: bool,
    /// Lines dated among days that were imported before are new
    #[arg(long)]
    pub(crate) late: bool,
    /// Lines, by row of the file, that are asked about and are stored already: they are not stored again
    #[arg(long, value_name = "ROW", value_delimiter = ',')]
    pub(crate) same: Vec<u32>,
    /// Every line that is asked about is stored already, but those of --keep-known
    #[arg(long, conflicts_with_all = ["same", "late", "keep_all_known"])]
    pub(crate) all_same: bool,
    /// Lines, by row of the file, that look as if they were imported before and are new all the same
    #[arg(long, value_name = "ROW", value_delimiter = ',')]
    pub(crate) keep_known: Vec<u32>,
    /// Every line is new, however like a known one it looks
    #[arg(long, conflicts_with_all = ["keep_known", "same"])]
    pub(crate) keep_all_known: bool,
    /// Opening balance of a file that has none, decimal
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) opening: Option<String>,
    /// Closing balance of a file that has none, decimal
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) closing: Option<String>,
    /// Which of several accounts in the file, from 0
    #[arg(long, default_value_t = 0)]
    pub(crate) statement: u32,
    /// Say what would be imported, and store nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) mapping: MappingArgs,
}

/// Roles of `--columns`.
const ROLES: [&str; 17] = [
    "booking_date",
    "value_date",
    "amount",
    "debit",
    "credit",
    "direction",
    "balance",
    "currency",
    "description",
    "reference",
    "counterparty",
    "counterparty_account",
    "account",
    "bank_code",
    "fee",
    "state",
    "ignore",
];

/// Words of `--sign-model`.
const SIGN_MODELS: [&str; 6] =
    ["signed", "inverse", "debit_credit", "debit_credit_signed", "debit_credit_minus", "directed"];
