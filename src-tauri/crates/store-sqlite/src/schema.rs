//! Whether a book has the schema that its migrations make: nothing changed, nothing taken away.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row, SqliteConnection};
use store::error::OpenError;
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;
use crate::open::{MIGRATIONS, SCHEMA_VERSION};

/// Refuses a book whose migrations are not the ones this program knows, without writing anything.
pub(crate) async fn compare_migrations(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let database = |error: sqlx::Error| OpenError::Database(Box::new(error));
    let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
        .fetch_all(connection)
        .await
        .map_err(database)?;
    for row in rows {
        let version: i64 = row.try_get("version").map_err(database)?;
        let checksum: Vec<u8> = row.try_get("checksum").map_err(database)?;
        match MIGRATIONS.iter().find(|known| known.version == version) {
            None => return Err(OpenError::Newer { found: version, known: SCHEMA_VERSION }),
            Some(known) if known.checksum[..] != checksum[..] => return Err(OpenError::ForeignMigration(version)),
            Some(_) => {}
        }
    }
    Ok(())
}

/// What another program took out of the schema or changed in it, in words. The triggers are what forbids a change of the
/// journal: without one nothing else in the file looks wrong.
pub(crate) async fn altered(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let expected = {
        let mut fresh =
            SqliteConnectOptions::new().filename(":memory:").with_regexp().connect().await.map_err(from_sqlx)?;
        MIGRATIONS.run_direct(None, &mut fresh, false).await.map_err(|error| StoreError::Database(Box::new(error)))?;
        parts(&mut fresh).await?
    };
    let found = parts(connection).await?;
    let wrong = expected.iter().filter_map(|((kind, name), sql)| match found.get(&(kind.clone(), name.clone())) {
        None => Some(format!("The {kind} {name} is missing: another program took it out of the book.")),
        Some(other) if other != sql => Some(format!("The {kind} {name} of the book was changed by another program.")),
        Some(_) => None,
    });
    let added = found.keys().filter(|part| part.0 == "trigger" && !expected.contains_key(part));
    let added = added.map(|(_, name)| format!("The trigger {name} was added to the book by another program."));
    Ok(wrong.chain(added).collect())
}

/// Tables, indexes and triggers with the statement that made each.
async fn parts(connection: &mut SqliteConnection) -> StoreResult<BTreeMap<(String, String), String>> {
    let rows =
        sqlx::query("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
            .fetch_all(connection)
            .await
            .map_err(from_sqlx)?;
    rows.iter()
        .map(|row| {
            let part = (row.try_get("type").map_err(from_sqlx)?, row.try_get("name").map_err(from_sqlx)?);
            Ok((part, row.try_get("sql").map_err(from_sqlx)?))
        })
        .collect()
}
