//! Database failures as storage errors, by SQLSTATE and the names of constraints; never by the text of a message.

use store::StoreError;

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>; `TO…` are raised by our own triggers.
pub(crate) fn from_sqlx(error: sqlx::Error) -> StoreError {
    if let sqlx::Error::Database(database) = &error {
        match (database.code().as_deref(), database.constraint()) {
            (Some("TO002"), _) => return StoreError::Signed,
            (Some("23505"), Some("txn_reference")) => return StoreError::DuplicateReference,
            (Some("23505"), Some("balance_indicator")) => return StoreError::Duplicate("balance"),
            (Some("23505"), Some("statement_line_once")) => return StoreError::Duplicate("statement line"),
            (Some("23505"), Some("match_line_pkey" | "match_entry_pkey")) => return StoreError::Duplicate("match"),
            (Some("23505"), Some("outstanding_pkey")) => return StoreError::Duplicate("outstanding entry"),
            (Some("23505"), _) => return StoreError::Duplicate("this value"),
            // disk_full
            (Some("53100"), _) => return StoreError::DiskFull,
            // io_error
            (Some("58030"), _) => return StoreError::DiskFailed(database.message().to_owned()),
            // data_corrupted, index_corrupted
            (Some("XX001" | "XX002"), _) => return StoreError::damaged("the database", database.message()),
            // read_only_sql_transaction: a standby, or a server that was set so.
            (Some("25006"), _) => {
                return StoreError::ReadOnly("The server takes no changes at the moment. Nothing was changed.".into());
            }
            _ => {}
        }
    }
    StoreError::Database(Box::new(error))
}

/// Turns the failure of a commit into what the engine understands.
pub(crate) fn of_commit(error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|database| database.code().map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        // The connection or the server went away, class 08 and 57P01 to 57P03, before it said how it ended.
        None => StoreError::Unknown(error.to_string()),
        Some(code) if code.starts_with("08") || code.starts_with("57P0") => StoreError::Unknown(error.to_string()),
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
