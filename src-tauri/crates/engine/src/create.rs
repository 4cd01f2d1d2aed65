//! A new book: there whole, or not at all.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use store::Store;
use store::error::OpenError;

use crate::api::book::{BookInfo, NewBook};
use crate::clock::new_id;
use crate::{Engine, EngineError, SystemClock, files};

/// Ending of a book that is being made. Its name says no more, so that it is never too long.
const UNFINISHED: &str = ".tieout-new";
/// After so long nobody makes it any more: the program was stopped meanwhile.
const LEFT_OVER: Duration = Duration::from_secs(60 * 60);

/// Why there is no new book.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The file cannot be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What it should start from is refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Makes a book at `path` and closes it again. `make` makes an empty file of the kind that the front end chose. It is
/// filled under a name of its own and takes its place in one step: whoever stops the program finds no book or a whole one.
///
/// # Errors
/// [`CreateError`]; no file is left then, and one that was there before is as it was.
pub async fn create_book<S, F>(
    path: &Path,
    book: NewBook,
    actor: impl Into<String> + Send,
    make: impl FnOnce(PathBuf) -> F + Send,
) -> Result<BookInfo, CreateError>
where
    S: Store,
    F: Future<Output = Result<S, OpenError>> + Send,
{
    if path.symlink_metadata().is_ok() {
        return Err(exists(path).into());
    }
    sweep(files::folder_of(path));
    let part = path.with_file_name(format!(".{}{UNFINISHED}", new_id("book")));
    let made = found(&part, book, actor.into(), make).await;
    let made = made.and_then(|info| take_name(&part, path).map(|()| info).map_err(Into::into));
    files::remove_database(&part);
    made
}

async fn found<S, F>(
    part: &Path,
    book: NewBook,
    actor: String,
    make: impl FnOnce(PathBuf) -> F + Send,
) -> Result<BookInfo, CreateError>
where
    S: Store,
    F: Future<Output = Result<S, OpenError>> + Send,
{
    let store = make(part.to_owned()).await?;
    let engine = Engine::new(Arc::new(store), Arc::new(SystemClock), actor);
    let founded = engine.book_found(book).await;
    // Everything must be in the one file before it gets its name.
    engine.close().await;
    Ok(founded?)
}

fn take_name(part: &Path, path: &Path) -> Result<(), OpenError> {
    files::rename_new(part, path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => OpenError::Io { path: files::name(path), reason: files::reason(&error) },
    })
}

fn exists(path: &Path) -> OpenError {
    OpenError::Exists(files::name(path))
}

/// Takes away what was left when a program was stopped while it made a book.
fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let unfinished = name.starts_with(".book_") && name.contains(UNFINISHED);
        let age = || entry.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
        if unfinished && age().is_some_and(|age| age > LEFT_OVER) {
            // Another time, if it cannot be taken away now.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
