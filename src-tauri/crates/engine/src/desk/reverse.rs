//! Taking a match apart, and with it the entry that was posted for it.

use serde_json::json;
use store::Unit;
use store::ledger::StoredTransaction;
use store::recon::{MatchRecord, StatementRecord};

use super::actions::{done, log, manual};
use super::basket::free_reference;
use super::undo::{Effect, reversal_of};
use crate::api::desk::DeskDone;
use crate::post::{PostCommand, post_in};
use crate::recon::{load_statement, must_be_open};
use crate::{Engine, EngineError, EngineResult, Stamp, signed};

/// What a match of an entry with what took it back was posted as.
const REVERSAL: &str = "reversal";
/// The action that unmatches and posts the reverse.
pub(super) const UNMATCH_REVERSE: &str = "unmatch_reverse";

impl Engine {
    /// Opens both sides of a match as they were. With `reverse`, the entry that was posted for it is also reversed,
    /// and the two cancel each other out. `signed_reason` lets the reversing entry into a signed period of the balance
    /// on its other side.
    pub async fn match_undo(
        &self,
        match_id: &str,
        reverse: bool,
        signed_reason: Option<&str>,
    ) -> EngineResult<DeskDone> {
        let signed_reason = signed::reason_of(signed_reason)?;
        let stamp = self.stamp();
        let found = self.store.match_by_id(match_id).await?.ok_or_else(|| EngineError::not_found("match", match_id))?;
        let mut unit = self.store.begin().await?;
        let record = unit.load_match(found.key).await?.ok_or_else(|| EngineError::not_found("match", match_id))?;
        let statements = self.store.statements(None).await?;
        let id = statements
            .iter()
            .find(|statement| statement.key == record.statement_key)
            .map(|statement| statement.id.clone());
        let statement =
            load_statement(unit.as_mut(), &id.ok_or_else(|| EngineError::not_found("match", match_id))?).await?;
        must_be_open(&statement)?;
        if record.undone_at.is_some() {
            return Err(EngineError::Conflict {
                code: "ALREADY_UNMATCHED",
                message: "This match was taken apart already. Nothing was changed.".into(),
            });
        }
        let (lines, entries) = unit.load_match_sides(record.key).await?;
        unit.undo_matches(&[record.key], stamp.at).await?;
        let first = unit.load_lines_by_key(&lines).await?.into_iter().next();
        let position = first.as_ref().map_or(0, |line| line.position);
        let mut effects = vec![Effect::Unmatched { key: record.key, lines, entries }];
        let mut text = if position > 0 { format!("Unmatched line {position}") } else { "Unmatched entries".to_owned() };
        let mut posted = None;
        if reverse {
            let actions = self.store.actions(statement.key).await?;
            let before = record.posted_key.and_then(|entry| reversal_of(&actions, entry));
            let reversed =
                reverse_posted(unit.as_mut(), &stamp, &statement, &record, before, position, signed_reason).await?;
            effects.push(reversed.effect);
            text = format!("{text}, {} reversed", reversed.reference);
            posted = reversed.posted;
        }
        let action =
            log(unit.as_mut(), &stamp, &statement, if reverse { UNMATCH_REVERSE } else { "unmatch" }, &text, &effects)
                .await?;
        let mut result = done(unit.as_mut(), &statement, action, text).await?;
        unit.commit().await?;
        result.posted = posted;
        result.next_line_id = first.map(|line| line.id);
        self.desk_changed();
        Ok(result)
    }
}

/// An entry that cancels out with its reverse.
struct Reversed {
    effect: Effect,
    /// The reverse, when it was posted for this.
    posted: Option<String>,
    /// Of the entry.
    reference: String,
}

/// Matches the entry made for a match with its reverse. The reverse is posted, unless there is one `before` from an
/// action that was taken back: undo leaves the journal alone, so that one still stands.
async fn reverse_posted(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    statement: &StatementRecord,
    record: &MatchRecord,
    before: Option<i64>,
    position: u32,
    signed_reason: Option<String>,
) -> EngineResult<Reversed> {
    let nothing = || EngineError::Conflict {
        code: "NOTHING_TO_REVERSE",
        message: "No entry was posted for this match. Unmatch it instead. Nothing was changed.".into(),
    };
    let key = record.posted_key.ok_or_else(nothing)?;
    let entry = unit.load_entries_by_key(statement.balance_key, &[key]).await?.pop().ok_or_else(nothing)?;
    let original = unit.load_transaction(&entry.txn_id).await?.ok_or_else(nothing)?;
    let reference = original.row.reference.clone();
    let (other, posted) = match before {
        Some(before) => (standing_reverse(unit, statement, &reference, before).await?, None),
        None => {
            let reverse = reverse_of(original, unit, statement, position, signed_reason).await?;
            let posted = post_in(unit, stamp, &reverse).await?;
            (posted.key, Some(posted.id))
        }
    };
    let new = manual(statement, stamp, Some((other, REVERSAL)));
    let entries = vec![key, other];
    let match_key = unit.insert_match(&new, statement.balance_key, &[], &entries).await?;
    Ok(Reversed { effect: Effect::Matched { key: match_key, lines: Vec::new(), entries }, posted, reference })
}

/// The reverse that was posted before, while nothing else uses it: posting another would move the money twice.
async fn standing_reverse(
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    reference: &str,
    before: i64,
) -> EngineResult<i64> {
    let found = unit.load_entries_by_key(statement.balance_key, &[before]).await?.pop();
    match found {
        Some(entry) if entry.match_key.is_none() && entry.outstanding_on.is_none() => Ok(entry.txn_key),
        other => Err(EngineError::Conflict {
            code: "REVERSED_ALREADY",
            message: format!(
                "{reference} was reversed already, and {} is in another match or left outstanding by now. Unmatch it \
                 without reversing it again. Nothing was changed.",
                other.map_or_else(|| "its reverse".to_owned(), |entry| entry.reference)
            ),
        }),
    }
}

async fn reverse_of(
    original: StoredTransaction,
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    position: u32,
    signed_reason: Option<String>,
) -> EngineResult<PostCommand> {
    Ok(PostCommand {
        reference: free_reference(unit, &format!("{}-{position}-reversal", super::slug(&statement.name))).await?,
        amount: original.row.amount.clone(),
        currency: original.row.currency.code().to_owned(),
        source: original.row.destination.clone(),
        destination: original.row.source.clone(),
        description: format!("Reverses {}", original.row.reference),
        // The same day, so that the two cancel out in every balance of the past.
        effective_date: Some(original.row.effective_date),
        hold: false,
        timers: store::ledger::Timers::default(),
        overdraft: ledger::Overdraft::Unlimited,
        metadata: Some(json!({ "statement": statement.id, "reverses": original.row.id })),
        create_indicators: false,
        signed_reason,
        refunds: Some(original.row.id.clone()),
        leg: None,
        reserved: None,
    })
}
