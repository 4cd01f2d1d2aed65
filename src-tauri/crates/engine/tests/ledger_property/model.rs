//! A small ledger in memory: what the real one must agree with. It knows the rules by heart and shares no code with the
//! engine.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use num_bigint::BigInt;

/// A balance by name and currency: unique in the books of this test.
pub type Name = (String, String);

/// The day of an instant: the clock of the tests shows UTC.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub credit: BigInt,
    pub debit: BigInt,
    pub held_in: BigInt,
    pub held_out: BigInt,
}

#[derive(Debug, Clone, Default)]
pub struct Account {
    pub figures: Figures,
    /// May go below zero without asking.
    pub below_zero: bool,
}

/// What a refund gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One settled row.
    Part(usize),
    /// All commits of a hold.
    Hold(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub reference: String,
    pub from: Name,
    pub to: Name,
    /// The currency that is asked for.
    pub currency: String,
    pub amount: BigInt,
    pub description: String,
    pub day: Option<Date>,
    pub hold: bool,
    pub expires_at: Option<Timestamp>,
    pub commits_at: Option<Timestamp>,
    /// Where the money comes from.
    pub origin: Option<&'static str>,
    pub allow: bool,
    pub limit: Option<BigInt>,
    pub refunds: Option<Target>,
}

impl Posting {
    /// Says the same under the same reference: what let it through does not count.
    fn is_again(&self, other: &Self) -> bool {
        let content = |posting: &Self| Self { allow: false, limit: None, ..posting.clone() };
        content(self) == content(other)
    }
}

/// What is booked as one: whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Post(Box<Posting>),
    /// The postings of an entry: all of them are new, or all were there.
    Entry(Vec<Posting>),
    /// Postings of which each may have been there.
    Batch(Vec<Posting>),
    Commit {
        hold: usize,
        part: Option<BigInt>,
        void_rest: bool,
        reference: String,
    },
    Void {
        hold: usize,
        reference: String,
    },
    Expire {
        hold: usize,
    },
    /// A hold whose time to commit itself has come.
    CommitItself {
        hold: usize,
    },
}

impl Step {
    pub fn of(posting: Posting) -> Self {
        Self::Post(Box::new(posting))
    }
}

/// A row that a step writes into the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub status: &'static str,
    pub from: Name,
    pub to: Name,
    pub amount: BigInt,
    pub day: Date,
    /// Absent where the ledger makes one.
    pub reference: Option<String>,
    /// The hold it belongs to; of the row that places it the hold itself.
    pub hold: Option<usize>,
    /// The settled row that it is.
    pub part: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Hold {
    /// Id and key of its row, once that is seen.
    pub id: String,
    pub key: i64,
    pub from: Name,
    pub to: Name,
    pub amount: BigInt,
    pub day: Date,
    pub committed: BigInt,
    pub voided: BigInt,
    pub expires_at: Option<Timestamp>,
    pub commits_at: Option<Timestamp>,
    /// Given back of it and of its commits.
    given: BigInt,
}

impl Hold {
    pub fn remaining(&self) -> BigInt {
        &self.amount - &self.committed - &self.voided
    }

    /// Its time to commit itself has come.
    pub fn commits_itself(&self, now: Timestamp) -> bool {
        self.remaining() > BigInt::ZERO && self.commits_at.is_some_and(|at| at <= now)
    }

    /// It has run out.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.remaining() > BigInt::ZERO && self.expires_at.is_some_and(|at| at <= now)
    }
}

/// A settled row.
#[derive(Debug, Clone)]
pub struct Part {
    pub id: String,
    pub from: Name,
    pub to: Name,
    pub amount: BigInt,
    given: BigInt,
    hold: Option<usize>,
    is_refund: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub accounts: BTreeMap<Name, Account>,
    pub holds: Vec<Hold>,
    pub parts: Vec<Part>,
    /// What stands under a reference that somebody gave.
    references: HashMap<String, Step>,
    /// References of what waits to be booked.
    pub reserved: BTreeSet<String>,
    /// Last closed day.
    pub closed: Option<Date>,
    pub watches: Vec<Watch>,
    pub now: Timestamp,
}

