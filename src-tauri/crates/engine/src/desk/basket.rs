//! The basket: any lines and any entries with their sums, and what accepting them would do.

use ledger::{Amount, Overdraft};
use store::Unit;
use store::recon::{EntryRecord, LineRecord, StatementRecord};

use super::focus::difference_hints;
use crate::api::desk::{DeskEffect, DifferencePosting};
use crate::days::entry_day;
use crate::post::{PostCommand, Posted, post_in};
use crate::recon::{left_to_clear, load_statement, must_be_open};
use crate::{Engine, EngineError, EngineResult, Stamp, signed, words};

/// Both sides of a match to be, checked: one open statement, everything free.
pub(super) struct Basket {
    pub(super) statement: StatementRecord,
    pub(super) lines: Vec<LineRecord>,
    pub(super) entries: Vec<EntryRecord>,
}

impl Basket {
    pub(super) fn line_total(&self) -> Amount {
        self.lines.iter().map(|line| &line.amount).sum()
    }

    pub(super) fn entry_total(&self) -> Amount {
        self.entries.iter().map(|entry| &entry.amount).sum()
    }

    /// Lines less entries.
    pub(super) fn difference(&self) -> Amount {
        &self.line_total() - &self.entry_total()
    }

    /// Why it cannot be accepted, apart from a difference.
    pub(super) fn problem(&self) -> Option<String> {
        if let Some(line) = self.lines.iter().find(|line| line.match_key.is_some()) {
            return Some(format!("Line {} is matched already. Unmatch it first.", line.position));
        }
        if let Some(entry) = self.entries.iter().find(|entry| entry.match_key.is_some()) {
            return Some(format!("{} is matched already. Unmatch it first.", entry.reference));
        }
        None
    }

    /// Reads both sides inside the unit that will match them.
    pub(super) async fn load(
        unit: &mut dyn Unit,
        statement_id: &str,
        line_ids: &[String],
        entry_ids: &[String],
    ) -> EngineResult<Self> {
        let statement = load_statement(unit, statement_id).await?;
        must_be_open(&statement)?;
        let lines = unit.load_lines(line_ids).await?;
        let entries = unit.load_entries(statement.balance_key, entry_ids).await?;
        Self { statement, lines, entries }.complete(line_ids, entry_ids)
    }

    fn complete(self, line_ids: &[String], entry_ids: &[String]) -> EngineResult<Self> {
        let missing_line = line_ids
            .iter()
            .find(|id| !self.lines.iter().any(|line| line.id == **id && line.statement_key == self.statement.key));
        if let Some(id) = missing_line {
            return Err(EngineError::not_found("line of this statement", id));
        }
        if let Some(id) = entry_ids.iter().find(|id| !self.entries.iter().any(|entry| entry.txn_id == **id)) {
            return Err(EngineError::not_found("entry of this balance", id));
        }
        Ok(self)
    }

    /// Refuses what is not free.
    pub(super) fn must_be_free(&self) -> EngineResult<()> {
        match self.problem() {
            Some(message) => Err(EngineError::Conflict {
                code: "ALREADY_MATCHED",
                message: format!("{message} Nothing was changed."),
            }),
            None => Ok(()),
        }
    }
}

impl Engine {
    /// Sums of a basket, what would be left over and left to clear, and hints an accountant knows.
    pub async fn desk_effect(
        &self,
        statement_id: &str,
        line_ids: Vec<String>,
        entry_ids: Vec<String>,
    ) -> EngineResult<DeskEffect> {
        let statement = self.statement_record(statement_id).await?;
        let lines = self.store.lines(&line_ids).await?;
        let entries = self.store.entries_by_id(statement.balance_key, &entry_ids).await?;
        let basket = Basket { statement, lines, entries }.complete(&line_ids, &entry_ids)?;
        let figures = self.store.line_figures(basket.statement.key).await?;
        let open: Amount = basket.lines.iter().filter(|line| line.match_key.is_none()).map(|line| &line.amount).sum();
        let (line_total, entry_total, difference) = (basket.line_total(), basket.entry_total(), basket.difference());
        let empty = basket.lines.is_empty() && basket.entries.is_empty();
        Ok(DeskEffect {
            line_count: basket.lines.len() as u32,
            entry_count: basket.entries.len() as u32,
            line_total: line_total.to_string(),
            entry_total: entry_total.to_string(),
            ties: !empty && difference.is_zero() && basket.problem().is_none(),
            left_to_clear_after: (&left_to_clear(&basket.statement, &figures) - &open).to_string(),
            hints: if basket.lines.is_empty() || basket.entries.is_empty() {
                Vec::new()
            } else {
                difference_hints(&difference, &line_total)
            },
            problem: basket.problem(),
            difference: difference.to_string(),
        })
    }
}

