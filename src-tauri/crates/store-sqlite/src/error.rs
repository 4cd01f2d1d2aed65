//! Database failures as storage errors. Constraint names come from the schema, never from free text of the driver.

use store::StoreError;

/// Turns a driver error into what the engine understands.
pub(crate) fn from_sqlx(error: sqlx::Error) -> StoreError {
    if let sqlx::Error::Database(database) = &error {
        // Extended result codes, https://www.sqlite.org/rescode.html
        match database.code().as_deref() {
            // SQLITE_CONSTRAINT_TRIGGER: our triggers begin their message with a class word of the schema.
            Some("1811") if database.message().starts_with("signed:") => return StoreError::Signed,
            Some("1811") if database.message().starts_with("duplicate:") => return StoreError::DuplicateReference,
            Some("1811") if database.message().starts_with("taken:") => return StoreError::Duplicate("this value"),
            // SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY
            Some("2067" | "1555") => return StoreError::Duplicate("this value"),
            // SQLITE_FULL
            Some("13") => return StoreError::DiskFull,
            Some(code) => match code.parse::<i32>().map(|code| code & 0xff) {
                // SQLITE_READONLY and its kin
                Ok(8) => return StoreError::ReadOnly("The file is read-only. Nothing was changed.".into()),
                // SQLITE_IOERR: the operating system said no.
                Ok(10) => return StoreError::DiskFailed(database.message().to_owned()),
                // SQLITE_CORRUPT, SQLITE_NOTADB: a page that cannot be one.
                Ok(11 | 26) => return StoreError::damaged("the file", database.message()),
                _ => {}
            },
            None => {}
        }
    }
    StoreError::Database(Box::new(error))
}

/// Turns the failure of a commit into what the engine understands.
pub(crate) fn of_commit(error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|database| database.code().map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC: written, and nobody says whether it stays.
        Some("1034" | "1290") | None => StoreError::Unknown(error.to_string()),
        // Without a whole commit at its end the log is as if nothing stood there.
        Some(_) => from_sqlx(error),
    }
}

/// As [`from_sqlx`], where `what` is a word for the row whose place is taken.
pub(crate) fn taken(error: sqlx::Error, what: &'static str) -> StoreError {
    match from_sqlx(error) {
        StoreError::Duplicate(_) => StoreError::Duplicate(what),
        other => other,
    }
}