/// What a monitor looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    Balance,
    HeldOut,
    TotalIn,
}

/// A monitor: told when its figure comes to be at least `least`, or each time it changes and is.
#[derive(Debug, Clone)]
pub struct Watch {
    pub id: String,
    pub of: Name,
    pub looks: Looks,
    pub least: BigInt,
    pub repeat: bool,
    seen: BigInt,
    pub told: usize,
}

impl Watch {
    pub fn new(id: String, of: Name, looks: Looks, least: BigInt, repeat: bool) -> Self {
        Self { id, of, looks, least, repeat, seen: BigInt::ZERO, told: 0 }
    }

    fn look(&mut self, figures: &Figures) {
        let now = match self.looks {
            Looks::Balance => &figures.credit - &figures.debit,
            Looks::HeldOut => figures.held_out.clone(),
            Looks::TotalIn => figures.credit.clone(),
        };
        if now != self.seen && now >= self.least && (self.repeat || self.seen < self.least) {
            self.told += 1;
        }
        self.seen = now;
    }
}

pub const TAKEN: &str = "TXN_DUPLICATE_REFERENCE";
const REFUSED: &str = "a rule";

type Refusal = &'static str;

impl Model {
    /// Books a step, or refuses it and stays as it was. A step that was booked before adds no rows.
    pub fn apply(&mut self, step: &Step) -> Result<Vec<Wanted>, Refusal> {
        match step {
            Step::Post(posting) => self.post(posting),
            Step::Entry(postings) | Step::Batch(postings) => {
                let references: HashSet<&String> = postings.iter().map(|posting| &posting.reference).collect();
                if references.len() < postings.len() {
                    return Err(REFUSED);
                }
                let mut tried = self.clone();
                let (mut rows, mut there) = (Vec::new(), 0);
                for posting in postings {
                    let written = tried.post(posting)?;
                    there += usize::from(written.is_empty());
                    rows.extend(written);
                }
                if matches!(step, Step::Entry(_)) && there > 0 && there < postings.len() {
                    return Err(TAKEN);
                }
                *self = tried;
                Ok(rows)
            }
            Step::Commit { hold, part, void_rest, reference } => self.decided_before(reference, step)?.map_or_else(
                || {
                    let remaining = self.open(*hold)?;
                    let amount = part.clone().unwrap_or_else(|| remaining.clone());
                    if amount <= BigInt::ZERO || amount > remaining {
                        return Err(REFUSED);
                    }
                    self.admit(self.settles_on(*hold))?;
                    let mut rows = vec![self.commit(*hold, &amount, reference)];
                    if *void_rest && amount < remaining {
                        rows.push(self.release(*hold, ""));
                    }
                    self.watch();
                    self.remember(reference, step);
                    Ok(rows)
                },
                Ok,
            ),
            Step::Void { hold, reference } => {
                if let Some(rows) = self.decided_before(reference, step)? {
                    return Ok(rows);
                }
                self.open(*hold)?;
                self.remember(reference, step);
                let rows = vec![self.release(*hold, reference)];
                self.watch();
                Ok(rows)
            }
            Step::Expire { hold } => {
                if !self.holds[*hold].is_due(self.now) {
                    return Err(REFUSED);
                }
                let rows = vec![self.release(*hold, "")];
                self.watch();
                Ok(rows)
            }
            Step::CommitItself { hold } => {
                if !self.holds[*hold].commits_itself(self.now) {
                    return Err(REFUSED);
                }
                self.admit(self.settles_on(*hold))?;
                let rows = vec![self.commit(*hold, &self.holds[*hold].remaining(), "")];
                self.watch();
                Ok(rows)
            }
        }
    }

