//! Ledgers, balances, the journal and holds.

use ledger::{Amount, Balance, Figures, HoldState, Lifecycle, Open, Status, TransactionRow, balance::Side};

use super::Fields;
use super::value::At;
use crate::ledger::{
    BalanceRecord, DayTurnover, FamilyRecord, HeldMove, HoldRecord, LedgerRecord, LegOf, StoredTransaction, Timers,
};
use crate::{StoreError, StoreResult};

/// `key`, `id`, `name`, `balances`.
pub fn ledger(row: &impl Fields) -> StoreResult<LedgerRecord> {
    Ok(LedgerRecord {
        key: row.key("key")?,
        id: row.word("id")?,
        name: row.word("name")?,
        balances: row.count("balances")?,
    })
}

/// The columns of a balance with `ledger_id` and `ledger_name`.
pub fn balance(row: &impl Fields) -> StoreResult<BalanceRecord> {
    let at = At { place: "balance", row };
    Ok(BalanceRecord {
        key: row.key("key")?,
        ledger_id: row.word("ledger_id")?,
        ledger_name: row.word("ledger_name")?,
        indicator: row.text("indicator")?,
        account_number: row.text("account_number")?,
        reconcilable: row.flag("reconcilable")?,
        pinned: row.flag("pinned")?,
        last_entry_on: at.opt_date("last_entry_on")?,
        balance: Balance {
            id: row.word("id")?,
            name: row.word("name")?,
            currency: at.currency()?,
            figures: Figures {
                credit: at.amount("credit")?,
                debit: at.amount("debit")?,
                inflight_credit: at.amount("inflight_credit")?,
                inflight_debit: at.amount("inflight_debit")?,
            },
            version: row.key("version")?,
        },
    })
}

/// `day`, `credit`, `debit`, `entries`.
pub fn turnover(row: &impl Fields) -> StoreResult<DayTurnover> {
    let at = At { place: "turnover", row };
    Ok(DayTurnover {
        day: at.date("day")?,
        credit: at.amount("credit")?,
        debit: at.amount("debit")?,
        entries: row.count("entries")?,
    })
}

fn status(text: &str) -> StoreResult<Status> {
    match text {
        "APPLIED" => Ok(Status::Applied),
        "INFLIGHT" => Ok(Status::Inflight),
        "VOID" => Ok(Status::Void),
        other => Err(StoreError::damaged("transaction", other)),
    }
}

/// A journal row with the ids and names of its balances and the id of its hold (`parent_id`).
pub fn transaction(row: &impl Fields) -> StoreResult<StoredTransaction> {
    let at = At { place: "transaction", row };
    Ok(StoredTransaction {
        key: row.key("key")?,
        parent_key: row.int("parent_key")?,
        source_key: row.key("source_key")?,
        source_name: row.word("source_name")?,
        destination_key: row.key("destination_key")?,
        destination_name: row.word("destination_name")?,
        metadata: row.text("metadata")?,
        input_hash: row.bytes("input_hash")?,
        refund_of: row.text("refund_of")?,
        leg: leg(row)?,
        row: TransactionRow {
            id: row.word("id")?,
            parent: row.text("parent_id")?,
            status: status(&row.word("status")?)?,
            reference: row.word("reference")?,
            source: row.word("source_id")?,
            destination: row.word("destination_id")?,
            amount: at.amount("amount")?,
            currency: at.currency()?,
            description: row.word("description")?,
            effective_date: at.date("effective_date")?,
            created_at: at.time("created_at")?,
            expires_at: at.opt_time("expires_at")?,
            reason: row.text("reason")?,
            actor: row.word("actor")?,
        },
    })
}

/// The `leg_*` columns beside a journal row.
fn leg(row: &impl Fields) -> StoreResult<Option<LegOf>> {
    let Some(first_key) = row.int("leg_first_key")? else { return Ok(None) };
    let first = (first_key != row.key("key")?).then(|| row.word("leg_first_id")).transpose()?;
    Ok(Some(LegOf {
        first: first.map(|id| (first_key, id)),
        position: row.small("leg_position")?,
        legs: row.small("leg_count")?,
    }))
}

/// The `hold_*` columns beside a journal row; `whole` is the amount that was held at first.
pub fn hold(row: &impl Fields, whole: &Amount) -> StoreResult<Option<HoldRecord>> {
    let Some(state) = row.text("hold_state")? else { return Ok(None) };
    let state = match state.as_str() {
        "open" => HoldState::Open,
        "committed" => HoldState::Committed,
        "voided" => HoldState::Voided,
        "expired" => HoldState::Expired,
        other => return Err(StoreError::damaged("hold", other)),
    };
    let at = At { place: "hold", row };
    let remaining = at.amount("hold_remaining")?;
    let open = Open { amount: whole.clone(), committed: at.amount("hold_committed")?, state };
    if open.remaining() != remaining {
        return Err(StoreError::damaged("hold", "what is left does not follow from what was committed"));
    }
    Ok(Some(HoldRecord {
        open,
        remaining,
        timers: Timers { expires_at: at.opt_time("hold_expires_at")?, commits_at: at.opt_time("hold_commits_at")? },
        closed_at: at.opt_time("hold_closed_at")?,
    }))
}

/// A first row with its hold and the number of rows below it (`children`) and of files
/// (`attachments`).
pub fn family(row: &impl Fields) -> StoreResult<FamilyRecord> {
    let first = transaction(row)?;
    let hold = hold(row, &first.row.amount)?;
    let lifecycle = hold.as_ref().map_or(Lifecycle::Applied, |hold| Lifecycle::of_hold(&hold.open));
    let (children, attachments) = (row.count("children")?, row.count("attachments")?);
    Ok(FamilyRecord { first, hold, lifecycle, children, attachments })
}

/// `txn_key`, `effective_date`, `side`, `amount` and the id of the match (`matched`): an entry of a register before
/// its journal row and its running balance are known.
pub fn register_entry(row: &impl Fields) -> StoreResult<crate::register::Entry> {
    let at = At { place: "entry", row };
    Ok(crate::register::Entry {
        txn_key: row.key("txn_key")?,
        day: at.date("effective_date")?,
        side: if row.word("side")? == "credit" { Side::Credit } else { Side::Debit },
        amount: at.amount("amount")?,
        matched: row.text("matched")?,
    })
}

/// What a row did to held money: `out` and `placed` are 0 or 1.
pub fn held_move(row: &impl Fields) -> StoreResult<HeldMove> {
    let at = At { place: "hold", row };
    Ok(HeldMove { out: row.key("out")? == 1, placed: row.key("placed")? == 1, amount: at.amount("amount")? })
}
