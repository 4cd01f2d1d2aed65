//! Creating and opening a book: identity, version and integrity are checked before anything is trusted.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::error::OpenError;
use store::{Store, StoreError, StoreResult, Unit};
use tracing::info;

use crate::copy::{backup_name, copy_consistently};
use crate::error::from_sqlx;
use crate::header::{io, is_forbidden, is_write_protected, name, the_file_itself, wal};
use crate::history;
use crate::lists::Lists;
use crate::lock::BookLock;
use crate::protect::{BookKey, Place};
use crate::schema;
use crate::unit::SqliteUnit;

/// `TIEO` in the application id of the file header marks a book.
pub(crate) const APPLICATION_ID: i64 = 0x5449_454F;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations/sqlite");

/// The newest schema this program reads: the number of its last migration.
pub const SCHEMA_VERSION: i64 = 18;
/// The first schema in which every event has a link.
const FIRST_WITH_LINKS: i64 = 5;

/// Up to this size a book's pages are checked before it opens; a larger one is checked in the background, so that a
/// million rows open at once.
const CHECK_AT_OPEN: u64 = 64 * 1024 * 1024;

/// Enough for a window that reads several panels at once.
const READERS: u32 = 4;

/// One open book.
pub struct SqliteStore {
    pub(crate) readers: SqlitePool,
    /// Lists that were read before and still stand.
    pub(crate) lists: Lists,
    writer: Option<SqlitePool>,
    read_only: Option<String>,
    /// Damage that was found while the book was open: from then on nothing more is written into it.
    damage: OnceLock<String>,
    /// Why somebody holds all writing back.
    held: RwLock<Option<String>>,
    place: Place,
    /// A copy that was made before the schema was brought up to date.
    backup: Option<PathBuf>,
    lock: Mutex<Option<BookLock>>,
}

/// What an open book can be used for.
enum Access {
    Write,
    /// Why nobody could write, if that is so; and whether the file cannot change meanwhile.
    Read {
        why: Option<String>,
        immutable: bool,
    },
}

/// What stands in the way of writing.
const FILE_PROTECTED: &str = "this file is write-protected";
const FOLDER_PROTECTED: &str = "the folder of this book is write-protected";
const TAKEN: &str = "another program has this book open";
const READING: &str = "it is only read";

impl SqliteStore {
    /// Makes a new, empty book.
    ///
    /// # Errors
    /// [`OpenError::Exists`] if there is a file already, [`OpenError::Io`] if it cannot be made.
    pub async fn create(path: &Path) -> Result<Self, OpenError> {
        Self::create_with(path, None).await
    }

    /// Makes a new, empty book, protected by `key`.
    ///
    /// # Errors
    /// As [`SqliteStore::create`].
    pub async fn create_with(path: &Path, key: Option<&BookKey>) -> Result<Self, OpenError> {
        if path.exists() {
            return Err(OpenError::Exists(name(path)));
        }
        std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| io(path, &error))?;
        let path = &std::fs::canonicalize(path).map_err(|error| io(path, &error))?;
        let Some(lock) = BookLock::take(path).map_err(|error| io(path, &error))? else {
            return Err(OpenError::Exists(name(path)));
        };
        let place = &Place::new(path, key);
        let made = Self::prepare_new(place).await;
        if let Err(error) = made {
            // Nothing half-made stays behind; the file was ours a moment ago.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        Self::connect(place, Some(lock), Access::Write, None).await
    }

    async fn prepare_new(place: &Place) -> Result<(), OpenError> {
        let mut connection = SqliteConnection::connect_with(&options(place)).await.map_err(database)?;
        sqlx::query(AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION_ID}")))
            .execute(&mut connection)
            .await
            .map_err(database)?;
        migrate(&mut connection, 0).await?;
        connection.close().await.map_err(database)
    }

