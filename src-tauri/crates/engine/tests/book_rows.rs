//! Rows that stay: every table of a book says here what may be done to its rows, and the database is asked to do the rest.

use engine::api::page::ListQuery;
use engine::api::transactions::{CommitItem, PostRequest};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use store::Store;
use store_sqlite::SqliteStore;

use crate::raw::Raw;
use crate::support::{TestBook, raw, transfer};

/// What the database lets happen to the rows of a table, whoever asks.
enum Rows {
    /// Working state: changed and deleted as work goes on.
    Working,
    /// Rows stay. Only these columns may change.
    Stay { changeable: &'static [&'static str] },
    /// Rows go when they are undone, and never change.
    Undone,
}

use Rows::{Stay, Undone, Working};

const NOTHING: Rows = Stay { changeable: &[] };

const TABLES: &[(&str, Rows)] = &[
    ("setting", Working),
    ("ledger", Stay { changeable: &["name"] }),
    (
        "balance",
        Stay {
            changeable: &[
                "ledger_key",
                "name",
                "account_number",
                "reconcilable",
                "pinned",
                "credit",
                "debit",
                "balance",
                "inflight_credit",
                "inflight_debit",
                "inflight_balance",
                "version",
                "last_entry_on",
            ],
        },
    ),
    ("txn", NOTHING),
    ("hold", Working),
    ("entry", NOTHING),
    ("balance_day", Working),
    ("family_day", Working),
    ("event", NOTHING),
    ("leg", NOTHING),
    ("refund", NOTHING),
    (
        "scheduled",
        Stay { changeable: &["state", "due_at", "reference", "request", "reason", "txn_key", "finished_at"] },
    ),
    ("history_link", NOTHING),
    ("history_head", NOTHING),
    ("lineage_source", Stay { changeable: &["received", "spent", "held_in", "held_out"] }),
    ("lineage_move", NOTHING),
    ("job", Working),
    ("identity", Working),
    ("balance_identity", Working),
    ("account", Working),
    ("webhook", Working),
    ("delivery", Working),
    ("delivery_attempt", Working),
    ("attachment_content", NOTHING),
    ("attachment", Stay { changeable: &["detached_at", "detached_by", "reason"] }),
    ("source_file", NOTHING),
    ("mapping_profile", Working),
    ("statement", Stay { changeable: &["name", "state", "version"] }),
    ("statement_line", Stay { changeable: &["active"] }),
    ("matching_rule", Working),
    ("matching_rule_version", NOTHING),
    ("run", Stay { changeable: &["result_hash", "lines", "matched", "confirmed", "finished_at"] }),
    ("proposal", Working),
    ("match", Stay { changeable: &["undone_at"] }),
    ("match_line", Undone),
    ("match_entry", Undone),
    ("rejected_pair", Working),
    ("outstanding", Working),
    ("desk_action", Stay { changeable: &["undone_at", "undone_by"] }),
    ("sign_off", Stay { changeable: &["reopened_at", "reopened_by", "reopen_reason"] }),
];

