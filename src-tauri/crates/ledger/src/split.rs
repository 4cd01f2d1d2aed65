//! One amount over several balances, and journal entries of many lines, as postings from one balance to another.
//!
//! A split gives each share a fixed amount, a percentage of the whole, or what is left. What percentages leave over in
//! fractions of a minor unit goes to the largest remainders, ties to whoever stands first, so that the parts add up to
//! the whole and the same split gives the same parts. A split that does not add up is refused, never bent.

use std::str::FromStr;

use crate::{Amount, money::div_rem};

/// Decimals that a percentage may have.
const PERCENT_DECIMALS: u8 = 8;
/// A hundred percent, in units of [`Percent`].
const WHOLE: i128 = 100 * 10_i128.pow(PERCENT_DECIMALS as u32);

/// A percentage above zero and up to a hundred, exact to eight decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(i128);

/// What one share of a split gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// Minor units.
    Fixed(Amount),
    /// Of the whole, whatever else is in the split.
    Percent(Percent),
    /// What the others leave.
    Left,
}

/// Why a split is refused. Positions count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A text that is no percentage.
    #[error("a percentage lies above 0 and up to 100 and has at most 8 decimals")]
    Percent,
    /// A split of nothing, or a share below zero.
    #[error("the amount must be above zero")]
    NotPositive,
    /// Two shares take what is left.
    #[error("only one share can take what is left; share {0} is the second")]
    TwoLeft(usize),
    /// The shares come to more than the whole.
    #[error("the shares come to more than the whole")]
    Over(Amount),
    /// The shares come to less than the whole, and none takes what is left.
    #[error("the shares come to less than the whole")]
    Under(Amount),
    /// A share that gets less than one minor unit.
    #[error("share {0} gets nothing")]
    Nothing(usize),
}

impl FromStr for Percent {
    type Err = SplitError;

    fn from_str(text: &str) -> Result<Self, SplitError> {
        let units = Amount::parse_decimal(text, PERCENT_DECIMALS).map_err(|_| SplitError::Percent)?;
        match units.to_i128() {
            Some(units) if (1..=WHOLE).contains(&units) => Ok(Self(units)),
            _ => Err(SplitError::Percent),
        }
    }
}

/// The parts of `total`, one for each share, in their order. They add up to `total`, and none is zero.
///
/// # Errors
/// Why the shares do not make a split of it.
pub fn allocate(total: &Amount, shares: &[Share]) -> Result<Vec<Amount>, SplitError> {
    if !total.is_positive() {
        return Err(SplitError::NotPositive);
    }
    // Everything in hundred-millionths of a percent of a minor unit, where each share is a whole number.
    let whole = total.times(WHOLE);
    let mut exact = Vec::with_capacity(shares.len());
    let mut left_at = None;
    for (index, share) in shares.iter().enumerate() {
        exact.push(match share {
            Share::Fixed(amount) if !amount.is_positive() => return Err(SplitError::Nothing(index + 1)),
            Share::Fixed(amount) => amount.times(WHOLE),
            Share::Percent(Percent(units)) => total.times(*units),
            Share::Left if left_at.is_some() => return Err(SplitError::TwoLeft(index + 1)),
            Share::Left => {
                left_at = Some(index);
                Amount::ZERO
            }
        });
    }
    let rest = &whole - &exact.iter().sum();
    if rest.is_negative() {
        return Err(SplitError::Over(in_units(&-&rest)));
    }
    match left_at {
        Some(index) => exact[index] = rest,
        None if !rest.is_zero() => return Err(SplitError::Under(in_units(&rest))),
        None => {}
    }
    let parts = rounded(total, &exact);
    match parts.iter().position(Amount::is_zero) {
        Some(index) => Err(SplitError::Nothing(index + 1)),
        None => Ok(parts),
    }
}

/// Whole minor units, the smallest number that is enough.
fn in_units(scaled: &Amount) -> Amount {
    let (units, rest) = div_rem(scaled, WHOLE);
    if rest.is_zero() { units } else { &units + &Amount::from(1_i64) }
}

/// Largest remainder: every share its whole units, and one more for the largest fractions until all is given out.
fn rounded(total: &Amount, exact: &[Amount]) -> Vec<Amount> {
    let (mut parts, rests): (Vec<Amount>, Vec<Amount>) = exact.iter().map(|share| div_rem(share, WHOLE)).unzip();
    let mut missing = total - &parts.iter().sum();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    // A stable sort: among equal fractions whoever stands first.
    order.sort_by(|a, b| rests[*b].cmp(&rests[*a]));
    for index in order {
        if missing.is_zero() {
            break;
        }
        parts[index] += &Amount::from(1_i64);
        missing -= &Amount::from(1_i64);
    }
    parts
}

