//! Every view of the sample book, and what opens over all of them.

use super::{VIEWS, both_themes, go, small};
use crate::steps::{click_text, with_text};
use e2e::{App, Result, scenario};

/// What each of [`VIEWS`] must show of the sample book.
const SAMPLE: &[&str] = &[
    "Needs attention",
    "hold",
    "Corrib Operating",
    "Held",
    "Held out",
    "Nobody is in this book yet",
    "The whole book",
    "Total assets",
    "Preview",
    "No balance is watched",
];

#[test]
fn screenshots_of_every_view() {
    scenario("screenshots_of_every_view", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        for ((name, key, view), text) in VIEWS.iter().zip(SAMPLE) {
            go(&app, key, view).await?;
            let shown = [("book-switcher", "Brackwater Instruments"), ("main", *text)];
            both_themes(desk, &app, name, &shown).await?;
            small(desk, &app, name, &shown).await?;
        }
        Ok(())
    });
}

#[test]
fn screenshots_of_a_balance() {
    scenario("screenshots_of_a_balance", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "l", "ledgers").await?;
        app.fill("balances-grid-filter", "Corrib Operating").await?;
        click_text(&app, "[data-testid=balances-grid] [role=row][data-key] [data-column=name]", "Corrib Operating")
            .await?;
        with_text(&app, "#inspector-slot", "Corrib Operating").await?;
        app.click("open-balance").await?;
        app.wait_text("balance-strip", "Held out").await?;
        app.find_css("main [role=row][data-key]").await?;
        let strip = [("balance-strip", "Available"), ("balance-inspector", "Held out")];
        both_themes(desk, &app, "balance", &strip).await?;
        // The details are closed in a narrow window.
        small(desk, &app, "balance", &strip[..1]).await?;
        for (tab, name) in
            [("holds", "balance-holds"), ("statements", "balance-statements"), ("history", "balance-history")]
        {
            app.click(&format!("balance-tab-{tab}")).await?;
            app.find_css(&format!("[data-testid=balance-{tab}-grid] [role=row][data-key]")).await?;
            both_themes(desk, &app, name, &strip).await?;
        }
        Ok(())
    });
}

#[test]
fn screenshots_of_what_opens_over_a_view() {
    scenario("screenshots_of_what_opens_over_a_view", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press("Ctrl+Shift+j").await?;
        both_themes(desk, &app, "jobs", &[("jobs-panel", "Match Corrib Operating"), ("jobs-panel", "Done")]).await?;
        app.press("Esc").await?;
        app.wait_gone("jobs-panel").await?;
        app.press("Ctrl+k").await?;
        both_themes(desk, &app, "command-palette", &[("palette", "Go to")]).await?;
        app.fill("palette-input", "corrib").await?;
        let found = [("palette", "Corrib Operating"), ("palette", "Corrib Reserve")];
        both_themes(desk, &app, "command-palette-results", &found).await?;
        app.fill("palette-input", "=612").await?;
        both_themes(desk, &app, "command-palette-amount", &[("palette", "612.00")]).await?;
        close_palette(&app).await?;
        app.press("?").await?;
        let sheet = [("keyboard-sheet", "Everywhere"), ("keyboard-sheet", "Grid")];
        both_themes(desk, &app, "keyboard", &sheet).await?;
        app.press("Esc").await?;
        app.wait_gone("keyboard-sheet").await?;

        app.click("nav-settings").await?;
        both_themes(desk, &app, "settings", &[("main", "Theme")]).await?;
        app.click("settings-tab-keyboard").await?;
        both_themes(desk, &app, "settings-keyboard", &[("settings-keyboard", "New transaction")]).await?;
        app.click("settings-tab-book").await?;
        app.click("setting-check").await?;
        both_themes(desk, &app, "settings-book", &[("check-ties", "tie"), ("settings-book", "Backup")]).await?;

        app.click("settings-tab-appearance").await?;
        app.click("setting-negatives-parentheses").await?;
        app.click("setting-red-negatives").await?;
        app.click("setting-density-comfortable").await?;
        both_themes(desk, &app, "settings-changed", &[("settings-appearance", "(1,368.20)")]).await?;
        go(&app, "l", "ledgers").await?;
        app.find_css("[data-testid=balances-grid] [role=row][data-key]").await?;
        click_text(&app, "[role=treeitem]", "Suppliers").await?;
        both_themes(desk, &app, "ledgers-parentheses", &[("balances-grid", "(")]).await
    });
}

/// The first Esc empties the field, the second closes.
async fn close_palette(app: &App) -> Result<()> {
    app.press("Esc").await?;
    if !app.all("palette").await?.is_empty() {
        app.press("Esc").await?;
    }
    app.wait_gone("palette").await
}

#[test]
fn screenshots_of_a_rule() {
    scenario("screenshots_of_a_rule", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "m", "rules").await?;
        app.wait_text("rule-preview", "would match").await?;
        // A tolerance that is tried out: what it gains and what it loses stands beside it before it is saved.
        let before = app.text("preview-would-match").await?;
        app.fill("criterion-1-value", "1").await?;
        app.wait_until("a preview of the change", async || Ok(app.text("preview-would-match").await? != before))
            .await?;
        let tried = [("rule-unsaved", "Unsaved changes"), ("criterion-1", "was 10 days"), ("rule-preview", "lost")];
        both_themes(desk, &app, "rules-preview", &tried).await?;
        small(desk, &app, "rules-preview", &tried).await?;
        app.fill("criterion-1-value", "-3").await?;
        both_themes(desk, &app, "rules-failing", &[("criterion-1", "must be 0 or more"), ("main", "No preview")]).await
    });
}
