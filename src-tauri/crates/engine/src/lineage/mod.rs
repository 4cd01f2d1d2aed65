//! Lineage of funds: from which origins the money of a balance came, and which of them each posting spends.
//!
//! A balance keeps lineage from the day somebody switches it on. A posting names the origin of its money in its metadata;
//! money that leaves a balance with lineage takes its origins along by the strategy of that balance. What a journal row
//! does to origins is worked out and written in the database transaction of the row, and stands in its history entry.
//!
//! The rules are those of the reference system with three differences: lineage belongs to the balance and not to who
//! owns it, a part of a hold takes its part of the origins along, and what is given back goes back to the origins it
//! came from.

mod flow;
mod funds;
mod view;

use ledger::lineage::Strategy;
use serde_json::{Value, json};
use store::journal::Expected;
use store::ledger::BalanceRecord;
use store::lineage::{MoveKind, NewMove, SourceRecord};
use store::system::Event;
use store::{StoreError, Unit};

pub(crate) use flow::{Decision, Row, of_decision, of_posting, origin_metadata};

use crate::api::lineage::{BalanceLineage, LineageRequest};
use crate::group::Command;
use crate::kept::Sealing;
use crate::post::balance_ref;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, words};

/// Setting that some balance of the book keeps lineage, or once did: where it is absent nothing else is asked.
pub(crate) const LINEAGE: &str = "lineage";

/// Setting with what a balance keeps its lineage by.
pub(crate) fn lineage_key(balance_id: &str) -> String {
    format!("lineage/{balance_id}")
}

/// How a balance keeps lineage.
///
/// # Errors
/// [`StoreError::Damaged`].
fn strategy(setting: Option<Value>) -> Result<Option<Strategy>, StoreError> {
    let word = setting.as_ref().and_then(|setting| setting["strategy"].as_str());
    word.map(|word| word.parse().map_err(|error| StoreError::damaged("lineage", error))).transpose()
}

/// Switches lineage on or off, or changes what is spent first.
struct Switch {
    balance_id: String,
    strategy: Option<Strategy>,
}

#[async_trait::async_trait]
impl Command for Switch {
    type Answer = BalanceRecord;

    fn expected(&self) -> Expected {
        Expected {
            balances: vec![balance_ref(&self.balance_id, "")],
            settings: vec![LINEAGE.into(), lineage_key(&self.balance_id)],
            ..Expected::default()
        }
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<BalanceRecord> {
        let record = unit.load_balance(&balance_ref(&self.balance_id, "")).await?;
        let record = record.ok_or_else(|| EngineError::not_found("balance", &self.balance_id))?;
        let setting = unit.load_setting(&lineage_key(&self.balance_id)).await?;
        let before = strategy(setting.clone())?;
        if before == self.strategy {
            return Ok(record);
        }
        if self.strategy.is_none() {
            end(unit, stamp, &record).await?;
        }
        // A change of what is spent first does not begin anew.
        let since = match (before, setting) {
            (Some(_), Some(setting)) => setting["since"].clone(),
            _ => stamp.at.to_string().into(),
        };
        let word = self.strategy.map(Strategy::word);
        let sealing = Sealing::default().setting(unit, LINEAGE, &json!(true)).await?;
        let setting = json!({ "strategy": word, "since": since });
        let sealing = sealing.setting(unit, &lineage_key(&self.balance_id), &setting).await?;
        let event = Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: "balance.lineage".into(),
            object_id: self.balance_id.clone(),
            payload: json!({
                "name": record.balance.name, "strategy": word, "before": before.map(Strategy::word),
            }),
        };
        unit.record_event(&sealing.on(event)).await?;
        Ok(record)
    }
}

/// What is there is money without a known origin from now on.
async fn end(unit: &mut dyn Unit, stamp: &Stamp, record: &BalanceRecord) -> EngineResult<()> {
    let sources = unit.load_lineage(record.key).await?;
    if let Some(held) = sources.iter().find(|one| !one.source.held_in.is_zero() || !one.source.held_out.is_zero()) {
        return Err(EngineError::Conflict {
            code: "LINEAGE_HELD",
            message: format!(
                "Money from {} is held. Commit or void these holds first, so that none of it is left without its origin.",
                words::plain(&held.origin)
            ),
        });
    }
    let mut moves = Vec::new();
    for SourceRecord { origin, mut source } in sources {
        let amount = source.available();
        if amount.is_positive() {
            MoveKind::Ended.apply(&mut source, &amount);
            let (balance_key, kind) = (record.key, MoveKind::Ended);
            moves.push(NewMove { balance_key, origin: origin.clone(), kind, amount });
            unit.save_lineage(record.key, &SourceRecord { origin, source }).await?;
        }
    }
    if !moves.is_empty() {
        unit.insert_lineage(None, &moves, stamp.at).await?;
    }
    Ok(())
}

impl Engine {
    /// Keeps the lineage of a balance from now on, changes what is spent first, or keeps it no longer. What the balance
    /// has already stays money without a known origin.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a word that is no strategy, [`EngineError::Conflict`] when it is to end while money
    /// with an origin is held.
    pub async fn lineage_set(&self, request: &LineageRequest) -> EngineResult<BalanceLineage> {
        let given = request.strategy.as_deref().filter(|word| !word.trim().eq_ignore_ascii_case("off"));
        let strategy = given.map(|word| {
            word.parse::<Strategy>()
                .map_err(|error| EngineError::invalid("strategy", format!("“{word}”: {error}, or off.")))
        });
        let id = self.balance_record(&request.balance_id).await?.balance.id;
        let switch = Switch { balance_id: id.clone(), strategy: strategy.transpose()? };
        self.writer.submit(&self.actor(), switch).await?;
        self.changed(&[Topic::Balances]);
        self.lineage_of(&id).await
    }
}
