//! The one writer of a book: commands that arrive while another group is being written are booked together, in one
//! database transaction.
//!
//! Nobody waits on purpose: a command that comes alone is a group of its own. Each caller is answered once its command
//! is durable. A command that is refused is taken back and leaves its neighbours alone; where that cannot be done, the
//! group is dropped and each of its commands is booked in a unit of its own. A book may ask for that always
//! ([`crate::api::book::BookSettings::together`]).

use std::sync::{Arc, Mutex, PoisonError};

use store::journal::Expected;
use store::{Store, StoreError, Unit};
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

use crate::api::transactions::Effect;
use crate::book::{SETTINGS, settings_of};
use crate::clock::Clock;
use crate::{Engine, EngineError, EngineResult, Stamp, trace, view};

/// Commands that are booked together at most: beyond it a group gets no faster and its callers wait longer.
const MOST: usize = 1_024;
/// Turns of the other tasks in which nobody came before a group is closed.
const QUIET: u32 = 3;

/// Something that is booked in a unit of work together with others.
#[async_trait::async_trait]
pub(crate) trait Command: Send + Sync + 'static {
    type Answer: Send + 'static;

    /// What it will ask for.
    fn expected(&self) -> Expected;

    /// Books it, or refuses. May be called again for the same command, after everything it did was taken back.
    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<Self::Answer>;
}

/// A command that waits for its turn, whatever it answers with.
#[async_trait::async_trait]
trait Job: Send {
    fn expected(&self) -> Expected;
    /// Books it and keeps the outcome.
    async fn run(&mut self, unit: &mut dyn Unit, clock: &dyn Clock) -> Ran;
    /// Nothing could be tried, or what was done did not last. Nor does a refusal: it may have been refused over what
    /// another command of its group did, and that did not last either.
    fn fail(&mut self, error: EngineError);
    /// Tells the caller.
    fn answer(self: Box<Self>);
}

/// What a command did to its unit of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Booked,
    /// A rule said no, and the unit is sound.
    Refused,
    /// The storage failed: what the unit holds cannot be trusted any more.
    Failed,
}

struct Waiting<C: Command> {
    command: C,
    actor: String,
    outcome: Option<EngineResult<C::Answer>>,
    /// Its request in the log.
    span: Span,
    reply: oneshot::Sender<EngineResult<C::Answer>>,
}

#[async_trait::async_trait]
impl<C: Command> Job for Waiting<C> {
    fn expected(&self) -> Expected {
        self.command.expected()
    }

    async fn run(&mut self, unit: &mut dyn Unit, clock: &dyn Clock) -> Ran {
        let stamp = Stamp { at: clock.now(), today: clock.today(), actor: self.actor.clone() };
        let outcome = self.command.run(unit, &stamp).instrument(self.span.clone()).await;
        let ran = match &outcome {
            Ok(_) => Ran::Booked,
            Err(EngineError::Store(_)) => Ran::Failed,
            Err(_) => Ran::Refused,
        };
        if let Err(error) = &outcome {
            self.span.in_scope(|| tracing::info!(code = error.code(), "refused"));
        }
        self.outcome = Some(outcome);
        ran
    }

    fn fail(&mut self, error: EngineError) {
        self.outcome = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or_else(|| Err(gone()));
        // A caller that no longer waits is fine: what it asked for is done.
        let _ = self.reply.send(outcome);
    }
}

/// The writer ended before it answered.
fn gone() -> EngineError {
    EngineError::Store(StoreError::Database("the writer of this book ended".into()))
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Box<dyn Job>>,
    working: bool,
}

/// Books commands in groups.
pub(crate) struct Writer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    queue: Mutex<Queue>,
}

