//! One writing transaction.

use sqlx::{Sqlite, SqliteConnection, Transaction};
use store::journal::Pending;
use store::{JournalWrites, StoreResult, Unit};

use crate::error::from_sqlx;
use crate::lists::Writes;

/// `BEGIN IMMEDIATE` … `COMMIT` on the writer connection. Dropping it rolls back.
pub(crate) struct SqliteUnit {
    transaction: Transaction<'static, Sqlite>,
    writes: Writes,
    kept: Pending,
}

impl SqliteUnit {
    pub(crate) fn new(transaction: Transaction<'static, Sqlite>, writes: Writes) -> Self {
        Self { transaction, writes, kept: Pending::default() }
    }

    /// The connection as it is, for the journal alone.
    pub(crate) fn bare(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    pub(crate) fn kept(&mut self) -> &mut Pending {
        &mut self.kept
    }

    /// The connection to read from, once it has everything that the unit booked.
    pub(crate) async fn reading(&mut self) -> StoreResult<&mut SqliteConnection> {
        self.flush().await?;
        Ok(&mut self.transaction)
    }

    /// The connection to write to, past the journal.
    pub(crate) async fn connection(&mut self) -> StoreResult<&mut SqliteConnection> {
        self.flush().await?;
        self.kept.wrote_past();
        Ok(&mut self.transaction)
    }
}

#[async_trait::async_trait]
impl Unit for SqliteUnit {
    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        self.flush().await?;
        let done = self.transaction.commit().await.map_err(from_sqlx);
        // Also after a failure: whether it reached the file is not known then.
        self.writes.happened();
        done
    }
}
