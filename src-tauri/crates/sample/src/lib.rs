//! The sample book: a made-up company over three months, built through the engine like any other book.
//!
//! [`write_sample`] makes the book and two bank statements that are not reconciled yet, as files a user imports.
//! The same `today` gives the same company and the same files; only ids differ.
//!
//! * `company`: the chart. `model`: what happens, and what the bank sees of it. `calendar`, `rng`: days and chance.
//! * `story` and its parts: the plan of three months. `special`: the lines of the open statements that need a person.
//! * `play`: the plan, played through the engine day by day. `reconcile`: earlier months, imported, matched and signed.
//! * `files`: statements as a bank writes them.

#![forbid(unsafe_code)]
// Amounts are minor units, written so that the whole units can be read: 2_480_00 is 2,480.00.
#![allow(clippy::inconsistent_digit_grouping, clippy::zero_prefixed_literal)]

mod calendar;
mod company;
mod files;
mod fresh;
mod holds;
mod model;
mod play;
mod reconcile;
mod rng;
mod special;
mod story;

use std::path::{Path, PathBuf};

use engine::EngineError;
use jiff::civil::Date;

/// File name of the sample book.
pub const BOOK_FILE: &str = "Brackwater Instruments.tieout";

pub use fresh::keep_fresh;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFiles {
    pub book: PathBuf,
    /// Statements that are not imported yet, the one of the main account first.
    pub statements: Vec<PathBuf>,
}

/// Why the sample could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The book file could not be made.
    #[error(transparent)]
    Open(#[from] store::error::OpenError),
    /// The engine refused a step.
    #[error("{step}: {}", error.sentence())]
    Engine { step: String, error: Box<EngineError> },
    /// A statement file could not be written.
    #[error("{path} could not be written: {reason}.")]
    File { path: String, reason: String },
    /// `today` lies at the edge of the calendar.
    #[error("the sample cannot be made for {0}")]
    Calendar(Date),
}

impl SampleError {
    fn engine(step: &str, error: EngineError) -> Self {
        Self::Engine { step: step.to_owned(), error: Box::new(error) }
    }
}

/// Makes the sample book at `book`, ending on `today`, and its statement files in `statements_dir`.
///
/// Instants are those of the machine's time zone, so that “expires today” means the user's today.
///
/// # Errors
/// [`SampleError`]; a book that exists is never touched, and a half-made one is taken away again.
pub async fn write_sample(book: &Path, statements_dir: &Path, today: Date) -> Result<SampleFiles, SampleError> {
    let plan = story::plan(today).ok_or(SampleError::Calendar(today))?;
    let made = play::play(book, &plan, jiff::Timestamp::now()).await;
    if let Err(error) = made {
        if !matches!(error, SampleError::Open(_)) {
            engine::files::remove_database(book);
        }
        return Err(error);
    }
    let statements = files::write_open(&plan, statements_dir)?;
    Ok(SampleFiles { book: book.to_owned(), statements })
}
