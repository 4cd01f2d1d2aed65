//! Webhooks, hooks and their deliveries.

use std::path::PathBuf;
use std::time::Duration;

use engine::Engine;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::webhooks::{DeliveryRound, DeliveryRow, WebhookRequest, WebhookRow};
use engine::words::plural;
use serde_json::json;

use crate::Done;
use crate::args::{WebhookArgs, WebhookCommand};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, progress, progress_end};
use crate::session::{Actor, open_to_read, open_to_write};

/// Time between two rounds of deliveries.
const REST: Duration = Duration::from_secs(2);

fn book_of(command: &WebhookCommand) -> Option<(&PathBuf, bool)> {
    use WebhookCommand as C;
    match command {
        C::Events => None,
        C::List { book } | C::Hosts { book, set: None } | C::Deliveries { book, .. } | C::Delivery { book, .. } => {
            Some((book, false))
        }
        C::Create { book, .. }
        | C::Change { book, .. }
        | C::Delete { book, .. }
        | C::Secret { book, .. }
        | C::Test { book, .. }
        | C::Hosts { book, .. }
        | C::Deliver { book, .. }
        | C::Replay { book, .. } => Some((book, true)),
    }
}

pub(crate) async fn run(command: &WebhookCommand, actor: Actor<'_>) -> Answer<Done> {
    let Some((book, writes)) = book_of(command) else {
        let names = engine::webhook_events();
        let text = names.join("\n");
        return Ok(Output::new(names, text).into());
    };
    let engine = if writes { open_to_write(book, actor).await? } else { open_to_read(book, actor).await? };
    let answer = answer(&engine, command).await;
    engine.close().await;
    answer
}

async fn answer(engine: &Engine, command: &WebhookCommand) -> Answer<Done> {
    use WebhookCommand as C;
    match command {
        C::Events => Err(Fault::new(Exit::Internal, "EVENTS", "Events need no book.")),
        C::List { .. } => {
            let rows = engine.webhooks_list().await?;
            let text = table(&rows);
            Ok(Output::new(rows, text).into())
        }
        C::Create { url, name, about, role, .. } => {
            let base =
                WebhookRequest { name: name.clone(), url: url.clone(), role: role.clone(), ..Default::default() };
            let made = engine.webhook_create(with(base, about)?).await?;
            let mut text = table(std::slice::from_ref(&made.row));
            if let Some(secret) = &made.secret {
                text.push_str(&format!("\nSecret, shown this once: {secret}"));
            }
            Ok(Output::new(made, text).into())
        }
        C::Change { id, url, name, about, .. } => {
            let all = engine.webhooks_list().await?;
            let found = all.into_iter().find(|row| row.id == *id);
            let row =
                found.ok_or_else(|| Fault::new(Exit::Refused, "NOT_FOUND", format!("There is no webhook {id}.")))?;
            let row = engine.webhook_update(id, with(changed(row, url.as_ref(), name.as_ref()), about)?).await?;
            let text = table(std::slice::from_ref(&row));
            Ok(Output::new(row, text).into())
        }
        C::Delete { id, .. } => {
            engine.webhook_delete(id).await?;
            Ok(Output::new(json!({ "deleted": id }), format!("{id} is deleted.")).into())
        }
        C::Secret { id, .. } => {
            let secret = engine.webhook_secret_renew(id).await?;
            let text = format!("Secret, shown this once: {secret}");
            Ok(Output::new(json!({ "secret": secret }), text).into())
        }
        C::Hosts { set, .. } => {
            let hosts = match set {
                Some(hosts) => engine.webhook_hosts_set(hosts).await?,
                None => engine.webhook_hosts().await?,
            };
            let text = if hosts.is_empty() { "Only public hosts are reached.".into() } else { hosts.join("\n") };
            Ok(Output::new(hosts, text).into())
        }
        C::Test { id, .. } => one(engine.webhook_test(id).await?),
        C::Delivery { id, .. } => one(engine.delivery_get(id).await?),
        C::Deliver { watch, .. } => deliver(engine, *watch).await,
        C::Deliveries { state, event, webhook, page, .. } => {
            let conditions = [("state", state), ("event", event), ("webhook", webhook)];
            let is = |(field, value): (&str, &Option<String>)| {
                value.clone().map(|value| FilterCondition {
                    field: field.into(),
                    test: FilterTest::Is,
                    values: vec![value],
                })
            };
            let query = ListQuery { conditions: conditions.into_iter().filter_map(is).collect(), ..page.query() };
            let page = engine.deliveries_page(query).await?;
            let text = deliveries(&page.rows);
            Ok(Output::new(page, text).into())
        }
        C::Replay { ids, .. } => {
            let count = engine.deliveries_replay(ids).await?;
            let text = format!("{} will be told again.", plural(count, "delivery", "deliveries"));
            Ok(Output::new(json!({ "replayed": count }), text).into())
        }
    }
}

