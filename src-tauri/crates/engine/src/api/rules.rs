//! Matching rules as people edit them: one unit per tolerance, one sentence per rule.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RuleField {
    Amount,
    Date,
    Reference,
    Description,
    Currency,
    Counterparty,
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RuleTest {
    /// Amount agrees, date is near, text is the same, each within the tolerance.
    Equals,
    GreaterThan,
    LessThan,
    /// One text contains the other, or they are similar within the tolerance.
    Contains,
    /// At most so many letters differ.
    Similar,
    /// The entry's field appears anywhere in the line.
    FoundInText,
}

/// Unit of a tolerance. One per criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ToleranceUnit {
    /// Percent of the ledger amount, or of the longer text.
    Percent,
    /// Currency units, `0.50`, of [`Tolerance::currency`].
    Money,
    Days,
    Hours,
    Seconds,
    /// Letters that may differ.
    Letters,
}

/// How far apart two values may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Tolerance {
    /// Plain decimal text, `0.05`.
    pub value: String,
    pub unit: ToleranceUnit,
    /// Code, for money.
    #[serde(default)]
    pub currency: Option<String>,
}

/// One row of a rule; all rows must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleCriterion {
    pub field: RuleField,
    pub test: RuleTest,
    /// Absent: exactly.
    pub tolerance: Option<Tolerance>,
}

/// The body of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleBody {
    pub criteria: Vec<RuleCriterion>,
    /// Certain matches this rule supports may be confirmed by a run that was asked to.
    pub confirm: bool,
}

/// A rule in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Rule {
    pub id: String,
    /// From 1.
    pub position: u32,
    pub name: String,
    pub enabled: bool,
    pub version: u32,
    pub body: RuleBody,
    pub sentence: Vec<SentencePart>,
    /// Proposals of the newest runs of open statements this rule supports, confirmed and waiting.
    pub confirms: u32,
    pub suggests: u32,
    pub updated_at: String,
    pub updated_by: String,
}

/// A rule to be saved; no id makes a new one at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleDraft {
    pub id: Option<String>,
    pub name: String,
    pub enabled: bool,
    pub body: RuleBody,
}

/// A part of the sentence a rule reads as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SentencePart {
    pub text: String,
    /// Which choice this word opens: `subject`, `field`, `test`, `tolerance`; absent for plain words.
    pub slot: Option<String>,
    /// Criterion index for the first three.
    pub criterion: Option<u32>,
}

/// One stored version of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleVersion {
    pub version: u32,
    pub name: String,
    pub body: RuleBody,
    pub at: String,
    pub actor: String,
}

/// Whether a rule makes sense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleCheck {
    pub sentence: Vec<SentencePart>,
    /// Reasons why it cannot be saved.
    pub errors: Vec<RuleIssue>,
    /// “A rule without amount or reference …”.
    pub warnings: Vec<String>,
    /// The stored form with drifts.
    pub stored: String,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleIssue {
    /// Criterion index; absent for the rule as a whole.
    pub criterion: Option<u32>,
    pub text: String,
}

/// How one criterion came out for one pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CriterionMark {
    pub holds: bool,
    /// The measured value in words: “6.00 off, 0.033 %”.
    pub text: String,
    /// Of one that fails: the smallest sensible tolerance with which it holds.
    pub allow: Option<Tolerance>,
}

/// A pair shown in a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleExample {
    pub line_id: String,
    pub line_position: u32,
    pub line_date: String,
    pub line_text: String,
    pub line_amount: String,
    pub entry_id: String,
    pub entry_date: String,
    pub entry_reference: String,
    pub entry_text: String,
    pub entry_amount: String,
    pub marks: Vec<CriterionMark>,
    /// Not matched by the stored rules.
    pub gained: bool,
    /// The text both share, to be marked.
    pub shared_text: Option<String>,
}

/// What a rule would do on a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RulePreview {
    pub currency: String,
    pub exponent: u8,
    pub lines: u32,
    pub would_match: u32,
    pub would_not: u32,
    pub near_misses: u32,
    pub gained: u32,
    pub lost: u32,
    pub contradicted: u32,
    /// Lines for which some entry passes this criterion, in the order of the criteria.
    pub passing: Vec<u32>,
    pub matches: Vec<RuleExample>,
    pub misses: Vec<RuleExample>,
    pub milliseconds: u32,
    /// “Tested on the newest 10,000 lines”, when not all were.
    pub note: Option<String>,
}
