//! Identities and accounts.

use identity::{Kind, Values};

use super::Fields;
use super::value::At;
use crate::people::{AccountRecord, IdentityRecord};
use crate::{StoreError, StoreResult};

/// An identity with the numbers of its balances and accounts.
pub fn identity(row: &impl Fields) -> StoreResult<IdentityRecord> {
    let at = At { place: "identity", row };
    let kind = row.word("kind")?;
    let values: Values =
        serde_json::from_value(at.json("fields")?).map_err(|error| StoreError::damaged("identity", error))?;
    Ok(IdentityRecord {
        id: row.word("id")?,
        kind: Kind::of_word(&kind).ok_or_else(|| StoreError::damaged("identity", kind))?,
        name: row.word("name")?,
        values,
        key_id: row.text("key_id")?,
        version: row.small("version")?,
        created_at: at.time("created_at")?,
        balances: row.count("balances")?,
        accounts: row.count("accounts")?,
    })
}

/// An account with the ids of whom and what it belongs to.
pub fn account(row: &impl Fields) -> StoreResult<AccountRecord> {
    let at = At { place: "account", row };
    Ok(AccountRecord {
        id: row.word("id")?,
        identity_id: row.word("identity_id")?,
        balance_id: row.text("balance_id")?,
        balance_name: row.text("balance_name")?,
        name: row.word("name")?,
        bank: row.word("bank")?,
        number: row.word("number")?,
        currency: row.word("currency")?,
        created_at: at.time("created_at")?,
    })
}
