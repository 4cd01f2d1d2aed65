//! One walk along the chain: every link computed again, every row of the journal held against the event that wrote it.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use ledger::{Head, Link, Status};
use serde_json::Value;
use store::history::{HistoryState, SealedEvent};
use store::ledger::StoredTransaction;

use super::{leg_of, told_of};
use crate::api::history::HistoryCheck;
use crate::attachments::{Told, is_of_attachments};
use crate::{overview, words};

/// Events that write a row of the journal; their object is that row.
const OF_THE_JOURNAL: [&str; 5] =
    ["transaction.posted", "hold.placed", "hold.committed", "hold.voided", "hold.expired"];
/// The event of a signature.
const SIGNED: &str = "statement.signed";
/// Problems that are told, of those that somebody knows of and of the others; one broken place may spoil a million rows.
const TOLD: usize = 20;

/// What a signature covers.
pub(super) struct SignedReport {
    pub(super) statement_id: String,
    pub(super) name: String,
    pub(super) version: u64,
    pub(super) digest: String,
}

/// Rows of the journal by their ids; of one that cannot be read, the sentence that says so.
pub(super) type Journal = HashMap<String, Result<StoredTransaction, String>>;

/// The walk along the chain.
pub(super) struct Walk {
    pub(super) last: Head,
    journal_rows: u64,
    pub(super) broken_at: Option<u64>,
    /// Behind the break nothing can be computed, unless somebody goes on from there.
    pub(super) stopped: bool,
    problems: Vec<String>,
    /// The same findings in words that stay the same while the book grows.
    findings: Vec<String>,
    /// Findings that somebody has decided on.
    accepted: HashSet<String>,
    /// How many of those are there still, and how many others are.
    known: usize,
    open: usize,
    /// Reports that were signed, with the digest of each.
    pub(super) signed: Vec<SignedReport>,
    /// What was attached.
    pub(super) attached: Told,
    /// What is said of the records outside of the journal.
    pub(super) records: super::records::Told,
    /// Earlier heads that the book remembers, by their number, and how many heads were found.
    earlier: HashMap<u64, Vec<Link>>,
    heads_found: u32,
    /// A head that was given, until it is found; and why it is not.
    given: Option<Head>,
    head_differs: Option<String>,
}

impl Walk {
    pub(super) fn new(heads: &[Head], given: Option<Head>, accepted: Vec<String>) -> Self {
        let mut earlier: HashMap<u64, Vec<Link>> = HashMap::new();
        for head in heads {
            earlier.entry(head.sequence).or_default().push(head.link);
        }
        Self {
            last: Head::START,
            journal_rows: 0,
            broken_at: None,
            stopped: false,
            problems: Vec::new(),
            findings: Vec::new(),
            accepted: accepted.into_iter().collect(),
            known: 0,
            open: 0,
            signed: Vec::new(),
            attached: Told::default(),
            records: super::records::Told::default(),
            earlier,
            heads_found: 0,
            given,
            head_differs: None,
        }
    }

    pub(super) fn problem(&mut self, sentence: String) {
        self.finding(sentence.clone(), sentence);
    }

    pub(super) fn finding(&mut self, finding: String, sentence: String) {
        // What somebody decided on must not stand in the way of what is new.
        let count = if self.accepted.contains(&finding) { &mut self.known } else { &mut self.open };
        *count += 1;
        if *count <= TOLD {
            self.problems.push(sentence);
            self.findings.push(finding);
        }
    }

    /// The chain does not go on at `number`, where `event` stands. Answers with the head to go on from: that which is
    /// stored, if somebody has decided on that.
    fn breaks(&mut self, number: u64, sentence: String, event: &SealedEvent) -> Head {
        self.broken_at = self.broken_at.or(Some(number));
        self.stopped = !self.accepted.contains(&sentence);
        self.problem(sentence);
        if self.stopped { self.last } else { Head { sequence: event.sequence, link: event.link } }
    }

