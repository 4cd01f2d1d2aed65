//! Words in the lines of all statements, and building anew what words are looked for in.

use ledger::Currency;

use crate::StoreResult;
use crate::recon::LineRecord;

/// A line of a statement that was looked for by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLine {
    pub line: LineRecord,
    pub statement_id: String,
    pub statement_name: String,
    pub balance_name: String,
    pub currency: Currency,
}

/// What words are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchIndex {
    Transactions,
    Identities,
    Lines,
}

impl SearchIndex {
    pub const ALL: [Self; 3] = [Self::Transactions, Self::Identities, Self::Lines];
}

/// Rows of an index that were built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The key of the last of them.
    pub last: i64,
    pub rows: u64,
}

/// Reads by words.
#[async_trait::async_trait]
pub trait SearchReads {
    /// Lines that hold a text, and count, newest first.
    async fn lines_with(&self, text: &str, limit: u32) -> StoreResult<Vec<FoundLine>>;
}

/// Building indexes anew, inside one unit of work: whoever reads meanwhile finds what stood before.
#[async_trait::async_trait]
pub trait SearchWrites {
    /// How many rows an index is built from.
    async fn load_search_rows(&mut self, index: SearchIndex) -> StoreResult<u64>;
    /// Begins an index anew.
    async fn clear_search(&mut self, index: SearchIndex) -> StoreResult<()>;
    /// Brings the next rows after a key into an index that was begun anew; nothing when it is whole.
    async fn fill_search(&mut self, index: SearchIndex, after: i64, limit: u32) -> StoreResult<Option<Filled>>;
}
