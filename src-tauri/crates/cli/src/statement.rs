//! How a bank file is understood, without a book.

use engine::words::plural;
use statements::{Proof, Reading, Severity};

use crate::Done;
use crate::args::StatementCommand;
use crate::fault::{Answer, Exit, Fault};
use crate::mapping::read_options;
use crate::output::{Output, Table, figure};

pub(crate) fn read(command: &StatementCommand) -> Answer<Done> {
    let StatementCommand::Read { file, mapping } = command;
    let bytes = std::fs::read(file).map_err(|error| Fault::file(file, &error))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = read_options(mapping, &bytes, &name)?;
    let reading = statements::read(&bytes, &name, &options);
    let fault = reading.has_errors().then(|| {
        let first = reading
            .problems
            .iter()
            .find(|problem| problem.severity == Severity::Error)
            .map(|problem| problem.message.as_str())
            .unwrap_or_default();
        let count = reading.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let message = match count {
            1 => first.to_owned(),
            more => format!("{more} problems. The first: {first}"),
        };
        Fault::new(Exit::File, "STATEMENT_PROBLEMS", message)
    });
    Ok(Done { output: Output::new(&reading, describe(&reading)), fault })
}

fn describe(reading: &Reading) -> String {
    let mut text = format!("Format    {}\n", reading.format.label());
    if let Some(encoding) = &reading.encoding {
        text.push_str(&format!("Encoding  {encoding}\n"));
    }
    if let Some(sheet) = &reading.sheet {
        text.push_str(&format!("Sheet     {sheet}\n"));
    }
    let counts = reading.counts;
    text.push_str(&format!(
        "Rows      {}, {} with problems, {} not read as lines, {} blank\n",
        plural(u64::from(counts.lines), "line", "lines"),
        counts.problem_rows,
        counts.ignored,
        counts.blank
    ));
    for statement in &reading.statements {
        let currency = statement.currency.as_deref().unwrap_or("unknown currency");
        text.push_str(&format!(
            "\nStatement {} {currency}\n",
            statement.account.as_deref().unwrap_or("of an unnamed account")
        ));
        if let Some(period) = &statement.period {
            text.push_str(&format!("Period    {} to {}\n", period.from, period.to));
        }
        for (label, balance) in [("Opening", &statement.opening), ("Closing", &statement.closing)] {
            if let Some(balance) = balance {
                text.push_str(&format!("{label}   {}\n", figure(&balance.amount.to_string(), statement.exponent)));
            }
        }
        text.push_str(&format!("Proof     {}\n", proof(&statement.proof)));
        let mut table = Table::new(&[">Line", "Date", "Text", "Reference", ">Amount", ">Balance"]);
        for line in &statement.lines {
            let show = |amount: &ledger::Amount| figure(&amount.to_string(), statement.exponent);
            table.row(vec![
                line.position.to_string(),
                line.booking_date.to_string(),
                line.description.clone(),
                line.reference.clone().unwrap_or_default(),
                show(&line.amount),
                line.running_balance.as_ref().map(show).unwrap_or_default(),
            ]);
        }
        text.push_str(&table.or("No lines."));
    }
    if !reading.problems.is_empty() {
        let mut table = Table::new(&[">Line", ">Column", "Severity", "Problem"]);
        for problem in &reading.problems {
            let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
            let severity = match problem.severity {
                Severity::Note => "note",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            table.row(vec![number(problem.line), number(problem.column), severity.into(), problem.message.clone()]);
        }
        text.push_str(&format!("\n{}", table.or("")));
    }
    text
}

fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Proved { agree, of, .. } => format!("proved, {agree} of {of} rows agree"),
        Proof::Ambiguous { readings } => format!("ambiguous, {} readings fit", readings.len()),
        Proof::NotProvable { why } => format!("not provable: {why}"),
    }
}
