//! `cargo xtask run`: from a fresh clone to the sample book on the screen.

use crate::binaries::{self, Profile, Scope};
use crate::error::{Error, Result, at};
use crate::{host, npm, process};
use std::path::{Path, PathBuf};
use std::process::Command;

/// File name of the sample book.
const SAMPLE: &str = "Brackwater Instruments.tieout";

#[derive(clap::Args)]
pub struct Options {
    /// Open this book instead of the sample book
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
    /// Build with optimisation, as it is shipped
    #[arg(long)]
    release: bool,
    /// Install, build and make the sample book, but open no window
    #[arg(long)]
    no_open: bool,
}

/// Prepares the machine, builds and opens the app.
pub fn run(options: &Options) -> Result {
    let profile = if options.release { Profile::Release } else { Profile::Dev };
    host::prepare(host::Purpose::Run)?;
    npm::install()?;
    npm::build()?;
    binaries::build(profile, Scope::Product)?;
    let book = match &options.book {
        Some(book) => book.clone(),
        None => sample_book(profile)?,
    };
    if options.no_open {
        println!("Built. The book is {}", book.display());
        return Ok(());
    }
    open(&binaries::path("tieout-app", profile)?, &book)
}

/// The sample book where the app keeps its own, made on first use and kept once somebody worked in it.
fn sample_book(profile: Profile) -> Result<PathBuf> {
    let folder = data_folder()?.join("org.tieout.app/sample");
    let book = folder.join(SAMPLE);
    at(&folder, std::fs::create_dir_all(&folder))?;
    process::run(Command::new(binaries::path("tieout", profile)?).args(["sample", "--renew", "--out"]).arg(&folder))?;
    if book.is_file() {
        Ok(book)
    } else {
        Err(Error::Refused(format!("tieout sample did not make {}", book.display())))
    }
}

/// Where the system keeps the data of a user's programs.
fn data_folder() -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    folder.ok_or_else(|| Error::Missing("no home folder is known; set HOME".into()))
}

fn open(app: &Path, book: &Path) -> Result {
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if cfg!(target_os = "linux") && !has_screen {
        return Err(Error::Missing(format!(
            "everything is built, but there is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set. \
             In a desktop session, run:\n  {} --book \"{}\"",
            app.display(),
            book.display()
        )));
    }
    process::run(Command::new(app).arg("--book").arg(book))
}
