//! How much memory the whole app takes with a large book: every process of the window, shared pages counted once.
//!
//! `cargo xtask bench window` takes the book that `cargo xtask bench grid` makes, or the one that is named. Ends with an
//! error over [`LIMIT`]. Linux only: other systems do not tell shared pages apart.

use std::path::{Path, PathBuf};

use e2e::{App, Desk, kept_book, scenario};

/// Megabytes a workbench may take beside other programs.
const LIMIT: u64 = 500;

fn main() {
    let named = std::env::args().nth(1).map(PathBuf::from);
    let book = named.or_else(|| kept_book("grid-1000000-")).expect("a book; `cargo xtask bench grid` makes one");
    scenario("bench_window", async |desk: &mut Desk| {
        // As on a person's machine without a graphics processor; a driven window keeps the newer drawing otherwise.
        desk.set_env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        let mut most = 0;
        let mut tell = |what: &str, desk: &Desk| {
            let megabytes = memory_of(desk.home());
            println!("| {what} | {megabytes} |");
            most = most.max(megabytes);
        };
        println!("| after | MB |\n| --- | ---: |");
        rest().await;
        tell("opening", desk);
        app.press_all(&["g", "t"]).await?;
        rest().await;
        tell("the list of transactions", desk);
        scroll(&app).await?;
        tell("40 screens down", desk);
        app.press("Ctrl+End").await?;
        rest().await;
        tell("its end", desk);
        app.press("/").await?;
        app.type_text("operating account").await?;
        rest().await;
        tell("words that half of all rows hold", desk);
        app.press("Escape").await?;
        for view in ["l", "r", "a", "o"] {
            app.press_all(&["g", view]).await?;
            rest().await;
        }
        tell("every view", desk);
        assert!(most > 0 && most <= LIMIT, "{most} MB, at most {LIMIT}");
        Ok(())
    });
}

async fn scroll(app: &App) -> e2e::Result<()> {
    for _ in 0..40 {
        app.press("PageDown").await?;
    }
    Ok(())
}

async fn rest() {
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
}

/// Megabytes of every process that was started with this home folder, less the driver and the message bus.
/// Proportional set size: <https://www.kernel.org/doc/html/latest/filesystems/proc.html>.
fn memory_of(home: &Path) -> u64 {
    let wanted = format!("HOME={}", home.display());
    let starts = |text: &str| text == wanted || text == format!("{wanted}/.");
    let mut kilobytes = 0;
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let read = |file: &str| std::fs::read(process.path().join(file)).unwrap_or_default();
        let environment = read("environ");
        let ours = environment.split(|byte| *byte == 0).any(|one| starts(&String::from_utf8_lossy(one)));
        let name = String::from_utf8_lossy(&read("comm")).trim().to_owned();
        if !ours || name.starts_with("WebKitWebDriver") || name.starts_with("dbus") {
            continue;
        }
        let rollup = String::from_utf8_lossy(&read("smaps_rollup")).into_owned();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        kilobytes += line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0);
    }
    kilobytes / 1024
}
