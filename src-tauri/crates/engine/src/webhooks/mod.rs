//! Webhooks and hooks: who is told what happens in a book.
//!
//! What happened stands in the history, written in the same database transaction; [`deliver`] takes it from there. A hook
//! before a posting is asked directly: see [`before`].

mod before;
mod deliver;
mod letter;

use std::sync::{Arc, PoisonError, RwLock};

use identity::KeyRing;
use identity::token::{self, NONCE_BYTES, Place};
use serde_json::json;
use store::Unit;
use store::kept::{self, RecordKind};
use store::rows::{role_of, role_word, webhook_state_of, webhook_state_word};
use store::system::Event;
use store::webhooks::{Role, WebhookFigures, WebhookRecord, WebhookState};
use zeroize::Zeroizing;

pub(crate) use before::{HOOK_SILENT, Patience};
pub use letter::{Courier, CourierError, Letter, NoCourier, Reply};

use crate::api::page::FieldError;
use crate::api::webhooks::{WebhookMade, WebhookRequest, WebhookRow};
use crate::clock::new_id;
use crate::kept::Sealing;
use crate::people::keys;
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, words};

/// The event of the end of a webhook.
const DELETED: &str = "webhook.deleted";
/// Setting with the hosts that may be reached although they are not public.
pub(crate) const HOSTS: &str = "webhook_hosts";
/// Names of the fields of tokens.
const SECRET: &str = "webhook_secret";
const CHANNEL: &str = "slack_url";

const MAX_TEXT: usize = 200;
const MAX_URL: usize = 2_000;
/// Most webhooks of a book.
const MOST: usize = 50;
/// Milliseconds.
const TIMEOUT: std::ops::RangeInclusive<u32> = 100..=60_000;
const DEFAULT_TIMEOUT: u32 = 30_000;
const ATTEMPTS: std::ops::RangeInclusive<u32> = 1..=25;
const DEFAULT_ATTEMPTS: u32 = 12;

/// Events that somebody can be told of, by the names that are sent.
const EVENTS: &[&str] = &[
    "transaction.applied",
    "transaction.inflight",
    "transaction.void",
    "transaction.queued",
    "transaction.scheduled",
    "transaction.rejected",
    "balance.created",
    "balance.monitor",
    "balance.changed",
    "ledger.created",
    "ledger.renamed",
    "identity.created",
    "identity.changed",
    "identity.deleted",
    "identity.revealed",
    "statement.imported",
    "statement.signed",
    "statement.reopened",
    "period.closed",
    "period.reopened",
    letter::SYSTEM_ERROR,
];

/// Names of events that somebody can be told of.
pub fn webhook_events() -> Vec<String> {
    EVENTS.iter().map(|name| (*name).to_owned()).collect()
}

/// What of the book's webhooks every posting asks for.
#[derive(Default)]
pub(crate) struct Hooks(RwLock<Option<Arc<Vec<WebhookRecord>>>>);

