//! Connecting to a book's database and bringing its schema up to date.

use std::path::Path;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, PgConnection, Postgres, Transaction};
use store::error::OpenError;
use store::{Store, StoreError, StoreResult, Unit};

use crate::error::from_sqlx;
use crate::unit::PostgresUnit;

static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations/postgres");

/// Connections that read at once: as many as the panels of a window ask for.
const READERS: u32 = 4;
/// Connections that write: one works, one waits for it, so that the next unit begins at once.
const WRITERS: u32 = 2;

/// One open book.
pub struct PostgresStore {
    readers: PgPool,
    writers: PgPool,
    /// Why somebody holds all writing back.
    held: RwLock<Option<String>>,
}

impl PostgresStore {
    /// Connects to the database of a book; an empty one becomes a book.
    ///
    /// # Errors
    /// [`OpenError::Newer`] and [`OpenError::ForeignMigration`] when the schema is not one this program knows,
    /// [`OpenError::Database`] when the server cannot be reached or says no.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url).map_err(database)?.application_name("tieout");
        let mut connection = PgConnection::connect_with(&options).await.map_err(database)?;
        migrate(&mut connection).await?;
        connection.close().await.map_err(database)?;
        // Compiling a plan takes a quarter of a second, and none of ours reads enough rows to win it back.
        let options = options.options([("jit", "off")]);
        // A commit that was answered is on the server's disk, whatever the server's own setting is.
        let durable = options.clone().options([("synchronous_commit", "on")]);
        let writers = PgPoolOptions::new()
            .max_connections(WRITERS)
            // A unit of work waits for the one before it however long an import takes.
            .acquire_timeout(Duration::from_secs(600))
            .connect_with(durable)
            .await
            .map_err(database)?;
        let reading = options.options([("default_transaction_read_only", "on")]);
        let readers = PgPoolOptions::new().max_connections(READERS).connect_with(reading).await.map_err(database)?;
        Ok(Self { readers, writers, held: RwLock::default() })
    }

    /// A reader that sees one moment of the book, whatever is written meanwhile.
    pub(crate) async fn snapshot(&self) -> StoreResult<Transaction<'static, Postgres>> {
        self.readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(from_sqlx)
    }

    pub(crate) async fn reader(&self) -> StoreResult<PoolConnection<Postgres>> {
        self.readers.acquire().await.map_err(from_sqlx)
    }
}

fn database(error: sqlx::Error) -> OpenError {
    OpenError::Database(Box::new(error))
}

/// Another program that brings the same schema up to date is waited for.
async fn migrate(connection: &mut PgConnection) -> Result<(), OpenError> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    match MIGRATIONS.run(connection).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) => Err(OpenError::Newer { found, known }),
        Err(MigrateError::VersionMismatch(version)) => Err(OpenError::ForeignMigration(version)),
        Err(other) => Err(OpenError::Database(Box::new(other))),
    }
}

#[async_trait::async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> StoreResult<Box<dyn Unit>> {
        if let Some(reason) = self.read_only() {
            return Err(StoreError::ReadOnly(reason));
        }
        let transaction = self.writers.begin().await.map_err(from_sqlx)?;
        Ok(Box::new(PostgresUnit::begin(transaction).await?))
    }

    fn read_only(&self) -> Option<String> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold_writes(&self, why: Option<String>) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = why;
    }

    fn checked_at_open(&self) -> bool {
        // The server looks after its own pages.
        true
    }

    async fn look_over_file(&self) -> StoreResult<Vec<String>> {
        Ok(Vec::new())
    }

    async fn check_file(&self) -> StoreResult<Vec<String>> {
        Ok(Vec::new())
    }

    async fn backup_to(&self, _target: &Path) -> StoreResult<()> {
        Err(StoreError::NotHere("A book on a server is backed up by its server, with pg_dump or its own tools."))
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}
