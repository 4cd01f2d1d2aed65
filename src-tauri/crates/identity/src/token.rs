//! Personal data as tokens: AES-256-GCM (NIST SP 800-38D), a key for each field, bound to whom it belongs.
//!
//! A token is `tk1.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>`. The key of a field is derived from the key of the
//! book by HKDF-SHA-256 (RFC 5869); the id of the identity and the word of the field are authenticated with it, so that a
//! token moved to another person or field does not open. The key id says which key sealed it, so that keys can be
//! replaced one token after the other. Every nonce is new: equal texts do not look equal.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;
/// Shortest secret that a key is derived from, in bytes.
pub const MIN_SECRET: usize = 16;

const FORMAT: &str = "tk1";
const SECRET_LABEL: &[u8] = b"tieout tokenization v1";
const FIELD_LABEL: &str = "tieout field ";
const ID_LABEL: &[u8] = b"tieout key id";

/// Why a token or key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("it is no token")]
    NoToken,
    #[error("it was sealed with the key {0}, which is not here")]
    UnknownKey(String),
    #[error("it was changed, moved, or sealed with another key")]
    DoesNotOpen,
    #[error("a key has 32 bytes, written as base64 or as 64 hexadecimal digits")]
    NoKey,
    #[error("a secret has at least {MIN_SECRET} bytes")]
    ShortSecret,
}

/// A key of 256 bits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; KEY_BYTES]);

impl std::fmt::Debug for Key {
    /// Never shows the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Key({})", self.id())
    }
}

impl Key {
    /// A key of bytes that somebody drew at random.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A key derived from a longer secret, as two programs with the same secret derive it.
    ///
    /// # Errors
    /// [`TokenError::ShortSecret`].
    pub fn derived(secret: &[u8]) -> Result<Self, TokenError> {
        if secret.len() < MIN_SECRET {
            return Err(TokenError::ShortSecret);
        }
        Ok(Self(expand(secret, SECRET_LABEL)))
    }

    /// A key by its text, see [`Self::text`], or by hexadecimal digits.
    ///
    /// # Errors
    /// [`TokenError::NoKey`].
    pub fn of_text(text: &str) -> Result<Self, TokenError> {
        let text = text.trim().trim_end_matches('=');
        if text.len() == 2 * KEY_BYTES
            && let Some(bytes) = of_hex(text)
        {
            return Ok(Self(bytes));
        }
        let url: Zeroizing<String> = Zeroizing::new(text.replace('+', "-").replace('/', "_"));
        let bytes = Zeroizing::new(BASE64.decode(url.as_bytes()).map_err(|_| TokenError::NoKey)?);
        Ok(Self(bytes.as_slice().try_into().map_err(|_| TokenError::NoKey)?))
    }

    /// The key as text, to be kept in a safe place.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0))
    }

    /// Names the key and says nothing about it.
    pub fn id(&self) -> String {
        let digest = Sha256::new().chain_update(ID_LABEL).chain_update(self.0).finalize();
        digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A key for one use, which tells nothing about this one or another use.
    pub fn for_use(&self, label: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        Zeroizing::new(expand(&self.0, format!("{FIELD_LABEL}{label}").as_bytes()))
    }
}

fn of_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn expand(secret: &[u8], label: &[u8]) -> [u8; KEY_BYTES] {
    let mut bytes = [0; KEY_BYTES];
    // RFC 5869 allows up to 255 times the digest's length; this is once.
    if Hkdf::<Sha256>::new(None, secret).expand(label, &mut bytes).is_err() {
        unreachable!("32 bytes are within what HKDF-SHA-256 gives");
    }
    bytes
}

/// The keys of a book: the one that seals, and those that older tokens were sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    current: String,
    #[serde(default)]
    older: Vec<String>,
}

impl KeyRing {
    /// A ring with one key.
    pub fn new(current: Key) -> Self {
        Self { current, older: Vec::new() }
    }

    /// The same ring with a key that only opens.
    pub fn with_older(mut self, key: Key) -> Self {
        if self.key(&key.id()).is_none() {
            self.older.push(key);
        }
        self
    }

