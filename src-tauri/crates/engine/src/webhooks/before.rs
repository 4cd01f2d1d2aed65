//! Hooks before a posting: asked all together, each within its own time. What they answer is noted, and failures are told
//! like other errors. Only a blocking one can say no; one that does not answer says no too.

use serde_json::{Value, json};
use store::webhooks::{Role, WebhookRecord, WebhookState};

use super::deliver::new_delivery;
use crate::api::bulk::EntryRequest;
use crate::api::transactions::{CommitItem, PostRequest, VoidItem};
use crate::{Engine, EngineError, EngineResult};

/// Name of the event of a question.
const BEFORE: &str = "transaction.before";
/// A blocking hook did not answer.
pub(crate) const HOOK_SILENT: &str = "HOOK_SILENT";
/// Silences in one round of what is due after which nobody is asked any more.
const SILENCES: u32 = 3;

/// How hooks are asked in one round of what is due. Once too many questions had no answer the rest comes with the next
/// round: a hook that is down is neither waited for nor told of once for each posting.
#[derive(Default)]
pub(crate) struct Patience {
    silences: u32,
    last: String,
}

impl Patience {
    pub(crate) fn is_over(&self) -> bool {
        self.silences >= SILENCES
    }

    /// As [`Engine::ask_before`] while there is patience, and then the last silence again.
    pub(crate) async fn ask<T: Asks>(&mut self, engine: &Engine, kind: &str, items: &[T]) -> EngineResult<()> {
        if self.is_over() {
            return Err(EngineError::Conflict { code: HOOK_SILENT, message: self.last.clone() });
        }
        let answer = engine.ask_before(kind, items).await;
        if let Err(EngineError::Conflict { code: HOOK_SILENT, message }) = &answer {
            self.silences += 1;
            self.last.clone_from(message);
        }
        answer
    }
}

impl Engine {
    /// Asks the hooks whether `items` may be booked; `kind` says what is to be done with them. Nobody is asked of a dry run,
    /// nor of what is booked already: whoever sends it again is told so.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] with what a blocking hook said.
    pub(crate) async fn ask_before<T: Asks>(&self, kind: &str, items: &[T]) -> EngineResult<()> {
        let known = self.hooks_known().await?;
        let asked: Vec<&WebhookRecord> =
            known.iter().filter(|hook| hook.role == Role::Before && hook.state == WebhookState::On).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let mut new = Vec::with_capacity(items.len());
        for item in items {
            let reference = item.reference().trim();
            let booked = !reference.is_empty() && self.store.transaction_by_reference(reference).await?.is_some();
            if !booked {
                new.push(item);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let content = question(kind, &self.actor(), &new);
        let (blocking, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|hook| hook.blocking);
        if !others.is_empty() {
            // Nobody waits for these: they are told through the queue, within moments.
            let now = self.clock.now();
            let wanted: Vec<_> =
                others.iter().map(|hook| new_delivery(hook, BEFORE, kind, Err(content.clone()), now)).collect();
            let mut unit = self.store.begin().await?;
            unit.insert_deliveries(&wanted).await?;
            unit.commit().await?;
            self.changed(&[crate::Topic::Webhooks]);
        }
        self.ask_all(&blocking, kind, &content).await
    }

    async fn ask_all(&self, hooks: &[&WebhookRecord], kind: &str, content: &Value) -> EngineResult<()> {
        let now = self.clock.now();
        let ask = |hook: &WebhookRecord| {
            let new = new_delivery(hook, BEFORE, kind, Err(content.clone()), now);
            let hook = hook.clone();
            async move { (hook.name.clone(), self.told_directly(&hook, new).await) }
        };
        let mut answers = Vec::with_capacity(hooks.len());
        let mut pending: Vec<_> = hooks.iter().map(|hook| Box::pin(ask(hook))).collect();
        // All at the same time: the slowest decides how long it takes.
        std::future::poll_fn(|context| {
            pending.retain_mut(|question| match question.as_mut().poll(context) {
                std::task::Poll::Ready(answer) => {
                    answers.push(answer);
                    false
                }
                std::task::Poll::Pending => true,
            });
            if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        for (name, answer) in answers {
            let attempt = answer?.attempt;
            if let Some(why) = attempt.error {
                let code = if attempt.status.is_some() { "HOOK_REFUSED" } else { HOOK_SILENT };
                self.alert(code, &format!("{name} stopped a posting: {why}")).await;
                let why = why.trim_end();
                let stop = if why.ends_with(['.', '!', '?']) { "" } else { "." };
                let message = format!("{name} stopped this: {why}{stop} Nothing was posted.");
                return Err(EngineError::Conflict { code, message });
            }
        }
        Ok(())
    }
}

fn question<T: serde::Serialize>(kind: &str, actor: &str, items: &[T]) -> Value {
    json!({ "event": BEFORE, "kind": kind, "actor": actor, "count": items.len(), "items": items })
}

/// What hooks are asked about.
pub(crate) trait Asks: serde::Serialize + Sync {
    /// The reference that it is booked under; empty where it has none of its own.
    fn reference(&self) -> &str;
}

impl Asks for PostRequest {
    fn reference(&self) -> &str {
        &self.reference
    }
}

impl Asks for EntryRequest {
    fn reference(&self) -> &str {
        &self.reference
    }
}

impl Asks for CommitItem {
    fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or_default()
    }
}

impl Asks for VoidItem {
    fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or_default()
    }
}
