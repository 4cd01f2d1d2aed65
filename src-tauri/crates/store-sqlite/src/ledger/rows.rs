//! What the functions of `store::rows` read, as this database selects it.

use sqlx::{QueryBuilder, SqliteConnection};
use store::StoreResult;
use store::journal::FoundRow;
use store::ledger::{HoldRecord, StoredTransaction};
use store::rows;

use crate::row::{Got, all, first};

pub(crate) const BALANCE: &str = "SELECT b.key, b.id, b.name, b.indicator, b.currency, b.exponent, b.account_number, b.reconcilable, b.pinned, \
    b.credit, b.debit, b.inflight_credit, b.inflight_debit, b.version, b.last_entry_on, l.id AS ledger_id, l.name AS ledger_name";

/// What [`BALANCE`] calls its columns.
pub(crate) const BALANCE_COLUMNS: &[&str] = &[
    "key",
    "id",
    "name",
    "indicator",
    "currency",
    "exponent",
    "account_number",
    "reconcilable",
    "pinned",
    "credit",
    "debit",
    "inflight_credit",
    "inflight_debit",
    "version",
    "last_entry_on",
    "ledger_id",
    "ledger_name",
];

/// A journal row with the names around it; `t` is the row.
pub(crate) const TRANSACTION: &str = "SELECT t.key, t.id, t.parent_key, t.status, t.reference, t.source_key, t.destination_key, t.amount, \
    t.currency, t.exponent, t.description, t.effective_date, t.created_at, t.expires_at, t.reason, t.actor, t.metadata, t.input_hash, \
    s.id AS source_id, s.name AS source_name, d.id AS destination_id, d.name AS destination_name, p.id AS parent_id, \
    h.state AS hold_state, h.committed AS hold_committed, h.remaining AS hold_remaining, h.expires_at AS hold_expires_at, h.commits_at AS hold_commits_at, \
    h.closed_at AS hold_closed_at, (SELECT count(*) FROM txn c WHERE c.parent_key = t.key) AS children, \
    (SELECT count(*) FROM attachment a WHERE a.txn_key = t.key AND a.detached_at IS NULL) AS attachments, \
    (SELECT o.id FROM refund r JOIN txn o ON o.key = r.of_key WHERE r.txn_key = t.key) AS refund_of, \
    g.first_key AS leg_first_key, g.position AS leg_position, g.legs AS leg_count, f.id AS leg_first_id \
    FROM txn t JOIN balance s ON s.key = t.source_key JOIN balance d ON d.key = t.destination_key \
    LEFT JOIN txn p ON p.key = t.parent_key LEFT JOIN hold h ON h.txn_key = t.key \
    LEFT JOIN leg g ON g.txn_key = t.key LEFT JOIN txn f ON f.key = g.first_key ";

pub(super) async fn by_reference(
    connection: &mut SqliteConnection,
    reference: &str,
) -> StoreResult<Option<StoredTransaction>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.reference = ").push_bind(reference.to_owned());
    first(connection, query, rows::transaction).await
}

/// The rows of a family in booking order, by the key of its first.
pub(super) async fn of_family(
    connection: &mut SqliteConnection,
    family_key: i64,
) -> StoreResult<Vec<StoredTransaction>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key = ").push_bind(family_key).push(" OR t.parent_key = ").push_bind(family_key);
    query.push(" ORDER BY t.key");
    all(connection, query, rows::transaction).await
}

/// What gives back a family or a row of it.
pub(super) async fn refunds(connection: &mut SqliteConnection, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key IN (SELECT r.txn_key FROM refund r WHERE r.of_key = ").push_bind(family_key);
    query.push(" OR r.of_key IN (SELECT c.key FROM txn c WHERE c.parent_key = ").push_bind(family_key);
    query.push(")) ORDER BY t.key");
    all(connection, query, rows::transaction).await
}

/// A row, and how it stands if it is a hold.
pub(crate) fn found(row: &Got) -> StoreResult<FoundRow> {
    let stored = rows::transaction(row)?;
    let hold = rows::hold(row, &stored.row.amount)?;
    Ok((stored, hold))
}

pub(crate) async fn hold_of(connection: &mut SqliteConnection, key: i64) -> StoreResult<Option<HoldRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key = ").push_bind(key);
    Ok(first(connection, query, found).await?.and_then(|(_, hold)| hold))
}
