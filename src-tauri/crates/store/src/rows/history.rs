//! Events and the links that seal them.

use ledger::{Head, Link};

use super::Fields;
use crate::history::{HistoryState, SealedEvent};
use crate::{StoreError, StoreResult};

fn link(row: &impl Fields) -> StoreResult<Link> {
    Link::from_bytes(&row.bytes("link")?).ok_or_else(|| StoreError::damaged("history", "a link has not 32 bytes"))
}

/// The head of the chain.
pub fn head(row: &impl Fields) -> StoreResult<Head> {
    Ok(Head { sequence: row.count("sequence")?, link: link(row)? })
}

/// How much there is of history and journal.
pub fn history_state(row: &impl Fields) -> StoreResult<HistoryState> {
    Ok(HistoryState { head: head(row)?, events: row.count("events")?, journal_rows: row.count("journal_rows")? })
}

fn event(row: &impl Fields, sequence: u64, link: Link) -> StoreResult<SealedEvent> {
    Ok(SealedEvent {
        sequence,
        at: row.key("at")?,
        actor: row.word("actor")?,
        kind: row.word("kind")?,
        object_id: row.word("object_id")?,
        payload: row.word("payload")?,
        link,
    })
}

/// An event with its link.
pub fn sealed(row: &impl Fields) -> StoreResult<SealedEvent> {
    event(row, row.count("sequence")?, link(row)?)
}

/// An event that has no link yet, with its key.
pub fn unsealed(row: &impl Fields) -> StoreResult<(i64, SealedEvent)> {
    Ok((row.key("key")?, event(row, 0, Link::START)?))
}
