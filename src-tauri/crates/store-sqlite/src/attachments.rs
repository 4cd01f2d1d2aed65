//! Files beside transactions.

use jiff::Timestamp;
use sqlx::QueryBuilder;
use store::attachments::{AttachmentReads, AttachmentRecord, AttachmentWrites, Detached};
use store::rows::{self, value::micros};
use store::{StoreError, StoreResult};

use crate::error::{from_sqlx, taken};
use crate::open::SqliteStore;
use crate::row::{all, first};
use crate::unit::SqliteUnit;

const ATTACHMENT: &str = "SELECT a.id, t.id AS transaction_id, a.sha256, a.name, a.media_type, c.size, a.attached_at, a.attached_by, \
    a.detached_at, a.detached_by, a.reason FROM attachment a JOIN txn t ON t.key = a.txn_key \
    JOIN attachment_content c ON c.sha256 = a.sha256 ";

#[async_trait::async_trait]
impl AttachmentReads for SqliteStore {
    async fn attachments(&self, transaction_id: Option<&str>) -> StoreResult<Vec<AttachmentRecord>> {
        let mut query = QueryBuilder::new(ATTACHMENT);
        if let Some(id) = transaction_id {
            query.push("WHERE t.id = ").push_bind(id.to_owned());
        }
        query.push(" ORDER BY a.key");
        all(&self.readers, query, rows::attachment).await
    }

    async fn attachment(&self, id: &str) -> StoreResult<Option<AttachmentRecord>> {
        let mut query = QueryBuilder::new(ATTACHMENT);
        query.push("WHERE a.id = ").push_bind(id.to_owned());
        first(&self.readers, query, rows::attachment).await
    }

    async fn attachment_bytes(&self, sha256: &str) -> StoreResult<Option<Vec<u8>>> {
        sqlx::query_scalar("SELECT bytes FROM attachment_content WHERE sha256 = ?")
            .bind(sha256)
            .fetch_optional(&self.readers)
            .await
            .map_err(from_sqlx)
    }

    async fn attachment_contents(&self) -> StoreResult<Vec<String>> {
        sqlx::query_scalar("SELECT sha256 FROM attachment_content ORDER BY sha256")
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)
    }
}

#[async_trait::async_trait]
impl AttachmentWrites for SqliteUnit {
    async fn put_attachment_content(&mut self, sha256: &str, bytes: &[u8], at: Timestamp) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO attachment_content (sha256, size, added_at, bytes) SELECT ?1, ?2, ?3, ?4
             WHERE NOT EXISTS (SELECT 1 FROM attachment_content WHERE sha256 = ?1)",
        )
        .bind(sha256)
        .bind(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
        .bind(micros(at))
        .bind(bytes)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn insert_attachment(&mut self, record: &AttachmentRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO attachment (id, txn_key, sha256, name, media_type, attached_at, attached_by)
             VALUES (?, (SELECT key FROM txn WHERE id = ?), ?, ?, ?, ?, ?)",
        )
        .bind(&record.id)
        .bind(&record.transaction_id)
        .bind(&record.sha256)
        .bind(&record.name)
        .bind(&record.media_type)
        .bind(micros(record.attached_at))
        .bind(&record.attached_by)
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "attachment"))?;
        Ok(())
    }

    async fn detach_attachment(&mut self, id: &str, detached: &Detached) -> StoreResult<()> {
        let done = sqlx::query(
            "UPDATE attachment SET detached_at = ?, detached_by = ?, reason = ? WHERE id = ? AND detached_at IS NULL",
        )
        .bind(micros(detached.at))
        .bind(&detached.by)
        .bind(&detached.reason)
        .bind(id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("attachment")) }
    }
}
