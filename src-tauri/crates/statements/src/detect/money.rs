//! Which columns hold the money and how its sign is written: every plausible reading is tested against the balances.

use crate::chain::{self, Fit, Link, RELATIONS, Relation};
use crate::columns::Column;
use crate::faults;
use crate::mapping::SignModel;
use crate::model::{BalancePlace, Confidence, RowOrder};
use crate::number::DecimalMark;
use crate::plan::{Plan, Repairs, RowReader};
use crate::problem::Field;
use crate::table::Table;
use crate::words::Hint;

/// One way to read money.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hypothesis {
    pub(crate) sign: SignModel,
    pub(crate) amount: Option<usize>,
    pub(crate) debit: Option<usize>,
    pub(crate) credit: Option<usize>,
    pub(crate) direction: Option<usize>,
    pub(crate) balance: Option<usize>,
    /// The headers say so.
    pub(crate) named: bool,
}

impl Hypothesis {
    pub(crate) fn apply(&self, plan: &mut Plan) {
        plan.sign = Some(self.sign);
        plan.amount = self.amount;
        plan.debit = self.debit;
        plan.credit = self.credit;
        plan.direction = self.direction;
        plan.balance = self.balance;
    }

    pub(super) fn uses(&self, column: usize) -> bool {
        [self.amount, self.debit, self.credit].contains(&Some(column))
    }
}

/// The reading that was chosen.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) best: Hypothesis,
    /// How balances hang together, if they do.
    pub(crate) relation: Option<Relation>,
    pub(crate) fit: Fit,
    pub(crate) confidence: Confidence,
    pub(crate) evidence: Vec<String>,
    /// Other readings that fit as well.
    pub(crate) open: Vec<Hypothesis>,
}

/// Evidence of a reading that only the headings speak for.
const BY_NAMES: &str = "The column names say so.";

impl Outcome {
    /// The same where the roles of the columns are given, whatever the columns are called.
    pub(super) fn by_roles(mut self) -> Self {
        if let Some(said) = self.evidence.first_mut().filter(|said| *said == BY_NAMES) {
            *said = "The roles of the columns say so.".into();
        }
        self
    }

    /// Takes the sign from the caller. What the balances prove beside it stays said.
    pub(super) fn choose(&mut self, by: &str) {
        if self.relation.is_none() {
            self.evidence.clear();
        }
        self.evidence.insert(0, by.into());
        self.confidence = Confidence::Chosen;
        self.open.clear();
    }

    /// A person must say which way the amounts run: whatever was found besides does not tell.
    pub(super) fn leave_open(&mut self, why: &str) {
        self.evidence = vec!["Nothing in the file says which way the amounts run.".into(), why.into()];
        self.confidence = Confidence::Open;
    }
}

pub(super) const FEE_WORDS: &[&str] =
    &["fee", "fees", "gebuhr", "gebuhren", "commission", "frais", "comision", "commissione"];
pub(super) const NET_WORDS: &[&str] = &["net", "netto", "neto", "liquido"];

/// Rows that a reading is first tested on; the one that is chosen is tested on all.
const SAMPLE: usize = 400;

pub(crate) struct Bench<'a> {
    pub(crate) table: &'a Table,
    pub(crate) data: &'a [usize],
    pub(crate) groups: &'a [u32],
    pub(crate) columns: &'a [Column],
    pub(crate) exponent: u8,
    pub(crate) order: RowOrder,
}

