//! Identities, their accounts, and the key of protected fields.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use engine::Engine;
use engine::api::page::ListQuery;
use engine::api::people::{
    AccountRequest, AccountRow, IdentityDetail, IdentityEdit, IdentityRequest, IdentityRow, KeyState,
};
use serde_json::json;

use crate::Done;
use crate::args::{AccountArgs, AccountCommand, IdentityCommand, KeyCommand};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, money};
use crate::session::{Actor, balance, open_to_read, open_to_write};

/// Stands where the name is protected.
const HIDDEN: &str = "••••";

/// The book of a command, and whether it is written to.
fn book_of(command: &IdentityCommand) -> (&PathBuf, bool) {
    use IdentityCommand as C;
    match command {
        C::List { book, .. } | C::Show { book, .. } | C::History { book, .. } => (book, false),
        C::Key(KeyCommand::Status { book }) => (book, false),
        C::Create { book, .. }
        | C::Change { book, .. }
        | C::Delete { book, .. }
        | C::Protect { book, .. }
        | C::Unprotect { book, .. }
        | C::Reveal { book, .. }
        | C::Link { book, .. }
        | C::Unlink { book, .. }
        | C::Account(
            AccountCommand::Add { book, .. }
            | AccountCommand::Change { book, .. }
            | AccountCommand::Delete { book, .. },
        )
        | C::Key(KeyCommand::Show { book } | KeyCommand::Add { book } | KeyCommand::Replace { book, .. }) => {
            (book, true)
        }
    }
}

pub(crate) async fn run(command: &IdentityCommand, actor: Actor<'_>) -> Answer<Done> {
    let (book, writes) = book_of(command);
    let engine = if writes { open_to_write(book, actor).await? } else { open_to_read(book, actor).await? };
    let answer = answer(&engine, command).await;
    engine.close().await;
    answer
}

async fn answer(engine: &Engine, command: &IdentityCommand) -> Answer<Done> {
    use IdentityCommand as C;
    match command {
        C::List { search, filter, page, .. } => {
            let query = filter.narrow(ListQuery { text: search.clone(), ..page.query() });
            let page = engine.identities_page(query).await?;
            let text = table(&page.rows);
            Ok(Output::new(page, text).into())
        }
        C::Show { id, .. } => Ok(shown(engine.identity_get(id).await?)),
        C::Create { kind, set, protect, .. } => {
            let fields = pairs(set)?;
            let request = IdentityRequest { kind: kind.clone(), fields, protect: protect.clone() };
            Ok(shown(engine.identity_create(request).await?))
        }
        C::Change { id, kind, set, clear, .. } => {
            let mut fields: BTreeMap<String, Option<String>> =
                pairs(set)?.into_iter().map(|(field, text)| (field, Some(text))).collect();
            fields.extend(clear.iter().map(|field| (field.clone(), None)));
            let version = engine.identity_get(id).await?.version;
            let edit = IdentityEdit { id: id.clone(), version, kind: kind.clone(), fields };
            Ok(shown(engine.identity_update(edit).await?))
        }
        C::Delete { id, .. } => {
            engine.identity_delete(id).await?;
            Ok(Output::new(json!({ "deleted": id }), format!("{id} is deleted.")).into())
        }
        C::Protect { id, fields, .. } => Ok(shown(engine.identity_protect(id, fields).await?)),
        C::Unprotect { id, fields, reason, .. } => Ok(shown(engine.identity_unprotect(id, fields, reason).await?)),
        C::Reveal { id, fields, reason, .. } => {
            let texts = engine.identity_reveal(id, fields, reason).await?;
            let lines: Vec<String> = texts.iter().map(|(field, text)| format!("{field}: {text}")).collect();
            Ok(Output::new(&texts, lines.join("\n")).into())
        }
        C::Link { balance: name, id, currency, .. } => link(engine, name, Some(id), currency.as_deref()).await,
        C::Unlink { balance: name, currency, .. } => link(engine, name, None, currency.as_deref()).await,
        C::History { id, .. } => {
            let rows = engine.identity_history(id).await?;
            let mut table = Table::new(&["When", "Who", "What"]);
            for row in &rows {
                table.row(vec![row.at.clone(), row.actor.clone(), format!("{} {}", row.verb, row.object)]);
            }
            let text = table.or("Nothing was done to it.");
            Ok(Output::new(rows, text).into())
        }
        C::Account(command) => account(engine, command).await,
        C::Key(command) => key(engine, command).await,
    }
}

async fn link(engine: &Engine, name: &str, id: Option<&String>, currency: Option<&str>) -> Answer<Done> {
    let row = balance(engine, "balance", name, currency).await?;
    engine.balance_identity_set(&row.id, id.map(String::as_str)).await?;
    let text = match id {
        Some(id) => format!("{} belongs to {id}.", row.name),
        None => format!("{} belongs to nobody.", row.name),
    };
    Ok(Output::new(json!({ "balance": row.id, "identity": id }), text).into())
}

