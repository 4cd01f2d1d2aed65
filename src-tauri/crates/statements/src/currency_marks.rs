//! Currencies as banks print them beside amounts: codes, signs and short words.

use crate::words;

/// Signs of whole units. A sign of a hundredth, as in `50¢`, is none: the number beside it counts something else.
pub(crate) fn is_symbol(c: char) -> bool {
    matches!(c, '€' | '$' | '£' | '¥' | '₹' | '₽' | '₺' | '₩' | '₪' | '₫' | '฿' | '₴' | '₦' | '￥')
}

/// Marks that stand for one currency only; `$`, `¥` and `kr` do not.
fn sole(mark: &str) -> Option<&'static str> {
    Some(match mark {
        "€" => "EUR",
        "£" => "GBP",
        "₹" => "INR",
        "₽" => "RUB",
        "₺" => "TRY",
        "₩" => "KRW",
        "₪" => "ILS",
        "₫" => "VND",
        "₴" => "UAH",
        "zł" | "zl" | "ZŁ" => "PLN",
        "Kč" | "kč" | "Kc" => "CZK",
        "Ft" => "HUF",
        "TL" => "TRY",
        "円" => "JPY",
        "元" => "CNY",
        "원" => "KRW",
        _ => return None,
    })
}

/// Marks that several currencies share, in small letters, with the codes of those (ISO 4217 and the currencies' usual
/// signs). `us`, `r` and the like are what stands before a dollar sign: `US$`, `R$`.
const SHARED: [(&str, &[&str]); 16] = [
    (
        "$",
        &[
            "USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "BRL", "CLP", "COP", "CUP", "DOP", "UYU",
            "NIO", "BBD", "BMD", "BND", "BSD", "BZD", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TOP",
            "TTD", "XCD", "CVE", "MOP",
        ],
    ),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("฿", &["THB"]),
    ("₦", &["NGN"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("fr", &["CHF", "XOF", "XAF", "XPF", "BIF", "DJF", "GNF", "KMF", "RWF"]),
    ("sfr", &["CHF"]),
    ("lei", &["RON", "MDL"]),
    ("rs", &["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]),
    ("us", &["USD"]),
    ("nz", &["NZD"]),
    ("hk", &["HKD"]),
    ("din", &["RSD", "MKD", "DZD", "TND", "KWD", "BHD", "IQD", "JOD", "LYD"]),
    ("r", &["ZAR", "BRL"]),
    ("kn", &["HRK"]),
];

/// The letters before the dollar of Australia and Canada. They are read in capitals only: a small `a` is no currency.
const DOLLARS: [(&str, &str); 3] = [("A", "AUD"), ("AU", "AUD"), ("CA", "CAD")];

/// Whether a word beside an amount is a mark of a currency.
pub(crate) fn is_mark(word: &str) -> bool {
    let shared = || word == "R" || word.len() > 1 && SHARED.iter().any(|(mark, _)| mark.eq_ignore_ascii_case(word));
    is_code(word) || sole(word).is_some() || shared() || DOLLARS.iter().any(|(letters, _)| *letters == word)
}

fn is_code(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|b| b.is_ascii_alphabetic()) && words::iso(word).is_some()
}

/// The code that a printed code or unmistakable sign stands for.
pub(crate) fn code(word: &str) -> Option<String> {
    sole(word)
        .map(str::to_owned)
        .or_else(|| if word.len() == 3 { words::iso(word).map(|currency| currency.code().to_owned()) } else { None })
}

/// Whether an amount beside this mark can be in the currency. A code of nobody's list may have any mark.
pub(crate) fn fits(mark: &str, currency: &str) -> bool {
    if words::iso(currency).is_none() {
        return code(mark).is_none_or(|code| code.eq_ignore_ascii_case(currency));
    }
    if let Some(code) = code(mark) {
        return code.eq_ignore_ascii_case(currency);
    }
    if let Some((_, code)) = DOLLARS.iter().find(|(letters, _)| *letters == mark) {
        return *code == currency;
    }
    SHARED
        .iter()
        .find(|(shared, _)| shared.eq_ignore_ascii_case(mark))
        .is_none_or(|(_, codes)| codes.contains(&currency))
}

/// The sign in the name of a column: `Amount ($)`.
pub(crate) fn in_header(header: &str) -> Option<&str> {
    let sign = header.char_indices().find(|(_, c)| is_symbol(*c));
    sign.map(|(at, c)| &header[at..at + c.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_fits_the_currencies_that_print_it() {
        for (mark, currency) in [
            ("€", "EUR"),
            ("$", "USD"),
            ("$", "MXN"),
            ("kr", "SEK"),
            ("Kr", "DKK"),
            ("R", "ZAR"),
            ("usd", "USD"),
            ("$", "XTS1"),
        ] {
            assert!(fits(mark, currency), "{mark} {currency}");
        }
        for (mark, currency) in
            [("$", "EUR"), ("£", "EUR"), ("USD", "EUR"), ("¥", "USD"), ("kr", "EUR"), ("A", "USD"), ("€", "USDT")]
        {
            assert!(!fits(mark, currency), "{mark} {currency}");
        }
    }
}
