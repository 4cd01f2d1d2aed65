//! Matching runs: durable jobs whose result depends on nothing but what they stored at the start.

mod window;
mod work;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::json;
use store::recon::{EntryQuery, RuleRecord, RunRecord, StatementRecord};
use store::system::{Event, JobKind, JobRecord, JobState};

use crate::api::book::Topic;
use crate::api::statements::{InterruptedRun, RunFallback, RunRequest, RunResult};
use crate::clock::new_id;
use crate::recon::must_be_open;
use crate::rules::matching_rule;
use crate::{Engine, EngineError, EngineResult, Stamp};

use work::{Finished, match_all, result_hash};
pub(crate) use work::{end_notice, entry_item, hex, line_item, match_quietly};

/// Time between two looks at whether the matching has ended.
const LOOK: Duration = Duration::from_millis(100);
/// Time after which progress within one phase is stored.
const SAVE: Duration = Duration::from_secs(2);

/// Everything a run needs, read back from its stored inputs.
struct Prepared {
    job: JobRecord,
    run: RunRecord,
    statement: StatementRecord,
    rules: Vec<matching::Rule>,
    /// Id and whether certain matches confirm themselves, in the order of `rules`.
    rule_info: Vec<(String, bool)>,
    params: matching::Params,
    inputs: matching::Inputs,
    auto_confirm: bool,
}

impl Engine {
    /// Starts a run in the background and answers with its job. Progress comes as job notices.
    ///
    /// # Errors
    /// `STATEMENT_SIGNED` for a signed statement, `NOT_FOUND` for a rule that does not exist.
    pub async fn run_start(self: &Arc<Self>, request: RunRequest) -> EngineResult<String> {
        let job_id = self.run_begin(request).await?;
        self.run_in_background(job_id.clone());
        Ok(job_id)
    }

