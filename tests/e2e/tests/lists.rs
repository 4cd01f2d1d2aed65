//! Lists: a filter under a name, and a list as a file.

use crate::steps::{no_page_errors, select_by_keys, texts, wait_toast, with_text};
use e2e::scenario;

/// The tab that is chosen.
const CHOSEN: &str = "[data-testid=transactions-tab] [role=tab][aria-selected=true]";

#[test]
fn a_trial_balance_is_read_as_of_another_day_and_written() {
    scenario("a_trial_balance_is_read_as_of_another_day_and_written", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "b"]).await?;
        app.wait_text("trial-totals", "The whole book").await?;
        let now = app.text("trial-total-eur").await?;
        app.fill("trial-grid-filter", "corrib operating").await?;
        with_text(&app, "[data-testid=trial-grid] [role=row][data-key]", "Corrib Operating").await?;
        app.wait_until("one row", async || {
            Ok(texts(&app, "[data-testid=trial-grid] [role=row][data-key]").await?.len() == 1)
        })
        .await?;
        app.press("Down").await?;
        // The keyboard alone: another day, and the file of it.
        app.press("d").await?;
        let earlier = "return new Date(Date.now() - 40 * 864e5).toISOString().slice(0, 10)";
        let then = app.execute(earlier, vec![]).await?.as_str().expect("a day").to_owned();
        app.fill("as-of-day", &then).await?;
        app.press("Enter").await?;
        app.wait_text("trial-as-of-note", &then).await?;
        app.wait_until("other figures", async || Ok(app.text("trial-total-eur").await? != now)).await?;
        let file = desk.home().join("trial.csv");
        app.press("Ctrl+e").await?;
        app.click("trial-format-csv").await?;
        app.fill("trial-path", &file.to_string_lossy()).await?;
        app.press("Enter").await?;
        wait_toast(&app, "balances were written to").await?;
        let text = std::fs::read_to_string(&file)?;
        assert!(text.contains(&format!("As of,{then}")) && text.contains("Total,ties,EUR"), "{text}");
        app.click("trial-today").await?;
        app.wait_gone("trial-as-of-note").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_filter_is_saved_as_a_view_exported_and_found_after_a_restart() {
    scenario("a_filter_is_saved_as_a_view_exported_and_found_after_a_restart", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-transactions").await?;
        app.click("transactions-tab-held").await?;
        app.wait_text("transactions-grid-chip-state", "Held or part committed").await?;
        app.click("save-view").await?;
        app.fill("view-name", "Waiting").await?;
        app.click("view-pinned").await?;
        app.click("view-save").await?;
        app.wait_gone("view-dialog").await?;
        with_text(&app, CHOSEN, "Waiting").await?;

        // A file has every column unless only those of the list are asked for.
        let list = desk.home().join("held.csv");
        app.press("Ctrl+e").await?;
        app.click("export-columns-screen").await?;
        app.fill("export-path", &list.display().to_string()).await?;
        app.click("export-save").await?;
        wait_toast(&app, "transactions were written to").await?;
        let text = std::fs::read_to_string(&list)?;
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("Date,Reference,Description,From,To,Amount,Currency,State"));
        assert!(lines.clone().count() > 1, "{text}");
        assert!(lines.all(|line| line.ends_with(",Held") || line.ends_with(",Part committed")), "{text}");

        // A path that is typed replaces nothing. The first dialog fades while the file is written already.
        app.wait_gone("export-dialog").await?;
        app.press("Ctrl+e").await?;
        app.fill("export-path", &list.display().to_string()).await?;
        app.click("export-save").await?;
        // What is refused at once is said where it was asked for, with the path still there.
        app.wait_text("export-dialog", "exists already").await?;
        app.press("Escape").await?;
        app.wait_gone("export-dialog").await?;
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.click_css("[data-testid^=pinned-view-]").await?;
        with_text(&app, CHOSEN, "Waiting").await?;
        app.wait_text("transactions-grid-chip-state", "Held or part committed").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_note_is_changed_filtered_by_any_of_two_chips_and_kept_as_a_view() {
    scenario("a_note_is_changed_filtered_by_any_of_two_chips_and_kept_as_a_view", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-ledgers").await?;
        app.click_css("[data-testid=balances-grid] [role=row][data-key]").await?;
        app.click("notes-change").await?;
        app.fill("note-key-0", "branch").await?;
        app.fill("note-value-0", "Howth").await?;
        app.click("notes-save").await?;
        app.wait_gone("notes-dialog").await?;
        app.wait_text("notes", "Howth").await?;

        // The note, and what is missing: one of them is enough.
        app.click("balances-grid-add-filter").await?;
        select_by_keys(&app, "balances-grid-filter-field", "Noted").await?;
        app.fill("balances-grid-filter-key", "branch").await?;
        app.fill("balances-grid-filter-value", "Howth").await?;
        app.click("balances-grid-filter-apply").await?;
        rows(&app, 1).await?;
        app.click("balances-grid-add-filter").await?;
        select_by_keys(&app, "balances-grid-filter-field", "Last entry").await?;
        select_by_keys(&app, "balances-grid-filter-test", "is empty").await?;
        app.click("balances-grid-filter-apply").await?;
        app.wait_text("balances-grid-any", "All of").await?;
        app.click("balances-grid-any").await?;
        app.wait_text("balances-grid-any", "Any of").await?;
        app.wait_until("the balance with the note", async || {
            Ok(!texts(&app, "[data-testid=balances-grid] [role=row][data-key]").await?.is_empty())
        })
        .await?;

        app.click("balances-views").await?;
        app.click("balances-views-menu-save").await?;
        app.fill("view-name", "Howth or unused").await?;
        app.click("view-pinned").await?;
        app.click("view-save").await?;
        app.wait_gone("view-dialog").await?;
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.click_css("[data-testid^=pinned-view-]").await?;
        app.wait_text("balances-grid-any", "Any of").await?;
        app.wait_text("balances-grid-chip-metadata.branch", "Howth").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn the_palette_finds_ledgers_and_lines_and_the_search_is_built_anew() {
    scenario("the_palette_finds_ledgers_and_lines_and_the_search_is_built_anew", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press("Ctrl+k").await?;
        app.fill("palette-input", "interest").await?;
        with_text(&app, "[data-testid=palette] [role=group]", "Lines of statements").await?;
        app.press("Escape").await?;
        app.wait_gone("palette").await?;

        app.press("Ctrl+k").await?;
        app.fill("palette-input", ">build the search").await?;
        with_text(&app, "[data-testid=palette-item]", "Build the search anew").await?;
        app.press("Enter").await?;
        wait_toast(&app, "The search was built anew").await?;
        no_page_errors(&app).await
    });
}

async fn rows(app: &e2e::App, count: usize) -> e2e::Result<()> {
    app.wait_until(&format!("{count} balances"), async || {
        Ok(texts(app, "[data-testid=balances-grid] [role=row][data-key]").await?.len() == count)
    })
    .await
}
