//! Taking back, and doing again, anything that was done on the desk.
//!
//! An action keeps what it changed as a list of effects. Undo reverses them in reverse order, redo applies them again.
//! Neither ever touches the journal: an entry that was posted for a match stays posted and becomes unmatched.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::recon::{ActionRecord, StatementRecord};
use store::{StoreError, Unit};

use super::actions::{desk_event, done};
use super::reverse::UNMATCH_REVERSE;
use crate::api::desk::{DeskAction, DeskDone};
use crate::recon::{load_statement, must_be_open};
use crate::{Engine, EngineError, EngineResult, Stamp};

/// One change that an action made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub(super) enum Effect {
    Matched { key: i64, lines: Vec<i64>, entries: Vec<i64> },
    Unmatched { key: i64, lines: Vec<i64>, entries: Vec<i64> },
    Rejected { line: i64, entry: i64 },
    Outstanding { entry: i64 },
    NotOutstanding { entry: i64 },
}

impl Effect {
    async fn apply(
        &self,
        unit: &mut dyn Unit,
        statement: &StatementRecord,
        stamp: &Stamp,
        again: bool,
    ) -> EngineResult<()> {
        // Undoing one is doing the other.
        match (self, again) {
            (Self::Matched { key, lines, entries }, true) | (Self::Unmatched { key, lines, entries }, false) => {
                unit.restore_match(*key, statement.balance_key, lines, entries).await?;
            }
            (Self::Matched { key, .. }, false) | (Self::Unmatched { key, .. }, true) => {
                let record = unit.load_match(*key).await?.ok_or(StoreError::Stale("match"))?;
                if record.undone_at.is_some() {
                    return Err(EngineError::Conflict {
                        code: "DESK_CHANGED_SINCE",
                        message: "This match was taken apart since. Nothing was changed. Undo the later action first."
                            .into(),
                    });
                }
                unit.undo_matches(&[*key], stamp.at).await?;
            }
            (Self::Rejected { line, entry }, true) => {
                unit.put_rejected(*line, *entry, stamp.at, &stamp.actor).await?;
            }
            (Self::Rejected { line, entry }, false) => {
                unit.delete_rejected(*line, *entry).await?;
            }
            (Self::Outstanding { entry }, true) | (Self::NotOutstanding { entry }, false) => {
                unit.put_outstanding(statement.key, statement.balance_key, &[*entry], stamp.at, &stamp.actor).await?;
            }
            (Self::Outstanding { entry }, false) | (Self::NotOutstanding { entry }, true) => {
                carried_here(unit, statement, *entry).await?;
                unit.delete_outstanding(statement.balance_key, &[*entry]).await?;
            }
        }
        Ok(())
    }
}

/// Refuses to take an entry from the list of another statement: it was left outstanding there since.
async fn carried_here(unit: &mut dyn Unit, statement: &StatementRecord, entry: i64) -> EngineResult<()> {
    let found = unit.load_entries_by_key(statement.balance_key, &[entry]).await?.pop();
    if found.as_ref().and_then(|entry| entry.outstanding_on) == Some(statement.key) {
        return Ok(());
    }
    let name = found.map_or_else(|| "This entry".to_owned(), |entry| entry.reference);
    Err(EngineError::Conflict {
        code: "DESK_CHANGED_SINCE",
        message: format!(
            "{name} is not outstanding on {} any more. Nothing was changed. Undo the later action first.",
            statement.name
        ),
    })
}

/// A later action took what this one needs.
fn in_words(error: EngineError) -> EngineError {
    match error {
        EngineError::Store(StoreError::Duplicate(_)) => EngineError::Conflict {
            code: "DESK_CHANGED_SINCE",
            message: "A line or an entry of it is in another match or listed otherwise by now. Nothing was changed. Undo the later action first.".into(),
        },
        other => other,
    }
}

/// The reference of the entry that was posted for a match which is taken back.
async fn left_posted(
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    effects: &[Effect],
) -> EngineResult<Option<String>> {
    for effect in effects {
        let Effect::Matched { key, .. } = effect else { continue };
        let Some(posted) = unit.load_match(*key).await?.and_then(|record| record.posted_key) else { continue };
        let entry = unit.load_entries_by_key(statement.balance_key, &[posted]).await?.pop();
        return Ok(entry.map(|entry| entry.reference));
    }
    Ok(None)
}

/// What an action changed.
fn effects(action: &ActionRecord) -> Vec<Effect> {
    serde_json::from_value(action.undo.clone()).unwrap_or_default()
}

/// The entry that reverses another and was posted with an action that was taken back since: the two are apart, and both
/// stay in the journal. `actions` are those of the statement, newest first.
pub(super) fn reversal_of(actions: &[ActionRecord], entry: i64) -> Option<i64> {
    let reversing = actions.iter().filter(|action| action.kind == UNMATCH_REVERSE && action.undone_at.is_some());
    reversing.flat_map(effects).find_map(|effect| match effect {
        Effect::Matched { lines, entries, .. } if lines.is_empty() && entries.contains(&entry) => {
            entries.into_iter().find(|other| *other != entry)
        }
        _ => None,
    })
}

/// Lines that a run did not look at: they were in a match when it began and left it since.
pub(super) fn not_seen(actions: &[ActionRecord], began: Timestamp) -> HashSet<i64> {
    // A match that was made later was of lines that the run had seen open.
    let later: HashSet<i64> = actions
        .iter()
        .filter(|action| action.at >= began)
        .flat_map(effects)
        .filter_map(|effect| if let Effect::Matched { key, .. } = effect { Some(key) } else { None })
        .collect();
    let mut lines = HashSet::new();
    for action in actions {
        let done = action.at >= began;
        let undone = action.undone_at.is_some_and(|at| at >= began);
        if !done && !undone {
            continue;
        }
        for effect in effects(action) {
            match effect {
                Effect::Unmatched { key, lines: freed, .. } if done && !later.contains(&key) => lines.extend(freed),
                Effect::Matched { lines: freed, .. } if undone && !done => lines.extend(freed),
                _ => {}
            }
        }
    }
    lines
}

