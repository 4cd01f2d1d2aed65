//! Settings as a unit of work knows them, and what was made of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::{Done, Pending};
use crate::StoreResult;
use crate::journal::{Made, Read};

impl Pending {
    pub(in crate::journal) fn setting(&self, key: &str) -> Option<Option<Value>> {
        self.settings.get(key).cloned()
    }

    pub(in crate::journal) fn unknown_settings(&self, wanted: &[String]) -> Vec<String> {
        let unknown: BTreeSet<&String> = wanted.iter().filter(|key| !self.settings.contains_key(*key)).collect();
        unknown.into_iter().cloned().collect()
    }

    pub(in crate::journal) fn know_settings(&mut self, asked: Vec<String>, found: Vec<(String, Value)>) {
        self.settings.extend(asked.into_iter().map(|key| (key, None)));
        self.settings.extend(found.into_iter().map(|(key, value)| (key, Some(value))));
    }

    pub(in crate::journal) fn made(&self, key: &str) -> Option<Made> {
        self.made.get(key).cloned()
    }

    /// Makes something of a setting that is known, and keeps it.
    pub(in crate::journal) fn make(&mut self, key: &str, read: Read) -> StoreResult<Made> {
        let made = read(self.settings.get(key).and_then(Option::as_ref))?;
        self.made.insert(key.to_owned(), Arc::clone(&made));
        Ok(made)
    }

    pub(in crate::journal) fn put_setting(&mut self, key: &str, value: &Value) {
        self.made.remove(key);
        let was_put = !self.put.insert(key.to_owned());
        let before = self.settings.insert(key.to_owned(), Some(value.clone()));
        self.done.push(Done::Setting(key.to_owned(), before, was_put));
    }
}
