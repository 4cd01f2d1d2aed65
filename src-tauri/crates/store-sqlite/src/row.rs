//! Rows of this database as `store` reads them.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteExecutor};
use store::StoreResult;
use store::rows::Fields;

use crate::error::from_sqlx;

/// A row of an answer. Amounts, days and JSON are stored as text.
pub(crate) struct Got(pub(crate) SqliteRow);

impl Fields for Got {
    fn text(&self, name: &str) -> StoreResult<Option<String>> {
        self.0.try_get(name).map_err(from_sqlx)
    }

    fn int(&self, name: &str) -> StoreResult<Option<i64>> {
        self.0.try_get(name).map_err(from_sqlx)
    }

    fn flag(&self, name: &str) -> StoreResult<bool> {
        self.0.try_get(name).map_err(from_sqlx)
    }

    fn bytes(&self, name: &str) -> StoreResult<Vec<u8>> {
        self.0.try_get(name).map_err(from_sqlx)
    }
}

/// Every row of a query, read.
pub(crate) async fn all<'e, T>(
    executor: impl SqliteExecutor<'e>,
    mut query: QueryBuilder<Sqlite>,
    read: impl Fn(&Got) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    let rows = query.build().fetch_all(executor).await.map_err(from_sqlx)?;
    rows.into_iter().map(|row| read(&Got(row))).collect()
}

/// The first row of a query, read.
pub(crate) async fn first<'e, T>(
    executor: impl SqliteExecutor<'e>,
    mut query: QueryBuilder<Sqlite>,
    read: impl Fn(&Got) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    let row = query.build().fetch_optional(executor).await.map_err(from_sqlx)?;
    row.map(|row| read(&Got(row))).transpose()
}
