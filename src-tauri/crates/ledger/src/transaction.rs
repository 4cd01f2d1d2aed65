//! Transactions: immutable rows, and the posting that asks for one.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::balance::Side;
use crate::{Amount, Balance, Currency, LedgerError};

/// The stored status of a row. A row never changes; what became of a hold is told by the rows below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Settled: a posting, or a commit of a hold.
    Applied,
    /// A hold was placed.
    Inflight,
    /// The rest of a hold was let go.
    Void,
}

/// How far the source may go below zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overdraft {
    /// Not at all.
    Refused,
    /// Without a floor.
    Unlimited,
    /// Down to minus this amount, which is above zero.
    Limit(Amount),
}

impl Overdraft {
    /// Reads the pair of request fields: a limit above zero always counts, also without `allow`; `allow` with no
    /// limit (or zero) takes the floor away.
    pub fn from_request(allow: bool, limit: Option<Amount>) -> Self {
        match limit {
            Some(limit) if limit.is_positive() => Self::Limit(limit),
            _ if allow => Self::Unlimited,
            _ => Self::Refused,
        }
    }
}

/// What somebody asks to be booked, with both balances already found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Unique in the book; the same reference with the same content is the same posting.
    pub reference: String,
    /// Above zero, minor units of `currency`.
    pub amount: Amount,
    /// Must be the currency of both balances.
    pub currency: Currency,
    /// Free text.
    pub description: String,
    /// The day it counts for.
    pub effective_date: Date,
    /// Book into the inflight figures only, until it is committed, voided or expires.
    pub hold: bool,
    /// When an uncommitted hold voids itself.
    pub expires_at: Option<Timestamp>,
    /// Floor of the source.
    pub overdraft: Overdraft,
}

/// One immutable row of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRow {
    /// Public id, `txn_…`.
    pub id: String,
    /// The hold this row commits or voids, or the entry it reverses.
    pub parent: Option<String>,
    pub status: Status,
    pub reference: String,
    /// Public id of the balance that is debited.
    pub source: String,
    /// Public id of the balance that is credited.
    pub destination: String,
    /// Above zero, minor units.
    pub amount: Amount,
    pub currency: Currency,
    pub description: String,
    pub effective_date: Date,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Why a hold was voided.
    pub reason: Option<String>,
    /// Who did it.
    pub actor: String,
}

/// Books a posting on copies of both balances and returns them.
///
/// # Errors
/// [`LedgerError`] if a rule forbids it; the arguments are untouched.
pub fn post(source: &Balance, destination: &Balance, posting: &Posting) -> Result<(Balance, Balance), LedgerError> {
    if !posting.amount.is_positive() {
        return Err(LedgerError::AmountNotPositive);
    }
    if source.id == destination.id {
        return Err(LedgerError::SelfTransfer);
    }
    for balance in [source, destination] {
        if balance.currency != posting.currency {
            return Err(LedgerError::CurrencyMismatch {
                balance: balance.name.clone(),
                kept: balance.currency.clone(),
                given: posting.currency.clone(),
            });
        }
    }
    source.check_funds(&posting.amount, &posting.overdraft)?;
    let (mut source, mut destination) = (source.clone(), destination.clone());
    if posting.hold {
        source.hold(Side::Debit, &posting.amount);
        destination.hold(Side::Credit, &posting.amount);
    } else {
        source.apply(Side::Debit, &posting.amount);
        destination.apply(Side::Credit, &posting.amount);
    }
    Ok((source, destination))
}
