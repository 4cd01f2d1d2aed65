//! Drives the real window of Tieout.
//!
//! A test is one [`scenario`]: it gets a [`Desk`] (a temporary home folder, its own X display and
//! message bus), starts the app on it and works through the window by test ids and key chords.
//! Nothing of the person running the test is read or written, and scenarios do not see each other.
//!
//! When a scenario fails, a picture of the window, the page source, the page's errors and the log
//! of the app are kept under `artifacts/<scenario>/`.

mod app;
mod desk;
mod drag;
mod error;
mod keys;
mod paths;
mod picture;
mod services;

pub use app::{App, Size, Theme, WAIT};
pub use desk::{Desk, scenario};
pub use error::{Error, Result};
pub use keys::{Chord, ChordError};
pub use paths::{artifacts_dir, docs_screenshots_dir, fixtures_dir, kept_book};
// The full WebDriver vocabulary, for what the helpers of `App` do not cover.
pub use thirtyfour;
