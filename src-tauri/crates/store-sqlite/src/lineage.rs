//! Lineage of funds.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};
use store::lineage::{LineageReads, LineageWrites, MoveRecord, MovedBy, NewMove, SourceRecord};
use store::rows::{self, value, value::micros};
use store::{Page, StoreResult};

use crate::error::from_sqlx;
use crate::open::SqliteStore;
use crate::row::all;
use crate::unit::SqliteUnit;

const SOURCES: &str = "SELECT origin, received AS received, spent AS spent, held_in AS held_in, held_out AS held_out \
    FROM lineage_source WHERE balance_key = ";

const MOVES: &str = "SELECT m.key, t.id AS txn_id, t.reference, t.effective_date AS effective_date, m.returns_key, m.balance_key, \
    b.id AS balance_id, b.name AS balance_name, m.origin, m.kind, m.amount AS amount, m.at \
    FROM lineage_move m JOIN balance b ON b.key = m.balance_key LEFT JOIN txn t ON t.key = m.txn_key ";

fn sources(balance_key: i64) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(SOURCES);
    query.push_bind(balance_key).push(" ORDER BY key");
    query
}

/// Which moves of a balance are asked for.
fn of_balance(query: &mut QueryBuilder<Sqlite>, balance_key: i64, origin: Option<&str>) {
    query.push("WHERE m.balance_key = ").push_bind(balance_key);
    if let Some(origin) = origin {
        query.push(" AND m.origin = ").push_bind(origin.to_owned());
    }
}

#[async_trait::async_trait]
impl LineageReads for SqliteStore {
    async fn lineage_sources(&self, balance_key: i64) -> StoreResult<Vec<SourceRecord>> {
        all(&self.readers, sources(balance_key), rows::lineage_source).await
    }

    async fn lineage_moves(
        &self,
        balance_key: i64,
        origin: Option<&str>,
        offset: u64,
        limit: u32,
    ) -> StoreResult<Page<MoveRecord>> {
        let mut count = QueryBuilder::new("SELECT count(*) FROM lineage_move m ");
        of_balance(&mut count, balance_key, origin);
        let total: i64 = count.build_query_scalar().fetch_one(&self.readers).await.map_err(from_sqlx)?;
        let mut query = QueryBuilder::new(MOVES);
        of_balance(&mut query, balance_key, origin);
        query.push(" ORDER BY m.key DESC LIMIT ").push_bind(i64::from(limit));
        query.push(" OFFSET ").push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
        let rows = all(&self.readers, query, rows::lineage_move).await?;
        Ok(Page { rows, total: value::count(total) })
    }

    async fn lineage_of_family(&self, family_key: i64) -> StoreResult<Vec<MoveRecord>> {
        let mut query = QueryBuilder::new(MOVES);
        query.push("WHERE m.family_key = ").push_bind(family_key).push(" ORDER BY m.key");
        all(&self.readers, query, rows::lineage_move).await
    }

    async fn lineage_after(&self, key: i64, limit: u32) -> StoreResult<Vec<MoveRecord>> {
        let mut query = QueryBuilder::new(MOVES);
        query.push("WHERE m.key > ").push_bind(key).push(" ORDER BY m.key LIMIT ").push_bind(i64::from(limit));
        all(&self.readers, query, rows::lineage_move).await
    }

    async fn lineage_balances(&self) -> StoreResult<Vec<i64>> {
        sqlx::query_scalar("SELECT DISTINCT balance_key FROM lineage_source ORDER BY balance_key")
            .fetch_all(&self.readers)
            .await
            .map_err(from_sqlx)
    }
}

#[async_trait::async_trait]
impl LineageWrites for SqliteUnit {
    async fn load_lineage(&mut self, balance_key: i64) -> StoreResult<Vec<SourceRecord>> {
        all(self.reading().await?, sources(balance_key), rows::lineage_source).await
    }

    async fn load_lineage_of(&mut self, family_key: i64) -> StoreResult<Vec<MoveRecord>> {
        let mut query = QueryBuilder::new(MOVES);
        query.push("WHERE m.family_key = ").push_bind(family_key);
        query.push(" OR m.returns_key = ").push_bind(family_key).push(" ORDER BY m.key");
        all(self.reading().await?, query, rows::lineage_move).await
    }

    async fn insert_lineage(&mut self, by: Option<MovedBy>, moves: &[NewMove], at: Timestamp) -> StoreResult<()> {
        let mut query = QueryBuilder::new(
            "INSERT INTO lineage_move (txn_key, family_key, returns_key, balance_key, origin, kind, amount, at) ",
        );
        query.push_values(moves, |mut row, one| {
            row.push_bind(by.map(|by| by.row_key))
                .push_bind(by.map(|by| by.family_key))
                .push_bind(by.and_then(|by| by.returns_key))
                .push_bind(one.balance_key)
                .push_bind(one.origin.clone())
                .push_bind(one.kind.word())
                .push_bind(one.amount.to_string())
                .push_bind(micros(at));
        });
        query.build().execute(self.connection().await?).await.map_err(from_sqlx)?;
        Ok(())
    }

    async fn save_lineage(&mut self, balance_key: i64, record: &SourceRecord) -> StoreResult<()> {
        let figures = [&record.source.received, &record.source.spent, &record.source.held_in, &record.source.held_out];
        let mut query = QueryBuilder::new("UPDATE lineage_source SET ");
        for (index, (name, figure)) in ["received", "spent", "held_in", "held_out"].iter().zip(figures).enumerate() {
            query.push(if index == 0 { "" } else { ", " }).push(*name).push(" = ");
            query.push_bind(figure.to_string());
        }
        query.push(" WHERE balance_key = ").push_bind(balance_key);
        query.push(" AND origin = ").push_bind(record.origin.clone());
        let done = query.build().execute(self.connection().await?).await.map_err(from_sqlx)?;
        if done.rows_affected() == 1 {
            return Ok(());
        }
        let mut query = QueryBuilder::new(
            "INSERT INTO lineage_source (balance_key, origin, received, spent, held_in, held_out) VALUES (",
        );
        query.push_bind(balance_key).push(", ").push_bind(record.origin.clone());
        for figure in figures {
            query.push(", ").push_bind(figure.to_string());
        }
        query.push(")");
        query.build().execute(self.connection().await?).await.map_err(from_sqlx)?;
        Ok(())
    }
}
