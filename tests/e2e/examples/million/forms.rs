//! What is entered: a posting by the keyboard alone, a journal entry, what is scheduled; and the palette.

use super::{Bench, Seen, line_of, part, rows, shown};
use crate::steps::{tab_to, value, wait_focus, wait_ready, wait_toast};
use e2e::Result;

const GRID: &str = "transactions-grid";

pub(crate) async fn posting(bench: &mut Bench) -> Result<()> {
    bench.view("New transaction");
    bench.app.press_all(&["g", "t"]).await?;
    bench.in_grid().await?;
    bench.press("form opened", &["n"], &[part("form", "new-transaction-dialog")]).await?;
    wait_focus(&bench.app, "field-amount").await?;
    bench.app.type_text("12.34").await?;
    named(bench, "field-from", "Balance 42").await?;
    named(bench, "field-to", "Balance 17").await?;
    let checks = [shown("checks", "[data-testid=posting-checks]", "BENCH-NEW is free")];
    tab_to(&bench.app, "field-reference").await?;
    bench.app.press("Ctrl+a").await?;
    bench.type_text("reference", "BENCH-NEW", &checks).await?;
    wait_ready(&bench.app, "posting-post").await?;
    bench.picture("new-transaction").await?;
    let posted = [
        shown("message", "[data-testid=toast]", "Posted BENCH-NEW"),
        shown("first row", &line_of(GRID, 0), "BENCH-NEW"),
    ];
    bench.press("posted", &["Ctrl+Enter"], &posted).await?;
    wait_toast(&bench.app, "Posted BENCH-NEW").await?;
    bench.app.wait_gone("new-transaction-dialog").await?;
    bench.picture("posted").await?;
    bench.in_grid().await
}

/// Names a balance in a field and takes it.
async fn named(bench: &mut Bench, field: &str, name: &str) -> Result<()> {
    tab_to(&bench.app, field).await?;
    let option = format!("[data-testid={field}-option]");
    bench.type_text("balance looked for", name, &[shown("the balance", &option, name)]).await?;
    bench.app.press("Enter").await?;
    bench.app.wait_until(&format!("{name} to be taken"), async || Ok(value(&bench.app, field).await? == name)).await?;
    bench.app.wait_gone(&format!("{field}-option")).await
}

pub(crate) async fn entry(bench: &mut Bench) -> Result<()> {
    bench.view("Journal entry");
    bench.press("editor opened", &["Shift+N"], &[part("editor", "entry-dialog")]).await?;
    wait_focus(&bench.app, "line-balance-1").await?;
    let offered = shown("the balance", "[data-testid=line-balance-1-option]", "Balance 42");
    bench.type_text("balance looked for", "Balance 42", &[offered]).await?;
    bench.app.press("Enter").await?;
    bench.picture("entry").await?;
    bench.press("as a split", &["Ctrl+Shift+s"], &[part("whole amount", "split-amount")]).await?;
    bench.picture("entry-split").await?;
    bench.app.press("Escape").await?;
    left(bench).await
}

/// A form that something was typed into asks before it goes.
async fn left(bench: &mut Bench) -> Result<()> {
    bench
        .app
        .wait_until("the editor to close or to ask", async || {
            if let Some(discard) = bench.app.all("leave-discard").await?.first() {
                discard.click().await?;
            }
            Ok(bench.app.all("entry-dialog").await?.is_empty())
        })
        .await?;
    bench.in_grid().await
}

pub(crate) async fn scheduled(bench: &mut Bench) -> Result<()> {
    bench.view("Scheduled");
    bench.press("opened", &["g", "c"], &[part("that there is none", "scheduled-empty")]).await?;
    bench.picture("scheduled").await?;
    bench.click("tab, all", "transactions-tab-all", &[rows(GRID)]).await?;
    bench.click("tab, scheduled", "transactions-tab-scheduled", &[part("that there is none", "scheduled-empty")]).await
}

pub(crate) async fn palette(bench: &mut Bench) -> Result<()> {
    bench.view("Palette");
    let item = |text| [shown("found", "[data-testid=palette-item]", text)];
    bench.press("opened", &["Ctrl+k"], &[part("palette", "palette")]).await?;
    wait_focus(&bench.app, "palette-input").await?;
    let group = shown("transactions", "[data-testid=palette] [role=group][aria-label=Transactions]", "").later();
    bench.type_text("first letter", "B", &[shown("a balance", "[data-testid=palette-item]", "Balance"), group]).await?;
    bench.type_text("a balance", "alance 17", &item("Balance 17")).await?;
    bench.picture("palette-balance").await?;
    let strip = shown("figures", "[data-testid=balance-strip]", "Available");
    bench.press("taken", &["Enter"], &[strip]).await?;

    bench.app.click("open-palette").await?;
    wait_focus(&bench.app, "palette-input").await?;
    bench.type_text("a reference", "#BENCH-7777", &item("BENCH-7777")).await?;
    let first = line_of(GRID, 0);
    bench.click("taken", "palette-item", &[shown("the row", &first, "BENCH-7777")]).await?;
    bench.picture("transaction-by-palette").await?;

    bench.app.press("Ctrl+k").await?;
    wait_focus(&bench.app, "palette-input").await?;
    bench.type_text("a word of every row", "customer", &item("BENCH-").map(Seen::later)).await?;
    bench.app.press("Ctrl+a").await?;
    bench.type_text("an amount", "=77.77", &item("77.77")).await?;
    bench.picture("palette-amount").await?;
    bench.app.press("Escape").await?;
    bench.app.wait_gone("palette").await
}
