//! The queue of holds that wait for approval.

use super::{Bench, line_of, part, rows, shown, sums};
use crate::steps::{attributes, select, wait_focus, wait_ready, wait_toast};
use e2e::Result;

const GRID: &str = "approvals-grid";
/// Up to so many holds the view reads the queue whole, which gives it groups.
const WHOLE: usize = 10_000;
/// At most so many are decided to get there.
const MANY: usize = 60;

pub(crate) async fn approvals(bench: &mut Bench) -> Result<()> {
    bench.view("Approvals");
    bench.press("opened", &["g", "a"], &[rows(GRID), sums(GRID, "hold")]).await?;
    bench.in_grid().await?;
    bench.picture("approvals").await?;
    let next = bench.cell(GRID, 2, "reference").await?;
    bench.press("one row on", &["Down"], &[shown("details", "[data-testid=holds-inspector]", &next)]).await?;
    bench.press("last row", &["Ctrl+End"], &[rows(GRID)]).await?;
    bench.press("first row", &["Ctrl+Home"], &[rows(GRID)]).await?;
    // Above the first hold stands the head of its group, if the queue is short enough to have groups.
    bench.app.press("Down").await?;
    committed(bench, false).await?;
    voided(bench).await?;
    bench.to_grid(GRID).await?;
    bench.search(GRID, "one hold in nine", "Invoice 1", &[rows(GRID), sums(GRID, "hold")]).await?;
    several(bench).await?;
    whole(bench).await?;
    bench.click("tab, resolved", "approvals-tab-resolved", &[rows("resolved-grid")]).await?;
    bench.picture("approvals-resolved").await?;
    bench.click("tab, awaiting", "approvals-tab-awaiting", &[rows(GRID)]).await
}

/// The row of the queue that a hold has, as long as it is there.
async fn key_of(bench: &Bench, row: &str) -> Result<String> {
    bench.app.find_css(row).await?;
    let key = attributes(&bench.app, row, "data-key").await?.into_iter().next().unwrap_or_default();
    Ok(format!("[data-testid={GRID}] [data-key='{key}']"))
}

async fn committed(bench: &mut Bench, whole: bool) -> Result<()> {
    let row = key_of(bench, &format!("[data-testid={GRID}] [role=row].current")).await?;
    wait_ready(&bench.app, "hold-commit").await?;
    // A queue that is read whole is read again, with all its 10,000 holds.
    let gone = shown("row gone", &row, "").gone();
    let gone = if whole { gone.later() } else { gone };
    bench.press("committed", &["a"], &[gone, shown("message", "[data-testid=toast]", "approved")]).await?;
    wait_toast(&bench.app, "approved").await?;
    bench.in_grid().await
}

async fn voided(bench: &mut Bench) -> Result<()> {
    let line = line_of(GRID, 3);
    let row = key_of(bench, &line).await?;
    let reference = bench.cell(GRID, 3, "reference").await?;
    let details = [shown("details", "[data-testid=holds-inspector]", &reference)];
    bench.click_css("a row clicked", &format!("{line} [data-column=reference]"), &details).await?;
    wait_ready(&bench.app, "hold-void").await?;
    bench.click("asked for a reason", "hold-void", &[shown("dialog", "[data-testid=void-dialog]", &reference)]).await?;
    select(&bench.app, "void-reason", "Duplicate").await?;
    bench.app.fill("void-note", "Entered twice").await?;
    let done = [shown("row gone", &row, "").gone(), shown("message", "[data-testid=toast]", "voided")];
    bench.click("voided", "void-dialog-ok", &done).await?;
    bench.app.wait_gone("void-dialog").await?;
    wait_toast(&bench.app, "voided").await
}

/// What several of them come to together.
async fn several(bench: &mut Bench) -> Result<()> {
    bench.app.press("/").await?;
    bench.type_text("search, one hold in ninety", "Invoice 12", &[rows(GRID)]).await?;
    bench.app.press("Enter").await?;
    bench.in_grid().await?;
    let all = [shown("how many", "[data-testid=holds-inspector]", "holds selected"), sums(GRID, "Selected")];
    bench.press("all selected", &["Ctrl+a"], &all).await?;
    bench.picture("approvals-selected").await?;
    bench.app.press("Escape").await?;
    bench.app.press("/").await?;
    bench.press("search taken out", &["Escape"], &[rows(GRID)]).await?;
    // The first empties the field, the second leaves it.
    bench.app.press("Escape").await?;
    bench.in_grid().await
}

/// Approves as many as it takes until the queue is read whole, and then one more.
async fn whole(bench: &mut Bench) -> Result<()> {
    let held = bench.text_of("[data-testid=approvals-tab-awaiting] .count").await?;
    let held: usize = held.replace(',', "").parse().unwrap_or_default();
    if held <= WHOLE || held > WHOLE + MANY {
        return Ok(());
    }
    bench.app.press("Ctrl+Home").await?;
    let first = key_of(bench, &line_of(GRID, 0)).await?;
    for _ in WHOLE..held {
        bench.app.press("Shift+Down").await?;
    }
    wait_ready(&bench.app, "hold-commit").await?;
    bench.press("asked about several", &["a"], &[part("dialog", "approve-dialog")]).await?;
    wait_focus(&bench.app, "approve-dialog-ok").await?;
    let grouped = shown("groups", &format!("[data-testid={GRID}] [data-group]"), "");
    let done = [shown("rows gone", &first, "").gone().later(), grouped.later()];
    bench.press("several committed", &["Enter"], &done).await?;
    bench.app.wait_gone("approve-dialog").await?;
    wait_toast(&bench.app, "approved").await?;
    bench.in_grid().await?;
    bench.picture("approvals-grouped").await?;
    bench.view("Approvals, read whole");
    bench.app.press_all(&["Ctrl+Home", "Down"]).await?;
    committed(bench, true).await?;
    bench.app.press_all(&["g", "o"]).await?;
    bench.app.wait_gone(GRID).await?;
    bench.press("opened anew", &["g", "a"], &[rows(GRID).later()]).await?;
    bench.in_grid().await
}
