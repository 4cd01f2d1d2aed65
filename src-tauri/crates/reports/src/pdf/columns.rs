//! How wide columns are, how large letters are, and which way round the paper is.

use super::cells::{fraction, is_figure, said};
use super::face::{Faces, plain};
use super::{Line, Sheet};

/// A4, and what stays free of it.
const SHORT: i32 = 595_276;
const LONG: i32 = 841_890;
pub(super) const MARGIN: i32 = 42_520;
/// Between two columns.
pub(super) const GAP: i32 = 15_000;
/// Sizes of letters, the largest that fits is taken; upright paper takes the first two only.
const SIZES: [i32; 4] = [9_000, 8_000, 7_000, 6_000];
const UPRIGHT: usize = 2;
/// A text up to this many letters is not broken: days, currencies, short references.
const SHORT_TEXT: usize = 14;
/// A column of texts is not narrower than this many times the size of its letters, if they need as much.
const NARROWEST: i32 = 9;
/// With so much room hardly a text is broken.
const COMFORT: i32 = 24;

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) size: i32,
}

impl Format {
    pub(super) fn room(self) -> i32 {
        self.width - 2 * MARGIN
    }
}

/// One column on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Column {
    pub(super) left: i32,
    pub(super) width: i32,
    /// Its figures stand to the right.
    pub(super) figures: bool,
    /// Room that decimals take, so that points stand below each other.
    pub(super) decimals: i32,
}

/// Columns of a table.
pub(super) type Plan = Vec<Column>;

/// What a column needs, in thousandths of the size of its letters.
#[derive(Clone, Copy, Default)]
struct Need {
    figures: bool,
    decimals: i32,
    /// Of its widest cell, unbroken.
    natural: i32,
    /// What it would like to have.
    comfort: i32,
    /// What it does with at least.
    least: i32,
}

/// Measured at this size, widths of any other follow.
const MEASURE: i32 = 1_000;

impl Need {
    fn at(self, size: i32) -> Self {
        // Rounded up: what was measured to fit must fit.
        let scaled = |wide: i32| {
            let exact = i64::from(wide) * i64::from(size) / i64::from(MEASURE) + 1;
            i32::try_from(exact).unwrap_or(i32::MAX / 64)
        };
        Self {
            natural: scaled(self.natural),
            comfort: scaled(self.comfort),
            least: scaled(self.least),
            decimals: if self.decimals > 0 { scaled(self.decimals) } else { 0 },
            ..self
        }
    }
}

/// Paper, size and columns for all tables of a report.
pub(super) fn plan(faces: &Faces, sheets: &[Sheet]) -> (Format, Vec<Plan>) {
    let needs: Vec<Vec<Need>> = sheets.iter().map(|sheet| needs(faces, sheet)).collect();
    let at = |size: i32| -> Vec<Vec<Need>> {
        needs.iter().map(|needs| needs.iter().map(|need| need.at(size)).collect()).collect()
    };
    let paper = |width, height| move |&size: &i32| Format { width, height, size };
    let (upright, across) = (SIZES[..UPRIGHT].iter().map(paper(SHORT, LONG)), SIZES.iter().map(paper(LONG, SHORT)));
    let with_comfort: Vec<Format> = upright.clone().chain(across.clone().take(UPRIGHT)).collect();
    let every: Vec<Format> = upright.chain(across).collect();
    let first = |formats: &[Format], of: fn(&Need) -> i32| {
        let fits = |format: &&Format| at(format.size).iter().all(|needs| sum_of(needs, of) <= format.room());
        formats.iter().find(fits).copied()
    };
    let format = first(&with_comfort, |need| need.comfort)
        .or_else(|| first(&every, |need| need.least))
        .unwrap_or(Format { width: LONG, height: SHORT, size: SIZES[SIZES.len() - 1] });
    (format, at(format.size).iter().map(|needs| placed(needs, format.room())).collect())
}

