//! Conditions of filters, over columns from an allow-list. What somebody typed is bound and never becomes SQL.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};
use store::filters::{METADATA, compares_numbers};
use store::page::field;
use store::rows::value::micros;
use store::{Condition, Pattern, Query, StoreError, StoreResult, Test};

use crate::sql::whatever_case;

/// How a field of a list is stored.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    /// Compares as it stands, and is always there.
    Plain(&'static str),
    /// A text that may be empty or not there.
    Maybe(&'static str),
    /// A whole number that fits an integer.
    Whole(&'static str),
    /// Microseconds, and what the list is sorted by.
    Instant { at: &'static str, order: &'static str },
    /// Canonical digits without sign: the expression of their length, then the digits. In this order text is number order.
    Digits(&'static str, &'static str),
    /// Canonical digits with a sign.
    Signed(&'static str),
    /// Filters by a hand-written test only, made by the list itself; does not sort.
    Special,
}

/// Appends ` AND …` for the conditions of a query, and one for those that one is enough of. `push` writes one.
pub(crate) fn push_conditions<'q>(
    builder: &mut QueryBuilder<Sqlite>,
    query: &'q Query,
    mut push: impl FnMut(&mut QueryBuilder<Sqlite>, &'q Condition) -> StoreResult<()>,
) -> StoreResult<()> {
    for condition in &query.conditions {
        builder.push(" AND ");
        push(builder, condition)?;
    }
    for (index, condition) in query.any_of.iter().enumerate() {
        builder.push(if index == 0 { " AND (" } else { " OR " });
        push(builder, condition)?;
    }
    if !query.any_of.is_empty() {
        builder.push(")");
    }
    Ok(())
}

/// Appends the conditions of a list that has no tests of its own. `id` is the expression of what notes stand beside.
pub(crate) fn push_filter(
    builder: &mut QueryBuilder<Sqlite>,
    fields: &[(&str, Column)],
    id: Option<&str>,
    query: &Query,
) -> StoreResult<()> {
    push_conditions(builder, query, |builder, condition| match (condition.field.strip_prefix(METADATA), id) {
        (Some(key), Some(id)) => push_noted(builder, id, None, key, condition),
        _ => push_condition(builder, field(fields, &condition.field)?, condition),
    })
}

/// Appends a test of one key of what is noted beside `id`, and of what came along in `brought` where nothing was noted
/// later. Whole numbers that are put in an order are compared as numbers, everything else as text.
pub(crate) fn push_noted(
    builder: &mut QueryBuilder<Sqlite>,
    id: &str,
    brought: Option<&str>,
    key: &str,
    condition: &Condition,
) -> StoreResult<()> {
    const TEXT: Column = Column::Maybe("noted.text");
    const NUMBER: Column =
        Column::Whole("CASE WHEN noted.text REGEXP '^-?[0-9]{1,15}$' THEN CAST(noted.text AS INTEGER) END");
    // Numbers stand as they were written, which only the document itself knows.
    const VALUE: &str = "SELECT CASE j.type WHEN 'null' THEN NULL WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' \
        WHEN 'real' THEN j.json -> j.fullkey ELSE CAST(j.value AS TEXT) END AS text";
    builder.push("(SELECT ");
    push_condition(builder, if compares_numbers(condition) { NUMBER } else { TEXT }, condition)?;
    builder.push(format!(
        " FROM (SELECT (SELECT text FROM ({VALUE}, 0 AS brought FROM setting s, json_each(s.value) j \
         WHERE s.key = 'metadata/' || {id} AND j.key = "
    ));
    builder.push_bind(key.to_owned());
    if let Some(brought) = brought {
        builder.push(format!(" UNION ALL {VALUE}, 1 FROM json_each({brought}) j WHERE j.key = "));
        builder.push_bind(key.to_owned());
    }
    builder.push(") ORDER BY brought LIMIT 1) AS text) noted)");
    Ok(())
}

fn value(condition: &Condition, index: usize) -> StoreResult<String> {
    condition
        .values
        .get(index)
        .cloned()
        .ok_or_else(|| StoreError::UnknownField(format!("{} without a value", condition.field)))
}

/// Appends `(…)` for a condition on a stored column.
pub(crate) fn push_condition(
    builder: &mut QueryBuilder<Sqlite>,
    column: Column,
    condition: &Condition,
) -> StoreResult<()> {
    builder.push("(");
    match column {
        Column::Plain(name) if push_always(builder, name, condition.test) => {}
        Column::Plain(name) => push_plain(builder, name, condition)?,
        Column::Maybe(name) => push_plain(builder, &format!("nullif({name}, '')"), condition)?,
        Column::Whole(name) => push_whole(builder, name, condition, |text| text.parse().ok())?,
        Column::Instant { at, .. } => {
            push_whole(builder, at, condition, |text| text.parse::<Timestamp>().ok().map(micros))?;
        }
        Column::Digits(length, digits) => push_digits(builder, digits, condition, |builder, operator, value| {
            if value.starts_with('-') {
                // Everything without a sign is above.
                builder.push(if matches!(operator, ">" | ">=" | "<>") { "1".to_owned() } else { never(digits) });
            } else {
                push_magnitude(builder, length, digits, operator, value);
            }
        })?,
        Column::Signed(name) => push_digits(builder, name, condition, |builder, operator, value| {
            push_signed(builder, name, operator, value);
        })?,
        Column::Special => return Err(StoreError::UnknownField(condition.field.clone())),
    }
    builder.push(")");
    Ok(())
}

/// The comparison of a test with one value.
fn operator(test: Test) -> Option<&'static str> {
    match test {
        Test::AtLeast => Some(">="),
        Test::AtMost => Some("<="),
        Test::Above => Some(">"),
        Test::Below => Some("<"),
        _ => None,
    }
}

/// Appends a test of whether anything is there. Says whether the condition was one.
fn push_presence(builder: &mut QueryBuilder<Sqlite>, name: &str, test: Test) -> bool {
    match test {
        Test::Empty => builder.push(format!("({name}) IS NULL")),
        Test::NotEmpty => builder.push(format!("({name}) IS NOT NULL")),
        _ => return false,
    };
    true
}

/// As [`push_presence`] for a text that is always there.
fn push_always(builder: &mut QueryBuilder<Sqlite>, name: &str, test: Test) -> bool {
    match test {
        Test::Empty => builder.push(never(name)),
        Test::NotEmpty => builder.push("1"),
        _ => return false,
    };
    true
}

/// What no text fits. The database finds no way through an index that it was told to use when a condition is plainly false.
pub(crate) fn never(text: &str) -> String {
    format!("{text} < ''")
}

/// Appends a test against a list of values; what is not there equals none of them.
fn push_among<T>(builder: &mut QueryBuilder<Sqlite>, name: &str, test: Test, values: Vec<T>)
where
    T: for<'t> sqlx::Encode<'t, Sqlite> + sqlx::Type<Sqlite>,
{
    builder.push(if test == Test::Is { format!("{name} IN (") } else { format!("coalesce({name} NOT IN (") });
    let mut list = builder.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    builder.push(if test == Test::Is { ")" } else { "), 1)" });
}

fn push_plain(builder: &mut QueryBuilder<Sqlite>, name: &str, condition: &Condition) -> StoreResult<()> {
    if push_presence(builder, name, condition.test) {
        return Ok(());
    }
    match condition.test {
        Test::Is | Test::IsNot => push_among(builder, name, condition.test, condition.values.clone()),
        Test::Contains => {
            builder.push(format!("{name} REGEXP "));
            builder.push_bind(whatever_case(&value(condition, 0)?));
        }
        Test::Like | Test::LikeAnyCase => {
            builder.push(format!("{name} REGEXP "));
            builder.push_bind(as_a_whole(&value(condition, 0)?, condition.test == Test::LikeAnyCase));
        }
        Test::Between => {
            builder.push(format!("{name} BETWEEN "));
            builder.push_bind(value(condition, 0)?);
            builder.push(" AND ");
            builder.push_bind(value(condition, 1)?);
        }
        test => {
            builder.push(format!("{name} {} ", operator(test).unwrap_or("=")));
            builder.push_bind(value(condition, 0)?);
        }
    }
    Ok(())
}

/// The right side of `REGEXP` for a pattern that a text fits as a whole.
fn as_a_whole(pattern: &str, any_case: bool) -> String {
    let pieces = Pattern::pieces(pattern).into_iter().map(|piece| match piece {
        Pattern::Any => ".*".to_owned(),
        Pattern::One => ".".to_owned(),
        Pattern::Letter(letter) => regex::escape(letter.encode_utf8(&mut [0; 4])),
    });
    format!("(?s{}:^{}$)", if any_case { "i" } else { "" }, pieces.collect::<String>())
}

/// A condition on integers; `read` makes one of a value.
fn push_whole(
    builder: &mut QueryBuilder<Sqlite>,
    name: &str,
    condition: &Condition,
    read: impl Fn(&str) -> Option<i64>,
) -> StoreResult<()> {
    if push_presence(builder, name, condition.test) {
        return Ok(());
    }
    let refuse = |text: &str| StoreError::UnknownField(format!("{} {text}", condition.field));
    let numbers = condition.values.iter().map(|text| read(text).ok_or_else(|| refuse(text)));
    let numbers = numbers.collect::<StoreResult<Vec<i64>>>()?;
    let number = |index: usize| numbers.get(index).copied().ok_or_else(|| refuse("without a value"));
    match condition.test {
        Test::Is | Test::IsNot => push_among(builder, name, condition.test, numbers),
        Test::Between => {
            builder.push(format!("{name} BETWEEN ")).push_bind(number(0)?);
            builder.push(" AND ").push_bind(number(1)?);
        }
        test => {
            let operator = operator(test).ok_or_else(|| refuse("with this test"))?;
            builder.push(format!("{name} {operator} ")).push_bind(number(0)?);
        }
    }
    Ok(())
}

/// A condition on amounts; `compare` writes one comparison.
fn push_digits(
    builder: &mut QueryBuilder<Sqlite>,
    digits: &str,
    condition: &Condition,
    compare: impl Fn(&mut QueryBuilder<Sqlite>, &str, String),
) -> StoreResult<()> {
    if push_always(builder, digits, condition.test) {
        return Ok(());
    }
    match condition.test {
        Test::Is | Test::IsNot => {
            let (operator, or) = if condition.test == Test::Is { ("=", " OR ") } else { ("<>", " AND ") };
            compare(builder, operator, value(condition, 0)?);
            for other in condition.values.iter().skip(1) {
                builder.push(or);
                compare(builder, operator, other.clone());
            }
        }
        Test::Between => {
            compare(builder, ">=", value(condition, 0)?);
            builder.push(" AND ");
            compare(builder, "<=", value(condition, 1)?);
        }
        test => {
            let operator = operator(test);
            let operator =
                operator.ok_or_else(|| StoreError::UnknownField(format!("{} with this test", condition.field)))?;
            compare(builder, operator, value(condition, 0)?);
        }
    }
    Ok(())
}

/// Compares canonical digits by their length, then as text.
fn push_magnitude(builder: &mut QueryBuilder<Sqlite>, length: &str, digits: &str, operator: &str, value: String) {
    builder.push(format!("({length}, {digits}) {operator} ("));
    builder.push_bind(i64::try_from(value.len()).unwrap_or(i64::MAX));
    builder.push(", ").push_bind(value).push(")");
}

/// Compares amounts with signs: within a sign by their digits, the other way round below zero.
fn push_signed(builder: &mut QueryBuilder<Sqlite>, name: &str, operator: &str, value: String) {
    if matches!(operator, "=" | "<>") {
        builder.push(format!("{name} {operator} ")).push_bind(value);
        return;
    }
    let (below_zero, upwards) = (value.starts_with('-'), operator.starts_with('>'));
    let turned = match (below_zero, operator) {
        (false, same) => same,
        (true, ">=") => "<=",
        (true, "<=") => ">=",
        (true, ">") => "<",
        (true, _) => ">",
    };
    let (own, other) = if below_zero { ("=", "<>") } else { ("<>", "=") };
    builder.push(format!("(substr({name}, 1, 1) {own} '-' AND "));
    push_magnitude(builder, &format!("length({name})"), name, turned, value);
    // Everything of the other sign lies on one side of the value.
    builder.push(if below_zero == upwards { format!(" OR substr({name}, 1, 1) {other} '-')") } else { ")".to_owned() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_a_text_as_a_whole() {
        for (pattern, any_case, text, fits) in [
            ("INV-%", false, "INV-7", true),
            ("INV-%", false, "an INV-7", false),
            ("inv-_", true, "INV-7", true),
            ("inv-_", true, "INV-77", false),
            ("inv-_", false, "INV-7", false),
            ("100\\%", false, "100%", true),
            ("100\\%", false, "1000", false),
            ("a.c", false, "abc", false),
            ("%ÜBER%", true, "line\nüber\nline", true),
        ] {
            let found = regex::Regex::new(&as_a_whole(pattern, any_case)).unwrap().is_match(text);
            assert_eq!(found, fits, "{pattern} {text}");
        }
    }
}
