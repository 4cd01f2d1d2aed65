//! The steps of the balance column: which follow from the amounts, and what is said about those that do not.

use std::collections::HashMap;

use ledger::Amount;

use crate::assemble::Sorted;
use crate::chain::{self, Relation};
use crate::detect::Detected;
use crate::faults::counted;
use crate::model::{IgnoreReason, RowOrder};
use crate::number;
use crate::problem::{Problem, Reason, Severity};

/// Gaps in the balances that are told one by one.
const MAX_GAPS: usize = 10;

/// What the chain of balances says about the rows of one group.
#[derive(Debug, Clone, Default)]
pub(super) struct Witness {
    pub(super) steps: u32,
    pub(super) agree: u32,
    pub(super) telling: u32,
    pub(super) rows: u32,
    /// Steps over an amount that cannot be read.
    pub(super) untold: u32,
    /// Steps that do not agree.
    breaks: Vec<Break>,
    /// Neighbouring steps that do not agree.
    gaps: Vec<Gap>,
    pub(super) first: Option<usize>,
    pub(super) last: Option<usize>,
    rest: Rest,
}

/// Where the printed balances rest although money moved.
#[derive(Debug, Clone, Copy, Default)]
struct Rest {
    /// Two neighbours have different balances.
    moves: bool,
    /// The same, and both are of one day.
    moves_within_day: bool,
    /// Two rows of one day have the same balance, and an amount between them.
    rests_within_day: bool,
}

impl Witness {
    /// Four of five steps agree: what the column says about the whole may be believed.
    pub(super) fn is_sound(&self) -> bool {
        self.agree * 10 >= self.steps * 8
    }

    /// Enough of the steps agree for those that do not to mean that amounts are missing.
    fn is_telling(&self) -> bool {
        self.telling > 0 && self.agree * 10 >= self.steps * 6
    }

    /// No running balance: the same figure in all rows, or that of the evening in all rows of a day. One step alone
    /// may be a misprint.
    fn rests(&self) -> bool {
        let Rest { moves, moves_within_day, rests_within_day } = self.rest;
        self.steps > 1 && (!moves || rests_within_day && !moves_within_day)
    }

    /// The steps to tell about. Rows that a person left out are no gap of a column that is in doubt.
    pub(super) fn told_breaks(&self, doubted: bool) -> impl Iterator<Item = &Break> {
        let none = doubted && self.rests();
        self.breaks.iter().filter(move |step| !(none || doubted && step.left_out))
    }

    fn disagree(&mut self, sorted: &Sorted, relation: Relation, (above, below): (usize, usize), left_out: bool) {
        let (a, b) = (&sorted.links[above], &sorted.links[below]);
        let (Some(from), Some(to), Some(amount)) =
            (&a.balance, &b.balance, &sorted.links[relation.witness(above, below)].amount)
        else {
            return;
        };
        let newest_first = relation.order == RowOrder::NewestFirst;
        let (before, after, at) = if newest_first { (to, from, above) } else { (from, to, below) };
        let expected = before + amount;
        let off = after - &expected;
        let line = |index: usize| sorted.entries[index].line;
        self.breaks.push(Break {
            line: line(relation.witness(above, below)),
            printed_on: line(at),
            expected: expected.clone(),
            printed: after.clone(),
            left_out,
        });
        match self.gaps.last_mut().filter(|gap| gap.below == above) {
            Some(gap) => {
                gap.below = below;
                gap.off += &off;
                gap.left_out |= left_out;
            }
            None => self.gaps.push(Gap { below, line: line(at), expected, printed: after.clone(), off, left_out }),
        }
    }
}

/// A step that does not agree.
#[derive(Debug, Clone)]
pub(super) struct Break {
    /// Line of the row whose amount the step uses.
    pub(super) line: u32,
    /// Line that the balance after the step is printed on; another one where balances stand before their rows.
    printed_on: u32,
    expected: Amount,
    printed: Amount,
    /// Rows were left out by the person: the step is theirs.
    left_out: bool,
}

impl Break {
    fn sentence(&self, exponent: u8) -> String {
        let figures = self.figures(exponent);
        if self.line == self.printed_on {
            format!("The balance of this row does not follow from the row before it: {figures}.")
        } else {
            format!("The balance on line {} does not follow from this row: {figures}.", self.printed_on)
        }
    }

    /// The balance that should stand there, the one that does, and what is missing.
    fn figures(&self, exponent: u8) -> String {
        let show = |amount: &Amount| number::display(&amount.to_decimal(exponent));
        let apart = (&self.printed - &self.expected).abs();
        format!("expected {}, it says {}, {} apart", show(&self.expected), show(&self.printed), show(&apart))
    }
}

/// A run of neighbouring steps that do not agree, and what they are off by together. A misprinted balance, or rows in
/// another order, come right again within the run: what is off in all is then zero.
#[derive(Debug, Clone)]
struct Gap {
    /// Index of the row below the last step of the run.
    below: usize,
    /// Line of the row that the run begins at.
    line: u32,
    /// The balance that should stand there, and the one that does.
    expected: Amount,
    printed: Amount,
    off: Amount,
    /// Rows were left out by the person: the gap is theirs.
    left_out: bool,
}

pub(super) struct Chains {
    pub(super) witnesses: Vec<Witness>,
    /// Amounts that the balances imply for rows whose own cannot be read.
    pub(super) implied: HashMap<usize, Amount>,
    /// Too few steps agree to believe in the column, and it was looked at all the same for what contradicts it.
    pub(super) doubted: bool,
}

