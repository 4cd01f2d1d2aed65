//! Committing and voiding one hold.

use std::path::Path;

use engine::api::transactions::{BatchOutcome, CommitItem, DecisionPreview, VoidItem, VoidRequest};

use crate::Done;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, money};
use crate::post::effects;
use crate::session::{Actor, minor, open_to_write};
use crate::transactions::find;

/// `item` as it was typed: the hold by id or reference, the amount in decimals.
/// With `dry_run` it only says what would happen.
pub(crate) async fn commit(book: &Path, item: CommitItem, dry_run: bool, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(book, actor).await?;
    let family = find(&engine, &item.id).await?.family;
    let amount = item.amount.as_deref().map(|text| minor("amount", text, family.exponent)).transpose()?;
    let amount = amount.map(|amount| amount.to_string());
    let item = CommitItem { id: family.id, amount, ..item };
    if dry_run {
        let preview = engine.commit_preview(item).await;
        engine.close().await;
        return Ok(preview_of(&preview?, "committed"));
    }
    let outcome = engine.holds_commit(vec![item]).await;
    engine.close().await;
    answer(outcome?, "Committed")
}

/// `item` with the hold by id or reference.
pub(crate) async fn void(book: &Path, item: VoidItem, reason: &str, dry_run: bool, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(book, actor).await?;
    let family = find(&engine, &item.id).await?.family;
    let item = VoidItem { id: family.id, ..item };
    if dry_run {
        let preview = engine.void_preview(item, reason).await;
        engine.close().await;
        return Ok(preview_of(&preview?, "voided"));
    }
    let items = vec![item];
    let outcome = engine.holds_void(VoidRequest { items, reason: reason.to_owned(), note: None }).await;
    engine.close().await;
    answer(outcome?, "Voided")
}

fn preview_of(preview: &DecisionPreview, what: &str) -> Done {
    let amount = money(&preview.amount, &preview.currency, preview.exponent);
    if preview.existing {
        let text = format!("{amount} of {} was {what} before. Doing it again changes nothing.", preview.reference);
        return Output::new(preview, text).into();
    }
    let day = preview.date.as_deref().map(|day| format!(", dated {day}")).unwrap_or_default();
    let head = format!("{amount} of {} would be {what}{day}, as {}.\n", preview.reference, preview.booked);
    Output::new(preview, head + &effects(&preview.effects).or("No balance would change.")).into()
}

fn answer(outcome: BatchOutcome, done: &str) -> Answer<Done> {
    let row = outcome
        .rows
        .into_iter()
        .next()
        .ok_or_else(|| Fault::new(Exit::Internal, "INTERNAL", "The hold was not decided on."))?;
    if !row.ok {
        let fault =
            Fault::new(Exit::Refused, row.code.as_deref().unwrap_or("REFUSED"), row.message.unwrap_or_default());
        return Err(fault.with_detail(row.detail));
    }
    let day = row.date.as_deref().map(|day| format!(", dated {day}")).unwrap_or_default();
    let before = if row.existing { " before" } else { "" };
    let amount = money(&row.amount, &row.currency, row.exponent);
    let text = format!(
        "{done}{before}: {amount} of {}{day}, as {}.",
        row.reference,
        row.booked.as_deref().unwrap_or_default()
    );
    Ok(Output::new(&row, text).into())
}
