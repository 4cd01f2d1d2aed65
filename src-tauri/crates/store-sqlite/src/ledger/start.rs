//! The first rows of a list, before anybody knows how long it is: to count what a filter leaves of a million rows takes
//! longer than a person waits, and the top of the list rarely needs it.

use sqlx::QueryBuilder;
use store::ledger::FamilyRecord;
use store::page::window;
use store::{Query, StoreError, StoreResult};

use super::families::{DEFAULT_ORDER, FIELDS, Rows, by_keys, filter_of, prepared, searched};
use super::grid::{Filter, Grid, Order, keys_in, push_keys};
use super::halves::LONG;
use crate::error::from_sqlx;
use crate::open::SqliteStore;
use crate::sql::order_by;

/// So many rows are looked at in the order of the list; those that fit are its first. In date order they stand close
/// together in the book.
const BY_DATE_LOOKED_AT: i64 = 4_000;
/// In another order each row is somewhere else.
const LOOKED_AT: i64 = 1_000;

/// The first rows of a list, or nothing when its page is found as fast with its length, or none of them fits.
pub(super) async fn rows(store: &SqliteStore, query: &Query) -> StoreResult<Option<Vec<FamilyRecord>>> {
    let writes = store.lists.writes_so_far();
    let mut connection = store.readers.begin().await.map_err(from_sqlx)?;
    let query = &prepared(&mut connection, &Query { offset: 0, ..query.clone() }).await?;
    let mut grid = Grid::of(store, &mut connection, query, writes).await?;
    if grid.is_found_with_its_length().await? {
        return Ok(None);
    }
    let keys = grid.first_that_fit().await?;
    Ok(if keys.is_empty() { None } else { Some(by_keys(&mut connection, &keys).await?) })
}

impl Grid<'_> {
    async fn is_found_with_its_length(&mut self) -> StoreResult<bool> {
        let order = Order::of(self.query);
        if order == Order::Other || self.state.newest_key <= LONG {
            return Ok(true);
        }
        if self.whole().await?.is_some() {
            return Ok(true);
        }
        // How often words occur takes longer to find out than to look for them in the first rows.
        if searched(self.query).is_some() {
            return Ok(false);
        }
        Ok(match self.filter_kind().await? {
            // What another table names is few.
            Filter::None | Filter::Few => true,
            Filter::Counted | Filter::Indexed if order != Order::Date => false,
            Filter::Counted => true,
            Filter::Indexed => self.known_filter().await?.days.is_some(),
            Filter::Words | Filter::Rows => false,
        })
    }

    async fn first_that_fit(&mut self) -> StoreResult<Vec<i64>> {
        let looked_at = self.first_of_all().await?;
        let Some(lowest) = looked_at.iter().min() else { return Ok(Vec::new()) };
        let keys = serde_json::to_string(&looked_at).map_err(|error| StoreError::damaged("keys", error))?;
        let mut builder = QueryBuilder::new("SELECT t.key");
        filter_of(&mut builder, self.query, " NOT INDEXED", Rows::Among { keys: &keys, after: lowest - 1 })?;
        let order = order_by(FIELDS, &self.query.sort, DEFAULT_ORDER, "t.key", false)?;
        let (limit, _) = window(self.query);
        builder.push(format!(" ORDER BY {order} LIMIT {limit}"));
        builder.build_query_scalar().fetch_all(&mut *self.connection).await.map_err(from_sqlx)
    }

    /// Keys of the first rows in the order of the list. Of conditions that all must hold, those on what it is sorted by are
    /// looked at: they say where in the order the list begins.
    async fn first_of_all(&mut self) -> StoreResult<Vec<i64>> {
        let sorted_by = self.query.sort.first().map_or("date", |sort| sort.field.as_str());
        let mut all = Query { text: None, any_of: Vec::new(), ..self.query.clone() };
        all.conditions.retain(|one| one.field == sorted_by);
        let order = Order::of(self.query);
        let most = if order == Order::Date { BY_DATE_LOOKED_AT } else { LOOKED_AT };
        let mut builder = QueryBuilder::new("");
        push_keys(&mut builder, &all, order.hint(), "", most)?;
        let keys: String = builder.build_query_scalar().fetch_one(&mut *self.connection).await.map_err(from_sqlx)?;
        keys_in(&[keys])
    }
}
