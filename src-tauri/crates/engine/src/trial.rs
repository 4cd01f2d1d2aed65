//! The trial balance: every balance with what stands on it, as of any day.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use ledger::{Amount, Currency};
use reports::{Cell, Line, Paper, Sheet, Table};
use store::ledger::BalanceAt;

use crate::api::statements::ReportFormat;
use crate::api::trial::{TrialAccount, TrialReport, TrialTotal};
use crate::balances::parse_day;
use crate::report::file::{bytes, in_currencies, paper, write};
use crate::report::tables::{amount, table, text};
use crate::{Engine, EngineResult, words};

/// The sums of one currency.
#[derive(Default)]
struct Sums {
    money_in: Amount,
    money_out: Amount,
    debit: Amount,
    credit: Amount,
}

impl Engine {
    /// What stands on every balance at the end of `as_of`, or now.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a day that is none, [`EngineError::Store`].
    pub async fn trial_report(&self, as_of: Option<&str>) -> EngineResult<TrialReport> {
        let started = Instant::now();
        let day = parse_day(as_of, "as_of")?;
        let all = self.store.balances_at(day).await?;
        let book = self.book_info().await?.name;
        let used: Vec<&BalanceAt> = all.iter().filter(|at| !(at.credit.is_zero() && at.debit.is_zero())).collect();
        Ok(TrialReport {
            book,
            as_of: day.map(|day| day.to_string()),
            rows: used.iter().map(|at| account(at)).collect(),
            totals: totals(&used),
            empty: u32::try_from(all.len() - used.len()).unwrap_or(u32::MAX),
            took_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        })
    }

    /// Writes the trial balance to a file, whole or not at all.
    ///
    /// # Errors
    /// As [`Engine::trial_report`]; [`EngineError::File`] if it cannot be written.
    pub async fn trial_export(&self, as_of: Option<&str>, format: ReportFormat, path: &Path) -> EngineResult<u64> {
        let report = self.trial_report(as_of).await?;
        let bytes = bytes(format, || tables(&report), || pages(&report, self.clock.now()))?;
        write(path, &bytes)?;
        Ok(report.rows.len() as u64)
    }
}

/// In this ledger money that comes in is stored as a credit of the balance. The books call it a debit.
fn account(at: &BalanceAt) -> TrialAccount {
    let net = &at.credit - &at.debit;
    TrialAccount {
        id: at.id.clone(),
        ledger: at.ledger_name.clone(),
        name: at.name.clone(),
        currency: at.currency.code().to_owned(),
        exponent: at.currency.exponent(),
        money_in: at.credit.to_string(),
        money_out: at.debit.to_string(),
        debit: net.is_positive().then(|| net.to_string()),
        credit: net.is_negative().then(|| net.abs().to_string()),
    }
}

fn totals(rows: &[&BalanceAt]) -> Vec<TrialTotal> {
    let mut sums: BTreeMap<(&str, u8), (&Currency, Sums)> = BTreeMap::new();
    for at in rows {
        let key = (at.currency.code(), at.currency.exponent());
        let (_, sum) = sums.entry(key).or_insert_with(|| (&at.currency, Sums::default()));
        sum.money_in += &at.credit;
        sum.money_out += &at.debit;
        let net = &at.credit - &at.debit;
        let side = if net.is_negative() { &mut sum.credit } else { &mut sum.debit };
        *side += &net.abs();
    }
    let total = |(currency, sum): (&Currency, Sums)| TrialTotal {
        currency: currency.code().to_owned(),
        exponent: currency.exponent(),
        ties: sum.debit == sum.credit && sum.money_in == sum.money_out,
        money_in: sum.money_in.to_string(),
        money_out: sum.money_out.to_string(),
        debit: sum.debit.to_string(),
        credit: sum.credit.to_string(),
    };
    sums.into_values().map(total).collect()
}

/// A side on which nothing stands is empty, not zero.
fn side(minor: Option<&str>, exponent: u8) -> EngineResult<Cell> {
    minor.map_or_else(|| Ok(text("")), |minor| amount(minor, exponent))
}

/// On paper, a table for each currency.
fn pages(report: &TrialReport, made: Timestamp) -> EngineResult<(Paper, Vec<Sheet>)> {
    let mut sheets = Vec::with_capacity(report.totals.len());
    for total in &report.totals {
        let exponent = total.exponent;
        let of_it = report.rows.iter().filter(|row| row.currency == total.currency && row.exponent == exponent);
        let mut rows = Vec::new();
        for row in of_it {
            rows.push((
                Line::Plain,
                vec![
                    text(&row.ledger),
                    text(&row.name),
                    amount(&row.money_in, exponent)?,
                    amount(&row.money_out, exponent)?,
                    side(row.debit.as_deref(), exponent)?,
                    side(row.credit.as_deref(), exponent)?,
                ],
            ));
        }
        let mut sums = vec![text(&format!("Total {}", total.currency)), text("")];
        for minor in [&total.money_in, &total.money_out, &total.debit, &total.credit] {
            sums.push(amount(minor, exponent)?);
        }
        rows.push((Line::Total, sums));
        let ties = if total.ties { "Debit and credit are equal." } else { "Debit and credit DIFFER: check the book." };
        sheets.push(Sheet {
            name: if report.totals.len() > 1 { total.currency.clone() } else { String::new() },
            head: ["Ledger", "Balance", "In", "Out", "Debit", "Credit"].map(str::to_owned).to_vec(),
            rows,
            note: ties.to_owned(),
        });
    }
    let period = match &report.as_of {
        Some(day) => format!("At the end of {day}"),
        None => format!("As of {}, entries dated ahead included", words::clock(made)),
    };
    let currency = in_currencies(report.totals.iter().map(|total| total.currency.as_str()));
    Ok((paper(&report.book, "Trial balance", period, currency, made), sheets))
}

fn tables(report: &TrialReport) -> EngineResult<Vec<Table>> {
    let day = report.as_of.as_deref().unwrap_or("now, entries dated ahead included");
    let about = vec![vec![text("Book"), text(&report.book)], vec![text("As of"), text(day)]];
    let head = ["Ledger", "Balance", "Currency", "In", "Out", "Debit", "Credit"];
    let mut rows = Vec::with_capacity(report.rows.len() + report.totals.len());
    for row in &report.rows {
        rows.push(vec![
            text(&row.ledger),
            text(&row.name),
            text(&row.currency),
            amount(&row.money_in, row.exponent)?,
            amount(&row.money_out, row.exponent)?,
            side(row.debit.as_deref(), row.exponent)?,
            side(row.credit.as_deref(), row.exponent)?,
        ]);
    }
    for total in &report.totals {
        rows.push(vec![
            text("Total"),
            text(if total.ties { "ties" } else { "does not tie" }),
            text(&total.currency),
            amount(&total.money_in, total.exponent)?,
            amount(&total.money_out, total.exponent)?,
            amount(&total.debit, total.exponent)?,
            amount(&total.credit, total.exponent)?,
        ]);
    }
    Ok(vec![table("About", &["Field", "Value"], about), table("Trial balance", &head, rows)])
}
