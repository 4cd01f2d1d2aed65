//! Options of ledgers and balances.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Make an empty ledger; group with / in the name
    Create { book: PathBuf, name: String },
    /// Say what its balances are in the books; its name says it if nothing was said
    Type {
        book: PathBuf,
        /// Id or name
        ledger: String,
        #[arg(value_parser = ["asset", "liability", "equity", "income", "expense", "by-name"])]
        account_type: String,
    },
    /// Give a ledger another name
    Rename {
        book: PathBuf,
        /// Id or name
        ledger: String,
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BalanceCommand {
    /// Make a balance with zero figures
    Create {
        book: PathBuf,
        /// Id or name; left out for an @name, which lives in the general ledger
        #[arg(long)]
        ledger: Option<String>,
        #[arg(long)]
        name: String,
        #[arg(long)]
        currency: String,
        /// Decimals of a currency that is not in ISO 4217
        #[arg(long)]
        exponent: Option<u8>,
        #[arg(long)]
        account_number: Option<String>,
        /// Bank statements are imported for it
        #[arg(long)]
        reconcilable: bool,
        /// Money may be booked from it that it does not have, as from equity, income or a debt
        #[arg(long)]
        below_zero: bool,
    },
    /// Change a balance; what is left out stays
    Change {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        #[command(flatten)]
        changes: BalanceChanges,
    },
}

/// What can be changed of a balance.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct BalanceChanges {
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Of the bank; an empty one takes it away
    #[arg(long)]
    pub(crate) account_number: Option<String>,
    /// Whether bank statements are imported for it
    #[arg(long, value_name = "YES|NO")]
    pub(crate) reconcilable: Option<YesNo>,
    /// Whether it stands in the sidebar of the window
    #[arg(long, value_name = "YES|NO")]
    pub(crate) pinned: Option<YesNo>,
    /// Whether money may be booked from it that it does not have
    #[arg(long, value_name = "YES|NO")]
    pub(crate) below_zero: Option<YesNo>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}
