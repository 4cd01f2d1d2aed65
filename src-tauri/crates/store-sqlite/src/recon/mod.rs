//! Statements, rules, runs, matches and sign-off.

use store::{ReconReads, ReconWrites};

use crate::{open::SqliteStore, unit::SqliteUnit};

impl ReconReads for SqliteStore {}

impl ReconWrites for SqliteUnit {}
