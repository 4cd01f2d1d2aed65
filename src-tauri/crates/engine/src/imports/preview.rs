//! The format and columns steps: what was detected, what was read, what could not be.

use std::collections::{BTreeSet, HashMap, HashSet};

use ledger::Currency;
use statements::{
    Choice as ReadChoice, Mapping, Problem, Proof, Reading, Role, SetAside, Severity, Statement, StatementLine, Topic,
};

use super::work::Work;
use super::{mapping_options, word};
use crate::api::imports::{
    Choice, ColumnMark, DialectChip, FoundStatement, IgnoredRow, ImportOptions, ImportPreview, ImportProblem,
    PreviewCell, PreviewColumn, PreviewItem, Reading as ReadingView,
};
use crate::{Engine, EngineError, EngineResult};

/// Problems sent to the window; the export has all.
const MAX_PROBLEMS: usize = 1_000;
/// Warnings sent to the window; the export has all.
const MAX_WARNINGS: usize = 200;
/// Rows at the top that are always shown.
const HEAD: usize = 7;
/// Rows shown around a row that could not be read.
const AROUND: usize = 1;
/// Rows shown in all.
const MAX_SHOWN: usize = 2_000;

const ROLES: &[(Role, &str)] = &[
    (Role::BookingDate, "Date"),
    (Role::ValueDate, "Value date"),
    (Role::Amount, "Amount"),
    (Role::Debit, "Money out"),
    (Role::Credit, "Money in"),
    (Role::Direction, "In or out"),
    (Role::Balance, "Check only"),
    (Role::Currency, "Currency"),
    (Role::Description, "Description"),
    (Role::Reference, "Reference"),
    (Role::Counterparty, "Counterparty"),
    (Role::CounterpartyAccount, "Counterparty account"),
    (Role::Account, "Account"),
    (Role::BankCode, "Bank code"),
    (Role::Fee, "Fee"),
    (Role::State, "Booked or not"),
    (Role::Ignore, "Ignore"),
];

impl Engine {
    /// Everything the format and columns steps show, under the given choices. Nothing is stored.
    pub async fn import_preview(
        &self,
        session: &str,
        options: ImportOptions,
        balance_id: Option<String>,
    ) -> EngineResult<ImportPreview> {
        let session = self.session(session)?;
        let hint = self.import_currency(balance_id.as_deref()).await?;
        let work = Work::preview(self, &session);
        let reading = work.read(&options, hint.clone()).await?;
        let statement = pick(&reading, &options)?;
        let computed = match &balance_id {
            // What was closed with before may count lines of the file already: they are told by what is stored.
            Some(id) => self.planned(&work, &options, id).await?.computed,
            None => super::proof::compute(&reading, statement, &options, &statement_currency(statement, None)?, None)?,
        };
        let problems: Vec<&Problem> = reading
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error && problem.line.is_some())
            .collect();
        let columns = columns(&reading, &problems);
        Ok(ImportPreview {
            session: session.id.clone(),
            file_name: session.name.clone(),
            dialect: chips(&reading),
            items: items(&reading, statement, &problems, &options),
            columns,
            problem_count: problems.len() as u32,
            warnings: warnings(&reading),
            problems: problems.iter().take(MAX_PROBLEMS).map(|problem| problem_view(problem)).collect(),
            ignored: reading.ignored.iter().take(MAX_PROBLEMS).map(ignored_view).collect(),
            ignored_count: reading.counts.ignored,
            statements: reading.statements.iter().enumerate().map(|(index, one)| found(index, one)).collect(),
            statement: options.statement,
            missing: super::proof::missing(&reading, statement, &computed, false),
            proof: computed.view,
            profile: session.profile.as_ref().map(|profile| profile.name.clone()),
            readings: readings(statement, &options),
            rows: reading.counts.rows - reading.counts.blank,
            rows_read: reading.counts.lines,
            rows_bad: reading.counts.problem_rows,
        })
    }

    /// Every problem of the file as CSV: line, column, raw text, reason, suggestion.
    pub async fn import_problems_csv(
        &self,
        session: &str,
        options: ImportOptions,
        balance_id: Option<String>,
    ) -> EngineResult<Vec<u8>> {
        let session = self.session(session)?;
        let hint = self.import_currency(balance_id.as_deref()).await?;
        let reading = Work::new(self, &session).read(&options, hint).await?;
        let mut rows = vec![["Line", "Column", "Raw text", "Reason", "Suggestion"].map(str::to_owned).to_vec()];
        for problem in &reading.problems {
            let view = problem_view(problem);
            let line = problem.line.map(|line| line.to_string()).unwrap_or_default();
            rows.push(vec![line, view.column_name, view.raw, view.reason, view.suggestion.unwrap_or_default()]);
        }
        Ok(reports::csv_table(&rows))
    }

    /// Currency of the balance that was chosen.
    async fn import_currency(&self, balance_id: Option<&str>) -> EngineResult<Option<Currency>> {
        let Some(id) = balance_id else { return Ok(None) };
        Ok(Some(self.balance_record(id).await?.balance.currency))
    }
}

