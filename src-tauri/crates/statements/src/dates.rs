//! Dates as banks print them. What a single cell leaves open is decided over the whole column.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::table::trim;
use crate::words::fold;

/// The order in which a column writes its dates.
///
/// Separators, month names, times behind the date and compact forms such as `20261103` are understood under each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFormat {
    /// `2026-11-03`, `20261103`; real date cells of a workbook.
    Ymd,
    /// `03/11/2026`, `3. Nov 26`
    Dmy,
    /// `11/03/2026`, `Nov 3, 2026`
    Mdy,
    /// `46329`: days since 1899-12-30, as spreadsheets count them.
    Serial,
}

impl DateFormat {
    pub(crate) const ALL: [Self; 4] = [Self::Ymd, Self::Dmy, Self::Mdy, Self::Serial];

    pub(crate) fn bit(self) -> u8 {
        match self {
            Self::Ymd => 1,
            Self::Dmy => 2,
            Self::Mdy => 4,
            Self::Serial => 8,
        }
    }

    /// The order as people write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ymd => "YYYY-MM-DD",
            Self::Dmy => "DD/MM/YYYY",
            Self::Mdy => "MM/DD/YYYY",
            Self::Serial => "Spreadsheet serial",
        }
    }
}

/// Why a text is no date under a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateError {
    Blank,
    /// Not the shape of a date.
    Shape,
    /// Day and month are there, the year is not.
    NoYear,
    /// Month 13.
    Month(u32),
    /// 31 November: year, month and the number of days it has.
    Day {
        year: i16,
        month: i8,
        day: u32,
        has: i8,
    },
    /// Outside 1950 to 2150.
    Year(u32),
}

const FIRST_YEAR: i16 = 1950;
const LAST_YEAR: i16 = 2150;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Number { value: u32, digits: u8 },
    Month(u32),
}

/// What a date is made of, before the order is known.
struct Parts {
    tokens: [Token; 3],
    count: usize,
}

/// Names of the months, folded; the first entry that begins with the word wins, English first.
#[rustfmt::skip]
const MONTHS: &[[&str; 12]] = &[
    ["january", "february", "march", "april", "may", "june",
     "july", "august", "september", "october", "november", "december"],
    ["januar", "februar", "marz", "april", "mai", "juni",
     "juli", "august", "september", "oktober", "november", "dezember"],
    ["janvier", "fevrier", "mars", "avril", "mai", "juin",
     "juillet", "aout", "septembre", "octobre", "novembre", "decembre"],
    ["enero", "febrero", "marzo", "abril", "mayo", "junio",
     "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
     "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"],
    ["januari", "februari", "maart", "april", "mei", "juni",
     "juli", "augustus", "september", "oktober", "november", "december"],
    ["janeiro", "fevereiro", "marco", "abril", "maio", "junho",
     "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
    ["januar", "februar", "marts", "april", "maj", "juni",
     "juli", "august", "september", "oktober", "november", "desember"],
    ["januari", "februari", "mars", "april", "maj", "juni",
     "juli", "augusti", "september", "oktober", "november", "december"],
    ["tammikuu", "helmikuu", "maaliskuu", "huhtikuu", "toukokuu", "kesakuu",
     "heinakuu", "elokuu", "syyskuu", "lokakuu", "marraskuu", "joulukuu"],
    ["stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
     "lipca", "sierpnia", "wrzesnia", "pazdziernika", "listopada", "grudnia"],
    ["styczen", "luty", "marzec", "kwiecien", "maj", "czerwiec",
     "lipiec", "sierpien", "wrzesien", "pazdziernik", "listopad", "grudzien"],
    ["ledna", "unora", "brezna", "dubna", "kvetna", "cervna",
     "cervence", "srpna", "zari", "rijna", "listopadu", "prosince"],
    ["ocak", "subat", "mart", "nisan", "mayis", "haziran",
     "temmuz", "agustos", "eylul", "ekim", "kasim", "aralik"],
];

/// Abbreviations that are not beginnings of the names above.
#[rustfmt::skip]
const SHORT: &[(&str, u32)] = &[
    ("sept", 9), ("set", 9), ("mrz", 3), ("mrt", 3), ("fevr", 2), ("juil", 7), ("dic", 12), ("gen", 1), ("ene", 1),
    ("lug", 7), ("out", 10), ("dez", 12), ("des", 12), ("okt", 10), ("ott", 10), ("jan", 1), ("feb", 2),
    ("jun", 6), ("jul", 7), ("nov", 11), ("dec", 12),
];

fn month_of(word: &str) -> Option<u32> {
    let folded = fold(word);
    if folded.len() < 3 {
        return None;
    }
    if let Some((_, month)) = SHORT.iter().find(|(name, _)| *name == folded) {
        return Some(*month);
    }
    MONTHS
        .iter()
        .find_map(|names| (1u32..).zip(names).find(|(_, name)| name.starts_with(&folded)).map(|(month, _)| month))
}

/// True for the name of a month or its abbreviation.
pub(crate) fn is_month(word: &str) -> bool {
    month_of(word).is_some()
}

/// Words that stand in dates and say nothing.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "de", "del", "of", "st", "nd", "rd", "th", "den", "der", "the", "am", "mon", "tue", "wed", "thu", "fri", "sat",
    "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mo", "di", "mi", "do",
    "fr", "sa", "so", "lun", "mer", "jeu", "ven", "sam", "dim", "lu", "ma", "me", "je", "ve", "vr", "za", "zo",
    "wo", "r", "er",
];

