//! Taking in what happened, and telling it: each event at least once to everybody who wants it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use identity::KeyRing;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::StoreError;
use store::filters::DELIVERIES;
use store::rows::{delivery_state_word, webhook_state_word};
use store::webhooks::{
    AttemptOutcome, AttemptRecord, DeliveryRecord, DeliveryState, NewDelivery, Role, WebhookRecord, WebhookState,
};
use tokio::task::JoinSet;

use super::letter::{self, Courier, Letter, SYSTEM_ERROR};
use super::{host, opened};
use crate::api::page::{ListPage, ListQuery};
use crate::api::webhooks::{AttemptRow, DeliveryDetail, DeliveryRound, DeliveryRow};
use crate::clock::new_id;
use crate::filters::checked;
use crate::{Engine, EngineError, EngineResult, Notice, Topic};

/// Events that are looked at, and deliveries that are told again, at once.
const AT_ONCE: u32 = 500;
/// Deliveries of each webhook that are read at once: between them it is looked what happened meanwhile.
const AT_ONCE_EACH: u32 = 100;
/// Letters without an answer after which a webhook gets no more in one round.
const SILENCES: u32 = 3;
/// Letters on their way at the same time, and how many of them to the same webhook: one that does not answer holds up
/// nobody but itself.
const TOGETHER: usize = 16;
const EACH: usize = 4;
/// First wait after a failure; each further one is three times as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);
/// How long finished deliveries are kept.
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Why a delivery has no letter.
fn failed_attempt(error: String) -> (Option<u16>, Option<String>, String) {
    (None, Some(error), String::new())
}

