//! Books that are protected with a passphrase: every page of the file and of its log is encrypted.
//!
//! The pages are SQLCipher's: AES-256-CBC with an HMAC-SHA-512 of each page, under a key of 32 bytes; the first 16 bytes
//! of the file are its salt (<https://www.zetetic.net/sqlcipher/design/>). The key is made of the passphrase and that
//! salt by Argon2id with the parameters that RFC 9106 recommends where memory is limited, once for each opening; every
//! connection then gets the finished key.
//!
//! A copy that the database makes of a protected book has the same salt and the same key.

use std::fmt;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use store::Store;
use store::error::OpenError;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::copy::{in_part, part_of};
use crate::header::{io, name, salt_of};
use crate::open::{APPLICATION_ID, SCHEMA_VERSION, SqliteStore, database};

/// Bytes of a salt.
pub(crate) const SALT_BYTES: usize = 16;
pub(crate) type Salt = [u8; SALT_BYTES];
const KEY_BYTES: usize = 32;
/// RFC 9106, section 4, second recommended option: 64 MiB, 3 passes, 4 lanes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// Letters that a passphrase has at least.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// Opens one protected book and its copies.
#[derive(Clone)]
pub struct BookKey {
    key: Zeroizing<[u8; KEY_BYTES]>,
    salt: Salt,
}

impl fmt::Debug for BookKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BookKey(…)")
    }
}

impl BookKey {
    /// The key of a new book, or of a book that gets another passphrase. It takes a moment, on purpose.
    ///
    /// # Errors
    /// [`OpenError::ShortPassphrase`].
    pub fn fresh(passphrase: &str) -> Result<Self, OpenError> {
        if passphrase.nfkc().count() < SHORTEST_PASSPHRASE || passphrase.trim().is_empty() {
            return Err(OpenError::ShortPassphrase(SHORTEST_PASSPHRASE));
        }
        let mut salt = Salt::default();
        // A file that began with letters alone would be taken for a text.
        while salt.is_ascii() {
            getrandom::fill(&mut salt).map_err(|error| OpenError::Database(error.to_string().into()))?;
        }
        Self::derived(passphrase, salt)
    }

    /// The key of the book at `path`; nothing if that is not protected. Whether the passphrase is right is only seen
    /// when the book is opened. It takes a moment, on purpose.
    ///
    /// # Errors
    /// [`OpenError`] if there is no book to be opened.
    pub fn of_book(path: &Path, passphrase: &str) -> Result<Option<Self>, OpenError> {
        salt_of(path)?.map(|salt| Self::derived(passphrase, salt)).transpose()
    }

    /// The key of the book at `path` that was kept as [`Self::text`].
    pub fn of_text(path: &Path, text: &str) -> Option<Self> {
        let salt = salt_of(path).ok().flatten()?;
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self { key, salt })
    }

    fn derived(passphrase: &str, salt: Salt) -> Result<Self, OpenError> {
        let failed = |error: argon2::Error| OpenError::Database(error.to_string().into());
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(KEY_BYTES)).map_err(failed)?;
        // The same letters are the same passphrase, however a keyboard composes them.
        let letters = Zeroizing::new(passphrase.nfkc().collect::<String>());
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(letters.as_bytes(), &salt, key.as_mut())
            .map_err(failed)?;
        Ok(Self { key, salt })
    }

    /// The key in hexadecimal digits, for a keyring.
    pub fn text(&self) -> Zeroizing<String> {
        hex(self.key.as_ref())
    }

    /// Names the key in a keyring: the salt of its book, which every copy of that book has as well.
    pub fn id(&self) -> String {
        hex(&self.salt).to_string()
    }

    /// As SQLCipher takes it: the finished key and the salt.
    fn literal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("\"x'{}{}'\"", *self.text(), *hex(&self.salt)))
    }
}

