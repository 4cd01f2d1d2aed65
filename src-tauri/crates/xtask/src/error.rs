use std::path::PathBuf;

/// Why a command could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not there at all.
    #[error("{program} could not be started: {source}")]
    Start { program: String, source: std::io::Error },
    /// A program ran and reported failure.
    #[error("`{command}` failed with {status}")]
    Failed { command: String, status: std::process::ExitStatus },
    /// Something only a person can install.
    #[error("{0}")]
    Missing(String),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{what} printed something unexpected: {source}")]
    Json { what: &'static str, source: serde_json::Error },
    #[error("{0}")]
    Refused(String),
}

/// Result of every step.
pub type Result<T = ()> = std::result::Result<T, Error>;

/// Names the file in an I/O error.
pub fn at<T>(path: impl Into<PathBuf>, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|source| Error::File { path: path.into(), source })
}
