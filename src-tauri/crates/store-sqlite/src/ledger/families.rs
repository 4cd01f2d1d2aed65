//! The transactions grid: the first row of each family, filtered and sorted.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use store::filters::METADATA;
use store::ledger::{FamilyRecord, StoredTransaction};
use store::page::{field, words};
use store::rows::{self, value::micros};
use store::{Condition, Query, StoreError, StoreResult, Test};

use super::rows::TRANSACTION;
use crate::conditions::{Column, never, push_condition, push_conditions, push_noted};
use crate::error::from_sqlx;
use crate::lists::Rests;
use crate::row::all;
use crate::search::{phrase, searched_for};
use crate::sql::{list, whatever_case};

pub(super) const FIELDS: &[(&str, Column)] = &[
    ("date", Column::Plain("t.effective_date")),
    ("reference", Column::Plain("t.reference")),
    ("description", Column::Maybe("t.description")),
    ("amount", Column::Digits("t.amount_length", "t.amount")),
    ("currency", Column::Plain("t.currency")),
    ("actor", Column::Plain("t.actor")),
    ("created", Column::Instant { at: "t.created_at", order: "t.key" }),
    ("expires", Column::Plain("(SELECT coalesce(h.expires_at, 9e18) FROM hold h WHERE h.txn_key = t.key)")),
    ("closed", Column::Plain("(SELECT coalesce(h.closed_at, 0) FROM hold h WHERE h.txn_key = t.key)")),
    ("source", Column::Plain("(SELECT s.name FROM balance s WHERE s.key = t.source_key)")),
    ("destination", Column::Plain("(SELECT d.name FROM balance d WHERE d.key = t.destination_key)")),
    ("source_id", Column::Special),
    ("destination_id", Column::Special),
    ("balance", Column::Special),
    ("ledger", Column::Special),
    ("state", Column::Special),
    ("id", Column::Plain("t.id")),
    (NAMED, Column::Special),
    (TOUCHED, Column::Special),
];

/// The condition that [`with_names`] makes of words: the words, then the keys of the balances named so, as JSON.
pub(super) const NAMED: &str = "words_or_names";

/// The condition that [`prepared`] adds for balances with few entries: their rows are found through the indexes of both
/// sides, and the date index of a million rows is not walked for them.
pub(super) const TOUCHED: &str = "touched";
/// Entries that are few.
const QUIET: i64 = 10_000;

/// Newest first, as an accountant reads a journal.
pub(super) const DEFAULT_ORDER: &[(&str, bool)] = &[("date", true)];

/// Appends ` FROM txn t … WHERE …` for a query; `hint` names the index to use, or nothing.
pub(super) fn filter(builder: &mut QueryBuilder<Sqlite>, query: &Query, hint: &str) -> StoreResult<()> {
    filter_of(builder, query, hint, Rows::All)
}

/// The rows of the journal that a filter is asked of. The words index is told as well: it would name all its rows first.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    All,
    /// Those booked after a row.
    After(i64),
    /// Those of a JSON list of keys, all of them above `after`.
    Among {
        keys: &'a str,
        after: i64,
    },
}

/// As [`filter`], for some rows of the journal only.
pub(super) fn filter_of(
    builder: &mut QueryBuilder<Sqlite>,
    query: &Query,
    hint: &str,
    rows: Rows<'_>,
) -> StoreResult<()> {
    match rows {
        Rows::Among { keys, .. } => {
            // The keys lead to their rows, and no other row is looked at.
            builder.push(" FROM json_each(").push_bind(keys.to_owned());
            builder.push(format!(") looked CROSS JOIN txn t{hint} ON t.key = looked.value WHERE t.parent_key IS NULL"));
        }
        Rows::All | Rows::After(_) => {
            builder.push(format!(" FROM txn t{hint} WHERE t.parent_key IS NULL"));
        }
    }
    if let Rows::After(after) = rows {
        builder.push(format!(" AND t.key > {after}"));
    }
    push_filter(builder, query, rows)
}

