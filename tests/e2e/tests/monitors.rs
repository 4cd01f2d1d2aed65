//! Monitors: balances that are watched, and their alerts.

use crate::financial::{book_settings, close_last_month, small_book};
use crate::posting::parties;
use crate::steps::{
    choose, click_text, command, no_page_errors, select_by_keys, tab_to, value, wait_focus, wait_ready, wait_toast,
    with_text,
};
use e2e::{App, Result, scenario};
use serde_json::json;

/// A row of the list of monitors, and of the list of their alerts.
const ROW: &str = "[data-testid=monitors-grid] [role=row][data-key]";
const ALERT: &str = "[data-testid=alerts-grid] [role=row][data-key]";

/// Watches the bank account for less than an amount, by the keyboard.
pub(crate) async fn watch(app: &App, amount: &str) -> Result<()> {
    app.press_all(&["g", "n"]).await?;
    app.get("monitors-grid").await?;
    app.press("n").await?;
    choose(app, "monitor-balance", "Operating account").await?;
    tab_to(app, "monitor-value").await?;
    app.type_text(amount).await?;
    tab_to(app, "monitor-description").await?;
    app.type_text("Ask for the overdraft").await?;
    app.press("Enter").await?;
    wait_toast(app, "Watching Operating account: balance below").await?;
    app.wait_gone("monitor-dialog").await
}

/// Pays from the bank account, so that less is on it. The message of the posting is left to be read.
pub(crate) async fn pay(app: &App, reference: &str, amount: &str) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.click("new-transaction").await?;
    app.fill("field-amount", amount).await?;
    parties(app, "Operating account", "Bank fees").await?;
    app.fill("field-reference", reference).await?;
    wait_ready(app, "posting-post").await?;
    app.press("Ctrl+Enter").await?;
    with_text(app, "[data-testid=toast]", &format!("Posted {reference}")).await?;
    app.wait_gone("new-transaction-dialog").await
}

