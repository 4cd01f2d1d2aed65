//! Identities, their accounts, and the keys of their protected fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::ledgers::BalanceRow;
use super::page::MoneyTotal;

/// A row of the list of identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IdentityRow {
    pub id: String,
    /// `individual` or `organisation`
    pub kind: String,
    /// What may be read of the name without a key; empty when nothing of it may.
    pub name: String,
    pub category: String,
    pub country: String,
    /// Fields that are protected.
    pub protected: Vec<String>,
    #[ts(type = "number")]
    pub balances: u64,
    #[ts(type = "number")]
    pub accounts: u64,
    pub created_at: String,
}

/// One field of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IdentityField {
    /// `first_name`, `post_code`…
    pub field: String,
    /// Absent when it is not known, or protected.
    pub value: Option<String>,
    pub protected: bool,
    /// It can be protected.
    pub personal: bool,
}

/// An identity with what belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IdentityDetail {
    pub row: IdentityRow,
    /// Goes back with an edit, so that nobody overwrites what they have not seen.
    pub version: u32,
    /// Every field, in the order of a form.
    pub fields: Vec<IdentityField>,
    pub balances: Vec<BalanceRow>,
    /// Balances by currency, group `balance`.
    pub totals: Vec<MoneyTotal>,
    pub accounts: Vec<AccountRow>,
    #[ts(type = "Record<string, unknown>")]
    pub metadata: Value,
}

/// An identity to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IdentityRequest {
    /// `individual` or `organisation`
    pub kind: String,
    pub fields: BTreeMap<String, String>,
    /// Fields that are protected from the start.
    #[serde(default)]
    pub protect: Vec<String>,
}

/// A change of an identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IdentityEdit {
    pub id: String,
    /// Of what was seen.
    pub version: u32,
    pub kind: Option<String>,
    /// Fields that change; an empty text or nothing clears one. A protected field stays protected.
    #[serde(default)]
    pub fields: BTreeMap<String, Option<String>>,
}

/// An account that an identity has elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccountRow {
    pub id: String,
    pub identity_id: String,
    pub balance_id: Option<String>,
    pub balance_name: Option<String>,
    pub name: String,
    pub bank: String,
    pub number: String,
    /// The number with all but its last four letters and digits as dots.
    pub masked: String,
    pub currency: String,
    pub created_at: String,
}

/// An account to make or to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccountRequest {
    pub identity_id: String,
    #[serde(default)]
    pub balance_id: Option<String>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub bank: String,
    pub number: String,
    /// Empty: that of the balance.
    #[serde(default)]
    pub currency: String,
}

/// Whether protected fields can be opened here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeyState {
    /// The key that seals; absent before the first field is protected.
    pub key_id: Option<String>,
    /// Where it is kept, as people say it.
    pub kept: String,
    /// Identities with protected fields.
    #[ts(type = "number")]
    pub sealed: u64,
    /// Those of them that an older key sealed.
    #[ts(type = "number")]
    pub older: u64,
    /// Why nothing can be opened or protected here, if so.
    pub problem: Option<String>,
}
