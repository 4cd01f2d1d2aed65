//! What can go wrong in storage.

/// Result of a storage call.
pub type StoreResult<T> = Result<T, StoreError>;

/// A failure of the storage layer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The reference of a posting is taken.
    #[error("this reference is already used")]
    DuplicateReference,
    /// Another unique value (an indicator, a profile, a matched row) is taken.
    #[error("{0} exists already")]
    Duplicate(&'static str),
    /// Somebody else changed the row since it was read.
    #[error("{0} was changed by somebody else")]
    Stale(&'static str),
    /// The statement is signed off; the database refuses to change its matches.
    #[error("the statement is signed off")]
    Signed,
    /// The book cannot be written to; the text says why and what to do.
    #[error("{0}")]
    ReadOnly(String),
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The operating system could not read or write the file.
    #[error("the disk could not be read or written: {0}")]
    DiskFailed(String),
    /// The commit was asked for and not answered: what was to be written is there, or nothing of it is.
    #[error("whether it was written is not known: {0}")]
    Unknown(String),
    /// This kind of book cannot do that; the sentence says what to do instead.
    #[error("{0}")]
    NotHere(&'static str),
    /// A filter or sort names a field that does not exist.
    #[error("there is no field called {0}")]
    UnknownField(String),
    /// A stored value does not have the form it must have: the book is damaged.
    #[error("the book holds a damaged value in {place}: {detail}")]
    Damaged { place: &'static str, detail: String },
    /// The database itself failed.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A stored value that cannot be read back.
    pub fn damaged(place: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Damaged { place, detail: detail.to_string() }
    }

    /// The same failure for somebody else who waited for the same write.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::DuplicateReference => Self::DuplicateReference,
            Self::Duplicate(what) => Self::Duplicate(what),
            Self::Stale(what) => Self::Stale(what),
            Self::Signed => Self::Signed,
            Self::ReadOnly(sentence) => Self::ReadOnly(sentence.clone()),
            Self::DiskFull => Self::DiskFull,
            Self::DiskFailed(how) => Self::DiskFailed(how.clone()),
            Self::Unknown(how) => Self::Unknown(how.clone()),
            Self::NotHere(sentence) => Self::NotHere(sentence),
            Self::UnknownField(field) => Self::UnknownField(field.clone()),
            Self::Damaged { place, detail } => Self::Damaged { place, detail: detail.clone() },
            Self::Database(error) => Self::Database(error.to_string().into()),
        }
    }
}

/// Why a book could not be opened, in a sentence that a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("There is no file at {0}.")]
    Missing(String),
    #[error("{0} already exists. Choose another name, or open it.")]
    Exists(String),
    #[error("{0} is not a Tieout book.")]
    NotABook(String),
    #[error(
        "This book was made by a newer Tieout (format {found}; this one reads up to {known}). Update Tieout to open it."
    )]
    Newer { found: i64, known: i64 },
    #[error(
        "{0} was made by an older Tieout and is not up to date, and it cannot be written here: {1}. Open it once where it can be written, or copy it to a folder of your own and open the copy, to bring it up to date. Nothing was changed."
    )]
    Older(String, &'static str),
    #[error("This book was changed outside Tieout: migration {0} is not the one this program knows. Restore a backup.")]
    ForeignMigration(i64),
    #[error(
        "This book is damaged: {0}. The file was not changed. Open its last backup, or keep a copy of the file and ask for help."
    )]
    Damaged(String),
    #[error(
        "{0} has a second name on this disk (a hard link). Written under two names at once it would lose entries. Copy it to a file of its own and open the copy."
    )]
    SecondName(String),
    #[error(
        "{0} was not closed properly, and its newest entries still stand in the file beside it, which cannot be taken over where it is write-protected. Copy all its files to a folder of your own and open it there."
    )]
    Unfinished(String),
    #[error(
        "{0} is protected. Enter its passphrase to open it. If it never had one, the beginning of the file is damaged: open its last backup."
    )]
    Protected(String),
    #[error(
        "This passphrase does not open {0}. Upper and lower case count. Nothing was changed. If you are sure of it, the beginning of the file may be damaged: open its last backup."
    )]
    WrongPassphrase(String),
    #[error("A passphrase has at least {0} letters. Several words are easier to remember and harder to guess.")]
    ShortPassphrase(usize),
    #[error("{path} cannot be used: {reason}.")]
    Io { path: String, reason: String },
    #[error("The book could not be opened: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl OpenError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "BOOK_MISSING",
            Self::Exists(_) => "BOOK_EXISTS",
            Self::NotABook(_) => "NOT_A_BOOK",
            Self::Newer { .. } => "BOOK_NEWER",
            Self::Older(..) => "BOOK_OLDER",
            Self::ForeignMigration(_) => "BOOK_FOREIGN",
            Self::Damaged(_) => "BOOK_DAMAGED",
            Self::SecondName(_) => "BOOK_SECOND_NAME",
            Self::Unfinished(_) => "BOOK_UNFINISHED",
            Self::Protected(_) => "BOOK_PROTECTED",
            Self::WrongPassphrase(_) => "BOOK_PASSPHRASE",
            Self::ShortPassphrase(_) => "PASSPHRASE_SHORT",
            Self::Io { .. } => "BOOK_FILE",
            Self::Database(_) => "DATABASE",
        }
    }
}
