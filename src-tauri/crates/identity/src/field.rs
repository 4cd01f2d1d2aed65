//! What is known of a person or an organisation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Longest text of a field, in characters.
pub const MAX_TEXT: usize = 500;

/// What somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Individual,
    Organisation,
}

impl Kind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Organisation => "organisation",
        }
    }

    /// The kind of a stored word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Individual, Self::Organisation].into_iter().find(|kind| kind.word() == word)
    }
}

/// One thing that is known of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    OrganisationName,
    FirstName,
    LastName,
    OtherNames,
    DateOfBirth,
    Gender,
    Nationality,
    EmailAddress,
    PhoneNumber,
    Street,
    City,
    State,
    PostCode,
    Country,
    Category,
}

impl Field {
    /// Every field, in the order of a form.
    pub const ALL: [Self; 15] = [
        Self::OrganisationName,
        Self::FirstName,
        Self::LastName,
        Self::OtherNames,
        Self::DateOfBirth,
        Self::Gender,
        Self::Nationality,
        Self::EmailAddress,
        Self::PhoneNumber,
        Self::Street,
        Self::City,
        Self::State,
        Self::PostCode,
        Self::Country,
        Self::Category,
    ];

    /// The stored word, which programs use too.
    pub fn word(self) -> &'static str {
        match self {
            Self::OrganisationName => "organisation_name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::OtherNames => "other_names",
            Self::DateOfBirth => "date_of_birth",
            Self::Gender => "gender",
            Self::Nationality => "nationality",
            Self::EmailAddress => "email_address",
            Self::PhoneNumber => "phone_number",
            Self::Street => "street",
            Self::City => "city",
            Self::State => "state",
            Self::PostCode => "post_code",
            Self::Country => "country",
            Self::Category => "category",
        }
    }

    /// The field that somebody means: its word, in any case, with or without what joins its parts.
    pub fn of_word(text: &str) -> Option<Self> {
        let bare = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let wanted = bare(text);
        let other = match wanted.as_str() {
            "organizationname" | "organisation" | "organization" => "organisationname",
            "email" => "emailaddress",
            "phone" => "phonenumber",
            "dob" => "dateofbirth",
            "postalcode" | "zip" => "postcode",
            "" => return None,
            other => other,
        };
        Self::ALL.into_iter().find(|field| bare(field.word()) == other)
    }

    /// Whether it says who or where a person is, and can be kept as a token. What lists group by stays readable.
    pub fn is_personal(self) -> bool {
        !matches!(self, Self::OrganisationName | Self::Country | Self::Category)
    }
}

/// A value as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Plain(String),
    /// See [`crate::token`].
    Token(String),
}

impl Value {
    /// The text, unless it is a token.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Token(_) => None,
        }
    }

    /// The token, if it is one.
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Token(text) => Some(text),
            Self::Plain(_) => None,
        }
    }
}

/// The fields that somebody has. One that is not known is not there: nothing is stored as an empty text.
pub type Values = BTreeMap<Field, Value>;

/// Why a value of a field is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    #[error("at most {MAX_TEXT} characters")]
    TooLong,
    #[error("“{0}” is no email address")]
    NoEmail(String),
    #[error("“{0}” is no day; write it as 1980-12-31")]
    NoDay(String),
    #[error("control characters cannot be stored")]
    Control,
}

/// The text of a field as it is stored: without what stands around it. Absent when there is none.
///
/// # Errors
/// [`FieldError`] for what cannot be a value of this field.
pub fn check(field: Field, text: &str) -> Result<Option<String>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > MAX_TEXT {
        return Err(FieldError::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::Control);
    }
    match field {
        Field::EmailAddress if !looks_like_email(text) => Err(FieldError::NoEmail(text.to_owned())),
        Field::DateOfBirth if text.parse::<jiff::civil::Date>().is_err() => Err(FieldError::NoDay(text.to_owned())),
        _ => Ok(Some(text.to_owned())),
    }
}

/// Something before and after one `@`, and no blanks: what RFC 5321 allows beyond that is for the mail server to say.
fn looks_like_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace))
}

/// The name by which somebody is listed and found, of what may be read without a key. Empty when nothing of it may.
pub fn readable_name(kind: Kind, values: &Values) -> String {
    let plain = |field: Field| values.get(&field).and_then(Value::plain);
    let person = || {
        let parts = [Field::FirstName, Field::OtherNames, Field::LastName];
        parts.into_iter().filter_map(plain).collect::<Vec<_>>().join(" ")
    };
    match kind {
        Kind::Organisation => plain(Field::OrganisationName).map_or_else(person, str::to_owned),
        Kind::Individual => person(),
    }
}

/// Whether somebody is named at all, in the open or in a token.
pub fn has_name(kind: Kind, values: &Values) -> bool {
    match kind {
        Kind::Organisation => values.contains_key(&Field::OrganisationName),
        Kind::Individual => values.contains_key(&Field::FirstName) || values.contains_key(&Field::LastName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_word_however_it_is_joined() {
        for field in Field::ALL {
            assert_eq!(Field::of_word(field.word()), Some(field));
        }
        for text in ["firstName", "FirstName", "first_name", "First name"] {
            assert_eq!(Field::of_word(text), Some(Field::FirstName), "{text}");
        }
        assert_eq!(Field::of_word("dob"), Some(Field::DateOfBirth));
        assert_eq!(Field::of_word("organization_name"), Some(Field::OrganisationName));
        assert_eq!(Field::of_word("shoe size"), None);
        assert_eq!(Field::of_word("–"), None);
    }

    #[test]
    fn a_value_is_stored_without_blanks_around_it_and_never_empty() {
        assert_eq!(check(Field::City, "  Cork "), Ok(Some("Cork".into())));
        assert_eq!(check(Field::City, " \t"), Ok(None));
        assert_eq!(check(Field::City, "a\u{0}b"), Err(FieldError::Control));
        assert_eq!(check(Field::City, &"x".repeat(501)), Err(FieldError::TooLong));
        assert_eq!(check(Field::EmailAddress, "o'brien@example.ie"), Ok(Some("o'brien@example.ie".into())));
        assert_eq!(check(Field::EmailAddress, "example.ie"), Err(FieldError::NoEmail("example.ie".into())));
        assert_eq!(check(Field::DateOfBirth, "1980-12-31"), Ok(Some("1980-12-31".into())));
        assert_eq!(check(Field::DateOfBirth, "31.12.80"), Err(FieldError::NoDay("31.12.80".into())));
    }

    #[test]
    fn the_readable_name_leaves_out_what_is_protected() {
        let mut values = Values::from([
            (Field::FirstName, Value::Plain("Niamh".into())),
            (Field::LastName, Value::Plain("Ó Briain".into())),
        ]);
        assert_eq!(readable_name(Kind::Individual, &values), "Niamh Ó Briain");
        values.insert(Field::LastName, Value::Token("t".into()));
        assert_eq!(readable_name(Kind::Individual, &values), "Niamh");
        assert!(has_name(Kind::Individual, &values) && !has_name(Kind::Organisation, &values));
    }
}
