//! An open book for the time of one command.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::api::ledgers::BalanceRow;
use engine::{BackupPlace, Engine, SystemClock, drafts};
use keys::SystemKeys;
use ledger::Amount;
use store::Store;
use store::error::OpenError;
use store_sqlite::SqliteStore;

use crate::fault::{Answer, Exit, Fault};
use crate::passphrase::key_of;

/// Time between two looks at a book that somebody else writes to.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Who acts, and how long they wait for a book that somebody else writes to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor<'a> {
    /// The user of this machine if nobody is named.
    pub(crate) name: Option<&'a str>,
    pub(crate) wait: Duration,
}

/// Opens a book, takes it up and acts as `actor`, or as the user of this machine.
pub(crate) async fn open(book: &Path, actor: Actor<'_>) -> Answer<Arc<Engine>> {
    let name = name_of(actor)?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open_with(book, key_of(book)?.as_ref()).await?);
    // Taking up sets whoever works in the window; a command says itself who acts.
    let system = engine_of(Arc::clone(&store), engine::SYSTEM_ACTOR.to_owned());
    system.book_take_up().await?;
    system.catch_up().await;
    Ok(Arc::new(engine_of(store, name).with_backups(place_of(book))))
}

/// Copies lie where those of the window lie.
fn place_of(book: &Path) -> BackupPlace {
    BackupPlace::beside(&std::fs::canonicalize(book).unwrap_or_else(|_| book.to_owned()))
}

fn engine_of(store: Arc<dyn Store>, name: String) -> Engine {
    Engine::new(store, Arc::new(SystemClock), name)
        .with_keys(Arc::new(SystemKeys::of_surroundings()))
        .with_courier(courier::of_this_machine())
}

/// Opens a book to look at it. Nobody waits for it and it waits for nobody; nothing is written, so what time does by
/// itself, such as letting go of a hold that ran out, is left to whoever opens the book to work in it.
pub(crate) async fn open_to_read(book: &Path, actor: Actor<'_>) -> Answer<Arc<Engine>> {
    let name = name_of(actor)?;
    Ok(Arc::new(engine_of(Arc::new(store_to_read(book).await?), name).with_backups(place_of(book))))
}

/// The book alone, to look at it.
pub(crate) async fn store_to_read(book: &Path) -> Answer<SqliteStore> {
    let key = key_of(book)?;
    match SqliteStore::open_to_read_with(book, key.as_ref()).await {
        Err(OpenError::Older(..)) => {
            // It cannot be read before it is brought up to date, which an opening for writing does, or says why not.
            SqliteStore::open_with(book, key.as_ref()).await?.close().await;
            Ok(SqliteStore::open_to_read_with(book, key.as_ref()).await?)
        }
        other => Ok(other?),
    }
}

/// Opens a book to write into it without taking it up: nothing happens by itself.
pub(crate) async fn open_untouched(book: &Path, actor: Actor<'_>) -> Answer<Arc<Engine>> {
    let name = name_of(actor)?;
    let store = SqliteStore::open_with(book, key_of(book)?.as_ref()).await?;
    Ok(Arc::new(engine_of(Arc::new(store), name)))
}

/// As [`open`], and refuses when nothing can be written, also after waiting as long as the caller wants to.
pub(crate) async fn open_to_write(book: &Path, actor: Actor<'_>) -> Answer<Arc<Engine>> {
    let until = Instant::now() + actor.wait;
    loop {
        let engine = open(book, actor).await?;
        let Some(reason) = engine.book_info().await?.read_only else { return Ok(engine) };
        engine.close().await;
        // A file that nobody may write to is not worth waiting for.
        let protected = std::fs::metadata(book).is_ok_and(|about| about.permissions().readonly());
        if protected || Instant::now() >= until {
            return Err(Fault::new(Exit::Book, "BOOK_READ_ONLY", reason));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Who acts: whoever is named, else the user of this machine.
pub(crate) fn name_of(actor: Actor<'_>) -> Answer<String> {
    if let Some(given) = actor.name.map(str::trim).filter(|name| !name.is_empty()) {
        return Ok(engine::person_name(given)?.to_owned());
    }
    let user = |key: &&str| std::env::var(key).ok().filter(|name| engine::person_name(name).is_ok());
    Ok(["USER", "LOGNAME", "USERNAME"].iter().find_map(user).unwrap_or_else(|| "command line".to_owned()))
}

/// The balance that `text` names: its id, its `@name` or its name. `currency` decides between balances of one name.
pub(crate) async fn balance(engine: &Engine, field: &str, text: &str, currency: Option<&str>) -> Answer<BalanceRow> {
    Ok(engine.balance_called(field, text, currency).await?)
}

/// Decimal text as minor units with `exponent` decimals. Nothing is rounded.
pub(crate) fn minor(field: &str, text: &str, exponent: u8) -> Answer<Amount> {
    Ok(drafts::minor(field, text, exponent)?)
}
