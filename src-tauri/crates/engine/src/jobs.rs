//! Long work that runs in this program: how it is asked to stop, and how the end of the program waits for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use store::system::{JobKind, JobRecord, JobState};

use crate::{Engine, EngineError, EngineResult};

/// Time between two looks at whether everything has ended.
const LOOK: Duration = Duration::from_millis(10);
/// After this the book is closed over what did not end; storage takes back what it had not committed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Jobs at work, each with the switch that ends it.
#[derive(Default)]
pub(crate) struct Jobs {
    running: Mutex<HashMap<String, Arc<AtomicBool>>>,
    closing: AtomicBool,
}

/// A job at work, for as long as this is kept.
pub(crate) struct Running<'a> {
    jobs: &'a Jobs,
    id: String,
}

impl Jobs {
    fn running(&self) -> MutexGuard<'_, HashMap<String, Arc<AtomicBool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job that watches `switch`. While the book is being closed it is told to end before it begins.
    pub(crate) fn enter(&self, id: &str, switch: Arc<AtomicBool>) -> Running<'_> {
        let mut running = self.running();
        if self.is_closing() {
            switch.store(true, Ordering::Relaxed);
        }
        running.insert(id.to_owned(), switch);
        drop(running);
        Running { jobs: self, id: id.to_owned() }
    }

    /// Tells a job to end. True if it was running here.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        self.running().get(id).is_some_and(|switch| {
            switch.store(true, Ordering::Relaxed);
            true
        })
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Tells every job to end, and waits until each has.
    pub(crate) async fn end(&self) {
        let began = Instant::now();
        loop {
            {
                let running = self.running();
                self.closing.store(true, Ordering::Relaxed);
                running.values().for_each(|switch| switch.store(true, Ordering::Relaxed));
                if running.is_empty() || began.elapsed() > PATIENCE {
                    return;
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.jobs.running().remove(&self.id);
    }
}

impl Engine {
    /// Asks a job to stop. It answers at its next step; what was stored before stays.
    ///
    /// True if the job was running here.
    pub fn run_cancel(&self, job_id: &str) -> bool {
        self.recon.jobs().cancel(job_id)
    }

    /// Stores why a job ended early, in a unit of its own. A run that the end of the program cut off can be resumed.
    pub(crate) async fn close_job(&self, job_id: &str, error: &EngineError) -> EngineResult<()> {
        let Some(mut job) = self.store.job(job_id).await? else { return Ok(()) };
        let cancelled = matches!(error, EngineError::Cancelled);
        let run = job.kind == JobKind::Reconcile;
        let cut_off = cancelled && run && self.recon.jobs().is_closing();
        job.state = match () {
            () if cut_off => JobState::Interrupted,
            () if cancelled => JobState::Cancelled,
            () => JobState::Failed,
        };
        if !cut_off {
            job.error = Some(match (cancelled, run) {
                (true, true) => "Cancelled. What was confirmed before stays; nothing was proposed.".into(),
                (true, false) => "Cancelled. Nothing was imported.".into(),
                (false, _) => error.sentence(),
            });
            job.finished_at = Some(self.clock.now());
        }
        self.save_job_alone(&job).await?;
        if run {
            self.notify(crate::Notice::Job(crate::runs::end_notice(&job, 0)));
        }
        Ok(())
    }

    /// Stores how far a job is, in a unit of its own.
    pub(crate) async fn save_job_alone(&self, job: &JobRecord) -> EngineResult<()> {
        let mut unit = self.store.begin().await?;
        unit.save_job(job).await?;
        unit.commit().await?;
        Ok(())
    }
}

pub(crate) fn state_word(state: JobState) -> &'static str {
    match state {
        JobState::Running => "running",
        JobState::Interrupted => "interrupted",
        JobState::Cancelled => "cancelled",
        JobState::Failed => "failed",
        JobState::Done => "done",
    }
}
