//! Why a command failed: one JSON object on standard error, and an exit code.

use engine::api::page::FieldError;
use engine::files::Kept;
use engine::words::plural;
use engine::{CreateError, EngineError};
use serde_json::{Value, json};
use store::StoreError;
use store::error::OpenError;

use crate::post::Counts;

/// Result of a command.
pub(crate) type Answer<T> = Result<T, Fault>;

/// What the shell that called is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// A rule of the ledger or of a command says no, a name is missing or taken, or problems were found. Nothing was
    /// written, or what was is in the answer.
    Refused = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// A file or folder cannot be read, written or understood.
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
    detail: Value,
    fields: Vec<FieldError>,
}

impl Fault {
    pub(crate) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { exit, code: code.to_owned(), message: message.into(), detail: Value::Null, fields: Vec::new() }
    }

    /// The same with what else helps.
    pub(crate) fn with_detail(self, detail: impl Into<Value>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Refuses to write over what must not be lost: an input, a book, or any other file nobody said to `replace`.
    pub(crate) fn may_write(path: &std::path::Path, read: &[&std::path::PathBuf], replace: bool) -> Answer<()> {
        let read: Vec<_> = read.iter().map(|path| path.as_path()).collect();
        engine::files::may_write(path, &read, replace).map_err(|kept| {
            let (code, otherwise) = match kept {
                Kept::Input => ("FILE_IS_INPUT", ""),
                Kept::Database => ("FILE_IS_BOOK", ""),
                Kept::Exists => ("FILE_EXISTS", ", or replace it with --force"),
            };
            let message = format!("{} {kept}. Choose another name{otherwise}. Nothing was written.", path.display());
            Self {
                fields: vec![FieldError { field: "out".to_owned(), message: message.clone() }],
                ..Self::new(Exit::Refused, code, message)
            }
        })
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

    /// A command line that cannot be understood, without the help that follows for people.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let said = text.split("\n\n").next().unwrap_or_default().trim();
        let said = said.strip_prefix("error: ").unwrap_or(said);
        let joined = said.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let mut letters = joined.chars();
        let message: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let mut fault = Self::new(Exit::Usage, "USAGE", message.clone());
        if let Some(clap::error::ContextValue::String(argument)) = error.get(clap::error::ContextKind::InvalidArg) {
            let name = argument.split_whitespace().next().unwrap_or_default().trim_start_matches('-');
            fault.fields.push(FieldError { field: name.to_owned(), message });
        }
        fault
    }

    /// What to complain about when some of many postings were refused.
    pub(crate) fn refused_of_many(counts: &Counts) -> Option<Self> {
        let were = |count| plural(count, "posting was", "postings were");
        let (code, message) = match (counts.refused, counts.posted, counts.before) {
            (0, ..) => return None,
            (1, 0, 0) => ("ALL_REFUSED", "The only posting was refused. Nothing was posted.".to_owned()),
            (refused, 0, 0) => ("ALL_REFUSED", format!("All {refused} postings were refused. Nothing was posted.")),
            (refused, posted, before) => {
                let made = if posted > 0 { format!("{} made", were(posted)) } else { "nothing was posted".to_owned() };
                let before = if before > 0 { format!("; {} there before", were(before)) } else { String::new() };
                ("PARTLY_REFUSED", format!("{} refused; {made}{before}.", were(refused)))
            }
        };
        Some(Self::new(Exit::Refused, code, message))
    }

    /// As [`Self::refused_of_many`], of postings that were only tried.
    pub(crate) fn would_refuse(counts: &Counts) -> Option<Self> {
        let message =
            format!("{} would be refused. Nothing was posted.", plural(counts.refused, "posting", "postings"));
        (counts.refused > 0).then(|| Self::new(Exit::Refused, "WOULD_BE_REFUSED", message))
    }

    /// Checks that a file can be made at `path` as far as its folder goes.
    pub(crate) fn folder_of(path: &std::path::Path) -> Answer<()> {
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) if !folder.is_dir() => Err(Self::new(
                Exit::File,
                "FILE",
                format!("There is no folder {}. Make it first, or choose another.", folder.display()),
            )),
            _ => Ok(()),
        }
    }

    /// Names the fields as batch files and streams name them.
    pub(crate) fn named_into_input(mut self) -> Self {
        for field in &mut self.fields {
            let name = match field.field.as_str() {
                "source" | "source_id" => "from",
                "destination" | "destination_id" => "to",
                "effective_date" => "date",
                "expires_at" => "expires",
                other => other,
            };
            field.field = name.to_owned();
        }
        self
    }

    /// A refusal that the engine told as one row of many.
    pub(crate) fn of_parts(code: &str, message: &str, detail: Option<String>, fields: Vec<FieldError>) -> Self {
        let message = match code {
            "UNKNOWN_INDICATOR" => format!("{message} --create-indicators makes it."),
            _ => message.to_owned(),
        };
        Self { detail: detail.into(), fields, ..Self::new(Exit::Refused, code, message) }
    }

    /// The error of one row of many, its fields named as there.
    pub(crate) fn into_input(self) -> Option<Value> {
        self.named_into_input().to_json().get_mut("error").map(Value::take)
    }

    /// Names the fields as the options of the command line are named.
    pub(crate) fn named_as_options(self) -> Self {
        let mut named = self.named_into_input();
        for field in &mut named.fields {
            field.field = field.field.replace('_', "-");
        }
        named
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
            EngineError::Store(
                StoreError::Database(_) | StoreError::DiskFull | StoreError::DiskFailed(_) | StoreError::Unknown(_),
            ) => Exit::Internal,
            // What a file says is wrong, whatever rule found it.
            EngineError::Conflict { code: "NOT_A_STATEMENT" | "BAD_ROWS" | "BATCH_HEAD", .. } => Exit::File,
            _ => Exit::Refused,
        };
        // The window asks; here an option says it.
        let how = matches!(error, EngineError::UnknownIndicator { .. });
        let mut body = error.body();
        if matches!(error, EngineError::Filter(_)) {
            // A field of a list is no option; the sentence names it.
            body.fields.iter_mut().for_each(|wrong| {
                wrong.field = if wrong.field == "text" { "search" } else { "where" }.to_owned();
            });
        }
        let message = if how { body.message + " --create-indicators makes it." } else { body.message };
        Self { exit, code: body.code, message, detail: body.detail.into(), fields: body.fields }
    }
}

impl From<CreateError> for Fault {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Open(error) => error.into(),
            CreateError::Engine(error) => error.into(),
        }
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        // A name that is taken is refused, as everywhere.
        let refused = matches!(error, OpenError::Exists(_) | OpenError::ShortPassphrase(_));
        let exit = if refused { Exit::Refused } else { Exit::Book };
        Self::new(exit, error.code(), error.to_string())
    }
}
