//! The one open book of the window.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use engine::api::book::{BookInfo, Changed, NewBook, Topic};
use engine::{BackupPlace, Engine, Notice, SystemClock};
use keys::{BookKeys, SystemKeys};
use store::Store;
use store_sqlite::{BookLock, SqliteStore};
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::RwLock;
use tokio::sync::broadcast::error::RecvError;

use crate::api::{Alert, AppState, ImportStep, OpenBook, RecentBook};
use crate::error::{Answer, Refusal};
use crate::platform::files::ShellFiles;
use crate::platform::passphrase::Asked;
use crate::platform::paths::Pointed;

/// How often the clock looks for holds that ran out.
const EXPIRY_TICK: Duration = Duration::from_secs(20);

/// How often webhooks that could not be told are looked at again.
const DELIVERY_TICK: Duration = Duration::from_secs(5);
/// What happens together is told together.
const DELIVERY_REST: Duration = Duration::from_millis(200);

/// When a large book is looked over after opening.
const LOOK_OVER_AFTER: Duration = Duration::from_secs(10);

/// The code of a book that asks for a passphrase.
const PROTECTED: &str = "BOOK_PROTECTED";

/// Everything the commands share.
pub(crate) struct Shell {
    app: AppHandle,
    pub(crate) files: ShellFiles,
    pub(crate) pointed: Pointed,
    logs: PathBuf,
    open: RwLock<Option<Open>>,
    startup_problem: Mutex<Option<String>>,
    startup_locked: Mutex<Option<String>>,
    opening: tokio::sync::Mutex<()>,
    /// Imports that run, by session, and whether somebody asked to stop them.
    imports: Mutex<HashMap<String, bool>>,
}

struct Open {
    engine: Arc<Engine>,
    store: Arc<SqliteStore>,
    /// Names its key in the keyring; nothing for a book that is not protected.
    key_id: Option<String>,
    /// The keyring has that key.
    remembered: bool,
    path: String,
    notice: Option<String>,
    tasks: Vec<JoinHandle<()>>,
}

