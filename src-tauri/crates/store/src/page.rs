//! Where a page of a list stands, and by what a list may be sorted: the same for every store.

use crate::query::MAX_PAGE;
use crate::{Query, Sort, StoreError, StoreResult};

/// The window of a query: rows wanted, never more than a page, and the index of the first.
pub fn window(query: &Query) -> (i64, i64) {
    let limit = if query.limit == 0 { MAX_PAGE } else { query.limit.min(MAX_PAGE) };
    (i64::from(limit), i64::try_from(query.offset).unwrap_or(i64::MAX))
}

/// A page near the end of a long list is read from the end: the walk to it is never longer than half the list.
///
/// Returns limit, offset and whether to turn the order round.
pub fn from_nearer_end(limit: i64, offset: i64, total: i64) -> (i64, i64, bool) {
    if offset <= total / 2 || offset >= total {
        return (limit, offset, false);
    }
    let rows = limit.min(total - offset);
    (rows, total - offset - rows, true)
}

/// The words that a list is filtered by, if there are any.
pub fn words(query: &Query) -> Option<&str> {
    query.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Looks a field up in a list's allow-list.
///
/// # Errors
/// [`StoreError::UnknownField`].
pub fn field<C: Copy>(fields: &[(&str, C)], name: &str) -> StoreResult<C> {
    let found = fields.iter().find(|(known, _)| *known == name).map(|(_, column)| *column);
    found.ok_or_else(|| StoreError::UnknownField(name.to_owned()))
}

/// Fields and directions of a sort, or of the list's own order when nothing is asked for, and the direction of the
/// key that ends it. `reverse` turns every direction round.
pub fn directions<'a>(
    sort: &'a [Sort],
    default: &[(&'a str, bool)],
    reverse: bool,
) -> (Vec<(&'a str, &'static str)>, &'static str) {
    let wanted: Vec<(&str, bool)> = if sort.is_empty() {
        default.to_vec()
    } else {
        sort.iter().map(|sort| (sort.field.as_str(), sort.descending)).collect()
    };
    let word = |descending: bool| if descending != reverse { "DESC" } else { "ASC" };
    let last = wanted.last().is_some_and(|(_, descending)| *descending);
    (wanted.into_iter().map(|(field, descending)| (field, word(descending))).collect(), word(last))
}