/// One round, or rounds until the program is stopped.
async fn deliver(engine: &Engine, watch: bool) -> Answer<Done> {
    let mut sum = DeliveryRound::default();
    loop {
        let round = engine.deliver_due().await?;
        sum.attempted += round.attempted;
        sum.delivered += round.delivered;
        sum.dead += round.dead;
        let text = format!("{} sent, {} delivered, {} given up", sum.attempted, sum.delivered, sum.dead);
        if !watch {
            return Ok(Output::new(sum, text).into());
        }
        progress(&text);
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            _ = tokio::signal::ctrl_c() => {
                progress_end();
                return Ok(Output::new(sum, text).into());
            }
        }
    }
}

/// What a webhook is now, as a request.
fn changed(row: WebhookRow, url: Option<&String>, name: Option<&String>) -> WebhookRequest {
    // The address of a Slack channel is never told; without one it keeps what it has.
    let same = if row.role == "slack" { String::new() } else { row.url };
    WebhookRequest {
        name: name.cloned().unwrap_or(row.name),
        url: url.cloned().unwrap_or(same),
        role: row.role,
        events: row.events,
        blocking: row.blocking,
        timeout_ms: row.timeout_ms,
        attempts: row.attempts,
        state: row.state,
    }
}

/// A request with what the options say.
fn with(request: WebhookRequest, about: &WebhookArgs) -> Answer<WebhookRequest> {
    let timeout = about.timeout.map(|seconds| {
        let message = || Fault::new(Exit::Usage, "USAGE", format!("{seconds} seconds are too long."));
        seconds.checked_mul(1_000).ok_or_else(message)
    });
    Ok(WebhookRequest {
        events: if about.events.is_empty() { request.events } else { about.events.clone() },
        blocking: request.blocking || about.blocking,
        timeout_ms: timeout.transpose()?.unwrap_or(request.timeout_ms),
        attempts: about.attempts.unwrap_or(request.attempts),
        state: about.state.clone().unwrap_or(request.state),
        ..request
    })
}

fn table(rows: &[WebhookRow]) -> String {
    let heads = ["Id", "Name", "For", "Url", "Events", "State", ">Of last 100", ">Waiting", ">Given up", "Last error"];
    let mut table = Table::new(&heads);
    for row in rows {
        table.row(vec![
            row.id.clone(),
            row.name.clone(),
            if row.blocking { format!("{}, blocking", row.role) } else { row.role.clone() },
            row.url.clone(),
            if row.events.is_empty() { "everything".into() } else { row.events.join(", ") },
            row.state.clone(),
            row.success.map(|percent| format!("{percent} %")).unwrap_or_default(),
            row.waiting.to_string(),
            row.dead.to_string(),
            row.last_error.clone().unwrap_or_default(),
        ]);
    }
    table.or("Nobody is told anything.")
}

fn deliveries(rows: &[DeliveryRow]) -> String {
    let mut table = Table::new(&["Id", "When", "Event", "Target", ">Attempts", "State", ">Status", "Why"]);
    for row in rows {
        table.row(vec![
            row.id.clone(),
            row.created_at.clone(),
            row.event.clone(),
            row.webhook_name.clone(),
            format!("{} of {}", row.attempts, row.most),
            row.state.clone(),
            row.status.map(|status| status.to_string()).unwrap_or_default(),
            row.error.clone().unwrap_or_default(),
        ]);
    }
    table.or("Nothing was told.")
}

fn one(detail: engine::api::webhooks::DeliveryDetail) -> Answer<Done> {
    let mut text = deliveries(std::slice::from_ref(&detail.row));
    text.push('\n');
    text.push_str(&detail.body);
    for attempt in &detail.tries {
        let outcome = attempt.error.as_deref().unwrap_or("delivered");
        text.push_str(&format!("\n{}  {}  {} ms  {outcome}", attempt.number, attempt.at, attempt.duration_ms));
    }
    Ok(Output::new(detail, text).into())
}
