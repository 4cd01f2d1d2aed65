//! The last step: everything in one database transaction, or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use statements::Severity;
use store::recon::{NewLine, NewStatement, ProfileRecord, StatementState};
use store::system::{Event, JobKind, JobRecord, JobState};
use store::{StoreError, Unit};

use super::chain::closed_days;
use super::known::{Stored, open_days};
use super::plan::{ASKED_AT_ONCE, Planned, account_warning, asked, balance_warning, currency_problem};
use super::proof::missing;
use super::seen_view;
use super::work::{ImportProgress, Work};
use crate::api::book::Topic;
use crate::api::imports::{ImportRequest, ImportResult};
use crate::api::statements::LeftOutRow;
use crate::clock::new_id;
use crate::{Engine, EngineError, EngineResult, Stamp, words};

/// Lines written between two looks at whether somebody cancelled.
const STEP: usize = 500;

impl Engine {
    /// Stores the statement. The same file twice, or a file whose lines are all known, adds nothing and says so. The job
    /// of it is kept however it ends.
    ///
    /// # Errors
    /// `BAD_ROWS` when rows could not be read and nobody said to leave them out; `IMPORT_INCOMPLETE` with what is
    /// missing; `OTHER_ACCOUNT`; `OTHER_BALANCE`; `SAME_FILE`; `SIGNED_PERIOD`; `LATE_LINES`; `CANCELLED`. Nothing is
    /// stored then.
    pub async fn import_commit(
        &self,
        request: ImportRequest,
        progress: Option<ImportProgress<'_>>,
    ) -> EngineResult<ImportResult> {
        let stamp = self.stamp();
        let session = self.session(&request.session)?;
        if request.name.trim().is_empty() {
            return Err(EngineError::invalid("name", "The statement needs a name."));
        }
        let job = import_job(&request, &stamp);
        // A unit of its own: whatever becomes of the import, that it was tried is known.
        let mut unit = self.store.begin().await?;
        unit.insert_job(&job).await?;
        unit.commit().await?;
        self.changed(&[Topic::Jobs]);
        let work = Work::new(self, &session).told_as(&job.id, job.title.clone(), progress);
        let running = self.recon.jobs().enter(&job.id, Arc::clone(&work.switch));
        let outcome = self.import_work(&work, &request, &job, &stamp).await;
        if let Err(error) = &outcome {
            self.close_job(&job.id, error).await?;
        }
        drop(running);
        let stored = outcome.as_ref().is_ok_and(|result| result.statement_id.is_some());
        self.changed(if stored { &[Topic::Statements, Topic::Jobs] } else { &[Topic::Jobs] });
        outcome
    }

    async fn import_work(
        &self,
        work: &Work<'_>,
        request: &ImportRequest,
        job: &JobRecord,
        stamp: &Stamp,
    ) -> EngineResult<ImportResult> {
        work.tell("rows", 0, 0)?;
        let mut planned = self.planned(work, &request.options, &request.balance_id).await?;
        let left_out = left_out(work, &planned, request).await?;
        refuse(&planned, request)?;
        if planned.new_count() > 0 {
            self.backup_before().await?;
        }
        let mut unit = self.store.begin().await?;
        look_again(unit.as_mut(), work, &mut planned, request).await?;
        let mut result = import_result(&planned, left_out.len());
        if planned.new_count() > 0 {
            refuse_new_lines(&planned, request)?;
            let statement = new_statement(&planned, request, &work.session.sha256, &left_out, stamp)?;
            store_statement(unit.as_mut(), work, &planned, &statement, stamp).await?;
            if let Some(name) = &request.save_profile {
                save_profile(unit.as_mut(), &planned, name, stamp).await?;
            }
            result.statement_id = Some(statement.id);
        }
        unit.save_job(&finished_job(job, &result, self.clock.now())).await?;
        let total = u64::from(result.added);
        work.tell("save", total, total)?;
        unit.commit().await?;
        if result.statement_id.is_some() {
            // A large reading is not needed beside what is stored by now.
            work.session.last.forget();
        }
        Ok(result)
    }

