//! Closed periods: up to a day the books take no settled entry. What is closed is reopened with a reason, never passed by.

use jiff::civil::Date;
use serde_json::{Value, json};
use store::Unit;
use store::journal::Expected;
use store::system::Event;

use crate::api::periods::{PeriodState, PeriodStep};
use crate::balances::parse_day;
use crate::group::Command;
use crate::kept::Sealing;
use crate::signed::open_after;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, words};

/// Setting with the last closed day. The database guards by it too.
pub(crate) const CLOSED_THROUGH: &str = "closed_through";
/// Object of the history entries of closings.
const OBJECT: &str = "period";
const CLOSED: &str = "period.closed";
const REOPENED: &str = "period.reopened";
/// Longest reason that is stored.
const MAX_REASON: usize = 500;
/// Closings and reopenings that are shown.
const MOST_STEPS: u32 = 500;

/// The last closed day, as the setting has it.
fn read(setting: Option<&Value>) -> Option<Date> {
    setting?.as_str()?.parse().ok()
}

/// “The books are closed through 2026-09-30, so 2026-09-12 takes no postings. The first open day is 2026-10-01.”
fn sentence(through: Date, day: Date) -> String {
    let open = open_after(through);
    format!("The books are closed through {through}, so {day} takes no postings. The first open day is {open}.")
}

/// Refuses a settled entry in a closed period.
///
/// # Errors
/// [`EngineError::Conflict`]; nothing of the unit may then be committed.
pub(crate) async fn admit(unit: &mut dyn Unit, day: Date) -> EngineResult<()> {
    match read(unit.load_setting(CLOSED_THROUGH).await?.as_ref()) {
        Some(through) if day <= through => Err(EngineError::Conflict {
            code: "PERIOD_CLOSED",
            message: format!("{} Nothing was posted.", sentence(through, day)),
        }),
        _ => Ok(()),
    }
}

/// Moves the last closed day.
struct Moving {
    through: Option<Date>,
    /// Given for a reopening.
    reason: Option<String>,
}

#[async_trait::async_trait]
impl Command for Moving {
    type Answer = ();

    fn expected(&self) -> Expected {
        Expected { settings: vec![CLOSED_THROUGH.into()], ..Expected::default() }
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<()> {
        let before = read(unit.load_setting(CLOSED_THROUGH).await?.as_ref());
        match (&self.reason, before) {
            (None, Some(before)) if self.through <= Some(before) => {
                let message = format!("The books are closed through {before} already. Nothing was changed.");
                return Err(EngineError::Conflict { code: "PERIOD_CLOSED", message });
            }
            (Some(_), None) => {
                let message = "No period is closed. Nothing was changed.".to_owned();
                return Err(EngineError::Conflict { code: "PERIOD_OPEN", message });
            }
            (Some(_), Some(before)) if self.through >= Some(before) => {
                let message = format!("Reopen to a day before {before}, the last closed one.");
                return Err(EngineError::invalid("through", message));
            }
            _ => {}
        }
        let after = self.through.map(|day| day.to_string());
        let sealing = Sealing::default().setting(unit, CLOSED_THROUGH, &json!(after)).await?;
        let event = Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: if self.reason.is_some() { REOPENED } else { CLOSED }.into(),
            object_id: OBJECT.into(),
            payload: json!({
                "name": match &after {
                    Some(day) if self.reason.is_some() => format!("closed now through {day}"),
                    Some(day) => format!("through {day}"),
                    None => "all days open".to_owned(),
                },
                "before": before.map(|day| day.to_string()), "after": after, "reason": self.reason,
            }),
        };
        Ok(unit.record_event(&sealing.on(event)).await?)
    }
}

impl Engine {
    /// Closes the books through a day, which has passed. No settled entry is dated in it from then on.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a day to come, [`EngineError::Conflict`] if it is closed already.
    pub async fn period_close(&self, through: &str) -> EngineResult<PeriodState> {
        let day = needed(through)?;
        if day >= self.clock.today() {
            return Err(EngineError::invalid("through", "Close a day that has passed: today still takes entries."));
        }
        self.move_period(Moving { through: Some(day), reason: None }).await
    }

    /// Reopens closed days: all of them, or those after `through`. The reason is stored.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] without a reason or for a day that is open, [`EngineError::Conflict`] if nothing is closed.
    pub async fn period_reopen(&self, through: Option<&str>, reason: &str) -> EngineResult<PeriodState> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            let message = format!("Reopening needs a reason of at most {MAX_REASON} characters. It is stored.");
            return Err(EngineError::invalid("reason", message));
        }
        let through = through.filter(|text| !text.is_empty()).map(needed).transpose()?;
        self.move_period(Moving { through, reason: Some(words::plain(reason)) }).await
    }

    async fn move_period(&self, moving: Moving) -> EngineResult<PeriodState> {
        self.writer.submit(&self.actor(), moving).await?;
        self.changed(&[Topic::Book]);
        self.period_state().await
    }

    /// Up to which day the books are closed, and how it came to that.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn period_state(&self) -> EngineResult<PeriodState> {
        let through = self.closed_through().await?;
        let text = |event: &Event, key: &str| event.payload[key].as_str().map(str::to_owned);
        let events = self.store.events(Some(OBJECT), MOST_STEPS).await?;
        let steps = events.iter().filter(|event| event.kind == CLOSED || event.kind == REOPENED);
        let steps = steps.map(|event| PeriodStep {
            at: event.at.to_string(),
            actor: event.actor.clone(),
            reopened: event.kind == REOPENED,
            before: text(event, "before"),
            after: text(event, "after"),
            reason: text(event, "reason"),
        });
        Ok(PeriodState {
            closed_through: through.map(|day| day.to_string()),
            open_from: through.map(|day| open_after(day).to_string()),
            steps: steps.collect(),
        })
    }

    pub(crate) async fn closed_through(&self) -> EngineResult<Option<Date>> {
        Ok(read(self.store.setting(CLOSED_THROUGH).await?.as_ref()))
    }

    /// What a preview says of a day that is closed, and the first open one.
    pub(crate) async fn closed_period(&self, day: Date) -> EngineResult<Option<(String, String)>> {
        let through = self.closed_through().await?.filter(|through| day <= *through);
        Ok(through.map(|through| (sentence(through, day), open_after(through).to_string())))
    }
}

fn needed(text: &str) -> EngineResult<Date> {
    parse_day(Some(text), "through")?.ok_or_else(|| EngineError::invalid("through", "Enter a day."))
}
