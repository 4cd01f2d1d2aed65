//! Indexes over the ledger entries, and the pairs worth looking at.
//!
//! Entries are sorted per currency by (amount, day), by (day, amount) and by day, and hashed by the texts that an
//! equality can ask for. Each rule is answered from its own narrowest index: the bounds of one rule never narrow
//! another. Amount bounds are kept as products, so they are exact on either side of the tolerance.

use std::collections::HashMap;

use ledger::{Amount, Currency};

use crate::criteria::{LineView, Lower, PART_SEPARATOR};
use crate::model::{DAY, LedgerItem, When};
use crate::rule::{Field, Operator, Rule, Tolerance};
use crate::text::EntryText;

/// Entry numbers in stable order.
pub type Entry = u32;

/// Bounds on an entry's amount: `amount × factor ≥ bound` and `amount × factor ≤ bound`, whichever are present.
#[derive(Debug, Clone, Default)]
pub struct AmountBounds {
    low: Vec<(i128, Amount)>,
    high: Vec<(i128, Amount)>,
}

impl AmountBounds {
    /// `low ≤ amount × factor ≤ high`.
    pub fn between(factor: i128, low: Amount, high: Amount) -> Self {
        Self { low: vec![(factor, low)], high: vec![(factor, high)] }
    }

    /// Exactly this amount.
    pub fn exactly(amount: &Amount) -> Self {
        Self::between(1, amount.clone(), amount.clone())
    }

    /// |x − y| × den ≤ |y| × num, seen from x.
    fn relative_to_entry(&mut self, x: &Amount, num: i128, den: i128) {
        if x.is_zero() && num == den {
            return;
        }
        let scaled = x.times(den);
        let (wide, narrow) = (den + num, den - num);
        let (low, high) = if x.is_negative() { (narrow, wide) } else { (wide, narrow) };
        self.low.push((low, scaled.clone()));
        self.high.push((high, scaled));
    }

    fn below(&self, amount: &Amount) -> bool {
        self.low.iter().any(|(factor, bound)| amount.times(*factor) < *bound)
    }

    fn above(&self, amount: &Amount) -> bool {
        self.high.iter().any(|(factor, bound)| amount.times(*factor) > *bound)
    }

    fn is_bounded(&self) -> bool {
        !self.low.is_empty() || !self.high.is_empty()
    }
}

/// What one rule asks of the entries for one line.
#[derive(Debug, Default)]
pub struct Query<'a> {
    pub amount: AmountBounds,
    /// First and last day, both included.
    pub days: Option<(i64, i64)>,
    /// Texts that a field (or a part of it) must equal.
    pub texts: Vec<(Field, &'a str)>,
}

impl<'a> Query<'a> {
    /// The query of a rule. It finds at least every entry that satisfies the rule.
    pub fn of_rule(rule: &Rule, line: LineView<'a>) -> Self {
        let mut query = Self::default();
        let one = Amount::from(1_i64);
        let (x, day) = (&line.item.amount, line.date.day());
        for criterion in &rule.criteria {
            match (criterion.field, criterion.operator) {
                (Field::Amount, Operator::Equals) => match &criterion.tolerance {
                    Tolerance::Fraction(drift) => {
                        let (num, den) = drift.ratio();
                        query.amount.relative_to_entry(x, num, den);
                    }
                    Tolerance::Absolute { minor, currency } if *currency == line.item.currency => {
                        query.amount.low.push((1, x - minor));
                        query.amount.high.push((1, x + minor));
                    }
                    _ => {
                        query.amount.low.push((1, x.clone()));
                        query.amount.high.push((1, x.clone()));
                    }
                },
                (Field::Amount, Operator::GreaterThan) => query.amount.high.push((1, x - &one)),
                (Field::Amount, Operator::LessThan) => query.amount.low.push((1, x + &one)),
                (Field::Date, Operator::Equals) => {
                    // A time of day can reach into one more day than whole days say.
                    let seconds = criterion.tolerance.seconds().unwrap_or_default();
                    let reach =
                        i64::try_from(seconds / DAY.unsigned_abs()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4) + 1;
                    query.narrow_days(day.saturating_sub(reach), day.saturating_add(reach));
                }
                (Field::Date, Operator::GreaterThan) => query.narrow_days(i64::MIN, day),
                (Field::Date, Operator::LessThan) => query.narrow_days(day, i64::MAX),
                (field, Operator::Equals) if field.is_text() && field != Field::Currency => {
                    query.texts.push((field, line.lower.field(field)));
                }
                _ => {}
            }
        }
        query
    }

    fn narrow_days(&mut self, first: i64, last: i64) {
        let (known_first, known_last) = self.days.unwrap_or((i64::MIN, i64::MAX));
        self.days = Some((known_first.max(first), known_last.min(last)));
    }
}

/// The entries of one currency.
#[derive(Debug, Default)]
struct Shelf {
    by_amount: Vec<Entry>,
    by_day_amount: Vec<Entry>,
    /// (day, first position in `by_day_amount`), ascending.
    days: Vec<(i64, usize)>,
    by_day: Vec<Entry>,
    texts: HashMap<(Field, String), Vec<Entry>>,
    /// By the keys of the documents they name, ascending.
    documents: Vec<(u64, Entry)>,
}

