//! Matching of statement lines with ledger entries: rules, candidates, scores with reasons and best assignment,
//! without I/O.
//!
//! Everything here is a pure function of its arguments: no clock, no randomness, no files, no floats. The same
//! inputs give the same outcome whatever order they come in and however often a run was interrupted.
//!
//! * [`model`]: statement lines and ledger entries as matching sees them, and what a run returns.
//! * [`rule`]: matching rules, their stored JSON form, tolerances with one unit each; [`check`] finds what is wrong
//!   with a rule, [`sentence`] reads it aloud.
//! * [`criteria`]: whether a pair satisfies a criterion, and by how much it misses.
//! * [`fallback`]: the closest-text search for lines that no rule matched.
//! * [`candidates`]: indexes that find the pairs worth looking at.
//! * [`text`] and [`evidence`]: what two texts, dates and amounts have in common, as integer points.
//! * [`assign`]: the best overall assignment and how much better it is than the next one.
//! * [`explain`]: evidence in words, with the place in the text it stands on.
//! * [`run`]: all of it in resumable steps.
//! * [`preset`]: a scored search for two plain lists without any rules.
//!
//! Amounts are compared **with their sign**, as the account sees them: money in is positive on both sides, so a
//! payment never matches a receipt. Items in different currencies, or in one currency kept with different numbers
//! of decimals, are never compared.

pub mod assign;
pub mod candidates;
pub mod check;
pub mod criteria;
pub mod decimal;
pub mod evidence;
pub mod explain;
pub mod fallback;
pub mod model;
pub mod preset;
pub mod rule;
pub mod run;
pub mod sentence;
pub mod text;

pub use check::{Breadth, RuleProblem, Severity, breadth, check};
pub use criteria::{CriterionCheck, check_pair};
pub use decimal::{Decimal, DecimalError};
pub use explain::{Measured, Reason, ReasonKind, Side, Span, TextField};
pub use fallback::Fallback;
pub use model::{
    Alternative, Found, InputError, Inputs, Interchangeable, LedgerItem, LimitKind, LimitNote, Match, Outcome,
    StatementItem, Tier, When,
};
pub use preset::{EdgeOut, LedgerRecord, Matched, StatementRecord, match_records};
pub use rule::{Criterion, Field, Operator, Rule, StoredCriterion, StoredRule, Tolerance};
pub use run::{Checkpoint, Control, LineDate, Matcher, Params, Phase, Progress, ResumeError, ScoredPass, Stage, run};
pub use sentence::{PartRole, SentencePart, sentence};
