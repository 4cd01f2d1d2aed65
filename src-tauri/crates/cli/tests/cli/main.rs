//! The real executable, run as a user or a script runs it.

mod answers;
mod attachments;
mod books;
mod came;
mod crash;
mod crash_all;
mod crash_work;
mod faults;
mod files;
mod hooks;
mod ledger;
mod lineage;
mod lists;
mod people;
mod posting;
mod protected;
mod rules;
mod support;
