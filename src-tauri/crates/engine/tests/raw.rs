//! Past the engine: SQL on the book of a test, to see what its database itself allows and holds.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::support::{Place, TestBook};

/// A connection of its own.
pub enum Raw {
    File(SqliteConnection),
    Server(PgConnection),
}

impl Raw {
    pub async fn of(book: &TestBook) -> Self {
        match &book.place {
            Place::File => {
                let url = format!("sqlite://{}", book.path.display());
                Self::File(SqliteConnection::connect(&url).await.unwrap())
            }
            Place::Protected(key) => {
                let literal = format!("\"x'{}{}'\"", *key.text(), key.id());
                let options = SqliteConnectOptions::new().filename(&book.path).pragma("key", literal);
                Self::File(SqliteConnection::connect_with(&options).await.unwrap())
            }
            Place::Server(database) => Self::Server(PgConnection::connect(&database.url).await.unwrap()),
        }
    }

    /// The text for this kind of database, where the two have no words in common.
    pub fn either<'a>(&self, file: &'a str, server: &'a str) -> &'a str {
        match self {
            Self::File(_) => file,
            Self::Server(_) => server,
        }
    }

    /// Rows changed, or the refusal.
    pub async fn execute(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = sql.to_owned();
        Ok(match self {
            Self::File(file) => sqlx::query(AssertSqlSafe(sql)).execute(file).await?.rows_affected(),
            Self::Server(server) => sqlx::query(AssertSqlSafe(sql)).execute(server).await?.rows_affected(),
        })
    }

    /// Rows of texts.
    pub async fn texts(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        let query = AssertSqlSafe(sql.to_owned());
        match self {
            Self::File(file) => {
                let read = |row: &SqliteRow| (0..row.len()).map(|at| row.get(at)).collect();
                sqlx::query(query).fetch_all(file).await.unwrap().iter().map(read).collect()
            }
            Self::Server(server) => {
                let read = |row: &PgRow| (0..row.len()).map(|at| row.get(at)).collect();
                sqlx::query(query).fetch_all(server).await.unwrap().iter().map(read).collect()
            }
        }
    }

    /// Rows of whole numbers.
    pub async fn numbers(&mut self, sql: &str) -> Vec<Vec<Option<i64>>> {
        let sql = sql.to_owned();
        match self {
            Self::File(file) => {
                let read = |row: &SqliteRow| (0..row.len()).map(|at| row.get(at)).collect();
                sqlx::query(AssertSqlSafe(sql)).fetch_all(file).await.unwrap().iter().map(read).collect()
            }
            Self::Server(server) => {
                let read = |row: &PgRow| (0..row.len()).map(|at| row.get(at)).collect();
                sqlx::query(AssertSqlSafe(sql)).fetch_all(server).await.unwrap().iter().map(read).collect()
            }
        }
    }
}

/// Takes out what keeps rows of tables as they are, as somebody with the file or the server in hand can.
pub async fn without_guards(book: &TestBook, tables: &[&str]) -> Raw {
    let mut raw = Raw::of(book).await;
    match &mut raw {
        Raw::File(file) => {
            let names: Vec<(String, String)> =
                sqlx::query_as("SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'")
                    .fetch_all(&mut *file)
                    .await
                    .unwrap();
            for table in tables {
                assert!(names.iter().any(|(_, of)| of == table), "{table} has no guard");
            }
            for (name, _) in names.iter().filter(|(_, of)| tables.contains(&of.as_str())) {
                sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {name}"))).execute(&mut *file).await.unwrap();
            }
        }
        Raw::Server(_) => {
            for table in tables {
                raw.execute(&format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await.unwrap();
            }
        }
    }
    raw
}