/// Cuts a text into day, month and year without saying which is which. A time of day behind the date is dropped.
fn tokens(text: &str) -> Result<Parts, DateError> {
    let mut parts = Parts { tokens: [Token::Number { value: 0, digits: 0 }; 3], count: 0 };
    let bytes = text.as_bytes();
    let colons = has_colons(bytes);
    let mut at = 0;
    while at < bytes.len() {
        let Some(c) = text[at..].chars().next() else {
            break;
        };
        if c.is_ascii_digit() {
            let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            let colon = bytes.get(end) == Some(&b':') && !(colons && end < 8);
            if colon || (parts.count == 3 && is_time(&text[at..])) {
                return if is_time(&text[at..]) && parts.count > 0 { Ok(parts) } else { Err(DateError::Shape) };
            }
            let value = text[at..end].parse().map_err(|_| DateError::Shape)?;
            push(&mut parts, Token::Number { value, digits: u8::try_from(end - at).unwrap_or(u8::MAX) })?;
            at = end;
        } else if matches!(c, '年' | '月' | '日') {
            at += c.len_utf8();
        } else if c.is_alphabetic() {
            let end = at + text[at..].find(|c: char| !c.is_alphabetic()).unwrap_or(text.len() - at);
            let word = &text[at..end];
            if (word == "T" || word == "t") && parts.count > 0 {
                return if is_time(&text[end..]) { Ok(parts) } else { Err(DateError::Shape) };
            }
            match month_of(word) {
                Some(month) => push(&mut parts, Token::Month(month))?,
                None if FILLERS.contains(&fold(word).as_str()) => {}
                None => return Err(DateError::Shape),
            }
            at = end;
        } else if matches!(c, '/' | '.' | '-' | ' ' | ',' | '\'' | '\u{2019}' | '\u{a0}' | '\u{2011}') {
            at += c.len_utf8();
        } else if c == ':' && colons && at < 8 {
            at += 1;
        } else {
            return Err(DateError::Shape);
        }
    }
    Ok(parts)
}

/// `2026:11:03`: a year of four digits begins no time of day.
fn has_colons(text: &[u8]) -> bool {
    text.len() >= 10
        && text[..10].iter().enumerate().all(|(at, b)| if at == 4 || at == 7 { *b == b':' } else { b.is_ascii_digit() })
}

