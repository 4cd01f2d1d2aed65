//! Which lines of a file the book has already, and under which occurrence the others are stored.

use std::collections::{HashMap, HashSet};

use ledger::Amount;
use statements::{LineFingerprint, Statement, StatementLine};
use store::recon::{ImportSeen, KnownLine, StatementRecord};

/// Lines of a file laid against what is stored, in their order.
pub(super) struct Recognised {
    /// The earlier import of a line; absent when it is new.
    pub(super) known: Vec<Option<ImportSeen>>,
    /// The occurrence a new line is stored as: free among the stored lines that say the same.
    pub(super) stored_as: Vec<u32>,
}

/// What speaks for lines being new that look like stored ones.
pub(super) struct Keep<'a> {
    /// The person says so of every line.
    pub(super) all: bool,
    /// The person says so of these lines of the file.
    pub(super) lines: &'a [u32],
    /// A typed opening balance from which all the lines make the closing balance that is stated.
    pub(super) typed_opening: Option<&'a Amount>,
}

/// Whether a file goes on where the last stored statement ended. Nothing in it was there before then, however alike.
fn continues(statement: &Statement, stored: &[StatementRecord], typed_opening: Option<&Amount>) -> bool {
    let last = stored.iter().max_by_key(|other| (other.period_to, other.key));
    let first = statement.lines.iter().map(|line| line.booking_date).min();
    let (Some(last), Some(first)) = (last, first) else { return false };
    let stated = statement.opening.as_ref().map(|opening| &opening.amount);
    // A statement that ended as it began proves nothing: the same file again opens with that amount too.
    last.opening != last.closing
        && stated.into_iter().chain(typed_opening).any(|opening| *opening == last.closing)
        && first >= last.period_to
}

fn agree(stored: Option<&Amount>, line: &StatementLine) -> Option<bool> {
    Some(stored? == line.running_balance.as_ref()?)
}

/// Sets stored lines against the lines of a file: each stored line answers for one line. The same content under another
/// running balance is another line; where one of the two has no balance, equal lines are paired by their occurrence.
pub(super) fn recognise(
    statement: &Statement,
    keys: &[LineFingerprint],
    stored: Vec<KnownLine>,
    statements: &[StatementRecord],
    keep: &Keep<'_>,
) -> Recognised {
    let mut by_key: HashMap<String, Vec<(KnownLine, bool)>> = HashMap::new();
    for line in stored {
        by_key.entry(line.fingerprint.clone()).or_default().push((line, false));
    }
    let nothing_known = keep.all || continues(statement, statements, keep.typed_opening);
    let keep: HashSet<u32> = keep.lines.iter().copied().collect();
    let mut known: Vec<Option<ImportSeen>> = vec![None; keys.len()];
    // Equal balances first: a line that is sure of itself is not taken by one that only looks like it.
    for sure in [true, false] {
        for ((line, key), seen) in statement.lines.iter().zip(keys).zip(&mut known) {
            if nothing_known || seen.is_some() || keep.contains(&line.position) {
                continue;
            }
            let same = by_key.get_mut(&key.key).and_then(|all| {
                all.iter_mut().find(|(one, taken)| {
                    let agree = agree(one.running_balance.as_ref(), line);
                    !taken
                        && if sure { agree == Some(true) } else { agree.is_none() && one.occurrence == key.occurrence }
                })
            });
            if let Some((one, taken)) = same {
                *taken = true;
                *seen = Some(one.seen.clone());
            }
        }
    }
    let mut used: HashMap<&str, HashSet<u32>> =
        by_key.iter().map(|(key, all)| (key.as_str(), all.iter().map(|(line, _)| line.occurrence).collect())).collect();
    let stored_as = keys
        .iter()
        .zip(&known)
        .map(|(key, known)| {
            if known.is_some() {
                return key.occurrence;
            }
            let used = used.entry(key.key.as_str()).or_default();
            let free = (key.occurrence..).find(|occurrence| !used.contains(occurrence)).unwrap_or(key.occurrence);
            used.insert(free);
            free
        })
        .collect();
    Recognised { known, stored_as }
}
