//! Lists of the grid that were read before: their length, and in what order their rows stand.
//!
//! The journal only grows. A list that follows from its rows alone stands for good: what was booked since is added to
//! it. One that also looks at holds or names stands until something is committed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Lists kept: enough for the panels of a window and the way back from a filter.
const KEPT: usize = 16;
/// Keys kept over all lists: 8 bytes each.
const KEYS_KEPT: usize = 2_000_000;

/// Tells the lists that something was committed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writes {
    count: Arc<AtomicU64>,
    kept: Arc<Mutex<VecDeque<Kept>>>,
}

impl Writes {
    pub(crate) fn happened(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    /// Lists that were found by words are found by others now.
    pub(crate) fn forget_lists(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The state of the book that a list was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) writes: u64,
    pub(crate) newest_key: i64,
}

/// What a list follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rests {
    /// Journal rows alone, which nobody can change.
    OnJournal,
    /// Holds or names of balances as well.
    OnWhatChanges,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

impl Lists {
    pub(crate) fn writes(&self) -> Writes {
        self.writes.clone()
    }

    /// Take this before the first read that goes into a list: what is committed later is then added to it, or makes a
    /// list that rests on what changes stale.
    pub(crate) fn writes_so_far(&self) -> u64 {
        self.writes.count.load(Ordering::SeqCst)
    }

    /// What is known of the list `name`, and the newest journal row that it knows of. Rows booked after that one, up to
    /// the newest of `state`, are for the caller to add; a list that does not stand any more is forgotten.
    pub(crate) fn get(&self, name: &str, state: State, rests: Rests) -> Option<(Known, i64)> {
        let mut kept = self.writes.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|list| list.name == name)?;
        let from = kept[at].state;
        if rests == Rests::OnJournal && from.newest_key > state.newest_key {
            // Whoever asks began to read before the last commit; those who come later still need it.
            return None;
        }
        let list = kept.remove(at)?;
        if rests == Rests::OnWhatChanges && from != state {
            return None;
        }
        let known = list.known.clone();
        kept.push_back(list);
        Some((known, from.newest_key))
    }

    /// Keeps a list; the ones not used for longest make room.
    pub(crate) fn put(&self, name: &str, state: State, known: Known) {
        let mut kept = self.writes.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| list.name != name);
        kept.push_back(Kept { name: name.to_owned(), state, known });
        let keys = |kept: &VecDeque<Kept>| -> usize {
            kept.iter().map(|list| list.known.keys.as_ref().map_or(0, |keys| keys.len())).sum()
        };
        while kept.len() > 1 && (kept.len() > KEPT || keys(&kept) > KEYS_KEPT) {
            kept.pop_front();
        }
    }

    pub(crate) fn forget(&self, name: &str) {
        self.writes.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|list| list.name != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(total: i64, keys: usize) -> Known {
        Known { keys: (keys > 0).then(|| Arc::new(vec![1; keys])), ..Known::length(total) }
    }

    fn total(lists: &Lists, name: &str, state: State, rests: Rests) -> Option<i64> {
        lists.get(name, state, rests).and_then(|(known, _)| known.total)
    }

    #[test]
    fn a_list_that_looks_at_what_changes_is_forgotten_when_the_book_has_changed() {
        let lists = Lists::default();
        let total = |state| total(&lists, "held", state, Rests::OnWhatChanges);
        let state = State { writes: lists.writes_so_far(), newest_key: 5 };
        lists.put("held", state, known(3, 0));
        assert_eq!(total(state), Some(3));
        lists.writes().happened();
        let later = State { writes: lists.writes_so_far(), newest_key: 5 };
        assert_eq!(total(later), None);
        lists.put("held", later, known(4, 0));
        assert_eq!(total(State { newest_key: 6, ..later }), None);
    }

    #[test]
    fn a_list_of_journal_rows_stands_and_says_how_far_it_goes() {
        let lists = Lists::default();
        let get = |newest_key, writes| {
            let found = lists.get("all", State { writes, newest_key }, Rests::OnJournal);
            found.map(|(known, upto)| (known.total, upto))
        };
        lists.put("all", State { writes: 0, newest_key: 5 }, known(3, 0));
        assert_eq!(get(8, 1), Some((Some(3), 5)));
        // Not for somebody who reads the book as it was before, and kept for the others.
        assert_eq!(get(4, 0), None);
        assert_eq!(get(5, 2), Some((Some(3), 5)));
        lists.forget("all");
        assert_eq!(get(5, 2), None);
    }

    #[test]
    fn the_list_not_used_for_longest_makes_room() {
        let lists = Lists::default();
        let state = State { writes: 0, newest_key: 1 };
        let total = |name| total(&lists, name, state, Rests::OnJournal);
        lists.put("a", state, known(1, KEYS_KEPT / 2));
        lists.put("b", state, known(2, KEYS_KEPT / 2));
        assert_eq!(total("a"), Some(1));
        lists.put("c", state, known(3, 10));
        assert_eq!((total("b"), total("a"), total("c")), (None, Some(1), Some(3)));
    }
}
