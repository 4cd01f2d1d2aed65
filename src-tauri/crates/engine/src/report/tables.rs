//! The report as named tables, the same for every file format.

use jiff::Timestamp;
use ledger::Amount;
use reports::{Cell, Line, Paper, Sheet, Table};
use store::StoreError;

use super::file::paper;
use crate::api::statements::{BookedSince, Report, ReportAct, ReportAmount, ReportCount, ReportEntry};
use crate::{EngineError, EngineResult};

type Row = Vec<Cell>;

/// Every table of a report, in the order it is read.
pub(super) fn tables(report: &Report) -> EngineResult<Vec<Table>> {
    let exponent = report.exponent;
    let mut tables = vec![head(report)];
    for (name, rows) in
        [("Statement proof", &report.statement_proof), ("Bank", &report.bank_side), ("Books", &report.book_side)]
    {
        tables.push(proof(name, rows, exponent)?);
    }
    if let Some(why) = &report.apart {
        tables.push(table("Why the sides are apart", &[""], vec![vec![text(why)]]));
    }
    tables.push(lines(report)?);
    for (name, rows) in
        [("B. Entries not matched", &report.unmatched_entries), ("C. Outstanding entries", &report.outstanding)]
    {
        tables.push(entries(name, rows, exponent)?);
    }
    tables.push(matched(report)?);
    tables.push(counts("Matches by tier", &report.by_tier));
    tables.push(counts("Matches by rule", &report.by_rule));
    tables.push(posted(report)?);
    tables.push(left_out(report));
    if !report.limits.is_empty() {
        let rows = report.limits.iter().map(|words| vec![text(words)]).collect();
        tables.push(table("Limits of the matching", &["What was not searched"], rows));
    }
    if !report.booked_since.is_empty() {
        tables.push(booked_since(&report.booked_since, exponent)?);
    }
    tables.push(acts("Who did what", &report.acts));
    tables.push(acts("Versions", &report.history));
    Ok(tables)
}

/// The same on paper: what the report is of needs no heads, and sums have their lines.
pub(super) fn pages(report: &Report, made: Timestamp) -> EngineResult<(Paper, Vec<Sheet>)> {
    let mut sheets: Vec<Sheet> = tables(report)?.into_iter().map(Sheet::from).collect();
    let proofs = [&report.statement_proof, &report.bank_side, &report.book_side];
    for (place, sheet) in sheets.iter_mut().enumerate() {
        let proof = place.checked_sub(1).and_then(|at| proofs.get(at));
        match proof {
            None if place > 0 => {}
            None => {
                sheet.name.clear();
                sheet.head.iter_mut().for_each(String::clear);
                // The number of the version is a word among words.
                for cell in sheet.rows.iter_mut().flat_map(|(_, cells)| cells) {
                    if let Cell::Number(number) = cell {
                        *cell = Cell::Text(number.to_string());
                    }
                }
            }
            Some(proof) => {
                for ((line, _), _) in sheet.rows.iter_mut().zip(proof.iter()).filter(|(_, row)| row.total) {
                    *line = Line::Total;
                }
            }
        }
    }
    let title = format!("Reconciliation of {}", report.balance_name);
    let period = format!("{} to {}. {}", report.period_from, report.period_to, report.state);
    let currency = format!("{}, amounts in {}", report.statement_name, report.currency);
    Ok((paper(&report.book, &title, period, currency, made), sheets))
}

pub(crate) fn table(name: &str, head: &[&str], rows: Vec<Row>) -> Table {
    Table { name: name.to_owned(), head: head.iter().copied().map(str::to_owned).collect(), rows }
}

pub(crate) fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

fn number(value: u32) -> Cell {
    Cell::Number(u64::from(value))
}

pub(crate) fn amount(value: &str, exponent: u8) -> EngineResult<Cell> {
    let amount: Amount = value.parse().map_err(|error| EngineError::Store(StoreError::damaged("report", error)))?;
    Ok(Cell::Amount { amount, exponent })
}

fn head(report: &Report) -> Table {
    let rows = vec![
        vec![text("Book"), text(&report.book)],
        vec![text("Balance"), text(&format!("{}, {}", report.balance_name, report.currency))],
        vec![text("Statement"), text(&report.statement_name)],
        vec![text("Period"), text(&format!("{} to {}", report.period_from, report.period_to))],
        vec![text("State"), text(&report.state)],
        vec![text("Version"), number(report.version)],
        vec![text("Prepared"), text(&format!("{} by {}", report.prepared_at, report.prepared_by))],
        vec![text("Source file"), text(&report.file_name)],
        vec![text("SHA-256"), text(&report.file_sha256)],
        vec![text("Engine"), text(&report.engine)],
        vec![text("Rules"), text(&report.rules.join("; "))],
        vec![text("Result hash"), text(report.result_hash.as_deref().unwrap_or_default())],
    ];
    table("Report", &["Field", "Value"], rows)
}

