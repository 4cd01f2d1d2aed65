//! Lists of transactions, and registers of balances, as files.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use ledger::Amount;
use reports::{Cell, PDF_ROWS, Paper, RowError, Rows, SHEET_ROWS};
use store::StoreError;
use store::filters::TRANSACTIONS;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::api::book::JobProgress;
use crate::api::ledgers::RegisterRow;
use crate::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
use crate::api::statements::ReportFormat;
use crate::api::transactions::{BatchRow, ExportColumn, ExportDone, FamilyRow, FamilyState, TransactionsExport};
use crate::balances::parse_day;
use crate::filters::checked;
use crate::report::file::{no_pdf, paper, too_long};
use crate::{Engine, EngineError, EngineResult, files, view, words};

/// Rows read from the book and written to the file at once.
const CHUNK: usize = 1_000;
/// Entries of a register read at once: as many as a page has.
const PAGE: u32 = 500;
/// Groups of rows that may wait for the disk.
const WAITING: usize = 4;
/// A listener hears of progress at most this often.
const TELL_EVERY: Duration = Duration::from_millis(120);

/// Told how far an export is; answers false to cancel, which leaves the file as it was.
pub type ExportProgress<'a> = &'a (dyn Fn(JobProgress) -> bool + Send + Sync);

/// What the reading side hands to the writing side. A file that did not hear the end is not kept.
enum Step {
    Rows(Vec<Vec<Cell>>),
    /// Sums, for paper.
    Total(Vec<Cell>),
    End,
}

impl Engine {
    /// Writes every row of a filtered list to a file, whole or not at all. The rows are those of the moment it begins.
    ///
    /// # Errors
    /// `EXPORT_TOO_LONG` when a sheet cannot hold the list; `FILE`; `CANCELLED`. The file is then as it was.
    pub async fn transactions_export(
        &self,
        request: TransactionsExport,
        progress: Option<ExportProgress<'_>>,
    ) -> EngineResult<ExportDone> {
        let path = PathBuf::from(&request.path);
        let keys = self
            .store
            .family_keys(&checked(&TRANSACTIONS, ListQuery { offset: 0, limit: 0, ..request.query })?)
            .await?;
        let total = keys.len() as u64;
        fits(request.format, total)?;
        let list = List {
            format: request.format,
            name: "Transactions",
            head: request.columns.iter().flat_map(|column| heads(*column)).copied().collect(),
            paper: self.list_paper(total).await?,
        };
        let writing = Writing::begin(&path, list);
        let started = Instant::now();
        let mut told = started;
        let tell = |done: u64| {
            let title = format!("Export to {}", files::name(&path));
            let step = JobProgress::running(&request.job, title, "write", (done, total), started);
            if progress.is_none_or(|progress| progress(step)) { Ok(()) } else { Err(EngineError::Cancelled) }
        };
        let days = request.columns.contains(&ExportColumn::Booked);
        let read = async {
            let mut done = 0;
            tell(done)?;
            for group in keys.chunks(CHUNK) {
                let records = self.store.families_by_key(group).await?;
                let mut rows = Vec::with_capacity(records.len());
                for record in &records {
                    let row = if days { self.family_row(record).await? } else { view::family(record) };
                    rows.push(cells(&row, &request.columns)?);
                }
                done += rows.len() as u64;
                if !writing.send(Step::Rows(rows)).await {
                    break;
                }
                if told.elapsed() >= TELL_EVERY {
                    told = Instant::now();
                    tell(done)?;
                }
            }
            writing.send(Step::End).await;
            Ok(done)
        };
        let read = read.await;
        let rows = writing.end(read).await?;
        Ok(ExportDone { rows, path: path.display().to_string() })
    }

    async fn list_paper(&self, rows: u64) -> EngineResult<Paper> {
        let count = words::plural(rows, "transaction", "transactions");
        let book = self.book_info().await?.name;
        Ok(paper(&book, "Transactions", count, "Each amount with its currency".into(), self.clock.now()))
    }
}

/// A list that is written row by row.
struct List {
    format: ReportFormat,
    /// Of its sheet.
    name: &'static str,
    head: Vec<&'static str>,
    paper: Paper,
}

