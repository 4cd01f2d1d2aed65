//! The one-writer rule across processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// An exclusive lock on `<book>-lock`. The operating system drops it when the process ends, however it ends.
#[derive(Debug)]
pub struct BookLock {
    _file: File,
}

impl BookLock {
    /// Takes the lock, or returns `None` when another process holds it.
    ///
    /// # Errors
    /// An I/O error if the lock file cannot be made, as in a folder without write permission.
    pub fn take(book: &Path) -> std::io::Result<Option<Self>> {
        let file = Self::reach(book)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether files can be made beside the book, without taking the lock.
    ///
    /// # Errors
    /// As [`BookLock::take`].
    pub(crate) fn reach(book: &Path) -> std::io::Result<File> {
        OpenOptions::new().create(true).truncate(false).write(true).open(sidecar(book))
    }
}

fn sidecar(book: &Path) -> PathBuf {
    let mut name = book.as_os_str().to_owned();
    name.push("-lock");
    PathBuf::from(name)
}
