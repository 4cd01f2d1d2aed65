//! A book of its own for each test, with a clock that stands still: a file in a temporary folder, or a database of a
//! server when `TIEOUT_TEST_POSTGRES` names one. The tests are the same for both.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use engine::api::book::{Chart, ColumnNames, NewBook};
use engine::api::ledgers::NewBalanceRequest;
use engine::api::transactions::{PostRequest, TransactionDetail};
use engine::{Engine, EngineResult, FixedClock, KeyError, KeyKeeper};
use identity::KeyRing;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use store::Store;
use store_postgres::PostgresStore;
use store_sqlite::{BookKey, SqliteStore};

use crate::server::Database;

/// Where a book is kept.
pub enum Place {
    File,
    /// A file that is encrypted.
    Protected(BookKey),
    Server(Database),
}

/// Opens every protected book of the tests: making a key takes a moment, on purpose.
pub fn test_key() -> BookKey {
    static KEY: OnceLock<BookKey> = OnceLock::new();
    KEY.get_or_init(|| BookKey::fresh(PASSPHRASE).unwrap()).clone()
}

pub const PASSPHRASE: &str = "correct horse battery staple";

impl Place {
    /// On the server of the tests when there is one, else in a file.
    async fn of_the_tests() -> Self {
        if let Some(database) = Database::create().await {
            return Self::Server(database);
        }
        if std::env::var_os("TIEOUT_TEST_PROTECTED").is_some() { Self::Protected(test_key()) } else { Self::File }
    }

    pub async fn open(&self, path: &std::path::Path) -> Arc<dyn Store> {
        match self {
            Self::File if path.exists() => Arc::new(SqliteStore::open(path).await.unwrap()),
            Self::File => Arc::new(SqliteStore::create(path).await.unwrap()),
            Self::Protected(key) if path.exists() => Arc::new(SqliteStore::open_with(path, Some(key)).await.unwrap()),
            Self::Protected(key) => Arc::new(SqliteStore::create_with(path, Some(key)).await.unwrap()),
            Self::Server(database) => Arc::new(PostgresStore::open(&database.url).await.unwrap()),
        }
    }
}

/// A keyring that lies in memory, and can be locked.
#[derive(Default)]
pub struct MemoryKeys {
    kept: Mutex<HashMap<String, KeyRing>>,
    pub locked: AtomicBool,
}

impl MemoryKeys {
    fn kept(&self) -> Result<MutexGuard<'_, HashMap<String, KeyRing>>, KeyError> {
        if self.locked.load(Ordering::SeqCst) {
            return Err(KeyError::Unavailable("The keyring is locked.".into()));
        }
        Ok(self.kept.lock().unwrap())
    }

    /// As on a machine that never had the keys.
    pub fn lose(&self) {
        self.kept.lock().unwrap().clear();
    }
}

impl KeyKeeper for MemoryKeys {
    fn place(&self) -> String {
        "memory".into()
    }

    fn load(&self, book_id: &str) -> Result<Option<KeyRing>, KeyError> {
        Ok(self.kept()?.get(book_id).cloned())
    }

    fn save(&self, book_id: &str, ring: &KeyRing) -> Result<(), KeyError> {
        self.kept()?.insert(book_id.to_owned(), ring.clone());
        Ok(())
    }
}

/// A founded book.
pub struct TestBook {
    pub engine: Arc<Engine>,
    pub keys: Arc<MemoryKeys>,
    pub clock: Arc<FixedClock>,
    /// Where the book is if it is a file.
    pub path: PathBuf,
    pub folder: tempfile::TempDir,
    pub ledger: String,
    pub place: Place,
}

async fn engine_of(place: &Place, path: &Path, clock: &Arc<FixedClock>, keys: &Arc<MemoryKeys>) -> Arc<Engine> {
    let engine = Engine::new(place.open(path).await, clock.clone(), "Orla Keane");
    Arc::new(engine.with_keys(keys.clone()).with_courier(courier::of_this_machine()))
}

pub const NOW: &str = "2026-11-19T10:24:00Z";

impl TestBook {
    pub async fn new() -> Self {
        Self::with_chart(Chart::Empty).await
    }

