//! Ledgers, balances and registers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::people::IdentityRow;
use super::transactions::FamilyRow;

/// A ledger with what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LedgerRow {
    pub id: String,
    pub name: String,
    #[ts(type = "number")]
    pub balances: u64,
    /// What its balances are in the books, as it was given or as its name says: `asset`, `liability`, `equity`, `income`,
    /// `expense`.
    pub account_type: Option<String>,
}

/// The six figures as people read them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FiguresView {
    pub balance: String,
    pub held_out: String,
    pub held_in: String,
    /// Balance less held out.
    pub available: String,
    pub total_in: String,
    pub total_out: String,
}

/// A row of the list of balances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BalanceRow {
    pub id: String,
    pub name: String,
    pub indicator: Option<String>,
    pub ledger_id: String,
    pub ledger: String,
    pub currency: String,
    pub exponent: u8,
    pub account_number: Option<String>,
    pub reconcilable: bool,
    pub pinned: bool,
    pub last_entry_on: Option<String>,
    /// End of the last signed statement.
    pub reconciled_to: Option<String>,
    pub figures: FiguresView,
}

/// A balance to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NewBalanceRequest {
    pub ledger_id: String,
    /// A name beginning with `@` makes an indicator balance.
    pub name: String,
    pub currency: String,
    /// Needed for a currency that is not in ISO 4217; refused when it differs from ISO's.
    pub exponent: Option<u8>,
    pub account_number: Option<String>,
    pub reconcilable: bool,
    /// Money may be booked from it that it does not have, as from equity, income or a debt.
    #[serde(default)]
    pub below_zero: bool,
}

/// What of a balance can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BalanceUpdate {
    pub id: String,
    pub name: String,
    pub account_number: Option<String>,
    pub reconcilable: bool,
    pub pinned: bool,
    /// Absent: as it is.
    #[serde(default)]
    pub below_zero: Option<bool>,
}

/// Sums of a filtered list of balances in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BalanceTotal {
    pub currency: String,
    pub exponent: u8,
    #[ts(type = "number")]
    pub balances: u64,
    pub figures: FiguresView,
    /// The entries of these balances add up to the same sums.
    pub agrees: bool,
}

/// One balance in depth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BalanceDetail {
    pub row: BalanceRow,
    /// The day the figures are for, when it is not now.
    pub as_of: Option<String>,
    pub holds: Vec<FamilyRow>,
    #[ts(type = "number")]
    pub entries: u64,
    /// Money may be booked from it that it does not have.
    pub below_zero: bool,
    /// Whom it belongs to.
    pub identity: Option<IdentityRow>,
    /// What scheduled postings that wait will bring and take, in minor units; nothing on a day of the past.
    pub scheduled_in: String,
    pub scheduled_out: String,
}

/// A point of a step chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChartPoint {
    pub day: String,
    pub balance: String,
}

/// A line of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegisterRow {
    pub transaction_id: String,
    pub date: String,
    pub reference: String,
    pub description: String,
    pub other_id: String,
    pub other_name: String,
    /// Stored as credit of this balance.
    pub money_in: Option<String>,
    /// Stored as debit of this balance.
    pub money_out: Option<String>,
    pub running: String,
    pub currency: String,
    pub exponent: u8,
    /// Id of the match it is reconciled by.
    pub matched: Option<String>,
    pub actor: String,
    pub created_at: String,
}

/// Stored figures beside the ones the journal gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BalanceCheck {
    pub id: String,
    pub stored: FiguresView,
    pub recomputed: FiguresView,
    pub agrees: bool,
}
