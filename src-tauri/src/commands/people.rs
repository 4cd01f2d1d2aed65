//! Identities, their accounts, and the keys of protected fields.

use std::collections::BTreeMap;

use engine::api::overview::ActivityRow;
use engine::api::page::{ListPage, ListQuery};
use engine::api::people::{
    AccountRequest, AccountRow, IdentityDetail, IdentityEdit, IdentityRequest, IdentityRow, KeyState,
};
use tauri::State;

use crate::error::Answer;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn identities_page(shell: State<'_, Shell>, query: ListQuery) -> Answer<ListPage<IdentityRow>> {
    Ok(shell.engine().await?.identities_page(query).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_get(shell: State<'_, Shell>, id: String) -> Answer<IdentityDetail> {
    Ok(shell.engine().await?.identity_get(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_history(shell: State<'_, Shell>, id: String) -> Answer<Vec<ActivityRow>> {
    Ok(shell.engine().await?.identity_history(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_create(shell: State<'_, Shell>, request: IdentityRequest) -> Answer<IdentityDetail> {
    Ok(shell.engine().await?.identity_create(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_update(shell: State<'_, Shell>, edit: IdentityEdit) -> Answer<IdentityDetail> {
    Ok(shell.engine().await?.identity_update(edit).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_delete(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.identity_delete(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_protect(shell: State<'_, Shell>, id: String, fields: Vec<String>) -> Answer<IdentityDetail> {
    Ok(shell.engine().await?.identity_protect(&id, &fields).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_unprotect(
    shell: State<'_, Shell>,
    id: String,
    fields: Vec<String>,
    reason: String,
) -> Answer<IdentityDetail> {
    Ok(shell.engine().await?.identity_unprotect(&id, &fields, &reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn identity_reveal(
    shell: State<'_, Shell>,
    id: String,
    fields: Vec<String>,
    reason: String,
) -> Answer<BTreeMap<String, String>> {
    Ok(shell.engine().await?.identity_reveal(&id, &fields, &reason).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn balance_identity_set(
    shell: State<'_, Shell>,
    balance_id: String,
    identity_id: Option<String>,
) -> Answer<()> {
    Ok(shell.engine().await?.balance_identity_set(&balance_id, identity_id.as_deref()).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn account_create(shell: State<'_, Shell>, request: AccountRequest) -> Answer<AccountRow> {
    Ok(shell.engine().await?.account_create(request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn account_update(shell: State<'_, Shell>, id: String, request: AccountRequest) -> Answer<AccountRow> {
    Ok(shell.engine().await?.account_update(&id, request).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn account_delete(shell: State<'_, Shell>, id: String) -> Answer<()> {
    Ok(shell.engine().await?.account_delete(&id).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn key_state(shell: State<'_, Shell>) -> Answer<KeyState> {
    Ok(shell.engine().await?.key_state().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn key_add(shell: State<'_, Shell>, text: String) -> Answer<KeyState> {
    Ok(shell.engine().await?.key_add(&text).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn key_replace(shell: State<'_, Shell>, draw: bool) -> Answer<KeyState> {
    Ok(shell.engine().await?.key_replace(draw).await?)
}

/// The keys leave the engine for a person to keep; that they did is in the history.
#[tauri::command(rename_all = "snake_case")]
pub async fn key_show(shell: State<'_, Shell>) -> Answer<String> {
    Ok(shell.engine().await?.key_show().await?.to_string())
}
