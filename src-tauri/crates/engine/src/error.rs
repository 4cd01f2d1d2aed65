//! Why the engine refuses something: typed inside, a code and a sentence at the edge.

use jiff::civil::Date;
use ledger::{Amount, Currency, LedgerError};
use store::StoreError;
use store::filters::{Why, Wrong};

use crate::api::page::{ErrorBody, FieldError};
use crate::post::PostCommand;
use crate::signed::SignedPeriod;
use crate::words;

/// Result of a use case.
pub type EngineResult<T> = Result<T, EngineError>;

/// A refusal. Unless it says otherwise, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A rule of the ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The storage.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such balance, transaction, statement, rule…
    #[error("there is no {kind} {id}")]
    NotFound { kind: &'static str, id: String },
    /// The reference is taken by something else.
    #[error("{reference} is already used by {what}")]
    DuplicateReference { reference: String, what: String, id: String, differs: Vec<&'static str> },
    /// An indicator balance that does not exist, and nobody said to make it.
    #[error("no balance is called {name} in {currency}")]
    UnknownIndicator { name: String, currency: String, closest: Vec<String> },
    /// A form or command with wrong fields.
    #[error("{}", fields.first().map_or("the input is wrong", |field| field.message.as_str()))]
    Invalid { fields: Vec<FieldError> },
    /// A list cannot be filtered so.
    #[error("{}", crate::filters::sentence(.0))]
    Filter(Wrong),
    /// The day lies in a signed period of a balance, and no reason was given.
    #[error("{}", .0.sentence())]
    SignedPeriod(Box<SignedPeriod>),
    /// The thing is in a state that does not allow this.
    #[error("{message}")]
    Conflict { code: &'static str, message: String },
    /// A batch that is booked whole, with what is refused of it. Nothing was booked.
    #[error("{count} of {items} postings are refused")]
    Batch {
        items: usize,
        /// How many are refused.
        count: usize,
        /// The first of them.
        refused: Vec<Refused>,
    },
    /// A file could not be read or written.
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    /// The person cancelled a job.
    #[error("cancelled")]
    Cancelled,
}

/// One posting of a batch that was refused.
#[derive(Debug)]
pub struct Refused {
    /// Counts from 0.
    pub index: usize,
    /// As it was asked for.
    pub reference: String,
    pub error: EngineError,
}

impl Refused {
    pub(crate) fn new(index: usize, item: &PostCommand, error: EngineError) -> Self {
        Self { index, reference: item.reference.clone(), error }
    }

    /// “3 (INV-7): There is …”
    fn sentence(&self) -> String {
        let sentence = self.error.sentence().replace(" Nothing was posted.", "");
        match self.reference.as_str() {
            "" => format!("{}: {sentence}", self.index + 1),
            reference => format!("{} ({reference}): {sentence}", self.index + 1),
        }
    }
}

impl EngineError {
    /// One wrong field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { fields: vec![FieldError { field: field.to_owned(), message: message.into() }] }
    }

    /// Something that is not there.
    pub fn not_found(kind: &'static str, id: &str) -> Self {
        Self::NotFound { kind, id: id.to_owned() }
    }

    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => ledger_code(error),
            Self::Store(error) => store_code(error),
            Self::NotFound { .. } => "NOT_FOUND",
            Self::DuplicateReference { .. } => "TXN_DUPLICATE_REFERENCE",
            Self::UnknownIndicator { .. } => "UNKNOWN_INDICATOR",
            Self::Filter(Wrong { why: Why::Field(_), .. }) => "UNKNOWN_FIELD",
            Self::Invalid { .. } | Self::Filter(_) => "INVALID_INPUT",
            Self::SignedPeriod(_) => "SIGNED_PERIOD",
            Self::Conflict { code, .. } => code,
            Self::Batch { .. } => "BATCH_REFUSED",
            Self::File { .. } => "FILE",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// What a front end gets: code, sentence, fields.
    pub fn body(&self) -> ErrorBody {
        let fields = match self {
            Self::Invalid { fields } => fields.clone(),
            Self::Filter(wrong) => vec![FieldError { field: wrong.field.clone(), message: self.sentence() }],
            Self::Batch { refused, .. } => refused
                .iter()
                .map(|one| FieldError { field: format!("items.{}", one.index), message: one.error.sentence() })
                .collect(),
            Self::SignedPeriod(_) => vec![FieldError { field: "date".to_owned(), message: self.sentence() }],
            _ => Vec::new(),
        };
        let object_id = match self {
            Self::DuplicateReference { id, .. } => Some(id.clone()),
            Self::SignedPeriod(period) => period.statement_id().map(str::to_owned),
            _ => None,
        };
        ErrorBody { code: self.code().to_owned(), message: self.sentence(), detail: self.detail(), fields, object_id }
    }

    /// Adds what tells the refused posting from the one that stands under its reference.
    pub(crate) fn telling(mut self, parts: &[&'static str]) -> Self {
        if let Self::DuplicateReference { differs, .. } = &mut self {
            differs.extend(parts);
        }
        self
    }

    /// What else helps: the cause of a failure, or the way out of a refusal.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Store(StoreError::Database(error)) => Some(error.to_string()),
            Self::Store(error @ (StoreError::Damaged { .. } | StoreError::DiskFailed(_) | StoreError::Unknown(_))) => {
                Some(error.to_string())
            }
            Self::Ledger(
                LedgerError::InsufficientFunds { balance, .. } | LedgerError::OverdraftLimit { balance, .. },
            ) => Some(overdraft_hint(balance)),
            Self::SignedPeriod(period) => Some(period.way_out()),
            Self::Conflict { code: "SAME_FILE", .. } => Some(SAME_FILE_HINT.to_owned()),
            Self::Conflict { code: "LATE_LINES", .. } => Some(LATE_LINES_HINT.to_owned()),
            _ => None,
        }
    }

    /// What happened, whether anything was written, what to do next.
    pub fn sentence(&self) -> String {
        match self {
            Self::Ledger(error) => ledger_sentence(error),
            Self::Store(error) => store_sentence(error),
            Self::NotFound { kind, id } => format!("There is no {kind} {id} in this book. Nothing was changed."),
            Self::DuplicateReference { reference, what, differs, .. } if differs.is_empty() => {
                format!("{reference} is already used by {what}. Nothing was posted.")
            }
            Self::DuplicateReference { reference, what, differs, .. } => {
                let differs = words::list(differs);
                format!("{reference} is already used by {what}. This one differs in {differs}. Nothing was posted.")
            }
            Self::UnknownIndicator { name, currency, .. } => {
                format!("No balance is called {name} in {currency}. Nothing was posted.")
            }
            Self::Invalid { fields } => fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" "),
            Self::Filter(wrong) => crate::filters::sentence(wrong),
            Self::SignedPeriod(period) => format!("{} Nothing was posted.", period.sentence()),
            Self::Conflict { message, .. } => message.clone(),
            Self::Batch { items, count, refused } => {
                let first = refused.first().map(Refused::sentence).unwrap_or_default();
                format!("{count} of {items} postings are refused, so none was posted. First, {first}")
            }
            Self::File { path, reason } => format!("{path}: {reason}."),
            Self::Cancelled => "Cancelled. Nothing was changed.".into(),
        }
    }
}

