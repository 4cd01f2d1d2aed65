//! Values between Rust and their stored form.

use jiff::{Timestamp, civil::Date};
use ledger::{Amount, Currency};

use super::Fields;
use crate::{StoreError, StoreResult};

/// Microseconds since the epoch.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant that a stored number of microseconds stands for.
///
/// # Errors
/// [`StoreError::Damaged`] beyond the calendar, as for the others here whose text is not what it must be.
pub fn time(place: &'static str, micros: i64) -> StoreResult<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::damaged(place, error))
}

/// A day by its ISO text.
pub fn date(place: &'static str, text: &str) -> StoreResult<Date> {
    text.parse().map_err(|error| StoreError::damaged(place, error))
}

/// An amount by its canonical digits.
pub fn amount(place: &'static str, text: &str) -> StoreResult<Amount> {
    text.parse().map_err(|error| StoreError::damaged(place, error))
}

/// A currency by code and decimals.
pub fn currency(place: &'static str, code: &str, exponent: i64) -> StoreResult<Currency> {
    let exponent = u8::try_from(exponent).map_err(|error| StoreError::damaged(place, error))?;
    Currency::new(code, exponent).map_err(|error| StoreError::damaged(place, error))
}

/// JSON by its text.
pub fn json(place: &'static str, text: &str) -> StoreResult<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| StoreError::damaged(place, error))
}

/// Counts are never negative in any database.
pub fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// The columns of a row under one name for what is damaged.
pub(super) struct At<'a, R: ?Sized> {
    pub(super) place: &'static str,
    pub(super) row: &'a R,
}

impl<R: Fields + ?Sized> At<'_, R> {
    pub(super) fn date(&self, name: &str) -> StoreResult<Date> {
        date(self.place, &self.row.word(name)?)
    }

    pub(super) fn opt_date(&self, name: &str) -> StoreResult<Option<Date>> {
        self.row.text(name)?.map(|text| date(self.place, &text)).transpose()
    }

    pub(super) fn time(&self, name: &str) -> StoreResult<Timestamp> {
        time(self.place, self.row.key(name)?)
    }

    pub(super) fn opt_time(&self, name: &str) -> StoreResult<Option<Timestamp>> {
        self.row.int(name)?.map(|micros| time(self.place, micros)).transpose()
    }

    pub(super) fn amount(&self, name: &str) -> StoreResult<Amount> {
        amount(self.place, &self.row.word(name)?)
    }

    pub(super) fn json(&self, name: &str) -> StoreResult<serde_json::Value> {
        json(self.place, &self.row.word(name)?)
    }

    pub(super) fn opt_json(&self, name: &str) -> StoreResult<Option<serde_json::Value>> {
        self.row.text(name)?.map(|text| json(self.place, &text)).transpose()
    }

    /// By the columns `currency` and `exponent`.
    pub(super) fn currency(&self) -> StoreResult<Currency> {
        currency(self.place, &self.row.word("currency")?, self.row.key("exponent")?)
    }
}
