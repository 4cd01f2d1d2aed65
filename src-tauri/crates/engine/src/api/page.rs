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
    /// All must hold.
    pub conditions: Vec<FilterCondition>,
    /// One of these must hold, if there are any.
    #[ts(optional, as = "Option<Vec<FilterCondition>>")]
    pub any_of: Vec<FilterCondition>,
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

/// How a chip compares. The words of query languages are taken as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FilterTest {
    /// One of the values.
    Is,
    IsNot,
    Contains,
    /// A pattern for the whole, with `%` for any letters and `_` for one.
    Like,
    /// The same, upper or lower case.
    LikeAnyCase,
    AtLeast,
    AtMost,
    Above,
    Below,
    Between,
    Empty,
    NotEmpty,
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
            any_of: query.any_of.into_iter().map(Into::into).collect(),
            text: query.text.map(|text| store::words::plain_amount(text.trim())),
        }
    }
}

impl From<FilterCondition> for store::Condition {
    fn from(condition: FilterCondition) -> Self {
        Self { field: condition.field, test: condition.test.into(), values: condition.values }
    }
}

impl From<FilterTest> for store::Test {
    fn from(test: FilterTest) -> Self {
        match test {
            FilterTest::Is => Self::Is,
            FilterTest::IsNot => Self::IsNot,
            FilterTest::Contains => Self::Contains,
            FilterTest::Like => Self::Like,
            FilterTest::LikeAnyCase => Self::LikeAnyCase,
            FilterTest::AtLeast => Self::AtLeast,
            FilterTest::AtMost => Self::AtMost,
            FilterTest::Above => Self::Above,
            FilterTest::Below => Self::Below,
            FilterTest::Between => Self::Between,
            FilterTest::Empty => Self::Empty,
            FilterTest::NotEmpty => Self::NotEmpty,
        }
    }
}

impl FilterTest {
    pub const ALL: [Self; 12] = [
        Self::Is,
        Self::IsNot,
        Self::Contains,
        Self::Like,
        Self::LikeAnyCase,
        Self::AtLeast,
        Self::AtMost,
        Self::Above,
        Self::Below,
        Self::Between,
        Self::Empty,
        Self::NotEmpty,
    ];

    /// Its word here.
    pub fn word(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::Contains => "contains",
            Self::Like => "like",
            Self::LikeAnyCase => "like_any_case",
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
            Self::Above => "above",
            Self::Below => "below",
            Self::Between => "between",
            Self::Empty => "empty",
            Self::NotEmpty => "not_empty",
        }
    }

    /// A test by its word here or in query languages.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "eq" | "in" => Self::Is,
            "ne" => Self::IsNot,
            "gt" => Self::Above,
            "gte" => Self::AtLeast,
            "lt" => Self::Below,
            "lte" => Self::AtMost,
            "ilike" => Self::LikeAnyCase,
            "isnull" => Self::Empty,
            "isnotnull" => Self::NotEmpty,
            _ => return Self::ALL.into_iter().find(|test| test.word() == word),
        })
    }
}

impl<'de> Deserialize<'de> for FilterTest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::of_word(&word).ok_or_else(|| {
            let known = Self::ALL.map(Self::word).join(", ");
            serde::de::Error::custom(format!("there is no test “{word}”; the tests are {known}"))
        })
    }
}

impl<T> ListPage<T> {
    /// A page of records as a page of rows.
    pub fn from_store<R>(page: store::Page<R>, turn: impl FnMut(R) -> T) -> Self {
        Self { total: page.total, rows: page.rows.into_iter().map(turn).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_both_of_their_words() {
        for test in FilterTest::ALL {
            assert_eq!(FilterTest::of_word(test.word()), Some(test));
            assert_eq!(serde_json::to_value(test).unwrap(), test.word());
        }
        let words = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "between", "like", "ilike", "isnull", "isnotnull"];
        let known: Vec<_> = words.into_iter().filter_map(FilterTest::of_word).map(FilterTest::word).collect();
        assert_eq!(
            known.join(" "),
            "is is_not above at_least below at_most is between like like_any_case empty not_empty"
        );
        assert_eq!(FilterTest::of_word("regex"), None);
    }
}
