//! One binary for all tests of the crate, so that it links once.

mod behaviour;
mod corpus;
mod fixtures;
mod properties;
mod support;
