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
    /// Words that must occur in the row.
    pub text: Option<String>,
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

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Equals one of the values.
    Is,
    /// Equals none of the values.
    IsNot,
    /// Holds the value as a part, upper or lower case.
    Contains,
    /// At least the value.
    AtLeast,
    /// At most the value.
    AtMost,
    /// From the first value to the second, both included.
    Between,
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
