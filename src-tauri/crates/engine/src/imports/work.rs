//! Work on a file that takes a while: off the caller's thread, told while it runs, stopped when nobody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ledger::Currency;
use statements::{ReadPhase, ReadStep, Reading};

use super::{Session, reading_failed};
use crate::api::book::JobProgress;
use crate::api::imports::ImportOptions;
use crate::{Engine, EngineError, EngineResult, Notice};

/// Told how far an import is; answers false to cancel, which leaves nothing behind.
pub type ImportProgress<'a> = &'a (dyn Fn(JobProgress) -> bool + Send + Sync);

/// Time between two steps told, and between two looks at whether somebody cancelled.
const TELL: Duration = Duration::from_millis(100);
const LOOK: Duration = Duration::from_millis(40);
/// Time after which a phase has a rate.
const SETTLED: Duration = Duration::from_millis(300);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Switches that end the work of a session, as long as it runs.
#[derive(Default)]
pub(super) struct Switches(Mutex<Vec<(What, Weak<AtomicBool>)>>);

/// What a session works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// What the window shows under the choices of the moment.
    Preview,
    /// Anything somebody waits for.
    Other,
}

impl Switches {
    fn new_switch(&self, what: What) -> Arc<AtomicBool> {
        let switch = Arc::new(AtomicBool::new(false));
        let mut all = locked(&self.0);
        all.retain(|(_, other)| other.strong_count() > 0);
        all.push((what, Arc::downgrade(&switch)));
        switch
    }

    /// Ends what runs now; work that begins later is not ended.
    pub(super) fn end_all(&self) {
        self.end(|_| true);
    }

    /// Ends previews of choices that were changed meanwhile.
    pub(super) fn end_previews(&self) {
        self.end(|what| what == What::Preview);
    }

