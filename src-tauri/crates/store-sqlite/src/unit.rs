//! One writing transaction.

use sqlx::{Sqlite, SqliteConnection, Transaction};
use store::{StoreResult, Unit};

use crate::error::from_sqlx;
use crate::lists::Writes;

/// `BEGIN IMMEDIATE` … `COMMIT` on the writer connection. Dropping it rolls back.
pub(crate) struct SqliteUnit {
    transaction: Transaction<'static, Sqlite>,
    writes: Writes,
}

impl SqliteUnit {
    pub(crate) fn new(transaction: Transaction<'static, Sqlite>, writes: Writes) -> Self {
        Self { transaction, writes }
    }

    /// The connection that this unit's statements run on.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

#[async_trait::async_trait]
impl Unit for SqliteUnit {
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        let done = self.transaction.commit().await.map_err(from_sqlx);
        // Also after a failure: whether it reached the file is not known then.
        self.writes.happened();
        done
    }
}
