//! The keys of a book: where they are kept, how one is made, shown once for safe keeping, and replaced.

use std::sync::Arc;

use identity::{Key, KeyRing, TokenError};
use serde_json::json;
use store::Unit;
use store::kept::{self, RecordKind};
use store::people::IdentityRecord;
use zeroize::Zeroizing;

use super::{protect, settled, told};
use crate::api::people::KeyState;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic};

/// Setting with the id of the key that seals.
pub(crate) const KEY: &str = "privacy_key";
/// Identities that are sealed anew in one unit of work.
const AT_ONCE: u32 = 200;

/// Why a key cannot be had or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No keyring answers; a sentence for a person.
    #[error("{0}")]
    Unavailable(String),
    /// The key is given from outside and cannot be changed here.
    #[error("The key is given to the program by its surroundings ({0}). Change it there.")]
    Given(&'static str),
    /// What is kept is no key.
    #[error("What is kept as the key of this book is none: {0}.")]
    Wrong(TokenError),
}

/// Keeps the keys of books: the keyring of the operating system, or whatever an operator gives a program.
pub trait KeyKeeper: Send + Sync + 'static {
    /// Where, as people say it.
    fn place(&self) -> String;

    /// The keys of a book; nothing if none were kept.
    ///
    /// # Errors
    /// [`KeyError`].
    fn load(&self, book_id: &str) -> Result<Option<KeyRing>, KeyError>;

    /// Keeps the keys of a book in place of those kept before.
    ///
    /// # Errors
    /// [`KeyError`].
    fn save(&self, book_id: &str, ring: &KeyRing) -> Result<(), KeyError>;
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeys;

impl KeyKeeper for NoKeys {
    fn place(&self) -> String {
        "nowhere".into()
    }

    fn load(&self, _: &str) -> Result<Option<KeyRing>, KeyError> {
        Err(KeyError::Unavailable("This program was started without a place for keys.".into()))
    }

    fn save(&self, _: &str, _: &KeyRing) -> Result<(), KeyError> {
        Err(KeyError::Unavailable("This program was started without a place for keys.".into()))
    }
}

/// The operating system's random bytes.
pub(crate) fn random<const N: usize>() -> EngineResult<[u8; N]> {
    let mut bytes = [0; N];
    let message = || "The operating system gave no random numbers. Nothing was changed.".to_owned();
    getrandom::fill(&mut bytes).map_err(|_| EngineError::Conflict { code: "NO_RANDOM", message: message() })?;
    Ok(bytes)
}

/// The key `id` is not here.
pub(super) fn missing(id: &str) -> EngineError {
    EngineError::Conflict {
        code: "KEY_MISSING",
        message: format!(
            "Protected fields of this book were sealed with the key {id}, which is not on this machine. Nothing was changed. Where it is, “tieout identity key show” prints it; “tieout identity key add” takes it in here."
        ),
    }
}

fn refused(error: &KeyError) -> EngineError {
    let code = match error {
        KeyError::Unavailable(_) => "KEYRING_UNAVAILABLE",
        KeyError::Given(_) => "KEY_GIVEN",
        KeyError::Wrong(_) => "KEY_WRONG",
    };
    EngineError::Conflict { code, message: format!("{error} Nothing was changed.") }
}

/// Notes in the book which key seals, for whoever opens it elsewhere.
pub(crate) async fn note(unit: &mut dyn Unit, stamp: &Stamp, ring: &KeyRing) -> EngineResult<()> {
    let id = json!(ring.current().id());
    if unit.load_setting(KEY).await?.as_ref() != Some(&id) {
        let sealing = Sealing::default().setting(unit, KEY, &id).await?;
        let event = told(stamp, "privacy.key_used", ring.current().id().as_str(), json!({}));
        unit.record_event(&sealing.on(event)).await?;
    }
    Ok(())
}

