//! What a person calls the state of a family of rows: derived, never stored on a row.

use serde::{Deserialize, Serialize};

use crate::{HoldState, Open};

/// The state of a posting or hold with everything below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Booked at once.
    Applied,
    /// Held, nothing committed yet.
    Held,
    /// Partly committed, the rest is still held.
    PartCommitted,
    /// Committed to the last unit.
    Committed,
    /// Let go before anything was committed.
    Voided,
    /// Partly committed, then the rest was let go by a person or by its expiry.
    PartVoided,
    /// Ran out before anything was committed.
    Expired,
}

impl Lifecycle {
    /// The state of a hold.
    pub fn of_hold(hold: &Open) -> Self {
        match hold.state {
            HoldState::Open if hold.committed.is_zero() => Self::Held,
            HoldState::Open => Self::PartCommitted,
            HoldState::Committed => Self::Committed,
            HoldState::Voided | HoldState::Expired if !hold.committed.is_zero() => Self::PartVoided,
            HoldState::Voided => Self::Voided,
            HoldState::Expired => Self::Expired,
        }
    }

    /// True while something is still held.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Held | Self::PartCommitted)
    }
}
