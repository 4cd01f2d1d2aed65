//! Transactions and the approval queue.

use std::path::Path;

use engine::api::attachments::AttachmentRow;
use engine::api::book::JobProgress;
use engine::api::bulk::{BulkOutcome, BulkRequest, EntryPreview, EntryRequest, EntryView, PostingsFile};
use engine::api::page::{ListPage, ListQuery, MoneyTotal};
use engine::api::scheduled::ScheduledRow;
use engine::api::transactions::{
    BatchOutcome, CommitItem, ExportDone, FamilyRow, HoldsEffect, PostPreview, PostRequest, TransactionDetail,
    TransactionsExport, VoidRequest,
};
use tauri::{AppHandle, Emitter, State};

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn transactions_page(shell: State<'_, Shell>, query: ListQuery) -> Answer<ListPage<FamilyRow>> {
    Ok(shell.engine().await?.transactions_page(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn transactions_start(shell: State<'_, Shell>, query: ListQuery) -> Answer<Option<Vec<FamilyRow>>> {
    Ok(shell.engine().await?.transactions_start(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn transactions_totals(shell: State<'_, Shell>, query: ListQuery) -> Answer<Vec<MoneyTotal>> {
    Ok(shell.engine().await?.transactions_totals(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn transaction_get(shell: State<'_, Shell>, id: String) -> Answer<TransactionDetail> {
    Ok(shell.engine().await?.transaction_get(&id).await?)
}

/// What is noted beside a transaction, a balance, a ledger or an identity.
#[tauri::command(rename_all = "snake_case")]
pub async fn metadata_get(shell: State<'_, Shell>, id: String) -> Answer<serde_json::Value> {
    Ok(shell.engine().await?.metadata_get(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn metadata_merge(
    shell: State<'_, Shell>,
    id: String,
    patch: serde_json::Value,
) -> Answer<serde_json::Value> {
    Ok(shell.engine().await?.metadata_merge(&id, patch).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn post_preview(
    shell: State<'_, Shell>,
    request: PostRequest,
    scheduled: Option<String>,
) -> Answer<PostPreview> {
    Ok(shell.engine().await?.post_preview_of(request, scheduled.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn post(shell: State<'_, Shell>, request: PostRequest) -> Answer<TransactionDetail> {
    Ok(shell.engine().await?.post(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn entry_preview(shell: State<'_, Shell>, request: EntryRequest) -> Answer<EntryPreview> {
    Ok(shell.engine().await?.entry_preview(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn entry_post(shell: State<'_, Shell>, request: EntryRequest) -> Answer<EntryView> {
    Ok(shell.engine().await?.entry_post(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn entry_get(shell: State<'_, Shell>, id: String) -> Answer<EntryView> {
    Ok(shell.engine().await?.entry_get(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn bulk_preview(shell: State<'_, Shell>, request: BulkRequest) -> Answer<BulkOutcome> {
    Ok(shell.engine().await?.bulk_preview(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn bulk_post(shell: State<'_, Shell>, request: BulkRequest) -> Answer<BulkOutcome> {
    Ok(shell.engine().await?.bulk_post(request).await?)
}

/// Reads a file of postings that was picked or dropped.
#[tauri::command(rename_all = "snake_case")]
pub async fn postings_read(shell: State<'_, Shell>, path: String) -> Answer<PostingsFile> {
    shell.pointed.statement(Path::new(&path))?;
    Ok(shell.engine().await?.postings_open(path).await?)
}

/// Attaches a file that was picked or dropped.
#[tauri::command(rename_all = "snake_case")]
pub async fn attachment_add(shell: State<'_, Shell>, id: String, path: String) -> Answer<AttachmentRow> {
    let path = Path::new(&path);
    shell.pointed.attachment(path)?;
    Ok(shell.engine().await?.attachment_add(&id, path).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn attachment_save(shell: State<'_, Shell>, id: String, path: String) -> Answer<AttachmentRow> {
    let path = Path::new(&path);
    shell.pointed.document(path)?;
    Ok(shell.engine().await?.attachment_save(&id, path).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn attachment_detach(shell: State<'_, Shell>, id: String, reason: String) -> Answer<AttachmentRow> {
    Ok(shell.engine().await?.attachment_detach(&id, &reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn schedule(shell: State<'_, Shell>, request: PostRequest, due_at: String) -> Answer<ScheduledRow> {
    Ok(shell.engine().await?.schedule(request, &due_at).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn scheduled_page(shell: State<'_, Shell>, query: ListQuery) -> Answer<ListPage<ScheduledRow>> {
    Ok(shell.engine().await?.scheduled_page(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn scheduled_edit(
    shell: State<'_, Shell>,
    id: String,
    request: PostRequest,
    due_at: String,
) -> Answer<ScheduledRow> {
    Ok(shell.engine().await?.scheduled_edit(&id, request, &due_at).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn scheduled_cancel(shell: State<'_, Shell>, id: String, reason: String) -> Answer<ScheduledRow> {
    Ok(shell.engine().await?.scheduled_cancel(&id, &reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn holds_effect(shell: State<'_, Shell>, ids: Vec<String>, void: bool) -> Answer<HoldsEffect> {
    Ok(shell.engine().await?.holds_effect(ids, void).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn holds_commit(shell: State<'_, Shell>, items: Vec<CommitItem>) -> Answer<BatchOutcome> {
    Ok(shell.engine().await?.holds_commit(items).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn holds_void(shell: State<'_, Shell>, request: VoidRequest) -> Answer<BatchOutcome> {
    Ok(shell.engine().await?.holds_void(request).await?)
}

/// Writes a filtered list to a file; `job_cancel` with its job stops it.
#[tauri::command(rename_all = "snake_case")]
pub async fn transactions_export(
    app: AppHandle,
    shell: State<'_, Shell>,
    request: TransactionsExport,
) -> Answer<ExportDone> {
    shell.pointed.table(Path::new(&request.path))?;
    let engine = shell.engine().await?;
    let job = request.job.clone();
    shell.importing(&job);
    let progress = |step: JobProgress| {
        // A window that cannot be told any more has nobody waiting to cancel.
        let _ = app.emit("job-progress", step);
        !shell.is_cancelled(&job)
    };
    let outcome = engine.transactions_export(request, Some(&progress)).await;
    shell.imported(&job);
    Ok(outcome?)
}
