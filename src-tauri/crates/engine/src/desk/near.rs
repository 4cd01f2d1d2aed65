//! The nearest near miss of a line that nothing was proposed for: an entry that almost fits, named so that a person sees
//! at once why it does not.

use std::collections::{HashMap, HashSet};

use ledger::{Amount, Currency};
use store::recon::{DeskLineRecord, EntryQuery, EntryRecord, LineRecord, StatementRecord};

use super::focus::days_between;
use crate::recon::plus_days;
use crate::{Engine, EngineResult, words};

/// Days around a line in which an entry may be its near miss.
const DAYS: i64 = 10;
/// Entries that are looked at for a page; where there are more, nothing is near.
const ENTRIES: u32 = 2_000;
/// A difference is small up to this part of the line.
const SMALL: i128 = 20;
/// Digits that make a number which names an entry.
const NUMBER: usize = 4;

impl Engine {
    /// The near miss of each of these lines, in words, by the key of the line.
    pub(super) async fn near_misses(
        &self,
        statement: &StatementRecord,
        lines: &[&DeskLineRecord],
    ) -> EngineResult<HashMap<i64, String>> {
        let days = || lines.iter().map(|row| row.line.booking_date);
        let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(HashMap::new()) };
        let query = EntryQuery {
            from: Some(plus_days(first, -DAYS)),
            limit: ENTRIES,
            ..EntryQuery::new(statement.balance_key, plus_days(last, DAYS))
        };
        // Counted before they are read: where there are too many, none is used.
        if self.store.entries(&EntryQuery { limit: 1, ..query.clone() }).await?.total > u64::from(ENTRIES) {
            return Ok(HashMap::new());
        }
        let entries = self.store.entries(&query).await?;
        let entries: Vec<(&EntryRecord, HashSet<&str>)> =
            entries.rows.iter().map(|entry| (entry, numbers(&entry.reference))).collect();
        Ok(lines
            .iter()
            .filter_map(|row| Some((row.line.key, near_miss(&row.line, &entries, &statement.currency)?)))
            .collect())
    }
}

/// The entry whose amount is a little off and that the text names, else one of the same day.
fn near_miss(line: &LineRecord, entries: &[(&EntryRecord, HashSet<&str>)], currency: &Currency) -> Option<String> {
    let named = [Some(line.description.as_str()), line.reference.as_deref()];
    let named: HashSet<&str> = named.into_iter().flatten().flat_map(numbers).collect();
    let near = entries.iter().filter_map(|(entry, numbers)| {
        let apart = (&line.amount - &entry.amount).abs();
        if !is_small(&apart, line) {
            return None;
        }
        let is_named = !numbers.is_disjoint(&named);
        let days = days_between(entry.date, line.booking_date).abs();
        ((is_named || days == 0) && days <= DAYS).then_some((!is_named, apart, days, *entry))
    });
    let (_, apart, _, entry) = near.min_by(|a, b| (a.0, &a.1, a.2, a.3.txn_key).cmp(&(b.0, &b.1, b.2, b.3.txn_key)))?;
    Some(format!("Nearest is {}, {} apart", entry.reference, words::amount(&apart, currency.exponent())))
}

fn is_small(apart: &Amount, line: &LineRecord) -> bool {
    !apart.is_zero() && apart.times(SMALL) <= line.amount.abs()
}

/// Runs of digits that are long enough to name something.
fn numbers(text: &str) -> HashSet<&str> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| digits.len() >= NUMBER).collect()
}
