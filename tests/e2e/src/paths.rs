use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// Root of the workspace: two folders above this package.
pub(crate) fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the package lies inside the workspace")
}

/// Where failed scenarios leave their pictures and logs.
pub fn artifacts_dir() -> PathBuf {
    workspace_root().join("artifacts")
}

/// Where the pictures of the user guide stand.
pub fn docs_screenshots_dir() -> PathBuf {
    workspace_root().join("docs/screenshots")
}

/// The repository's own sample statements, books and rules.
pub fn fixtures_dir() -> PathBuf {
    workspace_root().join("fixtures")
}

/// The accessibility checker, which the packages of the interface bring for the tests.
pub(crate) fn axe_source() -> PathBuf {
    workspace_root().join("ui/node_modules/axe-core/axe.min.js")
}

/// The newest book that a bench left in `target/tmp` under a name that begins so.
///
/// Found from the place of the running bench: `target/<profile>/examples/bench-…`.
pub fn kept_book(beginning: &str) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let kept = std::fs::read_dir(own.ancestors().nth(3)?.join("tmp")).ok()?.flatten().map(|file| file.path());
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(beginning) && name.ends_with(".tieout")
    };
    kept.filter(fits).max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok())
}

/// A binary of this workspace beside the running test: `target/<profile>/deps/app-…` → `target/<profile>/<name>`.
///
/// Found from the test's own place so that any target folder and profile works.
pub(crate) fn binary(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let profile = own.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let path = profile.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() { Ok(path) } else { Err(Error::NotBuilt(path)) }
}
