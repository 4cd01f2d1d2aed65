//! Files made by the build and kept in the repository: they must say what the code says.

use crate::error::{Error, Result};
use crate::process;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Types of the interface, written by the tests of `engine`.
const TYPES: &str = "ui/src/lib/backend/types";

/// Content of the generated files before the tests that write them run.
pub struct Snapshot(BTreeMap<PathBuf, Vec<u8>>);

/// Reads the generated files as they are now.
pub fn snapshot() -> Snapshot {
    let mut files = BTreeMap::new();
    collect(&process::root().join(TYPES), &mut files);
    Snapshot(files)
}

/// Fails when running the tests changed a generated file, or a fresh clone is no longer clean.
pub fn check(before: &Snapshot) -> Result {
    let after = snapshot();
    let stale = differences(&before.0, &after.0);
    if !stale.is_empty() {
        return Err(Error::Refused(format!(
            "the generated types were out of date and have been renewed; commit them:\n  {}",
            stale.join("\n  ")
        )));
    }
    if process::in_ci() {
        let mut git = Command::new("git");
        git.current_dir(process::root()).args(["status", "--porcelain", "--", TYPES, "Cargo.lock"]);
        let changed = process::capture(&mut git).unwrap_or_default();
        if !changed.trim().is_empty() {
            return Err(Error::Refused(format!("generated files differ from what is committed:\n{changed}")));
        }
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if let Ok(content) = std::fs::read(&path) {
            files.insert(path, content);
        }
    }
}

fn differences(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let changed = after.iter().filter(|(path, content)| before.get(*path) != Some(*content)).map(|(path, _)| path);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    changed.chain(gone).map(|path| path.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_vanished_files_differ() {
        let files = |list: &[(&str, &str)]| {
            list.iter().map(|(path, content)| (PathBuf::from(path), content.as_bytes().to_vec())).collect()
        };
        let before = files(&[("a.ts", "1"), ("b.ts", "1"), ("c.ts", "1")]);
        assert!(differences(&before, &before).is_empty());
        let after = files(&[("a.ts", "1"), ("b.ts", "2"), ("d.ts", "1")]);
        assert_eq!(differences(&before, &after), ["b.ts", "d.ts", "c.ts"]);
    }
}
