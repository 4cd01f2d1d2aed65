//! Lineage of funds.

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::PossibleValuesParser;

use super::PageArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum LineageCommand {
    /// What a balance has of each origin
    Show {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
    },
    /// Keep the lineage of a balance from now on, or no longer
    Set {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        /// Which origins are spent first
        #[arg(value_parser = PossibleValuesParser::new(["fifo", "lifo", "proportional", "off"]))]
        strategy: String,
    },
    /// What happened to the origins of a balance, the newest first
    Moves {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        /// One origin; all if left out
        #[arg(long, value_name = "NAME")]
        origin: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// What a transaction and everything that was decided on it did to origins
    Of {
        book: PathBuf,
        /// Id of any of its rows, or its reference
        transaction: String,
    },
}
