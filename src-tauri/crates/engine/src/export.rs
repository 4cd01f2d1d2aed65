//! A list of transactions as a file.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger::Amount;
use reports::{Cell, RowError, Rows, SHEET_ROWS};
use store::StoreError;
use store::filters::TRANSACTIONS;
use tokio::sync::mpsc;

use crate::api::book::JobProgress;
use crate::api::page::ListQuery;
use crate::api::statements::ReportFormat;
use crate::api::transactions::{BatchRow, ExportColumn, ExportDone, FamilyRow, FamilyState, TransactionsExport};
use crate::filters::checked;
use crate::{Engine, EngineError, EngineResult, files, view};

/// Rows read from the book and written to the file at once.
const CHUNK: usize = 1_000;
/// Groups of rows that may wait for the disk.
const WAITING: usize = 4;
/// A listener hears of progress at most this often.
const TELL_EVERY: Duration = Duration::from_millis(120);

/// Told how far an export is; answers false to cancel, which leaves the file as it was.
pub type ExportProgress<'a> = &'a (dyn Fn(JobProgress) -> bool + Send + Sync);

/// What the reading side hands to the writing side. A file that did not hear the end is not kept.
enum Step {
    Rows(Vec<Vec<Cell>>),
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
        if request.format == ReportFormat::Xlsx && total > SHEET_ROWS {
            return Err(EngineError::Conflict {
                code: "EXPORT_TOO_LONG",
                message: format!(
                    "A sheet holds {SHEET_ROWS} rows and this list has {total}. Choose CSV, or narrow the filter. Nothing was written."
                ),
            });
        }
        let (steps, waiting) = mpsc::channel(WAITING);
        let (format, columns, target) = (request.format, request.columns.clone(), path.clone());
        let writer = tokio::task::spawn_blocking(move || write(&target, format, &columns, waiting));
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
                if steps.send(Step::Rows(rows)).await.is_err() {
                    // The writer gave up; what it says is the reason.
                    break;
                }
                if told.elapsed() >= TELL_EVERY {
                    told = Instant::now();
                    tell(done)?;
                }
            }
            // Whether the writer is still there does not matter here either.
            let _ = steps.send(Step::End).await;
            Ok(done)
        };
        let read: EngineResult<u64> = read.await;
        drop(steps);
        let written = writer.await;
        // Also when nothing more is to be written, the writer has put its unfinished file away by now.
        let done = read?;
        let failed = |reason: String| EngineError::File {
            path: path.display().to_string(),
            reason: format!("{reason}. Nothing was written"),
        };
        written.map_err(|error| failed(error.to_string()))?.map_err(|error| match error {
            RowError::Io(error) => failed(files::reason(&error)),
            other => failed(other.to_string()),
        })?;
        Ok(ExportDone { rows: done, path: path.display().to_string() })
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

fn write(
    path: &Path,
    format: ReportFormat,
    columns: &[ExportColumn],
    mut steps: mpsc::Receiver<Step>,
) -> Result<(), RowError> {
    let head: Vec<&str> = columns.iter().flat_map(|column| heads(*column)).copied().collect();
    files::replace_atomically(path, |file| {
        let mut out = BufWriter::new(file);
        let mut rows = match format {
            ReportFormat::Csv => Rows::csv(&mut out, &head)?,
            ReportFormat::Xlsx => Rows::xlsx(&mut out, "Transactions", &head)?,
        };
        loop {
            match steps.blocking_recv() {
                Some(Step::Rows(group)) => group.iter().try_for_each(|row| rows.push(row))?,
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
