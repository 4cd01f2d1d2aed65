//! Every scenario in the real window, one module per view or flow.

mod approvals;
mod attachments;
mod audit;
mod backups;
mod drop;
mod entries;
mod financial;
mod first;
mod identities;
mod lineage;
mod lists;
mod monitors;
mod overlap;
mod posting;
mod postings;
mod protected;
mod receiver;
mod reconcile;
mod scheduled;
mod screenshots;
mod signed;
mod start;
mod steps;
mod webhooks;
mod window;
