//! What people and programs note beside a transaction, a balance, a ledger or an identity: keys with any JSON value, merged key by key.
//!
//! The journal never changes. What is noted later stands beside it and covers what a posting brought along; every merge is in
//! the history.

use serde_json::{Map, Value, json};
use store::Unit;
use store::journal::Expected;
use store::ledger::BalanceRef;
use store::system::Event;

use crate::group::Command;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, words};

/// Most bytes of what is noted beside one thing.
const MOST_BYTES: usize = 256 * 1024;

/// Setting with what is noted beside `id`.
fn key(id: &str) -> String {
    format!("metadata/{id}")
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// `base` with every key of `patch`; a key whose value is null goes away.
fn merged(mut base: Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
    for (key, value) in patch {
        match value {
            Value::Null => drop(base.remove(key)),
            value => drop(base.insert(key.clone(), value.clone())),
        }
    }
    base
}

/// Merges keys into what is noted beside one thing. Nulls are kept: they cover what a posting brought along.
struct Merging {
    id: String,
    patch: Map<String, Value>,
}

#[async_trait::async_trait]
impl Command for Merging {
    type Answer = ();

    fn expected(&self) -> Expected {
        Expected { settings: vec![key(&self.id)], ..Expected::default() }
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<()> {
        let mut noted = object(unit.load_setting(&key(&self.id)).await?);
        noted.extend(self.patch.clone());
        let noted = Value::Object(noted);
        if noted.to_string().len() > MOST_BYTES {
            let message = format!("At most {} KB can be noted beside one thing.", MOST_BYTES / 1024);
            return Err(EngineError::invalid("metadata", message));
        }
        let sealing = Sealing::default().setting(unit, &key(&self.id), &noted).await?;
        let event = Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: "metadata.merged".into(),
            object_id: self.id.clone(),
            payload: json!({ "metadata": self.patch }),
        };
        Ok(unit.record_event(&sealing.on(event)).await?)
    }
}

impl Engine {
    /// What is noted beside a transaction, a balance, a ledger or an identity, by its id. Of a transaction with what its posting brought.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn metadata_get(&self, id: &str) -> EngineResult<Value> {
        let (id, brought) = self.noted_on(id).await?;
        Ok(Value::Object(self.with_noted(&id, brought).await?))
    }

    /// Merges keys into it, one by one; a key whose value is null goes away. Answers with the whole.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or [`EngineError::Invalid`] for what is no object or too much.
    pub async fn metadata_merge(&self, id: &str, patch: Value) -> EngineResult<Value> {
        let Value::Object(patch) = patch else {
            return Err(EngineError::invalid("metadata", "Metadata is an object with keys."));
        };
        if patch.iter().any(|(key, value)| key.contains('\0') || words::has_nul(value)) {
            return Err(EngineError::invalid("metadata", "It holds a character that is none (NUL)."));
        }
        if patch.keys().any(|key| key.trim().is_empty()) {
            return Err(EngineError::invalid("metadata", "A note has a key."));
        }
        let (id, _) = self.noted_on(id).await?;
        self.writer.submit(&self.actor(), Merging { id: id.clone(), patch }).await?;
        self.changed(&[Topic::Transactions, Topic::Balances, Topic::Identities]);
        self.metadata_get(&id).await
    }

    /// The id under which it is noted, which for a row of a transaction is that of its first, and what came with it.
    async fn noted_on(&self, id: &str) -> EngineResult<(String, Map<String, Value>)> {
        let found = match self.store.family(id).await? {
            Some((family, _)) => Some(family),
            // A transaction goes by its reference too.
            None => match self.store.transaction_by_reference(id).await? {
                Some(row) => self.store.family(&row.row.id).await?.map(|(family, _)| family),
                None => None,
            },
        };
        if let Some(family) = found {
            let brought = family.first.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok());
            return Ok((family.first.row.id, object(brought)));
        }
        let is_balance = self.store.balance(&BalanceRef::Id(id.to_owned())).await?.is_some();
        let is_identity = !is_balance && self.store.identity(id).await?.is_some();
        if is_balance || is_identity || self.store.ledgers().await?.iter().any(|ledger| ledger.id == id) {
            return Ok((id.to_owned(), Map::new()));
        }
        Err(EngineError::not_found("transaction, balance, ledger or identity", id))
    }

    async fn with_noted(&self, id: &str, brought: Map<String, Value>) -> EngineResult<Map<String, Value>> {
        Ok(merged(brought, &object(self.store.setting(&key(id)).await?)))
    }

    /// The metadata of a transaction with what was noted later; absent where there is none.
    pub(crate) async fn with_later_notes(&self, id: &str, brought: Option<Value>) -> EngineResult<Option<Value>> {
        match self.store.setting(&key(id)).await? {
            None => Ok(brought),
            Some(noted) => {
                let whole = merged(object(brought), &object(Some(noted)));
                Ok((!whole.is_empty()).then_some(Value::Object(whole)))
            }
        }
    }
}
