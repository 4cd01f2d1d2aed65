//! A long list in date order, read in two halves side by side: counting a million rows takes one reader longer than a
//! person waits.

use jiff::civil::Date;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::StoreResult;
use store::rows::value::date;

use super::grid::Grid;
use crate::error::from_sqlx;
use crate::lists::Rests;

/// Journal rows below which one reader is as fast.
pub(super) const LONG: i64 = 50_000;

/// The one value that each part of a list is read as, newest part first: of two halves where the list allows it and
/// another reader is free, else of the whole. `build` writes the statement, with the condition of its part in it.
///
/// A list that looks at holds or names is read by one reader: only journal rows are the same for both.
pub(super) async fn texts(
    grid: &mut Grid<'_>,
    by_date: bool,
    build: impl Fn(&mut QueryBuilder<Sqlite>, &str) -> StoreResult<()>,
) -> StoreResult<Vec<String>> {
    let statement = |part: &str| {
        let mut builder = QueryBuilder::<Sqlite>::new("");
        build(&mut builder, part).map(|()| builder)
    };
    let newest_key = grid.state.newest_key;
    let divisible = by_date && grid.rests == Rests::OnJournal && newest_key > LONG;
    // Never waited for: whoever holds a reader and waits for another may wait for somebody who does the same.
    let other = if divisible { grid.store.readers.try_acquire() } else { None };
    let Some(mut other) = other else {
        return Ok(vec![value(grid.connection, statement("")?).await?]);
    };
    let day = middle(grid.connection, newest_key).await?;
    let newer = statement(&format!(" AND t.effective_date >= '{day}'"))?;
    // The other reader may see what was booked a moment ago.
    let older = statement(&format!(" AND t.effective_date < '{day}' AND +t.key <= {newest_key}"))?;
    let (newer, older) = tokio::try_join!(value(grid.connection, newer), value(&mut other, older))?;
    Ok(vec![newer, older])
}

/// The day of the row in the middle of the journal: most books are kept day by day.
async fn middle(connection: &mut SqliteConnection, newest_key: i64) -> StoreResult<Date> {
    let day: String = sqlx::query_scalar("SELECT effective_date FROM txn WHERE key >= ? ORDER BY key LIMIT 1")
        .bind(newest_key / 2)
        .fetch_one(connection)
        .await
        .map_err(from_sqlx)?;
    date("txn", &day)
}

async fn value(connection: &mut SqliteConnection, mut statement: QueryBuilder<Sqlite>) -> StoreResult<String> {
    statement.build_query_scalar().fetch_one(connection).await.map_err(from_sqlx)
}
