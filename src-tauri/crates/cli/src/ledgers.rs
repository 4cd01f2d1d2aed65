//! Ledgers, balances and registers.

use std::path::Path;

use engine::api::ledgers::{BalanceUpdate, NewBalanceRequest};
use engine::api::page::{ListPage, ListQuery};
use engine::words::plural;
use engine::{Engine, EngineResult};
use serde_json::json;

use crate::Done;
use crate::args::{BalanceChanges, BalanceCommand, Conditions, LedgerCommand, PageArgs, RegisterFile, YesNo};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure};
use crate::session::{Actor, balance, open_to_read, open_to_write};
use crate::trial::file_to_make;

/// Most rows that the engine hands out at once.
const PAGE: u32 = 500;
/// The ledger of `@name` balances.
const GENERAL: &str = "General ledger";

pub(crate) async fn ledger_command(command: &LedgerCommand, actor: Actor<'_>) -> Answer<Done> {
    match command {
        LedgerCommand::Create { book, name } => {
            let engine = open_to_write(book, actor).await?;
            let made = engine.ledger_create(name).await;
            engine.close().await;
            let made = made?;
            Ok(Output::new(&made, format!("{}  {}", made.id, made.name)).into())
        }
        LedgerCommand::Type { book, ledger, account_type } => {
            let engine = open_to_write(book, actor).await?;
            let kind = Some(account_type.as_str()).filter(|word| *word != "by-name");
            let typed = async {
                let id = ledger_called(&engine, ledger).await?;
                Answer::Ok(engine.ledger_type_set(&id, kind).await?)
            }
            .await;
            engine.close().await;
            let typed = typed?;
            let kind = typed.account_type.clone().unwrap_or_else(|| "no type".into());
            Ok(Output::new(&typed, format!("{}  {}: {kind}", typed.id, typed.name)).into())
        }
        LedgerCommand::Rename { book, ledger, name } => {
            let engine = open_to_write(book, actor).await?;
            let renamed = async {
                let id = ledger_called(&engine, ledger).await?;
                engine.ledger_rename(&id, name).await?;
                Answer::Ok(id)
            }
            .await;
            engine.close().await;
            let id = renamed?;
            Ok(Output::new(json!({ "id": id, "name": name }), format!("{id}  {name}")).into())
        }
    }
}

/// The id of a ledger by its id or name.
async fn ledger_called(engine: &Engine, text: &str) -> Answer<String> {
    let rows = engine.ledgers_list().await?;
    let found: Vec<_> = rows.iter().filter(|row| row.id == text || row.name == text).collect();
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => {
            let message = format!("There is no ledger called “{text}” in this book. Nothing was changed.");
            Err(Fault::new(Exit::Refused, "NOT_FOUND", message))
        }
        _ => Err(Fault::argument("ledger", format!("{} ledgers are called “{text}”. Use the id.", found.len()))),
    }
}

pub(crate) async fn list_ledgers(
    book: &Path,
    search: Option<&str>,
    filter: &Conditions,
    actor: Actor<'_>,
) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let rows = every_row(search, filter, async |query| engine.ledgers_page(query).await).await;
    engine.close().await;
    let rows = rows?;
    let mut table = Table::new(&["Ledger", "Type", ">Balances", "Id"]);
    for row in &rows {
        let kind = row.account_type.clone().unwrap_or_default();
        table.row(vec![row.name.clone(), kind, row.balances.to_string(), row.id.clone()]);
    }
    Ok(Output::new(&rows, table.or("There are no ledgers.")).into())
}

pub(crate) async fn balance_command(command: &BalanceCommand, actor: Actor<'_>) -> Answer<Done> {
    match command {
        BalanceCommand::Create { book, ledger, name, currency, exponent, account_number, reconcilable, below_zero } => {
            // The ledger is looked up once the book is open.
            let request = NewBalanceRequest {
                ledger_id: String::new(),
                name: name.clone(),
                currency: currency.clone(),
                exponent: *exponent,
                account_number: account_number.clone(),
                reconcilable: *reconcilable,
                below_zero: *below_zero,
            };
            make_balance(book, ledger.as_deref(), request, actor).await
        }
        BalanceCommand::Change { book, balance, changes } => change_balance(book, balance, changes, actor).await,
    }
}

async fn change_balance(book: &Path, name: &str, changes: &BalanceChanges, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(book, actor).await?;
    let row = balance(&engine, "balance", name, None).await?;
    let or = |said: Option<YesNo>, now: bool| said.map_or(now, |said| said == YesNo::Yes);
    let account_number = match changes.account_number.as_deref().map(str::trim) {
        Some(number) => Some(number.to_owned()).filter(|number| !number.is_empty()),
        None => row.account_number,
    };
    let update = BalanceUpdate {
        id: row.id,
        name: changes.name.clone().unwrap_or(row.name),
        account_number,
        reconcilable: or(changes.reconcilable, row.reconcilable),
        pinned: or(changes.pinned, row.pinned),
        below_zero: changes.below_zero.map(|said| said == YesNo::Yes),
    };
    let changed = engine.balance_update(update).await;
    engine.close().await;
    let changed = changed?;
    let mut text = format!("{} was changed.", changed.name);
    if let Some(said) = changes.below_zero {
        text = format!("{text} It {} go below zero.", if said == YesNo::Yes { "may" } else { "may not" });
    }
    Ok(Output::new(&changed, text).into())
}

