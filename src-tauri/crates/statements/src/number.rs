//! Numbers as banks print them: any grouping, any sign, any currency tag, one decimal mark per column.

use serde::{Deserialize, Serialize};

use crate::currency_marks;
use crate::table::trim;

/// The character between whole units and decimals in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.56`
    Point,
    /// `1.234,56`
    Comma,
}

impl DecimalMark {
    pub(crate) const ALL: [Self; 2] = [Self::Point, Self::Comma];

    pub(crate) fn bit(self) -> u8 {
        match self {
            Self::Point => 1,
            Self::Comma => 2,
        }
    }

    fn character(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// The mark shown on a thousand and a bit.
    pub fn label(self) -> &'static str {
        match self {
            Self::Point => "1,234.56",
            Self::Comma => "1.234,56",
        }
    }
}

/// A side printed beside a number, such as `CR` or `S`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Debit,
    Credit,
}

/// A number without its notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Plain decimal: optional `-`, digits, at most one point.
    pub(crate) plain: String,
    pub(crate) negative: bool,
    /// The sign was printed (a minus, a plus, parentheses or a side).
    pub(crate) marked: bool,
    /// ISO code printed with the number, if it is unmistakable.
    pub(crate) currency: Option<String>,
}

/// Why a text is no number under a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NumberError {
    Blank,
    /// A character that has no place in a number.
    Character(char),
    /// The column's mark twice, or a grouping mark after it.
    Marks,
    /// Groups that are not three digits.
    Grouping,
    /// Two signs.
    Signs,
    /// A sign and a side that say different things, as `-100.00 CR`.
    Contradiction,
    /// Neither a sign nor a side, in a column that names both sides.
    Sideless,
    /// No digit.
    NoDigits,
    /// More digits than an amount has.
    Long,
}

/// A number taken apart: what surrounds the digits is understood, the digits are not yet.
struct Lexed<'a> {
    core: &'a str,
    minus: u8,
    plus: u8,
    parentheses: bool,
    side: Option<Side>,
    currency: Option<&'a str>,
}

/// Minus in the shapes that turn up: hyphen, minus sign, dashes.
fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{2013}' | '\u{2011}' | '\u{2010}')
}

fn side_of(word: &str) -> Option<Side> {
    // A small c behind a number are cents.
    if word == "c" {
        return None;
    }
    let any = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    if any(&["CR", "C", "H", "CRED", "CREDIT"]) {
        Some(Side::Credit)
    } else if any(&["DR", "D", "DB", "DT", "S", "DEB", "DEBIT"]) {
        Some(Side::Debit)
    } else {
        None
    }
}

fn lex(text: &str) -> Result<Lexed<'_>, NumberError> {
    let mut lexed = Lexed { core: "", minus: 0, plus: 0, parentheses: false, side: None, currency: None };
    let mut rest = trim(text);
    // Spreadsheet exports protect digits as ="123" or '123.
    if let Some(inner) = rest.strip_prefix("=\"").and_then(|r| r.strip_suffix('"')) {
        rest = trim(inner);
    }
    if rest.is_empty() {
        return Err(NumberError::Blank);
    }
    loop {
        let before = rest;
        if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
            if lexed.parentheses {
                return Err(NumberError::Signs);
            }
            lexed.parentheses = true;
            rest = trim(inner);
        }
        rest = strip_front(rest, &mut lexed)?;
        rest = strip_back(rest, &mut lexed)?;
        if rest == before || rest.is_empty() {
            break;
        }
    }
    if lexed.minus + lexed.plus > 1 || (lexed.parentheses && lexed.minus > 0) {
        return Err(NumberError::Signs);
    }
    lexed.core = rest;
    Ok(lexed)
}