    /// Goes on over `events`, which follow one another, up to the first that is broken.
    pub(super) fn take(&mut self, events: &[SealedEvent], rows: &Journal) {
        for event in events {
            let next = self.last.sequence + 1;
            let sealed = self.last.then(&event.sealed());
            self.last = if event.sequence != next {
                let sentence = format!("Entry {} of the history is missing.", words::number(next));
                self.breaks(next, sentence, event)
            } else if sealed.link != event.link {
                let sentence = not_what_was_sealed(event);
                self.breaks(next, sentence, event)
            } else {
                sealed
            };
            if self.stopped {
                return;
            }
            let head = self.last;
            for link in self.earlier.remove(&head.sequence).unwrap_or_default() {
                if link == head.link {
                    self.heads_found += 1;
                } else {
                    self.problem(format!(
                        "The head that this book gave out at entry {} is another: the history up to there was written anew.",
                        words::number(head.sequence)
                    ));
                }
            }
            if let Some(given) = self.given.take_if(|given| given.sequence == head.sequence) {
                if given.link == head.link {
                    self.heads_found += 1;
                } else {
                    self.head_differs = Some(format!(
                        "Entry {} has another link than the head you gave: the history up to there was written anew, or the head is of another book or mistyped.",
                        words::number(head.sequence)
                    ));
                }
            }
            if event.kind == SIGNED {
                self.signed.extend(signed_report(event));
            }
            self.records.take(event);
            if is_of_attachments(event) {
                self.attached.take(event);
            }
            if is_of_journal(event) {
                self.journal_rows += 1;
                match rows.get(&event.object_id) {
                    Some(Err(sentence)) => self.problem(sentence.clone()),
                    found => {
                        let stored = found.and_then(|read| read.as_ref().ok());
                        if let Some(sentence) = compare(event, stored) {
                            self.problem(sentence);
                        }
                    }
                }
            }
        }
    }

    /// Looks at what the chain alone does not show.
    pub(super) fn end(mut self, state: &HistoryState, heads: &[Head], started: Instant) -> HistoryCheck {
        let count = |number: u64| words::plural(number, "entry", "entries");
        let verified = self.last.sequence;
        if !self.stopped {
            if state.head != self.last {
                self.broken_at = self.broken_at.or(Some(verified + 1));
                self.problem(format!(
                    "The history ends after {}, but {} were sealed: its end was cut off.",
                    count(verified),
                    words::number(state.head.sequence)
                ));
            } else if state.events != verified {
                let more = i128::from(state.events) - i128::from(verified);
                let sentence =
                    format!("{} are in the history, but {} were sealed.", count(state.events), words::number(verified));
                self.finding(format!("{more} entries without a link"), sentence);
            }
            for head in heads.iter().filter(|head| head.sequence > verified) {
                let sentence = format!(
                    "A head was given out at entry {}, but the history has {} now: its end was cut off.",
                    words::number(head.sequence),
                    count(verified)
                );
                self.finding(format!("no head {head}"), sentence);
            }
            if let Some(given) = self.given.take() {
                self.head_differs = Some(match given.sequence {
                    0 => "A head begins with the number of an entry, from 1.".to_owned(),
                    number => format!(
                        "The head you gave is of entry {}, but the history has {} now: its end was cut off, or the head is of another book.",
                        words::number(number),
                        count(verified)
                    ),
                });
            }
            if state.journal_rows != self.journal_rows {
                let more = i128::from(state.journal_rows) - i128::from(self.journal_rows);
                let sentence = format!(
                    "{} in the journal, but the history tells of {}.",
                    words::plural(state.journal_rows, "row is", "rows are"),
                    words::number(self.journal_rows)
                );
                self.finding(format!("{more} rows of the journal that no entry tells of"), sentence);
            }
        }
        let more = self.open.saturating_sub(TOLD) + self.known.saturating_sub(TOLD);
        if more > 0 {
            let more = words::plural(more as u64, "more place does", "more places do");
            self.problems.push(format!("{more} not hold either."));
        }
        HistoryCheck {
            verified,
            journal_rows: self.journal_rows,
            head: self.last.to_string(),
            broken_at: self.broken_at,
            problems: self.problems,
            findings: self.findings,
            heads_found: self.heads_found,
            head_differs: self.head_differs,
            took_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        }
    }
}

