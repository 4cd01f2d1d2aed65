//! Bytes to text: which encoding, on what evidence.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::model::{Alternative, Confidence, Decision, Topic};
use crate::problem::{Problem, Reason, Severity};

/// Decoded text and how it was decoded.
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) encoding: &'static Encoding,
    pub(crate) decision: Decision,
}

/// Encodings a person can pick, the usual ones first.
const OFFERED: &[&str] = &[
    "UTF-8",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "ISO-8859-2",
    "ISO-8859-15",
    "windows-1253",
    "windows-1254",
    "windows-1257",
    "UTF-16LE",
    "UTF-16BE",
    "macintosh",
    "IBM866",
    "GB18030",
    "Shift_JIS",
    "Big5",
    "EUC-KR",
];

/// Byte order of UTF-16 text, by its mark or by the zero bytes of Latin text.
pub(crate) fn looks_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(&[0xff, 0xfe]) {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(&[0xfe, 0xff]) {
        return Some(UTF_16BE);
    }
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 8 {
        return None;
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 > half * 7 && even * 20 < half {
        Some(UTF_16LE)
    } else if even * 10 > half * 7 && odd * 20 < half {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Pound signs before numbers and typographic punctuation are all there is: other tables have letters in their place,
/// and too few of them to be told from letters.
fn only_pounds(bytes: &[u8]) -> bool {
    const POUND: u8 = 0xa3;
    const PUNCTUATION: [u8; 9] = [0x80, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x85, 0xa0];
    let number = |at: usize| match bytes.get(at + 1) {
        Some(b'-') => bytes.get(at + 2).is_some_and(u8::is_ascii_digit),
        // In a heading: "Paid out (£)".
        Some(next) => next.is_ascii_digit() || *next == b')',
        None => false,
    };
    let mut high = bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()).peekable();
    bytes.contains(&POUND)
        && high.peek().is_some()
        && high.all(|(at, byte)| if *byte == POUND { number(at) } else { PUNCTUATION.contains(byte) })
}

fn detect(bytes: &[u8]) -> (&'static Encoding, String, Confidence) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding, "The file begins with a byte order mark.".into(), Confidence::Certain);
    }
    if let Some(encoding) = looks_utf16(bytes) {
        return (encoding, "Every second byte is zero.".into(), Confidence::Certain);
    }
    if bytes.is_ascii() {
        return (UTF_8, "Only plain ASCII characters occur.".into(), Confidence::Certain);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => {
            return (UTF_8, "All bytes beyond ASCII form valid UTF-8.".into(), Confidence::Certain);
        }
        // A file cut off in the middle of a character is still UTF-8.
        Err(error)
            if error.error_len().is_none() && error.valid_up_to() > 0 && !bytes[..error.valid_up_to()].is_ascii() =>
        {
            return (
                UTF_8,
                "All bytes form valid UTF-8 up to the last one, where the file is cut off.".into(),
                Confidence::Likely,
            );
        }
        Err(_) => {}
    }
    if only_pounds(bytes) {
        let evidence = "The only bytes beyond ASCII are pound signs before numbers.";
        return (WINDOWS_1252, evidence.into(), Confidence::Likely);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // Half a megabyte holds more letters than the detector needs.
    detector.feed(&bytes[..bytes.len().min(512 * 1024)], true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let count = bytes.iter().filter(|b| !b.is_ascii()).count();
    (guess, format!("{count} bytes are not UTF-8; their letters fit {}.", guess.name()), Confidence::Likely)
}

pub(crate) fn label_of(encoding: &'static Encoding) -> String {
    encoding.name().replace("windows", "Windows")
}

/// Decodes a file, by the caller's choice or by evidence.
///
/// # Errors
/// The problem to show when the chosen encoding has no such name.
pub(crate) fn decode<'a>(bytes: &'a [u8], chosen: Option<&str>) -> Result<Decoded<'a>, Box<Problem>> {
    let (encoding, evidence, confidence) = match chosen {
        Some(label) => {
            let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| {
                Box::new(Problem::file(
                    Reason::UnknownEncoding,
                    Severity::Error,
                    format!("“{label}” is not the name of a text encoding."),
                ))
            })?;
            (encoding, "Chosen by you.".to_owned(), Confidence::Chosen)
        }
        None => detect(bytes),
    };
    let text = if encoding == UTF_8 {
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        String::from_utf8_lossy(body)
    } else {
        // A mark of another encoding must not overrule the caller.
        let (text, _) = encoding.decode_with_bom_removal(bytes);
        Cow::Owned(text.into_owned())
    };
    let decision = Decision {
        topic: Topic::Encoding,
        value: encoding.name().to_owned(),
        label: label_of(encoding),
        evidence: vec![evidence],
        confidence,
        alternatives: alternatives(encoding),
    };
    Ok(Decoded { text, encoding, decision })
}

fn alternatives(taken: &'static Encoding) -> Vec<Alternative> {
    OFFERED
        .iter()
        .filter_map(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != taken)
        .map(|encoding| Alternative { value: encoding.name().to_owned(), label: label_of(encoding) })
        .collect()
}
