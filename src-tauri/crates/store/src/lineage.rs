//! Lineage of funds: from which origins the money of a balance came, and what each journal row did to them.

use jiff::{Timestamp, civil::Date};
use ledger::Amount;
use ledger::lineage::Source;

use crate::{Page, StoreResult};

/// What a balance has of one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    pub origin: String,
    pub source: Source,
}

/// What a journal row does to an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveKind {
    Received,
    Spent,
    HeldIn,
    HeldOut,
    /// No longer held: received or spent instead, or given up.
    ReleasedIn,
    ReleasedOut,
    /// Lineage was no longer kept; what was there is money without a known origin from then on.
    Ended,
}

/// Kinds and their words in storage.
const KINDS: [(MoveKind, &str); 7] = [
    (MoveKind::Received, "received"),
    (MoveKind::Spent, "spent"),
    (MoveKind::HeldIn, "held_in"),
    (MoveKind::HeldOut, "held_out"),
    (MoveKind::ReleasedIn, "released_in"),
    (MoveKind::ReleasedOut, "released_out"),
    (MoveKind::Ended, "ended"),
];

impl MoveKind {
    /// The word of a kind in storage.
    pub fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The kind of a stored word.
    pub fn of_word(text: &str) -> Option<Self> {
        KINDS.iter().find(|(_, word)| *word == text).map(|(kind, _)| *kind)
    }

    /// What becomes of the figures of an origin.
    pub fn apply(self, source: &mut Source, amount: &Amount) {
        match self {
            Self::Received => source.received += amount,
            Self::Spent | Self::Ended => source.spent += amount,
            Self::HeldIn => source.held_in += amount,
            Self::HeldOut => source.held_out += amount,
            Self::ReleasedIn => source.held_in -= amount,
            Self::ReleasedOut => source.held_out -= amount,
        }
    }
}

/// A journal row that moves funds: keys of the row, of the first row of its family, and of that of the family that it
/// gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedBy {
    pub row_key: i64,
    pub family_key: i64,
    pub returns_key: Option<i64>,
}

/// A move to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMove {
    pub balance_key: i64,
    pub origin: String,
    pub kind: MoveKind,
    /// Above zero.
    pub amount: Amount,
}

/// A stored move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRecord {
    pub key: i64,
    /// Id, reference and day of the journal row; nothing where keeping lineage ended.
    pub transaction: Option<(String, String, Date)>,
    /// It gives back another family.
    pub returns_key: Option<i64>,
    pub balance_key: i64,
    pub balance_id: String,
    pub balance_name: String,
    pub origin: String,
    pub kind: MoveKind,
    pub amount: Amount,
    pub at: Timestamp,
}

/// Reads of lineage.
#[async_trait::async_trait]
pub trait LineageReads {
    /// Origins of a balance, in the order in which they first came.
    async fn lineage_sources(&self, balance_key: i64) -> StoreResult<Vec<SourceRecord>>;
    /// Moves of a balance, of one origin or of all, the newest first.
    async fn lineage_moves(
        &self,
        balance_key: i64,
        origin: Option<&str>,
        offset: u64,
        limit: u32,
    ) -> StoreResult<Page<MoveRecord>>;
    /// Moves of a family in the order of booking.
    async fn lineage_of_family(&self, family_key: i64) -> StoreResult<Vec<MoveRecord>>;
    /// Moves after the one with `key`, in their order: for whoever adds all of them up.
    async fn lineage_after(&self, key: i64, limit: u32) -> StoreResult<Vec<MoveRecord>>;
    /// Every balance with an origin.
    async fn lineage_balances(&self) -> StoreResult<Vec<i64>>;
}

/// Writes of lineage, inside one unit of work.
#[async_trait::async_trait]
pub trait LineageWrites {
    /// As [`LineageReads::lineage_sources`].
    async fn load_lineage(&mut self, balance_key: i64) -> StoreResult<Vec<SourceRecord>>;
    /// Moves of a family, and of what gives it back, in the order of booking.
    async fn load_lineage_of(&mut self, family_key: i64) -> StoreResult<Vec<MoveRecord>>;
    async fn insert_lineage(&mut self, by: Option<MovedBy>, moves: &[NewMove], at: Timestamp) -> StoreResult<()>;
    /// The figures of an origin; it is made when it is new.
    async fn save_lineage(&mut self, balance_key: i64, record: &SourceRecord) -> StoreResult<()>;
}
