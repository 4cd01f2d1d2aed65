//! From a table to a complete mapping, with the evidence for each decision.

pub(crate) mod dates;
mod decide;
mod fees;
pub(crate) mod money;
pub(crate) mod roles;
mod signs;

use std::collections::HashMap;

use ledger::Currency;

use crate::chain::{Fit, Relation};
use crate::columns::{self, Classes, Column};
use crate::dates::DateFormat;
use crate::layout::{self, HeaderWish, Layout, Stated};
use crate::mapping::{DirectionWords, Mapping, ReadOptions, SignModel};
use crate::model::{Alternative, Choice, Confidence, Decision, Format, RowOrder, Topic};
use crate::number::DecimalMark;
use crate::plan::{Plan, Words};
use crate::problem::Reason;
use crate::state;
use crate::table::Table;
use crate::words::{self, Hint};
use money::{Bench, Candidates, Hypothesis, Outcome};

/// Everything that detection hands on.
pub(crate) struct Detected {
    pub(crate) layout: Layout,
    pub(crate) plan: Plan,
    pub(crate) mapping: Mapping,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) stated: Stated,
    pub(crate) relation: Option<Relation>,
    pub(crate) fit: Fit,
    pub(crate) order: RowOrder,
    /// Code of the lines that name none themselves.
    pub(crate) currency: Option<Currency>,
    /// Most decimals of the money columns under their marks.
    pub(crate) decimals: u8,
    /// Readings to ask about, beginning with the one taken; empty when there is nothing to ask.
    pub(crate) open: Vec<(String, Choice)>,
    pub(crate) open_evidence: Vec<String>,
    /// What a person should look at.
    pub(crate) warnings: Vec<(Reason, String)>,
}

impl Detected {
    /// True when there is a date and an amount to read.
    pub(crate) fn is_statement(&self) -> bool {
        self.plan.date.is_some() && self.plan.money_columns().next().is_some()
    }
}

pub(crate) fn detect(table: &Table, format: Format, file_name: &str, options: &ReadOptions) -> Detected {
    let classes = Classes::of(table);
    let wish = match (&options.header_row, &options.mapping) {
        (Some(line), _) => HeaderWish::Line(*line),
        (None, Some(mapping)) => HeaderWish::Texts(&mapping.header),
        (None, None) => HeaderWish::Detect,
    };
    let layout = layout::find(table, &classes, &wish);
    let header = layout.header.map(|index| &table.rows[index]);
    let width = options.mapping.as_ref().map_or(layout.width, |mapping| mapping.columns.len().max(layout.width));
    let columns = columns::profile(table, &classes, &layout.data, header, width);
    drop(classes);
    let mut work = Work {
        table,
        options,
        format,
        layout: &layout,
        columns: &columns,
        plan: Plan { marks: vec![DecimalMark::Point; width], formats: vec![DateFormat::Ymd; width], ..Plan::default() },
        decisions: Vec::new(),
        open: Vec::new(),
        open_evidence: Vec::new(),
        warnings: Vec::new(),
    };
    let direction = work.roles_before_money();
    let around = dates::Surroundings { file_name, today: options.today, outside: outside(table, &layout) };
    let open_dates = work.date_formats(&around);
    // While the dates are open, so is the order they give; it must not turn signs round.
    let order = if open_dates.is_empty() { work.order() } else { RowOrder::Unknown };
    let stated = work.stated();
    let currency = work.currency(&stated);
    let open_mark = work.marks(currency.as_ref());
    let decimals = work.decimals();
    let mut outcome = work.money(direction, order, decimals);
    work.signs_by_words(direction, outcome.as_mut());
    let words = work.after_money(direction, outcome.as_ref());
    let inverse = work.unsure_of_sign(outcome.as_ref(), order);
    if let (Some(why), Some(outcome)) = (inverse, outcome.as_mut()) {
        outcome.leave_open(why);
    }
    let mut mapping = work.plan.to_mapping(format, header_texts(header), width, words);
    mapping.currency = currency.clone();
    work.readings(&mapping, &open_dates, open_mark, outcome.as_ref(), inverse);
    work.decide_rest(order, outcome.as_ref(), currency.as_ref(), &stated);
    let decimals = work.decimals();
    let Work { plan, decisions, open, open_evidence, warnings, .. } = work;
    Detected {
        relation: outcome.as_ref().and_then(|outcome| outcome.relation),
        fit: outcome.as_ref().map(|outcome| outcome.fit).unwrap_or_default(),
        layout,
        plan,
        mapping,
        decisions,
        stated,
        order,
        currency,
        decimals,
        open,
        open_evidence,
        warnings,
    }
}

