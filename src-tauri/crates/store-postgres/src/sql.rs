//! Words, and orders from an allow-list.

use sqlx::{Postgres, QueryBuilder};
use store::page::{directions, field};
use store::{Pattern, Sort, StoreError, StoreResult, Word};

use crate::conditions::Column;

/// `ORDER BY` columns of a sort, ending in `key` so that the order is total. `reverse` turns every direction round.
pub(crate) fn order_by(
    fields: &[(&str, Column)],
    sort: &[Sort],
    default: &[(&str, bool)],
    key: &str,
    reverse: bool,
) -> StoreResult<String> {
    let (wanted, last) = directions(sort, default, reverse);
    let mut parts = Vec::new();
    for (name, direction) in wanted {
        let expression = field(fields, name)?.order().ok_or_else(|| StoreError::UnknownField(name.to_owned()))?;
        parts.push(format!("{expression} {direction}"));
    }
    parts.push(format!("{key} {last}"));
    Ok(parts.join(", "))
}

/// Appends a test whether a text stands anywhere in what the expression `texts` gives, in letters of either case of any
/// script. NULL where there is no text.
pub(crate) fn push_found(builder: &mut QueryBuilder<Postgres>, texts: &str, text: &str) {
    builder.push(format!("strpos(folded({texts}), ")).push_bind(text.to_lowercase()).push(") > 0");
}

/// Rows that have every word, in the texts that the expression `texts` joins or in the digits of `amount`.
pub(crate) fn push_words(builder: &mut QueryBuilder<Postgres>, words: &[Word], texts: &str, amount: &str) {
    for word in words {
        builder.push(" AND (");
        push_found(builder, texts, &word.text);
        if let Some(number) = &word.amount {
            let rest = number.rest.map_or_else(|| "%".to_owned(), |rest| "_".repeat(rest));
            builder.push(format!(" OR abs({amount})::text LIKE "));
            builder.push_bind(format!("%{}{rest}", number.digits));
        }
        builder.push(")");
    }
}

/// A text as a pattern that finds it anywhere among the words of a row, which are kept in lower case.
pub(crate) fn anywhere(text: &str) -> String {
    let letters = text.to_lowercase().chars().map(Pattern::Letter).collect::<Vec<_>>();
    format!("%{}%", like(&letters))
}

/// A pattern in the language of `LIKE`.
pub(crate) fn like(pieces: &[Pattern]) -> String {
    let mut pattern = String::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Pattern::Any => pattern.push('%'),
            Pattern::One => pattern.push('_'),
            Pattern::Letter(letter @ ('%' | '_' | '\\')) => pattern.extend(['\\', *letter]),
            Pattern::Letter(letter) => pattern.push(*letter),
        }
    }
    pattern
}