    /// Opens a book. A book that another process writes to, or a file that may not be written, opens for reading;
    /// [`Store::read_only`] then says why.
    ///
    /// # Errors
    /// [`OpenError`] with a sentence a person can act on.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, None).await
    }

    /// Opens a book that may be protected. The key is not looked at for one that is not.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; [`OpenError::Protected`] without a key, [`OpenError::WrongPassphrase`].
    pub async fn open_with(path: &Path, key: Option<&BookKey>) -> Result<Self, OpenError> {
        let place = &the_file_itself(path, key)?;
        let path = place.path.as_path();
        if is_write_protected(path) {
            return Self::open_unwritable(place, FILE_PROTECTED).await;
        }
        let lock = match BookLock::take(path) {
            Err(error) if is_forbidden(&error) => return Self::open_unwritable(place, FOLDER_PROTECTED).await,
            other => other.map_err(|error| io(path, &error))?,
        };
        if lock.is_none() {
            // Whoever has it open looks at its pages.
            check_pages(&reading(place), place, Some(TAKEN), 0).await?;
            let reason =
                format!("{}, so it is open for reading only here. Close it there to work in it.", sentence(TAKEN));
            return Self::connect(place, None, Access::Read { why: Some(reason), immutable: false }, None).await;
        }
        check_pages(&options(place), place, None, CHECK_AT_OPEN).await?;
        let backup = bring_up_to_date(place).await?;
        Self::connect(place, lock, Access::Write, backup).await
    }

    /// Opens a book to look at it, whether somebody writes into it or not: nothing is locked, nothing is brought up to
    /// date, and nothing can be written.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; [`OpenError::Older`] if only an opening for writing makes it readable.
    pub async fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        Self::open_to_read_with(path, None).await
    }

    /// As [`SqliteStore::open_to_read`], of a book that may be protected.
    ///
    /// # Errors
    /// As [`SqliteStore::open_to_read`] and [`SqliteStore::open_with`].
    pub async fn open_to_read_with(path: &Path, key: Option<&BookKey>) -> Result<Self, OpenError> {
        let place = &the_file_itself(path, key)?;
        let path = place.path.as_path();
        if is_write_protected(path) {
            return Self::open_unwritable(place, FILE_PROTECTED).await;
        }
        match BookLock::reach(path) {
            Err(error) if is_forbidden(&error) => return Self::open_unwritable(place, FOLDER_PROTECTED).await,
            other => drop(other.map_err(|error| io(path, &error))?),
        }
        check_pages(&reading(place), place, Some(READING), CHECK_AT_OPEN).await?;
        Self::connect(place, None, Access::Read { why: None, immutable: false }, None).await
    }

    /// Opens a book that nobody can write to. Without a log beside it, its file cannot change under the reader.
    async fn open_unwritable(place: &Place, why: &'static str) -> Result<Self, OpenError> {
        let path = place.path.as_path();
        if std::fs::metadata(wal(path)).is_ok_and(|log| log.len() > 0) {
            return Err(OpenError::Unfinished(name(path)));
        }
        check_pages(&reading(place).immutable(true), place, Some(why), CHECK_AT_OPEN).await?;
        let reason =
            format!("{}, so it is open for reading only. Copy it to another folder to work in it.", sentence(why));
        Self::connect(place, None, Access::Read { why: Some(reason), immutable: true }, None).await
    }

    async fn connect(
        place: &Place,
        lock: Option<BookLock>,
        access: Access,
        backup: Option<PathBuf>,
    ) -> Result<Self, OpenError> {
        let (writer, read_only, immutable) = match access {
            Access::Read { why, immutable } => (None, why, immutable),
            Access::Write => (Some(writer_of(place).await?), None, false),
        };
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            // A long list is read in two halves side by side, also the first one after opening.
            .min_connections(2)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(reading(place).immutable(immutable))
            .await
            .map_err(database)?;
        info!(writes = writer.is_some(), "book opened");
        Ok(Self {
            readers,
            lists: Lists::default(),
            writer,
            read_only,
            damage: OnceLock::new(),
            held: RwLock::default(),
            place: place.clone(),
            backup,
            lock: Mutex::new(lock),
        })
    }

    /// Where the book is.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Holds all writing back, or no longer, and says what held it back before.
    pub(crate) fn hold_writes_over(&self, why: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.held.write().unwrap_or_else(PoisonError::into_inner), why)
    }

    /// Returns once nobody is writing.
    pub(crate) async fn wait_for_writer(&self) -> Result<(), sqlx::Error> {
        match &self.writer {
            Some(writer) => writer.acquire().await.map(drop),
            None => Ok(()),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether a passphrase protects it.
    pub fn is_protected(&self) -> bool {
        self.place.is_protected()
    }

    fn stop_writing(&self, found: &[String]) {
        let first = found.first().map(String::as_str).unwrap_or_default();
        let why = "Nothing more is written into it. Open its last backup to go on working.";
        let _ = self.damage.set(format!("This book is damaged: {first}. {why}"));
    }

    async fn check_with(&self, how: &'static str) -> StoreResult<Vec<String>> {
        let mut connection = self.readers.acquire().await.map_err(from_sqlx)?;
        let mut found = match look(&mut connection, how).await {
            Err(error) => match self.place.unreadable(error) {
                OpenError::Damaged(how) => vec![how],
                other => return Err(StoreError::Database(Box::new(other))),
            },
            Ok(found) => found,
        };
        if !found.is_empty() {
            // The other answers would come from the same broken pages.
            self.stop_writing(&found);
            return Ok(found);
        }
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await.map_err(from_sqlx)?;
        if !broken.is_empty() {
            found.push(match broken.len() {
                1 => "1 row refers to something that is not there".to_owned(),
                more => format!("{more} rows refer to something that is not there"),
            });
            self.stop_writing(&found);
        }
        // Nothing is lost by that, so it stops nobody from writing.
        if how == WHOLE {
            found.append(&mut schema::altered(&mut connection).await?);
        }
        Ok(found)
    }

    /// The copy made before the schema was brought up to date, if that was needed.
    pub fn backup_made(&self) -> Option<&Path> {
        self.backup.as_deref()
    }
}

#[async_trait::async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> StoreResult<Box<dyn Unit>> {
        let (Some(writer), None) = (&self.writer, self.read_only()) else {
            let reason =
                self.read_only().unwrap_or_else(|| "This book was opened to be read. Nothing was changed.".into());
            return Err(StoreError::ReadOnly(reason));
        };
        let transaction = match writer.begin_with("BEGIN IMMEDIATE").await {
            // A full disk makes SQLite undo a transaction by itself. The connection then takes itself to be inside of it for
            // ever, and is given up for a new one.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                let stuck = writer.acquire().await.map_err(from_sqlx)?;
                stuck.close().await.map_err(from_sqlx)?;
                writer.begin_with("BEGIN IMMEDIATE").await
            }
            begun => begun,
        };
        Ok(Box::new(SqliteUnit::new(transaction.map_err(from_sqlx)?, self.lists.writes())))
    }

    fn read_only(&self) -> Option<String> {
        let found = self.damage.get().or(self.read_only.as_ref()).cloned();
        found.or_else(|| self.held.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn hold_writes(&self, why: Option<String>) {
        drop(self.hold_writes_over(why));
    }

    fn checked_at_open(&self) -> bool {
        std::fs::metadata(&self.place.path).is_ok_and(|file| file.len() <= CHECK_AT_OPEN)
    }

    async fn look_over_file(&self) -> StoreResult<Vec<String>> {
        self.check_with(QUICK).await
    }

    async fn check_file(&self) -> StoreResult<Vec<String>> {
        self.check_with(WHOLE).await
    }

    async fn backup_to(&self, target: &Path) -> StoreResult<()> {
        let mut connection = self.readers.acquire().await.map_err(from_sqlx)?;
        copy_consistently(&mut connection, target).await
    }

    async fn close(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            // The last connection: what stands in the log goes into the book itself.
            writer.close().await;
        }
        // Others may write from now on, even while somebody here still holds on to the closed book.
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

async fn writer_of(place: &Place) -> Result<SqlitePool, OpenError> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // A unit of work waits for the one before it however long an import takes.
        .acquire_timeout(Duration::from_secs(600))
        .connect_with(options(place))
        .await
        .map_err(database)
}

/// For writing.
fn options(place: &Place) -> SqliteConnectOptions {
    any(place)
        .journal_mode(SqliteJournalMode::Wal)
        // An answered write survives a power cut, not only a crash.
        .synchronous(SqliteSynchronous::Full)
}

/// For reading. A copy of a book begins without a log, and only a writer can give it one.
fn reading(place: &Place) -> SqliteConnectOptions {
    any(place).read_only(true)
}

fn any(place: &Place) -> SqliteConnectOptions {
    place
        .options()
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", "-8000")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        .statement_cache_capacity(200)
        // What SQLite folds by itself is ASCII alone.
        .with_regexp()
}

/// Looks at every page of a book that is not larger than `limit`. Where it cannot be written, `reading` says why: an
/// older one is refused then, since it cannot be brought up to date.
async fn check_pages(
    with: &SqliteConnectOptions,
    place: &Place,
    reading: Option<&'static str>,
    limit: u64,
) -> Result<(), OpenError> {
    let path = place.path.as_path();
    let size = std::fs::metadata(path).map_err(|error| io(path, &error))?.len();
    if size > limit && reading.is_none() && !place.is_protected() {
        return Ok(());
    }
    let mut connection = SqliteConnection::connect_with(with).await.map_err(|error| place.refused(error))?;
    place.is_a_book(&mut connection).await?;
    let known = match reading {
        Some(why) => match refuse_older(&mut connection, path, why).await {
            Ok(()) => schema::compare_migrations(&mut connection).await,
            Err(error) => Err(error),
        },
        None => version_of(&mut connection).await.map(drop),
    };
    known.map_err(|error| place.damage_in(error))?;
    let found = if size > limit {
        Vec::new()
    } else {
        look(&mut connection, QUICK).await.map_err(|error| place.unreadable(error))?
    };
    connection.close().await.map_err(database)?;
    match found.first() {
        Some(first) => Err(OpenError::Damaged(first.clone())),
        None => Ok(()),
    }
}

/// Every page and every row.
const QUICK: &str = "quick_check";
/// And whether every index says what its table says.
const WHOLE: &str = "integrity_check";
/// Findings that are told.
const TOLD: usize = 20;

/// Whether a finding is one of the index of words about itself: a table of the database's own kind over ordinary ones. Its
/// own check compares what it remembers with what others write meanwhile and calls that damage: it is not listened to.
fn of_words_index(finding: &str) -> bool {
    finding.starts_with("fts5: ") || finding.contains("FTS5 table main.")
}

/// Looks at the whole file.
async fn look(connection: &mut SqliteConnection, how: &'static str) -> Result<Vec<String>, sqlx::Error> {
    let lines: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(format!("PRAGMA {how}"))).fetch_all(&mut *connection).await?;
    // The first line of a finding only names the database.
    let told = |line: String| line.lines().filter(|line| !line.starts_with("***")).collect::<Vec<_>>().join("; ");
    let found = lines.into_iter().filter(|line| line != "ok" && !of_words_index(line));
    Ok(found.map(told).take(TOLD).collect())
}

