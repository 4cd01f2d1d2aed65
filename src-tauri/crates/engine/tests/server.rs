//! A database of its own for each test, on the server that `TIEOUT_TEST_POSTGRES` names.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::Store;
use store_postgres::PostgresStore;
use tokio::sync::OnceCell;

/// Names the server: a URL of a database in which others may be made.
const SERVER: &str = "TIEOUT_TEST_POSTGRES";

/// A database that goes with its test.
pub struct Database {
    pub url: String,
    server: String,
    name: String,
}

fn in_server(server: &str, name: &str) -> String {
    let (front, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{front}/{name}")
}

async fn run(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.expect("the server of the tests answers");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a database for the test");
}

/// An empty book that every test gets a copy of: bringing the schema up to date once is enough.
async fn pattern(server: &str) -> &'static str {
    static PATTERN: OnceCell<String> = OnceCell::const_new();
    PATTERN
        .get_or_init(|| async {
            let name = format!("pattern_{}", uuid::Uuid::new_v4().simple());
            run(server, format!("CREATE DATABASE {name}")).await;
            PostgresStore::open(&in_server(server, &name)).await.expect("an empty book").close().await;
            name
        })
        .await
}

/// Whether the tests have a server.
pub fn is_there() -> bool {
    std::env::var(SERVER).is_ok_and(|url| !url.is_empty())
}

impl Database {
    /// A new database with an empty book, or nothing when the tests run on files.
    pub async fn create() -> Option<Self> {
        let server = std::env::var(SERVER).ok().filter(|url| !url.is_empty())?;
        let pattern = pattern(&server).await;
        let name = format!("book_{}", uuid::Uuid::new_v4().simple());
        run(&server, format!("CREATE DATABASE {name} TEMPLATE {pattern}")).await;
        Some(Self { url: in_server(&server, &name), server, name })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // A test is over outside of its own runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, sql));
        });
        let _ = dropped.join();
    }
}
