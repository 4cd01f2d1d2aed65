//! Writes of the ledger, inside the one open transaction.

use jiff::Timestamp;
use store::ledger::{BalanceEdit, NewBalance, StoredTransaction};
use store::rows::value::micros;
use store::{LedgerWrites, StoreError, StoreResult};

use super::rows;
use crate::error::from_sqlx;
use crate::unit::PostgresUnit;

#[async_trait::async_trait]
impl LedgerWrites for PostgresUnit {
    async fn insert_ledger(&mut self, id: &str, name: &str, at: Timestamp) -> StoreResult<()> {
        sqlx::query("INSERT INTO ledger (id, name, created_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(name)
            .bind(micros(at))
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn rename_ledger(&mut self, id: &str, name: &str) -> StoreResult<bool> {
        let done = sqlx::query("UPDATE ledger SET name = $1 WHERE id = $2")
            .bind(name)
            .bind(id)
            .execute(self.connection().await?)
            .await
            .map_err(from_sqlx)?;
        self.kept().renamed(id, name);
        Ok(done.rows_affected() == 1)
    }

    async fn insert_balance(&mut self, new: &NewBalance) -> StoreResult<i64> {
        sqlx::query_scalar(
            "INSERT INTO balance (id, ledger_key, name, indicator, currency, exponent, account_number, reconcilable, created_at)
             VALUES ($1, (SELECT key FROM ledger WHERE id = $2), $3, $4, $5, $6, $7, $8, $9) RETURNING key",
        )
        .bind(&new.id)
        .bind(&new.ledger_id)
        .bind(&new.name)
        .bind(&new.indicator)
        .bind(new.currency.code())
        .bind(i64::from(new.currency.exponent()))
        .bind(&new.account_number)
        .bind(new.reconcilable)
        .bind(micros(new.created_at))
        .fetch_one(self.connection().await?)
        .await
        .map_err(|error| match from_sqlx(error) {
            StoreError::Duplicate(_) => StoreError::Duplicate("balance"),
            other => other,
        })
    }

    async fn load_exponent(&mut self, currency: &str) -> StoreResult<Option<u8>> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT exponent FROM balance WHERE currency = $1 ORDER BY key LIMIT 1")
                .bind(currency)
                .fetch_optional(self.reading().await?)
                .await
                .map_err(from_sqlx)?;
        found.map(|exponent| u8::try_from(exponent).map_err(|error| StoreError::damaged("balance", error))).transpose()
    }

    async fn edit_balance(&mut self, id: &str, edit: &BalanceEdit) -> StoreResult<bool> {
        let done = sqlx::query(
            "UPDATE balance SET name = $1, account_number = $2, reconcilable = $3, pinned = $4 WHERE id = $5",
        )
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