/// All entries of a run, by currency.
#[derive(Debug, Default)]
pub struct EntryIndex {
    shelves: HashMap<Currency, Shelf>,
    /// The day of every entry.
    days: Vec<i64>,
}

/// Above this many days, scanning day by day costs more than it saves.
const DAY_SCAN: usize = 64;

impl EntryIndex {
    /// Indexes `entries` (in stable order). Text indexes are made for the fields that the rules compare for equality.
    pub fn new(entries: &[LedgerItem], lower: &[Lower], rules: &[Rule]) -> Self {
        let mut index = Self::default();
        let criteria = rules.iter().flat_map(|rule| &rule.criteria);
        let mut fields: Vec<Field> = criteria
            .filter(|c| c.operator == Operator::Equals && c.field.is_text() && c.field != Field::Currency)
            .map(|c| c.field)
            .collect();
        fields.sort_unstable();
        fields.dedup();
        for (at, entry) in entries.iter().enumerate() {
            if !index.shelves.contains_key(&entry.currency) {
                index.shelves.insert(entry.currency.clone(), Shelf::default());
            }
            let Some(shelf) = index.shelves.get_mut(&entry.currency) else {
                continue;
            };
            let at = at as Entry;
            shelf.by_amount.push(at);
            for &field in &fields {
                for part in lower[at as usize].field(field).split(PART_SEPARATOR) {
                    let bucket = shelf.texts.entry((field, part.to_owned())).or_default();
                    if bucket.last() != Some(&at) {
                        bucket.push(at);
                    }
                }
            }
        }
        index.days = entries.iter().map(|entry| entry.date.day()).collect();
        for shelf in index.shelves.values_mut() {
            shelf.sort(entries, &index.days);
        }
        index
    }

    /// Makes entries known by the documents that their references name.
    pub fn name_documents(&mut self, entries: &[LedgerItem], texts: &[EntryText]) {
        for ((at, entry), text) in entries.iter().enumerate().zip(texts) {
            if let Some(shelf) = self.shelves.get_mut(&entry.currency) {
                shelf.documents.extend(text.document_keys().map(|key| (key, at as Entry)));
            }
        }
        for shelf in self.shelves.values_mut() {
            shelf.documents.sort_unstable();
            shelf.documents.dedup();
        }
    }

    /// Forgets entries. Those that are taken would otherwise crowd out the open ones.
    pub fn keep(&mut self, open: impl Fn(Entry) -> bool) {
        for shelf in self.shelves.values_mut() {
            for list in [&mut shelf.by_amount, &mut shelf.by_day_amount, &mut shelf.by_day] {
                list.retain(|at| open(*at));
            }
            shelf.texts.values_mut().for_each(|bucket| bucket.retain(|at| open(*at)));
            shelf.documents.retain(|(_, at)| open(*at));
            shelf.find_days(&self.days);
        }
    }

    /// Collects into `out` the entries that name one of the documents, each once. More than `limit` tell nothing about
    /// which is meant, and are left out.
    pub fn naming(&self, currency: &Currency, documents: &[u64], limit: usize, out: &mut Vec<Entry>) {
        out.clear();
        let Some(shelf) = self.shelves.get(currency) else {
            return;
        };
        for key in documents {
            let start = shelf.documents.partition_point(|(known, _)| known < key);
            let same = shelf.documents[start..].iter().take_while(|(known, _)| known == key).take(limit + 1);
            out.extend(same.map(|(_, at)| *at));
        }
        out.sort_unstable();
        out.dedup();
        if out.len() > limit {
            out.clear();
        }
    }

    /// Collects into `out` the entries that may answer the query, each once, and returns false if there were more than
    /// `limit`: then only the `limit` nearest by date were taken. Of many on one day, `turn` says where to begin, so
    /// that as many lines do not all see the same few.
    pub fn collect(
        &self,
        entries: &[LedgerItem],
        (currency, date, turn): (&Currency, When, u32),
        query: &Query<'_>,
        limit: usize,
        out: &mut Vec<Entry>,
    ) -> bool {
        out.clear();
        let Some(shelf) = self.shelves.get(currency) else {
            return true;
        };
        let buckets = query.texts.iter().map(|(field, text)| shelf.bucket(*field, text));
        let by_text = buckets.min_by_key(|bucket| bucket.len());
        let bounded = query.amount.is_bounded();
        let by_amount = if bounded { range(&shelf.by_amount, entries, &query.amount) } else { &shelf.by_amount };
        let by_day = shelf.day_range(&self.days, query.days);
        let found = [by_day, by_amount].into_iter().chain(by_text);
        let narrowest = found.min_by_key(|found| found.len()).unwrap_or(by_day);
        let day_count = shelf.day_positions(query.days).len();
        let scan = narrowest.len() > 2 * day_count && bounded && day_count <= DAY_SCAN;
        if scan {
            shelf.scan_days(entries, query, out);
        } else if narrowest.len() <= limit {
            out.extend_from_slice(narrowest);
        }
        if scan && out.len() > limit {
            *out = self.nearest(out, (date, turn), limit);
            return false;
        }
        if scan || narrowest.len() <= limit {
            return true;
        }
        // Text buckets, days and a single amount are in date order; a range of amounts is not.
        let amount = |entry: Option<&Entry>| entry.map(|at| &entries[*at as usize].amount);
        let ordered = !std::ptr::eq(narrowest, by_amount) || amount(by_amount.first()) == amount(by_amount.last());
        *out = self.nearest(if ordered { narrowest } else { by_day }, (date, turn), limit);
        false
    }

