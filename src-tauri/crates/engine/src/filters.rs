//! What front ends ask of the lists, looked at before a store is asked, and the sentences for what is wrong.

use store::Query;
use store::filters::{Kind, List, METADATA, MOST_CHARACTERS, MOST_CONDITIONS, Why, Wrong};

use crate::api::page::FilterTest;
use crate::{EngineError, EngineResult};

/// A query that a list can be asked.
pub(crate) fn checked(list: &'static List, query: impl Into<Query>) -> EngineResult<Query> {
    list.checked(query.into()).map_err(EngineError::Filter)
}

/// What a field takes, in words.
fn takes(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text".into(),
        Kind::Id => "an id".into(),
        Kind::Day => "a day, written YYYY-MM-DD".into(),
        Kind::Instant => "a time with its zone, such as 2026-12-01T09:00:00Z".into(),
        Kind::Amount => "an amount in minor units, such as 1250 for 12.50".into(),
        Kind::Number => "a whole number".into(),
        Kind::Flag => "yes or no".into(),
        Kind::Word(words) => format!("one of {}", words.join(", ")),
    }
}

pub(crate) fn sentence(wrong: &Wrong) -> String {
    let field = &wrong.field;
    match &wrong.why {
        Why::Field(list) => {
            let fields = list.fields.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let metadata = if list.metadata { format!(", {METADATA}<key>") } else { String::new() };
            format!("{} are not filtered by “{field}”. Their fields are {fields}{metadata}.", upper(list.name))
        }
        Why::Test(kind) => {
            let tests = FilterTest::ALL.into_iter().filter(|test| kind.takes((*test).into())).map(FilterTest::word);
            format!("{field} is {}. It is compared with {}.", takes(*kind), tests.collect::<Vec<_>>().join(", "))
        }
        Why::Value(kind, value) => format!("{field} is {}, not “{value}”.", takes(*kind)),
        Why::Count(Some(0)) => format!("{field} needs no value for this."),
        Why::Count(Some(1)) => format!("{field} needs one value for this."),
        Why::Count(Some(count)) => format!("{field} needs {count} values for this."),
        Why::Count(None) => format!("{field} needs a value."),
        Why::Conditions => format!("At most {MOST_CONDITIONS} conditions at once."),
        Why::Values(most) => format!("{field} takes at most {most} values at once."),
        Why::Long => format!("{field} takes at most {MOST_CHARACTERS} characters."),
        Why::Letter => format!("{field} holds a character that no text has."),
    }
}

fn upper(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
