//! Balance monitors: conditions that are looked at with every posting, and told in the same database transaction.
//!
//! All monitors of a book stand in one setting, which a unit of work reads together with the others it needs: a posting
//! pays nothing for monitors that are not there.

use std::collections::HashMap;
use std::sync::Arc;

use ledger::monitor::{Comparison, Condition, Watched};
use ledger::{Amount, Balance};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::journal::{Expected, Made};
use store::ledger::BalanceRecord;
use store::system::Event;
use store::{StoreError, Unit};

use crate::api::monitors::{MonitorAlert, MonitorRequest, MonitorRow};
use crate::clock::new_id;
use crate::group::Command;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, SYSTEM_ACTOR, Stamp, Topic, words};

/// Setting with all monitors.
pub(crate) const MONITORS: &str = "monitors";
/// Kind of the history entry of a monitor that was told.
const FIRED: &str = "monitor.fired";
/// Most monitors of a book.
const MOST: usize = 500;
/// Alerts that a list shows.
const MOST_ALERTS: u32 = 500;
/// Entries of a monitor that are looked through for the last time it was told.
const LATELY: u32 = 50;
/// Longest description that is stored.
const MAX_DESCRIPTION: usize = 500;

/// A monitor as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Monitor {
    id: String,
    balance_id: String,
    field: String,
    /// As it was asked for.
    operator: String,
    condition: Condition,
    repeat: bool,
    description: String,
    /// The webhook that is told, instead of all that want it.
    #[serde(default)]
    webhook: Option<String>,
    created_at: jiff::Timestamp,
    created_by: String,
}

/// # Errors
/// [`StoreError::Damaged`]: a list that cannot be read is not one without monitors.
fn read(setting: Option<Value>) -> Result<Vec<Monitor>, StoreError> {
    let list = setting.map(serde_json::from_value).transpose();
    Ok(list.map_err(|error| StoreError::damaged("monitors", error))?.unwrap_or_default())
}

/// The monitors of each balance.
type ByBalance = HashMap<String, Vec<Monitor>>;

fn by_balance(setting: Option<&Value>) -> Result<Made, StoreError> {
    let mut all = ByBalance::new();
    for monitor in read(setting.cloned())? {
        all.entry(monitor.balance_id.clone()).or_default().push(monitor);
    }
    Ok(Arc::new(all))
}

/// Saves the figures of a balance that `transaction_id` changed, and tells the monitors that this makes true.
pub(crate) async fn save(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    before: &BalanceRecord,
    after: &Balance,
    transaction_id: &str,
) -> EngineResult<()> {
    unit.save_figures(before.key, after).await?;
    let made = unit.load_made(MONITORS, by_balance).await?;
    let Some(all) = made.downcast_ref::<ByBalance>() else {
        return Err(StoreError::damaged("monitors", "they were read as something else").into());
    };
    for monitor in all.get(&after.id).into_iter().flatten() {
        let (old, new) = (&before.balance.figures, &after.figures);
        if monitor.condition.fires(old, new, monitor.repeat) {
            unit.record_event(&told(stamp, monitor, after, transaction_id)).await?;
        }
    }
    Ok(())
}

fn told(stamp: &Stamp, monitor: &Monitor, balance: &Balance, transaction_id: &str) -> Event {
    Event {
        at: stamp.at,
        actor: SYSTEM_ACTOR.into(),
        kind: FIRED.into(),
        object_id: monitor.id.clone(),
        payload: json!({
            "name": balance.name, "balance": balance.id, "currency": balance.currency.code(),
            "exponent": balance.currency.exponent(), "field": monitor.field, "operator": monitor.operator,
            "value": monitor.condition.value, "figure": monitor.condition.watched.of(&balance.figures),
            "about": monitor.description, "transaction": transaction_id,
            "webhook": monitor.webhook,
        }),
    }
}

/// A change of the list of monitors.
enum Change {
    Make(Box<Monitor>),
    Edit(Box<Monitor>),
    Delete(String),
}

#[async_trait::async_trait]
impl Command for Change {
    type Answer = ();

    fn expected(&self) -> Expected {
        Expected { settings: vec![MONITORS.into()], ..Expected::default() }
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<()> {
        let mut all = read(unit.load_setting(MONITORS).await?)?;
        let place = |all: &[Monitor], id: &str| {
            all.iter().position(|known| known.id == id).ok_or_else(|| EngineError::not_found("monitor", id))
        };
        let (kind, monitor) = match self {
            Self::Make(_) if all.len() == MOST => {
                return Err(EngineError::invalid("balance_id", format!("A book has at most {MOST} monitors.")));
            }
            Self::Make(monitor) => {
                all.push((**monitor).clone());
                ("monitor.created", (**monitor).clone())
            }
            Self::Edit(monitor) => {
                let at = place(&all, &monitor.id)?;
                let (created_at, created_by) = (all[at].created_at, all[at].created_by.clone());
                all[at] = Monitor { created_at, created_by, ..(**monitor).clone() };
                ("monitor.changed", all[at].clone())
            }
            Self::Delete(id) => {
                let at = place(&all, id)?;
                ("monitor.deleted", all.remove(at))
            }
        };
        let sealing = Sealing::default().setting(unit, MONITORS, &json!(all)).await?;
        let event = Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: kind.into(),
            object_id: monitor.id.clone(),
            payload: json!({ "name": monitor.description, "monitor": monitor }),
        };
        Ok(unit.record_event(&sealing.on(event)).await?)
    }
}

