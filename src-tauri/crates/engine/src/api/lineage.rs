//! Lineage of funds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a balance is to keep its lineage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LineageRequest {
    /// Id of the balance.
    pub balance_id: String,
    /// `fifo`, `lifo`, `proportional`, or `off`; absent: off.
    pub strategy: Option<String>,
}

/// What a balance has of one origin. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LineageSource {
    pub origin: String,
    pub received: String,
    pub spent: String,
    /// Comes when holds are committed.
    pub held_in: String,
    /// Goes when holds are committed; it cannot be spent meanwhile.
    pub held_out: String,
    /// Received, less what was spent and what is held out.
    pub available: String,
}

/// Where the money of a balance came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BalanceLineage {
    pub balance_id: String,
    pub balance_name: String,
    pub currency: String,
    pub exponent: u8,
    /// `fifo`, `lifo`, `proportional`; absent where lineage is not kept.
    pub strategy: Option<String>,
    /// Since when it is kept.
    pub since: Option<String>,
    /// In the order in which origins first came.
    pub sources: Vec<LineageSource>,
    /// Of all origins.
    pub available: String,
    /// What the balance has beyond that: money without a known origin. Below zero where more was spent than there was.
    pub unknown: String,
}

/// Which moves are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LineageMovesQuery {
    /// Id of the balance.
    pub balance_id: String,
    /// One origin; absent: all.
    #[serde(default)]
    pub origin: Option<String>,
    #[serde(default)]
    #[ts(type = "number")]
    pub offset: u64,
    /// 0: as many as there may be.
    #[serde(default)]
    pub limit: u32,
}

/// What a journal row did to an origin of one of its balances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LineageMove {
    /// Absent where keeping lineage ended.
    pub transaction_id: Option<String>,
    pub reference: Option<String>,
    /// Day that the row counts for.
    pub date: Option<String>,
    pub at: String,
    pub balance_id: String,
    pub balance_name: String,
    pub origin: String,
    /// `received`, `spent`, `held_in`, `held_out`, `released_in`, `released_out`, `ended`
    pub kind: String,
    /// Minor units.
    pub amount: String,
}
