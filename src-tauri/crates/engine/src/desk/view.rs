//! Storage rows as the desk shows them.

use ledger::Currency;
use serde_json::Value;
use store::recon::{DeskLineRecord, EntryRecord};

use crate::api::desk::{DeskEntry, DeskLine, Reason, TextMark};
use crate::words;

/// State of a line that no run has looked at yet.
pub(crate) const NOT_RUN: &str = "open";

/// An entry.
pub(crate) fn entry_view(entry: &EntryRecord) -> DeskEntry {
    DeskEntry {
        id: entry.txn_id.clone(),
        date: entry.date.to_string(),
        reference: entry.reference.clone(),
        description: entry.description.clone(),
        counterpart: entry.other_name.clone(),
        amount: entry.amount.to_string(),
        outstanding: entry.outstanding_on.is_some(),
    }
}

/// A line with what was found for it, or what it was matched to. `nothing`: what to say when nothing was found, if a run
/// has looked for it.
pub(crate) fn line_view(
    row: &DeskLineRecord,
    nothing: Option<&str>,
    entry: Option<&EntryRecord>,
    matched: Option<&[EntryRecord]>,
    currency: &Currency,
) -> DeskLine {
    let line = &row.line;
    let (state, found) = match (&line.match_id, &row.proposal) {
        (Some(_), _) => ("confirmed".to_owned(), matched_words(matched.unwrap_or_default())),
        (None, Some(one)) => {
            let reference = entry.map_or("1 entry", |entry| entry.reference.as_str());
            let found = if one.tier == "ambiguous" {
                match one.detail["alternatives"].as_array().map_or(0, Vec::len) {
                    // Two lines want the one entry.
                    0 => format!("{reference} fits another line as well"),
                    others => {
                        format!("{} fit equally well", words::plural(others as u64 + 1, "entry", "entries"))
                    }
                }
            } else if one.difference.is_zero() {
                format!("{reference}, {}", rarity(&one.detail).unwrap_or_else(|| "same amount".into()))
            } else {
                format!("{reference}, {} apart", words::amount(&one.difference.abs(), currency.exponent()))
            };
            (one.tier.clone(), found)
        }
        (None, None) => match nothing {
            Some(words) => ("none".to_owned(), words.to_owned()),
            None => (NOT_RUN.to_owned(), "Not matched yet".to_owned()),
        },
    };
    DeskLine {
        id: line.id.clone(),
        position: line.position,
        date: line.booking_date.to_string(),
        value_date: line.value_date.map(|day| day.to_string()),
        description: line.description.clone(),
        reference: line.reference.clone(),
        counterparty: line.counterparty.clone(),
        amount: line.amount.to_string(),
        state,
        score: row.proposal.as_ref().map(|one| one.score),
        found,
        match_id: line.match_id.clone(),
    }
}

/// The most telling reason in a few words: what the text says, else how rare the amount is.
fn rarity(detail: &Value) -> Option<String> {
    let reasons = detail["reasons"].as_array()?;
    let best = reasons
        .iter()
        .filter(|reason| reason["weight"].as_i64() > Some(0) && reason["kind"] != "rule")
        .max_by_key(|reason| reason["weight"].as_i64());
    best.and_then(|reason| reason["words"].as_str()).map(|words| {
        let mut chars = words.chars();
        // Kept as it is when it begins with a name or a number.
        match chars.next() {
            Some(first) if words.starts_with("Same") || words.starts_with("Only") => {
                first.to_lowercase().collect::<String>() + chars.as_str()
            }
            _ => words.to_owned(),
        }
    })
}

fn matched_words(entries: &[EntryRecord]) -> String {
    match entries {
        [] => "Matched".into(),
        [one] => format!("Matched to {}", one.reference),
        [one, rest @ ..] => format!(
            "Matched to {} and {}",
            one.reference,
            words::plural(rest.len() as u64, "other entry", "other entries")
        ),
    }
}

/// Points in words. Only their order means something, so a word says as much as the figure.
fn strength(points: i64) -> &'static str {
    match points {
        300.. => "strong",
        80..300 => "good",
        1..80 => "weak",
        0 => "neutral",
        -49..0 => "slightly against",
        -149..-49 => "against",
        _ => "strongly against",
    }
}

/// Reasons of a stored proposal, split into for and against.
pub(super) fn reasons(value: &Value) -> (Vec<Reason>, Vec<Reason>) {
    let all: Vec<matching::Reason> = serde_json::from_value(value.clone()).unwrap_or_default();
    all.into_iter()
        .map(|reason| {
            let mark = reason.spans.first().map(|span| TextMark {
                side: match span.side {
                    matching::Side::Line => "line".into(),
                    matching::Side::Entry => "entry".into(),
                },
                field: match span.field {
                    matching::TextField::Description => "description".into(),
                    matching::TextField::Reference => "reference".into(),
                    matching::TextField::Counterparty => "counterparty".into(),
                },
                start: span.start as u32,
                end: span.end as u32,
            });
            (
                reason.supports,
                Reason { text: reason.words, weight: reason.weight, strength: strength(reason.weight).into(), mark },
            )
        })
        .fold((Vec::new(), Vec::new()), |(mut supports, mut against), (supporting, reason)| {
            if supporting {
                supports.push(reason)
            } else {
                against.push(reason)
            }
            (supports, against)
        })
}
