//! Runs, acceptance by tier, the report and the signature.

use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use engine::api::statements::{
    Report, ReportFormat, RunFallback, RunRequest, RunResult, SignoffCheck, StatementRow, StatementState,
};
use engine::words::plural;
use engine::{Engine, Notice};

use crate::Done;
use crate::args::{ReconcileCommand, ReportKind};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure, progress, progress_end};
use crate::session::{Actor, open_to_read, open_to_write};

pub(crate) async fn run(command: &ReconcileCommand, actor: Actor<'_>) -> Answer<Done> {
    if let ReconcileCommand::Report { book, out: Some(path), force, .. } = command {
        Fault::may_write(path, &[book], *force)?;
    }
    let (book, writes) = match command {
        // Without a name nothing is signed, only looked at.
        ReconcileCommand::Report { book, .. } | ReconcileCommand::Signoff { book, name: None, .. } => (book, false),
        ReconcileCommand::Run { book, .. }
        | ReconcileCommand::Resume { book, .. }
        | ReconcileCommand::Accept { book, .. }
        | ReconcileCommand::Reopen { book, .. }
        | ReconcileCommand::UndoImport { book, .. }
        | ReconcileCommand::Signoff { book, .. } => (book, true),
    };
    // Whoever signs acts: the typed name is the name of the person.
    let signer = match command {
        ReconcileCommand::Signoff { name, .. } => name.as_deref(),
        _ => None,
    };
    let actor = Actor { name: actor.name.or(signer), ..actor };
    let engine = if writes { open_to_write(book, actor).await? } else { open_to_read(book, actor).await? };
    let answer = on_book(&engine, command).await;
    progress_end();
    engine.close().await;
    answer
}

async fn on_book(engine: &Arc<Engine>, command: &ReconcileCommand) -> Answer<Done> {
    match command {
        ReconcileCommand::Run { statement, dry_run, accept_certain, no_fallback, fallback, .. } => {
            let request = RunRequest {
                statement_id: find(engine, statement).await?.id,
                rule_ids: None,
                fallback: match (*no_fallback, *fallback) {
                    (true, _) => Some(RunFallback::None),
                    (_, true) => Some(RunFallback::ClosestText),
                    _ => None,
                },
                dry_run: *dry_run,
                auto_confirm: *accept_certain,
            };
            let watch = watch(engine);
            let result = engine.run_now(request).await;
            watch.abort();
            progress_end();
            Ok(ran(&result?))
        }
        ReconcileCommand::Resume { job, .. } => {
            let jobs = engine.interrupted_runs().await?;
            let job = job.clone().or_else(|| jobs.first().map(|run| run.job_id.clone()));
            let job =
                job.ok_or_else(|| Fault::new(Exit::Refused, "NOT_FOUND", "No run was cut off. Nothing was changed."))?;
            let watch = watch(engine);
            let result = engine.run_resume_now(&job).await;
            watch.abort();
            progress_end();
            Ok(ran(&result?))
        }
        ReconcileCommand::Accept { statement, tier, .. } => {
            let statement = find(engine, statement).await?;
            let preview = engine.match_tier_preview(&statement.id, tier).await?;
            let done = engine.match_accept_tier(&statement.id, tier, preview.lines).await?;
            let text = format!(
                "{}. Left to clear: {} {}",
                done.text,
                figure(&done.left_to_clear, statement.exponent),
                statement.currency
            );
            Ok(Output::new(&done, text).into())
        }
        ReconcileCommand::Report { statement, version_number, format, out, .. } => {
            report(engine, statement, *version_number, *format, out.as_deref()).await
        }
        ReconcileCommand::Reopen { statement, reason, .. } => {
            let statement = find(engine, statement).await?;
            engine.reopen(&statement.id, reason).await?;
            let text = format!("{} is open again. Its signed report stays.", statement.name);
            Ok(Output::new(find(engine, &statement.id).await?, text).into())
        }
        ReconcileCommand::UndoImport { statement, .. } => {
            let statement = find(engine, statement).await?;
            engine.import_undo(&statement.id).await?;
            let text = format!("The import of {} was taken back.", statement.name);
            Ok(Output::new(serde_json::json!({ "undone": statement.id }), text).into())
        }
        ReconcileCommand::Signoff { statement, name, .. } => sign_off(engine, statement, name.as_deref()).await,
    }
}

/// Prints how far a run is, until it is told to stop.
fn watch(engine: &Engine) -> tokio::task::JoinHandle<()> {
    let mut notices = engine.listen();
    tokio::spawn(async move {
        while let Ok(notice) = notices.recv().await {
            if let Notice::Job(step) = notice {
                let left = step.seconds_left.map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
                progress(&format!(
                    "{}: {}, {} of {}, {} a second{left}",
                    step.title, step.phase, step.done, step.total, step.rate
                ));
            }
        }
    })
}

fn ran(result: &RunResult) -> Done {
    let mut text = format!(
        "One entry proposed for {} of {}: {} certain, {} likely, {} possible. {} ambiguous, {} without an entry; {} confirmed by the run{}\n",
        result.proposed,
        engine::words::plural(u64::from(result.lines), "open line", "open lines"),
        result.certain,
        result.likely,
        result.possible,
        result.ambiguous,
        result.none,
        result.confirmed,
        if result.dry_run { " (dry run, nothing was stored)" } else { "" }
    );
    text.push_str(&result.limits.join("\n"));
    Output::new(result, text).into()
}

