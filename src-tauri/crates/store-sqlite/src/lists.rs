//! Lists of the grid that were read before: their length, and in what order their rows stand.
//!
//! The journal only grows and every change of a hold adds a row to it, so a list stands as long as the newest journal
//! row is the same and nothing was committed here in between (a balance may have been renamed).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Lists kept: enough for the panels of a window and the way back from a filter.
const KEPT: usize = 16;
/// Keys kept over all lists: 8 bytes each.
const KEYS_KEPT: usize = 2_000_000;

/// Tells the lists that something was committed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writes(Arc<AtomicU64>);

impl Writes {
    pub(crate) fn happened(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The state of the book that a list was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) writes: u64,
    pub(crate) newest_key: i64,
}

/// What is known of a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) total: Option<i64>,
    /// Every key in the order of the list.
    pub(crate) keys: Option<Arc<Vec<i64>>>,
    /// The rows of each day, newest first.
    pub(crate) days: Option<Arc<Vec<Day>>>,
}

impl Known {
    /// Only the length is known.
    pub(crate) fn length(total: i64) -> Self {
        Self { total: Some(total), ..Self::default() }
    }
}

/// How many rows of a list count for a day.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) day: String,
    pub(crate) rows: i64,
}

#[derive(Debug)]
struct Kept {
    name: String,
    state: State,
    known: Known,
}

/// The lists kept, latest use last.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    writes: Writes,
    kept: Mutex<VecDeque<Kept>>,
}

impl Lists {
    pub(crate) fn writes(&self) -> Writes {
        self.writes.clone()
    }

    /// Take this before the first read that goes into a list: what is committed later then makes the list stale.
    pub(crate) fn writes_so_far(&self) -> u64 {
        self.writes.0.load(Ordering::SeqCst)
    }

    /// What is known of the list `name` in this state of the book.
    pub(crate) fn get(&self, name: &str, state: State) -> Known {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| list.state == state);
        let Some(at) = kept.iter().position(|list| list.name == name) else { return Known::default() };
        let Some(list) = kept.remove(at) else { return Known::default() };
        let known = list.known.clone();
        kept.push_back(list);
        known
    }

    /// Keeps a list; the ones not used for longest make room.
    pub(crate) fn put(&self, name: &str, state: State, known: Known) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| list.name != name);
        kept.push_back(Kept { name: name.to_owned(), state, known });
        let keys = |kept: &VecDeque<Kept>| -> usize {
            kept.iter().map(|list| list.known.keys.as_ref().map_or(0, |keys| keys.len())).sum()
        };
        while kept.len() > 1 && (kept.len() > KEPT || keys(&kept) > KEYS_KEPT) {
            kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(total: i64, keys: usize) -> Known {
        Known { keys: (keys > 0).then(|| Arc::new(vec![1; keys])), ..Known::length(total) }
    }

    #[test]
    fn a_list_is_forgotten_when_the_book_has_changed() {
        let lists = Lists::default();
        let state = State { writes: lists.writes_so_far(), newest_key: 5 };
        lists.put("all", state, known(3, 0));
        assert_eq!(lists.get("all", state).total, Some(3));
        lists.writes().happened();
        let later = State { writes: lists.writes_so_far(), newest_key: 5 };
        assert_eq!(lists.get("all", later).total, None);
        lists.put("all", later, known(4, 0));
        assert_eq!(lists.get("all", State { newest_key: 6, ..later }).total, None);
    }

    #[test]
    fn the_list_not_used_for_longest_makes_room() {
        let lists = Lists::default();
        let state = State { writes: 0, newest_key: 1 };
        lists.put("a", state, known(1, KEYS_KEPT / 2));
        lists.put("b", state, known(2, KEYS_KEPT / 2));
        let _ = lists.get("a", state);
        lists.put("c", state, known(3, 10));
        assert_eq!(lists.get("b", state).total, None);
        assert_eq!((lists.get("a", state).total, lists.get("c", state).total), (Some(1), Some(3)));
    }
}
