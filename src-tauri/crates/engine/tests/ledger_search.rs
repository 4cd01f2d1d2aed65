//! Words over descriptions and the names of balances, and sums that must be the sums of the rows they stand under.

use engine::api::ledgers::BalanceUpdate;
use engine::api::page::{FilterCondition, FilterTest, ListQuery, MoneyTotal, SortKey};
use engine::api::transactions::{CommitItem, PostRequest};

use crate::raw::Raw;
use crate::support::{TestBook, transfer};

fn words(text: &str) -> ListQuery {
    ListQuery { limit: 50, text: Some(text.into()), ..ListQuery::default() }
}

fn every_day() -> ListQuery {
    let days = ["2000-01-01", "2100-01-01"].map(str::to_owned).to_vec();
    let conditions = vec![FilterCondition { field: "date".into(), test: FilterTest::Between, values: days }];
    ListQuery { conditions, ..ListQuery::default() }
}

async fn found(book: &TestBook, text: &str) -> Vec<String> {
    let mut found: Vec<_> =
        book.engine.transactions_page(words(text)).await.unwrap().rows.into_iter().map(|row| row.reference).collect();
    found.sort();
    found
}

async fn in_register(book: &TestBook, balance: &str, text: &str) -> Vec<String> {
    let page = book.engine.register_page(balance, words(text)).await.unwrap();
    assert_eq!(page.total, page.rows.len() as u64);
    page.rows.into_iter().map(|row| row.reference).collect()
}

#[tokio::test]
async fn words_are_found_in_descriptions_and_under_the_name_a_balance_has_now() {
    let book = TestBook::new().await;
    let (bank, shop, rent) =
        (book.balance("Operating", "EUR").await, book.claim("Corner shop").await, book.claim("Landlord").await);
    book.fund(&bank, "EUR", "1000").await;
    book.transfer("T-1", &bank, &shop, "10").await.unwrap();
    let gift = PostRequest { description: "Flowers from the kiosk".into(), ..transfer("T-2", &bank, &rent, "20") };
    book.engine.post(gift).await.unwrap();
    assert_eq!(found(&book, "corner").await, ["T-1"]);
    let update = BalanceUpdate {
        id: shop,
        name: "Harbour kiosk".into(),
        account_number: None,
        reconcilable: false,
        pinned: false,
        below_zero: None,
    };
    book.engine.balance_update(update).await.unwrap();
    assert!(found(&book, "corner").await.is_empty());
    assert_eq!(found(&book, "KIOSK").await, ["T-1", "T-2"]);
    assert_eq!(in_register(&book, &bank, "kiosk").await, ["T-2", "T-1"]);
    // The name of the register's own balance says nothing about its rows.
    assert!(in_register(&book, &bank, "Operating").await.is_empty());
    let sums = book.engine.transactions_totals(words("kiosk")).await.unwrap();
    assert_eq!((sums.len(), sums[0].count, sums[0].amount.as_str()), (1, 2, "30"));
}

/// Short amounts, one with 31 digits, two currencies, and a hold that is committed in part.
async fn mixed_book() -> TestBook {
    let book = TestBook::new().await;
    for currency in ["EUR", "JPY"] {
        let (from, to) = (book.balance("Operating", currency).await, book.balance("Reserve", currency).await);
        book.fund(&from, currency, &format!("1{}", "0".repeat(30))).await;
        for (number, amount) in
            ["7", "999999999999", "1000000000000", &format!("9{}", "1".repeat(27))].iter().enumerate()
        {
            let reference = format!("{currency}-{number}");
            let request = PostRequest { currency: currency.into(), ..transfer(&reference, &from, &to, amount) };
            book.engine.post(request).await.unwrap();
        }
        let reference = format!("{currency}-hold");
        let hold = PostRequest { hold: true, currency: currency.into(), ..transfer(&reference, &from, &to, "5000") };
        let held = book.engine.post(hold).await.unwrap();
        let part = CommitItem { id: held.family.id, amount: Some("1200".into()), ..CommitItem::default() };
        assert_eq!(book.engine.holds_commit(vec![part]).await.unwrap().failed, 0);
    }
    book
}

#[tokio::test]
async fn sums_under_a_filter_are_the_sums_of_everything_when_it_leaves_nothing_out() {
    let book = mixed_book().await;
    let sorted = |mut sums: Vec<MoneyTotal>| {
        sums.sort_by(|a, b| (&a.currency, &a.group).cmp(&(&b.currency, &b.group)));
        sums
    };
    let all = sorted(book.engine.transactions_totals(ListQuery::default()).await.unwrap());
    let filtered = sorted(book.engine.transactions_totals(every_day()).await.unwrap());
    assert_eq!(all, filtered);
    let told: Vec<_> =
        all.iter().map(|sum| (sum.currency.as_str(), sum.group.as_str(), sum.count, sum.amount.clone())).collect();
    // 10^30 + 9(1)^27 + 7 + 999,999,999,999 + 1,000,000,000,000 + 1,200 committed.
    let applied =
        (10_i128.pow(30) + format!("9{}", "1".repeat(27)).parse::<i128>().unwrap() + 2_000_000_000_006 + 1_200)
            .to_string();
    assert_eq!(
        told,
        [
            ("EUR", "applied", 6, applied.clone()),
            ("EUR", "held", 1, "3800".to_owned()),
            ("JPY", "applied", 6, applied),
            ("JPY", "held", 1, "3800".to_owned()),
        ]
    );
}

