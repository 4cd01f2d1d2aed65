//! How a page of the transactions grid is reached in a large book.
//!
//! A page is a walk over an index to where it begins, so everything depends on the walk staying inside one index. The
//! indexes carry what is filtered by most; rows are counted by day, and a walk in date order begins at the day it is
//! for. What the indexes do not carry (words, other orders) is read once as a list of keys. The book itself keeps the
//! counts that most lists need; others, and keys, are kept while it is open, and rows booked later are added to them.

use std::sync::Arc;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::ledger::FamilyRecord;
use store::page::{from_nearer_end, window, words};
use store::rows::value::count;
use store::{Condition, Page, Query, StoreError, StoreResult, Test};

use super::added;
use super::families::{
    DEFAULT_ORDER, FIELDS, NAMED, TOUCHED, by_keys, days_filter, filter, is_counted_by_day, is_everything, prepared,
    rests, searched,
};
use super::halves::texts;
use crate::error::from_sqlx;
use crate::lists::{Day, Known, Rests, State};
use crate::open::SqliteStore;
use crate::search::{phrase, searched_for};
use crate::sql::order_by;

/// A filter that leaves at most so many rows is read as a whole at once: it costs little more than counting it.
const SHORT: i64 = 20_000;
/// A page that begins this near to the start or end of a long list is reached by looking at the rows in order.
const NEAR: i64 = 2_000;

pub(super) const BY_DATE: &str = " INDEXED BY txn_by_date";

/// The index whose order is the order that was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Date,
    Amount,
    Reference,
    Created,
    /// None is.
    Other,
}

impl Order {
    pub(super) fn of(query: &Query) -> Self {
        match query.sort.as_slice() {
            [] => Self::Date,
            [sort] => match sort.field.as_str() {
                "date" => Self::Date,
                "amount" => Self::Amount,
                "reference" => Self::Reference,
                "created" => Self::Created,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Date => BY_DATE,
            Self::Amount => " INDEXED BY txn_by_amount",
            Self::Reference => " INDEXED BY txn_by_reference",
            // The table itself stands in the order of booking.
            Self::Created => " NOT INDEXED",
            Self::Other => "",
        }
    }
}

/// Where the rows of a filter are found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    /// Nothing narrows the list.
    None,
    /// The book keeps count of its rows by day.
    Counted,
    /// The indexes carry everything the filter looks at.
    Indexed,
    /// A few rows named by another table or index: holds, words that occur rarely, a balance with few entries.
    Few,
    /// Many rows named by the words index.
    Words,
    /// Every row has to be looked at.
    Rows,
}

impl Filter {
    fn hint(self) -> &'static str {
        if matches!(self, Self::Counted | Self::Indexed | Self::Words) { BY_DATE } else { "" }
    }

    /// Whether a walk stays inside an index, whatever the filter leaves.
    fn is_carried(self) -> bool {
        matches!(self, Self::None | Self::Counted | Self::Indexed)
    }

    /// Whether the book knows how many rows there are without looking at them.
    fn is_counted(self) -> bool {
        matches!(self, Self::None | Self::Counted)
    }
}

/// What the indexes by date, amount and reference carry.
const CARRIED: &[&str] = &[
    "date",
    "amount",
    "currency",
    "balance",
    "source_id",
    "destination_id",
    "ledger",
    "state",
    "source",
    "destination",
    NAMED,
];

/// Tells the database to stay inside the date index when it carries everything a filter looks at.
pub(super) fn date_index_hint(query: &Query) -> &'static str {
    let carried = query.every().all(|one| CARRIED.contains(&one.field.as_str()));
    if carried && words(query).is_none_or(searched_for) { BY_DATE } else { "" }
}

/// A query that may begin at any day: of two bounds on the same side the database walks from the one it reads first.
/// The day that a page begins in lies within the bound that is taken away.
fn without_near_bound(query: &Query, descending: bool) -> Query {
    let mut query = query.clone();
    let (near, far, kept) = if descending {
        ([Test::AtMost, Test::Below], Test::AtLeast, 0)
    } else {
        ([Test::AtLeast, Test::Above], Test::AtMost, 1)
    };
    query.conditions.retain(|one| one.field != "date" || !near.contains(&one.test));
    for one in query.conditions.iter_mut().filter(|one| one.field == "date" && one.test == Test::Between) {
        if let [_, _] = one.values.as_slice() {
            one.values = vec![one.values.swap_remove(kept)];
            one.test = far;
        }
    }
    query
}

pub(super) async fn page(store: &SqliteStore, query: &Query) -> StoreResult<Page<FamilyRecord>> {
    let writes = store.lists.writes_so_far();
    // One state of the book from the first look to the last: rows that were counted are not added once more.
    let mut connection = store.readers.begin().await.map_err(from_sqlx)?;
    let query = &prepared(&mut connection, query).await?;
    let mut grid = Grid::of(store, &mut connection, query, writes).await?;
    let (keys, total) = grid.keys().await?;
    Ok(Page { rows: by_keys(&mut connection, &keys).await?, total: count(total) })
}

