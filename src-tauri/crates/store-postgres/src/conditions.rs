//! Conditions of filters, over columns from an allow-list. What somebody typed is bound and never becomes SQL.

use jiff::Timestamp;
use sqlx::{Postgres, QueryBuilder};
use store::filters::{METADATA, compares_numbers};
use store::page::field;
use store::rows::value::micros;
use store::{Condition, Pattern, Query, StoreError, StoreResult, Test};

use crate::sql::{like, push_found};

/// How a field of a list is stored.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    /// Text that is always there, in the order of code points.
    Text(&'static str),
    /// Text that may be empty or not there.
    Maybe(&'static str),
    /// A day.
    Day(&'static str),
    /// An amount, a key or another whole number.
    Whole(&'static str),
    /// Microseconds, and what the list is sorted by.
    Instant { at: &'static str, order: &'static str },
    /// Filters by a hand-written test only, made by the list itself; does not sort.
    Special,
}

impl Column {
    /// The expression that is compared, and the type that a bound text becomes.
    fn parts(self) -> Option<(String, &'static str)> {
        match self {
            Self::Text(name) => Some((name.to_owned(), "")),
            Self::Maybe(name) => Some((format!("nullif({name}, '')"), "")),
            Self::Day(name) => Some((name.to_owned(), "::date")),
            Self::Whole(name) | Self::Instant { at: name, .. } => Some((name.to_owned(), "::numeric")),
            Self::Special => None,
        }
    }

    /// What a list is sorted by. What is not there stands with what is empty.
    pub(crate) fn order(self) -> Option<String> {
        match self {
            Self::Maybe(name) => Some(format!("coalesce({name}, '')")),
            Self::Text(name) | Self::Day(name) | Self::Whole(name) | Self::Instant { order: name, .. } => {
                Some(name.to_owned())
            }
            Self::Special => None,
        }
    }

    /// A text as this column is compared with it; one that is no value of it would be an error of the database.
    fn value(self, text: &str) -> Option<String> {
        match self {
            Self::Day(_) => text.parse::<jiff::civil::Date>().ok().map(|_| text.to_owned()),
            Self::Whole(_) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                whole.then(|| text.to_owned())
            }
            Self::Instant { .. } => text.parse::<Timestamp>().ok().map(|at| micros(at).to_string()),
            Self::Text(_) | Self::Maybe(_) | Self::Special => Some(text.to_owned()),
        }
    }
}

/// Appends ` AND …` for the conditions of a query, and one for those that one is enough of. `push` writes one.
pub(crate) fn push_conditions<'q>(
    builder: &mut QueryBuilder<Postgres>,
    query: &'q Query,
    mut push: impl FnMut(&mut QueryBuilder<Postgres>, &'q Condition) -> StoreResult<()>,
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
    builder: &mut QueryBuilder<Postgres>,
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
    builder: &mut QueryBuilder<Postgres>,
    id: &str,
    brought: Option<&str>,
    key: &str,
    condition: &Condition,
) -> StoreResult<()> {
    const TEXT: Column = Column::Maybe("noted.text COLLATE \"C\"");
    const NUMBER: Column = Column::Whole("CASE WHEN noted.text ~ '^-?[0-9]{1,15}$' THEN noted.text::numeric END");
    builder.push("(SELECT ");
    push_condition(builder, if compares_numbers(condition) { NUMBER } else { TEXT }, condition)?;
    builder.push(format!(
        " FROM (SELECT (SELECT j.text FROM (SELECT n.value AS text, 0 AS brought FROM setting s, json_each_text(s.value) n \
         WHERE s.key = 'metadata/' || {id} AND n.key = "
    ));
    builder.push_bind(key.to_owned());
    if let Some(brought) = brought {
        builder.push(format!(
            " UNION ALL SELECT n.value, 1 FROM json_each_text(CASE json_typeof({brought}) WHEN 'object' THEN {brought} END) n \
             WHERE n.key = "
        ));
        builder.push_bind(key.to_owned());
    }
    builder.push(") j ORDER BY j.brought LIMIT 1) AS text) noted)");
    Ok(())
}

/// The value of a condition; a text that the column cannot hold names the field.
fn value(condition: &Condition, column: Column, index: usize) -> StoreResult<String> {
    let text = condition.values.get(index);
    let text = text.ok_or_else(|| StoreError::UnknownField(format!("{} without a value", condition.field)))?;
    column.value(text).ok_or_else(|| StoreError::UnknownField(format!("{} {text}", condition.field)))
}

/// Appends `(…)` for a condition on a stored column. What is not there equals none of any values.
pub(crate) fn push_condition(
    builder: &mut QueryBuilder<Postgres>,
    column: Column,
    condition: &Condition,
) -> StoreResult<()> {
    let Some((name, cast)) = column.parts() else { return Err(StoreError::UnknownField(condition.field.clone())) };
    builder.push(format!("({name} "));
    let mut compare = |operator: &str, index: usize| -> StoreResult<()> {
        builder.push(format!("{operator} ")).push_bind(value(condition, column, index)?).push(cast);
        Ok(())
    };
    match condition.test {
        Test::AtLeast => compare(">=", 0)?,
        Test::AtMost => compare("<=", 0)?,
        Test::Above => compare(">", 0)?,
        Test::Below => compare("<", 0)?,
        Test::Between => {
            compare("BETWEEN", 0)?;
            compare(" AND", 1)?;
        }
        Test::Is | Test::IsNot => {
            let values = (0..condition.values.len()).map(|index| value(condition, column, index));
            let values = values.collect::<StoreResult<Vec<_>>>()?;
            let absent = format!("IS NULL OR {name} <> ALL(");
            builder.push(if condition.test == Test::Is { "= ANY(" } else { &absent }).push_bind(values);
            builder.push(format!("::text[]{})", if cast.is_empty() { String::new() } else { format!("{cast}[]") }));
        }
        Test::Contains => {
            // The name stands before already.
            let text = condition.values.first().map(String::as_str).unwrap_or_default();
            builder.push("IS NOT NULL AND ");
            push_found(builder, &format!("{name}::text"), text);
        }
        Test::Like => {
            builder.push("LIKE ").push_bind(like(&Pattern::pieces(&value(condition, column, 0)?)));
        }
        Test::LikeAnyCase => {
            let pattern = like(&Pattern::pieces(&value(condition, column, 0)?.to_lowercase()));
            builder.push(format!("IS NOT NULL AND folded({name}::text) LIKE ")).push_bind(pattern);
        }
        Test::Empty => {
            builder.push("IS NULL");
        }
        Test::NotEmpty => {
            builder.push("IS NOT NULL");
        }
    }
    builder.push(")");
    Ok(())
}