    /// The `limit` entries of a slice in date order that are nearest to a date. Of the farthest days that take part,
    /// those from the turn on.
    fn nearest(&self, in_order: &[Entry], (date, turn): (When, u32), limit: usize) -> Vec<Entry> {
        let day = date.day();
        let distance = |at: usize| (self.days[in_order[at] as usize] - day).abs();
        let mut right = in_order.partition_point(|entry| self.days[*entry as usize] < day);
        let (mut left, mut farthest) = (right, 0);
        while right - left < limit && (left > 0 || right < in_order.len()) {
            if left == 0 || (right < in_order.len() && distance(right) <= distance(left - 1)) {
                farthest = distance(right);
                right += 1;
            } else {
                left -= 1;
                farthest = distance(left);
            }
        }
        let before = |last: i64| in_order.partition_point(|entry| self.days[*entry as usize] < last);
        let whole = in_order.get(before(day - farthest + 1)..before(day + farthest)).unwrap_or_default();
        let edge: Vec<Entry> = if farthest == 0 {
            in_order[before(day)..before(day + 1)].to_vec()
        } else {
            let early = &in_order[before(day - farthest)..before(day - farthest + 1)];
            let late = &in_order[before(day + farthest)..before(day + farthest + 1)];
            early.iter().chain(late).copied().collect()
        };
        let room = limit.saturating_sub(whole.len()).min(edge.len());
        let turned = (0..room).map(|at| edge[(turn as usize + at) % edge.len()]);
        whole.iter().copied().chain(turned).collect()
    }
}

impl Shelf {
    fn sort(&mut self, entries: &[LedgerItem], day_of: &[i64]) {
        let (amount, day) = (|at: Entry| &entries[at as usize].amount, |at: Entry| day_of[at as usize]);
        self.by_amount.sort_by(|&a, &b| amount(a).cmp(amount(b)).then_with(|| (day(a), a).cmp(&(day(b), b))));
        self.by_day_amount = self.by_amount.clone();
        self.by_day_amount.sort_by_key(|&at| day(at));
        self.by_day = self.by_amount.clone();
        self.by_day.sort_by_key(|&at| (day(at), at));
        self.find_days(day_of);
    }

    /// Where each day begins.
    fn find_days(&mut self, day_of: &[i64]) {
        self.days.clear();
        for (position, &at) in self.by_day_amount.iter().enumerate() {
            let day = day_of[at as usize];
            if self.days.last().is_none_or(|(known, _)| *known != day) {
                self.days.push((day, position));
            }
        }
    }

    fn bucket(&self, field: Field, text: &str) -> &[Entry] {
        // An empty text equals nothing.
        if text.is_empty() { &[] } else { self.texts.get(&(field, text.to_owned())).map_or(&[], Vec::as_slice) }
    }

    fn day_range(&self, day_of: &[i64], days: Option<(i64, i64)>) -> &[Entry] {
        let Some((first, last)) = days else {
            return &self.by_day;
        };
        let start = self.by_day.partition_point(|entry| day_of[*entry as usize] < first);
        let end = self.by_day.partition_point(|entry| day_of[*entry as usize] <= last);
        self.by_day.get(start..end).unwrap_or(&[])
    }

    fn day_positions(&self, days: Option<(i64, i64)>) -> std::ops::Range<usize> {
        let Some((first, last)) = days else {
            return 0..self.days.len();
        };
        let start = self.days.partition_point(|(day, _)| *day < first);
        let end = self.days.partition_point(|(day, _)| *day <= last);
        start..end.max(start)
    }

    fn scan_days(&self, entries: &[LedgerItem], query: &Query<'_>, out: &mut Vec<Entry>) {
        for position in self.day_positions(query.days) {
            let start = self.days[position].1;
            let end = self.days.get(position + 1).map_or(self.by_day_amount.len(), |(_, start)| *start);
            out.extend_from_slice(range(&self.by_day_amount[start..end], entries, &query.amount));
        }
    }
}

/// The stretch of an amount-sorted slice inside the bounds.
fn range<'a>(sorted: &'a [Entry], entries: &[LedgerItem], bounds: &AmountBounds) -> &'a [Entry] {
    let amount = |entry: &Entry| &entries[*entry as usize].amount;
    let start = sorted.partition_point(|entry| bounds.below(amount(entry)));
    let rest = &sorted[start..];
    &rest[..rest.partition_point(|entry| !bounds.above(amount(entry)))]
}
