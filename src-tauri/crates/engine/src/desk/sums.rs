//! Find a sum: which few entries add up to a line, and whether the answer is the only one.

use std::collections::{BTreeMap, HashMap};

use ledger::Amount;
use store::recon::{EntryQuery, EntryRecord};

use super::view::entry_view;
use crate::api::desk::SumSearch;
use crate::recon::{WINDOW_DAYS, plus_days};
use crate::{Engine, EngineError, EngineResult};

/// Entries looked at: all pairs of them are held at once.
const MAX_ENTRIES: usize = 300;
/// Combinations shown.
const SHOWN: usize = 20;
/// Combinations after which counting stops.
const MAX_FOUND: usize = 1_000;
/// Pairs of pairs looked at before the search stops.
const MAX_STEPS: u64 = 4_000_000;

impl Engine {
    /// Entries, at most four, whose amounts add up to a line.
    pub async fn find_sum(&self, line_id: &str) -> EngineResult<SumSearch> {
        let line = self
            .store
            .lines(&[line_id.to_owned()])
            .await?
            .pop()
            .ok_or_else(|| EngineError::not_found("line", line_id))?;
        let statement =
            self.store.statements(None).await?.into_iter().find(|statement| statement.key == line.statement_key);
        let statement = statement.ok_or_else(|| EngineError::not_found("line", line_id))?;
        let mut entries = Vec::new();
        for outstanding in [false, true] {
            let query = EntryQuery {
                from: (!outstanding).then(|| plus_days(line.booking_date, -WINDOW_DAYS)),
                outstanding,
                sign: if line.amount.is_negative() { -1 } else { 1 },
                ..EntryQuery::new(statement.balance_key, plus_days(line.booking_date, WINDOW_DAYS))
            };
            entries.extend(self.store.entries(&query).await?.rows);
        }
        // One sign only, so nothing larger than the line can be part of it.
        entries.retain(|entry| entry.amount.abs() <= line.amount.abs());
        entries.sort_by_key(|entry| (super::focus::days_between(entry.date, line.booking_date).abs(), entry.txn_key));
        let left_out = entries.len().saturating_sub(MAX_ENTRIES);
        entries.truncate(MAX_ENTRIES);
        let target = line.amount.clone();
        let period = statement.period_from..=statement.period_to;
        let outside =
            entries.iter().filter(|entry| entry.outstanding_on.is_none() && !period.contains(&entry.date)).count();
        let searched = tokio::task::spawn_blocking(move || search(&entries, &target, left_out, outside)).await;
        searched.map_err(|error| EngineError::Conflict {
            code: "SEARCH_FAILED",
            message: format!("The search stopped: {error}. Nothing was changed."),
        })
    }
}

/// All combinations of one to four entries, each found once: two index pairs `a < b`, `c < d` with `b < c`.
fn search(entries: &[EntryRecord], target: &Amount, left_out: usize, outside: usize) -> SumSearch {
    let mut found: Vec<Vec<usize>> =
        (0..entries.len()).filter(|at| entries[*at].amount == *target).map(|at| vec![at]).collect();
    let mut by_amount: HashMap<&Amount, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        by_amount.entry(&entry.amount).or_default().push(at);
    }
    // Ordered, so that a search that stops always stops at the same place.
    let mut pairs: BTreeMap<Amount, Vec<(usize, usize)>> = BTreeMap::new();
    let (mut steps, mut stopped) = (0_u64, false);
    for a in 0..entries.len() {
        for b in a + 1..entries.len() {
            let sum = &entries[a].amount + &entries[b].amount;
            let rest = target - &sum;
            if rest.is_zero() {
                found.push(vec![a, b]);
            }
            found.extend(by_amount.get(&rest).into_iter().flatten().filter(|c| **c > b).map(|c| vec![a, b, *c]));
            if sum.abs() < target.abs() {
                pairs.entry(sum).or_default().push((a, b));
            }
        }
    }
    'pairs: for (sum, left) in &pairs {
        let Some(right) = pairs.get(&(target - sum)) else { continue };
        for (a, b) in left {
            for (c, d) in right {
                steps += 1;
                if steps > MAX_STEPS || found.len() >= MAX_FOUND {
                    stopped = true;
                    break 'pairs;
                }
                if b < c {
                    found.push(vec![*a, *b, *c, *d]);
                }
            }
        }
    }
    found.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let looked_at = entries.len();
    let verdict = match (found.len(), stopped, left_out) {
        (count, true, _) => format!("Search stopped after {count} combinations."),
        (0, false, 0) => format!("No combination of up to 4 of {looked_at} entries in the same direction adds up."),
        (1, false, 0) => "Only one combination of entries in the same direction adds up.".to_owned(),
        (count, false, 0) => format!("{count} combinations of entries in the same direction add up."),
        (count, false, left) => {
            format!("{count} found among the {looked_at} entries nearest in date; {left} were not looked at.")
        }
    };
    SumSearch {
        target: target.to_string(),
        combinations: found
            .iter()
            .take(SHOWN)
            .map(|rows| rows.iter().map(|at| entry_view(&entries[*at])).collect())
            .collect(),
        found: found.len() as u32,
        searched: looked_at as u32,
        outside: outside as u32,
        stopped: stopped || left_out > 0,
        verdict,
    }
}
