//! What the database holds, read past the engine after every command, and the five invariants of a ledger on it:
//!
//! 1. A balance is what came in less what went out, held money likewise.
//! 2. In each currency as much came in as went out, held money likewise.
//! 3. No figure is below zero.
//! 4. Of a hold no more is committed and voided than there was, and held figures are what its rows leave open.
//! 5. What came in and went out are the sums of the settled rows.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use proptest::prelude::*;

use super::model::{Figures, Name};
use crate::raw::Raw;

/// A row of the journal.
#[derive(Debug, Clone)]
pub struct Row {
    pub key: i64,
    pub id: String,
    pub parent: Option<i64>,
    pub status: String,
    pub reference: String,
    pub from: i64,
    pub to: i64,
    pub amount: BigInt,
    pub day: String,
}

/// A balance with its six figures.
#[derive(Debug, Clone)]
pub struct Stored {
    pub key: i64,
    pub name: Name,
    pub figures: Figures,
}

#[derive(Debug)]
struct Held {
    from: i64,
    to: i64,
    amount: BigInt,
    committed: BigInt,
    voided: BigInt,
}

/// Reads what is new, and keeps sums of what it has read.
#[derive(Debug, Default)]
pub struct Observer {
    last: i64,
    settled: u64,
    sums: BTreeMap<i64, Figures>,
    holds: BTreeMap<i64, Held>,
    /// Figures of each day: what the past must still add up to.
    days: BTreeMap<(i64, String), BigInt>,
}

fn word(row: &mut [Option<String>], at: usize) -> String {
    row[at].take().unwrap_or_default()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("“{text}” is a number"))
}

impl Observer {
    /// The rows that were written since it looked last, in their order.
    pub async fn new_rows(&mut self, raw: &mut Raw) -> Result<Vec<Row>, TestCaseError> {
        let sql = format!(
            "SELECT CAST(key AS TEXT), id, CAST(parent_key AS TEXT), status, reference, CAST(source_key AS TEXT), \
             CAST(destination_key AS TEXT), CAST(amount AS TEXT), CAST(effective_date AS TEXT) FROM txn WHERE key > {} ORDER BY txn.key",
            self.last
        );
        let mut rows = Vec::new();
        for mut read in raw.texts(&sql).await {
            let row = Row {
                key: number(&word(&mut read, 0)),
                id: word(&mut read, 1),
                parent: read[2].take().map(|key| number(&key)),
                status: word(&mut read, 3),
                reference: word(&mut read, 4),
                from: number(&word(&mut read, 5)),
                to: number(&word(&mut read, 6)),
                amount: number(&word(&mut read, 7)),
                day: word(&mut read, 8),
            };
            self.take_in(&row)?;
            rows.push(row);
        }
        Ok(rows)
    }

    fn take_in(&mut self, row: &Row) -> Result<(), TestCaseError> {
        self.last = row.key;
        if row.status == "APPLIED" {
            self.settled += 1;
            self.sums.entry(row.from).or_default().debit += &row.amount;
            self.sums.entry(row.to).or_default().credit += &row.amount;
            *self.days.entry((row.from, row.day.clone())).or_default() -= &row.amount;
            *self.days.entry((row.to, row.day.clone())).or_default() += &row.amount;
        }
        if row.status == "INFLIGHT" {
            let (amount, zero) = (row.amount.clone(), BigInt::ZERO);
            let held = Held { from: row.from, to: row.to, amount, committed: zero.clone(), voided: zero };
            self.holds.insert(row.key, held);
            self.sums.entry(row.from).or_default().held_out += &row.amount;
            self.sums.entry(row.to).or_default().held_in += &row.amount;
        }
        let Some(parent) = row.parent else { return Ok(()) };
        let Some(held) = self.holds.get_mut(&parent) else {
            return Err(TestCaseError::fail(format!("{row:?} stands below no hold")));
        };
        prop_assert_eq!((row.from, row.to), (held.from, held.to), "{:?} goes another way than its hold", row);
        *(if row.status == "VOID" { &mut held.voided } else { &mut held.committed }) += &row.amount;
        prop_assert!(&held.committed + &held.voided <= held.amount, "invariant 4: {:?} is too much of {:?}", row, held);
        self.sums.entry(row.from).or_default().held_out -= &row.amount;
        self.sums.entry(row.to).or_default().held_in -= &row.amount;
        Ok(())
    }

