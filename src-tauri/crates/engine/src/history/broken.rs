//! A history that does not hold: nothing more is written into the book until somebody says otherwise, and why.
//!
//! What was found stands in a setting, so that the book stays as it is after a restart and in every program. What was
//! decided is in the history itself; the same finding stops nobody a second time, another one does.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::StoreError;
use store::system::Event;

use crate::api::book::BookInfo;
use crate::api::history::HistoryCheck;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Topic, words};

/// Setting with what was found and what was decided.
pub(crate) const BROKEN: &str = "history_broken";
/// Kind of the history entry of the decision.
const ACCEPTED: &str = "history.accepted";

/// What verification found that does not fit. Without `open` the book may be written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Broken {
    /// Findings that nobody decided on, and the first of them as a sentence.
    open: Vec<String>,
    first: String,
    /// Findings that somebody knows of and goes on with.
    pub(super) accepted: Vec<String>,
}

impl Broken {
    fn read(stored: Option<Value>) -> EngineResult<Self> {
        let read = stored.map(serde_json::from_value).transpose();
        Ok(read.map_err(|error| StoreError::damaged("setting", error))?.unwrap_or_default())
    }

    /// Why nothing may be written.
    fn stops(&self) -> Option<String> {
        (!self.open.is_empty()).then(|| {
            format!(
                "The history of this book does not hold: {} The book is read-only until somebody decides. Compare it with a backup; to write into it all the same, give a reason under Audit, or with “tieout verify BOOK --accept REASON”.",
                self.first
            )
        })
    }
}

impl Engine {
    pub(super) async fn broken(&self) -> EngineResult<Broken> {
        Broken::read(self.store.setting(BROKEN).await?)
    }

    /// Why a history that was found broken keeps the book from being written, if it does.
    pub(crate) async fn history_stops(&self) -> EngineResult<Option<String>> {
        Ok(self.broken().await?.stops())
    }

    /// Whether a history that was found broken keeps the book from being written.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn history_stopped(&self) -> EngineResult<bool> {
        Ok(self.history_stops().await?.is_some())
    }

    /// Keeps a book closed for writing whose history was found broken before. Called at open, before anything is written.
    pub(crate) async fn hold_if_broken(&self) -> EngineResult<()> {
        if let Some(reason) = self.history_stops().await? {
            tracing::error!("the history was found broken before; the book is read-only");
            self.store.hold_writes(Some(reason));
        }
        Ok(())
    }

    /// Stops all writing over what a check found, unless somebody has decided on just that before. Also stored, where the
    /// book can be written, so that the next program that opens it knows.
    ///
    /// # Errors
    /// [`EngineError::Store`] if it cannot be stored; this program then writes nothing more all the same.
    pub async fn history_stop(&self, check: &HistoryCheck) -> EngineResult<()> {
        let unit = self.store.begin().await;
        // With the unit open: nobody decides on anything meanwhile.
        let broken = self.broken().await?;
        let open: Vec<String> =
            check.findings.iter().filter(|found| !broken.accepted.contains(found)).cloned().collect();
        let Some(first) = check.problems.first().filter(|_| !open.is_empty()) else { return Ok(()) };
        let broken = Broken { open, first: first.clone(), ..broken };
        let stored = match unit {
            Ok(unit) => put_broken(unit, &broken).await,
            // Nobody writes into it here as it is.
            Err(StoreError::ReadOnly(_)) => Ok(()),
            Err(error) => Err(error.into()),
        };
        self.store.hold_writes(broken.stops());
        self.changed(&[Topic::Book]);
        stored
    }

    /// Lets the book be written again although its history does not hold. Who decided it, what was found and the reason
    /// are in the history from then on.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason, [`EngineError::Conflict`] when nothing was found,
    /// [`EngineError::Store`] where the book cannot be written for another cause.
    pub async fn history_accept(&self, reason: &str) -> EngineResult<BookInfo> {
        let reason = words::given_reason(reason)?;
        let broken = self.broken().await?;
        let Some(stopped) = broken.stops() else {
            let message = "Nothing was found in the history that needs a decision. Nothing was changed.".to_owned();
            return Err(EngineError::Conflict { code: "HISTORY_HOLDS", message });
        };
        self.store.hold_writes(None);
        if let Err(error) = self.accept(broken, &reason).await {
            self.store.hold_writes(Some(stopped));
            return Err(error);
        }
        self.changed(&[Topic::Book]);
        self.book_info().await
    }

    async fn accept(&self, broken: Broken, reason: &str) -> EngineResult<()> {
        let stamp = self.stamp();
        let event = Event {
            at: stamp.at,
            actor: stamp.actor,
            kind: ACCEPTED.into(),
            object_id: self.book_id().await?,
            payload: json!({ "reason": reason, "found": broken.open, "first": broken.first }),
        };
        let accepted = broken.accepted.into_iter().chain(broken.open).collect();
        let mut unit = self.store.begin().await?;
        let broken = json!(Broken { accepted, ..Broken::default() });
        let sealing = Sealing::default().setting(unit.as_mut(), BROKEN, &broken).await?;
        unit.record_event(&sealing.on(event)).await?;
        Ok(unit.commit().await?)
    }
}

async fn put_broken(mut unit: Box<dyn store::Unit>, broken: &Broken) -> EngineResult<()> {
    unit.put_setting(BROKEN, &json!(broken)).await?;
    Ok(unit.commit().await?)
}
