//! The real executable, run as a user or a script runs it.

mod answers;
mod books;
mod crash;
mod crash_work;
mod files;
mod ledger;
mod posting;
mod support;
