//! What looks certain and is not: figures a thousand times too large, days of another month, rows that would go unseen.

use statements::{Proof, ReadOptions, Reading, Reason, Severity};

use crate::support::{amounts, assert_nothing_lost, errors};

fn read(text: &str) -> Reading {
    let options = ReadOptions { currency_hint: ledger::Currency::iso("EUR"), ..ReadOptions::default() };
    statements::read(text.as_bytes(), "statement.csv", &options)
}

fn warned(reading: &Reading, reason: Reason) -> Vec<Option<u32>> {
    let warnings = reading.problems.iter().filter(|p| p.severity == Severity::Warning && p.reason == reason);
    warnings.map(|problem| problem.line).collect()
}

#[test]
fn a_quarter_is_not_two_hundred_and_fifty() {
    // Three decimals are more than a euro has; none of them is a thousand.
    let mills = read("Date,Text,Amount\n2026-10-01,A,-0.505\n2026-10-02,B,0.250\n2026-10-03,C,0.250\n");
    assert!(amounts(&mills).iter().all(|amount| amount.len() < 6), "{:?}", amounts(&mills));
    assert!(errors(&mills).contains(&(Some(2), Reason::TooManyDecimals)), "{:?}", errors(&mills));
    // Among commas it is a typing error, and nothing is grouped behind a zero.
    let comma = read(
        "Date;Text;Amount\n2026-10-01;A;-10,50\n2026-10-02;B;0.250\n2026-10-03;C;000.260\n2026-10-04;D;9,26\n2026-10-05;E;7,00\n",
    );
    assert_eq!(errors(&comma), [3, 4].map(|line| (Some(line), Reason::BadGrouping)));
    assert_eq!(amounts(&comma), ["-10.50", "9.26", "7.00"]);
}

#[test]
fn postings_of_each_month_are_not_days_of_one() {
    let monthly: String =
        (1..=6).map(|month| format!("0{month}/05/2026,INTEREST PAYMENT,1.0{month},10{month}.00\n")).collect();
    let reading = read(&format!("Date,Text,Amount,Balance\n{monthly}"));
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else { panic!("nothing is asked") };
    assert!(readings.iter().all(|one| one.choice.date_format.is_some()));
    let fees = read("Date,Text,Amount\n01/10/2026,FEE,-5.00\n02/10/2026,FEE,-5.00\n03/10/2026,FEE,-5.00\n");
    assert!(matches!(fees.statements[0].proof, Proof::Ambiguous { .. }));
    // Many rows of a month tell, and two digits of a year do not run over decades.
    let busy: String = (1..=24).map(|n| format!("0{}/05/2026,SHOP {n},-{n}.50\n", 1 + n / 3)).collect();
    assert!(!matches!(read(&format!("Date,Text,Amount\n{busy}")).statements[0].proof, Proof::Ambiguous { .. }));
}

#[test]
fn a_row_that_is_wrong_in_every_cell_is_told() {
    for (spoilt, what) in [("Nov 5, 2026,d,9.00", "commas"), ("05 Nvo 2026,d,nine", "words")] {
        let text = format!("Date,Text,Amount\n2026-11-02,A,-9.99\n2026-11-03,B,120.00\n{spoilt}\n2026-11-06,C,-1.00\n");
        let reading = read(&text);
        assert_nothing_lost(&reading, what);
        assert!(errors(&reading).iter().any(|(line, _)| *line == Some(4)), "{what}: {:?}", reading.ignored);
    }
    // A second line of a text, a title and a sum are none.
    let text = "Date,Text,Amount\n2026-11-02,A,-9.99\n,more of A,\nCards,,\n2026-11-03,B,120.00\nTotal,,110.01\n";
    assert_eq!(errors(&read(text)), []);
}

#[test]
fn the_same_header_below_a_title_is_told() {
    let table = "Date,Text,Amount\n2026-11-02,A,-9.99\n2026-11-03,B,120.00\n";
    let cards = read(&format!("{table}\nCards,,\n{table}"));
    assert_eq!(warned(&cards, Reason::SecondTable), [Some(6)]);
    assert_eq!(amounts(&cards).len(), 4);
    // A head that is printed again on each page is nothing.
    assert_eq!(warned(&read(&format!("{table}{table}")), Reason::SecondTable), []);
}

