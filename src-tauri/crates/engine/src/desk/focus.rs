//! The focus card: why this entry, what speaks against it, and what else there is.

use jiff::civil::Date;
use ledger::Amount;
use matching::evidence::{AMBIGUOUS_MARGIN, CERTAIN_MARGIN, LIKELY_MARGIN};
use store::Word;
use store::recon::{DeskLineRecord, LineFilter, LineQuery, LineRecord, ProposalRecord, StatementRecord};

use super::basket::{NEW_ENTRY, References, movement_reference};
use super::view::{entry_view, reasons};
use crate::api::desk::{ConfirmedMatch, DeskFocus, Suggestion};
use crate::{Engine, EngineError, EngineResult, words};

/// Days within which a line with the same amount and text counts as a repetition.
const REPEAT_DAYS: i64 = 3;

impl Engine {
    /// Everything about one line: suggestion, alternatives, margin, hints, or the match it is in.
    pub async fn desk_focus(&self, line_id: &str) -> EngineResult<DeskFocus> {
        let (statement, row) = self.desk_line(line_id).await?;
        let line = self
            .line_views(&statement, std::slice::from_ref(&row))
            .await?
            .pop()
            .ok_or_else(|| EngineError::not_found("line", line_id))?;
        let confirmed = match row.line.match_id.as_deref() {
            Some(id) => Some(self.confirmed_match(&statement, id).await?),
            None => None,
        };
        let (suggestion, alternatives, margin) = match &row.proposal {
            Some(proposal) if confirmed.is_none() => self.suggestions(&statement, &row.line, proposal).await?,
            _ => (None, Vec::new(), None),
        };
        let hints = self.line_hints(&statement, &row.line).await?;
        let choose = suggestion.is_some() && row.proposal.as_ref().is_some_and(must_choose);
        let entry_reference = self.entry_reference(&statement, &row.line).await?;
        Ok(DeskFocus { line, suggestion, choose, alternatives, margin, hints, confirmed, entry_reference })
    }

    /// As the posting will find it free, said before it is made.
    async fn entry_reference(&self, statement: &StatementRecord, line: &LineRecord) -> EngineResult<String> {
        let base = movement_reference(statement, line, NEW_ENTRY);
        let mut references = References::of(&base);
        while self.store.transaction_by_reference(&references.current).await?.is_some() {
            references.turn();
        }
        Ok(references.current)
    }

    pub(super) async fn desk_line(&self, line_id: &str) -> EngineResult<(StatementRecord, DeskLineRecord)> {
        let line = self
            .store
            .lines(&[line_id.to_owned()])
            .await?
            .pop()
            .ok_or_else(|| EngineError::not_found("line", line_id))?;
        let statement =
            self.store.statements(None).await?.into_iter().find(|statement| statement.key == line.statement_key);
        let statement = statement.ok_or_else(|| EngineError::not_found("line", line_id))?;
        let query = LineQuery {
            filter: LineFilter::All,
            after: line.position.checked_sub(1),
            limit: 5,
            ..self.line_query(&statement).await?
        };
        let row = self.store.desk_lines(&query).await?.rows.into_iter().find(|row| row.line.id == line_id);
        Ok((statement, row.unwrap_or(DeskLineRecord { line, proposal: None })))
    }