impl Bench<'_> {
    /// Fits of a reading over the first `rows` rows.
    pub(super) fn fits(&self, plan: &Plan, hypothesis: &Hypothesis, rows: usize) -> [Fit; 4] {
        let mut plan = plan.clone();
        hypothesis.apply(&mut plan);
        let repairs = Repairs::new();
        let reader = RowReader { plan: &plan, repairs: &repairs };
        let links: Vec<Link> = self
            .data
            .iter()
            .zip(self.groups)
            .take(rows)
            .map(|(&index, &group)| {
                let row = &self.table.rows[index];
                Link {
                    group,
                    amount: reader.amount(row, self.exponent).ok().map(|money| money.amount),
                    balance: reader.balance(row, self.exponent).ok().flatten().map(|money| money.amount),
                }
            })
            .collect();
        chain::fits(&links)
    }

    /// The relation that holds, with the sign it needs: dates decide between a table and its mirror image.
    pub(crate) fn relate(&self, fits: &[Fit; 4], named: bool) -> Option<(Relation, Fit, bool)> {
        let holding = RELATIONS.into_iter().zip(*fits).filter(|(_, fit)| fit.holds(named));
        // With the date order known, a relation of the other order is the mirror image: amounts are negated.
        holding
            .map(|(relation, fit)| {
                let mirrored = self.order != RowOrder::Unknown && relation.order != self.order;
                let relation = if mirrored { relation.negated() } else { relation };
                (relation, fit, mirrored)
            })
            // A single step can agree with the mirror image by chance, and that would turn every sign round.
            .filter(|(_, fit, mirrored)| !mirrored || fit.holds(false))
            .max_by_key(|(relation, fit, mirrored)| {
                (
                    fit.agree,
                    !mirrored,
                    relation.place == BalancePlace::AfterRow,
                    relation.order == RowOrder::OldestFirst,
                )
            })
    }

    /// Chooses among readings, evidence before names.
    pub(crate) fn choose(&self, plan: &Plan, hypotheses: &[Hypothesis]) -> Option<Outcome> {
        let mut proved: Option<(u32, usize, Hypothesis, Relation)> = None;
        for (rank, hypothesis) in hypotheses.iter().enumerate() {
            if hypothesis.balance.is_none() {
                continue;
            }
            let Some((relation, fit, mirrored)) = self.relate(&self.fits(plan, hypothesis, SAMPLE), hypothesis.named)
            else {
                continue;
            };
            let Some(hypothesis) = signed_for(hypothesis, mirrored) else {
                continue;
            };
            // Names break ties: a reading that the headers name wins over an equal one that they do not.
            let better = proved.as_ref().is_none_or(|(agree, at, other, _)| {
                (fit.agree, hypothesis.named, std::cmp::Reverse(rank)) > (*agree, other.named, std::cmp::Reverse(*at))
            });
            if better {
                proved = Some((fit.agree, rank, hypothesis, relation));
            }
        }
        if let Some((_, _, best, relation)) = proved {
            return Some(self.proved(plan, best, relation));
        }
        let best = hypotheses.first()?.clone();
        let fits = self.fits(plan, &best, usize::MAX);
        let fit = chain::likeliest(&fits, self.order).map(|(_, fit)| fit).unwrap_or_default();
        let mut evidence =
            vec![if best.named { BY_NAMES.to_owned() } else { "The only columns that look like money.".to_owned() }];
        if best.balance.is_some() && fit.of > 0 {
            evidence
                .push(format!("The balance column follows from the amounts on {} of {} rows only.", fit.agree, fit.of));
        }
        let open = if best.named { Vec::new() } else { swapped(&best).into_iter().collect() };
        let confidence = if open.is_empty() { Confidence::Likely } else { Confidence::Open };
        Some(Outcome { best, relation: None, fit, confidence, evidence, open })
    }

    /// Of an amount before fees and one after them, what the rows themselves prove to be net is what moved the account.
    pub(crate) fn drop_gross(&self, plan: &Plan, hypotheses: &mut Vec<Hypothesis>) {
        let amounts: Vec<usize> = (0..self.columns.len())
            .filter(|&c| hypotheses.iter().any(|h| h.named && h.sign == SignModel::Signed && h.amount == Some(c)))
            .collect();
        let fees = (0..self.columns.len()).filter(|&c| self.columns[c].is_number() && self.says(c, FEE_WORDS));
        let Some(net) = amounts.iter().copied().find(|&c| self.says(c, NET_WORDS)) else {
            return;
        };
        for fee in fees {
            let gross: Vec<usize> =
                amounts.iter().copied().filter(|&c| c != net && self.is_net(plan, c, fee, net)).collect();
            hypotheses.retain(|h| !h.amount.is_some_and(|amount| gross.contains(&amount)));
        }
    }

    /// True if gross less fee is net in every row, whatever sign the fee is printed with, and some fee is not zero.
    fn is_net(&self, plan: &Plan, gross: usize, fee: usize, net: usize) -> bool {
        let repairs = Repairs::new();
        let reader = RowReader { plan, repairs: &repairs };
        let read = |index: usize, column: usize| {
            reader.money(&self.table.rows[index], column, Field::Amount, self.exponent).ok().map(|money| money.amount)
        };
        let triples: Option<Vec<_>> = self
            .data
            .iter()
            .take(SAMPLE)
            .map(|&index| Some((read(index, gross)?, read(index, fee)?, read(index, net)?)))
            .collect();
        triples.is_some_and(|triples| {
            triples.iter().any(|(_, fee, _)| !fee.is_zero())
                && (triples.iter().all(|(gross, fee, net)| &(gross - fee) == net)
                    || triples.iter().all(|(gross, fee, net)| &(gross + fee) == net))
        })
    }

    pub(super) fn says(&self, column: usize, words: &[&str]) -> bool {
        crate::words::has_word(&self.columns[column].header, words)
    }

    pub(super) fn proved(&self, plan: &Plan, best: Hypothesis, relation: Relation) -> Outcome {
        let fits = self.fits(plan, &best, usize::MAX);
        let fit = relation.fit(&fits);
        let place_words = match relation.place {
            BalancePlace::AfterRow => "after",
            BalancePlace::BeforeRow => "before",
        };
        let order_words = match relation.order {
            RowOrder::NewestFirst => "newest first",
            _ => "oldest first",
        };
        let evidence = vec![format!(
            "The balance {place_words} each row follows from the amounts on {} of {} steps, {order_words}.",
            fit.agree, fit.of
        )];
        Outcome { best, relation: Some(relation), fit, confidence: Confidence::Certain, evidence, open: Vec::new() }
    }
}