/// Every page of a list in both directions, beside the list cut by hand, with more rows than are read as a whole.
#[tokio::test]
async fn a_page_begins_where_the_one_before_ended_in_a_list_too_long_to_be_read_at_once() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Operating", "EUR").await, book.claim("Shop").await);
    book.fund(&bank, "EUR", "1").await;
    // Days of very different size: posting this many one by one would take minutes.
    let mut raw = Raw::of(&book).await;
    let file = format!(
        "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
         SELECT 'txn_' || i, 'APPLIED', 'R' || printf('%05d', i), s.key, d.key, CAST(i AS TEXT), 'EUR', 2, 'x',
                CASE WHEN i % 3 = 0 THEN '2026-03-01' ELSE date('2026-01-01', '+' || (i % 90) || ' days') END, i, 'Ada', x'00'
         FROM n, balance s, balance d WHERE s.id = '{bank}' AND d.id = '{shop}'"
    );
    let server = format!(
        "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, effective_date, created_at, actor, input_hash, words)
         SELECT 'txn_' || i, 'APPLIED', 'R' || lpad(i::text, 5, '0'), s.key, d.key, i, 'EUR', 2, 'x',
                CASE WHEN i % 3 = 0 THEN date '2026-03-01' ELSE date '2026-01-01' + (i % 90) END, i, 'Ada', ''::bytea, 'x'
         FROM generate_series(1, 25000) i, balance s, balance d WHERE s.id = '{bank}' AND d.id = '{shop}'"
    );
    let rows = raw.either(&file, &server);
    assert_eq!(raw.execute(rows).await.unwrap(), 25_000);
    let bounded = ["2026-01-15", "2026-03-25"].map(str::to_owned).to_vec();
    let condition = |field: &str, test, values| FilterCondition { field: field.into(), test, values };
    for conditions in [
        vec![condition("currency", FilterTest::Is, vec!["EUR".into()])],
        vec![condition("date", FilterTest::Between, bounded)],
        vec![condition("date", FilterTest::AtLeast, vec!["2026-01-05".into()])],
        vec![condition("date", FilterTest::AtMost, vec!["2026-03-27".into()])],
    ] {
        for descending in [true, false] {
            let sort = vec![SortKey { field: "date".into(), descending }];
            let ask = |offset| ListQuery {
                offset,
                limit: 500,
                sort: sort.clone(),
                conditions: conditions.clone(),
                ..ListQuery::default()
            };
            let (mut seen, mut total) = (Vec::new(), 1);
            while (seen.len() as u64) < total {
                let page = book.engine.transactions_page(ask(seen.len() as u64)).await.unwrap();
                assert!(!page.rows.is_empty());
                total = page.total;
                seen.extend(page.rows.into_iter().map(|row| (row.date, row.reference)));
            }
            assert!(total > 20_000 && seen.len() as u64 == total);
            let unique: std::collections::BTreeSet<_> = seen.iter().map(|(_, reference)| reference).collect();
            assert_eq!(unique.len() as u64, total);
            assert!(seen.windows(2).all(|pair| if descending {
                pair[0].0 >= pair[1].0
            } else {
                pair[0].0 <= pair[1].0
            }));
            let beyond = book.engine.transactions_page(ask(total + 7)).await.unwrap();
            assert!(beyond.rows.is_empty() && beyond.total == total);
        }
    }
}

#[tokio::test]
async fn words_of_two_signs_are_found_where_scripts_write_so() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Operating", "EUR").await, book.claim("東京 商店").await);
    book.fund(&bank, "EUR", "1000").await;
    book.transfer("T-1", &bank, &shop, "10").await.unwrap();
    let wages = PostRequest { description: "工資 三月".into(), ..transfer("W-2", &bank, &bank, "20") };
    let other = book.claim("Payroll").await;
    book.engine.post(PostRequest { destination: other, ..wages }).await.unwrap();
    assert_eq!(found(&book, "工資").await, ["W-2"]);
    assert_eq!(found(&book, "東京").await, ["T-1"], "the name of a balance");
    // One or two Latin letters stand in nearly every row: those of the reference's beginning are meant.
    assert_eq!(found(&book, "w").await, ["W-2"]);
}
