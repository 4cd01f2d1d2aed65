//! Rows of the database as records.

use ledger::{Amount, Balance, Figures, HoldState, Lifecycle, Open, Status, TransactionRow};
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteRow};
use store::ledger::{BalanceRecord, FamilyRecord, HoldRecord, StoredTransaction};
use store::{StoreError, StoreResult};

use crate::code::{amount, count, currency, date, opt_date, opt_time, time};
use crate::error::from_sqlx;

pub(super) const BALANCE_COLUMNS: &str = "b.key, b.id, b.name, b.indicator, b.currency, b.exponent, b.account_number, b.reconcilable, b.pinned, \
    b.credit, b.debit, b.inflight_credit, b.inflight_debit, b.version, b.last_entry_on, l.id AS ledger_id, l.name AS ledger_name";

pub(super) fn balance(row: &SqliteRow) -> StoreResult<BalanceRecord> {
    let text = |name: &str| row.try_get::<String, _>(name).map_err(from_sqlx);
    let last: Option<String> = row.try_get("last_entry_on").map_err(from_sqlx)?;
    Ok(BalanceRecord {
        key: row.try_get("key").map_err(from_sqlx)?,
        ledger_id: text("ledger_id")?,
        ledger_name: text("ledger_name")?,
        indicator: row.try_get("indicator").map_err(from_sqlx)?,
        account_number: row.try_get("account_number").map_err(from_sqlx)?,
        reconcilable: row.try_get("reconcilable").map_err(from_sqlx)?,
        pinned: row.try_get("pinned").map_err(from_sqlx)?,
        last_entry_on: opt_date("balance", last.as_deref())?,
        balance: Balance {
            id: text("id")?,
            name: text("name")?,
            currency: currency("balance", &text("currency")?, row.try_get("exponent").map_err(from_sqlx)?)?,
            figures: Figures {
                credit: amount("balance", &text("credit")?)?,
                debit: amount("balance", &text("debit")?)?,
                inflight_credit: amount("balance", &text("inflight_credit")?)?,
                inflight_debit: amount("balance", &text("inflight_debit")?)?,
            },
            version: row.try_get("version").map_err(from_sqlx)?,
        },
    })
}

/// A journal row with the names around it; `t` is the row.
pub(super) const TRANSACTION: &str = "SELECT t.key, t.id, t.parent_key, t.status, t.reference, t.source_key, t.destination_key, t.amount, \
    t.currency, t.exponent, t.description, t.effective_date, t.created_at, t.expires_at, t.reason, t.actor, t.metadata, t.input_hash, \
    s.id AS source_id, s.name AS source_name, d.id AS destination_id, d.name AS destination_name, p.id AS parent_id, \
    h.state AS hold_state, h.committed AS hold_committed, h.remaining AS hold_remaining, h.expires_at AS hold_expires_at, \
    h.closed_at AS hold_closed_at, (SELECT count(*) FROM txn c WHERE c.parent_key = t.key) AS children \
    FROM txn t JOIN balance s ON s.key = t.source_key JOIN balance d ON d.key = t.destination_key \
    LEFT JOIN txn p ON p.key = t.parent_key LEFT JOIN hold h ON h.txn_key = t.key";

fn status(text: &str) -> StoreResult<Status> {
    match text {
        "APPLIED" => Ok(Status::Applied),
        "INFLIGHT" => Ok(Status::Inflight),
        "VOID" => Ok(Status::Void),
        other => Err(StoreError::damaged("transaction", other)),
    }
}

