//! What was found out, as decisions with evidence, and what must be asked.

use ledger::Currency;

use super::money::Outcome;
use super::{Work, dates};
use crate::dates::DateFormat;
use crate::layout::Stated;
use crate::mapping::{Mapping, SignModel};
use crate::model::{Alternative, Choice, Confidence, Decision, RowOrder, Topic};
use crate::number::DecimalMark;
use crate::plan::Plan;

impl Work<'_> {
    /// Collects what must be asked, the reading taken first.
    pub(super) fn readings(
        &mut self,
        mapping: &Mapping,
        dates: &[DateFormat],
        open_mark: bool,
        outcome: Option<&Outcome>,
        inverse: Option<&'static str>,
    ) {
        let taken_date = self.plan.date.map(|column| self.plan.format(column));
        let proved = outcome.is_some_and(|outcome| outcome.relation.is_some());
        if dates.len() > 1 && self.options.date_format.is_none() {
            let mut formats = dates.to_vec();
            formats.sort_by_key(|format| Some(*format) != taken_date);
            self.open.extend(formats.into_iter().map(|format| {
                (format!("Dates as {}", format.label()), Choice { date_format: Some(format), ..Choice::default() })
            }));
            self.open_evidence.push("Every date fits more than one order.".into());
        } else if open_mark && self.options.decimal_mark.is_none() {
            let taken = self.shown_mark(&self.plan.marks);
            let mut marks = DecimalMark::ALL;
            marks.sort_by_key(|mark| *mark != taken);
            self.open.extend(marks.into_iter().map(|mark| {
                (format!("Numbers as {}", mark.label()), Choice { decimal_mark: Some(mark), ..Choice::default() })
            }));
            self.open_evidence.push("Every number fits both decimal marks.".into());
        } else if let Some(why) = inverse {
            let taken = outcome.map(|outcome| outcome.best.sign);
            let mut signs = [SignModel::Signed, SignModel::Inverse];
            signs.sort_by_key(|sign| Some(*sign) != taken);
            for sign in signs {
                self.open.push((sign.label().into(), Choice { sign_model: Some(sign), ..Choice::default() }));
            }
            self.open_evidence.push(why.into());
        } else if !proved && let Some(outcome) = outcome.filter(|outcome| !outcome.open.is_empty()) {
            let swapped = outcome.open.iter().any(|other| other.debit != outcome.best.debit);
            let readings = std::iter::once(&outcome.best).chain(&outcome.open);
            for hypothesis in readings {
                let mut plan = self.plan.clone();
                hypothesis.apply(&mut plan);
                let mut choice = plan.to_mapping(
                    self.format,
                    mapping.header.clone(),
                    mapping.columns.len(),
                    mapping.direction_words.clone(),
                );
                choice.currency.clone_from(&mapping.currency);
                let label = match (hypothesis.debit, hypothesis.credit) {
                    (Some(_), Some(_)) if !swapped => minus_words(hypothesis.sign).into(),
                    (Some(debit), Some(credit)) => {
                        format!("Column {} is money out, column {} money in", debit + 1, credit + 1)
                    }
                    _ => hypothesis.sign.label().into(),
                };
                let choice = match hypothesis.debit {
                    Some(_) if !swapped => Choice { sign_model: Some(hypothesis.sign), ..Choice::default() },
                    _ => Choice { mapping: Some(choice), ..Choice::default() },
                };
                self.open.push((label, choice));
            }
            let why = || outcome.evidence.last().cloned().unwrap_or_default();
            let columns = || "Nothing says which of the two columns is money out.".to_owned();
            self.open_evidence.push(if swapped { columns() } else { why() });
        }
    }

    pub(super) fn decide_rest(
        &mut self,
        order: RowOrder,
        outcome: Option<&Outcome>,
        currency: Option<&Currency>,
        stated: &Stated,
    ) {
        let line = self.layout.header.map(|header| self.table.rows[header].line);
        let chosen = self.options.header_row.is_some() || self.options.mapping.is_some();
        let header = Decision {
            topic: Topic::Header,
            value: line.unwrap_or(0).to_string(),
            label: line.map_or_else(|| "No header".into(), |line| format!("line {line}")),
            evidence: vec![self.layout.evidence.clone()],
            confidence: if chosen { Confidence::Chosen } else { Confidence::Likely },
            alternatives: Vec::new(),
        };
        self.decisions.insert(0, header);
        if let Some(outcome) = outcome {
            self.decisions.push(Decision {
                topic: Topic::SignModel,
                value: sign_value(outcome.best.sign).into(),
                label: outcome.best.sign.label().into(),
                evidence: outcome.evidence.clone(),
                confidence: outcome.confidence,
                alternatives: sign_alternatives(outcome.best.sign, &self.plan),
            });
        }
        self.decisions.push(order_decision(order));
        let from_column = self.plan.currency.is_some();
        if let Some(code) = currency.map(|c| c.code().to_owned()).or_else(|| from_column.then(|| "column".to_owned())) {
            let evidence = if from_column {
                "A column names the currency of each row."
            } else if stated.currency.as_ref().is_some_and(|(_, stated)| *stated == code) {
                "A label before the table names it."
            } else if self.options.currency_hint.as_ref().is_some_and(|hint| hint.code() == code) {
                "The file names none; it is the account's currency."
            } else {
                "The headings or the amounts name it."
            };
            let label = if from_column { "By row".into() } else { code.clone() };
            self.decisions.push(Decision {
                topic: Topic::Currency,
                value: code,
                label,
                evidence: vec![evidence.into()],
                confidence: Confidence::Likely,
                alternatives: Vec::new(),
            });
        }
    }
}