/// Actions that undo and redo without a choice would take: the newest that stands; of those taken back after it, the one
/// taken back last.
pub(super) fn ends(newest_first: &[ActionRecord]) -> (Option<String>, Option<String>) {
    // What only posted has nothing to take back, and does not stand in the way of what came before it.
    let acts = || newest_first.iter().filter(|action| action.undo != serde_json::json!([]));
    let standing = acts().find(|action| action.undone_at.is_none()).map(|action| action.key);
    // Of equal times the last, which is the oldest action: undo goes from the newest to the oldest.
    let taken_back = acts().take_while(|action| action.undone_at.is_some());
    let again = taken_back.max_by_key(|action| action.undone_at).map(|action| action.key);
    (standing.map(|key| key.to_string()), again.map(|key| key.to_string()))
}

impl Engine {
    /// Everything that was done on a statement, newest first.
    pub async fn desk_log(&self, statement_id: &str) -> EngineResult<Vec<DeskAction>> {
        let statement = self.statement_record(statement_id).await?;
        let open = must_be_open(&statement).is_ok();
        let actions = self.store.actions(statement.key).await?;
        Ok(actions
            .into_iter()
            .map(|action| DeskAction {
                id: action.key.to_string(),
                at: action.at.to_string(),
                actor: action.actor,
                can_undo: open && action.undone_at.is_none() && action.undo != serde_json::json!([]),
                can_redo: open && action.undone_at.is_some(),
                kind: action.kind,
                text: action.summary,
                undone_at: action.undone_at.map(|at| at.to_string()),
                undone_by: action.undone_by,
            })
            .collect())
    }

    /// Takes an action back, by default the newest that stands.
    ///
    /// # Errors
    /// `DESK_CHANGED_SINCE` when a later action uses what this one changed; `NOTHING_TO_UNDO`.
    pub async fn desk_undo(&self, statement_id: &str, action_id: Option<String>) -> EngineResult<DeskDone> {
        self.turn_back(statement_id, action_id, false).await
    }

    /// Does an action again that was taken back, by default the one that was taken back last.
    pub async fn desk_redo(&self, statement_id: &str, action_id: Option<String>) -> EngineResult<DeskDone> {
        self.turn_back(statement_id, action_id, true).await
    }

    async fn turn_back(&self, statement_id: &str, action_id: Option<String>, again: bool) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let statement = load_statement(unit.as_mut(), statement_id).await?;
        must_be_open(&statement)?;
        let key = match action_id {
            Some(id) => Some(id),
            None => {
                let (undo, redo) = ends(&self.store.actions(statement.key).await?);
                if again { redo } else { undo }
            }
        };
        let nothing = || EngineError::Conflict {
            code: "NOTHING_TO_UNDO",
            message: if again { "There is nothing to do again.".into() } else { "There is nothing to undo.".into() },
        };
        let key: i64 = key.and_then(|id| id.parse().ok()).ok_or_else(nothing)?;
        let action =
            unit.load_action(key).await?.filter(|action| action.statement_key == statement.key).ok_or_else(nothing)?;
        let mut effects: Vec<Effect> = serde_json::from_value(action.undo.clone())
            .map_err(|error| EngineError::Store(StoreError::damaged("desk action", error)))?;
        if action.undone_at.is_some() != again || effects.is_empty() {
            return Err(nothing());
        }
        if !again {
            effects.reverse();
        }
        for effect in &effects {
            effect.apply(unit.as_mut(), &statement, &stamp, again).await.map_err(in_words)?;
        }
        unit.mark_action(key, (!again).then_some((stamp.at, stamp.actor.as_str()))).await?;
        let mut text = format!("{} “{}”", if again { "Did again" } else { "Undid" }, action.summary);
        if !again && let Some(standing) = left_posted(unit.as_mut(), &statement, &effects).await? {
            text = format!("{text}. {standing} stays posted, in no match");
        }
        unit.record_event(&desk_event(&stamp, &statement, if again { "redo" } else { "undo" }, &text)).await?;
        let result = done(unit.as_mut(), &statement, key, text).await?;
        unit.commit().await?;
        self.desk_changed();
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An action, taken back in this second if at all.
    fn action(key: i64, undone: Option<i64>) -> ActionRecord {
        ActionRecord {
            key,
            statement_key: 1,
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: "Orla Keane".into(),
            kind: "match".into(),
            summary: String::new(),
            undo: serde_json::json!([{}]),
            undone_at: undone.map(|second| jiff::Timestamp::from_second(second).unwrap()),
            undone_by: None,
        }
    }

    fn redo(newest_first: &[ActionRecord]) -> Option<String> {
        ends(newest_first).1
    }

    #[test]
    fn redo_takes_what_was_taken_back_last() {
        // One was taken back before the other was done: it stays taken back.
        assert_eq!(redo(&[action(2, Some(20)), action(1, Some(10))]), Some("2".into()));
        // The newest was taken back first: both come again in the order they were done in.
        assert_eq!(redo(&[action(2, Some(10)), action(1, Some(20))]), Some("1".into()));
        assert_eq!(redo(&[action(2, Some(10)), action(1, Some(10))]), Some("1".into()));
        assert_eq!(redo(&[action(2, Some(10)), action(1, None)]), Some("2".into()));
        assert_eq!(redo(&[action(2, None), action(1, Some(10))]), None);
    }
}
