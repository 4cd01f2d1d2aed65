//! The overview and the list of all transactions.

use super::{Bench, Seen, counted, line_of, part, rows, shown, sums};
use crate::steps::{select, wait_focus};
use e2e::{Result, Size};

/// In the middle of the days that the book has entries on.
pub(crate) const A_DAY: &str = "2025-06-30";
const GRID: &str = "transactions-grid";
/// Details lie over the list in a window of this size.
const NARROW: Size = Size { width: 1100, height: 800 };

pub(crate) async fn overview(bench: &mut Bench) -> Result<()> {
    bench.view("Overview");
    bench.picture("overview").await?;
    // From another view and back: what is seen then was read anew.
    bench.app.press_all(&["g", "s"]).await?;
    bench.app.get("settings-tab").await?;
    let panels = [
        part("trial balance", "trial-ties"),
        part("awaiting approval", "awaiting-eur"),
        part("recent activity", "activity-open"),
        shown("cash", "[data-testid=panel-cash]", "No balance is marked"),
        shown("needs attention", "[data-testid=panel-attention] li", ""),
    ];
    bench.press("opened", &["g", "o"], &panels).await?;
    bench.app.click("nav-settings").await?;
    bench.app.get("settings-tab").await?;
    bench.click("opened", "nav-overview", &panels).await?;

    let sums = "[data-testid=panel-trial] tbody";
    let today = bench.text_of(sums).await?;
    bench.app.press("d").await?;
    bench.app.fill("as-of-day", A_DAY).await?;
    let then = [part("note", "overview-as-of-note"), shown("trial balance", sums, "").instead_of(&today)];
    bench.press("as of another day", &["Enter"], &then).await?;
    bench.picture("overview-as-of").await?;
    bench.click("back to today", "overview-today", &[shown("trial balance", sums, &today)]).await
}

pub(crate) async fn transactions(bench: &mut Bench) -> Result<()> {
    bench.view("Transactions");
    bench.press("opened", &["g", "t"], &[rows(GRID), sums(GRID, "Applied")]).await?;
    bench.in_grid().await?;
    bench.picture("transactions").await?;
    bench.app.click("nav-overview").await?;
    bench.app.get("trial-ties").await?;
    bench.click("opened", "nav-transactions", &[rows(GRID), sums(GRID, "Applied")]).await?;
    bench.in_grid().await?;

    let second = bench.cell(GRID, 1, "reference").await?;
    bench.press("one row on", &["Down"], &[shown("details", "#inspector-slot", &second)]).await?;
    let fourth = bench.cell(GRID, 3, "reference").await?;
    let cell = format!("{} [data-column=reference]", line_of(GRID, 3));
    bench.click_css("a row clicked", &cell, &[shown("details", "#inspector-slot", &fourth)]).await?;
    // A click also chooses the row.
    bench.app.press("Escape").await?;
    moved(bench).await?;
    searched(bench).await?;
    filtered(bench).await?;
    sorted(bench).await?;
    bench.press("all selected", &["Ctrl+a"], &[sums(GRID, "Selected, ")]).await?;
    bench.picture("transactions-selected").await?;
    bench.app.press("Escape").await?;
    overlaid(bench).await
}

/// Pages, both ends, a row and a day.
async fn moved(bench: &mut Bench) -> Result<()> {
    // The first of two goes to the last row that is in sight.
    bench.press("next page", &["PageDown", "PageDown"], &[rows(GRID)]).await?;
    bench.press("last row", &["Ctrl+End"], &[rows(GRID)]).await?;
    bench.picture("transactions-end").await?;
    bench.press("page before", &["PageUp", "PageUp"], &[rows(GRID)]).await?;
    bench.press("first row", &["Ctrl+Home"], &[rows(GRID)]).await?;
    for (what, place) in [("a row by its number", "15000"), ("a row of a day", A_DAY)] {
        bench.app.press("Ctrl+g").await?;
        wait_focus(&bench.app, "go-to-text").await?;
        bench.app.press("Ctrl+a").await?;
        bench.app.type_text(place).await?;
        bench.press(what, &["Enter"], &[rows(GRID)]).await?;
        bench.app.wait_gone("go-to").await?;
        bench.in_grid().await?;
    }
    bench.press("first row", &["Ctrl+Home"], &[rows(GRID)]).await
}

