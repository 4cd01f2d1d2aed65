//! The first statement of an account that the book knew before: a cheque that is still on its way must not be booked a
//! second time as a missing opening balance.

use crate::reconcile::{put_into_basket, to_review};
use crate::steps::{click_text, company_book, no_page_errors, wait_ready, wait_toast, with_text};
use e2e::{App, Desk, Result, scenario};
use std::path::PathBuf;

const ACCOUNT: &str = "Operating account";
/// From, to, amount, reference, text and day.
const BOOKED: &[[&str; 6]] = &[
    ["Capital", ACCOUNT, "12000.00", "OPEN", "Paid in by the owners", "2026-08-01"],
    [ACCOUNT, "Trade creditors", "250.00", "TRF-31", "Transfer to Lir Chandlery", "2026-09-12"],
    [ACCOUNT, "Trade creditors", "480.00", "CHQ-100501", "Cheque, hire of a crane", "2026-09-28"],
    ["Sales", ACCOUNT, "1250.00", "INV-2041", "INV-2041 Harbour Yachts", "2026-10-05"],
    [ACCOUNT, "Rent", "900.00", "RENT-10", "RENT-10 Quay 4 October", "2026-10-09"],
];
const OCTOBER: &str = "Date;Description;Amount;Balance\n\
    2026-10-05;INV-2041 HARBOUR YACHTS;1250.00;13000.00\n\
    2026-10-09;RENT-10 QUAY 4 OCTOBER;-900.00;12100.00\n";

/// A book with five entries and its first statement, whose two lines are matched.
pub(crate) fn book_with_a_first_statement(desk: &Desk) -> Result<PathBuf> {
    let book = company_book(desk)?;
    let path = book.to_string_lossy().into_owned();
    for [from, to, amount, reference, text, day] in BOOKED {
        let sides = ["post", &path, "--from", from, "--to", to, "--amount", amount, "--currency", "EUR"];
        let words = ["--reference", reference, "--description", text, "--date", day, "--allow-overdraft"];
        desk.headless(&[sides.as_slice(), words.as_slice()].concat())?;
    }
    let file = desk.home().join("october.csv");
    std::fs::write(&file, OCTOBER)?;
    desk.headless(&["import", &path, &file.to_string_lossy(), "--balance", ACCOUNT, "--name", "October 2026"])?;
    desk.headless(&["reconcile", "run", &path, "October 2026", "--accept-certain"])?;
    Ok(book)
}

/// The desk of that statement, with nothing left to review, and the sign-off asking about what came before.
pub(crate) async fn asked_about_earlier_entries(desk: &mut Desk) -> Result<App> {
    let book = book_with_a_first_statement(desk)?;
    let app = desk.open(&book).await?;
    app.click("nav-reconcile").await?;
    app.get("statements").await?;
    with_text(&app, "#inspector-slot", "Left to clear").await?;
    app.click("review-statement").await?;
    app.wait_text("desk-ledger-differs", "480.00 EUR apart before").await?;
    assert_eq!(to_review(&app).await?, 0);
    app.click("sign-off").await?;
    app.wait_text("sign-off-ledger-agrees", "CHQ-100501 of −480.00 EUR dated 2026-09-28 is that amount").await?;
    app.wait_text("sign-off-dialog", "The bank had booked every entry that the book has before").await?;
    Ok(app)
}

#[test]
fn a_cheque_on_its_way_is_asked_about_before_an_opening_balance_is_posted() {
    scenario("a_cheque_on_its_way_is_asked_about_before_an_opening_balance_is_posted", async |desk| {
        let app = asked_about_earlier_entries(desk).await?;
        // Not even with a balance chosen is it posted before somebody has said that the bank had booked them all.
        app.fill("sign-off-opening-against", "Capital").await?;
        app.click("sign-off-opening-against-option").await?;
        let refused = app.get("sign-off-opening").await?;
        assert_eq!(refused.attr("aria-disabled").await?.as_deref(), Some("true"));
        // The cheque of that very amount is one press away from being carried on, and that can be undone.
        app.click("sign-off-leave").await?;
        app.get("sign-off-name").await?;
        app.click("sign-off-cancel").await?;
        app.wait_gone("sign-off-dialog").await?;
        app.wait_gone("desk-ledger-differs").await?;
        app.click("desk-undo").await?;
        app.wait_text("desk-ledger-differs", "480.00 EUR apart before").await?;

        app.click("desk-show-earlier").await?;
        put_into_basket(&app, "CHQ-100501").await?;
        app.click("desk-outstanding").await?;
        app.wait_gone("desk-ledger-differs").await?;
        app.click("sign-off").await?;
        app.fill("sign-off-name", "Orla Keane").await?;
        wait_ready(&app, "sign-off-ok").await?;
        click_text(&app, "[data-testid=sign-off-dialog] button", "Sign off and lock").await?;
        wait_toast(&app, "is signed").await?;
        let balances = String::from_utf8(desk.headless(&["balances", "quay.tieout", "--search", ACCOUNT])?.stdout);
        assert!(balances.expect("text").contains("11,620.00"), "nothing was posted");
        no_page_errors(&app).await
    });
}
