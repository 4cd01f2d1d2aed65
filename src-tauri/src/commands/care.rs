//! Copies by themselves, the search, and what helps whoever helps.

use engine::api::backups::{BackupPlan, BackupRow};
use engine::api::book::JobProgress;
use engine::api::search::{SearchGroup, SearchKind, SearchRebuilt};
use tauri::{AppHandle, Emitter, State};

use crate::api::Diagnostics;
use crate::error::Answer;
use crate::platform::logs;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn backup_plan(shell: State<'_, Shell>) -> Answer<BackupPlan> {
    Ok(shell.engine().await?.backup_plan().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn backup_plan_set(shell: State<'_, Shell>, plan: BackupPlan) -> Answer<BackupPlan> {
    Ok(shell.engine().await?.backup_plan_set(plan).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn backup_now(shell: State<'_, Shell>) -> Answer<BackupRow> {
    let copy = shell.engine().await?.backup_now().await?;
    shell.note_copies().await;
    Ok(copy)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn backups_list(shell: State<'_, Shell>) -> Answer<Vec<BackupRow>> {
    let copies = shell.engine().await?.backups_list()?;
    // Each may be opened: this program made it.
    copies.iter().for_each(|copy| shell.pointed.add(std::path::Path::new(&copy.path)));
    Ok(copies)
}

/// What a person may send to whoever helps: no names, no amounts, no texts of the book.
#[tauri::command(rename_all = "snake_case")]
pub async fn diagnostics(shell: State<'_, Shell>) -> Answer<Diagnostics> {
    let counts = match shell.engine().await {
        Ok(engine) => Some(engine.book_info().await?),
        Err(_) => None,
    };
    let folder = shell.logs();
    let report = logs::report(folder, counts.as_ref());
    Ok(Diagnostics { log_folder: folder.to_string_lossy().into_owned(), report })
}

#[tauri::command(rename_all = "snake_case")]
pub async fn search_all(
    shell: State<'_, Shell>,
    text: String,
    kinds: Vec<SearchKind>,
    limit: u32,
) -> Answer<Vec<SearchGroup>> {
    Ok(shell.engine().await?.search_all(&text, &kinds, limit).await?)
}

/// Builds anew what words are looked for in; `job_cancel` with its job stops it.
#[tauri::command(rename_all = "snake_case")]
pub async fn search_rebuild(app: AppHandle, shell: State<'_, Shell>, job: String) -> Answer<SearchRebuilt> {
    let engine = shell.engine().await?;
    shell.importing(&job);
    let progress = |step: JobProgress| {
        // A window that cannot be told any more has nobody waiting to cancel.
        let _ = app.emit("job-progress", step);
        !shell.is_cancelled(&job)
    };
    let outcome = engine.search_rebuild(&job, Some(&progress)).await;
    shell.imported(&job);
    Ok(outcome?)
}