/// The outside of a table: texts of its header, its width, and what the rows before it say.
pub(crate) fn outside_of(table: &Table) -> (Vec<String>, usize, Stated) {
    let classes = Classes::of(table);
    let layout = layout::find(table, &classes, &HeaderWish::Detect);
    let stated = stated_before(table, &layout, DateFormat::Dmy);
    (header_texts(layout.header.map(|index| &table.rows[index])), layout.width, stated)
}

/// What the rows before the table say.
fn stated_before(table: &Table, layout: &Layout, format: DateFormat) -> Stated {
    let before = layout.header.unwrap_or(layout.body).min(table.rows.len());
    let mut stated = Stated::default();
    for index in 0..before {
        stated.harvest(&table.rows[index], format);
        if index + 1 < before {
            stated.harvest_pair(&table.rows[index], &table.rows[index + 1], format);
        }
    }
    stated
}

fn header_texts(header: Option<&crate::table::Row>) -> Vec<String> {
    header.map_or_else(Vec::new, |row| (0..row.cells.len()).map(|column| row.cell(column).to_owned()).collect())
}

/// Texts that may state a period: what stands before the table and just behind it.
fn outside<'a>(table: &'a Table, layout: &Layout) -> Vec<&'a str> {
    let end = layout.data.last().map_or(layout.body, |last| last + 1);
    let before = 0..layout.header.unwrap_or(layout.body).min(table.rows.len());
    let after = end.min(table.rows.len())..(end + 20).min(table.rows.len());
    before
        .chain(after)
        .flat_map(|index| (0..table.rows[index].cells.len().min(40)).map(move |column| table.rows[index].cell(column)))
        .filter(|text| !text.is_empty())
        .collect()
}

struct Work<'a> {
    table: &'a Table,
    options: &'a ReadOptions,
    format: Format,
    layout: &'a Layout,
    columns: &'a [Column],
    plan: Plan,
    decisions: Vec<Decision>,
    open: Vec<(String, Choice)>,
    open_evidence: Vec<String>,
    warnings: Vec<(Reason, String)>,
}

