//! The history of a book: its events as the chain seals them.

use ledger::{Head, Link, Sealed};

use crate::ledger::StoredTransaction;
use crate::page::{window, words};
use crate::system::Event;
use crate::{Page, Query, StoreResult, rows::value};

/// An event with its place in the chain, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    pub sequence: u64,
    /// Microseconds since the epoch.
    pub at: i64,
    pub actor: String,
    pub kind: String,
    pub object_id: String,
    /// JSON, letter by letter as it was sealed.
    pub payload: String,
    pub link: Link,
}

impl SealedEvent {
    /// What its link covers.
    pub fn sealed(&self) -> Sealed<'_> {
        Sealed {
            sequence: self.sequence,
            at: self.at,
            actor: &self.actor,
            kind: &self.kind,
            object_id: &self.object_id,
            payload: &self.payload,
        }
    }

    /// The event itself.
    ///
    /// # Errors
    /// [`crate::StoreError::Damaged`] if its time or payload cannot be read.
    pub fn event(&self) -> StoreResult<Event> {
        Ok(Event {
            at: value::time("event", self.at)?,
            actor: self.actor.clone(),
            kind: self.kind.clone(),
            object_id: self.object_id.clone(),
            payload: value::json("event", &self.payload)?,
        })
    }
}

/// How much there is of history and journal, as of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryState {
    pub head: Head,
    /// Events, sealed or not.
    pub events: u64,
    /// Rows of the journal: each was written by one event.
    pub journal_rows: u64,
}

/// The head once `event` is added behind `last`, with its payload as it is stored.
pub fn sealed(last: &Head, event: &Event, payload: &str) -> Head {
    last.then(&Sealed {
        sequence: last.sequence + 1,
        at: value::micros(event.at),
        actor: &event.actor,
        kind: &event.kind,
        object_id: &event.object_id,
        payload,
    })
}

/// The numbers on a page of the whole history, which has no gaps: the lowest, the highest, and whether the newest comes
/// first. Nothing where the list is narrowed, or sorted by something else.
pub fn span(query: &Query, last: u64) -> Option<(u64, u64, bool)> {
    let newest_first = match query.sort.as_slice() {
        [] => true,
        [only] if only.field == "number" => only.descending,
        _ => return None,
    };
    if !query.conditions.is_empty() || words(query).is_some() {
        return None;
    }
    let (limit, offset) = window(query);
    let (rows, before) = (value::count(limit), value::count(offset));
    if newest_first {
        let highest = last.saturating_sub(before);
        Some(((highest + 1).saturating_sub(rows).max(1), highest, true))
    } else {
        Some((before + 1, before.saturating_add(rows).min(last), false))
    }
}

/// Reads of the history.
#[async_trait::async_trait]
pub trait HistoryReads {
    async fn history_state(&self) -> StoreResult<HistoryState>;
    /// Sealed events behind `sequence`, in their order.
    async fn history_after(&self, sequence: u64, limit: u32) -> StoreResult<Vec<SealedEvent>>;
    /// A page of the history. Fields: `number`, `at` (microseconds), `actor`, `kind`, `object`. Newest first.
    async fn history(&self, query: &Query) -> StoreResult<Page<SealedEvent>>;
    /// Journal rows by their ids, in any order; ids without a row are left out.
    async fn journal_by_id(&self, ids: &[String]) -> StoreResult<Vec<StoredTransaction>>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sort;

    #[test]
    fn a_page_of_the_whole_history_is_a_span_of_numbers() {
        let page = |offset, limit| Query { offset, limit, ..Query::default() };
        assert_eq!(span(&page(0, 100), 250), Some((151, 250, true)));
        assert_eq!(span(&page(200, 100), 250), Some((1, 50, true)));
        assert_eq!(span(&page(300, 100), 250), Some((1, 0, true)), "behind the end there is nothing");
        assert_eq!(span(&page(0, 100), 0), Some((1, 0, true)));
        let sort = vec![Sort { field: "number".into(), descending: false }];
        assert_eq!(span(&Query { sort, ..page(200, 100) }, 250), Some((201, 250, false)));
        assert_eq!(span(&Query { text: Some("Ada".into()), ..page(0, 100) }, 250), None);
        assert_eq!(span(&Query { text: Some("  ".into()), ..page(0, 100) }, 250), Some((151, 250, true)));
    }
}
