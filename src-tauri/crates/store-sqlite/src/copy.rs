//! Copies of an open book, consistent and durable.

use std::path::{Path, PathBuf};

use jiff::Zoned;
use sqlx::SqliteConnection;
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;

/// A name that says what the copy is, and that opens like any other book.
pub(crate) fn backup_name(path: &Path) -> PathBuf {
    let day = Zoned::now().date();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let named = |more: &str| path.with_file_name(format!("{stem} before upgrade {day}{more}.tieout"));
    let (mut name, mut number) = (named(""), 2);
    while name.exists() {
        name = named(&format!(" ({number})"));
        number += 1;
    }
    name
}

pub(crate) async fn copy_consistently(connection: &mut SqliteConnection, target: &Path) -> StoreResult<()> {
    let part = part_of(target);
    let copied = sqlx::query("VACUUM INTO ?").bind(part.to_string_lossy().into_owned()).execute(connection).await;
    in_part(&part, target, copied.map(|_| ()).map_err(from_sqlx), |error| StoreError::Database(Box::new(error)))
}

/// What a copy is called while it is written. A name of its own: whatever else stands in that folder stays as it is.
pub(crate) fn part_of(target: &Path) -> PathBuf {
    let mut part = target.as_os_str().to_owned();
    part.push(format!(".{}.part", uuid::Uuid::new_v4().simple()));
    PathBuf::from(part)
}

/// Gives a copy its name once it is written and durable; removes it where it was not written.
pub(crate) fn in_part<E>(
    part: &Path,
    target: &Path,
    written: Result<(), E>,
    failed: impl Fn(std::io::Error) -> E,
) -> Result<(), E> {
    let finished = written.and_then(|()| {
        std::fs::File::open(part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(part, target))
            .and_then(|()| sync_folder(target))
            .map_err(failed)
    });
    if finished.is_err() {
        let _ = std::fs::remove_file(part);
    }
    finished
}

/// A rename is durable once its folder is.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        #[cfg(unix)]
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
