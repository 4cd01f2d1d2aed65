//! Statement lines and ledger entries as matching sees them, and what a run returns.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::explain::Reason;

/// A civil date with or without a time of day. Banks give whole dates, ledgers often the moment.
///
/// Text and JSON form: `2026-10-14` or `2026-10-14T09:30:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct When {
    /// The day.
    pub date: Date,
    /// The time of day, if it is known.
    pub time: Option<Time>,
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);
/// Seconds in a civil day.
pub const DAY: i64 = 86_400;

impl When {
    /// Days since 1970-01-01.
    pub fn day(&self) -> i64 {
        self.date.duration_since(EPOCH).as_secs() / DAY
    }

    fn seconds(&self) -> i64 {
        let time = self.time.unwrap_or(Time::MIN);
        self.day() * DAY + i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
    }

    /// Seconds from `other` to `self`. A whole date has no time of day, so if either side is one only days count.
    pub fn seconds_after(&self, other: &Self) -> i64 {
        if self.time.is_some() && other.time.is_some() {
            self.seconds() - other.seconds()
        } else {
            (self.day() - other.day()) * DAY
        }
    }
}

impl From<Date> for When {
    fn from(date: Date) -> Self {
        Self { date, time: None }
    }
}

impl From<DateTime> for When {
    fn from(moment: DateTime) -> Self {
        Self { date: moment.date(), time: Some(moment.time()) }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            Some(time) => write!(f, "{}T{time}", self.date),
            None => write!(f, "{}", self.date),
        }
    }
}

impl From<When> for String {
    fn from(when: When) -> Self {
        when.to_string()
    }
}

impl FromStr for When {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        if text.contains(['T', ' ']) {
            text.parse::<DateTime>().map(Self::from)
        } else {
            text.parse::<Date>().map(Self::from)
        }
    }
}

impl TryFrom<String> for When {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse()
    }
}

/// One line of a bank statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementItem {
    /// The caller's id; unique among the lines of a run.
    pub id: u64,
    /// Position in the statement: breaks ties after the booking date, before the id.
    #[serde(default)]
    pub order: u64,
    /// Minor units from the account's view: money in is positive.
    pub amount: Amount,
    pub currency: Currency,
    /// The booking date.
    pub booking: When,
    /// The value date, if the bank gives one.
    #[serde(default)]
    pub value: Option<When>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub reference: String,
    #[serde(default)]
    pub counterparty: String,
}

/// One settled posting on the account's ledger balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerItem {
    /// The caller's id; unique among the entries of a run.
    pub id: u64,
    /// Position in the ledger: breaks ties after the date, before the id.
    #[serde(default)]
    pub order: u64,
    /// Minor units from the account's view: money in is positive.
    pub amount: Amount,
    pub currency: Currency,
    /// The effective date; the date of entry only where there is no other, so that backdated and imported bookings
    /// match by the date they are about.
    pub date: When,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub reference: String,
    #[serde(default)]
    pub counterparty: String,
}

/// What a run works on. Items already in a confirmed match, holds and void postings are left out by the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    pub lines: Vec<StatementItem>,
    pub entries: Vec<LedgerItem>,
    /// Pairs (line id, entry id) that somebody rejected: never proposed again.
    #[serde(default)]
    pub excluded: Vec<(u64, u64)>,
}

/// Why inputs cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Two lines carry one id.
    #[error("two statement lines have the id {0}")]
    DuplicateLine(u64),
    /// Two entries carry one id.
    #[error("two ledger entries have the id {0}")]
    DuplicateEntry(u64),
    /// More than 2^31 items on one side.
    #[error("{0} items are more than one run can take")]
    TooMany(usize),
    /// A parameter outside its range.
    #[error("{0}")]
    Parameter(String),
}

/// How sure a proposal is.
///
/// Points and margins are those of [`Match::score`] and [`Match::margin`]; thresholds are in [`crate::evidence::tier`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The amount is equal, the text names the entry, nothing speaks against it, nothing else comes close, and rows that
    /// look the same are as many on both sides.
    Certain,
    /// Strong evidence and a clear distance to the next best solution.
    Likely,
    /// It fits, with little evidence or with a difference.
    Possible,
    /// Another whole solution is as good.
    Ambiguous,
}

impl Tier {
    /// The tier as written in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// What found a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Found {
    /// A rule; `index` counts from 0 in rule order.
    Rule { index: u32, name: String },
    /// A scored search without rules.
    Scored,
    /// The closest-text search; `distance` in letters.
    Fallback { distance: u32 },
}

/// Rows that look the same in every visible field: it does not matter which of them is matched with which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interchangeable {
    /// The first line and first entry of the class name it: equal for every match of the class.
    pub first_line: u64,
    pub first_entry: u64,
    /// How many lines of the run look like this one, itself included.
    pub lines: u32,
    /// How many entries of the run look like this one, itself included.
    pub entries: u32,
}

/// Another entry that fits the same line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    pub entry: u64,
    /// Points of this pair.
    pub score: i64,
    /// The line this entry is proposed for instead, if any.
    pub taken_by: Option<u64>,
    pub reasons: Vec<Reason>,
}

/// One proposed pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    pub line: u64,
    pub entry: u64,
    pub found: Found,
    /// Points for the pair; the sum of the weights of its reasons, at least 1.
    pub score: i64,
    /// Points that the best whole solution without this pair (or one that merely swaps interchangeable rows)
    /// scores less. 0: another solution is equally good.
    pub margin: i64,
    /// False if the search for the next best solution stopped early; the margin is then at least this.
    pub margin_exact: bool,
    pub tier: Tier,
    /// Line amount minus entry amount, minor units.
    pub difference: Amount,
    pub reasons: Vec<Reason>,
    /// The best other entries for the line, best first.
    pub alternatives: Vec<Alternative>,
    pub interchangeable: Option<Interchangeable>,
}

/// Which bound was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// More entries had to be compared with a line than allowed: only the nearest by date were.
    Candidates,
    /// More entries fitted a line than are kept: only the best were.
    Edges,
}

/// A bound that was reached, never silently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitNote {
    pub kind: LimitKind,
    /// Rule index for a rule; `None` for the other stages.
    pub rule: Option<u32>,
    /// Lines concerned.
    pub lines: u64,
    /// The first of them.
    pub first_line: u64,
    /// The bound.
    pub limit: u32,
    /// The note as a sentence.
    pub words: String,
}

/// What a run found. Lists are in statement order (booking date, order, id).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    pub matches: Vec<Match>,
    pub unmatched_lines: Vec<u64>,
    pub unmatched_entries: Vec<u64>,
    /// Matches found by each rule, in rule order.
    pub rule_counts: Vec<u64>,
    pub limits: Vec<LimitNote>,
    /// Lines in the run.
    pub lines: u64,
    /// Matched lines in hundredths of a percent of all lines; 0 when there are none.
    pub match_percent_hundredths: u32,
}