    fn run_in_background(self: &Arc<Self>, job_id: String) {
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = engine.run_work(&job_id).await {
                tracing::warn!(job = job_id, "a matching run ended early: {error}");
            }
        });
    }

    /// Runs to the end and answers with the result.
    ///
    /// # Errors
    /// As [`Engine::run_start`], and `CANCELLED`.
    pub async fn run_now(&self, request: RunRequest) -> EngineResult<RunResult> {
        let job_id = self.run_begin(request).await?;
        self.run_work(&job_id).await
    }

    /// Stores the job of a run with everything its result depends on. [`Engine::run_work`] does the work.
    pub async fn run_begin(&self, request: RunRequest) -> EngineResult<String> {
        let stamp = self.stamp();
        let fallback = match request.fallback {
            Some(said) => said,
            None if self.book_settings().await?.closest_text => RunFallback::ClosestText,
            None => RunFallback::None,
        };
        let request = RunRequest { fallback: Some(fallback), ..request };
        let statement = self.statement_record(&request.statement_id).await?;
        must_be_open(&statement)?;
        let newest = self.store.newest_txn_key().await?;
        let chosen = self.chosen_rules(&request).await?;
        let params = params_of(fallback);
        let mut run = new_run(&request, &statement, &chosen, &params, newest, &stamp);
        let rules = rules_of(&run)?;
        let inputs = self.run_inputs(&statement, newest, &rules).await?;
        run.lines = crate::recon::count(inputs.lines.len() as u64);
        // What the matching says about its inputs: a resumed run must have the very same.
        let matcher = matching::Matcher::new(inputs, rules, params).map_err(input_error)?;
        run.inputs["fingerprint"] = json!(matcher.fingerprint());
        let job = new_job(&run, &statement);
        let mut unit = self.store.begin().await?;
        unit.insert_job(&job).await?;
        unit.insert_run(&run).await?;
        unit.commit().await?;
        self.changed(&[Topic::Jobs]);
        Ok(job.id)
    }

    /// The rules a run is asked to use, in their order.
    async fn chosen_rules(&self, request: &RunRequest) -> EngineResult<Vec<RuleRecord>> {
        let all = self.store.rules().await?;
        let Some(ids) = &request.rule_ids else {
            return Ok(all.into_iter().filter(|rule| rule.enabled).collect());
        };
        if let Some(missing) = ids.iter().find(|id| !all.iter().any(|rule| rule.id == **id)) {
            return Err(EngineError::not_found("rule", missing));
        }
        Ok(all.into_iter().filter(|rule| ids.contains(&rule.id)).collect())
    }

    /// Does the work of a stored run: proposals, result hash and, if asked for, confirmed matches are stored together.
    pub async fn run_work(&self, job_id: &str) -> EngineResult<RunResult> {
        let started = std::time::Instant::now();
        let cancel = Arc::new(AtomicBool::new(false));
        let running = self.recon.jobs().enter(job_id, Arc::clone(&cancel));
        let outcome = self.run_to_end(job_id, &cancel, started).await;
        if let Err(error) = &outcome {
            self.close_job(job_id, error).await?;
        }
        drop(running);
        self.changed(&[Topic::Jobs, Topic::Statements]);
        outcome
    }

    async fn run_to_end(
        &self,
        job_id: &str,
        cancel: &Arc<AtomicBool>,
        started: std::time::Instant,
    ) -> EngineResult<RunResult> {
        let mut prepared = self.prepare(job_id).await?;
        let (inputs, rules, params) = (prepared.inputs.clone(), prepared.rules.clone(), prepared.params.clone());
        let reached = work::Reached::default();
        let reporter = work::Reporter::new(self.notices(), &prepared.job, reached.clone());
        let switch = Arc::clone(cancel);
        let matching = tokio::task::spawn_blocking(move || match_all(inputs, rules, params, &switch, reporter));
        let outcome = self.saving_progress(&mut prepared.job, &reached, matching).await.map_err(|error| {
            EngineError::Conflict {
                code: "RUN_FAILED",
                message: format!("The run stopped because of a fault: {error}. Nothing was changed."),
            }
        })??;
        let finished = Finished::new(&prepared.rule_info, &prepared.run, outcome, prepared.auto_confirm);
        let mut result = self.store_result(prepared, finished).await?;
        result.milliseconds = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        Ok(result)
    }

    /// Waits for the matching and stores how far it is, each time in a unit of its own: another program sees it, and a
    /// crash leaves it. A step that cannot be stored is left out; the matching goes on.
    async fn saving_progress<T>(
        &self,
        job: &mut JobRecord,
        reached: &work::Reached,
        mut matching: tokio::task::JoinHandle<T>,
    ) -> Result<T, tokio::task::JoinError> {
        let mut saved = std::time::Instant::now();
        loop {
            if let Ok(done) = tokio::time::timeout(LOOK, &mut matching).await {
                return done;
            }
            let Some(step) = reached.get() else { continue };
            let phase = work::phase_word(step.phase);
            if phase == job.phase && saved.elapsed() < SAVE {
                continue;
            }
            (job.phase, job.done, job.total) = (phase.to_owned(), step.done, step.total);
            saved = std::time::Instant::now();
            if let Err(error) = self.save_job_alone(job).await {
                tracing::warn!(job = job.id, "the progress of a run was not stored: {error}");
            }
        }
    }

    /// Reads the inputs of a stored run again.
    async fn prepare(&self, job_id: &str) -> EngineResult<Prepared> {
        let job = self.store.job(job_id).await?.ok_or_else(|| EngineError::not_found("job", job_id))?;
        let run = self.store.run_of_job(job_id).await?.ok_or_else(|| EngineError::not_found("run", job_id))?;
        let statement = self.statement_record(job.params["statement_id"].as_str().unwrap_or_default()).await?;
        must_be_open(&statement)?;
        let rules = rules_of(&run)?;
        let params: matching::Params = serde_json::from_value(run.inputs["params"].clone())
            .map_err(|error| EngineError::Store(store::StoreError::damaged("run", error)))?;
        let inputs = self.run_inputs(&statement, run.newest_txn_key, &rules).await?;
        let fingerprint = matching::Matcher::new(inputs.clone(), rules.clone(), params.clone())
            .map_err(input_error)?
            .fingerprint()
            .to_owned();
        if run.inputs["fingerprint"].as_str() != Some(&fingerprint) {
            return Err(EngineError::Conflict {
                code: "RUN_OUTDATED",
                message: "Lines or entries were matched or rejected since this run began. Nothing was changed. Run the rules again.".into(),
            });
        }
        let infos = run.inputs["rules"].as_array().into_iter().flatten();
        let rule_info = infos
            .map(|rule| {
                (rule["id"].as_str().unwrap_or_default().to_owned(), rule["body"]["confirm"].as_bool().unwrap_or(false))
            })
            .collect();
        let auto_confirm = run.inputs["auto_confirm"].as_bool().unwrap_or(false);
        Ok(Prepared { job, run, statement, rules, rule_info, params, inputs, auto_confirm })
    }

    /// Open lines of a statement and the entries that may belong to them, up to a journal row: as far from its period as
    /// the rules look.
    pub(crate) async fn run_inputs(
        &self,
        statement: &StatementRecord,
        newest: i64,
        rules: &[matching::Rule],
    ) -> EngineResult<matching::Inputs> {
        let lines = self.store.statement_lines(statement.key, true).await?;
        let mut entries = Vec::new();
        for query in window::queries(statement, &lines, rules) {
            let query = EntryQuery { newest_txn_key: Some(newest), ..query };
            entries.extend(self.store.entries(&query).await?.rows);
        }
        let rejected = self.store.rejected_pairs(statement.key).await?;
        Ok(matching::Inputs {
            lines: lines.iter().map(|line| line_item(line, &statement.currency)).collect(),
            entries: entries.iter().map(|entry| entry_item(entry, &statement.currency)).collect(),
            excluded: rejected.into_iter().map(|(line, entry)| (line.cast_unsigned(), entry.cast_unsigned())).collect(),
        })
    }

    async fn store_result(&self, prepared: Prepared, mut finished: Finished) -> EngineResult<RunResult> {
        let Prepared { mut job, mut run, statement, auto_confirm, .. } = prepared;
        let stamp = self.stamp();
        let hash = result_hash(&finished.proposals);
        let mut unit = self.store.begin().await?;
        must_be_open(&crate::recon::load_statement(unit.as_mut(), &statement.id).await?)?;
        let mut confirmed = 0;
        if !run.dry_run {
            unit.insert_proposals(&finished.proposals).await?;
            if auto_confirm {
                confirmed =
                    crate::desk::confirm_proposals(unit.as_mut(), &statement, run.key, &finished.confirming, &stamp)
                        .await?;
            }
        }
        run.result_hash = Some(hash.clone());
        run.matched = crate::recon::count(finished.proposals.len() as u64);
        run.confirmed = confirmed;
        run.finished_at = Some(stamp.at);
        unit.save_run(&run).await?;
        finished.counts.confirmed = confirmed;
        let result = finished.counts.result(&run, &statement, hash, finished.limits);
        job.state = JobState::Done;
        job.phase = "done".into();
        job.done = u64::from(run.lines);
        job.total = u64::from(run.lines);
        job.result = serde_json::to_value(&result).ok();
        job.finished_at = Some(stamp.at);
        unit.save_job(&job).await?;
        unit.record_event(&Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: "run.finished".into(),
            object_id: statement.id.clone(),
            payload: json!({
                "name": statement.name,
                "run": run.id,
                "proposed": result.proposed,
                "confirmed": confirmed,
                "dry_run": run.dry_run,
                "result_hash": run.result_hash,
            }),
        })
        .await?;
        unit.commit().await?;
        self.notify(crate::Notice::Job(work::end_notice(&job, u64::from(run.matched))));
        Ok(result)
    }

    /// Runs that a crash or the end of the program cut off.
    pub async fn interrupted_runs(&self) -> EngineResult<Vec<InterruptedRun>> {
        let mut rows = Vec::new();
        for job in self.store.jobs(100).await? {
            if job.kind == JobKind::Reconcile && job.state == JobState::Interrupted {
                let statement_id = job.params["statement_id"].as_str().unwrap_or_default().to_owned();
                let statement_name =
                    self.store.statement(&statement_id).await?.map(|statement| statement.name).unwrap_or_default();
                rows.push(InterruptedRun {
                    job_id: job.id,
                    statement_id,
                    statement_name,
                    started_at: job.started_at.to_string(),
                    phase: job.phase,
                });
            }
        }
        Ok(rows)
    }

    /// Takes an interrupted run up again from its stored inputs, in the background.
    pub async fn run_resume(self: &Arc<Self>, job_id: &str) -> EngineResult<()> {
        self.reopen_job(job_id).await?;
        self.run_in_background(job_id.to_owned());
        Ok(())
    }

    /// As [`Engine::run_resume`], and waits for the result.
    pub async fn run_resume_now(&self, job_id: &str) -> EngineResult<RunResult> {
        self.reopen_job(job_id).await?;
        self.run_work(job_id).await
    }

    async fn reopen_job(&self, job_id: &str) -> EngineResult<()> {
        // Units stand one behind the other: whoever comes second finds the job running.
        let mut unit = self.store.begin().await?;
        let mut job = self.store.job(job_id).await?.ok_or_else(|| EngineError::not_found("job", job_id))?;
        if job.kind != JobKind::Reconcile || job.state != JobState::Interrupted {
            return Err(EngineError::Conflict {
                code: "JOB_NOT_INTERRUPTED",
                message: "This job is not waiting to be resumed. Nothing was changed.".into(),
            });
        }
        job.state = JobState::Running;
        unit.save_job(&job).await?;
        unit.commit().await?;
        Ok(())
    }
}