/// The name under which the key of the book at `path` may be kept; nothing if the book is not protected.
///
/// # Errors
/// [`OpenError`] if there is no book to be opened.
pub fn key_id(path: &Path) -> Result<Option<String>, OpenError> {
    Ok(salt_of(path)?.map(|salt| hex(&salt).to_string()))
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Where a book is, and what opens it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    key: Option<BookKey>,
}

impl Place {
    pub(crate) fn new(path: &Path, key: Option<&BookKey>) -> Self {
        Self { path: path.to_owned(), key: key.cloned() }
    }

    pub(crate) fn is_protected(&self) -> bool {
        self.key.is_some()
    }

    /// Connections that give the key before anything else. What they are told is never logged: the key is among it.
    pub(crate) fn options(&self) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new().filename(&self.path).create_if_missing(false);
        match &self.key {
            None => options,
            Some(key) => options.pragma("key", key.literal().to_string()).disable_statement_logging(),
        }
    }
}

/// Writes what is at `place` anew into `target`, under another key or under none. Nobody may have it open to write; it
/// stays as it is. Whole or not at all.
async fn write_anew(place: &Place, target: &Path, new_key: Option<&BookKey>) -> Result<(), OpenError> {
    let part = part_of(target);
    std::fs::OpenOptions::new().write(true).create_new(true).open(&part).map_err(|error| io(target, &error))?;
    let written = async {
        let mut connection =
            SqliteConnection::connect_with(&place.options()).await.map_err(|error| place.refused(error))?;
        // No key at all is not an empty one: that would be the key of the book it comes from.
        let literal = new_key.map_or_else(|| Zeroizing::new("''".to_owned()), BookKey::literal);
        let attach = Zeroizing::new(format!("ATTACH DATABASE ? AS anew KEY {}", *literal));
        sqlx::query(AssertSqlSafe(attach.to_string()))
            .persistent(false)
            .bind(part.to_string_lossy().into_owned())
            .execute(&mut connection)
            .await
            .map_err(|error| place.refused(error))?;
        let version: i64 =
            sqlx::query_scalar("PRAGMA main.user_version").fetch_one(&mut connection).await.map_err(database)?;
        sqlx::query("SELECT sqlcipher_export('anew')").execute(&mut connection).await.map_err(database)?;
        for pragma in [format!("application_id = {APPLICATION_ID}"), format!("user_version = {version}")] {
            let pragma = AssertSqlSafe(format!("PRAGMA anew.{pragma}"));
            sqlx::query(pragma).execute(&mut connection).await.map_err(database)?;
        }
        sqlx::query("DETACH DATABASE anew").execute(&mut connection).await.map_err(database)?;
        connection.close().await.map_err(database)
    };
    in_part(&part, target, written.await, |error| io(target, &error))
}

impl SqliteStore {
    /// As [`Self::write_anew`], and nothing is written into this book any more from then on: what is written anew goes on
    /// in its place. Where it cannot be written, this book goes on.
    ///
    /// # Errors
    /// As [`Self::write_anew`].
    pub async fn move_anew(&self, target: &Path, new_key: Option<&BookKey>) -> Result<(), OpenError> {
        let why = "This book is being written anew into another file, which is to be opened instead.";
        let before = self.hold_writes_over(Some(why.to_owned()));
        // Whoever is writing ends first; nobody begins after that.
        let written = match self.wait_for_writer().await {
            Ok(()) => self.write_anew(target, new_key).await,
            Err(error) => Err(database(error)),
        };
        if written.is_err() {
            self.hold_writes_over(before);
        }
        written
    }

    /// Writes the open book anew into `target`, under another passphrase or under none. The book stays as it is, and may
    /// be written to meanwhile: what is written anew is a copy of it. Whole or not at all.
    ///
    /// # Errors
    /// [`OpenError::Exists`] if there is a file at `target`, and what the disk refuses.
    pub async fn write_anew(&self, target: &Path, new_key: Option<&BookKey>) -> Result<(), OpenError> {
        if target.exists() {
            return Err(OpenError::Exists(name(target)));
        }
        let copy = Place { path: part_of(target), key: self.place().key.clone() };
        let written = async {
            self.backup_to(&copy.path).await.map_err(|error| OpenError::Database(Box::new(error)))?;
            write_anew(&copy, target, new_key).await
        };
        let written = written.await;
        let _ = std::fs::remove_file(&copy.path);
        written
    }
}

