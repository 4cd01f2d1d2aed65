//! Inputs in stable order, with everything that is made once per item.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::io::Write;

use ledger::{Amount, Currency};

use super::{LineDate, Params};
use crate::candidates::EntryIndex;
use crate::criteria::{EntryView, LineView, Lower};
use crate::evidence::{Evidence, Rarity, Source};
use crate::model::{InputError, Inputs, LedgerItem, StatementItem, When};
use crate::rule::Rule;
use crate::text::{EntryText, LineText};

/// Changes whenever the same inputs may give another outcome.
pub const ENGINE_VERSION: &str = "matching 3";

const FREE: u32 = u32::MAX;

/// What is prepared so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readiness {
    Texts,
    Indexed,
    Counted,
    Ready,
}

#[derive(Debug)]
pub struct Prepared {
    pub lines: Vec<StatementItem>,
    pub entries: Vec<LedgerItem>,
    pub dates: Vec<When>,
    pub index: EntryIndex,
    /// First line that looks the same in every visible field.
    pub line_class: Vec<u32>,
    pub entry_class: Vec<u32>,
    /// Position of a line among the lines with its amount.
    pub amount_position: Vec<u32>,
    line_class_sizes: Vec<u32>,
    entry_class_sizes: Vec<u32>,
    line_lower: Vec<Lower>,
    entry_lower: Vec<Lower>,
    line_text: Vec<LineText>,
    entry_text: Vec<EntryText>,
    rarity: Vec<Rarity>,
    excluded: HashSet<(u32, u32)>,
    excluded_ids: Vec<(u64, u64)>,
    line_taken: Vec<u32>,
    entry_taken: Vec<u32>,
    ready: Readiness,
}

impl Prepared {
    pub fn new(inputs: Inputs, params: &Params) -> Result<Self, InputError> {
        let Inputs { mut lines, mut entries, mut excluded } = inputs;
        if let Some(many) = [lines.len(), entries.len()].into_iter().find(|count| *count > i32::MAX as usize) {
            return Err(InputError::TooMany(many));
        }
        lines.sort_unstable_by_key(|line| (line.booking, line.order, line.id));
        entries.sort_unstable_by_key(|entry| (entry.date, entry.order, entry.id));
        excluded.sort_unstable();
        excluded.dedup();
        let line_ids = numbered(lines.iter().map(|line| line.id)).map_err(InputError::DuplicateLine)?;
        let entry_ids = numbered(entries.iter().map(|entry| entry.id)).map_err(InputError::DuplicateEntry)?;
        let date = |line: &StatementItem| match params.line_date {
            LineDate::Booking => line.booking,
            LineDate::Value => line.value.unwrap_or(line.booking),
        };
        let pairs = excluded.iter().filter_map(|(line, entry)| Some((*line_ids.get(line)?, *entry_ids.get(entry)?)));
        Ok(Self {
            dates: lines.iter().map(date).collect(),
            excluded: pairs.collect(),
            excluded_ids: excluded,
            line_taken: vec![FREE; lines.len()],
            entry_taken: vec![FREE; entries.len()],
            lines,
            entries,
            index: EntryIndex::default(),
            line_class: Vec::new(),
            entry_class: Vec::new(),
            amount_position: Vec::new(),
            line_class_sizes: Vec::new(),
            entry_class_sizes: Vec::new(),
            line_lower: Vec::new(),
            entry_lower: Vec::new(),
            line_text: Vec::new(),
            entry_text: Vec::new(),
            rarity: Vec::new(),
            ready: Readiness::Texts,
        })
    }

    /// Prepares about `budget` items; returns how many.
    pub fn prepare(&mut self, rules: &[Rule], budget: u64) -> u64 {
        let mut spent = 0;
        while spent < budget && self.line_text.len() < self.lines.len() {
            let line = &self.lines[self.line_text.len()];
            self.line_text.push(LineText::of(line));
            self.line_lower.push(if rules.is_empty() { Lower::default() } else { Lower::of_line(line) });
            spent += 4;
        }
        while spent < budget && self.entry_text.len() < self.entries.len() {
            let entry = &self.entries[self.entry_text.len()];
            self.entry_text.push(EntryText::of(entry));
            self.entry_lower.push(if rules.is_empty() { Lower::default() } else { Lower::of_entry(entry) });
            spent += 4;
        }
        if spent > 0 {
            return spent;
        }
        // The rest in three pieces, each a step of its own.
        match self.ready {
            Readiness::Texts => {
                self.index = EntryIndex::new(&self.entries, &self.entry_lower, rules);
                self.index.name_documents(&self.entries, &self.entry_text);
                self.ready = Readiness::Indexed;
            }
            Readiness::Indexed => {
                self.count_amounts();
                self.ready = Readiness::Counted;
            }
            Readiness::Counted => {
                self.classify();
                self.ready = Readiness::Ready;
            }
            Readiness::Ready => {}
        }
        budget
    }

    pub fn is_ready(&self) -> bool {
        self.ready == Readiness::Ready
    }

    pub fn prepared_items(&self) -> u64 {
        (self.line_text.len() + self.entry_text.len()) as u64
    }

