//! Lineage of funds: from which origins the money of a balance came, and which of them a payment takes it from.
//!
//! A balance that keeps lineage has one [`Source`] for each origin. Money comes in under an origin, waits in holds, and
//! goes out again; what is neither given to an origin nor taken from one is money without a known origin, which no rule
//! here speaks of. Every part is a whole number of minor units, and parts never come to more than what they are parts of.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::Amount;
use crate::money::quotient;

/// Which origins are spent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The origin whose money came first.
    Fifo,
    /// The origin whose money came first last.
    Lifo,
    /// All of them, each by its share of what is there.
    Proportional,
}

/// A text that is no strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a strategy is fifo, lifo or proportional")]
pub struct StrategyError;

impl Strategy {
    /// Its word in commands and in storage.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::Lifo => "lifo",
            Self::Proportional => "proportional",
        }
    }
}

impl FromStr for Strategy {
    type Err = StrategyError;

    fn from_str(text: &str) -> Result<Self, StrategyError> {
        let all = [Self::Fifo, Self::Lifo, Self::Proportional];
        all.into_iter().find(|strategy| strategy.word().eq_ignore_ascii_case(text.trim())).ok_or(StrategyError)
    }
}

/// What a balance has of one origin. All figures are at least zero, and only grow but for what is held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    pub received: Amount,
    pub spent: Amount,
    /// Will be received when holds are committed.
    pub held_in: Amount,
    /// Will be spent when holds are committed.
    pub held_out: Amount,
}

impl Source {
    /// What can be spent: what holds have taken is not there any more, and what they promise is not there yet.
    pub fn available(&self) -> Amount {
        &(&self.received - &self.spent) - &self.held_out
    }
}

/// What each origin gives to a payment of `amount`, given what is available of each in the order in which they first
/// came. Together they give `amount`, or all that they have.
pub fn allocate(strategy: Strategy, amount: &Amount, available: &[Amount]) -> Vec<Amount> {
    match strategy {
        Strategy::Fifo => in_order(amount, available, 0..available.len()),
        Strategy::Lifo => in_order(amount, available, (0..available.len()).rev()),
        Strategy::Proportional => pro_rata(amount, available),
    }
}

fn in_order(amount: &Amount, available: &[Amount], order: impl Iterator<Item = usize>) -> Vec<Amount> {
    let mut parts = vec![Amount::ZERO; available.len()];
    let mut rest = amount.clone();
    for index in order {
        if available[index].is_positive() {
            parts[index] = rest.clone().min(available[index].clone());
            rest -= &parts[index];
        }
    }
    parts
}

/// `amount` over `weights`, none of which gives more than it is. Largest remainder: ties go to whoever stands first. What
/// is below zero counts for nothing.
pub fn pro_rata(amount: &Amount, weights: &[Amount]) -> Vec<Amount> {
    let weights: Vec<Amount> = weights.iter().map(|weight| weight.clone().max(Amount::ZERO)).collect();
    let total: Amount = weights.iter().sum();
    if *amount >= total {
        return weights;
    }
    // Each share rounded down, and what is left of it in parts of `total`: a share that can take one more is not full,
    // since a whole share leaves nothing over.
    let (mut parts, rests): (Vec<Amount>, Vec<Amount>) =
        weights.iter().map(|weight| quotient(amount, weight, &total)).unzip();
    let mut missing = amount - &parts.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| match rests[*b].cmp(&rests[*a]) {
        Ordering::Equal => a.cmp(b),
        other => other,
    });
    let one = Amount::from(1_i64);
    for index in order {
        if missing.is_zero() {
            break;
        }
        parts[index] += &one;
        missing -= &one;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Amount, Strategy, StrategyError, allocate, pro_rata};

    fn amounts(values: &[i64]) -> Vec<Amount> {
        values.iter().copied().map(Amount::from).collect()
    }

    #[test]
    fn the_oldest_origin_goes_first_the_newest_or_all_of_them() {
        let available = amounts(&[100, 50, 25]);
        let take = |strategy, amount: i64| allocate(strategy, &Amount::from(amount), &available);
        assert_eq!(take(Strategy::Fifo, 120), amounts(&[100, 20, 0]));
        assert_eq!(take(Strategy::Lifo, 60), amounts(&[0, 35, 25]));
        assert_eq!(take(Strategy::Proportional, 70), amounts(&[40, 20, 10]));
        for strategy in [Strategy::Fifo, Strategy::Lifo, Strategy::Proportional] {
            assert_eq!(take(strategy, 400), available, "more than there is takes all there is");
            assert_eq!(allocate(strategy, &Amount::from(5_i64), &[]), amounts(&[]));
        }
    }

    #[test]
    fn fractions_go_to_the_largest_remainders() {
        assert_eq!(pro_rata(&Amount::from(100_i64), &amounts(&[1, 1, 1])), amounts(&[1, 1, 1]));
        assert_eq!(pro_rata(&Amount::from(10_i64), &amounts(&[10, 10, 10])), amounts(&[4, 3, 3]));
        assert_eq!(pro_rata(&Amount::from(2_i64), &amounts(&[1, 5, 0])), amounts(&[0, 2, 0]));
        assert_eq!(pro_rata(&Amount::from(2_i64), &amounts(&[-5, 5])), amounts(&[0, 2]));
    }

    #[test]
    fn a_word_is_a_strategy_in_any_case() {
        assert_eq!("FIFO".parse(), Ok(Strategy::Fifo));
        assert_eq!(" proportional ".parse(), Ok(Strategy::Proportional));
        assert_eq!("hifo".parse::<Strategy>(), Err(StrategyError));
    }

    proptest! {
        #[test]
        fn parts_are_whole_and_no_origin_gives_more_than_it_has(
            amount in 0_i64..2_000,
            available in proptest::collection::vec(0_i64..500, 0..8),
        ) {
            let (amount, available) = (Amount::from(amount), amounts(&available));
            let all: Amount = available.iter().sum();
            for strategy in [Strategy::Fifo, Strategy::Lifo, Strategy::Proportional] {
                let parts = allocate(strategy, &amount, &available);
                prop_assert_eq!(parts.iter().sum::<Amount>(), amount.clone().min(all.clone()));
                for (part, has) in parts.iter().zip(&available) {
                    prop_assert!(!part.is_negative() && part <= has, "{} of {}", part, has);
                }
            }
        }

        /// A hold that is committed in any parts gives each origin exactly what it was held for.
        #[test]
        fn parts_of_parts_come_to_the_whole(
            held in proptest::collection::vec(1_i64..500, 1..6),
            cuts in proptest::collection::vec(1_i64..200, 0..12),
        ) {
            let held = amounts(&held);
            let mut left = held.clone();
            let mut given = vec![Amount::ZERO; held.len()];
            let mut rest: Amount = held.iter().sum();
            for cut in cuts.into_iter().map(Amount::from).chain([rest.clone()]) {
                let cut = cut.min(rest.clone());
                let parts = pro_rata(&cut, &left);
                prop_assert_eq!(parts.iter().sum::<Amount>(), cut.clone());
                for (index, part) in parts.iter().enumerate() {
                    left[index] -= part;
                    given[index] += part;
                    prop_assert!(!left[index].is_negative());
                }
                rest -= &cut;
            }
            prop_assert_eq!(given, held);
        }
    }
}
