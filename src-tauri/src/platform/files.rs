//! The shell's own small files: recent books and interface settings. Losing them loses no money.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use engine::api::book::BookInfo;

use crate::api::{LastBackup, RecentBook};

/// Books remembered.
const RECENTS: usize = 30;

/// Where the shell keeps its files.
pub(crate) struct ShellFiles {
    config: PathBuf,
    data: PathBuf,
    /// Commands run side by side; a file is read, changed and written by one at a time.
    changing: Mutex<()>,
}

impl ShellFiles {
    pub(crate) fn new(config: PathBuf, data: PathBuf) -> Self {
        Self { config, data, changing: Mutex::default() }
    }

    /// Folder of the sample book and its statements.
    pub(crate) fn sample_folder(&self) -> PathBuf {
        self.data.join("sample")
    }

    /// Recent books, newest first.
    pub(crate) fn recents(&self) -> Vec<RecentBook> {
        let mut recents: Vec<RecentBook> = read(&self.config.join("recent.json")).unwrap_or_default();
        for recent in &mut recents {
            recent.missing = !Path::new(&recent.path).exists();
            recent.backup = recent.backup.take().filter(|copy| Path::new(&copy.path).exists());
        }
        recents
    }

    /// Puts a book first.
    pub(crate) fn remember(&self, mut recent: RecentBook) {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut recents = self.recents();
        recent.backup = recents.iter().find(|known| known.path == recent.path).and_then(|known| known.backup.clone());
        recents.retain(|known| known.path != recent.path);
        recents.insert(0, recent);
        recents.truncate(RECENTS);
        self.write("recent.json", &recents);
    }

    /// Notes what waits in a book that is closed.
    pub(crate) fn left(&self, book: &str, info: &BookInfo) {
        self.change(book, |recent| {
            recent.open_holds = info.open_holds;
            recent.open_statements = info.open_statements;
        });
    }

    /// Notes where a copy of a book went, for the day the book is damaged.
    pub(crate) fn backed_up(&self, book: &str, copy: &Path) {
        self.copied_at(book, copy, &jiff::Timestamp::now().to_string());
    }

    /// As [`Self::backed_up`], of a copy made at `at`; one that was made later stays.
    pub(crate) fn copied_at(&self, book: &str, copy: &Path, at: &str) {
        let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
        let copy = LastBackup { path: copy.to_string_lossy().into_owned(), at: at.to_owned() };
        self.change(book, |recent| {
            if recent.backup.as_ref().is_none_or(|known| time(&known.at) <= time(&copy.at)) {
                recent.backup = Some(copy);
            }
        });
    }

    fn change(&self, book: &str, change: impl FnOnce(&mut RecentBook)) {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut recents = self.recents();
        if let Some(recent) = recents.iter_mut().find(|known| known.path == book) {
            change(recent);
            self.write("recent.json", &recents);
        }
    }

    /// Takes a book off the list.
    pub(crate) fn forget(&self, path: &str) {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut recents = self.recents();
        recents.retain(|known| known.path != path);
        self.write("recent.json", &recents);
    }

    /// An interface setting, JSON text.
    pub(crate) fn setting(&self, key: &str) -> Option<String> {
        read::<BTreeMap<String, String>>(&self.config.join("interface.json"))?.remove(key)
    }

    /// Keeps an interface setting.
    pub(crate) fn put_setting(&self, key: String, value: String) {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: BTreeMap<String, String> = read(&self.config.join("interface.json")).unwrap_or_default();
        all.insert(key, value);
        self.write("interface.json", &all);
    }

    /// A crash leaves the old or the new file.
    fn write<T: serde::Serialize>(&self, name: &str, value: &T) {
        let target = self.config.join(name);
        let written = std::fs::create_dir_all(&self.config)
            .and_then(|()| serde_json::to_vec_pretty(value).map_err(std::io::Error::other))
            .and_then(|bytes| engine::files::write_atomically(&target, &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, name, "a settings file could not be written");
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