fn strip_front<'a>(text: &'a str, lexed: &mut Lexed<'a>) -> Result<&'a str, NumberError> {
    let Some(first) = text.chars().next() else {
        return Ok(text);
    };
    let after = &text[first.len_utf8()..];
    if is_minus(first) {
        lexed.minus += 1;
        return Ok(trim(after));
    }
    if first == '+' {
        lexed.plus += 1;
        return Ok(trim(after));
    }
    if currency_marks::is_symbol(first) {
        return take_currency(&text[..first.len_utf8()], after, lexed);
    }
    if first == '\'' && after.starts_with(|c: char| c.is_ascii_digit() || is_minus(c)) {
        return Ok(after);
    }
    if first.is_alphabetic() {
        let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        return take_word(&text[..end], text[end..].strip_prefix('.').unwrap_or(&text[end..]), lexed, first);
    }
    Ok(text)
}

fn strip_back<'a>(text: &'a str, lexed: &mut Lexed<'a>) -> Result<&'a str, NumberError> {
    let Some(last) = text.chars().next_back() else {
        return Ok(text);
    };
    let before = &text[..text.len() - last.len_utf8()];
    if is_minus(last) {
        // `123.-` and `123,--` are whole francs and kroner, not negatives.
        let whole = before.trim_end_matches(is_minus);
        if whole.ends_with(['.', ',']) {
            return Ok(&whole[..whole.len() - 1]);
        }
        lexed.minus += 1;
        return Ok(trim(before));
    }
    if last == '+' {
        lexed.plus += 1;
        return Ok(trim(before));
    }
    if currency_marks::is_symbol(last) {
        return take_currency(&text[before.len()..], before, lexed);
    }
    let text = if last == '.' && before.ends_with(char::is_alphabetic) { before } else { text };
    if text.ends_with(char::is_alphabetic) {
        let start = text.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| at + char_len(text, at));
        return take_word(&text[start..], &text[..start], lexed, text[start..].chars().next().unwrap_or('?'));
    }
    Ok(text)
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

fn take_currency<'a>(word: &'a str, rest: &'a str, lexed: &mut Lexed<'a>) -> Result<&'a str, NumberError> {
    if lexed.currency.is_some_and(|known| known.len() > 2 && word.len() > 2 && !known.eq_ignore_ascii_case(word)) {
        return Err(NumberError::Signs);
    }
    lexed.currency.get_or_insert(word);
    Ok(trim(rest))
}

fn take_word<'a>(word: &'a str, rest: &'a str, lexed: &mut Lexed<'a>, first: char) -> Result<&'a str, NumberError> {
    // A word touching digits and points on one side only can be a tag; anything else is a typing error.
    if currency_marks::is_mark(word) {
        return take_currency(word, rest, lexed);
    }
    match side_of(word) {
        Some(side) if lexed.side.is_none() => {
            lexed.side = Some(side);
            Ok(trim(rest))
        }
        _ => Err(NumberError::Character(first)),
    }
}

fn is_group_mark(c: char, mark: DecimalMark) -> bool {
    match c {
        ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}' => true,
        '.' => mark == DecimalMark::Comma,
        ',' => mark == DecimalMark::Point,
        _ => false,
    }
}

/// Length of the fraction if the core is a number under the mark.
fn check_core(core: &str, mark: DecimalMark) -> Result<usize, NumberError> {
    let decimal = mark.character();
    let (whole, fraction) = match core.split_once(decimal) {
        Some((_, fraction)) if fraction.contains(decimal) => {
            return Err(foreign(core).unwrap_or(NumberError::Marks));
        }
        Some(parts) => parts,
        None => (core, ""),
    };
    if let Some(error) = foreign(core) {
        return Err(error);
    }
    if !core.contains(|c: char| c.is_ascii_digit()) {
        return Err(NumberError::NoDigits);
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Marks);
    }
    check_groups(whole, mark)?;
    Ok(fraction.len())
}

/// The first character that no number contains.
fn foreign(core: &str) -> Option<NumberError> {
    core.chars()
        .find(|&c| !(c.is_ascii_digit() || c == '.' || c == ',' || is_group_mark(c, DecimalMark::Point)))
        .map(NumberError::Character)
}

