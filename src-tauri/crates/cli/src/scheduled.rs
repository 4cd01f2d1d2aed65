//! What is accepted and waits for its time.

use engine::api::scheduled::{ScheduledRow, ScheduledStateWord};

use crate::Done;
use crate::args::ScheduledCommand;
use crate::fault::Answer;
use crate::output::{Output, Table, money};
use crate::session::{Actor, open_to_read, open_to_write};

pub(crate) async fn run(command: &ScheduledCommand, actor: Actor<'_>) -> Answer<Done> {
    match command {
        ScheduledCommand::List { book, all } => {
            let engine = open_to_read(book, actor).await?;
            let rows = engine.scheduled_list(!all).await;
            engine.close().await;
            let rows = rows?;
            let text = table(&rows);
            Ok(Output::new(rows, text).into())
        }
        ScheduledCommand::Show { book, id } => {
            let engine = open_to_read(book, actor).await?;
            let row = engine.scheduled_get(id).await;
            engine.close().await;
            Ok(told(&row?))
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
            let rows = engine.scheduled_list(true).await;
            engine.close().await;
            done?;
            let rows = rows?;
            let text = table(&rows);
            Ok(Output::new(rows, text).into())
        }
    }
}

/// One of them, in a line.
pub(crate) fn told(row: &ScheduledRow) -> Done {
    Output::new(row, table(std::slice::from_ref(row))).into()
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