    /// Takes a whole import back, while nothing of it is confirmed.
    ///
    /// # Errors
    /// `HAS_MATCHES` when a match of it stands, `STATEMENT_SIGNED` when it is signed off.
    pub async fn import_undo(&self, statement_id: &str) -> EngineResult<()> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let statement = crate::recon::load_statement(unit.as_mut(), statement_id).await?;
        crate::recon::must_be_open(&statement)?;
        // A match may hold entries alone: they would stay matched to a statement that nobody can open any more.
        let standing = unit.load_matches(statement.key).await?.len() as u64;
        if standing > 0 {
            return Err(EngineError::Conflict {
                code: "HAS_MATCHES",
                message: format!(
                    "{} of {} {}. Take {} back first, in the log of its desk. Nothing was changed.",
                    words::plural(standing, "match", "matches"),
                    statement.name,
                    if standing == 1 { "stands" } else { "stand" },
                    if standing == 1 { "it" } else { "them" },
                ),
            });
        }
        unit.set_statement_state(statement.key, StatementState::Undone, statement.version).await?;
        unit.record_event(&import_event(
            &stamp,
            "statement.import_undone",
            &statement.id,
            json!({ "name": statement.name }),
        ))
        .await?;
        unit.commit().await?;
        self.changed(&[Topic::Statements]);
        Ok(())
    }
}

/// Lays the lines against what is stored by now: somebody may have imported the same ones since the plan was shown.
async fn look_again(
    unit: &mut dyn Unit,
    work: &Work<'_>,
    planned: &mut Planned,
    request: &ImportRequest,
) -> EngineResult<()> {
    planned.statements = unit.load_statements(planned.balance.key).await?;
    let mut stored = Stored::default();
    let all = asked(&planned.keys);
    for (at, group) in all.chunks(ASKED_AT_ONCE).enumerate() {
        work.tell("compare", (at * ASKED_AT_ONCE) as u64, all.len() as u64)?;
        stored.same.extend(unit.load_known_lines(planned.balance.key, group).await?);
    }
    let days = open_days(planned.statement(), &planned.statements);
    stored.of_open_days = unit.load_lines_of_days(planned.balance.key, &days).await?;
    planned.look_up(stored, &request.options)
}

/// The statement with its file and its new lines.
async fn store_statement(
    unit: &mut dyn Unit,
    work: &Work<'_>,
    planned: &Planned,
    statement: &NewStatement,
    stamp: &Stamp,
) -> EngineResult<()> {
    let session = &work.session;
    unit.put_file(&session.sha256, &session.name, &session.bytes, stamp.at).await?;
    let key = unit.insert_statement(statement).await?;
    let total = planned.new_count();
    let mut lines = new_lines(planned);
    for step in 0..total.div_ceil(STEP) {
        work.tell("save", (step * STEP) as u64, total as u64)?;
        let group: Vec<NewLine> = lines.by_ref().take(STEP).collect();
        unit.insert_lines(key, planned.balance.key, &group).await?;
    }
    unit.record_event(&import_event(
        stamp,
        "statement.imported",
        &statement.id,
        json!({ "name": statement.name, "file": session.name, "sha256": session.sha256, "lines": total }),
    ))
    .await?;
    Ok(())
}

/// What the import adds, in figures and words.
fn import_result(planned: &Planned, left_out: usize) -> ImportResult {
    let mut earlier: Vec<_> = planned.known.iter().flatten().map(seen_view).collect();
    earlier.sort_by(|a, b| a.statement_id.cmp(&b.statement_id));
    earlier.dedup();
    let known = planned.known.iter().flatten().count() as u64;
    let added = planned.new_count() as u64;
    let message = if added > 0 {
        let mut said = vec![format!("{} imported", words::plural(added, "line", "lines"))];
        if known > 0 {
            said.push(format!("{} known before", words::plural(known, "line was", "lines were")));
        }
        if left_out > 0 {
            said.push(format!("{} left out", words::plural(left_out as u64, "row", "rows")));
        }
        said.join(", ")
    } else {
        let nothing = "There is no line to import.".to_owned();
        earlier.first().map_or(nothing, |seen| {
            format!("Nothing was added: every line was imported before, from {} on {}.", seen.file_name, &seen.at[..10])
        })
    };
    ImportResult {
        statement_id: None,
        added: added as u32,
        known: known as u32,
        left_out: left_out as u32,
        message,
        notes: planned
            .other_statements()
            .into_iter()
            .chain(planned.apart_from_previous())
            .chain(planned.nobody_states_the_closing())
            .collect(),
        earlier,
    }
}

