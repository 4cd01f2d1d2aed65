//! The two cuts of the typeface, measured in whole numbers: places on paper are thousandths of a point.
//!
//! IBM Plex Sans has Latin, Greek and Cyrillic letters, signs of currencies, and digits of one width.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization;

use super::PdfError;

static REGULAR: &[u8] = include_bytes!("../../fonts/IBMPlexSans-Regular.ttf");
static STRONG: &[u8] = include_bytes!("../../fonts/IBMPlexSans-SemiBold.ttf");

/// Stands where the typeface has no letter.
const MISSING: char = '◊';
/// The sign of an amount below zero; read back as the hyphen that programs know.
pub(super) const MINUS: char = '−';
pub(super) const ELLIPSIS: char = '…';

/// One letter.
#[derive(Debug, Clone, Copy)]
struct Letter {
    glyph: u16,
    /// In units of the typeface.
    width: i32,
}

/// One cut.
pub(super) struct Face {
    pub(super) font: Font,
    charmap: skrifa::charmap::Charmap<'static>,
    widths: Vec<i32>,
    units: i32,
    /// The letters that nearly every text is made of, found without looking through the typeface.
    common: Vec<Letter>,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Self, PdfError> {
        let broken = || PdfError::Written("the typeface cannot be read".into());
        let font = Font::new(bytes.into(), 0).ok_or_else(broken)?;
        let read = FontRef::new(bytes).map_err(|_| broken())?;
        let metrics = read.glyph_metrics(Size::unscaled(), LocationRef::default());
        let glyphs = read.maxp().map_err(|_| broken())?.num_glyphs();
        // Widths are whole numbers in the typeface.
        let widths = (0..glyphs).map(|id| metrics.advance_width(id.into()).unwrap_or_default() as i32).collect();
        let units = read.head().map_err(|_| broken())?.units_per_em().into();
        let mut face = Self { font, charmap: read.charmap(), widths, units, common: Vec::new() };
        face.common = ('\0'..'\u{180}').map(|letter| face.look_up(letter)).collect();
        Ok(face)
    }

    fn look_up(&self, letter: char) -> Letter {
        let found = self.charmap.map(letter).or_else(|| self.charmap.map(MISSING)).unwrap_or_default();
        let glyph = u16::try_from(found.to_u32()).unwrap_or_default();
        Letter { glyph, width: self.widths.get(usize::from(glyph)).copied().unwrap_or_default() }
    }

    fn letter(&self, letter: char) -> Letter {
        match self.common.get(letter as usize) {
            Some(known) => *known,
            None => self.look_up(letter),
        }
    }

    /// How wide a letter is at a size.
    pub(super) fn width_of(&self, letter: char, size: i32) -> i32 {
        self.letter(letter).width * size / self.units
    }

    /// How wide a text is at a size: the sum of its letters.
    pub(super) fn width(&self, text: &str, size: i32) -> i32 {
        text.chars().map(|letter| self.width_of(letter, size)).sum()
    }

    /// The letters of a text, one behind the other; a hyphen in a figure is drawn as a minus sign.
    #[expect(clippy::float_arithmetic, reason = "widths of letters, not money")]
    pub(super) fn glyphs(&self, text: &str, figure: bool) -> Vec<KrillaGlyph> {
        let units = self.units as f32;
        text.char_indices()
            .map(|(at, letter)| {
                let drawn = self.letter(if figure && letter == '-' { MINUS } else { letter });
                KrillaGlyph {
                    glyph_id: GlyphId::new(drawn.glyph.into()),
                    text_range: at..at + letter.len_utf8(),
                    x_advance: drawn.width as f32 / units,
                    x_offset: 0.0,
                    y_offset: 0.0,
                    y_advance: 0.0,
                    location: None,
                }
            })
            .collect()
    }
}

/// Both cuts.
pub(super) struct Faces {
    pub(super) regular: Face,
    pub(super) strong: Face,
}

impl Faces {
    pub(super) fn new() -> Result<Self, PdfError> {
        Ok(Self { regular: Face::new(REGULAR)?, strong: Face::new(STRONG)? })
    }

    pub(super) fn of(&self, strong: bool) -> &Face {
        if strong { &self.strong } else { &self.regular }
    }
}

/// Letters of a text that are looked at: more than its lines hold on any paper.
const LETTERS: usize = 4_000;

/// A text as it is laid out: letters and their marks in one, every kind of blank and what cannot be seen a blank.
pub(super) fn plain(text: &str) -> String {
    let unseen = |letter: char| {
        letter.is_control()
            || letter.is_whitespace()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut out = String::new();
    for letter in text.nfc().take(LETTERS) {
        let letter = if unseen(letter) { ' ' } else { letter };
        if letter != ' ' || !out.ends_with(' ') {
            out.push(letter);
        }
    }
    out.truncate(out.trim_end().len());
    out.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_have_one_width_and_letters_of_three_scripts_are_there() {
        let faces = Faces::new().unwrap();
        for face in [&faces.regular, &faces.strong] {
            let missing = face.letter(MISSING).glyph;
            assert_ne!(missing, 0, "even the mark is there");
            for digit in '0'..='9' {
                assert_eq!(face.width_of(digit, 9_000), face.width_of('0', 9_000));
            }
            for letter in "AÄÅæßŁőžαΩώЖщіҐ€£¥₹₺₽₴₩₪₫₦−…◊".chars() {
                assert_ne!(face.letter(letter).glyph, 0, "{letter}");
                assert!(letter == MISSING || face.letter(letter).glyph != missing, "{letter}");
            }
            assert_eq!(face.letter('漢').glyph, missing);
            assert_eq!(face.letter('\u{10ffff}').glyph, missing);
            assert_eq!(face.width("", 9_000), 0);
        }
    }

    #[test]
    fn a_figure_below_zero_is_drawn_as_it_is_measured() {
        for face in [&Faces::new().unwrap().regular, &Faces::new().unwrap().strong] {
            let (drawn, measured) = (face.glyphs("-1.00", true), face.glyphs("−1.00", false));
            let places = |glyphs: &[KrillaGlyph]| -> Vec<_> {
                glyphs.iter().map(|glyph| (glyph.glyph_id, glyph.x_advance.to_bits())).collect()
            };
            assert_eq!(places(&drawn), places(&measured));
            assert_ne!(places(&drawn), places(&face.glyphs("-1.00", false)), "a hyphen in a text stays one");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_a_blank_and_marks_join_their_letters() {
        assert_eq!(plain(" a\n\tb \u{202e}c\u{0} "), "a b c");
        assert_eq!(plain("Mu\u{308}ller"), "Müller");
        assert_eq!(plain("\u{feff}"), "");
    }
}
