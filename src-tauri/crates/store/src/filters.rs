//! What the fields of the lists are and which conditions they take: the same for every store and every front end.
//!
//! A condition is looked at here before a store makes a question of it: who asks is told which field is wrong and what it
//! takes, and a store meets no value that its columns cannot hold.

use jiff::{Timestamp, civil::Date};

use crate::{Condition, Query, Test};

/// Conditions of one filter.
pub const MOST_CONDITIONS: usize = 20;
/// Values of one condition.
pub const MOST_VALUES: usize = 100;
/// Characters of a value, of a key and of the words that are looked for.
pub const MOST_CHARACTERS: usize = 1_000;
/// Rows that are chosen by id: a selection in a grid is a condition as well.
pub const MOST_IDS: usize = 20_000;
/// Digits of an amount.
const MOST_DIGITS: usize = 60;
/// What stands before a key of what is noted beside something.
pub const METADATA: &str = "metadata.";

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An id, which is there or is not.
    Id,
    /// A day, as an ISO date.
    Day,
    /// A moment, as RFC 3339 says it.
    Instant,
    /// Minor units, with a sign or without.
    Amount,
    /// A whole number.
    Number,
    /// 1 or 0.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
}

/// A list with the fields that it is filtered by.
#[derive(Debug, PartialEq, Eq)]
pub struct List {
    /// What its rows are called.
    pub name: &'static str,
    pub fields: &'static [(&'static str, Kind)],
    /// Whether its rows are also filtered by what is noted beside them.
    pub metadata: bool,
}

const STATES: &[&str] = &["applied", "held", "part_committed", "committed", "voided", "part_voided", "expired"];

pub const TRANSACTIONS: List = List {
    name: "transactions",
    fields: &[
        ("id", Kind::Id),
        ("reference", Kind::Text),
        ("description", Kind::Text),
        ("date", Kind::Day),
        ("amount", Kind::Amount),
        ("currency", Kind::Text),
        ("state", Kind::Word(STATES)),
        ("source", Kind::Text),
        ("source_id", Kind::Id),
        ("destination", Kind::Text),
        ("destination_id", Kind::Id),
        ("balance", Kind::Id),
        ("ledger", Kind::Id),
        ("actor", Kind::Text),
        ("created", Kind::Instant),
        ("expires", Kind::Instant),
    ],
    metadata: true,
};

pub const BALANCES: List = List {
    name: "balances",
    fields: &[
        ("id", Kind::Id),
        ("name", Kind::Text),
        ("indicator", Kind::Text),
        ("ledger", Kind::Text),
        ("ledger_id", Kind::Id),
        ("currency", Kind::Text),
        ("account_number", Kind::Text),
        ("balance", Kind::Amount),
        ("total_in", Kind::Amount),
        ("total_out", Kind::Amount),
        ("held_in", Kind::Amount),
        ("held_out", Kind::Amount),
        ("last_entry_on", Kind::Day),
        ("reconcilable", Kind::Flag),
        ("pinned", Kind::Flag),
        ("created", Kind::Instant),
    ],
    metadata: true,
};

pub const LEDGERS: List = List {
    name: "ledgers",
    fields: &[("id", Kind::Id), ("name", Kind::Text), ("balances", Kind::Number), ("created", Kind::Instant)],
    metadata: true,
};

pub const IDENTITIES: List = List {
    name: "identities",
    fields: &[
        ("id", Kind::Id),
        ("name", Kind::Text),
        ("kind", Kind::Word(&["individual", "organisation"])),
        ("category", Kind::Text),
        ("country", Kind::Text),
        ("created", Kind::Instant),
    ],
    metadata: true,
};

pub const ACCOUNTS: List = List {
    name: "accounts",
    fields: &[
        ("id", Kind::Id),
        ("name", Kind::Text),
        ("bank", Kind::Text),
        ("number", Kind::Text),
        ("currency", Kind::Text),
        ("identity_id", Kind::Id),
        ("balance_id", Kind::Id),
        ("created", Kind::Instant),
    ],
    metadata: false,
};

pub const REGISTER: List = List { name: "entries", fields: &[("date", Kind::Day)], metadata: false };

pub const HISTORY: List = List {
    name: "history",
    fields: &[
        ("number", Kind::Number),
        ("date", Kind::Day),
        ("actor", Kind::Text),
        ("kind", Kind::Text),
        ("object", Kind::Text),
    ],
    metadata: false,
};

pub const DELIVERIES: List = List {
    name: "deliveries",
    fields: &[("webhook", Kind::Id), ("event", Kind::Text), ("state", Kind::Text), ("object", Kind::Text)],
    metadata: false,
};

