//! Matching two plain lists, without a book.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use engine::words::plural;
use ledger::{Amount, Currency};
use matching::preset::{match_records_with, params};
use matching::{Control, EdgeOut, LedgerRecord, Phase, Progress, StatementRecord, Tier, When};
use serde_json::json;

use crate::Done;
use crate::args::MatchArgs;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, progress, progress_end};

pub(crate) fn run(options: &MatchArgs) -> Answer<Done> {
    let started = Instant::now();
    Fault::folder_of(&options.out)?;
    // A script runs again and again: the result of the last time may go.
    Fault::may_write(&options.out, &[&options.ledger, &options.statement], true)?;
    let ledger = rows(&options.ledger, "ledger_id", ledger_record)?;
    let statement = rows(&options.statement, "statement_id", statement_record)?;
    let (entries, lines) = (ledger.len(), statement.len());
    let read = started.elapsed();
    let mut told = Instant::now();
    let mut tell = |step: Progress| {
        if told.elapsed().as_millis() >= 125 {
            told = Instant::now();
            progress(&format!("{}, {} of {}", phase(step.phase), step.done, step.total));
        }
        Control::Continue
    };
    let matched = match_records_with(ledger, statement, params(), &mut tell);
    progress_end();
    let matched = matched.map_err(|error| Fault::new(Exit::File, "MATCH_INPUT", format!("{error}.")))?;
    let edges = matched.edges;
    write(&options.out, &edges)?;
    let count = |tier: Tier| edges.iter().filter(|edge| edge.tier == tier).count();
    let (certain, likely, possible) = (count(Tier::Certain), count(Tier::Likely), count(Tier::Possible));
    let milliseconds = started.elapsed().as_millis();
    let mut text = format!(
        "{} of {} matched with {}: {certain} certain, {likely} likely, {possible} possible; {milliseconds} ms, {} of them reading",
        edges.len(),
        plural(lines as u64, "line", "lines"),
        plural(entries as u64, "entry", "entries"),
        read.as_millis()
    );
    matched.limits.iter().for_each(|limit| text.push_str(&format!("\n{limit}")));
    let json = json!({
        "lines": lines, "entries": entries, "matched": edges.len(), "certain": certain, "likely": likely, "possible": possible,
        "milliseconds": u64::try_from(milliseconds).unwrap_or(u64::MAX), "file": options.out, "limits": matched.limits,
    });
    Ok(Output::new(json, text).into())
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Read => "Preparing",
        Phase::Candidates => "Looking for pairs",
        Phase::Assign => "Deciding",
        Phase::Explain => "Explaining",
        Phase::Done => "Done",
    }
}

/// A row by the names of its columns.
struct Cells<'a> {
    head: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
}

impl Cells<'_> {
    fn text(&self, name: &str) -> &str {
        self.head.get(name).and_then(|at| self.record.get(*at)).unwrap_or_default()
    }

    fn day(&self, name: &str) -> Result<When, String> {
        self.text(name).parse().map_err(|_| format!("{name} “{}” is no date", self.text(name)))
    }

    fn money(&self) -> Result<(Amount, Currency), String> {
        let code = self.text("currency");
        let currency = Currency::iso(code).ok_or_else(|| format!("“{code}” is not an ISO 4217 currency"))?;
        let text = self.text("amount");
        let amount =
            Amount::parse_written(text, currency.exponent()).map_err(|error| format!("amount “{text}”: {error}"))?;
        Ok((amount, currency))
    }
}

fn ledger_record(cells: &Cells<'_>) -> Result<(String, LedgerRecord), String> {
    let (amount, currency) = cells.money()?;
    let id = cells.text("ledger_id").to_owned();
    let record = LedgerRecord {
        id: id.clone(),
        account: cells.text("account").to_owned(),
        date: cells.day("date")?,
        amount,
        currency,
        reference: cells.text("reference").to_owned(),
        counterparty: cells.text("counterparty").to_owned(),
        description: cells.text("description").to_owned(),
    };
    Ok((id, record))
}

fn statement_record(cells: &Cells<'_>) -> Result<(String, StatementRecord), String> {
    let (amount, currency) = cells.money()?;
    let id = cells.text("statement_id").to_owned();
    let record = StatementRecord {
        id: id.clone(),
        account: cells.text("account").to_owned(),
        booking_date: cells.day("booking_date")?,
        value_date: if cells.text("value_date").is_empty() { None } else { Some(cells.day("value_date")?) },
        amount,
        currency,
        reference: cells.text("reference").to_owned(),
        description: cells.text("description").to_owned(),
    };
    Ok((id, record))
}

/// Reads a file whole. The first row that cannot be read stops: half a list would match wrongly.
fn rows<T>(path: &Path, key: &str, read: fn(&Cells<'_>) -> Result<(String, T), String>) -> Answer<Vec<T>> {
    let fault = |reason: String| Fault::new(Exit::File, "MATCH_INPUT", format!("{}: {reason}.", path.display()));
    let file = std::fs::File::open(path).map_err(|error| Fault::file(path, &error))?;
    let mut reader = csv::Reader::from_reader(std::io::BufReader::new(file));
    let titles = reader.headers().map_err(|error| fault(unreadable(&error, None)))?.clone();
    let head: HashMap<String, usize> =
        titles.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).zip(0..).collect();
    for needed in [key, "amount", "currency"] {
        if !head.contains_key(needed) {
            return Err(fault(format!("the column {needed} is missing")));
        }
    }
    let (mut found, mut ids) = (Vec::new(), HashSet::new());
    for record in reader.records() {
        let record = record.map_err(|error| fault(unreadable(&error, Some(&titles))))?;
        let line = record.position().map_or(0, csv::Position::line);
        let (id, row) =
            read(&Cells { head: &head, record: &record }).map_err(|reason| fault(format!("line {line}: {reason}")))?;
        if id.is_empty() || !ids.insert(id.clone()) {
            return Err(fault(format!("line {line}: the {key} “{id}” is empty or used twice")));
        }
        found.push(row);
    }
    Ok(found)
}

/// Why a row cannot be read, with its line and, where it is one cell, its column.
fn unreadable(error: &csv::Error, titles: Option<&csv::StringRecord>) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => {
            let column = titles
                .and_then(|titles| titles.get(err.field()))
                .map_or_else(|| (err.field() + 1).to_string(), |name| name.trim_start_matches('\u{feff}').to_owned());
            format!("line {line}, column {column}: the text is not UTF-8. Save the file as UTF-8")
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let cells = |count: u64| plural(count, "cell", "cells");
            format!("line {line}: the row has {}, the head has {}", cells(*len), cells(*expected_len))
        }
        _ => error.to_string(),
    }
}

fn write(path: &Path, edges: &[EdgeOut]) -> Answer<()> {
    let written = engine::files::replace_atomically(path, |file| -> csv::Result<()> {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["statement_id", "ledger_id", "group_id", "tier", "score"])?;
        for edge in edges {
            let score = edge.score.to_string();
            writer.write_record([&edge.statement_id, &edge.ledger_id, &edge.group_id, edge.tier.code(), &score])?;
        }
        Ok(writer.flush()?)
    });
    written.map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Fault::file(path, &error),
        kind => Fault::new(Exit::File, "FILE", format!("{}: {kind:?}.", path.display())),
    })
}
