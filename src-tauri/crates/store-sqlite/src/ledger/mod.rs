//! Ledgers, balances, the journal and holds: the two traits, each call handed to the file that holds its SQL.

mod added;
mod audit;
pub(crate) mod balances;
mod derived;
mod families;
mod grid;
mod halves;
mod register;
pub(crate) mod rows;
mod start;
mod totals;
mod writes;

pub(crate) use rows::{BALANCE, TRANSACTION};

use jiff::{Timestamp, civil::Date};
use ledger::Amount;
use store::ledger::{
    AgeBucket, Audit, BalanceAt, BalanceRecord, BalanceRef, BalanceTotal, CurrencyTotal, DayTurnover, FamilyRecord,
    LedgerRecord, Recomputed, RegisterRecord, StoredTransaction, TrialRow, held_after,
};
use store::{LedgerReads, Page, Query, StoreResult};

use crate::open::SqliteStore;

#[async_trait::async_trait]
impl LedgerReads for SqliteStore {
    async fn ledgers(&self) -> StoreResult<Vec<LedgerRecord>> {
        balances::ledgers(&self.readers).await
    }

    async fn ledger_page(&self, query: &Query) -> StoreResult<Page<LedgerRecord>> {
        balances::ledger_page(&self.readers, query).await
    }

    async fn balances(&self, query: &Query) -> StoreResult<Page<BalanceRecord>> {
        balances::page(&self.readers, query).await
    }

    async fn balance_totals(&self, query: &Query) -> StoreResult<Vec<BalanceTotal>> {
        balances::totals(&self.readers, query).await
    }

    async fn balance(&self, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>> {
        let mut connection = self.readers.acquire().await.map_err(crate::error::from_sqlx)?;
        balances::one(&mut connection, reference).await
    }

    async fn turnover(&self, balance_key: i64, from: Option<Date>, to: Option<Date>) -> StoreResult<Vec<DayTurnover>> {
        balances::turnover(&self.readers, balance_key, from, to).await
    }

    async fn settled_at(&self, balance_key: i64, day: Date) -> StoreResult<(Amount, Amount)> {
        balances::settled_at(&self.readers, balance_key, day).await
    }

    async fn held_before(&self, balance_key: i64, until: Timestamp) -> StoreResult<(Amount, Amount)> {
        Ok(held_after(balances::held_moves(&self.readers, balance_key, until).await?))
    }

    async fn register(&self, balance_key: i64, query: &Query) -> StoreResult<Page<RegisterRecord>> {
        register::page(&self.readers, balance_key, query).await
    }

    async fn families(&self, query: &Query) -> StoreResult<Page<FamilyRecord>> {
        grid::page(self, query).await
    }

    async fn families_start(&self, query: &Query) -> StoreResult<Option<Vec<FamilyRecord>>> {
        start::rows(self, query).await
    }

    async fn family_keys(&self, query: &Query) -> StoreResult<Vec<i64>> {
        grid::keys(self, query).await
    }

    async fn families_by_key(&self, keys: &[i64]) -> StoreResult<Vec<FamilyRecord>> {
        let mut connection = self.readers.acquire().await.map_err(crate::error::from_sqlx)?;
        families::by_keys(&mut connection, keys).await
    }

    async fn family_totals(&self, query: &Query) -> StoreResult<Vec<CurrencyTotal>> {
        totals::of_families(&self.readers, query).await
    }

    async fn family(&self, transaction_id: &str) -> StoreResult<Option<(FamilyRecord, Vec<StoredTransaction>)>> {
        families::one(&self.readers, transaction_id).await
    }

    async fn refunds(&self, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
        let mut connection = self.readers.acquire().await.map_err(crate::error::from_sqlx)?;
        rows::refunds(&mut connection, family_key).await
    }

    async fn leg_keys(&self, transaction_id: &str) -> StoreResult<Vec<i64>> {
        sqlx::query_scalar(
            "SELECT g.txn_key FROM leg o JOIN leg g ON g.first_key = o.first_key
             WHERE o.txn_key = (SELECT key FROM txn WHERE id = ?) ORDER BY g.position",
        )
        .bind(transaction_id)
        .fetch_all(&self.readers)
        .await
        .map_err(crate::error::from_sqlx)
    }

    async fn transaction_by_reference(&self, reference: &str) -> StoreResult<Option<StoredTransaction>> {
        let mut connection = self.readers.acquire().await.map_err(crate::error::from_sqlx)?;
        rows::by_reference(&mut connection, reference).await
    }

    async fn holds_of(&self, balance_key: i64) -> StoreResult<Vec<FamilyRecord>> {
        families::open_holds_of(&self.readers, balance_key).await
    }

    async fn due_holds(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<FamilyRecord>> {
        families::due(&self.readers, now, limit).await
    }

    async fn trial_balance(&self, as_of: Option<Date>) -> StoreResult<Vec<TrialRow>> {
        let mut connection = self.readers.acquire().await.map_err(crate::error::from_sqlx)?;
        totals::trial_balance(&mut connection, as_of).await
    }

    async fn balances_at(&self, day: Option<Date>) -> StoreResult<Vec<BalanceAt>> {
        totals::balances_at(&self.readers, day).await
    }

    async fn unmatched_ages(&self, balance_key: i64, from: Option<Date>, today: Date) -> StoreResult<Vec<AgeBucket>> {
        totals::unmatched_ages(&self.readers, balance_key, from, today).await
    }

    async fn audit(&self) -> StoreResult<Audit> {
        audit::whole(&self.readers).await
    }

    async fn recompute(&self, balance_id: &str) -> StoreResult<Option<Recomputed>> {
        audit::one(&self.readers, balance_id).await
    }
}
