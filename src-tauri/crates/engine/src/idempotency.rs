//! The same thing asked for twice. What is compared is what would be booked, not how it was written down: a balance by
//! its name or its id, a day that is named or left open.

use jiff::civil::Date;
use ledger::{Amount, Status};
use sha2::{Digest, Sha256};
use store::Unit;
use store::ledger::{LegOf, StoredTransaction};

use crate::error::describe_use;
use crate::post::PostCommand;
use crate::{EngineError, EngineResult, Stamp, words};

/// Longest reference that is stored.
const MAX_REFERENCE: usize = 255;

/// A reference as it is stored; blank means that one is to be made.
pub(crate) fn reference_of(text: &str) -> EngineResult<String> {
    let reference = text.trim();
    if reference.chars().count() > MAX_REFERENCE || reference.chars().any(char::is_control) {
        return Err(EngineError::invalid(
            "reference",
            format!("A reference has at most {MAX_REFERENCE} characters and no line breaks."),
        ));
    }
    Ok(reference.to_owned())
}

/// The refusal of a reference that stands for something else.
pub(crate) fn taken(existing: &StoredTransaction, stamp: &Stamp) -> EngineError {
    let row = &existing.row;
    let kind = match row.status {
        Status::Inflight => "hold",
        Status::Applied => "posting",
        Status::Void => "void",
    };
    EngineError::DuplicateReference {
        reference: row.reference.clone(),
        what: describe_use(kind, &row.amount, &row.currency, words::day_of(row.created_at), stamp.today, &row.actor),
        id: row.id.clone(),
        differs: Vec::new(),
    }
}

/// Refuses a reference under which an accepted posting waits to be booked: it is reserved for that one.
pub(crate) async fn refuse_waiting(unit: &mut dyn Unit, reference: &str) -> EngineResult<()> {
    if reference.is_empty() || unit.waits_under(reference).await?.is_none() {
        return Ok(());
    }
    Err(EngineError::Conflict {
        code: "TXN_DUPLICATE_REFERENCE",
        message: format!("{reference} waits to be booked already. Nothing was posted."),
    })
}

/// SHA-256 over parts, each with its length in front so that no two lists share an encoding.
fn hash_of(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// A posting with both its balances found. Whether it may overdraw or settle in a signed period lets it through and is
/// no part of what is booked.
pub(crate) struct Asked<'a> {
    pub command: &'a PostCommand,
    pub source: &'a str,
    pub destination: &'a str,
}

impl Asked<'_> {
    /// A date that was left open is hashed as open: a retry tomorrow is still the same request.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let command = self.command;
        let (amount, day) = (command.amount.to_string(), command.effective_date.map(|day| day.to_string()));
        let expires = command.timers.expires_at.map(|at| at.as_microsecond().to_string());
        let metadata = command.metadata.as_ref().map(ToString::to_string);
        let mut parts = vec![
            "posting 2",
            &command.reference,
            self.source,
            self.destination,
            &amount,
            &command.currency,
            day.as_deref().unwrap_or_default(),
            &command.description,
            if command.hold { "hold" } else { "settle" },
            expires.as_deref().unwrap_or_default(),
            metadata.as_deref().unwrap_or_default(),
        ];
        // One more part, so that every posting of before keeps its hash.
        parts.extend(command.refunds.as_deref());
        let place = command.leg.as_ref().map(|leg| format!("{} of {}", leg.position, leg.legs));
        parts.extend(place.iter().flat_map(|place| ["leg", place]));
        let commits = command.timers.commits_at.map(|at| at.as_microsecond().to_string());
        parts.extend(commits.iter().flat_map(|at| ["commits", at]));
        hash_of(&parts)
    }

    /// The row was booked for this very content. Where the hashes differ the row itself decides: it may have been asked
    /// for in other words, or be older than this way of hashing.
    pub(crate) fn is(&self, existing: &StoredTransaction, today: Date) -> bool {
        let (command, row) = (self.command, &existing.row);
        let place = |leg: &Option<LegOf>| leg.as_ref().map(|leg| (leg.position, leg.legs));
        if existing.parent_key.is_some()
            || row.reference != command.reference
            || place(&existing.leg) != place(&command.leg)
        {
            return false;
        }
        let metadata = existing.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok());
        existing.input_hash == self.hash()
            || (command.refunds.is_none()
                && existing.refund_of.is_none()
                && row.status == if command.hold { Status::Inflight } else { Status::Applied }
                && row.source == self.source
                && row.destination == self.destination
                && row.amount == command.amount
                && row.currency.code() == command.currency
                && row.description == command.description
                && row.expires_at.map(|at| at.as_microsecond())
                    == command.timers.expires_at.map(|at| at.as_microsecond())
                && metadata == command.metadata
                && self.same_day(existing, today))
    }

    /// What tells it from the row that stands under its reference, in words.
    pub(crate) fn differs(&self, existing: &StoredTransaction, today: Date) -> Vec<&'static str> {
        let (command, row) = (self.command, &existing.row);
        let holds = row.status == Status::Inflight;
        let parts = [
            (holds != command.hold || existing.parent_key.is_some(), "what it is"),
            (row.source != self.source || row.destination != self.destination, "its balances"),
            (row.amount != command.amount || row.currency.code() != command.currency, "its amount"),
            (!self.same_day(existing, today), "its day"),
            (row.description != command.description, "its description"),
        ];
        parts.into_iter().filter_map(|(differs, word)| differs.then_some(word)).collect()
    }

    /// An open date means the day on which it is booked.
    fn same_day(&self, existing: &StoredTransaction, today: Date) -> bool {
        let day = existing.row.effective_date;
        match self.command.effective_date {
            Some(asked) => asked == day,
            None => day == today || day == words::day_of(existing.row.created_at),
        }
    }
}

/// What a commit books.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitContent<'a> {
    pub hold: &'a str,
    pub amount: &'a Amount,
    /// Nothing is held any more after it.
    pub whole: bool,
    /// The rest is let go with it.
    pub void_rest: bool,
    /// The day that was named.
    pub day: Option<Date>,
}

impl CommitContent<'_> {
    pub(crate) fn hash(&self) -> [u8; 32] {
        let flag = |set: bool, text: &'static str| if set { text } else { "" };
        hash_of(&[
            "commit 1",
            self.hold,
            &self.amount.to_string(),
            flag(self.whole, "whole"),
            flag(self.void_rest, "void rest"),
            &self.day.map(|day| day.to_string()).unwrap_or_default(),
        ])
    }
}

/// What letting go of a hold books: all that is left of it, for a reason. `kind` is that of its history entry.
pub(crate) fn release_hash(kind: &str, hold: &str, reason: &str) -> [u8; 32] {
    hash_of(&["release 1", kind, hold, reason])
}
