//! A run in resumable steps.
//!
//! A run is a list of stages over the open lines and entries: user rules first, then the closest-text search, or
//! scored searches for lists without rules. Each stage collects candidate pairs, settles every connected component
//! as a whole, and takes what it matched out of the later stages. The same inputs give the same outcome, however
//! they are ordered and wherever a run is interrupted.

mod prepare;
mod settle;
mod stage;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, tier};
use crate::explain::reasons;
use crate::fallback::Fallback;
use crate::model::{Alternative, Found, InputError, Inputs, Interchangeable, LimitKind, LimitNote, Match, Outcome};
use crate::rule::Rule;

pub use prepare::ENGINE_VERSION;
use prepare::Prepared;
use settle::Settling;
use stage::{Chosen, Edge, Limits};
pub use stage::{ScoredPass, Stage};

/// Which date of a statement line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineDate {
    /// The booking date.
    #[default]
    Booking,
    /// The value date where there is one.
    Value,
}

/// What a run does. The default: rules, then the closest-text search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    pub stages: Vec<Stage>,
    pub line_date: LineDate,
    /// Most entries compared with one line by one rule; reported when reached. In a crowd, a line that names a fitting
    /// entry is compared with that one and its nearest rivals only.
    pub max_candidates_per_line: u32,
    /// Most fitting entries kept for one line; reported when reached.
    pub max_edges_per_line: u32,
    /// Most alternatives listed for one match.
    pub max_alternatives: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            stages: vec![Stage::Rules, Stage::Fallback(Fallback::default())],
            line_date: LineDate::Booking,
            max_candidates_per_line: 5_000,
            max_edges_per_line: 64,
            max_alternatives: 5,
        }
    }
}

impl Params {
    /// Rules only: the strictly compatible mode.
    pub fn rules_only() -> Self {
        Self { stages: vec![Stage::Rules], ..Self::default() }
    }
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Preparing texts and indexes; counts items.
    Read,
    /// Looking for pairs; counts lines.
    Candidates,
    /// Settling components; counts pairs looked at.
    Assign,
    /// Putting the reasons in words; counts matches.
    Explain,
    /// Finished.
    Done,
}

/// How far a run is. `stage` counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub phase: Phase,
    pub stage: u32,
    pub stages: u32,
    pub done: u64,
    pub total: u64,
    pub matches_so_far: u64,
}

/// What a progress callback answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    Continue,
    Cancel,
}

/// A run's state between two steps, to be stored. What is not in it is computed again from the same inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    fingerprint: String,
    stage: u32,
    lines_done: u32,
    edges: Vec<Edge>,
    chosen: Vec<Chosen>,
    limits: Limits,
}

/// Why a stored state does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    #[error("the stored run was made with other lines, entries, rules, parameters or another engine version")]
    OtherInputs,
    #[error("the stored run is damaged")]
    Damaged,
    #[error(transparent)]
    Inputs(#[from] InputError),
}

/// The work of about 20 ms: the budget of a step that leaves room to answer a cancel at once.
pub const STEP_BUDGET: u64 = 20_000;

#[derive(Debug)]
enum State {
    Read,
    Candidates,
    Assign(Box<Settling>),
    Explain,
    Done,
}

/// A run that can be stepped, interrupted and resumed.
#[derive(Debug)]
pub struct Matcher {
    prepared: Prepared,
    rules: Vec<Rule>,
    params: Params,
    state: State,
    stage: usize,
    line: usize,
    edges: Vec<Edge>,
    chosen: Vec<Chosen>,
    limits: Limits,
    matches: Vec<Match>,
    /// Pairs by the classes of their line and entry, counted once all are chosen.
    class_pairs: HashMap<(u32, u32), u32>,
    /// Made on first use: inputs never change during a run.
    fingerprint: OnceLock<String>,
}

