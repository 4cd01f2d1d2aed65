//! What bank text and ledger text have in common.
//!
//! Banks cut, join, fold and abbreviate. So texts are compared in a folded form (no accents, upper case, letters and
//! digits only), names by their words and consonant skeletons, document numbers by their digits.

mod accounts;

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::explain::{Span, TextField};
use crate::model::{LedgerItem, StatementItem};

pub use accounts::names_somebody;

/// The Levenshtein distance over code points if it is at most `allowed`.
pub fn distance_within(x: &str, y: &str, allowed: usize) -> Option<usize> {
    let (long, short) = (x.chars().count(), y.chars().count());
    if long.abs_diff(short) > allowed {
        return None;
    }
    let distance = strsim::levenshtein(x, y);
    (distance <= allowed).then_some(distance)
}

/// Letters that carry no combining mark and still have a plain form.
fn plain_form(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' | 'Ø' => "O",
        'ł' | 'Ł' => "L",
        'đ' | 'Đ' | 'ð' | 'Ð' => "D",
        'ß' | 'ẞ' => "SS",
        'æ' | 'Æ' => "AE",
        'œ' | 'Œ' => "OE",
        'þ' | 'Þ' => "TH",
        'ı' => "I",
        _ => return None,
    })
}

/// A folded letter or digit and the position (in code points) of the character it came from.
#[derive(Debug, Clone, Copy)]
struct Mark {
    c: char,
    at: usize,
    /// First of its word.
    starts: bool,
}

fn fold(text: &str) -> Vec<Mark> {
    let mut marks = Vec::with_capacity(text.len());
    let mut starts = true;
    for (at, c) in text.chars().enumerate() {
        if !c.is_alphanumeric() {
            starts |= !is_combining_mark(c);
            continue;
        }
        let mut push = |c: char| {
            marks.push(Mark { c, at, starts });
            starts = false;
        };
        if c.is_ascii() {
            push(c.to_ascii_uppercase());
        } else if let Some(plain) = plain_form(c) {
            plain.chars().for_each(push);
        } else {
            c.nfkd()
                .filter(|c| !is_combining_mark(*c))
                .flat_map(char::to_uppercase)
                .filter(|c| c.is_alphanumeric())
                .for_each(push);
        }
    }
    marks
}

fn words(marks: &[Mark]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for mark in marks {
        match words.last_mut() {
            Some(word) if !mark.starts => word.push(mark.c),
            _ => words.push(mark.c.to_string()),
        }
    }
    words
}

/// Letters that readers and typists take for digits.
fn as_digit(c: char) -> char {
    match c {
        'O' => '0',
        'I' => '1',
        other => other,
    }
}

/// Letters and digits only, folded, letters that pass for digits read as digits.
pub(crate) fn squeeze(text: &str) -> String {
    fold(text).iter().map(|mark| as_digit(mark.c)).collect()
}

/// Runs of digits of a word, leading zeros dropped.
fn digit_runs(word: &str) -> Vec<String> {
    let runs = whole_runs(word).into_iter().map(|run| run.trim_start_matches('0').to_owned());
    runs.filter(|run| !run.is_empty()).collect()
}

