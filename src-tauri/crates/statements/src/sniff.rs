//! What a file is, by its content. The name is only quoted back in sentences.

use crate::model::Format;
use crate::problem::{Problem, Reason, Severity};

/// What to do with the bytes.
pub(crate) enum Sniffed {
    Text,
    Workbook(Format),
    Refused(Problem),
}

fn refuse(reason: Reason, message: impl Into<String>) -> Sniffed {
    Sniffed::Refused(Problem::file(reason, Severity::Error, message))
}

fn unsupported(name: &str) -> Sniffed {
    refuse(Reason::UnsupportedFormat, format!("This is {name}. It is not read yet. Ask the bank for CSV or XLSX."))
}

pub(crate) fn sniff(bytes: &[u8], file_name: &str) -> Sniffed {
    if bytes.is_empty() || bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
        return refuse(Reason::Empty, "The file is empty.");
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip_kind(bytes);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return compound_kind(bytes);
    }
    // BIFF 2 to 5 streams without a container.
    if bytes.len() > 8
        && bytes[0] == 0x09
        && matches!(bytes[1], 0 | 2 | 4 | 8)
        && matches!(bytes[2], 4 | 6 | 8)
        && bytes[3] == 0
    {
        return refuse(
            Reason::NotAWorkbook,
            "This is a workbook from before Excel 97. Save it as XLSX in a spreadsheet program.",
        );
    }
    if let Some(refused) = binary_kind(bytes) {
        return refused;
    }
    text_kind(bytes, file_name)
}

/// Looks for a name in the zip's directory; workbooks name their parts there in clear text.
fn zip_kind(bytes: &[u8]) -> Sniffed {
    let has = |name: &str| find(bytes, name.as_bytes());
    // The directory stands at the end: without it the download broke off.
    if !find(&bytes[bytes.len().saturating_sub(66_000)..], b"PK\x05\x06") {
        return refuse(Reason::DamagedWorkbook, "The file is cut off. Download it again.");
    }
    if has("xl/workbook.bin") {
        Sniffed::Workbook(Format::Xlsb)
    } else if has("xl/workbook.xml") || (has("[Content_Types].xml") && has("xl/")) {
        Sniffed::Workbook(Format::Xlsx)
    } else if has("mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
        || (has("content.xml") && has("META-INF/manifest.xml"))
    {
        Sniffed::Workbook(Format::Ods)
    } else if has("word/document.xml") {
        refuse(Reason::NotAWorkbook, "This is a Word document. Ask the bank for CSV or XLSX.")
    } else {
        refuse(Reason::NotAWorkbook, "This is a ZIP archive, not a workbook. Unpack it and choose the file inside.")
    }
}

fn compound_kind(bytes: &[u8]) -> Sniffed {
    let wide = |name: &str| find(bytes, &name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    if wide("EncryptedPackage") {
        return protected();
    }
    if wide("Workbook") || wide("Book") {
        return Sniffed::Workbook(Format::Xls);
    }
    refuse(Reason::NotAWorkbook, "This is an Office file, but not a workbook. Ask the bank for CSV or XLSX.")
}

/// The problem of every workbook that asks for a password.
pub(crate) fn protected() -> Sniffed {
    Sniffed::Refused(protected_problem())
}

pub(crate) fn protected_problem() -> Problem {
    Problem::file(
        Reason::ProtectedWorkbook,
        Severity::Error,
        "The workbook is protected by a password. Open it in a spreadsheet program and save it without one.",
    )
}

fn binary_kind(bytes: &[u8]) -> Option<Sniffed> {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"\x1f\x8b", "a gzip archive. Unpack it and choose the file inside"),
        (b"7z\xbc\xaf", "a 7z archive. Unpack it and choose the file inside"),
        (b"Rar!", "a RAR archive. Unpack it and choose the file inside"),
        (b"BZh", "a bzip2 archive. Unpack it and choose the file inside"),
        (b"\x89PNG", "a picture. Ask the bank for CSV or XLSX"),
        (b"\xff\xd8\xff", "a picture. Ask the bank for CSV or XLSX"),
        (b"GIF8", "a picture. Ask the bank for CSV or XLSX"),
        (b"II*\0", "a picture. Ask the bank for CSV or XLSX"),
        (b"SQLite format 3\0", "a database. Open it as a book instead"),
        (b"\x7fELF", "a program"),
        (b"MZ\x90", "a program"),
    ];
    if find(&bytes[..bytes.len().min(1024)], b"%PDF-") {
        return Some(refuse(Reason::Pdf, "This is a PDF. Ask the bank for CSV or XLSX."));
    }
    let (_, what) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic))?;
    Some(refuse(Reason::Binary, format!("This is {what}.")))
}

