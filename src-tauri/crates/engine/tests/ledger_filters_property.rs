//! Random filters against the same filter over rows in memory: all of and any of several conditions, every test, what is
//! noted beside a row and what is not there.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::PostRequest;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{TestBook, transfer};

/// Fields with values that some of the rows have, and some that none has.
const FIELDS: &[(&str, &[&str])] = &[
    ("reference", &["R-1", "R_2", "r-3", "Ä 100%", "nothing"]),
    ("description", &["Paper", "paper clips", "100% _off_", "größe", "x"]),
    ("date", &["2026-03-01", "2026-03-02", "2026-03-05", "2020-01-01"]),
    ("amount", &["1", "9", "10", "999", "1000", "5"]),
    ("source", &["Bank", "Shop", "bank"]),
    ("currency", &["EUR", "USD"]),
    ("metadata.branch", &["Cork", "cork", "7", "true"]),
    ("metadata.items", &["-3", "5", "40", "5.5", "many"]),
];
const PATTERNS: &[&str] = &["%", "R%", "r__", "%PAPER%", r"%\%%", "%ö%", "_-3", "1%", ""];

#[derive(Debug, Clone, Default)]
struct Row {
    fields: BTreeMap<&'static str, String>,
}

fn rows() -> Vec<(PostRequest, Row)> {
    let all: [(&str, &str, &str, &str, Value); 9] = [
        ("R-1", "Paper", "2026-03-01", "1", json!({ "branch": "Cork", "items": 5 })),
        ("R_2", "paper clips", "2026-03-02", "9", json!({ "branch": "Dublin", "items": 40 })),
        ("r-3", "", "2026-03-02", "10", json!({ "items": -3 })),
        ("Ä 100%", "100% _off_", "2026-03-03", "999", json!({ "branch": 7, "items": 5.5 })),
        ("R-5", "Größe 4", "2026-03-04", "1000", json!({ "branch": null, "items": "40" })),
        ("R-6", "", "2026-03-05", "1000", json!({ "branch": true })),
        ("R-7", "Paper 100%", "2026-03-05", "9", json!({ "branch": "" })),
        ("R-8", "x", "2026-03-06", "5000000000000000000000", Value::Null),
        ("R-9", "Ink", "2026-03-07", "12", json!({ "items": "many" })),
    ];
    all.into_iter()
        .map(|(reference, description, day, amount, metadata)| {
            let request = PostRequest {
                description: description.into(),
                effective_date: Some(day.into()),
                metadata: (!metadata.is_null()).then(|| metadata.clone()),
                allow_overdraft: true,
                ..transfer(reference, "", "", amount)
            };
            let mut fields = BTreeMap::from([
                ("reference", reference.to_owned()),
                ("description", description.to_owned()),
                ("date", day.to_owned()),
                ("amount", amount.to_owned()),
                ("source", "Bank".to_owned()),
                ("currency", "EUR".to_owned()),
            ]);
            for (field, key) in [("metadata.branch", "branch"), ("metadata.items", "items")] {
                let text = match metadata.get(key) {
                    None | Some(Value::Null) => continue,
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                };
                fields.insert(field, text);
            }
            (request, Row { fields })
        })
        .collect()
}

/// As `%` and `_` mean it.
fn fits_pattern(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|from| fits_pattern(&text[from..], rest)),
        ['\\', letter, rest @ ..] => text.first() == Some(letter) && fits_pattern(&text[1..], rest),
        ['_', rest @ ..] => !text.is_empty() && fits_pattern(&text[1..], rest),
        [letter, rest @ ..] => text.first() == Some(letter) && fits_pattern(&text[1..], rest),
    }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn whole(text: &str) -> Option<i128> {
    text.parse().ok().filter(|number: &i128| number.to_string() == text)
}