    async fn suggestions(
        &self,
        statement: &StatementRecord,
        line: &LineRecord,
        proposal: &ProposalRecord,
    ) -> EngineResult<(Option<Suggestion>, Vec<Suggestion>, Option<String>)> {
        let rules = self.store.rules().await?;
        let rule = proposal
            .rule_id
            .as_ref()
            .and_then(|id| rules.iter().find(|rule| rule.id == *id))
            .map(|rule| rule.name.clone());
        let others = alternatives(proposal);
        let keys: Vec<i64> =
            std::iter::once(proposal.txn_key).chain(others.iter().map(|other| other.entry.cast_signed())).collect();
        let entries = self.store.entries_by_key(statement.balance_key, &keys).await?;
        let entry = |key: i64| entries.iter().find(|entry| entry.txn_key == key && entry.match_key.is_none());
        let (supports, against) = reasons(&proposal.detail["reasons"]);
        let suggestion = entry(proposal.txn_key).map(|entry| Suggestion {
            entries: vec![entry_view(entry)],
            total: entry.amount.to_string(),
            difference: (&line.amount - &entry.amount).to_string(),
            tier: proposal.tier.clone(),
            verdict: tier_meaning(&proposal.tier, line.amount == entry.amount).into(),
            reasons: supports,
            against,
            rule,
            taken_by: None,
        });
        let taken: Vec<i64> = others.iter().filter_map(|other| other.taken_by.map(u64::cast_signed)).collect();
        let positions =
            if taken.is_empty() { Vec::new() } else { self.store.statement_lines(statement.key, false).await? };
        let alternatives: Vec<_> = others
            .iter()
            .filter_map(|other| {
                let entry = entry(other.entry.cast_signed())?;
                let (supports, against) = reasons(&serde_json::to_value(&other.reasons).unwrap_or_default());
                Some(Suggestion {
                    entries: vec![entry_view(entry)],
                    total: entry.amount.to_string(),
                    difference: (&line.amount - &entry.amount).to_string(),
                    tier: "weak".into(),
                    verdict: standing(proposal.score - other.score).into(),
                    reasons: supports,
                    against,
                    rule: None,
                    taken_by: other
                        .taken_by
                        .and_then(|key| positions.iter().find(|line| line.key == key.cast_signed()))
                        .map(|line| line.position),
                })
            })
            .collect();
        let margin = suggestion.is_some().then(|| margin_words(proposal, !others.is_empty()));
        Ok((suggestion, alternatives, margin))
    }

    pub(crate) async fn confirmed_match(&self, statement: &StatementRecord, id: &str) -> EngineResult<ConfirmedMatch> {
        let record = self.store.match_by_id(id).await?.ok_or_else(|| EngineError::not_found("match", id))?;
        let rows: Vec<_> = self
            .store
            .match_lines(record.key)
            .await?
            .into_iter()
            .map(|line| DeskLineRecord { line, proposal: None })
            .collect();
        let entries = self.store.match_entries(record.key).await?;
        let rule = match &record.rule_id {
            Some(id) => self.store.rule(id).await?.map(|rule| rule.name),
            None => None,
        };
        let (mut supports, against) = reasons(&record.reasons);
        supports.extend(against);
        Ok(ConfirmedMatch {
            id: record.id,
            lines: self.line_views(statement, &rows).await?,
            posted: record.posted_key.and_then(|key| entries.iter().find(|entry| entry.txn_key == key)).map(entry_view),
            entries: entries.iter().map(entry_view).collect(),
            kind: record.kind,
            tier: record.tier,
            rule,
            reasons: supports,
            at: record.confirmed_at.to_string(),
            by: record.confirmed_by,
        })
    }

    async fn line_hints(&self, statement: &StatementRecord, line: &LineRecord) -> EngineResult<Vec<String>> {
        let query = LineQuery {
            filter: LineFilter::All,
            words: Word::all(&line.amount.to_string(), 0),
            limit: super::PAGE,
            ..self.line_query(statement).await?
        };
        let same = self.store.desk_lines(&query).await?;
        let mut earlier = same.rows.iter().map(|row| &row.line).filter(|other| {
            let days = days_between(other.booking_date, line.booking_date);
            other.key != line.key
                && other.amount == line.amount
                && other.description == line.description
                && (0..=REPEAT_DAYS).contains(&days)
                && (other.booking_date, other.position) < (line.booking_date, line.position)
        });
        Ok(earlier
            .next_back()
            .map(|other| match days_between(other.booking_date, line.booking_date) {
                0 => format!("Repeats line {}, on the same day.", other.position),
                days => format!(
                    "Repeats line {}, {} later.",
                    other.position,
                    words::plural(days.unsigned_abs(), "day", "days")
                ),
            })
            .into_iter()
            .collect())
    }
}

