//! Balance monitors.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A monitor to make or to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MonitorRequest {
    pub balance_id: String,
    /// `balance`, `credit_balance`, `debit_balance`, `inflight_balance`, `inflight_credit_balance`,
    /// `inflight_debit_balance`
    pub field: String,
    /// `<`, `<=`, `=`, `!=`, `>=`, `>`, or their words such as `less_than`
    pub operator: String,
    /// Minor units.
    pub value: String,
    /// Tell it at every change while it is true, not only when it comes true. Absent: as the settings of the book say.
    #[serde(default)]
    pub repeat: Option<bool>,
    #[serde(default)]
    pub description: String,
    /// Id of the webhook that is told, instead of all that want it.
    #[serde(default)]
    pub webhook: Option<String>,
}

/// A monitor and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MonitorRow {
    pub id: String,
    pub balance_id: String,
    pub balance_name: String,
    pub currency: String,
    pub exponent: u8,
    pub field: String,
    /// As it was asked for.
    pub operator: String,
    pub value: String,
    pub repeat: bool,
    pub webhook: Option<String>,
    pub description: String,
    pub created_at: String,
    pub created_by: String,
    /// The figure as it stands now, in minor units.
    pub figure: String,
    /// The condition is true now.
    pub holds: bool,
    /// When it was told last.
    pub fired_at: Option<String>,
}

/// A monitor that was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MonitorAlert {
    pub monitor_id: String,
    pub at: String,
    pub balance_id: String,
    pub balance_name: String,
    pub currency: String,
    pub exponent: u8,
    pub field: String,
    pub operator: String,
    pub value: String,
    /// The figure that made it true.
    pub figure: String,
    pub description: String,
    /// The posting that changed the balance.
    pub transaction_id: String,
}
