//! What a rule would do on a statement, before it is saved. Nothing is changed.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use matching::criteria::{EntryView, LineView, Lower, holds};
use matching::{Criterion, Decimal, Field, LedgerItem, Operator, Params, StatementItem, check_pair};
use store::recon::{EntryRecord, LineRecord, StatementRecord, StatementState};

use crate::api::rules::{CriterionMark, RuleDraft, RuleExample, RulePreview, Tolerance, ToleranceUnit};
use crate::rules::{convert, matching_rule};
use crate::runs::{entry_item, line_item};
use crate::{Engine, EngineError, EngineResult};

/// Lines that a preview tries; the newest of a longer statement.
const MAX_LINES: usize = 10_000;
/// Pairs looked at for near misses: about a fifth of a second.
const MAX_PAIRS: usize = 300_000;
/// Entries compared with a line beyond that, nearest by amount.
const NEAREST: usize = 30;
/// Examples of each kind.
const EXAMPLES: usize = 50;
/// Widest amount that is offered to be let through, in hundredths of a percent.
const WIDEST: i128 = 500;
/// Most days that are offered to be let through.
const MOST_DAYS: u32 = 31;

struct Data {
    lines: Vec<LineRecord>,
    entries: Vec<EntryRecord>,
    line_items: Vec<StatementItem>,
    entry_items: Vec<LedgerItem>,
    /// Pairs that somebody rejected.
    excluded: Vec<(u64, u64)>,
    note: Option<String>,
}

impl Engine {
    /// Tries a rule on a statement, by default the newest open one.
    ///
    /// # Errors
    /// `INVALID_INPUT` if the rule cannot be read, `NOT_FOUND` if there is no statement to try it on.
    pub async fn rule_preview(&self, draft: RuleDraft, statement_id: Option<String>) -> EngineResult<RulePreview> {
        let started = Instant::now();
        let (stored, issues) = convert::to_stored(&draft.name, &draft.body);
        if let Some(issue) = issues.first() {
            return Err(EngineError::invalid("criteria", &issue.text));
        }
        let rule = matching::Rule::parse(&stored).map_err(|problems| {
            EngineError::invalid("criteria", problems.first().map_or_else(String::new, ToString::to_string))
        })?;
        let statement = match statement_id {
            Some(id) => self.statement_record(&id).await?,
            None => self.newest_statement().await?,
        };
        let (before, after) = self.rule_sets(&draft, &rule).await?;
        let looking: Vec<_> = before.iter().chain(&after).chain([&rule]).cloned().collect();
        let data = self.preview_data(&statement, &looking).await?;
        let mut preview = tokio::task::spawn_blocking(move || compute(&statement, &data, &rule, before, after))
            .await
            .map_err(|error| EngineError::Conflict {
                code: "PREVIEW_FAILED",
                message: format!("The preview stopped: {error}. Nothing was changed."),
            })??;
        preview.milliseconds = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        Ok(preview)
    }

    async fn newest_statement(&self) -> EngineResult<StatementRecord> {
        let mut all = self.store.statements(None).await?;
        let at = all.iter().rposition(|statement| statement.state == StatementState::Open).or(all.len().checked_sub(1));
        at.map(|at| all.swap_remove(at)).ok_or_else(|| EngineError::not_found("statement", "to try the rule on"))
    }

    async fn preview_data(&self, statement: &StatementRecord, rules: &[matching::Rule]) -> EngineResult<Data> {
        let mut lines = self.store.statement_lines(statement.key, false).await?;
        let all = lines.len();
        let note = (all > MAX_LINES).then(|| format!("Tried on the newest {MAX_LINES} of {all} lines."));
        lines.drain(..all.saturating_sub(MAX_LINES));
        let open = self.run_inputs(statement, i64::MAX, rules).await?;
        let keys: Vec<_> = open.entries.iter().map(|entry| entry.id.cast_signed()).collect();
        let mut entries = self.store.entries_by_key(statement.balance_key, &keys).await?;
        entries.extend(self.store.statement_entries(statement.key).await?);
        let line_items = lines.iter().map(|line| line_item(line, &statement.currency)).collect();
        let entry_items = entries.iter().map(|entry| entry_item(entry, &statement.currency)).collect();
        Ok(Data { lines, entries, line_items, entry_items, excluded: open.excluded, note })
    }

