//! What speaks for and against a pair, as integer points.
//!
//! Points are additive and unitless; only differences matter. They order alternatives and are shown with their
//! reasons; they are no probability.

use ledger::Amount;

use crate::fallback::letters_in_common;
use crate::model::{DAY, LedgerItem, StatementItem, Tier, When};
use crate::text::{DocumentEvidence, EntryText, LineText, document_evidence, name_percent};

/// Why a pair was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Source {
    /// The rule with this index, from 0.
    Rule(u32),
    /// A scored search.
    Scored,
    /// The closest-text search, with its distance.
    Fallback(u32),
}

/// How often the amount occurs among the open items of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rarity {
    pub lines: u32,
    pub entries: u32,
}

/// Everything measured on a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub source: Source,
    /// Line minus entry, minor units.
    pub difference: Amount,
    /// Parts per million of the line's amount, rounded down.
    pub ppm: u64,
    pub rarity: Rarity,
    /// Seconds from the entry's date to the line's.
    pub seconds: i64,
    pub document: DocumentEvidence,
    pub name: Option<u8>,
    /// For the closest-text search: whether the two texts share anything at all.
    pub shares_letters: bool,
}

impl Evidence {
    /// Measures a pair.
    pub fn measure(
        source: Source,
        (line, date, line_text): (&StatementItem, When, &LineText),
        (entry, entry_text): (&LedgerItem, &EntryText),
        rarity: Rarity,
    ) -> Self {
        let difference = &line.amount - &entry.amount;
        let shares_letters = match source {
            Source::Fallback(distance) => letters_in_common(&line.description, &entry.reference, distance),
            _ => true,
        };
        Self {
            ppm: if difference.is_zero() { 0 } else { parts_per_million(&difference, &line.amount) },
            difference,
            source,
            rarity,
            seconds: date.seconds_after(&entry.date),
            document: document_evidence(line_text, entry_text),
            name: name_percent(line_text, entry_text),
            shares_letters,
        }
    }

    /// The sum of all points, at least 1.
    pub fn score(&self) -> i64 {
        self.raw_score().max(1)
    }

    /// The sum of all points.
    pub fn raw_score(&self) -> i64 {
        self.source_points()
            + self.amount_points()
            + self.rarity_points()
            + self.date_points()
            + self.document_points()
            + self.name_points()
    }

    /// A rule is a decision of its owner; an earlier rule is worth a little more than a later one.
    pub fn source_points(&self) -> i64 {
        match self.source {
            Source::Rule(index) => (400 - 5 * i64::from(index)).max(200),
            Source::Scored => 0,
            Source::Fallback(_) if !self.shares_letters => -100,
            Source::Fallback(distance) => (150 - 30 * i64::from(distance)).max(0),
        }
    }

    /// Equal 300; a difference counts less the larger it is.
    pub fn amount_points(&self) -> i64 {
        if self.difference.is_zero() { 300 } else { 150 - i64::try_from(self.ppm / 200).unwrap_or(400).min(400) }
    }

    /// An equal amount says more when few open items have it.
    pub fn rarity_points(&self) -> i64 {
        if !self.difference.is_zero() {
            return 0;
        }
        match u64::from(self.rarity.lines) * u64::from(self.rarity.entries) {
            0 | 1 => 200,
            2..=4 => 120,
            5..=16 => 40,
            _ => 0,
        }
    }

    /// Whole days from the entry to the line.
    pub fn days(&self) -> i64 {
        self.seconds / DAY
    }

    /// Banks book on the day or some days later; earlier is unusual.
    pub fn date_points(&self) -> i64 {
        match self.days() {
            days @ 0..=10 => 100 - 10 * days,
            days if days > 10 => (-6 * (days - 10)).max(-150),
            days => (70 + 30 * days).max(-150),
        }
    }

    /// A document number named by both sides.
    pub fn document_points(&self) -> i64 {
        match self.document {
            DocumentEvidence::Same => 700,
            DocumentEvidence::InText => 600,
            DocumentEvidence::Digits(digits) if digits >= 6 => 550,
            DocumentEvidence::Digits(5) => 500,
            DocumentEvidence::Digits(_) => 350,
            DocumentEvidence::Near => 250,
            DocumentEvidence::None => 0,
            DocumentEvidence::Conflict => -200,
        }
    }

    /// The counterparty's name in the line's text.
    pub fn name_points(&self) -> i64 {
        match self.name {
            None => 0,
            Some(percent) if percent < 20 => -80,
            Some(percent) => i64::from(percent) * 4,
        }
    }
}

/// |difference| × 1,000,000 / |amount|, rounded down and capped. By bisection: amounts have no division, and need none.
pub(crate) fn parts_per_million(difference: &Amount, amount: &Amount) -> u64 {
    const CAP: i128 = 100_000_000;
    let (difference, amount) = (difference.abs().times(1_000_000), amount.abs());
    if let (Some(difference), Some(amount)) = (difference.to_i128(), amount.to_i128()) {
        return if amount == 0 { CAP as u64 } else { (difference / amount).min(CAP) as u64 };
    }
    let (mut low, mut high) = (0, CAP);
    while low < high {
        let middle = (low + high + 1) / 2;
        if amount.times(middle) <= difference { low = middle } else { high = middle - 1 }
    }
    low as u64
}

/// Below this margin another whole solution counts as equally good.
pub const AMBIGUOUS_MARGIN: i64 = 40;
/// What [`Tier::Likely`] needs.
pub const LIKELY_SCORE: i64 = 650;
/// What [`Tier::Likely`] needs.
pub const LIKELY_MARGIN: i64 = 100;
/// What [`Tier::Certain`] needs.
pub const CERTAIN_SCORE: i64 = 900;
/// What [`Tier::Certain`] needs.
pub const CERTAIN_MARGIN: i64 = 250;
/// Points of a document number that [`Tier::Certain`] accepts on its own.
pub const CERTAIN_DOCUMENT: i64 = 500;
/// Percent of the name that [`Tier::Certain`] accepts in place of a document number, for an amount seen once.
pub const CERTAIN_NAME: u8 = 80;

/// The tier of a chosen pair.
///
/// * ambiguous: margin below 40 points.
/// * certain: equal amount; the document number named (at least 5 digits), or at least 80 % of the name and an amount
///   that at most 4 pairs share; dated −3 to +20 days; no other document named; score at least 900; margin at least 250;
///   and no row that looks the same is left over (`settled`), for nobody can tell which of those rows is meant.
/// * likely: equal amount or document number named; no other document named; score at least 650; margin at least 100.
/// * possible: everything else.
pub fn tier(evidence: &Evidence, margin: i64, settled: bool) -> Tier {
    if margin < AMBIGUOUS_MARGIN {
        return Tier::Ambiguous;
    }
    let score = evidence.raw_score();
    let equal = evidence.difference.is_zero();
    let named = evidence.document_points() >= CERTAIN_DOCUMENT;
    let known = evidence.name.is_some_and(|percent| percent >= CERTAIN_NAME) && evidence.rarity_points() >= 120;
    let usual = (-3..=20).contains(&evidence.days());
    let conflict = evidence.document == DocumentEvidence::Conflict;
    let sure = equal && (named || known) && usual && !conflict && settled;
    if sure && score >= CERTAIN_SCORE && margin >= CERTAIN_MARGIN {
        return Tier::Certain;
    }
    if (equal || named) && !conflict && score >= LIKELY_SCORE && margin >= LIKELY_MARGIN {
        return Tier::Likely;
    }
    Tier::Possible
}
