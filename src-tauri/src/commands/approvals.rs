//! What waits for a decision.

use std::path::Path;

use engine::Engine;
use engine::api::page::ListQuery;
use engine::api::transactions::{BatchRow, HeldTotal};
use tauri::State;

use super::write_table;
use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn holds_totals(shell: State<'_, Shell>, query: ListQuery) -> Answer<Vec<HeldTotal>> {
    Ok(shell.engine().await?.holds_totals(query).await?)
}

/// Writes what became of each hold to a file.
#[tauri::command(rename_all = "snake_case")]
pub async fn holds_report(shell: State<'_, Shell>, rows: Vec<BatchRow>, path: String) -> Answer<()> {
    shell.pointed.table(Path::new(&path))?;
    let bytes = Engine::holds_report(&rows)?;
    write_table(&path, &bytes)
}
