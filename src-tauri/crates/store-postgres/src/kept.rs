//! Records that the history answers for.

use sqlx::{Postgres, QueryBuilder};
use store::kept::{Kept, RecordKind};
use store::{KeptReads, StoreResult, rows};

use crate::open::PostgresStore;
use crate::people::{ACCOUNT, ACCOUNT_FROM, IDENTITY};
use crate::recon::RULE;
use crate::row::all;
use crate::scheduled::{COLUMNS, SCHEDULED};
use crate::webhooks::WEBHOOK;

const SETTING: &str = "SELECT key AS id, value::text FROM setting ";
const LEDGER: &str = "SELECT id, name FROM ledger ";
const TERMS: &str = "SELECT b.id, l.id AS ledger_id, b.name, b.indicator, b.currency, b.exponent, b.account_number, \
    b.reconcilable FROM balance b JOIN ledger l ON l.key = b.ledger_key ";
const OWNER: &str = "SELECT b.id, i.id AS identity_id FROM balance_identity o JOIN balance b ON b.key = o.balance_key \
    JOIN identity i ON i.key = o.identity_key ";

/// What reads records of a kind, and what their ids are called there.
fn source(kind: RecordKind) -> (String, &'static str) {
    let (select, id) = match kind {
        RecordKind::Setting => (SETTING, "key"),
        RecordKind::Ledger => (LEDGER, "id"),
        RecordKind::Balance => (TERMS, "b.id"),
        RecordKind::Owner => (OWNER, "b.id"),
        RecordKind::Identity => (IDENTITY, "i.id"),
        RecordKind::Account => return (format!("{ACCOUNT}{ACCOUNT_FROM}"), "a.id"),
        RecordKind::Webhook => (WEBHOOK, "id"),
        RecordKind::Rule => (RULE, "id"),
        RecordKind::Scheduled => return (format!("{COLUMNS}{SCHEDULED}"), "s.id"),
    };
    (select.to_owned(), id)
}

#[async_trait::async_trait]
impl KeptReads for PostgresStore {
    async fn kept(&self, kind: RecordKind, after: &str, limit: u32) -> StoreResult<Vec<Kept>> {
        let (select, id) = source(kind);
        let mut query = QueryBuilder::<Postgres>::new(select);
        query.push(format!(" WHERE {id} > ")).push_bind(after.to_owned());
        if kind == RecordKind::Scheduled {
            query.push(" AND s.state = 'waiting'");
        }
        query.push(format!(" ORDER BY {id} LIMIT ")).push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, |row| rows::kept_record(kind, row)).await
    }
}
