//! Records outside of the journal that the history answers for: what an event leaves of them is sealed with it, as a
//! digest of the documents that are made here, and what is stored is read here to be compared with that.

use serde_json::{Value, json};

use crate::StoreResult;
use crate::ledger::{BalanceEdit, BalanceRecord, NewBalance};
use crate::people::{AccountRecord, IdentityRecord};
use crate::recon::RuleRecord;
use crate::rows::{role_word, value::micros, webhook_state_word};
use crate::scheduled::{ScheduledRecord, ScheduledState};
use crate::webhooks::WebhookRecord;

/// What kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    Setting,
    Ledger,
    Balance,
    /// Whom a balance belongs to, under the id of the balance.
    Owner,
    Identity,
    Account,
    Webhook,
    Rule,
    /// A posting that waits for its time.
    Scheduled,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Setting,
        Self::Ledger,
        Self::Balance,
        Self::Owner,
        Self::Identity,
        Self::Account,
        Self::Webhook,
        Self::Rule,
        Self::Scheduled,
    ];

    /// The word that stands in the history.
    pub fn word(self) -> &'static str {
        match self {
            Self::Setting => "setting",
            Self::Ledger => "ledger",
            Self::Balance => "balance",
            Self::Owner => "owner",
            Self::Identity => "identity",
            Self::Account => "account",
            Self::Webhook => "webhook",
            Self::Rule => "rule",
            Self::Scheduled => "scheduled",
        }
    }
}

/// A record as it stands: its id and its document, or that it cannot be read.
pub type Kept = (String, StoreResult<Value>);

/// Reads of the records that the history answers for.
#[async_trait::async_trait]
pub trait KeptReads {
    /// Records of a kind behind the id `after`, in the order of their ids: settings by their keys, rules with those that
    /// are deleted, scheduled postings only while they wait.
    async fn kept(&self, kind: RecordKind, after: &str, limit: u32) -> StoreResult<Vec<Kept>>;
}

/// What of a balance is not a figure and no mark of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceTerms {
    pub ledger_id: String,
    pub name: String,
    pub indicator: Option<String>,
    pub currency: ledger::Currency,
    pub account_number: Option<String>,
    pub reconcilable: bool,
}

impl From<&NewBalance> for BalanceTerms {
    fn from(new: &NewBalance) -> Self {
        Self {
            ledger_id: new.ledger_id.clone(),
            name: new.name.clone(),
            indicator: new.indicator.clone(),
            currency: new.currency.clone(),
            account_number: new.account_number.clone(),
            reconcilable: new.reconcilable,
        }
    }
}

impl BalanceTerms {
    /// Those of `record` once it is changed to `edit`.
    pub fn edited(record: &BalanceRecord, edit: &BalanceEdit) -> Self {
        Self {
            ledger_id: record.ledger_id.clone(),
            name: edit.name.clone(),
            indicator: record.indicator.clone(),
            currency: record.balance.currency.clone(),
            account_number: edit.account_number.clone(),
            reconcilable: edit.reconcilable,
        }
    }

    /// Its document.
    pub fn document(&self) -> Value {
        json!({
            "ledger": self.ledger_id, "name": self.name, "indicator": self.indicator, "currency": self.currency.code(),
            "exponent": self.currency.exponent(), "account_number": self.account_number,
            "reconcilable": self.reconcilable,
        })
    }
}

/// The document of a ledger.
pub fn ledger(name: &str) -> Value {
    json!({ "name": name })
}

/// The document of whom a balance belongs to.
pub fn owner(identity_id: &str) -> Value {
    json!({ "identity": identity_id })
}

/// The document of an identity, its tokens as they are sealed.
pub fn identity(record: &IdentityRecord) -> Value {
    json!({
        "kind": record.kind.word(), "name": record.name, "fields": record.values, "key": record.key_id,
        "version": record.version, "created_at": micros(record.created_at),
    })
}

/// The document of an account.
pub fn account(record: &AccountRecord) -> Value {
    json!({
        "identity": record.identity_id, "balance": record.balance_id, "name": record.name, "bank": record.bank,
        "number": record.number, "currency": record.currency,
    })
}

/// The document of a webhook, its secret as it is sealed; not how far it was told.
pub fn webhook(record: &WebhookRecord) -> Value {
    json!({
        "name": record.name, "url": record.url, "role": role_word(record.role), "events": record.events,
        "blocking": record.blocking, "timeout_ms": record.timeout_ms, "attempts": record.attempts,
        "state": webhook_state_word(record.state), "secret": record.secret,
    })
}

/// The document of a matching rule.
pub fn rule(record: &RuleRecord) -> Value {
    json!({
        "position": record.position, "name": record.name, "enabled": record.enabled, "version": record.version,
        "body": record.body, "deleted": record.deleted,
    })
}

/// The document of a posting that waits; none once it does not.
pub fn scheduled(record: &ScheduledRecord) -> Option<Value> {
    (record.state == ScheduledState::Waiting).then(|| {
        json!({
            "due_at": micros(record.due_at), "reference": record.reference, "request": record.request,
            "accepted_by": record.accepted_by,
        })
    })
}
