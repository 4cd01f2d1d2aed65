//! A book that is played on: each command is asked, goes wrong or not, and is held against the model.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use engine::Clock;
use engine::api::lineage::LineageRequest;
use engine::api::monitors::MonitorRequest;
use engine::api::page::ListQuery;
use engine::api::transactions::{PostRequest, VoidItem, VoidRequest};
use jiff::{Timestamp, ToSpan};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::asks::{self, Answer, Asked, Request};
use super::commands::{BALANCES, Command, Trouble};
use super::model::{Account, Looks, Model, Name, Posting, Step, Watch, day_of};
use super::observer::Observer;
use super::settle::{Claim, settle};
use crate::faults;
use crate::raw::Raw;
use crate::support::{NOW, Place, TestBook};

/// Commands after which everything is looked at, not only what is new.
const LOOK_OVER: u64 = 250;
/// The clock stays this far from where it began.
const FURTHEST_HOURS: i64 = 24 * 400;

/// A posting that waits for its time.
struct Waiting {
    id: String,
    /// As it was asked for.
    request: PostRequest,
    queued: bool,
    posting: Posting,
    due_at: Timestamp,
    waits: bool,
}

/// What came of the steps of all commands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub commands: u64,
    pub booked: u64,
    pub again: u64,
    pub refused: u64,
    /// The database failed.
    pub failed: u64,
    /// Nobody waited for the answer.
    pub unheard: u64,
    pub rows: u64,
}

impl Tally {
    fn count(&mut self, answer: Option<&Answer>) {
        *match answer {
            None => &mut self.unheard,
            Some(Answer::Done { existing: true, .. }) => &mut self.again,
            Some(Answer::Done { .. }) => &mut self.booked,
            Some(Answer::Refused(_)) => &mut self.refused,
            Some(Answer::Failed(_)) => &mut self.failed,
        } += 1;
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.commands += more.commands;
        self.booked += more.booked;
        self.again += more.again;
        self.refused += more.refused;
        self.failed += more.failed;
        self.unheard += more.unheard;
        self.rows += more.rows;
    }
}

pub struct Play {
    pub book: TestBook,
    pub raw: Raw,
    observer: Observer,
    pub model: Model,
    pub ids: BTreeMap<Name, String>,
    names: BTreeMap<i64, Name>,
    /// What was booked under a reference, to be asked for again.
    pub accepted: Vec<Asked>,
    waiting: Vec<Waiting>,
    pub number: usize,
    pub tally: Tally,
}

async fn watcher(book: &TestBook) -> Raw {
    let mut raw = Raw::of(book).await;
    if matches!(book.place, Place::File) {
        // What this connection writes is nobody's money.
        raw.execute("PRAGMA synchronous = OFF").await.unwrap();
    }
    raw
}

/// Balances that keep the lineage of their money, and monitors that are told.
async fn watch(book: &TestBook, model: &mut Model, ids: &BTreeMap<Name, String>) {
    let id = |name: &str| ids[&(name.to_owned(), "EUR".to_owned())].clone();
    for (name, strategy) in [("Bank", "fifo"), ("Supplier", "proportional"), ("Till", "lifo")] {
        let request = LineageRequest { balance_id: id(name), strategy: Some(strategy.into()) };
        book.engine.lineage_set(&request).await.unwrap();
    }
    for (name, looks, field, least, repeat) in [
        ("Bank", Looks::Balance, "balance", 1_500, false),
        ("Sales", Looks::Balance, "balance", 0, true),
        ("Till", Looks::HeldOut, "inflight_debit_balance", 700, false),
        ("Supplier", Looks::TotalIn, "credit_balance", 5_000, false),
    ] {
        let request = MonitorRequest {
            balance_id: id(name),
            field: field.into(),
            operator: ">=".into(),
            value: least.to_string(),
            repeat: Some(repeat),
            ..MonitorRequest::default()
        };
        let monitor = book.engine.monitor_create(request).await.unwrap();
        let of = (name.to_owned(), "EUR".to_owned());
        model.watches.push(Watch::new(monitor.id, of, looks, BigInt::from(least), repeat));
    }
}

