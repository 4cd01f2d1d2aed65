//! Lists of transactions, and one with its whole family.

use std::path::Path;

use engine::Engine;
use engine::api::bulk::EntryView;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::{FamilyRow, FamilyState, TransactionDetail};
use serde_json::json;

use crate::Done;
use crate::args::{PageArgs, TransactionFilter};
use crate::fault::{Answer, Fault};
use crate::output::{Output, Table, figure, money};
use crate::session::{Actor, open_to_read, open_to_write};

/// States of a hold that still holds money.
const OPEN: [&str; 2] = ["held", "part_committed"];

/// Most rows that the engine hands out at once.
const PAGE: u32 = 500;

pub(crate) async fn list(book: &Path, filter: &TransactionFilter, page: &PageArgs, actor: Actor<'_>) -> Answer<Done> {
    let condition = |field: &str, test, values: Vec<String>| FilterCondition { field: field.into(), test, values };
    let mut conditions = Vec::new();
    if !filter.state.is_empty() {
        let states = filter.state.iter().flat_map(|state| match state.as_str() {
            "open" => OPEN.to_vec(),
            one => vec![one],
        });
        conditions.push(condition("state", FilterTest::Is, states.map(str::to_owned).collect()));
    }
    if let Some(from) = filter.from {
        conditions.push(condition("date", FilterTest::AtLeast, vec![from.to_string()]));
    }
    if let Some(to) = filter.to {
        conditions.push(condition("date", FilterTest::AtMost, vec![to.to_string()]));
    }
    let query = filter.more.narrow(ListQuery {
        offset: page.offset,
        limit: page.limit.min(PAGE),
        conditions,
        text: filter.search.clone(),
        ..ListQuery::default()
    });
    let engine = open_to_read(book, actor).await?;
    let found = engine.transactions_page(query).await;
    engine.close().await;
    let found = found?;
    let mut table =
        Table::new(&["Date", "Reference", "Description", "From", "To", ">Amount", "Currency", "State", "Id"]);
    for row in &found.rows {
        table.row(vec![
            row.date.clone(),
            row.reference.clone(),
            row.description.clone(),
            row.source_name.clone(),
            row.destination_name.clone(),
            figure(&row.amount, row.exponent),
            row.currency.clone(),
            state(row.state).into(),
            row.id.clone(),
        ]);
    }
    let total = engine::words::plural(found.total, "transaction", "transactions");
    let text = format!("{} of {total}\n{}", found.rows.len(), table.or("No transaction fits."));
    Ok(Output::new(json!({ "total": found.total, "rows": found.rows }), text).into())
}

pub(crate) async fn show(book: &Path, id: &str, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let answer = async {
        let found = find(&engine, id).await?;
        let entry = match &found.entry {
            Some(_) => Some(engine.entry_get(&found.family.id).await?),
            None => None,
        };
        let text = describe(&found) + &entry.as_ref().map(siblings).unwrap_or_default();
        let mut json = serde_json::to_value(&found).unwrap_or_default();
        json["entry_postings"] = json!(entry.map(|entry| entry.legs));
        Ok(Output::new(json, text).into())
    }
    .await;
    engine.close().await;
    answer
}

/// A transaction by the id or the reference of any of its rows.
pub(crate) async fn find(engine: &Engine, text: &str) -> Answer<TransactionDetail> {
    Ok(engine.transaction_called(text).await?)
}

/// `INV-7: 12.50 EUR, Sales to Customers, applied`.
pub(crate) fn sentence(row: &FamilyRow) -> String {
    let amount = money(&row.amount, &row.currency, row.exponent);
    format!(
        "{}  {}: {amount}, {} to {}, {}",
        row.id,
        row.reference,
        row.source_name,
        row.destination_name,
        state(row.state)
    )
}

fn describe(detail: &TransactionDetail) -> String {
    let family = &detail.family;
    let mut text = format!("{}\n{}\n", sentence(family), family.description);
    if let Some(remaining) = &family.remaining {
        text.push_str(&format!("Still held {}", money(remaining, &family.currency, family.exponent)));
        if let Some(expires) = &family.expires_at {
            text.push_str(&format!(", expires {expires}"));
        }
        text.push('\n');
    }
    let mut table = Table::new(&["Date", "Reference", "Status", ">Amount", "By", "At", "Reason"]);
    for row in &detail.rows {
        table.row(vec![
            row.date.clone(),
            row.reference.clone(),
            row.status.clone(),
            figure(&row.amount, family.exponent),
            row.actor.clone(),
            row.created_at.clone(),
            row.reason.clone().unwrap_or_default(),
        ]);
    }
    let mut text = text + &table.or("");
    if let Some(of) = &detail.refund_of {
        text.push_str(&format!("\nGives back {}\n", of.reference));
    }
    for refund in &detail.refunds {
        let amount = money(&refund.amount, &family.currency, family.exponent);
        text.push_str(&format!("\nGiven back {}: {amount}, {}", refund.date, refund.reference));
    }
    text
}

/// Every posting of the entry that one belongs to.
fn siblings(entry: &EntryView) -> String {
    let mut table = Table::new(&["Posting", "Reference", "From", "To", ">Amount", "State"]);
    for (place, leg) in entry.legs.iter().enumerate() {
        table.row(vec![
            format!("{} of {}", place + 1, entry.legs.len()),
            leg.reference.clone(),
            leg.source_name.clone(),
            leg.destination_name.clone(),
            money(&leg.amount, &entry.currency, entry.exponent),
            state(leg.state).into(),
        ]);
    }
    format!("\nBooked together\n{}", table.or(""))
}

fn state(state: FamilyState) -> &'static str {
    match state {
        FamilyState::Applied => "applied",
        FamilyState::Held => "held",
        FamilyState::PartCommitted => "part committed",
        FamilyState::Committed => "committed",
        FamilyState::Voided => "voided",
        FamilyState::PartVoided => "part voided",
        FamilyState::Expired => "expired",
    }
}

/// Shows what is noted beside something, after noting more if that is asked for.
pub(crate) async fn metadata(
    book: &Path,
    id: &str,
    set: &[String],
    unset: &[String],
    actor: Actor<'_>,
) -> Answer<Done> {
    let mut patch = serde_json::Map::new();
    for text in set {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Fault::argument("set", format!("“{text}” is no key and value. Write key=value.")));
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::from(value));
        patch.insert(key.to_owned(), value);
    }
    patch.extend(unset.iter().map(|key| (key.clone(), serde_json::Value::Null)));
    let noted = if patch.is_empty() {
        let engine = open_to_read(book, actor).await?;
        let noted = engine.metadata_get(id).await;
        engine.close().await;
        noted?
    } else {
        let engine = open_to_write(book, actor).await?;
        let noted = engine.metadata_merge(id, patch.into()).await;
        engine.close().await;
        noted?
    };
    let text = serde_json::to_string_pretty(&noted).unwrap_or_default();
    Ok(Output::new(noted, text).into())
}
