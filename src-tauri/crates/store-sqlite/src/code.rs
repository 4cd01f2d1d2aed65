//! Values between Rust and their stored form.

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Currency};
use store::{StoreError, StoreResult};

/// Microseconds since the epoch.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(crate) fn time(place: &'static str, micros: i64) -> StoreResult<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::damaged(place, error))
}

pub(crate) fn opt_time(place: &'static str, micros: Option<i64>) -> StoreResult<Option<Timestamp>> {
    micros.map(|micros| time(place, micros)).transpose()
}

pub(crate) fn date(place: &'static str, text: &str) -> StoreResult<Date> {
    text.parse().map_err(|error| StoreError::damaged(place, error))
}

pub(crate) fn opt_date(place: &'static str, text: Option<&str>) -> StoreResult<Option<Date>> {
    text.map(|text| date(place, text)).transpose()
}

pub(crate) fn amount(place: &'static str, text: &str) -> StoreResult<Amount> {
    text.parse().map_err(|error| StoreError::damaged(place, error))
}

pub(crate) fn currency(place: &'static str, code: &str, exponent: i64) -> StoreResult<Currency> {
    let exponent = u8::try_from(exponent).map_err(|error| StoreError::damaged(place, error))?;
    Currency::new(code, exponent).map_err(|error| StoreError::damaged(place, error))
}

pub(crate) fn json(place: &'static str, text: &str) -> StoreResult<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| StoreError::damaged(place, error))
}

/// Counts come out of SQLite as signed 64-bit integers and are never negative.
pub(crate) fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
