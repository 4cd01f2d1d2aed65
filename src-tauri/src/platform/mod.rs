//! What the desktop gives: folders, files of the shell itself, dialogs.

pub(crate) mod dialogs;
pub(crate) mod files;
pub(crate) mod logs;
#[cfg(target_os = "linux")]
pub(crate) mod memory;
pub(crate) mod passphrase;
pub(crate) mod paths;
