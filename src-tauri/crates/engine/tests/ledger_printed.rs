//! Reports on paper, read back from their files.

use std::path::PathBuf;

use engine::api::book::Chart;
use engine::api::financial::{FinancialKind, FinancialRequest};
use engine::api::page::ListQuery;
use engine::api::statements::ReportFormat;
use engine::api::transactions::{ExportColumn, PostRequest, TransactionsExport};
use lopdf::Document;

use crate::recon_support::Bank;
use crate::support::{TestBook, transfer};

/// The texts of a PDF, pages apart.
pub fn read(bytes: &[u8]) -> Vec<String> {
    let document = Document::load_mem(bytes).unwrap();
    let numbers: Vec<u32> = document.get_pages().into_keys().collect();
    let page = |number| document.extract_text(&[number]).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    numbers.into_iter().map(page).collect()
}

fn read_file(path: &PathBuf) -> String {
    read(&std::fs::read(path).unwrap()).join(" ")
}

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} in {page}");
    }
}

/// A company with money from two currencies.
async fn company() -> TestBook {
    let book = TestBook::with_chart(Chart::SmallCompany).await;
    let rows = book.engine.balances_page(ListQuery { limit: 100, ..ListQuery::default() }).await.unwrap().rows;
    let id = |name: &str| rows.iter().find(|row| row.name == name).unwrap().id.clone();
    for (reference, from, to, amount) in [
        ("CAP", "Capital", "Operating account", "123456789"),
        ("SALE", "Sales", "Operating account", "50000"),
        ("RENT", "Operating account", "Rent", "12345"),
    ] {
        book.transfer(reference, &id(from), &id(to), amount).await.unwrap();
    }
    book
}

#[tokio::test]
async fn a_trial_balance_is_printed_by_currency_with_its_proof() {
    let book = company().await;
    let yen = book.balance("Tokyo", "JPY").await;
    book.fund(&yen, "JPY", "1284000").await;
    let path = book.folder.path().join("trial.pdf");
    book.engine.trial_export(Some("2026-11-19"), ReportFormat::Pdf, &path).await.unwrap();
    let said = read_file(&path);
    has(&said, &["Test", "Trial balance", "At the end of 2026-11-19", "Amounts in EUR and JPY", "Operating account"]);
    has(&said, &["1,234,944.44", "Total EUR", "1,235,067.89", "Total JPY", "1,284,000", "Page 1 of 1"]);
    has(&said, &["Debit and credit are equal.", "Made 2026-11-19 10:24 UTC by Tieout"]);
    let again = book.folder.path().join("again.pdf");
    book.engine.trial_export(Some("2026-11-19"), ReportFormat::Pdf, &again).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap(), "the clock stood still");
}

#[tokio::test]
async fn a_balance_sheet_and_a_profit_and_loss_end_in_their_sums() {
    let book = company().await;
    let path = book.folder.path().join("sheet.pdf");
    let request = |kind| FinancialRequest { kind, from: None, to: Some("2026-11-19".into()) };
    book.engine.financial_export(request(FinancialKind::BalanceSheet), ReportFormat::Pdf, &path).await.unwrap();
    let said = read_file(&path);
    has(&said, &["Balance sheet", "Assets", "Total assets 1,234,944.44", "Result of this year 376.55"]);
    has(&said, &["Total equity 1,234,944.44", "Total liabilities and equity 1,234,944.44"]);
    has(&said, &["Assets equal what they came from."]);
    book.engine.financial_export(request(FinancialKind::ProfitAndLoss), ReportFormat::Pdf, &path).await.unwrap();
    let said = read_file(&path);
    has(&said, &["2026-01-01 to 2026-11-19", "Total income 500.00", "Total expenses 123.45", "Profit 376.55"]);
}

