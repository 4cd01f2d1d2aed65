//! Pages, drawn.

use jiff::tz::TimeZone;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};

use super::cells::{fraction, is_figure, lines};
use super::columns::{Column, Format, MARGIN, Plan, head_size};
use super::face::{Faces, MINUS, plain};
use super::pages::{Item, Laid, Placed, heads, laid, leading, padding, right};
use super::{Line, Paper, PdfError, Sheet};

const INK: [u8; 3] = [26, 26, 26];
const QUIET: [u8; 3] = [96, 96, 96];
const HAIR: [u8; 3] = [222, 222, 222];
/// Thickness of lines.
const THIN: i32 = 400;
const RULE: i32 = 600;
/// Between the two lines below a total.
const DOUBLE: i32 = 2_000;

/// A place on paper as the writer takes it.
#[expect(clippy::float_arithmetic, reason = "where something stands on paper, not money")]
fn points(place: i32) -> f32 {
    place as f32 / 1_000.0
}

fn fill([red, green, blue]: [u8; 3]) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// The moment a report was made, to the minute, in UTC.
fn moment(paper: &Paper) -> String {
    paper.made.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn metadata(paper: &Paper) -> Metadata {
    let made = paper.made.to_zoned(TimeZone::UTC);
    let small = |value: i8| u8::try_from(value).unwrap_or_default();
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or_default())
        .month(small(made.month()))
        .day(small(made.day()))
        .hour(small(made.hour()))
        .minute(small(made.minute()))
        .second(small(made.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let title = format!("{}, {}", plain(&paper.title), plain(&paper.book));
    Metadata::new()
        .title(title.chars().take(500).collect())
        .creator(plain(&paper.by))
        .producer(plain(&paper.by))
        .creation_date(date)
        .language("en".into())
}

/// The whole file.
pub(super) fn document(
    faces: &Faces,
    paper: &Paper,
    format: Format,
    sheets: &[Sheet],
    plans: &[Plan],
    pages: &[Vec<Placed>],
) -> Result<Vec<u8>, PdfError> {
    let failed = |what: String| PdfError::Written(what);
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
    let configuration = configuration.map_err(|error| failed(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(paper));
    for (number, placed) in (1..).zip(pages) {
        let size = PageSettings::from_wh(points(format.width), points(format.height));
        let mut page = document.start_page_with(size.ok_or_else(|| failed("the paper has no size".into()))?);
        let mut drawing = Drawing { surface: page.surface(), faces, format, sheets, plans, hairs: Vec::new() };
        drawing.title(paper, number);
        placed.iter().enumerate().for_each(|(at, one)| drawing.item(one, placed.get(at + 1)));
        drawing.foot(paper, number, pages.len());
        drawing.finish();
        page.finish();
    }
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

struct Drawing<'a> {
    surface: Surface<'a>,
    faces: &'a Faces,
    format: Format,
    sheets: &'a [Sheet],
    plans: &'a [Plan],
    /// Hairlines of the page, drawn in one.
    hairs: Vec<Rect>,
}

/// How a text is written.
#[derive(Clone, Copy)]
struct Style {
    size: i32,
    strong: bool,
    color: [u8; 3],
    /// A real minus sign in front of what is below zero.
    figure: bool,
}

impl Style {
    const fn text(size: i32, strong: bool, color: [u8; 3]) -> Self {
        Self { size, strong, color, figure: false }
    }
}

impl Drawing<'_> {
    fn text(&mut self, text: &str, left: i32, baseline: i32, style: Style) {
        let face = self.faces.of(style.strong);
        let read_as = if style.figure { text.replace(MINUS, "-") } else { text.to_owned() };
        let glyphs = face.glyphs(&read_as, style.figure);
        self.surface.set_fill(Some(fill(style.color)));
        let start = Point::from_xy(points(left), points(baseline));
        self.surface.draw_glyphs(start, &glyphs, face.font.clone(), &read_as, points(style.size), false);
    }

    fn text_right(&mut self, text: &str, edge: i32, baseline: i32, style: Style) {
        let wide = self.faces.of(style.strong).width(text, style.size);
        self.text(text, edge - wide, baseline, style);
    }

    /// A text on one line, cut with an ellipsis where it would not fit.
    fn one_line(&mut self, text: &str, room: i32, baseline: i32, style: Style) {
        let cut = lines(self.faces.of(style.strong), &plain(text), style.size, room, 1);
        if let Some(line) = cut.first() {
            self.text(line, MARGIN, baseline, style);
        }
    }

    fn rectangle(left: i32, top: i32, width: i32, height: i32) -> Option<Rect> {
        Rect::from_xywh(points(left), points(top), points(width), points(height))
    }

    fn rule(&mut self, left: i32, top: i32, width: i32, height: i32, color: [u8; 3]) {
        if let Some(one) = Self::rectangle(left, top, width, height) {
            self.fill_all(&[one], color);
        }
    }

    fn fill_all(&mut self, rectangles: &[Rect], color: [u8; 3]) {
        let mut path = PathBuilder::new();
        rectangles.iter().for_each(|one| path.push_rect(*one));
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill(color)));
            self.surface.draw_path(&path);
        }
    }

    /// What stands over the rows: everything on the first page, one line on the others.
    fn title(&mut self, paper: &Paper, number: usize) {
        let room = self.format.room();
        if number > 1 {
            let said = [&paper.book, &paper.title, &paper.period].map(|part| plain(part)).join("  ·  ");
            self.one_line(&said, room, 48_000, Style::text(8_000, false, QUIET));
            return self.rule(MARGIN, 54_000, room, THIN, HAIR);
        }
        self.one_line(&paper.book, room, 56_000, Style::text(10_000, true, QUIET));
        self.one_line(&paper.title, room, 82_000, Style::text(20_000, true, INK));
        self.one_line(&paper.period, room, 101_000, Style::text(10_500, false, INK));
        self.one_line(&paper.currency, room, 116_000, Style::text(8_500, false, QUIET));
        self.rule(MARGIN, 126_000, room, 1_000, INK);
    }

    fn foot(&mut self, paper: &Paper, number: usize, pages: usize) {
        let baseline = self.format.height - 30_000;
        let style = Style::text(7_500, false, QUIET);
        self.rule(MARGIN, baseline - 13_000, self.format.room(), THIN, HAIR);
        let made = format!("Made {} by {}", moment(paper), plain(&paper.by));
        self.one_line(&made, self.format.room() * 3 / 4, baseline, style);
        self.text_right(&format!("Page {number} of {pages}"), right(self.format), baseline, style);
    }

    fn item(&mut self, placed: &Placed, next: Option<&Placed>) {
        let size = self.format.size;
        let baseline = placed.top + padding(size) + size * 102 / 100;
        let sheets = self.sheets;
        let sheet = &sheets[placed.sheet];
        match placed.item {
            Item::Name => {
                let style = Style::text(size * 6 / 5, true, INK);
                self.one_line(&sheet.name, self.format.room(), placed.top + size * 4 / 3, style);
            }
            Item::Head => self.head(placed, sheet),
            Item::Nothing => self.one_line("None.", self.format.room(), baseline, Style::text(size, false, QUIET)),
            Item::Note => self.one_line(&sheet.note, self.format.room(), baseline, Style::text(size, false, QUIET)),
            Item::Row(row) => {
                let sum_next = next.is_some_and(|next| match next.item {
                    Item::Row(below) => sheet.rows[below].0 != Line::Plain,
                    _ => false,
                });
                self.row(placed, sheet, row, sum_next);
            }
        }
    }

    fn head(&mut self, placed: &Placed, sheet: &Sheet) {
        if placed.height == 0 {
            return;
        }
        let size = self.format.size;
        let small = head_size(size);
        let style = Style::text(small, true, QUIET);
        let plans = self.plans;
        let bottom = placed.top + placed.height;
        for one in heads(self.faces, size, sheet, &plans[placed.sheet]) {
            // What is one line stands beside the last line of what is two.
            let last = bottom - padding(size) - leading(small) + small * 102 / 100;
            for (line, above) in one.lines.iter().rev().zip(0..) {
                let baseline = last - above * leading(small);
                if one.column.figures {
                    self.text_right(line, one.column.left + one.column.width, baseline, style);
                } else {
                    self.text(line, one.column.left, baseline, style);
                }
            }
        }
        self.rule(MARGIN, bottom - RULE, self.format.room(), RULE, QUIET);
    }

    fn row(&mut self, placed: &Placed, sheet: &Sheet, row: usize, sum_next: bool) {
        let size = self.format.size;
        let (line, cells) = &sheet.rows[row];
        let plans = self.plans;
        let laid = laid(self.faces, size, &plans[placed.sheet], *line, cells);
        let lower = match line {
            Line::Plain | Line::Total => 0,
            Line::Group => size * 2 / 3,
            Line::Subtotal => size / 6,
        };
        let first = placed.top + lower + padding(size) + size * 102 / 100;
        for one in &laid {
            let figure = cells.get(one.at).is_some_and(is_figure);
            let style = Style { figure, ..Style::text(size, *line != Line::Plain, INK) };
            for (text, at) in one.lines.iter().zip(0..) {
                let baseline = first + at * leading(size);
                match figure {
                    // Points stand below each other; what was broken begins at the edge.
                    true if one.lines.len() == 1 => self.figure(text, one.column, baseline, style),
                    true => self.text_right(text, one.column.left + one.column.width, baseline, style),
                    false => self.text(text, one.column.left, baseline, style),
                }
            }
        }
        match line {
            Line::Plain if !sum_next => {
                let bottom = placed.top + placed.height;
                self.hairs.extend(Self::rectangle(MARGIN, bottom - THIN, self.format.room(), THIN));
            }
            Line::Plain | Line::Group => {}
            Line::Subtotal | Line::Total => self.sum_lines(placed, &laid, cells, *line),
        }
    }

    fn figure(&mut self, text: &str, column: Column, baseline: i32, style: Style) {
        let decimals = fraction(text);
        let wide = self.faces.of(style.strong).width(decimals, style.size);
        self.text_right(text, column.left + column.width - column.decimals + wide, baseline, style);
    }

    /// A line over the figures of a sum, and two below those of a total.
    fn sum_lines(&mut self, placed: &Placed, laid: &[Laid], cells: &[crate::Cell], line: Line) {
        let size = self.format.size;
        let above = placed.top + THIN;
        let below = placed.top + leading(size) + 2 * padding(size) + size / 4;
        for one in laid.iter().filter(|one| cells.get(one.at).is_some_and(is_figure)) {
            let Column { left, width, .. } = one.column;
            self.rule(left, above, width, RULE, INK);
            if line == Line::Total {
                self.rule(left, below, width, RULE, INK);
                self.rule(left, below + DOUBLE, width, RULE, INK);
            }
        }
    }

    fn finish(mut self) {
        let hairs = std::mem::take(&mut self.hairs);
        self.fill_all(&hairs, HAIR);
        self.surface.finish();
    }
}