/// Rows that will not be stored, with their text and reason. Reads the file again with the bad rows set aside, for
/// the text of each.
async fn left_out(work: &Work<'_>, planned: &Planned, request: &ImportRequest) -> EngineResult<Vec<LeftOutRow>> {
    let bad = bad_rows(planned);
    if !bad.is_empty() && !request.leave_out_bad_rows {
        return Err(EngineError::Conflict {
            code: "BAD_ROWS",
            message: format!(
                "{} could not be read. Nothing was imported. Repair them, or leave them out.",
                words::plural(bad.len() as u64, "row", "rows")
            ),
        });
    }
    let mut options = request.options.clone();
    options.leave_out.extend(bad.keys());
    let again = work.read(&options, Some(planned.balance.balance.currency.clone())).await?;
    let rows = again.ignored.iter().filter(|row| row.reason == statements::IgnoreReason::LeftOut);
    Ok(rows
        .map(|row| LeftOutRow {
            line: row.line,
            raw: row.text.clone(),
            by_choice: !bad.contains_key(&row.line),
            reason: bad.get(&row.line).cloned().unwrap_or_else(|| "Left out by choice.".to_owned()),
        })
        .collect())
}

/// What is wrong with each row that cannot be stored, by file line.
fn bad_rows(planned: &Planned) -> BTreeMap<u32, String> {
    let mut bad: BTreeMap<u32, String> = BTreeMap::new();
    for problem in planned.reading.problems.iter().filter(|problem| problem.severity == Severity::Error) {
        if let Some(line) = problem.line {
            let reason = bad.entry(line).or_default();
            if !reason.is_empty() {
                reason.push(' ');
            }
            reason.push_str(&problem.message);
        }
    }
    bad
}

fn refuse(planned: &Planned, request: &ImportRequest) -> EngineResult<()> {
    if let Some(message) = currency_problem(planned) {
        return Err(EngineError::Conflict {
            code: "CURRENCY_MISMATCH",
            message: format!("{message} Nothing was imported."),
        });
    }
    if let Some(warning) = account_warning(planned).filter(|_| !request.accept_other_account) {
        return Err(EngineError::Conflict {
            code: "OTHER_ACCOUNT",
            message: format!("{warning} Nothing was imported."),
        });
    }
    if let Some(warning) = balance_warning(planned).filter(|_| !request.accept_other_balance) {
        return Err(EngineError::Conflict {
            code: "OTHER_BALANCE",
            message: format!("{warning} Nothing was imported."),
        });
    }
    let missing = missing(&planned.reading, planned.statement(), &planned.computed, true);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(EngineError::Conflict {
            code: "IMPORT_INCOMPLETE",
            message: format!("{} Nothing was imported.", missing.join(" ")),
        })
    }
}

/// What is wrong with storing the new lines, by what the balance has now.
fn refuse_new_lines(planned: &Planned, request: &ImportRequest) -> EngineResult<()> {
    let refused =
        |code, message| Err(EngineError::Conflict { code, message: format!("{message} Nothing was imported.") });
    if let Some(message) = planned.same_file().filter(|_| !request.accept_same_file) {
        return refused("SAME_FILE", message);
    }
    if let Some(message) = closed_days(planned) {
        return refused("SIGNED_PERIOD", message);
    }
    if let Some(message) = planned.late().filter(|_| !request.accept_late_lines) {
        return refused("LATE_LINES", message);
    }
    let incomplete = planned.untied_without_known().or_else(|| planned.unfounded(&request.options));
    incomplete.map_or(Ok(()), |message| refused("IMPORT_INCOMPLETE", message))
}

