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

/// Builds the app and the headless binary.
pub fn build(profile: Profile) -> Result {
    let mut command = process::cargo();
    // Two packages named, not the workspace: the program running this must not be replaced meanwhile.
    command.args(["build", "--locked", "-p", "tieout-app", "-p", "tieout"]);
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
    let text =
        process::capture(process::cargo().args(["metadata", "--format-version=1", "--no-deps"]))
            .ok_or_else(|| {
                Error::Refused("cargo metadata failed; Cargo.toml may be broken".into())
            })?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).map_err(|source| Error::Json {
            what: "cargo metadata",
            source,
        })?;
    let folder = metadata["target_directory"].as_str();
    folder
        .map(PathBuf::from)
        .ok_or_else(|| Error::Refused("cargo metadata names no target folder".into()))
}