/// Appends ` FROM family_day t WHERE …`: the days of a list that [`is_counted_by_day`].
pub(super) fn days_filter(builder: &mut QueryBuilder<Sqlite>, query: &Query) -> StoreResult<()> {
    builder.push(" FROM family_day t WHERE 1");
    push_filter(builder, query, Rows::All)
}

/// Whether the book keeps count of a list: nothing narrows it but what the days are counted by.
pub(super) fn is_counted_by_day(query: &Query) -> bool {
    let counted = |one: &Condition| matches!(one.field.as_str(), "date" | "currency") || only_applied(one);
    words(query).is_none() && query.every().all(counted)
}

fn only_applied(condition: &Condition) -> bool {
    condition.field == "state" && condition.values.iter().all(|state| state == "applied")
}

/// Appends ` AND …` for the conditions of a query and for its words.
fn push_filter(builder: &mut QueryBuilder<Sqlite>, query: &Query, rows: Rows<'_>) -> StoreResult<()> {
    push_conditions(builder, query, |builder, condition| push_one(builder, condition, rows))?;
    if let Some(text) = words(query) {
        push_text(builder, text, rows);
    }
    Ok(())
}

fn push_one(builder: &mut QueryBuilder<Sqlite>, condition: &Condition, rows: Rows<'_>) -> StoreResult<()> {
    if let Some(key) = condition.field.strip_prefix(METADATA) {
        return push_noted(builder, "t.id", Some("t.metadata"), key, condition);
    }
    match field(FIELDS, &condition.field)? {
        Column::Special if condition.field == NAMED => push_named(builder, condition, rows)?,
        Column::Special if condition.field == TOUCHED => push_touched(builder, &condition.values),
        Column::Special => push_special(builder, condition)?,
        _ if condition.field == "source" || condition.field == "destination" => push_name(builder, condition)?,
        _ if condition.field == "expires" => push_expiry(builder, condition)?,
        stored => {
            builder.push("(");
            if let Some(words) = indexed_words(condition) {
                // The words index narrows the list; which of the fields holds the words is looked at after that.
                builder.push("t.key IN (");
                push_search(builder, words, rows);
                builder.push(") AND ");
            }
            push_condition(builder, stored, condition)?;
            builder.push(")");
        }
    }
    Ok(())
}

/// The words of a condition that the words index can look for as well.
fn indexed_words(condition: &Condition) -> Option<&str> {
    let indexed = matches!(condition.field.as_str(), "reference" | "description") && condition.test == Test::Contains;
    let words = condition.values.first().filter(|_| indexed)?;
    searched_for(words).then_some(words.as_str())
}

/// A query as the grid and its totals ask it: with what the database has to be told of words and of balances.
pub(super) async fn prepared(connection: &mut SqliteConnection, query: &Query) -> StoreResult<Query> {
    let mut query = with_names(connection, query).await?;
    let sides = ["balance", "source_id", "destination_id"];
    let narrow = query.conditions.iter().find(|one| sides.contains(&one.field.as_str()) && one.test == Test::Is);
    if let Some(narrow) = narrow.cloned()
        && entries_of(connection, &narrow.values).await? <= QUIET
    {
        query.conditions.push(Condition { field: TOUCHED.to_owned(), ..narrow });
    }
    Ok(query)
}

/// Entries of some balances together.
async fn entries_of(connection: &mut SqliteConnection, ids: &[String]) -> StoreResult<i64> {
    sqlx::query_scalar(
        "SELECT coalesce(sum(d.entries), 0) FROM balance b JOIN balance_day d ON d.balance_key = b.key
         WHERE b.id IN (SELECT value FROM json_each(?))",
    )
    .bind(list(ids))
    .fetch_one(connection)
    .await
    .map_err(from_sqlx)
}