impl Place {
    /// SQLite calls what it cannot decrypt no database.
    pub(crate) fn refused(&self, error: sqlx::Error) -> OpenError {
        let not_a_database = matches!(&error, sqlx::Error::Database(inner)
            if inner.code().is_some_and(|code| code.parse::<i32>().is_ok_and(|code| code & 0xff == 26)));
        if not_a_database && self.is_protected() {
            return OpenError::WrongPassphrase(name(&self.path));
        }
        crate::open::damaged_or_database(error)
    }

    /// What a look at the pages of an open book ended with. The seal of an encrypted page that does not fit is no more than
    /// an error of SQLite without a name, which nothing else is in such a look.
    pub(crate) fn unreadable(&self, error: sqlx::Error) -> OpenError {
        let nameless = matches!(&error, sqlx::Error::Database(inner) if inner.code().as_deref() == Some("1"));
        if nameless && self.is_protected() {
            return OpenError::Damaged("the seal of a page does not fit what stands in it".into());
        }
        crate::open::damaged_or_database(error)
    }

    /// As [`Self::unreadable`], of what failed on the way there.
    pub(crate) fn damage_in(&self, error: OpenError) -> OpenError {
        match error {
            OpenError::Database(cause) => match cause.downcast::<sqlx::Error>() {
                Ok(error) => self.unreadable(*error),
                Err(cause) => OpenError::Database(cause),
            },
            other => other,
        }
    }

    /// A protected file shows what it holds only once it is open: a book, of a schema that this program knows.
    pub(crate) async fn is_a_book(&self, connection: &mut SqliteConnection) -> Result<(), OpenError> {
        let id: i64 = sqlx::query_scalar("PRAGMA application_id")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.refused(error))?;
        if id != APPLICATION_ID {
            return Err(OpenError::NotABook(name(&self.path)));
        }
        let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await.map_err(database)?;
        if found > SCHEMA_VERSION { Err(OpenError::Newer { found, known: SCHEMA_VERSION }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_follows_from_letters_and_salt_and_shows_neither() {
        let one = BookKey::derived("Räuber Hotzenplotz", [7; SALT_BYTES]).unwrap();
        // The same letters, composed of two.
        let same = BookKey::derived("Ra\u{308}uber Hotzenplotz", [7; SALT_BYTES]).unwrap();
        let other = BookKey::derived("Räuber Hotzenplotz", [8; SALT_BYTES]).unwrap();
        assert_eq!(*one.text(), *same.text());
        assert_ne!(*one.text(), *other.text());
        assert_eq!(one.id(), "07".repeat(SALT_BYTES));
        assert_eq!(format!("{one:?}"), "BookKey(…)");
    }

    /// Computed with the reference program of the Argon2 authors.
    #[test]
    fn the_key_is_argon2id_of_rfc_9106() {
        let params = Params::new(32, 3, 4, Some(32)).unwrap();
        let mut key = [0; 32];
        let associated = argon2::AssociatedData::new(&[4; 12]).unwrap();
        let mut builder = argon2::ParamsBuilder::new();
        builder.m_cost(params.m_cost()).t_cost(3).p_cost(4).output_len(32).data(associated);
        let argon =
            Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, builder.build().unwrap()).unwrap();
        argon.hash_password_into(&[1; 32], &[2; 16], &mut key).unwrap();
        // RFC 9106, section 5.3.
        assert_eq!(*hex(&key), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    #[test]
    fn a_short_passphrase_is_none() {
        for short in ["", "1234567", "        "] {
            assert!(matches!(BookKey::fresh(short), Err(OpenError::ShortPassphrase(_))), "{short:?}");
        }
    }
}