/// Whether a file of this format holds so many rows.
fn fits(format: ReportFormat, rows: u64) -> EngineResult<()> {
    match format {
        ReportFormat::Xlsx if rows > SHEET_ROWS => Err(EngineError::Conflict {
            code: "EXPORT_TOO_LONG",
            message: format!(
                "A sheet holds {SHEET_ROWS} rows and this list has {rows}. Choose CSV, or narrow the filter. Nothing was written."
            ),
        }),
        ReportFormat::Pdf if rows > PDF_ROWS as u64 => Err(too_long(rows)),
        _ => Ok(()),
    }
}

/// A file that is written while rows are read for it.
struct Writing {
    path: PathBuf,
    steps: mpsc::Sender<Step>,
    writer: JoinHandle<Result<(), RowError>>,
}

impl Writing {
    fn begin(path: &Path, list: List) -> Self {
        let (steps, waiting) = mpsc::channel(WAITING);
        let target = path.to_owned();
        let writer = tokio::task::spawn_blocking(move || write(&target, list, waiting));
        Self { path: path.to_owned(), steps, writer }
    }

    /// Whether the writer still listens. Where it gave up, what it says at the end is the reason.
    async fn send(&self, step: Step) -> bool {
        self.steps.send(step).await.is_ok()
    }

    /// What became of both sides. Also when nothing more was read, the writer has put its unfinished file away by then.
    async fn end(self, read: EngineResult<u64>) -> EngineResult<u64> {
        drop(self.steps);
        let written = self.writer.await;
        let done = read?;
        let failed = |reason: String| EngineError::File {
            path: self.path.display().to_string(),
            reason: format!("{reason}. Nothing was written"),
        };
        written.map_err(|error| failed(error.to_string()))?.map_err(|error| match error {
            RowError::Io(error) => failed(files::reason(&error)),
            RowError::Pdf(error) => no_pdf(error),
            other => failed(other.to_string()),
        })?;
        Ok(done)
    }
}

const REGISTER: [&str; 8] = ["Date", "Reference", "Description", "Other side", "Currency", "In", "Out", "Balance"];
/// The column of [`REGISTER`] that a printed page has no room for: it says once in which currency all of it is.
const CURRENCY: usize = 4;

/// Head or cells of a register as a file of this format has them.
fn columns<T>(format: ReportFormat, mut all: Vec<T>) -> Vec<T> {
    if format == ReportFormat::Pdf {
        all.remove(CURRENCY);
    }
    all
}

impl Engine {
    /// Writes the register of a balance to a file, oldest entry first, whole or not at all; says how many entries it has.
    /// Running balances are those of the whole register, also where days are left out.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Invalid`] for a day that is none; as [`Engine::transactions_export`].
    pub async fn register_export(
        &self,
        balance: &str,
        days: [Option<&str>; 2],
        format: ReportFormat,
        path: &Path,
    ) -> EngineResult<u64> {
        let [from, to] = [parse_day(days[0], "from")?, parse_day(days[1], "to")?];
        let bound = |day: Option<Date>, test| {
            day.map(|day| FilterCondition { field: "date".into(), test, values: vec![day.to_string()] })
        };
        let query = ListQuery {
            conditions: [bound(from, FilterTest::AtLeast), bound(to, FilterTest::AtMost)]
                .into_iter()
                .flatten()
                .collect(),
            sort: vec![SortKey { field: "date".into(), descending: false }],
            limit: PAGE,
            ..ListQuery::default()
        };
        let mut page = self.register_page(balance, query.clone()).await?;
        let total = page.total;
        fits(format, total)?;
        let kept = self.balance_get(balance, None).await?.row;
        let book = self.book_info().await?.name;
        let list = List {
            format,
            name: "Register",
            head: columns(format, REGISTER.to_vec()),
            paper: paper(
                &book,
                &format!("Register of {}", kept.name),
                span(from, to),
                format!("{}, amounts in {}", kept.ledger, kept.currency),
                self.clock.now(),
            ),
        };
        let writing = Writing::begin(path, list);
        let read = async {
            let (mut done, mut sums) = (0, Sums::default());
            while !page.rows.is_empty() {
                let rows = page.rows.iter().map(|row| sums.take(row).map(|row| columns(format, row)));
                let rows = rows.collect::<EngineResult<Vec<_>>>()?;
                done += rows.len() as u64;
                if !writing.send(Step::Rows(rows)).await || done >= total {
                    break;
                }
                page = self.register_page(balance, ListQuery { offset: done, ..query.clone() }).await?;
            }
            // Entries are only ever added: as many as at first are the same ones.
            if self.register_page(balance, ListQuery { limit: 1, ..query.clone() }).await?.total != total {
                let message = "Entries were booked in it meanwhile. Nothing was written. Export it again.".to_owned();
                return Err(EngineError::Conflict { code: "CHANGED_ELSEWHERE", message });
            }
            writing.send(Step::Total(columns(format, sums.cells(kept.exponent)))).await;
            writing.send(Step::End).await;
            Ok(done)
        };
        let read = read.await;
        writing.end(read).await
    }
}