fn text_kind(bytes: &[u8], file_name: &str) -> Sniffed {
    let wide = crate::text::looks_utf16(bytes);
    let head = &bytes[..bytes.len().min(16 * 1024)];
    if wide.is_none() {
        let control =
            head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a | 0x1b)).count();
        if head.contains(&0) || control * 20 > head.len() {
            return refuse(Reason::Binary, "This is not text and no known workbook. Ask the bank for CSV or XLSX.");
        }
    }
    // A lossy look at the head is enough for magic words, which are ASCII in every format.
    let start: String = head.iter().filter(|b| **b != 0).map(|&b| char::from(b)).collect();
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, 'ï' | '»' | '¿' | 'þ' | 'ÿ'));
    named_format(start, file_name).unwrap_or(Sniffed::Text)
}

fn named_format(start: &str, file_name: &str) -> Option<Sniffed> {
    let lower = start.to_ascii_lowercase();
    let begins = |prefix: &str| lower.starts_with(prefix);
    if begins("{\\rtf") {
        return Some(refuse(Reason::Binary, "This is an RTF document. Ask the bank for CSV or XLSX."));
    }
    if begins("ofxheader") || begins("<ofx") || (begins("<?") && lower.contains("<ofx")) {
        return Some(unsupported("an OFX file"));
    }
    if begins("!type:") || begins("!account") || begins("!option:") {
        return Some(unsupported("a QIF file"));
    }
    if begins("<") {
        return Some(markup(&lower, file_name));
    }
    if begins("{1:f01") || mt940(start) {
        return Some(unsupported("an MT940 file"));
    }
    if bai2(start) {
        return Some(unsupported("a BAI2 file"));
    }
    if (begins("{") || begins("[")) && lower.contains("\":") {
        return Some(unsupported("a JSON file"));
    }
    None
}

fn markup(lower: &str, file_name: &str) -> Sniffed {
    if lower.contains("camt.05") {
        return unsupported("a CAMT file");
    }
    if lower.contains("pain.00") {
        return refuse(
            Reason::UnsupportedFormat,
            "This is a payment order (pain), not a statement. Ask the bank for CSV or XLSX.",
        );
    }
    if lower.contains("schemas-microsoft-com:office:spreadsheet") {
        return refuse(
            Reason::UnsupportedFormat,
            "This is an XML spreadsheet of 2003. Open it in a spreadsheet program and save it as XLSX.",
        );
    }
    if lower.contains("<html") || lower.contains("<!doctype html") || lower.contains("<table") || lower.contains("<div")
    {
        let named = if file_name.to_ascii_lowercase().contains(".xls") {
            "a web page named like a workbook"
        } else {
            "a web page"
        };
        return refuse(
            Reason::Html,
            format!("This is {named}. Open it in a spreadsheet program and save it as XLSX, or ask the bank for CSV."),
        );
    }
    unsupported("an XML file of an unknown kind")
}

/// A `:20:` tag at the start of a line and an account or balance tag soon after.
fn mt940(start: &str) -> bool {
    let tag = |name: &str| start.lines().take(200).any(|line| line.starts_with(name));
    tag(":20:") && (tag(":25:") || tag(":60F:") || tag(":60M:") || tag(":28C:"))
}

/// File header `01`, then a group header `02`.
fn bai2(start: &str) -> bool {
    let mut lines = start.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next().is_some_and(|line| line.starts_with("01,") && line.split(',').count() >= 6)
        && lines.find(|line| !line.starts_with("88,")).is_some_and(|line| line.starts_with("02,"))
}

/// Plain substring search; the haystack is walked once per needle byte match.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else {
        return true;
    };
    haystack.iter().enumerate().any(|(at, &byte)| byte == first && haystack[at + 1..].starts_with(rest))
}
