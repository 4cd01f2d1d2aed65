//! Events and jobs.

use super::value::At;
use super::{Fields, word_of, words_of};
use crate::scheduled::{ScheduledRecord, ScheduledState};
use crate::system::{Event, JobKind, JobRecord, JobState};
use crate::{StoreError, StoreResult};

const KINDS: &[(JobKind, &str)] = &[
    (JobKind::Import, "import"),
    (JobKind::Reconcile, "reconcile"),
    (JobKind::Export, "export"),
    (JobKind::Check, "check"),
];
const STATES: &[(JobState, &str)] = &[
    (JobState::Running, "running"),
    (JobState::Interrupted, "interrupted"),
    (JobState::Cancelled, "cancelled"),
    (JobState::Failed, "failed"),
    (JobState::Done, "done"),
];

fn meaning<T: Copy>(words: &[(T, &'static str)], text: &str) -> StoreResult<T> {
    words_of(words, text).ok_or_else(|| StoreError::damaged("job", text))
}

/// The stored word of a kind of job.
pub fn job_kind_word(kind: JobKind) -> &'static str {
    word_of(KINDS, kind)
}

/// The stored word of a state of a job.
pub fn job_state_word(state: JobState) -> &'static str {
    word_of(STATES, state)
}

/// A scheduled posting with the id of the row that it became (`txn_id`).
pub fn scheduled(row: &impl Fields) -> StoreResult<ScheduledRecord> {
    let at = At { place: "scheduled posting", row };
    let reason = row.text("reason")?.unwrap_or_default();
    let state = match row.word("state")?.as_str() {
        "waiting" => ScheduledState::Waiting,
        "posted" => ScheduledState::Posted(row.word("txn_id")?),
        "rejected" => ScheduledState::Rejected(reason),
        "cancelled" => ScheduledState::Cancelled(reason),
        other => return Err(StoreError::damaged("scheduled posting", other)),
    };
    Ok(ScheduledRecord {
        id: row.word("id")?,
        state,
        due_at: at.time("due_at")?,
        reference: row.word("reference")?,
        request: at.json("request")?,
        accepted_at: at.time("accepted_at")?,
        accepted_by: row.word("accepted_by")?,
        finished_at: at.opt_time("finished_at")?,
    })
}

/// A job.
pub fn job(row: &impl Fields) -> StoreResult<JobRecord> {
    let at = At { place: "job", row };
    Ok(JobRecord {
        id: row.word("id")?,
        kind: meaning(KINDS, &row.word("kind")?)?,
        title: row.word("title")?,
        state: meaning(STATES, &row.word("state")?)?,
        params: at.json("params")?,
        phase: row.word("phase")?,
        done: row.count("done")?,
        total: row.count("total")?,
        result: at.opt_json("result")?,
        error: row.text("error")?,
        actor: row.word("actor")?,
        started_at: at.time("started_at")?,
        finished_at: at.opt_time("finished_at")?,
    })
}

/// Something that happened.
pub fn event(row: &impl Fields) -> StoreResult<Event> {
    let at = At { place: "event", row };
    Ok(Event {
        at: at.time("at")?,
        actor: row.word("actor")?,
        kind: row.word("kind")?,
        object_id: row.word("object_id")?,
        payload: at.json("payload")?,
    })
}
