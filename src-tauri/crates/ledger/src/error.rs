//! Why the ledger refuses a command. Nothing has been booked when one of these is returned.

use crate::{Amount, Currency};

/// A refusal by the rules of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The amount of a posting must be above zero; direction is given by source and destination.
    #[error("the amount must be above zero")]
    AmountNotPositive,
    /// Source and destination are the same balance.
    #[error("source and destination are the same balance")]
    SelfTransfer,
    /// A balance is kept in another currency (or the same code with another number of decimals).
    #[error("{balance} is kept in {kept}; {given} cannot be booked there")]
    CurrencyMismatch { balance: String, kept: Currency, given: Currency },
    /// The source has too little available and no overdraft is allowed.
    #[error("{balance} has too little available")]
    InsufficientFunds { balance: String, available: Amount, needed: Amount, currency: Currency },
    /// The booking would go below the overdraft limit.
    #[error("{balance} would go over its overdraft limit")]
    OverdraftLimit { balance: String, available: Amount, needed: Amount, limit: Amount, currency: Currency },
    /// The transaction is not a hold.
    #[error("this entry is not a hold")]
    NotInflight,
    /// The hold was voided or has expired.
    #[error("this hold was voided")]
    AlreadyVoided,
    /// Nothing of the hold is left.
    #[error("this hold is already committed")]
    AlreadyCommitted,
    /// A part is zero, negative or more than is still held.
    #[error("the part is not between zero and what is still held")]
    InvalidAmount { remaining: Amount, given: Amount },
    /// Stored figures do not carry the hold that is being settled: the book is damaged.
    #[error("the held amounts of {balance} do not cover this hold")]
    HeldMissing { balance: String },
}
