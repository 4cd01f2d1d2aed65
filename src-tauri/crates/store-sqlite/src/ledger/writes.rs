//! Writes of the ledger, inside the one open transaction.

use jiff::Timestamp;
use ledger::{Amount, Balance, Open, Status, balance::Side};
use sqlx::Row;
use store::ledger::{
    BalanceEdit, BalanceRecord, BalanceRef, HoldRecord, NewBalance, NewTransaction, StoredTransaction, hold_state_text,
    status_text,
};
use store::rows::value::{amount, micros};
use store::{LedgerWrites, StoreError, StoreResult};

use super::{balances, rows};
use crate::error::{from_sqlx, taken};
use crate::unit::SqliteUnit;

#[async_trait::async_trait]
impl LedgerWrites for SqliteUnit {
    async fn insert_ledger(&mut self, id: &str, name: &str, at: Timestamp) -> StoreResult<()> {
        sqlx::query("INSERT INTO ledger (id, name, created_at) VALUES (?, ?, ?)")
            .bind(id)
            .bind(name)
            .bind(micros(at))
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn rename_ledger(&mut self, id: &str, name: &str) -> StoreResult<bool> {
        let done = sqlx::query("UPDATE ledger SET name = ? WHERE id = ?")
            .bind(name)
            .bind(id)
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
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
        .execute(self.connection())
        .await
        .map_err(|error| taken(error, "balance"))?;
        Ok(done.last_insert_rowid())
    }

    async fn load_exponent(&mut self, currency: &str) -> StoreResult<Option<u8>> {
        sqlx::query_scalar("SELECT exponent FROM balance WHERE currency = ? ORDER BY key LIMIT 1")
            .bind(currency)
            .fetch_optional(self.connection())
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
                .execute(self.connection())
                .await
                .map_err(from_sqlx)?;
        Ok(done.rows_affected() == 1)
    }

    async fn load_balance(&mut self, reference: &BalanceRef) -> StoreResult<Option<BalanceRecord>> {
        balances::one(self.connection(), reference).await
    }

    async fn save_figures(&mut self, key: i64, balance: &Balance) -> StoreResult<()> {
        let figures = &balance.figures;
        let done = sqlx::query(
            "UPDATE balance SET credit = ?, debit = ?, balance = ?, inflight_credit = ?, inflight_debit = ?, inflight_balance = ?, version = version + 1
             WHERE key = ? AND version = ?",
        )
        .bind(figures.credit.to_string())
        .bind(figures.debit.to_string())
        .bind(figures.balance().to_string())
        .bind(figures.inflight_credit.to_string())
        .bind(figures.inflight_debit.to_string())
        .bind(figures.inflight_balance().to_string())
        .bind(key)
        .bind(balance.version)
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("balance")) }
    }

    async fn load_by_reference(&mut self, reference: &str) -> StoreResult<Option<StoredTransaction>> {
        rows::by_reference(self.connection(), reference).await
    }

    async fn load_transaction(&mut self, id: &str) -> StoreResult<Option<StoredTransaction>> {
        rows::by_id(self.connection(), id).await
    }

    async fn load_family(&mut self, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
        rows::of_family(self.connection(), family_key).await
    }

    async fn load_refunds(&mut self, family_key: i64) -> StoreResult<Vec<StoredTransaction>> {
        rows::refunds(self.connection(), family_key).await
    }

    async fn insert_transaction(&mut self, new: &NewTransaction) -> StoreResult<i64> {
        let key = self.insert_row(new).await?;
        if new.parent_key.is_none() {
            self.index_words(key, new).await?;
        }
        if new.row.status == Status::Applied {
            for (balance_key, side) in [(new.source_key, Side::Debit), (new.destination_key, Side::Credit)] {
                self.insert_entry(key, balance_key, side, new).await?;
            }
        }
        if let Some(of_key) = new.refund_of_key {
            sqlx::query("INSERT INTO refund (txn_key, of_key) VALUES (?, ?)")
                .bind(key)
                .bind(of_key)
                .execute(self.connection())
                .await
                .map_err(from_sqlx)?;
        }
        Ok(key)
    }

    async fn load_hold(&mut self, transaction_key: i64) -> StoreResult<Option<HoldRecord>> {
        rows::hold_of(self.connection(), transaction_key).await
    }

    async fn insert_hold(
        &mut self,
        transaction_key: i64,
        amount: &Amount,
        expires_at: Option<Timestamp>,
    ) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO hold (txn_key, state, committed, remaining, expires_at) VALUES (?, 'open', '0', ?, ?)",
        )
        .bind(transaction_key)
        .bind(amount.to_string())
        .bind(expires_at.map(micros))
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        Ok(())
    }

    async fn save_hold(&mut self, transaction_key: i64, open: &Open, closed_at: Option<Timestamp>) -> StoreResult<()> {
        // Only an open hold changes: a second decision on the same hold finds nothing to write.
        let done = sqlx::query("UPDATE hold SET state = ?, committed = ?, remaining = ?, closed_at = ? WHERE txn_key = ? AND state = 'open'")
            .bind(hold_state_text(open.state))
            .bind(open.committed.to_string())
            .bind(open.remaining().to_string())
            .bind(closed_at.map(micros))
            .bind(transaction_key)
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale("hold")) }
    }
}

