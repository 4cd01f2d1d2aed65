//! The running balance as a witness: does each balance follow from its neighbour and the amount?

use ledger::Amount;

use crate::model::{BalancePlace, RowOrder};

/// What a row contributes, in file order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Link {
    /// Rows of one account and currency form a chain of their own.
    pub(crate) group: u32,
    pub(crate) amount: Option<Amount>,
    pub(crate) balance: Option<Amount>,
}

/// The four ways in which balances and amounts can hang together, amounts taken as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) order: RowOrder,
    pub(crate) place: BalancePlace,
}

pub(crate) const RELATIONS: [Relation; 4] = [
    Relation { order: RowOrder::OldestFirst, place: BalancePlace::AfterRow },
    Relation { order: RowOrder::NewestFirst, place: BalancePlace::AfterRow },
    Relation { order: RowOrder::OldestFirst, place: BalancePlace::BeforeRow },
    Relation { order: RowOrder::NewestFirst, place: BalancePlace::BeforeRow },
];

impl Relation {
    /// How well this one fits, of the fits of all.
    pub(crate) fn fit(self, fits: &[Fit; 4]) -> Fit {
        fits[RELATIONS.iter().position(|other| *other == self).unwrap_or(0)]
    }

    /// Between a row and the one below it: (balance below - balance above) must equal this.
    fn step(self, above: &Link, below: &Link) -> Option<Amount> {
        match (self.order, self.place) {
            (RowOrder::NewestFirst, BalancePlace::AfterRow) => above.amount.as_ref().map(|amount| -amount),
            (RowOrder::NewestFirst, BalancePlace::BeforeRow) => below.amount.as_ref().map(|amount| -amount),
            (_, BalancePlace::BeforeRow) => above.amount.clone(),
            (_, BalancePlace::AfterRow) => below.amount.clone(),
        }
    }

    /// The index (above or below) whose amount the step uses.
    pub(crate) fn witness(self, above: usize, below: usize) -> usize {
        match (self.order, self.place) {
            (RowOrder::NewestFirst, BalancePlace::AfterRow)
            | (RowOrder::OldestFirst | RowOrder::Unknown, BalancePlace::BeforeRow) => above,
            _ => below,
        }
    }

    /// The amount that the balances imply for the witness of a step.
    pub(crate) fn implied(self, above: &Amount, below: &Amount) -> Amount {
        let rise = below - above;
        if self.order == RowOrder::NewestFirst { -&rise } else { rise }
    }

    /// The same table with every amount negated.
    pub(crate) fn negated(self) -> Self {
        let order = match self.order {
            RowOrder::NewestFirst => RowOrder::OldestFirst,
            _ => RowOrder::NewestFirst,
        };
        let place = match self.place {
            BalancePlace::AfterRow => BalancePlace::BeforeRow,
            BalancePlace::BeforeRow => BalancePlace::AfterRow,
        };
        Self { order, place }
    }
}

/// How many steps agree under a relation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) agree: u32,
    pub(crate) of: u32,
    /// Agreeing steps whose amount is not zero: only these say anything.
    pub(crate) telling: u32,
}

impl Fit {
    /// Enough agreeing steps to believe in the relation. A balance column that is named needs less: misprints in it must
    /// not hide what the rest of it says.
    pub(crate) fn holds(self, named: bool) -> bool {
        let (least, tenths) = if named { (1, 6) } else { (3, 9) };
        self.telling >= least && self.agree * 10 >= self.of * tenths
    }
}

/// Pairs of neighbouring rows of one group: (above, below).
pub(crate) fn neighbours(links: &[Link]) -> impl Iterator<Item = (usize, usize)> {
    let groups = links.iter().map(|link| link.group as usize + 1).max().unwrap_or(0);
    let mut last: Vec<Option<usize>> = vec![None; groups];
    links.iter().enumerate().filter_map(move |(index, link)| {
        let above = last[link.group as usize].replace(index);
        above.map(|above| (above, index))
    })
}

/// True if the step from `above` to `below` agrees; none when a balance or the amount is missing.
pub(crate) fn agrees(relation: Relation, above: &Link, below: &Link) -> Option<bool> {
    let rise = below.balance.as_ref()? - above.balance.as_ref()?;
    Some(relation.step(above, below)? == rise)
}

/// Tests all four relations in one walk.
pub(crate) fn fits(links: &[Link]) -> [Fit; 4] {
    let mut fits = [Fit::default(); 4];
    for (above, below) in neighbours(links) {
        let (above, below) = (&links[above], &links[below]);
        let (Some(from), Some(to)) = (&above.balance, &below.balance) else {
            continue;
        };
        let rise = to - from;
        for (fit, relation) in fits.iter_mut().zip(RELATIONS) {
            let Some(step) = relation.step(above, below) else {
                continue;
            };
            fit.of += 1;
            if step == rise {
                fit.agree += 1;
                fit.telling += u32::from(!step.is_zero());
            }
        }
    }
    fits
}

/// The relation that fits best of those that go with the order of days, and how well it does, however little that is.
pub(crate) fn likeliest(fits: &[Fit; 4], order: RowOrder) -> Option<(Relation, Fit)> {
    let in_order = |relation: &Relation| order == RowOrder::Unknown || relation.order == order;
    let usual =
        |relation: &Relation| (relation.place == BalancePlace::AfterRow, relation.order == RowOrder::OldestFirst);
    RELATIONS
        .into_iter()
        .zip(*fits)
        .filter(|(relation, fit)| fit.of > 0 && in_order(relation))
        .max_by_key(|(relation, fit)| (fit.telling, fit.agree, usual(relation)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(rows: &[(i64, i64)]) -> Vec<Link> {
        rows.iter()
            .map(|&(amount, balance)| Link { group: 0, amount: Some(amount.into()), balance: Some(balance.into()) })
            .collect()
    }

    fn holding(rows: &[(i64, i64)]) -> Vec<Relation> {
        RELATIONS
            .into_iter()
            .zip(fits(&links(rows)))
            .filter(|(_, fit)| fit.holds(false))
            .map(|(relation, _)| relation)
            .collect()
    }

    #[test]
    fn each_layout_is_told_apart() {
        assert_eq!(holding(&[(10, 110), (-30, 80), (5, 85), (7, 92)]), [RELATIONS[0]]);
        assert_eq!(holding(&[(7, 92), (5, 85), (-30, 80), (10, 110)]), [RELATIONS[1]]);
        assert_eq!(holding(&[(10, 100), (-30, 110), (5, 80), (7, 85)]), [RELATIONS[2]]);
        assert_eq!(holding(&[(7, 85), (5, 80), (-30, 110), (10, 100)]), [RELATIONS[3]]);
    }

    #[test]
    fn reversed_order_with_negated_sign_is_the_same_table() {
        let negated: Vec<(i64, i64)> =
            [(7, 92), (5, 85), (-30, 80), (10, 110)].map(|(a, b): (i64, i64)| (-a, b)).to_vec();
        assert_eq!(holding(&negated), [RELATIONS[1].negated()]);
    }

    #[test]
    fn zero_amounts_prove_nothing() {
        assert!(holding(&[(0, 5), (0, 5), (0, 5)]).is_empty());
    }
}
