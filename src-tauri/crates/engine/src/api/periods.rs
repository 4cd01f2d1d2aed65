//! Closed periods.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Up to which day the books are closed, and how it came to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PeriodState {
    /// Last closed day; absent while every day is open.
    pub closed_through: Option<String>,
    /// First day that takes entries; absent while every day does.
    pub open_from: Option<String>,
    /// Every closing and reopening, the newest first.
    pub steps: Vec<PeriodStep>,
}

/// One closing or reopening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PeriodStep {
    pub at: String,
    pub actor: String,
    /// It was reopened, not closed.
    pub reopened: bool,
    /// Last closed day before and after it.
    pub before: Option<String>,
    pub after: Option<String>,
    /// Why it was reopened.
    pub reason: Option<String>,
}
