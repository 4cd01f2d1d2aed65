//! A book as one SQLite file.
//!
//! * [`open`]: create and open, with the checks before a book is trusted.
//! * [`lock`]: who may write; an operating-system lock that vanishes with its process.
//! * `ledger`, `recon`, `system`: the storage traits, SQL only.
//!
//! One connection writes, a few read; WAL keeps readers from ever waiting for the writer.

mod attachments;
mod conditions;
mod copy;
mod error;
mod header;
mod history;
mod journal;
mod kept;
mod ledger;
mod lineage;
mod lists;
mod lock;
mod open;
mod people;
mod protect;
mod recon;
mod row;
mod scheduled;
mod schema;
mod search;
mod sql;
mod system;
mod unit;
mod webhooks;

pub use lock::BookLock;
pub use open::{SCHEMA_VERSION, SqliteStore};
pub use protect::{BookKey, SHORTEST_PASSPHRASE, key_id};
