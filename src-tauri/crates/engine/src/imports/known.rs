//! Which lines of a file the book has already, and under which occurrence the others are stored.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Amount;
use statements::{LineFingerprint, Statement, StatementLine};
use store::recon::{ImportSeen, KnownLine, StatementRecord};

use crate::api::imports::ImportOptions;

/// Lines of a file laid against what is stored, in their order.
pub(super) struct Recognised {
    /// The earlier import of a line; absent when it is new.
    pub(super) known: Vec<Option<ImportSeen>>,
    /// What has to be asked about a new line.
    pub(super) doubts: Vec<Option<Doubt>>,
    /// The occurrence a new line is stored as: free among the stored lines that say the same.
    pub(super) stored_as: Vec<u32>,
}

/// Why a new line may be there already all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is dated among days that the balance has, and no stored line says the same: booked late, or the same money in
    /// other words. With the statement that has the day.
    Late(ImportSeen),
    /// A stored line says the same under another running balance, and nothing tells whether the file goes back to it.
    Twin(ImportSeen),
    /// A stored line says the same, without balances to compare, and the file may begin after it on its day or end before it.
    Again(ImportSeen),
    /// A stored line of the day, which no line of the file says, has the amount: the same money in other words, or more
    /// of it. Asked of a first or last day, which may have been imported in part.
    Reworded(ImportSeen),
}

impl Doubt {
    /// The stored line that says the same, or the statement that has the day.
    fn seen(&self) -> &ImportSeen {
        match self {
            Self::Late(seen) | Self::Twin(seen) | Self::Again(seen) | Self::Reworded(seen) => seen,
        }
    }
}

/// Stored lines that lines of a file may be.
#[derive(Default)]
pub(super) struct Stored {
    /// They say the same as one of the file.
    pub(super) same: Vec<KnownLine>,
    /// Those of [`open_days`].
    pub(super) of_open_days: Vec<KnownLine>,
}

/// Days of the file that a stored statement begins or ends with.
pub(super) fn open_days(statement: &Statement, statements: &[StatementRecord]) -> Vec<Date> {
    let ends: HashSet<Date> = Spans::of(statements).0.into_iter().flat_map(|(first, last, _)| [first, last]).collect();
    let days: BTreeSet<Date> = statement.lines.iter().map(|line| line.booking_date).collect();
    days.into_iter().filter(|day| ends.contains(day)).collect()
}

/// What is said of lines that look like stored ones.
pub(super) struct Said<'a> {
    pub(super) options: &'a ImportOptions,
    /// The balance has this very file.
    pub(super) same_file: bool,
    /// Rows of this very file that were left out when it was imported.
    pub(super) left_out: &'a HashSet<u32>,
    /// A typed opening balance from which all the lines make the closing balance that is stated.
    pub(super) typed_opening: Option<&'a Amount>,
}

/// Sets stored lines against the lines of a file: each stored line answers for one line, whose day and words it has.
/// Running balances say which of several equal lines one is. They do not say that a line is another one: every balance
/// after a late booking, or within a day in another order, is another than before.
pub(super) fn recognise(
    statement: &Statement,
    keys: &[LineFingerprint],
    stored: Stored,
    statements: &[StatementRecord],
    said: &Said<'_>,
) -> Recognised {
    let mut pairing = Pairing::new(statement, keys, stored.same);
    // A line that is sure of itself is not taken by one that only looks like it.
    pairing.pair(How::Sure, |line, _, one| agree(one, line) == Some(true));
    pairing.pair(How::Likely, |line, key, one| {
        agree(one, line).is_none() && one.occurrence == key.occurrence && !another_party(one, line)
    });
    pairing.pair(How::Likely, |line, _, one| agree(one, line).is_none() && !another_party(one, line));
    pairing.pair(How::Twin, |line, _, one| !another_party(one, line));
    let reworded = pairing.reworded(stored.of_open_days);
    let mut known: Vec<Option<ImportSeen>> = vec![None; keys.len()];
    let mut doubts: Vec<Option<Doubt>> = vec![None; keys.len()];
    let options = said.options;
    let (new, same): (HashSet<u32>, HashSet<u32>) =
        (options.keep_known.iter().copied().collect(), options.same.iter().copied().collect());
    if !options.keep_all_known && !pairing.refuted(&reworded, statements, said.typed_opening) {
        let days = Days::of(statement, statements, &pairing.found, said.same_file);
        for (at, (line, found)) in statement.lines.iter().zip(&pairing.found).enumerate() {
            if new.contains(&line.position) {
                continue;
            }
            let whole = || days.whole(line.booking_date);
            let doubt = match (found, &reworded[at]) {
                (Some((How::Twin, seen)), _) if !whole() => Some(Doubt::Twin(seen.clone())),
                (Some((How::Likely, seen)), _) if !whole() => Some(Doubt::Again(seen.clone())),
                (Some((_, seen)), _) => {
                    known[at] = Some(seen.clone());
                    None
                }
                (None, reworded) => {
                    let late = days.imported(line.booking_date).map(|seen| Doubt::Late(seen_of(seen)));
                    late.or_else(|| reworded.clone().map(Doubt::Reworded))
                }
            };
            match doubt {
                Some(doubt) if options.all_same || same.contains(&line.position) => {
                    known[at] = Some(doubt.seen().clone());
                }
                doubt => doubts[at] = doubt,
            }
        }
        if said.same_file {
            take_as_answered(statement, &mut known, &mut doubts, said.left_out);
        }
    }
    let stored_as = pairing.free_occurrences(&known);
    Recognised { known, doubts, stored_as }
}

