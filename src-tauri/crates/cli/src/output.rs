//! What a command prints: a JSON document, or text a person reads.

use std::io::{IsTerminal, Write};

use ledger::{Amount, Currency};
use serde::Serialize;
use serde_json::Value;

/// The answer of a command in both forms.
pub(crate) struct Output {
    json: Value,
    text: String,
}

impl Output {
    /// Both forms. `text` is built by the caller for people.
    pub(crate) fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        // A value that cannot be written as JSON has a key that is no text; none of ours has.
        Self { json: serde_json::to_value(json).unwrap_or(Value::Null), text: text.into() }
    }

    /// Everything was printed already.
    pub(crate) fn nothing() -> Self {
        Self { json: Value::Null, text: String::new() }
    }

    /// Prints one form to standard output.
    pub(crate) fn print(&self, as_json: bool) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        if as_json && !self.json.is_null() {
            serde_json::to_writer(&mut out, &self.json)?;
            writeln!(out)?;
        } else if !as_json && !self.text.is_empty() {
            out.write_all(self.text.trim_end_matches('\n').as_bytes())?;
            writeln!(out)?;
        }
        out.flush()
    }
}

/// Columns of text, numbers to the right.
pub(crate) struct Table {
    /// Head and whether the column is aligned right.
    head: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Heads; one that begins with `>` is aligned right.
    pub(crate) fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.iter().map(|name| name.strip_prefix('>').map_or((*name, false), |name| (name, true))).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table with a head, or the sentence when it is empty.
    pub(crate) fn or(&self, empty: &str) -> String {
        if self.rows.is_empty() {
            return format!("{empty}\n");
        }
        let wide = |column: usize| {
            let cells =
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
            cells.max(self.head[column].0.chars().count())
        };
        let widths: Vec<usize> = (0..self.head.len()).map(wide).collect();
        let line = |cells: Vec<&str>| {
            let mut text = String::new();
            for (index, cell) in cells.iter().enumerate() {
                let pad = " ".repeat(widths[index].saturating_sub(cell.chars().count()));
                if self.head[index].1 {
                    text.extend([pad.as_str(), cell])
                } else {
                    text.extend([cell, pad.as_str()])
                }
                text.push_str("  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            text
        };
        let mut text = line(self.head.iter().map(|(name, _)| *name).collect());
        for row in &self.rows {
            text.push_str(&line(row.iter().map(String::as_str).collect()));
        }
        text
    }
}

/// Minor units as people read them, with the currency. What is no amount is shown as it is.
pub(crate) fn money(minor: &str, currency: &str, exponent: u8) -> String {
    match (minor.parse::<Amount>(), Currency::new(currency, exponent)) {
        (Ok(amount), Ok(currency)) => engine::words::money(&amount, &currency),
        _ => format!("{minor} {currency}"),
    }
}

/// The same without the currency.
pub(crate) fn figure(minor: &str, exponent: u8) -> String {
    minor.parse::<Amount>().map_or_else(|_| minor.to_owned(), |amount| engine::words::amount(&amount, exponent))
}

/// Long work tells how far it is, on standard error and only to a person.
pub(crate) fn progress(text: &str) {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() {
        // A terminal that went away is no reason to stop.
        let _ = write!(err, "\r\x1b[2K{text}");
        let _ = err.flush();
    }
}

/// Clears the line that [`progress`] wrote.
pub(crate) fn progress_end() {
    progress("");
}
