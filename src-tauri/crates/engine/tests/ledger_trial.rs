//! The trial balance by account, now and as of any day.

use engine::api::statements::ReportFormat;
use engine::api::transactions::PostRequest;

use crate::support::{TestBook, transfer};

#[tokio::test]
async fn every_balance_stands_on_its_side_and_each_currency_ties() {
    let book = TestBook::new().await;
    let (bank, rent) = (book.balance("Bank", "EUR").await, book.claim("Rent").await);
    let dollars = book.balance("Dollars", "USD").await;
    book.balance("Unused", "EUR").await;
    book.fund(&bank, "EUR", "100000").await;
    book.fund(&dollars, "USD", "700").await;
    for (reference, day, amount) in [("JAN", "2026-01-31", "1000"), ("FEB", "2026-02-28", "2000")] {
        let paid = PostRequest { effective_date: Some(day.into()), ..transfer(reference, &bank, &rent, amount) };
        book.engine.post(paid).await.unwrap();
    }
    // A hold moves nothing yet.
    book.engine.post(PostRequest { hold: true, ..transfer("HELD", &bank, &rent, "5") }).await.unwrap();

    let now = book.engine.trial_report(None).await.unwrap();
    let told = |report: &engine::api::trial::TrialReport| -> Vec<String> {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let line = |row: &engine::api::trial::TrialAccount| {
            format!(
                "{} {} {}/{} {} {}",
                row.name,
                row.currency,
                row.money_in,
                row.money_out,
                side(&row.debit),
                side(&row.credit)
            )
        };
        report.rows.iter().map(line).collect()
    };
    assert_eq!(
        told(&now),
        [
            "Bank EUR 100000/3000 97000 -",
            "Dollars USD 700/0 700 -",
            "Rent EUR 3000/0 3000 -",
            "@opening EUR 0/100000 - 100000",
            "@opening USD 0/700 - 700",
        ]
    );
    assert_eq!(now.empty, 1);
    for total in &now.totals {
        assert!(total.ties, "{total:?}");
        assert_eq!((&total.debit, &total.money_in), (&total.credit, &total.money_out), "{total:?}");
    }
    let then = book.engine.trial_report(Some("2026-02-27")).await.unwrap();
    assert_eq!(told(&then), ["Bank EUR 0/1000 - 1000", "Rent EUR 1000/0 1000 -"], "February was not over");
    assert!(then.totals.iter().all(|total| total.ties));
    assert!(book.engine.trial_report(Some("2025-12-31")).await.unwrap().rows.is_empty());
    assert!(book.engine.trial_report(Some("soon")).await.is_err());
    let last = book.engine.trial_report(Some("2026-11-19")).await.unwrap();
    assert_eq!(told(&last), told(&now), "the sum of all days is what is stored");
}

#[tokio::test]
async fn amounts_of_any_size_are_added_up_exactly() {
    let book = TestBook::new().await;
    let bank = book.balance("Bank", "EUR").await;
    let huge = "9".repeat(60);
    for _ in 0..3 {
        book.fund(&bank, "EUR", &huge).await;
    }
    let expected = format!("2{}7", "9".repeat(59));
    for day in [None, Some("2026-11-19")] {
        let report = book.engine.trial_report(day).await.unwrap();
        assert_eq!(report.totals[0].debit, expected);
        assert!(report.totals[0].ties);
    }
}

#[tokio::test]
async fn a_trial_balance_is_written_as_a_table() {
    let book = TestBook::new().await;
    let bank = book.balance("=Bank", "EUR").await;
    book.fund(&bank, "EUR", "123456").await;
    let path = book.folder.path().join("trial.csv");
    assert_eq!(book.engine.trial_export(None, ReportFormat::Csv, &path).await.unwrap(), 2);
    let text = std::fs::read_to_string(&path).unwrap();
    for part in ["Trial balance", "Ledger,Balance,Currency,In,Out,Debit,Credit", "1234.56", "Total,ties,EUR", "'=Bank"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    book.engine.trial_export(None, ReportFormat::Xlsx, &book.folder.path().join("trial.xlsx")).await.unwrap();
    let nowhere = book.folder.path().join("no/such/folder.csv");
    assert_eq!(book.engine.trial_export(None, ReportFormat::Csv, &nowhere).await.unwrap_err().code(), "FILE");
}