pub const SCHEDULED: List = List {
    name: "scheduled postings",
    fields: &[
        ("id", Kind::Id),
        ("reference", Kind::Text),
        ("description", Kind::Text),
        ("state", Kind::Word(&["waiting", "posted", "rejected", "cancelled"])),
        ("amount", Kind::Amount),
        ("currency", Kind::Text),
        ("due", Kind::Instant),
        ("accepted", Kind::Instant),
        ("accepted_by", Kind::Text),
    ],
    metadata: false,
};

/// Why a filter is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field that is wrong; empty if it is the whole.
    pub field: String,
    pub why: Why,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The list has no such field.
    Field(&'static List),
    /// The field takes no such test.
    Test(Kind),
    /// The field holds no such value.
    Value(Kind, String),
    /// The test wants so many values, or at least one if nothing is said.
    Count(Option<usize>),
    Conditions,
    Values(usize),
    Long,
    /// A text holds a character that no text of a book can.
    Letter,
}

impl Kind {
    /// Whether a field of this kind is compared so.
    pub fn takes(self, test: Test) -> bool {
        match test {
            Test::Is | Test::IsNot | Test::Empty | Test::NotEmpty => true,
            Test::Contains | Test::Like | Test::LikeAnyCase => self == Self::Text,
            Test::AtLeast | Test::AtMost | Test::Above | Test::Below | Test::Between => {
                !matches!(self, Self::Id | Self::Flag | Self::Word(_))
            }
        }
    }

    /// A value as the stores take it, or nothing if the field cannot hold it.
    fn value(self, text: &str) -> Option<String> {
        let trimmed = text.trim();
        match self {
            Self::Text | Self::Id => Some(text.to_owned()),
            Self::Day => trimmed.parse::<Date>().ok().map(|day| day.to_string()),
            Self::Instant => trimmed.parse::<Timestamp>().ok().map(|at| at.to_string()),
            Self::Amount => whole(trimmed, MOST_DIGITS),
            Self::Number => whole(trimmed, WHOLE_DIGITS),
            Self::Flag => match trimmed.to_lowercase().as_str() {
                "1" | "true" | "yes" => Some("1".into()),
                "0" | "false" | "no" => Some("0".into()),
                _ => None,
            },
            Self::Word(words) => words.contains(&trimmed).then(|| trimmed.to_owned()),
        }
    }
}

/// Digits that fit any integer of a database.
const WHOLE_DIGITS: usize = 15;

/// A whole number in canonical digits.
fn whole(text: &str, most: usize) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    match digits {
        "" => Some("0".to_owned()),
        long if long.len() > most => None,
        _ => Some(format!("{sign}{digits}")),
    }
}

/// Whether what is noted beside something is compared as numbers: an order is asked for, between whole numbers.
pub fn compares_numbers(condition: &Condition) -> bool {
    matches!(condition.test, Test::AtLeast | Test::AtMost | Test::Above | Test::Below | Test::Between)
        && condition.values.iter().all(|value| whole(value, WHOLE_DIGITS).as_ref() == Some(value))
}

impl List {
    /// The same query with every value as the stores take it.
    ///
    /// # Errors
    /// The first thing that is wrong with its conditions or words.
    pub fn checked(&'static self, mut query: Query) -> Result<Query, Wrong> {
        if query.every().count() > MOST_CONDITIONS {
            return Err(Wrong { field: String::new(), why: Why::Conditions });
        }
        if let Some(text) = &query.text {
            fits(text).map_err(|why| Wrong { field: "text".into(), why })?;
        }
        for condition in query.conditions.iter_mut().chain(&mut query.any_of) {
            self.check(condition).map_err(|why| Wrong { field: condition.field.clone(), why })?;
        }
        if query.any_of.len() == 1 {
            // It must hold, and lists are found faster that know so.
            query.conditions.append(&mut query.any_of);
        }
        Ok(query)
    }

    fn kind(&'static self, field: &str) -> Result<Kind, Why> {
        if let Some(key) = field.strip_prefix(METADATA).filter(|_| self.metadata) {
            fits(key)?;
            return if key.is_empty() { Err(Why::Field(self)) } else { Ok(Kind::Text) };
        }
        let known = self.fields.iter().find(|(name, _)| *name == field);
        known.map(|(_, kind)| *kind).ok_or(Why::Field(self))
    }

    fn check(&'static self, condition: &mut Condition) -> Result<(), Why> {
        let kind = self.kind(&condition.field)?;
        if !kind.takes(condition.test) {
            return Err(Why::Test(kind));
        }
        let most = if condition.field == "id" { MOST_IDS } else { MOST_VALUES };
        if condition.values.len() > most {
            return Err(Why::Values(most));
        }
        let wanted = match condition.test {
            Test::Is | Test::IsNot => None,
            Test::Empty | Test::NotEmpty => Some(0),
            Test::Between => Some(2),
            _ => Some(1),
        };
        if wanted.map_or(condition.values.is_empty(), |count| condition.values.len() != count) {
            return Err(Why::Count(wanted));
        }
        for value in &mut condition.values {
            fits(value)?;
            *value = kind.value(value).ok_or_else(|| Why::Value(kind, value.clone()))?;
        }
        Ok(())
    }
}

