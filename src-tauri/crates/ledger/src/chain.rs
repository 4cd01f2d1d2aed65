//! The history of a book as a chain: every event is sealed by a link that covers the link before it.
//!
//! A link is SHA-256 over a canonical encoding of the link before it and of every field of the event. Each field has its
//! length in front, so that no two events share an encoding. Changing, dropping, adding or reordering events changes
//! every later link; cutting off the end is seen against the [`Head`], which says how many links there are, and against
//! a head that was printed earlier.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Names this encoding; another one would get another name.
const ENCODING: &[u8] = b"tieout history 1";
/// Bytes of a link.
pub const LINK_BYTES: usize = 32;

/// One link of the chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link([u8; LINK_BYTES]);

/// An event as its link covers it. The payload is the text as it is stored, not what a parser makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// 1 for the first event of a book, and one more for each after it.
    pub sequence: u64,
    /// Microseconds since the epoch.
    pub at: i64,
    pub actor: &'a str,
    pub kind: &'a str,
    pub object_id: &'a str,
    pub payload: &'a str,
}

/// The end of the chain: how many links there are, and the last of them.
///
/// Written as `1234:9f3c…`, the number and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Head {
    pub sequence: u64,
    pub link: Link,
}

/// A text that is no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, a colon and 64 hexadecimal digits")]
pub struct HeadError;

impl Link {
    /// What stands before the first link.
    pub const START: Self = Self([0; LINK_BYTES]);

    /// A stored link.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The link to store.
    pub fn bytes(&self) -> &[u8; LINK_BYTES] {
        &self.0
    }

    /// The link of `event`, which follows this one.
    #[must_use]
    pub fn then(&self, event: &Sealed<'_>) -> Self {
        let mut hasher = Sha256::new();
        let (sequence, at) = (event.sequence.to_be_bytes(), event.at.to_be_bytes());
        let texts = [event.actor, event.kind, event.object_id, event.payload].map(str::as_bytes);
        let parts = [ENCODING, &self.0, &sequence, &at].into_iter().chain(texts);
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl Head {
    /// The head of a book in which nothing has happened.
    pub const START: Self = Self { sequence: 0, link: Link::START };

    /// The head once `event` is sealed. The sequence of the event must be the next one.
    #[must_use]
    pub fn then(&self, event: &Sealed<'_>) -> Self {
        Self { sequence: event.sequence, link: self.link.then(event) }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Link {
    type Err = HeadError;

    fn from_str(text: &str) -> Result<Self, HeadError> {
        let digits = text.as_bytes();
        if digits.len() != 2 * LINK_BYTES || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(HeadError);
        }
        let mut link = [0; LINK_BYTES];
        for (byte, pair) in link.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| HeadError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| HeadError)?;
        }
        Ok(Self(link))
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.link)
    }
}

impl FromStr for Head {
    type Err = HeadError;

    fn from_str(text: &str) -> Result<Self, HeadError> {
        let (sequence, link) = text.trim().split_once(':').ok_or(HeadError)?;
        if !sequence.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(HeadError);
        }
        Ok(Self { sequence: sequence.parse().map_err(|_| HeadError)?, link: link.parse()? })
    }
}

impl From<Head> for String {
    fn from(head: Head) -> Self {
        head.to_string()
    }
}

impl TryFrom<String> for Head {
    type Error = HeadError;

    fn try_from(text: String) -> Result<Self, HeadError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event<'a>(sequence: u64, actor: &'a str, kind: &'a str) -> Sealed<'a> {
        Sealed { sequence, at: 1_700_000_000_000_000, actor, kind, object_id: "txn_1", payload: r#"{"amount":"1"}"# }
    }

    /// The encoding is a format: a link printed years ago must still be found. Computed apart from this code, with
    /// Python's hashlib over the same parts.
    #[test]
    fn the_encoding_stays_as_it_is() {
        let first = Head::START.then(&event(1, "Ada", "transaction.posted"));
        assert_eq!(first.to_string(), "1:3d8c54a242db372e6a95237b4251eda0bdea54fd14ba95167893e430d930e987");
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        // “amount 1, reference 2ab” and “amount 12, reference ab” were one hash elsewhere.
        let (one, two) = (event(1, "Ada", "x.y"), event(1, "Adax", ".y"));
        assert_ne!(Link::START.then(&one), Link::START.then(&two));
    }

    #[test]
    fn every_field_counts() {
        let base = event(1, "Ada", "x.y");
        let others = [
            Sealed { sequence: 2, ..base },
            Sealed { at: base.at + 1, ..base },
            Sealed { actor: "Eve", ..base },
            Sealed { kind: "x.z", ..base },
            Sealed { object_id: "txn_2", ..base },
            Sealed { payload: r#"{"amount":"2"}"#, ..base },
        ];
        let link = Link::START.then(&base);
        for other in &others {
            assert_ne!(Link::START.then(other), link, "{other:?}");
        }
        assert_ne!(link.then(&base), link, "what stands before counts");
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = Head::START.then(&event(1, "Ada", "x.y"));
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(format!("  {head}\n").parse(), Ok(head));
        for wrong in ["", "1", "1:", "x:00", "1:0g", &head.to_string()[..60], "-1:", "1:é"] {
            assert_eq!(wrong.parse::<Head>(), Err(HeadError), "{wrong}");
        }
    }
}
