//! Matching through its public interface.

mod guarantees;
