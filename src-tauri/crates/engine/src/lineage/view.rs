//! Lineage as people see it, and whether it adds up.

use std::collections::BTreeMap;

use ledger::Amount;
use ledger::lineage::Source;
use store::lineage::{MoveRecord, SourceRecord};

use super::{lineage_key, strategy};
use crate::api::lineage::{BalanceLineage, LineageMove, LineageMovesQuery, LineageSource};
use crate::api::page::ListPage;
use crate::{Engine, EngineResult, words};

/// Moves that are shown at once, at most.
const PAGE: u32 = 500;
/// Moves that are added up at a time.
const AT_A_TIME: u32 = 10_000;

fn source(record: SourceRecord) -> LineageSource {
    LineageSource {
        available: record.source.available().to_string(),
        received: record.source.received.to_string(),
        spent: record.source.spent.to_string(),
        held_in: record.source.held_in.to_string(),
        held_out: record.source.held_out.to_string(),
        origin: record.origin,
    }
}

fn moved(record: MoveRecord) -> LineageMove {
    let (transaction_id, reference, date) = match record.transaction {
        Some((id, reference, date)) => (Some(id), Some(reference), Some(date.to_string())),
        None => (None, None, None),
    };
    LineageMove {
        transaction_id,
        reference,
        date,
        at: record.at.to_string(),
        balance_id: record.balance_id,
        balance_name: record.balance_name,
        origin: record.origin,
        kind: record.kind.word().to_owned(),
        amount: record.amount.to_string(),
    }
}

impl Engine {
    /// Where the money of a balance came from.
    ///
    /// # Errors
    /// [`crate::EngineError::NotFound`].
    pub async fn lineage_of(&self, balance_id: &str) -> EngineResult<BalanceLineage> {
        let record = self.balance_record(balance_id).await?;
        let setting = self.store.setting(&lineage_key(&record.balance.id)).await?;
        let since = setting.as_ref().and_then(|setting| setting["since"].as_str()).map(str::to_owned);
        let strategy = strategy(setting)?;
        let sources = self.store.lineage_sources(record.key).await?;
        let left = |one: &SourceRecord| &one.source.received - &one.source.spent;
        let known: Amount = sources.iter().map(left).sum();
        let available: Amount = sources.iter().map(|one| one.source.available()).sum();
        let balance = record.balance;
        Ok(BalanceLineage {
            strategy: strategy.map(|strategy| strategy.word().to_owned()),
            since: strategy.and(since),
            currency: balance.currency.code().to_owned(),
            exponent: balance.currency.exponent(),
            available: available.to_string(),
            unknown: (&balance.figures.balance() - &known).to_string(),
            sources: sources.into_iter().map(source).collect(),
            balance_id: balance.id,
            balance_name: balance.name,
        })
    }

    /// What happened to the origins of a balance, the newest first.
    ///
    /// # Errors
    /// [`crate::EngineError::NotFound`].
    pub async fn lineage_moves(&self, query: &LineageMovesQuery) -> EngineResult<ListPage<LineageMove>> {
        let record = self.balance_record(&query.balance_id).await?;
        let limit = if query.limit == 0 { PAGE } else { query.limit.min(PAGE) };
        let page = self.store.lineage_moves(record.key, query.origin.as_deref(), query.offset, limit).await?;
        Ok(ListPage::from_store(page, |record| moved(record.clone())))
    }

    /// What a transaction and everything that was decided on it did to origins, in the order of booking.
    ///
    /// # Errors
    /// [`crate::EngineError::NotFound`].
    pub async fn lineage_of_transaction(&self, id: &str) -> EngineResult<Vec<LineageMove>> {
        let (family, _) = self.family_of(id).await?;
        Ok(self.store.lineage_of_family(family.first.key).await?.into_iter().map(moved).collect())
    }

    /// Where the figures of an origin are not what its moves add up to, in sentences.
    pub(crate) async fn lineage_problems(&self) -> EngineResult<Vec<String>> {
        loop {
            let (last, problems) = self.lineage_added_up().await?;
            // Somebody posted while it was added up: what was found may be no more than that.
            if problems.is_empty() || self.store.lineage_after(last, 1).await?.is_empty() {
                return Ok(problems);
            }
        }
    }

    /// The last move that was added up, and what is wrong.
    async fn lineage_added_up(&self) -> EngineResult<(i64, Vec<String>)> {
        let mut sums: BTreeMap<(i64, String), (String, Source)> = BTreeMap::new();
        let mut last = 0;
        loop {
            let moves = self.store.lineage_after(last, AT_A_TIME).await?;
            let Some(newest) = moves.last() else { break };
            last = newest.key;
            for one in moves {
                let sum = sums.entry((one.balance_key, one.origin)).or_insert((one.balance_name, Source::default()));
                one.kind.apply(&mut sum.1, &one.amount);
            }
        }
        let mut problems = Vec::new();
        for balance_key in self.store.lineage_balances().await? {
            for record in self.store.lineage_sources(balance_key).await? {
                let (name, sum) = sums.remove(&(balance_key, record.origin.clone())).unwrap_or_default();
                if sum != record.source {
                    let (name, origin) = (words::plain(&name), words::plain(&record.origin));
                    problems.push(format!("Money from {origin} in {name} is not what its moves add up to."));
                }
                let figures = [&sum.held_in, &sum.held_out, &sum.available()];
                if figures.into_iter().any(Amount::is_negative) {
                    let (name, origin) = (words::plain(&name), words::plain(&record.origin));
                    problems.push(format!("More money from {origin} left {name} than came."));
                }
            }
        }
        let left = sums.into_iter().map(|((_, origin), (name, _))| {
            format!("The figures of money from {} in {} are missing.", words::plain(&origin), words::plain(&name))
        });
        problems.extend(left);
        Ok((last, problems))
    }
}
