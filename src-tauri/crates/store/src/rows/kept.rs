//! Records that the history answers for, as their documents.

use serde_json::Value;

use super::value::At;
use super::{Fields, account, identity, rule, webhook};
use crate::kept::{self, BalanceTerms, Kept, RecordKind};
use crate::{StoreError, StoreResult};

/// A record of a kind: `id`, and the columns that its own reader asks for. Of a setting `value`; of a balance its terms;
/// of an owner `identity_id`.
pub fn kept_record(kind: RecordKind, row: &impl Fields) -> StoreResult<Kept> {
    // One that cannot be read hides none of the others.
    Ok((row.word("id")?, document(kind, row)))
}

fn document(kind: RecordKind, row: &impl Fields) -> StoreResult<Value> {
    Ok(match kind {
        RecordKind::Setting => At { place: "setting", row }.json("value")?,
        RecordKind::Ledger => kept::ledger(&row.word("name")?),
        RecordKind::Balance => BalanceTerms {
            ledger_id: row.word("ledger_id")?,
            name: row.word("name")?,
            indicator: row.text("indicator")?,
            currency: At { place: "balance", row }.currency()?,
            account_number: row.text("account_number")?,
            reconcilable: row.flag("reconcilable")?,
        }
        .document(),
        RecordKind::Owner => kept::owner(&row.word("identity_id")?),
        RecordKind::Identity => kept::identity(&identity(row)?),
        RecordKind::Account => kept::account(&account(row)?),
        RecordKind::Webhook => kept::webhook(&webhook(row)?),
        RecordKind::Rule => kept::rule(&rule(row)?),
        RecordKind::Scheduled => kept::scheduled(&super::scheduled(row)?)
            .ok_or_else(|| StoreError::damaged("scheduled posting", "it does not wait"))?,
    })
}
