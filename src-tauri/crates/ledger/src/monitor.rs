//! Conditions on the figures of a balance, and when they are worth telling.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Amount, Figures};

/// A figure that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    /// Credit less debit.
    Balance,
    CreditBalance,
    DebitBalance,
    /// Held in less held out.
    InflightBalance,
    InflightCreditBalance,
    InflightDebitBalance,
}

/// How a figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    LessThan,
    LessThanOrEqual,
    Equals,
    NotEquals,
    GreaterThanOrEqual,
    GreaterThan,
}

/// A word that is no figure or no comparison.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not known")]
pub struct UnknownWord(pub String);

impl Watched {
    /// The figure.
    pub fn of(self, figures: &Figures) -> Amount {
        match self {
            Self::Balance => figures.balance(),
            Self::CreditBalance => figures.credit.clone(),
            Self::DebitBalance => figures.debit.clone(),
            Self::InflightBalance => figures.inflight_balance(),
            Self::InflightCreditBalance => figures.inflight_credit.clone(),
            Self::InflightDebitBalance => figures.inflight_debit.clone(),
        }
    }
}

impl FromStr for Watched {
    type Err = UnknownWord;

    /// The names of the columns, and the short words people use.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.trim().to_ascii_lowercase().as_str() {
            "balance" => Ok(Self::Balance),
            "credit_balance" | "credit" => Ok(Self::CreditBalance),
            "debit_balance" | "debit" => Ok(Self::DebitBalance),
            "inflight_balance" | "inflight" => Ok(Self::InflightBalance),
            "inflight_credit_balance" | "inflight_credit" => Ok(Self::InflightCreditBalance),
            "inflight_debit_balance" | "inflight_debit" => Ok(Self::InflightDebitBalance),
            _ => Err(UnknownWord(text.to_owned())),
        }
    }
}

impl Comparison {
    /// Whether `figure` stands so to `value`.
    pub fn holds(self, figure: &Amount, value: &Amount) -> bool {
        match self {
            Self::LessThan => figure < value,
            Self::LessThanOrEqual => figure <= value,
            Self::Equals => figure == value,
            Self::NotEquals => figure != value,
            Self::GreaterThanOrEqual => figure >= value,
            Self::GreaterThan => figure > value,
        }
    }

    /// The sign of it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::LessThan => "<",
            Self::LessThanOrEqual => "<=",
            Self::Equals => "=",
            Self::NotEquals => "!=",
            Self::GreaterThanOrEqual => ">=",
            Self::GreaterThan => ">",
        }
    }
}

impl FromStr for Comparison {
    type Err = UnknownWord;

    /// Signs and words; `=`, `==` and `equals` are the same.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.trim().to_ascii_lowercase().as_str() {
            "<" | "less_than" => Ok(Self::LessThan),
            "<=" | "less_than_or_equal" => Ok(Self::LessThanOrEqual),
            "=" | "==" | "equals" => Ok(Self::Equals),
            "!=" | "<>" | "not_equals" => Ok(Self::NotEquals),
            ">=" | "greater_than_or_equal" => Ok(Self::GreaterThanOrEqual),
            ">" | "greater_than" => Ok(Self::GreaterThan),
            _ => Err(UnknownWord(text.to_owned())),
        }
    }
}

/// What a monitor watches for. `value` is in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub watched: Watched,
    pub comparison: Comparison,
    pub value: Amount,
}

impl Condition {
    /// Whether it holds now.
    pub fn holds(&self, figures: &Figures) -> bool {
        self.comparison.holds(&self.watched.of(figures), &self.value)
    }

    /// Whether a change is worth telling: the condition came true, or with `repeat` it is true and its figure changed.
    pub fn fires(&self, before: &Figures, after: &Figures, repeat: bool) -> bool {
        let changed = self.watched.of(before) != self.watched.of(after);
        changed && self.holds(after) && (repeat || !self.holds(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(credit: i64, debit: i64, inflight_credit: i64, inflight_debit: i64) -> Figures {
        let [credit, debit, inflight_credit, inflight_debit] =
            [credit, debit, inflight_credit, inflight_debit].map(Amount::from);
        Figures { credit, debit, inflight_credit, inflight_debit }
    }

    #[test]
    fn every_figure_and_every_comparison_in_both_vocabularies() {
        let now = figures(70, 50, 9, 4);
        for (field, value) in [
            ("balance", 20),
            ("credit", 70),
            ("credit_balance", 70),
            ("debit_balance", 50),
            ("inflight_balance", 5),
            ("inflight_credit_balance", 9),
            ("inflight_debit_balance", 4),
        ] {
            assert_eq!(field.parse::<Watched>().unwrap().of(&now), Amount::from(value as i64), "{field}");
        }
        for (words, less, same, more) in [
            (["<", "less_than"], true, false, false),
            (["<=", "less_than_or_equal"], true, true, false),
            (["==", "equals"], false, true, false),
            (["=", "EQUALS"], false, true, false),
            (["!=", "not_equals"], true, false, true),
            ([">=", "greater_than_or_equal"], false, true, true),
            ([">", "greater_than"], false, false, true),
        ] {
            for word in words {
                let comparison: Comparison = word.parse().unwrap();
                let holds = |figure: i64| comparison.holds(&Amount::from(figure), &Amount::from(5_i64));
                assert_eq!((holds(4), holds(5), holds(6)), (less, same, more), "{word}");
                assert_eq!(comparison.sign().parse::<Comparison>().unwrap(), comparison);
            }
        }
        assert!("fee".parse::<Watched>().is_err() && "~".parse::<Comparison>().is_err());
    }

    #[test]
    fn it_is_told_when_it_comes_true_and_each_time_only_where_that_is_wanted() {
        let below =
            Condition { watched: Watched::Balance, comparison: Comparison::LessThan, value: Amount::from(10_i64) };
        let (rich, poor, poorer) = (figures(50, 0, 0, 0), figures(50, 45, 0, 0), figures(50, 46, 0, 0));
        assert!(below.fires(&rich, &poor, false));
        assert!(!below.fires(&poor, &poorer, false), "it was true before");
        assert!(below.fires(&poor, &poorer, true));
        assert!(!below.fires(&poor, &rich, true), "it is not true any more");
        assert!(!below.fires(&poor, &figures(50, 45, 7, 0), true), "another figure changed");
        assert!(below.fires(&figures(50, 40, 0, 0), &poor, false));
    }
}
