//! The real executable, run as a user or a script runs it.

mod answers;
mod books;
mod crash;
mod files;
mod posting;
mod support;
