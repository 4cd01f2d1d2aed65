//! From sorted rows to statements: balances, the check, the proof, and repairs that the neighbours give evidence for.

mod balances;

use jiff::civil::Date;
use ledger::Amount;

use crate::assemble::{Bad, Group, Sorted};
use crate::detect::Detected;
use crate::layout::{Stated, StatedBalance};
use crate::mapping::{Mapping, SignModel};
use crate::model::{
    AlternativeReading, BalanceCheck, BalancePlace, BalanceSource, Choice, DatedBalance, Period, Proof, ProofBasis,
    RowOrder, SampleLine, Statement,
};
use crate::number::{self, DecimalMark};
use crate::plan::{Cause, Plan, Repairs, RowReader};
use crate::problem::{Field, Problem, Reason, Severity, Suggestion};
use crate::table::Table;
use crate::words::{self, Hint};
use balances::{Chains, Witness};

/// Rows shown under each of several readings.
const SAMPLE_ROWS: usize = 5;

/// The first rows under each open reading. Must be taken before rows are moved into lines.
pub(crate) fn samples(table: &Table, detected: &Detected) -> Vec<AlternativeReading> {
    detected
        .open
        .iter()
        .map(|(label, choice)| {
            let plan = plan_under(&detected.plan, choice);
            let repairs = Repairs::new();
            let reader = RowReader { plan: &plan, repairs: &repairs };
            let rows: Vec<_> = detected.layout.data.iter().take(SAMPLE_ROWS).map(|&index| &table.rows[index]).collect();
            // Another decimal mark may give more decimals than the first reading has; they are what tells the two apart.
            let decimals = (detected.decimals..=ledger::currency::MAX_EXPONENT)
                .find(|&decimals| rows.iter().all(|row| reader.amount(row, decimals).is_ok()))
                .unwrap_or(detected.decimals);
            let sample = rows
                .into_iter()
                .map(|row| SampleLine {
                    position: row.line,
                    booking_date: plan.date.and_then(|column| reader.date(row, column, Field::BookingDate).ok()),
                    amount: reader.amount(row, decimals).ok().map(|money| money.amount.to_decimal(decimals)),
                })
                .collect();
            AlternativeReading {
                label: label.clone(),
                evidence: detected.open_evidence.clone(),
                choice: choice.clone(),
                sample,
            }
        })
        .collect()
}

fn plan_under(plan: &Plan, choice: &Choice) -> Plan {
    let of = |mapping: &Mapping| Plan {
        fee_minus: plan.fee_minus,
        sided: plan.sided,
        one_sided: plan.one_sided,
        ..Plan::of(mapping)
    };
    let mut plan = choice.mapping.as_ref().map_or_else(|| plan.clone(), of);
    if let Some(format) = choice.date_format {
        plan.formats.iter_mut().for_each(|place| *place = format);
    }
    if let Some(mark) = choice.decimal_mark {
        plan.marks.iter_mut().for_each(|place| *place = mark);
    }
    if let Some(sign) = choice.sign_model {
        plan.sign = Some(sign);
    }
    plan
}

pub(crate) fn statements(
    mut sorted: Sorted,
    detected: &Detected,
    readings: &[AlternativeReading],
) -> (Vec<Statement>, Vec<Problem>, Sorted) {
    let chains = balances::walk(&sorted, detected);
    suggest(&mut sorted, detected, &chains);
    let mut problems = std::mem::take(&mut sorted.problems);
    let groups = std::mem::take(&mut sorted.groups);
    // Stated balances belong to a group only when it is alone in its section.
    let mut in_section = vec![0usize; sorted.sections.len()];
    for group in &groups {
        in_section[group.section] += 1;
    }
    let mut statements: Vec<Statement> = groups
        .into_iter()
        .enumerate()
        .map(|(index, group)| {
            let witness = &chains.witnesses[index];
            let stated = (in_section[group.section] == 1).then(|| sorted.sections[group.section].clone());
            let context =
                Context { sorted: &sorted, detected, chains: &chains, index: u32::try_from(index).unwrap_or(u32::MAX) };
            context.statement(group, witness, stated.as_ref(), readings, &mut problems)
        })
        .collect();
    if statements.is_empty() && detected.is_statement() {
        statements.push(empty_statement(&sorted.sections[0], detected));
    }
    problems.sort_by_key(|problem| problem.line.unwrap_or(0));
    (statements, problems, sorted)
}

