//! What happens in the company, and what the bank sees of it.

use jiff::civil::{Date, DateTime};

use crate::company::Who;

/// A posting or a hold. Amounts are minor units; `@` names are indicator balances of the currency.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    pub(crate) reference: String,
    pub(crate) amount: i64,
    pub(crate) currency: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) description: String,
    pub(crate) date: Date,
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Post(Posting),
    /// With the moment it expires.
    Hold(Posting, DateTime),
    /// By the hold's reference. Absent amount: all that is left.
    Commit {
        reference: String,
        amount: Option<i64>,
        void_rest: bool,
    },
    Void {
        reference: String,
        reason: &'static str,
    },
}

/// A step with its moment and its person.
#[derive(Debug, Clone)]
pub(crate) struct Timed {
    pub(crate) at: DateTime,
    pub(crate) who: Who,
    pub(crate) act: Act,
}

/// A line as the bank books it.
#[derive(Debug, Clone)]
pub(crate) struct BankLine {
    pub(crate) account: &'static str,
    pub(crate) booked: Date,
    pub(crate) value: Date,
    pub(crate) text: String,
    pub(crate) reference: String,
    /// Signed minor units, money in above zero.
    pub(crate) amount: i64,
    /// References of the ledger entries it is about; empty: the ledger does not know it yet.
    pub(crate) entries: Vec<String>,
    /// Place among the lines of its day.
    pub(crate) order: u64,
}

/// A bank's view of one month.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) account: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) decimals: u32,
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) opening: i64,
    pub(crate) lines: Vec<BankLine>,
}

impl Statement {
    pub(crate) fn closing(&self) -> i64 {
        self.opening + self.lines.iter().map(|line| line.amount).sum::<i64>()
    }
}

/// Everything that happens, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) today: Date,
    /// First day of business; the opening balances are dated the day before.
    pub(crate) start: Date,
    pub(crate) acts: Vec<Timed>,
    pub(crate) lines: Vec<BankLine>,
    /// Bank balances at the start.
    pub(crate) openings: Vec<(&'static str, &'static str, i64)>,
}

impl Plan {
    /// What the bank says about one account and one month, counted from the month of the start.
    pub(crate) fn statement(&self, account: &str, month: i64) -> Option<Statement> {
        let (account, currency, mut opening) = *self.openings.iter().find(|(name, ..)| *name == account)?;
        let from = crate::calendar::month(self.start, month);
        let to = from.last_of_month();
        let of_account = || self.lines.iter().filter(|line| line.account == account);
        opening += of_account().filter(|line| line.booked < from).map(|line| line.amount).sum::<i64>();
        let mut lines: Vec<_> = of_account().filter(|line| line.booked >= from && line.booked <= to).cloned().collect();
        lines.sort_by_key(|line| (line.booked, line.order));
        Some(Statement { account, currency, decimals: crate::files::decimals(currency), from, to, opening, lines })
    }
}