/// Runs of digits of a word as they stand, O read as 0 and I as 1 where they touch a digit.
fn whole_runs(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut runs = vec![String::new()];
    for (at, &c) in letters.iter().enumerate() {
        let slip = as_digit(c) != c && (is_digit(at + 1) || (at > 0 && is_digit(at - 1)));
        if c.is_ascii_digit() || (slip && at > 0) {
            if let Some(run) = runs.last_mut() {
                run.push(as_digit(c));
            }
        } else {
            runs.push(String::new());
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Shortest digit run that names a document; shorter ones are days, months and house numbers.
const CORE_DIGITS: usize = 4;

fn core_of(words: &[String]) -> Option<String> {
    let runs = words.iter().flat_map(|word| digit_runs(word));
    // The last of the longest: years stand before numbers.
    runs.filter(|run| run.len() >= CORE_DIGITS).max_by_key(String::len)
}

fn padded_of(words: &[String]) -> Option<String> {
    let runs = words.iter().flat_map(|word| whole_runs(word)).filter(|run| run.len() >= CORE_DIGITS);
    runs.max_by_key(String::len).filter(|run| run.starts_with('0'))
}

/// Numbers that say what they are of: letters with digits behind them, as in `INV 20014` and `RE20014`.
fn kinds_of(words: &[String]) -> Vec<(String, String)> {
    let letters = |word: &str| word.chars().take_while(|c| c.is_alphabetic()).collect::<String>();
    let number = |rest: &str| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() >= CORE_DIGITS).then_some(digits)
    };
    let mut kinds = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let kind = letters(word);
        let rest = &word[kind.len()..];
        let digits = if rest.is_empty() { words.get(at + 1).and_then(|next| number(next)) } else { number(rest) };
        if let Some(digits) = digits.filter(|_| kind.chars().count() > 1) {
            kinds.push((kind, digits));
        }
    }
    kinds
}

/// The digits that name a document in a reference.
pub(crate) fn core_of_text(reference: &str) -> Option<String> {
    core_of(&words(&fold(reference)))
}

fn count_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a folded word tells who is meant: longer than a letter, without digits, and none of the `general` ones.
fn tells(word: &str, general: &[&str]) -> bool {
    word.chars().count() > 1 && count_digits(word) == 0 && !general.contains(&word)
}

/// Words that say what kind of company it is, not which.
const LEGAL_FORMS: &[&str] = &[
    "AB", "AG", "APS", "AS", "ASA", "BV", "CO", "CORP", "CV", "DOO", "EURL", "GBR", "GMBH", "INC", "KFT", "KG", "KK",
    "LIMITED", "LLC", "LLP", "LTD", "LTDA", "MBH", "NV", "OG", "OHG", "OO", "OY", "OYJ", "PLC", "PTE", "PTY", "RO",
    "SA", "SARL", "SAS", "SE", "SL", "SP", "SPA", "SPZOO", "SRL", "SRO", "THE", "UG", "AND", "UND",
];

#[derive(Debug, Clone)]
struct Word {
    text: String,
    skeleton: String,
}

impl Word {
    fn of(text: String) -> Self {
        let vowel = |c: char| matches!(c, 'A' | 'E' | 'I' | 'O' | 'U');
        let skeleton = text.chars().enumerate().filter(|&(at, c)| at == 0 || !vowel(c)).map(|(_, c)| c).collect();
        Self { text, skeleton }
    }
}

/// A statement line's text, prepared once.
#[derive(Debug, Clone, Default)]
pub struct LineText {
    words: Vec<Word>,
    squeezed: String,
    runs: Vec<String>,
    document: String,
    has_document: bool,
    kinds: Vec<(String, String)>,
}

impl LineText {
    /// Of a line's description, reference and counterparty.
    pub fn of(line: &StatementItem) -> Self {
        let mut all = words(&fold(&line.description));
        let last = all.len().checked_sub(1);
        all.extend(words(&fold(&line.reference)));
        all.extend(words(&fold(&line.counterparty)));
        let runs = all.iter().flat_map(|word| digit_runs(word)).filter(|run| run.len() >= CORE_DIGITS).collect();
        let squeezed = all.iter().flat_map(|word| word.chars()).map(as_digit).collect();
        let document = squeeze(&line.reference);
        let has_document = count_digits(&document) >= CORE_DIGITS;
        let kinds = kinds_of(&all);
        // The last word of the description may be cut off: it is kept last for the prefix test.
        if let Some(last) = last {
            let word = all.remove(last);
            all.push(word);
        }
        Self { words: all.into_iter().map(Word::of).collect(), squeezed, runs, document, has_document, kinds }
    }
}

/// A ledger entry's text, prepared once.
#[derive(Debug, Clone, Default)]
pub struct EntryText {
    name: Vec<Word>,
    joined_name: String,
    document: String,
    core: Option<String>,
    /// The digits of the document where zeros stand before them.
    padded: Option<String>,
    kind: Option<(String, String)>,
}