/// A file that was imported before and is read the same way: what would be asked about was asked then, and what was new
/// is stored. Read another way, or with rows that were left out then, it is asked about again.
fn take_as_answered(
    statement: &Statement,
    known: &mut [Option<ImportSeen>],
    doubts: &mut [Option<Doubt>],
    left_out: &HashSet<u32>,
) {
    let read_alike =
        known.iter().any(Option::is_some)
            && statement.lines.iter().zip(known.iter().zip(doubts.iter())).all(|(line, (known, doubt))| {
                known.is_some() || (doubt.is_some() && !left_out.contains(&line.position))
            });
    if read_alike {
        for (known, doubt) in known.iter_mut().zip(doubts) {
            *known = known.take().or_else(|| doubt.take().map(|doubt| doubt.seen().clone()));
        }
    }
}

/// Whether the balance an equal stored line has is this one. Unknown when one of the two has none.
fn agree(stored: &KnownLine, line: &StatementLine) -> Option<bool> {
    Some(stored.running_balance.as_ref()? == line.running_balance.as_ref()?)
}

/// Both sides name who paid or was paid, and it is somebody else: the same words and amount are another payment. One
/// name that begins with the other is the same, cut off.
fn another_party(stored: &KnownLine, line: &StatementLine) -> bool {
    let plain = |name: &str| -> String {
        name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    match (stored.counterparty.as_deref().map(plain), line.counterparty.as_deref().map(plain)) {
        (Some(stored), Some(given)) => !stored.starts_with(&given) && !given.starts_with(&stored),
        _ => false,
    }
}

/// A statement as where a line is.
fn seen_of(statement: &StatementRecord) -> ImportSeen {
    ImportSeen {
        statement_id: statement.id.clone(),
        statement_name: statement.name.clone(),
        file_name: statement.file_name.clone(),
        balance_id: statement.balance_id.clone(),
        balance_name: statement.balance_name.clone(),
        at: statement.imported_at,
    }
}

/// How sure a stored line is the same as a line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Under the same running balance.
    Sure,
    /// It says the same, and there is no running balance to compare.
    Likely,
    /// It says the same under another running balance.
    Twin,
}

/// Stored lines against lines of a file.
struct Pairing<'a> {
    statement: &'a Statement,
    keys: &'a [LineFingerprint],
    /// Stored lines by content, and whether one answers for a line already.
    stored: HashMap<String, Vec<(KnownLine, bool)>>,
    found: Vec<Option<(How, ImportSeen)>>,
}

impl<'a> Pairing<'a> {
    fn new(statement: &'a Statement, keys: &'a [LineFingerprint], lines: Vec<KnownLine>) -> Self {
        let mut stored: HashMap<String, Vec<(KnownLine, bool)>> = HashMap::new();
        for line in lines {
            stored.entry(line.fingerprint.clone()).or_default().push((line, false));
        }
        Self { statement, keys, stored, found: vec![None; keys.len()] }
    }

