//! Journal entries: several postings that are booked together, written as lines or as a split.

use crate::steps::{
    choose, click_text, focused, no_page_errors, tab_to, value, wait_focus, wait_ready, wait_toast, with_text,
};
use e2e::{App, Result, scenario};

/// Opens the editor from the list of transactions, as somebody without a mouse does.
pub(crate) async fn open_editor(app: &App) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
    app.press("Shift+N").await?;
    app.get("entry-dialog").await?;
    wait_focus(app, "line-balance-1").await
}

/// Names a balance in the focused field and goes on to the next one.
pub(crate) async fn name(app: &App, field: &str, balance: &str, next: &str) -> Result<()> {
    choose(app, field, balance).await?;
    app.press("Enter").await?;
    wait_focus(app, next).await
}

/// Gives the entry a reference, to be found again.
pub(crate) async fn refer(app: &App, reference: &str) -> Result<()> {
    tab_to(app, "entry-reference").await?;
    app.press("Ctrl+a").await?;
    app.type_text(reference).await
}

#[test]
fn an_entry_is_posted_with_the_keyboard() {
    scenario("an_entry_is_posted_with_the_keyboard", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_editor(&app).await?;
        assert_eq!(app.get("entry-post").await?.attr("aria-disabled").await?.as_deref(), Some("true"));

        name(&app, "line-balance-1", "Office and tools", "line-in-1").await?;
        app.type_text("100").await?;
        app.press_all(&["Tab", "Tab"]).await?;
        name(&app, "line-balance-2", "Bank fees", "line-in-2").await?;
        app.type_text("19").await?;
        app.press_all(&["Tab", "Tab"]).await?;
        app.wait_text("entry-missing-side", "Out is short by 119.00").await?;
        name(&app, "line-balance-3", "Corrib Operating", "line-in-3").await?;
        // What is missing is filled in on the side that is short, and there is a row to go on with.
        app.press("Ctrl+Shift+f").await?;
        app.wait_until("the amount that was missing", async || Ok(value(&app, "line-out-3").await? == "119.00"))
            .await?;
        app.wait_gone("entry-missing").await?;
        app.get("line-balance-4").await?;

        // A line too many is removed again.
        tab_to(&app, "line-balance-4").await?;
        name(&app, "line-balance-4", "Travel", "line-in-4").await?;
        app.press("Ctrl+Delete").await?;
        app.wait_until("the line to be removed", async || Ok(value(&app, "line-balance-4").await?.is_empty())).await?;

        app.wait_text("posting-effects", "Corrib Operating").await?;
        app.wait_text("posting-checks", "2 postings, booked together or not at all").await?;
        refer(&app, "ENTRY-1").await?;
        wait_ready(&app, "entry-post").await?;
        app.wait_text("entry-post", "Post 119.00 EUR").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted ENTRY-1, 119.00 EUR, 2 postings").await?;
        app.wait_gone("entry-dialog").await?;

        // Each of its postings names the others.
        app.fill("transactions-grid-filter", "ENTRY-1").await?;
        app.press("Enter").await?;
        click_text(&app, "[data-testid=transactions-grid] [role=row][data-key] [data-column=amount]", "100.00").await?;
        with_text(&app, "#inspector-slot", "Posting 1 of 2 of entry ENTRY-1").await?;
        app.wait_text("entry-postings", "ENTRY-1-2").await?;
        app.click("entry-posting-2").await?;
        with_text(&app, "#inspector-slot", "Posting 2 of 2 of entry ENTRY-1").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn an_entry_that_is_not_equal_is_kept_as_a_draft() {
    scenario("an_entry_that_is_not_equal_is_kept_as_a_draft", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_editor(&app).await?;
        name(&app, "line-balance-1", "Travel", "line-in-1").await?;
        app.type_text("80.50").await?;
        app.press("Tab").await?;
        app.wait_text("entry-missing", "80.50").await?;
        app.press("Esc").await?;
        app.get("leave-dialog").await?;
        wait_focus(&app, "leave-keep").await?;
        app.press("Enter").await?;
        app.wait_gone("entry-dialog").await?;

        app.press("Shift+N").await?;
        app.get("entry-draft-restored").await?;
        assert_eq!(value(&app, "line-balance-1").await?, "Travel");
        assert_eq!(value(&app, "line-in-1").await?, "80.50");
        app.click("entry-draft-discard").await?;
        app.wait_until("an empty form", async || Ok(value(&app, "line-balance-1").await?.is_empty())).await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_split_adds_up_to_the_last_unit() {
    scenario("a_split_adds_up_to_the_last_unit", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_editor(&app).await?;
        app.press("Ctrl+Shift+s").await?;
        app.get("entry-shares").await?;
        tab_to(&app, "split-whole").await?;
        choose(&app, "split-whole", "Corrib Operating").await?;
        app.press("Tab").await?;
        wait_focus(&app, "split-amount").await?;
        app.type_text("100").await?;
        app.press("Tab").await?;
        name(&app, "share-balance-1", "Office and tools", "share-1").await?;
        app.type_text("33.333%").await?;
        app.press("Enter").await?;
        name(&app, "share-balance-2", "Travel", "share-2").await?;
        app.type_text("12.5").await?;
        app.press("Enter").await?;
        name(&app, "share-balance-3", "Bank fees", "share-3").await?;
        app.press("Ctrl+Shift+f").await?;
        app.wait_until("the rest", async || Ok(value(&app, "share-3").await? == "rest")).await?;
        app.wait_text("share-gets-1", "33.33").await?;
        app.wait_text("share-gets-2", "12.50").await?;
        app.wait_text("share-gets-3", "54.17").await?;
        app.wait_text("share-total", "100.00").await?;

        // What does not add up is said, and cannot be posted.
        app.fill("share-3", "50").await?;
        app.wait_text("posting-checks", "4.17 EUR over").await?;
        assert_eq!(app.get("entry-post").await?.attr("aria-disabled").await?.as_deref(), Some("true"));
        app.fill("share-3", "rest").await?;
        refer(&app, "SPLIT-1").await?;
        wait_ready(&app, "entry-post").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted SPLIT-1, 100.00 EUR, 3 postings").await?;
        app.wait_gone("entry-dialog").await?;
        assert_ne!(focused(&app).await?, "entry-post");
        no_page_errors(&app).await
    });
}