/// One line of a journal entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Names the balance; the same balance has the same name.
    pub balance: String,
    /// Above zero.
    pub amount: Amount,
}

/// A posting that carries part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Is debited.
    pub source: String,
    /// Is credited.
    pub destination: String,
    pub amount: Amount,
}

/// Why lines are no journal entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A side without a line.
    #[error("an entry needs a debit and a credit")]
    OneSided,
    /// Zero or below.
    #[error("the amount of every line must be above zero")]
    NotPositive(String),
    /// The sides differ: debits less credits.
    #[error("debits and credits differ")]
    Unbalanced(Amount),
    /// A balance that is on both sides.
    #[error("{0} is debited and credited")]
    BothSides(String),
}

/// The postings of a journal entry: each debit goes to the credits in their order. At most one fewer than there are
/// lines, and the sums of every balance are those of its lines.
///
/// # Errors
/// Why the lines are no entry.
pub fn legs(debits: &[Line], credits: &[Line]) -> Result<Vec<Leg>, EntryError> {
    if debits.is_empty() || credits.is_empty() {
        return Err(EntryError::OneSided);
    }
    if let Some(line) = debits.iter().chain(credits).find(|line| !line.amount.is_positive()) {
        return Err(EntryError::NotPositive(line.balance.clone()));
    }
    if let Some(both) = debits.iter().find(|debit| credits.iter().any(|credit| credit.balance == debit.balance)) {
        return Err(EntryError::BothSides(both.balance.clone()));
    }
    let sum = |lines: &[Line]| lines.iter().map(|line| &line.amount).sum::<Amount>();
    let difference = &sum(debits) - &sum(credits);
    if !difference.is_zero() {
        return Err(EntryError::Unbalanced(difference));
    }
    let mut legs = Vec::with_capacity(debits.len() + credits.len());
    let mut credits = credits.iter().map(|line| (line, line.amount.clone()));
    let Some(mut credit) = credits.next() else { return Ok(legs) };
    for debit in debits {
        let mut open = debit.amount.clone();
        while !open.is_zero() {
            if credit.1.is_zero() {
                // The sides are equal, so there is a credit for what is still open.
                let Some(next) = credits.next() else { break };
                credit = next;
            }
            let amount = open.clone().min(credit.1.clone());
            open -= &amount;
            credit.1 -= &amount;
            legs.push(Leg { source: debit.balance.clone(), destination: credit.0.balance.clone(), amount });
        }
    }
    Ok(legs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amounts(list: &[i64]) -> Vec<Amount> {
        list.iter().map(|amount| Amount::from(*amount)).collect()
    }

    fn share(text: &str) -> Share {
        match text.strip_suffix('%') {
            Some(percent) => Share::Percent(percent.parse().expect("a percentage")),
            None if text == "left" => Share::Left,
            None => Share::Fixed(text.parse().expect("an amount")),
        }
    }

    fn split(total: i64, shares: &[&str]) -> Result<Vec<Amount>, SplitError> {
        allocate(&Amount::from(total), &shares.iter().map(|text| share(text)).collect::<Vec<_>>())
    }

    #[test]
    fn shares_add_up_and_ties_go_to_whoever_stands_first() {
        assert_eq!(split(250, &["50%", "45%", "left"]), Ok(amounts(&[125, 113, 12])));
        assert_eq!(split(30_000, &["33.33%", "66.67%"]), Ok(amounts(&[9_999, 20_001])));
        assert_eq!(split(10_000, &["2.67%", "left"]), Ok(amounts(&[267, 9_733])));
        assert_eq!(split(5, &["50%", "50%"]), Ok(amounts(&[3, 2])));
        assert_eq!(split(100, &["60", "left"]), Ok(amounts(&[60, 40])));
        assert_eq!(split(100, &["10", "25%", "left"]), Ok(amounts(&[10, 25, 65])));
        assert_eq!(split(1_000, &["0.1%", "99.9%"]), Ok(amounts(&[1, 999])));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        assert_eq!(split(1_000, &["50%", "30%"]), Err(SplitError::Under(Amount::from(200_i64))));
        assert_eq!(split(100, &["60", "50%"]), Err(SplitError::Over(Amount::from(10_i64))));
        assert_eq!(split(100, &["60", "50%", "left"]), Err(SplitError::Over(Amount::from(10_i64))));
        assert_eq!(split(10_000, &["33.33%", "33.33%", "33.33%"]), Err(SplitError::Under(Amount::from(1_i64))));
        assert_eq!(split(100, &["left", "left"]), Err(SplitError::TwoLeft(2)));
        assert_eq!(split(100, &["100%", "left"]), Err(SplitError::Nothing(2)));
        assert_eq!(split(1, &["50%", "50%"]), Err(SplitError::Nothing(2)));
        assert_eq!(split(100, &["0", "left"]), Err(SplitError::Nothing(1)));
        assert_eq!(split(0, &["left"]), Err(SplitError::NotPositive));
        for text in ["0", "100.00000001", "-1", "abc", "0.000000001", ""] {
            assert_eq!(text.parse::<Percent>(), Err(SplitError::Percent), "{text}");
        }
    }

    fn lines(list: &[(&str, i64)]) -> Vec<Line> {
        list.iter()
            .map(|(balance, amount)| Line { balance: (*balance).into(), amount: Amount::from(*amount) })
            .collect()
    }

    #[test]
    fn an_entry_becomes_postings_in_the_order_of_its_lines() {
        let made = legs(&lines(&[("bank", 119), ("fees", 1)]), &lines(&[("sales", 100), ("vat", 20)]));
        let leg = |source: &str, destination: &str, amount: i64| Leg {
            source: source.into(),
            destination: destination.into(),
            amount: Amount::from(amount),
        };
        assert_eq!(made, Ok(vec![leg("bank", "sales", 100), leg("bank", "vat", 19), leg("fees", "vat", 1)]));
    }

    #[test]
    fn lines_that_are_no_entry_are_refused() {
        let bank = lines(&[("bank", 5)]);
        assert_eq!(legs(&bank, &[]), Err(EntryError::OneSided));
        assert_eq!(legs(&bank, &lines(&[("sales", 4)])), Err(EntryError::Unbalanced(Amount::from(1_i64))));
        assert_eq!(legs(&bank, &lines(&[("bank", 5)])), Err(EntryError::BothSides("bank".into())));
        assert_eq!(legs(&bank, &lines(&[("a", 5), ("b", 0)])), Err(EntryError::NotPositive("b".into())));
    }

    proptest! {
        #[test]
        fn any_split_with_a_rest_adds_up_or_is_refused(
            total in 1_i64..10_000_000, percents in prop::collection::vec(1_u64..4_000_000_000, 1..6), fixed in 0_i64..1_000,
        ) {
            let mut shares: Vec<Share> = percents.iter().map(|units| Share::Percent(Percent(i128::from(*units)))).collect();
            if fixed > 0 {
                shares.push(Share::Fixed(Amount::from(fixed)));
            }
            shares.push(Share::Left);
            let total = Amount::from(total);
            if let Ok(parts) = allocate(&total, &shares) {
                prop_assert_eq!(parts.iter().sum::<Amount>(), total.clone());
                prop_assert!(parts.iter().all(Amount::is_positive));
                for (part, share) in parts.iter().zip(&shares) {
                    match share {
                        Share::Fixed(amount) => prop_assert_eq!(part, amount),
                        Share::Percent(Percent(units)) => {
                            let off = &part.times(WHOLE) - &total.times(*units);
                            prop_assert!(off.abs() < Amount::from(WHOLE), "a part is less than one unit off");
                        }
                        Share::Left => {}
                    }
                }
            }
        }

        #[test]
        fn the_postings_of_an_entry_sum_to_its_lines(
            debits in prop::collection::vec(1_i64..1_000, 1..8), cuts in prop::collection::vec(1_i64..1_000, 0..8),
        ) {
            let total: i64 = debits.iter().sum();
            let mut credits = Vec::new();
            let mut open = total;
            for cut in cuts {
                if cut < open {
                    credits.push(cut);
                    open -= cut;
                }
            }
            credits.push(open);
            let name = |side: &str, list: &[i64]| -> Vec<Line> {
                list.iter().enumerate().map(|(at, amount)| Line { balance: format!("{side}{at}"), amount: Amount::from(*amount) }).collect()
            };
            let (debits, credits) = (name("d", &debits), name("c", &credits));
            let legs = legs(&debits, &credits).expect("an entry");
            prop_assert!(legs.len() < debits.len() + credits.len());
            for line in &debits {
                let sum: Amount = legs.iter().filter(|leg| leg.source == line.balance).map(|leg| &leg.amount).sum();
                prop_assert_eq!(&sum, &line.amount);
            }
            for line in &credits {
                let sum: Amount = legs.iter().filter(|leg| leg.destination == line.balance).map(|leg| &leg.amount).sum();
                prop_assert_eq!(&sum, &line.amount);
            }
        }
    }
}
