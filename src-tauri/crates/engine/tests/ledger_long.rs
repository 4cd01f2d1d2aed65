//! Lists longer than one look: the same rows are shown before and after a posting, whatever was kept of the list.

use engine::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};
use sqlx::SqlitePool;

use crate::support::{TestBook, transfer};

/// More than one reader reads alone, and more than are kept as a whole.
const ROWS: i64 = 60_000;

/// A list, and the SQL that somebody would write who wants it.
struct List {
    name: &'static str,
    query: ListQuery,
    from: String,
    order: &'static str,
}

const NEWEST: &str = "t.effective_date DESC, t.key DESC";

fn list(name: &'static str, conditions: &[(&str, FilterTest, &[&str])], sort: &[(&str, bool)], sql: &str) -> List {
    let conditions = conditions
        .iter()
        .map(|(field, test, values)| FilterCondition {
            field: (*field).into(),
            test: *test,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        })
        .collect();
    let sort: Vec<_> =
        sort.iter().map(|(field, descending)| SortKey { field: (*field).into(), descending: *descending }).collect();
    let order = match sort.first() {
        Some(SortKey { field, descending: false }) if field == "date" => "t.effective_date, t.key",
        Some(SortKey { field, descending: true }) if field == "amount" => {
            "t.amount_length DESC, t.amount DESC, t.key DESC"
        }
        Some(SortKey { field, descending: false }) if field == "amount" => "t.amount_length, t.amount, t.key",
        Some(SortKey { field, descending: false }) if field == "reference" => "t.reference, t.key",
        Some(SortKey { field, descending: false }) if field == "actor" => "t.actor, t.key",
        Some(other) => panic!("no order {other:?}"),
        None => NEWEST,
    };
    List { name, query: ListQuery { conditions, sort, ..ListQuery::default() }, from: sql.into(), order }
}

fn lists(shop: &str) -> Vec<List> {
    use FilterTest::{Between, Contains, Is, IsNot};
    let euros: &[(&str, FilterTest, &[&str])] = &[("currency", Is, &["EUR"])];
    let in_euros = "t.currency = 'EUR'";
    let shop_has = "(SELECT key FROM balance WHERE name = 'Shop')";
    let through_shop = format!("(t.source_key = {shop_has} OR t.destination_key = {shop_has})");
    let parcels = "t.description LIKE '%parcel%'";
    let words = |list: List| List { query: ListQuery { text: Some("parcel".into()), ..list.query }, ..list };
    let days: (&str, FilterTest, &[&str]) = ("date", Between, &["2026-01-20", "2026-03-10"]);
    let in_days = "t.effective_date BETWEEN '2026-01-20' AND '2026-03-10'";
    vec![
        list("everything", &[], &[], "1"),
        list("everything, oldest first", &[], &[("date", false)], "1"),
        list("everything by amount", &[], &[("amount", true)], "1"),
        list("everything by reference", &[], &[("reference", false)], "1"),
        list("one currency", euros, &[], in_euros),
        list("one currency, oldest first", euros, &[("date", false)], in_euros),
        list("one currency by amount", euros, &[("amount", true)], in_euros),
        list("one balance", &[("balance", Is, &[shop])], &[], &through_shop),
        list("applied", &[("state", Is, &["applied"])], &[], "t.status = 'APPLIED'"),
        list(
            "held",
            &[("state", Is, &["held"])],
            &[],
            "t.key IN (SELECT txn_key FROM hold WHERE state = 'open' AND committed = '0')",
        ),
        list(
            "many amounts",
            &[("amount", Between, &["10", "50000"])],
            &[],
            "CAST(t.amount AS INTEGER) BETWEEN 10 AND 50000",
        ),
        list(
            "few amounts, smallest first",
            &[("amount", Between, &["10", "900"])],
            &[("amount", false)],
            "CAST(t.amount AS INTEGER) BETWEEN 10 AND 900",
        ),
        list("applied by reference", &[("state", Is, &["applied"])], &[("reference", false)], "t.status = 'APPLIED'"),
        list("not applied", &[("state", IsNot, &["applied"])], &[], "t.status <> 'APPLIED'"),
        list("some days", &[days], &[], in_days),
        list(
            "some days by amount",
            &[days, ("balance", Is, &[shop])],
            &[("amount", true)],
            &format!("{in_days} AND {through_shop}"),
        ),
        words(list("words", &[], &[], parcels)),
        words(list("words of some days", &[days], &[], &format!("{parcels} AND {in_days}"))),
        words(list("words by amount", &[], &[("amount", true)], parcels)),
        list("part of a description", &[("description", Contains, &["arcel"])], &[("date", false)], parcels),
        list("entered by", &[("actor", Is, &["Ada"])], &[], "t.actor = 'Ada'"),
        list("by whom", &[], &[("actor", false)], "1"),
    ]
}

