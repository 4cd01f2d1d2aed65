//! What waits for a decision.

use engine::api::page::ListQuery;
use engine::api::transactions::HeldTotal;
use tauri::State;

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn holds_totals(shell: State<'_, Shell>, query: ListQuery) -> Answer<Vec<HeldTotal>> {
    Ok(shell.engine().await?.holds_totals(query).await?)
}
