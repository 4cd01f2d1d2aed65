//! Options of lists, and of what gives back an entry of one.

use std::path::PathBuf;

use clap::Args;
use engine::api::page::ListQuery;

use super::day;

/// States of `transactions --state`; `open` stands for those of a hold that still holds money.
const STATES: [&str; 8] =
    ["open", "applied", "held", "part_committed", "committed", "voided", "part_voided", "expired"];

#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// Rows wanted
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
    /// Rows passed over
    #[arg(long, default_value_t = 0)]
    pub(crate) offset: u64,
}

/// A register as a file.
#[derive(Debug, Args)]
pub(crate) struct RegisterFile {
    /// Write all of it to a .csv, .xlsx or .pdf file, oldest entry first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["limit", "offset"])]
    pub(crate) out: Option<PathBuf>,
    /// First day in the file
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "out")]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Last day in the file
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "out")]
    pub(crate) to: Option<jiff::civil::Date>,
}

impl PageArgs {
    /// The page of a list without a filter.
    pub(crate) fn query(&self) -> ListQuery {
        ListQuery { offset: self.offset, limit: self.limit, ..ListQuery::default() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct TransactionFilter {
    /// State to list; may be repeated. open: every hold that still holds money, untouched or committed in part
    #[arg(long, value_name = "STATE", value_parser = STATES)]
    pub(crate) state: Vec<String>,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Last day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) to: Option<jiff::civil::Date>,
    /// Words of the reference or the description
    #[arg(long)]
    pub(crate) search: Option<String>,
}

/// Which entries of the history are listed.
#[derive(Debug, Args)]
pub(crate) struct HistoryFilter {
    /// What was done, such as transaction.posted
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Part of the name of who did it
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Id of what it was done to
    #[arg(long, value_name = "ID")]
    pub(crate) object: Option<String>,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Last day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) to: Option<jiff::civil::Date>,
    /// Words of what was written down
    #[arg(long)]
    pub(crate) search: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RefundArgs {
    pub(crate) book: PathBuf,
    /// Id or reference of what is given back; the id of one commit of a hold stands for that commit
    pub(crate) id: String,
    /// Part to give back, decimal; all that is left if left out
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) amount: Option<String>,
    /// Day it counts for; today if left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Reference of the refund; the same again with the same content is booked once
    #[arg(long)]
    pub(crate) reference: Option<String>,
    /// Text of the refund
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// Why it may settle in a signed period; logged, and flags the statement
    #[arg(long, value_name = "TEXT")]
    pub(crate) signed_reason: Option<String>,
    /// Show what would happen, and post nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