/// Rows on days of very different size. Posting so many one by one would take minutes.
async fn long_book() -> (TestBook, String, String) {
    let book = TestBook::in_file().await;
    let (bank, shop) = (book.balance("Operating", "EUR").await, book.claim("Shop").await);
    book.fund(&bank, "EUR", "900000000000").await;
    let pool = pool(&book).await;
    let row = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3) \
         SELECT 'txn_' || i, 'APPLIED', 'R' || printf('%06d', i * 7919 % 1000003), ?1, ?2, CAST(1 + i * 31 % 70001 AS TEXT), \
                CASE WHEN i % 2 THEN 'EUR' ELSE 'USD' END, 2, CASE WHEN i % 2 THEN 'parcel' ELSE 'letter' END, \
                CASE WHEN i % 3 = 0 THEN '2026-03-01' ELSE date('2026-01-01', '+' || (i * 90 / ?3) || ' days') END, i, 'Ada', x'00' \
         FROM n ORDER BY i";
    let keys: Vec<i64> = sqlx::query_scalar("SELECT key FROM balance WHERE name IN ('Operating', 'Shop') ORDER BY key")
        .fetch_all(&pool)
        .await
        .unwrap();
    let insert = format!(
        "INSERT INTO txn (id, status, reference, source_key, destination_key, amount, currency, exponent, description, \
         effective_date, created_at, actor, input_hash) {row}"
    );
    sqlx::query(sqlx::AssertSqlSafe(insert)).bind(keys[0]).bind(keys[1]).bind(ROWS).execute(&pool).await.unwrap();
    for sql in [
        "INSERT INTO txn_text (rowid, words) SELECT key, reference || ' ' || description FROM txn WHERE actor = 'Ada'",
        "INSERT INTO balance_day (balance_key, day, credit, debit, entries) \
         SELECT b.key, t.effective_date, '0', '0', count(*) FROM txn t, balance b \
         WHERE t.actor = 'Ada' AND b.key IN (t.source_key, t.destination_key) GROUP BY 1, 2",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    pool.close().await;
    (book.reopen().await, bank, shop)
}

async fn pool(book: &TestBook) -> SqlitePool {
    SqlitePool::connect(&format!("sqlite://{}", book.path.display())).await.unwrap()
}

/// Pages at the start, within and at the end of every list, beside the same rows as SQL finds them; answers which lists
/// began before they were counted.
async fn compare(book: &TestBook, pool: &SqlitePool, lists: &[List], when: &str) -> Vec<&'static str> {
    let mut begun = Vec::new();
    for List { name, query, from, order } in lists {
        let sql = format!("SELECT t.id FROM txn t WHERE t.parent_key IS NULL AND {from} ORDER BY {order}");
        let wanted: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
        let start = ListQuery { limit: 20, ..query.clone() };
        if let Some(rows) = book.engine.transactions_start(start.clone()).await.unwrap() {
            let seen: Vec<_> = rows.into_iter().map(|row| row.id).collect();
            assert!(!seen.is_empty() && wanted[..20].starts_with(&seen), "start of {name} {when}: {seen:?}");
            begun.push(*name);
        }
        for offset in [0, wanted.len() / 3, wanted.len() * 3 / 4, wanted.len().saturating_sub(5)] {
            let asked = ListQuery { offset: offset as u64, limit: 20, ..query.clone() };
            let page = book.engine.transactions_page(asked).await.unwrap();
            let seen: Vec<_> = page.rows.into_iter().map(|row| row.id).collect();
            assert_eq!(page.total, wanted.len() as u64, "length of {name} {when}");
            assert_eq!(seen, wanted[offset..wanted.len().min(offset + 20)], "{name} from {offset} on, {when}");
        }
        assert_eq!(book.engine.transactions_start(start).await.unwrap(), None, "{name} is counted now, {when}");
    }
    begun
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_the_same_as_sql_finds_it_before_and_after_every_kind_of_booking() {
    let (book, bank, shop) = long_book().await;
    let pool = pool(&book).await;
    let lists = lists(&shop);
    let begun = compare(&book, &pool, &lists, "after opening").await;
    let long = [
        "one currency by amount",
        "one balance",
        "many amounts",
        "few amounts, smallest first",
        "applied by reference",
        "some days by amount",
        "words",
        "words of some days",
        "words by amount",
        "part of a description",
        "entered by",
    ];
    assert_eq!(begun, long, "lists that take longer to count than to begin");
    compare(&book, &pool, &lists, "once more").await;

    let parcel = |reference: &str, amount: &str, day: Option<&str>| PostRequest {
        description: "parcel".into(),
        effective_date: day.map(str::to_owned),
        ..transfer(reference, &bank, &shop, amount)
    };
    book.engine.post(parcel("first of all", "1", Some("2025-12-31"))).await.unwrap();
    compare(&book, &pool, &lists, "after a posting on a day of its own").await;
    book.engine.post(parcel("R5", "444", Some("2026-03-01"))).await.unwrap();
    book.engine.post(parcel("the largest", "70005", None)).await.unwrap();
    compare(&book, &pool, &lists, "after two postings").await;

    let hold = |reference| PostRequest { hold: true, ..parcel(reference, "800", None) };
    let (one, other) = (book.engine.post(hold("held")).await.unwrap(), book.engine.post(hold("let go")).await.unwrap());
    compare(&book, &pool, &lists, "after two holds").await;
    let commit = CommitItem { id: one.family.id, amount: Some("300".into()), ..CommitItem::default() };
    assert_eq!(book.engine.holds_commit(vec![commit]).await.unwrap().failed, 0);
    let items = vec![VoidItem { id: other.family.id, ..VoidItem::default() }];
    let void = VoidRequest { items, reason: "Not needed".into(), note: None };
    assert_eq!(book.engine.holds_void(void).await.unwrap().failed, 0);
    compare(&book, &pool, &lists, "after a commit and a void").await;

    // Too many to be added one by one.
    for number in 0..60 {
        book.engine.post(parcel(&format!("many {number}"), "15", Some("2026-02-02"))).await.unwrap();
    }
    compare(&book, &pool, &lists, "after many postings").await;
    pool.close().await;
    let book = book.reopen().await;
    let pool = self::pool(&book).await;
    compare(&book, &pool, &lists, "after opening again").await;
}
