//! How a bank file is understood, without a book.

use std::io::{Result, Write};

use engine::files::{STATEMENT_BYTES, bounded};
use engine::words::plural;
use statements::{Problem, Proof, Reading, Severity, Statement, StatementLine};

use crate::Done;
use crate::args::StatementCommand;
use crate::fault::{Answer, Exit, Fault};
use crate::mapping::read_options;
use crate::output::{Columns, Lengthy, Output, figure};
use crate::unread::Unread;

pub(crate) fn read(command: &StatementCommand) -> Answer<Done> {
    let StatementCommand::Read { file, mapping } = command;
    let bytes = bounded(file, STATEMENT_BYTES).map_err(|error| Fault::file(file, &error))?;
    if bytes.len() as u64 > STATEMENT_BYTES {
        let message = format!("{} is larger than 64 MB. Split it. Nothing was read.", file.display());
        return Err(Fault::new(Exit::File, "FILE", message));
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = read_options(mapping, &bytes, &name)?;
    let reading = statements::read(&bytes, &name, &options);
    drop(bytes);
    let fault = reading.has_errors().then(|| Unread::of_reading(&name, &reading).fault("STATEMENT_PROBLEMS", ""));
    Ok(Done { output: Output::lengthy(Described(reading)), fault })
}

/// A reading in both forms. A million lines as one text or one value would take several times what the lines take.
struct Described(Reading);

impl Lengthy for Described {
    fn json(&self, out: &mut dyn Write) -> Result<()> {
        serde_json::to_writer(out, &self.0).map_err(Into::into)
    }

    fn text(&self, out: &mut dyn Write) -> Result<()> {
        let reading = &self.0;
        writeln!(out, "Format    {}", reading.format.label())?;
        if let Some(encoding) = &reading.encoding {
            writeln!(out, "Encoding  {encoding}")?;
        }
        if let Some(sheet) = &reading.sheet {
            writeln!(out, "Sheet     {sheet}")?;
        }
        let counts = reading.counts;
        writeln!(
            out,
            "Rows      {}, {} with problems, {} not read as lines, {} blank",
            plural(u64::from(counts.lines), "line", "lines"),
            counts.problem_rows,
            counts.ignored,
            counts.blank
        )?;
        for statement in &reading.statements {
            describe(statement, out)?;
        }
        if !reading.problems.is_empty() {
            writeln!(out)?;
            let heads = [">Line", ">Column", "Severity", "Problem"];
            table(out, &heads, &reading.problems, problem_row)?;
        }
        Ok(())
    }
}

fn describe(statement: &Statement, out: &mut dyn Write) -> Result<()> {
    let account = statement.account.as_deref().unwrap_or("of an unnamed account");
    let currency = statement.currency.as_deref().unwrap_or("unknown currency");
    writeln!(out, "\nStatement {account} {currency}")?;
    if let Some(period) = &statement.period {
        writeln!(out, "Period    {} to {}", period.from, period.to)?;
    }
    for (label, balance) in [("Opening", &statement.opening), ("Closing", &statement.closing)] {
        if let Some(balance) = balance {
            writeln!(out, "{label}   {}", figure(&balance.amount.to_string(), statement.exponent))?;
        }
    }
    writeln!(out, "Proof     {}", proof(&statement.proof))?;
    if let Some(check) = statement.check.as_ref().filter(|check| !check.difference.is_zero()) {
        let apart = figure(&check.difference.abs().to_string(), statement.exponent);
        writeln!(out, "          Does not tie: opening and lines are {apart} apart from the closing.")?;
    }
    if statement.lines.is_empty() {
        return writeln!(out, "No lines.");
    }
    let heads = [">Line", "Date", "Text", "Reference", ">Amount", ">Balance"];
    table(out, &heads, &statement.lines, |line| line_row(line, statement.exponent))
}

/// Writes a table of which one row at a time is made: once for the widths, once for the text.
fn table<T, const N: usize>(
    out: &mut dyn Write,
    heads: &[&'static str; N],
    items: &[T],
    row: impl Fn(&T) -> [String; N],
) -> Result<()> {
    let mut columns = Columns::new(heads);
    for item in items {
        columns.fit(&row(item));
    }
    out.write_all(columns.head().as_bytes())?;
    items.iter().try_for_each(|item| out.write_all(columns.line(&row(item)).as_bytes()))
}

fn line_row(line: &StatementLine, exponent: u8) -> [String; 6] {
    let show = |amount: &ledger::Amount| figure(&amount.to_string(), exponent);
    [
        line.position.to_string(),
        line.booking_date.to_string(),
        line.description.clone(),
        line.reference.clone().unwrap_or_default(),
        show(&line.amount),
        line.running_balance.as_ref().map(show).unwrap_or_default(),
    ]
}

fn problem_row(problem: &Problem) -> [String; 4] {
    let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    let severity = match problem.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    [number(problem.line), number(problem.column), severity.into(), problem.message.clone()]
}

fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Proved { agree, of, .. } => format!("columns proved by the balances, {agree} of {of} rows agree"),
        Proof::Ambiguous { readings } => format!("ambiguous, {} readings fit", readings.len()),
        Proof::NotProvable { why } => format!("not provable: {why}"),
    }
}
