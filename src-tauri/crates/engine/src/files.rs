//! Files that people keep: whole or not at all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// What every SQLite file begins with.
const DATABASE: &[u8; 16] = b"SQLite format 3\0";
/// Endings of the files that a database keeps beside itself.
const BESIDE: [&str; 4] = ["-wal", "-shm", "-journal", "-lock"];

/// Why a file is not written over. The sentence goes on after the name of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Kept {
    /// What it would be made from.
    #[error("is read by this very command and is not replaced")]
    Input,
    /// Whatever its name says.
    #[error("is a book or another database and is not replaced")]
    Database,
    /// Nobody said that it may be replaced.
    #[error("exists already")]
    Exists,
}

/// Whether a table may be written to `path`: never over one of the files `read` for it, nor over a database or a file
/// that one keeps beside itself, and over any other file only when the person said to `replace` it.
///
/// # Errors
/// What it is that would be lost.
pub fn may_write(path: &Path, read: &[&Path], replace: bool) -> Result<(), Kept> {
    let Ok(about) = std::fs::metadata(path) else { return Ok(()) };
    let real = path.canonicalize().ok();
    if real.is_some() && read.iter().any(|other| other.canonicalize().ok() == real) {
        return Err(Kept::Input);
    }
    // A pipe or a terminal keeps nothing that could be lost, and looking into it would take from it.
    if !about.is_file() {
        return Ok(());
    }
    let real = real.as_deref().unwrap_or(path);
    if is_database(path) || database_of(real).is_some_and(|database| is_database(Path::new(&database))) {
        return Err(Kept::Database);
    }
    if replace { Ok(()) } else { Err(Kept::Exists) }
}

fn is_database(path: &Path) -> bool {
    // A protected book shows nothing of a database: its name has to do.
    let is_book = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tieout")) && path.exists();
    if is_book || is_open_database(path) {
        return true;
    }
    let mut start = [0_u8; DATABASE.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *DATABASE
}

/// Whether a database is open, or was when its program ended: it has its log beside it then. Such a file is not even
/// looked into. The system drops every lock that SQLite holds on a file once this process closes any other handle of
/// it, and the next program to close the book would throw away a log that is still written to.
/// <https://www.sqlite.org/howtocorrupt.html>, "POSIX advisory locks canceled by a separate thread doing close()".
fn is_open_database(path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    ["-wal", "-shm"].iter().any(|ending| beside(&real, ending).exists())
}

/// The database that a file of this name would stand beside.
fn database_of(path: &Path) -> Option<String> {
    let name = path.to_str()?;
    BESIDE.iter().find_map(|ending| name.strip_suffix(ending)).map(str::to_owned)
}

fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Writes a file so that a crash leaves the old one or the new one, never half of either.
///
/// # Errors
/// As [`replace_atomically`].
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_atomically(path, |file| file.write_all(bytes))
}

/// As [`write_atomically`], for what is too long to stand in memory. The bytes go to a file of a name nobody else has,
/// reach the disk, and take the place of `path` in one step.
///
/// # Errors
/// As `write` or the file system says. `path` is as it was then, and nothing is left beside it.
pub fn replace_atomically<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    // Behind a link stands the file that is meant.
    let real = path.canonicalize();
    let path = real.as_deref().unwrap_or(path);
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        // A pipe or a terminal takes the bytes as they come.
        return write(&mut File::options().write(true).open(path)?);
    }
    let part = written_beside(path, write)?;
    part.persist(path).map_err(|error| error.error)?;
    sync_folder(path);
    Ok(())
}

/// Copies a file to a name that nobody has yet, whole or not at all.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if the name is taken, [`io::ErrorKind::ResourceBusy`] if it is a database that is
/// open, or as the file system says; nothing is left then.
pub fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    if is_open_database(from) {
        return Err(io::Error::new(io::ErrorKind::ResourceBusy, "it is open in a program or was not closed properly"));
    }
    let mut source = File::open(from)?;
    let part = written_beside(to, |file| io::copy(&mut source, file).map(|_| ()))?;
    part.persist_noclobber(to).map_err(|error| error.error)?;
    sync_folder(to);
    Ok(())
}

