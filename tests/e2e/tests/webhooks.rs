//! Webhooks: who is told what happens in a book, and what became of telling them.

use crate::financial::small_book;
use crate::monitors::pay;
use crate::posting::parties;
use crate::receiver::Told;
use crate::steps::{
    choose, click_text, command, focused, no_page_errors, select_by_keys, tab_to, wait_focus, wait_ready, wait_toast,
    with_text,
};
use e2e::{App, Result, scenario};
use serde_json::{Value, json};

/// A row of the list of webhooks, and of the list of deliveries.
const ROW: &str = "[data-testid=webhooks-grid] [role=row][data-key]";
const DELIVERY: &str = "[data-testid=deliveries-grid] [role=row][data-key]";
const TOAST: &str = "[data-testid=toast]";

/// Opens the tab of webhooks.
pub(crate) async fn open_webhooks(app: &App) -> Result<()> {
    app.press_all(&["g", "n"]).await?;
    app.get("monitors-tab-webhooks").await?;
    app.press("3").await?;
    app.get("webhooks-grid").await?;
    Ok(())
}

/// Allows this computer to be told, by the keyboard.
pub(crate) async fn allow_this_computer(app: &App) -> Result<()> {
    app.press("h").await?;
    wait_focus(app, "host-name").await?;
    // The host of an address is taken out of it.
    app.type_text("http://127.0.0.1:80/hooks").await?;
    app.press("Enter").await?;
    app.wait_text("hosts-list", "127.0.0.1").await
}

/// Presses Tab until something has the focus that is drawn over its control, which the driver takes for hidden.
async fn tab_to_box(app: &App, testid: &str) -> Result<()> {
    for _ in 0..80 {
        if focused(app).await? == testid {
            return Ok(());
        }
        app.press("Tab").await?;
    }
    panic!("{testid} cannot be reached with Tab")
}

/// Makes a webhook that is told of postings and tries once, by the keyboard. Its secret, which is shown this once.
async fn make(app: &App, name: &str, url: &str) -> Result<String> {
    app.press("n").await?;
    wait_focus(app, "webhook-name").await?;
    // What is missing is said beside its field, and the first one has the focus.
    app.press("Ctrl+Enter").await?;
    app.wait_text("webhook-dialog", "Name it").await?;
    wait_focus(app, "webhook-name").await?;
    app.type_text(name).await?;
    tab_to(app, "webhook-url").await?;
    app.type_text(url).await?;
    tab_to(app, "webhook-attempts").await?;
    app.press("Ctrl+a").await?;
    app.type_text("1").await?;
    tab_to_box(app, "webhook-everything").await?;
    app.press("Space").await?;
    tab_to_box(app, "webhook-event-transaction.applied").await?;
    app.press("Space").await?;
    app.press("Enter").await?;

    app.wait_text("webhook-secret-dialog", "It is shown this once").await?;
    let secret = app.text("webhook-secret").await?.trim().to_owned();
    wait_focus(app, "webhook-secret-copy").await?;
    // It closes only when somebody says that the secret is stored.
    app.press("Esc").await?;
    app.wait_text("webhook-secret-dialog", "X-Tieout-Signature").await?;
    tab_to_box(app, "webhook-secret-stored").await?;
    app.press("Space").await?;
    wait_ready(app, "webhook-secret-done").await?;
    tab_to(app, "webhook-secret-done").await?;
    app.press("Enter").await?;
    app.wait_gone("webhook-secret-dialog").await?;
    Ok(secret)
}

