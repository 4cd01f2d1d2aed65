//! Report models rendered as CSV and XLSX bytes
