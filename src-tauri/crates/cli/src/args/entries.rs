//! Options of journal entries, and of what waits for its time.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::day;

/// What entries of either form have in common.
#[derive(Debug, Args)]
pub(crate) struct EntryCommon {
    /// Must be that of all balances
    #[arg(long)]
    pub(crate) currency: String,
    /// Of the first posting; the others carry it with their number behind it. The same again with the same content is posted once
    #[arg(long, default_value = "")]
    pub(crate) reference: String,
    #[arg(long, default_value = "")]
    pub(crate) description: String,
    /// Day it counts for; today if left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Hold the money instead of moving it
    #[arg(long)]
    pub(crate) hold: bool,
    /// When open holds void themselves: an instant, or a local YYYY-MM-DDTHH:MM
    #[arg(long, requires = "hold")]
    pub(crate) expires: Option<String>,
    /// When open holds commit themselves, each by itself: an instant, or a local YYYY-MM-DDTHH:MM
    #[arg(long, requires = "hold")]
    pub(crate) commits: Option<String>,
    /// Balances may go below zero without a floor
    #[arg(long)]
    pub(crate) allow_overdraft: bool,
    /// Make @name balances that do not exist yet
    #[arg(long)]
    pub(crate) create_indicators: bool,
    /// Why it may settle in a signed period; logged, and flags the statement
    #[arg(long, value_name = "TEXT")]
    pub(crate) signed_reason: Option<String>,
    /// Say what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EntryArgs {
    pub(crate) book: PathBuf,
    /// A balance that is debited, as a journal says it: money reaches it, as it does the destination of a posting. Rent=119.00
    #[arg(long, value_name = "BALANCE=AMOUNT", required = true)]
    pub(crate) debit: Vec<String>,
    /// A balance that is credited: money leaves it, as it does the source of a posting. Bank=119.00
    #[arg(long, value_name = "BALANCE=AMOUNT", required = true)]
    pub(crate) credit: Vec<String>,
    #[command(flatten)]
    pub(crate) common: EntryCommon,
}

#[derive(Debug, Args)]
pub(crate) struct SplitArgs {
    pub(crate) book: PathBuf,
    /// The one balance the whole amount leaves, or each balance with its share: Rent=60%, Power=12.50, Rest=left
    #[arg(long, value_name = "BALANCE[=SHARE]", required = true)]
    pub(crate) from: Vec<String>,
    /// The one balance the whole amount reaches, or each balance with its share
    #[arg(long, value_name = "BALANCE[=SHARE]", required = true)]
    pub(crate) to: Vec<String>,
    /// The whole, decimal
    #[arg(long)]
    pub(crate) amount: String,
    #[command(flatten)]
    pub(crate) common: EntryCommon,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScheduledCommand {
    /// List what waits, the next due first
    List {
        book: PathBuf,
        /// Also what was posted, refused or cancelled
        #[arg(long)]
        all: bool,
        /// Only what has these words: reference, description, balances, amount or reason
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
        #[command(flatten)]
        page: super::PageArgs,
    },
    /// What became of one
    Show { book: PathBuf, id: String },
    /// Change one that still waits; what is left out stays
    Edit {
        book: PathBuf,
        id: String,
        /// When it is posted: an instant, or a local YYYY-MM-DDTHH:MM
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Decimal, in its currency
        #[arg(long)]
        amount: Option<String>,
        /// Balance the money leaves: id, @name or name
        #[arg(long)]
        from: Option<String>,
        /// Balance the money reaches
        #[arg(long)]
        to: Option<String>,
        #[arg(long)]
        reference: Option<String>,
        #[arg(long)]
        description: Option<String>,
        /// Day it counts for
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        date: Option<jiff::civil::Date>,
    },
    /// Cancel one that still waits
    Cancel {
        book: PathBuf,
        id: String,
        /// Why; stored
        #[arg(long)]
        reason: String,
    },
    /// Post what is due now; opening a book to write does it too
    Run { book: PathBuf },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PeriodCommand {
    /// Up to which day the books are closed, and how it came to that
    Show { book: PathBuf },
    /// Close the books through a day: no settled entry is dated in it from then on
    Close {
        book: PathBuf,
        #[arg(value_name = "YYYY-MM-DD", value_parser = day)]
        through: jiff::civil::Date,
    },
    /// Reopen closed days
    Reopen {
        book: PathBuf,
        /// Last day that stays closed
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, required_unless_present = "all")]
        through: Option<jiff::civil::Date>,
        /// Every day
        #[arg(long, conflicts_with = "through")]
        all: bool,
        /// Why; stored
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MonitorCommand {
    /// What is watched, and where it stands
    List { book: PathBuf },
    /// What was told, the newest first
    Alerts { book: PathBuf },
    /// Watch a balance
    Create {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        /// balance, credit_balance, debit_balance, inflight_balance, inflight_credit_balance or inflight_debit_balance
        field: String,
        /// <, <=, =, !=, >=, > or a word such as less_than
        operator: String,
        /// Decimal
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// Decides between balances of one name
        #[arg(long)]
        currency: Option<String>,
        /// Tell it at every change while it is true, whatever the settings of the book say
        #[arg(long)]
        repeat: bool,
        /// Tell it only when it comes true, whatever the settings of the book say
        #[arg(long, conflicts_with = "repeat")]
        once: bool,
        #[arg(long, default_value = "")]
        description: String,
        /// Id of the webhook that is told, instead of all that want it
        #[arg(long)]
        webhook: Option<String>,
    },
    /// Change what a monitor watches for; what is left out stays
    Update {
        book: PathBuf,
        id: String,
        /// As of a new one
        #[arg(long)]
        field: Option<String>,
        #[arg(long)]
        operator: Option<String>,
        /// Decimal
        #[arg(long, allow_hyphen_values = true)]
        value: Option<String>,
        /// Tell it at every change while it is true
        #[arg(long)]
        repeat: bool,
        /// Tell it only when it comes true
        #[arg(long, conflicts_with = "repeat")]
        once: bool,
        #[arg(long)]
        description: Option<String>,
        /// Id of the webhook that is told; empty for all that want it
        #[arg(long)]
        webhook: Option<String>,
    },
    /// Watch no longer
    Delete { book: PathBuf, id: String },
}
