//! What deciding on holds would do, and what is held in a list of them.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use ledger::{Amount, LedgerError, hold};
use store::filters::TRANSACTIONS;
use store::ledger::{BalanceRecord, CurrencyTotal, FamilyRecord};
use store::query::MAX_PAGE;
use store::{Condition, Query, Test};

use super::settles_on;
use crate::api::page::ListQuery;
use crate::api::transactions::{HeldTotal, HoldsEffect};
use crate::filters::checked;
use crate::signed::open_after;
use crate::{Engine, EngineError, EngineResult, view};

/// Holds whose effect is added up at once.
const MOST: usize = 10_000;
/// Holds that expire within this many seconds are called out.
const SOON: i64 = 24 * 60 * 60;
/// Readings of holds and balances until they are taken to belong together.
const TRIES: usize = 5;

/// Balances before and after, in the order in which they came up.
#[derive(Default)]
struct Touched {
    order: Vec<String>,
    balances: HashMap<String, (BalanceRecord, BalanceRecord)>,
}

/// One of the ways of [`Held`].
type Pick = fn(&mut Held) -> &mut Way;

/// Money held in one currency.
#[derive(Default)]
struct Held {
    exponent: u8,
    holds: u64,
    out: Way,
    come: Way,
    elsewhere: Way,
}

/// Money that is held in one direction, and by how many holds.
#[derive(Default)]
struct Way {
    holds: u64,
    sum: Amount,
}

impl Engine {
    /// What is held in a filtered list, by currency and direction.
    ///
    /// # Errors
    /// As [`Engine::transactions_page`].
    pub async fn holds_totals(&self, query: ListQuery) -> EngineResult<Vec<HeldTotal>> {
        let query = checked(&TRANSACTIONS, query)?;
        let banks: Vec<String> = self.bank_accounts().await?.into_iter().map(|record| record.balance.id).collect();
        let side = |field: &str, test| Condition { field: field.into(), test, values: banks.clone() };
        let narrowed = |more: Vec<Condition>| {
            let mut narrowed = query.clone();
            narrowed.conditions.extend(more);
            narrowed
        };
        let mut held: BTreeMap<String, Held> = BTreeMap::new();
        for total in self.held(&query).await? {
            let sum = held.entry(total.currency).or_default();
            (sum.exponent, sum.holds) = (total.exponent, total.count);
        }
        let ways: [(Vec<Condition>, Pick); 3] = [
            (vec![side("source_id", Test::Is)], |held| &mut held.out),
            (vec![side("destination_id", Test::Is)], |held| &mut held.come),
            (vec![side("source_id", Test::IsNot), side("destination_id", Test::IsNot)], |held| &mut held.elsewhere),
        ];
        for (conditions, way) in ways {
            for total in self.held(&narrowed(conditions)).await? {
                *way(held.entry(total.currency).or_default()) = Way { holds: total.count, sum: total.amount };
            }
        }
        Ok(totals_of(held))
    }

    async fn held(&self, query: &Query) -> EngineResult<Vec<CurrencyTotal>> {
        let totals = self.store.family_totals(query).await?;
        Ok(totals.into_iter().filter(|total| total.group == "held").collect())
    }

    /// What committing or voiding these holds in full would do, however many they are.
    ///
    /// # Errors
    /// [`EngineError::Store`], or more holds than can be added up at once.
    pub async fn holds_effect(&self, ids: Vec<String>, void: bool) -> EngineResult<HoldsEffect> {
        match ids.len() {
            0 => return Err(EngineError::invalid("ids", "Select a hold first.")),
            1..=MOST => {}
            _ => return Err(EngineError::invalid("ids", format!("Select at most {MOST} holds."))),
        }
        // Holds and balances are read one after another. When somebody decides on a hold in between, they do not
        // belong together, and the book would look damaged although it is not.
        for _ in 1..TRIES {
            match self.read_effect(&ids, void).await {
                Err(EngineError::Ledger(LedgerError::HeldMissing { .. })) => {}
                other => return other,
            }
        }
        self.read_effect(&ids, void).await
    }

