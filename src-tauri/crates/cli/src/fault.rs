//! Why a command failed: one JSON object on standard error, and an exit code.

use engine::EngineError;
use engine::api::page::FieldError;
use serde_json::json;
use store::StoreError;
use store::error::OpenError;

/// Result of a command.
pub(crate) type Answer<T> = Result<T, Fault>;

/// What the shell that called is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// A rule of the ledger or of a command says no. Nothing was written, or what was is in the answer.
    Refused = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A file cannot be read, written or understood.
    File = 3,
    /// The book cannot be opened, or not written to.
    Book = 4,
    /// The program or the database failed.
    Internal = 5,
}

/// A refusal with its exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) exit: Exit,
    code: String,
    message: String,
    detail: Option<String>,
    fields: Vec<FieldError>,
}

impl Fault {
    pub(crate) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { exit, code: code.to_owned(), message: message.into(), detail: None, fields: Vec::new() }
    }

    /// A wrong argument, named as on the command line.
    pub(crate) fn argument(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            fields: vec![FieldError { field: field.to_owned(), message: message.clone() }],
            ..Self::new(Exit::Refused, "INVALID_INPUT", message)
        }
    }

    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            std::io::ErrorKind::PermissionDenied => "you have no permission to use it".to_owned(),
            std::io::ErrorKind::IsADirectory => "this is a folder".to_owned(),
            _ => error.to_string(),
        };
        Self::new(Exit::File, "FILE", format!("{}: {reason}.", path.display()))
    }

    /// The object as it is printed.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        json!({ "error": { "code": self.code, "message": self.message, "detail": self.detail, "fields": self.fields } })
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        let exit = match &error {
            EngineError::File { .. } => Exit::File,
            EngineError::Store(StoreError::ReadOnly(_) | StoreError::Damaged { .. }) => Exit::Book,
            EngineError::Store(StoreError::Database(_) | StoreError::DiskFull) => Exit::Internal,
            // What a file says is wrong, whatever rule found it.
            EngineError::Conflict { code: "NOT_A_STATEMENT" | "BAD_ROWS", .. } => Exit::File,
            _ => Exit::Refused,
        };
        let body = error.body();
        Self { exit, code: body.code, message: body.message, detail: body.detail, fields: body.fields }
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        let code = match &error {
            OpenError::Missing(_) => "BOOK_MISSING",
            OpenError::Exists(_) => "BOOK_EXISTS",
            OpenError::NotABook(_) => "NOT_A_BOOK",
            OpenError::Newer { .. } => "BOOK_NEWER",
            OpenError::ForeignMigration(_) => "BOOK_FOREIGN",
            OpenError::Damaged(_) => "BOOK_DAMAGED",
            OpenError::SecondName(_) => "BOOK_SECOND_NAME",
            OpenError::Unfinished(_) => "BOOK_UNFINISHED",
            OpenError::Io { .. } => "BOOK_FILE",
            OpenError::Database(_) => "DATABASE",
        };
        Self::new(Exit::Book, code, error.to_string())
    }
}