impl Hooks {
    fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The host of an address, in lower case.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// An address as lists show one that is a secret.
fn shown(url: &str) -> String {
    let scheme = url.split_once("://").map_or("https", |(scheme, _)| scheme);
    format!("{scheme}://{}/…", host(url).unwrap_or_default())
}

fn sealed(ring: &KeyRing, id: &str, field: &str, text: &str) -> EngineResult<String> {
    let nonce = keys::random::<NONCE_BYTES>()?;
    token::seal(ring, Place { owner: id, field }, nonce, text).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(why: &str) -> EngineError {
    let message = format!("The secret of this webhook cannot be opened: {why}. Give it a new one.");
    EngineError::Conflict { code: "WEBHOOK_SECRET", message }
}

/// The field under which the secret of a webhook is sealed.
fn secret_field(role: Role) -> &'static str {
    if role == Role::Slack { CHANNEL } else { SECRET }
}

/// The secret of a webhook.
fn opened(ring: &KeyRing, record: &WebhookRecord) -> EngineResult<Option<Zeroizing<String>>> {
    let Some(sealed) = &record.secret else { return Ok(None) };
    let place = Place { owner: &record.id, field: secret_field(record.role) };
    token::open(ring, place, sealed).map(Some).map_err(|error| unreadable(&error.to_string()))
}

/// A secret that nobody has yet.
fn fresh_secret() -> EngineResult<Zeroizing<String>> {
    let bytes = Zeroizing::new(keys::random::<32>()?);
    Ok(Zeroizing::new(format!("whsec_{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())))
}

fn told(stamp: &Stamp, kind: &str, record: &WebhookRecord) -> Event {
    let payload = json!({
        "name": record.name, "url": record.url, "role": role_word(record.role), "events": record.events,
        "blocking": record.blocking, "timeout_ms": record.timeout_ms, "attempts": record.attempts,
        "state": webhook_state_word(record.state),
    });
    let left = (kind != DELETED).then(|| kept::webhook(record));
    Sealing::of(RecordKind::Webhook, &record.id, left.as_ref()).on(Event {
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: kind.into(),
        object_id: record.id.clone(),
        payload,
    })
}

fn row(record: &WebhookRecord, figures: Option<&WebhookFigures>) -> WebhookRow {
    let figures = figures.cloned().unwrap_or_default();
    let (all, delivered) = figures.lately;
    WebhookRow {
        id: record.id.clone(),
        name: record.name.clone(),
        url: record.url.clone(),
        role: role_word(record.role).to_owned(),
        events: record.events.clone(),
        blocking: record.blocking,
        timeout_ms: record.timeout_ms,
        attempts: record.attempts,
        state: webhook_state_word(record.state).to_owned(),
        signed: record.secret.is_some() && record.role != Role::Slack,
        created_at: record.created_at.to_string(),
        waiting: figures.waiting,
        dead: figures.dead,
        success: (delivered * 100).checked_div(all).and_then(|percent| u32::try_from(percent).ok()),
        last_success_at: figures.last_success_at.map(|at| at.to_string()),
        last_error: figures.last_error,
    }
}

/// What is wrong with a number that may be left out as 0.
fn number(given: u32, default: u32, range: &std::ops::RangeInclusive<u32>) -> Result<u32, String> {
    match given {
        0 => Ok(default),
        given if range.contains(&given) => Ok(given),
        given => Err(format!("{given} is not between {} and {}.", range.start(), range.end())),
    }
}

impl Engine {
    /// The same engine with somebody who delivers.
    #[must_use]
    pub fn with_courier(mut self, courier: Arc<dyn Courier>) -> Self {
        self.courier = courier;
        self
    }

    /// Hosts that may be reached although they are not public, and without TLS.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn webhook_hosts(&self) -> EngineResult<Vec<String>> {
        let list = self.store.setting(HOSTS).await?.map(serde_json::from_value).transpose();
        Ok(list.map_err(|error| store::StoreError::damaged("setting", error))?.unwrap_or_default())
    }

    /// Says which hosts may be reached although they are not public.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for what is no name of a host.
    pub async fn webhook_hosts_set(&self, hosts: &[String]) -> EngineResult<Vec<String>> {
        let mut clean: Vec<String> = Vec::new();
        for host in hosts.iter().map(|host| host.trim().to_lowercase()).filter(|host| !host.is_empty()) {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_');
            if host.len() > MAX_TEXT || !host.chars().all(plain) {
                let message =
                    format!("“{}” is not the name of a host, such as erp.example.local.", words::plain(&host));
                return Err(EngineError::invalid("hosts", message));
            }
            if !clean.contains(&host) {
                clean.push(host);
            }
        }
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let sealing = Sealing::default().setting(unit.as_mut(), HOSTS, &json!(clean)).await?;
        let payload = json!({ "hosts": clean, "name": clean.join(", ") });
        let (kind, object_id) = ("webhook.hosts_allowed".to_owned(), HOSTS.to_owned());
        let event = Event { at: stamp.at, actor: stamp.actor, kind, object_id, payload };
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Webhooks]);
        Ok(clean)
    }

    /// All webhooks and hooks, the oldest first.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn webhooks_list(&self) -> EngineResult<Vec<WebhookRow>> {
        let figures = self.store.webhook_figures().await?;
        let of = |record: &WebhookRecord| figures.iter().find(|one| one.id == record.id).cloned();
        Ok(self.store.webhooks().await?.iter().map(|record| row(record, of(record).as_ref())).collect())
    }

    async fn webhook_row(&self, id: &str) -> EngineResult<WebhookRow> {
        let all = self.webhooks_list().await?;
        all.into_iter().find(|row| row.id == id).ok_or_else(|| EngineError::not_found("webhook", id))
    }

