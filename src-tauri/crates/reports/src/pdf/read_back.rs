//! PDF files, read back by another program than the one that wrote them.

use ledger::Amount;
use lopdf::Document;

use super::columns::{self, GAP, MARGIN};
use super::face::Faces;
use super::pages::{self, Item};
use super::{Line, PDF_ROWS, Paper, PdfError, Sheet, pdf};
use crate::{Cell, Table};

fn paper() -> Paper {
    Paper {
        book: "Müller & Söhne".into(),
        title: "Trial balance".into(),
        period: "At the end of 2026-10-31".into(),
        currency: "Amounts in EUR".into(),
        made: "2026-11-19T10:24:30Z".parse().unwrap(),
        by: "Tieout 0.1.0".into(),
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn amount(minor: &str, exponent: u8) -> Cell {
    Cell::Amount { amount: minor.parse::<Amount>().unwrap(), exponent }
}

fn sheet(head: &[&str], rows: Vec<(Line, Vec<Cell>)>) -> Sheet {
    let head = head.iter().map(|head| (*head).to_owned()).collect();
    Sheet { name: String::new(), head, rows, note: String::new() }
}

fn trial() -> Sheet {
    let mut sheet = sheet(
        &["Ledger", "Balance", "Debit", "Credit"],
        vec![
            (Line::Plain, vec![text("Assets/Bank"), text("Operating"), amount("123456789", 2), text("")]),
            (Line::Plain, vec![text("Equity"), text("Капитал, Κεφάλαιο"), text(""), amount("123456784", 2)]),
            (Line::Plain, vec![text("Tax"), text("VAT"), text(""), amount("5", 2)]),
            (Line::Total, vec![text("Total"), text(""), amount("123456789", 2), amount("123456789", 2)]),
        ],
    );
    sheet.note = "Both sides are equal.".into();
    sheet
}

fn rows(count: usize) -> Sheet {
    let row = |number: usize| {
        let reference = format!("INV-{number:06}");
        let words = "Rent of the hall in the harbour, third floor, with all that belongs to it";
        let minor = format!("{}", 1_000 + number);
        vec![text("2026-10-31"), text(&reference), text(&words[..number % words.len()]), amount(&minor, 2)]
    };
    sheet(&["Date", "Reference", "Description", "Amount"], (0..count).map(|at| (Line::Plain, row(at))).collect())
}

/// The texts of all pages, their pieces set apart by blanks.
fn read(bytes: &[u8]) -> Vec<String> {
    let document = Document::load_mem(bytes).unwrap();
    let numbers: Vec<u32> = document.get_pages().into_keys().collect();
    let page = |number| document.extract_text(&[number]).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    numbers.into_iter().map(page).collect()
}

#[test]
fn everything_that_was_given_is_on_the_page_and_amounts_are_exact() {
    let pages = read(&pdf(&paper(), &[trial()]).unwrap());
    assert_eq!(pages.len(), 1);
    for said in [
        "Müller & Söhne",
        "Trial balance",
        "At the end of 2026-10-31",
        "Amounts in EUR",
        "Assets/Bank",
        "Капитал, Κεφάλαιο",
        "1,234,567.89",
        "1,234,567.84",
        "0.05",
        "Total",
        "Both sides are equal.",
        "Made 2026-11-19 10:24 UTC by Tieout 0.1.0",
        "Page 1 of 1",
    ] {
        assert!(pages[0].contains(said), "{said} in {}", pages[0]);
    }
    assert_eq!(pages[0].matches("1,234,567.89").count(), 3);
}

#[test]
fn an_amount_below_zero_is_read_back_with_the_hyphen_that_programs_know() {
    let one = sheet(&["A"], vec![(Line::Plain, vec![amount("-123456", 2)]), (Line::Plain, vec![amount("-7", 0)])]);
    let page = read(&pdf(&paper(), &[one]).unwrap()).remove(0);
    assert!(page.contains("-1,234.56") && page.contains("-7"), "{page}");
}

#[test]
fn heads_and_numbers_stand_on_every_page_and_no_row_is_lost() {
    let pages = read(&pdf(&paper(), &[rows(400)]).unwrap());
    assert!(pages.len() > 5, "{}", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", at + 1, pages.len())), "{page}");
        assert!(page.contains("Reference Description Amount"), "{page}");
        assert!(page.contains("Müller & Söhne") && page.contains("Trial balance"), "{page}");
    }
    let all = pages.join(" ");
    for number in 0..400 {
        assert_eq!(all.matches(&format!("INV-{number:06}")).count(), 1, "{number}");
    }
}

#[test]
fn the_same_report_is_the_same_file_and_made_later_it_is_another() {
    let sheets = [trial(), rows(100)];
    let first = pdf(&paper(), &sheets).unwrap();
    assert_eq!(first, pdf(&paper(), &sheets).unwrap());
    let later = Paper { made: "2026-11-19T10:25:30Z".parse().unwrap(), ..paper() };
    assert_ne!(first, pdf(&later, &sheets).unwrap());
}

#[test]
fn it_is_an_archive_file_with_its_typeface_inside() {
    let bytes = pdf(&paper(), &[trial()]).unwrap();
    let said = String::from_utf8_lossy(&bytes);
    assert!(said.contains("<pdfaid:part>2</pdfaid:part>"), "PDF/A-2");
    assert!(said.contains("FontFile2"));
    assert!(bytes.len() < 60_000, "the typeface is cut to the letters that are used: {}", bytes.len());
}

#[test]
fn a_letter_that_the_typeface_lacks_is_a_mark_and_what_cannot_be_seen_a_blank() {
    let odd = "漢字 \u{1f600} \u{0} \u{202e}x\u{10ffff} اب \u{feff}";
    let mut one = sheet(&[odd], vec![(Line::Plain, vec![text(odd)]), (Line::Group, vec![text(odd)])]);
    one.name = odd.into();
    one.note = odd.into();
    let paper = Paper { book: odd.into(), title: odd.into(), period: odd.into(), ..paper() };
    assert_eq!(read(&pdf(&paper, &[one]).unwrap()).len(), 1);
    let nothing = Paper { book: String::new(), title: String::new(), period: String::new(), ..paper };
    assert_eq!(read(&pdf(&nothing, &[]).unwrap()).len(), 1, "even nothing is a page");
}

#[test]
fn nothing_stands_over_the_next_column_or_off_the_paper() {
    let long = "Versicherungsbeitragsrückerstattungsabrechnung ".repeat(12);
    let figure = |digits: usize| amount(&"7".repeat(digits), 2);
    let wide = |columns: usize, digits: usize| {
        let cells: Vec<Cell> = (0..columns).map(|at| if at % 2 == 0 { text(&long) } else { figure(digits) }).collect();
        sheet(&vec!["Head of a column"; columns], vec![(Line::Plain, cells.clone()), (Line::Total, cells)])
    };
    let faces = Faces::new().unwrap();
    let endless = sheet(&["Text"], vec![(Line::Plain, vec![text(&"endless ".repeat(100_000))])]);
    for one in [wide(2, 9), wide(5, 20), wide(12, 40), wide(20, 60), endless] {
        let sheets = [one];
        let (format, plans) = columns::plan(&faces, &sheets);
        for pair in plans[0].windows(2) {
            assert!(pair[0].left + pair[0].width + GAP <= pair[1].left, "{pair:?}");
        }
        let last = plans[0].last().unwrap();
        assert!(last.left + last.width <= format.width - MARGIN, "{last:?}");
        for (line, cells) in &sheets[0].rows {
            for laid in pages::laid(&faces, format.size, &plans[0], *line, cells) {
                let face = faces.of(*line != Line::Plain);
                for text in &laid.lines {
                    let wide = face.width(text, format.size);
                    assert!(wide <= laid.column.width || text.chars().count() == 1, "{text}");
                }
                let figure = super::cells::is_figure(&cells[laid.at]);
                let whole = laid.lines.concat();
                assert!(!figure || whole == super::cells::said(&cells[laid.at]), "{whole}");
            }
        }
        assert!(!read(&pdf(&paper(), &sheets).unwrap()).is_empty());
    }
}

#[test]
fn a_sum_stands_with_its_last_row_and_a_group_with_its_first() {
    let faces = Faces::new().unwrap();
    for before in 1..80 {
        let plain = || (Line::Plain, vec![text("Bank"), amount("100", 2)]);
        let mut lines: Vec<_> = (0..before).map(|_| plain()).collect();
        lines.push((Line::Group, vec![text("Assets"), text("")]));
        lines.push(plain());
        lines.push((Line::Subtotal, vec![text("Total assets"), amount("100", 2)]));
        lines.push((Line::Total, vec![text("Total"), amount("100", 2)]));
        let sheets = [sheet(&["Balance", "Amount"], lines)];
        let (format, plans) = columns::plan(&faces, &sheets);
        let pages = pages::of(&faces, format, &sheets, &plans);
        let page_of =
            |row: usize| pages.iter().position(|page| page.iter().any(|one| one.item == Item::Row(row))).unwrap();
        let places: Vec<usize> = (before..before + 4).map(page_of).collect();
        assert!(places.iter().all(|place| *place == places[0]), "{before}: {places:?}");
        for page in &pages {
            assert!(page.iter().all(|one| one.top + one.height <= format.height), "{before}");
        }
    }
}

#[test]
fn a_table_without_rows_says_so_and_names_of_tables_are_not_alone() {
    let table = Table { name: "Differences posted".into(), head: vec!["Line".into()], rows: Vec::new() };
    let page = read(&pdf(&paper(), &[trial(), table.into()]).unwrap()).remove(0);
    assert!(page.contains("Differences posted None."), "{page}");
}

#[test]
fn more_rows_than_anybody_reads_are_refused() {
    let row = || (Line::Plain, vec![text("x")]);
    let long = sheet(&["A"], std::iter::repeat_with(row).take(PDF_ROWS + 1).collect());
    let refused = pdf(&paper(), &[long]).unwrap_err();
    assert!(matches!(refused, PdfError::TooLong(rows) if rows == PDF_ROWS + 1), "{refused}");
    assert_eq!(refused.to_string(), "a PDF holds 100000 rows and this has 100001");
}

#[test]
fn the_longest_report_comes_within_seconds() {
    let started = std::time::Instant::now();
    let bytes = pdf(&paper(), &[rows(PDF_ROWS)]).unwrap();
    assert!(bytes.len() < 20_000_000, "{}", bytes.len());
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
