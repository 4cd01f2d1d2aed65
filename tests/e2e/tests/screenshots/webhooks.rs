//! Webhooks, their form, and deliveries that arrived, wait and were given up.

use super::{both_themes, small};
use crate::financial::small_book;
use crate::monitors::pay;
use crate::receiver::Told;
use crate::steps::wait_toast;
use crate::webhooks::{allow_this_computer, make_by_command, open_webhooks};
use e2e::scenario;
use serde_json::json;

#[test]
fn screenshots_of_webhooks() {
    scenario("screenshots_of_webhooks", async |desk| {
        let told = Told::listen(|path| if path.ends_with("/archive") { 500 } else { 200 })?;
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_webhooks(&app).await?;
        let empty = [("webhooks-empty", "Nobody is told")];
        both_themes(desk, &app, "webhooks-empty", &empty).await?;
        small(desk, &app, "webhooks-empty", &empty).await?;
        app.press("4").await?;
        both_themes(desk, &app, "deliveries-empty", &[("deliveries-empty", "Nothing was sent yet")]).await?;
        app.press("3").await?;
        app.get("webhooks-empty").await?;
        allow_this_computer(&app).await?;
        both_themes(desk, &app, "webhook-hosts", &[("hosts-list", "127.0.0.1")]).await?;
        app.press("Esc").await?;
        app.wait_gone("hosts-dialog").await?;
        app.click("webhook-example-postings").await?;
        let form = [("webhook-dialog", "Create webhook"), ("webhook-events", "transaction.applied")];
        both_themes(desk, &app, "webhook-dialog", &form).await?;
        small(desk, &app, "webhook-dialog", &form).await?;
        app.click("webhook-role-before").await?;
        let before = [("webhook-dialog", "Block the posting if the answer is no")];
        both_themes(desk, &app, "webhook-dialog-before", &before).await?;
        app.press("Esc").await?;
        app.wait_gone("webhook-dialog").await?;

        let url = |path: &str| format!("{}/{path}", told.url);
        let applied = ["transaction.applied", "transaction.inflight"];
        for request in [
            json!({ "name": "Web shop", "url": url("shop"), "role": "webhook", "events": applied }),
            json!({ "name": "Limits", "url": url("limits"), "role": "before", "blocking": true, "state": "off" }),
            json!({ "name": "Accounts channel", "url": "https://hooks.slack.com/services/T0/B0/x", "role": "slack",
                "state": "paused" }),
            json!({ "name": "Archive", "url": url("archive"), "role": "after", "attempts": 1 }),
        ] {
            make_by_command(&app, request).await?;
        }
        pay(&app, "FEE-1", "800").await?;
        wait_toast(&app, "Archive was not told of transaction.applied").await?;
        open_webhooks(&app).await?;
        app.wait_text("webhooks-grid", "Failing").await?;
        // By name: the channel stands above the archive.
        app.wait_text("webhook-inspector", "Accounts channel").await?;
        app.press("Down").await?;
        let list = [("webhooks-grid", "Failing"), ("webhook-inspector", "It answered with status 500.")];
        both_themes(desk, &app, "webhooks-list", &list).await?;
        // The details are closed in a narrow window.
        small(desk, &app, "webhooks-list", &list[..1]).await?;
        app.press("4").await?;
        // The newest is the alert that waits for the channel; below it is what was given up.
        app.wait_text("delivery-inspector", "system.error").await?;
        app.press("Down").await?;
        let deliveries = [("deliveries-grid", "Given up"), ("delivery-error", "It answered with status 500.")];
        both_themes(desk, &app, "deliveries-list", &deliveries).await?;
        small(desk, &app, "deliveries-list", &deliveries[..1]).await?;
        app.press("Shift+R").await?;
        both_themes(desk, &app, "deliveries-replay", &[("deliveries-replay-dialog", "the same ids")]).await
    });
}