    fn end(&self, ends: impl Fn(What) -> bool) {
        for (_, switch) in locked(&self.0).iter().filter(|(what, _)| ends(*what)) {
            if let Some(switch) = switch.upgrade() {
                switch.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// What a reading depends on.
#[derive(PartialEq)]
struct Asked {
    options: ImportOptions,
    hint: Option<Currency>,
    today: jiff::civil::Date,
}

/// The last reading of a session: the steps of the wizard ask for the same one again and again.
#[derive(Default)]
pub(super) struct LastReading(Mutex<Option<(Asked, Arc<Reading>)>>);

impl LastReading {
    fn get(&self, asked: &Asked) -> Option<Arc<Reading>> {
        locked(&self.0).as_ref().filter(|(known, _)| known == asked).map(|(_, reading)| Arc::clone(reading))
    }

    fn put(&self, asked: Asked, reading: &Arc<Reading>) {
        *locked(&self.0) = Some((asked, Arc::clone(reading)));
    }

    /// Lets go of the last reading before another is made: two of a large file need not be in memory at once.
    pub(super) fn forget(&self) {
        locked(&self.0).take();
    }
}

/// Where the present phase began and when it was last told.
struct Pace {
    phase: String,
    began: Instant,
    told: Option<Instant>,
}

/// One use case at work on a session.
pub(super) struct Work<'a> {
    engine: &'a Engine,
    pub(super) session: Arc<Session>,
    progress: Option<ImportProgress<'a>>,
    job: String,
    title: String,
    pub(super) switch: Arc<AtomicBool>,
    pace: Mutex<Pace>,
}

/// The calculating side of [`Work::apart`].
struct Watch {
    switch: Arc<AtomicBool>,
    at: Mutex<(&'static str, u64, u64)>,
}

impl<'a> Work<'a> {
    pub(super) fn new(engine: &'a Engine, session: &Arc<Session>) -> Self {
        Self::on(engine, session, What::Other)
    }

    /// Ended by the next preview of the session.
    pub(super) fn preview(engine: &'a Engine, session: &Arc<Session>) -> Self {
        session.switches.end_previews();
        Self::on(engine, session, What::Preview)
    }

    fn on(engine: &'a Engine, session: &Arc<Session>, what: What) -> Self {
        Self {
            engine,
            session: Arc::clone(session),
            progress: None,
            job: session.id.clone(),
            title: format!("Read {}", session.name),
            switch: session.switches.new_switch(what),
            pace: Mutex::new(Pace { phase: String::new(), began: Instant::now(), told: None }),
        }
    }

    /// As the job it will be, told to whoever started it.
    pub(super) fn told_as(self, job: &str, title: String, progress: Option<ImportProgress<'a>>) -> Self {
        Self { job: job.to_owned(), title, progress, ..self }
    }

    /// Says how far it is, at most ten times a second, and ends the work when it was cancelled.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`].
    pub(super) fn tell(&self, phase: &str, done: u64, total: u64) -> EngineResult<()> {
        if self.switch.load(Ordering::Relaxed) {
            return Err(EngineError::Cancelled);
        }
        let Some(since) = self.due(phase, done > 0 && done == total) else { return Ok(()) };
        // A rate over less than this says nothing.
        let rate = if since < SETTLED {
            0
        } else {
            done.saturating_mul(1000) / u64::try_from(since.as_millis()).unwrap_or(u64::MAX).max(1)
        };
        let step = JobProgress {
            job_id: self.job.clone(),
            title: self.title.clone(),
            phase: phase.to_owned(),
            done,
            total,
            rate,
            seconds_left: total.saturating_sub(done).checked_div(rate).and_then(|left| u32::try_from(left).ok()),
            matches: 0,
            state: "running".into(),
        };
        self.engine.notify(Notice::Import { session: self.session.id.clone(), step: step.clone() });
        if self.progress.is_some_and(|progress| !progress(step)) {
            self.switch.store(true, Ordering::Relaxed);
            return Err(EngineError::Cancelled);
        }
        Ok(())
    }

    /// Time since the phase began, if it is time to tell.
    fn due(&self, phase: &str, last: bool) -> Option<Duration> {
        let mut pace = locked(&self.pace);
        if pace.phase != phase {
            *pace = Pace { phase: phase.to_owned(), began: Instant::now(), told: None };
        }
        let due = last || pace.told.is_none_or(|told| told.elapsed() >= TELL);
        due.then(|| {
            pace.told = Some(Instant::now());
            pace.began.elapsed()
        })
    }

    /// Calculates on another thread. Cancelling answers at once; the thread ends at its next step, or with its result
    /// thrown away.
    async fn apart<T: Send + 'static>(
        &self,
        phase: &'static str,
        calculate: impl FnOnce(&Watch) -> EngineResult<T> + Send + 'static,
    ) -> EngineResult<T> {
        let watch = Arc::new(Watch { switch: Arc::clone(&self.switch), at: Mutex::new((phase, 0, 0)) });
        let theirs = Arc::clone(&watch);
        let mut running = tokio::task::spawn_blocking(move || calculate(&theirs));
        loop {
            match tokio::time::timeout(LOOK, &mut running).await {
                Ok(done) => return done.map_err(reading_failed)?,
                Err(_) => {
                    let (phase, done, total) = *locked(&watch.at);
                    self.tell(phase, done, total)?;
                }
            }
        }
    }

    /// The file under these choices.
    ///
    /// # Errors
    /// A choice that means nothing; [`EngineError::Cancelled`].
    pub(super) async fn read(&self, options: &ImportOptions, hint: Option<Currency>) -> EngineResult<Arc<Reading>> {
        // What is typed beside the table, and which account is looked at, changes nothing in the reading.
        let apart = ImportOptions {
            statement: 0,
            opening: None,
            closing: None,
            keep_known: Vec::new(),
            keep_all_known: false,
            same: Vec::new(),
            all_same: false,
            ..options.clone()
        };
        let asked = Asked { options: apart, hint, today: self.engine.clock.today() };
        if let Some(reading) = self.session.last.get(&asked) {
            return Ok(reading);
        }
        self.session.last.forget();
        let session = Arc::clone(&self.session);
        self.apart("rows", move |watch| {
            let read = session.read_options(&asked.options, asked.hint.as_ref(), asked.today)?;
            let reading = session.read(&read, &mut |step| watch.step(step))?;
            let reading = Arc::new(reading);
            session.last.put(asked, &reading);
            Ok(reading)
        })
        .await
    }

    /// Something worked out from a reading.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`].
    pub(super) async fn work_out<T: Send + 'static>(
        &self,
        calculate: impl FnOnce() -> T + Send + 'static,
    ) -> EngineResult<T> {
        self.apart("compare", move |_| Ok(calculate())).await
    }
}

impl Watch {
    fn step(&self, step: ReadStep) -> EngineResult<()> {
        let phase = match step.phase {
            ReadPhase::Rows => "rows",
            ReadPhase::Columns => "columns",
            ReadPhase::Lines => "lines",
            ReadPhase::Balances => "balances",
        };
        *locked(&self.at) = (phase, step.done, step.total);
        if self.switch.load(Ordering::Relaxed) { Err(EngineError::Cancelled) } else { Ok(()) }
    }
}
