//! What the engine asks of a book's storage, and nothing about how it is stored.
//!
//! A [`Store`] answers reads at any time and hands out one [`Unit`] of work at a time: one database transaction that
//! either commits whole or leaves no trace. Two implementations stand beside each other in their own crates; the rules
//! of the ledger live in neither of them.

pub mod attachments;
pub mod error;
pub mod filters;
pub mod history;
pub mod journal;
pub mod kept;
pub mod ledger;
pub mod lineage;
pub mod page;
pub mod people;
pub mod query;
pub mod recon;
pub mod register;
pub mod rows;
pub mod scheduled;
pub mod search;
pub mod system;
pub mod webhooks;
pub mod words;

pub use attachments::{AttachmentReads, AttachmentWrites};
pub use error::{StoreError, StoreResult};
pub use history::HistoryReads;
pub use journal::JournalWrites;
pub use kept::KeptReads;
pub use ledger::{LedgerReads, LedgerWrites};
pub use lineage::{LineageReads, LineageWrites};
pub use people::{PeopleReads, PeopleWrites};
pub use query::{Condition, Page, Query, Sort, Test};
pub use recon::{ReconReads, ReconWrites};
pub use scheduled::{ScheduledReads, ScheduledWrites};
pub use search::{SearchReads, SearchWrites};
pub use system::{SystemReads, SystemWrites};
pub use webhooks::{WebhookReads, WebhookWrites};
pub use words::{Pattern, Word};

/// One book.
#[async_trait::async_trait]
pub trait Store:
    AttachmentReads
    + HistoryReads
    + KeptReads
    + LedgerReads
    + LineageReads
    + PeopleReads
    + ReconReads
    + ScheduledReads
    + SearchReads
    + SystemReads
    + WebhookReads
    + Send
    + Sync
    + 'static
{
    /// Starts the one writing transaction; waits while another is open.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] when the book was opened for reading only.
    async fn begin(&self) -> StoreResult<Box<dyn Unit>>;

    /// Why nothing can be written into the book, if something keeps it from that: a sentence for a person. Nothing does
    /// where it was opened only to be looked at, and [`Store::begin`] refuses all the same.
    fn read_only(&self) -> Option<String>;

    /// Lets nothing be written from now on, in this program, for the reason that [`Store::read_only`] then tells; or takes
    /// that back. What keeps the book itself from being written stays.
    fn hold_writes(&self, why: Option<String>);

    /// Whether every page was looked at when the book was opened. A large book opens first and is looked at afterwards.
    fn checked_at_open(&self) -> bool;

    /// Looks at every page and reference of the stored file while people work in it; what is found is said in sentences.
    async fn look_over_file(&self) -> StoreResult<Vec<String>>;

    /// As [`Store::look_over_file`], and holds every index against its table.
    async fn check_file(&self) -> StoreResult<Vec<String>>;

    /// A consistent copy of the open book under another name. No half copy is ever left under that name.
    async fn backup_to(&self, target: &std::path::Path) -> StoreResult<()>;

    /// Writes everything out and lets go of the file. Reads and writes fail afterwards.
    async fn close(&self);
}

/// One database transaction. Dropping it without [`Unit::commit`] undoes everything it did.
#[async_trait::async_trait]
pub trait Unit:
    AttachmentWrites
    + JournalWrites
    + LedgerWrites
    + LineageWrites
    + PeopleWrites
    + ReconWrites
    + ScheduledWrites
    + SearchWrites
    + SystemWrites
    + WebhookWrites
    + Send
{
    /// Makes everything durable, or nothing. When this returns `Ok`, the work survives a crash.
    async fn commit(self: Box<Self>) -> StoreResult<()>;
}