impl EntryText {
    /// Of an entry's reference and counterparty; its description stands in for a missing counterparty.
    pub fn of(entry: &LedgerItem) -> Self {
        let source = if entry.counterparty.trim().is_empty() { &entry.description } else { &entry.counterparty };
        let all = words(&fold(source));
        let name: Vec<String> = all.iter().filter(|word| tells(word, LEGAL_FORMS)).cloned().collect();
        let joined_name = name.concat();
        let reference_words = words(&fold(&entry.reference));
        Self {
            joined_name,
            name: name.into_iter().map(Word::of).collect(),
            document: squeeze(&entry.reference),
            core: core_of(&reference_words),
            padded: padded_of(&reference_words),
            kind: kinds_of(&reference_words).pop(),
        }
    }
}

/// A number for a text, the same in every run. Two texts with one number only bring an entry that is compared in vain.
fn key(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl LineText {
    /// Keys of the documents that the text may name. An entry that shares one is very likely named by the line, by its
    /// number, by the digits of it, or by those with the zeros before them.
    pub(crate) fn document_keys(&self) -> Vec<u64> {
        let whole = self.words.iter().flat_map(|word| whole_runs(&word.text)).filter(|run| run.len() >= CORE_DIGITS);
        let numbers = self.runs.iter().map(String::as_str).chain(Some(&*self.document).filter(|one| !one.is_empty()));
        numbers.map(key).chain(whole.map(|run| key(&run))).collect()
    }
}

impl EntryText {
    /// Keys of the document that the reference names.
    pub(crate) fn document_keys(&self) -> impl Iterator<Item = u64> {
        let document = Some(&*self.document).filter(|one| !one.is_empty());
        [self.core.as_deref(), self.padded.as_deref(), document].into_iter().flatten().map(key)
    }
}

/// How a line refers to an entry's document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentEvidence {
    /// The line carries a number of another document.
    Conflict,
    /// Nothing either way.
    None,
    /// Cut off or one letter different.
    Near,
    /// The digits of the number, this many of them.
    Digits(u8),
    /// The whole number is in the text.
    InText,
    /// The line's reference is the entry's reference.
    Same,
}

/// How the line refers to the entry's document.
pub fn document_evidence(line: &LineText, entry: &EntryText) -> DocumentEvidence {
    let document = entry.document.as_str();
    if document.is_empty() {
        return DocumentEvidence::None;
    }
    if line.document == document {
        return DocumentEvidence::Same;
    }
    if document.len() >= 5 && count_digits(document) >= 3 && whole_number_in(&line.squeezed, document) {
        return DocumentEvidence::InText;
    }
    if let Some(core) = &entry.core
        && line.runs.iter().any(|run| run == core)
    {
        return DocumentEvidence::Digits(u8::try_from(core.len()).unwrap_or(u8::MAX));
    }
    if nearly(&line.document, document) {
        return DocumentEvidence::Near;
    }
    let other = line.has_document && entry.core.is_some() || other_of_kind(line, entry).is_some();
    if other { DocumentEvidence::Conflict } else { DocumentEvidence::None }
}

/// A number of the entry's own kind in the line's text, where it is another one: an invoice beside an invoice.
fn other_of_kind(line: &LineText, entry: &EntryText) -> Option<String> {
    let (kind, number) = entry.kind.as_ref()?;
    let plain = |digits: &str| digits.trim_start_matches('0').to_owned();
    // Banks cut texts off, and with them numbers.
    let own = |digits: &str| plain(number).starts_with(&plain(digits));
    let mut same_kind = line.kinds.iter().filter(|(other, _)| other == kind);
    let first = same_kind.clone().next()?;
    (!same_kind.any(|(_, digits)| own(digits))).then(|| format!("{} {}", first.0, first.1))
}

