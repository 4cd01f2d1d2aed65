//! The start screen, the open book, settings and jobs.

use std::path::Path;

use engine::api::book::{BookCheck, BookInfo, BookSettings, ColumnNames, JobRow, NewBook};
use tauri::{AppHandle, State};

use crate::api::{AppState, OpenBook, PickKind};
use crate::error::{Answer, Refusal};
use crate::platform::dialogs;
use crate::platform::passphrase::Asked;
use crate::platform::paths::Pointed;
use crate::state::Shell;

#[tauri::command(rename_all = "snake_case")]
pub async fn app_state(shell: State<'_, Shell>) -> Answer<AppState> {
    shell.app_state().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_create(
    shell: State<'_, Shell>,
    path: String,
    book: NewBook,
    passphrase: Option<String>,
    remember: bool,
) -> Answer<OpenBook> {
    Pointed::new_book(Path::new(&path))?;
    shell.create(Path::new(&path), book, Asked::new(passphrase, remember)).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_open(
    shell: State<'_, Shell>,
    path: String,
    passphrase: Option<String>,
    remember: bool,
) -> Answer<OpenBook> {
    shell.pointed.book(Path::new(&path), shell.is_recent(&path))?;
    shell.open(Path::new(&path), Asked::new(passphrase, remember)).await
}

/// Writes the open book into a new file, under another passphrase or under none, and opens that.
#[tauri::command(rename_all = "snake_case")]
pub async fn book_protect(
    shell: State<'_, Shell>,
    path: String,
    passphrase: Option<String>,
    remember: bool,
) -> Answer<OpenBook> {
    Pointed::new_book(Path::new(&path))?;
    shell.protect(Path::new(&path), Asked::new(passphrase, remember)).await
}

/// The keyring forgets the key of the open book.
#[tauri::command(rename_all = "snake_case")]
pub async fn book_forget(shell: State<'_, Shell>) -> Answer<OpenBook> {
    shell.forget_key().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_settings_set(shell: State<'_, Shell>, settings: BookSettings) -> Answer<BookInfo> {
    Ok(shell.engine().await?.book_settings_set(settings).await?)
}

/// Opens a copy of a backup.
#[tauri::command(rename_all = "snake_case")]
pub async fn book_restore(
    shell: State<'_, Shell>,
    backup: String,
    path: String,
    passphrase: Option<String>,
) -> Answer<OpenBook> {
    shell.pointed.book(Path::new(&backup), shell.is_recent(&backup))?;
    shell.restore(Path::new(&backup), Path::new(&path), Asked::new(passphrase, false)).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_sample(shell: State<'_, Shell>) -> Answer<OpenBook> {
    let folder = shell.files.sample_folder();
    let book = folder.join(sample::BOOK_FILE);
    let today = jiff::Zoned::now().date();
    std::fs::create_dir_all(&folder)
        .map_err(|error| Refusal::new("FILE", format!("The sample folder could not be made: {error}.")))?;
    sample::keep_fresh(&book, &folder, today).await.map_err(|error| Refusal::new("SAMPLE", error.to_string()))?;
    shell.open(&book, Asked::default()).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_close(shell: State<'_, Shell>) -> Answer<()> {
    shell.close().await;
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_info(shell: State<'_, Shell>) -> Answer<BookInfo> {
    Ok(shell.engine().await?.book_info().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_backup(shell: State<'_, Shell>, path: String) -> Answer<()> {
    shell.back_up(Path::new(&path)).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn book_check(shell: State<'_, Shell>) -> Answer<BookCheck> {
    Ok(shell.engine().await?.book_check().await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn person_set(shell: State<'_, Shell>, name: String) -> Answer<BookInfo> {
    Ok(shell.engine().await?.person_set(&name).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn column_names_set(shell: State<'_, Shell>, names: ColumnNames) -> Answer<BookInfo> {
    Ok(shell.engine().await?.column_names_set(names).await?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn recent_forget(shell: State<'_, Shell>, path: String) -> Answer<()> {
    shell.files.forget(&path);
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn pick_file(
    app: AppHandle,
    shell: State<'_, Shell>,
    kind: PickKind,
    suggested: Option<String>,
) -> Answer<Option<String>> {
    Ok(dialogs::pick(&app, &shell.pointed, kind, suggested).await)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn settings_get(shell: State<'_, Shell>, key: String, book: Option<String>) -> Answer<Option<String>> {
    Ok(shell.files.setting(&setting_key(&key, book.as_deref())))
}

#[tauri::command(rename_all = "snake_case")]
pub async fn settings_set(shell: State<'_, Shell>, key: String, book: Option<String>, value: String) -> Answer<()> {
    shell.files.put_setting(setting_key(&key, book.as_deref()), value);
    Ok(())
}

fn setting_key(key: &str, book: Option<&str>) -> String {
    book.map_or_else(|| key.to_owned(), |book| format!("{book}/{key}"))
}

#[tauri::command(rename_all = "snake_case")]
pub async fn jobs_list(shell: State<'_, Shell>) -> Answer<Vec<JobRow>> {
    Ok(shell.engine().await?.jobs_list().await?)
}
