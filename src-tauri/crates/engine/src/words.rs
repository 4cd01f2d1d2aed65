//! Sentences for people: amounts, days and times as they read them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use ledger::{Amount, Currency};

use crate::{EngineError, EngineResult};

/// `1,234.50`, grouped by thousands, with a true minus sign.
pub fn amount(amount: &Amount, exponent: u8) -> String {
    let plain = amount.abs().to_decimal(exponent);
    let (whole, fraction) =
        plain.split_once('.').map_or((plain.as_str(), None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::with_capacity(plain.len() + plain.len() / 3 + 3);
    if amount.is_negative() {
        text.push('\u{2212}');
    }
    group(whole, &mut text);
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A text as it is kept for good: control characters, and those that turn the reading direction round, become blanks.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || turns_direction(c) { ' ' } else { c }).collect()
}

/// Longest reason that is stored, in characters.
const MAX_REASON: usize = 500;

/// A reason as it is stored.
///
/// # Errors
/// [`EngineError::Invalid`] for none, or one that is too long.
pub(crate) fn given_reason(reason: &str) -> EngineResult<String> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let message = format!("Give a reason of at most {MAX_REASON} characters. It is stored.");
        return Err(EngineError::invalid("reason", message));
    }
    Ok(plain(reason))
}

/// Marks that make the letters behind them read from the other side.
/// Source: <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Digits by thousands.
fn group(digits: &str, text: &mut String) {
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
}

/// `300,000`.
pub fn number(count: u64) -> String {
    let mut text = String::new();
    group(&count.to_string(), &mut text);
    text
}

/// `1,234.50 EUR`.
pub fn money(value: &Amount, currency: &Currency) -> String {
    format!("{} {}", amount(value, currency.exponent()), currency.code())
}

/// How far a statement is from the one before it; `apart` is an amount in words.
pub fn apart_from(apart: &str, name: &str) -> String {
    format!("The opening balance is {apart} apart from the closing balance of {name}.")
}

/// `16 Nov`, with the year when it is not the one of `today`.
pub fn day(date: Date, today: Date) -> String {
    if date.year() == today.year() {
        date.strftime("%-d %b").to_string()
    } else {
        date.strftime("%-d %b %Y").to_string()
    }
}

/// `2026-11-19 10:24`, where the program runs.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The local day of an instant.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::system()).date()
}

/// “its day”, “its day and its amount”, “its day, its amount and its balances”.
pub fn list(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 hold`, `3,000 holds`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Whether a text or key anywhere in it holds the character NUL, which not every database keeps.
pub(crate) fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(all) => all.iter().any(has_nul),
        serde_json::Value::Object(all) => all.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        for (minor, exponent, text) in [
            ("0", 2, "0.00"),
            ("-138620", 2, "\u{2212}1,386.20"),
            ("999", 0, "999"),
            ("19180946", 0, "19,180,946"),
            ("1000000000000000000000000000000", 3, "1,000,000,000,000,000,000,000,000,000.000"),
        ] {
            assert_eq!(amount(&minor.parse().unwrap(), exponent), text);
        }
    }

    #[test]
    fn counts_are_grouped_and_plural() {
        assert_eq!(plural(1, "line", "lines"), "1 line");
        assert_eq!(plural(0, "line", "lines"), "0 lines");
        assert_eq!(plural(300_000, "line", "lines"), "300,000 lines");
    }
}