fn fits(text: &str) -> Result<(), Why> {
    if text.chars().count() > MOST_CHARACTERS {
        return Err(Why::Long);
    }
    if text.contains('\0') { Err(Why::Letter) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(field: &str, test: Test, values: &[&str]) -> Result<Vec<String>, Wrong> {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let conditions = vec![Condition { field: field.into(), test, values }];
        let query = TRANSACTIONS.checked(Query { conditions, ..Query::default() })?;
        Ok(query.conditions.into_iter().flat_map(|condition| condition.values).collect())
    }

    fn why(field: &str, test: Test, values: &[&str]) -> Why {
        let wrong = checked(field, test, values).unwrap_err();
        assert_eq!(wrong.field, field);
        wrong.why
    }

    #[test]
    fn values_become_what_the_columns_hold() {
        for (field, given, kept) in [
            ("amount", "007", "7"),
            ("amount", "-0", "0"),
            ("amount", " 12 ", "12"),
            ("date", "2026-03-01", "2026-03-01"),
            ("expires", "2026-12-01T01:00:00+01:00", "2026-12-01T00:00:00Z"),
            ("description", " as it is ", " as it is "),
            ("metadata.a.b", "x", "x"),
        ] {
            assert_eq!(checked(field, Test::Is, &[given]).unwrap(), [kept], "{field} {given}");
        }
        let flag = |text| Kind::Flag.value(text);
        assert_eq!((flag("yes"), flag("0"), flag("maybe")), (Some("1".into()), Some("0".into()), None));
    }

    #[test]
    fn what_a_field_does_not_take_is_named() {
        assert_eq!(why("colour", Test::Is, &["red"]), Why::Field(&TRANSACTIONS));
        assert_eq!(why("metadata.", Test::Is, &["red"]), Why::Field(&TRANSACTIONS));
        assert_eq!(why("amount", Test::Contains, &["1"]), Why::Test(Kind::Amount));
        assert_eq!(why("state", Test::Above, &["held"]), Why::Test(Kind::Word(STATES)));
        assert_eq!(why("amount", Test::Is, &["1.5"]), Why::Value(Kind::Amount, "1.5".into()));
        assert_eq!(why("date", Test::Is, &["2026-02-30"]), Why::Value(Kind::Day, "2026-02-30".into()));
        assert_eq!(why("state", Test::Is, &["gone"]), Why::Value(Kind::Word(STATES), "gone".into()));
        assert_eq!(why("date", Test::Between, &["2026-02-01"]), Why::Count(Some(2)));
        assert_eq!(why("reference", Test::Is, &[]), Why::Count(None));
        assert_eq!(why("reference", Test::Empty, &["x"]), Why::Count(Some(0)));
        assert_eq!(why("reference", Test::Is, &["a\0b"]), Why::Letter);
    }

    #[test]
    fn a_filter_has_its_bounds() {
        let long = "x".repeat(MOST_CHARACTERS);
        assert!(checked("reference", Test::Is, &[&long]).is_ok());
        assert_eq!(why("reference", Test::Is, &[&format!("{long}x")]), Why::Long);
        assert_eq!(why("reference", Test::Is, &["x"; MOST_VALUES + 1]), Why::Values(MOST_VALUES));
        assert!(checked("id", Test::Is, &["x"; MOST_VALUES + 1]).is_ok());
        let one = Condition { field: "reference".into(), test: Test::NotEmpty, values: Vec::new() };
        let many = |count| TRANSACTIONS.checked(Query { conditions: vec![one.clone(); count], ..Query::default() });
        assert!(many(MOST_CONDITIONS).is_ok());
        assert_eq!(many(MOST_CONDITIONS + 1), Err(Wrong { field: String::new(), why: Why::Conditions }));
    }

    #[test]
    fn the_only_one_of_several_must_hold() {
        let one = Condition { field: "reference".into(), test: Test::NotEmpty, values: Vec::new() };
        let counts = |count| {
            let any_of = vec![one.clone(); count];
            let query = TRANSACTIONS.checked(Query { any_of, ..Query::default() }).unwrap();
            (query.conditions.len(), query.any_of.len())
        };
        assert_eq!((counts(0), counts(1), counts(2)), ((0, 0), (1, 0), (0, 2)));
        let wrong = Condition { field: "colour".into(), ..one.clone() };
        let query = Query { any_of: vec![one, wrong], ..Query::default() };
        assert_eq!(TRANSACTIONS.checked(query).unwrap_err().field, "colour");
    }
}
