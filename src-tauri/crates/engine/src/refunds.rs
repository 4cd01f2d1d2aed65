//! Giving back what was settled, whole or in part: which row a posting gives back, and how much of it is left.

use ledger::refund::{Part, left};
use ledger::{Amount, Status};
use store::Unit;
use store::ledger::{RefundOf, StoredTransaction};

use crate::api::transactions::{PostRequest, RefundRow, TransactionDetail, TransactionLink};
use crate::{Engine, EngineError, EngineResult, words};

/// What can be given back of a family.
pub(crate) struct Refundable {
    /// Settled rows by id.
    settled: Vec<Part>,
    /// What was given back, by the id of the row it was given back of.
    given: Vec<Part>,
    /// The refunds themselves, oldest first.
    refunds: Vec<StoredTransaction>,
}

impl Refundable {
    pub(crate) fn new<'a>(
        family: impl IntoIterator<Item = &'a StoredTransaction>,
        refunds: Vec<StoredTransaction>,
    ) -> Self {
        let part = |id: &str, amount: &Amount| Part { id: id.to_owned(), amount: amount.clone() };
        let settled = family.into_iter().filter(|stored| stored.row.status == Status::Applied);
        let given = refunds.iter().filter_map(|refund| Some(part(refund.refund_of.as_deref()?, &refund.row.amount)));
        Self {
            settled: settled.map(|stored| part(&stored.row.id, &stored.row.amount)).collect(),
            given: given.collect(),
            refunds,
        }
    }

    /// What is left of a row; of the first row of a hold, what is left of all its commits.
    pub(crate) fn left(&self, id: &str) -> Amount {
        left(id, &self.settled, &self.given)
    }

    /// The refunds as rows.
    pub(crate) fn rows(&self) -> Vec<RefundRow> {
        self.refunds.iter().map(row).collect()
    }
}

fn row(refund: &StoredTransaction) -> RefundRow {
    RefundRow {
        id: refund.row.id.clone(),
        reference: refund.row.reference.clone(),
        of_id: refund.refund_of.clone().unwrap_or_default(),
        amount: refund.row.amount.to_string(),
        date: refund.row.effective_date.to_string(),
        actor: refund.row.actor.clone(),
    }
}

fn conflict(code: &'static str, message: String) -> EngineError {
    EngineError::Conflict { code, message: format!("{message} Nothing was posted.") }
}

/// Whether `amount` of `original` can go back from `source` to `destination`, its ids.
fn allowed(
    original: &StoredTransaction,
    refundable: &Refundable,
    amount: &Amount,
    [source, destination]: [&str; 2],
) -> EngineResult<()> {
    let row = &original.row;
    if original.refund_of.is_some() {
        let message = format!("{} is a refund itself. Post the other way round instead.", row.reference);
        return Err(conflict("TXN_REFUND_OF_REFUND", message));
    }
    if row.status == Status::Void {
        return Err(conflict(
            "TXN_NOTHING_TO_REFUND",
            format!("{} moved nothing, so there is nothing to give back.", row.reference),
        ));
    }
    if source != row.destination || destination != row.source {
        let message = "What is given back goes the way it came, from where it went to where it was taken from.";
        return Err(EngineError::invalid("destination", message));
    }
    let left = refundable.left(&row.id);
    if left.is_zero() {
        let why = if refundable.settled.is_empty() { "Nothing of it was booked" } else { "It was given back already" };
        return Err(conflict("TXN_NOTHING_TO_REFUND", format!("{}: {}.", row.reference, why.to_lowercase())));
    }
    if *amount > left {
        let message = format!("Only {} of {} is left to give back.", words::money(&left, &row.currency), row.reference);
        return Err(conflict("TXN_REFUND_TOO_MUCH", message));
    }
    Ok(())
}

/// The row that a posting gives back, as its unit of work sees it.
///
/// # Errors
/// A refusal in words: it does not exist, is a refund itself, or less of it is left.
pub(crate) async fn admit(unit: &mut dyn Unit, id: &str, amount: &Amount, sides: [&str; 2]) -> EngineResult<RefundOf> {
    let original = unit.load_transaction(id).await?.ok_or_else(|| EngineError::not_found("transaction", id))?;
    let family_key = original.parent_key.unwrap_or(original.key);
    let family = unit.load_family(family_key).await?;
    let refundable = Refundable::new(&family, unit.load_refunds(family_key).await?);
    allowed(&original, &refundable, amount, sides)?;
    Ok(RefundOf { key: original.key, id: original.row.id })
}

impl Engine {
    /// As [`admit`], without a unit: for a preview. Answers with what is left after it.
    pub(crate) async fn refund_preview(&self, id: &str, amount: &Amount, sides: [&str; 2]) -> EngineResult<String> {
        let (family, rows) = self.family_of(id).await?;
        let refundable = self.refundable(&family.first, &rows).await?;
        let original = std::iter::once(&family.first).chain(&rows).find(|stored| stored.row.id == id);
        let original = original.ok_or_else(|| EngineError::not_found("transaction", id))?;
        allowed(original, &refundable, amount, sides)?;
        let after = &refundable.left(id) - amount;
        let row = &original.row;
        Ok(match after.is_zero() {
            true => format!("{} is given back whole", row.reference),
            false => {
                format!("{} of {} is left to give back after this", words::money(&after, &row.currency), row.reference)
            }
        })
    }

    pub(crate) async fn refundable(
        &self,
        first: &StoredTransaction,
        rows: &[StoredTransaction],
    ) -> EngineResult<Refundable> {
        Ok(Refundable::new(std::iter::once(first).chain(rows), self.store.refunds(first.key).await?))
    }

    /// The row that a refund gives back.
    pub(crate) async fn gives_back(&self, refund: &StoredTransaction) -> EngineResult<Option<TransactionLink>> {
        let Some(id) = &refund.refund_of else { return Ok(None) };
        let (family, rows) = self.family_of(id).await?;
        let row = rows.iter().find(|stored| stored.row.id == *id).unwrap_or(&family.first);
        Ok(Some(TransactionLink { id: id.clone(), reference: row.row.reference.clone() }))
    }

    /// What gives back all that is left of a transaction, or of one of its commits: to be looked at, changed and posted.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn refund_request(&self, id: &str) -> EngineResult<PostRequest> {
        let detail: TransactionDetail = self.transaction_get(id).await?;
        let row = detail.rows.iter().find(|row| row.id == id);
        let row = row.ok_or_else(|| EngineError::not_found("transaction", id))?;
        let family = &detail.family;
        Ok(PostRequest {
            // Where nothing is left, posting it says why.
            amount: row.refundable.clone().filter(|left| left != "0").unwrap_or_else(|| row.amount.clone()),
            currency: family.currency.clone(),
            source: family.destination_id.clone(),
            destination: family.source_id.clone(),
            description: format!("Refund of {}", row.reference),
            refunds: Some(row.id.clone()),
            ..PostRequest::default()
        })
    }
}
