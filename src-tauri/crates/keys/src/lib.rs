//! Where the keys of protected fields are kept.
//!
//! Usually in the keyring of the operating system, one entry for each book: Secret Service on Linux, Keychain on macOS,
//! Credential Manager on Windows. Where nobody is logged in, as on a server, the surroundings of the program may give the
//! key instead:
//!
//! * `TIEOUT_TOKENIZATION_SECRET`: the key itself, 32 bytes as base64 or hexadecimal digits.
//! * `TIEOUT_SECRET`: a longer secret that the key is derived from by HKDF-SHA-256.
//! * either name with `_BEFORE`: what it was before, which still opens older tokens.

use engine::{KeyError, KeyKeeper};
use identity::{Key, KeyRing, TokenError};
use keyring::{Entry, Error};
use zeroize::Zeroizing;

/// Names the entries in the keyring.
const SERVICE: &str = "com.tieout.app";
const KEY: &str = "TIEOUT_TOKENIZATION_SECRET";
const SECRET: &str = "TIEOUT_SECRET";

/// The keyring of the operating system, or the surroundings of the program.
#[derive(Debug)]
pub enum SystemKeys {
    /// The keyring.
    Keyring,
    /// A variable gave the keys, or something that is none.
    Given { variable: &'static str, ring: Result<KeyRing, TokenError> },
}

impl SystemKeys {
    /// By the variables of this process.
    pub fn of_surroundings() -> Self {
        Self::of(|name| std::env::var(name).ok().map(Zeroizing::new))
    }

    fn of(variable: impl Fn(&str) -> Option<Zeroizing<String>>) -> Self {
        let read = |name: &str, suffix: &str| -> Option<Result<Key, TokenError>> {
            let text = variable(&format!("{name}{suffix}")).filter(|text| !text.is_empty())?;
            Some(if name == KEY { Key::of_text(&text) } else { Key::derived(text.as_bytes()) })
        };
        for name in [KEY, SECRET] {
            let Some(current) = read(name, "") else { continue };
            let older = [KEY, SECRET].into_iter().filter_map(|name| read(name, "_BEFORE"));
            let ring = current.and_then(|key| {
                older.into_iter().try_fold(KeyRing::new(key), |ring, older| Ok(ring.with_older(older?)))
            });
            return Self::Given { variable: name, ring };
        }
        Self::Keyring
    }
}

fn entry(book_id: &str) -> Result<Entry, KeyError> {
    Entry::new(SERVICE, book_id).map_err(|error| match Entry::store_status() {
        // Which store could not be reached, and why, is only said here.
        Err(cause) => unavailable(cause),
        Ok(()) => unavailable(&error),
    })
}

/// The error of the keyring names the store and the cause, never what is kept in it.
fn unavailable(error: &Error) -> KeyError {
    tracing::warn!(%error, "the keyring of the operating system did not answer");
    KeyError::Unavailable(format!(
        "The keyring of this machine does not answer ({error}). Unlock it, or start the program with {SECRET}."
    ))
}

impl KeyKeeper for SystemKeys {
    fn place(&self) -> String {
        match self {
            Self::Keyring => "the keyring of this machine".into(),
            Self::Given { variable, .. } => format!("the variable {variable}"),
        }
    }

    fn load(&self, book_id: &str) -> Result<Option<KeyRing>, KeyError> {
        match self {
            Self::Given { ring, .. } => ring.clone().map(Some).map_err(KeyError::Wrong),
            Self::Keyring => match entry(book_id)?.get_password().map(Zeroizing::new) {
                Ok(text) => KeyRing::of_text(&text).map(Some).map_err(KeyError::Wrong),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(unavailable(&error)),
            },
        }
    }

    fn save(&self, book_id: &str, ring: &KeyRing) -> Result<(), KeyError> {
        match self {
            Self::Given { variable, .. } => Err(KeyError::Given(variable)),
            Self::Keyring => entry(book_id)?.set_password(&ring.text()).map_err(|error| unavailable(&error)),
        }
    }
}

/// As [`unavailable`], of the key of a protected book: a passphrase can be entered instead.
fn unanswered(error: &Error) -> KeyError {
    tracing::warn!(%error, "the keyring of the operating system did not answer");
    KeyError::Unavailable(
        "The keyring of this machine does not answer. Unlock it, or enter the passphrase each time; a program gives it in TIEOUT_PASSPHRASE.".into(),
    )
}

/// Keys of protected books in the keyring of this computer, so that it asks for no passphrase. By the id of the key.
#[derive(Debug, Clone, Copy)]
pub struct BookKeys;

impl BookKeys {
    fn entry(id: &str) -> Result<Entry, KeyError> {
        Entry::new(SERVICE, &format!("book key {id}")).map_err(|error| unanswered(&error))
    }

    /// What was kept; nothing where nothing was, or where the keyring does not answer: a person can be asked instead.
    pub fn recall(id: &str) -> Option<Zeroizing<String>> {
        match Self::entry(id).ok()?.get_password() {
            Ok(text) => Some(Zeroizing::new(text)),
            Err(Error::NoEntry) => None,
            Err(error) => {
                tracing::info!(%error, "the keyring has no answer; the passphrase is asked for");
                None
            }
        }
    }

    /// Keeps a key.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub fn remember(id: &str, text: &str) -> Result<(), KeyError> {
        Self::entry(id)?.set_password(text).map_err(|error| unanswered(&error))
    }

    /// Keeps a key no longer.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub fn forget(id: &str) -> Result<(), KeyError> {
        match Self::entry(id)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(unanswered(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &'static [(&'static str, &'static str)]) -> SystemKeys {
        SystemKeys::of(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| Zeroizing::new((*value).to_owned()))
        })
    }

    fn ring(keys: &SystemKeys) -> KeyRing {
        keys.load("book_1").expect("the keys can be had").expect("there are keys")
    }

    #[test]
    fn a_key_that_is_given_goes_before_a_secret() {
        const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let keys = with(&[(KEY, HEX), (SECRET, "correct horse battery staple")]);
        assert_eq!(ring(&keys).current(), &Key::of_text(HEX).expect("a key"));
        assert_eq!(keys.save("book_1", &ring(&keys)), Err(KeyError::Given(KEY)));
        assert_eq!(keys.place(), "the variable TIEOUT_TOKENIZATION_SECRET");
    }

    #[test]
    fn a_secret_gives_the_same_key_again_and_what_it_was_before_still_opens() {
        let keys =
            with(&[(SECRET, "correct horse battery staple"), ("TIEOUT_SECRET_BEFORE", "a longer secret of old")]);
        let before = Key::derived(b"a longer secret of old").expect("a key");
        assert_eq!(ring(&keys).current(), &Key::derived(b"correct horse battery staple").expect("a key"));
        assert_eq!(ring(&keys).key(&before.id()), Some(&before));
    }

    #[test]
    fn what_is_no_key_is_said_and_never_taken_for_one() {
        assert_eq!(with(&[(SECRET, "short")]).load("b").err(), Some(KeyError::Wrong(TokenError::ShortSecret)));
        assert_eq!(with(&[(KEY, "zz")]).load("b").err(), Some(KeyError::Wrong(TokenError::NoKey)));
        assert!(matches!(with(&[]), SystemKeys::Keyring) && matches!(with(&[(KEY, "")]), SystemKeys::Keyring));
    }
}
