//! Balances that are watched, and closed periods where entries and holds are dated.

use super::{both_themes, go, small};
use crate::financial::{book_settings, close_last_month, small_book};
use crate::monitors::{pay, watch};
use crate::steps::wait_toast;
use e2e::scenario;

#[test]
fn screenshots_of_monitors() {
    scenario("screenshots_of_monitors", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        watch(&app, "500").await?;
        pay(&app, "FEE-1", "800").await?;
        wait_toast(&app, "Operating account: balance below 500.00 EUR").await?;
        go(&app, "n", "monitors").await?;
        let firing = [("monitors-grid", "Firing"), ("monitor-inspector", "450.00")];
        both_themes(desk, &app, "monitors-list", &firing).await?;
        // The details are closed in a narrow window.
        small(desk, &app, "monitors-list", &firing[..1]).await?;
        app.press("e").await?;
        both_themes(desk, &app, "monitor-dialog", &[("monitor-now", "so the monitor is firing already")]).await?;
        app.press("Esc").await?;
        app.wait_gone("monitor-dialog").await?;
        app.press("Delete").await?;
        both_themes(desk, &app, "monitor-delete", &[("monitor-delete-dialog", "watched no longer")]).await?;
        app.press("Esc").await?;
        app.wait_gone("monitor-delete-dialog").await?;
        app.press("2").await?;
        let alerts = [("alerts-grid", "450.00"), ("alert-inspector", "Transaction")];
        both_themes(desk, &app, "monitors-alerts", &alerts).await?;
        small(desk, &app, "monitors-alerts", &alerts[..1]).await
    });
}

#[test]
fn screenshots_of_an_entry_in_a_closed_period() {
    scenario("screenshots_of_an_entry_in_a_closed_period", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        let last = close_last_month(&app).await?;
        go(&app, "t", "transactions").await?;
        app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
        small(desk, &app, "status-closed", &[("status-period", "Closed through")]).await?;
        app.press("Shift+N").await?;
        app.get("entry-dialog").await?;
        app.fill("entry-date", &last).await?;
        app.press("Tab").await?;
        both_themes(desk, &app, "entry-closed", &[("entry-closed-period", "The books are closed")]).await
    });
}
