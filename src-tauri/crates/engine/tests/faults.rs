//! Failures of the database in the middle of a command: triggers in the test's own book fail at the n-th row that a
//! transaction writes. The count is part of the transaction, so whoever tries again fails at the same place.

use crate::raw::Raw;
use crate::support::{Place, TestBook};

/// What a failing database does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Takes back the statement.
    Abort,
    /// Leaves the statement half done.
    Fail,
    /// Takes back the whole transaction by itself, as on a full disk; a server cuts the connection.
    Rollback,
    /// Takes everything, and refuses to commit.
    Commit,
}

/// Tables that booking writes, in both kinds of book.
const TABLES: &[&str] = &[
    "balance",
    "balance_day",
    "entry",
    "event",
    "history_head",
    "history_link",
    "hold",
    "leg",
    "refund",
    "scheduled",
    "txn",
];

/// Only a file counts transactions by day.
const OF_A_FILE: &str = "family_day";

const TABLE_OF_FAULTS: &[&str] = &[
    "CREATE TABLE fault (left_over INTEGER, how TEXT NOT NULL)",
    "INSERT INTO fault VALUES (NULL, '')",
    "CREATE TABLE fault_parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE fault_child (id INTEGER REFERENCES fault_parent (id) DEFERRABLE INITIALLY DEFERRED)",
];

const ON_A_SERVER: &str = "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE rest integer; what text;
    BEGIN
        UPDATE fault SET left_over = left_over - 1 WHERE left_over IS NOT NULL RETURNING left_over, how INTO rest, what;
        IF rest < 0 THEN
            IF what = 'Commit' THEN
                INSERT INTO fault_child SELECT 1 WHERE rest = -1;
            ELSIF what = 'Rollback' THEN
                PERFORM pg_terminate_backend(pg_backend_pid());
            ELSE
                RAISE EXCEPTION 'the disk failed';
            END IF;
        END IF;
        RETURN NULL;
    END $$";

fn tables(raw: &Raw) -> impl Iterator<Item = &'static str> + use<> {
    let more = matches!(raw, Raw::File(_)).then_some(OF_A_FILE);
    TABLES.iter().copied().chain(more)
}

fn in_a_file(table: &str, event: &str) -> String {
    format!(
        "CREATE TRIGGER fault_{table}_{event} AFTER {event} ON {table} WHEN (SELECT left_over FROM fault) IS NOT NULL BEGIN
             UPDATE fault SET left_over = left_over - 1;
             SELECT RAISE(ABORT, 'the disk failed') FROM fault WHERE left_over < 0 AND how = 'Abort';
             SELECT RAISE(FAIL, 'the disk failed') FROM fault WHERE left_over < 0 AND how = 'Fail';
             SELECT RAISE(ROLLBACK, 'the disk failed') FROM fault WHERE left_over < 0 AND how = 'Rollback';
             INSERT INTO fault_child SELECT 1 FROM fault WHERE left_over = -1 AND how = 'Commit';
         END"
    )
}

async fn run(raw: &mut Raw, sql: &str) {
    raw.execute(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// Makes what is needed to fail. It stays quiet until it is armed.
pub async fn prepare(book: &TestBook, raw: &mut Raw) {
    for sql in TABLE_OF_FAULTS {
        run(raw, sql).await;
    }
    if matches!(book.place, Place::Server(_)) {
        run(raw, ON_A_SERVER).await;
    }
    set(raw).await;
}

/// Puts the triggers in.
pub async fn set(raw: &mut Raw) {
    run(raw, "BEGIN").await;
    for table in tables(raw) {
        let server =
            format!("CREATE TRIGGER fault AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION fault()");
        match raw {
            Raw::Server(_) => run(raw, &server).await,
            Raw::File(_) => {
                for event in ["INSERT", "UPDATE"] {
                    run(raw, &in_a_file(table, event)).await;
                }
            }
        }
    }
    run(raw, "COMMIT").await;
}

/// Takes the triggers out: a check of the book names what does not belong there.
pub async fn clear(raw: &mut Raw) {
    run(raw, "BEGIN").await;
    for table in tables(raw) {
        match raw {
            Raw::Server(_) => run(raw, &format!("DROP TRIGGER fault ON {table}")).await,
            Raw::File(_) => {
                for event in ["INSERT", "UPDATE"] {
                    run(raw, &format!("DROP TRIGGER fault_{table}_{event}")).await;
                }
            }
        }
    }
    run(raw, "COMMIT").await;
}

/// Every transaction fails from now on when it has written `after` rows.
pub async fn arm(raw: &mut Raw, after: u8, how: How) {
    run(raw, &format!("UPDATE fault SET left_over = {after}, how = '{how:?}'")).await;
}

pub async fn disarm(raw: &mut Raw) {
    run(raw, "UPDATE fault SET left_over = NULL").await;
}
