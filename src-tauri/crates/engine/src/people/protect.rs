//! Protecting fields, and looking at protected ones.

use std::collections::BTreeMap;

use identity::token::{self, NONCE_BYTES, Place};
use identity::{Field, KeyRing, TokenError, Value};
use serde_json::json;
use store::people::IdentityRecord;

use super::{as_seen, field_of, keys, settled, told};
use crate::api::people::IdentityDetail;
use crate::{Engine, EngineError, EngineResult, Topic, words};

/// Fields that can be protected, by their words.
pub(super) fn personal(fields: &[String]) -> EngineResult<Vec<Field>> {
    let mut wrong = Vec::new();
    let mut good = Vec::new();
    for word in fields {
        match field_of(word) {
            Ok(field) if field.is_personal() => good.push(field),
            Ok(field) => wrong.push(crate::api::page::FieldError {
                field: field.word().to_owned(),
                message: format!("{} stays readable: lists are made by it.", super::label(field)),
            }),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(EngineError::Invalid { fields: wrong }) }
}

/// A token of a text.
pub(super) fn sealed(ring: &KeyRing, id: &str, field: Field, text: &str) -> EngineResult<Value> {
    let nonce = keys::random::<NONCE_BYTES>()?;
    let place = Place { owner: id, field: field.word() };
    token::seal(ring, place, nonce, text).map(Value::Token).map_err(|error| failed(&error, field))
}

fn opened(ring: &KeyRing, id: &str, field: Field, token: &str) -> EngineResult<String> {
    let place = Place { owner: id, field: field.word() };
    token::open(ring, place, token).map(|text| text.to_string()).map_err(|error| failed(&error, field))
}

fn failed(error: &TokenError, field: Field) -> EngineError {
    match error {
        TokenError::UnknownKey(id) => keys::missing(id),
        other => EngineError::Conflict {
            code: "TOKEN_DAMAGED",
            message: format!("{} cannot be opened: {other}. Nothing was changed.", super::label(field)),
        },
    }
}

/// Seals every token that another key sealed with the one that seals now.
pub(super) fn reseal(ring: &KeyRing, record: &mut IdentityRecord) -> EngineResult<()> {
    let current = ring.current().id();
    for (field, value) in &mut record.values {
        if let Value::Token(token) = value
            && token::key_id(token) != Some(current.as_str())
        {
            let text = opened(ring, &record.id, *field, token)?;
            *value = sealed(ring, &record.id, *field, &text)?;
        }
    }
    Ok(())
}

impl Engine {
    /// Protects fields: from now on only a key opens them, and whoever looks is in the history. Fields without a value, and
    /// those protected already, stay as they are.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for fields that stay readable, [`EngineError::Conflict`] without a key.
    pub async fn identity_protect(&self, id: &str, fields: &[String]) -> EngineResult<IdentityDetail> {
        let fields = personal(fields)?;
        let version = self.identity_record(id).await?.version;
        let ring = self.key_ring(true).await?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let mut record = as_seen(unit.as_mut(), id, version).await?;
        reseal(&ring, &mut record)?;
        let mut changed = Vec::new();
        for field in fields {
            if let Some(Value::Plain(text)) = record.values.get(&field) {
                let value = sealed(&ring, id, field, text)?;
                record.values.insert(field, value);
                changed.push(field.word());
            }
        }
        if !changed.is_empty() {
            let record = settled(IdentityRecord { version: record.version + 1, ..record })?;
            unit.save_identity(&record).await?;
            keys::note(unit.as_mut(), &stamp, &ring).await?;
            let event = told(&stamp, "identity.protected", id, json!({ "fields": changed }));
            unit.record_event(&super::sealed(&record).on(event)).await?;
            unit.commit().await?;
            self.changed(&[Topic::Identities]);
        }
        self.identity_get(id).await
    }

    /// Ends the protection of fields; why is in the history.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason, [`EngineError::Conflict`] without the key.
    pub async fn identity_unprotect(&self, id: &str, fields: &[String], reason: &str) -> EngineResult<IdentityDetail> {
        let (fields, reason) = (personal(fields)?, words::given_reason(reason)?);
        let version = self.identity_record(id).await?.version;
        let ring = self.key_ring(false).await?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let mut record = as_seen(unit.as_mut(), id, version).await?;
        let mut changed = Vec::new();
        for field in fields {
            if let Some(Value::Token(token)) = record.values.get(&field) {
                let text = opened(&ring, id, field, token)?;
                record.values.insert(field, Value::Plain(text));
                changed.push(field.word());
            }
        }
        if !changed.is_empty() {
            let record = settled(IdentityRecord { version: record.version + 1, ..record })?;
            unit.save_identity(&record).await?;
            let payload = json!({ "fields": changed, "reason": reason });
            unit.record_event(&super::sealed(&record).on(told(&stamp, "identity.unprotected", id, payload))).await?;
            unit.commit().await?;
            self.changed(&[Topic::Identities]);
        }
        self.identity_get(id).await
    }

    /// The texts of protected fields. Who looked, at which and why is in the history before anything is shown.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason, [`EngineError::Conflict`] without the key, and whatever keeps the book from
    /// being written: what cannot be recorded is not shown.
    pub async fn identity_reveal(
        &self,
        id: &str,
        fields: &[String],
        reason: &str,
    ) -> EngineResult<BTreeMap<String, String>> {
        let (wanted, reason) = (personal(fields)?, words::given_reason(reason)?);
        let record = self.identity_record(id).await?;
        let ring = self.key_ring(false).await?;
        let mut texts = BTreeMap::new();
        for (field, value) in &record.values {
            if let Some(token) = value.token()
                && (wanted.is_empty() || wanted.contains(field))
            {
                texts.insert(field.word().to_owned(), opened(&ring, id, *field, token)?);
            }
        }
        if texts.is_empty() {
            return Err(EngineError::invalid("fields", "None of these fields is protected."));
        }
        let stamp = self.stamp();
        let looked_at: Vec<&String> = texts.keys().collect();
        let mut unit = self.store.begin().await?;
        let payload = json!({ "fields": looked_at, "reason": reason });
        unit.record_event(&told(&stamp, "identity.revealed", id, payload)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Book]);
        Ok(texts)
    }
}
