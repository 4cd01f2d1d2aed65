//! Files beside transactions: attached, saved elsewhere, taken off with a reason.
//!
//! They are evidence of what was booked. The bytes stand in the book once for each content, under their SHA-256, and the
//! history names that hash: taking a file off ends the link, and what it linked to stays for whoever asks later.

mod check;

use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};
use store::attachments::{AttachmentRecord, Detached};
use store::system::Event;
use store::{StoreError, Unit};

pub(crate) use self::check::{Told, is_of_attachments};
use crate::api::attachments::{AttachmentRow, DetachedView};
use crate::clock::new_id;
use crate::runs::hex;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, files, words};

/// Largest file that is attached; it is held in memory.
pub const ATTACHMENT_BYTES: u64 = 25 * 1024 * 1024;

/// Kinds of events.
const ADDED: &str = "attachment.added";
const DETACHED: &str = "attachment.detached";

/// What a file is by what is in it: names are given by whoever sent it.
fn media_type(bytes: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(bytes) {
        return kind.mime_type();
    }
    let is_text = |text: &str| !text.chars().any(|c| c.is_control() && !"\t\r\n\u{c}".contains(c));
    if std::str::from_utf8(bytes).is_ok_and(is_text) { "text/plain" } else { "application/octet-stream" }
}

fn row(record: AttachmentRecord) -> AttachmentRow {
    AttachmentRow {
        id: record.id,
        transaction_id: record.transaction_id,
        name: files::safe_name(&record.name),
        media_type: record.media_type,
        size: record.size,
        sha256: record.sha256,
        attached_at: record.attached_at.to_string(),
        attached_by: record.attached_by,
        detached: record.detached.map(|detached| DetachedView {
            at: detached.at.to_string(),
            by: detached.by,
            reason: detached.reason,
        }),
    }
}

/// Name and bytes of a file that is to be attached.
fn load(path: &Path) -> EngineResult<(String, Vec<u8>)> {
    let refused = |reason: String| EngineError::File {
        path: path.display().to_string(),
        reason: format!("{reason}. Nothing was attached"),
    };
    let bytes = files::bounded(path, ATTACHMENT_BYTES).map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > ATTACHMENT_BYTES {
        return Err(refused(format!("larger than {} MB", ATTACHMENT_BYTES / 1024 / 1024)));
    }
    if bytes.is_empty() {
        return Err(refused("there is nothing in it".into()));
    }
    Ok((files::safe_name(&files::name(path)), bytes))
}

/// Work on files, where it keeps nobody waiting.
async fn apart<T: Send + 'static>(path: &Path, work: fn(&Path) -> EngineResult<T>) -> EngineResult<T> {
    let owned = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&owned)).await;
    done.map_err(|error| EngineError::File { path: path.display().to_string(), reason: error.to_string() })?
}

impl Engine {
    /// Attaches a file to a transaction, whichever row of it is named.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::File`] for one that cannot be read, is empty or too large; `ATTACHED`
    /// while the transaction has the same content.
    pub async fn attachment_add(&self, transaction: &str, path: &Path) -> EngineResult<AttachmentRow> {
        let (family, _) = self.family_of(transaction).await?;
        let (name, bytes) = apart(path, load).await?;
        let stamp = self.stamp();
        let record = AttachmentRecord {
            id: new_id("att"),
            transaction_id: family.first.row.id,
            sha256: hex(&Sha256::digest(&bytes)),
            name,
            media_type: media_type(&bytes).to_owned(),
            size: bytes.len() as u64,
            attached_at: stamp.at,
            attached_by: stamp.actor.clone(),
            detached: None,
        };
        let mut unit = self.store.begin().await?;
        unit.put_attachment_content(&record.sha256, &bytes, stamp.at).await?;
        match unit.insert_attachment(&record).await {
            Ok(()) => {}
            Err(StoreError::Duplicate(_)) => {
                drop(unit);
                return Err(self.attached_already(&record).await?);
            }
            Err(other) => return Err(other.into()),
        }
        self.attachment_told(unit, &stamp, &record, &family.first.row.reference).await?;
        Ok(row(record))
    }

    async fn attached_already(&self, asked: &AttachmentRecord) -> EngineResult<EngineError> {
        let there = self.store.attachments(Some(&asked.transaction_id)).await?;
        let same = there.into_iter().find(|one| one.detached.is_none() && one.sha256 == asked.sha256);
        let name = same.map_or_else(|| asked.name.clone(), |one| one.name);
        let message = format!("This file is attached to it already, as {name}. Nothing was changed.");
        Ok(EngineError::Conflict { code: "ATTACHED", message })
    }

