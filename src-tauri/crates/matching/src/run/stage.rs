//! The stages of a run: which pairs each proposes for a line.

use serde::{Deserialize, Serialize};

use super::Params;
use super::prepare::Prepared;
use crate::candidates::{AmountBounds, Query};
use crate::criteria::all_hold;
use crate::decimal::Decimal;
use crate::evidence::Source;
use crate::fallback::Fallback;
use crate::model::{DAY, InputError, LimitKind};
use crate::rule::Rule;

/// A stage of a run. Later stages only see what earlier ones left open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The user's rules: a pair that satisfies one of them is proposed.
    Rules,
    /// A search by score, without rules.
    Scored(ScoredPass),
    /// The closest-text search.
    Fallback(Fallback),
}

/// A search by score: amount and date bounds decide who is compared, points decide who is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoredPass {
    /// How many days the line may be dated before the entry.
    pub days_before: u32,
    /// How many days the line may be dated after the entry.
    pub days_after: u32,
    /// Largest difference as a fraction of the line's amount.
    pub tolerance: Decimal,
    /// Fewest points for a proposal.
    pub minimum: i64,
    /// Propose only if the line's text names the entry's document or half of its counterparty.
    pub needs_text: bool,
}

/// Percent of the name that [`ScoredPass::needs_text`] asks for.
const NEEDED_NAME: u8 = 50;

/// A possible pair: numbers in stable order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    pub line: u32,
    pub entry: u32,
    pub source: Source,
    /// What the pair is worth in the assignment.
    pub value: i64,
    /// Seconds between the dates.
    pub apart: u32,
}

/// A pair of the best assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub line: u32,
    pub entry: u32,
    pub source: Source,
    pub margin: i64,
    pub margin_exact: bool,
    pub alternatives: Vec<(Source, u32)>,
}

/// Bounds that were reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    pub notes: Vec<LimitCount>,
}

/// How often a bound was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitCount {
    pub kind: LimitKind,
    pub rule: Option<u32>,
    pub lines: u64,
    pub first_line: u32,
    pub limit: u32,
}

impl Limits {
    fn note(&mut self, kind: LimitKind, rule: Option<u32>, line: u32, limit: u32) {
        match self.notes.iter_mut().find(|note| note.kind == kind && note.rule == rule) {
            Some(note) => note.lines += 1,
            None => self.notes.push(LimitCount { kind, rule, lines: 1, first_line: line, limit }),
        }
    }
}

impl Stage {
    pub fn check(&self) -> Result<(), InputError> {
        match self {
            Self::Rules => Ok(()),
            Self::Fallback(fallback) => fallback.check(),
            Self::Scored(pass) if pass.tolerance > Decimal::ONE => {
                Err(InputError::Parameter("the amount tolerance of the scored search is above 100 %".to_owned()))
            }
            Self::Scored(_) => Ok(()),
        }
    }

    /// Appends the pairs for a line; returns how many were compared.
    pub fn collect(
        &self,
        line: u32,
        prepared: &Prepared,
        rules: &[Rule],
        params: &Params,
        edges: &mut Vec<Edge>,
        limits: &mut Limits,
    ) -> u64 {
        if !prepared.is_open(line) {
            return 0;
        }
        let mut collector = Collector { line, prepared, params, limits, found: Vec::new(), compared: 0 };
        match self {
            Self::Rules => collector.rules(rules),
            Self::Scored(pass) => collector.scored(pass),
            Self::Fallback(fallback) => collector.fallback(fallback),
        }
        let compared = collector.compared;
        let found = collector.finish();
        edges.extend(found);
        compared
    }
}

struct Collector<'a> {
    line: u32,
    prepared: &'a Prepared,
    params: &'a Params,
    limits: &'a mut Limits,
    found: Vec<Edge>,
    compared: u64,
}

