//! What is asked of the engine, and what it answers.

use engine::api::bulk::{BulkRequest, EntryRequest};
use engine::api::transactions::{BatchOutcome, CommitItem, PostRequest, VoidRequest};
use engine::{Engine, EngineError};

use super::model::Step;

#[derive(Debug, Clone)]
pub enum Request {
    Post(PostRequest),
    Commit(CommitItem),
    Void(VoidRequest),
    Entry(EntryRequest),
    Bulk(BulkRequest),
}

/// A request with what it comes to, one answer for each step.
#[derive(Debug, Clone)]
pub struct Asked {
    pub request: Request,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done {
        existing: bool,
        /// Reference of a decision on a hold.
        booked: Option<String>,
    },
    /// A rule said no.
    Refused(String),
    /// The database failed.
    Failed(String),
}

const DONE: Answer = Answer::Done { existing: false, booked: None };

impl Answer {
    pub fn of_code(code: &str) -> Self {
        match code {
            "DATABASE" | "DISK_FULL" | "DISK_FAILED" | "OUTCOME_UNKNOWN" | "BOOK_READ_ONLY" | "BOOK_DAMAGED"
            | "CHANGED_ELSEWHERE" | "DUPLICATE" => Self::Failed(code.to_owned()),
            rule => Self::Refused(rule.to_owned()),
        }
    }

    pub fn is_new(&self) -> bool {
        matches!(self, Self::Done { existing: false, .. })
    }
}

fn of_error(error: &EngineError) -> Answer {
    Answer::of_code(error.code())
}

fn of_posting(existing: Result<bool, EngineError>) -> Answer {
    existing.map_or_else(|error| of_error(&error), |existing| Answer::Done { existing, booked: None })
}

fn of_decision(outcome: Result<BatchOutcome, EngineError>) -> Answer {
    match outcome.map(|mut outcome| outcome.rows.remove(0)) {
        Ok(row) => match row.code {
            None => Answer::Done { existing: row.existing, booked: row.booked },
            Some(code) => Answer::of_code(&code),
        },
        Err(error) => of_error(&error),
    }
}

/// Asks, and answers for each step.
pub async fn ask(engine: &Engine, asked: &Asked) -> Vec<Answer> {
    match asked.request.clone() {
        Request::Post(request) => vec![of_posting(engine.post(request).await.map(|detail| detail.existing))],
        Request::Commit(item) => vec![of_decision(engine.holds_commit(vec![item]).await)],
        Request::Void(request) => vec![of_decision(engine.holds_void(request).await)],
        Request::Entry(request) => vec![of_posting(engine.entry_post(request).await.map(|entry| entry.existing))],
        Request::Bulk(request) => match engine.bulk_post(request.clone()).await {
            Ok(outcome) if request.atomic => vec![of_posting(Ok(outcome.posted == 0))],
            Ok(outcome) => outcome
                .rows
                .into_iter()
                .map(|row| match row.code {
                    None => Answer::Done { existing: row.existing, booked: None },
                    Some(code) => Answer::of_code(&code),
                })
                .collect(),
            Err(error) => vec![of_error(&error); asked.steps.len()],
        },
    }
}

/// What became of one that was due, by the word of its state.
pub fn of_state(state: &str) -> Answer {
    match state {
        "posted" => DONE,
        "rejected" => Answer::Refused("rejected".into()),
        other => Answer::Failed(other.to_owned()),
    }
}

pub fn done() -> Answer {
    DONE
}
