use std::path::PathBuf;
use std::time::Duration;

/// Why a scenario could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A picture of the window could not be read or written.
    #[error("the picture of the window: {0}")]
    Picture(String),
    /// A program the window tests stand on is not installed or did not start.
    #[error("{program} is needed to drive the window and could not be started: {source}")]
    Program { program: &'static str, source: std::io::Error },
    /// The virtual screen refused what a hand would do.
    #[error("the display: {0}")]
    Display(String),
    /// A program started but did not become ready.
    #[error("{program} did not become ready: {detail}")]
    NotReady { program: &'static str, detail: String },
    /// A binary of this workspace has not been built.
    #[error("{} is not built; run it through: cargo xtask test --only e2e", .0.display())]
    NotBuilt(PathBuf),
    /// The headless binary refused to prepare a book.
    #[error("tieout {command} failed: {stderr}")]
    Headless { command: String, stderr: String },
    /// What the scenario waited for did not happen.
    #[error("waited {}s for {what}, in vain", waited.as_secs_f32())]
    Timeout { what: String, waited: Duration },
    /// Something is called with the app closed.
    #[error("the app is not running on this desk")]
    NotRunning,
    #[error(transparent)]
    Chord(#[from] crate::keys::ChordError),
    #[error(transparent)]
    Driver(#[from] thirtyfour::error::WebDriverError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Result of every step of a scenario.
pub type Result<T = ()> = std::result::Result<T, Error>;
