//! Identities, and accounts that they have elsewhere.

use identity::{Kind, Values};
use jiff::Timestamp;

use crate::ledger::BalanceRecord;
use crate::{Page, Query, StoreResult};

/// A person or an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    pub id: String,
    pub kind: Kind,
    /// What may be read of the name without a key.
    pub name: String,
    pub values: Values,
    /// The key that sealed the tokens among the values.
    pub key_id: Option<String>,
    /// 1 for a new one, and one more with every change.
    pub version: u32,
    pub created_at: Timestamp,
    /// Balances that belong to it. Ignored by writes.
    pub balances: u64,
    /// Its accounts. Ignored by writes.
    pub accounts: u64,
}

impl IdentityRecord {
    /// A value that may be read; empty otherwise.
    pub fn readable(&self, field: identity::Field) -> &str {
        self.values.get(&field).and_then(identity::Value::plain).unwrap_or_default()
    }

    /// What it is found by: every value that may be read, and its id, in lower case.
    pub fn words(&self) -> String {
        let values = self.values.values().filter_map(identity::Value::plain);
        let mut words = self.name.clone();
        for value in values.chain([self.id.as_str()]) {
            words.push(' ');
            words.push_str(value);
        }
        words.to_lowercase()
    }
}

/// An account at a bank or elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    pub id: String,
    pub identity_id: String,
    pub balance_id: Option<String>,
    /// Of the balance, where there is one. Ignored by writes.
    pub balance_name: Option<String>,
    pub name: String,
    pub bank: String,
    /// As it was written.
    pub number: String,
    pub currency: String,
    pub created_at: Timestamp,
}

/// An account number as numbers are compared: letters and digits alone, in upper case. Empty if there are none.
pub fn compared(number: &str) -> String {
    number.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Reads of identities and accounts.
#[async_trait::async_trait]
pub trait PeopleReads {
    /// Fields: those of [`crate::filters::IDENTITIES`]. Default order: name.
    async fn identities(&self, query: &Query) -> StoreResult<Page<IdentityRecord>>;
    async fn identity(&self, id: &str) -> StoreResult<Option<IdentityRecord>>;
    /// The identity that a balance belongs to.
    async fn identity_of(&self, balance_id: &str) -> StoreResult<Option<IdentityRecord>>;
    /// Balances of an identity by ledger, name and currency.
    async fn balances_of(&self, identity_id: &str) -> StoreResult<Vec<BalanceRecord>>;
    /// Accounts of an identity, the oldest first.
    async fn accounts_of(&self, identity_id: &str) -> StoreResult<Vec<AccountRecord>>;
    /// Accounts of all identities. Fields: those of [`crate::filters::ACCOUNTS`]. Default order: name.
    async fn accounts(&self, query: &Query) -> StoreResult<Page<AccountRecord>>;
    async fn account(&self, id: &str) -> StoreResult<Option<AccountRecord>>;
    /// The account with a number, however it is written.
    async fn account_by_number(&self, number: &str) -> StoreResult<Option<AccountRecord>>;
    /// Ids of identities with tokens of another key than `key_id`.
    async fn sealed_otherwise(&self, key_id: &str, limit: u32) -> StoreResult<Vec<String>>;
    /// How many identities have tokens, and how many of them tokens of another key than `key_id`.
    async fn sealed(&self, key_id: &str) -> StoreResult<(u64, u64)>;
}

/// Writes of identities and accounts, inside one unit of work.
#[async_trait::async_trait]
pub trait PeopleWrites {
    /// Fails with `Duplicate("identity")` when the id is taken.
    async fn insert_identity(&mut self, record: &IdentityRecord) -> StoreResult<()>;
    async fn load_identity(&mut self, id: &str) -> StoreResult<Option<IdentityRecord>>;
    /// Writes everything but id and time over the version before; fails with `Stale("identity")` if there is none.
    async fn save_identity(&mut self, record: &IdentityRecord) -> StoreResult<()>;
    /// Fails with `Stale("identity")` if it is not there. Balances and accounts must be gone before.
    async fn delete_identity(&mut self, id: &str) -> StoreResult<()>;
    /// Says whom a balance belongs to, or that it belongs to nobody.
    async fn link_balance(&mut self, balance_id: &str, identity_id: Option<&str>) -> StoreResult<()>;
    /// Fails with `Duplicate("account")` when the number is taken.
    async fn insert_account(&mut self, record: &AccountRecord) -> StoreResult<()>;
    /// Writes everything but id, identity and time. Fails as [`Self::insert_account`], and with `Stale("account")`.
    async fn save_account(&mut self, record: &AccountRecord) -> StoreResult<()>;
    /// Fails with `Stale("account")` if it is not there.
    async fn delete_account(&mut self, id: &str) -> StoreResult<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_without_what_stands_between_their_letters() {
        assert_eq!(compared("ie29 AIBK 9311-5212/345678"), "IE29AIBK93115212345678");
        assert_eq!(compared(" – "), "");
    }
}