#[tokio::test]
async fn a_register_is_written_in_every_form_with_its_running_balance() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100000").await;
    for (reference, amount, day) in
        [("R-1", "2500", "2026-11-10"), ("R-2", "1", "2026-11-12"), ("R-3", "30", "2026-11-14")]
    {
        let request = PostRequest { effective_date: Some(day.into()), ..transfer(reference, &shop, &bank, amount) };
        book.engine.post(PostRequest { allow_overdraft: true, ..request }).await.unwrap();
    }
    let path = |ending: &str| book.folder.path().join(format!("register.{ending}"));
    let days = [Some("2026-11-11"), Some("2026-11-19")];
    let csv = path("csv");
    assert_eq!(book.engine.register_export(&bank, days, ReportFormat::Csv, &csv).await.unwrap(), 3);
    let text = std::fs::read_to_string(&csv).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Date,Reference,Description,Other side,Currency,In,Out,Balance");
    assert_eq!(lines[1], "2026-11-12,R-2,,Shop,EUR,0.01,,25.01");
    assert_eq!(lines[2], "2026-11-14,R-3,,Shop,EUR,0.30,,25.31");
    assert!(lines[3].ends_with(",EUR,1000.00,,1025.31") && lines.len() == 4, "{text}");
    let pdf = path("pdf");
    assert_eq!(book.engine.register_export(&bank, days, ReportFormat::Pdf, &pdf).await.unwrap(), 3);
    let said = read_file(&pdf);
    has(&said, &["Register of Bank", "2026-11-11 to 2026-11-19", "Assets/Bank, amounts in EUR", "R-2 Shop 0.01 25.01"]);
    has(&said, &["Total 1,000.31 0.00 1,025.31"]);
    book.engine.register_export(&bank, [None, None], ReportFormat::Xlsx, &path("xlsx")).await.unwrap();
    let wrong = book.engine.register_export(&bank, [Some("soon"), None], ReportFormat::Csv, &csv).await.unwrap_err();
    assert_eq!(wrong.code(), "INVALID_INPUT");
}

#[tokio::test]
async fn more_entries_than_a_page_of_the_engine_are_all_in_the_register() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100000").await;
    for number in 0..520 {
        book.transfer(&format!("R-{number:03}"), &bank, &shop, "1").await.unwrap();
    }
    let path = book.folder.path().join("register.pdf");
    assert_eq!(book.engine.register_export(&shop, [None, None], ReportFormat::Pdf, &path).await.unwrap(), 520);
    let said = read_file(&path);
    for number in 0..520 {
        assert_eq!(said.matches(&format!("R-{number:03}")).count(), 1, "{number}");
    }
    has(&said, &["Total 5.20 0.00 5.20"]);
}

#[tokio::test]
async fn a_list_of_transactions_is_printed() {
    let book = company().await;
    let path = book.folder.path().join("list.pdf");
    let request = TransactionsExport {
        query: ListQuery::default(),
        columns: vec![ExportColumn::Date, ExportColumn::Reference, ExportColumn::Way, ExportColumn::Amount],
        format: ReportFormat::Pdf,
        path: path.display().to_string(),
        job: "job_export".into(),
    };
    assert_eq!(book.engine.transactions_export(request, None).await.unwrap().rows, 3);
    let said = read_file(&path);
    has(&said, &["Transactions", "3 transactions", "CAP Capital Operating account 1,234,567.89 EUR"]);
}

#[tokio::test]
async fn the_reconciliation_report_is_printed() {
    let bank = Bank::new().await;
    let statement = bank.october().await;
    let bytes = bank.book.engine.report_bytes(&statement, None, ReportFormat::Pdf).await.unwrap();
    let said = read(&bytes).join(" ");
    let report = bank.book.engine.report(&statement, None).await.unwrap();
    has(&said, &[&format!("Reconciliation of {}", report.balance_name), "Statement proof", "Adjusted bank balance"]);
    has(&said, &["A. Lines not matched", "Who did what", &report.file_sha256[..16]]);
    assert_eq!(bytes, bank.book.engine.report_bytes(&statement, None, ReportFormat::Pdf).await.unwrap());
}
