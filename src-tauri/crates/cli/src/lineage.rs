//! Lineage of funds.

use engine::Engine;
use engine::api::lineage::{BalanceLineage, LineageMove, LineageMovesQuery, LineageRequest};
use serde_json::json;

use crate::Done;
use crate::args::LineageCommand;
use crate::fault::Answer;
use crate::output::{Output, Table, figure, money};
use crate::session::{Actor, balance, open_to_read, open_to_write};
use crate::transactions::find;

pub(crate) async fn run(command: &LineageCommand, actor: Actor<'_>) -> Answer<Done> {
    let engine = match command {
        LineageCommand::Set { book, .. } => open_to_write(book, actor).await?,
        LineageCommand::Show { book, .. } | LineageCommand::Moves { book, .. } | LineageCommand::Of { book, .. } => {
            open_to_read(book, actor).await?
        }
    };
    let answer = answer(&engine, command).await;
    engine.close().await;
    answer
}

async fn answer(engine: &Engine, command: &LineageCommand) -> Answer<Done> {
    match command {
        LineageCommand::Show { balance: name, .. } => {
            let row = balance(engine, "balance", name, None).await?;
            let lineage = engine.lineage_of(&row.id).await?;
            let text = describe(&lineage);
            Ok(Output::new(lineage, text).into())
        }
        LineageCommand::Set { balance: name, strategy, .. } => {
            let row = balance(engine, "balance", name, None).await?;
            let request = LineageRequest { balance_id: row.id, strategy: Some(strategy.clone()) };
            let lineage = engine.lineage_set(&request).await?;
            let text = describe(&lineage);
            Ok(Output::new(lineage, text).into())
        }
        LineageCommand::Moves { balance: name, origin, page, .. } => {
            let row = balance(engine, "balance", name, None).await?;
            let (offset, limit) = (page.offset, page.limit);
            let query = LineageMovesQuery { balance_id: row.id, origin: origin.clone(), offset, limit };
            let found = engine.lineage_moves(&query).await?;
            let text = moves(&found.rows, row.exponent);
            Ok(Output::new(json!({ "total": found.total, "rows": found.rows }), text).into())
        }
        LineageCommand::Of { transaction, .. } => {
            let family = find(engine, transaction).await?.family;
            let found = engine.lineage_of_transaction(&family.id).await?;
            let text = moves(&found, family.exponent);
            Ok(Output::new(found, text).into())
        }
    }
}

fn describe(lineage: &BalanceLineage) -> String {
    let head = match &lineage.strategy {
        Some(strategy) => format!("{} keeps lineage: {strategy}.", lineage.balance_name),
        None => format!("{} keeps no lineage.", lineage.balance_name),
    };
    let mut table = Table::new(&["Origin", ">Received", ">Spent", ">Held in", ">Held out", ">Available"]);
    for one in &lineage.sources {
        let figures = [&one.received, &one.spent, &one.held_in, &one.held_out, &one.available];
        let figures = figures.map(|minor| figure(minor, lineage.exponent));
        table.row(std::iter::once(one.origin.clone()).chain(figures).collect());
    }
    let unknown = money(&lineage.unknown, &lineage.currency, lineage.exponent);
    format!("{head}\n{}\nWithout a known origin: {unknown}", table.or("No money with an origin came yet."))
}

fn moves(rows: &[LineageMove], exponent: u8) -> String {
    let mut table = Table::new(&["Date", "Reference", "Balance", "Origin", "What", ">Amount"]);
    for one in rows {
        table.row(vec![
            one.date.clone().unwrap_or_default(),
            one.reference.clone().unwrap_or_default(),
            one.balance_name.clone(),
            one.origin.clone(),
            one.kind.replace('_', " "),
            figure(&one.amount, exponent),
        ]);
    }
    table.or("It moved no money with an origin.")
}