/// One row of everything that an import, a run and a match leave.
const RECONCILED: &[&str] = &[
    "INSERT INTO source_file VALUES ('f', 'May.csv', 1, x'00', 0)",
    "INSERT INTO statement (id, balance_key, file_sha256, name, period_from, period_to, opening, closing, opening_from, closing_from, proof, state, imported_at, imported_by) \
     SELECT 'stm', min(key), 'f', 'May', '2026-05-01', '2026-05-31', '0', '1', 'file', 'file', '{}', 'open', 0, 'me' FROM balance",
    "INSERT INTO statement_line (id, statement_key, balance_key, position, booking_date, amount, description, raw, fingerprint, occurrence) \
     SELECT 'sln', key, balance_key, 1, '2026-05-02', '1', 'x', '{}', 'p', 1 FROM statement",
    "INSERT INTO job (id, kind, title, state, params, actor, started_at) VALUES ('job', 'reconcile', 'x', 'done', '{}', 'me', 0)",
    "INSERT INTO run (id, job_id, statement_key, dry_run, inputs, newest_txn_key, started_at, actor) SELECT 'run', 'job', key, 0, '{}', 1, 0, 'me' FROM statement",
    "INSERT INTO match (id, statement_key, kind, confirmed_at, confirmed_by) SELECT 'mat', key, 'manual', 0, 'me' FROM statement",
    "INSERT INTO match_line SELECT l.key, m.key FROM statement_line l, match m",
    "INSERT INTO match_entry SELECT e.balance_key, e.txn_key, m.key FROM entry e, match m LIMIT 1",
    "INSERT INTO desk_action (statement_key, at, actor, kind, summary, undo) SELECT key, 0, 'me', 'match', 'x', '{}' FROM statement",
    "INSERT INTO sign_off (statement_key, version, signed_at, signed_by, report) SELECT key, 1, 0, 'me', '{}' FROM statement",
];

async fn texts(connection: &mut SqliteConnection, sql: String) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
}

