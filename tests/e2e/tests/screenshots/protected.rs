//! Books that a passphrase protects, and what a book does by itself.

use super::{both_themes, small};
use crate::financial::{book_settings, small_book};
use crate::protected::{PASSPHRASE, protected_book, tab_to_box};
use crate::steps::{tab_to, wait_focus};
use e2e::scenario;

#[test]
fn screenshots_of_a_new_protected_book() {
    scenario("screenshots_of_a_new_protected_book", async |desk| {
        let app = desk.start(&[]).await?;
        app.click("start-new").await?;
        app.get("new-book-dialog").await?;
        tab_to_box(&app, "new-book-protect").await?;
        app.press("Space").await?;
        tab_to(&app, "new-book-passphrase").await?;
        app.type_text("quay").await?;
        tab_to(&app, "new-book-again").await?;
        app.type_text("quays").await?;
        app.press("Tab").await?;
        let failing = [
            ("new-book-dialog", "at least 8 letters"),
            ("new-book-dialog", "The two are not the same."),
            ("new-book-warning", "cannot be recovered"),
        ];
        both_themes(desk, &app, "new-book-protected", &failing).await?;
        small(desk, &app, "new-book-protected", &failing).await
    });
}

#[test]
fn screenshots_of_a_protected_book() {
    scenario("screenshots_of_a_protected_book", async |desk| {
        let book = protected_book(desk).await?;
        let app = desk.open(&book).await?;
        wait_focus(&app, "unlock-passphrase").await?;
        let asked = [("unlock-dialog", "This book is protected"), ("unlock-dialog", "Remember on this computer")];
        both_themes(desk, &app, "unlock", &asked).await?;
        small(desk, &app, "unlock", &asked).await?;
        wait_focus(&app, "unlock-passphrase").await?;
        app.type_text("another passphrase").await?;
        app.press("Enter").await?;
        both_themes(desk, &app, "unlock-failing", &[("unlock-dialog", "does not open Harbour Light.tieout")]).await
    });
}

#[test]
fn screenshots_of_the_protection_of_a_book() {
    scenario("screenshots_of_the_protection_of_a_book", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        let by_itself = [("settings-behaviour", "Try the closest text in runs")];
        both_themes(desk, &app, "settings-behaviour", &by_itself).await?;
        small(desk, &app, "settings-behaviour", &by_itself).await?;
        tab_to(&app, "book-protect").await?;
        app.press("Enter").await?;
        wait_focus(&app, "protect-book-passphrase").await?;
        app.type_text(PASSPHRASE).await?;
        tab_to(&app, "protect-book-again").await?;
        app.type_text(PASSPHRASE).await?;
        let dialog = [("protect-book-dialog", "The present one stays as it is")];
        both_themes(desk, &app, "protect-book", &dialog).await?;
        small(desk, &app, "protect-book", &dialog).await?;
        tab_to(&app, "protect-book-again").await?;
        app.press("Enter").await?;
        let moved = [("book-moved-dialog", "The new book is open."), ("book-moved-left", "quay.tieout")];
        both_themes(desk, &app, "book-moved", &moved).await?;
        app.press("Enter").await?;
        app.wait_gone("book-moved-dialog").await?;
        tab_to(&app, "book-unprotect").await?;
        both_themes(desk, &app, "settings-protected", &[("book-protection-state", "asks for it")]).await?;
        app.press("Enter").await?;
        let ending = [("protect-book-dialog", "Whoever has it can read it")];
        both_themes(desk, &app, "unprotect-book", &ending).await
    });
}
