//! What an event leaves of the records that it changes, sealed with it.
//!
//! The journal is written down in its events whole. Of the other records the event holds a digest, so that nobody's
//! personal data stands in a history that cannot be changed, and a record that was changed by other means is found.

use serde_json::{Map, Value};
use store::kept::RecordKind;
use store::system::Event;
use store::{StoreResult, Unit};

use crate::history::digest;

/// The member of an event's payload: the records by name, with the digest of what is left of each, or null.
pub(crate) const MEMBER: &str = "kept";

/// The name of a record.
pub(crate) fn name(kind: RecordKind, id: &str) -> String {
    format!("{}/{id}", kind.word())
}

/// Records that an event changes.
#[derive(Debug, Default)]
#[must_use = "what is not put on an event is not sealed"]
pub(crate) struct Sealing(Map<String, Value>);

impl Sealing {
    /// What is left of one record; nothing where it is gone.
    pub(crate) fn of(kind: RecordKind, id: &str, document: Option<&Value>) -> Self {
        Self::default().and(kind, id, document)
    }

    /// And of another.
    pub(crate) fn and(mut self, kind: RecordKind, id: &str, document: Option<&Value>) -> Self {
        self.0.insert(name(kind, id), document.map(digest).into());
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The event, saying so.
    pub(crate) fn on(self, mut event: Event) -> Event {
        if !self.0.is_empty() {
            event.payload[MEMBER] = Value::Object(self.0);
        }
        event
    }

    /// Stores a setting that the history answers for.
    ///
    /// # Errors
    /// [`store::StoreError`].
    pub(crate) async fn setting(self, unit: &mut dyn Unit, key: &str, value: &Value) -> StoreResult<Self> {
        unit.put_setting(key, value).await?;
        Ok(self.and(RecordKind::Setting, key, Some(answered_for(key, value))))
    }
}

/// What of a setting the history answers for.
pub(crate) fn answered_for<'a>(key: &str, value: &'a Value) -> &'a Value {
    // What was found is written down without an entry: the book may be one that nothing is written into.
    if key == crate::history::BROKEN { &value["accepted"] } else { value }
}

/// Whether the history answers for a setting at all; others are notes of the program to itself.
pub(crate) fn is_answered_for(key: &str) -> bool {
    const WHOLE: [&str; 10] = [
        crate::book::BOOK,
        crate::book::SETTINGS,
        crate::backups::PLAN,
        crate::financial::TYPES,
        crate::history::BROKEN,
        crate::lineage::LINEAGE,
        crate::monitors::MONITORS,
        crate::people::KEY,
        crate::periods::CLOSED_THROUGH,
        crate::webhooks::HOSTS,
    ];
    WHOLE.contains(&key)
        || ["below_zero", "lineage", "metadata"]
            .iter()
            .any(|of| key.split_once('/').is_some_and(|(start, _)| start == *of))
}
