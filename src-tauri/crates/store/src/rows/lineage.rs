//! Lineage of funds.

use ledger::lineage::Source;

use super::Fields;
use super::value::At;
use crate::lineage::{MoveKind, MoveRecord, SourceRecord};
use crate::{StoreError, StoreResult};

/// What a balance has of one origin.
pub fn lineage_source(row: &impl Fields) -> StoreResult<SourceRecord> {
    let at = At { place: "lineage", row };
    Ok(SourceRecord {
        origin: row.word("origin")?,
        source: Source {
            received: at.amount("received")?,
            spent: at.amount("spent")?,
            held_in: at.amount("held_in")?,
            held_out: at.amount("held_out")?,
        },
    })
}

/// A move with the journal row behind it.
pub fn lineage_move(row: &impl Fields) -> StoreResult<MoveRecord> {
    let at = At { place: "lineage", row };
    let kind = row.word("kind")?;
    let transaction = match row.text("txn_id")? {
        Some(id) => Some((id, row.word("reference")?, at.date("effective_date")?)),
        None => None,
    };
    Ok(MoveRecord {
        key: row.key("key")?,
        transaction,
        returns_key: row.int("returns_key")?,
        balance_key: row.key("balance_key")?,
        balance_id: row.word("balance_id")?,
        balance_name: row.word("balance_name")?,
        origin: row.word("origin")?,
        kind: MoveKind::of_word(&kind).ok_or_else(|| StoreError::damaged("lineage", kind))?,
        amount: at.amount("amount")?,
        at: at.time("at")?,
    })
}
