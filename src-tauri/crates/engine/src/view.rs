//! Records of the store as the plain data that front ends get.

use ledger::balance::Side;
use ledger::{Figures, Lifecycle, Status};
use store::ledger::{BalanceRecord, CurrencyTotal, FamilyRecord, LedgerRecord, RegisterRecord, StoredTransaction};

use crate::api::ledgers::{BalanceRow, FiguresView, LedgerRow, RegisterRow};
use crate::api::page::MoneyTotal;
use crate::api::transactions::{Effect, FamilyRow, FamilyState, JournalRow};

pub(crate) fn figures(figures: &Figures) -> FiguresView {
    FiguresView {
        balance: figures.balance().to_string(),
        held_out: figures.inflight_debit.to_string(),
        held_in: figures.inflight_credit.to_string(),
        available: figures.available().to_string(),
        total_in: figures.credit.to_string(),
        total_out: figures.debit.to_string(),
    }
}

pub(crate) fn ledger(record: LedgerRecord) -> LedgerRow {
    LedgerRow { id: record.id, name: record.name, balances: record.balances, account_type: None }
}

pub(crate) fn balance(record: &BalanceRecord, reconciled_to: Option<String>) -> BalanceRow {
    BalanceRow {
        id: record.balance.id.clone(),
        name: record.balance.name.clone(),
        indicator: record.indicator.clone(),
        ledger_id: record.ledger_id.clone(),
        ledger: record.ledger_name.clone(),
        currency: record.balance.currency.code().to_owned(),
        exponent: record.balance.currency.exponent(),
        account_number: record.account_number.clone(),
        reconcilable: record.reconcilable,
        pinned: record.pinned,
        last_entry_on: record.last_entry_on.map(|day| day.to_string()),
        reconciled_to,
        figures: figures(&record.balance.figures),
    }
}

pub(crate) fn state(lifecycle: Lifecycle) -> FamilyState {
    match lifecycle {
        Lifecycle::Applied => FamilyState::Applied,
        Lifecycle::Held => FamilyState::Held,
        Lifecycle::PartCommitted => FamilyState::PartCommitted,
        Lifecycle::Committed => FamilyState::Committed,
        Lifecycle::Voided => FamilyState::Voided,
        Lifecycle::PartVoided => FamilyState::PartVoided,
        Lifecycle::Expired => FamilyState::Expired,
    }
}

pub(crate) fn family(record: &FamilyRecord) -> FamilyRow {
    let first = &record.first;
    let hold = record.hold.as_ref();
    FamilyRow {
        id: first.row.id.clone(),
        date: first.row.effective_date.to_string(),
        reference: first.row.reference.clone(),
        description: first.row.description.clone(),
        source_id: first.row.source.clone(),
        source_name: first.source_name.clone(),
        destination_id: first.row.destination.clone(),
        destination_name: first.destination_name.clone(),
        amount: first.row.amount.to_string(),
        currency: first.row.currency.code().to_owned(),
        exponent: first.row.currency.exponent(),
        state: state(record.lifecycle),
        committed: hold.map(|hold| hold.open.committed.to_string()),
        remaining: hold.map(|hold| hold.remaining.to_string()),
        expires_at: hold.and_then(|hold| hold.timers.expires_at).map(|at| at.to_string()),
        commits_at: hold.and_then(|hold| hold.timers.commits_at).map(|at| at.to_string()),
        closed_at: hold.and_then(|hold| hold.closed_at).map(|at| at.to_string()),
        created_at: first.row.created_at.to_string(),
        actor: first.row.actor.clone(),
        children: record.children,
        attachments: record.attachments,
        booked_on: None,
    }
}

pub(crate) fn status(status: Status) -> &'static str {
    store::ledger::status_text(status)
}

pub(crate) fn journal(stored: &StoredTransaction) -> JournalRow {
    let row = &stored.row;
    JournalRow {
        id: row.id.clone(),
        parent_id: row.parent.clone(),
        status: status(row.status).to_owned(),
        reference: row.reference.clone(),
        amount: row.amount.to_string(),
        description: row.description.clone(),
        date: row.effective_date.to_string(),
        created_at: row.created_at.to_string(),
        actor: row.actor.clone(),
        reason: row.reason.clone(),
        refundable: None,
    }
}

pub(crate) fn register(record: RegisterRecord) -> RegisterRow {
    let row = record.transaction.row;
    let amount = row.amount.to_string();
    let (money_in, money_out) = match record.side {
        Side::Credit => (Some(amount), None),
        Side::Debit => (None, Some(amount)),
    };
    RegisterRow {
        transaction_id: row.id,
        date: row.effective_date.to_string(),
        reference: row.reference,
        description: row.description,
        other_id: record.other_id,
        other_name: record.other_name,
        money_in,
        money_out,
        running: record.running.to_string(),
        currency: row.currency.code().to_owned(),
        exponent: row.currency.exponent(),
        matched: record.matched,
        actor: row.actor,
        created_at: row.created_at.to_string(),
    }
}

pub(crate) fn total(total: CurrencyTotal) -> MoneyTotal {
    MoneyTotal {
        currency: total.currency,
        exponent: total.exponent,
        group: total.group,
        count: total.count,
        amount: total.amount.to_string(),
    }
}

/// Before and after of every balance that a unit changed.
pub(crate) fn effects_of(unit: &mut dyn store::Unit) -> Vec<Effect> {
    unit.changed_balances().iter().map(|(before, after)| effect(before, after)).collect()
}

pub(crate) fn effect(before: &ledger::Balance, after: &ledger::Balance) -> Effect {
    Effect {
        balance_id: before.id.clone(),
        name: before.name.clone(),
        currency: before.currency.code().to_owned(),
        exponent: before.currency.exponent(),
        before: figures(&before.figures),
        after: figures(&after.figures),
    }
}
