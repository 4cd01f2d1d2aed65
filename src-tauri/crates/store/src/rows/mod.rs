//! Rows of a database as records: what both SQL stores read, whatever database they read it from.
//!
//! A store names its columns as the functions here ask for them, amounts, days and JSON as text, times as microseconds
//! since the epoch, and hands over its rows as [`Fields`].

mod attachments;
mod history;
mod kept;
mod ledger;
mod lineage;
mod people;
mod recon;
mod system;
pub mod value;
mod webhooks;

pub use attachments::attachment;
pub use history::{head, history_state, sealed, unsealed};
pub use kept::kept_record;
pub use ledger::{balance, family, held_move, hold, ledger, register_entry, transaction, turnover};
pub use lineage::{lineage_move, lineage_source};
pub use people::{account, identity};
pub use recon::{
    action, desk_line, entry, found_line, known_line, line, matched, profile, proposal, rule, rule_version, run, seen,
    sign_off, signed, state_word, statement,
};
pub use system::{event, job, job_kind_word, job_state_word, scheduled};

pub use webhooks::{
    attempt, delivery, delivery_state_word, role_of, role_word, webhook, webhook_figures, webhook_state_of,
    webhook_state_word,
};

use crate::{StoreError, StoreResult};

/// One row of an answer, its columns by name.
pub trait Fields {
    /// A text; absent for NULL.
    fn text(&self, name: &str) -> StoreResult<Option<String>>;
    /// A whole number; absent for NULL.
    fn int(&self, name: &str) -> StoreResult<Option<i64>>;
    /// True or false, never NULL.
    fn flag(&self, name: &str) -> StoreResult<bool>;
    /// Bytes, never NULL.
    fn bytes(&self, name: &str) -> StoreResult<Vec<u8>>;

    /// A text that is always there.
    fn word(&self, name: &str) -> StoreResult<String> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A whole number that is always there.
    fn key(&self, name: &str) -> StoreResult<i64> {
        self.int(name)?.ok_or_else(|| missing(name))
    }

    /// A count or version: never below zero, at most 32 bits.
    fn small(&self, name: &str) -> StoreResult<u32> {
        u32::try_from(self.key(name)?).map_err(|error| StoreError::damaged("count", error))
    }

    /// A count of rows: never below zero.
    fn count(&self, name: &str) -> StoreResult<u64> {
        u64::try_from(self.key(name)?).map_err(|error| StoreError::damaged("count", error))
    }
}

fn missing(name: &str) -> StoreError {
    StoreError::damaged("row", format!("{name} is empty"))
}

/// The stored word of a value.
fn word_of<T: PartialEq + Copy>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

/// The value of a stored word.
fn words_of<T: Copy>(words: &[(T, &'static str)], text: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value)
}
