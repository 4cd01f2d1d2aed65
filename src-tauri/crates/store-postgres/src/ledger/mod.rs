//! Ledgers, balances, the journal and holds: the two traits, each call handed to the file that holds its SQL.

pub(crate) mod balances;
mod derived;
mod families;
mod register;
pub(crate) mod rows;
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

use crate::open::PostgresStore;

#[async_trait::async_trait]
impl LedgerReads for PostgresStore {
    async fn ledgers(&self) -> StoreResult<Vec<LedgerRecord>> {
        balances::ledgers(&mut *self.reader().await?).await
    }

    async fn ledger_page(&self, query: &Query) -> StoreResult<Page<LedgerRecord>> {
        balances::ledger_page(&mut *self.reader().await?, query).await
    }

    async fn balances(&self, query: &Query) -> StoreResult<Page<BalanceRecord>> {
        balances::page(&mut *self.reader().await?, query).await
    }

    async fn balance_totals(&self, query: &Query) -> StoreResult<Vec<BalanceTotal>> {
        balances::totals(&mut *self.reader().await?, query).await
    }

    async fn balance(&self, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>> {
        balances::one(&mut *self.reader().await?, reference).await
    }

    async fn turnover(&self, balance_key: i64, from: Option<Date>, to: Option<Date>) -> StoreResult<Vec<DayTurnover>> {
        balances::turnover(&mut *self.reader().await?, balance_key, from, to).await
    }

    async fn settled_at(&self, balance_key: i64, day: Date) -> StoreResult<(Amount, Amount)> {
        balances::settled_at(&mut *self.reader().await?, balance_key, day).await
    }

    async fn held_before(&self, balance_key: i64, until: Timestamp) -> StoreResult<(Amount, Amount)> {
        Ok(held_after(balances::held_moves(&mut *self.reader().await?, balance_key, until).await?))
    }

    async fn register(&self, balance_key: i64, query: &Query) -> StoreResult<Page<RegisterRecord>> {
        register::page(&mut *self.reader().await?, balance_key, query).await
    }

    async fn families(&self, query: &Query) -> StoreResult<Page<FamilyRecord>> {
        families::page(&mut *self.reader().await?, query).await
    }

    async fn families_start(&self, _query: &Query) -> StoreResult<Option<Vec<FamilyRecord>>> {
        Ok(None)
    }

    async fn family_keys(&self, query: &Query) -> StoreResult<Vec<i64>> {
        families::keys(&mut *self.reader().await?, query).await
    }

    async fn families_by_key(&self, keys: &[i64]) -> StoreResult<Vec<FamilyRecord>> {
        families::by_keys(&mut *self.reader().await?, keys).await
    }

    async fn family_totals(&self, query: &Query) -> StoreResult<Vec<CurrencyTotal>> {
        totals::of_families(&mut *self.reader().await?, query).await
    }

    async fn family(&self, transaction_id: &str) -> StoreResult<Option<(FamilyRecord, Vec<StoredTransaction>)>> {
        families::one(&mut *self.reader().await?, transaction_id).await
    }

    async fn refunds(&self, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
        rows::refunds(&mut *self.reader().await?, family_key).await
    }

    async fn leg_keys(&self, transaction_id: &str) -> StoreResult<Vec<i64>> {
        sqlx::query_scalar(
            "SELECT g.txn_key FROM leg o JOIN leg g ON g.first_key = o.first_key
             WHERE o.txn_key = (SELECT key FROM txn WHERE id = $1) ORDER BY g.position",
        )
        .bind(transaction_id)
        .fetch_all(&mut *self.reader().await?)
        .await
        .map_err(crate::error::from_sqlx)
    }

    async fn transaction_by_reference(&self, reference: &str) -> StoreResult<Option<StoredTransaction>> {
        rows::by_reference(&mut *self.reader().await?, reference).await
    }

    async fn holds_of(&self, balance_key: i64) -> StoreResult<Vec<FamilyRecord>> {
        families::open_holds_of(&mut *self.reader().await?, balance_key).await
    }

    async fn due_holds(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<FamilyRecord>> {
        families::due(&mut *self.reader().await?, now, limit).await
    }

    async fn trial_balance(&self, as_of: Option<Date>) -> StoreResult<Vec<TrialRow>> {
        totals::trial_balance(&mut *self.reader().await?, as_of).await
    }

    async fn balances_at(&self, day: Option<Date>) -> StoreResult<Vec<BalanceAt>> {
        totals::balances_at(&mut *self.reader().await?, day).await
    }

    async fn unmatched_ages(&self, balance_key: i64, from: Option<Date>, today: Date) -> StoreResult<Vec<AgeBucket>> {
        totals::unmatched_ages(&mut *self.reader().await?, balance_key, from, today).await
    }

    async fn audit(&self) -> StoreResult<Audit> {
        let mut moment = self.snapshot().await?;
        let balances = totals::recompute(&mut moment, None).await?;
        let derived = derived::check(&mut moment).await?;
        Ok(Audit { balances, derived, trial: totals::trial_balance(&mut moment, None).await? })
    }

    async fn recompute(&self, balance_id: &str) -> StoreResult<Option<Recomputed>> {
        Ok(totals::recompute(&mut *self.reader().await?, Some(balance_id)).await?.pop())
    }
}
