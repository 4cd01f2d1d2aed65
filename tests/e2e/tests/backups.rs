//! Copies of a book by themselves and by hand, and the report for whoever helps.

use crate::financial::small_book;
use crate::steps::{
    command, no_page_errors, select_by_keys, tab_to, value, wait_focus, wait_ready, wait_toast, with_text,
};
use e2e::{App, Result, scenario};
use serde_json::json;
use std::time::Duration;

/// A copy in the list.
const ROW: &str = "[data-testid=backup-row]";

/// Opens a page of the settings by the keyboard: the tab is chosen with these keys from the last one.
async fn open_page(app: &App, tab: &str, keys: &[&str]) -> Result<()> {
    app.press_all(&["g", "s"]).await?;
    tab_to(app, "settings-tab-appearance").await?;
    app.press("End").await?;
    wait_focus(app, "settings-tab-diagnostics").await?;
    app.press_all(keys).await?;
    wait_focus(app, tab).await
}

/// How many copies are listed.
async fn listed(app: &App) -> Result<usize> {
    Ok(app.all("backup-row").await?.len())
}

#[test]
fn copies_are_planned_made_and_opened_with_the_keyboard() {
    scenario("copies_are_planned_made_and_opened_with_the_keyboard", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_page(&app, "settings-tab-backup", &["Left"]).await?;
        app.wait_text("backup-folder", "quay backups").await?;
        app.wait_text("backup-schedule", "Every day").await?;
        // A book that was never copied is copied when it opens.
        with_text(&app, ROW, ".tieout").await?;
        let before = listed(&app).await?;

        // The copy of the opening is told of, and the page read anew, before anything is chosen.
        tokio::time::sleep(Duration::from_millis(800)).await;
        // What is changed applies at once, and is undone.
        select_by_keys(&app, "backup-schedule", "Every week").await?;
        wait_toast(&app, "Copies are made every week").await?;
        tab_to(&app, "backup-keep").await?;
        assert_eq!(value(&app, "backup-keep").await?, "10");
        app.press("Ctrl+a").await?;
        app.type_text("none").await?;
        app.press("Enter").await?;
        app.wait_text("backup-plan", "Enter a number from 1 to").await?;
        app.press("Ctrl+a").await?;
        app.type_text("5").await?;
        app.press("Enter").await?;
        with_text(&app, "[data-testid=toast]", "5 copies are kept").await?;
        // The message before makes room for it, and the button moves meanwhile.
        tokio::time::sleep(Duration::from_millis(500)).await;
        app.click("toast-undo").await?;
        app.wait_until("ten copies kept again", async || Ok(value(&app, "backup-keep").await? == "10")).await?;
        wait_toast(&app, "10 copies are kept").await?;
        app.fill("backup-keep", "7").await?;
        app.press("Enter").await?;
        wait_toast(&app, "7 copies are kept").await?;
        let plan = command(&app, "backup_plan", json!({})).await?.expect("the plan");
        assert_eq!((&plan["every_hours"], &plan["keep"]), (&json!(168), &json!(7)));

        // Copies are called by the second they are made in.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        wait_ready(&app, "backup-now").await?;
        tab_to(&app, "backup-now").await?;
        app.press("Enter").await?;
        wait_toast(&app, "The book was copied to quay").await?;
        app.wait_until("one more copy", async || Ok(listed(&app).await? == before + 1)).await?;
        assert_eq!(std::fs::read_dir(desk.home().join("quay backups"))?.count(), before + 1);

        // One is opened as a book of its own; the book and its copies stay.
        tab_to(&app, "backup-open").await?;
        app.press("Enter").await?;
        app.wait_text("backup-copy-dialog", "stays as it is").await?;
        wait_focus(&app, "backup-copy-path").await?;
        assert!(value(&app, "backup-copy-path").await?.contains("quay restored "));
        app.press("Enter").await?;
        app.wait_text("status-bar", "quay restored ").await?;
        wait_toast(&app, "This is Quay Chandlers as it was copied on").await?;
        assert!(book.exists());
        assert_eq!(std::fs::read_dir(desk.home().join("quay backups"))?.count(), before + 1);
        no_page_errors(&app).await
    });
}

#[test]
fn the_report_for_whoever_helps_names_nothing_of_the_book() {
    scenario("the_report_for_whoever_helps_names_nothing_of_the_book", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_page(&app, "settings-tab-diagnostics", &[]).await?;
        app.wait_text("diagnostics-report", &format!("Tieout {}", env!("CARGO_PKG_VERSION"))).await?;
        app.wait_text("diagnostics-report", "2 transactions").await?;
        app.wait_text("diagnostics-about", "no names, amounts or texts of the book").await?;
        let report = app.text("diagnostics-report").await?;
        for private in ["Quay", "Operating account", "250.00"] {
            assert!(!report.contains(private), "{report}");
        }
        assert!(!app.text("diagnostics-folder").await?.trim().is_empty());
        // Keys reach what copies it and what scrolls it.
        tab_to(&app, "diagnostics-copy").await?;
        tab_to(&app, "diagnostics-report").await?;
        no_page_errors(&app).await
    });
}
