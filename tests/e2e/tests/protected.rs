//! Books that a passphrase protects: made, opened, and given another passphrase or none.

use crate::financial::{book_settings, small_book};
use crate::first::book_with_a_first_statement;
use crate::steps::{
    attributes, command, focused, no_page_errors, tab_to, value, wait_focus, wait_ready, wait_toast, with_text,
};
use e2e::{App, Desk, Result, scenario};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub(crate) const PASSPHRASE: &str = "a lamp above the quay";
const WRONG: &str = "A Lamp Above The Quay";
/// What the file of a book begins with unless it is protected.
const PLAIN: &[u8] = b"SQLite format 3";

/// A protected book in which nothing was posted. The window is closed again.
pub(crate) async fn protected_book(desk: &mut Desk) -> Result<PathBuf> {
    let path = desk.home().join("Harbour Light.tieout");
    let app = desk.start(&[]).await?;
    app.get("start-new").await?;
    let book = json!({ "name": "Harbour Light", "currency": "EUR", "fiscal_year_start": "01-01",
        "chart": "small_company", "column_names": "in_out", "person": "Orla Keane" });
    let made = json!({ "path": path, "book": book, "passphrase": PASSPHRASE, "remember": false });
    let opened = command(&app, "book_create", made).await?.expect("the book is made");
    assert_eq!((&opened["protected"], &opened["remembered"]), (&json!(true), &json!(false)));
    desk.close().await?;
    Ok(path)
}

/// Presses Tab until a box has the focus: it is drawn over its control, which the driver takes for hidden.
pub(crate) async fn tab_to_box(app: &App, testid: &str) -> Result<()> {
    for _ in 0..80 {
        if focused(app).await? == testid {
            return Ok(());
        }
        app.press("Tab").await?;
    }
    panic!("{testid} cannot be reached with Tab")
}

/// Waits until the whole content of the focused field is selected: typing takes its place.
async fn wait_all_selected(app: &App) -> Result<()> {
    let script = "const field = document.activeElement;
        return field.value.length > 0 && field.selectionEnd - field.selectionStart === field.value.length";
    app.wait_until("the whole field to be selected", async || Ok(app.execute(script, vec![]).await? == json!(true)))
        .await
}

/// Files in a folder and below it in which a text stands.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    let bytes = std::fs::read(entry.path()).unwrap_or_default();
                    if bytes.windows(text.len()).any(|part| part == text.as_bytes()) {
                        found.push(entry.path());
                    }
                }
                _ => {}
            }
        }
    }
    found
}

fn is_plain(book: &Path) -> Result<bool> {
    Ok(std::fs::read(book)?.starts_with(PLAIN))
}

