//! Rows that are no lines: headers, totals, balances, what is not booked. Each with its reason.

use super::Sorter;
use crate::columns;
use crate::dates;
use crate::detect::Detected;
use crate::labels::{self, Label};
use crate::layout::{self, Stated, StatedBalance};
use crate::mapping::SignModel;
use crate::model::IgnoreReason;
use crate::problem::{Field, Problem, Reason, Severity};
use crate::state;
use crate::table::{Kind, Row, Table};
use crate::words;

/// Rows of data that may carry a balance: the first two, the last two, and all at the end that are nothing but labels.
pub(super) struct Ends {
    first: usize,
    last: usize,
    /// From here on every row is a label.
    labels: usize,
    /// One of those is a balance.
    summary: bool,
}

impl Ends {
    pub(super) fn of(table: &Table, detected: &Detected) -> Self {
        let data = &detected.layout.data;
        let label = |index: usize| {
            let row = &table.rows[index];
            row.filled().take(12).find_map(|column| labels::whole_label(row.cell(column)).filter(is_summary))
        };
        let block = || data.iter().rev().copied().map_while(|index| label(index).map(|label| (index, label)));
        Self {
            first: data.get(1).or_else(|| data.first()).copied().unwrap_or(0),
            last: data.iter().nth_back(1).or_else(|| data.first()).copied().unwrap_or(usize::MAX),
            labels: block().last().map_or(usize::MAX, |(index, _)| index),
            summary: block().any(|(_, label)| label != Label::Total),
        }
    }

    fn holds(&self, index: usize) -> bool {
        index <= self.first || index >= self.last || index >= self.labels
    }
}

fn is_summary(label: &Label) -> bool {
    matches!(label, Label::Opening | Label::Closing | Label::Total)
}

/// Headings between the rows that say that what follows is only announced: "Pending Transactions". They are believed
/// where another heading says where the booked ones begin.
pub(super) struct Announced {
    /// Rows that begin such a part, and rows that end one.
    headings: Vec<(usize, bool)>,
}

impl Announced {
    pub(super) fn of(table: &Table, detected: &Detected) -> Self {
        let heading = |index: usize| {
            let row = &table.rows[index];
            let column = row.filled().next().filter(|_| row.filled().nth(1).is_none())?;
            Some((index, state::heading(row.cell(column))?))
        };
        let headings: Vec<_> = (detected.layout.body..table.rows.len()).filter_map(heading).collect();
        let both = headings.iter().any(|(_, open)| *open) && headings.iter().any(|(_, open)| !open);
        Self { headings: if both { headings } else { Vec::new() } }
    }

