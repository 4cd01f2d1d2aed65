//! The start screen, and a book with nothing in it.

use super::{VIEWS, both_themes, go, small};
use e2e::scenario;

#[test]
fn screenshots_of_the_start() {
    scenario("screenshots_of_the_start", async |desk| {
        let app = desk.start(&[]).await?;
        app.find_css("[data-testid=main][data-view=start]").await?;
        both_themes(desk, &app, "start", &[("start-sample", "sample")]).await?;
        app.click("start-new").await?;
        app.get("new-book-dialog").await?;
        both_themes(desk, &app, "new-book", &[("new-book-dialog", "Name")]).await?;

        // A book that is no book any more, opened from the command line.
        let damaged = desk.home().join("Damaged.tieout");
        std::fs::write(&damaged, vec![0x5a; 8192])?;
        let app = desk.open(&damaged).await?;
        both_themes(desk, &app, "start-damaged", &[("startup-problem", "is not a Tieout book")]).await
    });
}

#[test]
fn screenshots_of_recent_books() {
    scenario("screenshots_of_recent_books", async |desk| {
        let sample = desk.sample_book()?;
        let gone = desk.home().join("Harbour Light.tieout");
        let app = desk.start(&[]).await?;
        app.click("start-new").await?;
        app.fill("new-book-name", "Harbour Light").await?;
        app.fill("new-book-path", &gone.to_string_lossy()).await?;
        app.fill("new-book-person", "Orla Keane").await?;
        app.click("new-book-create").await?;
        app.get("sidebar").await?;
        let app = desk.open(&sample).await?;
        app.get("sidebar").await?;
        desk.close().await?;
        std::fs::remove_file(&gone)?;
        let app = desk.start(&[]).await?;
        let shown = [("recent-book", "Brackwater Instruments"), ("start", "hold"), ("start", "The file is not there")];
        both_themes(desk, &app, "start-recent", &shown).await?;
        small(desk, &app, "start-recent", &shown).await
    });
}

#[test]
fn screenshots_of_an_empty_book() {
    scenario("screenshots_of_an_empty_book", async |desk| {
        let book = desk.home().join("Empty.tieout");
        let path = book.to_string_lossy().into_owned();
        let app = desk.start(&[]).await?;
        app.click("start-new").await?;
        app.fill("new-book-name", "Empty Company").await?;
        app.fill("new-book-path", &path).await?;
        app.fill("new-book-person", "Orla Keane").await?;
        app.click("new-book-create").await?;
        app.get("sidebar").await?;
        for (name, key, view) in VIEWS {
            go(&app, key, view).await?;
            both_themes(desk, &app, &format!("{name}-empty"), &[("book-switcher", "Empty Company")]).await?;
        }
        app.press("Ctrl+Shift+j").await?;
        both_themes(desk, &app, "jobs-empty", &[("jobs-panel", "No job has run")]).await
    });
}