/// The statement that `text` names: its id or its name.
async fn find(engine: &Engine, text: &str) -> Answer<StatementRow> {
    let mut found: Vec<_> =
        engine.statements().await?.into_iter().filter(|row| row.id == text || row.name == text).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Fault::new(
            Exit::Refused,
            "NOT_FOUND",
            format!("There is no statement called “{text}” in this book. Nothing was changed."),
        )),
        count => Err(Fault::argument("statement", format!("{count} statements are called “{text}”. Use the id."))),
    }
}

pub(crate) async fn list(book: &Path, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let rows = engine.statements().await;
    engine.close().await;
    let rows = rows?;
    let mut table = Table::new(&[
        "Statement",
        "Balance",
        "Period",
        ">Lines",
        ">To review",
        ">Left to clear",
        "Currency",
        "State",
        "Id",
    ]);
    for row in &rows {
        let state = match row.state {
            StatementState::Imported => "imported",
            StatementState::InReview => "in review",
            StatementState::Signed if row.booked_since > 0 => "signed, changed since",
            StatementState::Signed => "signed",
        };
        table.row(vec![
            row.name.clone(),
            row.balance_name.clone(),
            format!("{} to {}", row.period_from, row.period_to),
            row.lines.to_string(),
            row.to_review.to_string(),
            figure(&row.left_to_clear, row.exponent),
            row.currency.clone(),
            state.into(),
            row.id.clone(),
        ]);
    }
    Ok(Output::new(&rows, table.or("There are no statements.")).into())
}

/// The kind of report that the name of a file asks for.
fn kind_of(out: &Path) -> Answer<ReportKind> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    ReportKind::from_str(&ending, true).map_err(|_| {
        let message = "The name of a report ends in .pdf, .xlsx, .csv or .json; or say which it is with --format.";
        Fault::argument("out", message)
    })
}

async fn report(
    engine: &Engine,
    statement: &str,
    version: Option<u32>,
    format: Option<ReportKind>,
    out: Option<&Path>,
) -> Answer<Done> {
    let statement = find(engine, statement).await?;
    let report = engine.report(&statement.id, version).await?;
    let format = match (format, out) {
        (None, None) => return Ok(Output::new(&report, describe(&report)).into()),
        (None, Some(path)) => Some(kind_of(path)?),
        (given, _) => given,
    };
    let bytes = match format {
        None | Some(ReportKind::Json) => serde_json::to_vec_pretty(&report).unwrap_or_default(),
        Some(ReportKind::Csv) => engine.report_bytes(&statement.id, version, ReportFormat::Csv).await?,
        Some(ReportKind::Xlsx) => engine.report_bytes(&statement.id, version, ReportFormat::Xlsx).await?,
        Some(ReportKind::Pdf) => engine.report_bytes(&statement.id, version, ReportFormat::Pdf).await?,
    };
    match out {
        Some(path) => {
            engine::files::write_atomically(path, &bytes).map_err(|error| Fault::file(path, &error))?;
            let json = serde_json::json!({ "statement_id": statement.id, "file": path });
            Ok(Output::new(json, format!("Written to {}.", path.display())).into())
        }
        None if matches!(format, Some(ReportKind::Xlsx | ReportKind::Pdf)) => {
            Err(Fault::argument("out", "A workbook or a PDF needs a file: use --out FILE."))
        }
        None => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Output::new(&report, text).into())
        }
    }
}

fn describe(report: &Report) -> String {
    let mut text = format!(
        "{}, {} to {}\n{}, {}\n{}\n",
        report.statement_name, report.period_from, report.period_to, report.balance_name, report.currency, report.state
    );
    for (title, amounts) in
        [("Statement", &report.statement_proof), ("Bank", &report.bank_side), ("Book", &report.book_side)]
    {
        let mut table = Table::new(&["", ">", ""]);
        for row in amounts.iter() {
            table.row(vec![
                row.label.clone(),
                figure(&row.amount, report.exponent),
                row.note.clone().unwrap_or_default(),
            ]);
        }
        text.push_str(&format!("\n{title}{}", table.or("")));
    }
    text.push_str(&format!(
        "\n{} and {} unmatched, {} outstanding, {} posted\n",
        plural(report.unmatched_lines.len() as u64, "line", "lines"),
        plural(report.unmatched_entries.len() as u64, "entry", "entries"),
        plural(report.outstanding.len() as u64, "entry", "entries"),
        plural(report.differences.len() as u64, "difference", "differences")
    ));
    if !report.booked_since.is_empty() {
        let mut table = Table::new(&["Date", "Reference", ">Amount", "Reason", "By"]);
        for one in &report.booked_since {
            table.row(vec![
                one.date.clone(),
                one.reference.clone(),
                figure(&one.amount, report.exponent),
                one.reason.clone(),
                one.actor.clone(),
            ]);
        }
        text.push_str(&format!("\nBooked since signing\n{}", table.or("")));
    }
    text
}

async fn sign_off(engine: &Engine, statement: &str, name: Option<&str>) -> Answer<Done> {
    let statement = find(engine, statement).await?;
    let Some(name) = name else {
        let check = engine.signoff_check(&statement.id).await?;
        let fault =
            (!check.ready).then(|| Fault::new(Exit::Refused, "NOT_READY", "The statement cannot be signed yet."));
        return Ok(Done { output: Output::new(&check, checklist(&check)), fault });
    };
    let report = engine.sign_off(&statement.id, name).await?;
    Ok(Output::new(&report, format!("{}: {}", report.statement_name, report.state)).into())
}

fn checklist(check: &SignoffCheck) -> String {
    let mut text = String::new();
    for item in &check.items {
        let mark = if item.ok { "ok" } else { "no" };
        text.push_str(&format!("{mark}  {}\n", item.text));
    }
    text
}