    /// What time does to holds, in its order: what cannot commit itself runs out after the others, if its time for that
    /// has come too.
    pub fn due(&self) -> Vec<Step> {
        let of = |at: &usize| &self.holds[*at];
        let has_come = |at: &usize| of(at).is_due(self.now) || of(at).commits_itself(self.now);
        let mut due: Vec<usize> = (0..self.holds.len()).filter(has_come).collect();
        due.sort_by_key(|at| (of(at).commits_at.or(of(at).expires_at), of(at).key));
        let (mut steps, mut late) = (Vec::new(), Vec::new());
        for hold in due {
            let expire = Step::Expire { hold };
            match of(&hold).commits_itself(self.now) {
                true if self.admit(self.settles_on(hold)).is_ok() => steps.push(Step::CommitItself { hold }),
                true if of(&hold).is_due(self.now) => late.push(expire),
                true => {}
                false => steps.push(expire),
            }
        }
        steps.append(&mut late);
        steps
    }

    /// The day on which a commit settles unless somebody names one.
    fn settles_on(&self, hold: usize) -> Date {
        self.holds[hold].day.min(day_of(self.now))
    }

    /// Nothing settles in a closed period.
    fn admit(&self, day: Date) -> Result<(), Refusal> {
        if self.closed.is_some_and(|closed| day <= closed) { Err(REFUSED) } else { Ok(()) }
    }

    /// Monitors look after everything that is booked as one.
    fn watch(&mut self) {
        for watch in &mut self.watches {
            if let Some(account) = self.accounts.get(&watch.of) {
                watch.look(&account.figures);
            }
        }
    }

    fn remember(&mut self, reference: &str, step: &Step) {
        if !reference.is_empty() {
            self.references.insert(reference.to_owned(), step.clone());
        }
    }

    /// Nothing more to do where the same decision stands under the reference.
    fn decided_before(&self, reference: &str, step: &Step) -> Result<Option<Vec<Wanted>>, Refusal> {
        match self.references.get(reference) {
            None => Ok(None),
            Some(known) if known == step => Ok(Some(Vec::new())),
            Some(_) => Err(TAKEN),
        }
    }

    fn open(&self, hold: usize) -> Result<BigInt, Refusal> {
        let hold = &self.holds[hold];
        let remaining = hold.remaining();
        if remaining == BigInt::ZERO || hold.is_due(self.now) { Err(REFUSED) } else { Ok(remaining) }
    }

    fn post(&mut self, posting: &Posting) -> Result<Vec<Wanted>, Refusal> {
        // Wrong as it is written, whatever the book holds.
        if posting.commits_at.zip(posting.expires_at).is_some_and(|(commits, expires)| expires <= commits) {
            return Err(REFUSED);
        }
        match self.references.get(&posting.reference) {
            Some(Step::Post(known)) if known.is_again(posting) => return Ok(Vec::new()),
            Some(_) => return Err(TAKEN),
            None if self.reserved.contains(&posting.reference) => return Err(TAKEN),
            None => {}
        }
        let other_currency = [&posting.from, &posting.to].into_iter().any(|name| name.1 != posting.currency);
        let late = [posting.expires_at, posting.commits_at].into_iter().flatten().any(|at| at <= self.now);
        if posting.from == posting.to || other_currency || late {
            return Err(REFUSED);
        }
        let refund = match posting.refunds {
            Some(target) => Some(self.refundable(target).filter(|left| posting.amount <= *left).ok_or(REFUSED)?),
            None => None,
        };
        let source = self.accounts.get(&posting.from).cloned().unwrap_or_default();
        let available = &source.figures.credit - &source.figures.debit - &source.figures.held_out;
        let allow = posting.allow || refund.is_some();
        let limit = posting.limit.as_ref().filter(|limit| **limit > BigInt::ZERO);
        let floor = match limit {
            Some(limit) => Some(-limit),
            None if allow || source.below_zero => None,
            None => Some(BigInt::ZERO),
        };
        if available < posting.amount && floor.is_some_and(|floor| &available - &posting.amount < floor) {
            return Err(REFUSED);
        }
        let day = posting.day.unwrap_or_else(|| day_of(self.now));
        if !posting.hold {
            self.admit(day)?;
        }
        self.references.insert(posting.reference.clone(), Step::of(posting.clone()));
        let mut row = Wanted {
            status: "APPLIED",
            from: posting.from.clone(),
            to: posting.to.clone(),
            amount: posting.amount.clone(),
            day,
            reference: Some(posting.reference.clone()),
            hold: None,
            part: None,
        };
        if posting.hold {
            self.figures(&posting.from).held_out += &posting.amount;
            self.figures(&posting.to).held_in += &posting.amount;
            self.holds.push(Hold {
                id: String::new(),
                key: 0,
                from: posting.from.clone(),
                to: posting.to.clone(),
                amount: posting.amount.clone(),
                day,
                committed: BigInt::ZERO,
                voided: BigInt::ZERO,
                expires_at: posting.expires_at,
                commits_at: posting.commits_at,
                given: BigInt::ZERO,
            });
            row.status = "INFLIGHT";
            row.hold = Some(self.holds.len() - 1);
            self.watch();
            return Ok(vec![row]);
        }
        if let Some(target) = posting.refunds {
            self.give_back(target, &posting.amount);
        }
        row.part = Some(self.settle(&row, refund.is_some()));
        self.watch();
        Ok(vec![row])
    }