impl Work<'_> {
    fn mapped(&self) -> Option<&Mapping> {
        self.options.mapping.as_ref()
    }

    fn roles_before_money(&mut self) -> Option<usize> {
        if let Some(mapping) = &self.options.mapping {
            let (marks, formats) = (std::mem::take(&mut self.plan.marks), std::mem::take(&mut self.plan.formats));
            self.plan = Plan::of(mapping);
            self.plan.marks.extend(marks.into_iter().skip(self.plan.marks.len()));
            self.plan.formats.extend(formats.into_iter().skip(self.plan.formats.len()));
            self.plan.fee_minus =
                self.plan.fee.and_then(|fee| self.columns.get(fee)).is_some_and(Column::is_mostly_negative);
            return self.plan.direction;
        }
        roles::dates(self.columns, self.layout.data.len(), &mut self.plan);
        roles::keys(self.columns, self.layout.data.len(), &mut self.plan)
    }

    /// Formats of the date columns; returns what the booking date leaves open.
    fn date_formats(&mut self, around: &dates::Surroundings) -> Vec<DateFormat> {
        let mut open = Vec::new();
        let booking = self.plan.date;
        for column in [self.plan.date, self.plan.value_date].into_iter().flatten() {
            let saved = self.mapped().and_then(|m| m.columns.get(column)).and_then(|c| c.date_format);
            let mut decided = match self.options.date_format.or(saved) {
                Some(format) => dates::Decided {
                    format,
                    confidence: Confidence::Chosen,
                    evidence: vec!["Chosen by you.".into()],
                    open: Vec::new(),
                },
                None if column < self.columns.len() => {
                    dates::decide(self.table, &self.layout.data, self.columns, column, around)
                }
                None => continue,
            };
            if Some(column) != booking {
                // What the value date leaves open follows the booking date, and the other way round.
                if let Some(first) = booking {
                    let format = self.plan.format(first);
                    if !decided.open.is_empty() && decided.open.contains(&format) {
                        decided.format = format;
                    } else if open.contains(&decided.format) && decided.confidence != Confidence::Open {
                        self.plan.formats[first] = decided.format;
                        open.clear();
                        self.settle_date(decided.format);
                    }
                }
            } else {
                open.clone_from(&decided.open);
                self.decisions.push(decide::date_decision(&decided));
            }
            if let Some(place) = self.plan.formats.get_mut(column) {
                *place = decided.format;
            }
        }
        open
    }

    fn settle_date(&mut self, format: DateFormat) {
        if let Some(decision) = self.decisions.iter_mut().find(|d| d.topic == Topic::DateFormat) {
            let settled = dates::Decided {
                format,
                confidence: Confidence::Likely,
                evidence: vec!["The value dates allow only this order.".into()],
                open: Vec::new(),
            };
            *decision = decide::date_decision(&settled);
        }
    }

    fn order(&self) -> RowOrder {
        let Some(column) = self.plan.date else {
            return RowOrder::Unknown;
        };
        let repairs = crate::plan::Repairs::new();
        let reader = crate::plan::RowReader { plan: &self.plan, repairs: &repairs };
        dates::row_order(
            self.layout.data.iter().filter_map(|&index| {
                reader.date(&self.table.rows[index], column, crate::problem::Field::BookingDate).ok()
            }),
        )
    }

    fn stated(&self) -> Stated {
        let format = self.plan.date.map_or(DateFormat::Dmy, |column| self.plan.format(column));
        stated_before(self.table, self.layout, format)
    }

    /// The currency of lines that do not name one: header, labels, saved mapping, the caller.
    fn currency(&self, stated: &Stated) -> Option<Currency> {
        let hint = self.options.currency_hint.clone();
        let resolve =
            |code: &str| hint.clone().filter(|h| h.code().eq_ignore_ascii_case(code)).or_else(|| words::iso(code));
        let in_header = || {
            self.columns
                .iter()
                .filter(|c| c.hinted_money() && c.is_number())
                .find_map(|c| money::currency_named(c).or_else(|| symbol_in(&c.header)))
        };
        let in_cells = || {
            let column = self.columns.iter().position(|c| c.hinted_money() && c.is_number() || c.looks_like_money())?;
            let tags: Vec<Option<String>> = self
                .layout
                .data
                .iter()
                .take(50)
                .map(|&index| crate::number::tag(self.table.rows[index].cell(column)))
                .collect();
            let first = tags.first().cloned().flatten()?;
            tags.iter().all(|tag| tag.as_deref() == Some(first.as_str())).then_some(first)
        };
        in_header()
            .and_then(|code| resolve(&code))
            .or_else(|| in_cells().and_then(|code| resolve(&code)))
            .or_else(|| stated.currency.as_ref().and_then(|(_, code)| resolve(code)))
            .or_else(|| self.mapped().and_then(|m| m.currency.clone()))
            .or(hint)
            .or_else(|| self.only_currency())
    }

    /// The one code in all columns of currencies: a row that leaves its cell blank is hardly in another.
    fn only_currency(&self) -> Option<Currency> {
        let named = self.columns.iter().filter(|c| c.hinted(Hint::Currency) && c.isos > 0 && c.isos == c.filled);
        let codes: std::collections::BTreeSet<&String> = named.flat_map(|column| column.distinct.keys()).collect();
        codes.first().filter(|_| codes.len() == 1).and_then(|code| words::iso(code))
    }

    /// The one currency of the file, when there is only one.
    fn exponent_hint(&self, currency: Option<&Currency>) -> Option<u8> {
        match self.plan.currency {
            Some(column) if column < self.columns.len() => self.columns[column]
                .distinct
                .keys()
                .filter_map(|code| words::iso(code))
                .map(|currency| currency.exponent())
                .max(),
            _ => currency.map(Currency::exponent),
        }
    }

    fn marks(&mut self, currency: Option<&Currency>) -> bool {
        let mut decided = money::marks(self.columns, self.options.decimal_mark, self.exponent_hint(currency));
        if self.options.decimal_mark.is_none()
            && let Some(mapping) = &self.options.mapping
        {
            for (place, column) in decided.marks.iter_mut().zip(&mapping.columns) {
                if let Some(mark) = column.decimal_mark {
                    *place = mark;
                    decided.open = false;
                    decided.confidence = Confidence::Chosen;
                    decided.evidence = vec!["From the mapping.".into()];
                }
            }
        }
        let shown = self.shown_mark(&decided.marks);
        self.plan.marks = decided.marks;
        self.decisions.push(Decision {
            topic: Topic::DecimalMark,
            value: if shown == DecimalMark::Comma { "comma" } else { "point" }.into(),
            label: shown.label().into(),
            evidence: decided.evidence,
            confidence: decided.confidence,
            alternatives: DecimalMark::ALL
                .into_iter()
                .filter(|mark| *mark != shown)
                .map(|mark| Alternative {
                    value: if mark == DecimalMark::Comma { "comma" } else { "point" }.into(),
                    label: mark.label().into(),
                })
                .collect(),
        });
        decided.open
    }

    /// The mark of the first money column, for the chip.
    fn shown_mark(&self, marks: &[DecimalMark]) -> DecimalMark {
        let money = (0..self.columns.len()).find(|&c| self.columns[c].hinted_money() && self.columns[c].is_number());
        let money = money.or_else(|| (0..self.columns.len()).find(|&c| self.columns[c].looks_like_money()));
        money.and_then(|c| marks.get(c)).copied().unwrap_or(DecimalMark::Point)
    }

    fn decimals(&self) -> u8 {
        let money = |c: usize| {
            let chosen = self.plan.money_columns().chain(self.plan.balance).chain(self.plan.fee).collect::<Vec<_>>();
            if chosen.is_empty() { self.columns[c].looks_like_money() } else { chosen.contains(&c) }
        };
        (0..self.columns.len())
            .filter(|&c| money(c))
            .map(|c| self.columns[c].decimals[usize::from(self.plan.mark(c) == DecimalMark::Comma)])
            .max()
            .unwrap_or(2)
            .clamp(2, ledger::currency::MAX_EXPONENT)
    }

    fn groups(&self) -> Vec<u32> {
        let mut known: HashMap<(&str, &str, &str), u32> = HashMap::new();
        self.layout
            .data
            .iter()
            .map(|&index| {
                let row = &self.table.rows[index];
                let cell = |column: Option<usize>| column.map_or("", |c| row.cell(c));
                let key = (cell(self.plan.account), cell(self.plan.currency), cell(self.plan.other_currency));
                let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
                *known.entry(key).or_insert(next)
            })
            .collect()
    }

    fn money(&mut self, direction: Option<usize>, order: RowOrder, decimals: u8) -> Option<Outcome> {
        let groups = self.groups();
        let bench = Bench {
            table: self.table,
            data: &self.layout.data,
            groups: &groups,
            columns: self.columns,
            exponent: decimals,
            order,
        };
        let mut outcome = match self.mapped() {
            Some(mapping) => {
                let hypotheses = mapped_hypotheses(mapping, &self.plan, self.options.sign_model);
                bench.choose(&self.plan, &hypotheses).map(Outcome::by_roles)
            }
            None => {
                let taken: Vec<usize> = [self.plan.date, self.plan.value_date, self.plan.currency, self.plan.account]
                    .into_iter()
                    .flatten()
                    .collect();
                let mut hypotheses =
                    money::hypotheses(bench.columns, &Candidates { direction, taken }, self.layout.data.len());
                bench.drop_gross(&self.plan, &mut hypotheses);
                if let Some(sign) = self.options.sign_model {
                    hypotheses = hypotheses.into_iter().filter_map(|h| with_sign(h, sign, direction)).collect();
                }
                bench.choose(&self.plan, &hypotheses)
            }
        }?;
        if let Some(sign) = self.options.sign_model.or_else(|| self.mapped().and_then(|m| m.sign_model)) {
            if outcome.best.sign != sign {
                // What was proved was the other sign.
                outcome.relation = None;
            }
            outcome.best.sign = sign;
            outcome.choose(if self.options.sign_model.is_some() { "Chosen by you." } else { "From the mapping." });
        }
        outcome.best.apply(&mut self.plan);
        let amounts = self.plan.amount.and_then(|c| self.columns.get(c));
        self.plan.sided = amounts.is_some_and(Column::names_both_sides);
        self.plan.one_sided = amounts.is_some_and(Column::marks_credits_only);
        self.settle_fees(&bench, &mut outcome);
        self.settle_minus(&mut outcome);
        self.settle_mixed_debits(&mut outcome);
        Some(outcome)
    }

    /// Texts, once it is known which columns hold money; and the words of the direction column.
    fn after_money(&mut self, direction: Option<usize>, outcome: Option<&Outcome>) -> DirectionWords {
        if self.mapped().is_none() {
            let mut taken: Vec<usize> =
                [self.plan.date, self.plan.value_date, self.plan.currency, self.plan.account, self.plan.balance]
                    .into_iter()
                    .flatten()
                    .collect();
            taken.extend(self.plan.money_columns());
            taken.extend(direction.filter(|_| outcome.is_some_and(|o| o.best.direction.is_some())));
            let columns = self.columns;
            roles::texts(columns, &mut self.plan, &taken);
        }
        self.settle_state();
        self.tell_announced();
        let mut words = self.mapped().map(|m| m.direction_words.clone()).unwrap_or_default();
        if let Some(column) = self.plan.direction.filter(|&c| c < self.columns.len())
            && words == DirectionWords::default()
        {
            let mut found: Vec<&String> = self.columns[column].distinct.keys().collect();
            found.sort();
            for word in found {
                match words::side(word) {
                    Some(true) => words.debit.push(word.clone()),
                    Some(false) => words.credit.push(word.clone()),
                    None => {}
                }
            }
            // Where only one side is ever named, as a CR beside what came in, a blank is the other.
            if roles::marks_one_side(&self.columns[column], self.layout.data.len()) {
                let other = if words.credit.is_empty() { &mut words.credit } else { &mut words.debit };
                other.push(String::new());
            }
        }
        self.plan.words = Words::new(&words);
        words
    }

    /// Rows that only their text says are not booked yet: whether they count is for a person to say.
    fn tell_announced(&mut self) {
        let texts: Vec<usize> =
            self.plan.description.iter().copied().chain(self.plan.counterparty).chain(self.plan.reference).collect();
        let rows = self.layout.data.iter().map(|&index| &self.table.rows[index]);
        let lines = rows
            .filter(|row| texts.iter().any(|&column| state::announces(row.cell(column))))
            .map(|row| row.line.to_string())
            .collect::<Vec<_>>();
        if lines.is_empty() {
            return;
        }
        let rows = crate::faults::counted(lines.len(), "row says", "rows say");
        let which = crate::faults::first_few(lines);
        let text = format!("{rows} in the text that the bank has not booked it yet: line {which}. Read as booked.");
        self.warnings.push((Reason::UnknownState, text));
    }

    /// The column of states: what the mapping says, else what is found.
    fn settle_state(&mut self) {
        if self.mapped().is_none_or(|mapping| !mapping.fees_and_states) {
            self.plan.state = state::column(self.columns, &self.plan);
        }
        let Some(column) = self.plan.state.filter(|&column| column < self.columns.len()) else { return };
        let plan = &mut self.plan;
        let named = self.columns[column].hinted(Hint::Description);
        plan.description.retain(|&other| other != column);
        if named {
            // A column such as "Info" is both, so that lines keep the text they are known by.
            plan.description.push(column);
            plan.description.sort_unstable();
        }
        for other in [&mut plan.counterparty, &mut plan.reference, &mut plan.bank_code, &mut plan.counterparty_account]
        {
            *other = other.filter(|&other| other != column);
        }
        if let Some(words) = state::unknown(&self.columns[column]) {
            let name = &self.columns[column].header;
            let text = format!("{name} holds words that are no known states: {words}. Their rows were read as booked.");
            self.warnings.push((Reason::UnknownState, text));
        }
    }
}

