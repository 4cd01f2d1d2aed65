//! The import wizard.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use engine::EngineError;
use engine::api::book::JobProgress;
use engine::api::imports::{
    ImportOptions, ImportPlan, ImportPreview, ImportRequest, ImportResult, ImportSession, ImportSource, MappingProfile,
};
use tauri::{AppHandle, Emitter, State};

use super::write_table;
use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn import_open(shell: State<'_, Shell>, source: ImportSource) -> Answer<ImportSession> {
    if let ImportSource::Path { path } = &source {
        shell.pointed.statement(Path::new(path))?;
    }
    Ok(shell.engine().await?.import_open(source).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn import_close(shell: State<'_, Shell>, session: String) -> Answer<()> {
    shell.engine().await?.import_close(&session);
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn import_preview(
    shell: State<'_, Shell>,
    session: String,
    options: ImportOptions,
    balance_id: Option<String>,
) -> Answer<ImportPreview> {
    Ok(shell.engine().await?.import_preview(&session, options, balance_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn import_plan(
    shell: State<'_, Shell>,
    session: String,
    options: ImportOptions,
    balance_id: String,
) -> Answer<ImportPlan> {
    Ok(shell.engine().await?.import_plan(&session, options, &balance_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn import_commit(app: AppHandle, shell: State<'_, Shell>, request: ImportRequest) -> Answer<ImportResult> {
    let engine = shell.engine().await?;
    let last = Mutex::new(None::<JobProgress>);
    let told = |step: JobProgress| {
        // A window that cannot be told any more has nobody waiting to cancel.
        let _ = app.emit("job-progress", step);
    };
    let progress = |step: JobProgress| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none() {
            shell.importing(&step.job_id);
        }
        told(step.clone());
        let goes_on = !shell.is_cancelled(&step.job_id);
        *last = Some(step);
        goes_on
    };
    let outcome = engine.import_commit(request, Some(&progress)).await;
    if let Some(step) = last.into_inner().unwrap_or_else(PoisonError::into_inner) {
        shell.imported(&step.job_id);
        let state = match &outcome {
            Ok(_) => "done",
            Err(EngineError::Cancelled) => "cancelled",
            Err(_) => "failed",
        };
        told(JobProgress { state: state.into(), seconds_left: None, ..step });
    }
    Ok(outcome?)
}

/// Asks whatever runs on a file to stop; it then leaves nothing behind.
#[tauri::command(rename_all = "snake_case")]
pub async fn import_cancel(shell: State<'_, Shell>, session: String) -> Answer<()> {
    shell.engine().await?.import_cancel(&session);
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn import_problems_csv(
    shell: State<'_, Shell>,
    session: String,
    options: ImportOptions,
    path: String,
) -> Answer<()> {
    shell.pointed.table(Path::new(&path))?;
    let bytes = shell.engine().await?.import_problems_csv(&session, options, None).await?;
    write_table(&path, &bytes)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn import_undo(shell: State<'_, Shell>, statement_id: String) -> Answer<()> {
    Ok(shell.engine().await?.import_undo(&statement_id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn profiles_list(shell: State<'_, Shell>) -> Answer<Vec<MappingProfile>> {
    Ok(shell.engine().await?.profiles().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn profile_delete(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.profile_delete(&id).await?)
}
