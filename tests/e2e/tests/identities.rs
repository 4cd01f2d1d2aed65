//! Identities: who is behind a balance, which of their fields only the key opens, and the accounts they have elsewhere.

use crate::financial::{book_settings, small_book};
use crate::steps::{
    choose, click_text, command, no_page_errors, tab_to, value, wait_focus, wait_ready, wait_toast, with_text,
};
use e2e::{App, Result, scenario};
use serde_json::json;

/// A row of the balances and of the accounts of an identity, and of the history.
const BALANCE: &str = "[data-testid=identity-balances-grid] [role=row][data-key]";
const ACCOUNT: &str = "[data-testid=identity-accounts-grid] [role=row][data-key]";
const DONE: &str = "[data-testid=audit-grid] [role=row][data-key]";

/// Makes somebody whose phone number and street are protected, by the keyboard. Its page opens.
pub(crate) async fn make(app: &App) -> Result<()> {
    app.press_all(&["g", "i"]).await?;
    app.get("identities-grid").await?;
    app.press("n").await?;
    wait_focus(app, "identity-first-name").await?;
    app.type_text("Niamh").await?;
    fill(app, "last-name", "Byrne").await?;
    fill(app, "phone-number", "+353 1 555 0101").await?;
    lock(app, "phone-number").await?;
    fill(app, "street", "4 Quay").await?;
    lock(app, "street").await?;
    fill(app, "country", "Ireland").await?;
    app.press("Ctrl+Enter").await?;
    wait_toast(app, "Niamh Byrne was created").await?;
    app.wait_gone("identity-dialog").await?;
    app.get("identity-details").await?;
    Ok(())
}

async fn fill(app: &App, field: &str, text: &str) -> Result<()> {
    tab_to(app, &format!("identity-{field}")).await?;
    app.type_text(text).await
}

/// Protects a field of the form from the start.
pub(crate) async fn lock(app: &App, field: &str) -> Result<()> {
    let lock = format!("identity-lock-{field}");
    tab_to(app, &lock).await?;
    app.press("Space").await?;
    app.wait_until(&format!("{field} to be protected"), async || {
        Ok(app.get(&lock).await?.attr("aria-pressed").await?.as_deref() == Some("true"))
    })
    .await
}

/// Looks at what is protected, for a reason.
pub(crate) async fn reveal(app: &App, reason: &str) -> Result<()> {
    app.press("Shift+V").await?;
    wait_focus(app, "reveal-dialog-reason").await?;
    app.type_text(reason).await?;
    app.press("Enter").await?;
    app.wait_text("identity-revealed", "Shown for").await?;
    // Its keys sleep until the dialog has faded.
    app.wait_gone("reveal-dialog").await
}

/// Adds an account, first with a number whose check digits are wrong.
async fn add_account(app: &App) -> Result<()> {
    app.press("Shift+A").await?;
    wait_focus(app, "account-number").await?;
    app.type_text("IE28 AIBK 9311 5212 3456 78").await?;
    tab_to(app, "account-bank").await?;
    app.type_text("Allied Irish Banks").await?;
    tab_to(app, "account-currency").await?;
    choose(app, "account-currency", "EUR").await?;
    app.press("Enter").await?;
    app.wait_text("account-dialog", "its check digits are wrong").await?;
    wait_focus(app, "account-number").await?;
    app.press("Ctrl+a").await?;
    app.type_text("IE29 AIBK 9311 5212 3456 78").await?;
    app.press("Enter").await?;
    wait_toast(app, "5678 was added").await?;
    app.wait_gone("account-dialog").await
}

/// Links the bank account of the book.
pub(crate) async fn link(app: &App) -> Result<()> {
    app.press("Shift+B").await?;
    choose(app, "link-balance", "Operating account").await?;
    app.press("Enter").await?;
    wait_toast(app, "Operating account belongs to Niamh Byrne").await?;
    app.wait_gone("link-dialog").await?;
    with_text(app, BALANCE, "Operating account").await?;
    Ok(())
}

