//! What crosses the border between the engine and a front end, as plain data.
//!
//! Amounts are canonical decimal text in minor units with the currency's exponent beside them, days are ISO dates,
//! instants ISO 8601 in UTC. The TypeScript side is generated from these types.

pub mod attachments;
pub mod backups;
pub mod book;
pub mod bulk;
pub mod desk;
pub mod financial;
pub mod history;
pub mod imports;
pub mod ledgers;
pub mod lineage;
pub mod monitors;
pub mod overview;
pub mod page;
pub mod people;
pub mod periods;
pub mod rules;
pub mod scheduled;
pub mod search;
pub mod statements;
pub mod transactions;
pub mod trial;
pub mod webhooks;