fn gaps(columns: usize) -> i32 {
    i32::try_from(columns.saturating_sub(1)).unwrap_or_default() * GAP
}

fn sum_of(needs: &[Need], of: fn(&Need) -> i32) -> i32 {
    needs.iter().map(of).sum::<i32>() + gaps(needs.len())
}

fn needs(faces: &Faces, sheet: &Sheet) -> Vec<Need> {
    let columns = sheet.rows.iter().map(|(_, cells)| cells.len()).chain([sheet.head.len()]).max().unwrap_or_default();
    let mut needs = vec![Need::default(); columns];
    let mut letters = vec![0; columns];
    let mut whole = vec![0; columns];
    for (at, head) in sheet.head.iter().enumerate() {
        needs[at].natural = head_size(faces.strong.width(&plain(head), MEASURE)) + 1;
        letters[at] = head.chars().count();
    }
    for (line, cells) in &sheet.rows {
        let face = faces.of(*line != Line::Plain);
        for (at, cell) in cells.iter().enumerate() {
            // What names a group or a sum runs on over the empty cells behind it.
            if *line != Line::Plain && !is_figure(cell) {
                continue;
            }
            let text = said(cell);
            let wide = face.width(&text, MEASURE);
            if is_figure(cell) {
                let decimals = face.width(fraction(&text), MEASURE);
                needs[at].figures = true;
                needs[at].decimals = needs[at].decimals.max(decimals);
                whole[at] = whole[at].max(wide - decimals);
            }
            needs[at].natural = needs[at].natural.max(wide);
            letters[at] = letters[at].max(text.chars().count());
        }
    }
    for (at, need) in needs.iter_mut().enumerate() {
        need.natural = need.natural.max(whole[at] + need.decimals);
        let unbroken = need.figures || letters[at] <= SHORT_TEXT;
        let up_to = |times: i32| if unbroken { need.natural } else { need.natural.min(times * MEASURE) };
        (need.least, need.comfort) = (up_to(NARROWEST), up_to(COMFORT));
    }
    needs
}

/// Heads are a little smaller than what stands below them.
pub(super) fn head_size(size: i32) -> i32 {
    size * 17 / 20
}

/// Shares the room out: everybody what they do with, then the narrow ones what they want, then the rest evenly.
fn placed(needs: &[Need], room: i32) -> Plan {
    let mut widths: Vec<i32> = needs.iter().map(|need| need.least).collect();
    let mut left = room - sum_of(needs, |need| need.least);
    if left < 0 {
        // Not even the smallest letters fit: every column gives up its share, and figures are broken, never cut.
        let inner = i64::from((room - gaps(needs.len())).max(1));
        let wanted = i64::from(widths.iter().sum::<i32>().max(1));
        for width in &mut widths {
            *width = i32::try_from(i64::from(*width) * inner / wanted).unwrap_or(1).max(1);
        }
    }
    while left > 0 {
        let open: Vec<usize> = (0..needs.len()).filter(|&at| widths[at] < needs[at].natural).collect();
        let share = left / i32::try_from(open.len()).unwrap_or(i32::MAX).max(1);
        if open.is_empty() || share == 0 {
            break;
        }
        for at in open {
            let more = share.min(needs[at].natural - widths[at]);
            widths[at] += more;
            left -= more;
        }
    }
    // What nobody needs goes to the texts in front of the first figures, so that those stand at the edge of the paper.
    let first_figure = needs.iter().position(|need| need.figures).unwrap_or(needs.len());
    if let Some(widest) = first_figure.checked_sub(1).or_else(|| needs.iter().rposition(|need| !need.figures))
        && left > 0
    {
        widths[widest] += left;
    }
    let mut edge = MARGIN;
    let column = |(need, width): (&Need, i32)| {
        let column = Column { left: edge, width, figures: need.figures, decimals: need.decimals };
        edge += width + GAP;
        column
    };
    needs.iter().zip(widths).map(column).collect()
}
