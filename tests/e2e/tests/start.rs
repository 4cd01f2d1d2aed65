//! The start: a new book, opening one, recent ones, and what is said of a file that is no book.

use crate::steps::{command, no_page_errors};
use e2e::scenario;
use serde_json::json;

#[test]
fn a_new_book_is_made_and_found_among_the_recent_ones() {
    scenario("a_new_book_is_made_and_found_among_the_recent_ones", async |desk| {
        let book = desk.home().join("Harbour Light.tieout");
        let app = desk.start(&[]).await?;
        app.click("start-new").await?;
        app.fill("new-book-name", "Harbour Light").await?;
        app.fill("new-book-path", &book.to_string_lossy()).await?;
        app.fill("new-book-person", "Orla Keane").await?;
        app.click("new-book-create").await?;
        app.get("sidebar").await?;
        let info = command(&app, "book_info", json!({})).await?.expect("the book");
        assert_eq!((&info["name"], &info["person"]), (&json!("Harbour Light"), &json!("Orla Keane")));
        assert!(book.is_file());
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.wait_text("recent-book", "Harbour Light").await?;
        app.click("recent-book").await?;
        app.get("sidebar").await?;
        no_page_errors(&app).await?;

        // The file is gone: the list says so instead of failing when it is opened.
        desk.close().await?;
        std::fs::remove_file(&book)?;
        let app = desk.start(&[]).await?;
        app.wait_text("start", "The file is not there").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_damaged_file_is_refused_with_a_sentence() {
    scenario("a_damaged_file_is_refused_with_a_sentence", async |desk| {
        let book = desk.home().join("Damaged.tieout");
        std::fs::write(&book, vec![0x5a; 8192])?;
        let app = desk.open(&book).await?;
        app.wait_text("startup-problem", "Damaged.tieout is not a Tieout book.").await?;
        // The file is left as it was.
        assert_eq!(std::fs::read(&book)?, vec![0x5a; 8192]);
        no_page_errors(&app).await
    });
}
