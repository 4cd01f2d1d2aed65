//! Indexes of words: what is looked for in them, whether they hold what the rows say, and building them anew.

use sqlx::{AssertSqlSafe, QueryBuilder, SqliteConnection};
use store::StoreResult;
use store::rows;
use store::rows::value::count;
use store::search::{Filled, FoundLine, SearchIndex, SearchReads, SearchWrites};

use crate::error::from_sqlx;
use crate::open::SqliteStore;
use crate::people::identities_after;
use crate::recon::{LINE, LINE_JOINS};
use crate::row::all;
use crate::sql::whatever_case;
use crate::unit::SqliteUnit;

/// Shortest text that the trigram indexes can look for.
const TRIGRAM: usize = 3;

/// Whether the indexes of words can look for a text.
pub(crate) fn searched_for(text: &str) -> bool {
    text.chars().count() >= TRIGRAM
}

/// One phrase in the language of the indexes of words.
pub(crate) fn phrase(words: &str) -> String {
    format!("\"{}\"", words.replace('"', "\"\""))
}

/// An index with its table, and the test of a row `t` of that table that stands in it.
struct Parts {
    index: &'static str,
    table: &'static str,
    stands: &'static str,
    /// One row and many, as people call them.
    names: (&'static str, &'static str),
}

fn parts(index: SearchIndex) -> Parts {
    match index {
        SearchIndex::Transactions => Parts {
            index: "txn_text",
            table: "txn",
            stands: "t.parent_key IS NULL",
            names: ("transaction", "transactions"),
        },
        SearchIndex::Identities => {
            Parts { index: "identity_text", table: "identity", stands: "1", names: ("identity", "identities") }
        }
        SearchIndex::Lines => Parts {
            index: "line_text",
            table: "statement_line",
            stands: "1",
            names: ("line of a statement", "lines of statements"),
        },
    }
}

/// Where an index lacks rows or has some of no row: sentences.
pub(crate) async fn check(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let mut found = Vec::new();
    for index in SearchIndex::ALL {
        let Parts { index, table, stands, names } = parts(index);
        // The rows that an index knows stand in a table of its own.
        let missing = format!(
            "SELECT count(*) FROM {table} t WHERE {stands} AND NOT EXISTS (SELECT 1 FROM {index}_docsize d WHERE d.id = t.key)"
        );
        let surplus = format!(
            "SELECT count(*) FROM {index}_docsize d WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE t.key = d.id AND {stands})"
        );
        for (sql, what) in [(missing, "is not found by its words"), (surplus, "of no row is found by words")] {
            let rows: i64 =
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
            match rows {
                0 => {}
                1 => found.push(format!("1 {} {what}. Build the search anew.", names.0)),
                more => {
                    let what = what.replacen("is ", "are ", 1).replacen("its", "their", 1);
                    found.push(format!("{more} {} {what}. Build the search anew.", names.1));
                }
            }
        }
    }
    Ok(found)
}

#[async_trait::async_trait]
impl SearchReads for SqliteStore {
    async fn lines_with(&self, text: &str, limit: u32) -> StoreResult<Vec<FoundLine>> {
        let mut query = QueryBuilder::new(format!(
            "SELECT {LINE}, s.id AS statement_id, s.name AS statement_name, b.name AS balance_name, b.currency, b.exponent FROM "
        ));
        let by_words = searched_for(text);
        // The index hands out its rows newest first, so that frequent words are as fast as rare ones.
        query.push(if by_words {
            "line_text f CROSS JOIN statement_line l ON l.key = f.rowid"
        } else {
            "statement_line l"
        });
        query.push(LINE_JOINS);
        query.push("JOIN statement s ON s.key = l.statement_key JOIN balance b ON b.key = l.balance_key WHERE ");
        if by_words {
            query.push("f.words MATCH ").push_bind(phrase(text));
        } else {
            query.push(
                "(l.description || ' ' || coalesce(l.reference, '') || ' ' || coalesce(l.counterparty, '')) REGEXP ",
            );
            query.push_bind(whatever_case(text));
        }
        query.push(" AND l.active = 1 AND s.state <> 'undone' ORDER BY ");
        query.push(if by_words { "f.rowid" } else { "l.key" }).push(" DESC LIMIT ").push_bind(limit);
        all(&self.readers, query, rows::found_line).await
    }
}

#[async_trait::async_trait]
impl SearchWrites for SqliteUnit {
    async fn load_search_rows(&mut self, index: SearchIndex) -> StoreResult<u64> {
        let Parts { table, stands, .. } = parts(index);
        let sql = format!("SELECT count(*) FROM {table} t WHERE {stands}");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(self.reading().await?).await.map_err(from_sqlx)?;
        Ok(count(rows))
    }

    async fn clear_search(&mut self, index: SearchIndex) -> StoreResult<()> {
        self.searched_anew();
        // The words of identities stand in their rows, and their index takes them from there.
        let how = if index == SearchIndex::Identities { "rebuild" } else { "delete-all" };
        order(self.connection().await?, index, how).await
    }

    async fn fill_search(&mut self, index: SearchIndex, after: i64, limit: u32) -> StoreResult<Option<Filled>> {
        let connection = self.connection().await?;
        let Parts { index: name, table, stands, .. } = parts(index);
        let sql = format!(
            "SELECT max(key), count(*) FROM (SELECT t.key AS key FROM {table} t WHERE {stands} AND t.key > {after} ORDER BY t.key LIMIT {limit})"
        );
        let (last, rows): (Option<i64>, i64) =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
        let Some(last) = last else { return Ok(None) };
        if index == SearchIndex::Identities {
            for (key, record) in identities_after(&mut *connection, after, last).await? {
                let words = sqlx::query("UPDATE identity SET words = ?1 WHERE key = ?2 AND words <> ?1");
                words.bind(record.words()).bind(key).execute(&mut *connection).await.map_err(from_sqlx)?;
            }
        } else {
            let words = if index == SearchIndex::Lines { "line_words" } else { "txn_words" };
            let sql = format!(
                "INSERT INTO {name} (rowid, words) SELECT key, words FROM {words} WHERE key > {after} AND key <= {last}"
            );
            sqlx::query(AssertSqlSafe(sql)).execute(connection).await.map_err(from_sqlx)?;
        }
        Ok(Some(Filled { last, rows: count(rows) }))
    }
}

/// Tells an index to do something to all of itself.
async fn order(connection: &mut SqliteConnection, index: SearchIndex, what: &str) -> StoreResult<()> {
    let name = parts(index).index;
    sqlx::query(AssertSqlSafe(format!("INSERT INTO {name} ({name}) VALUES ('{what}')")))
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}
