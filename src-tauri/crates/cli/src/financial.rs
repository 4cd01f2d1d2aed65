//! Balance sheet, profit and loss, closed periods and the types of ledgers.

use std::path::Path;

use engine::Engine;
use engine::api::financial::{FinancialKind, FinancialReport, FinancialRequest};
use engine::api::periods::PeriodState;
use engine::words::plural;
use jiff::civil::Date;
use serde_json::json;

use crate::Done;
use crate::args::PeriodCommand;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure};
use crate::session::{Actor, open_to_read, open_to_write};
use crate::trial::file_to_make;

pub(crate) struct Asked<'a> {
    pub(crate) kind: FinancialKind,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) out: Option<&'a Path>,
}

pub(crate) async fn report(book: &Path, asked: Asked<'_>, actor: Actor<'_>) -> Answer<Done> {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let request = FinancialRequest { kind: asked.kind, from: day(asked.from), to: day(asked.to) };
    if let Some(out) = asked.out {
        let format = file_to_make(out, book)?;
        let engine = open_to_read(book, actor).await?;
        let rows = engine.financial_export(request, format, out).await;
        engine.close().await;
        let rows = rows?;
        let text = format!("{} written to {}.", plural(rows, "line", "lines"), out.display());
        return Ok(Output::new(json!({ "rows": rows, "path": out }), text).into());
    }
    let engine = open_to_read(book, actor).await?;
    let report = engine.financial_report(request).await;
    engine.close().await;
    let report = report?;
    let fault = report
        .currencies
        .iter()
        .any(|part| !part.ties)
        .then(|| Fault::new(Exit::Refused, "DOES_NOT_TIE", "The two sides differ. Run book check to see where."));
    Ok(Done { output: Output::new(&report, describe(&report)), fault })
}

fn describe(report: &FinancialReport) -> String {
    let mut table = Table::new(&["Section", "Ledger", "Balance", "Currency", ">Amount"]);
    for part in &report.currencies {
        let show = |minor: &str| figure(minor, part.exponent);
        for section in &part.sections {
            for row in &section.rows {
                let cells = [&section.title, &row.ledger, &row.name, &part.currency];
                table.row(cells.into_iter().cloned().chain([show(&row.amount)]).collect());
            }
            let cells = [section.title.clone(), "Total".into(), String::new(), part.currency.clone()];
            table.row(cells.into_iter().chain([show(&section.total)]).collect());
        }
        let cells = ["Result".into(), String::new(), String::new(), part.currency.clone()];
        table.row(cells.into_iter().chain([show(&part.result)]).collect());
    }
    let title = match report.kind {
        FinancialKind::BalanceSheet => format!("Balance sheet at the end of {}", report.to),
        FinancialKind::ProfitAndLoss => format!("Profit and loss from {} to {}", report.from, report.to),
    };
    format!("{}, {title}\n{}", report.book, table.or("Nothing has been booked."))
}

pub(crate) async fn period(command: &PeriodCommand, actor: Actor<'_>) -> Answer<Done> {
    let state = match command {
        PeriodCommand::Show { book } => {
            let engine = open_to_read(book, actor).await?;
            let state = engine.period_state().await;
            closed(&engine, state).await?
        }
        PeriodCommand::Close { book, through } => {
            let engine = open_to_write(book, actor).await?;
            let state = engine.period_close(&through.to_string()).await;
            closed(&engine, state).await?
        }
        PeriodCommand::Reopen { book, through, reason, .. } => {
            let engine = open_to_write(book, actor).await?;
            let through = through.map(|day| day.to_string());
            let state = engine.period_reopen(through.as_deref(), reason).await;
            closed(&engine, state).await?
        }
    };
    let text = match (&state.closed_through, &state.open_from) {
        (Some(through), Some(open)) => {
            format!("The books are closed through {through}. The first open day is {open}.\n")
        }
        _ => "No period is closed.\n".to_owned(),
    };
    let mut table = Table::new(&["When", "Who", "What", "Through", "Why"]);
    for step in &state.steps {
        table.row(vec![
            step.at.clone(),
            step.actor.clone(),
            if step.reopened { "reopened".into() } else { "closed".into() },
            step.after.clone().unwrap_or_else(|| "all days open".into()),
            step.reason.clone().unwrap_or_default(),
        ]);
    }
    Ok(Output::new(&state, text + &table.or("")).into())
}

async fn closed(engine: &Engine, state: engine::EngineResult<PeriodState>) -> Answer<PeriodState> {
    engine.close().await;
    Ok(state?)
}