impl Matcher {
    /// Takes the inputs and puts them in stable order.
    ///
    /// # Errors
    /// [`InputError`] for an id that occurs twice or a parameter out of range.
    pub fn new(inputs: Inputs, rules: Vec<Rule>, params: Params) -> Result<Self, InputError> {
        for stage in &params.stages {
            stage.check()?;
        }
        Ok(Self {
            prepared: Prepared::new(inputs, &params)?,
            rules,
            params,
            state: State::Read,
            stage: 0,
            line: 0,
            edges: Vec::new(),
            chosen: Vec::new(),
            limits: Limits::default(),
            matches: Vec::new(),
            class_pairs: HashMap::new(),
            fingerprint: OnceLock::new(),
        })
    }

    /// Continues a stored run.
    ///
    /// # Errors
    /// [`ResumeError`] if the inputs, rules or parameters are not those of the stored run.
    pub fn resume(
        inputs: Inputs,
        rules: Vec<Rule>,
        params: Params,
        checkpoint: Checkpoint,
    ) -> Result<Self, ResumeError> {
        let mut matcher = Self::new(inputs, rules, params)?;
        if matcher.fingerprint() != checkpoint.fingerprint {
            return Err(ResumeError::OtherInputs);
        }
        let (lines, entries) = (matcher.prepared.lines.len(), matcher.prepared.entries.len());
        let known = |line: u32, entry: u32| (line as usize) < lines && (entry as usize) < entries;
        let sound = checkpoint.stage as usize <= matcher.params.stages.len()
            && checkpoint.lines_done as usize <= lines
            && checkpoint.edges.iter().all(|edge| known(edge.line, edge.entry))
            && checkpoint.chosen.iter().all(|chosen| known(chosen.line, chosen.entry));
        if !sound {
            return Err(ResumeError::Damaged);
        }
        matcher.stage = checkpoint.stage as usize;
        matcher.line = checkpoint.lines_done as usize;
        matcher.edges = checkpoint.edges;
        matcher.chosen = checkpoint.chosen;
        matcher.limits = checkpoint.limits;
        Ok(matcher)
    }

