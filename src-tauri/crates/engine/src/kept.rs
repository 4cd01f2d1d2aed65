//! What an event leaves of the records that it changes, sealed with it.
//!
//! The journal is written down in its events whole. Of the other records the event holds a digest, so that nobody's
//! personal data stands in a history that cannot be changed, and a record that was changed by other means is found.

use serde_json::{Map, Value};
use store::kept::RecordKind;
use store::system::Event;
use store::{StoreResult, Unit};

use crate::history::digest;

/// The member of an event's payload: the records by name, with the seal of what is left of each, or null.
pub(crate) const MEMBER: &str = "kept";

/// The form of the documents and of their digest, which stands in front of it. What another form sealed cannot be compared,
/// and is taken for neither right nor wrong.
const FORM: &str = "1:";

/// The seal of a document that was read.
pub(crate) fn seal(document: &Value) -> String {
    format!("{FORM}{}", digest(document))
}

/// The seal of a document that is written: of what will be read, where a fraction may come back as its neighbour.
fn seal_of_written(document: &Value) -> String {
    let read = serde_json::from_str(&document.to_string());
    seal(read.as_ref().unwrap_or(document))
}

/// The digest of a seal; none for a seal of another form.
pub(crate) fn unsealed(seal: &str) -> Option<[u8; 32]> {
    let digits = seal.strip_prefix(FORM)?.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

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
        self.0.insert(name(kind, id), document.map(seal_of_written).into());
        self
    }

    /// And of one that stands as it was read.
    pub(crate) fn and_read(mut self, kind: RecordKind, id: &str, document: &Value) -> Self {
        self.0.insert(name(kind, id), seal(document).into());
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::kept;

    use super::*;

    /// Computed apart from this code, with Python's json and hashlib. A seal that is made otherwise needs a form of its own:
    /// what was sealed before is in books.
    #[test]
    fn the_seal_of_a_document_stays_what_it_is() {
        assert_eq!(
            seal(&kept::ledger("Assets/Bänke")),
            "1:774b0e4b599e9c76ceb5241cb921087a2470ad465eddb4c03c32ede031241165"
        );
        assert_eq!(seal(&kept::owner("idt_1")), "1:5bbd86879e50b1700e4bc6dba597b10dac47df06a274ccbba8cc9dd0a9c59770");
        let terms = kept::BalanceTerms {
            ledger_id: "ldg_1".into(),
            name: "Main".into(),
            indicator: None,
            currency: ledger::Currency::iso("EUR").expect("a currency"),
            account_number: Some("IE29".into()),
            reconcilable: true,
        };
        assert_eq!(seal(&terms.document()), "1:292e0d877d920cb286267642af73d62f5610f368098951da0794e8aec28125c5");
    }

    #[test]
    fn a_number_is_sealed_as_it_comes_back() {
        for text in ["1e-24", "4.776303295770299e-10", "3.7e-25", "0.1", "12345678901234567890123"] {
            let given: Value = serde_json::from_str(text).expect("a number");
            let read: Value = serde_json::from_str(&given.to_string()).expect("a number");
            assert_eq!(seal_of_written(&json!({ "x": given })), seal(&json!({ "x": read })), "{text}");
        }
    }

    #[test]
    fn another_form_is_no_digest() {
        let sealed = seal(&json!({}));
        assert!(unsealed(&sealed).is_some());
        assert_eq!(unsealed(&sealed.replacen("1:", "2:", 1)), None);
        assert_eq!(unsealed("1:00"), None);
    }
}