pub(super) fn is_of_journal(event: &SealedEvent) -> bool {
    OF_THE_JOURNAL.contains(&event.kind.as_str())
}

/// What a signature says of its report. Signatures of before said nothing of it.
fn signed_report(event: &SealedEvent) -> Option<SignedReport> {
    let told = event.event().ok()?.payload;
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    text("report_sha256").zip(told["version"].as_u64()).map(|(digest, version)| SignedReport {
        statement_id: event.object_id.clone(),
        name: text("name").unwrap_or_default(),
        version,
        digest,
    })
}

/// Where a row of the journal is not what its event says.
fn compare(event: &SealedEvent, stored: Option<&StoredTransaction>) -> Option<String> {
    let Ok(told) = event.event() else { return Some(unreadable(event)) };
    let reference = told.payload["reference"].as_str().unwrap_or_default();
    let Some(stored) = stored else {
        return Some(format!("{reference} is in the history, but not in the journal."));
    };
    let metadata = stored.metadata.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let row = told_of(&stored.row, metadata.as_ref());
    // An event of before said less; what it said must be so.
    let parts = row.as_object().into_iter().flatten();
    let mut wrong: Vec<&str> = parts
        .filter(|(name, value)| told.payload.get(name.as_str()).is_some_and(|told| told != *value))
        .map(|(name, _)| name.as_str())
        .collect();
    let said_by = [
        ("actor", stored.row.actor == told.actor),
        ("created_at", stored.row.created_at == told.at),
        ("status", stored.row.status == status_after(&event.kind)),
        (
            "place in an entry",
            stored.leg.as_ref().map(|leg| leg_of(leg, &stored.row.id)).as_ref() == told.payload.get("leg"),
        ),
        ("refund", stored.refund_of.as_deref() == refunds(&told.payload, metadata.as_ref())),
    ];
    wrong.extend(said_by.iter().filter(|(_, same)| !same).map(|(name, _)| *name));
    if wrong.is_empty() {
        return None;
    }
    wrong.sort_unstable();
    wrong.dedup();
    let wrong = wrong.join(", ").replace('_', " ");
    Some(format!("{reference} in the journal has another {wrong} than the history says."))
}

/// What an event leaves as the status of its row.
fn status_after(kind: &str) -> Status {
    match kind {
        "hold.placed" => Status::Inflight,
        "hold.voided" | "hold.expired" => Status::Void,
        _ => Status::Applied,
    }
}

/// The row that an event says it gives back. Before there were refunds, the review desk said so in the metadata.
fn refunds<'a>(told: &'a Value, metadata: Option<&'a Value>) -> Option<&'a str> {
    match told.get("status") {
        Some(_) => told["refunds"].as_str(),
        None => metadata.and_then(|metadata| metadata["reverses"].as_str()),
    }
}

fn not_what_was_sealed(event: &SealedEvent) -> String {
    let what = event.event().map(|told| overview::activity(&told)).map_or_else(
        |_| format!("{} of {}", event.kind, event.object_id),
        |what| format!("{} {}", what.verb, what.object),
    );
    format!(
        "Entry {} of the history, “{} {what}”, is not what was sealed there: it or its link was changed.",
        words::number(event.sequence),
        event.actor
    )
}

fn unreadable(event: &SealedEvent) -> String {
    format!(
        "Entry {} of the history, {} of {}, cannot be read.",
        words::number(event.sequence),
        event.kind,
        event.object_id
    )
}
