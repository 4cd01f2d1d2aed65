//! What is sent, and how a receiver knows who sent it.
//!
//! The body is `{"id", "event", "kind", "created_at", "actor", "object_id", "data"}`. It is signed as Blnk signs:
//! `X-Tieout-Signature` is the hexadecimal HMAC-SHA-256 (RFC 2104) of timestamp, a full stop and the body under the secret
//! of the webhook, `X-Tieout-Timestamp` the Unix time in seconds. `X-Tieout-Event-Id` is the same in every attempt, so that
//! a receiver can tell what it has already.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::system::Event;
use store::webhooks::{DeliveryRecord, Role, Told, WebhookRecord};

/// Tells an error of the program.
pub(super) const SYSTEM_ERROR: &str = "system.error";

/// A letter on its way.
#[derive(Clone)]
pub struct Letter {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// How long the answer may take, from connecting to its last byte.
    pub timeout: Duration,
    /// A person allowed the host by its name: it need not be public, and TLS is not asked for.
    pub host_is_allowed: bool,
}

impl std::fmt::Debug for Letter {
    /// Addresses and bodies stay out of logs.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Letter").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// The beginning.
    pub body: String,
}

/// Why nothing was answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    #[error("The host is at {0}, which is not a public address. Allow the host by its name if it is meant.")]
    Private(String),
    #[error("No answer came in time.")]
    TimedOut,
    #[error("It could not be reached: {0}.")]
    Failed(String),
}

/// Delivers letters.
#[async_trait::async_trait]
pub trait Courier: Send + Sync + 'static {
    /// # Errors
    /// [`CourierError`]; whether the other side saw the letter is not known then.
    async fn deliver(&self, letter: Letter) -> Result<Reply, CourierError>;
}

/// Delivers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCourier;

#[async_trait::async_trait]
impl Courier for NoCourier {
    async fn deliver(&self, _: Letter) -> Result<Reply, CourierError> {
        Err(CourierError::Failed("this program was started without a way out".into()))
    }
}

/// The name under which an event of the history is told: as in Blnk where it has one.
pub fn event_name(kind: &str) -> &str {
    match kind {
        "transaction.posted" | "hold.committed" => "transaction.applied",
        "hold.placed" => "transaction.inflight",
        "hold.voided" | "hold.expired" => "transaction.void",
        "posting.queued" => "transaction.queued",
        "posting.scheduled" | "posting.rescheduled" => "transaction.scheduled",
        "posting.rejected" | "posting.cancelled" => "transaction.rejected",
        "monitor.fired" => "balance.monitor",
        other => other,
    }
}

/// Whether a webhook is told of an event.
/// A monitor's own webhook is told alone, as long as it is among `on`, those that are told anything.
pub(super) fn wants(webhook: &WebhookRecord, on: &[&WebhookRecord], event: &Event) -> bool {
    let WebhookRecord { role, events, id, .. } = webhook;
    let name = event_name(&event.kind);
    if name == crate::history::TAKEN_UP {
        // Nothing happened.
        return false;
    }
    match *role {
        Role::After => matches!(name, "transaction.applied" | "transaction.inflight" | "transaction.void"),
        Role::Webhook => {
            // A monitor may have a webhook of its own.
            let own = event.payload["webhook"].as_str().filter(|own| on.iter().any(|known| known.id == *own));
            match own {
                Some(own) => own == id,
                None => events.is_empty() || events.iter().any(|wanted| wanted == name),
            }
        }
        Role::Before | Role::Slack => false,
    }
}

/// The id that a receiver tells events apart by.
pub(super) fn event_id(delivery: &DeliveryRecord) -> String {
    match &delivery.told {
        Told::Event { sequence, event, .. } => {
            // Of what happened, not of its number alone: two books, or a book and its restored backup, count alike.
            let told = json!([sequence, event.at.as_microsecond(), event.kind, event.object_id, event.payload]);
            let hash = Sha256::digest(told.to_string());
            let short: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            format!("evt_{short}")
        }
        Told::Own(_) => delivery.id.clone(),
    }
}

/// The body of a delivery, letter by letter the same in every attempt.
pub(super) fn body(delivery: &DeliveryRecord) -> String {
    match &delivery.told {
        Told::Own(content) => content.to_string(),
        Told::Event { event, .. } => {
            let mut data = event.payload.clone();
            if let Some(members) = data.as_object_mut() {
                // It seals, and tells nobody anything.
                members.remove(crate::kept::MEMBER);
            }
            if event.kind == "monitor.fired" {
                data["triggered_at"] = json!(event.at.to_string());
            }
            envelope(&event_id(delivery), &delivery.event, event, data).to_string()
        }
    }
}

fn envelope(id: &str, name: &str, event: &Event, data: Value) -> Value {
    json!({
        "id": id, "event": name, "kind": event.kind, "created_at": event.at.to_string(), "actor": event.actor,
        "object_id": event.object_id, "data": data,
    })
}

/// Headers of a delivery but the signature.
pub(super) fn headers(delivery: &DeliveryRecord, role: Role) -> Vec<(String, String)> {
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    if role == Role::Slack {
        return headers;
    }
    for (name, value) in [
        ("X-Tieout-Event", delivery.event.clone()),
        ("X-Tieout-Event-Id", event_id(delivery)),
        ("X-Tieout-Delivery-Id", delivery.id.clone()),
        ("X-Tieout-Attempt", (delivery.attempts + 1).to_string()),
        ("X-Tieout-Webhook-Id", delivery.webhook_id.clone()),
    ] {
        headers.push((name.to_owned(), value));
    }
    headers
}

/// The two headers that sign a body.
pub(super) fn signature(secret: &str, at: Timestamp, body: &str) -> [(String, String); 2] {
    let stamp = at.as_second().to_string();
    [
        ("X-Tieout-Timestamp".to_owned(), stamp.clone()),
        ("X-Tieout-Signature".to_owned(), mac(secret.as_bytes(), format!("{stamp}.{body}").as_bytes())),
    ]
}

fn mac(key: &[u8], message: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes any key") };
    mac.update(message);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why an answer does not count as delivered. A hook may also say so in its body.
pub(super) fn refusal(role: Role, reply: &Reply) -> Option<String> {
    if !(200..300).contains(&reply.status) {
        return Some(format!("It answered with status {}.", reply.status));
    }
    if matches!(role, Role::Before | Role::After)
        && let Ok(answer) = serde_json::from_str::<Value>(&reply.body)
        && answer["success"] == Value::Bool(false)
    {
        let why = answer["message"].as_str().or_else(|| answer["error"].as_str()).unwrap_or("no reason was given");
        return Some(format!("It said no: {}", crate::words::plain(why).chars().take(300).collect::<String>()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        // Test case 2.
        assert_eq!(
            mac(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_hook_may_say_no_in_words_and_any_2xx_is_yes() {
        let reply = |status, body: &str| Reply { status, body: body.into() };
        assert_eq!(refusal(Role::Before, &reply(204, "")), None);
        assert_eq!(refusal(Role::Before, &reply(200, "{}")), None);
        let no = refusal(Role::Before, &reply(200, r#"{"success":false,"message":"over the limit"}"#));
        assert_eq!(no.as_deref(), Some("It said no: over the limit"));
        assert_eq!(refusal(Role::Webhook, &reply(200, r#"{"success":false}"#)), None);
        assert_eq!(refusal(Role::Webhook, &reply(302, "")).as_deref(), Some("It answered with status 302."));
    }
}
