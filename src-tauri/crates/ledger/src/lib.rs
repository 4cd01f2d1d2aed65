//! Money and the double-entry core, without I/O.
//!
//! Everything here is a pure function of its arguments: no clock, no randomness, no files. Ids and times are
//! handed in. The engine loads state through a store, calls this crate, and writes back what it returns.
//!
//! * [`money`]: arbitrary-precision amounts in minor units, parsed from and printed as decimal text.
//! * [`currency`]: currency codes with the number of decimals they are kept in.
//! * [`balance`]: the six figures of a balance and the four operations on them.
//! * [`account`]: the types of a chart of accounts and their normal sides.
//! * [`transaction`]: immutable transaction rows, what a posting asks for, and the checks before it.
//! * [`hold`]: how much of a hold is still open, and the rows that commit or void it.
//! * [`lineage`]: from which origins the money of a balance came, and which of them a payment spends.
//! * [`lifecycle`]: the derived state of a family of rows.
//! * [`monitor`]: conditions on the figures of a balance.
//! * [`split`]: one amount over several balances, and journal entries of many lines.
//! * [`refund`]: how much of what was settled is left to give back.
//! * [`chain`]: the links that seal the history of a book.

pub mod account;
pub mod balance;
pub mod chain;
pub mod currency;
pub mod error;
pub mod hold;
pub mod lifecycle;
pub mod lineage;
pub mod money;
pub mod monitor;
pub mod refund;
pub mod split;
pub mod transaction;

pub use account::AccountType;
pub use balance::{Balance, Figures};
pub use chain::{Head, HeadError, Link, Sealed};
pub use currency::{Currency, CurrencyError};
pub use error::LedgerError;
pub use hold::{Commit, HoldState, Open};
pub use lifecycle::Lifecycle;
pub use money::{Amount, AmountError};
pub use transaction::{Overdraft, Posting, Status, TransactionRow};