/// The chosen account of a file.
pub(super) fn pick<'a>(reading: &'a Reading, options: &ImportOptions) -> EngineResult<&'a Statement> {
    reading.statements.get(options.statement as usize).ok_or_else(|| {
        let message = reading
            .problems
            .first()
            .map_or_else(|| "No statement was found in this file.".to_owned(), |problem| problem.message.clone());
        EngineError::Conflict { code: "NOT_A_STATEMENT", message }
    })
}

/// The currency that amounts of a statement are counted in; `XXX`, the ISO code for none, until a balance is chosen.
pub(super) fn statement_currency(statement: &Statement, hint: Option<&Currency>) -> EngineResult<Currency> {
    let code = statement.currency.as_deref().or(hint.map(Currency::code)).unwrap_or("XXX");
    Currency::new(code, statement.exponent).map_err(|error| EngineError::invalid("currency", format!("{error}.")))
}

fn chips(reading: &Reading) -> Vec<DialectChip> {
    let shown = [
        (Topic::Format, "format", "Format"),
        (Topic::Encoding, "encoding", "Text"),
        (Topic::Delimiter, "delimiter", "Separator"),
        (Topic::Sheet, "sheet", "Sheet"),
        (Topic::DecimalMark, "decimal_mark", "Numbers"),
        (Topic::DateFormat, "date_format", "Dates"),
        (Topic::SignModel, "sign_model", "Signs"),
        (Topic::Header, "header_line", "Header"),
        (Topic::Currency, "currency", "Currency"),
    ];
    shown
        .into_iter()
        .filter_map(|(topic, key, label)| {
            let decision = reading.detection.decision(topic)?;
            let own = Choice { value: decision.value.clone(), label: decision.label.clone() };
            let others = decision
                .alternatives
                .iter()
                .map(|other| Choice { value: other.value.clone(), label: other.label.clone() });
            Some(DialectChip {
                key: key.into(),
                label: label.into(),
                value: decision.value.clone(),
                value_label: decision.label.clone(),
                evidence: decision.evidence.join(" "),
                chosen: decision.confidence == statements::Confidence::Chosen,
                choices: if decision.alternatives.is_empty() {
                    Vec::new()
                } else {
                    std::iter::once(own).chain(others).collect()
                },
            })
        })
        .collect()
}

fn columns(reading: &Reading, problems: &[&Problem]) -> Vec<PreviewColumn> {
    let Some(mapping) = &reading.detection.mapping else { return Vec::new() };
    let evidence =
        reading.detection.decision(Topic::Columns).map(|decision| decision.evidence.join(" ")).unwrap_or_default();
    let choices: Vec<_> =
        ROLES.iter().map(|(role, label)| Choice { value: word(role), label: (*label).into() }).collect();
    mapping
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let bad = problems.iter().filter(|problem| problem.column == Some(index as u32 + 1)).count() as u32;
            PreviewColumn {
                index: index as u32,
                name: mapping
                    .header
                    .get(index)
                    .filter(|name| !name.is_empty())
                    .cloned()
                    .unwrap_or_else(|| format!("Column {}", index + 1)),
                role: word(column.role),
                mark: match (bad, column.role) {
                    (_, Role::Ignore) => ColumnMark::Ignored,
                    (0, _) => ColumnMark::Read,
                    _ => ColumnMark::Problems,
                },
                problems: bad,
                evidence: evidence.clone(),
                choices: choices.clone(),
            }
        })
        .collect()
}

