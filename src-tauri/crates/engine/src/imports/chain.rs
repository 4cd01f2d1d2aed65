//! The chain of statements: what a stored one opens and closes with, which days it stands for, and its neighbours.

use std::collections::HashSet;

use jiff::civil::Date;
use ledger::Amount;
use statements::RowOrder;
use store::recon::StatementState;

use super::known::Doubt;
use super::plan::Planned;
use super::proof::TYPED;
use crate::recon::{COMPUTED, Place, earliest_signed, next, previous};
use crate::words;

/// Other statements of a file that are named one by one.
const OTHERS_NAMED: usize = 5;

impl Planned {
    pub(super) fn typed_opening(&self) -> Option<&Amount> {
        self.computed.opening.as_ref().filter(|(_, from)| *from == TYPED).map(|(opening, _)| opening)
    }

    /// What the stored statement opens with. Known lines that come before the new ones are part of what it starts from;
    /// a typed opening balance stands as it was typed when they come later.
    pub(super) fn opening(&self) -> Option<(Amount, &'static str)> {
        let (opening, from) = self.computed.opening.as_ref()?;
        if self.keeps_typed_opening() {
            return Some((opening.clone(), from));
        }
        Some((opening + &(&self.known_sum() - &self.known_after()), from))
    }

    /// What the stored statement closes with: known lines that come after the new ones belong to a later statement.
    pub(super) fn closing(&self) -> Option<(Amount, &'static str)> {
        let (closing, from) = self.computed.closing.as_ref()?;
        Some((closing - &self.known_after(), from))
    }

    fn keeps_typed_opening(&self) -> bool {
        self.typed_opening().is_some() && !self.known_first()
    }

    /// Whether every known line comes before every new one, in the order of the days.
    fn known_first(&self) -> bool {
        let order = self.in_order();
        let after = self.after().map_or(0, |(count, _)| count);
        let known = order.iter().take(order.len() - after).map(|at| self.known[*at].is_some());
        known.is_sorted_by(|earlier, later| earlier >= later)
    }

    /// Places of the lines, from the first day to the last.
    fn in_order(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.known.len()).collect();
        let days = || self.statement().lines.iter().map(|line| line.booking_date);
        let newest_first = match self.reading.detection.order {
            Some(RowOrder::NewestFirst) => true,
            Some(RowOrder::OldestFirst) => false,
            _ => days().next() > days().next_back(),
        };
        if newest_first {
            places.reverse();
        }
        places
    }

    /// Late lines change what was closed with before: their statement ends where the file ends.
    fn has_late_lines(&self) -> bool {
        self.doubts.iter().flatten().any(|doubt| matches!(doubt, Doubt::Late(_)))
    }

    /// The known lines that come after the last new one, where they belong to statements that follow this one: without
    /// them, this one closes with what the first of those opens with. How many, and their sum.
    fn after(&self) -> Option<(usize, Amount)> {
        let order = self.in_order();
        let places: Vec<usize> = order.iter().rev().copied().take_while(|at| self.known[*at].is_some()).collect();
        let last_new = self.new_days().max()?;
        let seen = |at: usize| self.known[at].as_ref().map(|seen| seen.statement_id.as_str());
        let of: HashSet<&str> = places.iter().filter_map(|at| seen(*at)).collect();
        let of = || self.statements.iter().filter(|other| of.contains(other.id.as_str()));
        let follows = of().min_by_key(|other| (other.period_from, other.key))?;
        let after: Amount = places.iter().map(|at| &self.statement().lines[*at].amount).sum();
        let (closing, _) = self.computed.closing.as_ref()?;
        let fits = follows.period_from >= last_new && closing - &after == follows.opening;
        (fits && !self.has_late_lines()).then_some((places.len(), after))
    }

    /// Sum of the known lines that come after the last new one.
    fn known_after(&self) -> Amount {
        self.after().map(|(_, sum)| sum).unwrap_or_default()
    }

    /// Why the new lines alone do not make the closing balance of a typed opening balance.
    pub(super) fn untied_without_known(&self) -> Option<String> {
        let known = &self.known_sum() - &self.known_after();
        if !self.keeps_typed_opening() || self.new_count() == 0 || known.is_zero() {
            return None;
        }
        let count = self.known.iter().flatten().count() as u64;
        Some(format!(
            "{} before and would not be stored again. Without {} the statement does not tie: {} apart. Keep {} as new, \
             or type the balances without {}.",
            words::plural(count, "line looks as if it was imported", "lines look as if they were imported"),
            if count == 1 { "it" } else { "them" },
            words::money(&known.abs(), &self.currency),
            if count == 1 { "it" } else { "them" },
            if count == 1 { "it" } else { "them" },
        ))
    }

    /// What else the file holds, that is not of this import.
    pub(super) fn other_statements(&self) -> Option<String> {
        let others =
            self.reading.statements.iter().enumerate().filter(|(at, one)| *at != self.index && !one.lines.is_empty());
        let named: Vec<String> = others
            .map(|(at, one)| {
                let of = [one.account.as_deref(), one.currency.as_deref()].into_iter().flatten().collect::<Vec<_>>();
                let lines = words::plural(one.lines.len() as u64, "line", "lines");
                format!("no. {} ({})", at + 1, of.into_iter().chain([lines.as_str()]).collect::<Vec<_>>().join(", "))
            })
            .collect();
        let more = match named.len().checked_sub(OTHERS_NAMED) {
            Some(more) if more > 0 => format!(" and {} more", words::number(more as u64)),
            _ => String::new(),
        };
        let list = named.iter().take(OTHERS_NAMED).cloned().collect::<Vec<_>>().join(", ");
        (!named.is_empty())
            .then(|| format!("The file holds other statements too: {list}{more}. Each is imported by itself."))
    }

    /// A closing balance that was only computed ties whatever is missing from the file.
    pub(super) fn nobody_states_the_closing(&self) -> Option<String> {
        let (closing, from) = self.closing()?;
        (from == COMPUTED && self.new_count() > 0).then(|| {
            format!(
                "The file does not state its closing balance. It was computed as {}: compare that with the bank before you sign.",
                words::money(&closing, &self.currency)
            )
        })
    }

    /// How far the opening is from the closing of the statement before.
    pub(super) fn apart_from_previous(&self) -> Option<String> {
        let view = &self.computed.view;
        let apart: Amount = view.previous_apart.as_ref()?.parse().ok()?;
        let name = view.previous_name.as_deref().unwrap_or("the statement before");
        Some(words::apart_from(&words::money(&apart, &self.currency), name))
    }

    /// Where the statement would not go on from the one before it, or the one behind it not from this one.
    pub(super) fn broken_chain(&self) -> Vec<String> {
        let (Some(at), Some((opening, _)), Some((closing, _))) = (self.place(), self.opening(), self.closing()) else {
            return Vec::new();
        };
        let money = |amount: &Amount| words::money(amount, &self.currency);
        let (before, next) = (previous(at, &self.statements), next(at, &self.statements));
        let mut said = Vec::new();
        // Where the file itself opens with another balance, that is asked.
        if let Some(before) =
            before.filter(|before| before.closing != opening && self.computed.view.previous_apart.is_none())
        {
            said.push(format!(
                "{} closes with {}, and this statement would open with {}: new lines stand before and after stored ones. \
                 Import them as files of their own, or the statements cannot be signed.",
                before.name,
                money(&before.closing),
                money(&opening)
            ));
        }
        if let Some(next) = next.filter(|next| next.opening != closing) {
            said.push(format!(
                "{} follows and opens with {}, and this statement closes with {}. To be signed it has to be undone and \
                 imported again after this one.",
                next.name,
                money(&next.opening),
                money(&closing)
            ));
        }
        said
    }

    /// Where the statement will stand: behind those that end with it, since it is imported after them.
    fn place(&self) -> Option<Place> {
        self.period().map(|(_, to)| (to, i64::MAX))
    }

    /// Sum of the lines that another statement already has.
    fn known_sum(&self) -> Amount {
        self.known_lines().map(|(line, _)| &line.amount).sum()
    }

    /// Days of the lines that would be stored.
    fn new_days(&self) -> impl Iterator<Item = Date> {
        let lines = self.statement().lines.iter().zip(&self.known);
        lines.filter(|(_, known)| known.is_none()).map(|(line, _)| line.booking_date)
    }

    /// First and last day that the stored statement stands for.
    pub(super) fn period(&self) -> Option<(Date, Date)> {
        let new = || self.new_days();
        let stated = self.statement().period;
        // Days that only hold known lines belong to the statement that has them.
        let overlaps = self.known.iter().any(Option::is_some);
        let from = if overlaps { new().min() } else { stated.map(|period| period.from).into_iter().chain(new()).min() };
        let to = stated.map(|period| period.to).filter(|_| self.after().is_none()).into_iter().chain(new()).max();
        let end = self.statement().lines.iter().map(|line| line.booking_date).max().filter(|_| self.has_late_lines());
        from.zip(to.max(end))
    }
}