/// Whole days from `a` to `b`.
pub(crate) fn days_between(a: Date, b: Date) -> i64 {
    b.duration_since(a).as_secs() / 86_400
}

/// Whether a person has to say which entry it is: another solution is as good, and it is not one that only swaps
/// rows of which as many lines as entries look the same.
pub(super) fn must_choose(proposal: &ProposalRecord) -> bool {
    let class = &proposal.detail["interchangeable"];
    let any_will_do = class.is_object() && class["lines"] == class["entries"];
    proposal.tier == "ambiguous" && !any_will_do
}

/// How far the next best solution is away, in words.
fn margin_words(proposal: &ProposalRecord, others: bool) -> String {
    let exact = proposal.detail["margin_exact"].as_bool().unwrap_or(true);
    let class = &proposal.detail["interchangeable"];
    if class.is_object() {
        let (lines, entries) = (class["lines"].as_u64().unwrap_or(1), class["entries"].as_u64().unwrap_or(1));
        let shown = (words::plural(lines, "line", "lines"), words::plural(entries, "entry", "entries"));
        if lines != entries {
            return format!(
                "Of rows that look alike there are {} and {}; which of them belong together cannot be told.",
                shown.0, shown.1
            );
        }
        if proposal.tier == "ambiguous" {
            return format!(
                "{} and {} look the same in every field; it does not matter which goes with which.",
                shown.0, shown.1
            );
        }
    }
    match (proposal.tier.as_str(), others) {
        ("ambiguous", _) => "Another solution is as good. Pick one.".into(),
        (_, false) => "Only entry that fits.".into(),
        _ if exact => format!("The next best solution is {}.", weaker(proposal.margin)),
        _ => format!("The next best solution is {}, or more; the search stopped there.", weaker(proposal.margin)),
    }
}

/// A margin in words. Points say nothing to a person; where the tiers divide says something.
fn weaker(margin: i64) -> &'static str {
    match margin {
        CERTAIN_MARGIN.. => "clearly weaker",
        LIKELY_MARGIN.. => "weaker",
        _ => "only a little weaker",
    }
}

/// How an alternative compares with the suggestion on its own, by the points that it has less.
fn standing(gap: i64) -> &'static str {
    if gap < AMBIGUOUS_MARGIN { "fits as well" } else { weaker(gap) }
}

/// What a tier promises, in a sentence.
fn tier_meaning(tier: &str, equal: bool) -> &'static str {
    match tier {
        "certain" => "Same amount, named in the text, at a usual date, and nothing else comes close.",
        "likely" if equal => "The amount agrees, and it is ahead of everything else.",
        "likely" => "The document number agrees, the amount not quite, and it is ahead of everything else.",
        "ambiguous" => "Another choice is as good. The texts have to decide.",
        _ => "It fits, but the amount, the text or the date leaves room for doubt.",
    }
}

/// Differences an accountant recognises.
pub(super) fn difference_hints(difference: &Amount, total: &Amount) -> Vec<String> {
    let mut hints = Vec::new();
    if difference.is_zero() {
        return hints;
    }
    let divisible =
        difference.abs().to_string().bytes().fold(0_u32, |rest, digit| (rest + u32::from(digit - b'0')) % 9) == 0;
    if divisible {
        hints.push("The difference is divisible by 9: digits may be swapped.".into());
    }
    if difference.abs() == total.abs().times(2) {
        hints.push("The difference is exactly twice the amount: the sign may be wrong.".into());
    }
    hints
}

/// What else the matching found for the line of a proposal.
pub(super) fn alternatives(proposal: &ProposalRecord) -> Vec<matching::Alternative> {
    serde_json::from_value(proposal.detail["alternatives"].clone()).unwrap_or_default()
}