    /// The same ring, which seals with `key` from now on.
    pub fn with_current(mut self, key: Key) -> Self {
        let id = key.id();
        self.older.retain(|older| older.id() != id);
        let before = std::mem::replace(&mut self.current, key);
        if before.id() != id {
            self.older.push(before);
        }
        self
    }

    /// This ring and the keys of another, which only open.
    pub fn and(self, other: Self) -> Self {
        std::iter::once(other.current).chain(other.older).fold(self, Self::with_older)
    }

    /// The key that seals.
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// The key of an id.
    pub fn key(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.older).find(|key| key.id() == id)
    }

    /// The ring as text for the keyring of the operating system.
    pub fn text(&self) -> Zeroizing<String> {
        let written = Written {
            current: self.current.text().to_string(),
            older: self.older.iter().map(|key| key.text().to_string()).collect(),
        };
        Zeroizing::new(serde_json::json!(written).to_string())
    }

    /// The ring of [`Self::text`].
    ///
    /// # Errors
    /// [`TokenError::NoKey`].
    pub fn of_text(text: &str) -> Result<Self, TokenError> {
        let written: Written = serde_json::from_str(text).map_err(|_| TokenError::NoKey)?;
        let older = written.older.iter().map(|key| Key::of_text(key)).collect::<Result<_, _>>()?;
        Ok(Self { current: Key::of_text(&written.current)?, older })
    }
}

/// What a token belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Id of the identity, or of whatever else keeps it.
    pub owner: &'a str,
    /// Word of the field.
    pub field: &'a str,
}

impl Place<'_> {
    /// What is authenticated with the text: both parts with the length of the first in front.
    fn bound(&self) -> Vec<u8> {
        let mut bytes = (self.owner.len() as u64).to_be_bytes().to_vec();
        bytes.extend_from_slice(self.owner.as_bytes());
        bytes.extend_from_slice(self.field.as_bytes());
        bytes
    }
}

fn cipher(key: &Key, place: Place<'_>) -> Aes256Gcm {
    Aes256Gcm::new((&*key.for_use(place.field)).into())
}

/// Seals a text. `nonce` must never come twice under one key: draw it at random.
///
/// # Errors
/// [`TokenError::DoesNotOpen`] for a text beyond what GCM takes, 64 GiB.
pub fn seal(ring: &KeyRing, place: Place<'_>, nonce: [u8; NONCE_BYTES], text: &str) -> Result<String, TokenError> {
    let key = ring.current();
    let bound = place.bound();
    let payload = Payload { msg: text.as_bytes(), aad: &bound };
    let sealed = cipher(key, place).encrypt(&Nonce::from(nonce), payload).map_err(|_| TokenError::DoesNotOpen)?;
    let mut bytes = nonce.to_vec();
    bytes.extend_from_slice(&sealed);
    Ok(format!("{FORMAT}.{}.{}", key.id(), BASE64.encode(bytes)))
}

/// The id of the key that sealed a token.
pub fn key_id(token: &str) -> Option<&str> {
    parts(token).map(|(id, _)| id)
}

fn parts(token: &str) -> Option<(&str, &str)> {
    token.strip_prefix(FORMAT)?.strip_prefix('.')?.split_once('.')
}

