//! The trial balance by account.

use std::path::Path;

use engine::api::statements::ReportFormat;
use engine::api::trial::TrialReport;
use engine::files::may_write;
use engine::words::plural;
use jiff::civil::Date;
use serde_json::json;

use crate::Done;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure};
use crate::session::{Actor, open_to_read};

pub(crate) async fn run(book: &Path, as_of: Option<Date>, out: Option<&Path>, actor: Actor<'_>) -> Answer<Done> {
    let day = as_of.map(|day| day.to_string());
    if let Some(out) = out {
        let format = file_to_make(out, book)?;
        let engine = open_to_read(book, actor).await?;
        let rows = engine.trial_export(day.as_deref(), format, out).await;
        engine.close().await;
        let rows = rows?;
        let text = format!("{} written to {}.", plural(rows, "balance", "balances"), out.display());
        return Ok(Output::new(json!({ "rows": rows, "path": out }), text).into());
    }
    let engine = open_to_read(book, actor).await?;
    let report = engine.trial_report(day.as_deref()).await;
    engine.close().await;
    let report = report?;
    let fault = report
        .totals
        .iter()
        .any(|total| !total.ties)
        .then(|| Fault::new(Exit::Refused, "DOES_NOT_TIE", "The two sides differ. Run book check to see where."));
    Ok(Done { output: Output::new(&report, describe(&report)), fault })
}

/// The format of a report that is to be written to `out`, which is a new file.
pub(crate) fn file_to_make(out: &Path, book: &Path) -> Answer<ReportFormat> {
    let format = format_of(out)?;
    Fault::folder_of(out)?;
    may_write(out, &[book], false).map_err(|kept| Fault::argument("out", format!("{}: {kept}.", out.display())))?;
    Ok(format)
}

fn format_of(out: &Path) -> Answer<ReportFormat> {
    let ending = out.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("csv") => Ok(ReportFormat::Csv),
        Some("xlsx") => Ok(ReportFormat::Xlsx),
        Some("pdf") => Ok(ReportFormat::Pdf),
        _ => Err(Fault::argument("out", format!("{} ends neither in .csv nor in .xlsx nor in .pdf.", out.display()))),
    }
}

fn describe(report: &TrialReport) -> String {
    let mut table = Table::new(&["Ledger", "Balance", "Currency", ">Debit", ">Credit"]);
    let side = |minor: Option<&str>, exponent| minor.map(|minor| figure(minor, exponent)).unwrap_or_default();
    for row in &report.rows {
        table.row(vec![
            row.ledger.clone(),
            row.name.clone(),
            row.currency.clone(),
            side(row.debit.as_deref(), row.exponent),
            side(row.credit.as_deref(), row.exponent),
        ]);
    }
    for total in &report.totals {
        table.row(vec![
            "Total".into(),
            if total.ties { "ties".into() } else { "does not tie".into() },
            total.currency.clone(),
            figure(&total.debit, total.exponent),
            figure(&total.credit, total.exponent),
        ]);
    }
    let day = report.as_of.as_deref().unwrap_or("now, entries dated ahead included");
    format!("{}, as of {day}\n{}", report.book, table.or("Nothing has been booked."))
}