/// What a register comes to.
#[derive(Default)]
struct Sums {
    money_in: Amount,
    money_out: Amount,
    last: Option<Amount>,
}

impl Sums {
    /// An entry as cells, counted in.
    fn take(&mut self, row: &RegisterRow) -> EngineResult<Vec<Cell>> {
        let parsed = |minor: &str| -> EngineResult<Amount> {
            Ok(minor.parse().map_err(|error| StoreError::damaged("entry", error))?)
        };
        let side = |minor: &Option<String>, sum: &mut Amount| -> EngineResult<Cell> {
            let Some(minor) = minor else { return Ok(Cell::Text(String::new())) };
            let amount = parsed(minor)?;
            *sum += &amount;
            Ok(Cell::Amount { amount, exponent: row.exponent })
        };
        let text = |value: &str| Cell::Text(value.to_owned());
        let money_in = side(&row.money_in, &mut self.money_in)?;
        let money_out = side(&row.money_out, &mut self.money_out)?;
        let running = parsed(&row.running)?;
        self.last = Some(running.clone());
        Ok(vec![
            text(&row.date),
            text(&row.reference),
            text(&row.description),
            text(&row.other_name),
            text(&row.currency),
            money_in,
            money_out,
            Cell::Amount { amount: running, exponent: row.exponent },
        ])
    }

    fn cells(self, exponent: u8) -> Vec<Cell> {
        let empty = || Cell::Text(String::new());
        let amount = |amount| Cell::Amount { amount, exponent };
        let last = self.last.map_or_else(empty, amount);
        vec![
            Cell::Text("Total".into()),
            empty(),
            empty(),
            empty(),
            empty(),
            amount(self.money_in),
            amount(self.money_out),
            last,
        ]
    }
}

/// The days of a register, in words.
fn span(from: Option<Date>, to: Option<Date>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (Some(from), None) => format!("From {from}"),
        (None, Some(to)) => format!("Up to the end of {to}"),
        (None, None) => "Every entry".to_owned(),
    }
}

impl Engine {
    /// What became of each hold, as a table: those that were not decided say why.
    ///
    /// # Errors
    /// An amount that is none.
    pub fn holds_report(rows: &[BatchRow]) -> EngineResult<Vec<u8>> {
        let text = |value: Option<&str>| Cell::Text(value.unwrap_or_default().to_owned());
        let failed = |error: RowError| EngineError::invalid("rows", error.to_string());
        let head = ["Reference", "Done", "Amount", "Currency", "Posted as", "Date", "Reason", "Code"];
        let mut out = Vec::new();
        let mut table = Rows::csv(&mut out, &head).map_err(failed)?;
        for row in rows {
            let amount: Amount = row.amount.parse().map_err(|_| EngineError::invalid("rows", "This is no amount."))?;
            let cells = [
                text(Some(&row.reference)),
                text(Some(if row.ok { "yes" } else { "no" })),
                Cell::Amount { amount, exponent: row.exponent },
                text(Some(&row.currency)),
                text(row.booked.as_deref()),
                text(row.date.as_deref()),
                text(row.message.as_deref()),
                text(row.code.as_deref()),
            ];
            table.push(&cells).map_err(failed)?;
        }
        table.finish().map_err(failed)?;
        Ok(out)
    }
}

