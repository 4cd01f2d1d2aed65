//! Matching through its public interface.

mod assignment;
mod criteria;
mod crowds;
mod fallback;
mod guarantees;
mod index;
mod lists;
mod reasons;
mod rules;
mod support;
mod twins;