/// A query whose words are also looked for in the names of balances, when a balance is named so.
///
/// Names stand apart from the words index: half of all rows may pass through one balance, which the date index tells
/// much faster than the words of half of all rows, and a balance may be renamed.
async fn with_names(connection: &mut SqliteConnection, query: &Query) -> StoreResult<Query> {
    let mut query = query.clone();
    let Some(words) = words(&query).filter(|text| searched_for(text)) else { return Ok(query) };
    let keys = named(connection, words).await?;
    if keys != "[]" {
        query.conditions.push(Condition {
            field: NAMED.to_owned(),
            test: Test::Contains,
            values: vec![words.to_owned(), keys],
        });
        query.text = None;
    }
    Ok(query)
}

/// Keys of the balances whose names hold the words, as a JSON list.
pub(super) async fn named(connection: &mut SqliteConnection, words: &str) -> StoreResult<String> {
    sqlx::query_scalar("SELECT json_group_array(key) FROM balance WHERE name REGEXP ?")
        .bind(whatever_case(words))
        .fetch_one(connection)
        .await
        .map_err(from_sqlx)
}

/// The words of a query that the words index is asked for, if there are any.
pub(super) fn searched(query: &Query) -> Option<String> {
    let text = words(query).filter(|text| searched_for(text));
    text.or_else(|| query.conditions.iter().find_map(indexed_words)).map(str::to_owned)
}

/// A test of a balance's name, made once per balance and not once per row.
fn push_name(builder: &mut QueryBuilder<Sqlite>, condition: &Condition) -> StoreResult<()> {
    builder.push(format!("t.{}_key IN (SELECT n.key FROM balance n WHERE ", condition.field));
    push_condition(builder, Column::Plain("n.name"), condition)?;
    builder.push(")");
    Ok(())
}

/// A test of when a hold runs out. What never does fits only [`Test::Empty`].
fn push_expiry(builder: &mut QueryBuilder<Sqlite>, condition: &Condition) -> StoreResult<()> {
    let negated = if condition.test == Test::Empty { "NOT " } else { "" };
    builder.push(format!("t.key {negated}IN (SELECT h.txn_key FROM hold h WHERE h.expires_at IS NOT NULL"));
    if condition.test != Test::Empty {
        builder.push(" AND ");
        push_condition(builder, Column::Instant { at: "h.expires_at", order: "h.expires_at" }, condition)?;
    }
    builder.push(")");
    Ok(())
}

/// Three characters and more go through the trigram index. One or two letters stand in nearly every row, and are looked
/// for at the start of the reference; in scripts that write words with so few they are looked for everywhere.
fn push_text(builder: &mut QueryBuilder<Sqlite>, text: &str, rows: Rows<'_>) {
    if searched_for(text) {
        builder.push(" AND t.key IN (");
        push_search(builder, text, rows);
        builder.push(")");
    } else if !text.is_ascii() {
        builder.push(" AND ((t.reference || ' ' || t.description) REGEXP ").push_bind(whatever_case(text));
        for side in ["source", "destination"] {
            builder.push(format!(" OR t.{side}_key IN (SELECT n.key FROM balance n WHERE n.name REGEXP "));
            builder.push_bind(whatever_case(text)).push(")");
        }
        builder.push(")");
    } else {
        builder.push(" AND substr(t.reference, 1, ");
        builder.push_bind(i64::try_from(text.chars().count()).unwrap_or(0));
        builder.push(") = ");
        builder.push_bind(text.to_owned());
        builder.push(" COLLATE NOCASE");
    }
}

/// The rows that the words index knows for a text, of those a filter is asked of.
fn push_search(builder: &mut QueryBuilder<Sqlite>, text: &str, rows: Rows<'_>) {
    builder.push("SELECT rowid FROM txn_text WHERE words MATCH ").push_bind(phrase(text));
    if let Rows::After(after) | Rows::Among { after, .. } = rows {
        builder.push(format!(" AND rowid > {after}"));
    }
    if let Rows::Among { keys, .. } = rows {
        // The sign keeps the index from being asked for each key by itself, which takes it far longer.
        builder.push(" AND +rowid IN (SELECT value FROM json_each(").push_bind(keys.to_owned()).push("))");
    }
}

