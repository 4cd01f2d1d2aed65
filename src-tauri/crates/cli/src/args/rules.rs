//! Matching rules.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    /// The rules in their order
    List { book: PathBuf },
    /// A rule and its versions; with --json in the form that `save` takes
    Show {
        book: PathBuf,
        /// Id or name
        rule: String,
    },
    /// Make a rule, or with the id of one change it: a new version, the old ones stay
    Save {
        book: PathBuf,
        /// JSON with name, enabled and body, as `show --json` prints it; “-” reads standard input
        file: PathBuf,
    },
    /// Let runs ask a rule
    Enable { book: PathBuf, rule: String },
    /// Let runs ask a rule no more
    Disable { book: PathBuf, rule: String },
    /// Take a rule out of the list; it can be restored
    Delete { book: PathBuf, rule: String },
    /// Put a deleted rule back, by its id
    Restore { book: PathBuf, id: String },
    /// Ask a rule at another place of the order
    Move {
        book: PathBuf,
        rule: String,
        /// From 1
        to: usize,
    },
}
