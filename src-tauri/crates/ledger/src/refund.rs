//! How much of what was settled can still be given back.
//!
//! A posting, or one commit of a hold, can be given back in parts until nothing of it is left; a hold as a whole up to
//! what was committed of it. Both count against each other: money goes back once, however it is named.

use crate::Amount;

/// An amount under the id of a row: of a settled row its own, of a refund that of the row it gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub id: String,
    /// Above zero.
    pub amount: Amount,
}

/// What is left to give back of `of`: a settled row of the family, or its first row, which stands for all of them.
/// Never below zero.
///
/// `settled` are the settled rows of the family, `given` what was given back of it so far.
pub fn left(of: &str, settled: &[Part], given: &[Part]) -> Amount {
    let of_all = &sum(settled.iter()) - &sum(given.iter());
    let left = match settled.iter().find(|part| part.id == of) {
        Some(row) => (&row.amount - &sum(given.iter().filter(|part| part.id == of))).min(of_all),
        None => of_all,
    };
    left.max(Amount::ZERO)
}

fn sum<'a>(parts: impl Iterator<Item = &'a Part>) -> Amount {
    parts.map(|part| &part.amount).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(list: &[(&str, i64)]) -> Vec<Part> {
        list.iter().map(|(id, amount)| Part { id: (*id).into(), amount: Amount::from(*amount) }).collect()
    }

    #[test]
    fn a_posting_is_given_back_in_parts_and_once() {
        let posting = parts(&[("p", 500)]);
        assert_eq!(left("p", &posting, &[]), Amount::from(500_i64));
        assert_eq!(left("p", &posting, &parts(&[("p", 200), ("p", 1)])), Amount::from(299_i64));
        assert_eq!(left("p", &posting, &parts(&[("p", 500)])), Amount::ZERO);
        assert_eq!(left("p", &posting, &parts(&[("p", 600)])), Amount::ZERO, "a damaged book is not owed anything");
    }

    #[test]
    fn a_hold_and_its_commits_count_against_each_other() {
        let commits = parts(&[("c1", 300), ("c2", 200)]);
        assert_eq!(left("h", &commits, &[]), Amount::from(500_i64));
        assert_eq!(left("c1", &commits, &parts(&[("c1", 100)])), Amount::from(200_i64));
        assert_eq!(left("h", &commits, &parts(&[("c1", 100)])), Amount::from(400_i64));
        // 400 went back for the whole hold: of either commit at most the last 100 are left.
        assert_eq!(left("c1", &commits, &parts(&[("h", 400)])), Amount::from(100_i64));
        assert_eq!(left("c2", &commits, &parts(&[("h", 400)])), Amount::from(100_i64));
        assert_eq!(left("h", &[], &[]), Amount::ZERO, "nothing was committed");
    }
}