fn push(parts: &mut Parts, token: Token) -> Result<(), DateError> {
    *parts.tokens.get_mut(parts.count).ok_or(DateError::Shape)? = token;
    parts.count += 1;
    Ok(())
}

/// Hours and minutes in any of the usual dresses, with zone or half of the day.
fn is_time(text: &str) -> bool {
    text.len() <= 24
        && text.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    ':' | '.' | ' ' | '+' | '-' | 'Z' | 'z' | 'a' | 'A' | 'p' | 'P' | 'm' | 'M' | 'U' | 'T' | 'C' | 'G'
                )
        })
        && text.bytes().filter(u8::is_ascii_digit).count() >= 2
}

/// Year, month and day as numbers, if the tokens can be read in this order.
fn arrange(parts: &Parts, format: DateFormat) -> Result<(u32, u8, u32, u32), DateError> {
    use Token::{Month, Number};
    let number = |token: Token| match token {
        Number { value, digits } => (value, digits),
        Month(month) => (month, 0),
    };
    match (parts.count, &parts.tokens) {
        (1, [Number { value, digits }, ..]) => compact(*value, *digits, format),
        (3, [Number { value: day, digits }, Month(month), Number { value: year, digits: width }]) => {
            if *digits == 4 {
                Ok((*day, 4, *month, *year))
            } else {
                Ok((*year, *width, *month, *day))
            }
        }
        (3, [Month(month), Number { value: day, .. }, Number { value: year, digits }]) => {
            Ok((*year, *digits, *month, *day))
        }
        (3, [Number { value: year, digits }, Number { value: day, .. }, Month(month)]) if *digits == 4 => {
            Ok((*year, 4, *month, *day))
        }
        (3, [Number { .. }, Number { .. }, Number { .. }]) => {
            let [a, b, c] = parts.tokens.map(number);
            let (year, month, day) = match format {
                DateFormat::Ymd => (a, b, c),
                DateFormat::Dmy => (c, b, a),
                DateFormat::Mdy => (c, a, b),
                DateFormat::Serial => return Err(DateError::Shape),
            };
            if month.1 > 2 || day.1 > 2 || !matches!(year.1, 2 | 4) {
                return Err(DateError::Shape);
            }
            Ok((year.0, year.1, month.0, day.0))
        }
        (
            2,
            [Number { digits: 1 | 2, .. }, Number { digits: 1 | 2, .. }, _]
            | [Number { .. }, Month(_), _]
            | [Month(_), Number { .. }, _],
        ) => Err(DateError::NoYear),
        _ => Err(DateError::Shape),
    }
}

fn compact(value: u32, digits: u8, format: DateFormat) -> Result<(u32, u8, u32, u32), DateError> {
    if digits != 8 {
        return Err(DateError::Shape);
    }
    match format {
        DateFormat::Ymd => Ok((value / 10_000, 4, value / 100 % 100, value % 100)),
        DateFormat::Dmy => Ok((value % 10_000, 4, value / 10_000 % 100, value / 1_000_000)),
        DateFormat::Mdy => Ok((value % 10_000, 4, value / 1_000_000, value / 10_000 % 100)),
        DateFormat::Serial => Err(DateError::Shape),
    }
}

/// Reads a date. Two-digit years are those from 1970 to 2069.
pub(crate) fn parse(text: &str, format: DateFormat) -> Result<Date, DateError> {
    let mut text = trim(text);
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        text = trim(inner);
    }
    if text.is_empty() {
        return Err(DateError::Blank);
    }
    if text.len() > 48 {
        return Err(DateError::Shape);
    }
    if format == DateFormat::Serial {
        return serial(text);
    }
    let text = date_of_timestamp(text);
    let (year, digits, month, day) = arrange(&tokens(text)?, format)?;
    let year = if digits <= 2 { if year < 70 { 2000 + year } else { 1900 + year } } else { year };
    build(year, month, day)
}