fn symbol_in(header: &str) -> Option<String> {
    header
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ':'))
        .filter(|piece| !piece.is_ascii())
        .find_map(crate::currency_marks::code)
}

fn mapped_hypotheses(mapping: &Mapping, plan: &Plan, sign: Option<SignModel>) -> Vec<Hypothesis> {
    let base = |sign| Hypothesis {
        sign,
        amount: plan.amount,
        debit: plan.debit,
        credit: plan.credit,
        direction: plan.direction,
        balance: plan.balance,
        named: true,
    };
    match sign.or(mapping.sign_model) {
        Some(sign) => vec![base(sign)],
        None if plan.amount.is_none() => vec![base(SignModel::DebitCredit), base(SignModel::DebitCreditSigned)],
        None if plan.direction.is_some() => vec![base(SignModel::Directed)],
        None => vec![base(SignModel::Signed)],
    }
}

/// A reading under a chosen sign model, if its columns allow that.
fn with_sign(hypothesis: Hypothesis, sign: SignModel, direction: Option<usize>) -> Option<Hypothesis> {
    let fits = match sign {
        SignModel::DebitCredit | SignModel::DebitCreditSigned | SignModel::DebitCreditMinus => {
            hypothesis.debit.is_some()
        }
        SignModel::Directed => hypothesis.amount.is_some() && direction.is_some(),
        SignModel::Signed | SignModel::Inverse => hypothesis.amount.is_some(),
    };
    let direction = if sign == SignModel::Directed { direction } else { None };
    fits.then_some(Hypothesis { sign, direction, ..hypothesis })
}
