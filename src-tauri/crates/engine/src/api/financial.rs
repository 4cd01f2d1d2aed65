//! Balance sheet, and profit and loss.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which of the two reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FinancialKind {
    BalanceSheet,
    ProfitAndLoss,
}

/// What to report on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FinancialRequest {
    pub kind: FinancialKind,
    /// First day of a profit and loss; absent: the start of the fiscal year that `to` lies in.
    #[serde(default)]
    pub from: Option<String>,
    /// Day at whose end it is; absent: today.
    #[serde(default)]
    pub to: Option<String>,
}

/// A balance sheet or a profit and loss, one part for each currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FinancialReport {
    pub kind: FinancialKind,
    pub book: String,
    /// Of a balance sheet the start of the fiscal year, from which on the result is that of this year.
    pub from: String,
    pub to: String,
    pub currencies: Vec<FinancialPart>,
}

/// The report in one currency. Amounts in minor units, each on its normal side above zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FinancialPart {
    pub currency: String,
    pub exponent: u8,
    pub sections: Vec<FinancialSection>,
    /// Income less expenses: of a profit and loss in its time, of a balance sheet up to its day.
    pub result: String,
    /// Of a balance sheet: assets equal what they came from. A profit and loss always does.
    pub ties: bool,
}

/// One block of lines with its sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FinancialSection {
    /// `asset`, `liability`, `equity`, `income`, `expense`, or `untyped` for ledgers without a type
    pub kind: String,
    pub title: String,
    pub rows: Vec<FinancialRow>,
    pub total: String,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FinancialRow {
    /// Absent for a line that no balance holds, such as the result of the year.
    pub balance_id: Option<String>,
    pub ledger: String,
    pub name: String,
    pub amount: String,
}
