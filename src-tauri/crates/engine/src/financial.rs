//! Balance sheet, and profit and loss, as of any day.
//!
//! Every posting takes as much from one balance as it gives to another, so all balances of a currency add up to zero.
//! What the company has is therefore what it owes, what it was given and what it earned: the balance sheet ties by
//! itself, and ledgers without a type are shown rather than left out.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use ledger::balance::Side;
use ledger::{AccountType, Amount};
use reports::{Cell, Paper, Sheet, Table};
use serde_json::{Value, json};
use store::journal::Expected;
use store::ledger::BalanceAt;
use store::system::Event;
use store::{StoreError, Unit};

use crate::api::financial::{
    FinancialKind, FinancialPart, FinancialReport, FinancialRequest, FinancialRow, FinancialSection,
};
use crate::api::ledgers::LedgerRow;
use crate::api::statements::ReportFormat;
use crate::balances::parse_day;
use crate::group::Command;
use crate::kept::Sealing;
use crate::report::file::{bytes, in_currencies, paper, write};
use crate::report::tables::{amount, table, text};
use crate::{Engine, EngineError, EngineResult, Stamp, Topic};

/// Setting with the types that were given to ledgers, by their ids.
pub(crate) const TYPES: &str = "ledger_types";

/// Types that were given; a ledger that has none goes by its name.
pub(crate) struct Types(HashMap<String, AccountType>);

impl Types {
    /// # Errors
    /// [`StoreError::Damaged`]: a list that cannot be read is not one without types.
    fn read(setting: Option<Value>) -> Result<Self, StoreError> {
        let types = setting.map(serde_json::from_value).transpose();
        Ok(Self(types.map_err(|error| StoreError::damaged("types of ledgers", error))?.unwrap_or_default()))
    }

    fn of(&self, ledger_id: &str, name: &str) -> Option<AccountType> {
        self.0.get(ledger_id).copied().or_else(|| AccountType::of_name(name))
    }

    /// A ledger with its type.
    pub(crate) fn with(&self, row: LedgerRow) -> LedgerRow {
        LedgerRow { account_type: self.of(&row.id, &row.name).map(word), ..row }
    }
}

/// The word of a type, as it is stored and as front ends name it.
fn word(kind: AccountType) -> String {
    json!(kind).as_str().unwrap_or_default().to_owned()
}

/// Gives a ledger a type, or takes it away again.
struct Typing {
    ledger_id: String,
    name: String,
    kind: Option<AccountType>,
}

#[async_trait::async_trait]
impl Command for Typing {
    type Answer = ();

    fn expected(&self) -> Expected {
        Expected { settings: vec![TYPES.into()], ..Expected::default() }
    }

    async fn run(&self, unit: &mut dyn Unit, stamp: &Stamp) -> EngineResult<()> {
        let Types(mut types) = Types::read(unit.load_setting(TYPES).await?)?;
        match self.kind {
            Some(kind) => types.insert(self.ledger_id.clone(), kind),
            None => types.remove(&self.ledger_id),
        };
        let sealing = Sealing::default().setting(unit, TYPES, &json!(types)).await?;
        let payload = json!({ "name": self.name, "account_type": self.kind });
        let event = Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: "ledger.typed".into(),
            object_id: self.ledger_id.clone(),
            payload,
        };
        Ok(unit.record_event(&sealing.on(event)).await?)
    }
}

impl Engine {
    pub(crate) async fn ledger_types(&self) -> EngineResult<Types> {
        Ok(Types::read(self.store.setting(TYPES).await?)?)
    }

    /// Says what the balances of a ledger are in the books: `asset`, `liability`, `equity`, `income`, `expense`; nothing
    /// lets the name of the ledger say it.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for another word, [`EngineError::NotFound`].
    pub async fn ledger_type_set(&self, id: &str, kind: Option<&str>) -> EngineResult<LedgerRow> {
        let kind = kind.filter(|word| !word.is_empty()).map(|word| {
            serde_json::from_value::<AccountType>(json!(word)).map_err(|_| {
                EngineError::invalid(
                    "account_type",
                    format!("“{word}” is none of asset, liability, equity, income, expense."),
                )
            })
        });
        let kind = kind.transpose()?;
        let find = |rows: Vec<LedgerRow>| rows.into_iter().find(|row| row.id == id);
        let row = find(self.ledgers_list().await?).ok_or_else(|| EngineError::not_found("ledger", id))?;
        let typing = Typing { ledger_id: id.to_owned(), name: row.name, kind };
        self.writer.submit(&self.actor(), typing).await?;
        self.changed(&[Topic::Balances]);
        find(self.ledgers_list().await?).ok_or_else(|| EngineError::not_found("ledger", id))
    }

