//! Words that somebody looks for in a list, laid out so that any database can look for them.

/// One word of a search. It is looked for in the texts of a row, whatever the case of its letters, and in the amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// Set when the word may be an amount.
    pub amount: Option<Digits>,
}

/// Digits of an amount as they stand in its minor units, the sign left aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    /// Without leading zeros, except for a lone zero.
    pub digits: String,
    /// How many digits follow up to the end of the amount. `None`: any number, for the word has no decimals.
    pub rest: Option<usize>,
}

impl Word {
    /// The words of a text, for amounts of so many decimals.
    pub fn all(text: &str, exponent: u8) -> Vec<Self> {
        text.split_whitespace()
            .map(|word| Self { text: word.to_owned(), amount: digits(word, usize::from(exponent)) })
            .collect()
    }
}

/// An amount as a screen shows it or a bank writes it, or the beginning of one: digits, in groups or not, with up to
/// `exponent` decimals after a point or comma.
fn digits(word: &str, exponent: usize) -> Option<Digits> {
    let number = number(word)?;
    let decimals = decimals(number, exponent);
    let all = only_digits(number);
    let trimmed = all.trim_start_matches('0');
    let digits = if trimmed.is_empty() { "0" } else { trimmed };
    Some(Digits { digits: digits.to_owned(), rest: decimals.map(|decimals| exponent - decimals) })
}

/// A text to look for in an index where amounts stand as plain decimals: an amount in groups or with a decimal comma is
/// written so. Everything else stays as it is.
pub fn plain_amount(text: &str) -> String {
    let grouped = |number: &&str| number.contains([',', '\'', '\u{2019}']) || number.matches('.').count() > 1;
    let Some(number) = number(text).filter(grouped) else { return text.to_owned() };
    let last = number.rfind(is_mark).unwrap_or(0);
    let (whole, rest) = number.split_at(last);
    let (whole, after) = (only_digits(whole), only_digits(rest));
    let one_kind = number.chars().filter(|c| is_mark(*c)).all(|c| number[last..].starts_with(c));
    // Three digits after the only kind of mark are one more group.
    if one_kind && after.len() == 3 { whole + &after } else { format!("{whole}.{after}") }
}

/// A word of digits and marks without its sign; nothing if it is another word.
fn number(word: &str) -> Option<&str> {
    let plain = word.trim_start_matches(['-', '+', '\u{2212}']);
    let begins = plain.starts_with(|c: char| c.is_ascii_digit());
    (begins && plain.chars().all(|c| c.is_ascii_digit() || is_mark(c))).then_some(plain)
}

fn only_digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | '\u{2019}')
}

/// How many decimals a number has, if it has a decimal mark. Three digits after a mark are a group where an amount has
/// fewer decimals.
fn decimals(number: &str, exponent: usize) -> Option<usize> {
    let at = number.rfind(['.', ','])?;
    let after = number.len() - at - 1;
    (after <= exponent).then_some(after)
}

/// A pattern in pieces, as each database writes it in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Any letters, none among them.
    Any,
    /// One letter, whichever it is.
    One,
    Letter(char),
}

impl Pattern {
    /// Reads a pattern: `%` and `_` mean any letters and one, and themselves after `\`.
    pub fn pieces(text: &str) -> Vec<Self> {
        let mut letters = text.chars();
        let mut pieces = Vec::new();
        while let Some(letter) = letters.next() {
            pieces.push(match letter {
                '%' => Self::Any,
                '_' => Self::One,
                // The last letter of a pattern has nothing to take its meaning from.
                '\\' => Self::Letter(letters.next().unwrap_or('\\')),
                plain => Self::Letter(plain),
            });
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(word: &str, exponent: u8) -> Option<(String, Option<usize>)> {
        let mut words = Word::all(word, exponent);
        assert_eq!(words.len(), 1);
        words.pop()?.amount.map(|amount| (amount.digits, amount.rest))
    }

    #[test]
    fn an_amount_is_read_as_screens_and_banks_write_it() {
        let whole = |digits: &str| Some((digits.to_owned(), Some(0)));
        assert_eq!(amount("154.80", 2), whole("15480"));
        assert_eq!(amount("154,80", 2), whole("15480"));
        assert_eq!(amount("1,234.56", 2), whole("123456"));
        assert_eq!(amount("1.234,56", 2), whole("123456"));
        assert_eq!(amount("\u{2212}0.50", 2), whole("50"));
        assert_eq!(amount("1.234", 3), whole("1234"));
        assert_eq!(amount("154.8", 2), Some(("1548".into(), Some(1))));
        assert_eq!(amount("154.", 2), Some(("154".into(), Some(2))));
    }

    #[test]
    fn digits_without_decimals_may_stand_anywhere_in_an_amount() {
        assert_eq!(amount("154", 2), Some(("154".into(), None)));
        assert_eq!(amount("1,234", 2), Some(("1234".into(), None)));
        assert_eq!(amount("000", 2), Some(("0".into(), None)));
    }

    #[test]
    fn an_amount_is_looked_for_as_the_index_has_it() {
        for (typed, plain) in [
            ("1,234.56", "1234.56"),
            ("1.234,56", "1234.56"),
            ("1'234'567.89", "1234567.89"),
            ("154,80", "154.80"),
            ("1,234", "1234"),
            ("1,234.567", "1234.567"),
            ("\u{2212}1,234.56", "1234.56"),
        ] {
            assert_eq!(plain_amount(typed), plain, "{typed}");
        }
        for same in ["1234.56", "154.80", "Smith, John", "1,2,x", "CHQ-1", ""] {
            assert_eq!(plain_amount(same), same);
        }
    }

    #[test]
    fn other_words_are_no_amounts() {
        for word in ["INV-154", "154.80EUR", "-", ".", "müller", "2024-03-01"] {
            assert_eq!(amount(word, 2), None, "{word}");
        }
    }

    #[test]
    fn a_pattern_is_read_into_its_pieces() {
        use Pattern::{Any, Letter, One};
        assert_eq!(Pattern::pieces("a%_"), [Letter('a'), Any, One]);
        assert_eq!(Pattern::pieces(r"\%\_\\"), [Letter('%'), Letter('_'), Letter('\\')]);
        assert_eq!(Pattern::pieces(r"x\"), [Letter('x'), Letter('\\')]);
    }
}
