//! Files beside transactions: dropped, saved, taken off, and reports as PDF.

use crate::steps::{no_page_errors, texts, wait_toast};
use e2e::scenario;

const CLIP: &str = "[data-testid=transactions-grid] [data-testid=clip]";

#[test]
fn a_file_is_dropped_on_a_transaction_saved_and_taken_off() {
    scenario("a_file_is_dropped_on_a_transaction_saved_and_taken_off", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-transactions").await?;
        // The first row is in focus by itself, and its details beside it.
        app.wait_text("attachments", "drop files on the window").await?;
        assert!(texts(&app, CLIP).await?.is_empty());

        let invoice = desk.home().join("Rechnung März.pdf");
        std::fs::write(&invoice, b"%PDF-1.7 an invoice")?;
        desk.drop_file(&invoice)?;
        wait_toast(&app, "was attached to").await?;
        app.wait_text("attachments", "Rechnung März.pdf").await?;
        app.wait_text("attachments", "PDF, 19 bytes").await?;
        app.get("clip").await?;
        // The same file twice is one too many.
        desk.drop_file(&invoice)?;
        wait_toast(&app, "attached to it already").await?;

        // A copy by the keyboard: the book has the bytes, whatever became of the file.
        std::fs::remove_file(&invoice)?;
        let copy = desk.home().join("copy.pdf");
        app.click("attachment-save").await?;
        app.fill("attachment-path", &copy.to_string_lossy()).await?;
        app.press("Enter").await?;
        wait_toast(&app, "Rechnung März.pdf written to").await?;
        assert_eq!(std::fs::read(&copy)?, b"%PDF-1.7 an invoice");
        app.wait_gone("attachment-export-dialog").await?;

        // Taking it off needs a reason, and leaves a trace.
        app.click("attachment-detach").await?;
        app.wait_text("attachment-detach-dialog", "The history keeps that it was").await?;
        app.fill("attachment-detach-dialog-reason", "Belongs to another one").await?;
        app.click("attachment-detach-dialog-ok").await?;
        wait_toast(&app, "was detached from").await?;
        app.wait_text("attachments", "Belongs to another one").await?;
        app.wait_gone("clip").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn the_trial_balance_is_written_as_pdf() {
    scenario("the_trial_balance_is_written_as_pdf", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "b"]).await?;
        app.wait_text("trial-totals", "The whole book").await?;
        let trial = desk.home().join("trial.pdf");
        app.press("Ctrl+e").await?;
        app.click("trial-format-pdf").await?;
        app.fill("trial-path", &trial.to_string_lossy()).await?;
        app.press("Enter").await?;
        wait_toast(&app, "written to").await?;
        app.wait_gone("trial-export-dialog").await?;
        assert!(std::fs::read(&trial)?.starts_with(b"%PDF-"));
        no_page_errors(&app).await
    });
}
