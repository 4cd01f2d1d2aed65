//! Native file dialogs.

use std::path::{Path, PathBuf};

use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use super::paths::Pointed;
use crate::api::PickKind;

/// Asks for a file; `None` when the person cancels.
pub(crate) async fn pick(
    app: &AppHandle,
    pointed: &Pointed,
    kind: PickKind,
    suggested: Option<String>,
) -> Option<String> {
    let mut dialog = app.dialog().file();
    dialog = match kind {
        PickKind::OpenBook | PickKind::NewBook => dialog.add_filter("Tieout book", &["tieout"]),
        PickKind::Statement => dialog
            .add_filter("Bank statement", &["csv", "tsv", "txt", "xlsx", "xls", "ods"])
            .add_filter("All files", &["*"]),
        PickKind::Attachment | PickKind::Export => dialog,
    };
    // A whole path says the folder too. Without one, what is made goes to the documents.
    let suggested = suggested.map(PathBuf::from);
    let folder = suggested.as_deref().and_then(Path::parent).filter(|folder| folder.is_dir()).map(Path::to_owned);
    let folder = folder.or_else(|| app.path().document_dir().or_else(|_| app.path().home_dir()).ok());
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    if let Some(name) = suggested.as_deref().and_then(Path::file_name) {
        dialog = dialog.set_file_name(name.to_string_lossy());
    }
    let (answer, answered) = oneshot::channel::<Option<FilePath>>();
    let reply = move |path| {
        // The window may be gone by now; then nobody waits.
        let _ = answer.send(path);
    };
    match kind {
        PickKind::OpenBook | PickKind::Statement | PickKind::Attachment => dialog.pick_file(reply),
        PickKind::NewBook | PickKind::Export => dialog.save_file(reply),
    }
    let path = answered.await.ok().flatten().and_then(|path| path.into_path().ok())?;
    match kind {
        PickKind::OpenBook | PickKind::Statement | PickKind::Attachment => pointed.add(&path),
        PickKind::NewBook | PickKind::Export => pointed.add_target(&path),
    }
    Some(path.to_string_lossy().into_owned())
}
