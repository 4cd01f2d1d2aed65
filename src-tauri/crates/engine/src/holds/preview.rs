//! What one decision on a hold would do, found by doing it in a unit of work that is dropped again.

use super::{Decided, decide, reason_of};
use crate::api::transactions::{CommitItem, DecisionPreview, Effect, VoidItem};
use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// What a commit would do, whole or in part. Writes nothing and asks no hook.
    ///
    /// # Errors
    /// What the commit would be refused with.
    pub async fn commit_preview(&self, item: CommitItem) -> EngineResult<DecisionPreview> {
        let command = decide::Committing::read(&item, self.clock.today())?;
        let (decided, effects) = self.try_out(command).await?;
        self.decision(&item.id, decided, effects).await
    }

    /// What a void would do. Writes nothing and asks no hook.
    ///
    /// # Errors
    /// What the void would be refused with.
    pub async fn void_preview(&self, item: VoidItem, reason: &str) -> EngineResult<DecisionPreview> {
        let command = decide::Voiding::read(&item, &reason_of(reason, None)?)?;
        let (decided, effects) = self.try_out(command).await?;
        self.decision(&item.id, decided, effects).await
    }

    async fn decision(&self, id: &str, decided: Decided, effects: Vec<Effect>) -> EngineResult<DecisionPreview> {
        let family = self.store.family(id).await?.map(|(family, _)| family);
        let row = family.ok_or_else(|| EngineError::not_found("hold", id))?.first.row;
        Ok(DecisionPreview {
            reference: row.reference,
            amount: decided.amount.to_string(),
            currency: row.currency.code().to_owned(),
            exponent: row.currency.exponent(),
            date: decided.date.map(|day| day.to_string()),
            booked: decided.reference,
            existing: decided.existing,
            effects,
        })
    }
}