/// `20261103102300` without its time, and without a zone in brackets: `20261103120000[0:GMT]`.
fn date_of_timestamp(text: &str) -> &str {
    let bare = text.split('[').next().unwrap_or(text);
    if matches!(bare.len(), 12 | 14 | 17) && bare.bytes().all(|b| b.is_ascii_digit()) { &bare[..8] } else { text }
}

fn build(year: u32, month: u32, day: u32) -> Result<Date, DateError> {
    let narrow = i16::try_from(year).ok().filter(|y| (FIRST_YEAR..=LAST_YEAR).contains(y));
    if month == 0 || month > 12 {
        return Err(DateError::Month(month));
    }
    let Some(y) = narrow else {
        return Err(DateError::Year(year));
    };
    let m = i8::try_from(month).map_err(|_| DateError::Month(month))?;
    let has = Date::new(y, m, 1).map_err(|_| DateError::Shape)?.days_in_month();
    match i8::try_from(day).ok().filter(|d| (1..=has).contains(d)) {
        Some(d) => Date::new(y, m, d).map_err(|_| DateError::Shape),
        None => Err(DateError::Day { year: y, month: m, day, has }),
    }
}

fn serial(text: &str) -> Result<Date, DateError> {
    let days = text.split_once('.').map_or(text, |(days, _)| days);
    let days: i64 = days.parse().map_err(|_| DateError::Shape)?;
    let epoch = Date::new(1899, 12, 30).map_err(|_| DateError::Shape)?;
    let span = jiff::Span::new().try_days(days).map_err(|_| DateError::Shape)?;
    let date = epoch.checked_add(span).map_err(|_| DateError::Shape)?;
    if (FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        Ok(date)
    } else {
        Err(DateError::Year(u32::try_from(date.year()).unwrap_or(0)))
    }
}

/// Bits of the formats under which a text is a date. [`DateFormat::Serial`] is never among them: any number would be.
pub(crate) fn feasible(text: &str) -> u8 {
    let text = trim(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if text.len() > 48 || text.len() < 6 || digits < 3 {
        return 0;
    }
    let bare = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let bare = date_of_timestamp(bare);
    let Ok(parts) = tokens(bare) else { return 0 };
    if parts.count != 1 && parts.count != 3 {
        return 0;
    }
    DateFormat::ALL[..3]
        .iter()
        .filter(|&&format| parse(text, format).is_ok())
        .fold(0, |bits, format| bits | format.bit())
}

/// True when the text has the shape of a date, even an impossible one such as `31/11/2026`.
pub(crate) fn has_shape(text: &str) -> bool {
    let text = trim(text);
    if text.len() > 48 || text.len() < 6 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    match tokens(date_of_timestamp(text)) {
        Ok(parts) => parts.count == 3,
        Err(_) => false,
    }
}

/// True for a whole number that a spreadsheet would show as a day between 1970 and 2100.
pub(crate) fn serial_like(text: &str) -> bool {
    serial(trim(text)).is_ok_and(|date| (1970..2100).contains(&date.year()))
}

/// The first date that stands somewhere in a text such as `Balance on 30.11.2026:`.
pub(crate) fn find_in(text: &str, prefer: DateFormat) -> Option<Date> {
    all_in(text, prefer).into_iter().next()
}

/// All dates that stand in a text, at most four.
pub(crate) fn all_in(text: &str, prefer: DateFormat) -> Vec<Date> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | '-');
    let read = |piece: &str| {
        let bits = feasible(piece);
        let format = if bits & prefer.bit() != 0 {
            Some(prefer)
        } else {
            DateFormat::ALL[..3].iter().copied().find(|format| bits & format.bit() != 0)
        };
        format.and_then(|format| parse(piece, format).ok())
    };
    let mut found: Vec<Date> = text
        .split(|c| !is_part(c))
        .map(|piece| piece.trim_matches(['.', '/', '-']))
        .filter(|piece| piece.len() >= 8)
        .filter_map(read)
        .take(4)
        .collect();
    if found.is_empty() {
        // A date in words: `30 November 2026` behind a label.
        let tail = text.rsplit(':').next().unwrap_or(text);
        found.extend(read(tail));
    }
    found
}