/// The whole list as it stands now: whatever is booked later does not move a reader of it.
pub(super) async fn keys(store: &SqliteStore, query: &Query) -> StoreResult<Vec<i64>> {
    let writes = store.lists.writes_so_far();
    let mut connection = store.readers.begin().await.map_err(from_sqlx)?;
    let query = &prepared(&mut connection, query).await?;
    Grid::of(store, &mut connection, query, writes).await?.all().await
}

/// Names under which a filter's length and a list's order are kept.
struct Names {
    filter: String,
    list: String,
}

impl Names {
    fn of(query: &Query) -> StoreResult<Self> {
        let text = |value: serde_json::Result<String>| value.map_err(|error| StoreError::damaged("query", error));
        let words = words(query);
        let filter = text(serde_json::to_string(&(&query.conditions, &query.any_of, words)))?;
        let list = text(serde_json::to_string(&(&query.sort, &filter)))?;
        Ok(Self { filter, list })
    }
}

pub(super) struct Grid<'a> {
    pub(super) store: &'a SqliteStore,
    pub(super) connection: &'a mut SqliteConnection,
    pub(super) query: &'a Query,
    pub(super) state: State,
    pub(super) rests: Rests,
    names: Names,
}

impl<'a> Grid<'a> {
    pub(super) async fn of(
        store: &'a SqliteStore,
        connection: &'a mut SqliteConnection,
        query: &'a Query,
        writes: u64,
    ) -> StoreResult<Self> {
        let newest_key: Option<i64> =
            sqlx::query_scalar("SELECT max(key) FROM txn").fetch_one(&mut *connection).await.map_err(from_sqlx)?;
        let state = State { writes, newest_key: newest_key.unwrap_or_default() };
        Ok(Self { store, connection, query, state, rests: rests(query), names: Names::of(query)? })
    }

    /// What is kept under a name, with what was booked since.
    async fn known(&mut self, name: &str) -> StoreResult<Known> {
        let Some((known, upto)) = self.store.lists.get(name, self.state, self.rests) else {
            return Ok(Known::default());
        };
        if upto >= self.state.newest_key {
            return Ok(known);
        }
        let known = match added::since(self.connection, self.query, upto).await? {
            Some(rows) => added::add(self.connection, self.query, known, &rows).await?,
            None => None,
        };
        match known {
            Some(known) => {
                self.store.lists.put(name, self.state, known.clone());
                Ok(known)
            }
            None => {
                self.store.lists.forget(name);
                Ok(Known::default())
            }
        }
    }

    /// Every key of the list, if they are kept.
    pub(super) async fn whole(&mut self) -> StoreResult<Option<Arc<Vec<i64>>>> {
        let name = self.names.list.clone();
        Ok(self.known(&name).await?.keys)
    }

    /// What is kept of the filter: the length of its list, its rows by day.
    pub(super) async fn known_filter(&mut self) -> StoreResult<Known> {
        let name = self.names.filter.clone();
        self.known(&name).await
    }

    /// Every key of the list in its order.
    async fn all(&mut self) -> StoreResult<Vec<i64>> {
        if let Some(whole) = self.whole().await? {
            return Ok(whole.to_vec());
        }
        let filter = self.filter_kind().await?;
        let hint = if filter == Filter::None { Order::of(self.query).hint() } else { filter.hint() };
        self.list(hint, -1).await
    }

    /// Keys of the rows of the page in their order, and the length of the list.
    async fn keys(&mut self) -> StoreResult<(Vec<i64>, i64)> {
        if let Some(whole) = self.whole().await? {
            return Ok(self.cut(&whole));
        }
        let order = Order::of(self.query);
        let filter = self.filter_kind().await?;
        let mut known = self.known_filter().await?;
        if known.total.is_none() {
            known.total = match filter {
                Filter::None | Filter::Counted => Some(rows_of(known.days.insert(self.days(filter, None).await?))),
                _ if self.is_by_amount(filter) => Some(self.count_by_amount().await?),
                _ => None,
            };
        }
        // A short list is known as a whole after one look. In date order the look ends early when the list is long.
        let look = match (filter, known.total) {
            (Filter::None | Filter::Words, _) => false,
            (_, Some(total)) => total <= SHORT,
            (Filter::Counted | Filter::Indexed, None) => order == Order::Date,
            (Filter::Few | Filter::Rows, None) => true,
        };
        if look {
            let hint = if self.is_by_amount(filter) { Order::Amount.hint() } else { filter.hint() };
            let keys = self.list(hint, SHORT + 1).await?;
            if i64::try_from(keys.len()).unwrap_or(i64::MAX) <= SHORT {
                return Ok(self.keep(keys));
            }
        }
        if filter.is_carried() && order == Order::Date {
            let days = self.days(filter, known.days).await?;
            return Ok((self.walk_from_day(&days).await?, rows_of(&days)));
        }
        if let (true, Some(total)) = (filter.is_counted() && order != Order::Other, known.total) {
            let (limit, wanted) = window(self.query);
            let (limit, offset, reverse) = from_nearer_end(limit, wanted, total);
            if filter == Filter::None || (order == Order::Created && offset <= NEAR) {
                return Ok((self.walk(order, limit, offset, reverse).await?, total));
            }
        }
        // An index that has the order and carries the filter is read from its start to its end, and nothing is sorted.
        let in_order = filter.is_carried() && matches!(order, Order::Amount | Order::Reference);
        let keys = self.list(if in_order { order.hint() } else { filter.hint() }, -1).await?;
        Ok(self.keep(keys))
    }

