//! Identities: who is behind a balance, and what of it only a key opens.
//!
//! The history says which fields changed and who looked at a protected one, never what stood there: what cannot be taken
//! out of the history must not hold personal data.

mod accounts;
pub(crate) mod keys;
mod protect;

use std::collections::BTreeMap;

use identity::{Field, Kind, Value, Values, field};
use ledger::Amount;
use serde_json::json;
use store::Unit;
use store::filters::{ACCOUNTS, IDENTITIES};
use store::kept::{self, RecordKind};
use store::people::IdentityRecord;
use store::system::Event;

pub(crate) use accounts::masked;
pub(crate) use keys::KEY;
pub use keys::{KeyError, KeyKeeper, NoKeys};

use crate::api::overview::ActivityRow;
use crate::api::page::{FieldError, ListPage, ListQuery, MoneyTotal};
use crate::api::people::{AccountRow, IdentityDetail, IdentityEdit, IdentityField, IdentityRequest, IdentityRow};
use crate::clock::new_id;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, filters, words};

/// Changes of an identity that are shown.
const HISTORY: u32 = 200;

/// What the history answers for of an identity.
fn sealed(record: &IdentityRecord) -> Sealing {
    Sealing::of(RecordKind::Identity, &record.id, Some(&kept::identity(record)))
}

/// The history entry of what happens to an identity or its account, without what seals it.
fn told(stamp: &Stamp, kind: &str, object_id: &str, payload: serde_json::Value) -> Event {
    let (at, actor) = (stamp.at, stamp.actor.clone());
    Event { at, actor, kind: kind.into(), object_id: object_id.to_owned(), payload }
}

fn kind_of(word: &str) -> EngineResult<Kind> {
    let kind = Kind::of_word(&word.trim().to_lowercase().replace("organization", "organisation"));
    kind.ok_or_else(|| EngineError::invalid("kind", "An identity is an individual or an organisation."))
}

/// The field of a word.
fn field_of(word: &str) -> Result<Field, FieldError> {
    let message = || format!("An identity has no field “{}”.", words::plain(word));
    Field::of_word(word).ok_or_else(|| FieldError { field: word.to_owned(), message: message() })
}

