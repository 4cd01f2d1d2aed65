//! The chart of accounts: what a ledger stands for, and on which side its balances usually stand.

use serde::{Deserialize, Serialize};

use crate::balance::Side;

/// What the balances of a ledger are in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    Asset,
    Liability,
    Equity,
    Income,
    Expense,
}

impl AccountType {
    /// Every type, in the order of a balance sheet and then of a profit and loss account.
    pub const ALL: [Self; 5] = [Self::Asset, Self::Liability, Self::Equity, Self::Income, Self::Expense];

    /// The type that the name of a ledger says by its first part: `Assets/Bank` holds assets. Nothing for other names.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.split('/').next().unwrap_or_default().trim().to_lowercase().as_str() {
            "asset" | "assets" => Some(Self::Asset),
            "liability" | "liabilities" => Some(Self::Liability),
            "equity" => Some(Self::Equity),
            "income" | "revenue" => Some(Self::Income),
            "expense" | "expenses" => Some(Self::Expense),
            _ => None,
        }
    }

    /// The side of a balance that usually outweighs the other. A balance here is seen from itself: what comes in is its
    /// credit, what goes out its debit. What the company has and what it used up came in; what it owes and earned is
    /// where that money came from, and went out.
    pub fn normal_side(self) -> Side {
        match self {
            Self::Asset | Self::Expense => Side::Credit,
            Self::Liability | Self::Equity | Self::Income => Side::Debit,
        }
    }

    /// It stands on the balance sheet; the others make up the result.
    pub fn is_on_balance_sheet(self) -> bool {
        matches!(self, Self::Asset | Self::Liability | Self::Equity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_of_a_name_says_the_type() {
        assert_eq!(AccountType::of_name("Assets/Bank/EUR"), Some(AccountType::Asset));
        assert_eq!(AccountType::of_name(" liabilities / Tax"), Some(AccountType::Liability));
        assert_eq!(AccountType::of_name("Equity"), Some(AccountType::Equity));
        assert_eq!(AccountType::of_name("Revenue/Shop"), Some(AccountType::Income));
        assert_eq!(AccountType::of_name("Expenses"), Some(AccountType::Expense));
        assert_eq!(AccountType::of_name("Bank/Assets"), None);
        assert_eq!(AccountType::of_name(""), None);
    }

    #[test]
    fn what_came_in_is_normal_for_what_the_company_has_and_used_up() {
        let normal = AccountType::ALL.map(|kind| (kind.normal_side() == Side::Credit, kind.is_on_balance_sheet()));
        assert_eq!(normal, [(true, true), (false, true), (false, true), (false, false), (true, false)]);
    }
}
