//! The trial balance by account.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What stands on every balance at the end of a day, with the proof that both sides are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TrialReport {
    pub book: String,
    /// The day at whose end it is; absent: as of now, entries dated ahead included.
    pub as_of: Option<String>,
    /// By ledger and name.
    pub rows: Vec<TrialAccount>,
    pub totals: Vec<TrialTotal>,
    /// Balances without any entry, which are left out.
    pub empty: u32,
    pub took_ms: u32,
}

/// One balance of a trial balance. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TrialAccount {
    pub id: String,
    pub ledger: String,
    pub name: String,
    pub currency: String,
    pub exponent: u8,
    /// Everything that came in up to the day.
    pub money_in: String,
    /// Everything that went out.
    pub money_out: String,
    /// In less out, where that is above zero: a debit of the books.
    pub debit: Option<String>,
    /// Out less in, where that is above zero: a credit of the books.
    pub credit: Option<String>,
}

/// Both sides of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TrialTotal {
    pub currency: String,
    pub exponent: u8,
    pub money_in: String,
    pub money_out: String,
    pub debit: String,
    pub credit: String,
    pub ties: bool,
}
