//! Giving back a transaction, whole or in part.

use engine::api::transactions::{PostRequest, RefundRow};

use crate::Done;
use crate::args::RefundArgs;
use crate::fault::Answer;
use crate::output::Output;
use crate::post::preview_of;
use crate::session::{Actor, minor, open_to_write};
use crate::transactions::{find, sentence};

pub(crate) async fn run(options: &RefundArgs, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(&options.book, actor).await?;
    let answer = async {
        let found = find(&engine, &options.id).await?;
        // The id of a commit stands for that commit; a reference for the whole of the transaction.
        let row = found.rows.iter().find(|row| row.id == options.id);
        let id = row.map_or_else(|| found.family.id.clone(), |row| row.id.clone());
        let whole = engine.refund_request(&id).await?;
        // The same refund asked for again, because no answer came, is of what was left then.
        let before = |refund: &&RefundRow| Some(&refund.reference) == options.reference.as_ref() && refund.of_id == id;
        let amount = match &options.amount {
            Some(text) => minor("amount", text, found.family.exponent)?.to_string(),
            None => found.refunds.iter().find(before).map_or(whole.amount, |refund| refund.amount.clone()),
        };
        let request = PostRequest {
            amount,
            reference: options.reference.clone().unwrap_or_default(),
            description: options.description.clone().unwrap_or(whole.description),
            effective_date: options.date.map(|day| day.to_string()),
            signed_reason: options.signed_reason.clone(),
            ..whole
        };
        if options.dry_run {
            return Ok(preview_of(&engine.post_preview(request).await?));
        }
        let detail = engine.post(request).await?;
        let before = if detail.existing { "Posted before: " } else { "" };
        // The others of an entry are given back by themselves.
        let rest = found.entry.as_ref().filter(|place| place.legs > 1).map(|place| {
            format!(
                "\n{} is posting {} of {} of an entry. The others were not given back.",
                found.family.reference, place.position, place.legs
            )
        });
        let text = format!("{before}{}{}", sentence(&detail.family), rest.unwrap_or_default());
        Ok(Output::new(&detail, text).into())
    }
    .await;
    engine.close().await;
    answer
}
