//! The matching rules of a book.

use std::path::Path;

use engine::Engine;
use engine::api::rules::{Rule, RuleDraft};
use serde_json::json;

use crate::Done;
use crate::args::RuleCommand;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table};
use crate::session::{Actor, open_to_read, open_to_write};

pub(crate) async fn run(command: &RuleCommand, actor: Actor<'_>) -> Answer<Done> {
    // Before the book is opened: a file that says nothing changes nothing.
    let draft = match command {
        RuleCommand::Save { file, .. } => Some(draft(file)?),
        _ => None,
    };
    let (book, writes) = match command {
        RuleCommand::List { book } | RuleCommand::Show { book, .. } => (book, false),
        RuleCommand::Save { book, .. }
        | RuleCommand::Enable { book, .. }
        | RuleCommand::Disable { book, .. }
        | RuleCommand::Delete { book, .. }
        | RuleCommand::Restore { book, .. }
        | RuleCommand::Move { book, .. } => (book, true),
    };
    let engine = if writes { open_to_write(book, actor).await? } else { open_to_read(book, actor).await? };
    let answer = answer(&engine, command, draft).await;
    engine.close().await;
    answer
}

async fn answer(engine: &Engine, command: &RuleCommand, draft: Option<RuleDraft>) -> Answer<Done> {
    match command {
        RuleCommand::List { .. } => {}
        RuleCommand::Show { rule, .. } => return show(engine, rule).await,
        RuleCommand::Save { .. } => {
            if let Some(draft) = draft {
                engine.rule_save(draft).await?;
            }
        }
        RuleCommand::Enable { rule, .. } => engine.rule_toggle(&find(engine, rule).await?.id, true).await?,
        RuleCommand::Disable { rule, .. } => engine.rule_toggle(&find(engine, rule).await?.id, false).await?,
        RuleCommand::Delete { rule, .. } => engine.rule_delete(&find(engine, rule).await?.id).await?,
        RuleCommand::Restore { id, .. } => engine.rule_restore(id).await?,
        RuleCommand::Move { rule, to, .. } => {
            let moved = find(engine, rule).await?.id;
            let mut ids: Vec<String> = engine.rules().await?.into_iter().map(|rule| rule.id).collect();
            if !(1..=ids.len()).contains(to) {
                let message = format!("There are {} rules; give a place from 1 to {}.", ids.len(), ids.len());
                return Err(Fault::new(Exit::Refused, "INVALID_INPUT", message));
            }
            ids.retain(|id| *id != moved);
            ids.insert(to - 1, moved);
            engine.rule_reorder(ids).await?;
        }
    }
    let rules = engine.rules().await?;
    let text = table(&rules);
    Ok(Output::new(rules, text).into())
}

async fn show(engine: &Engine, rule: &str) -> Answer<Done> {
    let rule = find(engine, rule).await?;
    let versions = engine.rule_versions(&rule.id).await?;
    let mut table = Table::new(&[">Version", "Saved", "By", "Name"]);
    for version in &versions {
        table.row(vec![version.version.to_string(), version.at.clone(), version.actor.clone(), version.name.clone()]);
    }
    let text = format!("{}\n{}\n\n{}", rule.name, sentence(&rule), table.or("No version."));
    let shown = json!({
        "id": rule.id, "name": rule.name, "enabled": rule.enabled, "body": rule.body, "versions": versions,
    });
    Ok(Output::new(shown, text).into())
}

/// The rule of an id or a name.
async fn find(engine: &Engine, named: &str) -> Answer<Rule> {
    let rules = engine.rules().await?;
    let is = |rule: &&Rule| rule.id == named || rule.name == named;
    let mut found = rules.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(rule), None) => Ok(rule.clone()),
        (Some(_), Some(_)) => {
            let message =
                format!("Several rules are called {named}. Give the id of one, as “tieout rule list” shows it.");
            Err(Fault::new(Exit::Refused, "AMBIGUOUS", message))
        }
        (None, _) => Err(engine::EngineError::not_found("rule", named).into()),
    }
}

fn draft(file: &Path) -> Answer<RuleDraft> {
    let text =
        if file.as_os_str() == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    let text = text.map_err(|error| Fault::file(file, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        let message = format!("{} is no matching rule: {error}. Nothing was changed.", file.display());
        Fault::new(Exit::File, "NOT_A_RULE", message)
    })
}

fn sentence(rule: &Rule) -> String {
    rule.sentence.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn table(rules: &[Rule]) -> String {
    let mut table = Table::new(&[">Place", "Id", "Name", "On", ">Version", "Rule"]);
    for (index, rule) in rules.iter().enumerate() {
        table.row(vec![
            (index + 1).to_string(),
            rule.id.clone(),
            rule.name.clone(),
            if rule.enabled { "yes".into() } else { "no".into() },
            rule.version.to_string(),
            sentence(rule),
        ]);
    }
    table.or("There are no matching rules.")
}
