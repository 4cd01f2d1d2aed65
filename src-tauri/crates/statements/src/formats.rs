//! Currencies that a workbook prints by the format of a cell and not by its text: `[$USD] #,##0.00` in XLSX (ECMA-376,
//! part 1, 18.8.31), `office:currency` in ODS (OpenDocument 1.3, part 3, 19.369).
//!
//! Readers of workbooks give the number alone. Whoever looks at the sheet sees dollars.

use std::collections::HashMap;
use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::{currency_marks, parts};

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

/// Marks of one sheet by row and column, both from 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    marks: Vec<String>,
    cells: HashMap<(u32, u32), u16>,
}

impl Printed {
    /// The mark beside a number, by its file line from 1 and its column from 0.
    pub(crate) fn at(&self, line: u32, column: usize) -> Option<&str> {
        if self.cells.is_empty() {
            return None;
        }
        let place = (line.checked_sub(1)?, u32::try_from(column).ok()?);
        self.cells.get(&place).and_then(|&at| self.marks.get(usize::from(at))).map(String::as_str)
    }

    fn put(&mut self, row: u32, column: u32, mark: &str) {
        let known = self.marks.iter().position(|other| other == mark);
        let at = known.unwrap_or_else(|| {
            self.marks.push(mark.to_owned());
            self.marks.len() - 1
        });
        if let Ok(at) = u16::try_from(at) {
            self.cells.insert((row, column), at);
        }
    }
}

/// The marks of an XLSX workbook by the name of the sheet. What cannot be followed has none: the reader of the workbook
/// tells what is wrong with it.
pub(crate) fn of_xlsx(bytes: &[u8]) -> HashMap<String, Printed> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return HashMap::new() };
    let styles = styles(&mut archive);
    if styles.iter().all(Option::is_none) {
        return HashMap::new();
    }
    let targets = attributes_of(&mut archive, "xl/_rels/workbook.xml.rels", "Relationship", ["Id", "Target"]);
    let sheets = attributes_of(&mut archive, "xl/workbook.xml", "sheet", ["name", "r:id"]);
    let mut all = HashMap::new();
    for [name, id] in sheets {
        let Some([_, target]) = targets.iter().find(|[own, _]| *own == id) else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let mut printed = Printed::default();
        each_tag(&mut archive, &path, |tag| {
            if tag.local_name().as_ref() != "c" {
                return;
            }
            let style = attribute(tag, "s").and_then(|style| style.parse::<usize>().ok());
            let mark = style.and_then(|style| styles.get(style)?.as_deref());
            let place = mark.and_then(|_| attribute(tag, "r")).and_then(|place| cell_of(&place));
            if let (Some(mark), Some((row, column))) = (mark, place) {
                printed.put(row, column, mark);
            }
        });
        all.insert(name, printed);
    }
    all
}

/// The marks of an ODS workbook by the name of the sheet.
pub(crate) fn of_ods(bytes: &[u8]) -> HashMap<String, Printed> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return HashMap::new() };
    let mut all: HashMap<String, Printed> = HashMap::new();
    let (mut name, mut row, mut rows, mut column) = (String::new(), 0u32, 0u32, 0u32);
    each_tag(&mut archive, "content.xml", |tag| match tag.local_name().as_ref() {
        "table" => (name, row, rows, column) = (attribute(tag, "table:name").unwrap_or_default(), 0, 0, 0),
        "table-row" => {
            row = row.saturating_add(rows);
            (rows, column) = (repeated(tag, "table:number-rows-repeated"), 0);
        }
        "table-cell" | "covered-table-cell" => {
            let columns = repeated(tag, "table:number-columns-repeated");
            if let Some(mark) = attribute(tag, "office:currency").filter(|mark| !mark.is_empty()) {
                let printed = all.entry(name.clone()).or_default();
                // Filled cells are bounded before: see `parts`.
                for (down, right) in (0..rows).flat_map(|down| (0..columns).map(move |right| (down, right))) {
                    printed.put(row.saturating_add(down), column.saturating_add(right), &mark);
                }
            }
            column = column.saturating_add(columns);
        }
        _ => {}
    });
    all
}

