//! What one journal row does to the origins of its two balances.

use std::collections::BTreeMap;

use ledger::Amount;
use ledger::lineage::{Strategy, pro_rata};
use serde_json::{Value, json};
use store::Unit;
use store::ledger::{BalanceRecord, RefundOf};
use store::lineage::{MoveKind, MoveRecord, MovedBy};

use super::funds::{Funds, Part, are_kept};
use crate::refunds::Refundable;
use crate::{EngineError, EngineResult, Stamp, words};

/// Metadata keys that name the origin of a posting's money: ours, and that of the reference system.
const ORIGIN_KEYS: [&str; 2] = ["lineage_provider", "BLNK_LINEAGE_PROVIDER"];
/// Longest name of an origin.
const LONGEST: usize = 200;

/// A posting before it is booked.
pub(crate) struct Row<'a> {
    pub source: &'a BalanceRecord,
    pub destination: &'a BalanceRecord,
    pub amount: &'a Amount,
    pub hold: bool,
    pub metadata: Option<&'a Value>,
    pub refund_of: Option<&'a RefundOf>,
}

/// What a journal row does to origins. Empty for most rows.
#[derive(Default)]
pub(crate) struct Flow {
    funds: Vec<Funds>,
    returns_key: Option<i64>,
}

impl Flow {
    fn is_empty(&self) -> bool {
        self.funds.iter().all(|funds| funds.moves().is_empty())
    }

    /// Puts it into the history entry of the row.
    pub(crate) fn tell(&self, payload: &mut Value) {
        if self.is_empty() {
            return;
        }
        let moves = self.funds.iter().flat_map(|funds| {
            funds.moves().iter().map(|one| {
                json!({
                    "balance": funds.balance_id, "origin": one.origin, "kind": one.kind.word(), "amount": one.amount,
                })
            })
        });
        payload["lineage"] = moves.collect();
    }

    /// Writes it for a row that is in the journal.
    pub(crate) async fn write(
        &self,
        unit: &mut dyn Unit,
        stamp: &Stamp,
        row_key: i64,
        family_key: i64,
    ) -> EngineResult<()> {
        let moves: Vec<_> = self.funds.iter().flat_map(Funds::moves).cloned().collect();
        if moves.is_empty() {
            return Ok(());
        }
        let by = MovedBy { row_key, family_key, returns_key: self.returns_key };
        unit.insert_lineage(Some(by), &moves, stamp.at).await?;
        for funds in &self.funds {
            funds.save(unit).await?;
        }
        Ok(())
    }
}

/// Metadata that names an origin.
pub(crate) fn origin_metadata(origin: &str) -> Value {
    json!({ ORIGIN_KEYS[0]: origin })
}

/// The origin that a posting names, if it names one.
fn named(metadata: Option<&Value>) -> EngineResult<Option<String>> {
    let given = metadata.and_then(|metadata| ORIGIN_KEYS.iter().find_map(|key| Some((key, metadata.get(key)?))));
    let Some((key, value)) = given else { return Ok(None) };
    let text = value.as_str().map(|text| words::plain(text.trim()));
    match text {
        Some(text) if (1..=LONGEST).contains(&text.chars().count()) => Ok(Some(text)),
        _ => {
            let message = format!("{key} names where the money comes from: a text of 1 to {LONGEST} characters.");
            Err(EngineError::invalid("metadata", message))
        }
    }
}

/// What a posting or hold will do to origins.
///
/// # Errors
/// [`EngineError::Invalid`] when the origin it names for a balance with lineage is none.
pub(crate) async fn of_posting(unit: &mut dyn Unit, row: &Row<'_>) -> EngineResult<Flow> {
    if !are_kept(unit).await? {
        return Ok(Flow::default());
    }
    let (mut from, mut to) = (Funds::kept(unit, row.source).await?, Funds::kept(unit, row.destination).await?);
    if from.is_none() && to.is_none() {
        return Ok(Flow::default());
    }
    let named = named(row.metadata)?;
    let returned = match row.refund_of {
        Some(of) => Some(Returned::load(unit, of).await?),
        None => None,
    };
    let parts = match &from {
        Some(funds) => {
            let wanted = match (&returned, named) {
                // What came is given back.
                (Some(returned), _) => returned.parts(row.source.key, MoveKind::Received, row.amount),
                (None, Some(origin)) => vec![(origin, row.amount.clone())],
                (None, None) => Vec::new(),
            };
            funds.take(row.amount, &wanted)
        }
        // What was spent comes back.
        None => match (&returned, named) {
            (Some(returned), _) => returned.parts(row.destination.key, MoveKind::Spent, row.amount),
            (None, Some(origin)) => vec![(origin, row.amount.clone())],
            (None, None) => Vec::new(),
        },
    };
    let (out, into) =
        if row.hold { (MoveKind::HeldOut, MoveKind::HeldIn) } else { (MoveKind::Spent, MoveKind::Received) };
    if let Some(from) = &mut from {
        from.moved(out, &parts);
    }
    if let Some(to) = &mut to {
        to.moved(into, &parts);
    }
    Ok(Flow { funds: from.into_iter().chain(to).collect(), returns_key: returned.map(|returned| returned.family_key) })
}

