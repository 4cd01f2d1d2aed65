//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused by a rule; the error says which
  2  the command line is wrong
  3  a file cannot be read, written or understood
  4  the book cannot be opened, or is open for reading only
  5  the program or the database failed

Errors are one JSON object on standard error: {\"error\":{\"code\",\"message\",\"detail\",\"fields\"}}";

/// Double-entry ledger and bank reconciliation, without a window
#[derive(Debug, Parser)]
#[command(name = "tieout", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Cli {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Who acts; the user of this machine if left out
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Log to standard error, with a filter such as info or engine=debug
    #[arg(long, global = true, value_name = "FILTER", num_args = 0..=1, require_equals = true, default_missing_value = "info")]
    pub(crate) log: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make, check, describe or copy a book
    #[command(subcommand)]
    Book(BookCommand),
    /// Make the sample book and its two statements that are not reconciled yet
    Sample(SampleArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BookCommand {
    /// Make a new book
    Create {
        file: PathBuf,
        /// What the book is called
        #[arg(long)]
        name: String,
        /// Its main currency
        #[arg(long)]
        currency: String,
        /// Ledgers and balances to begin with
        #[arg(long, value_enum, default_value = "empty")]
        chart: ChartName,
    },
    /// Check the file, recompute every balance, compare debits with credits
    Check { file: PathBuf },
    /// Say what is in the book
    Info { file: PathBuf },
    /// Copy the book, also while it is in use
    Backup {
        file: PathBuf,
        /// File of the copy; must not exist
        to: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ChartName {
    Empty,
    SmallCompany,
    PaymentProvider,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Folder the files are written to
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Last day of the sample; today if left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) today: Option<jiff::civil::Date>,
}