#[test]
fn a_protected_book_is_made_and_opens_with_its_passphrase_alone() {
    scenario("a_protected_book_is_made_and_opens_with_its_passphrase_alone", async |desk| {
        let book = desk.home().join("Harbour Light.tieout");
        let app = desk.start(&[]).await?;
        app.get("start-new").await?;
        app.press("Ctrl+n").await?;
        wait_focus(&app, "new-book-name").await?;
        app.type_text("Harbour Light").await?;
        tab_to(&app, "new-book-path").await?;
        app.type_text(&book.to_string_lossy()).await?;
        tab_to(&app, "new-book-person").await?;
        app.type_text("Orla Keane").await?;
        tab_to_box(&app, "new-book-protect").await?;
        app.press("Space").await?;
        app.wait_text("new-book-warning", "cannot be recovered by anybody").await?;

        // What is wrong stands under its field, and nothing is made of it.
        tab_to(&app, "new-book-passphrase").await?;
        app.type_text("quay").await?;
        tab_to(&app, "new-book-again").await?;
        app.wait_text("new-book-dialog", "at least 8 letters").await?;
        app.type_text("quays").await?;
        app.press("Enter").await?;
        app.wait_text("new-book-dialog", "The two are not the same.").await?;
        wait_focus(&app, "new-book-passphrase").await?;
        app.press("Ctrl+a").await?;
        app.type_text(PASSPHRASE).await?;
        tab_to(&app, "new-book-again").await?;
        app.press("Ctrl+a").await?;
        app.type_text(PASSPHRASE).await?;

        // The draft of the form has everything but the passphrase.
        let drafted = async || {
            let kept = command(&app, "settings_get", json!({ "key": "draft/new-book", "book": null })).await?;
            Ok(kept.ok().as_ref().and_then(Value::as_str).is_some_and(|draft| draft.contains("\"protect\":true")))
        };
        app.wait_until("the draft to be kept", drafted).await?;
        assert!(!book.exists());
        app.press("Enter").await?;
        app.get("sidebar").await?;
        app.wait_text("book-switcher", "Harbour Light").await?;
        assert!(!is_plain(&book)?);
        no_page_errors(&app).await?;

        // Closed, and opened again from the list.
        app.press("Ctrl+w").await?;
        wait_focus(&app, "recent-book").await?;
        app.press("Enter").await?;
        app.wait_text("unlock-dialog", "This book is protected").await?;
        app.wait_text("unlock-dialog", "Harbour Light.tieout").await?;
        wait_focus(&app, "unlock-passphrase").await?;
        app.press("Enter").await?;
        app.wait_text("unlock-dialog", "Enter the passphrase.").await?;
        app.type_text(WRONG).await?;
        app.press("Enter").await?;
        app.wait_text("unlock-dialog", "does not open Harbour Light.tieout").await?;
        wait_focus(&app, "unlock-passphrase").await?;
        wait_all_selected(&app).await?;
        app.type_text(PASSPHRASE).await?;
        // It can be looked at before it is tried.
        tab_to(&app, "unlock-passphrase-show").await?;
        app.press("Enter").await?;
        assert_eq!(app.get("unlock-passphrase").await?.attr("type").await?.as_deref(), Some("text"));
        assert_eq!(value(&app, "unlock-passphrase").await?, PASSPHRASE);
        tab_to(&app, "unlock-open").await?;
        app.press("Enter").await?;
        app.get("sidebar").await?;
        app.wait_text("book-switcher", "Harbour Light").await?;
        no_page_errors(&app).await?;
        desk.close().await?;
        for passphrase in [PASSPHRASE, WRONG] {
            assert_eq!(files_with(desk.home(), passphrase), Vec::<PathBuf>::new());
        }
        Ok(())
    });
}

#[test]
fn a_protected_book_of_the_command_line_is_asked_for_its_passphrase() {
    scenario("a_protected_book_of_the_command_line_is_asked_for_its_passphrase", async |desk| {
        let book = protected_book(desk).await?;
        let app = desk.open(&book).await?;
        app.wait_text("unlock-dialog", "Harbour Light.tieout").await?;
        wait_focus(&app, "unlock-passphrase").await?;
        // Whoever thinks better of it is where they are without a book, and nothing stays typed.
        app.type_text("half of it").await?;
        app.press("Esc").await?;
        app.wait_gone("unlock-dialog").await?;
        assert!(app.all("sidebar").await?.is_empty());
        wait_focus(&app, "recent-book").await?;
        app.press("Enter").await?;
        wait_focus(&app, "unlock-passphrase").await?;
        assert_eq!(value(&app, "unlock-passphrase").await?, "");
        app.fill("unlock-passphrase", PASSPHRASE).await?;
        app.press("Enter").await?;
        app.wait_text("book-switcher", "Harbour Light").await?;

        // The open book is in the list too: going back to it asks for nothing.
        app.press("Ctrl+o").await?;
        wait_focus(&app, "recent-book").await?;
        app.press("Enter").await?;
        app.find_css("[data-testid=main][data-view=overview]").await?;
        assert!(app.all("unlock-dialog").await?.is_empty());
        no_page_errors(&app).await
    });
}