/// Columns that can be written, with their types.
async fn columns(connection: &mut SqliteConnection, table: &str) -> Vec<(String, String)> {
    let sql = format!("SELECT name, type FROM pragma_table_xinfo('{table}') WHERE hidden = 0 ORDER BY cid");
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Every set of columns that may stand in a table once.
async fn unique_keys(connection: &mut SqliteConnection, table: &str) -> Vec<Vec<String>> {
    let primary =
        texts(connection, format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk")).await;
    let mut keys = vec![primary];
    let indexes =
        texts(connection, format!("SELECT name FROM pragma_index_list('{table}') WHERE \"unique\" = 1")).await;
    for index in indexes {
        keys.push(texts(connection, format!("SELECT name FROM pragma_index_info('{index}')")).await);
    }
    keys
}

fn other_value(column: &str, kind: &str) -> String {
    match kind {
        "INTEGER" => format!("coalesce({column}, 0) + 1000"),
        "BLOB" => "x'FF'".to_owned(),
        _ => format!("coalesce({column}, '') || 'x'"),
    }
}

/// Replacements that keep one key and write everything else anew.
fn replacements(table: &str, columns: &[(String, String)], keys: &[Vec<String>]) -> Vec<String> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let replacement = |kept: &Vec<String>| {
        let fresh = |name: &String| !kept.contains(name) && keys.iter().any(|key| key.contains(name));
        let values: Vec<String> = columns
            .iter()
            .map(|(name, kind)| if fresh(name) { other_value(name, kind) } else { name.clone() })
            .collect();
        format!("INSERT OR REPLACE INTO {table} ({}) SELECT {} FROM {table}", names.join(", "), values.join(", "))
    };
    keys.iter().map(replacement).collect()
}

/// What `table` promises to refuse.
async fn forbidden(connection: &mut SqliteConnection, table: &str, rows: &Rows) -> Vec<String> {
    let (changeable, deleted) = match rows {
        Working => return Vec::new(),
        Stay { changeable } => (*changeable, false),
        Undone => (&[][..], true),
    };
    let columns = columns(connection, table).await;
    let keys = unique_keys(connection, table).await;
    let mut found: Vec<String> = columns
        .iter()
        .filter(|(name, _)| !changeable.contains(&name.as_str()))
        .map(|(name, kind)| format!("UPDATE OR REPLACE {table} SET {name} = {}", other_value(name, kind)))
        .collect();
    found.extend(replacements(table, &columns, &keys));
    if !deleted {
        found.push(format!("DELETE FROM {table}"));
    }
    found
}

#[tokio::test]
async fn rows_that_stay_cannot_be_changed_deleted_or_replaced() {
    let book = TestBook::in_file().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "10000").await;
    book.transfer("R", &a, &b, "100").await.unwrap();
    let mut connection = raw(&book.path).await;
    for sql in RECONCILED {
        sqlx::query(*sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    let refund = "INSERT INTO refund (txn_key, of_key) SELECT max(key), min(key) FROM txn";
    sqlx::query(refund).execute(&mut connection).await.unwrap();
    let leg = "INSERT INTO leg (txn_key, first_key, position, legs) SELECT min(key), min(key), 1, 2 FROM txn";
    sqlx::query(leg).execute(&mut connection).await.unwrap();
    let scheduled = "INSERT INTO scheduled (id, state, due_at, reference, request, accepted_at, accepted_by) VALUES ('sch_1', 'waiting', 1, 'S', '{}', 1, 'Ada')";
    sqlx::query(scheduled).execute(&mut connection).await.unwrap();
    for lineage in [
        "INSERT INTO lineage_source (balance_key, origin, received, spent, held_in, held_out) SELECT min(key), 'Fund', '1', '0', '0', '0' FROM balance",
        "INSERT INTO lineage_move (txn_key, family_key, balance_key, origin, kind, amount, at) SELECT min(t.key), min(t.key), min(b.key), 'Fund', 'received', '1', 0 FROM txn t, balance b",
    ] {
        sqlx::query(lineage).execute(&mut connection).await.unwrap();
    }
    for sql in [
        "INSERT INTO attachment_content VALUES (printf('%064d', 1), 1, 0, x'31')",
        "INSERT INTO attachment (id, txn_key, sha256, name, media_type, attached_at, attached_by) \
         SELECT 'att_1', min(key), printf('%064d', 1), 'x', 'text/plain', 1, 'Ada' FROM txn",
    ] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    let tables = texts(
        &mut connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%' AND name NOT LIKE '%_text' AND name NOT LIKE '%_text_%'".into(),
    )
    .await;
    let mut holes = Vec::new();
    for table in &tables {
        let (_, rows) =
            TABLES.iter().find(|(known, _)| known == table).unwrap_or_else(|| panic!("{table} is not in the list"));
        for sql in forbidden(&mut connection, table, rows).await {
            let mut attempt = connection.begin().await.unwrap();
            let refused = match sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut *attempt).await {
                Err(sqlx::Error::Database(error)) => error.code().as_deref() == Some("1811"),
                _ => false,
            };
            attempt.rollback().await.unwrap();
            if !refused {
                holes.push(sql);
            }
        }
    }
    assert!(holes.is_empty(), "no trigger refused:\n{}", holes.join("\n"));
    assert_eq!(tables.len(), TABLES.len(), "a table of the list is gone");
}

#[tokio::test]
async fn a_line_that_was_taken_back_does_not_come_back_over_another() {
    let book = TestBook::in_file().await;
    book.balance("A", "EUR").await;
    let mut connection = raw(&book.path).await;
    for sql in &RECONCILED[..3] {
        sqlx::query(*sql).execute(&mut connection).await.unwrap();
    }
    for sql in [
        "UPDATE statement_line SET active = 0",
        "INSERT INTO statement_line (id, statement_key, balance_key, position, booking_date, amount, description, raw, fingerprint, occurrence) \
         SELECT 'other', statement_key, balance_key, 2, booking_date, amount, description, raw, fingerprint, occurrence FROM statement_line",
    ] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    let back = "UPDATE OR REPLACE statement_line SET active = 1 WHERE id = 'sln'";
    assert!(sqlx::query(back).execute(&mut connection).await.is_err());
    assert_eq!(texts(&mut connection, "SELECT id FROM statement_line ORDER BY key".into()).await, ["sln", "other"]);
}

#[tokio::test]
async fn the_same_file_is_kept_once_and_read_again() {
    let book = TestBook::in_file().await;
    sqlx::query(RECONCILED[0]).execute(&mut raw(&book.path).await).await.unwrap();
    book.engine.close().await;
    let store = SqliteStore::open(&book.path).await.unwrap();
    let mut unit = store.begin().await.unwrap();
    unit.put_file("f", "Again.csv", b"1", jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    unit.commit().await.unwrap();
    store.close().await;
    assert_eq!(texts(&mut raw(&book.path).await, "SELECT name FROM source_file".into()).await, ["May.csv"]);
}

/// The first key of the rows planted here: more than 32 bits can hold.
const FAR: i64 = 1 << 33;

#[tokio::test]
async fn keys_go_on_beyond_32_bits() {
    let book = TestBook::new().await;
    let a = book.claim("A").await;
    let b = book.balance("B", "EUR").await;
    book.transfer("FIRST", &a, &b, "1").await.unwrap();
    let mut raw = Raw::of(&book).await;
    let given = raw.either("", " OVERRIDING SYSTEM VALUE").to_owned();
    let words = raw.either("", ", words").to_owned();
    let columns = "source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash";
    for sql in [
        format!(
            "INSERT INTO balance (key, id, ledger_key, name, currency, exponent, created_at){given}
             SELECT {FAR}, 'bln_far', ledger_key, 'Far', currency, exponent, created_at FROM balance WHERE name = 'A'"
        ),
        format!(
            "INSERT INTO txn (key, id, status, reference, {columns}{words}){given}
             SELECT {FAR}, 'txn_far', status, 'FAR', {columns}{words} FROM txn WHERE reference = 'FIRST'"
        ),
        format!(
            "INSERT INTO event (key, at, actor, kind, object_id, payload){given}
             SELECT {FAR}, at, actor, kind, object_id, payload FROM event WHERE key = 1"
        ),
    ] {
        raw.execute(&sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    if matches!(raw, Raw::Server(_)) {
        raw.execute(&format!("ALTER TABLE balance ALTER COLUMN key RESTART WITH {}", FAR + 1)).await.unwrap();
    }
    let c = book.balance("C", "EUR").await;
    book.transfer("NEXT", &b, &c, "1").await.unwrap();
    let hold = PostRequest { hold: true, ..transfer("HELD", &a, &c, "9") };
    let id = book.engine.post(hold).await.unwrap().family.id;
    let part = CommitItem { id: id.clone(), amount: Some("4".into()), ..CommitItem::default() };
    assert!(book.engine.holds_commit(vec![part]).await.unwrap().rows[0].ok);
    let back = book.engine.refund_request(&id).await.unwrap();
    book.engine.post(PostRequest { amount: "3".into(), reference: "BACK".into(), ..back }).await.unwrap();
    let figures = book.engine.balance_get(&c, None).await.unwrap().row.figures;
    assert_eq!((figures.balance.as_str(), figures.held_in.as_str()), ("2", "5"));
    let register = book.engine.register_page(&c, ListQuery { limit: 10, ..ListQuery::default() }).await.unwrap();
    let running: Vec<&str> = register.rows.iter().map(|row| row.running.as_str()).collect();
    assert_eq!(running, ["2", "5", "1"]);
    let detail = book.engine.transaction_get(&id).await.unwrap();
    assert_eq!((detail.rows.len(), detail.refunds.len()), (2, 1));
    for (sql, rows) in [
        ("SELECT key FROM balance WHERE name = 'C'", 1),
        ("SELECT key FROM txn WHERE key > 8589934592", 4),
        ("SELECT DISTINCT txn_key FROM entry WHERE txn_key > 8589934592", 3),
        ("SELECT txn_key FROM hold", 1),
        ("SELECT txn_key FROM refund", 1),
        ("SELECT event_key FROM history_link ORDER BY event_key DESC LIMIT 4", 4),
    ] {
        let keys = raw.numbers(sql).await;
        assert_eq!(keys.len(), rows, "{sql}");
        assert!(keys.iter().all(|key| key[0] > Some(FAR)), "{sql}: {keys:?}");
    }
}
