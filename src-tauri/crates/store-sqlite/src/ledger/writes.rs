//! Writes of the ledger, inside the one open transaction.

use jiff::Timestamp;
use store::ledger::{BalanceEdit, NewBalance, StoredTransaction};
use store::rows::value::micros;
use store::{LedgerWrites, StoreResult};

use super::rows;
use crate::error::{from_sqlx, taken};
use crate::unit::SqliteUnit;

#[async_trait::async_trait]
impl LedgerWrites for SqliteUnit {
    async fn insert_ledger(&mut self, id: &str, name: &str, at: Timestamp) -> StoreResult<()> {
        sqlx::query("INSERT INTO ledger (id, name, created_at) VALUES (?, ?, ?)")
            .bind(id)
            .bind(name)
            .bind(micros(at))
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn rename_ledger(&mut self, id: &str, name: &str) -> StoreResult<bool> {
        let done = sqlx::query("UPDATE ledger SET name = ? WHERE id = ?")
            .bind(name)
            .bind(id)
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        self.kept().renamed(id, name);
        Ok(done.rows_affected() == 1)
    }

    async fn insert_balance(&mut self, new: &NewBalance) -> StoreResult<i64> {
        let done = sqlx::query(
            "INSERT INTO balance (id, ledger_key, name, indicator, currency, exponent, account_number, reconcilable, created_at)
             VALUES (?, (SELECT key FROM ledger WHERE id = ?), ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&new.id)
        .bind(&new.ledger_id)
        .bind(&new.name)
        .bind(&new.indicator)
        .bind(new.currency.code())
        .bind(new.currency.exponent())
        .bind(&new.account_number)
        .bind(new.reconcilable)
        .bind(micros(new.created_at))
        .execute(self.connection().await?)
        .await
        .map_err(|error| taken(error, "balance"))?;
        Ok(done.last_insert_rowid())
    }

    async fn load_exponent(&mut self, currency: &str) -> StoreResult<Option<u8>> {
        sqlx::query_scalar("SELECT exponent FROM balance WHERE currency = ? ORDER BY key LIMIT 1")
            .bind(currency)
            .fetch_optional(self.reading().await?)
            .await
            .map_err(from_sqlx)
    }

    async fn edit_balance(&mut self, id: &str, edit: &BalanceEdit) -> StoreResult<bool> {
        let done =
            sqlx::query("UPDATE balance SET name = ?, account_number = ?, reconcilable = ?, pinned = ? WHERE id = ?")
                .bind(&edit.name)
                .bind(&edit.account_number)
                .bind(edit.reconcilable)
                .bind(edit.pinned)
                .bind(id)
                .execute(self.connection().await?)
                .await
                .map_err(from_sqlx)?;
        self.kept().edited(id);
        Ok(done.rows_affected() == 1)
    }

    async fn load_family(&mut self, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
        rows::of_family(self.reading().await?, family_key).await
    }

    async fn load_refunds(&mut self, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
        rows::refunds(self.reading().await?, family_key).await
    }
}