    /// A text that is equal exactly for equal inputs (in any order), rules, parameters and engine version.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| self.prepared.fingerprint(&self.rules, &self.params))
    }

    /// The state to store. A component that is being settled is settled anew after resuming.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            fingerprint: self.fingerprint().to_owned(),
            stage: self.stage as u32,
            lines_done: self.line as u32,
            edges: self.edges.clone(),
            chosen: self.chosen.clone(),
            limits: self.limits.clone(),
        }
    }

    /// Works for about `budget` comparisons (see [`STEP_BUDGET`]) and tells how far the run is.
    pub fn step(&mut self, budget: u64) -> Progress {
        let mut left = budget.max(1);
        while left > 0 && !matches!(self.state, State::Done) {
            left = left.saturating_sub(self.work(left).max(1));
        }
        self.progress()
    }

    fn work(&mut self, budget: u64) -> u64 {
        match &mut self.state {
            State::Read => {
                let spent = self.prepared.prepare(&self.rules, budget);
                if self.prepared.is_ready() {
                    for chosen in &self.chosen {
                        self.prepared.take(chosen.line, chosen.entry);
                    }
                    self.enter_stage();
                }
                spent
            }
            State::Candidates => self.collect(budget),
            State::Assign(settling) => {
                let spent = settling.advance(&self.prepared, &self.edges, &self.params, budget);
                if settling.is_done() {
                    self.leave_stage();
                }
                spent
            }
            State::Explain => self.explain(budget),
            State::Done => 0,
        }
    }

    fn enter_stage(&mut self) {
        if self.stage < self.params.stages.len() {
            if !self.chosen.is_empty() {
                self.prepared.forget_taken();
            }
            self.state = State::Candidates;
            return;
        }
        for chosen in &self.chosen {
            *self.class_pairs.entry(self.classes(chosen)).or_default() += 1;
        }
        self.state = State::Explain;
    }

    fn classes(&self, chosen: &Chosen) -> (u32, u32) {
        (self.prepared.line_class[chosen.line as usize], self.prepared.entry_class[chosen.entry as usize])
    }

    /// True if all rows that look like the pair's rows are matched with each other. Then any pairing of them is right;
    /// otherwise the choice among them is arbitrary.
    fn is_settled(&self, chosen: &Chosen) -> bool {
        let pairs = self.class_pairs.get(&self.classes(chosen)).copied().unwrap_or(0);
        pairs == self.prepared.line_class_size(chosen.line) && pairs == self.prepared.entry_class_size(chosen.entry)
    }

    fn collect(&mut self, budget: u64) -> u64 {
        let Some(stage) = self.params.stages.get(self.stage) else {
            return 0;
        };
        let mut spent = 0;
        while self.line < self.prepared.lines.len() && spent < budget {
            let line = self.line as u32;
            spent +=
                1 + stage.collect(line, &self.prepared, &self.rules, &self.params, &mut self.edges, &mut self.limits);
            self.line += 1;
        }
        if self.line == self.prepared.lines.len() {
            self.state = State::Assign(Box::new(Settling::new(&self.prepared, &mut self.edges)));
        }
        spent
    }

    fn leave_stage(&mut self) {
        let State::Assign(settling) = std::mem::replace(&mut self.state, State::Explain) else {
            return;
        };
        let found = settling.into_chosen();
        for chosen in &found {
            self.prepared.take(chosen.line, chosen.entry);
        }
        self.chosen.extend(found);
        self.edges.clear();
        self.line = 0;
        self.stage += 1;
        self.enter_stage();
    }

    fn explain(&mut self, budget: u64) -> u64 {
        let mut spent = 0;
        while self.matches.len() < self.chosen.len() && spent < budget {
            let one = self.describe(&self.chosen[self.matches.len()]);
            spent += 20 * (1 + one.alternatives.len() as u64);
            self.matches.push(one);
        }
        if self.matches.len() == self.chosen.len() {
            self.state = State::Done;
        }
        spent
    }

    fn describe(&self, chosen: &Chosen) -> Match {
        let prepared = &self.prepared;
        let (line, entry) = (&prepared.lines[chosen.line as usize], &prepared.entries[chosen.entry as usize]);
        let evidence = prepared.evidence(chosen.source, chosen.line, chosen.entry);
        let found = match chosen.source {
            crate::evidence::Source::Rule(index) => Found::Rule {
                index,
                name: self.rules.get(index as usize).map_or_else(String::new, |rule| rule.name.clone()),
            },
            crate::evidence::Source::Scored => Found::Scored,
            crate::evidence::Source::Fallback(distance) => Found::Fallback { distance },
        };
        let alternatives = chosen.alternatives.iter().map(|(source, other)| {
            let item = &prepared.entries[*other as usize];
            let evidence: Evidence = prepared.evidence(*source, chosen.line, *other);
            Alternative {
                entry: item.id,
                score: evidence.score(),
                taken_by: prepared.taken_by(*other).map(|line| prepared.lines[line as usize].id),
                reasons: reasons(&evidence, &self.rules, line, item),
            }
        });
        Match {
            line: line.id,
            entry: entry.id,
            found,
            score: evidence.score(),
            margin: chosen.margin,
            margin_exact: chosen.margin_exact,
            tier: tier(&evidence, chosen.margin, self.is_settled(chosen)),
            difference: evidence.difference.clone(),
            reasons: reasons(&evidence, &self.rules, line, entry),
            alternatives: alternatives.collect(),
            interchangeable: self.interchangeable(chosen),
        }
    }

    fn interchangeable(&self, chosen: &Chosen) -> Option<Interchangeable> {
        let (lines, entries) =
            (self.prepared.line_class_size(chosen.line), self.prepared.entry_class_size(chosen.entry));
        (lines > 1 || entries > 1).then(|| Interchangeable {
            first_line: self.prepared.lines[self.prepared.line_class[chosen.line as usize] as usize].id,
            first_entry: self.prepared.entries[self.prepared.entry_class[chosen.entry as usize] as usize].id,
            lines,
            entries,
        })
    }

    /// How far the run is.
    pub fn progress(&self) -> Progress {
        let lines = self.prepared.lines.len() as u64;
        let (phase, done, total) = match &self.state {
            State::Read => (Phase::Read, self.prepared.prepared_items(), lines + self.prepared.entries.len() as u64),
            State::Candidates => (Phase::Candidates, self.line as u64, lines),
            State::Assign(settling) => (Phase::Assign, settling.done_edges(), self.edges.len() as u64),
            State::Explain => (Phase::Explain, self.matches.len() as u64, self.chosen.len() as u64),
            State::Done => (Phase::Done, lines, lines),
        };
        let settled = if let State::Assign(settling) = &self.state { settling.found() } else { 0 };
        Progress {
            phase,
            stage: self.stage as u32,
            stages: self.params.stages.len() as u32,
            done,
            total,
            matches_so_far: self.chosen.len() as u64 + settled,
        }
    }

    /// The outcome; `None` unless the run is done.
    pub fn into_outcome(mut self) -> Option<Outcome> {
        if !matches!(self.state, State::Done) {
            return None;
        }
        let mut matches: Vec<(u32, Match)> =
            self.chosen.iter().map(|chosen| chosen.line).zip(std::mem::take(&mut self.matches)).collect();
        matches.sort_unstable_by_key(|(line, _)| *line);
        let prepared = &self.prepared;
        let mut rule_counts = vec![0; self.rules.len()];
        for one in &self.chosen {
            if let crate::evidence::Source::Rule(index) = one.source
                && let Some(count) = rule_counts.get_mut(index as usize)
            {
                *count += 1;
            }
        }
        let lines = prepared.lines.len() as u64;
        let hundredths = (matches.len() as u64 * 10_000).checked_div(lines).unwrap_or(0);
        Some(Outcome {
            matches: matches.into_iter().map(|(_, found)| found).collect(),
            unmatched_lines: prepared.open_lines().map(|line| prepared.lines[line as usize].id).collect(),
            unmatched_entries: prepared.open_entries().map(|entry| prepared.entries[entry as usize].id).collect(),
            rule_counts,
            limits: self.limits.notes.iter().map(|note| self.limit_note(note)).collect(),
            lines,
            match_percent_hundredths: u32::try_from(hundredths).unwrap_or(u32::MAX),
        })
    }

    fn limit_note(&self, note: &stage::LimitCount) -> LimitNote {
        let who = match note.rule {
            Some(rule) => {
                let name = self.rules.get(rule as usize).map_or("", |rule| rule.name.as_str());
                format!("Rule {}, {name}: ", rule + 1)
            }
            None => String::new(),
        };
        let (lines, limit) = (note.lines.len() as u64, note.limit);
        let s = if lines == 1 { "" } else { "s" };
        let words = match note.kind {
            LimitKind::Candidates => format!(
                "{who}{lines} line{s} had more than {limit} entries to compare, only the {limit} nearest by date were"
            ),
            LimitKind::Edges => {
                format!("{who}{lines} line{s} had more than {limit} entries that fit, only the best {limit} were kept")
            }
        };
        LimitNote {
            kind: note.kind,
            rule: note.rule,
            lines,
            first_line: note.lines.first().map_or(0, |line| self.prepared.lines[*line as usize].id),
            limit,
            words,
        }
    }
}

/// A whole run with a progress callback. `None` if the callback cancelled it.
///
/// # Errors
/// As [`Matcher::new`].
pub fn run(
    inputs: Inputs,
    rules: Vec<Rule>,
    params: Params,
    progress: &mut dyn FnMut(Progress) -> Control,
) -> Result<Option<Outcome>, InputError> {
    let mut matcher = Matcher::new(inputs, rules, params)?;
    loop {
        let now = matcher.step(STEP_BUDGET);
        if now.phase == Phase::Done {
            progress(now);
            return Ok(matcher.into_outcome());
        }
        if progress(now) == Control::Cancel {
            return Ok(None);
        }
    }
}