/// The same columns read so that the mirrored table comes out right, if the sign model has such a form.
fn signed_for(hypothesis: &Hypothesis, mirrored: bool) -> Option<Hypothesis> {
    if !mirrored {
        return Some(hypothesis.clone());
    }
    match hypothesis.sign {
        SignModel::Signed => Some(Hypothesis { sign: SignModel::Inverse, ..hypothesis.clone() }),
        SignModel::Inverse => Some(Hypothesis { sign: SignModel::Signed, ..hypothesis.clone() }),
        SignModel::DebitCredit if !hypothesis.named => {
            Some(Hypothesis { debit: hypothesis.credit, credit: hypothesis.debit, ..hypothesis.clone() })
        }
        // Named columns and words do not change sides because rows are out of order within a day.
        _ => None,
    }
}

/// Debit and credit exchanged: the other reading of two columns that nothing names.
fn swapped(hypothesis: &Hypothesis) -> Option<Hypothesis> {
    matches!(hypothesis.sign, SignModel::DebitCredit).then(|| Hypothesis {
        debit: hypothesis.credit,
        credit: hypothesis.debit,
        ..hypothesis.clone()
    })
}

/// Columns that may take part.
pub(crate) struct Candidates {
    pub(crate) direction: Option<usize>,
    /// Columns taken by something else: dates, accounts, currency.
    pub(crate) taken: Vec<usize>,
}

/// All readings worth a test, the likeliest first.
pub(crate) fn hypotheses(columns: &[Column], candidates: &Candidates, rows: usize) -> Vec<Hypothesis> {
    let free = |column: &usize| !candidates.taken.contains(column);
    let named = |hint: Hint| {
        (0..columns.len())
            .filter(free)
            .filter(move |&c| columns[c].hinted(hint) && (columns[c].is_number() || columns[c].filled == 0))
            .collect::<Vec<_>>()
    };
    let money: Vec<usize> = (0..columns.len())
        .filter(free)
        .filter(|&c| {
            columns[c].looks_like_money()
                && !matches!(columns[c].hint, Some((Hint::Reference | Hint::Account | Hint::CounterpartyAccount, _)))
        })
        .take(8)
        .collect();
    let balances = named(Hint::Balance);
    let mut bases = named_bases(columns, candidates, &named);
    bases.extend(structural_bases(columns, candidates, &money, rows));
    if bases.is_empty() {
        // Whole amounts without any sign, such as yen: the last resort is any number column that is not an identifier.
        let plain = (0..columns.len()).filter(free).find(|&c| {
            // A long row of digits is the number of an account or a card.
            columns[c].is_number()
                && (columns[c].separated > 0 || columns[c].longest_number < 10)
                && !columns[c].hinted(Hint::Balance)
                && !matches!(
                    columns[c].hint,
                    Some((
                        Hint::Reference | Hint::Account | Hint::Other | Hint::BankCode | Hint::CounterpartyAccount,
                        _
                    ))
                )
        });
        bases.extend(plain.map(|column| single(columns, candidates, column, false)));
    }
    let mut all = Vec::new();
    for base in bases {
        let mut places: Vec<usize> =
            balances.iter().copied().filter(|&b| !base.uses(b) && columns[b].filled > 0).collect();
        places.extend(
            money
                .iter()
                .copied()
                .filter(|&b| !base.uses(b) && !places.contains(&b) && !columns[b].hinted(Hint::Other))
                .collect::<Vec<_>>(),
        );
        for balance in places {
            // Without a name, a balance must stand in nearly every row.
            if balances.contains(&balance) || columns[balance].filled * 10 >= rows * 9 {
                let named = base.named && (balances.contains(&balance) || balances.is_empty());
                all.push(Hypothesis { balance: Some(balance), named, ..base.clone() });
            }
        }
        all.push(base);
    }
    // The first entry is what is taken when nothing is proved: named columns, with a named balance.
    all.sort_by_key(|h| {
        (
            !h.named,
            !h.balance.is_some_and(|b| balances.contains(&b)),
            h.balance.is_some() && !h.balance.is_some_and(|b| balances.contains(&b)),
        )
    });
    all.truncate(96);
    all
}