/// Runs pending migrations on a book that exists, after copying it.
async fn bring_up_to_date(place: &Place) -> Result<Option<PathBuf>, OpenError> {
    let mut connection = SqliteConnection::connect_with(&options(place)).await.map_err(database)?;
    let version = version_of(&mut connection).await?;
    let mut backup = None;
    if version < SCHEMA_VERSION {
        // However large it is: a migration reads and writes what it finds, and the copy would be as broken.
        check_pages(&options(place), place, None, u64::MAX).await?;
        let target = backup_name(&place.path);
        copy_consistently(&mut connection, &target).await.map_err(|error| OpenError::Database(Box::new(error)))?;
        backup = Some(target);
    }
    // Also without pending migrations: this compares the checksum of every applied one.
    migrate(&mut connection, version).await?;
    connection.close().await.map_err(database)?;
    Ok(backup)
}

/// The schema version as SQLite sees it: after a crash the newest header may still stand in the log beside the file.
async fn version_of(connection: &mut SqliteConnection) -> Result<i64, OpenError> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await.map_err(database)?;
    if found > SCHEMA_VERSION { Err(OpenError::Newer { found, known: SCHEMA_VERSION }) } else { Ok(found) }
}

async fn refuse_older(connection: &mut SqliteConnection, path: &Path, why: &'static str) -> Result<(), OpenError> {
    if version_of(connection).await? < SCHEMA_VERSION { Err(OpenError::Older(name(path), why)) } else { Ok(()) }
}