fn empty_statement(stated: &Stated, detected: &Detected) -> Statement {
    let exponent = crate::model::exponent_of(detected.currency.as_ref(), detected.decimals);
    let opening = stated.opening.as_ref().and_then(|s| stated_balance(s, &detected.plan, exponent));
    let closing = stated.closing.as_ref().and_then(|s| stated_balance(s, &detected.plan, exponent));
    Statement {
        account: stated.account.as_ref().map(|(_, account)| account.clone()),
        currency: detected.currency.as_ref().map(|currency| currency.code().to_owned()),
        exponent,
        check: opening
            .as_ref()
            .zip(closing.as_ref())
            .map(|(opening, closing)| check(&opening.amount, &closing.amount, &[])),
        opening,
        closing,
        period: stated.period(),
        lines: Vec::new(),
        proof: Proof::NotProvable { why: "The table has no rows.".into() },
        breaks: Vec::new(),
    }
}

/// A stated number under the marks of the money columns, else under the only mark that reads it.
fn stated_balance(stated: &StatedBalance, plan: &Plan, exponent: u8) -> Option<DatedBalance> {
    let bits = number::shape(&stated.text).marks;
    let own =
        plan.balance.or_else(|| plan.money_columns().next()).map_or(DecimalMark::Point, |column| plan.mark(column));
    let mark = if stated.stored {
        DecimalMark::Point
    } else if bits & own.bit() != 0 {
        own
    } else {
        DecimalMark::ALL.into_iter().find(|mark| bits & mark.bit() != 0)?
    };
    let number = number::parse(&stated.text, mark).ok()?;
    let amount = Amount::parse_decimal(&number.plain, exponent).ok().or_else(|| {
        crate::workbook::fifteen_digits(&number.plain)
            .filter(|_| stated.stored)
            .and_then(|plain| Amount::parse_decimal(&plain, exponent).ok())
    })?;
    Some(DatedBalance { amount, date: stated.date, source: BalanceSource::Stated })
}

fn check(opening: &Amount, closing: &Amount, lines: &[crate::model::StatementLine]) -> BalanceCheck {
    let (mut money_in, mut money_out) = (Amount::ZERO, Amount::ZERO);
    let (mut money_in_lines, mut money_out_lines) = (0, 0);
    for line in lines {
        if line.amount.is_negative() {
            money_out += &line.amount;
            money_out_lines += 1;
        } else {
            money_in += &line.amount;
            money_in_lines += 1;
        }
    }
    let computed = &(opening + &money_in) + &money_out;
    let difference = closing - &computed;
    BalanceCheck {
        opening: opening.clone(),
        money_in,
        money_in_lines,
        money_out,
        money_out_lines,
        computed,
        closing: closing.clone(),
        difference,
        explained_by: Vec::new(),
    }
}

struct Context<'a> {
    sorted: &'a Sorted,
    detected: &'a Detected,
    chains: &'a Chains,
    index: u32,
}

