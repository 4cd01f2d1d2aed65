//! Ledgers, balances and the register of one of them.

use super::lists::A_DAY;
use super::{Bench, line_of, part, rows, shown, sums};
use crate::steps::{wait_focus, wait_toast};
use e2e::Result;

const GRID: &str = "balances-grid";
const REGISTER: &str = "register-grid";

pub(crate) async fn ledgers(bench: &mut Bench) -> Result<()> {
    bench.view("Ledgers");
    let tree = || shown("tree", "[data-testid=ledger-tree]", "Assets");
    bench.press("opened", &["g", "l"], &[rows(GRID), tree(), sums(GRID, "Balance")]).await?;
    bench.to_grid(GRID).await?;
    bench.picture("ledgers").await?;
    // Of the whole book there is no such line; of one ledger there is.
    bench.click("one ledger", "ledger-item", &[sums(GRID, "Available")]).await?;
    bench.click("all ledgers", "ledger-all", &[sums(GRID, "Balance")]).await?;
    bench.to_grid(GRID).await?;
    bench.press("last row", &["Ctrl+End"], &[rows(GRID)]).await?;
    let name = format!("{} [data-column=name]", line_of(GRID, 98));
    let chosen = bench.cell(GRID, 98, "name").await?;
    bench.click_css("a row clicked", &name, &[shown("details", "#inspector-slot", &chosen)]).await?;
    bench.click("its page opened", "open-balance", &page()).await?;
    bench.press("back", &["Alt+Left"], &[rows(GRID)]).await
}

/// What the page of a balance shows.
fn page() -> [super::Seen; 3] {
    let strip = shown("figures", "[data-testid=balance-strip]", "Available");
    [strip, rows(REGISTER), part("chart", "balance-line")]
}

pub(crate) async fn register(bench: &mut Bench) -> Result<()> {
    bench.view("Balance");
    bench.app.press("/").await?;
    wait_focus(&bench.app, "balances-grid-filter").await?;
    bench.type_text("search", "Balance 42", &[shown("the row", &line_of(GRID, 0), "Balance 42")]).await?;
    bench.app.press("Enter").await?;
    bench.in_grid().await?;
    bench.press("opened", &["Enter"], &page()).await?;
    bench.in_grid().await?;
    bench.picture("balance").await?;
    bench.press("next page", &["PageDown", "PageDown"], &[rows(REGISTER)]).await?;
    bench.press("last row", &["Ctrl+End"], &[rows(REGISTER)]).await?;
    bench.picture("balance-end").await?;
    bench.press("first row", &["Ctrl+Home"], &[rows(REGISTER)]).await?;
    bench.search(REGISTER, "some rows", "Invoice 12", &[rows(REGISTER)]).await?;
    bench.search(REGISTER, "every row", "customer", &[rows(REGISTER).later()]).await?;
    as_of(bench).await?;
    bench.click("oldest first", "register-grid-head-date", &[rows(REGISTER)]).await?;
    bench.press("newest first", &["Enter"], &[rows(REGISTER)]).await?;
    for tab in ["holds", "history"] {
        let list = format!("[data-testid=balance-{tab}-grid] [role=row][data-key], [data-testid=balance-{tab}-empty]");
        let seen = [shown("rows, or that there is none", &list, "")];
        bench.click(&format!("tab, {tab}"), &format!("balance-tab-{tab}"), &seen).await?;
    }
    bench.click("tab, register", "balance-tab-register", &[rows(REGISTER)]).await?;
    exported(bench).await?;
    let added = shown("its figures added up again", "[role=dialog]", "ties").later();
    bench.click("checked", "check-balance", &[added]).await?;
    bench.app.press("Enter").await?;
    bench.app.wait_gone("balance-check-done").await
}

async fn as_of(bench: &mut Bench) -> Result<()> {
    let (figure, first) = ("[data-testid=figure-balance]", line_of(REGISTER, 0));
    let (now, newest) = (bench.text_of(figure).await?, bench.text_of(&first).await?);
    bench.app.press("d").await?;
    bench.app.fill("as-of-day", A_DAY).await?;
    let then = [
        part("note", "balance-as-of-note"),
        shown("figures", figure, "").instead_of(&now),
        shown("rows", &first, "").instead_of(&newest),
    ];
    bench.press("as of another day", &["Enter"], &then).await?;
    bench.picture("balance-as-of").await?;
    let today = [shown("figures", figure, &now), shown("rows", &first, &newest)];
    bench.click("back to today", "balance-today", &today).await
}

/// The register as a file, which is written while somebody may go on.
async fn exported(bench: &mut Bench) -> Result<()> {
    bench.press("export asked for", &["Ctrl+e"], &[part("dialog", "register-export-dialog")]).await?;
    bench.picture("register-export").await?;
    bench.app.click("register-format-csv").await?;
    let file = std::env::temp_dir().join(format!("tieout-register-{}.csv", std::process::id()));
    bench.app.fill("register-path", &file.to_string_lossy()).await?;
    bench.press("written as CSV", &["Enter"], &[shown("message", "[data-testid=toast]", "written to").later()]).await?;
    wait_toast(&bench.app, "written to").await?;
    bench.app.wait_gone("register-export-dialog").await?;
    Ok(std::fs::remove_file(file)?)
}

/// Every hold of the book goes out of one balance.
pub(crate) async fn many_holds(bench: &mut Bench) -> Result<()> {
    bench.view("Balance with all holds");
    bench.app.press("Ctrl+k").await?;
    wait_focus(&bench.app, "palette-input").await?;
    let found = shown("the balance", "[data-testid=palette-item]", "Balance 99");
    bench.type_text("search in the palette", "Balance 99", &[found]).await?;
    bench.press("opened", &["Enter"], &page()).await?;
    bench.picture("balance-held").await?;
    bench.click("tab, holds", "balance-tab-holds", &[rows("balance-holds-grid")]).await?;
    bench.to_grid("balance-holds-grid").await?;
    bench.press("last row", &["Ctrl+End"], &[rows("balance-holds-grid")]).await?;
    bench.picture("balance-holds").await?;
    bench.press("back to all balances", &["Backspace"], &[rows(GRID)]).await
}