/// What a minus in the column of money out means.
fn minus_words(sign: SignModel) -> &'static str {
    match sign {
        SignModel::DebitCreditSigned => "Money out has a minus; without one it came back",
        _ => "Money out has no minus; with one it came back",
    }
}

pub(super) fn date_decision(decided: &dates::Decided) -> Decision {
    Decision {
        topic: Topic::DateFormat,
        value: date_value(decided.format).into(),
        label: decided.format.label().into(),
        evidence: decided.evidence.clone(),
        confidence: decided.confidence,
        alternatives: DateFormat::ALL
            .into_iter()
            .filter(|format| *format != decided.format)
            .map(|format| Alternative { value: date_value(format).into(), label: format.label().into() })
            .collect(),
    }
}

fn date_value(format: DateFormat) -> &'static str {
    match format {
        DateFormat::Ymd => "ymd",
        DateFormat::Dmy => "dmy",
        DateFormat::Mdy => "mdy",
        DateFormat::Serial => "serial",
    }
}

fn sign_value(sign: SignModel) -> &'static str {
    match sign {
        SignModel::Signed => "signed",
        SignModel::Inverse => "inverse",
        SignModel::DebitCredit => "debit_credit",
        SignModel::DebitCreditSigned => "debit_credit_signed",
        SignModel::DebitCreditMinus => "debit_credit_minus",
        SignModel::Directed => "directed",
    }
}

fn sign_alternatives(taken: SignModel, plan: &Plan) -> Vec<Alternative> {
    let models: &[SignModel] = match taken {
        SignModel::DebitCredit | SignModel::DebitCreditSigned | SignModel::DebitCreditMinus => {
            &[SignModel::DebitCredit, SignModel::DebitCreditSigned, SignModel::DebitCreditMinus]
        }
        _ if plan.direction.is_some() => &[SignModel::Signed, SignModel::Inverse, SignModel::Directed],
        _ => &[SignModel::Signed, SignModel::Inverse],
    };
    models
        .iter()
        .filter(|sign| **sign != taken)
        .map(|sign| Alternative { value: sign_value(*sign).into(), label: sign.label().into() })
        .collect()
}

fn order_decision(order: RowOrder) -> Decision {
    let (value, label, evidence) = match order {
        RowOrder::OldestFirst => ("oldest_first", "Oldest first", "Dates rise from row to row."),
        RowOrder::NewestFirst => ("newest_first", "Newest first", "Dates fall from row to row."),
        RowOrder::Unknown => ("unknown", "No clear order", "All rows are of one day, or dates run both ways."),
    };
    Decision {
        topic: Topic::Order,
        value: value.into(),
        label: label.into(),
        evidence: vec![evidence.into()],
        confidence: Confidence::Likely,
        alternatives: Vec::new(),
    }
}
