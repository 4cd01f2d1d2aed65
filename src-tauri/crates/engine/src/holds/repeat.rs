//! A commit or a void that is asked for again under its reference.

use jiff::civil::Date;
use ledger::{Amount, Status};
use store::Unit;
use store::ledger::StoredTransaction;

use super::{Decided, Loaded, VOIDED, settles_on};
use crate::idempotency::{CommitContent, refuse_waiting, release_hash, taken};
use crate::{EngineResult, Stamp};

/// A commit as it is asked for.
pub(super) struct Commit<'a> {
    pub(super) commit: &'a ledger::Commit,
    pub(super) void_rest: bool,
    /// The day that is named.
    pub(super) day: Option<Date>,
}

impl Commit<'_> {
    /// What this commit did before under `reference`; nothing when the reference is free or is still to be made.
    ///
    /// # Errors
    /// The reference stands for something else.
    pub(super) async fn find(
        &self,
        unit: &mut dyn Unit,
        stamp: &Stamp,
        loaded: &Loaded,
        reference: &str,
    ) -> EngineResult<Option<Decided>> {
        let known =
            |row: &StoredTransaction| self.could_be(row, loaded, stamp.today).iter().any(|hash| row.input_hash == hash);
        find(unit, stamp, loaded, reference, Status::Applied, known).await
    }

    /// The hashes under which a row may have been stored that books what is asked for. Whether it left nothing held is
    /// not known when the amount is named, and the day it settled on may have been named or left open.
    fn could_be(&self, row: &StoredTransaction, loaded: &Loaded, today: Date) -> Vec<[u8; 32]> {
        let booked = row.row.effective_date;
        let (amount, wholes): (&Amount, &[bool]) = match self.commit {
            ledger::Commit::Rest => (&row.row.amount, &[true]),
            ledger::Commit::Part(amount) => (amount, &[true, false]),
        };
        let days = match self.day {
            Some(asked) if asked == booked => vec![Some(booked), None],
            Some(asked) => vec![Some(asked)],
            None if booked == settles_on(loaded.transaction.row.effective_date, today) => vec![None, Some(booked)],
            None => vec![None],
        };
        let hold = &*loaded.transaction.row.id;
        let mut hashes = Vec::with_capacity(wholes.len() * days.len());
        for &whole in wholes {
            let void_rest = self.void_rest && !whole;
            hashes.extend(days.iter().map(|&day| CommitContent { hold, amount, whole, void_rest, day }.hash()));
        }
        hashes
    }
}

/// What this void did before under `reference`, as [`Commit::find`].
///
/// # Errors
/// The reference stands for something else.
pub(super) async fn of_void(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    loaded: &Loaded,
    reference: &str,
    reason: &str,
) -> EngineResult<Option<Decided>> {
    let hash = release_hash(VOIDED, &loaded.transaction.row.id, reason);
    find(unit, stamp, loaded, reference, Status::Void, |row| row.input_hash == hash).await
}

async fn find(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    loaded: &Loaded,
    reference: &str,
    status: Status,
    same: impl Fn(&StoredTransaction) -> bool + Send,
) -> EngineResult<Option<Decided>> {
    if reference.is_empty() {
        return Ok(None);
    }
    let Some(existing) = unit.load_by_reference(reference).await? else {
        refuse_waiting(unit, reference).await?;
        return Ok(None);
    };
    let row = &existing.row;
    if existing.parent_key != Some(loaded.transaction.key) || row.status != status || !same(&existing) {
        return Err(taken(&existing, stamp));
    }
    let date = (status == Status::Applied).then_some(row.effective_date);
    Ok(Some(Decided { amount: row.amount.clone(), date, reference: reference.to_owned(), existing: true }))
}
