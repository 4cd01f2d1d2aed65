//! Balance sheet, profit and loss, and the types of ledgers.

use engine::api::book::Chart;
use engine::api::financial::{FinancialKind, FinancialPart, FinancialRequest};
use engine::api::ledgers::BalanceRow;
use engine::api::page::ListQuery;
use engine::api::transactions::PostRequest;

use crate::support::{TestBook, transfer};

struct Company {
    book: TestBook,
    balances: Vec<BalanceRow>,
}

async fn company() -> Company {
    let book = TestBook::with_chart(Chart::SmallCompany).await;
    let balances = book.engine.balances_page(ListQuery { limit: 100, ..ListQuery::default() }).await.unwrap().rows;
    Company { book, balances }
}

impl Company {
    fn id(&self, name: &str) -> &str {
        &self.balances.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name}")).id
    }

    async fn post(&self, from: &str, to: &str, amount: &str, day: &str) {
        let request = PostRequest {
            effective_date: Some(day.into()),
            allow_overdraft: true,
            ..transfer("", self.id(from), self.id(to), amount)
        };
        self.book.engine.post(request).await.unwrap();
    }

    async fn report(&self, kind: FinancialKind, from: Option<&str>, to: &str) -> FinancialPart {
        let request = FinancialRequest { kind, from: from.map(str::to_owned), to: Some(to.into()) };
        let mut report = self.book.engine.financial_report(request).await.unwrap();
        assert_eq!(report.currencies.len(), 1);
        report.currencies.remove(0)
    }
}

/// Kind, lines with their amounts, and total.
type Section<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

fn told(part: &FinancialPart) -> Vec<Section<'_>> {
    part.sections
        .iter()
        .map(|section| {
            let rows = section.rows.iter().map(|row| (row.name.as_str(), row.amount.as_str())).collect();
            (section.kind.as_str(), rows, section.total.as_str())
        })
        .collect()
}

/// A year and a half of a small company; every figure below is added up by hand.
async fn worked() -> Company {
    let company = company().await;
    for (from, to, amount, day) in [
        ("Capital", "Operating account", "100000", "2025-03-01"),
        ("Sales", "Trade debtors", "5000", "2025-06-01"),
        ("Operating account", "Rent", "3000", "2025-12-31"),
        ("Sales", "Operating account", "2000", "2026-01-01"),
        ("Trade debtors", "Operating account", "4000", "2026-02-01"),
        ("Trade creditors", "Purchases", "700", "2026-03-01"),
        ("Operating account", "Sales", "100", "2026-04-01"),
    ] {
        company.post(from, to, amount, day).await;
    }
    company
}

#[tokio::test]
async fn the_balance_sheet_ties_and_tells_this_year_from_the_years_before() {
    let company = worked().await;
    let sheet = company.report(FinancialKind::BalanceSheet, None, "2026-06-30").await;
    assert!(sheet.ties);
    assert_eq!(
        told(&sheet),
        [
            ("asset", vec![("Operating account", "102900"), ("Trade debtors", "1000")], "103900"),
            ("liability", vec![("Trade creditors", "700")], "700"),
            (
                "equity",
                vec![("Capital", "100000"), ("Result of earlier years", "2000"), ("Result of this year", "1200")],
                "103200"
            ),
        ]
    );
    assert_eq!(sheet.result, "3200");
    // At the end of the year before, its result is that of this year.
    let sheet = company.report(FinancialKind::BalanceSheet, None, "2025-12-31").await;
    assert_eq!(told(&sheet)[1], ("equity", vec![("Capital", "100000"), ("Result of this year", "2000")], "102000"));
    assert!(sheet.ties);
}

#[tokio::test]
async fn profit_and_loss_counts_its_days_only() {
    let company = worked().await;
    let whole = company.report(FinancialKind::ProfitAndLoss, Some("2025-01-01"), "2026-12-31").await;
    assert_eq!(
        told(&whole),
        [
            ("income", vec![("Sales", "6900")], "6900"),
            ("expense", vec![("Purchases", "700"), ("Rent", "3000")], "3700"),
        ]
    );
    assert_eq!(whole.result, "3200");
    let year = company.report(FinancialKind::ProfitAndLoss, None, "2026-03-31").await;
    assert_eq!(
        told(&year),
        [("income", vec![("Sales", "2000")], "2000"), ("expense", vec![("Purchases", "700")], "700")]
    );
    assert_eq!(year.result, "1300");
    let day = company.report(FinancialKind::ProfitAndLoss, Some("2026-04-01"), "2026-04-01").await;
    assert_eq!((told(&day), day.result.as_str()), (vec![("income", vec![("Sales", "-100")], "-100")], "-100"));
    for (from, to) in [("2026-02-01", "2026-01-31"), ("soon", "2026-01-31")] {
        let request =
            FinancialRequest { kind: FinancialKind::ProfitAndLoss, from: Some(from.into()), to: Some(to.into()) };
        assert_eq!(company.book.engine.financial_report(request).await.unwrap_err().code(), "INVALID_INPUT");
    }
}

#[tokio::test]
async fn a_ledger_without_a_type_is_shown_until_it_has_one() {
    let company = worked().await;
    let engine = &company.book.engine;
    company.book.fund(company.id("Operating account"), "EUR", "50").await;
    let till = engine.ledger_create("Till").await.unwrap();
    assert_eq!(till.account_type, None);
    let sheet = company.report(FinancialKind::BalanceSheet, None, "2026-12-31").await;
    assert_eq!(told(&sheet)[3], ("untyped", vec![("@opening", "50")], "50"));
    assert!(sheet.ties, "what has no type is not left out");
    let general = engine.ledgers_list().await.unwrap().into_iter().find(|row| row.name == "General ledger").unwrap();
    assert_eq!(
        engine.ledger_type_set(&general.id, Some("equity")).await.unwrap().account_type.as_deref(),
        Some("equity")
    );
    let sheet = company.report(FinancialKind::BalanceSheet, None, "2026-12-31").await;
    assert_eq!(told(&sheet)[2].1[0], ("Capital", "100000"));
    assert!(told(&sheet)[2].1.contains(&("@opening", "50")) && told(&sheet).len() == 3 && sheet.ties);
    assert_eq!(engine.ledger_type_set(&general.id, None).await.unwrap().account_type, None);
    assert_eq!(engine.ledger_type_set(&general.id, Some("money")).await.unwrap_err().code(), "INVALID_INPUT");
    assert_eq!(engine.ledger_type_set("ldg_none", Some("asset")).await.unwrap_err().code(), "NOT_FOUND");
    let bank = engine.ledgers_list().await.unwrap().into_iter().find(|row| row.name == "Assets/Bank").unwrap();
    assert_eq!(bank.account_type.as_deref(), Some("asset"), "its name says it");
}

#[tokio::test]
async fn both_are_written_as_tables() {
    use engine::api::statements::ReportFormat;
    let company = worked().await;
    let path = company.book.folder.path().join("sheet.csv");
    let request = FinancialRequest { kind: FinancialKind::BalanceSheet, from: None, to: Some("2026-06-30".into()) };
    assert_eq!(company.book.engine.financial_export(request.clone(), ReportFormat::Csv, &path).await.unwrap(), 6);
    let csv = std::fs::read_to_string(&path).unwrap();
    assert!(
        csv.contains("Assets,Assets/Bank,Operating account,EUR,1029.00") && csv.contains("Result of this year"),
        "{csv}"
    );
    let path = company.book.folder.path().join("sheet.xlsx");
    company.book.engine.financial_export(request, ReportFormat::Xlsx, &path).await.unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() > 1_000);
}
