//! Which order the dates of a column are written in: the formats that fit every cell, then what else speaks.

use jiff::civil::{Date, Weekday};

use crate::calendar::{SOON, days_between};
use crate::columns::Column;
use crate::dates::{self, DateFormat};
use crate::faults;
use crate::model::{Confidence, RowOrder};
use crate::table::{Kind, Table};
use crate::words::fold;

/// What is known about dates besides the column.
pub(crate) struct Surroundings<'a> {
    pub(crate) file_name: &'a str,
    pub(crate) today: Option<Date>,
    /// Texts of the rows outside the table.
    pub(crate) outside: Vec<&'a str>,
}

/// A decided column.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) format: DateFormat,
    pub(crate) confidence: Confidence,
    pub(crate) evidence: Vec<String>,
    /// Other formats that fit as well; the question to ask.
    pub(crate) open: Vec<DateFormat>,
}

/// All dates of a column under one format.
struct Candidate {
    format: DateFormat,
    dates: Vec<Date>,
}

pub(crate) fn decide(
    table: &Table,
    data: &[usize],
    columns: &[Column],
    column: usize,
    around: &Surroundings,
) -> Decided {
    let counts = &columns[column];
    let decided = |format, confidence, evidence| Decided { format, confidence, evidence, open: Vec::new() };
    if counts.any_date == 0 && counts.is_serial_date() {
        return decided(
            DateFormat::Serial,
            Confidence::Likely,
            vec!["Whole numbers under a date heading, as spreadsheets store days.".into()],
        );
    }
    let best = counts.dates[..3].iter().copied().max().unwrap_or(0);
    let formats: Vec<DateFormat> = DateFormat::ALL[..3]
        .iter()
        .zip(&counts.dates)
        .filter(|&(_, &count)| count == best)
        .map(|(format, _)| *format)
        .collect();
    let fits = format!(
        "{best} of {} {} dates as {}",
        faults::counted(counts.filled, "cell", "cells"),
        if best == 1 { "is" } else { "are" },
        formats.first().map_or("", |f| f.label())
    );
    if formats.len() == 1 {
        let other = counts.dates[..3].iter().copied().filter(|&count| count != best).max().unwrap_or(0);
        return decided(
            formats[0],
            Confidence::Certain,
            vec![format!("{fits}; any other order fits {other} at most.")],
        );
    }
    let mut candidates: Vec<Candidate> =
        formats.iter().map(|&format| Candidate { format, dates: read(table, data, column, format) }).collect();
    if candidates.windows(2).all(|pair| pair[0].dates == pair[1].dates) {
        let evidence = if data.iter().all(|&row| table.rows[row].kind(column) == Kind::Date) {
            "The cells are stored as dates."
        } else {
            "Every order gives the same dates."
        };
        return decided(formats[0], Confidence::Certain, vec![evidence.into()]);
    }
    let mut evidence = Vec::new();
    for rule in RULES {
        if candidates.len() == 1 {
            break;
        }
        let keep: Vec<bool> = rule.test(&candidates, around, &columns[column], table, data, column);
        if keep.iter().any(|&k| k) && keep.iter().any(|&k| !k) {
            let mut keep = keep.into_iter();
            candidates.retain(|_| keep.next().unwrap_or(false));
            evidence.push(rule.sentence().to_owned());
        }
    }
    let format = candidates.first().map_or(DateFormat::Dmy, |candidate| candidate.format);
    if candidates.len() > 1 {
        evidence.push("Several orders fit every cell.".into());
    }
    Decided {
        // Day first is the commoner of the two; it is asked either way.
        format: if candidates.len() > 1 && candidates.iter().any(|c| c.format == DateFormat::Dmy) {
            DateFormat::Dmy
        } else {
            format
        },
        confidence: if candidates.len() > 1 { Confidence::Open } else { Confidence::Likely },
        evidence,
        open: if candidates.len() > 1 {
            candidates.iter().map(|candidate| candidate.format).collect()
        } else {
            Vec::new()
        },
    }
}

fn read(table: &Table, data: &[usize], column: usize, format: DateFormat) -> Vec<Date> {
    data.iter()
        .filter_map(|&index| {
            let row = &table.rows[index];
            let format = if row.kind(column) == Kind::Date { DateFormat::Ymd } else { format };
            dates::parse(row.cell(column), format).ok()
        })
        .collect()
}

/// Rows below which sequence and span may be chance.
const MIN_TELLING: usize = 6;
/// Fewer rows than this may as well be those of as many months.
const MIN_SPANNED: usize = 20;
/// Days that so few rows may be scattered over; two years, for an account that moves once a month.
const FEW_SPAN: i32 = 731;

/// Rules in the order of their weight. Each says which candidates it lets through.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Period,
    Future,
    Points,
    Heading,
    Order,
    Weekdays,
    Span,
}

const RULES: [Rule; 7] =
    [Rule::Period, Rule::Future, Rule::Points, Rule::Heading, Rule::Order, Rule::Weekdays, Rule::Span];

