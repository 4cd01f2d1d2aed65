//! Every scenario in the real window, one module per view or flow.

mod approvals;
mod audit;
mod drop;
mod entries;
mod financial;
mod first;
mod lists;
mod monitors;
mod overlap;
mod posting;
mod postings;
mod reconcile;
mod scheduled;
mod screenshots;
mod signed;
mod start;
mod steps;
mod window;