    fn count_amounts(&mut self) {
        let mut counts: HashMap<(&Currency, &Amount), Rarity> = HashMap::new();
        let mut positions = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let count = counts.entry((&line.currency, &line.amount)).or_default();
            positions.push(count.lines);
            count.lines += 1;
        }
        for entry in &self.entries {
            counts.entry((&entry.currency, &entry.amount)).or_default().entries += 1;
        }
        self.rarity = self.lines.iter().map(|line| counts[&(&line.currency, &line.amount)]).collect();
        self.amount_position = positions;
    }

    fn classify(&mut self) {
        // A rejected pair makes its rows differ from others that look the same.
        let marked_lines: HashSet<u32> = self.excluded.iter().map(|(line, _)| *line).collect();
        let marked_entries: HashSet<u32> = self.excluded.iter().map(|(_, entry)| *entry).collect();
        (self.line_class, self.line_class_sizes) = classes(&self.lines, &marked_lines, |l| {
            (&l.amount, &l.currency, l.booking, l.value, [&l.description, &l.reference, &l.counterparty])
        });
        (self.entry_class, self.entry_class_sizes) = classes(&self.entries, &marked_entries, |e| {
            (&e.amount, &e.currency, e.date, [&e.description, &e.reference, &e.counterparty])
        });
    }

    pub fn line_class_size(&self, line: u32) -> u32 {
        self.line_class_sizes[self.line_class[line as usize] as usize]
    }

    pub fn entry_class_size(&self, entry: u32) -> u32 {
        self.entry_class_sizes[self.entry_class[entry as usize] as usize]
    }

    pub fn line_view(&self, line: u32) -> LineView<'_> {
        let at = line as usize;
        LineView { item: &self.lines[at], date: self.dates[at], lower: &self.line_lower[at] }
    }

    pub fn entry_view(&self, entry: u32) -> EntryView<'_> {
        EntryView { item: &self.entries[entry as usize], lower: &self.entry_lower[entry as usize] }
    }

    /// Keys of the documents that a line may name.
    pub fn document_keys(&self, line: u32) -> Vec<u64> {
        self.line_text[line as usize].document_keys()
    }

    /// Leaves what is taken out of the index.
    pub fn forget_taken(&mut self) {
        let taken = &self.entry_taken;
        self.index.keep(|entry| taken[entry as usize] == FREE);
    }

    pub fn evidence(&self, source: Source, line: u32, entry: u32) -> Evidence {
        let (l, e) = (line as usize, entry as usize);
        let left = (&self.lines[l], self.dates[l], &self.line_text[l]);
        Evidence::measure(source, left, (&self.entries[e], &self.entry_text[e]), self.rarity[l])
    }

    pub fn is_open(&self, line: u32) -> bool {
        self.line_taken[line as usize] == FREE
    }

    /// Whether the pair may be proposed: the entry is open and nobody rejected the pair.
    pub fn may_pair(&self, line: u32, entry: u32) -> bool {
        self.entry_taken[entry as usize] == FREE && !self.excluded.contains(&(line, entry))
    }

    pub fn take(&mut self, line: u32, entry: u32) {
        self.line_taken[line as usize] = entry;
        self.entry_taken[entry as usize] = line;
    }

    pub fn taken_by(&self, entry: u32) -> Option<u32> {
        Some(self.entry_taken[entry as usize]).filter(|line| *line != FREE)
    }

    pub fn open_lines(&self) -> impl Iterator<Item = u32> {
        open(&self.line_taken)
    }

    pub fn open_entries(&self) -> impl Iterator<Item = u32> {
        open(&self.entry_taken)
    }

    /// A 64-bit FNV-1a hash of everything the outcome depends on, as text. It tells runs apart; it is no signature.
    pub fn fingerprint(&self, rules: &[Rule], params: &Params) -> String {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        let all = (ENGINE_VERSION, &self.lines, &self.entries, &self.excluded_ids, rules, params);
        // Writing into a number cannot fail, and every part has a JSON form.
        if serde_json::to_writer(&mut hash, &all).is_err() {
            return String::new();
        }
        format!("{:016x}", hash.0)
    }
}

struct Fnv(u64);

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn open(taken: &[u32]) -> impl Iterator<Item = u32> {
    taken.iter().enumerate().filter(|(_, by)| **by == FREE).map(|(at, _)| at as u32)
}

fn numbered(ids: impl Iterator<Item = u64>) -> Result<HashMap<u64, u32>, u64> {
    let mut numbers = HashMap::new();
    for (at, id) in ids.enumerate() {
        if numbers.insert(id, at as u32).is_some() {
            return Err(id);
        }
    }
    Ok(numbers)
}

/// The first equal item of each item, and the sizes by first item.
fn classes<'a, T, K: Eq + Hash>(
    items: &'a [T],
    alone: &HashSet<u32>,
    key: impl Fn(&'a T) -> K,
) -> (Vec<u32>, Vec<u32>) {
    let mut firsts: HashMap<K, u32> = HashMap::new();
    let mut sizes = vec![0; items.len()];
    let mut class = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let at = at as u32;
        let first = if alone.contains(&at) { at } else { *firsts.entry(key(item)).or_insert(at) };
        sizes[first as usize] += 1;
        class.push(first);
    }
    (class, sizes)
}
