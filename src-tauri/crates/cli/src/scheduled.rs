//! What is accepted and waits for its time.

use engine::api::page::{FilterCondition, FilterTest, ListPage, ListQuery};
use engine::api::scheduled::{ScheduledRow, ScheduledStateWord};
use engine::api::transactions::PostRequest;
use engine::drafts::instant_of;

use crate::Done;
use crate::args::ScheduledCommand;
use crate::fault::Answer;
use crate::output::{Output, Table, money};
use crate::session::{Actor, balance, minor, open_to_read, open_to_write};

pub(crate) async fn run(command: &ScheduledCommand, actor: Actor<'_>) -> Answer<Done> {
    match command {
        ScheduledCommand::List { book, all, search, page } => {
            let engine = open_to_read(book, actor).await?;
            let conditions = if *all { Vec::new() } else { vec![waits()] };
            let found = engine.scheduled_page(ListQuery { conditions, text: search.clone(), ..page.query() }).await;
            engine.close().await;
            Ok(page_of(found?))
        }
        ScheduledCommand::Show { book, id } => {
            let engine = open_to_read(book, actor).await?;
            let row = engine.scheduled_get(id).await;
            engine.close().await;
            Ok(told(&row?))
        }
        ScheduledCommand::Edit { book, id, at, amount, from, to, reference, description, date } => {
            let engine = open_to_write(book, actor).await?;
            let answer = async {
                let row = engine.scheduled_get(id).await?;
                let before = row.request.clone();
                let side = async |field: &str, given: &Option<String>, now: String| -> Answer<String> {
                    Ok(match given {
                        Some(name) if !name.starts_with('@') => {
                            balance(&engine, field, name, Some(&row.currency)).await?.id
                        }
                        Some(name) => name.clone(),
                        None => now,
                    })
                };
                let request = PostRequest {
                    amount: match amount {
                        Some(text) => minor("amount", text, row.exponent)?.to_string(),
                        None => before.amount.clone(),
                    },
                    source: side("from", from, before.source.clone()).await?,
                    destination: side("to", to, before.destination.clone()).await?,
                    reference: reference.clone().unwrap_or_else(|| before.reference.clone()),
                    description: description.clone().unwrap_or_else(|| before.description.clone()),
                    effective_date: date.map(|day| day.to_string()).or_else(|| before.effective_date.clone()),
                    ..before.clone()
                };
                let due = at.as_deref().map(|text| instant_of("at", text)).transpose()?.unwrap_or(row.due_at.clone());
                Ok(told(&engine.scheduled_edit(id, request, &due).await?))
            };
            let answer = answer.await;
            engine.close().await;
            answer
        }
        ScheduledCommand::Cancel { book, id, reason } => {
            let engine = open_to_write(book, actor).await?;
            let row = engine.scheduled_cancel(id, reason).await;
            engine.close().await;
            Ok(told(&row?))
        }
        ScheduledCommand::Run { book } => {
            let engine = open_to_write(book, actor).await?;
            let done = engine.post_due().await;
            let query = ListQuery { conditions: vec![waits()], limit: 500, ..ListQuery::default() };
            let left = engine.scheduled_page(query).await;
            engine.close().await;
            done?;
            Ok(page_of(left?))
        }
    }
}

fn waits() -> FilterCondition {
    FilterCondition { field: "state".into(), test: FilterTest::Is, values: vec!["waiting".into()] }
}

fn page_of(page: ListPage<ScheduledRow>) -> Done {
    let total = engine::words::plural(page.total, "posting", "postings");
    let text = format!("{} of {total}\n{}", page.rows.len(), table(&page.rows));
    Output::new(page, text).into()
}

/// One of them, in a line.
pub(crate) fn told(row: &ScheduledRow) -> Done {
    let before = if row.existing { "Accepted before:\n" } else { "" };
    Output::new(row, format!("{before}{}", table(std::slice::from_ref(row)))).into()
}

fn table(rows: &[ScheduledRow]) -> String {
    let mut table = Table::new(&["Id", "Due", "Reference", "From", "To", ">Amount", "State", "Why"]);
    for row in rows {
        table.row(vec![
            row.id.clone(),
            row.due_at.clone(),
            row.reference.clone(),
            row.source_name.clone(),
            row.destination_name.clone(),
            money(&row.amount, &row.currency, row.exponent),
            word(row).into(),
            row.reason.clone().unwrap_or_default(),
        ]);
    }
    table.or("Nothing waits for its time.")
}

fn word(row: &ScheduledRow) -> &'static str {
    match row.state {
        ScheduledStateWord::Waiting if row.queued => "queued",
        ScheduledStateWord::Waiting => "waiting",
        ScheduledStateWord::Posted => "posted",
        ScheduledStateWord::Rejected => "refused",
        ScheduledStateWord::Cancelled => "cancelled",
    }
}