    /// The enabled rules as they are, and as they would be with the draft in its place.
    async fn rule_sets(
        &self,
        draft: &RuleDraft,
        rule: &matching::Rule,
    ) -> EngineResult<(Vec<matching::Rule>, Vec<matching::Rule>)> {
        let (mut before, mut after, mut placed) = (Vec::new(), Vec::new(), false);
        for record in self.store.rules().await? {
            let one = matching_rule(&record.body)?;
            if draft.id.as_ref() == Some(&record.id) {
                placed = true;
                if draft.enabled {
                    after.push(rule.clone());
                }
            } else if record.enabled {
                after.push(one.clone());
            }
            if record.enabled {
                before.push(one);
            }
        }
        if !placed && draft.enabled {
            after.push(rule.clone());
        }
        Ok((before, after))
    }
}

/// Line key to entry key under a set of rules.
fn pairs(data: &Data, rules: Vec<matching::Rule>) -> EngineResult<HashMap<u64, u64>> {
    let (lines, entries) = (data.line_items.clone(), data.entry_items.clone());
    let inputs = matching::Inputs { lines, entries, excluded: data.excluded.clone() };
    let outcome = crate::runs::match_quietly(inputs, rules, Params::rules_only()).map_err(crate::runs::input_error)?;
    Ok(outcome
        .map(|outcome| outcome.matches.into_iter().map(|one| (one.line, one.entry)).collect())
        .unwrap_or_default())
}

fn compute(
    statement: &StatementRecord,
    data: &Data,
    rule: &matching::Rule,
    before: Vec<matching::Rule>,
    after: Vec<matching::Rule>,
) -> EngineResult<RulePreview> {
    let alone = pairs(data, vec![rule.clone()])?;
    let (before, after) = (pairs(data, before)?, pairs(data, after)?);
    let entry_at: HashMap<u64, usize> = data.entry_items.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
    let gained: HashSet<u64> = after.keys().filter(|line| !before.contains_key(line)).copied().collect();
    let lost = before.keys().filter(|line| !after.contains_key(line)).count();
    let mut preview = RulePreview {
        currency: statement.currency.code().to_owned(),
        exponent: statement.currency.exponent(),
        lines: data.lines.len() as u32,
        would_match: alone.len() as u32,
        would_not: (data.lines.len() - alone.len()) as u32,
        near_misses: 0,
        gained: gained.len() as u32,
        lost: lost as u32,
        contradicted: 0,
        passing: vec![0; rule.criteria.len()],
        matches: Vec::new(),
        misses: Vec::new(),
        milliseconds: 0,
        note: data.note.clone(),
    };
    let nearby = Nearby::new(data);
    for (at, line) in data.lines.iter().enumerate() {
        let id = data.line_items[at].id;
        let near = nearby.look(rule, at);
        for (count, passes) in preview.passing.iter_mut().zip(&near.passing) {
            *count += u32::from(*passes);
        }
        if let Some(entry) = alone.get(&id).and_then(|entry| entry_at.get(entry)) {
            let contradicts = line.match_key.is_some() && data.entries[*entry].match_key != line.match_key;
            preview.contradicted += u32::from(contradicts);
            if preview.matches.len() < EXAMPLES || (contradicts && preview.matches.len() < 2 * EXAMPLES) {
                preview.matches.push(example(data, rule, at, *entry, gained.contains(&id)));
            }
        } else if let Some(entry) = near.miss {
            preview.near_misses += 1;
            if preview.misses.len() < EXAMPLES {
                preview.misses.push(example(data, rule, at, entry, false));
            }
        }
    }
    // What is new is what the person wants to see first.
    preview.matches.sort_by_key(|one| (!one.gained, one.line_position));
    if nearby.bounded {
        let bounded = format!("Near misses are looked for among the {NEAREST} entries nearest in amount.");
        preview.note = Some(preview.note.map_or(bounded.clone(), |note| format!("{note} {bounded}")));
    }
    Ok(preview)
}

/// Which entries of a line are worth a look, and what a rule says about them.
struct Nearby<'a> {
    data: &'a Data,
    line_lower: Vec<Lower>,
    entry_lower: Vec<Lower>,
    /// Entry numbers by amount.
    by_amount: Vec<usize>,
    bounded: bool,
}

struct Look {
    passing: Vec<bool>,
    /// An entry for which all criteria but one hold.
    miss: Option<usize>,
}

impl<'a> Nearby<'a> {
    fn new(data: &'a Data) -> Self {
        let mut by_amount: Vec<usize> = (0..data.entries.len()).collect();
        by_amount.sort_by(|a, b| (&data.entries[*a].amount, a).cmp(&(&data.entries[*b].amount, b)));
        Self {
            data,
            line_lower: data.line_items.iter().map(Lower::of_line).collect(),
            entry_lower: data.entry_items.iter().map(Lower::of_entry).collect(),
            by_amount,
            bounded: data.lines.len() * data.entries.len() > MAX_PAIRS,
        }
    }

