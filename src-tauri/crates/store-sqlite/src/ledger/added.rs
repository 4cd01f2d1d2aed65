//! What was booked since a list was read, added to it: a posting must not cost the count of a million rows again.

use std::sync::Arc;

use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use store::{Query, StoreResult};

use super::families::{DEFAULT_ORDER, FIELDS, Rows, filter_of};
use crate::error::from_sqlx;
use crate::lists::{Day, Known};
use crate::sql::order_by;

/// More rows than this are not added one by one: a list is read again sooner.
const FEW: usize = 500;
/// Finding the place of a row takes some twenty looks at others.
const FEW_PLACES: usize = 50;

/// A row of a list that was booked after the list was read.
pub(super) struct Added {
    key: i64,
    day: String,
}

/// The rows of a filter that were booked after `after`, or nothing when there are too many to add.
pub(super) async fn since(
    connection: &mut SqliteConnection,
    query: &Query,
    after: i64,
) -> StoreResult<Option<Vec<Added>>> {
    let mut builder = QueryBuilder::<Sqlite>::new("SELECT t.key, t.effective_date");
    // The journal itself stands in the order of booking: only the new rows are looked at.
    filter_of(&mut builder, query, " NOT INDEXED", Rows::After(after))?;
    builder.push(format!(" ORDER BY t.key LIMIT {}", FEW + 1));
    let rows = builder.build().fetch_all(connection).await.map_err(from_sqlx)?;
    if rows.len() > FEW {
        return Ok(None);
    }
    let added = rows
        .iter()
        .map(|row| Ok(Added { key: row.try_get(0).map_err(from_sqlx)?, day: row.try_get(1).map_err(from_sqlx)? }));
    added.collect::<StoreResult<Vec<_>>>().map(Some)
}

/// What is known of a list with these rows in it, or nothing when finding their places takes longer than reading it.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    query: &Query,
    known: Known,
    added: &[Added],
) -> StoreResult<Option<Known>> {
    if added.is_empty() {
        return Ok(Some(known));
    }
    let more = i64::try_from(added.len()).unwrap_or(i64::MAX);
    let days = known.days.map(|days| Arc::new(with_days(days.to_vec(), added)));
    let keys = match known.keys {
        Some(_) if added.len() > FEW_PLACES => return Ok(None),
        Some(keys) => Some(Arc::new(with_keys(connection, query, keys.to_vec(), added).await?)),
        None => None,
    };
    Ok(Some(Known { total: known.total.map(|total| total + more), keys, days }))
}

/// Days stand newest first.
fn with_days(mut days: Vec<Day>, added: &[Added]) -> Vec<Day> {
    for row in added {
        match days.binary_search_by(|day| row.day.as_str().cmp(&day.day)) {
            Ok(at) => days[at].rows += 1,
            Err(at) => days.insert(at, Day { day: row.day.clone(), rows: 1 }),
        }
    }
    days
}

async fn with_keys(
    connection: &mut SqliteConnection,
    query: &Query,
    mut keys: Vec<i64>,
    added: &[Added],
) -> StoreResult<Vec<i64>> {
    let order = order_by(FIELDS, &query.sort, DEFAULT_ORDER, "t.key", false)?;
    for row in added {
        let (mut from, mut to) = (0, keys.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if first_of(connection, &order, keys[middle], row.key).await? == row.key {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        keys.insert(from, row.key);
    }
    Ok(keys)
}

/// Which of two rows the list has first. The database says so, as it does for the whole list.
async fn first_of(connection: &mut SqliteConnection, order: &str, one: i64, other: i64) -> StoreResult<i64> {
    let mut builder = QueryBuilder::<Sqlite>::new("SELECT t.key FROM txn t WHERE t.key IN (");
    builder.push_bind(one).push(", ").push_bind(other);
    builder.push(format!(") ORDER BY {order} LIMIT 1"));
    builder.build_query_scalar().fetch_one(connection).await.map_err(from_sqlx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_take_new_rows_at_their_place() {
        let day = |day: &str, rows| Day { day: day.into(), rows };
        let row = |day: &str| Added { key: 1, day: day.into() };
        let days = vec![day("2026-03-02", 5), day("2026-02-28", 1)];
        let added = [row("2026-03-01"), row("2026-03-02"), row("2026-03-01"), row("2026-01-01"), row("2026-04-01")];
        let expected = [("2026-04-01", 1), ("2026-03-02", 6), ("2026-03-01", 2), ("2026-02-28", 1), ("2026-01-01", 1)];
        assert_eq!(with_days(days, &added), expected.map(|(name, rows)| day(name, rows)));
    }
}