fn write(path: &Path, list: List, mut steps: mpsc::Receiver<Step>) -> Result<(), RowError> {
    files::replace_atomically(path, |file| {
        let mut out = BufWriter::new(file);
        let mut rows = match list.format {
            ReportFormat::Csv => Rows::csv(&mut out, &list.head)?,
            ReportFormat::Xlsx => Rows::xlsx(&mut out, list.name, &list.head)?,
            ReportFormat::Pdf => Rows::pdf(&mut out, list.paper, &list.head),
        };
        loop {
            match steps.blocking_recv() {
                Some(Step::Rows(group)) => group.iter().try_for_each(|row| rows.push(row))?,
                Some(Step::Total(cells)) => rows.total(cells),
                Some(Step::End) => break,
                None => return Err(RowError::Io(std::io::Error::other("the list was not read to its end"))),
            }
        }
        rows.finish()?;
        out.flush()?;
        Ok(())
    })
}

/// An amount is followed by its currency: a number alone says nothing.
fn heads(column: ExportColumn) -> &'static [&'static str] {
    match column {
        ExportColumn::Date => &["Date"],
        ExportColumn::Booked => &["Booked on"],
        ExportColumn::Reference => &["Reference"],
        ExportColumn::Description => &["Description"],
        ExportColumn::Way => &["From", "To"],
        ExportColumn::Amount => &["Amount", "Currency"],
        ExportColumn::State => &["State"],
        ExportColumn::Committed => &["Committed"],
        ExportColumn::Remaining => &["Still held"],
        ExportColumn::Created => &["Created"],
        ExportColumn::Actor => &["Entered by"],
        ExportColumn::Expires => &["Expires"],
        ExportColumn::Id => &["Id"],
    }
}

fn cells(row: &FamilyRow, columns: &[ExportColumn]) -> EngineResult<Vec<Cell>> {
    let text = |value: &str| Cell::Text(value.to_owned());
    let amount = |minor: &str| -> EngineResult<Cell> {
        let amount: Amount = minor.parse().map_err(|error| StoreError::damaged("transaction", error))?;
        Ok(Cell::Amount { amount, exponent: row.exponent })
    };
    // Only a hold has these figures; for a posting an empty cell is not a zero.
    let figure = |minor: &Option<String>| minor.as_deref().map_or_else(|| Ok(text("")), amount);
    let mut out = Vec::with_capacity(columns.len() + 2);
    for column in columns {
        match column {
            ExportColumn::Date => out.push(text(&row.date)),
            ExportColumn::Booked => out.push(text(row.booked_on.as_deref().unwrap_or_default())),
            ExportColumn::Reference => out.push(text(&row.reference)),
            ExportColumn::Description => out.push(text(&row.description)),
            ExportColumn::Way => out.extend([text(&row.source_name), text(&row.destination_name)]),
            ExportColumn::Amount => out.extend([amount(&row.amount)?, text(&row.currency)]),
            ExportColumn::State => out.push(text(state(row.state))),
            ExportColumn::Committed => out.push(figure(&row.committed)?),
            ExportColumn::Remaining => out.push(figure(&row.remaining)?),
            ExportColumn::Created => out.push(text(&row.created_at)),
            ExportColumn::Actor => out.push(text(&row.actor)),
            ExportColumn::Expires => out.push(text(row.expires_at.as_deref().unwrap_or_default())),
            ExportColumn::Id => out.push(text(&row.id)),
        }
    }
    Ok(out)
}

fn state(state: FamilyState) -> &'static str {
    match state {
        FamilyState::Applied => "Applied",
        FamilyState::Held => "Held",
        FamilyState::PartCommitted => "Part committed",
        FamilyState::Committed => "Committed",
        FamilyState::Voided => "Voided",
        FamilyState::PartVoided => "Rest voided",
        FamilyState::Expired => "Expired",
    }
}