    fn holds(&self, index: usize) -> bool {
        let before = self.headings.partition_point(|(at, _)| *at <= index);
        before > 0 && self.headings[before - 1].1
    }
}

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
            self.same_header_again(row.line);
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
        // Some banks print the state where the date will stand.
        let announced = self.announced.holds(index);
        if dated && announced || !dated && state::is_open(date_text) {
            self.not_booked += 1;
            return Some(IgnoreReason::NotBooked);
        }
        if announced {
            return Some(if Self::label(row).is_some() { IgnoreReason::Total } else { IgnoreReason::Text });
        }
        let money = self.plan.money_columns().any(|column| self.has_digits(row, column));
        if dated
            && money
            && let Some(reason) = self.balance_row(index, row)
        {
            return Some(reason);
        }
        if dated { self.ignore_dated(row, money) } else { self.ignore_undated(index, row, money) }
    }

    fn has_digits(&self, row: &Row, column: usize) -> bool {
        self.reader.text(row, column).bytes().any(|b| b.is_ascii_digit())
    }

    fn label(row: &Row) -> Option<(Label, usize)> {
        row.filled()
            .take(12)
            .filter_map(|column| labels::label(row.cell(column)).map(|label| (label, column)))
            .find(|(label, _)| is_summary(label))
    }

    /// A row at either end whose whole text is the name of a balance carries it in the amount column, where there is no
    /// column of balances; where there is one, no amount.
    fn balance_row(&mut self, index: usize, row: &Row) -> Option<IgnoreReason> {
        if !self.ends.holds(index) {
            return None;
        }
        let (column, debit) = self.balance_cell(row)?;
        let money = |at: usize| self.plan.money_columns().any(|money| money == at);
        let label = row.filled().filter(|&at| at != column && !money(at)).find_map(|at| {
            let text = row.cell(at);
            let described = self.plan.description.contains(&at);
            labels::balance_label(text)
                .filter(|_| described || labels::label(text) != Some(Label::Total))
                .or_else(|| self.turnover(index, text))
        })?;
        if label == Label::Total {
            return Some(IgnoreReason::Total);
        }
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

    /// A sum of what moved, among the labels that a balance closes. Words that may be a payee are none.
    fn turnover(&self, index: usize, text: &str) -> Option<Label> {
        const PAYEES: &[&str] = &["total", "totals", "sum", "summa", "summe", "suma", "saldo", "balance", "totale"];
        let block = self.ends.summary && index >= self.ends.labels;
        labels::whole_label(text)
            .filter(|label| block && *label == Label::Total && !PAYEES.contains(&words::fold(text).as_str()))
    }

    /// The cell that would hold the balance of such a row, and whether it stands on the debit side.
    fn balance_cell(&self, row: &Row) -> Option<(usize, bool)> {
        let filled = |column: &usize| self.has_digits(row, *column);
        if let Some(balance) = self.plan.balance {
            let nothing = self.reader.amount(row, self.default_exponent).is_ok_and(|money| money.amount.is_zero());
            return Some((balance, false)).filter(|(column, _)| nothing && filled(column));
        }
        match self.plan.sign? {
            SignModel::Signed => Some((self.plan.amount?, false)),
            SignModel::Directed => {
                let words = self.plan.direction.map(|column| self.reader.text(row, column))?;
                Some((self.plan.amount?, self.plan.words.side(words)?))
            }
            SignModel::DebitCredit | SignModel::DebitCreditMinus => {
                let side = |column: Option<usize>, debit: bool| column.filter(filled).map(|column| (column, debit));
                side(self.plan.credit, false).or_else(|| side(self.plan.debit, true))
            }
            SignModel::DebitCreditSigned => {
                [self.plan.credit, self.plan.debit].into_iter().flatten().find(filled).map(|column| (column, false))
            }
            SignModel::Inverse => None,
        }
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
        if money || self.is_spoilt_line(index, row) {
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
        self.title.get_or_insert_with(|| {
            row.filled().next().map_or("", |column| row.cell(column)).chars().take(40).collect()
        });
        Some(IgnoreReason::Text)
    }

    /// A row whose date and whose amount are both unreadable: it stands where a line stands, and would be lost unseen.
    fn is_spoilt_line(&self, index: usize, row: &Row) -> bool {
        let Some(date) = self.plan.date else { return false };
        let filled = |column: usize| !self.reader.text(row, column).is_empty();
        let broken = |column: usize| row.kind(column) == Kind::Error;
        let within = index < self.last_data;
        let beyond = row.filled().any(|column| column >= self.detected.mapping.columns.len());
        let money = || self.plan.money_columns().any(filled);
        let cells = row.filled().count();
        self.plan.money_columns().chain([date]).any(broken)
            || filled(date) && beyond && within
            || filled(date) && money() && (within || cells > 2 && self.has_digits(row, date))
    }

    /// The same header below a title: perhaps the table of another account or card.
    fn same_header_again(&mut self, line: u32) {
        let Some(title) = self.title.take().filter(|_| self.out.counts.lines > 0) else { return };
        if self.out.problems.iter().any(|problem| problem.reason == Reason::SecondTable) {
            return;
        }
        let text = format!(
            "The header comes again here, below “{title}”. What follows was read as more of the same account. If it is another one, leave its rows out."
        );
        self.out.problems.push(Problem::row(line, Reason::SecondTable, Severity::Warning, text));
    }
}