    pub async fn with_chart(chart: Chart) -> Self {
        Self::founded(Place::of_the_tests().await, chart).await
    }

    /// For what only a file can do: be copied, cut, locked, opened by another program.
    pub async fn in_file() -> Self {
        Self::at(Place::File).await
    }

    pub async fn at(place: Place) -> Self {
        Self::founded(place, Chart::Empty).await
    }

    async fn founded(place: Place, chart: Chart) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.tieout");
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let keys = Arc::new(MemoryKeys::default());
        let engine = engine_of(&place, &path, &clock, &keys).await;
        let book = NewBook {
            name: "Test".into(),
            currency: "EUR".into(),
            fiscal_year_start: "01-01".into(),
            chart,
            column_names: ColumnNames::InOut,
            person: None,
        };
        engine.book_found(book).await.unwrap();
        // A chart may bring one of that name.
        let known = engine.ledgers_list().await.unwrap();
        let ledger = match known.into_iter().find(|ledger| ledger.name == "Assets/Bank") {
            Some(ledger) => ledger.id,
            None => engine.ledger_create("Assets/Bank").await.unwrap().id,
        };
        Self { engine, keys, clock, path, folder, ledger, place }
    }

    pub async fn balance(&self, name: &str, currency: &str) -> String {
        self.made(name, currency, true).await
    }

    /// A balance of somebody else: no bank account, and free to go below zero.
    pub async fn claim(&self, name: &str) -> String {
        self.made(name, "EUR", false).await
    }

    async fn made(&self, name: &str, currency: &str, bank: bool) -> String {
        let request = NewBalanceRequest {
            ledger_id: self.ledger.clone(),
            name: name.into(),
            currency: currency.into(),
            exponent: None,
            account_number: None,
            reconcilable: bank,
            below_zero: !bank,
        };
        self.engine.balance_create(request).await.unwrap().id
    }

    /// Money from nowhere, as an opening balance comes.
    pub async fn fund(&self, balance: &str, currency: &str, amount: &str) {
        let request = PostRequest {
            amount: amount.into(),
            currency: currency.into(),
            source: "@opening".into(),
            destination: balance.into(),
            allow_overdraft: true,
            create_indicators: true,
            ..PostRequest::default()
        };
        self.engine.post(request).await.unwrap();
    }

    pub async fn transfer(
        &self,
        reference: &str,
        from: &str,
        to: &str,
        amount: &str,
    ) -> EngineResult<TransactionDetail> {
        self.engine.post(transfer(reference, from, to, amount)).await
    }

    /// Closes the book and opens it again, as after a restart.
    pub async fn reopen(self) -> Self {
        self.engine.close().await;
        let Self { engine, keys, clock, path, folder, ledger, place } = self;
        drop(engine);
        let engine = engine_of(&place, &path, &clock, &keys).await;
        engine.book_take_up().await.unwrap();
        engine.catch_up().await;
        Self { engine, keys, clock, path, folder, ledger, place }
    }
}

pub fn transfer(reference: &str, from: &str, to: &str, amount: &str) -> PostRequest {
    PostRequest {
        reference: reference.into(),
        amount: amount.into(),
        currency: "EUR".into(),
        source: from.into(),
        destination: to.into(),
        ..PostRequest::default()
    }
}

/// The database of a book that is there, past everything that Tieout watches over.
pub async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap()
}

pub async fn execute(path: &Path, statements: &[&'static str]) {
    let mut connection = raw(path).await;
    for sql in statements {
        sqlx::query(*sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    connection.close().await.unwrap();
}

/// A book as an older Tieout left it: the first migration alone.
pub async fn older_book(folder: &Path) -> PathBuf {
    let path = folder.join("Old.tieout");
    let migrations = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations/sqlite"));
    // To SQLite an empty file is an empty database.
    std::fs::write(&path, "").unwrap();
    let mut connection = raw(&path).await;
    sqlx::migrate::Migrator::new(migrations).await.unwrap().run_to(1, &mut connection).await.unwrap();
    connection.close().await.unwrap();
    execute(&path, &["PRAGMA journal_mode = WAL", "PRAGMA application_id = 1414088015", "PRAGMA user_version = 1"])
        .await;
    path
}
