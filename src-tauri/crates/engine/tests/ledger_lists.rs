//! Lists: filters, orders, and a list as a file.

use std::sync::Mutex;

use engine::api::ledgers::{BalanceUpdate, NewBalanceRequest};
use engine::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
use engine::api::statements::ReportFormat;
use engine::api::transactions::{CommitItem, ExportColumn, PostRequest, TransactionsExport};

use crate::support::{TestBook, transfer};

fn by(field: &str, test: FilterTest, values: &[&str]) -> ListQuery {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    ListQuery {
        limit: 10,
        conditions: vec![FilterCondition { field: field.into(), test, values }],
        ..ListQuery::default()
    }
}

async fn references(book: &TestBook, query: ListQuery) -> Vec<String> {
    let mut found: Vec<_> =
        book.engine.transactions_page(query).await.unwrap().rows.into_iter().map(|row| row.reference).collect();
    found.sort();
    found
}

/// A bank with money, a shop, and three holds: two that expire and one that does not.
async fn book_with_holds() -> (TestBook, String, String) {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Operating", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100000").await;
    for (reference, expires_at) in
        [("soon", Some("2026-11-20T12:00:00Z")), ("later", Some("2026-12-01T00:00:00Z")), ("never", None)]
    {
        let expires_at = expires_at.map(str::to_owned);
        let request = PostRequest { hold: true, expires_at, ..transfer(reference, &bank, &shop, "1000") };
        book.engine.post(request).await.unwrap();
    }
    (book, bank, shop)
}

#[tokio::test]
async fn holds_are_found_by_when_they_expire() {
    let (book, _, _) = book_with_holds().await;
    for (test, values, expected) in [
        (FilterTest::AtMost, vec!["2026-11-20T12:00:00Z"], vec!["soon"]),
        (FilterTest::AtLeast, vec!["2026-11-20T12:00:00.000001Z"], vec!["later"]),
        (FilterTest::AtLeast, vec!["2026-11-01T00:00:00Z"], vec!["later", "soon"]),
        (FilterTest::Between, vec!["2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z"], vec!["soon"]),
        (FilterTest::Is, vec!["2026-12-01T01:00:00+01:00"], vec!["later"]),
        (FilterTest::IsNot, vec!["2026-12-01T00:00:00Z"], vec!["soon"]),
    ] {
        assert_eq!(references(&book, by("expires", test, &values)).await, expected, "{test:?} {values:?}");
        // The sums are of the same rows.
        let sums = book.engine.transactions_totals(by("expires", test, &values)).await.unwrap();
        assert_eq!(sums[0].count, expected.len() as u64);
    }
    assert!(book.engine.transactions_page(by("expires", FilterTest::AtMost, &["soon"])).await.is_err());
}

#[tokio::test]
async fn decided_holds_stand_by_their_decisions() {
    let (book, _, _) = book_with_holds().await;
    let page = |query: ListQuery| book.engine.transactions_page(query);
    for (reference, at) in [("later", "2026-11-19T12:00:00Z"), ("soon", "2026-11-19T12:05:00Z")] {
        book.clock.set(at.parse().unwrap());
        let id = page(by("reference", FilterTest::Is, &[reference])).await.unwrap().rows[0].id.clone();
        book.engine.holds_commit(vec![CommitItem { id, ..CommitItem::default() }]).await.unwrap();
    }
    let sort = vec![SortKey { field: "closed".into(), descending: true }];
    let decided = ListQuery { sort, ..by("state", FilterTest::Is, &["committed"]) };
    let rows = page(decided).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| &*row.reference).collect::<Vec<_>>(), ["soon", "later"]);
}

#[tokio::test]
async fn balances_of_one_name_stand_by_currency() {
    let book = TestBook::new().await;
    for currency in ["USD", "EUR", "JPY"] {
        book.balance("Sales", currency).await;
    }
    let sorted = vec![SortKey { field: "name".into(), descending: true }];
    for sort in [Vec::new(), sorted] {
        let query = ListQuery { limit: 10, sort, text: Some("Sales".into()), ..ListQuery::default() };
        let page = book.engine.balances_page(query).await.unwrap();
        let currencies: Vec<_> = page.rows.iter().map(|row| row.currency.as_str()).collect();
        assert_eq!(currencies, ["EUR", "JPY", "USD"]);
    }
}

fn export(book: &TestBook, query: ListQuery, format: ReportFormat) -> TransactionsExport {
    let path = book.folder.path().join("list.out").display().to_string();
    let columns = vec![ExportColumn::Reference, ExportColumn::Way, ExportColumn::Amount, ExportColumn::State];
    TransactionsExport { query, columns, format, path, job: "job_export".into() }
}

