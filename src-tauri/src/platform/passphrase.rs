//! Passphrases that are typed into the window, and keys that the keyring of this computer keeps.

use std::path::Path;

use keys::BookKeys;
use store_sqlite::{BookKey, key_id};
use zeroize::Zeroizing;

use crate::error::{Answer, Refusal};

/// What somebody typed, if anything.
#[derive(Default)]
pub(crate) struct Asked {
    passphrase: Option<Zeroizing<String>>,
    /// The keyring is to keep the key.
    remember: bool,
}

impl Asked {
    pub(crate) fn new(passphrase: Option<String>, remember: bool) -> Self {
        Self { passphrase: passphrase.filter(|text| !text.is_empty()).map(Zeroizing::new), remember }
    }

    /// What opens the book at `path`: what was typed, else what the keyring keeps; nothing if the book is not protected, or
    /// if nobody knows.
    pub(crate) async fn key_of(&self, path: &Path) -> Answer<Option<BookKey>> {
        let (path, typed) = (path.to_owned(), self.passphrase.clone());
        // Making a key takes a moment, on purpose; the keyring may ask the person.
        let found = tauri::async_runtime::spawn_blocking(move || match typed {
            Some(passphrase) => BookKey::of_book(&path, &passphrase),
            None => {
                let id = key_id(&path)?;
                Ok(id.and_then(|id| BookKeys::recall(&id)).and_then(|text| BookKey::of_text(&path, &text)))
            }
        });
        Ok(found.await.map_err(broke_off)??)
    }

    /// The key of a book that gets the passphrase that was typed; nothing if none was.
    pub(crate) async fn fresh(&self) -> Answer<Option<BookKey>> {
        let Some(passphrase) = self.passphrase.clone() else { return Ok(None) };
        let made = tauri::async_runtime::spawn_blocking(move || BookKey::fresh(&passphrase));
        Ok(Some(made.await.map_err(broke_off)??))
    }

    /// Keeps the key of a book that it opened, where somebody asked for that. Says why it could not.
    pub(crate) fn keep(&self, key: Option<&BookKey>) -> Option<String> {
        let key = key.filter(|_| self.remember)?;
        BookKeys::remember(&key.id(), &key.text()).err().map(|error| error.to_string())
    }
}

fn broke_off(error: tauri::Error) -> Refusal {
    Refusal::new("INTERNAL", format!("The key could not be made: {error}."))
}