    pub fn figures(&mut self, name: &Name) -> &mut Figures {
        &mut self.accounts.entry(name.clone()).or_default().figures
    }

    fn settle(&mut self, row: &Wanted, is_refund: bool) -> usize {
        self.figures(&row.from).debit += &row.amount;
        self.figures(&row.to).credit += &row.amount;
        self.parts.push(Part {
            id: String::new(),
            from: row.from.clone(),
            to: row.to.clone(),
            amount: row.amount.clone(),
            given: BigInt::ZERO,
            hold: row.hold,
            is_refund,
        });
        self.parts.len() - 1
    }

    fn commit(&mut self, index: usize, amount: &BigInt, reference: &str) -> Wanted {
        let day = self.settles_on(index);
        let mut row = self.child(index, amount, "APPLIED", reference);
        row.day = day;
        self.holds[index].committed += amount;
        row.part = Some(self.settle(&row, false));
        row
    }

    fn release(&mut self, index: usize, reference: &str) -> Wanted {
        let amount = self.holds[index].remaining();
        self.holds[index].voided += &amount;
        self.child(index, &amount, "VOID", reference)
    }

    /// A row below a hold, and what it takes out of the held sums.
    fn child(&mut self, index: usize, amount: &BigInt, status: &'static str, reference: &str) -> Wanted {
        let hold = &self.holds[index];
        let row = Wanted {
            status,
            from: hold.from.clone(),
            to: hold.to.clone(),
            amount: amount.clone(),
            day: hold.day,
            reference: Some(reference.to_owned()).filter(|reference| !reference.is_empty()),
            hold: Some(index),
            part: None,
        };
        self.figures(&row.from).held_out -= amount;
        self.figures(&row.to).held_in -= amount;
        row
    }

    /// What is left to give back; nothing for what cannot be given back at all.
    pub fn refundable(&self, target: Target) -> Option<BigInt> {
        let of_hold = |index: usize| &self.holds[index].committed - &self.holds[index].given;
        let left = match target {
            Target::Hold(index) => of_hold(index),
            Target::Part(index) => {
                let part = &self.parts[index];
                if part.is_refund {
                    return None;
                }
                let own = &part.amount - &part.given;
                part.hold.map_or(own.clone(), |hold| own.min(of_hold(hold)))
            }
        };
        (left > BigInt::ZERO).then_some(left)
    }

    fn give_back(&mut self, target: Target, amount: &BigInt) {
        let hold = match target {
            Target::Hold(index) => Some(index),
            Target::Part(index) => {
                self.parts[index].given += amount;
                self.parts[index].hold
            }
        };
        if let Some(hold) = hold {
            self.holds[hold].given += amount;
        }
    }
}
