//! The shell: one window, commands that hand over to the engine, and what only a desktop can do.
//!
//! Nothing here decides anything about money. A command decodes its arguments, calls the engine and encodes the
//! answer.

mod api;
mod commands;
mod error;
mod platform;
mod state;

use std::path::PathBuf;

use tauri::{DragDropEvent, Manager, WindowEvent};

use crate::state::Shell;

/// Starts the app and returns when the window is closed.
///
/// # Panics
/// When the machine has no window system.
pub fn run() {
    #[cfg(target_os = "linux")]
    platform::memory::bound();
    let book = book_argument(std::env::args_os().skip(1));
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| {
            platform::logs::begin(&app.path().app_log_dir()?);
            let shell = Shell::new(app.handle())?;
            app.manage(shell);
            if let Some(book) = book.clone() {
                let handle = app.handle().clone();
                // The window waits for this: it asks for the state only after it is managed.
                tauri::async_runtime::block_on(async move { handle.state::<Shell>().open_at_start(&book).await });
            }
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
                let shell = window.state::<Shell>();
                paths.iter().for_each(|path| shell.pointed.add(path));
            }
        })
        .invoke_handler(commands::handler())
        .run(tauri::generate_context!())
        .expect("a window system is needed");
}

/// `--book FILE`, or a file alone as a desktop hands it over.
fn book_argument(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<PathBuf> {
    let first = arguments.next()?;
    if first == "--book" {
        arguments.next().map(PathBuf::from)
    } else {
        Some(PathBuf::from(first)).filter(|path| path.exists())
    }
}