/// The words stand in the row, or in the name of one of its balances.
fn push_named(builder: &mut QueryBuilder<Sqlite>, condition: &Condition, rows: Rows<'_>) -> StoreResult<()> {
    let [words, keys] = condition.values.as_slice() else { return Err(StoreError::UnknownField(NAMED.to_owned())) };
    builder.push("(t.source_key IN (SELECT value FROM json_each(").push_bind(keys.clone());
    builder.push(")) OR t.destination_key IN (SELECT value FROM json_each(").push_bind(keys.clone());
    builder.push(")) OR t.key IN (");
    push_search(builder, words, rows);
    builder.push("))");
    Ok(())
}

/// First rows that one of the balances is a side of.
fn push_touched(builder: &mut QueryBuilder<Sqlite>, ids: &[String]) {
    builder.push("t.key IN (");
    for (side, after) in [("source", " UNION "), ("destination", ")")] {
        builder.push(format!(
            "SELECT x.key FROM txn x INDEXED BY txn_by_{side} WHERE x.parent_key IS NULL AND x.{side}_key IN \
             (SELECT b.key FROM balance b WHERE b.id IN (SELECT value FROM json_each("
        ));
        builder.push_bind(list(ids)).push(format!("))){after}"));
    }
}

fn push_special(builder: &mut QueryBuilder<Sqlite>, condition: &Condition) -> StoreResult<()> {
    let negated = match condition.test {
        Test::Is => "",
        Test::IsNot => "NOT ",
        // Every row has a state and two balances.
        Test::Empty | Test::NotEmpty => {
            builder.push(if condition.test == Test::Empty { never("t.effective_date") } else { "1".to_owned() });
            return Ok(());
        }
        _ => return Err(StoreError::UnknownField(format!("{} with this test", condition.field))),
    };
    builder.push(format!("{negated}("));
    if condition.field == "state" {
        push_states(builder, &condition.values)?;
    } else {
        let columns: &[&str] = match condition.field.as_str() {
            "source_id" => &["t.source_key"],
            "destination_id" => &["t.destination_key"],
            _ => &["t.source_key", "t.destination_key"],
        };
        let keys = if condition.field == "ledger" {
            "SELECT b.key FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE l.id IN ("
        } else {
            "SELECT b.key FROM balance b WHERE b.id IN ("
        };
        for (index, column) in columns.iter().enumerate() {
            builder.push(format!("{}{column} IN ({keys}", if index > 0 { " OR " } else { "" }));
            let mut list = builder.separated(", ");
            for value in &condition.values {
                list.push_bind(value.clone());
            }
            builder.push("))");
        }
    }
    builder.push(")");
    Ok(())
}

/// A state is derived from the hold beside the row; this is the same derivation as SQL.
fn push_states(builder: &mut QueryBuilder<Sqlite>, states: &[String]) -> StoreResult<()> {
    for (index, state) in states.iter().enumerate() {
        let test = match state.as_str() {
            "applied" => "",
            "held" => "h.state = 'open' AND h.committed = '0'",
            "part_committed" => "h.state = 'open' AND h.committed <> '0'",
            "committed" => "h.state = 'committed'",
            "voided" => "h.state = 'voided' AND h.committed = '0'",
            "expired" => "h.state = 'expired' AND h.committed = '0'",
            "part_voided" => "h.state IN ('voided', 'expired') AND h.committed <> '0'",
            other => return Err(StoreError::UnknownField(format!("state {other}"))),
        };
        if index > 0 {
            builder.push(" OR ");
        }
        if test.is_empty() {
            // Every first row that is not a hold was applied at once.
            builder.push("t.status = 'APPLIED'");
        } else {
            builder.push(format!("t.key IN (SELECT h.txn_key FROM hold h WHERE {test})"));
        }
    }
    Ok(())
}

