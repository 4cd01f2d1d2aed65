//! Holds that are decided, entries that are posted, and lists that are kept.

use super::{both_themes, go, small};
use crate::approvals::{hold, row};
use crate::posting::{ROW, parties, post};
use crate::steps::{click_text, command, select, wait_ready, wait_toast, with_text};
use e2e::scenario;
use serde_json::json;

#[test]
fn screenshots_of_approvals() {
    scenario("screenshots_of_approvals", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "a", "approvals").await?;
        let mut chosen = Vec::new();
        for text in ["Armoured cable", "Controller boards", "Pressure sensors", "Stainless fixings"] {
            let one = hold(&app, text).await?;
            app.click_css(&format!("{} [data-check]", row(&app, &one).await?)).await?;
            chosen.push(one);
        }
        let selected =
            [("holds-inspector", "4 holds selected"), ("holds-effects", "Corrib Operating"), ("hold-commit", "4")];
        both_themes(desk, &app, "approvals-selected", &selected).await?;
        // The details are closed in a narrow window; what is chosen stands below the list.
        small(desk, &app, "approvals-selected", &[("approvals-grid-totals", "Selected out, 4 holds")]).await?;
        app.click("hold-commit").await?;
        both_themes(desk, &app, "approvals-question", &[("approve-dialog", "4 holds")]).await?;
        // Somebody else decides on one of them while the question stands.
        let other = json!([{ "id": chosen[3]["id"], "reference": null }]);
        let void = json!({ "request": { "items": other, "reason": "Wrong payee", "note": null } });
        command(&app, "holds_void", void).await?.expect("the hold is voided");
        app.click("approve-dialog-ok").await?;
        let result = [("result-dialog", "3 of 4 holds approved, 1 was not"), ("result-dialog", "voided")];
        both_themes(desk, &app, "approvals-result", &result).await?;
        small(desk, &app, "approvals-result", &result).await?;
        app.click("result-dialog-done").await?;
        app.wait_gone("result-dialog").await?;

        let part = hold(&app, "Glass, lot 13").await?;
        app.click_css(&format!("{} [data-column=reference]", row(&app, &part).await?)).await?;
        app.wait_text("holds-inspector", part["reference"].as_str().unwrap_or_default()).await?;
        app.click("hold-part").await?;
        app.fill("part-amount", "100,000").await?;
        both_themes(desk, &app, "approvals-part", &[("part-dialog", "188,500")]).await?;
        app.press("Esc").await?;
        app.wait_gone("part-dialog").await?;
        app.click("hold-void").await?;
        select(&app, "void-reason", "Duplicate").await?;
        app.fill("void-note", "Entered twice on Monday").await?;
        both_themes(desk, &app, "approvals-void", &[("void-dialog", "Duplicate")]).await?;
        app.click("void-dialog-ok").await?;
        app.wait_gone("void-dialog").await?;
        app.wait_gone("toast").await?;
        app.click("approvals-tab-resolved").await?;
        both_themes(desk, &app, "approvals-resolved", &[("resolved-grid", "Voided")]).await
    });
}

#[test]
fn screenshots_of_a_new_transaction() {
    scenario("screenshots_of_a_new_transaction", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "t", "transactions").await?;
        app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
        app.press("n").await?;
        app.get("new-transaction-dialog").await?;
        both_themes(desk, &app, "new-transaction-empty", &[("posting-preview", "Choose an amount")]).await?;
        app.fill("field-amount", "1,284.50").await?;
        parties(&app, "Corrib Operating", "Office and tools").await?;
        app.fill("field-reference", "LAMP-7462").await?;
        app.fill("field-description", "Bench lamps").await?;
        wait_ready(&app, "posting-post").await?;
        let ready = [
            ("posting-effects", "Corrib Operating"),
            ("posting-effects", "Office and tools"),
            ("posting-checks", "EUR"),
        ];
        both_themes(desk, &app, "new-transaction", &ready).await?;
        small(desk, &app, "new-transaction", &ready).await?;
        app.fill("field-amount", "9,999,999.00").await?;
        with_text(&app, "[data-testid=posting-checks] [data-ok=false]", "Corrib Operating has").await?;
        let failed = [("funds-hint", "Allow an overdraft"), ("posting-checks", "Corrib Operating has")];
        both_themes(desk, &app, "new-transaction-failing", &failed).await?;
        small(desk, &app, "new-transaction-failing", &failed).await
    });
}

#[test]
fn screenshots_of_a_refund() {
    scenario("screenshots_of_a_refund", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        post(&app, "LAMP-7463", "1,284.50").await?;
        app.fill("transactions-grid-filter", "LAMP-7463").await?;
        with_text(&app, "#inspector-slot", "LAMP-7463").await?;
        click_text(&app, ROW, "1,284.50").await?;
        app.press("Shift+R").await?;
        app.fill("field-amount", "284.50").await?;
        let shown =
            [("posting-check-refund", "1,000.00 EUR of LAMP-7463 is left"), ("posting-effects", "Corrib Operating")];
        wait_ready(&app, "posting-post").await?;
        both_themes(desk, &app, "refund", &shown).await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted LAMP-7463-R").await?;
        app.wait_gone("new-transaction-dialog").await?;
        click_text(&app, ROW, "1,284.50").await?;
        both_themes(desk, &app, "refund-done", &[("refunds", "LAMP-7463-R"), ("refund-left", "1,000.00")]).await
    });
}

#[test]
fn screenshots_of_a_saved_view() {
    scenario("screenshots_of_a_saved_view", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "t", "transactions").await?;
        app.click("transactions-tab-held").await?;
        app.wait_text("transactions-grid-chip-state", "Held or part committed").await?;
        app.click("save-view").await?;
        app.fill("view-name", "Waiting").await?;
        app.click("view-pinned").await?;
        both_themes(desk, &app, "transactions-save-view", &[("view-dialog", "Show in the sidebar")]).await?;
        app.click("view-save").await?;
        app.wait_gone("view-dialog").await?;
        with_text(&app, "[data-testid=transactions-tab] [role=tab][aria-selected=true]", "Waiting").await?;
        let kept = [("transactions-grid-chip-state", "Held or part committed"), ("sidebar", "Waiting")];
        both_themes(desk, &app, "transactions-view", &kept).await?;
        app.press("Ctrl+e").await?;
        app.fill("export-path", &desk.home().join("waiting.csv").to_string_lossy()).await?;
        both_themes(desk, &app, "transactions-export", &[("export-dialog", "Export")]).await?;
        app.press("Esc").await?;
        app.wait_gone("export-dialog").await?;
        app.click("transactions-grid-add-filter").await?;
        both_themes(desk, &app, "transactions-filter", &[("transactions-grid-filter-apply", "Add")]).await?;
        app.press("Esc").await?;
        app.wait_gone("transactions-grid-filter-apply").await?;
        app.click("transactions-grid-columns").await?;
        both_themes(desk, &app, "transactions-columns", &[("transactions-grid-column-chooser", "Description")]).await?;
        app.press("Esc").await?;
        app.wait_gone("transactions-grid-column-chooser").await?;
        // A filter that fits nothing says so and how to get out of it.
        app.fill("transactions-grid-filter", "no such entry").await?;
        both_themes(desk, &app, "transactions-no-match", &[("transactions-empty-filter", "fits")]).await
    });
}
