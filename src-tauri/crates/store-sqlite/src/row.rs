//! Rows of this database as `store` reads them.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteExecutor};
use store::rows::Fields;
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;

/// A row of an answer. Amounts, days and JSON are stored as text.
pub(crate) struct Got(pub(crate) SqliteRow);

impl Fields for Got {
    /// What is no text any more is read with marks in the place of what is wrong: whoever proves the history then finds and
    /// names the row instead of nothing at all.
    fn text(&self, name: &str) -> StoreResult<Option<String>> {
        match self.0.try_get(name) {
            Err(sqlx::Error::ColumnDecode { .. }) => {
                let bytes: Option<Vec<u8>> = self.0.try_get(name).map_err(from_sqlx)?;
                Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
            }
            read => read.map_err(from_sqlx),
        }
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

/// A row of many that came as one value: every row and every column by itself would cross to this thread alone.
pub(crate) struct Told<'a> {
    columns: &'a [&'a str],
    values: Vec<Value>,
}

impl Told<'_> {
    fn value(&self, name: &str) -> StoreResult<&Value> {
        let at = self.columns.iter().position(|column| *column == name);
        at.and_then(|at| self.values.get(at)).ok_or_else(|| StoreError::damaged("row", format!("{name} is missing")))
    }
}

impl Fields for Told<'_> {
    fn text(&self, name: &str) -> StoreResult<Option<String>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            other => Err(StoreError::damaged("row", format!("{name} is {other}"))),
        }
    }

    fn int(&self, name: &str) -> StoreResult<Option<i64>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            value => value.as_i64().map(Some).ok_or_else(|| StoreError::damaged("row", format!("{name} is {value}"))),
        }
    }

    fn flag(&self, name: &str) -> StoreResult<bool> {
        Ok(self.key(name)? != 0)
    }

    fn bytes(&self, name: &str) -> StoreResult<Vec<u8>> {
        Err(StoreError::damaged("row", format!("{name} is text")))
    }
}

/// Begins a statement whose rows come as one value; `) ` ends it.
pub(crate) fn as_one(columns: &[&str]) -> String {
    format!("SELECT json_group_array(json_array({})) AS told FROM (", columns.join(", "))
}

/// The rows of [`as_one`].
pub(crate) fn told<'a, T>(
    row: &Got,
    columns: &'a [&'a str],
    read: impl Fn(&Told<'a>) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    let rows: Vec<Vec<Value>> =
        serde_json::from_str(&row.word("told")?).map_err(|error| StoreError::damaged("row", error))?;
    rows.into_iter().map(|values| read(&Told { columns, values })).collect()
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
