//! One search over everything in a book, and the list of accounts.

use std::path::Path;

use engine::api::page::ListQuery;
use engine::api::search::{SearchHit, SearchKind};
use engine::words::plural;
use serde_json::json;

use crate::Done;
use crate::args::{Conditions, PageArgs};
use crate::fault::Answer;
use crate::output::{Output, Table, money, progress, progress_end};
use crate::session::{Actor, open_to_read, open_to_write};

fn name(kind: SearchKind) -> &'static str {
    match kind {
        SearchKind::Transaction => "Transactions",
        SearchKind::Balance => "Balances",
        SearchKind::Ledger => "Ledgers",
        SearchKind::Identity => "Identities",
        SearchKind::Account => "Accounts",
        SearchKind::Statement => "Statements",
        SearchKind::Line => "Lines of statements",
    }
}

/// Stands where the name is protected.
const HIDDEN: &str = "••••";

fn amount(hit: &SearchHit) -> String {
    match (&hit.amount, &hit.currency, hit.exponent) {
        (Some(minor), Some(code), Some(exponent)) => money(minor, code, exponent),
        _ => String::new(),
    }
}

pub(crate) async fn everything(book: &Path, words: &str, limit: u32, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let found = engine.search_all(words, &[], limit).await;
    engine.close().await;
    let groups = found?;
    let mut text = String::new();
    for group in &groups {
        let shown = group.hits.len();
        let count = group.total.map_or_else(|| format!("{shown} and more"), |total| format!("{shown} of {total}"));
        let mut table = Table::new(&["What", "About", ">Amount", "Found in", "Id"]);
        for hit in &group.hits {
            let title = if hit.title.is_empty() { HIDDEN.to_owned() } else { hit.title.clone() };
            table.row(vec![title, hit.detail.clone(), amount(hit), hit.found_in.clone(), hit.id.clone()]);
        }
        text.push_str(&format!("{}, {count}\n{}\n", name(group.kind), table.or("")));
    }
    if groups.is_empty() {
        text = format!("Nothing in this book holds “{words}”.");
    }
    Ok(Output::new(json!({ "groups": groups }), text.trim_end()).into())
}

pub(crate) async fn accounts(
    book: &Path,
    search: Option<&str>,
    filter: &Conditions,
    page: &PageArgs,
    actor: Actor<'_>,
) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let query = filter.narrow(ListQuery { text: search.map(str::to_owned), ..page.query() });
    let found = engine.accounts_page(query).await;
    engine.close().await;
    let found = found?;
    let mut table = Table::new(&["Name", "Bank", "Number", "Currency", "Balance", "Of", "Id"]);
    for row in &found.rows {
        table.row(vec![
            row.name.clone(),
            row.bank.clone(),
            row.masked.clone(),
            row.currency.clone(),
            row.balance_name.clone().unwrap_or_default(),
            row.identity_id.clone(),
            row.id.clone(),
        ]);
    }
    let total = plural(found.total, "account", "accounts");
    let text = format!("{} of {total}\n{}", found.rows.len(), table.or("No account fits."));
    Ok(Output::new(found, text).into())
}

/// Builds anew what words are looked for in.
pub(crate) async fn rebuild(book: &Path, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(book, actor).await?;
    progress("Building the search anew");
    let built = engine.search_rebuild("reindex", None).await;
    progress_end();
    engine.close().await;
    let built = built?;
    let text = format!("The search was built anew from {}.", plural(built.rows, "row", "rows"));
    Ok(Output::new(built, text).into())
}