    /// Pairs the lines that have no stored one yet.
    fn pair(&mut self, how: How, fits: impl Fn(&StatementLine, &LineFingerprint, &KnownLine) -> bool) {
        for ((line, key), found) in self.statement.lines.iter().zip(self.keys).zip(&mut self.found) {
            if found.is_some() {
                continue;
            }
            let free = self.stored.get_mut(&key.key).into_iter().flatten().filter(|(_, taken)| !taken);
            for (one, taken) in free {
                if fits(line, key, one) {
                    *taken = true;
                    *found = Some((how, one.seen.clone()));
                    break;
                }
            }
        }
    }

    /// For lines that no stored one answers for: a stored line of the day and amount that answers for none either.
    fn reworded(&self, of_open_days: Vec<KnownLine>) -> Vec<Option<ImportSeen>> {
        let taken: HashSet<(&str, u32)> = self
            .stored
            .values()
            .flatten()
            .filter(|(_, taken)| *taken)
            .map(|(line, _)| (line.fingerprint.as_str(), line.occurrence))
            .collect();
        let mut free: HashMap<(Date, Amount), Vec<ImportSeen>> = HashMap::new();
        for line in of_open_days {
            if !taken.contains(&(line.fingerprint.as_str(), line.occurrence)) {
                free.entry((line.booking_date, line.amount)).or_default().push(line.seen);
            }
        }
        let lines = self.statement.lines.iter().zip(&self.found);
        lines
            .map(|(line, found)| match found {
                None => free.get_mut(&(line.booking_date, line.amount.clone())).and_then(Vec::pop),
                Some(_) => None,
            })
            .collect()
    }

    /// Whether the file goes on where the last stored statement ended, so that nothing in it was there before, however
    /// alike. A file that went back to the lines it seems to repeat would open with what they moved less; where they
    /// moved nothing, both open with the same amount and nothing is proved.
    fn refuted(
        &self,
        reworded: &[Option<ImportSeen>],
        stored: &[StatementRecord],
        typed_opening: Option<&Amount>,
    ) -> bool {
        // The same words say more than the same amount alone.
        let any_found = self.found.iter().any(Option::is_some);
        let alike = self.found.iter().zip(reworded);
        let alike = alike.map(|(found, reworded)| if any_found { found.is_some() } else { reworded.is_some() });
        let repeated = self.statement.lines.iter().zip(alike).filter(|(_, alike)| *alike);
        let moved: Amount = repeated.map(|(line, _)| &line.amount).sum();
        !moved.is_zero() && (self.goes_on(stored, typed_opening) || self.goes_before(stored))
    }

    /// The file opens with what the last stored statement closed with.
    fn goes_on(&self, stored: &[StatementRecord], typed_opening: Option<&Amount>) -> bool {
        let last = stored.iter().max_by_key(|other| (other.period_to, other.key));
        let first = self.statement.lines.iter().map(|line| line.booking_date).min();
        let (Some(last), Some(first)) = (last, first) else { return false };
        let stated = self.statement.opening.as_ref().map(|opening| &opening.amount);
        stated.into_iter().chain(typed_opening).any(|opening| *opening == last.closing) && first >= last.period_to
    }

    /// The file closes with what the first stored statement opens with.
    fn goes_before(&self, stored: &[StatementRecord]) -> bool {
        let next = stored.iter().min_by_key(|other| (other.period_from, other.key));
        let last = self.statement.lines.iter().map(|line| line.booking_date).max();
        let (Some(next), Some(last)) = (next, last) else { return false };
        self.statement.closing.as_ref().is_some_and(|closing| closing.amount == next.opening)
            && last <= next.period_from
    }

    /// For each new line an occurrence that no stored line of the same content has.
    fn free_occurrences(&self, known: &[Option<ImportSeen>]) -> Vec<u32> {
        let mut used: HashMap<&str, HashSet<u32>> = self
            .stored
            .iter()
            .map(|(key, all)| (key.as_str(), all.iter().map(|(line, _)| line.occurrence).collect()))
            .collect();
        let mut occurrence = |key: &'a LineFingerprint| {
            let used = used.entry(key.key.as_str()).or_default();
            let free = (key.occurrence..).find(|occurrence| !used.contains(occurrence)).unwrap_or(key.occurrence);
            used.insert(free);
            free
        };
        let lines = self.keys.iter().zip(known);
        lines.map(|(key, known)| if known.is_some() { key.occurrence } else { occurrence(key) }).collect()
    }
}

