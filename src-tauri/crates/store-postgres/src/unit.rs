//! One writing transaction.

use sqlx::{PgConnection, Postgres, Transaction};
use store::journal::Pending;
use store::{JournalWrites, StoreResult, Unit};

use crate::error::{from_sqlx, of_commit};

/// `BEGIN` … `COMMIT`, the row of the writer locked in between. Dropping it rolls back.
pub(crate) struct PostgresUnit {
    transaction: Transaction<'static, Postgres>,
    kept: Pending,
}

impl PostgresUnit {
    /// Waits until no other unit is open.
    pub(crate) async fn begin(mut transaction: Transaction<'static, Postgres>) -> StoreResult<Self> {
        sqlx::query("SELECT one FROM writer FOR UPDATE").execute(&mut *transaction).await.map_err(from_sqlx)?;
        Ok(Self { transaction, kept: Pending::default() })
    }

    /// The connection as it is, for the journal alone.
    pub(crate) fn bare(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    pub(crate) fn kept(&mut self) -> &mut Pending {
        &mut self.kept
    }

    /// The connection to read from, once it has everything that the unit booked.
    pub(crate) async fn reading(&mut self) -> StoreResult<&mut PgConnection> {
        self.flush().await?;
        Ok(&mut self.transaction)
    }

    /// The connection to write to, past the journal.
    pub(crate) async fn connection(&mut self) -> StoreResult<&mut PgConnection> {
        self.flush().await?;
        self.kept.wrote_past();
        Ok(&mut self.transaction)
    }
}

#[async_trait::async_trait]
impl Unit for PostgresUnit {
    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        self.flush().await?;
        // A transaction that failed answers COMMIT with a rollback and no error; any other statement says so.
        sqlx::query("SELECT 1").execute(&mut *self.transaction).await.map_err(from_sqlx)?;
        self.transaction.commit().await.map_err(of_commit)
    }
}
