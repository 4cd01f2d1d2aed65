//! The facade: every use case of a book, over storage traits and the pure crates.
//!
//! The window and the headless binary call the same methods of [`Engine`]. It names no database: whoever starts the
//! program hands it a [`store::Store`]. Nothing here knows a window.

pub mod api;
mod attachments;
mod backups;
mod balances;
mod book;
mod bulk;
pub mod clock;
mod create;
pub mod days;
mod desk;
pub mod drafts;
mod entries;
pub mod error;
mod export;
pub mod files;
mod filters;
mod financial;
mod group;
mod history;
mod holds;
mod idempotency;
mod imports;
mod jobs;
mod kept;
mod lineage;
mod metadata;
mod monitors;
mod overview;
mod people;
mod periods;
mod post;
mod preview;
mod recon;
mod refunds;
mod report;
mod rules;
mod runs;
mod scheduled;
mod search;
pub mod signed;
mod signoff;
mod trace;
mod transactions;
mod trial;
mod view;
mod webhooks;
pub mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{Timestamp, civil::Date};
use store::Store;
use tokio::sync::broadcast;

pub use api::book::Topic;
pub use attachments::ATTACHMENT_BYTES;
pub use backups::BackupPlace;
pub use book::person_name;
pub use bulk::MOST_ITEMS;
pub use clock::{Clock, FixedClock, SystemClock};
pub use create::{CreateError, create_book};
pub use error::{EngineError, EngineResult, Refused};
pub use export::ExportProgress;
pub use imports::ImportProgress;
pub use people::{KeyError, KeyKeeper, NoKeys};
pub use webhooks::{Courier, CourierError, Letter, NoCourier, Reply, webhook_events};

/// Something front ends listen to.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Read these again.
    Changed(Vec<Topic>),
    /// Something went wrong that nobody was waiting for: a code and a sentence.
    Alert { code: &'static str, sentence: String },
    /// A job moved.
    Job(api::book::JobProgress),
    /// A file in the import wizard is read, compared or stored.
    Import { session: String, step: api::book::JobProgress },
}

/// Who does what nobody asked for: a hold whose time has come voids itself, whoever has the book open then.
pub const SYSTEM_ACTOR: &str = "Tieout";

/// How many notices a slow listener may lag behind before it is told to read everything again.
const NOTICE_BUFFER: usize = 256;

/// One open book with everything that can be done with it.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    actor: RwLock<String>,
    notices: broadcast::Sender<Notice>,
    /// What looking at the file found, in sentences.
    pub(crate) file_problems: RwLock<Vec<String>>,
    /// What time could not do by itself in its last round, by kind: holds and scheduled postings that wait.
    pub(crate) held_up: RwLock<BTreeMap<&'static str, Vec<String>>>,
    pub(crate) recon: recon::ReconState,
    pub(crate) writer: Arc<group::Writer>,
    /// Postings that may wait to be booked.
    pub(crate) queue_limit: u64,
    /// Where the keys of protected fields are.
    keys: Arc<dyn KeyKeeper>,
    /// Who delivers webhooks.
    courier: Arc<dyn Courier>,
    hooks: webhooks::Hooks,
    /// Where copies go that are made by themselves.
    backups: Option<BackupPlace>,
    /// When the copy by the clock failed last.
    backup_failed: std::sync::Mutex<Option<Timestamp>>,
    /// One round of deliveries at a time.
    delivering: tokio::sync::Mutex<()>,
    /// The search is built anew once at a time.
    searching: tokio::sync::Mutex<()>,
}

/// Who does something, and when: taken once per use case so that all rows of it agree.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    pub at: Timestamp,
    pub today: Date,
    pub actor: String,
}

impl Engine {
    /// An engine over an open book. `actor` is the person or program that acts.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, actor: impl Into<String>) -> Self {
        let (notices, _) = broadcast::channel(NOTICE_BUFFER);
        Self {
            writer: group::Writer::new(Arc::clone(&store), Arc::clone(&clock)),
            queue_limit: scheduled::MOST_WAITING,
            store,
            clock,
            actor: RwLock::new(actor.into()),
            notices,
            file_problems: RwLock::default(),
            held_up: RwLock::default(),
            recon: recon::ReconState::default(),
            keys: Arc::new(NoKeys),
            courier: Arc::new(NoCourier),
            hooks: webhooks::Hooks::default(),
            backups: None,
            backup_failed: std::sync::Mutex::default(),
            delivering: tokio::sync::Mutex::default(),
            searching: tokio::sync::Mutex::default(),
        }
    }

    /// How many postings may wait to be booked.
    #[must_use]
    pub fn with_queue_limit(self, queue_limit: u64) -> Self {
        Self { queue_limit, ..self }
    }

    /// What happens in this book from now on.
    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Ends what still runs, writes everything out and lets go of the file.
    pub async fn close(&self) {
        self.recon.jobs().end().await;
        self.store.close().await;
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { at: self.clock.now(), today: self.clock.today(), actor: self.actor() }
    }

    pub(crate) fn actor(&self) -> String {
        self.actor.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_actor(&self, name: &str) {
        *self.actor.write().unwrap_or_else(PoisonError::into_inner) = name.to_owned();
    }

    pub(crate) fn changed(&self, topics: &[Topic]) {
        // Nobody listening is fine: a headless run has no views.
        let _ = self.notices.send(Notice::Changed(topics.to_vec()));
    }

    /// For work on another thread that tells how far it is.
    pub(crate) fn notices(&self) -> broadcast::Sender<Notice> {
        self.notices.clone()
    }

    pub(crate) fn notify(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }
}
