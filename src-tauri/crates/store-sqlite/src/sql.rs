//! Pieces of SQL shared by the queries: exact sums over text amounts, words, and orders from an allow-list.

use ledger::{Amount, money::from_limbs};
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};
use store::page::{directions, field};
use store::{Sort, StoreError, StoreResult, Word};

use crate::conditions::Column;

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
            Column::Plain(name) | Column::Whole(name) => parts.push(format!("{name} {direction}")),
            // What is not there stands with what is empty.
            Column::Maybe(name) => parts.push(format!("coalesce({name}, '') {direction}")),
            Column::Instant { order, .. } => parts.push(format!("{order} {direction}")),
            Column::Digits(length, digits) => parts.push(format!("{length} {direction}, {digits} {direction}")),
            Column::Signed(name) => {
                let below = format!("substr({name}, 1, 1) = '-'");
                let length = format!("iif({below}, -length({name}), length({name}))");
                let turned = if direction == "ASC" { "DESC" } else { "ASC" };
                let digits = format!("iif({below}, {name}, '') {turned}, iif({below}, '', {name}) {direction}");
                parts.push(format!("{length} {direction}, {digits}"));
            }
            Column::Special => return Err(StoreError::UnknownField(name.to_owned())),
        }
    }
    parts.push(format!("{key} {last}"));
    Ok(parts.join(", "))
}