/// Brings a book of schema `from` up to date.
async fn migrate(connection: &mut SqliteConnection, from: i64) -> Result<(), OpenError> {
    // `run_direct` takes the plain connection: the generic `run` hides from callers that this future can move threads.
    MIGRATIONS.run_direct(None, &mut *connection, false).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMismatch(version) => OpenError::ForeignMigration(version),
        sqlx::migrate::MigrateError::VersionMissing(found) => OpenError::Newer { found, known: SCHEMA_VERSION },
        other => OpenError::Database(Box::new(other)),
    })?;
    // Only what was written before there were links. Events without one in a newer book were put there past the program,
    // and a check has to find them. A crash in between finds the old version in the header and seals again.
    if from < FIRST_WITH_LINKS {
        let mut sealing = connection.begin().await.map_err(database)?;
        history::seal_all(&mut sealing).await.map_err(|error| OpenError::Database(Box::new(error)))?;
        sealing.commit().await.map_err(database)?;
    }
    sqlx::query(AssertSqlSafe(format!("PRAGMA user_version = {SCHEMA_VERSION}")))
        .execute(connection)
        .await
        .map_err(database)?;
    Ok(())
}

/// Begins a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

pub(crate) fn database(error: sqlx::Error) -> OpenError {
    OpenError::Database(Box::new(error))
}

/// SQLITE_CORRUPT and SQLITE_NOTADB while looking at the pages mean damage, not a failing database.
pub(crate) fn damaged_or_database(error: sqlx::Error) -> OpenError {
    match &error {
        sqlx::Error::Database(inner)
            if inner
                .code()
                .is_some_and(|code| code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 11 | 26))) =>
        {
            OpenError::Damaged("its pages do not fit together".into())
        }
        _ => database(error),
    }
}

#[cfg(test)]
impl SqliteStore {
    /// As on a disk with little room left, or with room again.
    pub(crate) async fn limit_pages(&self, limited: bool) {
        let pages = if limited { 300 } else { 1_000_000 };
        let pragma = format!("PRAGMA max_page_count = {pages}");
        let writer = self.writer.as_ref().expect("a book that is written");
        sqlx::query(AssertSqlSafe(pragma)).execute(writer).await.expect("a pragma");
    }
}