/// A workbook of these parts.
fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in parts {
        archive.start_file(*name, plain).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A sheet of three lines whose amounts have the formats of these styles.
fn sheet(styles: [u8; 3]) -> Vec<u8> {
    sheet_of(styles, "120")
}

fn sheet_of(styles: [u8; 3], second: &str) -> Vec<u8> {
    let text = |place: &str, text: &str| format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let row = |at: usize, amount: &str| {
        let style = styles[at - 2];
        let cells = text(&format!("A{at}"), &format!("2026-11-0{at}")) + &text(&format!("B{at}"), "SHOP");
        format!(r#"<row r="{at}">{cells}<c r="C{at}" s="{style}"><v>{amount}</v></c></row>"#)
    };
    let head = text("A1", "Date") + &text("B1", "Text") + &text("C1", "Amount");
    let rows = format!(r#"<row r="1">{head}</row>{}{}{}"#, row(2, "-9.99"), row(3, second), row(4, "-5.5"));
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let formats = r##"<numFmts count="2"><numFmt numFmtId="164" formatCode="[$USD] #,##0.00"/><numFmt numFmtId="165" formatCode="&quot;$&quot;#,##0.00"/></numFmts>"##;
    zipped(&[
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            &format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                r#"<workbook {main} xmlns:r="{related}"><sheets><sheet name="Lines" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{related}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{related}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            &format!(
                r#"<styleSheet {main}>{formats}<cellStyleXfs count="1"><xf numFmtId="164"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#
            ),
        ),
        ("xl/worksheets/sheet1.xml", &format!(r#"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"#)),
    ])
}

#[test]
fn the_format_of_a_cell_prints_its_currency() {
    let into = |code: &str, bytes: &[u8]| {
        let options = ReadOptions { currency_hint: ledger::Currency::iso(code), ..ReadOptions::default() };
        statements::read(bytes, "statement.xlsx", &options)
    };
    let currencies = |reading: &Reading| reading.statements.iter().map(|one| one.currency.clone()).collect::<Vec<_>>();
    assert_eq!(currencies(&into("EUR", &sheet([0, 0, 0]))), [Some("EUR".into())]);
    // A code says which currency it is, a sign only which ones it is not.
    assert_eq!(currencies(&into("EUR", &sheet([1, 1, 1]))), [Some("USD".into())]);
    assert_eq!(currencies(&into("EUR", &sheet([1, 1, 0]))).len(), 2);
    assert_eq!(errors(&into("EUR", &sheet([2, 2, 0]))), [2, 3].map(|line| (Some(line), Reason::OtherCurrency)));
    assert_eq!(amounts(&into("USD", &sheet([2, 2, 1]))), ["-9.99", "120.00", "-5.50"]);

    let cell = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let money = |amount: &str, currency: &str| {
        format!(
            r#"<table:table-cell office:value-type="currency" office:currency="{currency}" office:value="{amount}"/>"#
        )
    };
    let row = |cells: [String; 3]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let table = [
        row([cell("Date"), cell("Text"), cell("Amount")]),
        row([cell("2026-11-02"), cell("SHOP"), money("-9.99", "USD")]),
        row([cell("2026-11-03"), cell("WAGES"), money("120", "USD")]),
        row([cell("2026-11-04"), cell("RENT"), money("-5.5", "EUR")]),
    ];
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Lines">{}</table:table></office:spreadsheet></office:body></office:document-content>"#,
        table.concat()
    );
    let manifest = r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
    let ods = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &content),
    ]);
    assert_eq!(currencies(&into("EUR", &ods)), [Some("USD".into()), Some("EUR".into())]);
}

#[test]
fn a_workbook_holds_no_more_than_fifteen_digits() {
    let reading =
        statements::read(&sheet_of([0, 0, 0], "90071992547409.93"), "statement.xlsx", &ReadOptions::default());
    assert_eq!(errors(&reading), [(Some(3), Reason::Inexact)]);
    let exact = statements::read(&sheet_of([0, 0, 0], "1234567890123.45"), "statement.xlsx", &ReadOptions::default());
    assert_eq!((errors(&exact), amounts(&exact)[1].as_str()), (vec![], "1234567890123.45"));
}

/// The beginning of an amount is an amount, and everything above it agrees with its balances.
#[test]
fn a_row_that_the_file_ends_in_is_not_read() {
    let rows: String = (1..=9).map(|n| format!("0{n}/10/2026;SHOP {n};10,00;;{},00\n", 1000 - 10 * n)).collect();
    let whole = format!("Date;Text;Out;In;Balance\n{rows}10/10/2026;RENT;68,33;;841,67\n");
    let read_whole = read(&whole);
    assert_eq!((amounts(&read_whole).len(), errors(&read_whole)), (10, Vec::new()));
    let last = whole.rfind("68,33").unwrap();
    for end in [last + 1, last + 2, last + 5, last + 6] {
        let reading = read(&whole[..end]);
        let (line, of_end) = (whole[..end].lines().count() as u32, &whole[last..end]);
        assert_eq!(errors(&reading), [(Some(line), Reason::CutOff)], "cut after {of_end}");
        assert_eq!(amounts(&reading).len(), 9, "cut after {of_end}");
        assert_nothing_lost(&reading, of_end);
    }
    // Where rows may be shorter, the last one may be too.
    let ragged = whole.replace(";;841,67\n", "").replace("09/10/2026;SHOP 9;10,00;;910,00", "09/10/2026;SHOP 9;10,00");
    assert!(errors(&read(&ragged)).iter().all(|(_, reason)| *reason != Reason::CutOff));
}