async fn searched(bench: &mut Bench) -> Result<()> {
    // What a row says beside its reference depends on the room for its columns.
    let first = format!("{}:not([data-before])", line_of(GRID, 0));
    let one = [shown("the row", &first, "BENCH-7777"), sums(GRID, "")];
    bench.search(GRID, "one row", "Invoice 7777 of", &one).await?;
    let many = |text| [shown("rows", &first, text), counted("in this view"), sums(GRID, "")];
    bench.search(GRID, "one row in nine", "Invoice 1", &many("BENCH-")).await?;
    // What every row has is ordered as a whole list of its own; what nobody indexes is looked for in every row. Both are
    // told and have no limit.
    bench.search(GRID, "every row", "customer", &many("BENCH-").map(Seen::later)).await?;
    bench.search(GRID, "names of balances", "Balance 42", &many("Balance 42")).await?;
    // One and two letters are too short for the index of words, and every search begins with them.
    bench.search(GRID, "one letter, every row", "B", &many("BENCH-")).await?;
    let none = [part("that there is none", "transactions-empty-filter")];
    bench.search(GRID, "two letters, no row", "zq", &none.clone().map(Seen::later)).await?;
    bench.search(GRID, "two letters of other scripts", "Øl", &none.clone().map(Seen::later)).await?;
    bench.search(GRID, "no row", "Invoice of nobody", &none).await
}

async fn filtered(bench: &mut Bench) -> Result<()> {
    let held =
        [rows(GRID), part("chip", "transactions-grid-chip-state"), counted("in this view"), sums(GRID, "Held, ")];
    bench.app.click("transactions-grid-add-filter").await?;
    select(&bench.app, "transactions-grid-filter-value", "Held").await?;
    bench.click("filter, held", "transactions-grid-filter-apply", &held).await?;
    bench.picture("transactions-held").await?;
    bench.click("filter taken out", "transactions-grid-chip-state-remove", &[rows(GRID)]).await?;
    bench.to_grid(GRID).await?;
    bench.app.press("End").await?;
    let state = [rows(GRID), part("chip", "transactions-grid-chip-state"), counted("in this view"), sums(GRID, ", ")];
    bench.press("filter by the cell, state", &["f"], &state).await?;
    bench.in_grid().await?;
    bench.press("last row of the filter", &["Ctrl+End"], &[rows(GRID)]).await?;
    bench.click("filter taken out", "transactions-grid-chip-state-remove", &[rows(GRID)]).await?;
    for (tab, seen) in
        [("held", rows(GRID)), ("applied", rows(GRID)), ("ended", part("none", "transactions-empty-filter"))]
    {
        bench.click(&format!("tab, {tab}"), &format!("transactions-tab-{tab}"), &[seen]).await?;
    }
    bench.click("tab, all", "transactions-tab-all", &[rows(GRID), sums(GRID, "Applied")]).await?;
    bench.to_grid(GRID).await
}

async fn sorted(bench: &mut Bench) -> Result<()> {
    bench.click("sorted by amount", "transactions-grid-head-amount", &[rows(GRID)]).await?;
    bench.press("the other way round", &["Enter"], &[rows(GRID)]).await?;
    bench.picture("transactions-by-amount").await?;
    bench.app.press("Down").await?;
    bench.in_grid().await?;
    bench.press("last row by amount", &["Ctrl+End"], &[rows(GRID)]).await?;
    bench.click("sorted by reference", "transactions-grid-head-reference", &[rows(GRID)]).await?;
    bench.app.press("Down").await?;
    bench.in_grid().await?;
    bench.press("last row by reference", &["Ctrl+End"], &[rows(GRID)]).await?;
    bench.click("sorted by date", "transactions-grid-head-date", &[rows(GRID)]).await?;
    bench.press("the other way round", &["Enter"], &[rows(GRID)]).await?;
    bench.app.press("Down").await?;
    bench.in_grid().await
}

/// Enter opens the details where the window has no room for them beside the list.
async fn overlaid(bench: &mut Bench) -> Result<()> {
    bench.app.resize(NARROW).await?;
    let overlay = "return document.querySelector('#inspector-slot.overlay') !== null";
    bench.app.wait_until("a narrow window", async || Ok(bench.app.execute(overlay, vec![]).await? == true)).await?;
    let first = bench.cell(GRID, 0, "reference").await?;
    bench.to_grid(GRID).await?;
    bench
        .press(
            "details in a narrow window",
            &["Enter"],
            &[shown("details", "#inspector-slot.overlay .inspector", &first)],
        )
        .await?;
    bench.picture("transactions-narrow").await?;
    bench.app.press("Ctrl+j").await?;
    bench.app.resize(Size::DEFAULT).await
}