impl Context<'_> {
    fn statement(
        &self,
        group: Group,
        witness: &Witness,
        stated: Option<&Stated>,
        readings: &[AlternativeReading],
        problems: &mut Vec<Problem>,
    ) -> Statement {
        let plan = &self.detected.plan;
        let stated_at = |pick: fn(&Stated) -> Option<&StatedBalance>| {
            stated.and_then(pick).and_then(|s| stated_balance(s, plan, group.exponent))
        };
        let (stated_opening, stated_closing) = (stated_at(|s| s.opening.as_ref()), stated_at(|s| s.closing.as_ref()));
        let (from_column_opening, from_column_closing) = self.column_balances(witness);
        compare(&stated_opening, &from_column_opening, Reason::OpeningDiffers, "opening", group.exponent, problems);
        compare(&stated_closing, &from_column_closing, Reason::ClosingDiffers, "closing", group.exponent, problems);
        let opening = stated_opening.or(from_column_opening);
        let closing = stated_closing.or(from_column_closing);
        let mut check = opening
            .as_ref()
            .zip(closing.as_ref())
            .map(|(opening, closing)| check(&opening.amount, &closing.amount, &group.lines));
        if let Some(check) = check.as_mut().filter(|check| !check.difference.is_zero()) {
            self.explain(check);
        }
        balances::tell(witness, self.chains.doubted, group.exponent, problems);
        let dates = || group.lines.iter().map(|line| line.booking_date);
        let booked = dates().min().zip(dates().max()).map(|(from, to)| Period { from, to });
        let ends = Ends {
            opening: opening.as_ref(),
            closing: closing.as_ref(),
            check: check.as_ref(),
            exponent: group.exponent,
        };
        let proof = self.proof(witness, &ends, readings, group.lines.len());
        Statement {
            account: group.account,
            currency: group.currency,
            exponent: group.exponent,
            opening,
            closing,
            period: stated.and_then(Stated::period).or(booked),
            lines: group.lines,
            proof,
            check,
            breaks: witness.told_breaks(self.chains.doubted).map(|step| step.line).collect(),
        }
    }

    /// Opening and closing as the balance column implies them. Rows before the first printed balance count towards the
    /// opening; behind the last one nothing is the bank's word.
    fn column_balances(&self, witness: &Witness) -> (Option<DatedBalance>, Option<DatedBalance>) {
        let (Some(top), Some(bottom)) = (witness.first, witness.last) else { return (None, None) };
        let (order, place) = match self.detected.relation {
            Some(relation) if witness.is_sound() => (relation.order, relation.place),
            // One row proves nothing, and the balance beside it is the bank's word all the same.
            None if witness.rows == 1 && self.says_balance_after() => (self.detected.order, BalancePlace::AfterRow),
            _ => return (None, None),
        };
        let entries = self.sorted.entries.iter().enumerate();
        let mut rows: Vec<usize> = entries.filter(|(_, entry)| entry.group == self.index).map(|(at, _)| at).collect();
        match order {
            RowOrder::NewestFirst => rows.reverse(),
            RowOrder::Unknown if self.detected.relation.is_none() && rows.len() > 1 => return (None, None),
            RowOrder::OldestFirst | RowOrder::Unknown => {}
        }
        let (first, last) = if order == RowOrder::NewestFirst { (bottom, top) } else { (top, bottom) };
        let link = |at: usize| &self.sorted.links[at];
        let dated = |amount: Amount, at: usize| DatedBalance {
            amount,
            date: self.sorted.entries[at].date,
            source: BalanceSource::Column,
        };
        let own = usize::from(place == BalancePlace::AfterRow);
        let before = rows.iter().position(|&at| at == first).map_or(&[][..], |at| &rows[..at + own]);
        let opening = link(first).balance.as_ref().and_then(|balance| {
            before.iter().try_fold(balance.clone(), |left, &at| link(at).amount.as_ref().map(|amount| &left - amount))
        });
        let closing =
            link(last).balance.as_ref().filter(|_| rows.last() == Some(&last)).and_then(|balance| match place {
                BalancePlace::AfterRow => Some(balance.clone()),
                BalancePlace::BeforeRow => link(last).amount.as_ref().map(|amount| balance + amount),
            });
        (opening.map(|amount| dated(amount, first)), closing.map(|amount| dated(amount, last)))
    }

    /// The name of the column means the balance after the row.
    fn says_balance_after(&self) -> bool {
        self.detected.plan.balance.is_some_and(|column| {
            let header = self.detected.mapping.header.get(column).map_or("", String::as_str);
            words::hint(header).is_some_and(|(hint, _)| hint == Hint::Balance)
                && !words::has_word(header, &["voor", "before", "opening", "beginsaldo", "startsaldo", "available"])
        })
    }

    /// Names the bad rows if what the balances imply for them is exactly what is missing.
    fn explain(&self, check: &mut BalanceCheck) {
        let mut missing = Amount::ZERO;
        let mut lines = Vec::new();
        for (at, entry) in
            self.sorted.entries.iter().enumerate().filter(|(_, entry)| entry.group == self.index && !entry.good)
        {
            let Some(amount) = self
                .sorted
                .links
                .get(at)
                .and_then(|link| link.amount.as_ref())
                .or_else(|| self.chains.implied.get(&at))
            else {
                return;
            };
            missing += amount;
            lines.push(entry.line);
        }
        if missing == check.difference {
            check.explained_by = lines;
        }
    }

    fn proof(&self, witness: &Witness, ends: &Ends<'_>, readings: &[AlternativeReading], lines: usize) -> Proof {
        if readings.len() > 1 {
            return Proof::Ambiguous { readings: readings.to_vec() };
        }
        let holds = witness.telling > 0 && witness.is_sound();
        if self.detected.relation.is_some() && holds {
            let of = witness.rows;
            return Proof::Proved {
                agree: of - (witness.steps + witness.untold - witness.agree),
                of,
                by: ProofBasis::RunningBalance,
            };
        }
        let stated = |side: fn(&Stated) -> bool| self.sorted.sections.iter().any(side);
        if ends.check.is_some_and(|check| check.difference.is_zero())
            && lines > 0
            && stated(|s| s.opening.is_some())
            && stated(|s| s.closing.is_some())
        {
            let of = u32::try_from(lines).unwrap_or(u32::MAX);
            return Proof::Proved { agree: of, of, by: ProofBasis::Totals };
        }
        Proof::NotProvable { why: format!("{} {}", self.why(witness), ends.next()).trim_end().to_owned() }
    }

    /// Why the balance column proves nothing.
    fn why(&self, witness: &Witness) -> String {
        match self.detected.plan.balance {
            None => "There is no balance column.".into(),
            Some(_) if witness.rows < 2 => "One row is not enough to check the balance column.".into(),
            Some(_) => {
                let (agree, of) = if witness.steps > 0 {
                    (witness.agree, witness.steps)
                } else {
                    (self.detected.fit.agree, self.detected.fit.of)
                };
                format!("The balance column follows from the amounts on {agree} of {of} rows only.")
            }
        }
    }
}

