//! Cells as texts on paper: amounts with their thousands apart, texts broken into lines that fit.

use super::face::{ELLIPSIS, Face, MINUS, plain};
use crate::Cell;

/// Most lines of a text; what is longer ends in an ellipsis.
pub(super) const MOST_LINES: usize = 3;

/// What a cell says.
pub(super) fn said(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => plain(text),
        Cell::Number(number) => grouped(&number.to_string()),
        Cell::Amount { amount, exponent } => grouped(&amount.to_decimal(*exponent)),
    }
}

/// Whether it is a figure: to the right, and never cut.
pub(super) fn is_figure(cell: &Cell) -> bool {
    matches!(cell, Cell::Number(_) | Cell::Amount { .. })
}

/// `-1234567.89` as `−1,234,567.89`.
fn grouped(decimal: &str) -> String {
    let (negative, digits) = decimal.strip_prefix('-').map_or((false, decimal), |digits| (true, digits));
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::new();
    if negative {
        out.push(MINUS);
    }
    for (at, digit) in digits.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The decimals of a figure with the point in front of them; nothing for a whole one.
pub(super) fn fraction(figure: &str) -> &str {
    figure.find('.').map_or("", |at| &figure[at..])
}

/// Breaks a text into lines no wider than `room`: at blanks, behind marks that end a part, and within what is too long
/// for a line. At most `most` lines; what is left of a longer text is an ellipsis.
pub(super) fn lines(face: &Face, text: &str, size: i32, room: i32, most: usize) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    if face.width(text, size) <= room {
        return vec![text.to_owned()];
    }
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = fitting(face, rest, size, room);
        if end < rest.len() && out.len() + 1 == most {
            out.push(ellipsis(face, rest, size, room));
            return out;
        }
        out.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    out
}

/// Where the first line of a text ends. Never at its beginning, however narrow the room is.
fn fitting(face: &Face, text: &str, size: i32, room: i32) -> usize {
    let (mut wide, mut broken) = (0, 0);
    for (at, letter) in text.char_indices() {
        wide += face.width_of(letter, size);
        if wide > room && letter != ' ' {
            return match (broken, at) {
                (0, 0) => letter.len_utf8(),
                (0, at) => at,
                (broken, _) => broken,
            };
        }
        if letter == ' ' || "-/,;:_?&".contains(letter) {
            broken = at + letter.len_utf8();
        }
    }
    text.len()
}

/// As much of the beginning as fits with an ellipsis behind it.
fn ellipsis(face: &Face, text: &str, size: i32, room: i32) -> String {
    let mut left = room - face.width_of(ELLIPSIS, size);
    let fits = |letter: &char| {
        left -= face.width_of(*letter, size);
        left >= 0
    };
    let mut out: String = text.chars().take_while(fits).collect();
    out.truncate(out.trim_end().len());
    out.push(ELLIPSIS);
    out
}

#[cfg(test)]
mod tests {
    use ledger::Amount;

    use super::super::face::Faces;
    use super::*;

    #[test]
    fn figures_have_their_thousands_apart() {
        let amount = |minor: &str, exponent| Cell::Amount { amount: minor.parse::<Amount>().unwrap(), exponent };
        for (cell, said_as, decimals) in [
            (amount("-123456789", 2), "−1,234,567.89", ".89"),
            (amount("100000", 2), "1,000.00", ".00"),
            (amount("99999", 2), "999.99", ".99"),
            (amount("-5", 3), "−0.005", ".005"),
            (amount("1284000", 0), "1,284,000", ""),
            (amount("0", 2), "0.00", ".00"),
            (Cell::Number(12_345), "12,345", ""),
        ] {
            assert_eq!((said(&cell).as_str(), fraction(&said(&cell))), (said_as, decimals));
            assert!(is_figure(&cell));
        }
    }

    #[test]
    fn a_text_is_broken_where_it_may_be_and_cut_with_an_ellipsis() {
        let faces = Faces::new().unwrap();
        let face = &faces.regular;
        let broken = |text: &str, room: i32| lines(face, text, 9_000, room, MOST_LINES);
        assert_eq!(broken("Rent of the hall", 200_000), ["Rent of the hall"]);
        assert_eq!(broken("Rent of the hall", 40_000), ["Rent of", "the hall"]);
        assert_eq!(broken("INV-2026/000123", 50_000), ["INV-2026/", "000123"]);
        assert_eq!(broken("", 10), [""; 0]);
        for text in ["x".repeat(400), "many words ".repeat(80), "€".repeat(90)] {
            let cut = broken(text.trim_end(), 60_000);
            assert_eq!(cut.len(), MOST_LINES, "{cut:?}");
            assert!(cut[MOST_LINES - 1].ends_with(ELLIPSIS));
            for line in &cut {
                assert!(face.width(line, 9_000) <= 60_000, "{line}");
            }
        }
        let digits = "1".repeat(100);
        assert_eq!(lines(face, &digits, 9_000, 60_000, usize::MAX).concat(), digits, "a figure is never cut");
        assert_eq!(lines(face, "ab", 9_000, 1, usize::MAX), ["a", "b"], "and ends in any room");
    }
}
