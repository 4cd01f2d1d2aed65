//! The inside of a run: items for the matching, progress, and its outcome as rows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ledger::Currency;
use matching::text::names_somebody;
use matching::{Control, Found, LedgerItem, Matcher, Outcome, Params, Phase, StatementItem, Tier};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::recon::{EntryRecord, LineRecord, ProposalRecord, RunRecord, StatementRecord};
use store::system::JobRecord;
use tokio::sync::broadcast::Sender;

use crate::api::book::JobProgress;
use crate::api::statements::RunResult;
use crate::jobs::state_word;
use crate::{EngineError, EngineResult, Notice};

/// A statement line as the matching sees it. Ids are storage keys.
pub(crate) fn line_item(line: &LineRecord, currency: &Currency) -> StatementItem {
    StatementItem {
        id: line.key.cast_unsigned(),
        order: u64::from(line.position),
        amount: line.amount.clone(),
        currency: currency.clone(),
        booking: line.booking_date.into(),
        value: line.value_date.map(Into::into),
        description: line.description.clone(),
        reference: line.reference.clone().unwrap_or_default(),
        counterparty: line.counterparty.clone().unwrap_or_default(),
    }
}

/// A ledger entry as the matching sees it.
pub(crate) fn entry_item(entry: &EntryRecord, currency: &Currency) -> LedgerItem {
    LedgerItem {
        id: entry.txn_key.cast_unsigned(),
        order: entry.txn_key.cast_unsigned(),
        amount: entry.amount.clone(),
        currency: currency.clone(),
        date: entry.date.into(),
        description: entry.description.clone(),
        reference: entry.reference.clone(),
        // An account that is called Rent or Bank fees is no payer.
        counterparty: if names_somebody(&entry.other_name) { entry.other_name.clone() } else { String::new() },
    }
}

/// How far the matching has come, for whoever waits for it.
#[derive(Clone, Default)]
pub(super) struct Reached(Arc<Mutex<Option<matching::Progress>>>);

impl Reached {
    pub(super) fn get(&self) -> Option<matching::Progress> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, progress: matching::Progress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }
}

/// Sends progress at most eight times a second, and at every change of phase.
pub(super) struct Reporter {
    sender: Sender<Notice>,
    reached: Reached,
    job_id: String,
    title: String,
    phase: Option<Phase>,
    phase_began: Instant,
    sent: Instant,
}

const BETWEEN: Duration = Duration::from_millis(125);

impl Reporter {
    pub(super) fn new(sender: Sender<Notice>, job: &JobRecord, reached: Reached) -> Self {
        let now = Instant::now();
        Self {
            sender,
            reached,
            job_id: job.id.clone(),
            title: job.title.clone(),
            phase: None,
            phase_began: now,
            sent: now,
        }
    }

    fn report(&mut self, progress: matching::Progress) {
        self.reached.put(progress);
        if self.phase != Some(progress.phase) {
            self.phase = Some(progress.phase);
            self.phase_began = Instant::now();
        } else if self.sent.elapsed() < BETWEEN {
            return;
        }
        self.sent = Instant::now();
        let done = (progress.done, progress.total);
        let phase = phase_word(progress.phase);
        let step = JobProgress::running(&self.job_id, &self.title, phase, done, self.phase_began);
        let _ = self.sender.send(Notice::Job(JobProgress { matches: progress.matches_so_far, ..step }));
    }
}

pub(super) fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Read => "read",
        Phase::Candidates => "candidates",
        Phase::Assign => "assign",
        Phase::Explain => "explain",
        Phase::Done => "save",
    }
}

/// The last notice of a job.
pub(crate) fn end_notice(job: &JobRecord, matches: u64) -> JobProgress {
    JobProgress {
        job_id: job.id.clone(),
        title: job.title.clone(),
        phase: job.phase.clone(),
        done: job.done,
        total: job.total,
        rate: 0,
        seconds_left: None,
        matches,
        state: state_word(job.state).into(),
    }
}