fn new_statement(
    planned: &Planned,
    request: &ImportRequest,
    sha256: &str,
    left_out: &[LeftOutRow],
    stamp: &Stamp,
) -> EngineResult<NewStatement> {
    let incomplete = || EngineError::Conflict {
        code: "IMPORT_INCOMPLETE",
        message: "Opening, closing or period are not known. Nothing was imported.".into(),
    };
    let (opening, opening_from) = planned.opening().ok_or_else(incomplete)?;
    let (closing, closing_from) = planned.closing().ok_or_else(incomplete)?;
    let (period_from, period_to) = planned.period().ok_or_else(incomplete)?;
    let json = |value: serde_json::Result<serde_json::Value>| {
        value.map_err(|error| EngineError::Store(StoreError::damaged("statement", error)))
    };
    Ok(NewStatement {
        id: new_id("stm"),
        balance_key: planned.balance.key,
        file_sha256: sha256.to_owned(),
        name: request.name.trim().to_owned(),
        account: planned.statement().account.clone(),
        period_from,
        period_to,
        opening,
        closing,
        opening_from: opening_from.to_owned(),
        closing_from: closing_from.to_owned(),
        proof: json(serde_json::to_value(&planned.computed.view))?,
        left_out: json(serde_json::to_value(left_out))?,
        imported_at: stamp.at,
        imported_by: stamp.actor.clone(),
    })
}

/// The lines to store, made one by one: a large statement is not in memory a third time.
fn new_lines(planned: &Planned) -> impl Iterator<Item = NewLine> {
    let keys = planned.keys.iter().zip(&planned.stored_as);
    let rows = planned.statement().lines.iter().zip(keys).zip(&planned.known);
    rows.filter(|(_, known)| known.is_none()).map(|((line, (key, occurrence)), _)| NewLine {
        id: new_id("lin"),
        position: line.position,
        booking_date: line.booking_date,
        value_date: line.value_date,
        amount: line.amount.clone(),
        description: line.description.clone(),
        reference: line.reference.clone(),
        counterparty: line.counterparty.clone(),
        counterparty_account: line.counterparty_account.clone(),
        running_balance: line.running_balance.clone(),
        raw: serde_json::to_value(&line.raw).unwrap_or_default(),
        fingerprint: key.key.clone(),
        occurrence: *occurrence,
    })
}

async fn save_profile(unit: &mut dyn Unit, planned: &Planned, name: &str, stamp: &Stamp) -> EngineResult<()> {
    let Some(mapping) = &planned.reading.detection.mapping else { return Ok(()) };
    if name.trim().is_empty() {
        return Err(EngineError::invalid("save_profile", "The mapping needs a name."));
    }
    let profile = ProfileRecord {
        id: new_id("map"),
        name: name.trim().to_owned(),
        fingerprint: planned.reading.detection.fingerprint.clone().unwrap_or_else(|| mapping.own_fingerprint()),
        mapping: serde_json::to_value(mapping)
            .map_err(|error| EngineError::Store(StoreError::damaged("mapping profile", error)))?,
        balance_key: Some(planned.balance.key),
        balance_id: None,
        updated_at: stamp.at,
    };
    unit.put_profile(&profile).await?;
    Ok(())
}

fn import_event(stamp: &Stamp, kind: &str, id: &str, payload: serde_json::Value) -> Event {
    Event { at: stamp.at, actor: stamp.actor.clone(), kind: kind.to_owned(), object_id: id.to_owned(), payload }
}

/// The job of an import, before any work.
fn import_job(request: &ImportRequest, stamp: &Stamp) -> JobRecord {
    JobRecord {
        id: new_id("job"),
        kind: JobKind::Import,
        title: format!("Import {}", request.name.trim()),
        state: JobState::Running,
        params: json!({ "balance_id": request.balance_id }),
        phase: "rows".into(),
        done: 0,
        total: 0,
        result: None,
        error: None,
        actor: stamp.actor.clone(),
        started_at: stamp.at,
        finished_at: None,
    }
}

fn finished_job(job: &JobRecord, result: &ImportResult, at: jiff::Timestamp) -> JobRecord {
    JobRecord {
        state: JobState::Done,
        phase: "done".into(),
        done: u64::from(result.added),
        total: u64::from(result.added),
        result: serde_json::to_value(result).ok(),
        finished_at: Some(at),
        ..job.clone()
    }
}