    /// Whether the amount index names the rows of the list, and few others: it is looked at between two amounts only.
    fn is_by_amount(&self, filter: Filter) -> bool {
        let narrow = |one: &Condition| one.field == "amount" && matches!(one.test, Test::Is | Test::Between);
        filter == Filter::Indexed
            && (self.query.every().all(|one| one.field == "amount") || self.query.conditions.iter().any(narrow))
    }

    fn cut(&self, whole: &[i64]) -> (Vec<i64>, i64) {
        let (limit, offset) = window(self.query);
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(whole.len());
        let to = from.saturating_add(usize::try_from(limit).unwrap_or_default()).min(whole.len());
        (whole[from..to].to_vec(), i64::try_from(whole.len()).unwrap_or(i64::MAX))
    }

    fn keep(&self, keys: Vec<i64>) -> (Vec<i64>, i64) {
        let cut = self.cut(&keys);
        // The same filter in another order has the same rows, and may know them by day.
        if self.store.lists.get(&self.names.filter, self.state, self.rests).is_none() {
            self.store.lists.put(&self.names.filter, self.state, Known::length(cut.1));
        }
        let known = Known { keys: Some(Arc::new(keys)), ..Known::length(cut.1) };
        self.store.lists.put(&self.names.list, self.state, known);
        cut
    }

    pub(super) async fn filter_kind(&mut self) -> StoreResult<Filter> {
        if is_everything(self.query) {
            return Ok(Filter::None);
        }
        if is_counted_by_day(self.query) {
            return Ok(Filter::Counted);
        }
        if let Some(words) = searched(self.query) {
            let found = self.occurrences(&words).await?;
            return Ok(if found <= SHORT { Filter::Few } else { Filter::Words });
        }
        let conditions = &self.query.conditions;
        if conditions.iter().any(|one| one.field == TOUCHED) {
            return Ok(Filter::Few);
        }
        let holds = |values: &[String]| !values.iter().any(|value| value == "applied");
        if conditions.iter().any(|one| one.field == "state" && one.test == Test::Is && holds(&one.values)) {
            return Ok(Filter::Few);
        }
        Ok(if date_index_hint(self.query).is_empty() { Filter::Rows } else { Filter::Indexed })
    }

    /// How many rows the words index knows for these words.
    async fn occurrences(&mut self, words: &str) -> StoreResult<i64> {
        let name = format!("words {words}");
        let (known, upto) = match self.store.lists.get(&name, self.state, Rests::OnJournal) {
            Some((Known { total: Some(total), .. }, upto)) => (total, upto),
            _ => (0, 0),
        };
        if upto >= self.state.newest_key {
            return Ok(known);
        }
        let more: i64 = sqlx::query_scalar("SELECT count(*) FROM txn_text WHERE words MATCH ? AND rowid > ?")
            .bind(phrase(words))
            .bind(upto)
            .fetch_one(&mut *self.connection)
            .await
            .map_err(from_sqlx)?;
        self.store.lists.put(&name, self.state, Known::length(known + more));
        Ok(known + more)
    }

    /// The length of a list that is [`Self::is_by_amount`].
    async fn count_by_amount(&mut self) -> StoreResult<i64> {
        let mut builder = QueryBuilder::new("SELECT count(*)");
        filter(&mut builder, self.query, Order::Amount.hint())?;
        let total = builder.build_query_scalar().fetch_one(&mut *self.connection).await.map_err(from_sqlx)?;
        self.store.lists.put(&self.names.filter, self.state, Known::length(total));
        Ok(total)
    }

