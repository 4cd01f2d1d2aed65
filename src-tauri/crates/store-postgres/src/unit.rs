//! One writing transaction.

use sqlx::{PgConnection, Postgres, Transaction};
use store::{StoreResult, Unit};

use crate::error::from_sqlx;

/// `BEGIN` … `COMMIT`, the row of the writer locked in between. Dropping it rolls back.
pub(crate) struct PostgresUnit {
    transaction: Transaction<'static, Postgres>,
}

impl PostgresUnit {
    /// Waits until no other unit is open.
    pub(crate) async fn begin(mut transaction: Transaction<'static, Postgres>) -> StoreResult<Self> {
        sqlx::query("SELECT one FROM writer FOR UPDATE").execute(&mut *transaction).await.map_err(from_sqlx)?;
        Ok(Self { transaction })
    }

    /// The connection that this unit's statements run on.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

#[async_trait::async_trait]
impl Unit for PostgresUnit {
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        self.transaction.commit().await.map_err(from_sqlx)
    }
}