/// How long an opening waits for a window that is just closing.
const CLOSING: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Waits while another program has the book, for as long as one needs to close: whoever opens a book right after closing
/// it does not find it read-only.
async fn wait_for_writer(book: &Path) {
    let until = Instant::now() + CLOSING;
    while matches!(BookLock::take(book), Ok(None)) && Instant::now() < until {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

impl Open {
    /// Ends what the book does by itself: it would meet a closed one, and say that something failed.
    fn stop(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shell {
    pub(crate) fn new(app: &AppHandle) -> tauri::Result<Self> {
        let files = ShellFiles::new(app.path().app_config_dir()?, app.path().app_data_dir()?);
        Ok(Self {
            app: app.clone(),
            files,
            pointed: Pointed::default(),
            logs: app.path().app_log_dir()?,
            open: RwLock::new(None),
            startup_problem: Mutex::new(None),
            startup_locked: Mutex::new(None),
            opening: tokio::sync::Mutex::default(),
            imports: Mutex::default(),
        })
    }

    /// Folder of the log files.
    pub(crate) fn logs(&self) -> &Path {
        &self.logs
    }

    /// The engine of the open book.
    pub(crate) async fn engine(&self) -> Answer<Arc<Engine>> {
        let open = self.open.read().await;
        open.as_ref().map(|open| Arc::clone(&open.engine)).ok_or_else(no_book)
    }

    pub(crate) async fn app_state(&self) -> Answer<AppState> {
        let book = match self.open.read().await.as_ref() {
            Some(open) => Some(describe(open, open.engine.book_info().await?)),
            None => None,
        };
        let startup_problem = self.startup_problem.lock().unwrap_or_else(PoisonError::into_inner).take();
        let startup_locked = self.startup_locked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let sample_exists = self.files.sample_folder().join(sample::BOOK_FILE).exists();
        Ok(AppState { book, recents: self.files.recents(), startup_problem, startup_locked, sample_exists })
    }

    /// Opens the book of the command line; a failure is told by the start screen.
    pub(crate) async fn open_at_start(&self, path: &Path) {
        let Err(Refusal(body)) = self.open(path, Asked::default()).await else { return };
        if body.code == PROTECTED {
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            // It was named by whoever started the program: opening it needs no second pointing.
            self.pointed.add(&absolute);
            let path = absolute.to_string_lossy().into_owned();
            *self.startup_locked.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
        } else {
            *self.startup_problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(body.message);
        }
    }

    pub(crate) async fn open(&self, path: &Path, asked: Asked) -> Answer<OpenBook> {
        // One opening at a time: two at once would find each other's lock.
        let _alone = self.opening.lock().await;
        let absolute = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        // The same book again: its own lock would make the second opening read-only. Another book is only left once
        // the new one is open.
        let again = self.open.read().await.as_ref().is_some_and(|open| Path::new(&open.path) == absolute);
        if again {
            self.close().await;
        }
        let key = asked.key_of(&absolute).await?;
        wait_for_writer(&absolute).await;
        let store = SqliteStore::open_with(&absolute, key.as_ref()).await?;
        let not_kept = asked.keep(key.as_ref());
        let copy = store.backup_made().map(Path::to_owned);
        let notice = copy.as_deref().map(|copy| {
            let name = copy.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            format!(
                "This book was made by an earlier Tieout. A copy was kept beside it before it was upgraded: {name}."
            )
        });
        let opened = self.take_up(store, &absolute, key.map(|key| key.id()), notice.or(not_kept)).await?;
        self.note_copies().await;
        if let Some(copy) = copy {
            // The start screen offers it when the book cannot be opened one day.
            self.files.backed_up(&opened.path, &copy);
        }
        Ok(opened)
    }

    pub(crate) async fn create(&self, path: &Path, book: NewBook, asked: Asked) -> Answer<OpenBook> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let key = asked.fresh().await?;
        let make = |part: PathBuf| async move { SqliteStore::create_with(&part, key.as_ref()).await };
        engine::create_book(&absolute, book, user_name(), make).await?;
        self.open(&absolute, asked).await
    }

    /// Writes the open book anew into a new file, under the passphrase that was typed or under none, and opens that.
    pub(crate) async fn protect(&self, path: &Path, asked: Asked) -> Answer<OpenBook> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let open = self.open.read().await.as_ref().map(|open| Arc::clone(&open.store));
        let store = open.ok_or_else(no_book)?;
        let key = asked.fresh().await?;
        // Nothing is booked into the old file between the copy and the opening of the new one.
        store.move_anew(&absolute, key.as_ref()).await?;
        self.open(&absolute, asked).await
    }

    /// The keyring forgets the key of the open book.
    pub(crate) async fn forget_key(&self) -> Answer<OpenBook> {
        let mut open = self.open.write().await;
        let open = open.as_mut().ok_or_else(no_book)?;
        if let Some(id) = &open.key_id {
            BookKeys::forget(id).map_err(|error| Refusal::new("KEYRING", error.to_string()))?;
        }
        open.remembered = false;
        Ok(describe(open, open.engine.book_info().await?))
    }

    async fn take_up(
        &self,
        store: SqliteStore,
        path: &Path,
        key_id: Option<String>,
        notice: Option<String>,
    ) -> Answer<OpenBook> {
        let store = Arc::new(store);
        let key_id = key_id.filter(|_| store.is_protected());
        let engine = Engine::new(Arc::clone(&store) as Arc<dyn Store>, Arc::new(SystemClock), user_name());
        let keys = Arc::new(SystemKeys::of_surroundings());
        let engine = engine.with_keys(keys).with_courier(courier::of_this_machine());
        let engine = Arc::new(engine.with_backups(BackupPlace::beside(path)));
        let info = engine.book_take_up().await?;
        let tasks = vec![self.forward_notices(&engine), keep_time(&engine), look_over(&engine), deliver(&engine)];
        let open = Open {
            engine,
            store,
            remembered: key_id.as_ref().is_some_and(|id| BookKeys::recall(id).is_some()),
            key_id,
            path: path.to_string_lossy().into_owned(),
            notice: notice.or_else(|| info.read_only.clone()),
            tasks,
        };
        let described = describe(&open, info);
        self.files.remember(RecentBook {
            path: described.path.clone(),
            file_name: described.file_name.clone(),
            name: described.info.name.clone(),
            opened_at: jiff::Timestamp::now().to_string(),
            missing: false,
            open_holds: described.info.open_holds,
            open_statements: described.info.open_statements,
            backup: None,
        });
        let before = self.open.write().await.replace(open);
        if let Some(before) = before {
            before.stop();
            before.engine.close().await;
        }
        Ok(described)
    }

    /// Whether a path is one of the recent books.
    pub(crate) fn is_recent(&self, path: &str) -> bool {
        self.files
            .recents()
            .iter()
            .any(|recent| recent.path == path || recent.backup.as_ref().is_some_and(|copy| copy.path == path))
    }

    /// Tells the start screen of the newest copy that was made by itself, for the day the book is damaged.
    pub(crate) async fn note_copies(&self) {
        let open = self.open.read().await;
        let Some(open) = open.as_ref() else { return };
        if let Some(newest) = open.engine.backups_list().unwrap_or_default().first() {
            self.files.copied_at(&open.path, Path::new(&newest.path), &newest.at);
        }
    }

    /// Makes a copy of the open book.
    pub(crate) async fn back_up(&self, path: &Path) -> Answer<()> {
        Pointed::new_book(path)?;
        self.engine().await?.book_backup(path).await?;
        let book = self.open.read().await.as_ref().map(|open| open.path.clone());
        if let Some(book) = book {
            self.files.backed_up(&book, path);
        }
        Ok(())
    }

    /// Opens a copy of a backup as a book of its own; the backup stays as it is.
    pub(crate) async fn restore(&self, backup: &Path, path: &Path, asked: Asked) -> Answer<OpenBook> {
        Pointed::new_book(path)?;
        let shown = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::ResourceBusy => Refusal::new(
                "BOOK_IN_USE",
                format!(
                    "{} is open in a program or was not closed properly. Open it as a book instead.",
                    shown(backup)
                ),
            ),
            _ => Refusal::new("FILE", format!("{} could not be copied: {error}. Nothing was restored.", shown(backup))),
        };
        engine::files::copy_new(backup, path).map_err(failed)?;
        let opened = self.open(path, asked).await;
        if opened.is_err() {
            // A copy of something that is no book, or of a damaged one, helps nobody.
            let _ = std::fs::remove_file(path);
        }
        opened
    }

    pub(crate) async fn close(&self) {
        if let Some(open) = self.open.write().await.take() {
            if let Ok(info) = open.engine.book_info().await {
                self.files.left(&open.path, &info);
            }
            open.stop();
            open.engine.close().await;
        }
    }

    /// Notes that the import of a session runs from now on.
    pub(crate) fn importing(&self, session: &str) {
        self.imports.lock().unwrap_or_else(PoisonError::into_inner).insert(session.to_owned(), false);
    }

    /// Asks the import of a session to stop. One that does not run cannot be stopped, nor can its next one.
    pub(crate) fn cancel(&self, session: &str) {
        if let Some(cancelled) = self.imports.lock().unwrap_or_else(PoisonError::into_inner).get_mut(session) {
            *cancelled = true;
        }
    }

    pub(crate) fn is_cancelled(&self, session: &str) -> bool {
        self.imports.lock().unwrap_or_else(PoisonError::into_inner).get(session).copied().unwrap_or(false)
    }

    pub(crate) fn imported(&self, session: &str) {
        self.imports.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }

    /// Passes what happens in the book on to the window.
    fn forward_notices(&self, engine: &Arc<Engine>) -> JoinHandle<()> {
        let app = self.app.clone();
        let mut notices = engine.listen();
        tauri::async_runtime::spawn(async move {
            loop {
                let sent = match notices.recv().await {
                    Ok(Notice::Changed(topics)) => app.emit("changed", Changed { topics }),
                    Ok(Notice::Alert { code, sentence }) => {
                        notify(&app, &sentence);
                        app.emit("alert", Alert { code: code.to_owned(), sentence })
                    }
                    Ok(Notice::Job(progress)) => app.emit("job-progress", progress),
                    Ok(Notice::Import { session, step }) => app.emit("import-progress", ImportStep { session, step }),
                    Err(RecvError::Lagged(_)) => app.emit("changed", everything()),
                    Err(RecvError::Closed) => break,
                };
                if let Err(error) = sent {
                    tracing::warn!(%error, "the window did not take a notice");
                }
            }
        })
    }
}

fn everything() -> Changed {
    Changed {
        topics: vec![
            Topic::Book,
            Topic::Balances,
            Topic::Transactions,
            Topic::Holds,
            Topic::Statements,
            Topic::Rules,
            Topic::Jobs,
            Topic::Scheduled,
            Topic::Monitors,
            Topic::Identities,
            Topic::Webhooks,
        ],
    }
}

/// A desktop notification for whoever does not look at the window; who does sees it there.
fn notify(app: &AppHandle, sentence: &str) {
    let looks = app.webview_windows().values().any(|window| window.is_focused().unwrap_or(false));
    if looks {
        return;
    }
    let sentence = sentence.to_owned();
    // The desktop is asked on a thread of its own: it may take its time, or not be there.
    tauri::async_runtime::spawn_blocking(move || {
        let mut notification = notify_rust::Notification::new();
        if let Err(error) = notification.appname("Tieout").summary("Tieout").body(&sentence).show() {
            tracing::warn!(%error, "the desktop takes no notifications");
        }
    });
}

/// Tells webhooks what happened, soon after it did, and tries again what is due.
fn deliver(engine: &Arc<Engine>) -> JoinHandle<()> {
    let mut notices = engine.listen();
    let engine = Arc::downgrade(engine);
    tauri::async_runtime::spawn(async move {
        let mut tick = tokio::time::interval(DELIVERY_TICK);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                notice = notices.recv() => match notice {
                    // What rounds of deliveries tell themselves starts no other.
                    Ok(Notice::Changed(topics)) if topics != [Topic::Webhooks] => tokio::time::sleep(DELIVERY_REST).await,
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                },
            }
            let Some(engine) = engine.upgrade() else { break };
            if let Err(error) = engine.deliver_due().await {
                tracing::warn!(code = error.code(), "webhooks could not be told");
            }
        }
    })
}