/// How long to wait after so many attempts: up to a fifth more or less, by the delivery, so that what failed together is
/// not tried together.
fn wait(delivery_id: &str, attempts: u32) -> Duration {
    let longer = 3_u32.saturating_pow(attempts.saturating_sub(1).min(12));
    let plain = FIRST_WAIT.saturating_mul(longer).min(LONGEST_WAIT);
    let digest = Sha256::digest(format!("{delivery_id}/{attempts}"));
    let spread = u32::from(digest[0]) * 40 / 255;
    plain * (80 + spread) / 100
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// How often each webhook did not answer in one round.
#[derive(Default)]
struct Silent(HashMap<String, u32>);

impl Silent {
    fn heard(&mut self, webhook_id: &str, answered: bool) {
        if !answered {
            *self.0.entry(webhook_id.to_owned()).or_default() += 1;
        }
    }

    fn is_over(&self, webhook_id: &str) -> bool {
        self.0.get(webhook_id).is_some_and(|times| *times >= SILENCES)
    }

    /// Those that get no more letters.
    fn over(&self) -> Vec<String> {
        self.0.keys().filter(|id| self.is_over(id)).cloned().collect()
    }
}

/// Sends one letter, or says why there is none.
async fn send(
    courier: Arc<dyn Courier>,
    role: Role,
    delivery: DeliveryRecord,
    letter: Result<Letter, String>,
    at: Timestamp,
) -> (DeliveryRecord, AttemptOutcome) {
    let begun = Instant::now();
    let (status, error, response) = match letter {
        Err(why) => failed_attempt(why),
        Ok(letter) => match courier.deliver(letter).await {
            Err(error) => failed_attempt(error.to_string()),
            Ok(reply) => (Some(reply.status), letter::refusal(role, &reply), crate::words::plain(&reply.body)),
        },
    };
    let duration_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    let number = delivery.attempts + 1;
    let state = match error {
        None => DeliveryState::Delivered,
        Some(_) if number >= delivery.most => DeliveryState::Dead,
        Some(_) => DeliveryState::Waiting,
    };
    let attempt = AttemptRecord { number, at, duration_ms, status, error, response };
    let next_at = after(at, wait(&delivery.id, number));
    let outcome = AttemptOutcome { delivery_id: delivery.id.clone(), attempt, state, next_at };
    (delivery, outcome)
}

fn row(delivery: &DeliveryRecord) -> DeliveryRow {
    DeliveryRow {
        id: delivery.id.clone(),
        webhook_id: delivery.webhook_id.clone(),
        webhook_name: delivery.webhook_name.clone(),
        event: delivery.event.clone(),
        event_id: letter::event_id(delivery),
        object_id: delivery.object_id.clone(),
        state: delivery_state_word(delivery.state).to_owned(),
        attempts: delivery.attempts,
        most: delivery.most,
        next_at: (delivery.state == DeliveryState::Waiting).then(|| delivery.next_at.to_string()),
        created_at: delivery.created_at.to_string(),
        finished_at: delivery.finished_at.map(|at| at.to_string()),
        status: delivery.status,
        error: delivery.error.clone(),
        duration_ms: delivery.duration_ms,
    }
}

impl Engine {
    /// Tells everybody what happened since, and tries again what is due. Whoever is told already is not told again, unless
    /// the program ended between telling and noting it. While one round goes on another does nothing.
    ///
    /// # Errors
    /// [`EngineError::Store`]; what was told and could not be noted is told again.
    pub async fn deliver_due(&self) -> EngineResult<DeliveryRound> {
        let mut round = DeliveryRound::default();
        let Ok(_alone) = self.delivering.try_lock() else { return Ok(round) };
        if self.store.read_only().is_some() {
            return Ok(round);
        }
        let mut silent = Silent::default();
        loop {
            self.take_in().await?;
            let due = self.store.deliveries_due(self.clock.now(), AT_ONCE_EACH, &silent.over()).await?;
            if due.is_empty() {
                break;
            }
            self.send_all(due, &mut silent, &mut round).await?;
        }
        if round.attempted > 0 {
            self.changed(&[Topic::Webhooks]);
        }
        Ok(round)
    }

    /// Makes deliveries of the events that nobody looked at yet. One transaction makes them and moves the marks.
    async fn take_in(&self) -> EngineResult<()> {
        let all = self.store.webhooks().await?;
        let on: Vec<&WebhookRecord> = all.iter().filter(|webhook| webhook.state == WebhookState::On).collect();
        for webhook in &on {
            let mut seen = webhook.seen_key;
            loop {
                let events = self.store.events_after(seen, AT_ONCE).await?;
                let Some((last, _)) = events.last() else { break };
                seen = *last;
                let now = self.clock.now();
                let wanted =
                    events.iter().filter(|(_, event)| letter::wants(webhook, &on, event)).map(|(key, event)| {
                        new_delivery(webhook, letter::event_name(&event.kind), &event.object_id, Ok(*key), now)
                    });
                let wanted: Vec<NewDelivery> = wanted.collect();
                let mut unit = self.store.begin().await?;
                unit.insert_deliveries(&wanted).await?;
                unit.mark_seen(&webhook.id, Some(seen)).await?;
                unit.commit().await?;
            }
        }
        Ok(())
    }

    /// Sends letters, some at the same time, and notes what became of each as soon as it is known.
    async fn send_all(
        &self,
        due: Vec<DeliveryRecord>,
        silent: &mut Silent,
        round: &mut DeliveryRound,
    ) -> EngineResult<()> {
        // The keyring is another program: it is asked once for all letters. Without keys each attempt says why.
        let ring = self.key_ring(false).await.map_err(|error| error.sentence());
        let mut waiting = VecDeque::from(due);
        let mut busy: HashMap<String, usize> = HashMap::new();
        let mut on_their_way = JoinSet::new();
        loop {
            let (webhooks, allowed) = (self.store.webhooks().await?, self.webhook_hosts().await?);
            let free = |busy: &HashMap<String, usize>, delivery: &DeliveryRecord| {
                busy.get(&delivery.webhook_id).is_none_or(|count| *count < EACH)
            };
            while on_their_way.len() < TOGETHER
                && let Some(at) = waiting.iter().position(|delivery| free(&busy, delivery))
                && let Some(delivery) = waiting.remove(at)
            {
                // Deleted meanwhile: its deliveries are gone too.
                let Some(webhook) = webhooks.iter().find(|webhook| webhook.id == delivery.webhook_id) else { continue };
                let letter = letter_of(webhook, &delivery, self.clock.now(), &ring, &allowed);
                *busy.entry(webhook.id.clone()).or_default() += 1;
                let courier = Arc::clone(&self.courier);
                on_their_way.spawn(send(courier, webhook.role, delivery, letter, self.clock.now()));
            }
            let Some(first) = on_their_way.join_next().await else { return Ok(()) };
            let mut done = vec![first.map_err(|error| StoreError::Database(Box::new(error)))?];
            while let Some(next) = on_their_way.try_join_next() {
                done.push(next.map_err(|error| StoreError::Database(Box::new(error)))?);
            }
            for (delivery, outcome) in &done {
                busy.entry(delivery.webhook_id.clone()).and_modify(|count| *count -= 1);
                silent.heard(&delivery.webhook_id, outcome.attempt.status.is_some());
            }
            // The rest comes with the next round.
            waiting.retain(|delivery| !silent.is_over(&delivery.webhook_id));
            self.note(done, round).await?;
        }
    }

    /// Notes what became of letters, and tells of those that were given up.
    async fn note(&self, done: Vec<(DeliveryRecord, AttemptOutcome)>, round: &mut DeliveryRound) -> EngineResult<()> {
        let mut unit = self.store.begin().await?;
        for (_, outcome) in &done {
            unit.save_attempt(outcome).await?;
        }
        unit.commit().await?;
        for (delivery, outcome) in done {
            round.attempted += 1;
            match outcome.state {
                DeliveryState::Waiting => {}
                DeliveryState::Delivered => round.delivered += 1,
                DeliveryState::Dead => {
                    round.dead += 1;
                    // Nobody is told that telling of an error failed: that would never end.
                    if delivery.event != SYSTEM_ERROR {
                        let why = outcome.attempt.error.unwrap_or_default();
                        let (name, event) = (&delivery.webhook_name, &delivery.event);
                        self.alert("DELIVERY_DEAD", &format!("{name} was not told of {event}: {why}")).await;
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells whoever is told of errors: the window, Slack channels and webhooks that want it. It is logged first; that it
    /// cannot be told is logged too, and stops nothing.
    pub(crate) async fn alert(&self, code: &'static str, sentence: &str) {
        tracing::error!(code, "something went wrong that people are told of");
        self.notify(Notice::Alert { code, sentence: sentence.to_owned() });
        if let Err(error) = self.queue_alert(code, sentence).await {
            tracing::warn!(code = error.code(), "an error could not be queued for those who are told of errors");
        }
    }

    async fn queue_alert(&self, code: &str, sentence: &str) -> EngineResult<()> {
        let now = self.clock.now();
        let known = self.hooks_known().await?;
        let wanted = known.iter().filter(|webhook| webhook.state != WebhookState::Off);
        let wanted = wanted.filter_map(|webhook| {
            let content = match webhook.role {
                Role::Slack => json!({ "text": format!("*Tieout*\n{sentence}\n{now}") }),
                Role::Webhook
                    if webhook.events.is_empty() || webhook.events.iter().any(|name| name == SYSTEM_ERROR) =>
                {
                    let data = json!({ "code": code, "message": sentence });
                    json!({ "event": SYSTEM_ERROR, "created_at": now.to_string(), "data": data })
                }
                _ => return None,
            };
            Some(new_delivery(webhook, SYSTEM_ERROR, code, Err(content), now))
        });
        let wanted: Vec<NewDelivery> = wanted.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut unit = self.store.begin().await?;
        unit.insert_deliveries(&wanted).await?;
        unit.commit().await?;
        Ok(())
    }

    /// A page of deliveries, the newest first.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the list does not take.
    pub async fn deliveries_page(&self, query: ListQuery) -> EngineResult<ListPage<DeliveryRow>> {
        Ok(ListPage::from_store(self.store.deliveries(&checked(&DELIVERIES, query)?).await?, |delivery| row(&delivery)))
    }

    /// A delivery with what is sent and what was answered.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delivery_get(&self, id: &str) -> EngineResult<DeliveryDetail> {
        let delivery = self.store.delivery(id).await?.ok_or_else(|| EngineError::not_found("delivery", id))?;
        let role = self.store.webhook(&delivery.webhook_id).await?.map_or(Role::Webhook, |webhook| webhook.role);
        let tries = self.store.delivery_attempts(id).await?.into_iter().map(|attempt| AttemptRow {
            number: attempt.number,
            at: attempt.at.to_string(),
            duration_ms: attempt.duration_ms,
            status: attempt.status,
            error: attempt.error,
            response: attempt.response,
        });
        Ok(DeliveryDetail {
            row: row(&delivery),
            body: letter::body(&delivery),
            headers: letter::headers(&delivery, role),
            tries: tries.collect(),
        })
    }

    /// Tells again what was told or given up: the same ids, the next attempt. Says how many.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for more than 500 at once.
    pub async fn deliveries_replay(&self, ids: &[String]) -> EngineResult<u64> {
        if ids.len() > AT_ONCE as usize {
            return Err(EngineError::invalid("ids", format!("At most {AT_ONCE} are told again at once.")));
        }
        for id in ids {
            if self.store.delivery(id).await?.is_none() {
                return Err(EngineError::not_found("delivery", id));
            }
        }
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let count = unit.replay(ids, super::DEFAULT_ATTEMPTS, stamp.at).await?;
        let payload = json!({ "deliveries": ids, "name": crate::words::plural(count, "delivery", "deliveries") });
        let (kind, object_id) = ("webhook.replayed".to_owned(), ids.first().cloned().unwrap_or_default());
        unit.record_event(&store::system::Event { at: stamp.at, actor: stamp.actor, kind, object_id, payload }).await?;
        unit.commit().await?;
        self.changed(&[Topic::Webhooks]);
        Ok(count)
    }

    /// Sends something to a webhook now, whatever its state, and says what came of it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn webhook_test(&self, id: &str) -> EngineResult<DeliveryDetail> {
        let webhook = self.store.webhook(id).await?.ok_or_else(|| EngineError::not_found("webhook", id))?;
        let now = self.clock.now();
        let content = match webhook.role {
            Role::Slack => json!({ "text": "*Tieout*\nThis is a test." }),
            _ => json!({
                "event": "webhook.test", "created_at": now.to_string(), "actor": self.actor(),
                "data": { "webhook": webhook.name, "state": webhook_state_word(webhook.state) },
            }),
        };
        let test = NewDelivery { most: 1, ..new_delivery(&webhook, "webhook.test", &webhook.id, Err(content), now) };
        let made = self.told_directly(&webhook, test).await?;
        self.changed(&[Topic::Webhooks]);
        self.delivery_get(&made.delivery_id).await
    }

    /// Makes a delivery, sends it and notes what came of it, past the queue.
    pub(super) async fn told_directly(
        &self,
        webhook: &WebhookRecord,
        new: NewDelivery,
    ) -> EngineResult<AttemptOutcome> {
        let delivery = DeliveryRecord {
            id: new.id.clone(),
            webhook_id: webhook.id.clone(),
            webhook_name: webhook.name.clone(),
            event: new.event.clone(),
            object_id: new.object_id.clone(),
            told: store::webhooks::Told::Own(new.told.clone().err().unwrap_or(Value::Null)),
            state: DeliveryState::Waiting,
            attempts: 0,
            most: 1,
            next_at: new.at,
            created_at: new.at,
            finished_at: None,
            status: None,
            error: None,
            duration_ms: None,
        };
        let ring = self.key_ring(false).await.map_err(|error| error.sentence());
        let (allowed, now) = (self.webhook_hosts().await?, self.clock.now());
        let letter = letter_of(webhook, &delivery, now, &ring, &allowed);
        let (_, outcome) = send(Arc::clone(&self.courier), webhook.role, delivery, letter, now).await;
        let mut unit = self.store.begin().await?;
        unit.insert_deliveries(&[new]).await?;
        unit.save_attempt(&outcome).await?;
        unit.commit().await?;
        Ok(outcome)
    }

    /// Forgets deliveries that were finished long ago; says how many.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn deliveries_sweep(&self) -> EngineResult<u64> {
        if self.hooks_known().await?.is_empty() {
            return Ok(0);
        }
        let before = self.clock.now().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        let mut unit = self.store.begin().await?;
        let count = unit.sweep_deliveries(before).await?;
        unit.commit().await?;
        Ok(count)
    }
}

/// The letter of a delivery, signed; or why there is none.
fn letter_of(
    webhook: &WebhookRecord,
    delivery: &DeliveryRecord,
    at: Timestamp,
    ring: &Result<KeyRing, String>,
    allowed: &[String],
) -> Result<Letter, String> {
    let secret = match webhook.secret {
        Some(_) => opened(ring.as_ref().map_err(Clone::clone)?, webhook).map_err(|error| error.sentence())?,
        None => None,
    };
    let body = letter::body(delivery);
    let mut headers = letter::headers(delivery, webhook.role);
    let url = match (webhook.role, &secret) {
        (Role::Slack, Some(address)) => address.to_string(),
        _ => webhook.url.clone(),
    };
    if webhook.role != Role::Slack
        && let Some(secret) = &secret
    {
        headers.extend(letter::signature(secret, at, &body));
    }
    let host_is_allowed = host(&url).is_some_and(|host| allowed.contains(&host));
    Ok(Letter { url, headers, body, timeout: Duration::from_millis(webhook.timeout_ms.into()), host_is_allowed })
}

pub(super) fn new_delivery(
    webhook: &WebhookRecord,
    event: &str,
    object_id: &str,
    told: Result<i64, Value>,
    at: Timestamp,
) -> NewDelivery {
    NewDelivery {
        id: new_id("dlv"),
        webhook_id: webhook.id.clone(),
        event: event.to_owned(),
        object_id: object_id.to_owned(),
        told,
        most: webhook.attempts,
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_threefold_up_to_six_hours_and_differ_by_delivery() {
        for attempts in 1..=25 {
            let plain = FIRST_WAIT.saturating_mul(3_u32.pow((attempts - 1).min(12))).min(LONGEST_WAIT);
            for id in ["dlv_a", "dlv_b", "dlv_c"] {
                let wait = wait(id, attempts);
                assert!(wait >= plain * 80 / 100 && wait <= plain * 120 / 100, "{attempts}: {wait:?}");
            }
        }
        assert_ne!(wait("dlv_a", 3), wait("dlv_b", 3));
    }
}