impl Engine {
    /// The same engine with another place for keys.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn KeyKeeper>) -> Self {
        self.keys = keys;
        self
    }

    /// What the keeper answers; it may ask a person or another program, so nobody else waits for it.
    async fn keeper<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn KeyKeeper, &str) -> Result<T, KeyError> + Send + 'static,
    ) -> EngineResult<T> {
        let (keys, book) = (Arc::clone(&self.keys), self.book_id().await?);
        let answer = tokio::task::spawn_blocking(move || ask(&*keys, &book)).await;
        match answer {
            Ok(answer) => answer.map_err(|error| refused(&error)),
            Err(_) => Err(refused(&KeyError::Unavailable("The place for keys did not answer.".into()))),
        }
    }

    /// The key that the book says seals.
    async fn noted_key(&self) -> EngineResult<Option<String>> {
        let noted = self.store.setting(KEY).await?;
        Ok(noted.and_then(|value| value.as_str().map(str::to_owned)))
    }

    /// The keys of this book. With `make` a first key is drawn where there never was one.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] when they cannot be had.
    pub(crate) async fn key_ring(&self, make: bool) -> EngineResult<KeyRing> {
        let noted = self.noted_key().await?;
        match (self.keeper(|keys, book| keys.load(book)).await?, noted) {
            (Some(ring), Some(id)) if ring.key(&id).is_none() => Err(missing(&id)),
            (Some(ring), _) => Ok(ring),
            (None, Some(id)) => Err(missing(&id)),
            (None, None) if make => {
                let ring = KeyRing::new(Key::new(random()?));
                let kept = ring.clone();
                self.keeper(move |keys, book| keys.save(book, &kept)).await?;
                Ok(ring)
            }
            (None, None) => Err(EngineError::invalid("fields", "Nothing in this book is protected yet.")),
        }
    }

    /// Whether protected fields can be opened here.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn key_state(&self) -> EngineResult<KeyState> {
        let noted = self.noted_key().await?;
        let (ring, mut problem) = match self.keeper(|keys, book| keys.load(book)).await {
            Ok(ring) => (ring, None),
            Err(error @ EngineError::Conflict { .. }) => (None, Some(error.sentence())),
            Err(error) => return Err(error),
        };
        if problem.is_none()
            && let Some(id) = &noted
            && ring.as_ref().is_none_or(|ring| ring.key(id).is_none())
        {
            problem = Some(missing(id).sentence());
        }
        let key_id = ring.map(|ring| ring.current().id()).or(noted);
        let (sealed, older) = self.store.sealed(key_id.as_deref().unwrap_or_default()).await?;
        Ok(KeyState { key_id, kept: self.keys.place(), sealed, older, problem })
    }

    /// The keys as text, to be kept in a safe place or taken to another machine. That they were shown is in the history.
    ///
    /// # Errors
    /// As for looking at a protected field.
    pub async fn key_show(&self) -> EngineResult<Zeroizing<String>> {
        let ring = self.key_ring(false).await?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        unit.record_event(&told(&stamp, "privacy.key_shown", &ring.current().id(), json!({}))).await?;
        unit.commit().await?;
        Ok(ring.text())
    }

    /// Takes in keys that [`Self::key_show`] gave elsewhere, or one key by itself.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for what is no key, [`EngineError::Conflict`] when it cannot be kept.
    pub async fn key_add(&self, text: &str) -> EngineResult<KeyState> {
        let given = KeyRing::of_text(text.trim()).or_else(|_| Key::of_text(text).map(KeyRing::new));
        let given = given.map_err(|error| EngineError::invalid("key", format!("This is no key: {error}.")))?;
        let noted = self.noted_key().await?;
        let kept = self.keeper(|keys, book| keys.load(book)).await?;
        let mut ring = match kept {
            None => given,
            Some(kept) => given.and(kept),
        };
        if let Some(key) = noted.as_deref().and_then(|id| ring.key(id)).cloned() {
            ring = ring.with_current(key);
        }
        self.keeper(move |keys, book| keys.save(book, &ring)).await?;
        self.changed(&[Topic::Identities]);
        self.key_state().await
    }

    /// Draws a new key, and seals everything anew with it. `false` for `draw` goes on where it was cut off, or seals with a
    /// key that was given from outside. Older keys are kept: backups need them.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] without the keys; what was sealed anew until then stays so.
    pub async fn key_replace(&self, draw: bool) -> EngineResult<KeyState> {
        let mut ring = self.key_ring(false).await?;
        if draw {
            ring = ring.with_current(Key::new(random()?));
            let kept = ring.clone();
            self.keeper(move |keys, book| keys.save(book, &kept)).await?;
        }
        let current = ring.current().id();
        let webhooks = self.store.webhooks().await?;
        let mut unit = self.store.begin().await?;
        let sealing = crate::webhooks::reseal(unit.as_mut(), &ring, webhooks).await?;
        if !sealing.is_empty() {
            let event = told(&self.stamp(), "privacy.sealed_anew", &current, json!({ "identities": 0 }));
            unit.record_event(&sealing.on(event)).await?;
        }
        unit.commit().await?;
        loop {
            let ids = self.store.sealed_otherwise(&current, AT_ONCE).await?;
            let stamp = self.stamp();
            let mut unit = self.store.begin().await?;
            note(unit.as_mut(), &stamp, &ring).await?;
            let mut sealing = Sealing::default();
            for id in &ids {
                // Deleted since the list was read: nothing is left to seal.
                let Some(mut record) = unit.load_identity(id).await? else { continue };
                protect::reseal(&ring, &mut record)?;
                let record = settled(IdentityRecord { version: record.version + 1, ..record })?;
                unit.save_identity(&record).await?;
                sealing = sealing.and(RecordKind::Identity, id, Some(&kept::identity(&record)));
            }
            if !ids.is_empty() {
                let payload = json!({ "identities": ids.len() });
                unit.record_event(&sealing.on(told(&stamp, "privacy.sealed_anew", &current, payload))).await?;
            }
            unit.commit().await?;
            if ids.is_empty() {
                break;
            }
        }
        self.changed(&[Topic::Identities]);
        self.key_state().await
    }
}
