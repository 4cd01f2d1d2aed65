//! Options of lists, and of what gives back an entry of one.

use std::path::PathBuf;

use clap::Args;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};

use super::day;

/// States of `transactions --state`; `open` stands for those of a hold that still holds money.
const STATES: [&str; 8] =
    ["open", "applied", "held", "part_committed", "committed", "voided", "part_voided", "expired"];

#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// Rows wanted, at most 500; the next ones with --offset
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Rows passed over
    #[arg(long, default_value_t = 0)]
    pub(crate) offset: u64,
}

/// A register as a file.
#[derive(Debug, Args)]
pub(crate) struct RegisterFile {
    /// Write all of it to a .csv, .xlsx or .pdf file, oldest entry first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["limit", "offset"])]
    pub(crate) out: Option<PathBuf>,
    /// First day in the file
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "out")]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Last day in the file
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "out")]
    pub(crate) to: Option<jiff::civil::Date>,
}

impl PageArgs {
    /// The page of a list without a filter.
    pub(crate) fn query(&self) -> ListQuery {
        ListQuery { offset: self.offset, limit: self.limit, ..ListQuery::default() }
    }
}

/// Conditions over the fields of a list.
#[derive(Debug, Args)]
pub(crate) struct Conditions {
    /// A condition; may be repeated. Tests: is, is_not, contains, like, like_any_case, at_least, at_most, above, below,
    /// between, empty, not_empty; or eq, ne, gt, gte, lt, lte, in, between, like, ilike, isnull, isnotnull. in and between
    /// take values with commas between them, metadata.KEY is a key of what is noted beside a row
    #[arg(long = "where", value_name = "FIELD:TEST[:VALUE]", value_parser = condition)]
    conditions: Vec<FilterCondition>,
    /// One of the conditions is enough; all must hold otherwise
    #[arg(long, requires = "conditions")]
    any: bool,
}

impl Conditions {
    /// The query with these conditions beside those that it has.
    pub(crate) fn narrow(&self, mut query: ListQuery) -> ListQuery {
        let into = if self.any { &mut query.any_of } else { &mut query.conditions };
        into.extend_from_slice(&self.conditions);
        query
    }
}

/// `amount:above:5000`, `state:in:held,voided`, `expires:empty`.
fn condition(text: &str) -> Result<FilterCondition, String> {
    let mut parts = text.splitn(3, ':');
    let (Some(field), Some(word)) = (parts.next(), parts.next()) else {
        return Err("Write FIELD:TEST:VALUE, or FIELD:empty.".into());
    };
    let test = FilterTest::of_word(word).ok_or_else(|| {
        format!("There is no test “{word}”. The tests are {}.", FilterTest::ALL.map(FilterTest::word).join(", "))
    })?;
    let values = match parts.next() {
        None => Vec::new(),
        Some(list) if matches!(word, "in" | "between") => list.split(',').map(str::to_owned).collect(),
        Some(value) => vec![value.to_owned()],
    };
    Ok(FilterCondition { field: field.to_owned(), test, values })
}

#[derive(Debug, Args)]
pub(crate) struct TransactionFilter {
    /// State to list; may be repeated. open: every hold that still holds money, untouched or committed in part
    #[arg(long, value_name = "STATE", value_parser = STATES)]
    pub(crate) state: Vec<String>,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Last day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) to: Option<jiff::civil::Date>,
    /// Words of the reference or the description
    #[arg(long)]
    pub(crate) search: Option<String>,
    #[command(flatten)]
    pub(crate) more: Conditions,
}

/// Which entries of the history are listed.
#[derive(Debug, Args)]
pub(crate) struct HistoryFilter {
    /// What was done, such as transaction.posted
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Part of the name of who did it
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Id of what it was done to
    #[arg(long, value_name = "ID")]
    pub(crate) object: Option<String>,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) from: Option<jiff::civil::Date>,
    /// Last day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) to: Option<jiff::civil::Date>,
    /// Words of what was written down
    #[arg(long)]
    pub(crate) search: Option<String>,
    #[command(flatten)]
    pub(crate) more: Conditions,
}

#[derive(Debug, Args)]
pub(crate) struct RefundArgs {
    pub(crate) book: PathBuf,
    /// Id or reference of what is given back; the id of one commit of a hold stands for that commit
    pub(crate) id: String,
    /// Part to give back, decimal; all that is left if left out
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) amount: Option<String>,
    /// Day it counts for; today if left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Reference of the refund; the same again with the same content is booked once
    #[arg(long)]
    pub(crate) reference: Option<String>,
    /// Text of the refund
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// Why it may settle in a signed period; logged, and flags the statement
    #[arg(long, value_name = "TEXT")]
    pub(crate) signed_reason: Option<String>,
    /// Show what would happen, and post nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_read_with_its_values() {
        for (text, field, test, values) in [
            ("amount:above:5000", "amount", FilterTest::Above, vec!["5000"]),
            ("state:in:held,voided", "state", FilterTest::Is, vec!["held", "voided"]),
            ("description:is:a, b: c", "description", FilterTest::Is, vec!["a, b: c"]),
            ("expires:isnull", "expires", FilterTest::Empty, vec![]),
            ("date:between:2026-01-01,2026-01-31", "date", FilterTest::Between, vec!["2026-01-01", "2026-01-31"]),
            ("metadata.cost centre:eq:north", "metadata.cost centre", FilterTest::Is, vec!["north"]),
        ] {
            let values = values.into_iter().map(str::to_owned).collect();
            assert_eq!(condition(text), Ok(FilterCondition { field: field.into(), test, values }), "{text}");
        }
        assert!(condition("amount").unwrap_err().contains("FIELD:TEST"));
        assert!(condition("amount:more:5").unwrap_err().contains("“more”"));
    }
}
