//! Looking for words in the lines of all statements. Words stand in the rows themselves here, and the database keeps its
//! index of them; building it anew is one order.

use sqlx::QueryBuilder;
use store::StoreResult;
use store::rows::{self, value::count};
use store::search::{Filled, FoundLine, SearchIndex, SearchReads, SearchWrites};

use crate::error::from_sqlx;
use crate::open::PostgresStore;
use crate::people::identities_after;
use crate::recon::{LINE, LINE_FROM};
use crate::row::all;
use crate::sql::push_found;
use crate::unit::PostgresUnit;

#[async_trait::async_trait]
impl SearchReads for PostgresStore {
    async fn lines_with(&self, text: &str, limit: u32) -> StoreResult<Vec<FoundLine>> {
        let mut query = QueryBuilder::new(format!(
            "SELECT {LINE}, s.id AS statement_id, s.name AS statement_name, b.name AS balance_name, b.currency, b.exponent \
             {LINE_FROM}JOIN statement s ON s.key = l.statement_key JOIN balance b ON b.key = l.balance_key WHERE "
        ));
        let amount = "round(abs(l.amount) / power(10::numeric, b.exponent), b.exponent::int)::text";
        let texts = format!(
            "l.description || ' ' || coalesce(l.reference, '') || ' ' || coalesce(l.counterparty, ''){}",
            // Fewer letters stand in nearly every amount.
            if text.chars().count() < 3 { String::new() } else { format!(" || ' ' || {amount}") }
        );
        push_found(&mut query, &texts, text);
        query.push(" AND l.active AND s.state <> 'undone' ORDER BY l.key DESC LIMIT ").push_bind(i64::from(limit));
        all(&mut *self.reader().await?, query, rows::found_line).await
    }
}

#[async_trait::async_trait]
impl SearchWrites for PostgresUnit {
    async fn load_search_rows(&mut self, index: SearchIndex) -> StoreResult<u64> {
        let sql = match index {
            SearchIndex::Transactions => "SELECT count(*) FROM txn WHERE parent_key IS NULL",
            SearchIndex::Identities => "SELECT count(*) FROM identity",
            SearchIndex::Lines => "SELECT count(*) FROM statement_line",
        };
        Ok(count(sqlx::query_scalar(sql).fetch_one(self.reading().await?).await.map_err(from_sqlx)?))
    }

    async fn clear_search(&mut self, index: SearchIndex) -> StoreResult<()> {
        if index == SearchIndex::Transactions {
            sqlx::query(
                "DO $$ BEGIN IF to_regclass('txn_words') IS NOT NULL THEN REINDEX INDEX txn_words; END IF; END $$",
            )
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        }
        Ok(())
    }

    async fn fill_search(&mut self, index: SearchIndex, after: i64, limit: u32) -> StoreResult<Option<Filled>> {
        if index != SearchIndex::Identities {
            return Ok(None);
        }
        let connection = self.connection().await?;
        let found = identities_after(&mut *connection, after, limit).await?;
        let Some((last, _)) = found.last() else { return Ok(None) };
        let filled = Filled { last: *last, rows: found.len() as u64 };
        for (key, record) in found {
            let words = sqlx::query("UPDATE identity SET words = $1 WHERE key = $2 AND words <> $1");
            words.bind(record.words()).bind(key).execute(&mut *connection).await.map_err(from_sqlx)?;
        }
        Ok(Some(filled))
    }
}
