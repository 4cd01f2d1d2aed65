//! The register of a balance, put together from what a store reads: entries, journal rows and sums.

use std::collections::HashMap;

use jiff::civil::Date;
use ledger::{Amount, balance::Side};

use crate::ledger::{RegisterRecord, StoredTransaction};
use crate::{StoreError, StoreResult};

/// An entry of a register before its journal row and its running balance are known.
#[derive(Debug, Clone)]
pub struct Entry {
    pub txn_key: i64,
    pub day: Date,
    pub side: Side,
    pub amount: Amount,
    /// Id of the match it belongs to.
    pub matched: Option<String>,
}

impl Entry {
    /// Where the entry stands in the register.
    pub fn place(&self) -> (Date, i64) {
        (self.day, self.txn_key)
    }

    /// What it does to the balance.
    pub fn net(&self) -> Amount {
        match self.side {
            Side::Credit => self.amount.clone(),
            Side::Debit => -&self.amount,
        }
    }
}

/// Entries with their journal rows and the balance after each, in the same order.
///
/// # Errors
/// [`StoreError::Damaged`] when the journal lacks the row of an entry.
pub fn complete(
    entries: Vec<Entry>,
    running: Vec<Amount>,
    rows: impl IntoIterator<Item = StoredTransaction>,
) -> StoreResult<Vec<RegisterRecord>> {
    let mut found: HashMap<i64, StoredTransaction> = rows.into_iter().map(|row| (row.key, row)).collect();
    let mut records = Vec::with_capacity(entries.len());
    for (entry, running) in entries.into_iter().zip(running) {
        let Some(transaction) = found.remove(&entry.txn_key) else {
            return Err(StoreError::damaged("entry", "its journal row is missing"));
        };
        let (other_id, other_name) = match entry.side {
            Side::Debit => (transaction.row.destination.clone(), transaction.destination_name.clone()),
            Side::Credit => (transaction.row.source.clone(), transaction.source_name.clone()),
        };
        records.push(RegisterRecord {
            transaction,
            side: entry.side,
            other_id,
            other_name,
            running,
            matched: entry.matched,
        });
    }
    Ok(records)
}
