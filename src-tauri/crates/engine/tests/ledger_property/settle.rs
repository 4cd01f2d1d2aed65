//! Whether the model explains what the database holds: every new row of the journal belongs to one command that was
//! answered so, in an order in which the model would have done the same.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::asks::Answer;
use super::model::{Model, Name, Posting, Step, TAKEN, Wanted};
use super::observer::Row;

/// A step and what was answered; nothing where nobody waited for the answer.
#[derive(Debug, Clone)]
pub struct Claim {
    pub step: Step,
    pub answer: Option<Answer>,
}

fn is_named(row: &Row, given: &str, booked: Option<&String>) -> bool {
    let reference = booked.map_or(given, String::as_str);
    reference.is_empty() || row.reference == reference
}

impl Claim {
    /// Whether `row` is the first that this step wrote.
    fn begins(&self, row: &Row, model: &Model) -> bool {
        let booked = match &self.answer {
            Some(Answer::Done { booked, .. }) => booked.as_ref(),
            _ => None,
        };
        let posts = |posting: &Posting| row.parent.is_none() && row.reference == posting.reference;
        let below = |hold: usize, status: &str| row.parent == Some(model.holds[hold].key) && row.status == status;
        match &self.step {
            Step::Post(posting) => posts(posting),
            Step::Entry(postings) | Step::Batch(postings) => postings.iter().any(posts),
            Step::Commit { hold, reference, .. } => below(*hold, "APPLIED") && is_named(row, reference, booked),
            Step::Void { hold, reference } => below(*hold, "VOID") && is_named(row, reference, booked),
            Step::Expire { hold } => below(*hold, "VOID"),
            Step::CommitItself { hold } => below(*hold, "APPLIED"),
        }
    }

    /// Whether the model, as it stands, does nothing for this step either.
    fn is_explained(&self, model: &Model) -> Result<bool, TestCaseError> {
        Ok(match &self.answer {
            Some(Answer::Refused(code)) => match model.clone().apply(&self.step) {
                Ok(_) => false,
                Err(TAKEN) if matches!(self.step, Step::Post(_)) => {
                    prop_assert_eq!(code.as_str(), TAKEN, "{:?}", self.step);
                    true
                }
                Err(_) => true,
            },
            Some(Answer::Done { existing: true, .. }) => {
                model.clone().apply(&self.step).is_ok_and(|rows| rows.is_empty())
            }
            _ => false,
        })
    }
}

/// Applies the claims to the model in the order of their rows. With `ordered` that must be the order of the claims.
pub fn settle(
    model: &mut Model,
    claims: Vec<Claim>,
    rows: Vec<Row>,
    names: &BTreeMap<i64, Name>,
    ordered: bool,
) -> Result<(), TestCaseError> {
    let mut open: VecDeque<Claim> = claims.into();
    let mut rest: VecDeque<Row> = rows.into();
    loop {
        let mut kept = VecDeque::with_capacity(open.len());
        while let Some(claim) = open.pop_front() {
            let nothing = match &claim.answer {
                // Nobody knows, so the rows say.
                None => !rest.iter().any(|row| claim.begins(row, model)),
                Some(Answer::Failed(_)) => true,
                Some(_) => claim.is_explained(model)?,
            };
            if !nothing {
                kept.push_back(claim);
                if ordered {
                    break;
                }
            }
        }
        kept.append(&mut open);
        open = kept;
        let Some(row) = rest.front() else { break };
        let at = open.iter().position(|claim| claim.begins(row, model));
        let Some(claim) = at.filter(|at| !ordered || *at == 0).and_then(|at| open.remove(at)) else {
            return Err(TestCaseError::fail(format!("nobody wrote {row:?}: {open:?}")));
        };
        let wrote = claim.answer.as_ref().is_none_or(Answer::is_new);
        prop_assert!(wrote, "{:?} wrote {:?}", claim, row);
        let wanted = model.apply(&claim.step);
        let Ok(wanted) = wanted else {
            return Err(TestCaseError::fail(format!("{claim:?} was booked against a rule: {row:?}")));
        };
        for wanted in wanted {
            let Some(row) = rest.pop_front() else {
                return Err(TestCaseError::fail(format!("{claim:?} is booked in part: {wanted:?} is missing")));
            };
            take(model, &wanted, &row, names)?;
        }
    }
    prop_assert!(open.is_empty(), "no rule and no row explains {:?}", open);
    Ok(())
}

/// The row is what the model wrote; the model learns its id.
fn take(model: &mut Model, wanted: &Wanted, row: &Row, names: &BTreeMap<i64, Name>) -> Result<(), TestCaseError> {
    let stored = Wanted {
        status: wanted.status,
        from: names[&row.from].clone(),
        to: names[&row.to].clone(),
        amount: row.amount.clone(),
        day: wanted.day,
        reference: wanted.reference.as_ref().map(|_| row.reference.clone()),
        hold: wanted.hold,
        part: wanted.part,
    };
    prop_assert_eq!((&stored, &*row.status, &*row.day), (wanted, wanted.status, &*wanted.day.to_string()));
    if let Some(hold) = wanted.hold {
        if row.parent.is_none() {
            (model.holds[hold].id, model.holds[hold].key) = (row.id.clone(), row.key);
        }
        prop_assert_eq!(model.holds[hold].key, row.parent.unwrap_or(row.key));
    }
    if let Some(part) = wanted.part {
        model.parts[part].id = row.id.clone();
    }
    Ok(())
}
