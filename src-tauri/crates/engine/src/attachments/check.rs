//! Attachments held against the history, and contents against their hashes.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};
use store::attachments::AttachmentRecord;
use store::history::SealedEvent;

use super::{ADDED, DETACHED};
use crate::runs::hex;
use crate::{Engine, EngineResult, words};

/// Whether an event is about an attachment.
pub(crate) fn is_of_attachments(event: &SealedEvent) -> bool {
    event.kind == ADDED || event.kind == DETACHED
}

/// What the history says of every attachment, by its id.
#[derive(Default)]
pub(crate) struct Told(BTreeMap<String, One>);

#[derive(PartialEq, Eq)]
struct One {
    transaction_id: String,
    reference: String,
    name: String,
    sha256: String,
    media_type: String,
    size: u64,
    /// Who attached it and when; who took it off, when and why.
    attached: (i64, String),
    detached: Option<(i64, String, String)>,
}

impl Told {
    /// Takes in an event about an attachment. One that cannot be read says nothing; what it should have said is missed.
    pub(crate) fn take(&mut self, event: &SealedEvent) {
        let Ok(told) = event.event() else { return };
        let text = |name: &str| told.payload[name].as_str().unwrap_or_default().to_owned();
        if event.kind == DETACHED {
            if let Some(one) = self.0.get_mut(&text("attachment")) {
                one.detached = Some((event.at, event.actor.clone(), text("reason")));
            }
            return;
        }
        let one = One {
            transaction_id: event.object_id.clone(),
            reference: text("reference"),
            name: text("name"),
            sha256: text("sha256"),
            media_type: text("media_type"),
            size: told.payload["size"].as_u64().unwrap_or_default(),
            attached: (event.at, event.actor.clone()),
            detached: None,
        };
        self.0.insert(text("attachment"), one);
    }
}

impl Told {
    /// Where the stored ones are others than the history says.
    fn compared(&self, attached: Vec<AttachmentRecord>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut stored: BTreeMap<String, AttachmentRecord> =
            attached.into_iter().map(|one| (one.id.clone(), one)).collect();
        for (id, one) in &self.0 {
            let (name, reference) = (&one.name, &one.reference);
            match stored.remove(id) {
                None => wrong.push(format!("{name} was attached to {reference}, but it or its content is gone.")),
                Some(found) if one.differs(&found) => {
                    wrong.push(format!("The attachment {name} of {reference} is another than the history says."));
                }
                Some(_) => {}
            }
        }
        if !stored.is_empty() {
            let count = words::plural(stored.len() as u64, "attachment is", "attachments are");
            wrong.push(format!("{count} in the book, but not in the history."));
        }
        wrong
    }
}

impl One {
    /// Where the stored one is another than the history says.
    fn differs(&self, stored: &AttachmentRecord) -> bool {
        let detached = stored.detached.as_ref();
        let found = Self {
            transaction_id: stored.transaction_id.clone(),
            reference: self.reference.clone(),
            name: stored.name.clone(),
            sha256: stored.sha256.clone(),
            media_type: stored.media_type.clone(),
            size: stored.size,
            attached: (stored.attached_at.as_microsecond(), stored.attached_by.clone()),
            detached: detached.map(|end| (end.at.as_microsecond(), end.by.clone(), end.reason.clone())),
        };
        *self != found
    }
}

impl Engine {
    /// Attachments that are not what the history says of them, and contents that are not what their hash says.
    /// `attached` is every attachment as of the end of that history; without it the history is broken, and only contents are
    /// looked at. `going_on` is asked before each content is read, which takes its time.
    pub(crate) async fn attachments_changed(
        &self,
        told: &Told,
        attached: Option<Vec<AttachmentRecord>>,
        going_on: impl Fn() -> EngineResult<()> + Send + Sync,
    ) -> EngineResult<Vec<String>> {
        let mut wrong = attached.map(|attached| told.compared(attached)).unwrap_or_default();
        let names: HashSet<(&str, &str)> =
            told.0.values().map(|one| (one.sha256.as_str(), one.name.as_str())).collect();
        for sha256 in self.store.attachment_contents().await? {
            going_on()?;
            let bytes = self.store.attachment_bytes(&sha256).await?.unwrap_or_default();
            if hex(&Sha256::digest(&bytes)) != sha256 {
                let name = names.iter().find(|(hash, _)| *hash == sha256).map_or(sha256.as_str(), |(_, name)| name);
                wrong.push(format!("The content of the attachment {name} is not what was attached."));
            }
        }
        Ok(wrong)
    }
}
