//! Cells of a bank file that could not be read, as errors tell them.

use engine::api::imports::ImportPreview;
use engine::words::plural;
use serde_json::{Value, json};
use statements::{Problem, Reading, Severity};

use crate::fault::{Exit, Fault};

/// Problems that an error lists; how many there are in all stands beside them.
const LISTED: usize = 1_000;

/// The problems of a file, the first [`LISTED`] of them one by one.
pub(crate) struct Unread {
    listed: Vec<Value>,
    count: usize,
    /// The first one as a sentence.
    first: String,
}

/// One problem.
struct Place<'a> {
    row: Option<u32>,
    /// From 1.
    column: Option<u32>,
    name: &'a str,
    raw: &'a str,
    reason: &'a str,
}

impl Place<'_> {
    fn json(&self, file: &str) -> Value {
        let name = (!self.name.is_empty()).then_some(self.name);
        json!({
            "file": file, "row": self.row, "column": self.column, "column_name": name, "raw": self.raw,
            "reason": self.reason,
        })
    }

    fn sentence(&self, file: &str) -> String {
        let mut text = file.to_owned();
        if let Some(row) = self.row {
            text.push_str(&format!(", row {row}"));
        }
        match self.column {
            Some(_) if !self.name.is_empty() => text.push_str(&format!(", column {}", self.name)),
            Some(column) => text.push_str(&format!(", column {column}")),
            None => {}
        }
        format!("{text}: {}", self.reason)
    }
}

impl Unread {
    /// Of a file that is about to be imported.
    pub(crate) fn of_preview(preview: &ImportPreview) -> Self {
        let places = preview.problems.iter().map(|one| Place {
            row: Some(one.line),
            column: one.column.map(|column| column + 1),
            name: &one.column_name,
            raw: &one.raw,
            reason: &one.reason,
        });
        Self::new(&preview.file_name, places, preview.problem_count as usize)
    }

    /// Of a file that was only read.
    pub(crate) fn of_reading(file: &str, reading: &Reading) -> Self {
        let errors = || reading.problems.iter().filter(|one| one.severity == Severity::Error);
        Self::new(file, errors().map(place), errors().count())
    }

    fn new<'a>(file: &str, places: impl Iterator<Item = Place<'a>>, count: usize) -> Self {
        let mut first = None;
        let listed = places.take(LISTED).map(|place| {
            first.get_or_insert_with(|| place.sentence(file));
            place.json(file)
        });
        let listed = listed.collect();
        Self { listed, count, first: first.unwrap_or_default() }
    }

    /// `{problems, problem_count}`.
    pub(crate) fn detail(&self) -> Value {
        json!({ "problems": self.listed, "problem_count": self.count })
    }

    /// The complaint: the first problem, how many there are, and `rest`.
    pub(crate) fn fault(&self, code: &str, rest: &str) -> Fault {
        let more = match self.count {
            0 | 1 => String::new(),
            count => format!(" {} in all.", plural(count as u64, "problem", "problems")),
        };
        let message = format!("{}{more} {rest}", self.first).trim().to_owned();
        Fault::new(Exit::File, code, message).with_detail(self.detail())
    }
}

fn place(problem: &Problem) -> Place<'_> {
    Place {
        row: problem.line,
        column: problem.column,
        name: problem.column_name.as_deref().unwrap_or_default(),
        raw: &problem.raw,
        reason: &problem.message,
    }
}
