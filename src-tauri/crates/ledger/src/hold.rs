//! Holds: what is still open, and how it is committed or let go.

use crate::balance::Side;
use crate::{Amount, Balance, LedgerError};

/// What has happened to a hold so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What was held at first.
    pub amount: Amount,
    /// Sum of its commits.
    pub committed: Amount,
    /// Whether the rest was let go.
    pub state: HoldState,
}

/// Whether a hold can still be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// Something is still held.
    Open,
    /// Everything was committed.
    Committed,
    /// The rest was voided by a person.
    Voided,
    /// The rest was voided by its expiry.
    Expired,
}

/// How much of a hold to commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// All that is still held.
    Rest,
    /// This much, above zero and at most what is still held.
    Part(Amount),
}

impl Open {
    /// What is still held: zero once it was voided, has expired or is committed.
    pub fn remaining(&self) -> Amount {
        match self.state {
            HoldState::Open => &self.amount - &self.committed,
            HoldState::Committed | HoldState::Voided | HoldState::Expired => Amount::ZERO,
        }
    }

    /// The amount that `commit` takes.
    ///
    /// # Errors
    /// [`LedgerError::AlreadyVoided`], [`LedgerError::AlreadyCommitted`] or [`LedgerError::InvalidAmount`].
    pub fn to_commit(&self, commit: &Commit) -> Result<Amount, LedgerError> {
        let remaining = self.to_void()?;
        match commit {
            Commit::Rest => Ok(remaining),
            Commit::Part(part) if part.is_positive() && *part <= remaining => Ok(part.clone()),
            Commit::Part(part) => Err(LedgerError::InvalidAmount { remaining, given: part.clone() }),
        }
    }

    /// The amount that a void lets go.
    ///
    /// # Errors
    /// [`LedgerError::AlreadyVoided`] or [`LedgerError::AlreadyCommitted`].
    pub fn to_void(&self) -> Result<Amount, LedgerError> {
        match self.state {
            HoldState::Open => Ok(self.remaining()),
            HoldState::Committed => Err(LedgerError::AlreadyCommitted),
            HoldState::Voided | HoldState::Expired => Err(LedgerError::AlreadyVoided),
        }
    }

    /// The hold after `part` was committed.
    #[must_use]
    pub fn after_commit(&self, part: &Amount) -> Self {
        let committed = &self.committed + part;
        let state = if committed == self.amount { HoldState::Committed } else { HoldState::Open };
        Self { amount: self.amount.clone(), committed, state }
    }
}

/// Commits `amount` of a hold on copies of both balances. A hold is a guarantee: funds are not checked again.
///
/// # Errors
/// [`LedgerError::HeldMissing`] if the stored figures do not carry it.
pub fn commit(source: &Balance, destination: &Balance, amount: &Amount) -> Result<(Balance, Balance), LedgerError> {
    let (mut source, mut destination) = (source.clone(), destination.clone());
    source.commit(Side::Debit, amount)?;
    destination.commit(Side::Credit, amount)?;
    Ok((source, destination))
}

/// Lets go of `amount` of a hold on copies of both balances.
///
/// # Errors
/// [`LedgerError::HeldMissing`] if the stored figures do not carry it.
pub fn release(source: &Balance, destination: &Balance, amount: &Amount) -> Result<(Balance, Balance), LedgerError> {
    let (mut source, mut destination) = (source.clone(), destination.clone());
    source.release(Side::Debit, amount)?;
    destination.release(Side::Credit, amount)?;
    Ok((source, destination))
}