/// The balances at both ends of a statement, and how its lines lead from one to the other.
struct Ends<'a> {
    opening: Option<&'a DatedBalance>,
    closing: Option<&'a DatedBalance>,
    check: Option<&'a BalanceCheck>,
    exponent: u8,
}

impl Ends<'_> {
    /// What the balances that are known say about the sum, and which of them is missing for it.
    fn next(&self) -> String {
        let show = |amount: &Amount| number::display(&amount.to_decimal(self.exponent));
        let one = |what: &str, balance: &DatedBalance, other: &str| {
            let amount = show(&balance.amount);
            format!("The file gives {amount} as {what} balance and no {other} balance. Enter it to check the sum.")
        };
        match (self.opening, self.closing, self.check) {
            (Some(opening), Some(closing), Some(check)) => {
                if [opening, closing].iter().all(|balance| balance.source == BalanceSource::Column) {
                    // They follow from the lines, and say nothing about them.
                    return String::new();
                }
                let sum = format!("The opening balance of {} and the lines make", show(&opening.amount));
                let closing = format!("the closing balance of {}", show(&closing.amount));
                if check.difference.is_zero() {
                    format!("{sum} {closing}.")
                } else {
                    let apart = show(&check.difference.abs());
                    format!("{sum} {}, {apart} apart from {closing}.", show(&check.computed))
                }
            }
            (Some(opening), ..) => one("opening", opening, "closing"),
            (None, Some(closing), _) => one("closing", closing, "opening"),
            _ => "Enter the opening and closing balance to check the sum.".into(),
        }
    }
}

