//! Webhooks and deliveries.

use super::value::{At, time};
use super::{Fields, word_of, words_of};
use crate::webhooks::{
    AttemptRecord, DeliveryRecord, DeliveryState, Role, Told, WebhookFigures, WebhookRecord, WebhookState,
};
use crate::{StoreError, StoreResult};

const ROLES: &[(Role, &str)] =
    &[(Role::Webhook, "webhook"), (Role::Before, "before"), (Role::After, "after"), (Role::Slack, "slack")];
const STATES: &[(WebhookState, &str)] =
    &[(WebhookState::On, "on"), (WebhookState::Paused, "paused"), (WebhookState::Off, "off")];
const DELIVERIES: &[(DeliveryState, &str)] =
    &[(DeliveryState::Waiting, "waiting"), (DeliveryState::Delivered, "delivered"), (DeliveryState::Dead, "dead")];

/// The stored word of a role.
pub fn role_word(role: Role) -> &'static str {
    word_of(ROLES, role)
}

/// The role of a word.
pub fn role_of(word: &str) -> Option<Role> {
    words_of(ROLES, word)
}

/// The stored word of a webhook's state.
pub fn webhook_state_word(state: WebhookState) -> &'static str {
    word_of(STATES, state)
}

/// The state of a word.
pub fn webhook_state_of(word: &str) -> Option<WebhookState> {
    words_of(STATES, word)
}

/// The stored word of a delivery's state.
pub fn delivery_state_word(state: DeliveryState) -> &'static str {
    word_of(DELIVERIES, state)
}

fn known<T>(place: &'static str, found: Option<T>, word: &str) -> StoreResult<T> {
    found.ok_or_else(|| StoreError::damaged(place, word))
}

fn opt_small<N: TryFrom<i64>>(row: &impl Fields, name: &str) -> StoreResult<Option<N>>
where
    N::Error: std::fmt::Display,
{
    row.int(name)?
        .map(|number| N::try_from(number).map_err(|error| StoreError::damaged("delivery", error.to_string())))
        .transpose()
}

/// A webhook.
pub fn webhook(row: &impl Fields) -> StoreResult<WebhookRecord> {
    let at = At { place: "webhook", row };
    let (role, state) = (row.word("role")?, row.word("state")?);
    let events = serde_json::from_value(at.json("events")?).map_err(|error| StoreError::damaged("webhook", error))?;
    Ok(WebhookRecord {
        id: row.word("id")?,
        name: row.word("name")?,
        url: row.word("url")?,
        role: known("webhook", role_of(&role), &role)?,
        events,
        blocking: row.flag("blocking")?,
        timeout_ms: row.small("timeout_ms")?,
        attempts: row.small("attempts")?,
        state: known("webhook", webhook_state_of(&state), &state)?,
        secret: row.text("secret")?,
        seen_key: row.key("seen_key")?,
        created_at: at.time("created_at")?,
    })
}

/// How the deliveries of a webhook went.
pub fn webhook_figures(row: &impl Fields) -> StoreResult<WebhookFigures> {
    let at = At { place: "webhook", row };
    Ok(WebhookFigures {
        id: row.word("id")?,
        waiting: row.count("waiting")?,
        dead: row.count("dead")?,
        lately: (row.count("lately")?, row.count("lately_delivered")?),
        last_success_at: at.opt_time("last_success_at")?,
        last_error: row.text("last_error")?,
    })
}

/// A delivery with its webhook's name, and its event where it tells one: `event_at`, `event_actor`, `event_kind`,
/// `event_object`, `event_payload`, `sequence`.
pub fn delivery(row: &impl Fields) -> StoreResult<DeliveryRecord> {
    let at = At { place: "delivery", row };
    let told = match row.int("event_key")? {
        Some(key) => Told::Event {
            key,
            sequence: row.count("sequence")?,
            event: Box::new(crate::system::Event {
                at: time("event", row.key("event_at")?)?,
                actor: row.word("event_actor")?,
                kind: row.word("event_kind")?,
                object_id: row.word("event_object")?,
                payload: at.json("event_payload")?,
            }),
        },
        None => Told::Own(at.json("body")?),
    };
    let state = row.word("state")?;
    Ok(DeliveryRecord {
        id: row.word("id")?,
        webhook_id: row.word("webhook_id")?,
        webhook_name: row.word("webhook_name")?,
        event: row.word("event")?,
        object_id: row.word("object_id")?,
        told,
        state: known("delivery", words_of(DELIVERIES, &state), &state)?,
        attempts: row.small("attempts")?,
        most: row.small("most")?,
        next_at: at.time("next_at")?,
        created_at: at.time("created_at")?,
        finished_at: at.opt_time("finished_at")?,
        status: opt_small(row, "status")?,
        error: row.text("error")?,
        duration_ms: opt_small(row, "duration_ms")?,
    })
}

/// An attempt to deliver.
pub fn attempt(row: &impl Fields) -> StoreResult<AttemptRecord> {
    let at = At { place: "delivery", row };
    Ok(AttemptRecord {
        number: row.small("number")?,
        at: at.time("at")?,
        duration_ms: row.small("duration_ms")?,
        status: opt_small(row, "status")?,
        error: row.text("error")?,
        response: row.word("response")?,
    })
}
