//! Entries of several postings, postings from a file, and postings that wait for their day.

use super::{both_themes, go, small};
use crate::entries::{name, open_editor};
use crate::postings::{file_of_postings, read};
use crate::scheduled::schedule;
use crate::steps::{choose, wait_ready, with_text};
use e2e::scenario;

#[test]
fn screenshots_of_an_entry() {
    scenario("screenshots_of_an_entry", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_editor(&app).await?;
        name(&app, "line-balance-1", "Office and tools", "line-in-1").await?;
        app.type_text("100").await?;
        app.press_all(&["Tab", "Tab"]).await?;
        name(&app, "line-balance-2", "Corrib Operating", "line-in-2").await?;
        app.press("Enter").await?;
        app.type_text("119").await?;
        app.press("Tab").await?;
        let short = [("entry-missing", "19.00")];
        both_themes(desk, &app, "entry-short", &short).await?;
        name(&app, "line-balance-3", "Bank fees", "line-in-3").await?;
        app.press("Ctrl+Shift+f").await?;
        wait_ready(&app, "entry-post").await?;
        let equal = [("posting-effects", "Bank fees"), ("entry-post", "Post 119.00 EUR")];
        both_themes(desk, &app, "entry-lines", &equal).await?;
        small(desk, &app, "entry-lines", &equal).await?;

        app.click("entry-form-split").await?;
        app.click("split-whole").await?;
        choose(&app, "split-whole", "Corrib Operating").await?;
        app.fill("split-amount", "4,250.00").await?;
        app.press("Tab").await?;
        name(&app, "share-balance-1", "Travel", "share-1").await?;
        app.type_text("70%").await?;
        app.press("Enter").await?;
        name(&app, "share-balance-2", "Office and tools", "share-2").await?;
        app.type_text("615.40").await?;
        app.press("Enter").await?;
        name(&app, "share-balance-3", "Bank fees", "share-3").await?;
        app.type_text("rest").await?;
        wait_ready(&app, "entry-post").await?;
        both_themes(desk, &app, "entry-split", &[("share-gets-3", "659.60"), ("share-total", "4,250.00")]).await
    });
}

#[test]
fn screenshots_of_postings_from_a_file() {
    scenario("screenshots_of_postings_from_a_file", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        let file = file_of_postings(desk.home())?;
        read(&app, &file).await?;
        let looked = [("postings-counts", "2 wait for the others"), ("postings-obstacle", "2 rows cannot be posted")];
        both_themes(desk, &app, "postings", &looked).await?;
        small(desk, &app, "postings", &looked).await?;
        app.click("postings-mode-each").await?;
        wait_ready(&app, "postings-post").await?;
        app.press("Ctrl+Enter").await?;
        both_themes(desk, &app, "postings-result", &[("postings-result", "2 were posted")]).await
    });
}

#[test]
fn screenshots_of_scheduled_postings() {
    scenario("screenshots_of_scheduled_postings", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "c"]).await?;
        both_themes(desk, &app, "scheduled-empty", &[("scheduled-empty", "Nothing is scheduled")]).await?;
        schedule(&app, "SOON-1", "120.50").await?;
        app.press_all(&["g", "c"]).await?;
        with_text(&app, "[data-testid=scheduled-grid] [role=row][data-key]", "Waiting").await?;
        let waiting = [("scheduled-inspector", "120.50"), ("scheduled-state", "Waiting")];
        both_themes(desk, &app, "scheduled", &waiting).await?;
        // The details are closed in a narrow window.
        small(desk, &app, "scheduled", &[("scheduled-grid", "Waiting")]).await?;
        go(&app, "t", "transactions").await?;
        app.press("n").await?;
        app.click("posting-mode-later").await?;
        both_themes(desk, &app, "new-scheduled", &[("when-hint", "when it is due")]).await
    });
}