fn check_groups(whole: &str, mark: DecimalMark) -> Result<(), NumberError> {
    let Some(group_mark) = whole.chars().find(|&c| is_group_mark(c, mark)) else {
        return Ok(());
    };
    let mut groups = whole.split(group_mark);
    let first = groups.next().unwrap_or("");
    let mut last = 0;
    let mut short = false;
    for group in groups {
        if !group.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Marks);
        }
        // Indian grouping ends in three digits and has pairs before.
        if group.len() != 2 && group.len() != 3 {
            return Err(NumberError::Grouping);
        }
        short |= last == 2;
        if last == 3 && group.len() == 2 {
            return Err(NumberError::Grouping);
        }
        last = group.len();
    }
    if !first.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Marks);
    }
    // Nothing is grouped below a thousand: `0.250` is a quarter.
    if last != 3 || first.is_empty() || first.starts_with('0') || first.len() > 3 || (short && first.len() > 2) {
        return Err(NumberError::Grouping);
    }
    Ok(())
}

/// Reads a number under a mark.
pub(crate) fn parse(text: &str, mark: DecimalMark) -> Result<Number, NumberError> {
    let lexed = lex(text)?;
    check_core(lexed.core, mark)?;
    let negative = lexed.minus > 0 || lexed.parentheses;
    // Nothing in the number tells which of the two is meant.
    let against = if negative { Side::Credit } else { Side::Debit };
    if (negative || lexed.plus > 0) && lexed.side == Some(against) {
        return Err(NumberError::Contradiction);
    }
    // `100.00- DR` says the same thing twice; only a plain number takes its sign from the side.
    let negative = if negative { true } else { lexed.side == Some(Side::Debit) };
    let mut plain = String::with_capacity(lexed.core.len() + 1);
    if negative {
        plain.push('-');
    }
    for c in lexed.core.chars() {
        if c.is_ascii_digit() {
            plain.push(c);
        } else if c == mark.character() {
            plain.push('.');
        }
    }
    Ok(Number {
        plain,
        negative,
        marked: lexed.minus + lexed.plus > 0 || lexed.parentheses || lexed.side.is_some(),
        currency: lexed.currency.and_then(currency_marks::code),
    })
}

/// The currency as it is printed with a number: a code, a sign or a word.
pub(crate) fn printed(text: &str) -> Option<&str> {
    if text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b' ')) {
        return None;
    }
    lex(text).ok()?.currency
}

/// The code of the currency printed with a number, where what is printed stands for one only.
pub(crate) fn tag(text: &str) -> Option<String> {
    printed(text).and_then(currency_marks::code)
}

/// What a cell says about the decimal mark of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shape {
    /// Bits of the marks under which it is a number; 0 if it is none.
    pub(crate) marks: u8,
    /// It has a separator, so that the two marks differ or one of them fails.
    pub(crate) separated: bool,
    pub(crate) negative: bool,
    pub(crate) marked: bool,
    /// The side printed beside it.
    pub(crate) side: Option<Side>,
    /// Most decimals under a mark that is possible: index 0 point, 1 comma.
    pub(crate) decimals: [u8; 2],
    /// The same without zeros at the end.
    pub(crate) significant: u8,
}

/// Tests a cell under both marks without building the number.
pub(crate) fn shape(text: &str) -> Shape {
    let mut shape = Shape::default();
    // The longest real number is 31 digits with grouping and a tag; the bound keeps free text cheap.
    if text.len() > 96 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return shape;
    }
    let Ok(lexed) = lex(text) else { return shape };
    for (index, mark) in DecimalMark::ALL.into_iter().enumerate() {
        if let Ok(decimals) = check_core(lexed.core, mark) {
            shape.marks |= mark.bit();
            shape.decimals[index] = u8::try_from(decimals).unwrap_or(u8::MAX);
            let fraction = lexed.core.split_once(mark.character()).map_or("", |(_, fraction)| fraction);
            let significant = u8::try_from(fraction.trim_end_matches('0').len()).unwrap_or(u8::MAX);
            shape.significant = shape.significant.max(significant);
        }
    }
    shape.separated = lexed.core.contains(['.', ',']);
    shape.negative = lexed.minus > 0 || lexed.parentheses || lexed.side == Some(Side::Debit);
    shape.marked = shape.negative || lexed.plus > 0 || lexed.side.is_some();
    shape.side = lexed.side;
    shape
}

