//! The last step: everything in one database transaction, or nothing.

use std::collections::BTreeMap;

use serde_json::json;
use statements::Severity;
use store::StoreError;
use store::recon::{NewLine, NewStatement, ProfileRecord, StatementState};
use store::system::{Event, JobKind, JobRecord, JobState};

use super::plan::{ASKED_AT_ONCE, Planned, account_warning, asked, balance_warning, closed_days, currency_problem};
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
    /// Stores the statement. The same file twice, or a file whose lines are all known, adds nothing and says so.
    ///
    /// # Errors
    /// `BAD_ROWS` when rows could not be read and nobody said to leave them out; `IMPORT_INCOMPLETE` with what is
    /// missing; `OTHER_ACCOUNT`; `OTHER_BALANCE`; `SAME_FILE`; `SIGNED_PERIOD`; `CANCELLED`. Nothing is stored then.
    pub async fn import_commit(
        &self,
        request: ImportRequest,
        progress: Option<ImportProgress<'_>>,
    ) -> EngineResult<ImportResult> {
        let stamp = self.stamp();
        let job_id = new_id("job");
        let session = self.session(&request.session)?;
        let work = Work::new(self, &session).told_as(&job_id, format!("Import {}", request.name), progress);
        work.tell("rows", 0, 0)?;
        let mut planned = self.planned(&work, &request.options, &request.balance_id).await?;
        let left_out = left_out(&work, &planned, &request).await?;
        refuse(&planned, &request)?;
        let mut unit = self.store.begin().await?;
        // Somebody may have imported the same lines since the plan was shown.
        planned.statements = unit.load_statements(planned.balance.key).await?;
        let mut stored = Vec::new();
        let all = asked(&planned.keys);
        for (at, group) in all.chunks(ASKED_AT_ONCE).enumerate() {
            work.tell("compare", (at * ASKED_AT_ONCE) as u64, all.len() as u64)?;
            stored.extend(unit.load_known_lines(planned.balance.key, group).await?);
        }
        planned.look_up(stored, &request.options);
        let mut earlier: Vec<_> = planned.known.iter().flatten().map(seen_view).collect();
        earlier.sort_by(|a, b| a.statement_id.cmp(&b.statement_id));
        earlier.dedup();
        let known = planned.known.iter().flatten().count() as u32;
        if planned.new_count() == 0 {
            let message = earlier.first().map_or_else(
                || "There is no line to import.".to_owned(),
                |seen| {
                    format!(
                        "Nothing was added: every line was imported before, from {} on {}.",
                        seen.file_name,
                        &seen.at[..10]
                    )
                },
            );
            return Ok(ImportResult {
                statement_id: None,
                added: 0,
                known,
                left_out: left_out.len() as u32,
                message,
                earlier,
            });
        }
        refuse_new_lines(&planned, &request, &session.sha256)?;
        unit.put_file(&session.sha256, &session.name, &session.bytes, stamp.at).await?;
        let statement = new_statement(&planned, &request, &session.sha256, &left_out, &stamp)?;
        let key = unit.insert_statement(&statement).await?;
        let total = planned.new_count();
        let mut lines = new_lines(&planned);
        for step in 0..total.div_ceil(STEP) {
            work.tell("save", (step * STEP) as u64, total as u64)?;
            let group: Vec<NewLine> = lines.by_ref().take(STEP).collect();
            unit.insert_lines(key, planned.balance.key, &group).await?;
        }
        if let Some(name) = &request.save_profile {
            save_profile(unit.as_mut(), &planned, name, &stamp).await?;
        }
        let message = format!("{} imported", words::plural(total as u64, "line", "lines"));
        let mut result = ImportResult {
            statement_id: Some(statement.id.clone()),
            added: total as u32,
            known,
            left_out: left_out.len() as u32,
            message,
            earlier,
        };
        if known > 0 {
            result.message = format!(
                "{}, {} known before",
                result.message,
                words::plural(u64::from(known), "line was", "lines were")
            );
        }
        if !left_out.is_empty() {
            result.message =
                format!("{}, {} left out", result.message, words::plural(left_out.len() as u64, "row", "rows"));
        }
        unit.insert_job(&finished_job(&job_id, &statement, &result, &stamp)).await?;
        let job = finished_job(&job_id, &statement, &result, &stamp);
        unit.save_job(&job).await?;
        unit.record_event(&import_event(
            &stamp,
            "statement.imported",
            &statement.id,
            json!({ "name": statement.name, "file": session.name, "sha256": session.sha256, "lines": total }),
        ))
        .await?;
        work.tell("save", total as u64, total as u64)?;
        unit.commit().await?;
        // A large reading is not needed beside what is stored by now.
        session.last.forget();
        self.changed(&[Topic::Statements, Topic::Jobs]);
        Ok(result)
    }

    /// Takes a whole import back, while nothing of it is confirmed.
    ///
    /// # Errors
    /// `HAS_MATCHES` when a line is matched, `STATEMENT_SIGNED` when it is signed off.
    pub async fn import_undo(&self, statement_id: &str) -> EngineResult<()> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let statement = crate::recon::load_statement(unit.as_mut(), statement_id).await?;
        crate::recon::must_be_open(&statement)?;
        let figures = unit.load_line_figures(statement.key).await?;
        let confirmed = figures.confirmed_in_lines + figures.confirmed_out_lines;
        if confirmed > 0 {
            return Err(EngineError::Conflict {
                code: "HAS_MATCHES",
                message: format!(
                    "{} confirmed. Unmatch first. Nothing was changed.",
                    words::plural(confirmed, "line is", "lines are")
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
    if request.name.trim().is_empty() {
        return Err(EngineError::invalid("name", "The statement needs a name."));
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
fn refuse_new_lines(planned: &Planned, request: &ImportRequest, sha256: &str) -> EngineResult<()> {
    let refused =
        |code, message| Err(EngineError::Conflict { code, message: format!("{message} Nothing was imported.") });
    if let Some(message) = planned.same_file(sha256).filter(|_| !request.accept_same_file) {
        return refused("SAME_FILE", message);
    }
    if let Some(message) = closed_days(planned) {
        return refused("SIGNED_PERIOD", message);
    }
    planned.untied_without_known().map_or(Ok(()), |message| refused("IMPORT_INCOMPLETE", message))
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
    let (closing, closing_from) = planned.computed.closing.clone().ok_or_else(incomplete)?;
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

async fn save_profile(unit: &mut dyn store::Unit, planned: &Planned, name: &str, stamp: &Stamp) -> EngineResult<()> {
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

fn finished_job(id: &str, statement: &NewStatement, result: &ImportResult, stamp: &Stamp) -> JobRecord {
    JobRecord {
        id: id.to_owned(),
        kind: JobKind::Import,
        title: format!("Import {}", statement.name),
        state: JobState::Done,
        params: json!({ "statement_id": statement.id }),
        phase: "done".into(),
        done: u64::from(result.added),
        total: u64::from(result.added),
        result: serde_json::to_value(result).ok(),
        error: None,
        actor: stamp.actor.clone(),
        started_at: stamp.at,
        finished_at: Some(stamp.at),
    }
}
