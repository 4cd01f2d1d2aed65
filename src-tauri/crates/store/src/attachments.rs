//! Files beside transactions. The bytes stand once for each content; what is attached refers to them by their hash.

use jiff::Timestamp;

use crate::StoreResult;

/// A file that is or was attached to the first row of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRecord {
    pub id: String,
    /// The first row of the family.
    pub transaction_id: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub attached_at: Timestamp,
    pub attached_by: String,
    /// Absent while it is attached.
    pub detached: Option<Detached>,
}

/// How a file came off its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detached {
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
}

/// Reads of attachments.
#[async_trait::async_trait]
pub trait AttachmentReads {
    /// What is and what was attached to a transaction, by the id of its first row, or to any; in the order of attaching.
    async fn attachments(&self, transaction_id: Option<&str>) -> StoreResult<Vec<AttachmentRecord>>;
    async fn attachment(&self, id: &str) -> StoreResult<Option<AttachmentRecord>>;
    /// The bytes of a content.
    async fn attachment_bytes(&self, sha256: &str) -> StoreResult<Option<Vec<u8>>>;
    /// Hashes of all contents that are stored.
    async fn attachment_contents(&self) -> StoreResult<Vec<String>>;
}

/// Writes of attachments, inside one unit of work.
#[async_trait::async_trait]
pub trait AttachmentWrites {
    /// Keeps the bytes of a file; the same bytes are kept once.
    async fn put_attachment_content(&mut self, sha256: &str, bytes: &[u8], at: Timestamp) -> StoreResult<()>;
    /// Fails with `Duplicate("attachment")` while the transaction has the same content.
    async fn insert_attachment(&mut self, record: &AttachmentRecord) -> StoreResult<()>;
    /// Fails with `Stale("attachment")` when it is not attached any more.
    async fn detach_attachment(&mut self, id: &str, detached: &Detached) -> StoreResult<()>;
}