#[test]
fn an_identity_lives_by_the_keyboard_alone() {
    scenario("an_identity_lives_by_the_keyboard_alone", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "i"]).await?;
        app.wait_text("identities-empty", "Nobody is in this book yet").await?;
        make(&app).await?;

        // What is protected is nowhere on the page.
        app.wait_text("identity-value-phone-number", "••••").await?;
        app.wait_text("identity-value-street", "••••").await?;
        app.wait_text("identity-value-country", "Ireland").await?;
        assert!(!app.text("main").await?.contains("555 0101"));
        reveal(&app, "She asked to be called back").await?;
        app.wait_text("identity-value-phone-number", "+353 1 555 0101").await?;
        app.press("Shift+V").await?;
        app.wait_gone("identity-revealed").await?;
        app.wait_text("identity-value-phone-number", "••••").await?;

        // Who looked, at what and why is in the history, and nothing of what stood there.
        app.press_all(&["g", "u"]).await?;
        with_text(&app, DONE, "looked at phone number, street").await?;
        with_text(&app, "#inspector-slot", "She asked to be called back").await?;
        assert!(!app.execute("return document.body.innerText", vec![]).await?.to_string().contains("555 0101"));
        app.press("o").await?;
        app.get("identity-details").await?;

        app.wait_text("identity-balances-empty", "No balance belongs to it").await?;
        link(&app).await?;
        app.press("2").await?;
        app.wait_text("identity-accounts-empty", "No account is known").await?;
        add_account(&app).await?;
        with_text(&app, ACCOUNT, "IE •••• 5678").await?;

        // Something refers to it: that is named, here and by whoever asks the engine.
        app.press("Delete").await?;
        app.wait_text("identity-in-use", "Operating account").await?;
        app.wait_text("identity-in-use", "5678").await?;
        wait_focus(&app, "identity-in-use-ok").await?;
        app.press("Enter").await?;
        app.wait_gone("identity-in-use").await?;
        let query = json!({ "offset": 0, "limit": 1, "sort": [], "conditions": [], "text": null });
        let page = command(&app, "identities_page", json!({ "query": query })).await?.expect("the identities");
        let refused = command(&app, "identity_delete", json!({ "id": page["rows"][0]["id"] })).await?.unwrap_err();
        assert!(refused.contains("1 balance (Operating account) and 1 account refer to Niamh Byrne"), "{refused}");

        wait_ready(&app, "account-delete").await?;
        app.press("Shift+Delete").await?;
        app.wait_text("account-delete-dialog", "5678").await?;
        wait_focus(&app, "account-delete-dialog-cancel").await?;
        tab_to(&app, "account-delete-dialog-ok").await?;
        app.press("Enter").await?;
        wait_toast(&app, "5678 was deleted").await?;
        app.wait_gone("account-delete-dialog").await?;
        app.wait_text("identity-accounts-empty", "No account is known").await?;
        app.press("1").await?;
        wait_ready(&app, "balance-unlink").await?;
        app.press("Shift+U").await?;
        wait_toast(&app, "Operating account belongs to nobody").await?;
        app.wait_text("identity-balances-empty", "No balance belongs to it").await?;

        app.press("Delete").await?;
        app.wait_text("identity-delete-dialog", "deleted for good").await?;
        wait_focus(&app, "identity-delete-dialog-cancel").await?;
        tab_to(&app, "identity-delete-dialog-ok").await?;
        app.press("Enter").await?;
        wait_toast(&app, "Niamh Byrne was deleted").await?;
        app.wait_text("identities-empty", "Nobody is in this book yet").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn protected_fields_are_replaced_and_cleared_unseen() {
    scenario("protected_fields_are_replaced_and_cleared_unseen", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        make(&app).await?;
        app.press("e").await?;
        app.wait_text("identity-dialog", "Edit Niamh Byrne").await?;
        assert_eq!(value(&app, "identity-first-name").await?, "Niamh");
        app.wait_text("identity-sealed-phone-number", "••••").await?;
        tab_to(&app, "identity-replace-phone-number").await?;
        app.press("Enter").await?;
        wait_focus(&app, "identity-phone-number").await?;
        assert_eq!(value(&app, "identity-phone-number").await?, "");
        app.type_text("+353 1 555 0202").await?;
        tab_to(&app, "identity-clear-street").await?;
        app.press("Enter").await?;
        app.wait_text("identity-sealed-street", "Will be cleared").await?;
        tab_to(&app, "identity-country").await?;
        app.press("Ctrl+a").await?;
        app.press("Delete").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Niamh Byrne was saved").await?;
        app.wait_gone("identity-dialog").await?;
        app.wait_gone("identity-value-street").await?;
        app.wait_gone("identity-value-country").await?;
        app.wait_text("identity-value-phone-number", "••••").await?;

        // The protection ends with a reason, and the name can be protected too. The boxes themselves are drawn over their
        // controls, which the driver takes for hidden.
        app.press("Shift+K").await?;
        wait_focus(&app, "protect-all").await?;
        app.press_all(&["Tab", "Tab", "Tab"]).await?;
        wait_focus(&app, "protect-phone-number").await?;
        app.press("Space").await?;
        app.wait_text("protect-ok", "End the protection of 1 field").await?;
        app.press("Enter").await?;
        wait_focus(&app, "protect-reason").await?;
        app.wait_text("protect-dialog", "Enter a reason").await?;
        app.type_text("It stands on her website").await?;
        app.press("Enter").await?;
        wait_toast(&app, "the protection of 1 field ended").await?;
        app.wait_gone("protect-dialog").await?;
        app.wait_text("identity-value-phone-number", "+353 1 555 0202").await?;
        app.press("Shift+K").await?;
        wait_focus(&app, "protect-all").await?;
        app.press_all(&["Tab", "Tab"]).await?;
        wait_focus(&app, "protect-last-name").await?;
        app.press("Space").await?;
        app.wait_text("protect-ok", "Protect 1 field").await?;
        app.press("Enter").await?;
        wait_toast(&app, "1 field protected").await?;
        app.wait_gone("protect-dialog").await?;
        app.wait_text("identity-value-last-name", "••••").await?;

        // Leaving masks at once.
        reveal(&app, "To write to her").await?;
        app.wait_text("identity-value-last-name", "Byrne").await?;
        app.press("Backspace").await?;
        app.get("identities-grid").await?;
        with_text(&app, "[data-testid=identities-grid] [role=row][data-key]", "Niamh").await?;
        app.wait_text("identity-value-last-name", "••••").await?;
        assert!(app.all("identity-revealed").await?.is_empty());
        no_page_errors(&app).await
    });
}

