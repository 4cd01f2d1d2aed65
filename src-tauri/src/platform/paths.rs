//! Which files the window may name. It shows what stands in bank files, so it is not trusted with every path: what the
//! person pointed at, in a native dialog or by dropping a file, is free; a typed path must look like what it is for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use engine::files::{Kept, may_write};

use crate::error::{Answer, Refusal};

/// Endings of a statement that is typed.
const STATEMENTS: [&str; 6] = ["csv", "tsv", "txt", "xlsx", "xls", "ods"];
/// Endings of tables and reports that are written.
const TABLES: [&str; 3] = ["csv", "xlsx", "pdf"];
/// Endings of small texts that are written.
const NOTES: [&str; 1] = ["txt"];
/// Endings of documents that are written, none of which a system runs.
const DOCUMENTS: [&str; 8] = ["pdf", "png", "jpg", "jpeg", "txt", "csv", "xlsx", "docx"];
const BOOK: [&str; 1] = ["tieout"];

/// Files the person pointed at since the program started.
#[derive(Default)]
pub(crate) struct Pointed {
    /// To read, in a dialog or by dropping them.
    read: Mutex<HashSet<PathBuf>>,
    /// To write, in a dialog that asked before a file is replaced. Each answer is good for one file written.
    write: Mutex<HashSet<PathBuf>>,
}

