//! The origins of one balance while a journal row is worked out.

use ledger::Amount;
use ledger::lineage::{Source, Strategy, allocate};
use store::Unit;
use store::ledger::BalanceRecord;
use store::lineage::{MoveKind, NewMove, SourceRecord};

use super::{LINEAGE, lineage_key, strategy};
use crate::EngineResult;

/// Whether any balance of the book keeps lineage.
pub(super) async fn are_kept(unit: &mut dyn Unit) -> EngineResult<bool> {
    Ok(unit.load_setting(LINEAGE).await?.is_some())
}

/// An amount under an origin.
pub(super) type Part = (String, Amount);

/// The origins of a balance, and what happens to them.
pub(super) struct Funds {
    balance_key: i64,
    pub(super) balance_id: String,
    strategy: Strategy,
    sources: Vec<SourceRecord>,
    moves: Vec<NewMove>,
}

impl Funds {
    /// The origins of a balance that keeps lineage.
    pub(super) async fn kept(unit: &mut dyn Unit, record: &BalanceRecord) -> EngineResult<Option<Self>> {
        // A balance that is about to be made has no key yet, and keeps nothing.
        let setting = match record.key {
            0 => None,
            _ => unit.load_setting(&lineage_key(&record.balance.id)).await?,
        };
        match strategy(setting)? {
            Some(strategy) => Ok(Some(Self::read(unit, record, strategy).await?)),
            None => Ok(None),
        }
    }

    /// The origins of a balance whose holds are decided on.
    pub(super) async fn read(unit: &mut dyn Unit, record: &BalanceRecord, strategy: Strategy) -> EngineResult<Self> {
        let sources = unit.load_lineage(record.key).await?;
        let balance_id = record.balance.id.clone();
        Ok(Self { balance_key: record.key, balance_id, strategy, sources, moves: Vec::new() })
    }

    fn available(&self) -> Vec<Amount> {
        self.sources.iter().map(|one| one.source.available().max(Amount::ZERO)).collect()
    }

    /// The origins that `amount` is taken from: what is wanted as far as it is there, and then by the strategy.
    pub(super) fn take(&self, amount: &Amount, wanted: &[Part]) -> Vec<Part> {
        let mut left = self.available();
        let mut parts = vec![Amount::ZERO; left.len()];
        let mut rest = amount.clone();
        for (origin, want) in wanted {
            if let Some(index) = self.sources.iter().position(|one| one.origin == *origin) {
                let part = want.clone().min(left[index].clone()).min(rest.clone());
                left[index] -= &part;
                rest -= &part;
                parts[index] += &part;
            }
        }
        for (part, more) in parts.iter_mut().zip(allocate(self.strategy, &rest, &left)) {
            *part += &more;
        }
        let origins = self.sources.iter().map(|one| one.origin.clone());
        origins.zip(parts).filter(|(_, part)| part.is_positive()).collect()
    }

    /// Notes what happens to origins; one that is new is made.
    pub(super) fn moved(&mut self, kind: MoveKind, parts: &[Part]) {
        for (origin, amount) in parts.iter().filter(|(_, amount)| amount.is_positive()) {
            let index = self.sources.iter().position(|one| one.origin == *origin).unwrap_or_else(|| {
                self.sources.push(SourceRecord { origin: origin.clone(), source: Source::default() });
                self.sources.len() - 1
            });
            kind.apply(&mut self.sources[index].source, amount);
            let (balance_key, origin, amount) = (self.balance_key, origin.clone(), amount.clone());
            self.moves.push(NewMove { balance_key, origin, kind, amount });
        }
    }

    pub(super) fn moves(&self) -> &[NewMove] {
        &self.moves
    }

    /// Writes the figures of the origins to which something happened.
    pub(super) async fn save(&self, unit: &mut dyn Unit) -> EngineResult<()> {
        for record in &self.sources {
            if self.moves.iter().any(|one| one.origin == record.origin) {
                unit.save_lineage(self.balance_key, record).await?;
            }
        }
        Ok(())
    }
}