fn compare(
    stated: &Option<DatedBalance>,
    column: &Option<DatedBalance>,
    reason: Reason,
    what: &str,
    exponent: u8,
    problems: &mut Vec<Problem>,
) {
    if let (Some(stated), Some(column)) = (stated, column)
        && stated.amount != column.amount
    {
        let show = |amount: &Amount| number::display(&amount.to_decimal(exponent));
        problems.push(Problem::file(
            reason,
            Severity::Warning,
            format!(
                "The file states {} as {what} balance, its balance column gives {}.",
                show(&stated.amount),
                show(&column.amount)
            ),
        ));
    }
}

/// Asks the neighbours of every bad cell for evidence.
fn suggest(sorted: &mut Sorted, detected: &Detected, chains: &Chains) {
    let bad = std::mem::take(&mut sorted.bad);
    let (previous, next) = if bad.is_empty() { (Vec::new(), Vec::new()) } else { neighbour_dates(sorted) };
    for item in &bad {
        let group = sorted.entries[item.entry].group as usize;
        let suggestion = match item.fault.field {
            Field::Amount | Field::Debit | Field::Credit => chains
                .implied
                .get(&item.entry)
                .filter(|_| chains.witnesses[group].is_sound() && chains.witnesses[group].telling > 1)
                .and_then(|implied| amount_suggestion(item, implied, &detected.plan, sorted.groups[group].exponent)),
            Field::BookingDate => match (previous[item.entry], next[item.entry]) {
                (Some(before), Some(after)) if before == after => Some(Suggestion {
                    value: before.to_string(),
                    label: before.to_string(),
                    evidence: format!("The rows around it are dated {before}."),
                }),
                _ => None,
            },
            _ => None,
        };
        if let Some(suggestion) = suggestion {
            let problem = &mut sorted.problems[item.problem];
            problem.message = format!("{} {}", problem.message, suggestion.evidence);
            problem.suggestion = Some(suggestion);
        }
    }
}

/// The nearest readable dates above and below each entry, within its group.
fn neighbour_dates(sorted: &Sorted) -> (Vec<Option<Date>>, Vec<Option<Date>>) {
    let groups = sorted.groups.len();
    let mut last = vec![None; groups];
    let previous = sorted.entries.iter().map(|entry| {
        let before = last[entry.group as usize];
        last[entry.group as usize] = entry.date.or(before);
        before
    });
    let previous: Vec<_> = previous.collect();
    let mut last = vec![None; groups];
    let mut next: Vec<_> = sorted
        .entries
        .iter()
        .rev()
        .map(|entry| {
            let after = last[entry.group as usize];
            last[entry.group as usize] = entry.date.or(after);
            after
        })
        .collect();
    next.reverse();
    (previous, next)
}

/// What must stand in the bad cell so that the row has the implied amount, if that cell alone decides it.
fn amount_suggestion(bad: &Bad, implied: &Amount, plan: &Plan, exponent: u8) -> Option<Suggestion> {
    if matches!(bad.fault.cause, Cause::DebitAndCredit | Cause::Missing) && plan.amount.is_none() {
        return None;
    }
    // The balances imply the amount and the fee together.
    if plan.fee.is_some() {
        return None;
    }
    let value = match (plan.sign?, bad.fault.field) {
        (SignModel::Signed, _) => implied.clone(),
        (SignModel::Inverse, _) => -implied,
        // A debit cell cannot explain a rise, nor a credit cell a fall.
        (SignModel::DebitCredit | SignModel::DebitCreditMinus, Field::Debit) if implied.is_negative() => -implied,
        (SignModel::DebitCreditSigned, Field::Debit) if implied.is_negative() => implied.clone(),
        (SignModel::DebitCredit | SignModel::DebitCreditSigned | SignModel::DebitCreditMinus, Field::Credit)
            if implied.is_positive() =>
        {
            implied.clone()
        }
        (SignModel::Directed, _) => implied.abs(),
        _ => return None,
    };
    let shown = number::display(&implied.abs().to_decimal(exponent));
    let direction = if implied.is_negative() { "falls" } else { "rises" };
    let plain = value.to_decimal(exponent);
    Some(Suggestion {
        label: number::display(&plain),
        value: plain,
        evidence: format!("The balance column {direction} by {shown} here."),
    })
}
