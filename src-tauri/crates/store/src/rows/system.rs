//! Events and jobs.

use super::Fields;
use super::value::At;
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

fn word<T: PartialEq + Copy>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

fn meaning<T: Copy>(words: &[(T, &'static str)], text: &str) -> StoreResult<T> {
    let found = words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value);
    found.ok_or_else(|| StoreError::damaged("job", text))
}

/// The stored word of a kind of job.
pub fn job_kind_word(kind: JobKind) -> &'static str {
    word(KINDS, kind)
}

/// The stored word of a state of a job.
pub fn job_state_word(state: JobState) -> &'static str {
    word(STATES, state)
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