pub(super) fn walk(sorted: &Sorted, detected: &Detected) -> Chains {
    let mut chains = Chains {
        witnesses: vec![Witness::default(); sorted.groups.len()],
        implied: HashMap::new(),
        doubted: detected.relation.is_none(),
    };
    for (index, link) in sorted.links.iter().enumerate() {
        let witness = &mut chains.witnesses[link.group as usize];
        if link.balance.is_some() {
            witness.rows += 1;
            witness.first.get_or_insert(index);
            witness.last = Some(index);
        }
    }
    let likeliest = || chain::likeliest(&chain::fits(&sorted.links), detected.order).map(|(relation, _)| relation);
    let Some(relation) = detected.relation.or_else(likeliest) else {
        return chains;
    };
    let mut left_out: Vec<u32> =
        sorted.ignored.iter().filter(|row| row.reason == IgnoreReason::LeftOut).map(|row| row.line).collect();
    left_out.sort_unstable();
    for (above, below) in chain::neighbours(&sorted.links) {
        let (a, b) = (&sorted.links[above], &sorted.links[below]);
        let (Some(from), Some(to)) = (&a.balance, &b.balance) else {
            continue;
        };
        let at = relation.witness(above, below);
        let moved = sorted.links[at].amount.as_ref().is_some_and(|amount| !amount.is_zero());
        let (first, last) = (&sorted.entries[above], &sorted.entries[below]);
        let witness = &mut chains.witnesses[a.group as usize];
        let agrees = chain::agrees(relation, a, b);
        // A step over an amount that cannot be read tells nothing either way.
        *(if agrees.is_some() { &mut witness.steps } else { &mut witness.untold }) += 1;
        let of_one_day = first.date.is_some() && first.date == last.date;
        witness.rest.moves |= from != to;
        witness.rest.moves_within_day |= of_one_day && from != to;
        witness.rest.rests_within_day |= of_one_day && from == to && moved;
        match agrees {
            Some(true) => {
                witness.agree += 1;
                witness.telling += u32::from(moved);
            }
            Some(false) => {
                let next = left_out.partition_point(|&line| line < first.line);
                let theirs = left_out.get(next).is_some_and(|&line| line < last.line);
                witness.disagree(sorted, relation, (above, below), theirs);
            }
            // What a column in doubt implies is no evidence.
            None if chains.doubted => {}
            None => {
                chains.implied.insert(at, relation.implied(from, to));
            }
        }
    }
    chains
}

/// What the steps that do not agree have to say.
pub(super) fn tell(witness: &Witness, doubted: bool, exponent: u8, problems: &mut Vec<Problem>) {
    if doubted && witness.telling == 0 {
        does_not_follow(witness, exponent, problems);
        return;
    }
    let most = if doubted { MAX_GAPS } else { usize::MAX };
    for step in witness.told_breaks(doubted).take(most) {
        let text = step.sentence(exponent);
        problems.push(Problem::row(step.line, Reason::BalanceBreak, Severity::Warning, text));
    }
    if doubted {
        let more = witness.told_breaks(doubted).count().saturating_sub(MAX_GAPS);
        if more > 0 {
            let rows = counted(more, "more row", "more rows");
            let text = format!("The balance of {rows} does not follow from the row before it.");
            problems.push(Problem::file(Reason::BalanceBreak, Severity::Warning, text));
        }
    } else {
        does_not_tie(witness, exponent, problems);
    }
}

/// Not one step agrees: perhaps it is another balance than that of the account after each row. It is said once.
fn does_not_follow(witness: &Witness, exponent: u8, problems: &mut Vec<Problem>) {
    let Some(step) = witness.told_breaks(true).next() else { return };
    let (line, figures) = (step.printed_on, step.figures(exponent));
    problems.push(Problem::file(
        Reason::BalanceBreak,
        Severity::Warning,
        format!(
            "The balance column follows from the amounts on no row. First at line {line}: {figures}. Check for missing rows and for the signs of the amounts."
        ),
    ));
}

/// A column of balances that agrees but for a few steps says that amounts are missing there. That must stop an import
/// however the other rows are treated, so it is a problem of the whole file.
fn does_not_tie(witness: &Witness, exponent: u8, problems: &mut Vec<Problem>) {
    let gaps = || witness.gaps.iter().filter(|gap| !gap.off.is_zero() && !gap.left_out);
    if !witness.is_telling() || gaps().next().is_none() {
        return;
    }
    let show = |amount: &Amount| number::display(&amount.to_decimal(exponent));
    for gap in gaps().take(MAX_GAPS) {
        let apart = match gap.printed == &gap.expected + &gap.off {
            true => format!("{} apart", show(&gap.off.abs())),
            false => format!("{} apart with the rows next to it", show(&gap.off.abs())),
        };
        problems.push(Problem::file(
            Reason::BalanceBreak,
            Severity::Error,
            format!(
                "The balance does not tie at line {}: expected {}, it says {}, {apart}. Correct the file, or set the balance column to Ignore to go on without this check.",
                gap.line,
                show(&gap.expected),
                show(&gap.printed),
            ),
        ));
    }
    let more = gaps().count().saturating_sub(MAX_GAPS);
    if more > 0 {
        problems.push(Problem::file(
            Reason::BalanceBreak,
            Severity::Error,
            format!("The balance does not tie at {more} more {}.", if more == 1 { "line" } else { "lines" }),
        ));
    }
}
