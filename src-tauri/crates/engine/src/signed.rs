//! The signed period of a balance. Up to the end of its last signed statement money is settled on it only for a stated
//! reason; each such entry is logged with the statements it changes.

use jiff::civil::Date;
use ledger::TransactionRow;
use serde_json::json;
use store::Unit;
use store::ledger::{BalanceRecord, BalanceRef};
use store::recon::{SignedRecord, StatementRecord};
use store::system::Event;

use crate::api::statements::BookedSince;
use crate::recon::plus_days;
use crate::{Engine, EngineError, EngineResult, Stamp, words};

/// Kind of the history entry of an entry that was booked into a signed period. Its object is the statement.
const BOOKED: &str = "statement.booked_since_signing";
/// Longest reason that is stored.
const MAX_REASON: usize = 500;

/// One balance whose signed period a day lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBalance {
    /// Name of the balance.
    pub balance: String,
    /// End of its last signed statement.
    pub through: Date,
    /// Signed statements that an entry of the day would change, the last first. Never empty.
    pub statements: Vec<SignedRecord>,
}

/// A day that balances have signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPeriod {
    /// The day asked for.
    pub day: Date,
    /// The balances that refuse it: one side of the posting, or both. Never empty.
    pub balances: Vec<SignedBalance>,
}

impl SignedPeriod {
    /// The first day that no side has signed for.
    pub fn open_from(&self) -> Date {
        self.balances.iter().map(|one| open_after(one.through)).max().unwrap_or(self.day)
    }

    /// The statement that has to be reopened first.
    pub(crate) fn statement_id(&self) -> Option<&str> {
        self.statements().next().map(|statement| statement.id.as_str())
    }

    fn statements(&self) -> impl Iterator<Item = &SignedRecord> {
        self.balances.iter().flat_map(|one| &one.statements)
    }

    /// “Main is signed off through 2026-09-30. The first open day is 2026-10-01.”
    pub(crate) fn sentence(&self) -> String {
        let first = |at: usize| if at == 0 { "is signed off through" } else { "through" };
        let signed: Vec<String> = self
            .balances
            .iter()
            .enumerate()
            .map(|(at, one)| format!("{} {} {}", one.balance, first(at), one.through))
            .collect();
        format!(
            "{}, so {} is closed to postings. The first open day is {}.",
            signed.join(", "),
            self.day,
            self.open_from()
        )
    }

    /// How to book it all the same.
    pub(crate) fn way_out(&self) -> String {
        format!(
            "Date it {} or later, or reopen {}. To post it anyway give a reason, which is logged and flags the statement as changed since signing: in the window “Post it anyway with a reason”, on the command line --signed-reason.",
            self.open_from(),
            self.names()
        )
    }

    /// What a reason lets through.
    pub(crate) fn allowed(&self) -> String {
        format!("Posted into a signed period for a reason: flags {} as changed since signing", self.names())
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.statements().map(|statement| format!("“{}”", statement.name)).collect();
        match names.as_slice() {
            [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            _ => names.concat(),
        }
    }
}

/// The day after a signed period.
pub(crate) fn open_after(through: Date) -> Date {
    plus_days(through, 1)
}

/// A reason as it is stored.
pub(crate) fn reason_of(text: Option<&str>) -> EngineResult<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let reason = text.trim();
    if reason.is_empty() {
        return Err(EngineError::invalid("signed_reason", "Posting into a signed period needs a reason."));
    }
    if reason.chars().count() > MAX_REASON {
        return Err(EngineError::invalid("signed_reason", format!("A reason has at most {MAX_REASON} characters.")));
    }
    Ok(Some(words::plain(reason)))
}

fn of(day: Date, sides: Vec<(String, Vec<SignedRecord>)>) -> Option<SignedPeriod> {
    let balances: Vec<SignedBalance> = sides
        .into_iter()
        .filter_map(|(balance, statements)| {
            let through = statements.first()?.period_to;
            Some(SignedBalance { balance, through, statements })
        })
        .collect();
    (!balances.is_empty()).then_some(SignedPeriod { day, balances })
}

