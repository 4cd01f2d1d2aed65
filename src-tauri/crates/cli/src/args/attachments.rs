//! Files beside transactions.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum AttachmentCommand {
    /// Attach a file of at most 25 MB
    Add {
        book: PathBuf,
        /// Id or reference
        transaction: String,
        file: PathBuf,
    },
    /// List the files of a transaction
    List {
        book: PathBuf,
        /// Id or reference
        transaction: String,
        /// Those that were detached, too
        #[arg(long)]
        all: bool,
    },
    /// Write the content of an attachment to a file
    Save {
        book: PathBuf,
        /// Id of the attachment
        id: String,
        /// File that does not exist yet, or a folder
        #[arg(long, value_name = "PATH", default_value = ".")]
        out: PathBuf,
    },
    /// Take a file off its transaction; the history and the book keep it
    Detach {
        book: PathBuf,
        /// Id of the attachment
        id: String,
        /// Why; stored
        #[arg(long)]
        reason: String,
    },
}
