//! What a grid asks for: a page of rows under a filter and an order.

use serde::{Deserialize, Serialize};

/// The most rows that one page holds.
pub const MAX_PAGE: u32 = 500;

/// A page of a filtered, sorted list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Index of the first row wanted.
    pub offset: u64,
    /// Rows wanted, at most [`MAX_PAGE`].
    pub limit: u32,
    /// Sort keys, most important first. Empty: the list's own order.
    pub sort: Vec<Sort>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// One of these must hold, if there are any.
    pub any_of: Vec<Condition>,
    /// Words that must occur in the row.
    pub text: Option<String>,
}

impl Query {
    /// Every condition, whether it must hold or is one of several.
    pub fn every(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().chain(&self.any_of)
    }
}

/// One sort key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub field: String,
    #[serde(default)]
    pub descending: bool,
}

/// One condition of a filter: a field, a test and values as text.
///
/// Days are ISO dates, amounts are minor units in canonical digits, states and ids are their own text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub field: String,
    pub test: Test,
    pub values: Vec<String>,
}

/// How a condition compares. What is empty, or not there at all, fits [`Test::Empty`] and [`Test::IsNot`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Equals one of the values.
    Is,
    /// Equals none of the values.
    IsNot,
    /// Holds the value as a part, upper or lower case.
    Contains,
    /// Fits a pattern as a whole: `%` stands for any letters, `_` for one, and `\` before either for itself.
    Like,
    /// As [`Test::Like`], upper or lower case.
    LikeAnyCase,
    /// At least the value.
    AtLeast,
    /// At most the value.
    AtMost,
    /// More than the value, or later.
    Above,
    /// Less than the value, or earlier.
    Below,
    /// From the first value to the second, both included.
    Between,
    /// There is nothing.
    Empty,
    /// There is something.
    NotEmpty,
}

/// Rows of a list with the number of rows under the same filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub total: u64,
}

impl<T> Page<T> {
    /// The same page with every row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(turn).collect(), total: self.total }
    }
}