    fn candidates(&self, line: usize) -> &[usize] {
        if !self.bounded {
            return &self.by_amount;
        }
        let amount = &self.data.lines[line].amount;
        let at = self.by_amount.partition_point(|entry| self.data.entries[*entry].amount < *amount);
        &self.by_amount[at.saturating_sub(NEAREST / 2)..(at + NEAREST / 2).min(self.by_amount.len())]
    }

    fn look(&self, rule: &matching::Rule, line: usize) -> Look {
        let item = &self.data.line_items[line];
        let view = LineView { item, date: item.booking, lower: &self.line_lower[line] };
        let mut look = Look { passing: vec![false; rule.criteria.len()], miss: None };
        let mut best = None;
        for &at in self.candidates(line) {
            let entry = EntryView { item: &self.data.entry_items[at], lower: &self.entry_lower[at] };
            let mut failed = 0;
            for (passing, criterion) in look.passing.iter_mut().zip(&rule.criteria) {
                let passes = holds(criterion, view, entry);
                *passing |= passes;
                failed += usize::from(!passes);
            }
            let apart = (&self.data.lines[line].amount - &self.data.entries[at].amount).abs();
            let days = (item.booking.day() - self.data.entry_items[at].date.day()).abs();
            if failed == 1
                && rule.criteria.len() > 1
                && best.as_ref().is_none_or(|(least, near, _)| (&apart, days) < (least, *near))
            {
                best = Some((apart, days, at));
            }
        }
        look.miss = best.map(|(_, _, at)| at);
        look
    }
}

fn example(data: &Data, rule: &matching::Rule, line: usize, entry: usize, gained: bool) -> RuleExample {
    let (line_item, entry_item) = (&data.line_items[line], &data.entry_items[entry]);
    let (line, entry) = (&data.lines[line], &data.entries[entry]);
    let checks = check_pair(rule, line_item, entry_item);
    let text = format!("{} {}", line_item.description, line_item.reference).to_lowercase();
    let shared = !entry.reference.is_empty() && text.contains(&entry.reference.to_lowercase());
    RuleExample {
        line_id: line.id.clone(),
        line_position: line.position,
        line_date: line.booking_date.to_string(),
        line_text: line.description.clone(),
        line_amount: line.amount.to_string(),
        entry_id: entry.txn_id.clone(),
        entry_date: entry.date.to_string(),
        entry_reference: entry.reference.clone(),
        entry_text: entry.description.clone(),
        entry_amount: entry.amount.to_string(),
        marks: checks
            .into_iter()
            .zip(&rule.criteria)
            .map(|(check, criterion)| CriterionMark {
                holds: check.passed,
                text: check.words,
                allow: (!check.passed).then(|| allowance(criterion, line_item, entry_item)).flatten(),
            })
            .collect(),
        gained,
        shared_text: shared.then(|| entry.reference.clone()),
    }
}

/// The smallest tolerance, in steps a person would choose, with which a criterion that fails for this pair would hold.
fn allowance(criterion: &Criterion, line: &StatementItem, entry: &LedgerItem) -> Option<Tolerance> {
    if criterion.operator != Operator::Equals {
        return None;
    }
    let (value, unit, wider) = match criterion.field {
        Field::Amount => {
            let off = (&line.amount - &entry.amount).abs().times(10_000);
            // Whole hundredths of a percent, rounded up: anything less would not let it through.
            let step = (1..=WIDEST).find(|step| off <= entry.amount.abs().times(*step))?;
            let fraction: Decimal = format!("0.{step:04}").parse().ok()?;
            (
                format!("{}.{:02}", step / 100, step % 100),
                ToleranceUnit::Percent,
                matching::Tolerance::Fraction(fraction),
            )
        }
        Field::Date => {
            let days =
                u32::try_from((line.booking.day() - entry.date.day()).abs()).ok().filter(|days| *days <= MOST_DAYS)?;
            (days.to_string(), ToleranceUnit::Days, matching::Tolerance::Days(days))
        }
        _ => return None,
    };
    let wider = Criterion::new(criterion.field, criterion.operator, wider);
    let (line_lower, entry_lower) = (Lower::of_line(line), Lower::of_entry(entry));
    let view = LineView { item: line, date: line.booking, lower: &line_lower };
    holds(&wider, view, EntryView { item: entry, lower: &entry_lower }).then_some(Tolerance {
        value,
        unit,
        currency: None,
    })
}
