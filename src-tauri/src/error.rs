//! Errors as the window gets them.

use engine::api::page::ErrorBody;
use engine::{CreateError, EngineError};
use serde::Serialize;
use store::error::OpenError;

/// Result of a command.
pub(crate) type Answer<T> = Result<T, Refusal>;

/// A refusal: code, sentence, fields.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Refusal(pub ErrorBody);

impl Refusal {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self(ErrorBody {
            code: code.into(),
            message: message.into(),
            detail: None,
            fields: Vec::new(),
            object_id: None,
        })
    }
}

impl From<EngineError> for Refusal {
    /// Whatever the window is refused is in the log, by its code: the report that people copy tells it.
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::Store(_) => tracing::error!(code = error.code(), "a command of the window failed"),
            _ => tracing::info!(code = error.code(), "a command of the window was refused"),
        }
        Self(error.body())
    }
}

impl From<CreateError> for Refusal {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Open(error) => error.into(),
            CreateError::Engine(error) => error.into(),
        }
    }
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Self {
        tracing::warn!(code = error.code(), "a book was not opened");
        Self::new(error.code(), error.to_string())
    }
}
