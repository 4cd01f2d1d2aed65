//! Filters and orders from an allow-list.

use sqlx::{Postgres, QueryBuilder};
use store::page::{directions, field};
use store::{Condition, Sort, StoreError, StoreResult, Test, Word};

/// How a field of a list is stored.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    /// Text, in the order of code points.
    Text(&'static str),
    /// A day.
    Day(&'static str),
    /// An amount or a key: whole digits.
    Whole(&'static str),
    /// Filters by a hand-written test only, made by the list itself; does not sort.
    Special,
}

impl Column {
    /// The expression, and the type that a bound text becomes.
    fn parts(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Text(name) => Some((name, "")),
            Self::Day(name) => Some((name, "::date")),
            Self::Whole(name) => Some((name, "::numeric")),
            Self::Special => None,
        }
    }

    /// A text that is no value of this column would be an error of the database.
    fn takes(self, text: &str) -> bool {
        match self {
            Self::Day(_) => text.parse::<jiff::civil::Date>().is_ok(),
            Self::Whole(_) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            }
            Self::Text(_) | Self::Special => true,
        }
    }
}

/// The value of a condition; a text that the column cannot hold names the field.
fn value(condition: &Condition, column: Column, index: usize) -> StoreResult<String> {
    let text = condition.values.get(index).cloned();
    let text = text.ok_or_else(|| StoreError::UnknownField(format!("{} without a value", condition.field)))?;
    if column.takes(&text) { Ok(text) } else { Err(StoreError::UnknownField(format!("{} {text}", condition.field))) }
}

/// Appends ` AND (…)` for a condition on a stored column.
pub(crate) fn push_condition(
    builder: &mut QueryBuilder<Postgres>,
    column: Column,
    condition: &Condition,
) -> StoreResult<()> {
    let Some((name, cast)) = column.parts() else { return Err(StoreError::UnknownField(condition.field.clone())) };
    builder.push(format!(" AND ({name} "));
    let mut compare = |operator: &str, index: usize| -> StoreResult<()> {
        builder.push(format!("{operator} ")).push_bind(value(condition, column, index)?).push(cast);
        Ok(())
    };
    match condition.test {
        Test::AtLeast => compare(">=", 0)?,
        Test::AtMost => compare("<=", 0)?,
        Test::Between => {
            compare("BETWEEN", 0)?;
            compare(" AND", 1)?;
        }
        Test::Is | Test::IsNot => {
            let values = (0..condition.values.len()).map(|index| value(condition, column, index));
            let values = values.collect::<StoreResult<Vec<_>>>()?;
            builder.push(if condition.test == Test::Is { "= ANY(" } else { "<> ALL(" }).push_bind(values);
            builder.push(format!("::text[]{})", if cast.is_empty() { String::new() } else { format!("{cast}[]") }));
        }
        Test::Contains => {
            // The name stands before already.
            let text = condition.values.first().map(String::as_str).unwrap_or_default();
            builder.push("IS NOT NULL AND ");
            push_found(builder, &format!("{name}::text"), text);
        }
    }
    builder.push(")");
    Ok(())
}

/// `ORDER BY` columns of a sort, ending in `key` so that the order is total. `reverse` turns every direction round.
pub(crate) fn order_by(
    fields: &[(&str, Column)],
    sort: &[Sort],
    default: &[(&str, bool)],
    key: &str,
    reverse: bool,
) -> StoreResult<String> {
    let (wanted, last) = directions(sort, default, reverse);
    let mut parts = Vec::new();
    for (name, direction) in wanted {
        let Some((expression, _)) = field(fields, name)?.parts() else {
            return Err(StoreError::UnknownField(name.to_owned()));
        };
        parts.push(format!("{expression} {direction}"));
    }
    parts.push(format!("{key} {last}"));
    Ok(parts.join(", "))
}

/// Appends a test whether a text stands anywhere in what the expression `texts` gives, in letters of either case of any
/// script. NULL where there is no text.
pub(crate) fn push_found(builder: &mut QueryBuilder<Postgres>, texts: &str, text: &str) {
    builder.push(format!("strpos(folded({texts}), ")).push_bind(text.to_lowercase()).push(") > 0");
}

/// Rows that have every word, in the texts that the expression `texts` joins or in the digits of `amount`.
pub(crate) fn push_words(builder: &mut QueryBuilder<Postgres>, words: &[Word], texts: &str, amount: &str) {
    for word in words {
        builder.push(" AND (");
        push_found(builder, texts, &word.text);
        if let Some(number) = &word.amount {
            let rest = number.rest.map_or_else(|| "%".to_owned(), |rest| "_".repeat(rest));
            builder.push(format!(" OR abs({amount})::text LIKE "));
            builder.push_bind(format!("%{}{rest}", number.digits));
        }
        builder.push(")");
    }
}

/// A text as a pattern that finds it anywhere among the words of a row, which are kept in lower case.
pub(crate) fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
