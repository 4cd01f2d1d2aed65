//! Matching runs: durable jobs whose result depends on nothing but what they stored at the start.

mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use store::recon::{EntryQuery, RunRecord, StatementRecord};
use store::system::{Event, JobKind, JobRecord, JobState};

use crate::api::book::Topic;
use crate::api::statements::{InterruptedRun, RunFallback, RunRequest, RunResult};
use crate::clock::new_id;
use crate::recon::{WINDOW_DAYS, must_be_open, plus_days};
use crate::rules::matching_rule;
use crate::{Engine, EngineError, EngineResult};

use work::{Finished, match_all, result_hash};
pub(crate) use work::{entry_item, hex, line_item, match_quietly};

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
        let statement = self.statement_record(&request.statement_id).await?;
        must_be_open(&statement)?;
        let newest = self.store.newest_txn_key().await?;
        let all = self.store.rules().await?;
        let chosen: Vec<_> = match &request.rule_ids {
            None => all.into_iter().filter(|rule| rule.enabled).collect(),
            Some(ids) => {
                if let Some(missing) = ids.iter().find(|id| !all.iter().any(|rule| rule.id == **id)) {
                    return Err(EngineError::not_found("rule", missing));
                }
                all.into_iter().filter(|rule| ids.contains(&rule.id)).collect()
            }
        };
        let params = match request.fallback {
            RunFallback::ClosestText => matching::Params::default(),
            RunFallback::None => matching::Params::rules_only(),
        };
        let rules: Vec<_> = chosen
            .iter()
            .map(|rule| json!({ "id": rule.id, "version": rule.version, "name": rule.name, "body": rule.body }))
            .collect();
        let (job_id, run_id) = (new_id("job"), new_id("run"));
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
        let mut run = RunRecord {
            key: 0,
            id: run_id,
            job_id: job_id.clone(),
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
        };
        let matcher_inputs = self.run_inputs(&statement, newest).await?;
        run.lines = crate::recon::count(matcher_inputs.lines.len() as u64);
        // What the matching says about its inputs: a resumed run must have the very same.
        let rules = rules_of(&run)?;
        run.inputs["fingerprint"] =
            json!(matching::Matcher::new(matcher_inputs, rules, params).map_err(input_error)?.fingerprint());
        let job = JobRecord {
            id: job_id.clone(),
            kind: JobKind::Reconcile,
            title: format!("Match {}", statement.name),
            state: JobState::Running,
            params: json!({ "statement_id": statement.id, "run_id": run.id, "dry_run": request.dry_run }),
            phase: "read".into(),
            done: 0,
            total: u64::from(run.lines),
            result: None,
            error: None,
            actor: stamp.actor,
            started_at: stamp.at,
            finished_at: None,
        };
        let mut unit = self.store.begin().await?;
        unit.insert_job(&job).await?;
        unit.insert_run(&run).await?;
        unit.commit().await?;
        self.changed(&[Topic::Jobs]);
        Ok(job_id)
    }

    /// Does the work of a stored run: proposals, result hash and, if asked for, confirmed matches are stored together.
    pub async fn run_work(&self, job_id: &str) -> EngineResult<RunResult> {
        let started = std::time::Instant::now();
        let cancel = Arc::new(AtomicBool::new(false));
        self.recon.cancels().insert(job_id.to_owned(), Arc::clone(&cancel));
        let outcome = self.run_to_end(job_id, &cancel, started).await;
        self.recon.cancels().remove(job_id);
        if let Err(error) = &outcome {
            self.close_job(job_id, error).await?;
        }
        self.changed(&[Topic::Jobs, Topic::Statements]);
        outcome
    }

    async fn run_to_end(
        &self,
        job_id: &str,
        cancel: &Arc<AtomicBool>,
        started: std::time::Instant,
    ) -> EngineResult<RunResult> {
        let prepared = self.prepare(job_id).await?;
        let (inputs, rules, params) = (prepared.inputs.clone(), prepared.rules.clone(), prepared.params.clone());
        let reporter = work::Reporter::new(self.notices(), &prepared.job);
        let switch = Arc::clone(cancel);
        let outcome = tokio::task::spawn_blocking(move || match_all(inputs, rules, params, &switch, reporter))
            .await
            .map_err(|error| EngineError::Conflict {
            code: "RUN_FAILED",
            message: format!("The run stopped because of a fault: {error}. Nothing was changed."),
        })??;
        let finished = Finished::new(&prepared.rule_info, &prepared.run, outcome, prepared.auto_confirm);
        let mut result = self.store_result(prepared, finished).await?;
        result.milliseconds = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        Ok(result)
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
        let inputs = self.run_inputs(&statement, run.newest_txn_key).await?;
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

    /// Open lines of a statement and the entries that may belong to them, up to a journal row.
    pub(crate) async fn run_inputs(&self, statement: &StatementRecord, newest: i64) -> EngineResult<matching::Inputs> {
        let lines = self.store.statement_lines(statement.key, true).await?;
        let mut entries = Vec::new();
        for outstanding in [false, true] {
            let query = EntryQuery {
                balance_key: statement.balance_key,
                // What was left outstanding on an earlier statement may be much older than the window.
                from: (!outstanding).then(|| plus_days(statement.period_from, -WINDOW_DAYS)),
                to: plus_days(statement.period_to, WINDOW_DAYS),
                outstanding,
                text: None,
                sign: 0,
                newest_txn_key: Some(newest),
                except: Vec::new(),
                offset: 0,
                limit: 0,
            };
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
        let result = finished.counts.result(&run, &statement, hash);
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
        self.notify(crate::Notice::Job(work::end_notice(&job, "done", u64::from(run.matched))));
        Ok(result)
    }

    async fn close_job(&self, job_id: &str, error: &EngineError) -> EngineResult<()> {
        let Some(mut job) = self.store.job(job_id).await? else { return Ok(()) };
        let cancelled = matches!(error, EngineError::Cancelled);
        job.state = if cancelled { JobState::Cancelled } else { JobState::Failed };
        job.error = Some(if cancelled {
            "Cancelled. What was confirmed before stays; nothing was proposed.".into()
        } else {
            error.sentence()
        });
        job.finished_at = Some(self.clock.now());
        let mut unit = self.store.begin().await?;
        unit.save_job(&job).await?;
        unit.commit().await?;
        self.notify(crate::Notice::Job(work::end_notice(&job, if cancelled { "cancelled" } else { "failed" }, 0)));
        Ok(())
    }

    /// Asks a run to stop. It answers at its next step; what was confirmed before stays.
    ///
    /// True if the job was running here.
    pub fn run_cancel(&self, job_id: &str) -> bool {
        let switch = self.recon.cancels().get(job_id).cloned();
        switch.is_some_and(|switch| {
            switch.store(true, Ordering::Relaxed);
            true
        })
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

fn rules_of(run: &RunRecord) -> EngineResult<Vec<matching::Rule>> {
    run.inputs["rules"].as_array().into_iter().flatten().map(|rule| matching_rule(&rule["body"])).collect()
}

pub(crate) fn input_error(error: matching::InputError) -> EngineError {
    EngineError::Conflict { code: "RUN_INPUT", message: format!("The run cannot start: {error}. Nothing was changed.") }
}