/// A number for people: grouped by comma, point for decimals, whatever the file uses.
pub(crate) fn display(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, mark: DecimalMark) -> Result<String, NumberError> {
        parse(text, mark).map(|number| number.plain)
    }

    #[test]
    fn notations_of_banks() {
        use DecimalMark::{Comma, Point};
        for (text, mark, expected) in [
            ("1.234,56", Comma, "1234.56"),
            ("1,234.56", Point, "1234.56"),
            ("1 234,56", Comma, "1234.56"),
            ("1\u{a0}234,56", Comma, "1234.56"),
            ("12\u{202f}345\u{202f}678,9", Comma, "12345678.9"),
            ("1'234.50", Point, "1234.50"),
            ("12,34,567.00", Point, "1234567.00"),
            ("1.234,56-", Comma, "-1234.56"),
            ("(1,200.00)", Point, "-1200.00"),
            ("+5.00", Point, "5.00"),
            ("\u{2212}5,00", Comma, "-5.00"),
            ("12.50 DR", Point, "-12.50"),
            ("12.50CR", Point, "12.50"),
            ("12.50- DR", Point, "-12.50"),
            ("+12.50 CR", Point, "12.50"),
            ("1.234,56 EUR", Comma, "1234.56"),
            // The code before 1998, which banks still print.
            ("1.234,56 RUR", Comma, "1234.56"),
            ("EUR -1.234,56", Comma, "-1234.56"),
            ("-$3.20", Point, "-3.20"),
            ("$-3.20", Point, "-3.20"),
            ("€ 7", Comma, "7"),
            ("12,5 zł", Comma, "12.5"),
            ("99 S", Comma, "-99"),
            (".50", Point, ".50"),
            ("120.-", Point, "120"),
            ("=\"12.10\"", Point, "12.10"),
            ("1,000,000,000,000,000,000,000,000,000,000.01", Point, "1000000000000000000000000000000.01"),
        ] {
            assert_eq!(plain(text, mark).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_refused() {
        use DecimalMark::{Comma, Point};
        for (text, mark, expected) in [
            ("2.2O4,18", Comma, NumberError::Character('O')),
            ("1,234.56", Comma, NumberError::Marks),
            ("12,34.56", Point, NumberError::Grouping),
            ("1.2345", Comma, NumberError::Grouping),
            ("1234.567", Comma, NumberError::Grouping),
            ("--5", Point, NumberError::Signs),
            ("-5-", Point, NumberError::Signs),
            ("-100.00 CR", Point, NumberError::Contradiction),
            ("(100.00) H", Point, NumberError::Contradiction),
            ("+100.00 DR", Point, NumberError::Contradiction),
            ("abc", Point, NumberError::Character('a')),
            ("", Point, NumberError::Blank),
            ("-", Point, NumberError::NoDigits),
            ("1e5", Point, NumberError::Character('e')),
            ("50¢", Point, NumberError::Character('¢')),
            ("¢50", Point, NumberError::Character('¢')),
            ("-50 ¢", Point, NumberError::Character('¢')),
            ("50c", Point, NumberError::Character('c')),
            ("50p", Point, NumberError::Character('p')),
        ] {
            assert_eq!(plain(text, mark), Err(expected), "{text}");
        }
    }

    #[test]
    fn shapes_keep_what_is_open_open() {
        assert_eq!(shape("1.234").marks, 3);
        assert_eq!(shape("1.23").marks, 1);
        assert_eq!(shape("1,23").marks, 2);
        assert_eq!(shape("1.234,5").marks, 2);
        assert_eq!(shape("12").marks, 3);
        assert_eq!(shape("12a").marks, 0);
    }

    #[test]
    fn shown_with_groups() {
        assert_eq!(display("-1234567.50"), "-1,234,567.50");
        assert_eq!(display("123"), "123");
    }
}