pub(super) async fn by_keys(connection: &mut SqliteConnection, keys: &[i64]) -> StoreResult<Vec<FamilyRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key IN (SELECT value FROM json_each(").push_bind(list(keys)).push("))");
    let found = all(connection, query, rows::family).await?;
    let mut found: HashMap<i64, FamilyRecord> = found.into_iter().map(|record| (record.first.key, record)).collect();
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

pub(super) async fn one(readers: &SqlitePool, id: &str) -> StoreResult<Option<(FamilyRecord, Vec<StoredTransaction>)>> {
    let mut connection = readers.acquire().await.map_err(from_sqlx)?;
    let root: Option<i64> = sqlx::query_scalar("SELECT coalesce(parent_key, key) FROM txn WHERE id = ?")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    let Some(root) = root else { return Ok(None) };
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE t.key = ").push_bind(root).push(" OR t.parent_key = ").push_bind(root).push(" ORDER BY t.key");
    // One question, one moment: the hold and what stands below it.
    let mut records = all(&mut *connection, query, rows::family).await?.into_iter();
    let Some(first) = records.next() else { return Ok(None) };
    Ok(Some((first, records.map(|record| record.first).collect())))
}

pub(super) async fn open_holds_of(readers: &SqlitePool, balance_key: i64) -> StoreResult<Vec<FamilyRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE h.state = 'open' AND t.key IN (SELECT key FROM txn WHERE status = 'INFLIGHT' AND source_key = ");
    query
        .push_bind(balance_key)
        .push(" UNION ALL SELECT key FROM txn WHERE status = 'INFLIGHT' AND destination_key = ");
    query.push_bind(balance_key).push(") ORDER BY h.expires_at IS NULL, h.expires_at, t.key");
    all(readers, query, rows::family).await
}

pub(super) async fn due(readers: &SqlitePool, now: Timestamp, limit: u32) -> StoreResult<Vec<FamilyRecord>> {
    let mut query = QueryBuilder::new(TRANSACTION);
    query.push("WHERE h.state = 'open' AND (h.expires_at <= ").push_bind(micros(now));
    query.push(" OR h.commits_at <= ").push_bind(micros(now));
    query.push(") ORDER BY coalesce(h.commits_at, h.expires_at), t.key LIMIT ").push_bind(limit);
    all(readers, query, rows::family).await
}

/// What a row is narrowed or sorted by that nothing here changes once it is booked. No balance moves to another ledger,
/// and the balances that words name stand in the query by their keys.
const BOOKED: &[&str] = &[
    "date",
    "reference",
    "description",
    "amount",
    "currency",
    "actor",
    "created",
    "id",
    "source_id",
    "destination_id",
    "balance",
    "ledger",
    NAMED,
    TOUCHED,
];

/// Whether a list follows from journal rows alone.
pub(super) fn rests(query: &Query) -> Rests {
    let filters = query.every().all(|one| BOOKED.contains(&one.field.as_str()) || only_applied(one));
    let sorts = query.sort.iter().all(|sort| BOOKED.contains(&sort.field.as_str()));
    if filters && sorts { Rests::OnJournal } else { Rests::OnWhatChanges }
}

/// True when nothing narrows the list.
pub(super) fn is_everything(query: &Query) -> bool {
    query.every().next().is_none() && words(query).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_not_listed_is_refused() {
        let query = Query {
            conditions: vec![Condition { field: "1; DROP TABLE txn".into(), test: Test::Is, values: vec!["x".into()] }],
            ..Query::default()
        };
        let mut builder = QueryBuilder::new("");
        assert!(matches!(filter(&mut builder, &query, ""), Err(StoreError::UnknownField(_))));
    }
}
