//! Evidence in words, with the place in the text it stands on.

use ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, Source, parts_per_million};
use crate::model::{DAY, LedgerItem, StatementItem};
use crate::rule::Rule;
use crate::text::{self, DocumentEvidence};

/// What a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// A rule is satisfied.
    Rule,
    /// The closest-text search accepted the pair.
    ClosestText,
    SameAmount,
    AmountOff,
    /// How many open entries have this amount.
    AmountRarity,
    SameDay,
    DaysLater,
    DaysEarlier,
    SameReference,
    ReferenceFound,
    ReferenceNear,
    OtherReference,
    NameFound,
    NameMissing,
}

/// The measured value behind a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Measured {
    /// Rule position, from 1.
    Rule(u32),
    /// Difference (line minus entry) in minor units.
    Amount(Amount),
    /// Seconds from the entry to the line.
    Seconds(i64),
    Letters(u32),
    Percent(u8),
    Count(u32),
    Text(String),
}

/// Which item a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Line,
    Entry,
}

/// Which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextField {
    Description,
    Reference,
    Counterparty,
}

/// A stretch of text to mark, in characters (code points): `start` included, `end` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub side: Side,
    pub field: TextField,
    pub start: usize,
    pub end: usize,
}

/// One reason for or against a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub kind: ReasonKind,
    pub words: String,
    /// Points; negative when it speaks against.
    pub weight: i64,
    /// False when it speaks against the pair.
    pub supports: bool,
    pub measured: Measured,
    /// Matched text, if there is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
}

impl Reason {
    fn new(kind: ReasonKind, words: String, weight: i64, measured: Measured) -> Self {
        Self { kind, words, weight, supports: weight >= 0, measured, spans: Vec::new() }
    }
}

/// The reasons of a pair. Their weights add up to the raw score.
pub fn reasons(evidence: &Evidence, rules: &[Rule], line: &StatementItem, entry: &LedgerItem) -> Vec<Reason> {
    let mut reasons = Vec::new();
    source_reason(evidence, rules, line, entry, &mut reasons);
    amount_reasons(evidence, line, entry, &mut reasons);
    let kind = match evidence.days() {
        0 => ReasonKind::SameDay,
        days if days > 0 => ReasonKind::DaysLater,
        _ => ReasonKind::DaysEarlier,
    };
    let measured = Measured::Seconds(evidence.seconds);
    reasons.push(Reason::new(kind, days_words(evidence.seconds), evidence.date_points(), measured));
    document_reason(evidence, line, entry, &mut reasons);
    name_reason(evidence, line, entry, &mut reasons);
    reasons
}

fn source_reason(
    evidence: &Evidence,
    rules: &[Rule],
    line: &StatementItem,
    entry: &LedgerItem,
    into: &mut Vec<Reason>,
) {
    let points = evidence.source_points();
    match evidence.source {
        Source::Rule(index) => {
            let name = rules.get(index as usize).map_or("", |rule| rule.name.as_str());
            let words = format!("Rule {}, {name}", index + 1);
            into.push(Reason::new(ReasonKind::Rule, words, points, Measured::Rule(index + 1)));
        }
        Source::Scored => {}
        Source::Fallback(letters) => {
            let words = match letters {
                _ if !evidence.shares_letters => "Line text and reference have no letter in common".to_owned(),
                0 => "Line text and reference are the same".to_owned(),
                1 => "Line text and reference differ by 1 letter".to_owned(),
                n => format!("Line text and reference differ by {n} letters"),
            };
            let mut reason = Reason::new(ReasonKind::ClosestText, words, points, Measured::Letters(letters));
            if evidence.shares_letters {
                let whole = |side, field, text: &str| Span { side, field, start: 0, end: text.chars().count() };
                reason.spans.push(whole(Side::Line, TextField::Description, &line.description));
                reason.spans.push(whole(Side::Entry, TextField::Reference, &entry.reference));
            }
            into.push(reason);
        }
    }
}

fn amount_reasons(evidence: &Evidence, line: &StatementItem, entry: &LedgerItem, into: &mut Vec<Reason>) {
    let measured = Measured::Amount(evidence.difference.clone());
    if !evidence.difference.is_zero() {
        let words = off_words(&evidence.difference, &line.amount, &line.currency);
        into.push(Reason::new(ReasonKind::AmountOff, words, evidence.amount_points(), measured));
        return;
    }
    let words = format!("Same amount, {}", money(&entry.amount, &entry.currency));
    into.push(Reason::new(ReasonKind::SameAmount, words, evidence.amount_points(), measured));
    let points = evidence.rarity_points();
    if points > 0 {
        let entries = evidence.rarity.entries;
        let words = match entries {
            0 | 1 => "Only 1 open entry has this amount".to_owned(),
            n => format!("Only {n} open entries have this amount"),
        };
        into.push(Reason::new(ReasonKind::AmountRarity, words, points, Measured::Count(entries)));
    }
}