/// Opens a token.
///
/// # Errors
/// [`TokenError`]; nothing of the text is given out then.
pub fn open(ring: &KeyRing, place: Place<'_>, token: &str) -> Result<Zeroizing<String>, TokenError> {
    let (id, rest) = parts(token).ok_or(TokenError::NoToken)?;
    let key = ring.key(id).ok_or_else(|| TokenError::UnknownKey(id.to_owned()))?;
    let bytes = BASE64.decode(rest).map_err(|_| TokenError::NoToken)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(TokenError::NoToken)?;
    let bound = place.bound();
    let payload = Payload { msg: sealed, aad: &bound };
    let opened = cipher(key, place).decrypt(&Nonce::from(*nonce), payload).map_err(|_| TokenError::DoesNotOpen)?;
    String::from_utf8(opened).map(Zeroizing::new).map_err(|_| TokenError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place<'_> = Place { owner: "idt_1", field: "street" };

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(Key::new([byte; KEY_BYTES]))
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), nonce in any::<[u8; NONCE_BYTES]>(), key in any::<[u8; KEY_BYTES]>()) {
            let ring = KeyRing::new(Key::new(key));
            let token = seal(&ring, PLACE, nonce, &text)?;
            prop_assert!(text.is_empty() || !token.contains(&text) || text.len() < 4);
            let opened = open(&ring, PLACE, &token)?;
            prop_assert_eq!(opened.as_str(), text.as_str());
        }

        #[test]
        fn one_changed_letter_does_not_open(at in 13_usize..60, text in "[a-z:]{20,40}") {
            let token = seal(&ring(7), PLACE, [1; NONCE_BYTES], &text)?;
            let mut bytes = token.into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap_or_default();
            prop_assert!(open(&ring(7), PLACE, &changed).is_err());
        }
    }

    #[test]
    fn a_text_with_colons_comes_back() {
        let token = seal(&ring(1), PLACE, [9; NONCE_BYTES], "Block A: 12").expect("a token");
        assert_eq!(open(&ring(1), PLACE, &token).expect("the text").as_str(), "Block A: 12");
    }

    #[test]
    fn a_token_opens_only_in_its_place() {
        let token = seal(&ring(1), PLACE, [9; NONCE_BYTES], "Main Street").expect("a token");
        for place in [Place { owner: "idt_2", ..PLACE }, Place { field: "city", ..PLACE }] {
            assert_eq!(open(&ring(1), place, &token), Err(TokenError::DoesNotOpen));
        }
        assert_eq!(open(&ring(2), PLACE, &token), Err(TokenError::UnknownKey(ring(1).current().id())));
        assert_eq!(open(&ring(1), PLACE, "Main Street"), Err(TokenError::NoToken));
    }

    #[test]
    fn a_replaced_key_still_opens_what_it_sealed() {
        let token = seal(&ring(1), PLACE, [9; NONCE_BYTES], "Main Street").expect("a token");
        let both = ring(1).with_current(Key::new([2; KEY_BYTES]));
        assert_eq!(open(&both, PLACE, &token).expect("the text").as_str(), "Main Street");
        let newer = seal(&both, PLACE, [8; NONCE_BYTES], "Main Street").expect("a token");
        assert_eq!(key_id(&newer), Some(ring(2).current().id().as_str()));
        let read = KeyRing::of_text(&both.text()).expect("a ring");
        assert_eq!(open(&read, PLACE, &token), open(&both, PLACE, &token));
        assert_eq!(ring(2).and(both.clone()).older.len(), 1);
        // Back to the first: no key is there twice.
        assert_eq!(both.with_current(Key::new([1; KEY_BYTES])).older.len(), 1);
    }

    #[test]
    fn keys_are_read_in_either_form_and_never_shown() {
        let key = Key::new([0xab; KEY_BYTES]);
        assert_eq!(Key::of_text(&key.text()), Ok(key.clone()));
        assert_eq!(Key::of_text(&"ab".repeat(32)), Ok(key.clone()));
        for wrong in ["", "abc", "not a key at all, by any means, or is it one?"] {
            assert_eq!(Key::of_text(wrong), Err(TokenError::NoKey));
        }
        assert_eq!(format!("{key:?}"), format!("Key({})", key.id()));
        assert_eq!(Key::derived(b"short"), Err(TokenError::ShortSecret));
        let derived = Key::derived(b"correct horse battery staple").expect("a key");
        assert_eq!(Key::derived(b"correct horse battery staple"), Ok(derived.clone()));
        assert_ne!(*derived.for_use("street"), *derived.for_use("city"));
    }

    #[test]
    fn hkdf_gives_what_rfc_5869_says() {
        // Appendix A.3, the first 32 of its 42 bytes: no salt and no info.
        let bytes = expand(&[0x0b; 22], b"");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    }
}
