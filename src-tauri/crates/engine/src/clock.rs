//! Time and ids as parameters, so that a test can hold both still.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
    /// The day of an instant where the user is.
    fn day_of(&self, at: Timestamp) -> Date;
    /// The instant at which a day begins where the user is.
    fn start_of(&self, day: Date) -> Timestamp;
    /// Today where the user is.
    fn today(&self) -> Date {
        self.day_of(self.now())
    }
}

/// The first instant of a day; midnight may be skipped where clocks are set forward.
fn start_in(day: Date, zone: TimeZone) -> Timestamp {
    day.to_zoned(zone).map_or(Timestamp::MAX, |at| at.timestamp())
}

/// The machine's clock and time zone.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Stored times have microseconds; what is answered is what was stored.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(TimeZone::system()).date()
    }

    fn start_of(&self, day: Date) -> Timestamp {
        start_in(day, TimeZone::system())
    }
}

/// A clock that stands where it was set.
#[derive(Debug)]
pub struct FixedClock(std::sync::Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows `at`, UTC.
    pub fn at(at: Timestamp) -> Self {
        Self(std::sync::Mutex::new(at))
    }

    /// Moves it, forwards or backwards.
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(TimeZone::UTC).date()
    }

    fn start_of(&self, day: Date) -> Timestamp {
        start_in(day, TimeZone::UTC)
    }
}

/// A new public id, `<prefix>_<uuid v7>`: made later, it stands later in an index, so that a book writes to the end of it
/// and not all over it.
pub(crate) fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7())
}
