//! A sample that ends today. One that nobody worked in is made anew when its days have gone by; one that somebody worked
//! in is theirs and stays.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Value, json};
use store::Store;
use store::system::{Event, SystemReads};
use store_sqlite::SqliteStore;

use crate::company::Who;
use crate::{SampleError, SampleFiles, write_sample};

/// Setting of the book that says how it was made.
const MADE: &str = "sample";
const PERSON: &str = "person";
/// Entries of the history that are looked through. More than these, and somebody worked in it.
const LOOKED_THROUGH: u32 = 500;

/// Notes the last day of the sample and its newest entry, once it is complete.
pub(crate) async fn note(store: &Arc<dyn Store>, today: Date) -> Result<(), SampleError> {
    let newest = store.events(None, 1).await.map_err(stored)?.pop().map(|event| mark(&event));
    let mut unit = store.begin().await.map_err(stored)?;
    unit.put_setting(MADE, &json!({ "today": today.to_string(), "newest": newest })).await.map_err(stored)?;
    unit.commit().await.map_err(stored)
}

/// What tells an entry of the history from the others.
fn mark(event: &Event) -> Value {
    json!([event.at.to_string(), event.kind, event.object_id])
}

fn stored(error: store::StoreError) -> SampleError {
    SampleError::engine("Noting what was made", error.into())
}

/// Makes the sample if it is not there, and makes it anew if it ends before `today` and nobody worked in it.
///
/// # Errors
/// As [`write_sample`]. Only a sample that is complete gets the name.
pub async fn keep_fresh(book: &Path, folder: &Path, today: Date) -> Result<(), SampleError> {
    if book.exists() && !is_stale(book, today).await {
        return Ok(());
    }
    let file = |path: &Path, error: std::io::Error| SampleError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let apart = folder.join(".renewed");
    // Left over when the program was stopped while it made one.
    let _ = std::fs::remove_dir_all(&apart);
    std::fs::create_dir_all(&apart).map_err(|error| file(&apart, error))?;
    let made = write_sample(&apart.join(crate::BOOK_FILE), &apart, today).await;
    let taken = made.and_then(|made| take_over(&made, book, folder).map_err(|error| file(book, error)));
    let _ = std::fs::remove_dir_all(&apart);
    taken
}

fn take_over(made: &SampleFiles, book: &Path, folder: &Path) -> std::io::Result<()> {
    for statement in &made.statements {
        if let Some(name) = statement.file_name() {
            std::fs::rename(statement, folder.join(name))?;
        }
    }
    engine::files::remove_database(book);
    std::fs::rename(&made.book, book)
}

/// True only when it is certain: a book that cannot be read, or that another program works in, is left alone.
async fn is_stale(book: &Path, today: Date) -> bool {
    let Ok(store) = SqliteStore::open(book).await else { return false };
    let stale = store.read_only().is_none() && untouched_and_old(&store, today).await.unwrap_or(false);
    store.close().await;
    stale
}

async fn untouched_and_old(store: &SqliteStore, today: Date) -> store::StoreResult<bool> {
    let Some(made) = store.setting(MADE).await? else { return Ok(false) };
    let ended = made.get("today").and_then(Value::as_str).and_then(|day| day.parse::<Date>().ok());
    let (Some(ended), Some(newest)) = (ended, made.get("newest")) else { return Ok(false) };
    let person = store.setting(PERSON).await?;
    if ended >= today || person.as_ref().and_then(Value::as_str) != Some(Who::Controller.name()) {
        return Ok(false);
    }
    let events = store.events(None, LOOKED_THROUGH).await?;
    // Holds that ran out since then did so by themselves.
    let noted = events.iter().position(|event| mark(event) == *newest);
    Ok(noted.is_some_and(|at| events.iter().take(at).all(|event| event.kind == "hold.expired")))
}