#[test]
fn a_webhook_is_told_of_a_posting_and_told_again_after_it_failed() {
    scenario("a_webhook_is_told_of_a_posting_and_told_again_after_it_failed", async |desk| {
        let (told, answers) = Told::listen_in_turn()?;
        let say = |status: u16| answers.send(status).expect("it listens");
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_webhooks(&app).await?;
        app.wait_text("webhooks-empty", "Nobody is told").await?;
        allow_this_computer(&app).await?;
        app.press("Esc").await?;
        app.wait_gone("hosts-dialog").await?;
        let secret = make(&app, "Archive", &told.url).await?;
        assert!(secret.starts_with("whsec_"), "{secret}");
        with_text(&app, ROW, "Archive").await?;
        app.wait_text("webhook-inspector", "transaction.applied").await?;
        app.wait_text("webhook-untried", "Nothing was sent to it yet").await?;

        say(200);
        app.press("Ctrl+r").await?;
        app.wait_text("webhook-test-outcome", "It answered with status 200").await?;
        let test = told.taken();
        assert_eq!(test.header("X-Tieout-Event"), "webhook.test");
        assert!(test.is_signed_with(&secret), "{test:?}");
        assert!(!test.is_signed_with("another"), "{test:?}");
        app.press("Esc").await?;
        app.wait_gone("webhook-test-dialog").await?;
        with_text(&app, ROW, "100 %").await?;

        // The receiver has it and has not answered: the delivery waits.
        pay(&app, "FEE-1", "800").await?;
        wait_toast(&app, "Posted FEE-1").await?;
        let first = told.taken();
        assert_eq!(first.header("X-Tieout-Event"), "transaction.applied");
        assert_eq!(first.json()["event"], json!("transaction.applied"));
        assert!(first.is_signed_with(&secret), "{first:?}");
        app.press_all(&["g", "n"]).await?;
        app.get("monitors-tab-deliveries").await?;
        app.press("4").await?;
        with_text(&app, DELIVERY, "Waiting").await?;

        // It fails, which is said wherever somebody is, and the only attempt is used up.
        say(500);
        with_text(&app, TOAST, "Archive was not told of transaction.applied: It answered with status 500.").await?;
        app.wait_text("nav-monitors", "1").await?;
        click_text(&app, "[data-testid=toast] button", "Deliveries").await?;
        with_text(&app, DELIVERY, "Given up").await?;
        with_text(&app, DELIVERY, "1 of 1").await?;
        app.wait_text("delivery-error", "It answered with status 500. It was given up.").await?;
        app.wait_text("delivery-body", "\"event\": \"transaction.applied\"").await?;

        app.press("Shift+R").await?;
        app.wait_text("deliveries-replay-dialog", "the same ids and the next attempt number").await?;
        wait_focus(&app, "deliveries-replay-dialog-ok").await?;
        app.press("Enter").await?;
        wait_toast(&app, "1 delivery is sent again").await?;
        let second = told.taken();
        assert_eq!(second.header("X-Tieout-Event-Id"), first.header("X-Tieout-Event-Id"));
        assert_eq!((first.header("X-Tieout-Attempt"), second.header("X-Tieout-Attempt")), ("1", "2"));
        assert!(second.is_signed_with(&secret), "{second:?}");
        say(200);
        // It is not among those that were given up any more.
        app.click("deliveries-clear-filters").await?;
        with_text(&app, DELIVERY, "2 of 13").await?;
        app.wait_text("delivery-tries", "Status 500").await?;
        app.wait_text("delivery-tries", "Status 200").await?;
        click_text(&app, "[data-testid=delivery-inspector] .link", "txn_").await?;
        with_text(&app, "#inspector-slot", "FEE-1").await?;
        app.press("Alt+Left").await?;
        with_text(&app, DELIVERY, "2 of 13").await?;

        app.press("3").await?;
        with_text(&app, ROW, "Archive").await?;
        app.wait_text("webhook-state", "On").await?;
        app.press("p").await?;
        wait_toast(&app, "Archive is paused. What happens meanwhile is told later.").await?;
        with_text(&app, ROW, "Paused").await?;
        app.press("p").await?;
        wait_toast(&app, "Archive is on.").await?;
        app.press("Delete").await?;
        app.wait_text("webhook-delete-dialog", "its deliveries are deleted with it").await?;
        wait_focus(&app, "webhook-delete-dialog-cancel").await?;
        tab_to(&app, "webhook-delete-dialog-ok").await?;
        app.press("Enter").await?;
        wait_toast(&app, "Archive was deleted").await?;
        app.wait_text("webhooks-empty", "Nobody is told").await?;
        no_page_errors(&app).await
    });
}

/// Makes a webhook past the form.
pub(crate) async fn make_by_command(app: &App, request: Value) -> Result<()> {
    let made = command(app, "webhook_create", json!({ "request": request })).await?.expect("it is made");
    assert!(made["row"]["id"].is_string(), "{made}");
    Ok(())
}

#[test]
fn a_hook_says_no_to_a_posting_and_a_monitor_has_a_webhook_of_its_own() {
    scenario("a_hook_says_no_to_a_posting_and_a_monitor_has_a_webhook_of_its_own", async |desk| {
        let told = Told::listen(|path| if path.ends_with("/limits") { 403 } else { 200 })?;
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        command(&app, "webhook_hosts_set", json!({ "hosts": ["127.0.0.1"] })).await?.expect("it is allowed");
        let limits =
            json!({ "name": "Limits", "url": format!("{}/limits", told.url), "role": "before", "blocking": true });
        make_by_command(&app, limits).await?;
        make_by_command(
            &app,
            json!({ "name": "Desk", "url": told.url, "role": "webhook", "events": ["period.closed"] }),
        )
        .await?;

        app.press_all(&["g", "t"]).await?;
        app.click("new-transaction").await?;
        app.fill("field-amount", "800").await?;
        parties(&app, "Operating account", "Bank fees").await?;
        app.fill("field-reference", "FEE-9").await?;
        wait_ready(&app, "posting-post").await?;
        app.press("Ctrl+Enter").await?;
        with_text(&app, "[data-testid=new-transaction-dialog]", "Limits stopped this: It answered with status 403.")
            .await?;
        assert_eq!(told.taken().json()["event"], json!("transaction.before"));
        // The alert of it does not lie over what the next steps press.
        wait_toast(&app, "Limits stopped a posting").await?;

        // Switched off with the keyboard, nobody asks it.
        app.press("Esc").await?;
        app.click("leave-discard").await?;
        app.wait_gone("new-transaction-dialog").await?;
        open_webhooks(&app).await?;
        app.wait_text("webhook-inspector", "Desk").await?;
        app.press("Down").await?;
        app.wait_text("webhook-inspector", "A no blocks the posting").await?;
        app.press("Space").await?;
        wait_toast(&app, "Limits is off. Nobody asks it").await?;

        // A monitor that names a webhook is told to it, though it asks for other events.
        app.press("1").await?;
        app.get("monitors-grid").await?;
        app.press("n").await?;
        choose(&app, "monitor-balance", "Operating account").await?;
        tab_to(&app, "monitor-value").await?;
        app.type_text("500").await?;
        select_by_keys(&app, "monitor-target", "Desk").await?;
        tab_to(&app, "monitor-description").await?;
        app.press("Enter").await?;
        wait_toast(&app, "Watching Operating account").await?;
        app.wait_gone("monitor-dialog").await?;
        app.wait_text("monitor-inspector", "Desk").await?;
        pay(&app, "FEE-10", "800").await?;
        let alert = told.taken();
        assert_eq!(alert.header("X-Tieout-Event"), "balance.monitor");
        no_page_errors(&app).await
    });
}
