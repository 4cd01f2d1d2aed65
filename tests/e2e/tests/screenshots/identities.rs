//! Identities: the list, the form, a page with what is protected, and what refuses.

use super::{both_themes, go, small};
use crate::financial::small_book;
use crate::identities::{link, lock, make, reveal};
use crate::steps::{choose, command, tab_to, wait_focus, with_text};
use e2e::{App, Result, scenario};
use serde_json::json;

/// More than a screen of people and organisations, some of them protected.
async fn fill_book(app: &App) -> Result<()> {
    let places = ["Ireland", "Italy", "Japan", "Portugal"];
    let people = ["Niamh", "Giulia", "Haruto", "Inês", "Cormac", "Luca", "Yui", "Tomás"];
    let families = ["Byrne", "Ferraro", "Aoyama", "Pereira", "Keane"];
    let firms =
        ["Rathlin Ferries", "Ormond Castings", "Tolka Marina and Boatyard of the Northern Quays", "Port of Ardmore"];
    for n in 0..36_usize {
        let place = places[n % places.len()];
        let request = if n % 3 == 0 {
            let name = format!("{} {}", firms[n % firms.len()], n / firms.len() + 1);
            json!({ "kind": "organisation", "protect": [],
                "fields": { "organisation_name": name, "country": place, "category": "supplier" } })
        } else {
            let protect = match n % 4 {
                0 => json!(["first_name", "last_name", "phone_number"]),
                2 => json!(["phone_number"]),
                _ => json!([]),
            };
            let fields = json!({ "first_name": people[n % people.len()], "last_name": families[n % families.len()],
                "country": place, "phone_number": "+353 1 555 0100", "category": "customer" });
            json!({ "kind": "individual", "protect": protect, "fields": fields })
        };
        command(app, "identity_create", json!({ "request": request })).await?.expect("an identity");
    }
    Ok(())
}

#[test]
fn screenshots_of_identities() {
    scenario("screenshots_of_identities", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "i", "identities").await?;
        fill_book(&app).await?;
        with_text(&app, "[data-testid=identities-grid] [role=row][data-key]", "Giulia").await?;
        app.press("Home").await?;
        let list = [("identities-grid", "Organisation"), ("main", "36 identities"), ("identity-inspector", "Created")];
        both_themes(desk, &app, "identities-list", &list).await?;
        // The details are closed in a narrow window.
        small(desk, &app, "identities-list", &list[..2]).await?;

        app.press("n").await?;
        wait_focus(&app, "identity-first-name").await?;
        app.press("Ctrl+Enter").await?;
        let failing = [("identity-dialog", "Enter a first or last name.")];
        both_themes(desk, &app, "identity-failing", &failing).await?;
        app.type_text("Orla").await?;
        tab_to(&app, "identity-phone-number").await?;
        app.type_text("+353 1 555 0199").await?;
        lock(&app, "phone-number").await?;
        let form = [("identity-dialog", "New identity"), ("identity-dialog", "Listed by")];
        both_themes(desk, &app, "identity-form", &form).await?;
        small(desk, &app, "identity-form", &form).await
    });
}

#[test]
fn screenshots_of_an_identity() {
    scenario("screenshots_of_an_identity", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        make(&app).await?;
        link(&app).await?;
        let page = [("identity-details", "••••"), ("identity-balances-grid", "Operating account")];
        both_themes(desk, &app, "identity", &page).await?;
        small(desk, &app, "identity", &page).await?;
        app.press("Shift+V").await?;
        wait_focus(&app, "reveal-dialog-reason").await?;
        both_themes(desk, &app, "identity-reveal", &[("reveal-dialog", "shown for 30 seconds")]).await?;
        app.press("Esc").await?;
        app.wait_gone("reveal-dialog").await?;
        reveal(&app, "She asked to be called back").await?;
        let shown = [("identity-revealed", "Shown for"), ("identity-details", "+353 1 555 0101")];
        both_themes(desk, &app, "identity-revealed", &shown).await?;
        app.press("Shift+K").await?;
        both_themes(desk, &app, "identity-protect", &[("protect-dialog", "Only the key of this book")]).await?;
        app.press("Esc").await?;
        app.wait_gone("protect-dialog").await?;
        app.press("Shift+A").await?;
        wait_focus(&app, "account-number").await?;
        app.type_text("IE28 AIBK 9311 5212 3456 78").await?;
        tab_to(&app, "account-currency").await?;
        choose(&app, "account-currency", "EUR").await?;
        app.press("Enter").await?;
        both_themes(desk, &app, "account-failing", &[("account-dialog", "its check digits are wrong")]).await?;
        app.press("Esc").await?;
        app.wait_gone("account-dialog").await?;
        app.press("Delete").await?;
        both_themes(desk, &app, "identity-in-use", &[("identity-in-use", "Nothing was deleted")]).await?;
        app.press("Esc").await?;
        app.wait_gone("identity-in-use").await?;
        app.press("3").await?;
        both_themes(desk, &app, "identity-history", &[("identity-history-grid", "looked at phone number")]).await
    });
}
