//! Balance monitors.

use engine::api::monitors::{MonitorRequest, MonitorRow};
use engine::{Engine, EngineError};
use serde_json::json;

use crate::Done;
use crate::args::MonitorCommand;
use crate::fault::Answer;
use crate::output::{Output, Table, figure};
use crate::session::{Actor, balance, minor, open_to_read, open_to_write};

pub(crate) async fn run(command: &MonitorCommand, actor: Actor<'_>) -> Answer<Done> {
    let (book, writes) = match command {
        MonitorCommand::List { book } | MonitorCommand::Alerts { book } => (book, false),
        MonitorCommand::Create { book, .. }
        | MonitorCommand::Update { book, .. }
        | MonitorCommand::Delete { book, .. } => (book, true),
    };
    let engine = if writes { open_to_write(book, actor).await? } else { open_to_read(book, actor).await? };
    let answer = answer(&engine, command).await;
    engine.close().await;
    answer
}

async fn answer(engine: &Engine, command: &MonitorCommand) -> Answer<Done> {
    match command {
        MonitorCommand::List { .. } => {
            let rows = engine.monitors_list().await?;
            let text = table(&rows);
            Ok(Output::new(rows, text).into())
        }
        MonitorCommand::Alerts { .. } => {
            let alerts = engine.monitor_alerts().await?;
            let mut table = Table::new(&["When", "Balance", "Condition", ">Figure", "About"]);
            for alert in &alerts {
                let show = |minor: &str| figure(minor, alert.exponent);
                table.row(vec![
                    alert.at.clone(),
                    alert.balance_name.clone(),
                    format!("{} {} {}", alert.field, alert.operator, show(&alert.value)),
                    show(&alert.figure),
                    alert.description.clone(),
                ]);
            }
            let text = table.or("Nothing was told.");
            Ok(Output::new(alerts, text).into())
        }
        MonitorCommand::Create {
            balance: name,
            field,
            operator,
            value,
            currency,
            repeat,
            once,
            description,
            webhook,
            ..
        } => {
            let row = balance(engine, "balance", name, currency.as_deref()).await?;
            let request = MonitorRequest {
                balance_id: row.id,
                field: field.clone(),
                operator: operator.clone(),
                value: minor("value", value, row.exponent)?.to_string(),
                repeat: (*repeat || *once).then_some(*repeat),
                description: description.clone(),
                webhook: webhook.clone(),
            };
            let made = engine.monitor_create(request).await?;
            let text = table(std::slice::from_ref(&made));
            Ok(Output::new(made, text).into())
        }
        MonitorCommand::Update { id, field, operator, value, repeat, once, description, webhook, .. } => {
            let rows = engine.monitors_list().await?;
            let row = rows.into_iter().find(|row| row.id == *id);
            let row = row.ok_or_else(|| EngineError::not_found("monitor", id))?;
            let request = MonitorRequest {
                balance_id: row.balance_id,
                field: field.clone().unwrap_or(row.field),
                operator: operator.clone().unwrap_or(row.operator),
                value: match value {
                    Some(text) => minor("value", text, row.exponent)?.to_string(),
                    None => row.value,
                },
                repeat: Some(*repeat || (row.repeat && !*once)),
                description: description.clone().unwrap_or(row.description),
                webhook: webhook.clone().or(row.webhook),
            };
            let changed = engine.monitor_update(id, request).await?;
            let text = table(std::slice::from_ref(&changed));
            Ok(Output::new(changed, text).into())
        }
        MonitorCommand::Delete { id, .. } => {
            engine.monitor_delete(id).await?;
            Ok(Output::new(json!({ "deleted": id }), format!("{id} is not watched any more.")).into())
        }
    }
}

fn table(rows: &[MonitorRow]) -> String {
    let mut table = Table::new(&["Id", "Balance", "Condition", ">Figure now", "True now", "Told last", "About"]);
    for row in rows {
        let show = |minor: &str| figure(minor, row.exponent);
        table.row(vec![
            row.id.clone(),
            row.balance_name.clone(),
            format!("{} {} {}", row.field, row.operator, show(&row.value)),
            show(&row.figure),
            if row.holds { "yes".into() } else { "no".into() },
            row.fired_at.clone().unwrap_or_default(),
            row.description.clone(),
        ]);
    }
    table.or("Nothing is watched.")
}