/// The days that each stored statement knows of, first and last. A period that was stated ahead ends with the day of its
/// import.
struct Spans<'a>(Vec<(Date, Date, &'a StatementRecord)>);

impl<'a> Spans<'a> {
    fn of(stored: &'a [StatementRecord]) -> Self {
        let last = |other: &StatementRecord| other.imported_at.to_zoned(TimeZone::UTC).date().min(other.period_to);
        Self(stored.iter().map(|other| (other.period_from, last(other), other)).collect())
    }

    /// The statement that has the day, where the balance has it from its beginning to its end. The first and the last day
    /// of a statement belong to its neighbours too; where one ends and another begins, nothing is left of the day.
    fn inside(&self, day: Date) -> Option<&'a StatementRecord> {
        let statement = self.come_before(day)?;
        self.go_on_after(day).map(|_| statement)
    }

    /// A statement that has days before this one and reaches it.
    fn come_before(&self, day: Date) -> Option<&'a StatementRecord> {
        self.0.iter().find(|(first, last, _)| *first < day && day <= *last).map(|(.., statement)| *statement)
    }

    /// A statement that goes on after the day.
    fn go_on_after(&self, day: Date) -> Option<&'a StatementRecord> {
        self.0.iter().find(|(first, last, _)| *first <= day && day < *last).map(|(.., statement)| *statement)
    }
}

/// What the days of a file are to the balance.
struct Days<'a> {
    spans: Spans<'a>,
    /// The first and the last day of the file.
    first: Option<Date>,
    last: Option<Date>,
    /// Whether the file holds all that the balance has of its first day. A file may begin in the middle of the last day
    /// that was imported, with what the bank booked since; it does not begin in the middle of any other stored day.
    first_is_whole: bool,
    /// The same of its last day, on which a stored statement may begin after it.
    last_is_whole: bool,
    /// The file and a stored statement begin with the first day of the file, and with the same balance.
    begins_alike: bool,
}

impl<'a> Days<'a> {
    fn of(
        statement: &Statement,
        stored: &'a [StatementRecord],
        found: &[Option<(How, ImportSeen)>],
        same_file: bool,
    ) -> Self {
        let spans = Spans::of(stored);
        let first = statement.lines.iter().map(|line| line.booking_date).min();
        let last = statement.lines.iter().map(|line| line.booking_date).max();
        let opening = statement.opening.as_ref().map(|opening| &opening.amount);
        let closing = statement.closing.as_ref().map(|closing| &closing.amount);
        let ends_alike = stored.iter().any(|other| Some(other.period_to) == last && closing == Some(&other.closing));
        let begins_alike =
            stored.iter().any(|other| Some(other.period_from) == first && opening == Some(&other.opening));
        let any_sure = found.iter().flatten().any(|(how, _)| *how == How::Sure);
        let goes_on = first.is_some_and(|day| spans.go_on_after(day).is_some());
        let begun = last.is_some_and(|day| spans.come_before(day).is_some());
        let sure = same_file || any_sure || begins_alike;
        let (first_is_whole, last_is_whole) = (sure || goes_on, sure || begun || ends_alike);
        Self { spans, first, last, first_is_whole, last_is_whole, begins_alike }
    }

    /// Whether the file holds all that the balance has of the day.
    fn whole(&self, day: Date) -> bool {
        let from_its_beginning = self.first_is_whole || self.first.is_some_and(|first| first < day);
        let to_its_end = self.last_is_whole || self.last.is_some_and(|last| day < last);
        from_its_beginning && to_its_end
    }

    /// The statement that has the day, where it was imported from its beginning to its end, as far as the file and the
    /// balance tell.
    fn imported(&self, day: Date) -> Option<&'a StatementRecord> {
        let begun = || self.spans.go_on_after(day).filter(|_| self.begins_alike && self.first == Some(day));
        self.spans.inside(day).or_else(begun)
    }
}
