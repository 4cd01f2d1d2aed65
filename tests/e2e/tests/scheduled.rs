//! Postings that are booked on a day and time: asked for, changed, cancelled.

use crate::posting::parties;
use crate::steps::{no_page_errors, value, wait_focus, wait_ready, wait_toast, with_text};
use e2e::{App, Result, scenario};

/// A row of the list of scheduled postings.
const ROW: &str = "[data-testid=scheduled-grid] [role=row][data-key]";

/// A day to come, as a date field takes it.
pub(crate) async fn day(app: &App, ahead: u32) -> Result<String> {
    let script = "return new Date(Date.now() + arguments[0] * 864e5).toISOString().slice(0, 10)";
    Ok(app.execute(script, vec![ahead.into()]).await?.as_str().unwrap_or_default().to_owned())
}

/// Schedules a posting with the form for new transactions.
pub(crate) async fn schedule(app: &App, reference: &str, amount: &str) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
    app.press("n").await?;
    app.fill("field-amount", amount).await?;
    parties(app, "Corrib Operating", "Office and tools").await?;
    app.fill("field-reference", reference).await?;
    app.click("posting-mode-later").await?;
    let due = day(app, 3).await?;
    app.fill("field-due-day", &due).await?;
    app.press("Tab").await?;
    // Nobody said another day: what is booked then counts from then on.
    app.wait_until("the effective date to follow", async || Ok(value(app, "field-date").await? == due)).await?;
    wait_ready(app, "posting-post").await?;
    app.wait_text("posting-post", "Schedule").await?;
    app.press("Ctrl+Enter").await?;
    wait_toast(app, &format!("Scheduled {reference}")).await?;
    app.wait_gone("new-transaction-dialog").await
}

#[test]
fn a_posting_is_scheduled_changed_and_cancelled() {
    scenario("a_posting_is_scheduled_changed_and_cancelled", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "c"]).await?;
        app.wait_text("scheduled-empty", "Nothing is scheduled").await?;
        schedule(&app, "SOON-1", "120.50").await?;

        app.press_all(&["g", "c"]).await?;
        with_text(&app, ROW, "SOON-1").await?;
        with_text(&app, ROW, "Waiting").await?;
        app.wait_text("scheduled-inspector", "120.50").await?;
        app.press("e").await?;
        app.wait_text("new-transaction-dialog", "Scheduled SOON-1").await?;
        app.wait_until("the form to be filled", async || Ok(value(&app, "field-to").await? == "Office and tools"))
            .await?;
        app.fill("field-amount", "75").await?;
        wait_ready(&app, "posting-post").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Scheduled SOON-1, 75.00 EUR").await?;
        app.wait_gone("new-transaction-dialog").await?;
        with_text(&app, ROW, "75.00").await?;
        app.wait_text("scheduled-inspector", "75.00").await?;

        app.press("v").await?;
        wait_focus(&app, "scheduled-cancel-dialog-reason").await?;
        app.type_text("Lease ended").await?;
        app.press("Enter").await?;
        wait_toast(&app, "SOON-1 was cancelled. Nothing was posted.").await?;
        // Keys belong to the dialog until it is gone.
        app.wait_gone("scheduled-cancel-dialog").await?;
        with_text(&app, ROW, "Cancelled").await?;
        app.wait_text("scheduled-inspector", "Lease ended").await?;
        // What is over can be asked for again, in the form that is filled but for the day.
        app.press("Shift+D").await?;
        app.wait_until("the form to be filled", async || Ok(value(&app, "field-reference").await? == "SOON-1")).await?;
        assert_eq!(value(&app, "field-due-day").await?, "");
        no_page_errors(&app).await
    });
}