#[tokio::test]
async fn a_filtered_list_is_written_whole_and_in_its_order() {
    let (book, bank, shop) = book_with_holds().await;
    let spiked = PostRequest { reference: "=1+1".into(), ..transfer("", &bank, &shop, "205") };
    book.engine.post(spiked).await.unwrap();
    let query = ListQuery {
        sort: vec![SortKey { field: "amount".into(), descending: false }],
        ..by("balance", FilterTest::Is, &[&shop])
    };
    let told = Mutex::new(Vec::new());
    let progress = |step: engine::api::book::JobProgress| {
        told.lock().unwrap().push((step.done, step.total));
        true
    };
    let request = export(&book, ListQuery { limit: 1, offset: 3, ..query }, ReportFormat::Csv);
    let done = book.engine.transactions_export(request, Some(&progress)).await.unwrap();
    assert_eq!(done.rows, 4);
    assert_eq!(told.into_inner().unwrap().first(), Some(&(0, 4)));
    let text = std::fs::read_to_string(&done.path).unwrap();
    assert_eq!(
        text,
        "Reference,From,To,Amount,Currency,State\r\n\
         '=1+1,Operating,Shop,2.05,EUR,Applied\r\n\
         soon,Operating,Shop,10.00,EUR,Held\r\n\
         later,Operating,Shop,10.00,EUR,Held\r\n\
         never,Operating,Shop,10.00,EUR,Held\r\n"
    );
    // A hold counts for the days of its commits, whatever day it was dated.
    let held = by("reference", FilterTest::Is, &["soon", "later", "=1+1"]);
    let rows = book.engine.transactions_page(held.clone()).await.unwrap().rows;
    let soon = rows.iter().find(|row| row.reference == "soon").unwrap().id.clone();
    let part =
        CommitItem { id: soon, amount: Some("400".into()), date: Some("2026-11-20".into()), ..CommitItem::default() };
    book.engine.holds_commit(vec![part]).await.unwrap();
    let rows = book.engine.transactions_page(held.clone()).await.unwrap().rows;
    let days: Vec<_> = rows.iter().map(|row| (&*row.reference, row.booked_on.as_deref())).collect();
    assert!(days.contains(&("soon", Some("2026-11-20"))) && days.contains(&("later", None)), "{days:?}");
    let columns = vec![ExportColumn::Reference, ExportColumn::Date, ExportColumn::Booked];
    let request = TransactionsExport { columns, ..export(&book, held, ReportFormat::Csv) };
    let done = book.engine.transactions_export(request, None).await.unwrap();
    let text = std::fs::read_to_string(&done.path).unwrap();
    assert!(text.starts_with("Reference,Date,Booked on\r\n"), "{text}");
    assert!(text.contains("soon,2026-11-19,2026-11-20\r\n"), "{text}");
    assert!(text.contains("later,2026-11-19,\r\n"), "{text}");
    let sheet = book.engine.transactions_export(export(&book, ListQuery::default(), ReportFormat::Xlsx), None).await;
    assert_eq!(sheet.unwrap().rows, 5);
    assert_eq!(&std::fs::read(&done.path).unwrap()[..4], b"PK\x03\x04");
}

#[tokio::test]
async fn a_cancelled_or_refused_export_leaves_the_folder_as_it_was() {
    let (book, _, _) = book_with_holds().await;
    let request = export(&book, ListQuery::default(), ReportFormat::Csv);
    std::fs::write(&request.path, b"kept").unwrap();
    let names = || {
        let all = std::fs::read_dir(book.folder.path()).unwrap();
        all.map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    let cancel = |_: engine::api::book::JobProgress| false;
    let refused = book.engine.transactions_export(request.clone(), Some(&cancel)).await.unwrap_err();
    assert_eq!(refused.code(), "CANCELLED");
    // The writer hears of it a moment later.
    for _ in 0..100 {
        if names() == before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!((names(), std::fs::read(&request.path).unwrap().as_slice()), (before, b"kept".as_slice()));
    let missing = book.folder.path().join("missing/list.csv").display().to_string();
    let refused = book.engine.transactions_export(TransactionsExport { path: missing, ..request }, None).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "FILE");
    assert!(refused.sentence().ends_with("the folder does not exist. Nothing was written."), "{}", refused.sentence());
}

#[tokio::test]
async fn a_ledger_has_no_two_balances_of_one_name_and_currency() {
    let book = TestBook::new().await;
    let bank = book.balance("Operating", "EUR").await;
    book.balance("Operating", "USD").await;
    let other = book.balance("Reserve", "EUR").await;
    let request = NewBalanceRequest {
        ledger_id: book.ledger.clone(),
        name: " Operating ".into(),
        currency: "eur".into(),
        exponent: None,
        account_number: None,
        reconcilable: false,
        below_zero: false,
    };
    let refused = book.engine.balance_create(request.clone()).await.unwrap_err();
    assert_eq!(refused.body().fields[0].field, "name");
    assert!(
        refused.sentence().contains("Assets/Bank has a balance called Operating in EUR already"),
        "{}",
        refused.sentence()
    );
    let elsewhere = book.engine.ledger_create("Assets/Till").await.unwrap().id;
    book.engine.balance_create(NewBalanceRequest { ledger_id: elsewhere, ..request }).await.unwrap();
    let rename = |id: &str, name: &str| BalanceUpdate {
        id: id.to_owned(),
        name: name.into(),
        account_number: None,
        reconcilable: true,
        pinned: true,
        below_zero: None,
    };
    assert!(book.engine.balance_update(rename(&other, "Operating")).await.is_err());
    // Its own name is no other balance's.
    book.engine.balance_update(rename(&bank, "Operating")).await.unwrap();
}
