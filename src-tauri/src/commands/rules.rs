//! Matching rules.

use engine::api::rules::{Rule, RuleCheck, RuleDraft, RulePreview, RuleVersion};
use tauri::State;

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn rules_list(shell: State<'_, Shell>) -> Answer<Vec<Rule>> {
    Ok(shell.engine().await?.rules().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_save(shell: State<'_, Shell>, rule: RuleDraft) -> Answer<Rule> {
    Ok(shell.engine().await?.rule_save(rule).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_toggle(shell: State<'_, Shell>, id: String, enabled: bool) -> Answer<()> {
    Ok(shell.engine().await?.rule_toggle(&id, enabled).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rules_reorder(shell: State<'_, Shell>, ids: Vec<String>) -> Answer<()> {
    Ok(shell.engine().await?.rule_reorder(ids).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_delete(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.rule_delete(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_restore(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.rule_restore(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_versions(shell: State<'_, Shell>, id: String) -> Answer<Vec<RuleVersion>> {
    Ok(shell.engine().await?.rule_versions(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_validate(shell: State<'_, Shell>, rule: RuleDraft) -> Answer<RuleCheck> {
    Ok(shell.engine().await?.rule_check(&rule))
}

/// Reads a rule from its stored JSON form, as it is pasted.
#[tauri::command(rename_all = "snake_case")]
pub async fn rule_parse(shell: State<'_, Shell>, stored: String) -> Answer<RuleDraft> {
    Ok(shell.engine().await?.rule_parse(&stored)?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn rule_preview(
    shell: State<'_, Shell>,
    rule: RuleDraft,
    statement_id: Option<String>,
) -> Answer<RulePreview> {
    Ok(shell.engine().await?.rule_preview(rule, statement_id).await?)
}