    /// A record of a request; the secret and the mark are the caller's.
    async fn checked_webhook(
        &self,
        request: &WebhookRequest,
        before: Option<&WebhookRecord>,
    ) -> EngineResult<WebhookRecord> {
        let mut fields = Vec::new();
        let mut wrong = |field: &str, message: String| fields.push(FieldError { field: field.into(), message });
        let name = words::plain(request.name.trim());
        if name.is_empty() || name.chars().count() > MAX_TEXT {
            wrong("name", format!("Name it, with at most {MAX_TEXT} characters."));
        }
        let role = match (role_of(request.role.trim()), before) {
            (Some(role), Some(before)) if role != before.role => {
                wrong("role", "What it is for stays as it is. Make another one.".into());
                role
            }
            (Some(role), _) => role,
            (None, _) => {
                wrong("role", "It is a webhook, a hook before or after a posting, or a Slack channel.".into());
                Role::Webhook
            }
        };
        let url = request.url.trim();
        let keeps_channel = role == Role::Slack && url.is_empty() && before.is_some();
        if !keeps_channel && let Some(message) = wrong_url(url, &self.webhook_hosts().await?) {
            wrong("url", message);
        }
        let unknown: Vec<&str> =
            request.events.iter().map(String::as_str).filter(|event| !EVENTS.contains(event)).collect();
        if !unknown.is_empty() {
            wrong("events", format!("There is no event called {}.", words::plain(&unknown.join(", "))));
        }
        let timeout_ms = number(request.timeout_ms, DEFAULT_TIMEOUT, &TIMEOUT).unwrap_or_else(|message| {
            wrong("timeout_ms", message);
            DEFAULT_TIMEOUT
        });
        let attempts = number(request.attempts, DEFAULT_ATTEMPTS, &ATTEMPTS).unwrap_or_else(|message| {
            wrong("attempts", message);
            DEFAULT_ATTEMPTS
        });
        let word = if request.state.trim().is_empty() { "on" } else { request.state.trim() };
        let state = webhook_state_of(word).unwrap_or_else(|| {
            wrong("state", "It is on, paused or off.".into());
            WebhookState::On
        });
        if !fields.is_empty() {
            return Err(EngineError::Invalid { fields });
        }
        let mut events = request.events.clone();
        events.sort_unstable();
        events.dedup();
        Ok(WebhookRecord {
            id: before.map_or_else(|| new_id("whk"), |before| before.id.clone()),
            name,
            url: match before {
                Some(before) if keeps_channel => before.url.clone(),
                _ if role == Role::Slack => shown(url),
                _ => url.to_owned(),
            },
            role,
            events: if role == Role::Webhook { events } else { Vec::new() },
            blocking: request.blocking && role == Role::Before,
            timeout_ms,
            attempts,
            state,
            secret: before.and_then(|before| before.secret.clone()),
            seen_key: 0,
            created_at: before.map_or_else(|| self.clock.now(), |before| before.created_at),
        })
    }

    /// Somebody else who is told. From now on: what happened before is not told. The secret that signs is in the answer
    /// and nowhere else.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming every wrong field; [`EngineError::Conflict`] when there is no place for the secret.
    pub async fn webhook_create(&self, request: WebhookRequest) -> EngineResult<WebhookMade> {
        let mut record = self.checked_webhook(&request, None).await?;
        if self.store.webhooks().await?.len() >= MOST {
            return Err(EngineError::invalid("name", format!("A book has at most {MOST} webhooks.")));
        }
        let ring = self.key_ring(true).await?;
        let (field, secret) = match record.role {
            Role::Slack => (CHANNEL, Zeroizing::new(request.url.trim().to_owned())),
            _ => (SECRET, fresh_secret()?),
        };
        record.secret = Some(sealed(&ring, &record.id, field, &secret)?);
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        keys::note(unit.as_mut(), &stamp, &ring).await?;
        unit.record_event(&told(&stamp, "webhook.created", &record)).await?;
        unit.insert_webhook(&record).await?;
        unit.commit().await?;
        self.webhooks_changed();
        let secret = (record.role != Role::Slack).then(|| secret.to_string());
        Ok(WebhookMade { row: self.webhook_row(&record.id).await?, secret })
    }

    /// Changes a webhook. One that was off and is not any more is told of what happens from now on.
    ///
    /// # Errors
    /// As [`Self::webhook_create`]; [`EngineError::NotFound`].
    pub async fn webhook_update(&self, id: &str, request: WebhookRequest) -> EngineResult<WebhookRow> {
        let before = self.store.webhook(id).await?.ok_or_else(|| EngineError::not_found("webhook", id))?;
        let mut record = self.checked_webhook(&request, Some(&before)).await?;
        if record.role == Role::Slack && !request.url.trim().is_empty() {
            let ring = self.key_ring(true).await?;
            record.secret = Some(sealed(&ring, id, CHANNEL, request.url.trim())?);
        }
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let now = unit.load_webhook(id).await?.ok_or_else(|| EngineError::not_found("webhook", id))?;
        if now.secret != before.secret && record.secret == before.secret {
            // It was renewed since it was read.
            record.secret = now.secret.clone();
        }
        unit.record_event(&told(&stamp, "webhook.changed", &record)).await?;
        unit.save_webhook(&record).await?;
        if now.state == WebhookState::Off && record.state != WebhookState::Off {
            unit.mark_seen(id, None).await?;
        }
        unit.commit().await?;
        self.webhooks_changed();
        self.webhook_row(id).await
    }