    async fn read_effect(&self, ids: &[String], void: bool) -> EngineResult<HoldsEffect> {
        let (now, today) = (self.clock.now(), self.clock.today());
        let banks: Vec<String> = self.bank_accounts().await?.into_iter().map(|record| record.balance.id).collect();
        let (open, gone) = self.open_of(ids).await?;
        let mut touched = Touched::default();
        // Money leaves before it arrives: what people look at first is what they pay from.
        for (family, _) in &open {
            self.touch(&mut touched, &family.first.row.source).await?;
        }
        for (family, _) in &open {
            self.touch(&mut touched, &family.first.row.destination).await?;
        }
        let mut held: BTreeMap<String, Held> = BTreeMap::new();
        for (family, remaining) in &open {
            let row = &family.first.row;
            let sum = held.entry(row.currency.code().to_owned()).or_default();
            (sum.exponent, sum.holds) = (row.currency.exponent(), sum.holds + 1);
            let (out, come) = (banks.contains(&row.source), banks.contains(&row.destination));
            for (counts, figure) in [(out, &mut sum.out), (come, &mut sum.come), (!out && !come, &mut sum.elsewhere)] {
                if counts {
                    figure.holds += 1;
                    figure.sum += remaining;
                }
            }
            touched.project(family, remaining, void)?;
        }
        let expires = |family: &FamilyRecord| family.hold.as_ref().and_then(|hold| hold.timers.expires_at);
        let is_soon = |family: &FamilyRecord| expires(family).is_some_and(|at| at.as_second() - now.as_second() < SOON);
        let soon = open.iter().filter(|(family, _)| is_soon(family)).count();
        let (in_signed_period, open_from) = if void { (0, None) } else { self.signed_of(&open).await? };
        let later = open.iter().filter(|(family, _)| family.first.row.effective_date > today).count();
        Ok(HoldsEffect {
            sums: totals_of(held),
            effects: touched
                .order
                .iter()
                .filter_map(|id| touched.balances.get(id))
                .map(|(before, after)| view::effect(&before.balance, &after.balance))
                .collect(),
            gone,
            expiring: u32::try_from(soon).unwrap_or(u32::MAX),
            dated_later: u32::try_from(later).unwrap_or(u32::MAX),
            in_signed_period,
            open_from: open_from.map(|day| day.to_string()),
        })
    }

    /// How many of the holds would settle in a signed period by their own day, and the first day open to all of them
    /// when any of their balances has signed for one.
    async fn signed_of(&self, open: &[(FamilyRecord, Amount)]) -> EngineResult<(u32, Option<Date>)> {
        let (today, signed) = (self.clock.today(), self.reconciled_to().await?);
        let through = |family: &FamilyRecord| {
            let row = &family.first.row;
            [&row.source, &row.destination].into_iter().filter_map(|id| signed.get(id)).max().copied()
        };
        let closed = |family: &FamilyRecord| {
            through(family).is_some_and(|day| settles_on(family.first.row.effective_date, today) <= day)
        };
        let count = open.iter().filter(|(family, _)| closed(family)).count();
        let last = open.iter().filter_map(|(family, _)| through(family)).max();
        Ok((u32::try_from(count).unwrap_or(u32::MAX), last.map(open_after)))
    }

    /// The holds that are open, in the order asked for, with what is still held; and the references of the others.
    async fn open_of(&self, ids: &[String]) -> EngineResult<(Vec<(FamilyRecord, Amount)>, Vec<String>)> {
        let mut found: HashMap<String, FamilyRecord> = HashMap::new();
        for part in ids.chunks(MAX_PAGE as usize) {
            let named = Condition { field: "id".into(), test: Test::Is, values: part.to_vec() };
            let query = Query { limit: MAX_PAGE, conditions: vec![named], ..Query::default() };
            let rows = self.store.families(&query).await?.rows;
            found.extend(rows.into_iter().map(|family| (family.first.row.id.clone(), family)));
        }
        let (mut open, mut gone) = (Vec::new(), Vec::new());
        for id in ids {
            let Some(family) = found.remove(id) else {
                gone.push(id.clone());
                continue;
            };
            match family.hold.as_ref().map(|hold| hold.remaining.clone()).filter(|remaining| !remaining.is_zero()) {
                Some(remaining) => open.push((family, remaining)),
                None => gone.push(family.first.row.reference.clone()),
            }
        }
        Ok((open, gone))
    }

    async fn touch(&self, touched: &mut Touched, id: &str) -> EngineResult<()> {
        if !touched.balances.contains_key(id) {
            let record = self.balance_record(id).await?;
            touched.balances.insert(id.to_owned(), (record.clone(), record));
            touched.order.push(id.to_owned());
        }
        Ok(())
    }
}

impl Touched {
    fn project(&mut self, family: &FamilyRecord, amount: &Amount, void: bool) -> EngineResult<()> {
        let row = &family.first.row;
        let (Some((_, from)), Some((_, to))) = (self.balances.get(&row.source), self.balances.get(&row.destination))
        else {
            return Ok(());
        };
        let (from, to) = if void {
            hold::release(&from.balance, &to.balance, amount)?
        } else {
            hold::commit(&from.balance, &to.balance, amount)?
        };
        for (id, balance) in [(&row.source, from), (&row.destination, to)] {
            if let Some((_, after)) = self.balances.get_mut(id) {
                after.balance = balance;
            }
        }
        Ok(())
    }
}

fn totals_of(held: BTreeMap<String, Held>) -> Vec<HeldTotal> {
    held.into_iter()
        .map(|(currency, held)| HeldTotal {
            currency,
            exponent: held.exponent,
            holds: held.holds,
            money_out: held.out.sum.to_string(),
            money_in: held.come.sum.to_string(),
            elsewhere: held.elsewhere.sum.to_string(),
            holds_out: held.out.holds,
            holds_in: held.come.holds,
            holds_elsewhere: held.elsewhere.holds,
        })
        .collect()
}