    /// A balance sheet at the end of a day, or a profit and loss between two.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for days that are none or the wrong way round.
    pub async fn financial_report(&self, request: FinancialRequest) -> EngineResult<FinancialReport> {
        let book = self.book_info().await?;
        let to = parse_day(request.to.as_deref(), "to")?.unwrap_or_else(|| self.clock.today());
        let from = match parse_day(request.from.as_deref(), "from")? {
            Some(from) if request.kind == FinancialKind::ProfitAndLoss => from,
            _ => year_start(&book.fiscal_year_start, to),
        };
        if from > to {
            return Err(EngineError::invalid("from", "The first day lies after the last one."));
        }
        let types = self.ledger_types().await?;
        let until = self.store.balances_at(Some(to)).await?;
        let before = self.store.balances_at(Some(from.saturating_sub(jiff::Span::new().days(1)))).await?;
        let before: HashMap<&str, Amount> = before.iter().map(|at| (at.id.as_str(), net(at))).collect();
        let mut parts: BTreeMap<(String, u8), Vec<Line<'_>>> = BTreeMap::new();
        for at in &until {
            let (whole, earlier) = (net(at), before.get(at.id.as_str()).cloned().unwrap_or_default());
            if whole.is_zero() && earlier.is_zero() {
                continue;
            }
            let key = (at.currency.code().to_owned(), at.currency.exponent());
            parts.entry(key).or_default().push(Line {
                at,
                kind: types.of(&at.ledger_id, &at.ledger_name),
                whole,
                earlier,
            });
        }
        let part = |((code, exponent), lines): ((String, u8), Vec<Line<'_>>)| match request.kind {
            FinancialKind::BalanceSheet => sheet(code, exponent, &lines),
            FinancialKind::ProfitAndLoss => result(code, exponent, &lines),
        };
        let parts = parts.into_iter().map(part).filter(|part| !part.sections.is_empty());
        Ok(FinancialReport {
            kind: request.kind,
            book: book.name,
            from: from.to_string(),
            to: to.to_string(),
            currencies: parts.collect(),
        })
    }

    /// Writes a report to a file, whole or not at all; says how many lines it has.
    ///
    /// # Errors
    /// As [`Engine::financial_report`]; [`EngineError::File`] if it cannot be written.
    pub async fn financial_export(
        &self,
        request: FinancialRequest,
        format: ReportFormat,
        path: &Path,
    ) -> EngineResult<u64> {
        let report = self.financial_report(request).await?;
        let bytes = bytes(format, || tables(&report), || pages(&report, self.clock.now()))?;
        write(path, &bytes)?;
        let sections = report.currencies.iter().flat_map(|part| &part.sections);
        Ok(sections.map(|section| section.rows.len() as u64).sum())
    }
}

/// One balance: what came in less what went out, up to the last day and up to the day before the first.
struct Line<'a> {
    at: &'a BalanceAt,
    kind: Option<AccountType>,
    whole: Amount,
    earlier: Amount,
}

fn net(at: &BalanceAt) -> Amount {
    &at.credit - &at.debit
}

/// The start of the fiscal year that `day` lies in; a start on 29 February is the 28th in other years.
fn year_start(start: &str, day: Date) -> Date {
    let parts: Vec<i8> = start.split('-').filter_map(|part| part.parse().ok()).collect();
    let [month, of_month] = parts[..] else { return jiff::civil::date(day.year(), 1, 1) };
    let of_year = |year: i16| {
        Date::new(year, month, of_month)
            .or_else(|_| Date::new(year, month, of_month - 1))
            .unwrap_or_else(|_| jiff::civil::date(year, 1, 1))
    };
    let this = of_year(day.year());
    if this <= day { this } else { of_year(day.year() - 1) }
}

/// An amount as its type shows it: above zero on its normal side.
fn shown(kind: Option<AccountType>, amount: &Amount) -> Amount {
    match kind.map(AccountType::normal_side) {
        Some(Side::Credit) => amount.clone(),
        // Ledgers without a type stand among what the assets came from.
        Some(Side::Debit) | None => -amount,
    }
}

