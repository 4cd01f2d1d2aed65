//! What stands beside the amounts and changes them: fees of their own, and a minus that says nothing.

use super::Work;
use super::money::{Bench, FEE_WORDS, NET_WORDS, Outcome};
use crate::columns::Column;
use crate::mapping::SignModel;
use crate::plan::Plan;
use crate::problem::Reason;

/// Most fees are printed with a minus: one without came back.
pub(super) fn mostly_minus(column: &Column) -> bool {
    column.negative * 2 > column.numbers - column.zeros
}

impl Work<'_> {
    /// Settles the fees of the plan, and says what nothing proves.
    pub(super) fn settle_fees(&mut self, bench: &Bench, outcome: Outcome) -> Outcome {
        if self.plan.fee.is_some() {
            return outcome;
        }
        let mut outcome = outcome;
        if let Some((fee, proved)) = bench.with_fee(&self.plan, &outcome) {
            let name = &self.columns[fee].header;
            if self.mapped().is_some_and(|mapping| mapping.fees_and_states) {
                // The mapping was made knowing of fees, and takes none off.
                let text = format!(
                    "The balances follow only if {name} is taken off besides the amount, and the mapping does not say so. Set that column to Fee."
                );
                self.warnings.push((Reason::FeesBeside, text));
                return outcome;
            }
            self.plan.fee = Some(fee);
            self.plan.fee_minus = mostly_minus(&self.columns[fee]);
            outcome = proved;
            outcome.evidence.push(format!("The balances show that {name} is taken off besides the amount."));
        } else if let Some(fee) = bench.open_fees(&self.plan, &outcome) {
            let name = &self.columns[fee].header;
            let text = format!(
                "{name} holds fees, and nothing proves whether the amounts include them. They were not taken off. If they are to be, set that column to Fee."
            );
            self.warnings.push((Reason::FeesBeside, text));
        }
        outcome
    }

    /// Credits that are printed with a minus, as on some cards: what the column is called says that they came in.
    pub(super) fn settle_minus(&mut self, bench: &Bench, outcome: &mut Outcome) {
        let Some(column) = self.plan.credit.filter(|&column| column < self.columns.len()) else { return };
        let credits = &self.columns[column];
        if outcome.relation.is_some() || credits.negative == 0 {
            return;
        }
        let name = credits.header.as_str();
        let which = if credits.negative == credits.numbers - credits.zeros { "Every amount" } else { "Some amounts" };
        let have = if which == "Every amount" { "has" } else { "have" };
        let text = match self.plan.sign {
            Some(SignModel::DebitCreditMinus) => {
                format!("{which} under {name} {have} a minus. They were read as money in, as cards print it.")
            }
            Some(SignModel::DebitCredit) if bench.credits_carry_minus(&self.plan) => {
                if self.options.sign_model.is_some() {
                    format!("{which} under {name} {have} a minus. They were read as money out, as chosen.")
                } else {
                    self.plan.sign = Some(SignModel::DebitCreditMinus);
                    outcome.best.sign = SignModel::DebitCreditMinus;
                    outcome.evidence.push(format!("{which} under {name} {have} a minus, as cards print money in."));
                    format!("{which} under {name} {have} a minus. They were read as money in, as cards print it.")
                }
            }
            _ => return,
        };
        self.warnings.push((Reason::CreditsWithMinus, text));
    }
}

impl Bench<'_> {
    /// A column of fees that are not all zero and that the reading leaves free.
    fn fee_columns(&self, outcome: &Outcome) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|&c| {
            let column = &self.columns[c];
            column.is_number()
                && column.numbers > column.zeros
                && self.says(c, FEE_WORDS)
                && !outcome.best.uses(c)
                && outcome.best.balance != Some(c)
        })
    }

    /// The plan with a column of fees taken off.
    fn less(&self, plan: &Plan, fee: usize) -> Plan {
        Plan { fee: Some(fee), fee_minus: mostly_minus(&self.columns[fee]), ..plan.clone() }
    }

    /// Fees beside the amount: the balances follow on every step once they are taken off, and did not before.
    fn with_fee(&self, plan: &Plan, outcome: &Outcome) -> Option<(usize, Outcome)> {
        let best = &outcome.best;
        if best.sign != SignModel::Signed || best.balance.is_none() {
            return None;
        }
        self.fee_columns(outcome).find_map(|fee| {
            let plan = self.less(plan, fee);
            let (relation, fit, mirrored) = self.relate(&self.fits(&plan, best, usize::MAX), true)?;
            let all = !mirrored && fit.agree == fit.of && fit.agree > outcome.fit.agree;
            all.then(|| (fee, self.proved(&plan, best.clone(), relation)))
        })
    }

    /// A column of fees that are not all zero and that the amounts may or may not include: neither the balances nor
    /// the rows tell.
    fn open_fees(&self, plan: &Plan, outcome: &Outcome) -> Option<usize> {
        if outcome.best.amount.is_some_and(|amount| self.says(amount, NET_WORDS)) {
            return None;
        }
        self.fee_columns(outcome).find(|&fee| !self.included(plan, outcome, fee))
    }

    /// The balances follow from the amounts alone where they would not with the fee taken off. Steps over rows without
    /// a fee say nothing, however many they are.
    fn included(&self, plan: &Plan, outcome: &Outcome, fee: usize) -> bool {
        let Some(relation) = outcome.relation else { return false };
        let place = crate::chain::RELATIONS.iter().position(|other| *other == relation).unwrap_or(0);
        let less = self.fits(&self.less(plan, fee), &outcome.best, usize::MAX)[place];
        less.agree < outcome.fit.agree
    }

    /// Debits are printed plain and every credit has a minus, as on some card statements: both mean what the column
    /// says.
    fn credits_carry_minus(&self, plan: &Plan) -> bool {
        let (Some(debit), Some(credit)) = (plan.debit, plan.credit) else {
            return false;
        };
        let (Some(debit), Some(credits)) = (self.columns.get(debit), self.columns.get(credit)) else {
            return false;
        };
        let negative = credits.negative;
        let all = negative > 0 && negative == credits.numbers - credits.zeros;
        all && debit.negative == 0 && debit.numbers > debit.zeros
    }
}
