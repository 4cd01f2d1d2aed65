//! Identities and accounts.

use sqlx::{Postgres, QueryBuilder};
use store::page::{window, words};
use store::people::{AccountRecord, IdentityRecord, PeopleReads, PeopleWrites, compared};
use store::rows::{self, Fields, value, value::micros};
use store::{Page, Query, StoreError, StoreResult};

use crate::conditions::{Column, push_filter};
use crate::error::{from_sqlx, taken};
use crate::ledger::BALANCE;
use crate::open::PostgresStore;
use crate::row::{all, first};
use crate::sql::{order_by, push_found};
use crate::unit::PostgresUnit;

pub(crate) const IDENTITY: &str = "SELECT i.id, i.kind, i.name, i.fields::text AS fields, i.key_id, i.version, i.created_at, \
    (SELECT count(*) FROM balance_identity o WHERE o.identity_key = i.key) AS balances, \
    (SELECT count(*) FROM account a WHERE a.identity_key = i.key) AS accounts FROM identity i ";

pub(crate) const ACCOUNT: &str = "SELECT a.id, i.id AS identity_id, b.id AS balance_id, b.name AS balance_name, a.name, a.bank, a.number, \
    a.currency, a.created_at ";

pub(crate) const ACCOUNT_FROM: &str =
    "FROM account a JOIN identity i ON i.key = a.identity_key LEFT JOIN balance b ON b.key = a.balance_key ";

const FIELDS: &[(&str, Column)] = &[
    ("name", Column::Text("i.name")),
    ("kind", Column::Text("i.kind")),
    ("category", Column::Maybe("i.category")),
    ("country", Column::Maybe("i.country")),
    ("id", Column::Text("i.id")),
    ("created", Column::Instant { at: "i.created_at", order: "i.created_at" }),
];

const ACCOUNT_FIELDS: &[(&str, Column)] = &[
    ("name", Column::Maybe("a.name")),
    ("bank", Column::Maybe("a.bank")),
    ("number", Column::Text("a.number")),
    ("currency", Column::Maybe("a.currency")),
    ("identity_id", Column::Text("i.id")),
    ("balance_id", Column::Maybe("b.id")),
    ("id", Column::Text("a.id")),
    ("created", Column::Instant { at: "a.created_at", order: "a.created_at" }),
];

fn filter(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push(" WHERE true");
    push_filter(builder, FIELDS, Some("i.id"), query)?;
    if let Some(text) = words(query) {
        builder.push(" AND strpos(i.words, ").push_bind(text.to_lowercase()).push(") > 0");
    }
    Ok(())
}

async fn page(connection: &mut sqlx::PgConnection, query: &Query) -> StoreResult<Page<IdentityRecord>> {
    let mut counting = QueryBuilder::new("SELECT count(*) FROM identity i");
    filter(&mut counting, query)?;
    let total = crate::row::number(&mut *connection, counting).await?;
    let mut builder = QueryBuilder::new(IDENTITY);
    filter(&mut builder, query)?;
    let (limit, offset) = window(query);
    let order = order_by(FIELDS, &query.sort, &[("name", false)], "i.key", false)?;
    builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(connection, builder, rows::identity).await?, total: value::count(total) })
}

/// A number is found as it was written, and by its letters and digits alone.
fn filter_accounts(builder: &mut QueryBuilder<Postgres>, query: &Query) -> StoreResult<()> {
    builder.push(" WHERE true");
    push_filter(builder, ACCOUNT_FIELDS, None, query)?;
    if let Some(text) = words(query) {
        builder.push(" AND (");
        push_found(builder, "a.name || ' ' || a.bank || ' ' || a.number || ' ' || a.id", text);
        let number = compared(text);
        if !number.is_empty() {
            builder.push(" OR strpos(a.compared, ").push_bind(number).push(") > 0");
        }
        builder.push(")");
    }
    Ok(())
}

async fn account_page(connection: &mut sqlx::PgConnection, query: &Query) -> StoreResult<Page<AccountRecord>> {
    let mut counting = QueryBuilder::new(format!("SELECT count(*) {ACCOUNT_FROM}"));
    filter_accounts(&mut counting, query)?;
    let total = crate::row::number(&mut *connection, counting).await?;
    let mut builder = account();
    filter_accounts(&mut builder, query)?;
    let (limit, offset) = window(query);
    let order = order_by(ACCOUNT_FIELDS, &query.sort, &[("name", false)], "a.key", false)?;
    builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
    Ok(Page { rows: all(connection, builder, rows::account).await?, total: value::count(total) })
}