impl Engine {
    /// Every monitor and where it stands, by the name of its balance.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn monitors_list(&self) -> EngineResult<Vec<MonitorRow>> {
        let mut rows = Vec::new();
        for monitor in read(self.store.setting(MONITORS).await?)? {
            rows.push(self.monitor_row(monitor).await?);
        }
        rows.sort_by(|a, b| (&a.balance_name, &a.created_at).cmp(&(&b.balance_name, &b.created_at)));
        Ok(rows)
    }

    /// Watches a balance from now on. What is true already is told when it comes true again.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming the field, [`EngineError::NotFound`] for the balance.
    pub async fn monitor_create(&self, request: MonitorRequest) -> EngineResult<MonitorRow> {
        let monitor = self.monitor_of(new_id("mon"), request).await?;
        self.change_monitors(Change::Make(Box::new(monitor.clone()))).await?;
        self.monitor_row(monitor).await
    }

    /// Changes what a monitor watches for.
    ///
    /// # Errors
    /// As [`Self::monitor_create`].
    pub async fn monitor_update(&self, id: &str, request: MonitorRequest) -> EngineResult<MonitorRow> {
        let monitor = self.monitor_of(id.to_owned(), request).await?;
        self.change_monitors(Change::Edit(Box::new(monitor.clone()))).await?;
        let rows = self.monitors_list().await?;
        rows.into_iter().find(|row| row.id == id).ok_or_else(|| EngineError::not_found("monitor", id))
    }

    /// Watches no longer. What it told stays in the history.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn monitor_delete(&self, id: &str) -> EngineResult<()> {
        self.change_monitors(Change::Delete(id.to_owned())).await
    }

    /// What monitors told, the newest first.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn monitor_alerts(&self) -> EngineResult<Vec<MonitorAlert>> {
        let events = self.store.monitor_events(MOST_ALERTS).await?;
        Ok(events.iter().map(alert).collect())
    }

    async fn change_monitors(&self, change: Change) -> EngineResult<()> {
        self.writer.submit(&self.actor(), change).await?;
        self.changed(&[Topic::Monitors]);
        Ok(())
    }

    async fn monitor_of(&self, id: String, request: MonitorRequest) -> EngineResult<Monitor> {
        let unknown = |field: &str, text: &str| EngineError::invalid(field, format!("“{text}” is not known."));
        let watched: Watched = request.field.parse().map_err(|_| unknown("field", &request.field))?;
        let comparison: Comparison = request.operator.parse().map_err(|_| unknown("operator", &request.operator))?;
        let value: Amount = request.value.trim().parse().map_err(|_| {
            EngineError::invalid("value", format!("“{}” is not an amount in minor units.", request.value))
        })?;
        if request.description.chars().count() > MAX_DESCRIPTION {
            let message = format!("A description has at most {MAX_DESCRIPTION} characters.");
            return Err(EngineError::invalid("description", message));
        }
        let webhook = request.webhook.filter(|id| !id.is_empty());
        if let Some(id) = &webhook
            && self.store.webhook(id).await?.is_none_or(|found| found.role != store::webhooks::Role::Webhook)
        {
            return Err(unknown("webhook", id));
        }
        let record = self.balance_record(&request.balance_id).await?;
        Ok(Monitor {
            webhook,
            id,
            balance_id: record.balance.id,
            field: json!(watched).as_str().unwrap_or_default().to_owned(),
            operator: request.operator.trim().to_owned(),
            condition: Condition { watched, comparison, value },
            repeat: match request.repeat {
                Some(said) => said,
                None => self.book_settings().await?.monitors_repeat,
            },
            description: words::plain(request.description.trim()),
            created_at: self.clock.now(),
            created_by: self.actor(),
        })
    }

    async fn monitor_row(&self, monitor: Monitor) -> EngineResult<MonitorRow> {
        let balance = self.balance_record(&monitor.balance_id).await?.balance;
        let lately = self.store.events(Some(&monitor.id), LATELY).await?;
        Ok(MonitorRow {
            id: monitor.id,
            balance_id: balance.id,
            balance_name: balance.name,
            currency: balance.currency.code().to_owned(),
            exponent: balance.currency.exponent(),
            field: monitor.field,
            operator: monitor.operator,
            value: monitor.condition.value.to_string(),
            repeat: monitor.repeat,
            webhook: monitor.webhook,
            description: monitor.description,
            created_at: monitor.created_at.to_string(),
            created_by: monitor.created_by,
            figure: monitor.condition.watched.of(&balance.figures).to_string(),
            holds: monitor.condition.holds(&balance.figures),
            fired_at: lately.iter().find(|event| event.kind == FIRED).map(|event| event.at.to_string()),
        })
    }
}

fn alert(event: &Event) -> MonitorAlert {
    let text = |key: &str| event.payload[key].as_str().unwrap_or_default().to_owned();
    MonitorAlert {
        monitor_id: event.object_id.clone(),
        at: event.at.to_string(),
        balance_id: text("balance"),
        balance_name: text("name"),
        currency: text("currency"),
        exponent: event.payload["exponent"].as_u64().and_then(|value| u8::try_from(value).ok()).unwrap_or(2),
        field: text("field"),
        operator: text("operator"),
        value: text("value"),
        figure: text("figure"),
        description: text("about"),
        transaction_id: text("transaction"),
    }
}
