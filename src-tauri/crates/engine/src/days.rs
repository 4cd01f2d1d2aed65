//! Which days an entry may count for.

use jiff::{Span, civil::Date};

use crate::balances::parse_day;
use crate::{EngineError, EngineResult};

/// First day an entry may be dated. What is older is a slip of the pen, such as a year that was left out.
pub const FIRST_DAY: Date = jiff::civil::date(1900, 1, 1);
/// Years that an entry may be dated ahead of today.
pub const YEARS_AHEAD: i16 = 10;

/// The last day an entry may be dated.
pub(crate) fn last_day(today: Date) -> Date {
    today.saturating_add(Span::new().years(YEARS_AHEAD))
}

/// Refuses a day that no entry can mean.
///
/// # Errors
/// [`EngineError::Invalid`] naming `field`.
pub(crate) fn check_day(day: Date, today: Date, field: &str) -> EngineResult<()> {
    let last = last_day(today);
    if (FIRST_DAY..=last).contains(&day) {
        return Ok(());
    }
    Err(EngineError::invalid(
        field,
        format!("{day} cannot be the date of an entry. Enter a day from {FIRST_DAY} to {last}."),
    ))
}

/// A day an entry may count for, as it was typed.
///
/// # Errors
/// [`EngineError::Invalid`] naming `field`.
pub(crate) fn entry_day(text: Option<&str>, today: Date, field: &str) -> EngineResult<Option<Date>> {
    let day = parse_day(text, field)?;
    day.map_or(Ok(()), |day| check_day(day, today, field))?;
    Ok(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::entry_day;

    #[test]
    fn the_first_and_the_last_day_are_taken_and_their_neighbours_are_not() {
        let today = date(2028, 2, 29);
        for (text, taken) in [
            ("1900-01-01", true),
            ("1899-12-31", false),
            ("0000-01-01", false),
            ("2038-02-28", true),
            ("2038-03-01", false),
            ("9999-12-31", false),
        ] {
            assert_eq!(entry_day(Some(text), today, "date").is_ok(), taken, "{text}");
        }
        assert_eq!(entry_day(None, today, "date").unwrap(), None);
        assert_eq!(
            entry_day(Some("0000-01-01"), today, "date").unwrap_err().sentence(),
            "0000-01-01 cannot be the date of an entry. Enter a day from 1900-01-01 to 2038-02-28."
        );
    }
}
