//! What a unit hands to its database: the rows of each table, complete and in order.

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Balance, Head, Open, balance::Side};
use serde_json::Value;

use crate::ledger::{DayTurnover, NewTransaction, Timers};
use crate::system::Event;

/// A journal row under the key it gets.
#[derive(Debug, Clone)]
pub struct NewRow {
    pub key: i64,
    pub new: NewTransaction,
}

/// One side of a settled journal row.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub balance_key: i64,
    pub row_key: i64,
    pub side: Side,
    pub day: Date,
    pub amount: Amount,
}

/// A hold that is open from now on.
#[derive(Debug, Clone)]
pub struct NewHold {
    pub row_key: i64,
    pub amount: Amount,
    pub timers: Timers,
}

/// A hold as it stands after a commit or void; it must be open in the database.
#[derive(Debug, Clone)]
pub struct SavedHold {
    pub row_key: i64,
    pub open: Open,
    pub closed_at: Option<Timestamp>,
}

/// The figures of a balance. Its version is the one that must be stored, and becomes one more.
#[derive(Debug, Clone)]
pub struct SavedBalance {
    pub key: i64,
    pub balance: Balance,
    /// Latest day of an entry that came with it.
    pub last_entry_on: Option<Date>,
}

/// The whole turnover of a balance on a day, old and new.
#[derive(Debug, Clone)]
pub struct SavedTurnover {
    pub balance_key: i64,
    pub turnover: DayTurnover,
}

/// An event with its payload as it is stored, and the head once it is sealed.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub key: i64,
    pub event: Event,
    pub payload: String,
    pub head: Head,
}

/// Everything that a unit has yet to write. Tables in the order of their references.
#[derive(Debug, Default)]
pub struct Batch {
    pub settings: Vec<(String, Value)>,
    pub rows: Vec<NewRow>,
    pub entries: Vec<NewEntry>,
    pub new_holds: Vec<NewHold>,
    pub saved_holds: Vec<SavedHold>,
    pub turnover: Vec<SavedTurnover>,
    pub balances: Vec<SavedBalance>,
    pub events: Vec<NewEvent>,
}
