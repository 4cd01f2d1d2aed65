//! Webhooks, hooks and their deliveries.

use engine::api::page::{ListPage, ListQuery};
use engine::api::webhooks::{DeliveryDetail, DeliveryRow, WebhookMade, WebhookRequest, WebhookRow};
use tauri::State;

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn webhooks_list(shell: State<'_, Shell>) -> Answer<Vec<WebhookRow>> {
    Ok(shell.engine().await?.webhooks_list().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_create(shell: State<'_, Shell>, request: WebhookRequest) -> Answer<WebhookMade> {
    Ok(shell.engine().await?.webhook_create(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_update(shell: State<'_, Shell>, id: String, request: WebhookRequest) -> Answer<WebhookRow> {
    Ok(shell.engine().await?.webhook_update(&id, request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_delete(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.webhook_delete(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_secret_renew(shell: State<'_, Shell>, id: String) -> Answer<String> {
    Ok(shell.engine().await?.webhook_secret_renew(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_test(shell: State<'_, Shell>, id: String) -> Answer<DeliveryDetail> {
    Ok(shell.engine().await?.webhook_test(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_hosts(shell: State<'_, Shell>) -> Answer<Vec<String>> {
    Ok(shell.engine().await?.webhook_hosts().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn webhook_hosts_set(shell: State<'_, Shell>, hosts: Vec<String>) -> Answer<Vec<String>> {
    Ok(shell.engine().await?.webhook_hosts_set(&hosts).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn deliveries_page(shell: State<'_, Shell>, query: ListQuery) -> Answer<ListPage<DeliveryRow>> {
    Ok(shell.engine().await?.deliveries_page(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn delivery_get(shell: State<'_, Shell>, id: String) -> Answer<DeliveryDetail> {
    Ok(shell.engine().await?.delivery_get(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn deliveries_replay(shell: State<'_, Shell>, ids: Vec<String>) -> Answer<u64> {
    Ok(shell.engine().await?.deliveries_replay(&ids).await?)
}

/// The same for every book.
#[tauri::command(rename_all = "snake_case")]
pub fn webhook_events() -> Vec<String> {
    engine::webhook_events()
}
