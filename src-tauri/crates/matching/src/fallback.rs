//! The closest-text search for lines that no rule matched.
//!
//! Entries dated within the window (24 hours, bounds included; whole dates count as the same day ± 1) whose amount is
//! within the tolerance (1 %) of the **line's** amount, sign included, are compared by the Levenshtein distance between
//! the line's description and the entry's reference, over code points. At most `threshold` (5) is accepted, the minimum
//! wins; ties go to the smaller amount difference, then the smaller date difference, then the stable order.

use ledger::Amount;
use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::model::{DAY, InputError, LedgerItem, StatementItem, When};
use crate::text::distance_within;

/// Parameters of the search; the default is the one described above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fallback {
    /// Largest distance of the dates, in seconds, bounds included.
    pub window_seconds: u64,
    /// Largest difference as a fraction of the line's amount.
    pub tolerance: Decimal,
    /// Largest accepted distance in letters, at most [`MAX_THRESHOLD`].
    pub threshold: u32,
    /// Compare without regard to case.
    pub ignore_case: bool,
}

/// Above this the search no longer tells texts apart.
pub const MAX_THRESHOLD: u32 = 12;

impl Default for Fallback {
    fn default() -> Self {
        Self {
            window_seconds: DAY.unsigned_abs(),
            tolerance: Decimal::new(1, 2).unwrap_or(Decimal::ZERO),
            threshold: 5,
            ignore_case: false,
        }
    }
}

impl Fallback {
    pub(crate) fn check(&self) -> Result<(), InputError> {
        if self.threshold > MAX_THRESHOLD {
            let words = format!(
                "the text threshold of the closest-text search is {}, at most {MAX_THRESHOLD} is possible",
                self.threshold
            );
            return Err(InputError::Parameter(words));
        }
        if self.tolerance > Decimal::ONE {
            return Err(InputError::Parameter(
                "the amount tolerance of the closest-text search is above 100 %".to_owned(),
            ));
        }
        Ok(())
    }

    /// The bounds of the entry's amount for a line, both included, scaled by the returned factor so that they are whole:
    /// `low ≤ amount × factor ≤ high`. Ordered right for negative amounts.
    pub fn amount_bounds(&self, line: &Amount) -> (i128, Amount, Amount) {
        let (num, den) = self.tolerance.ratio();
        let slack = line.abs().times(num);
        let middle = line.times(den);
        (den, &middle - &slack, &middle + &slack)
    }

    /// The distance in letters if the pair is accepted.
    pub fn accepts(&self, line: &StatementItem, date: When, entry: &LedgerItem) -> Option<u32> {
        let (factor, low, high) = self.amount_bounds(&line.amount);
        let scaled = entry.amount.times(factor);
        let in_window = date.seconds_after(&entry.date).unsigned_abs() <= self.window_seconds;
        if line.currency != entry.currency || !in_window || scaled < low || scaled > high {
            return None;
        }
        let distance = if self.ignore_case {
            distance_within(&line.description.to_lowercase(), &entry.reference.to_lowercase(), self.threshold as usize)
        } else {
            distance_within(&line.description, &entry.reference, self.threshold as usize)
        };
        distance.and_then(|letters| u32::try_from(letters).ok())
    }

    /// The weight of a distance in the assignment: one smaller distance outweighs any two larger ones it displaces, so
    /// the minimum wins along every chain of displacements.
    pub(crate) fn weight(&self, distance: u32) -> i64 {
        3_i64.pow(self.threshold.saturating_sub(distance))
    }
}

/// False if a distance means that every letter was replaced: the texts then have nothing in common.
pub(crate) fn letters_in_common(description: &str, reference: &str, distance: u32) -> bool {
    let longest = description.chars().count().max(reference.chars().count());
    (distance as usize) < longest
}
