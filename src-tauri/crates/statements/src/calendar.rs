//! Days that lines of a statement should not have.

use jiff::civil::Date;

use crate::faults;
use crate::model::{Statement, StatementLine};
use crate::problem::{Problem, Reason, Severity};

/// Days after today that a bank may name in good faith: the next business day, also over holidays.
pub(crate) const SOON: i32 = 7;
/// Days after today from which a date can only be misread or mistyped.
const AHEAD: i32 = 366;
/// Lines named in one sentence.
const NAMED: usize = 5;

/// Days from one date to another, less than zero when that one is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// More than a year after today. Without a today nothing is.
pub(crate) fn is_ahead(day: Date, today: Option<Date>) -> bool {
    today.is_some_and(|today| days_between(today, day) > AHEAD)
}

/// One warning for the lines outside the period the file states, one for those after today; of each statement.
pub(crate) fn odd_days(statements: &[Statement], today: Option<Date>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for statement in statements {
        if let Some(period) = statement.period {
            let outside = |line: &StatementLine| line.booking_date < period.from || line.booking_date > period.to;
            problems.extend(warning(
                Reason::OutsidePeriod,
                statement.lines.iter().filter(|line| outside(line)),
                &format!("outside the period that the file states, {} to {}", period.from, period.to),
            ));
        }
        if let Some(today) = today {
            problems.extend(warning(
                Reason::AfterToday,
                statement.lines.iter().filter(|line| days_between(today, line.booking_date) > SOON),
                &format!("in the future: today is {today}"),
            ));
        }
    }
    problems
}

/// “2 lines are dated …: line 14 on 2026-11-03, line 20 on 2026-11-04.”
fn warning<'a>(reason: Reason, lines: impl Iterator<Item = &'a StatementLine>, where_: &str) -> Option<Problem> {
    let (mut count, mut named) = (0, Vec::new());
    for line in lines {
        count += 1;
        if named.len() < NAMED {
            named.push(format!("line {} on {}", line.position, line.booking_date));
        }
    }
    if count == 0 {
        return None;
    }
    let more = if count > named.len() { format!(" and {} more", count - named.len()) } else { String::new() };
    let message = format!(
        "{} dated {where_}: {}{more}. Check the notation of the dates.",
        faults::counted(count, "line is", "lines are"),
        named.join(", ")
    );
    Some(Problem::file(reason, Severity::Warning, message))
}