/// Why new lines are not taken whose days somebody signed without them.
pub(super) fn closed_days(planned: &Planned) -> Option<String> {
    before_signed(planned).or_else(|| inside_signed(planned)).or_else(|| against_signed(planned))
}

/// Why new lines are not taken after which the next statement, which is signed, would open with another balance.
fn against_signed(planned: &Planned) -> Option<String> {
    let (at, (closing, _)) = (planned.place()?, planned.closing()?);
    let next = next(at, &planned.statements)?;
    (next.state == StatementState::Signed && next.opening != closing).then(|| {
        let money = |amount: &Amount| words::money(amount, &planned.currency);
        format!(
            "{} follows and is signed with an opening balance of {}. With these lines it would have to open with {}. Reopen it \
             first.",
            next.name,
            money(&next.opening),
            money(&closing)
        )
    })
}

/// New lines between the first and the last day of a signed statement: it was complete without them, so they are the
/// same money in other words, or the statement has to be reopened. The first and the last day themselves belong to
/// the neighbours too.
fn inside_signed(planned: &Planned) -> Option<String> {
    let days: Vec<Date> = planned.new_days().collect();
    planned.statements.iter().filter(|other| other.state == StatementState::Signed).find_map(|signed| {
        let inside = || days.iter().filter(|day| **day > signed.period_from && **day < signed.period_to);
        let (first, last) = (inside().min()?, inside().max()?);
        Some(format!(
            "The file has {} from {first} to {last} that {} does not have, and that is signed for {} to {}. Say under \
             Duplicates that they are stored already if they are the same money in other words, or reopen it first.",
            words::plural(inside().count() as u64, "new line", "new lines"),
            signed.name,
            signed.period_from,
            signed.period_to
        ))
    })
}

/// Why new lines that lie before the first signed statement are not taken: its opening balance, which somebody signed,
/// stands for them already.
fn before_signed(planned: &Planned) -> Option<String> {
    let signed = earliest_signed(&planned.statements)?;
    let first = planned.new_days().min()?;
    (first < signed.period_from).then(|| {
        format!(
            "The file has new lines from {first}. {} is signed and begins on {}; its opening balance covers what lies \
             before. Import a file that begins later, or reopen it first.",
            signed.name, signed.period_from
        )
    })
}
