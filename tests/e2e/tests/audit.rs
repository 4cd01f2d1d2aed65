//! Who did what, and the proof of it.

use crate::steps::{command, no_page_errors, wait_toast};
use e2e::scenario;
use serde_json::json;

#[test]
fn the_history_is_proved_and_its_head_given_out() {
    scenario("the_history_is_proved_and_its_head_given_out", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "u"]).await?;
        app.wait_text("audit-grid", "placed a hold").await?;
        // By the keyboard alone.
        app.press("Shift+V").await?;
        app.wait_text("audit-verified", "The history holds.").await?;
        app.press("Shift+E").await?;
        app.get("head-dialog").await?;
        app.wait_text("head-now", "Head").await?;
        let paper = desk.home().join("head.txt");
        app.fill("head-path", &paper.to_string_lossy()).await?;
        app.press("Enter").await?;
        wait_toast(&app, "The head was written to").await?;
        // Its keys sleep until the dialog has faded.
        app.wait_gone("head-dialog").await?;
        let text = std::fs::read_to_string(&paper)?;
        let head = text.split_whitespace().find(|word| word.len() > 64).expect("a head on the paper").to_owned();
        // What is done later stands behind it.
        command(&app, "ledger_create", json!({ "name": "Assets/Petty cash" })).await?.expect("a ledger");
        app.wait_text("audit-grid", "Assets/Petty cash").await?;
        app.press("c").await?;
        app.fill("compare-head", "12:nothing").await?;
        app.press("Enter").await?;
        app.wait_text("compare-dialog", "This is no head of a history").await?;
        app.fill("compare-head", &head).await?;
        app.press("Enter").await?;
        app.wait_gone("compare-dialog").await?;
        app.wait_text("audit-verified", "2 earlier heads found unchanged").await?;
        no_page_errors(&app).await?;

        // The file is written by somebody else; the head on paper tells.
        let forged = format!("3:{}", "ab".repeat(32));
        app.press("c").await?;
        app.fill("compare-head", &forged).await?;
        app.press("Enter").await?;
        app.wait_text("audit-head-differs", "was written anew").await
    });
}