/// The English name of a month, for sentences.
pub(crate) fn month_name(month: i8) -> String {
    let name = MONTHS[0].get(usize::try_from(month - 1).unwrap_or(0)).copied().unwrap_or("month");
    name[..1].to_ascii_uppercase() + &name[1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn shapes_of_banks() {
        use DateFormat::{Dmy, Mdy, Serial, Ymd};
        let day = date(2026, 11, 3);
        for (text, format) in [
            ("2026-11-03", Ymd),
            ("2026:11:03", Ymd),
            ("2026:11:03 14:05", Ymd),
            ("2026/11/3", Ymd),
            ("20261103", Ymd),
            ("20261103142501", Ymd),
            ("2026-11-03T14:25:01Z", Ymd),
            ("2026-11-03 14:25", Ymd),
            ("03.11.2026", Dmy),
            ("3/11/26", Dmy),
            ("03-11-2026 09:10:11", Dmy),
            ("03112026", Dmy),
            ("11/03/2026", Mdy),
            ("11/3/2026 2:25 PM", Mdy),
            ("3 Nov 2026", Dmy),
            ("03-Nov-26", Dmy),
            ("Nov 3, 2026", Mdy),
            ("3. marraskuuta 2026", Dmy),
            ("3 listopada 2026", Dmy),
            ("Tue 3rd November 2026", Dmy),
            ("2026年11月3日", Ymd),
            ("20261103120000[0:GMT]", Ymd),
            ("46329", Serial),
            ("46329.75", Serial),
        ] {
            let result = parse(text, format);
            // The Finnish partitive is longer than the name: not every inflection is known.
            if text.contains("kuuta") {
                assert_eq!(result, Err(DateError::Shape));
            } else {
                assert_eq!(result, Ok(day), "{text}");
            }
        }
        assert_eq!(parse("1 août 2026", Dmy), Ok(date(2026, 8, 1)));
        assert_eq!(parse("15 mrt 2026", Dmy), Ok(date(2026, 3, 15)));
        assert_eq!(parse("15 März 2026", Dmy), Ok(date(2026, 3, 15)));
        assert_eq!(parse("02-Dic-2026", Dmy), Ok(date(2026, 12, 2)));
    }

    #[test]
    fn impossible_days_say_so() {
        use DateFormat::{Dmy, Ymd};
        assert_eq!(parse("31/11/2026", Dmy), Err(DateError::Day { year: 2026, month: 11, day: 31, has: 30 }));
        assert_eq!(parse("2026-02-30", Ymd), Err(DateError::Day { year: 2026, month: 2, day: 30, has: 28 }));
        assert_eq!(parse("01/13/2026", Dmy), Err(DateError::Month(13)));
        assert_eq!(parse("01/01/0001", Dmy), Err(DateError::Year(1)));
        assert_eq!(parse("12 Nov", Dmy), Err(DateError::NoYear));
        assert_eq!(parse("pending", Dmy), Err(DateError::Shape));
    }

    #[test]
    fn what_one_cell_leaves_open() {
        assert_eq!(feasible("03/04/2026"), DateFormat::Dmy.bit() | DateFormat::Mdy.bit());
        assert_eq!(feasible("13/04/2026"), DateFormat::Dmy.bit());
        assert_eq!(feasible("1234.56"), 0);
        assert_eq!(feasible("40.50.60"), 0);
        assert_eq!(feasible("12345678901"), 0);
    }

    #[test]
    fn dates_inside_sentences() {
        assert_eq!(find_in("Kontostand vom 30.11.2026:", DateFormat::Dmy), Some(date(2026, 11, 30)));
        assert_eq!(all_in("01/11/2026 - 15/11/2026", DateFormat::Dmy), [date(2026, 11, 1), date(2026, 11, 15)]);
        assert_eq!(find_in("no date", DateFormat::Dmy), None);
    }
}