fn fits(row: &Row, condition: &FilterCondition) -> bool {
    use FilterTest as T;
    let found = row.fields.get(condition.field.as_str()).filter(|text| !text.is_empty());
    let values = &condition.values;
    let Some(text) = found else { return matches!(condition.test, T::Empty | T::IsNot) };
    let numbers = condition.field == "amount"
        || condition.field.starts_with("metadata.") && values.iter().all(|value| whole(value).is_some());
    // Of two values that are no numbers where numbers are compared neither is above the other.
    let order = |value: &str| match (numbers, whole(text), whole(value)) {
        (true, Some(one), Some(other)) => Some(one.cmp(&other)),
        (true, ..) => None,
        (false, ..) => Some(text.as_str().cmp(value)),
    };
    let is = |value: &str, wanted: &[Ordering]| order(value).is_some_and(|order| wanted.contains(&order));
    match condition.test {
        T::Empty => false,
        T::NotEmpty => true,
        T::Is => values.contains(text),
        T::IsNot => !values.contains(text),
        T::Contains => text.to_lowercase().contains(&values[0].to_lowercase()),
        T::Like => fits_pattern(&letters(text), &letters(&values[0])),
        T::LikeAnyCase => fits_pattern(&letters(&text.to_lowercase()), &letters(&values[0].to_lowercase())),
        T::AtLeast => is(&values[0], &[Ordering::Greater, Ordering::Equal]),
        T::AtMost => is(&values[0], &[Ordering::Less, Ordering::Equal]),
        T::Above => is(&values[0], &[Ordering::Greater]),
        T::Below => is(&values[0], &[Ordering::Less]),
        T::Between => {
            is(&values[0], &[Ordering::Greater, Ordering::Equal]) && is(&values[1], &[Ordering::Less, Ordering::Equal])
        }
    }
}

fn condition() -> impl Strategy<Value = FilterCondition> {
    let parts = (0..FIELDS.len(), 0..FilterTest::ALL.len(), prop::collection::vec(0..100_usize, 3));
    parts.prop_filter_map("the field takes no such test", |(field, test, picks)| {
        let (field, pool) = FIELDS[field];
        let test = FilterTest::ALL[test];
        let of_texts = matches!(test, FilterTest::Contains | FilterTest::Like | FilterTest::LikeAnyCase);
        if of_texts && matches!(field, "date" | "amount") {
            return None;
        }
        let pick = |index: usize| pool[picks[index] % pool.len()].to_owned();
        let values = match test {
            FilterTest::Empty | FilterTest::NotEmpty => Vec::new(),
            FilterTest::Is | FilterTest::IsNot => (0..=picks[2] % 2).map(pick).collect(),
            FilterTest::Between => vec![pick(0), pick(1)],
            FilterTest::Like | FilterTest::LikeAnyCase => vec![PATTERNS[picks[0] % PATTERNS.len()].to_owned()],
            _ => vec![pick(0)],
        };
        Some(FilterCondition { field: field.to_owned(), test, values })
    })
}

fn query() -> impl Strategy<Value = (Vec<FilterCondition>, Vec<FilterCondition>)> {
    (prop::collection::vec(condition(), 0..3), prop::collection::vec(condition(), 0..4))
}

#[test]
fn random_filters_find_the_rows_that_fit_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (book, rows) = runtime.block_on(async {
        let book = TestBook::new().await;
        let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
        let rows = rows();
        for (request, _) in &rows {
            let request = PostRequest { source: bank.clone(), destination: shop.clone(), ..request.clone() };
            book.engine.post(request).await.unwrap();
        }
        (book, rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>())
    });
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&query(), |(conditions, any_of)| {
        let wanted = |row: &&Row| {
            conditions.iter().all(|one| fits(row, one))
                && (any_of.is_empty() || any_of.iter().any(|one| fits(row, one)))
        };
        let mut expected: Vec<_> = rows.iter().filter(wanted).map(|row| row.fields["reference"].clone()).collect();
        let query = ListQuery { limit: 50, conditions, any_of, ..ListQuery::default() };
        let page = runtime.block_on(book.engine.transactions_page(query)).unwrap();
        let mut found: Vec<_> = page.rows.into_iter().map(|row| row.reference).collect();
        expected.sort();
        found.sort();
        prop_assert_eq!(page.total, found.len() as u64);
        prop_assert_eq!(found, expected);
        Ok(())
    });
    checked.unwrap();
}