impl Rule {
    fn sentence(self) -> &'static str {
        match self {
            Self::Period => "Only this order keeps every date within the period the file states.",
            Self::Future => "The other order would put dates into the future.",
            Self::Points => "Dates written with points put the day first.",
            Self::Heading => "The heading is in a language that puts the day first.",
            Self::Order => "Only this order puts the rows in sequence.",
            Self::Weekdays => "Under this order nothing is booked on a weekend.",
            Self::Span => "The other order would scatter the rows over many months.",
        }
    }

    fn test(
        self,
        candidates: &[Candidate],
        around: &Surroundings,
        counts: &Column,
        table: &Table,
        data: &[usize],
        column: usize,
    ) -> Vec<bool> {
        let each = |test: &dyn Fn(&Candidate) -> bool| candidates.iter().map(test).collect::<Vec<bool>>();
        match self {
            Self::Period => each(&|c| within_period(c, around)),
            Self::Future => match around.today {
                Some(today) => each(&|c| c.dates.iter().all(|&date| days_between(today, date) <= SOON)),
                None => each(&|_| true),
            },
            Self::Points => {
                let points = data.iter().take(200).all(|&index| {
                    let text = table.rows[index].cell(column);
                    text.bytes().filter(|&b| b == b'.').count() >= 2
                });
                each(&|c| !points || c.format == DateFormat::Dmy)
            }
            Self::Heading => {
                let folded = fold(&counts.header);
                let foreign = counts.hinted_date()
                    && !["date", "post", "time", "created", "booked", "value"].iter().any(|word| folded.contains(word));
                each(&|c| !foreign || c.format != DateFormat::Mdy)
            }
            Self::Order => {
                // A handful of rows falls into sequence by chance.
                let telling = candidates.iter().any(|c| c.dates.len() >= MIN_TELLING && breaks(&c.dates) >= 2);
                each(&|c| !telling || breaks(&c.dates) == 0)
            }
            Self::Weekdays => {
                let weekends: Vec<usize> =
                    candidates.iter().map(|c| c.dates.iter().filter(|d| is_weekend(**d)).count()).collect();
                let telling = candidates[0].dates.len() >= 8
                    && weekends.iter().any(|&count| count * 7 >= candidates[0].dates.len());
                weekends.iter().map(|&count| !telling || count == 0).collect()
            }
            Self::Span => {
                let spans: Vec<i32> = candidates.iter().map(|c| span(&c.dates)).collect();
                let least = spans.iter().copied().min().unwrap_or(0);
                // Postings of every month on one day look like those of one month on many days.
                let few = candidates[0].dates.len() < MIN_SPANNED;
                let longest = (least * 3).max(if few { FEW_SPAN } else { 45 });
                spans.iter().map(|&days| days <= longest).collect()
            }
        }
    }
}

fn within_period(candidate: &Candidate, around: &Surroundings) -> bool {
    // The name of the file often carries the period; labels before the table do.
    let mut bounds: Vec<Date> = dates::all_in(around.file_name, candidate.format);
    if bounds.len() < 2 {
        bounds = around
            .outside
            .iter()
            .filter(|text| {
                crate::labels::label(text) == Some(crate::labels::Label::Period)
                    || dates::all_in(text, candidate.format).len() >= 2
            })
            .flat_map(|text| dates::all_in(text, candidate.format))
            .collect();
    }
    let (Some(from), Some(to)) = (bounds.iter().min(), bounds.iter().max()) else {
        return true;
    };
    from == to || candidate.dates.iter().all(|&date| days_between(*from, date) >= -5 && days_between(date, *to) >= -5)
}

fn span(dates: &[Date]) -> i32 {
    match (dates.iter().min(), dates.iter().max()) {
        (Some(from), Some(to)) => days_between(*from, *to),
        _ => 0,
    }
}

fn breaks(dates: &[Date]) -> usize {
    let up = dates.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let down = dates.windows(2).filter(|pair| pair[0] < pair[1]).count();
    up.min(down)
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Which way time runs, if at least nine of ten changes of date agree.
pub(crate) fn row_order(dates: impl Iterator<Item = Date>) -> RowOrder {
    let (mut up, mut down, mut last) = (0usize, 0usize, None);
    for date in dates {
        if let Some(last) = last {
            up += usize::from(date > last);
            down += usize::from(date < last);
        }
        last = Some(date);
    }
    if up > 0 && down * 9 <= up {
        RowOrder::OldestFirst
    } else if down > 0 && up * 9 <= down {
        RowOrder::NewestFirst
    } else {
        RowOrder::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn time_runs_one_way() {
        let days = |list: &[i8]| list.iter().map(|&day| date(2026, 11, day)).collect::<Vec<_>>();
        assert_eq!(row_order(days(&[1, 1, 2, 5]).into_iter()), RowOrder::OldestFirst);
        assert_eq!(row_order(days(&[5, 2, 2, 1]).into_iter()), RowOrder::NewestFirst);
        assert_eq!(row_order(days(&[1, 1]).into_iter()), RowOrder::Unknown);
        assert_eq!(row_order(days(&[1, 9, 2, 8]).into_iter()), RowOrder::Unknown);
    }
}