#[test]
fn a_draft_of_an_identity_keeps_no_protected_text() {
    scenario("a_draft_of_an_identity_keeps_no_protected_text", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "i"]).await?;
        app.get("identities-empty").await?;
        app.press("n").await?;
        wait_focus(&app, "identity-first-name").await?;
        // Without a name nothing is made.
        app.press("Ctrl+Enter").await?;
        app.wait_text("identity-dialog", "Enter a first or last name.").await?;
        wait_focus(&app, "identity-first-name").await?;
        app.type_text("Niamh").await?;
        tab_to(&app, "identity-lock-phone-number").await?;
        app.press("Space").await?;
        app.press("Shift+Tab").await?;
        wait_focus(&app, "identity-phone-number").await?;
        app.type_text("+353 1 555 0101").await?;
        app.press("Esc").await?;
        app.wait_text("leave-dialog", "Nothing was saved.").await?;
        app.press("Enter").await?;
        app.wait_gone("identity-dialog").await?;
        app.wait_gone("leave-dialog").await?;
        app.press("n").await?;
        app.wait_text("identity-restored", "enter the phone number again").await?;
        assert_eq!(value(&app, "identity-first-name").await?, "Niamh");
        assert_eq!(value(&app, "identity-phone-number").await?, "");
        no_page_errors(&app).await
    });
}

#[test]
fn a_balance_is_given_to_whom_it_belongs() {
    scenario("a_balance_is_given_to_whom_it_belongs", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        make(&app).await?;
        app.press_all(&["g", "l"]).await?;
        app.fill("balances-grid-filter", "Operating account").await?;
        click_text(&app, "[data-testid=balances-grid] [role=row][data-key] [data-column=name]", "Operating account")
            .await?;
        with_text(&app, "#inspector-slot", "Belongs to").await?;
        app.press("Shift+I").await?;
        choose(&app, "owner-identity", "Niamh Byrne").await?;
        app.press("Enter").await?;
        wait_toast(&app, "Operating account belongs to Niamh Byrne").await?;
        app.wait_gone("owner-dialog").await?;
        // The balance leads to the identity, and the identity to the balance.
        click_text(&app, "#inspector-slot button", "Niamh Byrne").await?;
        app.get("identity-details").await?;
        with_text(&app, BALANCE, "Operating account").await?;
        wait_ready(&app, "balance-unlink").await?;
        app.press("Enter").await?;
        app.wait_text("balance-inspector", "Niamh Byrne").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn the_key_is_shown_once_it_is_asked_for() {
    scenario("the_key_is_shown_once_it_is_asked_for", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        make(&app).await?;
        book_settings(&app).await?;
        app.wait_text("settings-protection", "1 identity").await?;
        app.wait_text("settings-protection", "TIEOUT_SECRET").await?;
        app.click("protection-show").await?;
        wait_focus(&app, "key-show-ok").await?;
        app.press("Enter").await?;
        assert!(app.text("key-text").await?.trim().len() > 40);
        wait_focus(&app, "key-copy").await?;
        app.press("Tab").await?;
        wait_focus(&app, "key-stored").await?;
        app.press("Space").await?;
        wait_ready(&app, "key-done").await?;
        tab_to(&app, "key-done").await?;
        app.press("Enter").await?;
        app.wait_gone("key-show-dialog").await?;
        // The surroundings of the program gave it: it cannot be replaced from here.
        app.click("protection-replace").await?;
        wait_focus(&app, "key-replace-dialog-ok").await?;
        app.press("Enter").await?;
        app.wait_text("key-replace-dialog", "Change it there").await?;
        app.press("Esc").await?;
        app.wait_gone("key-replace-dialog").await?;
        app.press_all(&["g", "u"]).await?;
        with_text(&app, DONE, "showed the key of protected fields").await?;
        no_page_errors(&app).await
    });
}