impl SqliteUnit {
    async fn insert_row(&mut self, new: &NewTransaction) -> StoreResult<i64> {
        let row = &new.row;
        let done = sqlx::query(
            "INSERT INTO txn (id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description,
                              effective_date, created_at, expires_at, reason, actor, metadata, input_hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&row.id)
        .bind(new.parent_key)
        .bind(status_text(row.status))
        .bind(&row.reference)
        .bind(new.source_key)
        .bind(new.destination_key)
        .bind(row.amount.to_string())
        .bind(row.currency.code())
        .bind(row.currency.exponent())
        .bind(&row.description)
        .bind(row.effective_date.to_string())
        .bind(micros(row.created_at))
        .bind(row.expires_at.map(micros))
        .bind(&row.reason)
        .bind(&row.actor)
        .bind(&new.metadata)
        .bind(new.input_hash.as_slice())
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        Ok(done.last_insert_rowid())
    }

    async fn index_words(&mut self, key: i64, new: &NewTransaction) -> StoreResult<()> {
        sqlx::query("INSERT INTO txn_text (rowid, words) VALUES (?, ?)")
            .bind(key)
            .bind(format!(
                "{} {} {}",
                new.row.reference,
                new.row.description,
                new.row.amount.to_decimal(new.row.currency.exponent())
            ))
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn insert_entry(
        &mut self,
        txn_key: i64,
        balance_key: i64,
        side: Side,
        new: &NewTransaction,
    ) -> StoreResult<()> {
        let day = new.row.effective_date.to_string();
        let text = if side == Side::Debit { "debit" } else { "credit" };
        sqlx::query("INSERT INTO entry (balance_key, effective_date, txn_key, side, amount) VALUES (?, ?, ?, ?, ?)")
            .bind(balance_key)
            .bind(&day)
            .bind(txn_key)
            .bind(text)
            .bind(new.row.amount.to_string())
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        let before = sqlx::query("SELECT credit, debit FROM balance_day WHERE balance_key = ? AND day = ?")
            .bind(balance_key)
            .bind(&day)
            .fetch_optional(self.connection())
            .await
            .map_err(from_sqlx)?;
        let (mut credit, mut debit) = match &before {
            Some(row) => (
                amount("turnover", row.try_get(0).map_err(from_sqlx)?)?,
                amount("turnover", row.try_get(1).map_err(from_sqlx)?)?,
            ),
            None => (Amount::ZERO, Amount::ZERO),
        };
        *(if side == Side::Debit { &mut debit } else { &mut credit }) += &new.row.amount;
        sqlx::query(
            "INSERT INTO balance_day (balance_key, day, credit, debit, entries) VALUES (?1, ?2, ?3, ?4, 1)
             ON CONFLICT (balance_key, day) DO UPDATE SET credit = ?3, debit = ?4, entries = entries + 1",
        )
        .bind(balance_key)
        .bind(&day)
        .bind(credit.to_string())
        .bind(debit.to_string())
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        sqlx::query("UPDATE balance SET last_entry_on = max(coalesce(last_entry_on, ''), ?) WHERE key = ?")
            .bind(&day)
            .bind(balance_key)
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }
}