impl Writer {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { store, clock, queue: Mutex::default() })
    }

    /// Books `command` for `actor`. Durable when it returns; once it is handed in it is booked even if the caller goes.
    ///
    /// # Errors
    /// The command's own refusal, or that of the storage; nothing of it is then in the book.
    pub(crate) async fn submit<C: Command>(self: &Arc<Self>, actor: &str, command: C) -> EngineResult<C::Answer> {
        self.submit_all(actor, [Ok(command)]).await.pop().unwrap_or_else(|| Err(gone()))
    }

    /// Books commands in their order, each by itself; what could not be read stays what it is. One answer for each.
    pub(crate) async fn submit_all<C: Command>(
        self: &Arc<Self>,
        actor: &str,
        commands: impl IntoIterator<Item = EngineResult<C>>,
    ) -> Vec<EngineResult<C::Answer>> {
        let span = trace::request::<C>();
        let mut jobs: Vec<Box<dyn Job>> = Vec::new();
        let mut answers = Vec::new();
        for command in commands {
            answers.push(command.map(|command| {
                let (reply, answer) = oneshot::channel();
                jobs.push(Box::new(Waiting {
                    command,
                    actor: actor.to_owned(),
                    outcome: None,
                    span: span.clone(),
                    reply,
                }));
                answer
            }));
        }
        self.hand_in(jobs);
        let mut outcomes = Vec::with_capacity(answers.len());
        for answer in answers {
            outcomes.push(match answer {
                Ok(answer) => answer.await.unwrap_or_else(|_| Err(gone())),
                Err(error) => Err(error),
            });
        }
        outcomes
    }

    fn hand_in(self: &Arc<Self>, jobs: Vec<Box<dyn Job>>) {
        if jobs.is_empty() {
            return;
        }
        let idle = {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.waiting.extend(jobs);
            !std::mem::replace(&mut queue.working, true)
        };
        if idle {
            tokio::spawn(Arc::clone(self).work());
        }
    }

    /// Works until nobody waits.
    async fn work(self: Arc<Self>) {
        loop {
            self.gather().await;
            let Some(group) = self.next_group() else { return };
            // In a task of its own: a defect in one command must not leave everybody after it waiting.
            let writer = Arc::clone(&self);
            if let Err(error) = tokio::spawn(async move { writer.book(group).await }).await {
                tracing::error!(%error, "a group of commands broke off; nothing of it was booked");
            }
        }
    }

    /// Lets whoever is about to ask come into the same group: those that were just answered often ask again. Nobody waits
    /// for anybody: it ends as soon as nobody comes.
    async fn gather(&self) {
        let (mut known, mut quiet) = (0, 0);
        while known < MOST && quiet < QUIET {
            tokio::task::yield_now().await;
            let waiting = self.queue.lock().unwrap_or_else(PoisonError::into_inner).waiting.len();
            quiet = if waiting > known { 0 } else { quiet + 1 };
            known = waiting;
        }
    }

    fn next_group(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.waiting.is_empty() {
            queue.working = false;
            return None;
        }
        let count = queue.waiting.len().min(MOST);
        Some(queue.waiting.drain(..count).collect())
    }

    async fn book(&self, mut group: Vec<Box<dyn Job>>) {
        match self.together(&mut group).await {
            Ok(true) => {}
            Ok(false) => return self.one_by_one(group).await,
            Err(error) => group.iter_mut().for_each(|job| job.fail(error.again().into())),
        }
        group.into_iter().for_each(Job::answer);
    }

    /// Books the group in one unit; `false` if it has to be done one by one, and then nothing is booked.
    async fn together(&self, group: &mut [Box<dyn Job>]) -> Result<bool, StoreError> {
        let mut unit = self.store.begin().await?;
        if let [only] = group {
            if only.run(unit.as_mut(), &*self.clock).await == Ran::Booked {
                unit.commit().await?;
            }
            return Ok(true);
        }
        // What names no day counts for today.
        let mut expected = Expected { day: Some(self.clock.today()), ..Expected::default() };
        group.iter().for_each(|job| expected.and(job.expected()));
        expected.settings.push(SETTINGS.to_owned());
        if let Err(error) = unit.expect(&expected).await {
            // One of them asks for something that cannot be read. The others have nothing to do with it.
            tracing::warn!(%error, "a group could not be read ahead; its commands are booked one by one");
            return Ok(false);
        }
        if !settings_of(unit.load_setting(SETTINGS).await?)?.together {
            return Ok(false);
        }
        for job in group {
            unit.mark();
            match job.run(unit.as_mut(), &*self.clock).await {
                Ran::Booked => {}
                Ran::Refused if unit.take_back() => {}
                Ran::Refused | Ran::Failed => return Ok(false),
            }
        }
        // What the database itself refuses, it refuses here; from the commit on nothing is tried twice.
        if let Err(error) = unit.flush().await {
            tracing::warn!(%error, "a group was refused by the database; its commands are booked one by one");
            return Ok(false);
        }
        unit.commit().await?;
        Ok(true)
    }

    /// Each is answered as soon as it is durable: whatever happens to the next cannot take that back.
    async fn one_by_one(&self, group: Vec<Box<dyn Job>>) {
        for mut job in group {
            if let Err(error) = self.alone(job.as_mut()).await {
                job.fail(error.into());
            }
            job.answer();
        }
    }

    async fn alone(&self, job: &mut dyn Job) -> Result<(), StoreError> {
        let mut unit = self.store.begin().await?;
        if job.run(unit.as_mut(), &*self.clock).await == Ran::Booked {
            unit.commit().await?;
        }
        Ok(())
    }
}

impl Engine {
    /// Does `command` in a unit of work that is dropped again: what it would answer, and before and after of every
    /// balance that it changes.
    ///
    /// # Errors
    /// What booking it would be refused with.
    pub(crate) async fn try_out<C: Command>(&self, command: C) -> EngineResult<(C::Answer, Vec<Effect>)> {
        let (store, stamp) = (Arc::clone(&self.store), self.stamp());
        let trial = async move {
            let mut unit = store.begin().await?;
            let answer = command.run(unit.as_mut(), &stamp).await?;
            // What the database itself would refuse.
            unit.flush().await?;
            let effects = view::effects_of(unit.as_mut());
            Ok((answer, effects))
        };
        // In a task of its own: whoever asked and goes away must not leave the one connection that writes in the middle of
        // something.
        tokio::spawn(trial.in_current_span()).await.unwrap_or_else(|_| Err(gone()))
    }
}