impl Pointed {
    /// Remembers a file to read, of a native dialog or a drop.
    pub(crate) fn add(&self, path: &Path) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// Remembers a file to write, of a native dialog that asked whether it is to be replaced.
    pub(crate) fn add_target(&self, path: &Path) {
        self.write.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    fn knows(&self, path: &Path) -> bool {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    /// Whether the person has just said in a dialog that this file is to be written. True once for each answer.
    fn take_target(&self, path: &Path) -> bool {
        self.write.lock().unwrap_or_else(PoisonError::into_inner).remove(path)
    }

    /// A file to read as a statement.
    pub(crate) fn statement(&self, path: &Path) -> Answer<()> {
        self.typed(path, &STATEMENTS, "Choose it with the button, or drop it on the window")
    }

    /// A book to open. One that was open before may be named again.
    pub(crate) fn book(&self, path: &Path, recent: bool) -> Answer<()> {
        if recent { Ok(()) } else { self.typed(path, &BOOK, "Choose it with Open a book") }
    }

    /// A table to write. The dialog asks before it replaces a file; a typed path replaces nothing, though its file was
    /// read or written before; a book is never replaced.
    pub(crate) fn table(&self, path: &Path) -> Answer<()> {
        self.written(path, &TABLES)
    }

    /// A small text to write, under the rules of a table.
    pub(crate) fn note(&self, path: &Path) -> Answer<()> {
        self.written(path, &NOTES)
    }

    /// The content of an attachment to write, under the rules of a table.
    pub(crate) fn document(&self, path: &Path) -> Answer<()> {
        self.written(path, &DOCUMENTS)
    }

    /// A file to attach, of any kind: only one that the person pointed at.
    pub(crate) fn attachment(&self, path: &Path) -> Answer<()> {
        if self.knows(path) {
            return Ok(());
        }
        Err(refused(path, "was not chosen. Choose it with the button, or drop it on the window"))
    }

    fn written(&self, path: &Path, endings: &[&str]) -> Answer<()> {
        let chosen = self.take_target(path);
        if !chosen {
            must_look_like(path, endings, "Give it an ending that says what it is")?;
        }
        may_write(path, &[], chosen).map_err(|kept| {
            let otherwise = match kept {
                Kept::Exists => ", or choose it in the dialog to replace it",
                Kept::Input | Kept::Database => "",
            };
            refused(path, &format!("{kept}. Choose another name{otherwise}"))
        })
    }

    /// A book or a copy of one to write. What is there is never replaced.
    pub(crate) fn new_book(path: &Path) -> Answer<()> {
        absolute(path)?;
        if !ends_in(path, &BOOK) {
            return Err(refused(path, "does not end in .tieout. Give it that ending"));
        }
        if path.exists() {
            return Err(refused(path, "exists already. Choose another name"));
        }
        Ok(())
    }

    fn typed(&self, path: &Path, endings: &[&str], otherwise: &str) -> Answer<()> {
        if self.knows(path) {
            return Ok(());
        }
        must_look_like(path, endings, otherwise)
    }
}

fn must_look_like(path: &Path, endings: &[&str], otherwise: &str) -> Answer<()> {
    absolute(path)?;
    if ends_in(path, endings) {
        return Ok(());
    }
    Err(refused(path, &format!("does not end in {}. {otherwise}", list(endings))))
}

fn absolute(path: &Path) -> Answer<()> {
    if path.is_absolute() { Ok(()) } else { Err(refused(path, "is no full path. Enter it from the root of the disk")) }
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

/// `.csv, .tsv or .txt`.
fn list(endings: &[&str]) -> String {
    let dotted: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    match dotted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn refused(path: &Path, why: &str) -> Refusal {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Refusal::new("PATH", format!("{name} {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(answer: Answer<()>) -> String {
        answer.unwrap_err().0.message
    }

    #[test]
    fn a_typed_path_must_look_like_what_it_is_for() {
        let pointed = Pointed::default();
        assert!(pointed.statement(Path::new("/home/anna/March.CSV")).is_ok());
        assert_eq!(
            message(pointed.statement(Path::new("/home/anna/.ssh/id_ed25519"))),
            "id_ed25519 does not end in .csv, .tsv, .txt, .xlsx, .xls or .ods. Choose it with the button, or drop it on the window."
        );
        assert!(pointed.statement(Path::new("March.csv")).is_err());
        assert!(pointed.table(Path::new("/home/anna/.bashrc")).is_err());
        assert!(pointed.book(Path::new("/home/anna/books.db"), false).is_err());
        assert!(pointed.book(Path::new("/home/anna/books.db"), true).is_ok());
    }

    #[test]
    fn what_was_pointed_at_is_free() {
        let pointed = Pointed::default();
        pointed.add(Path::new("/media/bank/STATEMENT.940"));
        assert!(pointed.statement(Path::new("/media/bank/STATEMENT.940")).is_ok());
        assert!(pointed.statement(Path::new("/media/bank/OTHER.940")).is_err());
    }

    #[test]
    fn what_is_attached_was_pointed_at_and_what_is_saved_is_a_document() {
        let pointed = Pointed::default();
        let key = Path::new("/home/anna/.ssh/id_ed25519");
        assert_eq!(
            message(pointed.attachment(key)),
            "id_ed25519 was not chosen. Choose it with the button, or drop it on the window."
        );
        assert!(pointed.attachment(Path::new("/home/anna/invoice.pdf")).is_err(), "whatever it is called");
        pointed.add(key);
        assert!(pointed.attachment(key).is_ok());
        assert!(pointed.document(Path::new("/home/anna/invoice.pdf")).is_ok());
        let autostart = Path::new("/home/anna/.config/autostart/invoice.desktop");
        assert!(pointed.document(autostart).is_err());
        pointed.add_target(autostart);
        assert!(pointed.document(autostart).is_ok(), "the dialog was answered");
    }

    #[test]
    fn no_book_and_nothing_unasked_is_replaced() {
        let folder = std::env::temp_dir().join(format!("tieout-paths-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (table, book) = (folder.join("report.csv"), folder.join("book.csv"));
        std::fs::write(&table, b"old").unwrap();
        std::fs::write(&book, b"SQLite format 3\0 and pages").unwrap();
        let pointed = Pointed::default();
        assert!(message(pointed.table(&table)).starts_with("report.csv exists already."));
        // What was pointed at to be read is not to be replaced.
        pointed.add(&table);
        assert!(message(pointed.table(&table)).starts_with("report.csv exists already."));
        pointed.add_target(&table);
        pointed.add_target(&book);
        assert!(pointed.table(&table).is_ok());
        // The dialog is asked again for the next time.
        assert!(message(pointed.table(&table)).starts_with("report.csv exists already."));
        assert!(message(pointed.table(&book)).starts_with("book.csv is a book"));
        assert!(pointed.table(&folder.join("new.xlsx")).is_ok());
        assert!(Pointed::new_book(&folder.join("new.csv")).is_err());
        assert!(Pointed::new_book(&folder.join("new.tieout")).is_ok());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