    /// All balances, after the invariants were looked at.
    pub async fn balances(&self, raw: &mut Raw) -> Result<Vec<Stored>, TestCaseError> {
        let rows = raw
            .texts(
                "SELECT CAST(key AS TEXT), name, currency, CAST(credit AS TEXT), CAST(debit AS TEXT), CAST(balance AS TEXT), \
                 CAST(inflight_credit AS TEXT), CAST(inflight_debit AS TEXT), CAST(inflight_balance AS TEXT) \
                 FROM balance ORDER BY balance.key",
            )
            .await;
        let mut balances = Vec::with_capacity(rows.len());
        let mut sums: BTreeMap<String, (BigInt, BigInt)> = BTreeMap::new();
        for mut read in rows {
            let key = number(&word(&mut read, 0));
            let name = (word(&mut read, 1), word(&mut read, 2));
            let figure: Vec<BigInt> = (3..9).map(|at| number(&word(&mut read, at))).collect();
            let [credit, debit, balance, held_in, held_out, held] = &figure[..] else { unreachable!("six figures") };
            prop_assert_eq!(balance, &(credit - debit), "invariant 1 of {:?}", name);
            prop_assert_eq!(held, &(held_in - held_out), "invariant 1 of {:?}", name);
            prop_assert!(
                [credit, debit, held_in, held_out].into_iter().all(|figure| *figure >= BigInt::ZERO),
                "invariant 3 of {:?}: {:?}",
                name,
                figure
            );
            let of_currency = sums.entry(name.1.clone()).or_default();
            of_currency.0 += balance;
            of_currency.1 += held;
            let figures = Figures {
                credit: credit.clone(),
                debit: debit.clone(),
                held_in: held_in.clone(),
                held_out: held_out.clone(),
            };
            let of_rows = self.sums.get(&key).cloned().unwrap_or_default();
            prop_assert_eq!(&figures, &of_rows, "invariants 4 and 5 of {:?}", name);
            balances.push(Stored { key, name, figures });
        }
        for (currency, sum) in sums {
            prop_assert_eq!(sum, (BigInt::ZERO, BigInt::ZERO), "invariant 2 of {}", currency);
        }
        Ok(balances)
    }

    /// Nothing stands half-written: two entries for each settled row, a line for each hold, a link for each event.
    pub async fn nothing_is_half(&self, raw: &mut Raw) -> Result<(), TestCaseError> {
        let counts = raw
            .numbers(
                "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM hold),
                        (SELECT count(*) FROM event) - (SELECT count(*) FROM history_link),
                        (SELECT max(sequence) FROM history_link) - (SELECT sequence FROM history_head)",
            )
            .await;
        let wanted = [self.settled * 2, self.holds.len() as u64, 0, 0].map(|count| i64::try_from(count).ok());
        prop_assert_eq!(&counts[0][..], &wanted[..], "entries, holds, events without a link, links past the head");
        Ok(())
    }

    /// How often each monitor was told.
    pub async fn told(&self, raw: &mut Raw) -> BTreeMap<String, usize> {
        let rows =
            raw.texts("SELECT object_id, CAST(count(*) AS TEXT) FROM event WHERE kind = 'monitor.fired' GROUP BY 1");
        rows.await.into_iter().map(|mut row| (word(&mut row, 0), number(&word(&mut row, 1)))).collect()
    }

    /// No more of an origin was spent and is held than came of it, and its figures are what the rows moved.
    pub async fn origins(&self, raw: &mut Raw) -> Result<(), TestCaseError> {
        let sql =
            "SELECT origin, CAST(received AS TEXT), CAST(spent AS TEXT), CAST(held_out AS TEXT) FROM lineage_source";
        for mut row in raw.texts(sql).await {
            let origin = word(&mut row, 0);
            let [received, spent, held]: [BigInt; 3] = [1, 2, 3].map(|at| number(&word(&mut row, at)));
            prop_assert!(&spent + &held <= received, "{}: {} and {} of {}", origin, spent, held, received);
        }
        Ok(())
    }

    /// What a balance was at the end of a day.
    pub fn at(&self, key: i64, day: &str) -> BigInt {
        let until = (key, String::new())..=(key, day.to_owned());
        self.days.range(until).map(|(_, turnover)| turnover).sum()
    }
}