impl Hypothesis {
    /// The same columns, the minus of a debit read the other way.
    pub(super) fn with_debits_turned(&self) -> Self {
        let sign = match self.sign {
            SignModel::DebitCreditSigned => SignModel::DebitCredit,
            _ => SignModel::DebitCreditSigned,
        };
        Self { sign, ..self.clone() }
    }
}

fn single(columns: &[Column], candidates: &Candidates, column: usize, named: bool) -> Hypothesis {
    let directed = candidates.direction.filter(|_| columns[column].negative == 0);
    Hypothesis {
        sign: if directed.is_some() { SignModel::Directed } else { SignModel::Signed },
        amount: Some(column),
        debit: None,
        credit: None,
        direction: directed,
        balance: None,
        named,
    }
}

fn pair(columns: &[Column], debit: usize, credit: usize, named: bool) -> Hypothesis {
    let out = &columns[debit];
    // A debit column whose figures are mostly negative carries its sign; zeros say nothing.
    let signed = out.is_mostly_negative();
    Hypothesis {
        sign: if signed { SignModel::DebitCreditSigned } else { SignModel::DebitCredit },
        amount: None,
        debit: Some(debit),
        credit: Some(credit),
        direction: None,
        balance: None,
        named,
    }
}

fn named_bases(columns: &[Column], candidates: &Candidates, named: &dyn Fn(Hint) -> Vec<usize>) -> Vec<Hypothesis> {
    let mut bases = Vec::new();
    let body_is_empty = columns.iter().all(|column| column.filled == 0);
    let (amounts, debits, credits) = (named(Hint::Amount), named(Hint::Debit), named(Hint::Credit));
    if let (Some(&debit), Some(&credit)) = (debits.first(), credits.first())
        && (body_is_empty || columns[debit].filled + columns[credit].filled > 0)
    {
        let read = pair(columns, debit, credit, true);
        // With and without a minus: balances tell which of the two went out.
        let turned = columns[debit].has_both_signs().then(|| read.with_debits_turned());
        bases.extend(std::iter::once(read).chain(turned));
    }
    // "Debit/Credit" above signed amounts.
    let mixed = named(Hint::Direction).into_iter().filter(|&c| columns[c].looks_like_money());
    let mut amounts: Vec<usize> =
        amounts.into_iter().chain(mixed).filter(|&c| body_is_empty || columns[c].filled > 0).collect();
    // Of two amounts of one name, the one beside the currency is what moved the account.
    let beside_currency = |c: usize| columns.get(c + 1).is_some_and(|next| next.hinted(Hint::Currency));
    let twice = |c: usize| columns.iter().filter(|other| other.header == columns[c].header).count() > 1;
    amounts.sort_by_key(|&c| (!super::roles::of_the_account(&columns[c].header), twice(c) && !beside_currency(c)));
    for amount in amounts.into_iter().take(4) {
        bases.push(single(columns, candidates, amount, true));
    }
    bases
}

