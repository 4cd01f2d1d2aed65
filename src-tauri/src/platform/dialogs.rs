//! Native file dialogs.

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use crate::api::PickKind;

/// Asks for a file; `None` when the person cancels.
pub(crate) async fn pick(app: &AppHandle, kind: PickKind, suggested: Option<String>) -> Option<String> {
    let mut dialog = app.dialog().file();
    dialog = match kind {
        PickKind::OpenBook | PickKind::NewBook => dialog.add_filter("Tieout book", &["tieout"]),
        PickKind::Statement => dialog
            .add_filter("Bank statement", &["csv", "tsv", "txt", "xlsx", "xls", "ods"])
            .add_filter("All files", &["*"]),
        PickKind::Export => dialog,
    };
    if let Some(name) = suggested {
        dialog = dialog.set_file_name(name);
    }
    let (answer, answered) = oneshot::channel::<Option<FilePath>>();
    let reply = move |path| {
        // The window may be gone by now; then nobody waits.
        let _ = answer.send(path);
    };
    match kind {
        PickKind::OpenBook | PickKind::Statement => dialog.pick_file(reply),
        PickKind::NewBook | PickKind::Export => dialog.save_file(reply),
    }
    answered.await.ok().flatten().and_then(|path| path.into_path().ok()).map(|path| path.to_string_lossy().into_owned())
}