/// A file of a name nobody else has in the folder of `path`, with its bytes on the disk.
fn written_beside<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<tempfile::NamedTempFile, E> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".part");
    // Readable as any other file of the person: their umask takes away what they do not want to give.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut part = builder.tempfile_in(folder_of(path))?;
    write(part.as_file_mut())?;
    part.as_file().sync_all()?;
    Ok(part)
}

/// The file has its name by now; a file system that cannot sync a folder keeps it all the same.
fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    }
}

/// The folder a file stands in, by what its path says.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name of a file, for people.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Longest name of a file that is made up here, in bytes: what every file system takes, with room for a few more.
const NAME_BYTES: usize = 180;
/// Longest ending that is kept when a name is cut.
const ENDING_BYTES: usize = 16;
/// Names that are devices on Windows, whatever ending they have.
/// Source: <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file>
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name that somebody else gave, as a file may have it on any system: the last part of a path, without control
/// characters and what else no system takes, not hidden, and not too long. Never empty.
pub fn safe_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        crate::words::plain(last).chars().map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let name = plain.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).trim_start();
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= ENDING_BYTES => (stem, name[stem.len()..].to_owned()),
        _ => (name, String::new()),
    };
    let room = (0..=NAME_BYTES - ending.len()).rev().find(|&at| stem.is_char_boundary(at)).unwrap_or_default();
    let stem = stem.get(..room).unwrap_or(stem).trim_end();
    let device = stem.split('.').next().unwrap_or_default().to_lowercase();
    let numbered = |kind: &str| device.strip_prefix(kind).is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']));
    let is_device = DEVICES.contains(&device.as_str()) || numbered("com") || numbered("lpt");
    match (stem.is_empty(), is_device) {
        (true, _) => format!("attachment{ending}"),
        (_, true) => format!("_{stem}{ending}"),
        _ => format!("{stem}{ending}"),
    }
}

