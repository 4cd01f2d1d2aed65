//! Pages of lists, totals, errors.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A page of a filtered, sorted list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct ListQuery {
    /// Index of the first row wanted.
    #[ts(type = "number")]
    pub offset: u64,
    /// Rows wanted; at most 500.
    pub limit: u32,
    pub sort: Vec<SortKey>,
    pub conditions: Vec<FilterCondition>,
    pub text: Option<String>,
}

/// One sort key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SortKey {
    pub field: String,
    #[serde(default)]
    pub descending: bool,
}

/// One filter chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FilterCondition {
    pub field: String,
    pub test: FilterTest,
    pub values: Vec<String>,
}

/// How a chip compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FilterTest {
    Is,
    IsNot,
    Contains,
    AtLeast,
    AtMost,
    Between,
}

/// Rows with the number of rows under the same filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListPage<T> {
    pub rows: Vec<T>,
    #[ts(type = "number")]
    pub total: u64,
}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MoneyTotal {
    pub currency: String,
    pub exponent: u8,
    /// `applied` or `held`.
    pub group: String,
    #[ts(type = "number")]
    pub count: u64,
    pub amount: String,
}

/// An error as a front end gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ErrorBody {
    /// Stable, upper case with underscores.
    pub code: String,
    /// What happened, whether anything was posted, what to do next.
    pub message: String,
    /// For the Details part: never shown first.
    pub detail: Option<String>,
    /// Fields of a form that are wrong.
    pub fields: Vec<FieldError>,
    /// Id of what the message speaks about, when it can be opened.
    pub object_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl From<ListQuery> for store::Query {
    fn from(query: ListQuery) -> Self {
        Self {
            offset: query.offset,
            limit: query.limit,
            sort: query
                .sort
                .into_iter()
                .map(|sort| store::Sort { field: sort.field, descending: sort.descending })
                .collect(),
            conditions: query.conditions.into_iter().map(Into::into).collect(),
            text: query.text.map(|text| store::words::plain_amount(text.trim())),
        }
    }
}

impl From<FilterCondition> for store::Condition {
    fn from(condition: FilterCondition) -> Self {
        let test = match condition.test {
            FilterTest::Is => store::Test::Is,
            FilterTest::IsNot => store::Test::IsNot,
            FilterTest::Contains => store::Test::Contains,
            FilterTest::AtLeast => store::Test::AtLeast,
            FilterTest::AtMost => store::Test::AtMost,
            FilterTest::Between => store::Test::Between,
        };
        Self { field: condition.field, test, values: condition.values }
    }
}

impl<T> ListPage<T> {
    /// A page of records as a page of rows.
    pub fn from_store<R>(page: store::Page<R>, turn: impl FnMut(R) -> T) -> Self {
        Self { total: page.total, rows: page.rows.into_iter().map(turn).collect() }
    }
}