impl Collector<'_> {
    fn candidates(&mut self, query: &Query<'_>, rule: Option<u32>) -> Vec<u32> {
        let (prepared, at) = (self.prepared, self.line as usize);
        let limit = self.params.max_candidates_per_line;
        let mut out = Vec::new();
        let currency = &prepared.lines[at].currency;
        if !prepared.index.collect(&prepared.entries, currency, prepared.dates[at], query, limit as usize, &mut out) {
            self.limits.note(LimitKind::Candidates, rule, self.line, limit);
        }
        self.compared += out.len() as u64;
        out.retain(|entry| prepared.may_pair(self.line, *entry));
        out
    }

    fn push(&mut self, entry: u32, source: Source, value: i64) {
        let (line, prepared) = (self.line as usize, self.prepared);
        let apart = prepared.dates[line].seconds_after(&prepared.entries[entry as usize].date).unsigned_abs();
        let apart = u32::try_from(apart).unwrap_or(u32::MAX);
        self.found.push(Edge { line: self.line, entry, source, value, apart });
    }

    /// Every rule from its own index; a pair belongs to the first rule it satisfies.
    fn rules(&mut self, rules: &[Rule]) {
        let view = self.prepared.line_view(self.line);
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.criteria.is_empty()) {
            let index = index as u32;
            let mut known: Vec<u32> = self.found.iter().map(|edge| edge.entry).collect();
            known.sort_unstable();
            for entry in self.candidates(&Query::of_rule(rule, view), Some(index)) {
                if known.binary_search(&entry).is_err() && all_hold(rule, view, self.prepared.entry_view(entry)) {
                    let source = Source::Rule(index);
                    let value = self.prepared.evidence(source, self.line, entry).score();
                    self.push(entry, source, value);
                }
            }
        }
    }

    fn scored(&mut self, pass: &ScoredPass) {
        let line = &self.prepared.lines[self.line as usize];
        let day = self.prepared.dates[self.line as usize].day();
        let (num, den) = pass.tolerance.ratio();
        let (slack, middle) = (line.amount.abs().times(num), line.amount.times(den));
        let query = Query {
            amount: AmountBounds::between(den, &middle - &slack, &middle + &slack),
            days: Some((day - i64::from(pass.days_after), day + i64::from(pass.days_before))),
            texts: Vec::new(),
        };
        let (low, high) = (&middle - &slack, &middle + &slack);
        for entry in self.candidates(&query, None) {
            let item = &self.prepared.entries[entry as usize];
            let days = day - item.date.day();
            let scaled = item.amount.times(den);
            if days < -i64::from(pass.days_before) || days > i64::from(pass.days_after) || scaled < low || scaled > high
            {
                continue;
            }
            let evidence = self.prepared.evidence(Source::Scored, self.line, entry);
            let named = evidence.document_points() > 0 || evidence.name.is_some_and(|percent| percent >= NEEDED_NAME);
            if evidence.raw_score() >= pass.minimum && (named || !pass.needs_text) {
                self.push(entry, Source::Scored, evidence.raw_score() - pass.minimum + 1);
            }
        }
    }

    fn fallback(&mut self, fallback: &Fallback) {
        let at = self.line as usize;
        let (line, date) = (&self.prepared.lines[at], self.prepared.dates[at]);
        let (factor, low, high) = fallback.amount_bounds(&line.amount);
        let reach =
            i64::try_from(fallback.window_seconds / DAY.unsigned_abs()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4) + 1;
        let query = Query {
            amount: AmountBounds::between(factor, low, high),
            days: Some((date.day() - reach, date.day() + reach)),
            texts: Vec::new(),
        };
        for entry in self.candidates(&query, None) {
            if let Some(distance) = fallback.accepts(line, date, &self.prepared.entries[entry as usize]) {
                self.push(entry, Source::Fallback(distance), fallback.weight(distance));
            }
        }
    }

    /// Keeps the best pairs. Among equally good ones each line of an amount begins at another entry, so that many
    /// lines with as many equal entries do not all keep the same few.
    fn finish(mut self) -> Vec<Edge> {
        let limit = self.params.max_edges_per_line;
        if self.found.len() > limit as usize {
            self.limits.note(LimitKind::Edges, None, self.line, limit);
            self.found.sort_unstable_by_key(|edge| edge.entry);
            let count = self.found.len();
            let shift = self.prepared.amount_position[self.line as usize] as usize % count;
            let turned = |at: usize| (at + count - shift) % count;
            let mut order: Vec<usize> = (0..count).collect();
            order.sort_unstable_by_key(|&at| (-self.found[at].value, self.found[at].apart, turned(at)));
            order.truncate(limit as usize);
            self.found = order.into_iter().map(|at| self.found[at].clone()).collect();
        }
        self.found
    }
}