/// Rows in file order: the first ones, and those with problems with what is around them; the rest folded.
fn items(reading: &Reading, statement: &Statement, problems: &[&Problem], options: &ImportOptions) -> Vec<PreviewItem> {
    let Some(mapping) = &reading.detection.mapping else { return Vec::new() };
    let bad: BTreeSet<u32> = problems.iter().filter_map(|problem| problem.line).collect();
    let lines: HashMap<u32, &StatementLine> = statement.lines.iter().map(|line| (line.position, line)).collect();
    let mut order: Vec<u32> =
        lines.keys().copied().chain(bad.iter().copied()).chain(options.leave_out.iter().copied()).collect();
    order.sort_unstable();
    order.dedup();
    let breaks: HashSet<u32> = statement.breaks.iter().copied().collect();
    let left_out: HashSet<u32> = options.leave_out.iter().copied().collect();
    let shown: HashSet<usize> = order
        .iter()
        .enumerate()
        .filter(|(at, line)| *at < HEAD || bad.contains(line) || breaks.contains(line) || left_out.contains(line))
        .flat_map(|(at, _)| at.saturating_sub(AROUND)..=(at + AROUND).min(order.len() - 1))
        .take(MAX_SHOWN)
        .collect();
    let table = Cells::new(reading, mapping, problems, options);
    let mut items: Vec<PreviewItem> = Vec::new();
    for (at, position) in order.iter().enumerate() {
        if !shown.contains(&at) {
            match items.last_mut() {
                Some(PreviewItem::Folded { to_line, rows, .. }) => {
                    *to_line = *position;
                    *rows += 1;
                }
                _ => items.push(PreviewItem::Folded { from_line: *position, to_line: *position, rows: 1 }),
            }
            continue;
        }
        let line = lines.get(position).copied();
        items.push(PreviewItem::Row {
            line: *position,
            cells: table.row(*position, line),
            bad: bad.contains(position),
            left_out: left_out.contains(position),
            balance_agrees: line.filter(|line| line.running_balance.is_some()).map(|_| !breaks.contains(position)),
        });
    }
    items
}

/// What the cells of shown rows are made from.
struct Cells<'a> {
    mapping: &'a Mapping,
    /// By line and column from 1.
    problems: HashMap<(u32, u32), &'a Problem>,
    set_aside: HashMap<u32, &'a SetAside>,
    options: &'a ImportOptions,
}

impl<'a> Cells<'a> {
    fn new(reading: &'a Reading, mapping: &'a Mapping, problems: &[&'a Problem], options: &'a ImportOptions) -> Self {
        let places = problems.iter().rev().filter_map(|one| Some(((one.line?, one.column?), *one)));
        Self {
            mapping,
            problems: places.collect(),
            set_aside: reading.set_aside.iter().map(|row| (row.line, row)).collect(),
            options,
        }
    }

    fn row(&self, position: u32, line: Option<&StatementLine>) -> Vec<PreviewCell> {
        let aside = self.set_aside.get(&position);
        let columns = self.mapping.columns.iter().enumerate();
        columns
            .map(|(index, column)| {
                let problem = self.problems.get(&(position, index as u32 + 1));
                let raw = match (line, aside, problem) {
                    (Some(line), ..) => line.raw.get(index).to_owned(),
                    (None, Some(row), _) => row.cells.get(index).to_owned(),
                    (None, None, Some(problem)) => problem.raw.clone(),
                    (None, None, None) => String::new(),
                };
                let value = match (line, aside) {
                    (Some(line), _) => parsed(line, column.role, &raw),
                    // A row with one bad cell: the others are shown as they were read.
                    (None, Some(row)) => row.read.get(index).cloned().flatten(),
                    (None, None) => None,
                };
                PreviewCell {
                    raw,
                    value,
                    shape: shape(column.role).into(),
                    problem: problem.map(|problem| problem.message.clone()),
                    repaired: self
                        .options
                        .repairs
                        .iter()
                        .any(|repair| repair.line == position && repair.column == index as u32),
                }
            })
            .collect()
    }
}

/// How the cells of a column are shown.
fn shape(role: Role) -> &'static str {
    match role {
        Role::BookingDate | Role::ValueDate => "date",
        Role::Amount | Role::Debit | Role::Credit | Role::Balance => "amount",
        _ => "text",
    }
}

