//! The facade: use cases over the storage traits