fn structural_bases(columns: &[Column], candidates: &Candidates, money: &[usize], rows: usize) -> Vec<Hypothesis> {
    let money: Vec<usize> = money
        .iter()
        .copied()
        .filter(|&c| !columns[c].hinted(Hint::Other) && !columns[c].hinted(Hint::Balance))
        .collect();
    let mut bases = Vec::new();
    for (at, &left) in money.iter().enumerate() {
        for &right in &money[at + 1..] {
            let filled = |c: usize| columns[c].numbers - columns[c].zeros;
            // A count of pieces beside a price also fills now one, now the other.
            if (columns[left].separated == 0) != (columns[right].separated == 0) {
                continue;
            }
            // "CAD$" and "USD$" are two currencies and not two sides.
            if let (Some(one), Some(other)) = (currency_named(&columns[left]), currency_named(&columns[right]))
                && one != other
            {
                continue;
            }
            // Exactly one of the two is filled in each row, as far as counts can tell.
            if filled(left) + filled(right) <= rows
                && filled(left) < rows
                && filled(right) < rows
                && (filled(left) + filled(right)) * 10 >= rows * 9
            {
                bases.push(pair(columns, left, right, false));
                bases.push(pair(columns, right, left, false));
            }
        }
    }
    // A column that every row fills and that has signs is likelier an amount than one that never does.
    let decimals = |c: usize| columns[c].separated > 0 && columns[c].negative > 0;
    let tenths = |c: usize| if decimals(c) { 7 } else { 9 };
    let mut singles: Vec<usize> = money.into_iter().filter(|&c| columns[c].filled * 10 >= rows * tenths(c)).collect();
    singles.sort_by_key(|&c| (columns[c].separated == 0, columns[c].negative == 0));
    bases.extend(singles.into_iter().take(6).map(|column| single(columns, candidates, column, false)));
    bases
}

/// The code of a currency in the name of a column.
pub(super) fn currency_named(column: &Column) -> Option<String> {
    crate::words::fold(&column.header).split(' ').find(|word| crate::words::is_iso(word)).map(str::to_owned)
}

/// The decimal mark of each column.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    pub(crate) marks: Vec<DecimalMark>,
    pub(crate) confidence: Confidence,
    pub(crate) evidence: Vec<String>,
    /// Both marks fit every cell of the money columns.
    pub(crate) open: bool,
}

/// Decides the marks, each column by its own cells first, then by its neighbours', then by the currency's decimals.
pub(crate) fn marks(columns: &[Column], chosen: Option<DecimalMark>, exponent: Option<u8>) -> Marks {
    if let Some(mark) = chosen {
        return Marks {
            marks: vec![mark; columns.len()],
            confidence: Confidence::Chosen,
            evidence: vec!["Chosen by you.".into()],
            open: false,
        };
    }
    let numeric: Vec<&Column> = columns.iter().filter(|c| c.is_number()).collect();
    let votes = [0, 1].map(|mark: usize| numeric.iter().map(|c| c.only[mark]).sum::<usize>());
    let pick = |votes: [usize; 2]| {
        if votes[1] > votes[0] { DecimalMark::Comma } else { DecimalMark::Point }
    };
    let undecided: usize = numeric.iter().filter(|c| c.only == [0, 0]).map(|c| c.open).sum();
    let mut open = false;
    let mut evidence = Vec::new();
    let fallback = if votes != [0, 0] {
        pick(votes)
    } else if undecided > 0 {
        // "1.234" everywhere: a group of three, unless the currency has three decimals, or all of them end in a zero
        // that a currency of two would have as well.
        let significant = numeric.iter().filter(|c| c.open > 0).map(|c| c.significant).max().unwrap_or(0);
        let grouping = |mark: usize| numeric.iter().map(|c| c.decimals[mark]).max().unwrap_or(0) == 0;
        let groups = if grouping(1) && !grouping(0) { DecimalMark::Comma } else { DecimalMark::Point };
        open = exponent.is_none_or(|exponent| exponent >= 3 || exponent > 0 && significant <= exponent);
        evidence.push(if open {
            "Every number can be read with either mark.".to_owned()
        } else {
            "The currency does not have 3 decimals, so the marks divide thousands.".to_owned()
        });
        groups
    } else {
        DecimalMark::Point
    };
    if votes != [0, 0] {
        let winner = pick(votes);
        let (yes, no) = if winner == DecimalMark::Comma { (votes[1], votes[0]) } else { (votes[0], votes[1]) };
        evidence.push(format!(
            "{} only be read as {}, {no} only the other way.",
            faults::counted(yes, "cell can", "cells can"),
            winner.label()
        ));
    } else if undecided == 0 {
        evidence.push("No number has a separator.".into());
    }
    let marks = columns.iter().map(|c| if c.only == [0, 0] { fallback } else { pick(c.only) }).collect();
    let confidence = if open {
        Confidence::Open
    } else if votes[0] == 0 || votes[1] == 0 {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Marks { marks, confidence, evidence, open }
}