    /// Deletes a webhook with its deliveries.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn webhook_delete(&self, id: &str) -> EngineResult<()> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let record = unit.load_webhook(id).await?.ok_or_else(|| EngineError::not_found("webhook", id))?;
        unit.record_event(&told(&stamp, DELETED, &record)).await?;
        unit.delete_webhook(id).await?;
        unit.commit().await?;
        self.webhooks_changed();
        Ok(())
    }

    /// Gives a webhook another secret, which is shown this once; the one before signs nothing any more.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Conflict`] without a key, or for a Slack channel.
    pub async fn webhook_secret_renew(&self, id: &str) -> EngineResult<String> {
        let ring = self.key_ring(true).await?;
        let secret = fresh_secret()?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let mut record = unit.load_webhook(id).await?.ok_or_else(|| EngineError::not_found("webhook", id))?;
        if record.role == Role::Slack {
            let message = "A Slack channel has no secret but its address.".to_owned();
            return Err(EngineError::Conflict { code: "WEBHOOK_SECRET", message });
        }
        record.secret = Some(sealed(&ring, id, SECRET, &secret)?);
        keys::note(unit.as_mut(), &stamp, &ring).await?;
        unit.record_event(&told(&stamp, "webhook.secret_renewed", &record)).await?;
        unit.save_webhook(&record).await?;
        unit.commit().await?;
        self.webhooks_changed();
        Ok(secret.to_string())
    }

    fn webhooks_changed(&self) {
        self.hooks.forget();
        self.changed(&[Topic::Webhooks]);
    }

    /// The webhooks of the book as they were read last; every posting asks for them.
    async fn hooks_known(&self) -> EngineResult<Arc<Vec<WebhookRecord>>> {
        let known = self.hooks.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let read = Arc::new(self.store.webhooks().await?);
        *self.hooks.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read));
        Ok(read)
    }
}

/// Seals the secrets of webhooks with the key that seals now, and answers with what that left of them.
pub(crate) async fn reseal(unit: &mut dyn Unit, ring: &KeyRing, records: Vec<WebhookRecord>) -> EngineResult<Sealing> {
    let mut sealing = Sealing::default();
    for known in records {
        // Deleted or changed since the list was read.
        let Some(mut record) = unit.load_webhook(&known.id).await? else { continue };
        if record.secret.as_deref().and_then(token::key_id) == Some(ring.current().id().as_str()) {
            continue;
        }
        if let Some(secret) = opened(ring, &record)? {
            record.secret = Some(sealed(ring, &record.id, secret_field(record.role), &secret)?);
            unit.save_webhook(&record).await?;
            sealing = sealing.and(RecordKind::Webhook, &record.id, Some(&kept::webhook(&record)));
        }
    }
    Ok(sealing)
}

/// Why nothing may be sent to an address.
fn wrong_url(url: &str, allowed: &[String]) -> Option<String> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Some("Give an address such as https://example.com/hooks.".into());
    };
    let Some(host) = host(url) else { return Some("The address has no host.".into()) };
    if url.len() > MAX_URL || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Some(format!("An address has at most {MAX_URL} characters and no blanks."));
    }
    if rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@')) {
        return Some("Leave name and password out of the address: what is sent is signed.".into());
    }
    match scheme {
        "https" => None,
        "http" if allowed.contains(&host) => None,
        "http" => Some(format!("{host} is reached without TLS only if it is among the allowed hosts.")),
        _ => Some("The address begins with https://.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_found_in_any_form() {
        for (url, expected) in [
            ("https://Example.com/a?b#c", "example.com"),
            ("https://example.com:8443", "example.com"),
            ("http://[::1]:80/x", "::1"),
            ("https://10.0.0.1?x", "10.0.0.1"),
        ] {
            assert_eq!(host(url).as_deref(), Some(expected), "{url}");
        }
        assert_eq!((host("https:///x"), host("example.com")), (None, None));
        assert_eq!(shown("https://hooks.slack.com/services/T0/B0/secret"), "https://hooks.slack.com/…");
    }

    #[test]
    fn an_address_is_https_without_a_password_or_allowed_by_name() {
        let allowed = ["localhost".to_owned()];
        for right in ["https://example.com/hooks", "http://localhost:9/x", "https://localhost/"] {
            assert_eq!(wrong_url(right, &allowed), None, "{right}");
        }
        for wrong in [
            "",
            "example.com",
            "ftp://example.com",
            "http://example.com",
            "https://me:pw@example.com/",
            "https:///x",
            "https://example.com/a b",
            "file:///etc/passwd",
            "http://localhost.example.com/",
        ] {
            assert!(wrong_url(wrong, &allowed).is_some(), "{wrong}");
        }
    }
}