#[test]
fn a_passphrase_is_set_changed_and_taken_away_in_a_new_file() {
    scenario("a_passphrase_is_set_changed_and_taken_away_in_a_new_file", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        app.wait_text("book-protection-state", "Not protected").await?;
        assert!(app.all("book-unprotect").await?.is_empty());

        tab_to(&app, "book-protect").await?;
        app.press("Enter").await?;
        new_passphrase(&app, "quay protected.tieout", PASSPHRASE).await?;
        moved(&app, "quay.tieout is still where it was").await?;
        app.wait_text("status-bar", "quay protected.tieout").await?;
        app.wait_text("book-protection-state", "asks for it").await?;

        tab_to(&app, "book-protect").await?;
        app.press("Enter").await?;
        app.wait_text("protect-book-dialog", "under the new passphrase").await?;
        new_passphrase(&app, "quay protected 2.tieout", "another lamp, another quay").await?;
        moved(&app, "they open with the old passphrase").await?;
        app.wait_text("status-bar", "quay protected 2.tieout").await?;

        tab_to(&app, "book-unprotect").await?;
        app.press("Enter").await?;
        wait_focus(&app, "protect-book-path").await?;
        assert!(value(&app, "protect-book-path").await?.ends_with("quay unprotected.tieout"));
        assert!(app.all("protect-book-passphrase").await?.is_empty());
        app.press("Enter").await?;
        moved(&app, "quay protected 2.tieout is still where it was").await?;
        app.wait_text("book-protection-state", "Not protected").await?;

        // All four are there, and the last has what the first had.
        let files = ["quay", "quay protected", "quay protected 2", "quay unprotected"];
        let plain = files.map(|name| is_plain(&desk.home().join(format!("{name}.tieout"))).expect("a file"));
        assert_eq!(plain, [true, false, false, true]);
        let info = command(&app, "book_info", json!({})).await?.expect("the book");
        assert_eq!((&info["name"], &info["transactions"]), (&json!("Quay Chandlers"), &json!(2)));
        no_page_errors(&app).await
    });
}

/// Types a passphrase twice into the dialog that writes a new file, which is proposed under this name.
async fn new_passphrase(app: &App, file: &str, passphrase: &str) -> Result<()> {
    wait_focus(app, "protect-book-passphrase").await?;
    app.type_text(passphrase).await?;
    tab_to(app, "protect-book-again").await?;
    app.type_text(passphrase).await?;
    assert!(value(app, "protect-book-path").await?.ends_with(file));
    wait_ready(app, "protect-book-ok").await?;
    app.press("Enter").await
}

/// The new file is open, and what became of the old one is said.
async fn moved(app: &App, said: &str) -> Result<()> {
    app.wait_text("book-moved-dialog", "The new book is open.").await?;
    app.wait_text("book-moved-left", said).await?;
    app.wait_text("book-moved-left", "Delete them by hand").await?;
    wait_focus(app, "book-moved-done").await?;
    app.press("Enter").await?;
    app.wait_gone("book-moved-dialog").await
}

#[test]
fn what_the_book_does_by_itself_is_kept_with_it() {
    scenario("what_the_book_does_by_itself_is_kept_with_it", async |desk| {
        let book = book_with_a_first_statement(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        assert_eq!(switches(&app).await?, ["true", "true", "false", "true"]);
        for (testid, said) in [
            ("setting-intake-check", "Queued postings are checked when their turn comes"),
            ("setting-closest-text", "Runs propose nothing for lines that no rule speaks for"),
            ("setting-monitors-repeat", "New monitors tell at every change"),
            ("setting-together", "Each posting is booked by itself"),
        ] {
            tab_to(&app, testid).await?;
            app.press("Space").await?;
            wait_toast(&app, said).await?;
        }
        assert_eq!(switches(&app).await?, ["false", "false", "true", "false"]);

        // What was switched last is undone, and switched again.
        tab_to(&app, "setting-intake-check").await?;
        app.press("Space").await?;
        app.click("toast-undo").await?;
        wait_toast(&app, "Queued postings are checked when their turn comes").await?;
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        assert_eq!(switches(&app).await?, ["false", "false", "true", "false"]);

        // Forms begin as the book says.
        app.press_all(&["g", "n"]).await?;
        app.wait_text("monitors-empty", "No balance is watched").await?;
        app.press("n").await?;
        wait_focus(&app, "monitor-balance").await?;
        let repeats = "return document.querySelector('[data-testid=monitor-repeat]').checked";
        assert_eq!(app.execute(repeats, vec![]).await?, json!(true));
        app.press("Esc").await?;
        app.wait_gone("monitor-dialog").await?;
        app.press_all(&["g", "r"]).await?;
        app.get("statements").await?;
        with_text(&app, "#inspector-slot", "Left to clear").await?;
        app.press("Ctrl+r").await?;
        app.wait_text("run-fallback", "Propose nothing").await?;
        no_page_errors(&app).await
    });
}

/// Whether each of the switches is on.
async fn switches(app: &App) -> Result<Vec<String>> {
    app.get("settings-behaviour").await?;
    attributes(app, "[data-testid=settings-behaviour] [role=switch]", "aria-checked").await
}
