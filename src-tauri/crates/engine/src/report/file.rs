//! Reports as files: tables that programs read, or pages that people file.

use std::path::Path;

use jiff::Timestamp;
use reports::{PDF_ROWS, Paper, PdfError, Sheet, Table};

use crate::api::statements::ReportFormat;
use crate::{EngineError, EngineResult, files, words};

/// What stands at the head of a report that is made now.
pub(crate) fn paper(book: &str, title: &str, period: String, currency: String, made: Timestamp) -> Paper {
    let by = concat!("Tieout ", env!("CARGO_PKG_VERSION")).to_owned();
    Paper { book: book.to_owned(), title: title.to_owned(), period, currency, made, by }
}

/// `Amounts in EUR and USD`.
pub(crate) fn in_currencies<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let codes: Vec<&str> = codes.collect();
    match codes.split_last() {
        None => String::new(),
        Some((only, [])) => format!("Amounts in {only}"),
        Some((last, others)) => format!("Amounts in {} and {last}", others.join(", ")),
    }
}

/// A report as the bytes of a file, of its tables or of its pages.
///
/// # Errors
/// `EXPORT_TOO_LONG` for what no sheet or no PDF holds, `EXPORT_FAILED`; what making the tables says.
pub(crate) fn bytes(
    format: ReportFormat,
    tables: impl FnOnce() -> EngineResult<Vec<Table>>,
    pages: impl FnOnce() -> EngineResult<(Paper, Vec<Sheet>)>,
) -> EngineResult<Vec<u8>> {
    match format {
        ReportFormat::Csv => Ok(reports::csv(&tables()?)),
        ReportFormat::Xlsx => reports::xlsx(&tables()?).map_err(|error| EngineError::Conflict {
            code: "EXPORT_FAILED",
            message: format!("The workbook could not be written: {error}. Nothing was saved."),
        }),
        ReportFormat::Pdf => {
            let (paper, sheets) = pages()?;
            reports::pdf(&paper, &sheets).map_err(no_pdf)
        }
    }
}

/// Why there is no PDF.
pub(crate) fn no_pdf(error: PdfError) -> EngineError {
    match error {
        PdfError::TooLong(rows) => too_long(rows as u64),
        PdfError::Written(reason) => EngineError::Conflict {
            code: "EXPORT_FAILED",
            message: format!("The PDF could not be written: {reason}. Nothing was saved."),
        },
    }
}

/// More rows than a PDF holds.
pub(crate) fn too_long(rows: u64) -> EngineError {
    let (most, rows) = (words::number(PDF_ROWS as u64), words::number(rows));
    EngineError::Conflict {
        code: "EXPORT_TOO_LONG",
        message: format!(
            "A PDF holds {most} rows and this list has {rows}. Choose CSV or XLSX, or narrow the filter. Nothing was written."
        ),
    }
}

/// Writes a report to a file, whole or not at all.
///
/// # Errors
/// [`EngineError::File`].
pub(crate) fn write(path: &Path, bytes: &[u8]) -> EngineResult<()> {
    let failed = |reason: String| EngineError::File { path: path.display().to_string(), reason };
    files::write_atomically(path, bytes).map_err(|error| failed(files::reason(&error)))
}
