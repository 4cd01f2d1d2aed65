//! Matching rules, candidates, scores with reasons and assignment, without I/O