/// Looks at the pages of a large book while the person already works in it.
fn look_over(engine: &Arc<Engine>) -> JoinHandle<()> {
    let engine = Arc::downgrade(engine);
    tauri::async_runtime::spawn(async move {
        // The first pages of the window come first.
        tokio::time::sleep(LOOK_OVER_AFTER).await;
        if let Some(engine) = engine.upgrade()
            && let Err(error) = engine.look_over_file().await
        {
            tracing::warn!(code = error.code(), "the file could not be looked over");
        }
    })
}

/// Does what is due while the book is open: at every tick, and as soon as something is accepted into the queue.
fn keep_time(engine: &Arc<Engine>) -> JoinHandle<()> {
    let mut notices = engine.listen();
    let engine = Arc::downgrade(engine);
    tauri::async_runtime::spawn(async move {
        // The book is on the screen meanwhile.
        if let Some(engine) = engine.upgrade() {
            engine.catch_up().await;
        }
        let mut tick = tokio::time::interval_at(tokio::time::Instant::now() + EXPIRY_TICK, EXPIRY_TICK);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                notice = notices.recv() => match notice {
                    Ok(Notice::Changed(topics)) if topics == [Topic::Scheduled] => {}
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                },
            }
            let Some(engine) = engine.upgrade() else { break };
            if let Err(error) = engine.time_passed().await {
                tracing::warn!(code = error.code(), "expired holds could not be voided");
            }
        }
    })
}

fn no_book() -> Refusal {
    Refusal::new("NO_BOOK", "No book is open.")
}

fn describe(open: &Open, info: BookInfo) -> OpenBook {
    let file_name =
        Path::new(&open.path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (path, notice) = (open.path.clone(), open.notice.clone());
    OpenBook { path, file_name, info, protected: open.key_id.is_some(), remembered: open.remembered, notice }
}

/// Name of the operating system's user, until the person says another.
fn user_name() -> String {
    ["TIEOUT_PERSON", "USER", "USERNAME"]
        .iter()
        .find_map(|key| std::env::var(key).ok())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Me".into())
}
