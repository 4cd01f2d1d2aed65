//! Running other programs, with each command shown before it runs.

use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Root of the workspace: three folders above this package.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(3).unwrap_or(package).to_path_buf()
}

/// The cargo that started this program, so that a pinned toolchain stays pinned.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command to its end; failure is an error.
pub fn run(command: &mut Command) -> Result {
    let status = run_status(command)?;
    if status.success() { Ok(()) } else { Err(Error::Failed { command: show(command), status }) }
}

/// Runs a command to its end and returns how it ended.
pub fn run_status(command: &mut Command) -> Result<ExitStatus> {
    announce(command);
    command.stdin(Stdio::null()).status().map_err(|source| start_error(command, source))
}

/// Runs a command, passing each line of its output to `look` while it is also shown.
pub fn run_reading(command: &mut Command, mut look: impl FnMut(&str)) -> Result<ExitStatus> {
    announce(command);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|source| start_error(command, source))?;
    let output = child.stdout.take().ok_or_else(|| Error::Refused("no output pipe".into()))?;
    let mut screen = std::io::stdout();
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    // Bytes, not `lines()`: one byte of broken text in a test's output must not end the run.
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // A closed terminal is no reason to stop testing.
        let _ = screen.write_all(&line).and_then(|()| screen.flush());
        look(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    child.wait().map_err(|source| start_error(command, source))
}

/// Runs a command silently and returns what it printed, or `None` if it is missing or failed.
pub fn capture(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program answers at all.
pub fn exists(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| {
        let file = folder.join(program);
        file.is_file() || file.with_extension("exe").is_file() || file.with_extension("cmd").is_file()
    })
}

/// Whether this runs unattended on a build server, where nothing may be left out.
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

fn announce(command: &Command) {
    println!("$ {}", show(command));
}

fn start_error(command: &Command, source: std::io::Error) -> Error {
    Error::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}

fn show(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
