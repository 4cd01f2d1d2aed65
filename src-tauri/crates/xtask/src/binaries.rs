//! The two binaries of the product, as cargo builds them.

use crate::error::{Error, Result};
use crate::process;
use std::path::PathBuf;

/// How much the compiler should try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Dev,
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// What is built along with the binaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Nothing else: the shortest way to the app.
    Product,
    /// Every test, because they have been or will be built anyway. Cargo then chooses the same
    /// features for both and compiles the window's libraries once instead of twice.
    WithTests,
}

/// Builds the app and the headless binary.
pub fn build(profile: Profile, scope: Scope) -> Result {
    let mut command = process::cargo();
    command.args(["build", "--locked"]);
    match scope {
        Scope::Product => command.args(["-p", "tieout-app", "-p", "tieout"]),
        Scope::WithTests => command.args(["--bins", "--tests"]),
    };
    if profile == Profile::Release {
        command.arg("--release");
    }
    process::run(&mut command)
}

/// Where cargo puts a binary of this workspace.
pub fn path(name: &str, profile: Profile) -> Result<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(target_folder()?.join(profile.folder()).join(file))
}

/// Cargo's target folder, wherever the environment or a configuration file puts it.
pub fn target_folder() -> Result<PathBuf> {
    let metadata = metadata()?;
    let folder = metadata["target_directory"].as_str();
    folder.map(PathBuf::from).ok_or_else(|| Error::Refused("cargo metadata names no target folder".into()))
}

/// What cargo knows about our own packages.
pub fn metadata() -> Result<serde_json::Value> {
    let text = process::capture(process::cargo().args(["metadata", "--format-version=1", "--no-deps"]))
        .ok_or_else(|| Error::Refused("cargo metadata failed; Cargo.toml may be broken".into()))?;
    serde_json::from_str(&text).map_err(|source| Error::Json { what: "cargo metadata", source })
}
