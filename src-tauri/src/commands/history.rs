//! The history and its proof.

use std::path::Path;

use engine::api::book::{BookInfo, JobProgress};
use engine::api::history::{HeadExport, HistoryCheck, HistoryRow};
use engine::api::page::{ListPage, ListQuery};
use tauri::{AppHandle, Emitter, State};

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn history_page(shell: State<'_, Shell>, query: ListQuery) -> Answer<ListPage<HistoryRow>> {
    Ok(shell.engine().await?.history_page(query).await?)
}

/// Computes the whole chain again; `job_cancel` with its job stops it.
#[tauri::command(rename_all = "snake_case")]
pub async fn history_verify(
    app: AppHandle,
    shell: State<'_, Shell>,
    job: String,
    head: Option<String>,
) -> Answer<HistoryCheck> {
    let engine = shell.engine().await?;
    shell.importing(&job);
    let progress = |step: JobProgress| {
        // A window that cannot be told any more has nobody waiting to cancel.
        let _ = app.emit("job-progress", step);
        !shell.is_cancelled(&job)
    };
    let outcome = engine.history_verify(&job, head.as_deref(), Some(&progress)).await;
    shell.imported(&job);
    Ok(outcome?)
}

/// Lets a book be written again although its history does not hold.
#[tauri::command(rename_all = "snake_case")]
pub async fn history_accept(shell: State<'_, Shell>, reason: String) -> Answer<BookInfo> {
    Ok(shell.engine().await?.history_accept(&reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn history_head(shell: State<'_, Shell>) -> Answer<String> {
    Ok(shell.engine().await?.history_head().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn history_head_export(shell: State<'_, Shell>, path: String) -> Answer<HeadExport> {
    let path = Path::new(&path);
    shell.pointed.note(path)?;
    Ok(shell.engine().await?.history_head_export(path).await?)
}
