//! The log: files that roll over every day, and what of them a person may send to whoever helps.
//!
//! Nothing that is logged names a person, an amount or a text of the book: lines hold codes, counts and causes.

use std::path::Path;

use engine::api::book::BookInfo;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Days that are kept.
const KEPT: usize = 14;
/// Lines of a report.
const LINES: usize = 200;
const PREFIX: &str = "tieout";

/// Begins to log: to standard error what `TIEOUT_LOG` asks for, and to files what went on. Without a folder that can be
/// written to, only to standard error.
pub(crate) fn begin(folder: &Path) {
    // What cannot be made is said below, when the file cannot be.
    let _ = std::fs::create_dir_all(folder);
    let asked = || EnvFilter::try_from_env("TIEOUT_LOG").unwrap_or_else(|_| "warn".into());
    let errors = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(asked());
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(PREFIX)
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder);
    let (file, problem) = match file {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(error)),
    };
    let ours = "warn,engine=info,store_sqlite=info,tieout_app=info,courier=info,keys=info";
    let file = file.map(|file| {
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file).with_filter(EnvFilter::new(ours))
    });
    // Where a test began to log already, that stays.
    let _ = tracing_subscriber::registry().with(errors).with(file).try_init();
    if let Some(error) = problem {
        tracing::warn!(%error, "there is no log file");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), os = std::env::consts::OS, "started");
}

/// Versions, sizes and the last lines of the log.
pub(crate) fn report(folder: &Path, book: Option<&BookInfo>) -> String {
    let mut text = format!(
        "Tieout {}\n{} {}\nWindow: {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        tauri::webview_version().unwrap_or_else(|_| "unknown".into()),
    );
    match book {
        None => text.push_str("No book is open.\n"),
        Some(info) => text.push_str(&format!(
            "Book: schema {}, {} balances, {} transactions, {} open holds, {} open statements{}\n",
            store_sqlite::SCHEMA_VERSION,
            info.balances,
            info.transactions,
            info.open_holds,
            info.open_statements,
            if info.read_only.is_some() { ", read-only" } else { "" },
        )),
    }
    text.push_str("\nLast lines of the log:\n");
    for line in last_lines(folder) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The last lines of the newest files, the oldest line first.
fn last_lines(folder: &Path) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)))
        .collect();
    files.sort();
    let mut lines: Vec<String> = Vec::new();
    for file in files.iter().rev().take(2).rev() {
        let text = std::fs::read(file).unwrap_or_default();
        lines.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned));
    }
    lines.split_off(lines.len().saturating_sub(LINES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_last_lines_of_the_newest_files_and_nothing_of_others() {
        let folder = std::env::temp_dir().join(format!("tieout-logs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
        write("tieout.2026-11-17.log", "too old\n");
        write("tieout.2026-11-18.log", &(0..300).map(|line| format!("line {line}\n")).collect::<String>());
        write("tieout.2026-11-19.log", "newest\n");
        write("secrets.txt", "not a log\n");
        let report = report(&folder, None);
        std::fs::remove_dir_all(&folder).expect("the folder goes");
        assert!(report.contains("line 299\nnewest\n") && !report.contains("line 100\n"), "{report}");
        assert!(!report.contains("too old") && !report.contains("not a log") && report.contains("No book is open."));
    }
}