/// Runs the matching to its end, watching the cancel switch between steps of about 20 ms.
pub(super) fn match_all(
    inputs: matching::Inputs,
    rules: Vec<matching::Rule>,
    params: Params,
    cancel: &Arc<AtomicBool>,
    mut reporter: Reporter,
) -> EngineResult<Outcome> {
    let outcome = matching::run(inputs, rules, params, &mut |progress| {
        reporter.report(progress);
        if cancel.load(Ordering::Relaxed) { Control::Cancel } else { Control::Continue }
    })
    .map_err(super::input_error)?;
    outcome.ok_or(EngineError::Cancelled)
}

/// What a run found, ready to be stored.
pub(super) struct Finished {
    pub(super) proposals: Vec<ProposalRecord>,
    /// Lines whose certain match may confirm itself.
    pub(super) confirming: Vec<i64>,
    pub(super) counts: Counts,
    /// Bounds that the search reached, in words.
    pub(super) limits: Vec<String>,
}

/// Matches per tier.
#[derive(Default)]
pub(super) struct Counts {
    certain: u32,
    likely: u32,
    possible: u32,
    ambiguous: u32,
    pub(super) confirmed: u32,
}

impl Counts {
    pub(super) fn result(
        &self,
        run: &RunRecord,
        statement: &StatementRecord,
        result_hash: String,
        limits: Vec<String>,
    ) -> RunResult {
        RunResult {
            run_id: run.id.clone(),
            job_id: run.job_id.clone(),
            statement_id: statement.id.clone(),
            dry_run: run.dry_run,
            lines: run.lines,
            none: run.lines.saturating_sub(run.matched),
            proposed: self.certain + self.likely + self.possible,
            certain: self.certain,
            likely: self.likely,
            possible: self.possible,
            ambiguous: self.ambiguous,
            confirmed: self.confirmed,
            result_hash,
            limits,
            milliseconds: 0,
        }
    }
}

impl Finished {
    pub(super) fn new(rule_info: &[(String, bool)], run: &RunRecord, outcome: Outcome, auto_confirm: bool) -> Self {
        let mut finished = Self {
            proposals: Vec::with_capacity(outcome.matches.len()),
            confirming: Vec::new(),
            counts: Counts::default(),
            limits: outcome.limits.into_iter().map(|note| format!("{}.", note.words)).collect(),
        };
        for one in outcome.matches {
            let rule = match &one.found {
                Found::Rule { index, .. } => rule_info.get(*index as usize),
                _ => None,
            };
            let counter = match one.tier {
                Tier::Certain => &mut finished.counts.certain,
                Tier::Likely => &mut finished.counts.likely,
                Tier::Possible => &mut finished.counts.possible,
                Tier::Ambiguous => &mut finished.counts.ambiguous,
            };
            *counter += 1;
            if auto_confirm
                && one.tier == Tier::Certain
                && one.difference.is_zero()
                && rule.is_some_and(|(_, confirm)| *confirm)
            {
                finished.confirming.push(one.line.cast_signed());
            }
            finished.proposals.push(ProposalRecord {
                run_key: run.key,
                line_key: one.line.cast_signed(),
                txn_key: one.entry.cast_signed(),
                score: one.score,
                margin: one.margin,
                tier: one.tier.code().to_owned(),
                rule_id: rule.map(|(id, _)| id.clone()),
                difference: one.difference.clone(),
                detail: json!({
                    "found": one.found,
                    "reasons": one.reasons,
                    "alternatives": one.alternatives,
                    "margin_exact": one.margin_exact,
                    "interchangeable": one.interchangeable,
                }),
            });
        }
        finished
    }
}

/// SHA-256 over the proposals in statement order: what was paired, how sure, and why.
pub(super) fn result_hash(proposals: &[ProposalRecord]) -> String {
    let mut hash = Sha256::new();
    for one in proposals {
        hash.update(
            json!([
                one.line_key,
                one.txn_key,
                one.score,
                one.margin,
                one.tier,
                one.rule_id,
                one.difference.to_string(),
                one.detail
            ])
            .to_string(),
        );
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The progress of a matcher that runs without a job, to its end.
pub(crate) fn match_quietly(
    inputs: matching::Inputs,
    rules: Vec<matching::Rule>,
    params: Params,
) -> Result<Option<Outcome>, matching::InputError> {
    let mut matcher = Matcher::new(inputs, rules, params)?;
    while matcher.step(matching::run::STEP_BUDGET).phase != Phase::Done {}
    Ok(matcher.into_outcome())
}