    /// What is attached to a transaction, whichever row of it is named, and what was.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn attachments_list(&self, transaction: &str) -> EngineResult<Vec<AttachmentRow>> {
        let (family, _) = self.family_of(transaction).await?;
        self.attachments_of(&family.first.row.id).await
    }

    /// As [`Self::attachments_list`], by the first row.
    pub(crate) async fn attachments_of(&self, first: &str) -> EngineResult<Vec<AttachmentRow>> {
        Ok(self.store.attachments(Some(first)).await?.into_iter().map(row).collect())
    }

    /// One attachment.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn attachment_get(&self, id: &str) -> EngineResult<AttachmentRow> {
        self.attachment_record(id).await.map(row)
    }

    async fn attachment_record(&self, id: &str) -> EngineResult<AttachmentRecord> {
        self.store.attachment(id).await?.ok_or_else(|| EngineError::not_found("attachment", id))
    }

    /// Writes the content of an attachment to a file, also of one that was detached. It is held against its hash first.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::File`] if it cannot be written; a damaged content is not handed out.
    pub async fn attachment_save(&self, id: &str, path: &Path) -> EngineResult<AttachmentRow> {
        let record = self.attachment_record(id).await?;
        let bytes = self.store.attachment_bytes(&record.sha256).await?.unwrap_or_default();
        if hex(&Sha256::digest(&bytes)) != record.sha256 {
            return Err(StoreError::damaged("attachment", format!("{} is not what was attached", record.name)).into());
        }
        let target = path.to_owned();
        let failed = |reason: String| EngineError::File { path: path.display().to_string(), reason };
        tokio::task::spawn_blocking(move || files::write_atomically(&target, &bytes))
            .await
            .map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(files::reason(&error)))?;
        Ok(row(record))
    }

    /// Takes a file off its transaction. That it was there stays in the history, and its content in the book.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Invalid`] without a reason; `DETACHED` if it is off already.
    pub async fn attachment_detach(&self, id: &str, reason: &str) -> EngineResult<AttachmentRow> {
        let reason = words::given_reason(reason)?;
        let record = self.attachment_record(id).await?;
        if record.detached.is_some() {
            let message = format!("{} was detached before. Nothing was changed.", record.name);
            return Err(EngineError::Conflict { code: "DETACHED", message });
        }
        let (family, _) = self.family_of(&record.transaction_id).await?;
        let stamp = self.stamp();
        let detached = Detached { at: stamp.at, by: stamp.actor.clone(), reason };
        let mut unit = self.store.begin().await?;
        unit.detach_attachment(id, &detached).await?;
        let record = AttachmentRecord { detached: Some(detached), ..record };
        self.attachment_told(unit, &stamp, &record, &family.first.row.reference).await?;
        Ok(row(record))
    }

    /// Records under the transaction what happened to its file, and commits.
    async fn attachment_told(
        &self,
        mut unit: Box<dyn Unit>,
        stamp: &Stamp,
        record: &AttachmentRecord,
        reference: &str,
    ) -> EngineResult<()> {
        let mut payload = json!({
            "attachment": record.id, "reference": reference, "name": record.name, "size": record.size,
            "media_type": record.media_type, "sha256": record.sha256,
        });
        if let Some(detached) = &record.detached {
            payload["reason"] = json!(detached.reason);
        }
        unit.record_event(&Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: if record.detached.is_some() { DETACHED } else { ADDED }.into(),
            object_id: record.transaction_id.clone(),
            payload,
        })
        .await?;
        unit.commit().await?;
        self.changed(&[Topic::Transactions]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn a_file_is_what_is_in_it() {
        assert_eq!(media_type(b"%PDF-1.7\n%\xe2\xe3"), "application/pdf");
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png");
        assert_eq!(media_type("Rechnung Nr. 7\r\n\t12,50 €\n".as_bytes()), "text/plain");
        assert_eq!(media_type(b"MZ\x90\0\x03\0\0\0"), "application/vnd.microsoft.portable-executable");
        assert_eq!(media_type(b"\0\x01\x02\x03"), "application/octet-stream");
        assert_eq!(media_type(b"a\x1b[2J"), "application/octet-stream", "a text that moves the cursor is none");
    }
}