fn account() -> QueryBuilder<Postgres> {
    QueryBuilder::new(format!("{ACCOUNT}{ACCOUNT_FROM}"))
}

/// The next identities by their keys.
pub(crate) async fn identities_after(
    connection: &mut sqlx::PgConnection,
    after: i64,
    limit: u32,
) -> StoreResult<Vec<(i64, IdentityRecord)>> {
    let mut query = QueryBuilder::new(IDENTITY.replacen("SELECT ", "SELECT i.key, ", 1));
    query.push("WHERE i.key > ").push_bind(after).push(" ORDER BY i.key LIMIT ").push_bind(i64::from(limit));
    all(connection, query, |row| Ok((row.key("key")?, rows::identity(row)?))).await
}

fn identity_by_id(id: &str) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(IDENTITY);
    query.push("WHERE i.id = ").push_bind(id.to_owned());
    query
}

#[async_trait::async_trait]
impl PeopleReads for PostgresStore {
    async fn identities(&self, query: &Query) -> StoreResult<Page<IdentityRecord>> {
        page(&mut *self.reader().await?, query).await
    }

    async fn identity(&self, id: &str) -> StoreResult<Option<IdentityRecord>> {
        first(&mut *self.reader().await?, identity_by_id(id), rows::identity).await
    }

    async fn identity_of(&self, balance_id: &str) -> StoreResult<Option<IdentityRecord>> {
        let mut query = QueryBuilder::new(IDENTITY);
        query.push(
            "JOIN balance_identity o ON o.identity_key = i.key JOIN balance b ON b.key = o.balance_key WHERE b.id = ",
        );
        query.push_bind(balance_id.to_owned());
        first(&mut *self.reader().await?, query, rows::identity).await
    }

    async fn balances_of(&self, identity_id: &str) -> StoreResult<Vec<store::ledger::BalanceRecord>> {
        let mut query = QueryBuilder::new(BALANCE);
        query.push(
            " FROM balance b JOIN ledger l ON l.key = b.ledger_key JOIN balance_identity o ON o.balance_key = b.key ",
        );
        query.push("JOIN identity i ON i.key = o.identity_key WHERE i.id = ").push_bind(identity_id.to_owned());
        query.push(" ORDER BY l.name, b.name, b.currency, b.key");
        all(&mut *self.reader().await?, query, rows::balance).await
    }

    async fn accounts_of(&self, identity_id: &str) -> StoreResult<Vec<AccountRecord>> {
        let mut query = account();
        query.push("WHERE i.id = ").push_bind(identity_id.to_owned()).push(" ORDER BY a.key");
        all(&mut *self.reader().await?, query, rows::account).await
    }

    async fn accounts(&self, query: &Query) -> StoreResult<Page<AccountRecord>> {
        account_page(&mut *self.reader().await?, query).await
    }

    async fn account(&self, id: &str) -> StoreResult<Option<AccountRecord>> {
        let mut query = account();
        query.push("WHERE a.id = ").push_bind(id.to_owned());
        first(&mut *self.reader().await?, query, rows::account).await
    }

    async fn account_by_number(&self, number: &str) -> StoreResult<Option<AccountRecord>> {
        let mut query = account();
        query.push("WHERE a.compared = ").push_bind(compared(number));
        first(&mut *self.reader().await?, query, rows::account).await
    }

    async fn sealed_otherwise(&self, key_id: &str, limit: u32) -> StoreResult<Vec<String>> {
        sqlx::query_scalar("SELECT id FROM identity WHERE key_id <> $1 ORDER BY key LIMIT $2")
            .bind(key_id)
            .bind(i64::from(limit))
            .fetch_all(&mut *self.reader().await?)
            .await
            .map_err(from_sqlx)
    }

    async fn sealed(&self, key_id: &str) -> StoreResult<(u64, u64)> {
        let (all, otherwise): (i64, i64) = sqlx::query_as(
            "SELECT count(*), count(CASE WHEN key_id <> $1 THEN 1 END) FROM identity WHERE key_id IS NOT NULL",
        )
        .bind(key_id)
        .fetch_one(&mut *self.reader().await?)
        .await
        .map_err(from_sqlx)?;
        Ok((value::count(all), value::count(otherwise)))
    }
}

/// One row was written, or what was to be written over is not there any more.
fn one(rows: u64, what: &'static str) -> StoreResult<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale(what)) }
}

fn json(record: &IdentityRecord) -> StoreResult<String> {
    serde_json::to_string(&record.values).map_err(|error| StoreError::damaged("identity", error))
}