async fn account(engine: &Engine, command: &AccountCommand) -> Answer<Done> {
    let row = match command {
        AccountCommand::Add { identity, account, .. } => {
            engine.account_create(requested(engine, identity, account).await?).await?
        }
        AccountCommand::Change { id, account, .. } => {
            engine.account_update(id, requested(engine, "", account).await?).await?
        }
        AccountCommand::Delete { id, .. } => {
            engine.account_delete(id).await?;
            return Ok(Output::new(json!({ "deleted": id }), format!("{id} is deleted.")).into());
        }
    };
    let text = accounts(std::slice::from_ref(&row));
    Ok(Output::new(row, text).into())
}

async fn requested(engine: &Engine, identity: &str, account: &AccountArgs) -> Answer<AccountRequest> {
    let currency = Some(account.currency.as_str()).filter(|code| !code.is_empty());
    let balance_id = match &account.balance {
        Some(name) => Some(balance(engine, "balance", name, currency).await?.id),
        None => None,
    };
    Ok(AccountRequest {
        identity_id: identity.to_owned(),
        balance_id,
        name: account.name.clone(),
        bank: account.bank.clone(),
        number: account.number.clone(),
        currency: account.currency.clone(),
    })
}

async fn key(engine: &Engine, command: &KeyCommand) -> Answer<Done> {
    let state = match command {
        KeyCommand::Status { .. } => engine.key_state().await?,
        KeyCommand::Show { .. } => {
            let text = engine.key_show().await?;
            return Ok(Output::new(json!({ "keys": text.as_str() }), text.as_str()).into());
        }
        KeyCommand::Add { .. } => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Fault::new(Exit::File, "INPUT", format!("Standard input: {error}.")))?;
            engine.key_add(&text).await?
        }
        KeyCommand::Replace { resume, .. } => engine.key_replace(!resume).await?,
    };
    let text = key_text(&state);
    Ok(Output::new(state, text).into())
}

fn key_text(state: &KeyState) -> String {
    let key = state.key_id.as_ref().map_or_else(|| "no key yet".to_owned(), |id| format!("key {id}"));
    let mut text = format!("{key}, kept in {}; {} identities are protected", state.kept, state.sealed);
    if state.older > 0 {
        text.push_str(&format!(", {} of them with an older key", state.older));
    }
    text.push('.');
    if let Some(problem) = &state.problem {
        text.push('\n');
        text.push_str(problem);
    }
    text
}

/// `field=value`, each field once.
fn pairs(list: &[String]) -> Answer<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for text in list {
        let pair = text.split_once('=');
        let (field, value) =
            pair.ok_or_else(|| Fault::new(Exit::Usage, "USAGE", format!("“{text}” is not FIELD=VALUE.")))?;
        if fields.insert(field.trim().to_owned(), value.to_owned()).is_some() {
            return Err(Fault::new(Exit::Usage, "USAGE", format!("{field} is given twice.")));
        }
    }
    Ok(fields)
}

fn name(row: &IdentityRow) -> String {
    if row.name.is_empty() { HIDDEN.to_owned() } else { row.name.clone() }
}

fn table(rows: &[IdentityRow]) -> String {
    let mut table = Table::new(&["Id", "Name", "Kind", "Category", "Country", ">Balances", ">Accounts", "Protected"]);
    for row in rows {
        table.row(vec![
            row.id.clone(),
            name(row),
            row.kind.clone(),
            row.category.clone(),
            row.country.clone(),
            row.balances.to_string(),
            row.accounts.to_string(),
            row.protected.join(", "),
        ]);
    }
    table.or("There are no identities.")
}

fn accounts(rows: &[AccountRow]) -> String {
    let mut table = Table::new(&["Id", "Number", "Bank", "Name", "Currency", "Balance"]);
    for row in rows {
        table.row(vec![
            row.id.clone(),
            row.number.clone(),
            row.bank.clone(),
            row.name.clone(),
            row.currency.clone(),
            row.balance_name.clone().unwrap_or_default(),
        ]);
    }
    table.or("No accounts.")
}

fn shown(detail: IdentityDetail) -> Done {
    let mut text = format!("{}  {}  ({})\n", detail.row.id, name(&detail.row), detail.row.kind);
    for field in &detail.fields {
        let value = if field.protected { Some(HIDDEN) } else { field.value.as_deref() };
        if let Some(value) = value {
            text.push_str(&format!("  {}: {value}\n", field.field));
        }
    }
    for total in &detail.totals {
        text.push_str(&format!("  balances: {}\n", money(&total.amount, &total.currency, total.exponent)));
    }
    text.push_str(&accounts(&detail.accounts));
    Output::new(detail, text).into()
}
