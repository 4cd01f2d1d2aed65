//! Statements, runs, the review desk, sign-off and the report.

use std::path::Path;

use engine::api::desk::{
    DeskAction, DeskDone, DeskEffect, DeskEntries, DeskEntriesQuery, DeskFocus, DeskHeader, DeskLines, DeskLinesQuery,
    DifferencePosting, SumSearch, TierPreview,
};
use engine::api::statements::{InterruptedRun, Report, ReportFormat, RunRequest, SignoffCheck, StatementRow};
use tauri::State;

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn statements_list(shell: State<'_, Shell>) -> Answer<Vec<StatementRow>> {
    Ok(shell.engine().await?.statements().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn run_start(shell: State<'_, Shell>, request: RunRequest) -> Answer<String> {
    Ok(shell.engine().await?.run_start(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_cancel(shell: State<'_, Shell>, id: String) -> Answer<()> {
    shell.cancel(&id);
    shell.engine().await?.run_cancel(&id);
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_resume(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.run_resume(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn interrupted_runs(shell: State<'_, Shell>) -> Answer<Vec<InterruptedRun>> {
    Ok(shell.engine().await?.interrupted_runs().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk(shell: State<'_, Shell>, statement_id: String) -> Answer<DeskHeader> {
    Ok(shell.engine().await?.desk(&statement_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_lines(shell: State<'_, Shell>, query: DeskLinesQuery) -> Answer<DeskLines> {
    Ok(shell.engine().await?.desk_lines(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_focus(shell: State<'_, Shell>, line_id: String) -> Answer<DeskFocus> {
    Ok(shell.engine().await?.desk_focus(&line_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_entries(shell: State<'_, Shell>, query: DeskEntriesQuery) -> Answer<DeskEntries> {
    Ok(shell.engine().await?.desk_entries(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_effect(
    shell: State<'_, Shell>,
    statement_id: String,
    line_ids: Vec<String>,
    entry_ids: Vec<String>,
) -> Answer<DeskEffect> {
    Ok(shell.engine().await?.desk_effect(&statement_id, line_ids, entry_ids).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn match_accept(
    shell: State<'_, Shell>,
    statement_id: String,
    line_ids: Vec<String>,
    entry_ids: Vec<String>,
    difference: Option<DifferencePosting>,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.match_accept(&statement_id, line_ids, entry_ids, difference).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn match_tier_preview(shell: State<'_, Shell>, statement_id: String, tier: String) -> Answer<TierPreview> {
    Ok(shell.engine().await?.match_tier_preview(&statement_id, &tier).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn match_accept_tier(
    shell: State<'_, Shell>,
    statement_id: String,
    tier: String,
    lines: u32,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.match_accept_tier(&statement_id, &tier, lines).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn match_reject(
    shell: State<'_, Shell>,
    statement_id: String,
    line_id: String,
    entry_id: String,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.match_reject(&statement_id, &line_id, &entry_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn match_undo(
    shell: State<'_, Shell>,
    match_id: String,
    reverse: bool,
    signed_reason: Option<String>,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.match_undo(&match_id, reverse, signed_reason.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn line_new_entry(
    shell: State<'_, Shell>,
    statement_id: String,
    line_id: String,
    posting: DifferencePosting,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.line_new_entry(&statement_id, &line_id, posting).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn entry_outstanding(
    shell: State<'_, Shell>,
    statement_id: String,
    entry_id: String,
    on: bool,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.entry_outstanding(&statement_id, &entry_id, on).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn opening_post(
    shell: State<'_, Shell>,
    statement_id: String,
    balance_id: String,
    all_booked: bool,
    signed_reason: Option<String>,
) -> Answer<DeskDone> {
    Ok(shell.engine().await?.opening_post(&statement_id, &balance_id, all_booked, signed_reason.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_log(shell: State<'_, Shell>, statement_id: String) -> Answer<Vec<DeskAction>> {
    Ok(shell.engine().await?.desk_log(&statement_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_undo(shell: State<'_, Shell>, statement_id: String, action_id: Option<String>) -> Answer<DeskDone> {
    Ok(shell.engine().await?.desk_undo(&statement_id, action_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn desk_redo(shell: State<'_, Shell>, statement_id: String, action_id: Option<String>) -> Answer<DeskDone> {
    Ok(shell.engine().await?.desk_redo(&statement_id, action_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn find_sum(shell: State<'_, Shell>, line_id: String) -> Answer<SumSearch> {
    Ok(shell.engine().await?.find_sum(&line_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn signoff_check(shell: State<'_, Shell>, statement_id: String) -> Answer<SignoffCheck> {
    Ok(shell.engine().await?.signoff_check(&statement_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn sign_off(shell: State<'_, Shell>, statement_id: String, name: String) -> Answer<Report> {
    Ok(shell.engine().await?.sign_off(&statement_id, &name).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn reopen(shell: State<'_, Shell>, statement_id: String, reason: String) -> Answer<()> {
    Ok(shell.engine().await?.reopen(&statement_id, &reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn report(shell: State<'_, Shell>, statement_id: String, version: Option<u32>) -> Answer<Report> {
    Ok(shell.engine().await?.report(&statement_id, version).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn report_export(
    shell: State<'_, Shell>,
    statement_id: String,
    version: Option<u32>,
    format: ReportFormat,
    path: String,
) -> Answer<()> {
    shell.pointed.table(Path::new(&path))?;
    Ok(shell.engine().await?.report_export(&statement_id, version, format, Path::new(&path)).await?)
}
