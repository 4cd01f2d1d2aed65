//! Days and bank working days.

use jiff::civil::{Date, Weekday};

/// `days` after `day`; the calendar's edge is checked once, when a plan is begun.
pub(crate) fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

pub(crate) fn is_business(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// `day`, or the first working day after it.
pub(crate) fn on_or_after(mut day: Date) -> Date {
    while !is_business(day) {
        day = plus(day, 1);
    }
    day
}

/// `day`, or the last working day before it.
pub(crate) fn on_or_before(mut day: Date) -> Date {
    while !is_business(day) {
        day = plus(day, -1);
    }
    day
}

/// `count` working days after `day`.
pub(crate) fn plus_business(day: Date, count: i64) -> Date {
    let mut day = on_or_after(day);
    for _ in 0..count {
        day = on_or_after(plus(day, 1));
    }
    day
}

/// The first day of the month `months` after that of `day`.
pub(crate) fn month(day: Date, months: i64) -> Date {
    day.first_of_month().saturating_add(jiff::Span::new().months(months))
}

/// The `number`-th day of the month that begins on `first`, or its last.
pub(crate) fn day_of(first: Date, number: i64) -> Date {
    plus(first, number - 1).min(first.last_of_month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn working_days_skip_weekends() {
        assert_eq!(plus_business(date(2026, 10, 30), 1), date(2026, 11, 2));
        assert_eq!(on_or_before(date(2026, 10, 25)), date(2026, 10, 23));
        assert_eq!(month(date(2026, 1, 31), -3), date(2025, 10, 1));
        assert_eq!(day_of(date(2026, 2, 1), 31), date(2026, 2, 28));
    }
}