/// A name as part of a reference: lower-case letters and digits joined by hyphens.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let short: String = slug.trim_end_matches('-').chars().take(60).collect();
    if short.is_empty() { "statement".into() } else { short }
}

/// Purpose of an entry that is made from a line.
pub(super) const NEW_ENTRY: &str = "entry";

/// What a posting for a line is called, as far as the name is free.
pub(super) fn movement_reference(statement: &StatementRecord, line: &LineRecord, purpose: &str) -> String {
    format!("{}-{}-{purpose}", slug(&statement.name), line.position)
}

/// Posts money that moved at the bank: `amount` as the bank balance moves, against a balance the person named.
pub(super) async fn post_bank_movement(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    statement: &StatementRecord,
    line: &LineRecord,
    amount: &Amount,
    posting: &DifferencePosting,
    purpose: &str,
) -> EngineResult<Posted> {
    let given: Amount = posting.amount.parse().map_err(|_| {
        EngineError::invalid("amount", format!("“{}” is not an amount in minor units.", posting.amount))
    })?;
    if given != *amount {
        return Err(EngineError::Conflict {
            code: "DIFFERENCE_CHANGED",
            message: format!(
                "The amount to post is {} by now, not {}. Nothing was posted.",
                words::money(amount, &statement.currency),
                words::money(&given, &statement.currency)
            ),
        });
    }
    let effective_date = entry_day(posting.effective_date.as_deref(), stamp.today, "effective_date")?;
    let effective_date = effective_date.unwrap_or(line.booking_date);
    if posting.description.trim().is_empty() {
        return Err(EngineError::invalid("description", "The posting needs a text."));
    }
    let (bank, other) = (statement.balance_id.clone(), posting.against.clone());
    let (source, destination) = if amount.is_negative() { (bank, other) } else { (other, bank) };
    let command = PostCommand {
        reference: movement_free(unit, statement, amount, &movement_reference(statement, line, purpose)).await?,
        amount: amount.abs(),
        currency: statement.currency.code().to_owned(),
        source,
        destination,
        description: posting.description.trim().to_owned(),
        effective_date: Some(effective_date),
        hold: false,
        timers: store::ledger::Timers::default(),
        // The bank has moved the money already; the books can only follow.
        overdraft: Overdraft::Unlimited,
        metadata: Some(serde_json::json!({ "statement": statement.id, "line": line.id })),
        create_indicators: false,
        signed_reason: signed::reason_of(posting.signed_reason.as_deref())?,
        refunds: None,
        leg: None,
        reserved: None,
    };
    post_in(unit, stamp, &command).await
}

/// The reference of a movement: `base`, or `base-2`, … whatever is free.
///
/// # Errors
/// `POSTED_ALREADY` when the same money was posted under one of them and is in no match: undo leaves the journal alone, so
/// that entry still stands.
async fn movement_free(
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    amount: &Amount,
    base: &str,
) -> EngineResult<String> {
    let mut references = References::of(base);
    while let Some(taken) = unit.load_by_reference(&references.current).await? {
        let entry = unit.load_entries_by_key(statement.balance_key, &[taken.key]).await?.pop();
        if entry.is_some_and(|entry| entry.match_key.is_none() && entry.amount == *amount) {
            return Err(EngineError::Conflict {
                code: "POSTED_ALREADY",
                message: format!(
                    "{} was posted for this line before and is in no match. Match the line with it, or \
                     reverse it and match the two with each other. Nothing was posted.",
                    references.current
                ),
            });
        }
        references.turn();
    }
    Ok(references.current)
}

/// `base`, or `base-2`, … whatever is free.
pub(super) async fn free_reference(unit: &mut dyn Unit, base: &str) -> EngineResult<String> {
    let mut references = References::of(base);
    while unit.load_by_reference(&references.current).await?.is_some() {
        references.turn();
    }
    Ok(references.current)
}

/// The references that are tried for a movement, one after the other.
pub(super) struct References<'a> {
    base: &'a str,
    number: u32,
    pub(super) current: String,
}

impl<'a> References<'a> {
    pub(super) fn of(base: &'a str) -> Self {
        Self { base, number: 1, current: base.to_owned() }
    }

    pub(super) fn turn(&mut self) {
        self.number += 1;
        self.current = format!("{}-{}", self.base, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn references_begin_with_the_statement() {
        for (name, expected) in [
            ("Merrion Operating, October 2026", "merrion-operating-october-2026"),
            ("  –– ", "statement"),
            ("Çelik A/Ş", "çelik-a-ş"),
        ] {
            assert_eq!(slug(name), expected);
        }
    }
}