async fn make_balance(
    book: &Path,
    ledger: Option<&str>,
    mut request: NewBalanceRequest,
    actor: Actor<'_>,
) -> Answer<Done> {
    let engine = open_to_write(book, actor).await?;
    let wanted = match ledger {
        Some(ledger) => ledger,
        None if request.name.trim().starts_with('@') => GENERAL,
        None => return Err(Fault::argument("ledger", "Choose a ledger. Nothing was changed.")),
    };
    request.ledger_id = ledger_called(&engine, wanted).await?;
    let made = engine.balance_create(request).await;
    engine.close().await;
    let made = made?;
    Ok(Output::new(&made, format!("{}  {}", made.id, made.name)).into())
}

/// Every row of a filtered list, page by page.
async fn every_row<T>(
    search: Option<&str>,
    filter: &Conditions,
    read: impl AsyncFn(ListQuery) -> EngineResult<ListPage<T>>,
) -> EngineResult<Vec<T>> {
    let mut rows: Vec<T> = Vec::new();
    loop {
        let page = ListQuery {
            offset: rows.len() as u64,
            limit: PAGE,
            text: search.map(str::to_owned),
            ..ListQuery::default()
        };
        let page = read(filter.narrow(page)).await?;
        let done = page.rows.is_empty();
        rows.extend(page.rows);
        if done || rows.len() as u64 >= page.total {
            return Ok(rows);
        }
    }
}

pub(crate) async fn list_balances(
    book: &Path,
    search: Option<&str>,
    filter: &Conditions,
    actor: Actor<'_>,
) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let rows = every_row(search, filter, async |query| engine.balances_page(query).await).await;
    engine.close().await;
    let rows = rows?;
    let mut table = Table::new(&[
        "Ledger",
        "Balance",
        ">Amount",
        "Currency",
        ">Held out",
        ">Held in",
        ">Available",
        "Reconciled to",
        "Id",
    ]);
    for row in &rows {
        let show = |minor: &str| figure(minor, row.exponent);
        let figures = &row.figures;
        table.row(vec![
            row.ledger.clone(),
            row.name.clone(),
            show(&figures.balance),
            row.currency.clone(),
            show(&figures.held_out),
            show(&figures.held_in),
            show(&figures.available),
            row.reconciled_to.clone().unwrap_or_default(),
            row.id.clone(),
        ]);
    }
    Ok(Output::new(&rows, table.or("No balance fits.")).into())
}

/// The whole register as a file.
pub(crate) async fn register_file(
    book: &Path,
    name: &str,
    file: &RegisterFile,
    out: &Path,
    actor: Actor<'_>,
) -> Answer<Done> {
    let format = file_to_make(out, book)?;
    let engine = open_to_read(book, actor).await?;
    let [from, to] = [file.from, file.to].map(|day| day.map(|day| day.to_string()));
    let written = async {
        let balance = balance(&engine, "balance", name, None).await?;
        let days = [from.as_deref(), to.as_deref()];
        Ok::<_, Fault>(engine.register_export(&balance.id, days, format, out).await?)
    }
    .await;
    engine.close().await;
    let rows = written?;
    let text = format!("{} written to {}.", plural(rows, "entry", "entries"), out.display());
    Ok(Output::new(json!({ "rows": rows, "path": out }), text).into())
}

pub(crate) async fn register(book: &Path, name: &str, page: &PageArgs, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let balance = balance(&engine, "balance", name, None).await?;
    let query = ListQuery { offset: page.offset, limit: page.limit.min(PAGE), ..ListQuery::default() };
    let found = engine.register_page(&balance.id, query).await;
    engine.close().await;
    let found = found?;
    let mut table = Table::new(&["Date", "Reference", "Description", "Other side", ">In", ">Out", ">Balance"]);
    for row in &found.rows {
        let side =
            |minor: &Option<String>| minor.as_deref().map(|minor| figure(minor, row.exponent)).unwrap_or_default();
        table.row(vec![
            row.date.clone(),
            row.reference.clone(),
            row.description.clone(),
            row.other_name.clone(),
            side(&row.money_in),
            side(&row.money_out),
            figure(&row.running, row.exponent),
        ]);
    }
    let text = format!(
        "{}, {}: {} of {} entries\n{}",
        balance.name,
        balance.currency,
        found.rows.len(),
        found.total,
        table.or("There are no entries.")
    );
    Ok(Output::new(json!({ "balance": balance, "total": found.total, "rows": found.rows }), text).into())
}