/// Refuses a settled entry in a signed period unless a reason is given; answers with what it then changes.
///
/// # Errors
/// [`EngineError::SignedPeriod`]; nothing of the unit may then be committed.
pub(crate) async fn admit(
    unit: &mut dyn Unit,
    sides: [&BalanceRecord; 2],
    day: Date,
    reason: Option<&str>,
) -> EngineResult<Option<SignedPeriod>> {
    let mut found = Vec::with_capacity(sides.len());
    for side in sides {
        found.push((side.balance.name.clone(), unit.load_signed_from(side.key, day).await?));
    }
    match of(day, found) {
        Some(period) if reason.is_none() => Err(EngineError::SignedPeriod(Box::new(period))),
        other => Ok(other),
    }
}

/// Writes down that `row` was booked into a signed period, once for every statement it changes: the books at the end of
/// each of them are others than those that were signed for.
pub(crate) async fn record(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    period: &SignedPeriod,
    row: &TransactionRow,
    reason: &str,
) -> EngineResult<()> {
    for one in &period.balances {
        for statement in &one.statements {
            unit.record_event(&Event {
                at: stamp.at,
                actor: stamp.actor.clone(),
                kind: BOOKED.into(),
                object_id: statement.id.clone(),
                payload: json!({
                    "name": statement.name,
                    "version": statement.version,
                    "balance": one.balance,
                    "transaction": row.id,
                    "reference": row.reference,
                    "amount": row.amount,
                    "currency": row.currency.code(),
                    "exponent": row.currency.exponent(),
                    "effective_date": row.effective_date.to_string(),
                    "reason": reason,
                }),
            })
            .await?;
        }
    }
    Ok(())
}

impl Engine {
    /// The signed period that a day lies in for these balances, as a preview asks. Balances that do not exist have none.
    pub(crate) async fn signed_period(&self, balance_ids: [&str; 2], day: Date) -> EngineResult<Option<SignedPeriod>> {
        let mut found = Vec::with_capacity(balance_ids.len());
        for id in balance_ids {
            if let Some(record) = self.store.balance(&BalanceRef::Id(id.to_owned())).await? {
                found.push((record.balance.name, self.store.signed_from(record.key, day).await?));
            }
        }
        Ok(of(day, found))
    }

    /// What was booked into the period of a statement since this version of it was signed, oldest first. Reopening makes
    /// the next version, which has nothing of the kind.
    pub(crate) async fn booked_since(
        &self,
        statement: &StatementRecord,
        version: u32,
    ) -> EngineResult<Vec<BookedSince>> {
        let events = self.store.events_of(&statement.id, BOOKED).await?;
        let of_version = |event: &&Event| event.payload["version"].as_u64() == Some(u64::from(version));
        let mut rows: Vec<BookedSince> = events.iter().filter(of_version).map(booked).collect();
        if rows.is_empty() {
            return Ok(rows);
        }
        let ids: Vec<String> = rows.iter().map(|row| row.transaction_id.clone()).collect();
        let entries = self.store.entries_by_id(statement.balance_key, &ids).await?;
        for row in &mut rows {
            // As the balance moved: what was written down is the amount of the posting, which has no direction.
            if let Some(entry) = entries.iter().find(|entry| entry.txn_id == row.transaction_id) {
                row.amount = entry.amount.to_string();
            }
        }
        Ok(rows)
    }
}

fn booked(event: &Event) -> BookedSince {
    let text = |key: &str| event.payload[key].as_str().unwrap_or_default().to_owned();
    BookedSince {
        transaction_id: text("transaction"),
        date: text("effective_date"),
        reference: text("reference"),
        amount: text("amount"),
        reason: text("reason"),
        actor: event.actor.clone(),
        at: event.at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_REASON, reason_of};

    #[test]
    fn a_reason_says_something_and_is_no_essay() {
        assert_eq!(reason_of(None).unwrap(), None);
        assert_eq!(reason_of(Some("  late invoice ")).unwrap().as_deref(), Some("late invoice"));
        assert_eq!(reason_of(Some(&"é".repeat(MAX_REASON))).unwrap().map(|text| text.chars().count()), Some(500));
        for wrong in ["", " \n", &"é".repeat(MAX_REASON + 1)] {
            assert_eq!(reason_of(Some(wrong)).unwrap_err().code(), "INVALID_INPUT", "{wrong:.10}");
        }
    }
}
