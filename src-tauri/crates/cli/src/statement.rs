//! How a bank file is understood, without a book.

use std::io::{Result, Write};

use engine::files::{STATEMENT_BYTES, bounded};
use engine::words::plural;
use serde::Serialize;
use statements::{Choice, Problem, Proof, Reading, Severity, Statement, StatementLine};

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
    if let Proof::Ambiguous { readings } = &statement.proof {
        let picks = readings.iter().map(|one| Pick::of_choice(&one.label, &one.choice)).collect::<Vec<_>>();
        for line in Pick::lines(&picks) {
            writeln!(out, "          {line}")?;
        }
    }
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
        Proof::Ambiguous { readings } => {
            format!("ambiguous, {} readings fit. Pick one with its option:", readings.len())
        }
        Proof::NotProvable { why } => format!("not provable: {why}"),
    }
}

/// One of several readings that fit, and the options that pick it.
pub(crate) struct Pick {
    option: String,
    label: String,
}

impl Pick {
    /// `options` by name, without the dashes; those that do not tell the readings apart are none.
    pub(crate) fn new(label: &str, options: [(&str, Option<String>); 4]) -> Self {
        let typed = options.into_iter().filter_map(|(name, word)| word.map(|word| format!("--{name} {word}")));
        Self { option: typed.collect::<Vec<_>>().join(" "), label: label.to_owned() }
    }

    fn of_choice(label: &str, choice: &Choice) -> Self {
        let columns = choice.mapping.as_ref().map(|mapping| {
            mapping.columns.iter().filter_map(|column| word(Some(column.role))).collect::<Vec<_>>().join(",")
        });
        Self::new(
            label,
            [
                ("date-format", word(choice.date_format)),
                ("decimal-mark", word(choice.decimal_mark)),
                ("sign-model", word(choice.sign_model)),
                ("columns", columns),
            ],
        )
    }

    /// A line for each, the options below one another.
    pub(crate) fn lines(picks: &[Self]) -> impl Iterator<Item = String> {
        let width = picks.iter().map(|pick| pick.option.chars().count()).max().unwrap_or(0);
        picks.iter().map(move |pick| format!("{:<width$}  {}", pick.option, pick.label))
    }

    /// All in one sentence.
    pub(crate) fn sentence(picks: &[Self]) -> String {
        let each: Vec<String> = picks.iter().map(|pick| format!("{} ({})", pick.option, pick.label)).collect();
        format!("Pick with {}.", each.join(" or "))
    }
}

/// A choice as the command line writes it.
fn word(choice: Option<impl Serialize>) -> Option<String> {
    serde_json::to_value(choice).ok()?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let reading = statements::read(text.as_bytes(), "x.csv", &statements::ReadOptions::default());
        let mut out = Vec::new();
        Described(reading).text(&mut out).expect("it is written to memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn readings_are_named_with_the_option_that_picks_them() {
        let dates = told("Date,Text,Amount\n03/04/2026,A,-1.00\n04/04/2026,B,2.00\n");
        for option in ["--date-format dmy", "--date-format mdy"] {
            assert!(dates.contains(&format!("\n          {option}  Dates as ")), "{dates}");
        }
        let signs = told("Date,Text,Amount\n2026-11-02,A,1.00\n2026-11-03,B,2.00\n");
        assert!(signs.contains("--sign-model signed ") && signs.contains("--sign-model inverse "), "{signs}");
        let sides = told("2026-11-02,A,1.00,\n2026-11-03,B,,2.00\n2026-11-04,C,3.00,\n");
        for option in ["debit,credit  Column 3 is money out", "credit,debit  Column 4 is money out"] {
            assert!(sides.contains("--columns booking_date,") && sides.contains(option), "{sides}");
        }
    }
}
