//! Rows of this database as `store` reads them.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};
use store::StoreResult;
use store::rows::Fields;

use crate::error::from_sqlx;

/// A row of an answer. Amounts, days and JSON are selected as text.
pub(crate) struct Got(pub(crate) PgRow);

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
pub(crate) async fn all<T>(
    connection: &mut PgConnection,
    mut query: QueryBuilder<Postgres>,
    read: impl Fn(&Got) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    let rows = query.build().fetch_all(connection).await.map_err(from_sqlx)?;
    rows.into_iter().map(|row| read(&Got(row))).collect()
}

/// The first row of a query, read.
pub(crate) async fn first<T>(
    connection: &mut PgConnection,
    mut query: QueryBuilder<Postgres>,
    read: impl Fn(&Got) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    let row = query.build().fetch_optional(connection).await.map_err(from_sqlx)?;
    row.map(|row| read(&Got(row))).transpose()
}

/// One number.
pub(crate) async fn number(connection: &mut PgConnection, mut query: QueryBuilder<Postgres>) -> StoreResult<i64> {
    query.build_query_scalar().fetch_one(connection).await.map_err(from_sqlx)
}
