//! What the desktop gives: folders, files of the shell itself, dialogs.

pub(crate) mod dialogs;
pub(crate) mod files;
pub(crate) mod paths;