/// Gives a whole database its name. Whatever has the name already keeps it.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if the name is taken, or as the file system says; `part` is gone then. One with
/// something in the log beside it is not whole, and stays where it is.
pub(crate) fn rename_new(part: &Path, path: &Path) -> io::Result<()> {
    if std::fs::metadata(beside(part, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(io::Error::other("it could not be closed"));
    }
    tempfile::TempPath::try_from_path(part)?.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(path);
    Ok(())
}

/// Takes away a database that nobody asked to keep, and what it keeps beside itself.
pub fn remove_database(path: &Path) {
    for ending in BESIDE.iter().chain(&[""]) {
        // What was never made need not go.
        let _ = std::fs::remove_file(beside(path, ending));
    }
}

/// Largest bank file that is read; it is held in memory.
pub const STATEMENT_BYTES: u64 = 64 * 1024 * 1024;

/// The bytes of a file, at most one more than `most`: a file that grows while it is read, or that tells no size, ends
/// there. What is no file (a pipe, a device) could make the reader wait for ever and is not opened.
///
/// # Errors
/// As the file system says, or that it is no file.
pub fn bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let no_file = || io::Error::other("this is not a file");
    if !std::fs::metadata(path)?.is_file() {
        return Err(no_file());
    }
    if is_open_database(path) {
        return Err(io::Error::other("this is a book that is open"));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(no_file());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(most)).unwrap_or_default());
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a file could not be written, in words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "you have no permission to write there".into(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "the folder does not exist".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{DATABASE, Kept, NAME_BYTES, bounded, copy_new, may_write, safe_name, write_atomically};

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_new_file_takes_the_place_of_the_old_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        for bytes in [b"first".as_slice(), b"second"] {
            write_atomically(&path, bytes).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
            assert_eq!(names(folder.path()), ["report.csv"]);
        }
    }

    #[test]
    fn a_refused_file_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("report.csv");
        std::fs::create_dir(&taken).unwrap();
        std::fs::write(taken.join("inside"), b"kept").unwrap();
        assert!(write_atomically(&taken, b"report").is_err());
        assert_eq!(names(folder.path()), ["report.csv"]);
        assert!(write_atomically(&folder.path().join("missing/report.csv"), b"report").is_err());
    }

    #[test]
    fn a_copy_takes_a_name_that_nobody_has_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("backup"), folder.path().join("book"));
        std::fs::write(&from, b"pages").unwrap();
        copy_new(&from, &to).unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"pages");
        std::fs::write(&to, b"a book by now").unwrap();
        assert_eq!(copy_new(&from, &to).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&to).unwrap(), b"a book by now");
        assert_eq!(names(folder.path()).len(), 2, "something was left beside them");
    }

    #[test]
    fn what_would_be_lost_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("old.csv"), b"old").unwrap();
        std::fs::write(path("book.csv"), [DATABASE.as_slice(), b"rest"].concat()).unwrap();
        std::fs::write(path("book.csv-wal"), b"pages").unwrap();
        std::fs::write(path("note-wal"), b"a file like any other").unwrap();
        std::fs::create_dir(path("inside")).unwrap();
        assert_eq!(may_write(&path("new.csv"), &[], false), Ok(()));
        assert_eq!(may_write(&path("old.csv"), &[], false), Err(Kept::Exists));
        assert_eq!(may_write(&path("old.csv"), &[], true), Ok(()));
        assert_eq!(may_write(&path("note-wal"), &[], true), Ok(()));
        // Whatever its log stands beside is not looked into.
        std::fs::write(path("open.csv"), b"not even read").unwrap();
        std::fs::write(path("open.csv-shm"), b"").unwrap();
        for kept in ["book.csv", "book.csv-wal", "open.csv"] {
            assert_eq!(may_write(&path(kept), &[], true), Err(Kept::Database), "{kept}");
        }
        let roundabout = folder.path().join("inside").join("..").join("old.csv");
        assert_eq!(may_write(&roundabout, &[&path("new.csv"), &path("old.csv")], true), Err(Kept::Input));
        assert_eq!(may_write(&path("new.csv"), &[&path("also new.csv")], true), Ok(()));
    }

    #[test]
    fn a_database_that_is_open_is_neither_read_nor_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (book, log) = (folder.path().join("a.tieout"), folder.path().join("a.tieout-wal"));
        std::fs::write(&book, b"pages").unwrap();
        std::fs::write(&log, b"").unwrap();
        assert_eq!(bounded(&book, 100).unwrap_err().to_string(), "this is a book that is open");
        let to = folder.path().join("b.tieout");
        assert_eq!(copy_new(&book, &to).unwrap_err().kind(), std::io::ErrorKind::ResourceBusy);
        assert!(!to.exists());
        std::fs::remove_file(&log).unwrap();
        assert_eq!(bounded(&book, 100).unwrap(), b"pages");
        copy_new(&book, &to).unwrap();
    }

    #[test]
    fn a_name_that_somebody_gave_is_only_a_name() {
        for (given, kept) in [
            ("Invoice 7.pdf", "Invoice 7.pdf"),
            ("Facture_déjà_payée.PDF", "Facture_déjà_payée.PDF"),
            ("../../etc/passwd", "passwd"),
            (r"C:\Users\Eve\autoexec.bat", "autoexec.bat"),
            ("a\nb\u{202e}fdp.exe", "a b fdp.exe"),
            ("..", "attachment"),
            ("", "attachment"),
            ("folder/", "attachment"),
            (".bashrc", "bashrc"),
            (".pdf", "pdf"),
            ("what: \"this\"?.txt", "what_ _this__.txt"),
            ("NUL.txt", "_NUL.txt"),
            ("com3.tar.gz", "_com3.tar.gz"),
            ("company.txt", "company.txt"),
            ("end. . ", "end"),
        ] {
            assert_eq!(safe_name(given), kept, "{given:?}");
        }
        let long = safe_name(&format!("{}.pdf", "ö".repeat(300)));
        assert!(long.len() <= NAME_BYTES && long.len() > NAME_BYTES - 4 && long.ends_with("ö.pdf"), "{long}");
        assert_eq!(safe_name(&long), long, "what is safe stays");
    }

    #[cfg(unix)]
    #[test]
    fn behind_a_link_stands_the_file_that_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("report.csv"), folder.path().join("link.csv"));
        std::fs::write(&file, b"old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(may_write(&link, &[&file], true), Err(Kept::Input));
        write_atomically(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