/// Waits for `future`, or goes away after it came to a stop `turns` times.
async fn with_patience<T>(future: impl Future<Output = T>, turns: Option<u8>) -> Option<T> {
    let Some(turns) = turns else { return Some(future.await) };
    let mut future = pin!(future);
    let mut left = turns;
    std::future::poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

impl Play {
    /// In a new book, before anything was asked.
    pub async fn on(book: TestBook) -> Self {
        let mut ids = BTreeMap::new();
        let mut model = Model::default();
        model.now = NOW.parse().unwrap();
        for (name, currency, below_zero) in BALANCES {
            let id = if *below_zero { book.claim(name).await } else { book.balance(name, currency).await };
            let name = ((*name).to_owned(), (*currency).to_owned());
            ids.insert(name.clone(), id);
            model.accounts.insert(name, Account { below_zero: *below_zero, ..Account::default() });
        }
        watch(&book, &mut model, &ids).await;
        let mut raw = watcher(&book).await;
        faults::prepare(&book, &mut raw).await;
        Self {
            book,
            raw,
            observer: Observer::default(),
            model,
            ids,
            names: BTreeMap::new(),
            accepted: Vec::new(),
            waiting: Vec::new(),
            number: 0,
            tally: Tally::default(),
        }
    }

    pub async fn command(mut self, command: &Command, trouble: Trouble) -> Result<Self, TestCaseError> {
        match command {
            Command::One(single) => {
                let asked = self.plan(single, matches!(trouble, Trouble::Gone { .. }));
                self.ask(asked.into_iter().collect(), trouble).await?;
            }
            Command::Together(singles) => {
                let asked = singles.iter().filter_map(|single| self.plan(single, true)).collect();
                self.ask(asked, trouble).await?;
            }
            Command::Schedule { draft, hours } => {
                let posting = self.posting(draft, "S");
                self.schedule(posting, hours.map(i64::from), trouble).await?;
            }
            Command::QueueAgain { of } => self.queue_again(*of).await?,
            Command::Period { days, close } => self.period(*days, *close, trouble).await?,
            Command::Cancel { of } if !self.waiting.is_empty() => self.cancel(*of, trouble).await?,
            Command::Cancel { .. } => {}
            Command::Clock { hours } => {
                self.jump(i64::from(*hours));
                if trouble != Trouble::Nothing {
                    self.time_passes(trouble).await?;
                }
                self.time_passes(Trouble::Nothing).await?;
            }
            Command::Reopen { hours } => {
                self.jump(i64::from(*hours));
                self = self.reopen().await?;
            }
        }
        self.tally.commands += 1;
        if self.tally.commands.is_multiple_of(LOOK_OVER) {
            self.look_over().await?;
        }
        Ok(self)
    }

    fn jump(&mut self, hours: i64) {
        let begin: Timestamp = NOW.parse().unwrap();
        let there = self.book.clock.now() + hours.hours();
        self.model.now = there.clamp(begin - FURTHEST_HOURS.hours(), begin + FURTHEST_HOURS.hours());
        self.book.clock.set(self.model.now);
    }

    async fn arm(&mut self, trouble: Trouble) -> Option<u8> {
        match trouble {
            Trouble::Fault { after, how } => faults::arm(&mut self.raw, after, how).await,
            Trouble::Gone { turns } => return Some(turns),
            Trouble::Nothing => {}
        }
        None
    }

    async fn disarm(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Fault { .. } => faults::disarm(&mut self.raw).await,
            Trouble::Gone { .. } => {
                // What was handed in is booked although nobody waits; whoever comes later is behind it.
                let items = vec![VoidItem { id: "txn_of_nobody".into(), ..VoidItem::default() }];
                let request = VoidRequest { items, reason: "Duplicate".into(), note: None };
                let behind = self.book.engine.holds_void(request).await.unwrap();
                assert_eq!(behind.rows[0].code.as_deref(), Some("NOT_FOUND"));
            }
            Trouble::Nothing => {}
        }
    }

    async fn ask(&mut self, asked: Vec<Asked>, trouble: Trouble) -> Result<(), TestCaseError> {
        let turns = self.arm(trouble).await;
        let mut answers = Vec::with_capacity(asked.len());
        if let [only] = &asked[..] {
            answers.push(with_patience(asks::ask(&self.book.engine, only), turns).await);
        } else {
            let callers: Vec<_> = asked
                .iter()
                .map(|one| {
                    let (engine, one) = (Arc::clone(&self.book.engine), one.clone());
                    tokio::spawn(async move { with_patience(asks::ask(&engine, &one), turns).await })
                })
                .collect();
            for caller in callers {
                answers.push(caller.await.unwrap());
            }
        }
        self.disarm(trouble).await;
        let ordered = asked.len() == 1;
        let mut claims = Vec::new();
        for (one, answers) in asked.into_iter().zip(answers) {
            let answers =
                answers.map_or_else(|| vec![None; one.steps.len()], |known| known.into_iter().map(Some).collect());
            if let [Some(answer)] = &answers[..]
                && answer.is_new()
                && is_named(&one)
            {
                self.accepted.push(one.clone());
            }
            claims.extend(one.steps.into_iter().zip(answers).map(|(step, answer)| Claim { step, answer }));
        }
        self.settle(claims, trouble, ordered).await
    }

    /// Everything that is to be seen after a command.
    async fn settle(&mut self, claims: Vec<Claim>, trouble: Trouble, ordered: bool) -> Result<(), TestCaseError> {
        let failed = claims.iter().any(|claim| matches!(claim.answer, Some(Answer::Failed(_))));
        prop_assert!(!failed || matches!(trouble, Trouble::Fault { .. }), "failed without a reason: {:?}", claims);
        claims.iter().for_each(|claim| self.tally.count(claim.answer.as_ref()));
        let rows = self.observer.new_rows(&mut self.raw).await?;
        self.tally.rows += rows.len() as u64;
        let stored = self.observer.balances(&mut self.raw).await?;
        self.names.extend(stored.iter().map(|balance| (balance.key, balance.name.clone())));
        settle(&mut self.model, claims, rows, &self.names, ordered)?;
        for balance in &stored {
            let expected = self.model.accounts.get(&balance.name).map(|account| &account.figures);
            prop_assert_eq!(Some(&balance.figures), expected, "{:?}", balance.name);
        }
        prop_assert_eq!(stored.len(), self.model.accounts.len(), "a balance that nothing asked for");
        self.observer.nothing_is_half(&mut self.raw).await
    }

    async fn schedule(&mut self, posting: Posting, hours: Option<i64>, trouble: Trouble) -> Result<(), TestCaseError> {
        let later = hours.unwrap_or_default();
        let due_at = hours.map_or(Timestamp::UNIX_EPOCH, |hours| self.model.now + hours.hours());
        let then = day_of(due_at).max(day_of(self.model.now));
        let posting = Posting {
            // Counted from its time on, and a day is what it would be then.
            expires_at: posting.expires_at.map(|at| at + later.hours()),
            commits_at: posting.commits_at.map(|at| at + later.hours()),
            ..posting
        };
        // Money may come until its time; what is queued is looked at as it stands.
        let tried = Posting { day: posting.day.or(Some(then)), ..posting.clone() };
        let tried = if hours.is_some() { Posting { allow: true, limit: None, ..tried } } else { tried };
        let possible = self.model.clone().apply(&Step::of(tried)).is_ok();
        let request = self.request(&posting);
        let reference = posting.reference.clone();
        let turns = self.arm(trouble).await;
        let answer = match hours {
            Some(_) => with_patience(self.book.engine.schedule(request.clone(), &due_at.to_string()), turns).await,
            None => {
                let queued = with_patience(self.book.engine.queue(vec![request.clone()]), turns).await;
                queued.and_then(|mut rows| rows.pop())
            }
        };
        self.disarm(trouble).await;
        let stored = self.scheduled(&reference).await;
        match answer {
            Some(Ok(_)) => prop_assert!(possible && stored.is_some(), "{:?} was accepted", posting),
            Some(Err(error)) => {
                let failed = matches!(Answer::of_code(error.code()), Answer::Failed(_));
                prop_assert!(stored.is_none(), "{:?} is there after {:?}", posting, error);
                prop_assert!(!possible || (failed && trouble != Trouble::Nothing), "{:?}: {:?}", posting, error);
            }
            None => prop_assert!(possible || stored.is_none(), "{:?} is there", posting),
        }
        if let Some((id, _)) = stored {
            let posting = Posting { day: posting.day.or(Some(then)), ..posting };
            let waiting = Waiting { id, request, queued: hours.is_none(), posting, due_at, waits: true };
            self.model.reserved.insert(reference);
            self.waiting.push(waiting);
        }
        // It may be due at once, and whatever else is due goes with it; what is queued comes when time passes.
        let claims = self.postings_due(trouble, false).await?;
        self.settle(claims, trouble, false).await?;
        if trouble == Trouble::Nothing { Ok(()) } else { self.time_passes(Trouble::Nothing).await }
    }

    async fn scheduled(&mut self, reference: &str) -> Option<(String, String)> {
        let sql = format!("SELECT id, state FROM scheduled WHERE reference = '{reference}'");
        let mut row = self.raw.texts(&sql).await.pop()?;
        Some((row[0].take()?, row[1].take()?))
    }

    /// What was queued and stands is answered with what is there, whatever became of the clock.
    async fn queue_again(&mut self, of: usize) -> Result<(), TestCaseError> {
        let queued: Vec<&Waiting> = self.waiting.iter().filter(|one| one.queued).collect();
        let Some(again) = queued.len().checked_sub(1).map(|last| queued[last - of % queued.len().min(8)]) else {
            return Ok(());
        };
        let (id, request) = (again.id.clone(), again.request.clone());
        let Some((_, state)) = self.scheduled(&request.reference).await else {
            return Err(TestCaseError::fail(format!("{} is gone", request.reference)));
        };
        if state == "waiting" || state == "posted" {
            let answer = self.book.engine.queue(vec![request]).await.pop();
            let again = answer.and_then(Result::ok).map(|row| (row.id, row.existing));
            prop_assert_eq!(again, Some((id, true)));
        }
        self.settle(Vec::new(), Trouble::Nothing, true).await
    }

    async fn period(&mut self, days: u16, close: bool, trouble: Trouble) -> Result<(), TestCaseError> {
        let through = day_of(self.model.now).saturating_sub(i64::from(days).days());
        let before = self.model.closed;
        let possible = match close {
            true => before.is_none_or(|before| through > before),
            false => before.is_some_and(|before| through < before),
        };
        let (day, turns) = (through.to_string(), self.arm(trouble).await);
        let answer = match close {
            true => with_patience(self.book.engine.period_close(&day), turns).await,
            false => with_patience(self.book.engine.period_reopen(Some(&day), "A late invoice"), turns).await,
        };
        self.disarm(trouble).await;
        let sql = "SELECT CAST(value AS TEXT) FROM setting WHERE key = 'closed_through'";
        let stored = self.raw.texts(sql).await.pop().and_then(|mut row| row[0].take());
        self.model.closed = stored.and_then(|text| text.trim_matches('"').parse().ok());
        let moved = self.model.closed == Some(through);
        match answer {
            Some(Ok(_)) => prop_assert!(possible && moved, "{} {:?}", day, before),
            Some(Err(error)) => {
                prop_assert_eq!(self.model.closed, before, "{:?}", error);
                let failed = matches!(Answer::of_code(error.code()), Answer::Failed(_));
                prop_assert!(!possible || (failed && trouble != Trouble::Nothing), "{}: {:?}", day, error);
            }
            None => prop_assert!(self.model.closed == before || (possible && moved), "{} {:?}", day, before),
        }
        self.settle(Vec::new(), trouble, true).await
    }

    async fn cancel(&mut self, of: usize, trouble: Trouble) -> Result<(), TestCaseError> {
        let at = self.waiting.len() - 1 - of % self.waiting.len().min(8);
        let (id, waits) = (self.waiting[at].id.clone(), self.waiting[at].waits);
        let turns = self.arm(trouble).await;
        let answer = with_patience(self.book.engine.scheduled_cancel(&id, "Not needed"), turns).await;
        self.disarm(trouble).await;
        let reference = self.waiting[at].posting.reference.clone();
        let Some((_, state)) = self.scheduled(&reference).await else {
            return Err(TestCaseError::fail(format!("{reference} is gone")));
        };
        match answer {
            Some(Ok(_)) => prop_assert!(waits && state == "cancelled", "{} is {}", reference, state),
            Some(Err(error)) => {
                prop_assert_eq!(waits, state == "waiting", "{}", reference);
                prop_assert!(!waits || trouble != Trouble::Nothing, "{}: {:?}", reference, error);
            }
            None => prop_assert!(waits || state != "waiting", "{} waits again", reference),
        }
        self.waiting[at].waits = state == "waiting";
        if state != "waiting" {
            self.model.reserved.remove(&reference);
        }
        self.settle(Vec::new(), trouble, true).await
    }

    /// Claims for what is due, in its order: what time does to holds, then what was scheduled and queued.
    async fn what_is_due(&mut self, trouble: Trouble) -> Result<Vec<Claim>, TestCaseError> {
        let decided = (trouble == Trouble::Nothing).then(asks::done);
        let of_holds = self.model.due().into_iter().map(|step| Claim { step, answer: decided.clone() });
        let mut claims: Vec<Claim> = of_holds.collect();
        claims.append(&mut self.postings_due(trouble, true).await?);
        Ok(claims)
    }

    /// Claims for postings whose time has come; with `all` none of them may be left without a reason.
    async fn postings_due(&mut self, trouble: Trouble, all: bool) -> Result<Vec<Claim>, TestCaseError> {
        let now = self.model.now;
        let mut claims = Vec::new();
        let mut due: Vec<usize> =
            (0..self.waiting.len()).filter(|at| self.waiting[*at].waits && self.waiting[*at].due_at <= now).collect();
        due.sort_by_key(|at| self.waiting[*at].due_at);
        for at in due {
            let reference = self.waiting[at].posting.reference.clone();
            let state = self.scheduled(&reference).await.map(|(_, state)| state).unwrap_or_default();
            prop_assert!(state != "waiting" || !all || trouble != Trouble::Nothing, "{} still waits", reference);
            self.waiting[at].waits = state == "waiting";
            if state == "waiting" && !all && trouble == Trouble::Nothing {
                continue;
            }
            if state != "waiting" {
                self.model.reserved.remove(&reference);
            }
            let answer = match (trouble, asks::of_state(&state)) {
                // It waits because the program stopped, not because something failed.
                (Trouble::Gone { .. }, Answer::Failed(_)) => None,
                (_, answer) => Some(answer),
            };
            claims.push(Claim { step: Step::of(self.waiting[at].posting.clone()), answer });
        }
        Ok(claims)
    }

    async fn time_passes(&mut self, trouble: Trouble) -> Result<(), TestCaseError> {
        let turns = self.arm(trouble).await;
        let passed = with_patience(self.book.engine.time_passed(), turns).await;
        self.disarm(trouble).await;
        prop_assert!(trouble != Trouble::Nothing || matches!(passed, Some(Ok(()))), "{:?}", passed);
        let claims = self.what_is_due(trouble).await?;
        self.settle(claims, trouble, trouble == Trouble::Nothing).await
    }

    async fn reopen(self) -> Result<Self, TestCaseError> {
        let Self { book, raw, .. } = self;
        drop(raw);
        let book = book.reopen().await;
        let mut play = Self { raw: watcher(&book).await, book, ..self };
        let claims = play.what_is_due(Trouble::Nothing).await?;
        play.settle(claims, Trouble::Nothing, true).await?;
        Ok(play)
    }

    /// The book's own check, the proof of its history, and what the engine says of every balance, now and in the past.
    pub async fn look_over(&mut self) -> Result<(), TestCaseError> {
        faults::clear(&mut self.raw).await;
        let check = self.book.engine.book_check().await.unwrap();
        faults::set(&mut self.raw).await;
        prop_assert!(check.problems.is_empty(), "{:?}", check.problems);
        let told = self.observer.told(&mut self.raw).await;
        for watch in &self.model.watches {
            let times = told.get(&watch.id).copied().unwrap_or_default();
            prop_assert_eq!(times, watch.told, "a monitor is told once for each time: {:?}", watch);
        }
        self.observer.origins(&mut self.raw).await?;
        for balance in self.observer.balances(&mut self.raw).await? {
            let id = match self.ids.get(&balance.name) {
                Some(id) => id.clone(),
                None => {
                    let (name, currency) = &balance.name;
                    let made = self.book.engine.balance_called("from", name, Some(currency)).await.unwrap();
                    self.ids.insert(balance.name.clone(), made.id.clone());
                    made.id
                }
            };
            let told = self.book.engine.balance_get(&id, None).await.unwrap().row.figures;
            let figures = &balance.figures;
            prop_assert_eq!(minor(&told.total_in), figures.credit.clone());
            prop_assert_eq!(minor(&told.total_out), figures.debit.clone());
            prop_assert_eq!(minor(&told.balance), &figures.credit - &figures.debit);
            prop_assert_eq!(minor(&told.held_in), figures.held_in.clone());
            prop_assert_eq!(minor(&told.held_out), figures.held_out.clone());
            for day in ["2026-06-30", "2026-11-18", "2026-12-24"] {
                let told = self.book.engine.balance_get(&id, Some(day)).await.unwrap().row.figures;
                prop_assert_eq!(minor(&told.balance), self.observer.at(balance.key, day), "{:?} {}", balance.name, day);
            }
        }
        Ok(())
    }

    /// What a person sees in the end: running balances add up, and holds are what their rows say.
    pub async fn end(mut self) -> Result<Tally, TestCaseError> {
        self.look_over().await?;
        for id in self.ids.values() {
            let mut running = BigInt::ZERO;
            let (mut offset, mut total) = (0, 1);
            while offset < total {
                let sort = vec![engine::api::page::SortKey { field: "date".into(), descending: false }];
                let query = ListQuery { limit: 500, offset, sort, ..ListQuery::default() };
                let page = self.book.engine.register_page(id, query).await.unwrap();
                for row in &page.rows {
                    let signed = |text: &Option<String>| text.as_deref().map_or(BigInt::ZERO, minor);
                    running += signed(&row.money_in) - signed(&row.money_out);
                    prop_assert_eq!(&row.running, &running.to_string());
                }
                (offset, total) = (offset + 500, page.total);
            }
        }
        for hold in self.model.holds.iter().rev().take(20) {
            let detail = self.book.engine.transaction_get(&hold.id).await.unwrap();
            prop_assert_eq!(detail.family.committed.as_deref().map(minor), Some(hold.committed.clone()));
            prop_assert_eq!(detail.family.remaining.as_deref().map(minor), Some(hold.remaining()));
        }
        self.book.engine.close().await;
        Ok(self.tally)
    }
}

/// Whether it can be asked for again: what has no reference would be booked twice.
fn is_named(asked: &Asked) -> bool {
    match &asked.request {
        Request::Post(_) | Request::Entry(_) => true,
        Request::Commit(item) => item.reference.is_some(),
        Request::Void(request) => request.items[0].reference.is_some(),
        Request::Bulk(_) => false,
    }
}

fn minor(text: &str) -> BigInt {
    text.parse().unwrap()
}
