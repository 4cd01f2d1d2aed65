//! Individuals and organisations, the fields that describe them, and how a field is kept as a token that only the key
//! opens.
//!
//! Nothing here reads a clock, a file or a random number: whoever calls brings keys and nonces.

pub mod field;
pub mod token;

pub use field::{Field, FieldError, Kind, Value, Values};
pub use token::{Key, KeyRing, TokenError};