/// The number of another document that the line names: in its reference, or in its text.
pub(crate) fn other_document(line: &StatementItem, entry: &LedgerItem) -> String {
    other_of_kind(&LineText::of(line), &EntryText::of(entry)).unwrap_or_else(|| line.reference.clone())
}

/// True if `number` occurs in `text` without further digits on either side.
fn whole_number_in(text: &str, number: &str) -> bool {
    let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    text.match_indices(number).any(|(start, _)| {
        let end = start + number.len();
        let cut_left = number.as_bytes()[0].is_ascii_digit() && start > 0 && digit(bytes.get(start - 1));
        let cut_right = number.as_bytes()[number.len() - 1].is_ascii_digit() && digit(bytes.get(end));
        !cut_left && !cut_right
    })
}

fn nearly(line: &str, entry: &str) -> bool {
    if count_digits(line) < 3 || line.len() < 4 {
        return false;
    }
    let cut = entry.starts_with(line) && entry.len() - line.len() <= 2;
    cut || (line.len() >= 6 && distance_within(line, entry, 1).is_some())
}

/// How much of the entry's name stands in the line's text, in percent; `None` if the entry has no name.
pub fn name_percent(line: &LineText, entry: &EntryText) -> Option<u8> {
    if entry.name.is_empty() {
        return None;
    }
    let joined = entry.joined_name.as_str();
    if joined.len() >= 6
        && line.words.iter().any(|word| {
            word.text.len() >= 6
                && (word.text.starts_with(joined) || joined.starts_with(&word.text))
                && word.text.len() > entry.name[0].text.len()
        })
    {
        return Some(95);
    }
    let (mut sum, mut whole) = (0, 0);
    for name in &entry.name {
        let weight = name.text.len().clamp(2, 10);
        let last = line.words.len().saturating_sub(1);
        let best = line.words.iter().enumerate().map(|(at, word)| word_percent(name, word, at == last)).max();
        sum += best.unwrap_or(0) * weight;
        whole += 100 * weight;
    }
    u8::try_from(sum * 100 / whole).ok()
}

fn word_percent(name: &Word, word: &Word, last: bool) -> usize {
    let (a, b) = (name.text.as_str(), word.text.as_str());
    if a == b {
        return 100;
    }
    if a.as_bytes()[0] == b.as_bytes()[0] {
        if name.skeleton.len() >= 3 && name.skeleton == word.skeleton {
            return 85;
        }
        // A cut-off last word, or one cut at a skeleton.
        if last && b.len() >= 3 && a.starts_with(b) {
            return 40 + 50 * b.len() / a.len();
        }
        if last && word.skeleton.len() >= 3 && word.skeleton == word.text && name.skeleton.starts_with(&word.skeleton) {
            return 60;
        }
    }
    let allowed = if a.len() >= 8 { 2 } else { 1 };
    if a.len() >= 5 && a.len() == b.len() && a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count() <= allowed {
        return 80;
    }
    0
}

/// Something found in a line's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The line's own characters.
    pub shown: String,
    pub span: Span,
}

fn fields(line: &StatementItem) -> [(TextField, &str); 3] {
    [
        (TextField::Description, &line.description),
        (TextField::Reference, &line.reference),
        (TextField::Counterparty, &line.counterparty),
    ]
}

fn found(field: TextField, text: &str, first: &Mark, last: &Mark) -> Found {
    let shown = text.chars().skip(first.at).take(last.at + 1 - first.at).collect();
    Found { shown, span: Span { side: crate::explain::Side::Line, field, start: first.at, end: last.at + 1 } }
}

/// Finds an entry's reference in a line: the whole of it, else its digits (with the letters before them).
pub fn find_document(line: &StatementItem, reference: &str) -> Option<Found> {
    let wanted: Vec<char> = fold(reference).iter().map(|mark| as_digit(mark.c)).collect();
    let core: Option<Vec<char>> = core_of(&words(&fold(reference))).map(|core| core.chars().collect());
    if wanted.len() < 3 {
        return None;
    }
    for (field, text) in fields(line) {
        let marks = fold(text);
        // Short references only as whole words, or every "A12" would be somewhere.
        if let Some(at) = position(&marks, &wanted, wanted.len() < 5) {
            return Some(found(field, text, &marks[at], &marks[at + wanted.len() - 1]));
        }
    }
    let core = core?;
    for (field, text) in fields(line) {
        let marks = fold(text);
        if let Some(at) = position(&marks, &core, false) {
            let start = extend_left(&marks, at, &wanted, &core);
            return Some(found(field, text, &marks[start], &marks[at + core.len() - 1]));
        }
    }
    None
}