fn params_of(fallback: RunFallback) -> matching::Params {
    match fallback {
        RunFallback::ClosestText => matching::Params::default(),
        RunFallback::None => matching::Params::rules_only(),
    }
}

/// A run with what its result depends on.
fn new_run(
    request: &RunRequest,
    statement: &StatementRecord,
    chosen: &[RuleRecord],
    params: &matching::Params,
    newest: i64,
    stamp: &Stamp,
) -> RunRecord {
    let rules: Vec<_> = chosen
        .iter()
        .map(|rule| json!({ "id": rule.id, "version": rule.version, "name": rule.name, "body": rule.body }))
        .collect();
    let inputs = json!({
        "rules": rules,
        "all_rules": request.rule_ids.is_none(),
        "fallback": request.fallback,
        "params": params,
        "auto_confirm": request.auto_confirm,
        "engine": matching::run::ENGINE_VERSION,
        "file_sha256": statement.file_sha256,
        "newest_txn_key": newest,
    });
    RunRecord {
        key: 0,
        id: new_id("run"),
        job_id: new_id("job"),
        statement_key: statement.key,
        dry_run: request.dry_run,
        inputs,
        newest_txn_key: newest,
        result_hash: None,
        lines: 0,
        matched: 0,
        confirmed: 0,
        started_at: stamp.at,
        finished_at: None,
        actor: stamp.actor.clone(),
    }
}

fn new_job(run: &RunRecord, statement: &StatementRecord) -> JobRecord {
    JobRecord {
        id: run.job_id.clone(),
        kind: JobKind::Reconcile,
        title: format!("Match {}", statement.name),
        state: JobState::Running,
        params: json!({ "statement_id": statement.id, "run_id": run.id, "dry_run": run.dry_run }),
        phase: "read".into(),
        done: 0,
        total: u64::from(run.lines),
        result: None,
        error: None,
        actor: run.actor.clone(),
        started_at: run.started_at,
        finished_at: None,
    }
}

fn rules_of(run: &RunRecord) -> EngineResult<Vec<matching::Rule>> {
    run.inputs["rules"].as_array().into_iter().flatten().map(|rule| matching_rule(&rule["body"])).collect()
}

pub(crate) fn input_error(error: matching::InputError) -> EngineError {
    EngineError::Conflict { code: "RUN_INPUT", message: format!("The run cannot start: {error}. Nothing was changed.") }
}
