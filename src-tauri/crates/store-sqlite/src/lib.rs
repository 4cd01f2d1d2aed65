//! The storage traits on one SQLite file
