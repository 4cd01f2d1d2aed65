//! Writes of the ledger, inside the one open transaction.

use jiff::Timestamp;
use ledger::{Amount, Balance, Open, Status, TransactionRow, balance::Side};
use store::ledger::{
    BalanceEdit, BalanceRecord, BalanceRef, HoldRecord, NewBalance, NewTransaction, StoredTransaction, hold_state_text,
    status_text,
};
use store::rows::value::micros;
use store::{LedgerWrites, StoreError, StoreResult};

use super::{balances, rows};
use crate::error::from_sqlx;
use crate::unit::PostgresUnit;

#[async_trait::async_trait]
impl LedgerWrites for PostgresUnit {
    async fn insert_ledger(&mut self, id: &str, name: &str, at: Timestamp) -> StoreResult<()> {
        sqlx::query("INSERT INTO ledger (id, name, created_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(name)
            .bind(micros(at))
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn rename_ledger(&mut self, id: &str, name: &str) -> StoreResult<bool> {
        let done = sqlx::query("UPDATE ledger SET name = $1 WHERE id = $2")
            .bind(name)
            .bind(id)
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
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
        .fetch_one(self.connection())
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
                .fetch_optional(self.connection())
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
            "UPDATE balance SET credit = $1::numeric, debit = $2::numeric, balance = $3::numeric, inflight_credit = $4::numeric,
                 inflight_debit = $5::numeric, inflight_balance = $6::numeric, version = version + 1
             WHERE key = $7 AND version = $8",
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
        if new.row.status == Status::Applied {
            for (balance_key, side) in [(new.source_key, Side::Debit), (new.destination_key, Side::Credit)] {
                self.insert_entry(key, balance_key, side, new).await?;
            }
        }
        if let Some(of_key) = new.refund_of_key {
            sqlx::query("INSERT INTO refund (txn_key, of_key) VALUES ($1, $2)")
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
            "INSERT INTO hold (txn_key, state, committed, remaining, expires_at) VALUES ($1, 'open', 0, $2::numeric, $3)",
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
        let done = sqlx::query(
            "UPDATE hold SET state = $1, committed = $2::numeric, remaining = $3::numeric, closed_at = $4 WHERE txn_key = $5 AND state = 'open'",
        )
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

impl PostgresUnit {
    async fn insert_row(&mut self, new: &NewTransaction) -> StoreResult<i64> {
        let row = &new.row;
        sqlx::query_scalar(
            "INSERT INTO txn (id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description,
                              effective_date, created_at, expires_at, reason, actor, metadata, input_hash, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7::numeric, $8, $9, $10, $11::date, $12, $13, $14, $15, $16::json, $17, $18) RETURNING key",
        )
        .bind(&row.id)
        .bind(new.parent_key)
        .bind(status_text(row.status))
        .bind(&row.reference)
        .bind(new.source_key)
        .bind(new.destination_key)
        .bind(row.amount.to_string())
        .bind(row.currency.code())
        .bind(i64::from(row.currency.exponent()))
        .bind(&row.description)
        .bind(row.effective_date.to_string())
        .bind(micros(row.created_at))
        .bind(row.expires_at.map(micros))
        .bind(&row.reason)
        .bind(&row.actor)
        .bind(&new.metadata)
        .bind(new.input_hash.as_slice())
        .bind(searched(row))
        .fetch_one(self.connection())
        .await
        .map_err(from_sqlx)
    }

    async fn insert_entry(
        &mut self,
        txn_key: i64,
        balance_key: i64,
        side: Side,
        new: &NewTransaction,
    ) -> StoreResult<()> {
        let day = new.row.effective_date.to_string();
        let amount = new.row.amount.to_string();
        let (word, credit, debit) =
            if side == Side::Debit { ("debit", "0", amount.as_str()) } else { ("credit", amount.as_str(), "0") };
        sqlx::query(
            "INSERT INTO entry (balance_key, effective_date, txn_key, side, amount) VALUES ($1, $2::date, $3, $4, $5::numeric)",
        )
        .bind(balance_key)
        .bind(&day)
        .bind(txn_key)
        .bind(word)
        .bind(&amount)
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        sqlx::query(
            "INSERT INTO balance_day AS d (balance_key, day, credit, debit, entries) VALUES ($1, $2::date, $3::numeric, $4::numeric, 1)
             ON CONFLICT (balance_key, day) DO UPDATE SET credit = d.credit + excluded.credit, debit = d.debit + excluded.debit, entries = d.entries + 1",
        )
        .bind(balance_key)
        .bind(&day)
        .bind(credit)
        .bind(debit)
        .execute(self.connection())
        .await
        .map_err(from_sqlx)?;
        sqlx::query("UPDATE balance SET last_entry_on = greatest(last_entry_on, $1::date) WHERE key = $2")
            .bind(&day)
            .bind(balance_key)
            .execute(self.connection())
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }
}

/// What people type into the filter, in lower case: reference, description and amount.
fn searched(row: &TransactionRow) -> String {
    let amount = row.amount.to_decimal(row.currency.exponent());
    format!("{} {} {amount}", row.reference, row.description).to_lowercase()
}
