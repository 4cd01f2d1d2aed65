//! Lists of transactions, and one with its whole family.

use std::path::Path;

use engine::Engine;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::{FamilyRow, FamilyState, TransactionDetail};
use serde_json::json;

use crate::Done;
use crate::args::{PageArgs, TransactionFilter};
use crate::fault::{Answer, Exit, Fault};
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
    let found = find(&engine, id).await;
    engine.close().await;
    let found = found?;
    Ok(Output::new(&found, describe(&found)).into())
}

/// A transaction by the id of any of its rows, or by the reference of its first.
pub(crate) async fn find(engine: &Engine, text: &str) -> Answer<TransactionDetail> {
    let missing = || {
        Fault::new(
            Exit::Refused,
            "NOT_FOUND",
            format!("There is no transaction {text} in this book. Nothing was changed."),
        )
    };
    if text.starts_with("txn_")
        && let Ok(found) = engine.transaction_get(text).await
    {
        return Ok(found);
    }
    let conditions =
        vec![FilterCondition { field: "reference".into(), test: FilterTest::Is, values: vec![text.to_owned()] }];
    let page = engine.transactions_page(ListQuery { limit: 1, conditions, ..ListQuery::default() }).await?;
    let family = page.rows.first().ok_or_else(missing)?;
    Ok(engine.transaction_get(&family.id).await?)
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
    text + &table.or("")
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
