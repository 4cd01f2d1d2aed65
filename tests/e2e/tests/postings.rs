//! Postings from a file: what each row would do is shown before, and a file is booked whole or row by row.

use crate::steps::{no_page_errors, texts, wait_focus, wait_ready, with_text};
use e2e::{App, Result, scenario};
use std::path::Path;

const FILE: &str = "\
from,to,amount,currency,reference,description,date
Corrib Operating,Office and tools,10.00,EUR,ROW-1,Paper,
Corrib Operating,Travel,2.50,EUR,ROW-2,Bus,
Corrib Operating,Travel,ten,EUR,ROW-3,Train,
Corrib Operating,Nobody at all,5.00,EUR,ROW-4,,
";

/// The rows of the file on the screen.
const ROW: &str = "[data-testid=postings-grid] [role=row][data-key]";

/// Reads a file, as somebody without a mouse does.
pub(crate) async fn read(app: &App, file: &Path) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
    app.press("Shift+I").await?;
    wait_focus(app, "postings-path").await?;
    app.type_text(&file.to_string_lossy()).await?;
    app.press("Enter").await?;
    app.find_css(ROW).await?;
    Ok(())
}

/// Writes the file of this test and returns its path.
pub(crate) fn file_of_postings(folder: &Path) -> Result<std::path::PathBuf> {
    let file = folder.join("postings.csv");
    std::fs::write(&file, FILE)?;
    Ok(file)
}

#[test]
fn a_file_of_postings_is_looked_at_and_posted_row_by_row() {
    scenario("a_file_of_postings_is_looked_at_and_posted_row_by_row", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        let file = file_of_postings(desk.home())?;
        read(&app, &file).await?;
        app.wait_text("postings-counts", "2 wait for the others, 2 cannot be read").await?;
        app.wait_text("postings-effects", "Corrib Operating").await?;
        // Whole, nothing of it is posted while two rows are wrong; each row says what is wrong with it.
        app.wait_text("postings-obstacle", "2 rows cannot be posted, so none is").await?;
        assert_eq!(app.get("postings-post").await?.attr("aria-disabled").await?.as_deref(), Some("true"));
        app.click("postings-tab-wrong").await?;
        app.wait_until("the two wrong rows", async || Ok(texts(&app, ROW).await?.len() == 2)).await?;
        with_text(&app, ROW, "ROW-3").await?;
        with_text(&app, ROW, "ROW-4").await?;
        app.wait_text("postings-why", "amount").await?;
        // What cannot be read stands as it is in the file.
        with_text(&app, ROW, "ten").await?;
        app.click("postings-tab-posts").await?;
        with_text(&app, ROW, "Waits: row 4 cannot be read, and 1 other").await?;

        app.click("postings-mode-each").await?;
        wait_ready(&app, "postings-post").await?;
        app.wait_text("postings-counts", "2 are ready").await?;
        app.wait_text("postings-post", "Post 2 postings, 12.50 EUR").await?;
        app.press("Ctrl+Enter").await?;
        app.wait_text("postings-result", "2 were posted, 2 cannot be read").await?;
        wait_focus(&app, "postings-done").await?;
        app.press("Enter").await?;
        app.fill("transactions-grid-filter", "ROW-").await?;
        let shown = "[data-testid=transactions-grid] [role=row][data-key]";
        app.wait_until("the two postings", async || Ok(texts(&app, shown).await?.len() == 2)).await?;

        // The same file again finds what is there already.
        app.press("Enter").await?;
        read(&app, &file).await?;
        app.wait_text("postings-counts", "2 are there already, 2 cannot be read").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_file_of_postings_is_posted_whole_or_not_at_all() {
    scenario("a_file_of_postings_is_posted_whole_or_not_at_all", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        let file = desk.home().join("whole.csv");
        let row = |n: usize| format!("Corrib Operating,Travel,1.00,EUR,WHOLE-{n}\n");
        let rows: String = (1..=300).map(row).collect();
        std::fs::write(&file, format!("from,to,amount,currency,reference\n{rows}"))?;
        read(&app, &file).await?;
        app.wait_text("postings-counts", "300 are ready").await?;
        // The list is longer than the screen; only what is seen is in the document.
        assert!(texts(&app, ROW).await?.len() < 100);
        wait_ready(&app, "postings-post").await?;
        app.press("Ctrl+Enter").await?;
        app.wait_text("postings-result", "300 were posted").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_file_that_is_no_table_of_postings_says_what_it_lacks() {
    scenario("a_file_that_is_no_table_of_postings_says_what_it_lacks", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        let file = desk.home().join("headless.csv");
        std::fs::write(&file, "from,to,sum\nCorrib Operating,Travel,1.00\n")?;
        app.press_all(&["g", "t"]).await?;
        app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
        app.press("Shift+I").await?;
        wait_focus(&app, "postings-path").await?;
        app.type_text(&file.to_string_lossy()).await?;
        app.press("Enter").await?;
        app.wait_text("postings-problem", "amount").await?;
        app.press("Esc").await?;
        app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
        no_page_errors(&app).await
    });
}
