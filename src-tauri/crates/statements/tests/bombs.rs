//! Workbooks that are small on disk and large in memory: refused in little time, with the part and the bound.

use std::io::{Cursor, Write};

use statements::{Format, ReadOptions, Reason};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const OPEN_SHEET: &str = "<worksheet><sheetData>";

/// A workbook of the given parts, each a text and how often it stands between a head and an end.
fn packed(parts: &[(&str, &str, &str, usize, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, head, text, times, end) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(head.as_bytes()).unwrap();
        let block = text.repeat(1_000.min(*times));
        for _ in 0..times / 1_000.min(*times).max(1) {
            zip.write_all(block.as_bytes()).unwrap();
        }
        zip.write_all(end.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn xlsx(sheet: (&str, &str, usize, &str), strings: (&str, &str, usize, &str)) -> Vec<u8> {
    let book = r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>"#;
    let root = r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let relations = r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    packed(&[
        ("[Content_Types].xml", "<Types/>", "", 0, ""),
        ("_rels/.rels", root, "", 0, ""),
        ("xl/workbook.xml", book, "", 0, ""),
        ("xl/_rels/workbook.xml.rels", relations, "", 0, ""),
        ("xl/sharedStrings.xml", strings.0, strings.1, strings.2, strings.3),
        ("xl/worksheets/sheet1.xml", sheet.0, sheet.1, sheet.2, sheet.3),
    ])
}

const NO_STRINGS: (&str, &str, usize, &str) = ("<sst/>", "", 0, "");

fn ods(content: (&str, &str, usize, &str)) -> Vec<u8> {
    packed(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "", 0, ""),
        ("META-INF/manifest.xml", "<manifest/>", "", 0, ""),
        ("content.xml", content.0, content.1, content.2, content.3),
    ])
}

/// Reads a bomb, which must be refused with the reason and the words.
#[track_caller]
fn refused(bytes: &[u8], reason: Reason, words: &[&str]) {
    assert!(bytes.len() < 3_000_000, "{} bytes on disk", bytes.len());
    let started = std::time::Instant::now();
    let reading = statements::read(bytes, "bomb.xlsx", &ReadOptions::default());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    assert_eq!(reading.format, Format::Unreadable);
    let problem = &reading.problems[0];
    assert_eq!(problem.reason, reason, "{}", problem.message);
    for word in words {
        assert!(problem.message.contains(word), "{word} is not in: {}", problem.message);
    }
}

#[test]
fn a_part_that_unpacks_beyond_its_bound_is_refused_by_what_it_declares() {
    let zeros = "0".repeat(1_000);
    let bytes = packed(&[("xl/workbook.xml", "<workbook>", &zeros, 34_000, "</workbook>")]);
    refused(&bytes, Reason::TooLarge, &["xl/workbook.xml", "32 MB"]);
}

#[test]
fn a_part_that_declares_less_than_it_holds_is_not_unpacked() {
    let bytes = xlsx((OPEN_SHEET, "<row></row>", 200_000, "</sheetData></worksheet>"), NO_STRINGS);
    let true_size = u32::try_from(OPEN_SHEET.len() + 11 * 200_000 + "</sheetData></worksheet>".len()).unwrap();
    let mut lying = bytes.clone();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == true_size.to_le_bytes()).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&1_000u32.to_le_bytes());
    }
    refused(&lying, Reason::Empty, &["no sheets"]);
}

#[test]
fn an_endless_cell_is_refused() {
    let x = "x".repeat(1_000);
    let head = format!("{OPEN_SHEET}<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>");
    let inline = xlsx((&head, &x, 100_000, "</t></is></c></row></sheetData></worksheet>"), NO_STRINGS);
    refused(&inline, Reason::CellTooLong, &["xl/worksheets/sheet1.xml", "32767"]);
    // Many short pieces make one long cell just as well.
    let pieces = xlsx(
        (OPEN_SHEET, "", 0, "</sheetData></worksheet>"),
        ("<sst><si>", "<r><t><![CDATA[>abcdefghij]]></t></r>", 10_000, "</si></sst>"),
    );
    refused(&pieces, Reason::CellTooLong, &["xl/sharedStrings.xml", "32767"]);
    let head = "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"S\"><table:table-row><table:table-cell><text:p>";
    refused(&ods((head, &x, 50_000, "</text:p></table:table-cell>")), Reason::CellTooLong, &["content.xml", "32767"]);
}

#[test]
fn an_endless_tag_is_refused() {
    let bytes = xlsx((OPEN_SHEET, " a=\"1\"", 1, ""), ("<sst ", "a=\"1234567890\" ", 200_000, "/>"));
    refused(&bytes, Reason::TooLarge, &["xl/sharedStrings.xml", "1 MB"]);
}

#[test]
fn one_text_named_over_and_over_is_refused() {
    let long = "y".repeat(30_000);
    let strings = format!("<sst><si><t>{long}</t></si></sst>");
    let row = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>";
    let bytes = xlsx((OPEN_SHEET, row, 10_000, "</sheetData></worksheet>"), (&strings, "", 0, ""));
    refused(&bytes, Reason::TooLarge, &["256 MB", "“S”"]);
}

#[test]
fn rows_and_columns_beyond_a_sheet_are_refused() {
    let far = |place: &str| {
        let head = format!("{OPEN_SHEET}<row><c r=\"{place}\"><v>1</v></c></row>");
        xlsx((&head, "", 0, "</sheetData></worksheet>"), NO_STRINGS)
    };
    refused(&far("A1048577"), Reason::TooLarge, &["1048576 rows"]);
    let cells = xlsx((OPEN_SHEET, "<c r=\"A1\"><v>1</v></c>", 17_000, "</sheetData></worksheet>"), NO_STRINGS);
    refused(&cells, Reason::TooLarge, &["16384 columns"]);
    let head = |row: &str, cell: &str| {
        format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"S\"><table:table-row {row}><table:table-cell {cell} office:value-type=\"float\" office:value=\"1\"/></table:table-row></table:table>"
        )
    };
    let rows = head("table:number-rows-repeated=\"1048577\"", "");
    refused(&ods((&rows, "", 0, "")), Reason::TooLarge, &["content.xml", "1048576 rows"]);
    let columns = head("", "table:number-columns-repeated=\"16385\"");
    refused(&ods((&columns, "", 0, "")), Reason::TooManyColumns, &["content.xml", "16384 columns"]);
    let grid = head("table:number-rows-repeated=\"1000000\"", "table:number-columns-repeated=\"16000\"");
    refused(&ods((&grid, "", 0, "")), Reason::TooLarge, &["content.xml", "10000000 cells"]);
}