fn document_reason(evidence: &Evidence, line: &StatementItem, entry: &LedgerItem, into: &mut Vec<Reason>) {
    let found = text::find_document(line, &entry.reference);
    let other = (evidence.document == DocumentEvidence::Conflict).then(|| text::other_document(line, entry));
    let shown = found.as_ref().map_or(entry.reference.as_str(), |found| found.shown.as_str());
    let (kind, words) = match evidence.document {
        DocumentEvidence::None => return,
        DocumentEvidence::Same => (ReasonKind::SameReference, format!("Same reference, {}", entry.reference)),
        DocumentEvidence::InText | DocumentEvidence::Digits(_) => {
            (ReasonKind::ReferenceFound, format!("Reference {shown} found in the line text"))
        }
        DocumentEvidence::Near => {
            (ReasonKind::ReferenceNear, format!("Reference {} is close to {}", line.reference, entry.reference))
        }
        DocumentEvidence::Conflict => (
            ReasonKind::OtherReference,
            format!("The line names another reference, {}", other.as_deref().unwrap_or_default()),
        ),
    };
    let measured = Measured::Text(other.unwrap_or_else(|| shown.to_owned()));
    let mut reason = Reason::new(kind, words, evidence.document_points(), measured);
    if evidence.document > DocumentEvidence::None {
        reason.spans.extend(found.map(|found| found.span));
    }
    into.push(reason);
}

fn name_reason(evidence: &Evidence, line: &StatementItem, entry: &LedgerItem, into: &mut Vec<Reason>) {
    let Some(percent) = evidence.name else { return };
    let name = if entry.counterparty.trim().is_empty() { entry.description.trim() } else { entry.counterparty.trim() };
    let (kind, words) = match percent {
        95..=100 => (ReasonKind::NameFound, format!("{name} named in the line text")),
        20..=94 => (ReasonKind::NameFound, format!("{name} partly named in the line text, {percent} %")),
        _ => (ReasonKind::NameMissing, format!("{name} is not named in the line text")),
    };
    let mut reason = Reason::new(kind, words, evidence.name_points(), Measured::Percent(percent));
    if percent >= 20 {
        reason.spans = text::find_name(line, entry);
    }
    into.push(reason);
}

/// An amount as people write it: `1,386.20 EUR`, `−0.005 KWD`.
pub fn money(amount: &Amount, currency: &Currency) -> String {
    format!("{} {}", grouped(amount, currency), currency.code())
}

fn grouped(amount: &Amount, currency: &Currency) -> String {
    let plain = amount.abs().to_decimal(currency.exponent());
    let (whole, fraction) =
        plain.split_once('.').map_or((plain.as_str(), None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(if amount.is_negative() { "−" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// "6.00 off, 0.033 %": the difference without its sign, and its share of `of`.
pub fn off_words(difference: &Amount, of: &Amount, currency: &Currency) -> String {
    let off = grouped(&difference.abs(), currency);
    if of.is_zero() {
        return format!("{off} off");
    }
    match parts_per_million(difference, of) {
        0..=4 => format!("{off} off, less than 0.001 %"),
        ppm @ 5..=9_999_994 => format!("{off} off, {} %", thousandths((ppm + 5) / 10)),
        _ => format!("{off} off, more than 999 %"),
    }
}

/// 33 thousandths are `0.033`, 1500 are `1.5`.
fn thousandths(value: u64) -> String {
    let text = format!("{}.{:03}", value / 1000, value % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// "Same day", "2 days later", "1 day earlier": the line against the entry.
pub fn days_words(seconds: i64) -> String {
    let (days, direction) =
        (seconds.unsigned_abs() / DAY.unsigned_abs(), if seconds < 0 { "earlier" } else { "later" });
    let hours = seconds.unsigned_abs() / 3600;
    match (days, hours) {
        (0, 0) => "Same day".to_owned(),
        (0, 1) => format!("1 hour {direction}"),
        (0, hours) => format!("{hours} hours {direction}"),
        (1, _) => format!("1 day {direction}"),
        (days, _) => format!("{days} days {direction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_the_decimals_of_their_currency() {
        let write = |minor: i64, code: &str| money(&Amount::from(minor), &Currency::iso(code).unwrap());
        assert_eq!(write(138_620, "EUR"), "1,386.20 EUR");
        assert_eq!(write(-5, "KWD"), "−0.005 KWD");
        assert_eq!(write(6_200_000, "JPY"), "6,200,000 JPY");
        let eur = Currency::iso("EUR").unwrap();
        assert_eq!(off_words(&Amount::from(-600_i64), &Amount::from(1_825_000_i64), &eur), "6.00 off, 0.033 %");
        assert_eq!(off_words(&Amount::from(1_i64), &Amount::ZERO, &eur), "0.01 off");
    }

    #[test]
    fn distances_of_dates_read_from_the_line() {
        assert_eq!(days_words(0), "Same day");
        assert_eq!(days_words(2 * DAY), "2 days later");
        assert_eq!(days_words(-DAY), "1 day earlier");
        assert_eq!(days_words(-2 * 3600), "2 hours earlier");
    }
}
