//! Pieces of SQL shared by the queries: exact sums over text amounts, and filters from an allow-list.

use ledger::{Amount, money::from_limbs};
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};
use store::page::{directions, field};
use store::{Condition, Sort, StoreError, StoreResult, Test, Word};

/// Slices per figure in a sum. Single amounts have at most 60 digits; the figures they add up to may be longer.
pub(crate) const LIMBS: usize = 6;

/// Columns that add up `column` (canonical digits without sign) exactly: one 64-bit sum per 12 digits, each safe up to
/// nine million rows, and the length of the longest amount.
pub(crate) fn exact_sum(column: &str) -> String {
    let mut text = String::new();
    for limb in 0..LIMBS {
        let (from, length) = (12 * (limb + 1), 12);
        text.push_str(&format!("coalesce(sum(CAST(substr({column}, -{from}, {length}) AS INTEGER)), 0), "));
    }
    text.push_str(&format!("coalesce(max(length({column})), 0)"));
    text
}

/// The right side of `REGEXP` for a text that may stand anywhere, in letters of either case of any script.
pub(crate) fn whatever_case(text: &str) -> String {
    format!("(?i){}", regex::escape(text))
}

/// Rows that have every word, in the texts that the expression `texts` joins or in the canonical digits of `amount`.
pub(crate) fn push_words(builder: &mut QueryBuilder<Sqlite>, words: &[Word], texts: &str, amount: &str) {
    for word in words {
        builder.push(format!(" AND (({texts}) REGEXP "));
        builder.push_bind(whatever_case(&word.text));
        if let Some(number) = &word.amount {
            let rest = number.rest.map_or_else(|| "%".to_owned(), |rest| "_".repeat(rest));
            builder.push(format!(" OR ltrim({amount}, '-') LIKE "));
            builder.push_bind(format!("%{}{rest}", number.digits));
        }
        builder.push(")");
    }
}

/// A list as one bound value, for `IN (SELECT value FROM json_each(?))`.
pub(crate) fn list<T: serde::Serialize>(values: &[T]) -> String {
    serde_json::to_string(values).unwrap_or_else(|_| "[]".into())
}

/// Columns that [`exact_sum`] makes.
pub(crate) const SUM_COLUMNS: usize = LIMBS + 1;

/// Reads the columns of [`exact_sum`], which begin at `first`.
///
/// Figures beyond 10^72 do not fit the slices and are reported as damaged rather than summed wrongly.
pub(crate) fn read_sum(row: &SqliteRow, first: usize) -> StoreResult<Amount> {
    let mut limbs = [0_i64; LIMBS];
    for (index, limb) in limbs.iter_mut().enumerate() {
        *limb = row.try_get(first + index).map_err(crate::error::from_sqlx)?;
    }
    let longest: i64 = row.try_get(first + LIMBS).map_err(crate::error::from_sqlx)?;
    if longest > 12 * LIMBS as i64 {
        return Err(StoreError::damaged("sum", "a figure is longer than 72 digits"));
    }
    Ok(from_limbs(&limbs))
}

/// How a field of a list is stored.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    /// Compares as it stands.
    Plain(&'static str),
    /// Canonical digits without sign: the expression of their length, then the digits. In this order text is number order.
    Digits(&'static str, &'static str),
    /// Filters by a hand-written test only, made by the list itself; does not sort.
    Special,
}

fn value(condition: &Condition, index: usize) -> StoreResult<String> {
    condition
        .values
        .get(index)
        .cloned()
        .ok_or_else(|| StoreError::UnknownField(format!("{} without a value", condition.field)))
}

/// Appends ` AND (…)` for a condition on a stored column.
pub(crate) fn push_condition(
    builder: &mut QueryBuilder<Sqlite>,
    column: Column,
    condition: &Condition,
) -> StoreResult<()> {
    builder.push(" AND (");
    match column {
        Column::Plain(name) => push_plain(builder, name, condition)?,
        Column::Digits(length, digits) => push_digits(builder, length, digits, condition)?,
        Column::Special => return Err(StoreError::UnknownField(condition.field.clone())),
    }
    builder.push(")");
    Ok(())
}

fn push_plain(builder: &mut QueryBuilder<Sqlite>, name: &str, condition: &Condition) -> StoreResult<()> {
    match condition.test {
        Test::Is | Test::IsNot => {
            builder.push(format!("{name} {}(", if condition.test == Test::Is { "IN " } else { "NOT IN " }));
            let mut list = builder.separated(", ");
            for text in &condition.values {
                list.push_bind(text.clone());
            }
            builder.push(")");
        }
        Test::Contains => {
            builder.push(format!("{name} REGEXP "));
            builder.push_bind(whatever_case(&value(condition, 0)?));
        }
        Test::AtLeast | Test::AtMost => {
            builder.push(format!("{name} {} ", if condition.test == Test::AtLeast { ">=" } else { "<=" }));
            builder.push_bind(value(condition, 0)?);
        }
        Test::Between => {
            builder.push(format!("{name} BETWEEN "));
            builder.push_bind(value(condition, 0)?);
            builder.push(" AND ");
            builder.push_bind(value(condition, 1)?);
        }
    }
    Ok(())
}

fn push_digits(
    builder: &mut QueryBuilder<Sqlite>,
    length: &str,
    digits: &str,
    condition: &Condition,
) -> StoreResult<()> {
    let mut compare = |operator: &str, text: String| {
        builder.push(format!("({length}, {digits}) {operator} ("));
        builder.push_bind(i64::try_from(text.len()).unwrap_or(i64::MAX));
        builder.push(", ");
        builder.push_bind(text);
        builder.push(")");
    };
    match condition.test {
        Test::Is | Test::Contains => compare("=", value(condition, 0)?),
        Test::IsNot => compare("<>", value(condition, 0)?),
        Test::AtLeast => compare(">=", value(condition, 0)?),
        Test::AtMost => compare("<=", value(condition, 0)?),
        Test::Between => {
            compare(">=", value(condition, 0)?);
            builder.push(" AND ");
            let text = value(condition, 1)?;
            builder.push(format!("({length}, {digits}) <= ("));
            builder.push_bind(i64::try_from(text.len()).unwrap_or(i64::MAX));
            builder.push(", ");
            builder.push_bind(text);
            builder.push(")");
        }
    }
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
        match field(fields, name)? {
            Column::Plain(name) => parts.push(format!("{name} {direction}")),
            Column::Digits(length, digits) => parts.push(format!("{length} {direction}, {digits} {direction}")),
            Column::Special => return Err(StoreError::UnknownField(name.to_owned())),
        }
    }
    parts.push(format!("{key} {last}"));
    Ok(parts.join(", "))
}
