//! Opening + movements = closing, from the file, from what was typed, or from the statement before.

use ledger::{Amount, Currency};
use statements::{BalanceSource, Proof, Reading, Severity, Statement};
use store::recon::StatementRecord;

use crate::api::imports::{ImportOptions, ImportProof, ProofVerdict};
use crate::recon::{COMPUTED, place};
use crate::{EngineError, EngineResult, words};

/// Where a balance comes from that somebody typed.
pub(super) const TYPED: &str = "typed";

/// A proof with its amounts still as amounts.
pub(super) struct Computed {
    pub(super) opening: Option<(Amount, &'static str)>,
    pub(super) closing: Option<(Amount, &'static str)>,
    pub(super) view: ImportProof,
}

fn source(source: BalanceSource) -> &'static str {
    match source {
        BalanceSource::Stated => "file",
        BalanceSource::Column => "balance_column",
    }
}

fn typed(field: &str, text: Option<&String>) -> EngineResult<Option<(Amount, &'static str)>> {
    text.map(|text| {
        let amount: Amount = text
            .parse()
            .map_err(|_| EngineError::invalid(field, format!("“{text}” is not an amount in minor units.")))?;
        if !amount.fits_one_row() {
            return Err(EngineError::invalid(field, format!("An amount has at most {} digits.", Amount::MOST_DIGITS)));
        }
        Ok((amount, TYPED))
    })
    .transpose()
}

/// The last statement of a balance that begins before a file does, signed or not.
pub(super) fn last_before<'a>(all: &'a [StatementRecord], statement: &Statement) -> Option<&'a StatementRecord> {
    let from = statement.period.map(|period| period.from);
    all.iter().filter(|other| from.is_none_or(|from| other.period_from <= from)).max_by_key(|other| place(other))
}

/// What a file goes on from.
pub(super) struct Previous<'a> {
    pub(super) statement: &'a StatementRecord,
    /// Sum of the lines of the file that it or an earlier statement has: its closing balance counts them already.
    pub(super) shared: Amount,
}

pub(super) fn compute(
    reading: &Reading,
    statement: &Statement,
    options: &ImportOptions,
    currency: &Currency,
    previous: Option<&Previous<'_>>,
) -> EngineResult<Computed> {
    let (mut money_in, mut money_out, mut rows_in, mut rows_out) = (Amount::ZERO, Amount::ZERO, 0, 0);
    for line in &statement.lines {
        if line.amount.is_negative() {
            money_out += &line.amount;
            rows_out += 1;
        } else {
            money_in += &line.amount;
            rows_in += 1;
        }
    }
    let movements = &money_in + &money_out;
    let from_file = |balance: &Option<statements::DatedBalance>| {
        balance.as_ref().map(|found| (found.amount.clone(), source(found.source)))
    };
    let stated_closing = typed("closing", options.closing.as_ref())?.or_else(|| from_file(&statement.closing));
    let opening = typed("opening", options.opening.as_ref())?
        .or_else(|| from_file(&statement.opening))
        .or_else(|| previous.map(|before| (&before.statement.closing - &before.shared, "previous")));
    let computed = opening.as_ref().map(|(opening, _)| opening + &movements);
    let difference = match (&computed, &stated_closing) {
        (Some(computed), Some((closing, _))) => Some(closing - computed),
        _ => None,
    };
    // Lines that both have are in the closing balance and in the movements.
    let apart = previous
        .zip(opening.as_ref())
        .map(|(before, (opening, _))| &(opening + &before.shared) - &before.statement.closing);
    let verdict = match &difference {
        None => ProofVerdict::CannotBeProved,
        Some(difference) if difference.is_zero() => ProofVerdict::Ties,
        Some(_) => ProofVerdict::DoesNotTie,
    };
    let closing = stated_closing.clone().or_else(|| computed.clone().map(|computed| (computed, COMPUTED)));
    let explained = statement.check.as_ref().map(|check| check.explained_by.as_slice()).unwrap_or_default();
    let explanation = (verdict == ProofVerdict::DoesNotTie && !explained.is_empty()).then(|| {
        let lines: Vec<_> = explained.iter().map(ToString::to_string).collect();
        match lines.split_last() {
            Some((last, rest)) if !rest.is_empty() => {
                format!("The rows that could not be read account for all of it: lines {} and {last}.", rest.join(", "))
            }
            _ => format!("The row that could not be read accounts for all of it: line {}.", lines.concat()),
        }
    });
    // Counted as the preview marks them: a row that could not be read has no mark, whatever its balance says.
    let printed = statement.lines.iter().filter(|line| line.running_balance.is_some());
    let of = printed.clone().count() as u32;
    let agree = printed.filter(|line| !statement.breaks.contains(&line.position)).count() as u32;
    let view = ImportProof {
        verdict,
        currency: currency.code().to_owned(),
        exponent: currency.exponent(),
        opening: opening.as_ref().map(|(amount, _)| amount.to_string()),
        opening_from: opening.as_ref().map(|(_, from)| (*from).to_owned()),
        money_in: money_in.to_string(),
        rows_in,
        money_out: money_out.to_string(),
        rows_out,
        computed: computed.map(|amount| amount.to_string()),
        closing: closing.as_ref().map(|(amount, _)| amount.to_string()),
        closing_from: closing.as_ref().map(|(_, from)| (*from).to_owned()),
        difference: difference.as_ref().map(ToString::to_string),
        balance_agreeing: agree,
        balance_rows: of,
        explanation,
        previous_closing: previous.map(|before| before.statement.closing.to_string()),
        previous_name: previous.map(|before| before.statement.name.clone()),
        continues_previous: apart.as_ref().map(Amount::is_zero),
        previous_apart: apart.filter(|apart| !apart.is_zero()).map(|apart| apart.abs().to_string()),
        verdict_words: verdict_words(reading, statement, verdict, difference.as_ref(), currency),
    };
    Ok(Computed { opening, closing, view })
}