pub(super) fn transaction(row: &SqliteRow) -> StoreResult<StoredTransaction> {
    let text = |name: &str| row.try_get::<String, _>(name).map_err(from_sqlx);
    let optional = |name: &str| row.try_get::<Option<String>, _>(name).map_err(from_sqlx);
    Ok(StoredTransaction {
        key: row.try_get("key").map_err(from_sqlx)?,
        parent_key: row.try_get("parent_key").map_err(from_sqlx)?,
        source_key: row.try_get("source_key").map_err(from_sqlx)?,
        source_name: text("source_name")?,
        destination_key: row.try_get("destination_key").map_err(from_sqlx)?,
        destination_name: text("destination_name")?,
        metadata: optional("metadata")?,
        input_hash: row.try_get("input_hash").map_err(from_sqlx)?,
        row: TransactionRow {
            id: text("id")?,
            parent: optional("parent_id")?,
            status: status(&text("status")?)?,
            reference: text("reference")?,
            source: text("source_id")?,
            destination: text("destination_id")?,
            amount: amount("transaction", &text("amount")?)?,
            currency: currency("transaction", &text("currency")?, row.try_get("exponent").map_err(from_sqlx)?)?,
            description: text("description")?,
            effective_date: date("transaction", &text("effective_date")?)?,
            created_at: time("transaction", row.try_get("created_at").map_err(from_sqlx)?)?,
            expires_at: opt_time("transaction", row.try_get("expires_at").map_err(from_sqlx)?)?,
            reason: optional("reason")?,
            actor: text("actor")?,
        },
    })
}

/// Reads `hold_*` columns of a row made by [`TRANSACTION`]; `whole` is the amount that was held at first.
fn hold(row: &SqliteRow, whole: &Amount) -> StoreResult<Option<HoldRecord>> {
    let Some(state) = row.try_get::<Option<String>, _>("hold_state").map_err(from_sqlx)? else {
        return Ok(None);
    };
    let state = match state.as_str() {
        "open" => HoldState::Open,
        "committed" => HoldState::Committed,
        "voided" => HoldState::Voided,
        "expired" => HoldState::Expired,
        other => return Err(StoreError::damaged("hold", other)),
    };
    let committed = amount("hold", row.try_get("hold_committed").map_err(from_sqlx)?)?;
    let remaining = amount("hold", row.try_get("hold_remaining").map_err(from_sqlx)?)?;
    let open = Open { amount: whole.clone(), committed, state };
    if open.remaining() != remaining {
        return Err(StoreError::damaged("hold", "what is left does not follow from what was committed"));
    }
    Ok(Some(HoldRecord {
        open,
        remaining,
        expires_at: opt_time("hold", row.try_get("hold_expires_at").map_err(from_sqlx)?)?,
        closed_at: opt_time("hold", row.try_get("hold_closed_at").map_err(from_sqlx)?)?,
    }))
}

pub(super) fn family(row: &SqliteRow) -> StoreResult<FamilyRecord> {
    let first = transaction(row)?;
    let hold = hold(row, &first.row.amount)?;
    let lifecycle = hold.as_ref().map_or(Lifecycle::Applied, |hold| Lifecycle::of_hold(&hold.open));
    Ok(FamilyRecord { first, hold, lifecycle, children: count(row.try_get("children").map_err(from_sqlx)?) })
}

async fn fetch(connection: &mut SqliteConnection, condition: &str, value: &str) -> StoreResult<Option<SqliteRow>> {
    sqlx::query(AssertSqlSafe(format!("{TRANSACTION} WHERE {condition}")))
        .bind(value)
        .fetch_optional(connection)
        .await
        .map_err(from_sqlx)
}

pub(super) async fn by_reference(
    connection: &mut SqliteConnection,
    reference: &str,
) -> StoreResult<Option<StoredTransaction>> {
    fetch(connection, "t.reference = ?", reference).await?.as_ref().map(transaction).transpose()
}

pub(super) async fn by_id(connection: &mut SqliteConnection, id: &str) -> StoreResult<Option<StoredTransaction>> {
    fetch(connection, "t.id = ?", id).await?.as_ref().map(transaction).transpose()
}

pub(super) async fn hold_of(connection: &mut SqliteConnection, key: i64) -> StoreResult<Option<HoldRecord>> {
    let row = sqlx::query(AssertSqlSafe(format!("{TRANSACTION} WHERE t.key = ?")))
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(from_sqlx)?;
    match row {
        Some(row) => hold(&row, &amount("transaction", row.try_get("amount").map_err(from_sqlx)?)?),
        None => Ok(None),
    }
}
