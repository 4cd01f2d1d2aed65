//! Ledgers, balances, registers and the overview.

use std::path::Path;

use engine::api::financial::{FinancialReport, FinancialRequest};
use engine::api::ledgers::{
    BalanceCheck, BalanceDetail, BalanceRow, BalanceTotal, BalanceUpdate, ChartPoint, LedgerRow, NewBalanceRequest,
    RegisterRow,
};
use engine::api::lineage::{BalanceLineage, LineageMove, LineageMovesQuery, LineageRequest};
use engine::api::monitors::{MonitorAlert, MonitorRequest, MonitorRow};
use engine::api::overview::{ActivityRow, AgeRow, AttentionRow, Awaiting, CashRow, TrialBalance};
use engine::api::page::{ListPage, ListQuery};
use engine::api::periods::PeriodState;
use engine::api::statements::ReportFormat;
use engine::api::trial::TrialReport;
use tauri::State;

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn ledgers_list(shell: State<'_, Shell>) -> Answer<Vec<LedgerRow>> {
    Ok(shell.engine().await?.ledgers_list().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn ledger_create(shell: State<'_, Shell>, name: String) -> Answer<LedgerRow> {
    Ok(shell.engine().await?.ledger_create(&name).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn ledger_type_set(shell: State<'_, Shell>, id: String, account_type: Option<String>) -> Answer<LedgerRow> {
    Ok(shell.engine().await?.ledger_type_set(&id, account_type.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn lineage_get(shell: State<'_, Shell>, balance_id: String) -> Answer<BalanceLineage> {
    Ok(shell.engine().await?.lineage_of(&balance_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn lineage_set(shell: State<'_, Shell>, request: LineageRequest) -> Answer<BalanceLineage> {
    Ok(shell.engine().await?.lineage_set(&request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn lineage_moves(shell: State<'_, Shell>, query: LineageMovesQuery) -> Answer<ListPage<LineageMove>> {
    Ok(shell.engine().await?.lineage_moves(&query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn lineage_of_transaction(shell: State<'_, Shell>, id: String) -> Answer<Vec<LineageMove>> {
    Ok(shell.engine().await?.lineage_of_transaction(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn monitors_list(shell: State<'_, Shell>) -> Answer<Vec<MonitorRow>> {
    Ok(shell.engine().await?.monitors_list().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn monitor_alerts(shell: State<'_, Shell>) -> Answer<Vec<MonitorAlert>> {
    Ok(shell.engine().await?.monitor_alerts().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn monitor_create(shell: State<'_, Shell>, request: MonitorRequest) -> Answer<MonitorRow> {
    Ok(shell.engine().await?.monitor_create(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn monitor_update(shell: State<'_, Shell>, id: String, request: MonitorRequest) -> Answer<MonitorRow> {
    Ok(shell.engine().await?.monitor_update(&id, request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn monitor_delete(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.monitor_delete(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn period_state(shell: State<'_, Shell>) -> Answer<PeriodState> {
    Ok(shell.engine().await?.period_state().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn period_close(shell: State<'_, Shell>, through: String) -> Answer<PeriodState> {
    Ok(shell.engine().await?.period_close(&through).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn period_reopen(shell: State<'_, Shell>, through: Option<String>, reason: String) -> Answer<PeriodState> {
    Ok(shell.engine().await?.period_reopen(through.as_deref(), &reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn financial_report(shell: State<'_, Shell>, request: FinancialRequest) -> Answer<FinancialReport> {
    Ok(shell.engine().await?.financial_report(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn financial_export(
    shell: State<'_, Shell>,
    request: FinancialRequest,
    format: ReportFormat,
    path: String,
) -> Answer<u64> {
    let path = Path::new(&path);
    shell.pointed.table(path)?;
    Ok(shell.engine().await?.financial_export(request, format, path).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn ledger_rename(shell: State<'_, Shell>, id: String, name: String) -> Answer<()> {
    Ok(shell.engine().await?.ledger_rename(&id, &name).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balances_page(shell: State<'_, Shell>, query: ListQuery) -> Answer<ListPage<BalanceRow>> {
    Ok(shell.engine().await?.balances_page(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balances_totals(shell: State<'_, Shell>, query: ListQuery) -> Answer<Vec<BalanceTotal>> {
    Ok(shell.engine().await?.balances_totals(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_history(shell: State<'_, Shell>, id: String) -> Answer<Vec<ActivityRow>> {
    Ok(shell.engine().await?.balance_history(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_search(
    shell: State<'_, Shell>,
    text: String,
    currency: Option<String>,
    limit: u32,
) -> Answer<Vec<BalanceRow>> {
    Ok(shell.engine().await?.balance_search(&text, currency.as_deref(), limit).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_create(shell: State<'_, Shell>, request: NewBalanceRequest) -> Answer<BalanceRow> {
    Ok(shell.engine().await?.balance_create(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_update(shell: State<'_, Shell>, request: BalanceUpdate) -> Answer<BalanceRow> {
    Ok(shell.engine().await?.balance_update(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_get(shell: State<'_, Shell>, id: String, as_of: Option<String>) -> Answer<BalanceDetail> {
    Ok(shell.engine().await?.balance_get(&id, as_of.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_chart(
    shell: State<'_, Shell>,
    id: String,
    from: Option<String>,
    to: Option<String>,
) -> Answer<Vec<ChartPoint>> {
    Ok(shell.engine().await?.balance_chart(&id, from.as_deref(), to.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn register_page(shell: State<'_, Shell>, id: String, query: ListQuery) -> Answer<ListPage<RegisterRow>> {
    Ok(shell.engine().await?.register_page(&id, query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_check(shell: State<'_, Shell>, id: String) -> Answer<BalanceCheck> {
    Ok(shell.engine().await?.balance_check(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn overview_cash(shell: State<'_, Shell>, as_of: Option<String>) -> Answer<Vec<CashRow>> {
    Ok(shell.engine().await?.overview_cash(as_of.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn trial_report(shell: State<'_, Shell>, as_of: Option<String>) -> Answer<TrialReport> {
    Ok(shell.engine().await?.trial_report(as_of.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn trial_export(
    shell: State<'_, Shell>,
    as_of: Option<String>,
    format: ReportFormat,
    path: String,
) -> Answer<u64> {
    let path = Path::new(&path);
    shell.pointed.table(path)?;
    Ok(shell.engine().await?.trial_export(as_of.as_deref(), format, path).await?)
}

/// Writes the register of a balance up to a day to a file.
#[tauri::command(rename_all = "snake_case")]
pub async fn register_export(
    shell: State<'_, Shell>,
    id: String,
    to: Option<String>,
    format: ReportFormat,
    path: String,
) -> Answer<u64> {
    let path = Path::new(&path);
    shell.pointed.table(path)?;
    Ok(shell.engine().await?.register_export(&id, [None, to.as_deref()], format, path).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn overview_trial(shell: State<'_, Shell>, as_of: Option<String>) -> Answer<TrialBalance> {
    Ok(shell.engine().await?.overview_trial(as_of.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn overview_ages(shell: State<'_, Shell>) -> Answer<Vec<AgeRow>> {
    Ok(shell.engine().await?.overview_ages().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn overview_awaiting(shell: State<'_, Shell>) -> Answer<Awaiting> {
    Ok(shell.engine().await?.overview_awaiting().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn overview_activity(shell: State<'_, Shell>, limit: u32) -> Answer<Vec<ActivityRow>> {
    Ok(shell.engine().await?.overview_activity(limit).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn overview_attention(shell: State<'_, Shell>) -> Answer<Vec<AttentionRow>> {
    Ok(shell.engine().await?.overview_attention().await?)
}
