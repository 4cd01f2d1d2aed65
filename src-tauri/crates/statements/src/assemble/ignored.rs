//! Rows that are no lines: headers, totals, balances, what is not booked. Each with its reason.

use super::Sorter;
use crate::columns;
use crate::dates;
use crate::labels::{self, Label};
use crate::layout::{self, Stated, StatedBalance};
use crate::mapping::SignModel;
use crate::model::IgnoreReason;
use crate::problem::{Field, Problem, Reason, Severity};
use crate::state;
use crate::table::{Kind, Row};

impl Sorter<'_> {
    /// Why a row is no line; nothing when it must be read as one.
    pub(super) fn ignore(&mut self, index: usize, row: &Row) -> Option<IgnoreReason> {
        let layout = &self.detected.layout;
        if Some(index) == layout.header {
            return Some(IgnoreReason::Header);
        }
        if index < layout.body {
            return Some(IgnoreReason::Preamble);
        }
        if self.skipped.contains(&row.line) {
            return Some(IgnoreReason::LeftOut);
        }
        if layout.header.is_some() && layout::same_header(row, &self.detected.mapping.header) {
            self.second_table = false;
            return Some(IgnoreReason::RepeatedHeader);
        }
        if self.second_table {
            return Some(IgnoreReason::SecondTable);
        }
        if self.plan.state.is_some_and(|column| state::is_open(self.reader.text(row, column))) {
            self.not_booked += 1;
            return Some(IgnoreReason::NotBooked);
        }
        let date_text = self.plan.date.map_or("", |column| self.reader.text(row, column));
        let dated = dates::has_shape(date_text)
            || self.plan.date.is_some_and(|column| self.reader.date(row, column, Field::BookingDate).is_ok());
        let digits = |column: usize| self.reader.text(row, column).bytes().any(|b| b.is_ascii_digit());
        let money = self.plan.money_columns().any(digits);
        if dated
            && money
            && let Some(reason) = self.balance_row(index, row)
        {
            return Some(reason);
        }
        if dated { self.ignore_dated(row, money) } else { self.ignore_undated(index, row, money) }
    }

    fn label(row: &Row) -> Option<(Label, usize)> {
        row.filled()
            .take(12)
            .filter_map(|column| labels::label(row.cell(column)).map(|label| (label, column)))
            .find(|(label, _)| matches!(label, Label::Opening | Label::Closing | Label::Total))
    }

    /// A row at either end whose whole text is the name of a balance carries it in the amount column, where there is no
    /// column of balances.
    fn balance_row(&mut self, index: usize, row: &Row) -> Option<IgnoreReason> {
        let data = &self.detected.layout.data;
        // Both balances may stand at the same end.
        let at_end = data.iter().take(2).chain(data.iter().rev().take(2)).any(|&end| end == index);
        let (Some(column), None, true) = (self.plan.amount, self.plan.balance, at_end) else {
            return None;
        };
        let debit = match self.plan.sign {
            Some(SignModel::Signed) => false,
            Some(SignModel::Directed) => {
                let words = self.plan.direction.map(|column| self.reader.text(row, column))?;
                self.plan.words.side(words)?
            }
            _ => return None,
        };
        let label = row.filled().filter(|&at| at != column).find_map(|at| {
            let described = self.plan.description.contains(&at);
            labels::balance_label(row.cell(at))
                .filter(|_| described || labels::label(row.cell(at)) != Some(Label::Total))
        })?;
        let date = self.plan.date.and_then(|column| self.reader.date(row, column, Field::BookingDate).ok());
        let text = format!("{}{}", if debit { "-" } else { "" }, self.reader.text(row, column));
        let stated = StatedBalance { line: row.line, text, stored: row.kind(column) == Kind::Number, date };
        let section = &mut self.out.sections[self.section];
        if label == Label::Opening {
            section.opening.get_or_insert(stated);
            return Some(IgnoreReason::OpeningBalance);
        }
        section.closing.get_or_insert(stated);
        Some(IgnoreReason::ClosingBalance)
    }

    /// A dated row without an amount can only be a balance.
    fn ignore_dated(&mut self, row: &Row, money: bool) -> Option<IgnoreReason> {
        if money {
            return None;
        }
        let (label, _) = Self::label(row)?;
        let balance = self.plan.balance.filter(|&column| !row.cell(column).is_empty());
        if balance.is_none() && self.plan.balance.is_some() {
            return None;
        }
        self.out.sections[self.section].harvest(row, self.format);
        match label {
            Label::Opening => Some(IgnoreReason::OpeningBalance),
            Label::Closing => Some(IgnoreReason::ClosingBalance),
            _ => Some(IgnoreReason::Total),
        }
    }

    fn ignore_undated(&mut self, index: usize, row: &Row, money: bool) -> Option<IgnoreReason> {
        let classes: Vec<_> = (0..row.cells.len()).map(|column| columns::classify(row, column)).collect();
        if layout::header_words(row, &classes).is_some() {
            self.second_table = true;
            self.out.problems.push(Problem::row(
                row.line,
                Reason::SecondTable,
                Severity::Warning,
                "Another table begins here. It was not read.",
            ));
            return Some(IgnoreReason::SecondTable);
        }
        if let Some((label, column)) = Self::label(row) {
            // In the middle of the table a name such as "Total Energies" must not hide a line whose date is missing.
            if index > self.last_data || !money || labels::whole_label(row.cell(column)).is_some() {
                self.out.sections[self.section].harvest(row, self.format);
                return Some(match label {
                    Label::Opening => IgnoreReason::OpeningBalance,
                    Label::Closing => IgnoreReason::ClosingBalance,
                    _ => IgnoreReason::Total,
                });
            }
        }
        if money {
            return None;
        }
        if row.filled().any(|column| labels::label(row.cell(column)) == Some(Label::Account)) {
            let mut stated = Stated::default();
            stated.harvest(row, self.format);
            let current = self.out.sections[self.section].account.as_ref().map(|(_, account)| account);
            if let Some((_, account)) = &stated.account
                && current != Some(account)
            {
                self.out.sections.push(stated);
                self.section += 1;
                return Some(IgnoreReason::Section);
            }
        }
        self.out.sections[self.section].harvest(row, self.format);
        Some(IgnoreReason::Text)
    }
}