/// Fields with texts as they are to be kept; one without a text is cleared.
fn checked(fields: &BTreeMap<String, Option<String>>) -> EngineResult<Vec<(Field, Option<String>)>> {
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    for (word, text) in fields {
        match field_of(word) {
            Err(error) => wrong.push(error),
            Ok(known) => match field::check(known, text.as_deref().unwrap_or_default()) {
                Ok(text) => good.push((known, text)),
                Err(error) => {
                    wrong.push(FieldError {
                        field: known.word().to_owned(),
                        message: format!("{}: {error}.", label(known)),
                    });
                }
            },
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(EngineError::Invalid { fields: wrong }) }
}

/// A field as people say it.
fn label(field: Field) -> String {
    let words = field.word().replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn must_have_name(kind: Kind, values: &Values) -> EngineResult<()> {
    if field::has_name(kind, values) {
        return Ok(());
    }
    Err(match kind {
        Kind::Individual => EngineError::invalid("last_name", "Give a first or last name."),
        Kind::Organisation => EngineError::invalid("organisation_name", "Give the name of the organisation."),
    })
}

/// Brings along what follows from the values.
fn settled(record: IdentityRecord) -> EngineResult<IdentityRecord> {
    must_have_name(record.kind, &record.values)?;
    let key_id = record.values.values().filter_map(Value::token).find_map(identity::token::key_id);
    Ok(IdentityRecord {
        name: field::readable_name(record.kind, &record.values),
        key_id: key_id.map(str::to_owned),
        ..record
    })
}

/// The identity as it was seen, or why it cannot be changed any more.
async fn as_seen(unit: &mut dyn Unit, id: &str, version: u32) -> EngineResult<IdentityRecord> {
    let record = unit.load_identity(id).await?.ok_or_else(|| EngineError::not_found("identity", id))?;
    if record.version != version {
        return Err(store::StoreError::Stale("identity").into());
    }
    Ok(record)
}

pub(crate) fn row(record: &IdentityRecord) -> IdentityRow {
    let protected = record.values.iter().filter(|(_, value)| value.token().is_some());
    IdentityRow {
        id: record.id.clone(),
        kind: record.kind.word().to_owned(),
        name: record.name.clone(),
        category: record.readable(Field::Category).to_owned(),
        country: record.readable(Field::Country).to_owned(),
        protected: protected.map(|(field, _)| field.word().to_owned()).collect(),
        balances: record.balances,
        accounts: record.accounts,
        created_at: record.created_at.to_string(),
    }
}

fn fields(record: &IdentityRecord) -> Vec<IdentityField> {
    let all = Field::ALL.into_iter();
    all.map(|field| {
        let value = record.values.get(&field);
        IdentityField {
            field: field.word().to_owned(),
            value: value.and_then(Value::plain).map(str::to_owned),
            protected: value.is_some_and(|value| value.token().is_some()),
            personal: field.is_personal(),
        }
    })
    .collect()
}

impl Engine {
    /// A page of identities.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the list does not take.
    pub async fn identities_page(&self, query: ListQuery) -> EngineResult<ListPage<IdentityRow>> {
        Ok(ListPage::from_store(self.store.identities(&filters::checked(&IDENTITIES, query)?).await?, |record| {
            row(&record)
        }))
    }

    /// A page of the accounts of all identities.
    ///
    /// # Errors
    /// As [`Engine::identities_page`].
    pub async fn accounts_page(&self, query: ListQuery) -> EngineResult<ListPage<AccountRow>> {
        Ok(ListPage::from_store(self.store.accounts(&filters::checked(&ACCOUNTS, query)?).await?, accounts::row))
    }

    pub(crate) async fn identity_record(&self, id: &str) -> EngineResult<IdentityRecord> {
        self.store.identity(id).await?.ok_or_else(|| EngineError::not_found("identity", id))
    }

    /// An identity with its balances and accounts. Protected fields stay closed: see [`Self::identity_reveal`].
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn identity_get(&self, id: &str) -> EngineResult<IdentityDetail> {
        let record = self.identity_record(id).await?;
        let balances = self.store.balances_of(id).await?;
        let mut totals: BTreeMap<String, (u8, u64, Amount)> = BTreeMap::new();
        for found in &balances {
            let (currency, figures) = (&found.balance.currency, &found.balance.figures);
            let total = totals.entry(currency.code().to_owned()).or_insert((currency.exponent(), 0, Amount::ZERO));
            total.1 += 1;
            total.2 += &figures.balance();
        }
        let total = |(currency, (exponent, count, amount)): (String, (u8, u64, Amount))| MoneyTotal {
            currency,
            exponent,
            group: "balance".into(),
            count,
            amount: amount.to_string(),
        };
        Ok(IdentityDetail {
            row: row(&record),
            version: record.version,
            fields: fields(&record),
            balances: self.balance_rows(&balances).await?,
            totals: totals.into_iter().map(total).collect(),
            accounts: self.store.accounts_of(id).await?.into_iter().map(accounts::row).collect(),
            metadata: self.metadata_get(id).await?,
        })
    }

    /// What was done to an identity, newest first.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn identity_history(&self, id: &str) -> EngineResult<Vec<ActivityRow>> {
        self.identity_record(id).await?;
        Ok(crate::overview::changes(&self.store.events(Some(id), HISTORY).await?))
    }

    /// A new identity.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming every wrong field; [`EngineError::Conflict`] when fields are to be protected and
    /// there is no key.
    pub async fn identity_create(&self, request: IdentityRequest) -> EngineResult<IdentityDetail> {
        let kind = kind_of(&request.kind)?;
        let given = request.fields.into_iter().map(|(word, text)| (word, Some(text))).collect();
        let protect = protect::personal(&request.protect)?;
        let ring = if protect.is_empty() { None } else { Some(self.key_ring(true).await?) };
        let stamp = self.stamp();
        let id = new_id("idt");
        let mut values = Values::new();
        for (field, text) in checked(&given)? {
            let Some(text) = text else { continue };
            let value = match &ring {
                Some(ring) if protect.contains(&field) => protect::sealed(ring, &id, field, &text)?,
                _ => Value::Plain(text),
            };
            values.insert(field, value);
        }
        let record = settled(IdentityRecord {
            id: id.clone(),
            kind,
            name: String::new(),
            values,
            key_id: None,
            version: 1,
            created_at: stamp.at,
            balances: 0,
            accounts: 0,
        })?;
        let known: Vec<&str> = record.values.keys().map(|field| field.word()).collect();
        let payload = json!({ "kind": kind.word(), "fields": known, "protected": row(&record).protected });
        let mut unit = self.store.begin().await?;
        unit.insert_identity(&record).await?;
        if let Some(ring) = &ring {
            keys::note(unit.as_mut(), &stamp, ring).await?;
        }
        unit.record_event(&sealed(&record).on(told(&stamp, "identity.created", &id, payload))).await?;
        unit.commit().await?;
        self.changed(&[Topic::Identities]);
        self.identity_get(&id).await
    }

    /// Changes or clears fields. A protected one stays protected.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming every wrong field; [`EngineError::Store`] with `Stale` when somebody else changed it
    /// meanwhile.
    pub async fn identity_update(&self, edit: IdentityEdit) -> EngineResult<IdentityDetail> {
        let changes = checked(&edit.fields)?;
        let kind = edit.kind.as_deref().map(kind_of).transpose()?;
        let before = self.identity_record(&edit.id).await?;
        let is_protected = |field: &Field| before.values.get(field).is_some_and(|value| value.token().is_some());
        let seals = changes.iter().any(|(field, text)| text.is_some() && is_protected(field));
        let ring = if seals { Some(self.key_ring(false).await?) } else { None };
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let mut record = as_seen(unit.as_mut(), &edit.id, edit.version).await?;
        let mut changed = Vec::new();
        for (field, text) in changes {
            let value = match (text, &ring) {
                (None, _) => None,
                (Some(text), Some(ring)) if is_protected(&field) => {
                    // One key for all tokens of an identity: what an older one sealed is sealed anew.
                    Some(protect::sealed(ring, &edit.id, field, &text)?)
                }
                (Some(text), _) => Some(Value::Plain(text)),
            };
            let same = record.values.get(&field) == value.as_ref();
            match value {
                Some(value) => drop(record.values.insert(field, value)),
                None => drop(record.values.remove(&field)),
            }
            if !same {
                changed.push(field.word());
            }
        }
        if let Some(ring) = &ring {
            protect::reseal(ring, &mut record)?;
            keys::note(unit.as_mut(), &stamp, ring).await?;
        }
        let new_kind = kind.unwrap_or(record.kind);
        if new_kind != record.kind {
            changed.push("kind");
        }
        record = settled(IdentityRecord { kind: new_kind, version: record.version + 1, ..record })?;
        if !changed.is_empty() {
            unit.save_identity(&record).await?;
            let payload = json!({ "fields": changed });
            unit.record_event(&sealed(&record).on(told(&stamp, "identity.changed", &edit.id, payload))).await?;
            unit.commit().await?;
            self.changed(&[Topic::Identities]);
        }
        self.identity_get(&edit.id).await
    }

    /// Deletes an identity that nothing refers to.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] with what refers to it.
    pub async fn identity_delete(&self, id: &str) -> EngineResult<()> {
        let stamp = self.stamp();
        let balances = self.store.balances_of(id).await?;
        let mut unit = self.store.begin().await?;
        let record = unit.load_identity(id).await?.ok_or_else(|| EngineError::not_found("identity", id))?;
        if record.balances + record.accounts > 0 {
            return Err(in_use(&record, balances.iter().map(|found| found.balance.name.as_str())));
        }
        unit.delete_identity(id).await?;
        let event = told(&stamp, "identity.deleted", id, json!({ "kind": record.kind.word() }));
        unit.record_event(&Sealing::of(RecordKind::Identity, id, None).on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Identities]);
        Ok(())
    }

    /// Says whom a balance belongs to, or with nothing that it belongs to nobody.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn balance_identity_set(&self, balance_id: &str, identity_id: Option<&str>) -> EngineResult<()> {
        let balance = self.balance_record(balance_id).await?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        if let Some(id) = identity_id
            && unit.load_identity(id).await?.is_none()
        {
            return Err(EngineError::not_found("identity", id));
        }
        unit.link_balance(balance_id, identity_id).await?;
        let payload = json!({ "name": balance.balance.name, "identity": identity_id });
        let kind = if identity_id.is_some() { "balance.linked" } else { "balance.unlinked" };
        let owner = identity_id.map(kept::owner);
        let sealing = Sealing::of(RecordKind::Owner, balance_id, owner.as_ref());
        unit.record_event(&sealing.on(told(&stamp, kind, balance_id, payload))).await?;
        unit.commit().await?;
        self.changed(&[Topic::Identities, Topic::Balances]);
        Ok(())
    }

    /// Whom a balance belongs to.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn balance_identity(&self, balance_id: &str) -> EngineResult<Option<IdentityRow>> {
        Ok(self.store.identity_of(balance_id).await?.as_ref().map(row))
    }
}

fn in_use<'a>(record: &IdentityRecord, balances: impl Iterator<Item = &'a str>) -> EngineError {
    const NAMED: usize = 3;
    let mut parts = Vec::new();
    if record.balances > 0 {
        let names: Vec<&str> = balances.take(NAMED).collect();
        let more = record.balances.saturating_sub(names.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        parts.push(format!("{} ({}{more})", words::plural(record.balances, "balance", "balances"), names.join(", ")));
    }
    if record.accounts > 0 {
        parts.push(words::plural(record.accounts, "account", "accounts"));
    }
    let name = if record.name.is_empty() { &record.id } else { &record.name };
    EngineError::Conflict {
        code: "IDENTITY_IN_USE",
        message: format!("{} refer to {name}. Nothing was deleted. Take them away first.", parts.join(" and ")),
    }
}