#[test]
fn a_balance_is_watched_and_fires_once() {
    scenario("a_balance_is_watched_and_fires_once", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "n"]).await?;
        app.wait_text("monitors-empty", "No balance is watched").await?;
        watch(&app, "500").await?;
        with_text(&app, ROW, "Balance below 500.00 EUR").await?;
        with_text(&app, ROW, "Quiet").await?;
        app.wait_text("monitor-inspector", "Ask for the overdraft").await?;

        // It comes true with a posting, which is said wherever somebody is, and leads to the alerts.
        pay(&app, "FEE-1", "800").await?;
        with_text(&app, "[data-testid=toast]", "Operating account: balance below 500.00 EUR. It is 450.00 EUR.")
            .await?;
        click_text(&app, "[data-testid=toast] button", "Show").await?;
        with_text(&app, ALERT, "Balance below 500.00 EUR").await?;
        with_text(&app, ALERT, "450.00").await?;
        app.press("1").await?;
        with_text(&app, ROW, "Firing").await?;
        app.wait_text("nav-monitors", "1").await?;

        // It is firing already: the next posting gives no alert.
        pay(&app, "FEE-2", "10").await?;
        app.press_all(&["g", "n"]).await?;
        with_text(&app, ROW, "440.00").await?;
        app.press("2").await?;
        with_text(&app, ALERT, "450.00").await?;
        assert_eq!(
            app.execute(&format!("return document.querySelectorAll('{ALERT}').length"), vec![]).await?,
            json!(1)
        );
        // An alert leads to the transaction.
        with_text(&app, "#inspector-slot", "Balance then").await?;
        app.press("t").await?;
        with_text(&app, "#inspector-slot", "FEE-1").await?;
        app.press("Alt+Left").await?;
        with_text(&app, ALERT, "450.00").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_monitor_is_changed_and_deleted_with_the_keyboard() {
    scenario("a_monitor_is_changed_and_deleted_with_the_keyboard", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        watch(&app, "500").await?;
        with_text(&app, ROW, "Balance below 500.00 EUR").await?;
        app.press("e").await?;
        app.wait_text("monitor-dialog", "Change the monitor").await?;
        assert_eq!(value(&app, "monitor-balance").await?, "Operating account");
        assert_eq!(value(&app, "monitor-value").await?, "500.00");
        select_by_keys(&app, "monitor-figure", "Total in").await?;
        select_by_keys(&app, "monitor-comparison", "at least").await?;
        app.wait_text("monitor-now", "It is 1,250.00 EUR now, so the monitor is firing already").await?;
        // The box itself is drawn over its control, which the driver takes for hidden.
        app.press_all(&["Tab", "Tab"]).await?;
        wait_focus(&app, "monitor-repeat").await?;
        app.press("Space").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Changed, watching Operating account: total in at least 500.00 EUR").await?;
        app.wait_gone("monitor-dialog").await?;
        with_text(&app, ROW, "Total in at least 500.00 EUR").await?;
        with_text(&app, ROW, "Firing").await?;
        app.wait_text("monitor-inspector", "At every change while it is firing").await?;

        // The words of the interface of the program are shown as the same words.
        let row = command(&app, "monitors_list", json!({})).await?.expect("the monitors")[0].clone();
        let request = json!({ "balance_id": row["balance_id"], "field": "credit", "operator": "greater_than",
            "value": "50000", "repeat": false, "description": "" });
        command(&app, "monitor_update", json!({ "id": row["id"], "request": request })).await?.expect("it is changed");
        with_text(&app, ROW, "Total in above 500.00 EUR").await?;

        app.press("Delete").await?;
        app.wait_text("monitor-delete-dialog", "Its alerts stay in the history").await?;
        wait_focus(&app, "monitor-delete-dialog-cancel").await?;
        tab_to(&app, "monitor-delete-dialog-ok").await?;
        app.press("Enter").await?;
        wait_toast(&app, "No longer watching Operating account").await?;
        app.wait_text("monitors-empty", "No balance is watched").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_monitor_is_made_from_the_balance_it_watches() {
    scenario("a_monitor_is_made_from_the_balance_it_watches", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "l"]).await?;
        app.fill("balances-grid-filter", "Operating account").await?;
        click_text(&app, "[data-testid=balances-grid] [role=row][data-key] [data-column=name]", "Operating account")
            .await?;
        with_text(&app, "#inspector-slot", "Operating account").await?;
        app.press("Shift+M").await?;
        app.wait_text("monitor-dialog", "New monitor").await?;
        assert_eq!(value(&app, "monitor-balance").await?, "Operating account");
        // What is missing is said, and the field has the focus.
        app.press("Ctrl+Enter").await?;
        app.wait_text("monitor-dialog", "Enter an amount.").await?;
        wait_focus(&app, "monitor-value").await?;
        app.type_text("-100").await?;
        app.press("Enter").await?;
        wait_toast(&app, "Watching Operating account").await?;
        app.wait_gone("monitor-dialog").await?;
        app.press_all(&["g", "n"]).await?;
        with_text(&app, ROW, "100.00 EUR").await?;
        // Its row leads to the register.
        app.wait_text("monitor-inspector", "Balance now").await?;
        app.press("o").await?;
        app.wait_text("balance-strip", "Available").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn an_entry_in_a_closed_period_is_dated_on_the_first_open_day() {
    scenario("an_entry_in_a_closed_period_is_dated_on_the_first_open_day", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        let last = close_last_month(&app).await?;
        app.wait_text("status-period", "Closed through").await?;
        app.press_all(&["g", "t"]).await?;
        app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
        app.press("Shift+N").await?;
        app.get("entry-dialog").await?;
        wait_focus(&app, "line-balance-1").await?;
        app.fill("entry-date", &last).await?;
        app.press("Tab").await?;
        app.wait_text("entry-closed-period", &format!("The books are closed through {last}")).await?;
        app.wait_text("entry-closed-use", "Date it").await?;
        app.click("entry-closed-use").await?;
        app.wait_gone("entry-closed-period").await?;
        assert!(value(&app, "entry-date").await? > last);
        // A hold moves no money: it may be placed on a closed day.
        app.fill("entry-date", &last).await?;
        app.press("Tab").await?;
        app.get("entry-closed-period").await?;
        app.click("entry-mode-hold").await?;
        app.wait_gone("entry-closed-period").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_hold_of_a_closed_period_is_committed_on_the_first_open_day() {
    scenario("a_hold_of_a_closed_period_is_committed_on_the_first_open_day", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        let last = close_last_month(&app).await?;
        app.press_all(&["g", "t"]).await?;
        app.click("new-transaction").await?;
        app.click("posting-mode-hold").await?;
        app.fill("field-amount", "40.00").await?;
        app.fill("field-date", &last).await?;
        parties(&app, "Operating account", "Bank fees").await?;
        app.fill("field-reference", "HELD-1").await?;
        wait_ready(&app, "posting-post").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Held HELD-1").await?;
        app.wait_gone("new-transaction-dialog").await?;

        app.press_all(&["g", "a"]).await?;
        with_text(&app, "[data-testid=approvals-grid] [role=row][data-key]", "HELD-1").await?;
        wait_ready(&app, "hold-commit").await?;
        app.press("a").await?;
        app.wait_text("result-dialog", "HELD-1 was not approved").await?;
        app.wait_text("result-dialog", "PERIOD_CLOSED").await?;
        // No reason lets it through, and the same again is refused the same.
        assert!(app.all("result-dialog-offer").await?.is_empty());
        assert!(app.all("result-dialog-retry").await?.is_empty());
        app.wait_text("result-dialog-open-day", "Date it").await?;
        app.click("result-dialog-open-day").await?;
        wait_toast(&app, "HELD-1 approved").await?;
        app.wait_gone("result-dialog").await?;
        no_page_errors(&app).await
    });
}