    /// The rows of each day under the filter, newest first, kept: as the book counts them, or by one walk over the date
    /// index.
    async fn days(&mut self, filter_kind: Filter, known: Option<Arc<Vec<Day>>>) -> StoreResult<Arc<Vec<Day>>> {
        if let Some(days) = known {
            return Ok(days);
        }
        let query = self.query;
        let parts = texts(self, !filter_kind.is_counted(), |builder, part| {
            builder.push(
                "SELECT coalesce(group_concat(day || ' ' || rows, ','), '') FROM (SELECT t.effective_date AS day, ",
            );
            if filter_kind.is_counted() {
                builder.push("sum(t.families) AS rows");
                days_filter(builder, query)?;
            } else {
                builder.push("count(*) AS rows");
                filter(builder, query, BY_DATE)?;
            }
            builder.push(part).push(" GROUP BY t.effective_date ORDER BY t.effective_date DESC)");
            Ok(())
        })
        .await?;
        let day = |text: &str| {
            let (day, rows) = text.split_once(' ').ok_or_else(|| StoreError::damaged("days", text))?;
            let rows = rows.parse().map_err(|error| StoreError::damaged("days", error))?;
            Ok(Day { day: day.to_owned(), rows })
        };
        let days = parts.iter().flat_map(|part| part.split(',')).filter(|day| !day.is_empty());
        let days = Arc::new(days.map(day).collect::<StoreResult<Vec<_>>>()?);
        let known = Known { days: Some(days.clone()), ..Known::length(rows_of(&days)) };
        self.store.lists.put(&self.names.filter, self.state, known);
        Ok(days)
    }

    /// A page in date order, walked to from the start of the day it begins in.
    async fn walk_from_day(&mut self, days: &[Day]) -> StoreResult<Vec<i64>> {
        let (limit, mut offset) = window(self.query);
        let descending = self.query.sort.first().is_none_or(|sort| sort.descending);
        let mut in_order: Vec<&Day> = days.iter().collect();
        if !descending {
            in_order.reverse();
        }
        let first = in_order.into_iter().find(|day| {
            let begins_here = offset < day.rows;
            if !begins_here {
                offset -= day.rows;
            }
            begins_here
        });
        let Some(first) = first else { return Ok(Vec::new()) };
        let mut builder = QueryBuilder::new("SELECT t.key");
        filter(&mut builder, &without_near_bound(self.query, descending), BY_DATE)?;
        builder.push(if descending { " AND t.effective_date <= " } else { " AND t.effective_date >= " });
        builder.push_bind(first.day.clone());
        let order = order_by(FIELDS, &self.query.sort, DEFAULT_ORDER, "t.key", false)?;
        builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
        builder.build_query_scalar().fetch_all(&mut *self.connection).await.map_err(from_sqlx)
    }

    async fn walk(&mut self, order: Order, limit: i64, offset: i64, reverse: bool) -> StoreResult<Vec<i64>> {
        let mut builder = QueryBuilder::new("SELECT t.key");
        filter(&mut builder, self.query, order.hint())?;
        let order = order_by(FIELDS, &self.query.sort, DEFAULT_ORDER, "t.key", reverse)?;
        builder.push(format!(" ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
        let mut keys: Vec<i64> =
            builder.build_query_scalar().fetch_all(&mut *self.connection).await.map_err(from_sqlx)?;
        if reverse {
            keys.reverse();
        }
        Ok(keys)
    }

    /// The first `most` keys of the list in its order (all when negative), as one value: a row for each would cross
    /// to this thread one by one. Of a list read in two halves there may be more.
    async fn list(&mut self, hint: &str, most: i64) -> StoreResult<Vec<i64>> {
        let query = self.query;
        let by_date = hint == BY_DATE && Order::of(query) == Order::Date;
        let mut parts = texts(self, by_date, |builder, part| push_keys(builder, query, hint, part, most)).await?;
        if query.sort.first().is_some_and(|sort| !sort.descending) {
            parts.reverse();
        }
        keys_in(&parts)
    }
}

/// The statement that reads the first `most` keys of a list in its order as one value; `part` narrows it further.
pub(super) fn push_keys(
    builder: &mut QueryBuilder<Sqlite>,
    query: &Query,
    hint: &str,
    part: &str,
    most: i64,
) -> StoreResult<()> {
    let order = order_by(FIELDS, &query.sort, DEFAULT_ORDER, "t.key", false)?;
    builder.push("SELECT coalesce(group_concat(key, ','), '') FROM (SELECT t.key AS key");
    filter(builder, query, hint)?;
    builder.push(format!("{part} ORDER BY {order} LIMIT {most})"));
    Ok(())
}

/// The keys in what [`push_keys`] read.
pub(super) fn keys_in(parts: &[String]) -> StoreResult<Vec<i64>> {
    let keys = parts.iter().flat_map(|part| part.split(',')).filter(|key| !key.is_empty());
    keys.map(|key| key.parse().map_err(|error| StoreError::damaged("keys", error))).collect()
}

fn rows_of(days: &[Day]) -> i64 {
    days.iter().map(|day| day.rows).sum()
}
