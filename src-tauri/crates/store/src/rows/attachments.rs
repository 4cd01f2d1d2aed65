//! Attachments.

use super::Fields;
use super::value::At;
use crate::StoreResult;
use crate::attachments::{AttachmentRecord, Detached};

/// An attachment with the id of its transaction (`transaction_id`) and the `size` of its content.
pub fn attachment(row: &impl Fields) -> StoreResult<AttachmentRecord> {
    let at = At { place: "attachment", row };
    let detached = match at.opt_time("detached_at")? {
        Some(at) => Some(Detached { at, by: row.word("detached_by")?, reason: row.word("reason")? }),
        None => None,
    };
    Ok(AttachmentRecord {
        id: row.word("id")?,
        transaction_id: row.word("transaction_id")?,
        sha256: row.word("sha256")?,
        name: row.word("name")?,
        media_type: row.word("media_type")?,
        size: row.count("size")?,
        attached_at: at.time("attached_at")?,
        attached_by: row.word("attached_by")?,
        detached,
    })
}