/// How a cell was read.
fn parsed(line: &StatementLine, role: Role, raw: &str) -> Option<String> {
    let text = (!raw.trim().is_empty()).then(|| raw.trim().to_owned());
    match role {
        Role::BookingDate => Some(line.booking_date.to_string()),
        Role::ValueDate => line.value_date.map(|day| day.to_string()),
        Role::Amount => Some(line.amount.to_string()),
        Role::Debit => (line.amount.is_negative() && text.is_some()).then(|| line.amount.abs().to_string()),
        Role::Credit => (!line.amount.is_negative() && text.is_some()).then(|| line.amount.to_string()),
        Role::Balance => line.running_balance.as_ref().map(ToString::to_string),
        _ => text,
    }
}

/// What was read and needs a look: of the whole file first, then by line.
pub(super) fn warnings(reading: &Reading) -> Vec<String> {
    let found = reading.problems.iter().filter(|problem| problem.severity == Severity::Warning);
    found
        .map(|problem| match (problem.line, problem.column_name.as_deref()) {
            (Some(line), Some(column)) => format!("Line {line}, {column}: {}", problem.message),
            (Some(line), None) => format!("Line {line}: {}", problem.message),
            (None, _) => problem.message.clone(),
        })
        .take(MAX_WARNINGS)
        .collect()
}

fn problem_view(problem: &Problem) -> ImportProblem {
    ImportProblem {
        line: problem.line.unwrap_or(0),
        column: problem.column.and_then(|column| column.checked_sub(1)),
        column_name: problem.column_name.clone().unwrap_or_default(),
        raw: problem.raw.clone(),
        reason: problem.message.clone(),
        suggestion: problem.suggestion.as_ref().map(|suggestion| suggestion.value.clone()),
        suggestion_label: problem.suggestion.as_ref().map(|suggestion| suggestion.label.clone()),
        suggestion_evidence: problem.suggestion.as_ref().map(|suggestion| suggestion.evidence.clone()),
    }
}

fn ignored_view(row: &statements::IgnoredRow) -> IgnoredRow {
    use statements::IgnoreReason as Why;
    let reason = match row.reason {
        Why::Preamble => "Stands before the table",
        Why::Header => "Header",
        Why::RepeatedHeader => "The header again",
        Why::Section => "Heads another account",
        Why::OpeningBalance => "Opening balance",
        Why::ClosingBalance => "Closing balance",
        Why::Total => "Total",
        Why::Text => "Text without date and amount",
        Why::SecondTable => "Belongs to another table",
        Why::NotBooked => "Not booked yet, or refused",
        Why::LeftOut => "Left out by you",
    };
    IgnoredRow { line: row.line, text: row.text.clone(), reason: reason.into() }
}

fn found(index: usize, statement: &Statement) -> FoundStatement {
    FoundStatement {
        index: index as u32,
        account: statement.account.clone(),
        currency: statement.currency.clone(),
        period_from: statement.period.map(|period| period.from.to_string()),
        period_to: statement.period.map(|period| period.to.to_string()),
        lines: statement.lines.len() as u32,
    }
}

fn readings(statement: &Statement, options: &ImportOptions) -> Vec<ReadingView> {
    let Proof::Ambiguous { readings } = &statement.proof else { return Vec::new() };
    readings
        .iter()
        .enumerate()
        .map(|(index, one)| ReadingView {
            index: index as u32,
            label: one.label.clone(),
            evidence: one.evidence.clone(),
            options: chosen(&one.choice, options),
            examples: one
                .sample
                .iter()
                .map(|row| {
                    [
                        row.position.to_string(),
                        row.booking_date.map(|day| day.to_string()).unwrap_or_default(),
                        row.amount.clone().unwrap_or_default(),
                    ]
                })
                .collect(),
        })
        .collect()
}

fn chosen(choice: &ReadChoice, options: &ImportOptions) -> ImportOptions {
    let mut options = options.clone();
    if let Some(mapping) = &choice.mapping {
        options.columns = mapping_options(mapping).columns;
    }
    options.date_format = choice.date_format.map(word).or(options.date_format);
    options.decimal_mark = choice.decimal_mark.map(word).or(options.decimal_mark);
    options.sign_model = choice.sign_model.map(word).or(options.sign_model);
    options
}
