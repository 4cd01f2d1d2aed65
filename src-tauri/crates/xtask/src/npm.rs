//! The UI: its packages and its bundle, each renewed only when what it is made from changed.

use crate::error::{Error, Result, at};
use crate::process;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Folders under `ui/` that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", ".svelte-kit", "coverage"];

/// The UI's folder.
pub fn folder() -> PathBuf {
    process::root().join("ui")
}

/// `npm` in the UI's folder.
pub fn npm() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder());
    command
}

/// Installs the packages when the lock file is newer than the last install.
pub fn install() -> Result {
    let ui = folder();
    let lock = ui.join("package-lock.json");
    if !lock.is_file() {
        return Err(Error::Missing(format!("{} is not there", lock.display())));
    }
    // npm writes this file last, so it marks a complete install.
    let stamp = ui.join("node_modules/.package-lock.json");
    if changed(&stamp).is_some_and(|done| changed(&lock).is_some_and(|wanted| wanted <= done)) {
        return Ok(());
    }
    process::run(npm().args(["ci", "--no-audit", "--no-fund"]))
}

/// Builds the bundle when a source is newer than it.
pub fn build() -> Result {
    let ui = folder();
    let built = changed(&ui.join("dist/index.html"));
    // The first Rust build leaves a page saying that the UI is not built; only a bundle has assets.
    let complete = ui.join("dist/assets").is_dir();
    let newest = newest(&ui)?;
    if complete && built.is_some() && newest <= built {
        return Ok(());
    }
    process::run(npm().args(["run", "build"]))
}

fn changed(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|data| data.modified()).ok()
}

/// Newest change of a source under `folder`.
fn newest(folder: &Path) -> Result<Option<SystemTime>> {
    let mut latest = None;
    for entry in at(folder, std::fs::read_dir(folder))? {
        let entry = at(folder, entry)?;
        let path = entry.path();
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        let time = if path.is_dir() { newest(&path)? } else { changed(&path) };
        latest = latest.max(time);
    }
    Ok(latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_folders_do_not_count_as_sources() {
        let ui = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(ui.path().join("node_modules")).unwrap();
        std::fs::write(ui.path().join("node_modules/new.js"), "").unwrap();
        assert_eq!(newest(ui.path()).unwrap(), None);
        std::fs::create_dir_all(ui.path().join("src/lib")).unwrap();
        std::fs::write(ui.path().join("src/lib/a.ts"), "").unwrap();
        assert_eq!(newest(ui.path()).unwrap(), changed(&ui.path().join("src/lib/a.ts")));
    }
}