/// How to import a file again under another reading.
const SAME_FILE_HINT: &str = "Undo the earlier import first, in the window under Reconcile. If the lines are to be added all the same: the check mark in the last step of the window, or “--again” on the command line.";

/// How to import lines into days that were imported before.
const LATE_LINES_HINT: &str = "Look at them under Duplicates in the window, or with “--dry-run” on the command line. They are new, or they are stored already: say so in the last step of the window, or with “--late”, “--same” or “--all-same” on the command line.";

/// How to book it all the same, by the name of the option in either front end.
fn overdraft_hint(balance: &str) -> String {
    format!(
        "Equity, income and debts usually stand below zero. In the window: “May go below zero” of {balance}, or “Allow an overdraft” under More for one entry. On the command line: “balance change --below-zero yes”, or “--allow-overdraft” for one entry."
    )
}

fn ledger_code(error: &LedgerError) -> &'static str {
    match error {
        LedgerError::AmountNotPositive => "AMOUNT_NOT_POSITIVE",
        LedgerError::SelfTransfer => "SELF_TRANSFER",
        LedgerError::CurrencyMismatch { .. } => "CURRENCY_MISMATCH",
        LedgerError::InsufficientFunds { .. } => "TXN_INSUFFICIENT_FUNDS",
        LedgerError::OverdraftLimit { .. } => "TXN_OVERDRAFT_LIMIT",
        LedgerError::NotInflight => "NOT_INFLIGHT",
        LedgerError::AlreadyVoided => "TXN_ALREADY_VOIDED",
        LedgerError::AlreadyCommitted => "TXN_ALREADY_COMMITTED",
        LedgerError::InvalidAmount { .. } => "INVALID_AMOUNT",
        LedgerError::HeldMissing { .. } => "BOOK_DAMAGED",
    }
}

fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::DuplicateReference => "TXN_DUPLICATE_REFERENCE",
        StoreError::Duplicate(_) => "DUPLICATE",
        StoreError::Stale(_) => "CHANGED_ELSEWHERE",
        StoreError::Signed => "STATEMENT_SIGNED",
        StoreError::ReadOnly(_) => "BOOK_READ_ONLY",
        StoreError::DiskFull => "DISK_FULL",
        StoreError::DiskFailed(_) => "DISK_FAILED",
        StoreError::Unknown(_) => "OUTCOME_UNKNOWN",
        StoreError::NotHere(_) => "NOT_HERE",
        StoreError::UnknownField(_) => "UNKNOWN_FIELD",
        StoreError::Damaged { .. } => "BOOK_DAMAGED",
        StoreError::Database(_) => "DATABASE",
    }
}

fn ledger_sentence(error: &LedgerError) -> String {
    match error {
        LedgerError::AmountNotPositive => {
            "The amount must be above zero. Direction is given by from and to. Nothing was posted.".into()
        }
        LedgerError::SelfTransfer => "From and to are the same balance. Nothing was posted.".into(),
        LedgerError::CurrencyMismatch { balance, kept, given } if kept.code() == given.code() => {
            format!(
                "{balance} keeps {kept} with {} decimals, not {}. Nothing was posted.",
                kept.exponent(),
                given.exponent()
            )
        }
        LedgerError::CurrencyMismatch { balance, kept, given } => {
            format!("{balance} is kept in {kept}. {given} cannot be booked there. Nothing was posted.")
        }
        LedgerError::InsufficientFunds { balance, available, needed, currency } => format!(
            "{balance} has {} available. This needs {}. Nothing was posted.",
            words::money(available, currency),
            words::amount(needed, currency.exponent())
        ),
        LedgerError::OverdraftLimit { balance, available, needed, limit, currency } => format!(
            "{balance} has {} available and may go down to {}. This needs {}. Nothing was posted.",
            words::money(available, currency),
            words::amount(&-limit, currency.exponent()),
            words::amount(needed, currency.exponent())
        ),
        LedgerError::NotInflight => "This entry is not a hold. Nothing was posted.".into(),
        LedgerError::AlreadyVoided => "This hold was voided. Nothing was posted.".into(),
        LedgerError::AlreadyCommitted => "This hold is already committed in full. Nothing was posted.".into(),
        LedgerError::InvalidAmount { remaining, given } if given.is_positive() => {
            // The exponent is not known here; callers that know the currency say it with amounts.
            format!("Only {remaining} minor units are still held. You entered {given}. Nothing was posted.")
        }
        LedgerError::InvalidAmount { .. } => "The part must be above zero. Nothing was posted.".into(),
        LedgerError::HeldMissing { balance } => {
            format!(
                "The held amounts of {balance} do not cover this hold: the book is damaged. Nothing was posted. Check the book."
            )
        }
    }
}

fn store_sentence(error: &StoreError) -> String {
    match error {
        StoreError::DuplicateReference => "This reference is already used. Nothing was posted.".into(),
        StoreError::Duplicate(what) => format!("This {what} exists already. Nothing was changed."),
        StoreError::Stale(what) => {
            format!("This {what} was changed by somebody else. Nothing was changed. Look at it again.")
        }
        StoreError::Signed => "The statement is signed off. Reopen it to change its matches.".into(),
        StoreError::ReadOnly(reason) => reason.clone(),
        StoreError::DiskFull => "The disk is full. Nothing was changed. Make room and try again.".into(),
        StoreError::DiskFailed(_) => {
            "The file of this book could not be read or written. Nothing was changed. Look whether its disk is full, limited, gone or failing, and try again."
                .into()
        }
        StoreError::Unknown(_) => {
            "Whether this was written is not known: the database went away while it was being made durable. Look whether it is there. A posting can be sent again under the same reference, and is booked once."
                .into()
        }
        StoreError::NotHere(why) => (*why).to_owned(),
        StoreError::UnknownField(field) => format!("This list cannot be filtered or sorted by {field}."),
        StoreError::Damaged { .. } => {
            "The book holds a value that cannot be right. Nothing was changed. Check the book, or restore a backup."
                .into()
        }
        StoreError::Database(_) => "The book did not answer as it should. Nothing was changed.".into(),
    }
}

/// `a hold of 1,284,000 JPY, entered 16 Nov by Tomás Reilly`.
pub(crate) fn describe_use(
    kind: &str,
    amount: &Amount,
    currency: &Currency,
    entered: Date,
    today: Date,
    actor: &str,
) -> String {
    format!("a {kind} of {}, entered {} by {actor}", words::money(amount, currency), words::day(entered, today))
}