fn verdict_words(
    reading: &Reading,
    statement: &Statement,
    verdict: ProofVerdict,
    difference: Option<&Amount>,
    currency: &Currency,
) -> String {
    if let (ProofVerdict::DoesNotTie, Some(difference)) = (verdict, difference) {
        return format!("Does not tie: {} apart", words::money(&difference.abs(), currency));
    }
    match &statement.proof {
        Proof::Proved { agree, of, .. } => {
            let bad = reading.counts.problem_rows;
            let of = words::plural(u64::from(*of.max(&(agree + bad))), "row", "rows");
            format!("Proved by balance, {} of {of}", words::number(u64::from(*agree)))
        }
        Proof::Ambiguous { .. } => "Several readings fit".into(),
        Proof::NotProvable { .. } if verdict == ProofVerdict::Ties => {
            "Opening and movements make the closing balance".into()
        }
        Proof::NotProvable { why } => format!("Cannot be proved. {why}"),
    }
}

/// What stands in the way of importing, in words.
pub(super) fn missing(
    reading: &Reading,
    statement: &Statement,
    computed: &Computed,
    leave_out_bad_rows: bool,
) -> Vec<String> {
    let mut missing = Vec::new();
    for problem in
        reading.problems.iter().filter(|problem| problem.severity == Severity::Error && problem.line.is_none())
    {
        missing.push(problem.message.clone());
    }
    let bad = u64::from(reading.counts.problem_rows);
    if bad > 0 && !leave_out_bad_rows {
        missing.push(format!(
            "{} a decision.",
            if bad == 1 { "1 row needs".to_owned() } else { format!("{bad} rows need") }
        ));
    }
    if matches!(statement.proof, Proof::Ambiguous { .. }) {
        missing.push("Several readings fit. Pick one.".into());
    }
    if computed.opening.is_none() {
        missing.push("The opening balance is not in the file. Type it.".into());
    }
    if computed.closing.as_ref().is_some_and(|(_, from)| *from == COMPUTED) {
        if bad > 0 {
            missing.push(
                "The closing balance is not in the file, and rows are left out. Type what the bank states.".into(),
            );
        } else if !statement.breaks.is_empty() {
            missing.push(
                "The balance column contradicts the amounts. Type the closing balance that the bank states, or set the column to Ignore."
                    .into(),
            );
        }
    }
    if computed.view.verdict == ProofVerdict::DoesNotTie && bad == 0 {
        missing.push(format!(
            "{}. Correct the opening or the closing balance, or the columns.",
            computed.view.verdict_words
        ));
    }
    if statement.lines.is_empty() {
        missing.push("No line could be read.".into());
    }
    missing
}
