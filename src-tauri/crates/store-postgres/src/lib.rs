//! A book as one PostgreSQL database.
//!
//! * [`open`]: connect, and bring the schema up to date.
//! * `ledger`, `recon`, `system`: the storage traits, SQL only. What a row means stands in `store::rows`.
//!
//! A unit of work locks the one row of `writer` first: units follow one another, whatever program they run in, and what
//! a unit read still holds when it commits. Readers never wait for it.

mod attachments;
mod conditions;
mod error;
mod history;
mod journal;
mod kept;
mod ledger;
mod lineage;
mod open;
mod people;
mod recon;
mod row;
mod scheduled;
mod search;
mod sql;
mod system;
mod unit;
mod webhooks;

pub use open::PostgresStore;
