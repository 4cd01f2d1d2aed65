//! Balances: six figures, of which four are stored facts and two follow from them.

use serde::{Deserialize, Serialize};

use crate::{Amount, Currency, LedgerError, Overdraft};

/// The figures of a balance, in minor units of its currency.
///
/// Invariants: all four are at or above zero; `credit` and `debit` never fall; the two `inflight` figures equal the
/// sums of what is still open on the holds that touch the balance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Everything that ever came in.
    pub credit: Amount,
    /// Everything that ever went out.
    pub debit: Amount,
    /// Held, coming in.
    pub inflight_credit: Amount,
    /// Held, going out.
    pub inflight_debit: Amount,
}

impl Figures {
    /// `credit − debit`.
    pub fn balance(&self) -> Amount {
        &self.credit - &self.debit
    }

    /// `inflight credit − inflight debit`.
    pub fn inflight_balance(&self) -> Amount {
        &self.inflight_credit - &self.inflight_debit
    }

    /// What can be spent: the balance less what is held out. Incoming holds never count.
    pub fn available(&self) -> Amount {
        self.balance() - self.inflight_debit.clone()
    }
}

/// Which side of a balance an amount lands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Money leaves the balance (it is the source).
    Debit,
    /// Money reaches the balance (it is the destination).
    Credit,
}

/// One balance as the ledger needs it to book on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Public id, `bln_…`.
    pub id: String,
    /// What a person calls it; an indicator's name begins with `@`.
    pub name: String,
    /// Currency, with the number of decimals that the balance will always have.
    pub currency: Currency,
    /// The stored figures.
    pub figures: Figures,
    /// Increments once per write; a write with a stale version is refused by the store.
    pub version: i64,
}

impl Balance {
    /// Checks that `needed` may leave this balance.
    ///
    /// # Errors
    /// [`LedgerError::InsufficientFunds`] or [`LedgerError::OverdraftLimit`].
    pub fn check_funds(&self, needed: &Amount, overdraft: &Overdraft) -> Result<(), LedgerError> {
        let available = self.figures.available();
        if matches!(overdraft, Overdraft::Unlimited) || available >= *needed {
            return Ok(());
        }
        let common = (self.name.clone(), available.clone(), needed.clone(), self.currency.clone());
        match overdraft {
            Overdraft::Limit(limit) if &available - needed >= -limit => Ok(()),
            Overdraft::Limit(limit) => {
                let (balance, available, needed, currency) = common;
                Err(LedgerError::OverdraftLimit { balance, available, needed, limit: limit.clone(), currency })
            }
            Overdraft::Refused | Overdraft::Unlimited => {
                let (balance, available, needed, currency) = common;
                Err(LedgerError::InsufficientFunds { balance, available, needed, currency })
            }
        }
    }

    /// Books `amount` on one side: the settled figures move.
    pub fn apply(&mut self, side: Side, amount: &Amount) {
        *self.settled(side) += amount;
    }

    /// Holds `amount` on one side: only the inflight figures move.
    pub fn hold(&mut self, side: Side, amount: &Amount) {
        *self.inflight(side) += amount;
    }

    /// Turns `amount` of what is held on one side into a booking.
    ///
    /// # Errors
    /// [`LedgerError::HeldMissing`] if less than `amount` is held there.
    pub fn commit(&mut self, side: Side, amount: &Amount) -> Result<(), LedgerError> {
        self.release(side, amount)?;
        self.apply(side, amount);
        Ok(())
    }

    /// Lets go of `amount` of what is held on one side.
    ///
    /// # Errors
    /// [`LedgerError::HeldMissing`] if less than `amount` is held there.
    pub fn release(&mut self, side: Side, amount: &Amount) -> Result<(), LedgerError> {
        let held = self.inflight(side);
        if *held < *amount {
            return Err(LedgerError::HeldMissing { balance: self.name.clone() });
        }
        *held -= amount;
        Ok(())
    }

    fn settled(&mut self, side: Side) -> &mut Amount {
        match side {
            Side::Debit => &mut self.figures.debit,
            Side::Credit => &mut self.figures.credit,
        }
    }

    fn inflight(&mut self, side: Side) -> &mut Amount {
        match side {
            Side::Debit => &mut self.figures.inflight_debit,
            Side::Credit => &mut self.figures.inflight_credit,
        }
    }
}