fn section(kind: Option<AccountType>, rows: Vec<(FinancialRow, Amount)>) -> Option<FinancialSection> {
    if rows.is_empty() {
        return None;
    }
    let title = match kind {
        Some(AccountType::Asset) => "Assets",
        Some(AccountType::Liability) => "Liabilities",
        Some(AccountType::Equity) => "Equity",
        Some(AccountType::Income) => "Income",
        Some(AccountType::Expense) => "Expenses",
        None => "Without a type",
    };
    Some(FinancialSection {
        kind: kind.map_or_else(|| "untyped".to_owned(), word),
        title: title.into(),
        total: rows.iter().map(|(_, amount)| amount).sum::<Amount>().to_string(),
        rows: rows.into_iter().map(|(row, _)| row).collect(),
    })
}

fn rows(
    lines: &[Line<'_>],
    kind: Option<AccountType>,
    of: impl Fn(&Line<'_>) -> Amount,
) -> Vec<(FinancialRow, Amount)> {
    let of_kind = lines.iter().filter(|line| line.kind == kind);
    let with_amount = of_kind.map(|line| (line, shown(kind, &of(line)))).filter(|(_, amount)| !amount.is_zero());
    with_amount
        .map(|(line, amount)| {
            let row = FinancialRow {
                balance_id: Some(line.at.id.clone()),
                ledger: line.at.ledger_name.clone(),
                name: line.at.name.clone(),
                amount: amount.to_string(),
            };
            (row, amount)
        })
        .collect()
}

/// Income less expenses.
fn earned(lines: &[Line<'_>], of: impl Fn(&Line<'_>) -> Amount) -> Amount {
    let of_result = lines.iter().filter(|line| line.kind.is_some_and(|kind| !kind.is_on_balance_sheet()));
    -&of_result.map(of).sum::<Amount>()
}

fn sheet(currency: String, exponent: u8, lines: &[Line<'_>]) -> FinancialPart {
    let (before, whole) = (earned(lines, |line| line.earlier.clone()), earned(lines, |line| line.whole.clone()));
    let this_year = &whole - &before;
    let whole_of = |line: &Line<'_>| line.whole.clone();
    let mut equity = rows(lines, Some(AccountType::Equity), whole_of);
    for (name, amount) in [("Result of earlier years", before), ("Result of this year", this_year)] {
        if !amount.is_zero() {
            let row = FinancialRow {
                balance_id: None,
                ledger: "Equity".into(),
                name: name.into(),
                amount: amount.to_string(),
            };
            equity.push((row, amount));
        }
    }
    let sum = |rows: &[(FinancialRow, Amount)]| rows.iter().map(|(_, amount)| amount).sum::<Amount>();
    let assets = rows(lines, Some(AccountType::Asset), whole_of);
    let liabilities = rows(lines, Some(AccountType::Liability), whole_of);
    let untyped = rows(lines, None, whole_of);
    let ties = sum(&assets) == &(&sum(&liabilities) + &sum(&equity)) + &sum(&untyped);
    let sections = [
        (Some(AccountType::Asset), assets),
        (Some(AccountType::Liability), liabilities),
        (Some(AccountType::Equity), equity),
        (None, untyped),
    ];
    let sections = sections.into_iter().filter_map(|(kind, rows)| section(kind, rows)).collect();
    FinancialPart { currency, exponent, sections, result: whole.to_string(), ties }
}

fn result(currency: String, exponent: u8, lines: &[Line<'_>]) -> FinancialPart {
    let within = |line: &Line<'_>| &line.whole - &line.earlier;
    let kinds = [Some(AccountType::Income), Some(AccountType::Expense)];
    let sections = kinds.into_iter().filter_map(|kind| section(kind, rows(lines, kind, within))).collect();
    FinancialPart { currency, exponent, sections, result: earned(lines, within).to_string(), ties: true }
}

/// On paper, a table for each currency: sections under their names, with sums.
fn pages(report: &FinancialReport, made: Timestamp) -> EngineResult<(Paper, Vec<Sheet>)> {
    let sheet = report.kind == FinancialKind::BalanceSheet;
    let mut sheets = Vec::with_capacity(report.currencies.len());
    for part in &report.currencies {
        let name = if report.currencies.len() > 1 { part.currency.clone() } else { String::new() };
        let head = ["Ledger", "Balance", part.currency.as_str()].map(str::to_owned).to_vec();
        let note = match (sheet, part.ties) {
            (false, _) => "",
            (true, true) => "Assets equal what they came from.",
            (true, false) => "Assets DIFFER from what they came from: check the book.",
        };
        sheets.push(Sheet { name, head, rows: printed(part, sheet)?, note: note.to_owned() });
    }
    let (title, period) = match report.kind {
        FinancialKind::BalanceSheet => ("Balance sheet", format!("At the end of {}", report.to)),
        FinancialKind::ProfitAndLoss => ("Profit and loss", format!("{} to {}", report.from, report.to)),
    };
    let currency = in_currencies(report.currencies.iter().map(|part| part.currency.as_str()));
    Ok((paper(&report.book, title, period, currency, made), sheets))
}

/// The lines of one currency. A balance sheet ends twice: with its assets, and with what they came from.
fn printed(part: &FinancialPart, sheet: bool) -> EngineResult<Vec<(reports::Line, Vec<Cell>)>> {
    let sum = |line, words: &str, minor: &str| -> EngineResult<_> {
        Ok((line, vec![text(words), text(""), amount(minor, part.exponent)?]))
    };
    let mut rows = Vec::new();
    let mut came_from = Amount::ZERO;
    for section in &part.sections {
        rows.push((reports::Line::Group, vec![text(&section.title)]));
        for row in &section.rows {
            let cells = vec![text(&row.ledger), text(&row.name), amount(&row.amount, part.exponent)?];
            rows.push((reports::Line::Plain, cells));
        }
        let words = format!("Total {}", section.title.to_lowercase());
        let is_end = sheet && section.kind == "asset";
        rows.push(sum(if is_end { reports::Line::Total } else { reports::Line::Subtotal }, &words, &section.total)?);
        if sheet && !is_end {
            came_from += &section.total.parse().map_err(|error| StoreError::damaged("report", error))?;
        }
    }
    if sheet {
        rows.push(sum(reports::Line::Total, "Total liabilities and equity", &came_from.to_string())?);
    } else {
        let words = if part.result.starts_with('-') { "Loss" } else { "Profit" };
        rows.push(sum(reports::Line::Total, words, &part.result)?);
    }
    Ok(rows)
}

fn tables(report: &FinancialReport) -> EngineResult<Vec<Table>> {
    let title = match report.kind {
        FinancialKind::BalanceSheet => "Balance sheet",
        FinancialKind::ProfitAndLoss => "Profit and loss",
    };
    let mut about = vec![vec![text("Book"), text(&report.book)]];
    if report.kind == FinancialKind::ProfitAndLoss {
        about.push(vec![text("From"), text(&report.from)]);
    }
    about.push(vec![text("To"), text(&report.to)]);
    let mut lines = Vec::new();
    for part in &report.currencies {
        for section in &part.sections {
            for row in &section.rows {
                lines.push(vec![
                    text(&section.title),
                    text(&row.ledger),
                    text(&row.name),
                    text(&part.currency),
                    amount(&row.amount, part.exponent)?,
                ]);
            }
            lines.push(vec![
                text(&section.title),
                text("Total"),
                text(""),
                text(&part.currency),
                amount(&section.total, part.exponent)?,
            ]);
        }
        let end = amount(&part.result, part.exponent)?;
        lines.push(vec![text("Result"), text(""), text(""), text(&part.currency), end]);
    }
    let head = ["Section", "Ledger", "Balance", "Currency", "Amount"];
    Ok(vec![table("About", &["Field", "Value"], about), table(title, &head, lines)])
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::year_start;

    #[test]
    fn a_fiscal_year_begins_on_its_day_or_the_year_before() {
        assert_eq!(year_start("01-01", date(2026, 11, 30)), date(2026, 1, 1));
        assert_eq!(year_start("07-01", date(2026, 6, 30)), date(2025, 7, 1));
        assert_eq!(year_start("07-01", date(2026, 7, 1)), date(2026, 7, 1));
        assert_eq!(year_start("02-29", date(2027, 3, 1)), date(2027, 2, 28));
        assert_eq!(year_start("", date(2026, 5, 5)), date(2026, 1, 1));
    }
}