/// Finds a phrase of at least 4 letters or digits in a line, separators and case ignored.
pub fn find_phrase(line: &StatementItem, phrase: &str) -> Option<Found> {
    let wanted: Vec<char> = fold(phrase).iter().map(|mark| as_digit(mark.c)).collect();
    if wanted.len() < 4 {
        return None;
    }
    fields(line).into_iter().find_map(|(field, text)| {
        let marks = fold(text);
        position(&marks, &wanted, false).map(|at| found(field, text, &marks[at], &marks[at + wanted.len() - 1]))
    })
}

/// Where `wanted` begins in `marks`. A number must not continue on either side, except by leading zeros.
fn position(marks: &[Mark], wanted: &[char], whole_words: bool) -> Option<usize> {
    let (first, last) = (wanted.first()?, wanted.last()?);
    (0..(marks.len() + 1).saturating_sub(wanted.len())).find(|&at| {
        let end = at + wanted.len();
        if !marks[at..end].iter().zip(wanted).all(|(mark, c)| as_digit(mark.c) == *c) {
            return false;
        }
        let word_starts = |at: usize| marks.get(at).is_none_or(|mark| mark.starts);
        if whole_words {
            return word_starts(at) && word_starts(end);
        }
        let before = marks[..at]
            .iter()
            .rev()
            .zip(std::iter::once(marks[at].starts).chain(marks[..at].iter().rev().map(|m| m.starts)));
        let runs_on = before
            .take_while(|(mark, next_starts)| !next_starts && mark.c.is_ascii_digit())
            .any(|(mark, _)| mark.c != '0');
        let goes_on = marks.get(end).is_some_and(|mark| !mark.starts && mark.c.is_ascii_digit());
        !(first.is_ascii_digit() && runs_on || last.is_ascii_digit() && goes_on)
    })
}

/// Takes in the letters before the digits that both sides share: INV-20014-P against INV20014 shows INV20014.
fn extend_left(marks: &[Mark], at: usize, wanted: &[char], core: &[char]) -> usize {
    let Some(core_at) = wanted.windows(core.len()).position(|window| window == core) else {
        return at;
    };
    let shared = marks[..at]
        .iter()
        .rev()
        .zip(wanted[..core_at].iter().rev())
        .take_while(|(mark, c)| as_digit(mark.c) == **c)
        .count();
    at - shared
}

/// Finds the words of an entry's name in a line, for marking: the spans of every word that counts for the name.
pub fn find_name(line: &StatementItem, entry: &LedgerItem) -> Vec<Span> {
    let entry_text = EntryText::of(entry);
    let mut spans = Vec::new();
    for (field, text) in fields(line) {
        let mut rest: VecDeque<Mark> = fold(text).into();
        while let Some(first) = rest.pop_front() {
            let mut word = vec![first];
            while let Some(next) = rest.pop_front_if(|next| !next.starts) {
                word.push(next);
            }
            let candidate = Word::of(word.iter().map(|mark| mark.c).collect());
            let whole = candidate.text.len() >= 6
                && (candidate.text.starts_with(&entry_text.joined_name)
                    || entry_text.joined_name.starts_with(&candidate.text));
            let last = rest.is_empty();
            if whole && !entry_text.joined_name.is_empty()
                || entry_text.name.iter().any(|name| word_percent(name, &candidate, last) > 0)
            {
                let end = word[word.len() - 1].at + 1;
                spans.push(Span { side: crate::explain::Side::Line, field, start: first.at, end });
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests;
