//! Use cases on real books: SQLite files in temporary folders.

mod book_care;
mod book_file;
mod book_rows;
mod ledger_again;
mod ledger_holds;
mod ledger_lists;
mod ledger_long;
mod ledger_postings;
mod ledger_property;
mod ledger_search;
mod recon_desk;
mod recon_flow;
mod recon_import;
mod recon_known;
mod recon_late;
mod recon_opening;
mod recon_order;
mod recon_rules;
mod recon_runs;
mod recon_signed;
mod recon_support;
mod recon_undo;
mod recon_views;
mod support;
