//! The stages of a run: which pairs each proposes for a line.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::Params;
use super::prepare::Prepared;
use crate::candidates::{AmountBounds, Query};
use crate::criteria::all_hold;
use crate::decimal::Decimal;
use crate::evidence::{CERTAIN_DOCUMENT, Source};
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

/// Entries of a crowd that are compared with a line beside the one that it names.
const RIVALS: u32 = 64;

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
    /// Each once, however many stages met it.
    pub lines: BTreeSet<u32>,
    pub limit: u32,
}

impl Limits {
    fn note(&mut self, kind: LimitKind, rule: Option<u32>, line: u32, limit: u32) {
        match self.notes.iter_mut().find(|note| note.kind == kind && note.rule == rule) {
            Some(note) => {
                note.lines.insert(line);
            }
            None => self.notes.push(LimitCount { kind, rule, lines: BTreeSet::from([line]), limit }),
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
    /// Offers the entries that may answer a query; `accept` keeps those that fit.
    fn offer(&mut self, query: &Query<'_>, rule: Option<u32>, mut accept: impl FnMut(&mut Self, u32)) {
        let (prepared, at, limit) = (self.prepared, self.line as usize, self.params.max_candidates_per_line);
        let currency = &prepared.lines[at].currency;
        let about = (currency, prepared.dates[at], prepared.amount_position[at]);
        let collect =
            |most: u32, out: &mut Vec<u32>| prepared.index.collect(&prepared.entries, about, query, most as usize, out);
        let (mut out, mut named) = (Vec::new(), Vec::new());
        let mut whole = collect(RIVALS.min(limit), &mut out);
        if !whole {
            // A crowd: the entries whose number the line carries come first, however many others are as near.
            prepared.index.naming(currency, &prepared.document_keys(self.line), limit as usize, &mut named);
            self.compared += named.len() as u64;
            for &entry in &named {
                if prepared.may_pair(self.line, entry) {
                    accept(self, entry);
                }
            }
            if !self.holds_one_of(&named) {
                whole = collect(limit, &mut out);
                if !whole {
                    self.limits.note(LimitKind::Candidates, rule, self.line, limit);
                }
            }
        }
        out.retain(|entry| named.binary_search(entry).is_err() && prepared.may_pair(self.line, *entry));
        if whole && !out.is_empty() {
            // Each line of an amount begins at another entry, as where only the nearest are taken: of those that look
            // the same only some are kept.
            let turn = prepared.amount_position[at] as usize % out.len();
            out.rotate_left(turn);
        }
        self.offer_each(&out, &mut accept);
    }

    /// Whether one of the entries fits and is beyond doubt the one that the line names.
    fn holds_one_of(&self, named: &[u32]) -> bool {
        let mut kept = self.found.iter().filter(|edge| named.binary_search(&edge.entry).is_ok());
        kept.any(|edge| match edge.source {
            // Nothing can be nearer than the same text.
            Source::Fallback(distance) => distance == 0,
            source => self.prepared.evidence(source, self.line, edge.entry).document_points() >= CERTAIN_DOCUMENT,
        })
    }

    /// Entries that look the same fit alike: one that does not speaks for all of them, and more of those that do than
    /// are kept need no comparing.
    fn offer_each(&mut self, entries: &[u32], accept: &mut impl FnMut(&mut Self, u32)) {
        let most = self.params.max_edges_per_line;
        let mut fitting: HashMap<u32, Option<u32>> = HashMap::new();
        let mut kept = true;
        self.compared += entries.len() as u64 / 16;
        for &entry in entries {
            match fitting.entry(self.prepared.entry_class[entry as usize]).or_insert(Some(0)) {
                None => {}
                Some(count) if *count >= most => kept = false,
                alike => {
                    let before = self.found.len();
                    self.compared += 1;
                    accept(self, entry);
                    *alike = alike.filter(|_| self.found.len() > before).map(|count| count + 1);
                }
            }
        }
        if !kept {
            self.limits.note(LimitKind::Edges, None, self.line, most);
        }
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
            self.offer(&Query::of_rule(rule, view), Some(index), |this, entry| {
                if known.binary_search(&entry).is_err() && all_hold(rule, view, this.prepared.entry_view(entry)) {
                    let source = Source::Rule(index);
                    let value = this.prepared.evidence(source, this.line, entry).score();
                    this.push(entry, source, value);
                }
            });
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
        self.offer(&query, None, |this, entry| {
            let item = &this.prepared.entries[entry as usize];
            let days = day - item.date.day();
            let scaled = item.amount.times(den);
            if days < -i64::from(pass.days_before) || days > i64::from(pass.days_after) || scaled < low || scaled > high
            {
                return;
            }
            let evidence = this.prepared.evidence(Source::Scored, this.line, entry);
            let named = evidence.document_points() > 0 || evidence.name.is_some_and(|percent| percent >= NEEDED_NAME);
            if evidence.raw_score() >= pass.minimum && (named || !pass.needs_text) {
                this.push(entry, Source::Scored, evidence.raw_score() - pass.minimum + 1);
            }
        });
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
        self.offer(&query, None, |this, entry| {
            if let Some(distance) = fallback.accepts(line, date, &this.prepared.entries[entry as usize]) {
                this.push(entry, Source::Fallback(distance), fallback.weight(distance));
            }
        });
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