fn proof(name: &str, rows: &[ReportAmount], exponent: u8) -> EngineResult<Table> {
    let rows = rows.iter().map(|row| {
        Ok(vec![text(&row.label), text(row.note.as_deref().unwrap_or_default()), amount(&row.amount, exponent)?])
    });
    Ok(table(name, &["Item", "Note", "Amount"], rows.collect::<EngineResult<_>>()?))
}

fn lines(report: &Report) -> EngineResult<Table> {
    let rows = report.unmatched_lines.iter().map(|line| {
        let proposed = text(line.proposed.as_deref().unwrap_or_default());
        let amount = amount(&line.amount, report.exponent)?;
        Ok(vec![number(line.position), text(&line.date), text(&line.text), amount, proposed])
    });
    let head = ["Line", "Date", "Text", "Amount", "Proposed"];
    Ok(table("A. Lines not matched", &head, rows.collect::<EngineResult<_>>()?))
}

fn entries(name: &str, entries: &[ReportEntry], exponent: u8) -> EngineResult<Table> {
    let rows = entries.iter().map(|entry| {
        let days = if entry.age_days.abs() == 1 { "day" } else { "days" };
        let age = Cell::Text(format!("{} {days}{}", entry.age_days, if entry.old { ", old" } else { "" }));
        let line = entry.proposed_for.map_or(text(""), number);
        let amount = amount(&entry.amount, exponent)?;
        Ok(vec![text(&entry.date), text(&entry.reference), text(&entry.text), amount, age, line])
    });
    let head = ["Date", "Reference", "Text", "Amount", "Age", "Proposed for line"];
    Ok(table(name, &head, rows.collect::<EngineResult<_>>()?))
}

/// A row for each line or entry of a match, whichever are more; the number tells which belong together.
fn matched(report: &Report) -> EngineResult<Table> {
    let mut rows = Vec::new();
    for (one, at) in report.matched.iter().zip(1..) {
        for side in 0..one.lines.len().max(one.entries.len()) {
            let mut row = vec![number(at)];
            match one.lines.get(side) {
                Some(line) => row.extend([
                    number(line.position),
                    text(&line.date),
                    text(&line.text),
                    amount(&line.amount, report.exponent)?,
                ]),
                None => row.extend(std::iter::repeat_n(text(""), 4)),
            }
            match one.entries.get(side) {
                Some(entry) => row.extend([
                    text(&entry.date),
                    text(&entry.reference),
                    text(&entry.text),
                    amount(&entry.amount, report.exponent)?,
                ]),
                None => row.extend(std::iter::repeat_n(text(""), 4)),
            }
            row.extend([text(&one.how), text(&one.by), text(&one.at)]);
            rows.push(row);
        }
    }
    let head = [
        "Match",
        "Line",
        "Date",
        "Text",
        "Amount",
        "Entry date",
        "Reference",
        "Entry text",
        "Entry amount",
        "How",
        "By",
        "At",
    ];
    Ok(table("Lines matched", &head, rows))
}

fn counts(name: &str, counts: &[ReportCount]) -> Table {
    let rows = counts.iter().map(|count| vec![text(&count.label), number(count.matches), number(count.lines)]);
    table(name, &["", "Matches", "Lines"], rows.collect())
}

fn posted(report: &Report) -> EngineResult<Table> {
    let rows = report.differences.iter().map(|one| {
        Ok(vec![
            if one.line_position == 0 { text("") } else { number(one.line_position) },
            text(&one.reference),
            text(&one.against),
            text(&one.text),
            amount(&one.amount, report.exponent)?,
            text(&one.by),
            text(&one.at),
        ])
    });
    let head = ["Line", "Reference", "Against", "Text", "Amount", "By", "At"];
    Ok(table("Differences posted", &head, rows.collect::<EngineResult<_>>()?))
}

fn left_out(report: &Report) -> Table {
    let rows = report.left_out.iter().map(|row| vec![number(row.line), text(&row.raw), text(&row.reason)]);
    table("Rows left out", &["Line", "Text", "Reason"], rows.collect())
}

fn booked_since(booked: &[BookedSince], exponent: u8) -> EngineResult<Table> {
    let rows = booked.iter().map(|one| {
        Ok(vec![
            text(&one.date),
            text(&one.reference),
            amount(&one.amount, exponent)?,
            text(&one.reason),
            text(&one.actor),
            text(&one.at),
        ])
    });
    let head = ["Date", "Reference", "Amount", "Reason", "By", "At"];
    Ok(table("Booked since signing", &head, rows.collect::<EngineResult<_>>()?))
}

fn acts(name: &str, acts: &[ReportAct]) -> Table {
    let rows = acts.iter().map(|act| vec![text(&act.at), text(&act.actor), text(&act.text)]);
    table(name, &["At", "Who", "What"], rows.collect())
}
