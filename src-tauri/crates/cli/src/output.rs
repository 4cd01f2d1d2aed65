//! What a command prints: a JSON document, or text a person reads.

use std::io::{IsTerminal, Write};

use ledger::{Amount, Currency};
use serde::Serialize;
use serde_json::Value;

/// The answer of a command in both forms.
pub(crate) struct Output {
    form: Form,
}

enum Form {
    /// Everything was printed already.
    Nothing,
    Made {
        json: Value,
        text: String,
    },
    Lengthy(Box<dyn Lengthy>),
}

/// An answer that can be longer than the file it tells of: it is written piece by piece and never held in one.
pub(crate) trait Lengthy {
    /// Writes the JSON document.
    fn json(&self, out: &mut dyn Write) -> std::io::Result<()>;

    /// Writes the text for people.
    fn text(&self, out: &mut dyn Write) -> std::io::Result<()>;
}

impl Output {
    /// Both forms. `text` is built by the caller for people.
    pub(crate) fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        // A value that cannot be written as JSON has a key that is no text; none of ours has.
        let json = serde_json::to_value(json).unwrap_or(Value::Null);
        Self { form: Form::Made { json, text: text.into() } }
    }

    /// An answer that is written when it is printed.
    pub(crate) fn lengthy(answer: impl Lengthy + 'static) -> Self {
        Self { form: Form::Lengthy(Box::new(answer)) }
    }

    /// Everything was printed already.
    pub(crate) fn nothing() -> Self {
        Self { form: Form::Nothing }
    }

    /// Prints one form to standard output.
    pub(crate) fn print(&self, as_json: bool) -> std::io::Result<()> {
        // Standard output looks for line ends in every piece; the pieces of a document are a few bytes each.
        let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        match &self.form {
            Form::Nothing => {}
            Form::Made { json, .. } if as_json => {
                if !json.is_null() {
                    serde_json::to_writer(&mut out, json)?;
                    writeln!(out)?;
                }
            }
            Form::Made { text, .. } => {
                if !text.is_empty() {
                    writeln!(Harmless(&mut out), "{}", text.trim_end_matches('\n'))?;
                }
            }
            Form::Lengthy(answer) if as_json => {
                answer.json(&mut out)?;
                writeln!(out)?;
            }
            Form::Lengthy(answer) => answer.text(&mut Harmless(&mut out))?,
        }
        out.flush()
    }
}

/// Text on its way to a terminal. Names and bank texts are nobody's to trust: what would move the cursor, clear the
/// screen or turn the reading direction round is shown as a mark.
struct Harmless<W>(W);

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Whoever writes here writes whole texts, so no letter is cut in two.
        let text = String::from_utf8_lossy(bytes);
        if text.chars().any(is_harmful) {
            let shown: String = text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect();
            self.0.write_all(shown.as_bytes())?;
        } else {
            self.0.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn is_harmful(c: char) -> bool {
    (c != '\n' && c.is_control()) || engine::words::turns_direction(c)
}

/// Heads of a table and how wide its columns are, numbers to the right.
pub(crate) struct Columns {
    /// Head, whether the column is aligned right, and the width that holds every cell told so far.
    heads: Vec<(&'static str, bool, usize)>,
}

impl Columns {
    /// Heads; one that begins with `>` is aligned right.
    pub(crate) fn new(heads: &[&'static str]) -> Self {
        let column = |name: &&'static str| {
            let (name, right) = name.strip_prefix('>').map_or((*name, false), |name| (name, true));
            (name, right, name.chars().count())
        };
        Self { heads: heads.iter().map(column).collect() }
    }

    /// Makes room for a row.
    pub(crate) fn fit<T: AsRef<str>>(&mut self, cells: &[T]) {
        for ((_, _, width), cell) in self.heads.iter_mut().zip(cells) {
            *width = (*width).max(cell.as_ref().chars().count());
        }
    }

    /// The line of the heads.
    pub(crate) fn head(&self) -> String {
        self.line(&self.heads.iter().map(|(name, ..)| *name).collect::<Vec<_>>())
    }

    /// The line of a row.
    pub(crate) fn line<T: AsRef<str>>(&self, cells: &[T]) -> String {
        let mut text = String::new();
        for ((_, right, width), cell) in self.heads.iter().zip(cells) {
            let cell = cell.as_ref();
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            if *right {
                text.extend([pad.as_str(), cell])
            } else {
                text.extend([cell, pad.as_str()])
            }
            text.push_str("  ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// A table that is held whole.
pub(crate) struct Table {
    columns: Columns,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Heads; one that begins with `>` is aligned right.
    pub(crate) fn new(heads: &[&'static str]) -> Self {
        Self { columns: Columns::new(heads), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.columns.fit(&cells);
        self.rows.push(cells);
    }

    /// The table with a head, or the sentence when it is empty.
    pub(crate) fn or(&self, empty: &str) -> String {
        if self.rows.is_empty() {
            return format!("{empty}\n");
        }
        let mut text = self.columns.head();
        text.extend(self.rows.iter().map(|row| self.columns.line(row)));
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
