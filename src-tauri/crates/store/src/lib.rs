//! Storage traits, filters, pages and errors; names no database