/// A family that is given back: what it moved, what went back before, and how much of it is left.
struct Returned {
    family_key: i64,
    left: Amount,
    moves: Vec<MoveRecord>,
}

impl Returned {
    async fn load(unit: &mut dyn Unit, of: &RefundOf) -> EngineResult<Self> {
        let row = unit.load_transaction(&of.id).await?.ok_or_else(|| EngineError::not_found("transaction", &of.id))?;
        let family_key = row.parent_key.unwrap_or(row.key);
        let family = unit.load_family(family_key).await?;
        let first = family.first().map_or(of.id.as_str(), |first| first.row.id.as_str()).to_owned();
        let left = Refundable::new(&family, unit.load_refunds(family_key).await?).left(&first);
        Ok(Self { family_key, left, moves: unit.load_lineage_of(family_key).await? })
    }

    /// `amount` of what the family did to the origins of a balance, less what went back before; the rest of it had no
    /// origin.
    fn parts(&self, balance_key: i64, kind: MoveKind, amount: &Amount) -> Vec<Part> {
        let mut rest: BTreeMap<&str, Amount> = BTreeMap::new();
        for one in self.moves.iter().filter(|one| one.balance_key == balance_key) {
            let figure = rest.entry(&one.origin).or_default();
            match (one.returns_key == Some(self.family_key), one.kind) {
                (false, came) if came == kind => *figure += &one.amount,
                (true, MoveKind::Spent) if kind == MoveKind::Received => *figure -= &one.amount,
                (true, MoveKind::Received) if kind == MoveKind::Spent => *figure -= &one.amount,
                _ => {}
            }
        }
        shares(rest, &self.left, amount)
    }
}

/// `amount` over what is left of each origin, where `whole` is left with and without one.
fn shares(rest: BTreeMap<&str, Amount>, whole: &Amount, amount: &Amount) -> Vec<Part> {
    let (origins, mut weights): (Vec<&str>, Vec<Amount>) = rest.into_iter().unzip();
    let known: Amount = weights.iter().sum();
    weights.push((whole - &known).max(Amount::ZERO));
    let parts = pro_rata(amount, &weights);
    origins.into_iter().map(str::to_owned).zip(parts).filter(|(_, part)| part.is_positive()).collect()
}

/// A hold that is decided on.
pub(crate) struct Decision<'a> {
    pub family_key: i64,
    pub source: &'a BalanceRecord,
    pub destination: &'a BalanceRecord,
    /// What is still held, before the decision.
    pub remaining: &'a Amount,
    pub amount: &'a Amount,
    pub commits: bool,
}

/// What a commit or release does to origins: its part of what the hold took, whatever the strategy is now.
pub(crate) async fn of_decision(unit: &mut dyn Unit, decision: &Decision<'_>) -> EngineResult<Flow> {
    if !are_kept(unit).await? {
        return Ok(Flow::default());
    }
    let moves = unit.load_lineage_of(decision.family_key).await?;
    let mut flow = Flow::default();
    let sides = [
        (decision.source, MoveKind::HeldOut, MoveKind::ReleasedOut, MoveKind::Spent),
        (decision.destination, MoveKind::HeldIn, MoveKind::ReleasedIn, MoveKind::Received),
    ];
    for (record, held, released, settled) in sides {
        let mut rest: BTreeMap<&str, Amount> = BTreeMap::new();
        // What gave a commit back is no part of what is held.
        let own = moves.iter().filter(|one| one.returns_key != Some(decision.family_key));
        for one in own.filter(|one| one.balance_key == record.key) {
            let figure = rest.entry(&one.origin).or_default();
            if one.kind == held {
                *figure += &one.amount;
            } else if one.kind == released {
                *figure -= &one.amount;
            }
        }
        rest.retain(|_, amount| amount.is_positive());
        if rest.is_empty() {
            continue;
        }
        let parts = shares(rest, decision.remaining, decision.amount);
        // The strategy has no say in what was taken already.
        let mut funds = Funds::read(unit, record, Strategy::Fifo).await?;
        funds.moved(released, &parts);
        if decision.commits {
            funds.moved(settled, &parts);
        }
        flow.funds.push(funds);
    }
    Ok(flow)
}