/// The mark of each style of an XLSX workbook, by its index.
fn styles(archive: &mut Archive<'_>) -> Vec<Option<String>> {
    let mut formats: HashMap<String, String> = HashMap::new();
    let (mut styles, mut within) = (Vec::new(), false);
    each_tag(archive, "xl/styles.xml", |tag| match tag.local_name().as_ref() {
        "numFmt" => {
            if let (Some(id), Some(code)) = (attribute(tag, "numFmtId"), attribute(tag, "formatCode")) {
                formats.insert(id, code);
            }
        }
        // Named styles have formats too, and are no styles of cells.
        "cellXfs" => within = true,
        "cellStyleXfs" | "cellStyles" | "dxfs" => within = false,
        "xf" if within => {
            let code = attribute(tag, "numFmtId").and_then(|id| formats.get(&id));
            styles.push(code.and_then(|code| mark_of(code)));
        }
        _ => {}
    });
    styles
}

/// The mark that a number format prints: `[$USD]`, `[$€-407]`, `"EUR"`, `$`.
fn mark_of(code: &str) -> Option<String> {
    let is_mark = |text: &&str| currency_marks::is_mark(text) || single(text).is_some_and(currency_marks::is_symbol);
    let bracketed = code.split("[$").skip(1).filter_map(|rest| rest.split(['-', ']']).next());
    let quoted = code.split('"').skip(1).step_by(2);
    let found = bracketed.chain(quoted).map(str::trim).find(is_mark).map(str::to_owned);
    found.or_else(|| {
        code.chars().find(|&c| currency_marks::is_symbol(c)).filter(|_| !code.contains("[$")).map(String::from)
    })
}

fn single(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(|_| letters.next().is_none())
}

/// Row and column from 0 of a reference such as `C12`.
fn cell_of(place: &str) -> Option<(u32, u32)> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase).count();
    let column = place[..letters]
        .bytes()
        .try_fold(0u32, |sum, letter| sum.checked_mul(26)?.checked_add(u32::from(letter - b'A') + 1))?;
    Some((place[letters..].parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

fn repeated(tag: &BytesStart, name: &str) -> u32 {
    u32::try_from(parts::repeated(tag, name)).unwrap_or(u32::MAX)
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let value = tag.try_get_attribute(name).ok().flatten()?.value;
    Some(quick_xml::escape::unescape(&value).map_or_else(|_| value.to_string(), std::borrow::Cow::into_owned))
}

fn attributes_of(archive: &mut Archive<'_>, part: &str, tag: &str, names: [&str; 2]) -> Vec<[String; 2]> {
    let mut found = Vec::new();
    each_tag(archive, part, |one| {
        if one.local_name().as_ref() == tag
            && let [Some(first), Some(second)] = names.map(|name| attribute(one, name))
        {
            found.push([first, second]);
        }
    });
    found
}

/// Every opening tag of a part, until its end or until it cannot be followed.
fn each_tag(archive: &mut Archive<'_>, part: &str, mut take: impl FnMut(&BytesStart)) {
    let Ok(file) = archive.by_name(part) else { return };
    let mut reader = Reader::from_reader(BufReader::new(file.take(parts::MAX_SHEET_BYTES)));
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => take(&tag),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_prints_its_currency() {
        for (code, mark) in [
            ("[$USD] #,##0.00", Some("USD")),
            ("#,##0.00 [$€-407]", Some("€")),
            ("\"$\"#,##0.00_);(\"$\"#,##0.00)", Some("$")),
            ("#,##0.00\\ \"EUR\"", Some("EUR")),
            ("$#,##0.00", Some("$")),
            ("[$-409]d-mmm-yy", None),
            ("#,##0.00;[Red]-#,##0.00", None),
            ("\"Total\" 0.00", None),
        ] {
            assert_eq!(mark_of(code).as_deref(), mark, "{code}");
        }
        assert_eq!((cell_of("A1"), cell_of("AB12"), cell_of("7")), (Some((0, 0)), Some((11, 27)), None));
    }
}
