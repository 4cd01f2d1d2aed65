//! One binary for all tests of the crate, so that it links once.

// Tests read fixtures, ask for the corpus folder and measure time; the crate itself may do none of it.
#![allow(clippy::disallowed_methods)]

mod behaviour;
mod bombs;
mod corpus;
mod doubts;
mod fixtures;
mod layouts;
mod mappings;
mod properties;
mod support;
