//! Statements, rules, runs, matches and sign-off.

/// Reads of reconciliation.
#[async_trait::async_trait]
pub trait ReconReads {}

/// Writes of reconciliation.
#[async_trait::async_trait]
pub trait ReconWrites {}
