//! The file of a book before a database touches it: whether it is one, and which file it is.

use std::io::Read;
use std::path::{Path, PathBuf};

use store::error::OpenError;

use crate::open::{APPLICATION_ID, SCHEMA_VERSION};
use crate::protect::{BookKey, Place, SALT_BYTES, Salt};

/// Every database that is not encrypted begins with it.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Pages of an encrypted book.
const PAGE: u64 = 4096;

/// The file header tells a book from anything else before SQLite touches it.
/// Answers with the salt of a book that is protected with a passphrase, which shows nothing else before it is opened with
/// its key; with nothing for any other book.
/// Format: <https://www.sqlite.org/fileformat2.html#the_database_header>
pub(crate) fn salt_of(path: &Path) -> Result<Option<Salt>, OpenError> {
    // Opening a pipe would wait for whoever writes to it.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(OpenError::NotABook(name(path)));
    }
    let mut file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => OpenError::Missing(path.display().to_string()),
        _ => io(path, &error),
    })?;
    let length = file.metadata().map_err(|error| io(path, &error))?.len();
    let mut header = [0_u8; 100];
    if file.read_exact(&mut header).is_err() {
        return Err(OpenError::NotABook(name(path)));
    }
    let (first, _) = header.split_at(SALT_BYTES);
    if first != MAGIC {
        // Whole pages of noise are what an encrypted file looks like. One that calls itself a book may be cut off.
        let named = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tieout"));
        let noise = (named || length.is_multiple_of(PAGE)) && !first.is_ascii();
        let salt = Salt::try_from(first).ok().filter(|_| noise);
        return salt.map(Some).ok_or_else(|| OpenError::NotABook(name(path)));
    }
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if i64::from(word(68)) != APPLICATION_ID {
        return Err(OpenError::NotABook(name(path)));
    }
    let found = i64::from(word(60));
    if found > SCHEMA_VERSION {
        return Err(OpenError::Newer { found, known: SCHEMA_VERSION });
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    // The page count is only valid when both change counters agree.
    let expected = u64::from(word(28)) * page;
    let no_wal = !wal(path).exists();
    if word(24) == word(92) && no_wal && length < expected {
        return Err(OpenError::Damaged(format!("the file is cut off, {length} of {expected} bytes are there")));
    }
    Ok(None)
}

pub(crate) fn wal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// Two names of one file would each get a lock and a log of their own.
fn refuse_second_name(path: &Path) -> Result<(), OpenError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let names = std::fs::metadata(path).map_err(|error| io(path, &error))?.nlink();
        if names > 1 {
            return Err(OpenError::SecondName(name(path)));
        }
    }
    Ok(())
}

/// One file, one lock: whatever link or detour led here, the lock and the log stand beside the file itself.
pub(crate) fn the_file_itself(path: &Path, key: Option<&BookKey>) -> Result<Place, OpenError> {
    let is_protected = salt_of(path)?.is_some();
    if is_protected && key.is_none() {
        return Err(OpenError::Protected(name(path)));
    }
    let path = std::fs::canonicalize(path).map_err(|error| io(path, &error))?;
    refuse_second_name(&path)?;
    Ok(Place::new(&path, key.filter(|_| is_protected)))
}

pub(crate) fn is_forbidden(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
}

pub(crate) fn is_write_protected(path: &Path) -> bool {
    std::fs::OpenOptions::new().append(true).open(path).is_err()
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

pub(crate) fn io(path: &Path, error: &std::io::Error) -> OpenError {
    let reason = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "you have no permission to use it".to_owned(),
        std::io::ErrorKind::NotFound => "the folder does not exist".to_owned(),
        std::io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    OpenError::Io { path: name(path), reason }
}
