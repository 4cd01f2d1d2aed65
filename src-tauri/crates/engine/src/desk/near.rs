//! The nearest near miss of a line that nothing was proposed for: an entry that almost fits, named so that a person sees
//! at once why it does not.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use ledger::{Amount, Currency};
use store::recon::{DeskLineRecord, EntryQuery, EntryRecord, LineRecord, StatementRecord};

use super::focus::days_between;
use crate::recon::plus_days;
use crate::{Engine, EngineResult, words};

/// Days around a line in which an entry may be its near miss.
const DAYS: i64 = 10;
/// Days around a line in which an entry of its very amount may be: banks honour a cheque for about half a year.
const LATE_DAYS: i64 = 180;
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
        let equal = self.of_equal_amount(statement, lines, (first, last)).await?;
        let entries: Vec<Candidate<'_>> = entries.rows.iter().chain(&equal).map(Candidate::of).collect();
        Ok(lines
            .iter()
            .filter_map(|row| Some((row.line.key, near_miss(&row.line, &entries, &statement.currency)?)))
            .collect())
    }

    /// Entries of the very amounts of these lines, open or outstanding, dated so far off that no rule takes them: a
    /// cheque that was presented late under a text that does not quote it.
    async fn of_equal_amount(
        &self,
        statement: &StatementRecord,
        lines: &[&DeskLineRecord],
        (first, last): (Date, Date),
    ) -> EngineResult<Vec<EntryRecord>> {
        let mut amounts: Vec<Amount> = lines.iter().map(|row| row.line.amount.abs()).collect();
        amounts.sort();
        amounts.dedup();
        let mut found = Vec::new();
        for outstanding in [false, true] {
            let query = EntryQuery {
                from: Some(plus_days(first, -LATE_DAYS)),
                amounts: Some(amounts.clone()),
                outstanding,
                limit: ENTRIES,
                ..EntryQuery::new(statement.balance_key, plus_days(last, DAYS))
            };
            found.append(&mut self.store.entries(&query).await?.rows);
        }
        Ok(found)
    }
}

/// An entry with the numbers in its reference.
struct Candidate<'a> {
    entry: &'a EntryRecord,
    numbers: HashSet<&'a str>,
}

impl<'a> Candidate<'a> {
    fn of(entry: &'a EntryRecord) -> Self {
        Self { entry, numbers: numbers(&entry.reference) }
    }
}

/// The entry of the very amount, or one whose amount is a little off and that the text names or that is of the same
/// day. One that is named comes first.
fn near_miss(line: &LineRecord, entries: &[Candidate<'_>], currency: &Currency) -> Option<String> {
    let named = [Some(line.description.as_str()), line.reference.as_deref()];
    let named: HashSet<&str> = named.into_iter().flatten().flat_map(numbers).collect();
    let near = entries.iter().filter_map(|Candidate { entry, numbers }| {
        let apart = (&line.amount - &entry.amount).abs();
        let is_named = !numbers.is_disjoint(&named);
        let days = days_between(entry.date, line.booking_date).abs();
        let fits = if apart.is_zero() {
            days <= LATE_DAYS
        } else {
            is_small(&apart, line) && (is_named || days == 0) && days <= DAYS
        };
        fits.then_some((!is_named, apart, days, *entry))
    });
    let (_, apart, _, entry) = near.min_by(|a, b| (a.0, &a.1, a.2, a.3.txn_key).cmp(&(b.0, &b.1, b.2, b.3.txn_key)))?;
    let how = if apart.is_zero() {
        format!("the same amount, {}", words::day(entry.date, line.booking_date))
    } else {
        format!("{} apart", words::amount(&apart, currency.exponent()))
    };
    Some(format!("Nearest is {}, {how}", entry.reference))
}

fn is_small(apart: &Amount, line: &LineRecord) -> bool {
    apart.times(SMALL) <= line.amount.abs()
}

/// Runs of digits that are long enough to name something.
fn numbers(text: &str) -> HashSet<&str> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| digits.len() >= NUMBER).collect()
}