#[async_trait::async_trait]
impl PeopleWrites for PostgresUnit {
    async fn insert_identity(&mut self, record: &IdentityRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO identity (id, kind, name, category, country, fields, key_id, words, version, created_at)
             VALUES ($1, $2, $3, $4, $5, $6::json, $7, $8, $9, $10)",
        )
        .bind(&record.id)
        .bind(record.kind.word())
        .bind(&record.name)
        .bind(record.readable(identity::Field::Category))
        .bind(record.readable(identity::Field::Country))
        .bind(json(record)?)
        .bind(&record.key_id)
        .bind(record.words())
        .bind(i64::from(record.version))
        .bind(micros(record.created_at))
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "identity"))?;
        Ok(())
    }

    async fn load_identity(&mut self, id: &str) -> StoreResult<Option<IdentityRecord>> {
        first(self.reading().await?, identity_by_id(id), rows::identity).await
    }

    async fn save_identity(&mut self, record: &IdentityRecord) -> StoreResult<()> {
        let done = sqlx::query(
            "UPDATE identity SET kind = $1, name = $2, category = $3, country = $4, fields = $5::json, key_id = $6,
                 words = $7, version = $8 WHERE id = $9 AND version = $10",
        )
        .bind(record.kind.word())
        .bind(&record.name)
        .bind(record.readable(identity::Field::Category))
        .bind(record.readable(identity::Field::Country))
        .bind(json(record)?)
        .bind(&record.key_id)
        .bind(record.words())
        .bind(i64::from(record.version))
        .bind(&record.id)
        .bind(i64::from(record.version) - 1)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        one(done.rows_affected(), "identity")
    }

    async fn delete_identity(&mut self, id: &str) -> StoreResult<()> {
        let delete = sqlx::query("DELETE FROM identity WHERE id = $1").bind(id);
        one(delete.execute(self.connection().await?).await.map_err(from_sqlx)?.rows_affected(), "identity")
    }

    async fn link_balance(&mut self, balance_id: &str, identity_id: Option<&str>) -> StoreResult<()> {
        let Some(identity_id) = identity_id else {
            sqlx::query("DELETE FROM balance_identity WHERE balance_key = (SELECT key FROM balance WHERE id = $1)")
                .bind(balance_id)
                .execute(self.connection().await?)
                .await
                .map_err(from_sqlx)?;
            return Ok(());
        };
        let done = sqlx::query(
            "INSERT INTO balance_identity (balance_key, identity_key)
                     SELECT b.key, i.key FROM balance b, identity i WHERE b.id = $1 AND i.id = $2
                     ON CONFLICT (balance_key) DO UPDATE SET identity_key = excluded.identity_key",
        )
        .bind(balance_id)
        .bind(identity_id)
        .execute(self.connection().await?)
        .await
        .map_err(from_sqlx)?;
        one(done.rows_affected(), "identity")
    }

    async fn insert_account(&mut self, record: &AccountRecord) -> StoreResult<()> {
        let done = sqlx::query(
            "INSERT INTO account (id, identity_key, balance_key, name, bank, number, compared, currency, created_at)
             SELECT $1, i.key, (SELECT key FROM balance WHERE id = $2), $3, $4, $5, $6, $7, $8 FROM identity i WHERE i.id = $9",
        )
        .bind(&record.id)
        .bind(&record.balance_id)
        .bind(&record.name)
        .bind(&record.bank)
        .bind(&record.number)
        .bind(compared(&record.number))
        .bind(&record.currency)
        .bind(micros(record.created_at))
        .bind(&record.identity_id)
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "account"))?;
        one(done.rows_affected(), "identity")
    }

    async fn save_account(&mut self, record: &AccountRecord) -> StoreResult<()> {
        let done = sqlx::query(
            "UPDATE account SET balance_key = (SELECT key FROM balance WHERE id = $1), name = $2, bank = $3, number = $4, compared = $5,
                 currency = $6 WHERE id = $7",
        )
        .bind(&record.balance_id)
        .bind(&record.name)
        .bind(&record.bank)
        .bind(&record.number)
        .bind(compared(&record.number))
        .bind(&record.currency)
        .bind(&record.id)
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "account"))?;
        one(done.rows_affected(), "account")
    }

    async fn delete_account(&mut self, id: &str) -> StoreResult<()> {
        let delete = sqlx::query("DELETE FROM account WHERE id = $1").bind(id);
        one(delete.execute(self.connection().await?).await.map_err(from_sqlx)?.rows_affected(), "account")
    }
}
