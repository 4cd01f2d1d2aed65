//! The panels of the overview. Each is asked for alone, so that each can fail alone.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ledgers::ChartPoint;
use super::transactions::FamilyRow;

/// Cash of one currency over all bank accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CashRow {
    pub currency: String,
    pub exponent: u8,
    pub now: String,
    pub after_holds: String,
    pub change_30_days: String,
    pub series: Vec<ChartPoint>,
}

/// Trial balance of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TrialRowView {
    pub currency: String,
    pub exponent: u8,
    #[ts(type = "number")]
    pub balances: u64,
    #[ts(type = "number")]
    pub entries: u64,
    pub debit: String,
    pub credit: String,
    pub difference: String,
}

/// Trial balance of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TrialBalance {
    pub rows: Vec<TrialRowView>,
    pub ties: bool,
    #[ts(type = "number")]
    pub balances: u64,
    #[ts(type = "number")]
    pub entries: u64,
    pub checked_at: String,
    pub took_ms: u32,
}

/// Entries of a bank account that no statement explains yet, by age in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AgeRow {
    pub balance_id: String,
    pub name: String,
    pub currency: String,
    pub exponent: u8,
    pub locked_to: Option<String>,
    /// 0–7, 8–30, 31–60, 61–90, 90+
    #[ts(type = "number[]")]
    pub buckets: Vec<u64>,
    #[ts(type = "number")]
    pub entries: u64,
    pub net: String,
}

/// Held money of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AwaitingRow {
    pub currency: String,
    pub exponent: u8,
    #[ts(type = "number")]
    pub holds: u64,
    /// Held on bank accounts, going out.
    pub money_out: String,
    pub money_in: String,
}

/// What waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Awaiting {
    pub rows: Vec<AwaitingRow>,
    #[ts(type = "number")]
    pub holds: u64,
    #[ts(type = "number")]
    pub expire_today: u64,
    pub next: Option<FamilyRow>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActivityRow {
    pub at: String,
    pub actor: String,
    pub kind: String,
    pub object_id: String,
    /// "posted", "placed a hold"
    pub verb: String,
    pub object: String,
    pub amount: Option<String>,
    pub currency: Option<String>,
    pub exponent: Option<u8>,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AttentionRow {
    /// `problem`, `reconcile`, `expiring`, `job`
    pub kind: String,
    pub title: String,
    pub text: String,
    /// Where to go: `approvals`, `reconcile`, `balance`, `jobs`
    pub target: String,
    pub object_id: Option<String>,
}
