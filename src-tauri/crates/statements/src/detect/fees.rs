//! What stands beside the amounts and changes them: fees of their own, and a minus that says nothing.

use super::Work;
use super::money::{Bench, FEE_WORDS, NET_WORDS, Outcome};
use crate::chain::Fit;
use crate::mapping::SignModel;
use crate::model::Confidence;
use crate::plan::Plan;
use crate::problem::Reason;

/// A column that may hold fees, and how the balances follow once they are taken off.
struct Fee {
    column: usize,
    plan: Plan,
    fits: [Fit; 4],
}

impl Work<'_> {
    /// Settles the fees of the plan, and says what nothing proves.
    pub(super) fn settle_fees(&mut self, bench: &Bench, outcome: &mut Outcome) {
        if self.plan.fee.is_some() {
            return;
        }
        let fees = bench.fees(&self.plan, outcome);
        if let Some((fee, proved)) = bench.with_fee(&fees, outcome) {
            let name = &self.columns[fee.column].header;
            if self.mapped().is_some_and(|mapping| mapping.fees_and_states) {
                // The mapping was made knowing of fees, and takes none off.
                let text = format!(
                    "The balances follow only if {name} is taken off besides the amount, and the mapping does not say so. Set that column to Fee."
                );
                self.warnings.push((Reason::FeesBeside, text));
                return;
            }
            self.plan.fee = fee.plan.fee;
            self.plan.fee_minus = fee.plan.fee_minus;
            *outcome = proved;
            outcome.evidence.push(format!("The balances show that {name} is taken off besides the amount."));
        } else if let Some(fee) = bench.open_fees(&fees, outcome) {
            let name = &self.columns[fee.column].header;
            let text = format!(
                "{name} holds fees, and nothing proves whether the amounts include them. They were not taken off. If they are to be, set that column to Fee."
            );
            self.warnings.push((Reason::FeesBeside, text));
        }
    }

    /// Credits that are printed with a minus, as on some cards: what the column is called says that they came in.
    pub(super) fn settle_minus(&mut self, outcome: &mut Outcome) {
        let Some(credits) = self.plan.credit.and_then(|column| self.columns.get(column)) else { return };
        if outcome.relation.is_some() || credits.negative == 0 {
            return;
        }
        let every = credits.negative == credits.amounts();
        let said = format!(
            "{} under {} {} a minus",
            if every { "Every amount" } else { "Some amounts" },
            credits.header,
            if every { "has" } else { "have" }
        );
        let mut read = "in, as cards print it";
        match self.plan.sign {
            Some(SignModel::DebitCreditMinus) => {}
            // Debits are printed plain: both mean what the column says.
            Some(SignModel::DebitCredit) if every && self.debits_are_plain() => {
                if self.options.sign_model.is_some() {
                    read = "out, as chosen";
                } else {
                    self.plan.sign = Some(SignModel::DebitCreditMinus);
                    outcome.best.sign = SignModel::DebitCreditMinus;
                    outcome.evidence.push(format!("{said}, as cards print money in."));
                }
            }
            _ => return,
        }
        self.warnings.push((Reason::CreditsWithMinus, format!("{said}. They were read as money {read}.")));
    }

    /// Debits with and without a minus: the fewer came back, if nothing proves it. That is asked, unless it was chosen.
    pub(super) fn settle_mixed_debits(&mut self, outcome: &mut Outcome) {
        let Some(debits) = self.plan.debit.and_then(|column| self.columns.get(column)) else { return };
        if outcome.relation.is_some() || !debits.has_both_signs() {
            return;
        }
        let said = format!("Some amounts under {} have a minus, others do not.", debits.header);
        if outcome.confidence != Confidence::Chosen && outcome.open.is_empty() && self.plan.date.is_some() {
            outcome.open = vec![outcome.best.with_debits_turned()];
            outcome.leave_open(&said);
            return;
        }
        let which = if self.plan.sign == Some(SignModel::DebitCreditSigned) { "without one" } else { "with one" };
        let text = format!("{said} Those {which} were read as money in, as debits that came back.");
        self.warnings.push((Reason::DebitsOfBothSigns, text));
    }

    fn debits_are_plain(&self) -> bool {
        let debits = self.plan.debit.and_then(|column| self.columns.get(column));
        debits.is_some_and(|debits| debits.negative == 0 && debits.amounts() > 0)
    }
}

impl Bench<'_> {
    /// Columns of fees that are not all zero and that the reading leaves free.
    fn fees(&self, plan: &Plan, outcome: &Outcome) -> Vec<Fee> {
        let best = &outcome.best;
        let free = |&c: &usize| {
            let column = &self.columns[c];
            column.is_number()
                && column.amounts() > 0
                && self.says(c, FEE_WORDS)
                && !best.uses(c)
                && best.balance != Some(c)
        };
        let fee = |column: usize| {
            // Most fees are printed with a minus: one without came back.
            let minus = self.columns[column].is_mostly_negative();
            let plan = Plan { fee: Some(column), fee_minus: minus, ..plan.clone() };
            let fits = if best.balance.is_some() { self.fits(&plan, best, usize::MAX) } else { [Fit::default(); 4] };
            Fee { column, plan, fits }
        };
        (0..self.columns.len()).filter(free).map(fee).collect()
    }

    /// Fees beside the amount: the balances follow on every step once they are taken off, and did not before.
    fn with_fee<'a>(&self, fees: &'a [Fee], outcome: &Outcome) -> Option<(&'a Fee, Outcome)> {
        let best = &outcome.best;
        if best.sign != SignModel::Signed || best.balance.is_none() {
            return None;
        }
        fees.iter().find_map(|fee| {
            let (relation, fit, mirrored) = self.relate(&fee.fits, true)?;
            let all = !mirrored && fit.agree == fit.of && fit.agree > outcome.fit.agree;
            all.then(|| (fee, self.proved(&fee.plan, best.clone(), relation)))
        })
    }

    /// Fees that the amounts may or may not include: neither the balances nor the rows tell.
    fn open_fees<'a>(&self, fees: &'a [Fee], outcome: &Outcome) -> Option<&'a Fee> {
        if outcome.best.amount.is_some_and(|amount| self.says(amount, NET_WORDS)) {
            return None;
        }
        // The balances follow from the amounts alone where they would not with the fee taken off. Steps over rows
        // without a fee say nothing, however many they are.
        let included =
            |fee: &Fee| outcome.relation.is_some_and(|relation| relation.fit(&fee.fits).agree < outcome.fit.agree);
        fees.iter().find(|fee| !included(fee))
    }
}
